/* multipart/form-data into spans. The boundary is `b` unless a test says otherwise. */
#include "text/form.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define CD "Content-Disposition: form-data; name=\"f\""
#define FIELD "--b\r\n" CD "\r\n\r\n"
#define TYPED(type) "--b\r\n" CD "\r\nContent-Type: " type "\r\n\r\n"
#define END "\r\n--b--\r\n"

struct reading {
    struct arena *arena;
    struct span_list spans;
    uint64_t binary;
};

static enum reason read_with(struct reading *r, struct str body, struct str boundary)
{
    *r = (struct reading){.arena = arena_new((size_t)8 << 20), .binary = 99};
    assert_non_null(r->arena);
    return multipart_spans(body, boundary, NULL, r->arena, &r->spans, &r->binary);
}

static enum reason read_body(struct reading *r, const char *body)
{
    return read_with(r, str_of(body), STR("b"));
}

static void assert_str(struct str s, const char *want)
{
    if (s.n != strlen(want) || memcmp(s.p, want, s.n) != 0) {
        fail_msg("\"%.*s\" is not \"%s\"", STR_ARG(s), want);
    }
}

/* The bytes of the body that all of the span came from. */
static struct str source_of(const struct span *s, struct str body)
{
    size_t from, to;

    offmap_range(&s->map, 0, s->text.n, &from, &to);
    return str_sub(body, from, to);
}

static void test_good(void **state)
{
    static const struct {
        const char *body;
        const char *texts[8];
        uint64_t binary;
    } rows[] = {
        {FIELD "hello" END, {"f", "hello"}, 0},
        {FIELD "hello\r\n--b--", {"f", "hello"}, 0},
        {FIELD END, {"f"}, 0},
        {FIELD "\r\n" END, {"f", "\r\n"}, 0},
        {FIELD "1\r\n" FIELD "2" END, {"f", "1", "f", "2"}, 0},
        {FIELD "x--b--y" END, {"f", "x--b--y"}, 0},
        {FIELD "x\r\n-b\r\n--c\n-\r" END, {"f", "x\r\n-b\r\n--c\n-\r"}, 0},
        {"--b\r\ncontent-disposition:FORM-DATA;NAME=\"f\"\r\n\r\nx" END, {"f", "x"}, 0},
        {"--b\r\nContent-Disposition: form-data ; name=\"\"\r\n\r\nx" END, {"x"}, 0},
        {"--b\r\n" CD "; filename=\"a b.txt\"\r\n\r\nx" END, {"f", "a b.txt", "x"}, 0},
        {"--b\r\n" CD "; filename*=UTF-8'en'%e7%a7%98.txt\r\n\r\nx" END,
         {"f", "\xE7\xA7\x98.txt", "x"},
         0},
        {"--b\r\n" CD "; filename*=utf-8''a%22; filename=\"b\"\r\n\r\nx" END,
         {"f", "b", "a\"", "x"},
         0},
        {"--b\r\n" CD "; filename=\"\"\r\n\r\n" END, {"f"}, 0},
        {"--b\r\nContent-ID: <secret>\r\n" CD "\r\n\r\nx" END, {"<secret>", "f", "x"}, 0},
        {TYPED("text/plain") "x" END, {"f", "text/plain", "x"}, 0},
        {TYPED("text/html; charset=UTF-8") "x" END, {"f", "text/html; charset=UTF-8", "x"}, 0},
        {TYPED("application/x-ndjson") "{}" END, {"f", "application/x-ndjson", "{}"}, 0},
        {TYPED("text/plain; charset=gb18030") "xyz" END, {"f", "text/plain; charset=gb18030"}, 3},
        {TYPED("image/png") "\x89PNG\xFF" END, {"f", "image/png"}, 5},
        {TYPED("application/octet-stream") "12" END, {"f", "application/octet-stream"}, 2},
        {TYPED("multipart/mixed; boundary=c") "--c" END, {"f", "multipart/mixed; boundary=c"}, 3},
        {TYPED("multipart/form-data; boundary=c") "--c" END,
         {"f", "multipart/form-data; boundary=c"},
         3},
        {TYPED("application/x-www-form-urlencoded") "a=1" END,
         {"f", "application/x-www-form-urlencoded"},
         3},
        {TYPED("application/json") " {\"k\":\"\\u79d8\"}" END,
         {"f", "application/json", "k", "\xE7\xA7\x98"},
         0},
        {"--b\r\n" CD "\r\nContent-Transfer-Encoding: BASE64\r\n\r\nYWJj" END, {"f", "BASE64"}, 4},
        {"--b\r\n" CD "\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=41" END,
         {"f", "quoted-printable"},
         3},
        {"--b\r\n" CD "\r\nContent-Transfer-Encoding: 8BIT\r\n\r\nx" END, {"f", "8BIT", "x"}, 0},
        {"--b\r\n" CD "\r\nContent-Transfer-Encoding: binary\r\n\r\nx" END,
         {"f", "binary", "x"},
         0},
        {"--b\r\n" CD "\r\nContent-Encoding: gzip\r\n\r\nxx" END, {"f", "gzip"}, 2},
        {TYPED("image/png") "12\r\n" TYPED("image/gif") "345" END,
         {"f", "image/png", "f", "image/gif"},
         5},
        {"--b\r\nContent-Disposition: form-data; name=\"_charset_\"\r\n\r\nutf-7" END,
         {"_charset_", "utf-7"},
         5},
        {"--b\r\nContent-Disposition: form-data; name=\"_charset_\"\r\n\r\nUTF-8" END,
         {"_charset_", "UTF-8"},
         0},
    };

    (void)state;
    for (size_t i = 0; i < SG_COUNT(rows); i++) {
        struct reading r;
        size_t n = 0;
        enum reason reason = read_body(&r, rows[i].body);

        if (reason != REASON_OK) {
            fail_msg("%s: %s", reason_code(reason), rows[i].body);
        }
        for (; rows[i].texts[n] != NULL; n++) {
            assert_true(n < r.spans.count);
            assert_str(r.spans.items[n].text, rows[i].texts[n]);
        }
        assert_int_equal(r.spans.count, n);
        assert_int_equal(r.binary, rows[i].binary);
        arena_free(r.arena);
    }
}

