/* Connections lent, given back, reused, gone stale, waited for, and let go. */
#include "net_test.h"

#include "net/pool.h"

struct ask {
    struct loop *loop;
    struct pool_request *request;
    struct conn *conn;
    enum reason reason;
    bool reused;
    int calls;
};

static void on_connected(void *ctx, struct conn *conn, enum reason reason, bool reused)
{
    struct ask *a = ctx;

    assert_true((conn != NULL) == (reason == REASON_OK));
    a->calls++;
    a->request = NULL;
    a->conn = conn;
    a->reason = reason;
    a->reused = reused;
    loop_stop(a->loop);
}

/* The peer's side: a listening socket whose connections wait in the kernel's queue. */
struct rig {
    struct loop *loop;
    struct address at;
    int listening;
    struct pool_server server;
    struct pool_options options;
    struct pool *pool;
    size_t fds;
};

static void open_rig(struct rig *r, size_t max_connections)
{
    memset(r, 0, sizeof(*r));
    r->fds = count_fds();
    r->loop = loop_new();
    assert_non_null(r->loop);
    r->listening = listen_any(&r->at);
    r->server = (struct pool_server){STR("127.0.0.1"), port_of(&r->at)};
    r->options = (struct pool_options){.servers = &r->server,
                                       .server_count = 1,
                                       .connect_timeout_ms = 10000,
                                       .idle_timeout_ms = 60000,
                                       .max_connections = max_connections,
                                       .max_waiting = 8,
                                       .wait_timeout_ms = 60000};
}

static void start(struct rig *r)
{
    r->pool = pool_new(r->loop, &r->options);
    assert_non_null(r->pool);
    r->options.servers = NULL; /* was copied */
}

/* Everything was given back: nothing may be left. */
static void close_rig(struct rig *r)
{
    pool_retire(r->pool);
    run_out(r->loop);
    loop_free(r->loop);
    close(r->listening);
    assert_int_equal(count_fds(), r->fds);
}

static void ask(struct rig *r, struct ask *a, bool fresh)
{
    *a = (struct ask){.loop = r->loop};
    a->request = pool_get(r->pool, fresh, on_connected, a);
    assert_non_null(a->request);
    assert_int_equal(a->calls, 0); /* not inside the call */
}

static void ask_and_wait(struct rig *r, struct ask *a, bool fresh)
{
    ask(r, a, fresh);
    RUN_UNTIL(r->loop, a->calls > 0);
    assert_int_equal(a->calls, 1);
}

static void check_counts(const struct rig *r, size_t open, size_t idle)
{
    assert_int_equal(pool_open(r->pool), open);
    assert_int_equal(pool_idle(r->pool), idle);
}

static void reuses(void **state)
{
    struct rig r;
    struct ask a;
    struct ask b;

    (void)state;
    open_rig(&r, 10);
    start(&r);
    ask_and_wait(&r, &a, false);
    assert_int_equal(a.reason, REASON_OK);
    assert_false(a.reused);
    check_counts(&r, 1, 0);
    pool_put(r.pool, a.conn);
    check_counts(&r, 1, 1);
    ask_and_wait(&r, &b, false);
    assert_ptr_equal(b.conn, a.conn);
    assert_true(b.reused);
    check_counts(&r, 1, 0);
    pool_drop(r.pool, b.conn);
    check_counts(&r, 0, 0);
    close_rig(&r);
}

static void fresh_is_not_reused(void **state)
{
    struct rig r;
    struct ask a;
    struct ask b;

    (void)state;
    open_rig(&r, 10);
    start(&r);
    ask_and_wait(&r, &a, false);
    pool_put(r.pool, a.conn);
    ask_and_wait(&r, &b, true);
    assert_ptr_not_equal(b.conn, a.conn);
    assert_false(b.reused);
    check_counts(&r, 2, 1);
    pool_put(r.pool, b.conn);
    close_rig(&r);
}

