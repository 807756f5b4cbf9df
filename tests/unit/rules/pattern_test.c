#include "rules/pattern.h"

#include "fixture.h"

#include <hs.h>

static void test_needs_utf8(void **state)
{
    static const char *const bytes[] = {"abc",        "[0-9]{3}",  "\\d+\\w\\s",  "a\\.b",
                                        "\\x41\\x7f", "(?:a|b)+?", "^a$",         "\\bab\\b",
                                        "(a)\\1",     "[\\]\\^a]", "\\-\\/\\[\\^"};
    static const char *const characters[] = {
        "a.b",          "密",    "[^a]",   "\\D", "\\W",    "\\S",         "\\xff",
        "\\x{41}",      "\\x80", "\\p{L}", "\\h", "\\N",    "[[:alpha:]]", "\\377",
        "[[:^alpha:]]", "\\",    "\\x",    "\\R", "[a[^b]]"};

    (void)state;
    for (size_t i = 0; i < SG_COUNT(bytes); i++) {
        if (pattern_needs_utf8(str_of(bytes[i]))) {
            fail_msg("%s needs no characters", bytes[i]);
        }
    }
    for (size_t i = 0; i < SG_COUNT(characters); i++) {
        if (!pattern_needs_utf8(str_of(characters[i]))) {
            fail_msg("%s needs characters", characters[i]);
        }
    }
}

/* A rule with this pattern, prepared in one form. */
static bool prepare(struct rule *rule, const char *pattern, enum rule_form form, struct diags *d)
{
    rule->pattern = str_of(pattern);
    rule->pattern_at = (struct where){"a.yaml", 7, 14};
    return pattern_prepare(rule, form, d);
}

static void free_codes(struct rule *rule)
{
    struct rule *rules[] = {rule};
    struct ruleset rs = {.rules = rules, .count = 1};

    ruleset_free(&rs);
}

static void test_flags_and_widths(void **state)
{
    static const struct {
        const char *pattern;
        enum rule_form form;
        bool caseless;
        unsigned flags;
        size_t max_width;
        bool local;
    } cases[] = {
        {"a[0-9]{2,5}", FORM_PLAIN, false, 0, 6, true},
        {"abc", FORM_PLAIN, true, HS_FLAG_CASELESS, 3, true},
        {"abc", FORM_FOLDED, false, HS_FLAG_CASELESS, 3, true},
        {"密.", FORM_PLAIN, false, HS_FLAG_UTF8, 7, true},
        {"a[^b]+", FORM_PLAIN, false, HS_FLAG_UTF8, RULE_MAX_WIDTH, false},
        {"abc(?=d)", FORM_PLAIN, false, HS_FLAG_PREFILTER, 3, false},
        {"(?<!x)abc", FORM_PLAIN, false, HS_FLAG_PREFILTER, 3, false},
        {"(a|b)c\\1", FORM_PLAIN, false, HS_FLAG_PREFILTER, RULE_MAX_WIDTH, false},
    };
    struct diags *d = diags_new();

    (void)state;
    for (size_t i = 0; i < SG_COUNT(cases); i++) {
        struct rule rule = {.caseless = cases[i].caseless};

        assert_true(prepare(&rule, cases[i].pattern, cases[i].form, d));
        const struct rule_code *code = &rule.code[cases[i].form];
        assert_int_equal(code->hs_flags, cases[i].flags | HS_FLAG_DOTALL);
        assert_int_equal(code->max_width, cases[i].max_width);
        assert_int_equal(code->local, cases[i].local);
        assert_int_equal(rule.max_width, cases[i].max_width);
        assert_non_null(code->confirm);
        free_codes(&rule);
        assert_null(code->confirm);
    }
    diags_free(d);
}

/* A second time, as in a tool that prepares what it has read for another database, is no work. */
static void test_idempotent(void **state)
{
    struct diags *d = diags_new();
    struct rule rule = {0};

    (void)state;
    assert_true(prepare(&rule, "abc", FORM_PLAIN, d));
    void *confirm = rule.code[FORM_PLAIN].confirm;
    assert_true(prepare(&rule, "abc", FORM_PLAIN, d));
    assert_ptr_equal(rule.code[FORM_PLAIN].confirm, confirm);
    free_codes(&rule);
    diags_free(d);
}

static void test_captures(void **state)
{
    struct diags *d = diags_new();
    struct rule rule = {.capture = STR("2")};

    (void)state;
    assert_true(prepare(&rule, "(a)(?<v>b)", FORM_PLAIN, d));
    assert_int_equal(rule.capture_group, 2);
    free_codes(&rule);
    rule = (struct rule){.capture = STR("v"), .boundary = BOUNDARY_WORD};
    assert_true(prepare(&rule, "(a)(?<v>b)", FORM_PLAIN, d));
    assert_int_equal(rule.capture_group, 2);
    free_codes(&rule);
    diags_free(d);
}

static void expect_error(struct rule rule, const char *pattern, const char *told)
{
    struct diags *d = diags_new();

    assert_false(prepare(&rule, pattern, FORM_PLAIN, d));
    assert_null(rule.code[FORM_PLAIN].confirm);
    char *text = diags_text(d);
    if (strstr(text, told) == NULL) {
        fail_msg("%s: expected to be told: %s, but was told: %s", pattern, told, text);
    }
    free(text);
    diags_free(d);
}

static void test_errors(void **state)
{
    (void)state;
    expect_error((struct rule){0}, "a(b", "a.yaml:7:14: the pattern cannot be compiled: Missing");
    expect_error((struct rule){0}, "a)|(?:b", "a.yaml:7:14: the pattern cannot be compiled");
    expect_error((struct rule){.boundary = BOUNDARY_DIGIT}, "a)|(?:b", "cannot be compiled");
    expect_error((struct rule){.boundary = BOUNDARY_DIGIT}, "\\Qab", "cannot be compiled");
    expect_error((struct rule){0}, "a*", "the pattern matches the empty text");
    expect_error((struct rule){0}, "(?=a)", "the pattern matches the empty text");
    expect_error((struct rule){0}, "a|\\b", "the pattern matches the empty text");
    expect_error((struct rule){0}, "(*UTF8)a", "does not begin with a verb");
    expect_error((struct rule){0}, "a\\Kb", "\\K at index 1 not supported");
    expect_error((struct rule){0}, "(?<=a+)b", "cannot be compiled");
    expect_error((struct rule){.capture = STR("2")}, "(a)", "no single group 2");
    expect_error((struct rule){.capture = STR("w")}, "(?<v>a)", "no single group w");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_needs_utf8), cmocka_unit_test(test_flags_and_widths),
        cmocka_unit_test(test_idempotent), cmocka_unit_test(test_captures),
        cmocka_unit_test(test_errors),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
