/* The writing half of base/file; file_test.c has the reading half. */
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
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "folder.h"

static int fsyncs_until_failure = -1; /* -1: none fails */
static int fsyncs;

int __real_fsync(int fd);
int __wrap_fsync(int fd);

int __wrap_fsync(int fd)
{
    fsyncs++;
    if (fsyncs_until_failure >= 0 && fsyncs_until_failure-- == 0) {
        errno = EIO;
        return -1;
    }
    return __real_fsync(fd);
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
        cmocka_unit_test(replace_makes_and_replaces),
        cmocka_unit_test(replace_sets_the_mode),
        cmocka_unit_test(replace_does_not_write_in_place),
        cmocka_unit_test(replace_fails_clean),
        cmocka_unit_test(replace_tells_failed_fsync),
        cmocka_unit_test(write_all_in_spite_of_signals),
        cmocka_unit_test(write_all_tells_errors),
    };
    return cmocka_run_group_tests_name("base/file: write", tests, enter_folder, leave_folder);
}
