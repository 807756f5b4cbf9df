#include "proc/child.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static int compare_ints(const void *a, const void *b)
{
    int x = *(const int *)a, y = *(const int *)b;
    return (x > y) - (x < y);
}

/* Closes everything from 3 up but `keep`, which is sorted. */
static void close_others(const int *keep, size_t count)
{
    unsigned from = 3;
    for (size_t i = 0; i < count; i++) {
        unsigned fd = (unsigned)keep[i];
        if (fd > from) {
            (void)close_range(from, fd - 1, 0);
        }
        if (fd >= from) {
            from = fd + 1;
        }
    }
    (void)close_range(from, ~0u, 0);
}

static void reset_signals(void)
{
    static const int signals[] = {SIGHUP, SIGINT, SIGTERM, SIGCHLD, SIGUSR1, SIGUSR2, SIGPIPE};
    sigset_t none;
    sigemptyset(&none);
    for (size_t i = 0; i < SG_COUNT(signals); i++) {
        signal(signals[i], SIG_DFL);
    }
    signal(SIGPIPE, SIG_IGN);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

pid_t child_start(const char *name, const struct log *log, const int *keep, size_t keep_count,
                  child_main *fn, void *ctx)
{
    int *fds = calloc(keep_count + 1, sizeof(int));
    if (fds == NULL) {
        return -1;
    }
    size_t count = 0;
    for (size_t i = 0; i < keep_count; i++) {
        if (keep[i] >= 0) {
            fds[count++] = keep[i];
        }
    }
    if (log->fd > 2) {
        fds[count++] = log->fd;
    }
    fflush(NULL);
    pid_t pid = fork();
    if (pid != 0) {
        int saved = errno;
        free(fds);
        errno = saved;
        return pid;
    }
    reset_signals();
    qsort(fds, count, sizeof(*fds), compare_ints);
    close_others(fds, count);
    free(fds);
    /* Memory holds prompts and keys: nobody may read it through a core or a debugger. */
    struct rlimit none = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &none);
    (void)prctl(PR_SET_DUMPABLE, 0);
    (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    (void)prctl(PR_SET_NAME, name);
    exit(fn(ctx));
}

const char *child_end_text(int wait_status, char out[32])
{
    if (WIFSIGNALED(wait_status)) {
        snprintf(out, 32, "signal-%d", WTERMSIG(wait_status));
    } else {
        snprintf(out, 32, "status-%d", WEXITSTATUS(wait_status));
    }
    return out;
}
