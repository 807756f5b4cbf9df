/* How a parser is used: messages one after another, answers to methods, callbacks that refuse. */
#include "cases.h"
#include "recorder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

struct fixture {
    struct arena *arena;
    struct http1 *h;
    /* What each callback answers, and how often it was called. */
    enum reason head, body, end;
    int heads, bodies, ends;
    struct http_head seen;
    struct buf bytes;
};

static enum reason on_head(void *ctx, const struct http_head *head)
{
    struct fixture *f = ctx;

    f->heads++;
    f->seen = *head;
    return f->head;
}

static enum reason on_body(void *ctx, const char *p, size_t n)
{
    struct fixture *f = ctx;

    f->bodies++;
    assert_true(buf_add(&f->bytes, p, n));
    return f->body;
}

static enum reason on_end(void *ctx)
{
    struct fixture *f = ctx;

    f->ends++;
    return f->end;
}

static const struct http1_events events = {on_head, on_body, on_end};

static void begin(struct fixture *f, enum http1_kind kind)
{
    *f = (struct fixture){.arena = arena_new(65536), .bytes = BUF_INIT(65536)};
    assert_non_null(f->arena);
    f->h = http1_new(kind, NULL, &events, f);
    assert_non_null(f->h);
}

static void end(struct fixture *f)
{
    http1_free(f->h);
    arena_free(f->arena);
    buf_free(&f->bytes);
}

/* Feeds a literal; gives back how much of it was taken. */
static size_t feed(struct fixture *f, struct str s, enum reason expected)
{
    size_t used = SIZE_MAX;

    assert_string_equal(reason_code(http1_feed(f->h, s.p, s.n, &used)), reason_code(expected));
    return used;
}

static void test_nothing_before_next(void **state)
{
    struct fixture f;

    (void)state;
    begin(&f, HTTP1_REQUEST);
    assert_int_equal(feed(&f, STR(GET "\r\n"), REASON_OK), 0);
    assert_int_equal(f.heads, 0);
    http1_next(f.h, f.arena);
    assert_false(http1_started(f.h));
    assert_int_equal(feed(&f, (struct str){NULL, 0}, REASON_OK), 0);
    assert_false(http1_started(f.h));
    assert_int_equal(feed(&f, STR("G"), REASON_OK), 1);
    assert_true(http1_started(f.h));
    end(&f);
    http1_free(NULL);
}

static void test_pipelined_requests_wait(void **state)
{
    struct fixture f;
    struct str two = STR(GET "\r\n" POST "Content-Length: 2\r\n\r\nhi");
    size_t used;

    (void)state;
    begin(&f, HTTP1_REQUEST);
    http1_next(f.h, f.arena);
    used = feed(&f, two, REASON_OK);
    assert_int_equal(used, sizeof(GET "\r\n") - 1);
    assert_int_equal(f.ends, 1);
    two = str_sub(two, used, two.n);
    assert_int_equal(feed(&f, two, REASON_OK), 0);
    assert_int_equal(http1_eof(f.h), REASON_OK);
    assert_int_equal(f.heads, 1);
    arena_reset(f.arena);
    http1_next(f.h, f.arena);
    assert_int_equal(feed(&f, two, REASON_OK), two.n);
    assert_int_equal(f.ends, 2);
    assert_true(str_eq(f.seen.method, STR("POST")));
    assert_true(str_eq(buf_str(&f.bytes), STR("hi")));
    end(&f);
}

static void test_empty_line_starts_nothing(void **state)
{
    struct fixture f;

    (void)state;
    begin(&f, HTTP1_REQUEST);
    http1_next(f.h, f.arena);
    assert_int_equal(feed(&f, STR("\r\n"), REASON_OK), 2);
    assert_false(http1_started(f.h));
    assert_int_equal(http1_eof(f.h), REASON_OK);
    feed(&f, STR(GET "\r\n"), REASON_OK);
    assert_int_equal(f.ends, 1);
    /* Each message may have one of its own. */
    http1_next(f.h, f.arena);
    feed(&f, STR("\r\n" GET "\r\n"), REASON_OK);
    assert_int_equal(f.ends, 2);
    http1_next(f.h, f.arena);
    feed(&f, STR("\r\n"), REASON_OK);
    feed(&f, STR("\r\n"), REASON_REQUEST_LINE);
    end(&f);
}

