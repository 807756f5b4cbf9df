/* The master's children: workers and the auditor are started, introduced, and replaced. */
#include "base/clock.h"
#include "net/address.h"
#include "proc/auditor.h"
#include "proc/child.h"
#include "proc/master_private.h"
#include "proc/worker.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define BACKOFF_MS 1000        /* before replacing a child that had only just started */
#define YOUNG_NS 1000000000ull /* "only just" */

static uint64_t restart_delay(uint64_t started_ns)
{
    return clock_mono_ns() - started_ns < YOUNG_NS ? BACKOFF_MS : 0;
}

/* --- listening sockets ------------------------------------------------------------------- */

/* SO_REUSEPORT would share the port with another gateway of the same user, silently. */
static bool is_free(const struct address *address)
{
    int fd = address_listen(address, false);
    if (fd < 0) {
        return false;
    }
    close(fd);
    return true;
}

/* Every worker has its own socket for each address (SO_REUSEPORT): its queue survives it. */
static bool listen_for(struct master *m, size_t entry)
{
    const struct config_listen *l = &m->start->config.listen[entry];
    struct address address = l->address;
    bool shared = address.sa.ss_family == AF_UNIX;
    char text[ADDRESS_TEXT_SIZE];
    for (size_t i = 0; i < m->slot_count; i++) {
        int fd = -1;
        if (shared && i > 0) {
            fd = dup(m->slots[0].listen_fds[entry]);
        } else if (shared || i > 0 || is_free(&address)) {
            fd = address_listen(&address, !shared);
        }
        m->slots[i].listen_fds[entry] = fd;
        if (fd < 0 || !address_of_socket(fd, &address)) {
            fprintf(stderr, "%s:%u:%u: cannot listen on %.*s: %s\n", l->at.file, l->at.line,
                    l->at.column, STR_ARG(l->text), strerror(errno));
            return false;
        }
    }
    log_info(&m->log, "listening address=%s", address_text(&address, text));
    return true;
}

static void start_slot(void *ctx);

bool slots_open(struct master *m)
{
    size_t entries = m->start->config.listen_count;
    m->slots = calloc(m->slot_count, sizeof(*m->slots));
    for (size_t i = 0; m->slots != NULL && i < m->slot_count; i++) {
        struct slot *s = &m->slots[i];
        s->master = m;
        s->channel = -1;
        snprintf(s->name, sizeof(s->name), "worker-%u", (unsigned)i);
        s->listen_fds = malloc((entries + 1) * sizeof(int));
        s->restart = timer_new(m->loop, start_slot, s);
        if (s->listen_fds == NULL || s->restart == NULL) {
            return false;
        }
        memset(s->listen_fds, 0xFF, (entries + 1) * sizeof(int));
    }
    for (size_t e = 0; m->slots != NULL && e < entries; e++) {
        if (!listen_for(m, e)) {
            return false;
        }
    }
    return m->slots != NULL;
}

static void unlink_listeners(const struct master *m)
{
    for (size_t e = 0; e < m->start->config.listen_count; e++) {
        const struct config_listen *l = &m->start->config.listen[e];
        if (l->address.sa.ss_family == AF_UNIX && str_starts(l->text, STR("unix:"))) {
            (void)unlink(l->text.p + 5);
        }
    }
}

static void close_channel(struct slot *s)
{
    watch_free(s->watch);
    s->watch = NULL;
    if (s->channel >= 0) {
        close(s->channel);
        s->channel = -1;
    }
}

void slots_close(struct master *m)
{
    for (size_t i = 0; m->slots != NULL && i < m->slot_count; i++) {
        struct slot *s = &m->slots[i];
        close_channel(s);
        timer_free(s->restart);
        for (size_t e = 0; s->listen_fds != NULL && e < m->start->config.listen_count; e++) {
            if (s->listen_fds[e] >= 0) {
                close(s->listen_fds[e]);
            }
        }
        free(s->listen_fds);
    }
    if (m->slots != NULL) {
        unlink_listeners(m);
    }
    free(m->slots);
    m->slots = NULL;
}

