/* offmap: pieces of every kind, checked byte by byte against a plain table of where each came from.
 */
#include "text/offmap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define BASE 1000

static int setup(void **state)
{
    *state = arena_new(1 << 20);
    return *state == NULL ? -1 : 0;
}

static int teardown(void **state)
{
    arena_free(*state);
    return 0;
}

static void assert_range(const struct offmap *m, size_t begin, size_t end, size_t from, size_t to)
{
    size_t got_from = SIZE_MAX, got_to = SIZE_MAX;

    offmap_range(m, begin, end, &got_from, &got_to);
    assert_int_equal(got_from, from);
    assert_int_equal(got_to, to);
}

static void test_identity(void **state)
{
    struct offmap m = offmap_identity(BASE, 10);
    size_t run = 0, from, to;

    (void)state;
    assert_int_equal(m.count, 0);
    assert_range(&m, 0, 10, BASE, BASE + 10);
    assert_range(&m, 3, 4, BASE + 3, BASE + 4);
    offmap_piece(&m, 3, &run, &from, &to);
    assert_int_equal(run, 0);
    assert_int_equal(from, BASE + 3);
    assert_int_equal(to, BASE + 4);
    assert_range(&m, 3, 3, BASE + 3, BASE + 3);
    assert_range(&m, 10, 10, BASE + 10, BASE + 10);
    assert_range(&m, 8, 99, BASE + 8, BASE + 10);
    assert_range(&m, 50, 99, BASE + 10, BASE + 10);
    assert_range(&m, 5, 2, BASE + 5, BASE + 5);
    m = offmap_identity(BASE, 0);
    assert_range(&m, 0, 0, BASE, BASE);
    assert_range(&m, 0, 5, BASE, BASE);
}

static void test_exact_pieces_stay_identity(void **state)
{
    struct offmap m = offmap_identity(BASE, 0);

    assert_true(offmap_add(&m, *state, 4, 4, true));
    assert_true(offmap_add(&m, *state, 0, 0, true));
    assert_true(offmap_add(&m, *state, 0, 0, false));
    assert_true(offmap_add(&m, *state, 6, 6, true));
    assert_int_equal(m.count, 0);
    assert_int_equal(m.text_end, 10);
    assert_int_equal(m.source_end, 10);
    assert_range(&m, 3, 6, BASE + 3, BASE + 6);
}

/* `ab\n你好` with the newline and the two characters escaped: 2, 2, 6 and 6 bytes of source. */
static void test_json_escapes(void **state)
{
    struct offmap m = offmap_identity(BASE, 0);

    assert_true(offmap_add(&m, *state, 2, 2, true));
    assert_true(offmap_add(&m, *state, 1, 2, false));
    assert_true(offmap_add(&m, *state, 3, 6, false));
    assert_true(offmap_add(&m, *state, 3, 6, false));
    assert_true(offmap_add(&m, *state, 1, 1, true));
    assert_int_equal(m.count, 4); /* the two characters share a run */
    assert_range(&m, 0, 1, BASE, BASE + 1);
    assert_range(&m, 0, 2, BASE, BASE + 2);
    assert_range(&m, 2, 3, BASE + 2, BASE + 4);
    assert_range(&m, 3, 4, BASE + 4, BASE + 10);
    assert_range(&m, 5, 7, BASE + 4, BASE + 16);
    assert_range(&m, 6, 9, BASE + 10, BASE + 16);
    assert_range(&m, 9, 10, BASE + 16, BASE + 17);
    assert_range(&m, 1, 10, BASE + 1, BASE + 17);
    assert_range(&m, 10, 10, BASE + 17, BASE + 17);
    assert_range(&m, 4, 4, BASE + 4, BASE + 4);
}

/* Dropped source belongs to no text byte, and widens only a range that spans it. */
static void test_dropped(void **state)
{
    struct offmap m = offmap_identity(0, 0);

    assert_true(offmap_add(&m, *state, 0, 3, false));
    assert_true(offmap_add(&m, *state, 1, 1, true));
    assert_true(offmap_add(&m, *state, 0, 3, false));
    assert_true(offmap_add(&m, *state, 0, 2, false));
    assert_true(offmap_add(&m, *state, 1, 1, true));
    assert_true(offmap_add(&m, *state, 1, 3, false));
    assert_true(offmap_add(&m, *state, 0, 4, false));
    assert_true(offmap_add(&m, *state, 1, 3, false));
    assert_true(offmap_add(&m, *state, 0, 1, false));
    assert_int_equal(m.text_end, 4);
    assert_int_equal(m.source_end, 21);
    assert_range(&m, 0, 1, 3, 4);
    assert_range(&m, 1, 2, 9, 10);
    assert_range(&m, 0, 2, 3, 10);
    assert_range(&m, 2, 3, 10, 13);
    assert_range(&m, 3, 4, 17, 20);
    assert_range(&m, 2, 4, 10, 20);
    assert_range(&m, 4, 4, 20, 20);
    assert_int_equal(m.count, 8); /* neighbouring drops share a run */
}