static void test_refused(void **state)
{
    static const struct {
        const char *body;
        enum reason reason;
    } rows[] = {
        /* the frame */
        {"", REASON_MULTIPART_SYNTAX},
        {"x", REASON_MULTIPART_SYNTAX},
        {"--b", REASON_MULTIPART_SYNTAX},
        {"--b\r\n", REASON_MULTIPART_SYNTAX},
        {"--b--", REASON_MULTIPART_SYNTAX},
        {"--b--\r\n", REASON_MULTIPART_SYNTAX},
        {"--c\r\n" CD "\r\n\r\nx\r\n--c--\r\n", REASON_MULTIPART_SYNTAX},
        {"\r\n" FIELD "x" END, REASON_MULTIPART_SYNTAX},
        {"preamble\r\n" FIELD "x" END, REASON_MULTIPART_SYNTAX},
        {" " FIELD "x" END, REASON_MULTIPART_SYNTAX},
        {FIELD "x" END "epilogue", REASON_MULTIPART_SYNTAX},
        {FIELD "x" END "\r\n", REASON_MULTIPART_SYNTAX},
        {FIELD "x\r\n--b--\n", REASON_MULTIPART_SYNTAX},
        {FIELD "x\r\n--b-- \r\n", REASON_MULTIPART_SYNTAX},
        {FIELD "x\r\n--b-\r\n", REASON_MULTIPART_SYNTAX},
        {FIELD "x\r\n--b---\r\n", REASON_MULTIPART_SYNTAX},
        {FIELD "x\r\n--b\r\n", REASON_MULTIPART_SYNTAX},
        {FIELD "x\r\n--b", REASON_MULTIPART_SYNTAX},
        {FIELD "x", REASON_MULTIPART_SYNTAX},
        {FIELD "x\r\n", REASON_MULTIPART_SYNTAX},
        {FIELD, REASON_MULTIPART_SYNTAX},
        {FIELD "--b--\r\n", REASON_MULTIPART_SYNTAX}, /* one CR LF for two */
        {FIELD "x\n--b--\r\n", REASON_MULTIPART_SYNTAX},
        {FIELD "x\r--b--\r\n", REASON_MULTIPART_SYNTAX},
        {FIELD "x\n--b\n" CD "\n\ny" END, REASON_MULTIPART_SYNTAX},
        {FIELD "x\r\n--bc\r\ny" END, REASON_MULTIPART_SYNTAX},
        {FIELD "x\r\n--b \r\n" CD "\r\n\r\ny" END, REASON_MULTIPART_SYNTAX},
        {FIELD "x\r\n--b\n" CD "\r\n\r\ny" END, REASON_MULTIPART_SYNTAX},
        {"--b\n" CD "\n\nx\n--b--\n", REASON_MULTIPART_SYNTAX},
        {"--b\r\n--b\r\n" CD "\r\n\r\nx" END, REASON_MULTIPART_SYNTAX},
        /* heads */
        {"--b\r\n\r\nx" END, REASON_MULTIPART_SYNTAX},
        {"--b\r\nContent-Type: text/plain\r\n\r\nx" END, REASON_MULTIPART_SYNTAX},
        {"--b\r\n" CD "\r\n" END, REASON_MULTIPART_SYNTAX},
        {"--b\r\n" CD "\n\r\nx" END, REASON_MULTIPART_SYNTAX},
        {"--b\r\n" CD "\r\r\n\r\nx" END, REASON_MULTIPART_SYNTAX},
        {"--b\r\n" CD "\r\n folded\r\n\r\nx" END, REASON_MULTIPART_SYNTAX},
        {"--b\r\n" CD "\r\n\tfolded: 1\r\n\r\nx" END, REASON_MULTIPART_SYNTAX},
        {"--b\r\n" CD "\r\n" CD "\r\n\r\nx" END, REASON_MULTIPART_SYNTAX},
        {TYPED("text/plain\r\ncontent-type: image/png") "x" END, REASON_MULTIPART_SYNTAX},
        {"--b\r\n" CD "\r\nX-Secret: 1\r\n\r\nx" END, REASON_MULTIPART_SYNTAX},
        {"--b\r\n" CD "\r\nContent-Type : text/plain\r\n\r\nx" END, REASON_MULTIPART_SYNTAX},
        {"--b\r\n" CD "\r\n: x\r\n\r\nx" END, REASON_MULTIPART_SYNTAX},
        {"--b\r\n" CD "\r\nContent-Type\r\n\r\nx" END, REASON_MULTIPART_SYNTAX},
        {TYPED("text") "x" END, REASON_MULTIPART_SYNTAX},
        {TYPED("") "x" END, REASON_MULTIPART_SYNTAX},
        {TYPED("text/plain; charset=utf-8; charset=utf-7") "x" END, REASON_MULTIPART_SYNTAX},
        {TYPED("multipart/form-data") "x" END, REASON_MULTIPART_SYNTAX},
        /* Content-Disposition */
        {"--b\r\nContent-Disposition: attachment; name=\"f\"\r\n\r\nx" END,
         REASON_MULTIPART_SYNTAX},
        {"--b\r\nContent-Disposition: form-data\r\n\r\nx" END, REASON_MULTIPART_SYNTAX},
        {"--b\r\nContent-Disposition: form-data; filename=\"f\"\r\n\r\nx" END,
         REASON_MULTIPART_SYNTAX},
        {"--b\r\nContent-Disposition: form-data; name=f\r\n\r\nx" END, REASON_MULTIPART_SYNTAX},
        {"--b\r\nContent-Disposition: form-data; name=\"f\r\n\r\nx" END, REASON_MULTIPART_SYNTAX},
        {"--b\r\nContent-Disposition: form-data; name=\"f\\\"\"\r\n\r\nx" END,
         REASON_MULTIPART_SYNTAX},
        {"--b\r\nContent-Disposition: form-data name=\"f\"\r\n\r\nx" END, REASON_MULTIPART_SYNTAX},
        {"--b\r\nContent-Disposition: form-data; name =\"f\"\r\n\r\nx" END,
         REASON_MULTIPART_SYNTAX},
        {"--b\r\nContent-Disposition: form-data; name=\"f\"x\r\n\r\nx" END,
         REASON_MULTIPART_SYNTAX},
        {"--b\r\nContent-Disposition:\r\n\r\nx" END, REASON_MULTIPART_SYNTAX},
        {"--b\r\n" CD ";\r\n\r\nx" END, REASON_MULTIPART_SYNTAX},
        {"--b\r\n" CD "; name=\"g\"\r\n\r\nx" END, REASON_MULTIPART_SYNTAX},
        {"--b\r\n" CD "; NAME=\"g\"\r\n\r\nx" END, REASON_MULTIPART_SYNTAX},
        {"--b\r\n" CD "; name*=utf-8''g\r\n\r\nx" END, REASON_MULTIPART_SYNTAX},
        {"--b\r\n" CD "; note=\"g\"\r\n\r\nx" END, REASON_MULTIPART_SYNTAX},
        {"--b\r\n" CD "; filename=a.txt\r\n\r\nx" END, REASON_MULTIPART_SYNTAX},
        {"--b\r\n" CD "; filename=\"a\"; filename=\"b\"\r\n\r\nx" END, REASON_MULTIPART_SYNTAX},
        {"--b\r\n" CD "; filename*=utf-8''a; filename*=utf-8''b\r\n\r\nx" END,
         REASON_MULTIPART_SYNTAX},
        {"--b\r\n" CD "; filename*=\"utf-8''a\"\r\n\r\nx" END, REASON_MULTIPART_SYNTAX},
        {"--b\r\n" CD "; filename*=a\r\n\r\nx" END, REASON_MULTIPART_SYNTAX},
        {"--b\r\n" CD "; filename*=utf-8'a\r\n\r\nx" END, REASON_MULTIPART_SYNTAX},
        {"--b\r\n" CD "; filename*=utf-8'e_n'a\r\n\r\nx" END, REASON_MULTIPART_SYNTAX},
        {"--b\r\n" CD "; filename*=gbk''a\r\n\r\nx" END, REASON_MULTIPART_SYNTAX},
        {"--b\r\n" CD "; filename*=utf-8''a%4\r\n\r\nx" END, REASON_MULTIPART_SYNTAX},
        {"--b\r\n" CD "; filename*=utf-8''a'b\r\n\r\nx" END, REASON_MULTIPART_SYNTAX},
        {"--b\r\n" CD "; filename*=utf-8''a*b\r\n\r\nx" END, REASON_MULTIPART_SYNTAX},
        /* text and JSON */
        {"--b\r\n" CD "; filename*=utf-8''%FF\r\n\r\nx" END, REASON_TEXT_UTF8},
        {"--b\r\n" CD "; filename=\"\xFF\"\r\n\r\nx" END, REASON_TEXT_UTF8},
        {"--b\r\n" CD "\r\nContent-ID: \xC0\xAF\r\n\r\nx" END, REASON_TEXT_UTF8},
        {FIELD "\xFF" END, REASON_TEXT_UTF8},
        {TYPED("text/csv") "\xE4\xBD" END, REASON_TEXT_UTF8},
        {TYPED("application/json") "{" END, REASON_JSON_SYNTAX},
        {TYPED("application/json") END, REASON_JSON_SYNTAX},
        {TYPED("application/json") "{\"a\":1,\"a\":2}" END, REASON_JSON_DUPLICATE_KEY},
    };

    (void)state;
    for (size_t i = 0; i < SG_COUNT(rows); i++) {
        struct reading r;
        enum reason reason = read_body(&r, rows[i].body);

        if (reason != rows[i].reason) {
            fail_msg("%zu: %s: %s", i, reason_code(reason), rows[i].body);
        }
        arena_free(r.arena);
    }
}

