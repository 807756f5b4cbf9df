/*
 * The tables of good and bad messages, each read in one piece, byte by byte, and in random pieces
 * with empty ones among them: what the parser says may not depend on the cuts.
 */
#include "cases.h"
#include "recorder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define RANDOM_RUNS 12

enum asked { REQUEST, RESPONSE, ANSWER_TO_HEAD };

struct test_case {
    enum asked asked;
    enum reason reason;
    const char *what;
    struct str bytes;
    struct str expected; /* events; of refused messages only the reason is given */
};

static const struct test_case refused_requests[] = {
#define REFUSED(reason, what, bytes) {REQUEST, REASON_##reason, what, STR(bytes), {NULL, 0}},
#include "requests_refused.def"
#undef REFUSED
};

static const struct test_case refused_responses[] = {
#define REFUSED(reason, what, bytes) {RESPONSE, REASON_##reason, what, STR(bytes), {NULL, 0}},
#include "responses_refused.def"
#undef REFUSED
};

static const struct test_case valid[] = {
#define VALID(asked, what, bytes, expected) {asked, REASON_OK, what, STR(bytes), STR(expected)},
#include "valid.def"
#undef VALID
};

/* xorshift: the same cuts in every run, so that a failure comes back. */
static size_t cut_random(void *ctx, size_t left)
{
    uint32_t *x = ctx;
    size_t n;

    *x ^= *x << 13;
    *x ^= *x >> 17;
    *x ^= *x << 5;
    n = *x % 23;
    return n < left ? n : left;
}

static struct recorder read_case(const struct test_case *c, cut_fn cut, void *cut_ctx)
{
    struct recorder rec = RECORDER_INIT(c->asked == REQUEST ? HTTP1_REQUEST : HTTP1_RESPONSE);

    rec.answering = c->asked == ANSWER_TO_HEAD ? STR("HEAD") : STR("GET");
    assert_true(recorder_run(&rec, NULL, c->bytes, cut, cut_ctx));
    return rec;
}

static void check_same(const struct test_case *c, const struct recorder *whole,
                       struct recorder *cut)
{
    if (cut->reason != whole->reason || !cut->stayed ||
        !str_eq(buf_str(&cut->text), buf_str(&whole->text))) {
        fail_msg("%s: %s in pieces, %s whole\n--- in pieces\n%.*s\n"
                 "--- whole\n%.*s",
                 c->what, reason_code(cut->reason), reason_code(whole->reason),
                 STR_ARG(buf_str(&cut->text)), STR_ARG(buf_str(&whole->text)));
    }
    recorder_free(cut);
}

static void check_case(const struct test_case *c)
{
    struct recorder whole = read_case(c, cut_none, NULL), cut;
    uint32_t seed = 2463534242u;

    if (whole.reason != c->reason || !whole.stayed) {
        fail_msg("%s: %s, expected %s", c->what, reason_code(whole.reason), reason_code(c->reason));
    }
    if (c->reason == REASON_OK) {
        assert_int_equal(whole.used, c->bytes.n);
        if (!str_eq(buf_str(&whole.text), c->expected)) {
            fail_msg("%s: read as\n%.*s\nexpected\n%.*s", c->what, STR_ARG(buf_str(&whole.text)),
                     STR_ARG(c->expected));
        }
    }
    cut = read_case(c, cut_bytes, NULL);
    check_same(c, &whole, &cut);
    for (int i = 0; i < RANDOM_RUNS; i++) {
        cut = read_case(c, cut_random, &seed);
        check_same(c, &whole, &cut);
    }
    recorder_free(&whole);
}

static void test_refused_requests(void **state)
{
    (void)state;
    for (size_t i = 0; i < SG_COUNT(refused_requests); i++) {
        check_case(&refused_requests[i]);
    }
}

static void test_refused_responses(void **state)
{
    (void)state;
    for (size_t i = 0; i < SG_COUNT(refused_responses); i++) {
        check_case(&refused_responses[i]);
    }
}

static void test_valid(void **state)
{
    (void)state;
    for (size_t i = 0; i < SG_COUNT(valid); i++) {
        check_case(&valid[i]);
    }
}

/* A valid message cut off anywhere is early, never complete and never something else. */
static void test_cut_off(void **state)
{
    (void)state;
    for (size_t i = 0; i < SG_COUNT(valid); i++) {
        struct recorder whole = read_case(&valid[i], cut_none, NULL);

        for (size_t n = 0; n < valid[i].bytes.n; n++) {
            struct test_case part = valid[i];
            struct recorder rec;

            part.bytes.n = n;
            rec = read_case(&part, cut_none, NULL);
            if (rec.reason != REASON_OK && rec.reason != REASON_CLIENT_GONE &&
                rec.reason != REASON_UPSTREAM_RESET) {
                fail_msg("%s cut at %zu: %s", part.what, n, reason_code(rec.reason));
            }
            if (rec.text.n > whole.text.n) {
                fail_msg("%s cut at %zu says more than whole", part.what, n);
            }
            recorder_free(&rec);
        }
        recorder_free(&whole);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused_requests),
        cmocka_unit_test(test_refused_responses),
        cmocka_unit_test(test_valid),
        cmocka_unit_test(test_cut_off),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
