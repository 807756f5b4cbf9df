/* Accepting: what comes, what waits, and what happens without descriptors. */
#include "net_test.h"

#include "net/listener.h"

#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#define MANY 2000

struct taker {
    struct loop *loop;
    struct listener *listener;
    int fd; /* the last one */
    int calls;
    int stop_at;
    bool close_at_once;
    bool free_inside;
    struct address peer;
};

static void on_accept(void *ctx, int fd, const struct address *peer)
{
    struct taker *t = ctx;

    t->calls++;
    t->fd = fd;
    t->peer = *peer;
    if (t->close_at_once) {
        close(fd);
    }
    if (t->free_inside) {
        listener_free(t->listener);
        t->listener = NULL;
    }
    if (t->calls >= t->stop_at) {
        loop_stop(t->loop);
    }
}

static const struct log silent_log = {-1, LOG_ERROR_LEVEL, "test"};

static void open_taker(struct taker *t, int listening, const struct log *log)
{
    *t = (struct taker){.loop = loop_new(), .stop_at = 1};
    assert_non_null(t->loop);
    t->listener = listener_new(t->loop, listening, log, on_accept, t);
    assert_non_null(t->listener);
}

static void close_taker(struct taker *t)
{
    listener_free(t->listener);
    loop_free(t->loop);
}

static void accepts(void **state)
{
    struct address at;
    struct address own;
    int listening = listen_any(&at);
    struct taker t;
    int on = 0;
    socklen_t len = sizeof(on);
    int client;

    (void)state;
    open_taker(&t, listening, &silent_log);
    client = connect_to(&at);
    RUN_UNTIL(t.loop, t.calls == 1);
    assert_true((fcntl(t.fd, F_GETFL) & O_NONBLOCK) != 0);
    assert_true((fcntl(t.fd, F_GETFD) & FD_CLOEXEC) != 0);
    assert_int_equal(getsockopt(t.fd, IPPROTO_TCP, TCP_NODELAY, &on, &len), 0);
    assert_true(on != 0);
    assert_true(address_of_socket(client, &own));
    assert_int_equal(port_of(&t.peer), port_of(&own));
    close(t.fd);
    close(client);
    close_taker(&t);
    listener_free(NULL);
    assert_true(fcntl(listening, F_GETFD) >= 0); /* the caller's */
    close(listening);
}

static void pauses_and_resumes(void **state)
{
    struct address at;
    int listening = listen_any(&at);
    struct taker t;
    int client;

    (void)state;
    open_taker(&t, listening, &silent_log);
    listener_pause(t.listener);
    listener_pause(t.listener);
    client = connect_to(&at);
    turns(t.loop, 3);
    assert_int_equal(t.calls, 0);
    listener_resume(t.listener);
    listener_resume(t.listener);
    RUN_UNTIL(t.loop, t.calls == 1);
    close(t.fd);
    close(client);
    close_taker(&t);
    close(listening);
}

static void freed_inside(void **state)
{
    struct address at;
    int listening = listen_any(&at);
    struct taker t;
    int clients[3];

    (void)state;
    open_taker(&t, listening, &silent_log);
    t.free_inside = true;
    t.close_at_once = true;
    for (int i = 0; i < 3; i++) {
        clients[i] = connect_to(&at);
    }
    run_out(t.loop);
    run_out(t.loop);
    assert_int_equal(t.calls, 1); /* those behind it stay in the kernel */
    for (int i = 0; i < 3; i++) {
        close(clients[i]);
    }
    close_taker(&t);
    close(listening);
}

static void many_leave_no_descriptor(void **state)
{
    struct address at;
    int listening = listen_any(&at);
    struct taker t;
    size_t before;

    (void)state;
    open_taker(&t, listening, &silent_log);
    t.close_at_once = true;
    before = count_fds();
    for (int i = 0; i < MANY; i += 50) {
        int clients[50];

        for (int k = 0; k < 50; k++) {
            clients[k] = connect_to(&at);
        }
        t.stop_at = i + 50;
        RUN_UNTIL(t.loop, t.calls == i + 50);
        for (int k = 0; k < 50; k++) {
            close(clients[k]);
        }
    }
    assert_int_equal(count_fds(), before);
    close_taker(&t);
    close(listening);
}

/* In a child, whose descriptors run out; its exit status names the step that failed. */
static int starve(void)
{
    struct address at;
    struct address own;
    int listening = listen_any(&at);
    int log_fds[2];
    struct log log = {-1, LOG_DEBUG_LEVEL, "test"};
    struct taker t;
    struct rlimit limit;
    struct timespec cpu;
    char line[4096];
    int clients[2];
    ssize_t n;

    if (pipe(log_fds) != 0) {
        return 1;
    }
    log.fd = log_fds[1];
    set_nonblocking(log_fds[0]);
    open_taker(&t, listening, &log);
    clients[0] = connect_to(&at);
    clients[1] = connect_to(&at);
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return 2;
    }
    limit.rlim_cur = (rlim_t)clients[1] + 1; /* none is left */
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return 2;
    }
    turns(t.loop, 250);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
    if (t.calls != 0 || cpu.tv_sec > 0) {
        return 3;
    }
    n = read(log_fds[0], line, sizeof(line) - 1);
    if (n <= 0) {
        return 4;
    }
    line[n] = '\0';
    if (strstr(line, "accept_failed") == NULL || strchr(line, '\n') != line + n - 1) {
        return 5; /* one line, although it was tried again and again */
    }
    close(clients[0]);
    close(clients[1]);
    clients[0] = connect_to(&at); /* and room for one more */
    if (!address_of_socket(clients[0], &own)) {
        return 6;
    }
    t.close_at_once = true;
    RUN_UNTIL(t.loop, t.calls > 0 && port_of(&t.peer) == port_of(&own));
    close_taker(&t);
    return 0;
}

static void out_of_descriptors(void **state)
{
    pid_t child = fork();
    int status;

    (void)state;
    assert_true(child >= 0);
    if (child == 0) {
        _exit(starve());
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accepts),
        cmocka_unit_test(pauses_and_resumes),
        cmocka_unit_test(freed_inside),
        cmocka_unit_test(many_leave_no_descriptor),
        cmocka_unit_test(out_of_descriptors),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
