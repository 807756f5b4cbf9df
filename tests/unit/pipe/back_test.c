/* The call to a model endpoint by itself: what is reported, when, and in which calls it may end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pipe/back.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct rig {
    struct loop *loop;
    struct pool *pool;
    struct arena *arena;
    struct config_upstream upstream;
    struct back *back;
    int listening, model;
    enum reason head_answer, body_answer; /* what the owner's callbacks return */
    unsigned heads, ends, fails, status;
    size_t body;
    enum reason failed;
};

static enum reason on_head(void *ctx, const struct http_head *head)
{
    struct rig *r = ctx;
    r->heads++;
    r->status = head->status;
    return r->head_answer;
}

static enum reason on_body(void *ctx, const char *p, size_t n)
{
    struct rig *r = ctx;
    (void)p;
    r->body += n;
    return r->body_answer;
}

/* The last call: the owner frees inside it. */
static void over(struct rig *r)
{
    back_free(r->back);
    r->back = NULL;
    loop_stop(r->loop);
}

static void on_end(void *ctx)
{
    struct rig *r = ctx;
    r->ends++;
    over(r);
}

static void on_fail(void *ctx, enum reason reason)
{
    struct rig *r = ctx;
    r->fails++;
    r->failed = reason;
    over(r);
}

static const struct back_events events = {on_head, on_body, on_end, on_fail};

static struct rig *open_rig(bool listening)
{
    struct rig *r = calloc(1, sizeof(*r));
    struct address a;
    struct sockaddr_in in;
    assert_non_null(r);
    assert_true(address_parse(STR("127.0.0.1:0"), &a));
    r->listening = address_listen(&a, false);
    assert_true(r->listening >= 0 && address_of_socket(r->listening, &a));
    memcpy(&in, &a.sa, sizeof(in));
    struct pool_server server = {STR("127.0.0.1"), ntohs(in.sin_port)};
    if (!listening) {
        (void)close(r->listening);
        r->listening = -1;
    }
    r->loop = loop_new();
    assert_non_null(r->loop);
    struct pool_options options = {.servers = &server,
                                   .server_count = 1,
                                   .connect_timeout_ms = 1000,
                                   .idle_timeout_ms = 1000,
                                   .max_connections = 2,
                                   .max_waiting = 2,
                                   .wait_timeout_ms = 1000};
    r->pool = pool_new(r->loop, &options);
    r->arena = arena_new(1u << 20);
    assert_true(r->pool != NULL && r->arena != NULL);
    r->upstream.timeout_ms = r->upstream.body_timeout_ms = 200;
    r->model = -1;
    return r;
}

static void close_rig(struct rig *r)
{
    pool_retire(r->pool);
    loop_free(r->loop);
    arena_free(r->arena);
    if (r->listening >= 0) {
        (void)close(r->listening);
    }
    if (r->model >= 0) {
        (void)close(r->model);
    }
    free(r);
}

static void call(struct rig *r)
{
    struct back_call c = {.pool = r->pool,
                          .upstream = &r->upstream,
                          .limits = &http1_default_limits,
                          .arena = r->arena,
                          .method = STR("POST"),
                          .head = STR("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n"),
                          .body = STR("hi")};
    r->back = back_new(&c, &events, r);
    assert_non_null(r->back);
}

static void on_tick(void *ctx)
{
    loop_stop(((struct rig *)ctx)->loop);
}