static void test_method_asked_counts_once(void **state)
{
    struct fixture f;
    struct str answer = STR(OK200 "Content-Length: 2\r\n\r\nok");

    (void)state;
    begin(&f, HTTP1_RESPONSE);
    http1_answering(f.h, STR("HEAD"));
    http1_next(f.h, f.arena);
    assert_int_equal(feed(&f, answer, REASON_OK), answer.n - 2);
    assert_int_equal(f.ends, 1);
    assert_int_equal(f.seen.framing, HTTP_BODY_NONE);
    assert_int_equal(f.bodies, 0);
    http1_next(f.h, f.arena);
    assert_int_equal(feed(&f, answer, REASON_OK), answer.n);
    assert_int_equal(f.ends, 2);
    assert_int_equal(f.seen.length, 2);
    http1_next(f.h, f.arena);
    http1_answering(f.h, STR("HEAD"));
    http1_answering(f.h, STR("GET"));
    assert_int_equal(feed(&f, answer, REASON_OK), answer.n);
    end(&f);
}

static void test_bytes_behind_a_response_stay(void **state)
{
    struct fixture f;
    struct str answer = STR("HTTP/1.1 204 No Content\r\n\r\nhidden");

    (void)state;
    begin(&f, HTTP1_RESPONSE);
    http1_next(f.h, f.arena);
    assert_int_equal(feed(&f, answer, REASON_OK), answer.n - 6);
    assert_int_equal(f.ends, 1);
    assert_int_equal(f.bodies, 0);
    end(&f);
}

static void test_interim_responses_are_not_told(void **state)
{
    struct fixture f;

    (void)state;
    begin(&f, HTTP1_RESPONSE);
    http1_next(f.h, f.arena);
    feed(&f, STR("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"), REASON_OK);
    assert_int_equal(f.heads + f.ends, 0);
    assert_true(http1_started(f.h));
    feed(&f, STR(OK200 "Content-Length: 0\r\n\r\n"), REASON_OK);
    assert_int_equal(f.heads, 1);
    assert_int_equal(f.ends, 1);
    assert_int_equal(f.seen.status, 200);
    end(&f);
}

static void test_close_ends_a_body(void **state)
{
    struct fixture f;

    (void)state;
    begin(&f, HTTP1_RESPONSE);
    http1_next(f.h, f.arena);
    feed(&f, STR(OK200 "\r\nall "), REASON_OK);
    feed(&f, STR("there is"), REASON_OK);
    assert_int_equal(f.ends, 0);
    assert_int_equal(http1_eof(f.h), REASON_OK);
    assert_int_equal(f.ends, 1);
    assert_true(str_eq(buf_str(&f.bytes), STR("all there is")));
    assert_int_equal(http1_eof(f.h), REASON_OK);
    assert_int_equal(f.ends, 1);
    end(&f);
}

static void test_early_close(void **state)
{
    struct fixture f;

    (void)state;
    begin(&f, HTTP1_RESPONSE);
    http1_next(f.h, f.arena);
    assert_int_equal(http1_eof(f.h), REASON_UPSTREAM_RESET);
    assert_int_equal(http1_eof(f.h), REASON_UPSTREAM_RESET);
    end(&f);
    begin(&f, HTTP1_REQUEST);
    http1_next(f.h, f.arena);
    assert_int_equal(http1_eof(f.h), REASON_OK);
    feed(&f, STR("G"), REASON_OK);
    assert_int_equal(http1_eof(f.h), REASON_CLIENT_GONE);
    feed(&f, STR("ET / HTTP/1.1\r\n"), REASON_CLIENT_GONE);
    end(&f);
}

/* A refusal outlives http1_next(): what follows on the connection cannot be trusted. */
static void test_refused_stays_refused(void **state)
{
    struct fixture f;

    (void)state;
    begin(&f, HTTP1_REQUEST);
    http1_next(f.h, f.arena);
    feed(&f, STR("GET / HTTP/1.1\n"), REASON_BARE_LF);
    http1_next(f.h, f.arena);
    assert_int_equal(feed(&f, STR(GET "\r\n"), REASON_BARE_LF), 0);
    assert_int_equal(http1_eof(f.h), REASON_BARE_LF);
    assert_int_equal(f.heads, 0);
    end(&f);
}