/* NUL bytes do not fit into the rows above. */
static void test_control_bytes(void **state)
{
    static const char nul[] = "--b\r\n" CD "; filename=\"a\0b\"\r\n\r\nx" END;
    static const char content[] = FIELD "x\0y" END;
    struct reading r;

    (void)state;
    assert_int_equal(read_with(&r, STR(nul), STR("b")), REASON_MULTIPART_SYNTAX);
    arena_free(r.arena);
    assert_int_equal(read_with(&r, STR(content), STR("b")), REASON_OK);
    assert_int_equal(r.spans.items[1].text.n, 3);
    arena_free(r.arena);
}

static void test_boundaries(void **state)
{
    static const char b70[] =
        "1234567890123456789012345678901234567890123456789012345678901234567890";
    static const struct {
        const char *boundary;
        bool good;
    } rows[] = {
        {"", false},   {"b ", false}, {"b\"", false}, {"b\r", false},         {"\xE4", false},
        {"a b", true}, {"-", true},   {"--", true},   {"'()+_,-./:=?", true},
    };
    struct buf body = BUF_INIT(4096);
    struct reading r;
    char b71[72];

    (void)state;
    for (size_t i = 0; i < SG_COUNT(rows); i++) {
        const char *b = rows[i].boundary;

        buf_clear(&body);
        assert_true(buf_printf(&body, "--%s\r\n" CD "\r\n\r\nx\r\n--%s--", b, b));
        assert_int_equal(read_with(&r, buf_str(&body), str_of(b)),
                         rows[i].good ? REASON_OK : REASON_MULTIPART_SYNTAX);
        arena_free(r.arena);
    }
    buf_clear(&body);
    assert_true(buf_printf(&body, "--%s\r\n" CD "\r\n\r\nx\r\n--%s--", b70, b70));
    assert_int_equal(read_with(&r, buf_str(&body), str_of(b70)), REASON_OK);
    arena_free(r.arena);
    (void)snprintf(b71, sizeof(b71), "%s1", b70);
    buf_clear(&body);
    assert_true(buf_printf(&body, "--%s\r\n" CD "\r\n\r\nx\r\n--%s--", b71, b71));
    assert_int_equal(read_with(&r, buf_str(&body), str_of(b71)), REASON_MULTIPART_SYNTAX);
    arena_free(r.arena);
    buf_free(&body);
}

