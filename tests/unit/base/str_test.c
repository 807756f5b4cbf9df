#include "base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct str null_view = {NULL, 0};

static void assert_str(struct str got, const char *want)
{
    assert_int_equal(got.n, strlen(want));
    assert_true(str_eq(got, str_of(want)));
}

static void views(void **state)
{
    (void)state;
    assert_int_equal(STR("abc").n, 3);
    assert_int_equal(STR("a\0c").n, 3);
    assert_int_equal(str_of(NULL).n, 0);
    assert_int_equal(str_of("").n, 0);
    assert_true(str_eq(null_view, STR("")));
    assert_true(str_eq(STR("a\0b"), STR("a\0b")));
    assert_false(str_eq(STR("a\0b"), STR("a\0c")));
    assert_false(str_eq(STR("a"), STR("ab")));
}

static void eq_nocase_folds_ascii_only(void **state)
{
    (void)state;
    assert_true(str_eq_nocase(STR("Content-LENGTH"), STR("cONTENT-length")));
    assert_true(str_eq_nocase(null_view, STR("")));
    assert_false(str_eq_nocase(STR("a"), STR("ab")));
    /* 32 apart like letters, but no letters */
    assert_false(str_eq_nocase(STR("@"), STR("`")));
    assert_false(str_eq_nocase(STR("["), STR("{")));
    assert_false(str_eq_nocase(STR("\xc1"), STR("\xe1")));
    assert_false(str_eq_nocase(STR("k"), STR("\xe2")));
}

static void starts_and_ends(void **state)
{
    (void)state;
    assert_true(str_starts(STR("stopgate"), STR("stop")));
    assert_true(str_starts(STR("stop"), STR("stop")));
    assert_true(str_starts(STR("stop"), null_view));
    assert_true(str_starts(null_view, null_view));
    assert_false(str_starts(STR("stop"), STR("stopgate")));
    assert_false(str_starts(STR("stop"), STR("top")));
    assert_true(str_ends(STR("stopgate"), STR("gate")));
    assert_true(str_ends(STR("gate"), STR("")));
    assert_true(str_ends(null_view, null_view));
    assert_false(str_ends(STR("gate"), STR("stopgate")));
    assert_false(str_ends(STR("stopgate"), STR("gat")));
}

static void trim_takes_space_and_tab(void **state)
{
    (void)state;
    assert_str(str_trim(STR(" \t a b\t ")), "a b");
    assert_str(str_trim(STR("a")), "a");
    assert_str(str_trim(STR(" \t ")), "");
    assert_str(str_trim(null_view), "");
    assert_str(str_trim(STR("\r\na\v")), "\r\na\v");
}

static void sub_clamps(void **state)
{
    (void)state;
    struct str s = STR("abcdef");
    assert_str(str_sub(s, 0, 6), "abcdef");
    assert_str(str_sub(s, 2, 4), "cd");
    assert_str(str_sub(s, 4, SIZE_MAX), "ef");
    assert_str(str_sub(s, 6, 6), "");
    assert_str(str_sub(s, 4, 2), "");
    assert_str(str_sub(s, SIZE_MAX, SIZE_MAX), "");
    assert_str(str_sub(null_view, 0, 5), "");
    assert_ptr_equal(str_sub(s, 2, 4).p, s.p + 2);
}

static void find(void **state)
{
    (void)state;
    struct str s = STR("abcabc");
    assert_int_equal(str_find(s, STR("abc"), 0), 0);
    assert_int_equal(str_find(s, STR("abc"), 1), 3);
    assert_int_equal(str_find(s, STR("abc"), 3), 3);
    assert_true(str_find(s, STR("abc"), 4) == SIZE_MAX);
    assert_true(str_find(s, STR("abd"), 0) == SIZE_MAX);
    assert_true(str_find(s, STR("abcabca"), 0) == SIZE_MAX);
    assert_true(str_find(s, STR("a"), SIZE_MAX) == SIZE_MAX);
    assert_int_equal(str_find(s, STR(""), 2), 2);
    assert_int_equal(str_find(s, null_view, 6), 6);
    assert_true(str_find(s, STR(""), 7) == SIZE_MAX);
    assert_int_equal(str_find(null_view, null_view, 0), 0);
    assert_true(str_find(null_view, STR("a"), 0) == SIZE_MAX);
    assert_int_equal(str_find(STR("a\0b\0c"), STR("\0c"), 0), 3);
    /* a view ends where it says, not at a NUL */
    assert_true(str_find(str_sub(s, 0, 2), STR("bc"), 0) == SIZE_MAX);
}

