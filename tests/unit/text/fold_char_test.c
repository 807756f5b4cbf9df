/* The fold of each code point of Unicode: idempotent, the same for equivalent spellings. */
#include "text/fold.h"

#include "base/arena.h"
#include "text/utf8.h"
#include "text/view.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <utf8proc.h>

#include <cmocka.h>

#define LAST 0x10FFFFu

static bool scalar(uint32_t cp)
{
    return cp < 0xD800 || cp > 0xDFFF;
}

static size_t fold_all(const uint32_t *in, size_t n, uint32_t *out)
{
    size_t made = 0;

    for (size_t i = 0; i < n; i++) {
        made += fold_char(in[i], out + made);
    }
    return made;
}

static void assert_same(uint32_t cp, const uint32_t *a, size_t an, const uint32_t *b, size_t bn)
{
    if (an != bn || memcmp(a, b, an * sizeof(*a)) != 0) {
        fail_msg("U+%04X folds in two ways (%zu and %zu code points)", (unsigned)cp, an, bn);
    }
}

static void test_idempotent(void **state)
{
    (void)state;
    for (uint32_t cp = 0; cp <= LAST; cp++) {
        uint32_t once[FOLD_MAX], twice[FOLD_MAX * FOLD_MAX];
        size_t n, m;

        if (!scalar(cp)) {
            continue;
        }
        n = fold_char(cp, once);
        m = fold_all(once, n, twice);
        assert_same(cp, once, n, twice, m);
    }
}

static void test_is_itself(void **state)
{
    size_t count = 0;

    (void)state;
    for (uint32_t cp = 0; cp <= LAST; cp++) {
        uint32_t once[FOLD_MAX];

        if (scalar(cp) && fold_is_itself(cp)) {
            size_t n = fold_char(cp, once);

            assert_same(cp, once, n, &cp, 1);
            count++;
        }
    }
    assert_true(count > 1000000);
}

/* Canonical and compatibility decompositions, upper and lower case: one fold for all. */
static void test_equivalents(void **state)
{
    static const utf8proc_option_t forms[] = {UTF8PROC_DECOMPOSE,
                                              UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT};

    (void)state;
    for (uint32_t cp = 0; cp <= LAST; cp++) {
        uint32_t once[FOLD_MAX], other[FOLD_MAX * FOLD_MAX];
        size_t n;

        if (!scalar(cp) || utf8proc_get_property((utf8proc_int32_t)cp)->ignorable) {
            continue;
        }
        n = fold_char(cp, once);
        for (size_t i = 0; i < SG_COUNT(forms); i++) {
            utf8proc_int32_t parts[FOLD_MAX];
            int boundary = 0;
            utf8proc_ssize_t k =
                utf8proc_decompose_char((utf8proc_int32_t)cp, parts, FOLD_MAX, forms[i], &boundary);

            assert_true(k > 0);
            assert_same(cp, once, n, other, fold_all((uint32_t *)parts, (size_t)k, other));
        }
    }
}

static void test_examples(void **state)
{
    static const struct {
        uint32_t cp;
        const char *text;
    } rows[] = {
        {'A', "a"},
        {'a', "a"},
        {0xC5, "a"},
        {0xDF, "ss"},
        {0x1E9E, "ss"},
        {0x130, "i"},
        {0x17F, "s"},
        {0x212A, "k"},
        {0x3C2, "\xCF\x83"},
        {0x1F80, "\xCE\xB1"},
        {0xAD, ""},
        {0x200B, ""},
        {0x200D, ""},
        {0x202E, ""},
        {0x2066, ""},
        {0xFEFF, ""},
        {0xFE0F, ""},
        {0xE0100, ""},
        {0xE0001, ""},
        {0x34F, ""},
        {0x301, ""},
        {0x20DD, ""},
        {0x3164, ""},
        {0x00, ""},
        {0x1B, ""},
        {0x7F, ""},
        {0x9F, ""},
        {'\t', "\t"},
        {'\n', "\n"},
        {'\r', "\r"},
        {0xE0041, "a"},
        {0xE0061, "a"},
        {0xE0020, " "},
        {0xE007E, "~"},
        {0xE007F, ""},
        {0x3000, " "},
        {0xA0, " "},
        {0x2003, " "},
        {0x1680, " "},
        {0x2800, " "},
        {0x2028, "\n"},
        {0x85, "\n"},
        {0xFF21, "a"},
        {0xFF5A, "z"},
        {0xFF11, "1"},
        {0xFF0C, ","},
        {0x2460, "1"},
        {0x24B6, "a"},
        {0x1D400, "a"},
        {0x1D7D9, "1"},
        {0x2013, "-"},
        {0x2014, "-"},
        {0x2212, "-"},
        {0xFF0D, "-"},
        {0x2019, "'"},
        {0x201C, "\""},
        {0x2026, "..."},
        {0xBD, "1/2"},
        {0xFB01, "fi"},
        {0x3299, "\xE7\xA7\x98"},
        {0xF9DD, "\xE5\x88\xA9"},
        {0x2F00, "\xE4\xB8\x80"},
        {0x3071, "\xE3\x81\xAF"},
        {0xFF8A, "\xE3\x83\x8F"},
        {0x3007, "\xE3\x80\x87"},
        {0x2605, "\xE2\x98\x85"},
        {0x3014, "\xE3\x80\x94"},
        {0x430, "\xD0\xB0"},
        {0x410, "\xD0\xB0"},
    };

    (void)state;
    for (size_t i = 0; i < SG_COUNT(rows); i++) {
        uint32_t made[FOLD_MAX];
        char text[FOLD_MAX * 4 + 1];
        size_t n = fold_char(rows[i].cp, made), at = 0;

        for (size_t k = 0; k < n; k++) {
            at += utf8_encode(made[k], text + at);
        }
        text[at] = '\0';
        if (strcmp(text, rows[i].text) != 0) {
            fail_msg("U+%04X folds to \"%s\", not \"%s\"", (unsigned)rows[i].cp, text,
                     rows[i].text);
        }
    }
}

/* The short ways of view_fold() agree with fold_char(), with any neighbours. */
static void test_view_agrees(void **state)
{
    struct arena *a = arena_new(1 << 20);

    (void)state;
    assert_non_null(a);
    for (uint32_t cp = 0; cp <= LAST; cp++) {
        uint32_t made[FOLD_MAX];
        char in[32] = "Q", want[128] = "q";
        size_t n, in_n = 1, want_n = 1;
        struct view_text got;

        if (!scalar(cp)) {
            continue;
        }
        in_n += utf8_encode(cp, in + in_n);
        n = fold_char(cp, made);
        for (size_t i = 0; i < n; i++) {
            want_n += utf8_encode(made[i], want + want_n);
        }
        memcpy(in + in_n, "zzzzZ", 5);
        memcpy(want + want_n, "zzzzz", 5);
        assert_int_equal(view_fold(a, (struct str){in, in_n + 5}, &got), REASON_OK);
        if (!str_eq(got.text, (struct str){want, want_n + 5})) {
            fail_msg("U+%04X in a text folds otherwise than alone", (unsigned)cp);
        }
        arena_reset(a);
    }
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_idempotent),  cmocka_unit_test(test_is_itself),
        cmocka_unit_test(test_equivalents), cmocka_unit_test(test_examples),
        cmocka_unit_test(test_view_agrees),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
