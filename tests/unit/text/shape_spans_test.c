/* shape_spans: bodies as clients really send them, with who says what, where, and what is history.
 */
#include "tests/unit/text/shape_testing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void test_chat(void **state)
{
    struct testing *t = *state;

    testing_assert_spans(t, testing_openai(t, "/v1/chat/completions"), DIRECTION_PROMPT,
                         "{\"model\":\"gpt-4o\",\"temperature\":0.7,\"max_tokens\":100,"
                         "\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"},"
                         "{\"role\":\"user\",\"content\":\"Hello\"}]}",
                         "/model unknown gpt-4o\n"
                         "/messages/0/role system system\n"
                         "/messages/0/content system Be brief.\n"
                         "/messages/1/role user user\n"
                         "/messages/1/content user Hello\n");
}

static void test_facts(void **state)
{
    struct testing *t = *state;
    const struct operation *op = testing_openai(t, "/v1/chat/completions");
    struct span_list list;

    list =
        testing_spans(t, op, DIRECTION_PROMPT,
                      "{\"stream\":true,\"user\":\"u-\\u0031\",\"model\":\"m\",\"messages\":[]}");
    assert_true(list.facts.stream);
    assert_true(str_eq(list.facts.user, STR("u-1")));
    assert_true(str_eq(list.facts.model, STR("m")));

    /* What is not of the right kind is no fact; nor is what stands elsewhere. */
    list = testing_spans(t, op, DIRECTION_PROMPT,
                         "{\"stream\":\"true\",\"user\":17,\"model\":null,"
                         "\"x\":{\"stream\":true,\"user\":\"u\",\"model\":\"m\"},"
                         "\"metadata\":[{\"model\":\"m\"}]}");
    assert_false(list.facts.stream);
    assert_int_equal(list.facts.user.n, 0);
    assert_int_equal(list.facts.model.n, 0);

    list = testing_spans(t, op, DIRECTION_PROMPT, "{\"stream\":false}");
    assert_false(list.facts.stream);
    list = testing_spans(t, op, DIRECTION_PROMPT, "{\"stream\":[true],\"model\":{\"a\":\"b\"}}");
    assert_false(list.facts.stream);
    assert_int_equal(list.facts.model.n, 0);

    /* Of two pointers for a fact, the first in the body counts. */
    list = testing_spans(t, op, DIRECTION_PROMPT, "{\"safety_identifier\":\"a\",\"user\":\"b\"}");
    assert_true(str_eq(list.facts.user, STR("a")));

    list =
        testing_spans(t, op, DIRECTION_OUTPUT, "{\"model\":\"gpt-4o-2024-08-06\",\"user\":\"x\"}");
    assert_true(str_eq(list.facts.model, STR("gpt-4o-2024-08-06")));
    assert_int_equal(list.facts.user.n, 0);
}

static void test_content_arrays_and_unknown_fields(void **state)
{
    struct testing *t = *state;

    testing_assert_spans(
        t, testing_openai(t, "/v1/chat/completions"), DIRECTION_PROMPT,
        "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"What is "
        "it?\"},"
        "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64,AA\"}}],"
        "\"x_hidden\":{\"deep\":[[\"smuggled\"]]}}],\"x_top\":\"also\",\"metadata\":{\"k\":\"v\"},"
        "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"description\":\"d\"}}]}",
        "/messages/0/role user user\n"
        "/messages/0/content/0/type user text\n"
        "/messages/0/content/0/text user What is it?\n"
        "/messages/0/content/1/type user image_url\n"
        "/messages/0/content/1/image_url/url user data:image/png;base64,AA\n"
        "/messages/0/x_hidden/deep/0/0 user smuggled\n"
        "/x_top unknown also\n"
        "/metadata/k unknown v\n"
        "/tools/0/type system function\n"
        "/tools/0/function/name system f\n"
        "/tools/0/function/description system d\n");
}

