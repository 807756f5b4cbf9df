/* Reading and writing: what is offered, what is kept, what is sent, and what waits. */
#include "conn_side.h"

static void echoes(void **state)
{
    struct side s;
    char back[5];

    (void)state;
    open_side(&s);
    s.echo = true;
    s.stop_at = 5;
    conn_resume(s.conn);
    write_all(s.peer, "hello", 5);
    RUN_UNTIL(s.loop, s.got_n == 5);
    read_all(s.peer, back, 5);
    assert_memory_equal(back, "hello", 5);
    assert_int_equal(conn_bytes_in(s.conn), 5);
    assert_int_equal(conn_bytes_out(s.conn), 5);
    assert_int_equal(conn_unsent(s.conn), 0);
    assert_int_equal(conn_peer(s.conn)->sa.ss_family, AF_INET);
    close_side(&s);
}

static void big_input_arrives_whole(void **state)
{
    struct side s;
    struct peer p;
    char *bytes = pattern(BIG);

    (void)state;
    open_side(&s);
    p = (struct peer){.fd = s.peer, .bytes = bytes, .n = BIG};
    assert_int_equal(pthread_create(&p.thread, NULL, peer_writes, &p), 0);
    conn_resume(s.conn);
    RUN_UNTIL(s.loop, s.eofs > 0);
    pthread_join(p.thread, NULL);
    assert_int_equal(s.got_n, BIG);
    assert_memory_equal(s.got, bytes, BIG);
    assert_int_equal(s.eofs, 1);
    assert_int_equal(s.errors, 0);
    close_side(&s);
    free(bytes);
}

/* Untaken bytes: never more than CONN_INPUT_MAX are held, the rest waits in the kernel. */
static void input_is_bounded(void **state)
{
    struct side s;
    struct peer p;
    char *bytes = pattern(BIG);

    (void)state;
    open_side(&s);
    s.take = 0;
    p = (struct peer){.fd = s.peer, .bytes = bytes, .n = BIG};
    assert_int_equal(pthread_create(&p.thread, NULL, peer_writes, &p), 0);
    conn_resume(s.conn);
    RUN_UNTIL(s.loop, s.last_n == CONN_INPUT_MAX);
    turns(s.loop, 3);
    assert_int_equal(conn_bytes_in(s.conn), CONN_INPUT_MAX);
    assert_int_equal(s.last_n, CONN_INPUT_MAX);
    s.take = SIZE_MAX;
    conn_resume(s.conn);
    RUN_UNTIL(s.loop, s.eofs > 0);
    pthread_join(p.thread, NULL);
    assert_int_equal(s.got_n, BIG);
    assert_memory_equal(s.got, bytes, BIG);
    close_side(&s);
    free(bytes);
}

/* on_drained() paces a producer: it never queues much more than its mark. */
static void big_output_is_paced(void **state)
{
    enum { PIECE = 100000, MARK = 256 << 10 };
    struct side s;
    struct peer p = {.n = BIG, .got = malloc(BIG)};
    char *bytes = pattern(BIG);
    size_t at = 0;
    size_t most = 0;

    (void)state;
    open_side(&s);
    p.fd = s.peer;
    assert_non_null(p.got);
    assert_int_equal(pthread_create(&p.thread, NULL, peer_reads, &p), 0);
    conn_resume(s.conn);
    while (at < BIG) {
        while (at < BIG && conn_unsent(s.conn) < MARK) {
            size_t n = BIG - at < PIECE ? BIG - at : PIECE;

            assert_true(conn_send(s.conn, bytes_of(bytes + at, n)));
            at += n;
            most = conn_unsent(s.conn) > most ? conn_unsent(s.conn) : most;
        }
        s.drained = 0;
        RUN_UNTIL(s.loop, s.drained == 1);
        assert_true(conn_unsent(s.conn) < CONN_OUTPUT_LOW);
    }
    while (conn_unsent(s.conn) > 0) {
        turns(s.loop, 1);
    }
    pthread_join(p.thread, NULL);
    assert_int_equal(p.n, BIG);
    assert_memory_equal(p.got, bytes, BIG);
    assert_true(most < MARK + PIECE);
    assert_int_equal(conn_bytes_out(s.conn), BIG);
    close_side(&s);
    free(bytes);
    free(p.got);
}