/* The kernel takes the connection before anybody accepts, so the answer may stand there first. */
static void say(struct rig *r, const char *text, bool and_close)
{
    struct timer *t = timer_new(r->loop, on_tick, r);
    assert_non_null(t);
    timer_set(t, 20);
    assert_true(loop_run(r->loop));
    timer_free(t);
    r->model = accept(r->listening, NULL, NULL);
    assert_true(r->model >= 0);
    assert_int_equal(send(r->model, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
    if (and_close) {
        char asked[256];
        assert_true(read(r->model, asked, sizeof(asked)) > 0);
        (void)close(r->model);
        r->model = -1;
    }
}

static void wait_over(struct rig *r)
{
    while (r->back != NULL) {
        assert_true(loop_run(r->loop));
    }
    assert_int_equal(r->ends + r->fails, 1);
}

static void test_answers(void **state)
{
    static const struct {
        const char *answer;
        bool closes;
        unsigned heads;
        size_t body;
        enum reason failed;
    } cases[] = {
        {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", false, 1, 3, REASON_OK},
        {"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na", false, 1,
         1, REASON_OK},
        {"HTTP/1.1 200 OK\r\n\r\nuntil the end", true, 1, 13, REASON_OK},
        {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\na", true, 1, 1, REASON_UPSTREAM_RESET},
        {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\na", false, 1, 1, REASON_UPSTREAM_TIMEOUT},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nz\r\n", false, 1, 0,
         REASON_UPSTREAM_PROTOCOL},
        {"junk\r\n\r\n", false, 0, 0, REASON_UPSTREAM_PROTOCOL},
        {"HTTP/1.1 200 OK\r\nConnection: host\r\n\r\n", true, 0, 0, REASON_UPSTREAM_PROTOCOL}};
    (void)state;
    for (size_t i = 0; i < SG_COUNT(cases); i++) {
        struct rig *r = open_rig(true);
        call(r);
        say(r, cases[i].answer, cases[i].closes);
        wait_over(r);
        assert_string_equal(reason_code(r->failed), reason_code(cases[i].failed));
        assert_int_equal(r->heads, cases[i].heads);
        assert_int_equal(r->body, cases[i].body);
        close_rig(r);
    }
}

static char *long_trailers(void)
{
    size_t n = http1_default_limits.trailer_bytes + 100;
    char *text = malloc(n + 200);
    assert_non_null(text);
    int head = snprintf(text, 200, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nx: ");
    memset(text + head, 'y', n);
    memcpy(text + head + n, "\r\n\r\n", 5);
    return text;
}

/* A limit of framing that the endpoint breaks is its fault, too. */
static void test_limits(void **state)
{
    struct rig *r = open_rig(true);
    char *text = long_trailers();
    (void)state;
    call(r);
    say(r, text, false);
    wait_over(r);
    assert_string_equal(reason_code(r->failed), "upstream_protocol");
    free(text);
    close_rig(r);
}

/* What the owner returns comes back as it is, whatever class it has. */
static void test_owner_gives_up(void **state)
{
    static const enum reason reasons[] = {REASON_STREAMED, REASON_JSON_SYNTAX, REASON_MEMORY,
                                          REASON_HEAD_SIZE};
    (void)state;
    for (size_t i = 0; i < 2 * SG_COUNT(reasons); i++) {
        struct rig *r = open_rig(true);
        enum reason reason = reasons[i / 2];
        *(i % 2 == 0 ? &r->head_answer : &r->body_answer) = reason;
        call(r);
        say(r, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", false);
        wait_over(r);
        assert_int_equal(r->failed, reason);
        assert_int_equal(pool_open(r->pool), 0);
        close_rig(r);
    }
}

static void test_unreachable(void **state)
{
    struct rig *r = open_rig(false);
    (void)state;
    call(r);
    wait_over(r);
    assert_int_equal(r->failed, REASON_UPSTREAM_CONNECT);
    close_rig(r);
}

/* Given up from outside, before and after there is a connection: nothing more is heard. */
static void test_freed(void **state)
{
    (void)state;
    for (int connected = 0; connected < 2; connected++) {
        struct rig *r = open_rig(true);
        call(r);
        if (connected) {
            say(r, "HTTP/1.1 200 OK\r\n", false);
        }
        back_free(r->back);
        assert_true(loop_run(r->loop));
        assert_int_equal(r->heads + r->ends + r->fails, 0);
        assert_int_equal(pool_open(r->pool), 0);
        close_rig(r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers),        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_owner_gives_up), cmocka_unit_test(test_unreachable),
        cmocka_unit_test(test_freed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
