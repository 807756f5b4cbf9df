/*
 * What reading (conn_read.c) and writing (conn_write.c) of a connection share: the socket's
 * operations, its events, its clock, and how it fails.
 *
 * No system call is made that a turn does not need. The read event stays added while the connection
 * is paused, until bytes come: most pauses end before that. libevent is asked to watch for
 * writability only when the socket is full.
 */
#include "net/conn_private.h"

#include <errno.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

static ssize_t socket_read(struct conn *c, void *p, size_t n)
{
    return recv(c->fd, p, n, 0);
}

/* Asks the kernel: the loop may not have looked since. Bytes, an end and an error all say no. */
bool conn_io_is_quiet(const struct conn *c)
{
    char byte;

    return recv(c->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && conn_io_transient(errno);
}

static ssize_t socket_writev(struct conn *c, struct iovec *vec, size_t n)
{
    struct msghdr m = {.msg_iov = vec, .msg_iovlen = n};

    return sendmsg(c->fd, &m, MSG_NOSIGNAL);
}

const struct conn_ops conn_socket_ops = {socket_read, socket_writev};

bool conn_io_transient(int err)
{
    return err == EAGAIN || err == EINTR;
}

size_t conn_io_held(const struct conn *c)
{
    return c->in == NULL ? 0 : evbuffer_get_length(c->in);
}

/*
 * When neither reading nor writing is waited for, nothing would tell that the peer reset. libevent
 * has no event for that alone (EV_CLOSED sleeps through a reset, at full speed), but an edge-
 * triggered read event does: it wakes once for what is unread, and then for each new segment, of
 * which there are no more than the kernel's buffer holds. libevent takes no edge-triggered event
 * beside others on one descriptor.
 */
static void watch_break(struct conn *c)
{
    if (c->state == CONN_OPEN && !c->watching && !c->reading && !c->blocked) {
        /* Without memory for it, reading and writing tell later. */
        c->watching = event_add(&c->break_event, NULL) == 0;
    }
}

void conn_io_unwatch_break(struct conn *c)
{
    if (c->watching) {
        c->watching = false;
        event_del(&c->break_event);
    }
}

static void on_break(evutil_socket_t fd, short what, void *arg)
{
    int err = 0;
    socklen_t len = sizeof(err);

    (void)what;
    if (getsockopt((int)fd, SOL_SOCKET, SO_ERROR, &err, &len) == 0 && err != 0) {
        conn_io_fail(arg, err);
    }
}

void conn_io_stop_reading(struct conn *c)
{
    if (c->reading) {
        c->reading = false;
        event_del(&c->read_event);
        watch_break(c);
    }
}

void conn_io_stop_writing(struct conn *c)
{
    if (c->blocked) {
        c->blocked = false;
        event_del(&c->write_event);
        watch_break(c);
    }
}

void conn_io_stop(struct conn *c)
{
    conn_io_stop_reading(c);
    conn_io_stop_writing(c);
    conn_io_unwatch_break(c);
}

void conn_io_drop_output(struct conn *c)
{
    conn_io_stop_writing(c);
    evbuffer_drain(c->out, evbuffer_get_length(c->out));
    c->above_low = false;
}

/* Tells the owner, who hears nothing more. */
void conn_io_fail(struct conn *c, int err)
{
    if (c->state == CONN_FINISHING) {
        conn_free(c);
    } else if (c->state == CONN_OPEN) {
        c->state = CONN_ENDED;
        c->write_error = err;
        conn_io_stop(c);
        conn_io_drop_output(c);
        lazy_clear(&c->timer);
        c->events->on_error(c->ctx, err);
    }
}

/* For failures inside a call of the owner's, which must not call back. */
void conn_io_fail_later(struct conn *c, int err)
{
    c->failed = err;
    loop_defer(c->loop, &c->turn);
}

bool conn_io_may_read(const struct conn *c)
{
    if (c->state == CONN_FINISHING) {
        return !c->eof;
    }
    return c->state == CONN_OPEN && !c->paused && !c->eof && conn_io_held(c) < CONN_INPUT_MAX;
}

void conn_io_want_read(struct conn *c)
{
    if (conn_io_may_read(c) && !c->reading) {
        conn_io_unwatch_break(c);
        c->reading = event_add(&c->read_event, NULL) == 0;
        if (!c->reading) {
            conn_io_fail_later(c, errno);
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

/* Bytes that the kernel has taken and the peer has not. */
static int in_kernel(const struct conn *c)
{
    int n = 0;

    return ioctl(c->fd, SIOCOUTQ, &n) == 0 ? n : 0;
}

/*
 * A full socket takes nothing until a good part of its buffer, megabytes, is free: a slow peer may
 * read all the time meanwhile.
 */
bool conn_io_write_is_due(struct conn *c, uint64_t now_ns)
{
    if (c->write_due_ns == 0 || c->write_due_ns > now_ns) {
        return false;
    }
    if (in_kernel(c) >= c->write_left) {
        return true;
    }
    conn_io_write_clock(c);
    return false;
}

void conn_io_write_clock(struct conn *c)
{
    if (c->state == CONN_FINISHING) {
        lazy_set(&c->timer, lazy_due_ns(c->linger_ms));
    } else if (c->write_timeout_ms != 0 && c->blocked) {
        c->write_due_ns = lazy_due_ns(c->write_timeout_ms);
        c->write_left = in_kernel(c);
        conn_io_rearm(c);
    } else if (c->write_due_ns != 0) {
        c->write_due_ns = 0;
        conn_io_rearm(c);
    }
}

/* The end of a turn in which something was asked for. */
static void on_turn_end(void *ctx)
{
    struct conn *c = ctx;

    if (c->failed != 0) {
        conn_io_fail(c, c->failed);
        return;
    }
    if (c->want_offer) {
        conn_io_offer_wanted(c);
        conn_io_tell_eof(c);
    }
    if (c->want_flush && c->state != CONN_CLOSED) {
        c->want_flush = false;
        if (!c->blocked) {
            conn_io_flush(c);
        }
    }
}

void conn_io_init(struct conn *c)
{
    loop_task_init(&c->turn, on_turn_end, c);
    event_assign(&c->read_event, c->loop->base, c->fd, EV_READ | EV_PERSIST, conn_io_on_readable,
                 c);
    event_assign(&c->break_event, c->loop->base, c->fd, EV_READ | EV_ET | EV_PERSIST, on_break, c);
    event_assign(&c->write_event, c->loop->base, c->fd, EV_WRITE | EV_PERSIST, conn_io_on_writable,
                 c);
}
