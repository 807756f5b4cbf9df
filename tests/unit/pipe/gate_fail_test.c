/* The gate over real sockets: who leaves, who fails, and what is told about it. */
#include "gate_rig.h"

/* The client leaves while: its head, its body, the call, the answer is on its way. */
static void test_client_leaves(void **state)
{
    static const char *const begun[] = {"POST /v1", POST("/v1/x", "9") "{\"a", ASK, ASK};
    struct rig *r = rig_open("");
    (void)state;
    for (size_t i = 0; i < SG_COUNT(begun); i++) {
        struct heard *asked = heard_new();
        int c = client(r), m = -1;
        say(c, begun[i]);
        if (i >= 2) {
            m = model_accept(r);
            hear_until(r, m, asked, "{\"a\":\"b\"}");
        }
        if (i == 3) {
            say(m,
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{");
        }
        for (int k = 0; k < 5; k++) {
            step(r);
        }
        (void)close(c);
        expect_record(r, i, "allow", "client_gone", "0");
        if (m >= 0) {
            hear_end(r, m, asked); /* the model is told to stop */
            (void)close(m);
        }
        free(asked);
    }
    rig_close(r);
}

/* What the endpoint does wrong, and what the client is told. */
static void test_model_fails(void **state)
{
    static const struct {
        const char *answer, *reason, *status;
    } cases[] = {{"", "upstream_reset", "502"},
                 {"HTTP/1.1 200 OK\r\nContent-Le", "upstream_reset", "502"},
                 {"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 9\r\n\r\nhalf",
                  "upstream_reset", "502"},
                 {"nonsense\r\n\r\n", "upstream_protocol", "502"},
                 {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx",
                  "upstream_protocol", "502"},
                 {"HTTP/1.1 200 OK\r\nConnection: content-type\r\nContent-Length: 0\r\n\r\n",
                  "upstream_protocol", "502"},
                 {"HTTP/1.1 101 Switching Protocols\r\n\r\n", "upstream_protocol", "502"},
                 {"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 99999999\r\n\r\n",
                  "upstream_too_large", "502"},
                 {"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: x\n\n",
                  "streamed", "502"},
                 {"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1\r\n\r\n{",
                  "json_syntax", "502"}};
    struct rig *r = rig_open("");
    (void)state;
    for (size_t i = 0; i < SG_COUNT(cases); i++) {
        struct heard *asked = heard_new(), *h = heard_new();
        int c = client(r);
        say(c, ASK);
        int m = model_accept(r);
        hear_until(r, m, asked, "{\"a\":\"b\"}");
        say(m, cases[i].answer);
        for (int k = 0; k < 3; k++) {
            step(r);
        }
        (void)close(m);
        hear_until(r, c, h, "\r\n\r\n");
        hear_until(r, c, h, cases[i].reason);
        assert_non_null(strstr(h->text, "HTTP/1.1 502"));
        assert_string_equal(rig_word(r, i, "reason"), cases[i].reason);
        assert_string_equal(rig_word(r, i, "status"), cases[i].status);
        (void)close(c);
        free(asked);
        free(h);
    }
    rig_close(r);
}

static void test_model_silent(void **state)
{
    struct rig *r = rig_open("");
    struct heard *asked = heard_new(), *h = heard_new();
    int c = client(r);
    (void)state;
    say(c, ASK);
    int m = model_accept(r);
    hear_until(r, m, asked, "{\"a\":\"b\"}");
    uint64_t before = clock_mono_ns();
    /* Dripping a head does not win time. */
    for (int i = 0; i < 8; i++) {
        (void)!send(m, i == 0 ? "HTTP/1.1 200 OK\r\n" : "a: b\r\n", i == 0 ? 17 : 6, MSG_NOSIGNAL);
        for (uint64_t t = clock_mono_ns(); clock_mono_ns() - t < 200000000ull;) {
            step(r);
        }
    }
    hear_until(r, c, h, "upstream_timeout");
    assert_true(clock_mono_ns() - before < 5000000000ull);
    expect_record(r, 0, "allow", "upstream_timeout", "504");
    (void)close(c);
    (void)close(m);
    free(asked);
    free(h);
    rig_close(r);
}

/* A kept connection that the endpoint has closed: asked again only where that is safe. */
static void test_stale(void **state)
{
    struct rig *r = rig_open("");
    struct heard *asked = heard_new(), *h = heard_new();
    int c = client(r);
    (void)state;
    say(c, ASK);
    int m = model_accept(r);
    exchange(r, c, m);
    say(c, ASK);
    hear_until(r, m, asked, "{\"a\":\"b\"}");
    (void)close(m); /* it was written: a model is not asked twice */
    hear_until(r, c, h, "upstream_reset");
    assert_true(model_unasked(r));

    say(c, ASK);
    m = model_accept(r);
    exchange(r, c, m);
    memset(asked, 0, sizeof(*asked));
    say(c, "GET /v1/models HTTP/1.1\r\n" HEAD "\r\n");
    hear_until(r, m, asked, "GET /v1/models");
    (void)close(m); /* a GET may be asked again, on a fresh connection */
    m = model_accept(r);
    memset(asked, 0, sizeof(*asked));
    hear_until(r, m, asked, "GET /v1/models");
    say(m, ANSWER);
    memset(h, 0, sizeof(*h));
    hear_until(r, c, h, "{\"c\":\"d\"}");
    expect_record(r, 3, "allow", "ok", "200");
    (void)close(c);
    (void)close(m);
    free(asked);
    free(h);
    rig_close(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_client_leaves),
        cmocka_unit_test(test_model_fails),
        cmocka_unit_test(test_model_silent),
        cmocka_unit_test(test_stale),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
