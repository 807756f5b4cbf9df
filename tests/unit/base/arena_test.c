#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#if defined(__SANITIZE_ADDRESS__)
#define WITH_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WITH_ASAN 1
#endif
#endif
#ifdef WITH_ASAN
#include <sanitizer/asan_interface.h>
#endif

#define KIB ((size_t)1024)
#define MALLOC_MAX                                                                \
    (64 * 1024 * KIB) /* more fails here, where a sanitizer would end the program \
                       */

static bool no_memory;
static size_t calls; /* of malloc */

void *__real_malloc(size_t n);
void *__wrap_malloc(size_t n);
void *__real_calloc(size_t count, size_t n);
void *__wrap_calloc(size_t count, size_t n);

void *__wrap_malloc(size_t n)
{
    calls++;
    return no_memory || n > MALLOC_MAX ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t count, size_t n)
{
    return no_memory ? NULL : __real_calloc(count, n);
}

static struct arena *new_arena(size_t max)
{
    struct arena *a = arena_new(max);
    assert_non_null(a);
    assert_int_equal(arena_used(a), 0);
    return a;
}

static bool all_zero(const unsigned char *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (p[i] != 0) {
            return false;
        }
    }
    return true;
}

static void zeroed_aligned_and_apart(void **state)
{
    (void)state;
    struct arena *a = new_arena(1024 * KIB);
    unsigned char *p[300];
    for (size_t n = 0; n < 300; n++) {
        p[n] = arena_alloc(a, n);
        assert_non_null(p[n]);
        assert_int_equal((uintptr_t)p[n] % _Alignof(max_align_t), 0);
        assert_true(all_zero(p[n], n));
        memset(p[n], (int)(n % 255) + 1, n);
    }
    for (size_t n = 0; n < 300; n++) {
        for (size_t i = 0; i < n; i++) {
            assert_int_equal(p[n][i], n % 255 + 1);
        }
    }
    arena_free(a);
    arena_free(NULL);
}

static void nothing_is_a_valid_pointer(void **state)
{
    (void)state;
    struct arena *a = new_arena(64 * KIB);
    assert_non_null(arena_alloc(a, 0));
    assert_non_null(arena_array(a, 0, 8));
    assert_non_null(arena_array(a, 8, 0));
    assert_non_null(arena_array(a, 0, SIZE_MAX));
    arena_free(a);
}

static void blocks_grow(void **state)
{
    (void)state;
    struct arena *a = new_arena(SIZE_MAX);
    assert_non_null(arena_alloc(a, 1));
    assert_int_equal(arena_used(a), 4 * KIB);
    size_t before = calls;
    for (int i = 0; i < 20000; i++) {
        assert_non_null(arena_alloc(a, 100));
    }
    /* 2.2 MB at least in blocks of 256 KiB at most, far fewer than one for each allocation */
    assert_true(calls - before >= 8);
    assert_true(calls - before < 30);
    assert_true(arena_used(a) >= 20000 * 100);
    arena_free(a);
}

static void big_requests_leave_the_current_block(void **state)
{
    (void)state;
    struct arena *a = new_arena(SIZE_MAX);
    unsigned char *small = arena_alloc(a, 16);
    size_t before = arena_used(a);
    unsigned char *big = arena_alloc(a, 1024 * KIB);
    assert_non_null(big);
    assert_true(all_zero(big, 1024 * KIB));
    memset(big, 1, 1024 * KIB);
    size_t with_big = arena_used(a);
    assert_true(with_big >= before + 1024 * KIB);
    assert_true(with_big < before + 1025 * KIB);
    unsigned char *next = arena_alloc(a, 16);
    assert_int_equal(arena_used(a), with_big);
    assert_true(next > small && next < small + 4 * KIB);
    arena_free(a);
}

static void bound_holds(void **state)
{
    (void)state;
    struct arena *a = new_arena(64 * KIB);
    size_t given = 0;
    while (arena_alloc(a, 1000) != NULL) {
        given += 1000;
        assert_true(arena_used(a) <= 64 * KIB);
    }
    assert_true(given > 48 * KIB); /* little is lost to headers and ends of blocks */
    size_t used = arena_used(a);
    assert_null(arena_alloc(a, 1000));
    assert_null(arena_alloc(a, 128 * KIB));
    assert_int_equal(arena_used(a), used);
    arena_free(a);
}

