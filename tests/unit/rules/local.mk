check_PROGRAMS += \
	tests/unit/rules/compile_test \
	tests/unit/rules/image_test \
	tests/unit/rules/pattern_test \
	tests/unit/rules/prepare_test \
	tests/unit/rules/read_test \
	tests/unit/rules/rule_test \
	tests/unit/rules/rule_read_test \
	tests/unit/rules/taxonomy_test \
	tests/unit/rules/terms_test
TESTS += \
	tests/unit/rules/compile_test \
	tests/unit/rules/image_test \
	tests/unit/rules/pattern_test \
	tests/unit/rules/prepare_test \
	tests/unit/rules/read_test \
	tests/unit/rules/rule_test \
	tests/unit/rules/rule_read_test \
	tests/unit/rules/taxonomy_test \
	tests/unit/rules/terms_test
tests_unit_rules_compile_test_SOURCES = tests/unit/rules/compile_test.c tests/unit/rules/fixture.h
tests_unit_rules_compile_test_LDADD = $(LINK_RULES)
tests_unit_rules_image_test_SOURCES = tests/unit/rules/image_test.c tests/unit/rules/fixture.h
tests_unit_rules_image_test_LDADD = $(LINK_RULES)
tests_unit_rules_pattern_test_SOURCES = tests/unit/rules/pattern_test.c tests/unit/rules/fixture.h
tests_unit_rules_pattern_test_LDADD = $(LINK_RULES)
tests_unit_rules_prepare_test_SOURCES = tests/unit/rules/prepare_test.c tests/unit/rules/fixture.h
tests_unit_rules_prepare_test_LDADD = $(LINK_RULES)
tests_unit_rules_read_test_SOURCES = tests/unit/rules/read_test.c tests/unit/rules/fixture.h
tests_unit_rules_read_test_LDADD = $(LINK_RULES)
tests_unit_rules_rule_test_SOURCES = tests/unit/rules/rule_test.c
tests_unit_rules_rule_test_LDADD = $(LINK_RULES)
tests_unit_rules_rule_read_test_SOURCES = tests/unit/rules/rule_read_test.c tests/unit/rules/fixture.h
tests_unit_rules_rule_read_test_LDADD = $(LINK_RULES)
tests_unit_rules_taxonomy_test_SOURCES = tests/unit/rules/taxonomy_test.c tests/unit/rules/fixture.h
tests_unit_rules_taxonomy_test_LDADD = $(LINK_RULES)
tests_unit_rules_terms_test_SOURCES = tests/unit/rules/terms_test.c tests/unit/rules/fixture.h
tests_unit_rules_terms_test_LDADD = $(LINK_RULES)

check_PROGRAMS += tests/unit/rules/known_answers_test
TESTS += tests/unit/rules/known_answers_test
tests_unit_rules_known_answers_test_SOURCES = tests/unit/rules/known_answers_test.c
tests_unit_rules_known_answers_test_LDADD = $(LINK_RULES)
