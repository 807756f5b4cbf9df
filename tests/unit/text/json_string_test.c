/* json_string: unescaped texts, maps checked by slicing the body again, escaping and back. */
#include "text/json.h"
#include "text/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct seen {
    struct json_string first;
    size_t count;
};

static enum reason on_string(void *ctx, const struct json_string *s)
{
    struct seen *seen = ctx;

    if (seen->count++ == 0) {
        seen->first = *s;
    }
    return REASON_OK;
}

static const struct json_events strings = {.key = on_string, .string = on_string};

static int setup(void **state)
{
    *state = arena_new(64 << 20);
    return *state == NULL ? -1 : 0;
}

static int teardown(void **state)
{
    arena_free(*state);
    return 0;
}

static struct json_string read_string(struct arena *a, struct str body)
{
    struct seen seen = {.count = 0};

    assert_int_equal(json_scan(body, NULL, a, &strings, &seen, NULL), REASON_OK);
    assert_int_equal(seen.count, 1);
    return seen.first;
}

/*
 * Each character of the text must lead to just that part of the body which, put between quotes,
 * reads as this character; and the parts together are the whole string.
 */
static void assert_map(struct arena *a, struct str body, const struct json_string *s)
{
    size_t expected_from = (size_t)(s->raw.p - body.p), from, to;

    for (size_t at = 0; at < s->text.n;) {
        size_t end = utf8_forward(s->text, at, 1);
        char quoted[16];
        struct json_string again;

        offmap_range(&s->map, at, end, &from, &to);
        assert_int_equal(from, expected_from);
        expected_from = to;
        assert_true(to - from <= 12);
        quoted[0] = quoted[to - from + 1] = '"';
        memcpy(quoted + 1, body.p + from, to - from);
        again = read_string(a, (struct str){quoted, to - from + 2});
        assert_true(str_eq(again.text, str_sub(s->text, at, end)));
        at = end;
    }
    assert_int_equal(expected_from, (size_t)(s->raw.p - body.p) + s->raw.n);
    offmap_range(&s->map, 0, s->text.n, &from, &to);
    assert_int_equal(to - from, s->raw.n);
}

struct sample {
    struct str body, text;
};

static const struct sample samples[] = {
    {STR("\"\""), STR("")},
    {STR("\"abc\""), STR("abc")},
    {STR("  \"abc\"  "), STR("abc")},
    {STR("\"\\n\""), STR("\n")},
    {STR("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""), STR("\"\\/\b\f\n\r\t")},
    {STR("\"a\\u0000b\""), STR("a\0b")},
    {STR("\"\\u007F\\u0080\\u07ff\\u0800\\uFFFF\""),
     STR("\x7F\xC2\x80\xDF\xBF\xE0\xA0\x80\xEF\xBF\xBF")},
    {STR("\"\\uD83D\\uDE00\""), STR("\xF0\x9F\x98\x80")},
    {STR("\"\\ud800\\udc00\\uDBFF\\uDFFF\""), STR("\xF0\x90\x80\x80\xF4\x8F\xBF\xBF")},
    {STR("\"\\u8eab\\u4efd\\u8bc1: 11010119900307\\u00300\\u0031\\u0031\""),
     STR("\xE8\xBA\xAB\xE4\xBB\xBD\xE8\xAF\x81: 110101199003070011")},
    {STR("\"\xE4\xBD\xA0\\n\xE5\xA5\xBD\""), STR("\xE4\xBD\xA0\n\xE5\xA5\xBD")},
    {STR("[\"0123456789abcdef0123456789abcdef\\t0123456789abcdef\xC3\xA9\"]"),
     STR("0123456789abcdef0123456789abcdef\t0123456789abcdef\xC3\xA9")},
    {STR("{\"k\\u0065y\":1}"), STR("key")},
    {STR("\"\\\\u0041\""), STR("\\u0041")},
    {STR("\"\\\\\\\\n\""), STR("\\\\n")},
};

