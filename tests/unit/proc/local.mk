check_PROGRAMS += \
	tests/unit/proc/child_test \
	tests/unit/proc/control_test \
	tests/unit/proc/message_test \
	tests/unit/proc/records_test
TESTS += \
	tests/unit/proc/child_test \
	tests/unit/proc/control_test \
	tests/unit/proc/message_test \
	tests/unit/proc/records_test
tests_unit_proc_child_test_SOURCES = tests/unit/proc/child_test.c
tests_unit_proc_child_test_LDADD = $(LINK_PROC)
tests_unit_proc_control_test_SOURCES = tests/unit/proc/control_test.c
tests_unit_proc_control_test_LDADD = $(LINK_PROC)
tests_unit_proc_message_test_SOURCES = tests/unit/proc/message_test.c
tests_unit_proc_message_test_LDADD = $(LINK_PROC)
tests_unit_proc_records_test_SOURCES = tests/unit/proc/records_test.c
tests_unit_proc_records_test_LDADD = $(LINK_PROC)
