/* What the gate says itself: valid JSON in the API's shape, with the right status and headers. */
#include "fixture.h"

#include "pipe/answer.h"

#include <jansson.h>

static struct snapshot *snapshot;

static int open_all(void **state)
{
    (void)state;
    snapshot = fixture_snapshot(9, "");
    return 0;
}

static int close_all(void **state)
{
    (void)state;
    snapshot_unref(snapshot);
    return 0;
}

static struct answer answer_for(const char *path)
{
    const struct shape *shape = snapshot->config.routes[0].shape;
    return (struct answer){.shape = shape,
                           .operation = shape_operation(shape, str_of(path)),
                           .id = STR("ID"),
                           .model = STR("m\"odel"),
                           .wall_us = 784111777000000ull};
}

/* The member at a path of names (and numbers, for arrays) as text; then frees the body. */
static void expect(struct buf *body, const char *a, const char *b, const char *want)
{
    json_t *j = json_loadb(body->p, body->n, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(j);
    const json_t *inner = json_object_get(j, a);
    inner = json_is_array(inner) ? json_array_get(inner, 0) : inner;
    assert_string_equal(json_string_value(json_object_get(inner, b)), want);
    json_decref(j);
}

static void test_refusal(void **state)
{
    (void)state;
    for (int shaped = 0; shaped < 2; shaped++) {
        for (int r = REASON_OK + 1; r < REASON_COUNT; r++) {
            struct answer a = answer_for("/v1/chat/completions");
            struct buf body = BUF_INIT(4096);
            int own = reason_status((enum reason)r);
            a.shape = shaped ? a.shape : NULL;
            assert_int_equal(answer_refusal(&a, (enum reason)r, 0, &body), own == 0 ? 500 : own);
            expect(&body, "error", "message", reason_sentence((enum reason)r));
            expect(&body, "error", "code", reason_code((enum reason)r));
            buf_clear(&body);
            assert_int_equal(answer_refusal(&a, (enum reason)r, 502, &body), 502);
            buf_free(&body);
        }
    }
}

static void test_blocked(void **state)
{
    const struct policy *p = fixture_named(snapshot, "office");
    (void)state;
    for (int chinese = 0; chinese < 2; chinese++) {
        struct answer a = answer_for("/v1/chat/completions");
        struct buf body = BUF_INIT(4096);
        char message[512];
        a.chinese = chinese;
        struct str m = chinese ? p->message.zh : p->message.en;
        (void)snprintf(message, sizeof(message), "%.*s", STR_ARG(m));
        assert_int_equal(answer_blocked_prompt(&a, p, &body), p->status);
        expect(&body, "error", "message", message);
        expect(&body, "error", "code", "content_filter");
        buf_clear(&body);
        assert_int_equal(answer_blocked_output(&a, p, &body), 200);
        expect(&body, "choices", "finish_reason", "content_filter");
        assert_non_null(memmem(body.p, body.n, m.p, m.n));
        buf_clear(&body);
        a.operation = NULL; /* no place for an answer: an error */
        assert_int_equal(answer_blocked_output(&a, p, &body), p->status);
        expect(&body, "error", "code", "content_filter");
        buf_free(&body);
    }
}

static void test_replaced(void **state)
{
    const struct policy *p = fixture_named(snapshot, "office");
    const struct policy_line line = {.answer = {STR("ask \"us\""), STR("\xE4\xBD\xA0")}};
    struct answer a = answer_for("/v1/chat/completions");
    struct buf body = BUF_INIT(4096);
    (void)state;
    assert_int_equal(answer_replaced(&a, p, &line, &body), 200);
    expect(&body, "choices", "finish_reason", "stop");
    assert_non_null(memmem(body.p, body.n, "ask \\\"us\\\"", 10));
    buf_clear(&body);
    a.operation = NULL;
    assert_int_equal(answer_replaced(&a, p, &line, &body), p->status);
    expect(&body, "error", "code", "content_filter");
    buf_free(&body);
}

static void test_headers(void **state)
{
    struct answer a = answer_for("/v1/chat/completions");
    struct buf out = BUF_INIT(4096);
    (void)state;
    assert_true(answer_headers(&a, "block", REASON_POLICY, &out));
    assert_true(str_eq(buf_str(&out), STR("Content-Type: application/json\r\n"
                                          "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
                                          "x-stopgate-id: ID\r\nx-stopgate-action: block\r\n"
                                          "x-stopgate-reason: content_filter\r\n")));
    size_t all = out.n;
    buf_clear(&out);
    assert_true(answer_headers(&a, "replace", REASON_OK, &out));
    assert_null(memmem(out.p, out.n, "reason", 6));
    buf_free(&out);
    for (size_t max = 0; max < all; max++) {
        out = BUF_INIT(max);
        assert_false(answer_headers(&a, "block", REASON_POLICY, &out));
        buf_free(&out);
    }
}

/* A bound is a failure, told by status 0. */
static void test_bounds(void **state)
{
    const struct policy *p = fixture_named(snapshot, "office");
    struct answer a = answer_for("/v1/chat/completions");
    (void)state;
    for (size_t max = 0; max < 60; max++) {
        struct buf body = BUF_INIT(max);
        assert_int_equal(answer_refusal(&a, REASON_MEMORY, 0, &body), 0);
        buf_clear(&body);
        assert_int_equal(answer_blocked_prompt(&a, p, &body), 0);
        buf_clear(&body);
        assert_int_equal(answer_blocked_output(&a, p, &body), 0);
        buf_free(&body);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refusal),  cmocka_unit_test(test_blocked),
        cmocka_unit_test(test_replaced), cmocka_unit_test(test_headers),
        cmocka_unit_test(test_bounds),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
