/* One side of a connection that records what it is told, and a blocking peer. */
#ifndef SG_TESTS_CONN_SIDE_H
#define SG_TESTS_CONN_SIDE_H

#include "net_test.h"

#include "net/conn.h"

#include <pthread.h>
#include <time.h>

#define BIG (8u << 20)

/* A side that records what it is told. */
struct side {
    struct loop *loop;
    struct conn *conn;
    int peer; /* the blocking end */
    char *got;
    size_t got_n;
    size_t take;    /* at most this much of an offer; SIZE_MAX: all */
    size_t stop_at; /* stops the loop when so much has come */
    size_t offers;
    size_t last_n; /* of the last offer */
    size_t eofs, errors, timeouts, drained;
    int err;
    bool echo;
    bool pause_inside;
    size_t resume_inside; /* so many times */
};

static SG_UNUSED size_t on_data(void *ctx, const char *p, size_t n)
{
    struct side *s = ctx;
    size_t taken = n < s->take ? n : s->take;

    s->offers++;
    s->last_n = n;
    if (taken > 0) {
        s->got = realloc(s->got, s->got_n + taken);
        assert_non_null(s->got);
        memcpy(s->got + s->got_n, p, taken);
        s->got_n += taken;
    }
    if (s->echo) {
        assert_true(conn_send(s->conn, bytes_of(p, taken)));
    }
    if (s->pause_inside) {
        conn_pause(s->conn);
    }
    if (s->resume_inside > 0) {
        s->resume_inside--;
        conn_resume(s->conn);
    }
    if (s->got_n >= s->stop_at || s->take == 0) {
        loop_stop(s->loop);
    }
    return taken;
}

static SG_UNUSED void on_eof(void *ctx)
{
    struct side *s = ctx;

    s->eofs++;
    loop_stop(s->loop);
}

static SG_UNUSED void on_error(void *ctx, int err)
{
    struct side *s = ctx;

    s->errors++;
    s->err = err;
    loop_stop(s->loop);
}

static SG_UNUSED void on_timeout(void *ctx)
{
    struct side *s = ctx;

    s->timeouts++;
    loop_stop(s->loop);
}

static SG_UNUSED void on_drained(void *ctx)
{
    struct side *s = ctx;

    s->drained++;
    loop_stop(s->loop);
}

static const struct conn_events events = {on_data, on_eof, on_error, on_timeout, on_drained};

static SG_UNUSED void open_side(struct side *s)
{
    int fds[2];

    tcp_pair(fds);
    *s = (struct side){.loop = loop_new(), .peer = fds[1], .take = SIZE_MAX, .stop_at = SIZE_MAX};
    assert_non_null(s->loop);
    s->conn = conn_new(s->loop, fds[0], &events, s);
    assert_non_null(s->conn);
}

static SG_UNUSED void close_side(struct side *s)
{
    conn_free(s->conn);
    loop_free(s->loop);
    if (s->peer >= 0) {
        close(s->peer);
    }
    free(s->got);
}

/* A blocking peer in a thread of its own. */
struct peer {
    pthread_t thread;
    int fd;
    const char *bytes;
    char *got;
    size_t n;
};

static SG_UNUSED void *peer_writes(void *arg)
{
    struct peer *p = arg;
    size_t at = 0;

    while (at < p->n) {
        ssize_t put = send(p->fd, p->bytes + at, p->n - at, MSG_NOSIGNAL);

        if (put <= 0) {
            break;
        }
        at += (size_t)put;
    }
    shutdown(p->fd, SHUT_WR);
    return NULL;
}

static SG_UNUSED void *peer_reads(void *arg)
{
    struct peer *p = arg;
    size_t at = 0;

    while (at < p->n) {
        ssize_t got = read(p->fd, p->got + at, p->n - at);

        if (got <= 0) {
            break;
        }
        at += (size_t)got;
    }
    p->n = at;
    return NULL;
}

#endif
