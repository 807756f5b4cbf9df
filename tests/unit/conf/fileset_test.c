#include "conf/fileset.h"

#include "base/buf.h"
#include "base/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static const struct where here = {"main.yaml", 3, 5};

struct fixture {
    struct fileset *fs;
    struct diags *d;
    char dir[64];
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    if (f == NULL) {
        return -1;
    }
    f->fs = fileset_new();
    f->d = diags_new();
    snprintf(f->dir, sizeof(f->dir), "/tmp/fileset_test.XXXXXX");
    *state = f;
    return f->fs == NULL || f->d == NULL || mkdtemp(f->dir) == NULL ? -1 : 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    char command[128];

    snprintf(command, sizeof(command), "rm -r '%s'", f->dir);
    int failed = system(command);
    fileset_free(f->fs);
    diags_free(f->d);
    free(f);
    return failed;
}

static struct str in_dir(const struct fixture *f, const char *name, char out[128])
{
    snprintf(out, 128, "%s/%s", f->dir, name);
    return str_of(out);
}

static void put_on_disk(const struct fixture *f, const char *name, const char *content)
{
    char path[128];

    in_dir(f, name, path);
    assert_true(file_replace(path, 0600, str_of(content)));
}

static void check_told(const struct fixture *f, const char *expected)
{
    char *told = diags_text(f->d);

    assert_non_null(told);
    assert_string_equal(told, expected);
    free(told);
}

static void check_get(struct fixture *f, struct str name, const char *content)
{
    struct str got;

    assert_true(fileset_get(f->fs, name, here, f->d, &got, NULL));
    assert_true(str_eq(got, str_of(content)));
}

static bool refused(struct fixture *f, struct str name)
{
    struct str content;

    return !fileset_get(f->fs, name, here, f->d, &content, NULL);
}

static void test_read_once(void **state)
{
    struct fixture *f = *state;
    char path[128];
    struct str name = in_dir(f, "./x/../a.yaml", path), content;
    const char *canonical = NULL, *again = NULL;

    put_on_disk(f, "a.yaml", "first");
    assert_true(fileset_get(f->fs, name, here, f->d, &content, &canonical));
    put_on_disk(f, "a.yaml", "changed meanwhile");
    check_get(f, name, "first");
    name = in_dir(f, "a.yaml", path);
    assert_true(fileset_get(f->fs, name, here, f->d, &content, &again));
    assert_string_equal(canonical, path);
    assert_ptr_equal(canonical, again);
    check_told(f, "");
}

static void test_put(void **state)
{
    struct fixture *f = *state;
    char content[] = "abc";

    assert_true(fileset_put(f->fs, STR("etc/../a.yaml"), str_of(content)));
    content[0] = 'x';
    check_get(f, STR("./a.yaml"), "abc");
    assert_false(fileset_put(f->fs, STR("a.yaml"), STR("again")));
    assert_true(fileset_put(f->fs, STR("empty"), (struct str){NULL, 0}));
    check_get(f, STR("empty"), "");
    assert_false(fileset_put(f->fs, STR(""), STR("x")));
    assert_false(fileset_put(f->fs, STR("a\0b"), STR("x")));
}

static void test_failures_are_told(void **state)
{
    struct fixture *f = *state;
    char path[128], expected[1024];

    assert_true(refused(f, in_dir(f, "none", path)));
    assert_true(refused(f, str_of(f->dir)));
    in_dir(f, "pipe", path);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_true(refused(f, str_of(path)));
    assert_true(refused(f, STR("")));
    assert_true(refused(f, STR("a\0b")));
    snprintf(expected, sizeof(expected),
             "main.yaml:3:5: cannot read `%s/none`: No such file or directory\n"
             "main.yaml:3:5: cannot read `%s`: it is not a regular file\n"
             "main.yaml:3:5: cannot read `%s/pipe`: it is not a regular file\n"
             "main.yaml:3:5: `` is no file name; expected 1 to 4095 bytes without a NUL\n"
             "main.yaml:3:5: `a\\x00b` is no file name; expected 1 to 4095 bytes without a NUL\n",
             f->dir, f->dir, f->dir);
    check_told(f, expected);
}

static void test_a_sealed_set_reads_nothing(void **state)
{
    struct fixture *f = *state;
    char path[128], late[128], expected[512];
    const char *const *names;
    size_t count;

    put_on_disk(f, "a.yaml", "1");
    put_on_disk(f, "b.yaml", "2");
    check_get(f, in_dir(f, "a.yaml", path), "1");
    fileset_seal(f->fs);
    check_get(f, str_of(path), "1");
    assert_true(refused(f, in_dir(f, "b.yaml", late)));
    assert_false(fileset_list(f->fs, str_of(f->dir), STR(""), here, f->d, &names, &count));
    snprintf(expected, sizeof(expected),
             "main.yaml:3:5: cannot read `%s`: it is not among the files this configuration was "
             "read from\n"
             "main.yaml:3:5: cannot read `%s`: it is not among the files this configuration was "
             "read from\n",
             late, f->dir);
    check_told(f, expected);
    /* What is put in is there all the same. */
    assert_true(fileset_put(f->fs, str_of(late), STR("from a bundle")));
    check_get(f, str_of(late), "from a bundle");
}

