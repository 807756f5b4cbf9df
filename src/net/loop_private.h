/*
 * What the files of this room share about the loop; no other room includes it.
 *
 * A turn of the loop is: wait, run the callbacks of what became ready, then run the deferred tasks,
 * then free what was buried. Tasks are where output is flushed and where callbacks run that were
 * asked for inside an API call; graves are why anything may be freed inside its own callback.
 */
#ifndef SG_NET_LOOP_PRIVATE_H
#define SG_NET_LOOP_PRIVATE_H

#include "base/attr.h"
#include "net/loop.h"

#include <event2/event.h>
#include <event2/event_struct.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

/* Bytes read from a socket in one go. */
#define LOOP_SCRATCH_SIZE (64u << 10)

#define NS_PER_MS 1000000u

typedef void loop_task_fn(void *ctx);

enum loop_task_state { TASK_IDLE, TASK_QUEUED, TASK_BURIED };

/* Stands inside what it works on; never allocated by itself. */
struct loop_task {
    TAILQ_ENTRY(loop_task) link;
    loop_task_fn *fn;
    void *ctx;
    enum loop_task_state state;
};
TAILQ_HEAD(loop_tasks, loop_task);

/* Something without an owner that ends by itself, or with the loop. */
struct loop_orphan {
    TAILQ_ENTRY(loop_orphan) link;
    loop_task_fn *free_fn;
    void *ctx;
};
TAILQ_HEAD(loop_orphans, loop_orphan);

struct offload;
struct resolver;

struct loop {
    struct event_base *base;
    struct event turn_end; /* activated once a turn in which something was deferred */
    bool turn_end_armed;
    bool stopped;
    struct loop_tasks tasks;
    struct loop_tasks graves;
    struct loop_orphans orphans;
    struct offload *offload;   /* NULL until the first job */
    struct resolver *resolver; /* NULL until the first name */
    char scratch[LOOP_SCRATCH_SIZE];
};

void loop_task_init(struct loop_task *t, loop_task_fn *fn, void *ctx) SG_NONNULL_ARGS(1, 2);

/* Runs the task at the end of this turn, or of the next one if it was deferred by many others. */
void loop_defer(struct loop *loop, struct loop_task *t) SG_NONNULL;
void loop_undefer(struct loop *loop, struct loop_task *t) SG_NONNULL;

/* Calls free_fn(t->ctx) when no callback of this turn can still look at it. No undoing. */
void loop_bury(struct loop *loop, struct loop_task *t, loop_task_fn *free_fn) SG_NONNULL;

void loop_adopt(struct loop *loop, struct loop_orphan *o, loop_task_fn *free_fn, void *ctx)
    SG_NONNULL_ARGS(1, 2, 3);
void loop_disown(struct loop *loop, struct loop_orphan *o) SG_NONNULL;

/*
 * A timer that may be set again and again at no cost: it keeps the time it is due apart from the
 * time libevent was told, and asks libevent again only when that comes too late, or came too early.
 */
struct lazy_timer {
    struct loop *loop;
    struct event event;
    struct loop_task overdue; /* when libevent has no memory for the timer: early, not never */
    uint64_t due_ns;          /* of clock_mono_ns(); 0: unset */
    uint64_t armed_ns;        /* what libevent was told; 0: nothing */
    loop_task_fn *fn;
    void *ctx;
};

/* The time `ms` from now, of clock_mono_ns(); what no clock reaches becomes a hundred years. */
uint64_t lazy_due_ns(uint64_t ms);

void lazy_init(struct lazy_timer *t, struct loop *loop, loop_task_fn *fn, void *ctx)
    SG_NONNULL_ARGS(1, 2, 3);
void lazy_set(struct lazy_timer *t, uint64_t due_ns) SG_NONNULL;
void lazy_clear(struct lazy_timer *t) SG_NONNULL; /* costs nothing; libevent still wakes once */
void lazy_stop(struct lazy_timer *t) SG_NONNULL;  /* nothing is left in libevent */

/* offload.c and resolve.c keep their part of the loop. */
void offload_free(struct offload *o);
SG_MUST_CHECK bool offload_after_fork(struct offload *o) SG_NONNULL;
void resolver_free(struct resolver *r);
void resolver_after_fork(struct resolver *r) SG_NONNULL;

#endif
