/* Which headers go on, in both directions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pipe/forward.h"

static struct http_header headers[] = {
    {{"Host", 4}, {"gate", 4}},
    {{"X-Kept", 6}, {"yes", 3}},
    {{"Connection", 10}, {"x-hop", 5}},
    {{"X-Hop", 5}, {"h", 1}},
    {{"Transfer-Encoding", 17}, {"chunked", 7}},
    {{"Content-Length", 14}, {"99", 2}},
    {{"TE", 2}, {"trailers", 8}},
    {{"X-Stopgate-Id", 13}, {"forged", 6}},
    {{"x-stopgate-off", 14}, {"1", 1}},
    {{"Accept-Encoding", 15}, {"br", 2}},
    {{"Expect", 6}, {"100-continue", 12}},
    {{"Range", 5}, {"bytes=0-1", 9}},
    {{"Content-Encoding", 16}, {"gzip", 4}},
    {{"Content-Digest", 14}, {"d", 1}},
    {{"ETag", 4}, {"e", 1}},
};

static void expect(const struct buf *out, const char *text)
{
    if (!str_eq(buf_str(out), str_of(text))) {
        fail_msg("expected:\n%s\ngot:\n%.*s", text, STR_ARG(buf_str(out)));
    }
}

static void test_request(void **state)
{
    static const struct {
        bool decoded, edited;
        const char *more;
    } cases[] = {{false, false, "Content-Encoding: gzip\r\nContent-Digest: d\r\nETag: e\r\n"},
                 {true, false, ""},
                 {false, true, "Content-Encoding: gzip\r\n"}};
    struct http_head head = {
        .method = STR("POST"), .headers = headers, .header_count = SG_COUNT(headers)};
    (void)state;
    for (size_t i = 0; i < SG_COUNT(cases); i++) {
        struct buf out = BUF_INIT(4096), want = BUF_INIT(4096);
        struct forward_request r = {.head = &head,
                                    .target = STR("/t?q=1"),
                                    .host = STR("model:80"),
                                    .id = STR("ID"),
                                    .length = 7,
                                    .has_body = true,
                                    .decoded = cases[i].decoded,
                                    .edited = cases[i].edited};
        assert_true(forward_request_head(&r, &out));
        assert_true(buf_printf(&want,
                               "POST /t?q=1 HTTP/1.1\r\nHost: model:80\r\nX-Kept: yes\r\n%s"
                               "Content-Length: 7\r\nAccept-Encoding: identity\r\n"
                               "x-stopgate-id: ID\r\n\r\n%c",
                               cases[i].more, 0));
        expect(&out, want.p);
        buf_free(&out);
        buf_free(&want);
    }
}

static void test_request_without_body(void **state)
{
    struct http_head head = {.method = STR("GET")};
    struct forward_request r = {
        .head = &head, .target = STR("/"), .host = STR("h"), .id = STR("I")};
    struct buf out = BUF_INIT(4096);
    (void)state;
    assert_true(forward_request_head(&r, &out));
    expect(&out, "GET / HTTP/1.1\r\nHost: h\r\nAccept-Encoding: identity\r\n"
                 "x-stopgate-id: I\r\n\r\n");
    buf_free(&out);
}

static void test_response(void **state)
{
    static const struct {
        bool decoded, edited;
        const char *action, *more;
    } cases[] = {
        {false, false, "",
         "Content-Encoding: gzip\r\nContent-Digest: d\r\nETag: e\r\nx-stopgate-id: ID\r\n"},
        {true, false, "flag", "x-stopgate-id: ID\r\nx-stopgate-action: flag\r\n"},
        {false, true, "redact",
         "Content-Encoding: gzip\r\nx-stopgate-id: ID\r\nx-stopgate-action: redact\r\n"}};
    struct http_head head = {.headers = headers + 1, .header_count = SG_COUNT(headers) - 1};
    (void)state;
    for (size_t i = 0; i < SG_COUNT(cases); i++) {
        struct buf out = BUF_INIT(4096), want = BUF_INIT(4096);
        struct forward_response r = {.head = &head,
                                     .id = STR("ID"),
                                     .action = str_of(cases[i].action),
                                     .decoded = cases[i].decoded,
                                     .edited = cases[i].edited};
        assert_true(forward_response_headers(&r, &out));
        assert_true(buf_printf(&want,
                               "X-Kept: yes\r\nAccept-Encoding: br\r\nExpect: 100-continue\r\n"
                               "Range: bytes=0-1\r\n%s%c",
                               cases[i].more, 0));
        expect(&out, want.p);
        buf_free(&out);
        buf_free(&want);
    }
}

/* A bound anywhere is a failure, never half a head. */
static void test_bounds(void **state)
{
    struct http_head head = {
        .method = STR("POST"), .headers = headers, .header_count = SG_COUNT(headers)};
    struct forward_request q = {
        .head = &head, .target = STR("/"), .host = STR("h"), .id = STR("I"), .has_body = true};
    struct forward_response p = {.head = &head, .id = STR("I"), .action = STR("flag")};
    struct buf full = BUF_INIT(4096);
    (void)state;
    assert_true(forward_request_head(&q, &full));
    for (size_t max = 0; max < full.n; max++) {
        struct buf out = BUF_INIT(max);
        assert_false(forward_request_head(&q, &out));
        buf_free(&out);
    }
    buf_clear(&full);
    assert_true(forward_response_headers(&p, &full));
    for (size_t max = 0; max < full.n; max++) {
        struct buf out = BUF_INIT(max);
        assert_false(forward_response_headers(&p, &out));
        buf_free(&out);
    }
    buf_free(&full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_request),
        cmocka_unit_test(test_request_without_body),
        cmocka_unit_test(test_response),
        cmocka_unit_test(test_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
