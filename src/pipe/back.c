#include "pipe/back.h"

#include <stdlib.h>

struct back {
    struct back_call call;
    const struct back_events *events;
    void *ctx;
    struct pool_request *asking; /* until the pool answers */
    struct conn *conn;           /* lent by the pool */
    struct http1 *parser;
    uint64_t out_before; /* conn_bytes_out() when the connection was lent */
    bool reused, retried;
    bool head_seen, complete, keep_alive, paused;
    bool given_up; /* by the owner, with a reason of its own */
};

static const struct http1_events parser_events;
static const struct conn_events socket_events;
static pool_fn on_connected;

static bool is_idempotent(struct str method)
{
    static const char *const methods[] = {"GET", "HEAD", "OPTIONS", "PUT", "DELETE"};
    for (size_t i = 0; i < SG_COUNT(methods); i++) {
        if (str_eq(method, str_of(methods[i]))) {
            return true;
        }
    }
    return false;
}

static bool ask_pool(struct back *b, bool fresh)
{
    b->asking = pool_get(b->call.pool, fresh, on_connected, b);
    return b->asking != NULL;
}

struct back *back_new(const struct back_call *call, const struct back_events *events, void *ctx)
{
    struct back *b = calloc(1, sizeof(*b));
    if (b == NULL) {
        return NULL;
    }
    b->call = *call;
    b->events = events;
    b->ctx = ctx;
    b->parser = http1_new(HTTP1_RESPONSE, call->limits, &parser_events, b);
    if (b->parser == NULL || !ask_pool(b, false)) {
        http1_free(b->parser);
        free(b);
        return NULL;
    }
    return b;
}

static void drop_connection(struct back *b)
{
    if (b->conn != NULL) {
        pool_drop(b->call.pool, b->conn);
        b->conn = NULL;
    }
}

void back_free(struct back *b)
{
    if (b == NULL) {
        return;
    }
    if (b->asking != NULL) {
        pool_cancel(b->asking);
    }
    drop_connection(b);
    http1_free(b->parser);
    free(b);
}

/* Ends the call with a failure. The back may be gone when this returns. */
static void fail(struct back *b, enum reason reason)
{
    drop_connection(b);
    b->events->on_fail(b->ctx, reason);
}

/* The connection broke or ended early: once more if that is safe, else a failure. */
static void broken(struct back *b)
{
    bool unwritten = conn_bytes_out(b->conn) == b->out_before;
    bool stale = b->reused && !b->retried && !http1_started(b->parser) && !b->head_seen;
    if (stale && (unwritten || is_idempotent(b->call.method))) {
        drop_connection(b);
        b->retried = true;
        if (ask_pool(b, true)) {
            return;
        }
        fail(b, REASON_MEMORY);
        return;
    }
    fail(b, REASON_UPSTREAM_RESET);
}

static void watch_deadline(struct back *b)
{
    uint64_t ms = b->head_seen ? b->call.upstream->body_timeout_ms : b->call.upstream->timeout_ms;
    conn_deadline(b->conn, b->paused ? 0 : ms);
}

static void on_connected(void *ctx, struct conn *conn, enum reason reason, bool reused)
{
    struct back *b = ctx;
    b->asking = NULL;
    if (conn == NULL) {
        fail(b, reason);
        return;
    }
    b->conn = conn;
    b->reused = reused;
    b->out_before = conn_bytes_out(conn);
    conn_owner(conn, &socket_events, b);
    http1_next(b->parser, b->call.arena);
    http1_answering(b->parser, b->call.method);
    if (!conn_send(conn, b->call.head) ||
        (b->call.body.n > 0 && !conn_send_ref(conn, b->call.body))) {
        fail(b, REASON_MEMORY);
        return;
    }
    conn_write_timeout(conn, b->call.upstream->timeout_ms);
    watch_deadline(b);
    conn_resume(conn);
}

/* --- the answer -------------------------------------------------------------------------- */

static enum reason given(struct back *b, enum reason reason)
{
    b->given_up = reason != REASON_OK;
    return reason;
}

static enum reason on_head(void *ctx, const struct http_head *head)
{
    struct back *b = ctx;
    b->head_seen = true;
    b->keep_alive = head->keep_alive && head->framing != HTTP_BODY_CLOSE;
    return given(b, b->events->on_head(b->ctx, head));
}

static enum reason on_body(void *ctx, const char *p, size_t n)
{
    struct back *b = ctx;
    return given(b, b->events->on_body(b->ctx, p, n));
}

static enum reason on_end(void *ctx)
{
    struct back *b = ctx;
    b->complete = true;
    return REASON_OK;
}

static const struct http1_events parser_events = {on_head, on_body, on_end};

/* The answer is whole: the connection goes back if it is clean. `extra`: bytes came behind it. */
static void finish(struct back *b, bool extra)
{
    struct conn *conn = b->conn;
    b->conn = NULL;
    conn_write_timeout(conn, 0);
    conn_deadline(conn, 0);
    if (b->keep_alive && !extra && conn_unsent(conn) == 0) {
        pool_put(b->call.pool, conn);
    } else {
        pool_drop(b->call.pool, conn);
    }
    b->events->on_end(b->ctx);
}

/* A framing error is the endpoint's; what the owner returned is passed on as it is. */
static enum reason outward(const struct back *b, enum reason r)
{
    return b->given_up || r == REASON_MEMORY ? r : REASON_UPSTREAM_PROTOCOL;
}

static size_t on_data(void *ctx, const char *p, size_t n)
{
    struct back *b = ctx;
    size_t used = 0;
    enum reason r = http1_feed(b->parser, p, n, &used);
    if (r != REASON_OK) {
        fail(b, outward(b, r));
        return n;
    }
    if (b->complete) {
        finish(b, used < n);
        return n;
    }
    if (b->head_seen) {
        watch_deadline(b); /* the head's own time is not renewed by each of its bytes */
    }
    return used;
}

static void on_eof(void *ctx)
{
    struct back *b = ctx;
    if (http1_started(b->parser) && http1_eof(b->parser) == REASON_OK && b->complete) {
        finish(b, false);
        return;
    }
    broken(b);
}

static void on_error(void *ctx, int err)
{
    (void)err;
    broken(ctx);
}

static void on_timeout(void *ctx)
{
    fail(ctx, REASON_UPSTREAM_TIMEOUT);
}

static const struct conn_events socket_events = {on_data, on_eof, on_error, on_timeout, NULL};

void back_pause(struct back *b)
{
    b->paused = true;
    if (b->conn != NULL) {
        conn_pause(b->conn);
        watch_deadline(b);
    }
}

void back_resume(struct back *b)
{
    b->paused = false;
    if (b->conn != NULL) {
        watch_deadline(b);
        conn_resume(b->conn);
    }
}
