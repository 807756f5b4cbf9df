#include "proc/worker.h"

#include "net/listener.h"
#include "proc/child.h"
#include "proc/message.h"
#include "proc/records.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* How long a drained worker waits for the auditor to take its last records. */
#define END_WAIT_MS 20
#define END_WAITS 75

struct worker {
    struct log log;
    struct loop *loop;
    struct gate *gate;
    struct records *records;
    int channel; /* the master's */
    struct watch *watch, *term;
    const int *listen_fds;
    size_t listen_count;
    struct listener **listeners;
    uint64_t generation;       /* of what is being prepared, or was last */
    uint64_t adopting;         /* of what the gate is taking over */
    struct snapshot *prepared; /* waits for its commit */
    bool draining;
    struct timer *end;
    unsigned end_waits;
    uint8_t mask_key[INSPECT_KEY_SIZE];
    struct message_reader reader;
};

/* Opening a snapshot off the loop: parsing rule files takes milliseconds that streams would feel.
 */
struct opening {
    struct worker *worker;
    uint64_t generation;
    int bundle;
    struct snapshot *snapshot;
};

static void report(struct worker *w, enum message_type type, uint64_t generation, bool good)
{
    struct message_prepared data = {generation, good};
    struct str bytes = {(const char *)&data, sizeof(data)};
    if (message_send(w->channel, type, bytes, -1) != MESSAGE_OK) {
        log_warnx(&w->log, "report_lost type=%d", (int)type);
    }
}

static void open_bundle(void *ctx)
{
    struct opening *o = ctx;
    struct diags *d = diags_new();
    o->snapshot = d == NULL ? NULL : snapshot_open(o->bundle, d);
    diags_free(d);
    close(o->bundle);
}

static void bundle_opened(void *ctx)
{
    struct opening *o = ctx;
    struct worker *w = o->worker;
    if (o->generation == w->generation) {
        snapshot_unref(w->prepared);
        w->prepared = o->snapshot;
        report(w, MESSAGE_PREPARED, o->generation, o->snapshot != NULL);
    } else {
        snapshot_unref(o->snapshot); /* aborted meanwhile */
    }
    free(o);
}

static void prepare(struct worker *w, uint64_t generation, int bundle)
{
    struct opening *o = malloc(sizeof(*o));
    w->generation = generation;
    if (o == NULL || bundle < 0) {
        free(o);
        report(w, MESSAGE_PREPARED, generation, false);
        return;
    }
    *o = (struct opening){w, generation, bundle, NULL};
    if (!loop_offload(w->loop, open_bundle, bundle_opened, o)) {
        close(bundle);
        free(o);
        report(w, MESSAGE_PREPARED, generation, false);
        return;
    }
}

static void on_client(void *ctx, int fd, const struct address *peer)
{
    struct worker *w = ctx;
    gate_accept(w->gate, fd, peer);
}

static bool start_listening(struct worker *w)
{
    for (size_t i = 0; i < w->listen_count && w->listeners[i] == NULL; i++) {
        w->listeners[i] = listener_new(w->loop, w->listen_fds[i], &w->log, on_client, w);
        if (w->listeners[i] == NULL) {
            return false;
        }
    }
    return true;
}

static void stop_listening(struct worker *w)
{
    for (size_t i = 0; i < w->listen_count; i++) {
        listener_free(w->listeners[i]);
        w->listeners[i] = NULL;
        close(w->listen_fds[i]); /* what waits in the queue is reset now, not after the drain */
    }
    w->listen_count = 0;
}

static void adopted(void *ctx, bool good)
{
    struct worker *w = ctx;
    good = good && (w->draining || start_listening(w));
    report(w, MESSAGE_COMMITTED, w->adopting, good);
}

static void commit(struct worker *w, uint64_t generation)
{
    struct snapshot *s = generation == w->generation ? w->prepared : NULL;
    if (s != NULL) {
        w->prepared = NULL;
        w->adopting = generation;
    }
    if (s == NULL || !gate_adopt(w->gate, s, adopted, w)) {
        report(w, MESSAGE_COMMITTED, generation, false);
    }
}

/* The last records wait for a busy auditor, or for one that is being replaced. */
static void end_when_told(void *ctx)
{
    struct worker *w = ctx;
    if (records_waiting(w->records) && w->end_waits++ < END_WAITS) {
        timer_set(w->end, END_WAIT_MS);
    } else {
        loop_stop(w->loop);
    }
}

static void drained(void *ctx)
{
    end_when_told(ctx);
}

