/* json_scan: what RFC 8259 allows and what it does not, each refusal with its reason and place. */
#include "text/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct json_events nothing;

static enum reason scan_limited(struct str body, const struct json_limits *limits, size_t *at)
{
    struct arena *a = arena_new(256 << 20);
    /* A copy of just this size, so that a sanitizer sees a read past the end. */
    char *copy = malloc(body.n + 1);
    enum reason r;

    assert_non_null(a);
    assert_non_null(copy);
    if (body.n > 0) {
        memcpy(copy + 1, body.p, body.n);
    }
    r = json_scan((struct str){copy + 1, body.n}, limits, a, &nothing, NULL, at);
    free(copy);
    arena_free(a);
    return r;
}

/* clang-format off */
static const struct str accepted[] = {
    /* 2: any value may stand alone, white space around it */
    STR("null"), STR("true"), STR("false"), STR("0"), STR("\"\""), STR("{}"), STR("[]"),
    STR(" \t\r\n{ \t\r\n} \t\r\n"), STR("[ ]"), STR("\n[\n1\n,\n2\n]\n"),
    STR("{ \"a\" : [ true , false , null ] }"),
    /* 4: objects */
    STR("{\"\":0}"), STR("{\"a\":1,\"A\":2}"), STR("{\"a\":{\"a\":{\"a\":1}}}"),
    STR("{\"a\":{\"b\":1},\"b\":{\"a\":1}}"), STR("[{\"a\":1},{\"a\":1}]"),
    STR("{\"a\":1,\"a \":2,\"aa\":3}"), STR("{\"\\u0000\":1,\"\":2}"),
    STR("{\"\xC3\xA9\":1,\"e\xCC\x81\":2}"), /* no normalisation: two different keys */
    /* 5: arrays */
    STR("[[[[[]]]]]"), STR("[[],[[]],{}]"), STR("[1,\"a\",null,{}]"),
    /* 6: numbers */
    STR("-0"), STR("0.0"), STR("-0.0"), STR("10"), STR("1e1"), STR("1E1"), STR("1e+1"), STR("1e-1"),
    STR("1.5e300"), STR("0e0"), STR("-1.25E-007"), STR("123456789012345678901234567890"),
    STR("1e999999"), STR("[0,1,-1]"), STR("0.000000000000000000000000000000000000000001"),
    /* 7: strings */
    STR("\"a\""), STR("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""), STR("\"\\u0000\""),
    STR("\"\\u00e9\\u00E9\""), STR("\"\\uD83D\\uDE00\""), STR("\"\\ud800\\udc00\\udbff\\udfff\""),
    STR("\"\\uFFFF\\uFFFE\""), STR("\"/\""), STR("\"'\""), STR("\"\x7F\""), STR("\"\xC2\x80\""),
    STR("\"\xE2\x80\xA8\xE2\x80\xA9\""), STR("\"\xEF\xBB\xBF\""), STR("\"\xEF\xBF\xBF\""),
    STR("\"\xF4\x8F\xBF\xBF\""), STR("\"\\\\u0000\""), STR("\"\\u005C\""), STR("\"\\u0022\""),
    STR("\"0123456789abcdef0123456789abcdef\\n0123456789abcdef\""), STR("\"{[,:]}\""),
    STR("\"\\uD7FF\\uE000\""),
};
/* clang-format on */

static void test_accepted(void **state)
{
    (void)state;
    for (size_t i = 0; i < SG_COUNT(accepted); i++) {
        size_t at = SIZE_MAX;
        enum reason r = scan_limited(accepted[i], NULL, &at);

        if (r != REASON_OK || at != SIZE_MAX) {
            fail_msg("refused (%s at %zu): %.*s", reason_code(r), at, STR_ARG(accepted[i]));
        }
    }
}

struct refusal {
    struct str body;
    enum reason reason;
    size_t at;
};

#define SYNTAX(text, at)                  \
    {                                     \
        STR(text), REASON_JSON_SYNTAX, at \
    }
#define TWICE(text, at)                          \
    {                                            \
        STR(text), REASON_JSON_DUPLICATE_KEY, at \
    }
#define BAD_UTF8(text, at)              \
    {                                   \
        STR(text), REASON_TEXT_UTF8, at \
    }
