#include "conf/diag.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static struct where at(const char *file, unsigned line, unsigned column)
{
    return (struct where){file, line, column};
}

static void check_text(const struct diags *d, const char *expected)
{
    char *text = diags_text(d);

    assert_non_null(text);
    assert_string_equal(text, expected);
    free(text);
}

static int setup(void **state)
{
    *state = diags_new();
    return *state == NULL ? -1 : 0;
}

static int teardown(void **state)
{
    diags_free(*state);
    return 0;
}

static void test_nothing_told(void **state)
{
    check_text(*state, "");
    assert_int_equal(diags_errors(*state), 0);
    assert_int_equal(diags_warnings(*state), 0);
    diags_free(NULL);
}

static void test_order_is_file_line_column(void **state)
{
    struct diags *d = *state;

    diag_error(d, at("b.yaml", 1, 1), "sixth");
    diag_error(d, at("a.yaml", 10, 1), "fifth");
    diag_warn(d, at("a.yaml", 2, 10), "third");
    diag_error(d, at("a.yaml", 2, 9), "%s", "second");
    diag_error(d, at("a.yaml", 2, 10), "fourth, told after the third");
    diag_error(d, at("a.yaml", 0, 0), "first, the file as a whole");
    diag_error(d, at(NULL, 0, 0), "before all, no file");
    diag_error(d, at("c.yaml", 3, 0), "no column");

    assert_int_equal(diags_errors(d), 7);
    assert_int_equal(diags_warnings(d), 1);
    check_text(d, "before all, no file\n"
                  "a.yaml: first, the file as a whole\n"
                  "a.yaml:2:9: second\n"
                  "a.yaml:2:10: warning: third\n"
                  "a.yaml:2:10: fourth, told after the third\n"
                  "a.yaml:10:1: fifth\n"
                  "b.yaml:1:1: sixth\n"
                  "c.yaml:3: no column\n");
}

static void test_texts_and_names_are_copied(void **state)
{
    char file[] = "a.yaml", text[] = "told";

    diag_error(*state, at(file, 1, 2), "%s", text);
    memset(file, 'x', sizeof(file) - 1);
    memset(text, 'x', sizeof(text) - 1);
    check_text(*state, "a.yaml:1:2: told\n");
}

static void test_colour(void **state)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    assert_non_null(out);
    diag_error(*state, at("a", 1, 2), "bad");
    diag_warn(*state, at("a", 2, 1), "odd");
    diags_print(*state, out, true);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(text, "\033[1;31ma:1:2: \033[0mbad\n"
                              "\033[1ma:2:1: \033[0m\033[33mwarning: \033[0modd\n");
    free(text);
}

static void test_more_than_are_kept(void **state)
{
    struct diags *d = *state;

    for (unsigned i = 0; i < 1003; i++) {
        diag_error(d, at("a", 2000 - i, 1), "e");
    }
    diag_warn(d, at("a", 1, 1), "w");
    assert_int_equal(diags_errors(d), 1003);
    assert_int_equal(diags_warnings(d), 1);

    char *text = diags_text(d);
    assert_non_null(text);
    size_t lines = 0;
    for (const char *p = text; *p != '\0'; p++) {
        lines += *p == '\n';
    }
    assert_int_equal(lines, 1001);
    assert_memory_equal(text, "a:1001:1: e\na:1002:1: e\n", 24);
    assert_non_null(strstr(text, "a:2000:1: e\n4 more could not be kept\n"));
    free(text);
}

static void test_hostile_text_is_escaped(void **state)
{
    struct diags *d = *state;

    diag_error(d, at("a\nb\033[2J", 1, 1), "x");
    diag_error(d, at("b", 1, 1), "%s", "bell \a, line\nbreak, DEL \x7F, tab\t");
    diag_error(d, at("b", 2, 1), "%s", "C1 \xC2\x9B, zero \xE2\x80\x8B width, bidi \xE2\x80\xAE");
    diag_error(d, at("b", 3, 1), "%s", "tag \xF3\xA0\x81\x81, BOM \xEF\xBB\xBF");
    diag_error(d, at("b", 4, 1), "%s",
               "bad \xFF \xC0\x80 \xED\xA0\x80 \xF4\x90\x80\x80 cut \xE4\xB8");
    diag_error(d, at("b", 5, 1), "%s", "kept: 身份证 é 😀");
    check_text(d,
               "a\\x0Ab\\x1B[2J:1:1: x\n"
               "b:1:1: bell \\x07, line\\x0Abreak, DEL \\x7F, tab\\x09\n"
               "b:2:1: C1 \\x9B, zero \\u200B width, bidi \\u202E\n"
               "b:3:1: tag \\U000E0041, BOM \\uFEFF\n"
               "b:4:1: bad \\xFF \\xC0\\x80 \\xED\\xA0\\x80 \\xF4\\x90\\x80\\x80 cut \\xE4\\xB8\n"
               "b:5:1: kept: 身份证 é 😀\n");
}

