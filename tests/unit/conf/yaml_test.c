#include "conf/yaml.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

struct fixture {
    struct arena *arena;
    struct diags *diags;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    if (f == NULL) {
        return -1;
    }
    f->arena = arena_new((size_t)1 << 30);
    f->diags = diags_new();
    *state = f;
    return f->arena == NULL || f->diags == NULL ? -1 : 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    arena_free(f->arena);
    diags_free(f->diags);
    free(f);
    return 0;
}

static struct yaml_node *read_good(struct fixture *f, struct str text)
{
    struct yaml_node *root = yaml_read(f->arena, "f.yaml", text, f->diags);
    char *told = diags_text(f->diags);

    assert_non_null(told);
    assert_string_equal(told, "");
    free(told);
    assert_non_null(root);
    return root;
}

/* Reads with fresh diagnostics and compares all that was told. */
static void check_told(struct str text, const char *expected)
{
    struct arena *arena = arena_new((size_t)1 << 30);
    struct diags *d = diags_new();

    assert_non_null(arena);
    assert_non_null(d);
    assert_null(yaml_read(arena, "f.yaml", text, d));
    char *told = diags_text(d);
    assert_non_null(told);
    assert_string_equal(told, expected);
    free(told);
    diags_free(d);
    arena_free(arena);
}

static void check_node(const struct yaml_node *n, enum yaml_kind kind, unsigned line,
                       unsigned column)
{
    assert_non_null(n);
    assert_int_equal(n->kind, kind);
    assert_string_equal(n->at.file, "f.yaml");
    assert_int_equal(n->at.line, line);
    assert_int_equal(n->at.column, column);
}

static void check_scalar(const struct yaml_node *n, unsigned line, unsigned column, bool quoted,
                         struct str text)
{
    check_node(n, YAML_SCALAR, line, column);
    assert_int_equal(n->quoted, quoted);
    assert_int_equal(n->text.n, text.n);
    assert_memory_equal(n->text.p, text.p, text.n + 1); /* with the NUL */
}

static void test_tree_with_places(void **state)
{
    struct yaml_node *root = read_good(*state, STR("# rules\n"
                                                   "rules:\n"
                                                   "  - id: 'cn-id'\n"
                                                   "    title: {en: number, zh: \"号\\0码\"}\n"
                                                   "  - plain text\n"
                                                   "身份: [a, \"no\"]\n"
                                                   "nothing:\n"
                                                   "empty: ''\n"
                                                   "block: |\n"
                                                   "  two\n"
                                                   "  lines\n"));

    check_node(root, YAML_MAPPING, 2, 1);
    assert_int_equal(root->count, 5);
    const struct yaml_node *rules = yaml_get(root, "rules");
    check_node(rules, YAML_SEQUENCE, 3, 3);
    assert_int_equal(rules->count, 2);
    check_node(rules->items[0], YAML_MAPPING, 3, 5);
    check_scalar(rules->items[0]->keys[0], 3, 5, false, STR("id"));
    check_scalar(rules->items[0]->items[0], 3, 9, true, STR("cn-id"));
    const struct yaml_node *title = yaml_get(rules->items[0], "title");
    check_node(title, YAML_MAPPING, 4, 12);
    check_scalar(yaml_get(title, "zh"), 4, 29, true, STR("号\0码"));
    check_scalar(rules->items[1], 5, 5, false, STR("plain text"));
    /* Columns are characters, not bytes. */
    const struct yaml_node *list = yaml_get(root, "身份");
    check_node(list, YAML_SEQUENCE, 6, 5);
    check_scalar(list->items[1], 6, 9, true, STR("no"));
    assert_true(yaml_is_absent(yaml_get(root, "nothing")));
    check_scalar(yaml_get(root, "empty"), 8, 8, true, STR(""));
    assert_false(yaml_is_absent(yaml_get(root, "empty")));
    assert_false(yaml_is_absent(list));
    check_scalar(yaml_get(root, "block"), 9, 8, true, STR("two\nlines\n"));
    /* Pairs stay in the order of the file. */
    check_scalar(root->keys[1], 6, 1, false, STR("身份"));
    check_scalar(root->keys[4], 9, 1, false, STR("block"));
}