/* --- workers
 * --------------------------------------------------------------------------------------- */

bool slot_send(struct slot *s, enum message_type type, uint64_t generation, int fd)
{
    struct str data = {(const char *)&generation, sizeof(generation)};
    return message_send(s->channel, type, data, fd) == MESSAGE_OK;
}

void slot_prepare(struct slot *s)
{
    if (!slot_send(s, MESSAGE_PREPARE, s->master->generation, s->master->bundle)) {
        log_warnx(&s->master->log, "bundle_not_sent worker=%s", s->name);
    }
}

/* A channel between this worker and the auditor that is there now. */
static void introduce(struct slot *s)
{
    struct master *m = s->master;
    struct str none = {NULL, 0};
    int ends[2];
    if (m->auditor_channel < 0 || s->channel < 0) {
        return;
    }
    if (!message_pair(ends)) {
        log_warn(&m->log, "audit_channel_not_made");
        return;
    }
    if (message_send(m->auditor_channel, MESSAGE_WORKER, none, ends[0]) != MESSAGE_OK ||
        message_send(s->channel, MESSAGE_AUDIT, none, ends[1]) != MESSAGE_OK) {
        log_warnx(&m->log, "audit_channel_not_sent worker=%s", s->name);
    }
    close(ends[0]);
    close(ends[1]);
}

static void on_message(void *ctx, int fd)
{
    struct slot *s = ctx;
    struct message m;
    enum message_status status = message_receive(fd, &s->master->reader, &m);
    if (status == MESSAGE_OK) {
        slot_message(s, &m);
    } else if (status != MESSAGE_AGAIN) {
        close_channel(s); /* its end is told by SIGCHLD */
    }
}

static void start_slot(void *ctx)
{
    struct slot *s = ctx;
    struct master *m = s->master;
    struct worker_options options = {
        .log = m->log, .listen_fds = s->listen_fds, .listen_count = m->start->config.listen_count};
    if (m->stopping) {
        return;
    }
    options.log.process = s->name;
    memcpy(options.mask_key, m->mask_key, sizeof(options.mask_key));
    s->generation = 0;
    s->started_ns = clock_mono_ns();
    s->pid = worker_start(&options, &s->channel);
    s->watch = s->pid < 0 ? NULL : watch_readable(m->loop, s->channel, on_message, s);
    if (s->watch == NULL) {
        log_error(&m->log, "worker_not_started worker=%s", s->name);
        if (s->pid > 0) {
            kill(s->pid, SIGKILL);
            close_channel(s);
        }
        s->pid = 0;
        timer_set(s->restart, BACKOFF_MS);
        return;
    }
    introduce(s);
    slot_prepare(s);
}

void slots_start(struct master *m)
{
    for (size_t i = 0; i < m->slot_count; i++) {
        start_slot(&m->slots[i]);
    }
}

static void tell_ready(struct master *m)
{
    for (size_t i = 0; i < m->slot_count; i++) {
        if (m->slots[i].generation == 0) {
            return;
        }
    }
    m->ready = true;
    log_info(&m->log, "ready workers=%zu rules=%llu snapshot=%.16s", m->slot_count,
             (unsigned long long)m->built.rules, m->built.version);
    reload_again(m);
}

void slot_message(struct slot *s, const struct message *m)
{
    struct message_prepared p;
    if (m->fd >= 0) {
        close(m->fd);
    }
    if (m->type == MESSAGE_FIGURES) {
        status_figures(s, m);
    } else if (message_data(m, &p, sizeof(p)) && m->type == MESSAGE_PREPARED) {
        reload_prepared(s, &p);
    } else if (message_data(m, &p, sizeof(p)) && m->type == MESSAGE_COMMITTED) {
        reload_committed(s, &p);
        if (!s->master->ready) {
            tell_ready(s->master);
        }
    } else {
        log_warnx(&s->master->log, "message_unknown worker=%s type=%d", s->name, (int)m->type);
    }
}

