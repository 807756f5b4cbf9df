#include "proc/master.h"

#include "base/clock.h"
#include "base/digest.h"
#include "proc/master_private.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static void on_command(void *ctx, uint64_t client, struct str command)
{
    struct master *m = ctx;
    if (m->stopping || !m->ready) {
        control_reply(m->control, client,
                      m->stopping ? STR("{\"ok\":false,\"error\":\"the gateway is stopping\"}")
                                  : STR("{\"ok\":false,\"error\":\"the gateway is starting\"}"));
    } else if (str_eq(command, STR("reload"))) {
        log_info(&m->log, "reload by=control");
        if (!reload_begin(m, client)) {
            control_reply(m->control, client,
                          STR("{\"ok\":false,\"error\":\"another reload is under way\"}"));
        }
    } else if (str_eq(command, STR("status"))) {
        status_begin(m, client);
    } else {
        control_reply(m->control, client,
                      STR("{\"ok\":false,\"error\":\"unknown command; known: reload, status\"}"));
    }
}

static void on_hangup(void *ctx, int signo)
{
    struct master *m = ctx;
    (void)signo;
    log_info(&m->log, "reload by=signal");
    if (!reload_begin(m, 0)) {
        m->reload.again = true; /* once more when the one under way is done: files may be newer */
    }
}

static void on_stop(void *ctx, int signo)
{
    (void)signo;
    master_stop(ctx, 0);
}

static void on_child(void *ctx, int signo)
{
    (void)signo;
    children_ended(ctx);
}

static void on_reopen(void *ctx, int signo)
{
    struct master *m = ctx;
    struct str none = {NULL, 0};
    (void)signo;
    if (m->auditor_channel < 0 ||
        message_send(m->auditor_channel, MESSAGE_REOPEN, none, -1) != MESSAGE_OK) {
        log_warnx(&m->log, "records_not_reopened reason=no_auditor");
    }
}

/* The drain took longer than it may: the workers are cut off. */
static void on_stop_timeout(void *ctx)
{
    struct master *m = ctx;
    for (size_t i = 0; m->slots != NULL && i < m->slot_count; i++) {
        if (m->slots[i].pid > 0) {
            log_warnx(&m->log, "worker_killed worker=%s reason=drain", m->slots[i].name);
            kill(m->slots[i].pid, SIGKILL);
        }
    }
    if (m->auditor > 0 && m->auditor_channel < 0) {
        kill(m->auditor, SIGKILL);
    }
    timer_set(m->stop_timer, 5000);
}

static bool watch_signals(struct master *m)
{
    static const struct {
        int signo;
        watch_fn *fn;
    } table[] = {{SIGHUP, on_hangup},
                 {SIGTERM, on_stop},
                 {SIGINT, on_stop},
                 {SIGCHLD, on_child},
                 {SIGUSR1, on_reopen}};
    for (size_t i = 0; i < SG_COUNT(table); i++) {
        m->signals[i] = watch_signal(m->loop, table[i].signo, table[i].fn, m);
        if (m->signals[i] == NULL) {
            return false;
        }
    }
    return true;
}

static bool make_folder(const char *path)
{
    if (mkdir(path, 0750) == 0 || errno == EEXIST) {
        return true;
    }
    fprintf(stderr, "%s: cannot make the folder: %s\n", path, strerror(errno));
    return false;
}

static size_t worker_count(const struct config *c)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    if (c->workers > 0) {
        return (size_t)c->workers;
    }
    return cores > 0 ? (size_t)cores : 1;
}

/* Connections are descriptors: the soft limit is raised to what the system lets us have. */
static void raise_descriptors(const struct log *log)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        if (setrlimit(RLIMIT_NOFILE, &limit) < 0) {
            log_warn(log, "descriptor_limit_not_raised");
        }
    }
}

static bool open_control(struct master *m)
{
    const char *path = m->start->config.control.p;
    m->control = control_open(m->loop, &m->log, path, on_command, m);
    if (m->control == NULL) {
        fprintf(stderr, "%s: cannot open the control socket: %s\n", path,
                errno == EADDRINUSE ? "another stopgated uses it" : strerror(errno));
    }
    return m->control != NULL;
}

static bool open_all(struct master *m)
{
    const struct config *c = &m->start->config;
    m->slot_count = worker_count(c);
    m->loop = loop_new();
    m->stop_timer = m->loop == NULL ? NULL : timer_new(m->loop, on_stop_timeout, m);
    m->status_timer = m->loop == NULL ? NULL : timer_new(m->loop, status_reply, m);
    if (m->stop_timer == NULL || m->status_timer == NULL || !watch_signals(m) ||
        !digest_random(m->mask_key, sizeof(m->mask_key))) {
        fprintf(stderr, "stopgated: out of memory\n");
        return false;
    }
    raise_descriptors(&m->log);
    return make_folder(c->state.p) && open_control(m) && slots_open(m) && auditor_open(m) &&
           reload_begin(m, 0);
}

static void close_all(struct master *m)
{
    reload_close(m);
    slots_close(m);
    control_close(m->control);
    for (size_t i = 0; i < SG_COUNT(m->signals); i++) {
        watch_free(m->signals[i]);
    }
    if (m->auditor_channel >= 0) {
        close(m->auditor_channel);
    }
    timer_free(m->auditor_restart);
    timer_free(m->stop_timer);
    timer_free(m->status_timer);
    if (m->loop != NULL) {
        loop_free(m->loop);
    }
    if (m->bundle >= 0) {
        close(m->bundle);
    }
    snapshot_unref(m->start);
}

int master_run(const char *config_path, const struct log *log)
{
    struct diags *d = diags_new();
    struct master *m = calloc(1, sizeof(*m));
    if (d == NULL || m == NULL) {
        diags_free(d);
        free(m);
        fprintf(stderr, "stopgated: out of memory\n");
        return 2;
    }
    *m = (struct master){.log = *log,
                         .config_path = config_path,
                         .auditor_channel = -1,
                         .bundle = -1,
                         .started_ns = clock_mono_ns(),
                         .exit_code = 2};
    m->start = snapshot_read(config_path, d);
    if (m->start == NULL) {
        diags_print(d, stderr, isatty(STDERR_FILENO) == 1);
    }
    diags_free(d);
    if (m->start == NULL) {
        free(m);
        return 2;
    }
    m->log.level = (enum log_level)m->start->config.log_level;
    if (open_all(m)) {
        m->exit_code = 0;
        if (!loop_run(m->loop)) {
            m->exit_code = 2;
        }
    }
    int code = m->exit_code;
    log_info(&m->log, "stopped");
    close_all(m);
    free(m);
    return code;
}
