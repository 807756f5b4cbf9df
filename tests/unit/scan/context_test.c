#include "scan/context.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

/* The boundary at the `[…]` of a text. */
static bool boundary_at(enum boundary b, const char *marked)
{
    char text[64];
    size_t n = 0, begin = 0, end = 0;

    for (const char *p = marked; *p != '\0'; p++) {
        if (*p == '[') {
            begin = n;
        } else if (*p == ']') {
            end = n;
        } else {
            text[n++] = *p;
        }
    }
    return context_boundary(b, (struct str){text, n}, begin, end);
}

static void test_boundary(void **state)
{
    (void)state;
    assert_true(boundary_at(BOUNDARY_NONE, "1[23]4"));
    assert_true(boundary_at(BOUNDARY_DIGIT, "[23]"));
    assert_true(boundary_at(BOUNDARY_DIGIT, "a[23]b"));
    assert_false(boundary_at(BOUNDARY_DIGIT, "1[23]b"));
    assert_false(boundary_at(BOUNDARY_DIGIT, "a[23]4"));
    assert_false(boundary_at(BOUNDARY_ALNUM, "a[23]"));
    assert_false(boundary_at(BOUNDARY_ALNUM, "[23]Z"));
    assert_true(boundary_at(BOUNDARY_ALNUM, "_[23]_"));
    assert_false(boundary_at(BOUNDARY_WORD, "_[ab]"));
    assert_false(boundary_at(BOUNDARY_WORD, "[ab]9"));
    assert_true(boundary_at(BOUNDARY_WORD, "-[ab]."));
    assert_true(boundary_at(BOUNDARY_WORD, "密[ab]级"));
    /* a term that does not end in a word character has no word to be cut out of */
    assert_true(boundary_at(BOUNDARY_WORD, "a[密级]b"));
    assert_true(boundary_at(BOUNDARY_WORD, "a[ \"ab]"));
    assert_false(boundary_at(BOUNDARY_WORD, "a[ \"ab]c"));
    /* the other boundaries do not ask */
    assert_false(boundary_at(BOUNDARY_ALNUM, "a[密级]b"));
}

/* Is one of the terms near the `[…]` of the text? */
static bool near_at(const char *const *terms, size_t within, const char *marked)
{
    struct str items[4];
    struct rule_near near = {.terms = {items, 0}, .within = within};
    struct arena *scratch = arena_new(1u << 20);
    char text[512];
    size_t n = 0, begin = 0, end = 0;
    bool found = false;

    while (terms[near.terms.count] != NULL) {
        items[near.terms.count] = str_of(terms[near.terms.count]);
        near.terms.count++;
    }
    for (const char *p = marked; *p != '\0'; p++) {
        if (*p == '[') {
            begin = n;
        } else if (*p == ']') {
            end = n;
        } else {
            text[n++] = *p;
        }
    }
    struct reading r = {.text = {text, n}, .database = VIEW_RAW, .seen = VIEW_RAW};
    r.source = r.text;
    assert_int_equal(context_near(&near, &r, begin, end, scratch, &found), REASON_OK);
    arena_free(scratch);
    return found;
}

static void test_near(void **state)
{
    static const char *const terms[] = {"tel", "电话", NULL};

    (void)state;
    assert_true(near_at(terms, 10, "tel: [123]"));
    assert_true(near_at(terms, 10, "[123] (TEL)"));
    assert_true(near_at(terms, 10, "[123] Ｔｅｌ"));
    assert_true(near_at(terms, 10, "电\xE2\x80\x8B话[123]"));
    assert_true(near_at(terms, 10, "tel[123]"));
    assert_true(near_at(terms, 10, "tel1 [123]"));
    assert_false(near_at(terms, 10, "hotel [123]"));
    assert_false(near_at(terms, 10, "tell [123]"));
    assert_false(near_at(terms, 10, "[123]"));
    assert_false(near_at(terms, 10, "[tel]"));
    /* the whole term stands within the distance, which counts characters, not bytes */
    assert_true(near_at(terms, 4, "电话号码[123]"));
    assert_false(near_at(terms, 3, "电话号码[123]"));
    assert_true(near_at(terms, 5, "[123]，，，电话"));
    assert_false(near_at(terms, 4, "[123]，，，电话"));
    /* a term that does not count does not hide one that does */
    assert_true(near_at(terms, 20, "hotel tel [123]"));
}

