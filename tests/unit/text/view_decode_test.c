/* The decoded view as a whole: levels, maps, limits, cost. */
#include "unit/text/view_testing.h"

#include "base/buf.h"

#include "text/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define SECRET                                                                                     \
    "\xE7\xBB\x9D\xE5\xAF\x86\xE6\x96\x87\xE4\xBB\xB6\xE4\xB8\x8D\xE5\xBE\x97\xE5\xA4\x96\xE4\xBC" \
    "\xA0"
/* base64 of it, once to four times */
#define B1 "57ud5a+G5paH5Lu25LiN5b6X5aSW5Lyg"
#define B2 "NTd1ZDVhK0c1cGFINUx1MjVMaU41YjZYNWFTVzVMeWc="
#define B3 "TlRkMVpEVmhLMGMxY0dGSU5VeDFNalZNYVU0MVlqWllOV0ZUVnpWTWVXYz0="
#define B4 "VGxSa01WcEVWbWhMTUdNeFkwZEdTVTVWZURGTmFsWk5ZVlUwTVZscVdsbE9WMFpVVm5wV1RXVlhZejA9"
#define PIECES_MAX 4096

static void test_nested(void **state)
{
    (void)state;
    assert_decodes(B1, SECRET, B1);
    assert_decodes(B2, SECRET, B2);
    assert_decodes(B3, SECRET, B3);
    assert_decodes("%35%37"
                   "ud5a%2BG5paH5Lu25LiN5b6X5aSW5Lyg",
                   SECRET,
                   "%35%37"
                   "ud5a%2BG5paH5Lu25LiN5b6X5aSW5Lyg");
    assert_decodes("aHR0cHM6Ly9hLz9xPSVFNyVBNyU5OCZy", "\xE7\xA7\x98", "PSVFNyVBNyU5OCZy");
}

static void test_depth(void **state)
{
    struct pieces p = pieces_of(STR(B4));

    (void)state;
    assert_int_equal(p.result, REASON_OK);
    assert_non_null(pieces_find(&p, B1));
    assert_null(pieces_find(&p, SECRET));
    pieces_free(&p);
}

/* Each piece is text, and each of its bytes leads to bytes of what was searched, in order. */
static void check_pieces(const struct pieces *p)
{
    for (size_t i = 0; i < p->count; i++) {
        const struct view_text *piece = &p->items[i];
        size_t from = 0, to, before = 0;

        assert_true(piece->text.n > 0 && piece->text.n <= p->text.n);
        assert_true(utf8_valid(piece->text, NULL));
        assert_int_equal(piece->map.text_end, piece->text.n);
        for (size_t at = 0; at < piece->text.n; at++) {
            offmap_range(&piece->map, at, at + 1, &from, &to);
            assert_true(from >= before && from < to && to <= p->text.n);
            before = from;
        }
    }
}

static void test_maps_in_order(void **state)
{
    static const char *const rows[] = {
        B1,
        B2,
        B3,
        B4,
        "a" B2 "%41" B1 "\n&amp;" B3,
        "%2541%25%34%31 \\u0041",
        "x" B1 B1 "=" B2,
        "NTd1ZDVh\r\nK0c1cGFI\r\nNUx1MjVM\r\naU41YjZY\r\nNWFTVzVM\r\neWc=",
    };

    (void)state;
    for (size_t i = 0; i < SG_COUNT(rows); i++) {
        struct pieces p = pieces_of(str_of(rows[i]));

        assert_int_equal(p.result, REASON_OK);
        assert_true(p.count > 0);
        check_pieces(&p);
        pieces_free(&p);
    }
}

/* `unit`, `times` over. */
static struct buf repeat(const char *unit, size_t times)
{
    struct buf text = BUF_INIT((size_t)64 << 20);

    for (size_t i = 0; i < times; i++) {
        assert_true(buf_add_str(&text, str_of(unit)));
    }
    return text;
}

static enum reason decode_repeated(const char *unit, size_t times, size_t *count)
{
    struct buf text = repeat(unit, times);
    struct pieces p = pieces_of(buf_str(&text));
    enum reason r = p.result;

    *count = p.count;
    pieces_free(&p);
    buf_free(&text);
    return r;
}

static void test_piece_limit(void **state)
{
    size_t count;

    (void)state;
    assert_int_equal(decode_repeated("aGVsbG8gd29ybGQh ", PIECES_MAX, &count), REASON_OK);
    assert_int_equal(count, PIECES_MAX);
    assert_int_equal(decode_repeated("aGVsbG8gd29ybGQh ", PIECES_MAX + 1, &count),
                     REASON_SPAN_LIMIT);
    assert_int_equal(count, PIECES_MAX);
}

static enum reason refuse(void *ctx, const struct view_text *piece)
{
    (void)piece;
    ++*(size_t *)ctx;
    return REASON_POLICY;
}

static void test_stops(void **state)
{
    struct arena *a = arena_new((size_t)1 << 20);
    size_t calls = 0;

    (void)state;
    assert_non_null(a);
    assert_int_equal(view_decode(a, STR(B1 " " B1 " %41"), refuse, &calls), REASON_POLICY);
    assert_int_equal(calls, 1);
    arena_free(a);
}

static enum reason ignore(void *ctx, const struct view_text *piece)
{
    (void)ctx;
    (void)piece;
    return REASON_OK;
}

static void test_arena_full(void **state)
{
    bool passed = false;

    (void)state;
    for (size_t max = 0; !passed && max < 65536; max += 64) {
        struct arena *a = arena_new(max);
        enum reason r;

        assert_non_null(a);
        r = view_decode(a, STR(B2 " %41&amp;"), ignore, NULL);
        passed = r == REASON_OK;
        assert_true(passed || r == REASON_SPAN_LIMIT);
        assert_false(passed && max == 0);
        arena_free(a);
    }
    assert_true(passed);
}

/* A megabyte of what decoders might read twice: what is quadratic does not come to an end. */
static void test_cost(void **state)
{
    static const char *const units[] = {
        "A",
        "=",
        "a=",
        "%",
        "%25",
        "&",
        "&#",
        "&#0",
        "\\",
        "\\u{",
        "\\u",
        "&a",
        "00 ",
        "0 ",
        "00\n",
        "A\n",
        "\r\n",
        "%4",
        "QUFB",
        "414141",
        "A/+",
        "%E7",
        "\n%41\n",
        "aGVsbG8gd29ybGQh",
        "AAAAAAAAAAAAAAAAAAAAaGVsbG8gd29ybGQh",
    };

    (void)state;
    for (size_t i = 0; i < SG_COUNT(units); i++) {
        size_t count;
        enum reason r = decode_repeated(units[i], ((size_t)1 << 19) / strlen(units[i]), &count);

        assert_true(r == REASON_OK || r == REASON_SPAN_LIMIT);
    }
}

static void test_empty(void **state)
{
    struct pieces p = pieces_of((struct str){NULL, 0});

    (void)state;
    assert_int_equal(p.result, REASON_OK);
    assert_int_equal(p.count, 0);
    pieces_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nested),        cmocka_unit_test(test_depth),
        cmocka_unit_test(test_maps_in_order), cmocka_unit_test(test_piece_limit),
        cmocka_unit_test(test_stops),         cmocka_unit_test(test_arena_full),
        cmocka_unit_test(test_cost),          cmocka_unit_test(test_empty),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
