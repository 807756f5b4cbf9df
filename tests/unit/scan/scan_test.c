#include "rig.h"

static void expect_match(const struct rig *r, size_t i, const char *rule, enum view view,
                         size_t begin, size_t end)
{
    assert_true(i < r->list.count);
    const struct match *m = &r->list.items[i];
    assert_true(str_eq(m->rule->id, str_of(rule)));
    assert_int_equal(m->view, view);
    assert_int_equal(m->begin, begin);
    assert_int_equal(m->end, end);
    assert_int_equal(m->span, RIG_SPAN);
}

#define ID_RULE(view)                                                                             \
    "rules:\n  - {id: id, category: c, pattern: '[0-9]{18}', verify: gb11643, boundary: digit,\n" \
    "     view: " view ", match: x, clean: y}\n"

static void test_raw(void **state)
{
    struct rig r;

    (void)state;
    rig_open(&r, ID_RULE("raw"), NULL);
    assert_int_equal(rig_scan(&r, STR("id 110101199003070011 and 44030419880808018X")), REASON_OK);
    assert_int_equal(r.list.count, 1);
    expect_match(&r, 0, "id", VIEW_RAW, 3, 21);
    assert_int_equal(rig_scan(&r, STR("")), REASON_OK);
    assert_int_equal(r.list.count, 0);
    assert_int_equal(rig_scan(&r, STR("１１０１０１１９９００３０７００１１")), REASON_OK);
    assert_int_equal(r.list.count, 0);
    rig_close(&r);
}

/* A match in the folded text covers all of the bytes it was folded from. */
static void test_folded(void **state)
{
    struct rig r;

    (void)state;
    rig_open(&r, ID_RULE("folded"), NULL);
    assert_int_equal(rig_scan(&r, STR("号 １１０１０１１９９００３０７００１１!")), REASON_OK);
    assert_int_equal(r.list.count, 1);
    expect_match(&r, 0, "id", VIEW_FOLDED, 4, 58);
    assert_int_equal(rig_scan(&r, STR("110101\xE2\x80\x8B"
                                      "199003070011")),
                     REASON_OK);
    assert_int_equal(r.list.count, 1);
    expect_match(&r, 0, "id", VIEW_FOLDED, 0, 21);
    rig_close(&r);
}

static const char encoded[] = "see aWQ6IDExMDEwMTE5OTAwMzA3MDAxMQ== there"; /* id: 1101… */

static void test_decoded(void **state)
{
    struct rig r;

    (void)state;
    rig_open(&r, ID_RULE("decoded"), NULL);
    assert_int_equal(rig_scan(&r, STR(encoded)), REASON_OK);
    assert_int_equal(r.list.count, 1);
    assert_int_equal(r.list.items[0].view, VIEW_DECODED);
    /* at least the characters that carry the number, at most the encoded run */
    assert_true(r.list.items[0].begin >= 4 && r.list.items[0].begin <= 9);
    assert_true(r.list.items[0].end >= 34 && r.list.items[0].end <= 36);
    assert_int_equal(rig_scan(&r, STR("110101199003070011")), REASON_OK);
    assert_int_equal(r.list.count, 0);
    rig_close(&r);
}

/* Decoded pieces are read folded where the rule lists both, and only there. */
static void test_decoded_folded(void **state)
{
    static const char wide[] =
        "77yR77yR77yQ77yR77yQ77yR77yR77yZ77yZ77yQ77yQ77yT77yQ77yX77yQ77yQ77yR"
        "77yR"; /* the number in full-width digits */
    struct rig r;

    (void)state;
    rig_open(&r, ID_RULE("[folded, decoded]"), NULL);
    assert_int_equal(rig_scan(&r, STR(wide)), REASON_OK);
    assert_int_equal(r.list.count, 1);
    expect_match(&r, 0, "id", VIEW_DECODED, 0, sizeof(wide) - 1);
    assert_int_equal(rig_scan(&r, STR(encoded)), REASON_OK);
    assert_int_equal(r.list.count, 1);
    rig_close(&r);

    rig_open(&r, ID_RULE("[raw, decoded]"), NULL);
    assert_int_equal(rig_scan(&r, STR(wide)), REASON_OK);
    assert_int_equal(r.list.count, 0);
    rig_close(&r);

    rig_open(&r, ID_RULE("folded"), NULL);
    assert_int_equal(rig_scan(&r, STR(wide)), REASON_OK);
    assert_int_equal(r.list.count, 0);
    rig_close(&r);
}

/* A rule that reads folded text without decoded pieces is left out of them, though another reads
 * them. */
static void test_decoded_folded_mixed(void **state)
{
    struct rig r;

    (void)state;
    rig_open(&r,
             "rules:\n"
             "  - {id: f, category: c, terms: [secret plan], view: folded, match: x}\n"
             "  - {id: fd, category: c, terms: [secret plan], view: [folded, decoded], match: x}\n",
             NULL);
    assert_int_equal(rig_scan(&r, STR("U0VDUkVUIFBMQU4gb2YgbWluZQ==")), REASON_OK);
    assert_int_equal(r.list.count, 1);
    assert_true(str_eq(r.list.items[0].rule->id, STR("fd")));
    assert_int_equal(rig_scan(&r, STR("SECRET plan")), REASON_OK);
    assert_int_equal(r.list.count, 2);
    rig_close(&r);
}

