/* application/x-www-form-urlencoded into spans, and the way back. */
#include "text/form.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

struct reading {
    struct arena *arena;
    struct span_list spans;
};

static enum reason read_form(struct reading *r, struct str body)
{
    *r = (struct reading){.arena = arena_new((size_t)1 << 20)};
    assert_non_null(r->arena);
    return form_spans(body, r->arena, &r->spans);
}

/* The body bytes that bytes [begin, end) of the span came from. */
static struct str source_of(const struct span *s, struct str body, size_t begin, size_t end)
{
    size_t from, to;

    offmap_range(&s->map, begin, end, &from, &to);
    return str_sub(body, from, to);
}

static void assert_str(struct str s, const char *want)
{
    assert_int_equal(s.n, strlen(want));
    assert_memory_equal(s.p, want, s.n);
}

static void test_pairs(void **state)
{
    static const struct {
        const char *body;
        const char *texts[8]; /* names and values in order */
    } rows[] = {
        {"", {NULL}},
        {"&", {NULL}},
        {"=", {NULL}},
        {"a=1", {"a", "1"}},
        {"a=1&", {"a", "1"}},
        {"&&a=1&&b=2&&", {"a", "1", "b", "2"}},
        {"a", {"a"}},
        {"a=", {"a"}},
        {"=1", {"1"}},
        {"a=b=c", {"a", "b=c"}},
        {"a=1&a=2", {"a", "1", "a", "2"}},
        {"a+b=c+d", {"a b", "c d"}},
        {"a%3Db=%26", {"a=b", "&"}},
        {"%e4%bd%A0=%2B+%2b", {"\xE4\xBD\xA0", "+ +"}},
        {"q=\xE4\xBD\xA0", {"q", "\xE4\xBD\xA0"}},
        {"a;b=1", {"a;b", "1"}},
        {"q=%25%32%30", {"q", "%20"}}, /* once, not twice */
    };

    (void)state;
    for (size_t i = 0; i < SG_COUNT(rows); i++) {
        struct reading r;
        size_t n = 0;

        assert_int_equal(read_form(&r, str_of(rows[i].body)), REASON_OK);
        for (; rows[i].texts[n] != NULL; n++) {
            assert_true(n < r.spans.count);
            assert_str(r.spans.items[n].text, rows[i].texts[n]);
            assert_int_equal(r.spans.items[n].form, SPAN_FORM_VALUE);
            assert_int_equal(r.spans.items[n].role, SPAN_UNKNOWN);
        }
        assert_int_equal(r.spans.count, n);
        arena_free(r.arena);
    }
}

static void test_path_is_the_name(void **state)
{
    struct reading r;
    char out[32];

    (void)state;
    assert_int_equal(read_form(&r, STR("%70rompt=hi&=x")), REASON_OK);
    assert_int_equal(r.spans.count, 3);
    assert_string_equal(path_text(r.spans.items[0].path, out, sizeof(out)), "/prompt");
    assert_string_equal(path_text(r.spans.items[1].path, out, sizeof(out)), "/prompt");
    assert_string_equal(path_text(r.spans.items[2].path, out, sizeof(out)), "/");
    arena_free(r.arena);
}

static void test_maps(void **state)
{
    struct str body = STR("x=1&na%6De=a+%E7%A7%98b%e5%af%86");
    struct reading r;
    const struct span *name, *value;

    (void)state;
    assert_int_equal(read_form(&r, body), REASON_OK);
    assert_int_equal(r.spans.count, 4);
    name = &r.spans.items[2];
    value = &r.spans.items[3];
    assert_str(name->text, "name");
    assert_str(source_of(name, body, 0, 4), "na%6De");
    assert_str(source_of(name, body, 2, 3), "%6D");
    assert_str(source_of(name, body, 3, 4), "e");
    assert_str(value->text, "a \xE7\xA7\x98"
                            "b\xE5\xAF\x86");
    assert_str(source_of(value, body, 0, value->text.n), "a+%E7%A7%98b%e5%af%86");
    assert_str(source_of(value, body, 1, 2), "+");
    assert_str(source_of(value, body, 2, 5), "%E7%A7%98");
    assert_str(source_of(value, body, 5, 6), "b");
    assert_str(source_of(value, body, 6, 9), "%e5%af%86");
    assert_str(source_of(value, body, 3, 4), "%A7");
    arena_free(r.arena);
}

