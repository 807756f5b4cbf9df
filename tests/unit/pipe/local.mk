check_PROGRAMS += \
	tests/unit/pipe/inspect_test
TESTS += \
	tests/unit/pipe/inspect_test
tests_unit_pipe_inspect_test_SOURCES = tests/unit/pipe/inspect_test.c tests/unit/pipe/fixture.h
tests_unit_pipe_inspect_test_CPPFLAGS = $(SOURCE_TREE)
tests_unit_pipe_inspect_test_LDADD = $(LINK_PIPE)