static void bound_below_a_block(void **state)
{
    (void)state;
    struct arena *a = new_arena(512);
    assert_non_null(arena_alloc(a, 200));
    assert_true(arena_used(a) <= 512);
    assert_null(arena_alloc(a, 400));
    arena_free(a);

    a = new_arena(0);
    assert_null(arena_alloc(a, 0));
    assert_null(arena_alloc(a, 1));
    assert_int_equal(arena_used(a), 0);
    arena_reset(a);
    arena_free(a);
}

static void sizes_do_not_wrap(void **state)
{
    (void)state;
    struct arena *a = new_arena(SIZE_MAX);
    for (size_t less = 0; less < 64; less++) {
        assert_null(arena_alloc(a, SIZE_MAX - less));
        assert_null(arena_alloc(a, (size_t)PTRDIFF_MAX - less));
    }
    assert_null(arena_array(a, SIZE_MAX / 2 + 2, 2));
    assert_null(arena_array(a, (size_t)1 << 33, (size_t)1 << 33));
    assert_null(arena_strdup(a, (struct str){"", SIZE_MAX}));
    assert_int_equal(arena_used(a), 0);
    arena_free(a);
}

static void reset_keeps_one_small_block(void **state)
{
    (void)state;
    struct arena *a = new_arena(4096 * KIB);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 1000; i++) {
            unsigned char *p = arena_alloc(a, 1000);
            assert_non_null(p);
            assert_true(all_zero(p, 1000));
            memset(p, 0xff, 1000);
        }
        assert_non_null(arena_alloc(a, 512 * KIB));
        arena_reset(a);
        assert_int_equal(arena_used(a), 4 * KIB);
    }
    size_t before = calls;
    assert_non_null(arena_alloc(a, 1000));
    assert_int_equal(calls, before);
    arena_free(a);
}

static void reset_without_small_blocks(void **state)
{
    (void)state;
    struct arena *a = new_arena(4096 * KIB);
    arena_reset(a);
    assert_non_null(arena_alloc(a, 512 * KIB));
    arena_reset(a);
    assert_int_equal(arena_used(a), 0);
    assert_non_null(arena_alloc(a, 1));
    arena_free(a);
}

static void reset_gives_the_bound_back(void **state)
{
    (void)state;
    struct arena *a = new_arena(300 * KIB);
    for (int round = 0; round < 100; round++) {
        assert_non_null(arena_alloc(a, 100));
        assert_non_null(arena_alloc(a, 200 * KIB));
        assert_null(arena_alloc(a, 200 * KIB));
        arena_reset(a);
    }
    arena_free(a);
}

static void strdup_ends_in_nul(void **state)
{
    (void)state;
    struct arena *a = new_arena(64 * KIB);
    assert_string_equal(arena_strdup(a, str_sub(STR("abcdef"), 1, 4)), "bcd");
    assert_string_equal(arena_strdup(a, (struct str){NULL, 0}), "");
    assert_memory_equal(arena_strdup(a, STR("a\0b")), "a\0b", 4);
    arena_free(a);
}

static void printf_formats(void **state)
{
    (void)state;
    struct arena *a = new_arena(64 * KIB);
    assert_string_equal(arena_printf(a, "%s:%d", "x", 7), "x:7");
    assert_string_equal(arena_printf(a, "%s", ""), "");
    char *wide = arena_printf(a, "%6000d", 1);
    assert_non_null(wide);
    assert_int_equal(strlen(wide), 6000);
    assert_null(arena_printf(a, "%70000d", 1));
    arena_free(a);
}

