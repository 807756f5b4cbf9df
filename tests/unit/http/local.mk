HTTP_TEST_SHARED = tests/unit/http/recorder.c tests/unit/http/recorder.h
HTTP_TEST_CASES = tests/unit/http/cases.h tests/unit/http/requests_refused.def \
	tests/unit/http/responses_refused.def tests/unit/http/valid.def

check_PROGRAMS += tests/unit/http/http1_cases_test
TESTS += tests/unit/http/http1_cases_test
tests_unit_http_http1_cases_test_SOURCES = tests/unit/http/http1_cases_test.c \
	$(HTTP_TEST_SHARED) $(HTTP_TEST_CASES)
tests_unit_http_http1_cases_test_LDADD = $(LINK_HTTP)

check_PROGRAMS += tests/unit/http/http1_limits_test
TESTS += tests/unit/http/http1_limits_test
tests_unit_http_http1_limits_test_SOURCES = tests/unit/http/http1_limits_test.c \
	tests/unit/http/cases.h $(HTTP_TEST_SHARED)
tests_unit_http_http1_limits_test_LDADD = $(LINK_HTTP)

check_PROGRAMS += tests/unit/http/http1_parse_test
TESTS += tests/unit/http/http1_parse_test
tests_unit_http_http1_parse_test_SOURCES = tests/unit/http/http1_parse_test.c \
	tests/unit/http/cases.h $(HTTP_TEST_SHARED)
tests_unit_http_http1_parse_test_LDADD = $(LINK_HTTP)

check_PROGRAMS += tests/unit/http/http1_write_test
TESTS += tests/unit/http/http1_write_test
tests_unit_http_http1_write_test_SOURCES = tests/unit/http/http1_write_test.c
tests_unit_http_http1_write_test_LDADD = $(LINK_HTTP)

check_PROGRAMS += tests/unit/http/message_test
TESTS += tests/unit/http/message_test
tests_unit_http_message_test_SOURCES = tests/unit/http/message_test.c
tests_unit_http_message_test_LDADD = $(LINK_HTTP)

check_PROGRAMS += tests/unit/http/http1_llhttp_test
TESTS += tests/unit/http/http1_llhttp_test
tests_unit_http_http1_llhttp_test_SOURCES = tests/unit/http/http1_llhttp_test.c tests/unit/http/cases.h
tests_unit_http_http1_llhttp_test_LDADD = $(LINK_HTTP)
