#include "fixture.h"

static const char rules[] =
    "rules:\n"
    "  - {id: t-raw, category: c, terms: [Alpha, Beta], match: x}\n"
    "  - {id: r-both, category: c, pattern: 'ab{2}', view: [raw, folded],\n"
    "     match: x, clean: y}\n"
    "  - {id: t-all, category: c, terms: [ＧＡ, ga],\n"
    "     view: [raw, folded, decoded], match: x}\n"
    "  - {id: r-folded, category: c, pattern: 'xyz', view: [folded, decoded],\n"
    "     match: x, clean: y}\n";

static void expect_pattern(const struct database *db, enum view v, size_t id, const char *rule,
                           const char *text, uint32_t literal)
{
    const struct pattern *p = &db->patterns[v][id];

    assert_true(str_eq(p->rule->id, str_of(rule)));
    assert_true(str_eq(p->text, str_of(text)));
    assert_int_equal(p->literal, literal);
}

static void test_numbering(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f);
    fixture_put(&f, "a.yaml", str_of(rules));
    assert_non_null(fixture_read(&f));
    assert_true(database_prepare(f.rules, f.arena, f.diags, &f.db));
    assert_nothing_told(&f);

    assert_int_equal(f.db.pattern_count[VIEW_RAW], 5);
    assert_int_equal(f.db.regex_count[VIEW_RAW], 1);
    expect_pattern(&f.db, VIEW_RAW, 0, "r-both", "ab{2}", 0);
    expect_pattern(&f.db, VIEW_RAW, 1, "t-raw", "Alpha", 5);
    expect_pattern(&f.db, VIEW_RAW, 2, "t-raw", "Beta", 4);
    expect_pattern(&f.db, VIEW_RAW, 3, "t-all", "ＧＡ", 6);
    expect_pattern(&f.db, VIEW_RAW, 4, "t-all", "ga", 2);

    assert_int_equal(f.db.pattern_count[VIEW_FOLDED], 3);
    expect_pattern(&f.db, VIEW_FOLDED, 0, "r-both", "ab{2}", 0);
    expect_pattern(&f.db, VIEW_FOLDED, 1, "r-folded", "xyz", 0);
    expect_pattern(&f.db, VIEW_FOLDED, 2, "t-all", "ga", 2);

    assert_int_equal(f.db.pattern_count[VIEW_DECODED], 4);
    assert_int_equal(f.db.regex_count[VIEW_DECODED], 0);
    assert_true(f.db.decodes_folded);
    assert_int_equal(ruleset_find(f.rules, STR("t-all"))->max_width, 6);
    assert_int_equal(ruleset_find(f.rules, STR("r-both"))->max_width, 3);
    fixture_close(&f);
}

/* Codes are made for the forms that somebody reads, and for no other. */
static void test_forms(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f);
    fixture_put(&f, "a.yaml", str_of(rules));
    assert_non_null(fixture_read(&f));
    assert_true(database_prepare(f.rules, f.arena, f.diags, &f.db));
    const struct rule *both = ruleset_find(f.rules, STR("r-both"));
    const struct rule *folded = ruleset_find(f.rules, STR("r-folded"));
    const struct rule *term = ruleset_find(f.rules, STR("t-all"));
    assert_non_null(both->code[FORM_PLAIN].confirm);
    assert_non_null(both->code[FORM_FOLDED].confirm);
    assert_null(folded->code[FORM_PLAIN].confirm);
    assert_non_null(folded->code[FORM_FOLDED].confirm);
    assert_null(term->code[FORM_FOLDED].confirm);
    fixture_close(&f);
}

static void test_errors_are_told_at_once(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f);
    fixture_put(&f, "a.yaml",
                STR("rules:\n"
                    "  - {id: a, category: c, pattern: 'a(', match: x, clean: y}\n"
                    "  - {id: b, category: c, pattern: 'b', match: x, clean: y}\n"
                    "  - {id: c, category: c, pattern: 'c*', match: x, clean: y}\n"));
    assert_non_null(fixture_read(&f));
    assert_false(database_prepare(f.rules, f.arena, f.diags, &f.db));
    assert_int_equal(diags_errors(f.diags), 2);
    assert_told(&f, "/rules/a.yaml:2:35: the pattern cannot be compiled");
    assert_told(&f, "/rules/a.yaml:4:35: the pattern matches the empty text");
    fixture_close(&f);
}

static void test_no_memory(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f);
    fixture_put(&f, "a.yaml", str_of(rules));
    assert_non_null(fixture_read(&f));
    struct arena *small = arena_new(1);
    assert_false(database_prepare(f.rules, small, f.diags, &f.db));
    assert_told(&f, "out of memory");
    arena_free(small);
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbering),
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_errors_are_told_at_once),
        cmocka_unit_test(test_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