static void test_get(void **state)
{
    struct yaml_node *root = read_good(*state, STR("{b: 1, a: 2, ab: 3, \"\": 4}"));

    assert_string_equal(yaml_get(root, "a")->text.p, "2");
    assert_string_equal(yaml_get(root, "ab")->text.p, "3");
    assert_string_equal(yaml_get(root, "b")->text.p, "1");
    assert_string_equal(yaml_get(root, "")->text.p, "4");
    assert_null(yaml_get(root, "abc"));
    assert_null(yaml_get(root, "c"));
    assert_null(yaml_get(NULL, "a"));
    assert_null(yaml_get(root->items[0], "a"));
    assert_null(yaml_get(read_good(*state, STR("{}")), "a"));
}

static void test_accepted_forms(void **state)
{
    assert_int_equal(read_good(*state, STR("[]"))->count, 0);
    assert_int_equal(read_good(*state, STR("a: 1\r\nb: 2\r\n"))->count, 2);
    assert_int_equal(read_good(*state, STR("%YAML 1.1\n---\na: 1\n...\n"))->count, 1);
    check_scalar(read_good(*state, STR("just text")), 1, 1, false, STR("just text"));
    /* A byte order mark is no column. */
    check_node(read_good(*state, STR("\xEF\xBB\xBFkey: 1")), YAML_MAPPING, 1, 1);
    /* Quoted, the special characters are text. */
    check_scalar(read_good(*state, STR("'<<': 1"))->keys[0], 1, 1, true, STR("<<"));
    check_scalar(read_good(*state, STR("['&a', '*a', '!a']"))->items[2], 1, 14, true, STR("!a"));
    check_scalar(read_good(*state, STR("\"\\L\\N\\P\"")), 1, 1, true,
                 STR("\xE2\x80\xA8\xC2\x85\xE2\x80\xA9"));
}

static void test_kind_names(void **state)
{
    (void)state;
    assert_string_equal(yaml_kind_name(YAML_SCALAR), "text");
    assert_string_equal(yaml_kind_name(YAML_SEQUENCE), "list");
    assert_string_equal(yaml_kind_name(YAML_MAPPING), "mapping");
    assert_string_equal(yaml_kind_name((enum yaml_kind)9), "?");
}

static void test_empty(void **state)
{
    (void)state;
    check_told((struct str){NULL, 0}, "f.yaml: the file is empty\n");
    check_told(STR("# only a comment\n"), "f.yaml: the file is empty\n");
    check_told(STR("---\n...\n"), "f.yaml: the file is empty\n");
    check_told(STR("\xEF\xBB\xBF"), "f.yaml: the file is empty\n");
}

