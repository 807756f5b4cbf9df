/* The lazy timer under connections and deadlines: set often, told seldom, never early. */
#include "net_test.h"

#include "net/loop_private.h"

struct probe {
    struct loop *loop;
    struct lazy_timer timer;
    int count;
    uint64_t at_ns;
    uint64_t next_ms; /* set anew inside */
};

static void on_timer(void *ctx)
{
    struct probe *p = ctx;

    p->count++;
    p->at_ns = clock_mono_ns();
    if (p->next_ms > 0) {
        lazy_set(&p->timer, lazy_due_ns(p->next_ms));
        p->next_ms = 0;
    } else {
        loop_stop(p->loop);
    }
}

static void open_probe(struct probe *p)
{
    *p = (struct probe){.loop = loop_new()};
    assert_non_null(p->loop);
    lazy_init(&p->timer, p->loop, on_timer, p);
}

static void close_probe(struct probe *p)
{
    lazy_stop(&p->timer);
    loop_free(p->loop);
}

/* Putting it off costs nothing: libevent keeps the first time until then. */
static void put_off_without_libevent(void **state)
{
    struct probe p;
    uint64_t armed_ns;
    uint64_t due_ns;

    (void)state;
    open_probe(&p);
    lazy_set(&p.timer, lazy_due_ns(5));
    armed_ns = p.timer.armed_ns;
    for (int i = 0; i < 1000; i++) {
        due_ns = lazy_due_ns(30);
        lazy_set(&p.timer, due_ns);
        assert_true(p.timer.armed_ns == armed_ns);
    }
    RUN_UNTIL(p.loop, p.count > 0);
    assert_true(p.at_ns >= due_ns);
    assert_int_equal(p.count, 1);
    close_probe(&p);
}

static void brought_forward(void **state)
{
    struct probe p;
    uint64_t before_ms = now_ms();

    (void)state;
    open_probe(&p);
    lazy_set(&p.timer, lazy_due_ns(60000));
    lazy_set(&p.timer, lazy_due_ns(5));
    RUN_UNTIL(p.loop, p.count > 0);
    assert_true(now_ms() - before_ms < 30000);
    close_probe(&p);
}

static void cleared_and_stopped(void **state)
{
    struct probe p;

    (void)state;
    open_probe(&p);
    lazy_set(&p.timer, lazy_due_ns(5));
    lazy_clear(&p.timer);
    run_out(p.loop); /* wakes once, for nothing */
    assert_int_equal(p.count, 0);
    lazy_set(&p.timer, lazy_due_ns(5));
    lazy_clear(&p.timer);
    lazy_set(&p.timer, lazy_due_ns(10));
    RUN_UNTIL(p.loop, p.count > 0);
    lazy_set(&p.timer, lazy_due_ns(60000));
    lazy_stop(&p.timer);
    lazy_stop(&p.timer);
    run_out(p.loop); /* returns at once: nothing is left in libevent */
    assert_int_equal(p.count, 1);
    close_probe(&p);
}

static void set_anew_inside(void **state)
{
    struct probe p;

    (void)state;
    open_probe(&p);
    p.next_ms = 10;
    lazy_set(&p.timer, lazy_due_ns(1));
    RUN_UNTIL(p.loop, p.count == 2);
    run_out(p.loop);
    assert_int_equal(p.count, 2);
    close_probe(&p);
}

/* A time that has passed fires in the next turn, not inside the call; 0 is a time, too. */
static void long_due(void **state)
{
    struct probe p;

    (void)state;
    open_probe(&p);
    lazy_set(&p.timer, 0);
    assert_int_equal(p.count, 0);
    RUN_UNTIL(p.loop, p.count == 1);
    close_probe(&p);
}

static void no_time_overflows(void **state)
{
    struct probe p;
    uint64_t now_ns = clock_mono_ns();

    (void)state;
    assert_true(lazy_due_ns(UINT64_MAX) > now_ns);
    assert_true(lazy_due_ns(UINT64_MAX) / NS_PER_MS - now_ns / NS_PER_MS >
                99ull * 365 * 24 * 3600 * 1000);
    assert_true(lazy_due_ns(0) >= now_ns);
    open_probe(&p);
    lazy_set(&p.timer, lazy_due_ns(UINT64_MAX));
    assert_true(p.timer.armed_ns != 0);
    turns(p.loop, 3);
    assert_int_equal(p.count, 0);
    close_probe(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(put_off_without_libevent),
        cmocka_unit_test(brought_forward),
        cmocka_unit_test(cleared_and_stopped),
        cmocka_unit_test(set_anew_inside),
        cmocka_unit_test(long_due),
        cmocka_unit_test(no_time_overflows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
