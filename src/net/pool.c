/*
 * A request queues; at the end of the turn serve() gives it an idle connection, or starts to dial,
 * or leaves it waiting, oldest first. Everything that frees a place calls for another round.
 */
#include "net/pool.h"
#include "base/clock.h"
#include "net/pool_private.h"

#include <stdlib.h>
#include <unistd.h>

/* A server that did not connect is asked last for so long. */
#define DOWN_MS 10000

void pool_call_round(struct pool *p)
{
    loop_defer(p->loop, &p->round);
}

/* --- requests ---------------------------------------------------------------------- */

static void dequeue(struct pool_request *r)
{
    TAILQ_REMOVE(&r->pool->queue, r, link);
    r->pool->queued--;
}

/* The request is neither queued nor dialling any more. */
static void answer(struct pool_request *r, struct conn *conn, enum reason reason, bool reused)
{
    pool_fn *fn = r->fn;
    void *ctx = r->ctx;

    free(r);
    fn(ctx, conn, reason, reused);
}

static void refuse(struct pool_request *r, enum reason reason)
{
    dequeue(r);
    answer(r, NULL, reason, false);
}

/* The next server in turn that this request has not tried: one that is not down, if there is one.
 */
static bool next_server(const struct pool *p, const struct pool_request *r, size_t *out)
{
    uint64_t now_ns = 0;
    bool found = false;

    for (size_t i = 0; i < p->server_count; i++) {
        size_t at = (p->turn_of + i) % p->server_count;

        if (r->tried[at]) {
            continue;
        }
        if (p->servers[at].down_until_ns != 0 && now_ns == 0) {
            now_ns = clock_mono_ns();
        }
        if (p->servers[at].down_until_ns <= now_ns) {
            *out = at;
            return true;
        }
        if (!found) {
            *out = at;
            found = true;
        }
    }
    return found;
}

static void on_dialled(void *ctx, int fd, enum reason reason);

static void dial(struct pool *p, struct pool_request *r, size_t server)
{
    dequeue(r);
    r->server = server;
    r->tried[server] = true;
    r->dial = dial_start(p->loop, p->servers[server].target, p->options.connect_timeout_ms,
                         on_dialled, r);
    if (r->dial == NULL) {
        answer(r, NULL, REASON_MEMORY, false);
        return;
    }
    p->open++;
}

/* Gives the oldest request what it asks for; false when it has to wait. */
static bool serve_one(struct pool *p, struct pool_request *r)
{
    struct place *place = NULL;
    size_t server;

    if (!next_server(p, r, &server)) {
        return false; /* cannot be: a request that tried all was answered */
    }
    if (!r->fresh) {
        place = pool_take_idle(p, server);
        if (place == NULL && p->open >= p->options.max_connections) {
            place = pool_take_any_idle(p);
        }
    } else if (p->open >= p->options.max_connections) {
        struct place *spare = pool_take_any_idle(p);

        if (spare != NULL) {
            pool_close_place(spare); /* makes room */
        }
    }
    if (place == NULL && p->open >= p->options.max_connections) {
        return false;
    }
    p->turn_of = (server + 1) % p->server_count;
    if (place == NULL) {
        dial(p, r, server);
    } else {
        dequeue(r);
        answer(r, place->conn, REASON_OK, true);
    }
    return true;
}

static void release(void *ctx)
{
    struct pool *p = ctx;

    for (size_t i = 0; i < p->server_count; i++) {
        dial_target_free(p->servers[i].target);
    }
    free(p->servers);
    free(p);
}

static void bury_if_done(struct pool *p)
{
    if (p->retired && !p->buried && p->open == 0 && p->queued == 0) {
        p->buried = true;
        lazy_stop(&p->wait_timer);
        loop_undefer(p->loop, &p->round);
        loop_bury(p->loop, &p->grave, release);
    }
}

/* One pass over what is queued now; what callbacks add has a round of its own. */
static void serve(void *ctx)
{
    struct pool *p = ctx;
    size_t n = p->queued;
    struct pool_request *r;

    while (n-- > 0 && (r = TAILQ_FIRST(&p->queue)) != NULL) {
        if (p->retired) {
            refuse(r, REASON_UPSTREAM_BUSY);
        } else if (!serve_one(p, r)) {
            break;
        }
    }
    n = p->queued > p->options.max_waiting ? p->queued - p->options.max_waiting : 0;
    while (n-- > 0 && (r = TAILQ_LAST(&p->queue, requests)) != NULL) {
        refuse(r, REASON_UPSTREAM_BUSY);
    }
    r = TAILQ_FIRST(&p->queue);
    if (r != NULL) {
        lazy_set(&p->wait_timer, r->due_ns);
    } else {
        lazy_stop(&p->wait_timer);
    }
    bury_if_done(p);
}

