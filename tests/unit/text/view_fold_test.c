/* The folded view: evasions meet their plain spelling, and lead back to what was written. */
#include "text/view.h"

#include "base/buf.h"

#include "text/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define SECRET "\xE7\xA7\x98\xE5\xAF\x86" /* U+79D8 U+5BC6 */

static struct arena *arena;

static int setup(void **state)
{
    (void)state;
    arena = arena_new((size_t)64 << 20);
    return arena == NULL ? -1 : 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static struct view_text fold(struct str text)
{
    struct view_text v;

    assert_int_equal(view_fold(arena, text, &v), REASON_OK);
    assert_true(utf8_valid(v.text, NULL));
    assert_int_equal(v.map.text_end, v.text.n);
    return v;
}

/* Folding again changes nothing; each byte leads into the text, in order. */
static void check_view(const struct view_text *v, struct str text)
{
    struct view_text again = fold(v->text);
    size_t from, to, before = 0;

    assert_true(str_eq(again.text, v->text));
    assert_ptr_equal(again.text.p, v->text.p);
    for (size_t at = 0; at < v->text.n; at++) {
        offmap_range(&v->map, at, at + 1, &from, &to);
        assert_true(from >= before && from < to && to <= text.n);
        before = from;
    }
}

static const struct {
    const char *text, *folded;
} evasions[] = {
    {"", ""},
    {"plain text, 1", "plain text, 1"},
    {"SECRET", "secret"},
    {"Mixed UPPER and lower Case", "mixed upper and lower case"},
    {"\xEF\xBC\xB3\xEF\xBD\x85\xEF\xBD\x83", "sec"},              /* full width */
    {"\xE2\x93\x82\xE2\x93\x90", "ma"},                           /* circled */
    {"\xF0\x9D\x90\x92\xF0\x9D\x93\xAE", "se"},                   /* mathematical */
    {"\xEF\xA4\x80", "\xE8\xB1\x88"},                             /* compatibility ideograph */
    {"\xE7\xA7\x98\xE2\x80\x8B\xE5\xAF\x86", SECRET},             /* zero width space */
    {"\xE7\xA7\x98\xE2\x80\x8D\xE2\x80\x8C\xE5\xAF\x86", SECRET}, /* joiners */
    {"\xE2\x80\xAE\xE7\xA7\x98\xE2\x81\xA6\xE5\xAF\x86\xE2\x80\xAC", SECRET}, /* bidi */
    {"\xE7\xA7\x98\xEF\xB8\x8F\xE5\xAF\x86\xF3\xA0\x84\x80", SECRET}, /* variation selectors */
    {"se\xC2\xAD"
     "cret",
     "secret"}, /* soft hyphen */
    {"\xEF\xBB\xBFse\xEF\xBB\xBF"
     "cret",
     "secret"}, /* byte order mark */
    {"s\xCC\x81"
     "e\xCC\xB6"
     "c",
     "sec"}, /* combining marks */
    {"caf\xC3\xA9", "cafe"},
    {"\xF3\xA0\x81\xB3\xF3\xA0\x81\xA5\xF3\xA0\x81\x83", "sec"}, /* tag characters */
    {"se\x01"
     "c\x7F",
     "sec"}, /* controls */
    {"a\tb\r\nc", "a\tb\r\nc"},
    {"Stra\xC3\x9F"
     "e",
     "strasse"},
    {"\xEF\xAC\x81le", "file"}, /* ligature */
};

static void test_evasions(void **state)
{
    (void)state;
    for (size_t i = 0; i < SG_COUNT(evasions); i++) {
        struct str text = str_of(evasions[i].text);
        struct view_text v = fold(text);

        if (!str_eq(v.text, str_of(evasions[i].folded))) {
            fail_msg("row %zu: \"%.*s\"", i, STR_ARG(v.text));
        }
        check_view(&v, text);
    }
}

/* The fold goes by eight bytes where it can: each evasion at each place of a word. */
static void test_alignment(void **state)
{
    struct buf text = BUF_INIT(4096), want = BUF_INIT(4096);

    (void)state;
    for (size_t i = 0; i < SG_COUNT(evasions); i++) {
        for (size_t before = 0; before < 17; before++) {
            struct view_text v;

            buf_clear(&text);
            buf_clear(&want);
            assert_true(buf_add(&text, "aAbBcCdDeEfFgGhHi", before));
            assert_true(buf_add(&want, "aabbccddeeffgghhi", before));
            assert_true(buf_printf(&text, "%sQxYz0123456789", evasions[i].text));
            assert_true(buf_printf(&want, "%sqxyz0123456789", evasions[i].folded));
            v = fold(buf_str(&text));
            assert_true(str_eq(v.text, buf_str(&want)));
            check_view(&v, buf_str(&text));
        }
    }
    buf_free(&text);
    buf_free(&want);
}

static void assert_source(struct str text, const char *part, const char *source)
{
    struct view_text v = fold(text);
    size_t at = str_find(v.text, str_of(part), 0), from, to;

    assert_int_not_equal(at, SIZE_MAX);
    offmap_range(&v.map, at, at + strlen(part), &from, &to);
    assert_true(str_eq(str_sub(text, from, to), str_of(source)));
}

static void test_maps(void **state)
{
    (void)state;
    assert_source(STR("The SECRET is"), "secret", "SECRET");
    assert_source(STR("x \xE7\xA7\x98\xE2\x80\x8B\xE5\xAF\x86 y"), SECRET,
                  "\xE7\xA7\x98\xE2\x80\x8B\xE5\xAF\x86");
    assert_source(STR("x \xE7\xA7\x98\xE2\x80\x8B\xE5\xAF\x86 y"), "y", "y");
    assert_source(STR("x \xEF\xBC\xB3\xEF\xBD\x85"
                      "C y"),
                  "sec",
                  "\xEF\xBC\xB3\xEF\xBD\x85"
                  "C");
    assert_source(STR("x \xEF\xBC\xB3\xEF\xBD\x85"
                      "C y"),
                  "e", "\xEF\xBD\x85");
    assert_source(STR("a \xEF\xAC\x81LE"), "file", "\xEF\xAC\x81LE");
    assert_source(STR("a \xEF\xAC\x81LE"), "i", "\xEF\xAC\x81"); /* half a ligature is all of it */
}

/* What needs no folding is not copied. */
static void test_unchanged(void **state)
{
    struct str text = STR("nothing to fold here: " SECRET "\n");
    struct view_text v = fold(text);

    (void)state;
    assert_ptr_equal(v.text.p, text.p);
    assert_int_equal(v.map.count, 0);
    v = fold((struct str){NULL, 0});
    assert_int_equal(v.text.n, 0);
}

/* U+FDFA becomes 18 characters: the view grows past the size of the text. */
static void test_growth(void **state)
{
    struct buf text = BUF_INIT(1 << 16);
    struct view_text v;

    (void)state;
    for (size_t i = 0; i < 2000; i++) {
        assert_true(buf_add_str(&text, STR("\xEF\xB7\xBA")));
    }
    v = fold(buf_str(&text));
    assert_true(v.text.n > 5 * text.n && v.text.n <= 2000 * 18 * 4);
    check_view(&v, buf_str(&text));
    buf_free(&text);
}

static void test_arena_full(void **state)
{
    struct str text = STR("A\xEF\xBC\xB3"
                          "B\xE2\x80\x8B\xEF\xB7\xBA"
                          "C\xEF\xAC\x81"
                          "D");
    bool passed = false;

    (void)state;
    for (size_t max = 0; !passed && max < 65536; max += 16) {
        struct arena *a = arena_new(max);
        struct view_text v;
        enum reason r;

        assert_non_null(a);
        r = view_fold(a, text, &v);
        passed = r == REASON_OK;
        assert_true(passed || r == REASON_SPAN_LIMIT);
        assert_false(passed && max == 0);
        arena_free(a);
    }
    assert_true(passed);
}

static void test_names(void **state)
{
    (void)state;
    assert_string_equal(view_name(VIEW_RAW), "raw");
    assert_string_equal(view_name(VIEW_FOLDED), "folded");
    assert_string_equal(view_name(VIEW_DECODED), "decoded");
    assert_string_equal(view_name(VIEW_COUNT), "?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_evasions), cmocka_unit_test(test_alignment),
        cmocka_unit_test(test_maps),     cmocka_unit_test(test_unchanged),
        cmocka_unit_test(test_growth),   cmocka_unit_test(test_arena_full),
        cmocka_unit_test(test_names),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
