#include "conf/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct fixture {
    char dir[64];
    struct buf out;
    const char *why;
};

static void make_file(const char *dir, const char *name)
{
    char path[512];

    snprintf(path, sizeof(path), "%s/%s", dir, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fclose(f), 0);
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    if (f == NULL) {
        return -1;
    }
    f->out = BUF_INIT(4096);
    snprintf(f->dir, sizeof(f->dir), "/tmp/folder_test.XXXXXX");
    *state = f;
    return mkdtemp(f->dir) == NULL ? -1 : 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    char command[128];

    snprintf(command, sizeof(command), "rm -r '%s'", f->dir);
    int failed = system(command);
    buf_free(&f->out);
    free(f);
    return failed;
}

/* Compares the list with `expected`, where @ stands for the folder. */
static void check_list(struct fixture *f, const char *expected)
{
    struct buf whole = BUF_INIT(4096);

    for (const char *p = expected; *p != '\0'; p++) {
        assert_true(*p == '@' ? buf_add_str(&whole, str_of(f->dir)) : buf_add_char(&whole, *p));
    }
    assert_true(folder_list(f->dir, STR(".yaml"), 100, &f->out, &f->why));
    assert_true(str_eq(buf_str(&f->out), buf_str(&whole)));
    buf_free(&whole);
}

static void test_sorted_and_filtered(void **state)
{
    struct fixture *f = *state;
    char path[128], link[128];

    make_file(f->dir, "b.yaml");
    make_file(f->dir, "a.yaml");
    make_file(f->dir, "B.yaml");
    make_file(f->dir, "é.yaml");
    make_file(f->dir, ".hidden.yaml");
    make_file(f->dir, "a.yaml~");
    make_file(f->dir, "yaml");
    snprintf(path, sizeof(path), "%s/folder.yaml", f->dir);
    assert_int_equal(mkdir(path, 0700), 0);
    make_file(path, "below.yaml");
    snprintf(path, sizeof(path), "%s/pipe.yaml", f->dir);
    assert_int_equal(mkfifo(path, 0600), 0);
    snprintf(link, sizeof(link), "%s/link.yaml", f->dir);
    assert_int_equal(symlink("a.yaml", link), 0);
    snprintf(link, sizeof(link), "%s/lost.yaml", f->dir);
    assert_int_equal(symlink("nowhere", link), 0);
    check_list(f, "@/B.yaml\n@/a.yaml\n@/b.yaml\n@/link.yaml\n@/lost.yaml\n@/é.yaml");
}

static void test_empty_folder(void **state)
{
    check_list(*state, "");
}

static void test_a_file_is_its_own_list(void **state)
{
    struct fixture *f = *state;
    char path[128];

    make_file(f->dir, "one.txt");
    snprintf(path, sizeof(path), "%s/one.txt", f->dir);
    assert_true(folder_list(path, STR(".yaml"), 1, &f->out, &f->why));
    assert_true(str_eq(buf_str(&f->out), str_of(path)));
}

static void test_not_there(void **state)
{
    struct fixture *f = *state;
    char path[128];

    snprintf(path, sizeof(path), "%s/none", f->dir);
    assert_false(folder_list(path, STR(""), 10, &f->out, &f->why));
    assert_string_equal(f->why, "No such file or directory");
    snprintf(path, sizeof(path), "%s/pipe", f->dir);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_false(folder_list(path, STR(""), 10, &f->out, &f->why));
    assert_string_equal(f->why, "it is neither a folder nor a regular file");
}

static void test_limits(void **state)
{
    struct fixture *f = *state;

    make_file(f->dir, "1.yaml");
    make_file(f->dir, "2.yaml");
    assert_true(folder_list(f->dir, STR(".yaml"), 2, &f->out, &f->why));
    buf_clear(&f->out);
    assert_false(folder_list(f->dir, STR(".yaml"), 1, &f->out, &f->why));
    assert_string_equal(f->why, "it holds too many files");

    struct buf small = BUF_INIT(strlen(f->dir) + 10);
    assert_false(folder_list(f->dir, STR(".yaml"), 2, &small, &f->why));
    assert_string_equal(f->why, "Cannot allocate memory");
    buf_free(&small);
}

static void test_line_break_in_a_name(void **state)
{
    struct fixture *f = *state;

    make_file(f->dir, "a\nb.yaml");
    assert_false(folder_list(f->dir, STR(".yaml"), 10, &f->out, &f->why));
    assert_string_equal(f->why, "a file in it has a line break in its name");
    buf_clear(&f->out);
    assert_true(folder_list(f->dir, STR(".txt"), 10, &f->out, &f->why));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_sorted_and_filtered), TEST(test_empty_folder), TEST(test_a_file_is_its_own_list),
        TEST(test_not_there),           TEST(test_limits),       TEST(test_line_break_in_a_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