static void grow_doubles_when_full(void **state)
{
    (void)state;
    struct arena *a = new_arena(1024 * KIB);
    int *list = NULL;
    size_t cap = 0;
    for (size_t n = 0; n < 1000; n++) {
        int *was = list;
        size_t was_cap = cap;
        list = arena_grow(a, list, n, &cap, sizeof(*list));
        assert_non_null(list);
        assert_true(cap > n);
        if (n < was_cap) {
            assert_ptr_equal(list, was);
            assert_int_equal(cap, was_cap);
        } else if (was_cap > 0) {
            assert_int_equal(cap, 2 * was_cap);
        }
        list[n] = (int)n;
    }
    for (int n = 0; n < 1000; n++) {
        assert_int_equal(list[n], n);
    }
    arena_free(a);
}

static void grow_fails_whole(void **state)
{
    (void)state;
    struct arena *a = new_arena(1 * KIB);
    size_t cap = 0;
    char *list = arena_grow(a, NULL, 0, &cap, 50);
    assert_non_null(list);
    memset(list, 'x', 50);
    size_t was = cap;
    assert_null(arena_grow(a, list, cap, &cap, 50));
    assert_int_equal(cap, was);
    assert_int_equal(list[49], 'x');
    cap = SIZE_MAX / 2 + 1;
    assert_null(arena_grow(a, list, cap, &cap, 1));
    assert_true(cap == SIZE_MAX / 2 + 1);
    arena_free(a);
}

static void failed_allocation(void **state)
{
    (void)state;
    no_memory = true;
    struct arena *none = arena_new(64 * KIB);
    no_memory = false;
    assert_null(none);

    struct arena *a = new_arena(1024 * KIB);
    no_memory = true;
    void *small = arena_alloc(a, 10);
    void *big = arena_alloc(a, 100 * KIB);
    char *text = arena_strdup(a, STR("abc"));
    char *printed = arena_printf(a, "%d", 1);
    no_memory = false;
    assert_null(small);
    assert_null(big);
    assert_null(text);
    assert_null(printed);
    assert_int_equal(arena_used(a), 0);
    assert_non_null(arena_alloc(a, 10));
    arena_free(a);
}

static void asan_sees_what_is_not_allocated(void **state)
{
    (void)state;
#ifdef WITH_ASAN
    struct arena *a = new_arena(1024 * KIB);
    char *p = arena_alloc(a, 16);
    char *q = arena_alloc(a, 21);
    char *none = arena_alloc(a, 0);
    char *big = arena_alloc(a, 100 * KIB);
    assert_false(__asan_address_is_poisoned(p));
    assert_false(__asan_address_is_poisoned(p + 15));
    assert_true(__asan_address_is_poisoned(p + 16));
    assert_false(__asan_address_is_poisoned(q + 20));
    assert_true(__asan_address_is_poisoned(q + 21));
    assert_true(__asan_address_is_poisoned(none));
    assert_false(__asan_address_is_poisoned(big + 100 * KIB - 1));
    assert_true(__asan_address_is_poisoned(big + 100 * KIB));
    arena_reset(a);
    assert_true(__asan_address_is_poisoned(p));
    assert_true(__asan_address_is_poisoned(q + 20));
    assert_true(__asan_address_is_poisoned(big));
    assert_ptr_equal(arena_alloc(a, 8), p);
    assert_false(__asan_address_is_poisoned(p + 7));
    assert_true(__asan_address_is_poisoned(p + 8));
    arena_free(a);
#else
    skip();
#endif
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(zeroed_aligned_and_apart),
        cmocka_unit_test(nothing_is_a_valid_pointer),
        cmocka_unit_test(blocks_grow),
        cmocka_unit_test(big_requests_leave_the_current_block),
        cmocka_unit_test(bound_holds),
        cmocka_unit_test(bound_below_a_block),
        cmocka_unit_test(sizes_do_not_wrap),
        cmocka_unit_test(reset_keeps_one_small_block),
        cmocka_unit_test(reset_without_small_blocks),
        cmocka_unit_test(reset_gives_the_bound_back),
        cmocka_unit_test(strdup_ends_in_nul),
        cmocka_unit_test(printf_formats),
        cmocka_unit_test(grow_doubles_when_full),
        cmocka_unit_test(grow_fails_whole),
        cmocka_unit_test(failed_allocation),
        cmocka_unit_test(asan_sees_what_is_not_allocated),
    };
    return cmocka_run_group_tests_name("base/arena", tests, NULL, NULL);
}
