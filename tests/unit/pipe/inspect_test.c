/* Inspections: what is read, what is found, what is taken out, and what must not be sent. */
#include "fixture.h"

#include "pipe/inspect.h"

#include <zlib.h>

#define ARENA_MAX (32u << 20)

struct rig {
    struct snapshot *snapshot;
    struct scanner *scanner;
};

static int open_rig(void **state)
{
    static struct rig rig;
    rig.snapshot = fixture_snapshot(9, "");
    rig.scanner = scanner_new(&scan_default_limits);
    assert_non_null(rig.scanner);
    assert_true(scanner_prepare(rig.scanner, &rig.snapshot->database));
    *state = &rig;
    return 0;
}

static int close_rig(void **state)
{
    struct rig *rig = *state;
    scanner_free(rig->scanner);
    snapshot_unref(rig->snapshot);
    return 0;
}

/* One inspection with all it points to. */
struct run {
    struct inspection i;
    struct http_head head;
    struct http_header headers[4];
    uint8_t key[INSPECT_KEY_SIZE];
};

static void add_header(struct run *r, const char *name, const char *value)
{
    r->headers[r->head.header_count++] = (struct http_header){str_of(name), str_of(value)};
}

static void prepare(struct run *r, struct rig *rig, const char *type, struct str body, size_t arena)
{
    *r = (struct run){.key = {1, 2, 3}};
    r->head.headers = r->headers;
    if (type != NULL) {
        add_header(r, "Content-Type", type);
    }
    r->i = (struct inspection){.snapshot = rig->snapshot,
                               .policy = fixture_named(rig->snapshot, "office"),
                               .direction = DIRECTION_PROMPT,
                               .head = &r->head,
                               .body = body,
                               .arena = arena_new(arena),
                               .mask_key = r->key};
    assert_non_null(r->i.arena);
}

static void end(struct run *r)
{
    inspect_clear(&r->i);
    arena_free(r->i.arena);
}

static void expect_body(const struct run *r, const char *body)
{
    struct str got = r->i.edited ? buf_str(&r->i.new_body) : r->i.text_body;
    if (!str_eq(got, str_of(body))) {
        fail_msg("expected %s, got %.*s", body, STR_ARG(got));
    }
}

static void test_clean(void **state)
{
    struct run r;
    prepare(&r, *state, "application/json", STR("{\"a\":\"hello\"}"), ARENA_MAX);
    inspect_run(&r.i, ((struct rig *)*state)->scanner);
    assert_int_equal(r.i.reason, REASON_OK);
    assert_int_equal(r.i.verdict.action, ACTION_ALLOW);
    assert_false(r.i.edited || r.i.target_edited || r.i.unclean || r.i.decoded);
    assert_int_equal(r.i.scanned, 6);
    assert_int_equal(r.i.unscannable, 0);
    expect_body(&r, "{\"a\":\"hello\"}");
    end(&r);
}

static void test_actions(void **state)
{
    static const struct {
        const char *text;
        enum action action;
    } cases[] = {{"nothing", ACTION_ALLOW},
                 {"a noted word", ACTION_FLAG},
                 {"TEST-123456", ACTION_REDACT},
                 {"a forbidden topic and TEST-123456", ACTION_REPLACE},
                 {"top marking, forbidden topic", ACTION_BLOCK}};
    for (size_t c = 0; c < SG_COUNT(cases); c++) {
        struct run r;
        prepare(&r, *state, "text/plain", str_of(cases[c].text), ARENA_MAX);
        inspect_run(&r.i, ((struct rig *)*state)->scanner);
        assert_int_equal(r.i.reason, REASON_OK);
        assert_int_equal(r.i.verdict.action, cases[c].action);
        assert_int_equal(r.i.edited, cases[c].action == ACTION_REDACT);
        end(&r);
    }
}

