/* How connections end: finished, reset, timed out, freed inside their own callbacks. */
#include "conn_side.h"

/* Connections that are open at the same time, and in all. */
#define CROWD 100
#define CROWDS 30

static void set_buffer(int fd, int option, int size)
{
    assert_int_equal(setsockopt(fd, SOL_SOCKET, option, &size, sizeof(size)), 0);
}

/* The peer's kernel answers with a reset, not with an end. */
static void reset_peer(struct side *s)
{
    const struct linger now = {.l_onoff = 1, .l_linger = 0};

    assert_int_equal(setsockopt(s->peer, SOL_SOCKET, SO_LINGER, &now, sizeof(now)), 0);
    close(s->peer);
    s->peer = -1;
}

/* Reads to the end, then closes: what a client does with an answer. */
static void *peer_reads_and_closes(void *arg)
{
    struct peer *p = arg;

    peer_reads(p);
    close(p->fd);
    return NULL;
}

/* Runs while `p` reads, until nothing is left: a lingering connection keeps the loop running. */
static void run_with_reader(struct side *s, struct peer *p)
{
    p->fd = s->peer;
    assert_int_equal(pthread_create(&p->thread, NULL, peer_reads_and_closes, p), 0);
    run_out(s->loop);
    pthread_join(p->thread, NULL);
    s->peer = -1;
}

static void finish_delivers_everything(void **state)
{
    struct side s;
    struct peer p = {.n = BIG + 1, .got = malloc(BIG + 1)};
    char *bytes = pattern(BIG);
    size_t before = count_fds();

    (void)state;
    assert_non_null(p.got);
    open_side(&s);
    conn_resume(s.conn);
    write_all(s.peer, "a body that nobody reads", 24);
    assert_true(conn_send(s.conn, bytes_of(bytes, BIG)));
    conn_finish(s.conn, 30000);
    s.conn = NULL;
    run_with_reader(&s, &p);
    assert_int_equal(p.n, BIG); /* and then the end, not a reset */
    assert_memory_equal(p.got, bytes, BIG);
    assert_int_equal(s.offers + s.eofs + s.errors + s.timeouts + s.drained, 0);
    close_side(&s);
    assert_int_equal(count_fds(), before);
    free(bytes);
    free(p.got);
}

/* A peer that never closes is given up `linger_ms` after the last byte. */
static void linger_ends(void **state)
{
    struct side s;
    uint64_t before_ms;
    char byte;

    (void)state;
    open_side(&s);
    assert_true(conn_send(s.conn, STR("x")));
    before_ms = now_ms();
    conn_finish(s.conn, 50);
    s.conn = NULL;
    run_out(s.loop); /* returns when the connection is gone */
    assert_true(now_ms() - before_ms >= 50);
    read_all(s.peer, &byte, 1);
    assert_int_equal(read(s.peer, &byte, 1), 0);
    close_side(&s);
}

/* Also a peer that takes nothing, and one that sends without end. */
static void linger_ends_with_a_stuck_peer(void **state)
{
    struct side s;
    char *bytes = pattern(BIG);

    (void)state;
    open_side(&s);
    assert_true(conn_send_owned(s.conn, bytes, BIG));
    conn_finish(s.conn, 30);
    s.conn = NULL;
    run_out(s.loop);
    assert_int_equal(s.errors + s.timeouts, 0);
    close_side(&s);
}

static void linger_ends_with_a_chatting_peer(void **state)
{
    struct side s;
    struct peer p;
    char *bytes = pattern(4 * BIG);

    (void)state;
    open_side(&s);
    p = (struct peer){.fd = s.peer, .bytes = bytes, .n = 4 * BIG};
    conn_resume(s.conn);
    conn_finish(s.conn, 30000);
    s.conn = NULL;
    assert_int_equal(pthread_create(&p.thread, NULL, peer_writes, &p), 0);
    run_out(s.loop); /* dropped to its end, which then ends the connection */
    pthread_join(p.thread, NULL);
    assert_int_equal(s.offers, 0);
    close_side(&s);
    free(bytes);
}

static void finish_without_linger(void **state)
{
    struct side s;
    char back[3];

    (void)state;
    open_side(&s);
    assert_true(conn_send(s.conn, STR("bye")));
    conn_finish(s.conn, 0);
    s.conn = NULL;
    run_out(s.loop);
    read_all(s.peer, back, 3);
    assert_int_equal(read(s.peer, back, 1), 0);
    close_side(&s);
}

static void loop_closes_what_lingers(void **state)
{
    struct side s;
    size_t before = count_fds();

    (void)state;
    open_side(&s);
    conn_finish(s.conn, 60000);
    s.conn = NULL;
    turns(s.loop, 1);
    close_side(&s);
    assert_int_equal(count_fds(), before);
}

