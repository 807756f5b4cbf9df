/* shape_read: every error of a shape file with its place, all told at once; and the shipped files.
 */
#include "tests/unit/text/shape_testing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#define HEAD "api: x\n"
#define ERROR "error: {body: '{}'}\n"
#define OPERATION HEAD ERROR "operations:\n  - name: a\n    paths: [/a]\n"

static const struct bad {
    const char *yaml;
    const char *told; /* all that is told, line by line */
} bad[] = {
    {"[]\n", "api.yaml:1:1: expected a mapping, found a list\n"},
    {HEAD, "api.yaml:1:1: the key `error` is missing\n"},
    {ERROR, "api.yaml:1:1: the key `api` is missing: expected text\n"},
    {HEAD ERROR "operation: []\n",
     "api.yaml:3:1: unknown key `operation`; did you mean `operations`?\n"},
    {HEAD ERROR "operations: {}\n",
     "api.yaml:3:13: expected a list of operations, found a mapping\n"},
    {HEAD ERROR "operations:\n  - {paths: [/a]}\n",
     "api.yaml:4:5: the key `name` is missing: expected text\n"},
    {HEAD ERROR "operations:\n  - {name: a}\n", "api.yaml:4:5: the key `paths` is missing\n"},
    {HEAD ERROR "operations:\n  - {name: a, paths: [/a, b, '/', ':c']}\n",
     "api.yaml:4:27: `b` is not the end of a path: expected `/` (or `:`) and a name\n"
     "api.yaml:4:30: `/` is not the end of a path: expected `/` (or `:`) and a name\n"},
    {HEAD ERROR "operations:\n  - {name: a, paths: b}\n",
     "api.yaml:4:22: `b` is not the end of a path: expected `/` (or `:`) and a name\n"},
    {OPERATION "  - {name: a, paths: /b}\n", "api.yaml:6:12: there is an operation `a` already\n"},
    {OPERATION "  - {name: b, paths: [/b, /a]}\n",
     "api.yaml:6:22: `/a` belongs to another operation already\n"},
    /* pointers */
    {OPERATION "    request: {model: model}\n",
     "api.yaml:6:22: `model`: a JSON pointer begins with `/`\n"},
    {OPERATION "    request: {user: [/u, u, /~2]}\n",
     "api.yaml:6:26: `u`: a JSON pointer begins with `/`\n"
     "api.yaml:6:29: `/~2`: `~` stands without 0 or 1 in a JSON pointer\n"},
    {OPERATION "    request: {stream: '/a~'}\n",
     "api.yaml:6:23: `/a~`: `~` stands without 0 or 1 in a JSON pointer\n"},
    {OPERATION "    request: {stream: {}}\n", "api.yaml:6:23: expected text, found a mapping\n"},
    {OPERATION "    response: {stream: /s}\n",
     "api.yaml:6:16: unknown key `stream`; expected `model` or `texts`\n"},
    /* texts */
    {OPERATION "    request: {texts: {}}\n",
     "api.yaml:6:22: expected a list of places, found a mapping\n"},
    {OPERATION "    request: {texts: [{at: /a}, {role: user}]}\n",
     "api.yaml:6:23: the key `role` is missing\n"
     "api.yaml:6:33: the key `at` is missing\n"},
    {OPERATION "    request: {texts: [{at: /a, role: usr}, {at: b, role: user}]}\n",
     "api.yaml:6:38: unknown value `usr`; did you mean `user`?\n"
     "api.yaml:6:49: `b`: a JSON pointer begins with `/`\n"},
    {OPERATION "    request: {texts: [{at: /a/*, role: user}, {at: '/a/*', role: tool}]}\n",
     "api.yaml:6:52: this place has a role already\n"},
    /* turns */
    {OPERATION "    request: {turns: {list: /m}}\n",
     "api.yaml:6:22: the key `role` is missing: expected text or a list of texts\n"
     "api.yaml:6:22: the key `roles` is missing\n"},
    {OPERATION "    request: {turns: {list: m, role: r, roles: {}}}\n",
     "api.yaml:6:29: `m`: a JSON pointer begins with `/`\n"},
    {OPERATION "    request: {turns: {list: /m, role: r, roles: [user]}}\n",
     "api.yaml:6:49: expected a mapping of names to roles, found a list\n"},
    {OPERATION "    request: {turns: {list: /m, role: r, roles: {a: user, b: human}}}\n",
     "api.yaml:6:62: expected `system`, `user`, `assistant`, `tool` or `unknown`, found `human`\n"},
    /* templates */
    {HEAD "error: {}\n", "api.yaml:2:8: the key `body` is missing\n"},
    {HEAD "error: {body: ''}\n", "api.yaml:2:15: expected text, found an empty text\n"},
    {HEAD "error:\n  body: '{\"a\":{{mesage}}}'\n",
     "api.yaml:3:15: unknown template field `mesage`; did you mean `message`?\n"},
    {HEAD
     "error:\n  body: |\n    {\"a\":{{id}},\n     \"\xE4\xBD\xA0\":{{x}},\n     \"c\":{{texts}}}\n",
     "api.yaml:5:10: unknown template field `x`; expected `id`, `message`, `text`, `code`, `type`, "
     "`model`, `reason`, `created` or `status`\n"
     "api.yaml:6:10: unknown template field `texts`; did you mean `text`?\n"},
    {HEAD "error:\n  body: '{\"a\":{{id}'\n",
     "api.yaml:3:15: a template field begins with `{{` but does not end in `}}`\n"},
    {HEAD "error:\n  body: |\n    {\"a\":1,\n     \"b\":}\n",
     "api.yaml:3:9: the template is not valid JSON once it is filled (line 2 of the template): the "
     "body is not valid JSON (RFC 8259)\n"},
    {HEAD "error: {body: '{\"a\":\"id-{{id}}\"}'}\n",
     "api.yaml:2:15: the template is not valid JSON once it is filled (line 1 of the template): "
     "the "
     "body is not valid JSON (RFC 8259)\n"},
    {HEAD "error: {body: '{\"a\":0{{created}}}'}\n",
     "api.yaml:2:15: the template is not valid JSON once it is filled (line 1 of the template): "
     "the "
     "body is not valid JSON (RFC 8259)\n"},
    {HEAD "error: {body: '{\"b\":1,{{id}}:1,{{code}}:2}'}\n",
     "api.yaml:2:15: the template is not valid JSON once it is filled (line 1 of the template): an "
     "object has the same key twice\n"},
    {OPERATION "    blocked: '{}'\n",
     "api.yaml:4:5: `blocked` and `answer` stand together or not at all\n"},
    {OPERATION "    blocked: '{'\n    answer: '{{y}}'\n",
     "api.yaml:6:14: the template is not valid JSON once it is filled (line 1 of the template): "
     "the "
     "body is not valid JSON (RFC 8259)\n"
     "api.yaml:7:14: unknown template field `y`; expected `id`, `message`, `text`, `code`, `type`, "
     "`model`, `reason`, `created` or `status`\n"},
    /* types */
    {HEAD "error: {body: '[{{type}}]'}\n",
     "api.yaml:2:8: the key `types` is missing: `body` uses {{type}}\n"},
    {HEAD "error: {body: '{}', types: [a]}\n",
     "api.yaml:2:28: expected a mapping of statuses to types, found a list\n"},
    {HEAD "error: {body: '{}', types: {400: a}}\n",
     "api.yaml:2:28: the key `default` is missing: the type of other statuses\n"},
    {HEAD "error: {body: '{}', types: {399: a, 600: b, 4xx: c, default: []}}\n",
     "api.yaml:2:29: expected a status from 400 to 599 or `default`, found `399`\n"
     "api.yaml:2:37: expected a status from 400 to 599 or `default`, found `600`\n"
     "api.yaml:2:45: expected a status from 400 to 599 or `default`, found `4xx`\n"
     "api.yaml:2:62: expected text, found a list\n"},
};