static void test_reasons(void **state)
{
    static const struct {
        const char *type, *coding, *body;
        enum reason reason;
    } cases[] = {{NULL, NULL, "x", REASON_TYPE_MISSING},
                 {"image/png", NULL, "x", REASON_TYPE_UNKNOWN},
                 {"text/event-stream", NULL, "x", REASON_TYPE_UNKNOWN},
                 {"nonsense", NULL, "x", REASON_TYPE_INVALID},
                 {"text/plain; charset=gbk", NULL, "x", REASON_CHARSET_UNKNOWN},
                 {"text/plain", "zstd", "x", REASON_CODING_UNKNOWN},
                 {"text/plain", "gzip", "x", REASON_CODING_SYNTAX},
                 {"text/plain", NULL, "\xFF", REASON_TEXT_UTF8},
                 {"application/json", NULL, "{", REASON_JSON_SYNTAX},
                 {"application/json", NULL, "{\"a\":1,\"a\":2}", REASON_JSON_DUPLICATE_KEY},
                 {"application/x-www-form-urlencoded", NULL, "a=%zz", REASON_FORM_SYNTAX},
                 {"multipart/form-data; boundary=b", NULL, "x", REASON_MULTIPART_SYNTAX}};
    for (size_t c = 0; c < SG_COUNT(cases); c++) {
        struct run r;
        prepare(&r, *state, cases[c].type, str_of(cases[c].body), ARENA_MAX);
        if (cases[c].coding != NULL) {
            add_header(&r, "Content-Encoding", cases[c].coding);
        }
        inspect_run(&r.i, ((struct rig *)*state)->scanner);
        assert_string_equal(reason_code(r.i.reason), reason_code(cases[c].reason));
        assert_false(r.i.edited);
        bool unscannable = reason_class(cases[c].reason) == REASON_CLASS_UNSCANNABLE;
        assert_int_equal(r.i.unscannable, unscannable ? strlen(cases[c].body) : 0);
        end(&r);
    }
}

/* Two values of a header that must stand once are two readings. */
static void test_doubled_headers(void **state)
{
    struct run r;
    prepare(&r, *state, "text/plain", STR("x"), ARENA_MAX);
    add_header(&r, "content-type", "text/plain");
    inspect_run(&r.i, ((struct rig *)*state)->scanner);
    assert_int_equal(r.i.reason, REASON_TYPE_INVALID);
    assert_int_equal(inspect_readable(&r.head, DIRECTION_PROMPT), REASON_TYPE_INVALID);
    end(&r);
    prepare(&r, *state, "text/plain", STR("x"), ARENA_MAX);
    add_header(&r, "Content-Encoding", "gzip");
    add_header(&r, "content-encoding", "gzip");
    assert_int_equal(inspect_readable(&r.head, DIRECTION_PROMPT), REASON_CODING_UNKNOWN);
    end(&r);
}

static void test_readable(void **state)
{
    struct run r;
    prepare(&r, *state, "text/event-stream", STR(""), ARENA_MAX);
    assert_int_equal(inspect_readable(&r.head, DIRECTION_OUTPUT), REASON_STREAMED);
    assert_int_equal(inspect_readable(&r.head, DIRECTION_PROMPT), REASON_TYPE_UNKNOWN);
    end(&r);
    prepare(&r, *state, "application/json", STR(""), ARENA_MAX);
    assert_int_equal(inspect_readable(&r.head, DIRECTION_OUTPUT), REASON_OK);
    end(&r);
}

static size_t gzip(const char *text, size_t n, char *out, size_t room)
{
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (Bytef *)(uintptr_t)text;
    z.avail_in = (uInt)n;
    z.next_out = (Bytef *)out;
    z.avail_out = (uInt)room;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    size_t made = z.total_out;
    (void)deflateEnd(&z);
    return made;
}

static void test_coded(void **state)
{
    static const char text[] = "{\"a\":\"Mr Smith\"}";
    char packed[256];
    struct run r;
    size_t n = gzip(text, sizeof(text) - 1, packed, sizeof(packed));
    prepare(&r, *state, "application/json", (struct str){packed, n}, ARENA_MAX);
    add_header(&r, "Content-Encoding", "gzip");
    inspect_run(&r.i, ((struct rig *)*state)->scanner);
    assert_int_equal(r.i.reason, REASON_OK);
    assert_true(r.i.decoded);
    assert_true(str_eq(r.i.text_body, str_of(text)));
    expect_body(&r, "{\"a\":\"[name]\"}");
    end(&r);
}