static void drain(struct worker *w)
{
    if (!w->draining) {
        w->draining = true;
        log_info(&w->log, "draining");
        stop_listening(w);
        gate_drain(w->gate, drained, w);
    }
}

static void on_term(void *ctx, int signo)
{
    (void)signo;
    drain(ctx);
}

static void tell_figures(struct worker *w)
{
    struct gate_figures figures;
    gate_figures(w->gate, &figures);
    struct str bytes = {(const char *)&figures, sizeof(figures)};
    if (message_send(w->channel, MESSAGE_FIGURES, bytes, -1) != MESSAGE_OK) {
        log_warnx(&w->log, "report_lost type=%d", (int)MESSAGE_FIGURES);
    }
}

static void act(struct worker *w, const struct message *m)
{
    uint64_t generation = 0;
    bool has_generation = message_data(m, &generation, sizeof(generation));
    if (m->type == MESSAGE_AUDIT && m->fd >= 0) {
        records_channel(w->records, m->fd);
    } else if (m->type == MESSAGE_PREPARE && has_generation) {
        prepare(w, generation, m->fd);
    } else if (m->type == MESSAGE_COMMIT && has_generation) {
        commit(w, generation);
    } else if (m->type == MESSAGE_ABORT && has_generation) {
        w->generation = 0;
        snapshot_unref(w->prepared);
        w->prepared = NULL;
    } else if (m->type == MESSAGE_DRAIN) {
        drain(w);
    } else if (m->type == MESSAGE_ASK_FIGURES) {
        tell_figures(w);
    } else if (m->fd >= 0) {
        close(m->fd);
    }
}

static void on_master(void *ctx, int fd)
{
    struct worker *w = ctx;
    struct message m;
    enum message_status status;
    while ((status = message_receive(fd, &w->reader, &m)) == MESSAGE_OK) {
        act(w, &m);
    }
    if (status != MESSAGE_AGAIN) {
        log_warnx(&w->log, "master_gone");
        watch_pause(w->watch);
        drain(w);
    }
}

static bool open_worker(struct worker *w)
{
    struct gate_options options = {.log = w->log};
    memcpy(options.mask_key, w->mask_key, sizeof(options.mask_key));
    w->listeners = calloc(w->listen_count + 1, sizeof(struct listener *));
    w->loop = loop_new();
    w->records = w->loop == NULL ? NULL : records_new(w->loop, &w->log);
    if (w->listeners == NULL || w->records == NULL) {
        return false;
    }
    options.loop = w->loop;
    options.sink = records_sink(w->records);
    w->gate = gate_new(&options);
    w->watch = watch_readable(w->loop, w->channel, on_master, w);
    w->term = watch_signal(w->loop, SIGTERM, on_term, w);
    w->end = timer_new(w->loop, end_when_told, w);
    return w->gate != NULL && w->watch != NULL && w->term != NULL && w->end != NULL;
}

static int worker_main(void *ctx)
{
    struct worker *w = ctx;
    /* A terminal's Ctrl-C and hang-up go to the master, which ends the workers in order. */
    signal(SIGINT, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    bool good = open_worker(w);
    if (!good) {
        log_errorx(&w->log, "worker_not_started reason=%s", reason_code(REASON_MEMORY));
    }
    good = good && loop_run(w->loop);
    watch_free(w->watch);
    watch_free(w->term);
    timer_free(w->end);
    gate_free(w->gate);
    records_free(w->records);
    snapshot_unref(w->prepared);
    for (size_t i = 0; w->listeners != NULL && i < w->listen_count; i++) {
        listener_free(w->listeners[i]);
    }
    if (w->loop != NULL) {
        loop_free(w->loop);
    }
    free(w->listeners);
    return good ? 0 : 1;
}

pid_t worker_start(const struct worker_options *options, int *channel)
{
    int ends[2];
    struct worker *w = calloc(1, sizeof(*w));
    int *keep = calloc(options->listen_count + 1, sizeof(int));
    if (w == NULL || keep == NULL || !message_pair(ends)) {
        free(w);
        free(keep);
        return -1;
    }
    memcpy(keep, options->listen_fds, options->listen_count * sizeof(int));
    keep[options->listen_count] = ends[1];
    w->log = options->log;
    w->channel = ends[1];
    w->listen_fds = options->listen_fds;
    w->listen_count = options->listen_count;
    memcpy(w->mask_key, options->mask_key, sizeof(w->mask_key));
    pid_t pid = child_start("sg-worker", &w->log, keep, options->listen_count + 1, worker_main, w);
    free(w);
    free(keep);
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        return -1;
    }
    *channel = ends[0];
    return pid;
}