/* At the limit, a fresh connection takes the room of an idle one. */
static void fresh_makes_room(void **state)
{
    struct rig r;
    struct ask a;
    struct ask b;

    (void)state;
    open_rig(&r, 1);
    start(&r);
    ask_and_wait(&r, &a, false);
    pool_put(r.pool, a.conn);
    ask_and_wait(&r, &b, true);
    assert_int_equal(b.reason, REASON_OK);
    assert_false(b.reused);
    check_counts(&r, 1, 0);
    pool_put(r.pool, b.conn);
    close_rig(&r);
}

/* An idle connection goes when its peer closes it, resets it or speaks. */
static void idle_connection_goes(void **state)
{
    const struct linger now = {.l_onoff = 1, .l_linger = 0};
    struct rig r;
    struct ask a;

    (void)state;
    open_rig(&r, 10);
    start(&r);
    for (int how = 0; how < 3; how++) {
        int peer;

        ask_and_wait(&r, &a, false);
        assert_false(a.reused);
        peer = accept_one(r.listening);
        pool_put(r.pool, a.conn);
        check_counts(&r, 1, 1);
        if (how == 0) {
            write_all(peer, "HTTP/1.1 408\r\n", 14);
        } else if (how == 1) {
            assert_int_equal(setsockopt(peer, SOL_SOCKET, SO_LINGER, &now, sizeof(now)), 0);
        }
        if (how > 0) {
            close(peer);
        }
        while (pool_open(r.pool) > 0) {
            turns(r.loop, 1);
        }
        check_counts(&r, 0, 0);
        if (how == 0) {
            close(peer);
        }
    }
    close_rig(&r);
}

/* Nobody has looked at the socket since the peer closed it: it must not be lent. */
static void put_after_the_peer_closed(void **state)
{
    struct rig r;
    struct ask a;
    struct ask b;

    (void)state;
    open_rig(&r, 10);
    start(&r);
    ask_and_wait(&r, &a, false);
    close(accept_one(r.listening));
    pool_put(r.pool, a.conn);
    ask_and_wait(&r, &b, false);
    assert_int_equal(b.reason, REASON_OK);
    assert_false(b.reused);
    pool_drop(r.pool, b.conn);
    close_rig(&r);
}

static void put_with_unsent_bytes(void **state)
{
    struct rig r;
    struct ask a;

    (void)state;
    open_rig(&r, 10);
    start(&r);
    ask_and_wait(&r, &a, false);
    assert_true(conn_send(a.conn, STR("half a request")));
    pool_put(r.pool, a.conn);
    check_counts(&r, 0, 0);
    close_rig(&r);
}

/* An owner that leaves bytes untaken and gives the connection back, inside on_data(). */
struct reader {
    struct rig *rig;
    struct conn *conn;
    size_t take;
};

static size_t put_on_data(void *ctx, const char *p, size_t n)
{
    struct reader *d = ctx;

    (void)p;
    pool_put(d->rig->pool, d->conn);
    loop_stop(d->rig->loop);
    return n < d->take ? n : d->take;
}

static void unexpected(void *ctx)
{
    (void)ctx;
    fail();
}

static void unexpected_error(void *ctx, int err)
{
    (void)ctx;
    (void)err;
    fail();
}

static const struct conn_events reader_events = {put_on_data, unexpected, unexpected_error,
                                                 unexpected, NULL};

static void put_inside_on_data(void **state)
{
    struct rig r;
    struct ask a;
    struct ask b;

    (void)state;
    open_rig(&r, 10);
    start(&r);
    for (size_t take = 1; take <= 2; take++) {
        struct reader d = {.rig = &r, .take = take};
        int peer;

        ask_and_wait(&r, &a, true);
        peer = accept_one(r.listening);
        d.conn = a.conn;
        conn_owner(a.conn, &reader_events, &d);
        conn_resume(a.conn);
        write_all(peer, "ab", 2);
        turns(r.loop, 2);
        ask_and_wait(&r, &b, false);
        if (take == 1) {
            assert_false(b.reused); /* a byte was left: the connection went */
            close(accept_one(r.listening));
        } else {
            assert_true(b.reused);
            assert_ptr_equal(b.conn, a.conn);
        }
        pool_drop(r.pool, b.conn);
        close(peer);
    }
    close_rig(&r);
}

