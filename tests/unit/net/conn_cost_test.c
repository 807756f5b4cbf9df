/*
 * What moving bytes costs: system calls counted at the connection's own table of operations, since
 * the peer cannot tell one write from many; copies by where bytes stand; memory at a relay.
 */
#include "conn_side.h"

#include "net/conn_private.h"

#define EXCHANGES 50
#define PIECES 20
#define MARK (4 * CONN_OUTPUT_LOW)

static int reads;
static int writes;

static ssize_t counted_read(struct conn *c, void *p, size_t n)
{
    reads++;
    return conn_socket_ops.read(c, p, n);
}

static ssize_t counted_writev(struct conn *c, struct iovec *vec, size_t n)
{
    writes++;
    return conn_socket_ops.writev(c, vec, n);
}

static const struct conn_ops counted_ops = {counted_read, counted_writev};

static size_t answer_in_pieces(void *ctx, const char *p, size_t n)
{
    struct side *s = ctx;

    (void)p;
    conn_deadline(s->conn, 30000);
    for (int i = 0; i < PIECES; i++) {
        assert_true(conn_send(s->conn, STR("ab")));
    }
    loop_stop(s->loop);
    s->got_n += n;
    return n;
}

static const struct conn_events answering = {answer_in_pieces, on_eof, on_error, on_timeout,
                                             on_drained};

/* An exchange is one read and one write, and libevent is asked for nothing. */
static void one_read_and_one_write(void **state)
{
    struct side s;
    char back[2 * PIECES];

    (void)state;
    open_side(&s);
    s.conn->ops = &counted_ops;
    conn_owner(s.conn, &answering, &s);
    conn_resume(s.conn);
    reads = writes = 0;
    for (size_t i = 1; i <= EXCHANGES; i++) {
        write_all(s.peer, "ask", 3);
        RUN_UNTIL(s.loop, s.got_n == 3 * i);
        read_all(s.peer, back, sizeof(back));
        assert_true(s.conn->reading);
        assert_false(s.conn->blocked);
        assert_false(s.conn->watching);
        assert_int_equal(conn_unsent(s.conn), 0);
    }
    assert_int_equal(reads, EXCHANGES);
    assert_int_equal(writes, EXCHANGES);
    assert_null(s.conn->in); /* what is taken at once was never copied */
    close_side(&s);
}

/* A pause that ends before anything came costs nothing either. */
static void short_pauses_are_free(void **state)
{
    struct side s;

    (void)state;
    open_side(&s);
    conn_resume(s.conn);
    turns(s.loop, 1);
    for (int i = 0; i < EXCHANGES; i++) {
        conn_pause(s.conn);
        assert_true(s.conn->reading);
        conn_resume(s.conn);
        assert_true(s.conn->reading);
    }
    close_side(&s);
}

static const char *expected_at;
static size_t moves;

/* Takes one byte of each offer and asks for the next; notes when what is left has been moved. */
static size_t nibble(void *ctx, const char *p, size_t n)
{
    struct side *s = ctx;

    if (s->take == 0) {
        s->last_n = n;
        loop_stop(s->loop);
        return 0;
    }
    moves += p != expected_at;
    expected_at = p + 1;
    s->got[s->got_n++] = *p;
    if (s->got_n == CONN_INPUT_MAX) {
        loop_stop(s->loop);
    }
    conn_resume(s->conn);
    return 1;
}

static const struct conn_events nibbling = {nibble, on_eof, on_error, on_timeout, on_drained};

