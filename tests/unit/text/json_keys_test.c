/* json_keys: the same key twice, among few and among very many, and in time that grows evenly. */
#include "text/json_keys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct str numbered(struct arena *a, unsigned long i)
{
    return str_of(arena_printf(a, "key-%lu", i));
}

/* Of `n` keys, each one in turn comes again: always found, and nothing else is. */
static void test_found(void **state)
{
    static const size_t sizes[] = {1, 2, 15, 16, 17, 18, 31, 32, 33, 100, 1000};

    (void)state;
    for (size_t k = 0; k < SG_COUNT(sizes); k++) {
        struct arena *a = arena_new(16 << 20);
        struct json_keys keys = {.count = 0};
        struct json_object object = json_keys_open(&keys);

        assert_non_null(a);
        for (unsigned long i = 0; i < sizes[k]; i++) {
            assert_int_equal(json_keys_add(&keys, &object, a, numbered(a, i)), REASON_OK);
        }
        for (unsigned long i = 0; i < sizes[k]; i++) {
            assert_int_equal(json_keys_add(&keys, &object, a, numbered(a, i)),
                             REASON_JSON_DUPLICATE_KEY);
        }
        assert_int_equal(keys.count, sizes[k]);
        assert_int_equal(json_keys_add(&keys, &object, a, STR("")), REASON_OK);
        assert_int_equal(json_keys_add(&keys, &object, a, STR("")), REASON_JSON_DUPLICATE_KEY);
        arena_free(a);
    }
}

/* An inner object does not see the outer one's keys, and leaves them as they were. */
static void test_nested(void **state)
{
    struct arena *a = arena_new(16 << 20);
    struct json_keys keys = {.count = 0};
    struct json_object outer = json_keys_open(&keys);

    (void)state;
    assert_non_null(a);
    for (unsigned long i = 0; i < 40; i++) {
        struct json_object inner;

        assert_int_equal(json_keys_add(&keys, &outer, a, numbered(a, i)), REASON_OK);
        inner = json_keys_open(&keys);
        for (unsigned long j = 0; j < 40; j++) {
            assert_int_equal(json_keys_add(&keys, &inner, a, numbered(a, j)), REASON_OK);
        }
        assert_int_equal(json_keys_add(&keys, &inner, a, numbered(a, 7)),
                         REASON_JSON_DUPLICATE_KEY);
        json_keys_close(&keys, &inner);
    }
    assert_int_equal(keys.count, 40);
    assert_int_equal(json_keys_add(&keys, &outer, a, numbered(a, 39)), REASON_JSON_DUPLICATE_KEY);
    assert_int_equal(json_keys_add(&keys, &outer, a, numbered(a, 40)), REASON_OK);
    json_keys_close(&keys, &outer);
    assert_int_equal(keys.count, 0);
    arena_free(a);
}

/* Half a million keys: with a comparison of each pair this would take hours. */
static void test_many(void **state)
{
    struct arena *a = arena_new(512 << 20);
    struct json_keys keys = {.count = 0};
    struct json_object object = json_keys_open(&keys);

    (void)state;
    assert_non_null(a);
    for (unsigned long i = 0; i < 500000; i++) {
        if (json_keys_add(&keys, &object, a, numbered(a, i)) != REASON_OK) {
            fail_msg("key %lu", i);
        }
    }
    assert_int_equal(json_keys_add(&keys, &object, a, numbered(a, 250000)),
                     REASON_JSON_DUPLICATE_KEY);
    arena_free(a);
}

/* A full arena is told as such, and what was added before it still counts. */
static void test_memory(void **state)
{
    struct arena *texts = arena_new(16 << 20);
    size_t last = 0;

    (void)state;
    assert_non_null(texts);
    for (size_t max = 0; max < 16384; max += 512) {
        struct arena *a = arena_new(max);
        struct json_keys keys = {.count = 0};
        struct json_object object = json_keys_open(&keys);
        enum reason r = REASON_OK;

        assert_non_null(a);
        while (r == REASON_OK) {
            r = json_keys_add(&keys, &object, a, numbered(texts, keys.count));
        }
        assert_int_equal(r, REASON_SPAN_LIMIT);
        assert_true(keys.count >= last);
        last = keys.count;
        arena_free(a);
    }
    assert_true(last > 32);
    arena_free(texts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_found),
        cmocka_unit_test(test_nested),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
