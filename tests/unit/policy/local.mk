# Where tests find tests/conf/ and the files as shipped.
SOURCE_TREE = $(AM_CPPFLAGS) -DSOURCE_TREE='"$(abs_top_srcdir)"'
check_PROGRAMS += \
	tests/unit/policy/bundle_test \
	tests/unit/policy/config_test \
	tests/unit/policy/config_read_test \
	tests/unit/policy/corpus_test \
	tests/unit/policy/decide_test \
	tests/unit/policy/policy_read_test \
	tests/unit/policy/shipped_test \
	tests/unit/policy/snapshot_test \
	tests/unit/policy/snapshot_follow_test
TESTS += \
	tests/unit/policy/bundle_test \
	tests/unit/policy/config_test \
	tests/unit/policy/config_read_test \
	tests/unit/policy/corpus_test \
	tests/unit/policy/decide_test \
	tests/unit/policy/policy_read_test \
	tests/unit/policy/shipped_test \
	tests/unit/policy/snapshot_test \
	tests/unit/policy/snapshot_follow_test
tests_unit_policy_bundle_test_SOURCES = tests/unit/policy/bundle_test.c tests/unit/policy/fixture.h
tests_unit_policy_bundle_test_CPPFLAGS = $(SOURCE_TREE)
tests_unit_policy_bundle_test_LDADD = $(LINK_POLICY)
tests_unit_policy_config_test_SOURCES = tests/unit/policy/config_test.c tests/unit/policy/fixture.h
tests_unit_policy_config_test_CPPFLAGS = $(SOURCE_TREE)
tests_unit_policy_config_test_LDADD = $(LINK_POLICY)
tests_unit_policy_config_read_test_SOURCES = tests/unit/policy/config_read_test.c tests/unit/policy/fixture.h
tests_unit_policy_config_read_test_CPPFLAGS = $(SOURCE_TREE)
tests_unit_policy_config_read_test_LDADD = $(LINK_POLICY)
tests_unit_policy_corpus_test_SOURCES = tests/unit/policy/corpus_test.c tests/unit/policy/fixture.h
tests_unit_policy_corpus_test_CPPFLAGS = $(SOURCE_TREE)
tests_unit_policy_corpus_test_LDADD = $(LINK_POLICY)
tests_unit_policy_decide_test_SOURCES = tests/unit/policy/decide_test.c tests/unit/policy/fixture.h
tests_unit_policy_decide_test_CPPFLAGS = $(SOURCE_TREE)
tests_unit_policy_decide_test_LDADD = $(LINK_POLICY)
tests_unit_policy_policy_read_test_SOURCES = tests/unit/policy/policy_read_test.c tests/unit/policy/fixture.h
tests_unit_policy_policy_read_test_CPPFLAGS = $(SOURCE_TREE)
tests_unit_policy_policy_read_test_LDADD = $(LINK_POLICY)
tests_unit_policy_shipped_test_SOURCES = tests/unit/policy/shipped_test.c tests/unit/policy/fixture.h
tests_unit_policy_shipped_test_CPPFLAGS = $(SOURCE_TREE)
tests_unit_policy_shipped_test_LDADD = $(LINK_POLICY)
tests_unit_policy_snapshot_test_SOURCES = tests/unit/policy/snapshot_test.c tests/unit/policy/fixture.h
tests_unit_policy_snapshot_test_CPPFLAGS = $(SOURCE_TREE)
tests_unit_policy_snapshot_test_LDADD = $(LINK_POLICY)
tests_unit_policy_snapshot_follow_test_SOURCES = tests/unit/policy/snapshot_follow_test.c tests/unit/policy/fixture.h
tests_unit_policy_snapshot_follow_test_CPPFLAGS = $(SOURCE_TREE)
tests_unit_policy_snapshot_follow_test_LDADD = $(LINK_POLICY)

# The corpus of configurations: what good/ and bad/ stand in, and they themselves.
EXTRA_DIST += tests/conf/base tests/conf/bad tests/conf/good
