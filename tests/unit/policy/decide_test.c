/* From matches to a verdict. */
#include "fixture.h"

/* Spans and rules that the matches below point to. */
enum { USER, OLD_USER, SYSTEM, ASSISTANT, SPANS };
static struct span spans[SPANS] = {
    [USER] = {.role = SPAN_USER},
    [OLD_USER] = {.role = SPAN_USER, .history = true},
    [SYSTEM] = {.role = SPAN_SYSTEM},
    [ASSISTANT] = {.role = SPAN_ASSISTANT},
};
static const struct span_list span_list = {.items = spans, .count = SPANS};

static struct fixture f;
static struct arena *arena;
static struct verdict verdict;

static int make_arena(void **state)
{
    (void)state;
    arena = arena_new(1u << 20);
    return arena == NULL;
}

static int drop_arena(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

/* What lines decide of matches (rule, span). */
struct seen {
    const char *rule;
    size_t span;
};

static void decide(const char *lines, const char *tenant, const struct seen *seen, size_t count)
{
    char text[2048];
    struct match items[8] = {{0}};
    (void)snprintf(text, sizeof(text),
                   "policies:\n  office:\n    prompt:\n%s    output:\n%s"
                   "  strict: {prompt: [{category: any, action: block}]}\n",
                   lines, "      - {category: any, action: flag}\n");
    fixture_with(&f, "policy.yaml", text, "");
    for (size_t i = 0; i < count; i++) {
        items[i].rule = ruleset_find(f.snapshot->rules, str_of(seen[i].rule));
        items[i].span = seen[i].span;
        assert_non_null(items[i].rule);
    }
    const struct match_list matches = {items, count, count};
    assert_true(policy_decide(&f.snapshot->policies[0], DIRECTION_PROMPT, str_of(tenant),
                              &span_list, &matches, arena, &verdict));
}

/* The action for one match; frees what was made. */
static enum action one(const char *lines, const char *tenant, const char *rule, size_t span)
{
    const struct seen seen = {rule, span};
    decide(lines, tenant, &seen, 1);
    assert_int_equal(verdict.decisions[0].action, verdict.action);
    assert_int_equal(verdict.decisive, verdict.action == ACTION_ALLOW ? SIZE_MAX : 0);
    fixture_close(&f);
    return verdict.action;
}

#define LINE(text) "      - {" text "}\n"

static void test_nothing(void **state)
{
    (void)state;
    decide(LINE("category: any, action: block"), "", NULL, 0);
    assert_int_equal(verdict.action, ACTION_ALLOW);
    assert_int_equal(verdict.decisive, SIZE_MAX);
    fixture_close(&f);
}

static void test_category(void **state)
{
    (void)state;
    assert_int_equal(one(LINE("category: data-leak, action: block"), "", "test-number", USER),
                     ACTION_BLOCK);
    assert_int_equal(one(LINE("category: data-leak, action: block"), "", "test-jailbreak", USER),
                     ACTION_ALLOW);
    assert_int_equal(
        one(LINE("category: data-leak.personal, action: block"), "", "test-marking", USER),
        ACTION_ALLOW);
    assert_int_equal(one(LINE("category: any, action: redact"), "", "test-jailbreak", USER),
                     ACTION_REDACT);
}

static void test_rule_and_severity(void **state)
{
    const char *rules = LINE("rules: [test-marking, test-number], severity: high, action: block");
    (void)state;
    assert_int_equal(one(rules, "", "test-marking", USER), ACTION_BLOCK);   /* critical */
    assert_int_equal(one(rules, "", "test-number", USER), ACTION_ALLOW);    /* medium */
    assert_int_equal(one(rules, "", "test-jailbreak", USER), ACTION_ALLOW); /* not named */
    assert_int_equal(one(LINE("severity: high, action: block"), "", "test-jailbreak", USER),
                     ACTION_BLOCK); /* at least means equal too */
}

static void test_roles_and_turns(void **state)
{
    const char *roles = LINE("category: any, roles: [user, tool], action: block");
    const char *newest = LINE("category: any, turns: newest, action: block");
    (void)state;
    assert_int_equal(one(roles, "", "test-number", USER), ACTION_BLOCK);
    assert_int_equal(one(roles, "", "test-number", SYSTEM), ACTION_ALLOW);
    assert_int_equal(one(roles, "", "test-number", OLD_USER), ACTION_BLOCK);
    assert_int_equal(one(newest, "", "test-number", OLD_USER), ACTION_ALLOW);
    assert_int_equal(one(newest, "", "test-number", USER), ACTION_BLOCK);
}

static void test_except(void **state)
{
    const char *line = LINE("category: any, action: block, except: {rules: [test-number], "
                            "categories: [injection], roles: [system], tenants: [civil-affairs]}");
    (void)state;
    assert_int_equal(one(line, "", "test-number", USER), ACTION_ALLOW);
    assert_int_equal(one(line, "", "test-jailbreak", USER), ACTION_ALLOW);
    assert_int_equal(one(line, "", "test-marking", SYSTEM), ACTION_ALLOW);
    assert_int_equal(one(line, "civil-affairs", "test-marking", USER), ACTION_ALLOW);
    assert_int_equal(one(line, "civil-affair", "test-marking", USER), ACTION_BLOCK);
    assert_int_equal(one(line, "", "test-marking", USER), ACTION_BLOCK);
}

/* The severest line, wherever it stands; of equals the first. An `allow` excepts nothing. */
static void test_severest_line(void **state)
{
    const struct seen seen = {"test-number", USER};
    (void)state;
    decide(LINE("rule: test-number, action: allow")
               LINE("category: any, action: redact, mask: full")
                   LINE("severity: low, action: redact, mask: hash")
                       LINE("category: data-leak, action: flag"),
           "", &seen, 1);
    assert_int_equal(verdict.action, ACTION_REDACT);
    assert_ptr_equal(verdict.decisions[0].line,
                     &f.snapshot->policies[0].lines[DIRECTION_PROMPT][1]);
    assert_int_equal(verdict.decisions[0].mask, MASK_FULL);
    fixture_close(&f);
    assert_int_equal(one(LINE("category: any, action: replace, answer: no") LINE(
                             "category: any, action: block") LINE("category: any, action: redact"),
                         "", "test-number", USER),
                     ACTION_BLOCK);
}

static void test_allow_is_told(void **state)
{
    const struct seen seen[] = {{"test-number", USER}, {"test-jailbreak", USER}};
    (void)state;
    decide(LINE("rule: test-number, action: allow"), "", seen, 2);
    assert_int_equal(verdict.action, ACTION_ALLOW);
    assert_int_equal(verdict.decisive, SIZE_MAX);
    assert_non_null(verdict.decisions[0].line);
    assert_null(verdict.decisions[1].line);
    assert_int_equal(verdict.decisions[1].mask, f.snapshot->rules->rules[2]->mask);
    fixture_close(&f);
}

/* The severest of all matches decides; the first of them is told. */
static void test_severest_match(void **state)
{
    const struct seen seen[] = {{"test-number", USER},
                                {"test-marking", SYSTEM},
                                {"test-jailbreak", USER},
                                {"test-marking", USER}};
    (void)state;
    decide(LINE("category: data-leak.personal, action: redact")
               LINE("category: data-leak.state-secret, action: block")
                   LINE("category: injection, action: flag"),
           "", seen, 4);
    assert_int_equal(verdict.action, ACTION_BLOCK);
    assert_int_equal(verdict.decisive, 1);
    assert_int_equal(verdict.decisions[0].action, ACTION_REDACT);
    assert_int_equal(verdict.decisions[1].action, ACTION_BLOCK);
    assert_int_equal(verdict.decisions[2].action, ACTION_FLAG);
    assert_int_equal(verdict.decisions[3].action, ACTION_BLOCK);
    fixture_close(&f);
}

/* Prompt lines say nothing about outputs. */
static void test_direction(void **state)
{
    const struct seen seen = {"test-number", ASSISTANT};
    struct match match = {0};
    (void)state;
    decide(LINE("category: any, action: block"), "", &seen, 1);
    match.rule = f.snapshot->rules->rules[0];
    match.span = ASSISTANT;
    const struct match_list matches = {&match, 1, 1};
    assert_true(policy_decide(&f.snapshot->policies[0], DIRECTION_OUTPUT, STR(""), &span_list,
                              &matches, arena, &verdict));
    assert_int_equal(verdict.action, ACTION_FLAG);
    assert_true(policy_decide(&f.snapshot->policies[1], DIRECTION_OUTPUT, STR(""), &span_list,
                              &matches, arena, &verdict));
    assert_int_equal(verdict.action, ACTION_ALLOW); /* no lines at all */

    struct arena *full = arena_new(0);
    assert_non_null(full);
    assert_false(policy_decide(&f.snapshot->policies[0], DIRECTION_OUTPUT, STR(""), &span_list,
                               &matches, full, &verdict));
    arena_free(full);
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_category),
        cmocka_unit_test(test_rule_and_severity),
        cmocka_unit_test(test_roles_and_turns),
        cmocka_unit_test(test_except),
        cmocka_unit_test(test_severest_line),
        cmocka_unit_test(test_allow_is_told),
        cmocka_unit_test(test_severest_match),
        cmocka_unit_test(test_direction),
    };
    return cmocka_run_group_tests(tests, make_arena, drop_arena);
}