static void test_refused(void **state)
{
    static const struct {
        const char *body;
        enum reason reason;
    } rows[] = {
        {"a=%", REASON_FORM_SYNTAX},       {"a=%4", REASON_FORM_SYNTAX},
        {"a=%4&b=1", REASON_FORM_SYNTAX},  {"a=%G1", REASON_FORM_SYNTAX},
        {"a=%1G", REASON_FORM_SYNTAX},     {"a=%%20", REASON_FORM_SYNTAX},
        {"%=1", REASON_FORM_SYNTAX},       {"a=%u0041", REASON_FORM_SYNTAX},
        {"a=% 41", REASON_FORM_SYNTAX},    {"a=1&b=100%", REASON_FORM_SYNTAX},
        {"a=%FF", REASON_TEXT_UTF8},       {"a=%C0%AF", REASON_TEXT_UTF8},
        {"a=%ED%A0%80", REASON_TEXT_UTF8}, {"a=%E4%BD", REASON_TEXT_UTF8},
        {"%E4%BD=%A0", REASON_TEXT_UTF8},  {"a=\xFF", REASON_TEXT_UTF8},
        {"\xE4=1", REASON_TEXT_UTF8},      {"a=%F4%90%80%80", REASON_TEXT_UTF8},
    };

    (void)state;
    for (size_t i = 0; i < SG_COUNT(rows); i++) {
        struct reading r;

        if (read_form(&r, str_of(rows[i].body)) != rows[i].reason) {
            fail_msg("%s", rows[i].body);
        }
        arena_free(r.arena);
    }
}

static void test_facts(void **state)
{
    struct reading r;

    (void)state;
    assert_int_equal(read_form(&r, STR("mode%6C=gpt%2D4&user=u+1&stream=true")), REASON_OK);
    assert_str(r.spans.facts.model, "gpt-4");
    assert_str(r.spans.facts.user, "u 1");
    assert_true(r.spans.facts.stream);
    arena_free(r.arena);
    assert_int_equal(read_form(&r, STR("models=a&stream=false")), REASON_OK);
    assert_null(r.spans.facts.model.p);
    assert_false(r.spans.facts.stream);
    arena_free(r.arena);
}

/* Which of two a reader takes is its own choice: the record could name the other model. */
static void test_fact_told_twice(void **state)
{
    static const char *const rows[] = {
        "model=a&model=b",  "model=a&model=a",   "model&model=b",
        "model=&mode%6C=b", "user=a&x=1&user=b",
    };

    (void)state;
    for (size_t i = 0; i < SG_COUNT(rows); i++) {
        struct reading r;

        if (read_form(&r, str_of(rows[i])) != REASON_FORM_SYNTAX) {
            fail_msg("%s", rows[i]);
        }
        arena_free(r.arena);
    }
}

/* A full arena is an error wherever it comes, and never a text that is missing. */
static void test_arena_full(void **state)
{
    struct str body = STR("one=a%20b%20c&two=%41b%42c%43d%44e%45f%46g%47h&three=x");
    bool passed = false;

    (void)state;
    for (size_t max = 0; !passed && max < 65536; max += 64) {
        struct arena *a = arena_new(max);
        struct span_list spans = {.count = 0};
        enum reason r;

        assert_non_null(a);
        r = form_spans(body, a, &spans);
        passed = r == REASON_OK;
        assert_true(passed ? spans.count == 6 : r == REASON_SPAN_LIMIT);
        arena_free(a);
    }
    assert_true(passed);
}

static void test_escape(void **state)
{
    struct buf out = BUF_INIT(12);

    (void)state;
    assert_true(form_escape(&out, STR("")));
    assert_true(form_escape(&out, STR("a.-_Z9")));
    assert_str(buf_str(&out), "a.-_Z9");
    assert_false(form_escape(&out, STR("abc  "))); /* 9 bytes; 6 are left */
    assert_str(buf_str(&out), "a.-_Z9");
    assert_true(form_escape(&out, STR(" &")));
    assert_str(buf_str(&out), "a.-_Z9%20%26");
    assert_false(form_escape(&out, STR("a")));
    buf_free(&out);
}

/* Whatever is escaped reads back as it was. */
static void test_round_trip(void **state)
{
    struct buf body = BUF_INIT(4096);
    struct buf text = BUF_INIT(4096);
    struct reading r;

    (void)state;
    for (unsigned c = 0; c < 0x80; c++) {
        assert_true(buf_add_char(&text, (char)c));
    }
    assert_true(buf_add_str(&text, STR("\xE7\xA7\x98\xF0\x9F\x98\x80")));
    assert_true(buf_add_str(&body, STR("q=")) && form_escape(&body, buf_str(&text)));
    assert_int_equal(read_form(&r, buf_str(&body)), REASON_OK);
    assert_int_equal(r.spans.count, 2);
    assert_int_equal(r.spans.items[1].text.n, text.n);
    assert_memory_equal(r.spans.items[1].text.p, text.p, text.n);
    arena_free(r.arena);
    buf_free(&body);
    buf_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pairs),      cmocka_unit_test(test_path_is_the_name),
        cmocka_unit_test(test_maps),       cmocka_unit_test(test_refused),
        cmocka_unit_test(test_facts),      cmocka_unit_test(test_fact_told_twice),
        cmocka_unit_test(test_arena_full), cmocka_unit_test(test_escape),
        cmocka_unit_test(test_round_trip),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
