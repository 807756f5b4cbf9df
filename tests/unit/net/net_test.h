/* What the tests of this room share: real sockets on the loopback, and a loop that cannot hang. */
#ifndef SG_TESTS_NET_TEST_H
#define SG_TESTS_NET_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/attr.h"
#include "base/clock.h"
#include "net/address.h"
#include "net/loop.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A test that waits longer is killed by SIGALRM, and so fails. */
#define TEST_SECONDS 60

/* Callbacks call loop_stop(); the condition is looked at between runs. */
#define RUN_UNTIL(loop, condition)       \
    do {                                 \
        alarm(TEST_SECONDS);             \
        while (!(condition)) {           \
            assert_true(loop_run(loop)); \
        }                                \
        alarm(0);                        \
    } while (0)

/* Runs until nothing is left to wait for. */
static SG_UNUSED void run_out(struct loop *loop)
{
    alarm(TEST_SECONDS);
    assert_true(loop_run(loop));
    alarm(0);
}

static SG_UNUSED uint64_t now_ms(void)
{
    return clock_mono_ns() / 1000000;
}

/* Open descriptors of this process. */
static SG_UNUSED size_t count_fds(void)
{
    DIR *d = opendir("/proc/self/fd");
    size_t n = 0;

    assert_non_null(d);
    while (readdir(d) != NULL) {
        n++;
    }
    closedir(d);
    return n;
}

/* Listens on 127.0.0.1 on a port that the kernel picks. */
static SG_UNUSED int listen_any(struct address *out)
{
    struct address any;
    int fd;

    assert_true(address_parse(STR("127.0.0.1:0"), &any));
    fd = address_listen(&any, false);
    assert_true(fd >= 0);
    assert_true(address_of_socket(fd, out));
    return fd;
}

static SG_UNUSED uint16_t port_of(const struct address *a)
{
    struct sockaddr_in in;

    memcpy(&in, &a->sa, sizeof(in));
    return ntohs(in.sin_port);
}

/* A port of 127.0.0.1 on which nobody listens. */
static SG_UNUSED uint16_t dead_port(void)
{
    struct address a;

    close(listen_any(&a));
    return port_of(&a);
}

/* A blocking client. */
static SG_UNUSED int connect_to(const struct address *a)
{
    int fd = socket(a->sa.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&a->sa, a->len), 0);
    return fd;
}

static SG_UNUSED int accept_one(int listening)
{
    int flags = fcntl(listening, F_GETFL);
    int fd;

    assert_int_equal(fcntl(listening, F_SETFL, flags & ~O_NONBLOCK), 0);
    fd = accept(listening, NULL, NULL);
    assert_true(fd >= 0);
    assert_int_equal(fcntl(listening, F_SETFL, flags), 0);
    return fd;
}

static SG_UNUSED void set_nonblocking(int fd)
{
    assert_int_equal(fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK), 0);
}

/* Two ends of one TCP connection: [0] non-blocking, for the code under test; [1] blocking. */
static SG_UNUSED void tcp_pair(int fds[2])
{
    struct address a;
    int listening = listen_any(&a);

    fds[1] = connect_to(&a);
    fds[0] = accept_one(listening);
    set_nonblocking(fds[0]);
    close(listening);
}

/* Lets the loop look at its sockets, for `n` milliseconds or until something stops it. */
static SG_UNUSED void stop_loop(void *ctx)
{
    loop_stop(ctx);
}

static SG_UNUSED void turns(struct loop *loop, int n)
{
    struct timer *t = timer_new(loop, stop_loop, loop);

    assert_non_null(t);
    while (n-- > 0) {
        timer_set(t, 1);
        run_out(loop);
    }
    timer_free(t);
}

/*
 * A listener whose queue is full: who connects to it hears nothing. `fillers` are the descriptors
 * that fill it.
 */
#define FILLERS 4
static SG_UNUSED int listen_silent(struct address *out, int fillers[FILLERS])
{
    int fd = listen_any(out);

    assert_int_equal(listen(fd, 0), 0);
    for (int i = 0; i < FILLERS; i++) {
        fillers[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        assert_true(fillers[i] >= 0);
        (void)connect(fillers[i], (const struct sockaddr *)&out->sa, out->len);
    }
    return fd;
}

static SG_UNUSED void close_silent(int fd, const int fillers[FILLERS])
{
    close(fd);
    for (int i = 0; i < FILLERS; i++) {
        close(fillers[i]);
    }
}

/* Reads exactly `n` bytes from a blocking descriptor. */
static SG_UNUSED void read_all(int fd, char *p, size_t n)
{
    while (n > 0) {
        ssize_t got = read(fd, p, n);

        assert_true(got > 0);
        p += got;
        n -= (size_t)got;
    }
}

static SG_UNUSED void write_all(int fd, const char *p, size_t n)
{
    while (n > 0) {
        ssize_t put = write(fd, p, n);

        assert_true(put > 0);
        p += put;
        n -= (size_t)put;
    }
}

static SG_UNUSED struct str bytes_of(const char *p, size_t n)
{
    return (struct str){p, n};
}

/* Bytes in which a lost, doubled or moved piece shows. */
static SG_UNUSED char *pattern(size_t n)
{
    char *p = malloc(n);
    uint32_t x = 2463534242u;

    assert_non_null(p);
    for (size_t i = 0; i < n; i++) {
        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
        p[i] = (char)x;
    }
    return p;
}

#endif
