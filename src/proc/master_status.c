/* `stopgate status`: what runs, by whom, on which rules; asked of every worker, told in one answer.
 */
#include "base/clock.h"
#include "proc/master_private.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FIGURES_TIMEOUT_MS 500

static json_t *actions_of(const struct gate_figures *f)
{
    json_t *o = json_object();
    for (int a = 0; a < ACTION_COUNT; a++) {
        json_object_set_new(o, action_names[a], json_integer((json_int_t)f->by_action[a]));
    }
    return o;
}

static json_t *worker_of(const struct slot *s)
{
    const struct gate_figures *f = &s->figures;
    return json_pack("{s:s, s:I, s:b, s:b, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "name",
                     s->name, "pid", (json_int_t)s->pid, "ready", s->generation != 0, "answered",
                     s->pid > 0 && !s->figures_wanted, "snapshot", f->snapshot, "connections",
                     (json_int_t)f->connections, "running", (json_int_t)f->running, "accepted",
                     (json_int_t)f->accepted, "refused", (json_int_t)f->refused, "exchanges",
                     (json_int_t)f->exchanges, "errors", (json_int_t)f->errors, "actions",
                     actions_of(f));
}

static bool somebody_owes(const struct master *m)
{
    for (size_t i = 0; i < m->slot_count; i++) {
        if (m->slots[i].figures_wanted) {
            return true;
        }
    }
    return false;
}

void status_reply(void *ctx)
{
    struct master *m = ctx;
    json_t *workers = json_array();
    for (size_t i = 0; i < m->slot_count; i++) {
        json_array_append_new(workers, worker_of(&m->slots[i]));
    }
    uint64_t up_s = (clock_mono_ns() - m->started_ns) / 1000000000ull;
    json_t *answer = json_pack("{s:b, s:b, s:I, s:I, s:s, s:I, s:I, s:I, s:o}", "ok", 1, "ready",
                               m->ready, "pid", (json_int_t)getpid(), "uptime_s", (json_int_t)up_s,
                               "snapshot", m->built.version, "generation",
                               (json_int_t)m->generation, "rules", (json_int_t)m->built.rules,
                               "auditor_pid", (json_int_t)m->auditor, "workers", workers);
    char *text = answer == NULL ? NULL : json_dumps(answer, JSON_COMPACT);
    uint64_t client = m->status_client;
    m->status_client = 0;
    timer_clear(m->status_timer);
    control_reply(m->control, client,
                  text != NULL ? str_of(text) : STR("{\"ok\":false,\"error\":\"memory\"}"));
    free(text);
    json_decref(answer);
}

void status_begin(struct master *m, uint64_t client)
{
    struct str none = {NULL, 0};
    if (m->status_client != 0) {
        control_reply(m->control, client,
                      STR("{\"ok\":false,\"error\":\"another status request is being answered\"}"));
        return;
    }
    m->status_client = client;
    for (size_t i = 0; i < m->slot_count; i++) {
        struct slot *s = &m->slots[i];
        s->figures_wanted =
            s->pid > 0 && message_send(s->channel, MESSAGE_ASK_FIGURES, none, -1) == MESSAGE_OK;
    }
    if (somebody_owes(m)) {
        timer_set(m->status_timer, FIGURES_TIMEOUT_MS);
    } else {
        status_reply(m);
    }
}

void status_figures(struct slot *s, const struct message *msg)
{
    struct master *m = s->master;
    if (!message_data(msg, &s->figures, sizeof(s->figures))) {
        return;
    }
    s->figures.snapshot[sizeof(s->figures.snapshot) - 1] = '\0';
    s->figures_wanted = false;
    if (m->status_client != 0 && !somebody_owes(m)) {
        status_reply(m);
    }
}
