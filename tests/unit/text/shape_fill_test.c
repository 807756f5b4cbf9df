/* Templates filled: the shipped answers read back by jansson, hostile fields, and bounds. */
#include "tests/unit/text/shape_testing.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const struct shape_fields fields = {
    .id = STR("01JD\"\\"),
    .message = STR("not\nallowed \xE4\xBD\xA0"),
    .text = STR("}} {{id}} \" \x01"),
    .code = STR("content_filter"),
    .reason = STR("json_syntax"),
    .model = STR("gpt-4o"),
    .created = UINT64_C(1763942400),
    .status = 400,
};

static json_t *parse(struct buf *out)
{
    json_error_t e;
    json_t *root = json_loadb(out->p, out->n, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &e);

    if (root == NULL) {
        fail_msg("%s: %.*s", e.text, STR_ARG(buf_str(out)));
    }
    buf_free(out);
    return root;
}

/* What a path of members and indices leads to; fails the test where it leads nowhere. */
static json_t *get(json_t *node, const char *path)
{
    struct str rest = str_of(path), step;

    while (str_next(&rest, '.', &step)) {
        uint64_t index;
        char key[64];

        if (json_is_array(node)) {
            assert_true(str_to_u64(step, 1000, &index));
            node = json_array_get(node, (size_t)index);
        } else {
            assert_true(step.n < sizeof(key));
            memcpy(key, step.p, step.n);
            key[step.n] = '\0';
            node = json_object_get(node, key);
        }
        if (node == NULL) {
            fail_msg("nothing at %s", path);
        }
    }
    return node;
}

static void assert_text(json_t *root, const char *path, struct str want)
{
    json_t *node = get(root, path);

    assert_true(json_is_string(node));
    assert_true(str_eq((struct str){json_string_value(node), json_string_length(node)}, want));
}

static void assert_chat(json_t *root, struct str finish)
{
    assert_text(root, "id", fields.id);
    assert_text(root, "object", STR("chat.completion"));
    assert_int_equal(json_integer_value(get(root, "created")), 1763942400);
    assert_text(root, "model", fields.model);
    assert_int_equal(json_integer_value(get(root, "choices.0.index")), 0);
    assert_text(root, "choices.0.message.role", STR("assistant"));
    assert_text(root, "choices.0.message.content", fields.text);
    assert_true(json_is_null(get(root, "choices.0.message.refusal")));
    assert_text(root, "choices.0.finish_reason", finish);
    assert_true(json_is_integer(get(root, "usage.prompt_tokens")));
    assert_true(json_is_integer(get(root, "usage.completion_tokens")));
    assert_true(json_is_integer(get(root, "usage.total_tokens")));
    json_decref(root);
}

static void assert_completion(json_t *root, struct str finish)
{
    assert_text(root, "object", STR("text_completion"));
    assert_text(root, "choices.0.text", fields.text);
    assert_text(root, "choices.0.finish_reason", finish);
    assert_true(json_is_integer(get(root, "usage.total_tokens")));
    json_decref(root);
}

static json_t *filled(const struct operation *op, bool blocked)
{
    struct buf out = BUF_INIT(1 << 16);

    assert_true(operation_can_answer(op));
    assert_true(blocked ? operation_blocked(op, &fields, &out)
                        : operation_answer(op, &fields, &out));
    return parse(&out);
}

static void test_openai_answers(void **state)
{
    const struct shape *s = testing_shipped(*state, "openai.yaml");
    const struct operation *op = shape_operation(s, STR("/v1/chat/completions"));
    json_t *root;

    assert_chat(filled(op, true), STR("content_filter"));
    assert_chat(filled(op, false), STR("stop"));
    op = shape_operation(s, STR("/v1/completions"));
    assert_completion(filled(op, true), STR("content_filter"));
    assert_completion(filled(op, false), STR("stop"));

    op = shape_operation(s, STR("/v1/responses"));
    root = filled(op, true);
    assert_text(root, "status", STR("incomplete"));
    assert_text(root, "incomplete_details.reason", STR("content_filter"));
    assert_text(root, "output.0.content.0.text", fields.text);
    assert_text(root, "output.0.content.0.type", STR("output_text"));
    json_decref(root);
    root = filled(op, false);
    assert_text(root, "status", STR("completed"));
    assert_true(json_is_null(get(root, "incomplete_details")));
    assert_text(root, "output.0.content.0.text", fields.text);
    json_decref(root);
}

