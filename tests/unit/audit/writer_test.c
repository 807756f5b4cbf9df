/* The record file: whole lines only, whatever the disk does. ftruncate(2) is wrapped, because no
 * file system lets it fail on request. */
#include "audit/writer.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "../base/folder.h"

static bool truncate_fails;
int __real_ftruncate(int fd, off_t length);
int __wrap_ftruncate(int fd, off_t length);

int __wrap_ftruncate(int fd, off_t length)
{
    if (truncate_fails) {
        errno = EIO;
        return -1;
    }
    return __real_ftruncate(fd, length);
}

#define FILE_NAME "audit/" WRITER_FILE

static int no_file(void **state)
{
    (void)state;
    truncate_fails = false;
    (void)unlink(FILE_NAME);
    return 0;
}

static struct writer *opened(void)
{
    struct writer *w = writer_open("audit");
    assert_non_null(w);
    return w;
}

/* The disk is full past `size` bytes; 0: it is not. */
static void fill_disk(rlim_t size)
{
    struct rlimit limit;
    assert_return_code(getrlimit(RLIMIT_FSIZE, &limit), errno);
    limit.rlim_cur = size == 0 ? limit.rlim_max : size;
    assert_return_code(setrlimit(RLIMIT_FSIZE, &limit), errno);
}

/* --- opening ----------------------------------------------------------------------------- */

static void test_modes(void **state)
{
    struct stat st;
    mode_t before = umask(0);
    (void)state;
    writer_close(opened());
    umask(before);
    assert_return_code(stat("audit", &st), errno);
    assert_int_equal(st.st_mode & 07777, 0750);
    assert_return_code(stat(FILE_NAME, &st), errno);
    assert_int_equal(st.st_mode & 07777, 0600);
    writer_close(NULL);
}

static void test_appends(void **state)
{
    struct writer *w = opened();
    (void)state;
    assert_true(writer_append(w, STR("one\n")));
    assert_true(writer_append(w, STR("two\nthree\n")));
    writer_close(w);
    w = opened();
    assert_true(writer_append(w, STR("four\n")));
    writer_close(w);
    assert_content(FILE_NAME, STR("one\ntwo\nthree\nfour\n"));
}

/* More than one page goes through, too. */
static void test_large(void **state)
{
    struct writer *w = opened();
    (void)state;
    assert_true(writer_append(w, (struct str){big, BIG}));
    writer_close(w);
    assert_content(FILE_NAME, (struct str){big, BIG});
}

static void test_torn_tail(void **state)
{
    (void)state;
    put(FILE_NAME, STR("one\n{\"id\":"));
    struct writer *w = opened();
    assert_true(writer_append(w, STR("two\n")));
    writer_close(w);
    assert_content(FILE_NAME, STR("one\n{\"id\":\ntwo\n"));
    writer_close(opened()); /* whole: nothing is added */
    assert_content(FILE_NAME, STR("one\n{\"id\":\ntwo\n"));
}

static void test_cannot_open(void **state)
{
    int fd = next_descriptor();
    (void)state;
    assert_null(writer_open("none/audit"));
    assert_int_equal(errno, ENOENT);
    put("file", STR(""));
    assert_null(writer_open("file"));
    assert_int_equal(errno, ENOTDIR);
    assert_return_code(symlink("../file", FILE_NAME), errno); /* never follows a link */
    assert_null(writer_open("audit"));
    assert_int_equal(errno, ELOOP);
    assert_return_code(unlink(FILE_NAME), errno);
    assert_return_code(mkfifo(FILE_NAME, 0600), errno);
    assert_null(writer_open("audit"));
    assert_int_equal(errno, EINVAL);
    assert_int_equal(next_descriptor(), fd);
}

/* --- a full disk ------------------------------------------------------------------------- */

static void test_full_disk(void **state)
{
    struct writer *w = opened();
    (void)state;
    assert_true(writer_append(w, STR("one\n")));
    fill_disk(8);
    assert_false(writer_append(w, STR("too long\n"))); /* four bytes of it fit */
    assert_int_equal(errno, EFBIG);
    assert_content(FILE_NAME, STR("one\n"));
    assert_true(writer_append(w, STR("two\n"))); /* what fits is taken */
    assert_false(writer_append(w, STR("x\n")));
    fill_disk(0);
    assert_true(writer_append(w, STR("three\n")));
    writer_close(w);
    assert_content(FILE_NAME, STR("one\ntwo\nthree\n"));
}

