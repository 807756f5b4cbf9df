/* Every limit of http1_limits, from both sides, and what happens when memory ends. */
#include "cases.h"
#include "recorder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct http1_limits small = {
    .target_bytes = 10,
    .head_bytes = 100,
    .header_count = 3,
    .chunk_line = 8,
    .trailer_bytes = 20,
};

static enum reason read_with(const struct http1_limits *limits, enum http1_kind kind,
                             struct str bytes, cut_fn cut)
{
    struct recorder rec = RECORDER_INIT(kind);

    assert_true(recorder_run(&rec, limits, bytes, cut, NULL));
    assert_true(rec.stayed);
    recorder_free(&rec);
    return rec.reason;
}

static void check(enum http1_kind kind, struct str bytes, enum reason expected)
{
    assert_string_equal(reason_code(read_with(&small, kind, bytes, cut_none)),
                        reason_code(expected));
    assert_string_equal(reason_code(read_with(&small, kind, bytes, cut_bytes)),
                        reason_code(expected));
}

static void request(struct str bytes, enum reason expected)
{
    check(HTTP1_REQUEST, bytes, expected);
}

/* `before`, then `n` times `fill`, then `after`. */
static struct str filled(struct buf *out, const char *before, char fill, size_t n,
                         const char *after)
{
    buf_clear(out);
    assert_true(buf_add_str(out, str_of(before)));
    for (size_t i = 0; i < n; i++) {
        assert_true(buf_add_char(out, fill));
    }
    assert_true(buf_add_str(out, str_of(after)));
    return buf_str(out);
}

