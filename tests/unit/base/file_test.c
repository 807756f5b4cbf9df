#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define BIG ((size_t)1024 * 1024)

static char folder[] = "/tmp/stopgate-file-XXXXXX"; /* the tests' working directory */
static char big[BIG];
static bool no_memory;
static int fsyncs_until_failure = -1; /* -1: none fails */
static int fsyncs;

void *__real_realloc(void *p, size_t n);
void *__wrap_realloc(void *p, size_t n);
int __real_fsync(int fd);
int __wrap_fsync(int fd);

void *__wrap_realloc(void *p, size_t n)
{
    return no_memory ? NULL : __real_realloc(p, n);
}

int __wrap_fsync(int fd)
{
    fsyncs++;
    if (fsyncs_until_failure >= 0 && fsyncs_until_failure-- == 0) {
        errno = EIO;
        return -1;
    }
    return __real_fsync(fd);
}

static int enter_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL ? -1 : chdir(folder);
}

static int leave_folder(void **state)
{
    (void)state;
    char command[sizeof(folder) + 16];
    (void)snprintf(command, sizeof(command), "rm -rf '%s'", folder);
    return chdir("/") | system(command);
}

static void fill_big(void)
{
    for (size_t i = 0; i < BIG; i++) {
        big[i] = (char)(i * 7 / 3);
    }
}

/* Puts a file there without the functions under test. */
static void put(const char *path, struct str content)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(content.p, 1, content.n, f), content.n);
    assert_int_equal(fclose(f), 0);
}

