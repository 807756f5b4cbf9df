/* Children: what they keep, what they lose, how their end is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proc/child.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

struct told {
    int kept, lost;
};

static bool is_open(int fd)
{
    return fcntl(fd, F_GETFD) >= 0;
}

/* _exit: what the parent's test framework registered is none of the child's business. */
static int look_around(void *ctx)
{
    const struct told *t = ctx;
    char name[32] = "";
    struct rlimit cores = {1, 1};
    sigset_t blocked;
    (void)prctl(PR_GET_NAME, name);
    (void)getrlimit(RLIMIT_CORE, &cores);
    sigprocmask(SIG_SETMASK, NULL, &blocked);
    struct sigaction term;
    sigaction(SIGTERM, NULL, &term);
    bool good = is_open(t->kept) && !is_open(t->lost) && is_open(2) &&
                strcmp(name, "sg-test") == 0 && cores.rlim_max == 0 &&
                prctl(PR_GET_DUMPABLE) == 0 && prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 &&
                term.sa_handler == SIG_DFL && sigismember(&blocked, SIGTERM) == 0;
    _exit(good ? 7 : 1);
}

static void test_surroundings(void **state)
{
    struct log log = {.fd = 2};
    struct told t = {open("/dev/null", O_RDONLY), open("/dev/null", O_RDONLY)};
    const int keep[] = {-1, t.kept};
    sigset_t term, before;
    int status = 0;
    char text[32];
    (void)state;
    signal(SIGTERM, SIG_IGN);
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_BLOCK, &term, &before);
    pid_t pid = child_start("sg-test", &log, keep, SG_COUNT(keep), look_around, &t);
    sigprocmask(SIG_SETMASK, &before, NULL);
    signal(SIGTERM, SIG_DFL);
    assert_true(pid > 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_string_equal(child_end_text(status, text), "status-7");
    (void)close(t.kept);
    (void)close(t.lost);
}

static int wait_for_ever(void *ctx)
{
    (void)ctx;
    while (pause() != 0) {
    }
    return 0;
}

static void test_killed(void **state)
{
    struct log log = {.fd = 2};
    int status = 0;
    char text[32];
    (void)state;
    pid_t pid = child_start("sg-test", &log, NULL, 0, wait_for_ever, NULL);
    assert_true(pid > 0);
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_string_equal(child_end_text(status, text), "signal-9");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_surroundings),
        cmocka_unit_test(test_killed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
