/* The gate with work off the loop, answers that pass unread, full memory, and drains. */
#include "gate_rig.h"

#include "pipe/gate_private.h"

/* Large bodies are read off the loop, in both directions. */
static void test_offloaded(void **state)
{
    struct rig *r = rig_open("limits: {offload_bytes: 1KiB}\n");
    struct heard *asked = heard_new(), *told = heard_new();
    int c = client(r);
    (void)state;
    char text[3000];
    (void)snprintf(text, sizeof(text), POST("/v1/x", "2012") "\"Mr Johnson%2000s\"", "");
    say(c, text);
    int m = model_accept(r);
    hear_until(r, m, asked, "\"[name] ");
    assert_non_null(strstr(asked->text, "Content-Length: 2008\r\n"));
    (void)snprintf(text, sizeof(text),
                   "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2008\r\n\r\n"
                   "%2000sMr Smith",
                   "");
    say(m, text);
    hear_until(r, c, told, " [name]");
    (void)snprintf(text, sizeof(text), POST("/v1/x", "2013") "\"top marking%2000s\"", "");
    say(c, text);
    hear_until(r, c, told, "content_filter");
    expect_record(r, 0, "redact", "ok", "200");
    expect_record(r, 1, "block", "content_filter", "400");
    (void)close(c);
    (void)close(m);
    free(asked);
    free(told);
    rig_close(r);
}

/* Keeps the helper thread busy until somebody writes. */
static void hold(void *ctx)
{
    char byte;
    assert_int_equal(read(((int *)ctx)[0], &byte, 1), 1);
}

static void held(void *ctx)
{
    (void)ctx;
}

/* The client leaves while its prompt waits to be read off the loop; so does a drain. */
static void test_leaves_offloaded(void **state)
{
    struct rig *r = rig_open("limits: {offload_bytes: 1KiB}\n");
    struct gate_figures figures;
    int fds[2], c = client(r);
    char text[3000];
    (void)state;
    assert_int_equal(pipe(fds), 0);
    assert_true(loop_offload(r->loop, hold, held, fds));
    (void)snprintf(text, sizeof(text), POST("/v1/x", "2013") "\"top marking%2000s\"", "");
    say(c, text);
    STEP_UNTIL(r, r->gate->jobs == 1);
    (void)close(c);
    STEP_UNTIL(r, r->gate->fronts == NULL);
    gate_figures(r->gate, &figures);
    assert_int_equal(figures.running, 1);
    gate_drain(r->gate, rig_drained, r);
    for (int i = 0; i < 10; i++) {
        step(r);
    }
    assert_false(r->drained);
    assert_int_equal(r->record_count, 0);
    assert_int_equal(write(fds[1], "x", 1), 1);
    /* The verdict is told although nobody waited for it. */
    expect_record(r, 0, "block", "client_gone", "0");
    STEP_UNTIL(r, r->drained);
    (void)close(fds[0]);
    (void)close(fds[1]);
    rig_close(r);
}

/* The same while the answer is: the model has done its part, and its connection is kept. */
static void test_leaves_offloaded_answer(void **state)
{
    struct rig *r = rig_open("limits: {offload_bytes: 1KiB}\n");
    struct heard *asked = heard_new();
    int fds[2], c = client(r);
    char text[3000];
    (void)state;
    assert_int_equal(pipe(fds), 0);
    say(c, ASK);
    int m = model_accept(r);
    hear_until(r, m, asked, "{\"a\":\"b\"}");
    assert_true(loop_offload(r->loop, hold, held, fds));
    (void)snprintf(text, sizeof(text),
                   "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2008\r\n\r\n"
                   "%2000sMr Smith",
                   "");
    say(m, text);
    STEP_UNTIL(r, r->gate->jobs == 1);
    (void)close(c);
    STEP_UNTIL(r, r->gate->fronts == NULL);
    assert_int_equal(write(fds[1], "x", 1), 1);
    expect_record(r, 0, "redact", "client_gone", "0");
    c = client(r);
    say(c, ASK);
    exchange(r, c, m);
    (void)close(c);
    (void)close(m);
    (void)close(fds[0]);
    (void)close(fds[1]);
    free(asked);
    rig_close(r);
}

/* A drain closes who is idle, lets a running exchange end, and cuts who takes too long. */
static void test_drain(void **state)
{
    struct rig *r = rig_open("timeouts: {shutdown: 1s}\n");
    struct heard *asked = heard_new(), *told = heard_new(), *idle = heard_new();
    int waiting = client(r), c = client(r);
    (void)state;
    say(c, ASK);
    int m = model_accept(r);
    hear_until(r, m, asked, "{\"a\":\"b\"}");
    gate_drain(r->gate, rig_drained, r);
    hear_end(r, waiting, idle);
    assert_true(idle->end && idle->n == 0);
    assert_false(r->drained);
    int late = client(r);
    memset(idle, 0, sizeof(*idle));
    hear_end(r, late, idle);
    assert_non_null(strstr(idle->text, "HTTP/1.1 503"));
    say(m, ANSWER);
    hear_until(r, c, told, "{\"c\":\"d\"}");
    assert_non_null(strstr(told->text, "Connection: close\r\n"));
    STEP_UNTIL(r, r->drained);
    (void)close(waiting);
    (void)close(late);
    (void)close(c);
    (void)close(m);
    free(asked);
    free(told);
    free(idle);
    rig_close(r);
}