static void test_openai_errors(void **state)
{
    static const struct {
        int status;
        const char *type;
    } want[] = {{400, "invalid_request_error"},
                {401, "authentication_error"},
                {403, "permission_error"},
                {404, "invalid_request_error"},
                {413, "invalid_request_error"},
                {429, "rate_limit_error"},
                {431, "invalid_request_error"},
                {500, "server_error"},
                {502, "server_error"},
                {504, "server_error"},
                {0, "server_error"}};
    const struct shape *s = testing_shipped(*state, "openai.yaml");

    for (size_t i = 0; i < SG_COUNT(want); i++) {
        struct shape_fields f = fields;
        struct buf out = BUF_INIT(1 << 16);
        json_t *root;

        f.status = want[i].status;
        assert_true(shape_error(s, &f, &out));
        root = parse(&out);
        assert_text(root, "error.message", fields.message);
        assert_text(root, "error.type", str_of(want[i].type));
        assert_true(json_is_null(get(root, "error.param")));
        assert_text(root, "error.code", STR("content_filter"));
        json_decref(root);
    }
}

static void test_plain_errors(void **state)
{
    struct buf out = BUF_INIT(1 << 16);
    json_t *root;

    assert_true(shape_error(testing_shipped(*state, "generic.yaml"), &fields, &out));
    root = parse(&out);
    assert_int_equal(json_integer_value(get(root, "error.status")), 400);
    assert_text(root, "error.code", fields.code);
    assert_text(root, "error.message", fields.message);
    assert_text(root, "error.id", fields.id);
    json_decref(root);

    out = BUF_INIT(1 << 16);
    assert_true(shape_error(NULL, &fields, &out));
    root = parse(&out);
    assert_text(root, "error.code", fields.code);
    assert_text(root, "error.message", fields.message);
    json_decref(root);
}

static void test_every_field(void **state)
{
    const struct shape *s = testing_shape(
        *state,
        "api: x\nerror:\n  types: {default: t}\n  body: '[{{id}},{{message}},{{text}},{{code}},"
        "{{type}},{{model}},{{reason}},{{created}},{{status}}]'\n");
    struct shape_fields empty = {.status = -1};
    struct buf out = BUF_INIT(1 << 16);
    json_t *root;

    assert_non_null(s);
    assert_true(shape_error(s, &fields, &out));
    root = parse(&out);
    assert_text(root, "0", fields.id);
    assert_text(root, "1", fields.message);
    assert_text(root, "2", fields.text);
    assert_text(root, "3", fields.code);
    assert_text(root, "4", STR("t"));
    assert_text(root, "5", fields.model);
    assert_text(root, "6", fields.reason);
    assert_int_equal(json_integer_value(get(root, "7")), 1763942400);
    assert_int_equal(json_integer_value(get(root, "8")), 400);
    json_decref(root);

    out = BUF_INIT(1 << 16);
    assert_true(shape_error(s, &empty, &out));
    assert_true(str_eq(buf_str(&out), STR("[\"\",\"\",\"\",\"\",\"t\",\"\",\"\",0,0]")));
    buf_free(&out);
}

/* Filled whole or not at all. */
static void test_bound(void **state)
{
    const struct shape *s = testing_shipped(*state, "openai.yaml");
    const struct operation *op = shape_operation(s, STR("/v1/chat/completions"));
    bool done = false;

    for (size_t max = 1; !done; max++) {
        struct buf out = BUF_INIT(max);

        assert_true(buf_add_char(&out, ' '));
        done = operation_blocked(op, &fields, &out);
        assert_true(done || out.n == 1);
        assert_true(!done || out.n == max);
        assert_true(max < 10000);
        buf_free(&out);
    }
    op = shape_operation(s, STR("/v1/embeddings"));
    {
        struct buf out = BUF_INIT(1000);

        assert_false(operation_can_answer(NULL));
        assert_false(operation_can_answer(op));
        assert_false(operation_blocked(op, &fields, &out));
        assert_false(operation_answer(op, &fields, &out));
        assert_int_equal(out.n, 0);
        buf_free(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_openai_answers), cmocka_unit_test(test_openai_errors),
        cmocka_unit_test(test_plain_errors),   cmocka_unit_test(test_every_field),
        cmocka_unit_test(test_bound),
    };

    return cmocka_run_group_tests(tests, testing_setup, testing_teardown);
}