static void idle_timeout_closes(void **state)
{
    struct rig r;
    struct ask a;

    (void)state;
    open_rig(&r, 10);
    r.options.idle_timeout_ms = 20;
    start(&r);
    ask_and_wait(&r, &a, false);
    conn_deadline(a.conn, 5);
    pool_put(r.pool, a.conn);
    run_out(r.loop); /* nothing is left to wait for when it is closed */
    check_counts(&r, 0, 0);
    close_rig(&r);
}

/* A deadline of the pool's does not follow the connection to the one who borrows it. */
static void deadline_ends_with_idleness(void **state)
{
    struct rig r;
    struct ask a;

    (void)state;
    open_rig(&r, 10);
    r.options.idle_timeout_ms = 20;
    start(&r);
    ask_and_wait(&r, &a, false);
    pool_put(r.pool, a.conn);
    ask_and_wait(&r, &a, false);
    turns(r.loop, 40);
    check_counts(&r, 1, 0);
    pool_put(r.pool, a.conn);
    close_rig(&r);
}

static void servers_in_turn(void **state)
{
    struct rig r;
    struct pool_server servers[2];
    struct address other;
    int listening;
    struct ask a[4];
    uint16_t ports[4];

    (void)state;
    open_rig(&r, 10);
    listening = listen_any(&other);
    servers[0] = r.server;
    servers[1] = (struct pool_server){STR("127.0.0.1"), port_of(&other)};
    r.options.servers = servers;
    r.options.server_count = 2;
    start(&r);
    memset(servers, 0, sizeof(servers)); /* was copied */
    for (int i = 0; i < 4; i++) {
        ask_and_wait(&r, &a[i], false);
        ports[i] = port_of(conn_peer(a[i].conn));
    }
    assert_int_equal(ports[0], port_of(&r.at));
    assert_int_equal(ports[1], port_of(&other));
    assert_int_equal(ports[2], ports[0]);
    assert_int_equal(ports[3], ports[1]);
    for (int i = 0; i < 4; i++) {
        pool_drop(r.pool, a[i].conn);
    }
    close(listening);
    close_rig(&r);
}

static void passes_over_a_dead_server(void **state)
{
    struct rig r;
    struct pool_server servers[3];
    struct ask a;

    (void)state;
    open_rig(&r, 10);
    servers[0] = (struct pool_server){STR("127.0.0.1"), dead_port()};
    servers[1] = (struct pool_server){STR(""), 80};
    servers[2] = r.server;
    r.options.servers = servers;
    r.options.server_count = 3;
    start(&r);
    for (int i = 0; i < 4; i++) {
        ask_and_wait(&r, &a, true);
        assert_int_equal(a.reason, REASON_OK);
        assert_int_equal(port_of(conn_peer(a.conn)), port_of(&r.at));
        pool_drop(r.pool, a.conn);
    }
    close_rig(&r);
}

static void tells_why_nothing_connects(void **state)
{
    struct rig r;
    struct pool_server servers[2];
    struct ask a;
    int fillers[FILLERS];
    struct address silent_at;
    int silent;

    (void)state;
    open_rig(&r, 1);
    servers[0] = (struct pool_server){STR("127.0.0.1"), dead_port()};
    servers[1] = servers[0];
    r.options.servers = servers;
    r.options.server_count = 2;
    start(&r);
    ask_and_wait(&r, &a, false);
    assert_int_equal(a.reason, REASON_UPSTREAM_CONNECT);
    check_counts(&r, 0, 0);
    close_rig(&r);

    open_rig(&r, 1);
    r.server.host = STR("");
    start(&r);
    ask_and_wait(&r, &a, false);
    assert_int_equal(a.reason, REASON_UPSTREAM_RESOLVE);
    close_rig(&r);

    open_rig(&r, 1);
    silent = listen_silent(&silent_at, fillers);
    r.server.port = port_of(&silent_at);
    r.options.connect_timeout_ms = 30;
    start(&r);
    ask_and_wait(&r, &a, false);
    assert_int_equal(a.reason, REASON_UPSTREAM_CONNECT_TIMEOUT);
    check_counts(&r, 0, 0);
    close_silent(silent, fillers);
    close_rig(&r);
}