static void test_drain_cuts(void **state)
{
    struct rig *r = rig_open("timeouts: {shutdown: 1s}\n");
    struct heard *asked = heard_new(), *told = heard_new();
    int c = client(r);
    (void)state;
    say(c, POST("/v1/x", "9") "{");
    for (int i = 0; i < 5; i++) {
        step(r);
    }
    gate_drain(r->gate, rig_drained, r);
    STEP_UNTIL(r, r->drained);
    hear_end(r, c, told);
    assert_int_equal(told->n, 0);
    expect_record(r, 0, "allow", "shutting_down", "0");
    (void)close(c);
    free(asked);
    free(told);
    rig_close(r);
}

/* A drain in the middle of an adoption waits for it: the helper thread still reads the gate. */
static void test_drain_adopting(void **state)
{
    struct rig *r = rig_open("");
    (void)state;
    r->adopted = false;
    assert_true(gate_adopt(r->gate, fixture_snapshot(9, ""), rig_adopted, r));
    /* One at a time. */
    assert_false(gate_adopt(r->gate, fixture_snapshot(9, ""), rig_adopted, r));
    gate_drain(r->gate, rig_drained, r);
    STEP_UNTIL(r, r->drained);
    assert_true(r->adopted);
    rig_close(r);
}

/* What may pass unread passes piece by piece, and a break of it is told by a reset. */
static void test_passing(void **state)
{
    struct rig *r = rig_open("");
    struct heard *asked = heard_new(), *told = heard_new();
    int c = client(r);
    (void)state;
    say(c, POST("/telling/x", "2") "{}");
    int m = model_accept(r);
    hear_until(r, m, asked, "\r\n\r\n{}");
    say(m, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n");
    hear_until(r, c, told, "9\r\ndata: 1\n\n\r\n");
    assert_non_null(strstr(told->text, "x-stopgate-action: flag\r\n"));
    (void)close(m);
    hear_until(r, c, told, "\r\n0\r\n\r\n");
    expect_record(r, 0, "flag", "streamed", "200");

    say(c, POST("/open/x", "2") "{}");
    m = model_accept(r);
    memset(asked, 0, sizeof(*asked));
    hear_until(r, m, asked, "\r\n\r\n{}");
    say(m, "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 9\r\n\r\nhalf");
    hear_until(r, c, told, "half");
    (void)close(m);
    hear_end(r, c, told);
    assert_true(told->reset);
    expect_record(r, 1, "allow", "upstream_reset", "200");
    (void)close(c);

    /* HTTP/1.0 has no chunks: the end is the connection's. */
    c = client(r);
    memset(told, 0, sizeof(*told));
    say(c, "POST /open/x HTTP/1.0\r\nConnection: keep-alive\r\nContent-Type: text/plain\r\n"
           "Content-Length: 2\r\n\r\nhi");
    m = model_accept(r);
    memset(asked, 0, sizeof(*asked));
    hear_until(r, m, asked, "\r\n\r\nhi");
    say(m, "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\npicture");
    (void)close(m);
    hear_end(r, c, told);
    assert_true(told->end && !told->reset);
    assert_non_null(strstr(told->text, "Connection: close\r\n"));
    assert_non_null(strstr(told->text, "\r\n\r\npicture"));
    (void)close(c);
    free(asked);
    free(told);
    rig_close(r);
}

/* More matches than the exchange's memory has room for: refused, recorded, survived. */
static void test_full_arena(void **state)
{
    struct rig *r =
        rig_open("limits: {exchange_memory: 1MiB, request_body: 512KiB, response_body: 512KiB}\n");
    size_t room = 200000;
    char *request = malloc(room);
    struct heard *h = heard_new();
    int c = client(r);
    (void)state;
    assert_non_null(request);
    int n = snprintf(request, room, POST("/v1/x", "108002") "\"");
    for (size_t i = 0; i < 9000; i++) {
        memcpy(request + n + 12 * i, "TEST-123456 ", 12);
    }
    request[n + 108000] = '"';
    for (size_t sent = 0; sent < (size_t)n + 108001; step(r)) {
        ssize_t put = send(c, request + sent, (size_t)n + 108001 - sent, MSG_NOSIGNAL);
        sent += put > 0 ? (size_t)put : 0;
    }
    hear_until(r, c, h, "x-stopgate-action: block\r\n");
    assert_string_equal(rig_word(r, 0, "action"), "block");
    assert_true(model_unasked(r));
    (void)close(c);
    free(request);
    free(h);
    rig_close(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_offloaded),
        cmocka_unit_test(test_leaves_offloaded),
        cmocka_unit_test(test_leaves_offloaded_answer),
        cmocka_unit_test(test_drain),
        cmocka_unit_test(test_drain_cuts),
        cmocka_unit_test(test_drain_adopting),
        cmocka_unit_test(test_passing),
        cmocka_unit_test(test_full_arena),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
