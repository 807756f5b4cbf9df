check_PROGRAMS += \
	tests/unit/pipe/answer_test \
	tests/unit/pipe/back_test \
	tests/unit/pipe/edit_test \
	tests/unit/pipe/forward_test \
	tests/unit/pipe/gate_test \
	tests/unit/pipe/gate_busy_test \
	tests/unit/pipe/gate_fail_test \
	tests/unit/pipe/inspect_test
TESTS += \
	tests/unit/pipe/answer_test \
	tests/unit/pipe/back_test \
	tests/unit/pipe/edit_test \
	tests/unit/pipe/forward_test \
	tests/unit/pipe/gate_test \
	tests/unit/pipe/gate_busy_test \
	tests/unit/pipe/gate_fail_test \
	tests/unit/pipe/inspect_test
tests_unit_pipe_answer_test_SOURCES = tests/unit/pipe/answer_test.c tests/unit/pipe/fixture.h
tests_unit_pipe_answer_test_CPPFLAGS = $(SOURCE_TREE)
tests_unit_pipe_answer_test_LDADD = $(LINK_PIPE)
tests_unit_pipe_back_test_SOURCES = tests/unit/pipe/back_test.c
tests_unit_pipe_back_test_CPPFLAGS = $(SOURCE_TREE)
tests_unit_pipe_back_test_LDADD = $(LINK_PIPE)
tests_unit_pipe_edit_test_SOURCES = tests/unit/pipe/edit_test.c tests/unit/pipe/fixture.h
tests_unit_pipe_edit_test_CPPFLAGS = $(SOURCE_TREE)
tests_unit_pipe_edit_test_LDADD = $(LINK_PIPE)
tests_unit_pipe_forward_test_SOURCES = tests/unit/pipe/forward_test.c
tests_unit_pipe_forward_test_CPPFLAGS = $(SOURCE_TREE)
tests_unit_pipe_forward_test_LDADD = $(LINK_PIPE)
tests_unit_pipe_gate_test_SOURCES = tests/unit/pipe/gate_test.c tests/unit/pipe/gate_rig.h tests/unit/pipe/fixture.h
tests_unit_pipe_gate_test_CPPFLAGS = $(SOURCE_TREE)
tests_unit_pipe_gate_test_LDADD = $(LINK_PIPE)
tests_unit_pipe_gate_busy_test_SOURCES = tests/unit/pipe/gate_busy_test.c tests/unit/pipe/gate_rig.h tests/unit/pipe/fixture.h
tests_unit_pipe_gate_busy_test_CPPFLAGS = $(SOURCE_TREE)
tests_unit_pipe_gate_busy_test_LDADD = $(LINK_PIPE)
tests_unit_pipe_gate_fail_test_SOURCES = tests/unit/pipe/gate_fail_test.c tests/unit/pipe/gate_rig.h tests/unit/pipe/fixture.h
tests_unit_pipe_gate_fail_test_CPPFLAGS = $(SOURCE_TREE)
tests_unit_pipe_gate_fail_test_LDADD = $(LINK_PIPE)
tests_unit_pipe_inspect_test_SOURCES = tests/unit/pipe/inspect_test.c tests/unit/pipe/fixture.h
tests_unit_pipe_inspect_test_CPPFLAGS = $(SOURCE_TREE)
tests_unit_pipe_inspect_test_LDADD = $(LINK_PIPE)