/* Copied, owned and referenced bytes leave in the order in which they were queued. */
static void pieces_keep_their_order(void **state)
{
    struct side s;
    char back[64] = "";
    char copied[] = "copied ";
    char *owned = strdup("owned ");
    static const char ref[] = "referenced ";

    (void)state;
    open_side(&s);
    assert_true(conn_send(s.conn, str_of(copied)));
    memset(copied, 'x', sizeof(copied) - 1);
    assert_true(conn_send_ref(s.conn, str_of(ref)));
    assert_true(conn_send_owned(s.conn, owned, 6));
    assert_true(conn_send(s.conn, STR("end")));
    assert_true(conn_send_ref(s.conn, STR("")));
    assert_true(conn_send(s.conn, STR("")));
    assert_true(conn_send_owned(s.conn, strdup(""), 0));
    assert_int_equal(conn_unsent(s.conn), 27);
    assert_int_equal(conn_bytes_out(s.conn), 0); /* not inside the call */
    turns(s.loop, 1);
    assert_int_equal(conn_unsent(s.conn), 0);
    read_all(s.peer, back, 27);
    assert_string_equal(back, "copied referenced owned end");
    close_side(&s);
}

/* The bytes stand where they are until they are sent: what is written there before is what leaves.
 */
static void referenced_bytes_are_not_copied(void **state)
{
    struct side s;
    char bytes[4] = "old!";
    char back[4];

    (void)state;
    open_side(&s);
    assert_true(conn_send_ref(s.conn, bytes_of(bytes, 4)));
    memcpy(bytes, "new!", 4);
    turns(s.loop, 1);
    read_all(s.peer, back, 4);
    assert_memory_equal(back, "new!", 4);
    close_side(&s);
}

/* Freed with the connection, or dropped by it: the memory may go at once. */
static void referenced_bytes_may_go_after_free(void **state)
{
    struct side s;
    char *bytes = pattern(BIG);

    (void)state;
    open_side(&s);
    assert_true(conn_send_ref(s.conn, bytes_of(bytes, BIG)));
    turns(s.loop, 1);
    assert_true(conn_unsent(s.conn) > 0);
    conn_free(s.conn);
    s.conn = NULL;
    free(bytes);
    turns(s.loop, 1);
    close_side(&s);
}

static void nothing_is_read_before_resume(void **state)
{
    struct side s;

    (void)state;
    open_side(&s);
    write_all(s.peer, "x", 1);
    turns(s.loop, 2);
    assert_int_equal(s.offers, 0);
    s.stop_at = 1;
    conn_resume(s.conn);
    assert_int_equal(s.offers, 0); /* not inside the call */
    RUN_UNTIL(s.loop, s.offers > 0);
    assert_int_equal(s.got_n, 1);
    close_side(&s);
}

static void pause_holds_data_and_end(void **state)
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
    shutdown(s.peer, SHUT_WR);
    turns(s.loop, 3);
    assert_int_equal(s.got_n, 1);
    assert_int_equal(s.eofs, 0);
    assert_int_equal(s.errors, 0);
    s.pause_inside = false;
    conn_resume(s.conn);
    RUN_UNTIL(s.loop, s.eofs > 0);
    assert_int_equal(s.got_n, 2);
    assert_int_equal(s.eofs, 1);
    close_side(&s);
}

/* A reader that leaves bytes is not asked again and again: only with new bytes, or when it resumes.
 */
static void untaken_bytes_wait(void **state)
{
    struct side s;

    (void)state;
    open_side(&s);
    s.take = 0;
    conn_resume(s.conn);
    write_all(s.peer, "one", 3);
    RUN_UNTIL(s.loop, s.offers == 1);
    turns(s.loop, 3);
    assert_int_equal(s.offers, 1);
    write_all(s.peer, "two", 3);
    RUN_UNTIL(s.loop, s.offers == 2);
    assert_int_equal(s.last_n, 6); /* contiguous, from the first untaken byte */
    turns(s.loop, 3);
    assert_int_equal(s.offers, 2);

    s.take = 4;
    s.stop_at = 4;
    conn_resume(s.conn); /* although it is not paused */
    assert_int_equal(s.offers, 2);
    RUN_UNTIL(s.loop, s.offers == 3);
    assert_int_equal(s.got_n, 4);
    turns(s.loop, 3);
    assert_int_equal(s.offers, 3);
    conn_resume(s.conn);
    RUN_UNTIL(s.loop, s.offers == 4);
    assert_memory_equal(s.got, "onetwo", 6);
    conn_resume(s.conn); /* nothing is left to offer */
    turns(s.loop, 2);
    assert_int_equal(s.offers, 4);
    close_side(&s);
}

