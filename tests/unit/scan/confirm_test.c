#include "rig.h"

#include "base/clock.h"

/* The values found, each in `[…]`, one behind the other. */
static const char *found(struct rig *r, const char *text)
{
    const char *all = "";

    assert_int_equal(rig_scan(r, str_of(text)), REASON_OK);
    for (size_t i = 0; i < r->list.count; i++) {
        const struct match *m = &r->list.items[i];

        all = arena_printf(r->arena, "%s[%.*s]", all, (int)(m->end - m->begin), text + m->begin);
        assert_non_null(all);
    }
    return all;
}

#define RULE(lines) "rules:\n  - id: r\n    category: c\n    view: raw\n" EXAMPLES lines
#define EXAMPLES "    match: x\n    clean: y\n"

static void expect(const char *yaml, const char *text, const char *values)
{
    struct rig r;

    rig_open(&r, yaml, NULL);
    const char *got = found(&r, text);
    if (strcmp(got, values) != 0) {
        fail_msg("in %s: expected %s, found %s", text, values, got);
    }
    rig_close(&r);
}

static void test_exact_place(void **state)
{
    (void)state;
    expect(RULE("    pattern: '[0-9]{2,4}'\n"), "x123456y", "[1234][56]");
    expect(RULE("    pattern: 'a.*?b'\n"), "aab ab", "[aab][ab]");
    expect(RULE("    pattern: 'a.*b'\n"), "aab\nab.", "[aab\nab]");
    expect(RULE("    pattern: '密..'\n"), "机密文件密级别", "[密文件][密级别]");
    expect(RULE("    pattern: '^ab'\n"), "ab ab", "[ab]");
    expect(RULE("    pattern: '^b'\n"), "ab", "");
    expect(RULE("    pattern: 'ab$'\n"), "ab ab", "[ab]");
    expect(RULE("    pattern: 'ab$'\n"), "ab ab\n", "[ab]");
    expect(RULE("    pattern: 'ab$'\n"), "ab\nab x", "");
    expect(RULE("    pattern: '(?m)^ab$'\n"), "ab\nxab\nab\n", "[ab][ab]");
    expect(RULE("    pattern: '\\bab\\b'\n"), "cab ab abc 密ab密", "[ab][ab]");
    expect(RULE("    pattern: 'AB'\n    caseless: true\n"), "ab aB AB", "[ab][aB][AB]");
}

static void test_lookaround(void **state)
{
    (void)state;
    expect(RULE("    pattern: '(?<!x)ab(?=c)'\n"), "xabc abc abd", "[ab]");
    expect(RULE("    pattern: '(?<=密)ab'\n"), "ab密ab", "[ab]");
    expect(RULE("    pattern: '([ab])-\\1'\n"), "a-b b-b a-a", "[b-b][a-a]");
    expect(RULE("    pattern: '(?>a+)b'\n"), "aaab", "[aaab]");
    expect(RULE("    pattern: 'a++b'\n"), "aaac aab", "[aab]");
    /* a far look ahead from a short match */
    expect(RULE("    pattern: 'ab(?=.*end)'\n"), "ab ab ........................ end ab",
           "[ab][ab]");
}

static void test_capture(void **state)
{
    struct rig r;

    (void)state;
    expect(RULE("    pattern: 'key=(?<v>[a-z]+)'\n    capture: v\n"), "key=abc key=d", "[abc][d]");
    expect(RULE("    pattern: '(k)ey=([a-z]+)'\n    capture: '2'\n"), "key=abc", "[abc]");
    /* a group that takes no part leaves the whole match */
    expect(RULE("    pattern: 'a(b)?c'\n    capture: '1'\n"), "ac abc", "[ac][b]");
    rig_open(&r, RULE("    pattern: 'key=(?<v>[a-z]+)'\n    capture: v\n"), NULL);
    assert_int_equal(rig_scan(&r, STR("x key=abc")), REASON_OK);
    assert_int_equal(r.list.items[0].outer_begin, 2);
    assert_int_equal(r.list.items[0].outer_end, 9);
    assert_int_equal(r.list.items[0].begin, 6);
    rig_close(&r);
}

static void test_boundary(void **state)
{
    (void)state;
    expect(RULE("    pattern: '[0-9]{3,4}'\n    boundary: digit\n"), "123 12345 a678b 90123",
           "[123][678]");
    /* the boundary is part of the search: a shorter match that keeps it is taken */
    expect(RULE("    pattern: '[0-9]{3}(?: [0-9]{1,3})?'\n    boundary: digit\n"), "123 4567",
           "[123]");
    expect(RULE("    pattern: 'a|ab'\n    boundary: word\n"), "ab a cab", "[ab][a]");
    expect(RULE("    pattern: 'ab'\n    boundary: alnum\n"), "_ab_ ab1 密ab密", "[ab][ab]");
    expect(RULE("    pattern: 'ab'\n    boundary: word\n"), "_ab_ -ab-", "[ab]");
    expect(RULE("    terms: [abc, 密级]\n    boundary: word\n"), "abcd abc x密级y", "[abc][密级]");
}

