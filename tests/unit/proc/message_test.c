/* Messages: whole, typed, sized, with at most one descriptor; anything else ends the channel. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proc/message.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

struct wire {
    int ends[2];
    struct message_reader *reader;
    struct message got;
};

static int open_wire(void **state)
{
    struct wire *w = calloc(1, sizeof(*w));
    assert_non_null(w);
    w->reader = malloc(sizeof(*w->reader));
    assert_non_null(w->reader);
    assert_true(message_pair(w->ends));
    *state = w;
    return 0;
}

static int close_wire(void **state)
{
    struct wire *w = *state;
    for (int i = 0; i < 2; i++) {
        if (w->ends[i] >= 0) {
            (void)close(w->ends[i]);
        }
    }
    free(w->reader);
    free(w);
    return 0;
}

static enum message_status receive(struct wire *w)
{
    return message_receive(w->ends[1], w->reader, &w->got);
}

static size_t count_open(void)
{
    size_t n = 0;
    for (int fd = 0; fd < 1024; fd++) {
        n += fcntl(fd, F_GETFD) >= 0;
    }
    return n;
}

static void test_round_trip(void **state)
{
    struct wire *w = *state;
    struct message_prepared sent = {5, 1}, got;
    struct str data = {(const char *)&sent, sizeof(sent)};
    assert_int_equal(receive(w), MESSAGE_AGAIN);
    assert_int_equal(message_send(w->ends[0], MESSAGE_PREPARED, data, -1), MESSAGE_OK);
    assert_int_equal(message_send(w->ends[0], MESSAGE_DRAIN, STR(""), -1), MESSAGE_OK);
    assert_int_equal(receive(w), MESSAGE_OK);
    assert_int_equal(w->got.type, MESSAGE_PREPARED);
    assert_int_equal(w->got.fd, -1);
    assert_true(message_data(&w->got, &got, sizeof(got)));
    assert_int_equal(got.generation, 5);
    assert_false(message_data(&w->got, &got, sizeof(got) - 1));
    assert_int_equal(receive(w), MESSAGE_OK);
    assert_int_equal(w->got.type, MESSAGE_DRAIN);
    assert_int_equal(w->got.data.n, 0);
    assert_int_equal(receive(w), MESSAGE_AGAIN);
}

static void test_largest(void **state)
{
    struct wire *w = *state;
    char *bytes = calloc(1, MESSAGE_DATA_MAX + 1);
    assert_non_null(bytes);
    bytes[MESSAGE_DATA_MAX - 1] = 'x';
    struct str largest = {bytes, MESSAGE_DATA_MAX}, over = {bytes, MESSAGE_DATA_MAX + 1};
    assert_int_equal(message_send(w->ends[0], MESSAGE_RECORD, largest, -1), MESSAGE_OK);
    assert_int_equal(message_send(w->ends[0], MESSAGE_RECORD, over, -1), MESSAGE_BAD);
    assert_int_equal(receive(w), MESSAGE_OK);
    assert_true(str_eq(w->got.data, largest));
    assert_int_equal(receive(w), MESSAGE_AGAIN);
    free(bytes);
}

static void test_descriptor(void **state)
{
    struct wire *w = *state;
    int pipe_fds[2];
    char byte = 0;
    assert_int_equal(pipe(pipe_fds), 0);
    assert_int_equal(message_send(w->ends[0], MESSAGE_WORKER, STR(""), pipe_fds[1]), MESSAGE_OK);
    (void)close(pipe_fds[1]);
    assert_int_equal(receive(w), MESSAGE_OK);
    assert_true(w->got.fd >= 0);
    assert_true(fcntl(w->got.fd, F_GETFD) & FD_CLOEXEC);
    assert_int_equal(write(w->got.fd, "z", 1), 1);
    assert_int_equal(read(pipe_fds[0], &byte, 1), 1);
    assert_int_equal(byte, 'z');
    (void)close(w->got.fd);
    (void)close(pipe_fds[0]);
}

static void test_full(void **state)
{
    struct wire *w = *state;
    static const char bytes[60000];
    enum message_status s;
    size_t sent = 0, got = 0;
    while ((s = message_send(w->ends[0], MESSAGE_RECORD, (struct str){bytes, sizeof(bytes)}, -1)) ==
           MESSAGE_OK) {
        assert_true(++sent < 100000);
    }
    assert_int_equal(s, MESSAGE_AGAIN);
    assert_true(sent > 0);
    while (receive(w) == MESSAGE_OK) {
        got++;
    }
    assert_int_equal(got, sent);
}

static void test_closed(void **state)
{
    struct wire *w = *state;
    assert_int_equal(message_send(w->ends[0], MESSAGE_DRAIN, STR(""), -1), MESSAGE_OK);
    (void)close(w->ends[0]);
    w->ends[0] = -1;
    assert_int_equal(receive(w), MESSAGE_OK); /* what was sent before still arrives */
    assert_int_equal(receive(w), MESSAGE_CLOSED);
    assert_int_equal(message_send(w->ends[1], MESSAGE_DRAIN, STR(""), -1), MESSAGE_CLOSED);
    assert_int_equal(message_send(-1, MESSAGE_DRAIN, STR(""), -1), MESSAGE_BAD);
}