static void test_maps(void **state)
{
    struct str body = STR("--b\r\nContent-Disposition: form-data; name=\"prompt\"; "
                          "filename*=utf-8''%e7%A7%98\r\n\r\nhello\r\n" TYPED(
                              "application/json") "[\"a\\u0041b\",123456]" END);
    static const char *const sources[] = {"prompt",           "%e7%A7%98", "hello", "f",
                                          "application/json", "a\\u0041b", "123456"};
    struct reading r;
    char out[32];
    size_t from, to;

    (void)state;
    assert_int_equal(read_with(&r, body, STR("b")), REASON_OK);
    assert_int_equal(r.spans.count, SG_COUNT(sources));
    for (size_t i = 0; i < SG_COUNT(sources); i++) {
        assert_str(source_of(&r.spans.items[i], body), sources[i]);
    }
    assert_string_equal(path_text(r.spans.items[2].path, out, sizeof(out)), "/prompt");
    assert_int_equal(r.spans.items[1].form, SPAN_FORM_VALUE);
    assert_int_equal(r.spans.items[2].form, SPAN_PLAIN);
    assert_int_equal(r.spans.items[5].form, SPAN_JSON_STRING);
    assert_int_equal(r.spans.items[6].form, SPAN_JSON_NUMBER);
    offmap_range(&r.spans.items[5].map, 1, 2, &from, &to);
    assert_str(str_sub(body, from, to), "\\u0041");
    arena_free(r.arena);
}

