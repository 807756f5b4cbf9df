/*
 * Redaction, by itself: any JSON with any matches in it becomes valid JSON in which nothing but the
 * matches has changed.
 */
#include "fixture.h"

#include "pipe/edit.h"
#include "text/form.h"
#include "text/utf8.h"

#include <jansson.h>

#define ARENA_MAX (16u << 20)
#define ROUNDS 3000

static struct rule rules[] = {
    {.id = {"one", 3}, .mask = MASK_LABEL},
    {.id = {"two\"\\", 5}, .mask = MASK_FULL}, /* an id that has to be escaped */
    {.id = {"three", 5}, .mask = MASK_HASH},
    {.id = {"four", 4}, .mask = MASK_KEEP_LAST_4},
};

struct run {
    struct inspection i;
    struct decision decisions[64];
    struct match matches[64];
    uint8_t key[INSPECT_KEY_SIZE];
};

static void open_run(struct run *r, const char *body)
{
    *r = (struct run){.key = {9}};
    r->i.arena = arena_new(ARENA_MAX);
    assert_non_null(r->i.arena);
    r->i.body = r->i.text_body = str_of(body);
    r->i.mask_key = r->key;
    r->i.matches.items = r->matches;
    r->i.verdict.decisions = r->decisions;
}

static void close_run(struct run *r)
{
    inspect_clear(&r->i);
    arena_free(r->i.arena);
}

static void read_json(struct run *r)
{
    assert_int_equal(
        shape_spans(NULL, DIRECTION_PROMPT, r->i.text_body, NULL, r->i.arena, &r->i.spans, NULL),
        REASON_OK);
    r->i.body_spans = r->i.spans.count;
}

static void add(struct run *r, size_t span, size_t begin, size_t end, size_t rule)
{
    size_t n = r->i.matches.count++;
    r->matches[n] = (struct match){.rule = &rules[rule], .begin = begin, .end = end, .span = span};
    r->decisions[n] = (struct decision){ACTION_REDACT, NULL, rules[rule].mask};
}

static void expect(struct run *r, const char *body)
{
    assert_int_equal(edit_apply(&r->i), REASON_OK);
    assert_true(r->i.edited);
    if (!str_eq(buf_str(&r->i.new_body), str_of(body))) {
        fail_msg("expected %s, got %.*s", body, STR_ARG(buf_str(&r->i.new_body)));
    }
    close_run(r);
}

static void test_masks(void **state)
{
    struct run r;
    (void)state;
    open_run(&r, "[\"0123456789\"]");
    read_json(&r);
    add(&r, 0, 0, 10, 0);
    expect(&r, "[\"[one]\"]");
    open_run(&r, "[\"0123456789\"]");
    read_json(&r);
    add(&r, 0, 2, 5, 1);
    expect(&r, "[\"01***56789\"]");
    open_run(&r, "[\"0123456789\"]");
    read_json(&r);
    add(&r, 0, 0, 10, 3);
    expect(&r, "[\"******6789\"]");
    open_run(&r, "[\"01234567\"]"); /* four of eight would tell too much */
    read_json(&r);
    add(&r, 0, 0, 8, 3);
    expect(&r, "[\"********\"]");
    /* A character is one star, however many bytes and escapes it takes. */
    open_run(&r, "[\"\xE4\xBD\xA0\\u4f60\xE4\xBD\xA0\"]");
    read_json(&r);
    add(&r, 0, 0, 6, 1);
    expect(&r, "[\"**\xE4\xBD\xA0\"]");
}

/* A long mask does not tell the length. */
static void test_long_value(void **state)
{
    char body[300], want[80];
    struct run r;
    (void)state;
    (void)snprintf(body, sizeof(body), "[\"%0200d\"]", 0);
    memset(want, '*', sizeof(want));
    memcpy(want, "[\"", 2);
    memcpy(want + 66, "\"]", 3);
    open_run(&r, body);
    read_json(&r);
    add(&r, 0, 0, 200, 1);
    expect(&r, want);
}