/* As many offers as the buffer has bytes: what is left stays where it is, or it would be 32 GiB. */
static void nibbling_copies_nothing(void **state)
{
    struct side s;
    struct peer p = {.n = CONN_INPUT_MAX, .bytes = pattern(CONN_INPUT_MAX)};
    char *sent = pattern(CONN_INPUT_MAX);

    (void)state;
    open_side(&s);
    s.got = malloc(CONN_INPUT_MAX);
    assert_non_null(s.got);
    s.take = 0;
    conn_owner(s.conn, &nibbling, &s);
    conn_resume(s.conn);
    p.fd = s.peer;
    assert_int_equal(pthread_create(&p.thread, NULL, peer_writes, &p), 0);
    RUN_UNTIL(s.loop, s.last_n == CONN_INPUT_MAX);
    pthread_join(p.thread, NULL);
    s.take = 1;
    moves = 0;
    conn_resume(s.conn);
    RUN_UNTIL(s.loop, s.got_n == CONN_INPUT_MAX);
    assert_memory_equal(s.got, sent, CONN_INPUT_MAX);
    assert_int_equal(moves, 1); /* the first one is not expected anywhere */
    close_side(&s);
    free(sent);
    free((void *)(uintptr_t)p.bytes);
}

/* --- a relay ----------------------------------------------------------------------- */

struct relay {
    struct loop *loop;
    struct conn *in;
    struct conn *out;
    size_t most_unsent;
    bool paused; /* at least once */
};

static size_t relay_data(void *ctx, const char *p, size_t n)
{
    struct relay *r = ctx;

    assert_true(conn_send(r->out, bytes_of(p, n)));
    if (conn_unsent(r->out) > r->most_unsent) {
        r->most_unsent = conn_unsent(r->out);
    }
    if (conn_unsent(r->out) > MARK) {
        r->paused = true;
        conn_pause(r->in);
        loop_stop(r->loop);
    }
    return n;
}

static void relay_eof(void *ctx)
{
    struct relay *r = ctx;

    conn_finish(r->out, 10000);
    r->out = NULL;
    loop_stop(r->loop);
}

static void relay_drained(void *ctx)
{
    struct relay *r = ctx;

    conn_resume(r->in);
}

static void relay_error(void *ctx, int err)
{
    (void)ctx;
    fail_msg("relay: %s", strerror(err));
}

static void relay_timeout(void *ctx)
{
    (void)ctx;
    fail_msg("relay: a timeout that nobody set");
}

static const struct conn_events relaying = {relay_data, relay_eof, relay_error, relay_timeout,
                                            relay_drained};

static void *peer_reads_then_closes(void *arg)
{
    struct peer *p = arg;

    peer_reads(p);
    close(p->fd);
    return NULL;
}

/*
 * Between a fast sender and a receiver who starts only when everything is full, a relay holds its
 * mark and one read, and loses nothing. More is sent than two sockets' buffers hold.
 */
static void relay_is_bounded(void **state)
{
    const size_t total = 24u << 20;
    struct relay r = {.loop = loop_new()};
    char *sent = pattern(total);
    struct peer source = {.bytes = sent, .n = total};
    struct peer sink = {.got = malloc(total + 1), .n = total + 1};
    int fds[2];

    (void)state;
    assert_non_null(r.loop);
    assert_non_null(sink.got);
    tcp_pair(fds);
    r.in = conn_new(r.loop, fds[0], &relaying, &r);
    source.fd = fds[1];
    tcp_pair(fds);
    r.out = conn_new(r.loop, fds[0], &relaying, &r);
    sink.fd = fds[1];
    assert_non_null(r.in);
    assert_non_null(r.out);
    conn_resume(r.in);
    assert_int_equal(pthread_create(&source.thread, NULL, peer_writes, &source), 0);
    RUN_UNTIL(r.loop, r.paused);
    assert_int_equal(pthread_create(&sink.thread, NULL, peer_reads_then_closes, &sink), 0);
    RUN_UNTIL(r.loop, r.out == NULL);
    conn_free(r.in);
    run_out(r.loop); /* lingers until the sink has read all */
    pthread_join(source.thread, NULL);
    pthread_join(sink.thread, NULL);
    assert_int_equal(sink.n, total);
    assert_memory_equal(sink.got, sent, total);
    assert_true(r.most_unsent <= MARK + LOOP_SCRATCH_SIZE);
    close(source.fd);
    loop_free(r.loop);
    free(sink.got);
    free(sent);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_read_and_one_write),
        cmocka_unit_test(short_pauses_are_free),
        cmocka_unit_test(nibbling_copies_nothing),
        cmocka_unit_test(relay_is_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
