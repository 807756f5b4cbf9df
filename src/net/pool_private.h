/* The pool's inside, for pool.c (requests and the pool's life) and pool_place.c (connections). */
#ifndef SG_NET_POOL_PRIVATE_H
#define SG_NET_POOL_PRIVATE_H

#include "net/conn_private.h"
#include "net/dial.h"
#include "net/pool.h"

/* A connection of the pool's, idle or lent. */
struct place {
    TAILQ_ENTRY(place) link; /* in its server's idle list */
    struct pool *pool;
    struct conn *conn;
    size_t server;
    bool idle;
};
TAILQ_HEAD(places, place);

struct server {
    struct dial_target *target;
    uint64_t down_until_ns;
    struct places idle; /* last used first */
};

struct pool_request {
    TAILQ_ENTRY(pool_request) link; /* in the queue, until it dials */
    struct pool *pool;
    pool_fn *fn;
    void *ctx;
    bool fresh;
    struct dial *dial;
    size_t server;   /* the one that is dialled */
    uint64_t due_ns; /* when waiting ends */
    bool tried[];    /* by server */
};
TAILQ_HEAD(requests, pool_request);

struct pool {
    struct loop *loop;
    struct pool_options options;
    struct server *servers;
    size_t server_count;
    size_t turn_of; /* the server that is next in turn */
    size_t open;    /* places taken: idle, lent or dialling */
    size_t idle;
    struct requests queue;
    size_t queued;
    bool retired;
    bool buried;
    struct lazy_timer wait_timer;
    struct loop_task round;
    struct loop_task grave;
};

/* Looks at the queue again at the end of this turn. */
void pool_call_round(struct pool *p) SG_NONNULL;

/* pool_place.c */
/* Of an idle connection; the context is its place. */
extern const struct conn_events pool_idle_events;
void pool_close_place(struct place *place) SG_NONNULL;

/* A connection that is still good and no longer idle, paused; those that are not good go. */
struct place *pool_take_idle(struct pool *p, size_t server) SG_NONNULL;
struct place *pool_take_any_idle(struct pool *p) SG_NONNULL;

#endif
