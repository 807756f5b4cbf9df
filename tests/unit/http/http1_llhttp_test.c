/* The second opinion: a head that was misread, in whatever way, is refused as http_syntax. */
#include "http/http1_llhttp.h"

#include "cases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

struct fixture {
    struct arena *arena;
    struct http_head head;
    struct http1_raw raw;
    struct http1_llhttp second;
    struct buf body;
    enum reason answer; /* of on_body */
};

static enum reason on_body(void *ctx, const char *p, size_t n)
{
    struct fixture *f = ctx;

    assert_true(buf_add(&f->body, p, n));
    return f->answer;
}

/* Reads `bytes` as our own reader does; the test then falsifies what was read. */
static void begin(struct fixture *f, enum http1_kind kind, struct str bytes, size_t lines)
{
    const struct http1_expect expect = {kind, &http1_default_limits, false};

    *f = (struct fixture){
        .arena = arena_new(65536), .body = BUF_INIT(1024), .raw = {.bytes = bytes}};
    assert_non_null(f->arena);
    assert_int_equal(http1_head_read(&expect, &f->raw, lines, f->arena, &f->head), REASON_OK);
    http1_llhttp_init(&f->second, kind, on_body, f);
}

static void end(struct fixture *f, bool no_body, enum reason expected)
{
    assert_string_equal(reason_code(http1_llhttp_head(&f->second, &f->raw, &f->head, no_body)),
                        reason_code(expected));
    arena_free(f->arena);
    buf_free(&f->body);
}

static const struct str sized = STR(POST "Content-Length: 2\r\n\r\n");
#define SIZED_LINES 4
static const struct str plain = STR(GET "\r\n");
#define PLAIN_LINES 3
static const struct str answer = STR(OK200 "Content-Length: 2\r\n\r\n");
#define ANSWER_LINES 3

static void test_agrees(void **state)
{
    struct fixture f;

    (void)state;
    begin(&f, HTTP1_REQUEST, sized, SIZED_LINES);
    end(&f, false, REASON_OK);
    begin(&f, HTTP1_REQUEST, plain, PLAIN_LINES);
    end(&f, false, REASON_OK);
    begin(&f, HTTP1_RESPONSE, answer, ANSWER_LINES);
    end(&f, false, REASON_OK);
    begin(&f, HTTP1_RESPONSE, answer, ANSWER_LINES);
    f.head.framing = HTTP_BODY_NONE; /* as an answer to HEAD */
    end(&f, true, REASON_OK);
}

static void test_start_misread(void **state)
{
    struct fixture f;

    (void)state;
    begin(&f, HTTP1_REQUEST, plain, PLAIN_LINES);
    f.head.method = STR("HEAD");
    end(&f, false, REASON_HTTP_SYNTAX);
    begin(&f, HTTP1_REQUEST, plain, PLAIN_LINES);
    f.raw.target = STR("/a");
    end(&f, false, REASON_HTTP_SYNTAX);
    begin(&f, HTTP1_REQUEST, plain, PLAIN_LINES);
    f.head.minor = 0;
    end(&f, false, REASON_HTTP_SYNTAX);
    begin(&f, HTTP1_REQUEST, plain, PLAIN_LINES);
    f.head.header_count++;
    end(&f, false, REASON_HTTP_SYNTAX);
    begin(&f, HTTP1_RESPONSE, answer, ANSWER_LINES);
    f.head.status = 206;
    end(&f, false, REASON_HTTP_SYNTAX);
}

static void test_framing_misread(void **state)
{
    static const enum http_framing others[] = {HTTP_BODY_NONE, HTTP_BODY_CHUNKED, HTTP_BODY_CLOSE};
    struct fixture f;

    (void)state;
    for (size_t i = 0; i < SG_COUNT(others); i++) {
        begin(&f, HTTP1_REQUEST, sized, SIZED_LINES);
        f.head.framing = others[i];
        end(&f, false, REASON_HTTP_SYNTAX);
    }
    begin(&f, HTTP1_REQUEST, sized, SIZED_LINES);
    f.head.length = 3;
    end(&f, false, REASON_HTTP_SYNTAX);
    begin(&f, HTTP1_REQUEST, plain, PLAIN_LINES);
    f.head.framing = HTTP_BODY_LENGTH;
    f.head.length = 0;
    end(&f, false, REASON_HTTP_SYNTAX);
}

/* A head that ends early, goes on too long, or that llhttp does not take at all. */
static void test_bytes_misread(void **state)
{
    struct fixture f;

    (void)state;
    begin(&f, HTTP1_REQUEST, plain, PLAIN_LINES);
    f.raw.bytes.n -= 2;
    end(&f, false, REASON_HTTP_SYNTAX);
    begin(&f, HTTP1_REQUEST, sized, SIZED_LINES);
    f.raw.bytes = STR(POST "Content-Length: 2\r\n\r\nhi");
    end(&f, false, REASON_HTTP_SYNTAX);
    begin(&f, HTTP1_REQUEST, plain, PLAIN_LINES);
    f.raw.bytes = STR("GET / HTTP/1.1\nHost: h\n\n");
    end(&f, false, REASON_HTTP_SYNTAX);
}

static void test_body(void **state)
{
    struct fixture f;

    (void)state;
    begin(&f, HTTP1_REQUEST, STR(CHUNKED), SIZED_LINES);
    assert_int_equal(http1_llhttp_head(&f.second, &f.raw, &f.head, false), REASON_OK);
    assert_int_equal(http1_llhttp_body(&f.second, STR("2\r\nhi\r\n")), REASON_OK);
    assert_true(str_eq(buf_str(&f.body), STR("hi")));
    assert_false(http1_llhttp_complete(&f.second));
    assert_int_equal(http1_llhttp_close(&f.second), REASON_HTTP_SYNTAX);
    assert_int_equal(http1_llhttp_body(&f.second, STR("x\r\n")), REASON_HTTP_SYNTAX);
    arena_free(f.arena);
    buf_free(&f.body);

    begin(&f, HTTP1_REQUEST, sized, SIZED_LINES);
    f.answer = REASON_BODY_SIZE;
    assert_int_equal(http1_llhttp_head(&f.second, &f.raw, &f.head, false), REASON_OK);
    assert_int_equal(http1_llhttp_body(&f.second, STR("hi")), REASON_BODY_SIZE);
    arena_free(f.arena);
    buf_free(&f.body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_agrees),
        cmocka_unit_test(test_start_misread),
        cmocka_unit_test(test_framing_misread),
        cmocka_unit_test(test_bytes_misread),
        cmocka_unit_test(test_body),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
