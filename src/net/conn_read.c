/*
 * Reading goes into the loop's one scratch buffer and is offered from there, so that a reader who
 * takes everything costs no allocation and no copy; only what it leaves is kept.
 */
#include "net/conn_private.h"

#include <errno.h>

static size_t call_on_data(struct conn *c, const char *p, size_t n)
{
    size_t taken;

    c->offering = true;
    c->offer_again = false;
    taken = c->events->on_data(c->ctx, p, n);
    c->offering = false;
    return taken < n ? taken : n;
}

/* After on_data(): the owner may have resumed inside it, to be asked again about what is left. */
static void after_offer(struct conn *c)
{
    if (c->state != CONN_OPEN) {
        return;
    }
    if (c->offer_again && !c->paused && conn_io_held(c) > 0) {
        c->want_offer = true;
        loop_defer(c->loop, &c->turn);
    }
    conn_io_want_read(c);
}

static bool keep(struct conn *c, const char *p, size_t n)
{
    if (c->in == NULL) {
        c->in = evbuffer_new();
    }
    return c->in != NULL && evbuffer_add(c->in, p, n) == 0;
}

void conn_io_offer_held(struct conn *c)
{
    size_t n = conn_io_held(c);
    const char *p = n == 0 ? NULL : (const char *)evbuffer_pullup(c->in, -1);

    if (n == 0) {
        return;
    }
    if (p == NULL) {
        conn_io_fail(c, ENOMEM);
        return;
    }
    evbuffer_drain(c->in, call_on_data(c, p, n));
    after_offer(c);
}

void conn_io_offer_wanted(struct conn *c)
{
    if (c->want_offer) {
        c->want_offer = false;
        if (c->state == CONN_OPEN && !c->paused) {
            conn_io_offer_held(c);
        }
    }
}

static void offer_read(struct conn *c, const char *p, size_t n)
{
    if (conn_io_held(c) > 0) {
        if (keep(c, p, n)) {
            conn_io_offer_held(c);
        } else {
            conn_io_fail(c, ENOMEM);
        }
        return;
    }
    size_t taken = call_on_data(c, p, n);

    if (taken < n && c->state == CONN_OPEN && !keep(c, p + taken, n - taken)) {
        conn_io_fail(c, ENOMEM);
        return;
    }
    after_offer(c);
}

void conn_io_tell_eof(struct conn *c)
{
    if (c->state == CONN_OPEN && !c->paused && c->eof && !c->eof_told) {
        c->eof_told = true;
        c->events->on_eof(c->ctx);
    }
}

/* --- reading ----------------------------------------------------------------------- */

/* One read; true when bytes came. */
bool conn_io_read(struct conn *c)
{
    size_t room = CONN_INPUT_MAX - conn_io_held(c);
    ssize_t n = c->ops->read(c, c->loop->scratch,
                             room < sizeof(c->loop->scratch) ? room : sizeof(c->loop->scratch));

    if (n > 0) {
        c->bytes_in += (uint64_t)n;
        offer_read(c, c->loop->scratch, (size_t)n);
        return true;
    }
    if (n == 0) {
        c->eof = true; /* the event goes when it fires again: most connections go before */
    } else if (!conn_io_transient(errno)) {
        conn_io_fail(c, errno);
    }
    return false;
}

static void drop_input(struct conn *c)
{
    ssize_t n = c->ops->read(c, c->loop->scratch, sizeof(c->loop->scratch));

    if (n > 0) {
        c->bytes_in += (uint64_t)n;
    } else if (n < 0 ? !conn_io_transient(errno) : c->shut) {
        conn_free(c);
    } else if (n == 0) {
        c->eof = true;
        conn_io_stop_reading(c);
    }
}

void conn_io_on_readable(evutil_socket_t fd, short what, void *arg)
{
    struct conn *c = arg;

    (void)fd;
    (void)what;
    if (!conn_io_may_read(c)) {
        conn_io_stop_reading(c);
    } else if (c->state == CONN_FINISHING) {
        drop_input(c);
    } else if (!conn_io_read(c) && c->eof) {
        if (c->want_offer) {
            return; /* what is held is offered first, at the end of this turn */
        }
        conn_io_tell_eof(c);
    }
}
