/*
 * The socket's side of a connection: reading, offering, flushing.
 *
 * Reading goes into the loop's one scratch buffer and is offered from there, so that a reader who
 * takes everything costs no allocation and no copy; only what it leaves is kept. Writing happens
 * once at the end of a turn, with everything the turn queued; libevent is asked to watch for
 * writability only when the socket is full. The read event stays added while the connection is
 * paused, until bytes come: most pauses end before that, and cost nothing.
 */
#include "net/conn-internal.h"

#include <errno.h>
#include <sys/socket.h>

/* Pieces of output given to the kernel in one call, and calls in one turn. */
#define FLUSH_PIECES 32
#define FLUSH_CALLS 8

/* Reads after a failed write: what the peer said before it went. */
#define LAST_READS 32

static ssize_t socket_read(struct conn *c, void *p, size_t n)
{
    return recv(c->fd, p, n, 0);
}

static ssize_t socket_writev(struct conn *c, struct iovec *vec, size_t n)
{
    struct msghdr m = {.msg_iov = vec, .msg_iovlen = n};

    return sendmsg(c->fd, &m, MSG_NOSIGNAL);
}

const struct conn_ops conn_socket_ops = {socket_read, socket_writev};

static bool is_transient(int err)
{
    return err == EAGAIN || err == EINTR;
}

size_t conn_io_held(const struct conn *c)
{
    return c->in == NULL ? 0 : evbuffer_get_length(c->in);
}

/* --- events and time --------------------------------------------------------------------------- */

static void stop_reading(struct conn *c)
{
    if (c->reading) {
        c->reading = false;
        event_del(&c->read_event);
    }
}

static void stop_writing(struct conn *c)
{
    if (c->blocked) {
        c->blocked = false;
        event_del(&c->write_event);
    }
}

void conn_io_stop(struct conn *c)
{
    stop_reading(c);
    stop_writing(c);
}

static void drop_output(struct conn *c)
{
    stop_writing(c);
    evbuffer_drain(c->out, evbuffer_get_length(c->out));
    c->above_low = false;
}

/* Tells the owner, who hears nothing more. */
static void fail(struct conn *c, int err)
{
    if (c->state == CONN_FINISHING) {
        conn_free(c);
    } else if (c->state == CONN_OPEN) {
        c->state = CONN_ENDED;
        c->write_error = err;
        conn_io_stop(c);
        drop_output(c);
        lazy_clear(&c->timer);
        c->events->on_error(c->ctx, err);
    }
}

/* For failures inside a call of the owner's, which must not call back. */
static void fail_later(struct conn *c, int err)
{
    c->failed = err;
    loop_defer(c->loop, &c->turn);
}

static bool may_read(const struct conn *c)
{
    if (c->state == CONN_FINISHING) {
        return !c->eof;
    }
    return c->state == CONN_OPEN && !c->paused && !c->eof && conn_io_held(c) < CONN_INPUT_MAX;
}

void conn_io_want_read(struct conn *c)
{
    if (may_read(c) && !c->reading) {
        c->reading = event_add(&c->read_event, NULL) == 0;
        if (!c->reading) {
            fail_later(c, errno);
        }
    }
}

void conn_io_rearm(struct conn *c)
{
    uint64_t due_ns = c->deadline_ns;

    if (c->write_due_ns != 0 && (due_ns == 0 || c->write_due_ns < due_ns)) {
        due_ns = c->write_due_ns;
    }
    if (due_ns == 0) {
        lazy_clear(&c->timer);
    } else {
        lazy_set(&c->timer, due_ns);
    }
}

void conn_io_write_clock(struct conn *c)
{
    if (c->state == CONN_FINISHING) {
        lazy_set(&c->timer, lazy_due_ns(c->linger_ms));
    } else if (c->write_timeout_ms != 0 && c->blocked) {
        c->write_due_ns = lazy_due_ns(c->write_timeout_ms);
        conn_io_rearm(c);
    } else if (c->write_due_ns != 0) {
        c->write_due_ns = 0;
        conn_io_rearm(c);
    }
}

/* --- offering what was read -------------------------------------------------------------------- */

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

static void offer_held(struct conn *c)
{
    size_t n = conn_io_held(c);
    const char *p = n == 0 ? NULL : (const char *)evbuffer_pullup(c->in, -1);

    if (n == 0) {
        return;
    }
    if (p == NULL) {
        fail(c, ENOMEM);
        return;
    }
    evbuffer_drain(c->in, call_on_data(c, p, n));
    after_offer(c);
}

