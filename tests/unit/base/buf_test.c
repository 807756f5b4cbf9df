#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static bool no_memory;

void *__real_realloc(void *p, size_t n);
void *__wrap_realloc(void *p, size_t n);

void *__wrap_realloc(void *p, size_t n)
{
    return no_memory ? NULL : __real_realloc(p, n);
}

static void assert_buf(const struct buf *b, const char *want)
{
    assert_true(str_eq(buf_str(b), str_of(want)));
}

static void empty(void **state)
{
    (void)state;
    struct buf b = BUF_INIT(10);
    assert_null(b.p);
    assert_int_equal(buf_str(&b).n, 0);
    assert_true(buf_add(&b, NULL, 0));
    assert_true(buf_add_str(&b, (struct str){NULL, 0}));
    buf_drop(&b, 0);
    buf_clear(&b);
    assert_int_equal(b.n, 0);
    buf_free(&b);
    buf_free(&b);
}

static void appends(void **state)
{
    (void)state;
    struct buf b = BUF_INIT(100);
    assert_true(buf_add(&b, "ab", 2));
    assert_true(buf_add_str(&b, STR("cd")));
    assert_true(buf_add_char(&b, 'e'));
    assert_true(buf_printf(&b, "%d-%s", 42, "x"));
    assert_buf(&b, "abcde42-x");
    buf_clear(&b);
    assert_int_equal(b.n, 0);
    assert_true(buf_add_str(&b, STR("again")));
    assert_buf(&b, "again");
    buf_free(&b);
    assert_null(b.p);
    assert_int_equal(b.n, 0);
    assert_int_equal(b.cap, 0);
    assert_int_equal(b.max, 100);
    assert_true(buf_add_char(&b, 'x'));
    assert_buf(&b, "x");
    buf_free(&b);
}

static void keeps_nul_bytes(void **state)
{
    (void)state;
    struct buf b = BUF_INIT(100);
    assert_true(buf_add_str(&b, STR("a\0b")));
    assert_true(buf_printf(&b, "%c", '\0'));
    assert_true(str_eq(buf_str(&b), STR("a\0b\0")));
    buf_free(&b);
}

static void grows_and_keeps_content(void **state)
{
    (void)state;
    struct buf b = BUF_INIT(100000);
    for (int i = 0; i < 100000; i++) {
        assert_true(buf_add_char(&b, (char)(i % 251)));
    }
    for (int i = 0; i < 100000; i++) {
        assert_int_equal(b.p[i], (char)(i % 251));
    }
    assert_int_equal(b.n, 100000);
    assert_true(b.cap <= b.max);
    assert_false(buf_add_char(&b, 'x'));
    assert_int_equal(b.n, 100000);
    buf_free(&b);
}

static void bound_is_exact(void **state)
{
    (void)state;
    struct buf b = BUF_INIT(5);
    assert_false(buf_add(&b, "123456", 6));
    assert_int_equal(b.n, 0);
    assert_true(buf_add(&b, "123", 3));
    assert_false(buf_add(&b, "456", 3));
    assert_false(buf_printf(&b, "%s", "456"));
    assert_buf(&b, "123");
    assert_true(buf_printf(&b, "%s", "45"));
    assert_buf(&b, "12345");
    assert_false(buf_add_char(&b, '6'));
    assert_true(buf_add(&b, "", 0));
    assert_null(buf_room(&b, 1));
    assert_non_null(buf_room(&b, 0));
    assert_buf(&b, "12345");
    buf_free(&b);
}

static void bound_of_nothing(void **state)
{
    (void)state;
    struct buf b = BUF_INIT(0);
    assert_false(buf_add_char(&b, 'x'));
    assert_true(buf_printf(&b, "%s", ""));
    assert_non_null(buf_room(&b, 0));
    assert_int_equal(b.n, 0);
    buf_free(&b);
}

static void sizes_do_not_wrap(void **state)
{
    (void)state;
    struct buf b = BUF_INIT(SIZE_MAX);
    assert_true(buf_add_char(&b, 'x'));
    assert_null(buf_room(&b, SIZE_MAX));
    assert_null(buf_room(&b, SIZE_MAX - 1));
    assert_null(buf_room(&b, (size_t)PTRDIFF_MAX));
    assert_buf(&b, "x");
    buf_free(&b);
}

static void room_and_took(void **state)
{
    (void)state;
    struct buf b = BUF_INIT(1000);
    char *p = buf_room(&b, 500);
    assert_non_null(p);
    memset(p, 'r', 500);
    assert_int_equal(b.n, 0);
    buf_took(&b, 3);
    assert_buf(&b, "rrr");
    assert_true(buf_add_char(&b, '!'));
    assert_buf(&b, "rrr!");
    /* more than there was room for cannot count bytes that are not there */
    buf_took(&b, SIZE_MAX);
    assert_int_equal(b.n, b.cap);
    buf_free(&b);
}

static void drop(void **state)
{
    (void)state;
    struct buf b = BUF_INIT(100);
    assert_true(buf_add_str(&b, STR("abcdef")));
    buf_drop(&b, 2);
    assert_buf(&b, "cdef");
    buf_drop(&b, 0);
    assert_buf(&b, "cdef");
    buf_drop(&b, 4);
    assert_int_equal(b.n, 0);
    assert_true(buf_add_str(&b, STR("xy")));
    buf_drop(&b, 3);
    assert_int_equal(b.n, 0);
    buf_free(&b);
}

static void cut(void **state)
{
    (void)state;
    struct buf b = BUF_INIT(100);
    buf_cut(&b, 3);
    assert_true(buf_add_str(&b, STR("abcdef")));
    buf_cut(&b, 7);
    buf_cut(&b, 6);
    assert_buf(&b, "abcdef");
    buf_cut(&b, 2);
    assert_buf(&b, "ab");
    buf_cut(&b, 0);
    assert_int_equal(b.n, 0);
    buf_free(&b);
}

static void failed_allocation_changes_nothing(void **state)
{
    (void)state;
    struct buf b = BUF_INIT(100000);
    no_memory = true;
    bool first = buf_add_char(&b, 'x');
    no_memory = false;
    assert_false(first);
    assert_null(b.p);

    assert_true(buf_add_str(&b, STR("kept")));
    size_t cap = b.cap;
    no_memory = true;
    char *room = buf_room(&b, 5000);
    bool printed = buf_printf(&b, "%5000d", 1);
    no_memory = false;
    assert_null(room);
    assert_false(printed);
    assert_int_equal(b.cap, cap);
    assert_buf(&b, "kept");
    assert_true(buf_printf(&b, "%5000d", 1));
    assert_int_equal(b.n, 5004);
    buf_free(&b);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty),
        cmocka_unit_test(appends),
        cmocka_unit_test(keeps_nul_bytes),
        cmocka_unit_test(grows_and_keeps_content),
        cmocka_unit_test(bound_is_exact),
        cmocka_unit_test(bound_of_nothing),
        cmocka_unit_test(sizes_do_not_wrap),
        cmocka_unit_test(room_and_took),
        cmocka_unit_test(drop),
        cmocka_unit_test(cut),
        cmocka_unit_test(failed_allocation_changes_nothing),
    };
    return cmocka_run_group_tests_name("base/buf", tests, NULL, NULL);
}
