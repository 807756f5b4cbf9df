check_PROGRAMS += \
	tests/unit/base/arena_test \
	tests/unit/base/buf_test \
	tests/unit/base/clock_test \
	tests/unit/base/digest_test \
	tests/unit/base/file_test \
	tests/unit/base/file_write_test \
	tests/unit/base/log_test \
	tests/unit/base/reason_test \
	tests/unit/base/str_test
TESTS += \
	tests/unit/base/arena_test \
	tests/unit/base/buf_test \
	tests/unit/base/clock_test \
	tests/unit/base/digest_test \
	tests/unit/base/file_test \
	tests/unit/base/file_write_test \
	tests/unit/base/log_test \
	tests/unit/base/reason_test \
	tests/unit/base/str_test

# --wrap: the tests stand in for these calls, so that each of them can be made to fail.
tests_unit_base_arena_test_SOURCES = tests/unit/base/arena_test.c
tests_unit_base_arena_test_LDADD = $(LINK_BASE)
tests_unit_base_arena_test_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=malloc -Wl,--wrap=calloc

tests_unit_base_buf_test_SOURCES = tests/unit/base/buf_test.c
tests_unit_base_buf_test_LDADD = $(LINK_BASE)
tests_unit_base_buf_test_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=realloc

tests_unit_base_clock_test_SOURCES = tests/unit/base/clock_test.c
tests_unit_base_clock_test_LDADD = $(LINK_BASE)

tests_unit_base_digest_test_SOURCES = tests/unit/base/digest_test.c
tests_unit_base_digest_test_LDADD = $(LINK_BASE)
tests_unit_base_digest_test_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=RAND_bytes_ex

tests_unit_base_file_test_SOURCES = tests/unit/base/file_test.c tests/unit/base/folder.h
tests_unit_base_file_test_LDADD = $(LINK_BASE)
tests_unit_base_file_test_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=realloc -Wl,--wrap=read

tests_unit_base_file_write_test_SOURCES = tests/unit/base/file_write_test.c tests/unit/base/folder.h
tests_unit_base_file_write_test_LDADD = $(LINK_BASE)
tests_unit_base_file_write_test_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=fsync

tests_unit_base_log_test_SOURCES = tests/unit/base/log_test.c
tests_unit_base_log_test_LDADD = $(LINK_BASE)

tests_unit_base_reason_test_SOURCES = tests/unit/base/reason_test.c
tests_unit_base_reason_test_LDADD = $(LINK_BASE)

tests_unit_base_str_test_SOURCES = tests/unit/base/str_test.c
tests_unit_base_str_test_LDADD = $(LINK_BASE)
