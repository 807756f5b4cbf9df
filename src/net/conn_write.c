/*
 * Writing happens once at the end of a turn, with everything that the turn queued.
 */
#include "net/conn_private.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

/* Pieces of output given to the kernel in one call, and calls in one turn. */
#define FLUSH_PIECES 32
#define FLUSH_CALLS 8

/* Reads after a failed write, of 64 KiB: more than a kernel holds by default for one peer. */
#define LAST_READS 128

/*
 * A peer that answers early and closes (413 in the middle of a request) breaks our writing
 * before we have read what it said: the kernel still holds that, so it is read before the error
 * is told.
 */
static void write_failed(struct conn *c, int err)
{
    c->write_error = err;
    conn_io_drop_output(c);
    conn_io_offer_wanted(c);
    for (int i = 0; i < LAST_READS && c->state == CONN_OPEN && conn_io_may_read(c); i++) {
        if (!conn_io_read(c)) {
            break;
        }
    }
    conn_io_tell_eof(c);
    conn_io_fail(c, err);
}

static void await_writable(struct conn *c)
{
    if (!c->blocked) {
        conn_io_unwatch_break(c); /* the writing event tells it, too */
        c->blocked = event_add(&c->write_event, NULL) == 0;
        if (!c->blocked) {
            conn_io_fail_later(c, errno);
        }
    }
}

/* One write; false when the socket takes no more now, or broke. */
static bool write_once(struct conn *c)
{
    struct evbuffer_iovec vec[FLUSH_PIECES];
    int n = evbuffer_peek(c->out, -1, NULL, vec, FLUSH_PIECES);
    size_t offered = 0;
    ssize_t sent;

    n = n < FLUSH_PIECES ? n : FLUSH_PIECES;
    for (int i = 0; i < n; i++) {
        offered += vec[i].iov_len;
    }
    sent = c->ops->writev(c, vec, (size_t)n);
    if (sent < 0) {
        if (conn_io_transient(errno)) {
            await_writable(c);
        } else {
            write_failed(c, errno);
        }
        return false;
    }
    c->bytes_out += (uint64_t)sent;
    evbuffer_drain(c->out, (size_t)sent);
    if ((size_t)sent < offered) {
        await_writable(c);
        return false;
    }
    return true;
}

/* Finishing, and everything has left. */
static void shut_writing(struct conn *c)
{
    if (!c->shut) {
        c->shut = true;
        (void)shutdown(c->fd, SHUT_WR); /* fails only when the peer is gone: reading tells */
    }
    if (c->eof || c->linger_ms == 0) {
        conn_free(c);
    }
}

void conn_io_flush(struct conn *c)
{
    uint64_t before = c->bytes_out;
    bool was_blocked = c->blocked;
    int calls = 0;

    while (evbuffer_get_length(c->out) > 0 && write_once(c)) {
        if (++calls == FLUSH_CALLS && evbuffer_get_length(c->out) > 0) {
            await_writable(c);
            break;
        }
    }
    if (c->state == CONN_CLOSED) {
        return;
    }
    if (evbuffer_get_length(c->out) == 0) {
        conn_io_stop_writing(c);
    }
    if (c->bytes_out != before || c->blocked != was_blocked) {
        conn_io_write_clock(c);
    }
    if (c->state == CONN_FINISHING) {
        if (evbuffer_get_length(c->out) == 0) {
            shut_writing(c);
        } else if (c->linger_ms == 0) {
            conn_free(c);
        }
    } else if (c->state == CONN_OPEN && c->above_low && conn_unsent(c) < CONN_OUTPUT_LOW) {
        c->above_low = false;
        if (c->events->on_drained != NULL) {
            c->events->on_drained(c->ctx);
        }
    }
}

void conn_io_on_writable(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    conn_io_flush(arg);
}

void conn_io_schedule_flush(struct conn *c)
{
    if (!c->blocked && !c->want_flush) {
        c->want_flush = true;
        loop_defer(c->loop, &c->turn);
    }
}

/* --- queueing ---------------------------------------------------------------------- */

static bool queued(struct conn *c)
{
    c->above_low = c->above_low || evbuffer_get_length(c->out) >= CONN_OUTPUT_LOW;
    conn_io_schedule_flush(c);
    return true;
}

static bool takes_output(const struct conn *c)
{
    return c->write_error == 0 && (c->state == CONN_OPEN || c->state == CONN_ENDED);
}

bool conn_send(struct conn *c, struct str bytes)
{
    if (bytes.n == 0 || !takes_output(c)) {
        return true;
    }
    return evbuffer_add(c->out, bytes.p, bytes.n) == 0 && queued(c);
}

static void free_owned(const void *p, size_t n, void *arg)
{
    (void)p;
    (void)n;
    free(arg);
}

bool conn_send_owned(struct conn *c, char *p, size_t n)
{
    if (n == 0 || !takes_output(c)) {
        free(p);
        return true;
    }
    if (evbuffer_add_reference(c->out, p, n, free_owned, p) != 0) {
        free(p);
        return false;
    }
    return queued(c);
}

bool conn_send_ref(struct conn *c, struct str bytes)
{
    if (bytes.n == 0 || !takes_output(c)) {
        return true;
    }
    return evbuffer_add_reference(c->out, bytes.p, bytes.n, NULL, NULL) == 0 && queued(c);
}

size_t conn_unsent(const struct conn *c)
{
    return evbuffer_get_length(c->out);
}