static void assert_content(const char *path, struct str want)
{
    struct buf b = BUF_INIT(2 * BIG);
    assert_true(file_read(path, &b));
    assert_int_equal(b.n, want.n);
    assert_true(str_eq(buf_str(&b), want));
    buf_free(&b);
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

static size_t entries(void)
{
    DIR *d = opendir(".");
    assert_non_null(d);
    size_t n = 0;
    while (readdir(d) != NULL) {
        n++;
    }
    closedir(d);
    return n - 2;
}

/* Lowest free descriptor: tells of a leak. */
static int next_descriptor(void)
{
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    close(fd);
    return fd;
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

static void replace_makes_and_replaces(void **state)
{
    (void)state;
    int fd = next_descriptor();
    assert_true(file_replace("a", 0600, STR("first")));
    assert_content("a", STR("first"));
    assert_true(file_replace("./a", 0600, STR("second, longer")));
    assert_content("a", STR("second, longer"));
    assert_true(file_replace("a", 0600, (struct str){NULL, 0}));
    assert_content("a", STR(""));
    char path[64];
    (void)snprintf(path, sizeof(path), "%s/a", folder);
    assert_true(file_replace(path, 0600, STR("absolute")));
    assert_content("a", STR("absolute"));
    assert_int_equal(entries(), 1);
    assert_int_equal(unlink("a"), 0);
    assert_int_equal(next_descriptor(), fd);
}

static void replace_sets_the_mode(void **state)
{
    (void)state;
    struct stat st;
    mode_t was = umask(077);
    assert_true(file_replace("a", 0644, STR("x")));
    assert_int_equal(stat("a", &st), 0);
    assert_int_equal(st.st_mode & 07777, 0644);
    umask(0);
    assert_true(file_replace("a", 0400, STR("x")));
    assert_int_equal(stat("a", &st), 0);
    assert_int_equal(st.st_mode & 07777, 0400);
    umask(was);
    assert_int_equal(unlink("a"), 0);
}

/* Who has the old file open keeps the old content whole. */
static void replace_does_not_write_in_place(void **state)
{
    (void)state;
    put("a", STR("old"));
    int fd = open("a", O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_true(file_replace("a", 0600, STR("new")));
    char old[4] = "";
    assert_int_equal(read(fd, old, 4), 3);
    assert_string_equal(old, "old");
    close(fd);
    assert_int_equal(unlink("a"), 0);
}

static void assert_not_replaced(const char *path, int error)
{
    size_t before = entries();
    int fd = next_descriptor();
    errno = 0;
    assert_false(file_replace(path, 0600, STR("x")));
    assert_int_equal(errno, error);
    assert_int_equal(entries(), before);
    assert_int_equal(next_descriptor(), fd);
}

static void replace_fails_clean(void **state)
{
    (void)state;
    static char longest[PATH_MAX + 10];
    assert_not_replaced("missing/a", ENOENT);
    assert_int_equal(mkdir("d", 0700), 0);
    assert_not_replaced("d", EISDIR);
    assert_int_equal(rmdir("d"), 0);
    memset(longest, 'n', 300); /* past NAME_MAX */
    assert_not_replaced(longest, ENAMETOOLONG);
    memset(longest, 'n', PATH_MAX - 5);
    assert_not_replaced(longest, ENAMETOOLONG);
    memset(longest, '/', sizeof(longest) - 1);
    assert_not_replaced(longest, ENAMETOOLONG);
}

static void replace_tells_failed_fsync(void **state)
{
    (void)state;
    put("a", STR("old"));
    fsyncs_until_failure = 0; /* of the new file: the old one stays */
    assert_not_replaced("a", EIO);
    assert_content("a", STR("old"));
    fsyncs_until_failure = 1; /* of the directory: the new one stands, whole */
    assert_not_replaced("a", EIO);
    assert_content("a", STR("x"));
    fsyncs = 0;
    assert_true(file_replace("a", 0600, STR("y")));
    assert_int_equal(fsyncs, 2);
    assert_int_equal(unlink("a"), 0);
}

static void on_alarm(int signal)
{
    (void)signal;
}

/* Reads the pipe slowly; exits 0 when all bytes came in order. */
static void read_slowly(int fd)
{
    static unsigned char piece[50000];
    size_t total = 0;
    for (;;) {
        ssize_t n = read(fd, piece, sizeof(piece));
        if (n <= 0) {
            _exit(n == 0 && total == BIG ? 0 : 1);
        }
        for (ssize_t i = 0; i < n; i++, total++) {
            if (piece[i] != (unsigned char)(total * 7 / 3)) {
                _exit(2);
            }
        }
        usleep(2000);
    }
}

static void write_all_in_spite_of_signals(void **state)
{
    (void)state;
    fill_big();
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        close(ends[1]);
        read_slowly(ends[0]);
    }
    close(ends[0]);
    struct sigaction action = {.sa_handler = on_alarm}; /* no SA_RESTART: write(2) gets EINTR */
    assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
    const struct itimerval often = {{0, 1000}, {0, 1000}};
    const struct itimerval never = {{0, 0}, {0, 0}};
    setitimer(ITIMER_REAL, &often, NULL);
    bool ok = file_write_all(ends[1], big, BIG);
    setitimer(ITIMER_REAL, &never, NULL);
    assert_true(ok);
    close(ends[1]);
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void write_all_tells_errors(void **state)
{
    (void)state;
    assert_true(file_write_all(-1, NULL, 0));
    errno = 0;
    assert_false(file_write_all(-1, "x", 1));
    assert_int_equal(errno, EBADF);
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    signal(SIGPIPE, SIG_IGN);
    assert_false(file_write_all(ends[1], "x", 1));
    assert_int_equal(errno, EPIPE);
    close(ends[1]);
    int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    assert_true(full >= 0);
    assert_false(file_write_all(full, "x", 1));
    assert_int_equal(errno, ENOSPC);
    close(full);
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
        cmocka_unit_test(replace_makes_and_replaces),
        cmocka_unit_test(replace_sets_the_mode),
        cmocka_unit_test(replace_does_not_write_in_place),
        cmocka_unit_test(replace_fails_clean),
        cmocka_unit_test(replace_tells_failed_fsync),
        cmocka_unit_test(write_all_in_spite_of_signals),
        cmocka_unit_test(write_all_tells_errors),
    };
    return cmocka_run_group_tests_name("base/file", tests, enter_folder, leave_folder);
}