static void free_and_reset_look_different(void **state)
{
    struct side s;
    char byte;

    (void)state;
    open_side(&s);
    conn_free(s.conn);
    s.conn = NULL;
    conn_free(NULL);
    conn_reset(NULL);
    assert_int_equal(read(s.peer, &byte, 1), 0);
    close_side(&s);

    open_side(&s);
    conn_reset(s.conn);
    s.conn = NULL;
    assert_int_equal(read(s.peer, &byte, 1), -1);
    assert_int_equal(errno, ECONNRESET);
    close_side(&s);
}

static void reset_is_told(void **state)
{
    struct side s;

    (void)state;
    open_side(&s);
    conn_resume(s.conn);
    reset_peer(&s);
    RUN_UNTIL(s.loop, s.errors == 1);
    assert_int_equal(s.err, ECONNRESET);
    assert_int_equal(s.eofs, 0);
    assert_true(conn_send(s.conn, STR("dropped")));
    assert_int_equal(conn_unsent(s.conn), 0);
    turns(s.loop, 2);
    assert_int_equal(s.errors, 1);
    conn_finish(s.conn, 60000); /* nothing to linger for */
    s.conn = NULL;
    run_out(s.loop);
    close_side(&s);
}

static void reset_is_told_while_paused(void **state)
{
    struct side s;

    (void)state;
    open_side(&s);
    s.pause_inside = true;
    s.stop_at = 1;
    conn_resume(s.conn);
    write_all(s.peer, "a", 1);
    RUN_UNTIL(s.loop, s.got_n == 1);
    write_all(s.peer, "b", 1);
    turns(s.loop, 3);
    assert_int_equal(s.got_n, 1);
    reset_peer(&s);
    RUN_UNTIL(s.loop, s.errors == 1);
    assert_int_equal(s.err, ECONNRESET);
    close_side(&s);
}

static void reset_is_told_over_a_full_buffer(void **state)
{
    struct side s;
    char *bytes = pattern(2 * CONN_INPUT_MAX);

    (void)state;
    open_side(&s);
    s.take = 0;
    conn_resume(s.conn);
    set_nonblocking(s.peer);
    while (s.last_n < CONN_INPUT_MAX) {
        (void)send(s.peer, bytes, CONN_INPUT_MAX, MSG_NOSIGNAL);
        turns(s.loop, 1);
    }
    reset_peer(&s);
    RUN_UNTIL(s.loop, s.errors == 1);
    close_side(&s);
    free(bytes);
}

/* Reading is over, nothing is being written: a reset then comes as EPIPE. */
static void reset_is_told_after_the_end(void **state)
{
    struct side s;

    (void)state;
    open_side(&s);
    conn_resume(s.conn);
    shutdown(s.peer, SHUT_WR);
    RUN_UNTIL(s.loop, s.eofs == 1);
    turns(s.loop, 1);
    assert_true(conn_send(s.conn, STR("unread")));
    turns(s.loop, 1);
    close(s.peer); /* with unread bytes: a reset */
    s.peer = -1;
    RUN_UNTIL(s.loop, s.errors == 1);
    assert_int_equal(s.eofs, 1);
    close_side(&s);
}

static void break_event_does_not_spin(void **state)
{
    struct side s;
    struct timespec before;
    struct timespec after;

    (void)state;
    open_side(&s);
    s.pause_inside = true;
    s.stop_at = 1;
    conn_resume(s.conn);
    write_all(s.peer, "a", 1);
    RUN_UNTIL(s.loop, s.got_n == 1);
    write_all(s.peer, "b", 1);
    shutdown(s.peer, SHUT_WR);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
    conn_deadline(s.conn, 300);
    RUN_UNTIL(s.loop, s.timeouts == 1);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
    assert_true((after.tv_sec - before.tv_sec) * 1000 + (after.tv_nsec - before.tv_nsec) / 1000000 <
                150);
    close_side(&s);
}

/* A server that answers early and closes: its answer is read although our writing broke. */
static void answer_is_read_before_a_write_error(void **state)
{
    struct side s;
    char *bytes = pattern(BIG);

    (void)state;
    open_side(&s);
    conn_resume(s.conn);
    turns(s.loop, 1);
    write_all(s.peer, "413", 3);
    write_all(s.peer, "!", 1);
    shutdown(s.peer, SHUT_RDWR);
    close(s.peer);
    s.peer = -1;
    assert_true(conn_send_ref(s.conn, bytes_of(bytes, BIG)));
    RUN_UNTIL(s.loop, s.errors == 1);
    assert_int_equal(s.got_n, 4);
    assert_memory_equal(s.got, "413!", 4);
    assert_true(s.err == EPIPE || s.err == ECONNRESET);
    assert_int_equal(conn_unsent(s.conn), 0);
    close_side(&s);
    free(bytes);
}

