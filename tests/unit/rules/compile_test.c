#include "fixture.h"

#include <hs.h>

static void test_no_reader(void **state)
{
    struct fixture f;

    (void)state;
    fixture_rules(
        &f, "rules:\n  - {id: a, category: c, pattern: abc, view: raw, match: x, clean: y}\n");
    assert_non_null(f.db.hs[VIEW_RAW]);
    assert_null(f.db.hs[VIEW_FOLDED]);
    assert_null(f.images[VIEW_FOLDED]);
    assert_int_equal(f.sizes[VIEW_FOLDED], 0);
    assert_null(f.db.hs[VIEW_DECODED]);
    fixture_close(&f);
}

/* What Hyperscan refuses only when it compiles is told with the rule's place. */
static void test_too_large(void **state)
{
    struct fixture f;
    void *bytes;
    size_t size;

    (void)state;
    fixture_open(&f);
    fixture_put(&f, "a.yaml",
                STR("rules:\n"
                    "  - {id: a, category: c, pattern: 'ab', match: x, clean: y}\n"
                    "  - {id: b, category: c, pattern: '(?:a[^b]{1,20}c|d[^e]{1,30}f){60}',\n"
                    "     match: x, clean: y}\n"));
    assert_non_null(fixture_read(&f));
    assert_true(database_prepare(f.rules, f.arena, f.diags, &f.db));
    assert_false(database_compile(&f.db, VIEW_RAW, f.diags, &bytes, &size));
    assert_null(bytes);
    assert_told(&f, "/rules/a.yaml:3:35: the pattern cannot be compiled: Pattern is too large.");
    fixture_close(&f);
}

struct ends {
    size_t count;
    unsigned long long at[16];
};

static int on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
                    void *ctx)
{
    struct ends *ends = ctx;

    (void)id;
    (void)from;
    (void)flags;
    assert_true(ends->count < SG_COUNT(ends->at));
    ends->at[ends->count++] = to;
    return 0;
}

static struct ends scan(const struct fixture *f, enum view v, const char *text)
{
    hs_scratch_t *scratch = NULL;
    struct ends ends = {0};

    assert_int_equal(hs_alloc_scratch(f->db.hs[v], &scratch), HS_SUCCESS);
    assert_int_equal(
        hs_scan(f->db.hs[v], text, (unsigned)strlen(text), 0, scratch, on_match, &ends),
        HS_SUCCESS);
    (void)hs_free_scratch(scratch);
    return ends;
}

/* A term is its bytes: nothing in it is syntax. */
static void test_terms_are_literal(void **state)
{
    struct fixture f;

    (void)state;
    fixture_rules(&f, "rules:\n  - id: t\n    category: c\n    view: raw\n    match: x\n"
                      "    terms: ['a.c', '(x)*', '[y]', '\\d+', '^z$', '密★']\n");
    assert_int_equal(scan(&f, VIEW_RAW, "abc x y 5 z (x) 密").count, 0);
    struct ends ends = scan(&f, VIEW_RAW, "a.c (x)* [y] \\d+ ^z$ 密★");
    assert_int_equal(ends.count, 6);
    assert_int_equal(ends.at[0], 3);
    assert_int_equal(ends.at[5], 27);
    fixture_close(&f);
}

/* Without case means ASCII letters for terms as written; folded terms meet folded texts exactly. */
static void test_term_case(void **state)
{
    struct fixture f;

    (void)state;
    fixture_rules(&f,
                  "rules:\n"
                  "  - {id: a, category: c, terms: [Alpha, ÄÖ], view: [raw, folded], match: x}\n"
                  "  - {id: b, category: c, terms: [Kilo], caseless: true, view: raw, match: x}\n");
    assert_int_equal(scan(&f, VIEW_RAW, "Alpha ÄÖ").count, 2);
    assert_int_equal(scan(&f, VIEW_RAW, "alpha äö").count, 0);
    assert_int_equal(scan(&f, VIEW_RAW, "kILO KILO").count, 2);
    assert_int_equal(scan(&f, VIEW_RAW, "\xE2\x84\xAAilo").count, 0);
    assert_int_equal(scan(&f, VIEW_FOLDED, "alpha ao").count, 2);
    assert_int_equal(scan(&f, VIEW_FOLDED, "Alpha").count, 0);
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_reader),
        cmocka_unit_test(test_too_large),
        cmocka_unit_test(test_terms_are_literal),
        cmocka_unit_test(test_term_case),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
