/* The gate over real sockets: one exchange after another, in every way that they end. */
#include "gate_rig.h"

static void test_keep_alive(void **state)
{
    struct rig *r = rig_open("");
    int c = client(r), m;
    (void)state;
    say(c, ASK);
    m = model_accept(r);
    exchange(r, c, m);
    say(c, ASK); /* both connections serve again */
    exchange(r, c, m);
    expect_record(r, 0, "allow", "ok", "200");
    expect_record(r, 1, "allow", "ok", "200");
    assert_string_equal(rig_word(r, 1, "operation"), "chat.completions");
    (void)close(c);
    (void)close(m);
    rig_close(r);
}

static void test_pipelined(void **state)
{
    struct rig *r = rig_open("");
    struct heard *h = heard_new();
    int c = client(r);
    (void)state;
    say(c, POST("/v1/chat/completions", "9") "{\"a\":\"1\"}" POST("/nowhere", "2") "{}" POST(
               "/v1/chat/completions", "9") "{\"a\":\"2\"}");
    int m = model_accept(r);
    struct heard *asked = heard_new();
    hear_until(r, m, asked, "{\"a\":\"1\"}");
    assert_null(strstr(asked->text, "{\"a\":\"2\"}"));
    say(m, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nfirst");
    hear_until(r, m, asked, "{\"a\":\"2\"}");
    say(m, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nthird");
    hear_until(r, c, h, "third");
    const char *first = strstr(h->text, "first"), *second = strstr(h->text, "no_route");
    assert_true(first != NULL && second != NULL && first < second);
    assert_true(second < strstr(h->text, "third"));
    (void)close(c);
    (void)close(m);
    free(h);
    free(asked);
    rig_close(r);
}

static void test_expect(void **state)
{
    struct rig *r = rig_open("");
    struct heard *h = heard_new();
    int c = client(r);
    (void)state;
    say(c, "POST /v1/x HTTP/1.1\r\n" HEAD "Content-Type: text/plain\r\nContent-Length: 2\r\n"
           "Expect: 100-continue\r\n\r\n");
    hear_until(r, c, h, "HTTP/1.1 100 Continue\r\n\r\n");
    say(c, "hi");
    int m = model_accept(r);
    struct heard *asked = heard_new();
    hear_until(r, m, asked, "\r\n\r\nhi");
    assert_null(strstr(asked->text, "Expect"));
    say(m, ANSWER);
    hear_until(r, c, h, "{\"c\":\"d\"}");
    (void)close(c);
    (void)close(m);

    /* What would be refused anyway is refused before the body is sent. */
    c = client(r);
    memset(h, 0, sizeof(*h));
    say(c, "POST /nowhere HTTP/1.1\r\n" HEAD "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    hear_end(r, c, h);
    assert_non_null(strstr(h->text, "HTTP/1.1 404"));
    assert_null(strstr(h->text, "100 Continue"));
    (void)close(c);
    free(h);
    free(asked);
    rig_close(r);
}

/* What a client gets and what the record says, where the model is never asked. */
static void test_refusals(void **state)
{
    static const struct {
        const char *request, *status, *reason, *code;
    } cases[] = {
        {"nonsense\r\n\r\n", "400", "request_line", "HTTP/1.1 400"},
        {"GET /v1/x HTTP/1.1\r\n\r\n", "400", "host_missing", "HTTP/1.1 400"},
        {"GET /nowhere HTTP/1.1\r\n" HEAD "\r\n", "404", "no_route", "HTTP/1.1 404"},
        {POST("/v1/x", "99999999"), "413", "body_size", "HTTP/1.1 413"},
        {POST("/v1/x", "1") "{", "400", "json_syntax", "HTTP/1.1 400"},
        {POST("/open/x", "1") "{", "400", "json_syntax", "HTTP/1.1 400"},
        {POST("/v1/x", "13") "\"top marking\"", "400", "content_filter", "HTTP/1.1 400"},
        {"POST /v1/x HTTP/1.1\r\n" HEAD "Content-Length: 1\r\n\r\nx", "415", "type_missing",
         "HTTP/1.1 415"},
        {"POST /open/x HTTP/1.1\r\n" HEAD "Content-Type: text/plain\r\nContent-Length: 6\r\n\r\n"
         "trap-1",
         "500", "scan_failed", "HTTP/1.1 500"},
        {POST("/v1/chat/completions", "17") "\"forbidden topic\"", "200", "ok", "Ask us."},
        {POST("/v1/x", "17") "\"forbidden topic\"", "400", "content_filter", "HTTP/1.1 400"},
    };
    struct rig *r = rig_open("");
    (void)state;
    for (size_t i = 0; i < SG_COUNT(cases); i++) {
        struct heard *h = heard_new();
        int c = client(r);
        say(c, cases[i].request);
        hear_until(r, c, h, "\r\n\r\n");
        hear_until(r, c, h, cases[i].code);
        assert_string_equal(rig_word(r, i, "reason"), cases[i].reason);
        assert_string_equal(rig_word(r, i, "status"), cases[i].status);
        bool replaced = strcmp(cases[i].reason, "ok") == 0 || i == SG_COUNT(cases) - 1;
        assert_string_equal(rig_word(r, i, "action"), replaced ? "replace" : "block");
        (void)close(c);
        free(h);
    }
    assert_true(model_unasked(r));
    rig_close(r);
}

static void test_no_audit(void **state)
{
    struct rig *r = rig_open("");
    struct heard *h = heard_new();
    int c = client(r);
    (void)state;
    r->sink_full = true;
    say(c, ASK);
    hear_until(r, c, h, "audit_unavailable");
    assert_non_null(strstr(h->text, "HTTP/1.1 503"));
    (void)close(c);
    free(h);
    rig_close(r);
}

/* Every key counts: one beside it does not hide a tenant, and two tenants are none. */
static void test_tenants(void **state)
{
    static const char tenants[] =
        "tenants:\n"
        "  - {name: foo, key_sha256: "
        "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae}\n"
        "  - {name: bar, key_sha256: "
        "fcde2b2edba56bf408601fb721fe9b5c338d10ee429ea04fae5511b68fbf8fb9}\n";
    static const struct {
        const char *keys, *tenant, *reason;
    } cases[] = {{"x-api-key: foo\r\n", "foo", "content_filter"},
                 {"Authorization: Bearer junk\r\nx-api-key: foo\r\n", "foo", "content_filter"},
                 {"Authorization: bearer bar\r\n", "bar", "content_filter"},
                 {"Authorization: Bearer foo\r\napi-key: bar\r\n", "", "tenant_unknown"},
                 {"", "", "content_filter"}};
    struct rig *r = rig_open("");
    (void)state;
    rig_adopt(r, tenants);
    for (size_t i = 0; i < SG_COUNT(cases); i++) {
        char request[512];
        struct heard *h = heard_new();
        int c = client(r);
        (void)snprintf(request, sizeof(request),
                       "GET /v1/top%%20marking HTTP/1.1\r\n" HEAD "%s\r\n", cases[i].keys);
        say(c, request);
        hear_until(r, c, h, "\r\n\r\n");
        assert_string_equal(rig_word(r, i, "tenant"), cases[i].tenant);
        assert_string_equal(rig_word(r, i, "reason"), cases[i].reason);
        (void)close(c);
        free(h);
    }
    rig_close(r);
}

/* Both directions are edited on their way, and the lengths with them. */
static void test_redaction(void **state)
{
    struct rig *r = rig_open("");
    struct heard *asked = heard_new(), *h = heard_new();
    int c = client(r);
    (void)state;
    say(c, POST("/v1/x?q=Mr%20Smith", "18") "{\"a\":\"Mr Johnson\"}");
    int m = model_accept(r);
    hear_until(r, m, asked, "{\"a\":\"[name]\"}");
    assert_non_null(strstr(asked->text, "POST /v1/x?q=%5Bname%5D HTTP/1.1\r\n"));
    assert_non_null(strstr(asked->text, "Content-Length: 14\r\n"));
    say(m, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nETag: \"e\"\r\n"
           "Transfer-Encoding: chunked\r\n\r\n9\r\n\"TEST-123\r\n4\r\n456\"\r\n0\r\n\r\n");
    hear_until(r, c, h, "\"*******3456\"");
    assert_non_null(strstr(h->text, "Content-Length: 13\r\n"));
    assert_non_null(strstr(h->text, "x-stopgate-action: redact\r\n"));
    assert_null(strstr(h->text, "ETag"));
    expect_record(r, 0, "redact", "ok", "200");
    (void)close(c);
    (void)close(m);
    free(asked);
    free(h);
    rig_close(r);
}

/* An output that is blocked is answered in the API's own shape, and nothing of it leaks. */
static void test_blocked_output(void **state)
{
    struct rig *r = rig_open("");
    struct heard *asked = heard_new(), *h = heard_new();
    int c = client(r);
    (void)state;
    say(c, ASK);
    int m = model_accept(r);
    hear_until(r, m, asked, "{\"a\":\"b\"}");
    say(m, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Note: top marking\r\n"
           "Content-Length: 17\r\n\r\n{\"c\":\"a marking\"}");
    hear_until(r, c, h, "a marking");
    memset(h, 0, sizeof(*h));
    memset(asked, 0, sizeof(*asked));
    say(c, ASK);
    hear_until(r, m, asked, "{\"a\":\"b\"}");
    say(m, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
           "Content-Length: 19\r\n\r\n{\"c\":\"top marking\"}");
    hear_until(r, c, h, "content_filter");
    assert_null(strstr(h->text, "top marking"));
    assert_string_equal(rig_word(r, 1, "direction"), "output");
    assert_string_equal(rig_word(r, 1, "rule"), "marking");
    expect_record(r, 1, "block", "content_filter", "200");
    (void)close(c);
    (void)close(m);
    free(asked);
    free(h);
    rig_close(r);
}

/* Answers without a body, and HEAD. */
static void test_empty_answers(void **state)
{
    static const struct {
        const char *request, *answer, *want, *without;
    } cases[] = {
        {"GET /v1/x HTTP/1.1\r\n" HEAD "\r\n", "HTTP/1.1 204 No Content\r\n\r\n", "204 No Content",
         "Content-Length"},
        {"GET /v1/x HTTP/1.1\r\n" HEAD "\r\n", "HTTP/1.1 304 Not Modified\r\n\r\n",
         "304 Not Modified", "Content-Length"},
        {"GET /v1/x HTTP/1.1\r\n" HEAD "\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
         "Content-Length: 0\r\n", "Transfer"},
        {"HEAD /v1/x HTTP/1.1\r\n" HEAD "\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n",
         "200 OK", "Content-Length"},
    };
    struct rig *r = rig_open("");
    int c = client(r), m = -1;
    (void)state;
    for (size_t i = 0; i < SG_COUNT(cases); i++) {
        struct heard *asked = heard_new(), *h = heard_new();
        say(c, cases[i].request);
        m = m < 0 ? model_accept(r) : m;
        hear_until(r, m, asked, "\r\n\r\n");
        say(m, cases[i].answer);
        hear_until(r, c, h, "\r\n\r\n");
        assert_non_null(strstr(h->text, cases[i].want));
        assert_null(strstr(h->text, cases[i].without));
        assert_string_equal(strstr(h->text, "\r\n\r\n"), "\r\n\r\n");
        free(asked);
        free(h);
    }
    (void)close(c);
    (void)close(m);
    rig_close(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keep_alive),    cmocka_unit_test(test_pipelined),
        cmocka_unit_test(test_expect),        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_no_audit),      cmocka_unit_test(test_tenants),
        cmocka_unit_test(test_redaction),     cmocka_unit_test(test_blocked_output),
        cmocka_unit_test(test_empty_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
