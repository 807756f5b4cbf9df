#include "fixture.h"

/* One rule with these lines besides id and category. */
#define RULE(lines) "rules:\n  - id: r\n    category: leak\n" lines
#define EXAMPLES "    match: [x]\n    clean: [y]\n"
#define PATTERN "    pattern: abc\n"

static const struct rule *read_one(struct fixture *f, const char *yaml)
{
    fixture_open(f);
    fixture_put(f, "a.yaml", str_of(yaml));
    fixture_put(f, "list.txt", STR("first term\nsecond term\n"));
    (void)fixture_read(f);
    return f->rules == NULL ? NULL : f->rules->rules[0];
}

static void test_defaults(void **state)
{
    struct fixture f;

    (void)state;
    const struct rule *r = read_one(&f, RULE(PATTERN EXAMPLES));
    assert_nothing_told(&f);
    assert_true(str_eq(r->title_en, STR("r")));
    assert_true(str_eq(r->title_zh, STR("r")));
    assert_int_equal(r->severity, SEVERITY_MEDIUM);
    assert_int_equal(r->views, 1u << VIEW_RAW | 1u << VIEW_DECODED);
    assert_int_equal(r->boundary, BOUNDARY_NONE);
    assert_int_equal(r->mask, MASK_LABEL);
    assert_int_equal(r->verifiers, 0);
    assert_false(r->caseless);
    assert_int_equal(r->near.terms.count, 0);
    assert_int_equal(r->except.count, 0);
    assert_true(r->entropy == 0);
    assert_int_equal(r->pattern_at.line, 4);
    assert_int_equal(r->pattern_at.column, 14);
    fixture_close(&f);
}

static void test_every_key(void **state)
{
    struct fixture f;

    (void)state;
    const struct rule *r = read_one(
        &f, RULE("    title: {en: Name, zh: 名称}\n    description: why\n    severity: critical\n"
                 "    pattern: '(?<v>abc)'\n    view: [raw, folded]\n    caseless: true\n"
                 "    capture: v\n    boundary: alnum\n    verify: [luhn, date]\n    entropy: 3.5\n"
                 "    near: {terms: [Ｔｅｌ, 电话], within: 12}\n    except: [ＡＢＣ]\n"
                 "    redact: hash\n    match: [abc, xabc]\n    clean: ab\n"
                 "    references: [GB 1, GB 2]\n"));
    assert_nothing_told(&f);
    assert_true(str_eq(r->title_en, STR("Name")));
    assert_true(str_eq(r->title_zh, STR("名称")));
    assert_true(str_eq(r->description, STR("why")));
    assert_int_equal(r->severity, SEVERITY_CRITICAL);
    assert_int_equal(r->views, 1u << VIEW_RAW | 1u << VIEW_FOLDED);
    assert_true(r->caseless);
    assert_true(str_eq(r->capture, STR("v")));
    assert_int_equal(r->boundary, BOUNDARY_ALNUM);
    assert_int_equal(r->verifiers, 1u << VERIFY_LUHN | 1u << VERIFY_DATE);
    assert_true(r->entropy == 3.5);
    assert_int_equal(r->near.terms.count, 2);
    assert_true(str_eq(r->near.terms.items[0], STR("tel")));
    assert_int_equal(r->near.within, 12);
    assert_true(str_eq(r->except.items[0], STR("abc")));
    assert_int_equal(r->mask, MASK_HASH);
    assert_int_equal(r->match.count, 2);
    assert_int_equal(r->match_at[1].column, 18);
    assert_int_equal(r->clean.count, 1);
    assert_int_equal(r->references.count, 2);
    fixture_close(&f);
}

static void test_near_as_list(void **state)
{
    struct fixture f;

    (void)state;
    const struct rule *r = read_one(&f, RULE(PATTERN "    near: [phone]\n" EXAMPLES));
    assert_nothing_told(&f);
    assert_int_equal(r->near.terms.count, 1);
    assert_int_equal(r->near.within, 40);
    fixture_close(&f);
}

static void test_one_title(void **state)
{
    struct fixture f;

    (void)state;
    const struct rule *r = read_one(&f, RULE(PATTERN "    title: Both\n" EXAMPLES));
    assert_true(str_eq(r->title_en, STR("Both")));
    assert_true(str_eq(r->title_zh, STR("Both")));
    fixture_close(&f);
}

static void test_term_file(void **state)
{
    struct fixture f;

    (void)state;
    const struct rule *r = read_one(&f, RULE("    terms: list.txt\n    match: [x]\n"));
    assert_nothing_told(&f);
    assert_int_equal(r->pattern.n, 0);
    assert_int_equal(r->terms[FORM_PLAIN].count, 2);
    assert_int_equal(r->terms[FORM_FOLDED].count, 0);
    fixture_close(&f);
}

static void expect_error(const char *yaml, const char *told)
{
    struct fixture f;

    assert_null(read_one(&f, yaml));
    assert_told(&f, told);
    fixture_close(&f);
}