static void test_dropped_only(void **state)
{
    struct offmap m = offmap_identity(BASE, 0);

    assert_true(offmap_add(&m, *state, 0, 3, false));
    assert_range(&m, 0, 9, BASE, BASE);
}

static void test_put_in(void **state)
{
    struct offmap m = offmap_identity(BASE, 0);

    assert_true(offmap_add(&m, *state, 1, 1, true));
    assert_true(offmap_add(&m, *state, 2, 0, false));
    assert_true(offmap_add(&m, *state, 1, 1, true));
    assert_range(&m, 1, 3, BASE + 1, BASE + 1);
    assert_range(&m, 0, 4, BASE, BASE + 2);
    assert_range(&m, 3, 4, BASE + 1, BASE + 2);
}

static void test_big_pieces(void **state)
{
    struct offmap m = offmap_identity(0, 0);

    assert_true(offmap_add(&m, *state, 100000, 7, false));
    assert_true(offmap_add(&m, *state, 100000, 9, false));
    assert_true(offmap_add(&m, *state, 2, 70000, false));
    assert_true(offmap_add(&m, *state, 70000, 70000, true));
    assert_range(&m, 99999, 100000, 0, 7);
    assert_range(&m, 100000, 100001, 7, 16);
    assert_range(&m, 5, 100001, 0, 16);
    assert_range(&m, 200001, 200002, 16, 70016);
    assert_range(&m, 200002, 200003, 70016, 70017);
    assert_range(&m, 269999, 270002, 140013, 140016);
}

static void test_limits(void **state)
{
    struct offmap m = offmap_identity(0, UINT32_MAX - 1);
    struct offmap before;
    struct arena *full = arena_new(0);

    (void)state;
    assert_false(offmap_add(&m, *state, 2, 1, false));
    assert_false(offmap_add(&m, *state, 1, 2, false));
    assert_false(offmap_add(&m, *state, SIZE_MAX, SIZE_MAX, true));
    assert_true(offmap_add(&m, *state, 1, 1, true));
    assert_int_equal(m.text_end, UINT32_MAX);

    assert_non_null(full);
    m = offmap_identity(5, 3);
    before = m;
    assert_false(offmap_add(&m, full, 1, 2, false));
    assert_memory_equal(&m, &before, sizeof(m));
    arena_free(full);
}

/* Many random pieces of every kind; each text byte must lead back to just its own piece. */
static void test_random(void **state)
{
    enum { PIECES = 2000, TEXT = PIECES * 5 };
    static size_t from[TEXT], to[TEXT];
    struct offmap m = offmap_identity(BASE, 0);
    uint32_t seed = 12345;

    for (size_t i = 0; i < PIECES; i++) {
        size_t text_n, source_n;
        bool exact;

        seed = seed * 1664525 + 1013904223;
        exact = (seed >> 28) < 6;
        text_n = (seed >> 20) % 5;
        source_n = exact ? text_n : (seed >> 12) % 7;
        for (size_t k = 0; k < text_n; k++) {
            from[m.text_end + k] = BASE + m.source_end + (exact ? k : 0);
            to[m.text_end + k] = BASE + m.source_end + (exact ? k + 1 : source_n);
        }
        assert_true(offmap_add(&m, *state, text_n, source_n, exact));
    }
    for (size_t i = 0, run = 0, piece_from, piece_to; i < m.text_end; i += 1 + i % 3) {
        offmap_piece(&m, i, &run, &piece_from, &piece_to);
        assert_int_equal(piece_from, from[i]);
        assert_int_equal(piece_to, to[i]);
    }
    for (size_t i = 0; i < m.text_end; i++) {
        size_t far = i + 1 + i % 50 < m.text_end ? i + 1 + i % 50 : m.text_end;

        assert_range(&m, i, i + 1, from[i], to[i]);
        assert_range(&m, i, far, from[i], to[far - 1]);
        assert_range(&m, i, i, from[i], from[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_identity),     cmocka_unit_test(test_exact_pieces_stay_identity),
        cmocka_unit_test(test_json_escapes), cmocka_unit_test(test_dropped),
        cmocka_unit_test(test_dropped_only), cmocka_unit_test(test_put_in),
        cmocka_unit_test(test_big_pieces),   cmocka_unit_test(test_limits),
        cmocka_unit_test(test_random),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
