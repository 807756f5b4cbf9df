/*
 * One helper thread and two queues: jobs wait in `todo`, and stand in `ready` when their work is
 * done. The thread touches nothing of libevent: it writes to an eventfd, which the loop watches
 * only while a job is under way, so that an idle helper does not keep loop_run() from returning.
 */
#include "net/loop_private.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct job {
    STAILQ_ENTRY(job) link;
    loop_work_fn *work;
    loop_work_fn *done;
    void *ctx;
};
STAILQ_HEAD(jobs, job);

struct offload {
    /* The loop's side. */
    struct loop *loop;
    struct event event;
    int wake_fd;
    size_t open; /* jobs whose done() has not run */
    bool closing;
    bool has_thread;
    pthread_t thread;
    /* Both sides', under the lock. */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct jobs todo;
    struct job *running; /* in neither queue */
    struct jobs ready;
    bool quit;
};

static void *helper(void *arg)
{
    struct offload *o = arg;
    const uint64_t one = 1;

    pthread_mutex_lock(&o->lock);
    for (;;) {
        struct job *job = STAILQ_FIRST(&o->todo);

        if (job == NULL) {
            if (o->quit) {
                break;
            }
            pthread_cond_wait(&o->changed, &o->lock);
            continue;
        }
        STAILQ_REMOVE_HEAD(&o->todo, link);
        o->running = job;
        pthread_mutex_unlock(&o->lock);
        job->work(job->ctx);
        pthread_mutex_lock(&o->lock);
        o->running = NULL;
        if (STAILQ_EMPTY(&o->ready)) {
            /* Cannot fail: the counter is far from full, the descriptor is ours. */
            ssize_t n SG_UNUSED = write(o->wake_fd, &one, sizeof(one));
        }
        STAILQ_INSERT_TAIL(&o->ready, job, link);
    }
    pthread_mutex_unlock(&o->lock);
    return NULL;
}

/* Runs done() of everything that is ready. */
static void finish_ready(struct offload *o)
{
    struct jobs ready = STAILQ_HEAD_INITIALIZER(ready);
    struct job *job;

    pthread_mutex_lock(&o->lock);
    STAILQ_CONCAT(&ready, &o->ready);
    pthread_mutex_unlock(&o->lock);
    while ((job = STAILQ_FIRST(&ready)) != NULL) {
        loop_work_fn *done = job->done;
        void *ctx = job->ctx;

        STAILQ_REMOVE_HEAD(&ready, link);
        free(job);
        if (--o->open == 0) {
            event_del(&o->event);
        }
        done(ctx);
    }
}

static void on_wake(evutil_socket_t fd, short what, void *arg)
{
    uint64_t count;
    ssize_t n SG_UNUSED = read((int)fd, &count, sizeof(count));

    (void)what;
    finish_ready(arg);
}

static bool start_thread(struct offload *o)
{
    sigset_t all;
    sigset_t before;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    o->has_thread = pthread_create(&o->thread, NULL, helper, o) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return o->has_thread;
}

static bool open_wake_fd(struct offload *o)
{
    o->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    return o->wake_fd >= 0 && event_assign(&o->event, o->loop->base, o->wake_fd,
                                           EV_READ | EV_PERSIST, on_wake, o) == 0;
}

static struct offload *offload_new(struct loop *loop)
{
    struct offload *o = calloc(1, sizeof(*o));

    if (o == NULL) {
        return NULL;
    }
    o->loop = loop;
    STAILQ_INIT(&o->todo);
    STAILQ_INIT(&o->ready);
    if (!open_wake_fd(o)) {
        free(o);
        return NULL;
    }
    pthread_mutex_init(&o->lock, NULL);
    pthread_cond_init(&o->changed, NULL);
    return o;
}

bool loop_offload(struct loop *loop, loop_work_fn *work, loop_work_fn *done, void *ctx)
{
    struct offload *o = loop->offload;
    struct job *job;

    if (o == NULL) {
        o = loop->offload = offload_new(loop);
    }
    if (o == NULL || o->closing || o->open >= LOOP_OFFLOAD_QUEUE) {
        return false;
    }
    job = malloc(sizeof(*job));
    if (job == NULL || (!o->has_thread && !start_thread(o)) ||
        (o->open == 0 && event_add(&o->event, NULL) != 0)) {
        free(job);
        return false;
    }
    o->open++;
    *job = (struct job){.work = work, .done = done, .ctx = ctx};
    pthread_mutex_lock(&o->lock);
    STAILQ_INSERT_TAIL(&o->todo, job, link);
    pthread_cond_signal(&o->changed);
    pthread_mutex_unlock(&o->lock);
    return true;
}

void offload_free(struct offload *o)
{
    if (o == NULL) {
        return;
    }
    o->closing = true;
    if (o->has_thread) {
        pthread_mutex_lock(&o->lock);
        o->quit = true;
        pthread_cond_signal(&o->changed);
        pthread_mutex_unlock(&o->lock);
        pthread_join(o->thread, NULL);
    }
    finish_ready(o);
    close(o->wake_fd);
    pthread_cond_destroy(&o->changed);
    pthread_mutex_destroy(&o->lock);
    o->loop->offload = NULL;
    free(o);
}

static void drop_jobs(struct offload *o, struct jobs *jobs)
{
    struct job *job;

    while ((job = STAILQ_FIRST(jobs)) != NULL) {
        STAILQ_REMOVE_HEAD(jobs, link);
        if (job == o->running) {
            o->running = NULL; /* the fork came while it was moved */
        }
        free(job);
    }
}

/*
 * The thread stayed in the parent, and so did its jobs: the child forgets them without running
 * anything. The lock may have been held at the fork, so it is made anew.
 */
bool offload_after_fork(struct offload *o)
{
    if (o->open > 0) {
        event_del(&o->event);
    }
    close(o->wake_fd);
    drop_jobs(o, &o->todo);
    drop_jobs(o, &o->ready);
    free(o->running);
    o->running = NULL;
    pthread_mutex_init(&o->lock, NULL);
    pthread_cond_init(&o->changed, NULL);
    o->open = 0;
    o->has_thread = false;
    return open_wake_fd(o);
}
