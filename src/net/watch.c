#include "net/loop_private.h"

#include <stdlib.h>

struct watch {
    struct loop *loop;
    struct event event;
    struct loop_task grave;
    watch_fn *fn;
    void *ctx;
    bool on;
};

static void on_event(evutil_socket_t fd, short what, void *arg)
{
    struct watch *w = arg;

    (void)what;
    w->fn(w->ctx, (int)fd);
}

static struct watch *watch_new(struct loop *loop, int fd, short what, watch_fn *fn, void *ctx)
{
    struct watch *w = malloc(sizeof(*w));

    if (w == NULL) {
        return NULL;
    }
    *w = (struct watch){.loop = loop, .fn = fn, .ctx = ctx, .on = true};
    loop_task_init(&w->grave, free, w);
    if (event_assign(&w->event, loop->base, fd, what, on_event, w) != 0 ||
        event_add(&w->event, NULL) != 0) {
        free(w);
        return NULL;
    }
    return w;
}

struct watch *watch_readable(struct loop *loop, int fd, watch_fn *fn, void *ctx)
{
    return watch_new(loop, fd, EV_READ | EV_PERSIST, fn, ctx);
}

struct watch *watch_signal(struct loop *loop, int signo, watch_fn *fn, void *ctx)
{
    return watch_new(loop, signo, EV_SIGNAL | EV_PERSIST, fn, ctx);
}

void watch_pause(struct watch *w)
{
    if (w->on) {
        w->on = false;
        event_del(&w->event);
    }
}

void watch_resume(struct watch *w)
{
    if (!w->on) {
        w->on = event_add(&w->event, NULL) == 0;
    }
}

void watch_free(struct watch *w)
{
    if (w != NULL) {
        watch_pause(w);
        loop_bury(w->loop, &w->grave, free);
    }
}
