#include "conf/schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static int setup(void **state)
{
    struct schema_context *cx = calloc(1, sizeof(*cx));

    if (cx == NULL) {
        return -1;
    }
    cx->arena = arena_new(1u << 20);
    cx->diags = diags_new();
    *state = cx;
    return cx->arena == NULL || cx->diags == NULL ? -1 : 0;
}

static int teardown(void **state)
{
    struct schema_context *cx = *state;

    arena_free(cx->arena);
    diags_free(cx->diags);
    free(cx);
    return 0;
}

/* The value in "v: VALUE"; it stands in column 4. */
static const struct yaml_node *value(struct schema_context *cx, struct str text)
{
    char *line = arena_alloc(cx->arena, text.n + 4);

    assert_non_null(line);
    memcpy(line, "v: ", 3);
    memcpy(line + 3, text.p, text.n);
    struct yaml_node *root = yaml_read(cx->arena, "f", (struct str){line, text.n + 3}, cx->diags);
    assert_non_null(root);
    return yaml_get(root, "v");
}

/* All that was told since the last call. */
static void check_told(struct schema_context *cx, const char *expected)
{
    char *told = diags_text(cx->diags);

    assert_non_null(told);
    assert_string_equal(told, expected);
    free(told);
    diags_free(cx->diags);
    cx->diags = diags_new();
    assert_non_null(cx->diags);
}

static void test_str(void **state)
{
    struct schema_context *cx = *state;
    struct str out = STR("before");
    const struct yaml_node *n = value(cx, STR("\"a\\0b\""));

    assert_true(schema_str(cx, n, &out));
    assert_int_equal(out.n, 3);
    assert_memory_equal(out.p, "a\0b", 4);
    assert_ptr_not_equal(out.p, n->text.p);
    assert_true(schema_str(cx, value(cx, STR("no")), &out));
    assert_true(str_eq(out, STR("no")));
    check_told(cx, "");

    assert_false(schema_str(cx, value(cx, STR("''")), &out));
    check_told(cx, "f:1:4: expected text, found an empty text\n");
    assert_false(schema_str(cx, value(cx, STR("")), &out));
    check_told(cx, "f:1:3: expected text, found nothing\n");
    assert_false(schema_str(cx, value(cx, STR("[a]")), &out));
    check_told(cx, "f:1:4: expected text, found a list\n");
    assert_false(schema_str(cx, value(cx, STR("{a: b}")), &out));
    check_told(cx, "f:1:4: expected text, found a mapping\n");
    assert_true(str_eq(out, STR("no")));
}

static void test_strs(void **state)
{
    struct schema_context *cx = *state;
    struct str_list out = {NULL, 7};

    assert_true(schema_strs(cx, value(cx, STR("[a, 'b c']")), &out));
    assert_int_equal(out.count, 2);
    assert_true(str_eq(out.items[0], STR("a")) && str_eq(out.items[1], STR("b c")));
    assert_true(schema_strs(cx, value(cx, STR("one")), &out));
    assert_int_equal(out.count, 1);
    assert_true(str_eq(out.items[0], STR("one")));
    assert_true(schema_strs(cx, value(cx, STR("[]")), &out));
    assert_int_equal(out.count, 0);
    check_told(cx, "");

    out.count = 7;
    assert_false(schema_strs(cx, value(cx, STR("[a, [b], '', {c: d}]")), &out));
    check_told(cx, "f:1:8: expected text, found a list\n"
                   "f:1:13: expected text, found an empty text\n"
                   "f:1:17: expected text, found a mapping\n");
    assert_false(schema_strs(cx, value(cx, STR("{a: b}")), &out));
    check_told(cx, "f:1:4: expected text or a list of texts, found a mapping\n");
    assert_false(schema_strs(cx, value(cx, STR("")), &out));
    check_told(cx, "f:1:3: expected text or a list of texts, found nothing\n");
    assert_int_equal(out.count, 7);
}

static void test_enum(void **state)
{
    static const char *const names[] = {"allow", "flag", "block", NULL};
    struct schema_context *cx = *state;
    int out = -1;

    assert_true(schema_enum(cx, value(cx, STR("block")), names, &out));
    assert_int_equal(out, 2);
    assert_true(schema_enum(cx, value(cx, STR("'allow'")), names, &out));
    assert_int_equal(out, 0);
    check_told(cx, "");

    assert_false(schema_enum(cx, value(cx, STR("blok")), names, &out));
    check_told(cx, "f:1:4: unknown value `blok`; did you mean `block`?\n");
    assert_false(schema_enum(cx, value(cx, STR("BLOCK")), names, &out));
    check_told(cx, "f:1:4: unknown value `BLOCK`; did you mean `block`?\n");
    assert_false(schema_enum(cx, value(cx, STR("deny")), names, &out));
    check_told(cx, "f:1:4: expected `allow`, `flag` or `block`, found `deny`\n");
    assert_false(schema_enum(cx, value(cx, STR("\"flag\\0\"")), names, &out));
    check_told(cx, "f:1:4: unknown value `flag\\x00`; did you mean `flag`?\n");
    assert_false(schema_enum(cx, value(cx, STR("[allow]")), names, &out));
    check_told(cx, "f:1:4: expected `allow`, `flag` or `block`, found a list\n");
    assert_int_equal(out, 0);
}