static void test_responses(void **state)
{
    struct testing *t = *state;
    const struct operation *op = testing_openai(t, "/v1/responses");

    testing_assert_spans(t, op, DIRECTION_PROMPT,
                         "{\"model\":\"m\",\"instructions\":\"Be kind.\",\"input\":\"Hi\"}",
                         "/model unknown m\n"
                         "/instructions system Be kind.\n"
                         "/input user Hi\n");
    testing_assert_spans(
        t, op, DIRECTION_PROMPT,
        "{\"input\":[{\"type\":\"message\",\"role\":\"user\",\"content\":[{\"type\":"
        "\"input_text\",\"text\":\"Hi\"}]},{\"type\":\"function_call\",\"arguments\":\"{}\"},"
        "{\"output\":\"done\",\"type\":\"function_call_output\"},{\"content\":\"plain\"}]}",
        "/input/0/type <user message\n"
        "/input/0/role <user user\n"
        "/input/0/content/0/type <user input_text\n"
        "/input/0/content/0/text <user Hi\n"
        "/input/1/type <assistant function_call\n"
        "/input/1/arguments <assistant {}\n"
        "/input/2/output tool done\n"
        "/input/2/type tool function_call_output\n"
        "/input/3/content user plain\n");
    testing_assert_spans(t, op, DIRECTION_OUTPUT,
                         "{\"id\":\"r\",\"output\":[{\"content\":[{\"text\":\"Hello\"}]}]}",
                         "/id unknown r\n"
                         "/output/0/content/0/text assistant Hello\n");
}

static void test_other_operations(void **state)
{
    struct testing *t = *state;

    testing_assert_spans(t, testing_openai(t, "/v1/completions"), DIRECTION_PROMPT,
                         "{\"prompt\":[\"a\",\"b\"],\"suffix\":\"c\"}",
                         "/prompt/0 user a\n/prompt/1 user b\n/suffix user c\n");
    testing_assert_spans(
        t, testing_openai(t, "/v1/completions"), DIRECTION_OUTPUT,
        "{\"choices\":[{\"text\":\"a\"},{\"text\":\"b\",\"finish_reason\":\"stop\"}]}",
        "/choices/0/text assistant a\n/choices/1/text assistant b\n"
        "/choices/1/finish_reason unknown stop\n");
    testing_assert_spans(
        t, testing_openai(t, "/v1/chat/completions"), DIRECTION_OUTPUT,
        "{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":\"a\","
        "\"reasoning_content\":\"r\",\"tool_calls\":[{\"function\":{\"arguments\":\"b\"}}]}},"
        "{\"message\":{\"content\":\"c\"}}]}",
        "/choices/0/message/role assistant assistant\n"
        "/choices/0/message/content assistant a\n"
        "/choices/0/message/reasoning_content assistant r\n"
        "/choices/0/message/tool_calls/0/function/arguments assistant b\n"
        "/choices/1/message/content assistant c\n");
    testing_assert_spans(t, testing_openai(t, "/v1/embeddings"), DIRECTION_PROMPT,
                         "{\"input\":[\"a\",[1,2]]}", "/input/0 user a\n");
    testing_assert_spans(t, testing_openai(t, "/v1/moderations"), DIRECTION_PROMPT,
                         "{\"input\":[{\"type\":\"text\",\"text\":\"a\"}]}",
                         "/input/0/type user text\n/input/0/text user a\n");
    testing_assert_spans(t, testing_openai(t, "/v1/images/generations"), DIRECTION_PROMPT,
                         "{\"prompt\":\"a\"}", "/prompt user a\n");
    testing_assert_spans(t, testing_openai(t, "/v1/audio/speech"), DIRECTION_PROMPT,
                         "{\"input\":\"a\",\"instructions\":\"b\"}",
                         "/input user a\n/instructions system b\n");
}

/* Without an operation, and where the body is nothing that a shape would know. */
static void test_no_shape(void **state)
{
    struct testing *t = *state;
    const struct operation *op = testing_openai(t, "/v1/chat/completions");

    testing_assert_spans(
        t, NULL, DIRECTION_PROMPT,
        "{\"messages\":[{\"role\":\"assistant\",\"content\":\"a\"},{\"role\":\"user\"}]}",
        "/messages/0/role unknown assistant\n/messages/0/content unknown a\n"
        "/messages/1/role unknown user\n");
    testing_assert_spans(t, op, DIRECTION_PROMPT, "\"alone\"", " unknown alone\n");
    testing_assert_spans(t, op, DIRECTION_PROMPT, "123456", " unknown 123456\n");
    testing_assert_spans(t, op, DIRECTION_PROMPT, "[[\"a\",{}],\"b\"]",
                         "/0/0 unknown a\n/1 unknown b\n");
    testing_assert_spans(t, op, DIRECTION_PROMPT, "{\"messages\":\"text\"}",
                         "/messages unknown text\n");
    testing_assert_spans(t, op, DIRECTION_PROMPT,
                         "{\"messages\":{\"role\":\"user\",\"0\":{\"role\":\"user\"}}}",
                         "/messages/role unknown user\n/messages/*/role unknown user\n");
    testing_assert_spans(t, op, DIRECTION_PROMPT, "{}", "");
}

