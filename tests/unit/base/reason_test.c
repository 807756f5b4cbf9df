#include "base/reason.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static bool is_name(const char *code)
{
    for (const char *p = code; *p != '\0'; p++) {
        if (!islower((unsigned char)*p) && !isdigit((unsigned char)*p) && *p != '_') {
            return false;
        }
    }
    return code[0] != '\0';
}

static void every_row_is_whole(void **state)
{
    (void)state;
    for (int i = 0; i < REASON_COUNT; i++) {
        enum reason r = (enum reason)i;
        assert_non_null(reason_code(r));
        assert_true(is_name(reason_code(r)));
        assert_non_null(reason_sentence(r));
        assert_true(strlen(reason_sentence(r)) >= 8);
        int status = reason_status(r);
        assert_true(status == 0 || (status >= 400 && status <= 599));
        if (r == REASON_OK) {
            assert_int_equal(reason_class(r), REASON_CLASS_NONE);
        } else {
            assert_int_not_equal(reason_class(r), REASON_CLASS_NONE);
        }
    }
}

static void codes_and_sentences_are_unique(void **state)
{
    (void)state;
    for (int i = 0; i < REASON_COUNT; i++) {
        for (int k = i + 1; k < REASON_COUNT; k++) {
            assert_string_not_equal(reason_code((enum reason)i), reason_code((enum reason)k));
            assert_string_not_equal(reason_sentence((enum reason)i),
                                    reason_sentence((enum reason)k));
        }
    }
}

/* A policy may let an unscannable body through, so nothing else may carry that class by mistake. */
static void only_bodies_are_unscannable(void **state)
{
    (void)state;
    static const enum reason allowed[] = {REASON_TYPE_MISSING,    REASON_TYPE_UNKNOWN,
                                          REASON_CHARSET_UNKNOWN, REASON_CODING_UNKNOWN,
                                          REASON_PART_BINARY,     REASON_STREAMED};
    size_t found = 0;
    for (int i = 0; i < REASON_COUNT; i++) {
        found += reason_class((enum reason)i) == REASON_CLASS_UNSCANNABLE;
    }
    assert_int_equal(found, SG_COUNT(allowed));
    for (size_t i = 0; i < SG_COUNT(allowed); i++) {
        assert_int_equal(reason_class(allowed[i]), REASON_CLASS_UNSCANNABLE);
    }
}

static void rows_stand_at_their_symbols(void **state)
{
    (void)state;
    static const struct {
        enum reason reason;
        const char *code;
        int status;
        enum reason_class class;
    } rows[] = {
        {REASON_OK, "ok", 0, REASON_CLASS_NONE},
        {REASON_BARE_LF, "bare_lf", 400, REASON_CLASS_MALFORMED},
        {REASON_STATUS_LINE, "status_line", 0, REASON_CLASS_MALFORMED},
        {REASON_HEAD_SIZE, "head_size", 431, REASON_CLASS_LIMIT},
        {REASON_BODY_SIZE, "body_size", 413, REASON_CLASS_LIMIT},
        {REASON_TYPE_UNKNOWN, "type_unknown", 415, REASON_CLASS_UNSCANNABLE},
        {REASON_UPSTREAM_TIMEOUT, "upstream_timeout", 504, REASON_CLASS_UPSTREAM},
        {REASON_POLICY, "content_filter", 0, REASON_CLASS_GATE},
        {REASON_SHUTTING_DOWN, "shutting_down", 503, REASON_CLASS_GATE},
    };
    for (size_t i = 0; i < SG_COUNT(rows); i++) {
        assert_string_equal(reason_code(rows[i].reason), rows[i].code);
        assert_int_equal(reason_status(rows[i].reason), rows[i].status);
        assert_int_equal(reason_class(rows[i].reason), rows[i].class);
    }
    assert_string_equal(reason_sentence(REASON_MEMORY), "out of memory");
}

static void out_of_range_is_an_error_of_the_gate(void **state)
{
    (void)state;
    static const int bad[] = {-1, REASON_COUNT, REASON_COUNT + 1, INT32_MAX, INT32_MIN};
    for (size_t i = 0; i < SG_COUNT(bad); i++) {
        enum reason r = (enum reason)bad[i];
        assert_string_equal(reason_code(r), "?");
        assert_string_equal(reason_sentence(r), "?");
        assert_int_equal(reason_status(r), 500);
        assert_int_equal(reason_class(r), REASON_CLASS_GATE);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_whole),
        cmocka_unit_test(codes_and_sentences_are_unique),
        cmocka_unit_test(only_bodies_are_unscannable),
        cmocka_unit_test(rows_stand_at_their_symbols),
        cmocka_unit_test(out_of_range_is_an_error_of_the_gate),
    };
    return cmocka_run_group_tests_name("base/reason", tests, NULL, NULL);
}