#define HALF(text, at)                       \
    {                                        \
        STR(text), REASON_JSON_SURROGATE, at \
    }

/* clang-format off */
static const struct refusal refused[] = {
    /* 2: structure */
    SYNTAX("", 0), SYNTAX(" \n", 2), SYNTAX("{", 1), SYNTAX("[", 1), SYNTAX("}", 0), SYNTAX("]", 0),
    SYNTAX(",", 0), SYNTAX(":", 0), SYNTAX("{]", 1), SYNTAX("[}", 1), SYNTAX("[1}", 2),
    SYNTAX("{\"a\":1]", 6), SYNTAX("[1]]", 3), SYNTAX("{}}", 2), SYNTAX("1 2", 2),
    SYNTAX("[] []", 3), SYNTAX("{} 1", 3), SYNTAX("null,", 4), SYNTAX("[[]", 3),
    SYNTAX("[1] \"", 4), SYNTAX("\"a\"\"b\"", 3), SYNTAX("[1]\0", 3), SYNTAX("\0", 0),
    SYNTAX("[\0]", 1),
    /* 2: white space is four characters, no more */
    SYNTAX("\f1", 0), SYNTAX("\v1", 0), SYNTAX("[\f]", 1), SYNTAX("\xC2\xA0" "1", 0),
    SYNTAX("1\xE2\x80\x83", 1), SYNTAX("\xE2\x81\xA0[]", 0), SYNTAX("[\b]", 1),
    /* 8.1: no byte order mark; no other encodings */
    SYNTAX("\xEF\xBB\xBF{}", 0), SYNTAX("\xFF\xFE{\0}\0", 0), SYNTAX("\0{\0}", 0),
    SYNTAX("[\xFF]", 1), SYNTAX("\xE2\x80\x9C" "a\xE2\x80\x9D", 0), SYNTAX("[\xEF\xBC\x91]", 1),
    /* 3: literals */
    SYNTAX("nul", 3), SYNTAX("nulL", 3), SYNTAX("nulll", 4), SYNTAX("True", 0), SYNTAX("TRUE", 0),
    SYNTAX("tru", 3), SYNTAX("truth", 3), SYNTAX("true1", 4), SYNTAX("fals", 4), SYNTAX("fAlse", 1),
    SYNTAX("NaN", 0), SYNTAX("nan", 1), SYNTAX("Infinity", 0), SYNTAX("-Infinity", 1),
    SYNTAX("undefined", 0), SYNTAX("[truefalse]", 5), SYNTAX("t", 1), SYNTAX("None", 0),
    /* 4: objects */
    SYNTAX("{,}", 1), SYNTAX("{\"a\"}", 4), SYNTAX("{\"a\",\"b\"}", 4), SYNTAX("{\"a\":}", 5),
    SYNTAX("{\"a\":1,}", 7), SYNTAX("{\"a\":1,,\"b\":2}", 7), SYNTAX("{a:1}", 1),
    SYNTAX("{'a':1}", 1), SYNTAX("{1:1}", 1), SYNTAX("{null:1}", 1), SYNTAX("{\"a\" 1}", 5),
    SYNTAX("{\"a\"::1}", 5), SYNTAX("{\"a\":1 \"b\":2}", 7), SYNTAX("{\"a\":1;\"b\":2}", 6),
    SYNTAX("{\"a\":1", 6), SYNTAX("{\"a\":", 5), SYNTAX("{\"a\"", 4), SYNTAX("{\"a", 3),
    SYNTAX("{\"a\":1,", 7), SYNTAX("{[]:1}", 1), SYNTAX("{\"a\"=1}", 4),
    SYNTAX("{\"a\":1,null}", 7), SYNTAX("{:1}", 1),
    /* 5: arrays */
    SYNTAX("[,]", 1), SYNTAX("[1,]", 3), SYNTAX("[,1]", 1), SYNTAX("[1,,2]", 3), SYNTAX("[1 2]", 3),
    SYNTAX("[1", 2), SYNTAX("[1,", 3), SYNTAX("[1:2]", 2), SYNTAX("[\"a\":1]", 4),
    SYNTAX("[1;2]", 2), SYNTAX("[]]", 2), SYNTAX("[\"a\"\"b\"]", 4), SYNTAX("(1)", 0),
    SYNTAX("[1,]2", 3),
    /* comments are not JSON */
    SYNTAX("// a\n1", 0), SYNTAX("/* a */1", 0), SYNTAX("1 // a", 2), SYNTAX("[1,/**/2]", 3),
    SYNTAX("#\n1", 0),
    /* 6: numbers */
    SYNTAX("01", 1), SYNTAX("-01", 2), SYNTAX("00", 1), SYNTAX("+1", 0), SYNTAX("-", 1),
    SYNTAX("--1", 1), SYNTAX("-a", 1), SYNTAX(".5", 0), SYNTAX("-.5", 1), SYNTAX("1.", 2),
    SYNTAX("1.e1", 2), SYNTAX("1..2", 2), SYNTAX("1.2.3", 3), SYNTAX("1e", 2), SYNTAX("1e+", 3),
    SYNTAX("1E-", 3), SYNTAX("1ee1", 2), SYNTAX("1e1.5", 3), SYNTAX("1e+-1", 3), SYNTAX("0x10", 1),
    SYNTAX("1_000", 1), SYNTAX("1 000", 2), SYNTAX("1a", 1), SYNTAX("0b1", 1), SYNTAX("1,000", 1),
    SYNTAX("1e0x1", 3), SYNTAX("[-]", 2), SYNTAX("[1.]", 3), SYNTAX("[1e]", 3), SYNTAX("- 1", 1),
    SYNTAX("1f", 1), SYNTAX("0e", 2), SYNTAX("0.", 2),
    /* 7: strings */
    SYNTAX("\"", 1), SYNTAX("\"a", 2), SYNTAX("'a'", 0), SYNTAX("\"a\nb\"", 2), SYNTAX("\"\t\"", 1),
    SYNTAX("\"\0\"", 1), SYNTAX("\"\x1F\"", 1), SYNTAX("\"a\r\"", 2), SYNTAX("\"\\\"", 3),
    SYNTAX("\"\\", 2), SYNTAX("\"\\a\"", 2), SYNTAX("\"\\'\"", 2), SYNTAX("\"\\0\"", 2),
    SYNTAX("\"\\x41\"", 2), SYNTAX("\"\\U0041\"", 2), SYNTAX("\"\\v\"", 2), SYNTAX("\"\\ \"", 2),
    SYNTAX("\"\\\n\"", 2), SYNTAX("\"\\\0\"", 2), SYNTAX("\"\\\xC3\xA9\"", 2), SYNTAX("\"\\u\"", 3),
    SYNTAX("\"\\u1\"", 4), SYNTAX("\"\\u12\"", 5), SYNTAX("\"\\u123\"", 6), SYNTAX("\"\\u123", 6),
    SYNTAX("\"\\uG000\"", 3), SYNTAX("\"\\u 123\"", 3), SYNTAX("\"\\u00-1\"", 5),
    SYNTAX("\"\\u{41}\"", 3), SYNTAX("\"\\u", 3), SYNTAX("\"\\u000:\"", 6),
    SYNTAX("\"\\u000@\"", 6), SYNTAX("\"\\u000`\"", 6), SYNTAX("\"\\u000g\"", 6),
    SYNTAX("\"\\u000/\"", 6), SYNTAX("\"0123456789abcdef0123456789\nabcdef\"", 27),
    SYNTAX("\"0123456789abcdef0123456789", 27), SYNTAX("{\"a\\qb\":1}", 4),
    SYNTAX("\"\xE4\xBD\xA0\n\"", 4), SYNTAX("\"\xE4\xBD\xA0", 4),
    /* 8.2 and 7: surrogates come in pairs */
    HALF("\"\\uD800\"", 1), HALF("\"\\uDC00\"", 1), HALF("\"\\uD800a\"", 1),
    HALF("\"\\uD800\\n\"", 1), HALF("\"a\\uDBFF\\uD800\"", 2),
    HALF("\"\\uD83D\\uDE00\\uDE00\"", 13), HALF("\"\\uDFFF\\uD800\"", 1),
    HALF("\"\\uD800\\u0041\"", 1), HALF("\"\\uD800", 1), HALF("\"\\ud800\\udc", 1),
    HALF("\"\\uD800\\uDBFF\\uDFFF\"", 1), HALF("{\"\\uD800\":1}", 2),
    HALF("\"\\uD800\\\\uDC00\"", 1), HALF("\"\\uD800\\udcg0\"", 1), HALF("\"\\uD800\\uE000\"", 1),
    /* 8.1: strings are UTF-8 */
    BAD_UTF8("\"\xFF\"", 1), BAD_UTF8("\"a\x80\"", 2), BAD_UTF8("\"\xC3\"", 1),
    BAD_UTF8("\"\xC3", 1), BAD_UTF8("\"\xC0\xAF\"", 1), BAD_UTF8("\"\xE0\x80\xAF\"", 1),
    BAD_UTF8("\"\xED\xA0\x80\"", 1), BAD_UTF8("\"\xED\xA0\xBD\xED\xB8\x80\"", 1),
    BAD_UTF8("\"\xF0\x80\x80\x80\"", 1), BAD_UTF8("\"\xF4\x90\x80\x80\"", 1),
    BAD_UTF8("\"\xF8\x88\x80\x80\x80\"", 1), BAD_UTF8("{\"\xE9\":1}", 2),
    BAD_UTF8("\"\xE4\xBD\\u0041\"", 1), BAD_UTF8("\"\xE4\xBD\n", 1),
    BAD_UTF8("\"\\n\xE4\xBD\xA0\xBF\"", 6),
    BAD_UTF8("\"0123456789abcdef\xE9 0123456789abcdef\"", 17),
    BAD_UTF8("\"0123456789abcde\xE9\"", 16),
    /* what is wrong first is told */
    BAD_UTF8("[\"\xFF\", \"\\q\", 01]", 2), SYNTAX("[\"\\q\xFF\"]", 3),
    HALF("[\"\\uD800\xFF\"]", 2),
    /* 4: names within an object are unique, compared after unescaping */
    TWICE("{\"a\":1,\"a\":2}", 7), TWICE("{\"\":1,\"\":2}", 6), TWICE("{\"a\":1,\"\\u0061\":2}", 7),
    TWICE("{\"\\u0061\":1,\"a\":2}", 12), TWICE("{\"\\/\":1,\"/\":2}", 8),
    TWICE("{\"a\":1,\"b\":2,\"a\":3}", 13), TWICE("[{\"a\":{\"a\":1},\"a\":2}]", 14),
    TWICE("{\"a\":{\"b\":1,\"b\":2}}", 12), TWICE("{\"\xC3\xA9\":1,\"\\u00e9\":2}", 8),
    TWICE("{\"\\u0000\":1,\"\\u0000\":1}", 12),
    TWICE("{\"\\uD83D\\uDE00\":1,\"\xF0\x9F\x98\x80\":2}", 18), TWICE("{\"a\":1,\"a\"", 7),
};
/* clang-format on */

