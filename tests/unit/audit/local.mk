check_PROGRAMS += tests/unit/audit/record_test tests/unit/audit/writer_test
TESTS += tests/unit/audit/record_test tests/unit/audit/writer_test
tests_unit_audit_record_test_SOURCES = tests/unit/audit/record_test.c
tests_unit_audit_record_test_LDADD = $(LINK_AUDIT)
tests_unit_audit_writer_test_SOURCES = tests/unit/audit/writer_test.c tests/unit/base/folder.h
tests_unit_audit_writer_test_LDFLAGS = -Wl,--wrap=ftruncate
tests_unit_audit_writer_test_LDADD = $(LINK_AUDIT)