/* What no message_send() sends: too short, of another size than told, not ours, too long. */
static void test_foreign(void **state)
{
    struct wire *w = *state;
    struct {
        uint32_t magic, type;
        uint64_t size;
        char rest[8];
    } m = {0x53544750u, MESSAGE_DRAIN, 8, ""};
    char *huge = calloc(1, MESSAGE_DATA_MAX + 64);
    assert_non_null(huge);
    assert_int_equal(send(w->ends[0], &m, sizeof(m), 0), sizeof(m));
    assert_int_equal(receive(w), MESSAGE_OK);
    assert_int_equal(send(w->ends[0], &m, 15, 0), 15);
    assert_int_equal(receive(w), MESSAGE_BAD);
    assert_int_equal(send(w->ends[0], &m, sizeof(m) - 1, 0), sizeof(m) - 1);
    assert_int_equal(receive(w), MESSAGE_BAD);
    m.size = 7;
    assert_int_equal(send(w->ends[0], &m, sizeof(m), 0), sizeof(m));
    assert_int_equal(receive(w), MESSAGE_BAD);
    m.size = UINT64_MAX;
    assert_int_equal(send(w->ends[0], &m, sizeof(m), 0), sizeof(m));
    assert_int_equal(receive(w), MESSAGE_BAD);
    m.size = 8;
    m.magic++;
    assert_int_equal(send(w->ends[0], &m, sizeof(m), 0), sizeof(m));
    assert_int_equal(receive(w), MESSAGE_BAD);
    m.magic--;
    memcpy(huge, &m, sizeof(m));
    assert_int_equal(send(w->ends[0], huge, MESSAGE_DATA_MAX + 64, 0), MESSAGE_DATA_MAX + 64);
    assert_int_equal(receive(w), MESSAGE_BAD);
    free(huge);
}

/* Descriptors that come with what is refused, and those past the first, are closed. */
static void test_foreign_descriptors(void **state)
{
    struct wire *w = *state;
    int fds[3];
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(fds))];
    } control = {.bytes = ""};
    struct {
        uint32_t magic, type;
        uint64_t size;
    } m = {0x53544750u, MESSAGE_DRAIN, 0};
    struct iovec iov = {&m, sizeof(m)};
    struct msghdr msg = {.msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = control.bytes,
                         .msg_controllen = sizeof(control.bytes)};
    struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
    for (size_t i = 0; i < SG_COUNT(fds); i++) {
        fds[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
        assert_true(fds[i] >= 0);
    }
    size_t before = count_open();
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof(fds));
    memcpy(CMSG_DATA(c), fds, sizeof(fds));
    assert_true(sendmsg(w->ends[0], &msg, 0) > 0);
    assert_int_equal(receive(w), MESSAGE_OK);
    assert_true(w->got.fd >= 0);
    assert_int_equal(count_open(), before + 1);
    (void)close(w->got.fd);
    m.magic = 0;
    assert_true(sendmsg(w->ends[0], &msg, 0) > 0);
    assert_int_equal(receive(w), MESSAGE_BAD);
    assert_int_equal(count_open(), before);
    for (size_t i = 0; i < SG_COUNT(fds); i++) {
        (void)close(fds[i]);
    }
}

#define WIRE(test) cmocka_unit_test_setup_teardown(test, open_wire, close_wire)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WIRE(test_round_trip), WIRE(test_largest), WIRE(test_descriptor),          WIRE(test_full),
        WIRE(test_closed),     WIRE(test_foreign), WIRE(test_foreign_descriptors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