static void test_samples(void **state)
{
    for (size_t i = 0; i < SG_COUNT(samples); i++) {
        struct json_string s = read_string(*state, samples[i].body);

        if (!str_eq(s.text, samples[i].text)) {
            fail_msg("read as `%.*s`: %.*s", STR_ARG(s.text), STR_ARG(samples[i].body));
        }
        assert_map(*state, samples[i].body, &s);
    }
}

static void test_no_copy(void **state)
{
    struct str body = STR("[\"no escape \xE4\xBD\xA0\"]");
    struct json_string s = read_string(*state, body);

    assert_ptr_equal(s.text.p, body.p + 2);
    assert_ptr_equal(s.raw.p, s.text.p);
    assert_int_equal(s.text.n, 13);
    assert_int_equal(s.map.count, 0);
}

/* A text whose every character is an escape needs one run, not one a character. */
static void test_map_is_small(void **state)
{
    static char body[6 * 100000 + 2];
    struct json_string s;

    body[0] = body[sizeof(body) - 1] = '"';
    for (size_t i = 0; i < 100000; i++) {
        memcpy(body + 1 + 6 * i, "\\u4f60", 6);
    }
    s = read_string(*state, (struct str){body, sizeof(body)});
    assert_int_equal(s.text.n, 300000);
    assert_int_equal(s.map.count, 1);
}

/* Every place of a stop in the wide loop, before and after it. */
static void test_every_length(void **state)
{
    char body[70];

    for (size_t n = 0; n <= 64; n++) {
        for (size_t at = 0; at <= n; at++) {
            struct str view = {body, n + 4};
            struct json_string s;

            memset(body, 'x', sizeof(body));
            body[0] = body[n + 3] = '"';
            body[1 + at] = '\\';
            body[2 + at] = 't';
            s = read_string(*state, view);
            assert_int_equal(s.text.n, n + 1);
            assert_int_equal(s.text.p[at], '\t');
            assert_map(*state, view, &s);
        }
    }
}

static void test_escape(void **state)
{
    struct buf out = BUF_INIT(1 << 20);

    (void)state;
    assert_true(json_escape(&out, STR("a\"b\\c/\b\f\n\r\t\0\x01\x1F\x7F\xE4\xBD\xA0")));
    assert_true(str_eq(buf_str(&out),
                       STR("a\\\"b\\\\c/\\b\\f\\n\\r\\t\\u0000\\u0001\\u001f\x7F\xE4\xBD\xA0")));
    assert_true(json_escape(&out, STR("")));
    assert_true(json_escape(&out, (struct str){NULL, 0}));
    buf_free(&out);
}

static void test_escape_round_trip(void **state)
{
    char text[5];
    struct buf out = BUF_INIT(1 << 20);

    for (uint32_t cp = 0; cp < 0x3000; cp++) {
        size_t n = utf8_encode(cp, text + 1) + 1;
        struct json_string s;

        text[0] = 'x';
        buf_clear(&out);
        assert_true(buf_add_char(&out, '"'));
        assert_true(json_escape(&out, (struct str){text, n}));
        assert_true(buf_add_char(&out, '"'));
        s = read_string(*state, buf_str(&out));
        assert_true(str_eq(s.text, (struct str){text, n}));
    }
    buf_free(&out);
}

/* Whole or not at all: the escaped text needs 14 bytes beside the two that are there. */
static void test_escape_bound(void **state)
{
    (void)state;
    for (size_t max = 2; max <= 20; max++) {
        struct buf out = BUF_INIT(max);

        assert_true(buf_add_str(&out, STR("ab")));
        assert_int_equal(json_escape(&out, STR("0123\"56\n\t\"")), max >= 16);
        assert_int_equal(out.n, max >= 16 ? 16 : 2);
        buf_free(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_samples),      cmocka_unit_test(test_no_copy),
        cmocka_unit_test(test_map_is_small), cmocka_unit_test(test_every_length),
        cmocka_unit_test(test_escape),       cmocka_unit_test(test_escape_round_trip),
        cmocka_unit_test(test_escape_bound),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