static void test_conditions(void **state)
{
    (void)state;
    expect(RULE("    pattern: '[0-9]{16}'\n    verify: luhn\n"),
           "4111111111111111 4111111111111112", "[4111111111111111]");
    /* after a rejected match the search goes on one character later */
    expect(RULE("    pattern: '[0-9]{16}'\n    verify: luhn\n"), "94111111111111111",
           "[4111111111111111]");
    expect(RULE("    pattern: 'k[a-z]{8}'\n    entropy: 2.5\n"), "kaaaaaaaa kabcdefgh",
           "[kabcdefgh]");
    expect(RULE("    pattern: 'k[a-z]{3}'\n    except: [KABC]\n"), "kabc kabd", "[kabd]");
    expect(RULE("    pattern: '[0-9]{4}'\n    near: {terms: [tel], within: 6}\n"),
           "1111 .......... tel: 2222", "[2222]");
    expect(RULE("    pattern: '[0-9]{8}(?:[0-9]{8})?'\n    verify: [luhn, date]\n"),
           "4111111111111111 2011010150000003", "");
    expect(RULE("    terms: [abcd, efgh]\n    except: [efgh]\n"), "abcd efgh", "[abcd]");
}

/* --- limits ----------------------------------------------------------------------------------- */

static struct str repeat(const char *piece, size_t count)
{
    size_t n = strlen(piece);
    char *p = malloc(n * count);

    assert_non_null(p);
    for (size_t i = 0; i < count; i++) {
        memcpy(p + i * n, piece, n);
    }
    return (struct str){p, n * count};
}

static void expect_reason(const char *yaml, const struct scan_limits *limits, const char *piece,
                          size_t count, enum reason reason)
{
    struct rig r;

    rig_open(&r, yaml, limits);
    struct str text = repeat(piece, count);
    assert_int_equal(rig_scan(&r, text), reason);
    if (reason != REASON_OK) {
        assert_int_equal(r.list.count, 0);
    }
    free((void *)(uintptr_t)text.p);
    rig_close(&r);
}

static void test_match_limit(void **state)
{
    const struct scan_limits limits = {
        .hits = 1000, .matches = 10, .confirm_steps = 100000, .confirm_ms = 2000};

    (void)state;
    expect_reason(RULE("    pattern: 'ab'\n"), &limits, "ab.", 10, REASON_OK);
    expect_reason(RULE("    pattern: 'ab'\n"), &limits, "ab.", 11, REASON_SCAN_LIMIT);
    expect_reason(RULE("    terms: [ab]\n"), &limits, "ab.", 10, REASON_OK);
    expect_reason(RULE("    terms: [ab]\n"), &limits, "ab.", 11, REASON_SCAN_LIMIT);
    expect_reason(RULE("    terms: [ab, cd]\n    except: [ab]\n"), &limits, "ab.", 1000, REASON_OK);
    expect_reason(RULE("    terms: [ab, cd]\n    except: [ab]\n"), &limits, "ab.", 1001,
                  REASON_SCAN_LIMIT);
}

/* Backtracking without end in one start: the match limit. */
static void test_step_limit(void **state)
{
    const struct scan_limits limits = {
        .hits = 1000, .matches = 10, .confirm_steps = 1000, .confirm_ms = 60000};

    (void)state;
    expect_reason(RULE("    pattern: '(?:a|aa)+(?<!a)b|a'\n"), &limits, "a", 60, REASON_SCAN_LIMIT);
}

/* Each start reads far, and nothing comes of it: only the clock can end that. */
static void test_time_limit(void **state)
{
    const struct scan_limits limits = {
        .hits = 1000, .matches = 10, .confirm_steps = 100000000, .confirm_ms = 100};
    struct rig r;

    (void)state;
    rig_open(&r, RULE("    pattern: 'a[^b]*(?<=z)c'\n"), &limits);
    struct str text = repeat("aaaac", 400000);
    uint64_t before = clock_mono_ns();
    assert_int_equal(rig_scan(&r, text), REASON_SCAN_LIMIT);
    assert_true(clock_mono_ns() - before < 20000000000u);
    free((void *)(uintptr_t)text.p);
    rig_close(&r);
}

/* Long runs in which every byte is a hit are no trouble. */
static void test_digit_runs(void **state)
{
    (void)state;
    expect_reason(RULE("    pattern: '[0-9]{16,19}'\n    boundary: digit\n    verify: luhn\n"),
                  &scan_default_limits, "1234567890", 100000, REASON_OK);
    expect_reason(
        RULE("    pattern: '(?:[0-9] ?){16,19}'\n    boundary: digit\n    verify: luhn\n"),
        &scan_default_limits, "1 ", 100000, REASON_OK);
}

/* Matches of a pattern without a bound are found as far as RULE_MAX_WIDTH reaches. */
static void test_unbounded_width(void **state)
{
    struct rig r;

    (void)state;
    rig_open(&r, RULE("    pattern: 'a[^b]*b'\n"), NULL);
    for (size_t n = RULE_MAX_WIDTH - 1; n <= RULE_MAX_WIDTH; n++) {
        struct str text = repeat("x", n + 10);
        char *p = (char *)(uintptr_t)text.p;

        p[5] = 'a';
        p[5 + n] = 'b';
        assert_int_equal(rig_scan(&r, text), REASON_OK);
        assert_int_equal(r.list.count, n < RULE_MAX_WIDTH);
        free(p);
    }
    rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exact_place), cmocka_unit_test(test_lookaround),
        cmocka_unit_test(test_capture),     cmocka_unit_test(test_boundary),
        cmocka_unit_test(test_conditions),  cmocka_unit_test(test_match_limit),
        cmocka_unit_test(test_step_limit),  cmocka_unit_test(test_time_limit),
        cmocka_unit_test(test_digit_runs),  cmocka_unit_test(test_unbounded_width),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