static void test_subject(void **state)
{
    (void)state;
    expect_error(RULE(EXAMPLES), "a.yaml:2:5: a rule needs either `pattern` or `terms`");
    expect_error(RULE(PATTERN "    terms: [one, two]\n" EXAMPLES), "not both");
    expect_error(RULE("    pattern: ''\n" EXAMPLES), "a.yaml:4:14: expected text");
    expect_error(RULE("    pattern: \"a\\0b\"\n" EXAMPLES), "the pattern holds a NUL");
    expect_error(RULE("    terms: [one, two]\n    capture: x\n    match: [x]\n"),
                 "a.yaml:5:14: `capture` needs a `pattern`");
    expect_error(RULE("    terms: missing.txt\n    match: [x]\n"), "a.yaml:4:12: ");
    expect_error(RULE("    terms: {a: b}\n    match: [x]\n"), "a.yaml:4:12: expected");
}

static void test_long_pattern(void **state)
{
    struct buf b = BUF_INIT(1u << 16);

    (void)state;
    assert_true(buf_add_str(&b, STR(RULE("    pattern: "))));
    for (int i = 0; i <= RULE_MAX_PATTERN; i++) {
        assert_true(buf_add_char(&b, 'a'));
    }
    assert_true(buf_add(&b, "\n" EXAMPLES, sizeof("\n" EXAMPLES)));
    expect_error(b.p, "a.yaml:4:14: the pattern has 8193 bytes; at most 8192 are allowed");
    buf_free(&b);
}

static void test_examples_needed(void **state)
{
    struct fixture f;

    (void)state;
    expect_error(RULE(PATTERN "    clean: [y]\n"), "a rule needs `match`");
    expect_error(RULE(PATTERN "    match: [y]\n"), "a rule with a pattern needs `clean`");
    expect_error(RULE(PATTERN "    match: []\n    clean: [y]\n"), "a rule needs `match`");
    expect_error(RULE(PATTERN "    match: {a: b}\n    clean: [y]\n"), "a.yaml:5:12: expected");
    expect_error(RULE("    terms: [one, two]\n"), "a rule needs `match`");
    assert_non_null(read_one(&f, RULE("    terms: [one, two]\n    match: [x]\n")));
    fixture_close(&f);
}

static void test_values(void **state)
{
    (void)state;
    expect_error("rules:\n  - 5\n", "a.yaml:2:5: expected a mapping");
    expect_error("rules:\n  - {id: -x, category: a, pattern: b, match: c, clean: d}\n", "an id is");
    expect_error("rules:\n  - {id: a b, category: a, pattern: b, match: c, clean: d}\n",
                 "an id is");
    expect_error("rules:\n  - {id: a, category: A, pattern: b, match: c, clean: d}\n",
                 "a category is");
    expect_error("rules:\n  - {id: a, category: a..b, pattern: b, match: c, clean: d}\n",
                 "a category is");
    expect_error(RULE(PATTERN EXAMPLES "    severty: low\n"), "did you mean `severity`?");
    expect_error(RULE(PATTERN EXAMPLES "    severity: hig\n"), "did you mean `high`?");
    expect_error(RULE(PATTERN EXAMPLES "    view: fold\n"), "a.yaml:7:11: ");
    expect_error(RULE(PATTERN EXAMPLES "    view: [raw, fold]\n"), "a.yaml:7:17: ");
    expect_error(RULE(PATTERN EXAMPLES "    view: []\n"), "expected at least one name");
    expect_error(RULE(PATTERN EXAMPLES "    verify: luhm\n"), "did you mean `luhn`?");
    expect_error(RULE(PATTERN EXAMPLES "    boundary: dgit\n"), "did you mean `digit`?");
    expect_error(RULE(PATTERN EXAMPLES "    redact: hide\n"), "`keep-last-4`");
    expect_error(RULE(PATTERN EXAMPLES "    entropy: 9\n"), "a.yaml:7:14: ");
    expect_error(RULE(PATTERN EXAMPLES "    caseless: yes\n"), "a.yaml:7:15: ");
    expect_error(RULE(PATTERN EXAMPLES "    near: []\n"), "expected at least one term");
    expect_error(RULE(PATTERN EXAMPLES "    near: {within: 5}\n"), "the key `terms` is missing");
    expect_error(RULE(PATTERN EXAMPLES "    near: {terms: [a], within: 0}\n"), "a.yaml:7:32: ");
    expect_error(RULE(PATTERN EXAMPLES "    near: {terms: [a], within: 1001}\n"), "a.yaml:7:32: ");
    expect_error(RULE(PATTERN EXAMPLES "    near: [\"\\u200B\"]\n"),
                 "folding leaves nothing of item 1");
    expect_error(RULE(PATTERN EXAMPLES "    except: [a, \"\\u00AD\"]\n"),
                 "folding leaves nothing of item 2");
    expect_error(RULE(PATTERN EXAMPLES "    title: {en: A}\n"), "the key `zh` is missing");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),     cmocka_unit_test(test_every_key),
        cmocka_unit_test(test_near_as_list), cmocka_unit_test(test_one_title),
        cmocka_unit_test(test_term_file),    cmocka_unit_test(test_subject),
        cmocka_unit_test(test_long_pattern), cmocka_unit_test(test_examples_needed),
        cmocka_unit_test(test_values),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
