#include "fixture.h"

#define RULE_A                                                     \
    "  - id: alpha\n    category: leak.a\n    pattern: 'a[0-9]'\n" \
    "    match: [a1]\n    clean: [ab]\n"
#define RULE_B \
    "  - id: beta\n    category: leak.b\n    terms: [bad word, worse]\n    match: [a bad word]\n"
#define TAXONOMY                                                   \
    "categories:\n  - name: leak.a\n    title: {en: A, zh: 甲}\n" \
    "  - name: leak.b\n    title: {en: B, zh: 乙}\n"

static void test_folder(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f);
    fixture_put(&f, "b.yaml", STR("rules:\n" RULE_B));
    fixture_put(&f, "taxonomy.yaml", STR(TAXONOMY));
    fixture_put(&f, "z.yaml", STR("rules:\n" RULE_A));
    struct ruleset *rs = fixture_read(&f);
    assert_nothing_told(&f);
    assert_non_null(rs);
    assert_int_equal(rs->count, 2);
    assert_int_equal(rs->category_count, 2);
    assert_int_equal(rs->term_count, 2);
    assert_true(str_eq(rs->rules[0]->id, STR("beta")));
    assert_true(str_eq(rs->by_id[0]->id, STR("alpha")));
    assert_ptr_equal(ruleset_find(rs, STR("beta")), rs->rules[0]);
    assert_string_equal(rs->rules[1]->at.file, "/rules/z.yaml");
    assert_int_equal(rs->rules[1]->at.line, 2);
    fixture_close(&f);
}

static void test_taxonomy_is_optional(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f);
    fixture_put(&f, "a.yaml", STR("rules:\n" RULE_A));
    assert_non_null(fixture_read(&f));
    assert_nothing_told(&f);
    fixture_close(&f);
}

static void expect_error(const char *yaml, const char *told)
{
    struct fixture f;

    fixture_open(&f);
    fixture_put(&f, "a.yaml", str_of(yaml));
    fixture_put(&f, "taxonomy.yaml", STR(TAXONOMY));
    assert_null(fixture_read(&f));
    assert_told(&f, told);
    fixture_close(&f);
}

static void test_errors(void **state)
{
    (void)state;
    expect_error("rules: []\n", "/rules/a.yaml:1:8: expected a list of rules");
    expect_error("rules: text\n", "/rules/a.yaml:1:8: expected a list of rules");
    expect_error("- a\n", "/rules/a.yaml:1:1: expected a mapping");
    expect_error("rule:\n" RULE_A, "did you mean `rules`?");
    expect_error("rules:\n" RULE_A RULE_A,
                 "/rules/a.yaml:7:5: the id alpha stands already at /rules/a.yaml:2");
    expect_error("rules:\n  - {id: x, category: leak.c, pattern: aa, match: [aa], clean: [b]}\n",
                 "the taxonomy has no category leak.c; did you mean `leak.");
    expect_error("rules:\n  - {id: x, category: leak, pattern: aa, match: [aa], clean: [b]}\n",
                 "/rules/a.yaml:2:23: the taxonomy has no category leak");
    expect_error("rules: [\n", "/rules/a.yaml");
}

/* One pass tells what is wrong in every file. */
static void test_all_errors_at_once(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f);
    fixture_put(&f, "a.yaml", STR("rules:\n  - {id: x}\n  - {id: UPPER, category: leak.a}\n"));
    fixture_put(&f, "b.yaml", STR("rules:\n" RULE_B "    colour: red\n"));
    fixture_put(&f, "taxonomy.yaml", STR("categories: []\n"));
    assert_null(fixture_read(&f));
    assert_told(&f, "/rules/a.yaml:2:5: the key `category` is missing");
    assert_told(&f, "/rules/a.yaml:2:5: a rule needs either `pattern` or `terms`");
    assert_told(&f, "/rules/a.yaml:3:10: an id is");
    assert_told(&f, "/rules/b.yaml:6:5: unknown key `colour`");
    assert_told(&f, "/rules/taxonomy.yaml:1:13: expected a list of categories");
    fixture_close(&f);
}

static void test_empty_folder(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f);
    assert_null(fixture_read(&f));
    assert_told(&f, "policy.yaml:3:9: /rules holds no rule files (*.yaml)");
    fixture_close(&f);
}

/* A folder and a file of it: the file counts once. */
static void test_same_file_twice(void **state)
{
    const struct str paths[] = {STR("/rules"), STR("/rules/a.yaml")};
    struct fixture f;

    (void)state;
    fixture_open(&f);
    fixture_put(&f, "a.yaml", STR("rules:\n" RULE_A));
    assert_true(fileset_put_list(f.files, STR("/rules\n.yaml"), STR("/rules/a.yaml")));
    assert_true(fileset_put_list(f.files, STR("/rules/a.yaml\n.yaml"), STR("/rules/a.yaml")));
    fileset_seal(f.files);
    f.rules = ruleset_read(&f.cx, paths, 2, (struct where){0});
    assert_nothing_told(&f);
    assert_non_null(f.rules);
    assert_int_equal(f.rules->count, 1);
    fixture_close(&f);
}

/* Wherever memory ends, there is an error and no rules; never half of them. */
static void test_out_of_memory(void **state)
{
    (void)state;
    for (size_t max = 0; max < (1u << 16); max += 512) {
        struct fixture f;

        fixture_open(&f);
        arena_free(f.arena);
        f.arena = f.cx.arena = arena_new(max);
        assert_non_null(f.arena);
        fixture_put(&f, "a.yaml", STR("rules:\n" RULE_A RULE_B));
        fixture_put(&f, "taxonomy.yaml", STR(TAXONOMY));
        struct ruleset *rs = fixture_read(&f);
        assert_true((rs == NULL) == (diags_errors(f.diags) > 0));
        if (rs != NULL) {
            assert_int_equal(rs->count, 2);
        }
        fixture_close(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_folder),        cmocka_unit_test(test_taxonomy_is_optional),
        cmocka_unit_test(test_errors),        cmocka_unit_test(test_all_errors_at_once),
        cmocka_unit_test(test_empty_folder),  cmocka_unit_test(test_same_file_twice),
        cmocka_unit_test(test_out_of_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