static void test_bad(void **state)
{
    (void)state;
    for (size_t i = 0; i < SG_COUNT(bad); i++) {
        struct testing t;
        const struct shape *s;
        char *told;

        testing_begin(&t);
        s = testing_shape(&t, bad[i].yaml);
        told = diags_text(t.diags);
        assert_non_null(told);
        if (s != NULL || strcmp(told, bad[i].told) != 0) {
            fail_msg("%s\ntold:\n%s\nnot:\n%s", bad[i].yaml, told, bad[i].told);
        }
        free(told);
        testing_end(&t);
    }
}

static void test_missing_file(void **state)
{
    struct where at = {.file = "stopgate.yaml", .line = 7, .column = 3};
    struct testing t;
    char *told;

    (void)state;
    testing_begin(&t);
    assert_null(shape_read(t.arena, t.files, "/nonexistent/api.yaml", at, t.diags));
    told = diags_text(t.diags);
    assert_non_null(told);
    assert_non_null(strstr(told, "stopgate.yaml:7:3: "));
    free(told);
    testing_end(&t);
}

/* Whatever the bound on memory, the shape is there whole or an error is told. */
static void test_memory(void **state)
{
    struct where at = {.file = "stopgate.yaml", .line = 1, .column = 1};
    bool done = false;
    size_t refused = 0;

    (void)state;
    for (size_t max = 0; !done; max += 256) {
        struct arena *a = arena_new(max);
        struct testing t;

        assert_non_null(a);
        testing_begin(&t);
        assert_true(fileset_put(
            t.files, STR("api.yaml"),
            STR(OPERATION "    request: {model: /model, texts: [{at: '/a/*/b', role: user}],\n"
                          "      turns: {list: /m, role: [r, t], roles: {u: user}}}\n"
                          "    blocked: '[{{id}}]'\n    answer: '[{{text}}]'\n")));
        done = shape_read(a, t.files, "api.yaml", at, t.diags) != NULL;
        assert_int_equal(done, diags_errors(t.diags) == 0);
        refused += !done;
        assert_true(max < 1 << 20);
        testing_end(&t);
        arena_free(a);
    }
    assert_true(refused > 5);
}