static void test_encodings(void **state)
{
    static const char wide[] = "f.yaml:1:1: the file is in UTF-16 or UTF-32; expected UTF-8: save "
                               "it as UTF-8\n";

    (void)state;
    check_told(STR("\xFF\xFE"
                   "a\0:\0"),
               wide);
    check_told(STR("\xFE\xFF\0a\0:"), wide);
    check_told(STR("a\0:\0 \0"), wide);
    check_told(STR("\0a\0:\0 "), wide);
    check_told(STR("\0\0\0a"), wide);
    /* GB 18030 for "a: 密", on the second line. */
    check_told(STR("x: 1\na: \xC3\xDC\n"),
               "f.yaml:2:4: the file is not valid UTF-8 (invalid trailing UTF-8 octet); expected "
               "UTF-8: save it as UTF-8\n");
    check_told(STR("密: 密\xFF"),
               "f.yaml:1:5: the file is not valid UTF-8 (invalid leading UTF-8 octet); expected "
               "UTF-8: save it as UTF-8\n");
    check_told(
        STR("a: \xE4\xB8"),
        "f.yaml:1:4: the file is not valid UTF-8 (incomplete UTF-8 octet sequence); expected "
        "UTF-8: save it as UTF-8\n");
    check_told(STR("a: \xE5\xAF\x20"),
               "f.yaml:1:4: the file is not valid UTF-8 (invalid trailing UTF-8 octet); expected "
               "UTF-8: save it as UTF-8\n");
    check_told(STR("a: \xED\xA0\x80"),
               "f.yaml:1:4: the file is not valid UTF-8 (invalid Unicode character); expected "
               "UTF-8: save it as UTF-8\n");
    check_told(STR("a: \xC0\x80"),
               "f.yaml:1:4: the file is not valid UTF-8 (invalid length of a UTF-8 sequence); "
               "expected UTF-8: save it as UTF-8\n");
    check_told(STR("abcd: 1\nb: x\0y"),
               "f.yaml:2:5: the character U+0000 may not stand in a file; expected an escape in "
               "double quotes\n");
    check_told(STR("b: '\x1B[2J'"), "f.yaml:1:5: the character U+001B may not stand in a file; "
                                    "expected an escape in double quotes\n");
}

static void test_odd_line_ends(void **state)
{
#define ODD                                                                              \
    " ends a line where an editor may show none; expected LF or CR LF, or an escape in " \
    "double quotes\n"
    (void)state;
    check_told(STR("# remark\raction: allow\n"),
               "f.yaml:1:9: a carriage return (U+000D) without a line feed" ODD);
    check_told(STR("a: 1\r\n# remark\xC2\x85"
                   "action: allow\n"),
               "f.yaml:2:9: a next-line character (U+0085)" ODD);
    check_told(STR("# 备\xE2\x80\xA8"
                   "action: allow\n"),
               "f.yaml:1:4: a line separator (U+2028)" ODD);
    check_told(STR("#\xE2\x80\xA9"
                   "action: allow\n"),
               "f.yaml:1:2: a paragraph separator (U+2029)" ODD);
    check_told(STR("a: 1\r"), "f.yaml:1:5: a carriage return (U+000D) without a line feed" ODD);
#undef ODD
}

static void test_syntax(void **state)
{
    static const struct {
        const char *text, *told;
    } cases[] = {
        {"a: 1\nb: c: d\n", "f.yaml:2:5: mapping values are not allowed in this context: quote a "
                            "text that holds `: `, and indent the keys of one mapping alike\n"},
        {"a:\n\t- b\n", "f.yaml:2:1: found character that cannot start any token while scanning "
                        "for the next token that begins at line 2, column 1: indent with spaces, "
                        "not tabs, and quote a text that begins with %, @ or `\n"},
        {"a: 1\n  b: 2\n", "f.yaml:2:4: mapping values are not allowed in this context: quote a "
                           "text that holds `: `, and indent the keys of one mapping alike\n"},
        {"a: 'x\nb: 1\n", "f.yaml:3:1: found unexpected end of stream while scanning a quoted "
                          "scalar that begins at line 1, column 4: a quote is not closed\n"},
        {"a: [1, 2\nb: 1\n", "f.yaml:2:2: did not find expected ',' or ']' while parsing a flow "
                             "sequence that begins at line 1, column 4: close the list with ]\n"},
        {"a: {b: 1\n", "f.yaml:2:1: did not find expected ',' or '}' while parsing a flow mapping "
                       "that begins at line 1, column 4: close the mapping with }\n"},
        {"a: 'x' y\n", "f.yaml:1:8: did not find expected key while parsing a block mapping that "
                       "begins at line 1, column 1: indent the keys of one mapping alike; a "
                       "quoted text ends with its quote\n"},
        {"a: \"\\d{4}\"\n", "f.yaml:1:5: found unknown escape character while parsing a quoted "
                            "scalar that begins at line 1, column 4: patterns go into single "
                            "quotes, which know no escapes\n"},
        {"密: [密, }\n", "f.yaml:1:8: did not find expected node content while parsing a flow node "
                         "that begins at line 1, column 8: a value is missing here\n"},
        {"a: 1\nb\nc: 2\n", "f.yaml:3:1: could not find expected ':' while scanning a simple key "
                            "that begins at line 2, column 1: a key is followed by `: ` on its own "
                            "line\n"},
        {"%YAML 3.0\n---\na: 1\n", "f.yaml:1:1: found incompatible YAML document\n"},
    };

    (void)state;
    for (size_t i = 0; i < SG_COUNT(cases); i++) {
        check_told(str_of(cases[i].text), cases[i].told);
    }
}

