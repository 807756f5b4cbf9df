#include "pipe/front.h"

#include "http/http1.h"
#include "net/conn.h"
#include "pipe/exchange.h"

#include <stdlib.h>
#include <unistd.h>

#define LINGER_MS 2000
#define HEAD_MAX (512u << 10)

struct front {
    struct gate *gate;
    struct front *next, **link; /* in gate->fronts */
    struct conn *conn;
    struct address peer; /* as accepted: a connection that was reset tells it no more */
    struct http1 *parser;
    struct exchange *exchange; /* of the current request; NULL between two */
    bool request_done;         /* read to its end */
    bool head_done;
    bool keep; /* the client wants the connection to stay */
    bool http10, head_only, chunked;
    bool closing; /* no further request */
};

static const struct http1_events parser_events;
static const struct conn_events socket_events;
static const struct exchange_client client_side;

bool front_open(struct gate *g, int fd, const struct address *peer)
{
    struct front *f = calloc(1, sizeof(*f));
    if (f == NULL) {
        close(fd);
        return false;
    }
    const struct config *config = &g->current->snapshot->config;
    f->gate = g;
    f->peer = *peer;
    f->conn = conn_new(g->loop, fd, &socket_events, f);
    f->parser = http1_new(HTTP1_REQUEST, &config->limits.http, &parser_events, f);
    if (f->conn == NULL || f->parser == NULL) {
        conn_free(f->conn);
        http1_free(f->parser);
        free(f);
        return false;
    }
    f->next = g->fronts;
    f->link = &g->fronts;
    if (f->next != NULL) {
        f->next->link = &f->next;
    }
    g->fronts = f;
    g->figures.connections++;
    conn_write_timeout(f->conn, config->timeouts.send_ms);
    conn_deadline(f->conn, config->timeouts.idle_ms);
    conn_resume(f->conn);
    return true;
}

struct front *front_next(const struct front *f)
{
    return f->next;
}

/* Leaves the list and frees everything but the connection. */
static void release(struct front *f)
{
    struct gate *g = f->gate;
    *f->link = f->next;
    if (f->next != NULL) {
        f->next->link = f->link;
    }
    http1_free(f->parser);
    free(f);
    g->figures.connections--;
    gate_settle(g);
}

/* Everything was said: what is unsent still goes out; a long answer has the time it has anyway. */
static void finish(struct front *f)
{
    uint64_t send_ms = f->gate->current->snapshot->config.timeouts.send_ms;
    conn_finish(f->conn, conn_unsent(f->conn) < CONN_OUTPUT_LOW ? LINGER_MS : send_ms);
    release(f);
}

static void cut(struct front *f)
{
    conn_reset(f->conn);
    release(f);
}

/*
 * The connection is of no use any more; a running exchange is told. By a reset: an answer that only
 * the end of the connection ends must not look complete.
 */
static void lost(struct front *f, enum reason reason)
{
    struct exchange *ex = f->exchange;
    conn_reset(f->conn);
    release(f);
    if (ex != NULL) {
        exchange_client_gone(ex, reason);
    }
}

void front_cut(struct front *f)
{
    lost(f, REASON_SHUTTING_DOWN);
}

void front_drain(struct front *f)
{
    f->closing = true;
    if (f->exchange == NULL) {
        finish(f);
    }
}

/* --- the request ------------------------------------------------------------------------- */

static bool begin(struct front *f)
{
    f->exchange = exchange_new(f->gate, &client_side, f, &f->peer);
    if (f->exchange == NULL) {
        return false;
    }
    f->request_done = false;
    f->head_done = false;
    f->keep = false;
    f->http10 = false;
    f->head_only = false;
    http1_next(f->parser, exchange_arena(f->exchange));
    conn_deadline(f->conn, exchange_config(f->exchange)->timeouts.head_ms);
    return true;
}

static enum reason on_head(void *ctx, const struct http_head *head)
{
    struct front *f = ctx;
    f->head_done = true;
    f->keep = head->keep_alive;
    f->http10 = head->minor == 0;
    f->head_only = str_eq(head->method, STR("HEAD"));
    return exchange_request_head(f->exchange, head);
}

static enum reason on_body(void *ctx, const char *p, size_t n)
{
    struct front *f = ctx;
    return exchange_request_body(f->exchange, p, n);
}

static enum reason on_end(void *ctx)
{
    struct front *f = ctx;
    f->request_done = true;
    return REASON_OK;
}

static const struct http1_events parser_events = {on_head, on_body, on_end};

/* A pause in a body has its own time; the head's time runs from its first byte and is not renewed.
 */
static void renew_deadline(struct front *f)
{
    if (f->request_done) {
        conn_deadline(f->conn, 0);
    } else if (f->head_done) {
        conn_deadline(f->conn, exchange_config(f->exchange)->timeouts.body_ms);
    }
}

/*
 * The exchange may answer and even end inside these calls, and the front may go with it; so each
 * step that can do so is the last of its callback.
 */
