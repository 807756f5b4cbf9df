#include "rules/rule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_names(void **state)
{
    (void)state;
    assert_string_equal(severity_names[SEVERITY_CRITICAL], "critical");
    assert_null(severity_names[SEVERITY_COUNT]);
    assert_string_equal(boundary_names[BOUNDARY_WORD], "word");
    assert_string_equal(mask_names[MASK_KEEP_LAST_4], "keep-last-4");
    assert_string_equal(mask_names[MASK_HASH], "hash");
    assert_string_equal(verifier_names[VERIFY_GB32100], "gb32100");
    assert_string_equal(verifier_names[VERIFY_DATE], "date");
    assert_null(verifier_names[VERIFY_COUNT]);
}

static void test_category_covers(void **state)
{
    (void)state;
    assert_true(category_covers(STR("data-leak"), STR("data-leak")));
    assert_true(category_covers(STR("data-leak"), STR("data-leak.personal")));
    assert_true(category_covers(STR("a.b"), STR("a.b.c")));
    assert_false(category_covers(STR("data-leak"), STR("data-leakage")));
    assert_false(category_covers(STR("data-leak.personal"), STR("data-leak")));
    assert_false(category_covers(STR("data"), STR("data-leak")));
    assert_false(category_covers(STR("injection"), STR("data-leak")));
}

static unsigned bits(bool raw, bool folded, bool decoded)
{
    return (raw ? 1u << VIEW_RAW : 0) | (folded ? 1u << VIEW_FOLDED : 0) |
           (decoded ? 1u << VIEW_DECODED : 0);
}

static void test_rule_reads(void **state)
{
    struct rule r = {0};

    (void)state;
    r.views = bits(true, false, true);
    assert_true(rule_reads(&r, VIEW_RAW));
    assert_false(rule_reads(&r, VIEW_FOLDED));
    assert_true(rule_reads(&r, VIEW_DECODED));

    /* decoded pieces are read folded, and only so */
    r.views = bits(false, true, true);
    assert_false(rule_reads(&r, VIEW_RAW));
    assert_true(rule_reads(&r, VIEW_FOLDED));
    assert_false(rule_reads(&r, VIEW_DECODED));

    r.views = bits(true, true, true);
    assert_true(rule_reads(&r, VIEW_RAW));
    assert_true(rule_reads(&r, VIEW_FOLDED));
    assert_true(rule_reads(&r, VIEW_DECODED));

    r.views = bits(false, false, true);
    assert_false(rule_reads(&r, VIEW_RAW));
    assert_true(rule_reads(&r, VIEW_DECODED));

    assert_int_equal(rule_form_of(VIEW_RAW), FORM_PLAIN);
    assert_int_equal(rule_form_of(VIEW_DECODED), FORM_PLAIN);
    assert_int_equal(rule_form_of(VIEW_FOLDED), FORM_FOLDED);
}

static void test_find(void **state)
{
    struct rule a = {.id = STR("alpha")}, b = {.id = STR("beta")}, c = {.id = STR("beta-2")};
    struct rule *by_id[] = {&a, &b, &c};
    struct ruleset rs = {.by_id = by_id, .count = 3};

    (void)state;
    assert_ptr_equal(ruleset_find(&rs, STR("alpha")), &a);
    assert_ptr_equal(ruleset_find(&rs, STR("beta")), &b);
    assert_ptr_equal(ruleset_find(&rs, STR("beta-2")), &c);
    assert_null(ruleset_find(&rs, STR("")));
    assert_null(ruleset_find(&rs, STR("bet")));
    assert_null(ruleset_find(&rs, STR("gamma")));
    rs.count = 0;
    assert_null(ruleset_find(&rs, STR("alpha")));
}

static void test_has_category(void **state)
{
    struct category items[] = {{.name = STR("data-leak.personal")}, {.name = STR("injection")}};
    struct ruleset rs = {.categories = items, .category_count = 2};

    (void)state;
    assert_true(ruleset_has_category(&rs, STR("data-leak.personal")));
    assert_true(ruleset_has_category(&rs, STR("data-leak")));
    assert_true(ruleset_has_category(&rs, STR("injection")));
    assert_false(ruleset_has_category(&rs, STR("injection.jailbreak")));
    assert_false(ruleset_has_category(&rs, STR("data")));
}

static void test_free_null(void **state)
{
    (void)state;
    ruleset_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),        cmocka_unit_test(test_category_covers),
        cmocka_unit_test(test_rule_reads),   cmocka_unit_test(test_find),
        cmocka_unit_test(test_has_category), cmocka_unit_test(test_free_null),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
