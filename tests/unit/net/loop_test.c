#include "net_test.h"

#include "net/loop_private.h"

#include <signal.h>
#include <sys/wait.h>

struct probe {
    struct loop *loop;
    struct timer *timer;
    struct watch *watch;
    struct loop_task task;
    int count;
    int limit;
    uint64_t at_ms;
};

static void count_and_stop(void *ctx)
{
    struct probe *p = ctx;

    p->count++;
    p->at_ms = now_ms();
    loop_stop(p->loop);
}

static void free_own_timer(void *ctx)
{
    struct probe *p = ctx;

    p->count++;
    timer_free(p->timer);
    p->timer = NULL;
}

static void on_readable(void *ctx, int fd)
{
    struct probe *p = ctx;
    char byte;

    assert_int_equal(read(fd, &byte, 1), 1);
    count_and_stop(p);
}

static void on_signal(void *ctx, int signo)
{
    assert_int_equal(signo, SIGUSR1);
    count_and_stop(ctx);
}

static void empty_loop_returns(void **state)
{
    struct loop *loop = loop_new();

    (void)state;
    assert_non_null(loop);
    run_out(loop);
    run_out(loop);
    loop_free(loop);
    loop_free(NULL);
}

static void timer_is_never_early(void **state)
{
    struct probe p = {.loop = loop_new()};

    (void)state;
    p.timer = timer_new(p.loop, count_and_stop, &p);
    assert_non_null(p.timer);
    for (uint64_t ms = 0; ms < 30; ms += 7) {
        uint64_t before = clock_mono_ns();

        timer_set(p.timer, ms);
        RUN_UNTIL(p.loop, p.count > 0);
        assert_true(clock_mono_ns() - before >= ms * 1000000);
        assert_int_equal(p.count, 1); /* once */
        run_out(p.loop);
        assert_int_equal(p.count, 1);
        p.count = 0;
    }
    timer_free(p.timer);
    timer_free(NULL);
    loop_free(p.loop);
}

static void timer_set_anew(void **state)
{
    struct probe p = {.loop = loop_new()};
    uint64_t before = now_ms();

    (void)state;
    p.timer = timer_new(p.loop, count_and_stop, &p);
    timer_set(p.timer, 3600 * 1000);
    timer_set(p.timer, 10); /* sooner */
    RUN_UNTIL(p.loop, p.count == 1);
    timer_set(p.timer, 1);
    timer_set(p.timer, 40); /* later */
    before = now_ms();
    RUN_UNTIL(p.loop, p.count == 2);
    assert_true(p.at_ms - before >= 39);
    timer_set(p.timer, UINT64_MAX); /* no overflow into the past */
    timer_clear(p.timer);
    run_out(p.loop); /* a cleared timer is nothing to wait for */
    timer_set(p.timer, UINT64_MAX);
    timer_set(p.timer, 5);
    RUN_UNTIL(p.loop, p.count == 3);
    timer_free(p.timer);
    run_out(p.loop);
    loop_free(p.loop);
}

static void timers_in_order(void **state)
{
    struct probe a = {.loop = loop_new()};
    struct probe b = {.loop = a.loop};

    (void)state;
    a.timer = timer_new(a.loop, count_and_stop, &a);
    b.timer = timer_new(a.loop, count_and_stop, &b);
    timer_set(a.timer, 60);
    timer_set(b.timer, 10);
    RUN_UNTIL(a.loop, b.count == 1);
    assert_int_equal(a.count, 0);
    RUN_UNTIL(a.loop, a.count == 1);
    timer_free(a.timer);
    timer_free(b.timer);
    loop_free(a.loop);
}

static void timer_freed_inside(void **state)
{
    struct probe p = {.loop = loop_new()};

    (void)state;
    p.timer = timer_new(p.loop, free_own_timer, &p);
    timer_set(p.timer, 1);
    run_out(p.loop);
    assert_int_equal(p.count, 1);
    loop_free(p.loop);
}

static void stop_before_run(void **state)
{
    struct probe p = {.loop = loop_new()};

    (void)state;
    p.timer = timer_new(p.loop, count_and_stop, &p);
    timer_set(p.timer, 1);
    loop_stop(p.loop);
    run_out(p.loop);
    assert_int_equal(p.count, 0);
    RUN_UNTIL(p.loop, p.count == 1);
    timer_free(p.timer);
    loop_free(p.loop);
}

static void watches_a_descriptor(void **state)
{
    struct probe p = {.loop = loop_new()};
    int fds[2];

    (void)state;
    assert_int_equal(pipe(fds), 0);
    p.watch = watch_readable(p.loop, fds[0], on_readable, &p);
    assert_non_null(p.watch);
    write_all(fds[1], "ab", 2);
    RUN_UNTIL(p.loop, p.count == 2); /* level-triggered: one write, two calls */
    watch_pause(p.watch);
    watch_pause(p.watch);
    write_all(fds[1], "c", 1);
    run_out(p.loop);
    assert_int_equal(p.count, 2);
    watch_resume(p.watch);
    watch_resume(p.watch);
    RUN_UNTIL(p.loop, p.count == 3);
    watch_free(p.watch);
    watch_free(NULL);
    write_all(fds[1], "d", 1);
    run_out(p.loop);
    assert_int_equal(p.count, 3);
    close(fds[0]);
    close(fds[1]);
    loop_free(p.loop);
}