static void test_facts(void **state)
{
    struct reading r;

    (void)state;
    assert_int_equal(
        read_body(&r, "--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nwhisper-1\r\n"
                      "--b\r\nContent-Disposition: form-data; name=\"user\"\r\n\r\nu1\r\n"
                      "--b\r\nContent-Disposition: form-data; name=\"stream\"\r\n\r\ntrue" END),
        REASON_OK);
    assert_str(r.spans.facts.model, "whisper-1");
    assert_str(r.spans.facts.user, "u1");
    assert_true(r.spans.facts.stream);
    arena_free(r.arena);
    assert_int_equal(
        read_body(&r, "--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nwhisper-1\r\n"
                      "--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nother" END),
        REASON_MULTIPART_SYNTAX);
    arena_free(r.arena);
}

static enum reason read_parts(size_t count)
{
    struct buf body = BUF_INIT((size_t)1 << 20);
    struct reading r;
    enum reason reason;

    for (size_t i = 0; i < count; i++) {
        assert_true(buf_add_str(&body, STR(FIELD "x\r\n")));
    }
    assert_true(buf_add_str(&body, STR("--b--")));
    reason = read_with(&r, buf_str(&body), STR("b"));
    arena_free(r.arena);
    buf_free(&body);
    return reason;
}

static void test_part_count(void **state)
{
    (void)state;
    assert_int_equal(read_parts(1000), REASON_OK);
    assert_int_equal(read_parts(1001), REASON_MULTIPART_SYNTAX);
}