static size_t on_data(void *ctx, const char *p, size_t n)
{
    struct front *f = ctx;
    size_t used = 0;
    if (f->closing && f->exchange == NULL) {
        return n;
    }
    if (f->exchange == NULL && !begin(f)) {
        lost(f, REASON_MEMORY);
        return n;
    }
    if (f->request_done) {
        return 0; /* pipelined: waits for the answer before it */
    }
    enum reason r = http1_feed(f->parser, p, n, &used);
    if (r != REASON_OK) {
        f->closing = true;
        conn_deadline(f->conn, 0);
        exchange_refuse(f->exchange, r);
        return n;
    }
    renew_deadline(f);
    if (f->request_done) {
        exchange_request_end(f->exchange);
    }
    return used;
}

static void on_eof(void *ctx)
{
    struct front *f = ctx;
    if (f->exchange == NULL) {
        finish(f);
        return;
    }
    lost(f, REASON_CLIENT_GONE);
}

static void on_error(void *ctx, int err)
{
    (void)err;
    lost(ctx, REASON_CLIENT_GONE);
}

static void on_timeout(void *ctx)
{
    struct front *f = ctx;
    if (conn_unsent(f->conn) > 0) {
        lost(f, REASON_TIMEOUT_SEND);
    } else if (f->exchange == NULL) {
        finish(f);
    } else if (!f->request_done) {
        f->closing = true;
        exchange_refuse(f->exchange, f->head_done ? REASON_TIMEOUT_BODY : REASON_TIMEOUT_HEAD);
    } else {
        lost(f, REASON_TIMEOUT_SEND);
    }
}

/* Idle is who has taken the answer; a slow reader is watched by the write timeout alone. */
static void await_request(struct front *f)
{
    bool taken = conn_unsent(f->conn) < CONN_OUTPUT_LOW;
    conn_deadline(f->conn, taken ? f->gate->current->snapshot->config.timeouts.idle_ms : 0);
}

static void on_drained(void *ctx)
{
    struct front *f = ctx;
    if (f->exchange != NULL) {
        exchange_drained(f->exchange);
    } else {
        await_request(f);
    }
}

static const struct conn_events socket_events = {on_data, on_eof, on_error, on_timeout, on_drained};

/* --- the answer -------------------------------------------------------------------------- */

static bool go_on(void *ctx)
{
    struct front *f = ctx;
    return conn_send(f->conn, STR("HTTP/1.1 100 Continue\r\n\r\n"));
}

static bool write_framing(struct front *f, const struct exchange_answer *a, struct buf *out)
{
    f->chunked = false;
    if (a->body == EXCHANGE_BODY_LENGTH) {
        return http1_write_length(out, a->length);
    }
    if (a->body == EXCHANGE_BODY_NONE) {
        return true;
    }
    if (f->http10) {
        f->closing = true; /* the end of the body is the end of the connection */
        return true;
    }
    f->chunked = true;
    return http1_write_header(out, STR("Transfer-Encoding"), STR("chunked"));
}

static bool send_head(void *ctx, const struct exchange_answer *a)
{
    struct front *f = ctx;
    struct buf out = BUF_INIT(HEAD_MAX);
    struct str phrase = a->phrase.n > 0 ? a->phrase : http1_phrase(a->status);
    f->closing = f->closing || a->close || !f->keep || f->gate->draining;
    bool good = http1_write_status_line(&out, a->status, phrase) &&
                buf_add_str(&out, a->header_lines) && write_framing(f, a, &out);
    if (good && f->closing) {
        good = http1_write_header(&out, STR("Connection"), STR("close"));
    } else if (good && f->http10) {
        good = http1_write_header(&out, STR("Connection"), STR("keep-alive"));
    }
    good = good && buf_add_str(&out, STR("\r\n")) && conn_send(f->conn, buf_str(&out));
    buf_free(&out);
    return good;
}

static bool send_body(void *ctx, struct str bytes)
{
    struct front *f = ctx;
    if (f->head_only || bytes.n == 0) {
        return true;
    }
    if (!f->chunked) {
        return conn_send(f->conn, bytes);
    }
    struct buf size = BUF_INIT(32);
    bool good = http1_write_chunk_begin(&size, bytes.n) && conn_send(f->conn, buf_str(&size)) &&
                conn_send(f->conn, bytes) && conn_send(f->conn, HTTP1_CHUNK_END);
    buf_free(&size);
    return good;
}

static bool send_body_owned(void *ctx, char *p, size_t n)
{
    struct front *f = ctx;
    if (f->head_only || n == 0) {
        free(p);
        return true;
    }
    return conn_send_owned(f->conn, p, n);
}

static size_t unsent(void *ctx)
{
    struct front *f = ctx;
    return conn_unsent(f->conn);
}

static void end(void *ctx, bool intact)
{
    struct front *f = ctx;
    f->exchange = NULL;
    if (intact && f->chunked) {
        intact = conn_send(f->conn, HTTP1_CHUNK_LAST);
        f->chunked = false;
    }
    if (!intact) {
        cut(f);
    } else if (f->closing || !f->request_done || f->gate->draining) {
        finish(f);
    } else {
        await_request(f);
        conn_resume(f->conn); /* offers what was pipelined behind this request */
    }
}

static const struct exchange_client client_side = {go_on,           send_head, send_body,
                                                   send_body_owned, unsent,    end};