static void test_duplicate_keys(void **state)
{
    (void)state;
    check_told(STR("a: 1\nb: 2\na: 3\n'a': 4\nc: {x: 1, x: 2}\n"),
               "f.yaml:3:1: the key `a` stands twice; it is set at line 1 already\n"
               "f.yaml:4:1: the key `a` stands twice; it is set at line 1 already\n"
               "f.yaml:5:11: the key `x` stands twice; it is set at line 5 already\n");
    check_told(STR("{\"a\\0b\": 1, \"a\\0b\": 2}"),
               "f.yaml:1:13: the key `a\\x00b` stands twice; it is set at line 1 already\n");
}

static void test_refused_features(void **state)
{
    (void)state;
    check_told(STR("a: &x 1\nb: *x\n"
                   "c: !!int 3\n"
                   "d: &y [1]\n"
                   "e: !t {a: 1}\n"
                   "f:\n  <<: {}\n"
                   "? [1]\n: 1\n"
                   "? {k: v}\n: [2]\n"
                   "?\n: 1\n"),
               "f.yaml:1:4: anchors (`&name`) are not allowed: write the value out; quote a text "
               "that begins with &\n"
               "f.yaml:2:4: aliases (`*name`) are not allowed: write the value out; quote a text "
               "that begins with *\n"
               "f.yaml:3:4: tags (`!name`) are not allowed; quote a text that begins with !\n"
               "f.yaml:4:4: anchors (`&name`) are not allowed: write the value out; quote a text "
               "that begins with &\n"
               "f.yaml:5:4: tags (`!name`) are not allowed; quote a text that begins with !\n"
               "f.yaml:7:3: merge keys (`<<`) are not allowed: write the keys out\n"
               "f.yaml:8:3: a key is a list; expected text (quote a text that begins with [)\n"
               "f.yaml:10:3: a key is a mapping; expected text (quote a text that begins with {)\n"
               "f.yaml:12:2: a key is missing; expected text before `:`\n");
    check_told(STR("a: {{ name }}\n"), "f.yaml:1:5: a key is a mapping; expected text (quote a "
                                       "text that begins with {)\n");
    check_told(STR("a: ! x\n"),
               "f.yaml:1:4: tags (`!name`) are not allowed; quote a text that begins with !\n");
    check_told(STR("*a : 1\n"), "f.yaml:1:1: aliases (`*name`) are not allowed: write the value "
                                "out; quote a text that begins with *\n");
    check_told(STR("%TAG ! tag:x,2000:\n---\na: 1\n"),
               "f.yaml:1:1: %TAG is not allowed: there are no tags\n");
    check_told(STR("a: 1\n---\nb: 2\n"),
               "f.yaml:2:1: a second document begins here; expected one document a file\n");
    check_told(STR("a: 1\n...\n---\n"),
               "f.yaml:3:1: a second document begins here; expected one document a file\n");
}

/* What was told before an error of syntax stays told. */
static void test_semantic_then_syntax(void **state)
{
    (void)state;
    check_told(STR("a: &x 1\nb: c: d\n"),
               "f.yaml:1:4: anchors (`&name`) are not allowed: write the value out; quote a text "
               "that begins with &\n"
               "f.yaml:2:5: mapping values are not allowed in this context: quote a text that "
               "holds `: `, and indent the keys of one mapping alike\n");
}