static void test_callbacks_refuse(void **state)
{
    struct str bytes = STR(POST "Content-Length: 2\r\n\r\nhi");
    struct fixture f;

    (void)state;
    begin(&f, HTTP1_REQUEST);
    f.head = REASON_NO_ROUTE;
    http1_next(f.h, f.arena);
    feed(&f, bytes, REASON_NO_ROUTE);
    assert_int_equal(f.bodies + f.ends, 0);
    end(&f);

    begin(&f, HTTP1_REQUEST);
    f.body = REASON_BODY_SIZE;
    http1_next(f.h, f.arena);
    feed(&f, bytes, REASON_BODY_SIZE);
    assert_int_equal(f.bodies, 1);
    assert_int_equal(f.ends, 0);
    feed(&f, bytes, REASON_BODY_SIZE);
    assert_int_equal(f.bodies, 1);
    end(&f);

    begin(&f, HTTP1_REQUEST);
    f.body = REASON_BODY_SIZE;
    http1_next(f.h, f.arena);
    feed(&f, STR(CHUNKED "2\r\nhi\r\n2\r\nho\r\n0\r\n\r\n"), REASON_BODY_SIZE);
    assert_int_equal(f.bodies, 1);
    end(&f);

    begin(&f, HTTP1_REQUEST);
    f.end = REASON_MEMORY;
    http1_next(f.h, f.arena);
    feed(&f, bytes, REASON_MEMORY);
    assert_int_equal(f.ends, 1);
    assert_int_equal(http1_eof(f.h), REASON_MEMORY);
    end(&f);

    begin(&f, HTTP1_RESPONSE);
    f.end = REASON_MEMORY;
    http1_next(f.h, f.arena);
    feed(&f, STR(OK200 "\r\nall"), REASON_OK);
    assert_int_equal(http1_eof(f.h), REASON_MEMORY);
    assert_int_equal(http1_eof(f.h), REASON_MEMORY);
    end(&f);
}

/* Good bytes before a bad one are delivered, in whatever pieces they came. */
static void test_body_before_a_refusal(void **state)
{
    struct fixture f;

    (void)state;
    begin(&f, HTTP1_REQUEST);
    http1_next(f.h, f.arena);
    feed(&f, STR(CHUNKED "2\r\nhi\r\n3\r\nho!x"), REASON_CHUNK_END);
    assert_true(str_eq(buf_str(&f.bytes), STR("hiho!")));
    assert_int_equal(f.ends, 0);
    end(&f);
}

/* The head is of the arena, not of the bytes fed nor of the parser's buffer. */
static void test_head_outlives_its_bytes(void **state)
{
    struct fixture f;
    char text[] = "POST http://h/a?b HTTP/1.1\r\nHost: h\r\nA: b\r\nContent-Length: 1\r\n\r\n";
    const struct http_header *a;

    (void)state;
    begin(&f, HTTP1_REQUEST);
    http1_next(f.h, f.arena);
    feed(&f, (struct str){text, sizeof(text) - 1}, REASON_OK);
    memset(text, 'x', sizeof(text));
    feed(&f, STR("1"), REASON_OK);
    assert_int_equal(f.ends, 1);
    a = http_find(&f.seen, STR("a"));
    assert_non_null(a);
    assert_true(str_eq(a->value, STR("b")));
    assert_true(str_eq(f.seen.target, STR("/a?b")));
    assert_true(str_eq(f.seen.host, STR("h")));
    assert_int_equal(f.seen.length, 1);
    end(&f);
}

static void test_long_body(void **state)
{
    struct fixture f;
    char block[1000];
    size_t total = 0;

    (void)state;
    memset(block, 'x', sizeof(block));
    begin(&f, HTTP1_REQUEST);
    http1_next(f.h, f.arena);
    feed(&f, STR(POST "Content-Length: 50001\r\n\r\n"), REASON_OK);
    for (int i = 0; i < 50; i++) {
        total += feed(&f, (struct str){block, sizeof(block)}, REASON_OK);
    }
    assert_int_equal(f.ends, 0);
    total += feed(&f, (struct str){block, sizeof(block)}, REASON_OK);
    assert_int_equal(total, 50001);
    assert_int_equal(f.bytes.n, 50001);
    assert_int_equal(f.ends, 1);
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_before_next),
        cmocka_unit_test(test_pipelined_requests_wait),
        cmocka_unit_test(test_empty_line_starts_nothing),
        cmocka_unit_test(test_method_asked_counts_once),
        cmocka_unit_test(test_bytes_behind_a_response_stay),
        cmocka_unit_test(test_interim_responses_are_not_told),
        cmocka_unit_test(test_close_ends_a_body),
        cmocka_unit_test(test_early_close),
        cmocka_unit_test(test_refused_stays_refused),
        cmocka_unit_test(test_callbacks_refuse),
        cmocka_unit_test(test_body_before_a_refusal),
        cmocka_unit_test(test_head_outlives_its_bytes),
        cmocka_unit_test(test_long_body),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
