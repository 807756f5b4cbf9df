/*
 * The event loop: the one place that waits. libevent stays behind this folder's headers, so the
 * rooms above could be driven by a fake loop.
 *
 * One loop a thread. Callbacks run on the loop's thread, one at a time, and must not block: slow
 * work goes to loop_offload(). Anything may be freed inside its own callback.
 */
#ifndef SG_NET_LOOP_H
#define SG_NET_LOOP_H

#include "base/attr.h"

#include <stdbool.h>
#include <stdint.h>

struct loop;

/* NULL when libevent cannot start (no memory, no descriptors). */
SG_MUST_CHECK struct loop *loop_new(void);

/*
 * Everything made on the loop must be freed before; connections that still linger are closed.
 * Offloaded jobs that were accepted are waited for, and their done() is called.
 */
void loop_free(struct loop *loop);

/*
 * Runs until loop_stop() or until nothing is left to wait for. False when libevent failed. A
 * loop_stop() before it makes it return at once; what was sent before one still leaves.
 */
SG_MUST_CHECK bool loop_run(struct loop *loop) SG_NONNULL;
void loop_stop(struct loop *loop) SG_NONNULL;

/*
 * After fork(): the child's copy of the loop must be reinitialised before anything else. Offloaded
 * jobs stay with the parent: the child runs neither work() nor done() of them.
 */
SG_MUST_CHECK bool loop_after_fork(struct loop *loop) SG_NONNULL;

/* --- timers ------------------------------------------------------------------------ */

struct timer;
typedef void timer_fn(void *ctx);

/* Made unset; NULL: no memory. */
SG_MUST_CHECK struct timer *timer_new(struct loop *loop, timer_fn *fn, void *ctx)
    SG_NONNULL_ARGS(1, 2);
void timer_free(struct timer *t);
/* Fires once after `ms`; replaces an earlier setting. */
void timer_set(struct timer *t, uint64_t ms) SG_NONNULL;
void timer_clear(struct timer *t) SG_NONNULL;

/* --- descriptors and signals ------------------------------------------------------- */

struct watch;
typedef void watch_fn(void *ctx, int fd);

/* Calls `fn` whenever `fd` is readable (level-triggered). The caller keeps the descriptor. */
SG_MUST_CHECK struct watch *watch_readable(struct loop *loop, int fd, watch_fn *fn, void *ctx)
    SG_NONNULL_ARGS(1, 3);
/*
 * Calls `fn(ctx, signo)` in the loop, not in signal context. The signal is blocked for the calling
 * thread until the watch is freed, so threads must be started after it or block it themselves.
 */
SG_MUST_CHECK struct watch *watch_signal(struct loop *loop, int signo, watch_fn *fn, void *ctx)
    SG_NONNULL_ARGS(1, 3);
void watch_pause(struct watch *w) SG_NONNULL;
void watch_resume(struct watch *w) SG_NONNULL;
void watch_free(struct watch *w);

/* --- work off the loop ------------------------------------------------------------- */

/*
 * Runs work(ctx) on the loop's helper thread, then done(ctx) on the loop. Jobs run one after
 * another, in order. `ctx` must stay valid until done() has run: a job cannot be cancelled, so its
 * owner marks it abandoned and frees it in done(). False when the queue is full
 * (LOOP_OFFLOAD_QUEUE) or a thread cannot be had: nothing will run. The thread starts with the
 * first job and blocks all signals.
 */
#define LOOP_OFFLOAD_QUEUE 1024
typedef void loop_work_fn(void *ctx);
SG_MUST_CHECK bool loop_offload(struct loop *loop, loop_work_fn *work, loop_work_fn *done,
                                void *ctx) SG_NONNULL_ARGS(1, 2, 3);

#endif