static void test_operations(void **state)
{
    struct testing t;
    const struct shape *s;

    (void)state;
    testing_begin(&t);
    s = testing_shape(&t, HEAD ERROR "operations:\n"
                                     "  - {name: short, paths: [/completions, /c]}\n"
                                     "  - {name: chat, paths: /chat/completions}\n"
                                     "  - {name: gemini, paths: ':generateContent'}\n");
    assert_non_null(s);
    assert_true(str_eq(shape_name(s), STR("x")));
    assert_true(
        str_eq(operation_name(shape_operation(s, STR("/v1/chat/completions"))), STR("chat")));
    assert_true(str_eq(operation_name(shape_operation(s, STR("/chat/completions"))), STR("chat")));
    assert_true(str_eq(operation_name(shape_operation(s, STR("/v1/completions"))), STR("short")));
    assert_true(str_eq(operation_name(shape_operation(s, STR("/v1/c"))), STR("short")));
    assert_true(str_eq(operation_name(shape_operation(s, STR("/models/g:generateContent"))),
                       STR("gemini")));
    assert_null(shape_operation(s, STR("/v1/xcompletions")));
    assert_null(shape_operation(s, STR("/completions/")));
    assert_null(shape_operation(s, STR("/")));
    assert_null(shape_operation(s, STR("")));
    assert_int_equal(operation_name(NULL).n, 0);
    testing_end(&t);
}

