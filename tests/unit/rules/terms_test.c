#include "fixture.h"
#include "rules/read.h"

#define RAW (1u << VIEW_RAW)
#define FOLDED (1u << VIEW_FOLDED)
#define DECODED (1u << VIEW_DECODED)

/* A list file, as a rule that reads `views` gets it. */
static bool read_file(struct fixture *f, struct rule *rule, unsigned views, struct str content)
{
    struct yaml_node node = {
        .kind = YAML_SCALAR, .at = {"/rules/a.yaml", 5, 12}, .text = STR("terms/list.txt")};
    struct ruleset rs = {0};

    fixture_open(f);
    *rule = (struct rule){.views = views};
    assert_true(fileset_put(f->files, STR("/rules/terms/list.txt"), content));
    fileset_seal(f->files);
    return terms_read(&f->cx, &node, &rs, rule);
}

static void test_file(void **state)
{
    struct fixture f;
    struct rule r;

    (void)state;
    assert_true(
        read_file(&f, &r, RAW, STR("# a comment\n\n  first term \r\n\t# another\n二次\nlast")));
    assert_nothing_told(&f);
    assert_int_equal(r.terms[FORM_PLAIN].count, 3);
    assert_true(str_eq(r.terms[FORM_PLAIN].items[0], STR("first term")));
    assert_true(str_eq(r.terms[FORM_PLAIN].items[1], STR("二次")));
    assert_true(str_eq(r.terms[FORM_PLAIN].items[2], STR("last")));
    assert_int_equal(r.terms[FORM_FOLDED].count, 0);
    fixture_close(&f);
}

static void test_forms(void **state)
{
    struct fixture f;
    struct rule r;

    (void)state;
    assert_true(read_file(&f, &r, RAW | FOLDED, STR("Ｔｅｒｍ\nOther\n")));
    assert_true(str_eq(r.terms[FORM_PLAIN].items[0], STR("Ｔｅｒｍ")));
    assert_true(str_eq(r.terms[FORM_FOLDED].items[0], STR("term")));
    assert_true(str_eq(r.terms[FORM_FOLDED].items[1], STR("other")));
    fixture_close(&f);

    assert_true(read_file(&f, &r, FOLDED | DECODED, STR("Term\n")));
    assert_int_equal(r.terms[FORM_PLAIN].count, 0);
    assert_int_equal(r.terms[FORM_FOLDED].count, 1);
    fixture_close(&f);

    assert_true(read_file(&f, &r, DECODED, STR("Term\n")));
    assert_int_equal(r.terms[FORM_PLAIN].count, 1);
    assert_int_equal(r.terms[FORM_FOLDED].count, 0);
    fixture_close(&f);
}

/* The first of equal terms stays where it is; folding makes more of them equal, which is no news.
 */
static void test_duplicates(void **state)
{
    struct fixture f;
    struct rule r;

    (void)state;
    assert_true(read_file(&f, &r, RAW | FOLDED, STR("zz\naa\nAA\nzz\nmm\n")));
    assert_int_equal(diags_errors(f.diags), 0);
    assert_int_equal(diags_warnings(f.diags), 1);
    assert_told(&f, "/rules/terms/list.txt:4:1: warning: the term stands already at "
                    "/rules/terms/list.txt:1");
    assert_int_equal(r.terms[FORM_PLAIN].count, 4);
    assert_true(str_eq(r.terms[FORM_PLAIN].items[0], STR("zz")));
    assert_true(str_eq(r.terms[FORM_PLAIN].items[1], STR("aa")));
    assert_true(str_eq(r.terms[FORM_PLAIN].items[3], STR("mm")));
    assert_int_equal(r.terms[FORM_FOLDED].count, 3);
    assert_true(str_eq(r.terms[FORM_FOLDED].items[1], STR("aa")));
    fixture_close(&f);
}

