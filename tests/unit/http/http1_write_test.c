#include "http/http1.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void written(struct buf *b, bool ok, const char *expected)
{
    assert_true(ok);
    if (!str_eq(buf_str(b), str_of(expected))) {
        fail_msg("wrote `%.*s`, expected `%s`", STR_ARG(buf_str(b)), expected);
    }
    buf_clear(b);
}

static void refused(const struct buf *b, bool ok)
{
    assert_false(ok);
    assert_int_equal(b->n, 0);
}

static void test_request_line(void **state)
{
    struct buf b = BUF_INIT(100);

    (void)state;
    written(&b, http1_write_request_line(&b, STR("POST"), STR("/a?b")), "POST /a?b HTTP/1.1\r\n");
    written(&b, http1_write_request_line(&b, STR("OPTIONS"), STR("*")), "OPTIONS * HTTP/1.1\r\n");
    refused(&b, http1_write_request_line(&b, STR(""), STR("/")));
    refused(&b, http1_write_request_line(&b, STR("G T"), STR("/")));
    refused(&b, http1_write_request_line(&b, STR("GET"), STR("")));
    refused(&b, http1_write_request_line(&b, STR("GET"), STR("/a b")));
    refused(&b, http1_write_request_line(&b, STR("GET"), STR("/\r\nA: b")));
    refused(&b, http1_write_request_line(&b, STR("GET"), STR("/\0")));
    refused(&b, http1_write_request_line(&b, STR("GET"), STR("/\177")));
    refused(&b, http1_write_request_line(&b, STR("GET"), STR("/\377")));
    buf_free(&b);
}

static void test_status_line(void **state)
{
    struct buf b = BUF_INIT(100);

    (void)state;
    written(&b, http1_write_status_line(&b, 200, STR("OK")), "HTTP/1.1 200 OK\r\n");
    written(&b, http1_write_status_line(&b, 499, STR("")), "HTTP/1.1 499 \r\n");
    written(&b, http1_write_status_line(&b, 400, http1_phrase(400)),
            "HTTP/1.1 400 Bad Request\r\n");
    refused(&b, http1_write_status_line(&b, 99, STR("X")));
    refused(&b, http1_write_status_line(&b, 1000, STR("X")));
    refused(&b, http1_write_status_line(&b, 200, STR("O\nK")));
    buf_free(&b);
}

static void test_header(void **state)
{
    struct buf b = BUF_INIT(100);

    (void)state;
    written(&b, http1_write_header(&b, STR("A-b"), STR("c\td\377")), "A-b: c\td\377\r\n");
    written(&b, http1_write_header(&b, STR("A"), (struct str){NULL, 0}), "A: \r\n");
    refused(&b, http1_write_header(&b, STR(""), STR("b")));
    refused(&b, http1_write_header(&b, STR("A:"), STR("b")));
    refused(&b, http1_write_header(&b, STR("A "), STR("b")));
    refused(&b, http1_write_header(&b, STR("A\r"), STR("b")));
    refused(&b, http1_write_header(&b, STR("A"), STR("b\r")));
    refused(&b, http1_write_header(&b, STR("A"), STR("b\nc")));
    refused(&b, http1_write_header(&b, STR("A"), STR("b\0")));
    refused(&b, http1_write_header(&b, STR("A"), STR("b\033")));
    buf_free(&b);
}

static void test_framing(void **state)
{
    struct buf b = BUF_INIT(100);

    (void)state;
    written(&b, http1_write_length(&b, 0), "Content-Length: 0\r\n");
    written(&b, http1_write_length(&b, UINT64_MAX), "Content-Length: 18446744073709551615\r\n");
    written(&b, http1_write_chunk_begin(&b, 1), "1\r\n");
    written(&b, http1_write_chunk_begin(&b, 0xabc), "abc\r\n");
    refused(&b, http1_write_chunk_begin(&b, 0));
    buf_free(&b);
}

/* A line that does not fit leaves nothing behind, one that just fits is whole. */
static void test_bounds(void **state)
{
    (void)state;
    for (size_t max = 0; max < 30; max++) {
        struct buf b = BUF_INIT(max);

        assert_int_equal(http1_write_request_line(&b, STR("GET"), STR("/")), max >= 16);
        assert_int_equal(b.n, max >= 16 ? 16 : 0);
        buf_clear(&b);
        assert_int_equal(http1_write_status_line(&b, 200, STR("OK")), max >= 17);
        assert_int_equal(b.n, max >= 17 ? 17 : 0);
        buf_clear(&b);
        assert_int_equal(http1_write_header(&b, STR("A"), STR("b")), max >= 6);
        assert_int_equal(b.n, max >= 6 ? 6 : 0);
        buf_clear(&b);
        assert_int_equal(http1_write_length(&b, 10), max >= 20);
        assert_int_equal(b.n, max >= 20 ? 20 : 0);
        buf_clear(&b);
        assert_int_equal(http1_write_chunk_begin(&b, 16), max >= 4);
        assert_int_equal(b.n, max >= 4 ? 4 : 0);
        buf_free(&b);
    }
}

static enum reason collect_body(void *ctx, const char *p, size_t n)
{
    return buf_add(ctx, p, n) ? REASON_OK : REASON_MEMORY;
}

static enum reason no_head(void *ctx, const struct http_head *head)
{
    (void)ctx;
    return head->framing == HTTP_BODY_CHUNKED ? REASON_OK : REASON_HTTP_SYNTAX;
}

static enum reason mark_end(void *ctx)
{
    return buf_add_char(ctx, '.') ? REASON_OK : REASON_MEMORY;
}

/* What is written is read again. */
static void test_round_trip(void **state)
{
    static const struct http1_events events = {no_head, collect_body, mark_end};
    struct buf b = BUF_INIT(1000), body = BUF_INIT(100);
    struct arena *arena = arena_new(65536);
    struct http1 *h = http1_new(HTTP1_RESPONSE, NULL, &events, &body);
    size_t used;

    (void)state;
    assert_non_null(arena);
    assert_non_null(h);
    assert_true(http1_write_status_line(&b, 200, http1_phrase(200)) &&
                http1_write_header(&b, STR("Transfer-Encoding"), STR("chunked")) &&
                buf_add_str(&b, STR("\r\n")) && http1_write_chunk_begin(&b, 17) &&
                buf_add_str(&b, STR("0123456789abcdefg")) && buf_add_str(&b, HTTP1_CHUNK_END) &&
                buf_add_str(&b, HTTP1_CHUNK_LAST));
    http1_next(h, arena);
    assert_int_equal(http1_feed(h, b.p, b.n, &used), REASON_OK);
    assert_int_equal(used, b.n);
    assert_true(str_eq(buf_str(&body), STR("0123456789abcdefg.")));
    http1_free(h);
    arena_free(arena);
    buf_free(&b);
    buf_free(&body);
}

static void test_phrases(void **state)
{
    (void)state;
    assert_true(str_eq(http1_phrase(200), STR("OK")));
    assert_true(str_eq(http1_phrase(503), STR("Service Unavailable")));
    assert_int_equal(http1_phrase(299).n, 0);
    assert_int_equal(http1_phrase(0).n, 0);
    /* Every status that a reason gives a client has a phrase. */
    for (int r = 0; r < REASON_COUNT; r++) {
        int status = reason_status((enum reason)r);

        assert_true(status == 0 || http1_phrase((unsigned)status).n > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_request_line), cmocka_unit_test(test_status_line),
        cmocka_unit_test(test_header),       cmocka_unit_test(test_framing),
        cmocka_unit_test(test_bounds),       cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_phrases),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
