/*
 * A gate between a client and a model endpoint, both played by the test on the gate's own loop:
 * `step()` turns the loop for a moment, in between the test reads and writes plain sockets.
 */
#ifndef SG_TESTS_PIPE_GATE_RIG_H
#define SG_TESTS_PIPE_GATE_RIG_H

#include "fixture.h"

#include "base/clock.h"
#include "net/listener.h"
#include "pipe/gate.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <netinet/in.h>
#include <sys/socket.h>

#define RIG_SECONDS 20
#define RIG_RECORDS 64

struct rig {
    struct loop *loop;
    struct timer *tick;
    struct gate *gate;
    struct listener *listener;
    struct address door, model;
    int door_fd, model_fd;
    struct buf records[RIG_RECORDS];
    size_t record_count;
    bool sink_full, adopted, adoption_good, drained;
};

static void rig_tick(void *ctx)
{
    struct rig *r = ctx;
    loop_stop(r->loop);
}

/* Turns the loop for about two milliseconds. */
static void step(struct rig *r)
{
    timer_set(r->tick, 2);
    assert_true(loop_run(r->loop));
}

#define STEP_UNTIL(r, condition)                                         \
    do {                                                                 \
        uint64_t limit_ = clock_mono_ns() + RIG_SECONDS * 1000000000ull; \
        while (!(condition)) {                                           \
            if (clock_mono_ns() > limit_) {                              \
                fail_msg("never came: %s", #condition);                  \
            }                                                            \
            step(r);                                                     \
        }                                                                \
    } while (0)

static bool rig_submit(void *ctx, struct str line)
{
    struct rig *r = ctx;
    assert_true(r->record_count < RIG_RECORDS);
    struct buf *b = &r->records[r->record_count++];
    *b = BUF_INIT(1u << 20);
    return buf_add_str(b, line);
}

static bool rig_ready(void *ctx)
{
    return !((struct rig *)ctx)->sink_full;
}

static void rig_client(void *ctx, int fd, const struct address *peer)
{
    gate_accept(((struct rig *)ctx)->gate, fd, peer);
}

static void rig_adopted(void *ctx, bool good)
{
    struct rig *r = ctx;
    r->adopted = true;
    r->adoption_good = good;
}

static void rig_drained(void *ctx)
{
    ((struct rig *)ctx)->drained = true;
}

static int rig_listen(struct address *out)
{
    struct address any;
    assert_true(address_parse(STR("127.0.0.1:0"), &any));
    int fd = address_listen(&any, false);
    assert_true(fd >= 0 && address_of_socket(fd, out));
    return fd;
}

static unsigned rig_port(const struct address *a)
{
    struct sockaddr_in in;
    memcpy(&in, &a->sa, sizeof(in));
    return ntohs(in.sin_port);
}

static SG_UNUSED void rig_adopt(struct rig *r, const char *more)
{
    struct snapshot *s = fixture_snapshot(rig_port(&r->model), more);
    r->adopted = false;
    assert_true(gate_adopt(r->gate, s, rig_adopted, r));
    STEP_UNTIL(r, r->adopted);
    assert_true(r->adoption_good);
}

/* `more`: lines behind stopgate.yaml's. */
static struct rig *rig_open(const char *more)
{
    struct rig *r = calloc(1, sizeof(*r));
    assert_non_null(r);
    r->loop = loop_new();
    assert_non_null(r->loop);
    r->tick = timer_new(r->loop, rig_tick, r);
    assert_non_null(r->tick);
    r->door_fd = rig_listen(&r->door);
    r->model_fd = rig_listen(&r->model);
    struct gate_options options = {.loop = r->loop,
                                   .log = {.fd = open("/dev/null", O_WRONLY | O_CLOEXEC)},
                                   .sink = {r, rig_submit, rig_ready},
                                   .mask_key = {7}};
    r->gate = gate_new(&options);
    assert_non_null(r->gate);
    r->listener = listener_new(r->loop, r->door_fd, &options.log, rig_client, r);
    assert_non_null(r->listener);
    rig_adopt(r, more);
    return r;
}

/* Drains, and checks that nothing was left: connections, exchanges, jobs. */
static void rig_close(struct rig *r)
{
    struct gate_figures figures;
    gate_drain(r->gate, rig_drained, r);
    STEP_UNTIL(r, r->drained);
    gate_figures(r->gate, &figures);
    assert_int_equal(figures.connections, 0);
    assert_int_equal(figures.running, 0);
    assert_int_equal(figures.exchanges, r->record_count); /* nothing unaccounted */
    gate_free(r->gate);
    listener_free(r->listener);
    timer_free(r->tick);
    loop_free(r->loop);
    (void)close(r->door_fd);
    (void)close(r->model_fd);
    for (size_t i = 0; i < r->record_count; i++) {
        buf_free(&r->records[i]);
    }
    free(r);
}

/* --- sockets ----------------------------------------------------------------------------- */

static int client(struct rig *r)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&r->door.sa, r->door.len), 0);
    assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    return fd;
}

