/* utf8: every edge of Unicode 15, table 3-7, and all code points there and back. */
#include "text/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void assert_bad_at(struct str s, size_t want)
{
    size_t bad = SIZE_MAX;

    assert_false(utf8_valid(s, &bad));
    assert_int_equal(bad, want);
}

/* What table 3-7 says, written as the table is: ranges of first, second, third, fourth byte. */
static const struct row {
    unsigned char range[4][2];
    size_t length;
} table[] = {
    {{{0x00, 0x7F}}, 1},
    {{{0xC2, 0xDF}, {0x80, 0xBF}}, 2},
    {{{0xE0, 0xE0}, {0xA0, 0xBF}, {0x80, 0xBF}}, 3},
    {{{0xE1, 0xEC}, {0x80, 0xBF}, {0x80, 0xBF}}, 3},
    {{{0xED, 0xED}, {0x80, 0x9F}, {0x80, 0xBF}}, 3},
    {{{0xEE, 0xEF}, {0x80, 0xBF}, {0x80, 0xBF}}, 3},
    {{{0xF0, 0xF0}, {0x90, 0xBF}, {0x80, 0xBF}, {0x80, 0xBF}}, 4},
    {{{0xF1, 0xF3}, {0x80, 0xBF}, {0x80, 0xBF}, {0x80, 0xBF}}, 4},
    {{{0xF4, 0xF4}, {0x80, 0x8F}, {0x80, 0xBF}, {0x80, 0xBF}}, 4},
};

/* Length of the row that `p` begins with; 0 where no row fits. */
static size_t row_at(const unsigned char *p, size_t n)
{
    for (size_t i = 0; i < SG_COUNT(table); i++) {
        bool fits = table[i].length <= n;

        for (size_t k = 0; fits && k < table[i].length; k++) {
            fits = p[k] >= table[i].range[k][0] && p[k] <= table[i].range[k][1];
        }
        if (fits) {
            return table[i].length;
        }
    }
    return 0;
}

static void assert_like_table(const unsigned char *p, size_t n)
{
    size_t at = 0, length, bad = SIZE_MAX;
    bool ok;

    while (at < n && (length = row_at(p + at, n - at)) > 0) {
        at += length;
    }
    ok = utf8_valid((struct str){(const char *)p, n}, &bad);
    if (ok != (at == n) || (!ok && bad != at)) {
        fail_msg("%02X %02X %02X %02X of %zu: bad at %zu, not %zu", p[0], p[1], p[2], p[3], n, bad,
                 at);
    }
}

/* Each first byte with each second byte; the others stand at the edges of every range. */
static void test_table(void **state)
{
    static const unsigned char edges[] = {0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F,
                                          0xA0, 0xBF, 0xC0, 0xF4, 0xFF};

    (void)state;
    for (unsigned pair = 0; pair < 0x10000; pair++) {
        unsigned char p[4] = {(unsigned char)(pair >> 8), (unsigned char)pair, 0, 0};

        assert_like_table(p, 1);
        assert_like_table(p, 2);
        for (size_t i = 0; i < sizeof(edges); i++) {
            p[2] = edges[i];
            assert_like_table(p, 3);
            for (size_t k = 0; k < sizeof(edges); k++) {
                p[3] = edges[k];
                assert_like_table(p, 4);
            }
        }
    }
}