static void waits_for_its_turn(void **state)
{
    struct rig r;
    struct ask a;
    struct ask b;
    struct ask c;

    (void)state;
    open_rig(&r, 1);
    start(&r);
    ask_and_wait(&r, &a, false);
    ask(&r, &b, false);
    ask(&r, &c, false);
    turns(r.loop, 3);
    assert_int_equal(b.calls + c.calls, 0);
    check_counts(&r, 1, 0);
    pool_put(r.pool, a.conn);
    RUN_UNTIL(r.loop, b.calls == 1); /* the older one */
    assert_true(b.reused);
    turns(r.loop, 2);
    assert_int_equal(c.calls, 0);
    pool_drop(r.pool, b.conn);
    RUN_UNTIL(r.loop, c.calls == 1);
    assert_int_equal(c.reason, REASON_OK);
    assert_false(c.reused);
    check_counts(&r, 1, 0);
    pool_put(r.pool, c.conn);
    close_rig(&r);
}

static void too_many_wait(void **state)
{
    struct rig r;
    struct ask a;
    struct ask b;
    struct ask c;

    (void)state;
    open_rig(&r, 1);
    r.options.max_waiting = 1;
    start(&r);
    ask_and_wait(&r, &a, false);
    ask(&r, &b, false);
    ask(&r, &c, false);
    RUN_UNTIL(r.loop, c.calls == 1); /* the one that came last */
    assert_int_equal(c.reason, REASON_UPSTREAM_BUSY);
    assert_int_equal(b.calls, 0);
    pool_put(r.pool, a.conn);
    RUN_UNTIL(r.loop, b.calls == 1);
    assert_int_equal(b.reason, REASON_OK);
    pool_put(r.pool, b.conn);
    close_rig(&r);
}

static void waits_too_long(void **state)
{
    struct rig r;
    struct ask a;
    struct ask b;
    uint64_t before_ms;

    (void)state;
    open_rig(&r, 1);
    r.options.wait_timeout_ms = 30;
    start(&r);
    ask_and_wait(&r, &a, false);
    before_ms = now_ms();
    ask_and_wait(&r, &b, false);
    assert_int_equal(b.reason, REASON_UPSTREAM_BUSY);
    assert_true(now_ms() - before_ms >= 30);
    pool_put(r.pool, a.conn);
    close_rig(&r);
}

static void cancels(void **state)
{
    struct rig r;
    struct ask a;
    struct ask b;
    struct address silent_at;
    int fillers[FILLERS];
    int silent;

    (void)state;
    open_rig(&r, 1);
    silent = listen_silent(&silent_at, fillers);
    r.server.port = port_of(&silent_at);
    start(&r);
    ask(&r, &a, false);
    pool_cancel(a.request); /* queued */
    turns(r.loop, 1);
    check_counts(&r, 0, 0);
    ask(&r, &a, false);
    ask(&r, &b, false);
    turns(r.loop, 2);
    check_counts(&r, 1, 0);
    pool_cancel(b.request); /* waiting behind it */
    pool_cancel(a.request); /* dialling */
    check_counts(&r, 0, 0);
    turns(r.loop, 2);
    assert_int_equal(a.calls + b.calls, 0);
    close_silent(silent, fillers);
    close_rig(&r);
}

/* A cancelled dial makes room for who waits. */
static void cancelling_lets_the_next_in(void **state)
{
    struct rig r;
    struct ask a;
    struct ask b;

    (void)state;
    open_rig(&r, 1);
    start(&r);
    ask(&r, &a, false);
    ask(&r, &b, false);
    pool_cancel(a.request);
    RUN_UNTIL(r.loop, b.calls == 1);
    assert_int_equal(b.reason, REASON_OK);
    pool_put(r.pool, b.conn);
    close_rig(&r);
}

