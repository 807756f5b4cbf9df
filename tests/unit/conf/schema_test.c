#include "conf/schema.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

struct tenant {
    struct str name;
    bool strict;
    int64_t port;
    uint64_t body;
    uint64_t timeout;
    double share;
    int action;
    struct str_list tags;
    unsigned rules;
};

static const char *const actions[] = {"allow", "block", NULL};

/* A custom reader: counts the items of a list, if the loader's own state says so. */
static bool read_rules(struct schema_context *cx, const struct yaml_node *node, void *out)
{
    const unsigned *factor = cx->user;
    unsigned *rules = out;

    if (!schema_expect(cx, node, YAML_SEQUENCE, "a list of rules")) {
        return false;
    }
    *rules = *factor * (unsigned)node->count;
    return true;
}

static const struct field fields[] = {
    FIELD_STR("name", struct tenant, name, FIELD_REQUIRED),
    FIELD_BOOL("strict", struct tenant, strict, 0),
    FIELD_INT("port", struct tenant, port, 0, 1, 65535),
    FIELD_SIZE("body", struct tenant, body, 0, 1, 1 << 20),
    FIELD_DURATION("timeout", struct tenant, timeout, 0, 1000, 3600000),
    FIELD_NUMBER("share", struct tenant, share, 0, 0, 1),
    FIELD_ENUM("action", struct tenant, action, FIELD_REQUIRED, actions),
    FIELD_STRS("tags", struct tenant, tags, 0),
    FIELD_CUSTOM("rules", struct tenant, rules, read_rules, 0),
    FIELD_END,
};

static unsigned factor = 10;

static int setup(void **state)
{
    struct schema_context *cx = calloc(1, sizeof(*cx));

    if (cx == NULL) {
        return -1;
    }
    cx->arena = arena_new((size_t)256 << 20);
    cx->diags = diags_new();
    cx->user = &factor;
    *state = cx;
    return cx->arena == NULL || cx->diags == NULL ? -1 : 0;
}

static int teardown(void **state)
{
    struct schema_context *cx = *state;

    arena_free(cx->arena);
    diags_free(cx->diags);
    free(cx);
    return 0;
}

static const struct yaml_node *parse(struct schema_context *cx, struct str text)
{
    struct yaml_node *root = yaml_read(cx->arena, "f", text, cx->diags);

    assert_non_null(root);
    return root;
}

static void check_told(const struct schema_context *cx, const char *expected)
{
    char *told = diags_text(cx->diags);

    assert_non_null(told);
    assert_string_equal(told, expected);
    free(told);
}

static void test_every_type(void **state)
{
    struct schema_context *cx = *state;
    struct tenant t = {.port = 1};

    assert_true(schema_read(cx,
                            parse(cx, STR("name: office\n"
                                          "strict: true\n"
                                          "port: 8443\n"
                                          "body: 64KiB\n"
                                          "timeout: 30s\n"
                                          "share: 0.25\n"
                                          "action: block\n"
                                          "tags: [a, b]\n"
                                          "rules: [1, 2, 3]\n")),
                            fields, &t));
    check_told(cx, "");
    assert_true(str_eq(t.name, STR("office")));
    assert_true(t.strict);
    assert_int_equal(t.port, 8443);
    assert_int_equal(t.body, 65536);
    assert_int_equal(t.timeout, 30000);
    assert_true(t.share == 0.25);
    assert_int_equal(t.action, 1);
    assert_int_equal(t.tags.count, 2);
    assert_int_equal(t.rules, 30);
}

static void test_defaults_stay(void **state)
{
    struct schema_context *cx = *state;
    struct tenant t = {.port = 80, .timeout = 5000, .share = 0.5, .strict = true};

    assert_true(schema_read(cx, parse(cx, STR("{name: x, action: allow}")), fields, &t));
    assert_int_equal(t.port, 80);
    assert_int_equal(t.timeout, 5000);
    assert_true(t.share == 0.5);
    assert_true(t.strict);
    assert_int_equal(t.tags.count, 0);
}

