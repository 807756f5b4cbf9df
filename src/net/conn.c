#include "net/conn.h"
#include "base/clock.h"
#include "net/conn_private.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static void destroy(void *ctx)
{
    struct conn *c = ctx;

    if (c->in != NULL) {
        evbuffer_free(c->in);
    }
    evbuffer_free(c->out);
    free(c);
}

static void close_orphan(void *ctx)
{
    conn_free(ctx);
}

static void on_timer(void *ctx)
{
    struct conn *c = ctx;
    uint64_t now_ns = clock_mono_ns();

    if (c->state == CONN_FINISHING) {
        conn_free(c);
    } else if (c->state == CONN_OPEN) {
        bool ended = c->deadline_ns != 0 && c->deadline_ns <= now_ns;

        if (!ended && !conn_io_write_is_due(c, now_ns)) {
            conn_io_rearm(c);
            return;
        }
        /* Writing goes on: the owner may still want to say why. */
        c->state = CONN_ENDED;
        c->events->on_timeout(c->ctx);
    }
}

struct conn *conn_new(struct loop *loop, int fd, const struct conn_events *events, void *ctx)
{
    struct conn *c = calloc(1, sizeof(*c));
    struct evbuffer *out = evbuffer_new();

    if (c == NULL || out == NULL) {
        if (out != NULL) {
            evbuffer_free(out);
        }
        free(c);
        close(fd);
        return NULL;
    }
    c->loop = loop;
    c->ops = &conn_socket_ops;
    c->fd = fd;
    c->events = events;
    c->ctx = ctx;
    c->out = out;
    c->paused = true;
    c->peer.len = sizeof(c->peer.sa);
    if (getpeername(fd, (struct sockaddr *)&c->peer.sa, &c->peer.len) != 0) {
        c->peer.len = 0; /* gone already: reading will tell */
    }
    lazy_init(&c->timer, loop, on_timer, c);
    conn_io_init(c);
    return c;
}

void conn_free(struct conn *c)
{
    if (c == NULL || c->state == CONN_CLOSED) {
        return;
    }
    if (c->state == CONN_FINISHING) {
        loop_disown(c->loop, &c->orphan);
    }
    c->state = CONN_CLOSED;
    conn_io_stop(c);
    lazy_stop(&c->timer);
    close(c->fd);
    loop_bury(c->loop, &c->turn, destroy);
}

void conn_reset(struct conn *c)
{
    const struct linger now = {.l_onoff = 1, .l_linger = 0};

    if (c != NULL && c->state != CONN_CLOSED) {
        /* Fails on no stream socket; if it did, the peer would see an end instead. */
        (void)setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
        conn_free(c);
    }
}

void conn_finish(struct conn *c, uint64_t linger_ms)
{
    if (c->state == CONN_FINISHING || c->state == CONN_CLOSED) {
        return;
    }
    if (c->write_error != 0) {
        conn_free(c);
        return;
    }
    c->state = CONN_FINISHING;
    c->linger_ms = linger_ms;
    loop_adopt(c->loop, &c->orphan, close_orphan, c);
    /* The bytes at `in` may be those on_data() is looking at: they go with the connection. */
    conn_io_write_clock(c);
    conn_io_want_read(c);
    conn_io_schedule_flush(c);
}

void conn_owner(struct conn *c, const struct conn_events *events, void *ctx)
{
    c->events = events;
    c->ctx = ctx;
}

void conn_pause(struct conn *c)
{
    c->paused = true;
}

void conn_resume(struct conn *c)
{
    c->paused = false;
    if (c->state != CONN_OPEN) {
        return;
    }
    if (c->offering) {
        c->offer_again = true;
    } else if (conn_io_held(c) > 0 || (c->eof && !c->eof_told)) {
        c->want_offer = true;
        loop_defer(c->loop, &c->turn);
    }
    conn_io_want_read(c);
}

void conn_deadline(struct conn *c, uint64_t ms)
{
    if (c->state == CONN_OPEN) {
        c->deadline_ns = ms == 0 ? 0 : lazy_due_ns(ms);
        conn_io_rearm(c);
    }
}

void conn_write_timeout(struct conn *c, uint64_t ms)
{
    if (c->state == CONN_OPEN) {
        c->write_timeout_ms = ms;
        conn_io_write_clock(c);
    }
}

const struct address *conn_peer(const struct conn *c)
{
    return &c->peer;
}

uint64_t conn_bytes_in(const struct conn *c)
{
    return c->bytes_in;
}

uint64_t conn_bytes_out(const struct conn *c)
{
    return c->bytes_out;
}

bool conn_reusable(const struct conn *c)
{
    return c->state == CONN_OPEN && !c->eof && c->write_error == 0 && c->failed == 0 &&
           conn_io_held(c) == 0 && evbuffer_get_length(c->out) == 0 && conn_io_is_quiet(c);
}