static void retires(void **state)
{
    struct rig r;
    struct ask lent;
    struct ask idle;
    struct ask waiting;
    int peer;
    char byte;

    (void)state;
    open_rig(&r, 2);
    start(&r);
    ask_and_wait(&r, &lent, false);
    peer = accept_one(r.listening);
    ask_and_wait(&r, &idle, false);
    pool_put(r.pool, idle.conn);
    check_counts(&r, 2, 1);
    ask(&r, &waiting, false);
    pool_retire(r.pool);
    pool_retire(r.pool);
    pool_retire(NULL);
    check_counts(&r, 1, 0);
    RUN_UNTIL(r.loop, waiting.calls == 1);
    assert_int_equal(waiting.reason, REASON_UPSTREAM_BUSY);
    assert_true(conn_send(lent.conn, STR("x"))); /* what is lent goes on working */
    turns(r.loop, 1);
    read_all(peer, &byte, 1);
    pool_put(r.pool, lent.conn); /* closes it; the pool goes with it */
    run_out(r.loop);
    assert_int_equal(read(peer, &byte, 1), 0);
    close(peer);
    loop_free(r.loop);
    close(r.listening);
    assert_int_equal(count_fds(), r.fds);
}

static void retires_while_dialling(void **state)
{
    struct rig r;
    struct ask a;

    (void)state;
    open_rig(&r, 2);
    r.server.port = dead_port();
    start(&r);
    ask(&r, &a, false);
    turns(r.loop, 1);
    pool_retire(r.pool);
    while (a.calls == 0) {
        turns(r.loop, 1);
    }
    assert_true(a.conn == NULL);
    run_out(r.loop);
    loop_free(r.loop);
    close(r.listening);
    assert_int_equal(count_fds(), r.fds);
}

/* Callbacks that give back, ask again, cancel others and retire the pool. */
struct chain {
    struct rig *rig;
    struct pool_request *other;
    int left;
    int calls;
};

static void on_chain(void *ctx, struct conn *conn, enum reason reason, bool reused)
{
    struct chain *c = ctx;

    (void)reused;
    c->calls++;
    assert_int_equal(reason, REASON_OK);
    if (c->other != NULL) {
        pool_cancel(c->other);
        c->other = NULL;
    }
    pool_put(c->rig->pool, conn);
    if (--c->left > 0) {
        assert_non_null(pool_get(c->rig->pool, c->left % 5 == 0, on_chain, c));
    } else {
        pool_retire(c->rig->pool);
    }
}

static void works_inside_callbacks(void **state)
{
    struct rig r;
    struct chain c = {.rig = &r, .left = 2000};
    struct ask other;

    (void)state;
    open_rig(&r, 1);
    start(&r);
    assert_non_null(pool_get(r.pool, false, on_chain, &c));
    ask(&r, &other, false);
    c.other = other.request;
    run_out(r.loop);
    assert_int_equal(c.calls, 2000);
    assert_int_equal(other.calls, 0);
    loop_free(r.loop);
    close(r.listening);
    assert_int_equal(count_fds(), r.fds);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reuses),
        cmocka_unit_test(fresh_is_not_reused),
        cmocka_unit_test(fresh_makes_room),
        cmocka_unit_test(idle_connection_goes),
        cmocka_unit_test(put_after_the_peer_closed),
        cmocka_unit_test(put_with_unsent_bytes),
        cmocka_unit_test(put_inside_on_data),
        cmocka_unit_test(idle_timeout_closes),
        cmocka_unit_test(deadline_ends_with_idleness),
        cmocka_unit_test(servers_in_turn),
        cmocka_unit_test(passes_over_a_dead_server),
        cmocka_unit_test(tells_why_nothing_connects),
        cmocka_unit_test(waits_for_its_turn),
        cmocka_unit_test(too_many_wait),
        cmocka_unit_test(waits_too_long),
        cmocka_unit_test(cancels),
        cmocka_unit_test(cancelling_lets_the_next_in),
        cmocka_unit_test(retires),
        cmocka_unit_test(retires_while_dialling),
        cmocka_unit_test(works_inside_callbacks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
