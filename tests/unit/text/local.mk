check_PROGRAMS += tests/unit/text/utf8_test
TESTS += tests/unit/text/utf8_test
tests_unit_text_utf8_test_SOURCES = tests/unit/text/utf8_test.c
tests_unit_text_utf8_test_LDADD = $(LINK_TEXT)

check_PROGRAMS += tests/unit/text/offmap_test
TESTS += tests/unit/text/offmap_test
tests_unit_text_offmap_test_SOURCES = tests/unit/text/offmap_test.c
tests_unit_text_offmap_test_LDADD = $(LINK_TEXT)

check_PROGRAMS += tests/unit/text/span_test
TESTS += tests/unit/text/span_test
tests_unit_text_span_test_SOURCES = tests/unit/text/span_test.c
tests_unit_text_span_test_LDADD = $(LINK_TEXT)

check_PROGRAMS += tests/unit/text/siphash_test
TESTS += tests/unit/text/siphash_test
tests_unit_text_siphash_test_SOURCES = tests/unit/text/siphash_test.c
tests_unit_text_siphash_test_LDADD = $(LINK_TEXT)

check_PROGRAMS += tests/unit/text/json_scan_test
TESTS += tests/unit/text/json_scan_test
tests_unit_text_json_scan_test_SOURCES = tests/unit/text/json_scan_test.c
tests_unit_text_json_scan_test_LDADD = $(LINK_TEXT)

check_PROGRAMS += tests/unit/text/json_string_test
TESTS += tests/unit/text/json_string_test
tests_unit_text_json_string_test_SOURCES = tests/unit/text/json_string_test.c
tests_unit_text_json_string_test_LDADD = $(LINK_TEXT)

check_PROGRAMS += tests/unit/text/json_keys_test
TESTS += tests/unit/text/json_keys_test
tests_unit_text_json_keys_test_SOURCES = tests/unit/text/json_keys_test.c
tests_unit_text_json_keys_test_LDADD = $(LINK_TEXT)

check_PROGRAMS += tests/unit/text/json_events_test
TESTS += tests/unit/text/json_events_test
tests_unit_text_json_events_test_SOURCES = tests/unit/text/json_events_test.c
tests_unit_text_json_events_test_LDADD = $(LINK_TEXT)

check_PROGRAMS += tests/unit/text/json_differential_test
TESTS += tests/unit/text/json_differential_test
tests_unit_text_json_differential_test_SOURCES = tests/unit/text/json_differential_test.c \
	tests/fuzz/json_compare.c tests/fuzz/json_compare.h
tests_unit_text_json_differential_test_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)
tests_unit_text_json_differential_test_LDADD = $(LINK_TEXT) $(JANSSON_LIBS)

SHAPE_TESTING = tests/unit/text/shape_testing.c tests/unit/text/shape_testing.h
SHAPE_TESTING_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir) -DSG_TOP_SRCDIR='"$(abs_top_srcdir)"'

check_PROGRAMS += tests/unit/text/shape_read_test
TESTS += tests/unit/text/shape_read_test
tests_unit_text_shape_read_test_SOURCES = tests/unit/text/shape_read_test.c $(SHAPE_TESTING)
tests_unit_text_shape_read_test_CPPFLAGS = $(SHAPE_TESTING_CPPFLAGS)
tests_unit_text_shape_read_test_LDADD = $(LINK_TEXT)

check_PROGRAMS += tests/unit/text/shape_spans_test
TESTS += tests/unit/text/shape_spans_test
tests_unit_text_shape_spans_test_SOURCES = tests/unit/text/shape_spans_test.c $(SHAPE_TESTING)
tests_unit_text_shape_spans_test_CPPFLAGS = $(SHAPE_TESTING_CPPFLAGS)
tests_unit_text_shape_spans_test_LDADD = $(LINK_TEXT)

