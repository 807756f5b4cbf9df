/* Connecting: at once, not at all, too slowly, to the next address. */
#include "net_test.h"

#include "net/dial.h"
#include "net/resolve.h"

#include <netinet/tcp.h>
#include <stdio.h>

struct ask {
    struct loop *loop;
    int calls;
    int fd;
    enum reason reason;
};

static void on_dialled(void *ctx, int fd, enum reason reason)
{
    struct ask *a = ctx;

    a->calls++;
    a->fd = fd;
    a->reason = reason;
    loop_stop(a->loop);
}

/* Dials and waits for the answer. */
static void dial(struct ask *a, struct dial_target *t, uint64_t timeout_ms)
{
    a->calls = 0;
    assert_non_null(dial_start(a->loop, t, timeout_ms, on_dialled, a));
    assert_int_equal(a->calls, 0); /* not inside the call */
    RUN_UNTIL(a->loop, a->calls > 0);
    assert_int_equal(a->calls, 1);
}

static void dial_host(struct ask *a, struct str host, uint16_t port, uint64_t timeout_ms)
{
    struct dial_target *t = dial_target_new(host, port);

    assert_non_null(t);
    dial(a, t, timeout_ms);
    dial_target_free(t);
}

static void connects(void **state)
{
    struct ask a = {.loop = loop_new()};
    struct address at;
    int listening = listen_any(&at);
    int on = 0;
    socklen_t len = sizeof(on);
    int peer;
    char byte;

    (void)state;
    dial_host(&a, STR("127.0.0.1"), port_of(&at), 10000);
    assert_int_equal(a.reason, REASON_OK);
    assert_true((fcntl(a.fd, F_GETFL) & O_NONBLOCK) != 0);
    assert_true((fcntl(a.fd, F_GETFD) & FD_CLOEXEC) != 0);
    assert_int_equal(getsockopt(a.fd, IPPROTO_TCP, TCP_NODELAY, &on, &len), 0);
    assert_true(on != 0);
    peer = accept_one(listening);
    write_all(a.fd, "x", 1);
    read_all(peer, &byte, 1);
    close(peer);
    close(a.fd);
    close(listening);
    run_out(a.loop); /* nothing is left behind */
    loop_free(a.loop);
}

static void connects_to_a_unix_socket(void **state)
{
    struct ask a = {.loop = loop_new()};
    struct address at;
    char dir[] = "/tmp/dial_test.XXXXXX";
    char text[64];
    int listening;

    (void)state;
    assert_non_null(mkdtemp(dir));
    snprintf(text, sizeof(text), "unix:%s/s", dir);
    assert_true(address_parse(str_of(text), &at));
    listening = address_listen(&at, false);
    assert_true(listening >= 0);
    dial_host(&a, str_of(text), 0, 10000);
    assert_int_equal(a.reason, REASON_OK);
    close(a.fd);
    close(listening);
    dial_host(&a, str_of(text), 0, 10000);
    assert_int_equal(a.reason, REASON_UPSTREAM_CONNECT);
    assert_int_equal(a.fd, -1);
    assert_int_equal(unlink(text + 5), 0);
    assert_int_equal(rmdir(dir), 0);
    loop_free(a.loop);
}

static void refused(void **state)
{
    struct ask a = {.loop = loop_new()};
    size_t before = count_fds();

    (void)state;
    dial_host(&a, STR("127.0.0.1"), dead_port(), 10000);
    assert_int_equal(a.reason, REASON_UPSTREAM_CONNECT);
    assert_int_equal(a.fd, -1);
    assert_int_equal(count_fds(), before);
    loop_free(a.loop);
}

static void silent_server_times_out(void **state)
{
    struct ask a = {.loop = loop_new()};
    struct address at;
    int fillers[FILLERS];
    int listening = listen_silent(&at, fillers);
    uint64_t before_ms = now_ms();
    size_t before = count_fds();

    (void)state;
    dial_host(&a, STR("127.0.0.1"), port_of(&at), 50);
    assert_int_equal(a.reason, REASON_UPSTREAM_CONNECT_TIMEOUT);
    assert_true(now_ms() - before_ms >= 50);
    assert_int_equal(count_fds(), before);
    close_silent(listening, fillers);
    loop_free(a.loop);
}

