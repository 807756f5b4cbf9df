/*
 * A connection's inside, for conn.c (its life and its calls), conn_io.c (its socket) and pool.c.
 *
 * OPEN       owned; callbacks run
 * ENDED      owned; on_error or on_timeout was told, callbacks are over, output may still leave
 * FINISHING  ownerless after conn_finish(): empties its output, shuts, drops what comes
 * CLOSED     the descriptor is closed; the memory goes at the end of the turn
 */
#ifndef SG_NET_CONN_PRIVATE_H
#define SG_NET_CONN_PRIVATE_H

#include "net/conn.h"
#include "net/loop_private.h"

#include <event2/buffer.h>

#include <sys/types.h>
#include <sys/uio.h>

/* As read(2) and writev(2) on a non-blocking descriptor; a write never raises SIGPIPE. */
struct conn_ops {
    ssize_t (*read)(struct conn *c, void *p, size_t n);
    ssize_t (*writev)(struct conn *c, struct iovec *vec, size_t n);
};
extern const struct conn_ops conn_socket_ops;

enum conn_state { CONN_OPEN, CONN_ENDED, CONN_FINISHING, CONN_CLOSED };

struct conn {
    struct loop *loop;
    const struct conn_ops *ops;
    const struct conn_events *events;
    void *ctx;
    void *tag; /* the pool's */
    int fd;
    enum conn_state state;

    bool paused;
    bool reading;     /* read_event is added: kept while paused until it fires */
    bool watching;    /* break_event is added: nothing else would tell a reset */
    bool want_offer;  /* in the next turn end: offer what is buffered, tell the end */
    bool offering;    /* on_data() is running */
    bool offer_again; /* conn_resume() was called inside it */
    bool eof;         /* the peer will send no more */
    bool eof_told;

    bool want_flush; /* in the next turn end */
    bool blocked;    /* write_event is added: the socket is full */
    bool above_low;  /* on_drained() is owed */
    bool shut;       /* the writing side is shut */
    int failed;      /* errno to tell in the next turn end */
    int write_error; /* errno of the write that failed; output is dropped since */

    struct event read_event;
    struct event break_event; /* edge-triggered: bytes that stay unread do not make it spin */
    struct event write_event;
    struct lazy_timer timer; /* the earlier of the two below, or lingering */
    uint64_t deadline_ns;
    uint64_t write_due_ns;
    int write_left; /* in the kernel when that was set */
    uint64_t write_timeout_ms;
    uint64_t linger_ms;

    struct evbuffer *in; /* what was not taken; NULL until then */
    struct evbuffer *out;
    uint64_t bytes_in;
    uint64_t bytes_out;

    struct loop_task turn;
    struct loop_orphan orphan;
    struct address peer;
};

/* conn_io.c */
void conn_io_init(struct conn *c) SG_NONNULL;
void conn_io_stop(struct conn *c) SG_NONNULL; /* no event of the socket's any more */
void conn_io_stop_reading(struct conn *c) SG_NONNULL;
void conn_io_stop_writing(struct conn *c) SG_NONNULL;
bool conn_io_may_read(const struct conn *c) SG_NONNULL;
void conn_io_want_read(struct conn *c) SG_NONNULL;      /* if the state allows reading */
bool conn_io_is_quiet(const struct conn *c) SG_NONNULL; /* nothing has come, not even an end */
void conn_io_unwatch_break(struct conn *c) SG_NONNULL;
size_t conn_io_held(const struct conn *c) SG_NONNULL; /* bytes untaken */
void conn_io_write_clock(struct conn *c) SG_NONNULL;  /* output moved, or just got stuck */
bool conn_io_write_is_due(struct conn *c, uint64_t now_ns) SG_NONNULL; /* else it is renewed */
void conn_io_rearm(struct conn *c) SG_NONNULL; /* the timer, after a due time changed */
bool conn_io_transient(int err);               /* try again later */
void conn_io_drop_output(struct conn *c) SG_NONNULL;
void conn_io_fail(struct conn *c, int err) SG_NONNULL; /* tells the owner, for the last time */
void conn_io_fail_later(struct conn *c, int err) SG_NONNULL; /* at the end of the turn */

/* conn_read.c */
void conn_io_on_readable(evutil_socket_t fd, short what, void *arg);
bool conn_io_read(struct conn *c) SG_NONNULL; /* one read; true when bytes came */
void conn_io_offer_held(struct conn *c) SG_NONNULL;
void conn_io_offer_wanted(struct conn *c) SG_NONNULL; /* if that was put off to the turn's end */
void conn_io_tell_eof(struct conn *c) SG_NONNULL;     /* if it is time to */

/* conn_write.c */
void conn_io_on_writable(evutil_socket_t fd, short what, void *arg);
void conn_io_schedule_flush(struct conn *c) SG_NONNULL;
void conn_io_flush(struct conn *c) SG_NONNULL;

/* Open, nothing unread and unsent, both directions alive: fit for another exchange. */
bool conn_reusable(const struct conn *c) SG_NONNULL;

#endif
