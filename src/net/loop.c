#include "net/loop_private.h"

#include <stdlib.h>
#include <sys/time.h>

/*
 * Tasks that tasks defer run in the same turn up to this depth (an answer needs three: a connection
 * is found, the request is queued on it, its bytes are written); deeper ones wait for the next
 * turn, so that no chain of them keeps the loop from its sockets.
 */
#define TURN_ROUNDS 8

void loop_task_init(struct loop_task *t, loop_task_fn *fn, void *ctx)
{
    *t = (struct loop_task){.fn = fn, .ctx = ctx, .state = TASK_IDLE};
}

/* libevent runs it behind every callback that is ready now: no extra wait, no system call. */
static void arm_turn_end(struct loop *loop)
{
    if (!loop->turn_end_armed) {
        loop->turn_end_armed = true;
        event_active(&loop->turn_end, EV_TIMEOUT, 0);
    }
}

void loop_defer(struct loop *loop, struct loop_task *t)
{
    if (t->state == TASK_IDLE) {
        t->state = TASK_QUEUED;
        TAILQ_INSERT_TAIL(&loop->tasks, t, link);
        arm_turn_end(loop);
    }
}

void loop_undefer(struct loop *loop, struct loop_task *t)
{
    if (t->state == TASK_QUEUED) {
        t->state = TASK_IDLE;
        TAILQ_REMOVE(&loop->tasks, t, link);
    }
}

void loop_bury(struct loop *loop, struct loop_task *t, loop_task_fn *free_fn)
{
    loop_undefer(loop, t);
    if (t->state == TASK_IDLE) {
        t->state = TASK_BURIED;
        t->fn = free_fn;
        TAILQ_INSERT_TAIL(&loop->graves, t, link);
        arm_turn_end(loop);
    }
}

void loop_adopt(struct loop *loop, struct loop_orphan *o, loop_task_fn *free_fn, void *ctx)
{
    o->free_fn = free_fn;
    o->ctx = ctx;
    TAILQ_INSERT_TAIL(&loop->orphans, o, link);
}

void loop_disown(struct loop *loop, struct loop_orphan *o)
{
    TAILQ_REMOVE(&loop->orphans, o, link);
}

/* Runs the tasks that are queued now; what they queue stands behind the mark. */
static void run_round(struct loop *loop)
{
    struct loop_task mark = {.state = TASK_QUEUED};
    struct loop_task *t;

    TAILQ_INSERT_TAIL(&loop->tasks, &mark, link);
    while ((t = TAILQ_FIRST(&loop->tasks)) != &mark) {
        TAILQ_REMOVE(&loop->tasks, t, link);
        t->state = TASK_IDLE;
        t->fn(t->ctx);
    }
    TAILQ_REMOVE(&loop->tasks, &mark, link);
}

static void end_turn(struct loop *loop)
{
    struct loop_task *t;

    for (int round = 0; round < TURN_ROUNDS && !TAILQ_EMPTY(&loop->tasks); round++) {
        run_round(loop);
    }
    while ((t = TAILQ_FIRST(&loop->graves)) != NULL) {
        TAILQ_REMOVE(&loop->graves, t, link);
        t->fn(t->ctx);
    }
}

static void on_turn_end(evutil_socket_t fd, short what, void *arg)
{
    struct loop *loop = arg;
    const struct timeval now = {0, 0};

    (void)fd;
    (void)what;
    end_turn(loop);
    loop->turn_end_armed = false;
    if (!TAILQ_EMPTY(&loop->tasks)) {
        /* A timer, not event_active(): that would run again before the sockets are looked at. */
        loop->turn_end_armed = event_add(&loop->turn_end, &now) == 0;
        if (!loop->turn_end_armed) {
            arm_turn_end(loop);
        }
    }
}

struct loop *loop_new(void)
{
    struct loop *loop = calloc(1, sizeof(*loop));
    struct event_config *config = event_config_new();

    if (loop != NULL && config != NULL) {
        /* Only one thread ever calls libevent: the helper thread writes to an eventfd. */
        event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
        loop->base = event_base_new_with_config(config);
    }
    if (config != NULL) {
        event_config_free(config);
    }
    if (loop == NULL || loop->base == NULL) {
        free(loop);
        return NULL;
    }
    TAILQ_INIT(&loop->tasks);
    TAILQ_INIT(&loop->graves);
    TAILQ_INIT(&loop->orphans);
    event_assign(&loop->turn_end, loop->base, -1, 0, on_turn_end, loop);
    return loop;
}

void loop_free(struct loop *loop)
{
    struct loop_orphan *o;

    if (loop == NULL) {
        return;
    }
    offload_free(loop->offload);
    while ((o = TAILQ_FIRST(&loop->orphans)) != NULL) {
        o->free_fn(o->ctx); /* takes itself out of the list */
    }
    end_turn(loop);
    resolver_free(loop->resolver);
    end_turn(loop);
    event_del(&loop->turn_end);
    event_base_free(loop->base);
    free(loop);
}

bool loop_run(struct loop *loop)
{
    int rc = 0;

    if (!loop->stopped) {
        rc = event_base_loop(loop->base, 0);
        end_turn(loop); /* what was sent before loop_stop() still leaves */
    }
    loop->stopped = false;
    return rc >= 0;
}

void loop_stop(struct loop *loop)
{
    loop->stopped = true;
    event_base_loopbreak(loop->base);
}

bool loop_after_fork(struct loop *loop)
{
    if (event_reinit(loop->base) != 0) {
        return false;
    }
    if (loop->resolver != NULL) {
        resolver_after_fork(loop->resolver);
    }
    return loop->offload == NULL || offload_after_fork(loop->offload);
}
