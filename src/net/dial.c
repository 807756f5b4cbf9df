#include "net/dial.h"
#include "base/clock.h"
#include "net/address.h"
#include "net/loop_private.h"
#include "net/resolve.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <unistd.h>

struct dial_target {
    char *host;
    size_t host_n;
    uint16_t port;
    bool fixed; /* no name: the one address never changes */
    struct address addresses[RESOLVE_MAX];
    size_t count;
    uint64_t fresh_until_ns;
};

struct dial {
    struct loop *loop;
    struct dial_target *target;
    dial_fn *fn;
    void *ctx;
    struct resolve *resolve; /* while the name is looked up */
    struct address addresses[RESOLVE_MAX];
    size_t count;
    size_t next; /* address to try */
    int fd;      /* while connecting; else -1 */
    struct event event;
    bool waiting;     /* the event is added */
    bool share_ended; /* an address was given up for its share of the time */
    uint64_t due_ns;
    struct lazy_timer timer;
    struct loop_task turn;
};

struct dial_target *dial_target_new(struct str host, uint16_t port)
{
    struct dial_target *t = calloc(1, sizeof(*t));
    char *copy = malloc(host.n + 1);

    if (t == NULL || copy == NULL) {
        free(t);
        free(copy);
        return NULL;
    }
    if (host.n > 0) {
        memcpy(copy, host.p, host.n);
    }
    copy[host.n] = '\0';
    t->host = copy;
    t->host_n = host.n;
    t->port = port;
    t->fixed = address_numeric(host, port, &t->addresses[0]) ||
               (str_starts(host, STR("unix:")) && address_parse(host, &t->addresses[0]));
    t->count = t->fixed ? 1 : 0;
    return t;
}

void dial_target_free(struct dial_target *t)
{
    if (t != NULL) {
        free(t->host);
        free(t);
    }
}

static void close_attempt(struct dial *d)
{
    if (d->waiting) {
        d->waiting = false;
        event_del(&d->event);
    }
    if (d->fd >= 0) {
        close(d->fd);
        d->fd = -1;
    }
}

static void finish(struct dial *d)
{
    if (d->resolve != NULL) {
        resolve_cancel(d->resolve);
        d->resolve = NULL;
    }
    close_attempt(d);
    lazy_stop(&d->timer);
    loop_bury(d->loop, &d->turn, free);
}

void dial_cancel(struct dial *d)
{
    finish(d);
}

static void fail(struct dial *d, enum reason reason)
{
    if (!d->target->fixed) {
        d->target->fresh_until_ns = 0; /* the server may have moved */
    }
    finish(d);
    d->fn(d->ctx, -1, reason);
}

static void succeed(struct dial *d)
{
    int fd = d->fd;

    if (d->waiting) {
        d->waiting = false;
        event_del(&d->event);
    }
    d->fd = -1;
    finish(d);
    d->fn(d->ctx, fd, REASON_OK);
}

static void on_connecting(evutil_socket_t fd, short what, void *arg);

/* Starts connecting to one address: false when that failed at once. */
static bool attempt(struct dial *d, const struct address *a)
{
    const int on = 1;

    d->fd = socket(a->sa.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (d->fd < 0) {
        return false;
    }
    if (a->sa.ss_family != AF_UNIX &&
        setsockopt(d->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) != 0) {
        return false;
    }
    if (connect(d->fd, (const struct sockaddr *)&a->sa, a->len) != 0 && errno != EINPROGRESS) {
        return false;
    }
    /* Also where it connected at once (a Unix socket): the event tells that alike. */
    event_assign(&d->event, d->loop->base, d->fd, EV_WRITE | EV_PERSIST, on_connecting, d);
    d->waiting = event_add(&d->event, NULL) == 0;
    return d->waiting;
}

/* Goes on to the next address that can be tried; tells when there is none. */
static void try_next(struct dial *d)
{
    close_attempt(d);
    while (d->next < d->count) {
        uint64_t now_ns = clock_mono_ns();
        uint64_t left_ns = d->due_ns > now_ns ? d->due_ns - now_ns : 0;

        lazy_set(&d->timer, now_ns + left_ns / (d->count - d->next));
        if (attempt(d, &d->addresses[d->next++])) {
            return;
        }
        close_attempt(d);
    }
    fail(d, d->share_ended ? REASON_UPSTREAM_CONNECT_TIMEOUT : REASON_UPSTREAM_CONNECT);
}

static void on_connecting(evutil_socket_t fd, short what, void *arg)
{
    struct dial *d = arg;
    int err = 0;
    socklen_t len = sizeof(err);

    (void)what;
    if (getsockopt((int)fd, SOL_SOCKET, SO_ERROR, &err, &len) != 0 || err != 0) {
        try_next(d);
    } else {
        succeed(d);
    }
}

static void on_timer(void *ctx)
{
    struct dial *d = ctx;

    d->share_ended = true;
    if (d->resolve != NULL) {
        fail(d, REASON_UPSTREAM_CONNECT_TIMEOUT);
    } else {
        try_next(d);
    }
}

static void on_resolved(void *ctx, const struct address *addresses, size_t n)
{
    struct dial *d = ctx;

    d->resolve = NULL;
    if (n == 0) {
        fail(d, REASON_UPSTREAM_RESOLVE);
        return;
    }
    memcpy(d->addresses, addresses, n * sizeof(*addresses));
    d->count = n;
    memcpy(d->target->addresses, addresses, n * sizeof(*addresses));
    d->target->count = n;
    d->target->fresh_until_ns = lazy_due_ns(DIAL_NAME_FRESH_MS);
    try_next(d);
}

static void on_turn_end(void *ctx)
{
    struct dial *d = ctx;
    struct dial_target *t = d->target;

    if (t->fixed || clock_mono_ns() < t->fresh_until_ns) {
        memcpy(d->addresses, t->addresses, t->count * sizeof(*t->addresses));
        d->count = t->count;
        try_next(d);
        return;
    }
    d->resolve = resolve_start(d->loop, (struct str){t->host, t->host_n}, t->port, on_resolved, d);
    if (d->resolve == NULL) {
        fail(d, REASON_UPSTREAM_RESOLVE);
    }
}

struct dial *dial_start(struct loop *loop, struct dial_target *target, uint64_t timeout_ms,
                        dial_fn *fn, void *ctx)
{
    struct dial *d = calloc(1, sizeof(*d));

    if (d == NULL) {
        return NULL;
    }
    d->loop = loop;
    d->target = target;
    d->fn = fn;
    d->ctx = ctx;
    d->fd = -1;
    d->due_ns = lazy_due_ns(timeout_ms);
    loop_task_init(&d->turn, on_turn_end, d);
    lazy_init(&d->timer, loop, on_timer, d);
    lazy_set(&d->timer, d->due_ns);
    loop_defer(loop, &d->turn);
    return d;
}
