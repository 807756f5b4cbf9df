/*
 * A connection: a non-blocking stream socket with bounded buffers both ways.
 *
 * Reading: bytes are offered to on_data(), which takes as many as it can use; what is left is
 * offered again with the next bytes or after conn_resume(), and not before: an owner that cannot
 * use them now returns 0 and costs nothing until then. The connection stops reading from the socket
 * while it holds CONN_INPUT_MAX bytes untaken or is paused: that is the backpressure. Writing:
 * conn_send() never blocks; the caller looks at conn_unsent() and stops producing above its own
 * mark, until on_drained() tells that less than CONN_OUTPUT_LOW is left.
 *
 * Plain TCP and Unix sockets today; TLS will stand behind the same calls (the socket operations are
 * one small table, conn_ops).
 */
#ifndef SG_NET_CONN_H
#define SG_NET_CONN_H

#include "base/attr.h"
#include "base/str.h"
#include "net/address.h"
#include "net/loop.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONN_INPUT_MAX (256u << 10)
#define CONN_OUTPUT_LOW (64u << 10)

struct conn;

/*
 * No callback runs before its conn_* call returns to the loop, and none after conn_free() or
 * conn_finish(). on_error and on_timeout are not followed by others; the owner then frees.
 */
struct conn_events {
    /* Returns how many of the `n` bytes were taken. Contiguous: all that is buffered. */
    size_t (*on_data)(void *ctx, const char *p, size_t n);
    /*
     * The peer will send no more, and everything was offered to on_data() at least once. Told as
     * soon as the end is read, also while bytes stay untaken (a client that pipelines and leaves
     * must be noticed during the exchange); those are offered again after conn_resume(). The end
     * is not read while the owner has paused, or CONN_INPUT_MAX bytes are untaken. Writing may go
     * on.
     */
    void (*on_eof)(void *ctx);
    /*
     * The connection broke; `err` is an errno. Told also while paused: a reset is noticed from the
     * first conn_resume() on, whether the socket is read or not. When writing broke, what the peer
     * had sent before was offered first, and its end told. Whatever is sent from now on is dropped.
     */
    void (*on_error)(void *ctx, int err);
    /* A deadline or a write timeout passed. The owner may still send and conn_finish(). */
    void (*on_timeout)(void *ctx);
    /* Less than CONN_OUTPUT_LOW is unsent, after it was more; NULL if nobody cares. */
    void (*on_drained)(void *ctx);
};

/* Takes the connected descriptor over, also on failure (NULL: no memory). Starts paused. */
SG_MUST_CHECK struct conn *conn_new(struct loop *loop, int fd, const struct conn_events *events,
                                    void *ctx) SG_NONNULL_ARGS(1, 3);

/* Closes at once; unsent bytes are lost. With `reset`, the peer sees a reset, not an end. */
void conn_free(struct conn *c);
void conn_reset(struct conn *c);

/*
 * The owner is done: sends what is unsent, shuts the writing side, reads and drops (so that the
 * kernel does not reset what the peer has not read yet), and frees itself at the peer's end or
 * `linger_ms` after the last byte that left. No callbacks any more.
 */
void conn_finish(struct conn *c, uint64_t linger_ms) SG_NONNULL;

/* Hands the connection to another owner (from and to a pool). */
void conn_owner(struct conn *c, const struct conn_events *events, void *ctx) SG_NONNULL_ARGS(1, 2);

/* on_data and on_eof are not called any more. */
void conn_pause(struct conn *c) SG_NONNULL;

/*
 * They are called again, also on a connection that was not paused: what is buffered is offered once
 * more from the loop, never inside this call.
 */
void conn_resume(struct conn *c) SG_NONNULL;

/*
 * Queues bytes: copied; or (owned) taken over and given to free(), also on failure; or (ref) as
 * they stand, to stay unchanged until conn_unsent() is 0 or the connection is freed: not for a
 * connection that conn_finish() may leave without an owner. False: no memory; nothing will be sent
 * of them. All that one turn queues leaves in one write at its end.
 */
SG_MUST_CHECK bool conn_send(struct conn *c, struct str bytes) SG_NONNULL;
SG_MUST_CHECK bool conn_send_owned(struct conn *c, char *p, size_t n) SG_NONNULL_ARGS(1);
SG_MUST_CHECK bool conn_send_ref(struct conn *c, struct str bytes) SG_NONNULL;
size_t conn_unsent(const struct conn *c) SG_NONNULL;

/* on_timeout after `ms` from now unless set anew; 0 clears. Cheap: may be set for every event. */
void conn_deadline(struct conn *c, uint64_t ms) SG_NONNULL;

/*
 * Watches that queued output moves: on_timeout when something is queued and for `ms` the peer's
 * kernel took none of it. 0: off.
 */
void conn_write_timeout(struct conn *c, uint64_t ms) SG_NONNULL;

const struct address *conn_peer(const struct conn *c) SG_NONNULL;

/* Bytes taken from and given to the socket so far. */
uint64_t conn_bytes_in(const struct conn *c) SG_NONNULL;
uint64_t conn_bytes_out(const struct conn *c) SG_NONNULL;

#endif
