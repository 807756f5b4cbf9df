#include "pipe/gate.h"

#include "pipe/forward.h"
#include "pipe/front.h"
#include "pipe/gate_private.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- epochs ------------------------------------------------------------------------------ */

static void retire_pools(struct epoch *e, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        pool_retire(e->pools[i]);
    }
    free(e->pools);
}

static struct pool *open_pool(struct loop *loop, const struct config_upstream *u)
{
    struct pool_options options = {.servers = u->servers,
                                   .server_count = u->server_count,
                                   .connect_timeout_ms = u->connect_timeout_ms,
                                   .idle_timeout_ms = u->idle_timeout_ms,
                                   .max_connections = (size_t)u->max_connections,
                                   .max_waiting = (size_t)u->max_waiting,
                                   .wait_timeout_ms = u->wait_timeout_ms};
    return pool_new(loop, &options);
}

struct epoch *epoch_new(struct loop *loop, struct snapshot *s)
{
    struct epoch *e = calloc(1, sizeof(*e));
    if (e == NULL) {
        return NULL;
    }
    e->refs = 1;
    e->snapshot = s;
    e->pools = calloc(s->config.upstream_count + 1, sizeof(struct pool *));
    for (size_t i = 0; e->pools != NULL && i < s->config.upstream_count; i++) {
        e->pools[i] = open_pool(loop, &s->config.upstreams[i]);
        if (e->pools[i] == NULL) {
            retire_pools(e, i);
            e->pools = NULL;
        }
    }
    if (e->pools == NULL) {
        free(e);
        return NULL;
    }
    return e;
}

struct epoch *epoch_ref(struct epoch *e)
{
    e->refs++;
    return e;
}

void epoch_unref(struct epoch *e)
{
    if (e == NULL || --e->refs > 0) {
        return;
    }
    retire_pools(e, e->snapshot->config.upstream_count);
    snapshot_unref(e->snapshot);
    free(e);
}

struct pool *epoch_pool(const struct epoch *e, const struct config_upstream *u)
{
    return e->pools[u - e->snapshot->config.upstreams];
}

/* --- the gate ---------------------------------------------------------------------------- */

static void drain_over(void *ctx);

struct gate *gate_new(const struct gate_options *options)
{
    struct gate *g = calloc(1, sizeof(*g));
    if (g == NULL) {
        return NULL;
    }
    g->loop = options->loop;
    g->log = options->log;
    g->sink = options->sink;
    memcpy(g->mask_key, options->mask_key, sizeof(g->mask_key));
    g->scanner = scanner_new(&scan_default_limits);
    g->off_scanner = scanner_new(&scan_default_limits);
    g->drain_timer = timer_new(g->loop, drain_over, g);
    if (g->scanner == NULL || g->off_scanner == NULL || g->drain_timer == NULL) {
        gate_free(g);
        return NULL;
    }
    return g;
}

static void cut_all(struct gate *g)
{
    while (g->fronts != NULL) {
        front_cut(g->fronts);
    }
}

void gate_free(struct gate *g)
{
    if (g == NULL) {
        return;
    }
    g->drained = NULL;
    cut_all(g);
    epoch_unref(g->current);
    scanner_free(g->scanner);
    scanner_free(g->off_scanner);
    timer_free(g->drain_timer);
    free(g);
}

struct adoption {
    struct gate *gate;
    struct epoch *epoch;
    gate_adopted_fn *done;
    void *ctx;
    bool good;
};

/* On the helper thread, whose scanner fits the new database before any job can need it. */
static void prepare_off_scanner(void *ctx)
{
    struct adoption *a = ctx;
    a->good = scanner_prepare(a->gate->off_scanner, &a->epoch->snapshot->database);
}

static void adopt(void *ctx)
{
    struct adoption *a = ctx;
    struct gate *g = a->gate;
    a->good = a->good && scanner_prepare(g->scanner, &a->epoch->snapshot->database);
    if (a->good) {
        struct epoch *old = g->current;
        g->current = a->epoch;
        snprintf(g->figures.snapshot, sizeof(g->figures.snapshot), "%s",
                 g->current->snapshot->version);
        epoch_unref(old);
    } else {
        epoch_unref(a->epoch);
    }
    gate_adopted_fn *done = a->done;
    void *done_ctx = a->ctx;
    bool good = a->good;
    free(a);
    g->adopting = false;
    gate_settle(g);
    done(done_ctx, good);
}

bool gate_adopt(struct gate *g, struct snapshot *s, gate_adopted_fn *done, void *ctx)
{
    struct adoption *a = g->adopting ? NULL : malloc(sizeof(*a));
    struct epoch *e = a == NULL ? NULL : epoch_new(g->loop, s);
    if (e == NULL) {
        snapshot_unref(s);
        free(a);
        return false;
    }
    *a = (struct adoption){.gate = g, .epoch = e, .done = done, .ctx = ctx};
    g->adopting = loop_offload(g->loop, prepare_off_scanner, adopt, a);
    if (!g->adopting) {
        epoch_unref(e);
        free(a);
    }
    return g->adopting;
}

/* Told to come back rather than left hanging; small enough for any socket buffer. */
static void turn_away(struct gate *g, int fd)
{
    char text[256];
    int n = snprintf(text, sizeof(text),
                     "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n%s: %s\r\n"
                     "Retry-After: 1\r\nConnection: close\r\n\r\n",
                     FORWARD_REASON_HEADER, reason_code(REASON_CONNECTION_LIMIT));
    g->figures.refused++;
    if (send(fd, text, (size_t)n, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) {
        log_debug(&g->log, "turned_away unsent=true");
    }
    close(fd);
}

void gate_accept(struct gate *g, int fd, const struct address *peer)
{
    uint64_t most =
        g->current == NULL ? 0 : (uint64_t)g->current->snapshot->config.limits.connections;
    if (g->draining || g->figures.connections >= most) {
        turn_away(g, fd);
        return;
    }
    if (!front_open(g, fd, peer)) {
        g->figures.refused++;
        log_errorx(&g->log, "connection_lost reason=%s", reason_code(REASON_MEMORY));
        return;
    }
    g->figures.accepted++;
}

/* --- shutting down ----------------------------------------------------------------------- */

/* Nothing is left that would still touch the gate. */
static bool is_quiet(const struct gate *g)
{
    return g->fronts == NULL && g->jobs == 0 && !g->adopting;
}

void gate_settle(struct gate *g)
{
    if (g->draining && is_quiet(g)) {
        timer_set(g->drain_timer, 0);
    }
}

/* Everybody is gone, or time is up: who is left is cut, and only jobs and an adoption are still
 * waited for. */
static void drain_over(void *ctx)
{
    struct gate *g = ctx;
    if (g->fronts != NULL) {
        log_warnx(&g->log, "drain_cut connections=%" PRIu64, g->figures.connections);
        cut_all(g);
    }
    if (is_quiet(g) && g->drained != NULL) {
        gate_drained_fn *done = g->drained;
        g->drained = NULL;
        done(g->drained_ctx);
    }
}

void gate_drain(struct gate *g, gate_drained_fn *done, void *ctx)
{
    g->draining = true;
    g->drained = done;
    g->drained_ctx = ctx;
    uint64_t ms = g->current != NULL ? g->current->snapshot->config.timeouts.shutdown_ms : 0;
    for (struct front *f = g->fronts; f != NULL;) {
        struct front *next = front_next(f);
        front_drain(f);
        f = next;
    }
    timer_set(g->drain_timer, is_quiet(g) ? 0 : ms);
}

void gate_figures(const struct gate *g, struct gate_figures *out)
{
    *out = g->figures;
}
