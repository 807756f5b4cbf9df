/* Records: what jansson, which nobody here wrote, reads back; hostile values; the bound. */
#include "audit/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

static struct record sample(void)
{
    return (struct record){
        .id = "01JDF00000000000000000000A",
        .wall_us = 1764000000123456,
        .client = "10.0.0.9",
        .tenant = STR("civil-affairs"),
        .route = STR("/v1/"),
        .upstream = STR("qwen"),
        .api = STR("openai"),
        .operation = STR("chat.completions"),
        .policy = STR("office"),
        .method = STR("POST"),
        .model = STR("qwen-max"),
        .model_answered = STR("qwen-max-2025"),
        .stream = true,
        .status = 400,
        .upstream_status = 200,
        .action = "block",
        .direction = "prompt",
        .reason = "ok",
        .rule = STR("cn-resident-id"),
        .line = "policy.yaml:12",
        .snapshot = "abc",
        .prompt =
            {.bytes = 1, .scanned = 2, .unscannable = 3, .spans = 4, .reason = "", .inspect_ns = 5},
        .output = {.reason = "too_deep"},
        .total_ns = UINT64_MAX >> 1,
        .upstream_ns = 7,
    };
}

/* The line as jansson reads it, to json_decref(). */
static json_t *written(const struct record *r)
{
    struct buf line = BUF_INIT(1u << 20);
    json_error_t error;
    assert_true(record_write(r, &line));
    assert_true(line.n <= RECORD_MAX);
    assert_int_equal(line.p[line.n - 1], '\n');
    assert_null(memchr(line.p, '\n', line.n - 1)); /* one line */
    json_t *json = json_loadb(line.p, line.n, JSON_REJECT_DUPLICATES, &error);
    if (json == NULL) {
        fail_msg("%s at %d in %.*s", error.text, error.position, (int)line.n, line.p);
    }
    buf_free(&line);
    return json;
}

static const char *text(const json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(object, key));
    if (value == NULL) {
        fail_msg("no text `%s`", key);
    }
    return value;
}

static json_int_t number(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    assert_true(json_is_integer(value));
    return json_integer_value(value);
}

static void test_members(void **state)
{
    const struct record r = sample();
    (void)state;
    json_t *j = written(&r);
    assert_int_equal(json_object_size(j), 29);
    assert_string_equal(text(j, "schema"), RECORD_SCHEMA);
    assert_string_equal(text(j, "id"), r.id);
    assert_string_equal(text(j, "time"), "2025-11-24T16:00:00.123456Z");
    assert_string_equal(text(j, "client"), "10.0.0.9");
    assert_string_equal(text(j, "tenant"), "civil-affairs");
    assert_string_equal(text(j, "user"), "");
    assert_string_equal(text(j, "route"), "/v1/");
    assert_string_equal(text(j, "upstream"), "qwen");
    assert_string_equal(text(j, "api"), "openai");
    assert_string_equal(text(j, "operation"), "chat.completions");
    assert_string_equal(text(j, "method"), "POST");
    assert_string_equal(text(j, "model"), "qwen-max");
    assert_string_equal(text(j, "model_answered"), "qwen-max-2025");
    assert_true(json_is_true(json_object_get(j, "stream")));
    assert_string_equal(text(j, "action"), "block");
    assert_string_equal(text(j, "direction"), "prompt");
    assert_string_equal(text(j, "reason"), "ok");
    assert_string_equal(text(j, "rule"), "cn-resident-id");
    assert_string_equal(text(j, "policy_line"), "policy.yaml:12");
    assert_string_equal(text(j, "policy"), "office");
    assert_string_equal(text(j, "snapshot"), "abc");
    assert_int_equal(number(j, "status"), 400);
    assert_int_equal(number(j, "upstream_status"), 200);
    assert_int_equal(number(j, "total_ns"), UINT64_MAX >> 1);
    assert_int_equal(number(j, "upstream_ns"), 7);
    assert_int_equal(number(j, "match_count"), 0);
    assert_int_equal(json_array_size(json_object_get(j, "matches")), 0);

    const json_t *body = json_object_get(j, "prompt");
    assert_int_equal(json_object_size(body), 6);
    assert_int_equal(number(body, "bytes"), 1);
    assert_int_equal(number(body, "scanned"), 2);
    assert_int_equal(number(body, "unscannable"), 3);
    assert_int_equal(number(body, "spans"), 4);
    assert_int_equal(number(body, "inspect_ns"), 5);
    assert_string_equal(text(json_object_get(j, "output"), "reason"), "too_deep");
    json_decref(j);
}

