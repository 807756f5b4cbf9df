/* Content-Type values: what kind of body they name, and which are refused. */
#include "text/media_type.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void test_kinds(void **state)
{
    static const struct {
        const char *value;
        enum body_kind kind;
    } rows[] = {
        {"application/json", BODY_JSON},
        {"Application/JSON; charset=UTF-8", BODY_JSON},
        {"text/json", BODY_JSON},
        {"application/problem+json", BODY_JSON},
        {"application/json-seq", BODY_OTHER},
        {"application/geo+json-seq", BODY_OTHER},
        {"text/plain", BODY_TEXT},
        {" text/plain ; ; charset=utf8 ;", BODY_TEXT},
        {"text/x-anything", BODY_TEXT},
        {"text/rtf", BODY_OTHER},
        {"text/event-stream", BODY_SSE},
        {"application/x-ndjson", BODY_NDJSON},
        {"application/jsonl", BODY_NDJSON},
        {"application/x-www-form-urlencoded", BODY_FORM},
        {"multipart/form-data; boundary=x", BODY_MULTIPART},
        {"multipart/mixed; boundary=x", BODY_OTHER},
        {"application/xml", BODY_TEXT},
        {"application/soap+xml; action=\"a b\"", BODY_TEXT},
        {"application/yaml", BODY_TEXT},
        {"application/octet-stream", BODY_OTHER},
        {"image/png; charset=latin1", BODY_OTHER},
        {"application/+json", BODY_JSON},
        {"textx/plain", BODY_OTHER},
    };

    (void)state;
    for (size_t i = 0; i < SG_COUNT(rows); i++) {
        struct media_type type;

        if (media_type_parse(str_of(rows[i].value), &type) != REASON_OK ||
            type.kind != rows[i].kind) {
            fail_msg("%s: %d", rows[i].value, (int)type.kind);
        }
    }
}

static void test_refused(void **state)
{
    static const struct {
        const char *value;
        enum reason reason;
    } rows[] = {
        {"", REASON_TYPE_INVALID},
        {"json", REASON_TYPE_INVALID},
        {"/json", REASON_TYPE_INVALID},
        {"application/", REASON_TYPE_INVALID},
        {"application /json", REASON_TYPE_INVALID},
        {"application/json, text/plain", REASON_TYPE_INVALID},
        {"application/json charset=utf-8", REASON_TYPE_INVALID},
        {"text/plain; charset", REASON_TYPE_INVALID},
        {"text/plain; charset=", REASON_TYPE_INVALID},
        {"text/plain; =utf-8", REASON_TYPE_INVALID},
        {"text/plain; charset =utf-8", REASON_TYPE_INVALID},
        {"text/plain; charset= utf-8", REASON_TYPE_INVALID},
        {"text/plain; charset=\"utf-8", REASON_TYPE_INVALID},
        {"text/plain; charset=\"utf\\-8\"", REASON_TYPE_INVALID},
        {"text/plain; charset=\"utf-8\"x", REASON_TYPE_INVALID},
        {"text/plain; a=\"\x01\"", REASON_TYPE_INVALID},
        {"text/plain; charset=utf-8; Charset=utf-8", REASON_TYPE_INVALID},
        {"text/plain; x=1; X=2", REASON_TYPE_INVALID},
        {"text/plain; charset=latin1", REASON_CHARSET_UNKNOWN},
        {"application/json; charset=utf-16", REASON_CHARSET_UNKNOWN},
        {"application/json; charset=\"gb18030\"", REASON_CHARSET_UNKNOWN},
        {"multipart/form-data", REASON_TYPE_INVALID},
        {"multipart/form-data; boundary=\"\"", REASON_TYPE_INVALID},
        {"multipart/form-data; boundary=\"a \"", REASON_TYPE_INVALID},
        {"multipart/form-data; boundary=a; boundary=b", REASON_TYPE_INVALID},
        {"multipart/form-data; boundary=a*b", REASON_TYPE_INVALID},
        {"t/p;a=1;b=1;c=1;d=1;e=1;f=1;g=1;h=1;i=1;j=1;k=1;l=1;m=1;n=1;o=1;p=1;q=1",
         REASON_TYPE_INVALID},
    };

    (void)state;
    for (size_t i = 0; i < SG_COUNT(rows); i++) {
        struct media_type type;

        if (media_type_parse(str_of(rows[i].value), &type) != rows[i].reason) {
            fail_msg("%s", rows[i].value);
        }
    }
}

static void test_parts(void **state)
{
    static const char b70[] =
        "1234567890123456789012345678901234567890123456789012345678901234567890";
    struct media_type type;

    (void)state;
    assert_int_equal(media_type_parse(STR("Multipart/Form-Data;BOUNDARY=\"a b:c\""), &type),
                     REASON_OK);
    assert_true(str_eq(type.essence, STR("Multipart/Form-Data")));
    assert_true(str_eq(type.boundary, STR("a b:c")));
    assert_true(media_boundary_valid(STR(b70)));
    assert_false(media_boundary_valid(STR("12345678901234567890123456789012345678901234567890123456"
                                          "789012345678901")));
    assert_false(media_boundary_valid(STR("a\0b")));
    assert_int_equal(
        media_type_parse(STR("t/p;a=1;b=1;c=1;d=1;e=1;f=1;g=1;h=1;i=1;j=1;k=1;l=1;m=1;n=1;o=1;p=1"),
                         &type),
        REASON_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_parts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