static void test_file_size_limit(void **state)
{
    struct fixture *f = *state;
    char path[128], expected[256];
    struct str name = in_dir(f, "big", path), content;

    put_on_disk(f, "big", "");
    assert_int_equal(truncate(path, (off_t)FILESET_MAX_FILE + 1), 0);
    assert_true(refused(f, name));
    snprintf(expected, sizeof(expected),
             "main.yaml:3:5: cannot read `%s`: it is larger than 64 MiB\n", path);
    check_told(f, expected);
    assert_int_equal(truncate(path, (off_t)FILESET_MAX_FILE), 0);
    assert_true(fileset_get(f->fs, name, here, f->d, &content, NULL));
    assert_int_equal(content.n, FILESET_MAX_FILE);
    struct str larger = {content.p, (size_t)FILESET_MAX_FILE + 1};
    assert_false(fileset_put(f->fs, STR("larger"), larger));
}

static void test_total_limit(void **state)
{
    struct fixture *f = *state;
    char path[128], expected[256];
    char *block = calloc(1, FILESET_MAX_FILE);
    struct str content = {block, FILESET_MAX_FILE};

    assert_non_null(block);
    assert_true(fileset_put(f->fs, STR("1"), content));
    assert_true(fileset_put(f->fs, STR("2"), content));
    assert_true(fileset_put(f->fs, STR("3"), content));
    content.n -= 4;
    assert_true(fileset_put(f->fs, STR("4"), content));
    free(block);
    put_on_disk(f, "five", "12345");
    put_on_disk(f, "four", "1234");
    assert_true(refused(f, in_dir(f, "five", path)));
    snprintf(expected, sizeof(expected),
             "main.yaml:3:5: cannot read `%s`: the files together are larger than 256 MiB\n", path);
    check_told(f, expected);
    assert_false(fileset_put(f->fs, STR("5"), STR("12345")));
    check_get(f, in_dir(f, "four", path), "1234");
    assert_false(fileset_put(f->fs, STR("6"), STR("1")));
    assert_true(fileset_put(f->fs, STR("7"), STR("")));
}

static void test_file_count_limit(void **state)
{
    struct fixture *f = *state;
    char name[128], expected[256];

    for (unsigned i = 0; i < FILESET_MAX_FILES; i++) {
        snprintf(name, sizeof(name), "file%u", i);
        assert_true(fileset_put(f->fs, str_of(name), str_of(name)));
    }
    assert_false(fileset_put(f->fs, STR("more"), STR("x")));
    check_get(f, STR("file0"), "file0");
    check_get(f, STR("file4095"), "file4095");
    put_on_disk(f, "more", "x");
    assert_true(refused(f, in_dir(f, "more", name)));
    snprintf(expected, sizeof(expected), "main.yaml:3:5: cannot read `%s`: more than 4,096 files\n",
             name);
    check_told(f, expected);
}

static void check_names(struct fixture *f, struct str dir, const char *const *expected, size_t n)
{
    const char *const *names = NULL;
    size_t count = 99;

    assert_true(fileset_list(f->fs, dir, STR(".yaml"), here, f->d, &names, &count));
    assert_int_equal(count, n);
    for (size_t i = 0; i < n; i++) {
        char path[128];

        in_dir(f, expected[i], path);
        assert_string_equal(names[i], path);
    }
}

static void test_list_is_remembered(void **state)
{
    static const char *const expected[] = {"a.yaml", "b.yaml"};
    struct fixture *f = *state;
    char path[128];

    put_on_disk(f, "b.yaml", "");
    put_on_disk(f, "a.yaml", "");
    put_on_disk(f, "a.txt", "");
    check_names(f, str_of(f->dir), expected, 2);
    put_on_disk(f, "c.yaml", "");
    check_names(f, in_dir(f, "x/..", path), expected, 2);
    check_names(f, in_dir(f, "a.yaml", path), expected, 1);
    fileset_seal(f->fs);
    check_names(f, str_of(f->dir), expected, 2);
    check_told(f, "");
}

static void test_list_failures(void **state)
{
    struct fixture *f = *state;
    char path[128], expected[512];
    const char *const *names;
    size_t count;

    assert_false(fileset_list(f->fs, in_dir(f, "none", path), STR(""), here, f->d, &names, &count));
    assert_false(fileset_list(f->fs, STR(""), STR(""), here, f->d, &names, &count));
    assert_false(fileset_list(f->fs, STR("a\nb"), STR(""), here, f->d, &names, &count));
    snprintf(expected, sizeof(expected),
             "main.yaml:3:5: cannot read `%s`: No such file or directory\n"
             "main.yaml:3:5: `` is no file name; expected 1 to 4095 bytes without a NUL\n"
             "main.yaml:3:5: `a\\x0Ab` is no file name; expected 1 to 4095 bytes without a NUL\n",
             path);
    check_told(f, expected);
}