static void test_numbers(void **state)
{
    struct testing *t = *state;
    const char *body =
        "{\"a\":12345,\"b\":123456,\"c\":[-0.12345,1e5,110101199003070011],\"d\":true}";
    struct span_list list = testing_spans(t, NULL, DIRECTION_PROMPT, body);
    size_t numbers = 0;

    assert_string_equal(testing_describe(t, body, &list),
                        "/b unknown 123456\n/c/0 unknown -0.12345\n"
                        "/c/2 unknown 110101199003070011\n");
    for (size_t i = 0; i < list.count; i++) {
        numbers += list.items[i].form == SPAN_JSON_NUMBER;
    }
    assert_int_equal(numbers, 3);
}

static void test_keys(void **state)
{
    struct testing *t = *state;
    const char *body = "{\"messages\":[{\"role\":\"user\",\"leak \\u4f60\":1}],\"\":{}}";
    struct span_list list =
        testing_spans(t, testing_openai(t, "/v1/chat/completions"), DIRECTION_PROMPT, body);
    static const char *const keys[] = {"messages", "role", "leak \xE4\xBD\xA0", ""};
    static const enum span_role roles[] = {SPAN_UNKNOWN, SPAN_USER, SPAN_USER, SPAN_UNKNOWN};
    char path[64];
    size_t found = 0, from, to;

    for (size_t i = 0; i < list.count; i++) {
        const struct span *s = &list.items[i];

        if (s->form == SPAN_JSON_KEY) {
            assert_true(found < SG_COUNT(keys));
            assert_true(str_eq(s->text, str_of(keys[found])));
            assert_int_equal(s->role, roles[found]);
            found++;
        }
    }
    assert_int_equal(found, SG_COUNT(keys));
    assert_string_equal(path_text(list.items[3].path, path, sizeof(path)), "/messages/0/*");
    offmap_range(&list.items[3].map, 5, 8, &from, &to);
    assert_memory_equal(body + from, "\\u4f60", to - from);
    assert_int_equal(to - from, 6);
    /* A key and its value share one path. */
    assert_ptr_equal(list.items[1].path, list.items[2].path);
    assert_int_equal(list.text_bytes, 8 + 4 + 4 + 8);
}

static void test_errors(void **state)
{
    struct testing *t = *state;
    const struct operation *op = testing_openai(t, "/v1/chat/completions");
    struct json_limits limits = {.depth = 3, .nodes = 100};
    struct span_list list = {0};
    size_t at = 0;

    assert_int_equal(
        shape_spans(op, DIRECTION_PROMPT, STR("{\"a\":1,\"a\":2}"), NULL, t->arena, &list, &at),
        REASON_JSON_DUPLICATE_KEY);
    assert_int_equal(at, 7);
    assert_int_equal(shape_spans(op, DIRECTION_PROMPT, STR("{\"messages\":[{\"content\":[]}]}"),
                                 &limits, t->arena, &list, &at),
                     REASON_JSON_DEPTH);
    assert_int_equal(at, 24);
    assert_int_equal(shape_spans(op, DIRECTION_PROMPT, STR(""), NULL, t->arena, &list, NULL),
                     REASON_JSON_SYNTAX);
}

/* With any bound on memory the answer is the whole list or span_limit. */
static void test_memory(void **state)
{
    struct testing *t = *state;
    const struct operation *op = testing_openai(t, "/v1/chat/completions");
    struct str body =
        STR("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"a\\nb\"},"
            "[[[[[[[[[[\"deep\"]]]]]]]]]],{\"content\":[\"1\",\"2\",\"3\",\"4\",\"5\","
            "\"6\",\"7\",\"8\",\"9\",\"10\",\"11\",\"12\",\"13\",\"14\",\"15\"]}]}");
    enum reason r = REASON_SPAN_LIMIT;
    size_t refused = 0;

    for (size_t max = 0; r != REASON_OK; max += 128) {
        struct arena *a = arena_new(max);
        struct span_list list = {0};

        assert_non_null(a);
        r = shape_spans(op, DIRECTION_PROMPT, body, NULL, a, &list, NULL);
        assert_true(r == REASON_OK || r == REASON_SPAN_LIMIT);
        refused += r != REASON_OK;
        assert_true(max < 1 << 20);
        arena_free(a);
    }
    assert_true(refused > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chat),
        cmocka_unit_test(test_facts),
        cmocka_unit_test(test_content_arrays_and_unknown_fields),
        cmocka_unit_test(test_responses),
        cmocka_unit_test(test_other_operations),
        cmocka_unit_test(test_no_shape),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_memory),
    };

    return cmocka_run_group_tests(tests, testing_setup, testing_teardown);
}