static void test_match(void **state)
{
    const struct record_match m = {
        .direction = "output",
        .rule = STR("r"),
        .category = STR("data-leak.personal"),
        .severity = "high",
        .view = "folded",
        .role = "assistant",
        .action = "redact",
        .history = true,
        .path = "/choices/0/message/content",
        .begin = 10,
        .end = UINT32_MAX,
        .line = "",
    };
    struct record r = sample();
    (void)state;
    r.matches = &m;
    r.match_count = 1;
    r.match_listed = 1;
    json_t *j = written(&r);
    const json_t *got = json_array_get(json_object_get(j, "matches"), 0);
    assert_int_equal(json_object_size(got), 12);
    assert_string_equal(text(got, "rule"), "r");
    assert_string_equal(text(got, "category"), "data-leak.personal");
    assert_string_equal(text(got, "severity"), "high");
    assert_string_equal(text(got, "direction"), "output");
    assert_string_equal(text(got, "view"), "folded");
    assert_string_equal(text(got, "role"), "assistant");
    assert_true(json_is_true(json_object_get(got, "history")));
    assert_string_equal(text(got, "path"), "/choices/0/message/content");
    assert_int_equal(number(got, "begin"), 10);
    assert_int_equal(number(got, "end"), UINT32_MAX);
    assert_string_equal(text(got, "action"), "redact");
    assert_string_equal(text(got, "policy_line"), "");
    json_decref(j);
}

/* --- values from outside ----------------------------------------------------------------- */

static void expect_model(struct str model, struct str want)
{
    struct record r = sample();
    r.model = model;
    json_t *j = written(&r);
    const json_t *got = json_object_get(j, "model");
    struct str have = {json_string_value(got), json_string_length(got)};
    if (!str_eq(have, want)) {
        fail_msg("expected `%.*s`, found `%.*s`", STR_ARG(want), STR_ARG(have));
    }
    json_decref(j);
}

static void test_quoting(void **state)
{
    (void)state;
    expect_model(STR("\"},{\"id\":\"x\\"), STR("\"},{\"id\":\"x\\"));
    expect_model(STR("a\nb\rc\td\x1B[2J\x7F"), STR("a\nb\rc\td\x1B[2J\x7F"));
    expect_model(STR("%s%n"), STR("%s%n"));
    expect_model(STR("模型-😀\xE2\x80\xA8"), STR("模型-😀\xE2\x80\xA8"));
    expect_model(STR("\xF4\x8F\xBF\xBF\xEE\x80\x80\xC2\x80"),
                 STR("\xF4\x8F\xBF\xBF\xEE\x80\x80\xC2\x80"));
}

/* A NUL does not end a value (many readers refuse it, so it is no NUL any more), and no raw control
 * byte stands in the line. */
static void test_control_bytes(void **state)
{
    struct record r = sample();
    struct buf line = BUF_INIT(1u << 20);
    char all[33];
    (void)state;
    for (size_t i = 0; i < sizeof(all); i++) {
        all[i] = (char)(i < 32 ? i : 0x7F);
    }
    r.user = (struct str){all, sizeof(all)};
    assert_true(record_write(&r, &line));
    for (size_t i = 0; i + 1 < line.n; i++) {
        assert_true((unsigned char)line.p[i] >= 0x20 && line.p[i] != 0x7F);
    }
    assert_true(str_find(buf_str(&line), STR("?\\u0001"), 0) != SIZE_MAX);
    buf_free(&line);
}

static void test_not_utf8(void **state)
{
    (void)state;
    expect_model(STR("a\x80z"), STR("a?z"));
    expect_model(STR("\xC0\x80\xC1\xBF"), STR("????"));                /* overlong */
    expect_model(STR("\xE0\x9F\xBF"), STR("???"));                     /* overlong */
    expect_model(STR("\xF0\x8F\xBF\xBF"), STR("????"));                /* overlong */
    expect_model(STR("\xED\xA0\x80"), STR("???"));                     /* a surrogate */
    expect_model(STR("\xF4\x90\x80\x80\xF5\x80\xFF"), STR("???????")); /* past the last one */
    expect_model(STR("\xE4\xB8"), STR("??"));                          /* cut */
    expect_model(STR("\xE4\xB8z\xF0\x9F\x98z\xC3"), STR("??z???z?"));
}

