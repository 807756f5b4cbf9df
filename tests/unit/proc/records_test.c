/* A worker's records: in order, whole, kept while nobody takes them, bounded. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proc/message.h"
#include "proc/records.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct rig {
    struct loop *loop;
    struct timer *tick;
    struct records *records;
    struct sink sink;
    struct message_reader reader;
    int ends[2];
};

static void on_tick(void *ctx)
{
    loop_stop(((struct rig *)ctx)->loop);
}

static int open_rig(void **state)
{
    struct rig *r = calloc(1, sizeof(*r));
    assert_non_null(r);
    struct log log = {.fd = open("/dev/null", O_WRONLY | O_CLOEXEC)};
    r->loop = loop_new();
    assert_non_null(r->loop);
    r->tick = timer_new(r->loop, on_tick, r);
    r->records = records_new(r->loop, &log);
    assert_non_null(r->records);
    r->sink = records_sink(r->records);
    r->ends[0] = -1;
    *state = r;
    return 0;
}

static int close_rig(void **state)
{
    struct rig *r = *state;
    records_free(r->records);
    timer_free(r->tick);
    loop_free(r->loop);
    if (r->ends[0] >= 0) {
        (void)close(r->ends[0]);
    }
    free(r);
    return 0;
}

/* A new auditor; ends[0] is its side. */
static void introduce(struct rig *r)
{
    if (r->ends[0] >= 0) {
        (void)close(r->ends[0]);
    }
    assert_true(message_pair(r->ends));
    records_channel(r->records, r->ends[1]);
}

static void submit(struct rig *r, unsigned number)
{
    char line[64];
    int n = snprintf(line, sizeof(line), "record %u\n", number);
    assert_true(r->sink.submit(r->sink.ctx, (struct str){line, (size_t)n}));
}

static void expect(struct rig *r, unsigned number)
{
    char line[64];
    struct message m;
    (void)snprintf(line, sizeof(line), "record %u\n", number);
    assert_int_equal(message_receive(r->ends[0], &r->reader, &m), MESSAGE_OK);
    assert_int_equal(m.type, MESSAGE_RECORD);
    assert_true(str_eq(m.data, str_of(line)));
}

static void test_at_once(void **state)
{
    struct rig *r = *state;
    introduce(r);
    submit(r, 1);
    submit(r, 2);
    assert_false(records_waiting(r->records));
    expect(r, 1);
    expect(r, 2);
}

static void test_auditor_later(void **state)
{
    struct rig *r = *state;
    for (unsigned i = 0; i < 10; i++) {
        submit(r, i);
    }
    assert_true(records_waiting(r->records));
    introduce(r);
    for (unsigned i = 0; i < 10; i++) {
        expect(r, i);
    }
    assert_false(records_waiting(r->records));
}

/* The auditor died: what it did not take goes to the next one. */
static void test_auditor_replaced(void **state)
{
    struct rig *r = *state;
    introduce(r);
    submit(r, 1);
    expect(r, 1);
    (void)close(r->ends[0]);
    r->ends[0] = -1;
    submit(r, 2);
    submit(r, 3);
    assert_true(records_waiting(r->records));
    introduce(r);
    expect(r, 2);
    expect(r, 3);
    assert_false(records_waiting(r->records));
}

/* A busy auditor: the channel fills, the rest waits, and arrives in order without being asked. */
static void test_busy_auditor(void **state)
{
    struct rig *r = *state;
    unsigned sent = 0;
    introduce(r);
    while (!records_waiting(r->records)) {
        submit(r, sent++);
        assert_true(sent < 1000000);
    }
    for (unsigned i = 0; i < 20; i++) {
        submit(r, sent++);
    }
    for (unsigned i = 0; i < sent; i++) {
        struct message m;
        enum message_status s;
        while ((s = message_receive(r->ends[0], &r->reader, &m)) == MESSAGE_AGAIN) {
            timer_set(r->tick, 10);
            assert_true(loop_run(r->loop));
        }
        char line[64];
        (void)snprintf(line, sizeof(line), "record %u\n", i);
        assert_int_equal(s, MESSAGE_OK);
        assert_true(str_eq(m.data, str_of(line)));
    }
    assert_false(records_waiting(r->records));
}

/* Half full: no new exchange. Full: the record is refused, those before it are kept. */
static void test_full(void **state)
{
    struct rig *r = *state;
    size_t n = 65536, kept = 0;
    char *line = malloc(n);
    struct message m;
    assert_non_null(line);
    memset(line, 'x', n);
    line[n - 1] = '\n';
    while (r->sink.ready(r->sink.ctx)) {
        assert_true(r->sink.submit(r->sink.ctx, (struct str){line, n}));
        kept++;
    }
    assert_int_equal(kept * n, RECORDS_QUEUE_MAX / 2);
    while (r->sink.submit(r->sink.ctx, (struct str){line, n})) {
        kept++;
    }
    assert_int_equal(kept * n, RECORDS_QUEUE_MAX);
    assert_false(r->sink.submit(r->sink.ctx, (struct str){line, 1}));
    introduce(r);
    for (size_t i = 0; i < kept; i++) {
        while (message_receive(r->ends[0], &r->reader, &m) == MESSAGE_AGAIN) {
            timer_set(r->tick, 10);
            assert_true(loop_run(r->loop));
        }
        assert_int_equal(m.data.n, n);
    }
    assert_true(r->sink.ready(r->sink.ctx));
    assert_false(records_waiting(r->records));
    free(line);
}

static void test_too_long(void **state)
{
    struct rig *r = *state;
    char *line = calloc(1, MESSAGE_DATA_MAX + 1);
    assert_non_null(line);
    assert_false(r->sink.submit(r->sink.ctx, (struct str){line, MESSAGE_DATA_MAX + 1}));
    assert_false(records_waiting(r->records));
    free(line);
}

#define RIG(test) cmocka_unit_test_setup_teardown(test, open_rig, close_rig)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RIG(test_at_once),      RIG(test_auditor_later), RIG(test_auditor_replaced),
        RIG(test_busy_auditor), RIG(test_full),          RIG(test_too_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
