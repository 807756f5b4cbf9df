/* json_scan's events: all of them, in document order, and each may end the scan. */
#include "text/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct trace {
    struct str body;
    struct buf out;
    int refuse_at; /* the event to refuse, counted from 0; -1 for none */
    int count;
};

static enum reason note(struct trace *t, const char *kind, struct str text)
{
    assert_true(buf_add_str(&t->out, str_of(kind)));
    assert_true(buf_add_str(&t->out, text));
    return t->count++ == t->refuse_at ? REASON_SCAN_FAILED : REASON_OK;
}

static enum reason on_object_begin(void *ctx)
{
    return note(ctx, "{", STR(""));
}

static enum reason on_object_end(void *ctx)
{
    return note(ctx, "}", STR(""));
}

static enum reason on_array_begin(void *ctx)
{
    return note(ctx, "[", STR(""));
}

static enum reason on_array_end(void *ctx)
{
    return note(ctx, "]", STR(""));
}

static enum reason on_key(void *ctx, const struct json_string *s)
{
    return note(ctx, " k=", s->text);
}

static enum reason on_string(void *ctx, const struct json_string *s)
{
    return note(ctx, " s=", s->text);
}

static enum reason on_number(void *ctx, struct str raw, size_t at)
{
    struct trace *t = ctx;

    assert_ptr_equal(raw.p, t->body.p + at);
    return note(t, " n=", raw);
}

static enum reason on_literal(void *ctx, struct str raw, size_t at)
{
    struct trace *t = ctx;

    assert_ptr_equal(raw.p, t->body.p + at);
    return note(t, " l=", raw);
}

static const struct json_events tracing = {on_object_begin, on_object_end, on_array_begin,
                                           on_array_end,    on_key,        on_string,
                                           on_number,       on_literal};

static void test_events(void **state)
{
    struct trace t = {.body =
                          STR(" {\"a\\n\" : [1, -2.5e3 ,true,null,false], \"b\":{}, \"c\":\"\"} "),
                      .out = BUF_INIT(1000),
                      .refuse_at = -1};
    struct arena *a = arena_new(1 << 20);

    (void)state;
    assert_non_null(a);
    assert_int_equal(json_scan(t.body, NULL, a, &tracing, &t, NULL), REASON_OK);
    assert_true(buf_add_char(&t.out, '\0'));
    assert_string_equal(t.out.p, "{ k=a\n[ n=1 n=-2.5e3 l=true l=null l=false] k=b{} k=c s=}");
    buf_free(&t.out);
    arena_free(a);
}

static void test_event_refuses(void **state)
{
    /* events: { k=a [ n l ] k=b s } */
    static const size_t places[] = {0, 1, 5, 6, 8, 12, 14, 18, 21};
    struct str body = STR("{\"a\":[1,null],\"b\":\"x\"}");

    (void)state;
    for (int i = 0; i < (int)SG_COUNT(places); i++) {
        struct trace t = {.body = body, .out = BUF_INIT(1000), .refuse_at = i};
        struct arena *a = arena_new(1 << 20);
        size_t at = SIZE_MAX;

        assert_non_null(a);
        assert_int_equal(json_scan(body, NULL, a, &tracing, &t, &at), REASON_SCAN_FAILED);
        assert_int_equal(at, places[i]);
        assert_int_equal(t.count, i + 1);
        buf_free(&t.out);
        arena_free(a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_events),
        cmocka_unit_test(test_event_refuses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
