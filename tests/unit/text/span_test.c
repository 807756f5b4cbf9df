/* span: lists in the arena, paths as text without payload, role names. */
#include "text/span.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void test_add(void **state)
{
    struct arena *a = arena_new(1 << 20);
    struct span_list list = {0};

    (void)state;
    assert_non_null(a);
    for (size_t i = 0; i < 1000; i++) {
        struct span s = {.text = {"abcdefghij", i % 10}, .role = SPAN_USER};

        assert_int_equal(span_add(&list, a, &s), REASON_OK);
    }
    assert_int_equal(list.count, 1000);
    assert_int_equal(list.text_bytes, 4500);
    assert_int_equal(list.items[999].text.n, 9);
    arena_free(a);
}

static void test_add_full(void **state)
{
    struct arena *a = arena_new(64 << 10);
    struct span_list list = {0};
    struct span s = {.text = STR("x")};
    enum reason r = REASON_OK;
    size_t added = 0;

    (void)state;
    assert_non_null(a);
    while (added < 1000000 && (r = span_add(&list, a, &s)) == REASON_OK) {
        added++;
    }
    assert_int_equal(r, REASON_SPAN_LIMIT);
    assert_int_equal(list.count, added);
    assert_int_equal(list.text_bytes, added);
    arena_free(a);
}

static void test_path(void **state)
{
    struct path messages = {NULL, STR("messages"), 0};
    struct path element = {&messages, {NULL, 0}, 12};
    struct path content = {&element, STR("content"), 0};
    struct path empty = {&content, STR(""), 0};
    struct path after = {&empty, STR("a_bcD"), 0};
    char out[64];

    (void)state;
    assert_string_equal(path_text(NULL, out, sizeof(out)), "");
    assert_string_equal(path_text(&messages, out, sizeof(out)), "/messages");
    assert_string_equal(path_text(&content, out, sizeof(out)), "/messages/12/content");
    assert_string_equal(path_text(&after, out, sizeof(out)), "/messages/12/content//a_bcD");
}

static void test_path_hides_payload(void **state)
{
    static const char long_key[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    static const struct str hidden[] = {{"a b", 3},  {"a/b", 3}, {"a~b", 3}, {"\xE4\xBD\xA0", 3},
                                        {"a\0b", 3}, {"\"", 1},  {"a\n", 2}, {long_key, 33},
                                        {"a-b", 3},  {"a.b", 3}, {"a1", 2},  {"13800138000", 11}};
    char out[100];

    (void)state;
    for (size_t i = 0; i < SG_COUNT(hidden); i++) {
        struct path key = {NULL, hidden[i], 0};
        struct path leaf = {&key, {NULL, 0}, 0};

        assert_string_equal(path_text(&leaf, out, sizeof(out)), "/*/0");
    }
    {
        struct path key = {NULL, {long_key, 32}, 0};

        assert_int_equal(strlen(path_text(&key, out, sizeof(out))), 33);
    }
}

static void test_path_cut(void **state)
{
    struct path a = {NULL, STR("abc"), 0};
    struct path b = {&a, {NULL, 0}, 7};
    char out[16];

    (void)state;
    assert_string_equal(path_text(&b, out, 7), "/abc/7");
    assert_string_equal(path_text(&b, out, 6), "/a\xE2\x80\xA6");
    assert_string_equal(path_text(&b, out, 5), "/\xE2\x80\xA6");
    assert_string_equal(path_text(&b, out, 4), "\xE2\x80\xA6");
    assert_string_equal(path_text(&b, out, 3), "");
    assert_string_equal(path_text(&b, out, 1), "");
    assert_string_equal(path_text(&b, out, 0), "");
}

/* A chain as deep as JSON may nest, and one that is far deeper. */
static void test_path_deep(void **state)
{
    static struct path chain[10000];
    char out[300], small[32];

    (void)state;
    for (size_t i = 0; i < SG_COUNT(chain); i++) {
        chain[i] = (struct path){i == 0 ? NULL : &chain[i - 1], {NULL, 0}, 3};
    }
    assert_int_equal(strlen(path_text(&chain[127], out, sizeof(out))), 256);
    assert_int_equal(strlen(path_text(&chain[9999], small, sizeof(small))), 31);
    assert_memory_equal(small, "/3/3/3/3/3/3/3/3/3/3/3/3/3/3\xE2\x80\xA6", 32);
}

static void test_roles(void **state)
{
    static const char *const names[SPAN_ROLE_COUNT] = {"unknown", "system", "user", "assistant",
                                                       "tool"};
    enum span_role role = SPAN_TOOL;

    (void)state;
    for (int i = 0; i < SPAN_ROLE_COUNT; i++) {
        assert_string_equal(span_role_name((enum span_role)i), names[i]);
        assert_true(span_role_parse(str_of(names[i]), &role));
        assert_int_equal(role, i);
    }
    assert_string_equal(span_role_name(SPAN_ROLE_COUNT), "?");
    assert_false(span_role_parse(STR("User"), &role));
    assert_false(span_role_parse(STR(""), &role));
    assert_int_equal(role, SPAN_TOOL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_add),      cmocka_unit_test(test_add_full),
        cmocka_unit_test(test_path),     cmocka_unit_test(test_path_hides_payload),
        cmocka_unit_test(test_path_cut), cmocka_unit_test(test_path_deep),
        cmocka_unit_test(test_roles),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
