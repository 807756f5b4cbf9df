#include "scan/hits.h"

#include "../rules/fixture.h"

static const char rules[] =
    "rules:\n"
    "  - {id: digits, category: c, pattern: '[0-9]{4,6}', view: raw, match: x, clean: y}\n"
    "  - {id: end, category: c, pattern: 'ab$', view: raw, match: x, clean: y}\n"
    "  - {id: wide, category: c, pattern: 'q[^w]*w', view: [raw, folded, decoded],\n"
    "     match: x, clean: y}\n"
    "  - {id: term, category: c, terms: [密级, aaa], view: [raw, folded], match: x}\n";

struct rig {
    struct fixture f;
    struct hits hits;
    hs_scratch_t *scratch;
};

static void rig_open(struct rig *r, size_t max)
{
    *r = (struct rig){0};
    fixture_rules(&r->f, rules);
    r->hits.max = max;
    for (int v = 0; v < VIEW_COUNT; v++) {
        if (r->f.db.hs[v] != NULL) {
            assert_int_equal(hs_alloc_scratch(r->f.db.hs[v], &r->scratch), HS_SUCCESS);
            assert_true(hits_prepare(&r->hits, r->f.db.regex_count[v]));
        }
    }
}

static void rig_close(struct rig *r)
{
    (void)hs_free_scratch(r->scratch);
    hits_free(&r->hits);
    fixture_close(&r->f);
}

static enum reason scan(struct rig *r, enum view v, struct str text, unsigned needed)
{
    return hits_scan(&r->hits, &r->f.db, v, text, needed, r->scratch);
}

static void expect_hit(const struct rig *r, size_t i, const char *rule, size_t from, size_t to)
{
    const struct hit *hit = &r->hits.items[i];

    assert_true(i < r->hits.count);
    assert_true(str_eq(r->f.db.patterns[VIEW_RAW][hit->pattern].rule->id, str_of(rule)));
    assert_int_equal(hit->from, from);
    assert_int_equal(hit->to, to);
}

static void test_windows(void **state)
{
    struct rig r;

    (void)state;
    rig_open(&r, 100);
    assert_int_equal(scan(&r, VIEW_RAW, STR("nothing here"), 1u << VIEW_RAW), REASON_OK);
    assert_int_equal(r.hits.count, 0);

    /* one end a digit from the fourth on; one window */
    assert_int_equal(scan(&r, VIEW_RAW, STR("..........12345678......"), 1u << VIEW_RAW),
                     REASON_OK);
    assert_int_equal(r.hits.count, 1);
    expect_hit(&r, 0, "digits", 8, 18);

    /* too far apart to be one */
    assert_int_equal(scan(&r, VIEW_RAW, STR("1234..........1234"), 1u << VIEW_RAW), REASON_OK);
    assert_int_equal(r.hits.count, 2);
    expect_hit(&r, 0, "digits", 0, 4);
    expect_hit(&r, 1, "digits", 12, 18);

    /* without a bound the window reaches back as far as it may */
    assert_int_equal(scan(&r, VIEW_RAW, STR("....q..w"), 1u << VIEW_RAW), REASON_OK);
    expect_hit(&r, 0, "wide", 0, 8);
    rig_close(&r);
}

/* Terms are where they are, also when they overlap themselves. */
static void test_terms(void **state)
{
    struct rig r;

    (void)state;
    rig_open(&r, 100);
    assert_int_equal(scan(&r, VIEW_RAW, STR("aaaa密级"), 1u << VIEW_RAW), REASON_OK);
    assert_int_equal(r.hits.count, 3);
    expect_hit(&r, 0, "term", 4, 10);
    expect_hit(&r, 1, "term", 0, 3);
    expect_hit(&r, 2, "term", 1, 4);
    rig_close(&r);
}

/* Nothing of one scan is left in the next, whatever the count of scans. */
static void test_epochs(void **state)
{
    struct rig r;

    (void)state;
    rig_open(&r, 100);
    r.hits.epoch = UINT32_MAX - 2;
    for (int i = 0; i < 6; i++) {
        assert_int_equal(scan(&r, VIEW_RAW, STR("1234"), 1u << VIEW_RAW), REASON_OK);
        assert_int_equal(r.hits.count, 1);
        expect_hit(&r, 0, "digits", 0, 4);
        assert_int_equal(scan(&r, VIEW_RAW, STR("............12345"), 1u << VIEW_RAW), REASON_OK);
        assert_int_equal(r.hits.count, 1);
        expect_hit(&r, 0, "digits", 10, 17);
    }
    rig_close(&r);
}

/* Folded pieces that were decoded count only for rules that read decoded pieces. */
static void test_needed(void **state)
{
    struct rig r;

    (void)state;
    rig_open(&r, 100);
    assert_int_equal(scan(&r, VIEW_FOLDED, STR("aaa q w"), 1u << VIEW_FOLDED), REASON_OK);
    assert_int_equal(r.hits.count, 2);
    assert_int_equal(scan(&r, VIEW_FOLDED, STR("aaa q w"), 1u << VIEW_DECODED), REASON_OK);
    assert_int_equal(r.hits.count, 1);
    assert_true(r.f.db.patterns[VIEW_FOLDED][r.hits.items[0].pattern].literal == 0);
    rig_close(&r);
}

static void test_limit(void **state)
{
    struct rig r;

    (void)state;
    rig_open(&r, 3);
    assert_int_equal(scan(&r, VIEW_RAW, STR("aaa.aaa.aaa."), 1u << VIEW_RAW), REASON_OK);
    assert_int_equal(r.hits.count, 3);
    assert_int_equal(scan(&r, VIEW_RAW, STR("aaa.aaa.aaa.aaa"), 1u << VIEW_RAW), REASON_SCAN_LIMIT);
    /* a run that merges is no hit more */
    assert_int_equal(
        scan(&r, VIEW_RAW, STR("1234567890123456789012345678901234567890"), 1u << VIEW_RAW),
        REASON_OK);
    assert_int_equal(r.hits.count, 1);
    rig_close(&r);
}

static void test_not_prepared(void **state)
{
    struct rig r;

    (void)state;
    rig_open(&r, 3);
    r.hits.slot_count = 0;
    assert_int_equal(scan(&r, VIEW_RAW, STR("aaa"), 1u << VIEW_RAW), REASON_SCAN_FAILED);
    rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_windows), cmocka_unit_test(test_terms),
        cmocka_unit_test(test_epochs),  cmocka_unit_test(test_needed),
        cmocka_unit_test(test_limit),   cmocka_unit_test(test_not_prepared),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