/* What one set holds fills another, which then answers alike without the disk. */
static void test_bundle_round_trip(void **state)
{
    static const char *const expected[] = {"a.yaml", "b.yaml"};
    struct fixture *f = *state;
    struct fixture other = {.fs = fileset_new(), .d = f->d};
    char path[128], empty[128];
    struct fileset_entry e;
    char kinds[8] = "";
    size_t n = 0;

    assert_non_null(other.fs);
    memcpy(other.dir, f->dir, sizeof(other.dir));
    put_on_disk(f, "b.yaml", "two");
    put_on_disk(f, "a.yaml", "one");
    in_dir(f, "empty", empty);
    assert_int_equal(mkdir(empty, 0700), 0);
    check_names(f, str_of(f->dir), expected, 2);
    check_names(f, str_of(empty), NULL, 0);
    check_get(f, in_dir(f, "b.yaml", path), "two");
    check_get(f, in_dir(f, "a.yaml", path), "one");

    for (; fileset_at(f->fs, n, &e); n++) {
        assert_true(n < sizeof(kinds) - 1);
        kinds[n] = e.kind;
        assert_true(e.kind == 'f' ? fileset_put(other.fs, e.name, e.content)
                                  : fileset_put_list(other.fs, e.name, e.content));
    }
    assert_string_equal(kinds, "ffll");
    fileset_seal(other.fs);
    check_names(&other, str_of(f->dir), expected, 2);
    check_names(&other, str_of(empty), NULL, 0);
    check_get(&other, in_dir(f, "a.yaml", path), "one");
    check_get(&other, in_dir(f, "b.yaml", path), "two");
    for (size_t i = 0; i < n; i++) {
        struct fileset_entry x, y;

        assert_true(fileset_at(f->fs, i, &x) && fileset_at(other.fs, i, &y));
        assert_true(x.kind == y.kind && str_eq(x.name, y.name) && str_eq(x.content, y.content));
    }
    check_told(f, "");
    fileset_free(other.fs);
}

static void test_put_list_is_checked(void **state)
{
    struct fixture *f = *state;
    struct buf many = BUF_INIT(FILESET_MAX_FILES * 2 + 2);

    assert_true(fileset_put_list(f->fs, STR("rules\n.yaml"), STR("rules/a.yaml")));
    assert_false(fileset_put_list(f->fs, STR("rules\n.yaml"), STR("rules/b.yaml")));
    assert_false(fileset_put_list(f->fs, STR("no suffix"), STR("x")));
    assert_false(fileset_put_list(f->fs, STR("a\0b\n"), STR("x")));
    assert_false(fileset_put_list(f->fs, STR("a\n"), STR("x\0y")));
    for (unsigned i = 0; i < FILESET_MAX_FILES; i++) {
        assert_true(buf_add_str(&many, i == 0 ? STR("x") : STR("\nx")));
    }
    assert_true(fileset_put_list(f->fs, STR("full\n"), buf_str(&many)));
    assert_true(buf_add_str(&many, STR("\nx")));
    assert_false(fileset_put_list(f->fs, STR("over\n"), buf_str(&many)));
    buf_free(&many);
}

static void test_beside(void **state)
{
    struct fixture *f = *state;
    const char *known = NULL;
    struct str content;
    char base[128], name[128];

    assert_string_equal(fileset_beside(f->fs, "etc/stopgate.yaml", STR("policy.yaml")),
                        "etc/policy.yaml");
    assert_string_equal(fileset_beside(f->fs, "etc/stopgate.yaml", STR("../rules")), "rules");
    assert_string_equal(fileset_beside(f->fs, "/etc/x.yaml", STR("/rules/./a")), "/rules/a");
    assert_string_equal(fileset_beside(f->fs, "x.yaml", STR("a")), "a");
    assert_string_equal(fileset_beside(f->fs, "/x.yaml", STR("a")), "/a");
    assert_null(fileset_beside(f->fs, "x.yaml", STR("")));
    assert_null(fileset_beside(f->fs, "x.yaml", STR("a\0b")));

    put_on_disk(f, "a", "1");
    in_dir(f, "base", base);
    assert_true(fileset_get(f->fs, in_dir(f, "a", name), here, f->d, &content, &known));
    assert_ptr_equal(fileset_beside(f->fs, base, STR("a")), known);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_read_once),           TEST(test_put),
        TEST(test_failures_are_told),   TEST(test_a_sealed_set_reads_nothing),
        TEST(test_file_size_limit),     TEST(test_total_limit),
        TEST(test_file_count_limit),    TEST(test_list_is_remembered),
        TEST(test_list_failures),       TEST(test_bundle_round_trip),
        TEST(test_put_list_is_checked), TEST(test_beside),
    };

    fileset_free(NULL);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
