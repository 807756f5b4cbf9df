/* The control socket: one line in, one line out, for its owner alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "proc/control.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

struct rig {
    struct loop *loop;
    struct timer *tick;
    struct control *control;
    struct log log;
    char folder[64], path[96], command[64];
    uint64_t asker;
    unsigned asked;
};

static void on_tick(void *ctx)
{
    loop_stop(((struct rig *)ctx)->loop);
}

static void step(struct rig *r)
{
    timer_set(r->tick, 2);
    assert_true(loop_run(r->loop));
}

static void on_command(void *ctx, uint64_t client, struct str command)
{
    struct rig *r = ctx;
    r->asker = client;
    r->asked++;
    (void)snprintf(r->command, sizeof(r->command), "%.*s", STR_ARG(command));
}

static struct control *open_at(struct rig *r)
{
    return control_open(r->loop, &r->log, r->path, on_command, r);
}

static int open_rig(void **state)
{
    struct rig *r = calloc(1, sizeof(*r));
    assert_non_null(r);
    r->log.fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
    (void)snprintf(r->folder, sizeof(r->folder), "/tmp/control-XXXXXX");
    assert_non_null(mkdtemp(r->folder));
    (void)snprintf(r->path, sizeof(r->path), "%s/sock", r->folder);
    r->loop = loop_new();
    assert_non_null(r->loop);
    r->tick = timer_new(r->loop, on_tick, r);
    r->control = open_at(r);
    assert_non_null(r->control);
    *state = r;
    return 0;
}

static int close_rig(void **state)
{
    struct rig *r = *state;
    control_close(r->control);
    timer_free(r->tick);
    loop_free(r->loop);
    assert_int_equal(access(r->path, F_OK), -1); /* the file goes with it */
    assert_int_equal(rmdir(r->folder), 0);
    free(r);
    return 0;
}

static int ask(struct rig *r, const char *text)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    (void)snprintf(a.sun_path, sizeof(a.sun_path), "%s", r->path);
    assert_int_equal(connect(fd, (const struct sockaddr *)&a, sizeof(a)), 0);
    assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
    assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    return fd;
}

/* The whole answer, to its end. */
static void expect(struct rig *r, int fd, const char *want)
{
    char text[512];
    size_t n = 0;
    uint64_t limit = clock_mono_ns() + 10000000000ull;
    for (;;) {
        ssize_t got = read(fd, text + n, sizeof(text) - 1 - n);
        if (got == 0) {
            break;
        }
        n += got > 0 ? (size_t)got : 0;
        assert_true(clock_mono_ns() < limit);
        step(r);
    }
    text[n] = '\0';
    assert_string_equal(text, want);
    (void)close(fd);
}

static void until_asked(struct rig *r, unsigned times)
{
    uint64_t limit = clock_mono_ns() + 10000000000ull;
    while (r->asked < times) {
        assert_true(clock_mono_ns() < limit);
        step(r);
    }
}

static void test_command(void **state)
{
    struct rig *r = *state;
    struct stat st;
    assert_int_equal(stat(r->path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    int fd = ask(r, "{\"command\":\"status\"}\n");
    until_asked(r, 1);
    assert_string_equal(r->command, "status");
    control_reply(r->control, r->asker + 1, STR("not yours"));
    control_reply(r->control, r->asker, STR("{\"ok\":true}"));
    control_reply(r->control, r->asker, STR("twice")); /* it is gone by now */
    expect(r, fd, "{\"ok\":true}\n");
}

/* Who has asked may close its side and still gets the answer. */
static void test_half_closed(void **state)
{
    struct rig *r = *state;
    int fd = ask(r, "{\"command\":\"status\"}\n");
    assert_int_equal(shutdown(fd, SHUT_WR), 0);
    until_asked(r, 1);
    for (int i = 0; i < 5; i++) {
        step(r);
    }
    control_reply(r->control, r->asker, STR("{}"));
    expect(r, fd, "{}\n");
}

static void test_refused(void **state)
{
    struct rig *r = *state;
    static const char *const bad[] = {"nonsense\n", "{}\n", "{\"command\":1}\n", "\n",
                                      "{\"command\":\"a\",\"command\":\"b\"}\n"};
    for (size_t i = 0; i < SG_COUNT(bad); i++) {
        expect(r, ask(r, bad[i]),
               "{\"ok\":false,\"error\":\"expected {\\\"command\\\":\\\"...\\\"}\"}\n");
    }
    char text[CONTROL_LINE_MAX + 3];
    memset(text, 'x', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    expect(r, ask(r, text), "{\"ok\":false,\"error\":\"the request is too long\"}\n");
    assert_int_equal(r->asked, 0);
}

/* A client that leaves unanswered is nobody's any more; so is one too many. */
static void test_gone(void **state)
{
    struct rig *r = *state;
    int fd = ask(r, "{\"comm");
    step(r);
    (void)close(fd);
    int many[CONTROL_CLIENTS_MAX];
    for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++) {
        many[i] = ask(r, "{\"command\":\"wait\"}\n");
        until_asked(r, (unsigned)i + 1);
    }
    expect(r, ask(r, ""), "");
    (void)close(many[0]);
    for (size_t i = 0; i < 5; i++) {
        step(r);
    }
    control_reply(r->control, r->asker, STR("{}"));
    expect(r, many[CONTROL_CLIENTS_MAX - 1], "{}\n");
    for (size_t i = 1; i + 1 < CONTROL_CLIENTS_MAX; i++) {
        (void)close(many[i]);
    }
}

/* One gateway a socket; a file left behind is replaced, and nothing but a socket is. */
static void test_taken(void **state)
{
    struct rig *r = *state;
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    assert_null(open_at(r));
    assert_int_equal(errno, EADDRINUSE);
    assert_int_equal(access(r->path, F_OK), 0);
    control_close(r->control);

    int stale = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    (void)snprintf(a.sun_path, sizeof(a.sun_path), "%s", r->path);
    assert_int_equal(bind(stale, (const struct sockaddr *)&a, sizeof(a)), 0);
    (void)close(stale);
    r->control = open_at(r);
    assert_non_null(r->control);
    control_close(r->control);

    int file = open(r->path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    assert_true(file >= 0);
    (void)close(file);
    assert_null(open_at(r));
    assert_int_equal(errno, EEXIST);
    assert_int_equal(unlink(r->path), 0);
    r->control = open_at(r);
    assert_non_null(r->control);
}

#define RIG(test) cmocka_unit_test_setup_teardown(test, open_rig, close_rig)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RIG(test_command), RIG(test_half_closed), RIG(test_refused),
        RIG(test_gone),    RIG(test_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