static void next_splits(void **state)
{
    (void)state;
    struct str rest = STR("a,,bc");
    struct str piece;
    assert_true(str_next(&rest, ',', &piece));
    assert_str(piece, "a");
    assert_true(str_next(&rest, ',', &piece));
    assert_str(piece, "");
    assert_true(str_next(&rest, ',', &piece));
    assert_str(piece, "bc");
    assert_false(str_next(&rest, ',', &piece));
    assert_false(str_next(&rest, ',', &piece));

    rest = STR("a,");
    assert_true(str_next(&rest, ',', &piece));
    assert_str(piece, "a");
    assert_false(str_next(&rest, ',', &piece));

    rest = STR(",");
    assert_true(str_next(&rest, ',', &piece));
    assert_str(piece, "");
    assert_false(str_next(&rest, ',', &piece));

    rest = null_view;
    assert_false(str_next(&rest, ',', &piece));
}

static void to_u64(void **state)
{
    (void)state;
    uint64_t v = 7;
    assert_true(str_to_u64(STR("0"), UINT64_MAX, &v));
    assert_true(v == 0);
    assert_true(str_to_u64(STR("18446744073709551615"), UINT64_MAX, &v));
    assert_true(v == UINT64_MAX);
    assert_true(str_to_u64(STR("000042"), 42, &v));
    assert_true(v == 42);
    assert_true(str_to_u64(STR("5"), 5, &v));
    assert_true(v == 5);

    static const char *const bad[] = {"",
                                      "+1",
                                      "-1",
                                      " 1",
                                      "1 ",
                                      "1_0",
                                      "0x1",
                                      "1.0",
                                      "1e2",
                                      "\xd9\xa1",
                                      "18446744073709551616",
                                      "99999999999999999999999999999999"};
    v = 7;
    for (size_t i = 0; i < SG_COUNT(bad); i++) {
        assert_false(str_to_u64(str_of(bad[i]), UINT64_MAX, &v));
    }
    assert_false(str_to_u64(null_view, UINT64_MAX, &v));
    assert_false(str_to_u64(STR("1\0"), UINT64_MAX, &v));
    assert_false(str_to_u64(STR("43"), 42, &v));
    assert_false(str_to_u64(STR("6"), 5, &v));
    assert_false(str_to_u64(STR("10"), 5, &v));
    assert_false(str_to_u64(STR("1"), 0, &v));
    assert_true(v == 7);
}

static void distance(void **state)
{
    (void)state;
    assert_int_equal(str_distance(STR(""), STR("")), 0);
    assert_int_equal(str_distance(null_view, STR("abc")), 3);
    assert_int_equal(str_distance(STR("abc"), null_view), 3);
    assert_int_equal(str_distance(STR("listen"), STR("listen")), 0);
    assert_int_equal(str_distance(STR("lisen"), STR("listen")), 1);
    assert_int_equal(str_distance(STR("listenn"), STR("listen")), 1);
    assert_int_equal(str_distance(STR("lissen"), STR("listen")), 1);
    assert_int_equal(str_distance(STR("ab"), STR("ba")), 2);
    assert_int_equal(str_distance(STR("kitten"), STR("sitting")), 3);
    assert_int_equal(str_distance(STR("sunday"), STR("saturday")), 3);
}

static void distance_is_bounded(void **state)
{
    (void)state;
    char a[65];
    char b[65];
    memset(a, 'a', sizeof(a));
    memset(b, 'b', sizeof(b));
    assert_int_equal(str_distance((struct str){a, 64}, (struct str){b, 64}), 64);
    assert_true(str_distance((struct str){a, 65}, (struct str){b, 1}) == SIZE_MAX);
    assert_true(str_distance((struct str){a, 1}, (struct str){b, 65}) == SIZE_MAX);
}

static void cmp_orders_by_bytes(void **state)
{
    (void)state;
    assert_int_equal(str_cmp(STR("a"), STR("b")), -1);
    assert_int_equal(str_cmp(STR("b"), STR("a")), 1);
    assert_int_equal(str_cmp(STR("a"), STR("a")), 0);
    assert_int_equal(str_cmp(STR("a"), STR("ab")), -1);
    assert_int_equal(str_cmp(STR("ab"), STR("a")), 1);
    assert_int_equal(str_cmp(STR("b"), STR("ab")), 1);
    assert_int_equal(str_cmp(STR("z"), STR("\x80")), -1);
    assert_int_equal(str_cmp(STR("a\0b"), STR("a\0a")), 1);
    assert_int_equal(str_cmp(null_view, STR("")), 0);
    assert_int_equal(str_cmp(null_view, STR("\0")), -1);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(views),
        cmocka_unit_test(eq_nocase_folds_ascii_only),
        cmocka_unit_test(starts_and_ends),
        cmocka_unit_test(trim_takes_space_and_tab),
        cmocka_unit_test(sub_clamps),
        cmocka_unit_test(find),
        cmocka_unit_test(next_splits),
        cmocka_unit_test(to_u64),
        cmocka_unit_test(distance),
        cmocka_unit_test(distance_is_bounded),
        cmocka_unit_test(cmp_orders_by_bytes),
    };
    return cmocka_run_group_tests_name("base/str", tests, NULL, NULL);
}