static void test_all_errors_at_once(void **state)
{
    struct schema_context *cx = *state;
    struct tenant t = {.port = 1};

    assert_false(schema_read(cx,
                             parse(cx, STR("strict: yes\n"
                                           "port: 0\n"
                                           "body: 2MiB\n"
                                           "timeout: 2h\n"
                                           "share: 2\n"
                                           "acton: block\n"
                                           "tags: {a: b}\n"
                                           "rules: none\n"
                                           "colour: red\n")),
                             fields, &t));
    check_told(cx, "f:1:1: the key `name` is missing: expected text\n"
                   "f:1:1: the key `action` is missing: expected one of `allow` or `block`\n"
                   "f:1:9: expected true or false, found `yes`\n"
                   "f:2:7: expected a whole number from 1 to 65535, found `0`\n"
                   "f:3:7: expected a size (a whole number of bytes, KiB, MiB or GiB) from 1 to "
                   "1MiB, found `2MiB`\n"
                   "f:4:10: expected a duration (a whole number and ms, s, m, h or d) from 1s to "
                   "1h, found `2h`\n"
                   "f:5:8: expected a number from 0 to 1, found `2`\n"
                   "f:6:1: unknown key `acton`; did you mean `action`?\n"
                   "f:7:7: expected text or a list of texts, found a mapping\n"
                   "f:8:8: expected a list of rules, found text\n"
                   "f:9:1: unknown key `colour`; expected `name`, `strict`, `port`, `body`, "
                   "`timeout`, `share`, `action`, `tags` or `rules`\n");
    assert_int_equal(t.port, 1);
}

static void test_missing_of_each_type(void **state)
{
    static const struct field all[] = {
        FIELD_STR("a", struct tenant, name, FIELD_REQUIRED),
        FIELD_BOOL("b", struct tenant, strict, FIELD_REQUIRED),
        FIELD_INT("c", struct tenant, port, FIELD_REQUIRED, 1, 2),
        FIELD_SIZE("d", struct tenant, body, FIELD_REQUIRED, 1, 2),
        FIELD_DURATION("e", struct tenant, timeout, FIELD_REQUIRED, 1, 2),
        FIELD_NUMBER("f", struct tenant, share, FIELD_REQUIRED, 1, 2),
        FIELD_ENUM("g", struct tenant, action, FIELD_REQUIRED, actions),
        FIELD_STRS("h", struct tenant, tags, FIELD_REQUIRED),
        FIELD_CUSTOM("i", struct tenant, rules, read_rules, FIELD_REQUIRED),
        FIELD_END,
    };
    struct schema_context *cx = *state;
    struct tenant t;

    assert_false(schema_read(cx, parse(cx, STR("  {}")), all, &t));
    check_told(cx, "f:1:3: the key `a` is missing: expected text\n"
                   "f:1:3: the key `b` is missing: expected true or false\n"
                   "f:1:3: the key `c` is missing: expected a whole number\n"
                   "f:1:3: the key `d` is missing: expected a size such as 64KiB\n"
                   "f:1:3: the key `e` is missing: expected a duration such as 30s\n"
                   "f:1:3: the key `f` is missing: expected a number\n"
                   "f:1:3: the key `g` is missing: expected one of `allow` or `block`\n"
                   "f:1:3: the key `h` is missing: expected text or a list of texts\n"
                   "f:1:3: the key `i` is missing\n");
}

/* A key with nothing behind it is neither absent nor a default. */
static void test_nothing_behind_a_key(void **state)
{
    struct schema_context *cx = *state;
    struct tenant t = {.port = 1};

    assert_false(schema_read(cx, parse(cx, STR("name: x\naction:\nport:\n")), fields, &t));
    check_told(cx, "f:2:8: expected `allow` or `block`, found nothing\n"
                   "f:3:6: expected a whole number from 1 to 65535, found nothing\n");
}

static void test_not_a_mapping(void **state)
{
    static const struct field none[] = {FIELD_END};
    struct schema_context *cx = *state;
    struct tenant t;

    assert_false(schema_read(cx, parse(cx, STR("[]")), fields, &t));
    assert_false(schema_read(cx, parse(cx, STR("\ntext")), fields, &t));
    assert_false(schema_read(cx, parse(cx, STR("\n\n{x: 1}")), none, &t));
    check_told(cx, "f:1:1: expected a mapping, found a list\n"
                   "f:2:1: expected a mapping, found text\n"
                   "f:3:2: unknown key `x`\n");
}