static void free_own_watch(void *ctx, int fd)
{
    struct probe *p = ctx;

    (void)fd;
    p->count++;
    watch_free(p->watch);
}

static void watch_freed_inside(void **state)
{
    struct probe p = {.loop = loop_new()};
    int fds[2];

    (void)state;
    assert_int_equal(pipe(fds), 0);
    p.watch = watch_readable(p.loop, fds[0], free_own_watch, &p);
    write_all(fds[1], "a", 1);
    run_out(p.loop);
    assert_int_equal(p.count, 1);
    p.watch = watch_signal(p.loop, SIGUSR1, free_own_watch, &p);
    raise(SIGUSR1);
    run_out(p.loop);
    assert_int_equal(p.count, 2);
    close(fds[0]);
    close(fds[1]);
    loop_free(p.loop);
}

static void watches_a_signal(void **state)
{
    struct probe p = {.loop = loop_new()};

    (void)state;
    p.watch = watch_signal(p.loop, SIGUSR1, on_signal, &p);
    assert_non_null(p.watch);
    raise(SIGUSR1);
    assert_int_equal(p.count, 0); /* in the loop, not in signal context */
    RUN_UNTIL(p.loop, p.count == 1);
    watch_free(p.watch);
    loop_free(p.loop);
}

static void defer_again(void *ctx)
{
    struct probe *p = ctx;

    if (++p->count < p->limit) {
        loop_defer(p->loop, &p->task);
    }
}

/* A chain of tasks lets sockets and timers run in between, and ends. */
static void tasks_do_not_starve(void **state)
{
    struct probe chain = {.loop = loop_new(), .limit = 100000};
    struct probe p = {.loop = chain.loop};
    int fds[2];

    (void)state;
    assert_int_equal(pipe(fds), 0);
    p.watch = watch_readable(p.loop, fds[0], on_readable, &p);
    loop_task_init(&chain.task, defer_again, &chain);
    loop_defer(chain.loop, &chain.task);
    loop_defer(chain.loop, &chain.task);
    write_all(fds[1], "a", 1);
    RUN_UNTIL(p.loop, p.count == 1);
    assert_true(chain.count < 100);
    watch_free(p.watch);
    run_out(p.loop);
    assert_int_equal(chain.count, 100000);
    close(fds[0]);
    close(fds[1]);
    loop_free(p.loop);
}

static void undeferred_does_not_run(void **state)
{
    struct probe p = {.loop = loop_new()};

    (void)state;
    loop_task_init(&p.task, count_and_stop, &p);
    loop_defer(p.loop, &p.task);
    loop_undefer(p.loop, &p.task);
    loop_undefer(p.loop, &p.task);
    run_out(p.loop);
    assert_int_equal(p.count, 0);
    loop_free(p.loop);
}

/* The child's loop works, and what it does leaves the parent's alone. */
static void goes_on_after_fork(void **state)
{
    struct probe p = {.loop = loop_new()};
    int fds[2];
    int status;
    pid_t child;

    (void)state;
    assert_int_equal(pipe(fds), 0);
    p.watch = watch_readable(p.loop, fds[0], on_readable, &p);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        bool ok = loop_after_fork(p.loop);

        alarm(TEST_SECONDS);
        ok = ok && write(fds[1], "x", 1) == 1 && loop_run(p.loop) && p.count == 1;
        watch_free(p.watch);
        loop_free(p.loop);
        _exit(ok ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    write_all(fds[1], "y", 1);
    RUN_UNTIL(p.loop, p.count == 1);
    watch_free(p.watch);
    close(fds[0]);
    close(fds[1]);
    loop_free(p.loop);
}

static void leaves_no_descriptor(void **state)
{
    size_t before = count_fds();

    (void)state;
    for (int i = 0; i < 100; i++) {
        loop_free(loop_new());
    }
    assert_int_equal(count_fds(), before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty_loop_returns),      cmocka_unit_test(timer_is_never_early),
        cmocka_unit_test(timer_set_anew),          cmocka_unit_test(timers_in_order),
        cmocka_unit_test(timer_freed_inside),      cmocka_unit_test(stop_before_run),
        cmocka_unit_test(watches_a_descriptor),    cmocka_unit_test(watch_freed_inside),
        cmocka_unit_test(watches_a_signal),        cmocka_unit_test(tasks_do_not_starve),
        cmocka_unit_test(undeferred_does_not_run), cmocka_unit_test(goes_on_after_fork),
        cmocka_unit_test(leaves_no_descriptor),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
