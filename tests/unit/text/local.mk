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
