#include "net_test.h"

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

struct board {
    struct loop *loop;
    pthread_t loop_thread;
    int order[LOOP_OFFLOAD_QUEUE];
    size_t worked; /* written by the helper, read when all is done */
    size_t done;
    int gate[2]; /* a job that waits reads from it */
};

struct job {
    struct board *board;
    int number;
    bool worked_elsewhere;
    bool signals_blocked;
    bool again;
};

static void work(void *ctx)
{
    struct job *j = ctx;
    sigset_t mask;

    j->worked_elsewhere = !pthread_equal(pthread_self(), j->board->loop_thread);
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    j->signals_blocked = sigismember(&mask, SIGTERM) == 1 && sigismember(&mask, SIGHUP) == 1;
    j->board->order[j->board->worked++ % LOOP_OFFLOAD_QUEUE] = j->number;
}

static void work_at_gate(void *ctx)
{
    struct job *j = ctx;
    char byte;

    if (read(j->board->gate[0], &byte, 1) == 1) {
        work(ctx);
    }
}

static void done(void *ctx)
{
    struct job *j = ctx;

    assert_true(pthread_equal(pthread_self(), j->board->loop_thread));
    assert_true(j->worked_elsewhere);
    assert_true(j->signals_blocked);
    j->board->done++;
    if (j->again) {
        j->again = false;
        assert_true(loop_offload(j->board->loop, work, done, j));
    }
}

static void in_order(void **state)
{
    struct board b = {.loop = loop_new(), .loop_thread = pthread_self()};
    struct job jobs[200];
    sigset_t before;
    sigset_t after;

    (void)state;
    pthread_sigmask(SIG_SETMASK, NULL, &before);
    for (int i = 0; i < 200; i++) {
        jobs[i] = (struct job){.board = &b, .number = i};
        assert_true(loop_offload(b.loop, work, done, &jobs[i]));
    }
    pthread_sigmask(SIG_SETMASK, NULL, &after);
    assert_int_equal(sigismember(&before, SIGTERM), sigismember(&after, SIGTERM));
    assert_int_equal(b.done, 0); /* never inside the call */
    run_out(b.loop);             /* returns when the last is done */
    assert_int_equal(b.done, 200);
    for (int i = 0; i < 200; i++) {
        assert_int_equal(b.order[i], i);
    }
    loop_free(b.loop);
}

static void again_from_done(void **state)
{
    struct board b = {.loop = loop_new(), .loop_thread = pthread_self()};
    struct job job = {.board = &b, .again = true};

    (void)state;
    assert_true(loop_offload(b.loop, work, done, &job));
    run_out(b.loop);
    assert_int_equal(b.done, 2);
    loop_free(b.loop);
}

static void queue_is_bounded(void **state)
{
    struct board b = {.loop = loop_new(), .loop_thread = pthread_self()};
    struct job *jobs = calloc(LOOP_OFFLOAD_QUEUE + 1, sizeof(*jobs));
    char *permits = calloc(1, LOOP_OFFLOAD_QUEUE);

    (void)state;
    assert_int_equal(pipe(b.gate), 0);
    for (int i = 0; i < LOOP_OFFLOAD_QUEUE; i++) {
        jobs[i] = (struct job){.board = &b, .number = i};
        assert_true(loop_offload(b.loop, work_at_gate, done, &jobs[i]));
    }
    assert_false(loop_offload(b.loop, work, done, &jobs[LOOP_OFFLOAD_QUEUE]));
    write_all(b.gate[1], permits, LOOP_OFFLOAD_QUEUE);
    run_out(b.loop);
    assert_int_equal(b.done, LOOP_OFFLOAD_QUEUE);
    jobs[0].number = 7;
    assert_true(loop_offload(b.loop, work, done, &jobs[0])); /* there is room again */
    run_out(b.loop);
    assert_int_equal(b.done, LOOP_OFFLOAD_QUEUE + 1);
    loop_free(b.loop);
    close(b.gate[0]);
    close(b.gate[1]);
    free(permits);
    free(jobs);
}

/* Nothing that was accepted is lost when the loop goes, whether queued, running or done. */
static void free_waits(void **state)
{
    struct board b = {.loop = loop_new(), .loop_thread = pthread_self()};
    struct job jobs[3];

    (void)state;
    assert_int_equal(pipe(b.gate), 0);
    for (int i = 0; i < 3; i++) {
        jobs[i] = (struct job){.board = &b, .number = i};
        assert_true(loop_offload(b.loop, work_at_gate, done, &jobs[i]));
    }
    write_all(b.gate[1], "abc", 3);
    loop_free(b.loop);
    assert_int_equal(b.done, 3);
    close(b.gate[0]);
    close(b.gate[1]);
}

static int in_child(struct board *b)
{
    struct job own = {.board = b, .number = 9};

    alarm(TEST_SECONDS);
    b->loop_thread = pthread_self();
    if (!loop_after_fork(b->loop) || !loop_run(b->loop) || b->done != 0) {
        return 1; /* the parent's jobs must not run here */
    }
    if (!loop_offload(b->loop, work, done, &own) || !loop_run(b->loop) || b->done != 1) {
        return 2;
    }
    loop_free(b->loop);
    return 0;
}

static void helper_of_the_child(void **state)
{
    struct board b = {.loop = loop_new(), .loop_thread = pthread_self()};
    struct job jobs[2];
    int status;
    pid_t child;

    (void)state;
    assert_int_equal(pipe(b.gate), 0);
    for (int i = 0; i < 2; i++) {
        jobs[i] = (struct job){.board = &b, .number = i};
        assert_true(loop_offload(b.loop, work_at_gate, done, &jobs[i]));
    }
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        _exit(in_child(&b));
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    write_all(b.gate[1], "ab", 2);
    run_out(b.loop);
    assert_int_equal(b.done, 2);
    loop_free(b.loop);
    close(b.gate[0]);
    close(b.gate[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_order),
        cmocka_unit_test(again_from_done),
        cmocka_unit_test(queue_is_bounded),
        cmocka_unit_test(free_waits),
        cmocka_unit_test(helper_of_the_child),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