static void expect_error(unsigned views, struct str content, const char *told)
{
    struct fixture f;
    struct rule r;

    assert_false(read_file(&f, &r, views, content));
    assert_told(&f, told);
    fixture_close(&f);
}

static void test_errors(void **state)
{
    char longest[RULE_MAX_TERM + 2];

    (void)state;
    memset(longest, 'a', sizeof(longest));
    expect_error(RAW, STR("\xEF\xBB\xBFterm\n"), "list.txt:1:1: the file begins with a byte order");
    expect_error(RAW, STR("good\nbad\xFF\n"), "list.txt:2:1: the line is not valid UTF-8");
    expect_error(RAW, STR("good\n  x\n"), "list.txt:2:3: a term needs at least 2 characters");
    expect_error(RAW, STR("密\n"), "list.txt:1:1: a term needs at least 2 characters");
    expect_error(RAW, STR("a\tb\n"), "list.txt:1:1: the term holds a control character");
    expect_error(RAW, STR("a\0b\n"), "the term holds a control character");
    expect_error(RAW, STR("# nothing\n\n"), "list.txt: the file holds no terms");
    expect_error(RAW, STR(""), "the file holds no terms");
    expect_error(RAW, (struct str){longest, RULE_MAX_TERM + 1}, "1025 bytes; at most 1024");
    expect_error(FOLDED, STR("ok\nx\xE2\x80\x8B\n"), "list.txt:2:1: folding leaves less than 2");
    expect_error(FOLDED, STR("\xC2\xAD\xE2\x80\x8B\n"), "folding leaves less than 2");
}

static void test_longest(void **state)
{
    struct fixture f;
    struct rule r;
    char longest[RULE_MAX_TERM];

    (void)state;
    memset(longest, 'a', sizeof(longest));
    assert_true(read_file(&f, &r, RAW, (struct str){longest, sizeof(longest)}));
    assert_int_equal(r.terms[FORM_PLAIN].items[0].n, RULE_MAX_TERM);
    fixture_close(&f);
}

/* The whole list is told about in one go. */
static void test_all_lines_told(void **state)
{
    struct fixture f;
    struct rule r;

    (void)state;
    assert_false(read_file(&f, &r, RAW, STR("a\nok\nb\n")));
    assert_int_equal(diags_errors(f.diags), 2);
    fixture_close(&f);
}

static void test_too_many(void **state)
{
    struct fixture f;
    struct rule r = {.views = RAW};
    struct ruleset rs = {.term_count = RULE_MAX_TERMS - 1};
    struct yaml_node one = {.kind = YAML_SCALAR, .text = STR("ab")};
    struct yaml_node two = {.kind = YAML_SCALAR, .text = STR("cd")};
    struct yaml_node *items[] = {&one, &two};
    struct yaml_node list = {.kind = YAML_SEQUENCE, .items = items, .count = 1};

    (void)state;
    fixture_open(&f);
    assert_true(terms_read(&f.cx, &list, &rs, &r));
    assert_int_equal(rs.term_count, RULE_MAX_TERMS);
    rs.term_count--;
    list.count = 2;
    assert_false(terms_read(&f.cx, &list, &rs, &r));
    assert_told(&f, "more than 1000000 terms");
    fixture_close(&f);
}

static void test_inline(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f);
    fixture_put(&f, "a.yaml",
                STR("rules:\n  - id: r\n    category: c\n    match: x\n"
                    "    terms: [one, '#two', t]\n"));
    assert_null(fixture_read(&f));
    assert_told(&f, "/rules/a.yaml:5:26: a term needs at least 2 characters");
    assert_int_equal(diags_errors(f.diags), 1);
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_file),       cmocka_unit_test(test_forms),
        cmocka_unit_test(test_duplicates), cmocka_unit_test(test_errors),
        cmocka_unit_test(test_longest),    cmocka_unit_test(test_all_lines_told),
        cmocka_unit_test(test_too_many),   cmocka_unit_test(test_inline),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