static void test_near_no_memory(void **state)
{
    struct str item = STR("tel");
    struct rule_near near = {.terms = {&item, 1}, .within = 40};
    struct arena *scratch = arena_new(1);
    struct reading r = {.text = STR("ＴＥＬ 123"), .database = VIEW_RAW, .seen = VIEW_RAW};
    bool found;

    (void)state;
    r.source = r.text;
    assert_int_equal(context_near(&near, &r, 10, 13, scratch, &found), REASON_SPAN_LIMIT);
    arena_free(scratch);
}

static void test_near_around_encoded(void **state)
{
    struct str item = STR("tel");
    struct rule_near near = {.terms = {&item, 1}, .within = 10};
    struct arena *scratch = arena_new(1u << 20);
    struct offmap map = {0};
    bool found;

    (void)state;
    map.base = 5;
    assert_true(offmap_add(&map, scratch, 3, 8, false));
    struct arena *work = arena_new(1u << 20);
    struct reading r = {.text = STR("123"),
                        .database = VIEW_DECODED,
                        .seen = VIEW_DECODED,
                        .maps = {&map},
                        .source = STR("tel: MTIzMTIz.")};
    assert_int_equal(context_near(&near, &r, 0, 3, work, &found), REASON_OK);
    assert_true(found);
    r.source = STR("fax: MTIzMTIz.");
    assert_int_equal(context_near(&near, &r, 0, 3, work, &found), REASON_OK);
    assert_false(found);
    arena_free(work);
    arena_free(scratch);
}

static bool excepted(const char *value)
{
    struct str items[] = {STR("akiaexample"), STR("4111-1111"),
                          STR("密\xE2\x80\x90"
                              "级")};
    const struct str_list except = {items, SG_COUNT(items)};
    struct arena *scratch = arena_new(1u << 20);
    bool found;

    assert_int_equal(context_excepted(&except, str_of(value), scratch, &found), REASON_OK);
    arena_free(scratch);
    return found;
}

static void test_excepted(void **state)
{
    char big[2000];

    (void)state;
    assert_true(excepted("AKIAEXAMPLE"));
    assert_true(excepted("ＡＫＩＡ example"));
    assert_true(excepted("41111111"));
    assert_true(excepted("4111 1111"));
    assert_true(excepted("4111\xE2\x80\x93"
                         "1111 "));
    assert_true(excepted("密级"));
    assert_false(excepted("AKIAEXAMPLE1"));
    assert_false(excepted("AKIAEXAMPL"));
    assert_false(excepted("4111.1111"));
    assert_false(excepted("密圾"));
    assert_false(excepted(""));
    memset(big, ' ', sizeof(big) - 1);
    big[sizeof(big) - 1] = '\0';
    memcpy(big, "AKIAEXAMPLE", 11);
    assert_false(excepted(big));
}

static void test_source(void **state)
{
    struct arena *a = arena_new(1u << 16);
    struct offmap inner = {0}, outer = {0};
    struct reading r = {.maps = {&inner, &outer}};
    size_t from, to;

    (void)state;
    assert_true(offmap_add(&inner, a, 2, 2, true));
    assert_true(offmap_add(&inner, a, 1, 3, false));
    outer.base = 100;
    assert_true(offmap_add(&outer, a, 5, 10, false));
    reading_source(&r, 2, 3, &from, &to);
    assert_int_equal(from, 100);
    assert_int_equal(to, 110);
    r.maps[1] = NULL;
    reading_source(&r, 2, 3, &from, &to);
    assert_int_equal(from, 2);
    assert_int_equal(to, 5);
    r.maps[0] = NULL;
    reading_source(&r, 2, 3, &from, &to);
    assert_int_equal(from, 2);
    assert_int_equal(to, 3);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_boundary),       cmocka_unit_test(test_near),
        cmocka_unit_test(test_near_no_memory), cmocka_unit_test(test_near_around_encoded),
        cmocka_unit_test(test_excepted),       cmocka_unit_test(test_source),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