check_PROGRAMS += tests/unit/text/shape_fill_test
TESTS += tests/unit/text/shape_fill_test
tests_unit_text_shape_fill_test_SOURCES = tests/unit/text/shape_fill_test.c $(SHAPE_TESTING)
tests_unit_text_shape_fill_test_CPPFLAGS = $(SHAPE_TESTING_CPPFLAGS)
tests_unit_text_shape_fill_test_LDADD = $(LINK_TEXT) $(JANSSON_LIBS)

check_PROGRAMS += tests/unit/text/shape_turns_test
TESTS += tests/unit/text/shape_turns_test
tests_unit_text_shape_turns_test_SOURCES = tests/unit/text/shape_turns_test.c $(SHAPE_TESTING)
tests_unit_text_shape_turns_test_CPPFLAGS = $(SHAPE_TESTING_CPPFLAGS)
tests_unit_text_shape_turns_test_LDADD = $(LINK_TEXT)
check_PROGRAMS += tests/unit/text/fold_char_test
TESTS += tests/unit/text/fold_char_test
tests_unit_text_fold_char_test_SOURCES = tests/unit/text/fold_char_test.c
tests_unit_text_fold_char_test_LDADD = $(LINK_TEXT)

check_PROGRAMS += tests/unit/text/form_test
TESTS += tests/unit/text/form_test
tests_unit_text_form_test_SOURCES = tests/unit/text/form_test.c
tests_unit_text_form_test_LDADD = $(LINK_TEXT)

check_PROGRAMS += tests/unit/text/multipart_test
TESTS += tests/unit/text/multipart_test
tests_unit_text_multipart_test_SOURCES = tests/unit/text/multipart_test.c
tests_unit_text_multipart_test_LDADD = $(LINK_TEXT)

VIEW_TESTING = tests/unit/text/view_testing.c tests/unit/text/view_testing.h
VIEW_TESTING_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests

check_PROGRAMS += tests/unit/text/decode_escape_test
TESTS += tests/unit/text/decode_escape_test
tests_unit_text_decode_escape_test_SOURCES = tests/unit/text/decode_escape_test.c $(VIEW_TESTING)
tests_unit_text_decode_escape_test_CPPFLAGS = $(VIEW_TESTING_CPPFLAGS)
tests_unit_text_decode_escape_test_LDADD = $(LINK_TEXT)

check_PROGRAMS += tests/unit/text/decode_run_test
TESTS += tests/unit/text/decode_run_test
tests_unit_text_decode_run_test_SOURCES = tests/unit/text/decode_run_test.c $(VIEW_TESTING)
tests_unit_text_decode_run_test_CPPFLAGS = $(VIEW_TESTING_CPPFLAGS)
tests_unit_text_decode_run_test_LDADD = $(LINK_TEXT)

check_PROGRAMS += tests/unit/text/view_decode_test
TESTS += tests/unit/text/view_decode_test
tests_unit_text_view_decode_test_SOURCES = tests/unit/text/view_decode_test.c $(VIEW_TESTING)
tests_unit_text_view_decode_test_CPPFLAGS = $(VIEW_TESTING_CPPFLAGS)
tests_unit_text_view_decode_test_LDADD = $(LINK_TEXT)

check_PROGRAMS += tests/unit/text/view_fold_test
TESTS += tests/unit/text/view_fold_test
tests_unit_text_view_fold_test_SOURCES = tests/unit/text/view_fold_test.c
tests_unit_text_view_fold_test_LDADD = $(LINK_TEXT)

check_PROGRAMS += tests/unit/text/media_type_test
TESTS += tests/unit/text/media_type_test
tests_unit_text_media_type_test_SOURCES = tests/unit/text/media_type_test.c
tests_unit_text_media_type_test_LDADD = $(LINK_TEXT)

check_PROGRAMS += tests/unit/text/inflate_test
TESTS += tests/unit/text/inflate_test
tests_unit_text_inflate_test_SOURCES = tests/unit/text/inflate_test.c
tests_unit_text_inflate_test_LDADD = -lbrotlienc $(LINK_TEXT)