/* Seen in several views, one match; it is told as seen in the first. */
static void test_one_match(void **state)
{
    struct rig r;

    (void)state;
    rig_open(&r, ID_RULE("[raw, folded, decoded]"), NULL);
    assert_int_equal(rig_scan(&r, STR("110101199003070011 １１０１０１１９９００３０７００１１")),
                     REASON_OK);
    assert_int_equal(r.list.count, 2);
    expect_match(&r, 0, "id", VIEW_RAW, 0, 18);
    expect_match(&r, 1, "id", VIEW_FOLDED, 19, 73);
    rig_close(&r);
}

static void test_merging(void **state)
{
    struct rig r;

    (void)state;
    rig_open(&r,
             "rules:\n"
             "  - {id: t, category: c, terms: [abc, bcd, xyz], view: raw, match: x}\n"
             "  - {id: s, category: c, terms: [cd], view: raw, match: x}\n",
             NULL);
    /* overlapping terms of one rule become one; those that only touch, and other rules', do not */
    assert_int_equal(rig_scan(&r, STR("xyz abcd abcxyz")), REASON_OK);
    assert_int_equal(r.list.count, 5);
    expect_match(&r, 0, "t", VIEW_RAW, 0, 3);
    expect_match(&r, 1, "t", VIEW_RAW, 4, 8);
    expect_match(&r, 2, "s", VIEW_RAW, 6, 8);
    expect_match(&r, 3, "t", VIEW_RAW, 9, 12);
    expect_match(&r, 4, "t", VIEW_RAW, 12, 15);
    rig_close(&r);
}

/* Several texts into one list: each keeps its span, none is merged with another's. */
static void test_spans(void **state)
{
    struct rig r;

    (void)state;
    rig_open(&r, "rules:\n  - {id: t, category: c, terms: [abc], view: raw, match: x}\n", NULL);
    for (size_t span = 0; span < 3; span++) {
        assert_int_equal(scanner_scan(r.scanner, &r.f.db, STR("abc abc"), span, r.arena, &r.list),
                         REASON_OK);
    }
    assert_int_equal(r.list.count, 6);
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(r.list.items[i].span, i / 2);
        assert_int_equal(r.list.items[i].begin, i % 2 * 4);
    }
    rig_close(&r);
}

/* Where memory ends the text counts as not scanned, and matches of it are taken back. */
static void test_memory(void **state)
{
    static const char text[] = "１１０１０１１９９００３０７００１１ 110101199003070011";
    struct rig r;
    bool scanned = false;

    (void)state;
    rig_open(&r, ID_RULE("[raw, folded, decoded]"), NULL);
    for (size_t max = 0; max < 1u << 15; max += 64) {
        struct arena *a = arena_new(max);
        struct match_list list = {0};

        assert_non_null(a);
        enum reason reason = scanner_scan(r.scanner, &r.f.db, STR(text), 0, a, &list);
        assert_true(reason == REASON_OK || reason == REASON_SPAN_LIMIT);
        assert_int_equal(list.count, reason == REASON_OK ? 2 : 0);
        assert_false(scanned && reason != REASON_OK);
        scanned = reason == REASON_OK;
        arena_free(a);
    }
    assert_true(scanned);
    rig_close(&r);
}

/* A scanner serves one database after another, as after a reload. */
static void test_two_databases(void **state)
{
    struct rig a, b;

    (void)state;
    rig_open(&a, ID_RULE("raw"), NULL);
    rig_open(&b,
             "rules:\n"
             "  - {id: k, category: c, pattern: '(a)(b)(?<v>c)', capture: v, view: raw,\n"
             "     match: x, clean: y}\n"
             "  - {id: l, category: c, pattern: 'd+', view: raw, match: x, clean: y}\n",
             NULL);
    assert_true(scanner_prepare(a.scanner, &b.f.db));
    for (int i = 0; i < 3; i++) {
        struct match_list list = {0};

        assert_int_equal(rig_scan(&a, STR("110101199003070011 abcd")), REASON_OK);
        assert_int_equal(a.list.count, 1);
        assert_int_equal(scanner_scan(a.scanner, &b.f.db, STR("abcd"), 0, b.arena, &list),
                         REASON_OK);
        assert_int_equal(list.count, 2);
        assert_int_equal(list.items[0].begin, 2);
    }
    rig_close(&b);
    rig_close(&a);
}

static void test_no_rules_for_a_view(void **state)
{
    struct scanner *s = scanner_new(NULL);
    struct database none = {0};
    struct match_list list = {0};
    struct arena *a = arena_new(4096);

    (void)state;
    assert_non_null(s);
    assert_true(scanner_prepare(s, &none));
    assert_int_equal(scanner_scan(s, &none, STR("text"), 0, a, &list), REASON_OK);
    assert_int_equal(list.count, 0);
    scanner_free(s);
    scanner_free(NULL);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_raw),
        cmocka_unit_test(test_folded),
        cmocka_unit_test(test_decoded),
        cmocka_unit_test(test_decoded_folded),
        cmocka_unit_test(test_decoded_folded_mixed),
        cmocka_unit_test(test_one_match),
        cmocka_unit_test(test_merging),
        cmocka_unit_test(test_spans),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_two_databases),
        cmocka_unit_test(test_no_rules_for_a_view),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
