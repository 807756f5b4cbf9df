#include "conf/path.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void test_resolve(void **state)
{
    static const struct {
        const char *dir, *name, *expected;
    } cases[] = {
        {"", "a.yaml", "a.yaml"},
        {"", "./a.yaml", "a.yaml"},
        {"", "a//b/./c", "a/b/c"},
        {"", "a/../b", "b"},
        {"", "a/..", "."},
        {"", ".", "."},
        {"", "..", ".."},
        {"", "../../a", "../../a"},
        {"", "a/../../b", "../b"},
        {"", "/", "/"},
        {"", "/..", "/"},
        {"", "/../a", "/a"},
        {"", "/a/../..", "/"},
        {"", "/a/./b/", "/a/b"},
        {"", "..a/b..", "..a/b.."},
        {"etc", "policy.yaml", "etc/policy.yaml"},
        {"etc/", "policy.yaml", "etc/policy.yaml"},
        {"etc", "../rules", "rules"},
        {"etc", "../../rules", "../rules"},
        {"etc", "/rules", "/rules"},
        {"/etc/stopgate", "../rules", "/etc/rules"},
        {"/etc", "../../x", "/x"},
        {"..", "x", "../x"},
        {".", "x", "x"},
    };

    (void)state;
    for (size_t i = 0; i < SG_COUNT(cases); i++) {
        struct path path;

        assert_true(path_resolve(&path, str_of(cases[i].dir), str_of(cases[i].name)));
        assert_string_equal(path.text, cases[i].expected);
        assert_int_equal(path.n, strlen(path.text));
    }
}

static void test_refused(void **state)
{
    struct path path;

    (void)state;
    assert_false(path_resolve(&path, STR("a"), STR("")));
    assert_false(path_resolve(&path, STR("a"), (struct str){NULL, 0}));
    assert_false(path_resolve(&path, STR("a"), STR("b\0c")));
}

static void test_length(void **state)
{
    char name[PATH_TEXT_SIZE];
    struct path path;

    (void)state;
    memset(name, 'a', sizeof(name));
    assert_true(path_resolve(&path, STR(""), (struct str){name, PATH_TEXT_SIZE - 1}));
    assert_int_equal(path.n, PATH_TEXT_SIZE - 1);
    assert_false(path_resolve(&path, STR(""), (struct str){name, PATH_TEXT_SIZE}));
    assert_true(path_resolve(&path, STR("d"), (struct str){name, PATH_TEXT_SIZE - 3}));
    assert_int_equal(path.n, PATH_TEXT_SIZE - 1);
    assert_false(path_resolve(&path, STR("d"), (struct str){name, PATH_TEXT_SIZE - 2}));
    assert_true(path_resolve(&path, STR("/"), (struct str){name, PATH_TEXT_SIZE - 2}));
    assert_false(path_resolve(&path, STR("/"), (struct str){name, PATH_TEXT_SIZE - 1}));
}

static void test_folder(void **state)
{
    (void)state;
    assert_true(str_eq(path_folder(STR("/a/b")), STR("/a")));
    assert_true(str_eq(path_folder(STR("/a")), STR("/")));
    assert_true(str_eq(path_folder(STR("a/b/c")), STR("a/b")));
    assert_true(str_eq(path_folder(STR("a")), STR("")));
    assert_true(str_eq(path_folder(STR("")), STR("")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_resolve),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_length),
        cmocka_unit_test(test_folder),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