static void no_name(void **state)
{
    struct ask a = {.loop = loop_new()};
    char longer[300];

    (void)state;
    memset(longer, 'a', sizeof(longer));
    dial_host(&a, STR(""), 80, 1000);
    assert_int_equal(a.reason, REASON_UPSTREAM_RESOLVE);
    dial_host(&a, (struct str){longer, sizeof(longer)}, 80, 1000);
    assert_int_equal(a.reason, REASON_UPSTREAM_RESOLVE);
    loop_free(a.loop);
}

/* A hosts file in which one name has several addresses. */
struct names {
    char path[32];
};

static void write_names(struct names *n, const char *text)
{
    int fd;

    strcpy(n->path, "/tmp/dial_test.XXXXXX");
    fd = mkstemp(n->path);
    assert_true(fd >= 0);
    write_all(fd, text, strlen(text));
    close(fd);
}

/* 127.0.0.2 listens for nobody: 127.0.0.1, the other address of the name, is tried next. */
static void next_address_is_tried(void **state)
{
    struct ask a = {.loop = loop_new()};
    struct names names;
    struct address at;
    int listening = listen_any(&at);

    (void)state;
    write_names(&names, "127.0.0.2 two.test\n127.0.0.1 two.test\n");
    assert_true(resolve_files(a.loop, "/nonexistent", names.path));
    dial_host(&a, STR("two.test"), port_of(&at), 10000);
    assert_int_equal(a.reason, REASON_OK);
    close(a.fd);
    close(listening);
    dial_host(&a, STR("two.test"), dead_port(), 10000);
    assert_int_equal(a.reason, REASON_UPSTREAM_CONNECT);
    unlink(names.path);
    loop_free(a.loop);
}

/* A silent first address gets its share of the time only. */
static void silent_address_is_passed_over(void **state)
{
    struct ask a = {.loop = loop_new()};
    struct names names;
    struct address at;
    struct address other;
    int fillers[FILLERS];
    int silent = listen_silent(&at, fillers);
    int listening;
    char text[32];

    (void)state;
    snprintf(text, sizeof(text), "127.0.0.2:%u", port_of(&at));
    assert_true(address_parse(str_of(text), &other));
    listening = address_listen(&other, false);
    assert_true(listening >= 0);
    write_names(&names, "127.0.0.1 slow.test\n127.0.0.2 slow.test\n");
    assert_true(resolve_files(a.loop, "/nonexistent", names.path));
    dial_host(&a, STR("slow.test"), port_of(&at), 400);
    assert_int_equal(a.reason, REASON_OK);
    close(a.fd);
    close(listening);
    close_silent(silent, fillers);
    unlink(names.path);
    loop_free(a.loop);
}

static void cancelled(void **state)
{
    struct ask a = {.loop = loop_new()};
    struct address at;
    int fillers[FILLERS];
    int listening = listen_silent(&at, fillers);
    struct dial_target *t = dial_target_new(STR("127.0.0.1"), port_of(&at));
    size_t before;
    struct dial *d;

    (void)state;
    assert_non_null(t);
    turns(a.loop, 1);
    before = count_fds();
    d = dial_start(a.loop, t, 10000, on_dialled, &a);
    assert_non_null(d);
    dial_cancel(d); /* before anything */
    d = dial_start(a.loop, t, 10000, on_dialled, &a);
    assert_non_null(d);
    turns(a.loop, 2);
    assert_int_equal(count_fds(), before + 1);
    dial_cancel(d); /* while connecting */
    assert_int_equal(count_fds(), before);
    run_out(a.loop);
    assert_int_equal(a.calls, 0);
    dial_target_free(t);
    dial_target_free(NULL);
    close_silent(listening, fillers);
    loop_free(a.loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(connects),
        cmocka_unit_test(connects_to_a_unix_socket),
        cmocka_unit_test(refused),
        cmocka_unit_test(silent_server_times_out),
        cmocka_unit_test(no_name),
        cmocka_unit_test(next_address_is_tried),
        cmocka_unit_test(silent_address_is_passed_over),
        cmocka_unit_test(cancelled),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