/* Equal values have equal hashes under one key, others have others, and so has another key. */
static void test_hash(void **state)
{
    char first[64];
    (void)state;
    for (int round = 0; round < 2; round++) {
        struct run r;
        open_run(&r, "[\"same\",\"same\",\"else\"]");
        r.key[0] = (uint8_t)round;
        read_json(&r);
        for (size_t s = 0; s < 3; s++) {
            add(&r, s, 0, 4, 2);
        }
        assert_int_equal(edit_apply(&r.i), REASON_OK);
        json_t *j = json_loadb(r.i.new_body.p, r.i.new_body.n, 0, NULL);
        const char *a = json_string_value(json_array_get(j, 0));
        assert_non_null(a);
        assert_int_equal(strlen(a), strlen("[three:01234567]"));
        assert_string_equal(a, json_string_value(json_array_get(j, 1)));
        assert_string_not_equal(a, json_string_value(json_array_get(j, 2)));
        if (round == 0) {
            (void)snprintf(first, sizeof(first), "%s", a);
        } else {
            assert_string_not_equal(a, first);
        }
        json_decref(j);
        close_run(&r);
    }
}

/* Keys never become one, numbers become strings, forms stay forms. */
static void test_places(void **state)
{
    struct run r;
    (void)state;
    open_run(&r, "{\"k1\":1,\"k2\":2,\"k\":123456789}");
    read_json(&r);
    add(&r, 0, 0, 2, 0);
    add(&r, 1, 0, 2, 0);
    add(&r, 3, 2, 6, 0);
    expect(&r, "{\"[one#1]\":1,\"[one#2]\":2,\"k\":\"[one]\"}");

    open_run(&r, "a=b+c&d=%E4%BD%A0x");
    assert_int_equal(form_spans(r.i.text_body, r.i.arena, &r.i.spans), REASON_OK);
    r.i.body_spans = r.i.spans.count;
    add(&r, 1, 0, 3, 0);
    add(&r, 3, 0, 3, 1);
    expect(&r, "a=%5Bone%5D&d=%2Ax");

    open_run(&r, "plain text");
    struct span plain = {.text = r.i.text_body, .map = offmap_identity(0, 10), .form = SPAN_PLAIN};
    assert_int_equal(span_add(&r.i.spans, r.i.arena, &plain), REASON_OK);
    r.i.body_spans = 1;
    add(&r, 0, 0, 5, 0);
    expect(&r, "[one] text");
}

/* A mask that tells the end of one value must not tell another that lies there. */
static void test_overlaps(void **state)
{
    struct run r;
    (void)state;
    open_run(&r, "[\"0123456789ab\"]"); /* the tail of `four` is all of `two` */
    read_json(&r);
    add(&r, 0, 0, 12, 3);
    add(&r, 0, 8, 12, 1);
    expect(&r, "[\"[four]\"]");
    open_run(&r, "[\"0123456789ab\"]"); /* the same place, asked for twice alike */
    read_json(&r);
    add(&r, 0, 0, 12, 3);
    add(&r, 0, 0, 12, 3);
    expect(&r, "[\"********89ab\"]");
    open_run(&r, "[\"0123456789ab\"]");
    read_json(&r);
    add(&r, 0, 0, 6, 1);
    add(&r, 0, 4, 9, 1);
    expect(&r, "[\"[two\\\"\\\\]9ab\"]");
    open_run(&r, "[\"0123\"]"); /* what touches stays two */
    read_json(&r);
    add(&r, 0, 0, 2, 1);
    add(&r, 0, 2, 4, 0);
    expect(&r, "[\"**[one]\"]");
}

static void test_other_actions(void **state)
{
    struct run r;
    (void)state;
    open_run(&r, "[\"0123\"]");
    read_json(&r);
    add(&r, 0, 0, 4, 0);
    r.decisions[0].action = ACTION_FLAG;
    assert_int_equal(edit_apply(&r.i), REASON_OK);
    assert_false(r.i.edited || r.i.target_edited);
    close_run(&r);
}

/* --- any JSON, any matches --------------------------------------------------------------- */

static uint32_t seed;

static uint32_t some(uint32_t below)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % below;
}

static void put(struct buf *b, const char *text)
{
    assert_true(buf_add_str(b, str_of(text)));
}