/* Every pair of bytes, and every byte behind each kind of lead: jansson must take the line. */
static void test_all_bytes(void **state)
{
    const char *const leads[] = {"", "\xE0", "\xED\x9F", "\xF0\x90", "\xF4\x8F"};
    (void)state;
    for (size_t lead = 0; lead < sizeof(leads) / sizeof(leads[0]); lead++) {
        for (int c = 0; c < 256; c++) {
            char value[130];
            size_t n = 0;
            for (int d = 0; d < 256 && n < 120; d += 9) {
                size_t length = strlen(leads[lead]);
                memcpy(value + n, leads[lead], length);
                n += length;
                value[n++] = (char)c;
                value[n++] = (char)d;
            }
            struct record r = sample();
            r.user = (struct str){value, n};
            json_decref(written(&r));
        }
    }
}

static void test_cut(void **state)
{
    char value[300];
    (void)state;
    memset(value, 'a', sizeof(value));
    expect_model((struct str){value, 128}, (struct str){value, 128});
    expect_model((struct str){value, 300}, (struct str){value, 128});
    memcpy(value + 126, "中", 3); /* no part of a character stays */
    expect_model((struct str){value, 300}, (struct str){value, 126});
    memcpy(value + 125, "中a", 4);
    expect_model((struct str){value, 300}, (struct str){value, 128});
}

/* --- bounds ------------------------------------------------------------------------------ */

/* However many matches with whatever values: at most RECORD_MAX bytes, and all are counted. */
static void test_many_matches(void **state)
{
    enum { COUNT = 10000 };
    static char hostile[200];
    struct record_match *all = calloc(COUNT, sizeof(*all));
    struct record r = sample();
    (void)state;
    assert_non_null(all);
    memset(hostile, 1, sizeof(hostile) - 1); /* six bytes each when escaped */
    for (size_t i = 0; i < COUNT; i++) {
        all[i] = (struct record_match){
            .direction = hostile,
            .rule = str_of(hostile),
            .category = str_of(hostile),
            .severity = hostile,
            .view = hostile,
            .role = hostile,
            .action = hostile,
            .path = hostile,
            .begin = INT64_MAX,
            .end = INT64_MAX,
            .line = hostile,
        };
    }
    r.matches = all;
    r.match_count = COUNT;
    r.match_listed = COUNT;
    r.user = r.model = r.tenant = r.route = r.upstream = str_of(hostile);
    json_t *j = written(&r);
    assert_int_equal(number(j, "match_count"), COUNT);
    size_t listed = json_array_size(json_object_get(j, "matches"));
    assert_true(listed > 0 && listed < COUNT);
    json_decref(j);
    free(all);
}

/* No room: nothing of the record is left behind, whatever it failed at. */
static void test_no_room(void **state)
{
    const struct record r = sample();
    struct buf whole = BUF_INIT(1u << 20);
    (void)state;
    assert_true(record_write(&r, &whole));
    for (size_t max = 6; max < whole.n + 6; max++) {
        struct buf out = BUF_INIT(max);
        assert_true(buf_add_str(&out, STR("before")));
        assert_false(record_write(&r, &out));
        assert_true(str_eq(buf_str(&out), STR("before")));
        buf_free(&out);
    }
    struct buf out = BUF_INIT(whole.n + 6);
    assert_true(buf_add_str(&out, STR("before")));
    assert_true(record_write(&r, &out));
    assert_int_equal(out.n, whole.n + 6);
    buf_free(&out);
    buf_free(&whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members),  cmocka_unit_test(test_match),
        cmocka_unit_test(test_quoting),  cmocka_unit_test(test_control_bytes),
        cmocka_unit_test(test_not_utf8), cmocka_unit_test(test_all_bytes),
        cmocka_unit_test(test_cut),      cmocka_unit_test(test_many_matches),
        cmocka_unit_test(test_no_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