static void deadline_passes(void **state)
{
    struct side s;
    uint64_t before_ms = now_ms();
    char back[4];

    (void)state;
    open_side(&s);
    conn_resume(s.conn);
    conn_deadline(s.conn, 40);
    RUN_UNTIL(s.loop, s.timeouts == 1);
    assert_true(now_ms() - before_ms >= 40);
    write_all(s.peer, "late", 4);
    turns(s.loop, 2);
    assert_int_equal(s.offers, 0); /* nothing follows */
    assert_true(conn_send(s.conn, STR("408!")));
    conn_finish(s.conn, 10);
    s.conn = NULL;
    run_out(s.loop);
    read_all(s.peer, back, 4);
    assert_memory_equal(back, "408!", 4);
    close_side(&s);
}

static void deadline_moves_and_clears(void **state)
{
    struct side s;
    uint64_t before_ms = now_ms();

    (void)state;
    open_side(&s);
    conn_deadline(s.conn, 5);
    conn_deadline(s.conn, 60000);
    conn_deadline(s.conn, 50);
    RUN_UNTIL(s.loop, s.timeouts == 1);
    assert_true(now_ms() - before_ms >= 50);
    assert_true(now_ms() - before_ms < 30000);
    close_side(&s);

    open_side(&s);
    conn_resume(s.conn);
    conn_deadline(s.conn, 5);
    conn_deadline(s.conn, 0);
    s.stop_at = 1;
    turns(s.loop, 20);
    assert_int_equal(s.timeouts, 0);
    close_side(&s);
}

static void write_timeout_passes(void **state)
{
    struct side s;
    char *bytes = pattern(BIG);

    (void)state;
    open_side(&s);
    conn_resume(s.conn);
    conn_write_timeout(s.conn, 40);
    turns(s.loop, 60); /* nothing is queued: nothing is due */
    assert_int_equal(s.timeouts, 0);
    assert_true(conn_send_ref(s.conn, bytes_of(bytes, BIG)));
    RUN_UNTIL(s.loop, s.timeouts == 1);
    assert_true(conn_unsent(s.conn) > 0);
    close_side(&s);
    free(bytes);
}

/* A slow reader is not a stuck one: every byte that leaves starts the time anew. */
static void write_timeout_is_renewed(void **state)
{
    struct side s;
    char *bytes = pattern(BIG);
    char *back = malloc(BIG);
    uint64_t until_ms;
    uint64_t limit_ms = 400;

    (void)state;
    assert_non_null(back);
    open_side(&s);
    set_buffer(s.peer, SO_RCVBUF, 64 << 10);
    conn_write_timeout(s.conn, limit_ms);
    assert_true(conn_send_ref(s.conn, bytes_of(bytes, BIG)));
    until_ms = now_ms() + 2 * limit_ms;
    set_nonblocking(s.peer);
    while (now_ms() < until_ms && conn_unsent(s.conn) > 0) {
        turns(s.loop, 10);
        (void)recv(s.peer, back, 128 << 10, 0);
    }
    assert_int_equal(s.timeouts, 0);
    assert_true(conn_unsent(s.conn) > 0); /* it was really slow */
    conn_write_timeout(s.conn, 0);
    turns(s.loop, 1);
    close_side(&s);
    free(bytes);
    free(back);
}

/* --- freed inside their own callbacks ------------------------------------------------ */

enum how { FREE, RESET, FINISH };
enum where { DATA, HELD, END, ERROR, TIMEOUT, DRAINED };

struct suicide {
    struct loop *loop;
    struct conn *conn;
    enum how how;
    enum where where;
    int calls;
};

static void die(struct suicide *s, enum where where)
{
    if (s->where == where) {
        s->calls++;
        switch (s->how) {
        case FREE:
            conn_free(s->conn);
            break;
        case RESET:
            conn_reset(s->conn);
            break;
        case FINISH:
            conn_finish(s->conn, 1);
            break;
        }
        s->conn = NULL;
        loop_stop(s->loop);
    }
}

static size_t die_on_data(void *ctx, const char *p, size_t n)
{
    struct suicide *s = ctx;

    (void)p;
    if (s->where == HELD && n == 1) {
        conn_resume(s->conn); /* it dies at the second offer, of what is held */
        s->where = DATA;
        return 0;
    }
    die(s, DATA);
    return s->where == DATA ? n / 2 : n;
}