/* A head of `head_n` bytes: the two line ends that close it are not counted. */
static enum reason read_head(size_t head_n)
{
    static const char start[] = "--b\r\n" CD "\r\nContent-ID: ";
    struct buf body = BUF_INIT((size_t)1 << 20);
    struct reading r;
    enum reason reason;

    assert_true(buf_add_str(&body, STR(start)));
    while (body.n < head_n + 5) {
        assert_true(buf_add_char(&body, 'x'));
    }
    assert_true(buf_add_str(&body, STR("\r\n\r\nx" END)));
    reason = read_with(&r, buf_str(&body), STR("b"));
    arena_free(r.arena);
    buf_free(&body);
    return reason;
}

static void test_head_size(void **state)
{
    (void)state;
    assert_int_equal(read_head(8192), REASON_OK);
    assert_int_equal(read_head(8193), REASON_MULTIPART_SYNTAX);
}

static void test_arena_full(void **state)
{
    struct str body =
        STR("--b\r\n" CD "; filename=\"a\"; filename*=utf-8''%41%42\r\n\r\nx\r\n" TYPED(
            "application/json") "{\"k\":\"\\u0041\"}" END);
    bool passed = false;

    (void)state;
    for (size_t max = 0; !passed && max < 65536; max += 64) {
        struct arena *a = arena_new(max);
        struct span_list spans = {.count = 0};
        uint64_t binary;
        enum reason r;

        assert_non_null(a);
        r = multipart_spans(body, STR("b"), NULL, a, &spans, &binary);
        passed = r == REASON_OK;
        assert_true(passed ? spans.count == 8 : r == REASON_SPAN_LIMIT);
        arena_free(a);
    }
    assert_true(passed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),          cmocka_unit_test(test_refused),
        cmocka_unit_test(test_control_bytes), cmocka_unit_test(test_boundaries),
        cmocka_unit_test(test_maps),          cmocka_unit_test(test_facts),
        cmocka_unit_test(test_part_count),    cmocka_unit_test(test_head_size),
        cmocka_unit_test(test_arena_full),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
