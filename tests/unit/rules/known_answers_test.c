/* The library that is installed must pass; one that loses or invents matches must not. */
#include "rules/known_answers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

struct liar {
    size_t longest; /* texts longer than this get no match */
    bool invents;
};

static bool lie(void *ctx, const struct hs_database *db, struct str text)
{
    const struct liar *liar = ctx;
    return liar->invents || (known_answers_ask(NULL, db, text) && text.n <= liar->longest);
}

static bool told(known_answers_fn *ask, void *ctx, const char *expected)
{
    struct diags *d = diags_new();
    assert_non_null(d);
    bool good = known_answers_good(ask, ctx, (struct where){"gw.yaml", 0, 0}, d);
    char *text = diags_text(d);
    assert_non_null(text);
    assert_int_equal(diags_errors(d), good ? 0 : 1);
    if (expected != NULL) {
        assert_non_null(strstr(text, expected));
    }
    free(text);
    diags_free(d);
    return good;
}

static void the_installed_library_is_right(void **state)
{
    (void)state;
    assert_true(told(known_answers_ask, NULL, NULL));
}

static void lost_matches_are_noticed(void **state)
{
    struct liar liar = {60, false};
    (void)state;
    assert_false(told(lie, &liar, "over a gap of 63 bytes"));
    liar.longest = 4000;
    assert_false(told(lie, &liar, "over a gap of 4099 bytes"));
}

static void invented_matches_are_noticed(void **state)
{
    struct liar liar = {5000, true};
    (void)state;
    assert_false(told(lie, &liar, "over a gap of 0 bytes"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_installed_library_is_right),
                                       cmocka_unit_test(lost_matches_are_noticed),
                                       cmocka_unit_test(invented_matches_are_noticed)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
