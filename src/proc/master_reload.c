/* Reloads: build, prepare everywhere, then commit everywhere; or leave everything as it was. */
#include "proc/builder.h"
#include "proc/child.h"
#include "proc/master_private.h"

#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BUILD_TIMEOUT_MS 300000 /* hundreds of thousands of terms take tens of seconds */
#define ANSWER_TIMEOUT_MS 60000

static void reply(struct master *m, json_t *answer)
{
    char *text = answer == NULL ? NULL : json_dumps(answer, JSON_COMPACT);
    if (m->reload.client != 0 && m->control != NULL) {
        control_reply(m->control, m->reload.client,
                      text != NULL ? str_of(text) : STR("{\"ok\":false,\"error\":\"memory\"}"));
    }
    free(text);
    json_decref(answer);
}

static void close_channel(struct reload *r)
{
    watch_free(r->watch);
    r->watch = NULL;
    if (r->channel >= 0) {
        close(r->channel);
        r->channel = -1;
    }
}

static void reset(struct master *m)
{
    struct reload *r = &m->reload;
    close_channel(r);
    if (r->bundle >= 0 && r->bundle != m->bundle) {
        close(r->bundle);
    }
    timer_clear(r->timeout);
    free(r->warnings);
    r->bundle = -1;
    r->warnings = NULL;
    r->client = 0;
    r->phase = RELOAD_IDLE;
    for (size_t i = 0; i < m->slot_count; i++) {
        m->slots[i].waiting = false;
    }
    reload_again(m);
}

void reload_again(struct master *m)
{
    struct reload *r = &m->reload;
    if (!r->again || !m->ready || m->stopping || r->phase != RELOAD_IDLE) {
        return;
    }
    r->again = false;
    if (!reload_begin(m, 0)) {
        log_warnx(&m->log, "reload_failed");
    }
}

/* `errors`: lines of file:line:column messages, or one line of what else went wrong. */
static void fail(struct master *m, const char *errors)
{
    struct reload *r = &m->reload;
    for (size_t i = 0; i < m->slot_count && r->phase == RELOAD_PREPARE; i++) {
        if (m->slots[i].pid > 0 && !slot_send(&m->slots[i], MESSAGE_ABORT, r->generation, -1)) {
            log_warnx(&m->log, "abort_not_sent worker=%s", m->slots[i].name);
        } else if (m->slots[i].pid > 0 && m->slots[i].generation == 0) {
            slot_prepare(&m->slots[i]); /* it had only begun: with what stays current */
        }
    }
    log_errorx(&m->log, "%s", m->ready ? "reload_refused" : "start_refused");
    if (r->client == 0) {
        fprintf(stderr, "%s", errors);
    }
    reply(m, json_pack("{s:b, s:s, s:s}", "ok", 0, "error",
                       "nothing was changed; the running configuration stays", "errors", errors));
    if (!m->ready) {
        master_stop(m, 2);
    }
    reset(m);
}

static void stop_builder(const struct master *m)
{
    if (m->reload.builder > 0) {
        kill(m->reload.builder, SIGKILL);
    }
}

static void on_timeout(void *ctx)
{
    struct master *m = ctx;
    if (m->reload.phase == RELOAD_BUILD) {
        stop_builder(m);
        fail(m, "the rules took too long to compile; the builder was stopped\n");
    } else if (m->reload.phase == RELOAD_PREPARE) {
        fail(m, "a worker did not answer in time\n");
    } else {
        /* Committed, but somebody hangs: who runs old rules is replaced. */
        for (size_t i = 0; i < m->slot_count; i++) {
            if (m->slots[i].waiting && m->slots[i].pid > 0) {
                log_errorx(&m->log, "worker_killed worker=%s reason=no_commit", m->slots[i].name);
                kill(m->slots[i].pid, SIGKILL);
            }
        }
    }
}

static bool nobody_waits(const struct master *m)
{
    for (size_t i = 0; i < m->slot_count; i++) {
        if (m->slots[i].waiting) {
            return false;
        }
    }
    return true;
}

static void finish_if_all(struct master *m)
{
    struct reload *r = &m->reload;
    if (!nobody_waits(m)) {
        return;
    }
    log_info(&m->log, "reloaded generation=%llu snapshot=%.16s rules=%llu",
             (unsigned long long)m->generation, m->built.version,
             (unsigned long long)m->built.rules);
    reply(m, json_pack("{s:b, s:s, s:I, s:I, s:I, s:s}", "ok", 1, "snapshot", m->built.version,
                       "rules", (json_int_t)m->built.rules, "examples",
                       (json_int_t)m->built.examples, "workers", (json_int_t)m->slot_count,
                       "warnings", r->warnings == NULL ? "" : r->warnings));
    reset(m);
}

static void take_bundle(struct master *m)
{
    if (m->bundle >= 0) {
        close(m->bundle);
    }
    m->bundle = m->reload.bundle;
    m->generation = m->reload.generation;
    m->built = m->reload.built;
}

static void commit_if_all(struct master *m)
{
    if (!nobody_waits(m)) {
        return;
    }
    m->reload.phase = RELOAD_COMMIT;
    take_bundle(m);
    for (size_t i = 0; i < m->slot_count; i++) {
        struct slot *s = &m->slots[i];
        s->waiting = s->pid > 0 && slot_send(s, MESSAGE_COMMIT, m->generation, -1);
    }
    timer_set(m->reload.timeout, ANSWER_TIMEOUT_MS);
    finish_if_all(m);
}