static void test_list(void **state)
{
    const struct tenant defaults = {.port = 80, .share = 0.5};
    struct schema_context *cx = *state;
    void *items = NULL;
    size_t count = 0;

    assert_true(schema_read_list(cx,
                                 parse(cx, STR("- {name: a, action: allow}\n"
                                               "- {name: b, action: block, port: 81}\n")),
                                 fields, sizeof(struct tenant), &defaults, &items, &count));
    const struct tenant *tenants = items;
    assert_int_equal(count, 2);
    assert_true(str_eq(tenants[0].name, STR("a")) && str_eq(tenants[1].name, STR("b")));
    assert_int_equal(tenants[0].port, 80);
    assert_int_equal(tenants[1].port, 81);
    assert_true(tenants[0].share == 0.5 && tenants[1].share == 0.5);
    check_told(cx, "");
    assert_true(schema_read_list(cx, parse(cx, STR("[]")), fields, sizeof(struct tenant), NULL,
                                 &items, &count));
    assert_int_equal(count, 0);
    assert_non_null(items);
}

/* The good items are there, unmarked by the bad ones between them; every error is told. */
static void test_list_with_errors(void **state)
{
    struct schema_context *cx = *state;
    void *items = NULL;
    size_t count = 0;

    assert_false(schema_read_list(cx,
                                  parse(cx, STR("- {name: a, action: allow}\n"
                                                "- {name: b, action: allow, port: 9, strict: 1}\n"
                                                "- text\n"
                                                "- {name: c, action: allow, tipout: 1s}\n"
                                                "- {name: d, action: block}\n")),
                                  fields, sizeof(struct tenant), NULL, &items, &count));
    const struct tenant *tenants = items;
    assert_int_equal(count, 2);
    assert_true(str_eq(tenants[0].name, STR("a")) && str_eq(tenants[1].name, STR("d")));
    assert_int_equal(tenants[1].port, 0);
    check_told(cx, "f:2:45: expected true or false, found `1`\n"
                   "f:3:3: expected a mapping, found text\n"
                   "f:4:28: unknown key `tipout`; did you mean `timeout`?\n");

    assert_false(schema_read_list(cx, parse(cx, STR("a: b")), fields, sizeof(struct tenant), NULL,
                                  &items, &count));
    assert_int_equal(count, 0);
    assert_null(items);
}

static void test_where(void **state)
{
    const struct yaml_node *map = parse(*state, STR("\n  a: 1\n  b: 2\n"));

    assert_int_equal(schema_where(map, "b").line, 3);
    assert_int_equal(schema_where(map, "b").column, 6);
    assert_int_equal(schema_where(map, "c").line, 2);
    assert_int_equal(schema_where(map, "c").column, 3);
}

/* 100,000 keys that the table does not know: all counted, and in a moment. */
static void test_many_unknown_keys(void **state)
{
    struct schema_context *cx = *state;
    struct buf b = BUF_INIT((size_t)4 << 20);
    struct tenant t;

    for (unsigned i = 0; i < 100000; i++) {
        assert_true(buf_printf(&b, "key%u: %u\n", i, i));
    }
    assert_false(schema_read(cx, parse(cx, buf_str(&b)), fields, &t));
    assert_int_equal(diags_errors(cx->diags), 100002); /* and two keys are missing */
    buf_free(&b);
}

static void test_out_of_memory(void **state)
{
    struct schema_context *cx = *state;
    struct schema_context poor = {.arena = arena_new(0), .diags = cx->diags};
    void *items = NULL;
    size_t count = 9;

    assert_non_null(poor.arena);
    assert_false(schema_read_list(&poor, parse(cx, STR("[{name: a, action: block}]")), fields,
                                  sizeof(struct tenant), NULL, &items, &count));
    assert_int_equal(count, 0);
    check_told(cx, "f:1:1: out of memory\n");
    arena_free(poor.arena);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_every_type),
        TEST(test_defaults_stay),
        TEST(test_all_errors_at_once),
        TEST(test_missing_of_each_type),
        TEST(test_nothing_behind_a_key),
        TEST(test_not_a_mapping),
        TEST(test_list),
        TEST(test_list_with_errors),
        TEST(test_where),
        TEST(test_many_unknown_keys),
        TEST(test_out_of_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