static void test_bad_offset(void **state)
{
    char text[64];

    (void)state;
    /* At each place of a longer text, so that every lane of the wide loop is hit. */
    for (size_t at = 0; at < sizeof(text); at++) {
        memset(text, 'a', sizeof(text));
        text[at] = (char)0xFF;
        assert_bad_at((struct str){text, sizeof(text)}, at);
        text[at] = (char)0xE4; /* cut short by ASCII, or by the end */
        assert_bad_at((struct str){text, sizeof(text)}, at);
    }
    assert_bad_at(STR("\xE4\xBD\xA0\xE5\xA5"), 3);
    assert_bad_at(STR("a\xC0\x80"), 1);                /* overlong NUL */
    assert_bad_at(STR("\xED\xA0\x80\xED\xB0\x80"), 0); /* CESU-8 */
    assert_bad_at(STR("abcdefgh\xF4\x90\x80\x80"), 8);
    assert_bad_at(STR("\xF8\x88\x80\x80\x80"), 0);
    assert_bad_at(STR("\xC2\xA9\x80"), 2);
    assert_true(utf8_valid(STR(""), NULL));
    assert_true(utf8_valid((struct str){NULL, 0}, NULL));
    assert_true(utf8_valid(STR("a\0b"), NULL));
    assert_true(utf8_valid(STR("\xEF\xBB\xBF"), NULL));
}

static void test_round_trip(void **state)
{
    (void)state;
    for (uint32_t cp = 0; cp <= 0x110001; cp++) {
        char out[4];
        size_t n = utf8_encode(cp, out), length = 0;

        if ((cp >= 0xD800 && cp <= 0xDFFF) || cp > 0x10FFFF) {
            assert_int_equal(n, 0);
            continue;
        }
        assert_int_equal(n, cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4);
        if (!utf8_valid((struct str){out, n}, NULL) || utf8_decode(out, n, &length) != cp ||
            length != n) {
            fail_msg("U+%04X does not come back", (unsigned)cp);
        }
    }
    assert_int_equal(utf8_encode(UINT32_MAX, (char[4]){0}), 0);
}

static void test_decode_stays_inside(void **state)
{
    size_t length;

    (void)state;
    (void)utf8_decode("\xF0", 1, &length);
    assert_int_equal(length, 1);
    (void)utf8_decode("\xE4\xBD", 2, &length);
    assert_int_equal(length, 2);
}

static void test_steps(void **state)
{
    /* offsets: a 0, e-acute 1, ni 3, emoji 6, z 10, end 11 */
    struct str s = STR("a\xC3\xA9\xE4\xBD\xA0\xF0\x9F\x98\x80z");
    static const size_t starts[] = {0, 1, 3, 6, 10, 11};
    static const size_t owner[] = {0, 1, 1, 2, 2, 2, 3, 3, 3, 3, 4, 5};

    (void)state;
    for (size_t at = 0; at <= s.n; at++) {
        assert_int_equal(utf8_align(s, at), starts[owner[at]]);
        for (size_t count = 0; count < 8; count++) {
            size_t back = owner[at] > count ? owner[at] - count : 0;
            size_t forward = owner[at] + count < 5 ? owner[at] + count : 5;

            assert_int_equal(utf8_back(s, at, count), starts[back]);
            assert_int_equal(utf8_forward(s, at, count), starts[forward]);
        }
    }
    assert_int_equal(utf8_align(s, 99), 11);
    assert_int_equal(utf8_back(s, 99, 1), 10);
    assert_int_equal(utf8_forward(s, 99, 1), 11);
    assert_int_equal(utf8_back(s, 5, SIZE_MAX), 0);
    assert_int_equal(utf8_forward(s, 5, SIZE_MAX), 11);
    assert_int_equal(utf8_align((struct str){NULL, 0}, 3), 0);
    assert_int_equal(utf8_back((struct str){NULL, 0}, 3, 1), 0);
    assert_int_equal(utf8_forward((struct str){NULL, 0}, 3, 1), 0);
}

static void columns_of_a_terminal(void **state)
{
    (void)state;
    assert_int_equal(utf8_columns('a'), 1);
    assert_int_equal(utf8_columns(0x4E2D), 2);
    assert_int_equal(utf8_columns(0x301), 0);
    assert_int_equal(utf8_columns('\n'), 0);
    assert_int_equal(utf8_columns(0x110000), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),      cmocka_unit_test(test_bad_offset),
        cmocka_unit_test(test_round_trip), cmocka_unit_test(test_decode_stays_inside),
        cmocka_unit_test(test_steps),      cmocka_unit_test(columns_of_a_terminal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
