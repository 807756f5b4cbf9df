/* What policy.yaml becomes. What is wrong with one is in tests/conf/bad/. */
#include "fixture.h"

static const struct policy *first(const struct fixture *f)
{
    return &f->snapshot->policies[0];
}

static void test_defaults(void **state)
{
    struct fixture f;
    (void)state;
    fixture_with(&f, "policy.yaml",
                 "policies:\n  office:\n    prompt: [{category: any, action: flag}]\n"
                 "  strict: {output: [{severity: low, action: flag}]}\n",
                 "");
    const struct policy *p = first(&f);
    assert_true(str_eq(p->name, STR("office")));
    assert_int_equal(p->at.line, 2);
    assert_int_equal(p->at.column, 3);
    assert_int_equal(p->on_unscannable, FALLBACK_BLOCK);
    assert_int_equal(p->on_error, FALLBACK_BLOCK);
    assert_int_equal(p->status, 400);
    assert_true(p->message.en.n > 0);
    assert_true(p->message.zh.n > 0);
    assert_int_equal(p->line_count[DIRECTION_PROMPT], 1);
    assert_int_equal(p->line_count[DIRECTION_OUTPUT], 0);

    const struct policy_line *line = &p->lines[DIRECTION_PROMPT][0];
    assert_int_equal(line->at.line, 3);
    assert_int_equal(line->at.column, 14);
    assert_int_equal(line->category.n, 0);
    assert_int_equal(line->rules.count, 0);
    assert_int_equal(line->severity, SEVERITY_LOW);
    assert_int_equal(line->roles, 0);
    assert_false(line->newest_only);
    assert_int_equal(line->action, ACTION_FLAG);
    assert_int_equal(line->mask, -1);
    assert_int_equal(line->except.roles, 0);
    assert_int_equal(line->except.rules.count, 0);
    fixture_close(&f);
}

static void test_written(void **state)
{
    struct fixture f;
    (void)state;
    fixture_with(
        &f, "policy.yaml",
        "policies:\n"
        "  office:\n"
        "    on_unscannable: flag\n"
        "    on_error: allow\n"
        "    status: 403\n"
        "    message: {en: No., zh: 不。}\n"
        "    prompt:\n"
        "      - category: data-leak\n"
        "        rules: [test-number, test-marking]\n"
        "        severity: high\n"
        "        roles: [user, tool]\n"
        "        turns: newest\n"
        "        action: redact\n"
        "        mask: hash\n"
        "        except: {rules: test-number, categories: [injection], roles: system,\n"
        "                 tenants: [civil-affairs]}\n"
        "    output:\n"
        "      - {rule: test-jailbreak, role: assistant, action: replace, answer: Sorry.}\n"
        "      - {category: any, action: block}\n"
        "  strict: {message: Same., prompt: [{category: any, action: allow}]}\n",
        "");
    const struct policy *p = first(&f);
    assert_int_equal(p->on_unscannable, FALLBACK_FLAG);
    assert_int_equal(p->on_error, FALLBACK_ALLOW);
    assert_int_equal(p->status, 403);
    assert_true(str_eq(p->message.en, STR("No.")));
    assert_true(str_eq(p->message.zh, STR("不。")));

    const struct policy_line *line = &p->lines[DIRECTION_PROMPT][0];
    assert_true(str_eq(line->category, STR("data-leak")));
    assert_int_equal(line->rules.count, 2);
    assert_int_equal(line->severity, SEVERITY_HIGH);
    assert_int_equal(line->roles, 1u << SPAN_USER | 1u << SPAN_TOOL);
    assert_true(line->newest_only);
    assert_int_equal(line->action, ACTION_REDACT);
    assert_int_equal(line->mask, MASK_HASH);
    assert_true(str_eq(line->except.rules.items[0], STR("test-number")));
    assert_true(str_eq(line->except.categories.items[0], STR("injection")));
    assert_true(str_eq(line->except.tenants.items[0], STR("civil-affairs")));
    assert_int_equal(line->except.roles, 1u << SPAN_SYSTEM);

    assert_int_equal(p->line_count[DIRECTION_OUTPUT], 2);
    line = &p->lines[DIRECTION_OUTPUT][0];
    assert_true(str_eq(line->rules.items[0], STR("test-jailbreak")));
    assert_int_equal(line->roles, 1u << SPAN_ASSISTANT);
    assert_true(str_eq(line->answer.en, STR("Sorry.")));
    assert_true(str_eq(line->answer.zh, STR("Sorry.")));
    assert_int_equal(p->lines[DIRECTION_OUTPUT][1].action, ACTION_BLOCK);

    p = &f.snapshot->policies[1];
    assert_true(str_eq(p->message.zh, STR("Same.")));
    fixture_close(&f);
}

/* Without a taxonomy, categories are those of the rules, and those above them. */
static void test_no_taxonomy(void **state)
{
    struct fixture f;
    (void)state;
    fixture_open(&f);
    fixture_put(&f, "policy.yaml",
                "policies:\n"
                "  office: {prompt: [{category: data-leak, action: block}]}\n"
                "  strict: {prompt: [{category: data-leek, action: block},\n"
                "                    {category: weather, action: block}]}\n");
    assert_true(fileset_put_list(f.files, STR("rules\n.yaml"), STR("rules/test.yaml")));
    struct fileset *files = f.files;
    f.files = NULL;
    for (size_t i = 0; fixture_files[i] != NULL; i++) {
        struct buf content = fixture_load("tests/conf/base", fixture_files[i]);
        (void)!fileset_put(files, str_of(fixture_files[i]), buf_str(&content));
        buf_free(&content);
    }
    f.snapshot = snapshot_read_files(files, "stopgate.yaml", f.diags);
    assert_told(&f, "policy.yaml:3:32: no category is named `data-leek`; did you mean "
                    "`data-leak`?\n"
                    "policy.yaml:4:32: no category is named `weather`; expected `data-leak`, "
                    "`data-leak.personal`, `data-leak.state-secret`, `injection` or "
                    "`injection.jailbreak`\n");
    fixture_close(&f);
}

/* Where the rules are broken, what names them is not told on top. */
static void test_broken_rules(void **state)
{
    struct fixture f;
    (void)state;
    fixture_open(&f);
    fixture_put(&f, "rules/test.yaml", "rules: []\n");
    fixture_put(&f, "policy.yaml",
                "policies:\n"
                "  office: {prompt: [{rule: anything, action: stop}]}\n"
                "  strict: {prompt: [{category: anything, action: block}]}\n");
    assert_false(fixture_read(&f));
    assert_null(strstr(fixture_told(&f), "anything"));
    assert_non_null(strstr(fixture_told(&f), "policy.yaml:2:46: "));
    assert_non_null(strstr(fixture_told(&f), "rules/test.yaml:1:"));
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_written),
        cmocka_unit_test(test_no_taxonomy),
        cmocka_unit_test(test_broken_rules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
