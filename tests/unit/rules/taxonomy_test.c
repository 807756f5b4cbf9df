#include "fixture.h"
#include "rules/read.h"

static bool read_taxonomy(struct fixture *f, struct ruleset *rs, const char *yaml)
{
    const struct yaml_node *document = yaml_read(f->arena, "taxonomy.yaml", str_of(yaml), f->diags);

    assert_non_null(document);
    return taxonomy_read(&f->cx, document, rs);
}

static void test_good(void **state)
{
    struct fixture f;
    struct ruleset rs = {0};

    (void)state;
    fixture_open(&f);
    assert_true(read_taxonomy(&f, &rs,
                              "categories:\n"
                              "  - name: leak.personal\n    title: {en: P, zh: 个}\n"
                              "    risks: [A.4.5, A.4.6]\n    owasp: LLM02\n"
                              "  - {name: x-1, title: {en: X, zh: 乙}}\n"));
    assert_int_equal(rs.category_count, 2);
    assert_true(str_eq(rs.categories[0].name, STR("leak.personal")));
    assert_true(str_eq(rs.categories[0].title_zh, STR("个")));
    assert_int_equal(rs.categories[0].risks.count, 2);
    assert_true(str_eq(rs.categories[0].owasp.items[0], STR("LLM02")));
    assert_int_equal(rs.categories[0].at.line, 2);
    assert_int_equal(rs.categories[1].risks.count, 0);

    /* a second file adds to the first */
    assert_true(read_taxonomy(&f, &rs, "categories: [{name: y, title: {en: Y, zh: 丙}}]"));
    assert_int_equal(rs.category_count, 3);
    assert_true(str_eq(rs.categories[0].name, STR("leak.personal")));
    assert_true(str_eq(rs.categories[2].name, STR("y")));
    assert_nothing_told(&f);
    fixture_close(&f);
}

static void expect_error(const char *yaml, const char *told)
{
    struct fixture f;
    struct ruleset rs = {0};

    fixture_open(&f);
    assert_false(read_taxonomy(&f, &rs, yaml));
    assert_told(&f, told);
    fixture_close(&f);
}

static void test_errors(void **state)
{
    (void)state;
    expect_error("categories: []", "taxonomy.yaml:1:13: expected a list of categories");
    expect_error("categories: {a: b}", "taxonomy.yaml:1:13: expected a list of categories");
    expect_error("categorie: []", "did you mean `categories`?");
    expect_error("categories: [{name: a}]", "the key `title` is missing");
    expect_error("categories: [{title: {en: a, zh: b}}]", "the key `name` is missing");
    expect_error("categories: [{name: a, title: text}]", "taxonomy.yaml:1:31: expected a mapping");
    expect_error("categories: [{name: a, title: {en: a}}]", "the key `zh` is missing");
    expect_error("categories: [{name: A, title: {en: a, zh: b}}]",
                 "a category is lower-case words");
    expect_error("categories:\n  - {name: a, title: {en: a, zh: b}}\n"
                 "  - {name: a, title: {en: a, zh: b}}\n",
                 "taxonomy.yaml:3:12: the category stands already at taxonomy.yaml:2");
}

static void test_category_valid(void **state)
{
    (void)state;
    assert_true(category_valid(STR("a")));
    assert_true(category_valid(STR("data-leak.state-secret")));
    assert_true(category_valid(STR("a1.b2.c3")));
    assert_false(category_valid(STR("")));
    assert_false(category_valid(STR(".")));
    assert_false(category_valid(STR("a.")));
    assert_false(category_valid(STR(".a")));
    assert_false(category_valid(STR("a..b")));
    assert_false(category_valid(STR("-a")));
    assert_false(category_valid(STR("a-")));
    assert_false(category_valid(STR("a-.b")));
    assert_false(category_valid(STR("a.-b")));
    assert_false(category_valid(STR("A")));
    assert_false(category_valid(STR("a b")));
    assert_false(category_valid(STR("类")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_category_valid),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