/* The bundle is there: the first one starts the workers, later ones go to those that run. */
static void distribute(struct master *m)
{
    struct reload *r = &m->reload;
    if (!m->ready) {
        take_bundle(m);
        if (r->warnings != NULL) {
            fprintf(stderr, "%s", r->warnings);
        }
        reset(m);
        slots_start(m);
        return;
    }
    r->phase = RELOAD_PREPARE;
    timer_set(r->timeout, ANSWER_TIMEOUT_MS);
    for (size_t i = 0; i < m->slot_count; i++) {
        struct slot *s = &m->slots[i];
        s->waiting = s->pid > 0 && slot_send(s, MESSAGE_PREPARE, r->generation, r->bundle);
    }
    commit_if_all(m);
}

static bool read_built(struct reload *r, const struct message *msg)
{
    if (msg->fd < 0 || msg->data.n < sizeof(r->built)) {
        return false;
    }
    memcpy(&r->built, msg->data.p, sizeof(r->built));
    r->built.version[sizeof(r->built.version) - 1] = '\0';
    struct str text = str_sub(msg->data, sizeof(r->built), msg->data.n);
    r->warnings = text.n > 0 ? strndup(text.p, text.n) : NULL;
    r->bundle = msg->fd;
    return true;
}

static void on_report(void *ctx, int fd)
{
    struct master *m = ctx;
    struct reload *r = &m->reload;
    struct message msg;
    enum message_status status = message_receive(fd, &m->reader, &msg);
    if (status == MESSAGE_AGAIN) {
        return;
    }
    close_channel(r);
    timer_clear(r->timeout);
    if (status == MESSAGE_OK && msg.type == MESSAGE_BUILT && read_built(r, &msg)) {
        distribute(m);
    } else if (status == MESSAGE_OK && msg.type == MESSAGE_NOT_BUILT) {
        char *errors = strndup(msg.data.p, msg.data.n);
        fail(m, errors != NULL ? errors : "out of memory\n");
        free(errors);
    } else if (status == MESSAGE_OK && msg.fd >= 0) {
        close(msg.fd);
        fail(m, "the builder's report is malformed\n");
    } else {
        fail(m, "the builder died; see the log\n");
    }
}

bool reload_begin(struct master *m, uint64_t client)
{
    struct reload *r = &m->reload;
    bool starting = m->generation != 0 && !m->ready;
    if (r->phase != RELOAD_IDLE || starting || m->stopping) {
        return false;
    }
    if (r->timeout == NULL) {
        r->timeout = timer_new(m->loop, on_timeout, m);
        r->channel = r->bundle = -1;
    }
    r->builder =
        r->timeout == NULL ? -1 : builder_start(&m->log, m->config_path, m->start, &r->channel);
    if (r->builder < 0) {
        log_error(&m->log, "builder_not_started");
        return false;
    }
    r->client = client;
    r->generation = m->generation + 1;
    r->phase = RELOAD_BUILD;
    r->watch = watch_readable(m->loop, r->channel, on_report, m);
    if (r->watch == NULL) {
        kill(r->builder, SIGKILL);
        reset(m);
        return false;
    }
    timer_set(r->timeout, BUILD_TIMEOUT_MS);
    return true;
}

void reload_builder_ended(struct master *m, int wait_status)
{
    char text[32];
    m->reload.builder = 0;
    if (wait_status != 0) {
        log_errorx(&m->log, "builder_ended %s", child_end_text(wait_status, text));
    }
}

void reload_prepared(struct slot *s, const struct message_prepared *p)
{
    struct master *m = s->master;
    struct reload *r = &m->reload;
    if (r->phase == RELOAD_PREPARE && p->generation == r->generation) {
        s->waiting = false;
        if (p->good == 0) {
            fail(m, "a worker could not take the new configuration; see the log\n");
        } else {
            commit_if_all(m);
        }
    } else if (p->good != 0 && p->generation == m->generation && !s->waiting) {
        if (!slot_send(s, MESSAGE_COMMIT, m->generation, -1)) {
            log_warnx(&m->log, "commit_not_sent worker=%s", s->name);
        }
    } else if (p->good == 0 && p->generation == m->generation && !s->waiting) {
        log_errorx(&m->log, "worker_killed worker=%s reason=cannot_prepare", s->name);
        kill(s->pid, SIGKILL);
    }
}

void reload_committed(struct slot *s, const struct message_prepared *p)
{
    struct master *m = s->master;
    s->waiting = s->waiting && p->generation != m->generation;
    if (p->good == 0) {
        log_errorx(&m->log, "worker_killed worker=%s reason=cannot_commit", s->name);
        kill(s->pid, SIGKILL); /* its successor starts from what is current */
    } else {
        s->generation = p->generation;
    }
    if (p->good != 0 && s->generation != m->generation) {
        slot_prepare(s); /* it started from what was current then */
    }
    if (m->reload.phase == RELOAD_COMMIT) {
        finish_if_all(m);
    }
}

void reload_slot_gone(struct slot *s)
{
    struct master *m = s->master;
    if (!s->waiting) {
        return;
    }
    s->waiting = false; /* its successor starts from what is current then */
    if (m->reload.phase == RELOAD_PREPARE) {
        /* What one worker did not survive is not given to all. */
        fail(m, "a worker died while it took the new configuration; see the log\n");
    } else if (m->reload.phase == RELOAD_COMMIT) {
        finish_if_all(m);
    }
}

void reload_close(struct master *m)
{
    struct reload *r = &m->reload;
    if (r->timeout == NULL) {
        return;
    }
    stop_builder(m);
    r->again = false;
    reset(m);
    timer_free(r->timeout);
    r->timeout = NULL;
}