static void test_target(void **state)
{
    (void)state;
    request(STR("GET /234567890 HTTP/1.1\r\nHost: h\r\n\r\n"), REASON_OK);
    request(STR("GET /234567890a HTTP/1.1\r\nHost: h\r\n\r\n"), REASON_TARGET_TOO_LONG);
    request(STR("OPTIONS /234567890 HTTP/1.1\r\nHost: h\r\n\r\n"), REASON_OK);
    request(STR("OPTIONS /234567890a HTTP/1.1\r\nHost: h\r\n\r\n"), REASON_TARGET_TOO_LONG);
    request(STR("GET /aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), REASON_TARGET_TOO_LONG);
    /* A line of no end is told before its end. */
    request(STR("GET /aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\rX"), REASON_TARGET_TOO_LONG);
    request(STR("OPTIONS /2345678 HTTP/1.1xxxxxxxxxxxxx\r\n"), REASON_TARGET_TOO_LONG);
}

static void test_target_by_default(void **state)
{
    struct buf b = BUF_INIT(1 << 16);
    const char *end = " HTTP/1.1\r\nHost: h\r\n\r\n";

    (void)state;
    assert_int_equal(read_with(NULL, HTTP1_REQUEST, filled(&b, "GET /", 'a', 8191, end), cut_none),
                     REASON_OK);
    assert_int_equal(read_with(NULL, HTTP1_REQUEST, filled(&b, "GET /", 'a', 8192, end), cut_none),
                     REASON_TARGET_TOO_LONG);
    buf_free(&b);
}

/* The head's bound counts line ends and the empty line, but no empty line before it. */
static void test_head(void **state)
{
    struct buf b = BUF_INIT(1024);
    const size_t fixed = sizeof(GET "A: \r\n\r\n") - 1;

    (void)state;
    request(filled(&b, GET "A: ", 'b', 100 - fixed, "\r\n\r\n"), REASON_OK);
    request(filled(&b, "\r\n" GET "A: ", 'b', 100 - fixed, "\r\n\r\n"), REASON_OK);
    request(filled(&b, GET "A: ", 'b', 101 - fixed, "\r\n\r\n"), REASON_HEAD_SIZE);
    request(filled(&b, GET "A: ", 'b', 500, ""), REASON_HEAD_SIZE);
    /* The first offence counts: here the bound, there the byte before it. */
    request(filled(&b, GET "A: ", 'b', 101 - fixed, "\n\n"), REASON_BARE_LF);
    request(filled(&b, GET "A: ", 'b', 200, "\n\n"), REASON_HEAD_SIZE);
    check(HTTP1_RESPONSE, filled(&b, "HTTP/1.1 200 ", 'b', 200, ""), REASON_HEAD_SIZE);
    buf_free(&b);
}

static void test_interim_responses_count(void **state)
{
    struct buf b = BUF_INIT(1024);

    (void)state;
    for (int i = 0; i < 3; i++) {
        assert_true(buf_add_str(&b, STR("HTTP/1.1 100 Continue\r\n\r\n"))); /* 25 bytes */
    }
    check(HTTP1_RESPONSE, buf_str(&b), REASON_UPSTREAM_RESET);
    assert_true(buf_add_str(&b, STR("HTTP/1.1 200 OK\r\n\r\n")));
    check(HTTP1_RESPONSE, buf_str(&b), REASON_OK);
    buf_drop(&b, 75);
    for (int i = 0; i < 4; i++) {
        assert_true(buf_add_str(&b, STR("HTTP/1.1 100 Continue\r\n\r\n")));
    }
    buf_drop(&b, 19);
    check(HTTP1_RESPONSE, buf_str(&b), REASON_UPSTREAM_RESET);
    assert_true(buf_add_str(&b, STR("H")));
    check(HTTP1_RESPONSE, buf_str(&b), REASON_HEAD_SIZE);
    buf_free(&b);
}

static void test_header_count(void **state)
{
    (void)state;
    request(STR(GET "A: b\r\nB: c\r\n\r\n"), REASON_OK);
    request(STR(GET "A: b\r\nB: c\r\nC: d\r\n\r\n"), REASON_HEADER_COUNT);
    request(STR(GET "A: b\r\nB: c\r\nC: d\r\n"), REASON_HEADER_COUNT);
    request(STR(GET "Connection: a,b,c\r\n\r\n"), REASON_OK);
    request(STR(GET "Connection: a,b,c,d\r\n\r\n"), REASON_CONNECTION_OPTION);
    request(STR(GET "Connection: ,,,,\r\n\r\n"), REASON_CONNECTION_OPTION);
    request(STR(GET "Connection: a,b\r\nConnection: c,d\r\n\r\n"), REASON_CONNECTION_OPTION);
}

#define SHORT_CHUNKED "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"

static void test_chunk_line(void **state)
{
    (void)state;
    request(STR(SHORT_CHUNKED "2;a=bcde\r\nhi\r\n0\r\n\r\n"), REASON_OK);
    request(STR(SHORT_CHUNKED "2;a=bcdef\r\nhi\r\n0\r\n\r\n"), REASON_CHUNK_EXTENSION);
    request(STR(SHORT_CHUNKED "2;a=bcdefffffffffffffffff"), REASON_CHUNK_EXTENSION);
    request(STR(SHORT_CHUNKED "2;a=\"cd\"\r\nhi\r\n00000000\r\n\r\n"), REASON_OK);
    request(STR(SHORT_CHUNKED "2;a=bcde\r\nhi\r\n2;a=bcde\r\nho\r\n0\r\n\r\n"), REASON_OK);
}

static void test_trailers(void **state)
{
    (void)state;
    request(STR(SHORT_CHUNKED "0\r\nA: 45678901234567\r\n\r\n"), REASON_TRAILER_SIZE);
    request(STR(SHORT_CHUNKED "0\r\nA: 456789012345\r\n\r\n"), REASON_OK);
    request(STR(SHORT_CHUNKED "0\r\nA: 4\r\nB: 4\r\nC: 4\r\n\r\n"), REASON_OK);
    request(STR(SHORT_CHUNKED "0\r\nA: 4\r\nB: 4\r\nC: 456\r\n\r\n"), REASON_TRAILER_SIZE);
    request(STR(SHORT_CHUNKED "0\r\nA: 4567890123456789012345"), REASON_TRAILER_SIZE);
}

/* An arena too small for the head: whatever its size, `memory` or success, and nothing else. */
static void test_arena_ends(void **state)
{
    static const char text[] = "GET http://h?q HTTP/1.1\r\nHost: h\r\nA: b\r\nC: d\r\n\r\n";
    bool refused = false, good = false;

    (void)state;
    for (size_t max = 0; max < 8192; max += 64) {
        struct arena *arena = arena_new(max);
        struct recorder rec = RECORDER_INIT(HTTP1_REQUEST);
        struct http1 *h = http1_new(HTTP1_REQUEST, NULL, &recorder_events, &rec);
        size_t used;
        enum reason r;

        assert_non_null(h);
        if (arena != NULL) {
            http1_next(h, arena);
            r = http1_feed(h, text, sizeof(text) - 1, &used);
            assert_true(r == REASON_OK || (r == REASON_MEMORY && rec.text.n == 0));
            refused |= r == REASON_MEMORY;
            good |= r == REASON_OK;
        }
        http1_free(h);
        arena_free(arena);
        recorder_free(&rec);
    }
    assert_true(refused && good);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_target),       cmocka_unit_test(test_target_by_default),
        cmocka_unit_test(test_head),         cmocka_unit_test(test_interim_responses_count),
        cmocka_unit_test(test_header_count), cmocka_unit_test(test_chunk_line),
        cmocka_unit_test(test_trailers),     cmocka_unit_test(test_arena_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