static void test_bomb(void **state)
{
    size_t n = 4u << 20;
    char *zeros = calloc(1, n), *packed = malloc(n);
    struct run r;
    assert_non_null(zeros);
    assert_non_null(packed);
    prepare(&r, *state, "text/plain", (struct str){packed, gzip(zeros, n, packed, n)}, ARENA_MAX);
    add_header(&r, "Content-Encoding", "gzip");
    inspect_run(&r.i, ((struct rig *)*state)->scanner);
    assert_int_equal(r.i.reason, REASON_CODING_RATIO);
    assert_false(r.i.decoded);
    end(&r);
    free(zeros);
    free(packed);
}

/* The request target is read like a body, also where there is no body or none that can be read. */
static void test_target(void **state)
{
    struct run r;
    prepare(&r, *state, NULL, STR(""), ARENA_MAX);
    r.i.target = STR("/v1/models?q=Mr%20Smith&z=1");
    inspect_run(&r.i, ((struct rig *)*state)->scanner);
    assert_int_equal(r.i.reason, REASON_OK);
    assert_true(r.i.target_edited);
    assert_false(r.i.edited);
    assert_true(str_eq(buf_str(&r.i.new_target), STR("/v1/models?q=%5Bname%5D&z=1")));
    assert_int_equal(r.i.body_spans, 0);
    end(&r);

    prepare(&r, *state, "image/png", STR("x"), ARENA_MAX);
    r.i.target = STR("/v1/top%20marking");
    inspect_run(&r.i, ((struct rig *)*state)->scanner);
    assert_int_equal(r.i.reason, REASON_TYPE_UNKNOWN);
    assert_int_equal(r.i.verdict.action, ACTION_BLOCK);
    end(&r);

    prepare(&r, *state, NULL, STR(""), ARENA_MAX);
    r.i.target = STR("/v1/x?a=%zz");
    inspect_run(&r.i, ((struct rig *)*state)->scanner);
    assert_int_equal(r.i.reason, REASON_FORM_SYNTAX);
    end(&r);
}

/* The text parts of a form with a picture are redacted; that it could not all be read is told. */
static void test_part_binary(void **state)
{
    static const char body[] = "--b\r\nContent-Disposition: form-data; name=\"t\"\r\n\r\n"
                               "Mr Smith\r\n--b\r\n"
                               "Content-Disposition: form-data; name=\"f\"; filename=\"p\"\r\n"
                               "Content-Type: image/png\r\n\r\n\x89PNG\r\n--b--\r\n";
    struct run r;
    prepare(&r, *state, "multipart/form-data; boundary=b", str_of(body), ARENA_MAX);
    inspect_run(&r.i, ((struct rig *)*state)->scanner);
    assert_int_equal(r.i.reason, REASON_PART_BINARY);
    assert_int_equal(r.i.unscannable, 4);
    assert_true(r.i.edited);
    assert_false(r.i.unclean);
    assert_non_null(memmem(r.i.new_body.p, r.i.new_body.n, "[name]", 6));
    assert_null(memmem(r.i.new_body.p, r.i.new_body.n, "Smith", 5));
    end(&r);
}

/* A mask that is a match itself is none: nothing may be sent, whatever on_error says. */
static void test_unclean(void **state)
{
    struct run r;
    prepare(&r, *state, "text/plain", STR("a trap-1"), ARENA_MAX);
    r.i.policy = fixture_named(((struct rig *)*state)->snapshot, "open");
    inspect_run(&r.i, ((struct rig *)*state)->scanner);
    assert_int_equal(r.i.reason, REASON_SCAN_FAILED);
    assert_true(r.i.unclean);
    end(&r);
}