static void die_on_eof(void *ctx)
{
    die(ctx, END);
}

static void die_on_error(void *ctx, int err)
{
    (void)err;
    die(ctx, ERROR);
}

static void die_on_timeout(void *ctx)
{
    die(ctx, TIMEOUT);
}

static void die_on_drained(void *ctx)
{
    die(ctx, DRAINED);
}

static const struct conn_events suicide_events = {die_on_data, die_on_eof, die_on_error,
                                                  die_on_timeout, die_on_drained};

static void provoke(struct suicide *s, struct side *peer)
{
    char *bytes = NULL;

    switch (s->where) {
    case DATA:
    case HELD:
        write_all(peer->peer, "x", 1);
        break;
    case END:
        shutdown(peer->peer, SHUT_WR);
        break;
    case ERROR:
        reset_peer(peer);
        break;
    case TIMEOUT:
        conn_deadline(s->conn, 1);
        break;
    case DRAINED:
        bytes = pattern(CONN_OUTPUT_LOW);
        assert_true(conn_send_owned(s->conn, bytes, CONN_OUTPUT_LOW));
        break;
    }
}

static void freed_inside_any_callback(void **state)
{
    size_t before = count_fds();

    (void)state;
    for (int where = DATA; where <= DRAINED; where++) {
        for (int how = FREE; how <= FINISH; how++) {
            struct suicide s = {
                .loop = loop_new(), .how = (enum how)how, .where = (enum where)where};
            struct side peer = {.loop = s.loop};
            int fds[2];

            assert_non_null(s.loop);
            tcp_pair(fds);
            peer.peer = fds[1];
            s.conn = conn_new(s.loop, fds[0], &suicide_events, &s);
            assert_non_null(s.conn);
            conn_resume(s.conn);
            provoke(&s, &peer);
            RUN_UNTIL(s.loop, s.calls > 0);
            run_out(s.loop);
            assert_int_equal(s.calls, 1);
            close_side(&peer);
        }
    }
    assert_int_equal(count_fds(), before);
}

/* --- many ---------------------------------------------------------------------------- */

static void crowds_leave_no_descriptor(void **state)
{
    static struct side sides[CROWD];
    struct loop *loop = loop_new();
    size_t before;

    (void)state;
    assert_non_null(loop);
    before = count_fds();
    for (int crowd = 0; crowd < CROWDS; crowd++) {
        for (int i = 0; i < CROWD; i++) {
            struct side *s = &sides[i];
            int fds[2];

            assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
            set_nonblocking(fds[0]);
            *s = (struct side){.loop = loop, .peer = fds[1], .take = SIZE_MAX, .stop_at = 1};
            s->echo = true;
            s->conn = conn_new(loop, fds[0], &events, s);
            assert_non_null(s->conn);
            conn_resume(s->conn);
            write_all(s->peer, "?", 1);
        }
        for (int i = 0; i < CROWD; i++) {
            struct side *s = &sides[i];
            char back;

            RUN_UNTIL(loop, s->got_n == 1);
            read_all(s->peer, &back, 1);
            assert_int_equal(back, '?');
            if (i % 3 == 0) {
                conn_free(s->conn);
            } else if (i % 3 == 1) {
                conn_finish(s->conn, 60000);
            } else {
                conn_reset(s->conn);
            }
            close(s->peer);
            free(s->got);
        }
        run_out(loop);
        run_out(loop);
        assert_int_equal(count_fds(), before);
    }
    loop_free(loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finish_delivers_everything),
        cmocka_unit_test(linger_ends),
        cmocka_unit_test(linger_ends_with_a_stuck_peer),
        cmocka_unit_test(linger_ends_with_a_chatting_peer),
        cmocka_unit_test(finish_without_linger),
        cmocka_unit_test(loop_closes_what_lingers),
        cmocka_unit_test(free_and_reset_look_different),
        cmocka_unit_test(reset_is_told),
        cmocka_unit_test(reset_is_told_while_paused),
        cmocka_unit_test(reset_is_told_over_a_full_buffer),
        cmocka_unit_test(reset_is_told_after_the_end),
        cmocka_unit_test(break_event_does_not_spin),
        cmocka_unit_test(answer_is_read_before_a_write_error),
        cmocka_unit_test(deadline_passes),
        cmocka_unit_test(deadline_moves_and_clears),
        cmocka_unit_test(write_timeout_passes),
        cmocka_unit_test(write_timeout_is_renewed),
        cmocka_unit_test(freed_inside_any_callback),
        cmocka_unit_test(crowds_leave_no_descriptor),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