static void test_depth(void **state)
{
    char text[2 * YAML_MAX_DEPTH + 3];

    for (size_t i = 0; i <= YAML_MAX_DEPTH; i++) {
        text[i] = '[';
        text[2 * YAML_MAX_DEPTH + 1 - i] = ']';
    }
    (void)read_good(*state, (struct str){text + 1, 2 * YAML_MAX_DEPTH});
    check_told((struct str){text, 2 * YAML_MAX_DEPTH + 2},
               "f.yaml:1:33: nested deeper than 32 levels\n");
}

/* A flow list of `n` texts, closed. */
static struct buf long_list(size_t n)
{
    struct buf b = BUF_INIT(2 * n + 2);

    assert_true(buf_add_char(&b, '['));
    for (size_t i = 0; i < n; i++) {
        assert_true(buf_add(&b, "a,", 2));
    }
    assert_true(buf_add_char(&b, ']'));
    return b;
}

static void test_node_count(void **state)
{
    struct buf b = long_list(YAML_MAX_NODES - 1); /* and the list itself */

    assert_int_equal(read_good(*state, buf_str(&b))->count, YAML_MAX_NODES - 1);
    buf_free(&b);
    b = long_list(YAML_MAX_NODES);
    check_told(buf_str(&b), "f.yaml:1:2000000: the file holds more than 1000000 values\n");
    buf_free(&b);
}

/* Quadratic work on 100,000 keys would take minutes; sorted, it takes a moment. */
static void test_many_keys(void **state)
{
    struct buf b = BUF_INIT((size_t)4 << 20);

    for (unsigned i = 0; i < 100000; i++) {
        assert_true(buf_printf(&b, "key%u: %u\n", i, i));
    }
    struct yaml_node *root = read_good(*state, buf_str(&b));
    assert_int_equal(root->count, 100000);
    for (unsigned i = 0; i < 100000; i++) {
        char key[16], value[16];

        snprintf(key, sizeof(key), "key%u", i);
        snprintf(value, sizeof(value), "%u", i);
        assert_string_equal(yaml_get(root, key)->text.p, value);
    }
    assert_true(buf_add_str(&b, STR("key500: again\n")));
    check_told(buf_str(&b),
               "f.yaml:100001:1: the key `key500` stands twice; it is set at line 501 already\n");
    buf_free(&b);
}

/* Every bound of memory, from none to enough: an error told, or the whole tree. */
static void test_out_of_memory(void **state)
{
    static const char text[] = "a: [1, 2, 3, 4, 5, 6, 7, 8, 9, {b: c, d: e, f: g}]\n"
                               "h: 'a long text that takes room, so that blocks fill up'\n";
    unsigned good = 0, refused = 0;

    (void)state;
    for (size_t max = 0; max < 16384; max += 64) {
        struct arena *arena = arena_new(max);
        struct diags *d = diags_new();

        assert_non_null(arena);
        assert_non_null(d);
        if (yaml_read(arena, "f.yaml", str_of(text), d) != NULL) {
            assert_int_equal(diags_errors(d), 0);
            good++;
        } else {
            char *told = diags_text(d);

            assert_non_null(told);
            assert_non_null(strstr(told, "out of memory while reading the file\n"));
            free(told);
            refused++;
        }
        diags_free(d);
        arena_free(arena);
    }
    assert_true(good > 0);
    assert_true(refused > 20);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_tree_with_places),
        TEST(test_get),
        TEST(test_accepted_forms),
        cmocka_unit_test(test_kind_names),
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_encodings),
        cmocka_unit_test(test_odd_line_ends),
        cmocka_unit_test(test_syntax),
        cmocka_unit_test(test_duplicate_keys),
        cmocka_unit_test(test_refused_features),
        cmocka_unit_test(test_semantic_then_syntax),
        TEST(test_depth),
        TEST(test_node_count),
        TEST(test_many_keys),
        cmocka_unit_test(test_out_of_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