/* Too much for the scanner is the sender's doing: refused, also where errors may pass. */
static void test_scan_limit(void **state)
{
    struct rig *rig = *state;
    static const struct scan_limits tight = {
        .hits = 100000, .matches = 2, .confirm_steps = 100000, .confirm_ms = 2000};
    struct scanner *scanner = scanner_new(&tight);
    struct run r;
    assert_non_null(scanner);
    assert_true(scanner_prepare(scanner, &rig->snapshot->database));
    prepare(&r, rig, "application/json",
            STR("{\"a\":\"TEST-111111 TEST-222222 TEST-333333\",\"b\":\"top marking\"}"),
            ARENA_MAX);
    r.i.policy = fixture_named(rig->snapshot, "open");
    inspect_run(&r.i, scanner);
    assert_int_equal(r.i.reason, REASON_SCAN_LIMIT);
    assert_int_equal(reason_class(r.i.reason), REASON_CLASS_LIMIT);
    assert_false(r.i.edited);
    end(&r);
    scanner_free(scanner);
}

/* A scanner that fails: the texts count as unread, and nothing is edited. */
static void test_scan_failed(void **state)
{
    struct rig *rig = *state;
    struct scanner *unprepared = scanner_new(&scan_default_limits);
    struct run r;
    assert_non_null(unprepared);
    prepare(&r, rig, "text/plain", STR("TEST-111111"), ARENA_MAX);
    inspect_run(&r.i, unprepared);
    assert_int_equal(r.i.reason, REASON_SCAN_FAILED);
    assert_int_equal(r.i.unscannable, 11);
    assert_int_equal(r.i.scanned, 0);
    assert_false(r.i.edited);
    end(&r);
    scanner_free(unprepared);
}

/* Whatever the memory: a reason that blocks, or the whole work done. */
static void test_little_memory(void **state)
{
    size_t done = 0, refused = 0;
    for (size_t max = 0; max < 256u << 10; max += 1024) {
        struct run r;
        prepare(&r, *state, "application/json",
                STR("{\"a\":\"Mr Smith\",\"b\":[\"TEST-123456 \\u00e4\",123456]}"), max);
        r.i.target = STR("/v1/x?q=key-abcdefgh");
        inspect_run(&r.i, ((struct rig *)*state)->scanner);
        if (r.i.reason == REASON_OK) {
            assert_true(r.i.edited && r.i.target_edited);
            done++;
        } else {
            assert_true(r.i.unclean || r.i.reason == REASON_SPAN_LIMIT ||
                        r.i.reason == REASON_MEMORY);
            refused++;
        }
        end(&r);
    }
    assert_true(done > 0 && refused > 0);
}

static void test_language(void **state)
{
    static const struct {
        const char *body;
        bool chinese;
    } cases[] = {
        {"{\"messages\":[{\"role\":\"user\",\"content\":\"\xE4\xBD\xA0\xE5\xA5\xBD\"}]}", true},
        {"{\"messages\":[{\"role\":\"system\",\"content\":\"\xE4\xBD\xA0\"},"
         "{\"role\":\"user\",\"content\":\"hello\"}]}",
         false},
        {"{\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}", false}};
    struct rig *rig = *state;
    for (size_t c = 0; c < SG_COUNT(cases); c++) {
        struct run r;
        prepare(&r, rig, "application/json", str_of(cases[c].body), ARENA_MAX);
        r.i.operation =
            shape_operation(rig->snapshot->config.routes[0].shape, STR("/v1/chat/completions"));
        assert_non_null(r.i.operation);
        inspect_run(&r.i, rig->scanner);
        assert_int_equal(inspect_speaks_chinese(&r.i), cases[c].chinese);
        end(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clean),         cmocka_unit_test(test_actions),
        cmocka_unit_test(test_reasons),       cmocka_unit_test(test_doubled_headers),
        cmocka_unit_test(test_readable),      cmocka_unit_test(test_coded),
        cmocka_unit_test(test_bomb),          cmocka_unit_test(test_target),
        cmocka_unit_test(test_part_binary),   cmocka_unit_test(test_unclean),
        cmocka_unit_test(test_scan_limit),    cmocka_unit_test(test_scan_failed),
        cmocka_unit_test(test_little_memory), cmocka_unit_test(test_language),
    };
    return cmocka_run_group_tests(tests, open_rig, close_rig);
}
