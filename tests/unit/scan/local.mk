check_PROGRAMS += \
	tests/unit/scan/confirm_test \
	tests/unit/scan/context_test \
	tests/unit/scan/differential_test \
	tests/unit/scan/examples_test \
	tests/unit/scan/hits_test \
	tests/unit/scan/scan_test \
	tests/unit/scan/verify_test
TESTS += \
	tests/unit/scan/confirm_test \
	tests/unit/scan/context_test \
	tests/unit/scan/differential_test \
	tests/unit/scan/examples_test \
	tests/unit/scan/hits_test \
	tests/unit/scan/scan_test \
	tests/unit/scan/verify_test
tests_unit_scan_confirm_test_SOURCES = tests/unit/scan/confirm_test.c \
	tests/unit/scan/rig.h tests/unit/rules/fixture.h
tests_unit_scan_confirm_test_LDADD = $(LINK_SCAN)
tests_unit_scan_context_test_SOURCES = tests/unit/scan/context_test.c
tests_unit_scan_context_test_LDADD = $(LINK_SCAN)
tests_unit_scan_differential_test_SOURCES = tests/unit/scan/differential_test.c \
	tests/unit/scan/rig.h tests/unit/rules/fixture.h
tests_unit_scan_differential_test_LDADD = $(LINK_SCAN)
tests_unit_scan_examples_test_SOURCES = tests/unit/scan/examples_test.c tests/unit/rules/fixture.h
tests_unit_scan_examples_test_LDADD = $(LINK_SCAN)
tests_unit_scan_hits_test_SOURCES = tests/unit/scan/hits_test.c tests/unit/rules/fixture.h
tests_unit_scan_hits_test_LDADD = $(LINK_SCAN)
tests_unit_scan_scan_test_SOURCES = tests/unit/scan/scan_test.c \
	tests/unit/scan/rig.h tests/unit/rules/fixture.h
tests_unit_scan_scan_test_LDADD = $(LINK_SCAN)
tests_unit_scan_verify_test_SOURCES = tests/unit/scan/verify_test.c
tests_unit_scan_verify_test_LDADD = $(LINK_SCAN)