static void say(int fd, const char *text)
{
    size_t n = strlen(text);
    assert_int_equal(send(fd, text, n, MSG_NOSIGNAL), (ssize_t)n);
}

/* The gate's next connection to the model endpoint. */
static int model_accept(struct rig *r)
{
    int fd = -1;
    STEP_UNTIL(r, (fd = accept4(r->model_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0);
    return fd;
}

/* Does the gate want none? Looks for a while. */
static SG_UNUSED bool model_unasked(struct rig *r)
{
    for (int i = 0; i < 20; i++) {
        step(r);
    }
    int fd = accept4(r->model_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
        (void)close(fd);
    }
    return fd < 0;
}

/* What has been heard on a socket. */
struct heard {
    char text[1u << 17];
    size_t n;
    bool end, reset;
};

static bool hear(int fd, struct heard *h)
{
    ssize_t n = read(fd, h->text + h->n, sizeof(h->text) - 1 - h->n);
    if (n > 0) {
        h->n += (size_t)n;
        h->text[h->n] = '\0';
    } else if (n == 0) {
        h->end = true;
    } else if (errno == ECONNRESET) {
        h->reset = true;
    }
    return h->end || h->reset;
}

static void hear_until(struct rig *r, int fd, struct heard *h, const char *text)
{
    STEP_UNTIL(r, hear(fd, h) || strstr(h->text, text) != NULL);
    if (strstr(h->text, text) == NULL) {
        fail_msg("expected %s, heard %s", text, h->text);
    }
}

static SG_UNUSED void hear_end(struct rig *r, int fd, struct heard *h)
{
    STEP_UNTIL(r, hear(fd, h));
}

static struct heard *heard_new(void)
{
    struct heard *h = calloc(1, sizeof(*h));
    assert_non_null(h);
    return h;
}

/* --- records ----------------------------------------------------------------------------- */

static const char *rig_word(struct rig *r, size_t record, const char *name)
{
    static char word[128];
    STEP_UNTIL(r, r->record_count > record);
    json_t *j = json_loadb(r->records[record].p, r->records[record].n, 0, NULL);
    assert_non_null(j);
    const json_t *v = json_object_get(j, name);
    if (json_is_integer(v)) {
        (void)snprintf(word, sizeof(word), "%lld", (long long)json_integer_value(v));
    } else {
        (void)snprintf(word, sizeof(word), "%s", json_string_value(v));
    }
    json_decref(j);
    return word;
}

static SG_UNUSED void expect_record(struct rig *r, size_t record, const char *action,
                                    const char *reason, const char *status)
{
    assert_string_equal(rig_word(r, record, "reason"), reason);
    assert_string_equal(rig_word(r, record, "action"), action);
    assert_string_equal(rig_word(r, record, "status"), status);
}

/* --- one plain exchange
 * ---------------------------------------------------------------------------- */

#define HEAD "Host: gate\r\n"
#define POST(path, body_n)                                                                        \
    "POST " path " HTTP/1.1\r\n" HEAD "Content-Type: application/json\r\nContent-Length: " body_n \
    "\r\n\r\n"
#define ASK POST("/v1/chat/completions", "9") "{\"a\":\"b\"}"
#define ANSWER \
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{\"c\":\"d\"}"

/* Asks and hears the whole answer of one plain exchange over the given sockets. */
static SG_UNUSED void exchange(struct rig *r, int c, int m)
{
    struct heard *asked = heard_new(), *told = heard_new();
    hear_until(r, m, asked, "{\"a\":\"b\"}");
    say(m, ANSWER);
    hear_until(r, c, told, "{\"c\":\"d\"}");
    assert_non_null(strstr(told->text, "HTTP/1.1 200 OK\r\n"));
    assert_null(strstr(told->text, "x-stopgate-action"));
    free(asked);
    free(told);
}

#endif