static void test_bool(void **state)
{
    static const char *const bad[] = {"yes", "no", "on", "off", "True", "FALSE", "1", "0", "~"};
    struct schema_context *cx = *state;
    bool out = false;

    assert_true(schema_bool(cx, value(cx, STR("true")), &out));
    assert_true(out);
    assert_true(schema_bool(cx, value(cx, STR("false")), &out));
    assert_false(out);
    check_told(cx, "");
    for (size_t i = 0; i < SG_COUNT(bad); i++) {
        char expected[128];

        assert_false(schema_bool(cx, value(cx, str_of(bad[i])), &out));
        snprintf(expected, sizeof(expected), "f:1:4: expected true or false, found `%s`\n", bad[i]);
        check_told(cx, expected);
    }
    assert_false(schema_bool(cx, value(cx, STR("'true'")), &out));
    check_told(cx, "f:1:4: expected true or false, found `true` in quotes\n");
    assert_false(schema_bool(cx, value(cx, STR("")), &out));
    check_told(cx, "f:1:3: expected true or false, found nothing\n");
}

static void test_int(void **state)
{
    static const char *const bad[] = {"010",
                                      "0x10",
                                      "0o7",
                                      "1_000",
                                      "+5",
                                      "5 ms",
                                      "1.0",
                                      "1e2",
                                      "ten",
                                      "--1",

                                      "-01",
                                      "101",
                                      "-11",
                                      "9223372036854775808",
                                      "18446744073709551616"};
    struct schema_context *cx = *state;
    int64_t out = 77;

    assert_true(schema_int(cx, value(cx, STR("100")), -10, 100, &out));
    assert_int_equal(out, 100);
    assert_true(schema_int(cx, value(cx, STR("-10")), -10, 100, &out));
    assert_int_equal(out, -10);
    assert_true(schema_int(cx, value(cx, STR("9223372036854775807")), 0, 1e19, &out));
    assert_true(out == INT64_MAX);
    assert_true(schema_int(cx, value(cx, STR("0")), -10, 100, &out));
    assert_int_equal(out, 0);
    check_told(cx, "");
    for (size_t i = 0; i < SG_COUNT(bad); i++) {
        char expected[128];

        assert_false(schema_int(cx, value(cx, str_of(bad[i])), -10, 100, &out));
        snprintf(expected, sizeof(expected),
                 "f:1:4: expected a whole number from -10 to 100, found `%s`\n", bad[i]);
        check_told(cx, expected);
    }
    assert_false(schema_int(cx, value(cx, STR("\"5\"")), -10, 100, &out));
    check_told(cx, "f:1:4: expected a whole number from -10 to 100, found `5` in quotes\n");
    assert_false(schema_int(cx, value(cx, STR("[5]")), -10, 100, &out));
    check_told(cx, "f:1:4: expected a whole number from -10 to 100, found a list\n");
    assert_int_equal(out, 0);
}

static void test_number(void **state)
{
    static const char *const bad[] = {
        "1e2", "0x1p3", "nan",  "inf",  ".5", "5.", "00.5", "1.2.3",

        "-.",  "1,5",   "1.51", "-0.6", "0.", "+1", "0.-1", "1.111111111111111111111111111111111"};
    struct schema_context *cx = *state;
    double out = 77;

    assert_true(schema_number(cx, value(cx, STR("0.75")), -0.5, 1.5, &out));
    assert_true(out == 0.75);
    assert_true(schema_number(cx, value(cx, STR("-0.5")), -0.5, 1.5, &out));
    assert_true(out == -0.5);
    assert_true(schema_number(cx, value(cx, STR("1.5")), -0.5, 1.5, &out));
    assert_true(out == 1.5);
    assert_true(schema_number(cx, value(cx, STR("1")), -0.5, 1.5, &out));
    assert_true(out == 1);
    check_told(cx, "");
    for (size_t i = 0; i < SG_COUNT(bad); i++) {
        char expected[128];

        assert_false(schema_number(cx, value(cx, str_of(bad[i])), -0.5, 1.5, &out));
        snprintf(expected, sizeof(expected),
                 "f:1:4: expected a number from -0.5 to 1.5, found `%s`\n", bad[i]);
        check_told(cx, expected);
    }
    assert_false(schema_number(cx, value(cx, STR("'1'")), -0.5, 1.5, &out));
    check_told(cx, "f:1:4: expected a number from -0.5 to 1.5, found `1` in quotes\n");
    assert_true(out == 1);
}

