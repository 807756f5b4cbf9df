#include "net/loop_private.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

struct watch {
    struct loop *loop;
    struct event event;
    struct loop_task grave;
    watch_fn *fn;
    void *ctx;
    int signo;     /* 0: a descriptor is watched */
    int signal_fd; /* ours; -1 for a descriptor */
    bool on;
};

static void on_event(evutil_socket_t fd, short what, void *arg)
{
    struct watch *w = arg;

    (void)what;
    w->fn(w->ctx, (int)fd);
}

static struct watch *watch_new(struct loop *loop, int fd, event_callback_fn on_ready, watch_fn *fn,
                               void *ctx)
{
    struct watch *w = malloc(sizeof(*w));

    if (w == NULL) {
        return NULL;
    }
    *w = (struct watch){.loop = loop, .fn = fn, .ctx = ctx, .signal_fd = -1, .on = true};
    loop_task_init(&w->grave, free, w);
    if (event_assign(&w->event, loop->base, fd, EV_READ | EV_PERSIST, on_ready, w) != 0 ||
        event_add(&w->event, NULL) != 0) {
        free(w);
        return NULL;
    }
    return w;
}

struct watch *watch_readable(struct loop *loop, int fd, watch_fn *fn, void *ctx)
{
    return watch_new(loop, fd, on_event, fn, ctx);
}

static void on_signal(evutil_socket_t fd, short what, void *arg)
{
    struct watch *w = arg;
    struct signalfd_siginfo info;

    (void)what;
    if (read((int)fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
        w->fn(w->ctx, (int)info.ssi_signo);
    }
}

static void set_blocked(int signo, bool blocked)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, signo);
    pthread_sigmask(blocked ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL);
}

/*
 * By signalfd(2), not by libevent, which keeps one signal base for the whole process and so cannot
 * serve a loop that a forked child opens beside the one it inherited.
 */
struct watch *watch_signal(struct loop *loop, int signo, watch_fn *fn, void *ctx)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, signo);
    int fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    struct watch *w = fd < 0 ? NULL : watch_new(loop, fd, on_signal, fn, ctx);
    if (w == NULL) {
        if (fd >= 0) {
            close(fd);
        }
        return NULL;
    }
    w->signo = signo;
    w->signal_fd = fd;
    set_blocked(signo, true);
    return w;
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
        if (w->signal_fd >= 0) {
            close(w->signal_fd);
            set_blocked(w->signo, false);
        }
        loop_bury(w->loop, &w->grave, free);
    }
}