/* All wait equally long, so the oldest is the first to give up. */
static void on_wait_over(void *ctx)
{
    struct pool *p = ctx;
    uint64_t now_ns = clock_mono_ns();
    struct pool_request *r;

    while ((r = TAILQ_FIRST(&p->queue)) != NULL && r->due_ns <= now_ns) {
        refuse(r, REASON_UPSTREAM_BUSY);
    }
    pool_call_round(p);
}

static void dial_failed(struct pool *p, struct pool_request *r, enum reason reason)
{
    size_t server;

    p->open--;
    if (reason != REASON_MEMORY) {
        p->servers[r->server].down_until_ns = lazy_due_ns(DOWN_MS);
    }
    if (!p->retired && reason != REASON_MEMORY && next_server(p, r, &server)) {
        TAILQ_INSERT_HEAD(&p->queue, r, link); /* before those who came later */
        p->queued++;
        serve(p); /* at once: it has waited already */
    } else {
        pool_call_round(p);
        answer(r, NULL, reason, false);
    }
}

static void on_dialled(void *ctx, int fd, enum reason reason)
{
    struct pool_request *r = ctx;
    struct pool *p = r->pool;
    struct place *place;

    r->dial = NULL;
    if (reason != REASON_OK) {
        dial_failed(p, r, reason);
        return;
    }
    p->servers[r->server].down_until_ns = 0;
    place = calloc(1, sizeof(*place));
    if (place == NULL) {
        close(fd);
    } else {
        place->conn = conn_new(p->loop, fd, &pool_idle_events, place);
    }
    if (place == NULL || place->conn == NULL) {
        free(place);
        p->open--;
        pool_call_round(p);
        answer(r, NULL, REASON_MEMORY, false);
        return;
    }
    place->pool = p;
    place->server = r->server;
    place->conn->tag = place;
    answer(r, place->conn, REASON_OK, false);
}

/* --- the pool ---------------------------------------------------------------------- */

struct pool *pool_new(struct loop *loop, const struct pool_options *options)
{
    struct pool *p = calloc(1, sizeof(*p));

    if (p == NULL) {
        return NULL;
    }
    p->servers = calloc(options->server_count, sizeof(*p->servers));
    if (p->servers == NULL) {
        free(p);
        return NULL;
    }
    p->loop = loop;
    p->options = *options;
    p->options.servers = NULL; /* the caller's */
    p->server_count = options->server_count;
    TAILQ_INIT(&p->queue);
    for (size_t i = 0; i < p->server_count; i++) {
        TAILQ_INIT(&p->servers[i].idle);
        p->servers[i].target = dial_target_new(options->servers[i].host, options->servers[i].port);
        if (p->servers[i].target == NULL) {
            release(p);
            return NULL;
        }
    }
    lazy_init(&p->wait_timer, loop, on_wait_over, p);
    loop_task_init(&p->round, serve, p);
    loop_task_init(&p->grave, release, p);
    return p;
}

void pool_retire(struct pool *p)
{
    struct place *place;

    if (p == NULL || p->retired) {
        return;
    }
    p->retired = true;
    for (size_t i = 0; i < p->server_count; i++) {
        while ((place = TAILQ_FIRST(&p->servers[i].idle)) != NULL) {
            pool_close_place(place);
        }
    }
    pool_call_round(p);
}

struct pool_request *pool_get(struct pool *p, bool fresh, pool_fn *fn, void *ctx)
{
    struct pool_request *r = calloc(1, sizeof(*r) + p->server_count * sizeof(r->tried[0]));

    if (r == NULL) {
        return NULL;
    }
    r->pool = p;
    r->fn = fn;
    r->ctx = ctx;
    r->fresh = fresh;
    r->due_ns = lazy_due_ns(p->options.wait_timeout_ms);
    TAILQ_INSERT_TAIL(&p->queue, r, link);
    p->queued++;
    pool_call_round(p);
    return r;
}

void pool_cancel(struct pool_request *r)
{
    struct pool *p = r->pool;

    if (r->dial != NULL) {
        dial_cancel(r->dial);
        p->open--;
    } else {
        dequeue(r);
    }
    free(r);
    pool_call_round(p);
}

/* Whether all of it was read is asked when it is lent again: now on_data() may still be running. */
void pool_put(struct pool *p, struct conn *c)
{
    struct place *place = c->tag;

    if (p->retired || c->state != CONN_OPEN || c->eof || conn_unsent(c) > 0) {
        pool_close_place(place);
        return;
    }
    conn_owner(c, &pool_idle_events, place);
    conn_write_timeout(c, 0);
    conn_deadline(c, p->options.idle_timeout_ms);
    conn_resume(c);
    place->idle = true;
    TAILQ_INSERT_HEAD(&p->servers[place->server].idle, place, link);
    p->idle++;
    if (p->queued > 0) {
        pool_call_round(p);
    }
}

void pool_drop(struct pool *p, struct conn *c)
{
    (void)p;
    pool_close_place(c->tag);
}

size_t pool_open(const struct pool *p)
{
    return p->open;
}

size_t pool_idle(const struct pool *p)
{
    return p->idle;
}
