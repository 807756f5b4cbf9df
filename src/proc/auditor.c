#include "proc/auditor.h"

#include "audit/writer.h"
#include "net/loop.h"
#include "proc/child.h"
#include "proc/message.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#define BATCH_MAX (1u << 20) /* bytes gathered for one write */

struct auditor;

struct source {
    struct auditor *auditor;
    struct source *next;
    int channel;
    struct watch *watch;
};

struct auditor {
    struct log log;
    const char *directory;
    struct loop *loop;
    struct writer *writer;
    int channel; /* the master's */
    struct watch *watch;
    struct source *sources;
    struct buf batch;
    bool failing; /* told once, not for each record */
    struct message_reader reader;
};

static void stop_if_alone(struct auditor *a)
{
    if (a->watch == NULL && a->sources == NULL) {
        loop_stop(a->loop);
    }
}

/*
 * A record that cannot be written ends the auditor: what the workers have not handed over yet waits
 * with them, new exchanges are refused meanwhile, and the next auditor tries again.
 */
static void give_up(struct auditor *a, size_t bytes)
{
    log_error(&a->log, "records_not_written bytes=%zu", bytes);
    a->failing = true;
    loop_stop(a->loop);
}

static void flush(struct auditor *a)
{
    if (a->batch.n == 0 || a->failing) {
        return;
    }
    if (!writer_append(a->writer, buf_str(&a->batch))) {
        give_up(a, a->batch.n);
        return;
    }
    buf_clear(&a->batch);
}

static void close_source(struct source *s)
{
    struct source **link = &s->auditor->sources;
    while (*link != s) {
        link = &(*link)->next;
    }
    *link = s->next;
    watch_free(s->watch);
    close(s->channel);
    stop_if_alone(s->auditor);
    free(s);
}

static void on_records(void *ctx, int fd)
{
    struct source *s = ctx;
    struct auditor *a = s->auditor;
    struct message m;
    enum message_status status = MESSAGE_AGAIN;
    while (!a->failing && (status = message_receive(fd, &a->reader, &m)) == MESSAGE_OK) {
        if (m.fd >= 0) {
            close(m.fd);
        }
        if (m.type != MESSAGE_RECORD) {
            status = MESSAGE_BAD;
            break;
        }
        if (!buf_add_str(&a->batch, m.data)) {
            give_up(a, a->batch.n + m.data.n);
        }
        if (a->batch.n > BATCH_MAX) {
            flush(a);
        }
    }
    flush(a);
    if (!a->failing && status != MESSAGE_AGAIN) {
        if (status == MESSAGE_BAD) {
            log_warnx(&a->log, "channel_closed reason=bad_message");
        }
        close_source(s);
    }
}

static void add_source(struct auditor *a, int channel)
{
    struct source *s = calloc(1, sizeof(*s));
    if (s != NULL) {
        s->auditor = a;
        s->channel = channel;
        s->watch = watch_readable(a->loop, channel, on_records, s);
    }
    if (s == NULL || s->watch == NULL) {
        log_errorx(&a->log, "worker_not_taken reason=memory");
        free(s);
        close(channel);
        return;
    }
    s->next = a->sources;
    a->sources = s;
}

static void on_master(void *ctx, int fd)
{
    struct auditor *a = ctx;
    struct message m;
    enum message_status status;
    while ((status = message_receive(fd, &a->reader, &m)) == MESSAGE_OK) {
        if (m.type == MESSAGE_WORKER && m.fd >= 0) {
            add_source(a, m.fd);
        } else if (m.type == MESSAGE_REOPEN && !writer_reopen(a->writer)) {
            log_error(&a->log, "records_not_reopened");
        } else if (m.fd >= 0) {
            close(m.fd);
        }
    }
    if (status != MESSAGE_AGAIN) {
        watch_free(a->watch);
        a->watch = NULL;
        stop_if_alone(a);
    }
}

static int auditor_main(void *ctx)
{
    struct auditor *a = ctx;
    /* Ends with its peers, not with the terminal: the last records come from workers that drain. */
    signal(SIGINT, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    a->batch = BUF_INIT(BATCH_MAX + 2 * MESSAGE_DATA_MAX);
    a->writer = writer_open(a->directory);
    if (a->writer == NULL) {
        log_error(&a->log, "records_not_opened directory=%s", a->directory);
        return 1;
    }
    a->loop = loop_new();
    a->watch = a->loop == NULL ? NULL : watch_readable(a->loop, a->channel, on_master, a);
    bool good = a->watch != NULL && loop_run(a->loop) && !a->failing;
    while (a->sources != NULL) {
        close_source(a->sources);
    }
    watch_free(a->watch);
    if (a->loop != NULL) {
        loop_free(a->loop);
    }
    writer_close(a->writer);
    buf_free(&a->batch);
    return good ? 0 : 1;
}

pid_t auditor_start(const struct log *log, const char *directory, int *channel)
{
    int ends[2];
    struct auditor *a = calloc(1, sizeof(*a));
    if (a == NULL || !message_pair(ends)) {
        free(a);
        return -1;
    }
    a->log = *log;
    a->log.process = "auditor";
    a->directory = directory;
    a->channel = ends[1];
    pid_t pid = child_start("sg-auditor", log, &ends[1], 1, auditor_main, a);
    free(a);
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        return -1;
    }
    *channel = ends[0];
    return pid;
}