static void test_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < SG_COUNT(refused); i++) {
        size_t at = SIZE_MAX;
        enum reason r = scan_limited(refused[i].body, NULL, &at);

        if (r != refused[i].reason || at != refused[i].at) {
            fail_msg("%s at %zu, not %s at %zu: %.*s", reason_code(r), at,
                     reason_code(refused[i].reason), refused[i].at, STR_ARG(refused[i].body));
        }
        assert_int_equal(scan_limited(refused[i].body, NULL, NULL), r);
    }
}

/* A body that is good whole is bad in each of its parts, and ends too early just where it ends. */
static void test_every_prefix(void **state)
{
    struct str body =
        STR("{\"a\\u00e9\": [1.5e+3, true, null, {\"b\\n\": \"\xE4\xBD\xA0\\uD83D\\uDE00\"}, -0]}");

    (void)state;
    assert_int_equal(scan_limited(body, NULL, NULL), REASON_OK);
    for (size_t n = 0; n < body.n; n++) {
        size_t at = SIZE_MAX;
        enum reason r = scan_limited(str_sub(body, 0, n), NULL, &at);

        assert_int_not_equal(r, REASON_OK);
        if (r == REASON_JSON_SYNTAX) {
            assert_int_equal(at, n);
        } else {
            assert_true(r == REASON_TEXT_UTF8 || r == REASON_JSON_SURROGATE);
            assert_true(at < n);
        }
    }
}