/* Texts around the limit, in 1-byte and in 3-byte characters: cut between characters. */
static void test_long_text_is_cut(void **state)
{
    struct diags *d = *state;
    char text[3 * DIAG_TEXT_SIZE + 1];
    char expected[DIAG_TEXT_SIZE + 32];

    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    diag_error(d, at("a", 1, 1), "%s", text);
    snprintf(expected, sizeof(expected), "a:1:1: %.*s...\n", DIAG_TEXT_SIZE - 4, text);
    check_text(d, expected);

    char han[3 * DIAG_TEXT_SIZE + 1];
    for (size_t i = 0; i < DIAG_TEXT_SIZE; i++) {
        memcpy(han + 3 * i, "证", 4);
    }
    struct diags *other = diags_new();
    assert_non_null(other);
    diag_error(other, at("a", 1, 1), "%s", han);
    snprintf(expected, sizeof(expected), "a:1:1: %.*s...\n", (DIAG_TEXT_SIZE - 4) / 3 * 3, han);
    check_text(other, expected);
    diags_free(other);
}

static void test_quote(void **state)
{
    char out[DIAG_QUOTE_SIZE];
    char text[300];

    (void)state;
    assert_string_equal(diag_quote(out, STR("")), "``");
    assert_string_equal(diag_quote(out, (struct str){NULL, 0}), "``");
    assert_string_equal(diag_quote(out, STR("a\0b")), "`a\\x00b`");
    memset(text, 'y', sizeof(text));
    diag_quote(out, (struct str){text, sizeof(text)});
    assert_int_equal(strlen(out), DIAG_QUOTE_SIZE - 1);
    assert_string_equal(out + DIAG_QUOTE_SIZE - 6, "y...`");
    /* Four-fold growth by escapes stays inside. */
    memset(text, 0x01, sizeof(text));
    diag_quote(out, (struct str){text, sizeof(text)});
    assert_true(strlen(out) < DIAG_QUOTE_SIZE);
    assert_non_null(strstr(out, "\\x01...`"));
}

static void test_names(void **state)
{
    static const char *const none[] = {NULL}, *const one[] = {"a", NULL};
    static const char *const three[] = {"allow", "flag", "block", NULL};
    char out[DIAG_NAMES_SIZE], small[16];

    (void)state;
    assert_string_equal(diag_names(out, sizeof(out), none), "");
    assert_string_equal(diag_names(out, sizeof(out), one), "`a`");
    assert_string_equal(diag_names(out, sizeof(out), three), "`allow`, `flag` or `block`");
    /* The second name would fit, but not with the "..." that a cut needs. */
    assert_string_equal(diag_names(small, sizeof(small), three), "`allow`...");
}

static void test_suggest(void **state)
{
    static const char *const names[] = {"policy", "policies", "timeout", "tls",
                                        "id",     "on_error", NULL};

    (void)state;
    assert_string_equal(diag_suggest(STR("pollicy"), names), "policy");
    assert_string_equal(diag_suggest(STR("policyes"), names), "policies");
    assert_string_equal(diag_suggest(STR("tiemout"), names), "timeout"); /* distance 2 */
    assert_string_equal(diag_suggest(STR("tlss"), names), "tls");        /* 1 is a third of 3 */
    assert_string_equal(diag_suggest(STR("on-error"), names), "on_error");
    assert_string_equal(diag_suggest(STR("TIMEOUT"), names), "timeout");
    assert_null(diag_suggest(STR("ttlss"), names));      /* 2 of 3 is far */
    assert_null(diag_suggest(STR("ids"), names));        /* 1 of 2 is far */
    assert_null(diag_suggest(STR("timmmeout_"), names)); /* 3 */
    assert_null(diag_suggest(STR(""), names));
    assert_null(diag_suggest(STR("something"), names));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_nothing_told, setup, teardown),
        cmocka_unit_test_setup_teardown(test_order_is_file_line_column, setup, teardown),
        cmocka_unit_test_setup_teardown(test_texts_and_names_are_copied, setup, teardown),
        cmocka_unit_test_setup_teardown(test_colour, setup, teardown),
        cmocka_unit_test_setup_teardown(test_more_than_are_kept, setup, teardown),
        cmocka_unit_test_setup_teardown(test_hostile_text_is_escaped, setup, teardown),
        cmocka_unit_test_setup_teardown(test_long_text_is_cut, setup, teardown),
        cmocka_unit_test(test_quote),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_suggest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