/* --- the auditor
 * ------------------------------------------------------------------------------------ */

static void start_auditor(void *ctx)
{
    struct master *m = ctx;
    m->auditor_started_ns = clock_mono_ns();
    m->auditor = auditor_start(&m->log, m->start->config.audit_directory.p, &m->auditor_channel);
    if (m->auditor < 0) {
        log_error(&m->log, "auditor_not_started");
        m->auditor_channel = -1;
        m->auditor = 0;
        timer_set(m->auditor_restart, BACKOFF_MS);
        return;
    }
    for (size_t i = 0; i < m->slot_count; i++) {
        introduce(&m->slots[i]);
    }
}

bool auditor_open(struct master *m)
{
    m->auditor_channel = -1;
    m->auditor_restart = timer_new(m->loop, start_auditor, m);
    if (m->auditor_restart == NULL) {
        return false;
    }
    start_auditor(m);
    return m->auditor > 0;
}

/* --- ends
 * ------------------------------------------------------------------------------------------- */

static void auditor_ended(struct master *m, int wait_status)
{
    char text[32];
    m->auditor = 0;
    if (m->auditor_channel >= 0) {
        close(m->auditor_channel);
        m->auditor_channel = -1;
    }
    if (!m->stopping) {
        log_errorx(&m->log, "auditor_ended %s", child_end_text(wait_status, text));
        timer_set(m->auditor_restart, restart_delay(m->auditor_started_ns));
    }
}

static void slot_ended(struct slot *s, int wait_status)
{
    struct master *m = s->master;
    char text[32];
    s->pid = 0;
    close_channel(s);
    s->figures_wanted = false;
    if (!m->stopping) {
        log_errorx(&m->log, "worker_ended worker=%s %s", s->name,
                   child_end_text(wait_status, text));
        timer_set(s->restart, restart_delay(s->started_ns));
    }
    reload_slot_gone(s);
}

/* Workers first; when the last is gone the auditor has everything, and ends by its channel's end.
 */
static void continue_stop(struct master *m)
{
    for (size_t i = 0; m->slots != NULL && i < m->slot_count; i++) {
        if (m->slots[i].pid > 0) {
            return;
        }
    }
    if (m->auditor_channel >= 0) {
        close(m->auditor_channel);
        m->auditor_channel = -1;
    }
    if (m->auditor == 0) {
        loop_stop(m->loop);
    }
}

void children_ended(struct master *m)
{
    int wait_status;
    pid_t pid;
    while ((pid = waitpid(-1, &wait_status, WNOHANG)) > 0) {
        if (pid == m->auditor) {
            auditor_ended(m, wait_status);
        } else if (pid == m->reload.builder) {
            reload_builder_ended(m, wait_status);
        }
        for (size_t i = 0; m->slots != NULL && i < m->slot_count; i++) {
            if (m->slots[i].pid == pid) {
                slot_ended(&m->slots[i], wait_status);
            }
        }
    }
    if (m->stopping) {
        continue_stop(m);
    }
}

void master_stop(struct master *m, int exit_code)
{
    if (m->stopping) {
        return;
    }
    m->stopping = true;
    m->exit_code = exit_code;
    log_info(&m->log, "stopping");
    for (size_t i = 0; m->slots != NULL && i < m->slot_count; i++) {
        struct slot *s = &m->slots[i];
        if (s->pid > 0 && !slot_send(s, MESSAGE_DRAIN, 0, -1)) {
            kill(s->pid, SIGTERM);
        }
    }
    timer_set(m->stop_timer, m->start->config.timeouts.shutdown_ms + 2000);
    continue_stop(m);
}