static struct str repeated(char *out, const char *open, size_t count, const char *close)
{
    size_t used = 0;

    for (size_t i = 0; i < 2 * count; i++) {
        const char *piece = i < count ? open : close;

        memcpy(out + used, piece, strlen(piece));
        used += strlen(piece);
    }
    return (struct str){out, used};
}

static void test_depth(void **state)
{
    static char out[16 << 20];
    struct json_limits three = {.depth = 3, .nodes = 100}, none = {.depth = 0, .nodes = 100};
    size_t at = SIZE_MAX;

    (void)state;
    assert_int_equal(scan_limited(repeated(out, "[", 128, "]"), NULL, NULL), REASON_OK);
    assert_int_equal(scan_limited(repeated(out, "[", 129, "]"), NULL, &at), REASON_JSON_DEPTH);
    assert_int_equal(at, 128);
    assert_int_equal(scan_limited(repeated(out, "[ ", 1000000, "]"), NULL, &at), REASON_JSON_DEPTH);
    assert_int_equal(at, 256);
    assert_int_equal(scan_limited(STR("{\"a\":[{}]}"), &three, NULL), REASON_OK);
    assert_int_equal(scan_limited(STR("{\"a\":[{\"b\":[]}]}"), &three, &at), REASON_JSON_DEPTH);
    assert_int_equal(at, 11);
    assert_int_equal(scan_limited(STR("[[[]],[[]],[[]]]"), &three, NULL), REASON_OK);
    assert_int_equal(scan_limited(STR("1"), &none, NULL), REASON_OK);
    assert_int_equal(scan_limited(STR(" []"), &none, &at), REASON_JSON_DEPTH);
    assert_int_equal(at, 1);
}

