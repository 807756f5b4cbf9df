#include "config.h" /* accept4() */

#include "net/listener.h"
#include "net/loop_private.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <unistd.h>

/* Connections taken in one turn, so that a flood of new ones does not starve the old ones. */
#define ACCEPTS 32
#define REST_MS 100

struct listener {
    struct loop *loop;
    const struct log *log;
    listener_fn *fn;
    void *ctx;
    int fd;
    struct event event;
    struct lazy_timer rest;
    struct loop_task grave;
    bool on;      /* the event is added */
    bool paused;  /* by the owner */
    bool starved; /* this shortage is logged */
};

static void stop(struct listener *l)
{
    if (l->on) {
        l->on = false;
        event_del(&l->event);
    }
}

static void take_a_rest(struct listener *l)
{
    stop(l);
    lazy_set(&l->rest, lazy_due_ns(REST_MS));
}

static void start(struct listener *l)
{
    if (!l->on && !l->paused) {
        l->on = event_add(&l->event, NULL) == 0;
        if (!l->on) {
            take_a_rest(l);
        }
    }
}

static void on_rested(void *ctx)
{
    start(ctx);
}

/* What concerns only the connection that was to be accepted (accept(2), "Error handling"). */
static bool concerns_peer(int err)
{
    switch (err) {
    case EINTR:
    case ECONNABORTED:
    case EPROTO:
    case EPERM:
    case ENETDOWN:
    case ENOPROTOOPT:
    case EHOSTDOWN:
    case ENONET:
    case EHOSTUNREACH:
    case ENETUNREACH:
        return true;
    default:
        return false;
    }
}

static void accept_failed(struct listener *l, int err)
{
    if (!l->starved) {
        l->starved = true;
        errno = err;
        log_warn(l->log, "accept_failed retry_ms=%d", REST_MS);
    }
    take_a_rest(l);
}

static void on_acceptable(evutil_socket_t listening, short what, void *arg)
{
    struct listener *l = arg;

    (void)what;
    for (int i = 0; i < ACCEPTS && l->on; i++) {
        struct address peer = {.len = sizeof(peer.sa)};
        int fd = accept4((int)listening, (struct sockaddr *)&peer.sa, &peer.len,
                         SOCK_NONBLOCK | SOCK_CLOEXEC);

        if (fd >= 0) {
            l->fn(l->ctx, fd, &peer);
        } else if (errno == EAGAIN) {
            l->starved = false; /* all were taken: a later shortage is another one */
            return;
        } else if (!concerns_peer(errno)) {
            accept_failed(l, errno);
        }
    }
}

/* Accepted connections inherit both from the listening socket: two system calls less for each. */
static bool prepare(int fd)
{
    const int on = 1;
    int flags = fcntl(fd, F_GETFL);
    int domain = 0;
    socklen_t len = sizeof(domain);

    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0 ||
        getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) != 0) {
        return false;
    }
    return domain == AF_UNIX || setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) == 0;
}

struct listener *listener_new(struct loop *loop, int fd, const struct log *log, listener_fn *fn,
                              void *ctx)
{
    struct listener *l = calloc(1, sizeof(*l));

    if (l == NULL) {
        return NULL;
    }
    l->loop = loop;
    l->log = log;
    l->fn = fn;
    l->ctx = ctx;
    l->fd = fd;
    loop_task_init(&l->grave, free, l);
    lazy_init(&l->rest, loop, on_rested, l);
    if (!prepare(fd) ||
        event_assign(&l->event, loop->base, fd, EV_READ | EV_PERSIST, on_acceptable, l) != 0 ||
        event_add(&l->event, NULL) != 0) {
        free(l);
        return NULL;
    }
    l->on = true;
    return l;
}

void listener_free(struct listener *l)
{
    if (l != NULL) {
        stop(l);
        lazy_stop(&l->rest);
        loop_bury(l->loop, &l->grave, free);
    }
}

void listener_pause(struct listener *l)
{
    l->paused = true;
    stop(l);
    lazy_stop(&l->rest);
}

void listener_resume(struct listener *l)
{
    l->paused = false;
    start(l);
}