/* What cannot be cut off is ended before anything else is written. */
static void test_full_disk_no_truncate(void **state)
{
    struct writer *w = opened();
    (void)state;
    assert_true(writer_append(w, STR("one\n")));
    fill_disk(8);
    truncate_fails = true;
    assert_false(writer_append(w, STR("too long\n")));
    assert_int_equal(errno, EFBIG);
    assert_content(FILE_NAME, STR("one\ntoo "));
    assert_false(writer_append(w, STR("two\n"))); /* not even the newline fits */
    assert_content(FILE_NAME, STR("one\ntoo "));
    fill_disk(0);
    assert_true(writer_append(w, STR("two\n")));
    assert_true(writer_append(w, STR("three\n")));
    writer_close(w);
    assert_content(FILE_NAME, STR("one\ntoo \ntwo\nthree\n"));
}

static void test_truncated_later(void **state)
{
    struct writer *w = opened();
    (void)state;
    fill_disk(2);
    truncate_fails = true;
    assert_false(writer_append(w, STR("one\n")));
    truncate_fails = false;
    fill_disk(0);
    assert_true(writer_append(w, STR("two\n")));
    writer_close(w);
    assert_content(FILE_NAME, STR("two\n"));
}

/* Nothing of the line was written: there is nothing to mend. */
static void test_full_at_a_line_end(void **state)
{
    struct writer *w = opened();
    (void)state;
    assert_true(writer_append(w, STR("one\n")));
    fill_disk(4);
    truncate_fails = true;
    assert_false(writer_append(w, STR("two\n")));
    fill_disk(0);
    assert_true(writer_append(w, STR("three\n")));
    writer_close(w);
    assert_content(FILE_NAME, STR("one\nthree\n"));
}

/* --- rotation ---------------------------------------------------------------------------- */

static void test_reopen(void **state)
{
    struct writer *w = opened();
    int fd = next_descriptor();
    (void)state;
    assert_true(writer_append(w, STR("one\n")));
    assert_return_code(rename(FILE_NAME, "rotated"), errno);
    assert_true(writer_append(w, STR("two\n")));
    assert_content("rotated", STR("one\ntwo\n"));
    assert_true(writer_reopen(w));
    assert_true(writer_append(w, STR("three\n")));
    assert_content("rotated", STR("one\ntwo\n"));
    assert_content(FILE_NAME, STR("three\n"));
    assert_true(writer_reopen(w)); /* again: the descriptors have changed places twice */
    assert_int_equal(next_descriptor(), fd);
    writer_close(w);
}

static void test_reopen_torn(void **state)
{
    struct writer *w = opened();
    (void)state;
    fill_disk(2);
    truncate_fails = true;
    assert_false(writer_append(w, STR("one\n")));
    fill_disk(0);
    assert_true(writer_reopen(w)); /* the same file: its torn line is ended, once */
    assert_true(writer_append(w, STR("two\n")));
    writer_close(w);
    assert_content(FILE_NAME, STR("on\ntwo\n"));
}

/* The old file stays in use when the new one cannot be opened. */
static void test_reopen_fails(void **state)
{
    struct writer *w = opened();
    (void)state;
    assert_return_code(rename(FILE_NAME, "kept"), errno);
    assert_return_code(mkdir(FILE_NAME, 0700), errno);
    assert_false(writer_reopen(w));
    assert_true(writer_append(w, STR("one\n")));
    writer_close(w);
    assert_content("kept", STR("one\n"));
    assert_return_code(rmdir(FILE_NAME), errno);
}

/* Another program cut the file in place: a failed append must not fill the gap with NULs. */
static void test_cut_in_place(void **state)
{
    struct writer *w = opened();
    (void)state;
    assert_true(writer_append(w, STR("a long line\n")));
    assert_return_code(truncate(FILE_NAME, 0), errno);
    fill_disk(2);
    assert_false(writer_append(w, STR("one\n")));
    fill_disk(0);
    assert_true(writer_append(w, STR("two\n")));
    writer_close(w);
    assert_content(FILE_NAME, STR("two\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_modes, no_file),
        cmocka_unit_test_setup(test_appends, no_file),
        cmocka_unit_test_setup(test_large, no_file),
        cmocka_unit_test_setup(test_torn_tail, no_file),
        cmocka_unit_test_setup(test_cannot_open, no_file),
        cmocka_unit_test_setup(test_full_disk, no_file),
        cmocka_unit_test_setup(test_full_disk_no_truncate, no_file),
        cmocka_unit_test_setup(test_truncated_later, no_file),
        cmocka_unit_test_setup(test_full_at_a_line_end, no_file),
        cmocka_unit_test_setup(test_reopen, no_file),
        cmocka_unit_test_setup(test_reopen_torn, no_file),
        cmocka_unit_test_setup(test_reopen_fails, no_file),
        cmocka_unit_test_setup(test_cut_in_place, no_file),
    };
    fill_big();
    (void)signal(SIGXFSZ, SIG_IGN); /* write(2) fails with EFBIG instead */
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