static void put_string(struct buf *b)
{
    static const char *const pieces[] = {
        "a", "xyz", " ", "\\n", "\\\"", "\\\\", "\\u4f60", "\xE4\xBD\xA0", "\\ud83d\\ude00",
        "0", "/"};
    put(b, "\"");
    for (uint32_t n = some(12); n > 0; n--) {
        put(b, pieces[some(SG_COUNT(pieces))]);
    }
    put(b, "\"");
}

static void put_value(struct buf *b, int depth)
{
    static const char *const scalars[] = {"true", "null", "1", "-1234567", "12.34567e+10"};
    uint32_t kind = some(depth > 3 ? 2 : 4), n = some(5);
    if (kind == 0) {
        put(b, scalars[some(SG_COUNT(scalars))]);
    } else if (kind == 1) {
        put_string(b);
    } else {
        put(b, kind == 2 ? "[" : "{");
        for (uint32_t i = 0; i < n; i++) {
            put(b, i > 0 ? " ,\t" : "");
            if (kind == 3) {
                assert_true(buf_printf(b, "\"key%u\\u00e4\" :", i));
            }
            put_value(b, depth + 1);
        }
        put(b, kind == 2 ? "]" : "}");
    }
}

/* Marks the bytes of the document that a match may change. */
static void mark(const struct run *r, char *marked)
{
    for (size_t m = 0; m < r->i.matches.count; m++) {
        const struct span *s = &r->i.spans.items[r->matches[m].span];
        bool number = s->form == SPAN_JSON_NUMBER;
        size_t from, to;
        offmap_range(&s->map, number ? 0 : r->matches[m].begin,
                     number ? s->text.n : r->matches[m].end, &from, &to);
        memset(marked + from, 1, to - from);
    }
}

/* What is not marked stands in the result, in order. */
static void expect_rest(const struct run *r, const char *marked)
{
    struct str old = r->i.text_body, new = buf_str(&r->i.new_body);
    size_t at = 0;
    for (size_t from = 0; from < old.n;) {
        size_t to = from;
        while (to < old.n && marked[to] == marked[from]) {
            to++;
        }
        struct str kept = str_sub(old, from, to);
        if (marked[from] == 0 && to == old.n) {
            assert_true(new.n - at >= kept.n &&str_ends(new, kept));
        } else if (marked[from] == 0) {
            at = str_find(new, kept, at);
            assert_true(at != SIZE_MAX);
            assert_true(from > 0 || at == 0);
            at += kept.n;
        }
        from = to;
    }
}

static void test_any(void **state)
{
    size_t edited = 0;
    (void)state;
    for (seed = 1; edited < ROUNDS;) {
        struct buf doc = BUF_INIT(1u << 20);
        struct run r;
        put_value(&doc, 0);
        assert_true(buf_add(&doc, "", 1));
        open_run(&r, doc.p);
        read_json(&r);
        for (uint32_t n = some(6); n > 0 && r.i.spans.count > 0; n--) {
            size_t span = some((uint32_t)r.i.spans.count);
            struct str text = r.i.spans.items[span].text;
            size_t begin = utf8_align(text, some((uint32_t)text.n + 1));
            size_t end = utf8_forward(text, begin, 1 + some(9));
            if (begin < end) {
                add(&r, span, begin, end, some(SG_COUNT(rules)));
            }
        }
        char *marked = calloc(1, doc.n);
        assert_non_null(marked);
        assert_int_equal(edit_apply(&r.i), REASON_OK);
        assert_int_equal(r.i.edited, r.i.matches.count > 0);
        if (r.i.edited) {
            json_error_t error;
            json_t *j = json_loadb(r.i.new_body.p, r.i.new_body.n,
                                   JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
            if (j == NULL) {
                fail_msg("%s: %s became %.*s", error.text, doc.p, STR_ARG(buf_str(&r.i.new_body)));
            }
            json_decref(j);
            mark(&r, marked);
            expect_rest(&r, marked);
            edited++;
        }
        free(marked);
        close_run(&r);
        buf_free(&doc);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_masks),    cmocka_unit_test(test_long_value),
        cmocka_unit_test(test_hash),     cmocka_unit_test(test_places),
        cmocka_unit_test(test_overlaps), cmocka_unit_test(test_other_actions),
        cmocka_unit_test(test_any),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
