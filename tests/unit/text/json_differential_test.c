/*
 * json_scan against jansson: generated documents must be read alike; the same documents, damaged in
 * every way a byte string can be, must be refused or read alike. The known differences are told in
 * tests/fuzz/json_compare.c, and shown here one by one.
 */
#include "base/buf.h"
#include "tests/fuzz/json_compare.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static uint32_t next_random(uint32_t *seed, uint32_t below)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)*seed * below >> 32);
}

static void add(struct buf *out, const char *text)
{
    assert_true(buf_add_str(out, str_of(text)));
}

static void add_space(struct buf *out, uint32_t *seed)
{
    static const char *const spaces[] = {"", "", "", "", " ", "\n", "\t", "\r\n  "};

    add(out, spaces[next_random(seed, SG_COUNT(spaces))]);
}

static void add_string(struct buf *out, uint32_t *seed)
{
    static const char *const pieces[] = {"a",
                                         "text ",
                                         "0123456789abcdefghij",
                                         "\xC3\xA9",
                                         "\xE4\xBD\xA0\xE5\xA5\xBD",
                                         "\\n",
                                         "\\\"",
                                         "\\\\",
                                         "\\/",
                                         "\\u0041",
                                         "\\u4f60",
                                         "\\u0000",
                                         "\\uD83D\\uDE00",
                                         "\\ud800\\udc00",
                                         "\xF0\x9F\x98\x80",
                                         "\x7F",
                                         "\\uFFFF",
                                         "{\\\"a\\\":1}",
                                         "\\u001f",
                                         "\xEF\xBF\xBF"};

    add(out, "\"");
    for (uint32_t n = next_random(seed, 5); n > 0; n--) {
        add(out, pieces[next_random(seed, SG_COUNT(pieces))]);
    }
    add(out, "\"");
}

static void add_scalar(struct buf *out, uint32_t *seed)
{
    static const char *const others[] = {"true",
                                         "false",
                                         "null",
                                         "0",
                                         "-0",
                                         "1",
                                         "-17",
                                         "2.5",
                                         "1e3",
                                         "1E-5",
                                         "-0.25e+2",
                                         "123456789012",
                                         "1e-9",
                                         "9223372036854775807",
                                         "-9223372036854775808"};

    if (next_random(seed, 2) == 0) {
        add_string(out, seed);
    } else {
        add(out, others[next_random(seed, SG_COUNT(others))]);
    }
}

/* Keys are numbered, so that an object has none twice unless damage makes it so. */
static void add_key(struct buf *out, uint32_t i)
{
    static const char *const names[] = {"k", "\\u006b", "\xC3\xA9"};

    add(out, "\"");
    add(out, names[i % SG_COUNT(names)]);
    assert_true(buf_printf(out, "%u\"", i));
}

static void add_value(struct buf *out, uint32_t *seed, unsigned depth)
{
    uint32_t kind = depth == 0 ? 0 : next_random(seed, 4), count = next_random(seed, 6);

    if (next_random(seed, 40) == 0) {
        count = 30; /* enough keys for a table of hashes */
    }
    add_space(out, seed);
    if (kind <= 1) {
        add_scalar(out, seed);
    } else {
        add(out, kind == 2 ? "[" : "{");
        for (uint32_t i = 0; i < count; i++) {
            add(out, i > 0 ? "," : "");
            add_space(out, seed);
            if (kind == 3) {
                add_key(out, i);
                add_space(out, seed);
                add(out, ":");
            }
            add_value(out, seed, depth - 1);
        }
        add_space(out, seed);
        add(out, kind == 2 ? "]" : "}");
    }
    add_space(out, seed);
}

static void assert_agree(struct str body, bool *same)
{
    const char *wrong = json_compare(body, same);

    if (wrong != NULL) {
        fail_msg("%s: %.*s", wrong, STR_ARG(body));
    }
}

static void test_generated(void **state)
{
    uint32_t seed = 1;

    (void)state;
    for (int i = 0; i < 2000; i++) {
        struct buf out = BUF_INIT(1 << 20);
        bool same = false;

        add_value(&out, &seed, 4);
        assert_agree(buf_str(&out), &same);
        if (!same) {
            fail_msg("not accepted: %.*s", STR_ARG(buf_str(&out)));
        }
        buf_free(&out);
    }
}

/* Changes, drops, inserts or doubles a few bytes. */
static void damage(struct buf *b, uint32_t *seed)
{
    static const char bytes[] =
        "\"\\{}[]:,0123456789eE+-.truefalsn \n\x01\x80\xC3\xE4\xED\xF0\xFFuD/";
    uint32_t at = next_random(seed, (uint32_t)b->n), n = 1 + next_random(seed, 4);
    char c = bytes[next_random(seed, sizeof(bytes))]; /* the NUL too */
    char tail[4096];
    size_t rest;

    n = n < b->n - at ? n : (uint32_t)(b->n - at);
    switch (next_random(seed, 4)) {
    case 0:
        b->p[at] = c;
        break;
    case 1:
        memmove(b->p + at, b->p + at + n, b->n - at - n);
        buf_cut(b, b->n - n);
        break;
    default:
        rest = b->n - at < sizeof(tail) ? b->n - at : sizeof(tail);
        memcpy(tail, b->p + at, rest);
        buf_cut(b, at + (c % 2 == 0 ? n : 0));
        assert_true(c % 2 == 0 || buf_add_char(b, c));
        assert_true(buf_add(b, tail, rest));
        break;
    }
}

static void test_damaged(void **state)
{
    uint32_t seed = 2;
    unsigned accepted = 0, refused = 0;

    (void)state;
    for (int i = 0; i < 20000; i++) {
        struct buf out = BUF_INIT(1 << 20);
        bool same = false;

        add_value(&out, &seed, 3);
        for (uint32_t n = 1 + next_random(&seed, 3); n > 0 && out.n > 0; n--) {
            damage(&out, &seed);
        }
        assert_agree(buf_str(&out), &same);
        accepted += same;
        refused += !same;
        buf_free(&out);
    }
    /* Both sides of the line were visited. */
    assert_true(accepted > 1000);
    assert_true(refused > 1000);
}

/* Where json_scan and jansson part, and why that is right. */
static void test_known_differences(void **state)
{
    static const struct str wider[] = {
        STR("1e999"),               /* RFC 8259, 6 sets no range; nothing is computed here */
        STR("9223372036854775808"), /* past what a 64-bit integer holds */
        STR("{\"a\\u0000b\":1}"),   /* jansson's keys end in NUL */
    };
    struct buf deep = BUF_INIT(1000);
    bool same = true;

    (void)state;
    assert_agree(STR("[1\0]"), &same); /* jansson passes over this NUL */
    assert_false(same);
    for (size_t i = 0; i < SG_COUNT(wider); i++) {
        assert_agree(wider[i], &same);
        assert_false(same);
    }
    /* json_scan's depth is 128, jansson's 2048. */
    for (int i = 0; i < 2 * 129; i++) {
        add(&deep, i < 129 ? "[" : "]");
    }
    assert_agree(buf_str(&deep), &same);
    assert_false(same);
    buf_free(&deep);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_generated),
        cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_known_differences),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