static void offer_read(struct conn *c, const char *p, size_t n)
{
    if (conn_io_held(c) > 0) {
        if (keep(c, p, n)) {
            offer_held(c);
        } else {
            fail(c, ENOMEM);
        }
        return;
    }
    size_t taken = call_on_data(c, p, n);

    if (taken < n && c->state == CONN_OPEN && !keep(c, p + taken, n - taken)) {
        fail(c, ENOMEM);
        return;
    }
    after_offer(c);
}

static void tell_eof(struct conn *c)
{
    if (c->state == CONN_OPEN && !c->paused && c->eof && !c->eof_told) {
        c->eof_told = true;
        c->events->on_eof(c->ctx);
    }
}

/* --- reading ----------------------------------------------------------------------------------- */

/* One read; true when bytes came. */
static bool read_once(struct conn *c)
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
        c->eof = true;
        stop_reading(c);
    } else if (!is_transient(errno)) {
        fail(c, errno);
    }
    return false;
}

static void drop_input(struct conn *c)
{
    ssize_t n = c->ops->read(c, c->loop->scratch, sizeof(c->loop->scratch));

    if (n > 0) {
        c->bytes_in += (uint64_t)n;
    } else if (n < 0 ? !is_transient(errno) : c->shut) {
        conn_free(c);
    } else if (n == 0) {
        c->eof = true;
        stop_reading(c);
    }
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
    struct conn *c = arg;

    (void)fd;
    (void)what;
    if (!may_read(c)) {
        stop_reading(c);
    } else if (c->state == CONN_FINISHING) {
        drop_input(c);
    } else if (!read_once(c) && c->eof) {
        if (c->want_offer) {
            return; /* what is held is offered first, at the end of this turn */
        }
        tell_eof(c);
    }
}

/* --- writing ----------------------------------------------------------------------------------- */

/*
 * A peer that answers early and closes (413 in the middle of a request) breaks our writing before
 * we have read what it said: the kernel still holds that, so it is read before the error is told.
 */
static void write_failed(struct conn *c, int err)
{
    c->write_error = err;
    drop_output(c);
    for (int i = 0; i < LAST_READS && c->state == CONN_OPEN && may_read(c); i++) {
        if (!read_once(c)) {
            break;
        }
    }
    fail(c, err);
}

static void await_writable(struct conn *c)
{
    if (!c->blocked) {
        c->blocked = event_add(&c->write_event, NULL) == 0;
        if (!c->blocked) {
            fail_later(c, errno);
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
        if (is_transient(errno)) {
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

static void flush(struct conn *c)
{
    uint64_t before = c->bytes_out;
    bool was_blocked = c->blocked;
    int calls = 0;

    while (evbuffer_get_length(c->out) > 0 && write_once(c)) {
        if (++calls == FLUSH_CALLS) {
            await_writable(c);
            break;
        }
    }
    if (c->state == CONN_CLOSED) {
        return;
    }
    if (evbuffer_get_length(c->out) == 0) {
        stop_writing(c);
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

static void on_writable(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    flush(arg);
}

void conn_io_schedule_flush(struct conn *c)
{
    if (!c->blocked && !c->want_flush) {
        c->want_flush = true;
        loop_defer(c->loop, &c->turn);
    }
}

/* The end of a turn in which something was asked for. */
static void on_turn_end(void *ctx)
{
    struct conn *c = ctx;

    if (c->failed != 0) {
        fail(c, c->failed);
        return;
    }
    if (c->want_offer) {
        c->want_offer = false;
        if (c->state == CONN_OPEN && !c->paused) {
            offer_held(c);
        }
        tell_eof(c);
    }
    if (c->want_flush && c->state != CONN_CLOSED) {
        c->want_flush = false;
        if (!c->blocked) {
            flush(c);
        }
    }
}

void conn_io_init(struct conn *c)
{
    loop_task_init(&c->turn, on_turn_end, c);
    event_assign(&c->read_event, c->loop->base, c->fd, EV_READ | EV_PERSIST, on_readable, c);
    event_assign(&c->write_event, c->loop->base, c->fd, EV_WRITE | EV_PERSIST, on_writable, c);
}