/* An exact step wins over `*`, and `*` still says what the exact one does not. */
static void test_pointers(void **state)
{
    struct testing t;
    const struct shape *s;
    struct span_list list = {0};
    struct str body =
        STR("{\"a\":{\"0\":\"1\",\"c\":{\"d\":\"2\"},\"x\":{\"d\":\"3\",\"e\":\"4\"}},"
            "\"b/~\":\"5\",\"l\":[\"6\",\"7\",[\"8\"]]}");
    static const enum span_role want[] = {SPAN_SYSTEM, SPAN_TOOL, SPAN_ASSISTANT, SPAN_USER,
                                          SPAN_SYSTEM, SPAN_USER, SPAN_TOOL,      SPAN_ASSISTANT};
    size_t found = 0;

    (void)state;
    testing_begin(&t);
    s = testing_shape(&t, OPERATION "    request:\n      texts:\n"
                                    "        - {at: /a/0, role: system}\n"
                                    "        - {at: /a/*, role: user}\n"
                                    "        - {at: /a/*/d, role: assistant}\n"
                                    "        - {at: /a/c/d, role: tool}\n"
                                    "        - {at: /b~1~0, role: system}\n"
                                    "        - {at: /l/1, role: tool}\n"
                                    "        - {at: '/l/*', role: user}\n"
                                    "        - {at: '/l/*/0', role: assistant}\n"
                                    "        - {at: /l/01, role: system}\n");
    assert_non_null(s);
    assert_int_equal(shape_spans(shape_operation(s, STR("/a")), DIRECTION_PROMPT, body, NULL,
                                 t.arena, &list, NULL),
                     REASON_OK);
    for (size_t i = 0; i < list.count; i++) {
        if (list.items[i].form == SPAN_JSON_STRING) {
            assert_true(found < SG_COUNT(want));
            assert_int_equal(list.items[i].text.p[0], '1' + (int)found);
            assert_int_equal(list.items[i].role, want[found]);
            found++;
        }
    }
    assert_int_equal(found, SG_COUNT(want));
    testing_end(&t);
}

/* Pointers that multiply are refused, and do not eat the machine. */
static void test_pointers_multiply(void **state)
{
    struct testing t;
    struct buf yaml = BUF_INIT(1 << 20);
    char *told;

    (void)state;
    testing_begin(&t);
    assert_true(buf_printf(&yaml, "%s    request:\n      texts:\n", OPERATION));
    for (int deep = 1; deep <= 16; deep++) {
        assert_true(buf_printf(&yaml, "        - {at: '"));
        for (int i = 1; i < deep; i++) {
            assert_true(buf_printf(&yaml, "/*"));
        }
        assert_true(buf_printf(&yaml, "/k%d', role: user}\n", deep));
    }
    assert_true(
        buf_printf(&yaml, "        - {at: '/*/*/*/*/*/*/*/*/*/*/*/*/*/*/*/*', role: tool}\n%c", 0));
    assert_null(testing_shape(&t, yaml.p));
    told = diags_text(t.diags);
    assert_non_null(told);
    assert_string_equal(told, "api.yaml:7:7: these pointers need too much memory\n");
    free(told);
    buf_free(&yaml);
    testing_end(&t);
}

static void test_shipped(void **state)
{
    static const struct {
        const char *path, *name;
        bool answers;
    } want[] = {
        {"/v1/chat/completions", "chat.completions", true},
        {"/openai/deployments/d/chat/completions", "chat.completions", true},
        {"/v1/completions", "completions", true},
        {"/v1/responses", "responses", true},
        {"/v1/embeddings", "embeddings", false},
        {"/v1/moderations", "moderations", false},
        {"/v1/images/generations", "images", false},
        {"/v1/images/edits", "images", false},
        {"/v1/audio/speech", "audio.speech", false},
        {"/v1/audio/transcriptions", "audio.transcriptions", false},
    };
    struct testing t;
    const struct shape *s;

    (void)state;
    testing_begin(&t);
    s = testing_shipped(&t, "openai.yaml");
    assert_true(str_eq(shape_name(s), STR("openai")));
    for (size_t i = 0; i < SG_COUNT(want); i++) {
        const struct operation *op = shape_operation(s, str_of(want[i].path));

        assert_true(str_eq(operation_name(op), str_of(want[i].name)));
        assert_int_equal(operation_can_answer(op), want[i].answers);
    }
    assert_null(shape_operation(s, STR("/v1/models")));
    s = testing_shipped(&t, "generic.yaml");
    assert_true(str_eq(shape_name(s), STR("generic")));
    assert_null(shape_operation(s, STR("/v1/chat/completions")));
    assert_int_equal(diags_warnings(t.diags), 0);
    testing_end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bad),      cmocka_unit_test(test_missing_file),
        cmocka_unit_test(test_memory),   cmocka_unit_test(test_operations),
        cmocka_unit_test(test_pointers), cmocka_unit_test(test_pointers_multiply),
        cmocka_unit_test(test_shipped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
