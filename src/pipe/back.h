/*
 * The call to the model endpoint: takes a connection from the pool, sends what was inspected, and
 * reports the answer. One back is one call.
 *
 * A call is repeated once, on a fresh connection, only where an idle connection had gone stale
 * before any answer byte and either nothing of the request was written or its method is idempotent
 * (RFC 9110 9.2.2): a model is never asked twice by accident.
 */
#ifndef SG_PIPE_BACK_H
#define SG_PIPE_BACK_H

#include "base/arena.h"
#include "base/attr.h"
#include "base/reason.h"
#include "http/http1.h"
#include "net/pool.h"
#include "policy/config.h"

/*
 * on_head and on_body may return a reason to give the call up; it is then reported through on_fail
 * like every other failure. on_end and on_fail come once and last; the owner may free the back in
 * them, and only in them or from outside of all four.
 */
struct back_events {
    enum reason (*on_head)(void *ctx, const struct http_head *head);
    enum reason (*on_body)(void *ctx, const char *p, size_t n);
    void (*on_end)(void *ctx);
    void (*on_fail)(void *ctx, enum reason reason);
};

struct back_call {
    struct pool *pool;
    const struct config_upstream *upstream;
    const struct http1_limits *limits;
    struct arena *arena; /* the answer's head goes here */
    struct str method;
    struct str head, body; /* bytes to send; stay until the back is freed */
};

struct back;

/* Starts the call; nothing is reported before this returns. NULL: no memory. */
SG_MUST_CHECK struct back *back_new(const struct back_call *call, const struct back_events *events,
                                    void *ctx) SG_NONNULL_ARGS(1, 2);

/* Gives the call up if it is not over: the connection is closed, so that the model stops. */
void back_free(struct back *b);

/* Backpressure: no on_body while paused; timeouts rest. */
void back_pause(struct back *b) SG_NONNULL;
void back_resume(struct back *b) SG_NONNULL;

#endif
