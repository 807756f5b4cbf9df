/* Turns: whose each one is, wherever that is told, and which of them are history. */
#include "tests/unit/text/shape_testing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void test_role_after_content(void **state)
{
    struct testing *t = *state;

    testing_assert_spans(t, testing_openai(t, "/v1/chat/completions"), DIRECTION_PROMPT,
                         "{\"messages\":[{\"content\":\"first\",\"role\":\"system\"},"
                         "{\"content\":[{\"text\":\"second\"}],\"r\\u006fle\":\"us\\u0065r\"}]}",
                         "/messages/0/content system first\n"
                         "/messages/0/role system system\n"
                         "/messages/1/content/0/text user second\n"
                         "/messages/1/role user user\n");
}

static void test_roles(void **state)
{
    struct testing *t = *state;

    /* A role that nobody knows, one that is no string, none, and one that stands too deep. */
    testing_assert_spans(
        t, testing_openai(t, "/v1/chat/completions"), DIRECTION_PROMPT,
        "{\"messages\":[{\"role\":\"robot\",\"content\":\"a\"},"
        "{\"role\":[\"user\"],\"content\":\"b\"},{\"content\":\"c\"},"
        "{\"x\":{\"role\":\"user\"},\"content\":\"d\"},\"e\",[\"f\"],"
        "{\"role\":\"developer\",\"content\":\"g\"},{\"role\":\"function\",\"name\":\"h\"},"
        "{\"role\":\"User\",\"content\":\"i\"}]}",
        "/messages/0/role unknown robot\n"
        "/messages/0/content unknown a\n"
        "/messages/1/role/0 unknown user\n"
        "/messages/1/content unknown b\n"
        "/messages/2/content unknown c\n"
        "/messages/3/x/role unknown user\n"
        "/messages/3/content unknown d\n"
        "/messages/4 unknown e\n"
        "/messages/5/0 unknown f\n"
        "/messages/6/role system developer\n"
        "/messages/6/content system g\n"
        "/messages/7/role tool function\n"
        "/messages/7/name tool h\n"
        "/messages/8/role unknown User\n"
        "/messages/8/content unknown i\n");
}

static void test_tool_calls(void **state)
{
    struct testing *t = *state;

    testing_assert_spans(
        t, testing_openai(t, "/v1/chat/completions"), DIRECTION_PROMPT,
        "{\"messages\":[{\"role\":\"user\",\"content\":\"Weather?\"},"
        "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"c1\",\"type\":"
        "\"function\","
        "\"function\":{\"name\":\"get\",\"arguments\":\"{\\\"city\\\":\\\"Paris\\\"}\"}}]},"
        "{\"role\":\"tool\",\"tool_call_id\":\"c1\",\"content\":\"22 degrees\"}]}",
        "/messages/0/role <user user\n"
        "/messages/0/content <user Weather?\n"
        "/messages/1/role <assistant assistant\n"
        "/messages/1/tool_calls/0/id <assistant c1\n"
        "/messages/1/tool_calls/0/type <assistant function\n"
        "/messages/1/tool_calls/0/function/name <assistant get\n"
        "/messages/1/tool_calls/0/function/arguments <assistant {\"city\":\"Paris\"}\n"
        "/messages/2/role tool tool\n"
        "/messages/2/tool_call_id tool c1\n"
        "/messages/2/content tool 22 degrees\n");
}

/* One letter a turn; what of it is history comes out in brackets. */
static void assert_history(struct testing *t, const char *turns, size_t history)
{
    const struct operation *op = testing_openai(t, "/v1/chat/completions");
    char *body = arena_printf(t->arena, "%s", "{\"before\":\"x\",\"messages\":[");
    struct span_list list;

    for (size_t i = 0; turns[i] != '\0'; i++) {
        const char *role = turns[i] == 's'   ? "system"
                           : turns[i] == 'u' ? "user"
                           : turns[i] == 'a' ? "assistant"
                                             : "tool";

        body = arena_printf(t->arena, "%s%s{\"role\":\"%s\",\"content\":\"x\"}", body,
                            i > 0 ? "," : "", role);
    }
    body = arena_printf(t->arena, "%s],\"after\":\"x\"}", body);
    list = testing_spans(t, op, DIRECTION_PROMPT, body);
    for (size_t i = 0; i < list.count; i++) {
        const struct path *p = list.items[i].path;
        bool in_turn = p->parent != NULL && p->parent->key.p == NULL;

        if (list.items[i].history != (in_turn && p->parent->index < history)) {
            fail_msg("%s: turn %zu", turns, in_turn ? p->parent->index : 999);
        }
    }
}

static void test_history(void **state)
{
    struct testing *t = *state;

    assert_history(t, "", 0);
    assert_history(t, "u", 0);
    assert_history(t, "su", 0);
    assert_history(t, "uu", 0);
    assert_history(t, "ua", 0); /* a prefill: all of it is new */
    assert_history(t, "a", 0);
    assert_history(t, "uau", 2);
    assert_history(t, "suau", 3);
    assert_history(t, "uat", 2);
    assert_history(t, "uatt", 2);
    assert_history(t, "uauau", 4);
    assert_history(t, "uaua", 2); /* a prefill after a finished round */
    assert_history(t, "uauatat", 6);
    assert_history(t, "uaa", 2);
    assert_history(t, "uaus", 2);
}

static void test_history_of_each_list_alone(void **state)
{
    struct testing *t = *state;
    const struct shape *s = testing_shape(
        t, "api: x\n"
           "operations:\n"
           "  - name: batch\n"
           "    paths: [/batch]\n"
           "    request:\n"
           "      turns: {list: /items/*/turns, role: who, roles: {me: user, it: assistant}}\n"
           "      texts:\n"
           "        - {at: /items/*, role: system}\n"
           "        - {at: /items/*/turns/*/cite, role: tool}\n"
           "error: {body: '{}'}\n");

    assert_non_null(s);
    testing_assert_spans(
        t, shape_operation(s, STR("/batch")), DIRECTION_PROMPT,
        "{\"items\":[{\"turns\":[{\"who\":\"it\",\"t\":\"a\"},{\"who\":\"me\",\"cite\":\"b\"}],"
        "\"note\":\"c\"},{\"turns\":[{\"t\":\"d\"},{\"cite\":[\"e\"]}]},{\"turns\":\"f\"}]}",
        "/items/0/turns/0/who <assistant it\n"
        "/items/0/turns/0/t <assistant a\n"
        "/items/0/turns/1/who user me\n"
        "/items/0/turns/1/cite tool b\n"
        "/items/0/note system c\n"
        "/items/1/turns/0/t system d\n"
        "/items/1/turns/1/cite/0 tool e\n"
        "/items/2/turns system f\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_role_after_content),
        cmocka_unit_test(test_roles),
        cmocka_unit_test(test_tool_calls),
        cmocka_unit_test(test_history),
        cmocka_unit_test(test_history_of_each_list_alone),
    };

    return cmocka_run_group_tests(tests, testing_setup, testing_teardown);
}
