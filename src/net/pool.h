/*
 * Connections to one upstream: several servers taken in turn, names resolved through libevent's
 * resolver, idle connections kept for reuse, all of it bounded.
 */
#ifndef SG_NET_POOL_H
#define SG_NET_POOL_H

#include "base/attr.h"
#include "base/reason.h"
#include "base/str.h"
#include "net/conn.h"
#include "net/loop.h"

#include <stdbool.h>
#include <stdint.h>

struct pool_server {
    struct str host; /* a name or a numeric address; `unix:/path` for a Unix socket */
    uint16_t port;
};

struct pool_options {
    const struct pool_server *servers; /* copied */
    size_t server_count;               /* at least 1 */
    uint64_t connect_timeout_ms;       /* for each server that is tried */
    uint64_t idle_timeout_ms;          /* an idle connection is closed after this */
    size_t max_connections;            /* open or opening; more requests wait */
    size_t max_waiting;                /* more than this: REASON_UPSTREAM_BUSY at once */
    uint64_t wait_timeout_ms;          /* waiting longer: REASON_UPSTREAM_BUSY */
};

struct pool;
struct pool_request;

/*
 * `reason` is REASON_OK and `conn` a connected, paused connection that the callee owns until
 * pool_put() or pool_drop(); or conn is NULL and `reason` tells why: UPSTREAM_CONNECT,
 * UPSTREAM_RESOLVE, UPSTREAM_CONNECT_TIMEOUT, UPSTREAM_BUSY, MEMORY. `reused`: it carried an
 * exchange before, so a failure before the first answer byte may mean only that it had gone stale.
 */
typedef void pool_fn(void *ctx, struct conn *conn, enum reason reason, bool reused);

/* NULL: no memory. */
SG_MUST_CHECK struct pool *pool_new(struct loop *loop,
                                    const struct pool_options *options) SG_NONNULL;

/*
 * The owner wants no more: idle connections are closed; those that are lent out are closed when
 * they come back, and the pool goes with the last one. Waiting requests fail with UPSTREAM_BUSY.
 */
void pool_retire(struct pool *p);

/*
 * Asks for a connection; `fn` is called from the loop, never inside this call. `fresh`: not an idle
 * one (for the one retry after a stale one). Servers are taken in turn; one that does not connect
 * is passed over for the next, each at most once a request. NULL: no memory.
 */
SG_MUST_CHECK struct pool_request *pool_get(struct pool *p, bool fresh, pool_fn *fn, void *ctx)
    SG_NONNULL_ARGS(1, 3);
/* Not wanted any more; `fn` will not be called. Not after it was. */
void pool_cancel(struct pool_request *r) SG_NONNULL;

/* Gives a connection back for reuse (idle, nothing unread), or to be closed. */
void pool_put(struct pool *p, struct conn *c) SG_NONNULL;
void pool_drop(struct pool *p, struct conn *c) SG_NONNULL;

/* For status and metrics. */
size_t pool_open(const struct pool *p) SG_NONNULL;
size_t pool_idle(const struct pool *p) SG_NONNULL;

#endif
