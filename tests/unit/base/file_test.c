#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "folder.h"

static bool no_memory;
static int read_errors; /* planned */
static int read_error;
static bool read_gave_byte;

void *__real_realloc(void *p, size_t n);
void *__wrap_realloc(void *p, size_t n);

ssize_t __real_read(int fd, void *p, size_t n);
ssize_t __wrap_read(int fd, void *p, size_t n);

/* While errors are planned: one byte, then the error, in turn. */
ssize_t __wrap_read(int fd, void *p, size_t n)
{
    if (read_errors == 0) {
        return __real_read(fd, p, n);
    }
    if (read_gave_byte) {
        read_gave_byte = false;
        read_errors--;
        errno = read_error;
        return -1;
    }
    read_gave_byte = true;
    return __real_read(fd, p, 1);
}

void *__wrap_realloc(void *p, size_t n)
{
    return no_memory ? NULL : __real_realloc(p, n);
}

static void assert_refused(const char *path, size_t cap, int error)
{
    struct buf b = BUF_INIT(cap);
    errno = 0;
    assert_false(file_read(path, &b));
    assert_int_equal(errno, error);
    assert_int_equal(b.n, 0);
    buf_free(&b);
}

static void read_whole(void **state)
{
    (void)state;
    int fd = next_descriptor();
    put("a", STR("one\0two\n"));
    assert_content("a", STR("one\0two\n"));
    put("a", STR(""));
    assert_content("a", STR(""));

    fill_big();
    put("a", (struct str){big, BIG});
    assert_content("a", (struct str){big, BIG});
    assert_int_equal(unlink("a"), 0);
    assert_int_equal(next_descriptor(), fd);
}

static void read_appends(void **state)
{
    (void)state;
    struct buf b = BUF_INIT(6);
    put("a", STR("def"));
    assert_true(buf_add_str(&b, STR("abc")));
    assert_true(file_read("a", &b));
    assert_true(str_eq(buf_str(&b), STR("abcdef")));
    errno = 0;
    assert_false(file_read("a", &b));
    assert_int_equal(errno, EFBIG);
    assert_true(str_eq(buf_str(&b), STR("abcdef")));
    buf_free(&b);
    assert_int_equal(unlink("a"), 0);
}

static void read_is_capped(void **state)
{
    (void)state;
    put("a", STR("12345"));
    struct buf b = BUF_INIT(5);
    assert_true(file_read("a", &b));
    assert_true(str_eq(buf_str(&b), STR("12345")));
    buf_free(&b);
    assert_refused("a", 4, EFBIG);
    assert_refused("a", 0, EFBIG);
    assert_int_equal(unlink("a"), 0);
}

/* A sparse file that nobody could hold: refused by its size, before a byte is read. */
static void read_refuses_huge_at_once(void **state)
{
    (void)state;
    put("a", STR(""));
    assert_int_equal(truncate("a", (off_t)1 << 40), 0);
    assert_refused("a", BIG, EFBIG);
    assert_int_equal(unlink("a"), 0);
}

/* /proc tells size 0 for regular files that hold something. */
static void read_goes_past_the_told_size(void **state)
{
    (void)state;
    struct buf b = BUF_INIT(BIG);
    assert_true(file_read("/proc/self/status", &b));
    assert_true(str_starts(buf_str(&b), STR("Name:")));
    buf_free(&b);
    assert_refused("/proc/self/status", 10, EFBIG);
}

static void read_takes_regular_files_only(void **state)
{
    (void)state;
    int fd = next_descriptor();
    assert_refused(".", BIG, EISDIR);
    assert_refused("/dev/null", BIG, EINVAL);
    assert_refused("/dev/zero", BIG, EINVAL);
    assert_int_equal(mkfifo("fifo", 0600), 0);
    assert_refused("fifo", BIG, EINVAL); /* and does not wait for a writer */
    assert_refused("missing", BIG, ENOENT);
    assert_refused("", BIG, ENOENT);
    assert_int_equal(symlink("loop", "loop"), 0);
    assert_refused("loop", BIG, ELOOP);
    assert_int_equal(unlink("loop") | unlink("fifo"), 0);
    assert_int_equal(next_descriptor(), fd);
}

static void read_without_memory(void **state)
{
    (void)state;
    put("a", STR("12345"));
    no_memory = true;
    struct buf b = BUF_INIT(100);
    errno = 0;
    bool ok = file_read("a", &b);
    int error = errno;
    no_memory = false;
    assert_false(ok);
    assert_int_equal(error, ENOMEM);
    assert_int_equal(unlink("a"), 0);
}

static void read_goes_on_after_a_signal(void **state)
{
    (void)state;
    put("a", STR("12345"));
    read_errors = 3;
    read_error = EINTR;
    assert_content("a", STR("12345"));
    assert_int_equal(read_errors, 0);
    assert_int_equal(unlink("a"), 0);
}

static void read_that_fails_adds_nothing(void **state)
{
    (void)state;
    int fd = next_descriptor();
    put("a", STR("12345"));
    struct buf b = BUF_INIT(100);
    assert_true(buf_add_str(&b, STR("abc")));
    read_errors = 1;
    read_error = EIO;
    errno = 0;
    assert_false(file_read("a", &b));
    assert_int_equal(errno, EIO);
    assert_int_equal(read_errors, 0);
    assert_true(str_eq(buf_str(&b), STR("abc")));
    buf_free(&b);
    assert_int_equal(unlink("a"), 0);
    assert_int_equal(next_descriptor(), fd);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(read_whole),
        cmocka_unit_test(read_appends),
        cmocka_unit_test(read_is_capped),
        cmocka_unit_test(read_refuses_huge_at_once),
        cmocka_unit_test(read_goes_past_the_told_size),
        cmocka_unit_test(read_takes_regular_files_only),
        cmocka_unit_test(read_without_memory),
        cmocka_unit_test(read_goes_on_after_a_signal),
        cmocka_unit_test(read_that_fails_adds_nothing),
    };
    return cmocka_run_group_tests_name("base/file", tests, enter_folder, leave_folder);
}