static void test_size(void **state)
{
    static const struct {
        const char *text;
        uint64_t bytes;
    } good[] = {{"4096", 4096}, {"64KiB", 65536}, {"8MiB", 8388608}, {"1GiB", 1073741824}};
    static const char *const bad[] = {
        "64KB", "64K",    "64kib",  "1.5MiB",         "MiB",
        "-1",   "064KiB", "1 MiB",  "1TiB",           "4095",
        "2GiB", "10MiBs", "0x1000", "17179869184GiB", "18446744073709551616"};
    struct schema_context *cx = *state;
    uint64_t out = 0;

    for (size_t i = 0; i < SG_COUNT(good); i++) {
        assert_true(schema_size(cx, value(cx, str_of(good[i].text)), 4096, 1073741824, &out));
        assert_true(out == good[i].bytes);
    }
    check_told(cx, "");
    for (size_t i = 0; i < SG_COUNT(bad); i++) {
        char expected[160];

        assert_false(schema_size(cx, value(cx, str_of(bad[i])), 4096, 1073741824, &out));
        snprintf(expected, sizeof(expected),
                 "f:1:4: expected a size (a whole number of bytes, KiB, MiB or GiB) from 4KiB to "
                 "1GiB, found `%s`\n",
                 bad[i]);
        check_told(cx, expected);
    }
    assert_false(schema_size(cx, value(cx, STR("'1MiB'")), 0, 1500, &out));
    check_told(cx, "f:1:4: expected a size (a whole number of bytes, KiB, MiB or GiB) from 0 to "
                   "1500, found `1MiB` in quotes\n");
    assert_true(out == 1073741824);
}

static void test_duration(void **state)
{
    static const struct {
        const char *text;
        uint64_t ms;
    } good[] = {{"500ms", 500},    {"30s", 30000},         {"5m", 300000},
                {"24h", 86400000}, {"180d", 15552000000u}, {"1s", 1000}};
    static const char *const bad[] = {"30",  "30sec", "1.5h",  "s",    "-1s",   "05s",
                                      "5 m", "5M",    "499ms", "181d", "1h30m", "213503982335d"};
    struct schema_context *cx = *state;
    uint64_t out = 0;

    for (size_t i = 0; i < SG_COUNT(good); i++) {
        assert_true(schema_duration(cx, value(cx, str_of(good[i].text)), 500, 15552e6, &out));
        assert_true(out == good[i].ms);
    }
    check_told(cx, "");
    for (size_t i = 0; i < SG_COUNT(bad); i++) {
        char expected[160];

        assert_false(schema_duration(cx, value(cx, str_of(bad[i])), 500, 15552e6, &out));
        snprintf(expected, sizeof(expected),
                 "f:1:4: expected a duration (a whole number and ms, s, m, h or d) from 500ms to "
                 "180d, found `%s`\n",
                 bad[i]);
        check_told(cx, expected);
    }
    assert_false(schema_duration(cx, value(cx, STR("")), 0, 5400e3, &out));
    check_told(cx, "f:1:3: expected a duration (a whole number and ms, s, m, h or d) from 0ms to "
                   "90m, found nothing\n");
    assert_true(out == 1000);
}

static void test_expect(void **state)
{
    struct schema_context *cx = *state;

    assert_true(schema_expect(cx, value(cx, STR("[a]")), YAML_SEQUENCE, "a list"));
    assert_true(schema_expect(cx, value(cx, STR("''")), YAML_SCALAR, "text"));
    check_told(cx, "");
    assert_false(schema_expect(cx, value(cx, STR("x")), YAML_SEQUENCE, "a list"));
    check_told(cx, "f:1:4: expected a list, found text\n");
}

static void test_out_of_memory(void **state)
{
    struct schema_context *cx = *state;
    struct schema_context poor = {.arena = arena_new(0), .diags = cx->diags};
    struct str text;
    struct str_list list;

    assert_non_null(poor.arena);
    assert_false(schema_str(&poor, value(cx, STR("a")), &text));
    assert_false(schema_strs(&poor, value(cx, STR("a")), &list));
    check_told(cx, "f:1:4: out of memory\nf:1:4: out of memory\n");
    arena_free(poor.arena);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_str),    TEST(test_strs),          TEST(test_enum), TEST(test_bool),
        TEST(test_int),    TEST(test_number),        TEST(test_size), TEST(test_duration),
        TEST(test_expect), TEST(test_out_of_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