static void test_nodes(void **state)
{
    struct json_limits five = {.depth = 10, .nodes = 5};
    static char many[2 * 1000001 + 2];
    size_t at = SIZE_MAX;

    (void)state;
    assert_int_equal(scan_limited(STR("{\"a\":1,\"b\":2}"), &five, NULL), REASON_OK);
    assert_int_equal(scan_limited(STR("{\"a\":1,\"b\":[2]}"), &five, &at), REASON_JSON_NODES);
    assert_int_equal(at, 12);
    assert_int_equal(scan_limited(STR("[1,2,{},\"\",3]"), &five, &at), REASON_JSON_NODES);
    assert_int_equal(at, 11);
    assert_int_equal(scan_limited(STR("[1,2,3,{\"a\":1}]"), &five, &at), REASON_JSON_NODES);
    assert_int_equal(at, 8);

    /* The default: the array and 999,999 numbers are a million values. */
    for (size_t i = 0; i < 1000001; i++) {
        many[1 + 2 * i] = '1';
        many[2 + 2 * i] = ',';
    }
    many[0] = '[';
    many[2 * 999999] = ']';
    assert_int_equal(scan_limited((struct str){many, 2 * 999999 + 1}, NULL, NULL), REASON_OK);
    many[2 * 999999] = ',';
    many[2 * 1000000] = ']';
    assert_int_equal(scan_limited((struct str){many, 2 * 1000000 + 1}, NULL, &at),
                     REASON_JSON_NODES);
    assert_int_equal(at, 2 * 1000000 - 1);
}

/* With less memory than a body needs, the scan ends in span_limit and never in anything else. */
static void test_memory(void **state)
{
    static char text[4096];
    struct str body = {text, 0};
    size_t enough = 0;

    (void)state;
    for (int i = 0; i < 100; i++) {
        body.n += (size_t)snprintf(text + body.n, sizeof(text) - body.n,
                                   "%s\"key%d\":\"a\\n\\u00e9\"", i == 0 ? "{" : ",", i);
    }
    text[body.n++] = '}';
    for (size_t max = 0; enough == 0; max += 256) {
        struct arena *a = arena_new(max);
        size_t at = SIZE_MAX;
        enum reason r;

        assert_non_null(a);
        assert_true(max < 1 << 20);
        r = json_scan(body, NULL, a, &nothing, NULL, &at);
        if (r == REASON_OK) {
            enough = max;
        } else {
            assert_int_equal(r, REASON_SPAN_LIMIT);
            assert_true(at < body.n);
        }
        arena_free(a);
    }
    assert_true(enough > 1024);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accepted),     cmocka_unit_test(test_refused),
        cmocka_unit_test(test_every_prefix), cmocka_unit_test(test_depth),
        cmocka_unit_test(test_nodes),        cmocka_unit_test(test_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