/* As after an answer given inside on_data(): the pipelined rest is offered once more. */
static void resume_inside_on_data(void **state)
{
    struct side s;

    (void)state;
    open_side(&s);
    s.take = 2;
    s.stop_at = 6;
    s.resume_inside = 2;
    conn_resume(s.conn);
    write_all(s.peer, "aabbcc", 6);
    RUN_UNTIL(s.loop, s.got_n == 6);
    assert_int_equal(s.offers, 3);
    assert_memory_equal(s.got, "aabbcc", 6);
    close_side(&s);
}

static void resume_then_pause_offers_nothing(void **state)
{
    struct side s;

    (void)state;
    open_side(&s);
    s.take = 0;
    conn_resume(s.conn);
    write_all(s.peer, "x", 1);
    RUN_UNTIL(s.loop, s.offers == 1);
    conn_resume(s.conn);
    conn_pause(s.conn);
    turns(s.loop, 2);
    assert_int_equal(s.offers, 1);
    close_side(&s);
}

/* A client that pipelines and leaves is noticed while its bytes wait; they stay to be offered. */
static void end_is_told_over_untaken_bytes(void **state)
{
    struct side s;

    (void)state;
    open_side(&s);
    s.take = 0;
    conn_resume(s.conn);
    write_all(s.peer, "next", 4);
    RUN_UNTIL(s.loop, s.offers == 1);
    shutdown(s.peer, SHUT_WR);
    RUN_UNTIL(s.loop, s.eofs == 1);
    assert_int_equal(s.got_n, 0);
    s.take = SIZE_MAX;
    s.stop_at = 4;
    conn_resume(s.conn);
    RUN_UNTIL(s.loop, s.got_n == 4);
    turns(s.loop, 2);
    assert_int_equal(s.eofs, 1); /* once */
    assert_int_equal(s.offers, 2);
    close_side(&s);
}

static void writing_goes_on_after_the_end(void **state)
{
    struct side s;
    char back[3];

    (void)state;
    open_side(&s);
    conn_resume(s.conn);
    shutdown(s.peer, SHUT_WR);
    RUN_UNTIL(s.loop, s.eofs == 1);
    assert_true(conn_send(s.conn, STR("bye")));
    turns(s.loop, 2);
    read_all(s.peer, back, 3);
    assert_memory_equal(back, "bye", 3);
    close_side(&s);
}

static void owner_changes(void **state)
{
    struct side a;
    struct side b = {.take = SIZE_MAX, .stop_at = 1};

    (void)state;
    open_side(&a);
    b.loop = a.loop;
    b.conn = a.conn;
    conn_resume(a.conn);
    conn_owner(a.conn, &events, &b);
    write_all(a.peer, "x", 1);
    RUN_UNTIL(a.loop, b.got_n == 1);
    assert_int_equal(a.offers, 0);
    close_side(&a);
    free(b.got);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(echoes),
        cmocka_unit_test(big_input_arrives_whole),
        cmocka_unit_test(input_is_bounded),
        cmocka_unit_test(big_output_is_paced),
        cmocka_unit_test(pieces_keep_their_order),
        cmocka_unit_test(referenced_bytes_are_not_copied),
        cmocka_unit_test(referenced_bytes_may_go_after_free),
        cmocka_unit_test(nothing_is_read_before_resume),
        cmocka_unit_test(pause_holds_data_and_end),
        cmocka_unit_test(untaken_bytes_wait),
        cmocka_unit_test(resume_inside_on_data),
        cmocka_unit_test(resume_then_pause_offers_nothing),
        cmocka_unit_test(end_is_told_over_untaken_bytes),
        cmocka_unit_test(writing_goes_on_after_the_end),
        cmocka_unit_test(owner_changes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
