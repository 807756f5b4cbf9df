#include "scan/examples.h"

#include "../rules/fixture.h"
#include "text/utf8.h"

static void test_good(void **state)
{
    struct fixture f;
    struct examples_result result;

    (void)state;
    fixture_rules(&f,
                  "rules:\n"
                  "  - {id: a, category: c, pattern: 'a[0-9]', match: [a1, x a2], clean: [ab]}\n"
                  "  - {id: t, category: c, terms: [bad word], match: [a bad word]}\n");
    assert_true(examples_check(f.rules, &f.db, f.diags, &result));
    assert_nothing_told(&f);
    assert_int_equal(result.rules, 2);
    assert_int_equal(result.examples, 4);
    assert_int_equal(result.failed, 0);
    fixture_close(&f);
}

static void test_failures(void **state)
{
    struct fixture f;
    struct examples_result result;

    (void)state;
    fixture_rules(&f, "rules:\n"
                      "  - id: a\n    category: c\n    pattern: 'a[0-9]'\n"
                      "    match: [ab, a1]\n    clean: [ab, x a7]\n"
                      "  - {id: t, category: c, terms: [ab, cd], match: [ab, x]}\n"
                      "  - {id: u, category: c, terms: [ab], match: [ab]}\n");
    assert_false(examples_check(f.rules, &f.db, f.diags, &result));
    assert_int_equal(result.examples, 7);
    assert_int_equal(result.failed, 3);
    assert_int_equal(diags_errors(f.diags), 3);
    assert_told(&f, "/rules/a.yaml:5:13: rule a must match this text, but does not; matched "
                    "instead: t, u");
    assert_told(&f, "/rules/a.yaml:6:17: rule a must leave this text alone, but matches bytes 2 to "
                    "4 (raw)");
    assert_told(&f, "/rules/a.yaml:7:55: rule t must match this text, but does not\n");
    fixture_close(&f);
}

/* --- the rules that come with Stopgate -------------------------------------------------------- */

struct shipped {
    struct fixture f;
    struct scanner *scanner;
    struct arena *arena;
};

static int open_shipped(void **state)
{
    static struct shipped s;
    const char *source = getenv("srcdir");
    char folder[4096];

    fixture_open(&s.f);
    (void)snprintf(folder, sizeof(folder), "%s/rules", source == NULL ? "." : source);
    const struct str path = str_of(folder);
    s.f.rules = ruleset_read(&s.f.cx, &path, 1, (struct where){0});
    fixture_compile(&s.f);
    s.scanner = scanner_new(&scan_default_limits);
    s.arena = arena_new(256u << 20);
    assert_non_null(s.scanner);
    assert_non_null(s.arena);
    assert_true(scanner_prepare(s.scanner, &s.f.db));
    *state = &s;
    return 0;
}

static int close_shipped(void **state)
{
    struct shipped *s = *state;

    scanner_free(s->scanner);
    arena_free(s->arena);
    fixture_close(&s->f);
    return 0;
}

static void test_shipped_examples(void **state)
{
    struct shipped *s = *state;
    struct examples_result result;

    bool ok = examples_check(s->f.rules, &s->f.db, s->f.diags, &result);
    assert_nothing_told(&s->f);
    assert_true(ok);
    assert_true(result.rules >= 35);
}

/* Each rule shows itself on several texts, and on several that only look alike. */
static void test_shipped_have_examples(void **state)
{
    struct shipped *s = *state;

    for (size_t i = 0; i < s->f.rules->count; i++) {
        const struct rule *r = s->f.rules->rules[i];

        if (r->match.count < 2 || r->clean.count < 2) {
            fail_msg("rule %.*s has too few examples", STR_ARG(r->id));
        }
        assert_true(r->title_zh.n > 0);
        assert_false(str_eq(r->title_en, r->id));
    }
}

static void test_shipped_term_lists(void **state)
{
    static const char *const ids[] = {"jailbreak-terms-en", "jailbreak-terms-zh"};
    struct shipped *s = *state;

    for (size_t i = 0; i < SG_COUNT(ids); i++) {
        const struct rule *r = ruleset_find(s->f.rules, str_of(ids[i]));

        assert_non_null(r);
        assert_true(r->terms[FORM_FOLDED].count >= 80);
    }
}

static size_t matches_in(struct shipped *s, struct str text)
{
    struct match_list list = {0};

    arena_reset(s->arena);
    assert_int_equal(scanner_scan(s->scanner, &s->f.db, text, 0, s->arena, &list), REASON_OK);
    for (size_t i = 0; i < list.count; i++) {
        print_message("matched: %.*s\n", STR_ARG(list.items[i].rule->id));
    }
    return list.count;
}

/* Ordinary office prose, with the words that the rules are about: none of it is stopped. */
static void test_shipped_on_prose(void **state)
{
    static const char *const texts[] = {
        "请起草一份加强机关保密工作的通知，说明国家秘密、工作秘密和商业秘密的区别。",
        "根据《中华人民共和国保守国家秘密法》，国家秘密的密级分为绝密、机密、秘密三级。",
        "会议定于2025年3月12日上午9:30在三楼会议室召开，联系科室：综合科，内线8123。",
        "Summarise the attached minutes in three bullet points and ignore the previous draft.",
        "国办发〔2025〕11号文件对政务服务提出了新的要求，请归纳要点。",
        "The total is 1,234,567.89 and the invoice number is 20250312000123456789.",
        "Please explain how JSON web tokens work and what is in the header eyJ... part.",
        "豆瓣影评：《绝密》★★★☆☆，《机密档案》★★★★★",
        "统计：3 5 1 2 0 1 1 9 9 0 0 3 0 7 0 0 1 1 2 4 6 8",
        "commit 3f786850e387550fdab836ed7e6dc881de23001b fixed sk-learn pipelines",
        "请问开发者模式怎么打开？手机型号是 P60，系统版本 4.0.0.138。",
        "Act as an experienced editor. Never use passive voice. Do not include headings.",
    };

    for (size_t i = 0; i < SG_COUNT(texts); i++) {
        assert_true(utf8_valid(str_of(texts[i]), NULL));
        if (matches_in(*state, str_of(texts[i])) > 0) {
            fail_msg("should be left alone: %s", texts[i]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest own[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_failures),
    };
    const struct CMUnitTest shipped[] = {
        cmocka_unit_test(test_shipped_examples),
        cmocka_unit_test(test_shipped_have_examples),
        cmocka_unit_test(test_shipped_term_lists),
        cmocka_unit_test(test_shipped_on_prose),
    };
    int failed = cmocka_run_group_tests(own, NULL, NULL);

    return failed + cmocka_run_group_tests(shipped, open_shipped, close_shipped);
}
