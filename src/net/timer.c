#include "base/clock.h"
#include "net/loop_private.h"

#include <stdlib.h>
#include <sys/time.h>

static void arm(struct lazy_timer *t, uint64_t now_ns)
{
    uint64_t us = t->due_ns > now_ns ? (t->due_ns - now_ns + 999) / 1000 : 0;
    struct timeval in = {.tv_sec = (time_t)(us / 1000000), .tv_usec = (suseconds_t)(us % 1000000)};

    if (event_add(&t->event, &in) == 0) {
        t->armed_ns = t->due_ns;
    } else {
        loop_defer(t->loop, &t->overdue);
    }
}

static void fire(struct lazy_timer *t)
{
    t->due_ns = 0;
    t->fn(t->ctx);
}

static void on_overdue(void *ctx)
{
    struct lazy_timer *t = ctx;

    if (t->due_ns != 0) {
        fire(t);
    }
}

/* libevent counts from when its turn began, on a coarse clock: it may wake a little early. */
static void on_event(evutil_socket_t fd, short what, void *arg)
{
    struct lazy_timer *t = arg;
    uint64_t now_ns = clock_mono_ns();

    (void)fd;
    (void)what;
    t->armed_ns = 0;
    if (t->due_ns == 0) {
        return;
    }
    if (now_ns < t->due_ns) {
        arm(t, now_ns);
    } else {
        fire(t);
    }
}

uint64_t lazy_due_ns(uint64_t ms)
{
    const uint64_t most_ms = 100ull * 365 * 24 * 3600 * 1000;

    return clock_mono_ns() + (ms < most_ms ? ms : most_ms) * NS_PER_MS;
}

void lazy_init(struct lazy_timer *t, struct loop *loop, loop_task_fn *fn, void *ctx)
{
    *t = (struct lazy_timer){.loop = loop, .fn = fn, .ctx = ctx};
    loop_task_init(&t->overdue, on_overdue, t);
    event_assign(&t->event, loop->base, -1, 0, on_event, t);
}

void lazy_set(struct lazy_timer *t, uint64_t due_ns)
{
    t->due_ns = due_ns == 0 ? 1 : due_ns;
    if (t->armed_ns == 0 || t->armed_ns > t->due_ns) {
        arm(t, clock_mono_ns());
    }
}

void lazy_clear(struct lazy_timer *t)
{
    t->due_ns = 0;
}

void lazy_stop(struct lazy_timer *t)
{
    t->due_ns = 0;
    loop_undefer(t->loop, &t->overdue);
    if (t->armed_ns != 0) {
        t->armed_ns = 0;
        event_del(&t->event);
    }
}

struct timer {
    struct loop *loop;
    struct lazy_timer lazy;
    struct loop_task grave;
};

struct timer *timer_new(struct loop *loop, timer_fn *fn, void *ctx)
{
    struct timer *t = malloc(sizeof(*t));

    if (t != NULL) {
        t->loop = loop;
        lazy_init(&t->lazy, loop, fn, ctx);
        loop_task_init(&t->grave, free, t);
    }
    return t;
}

void timer_free(struct timer *t)
{
    if (t != NULL) {
        lazy_stop(&t->lazy);
        loop_bury(t->loop, &t->grave, free);
    }
}

void timer_set(struct timer *t, uint64_t ms)
{
    lazy_set(&t->lazy, lazy_due_ns(ms));
}

void timer_clear(struct timer *t)
{
    lazy_stop(&t->lazy);
}
