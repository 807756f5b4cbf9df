/* Escapes that stand for one character each, and where they stood. */
#include "unit/text/view_testing.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define MI "\xE7\xA7\x98" /* U+79D8 */
#define EMOJI "\xF0\x9F\x98\x80"

static void test_forms(void **state)
{
    static const struct {
        const char *escape, *character;
    } rows[] = {
        {"%E7%A7%98", MI},      {"%e7%a7%98", MI},       {"%41", "A"},
        {"%u79D8", MI},         {"%U79d8", MI},          {"%uD83D%uDE00", EMOJI},
        {"&#31192;", MI},       {"&#x79d8;", MI},        {"&#X79D8;", MI},
        {"&#00031192;", MI},    {"&amp;", "&"},          {"&lt;", "<"},
        {"&nbsp;", "\xC2\xA0"}, {"\\u79d8", MI},         {"\\ud83d\\ude00", EMOJI},
        {"\\u{79D8}", MI},      {"\\u{1F600}", EMOJI},   {"\\U000079d8", MI},
        {"\\U0001F600", EMOJI}, {"\\xe7\\xa7\\x98", MI}, {"\\x41", "A"},
    };
    char text[64], part[16];

    (void)state;
    for (size_t i = 0; i < SG_COUNT(rows); i++) {
        (void)snprintf(text, sizeof(text), "a %s z", rows[i].escape);
        assert_decodes(text, rows[i].character, rows[i].escape);
        (void)snprintf(part, sizeof(part), " %s z", rows[i].character);
        assert_decodes(text, part, text + 1);
        assert_decodes(text, "z", "z");
    }
}

static void test_no_escapes(void **state)
{
    static const char *const rows[] = {
        "",
        "plain",
        "100%",
        "%",
        "%4",
        "%GG",
        "%FF",
        "%E7%A7",
        "%00",
        "%1b",
        "%C0%AF",
        "%ED%A0%80",
        "%uD83D",
        "%uDE00",
        "%u12",
        "&",
        "&#;",
        "&#x;",
        "&#0;",
        "&#xD800;",
        "&#1114112;",
        "&#99999999999999;",
        "&unknown;",
        "\\",
        "\\n",
        "\\u12",
        "\\ud83d",
        "\\ude00",
        "\\u{}",
        "\\u{110000}",
        "\\u{79D8",
        "\\U0011000",
        "\\U00110000",
        "\\xe7\\xa7",
        "\\x0",
        "\\u0000",
    };

    (void)state;
    for (size_t i = 0; i < SG_COUNT(rows); i++) {
        assert_decodes_nothing(rows[i]);
    }
}

/* What is no character does not hide its neighbours. */
static void test_broken_neighbour(void **state)
{
    (void)state;
    assert_decodes("%FF%E7%A7%98", MI, "%E7%A7%98");
    assert_decodes("%E7%A7%E7%A7%98", MI, "%E7%A7%98");
    assert_decodes("\\ud83d\\u79d8", MI, "\\u79d8");
    assert_decodes("%%41", "A", "%41");
    assert_decodes("&&lt;", "<", "&lt;");
}

/* Escaped and plain characters of one word meet. */
static void test_mixed(void **state)
{
    struct pieces p = pieces_of(STR("\xE7\xBB\x9D%E5%AF%86&#25991;\\u4ef6"));
    const struct view_text *piece =
        pieces_find(&p, "\xE7\xBB\x9D\xE5\xAF\x86\xE6\x96\x87\xE4\xBB\xB6");

    (void)state;
    assert_non_null(piece);
    assert_true(str_eq(pieces_source(&p, piece, "\xE7\xBB\x9D"), STR("\xE7\xBB\x9D")));
    assert_true(str_eq(pieces_source(&p, piece, "\xE5\xAF\x86"), STR("%E5%AF%86")));
    assert_true(str_eq(pieces_source(&p, piece, "\xE6\x96\x87"), STR("&#25991;")));
    assert_true(str_eq(pieces_source(&p, piece, "\xE4\xBB\xB6"), STR("\\u4ef6")));
    pieces_free(&p);
}

/* Escapes of escapes, to the depth of three. */
static void test_nested(void **state)
{
    (void)state;
    assert_decodes("x %2525e7%2525a7%252598 y", MI, "%2525e7%2525a7%252598");
    assert_decodes("x &amp;#31192; y", MI, "&amp;#31192;");
    assert_decodes("x %26amp;%2331192; y", MI, "%26amp;%2331192;");
}

static void test_too_deep(void **state)
{
    struct pieces p = pieces_of(STR("%25252541"));

    (void)state;
    assert_int_equal(p.result, REASON_OK);
    assert_non_null(pieces_find(&p, "%41"));
    assert_null(pieces_find(&p, "A"));
    pieces_free(&p);
}

/* Many lines with escapes share pieces, so that no text has too many for the limit. */
static void test_many_lines(void **state)
{
    struct buf text = BUF_INIT((size_t)4 << 20);
    struct pieces p;

    (void)state;
    for (size_t i = 0; i < 100000; i++) {
        assert_true(buf_add_str(&text, STR("a\n%41\n")));
    }
    p = pieces_of(buf_str(&text));
    assert_int_equal(p.result, REASON_OK);
    assert_int_equal(p.count, 1);
    pieces_free(&p);
    buf_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_no_escapes),
        cmocka_unit_test(test_broken_neighbour),
        cmocka_unit_test(test_mixed),
        cmocka_unit_test(test_nested),
        cmocka_unit_test(test_too_deep),
        cmocka_unit_test(test_many_lines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
