#include "proc/single.h"

#include "audit/writer.h"
#include "net/address.h"
#include "net/listener.h"
#include "pipe/gate.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct single {
    struct log log;
    const char *config_path;
    struct loop *loop;
    struct gate *gate;
    struct writer *writer;
    struct snapshot *start, *next;
    struct diags *diags; /* of the build under way */
    int *fds;
    struct listener **listeners;
    size_t listen_count;
    struct watch *signals[3];
    bool building, ready, stopping, writing_failed;
    int exit_code;
};

static bool submit(void *ctx, struct str line)
{
    struct single *s = ctx;
    s->writing_failed = !writer_append(s->writer, line);
    return !s->writing_failed;
}

/* After a failure one exchange at a time may try again: the disk may have room by then. */
static bool may_begin(void *ctx)
{
    struct single *s = ctx;
    bool failed = s->writing_failed;
    s->writing_failed = false;
    return !failed;
}

static void on_client(void *ctx, int fd, const struct address *peer)
{
    struct single *s = ctx;
    gate_accept(s->gate, fd, peer);
}

static bool start_listening(struct single *s)
{
    const struct config *c = &s->start->config;
    for (; s->listen_count < c->listen_count; s->listen_count++) {
        size_t i = s->listen_count;
        struct address address = c->listen[i].address;
        char text[ADDRESS_TEXT_SIZE];
        s->fds[i] = address_listen(&address, false);
        if (s->fds[i] < 0 || !address_of_socket(s->fds[i], &address)) {
            log_error(&s->log, "cannot_listen address=%.*s", STR_ARG(c->listen[i].text));
            return false;
        }
        s->listeners[i] = listener_new(s->loop, s->fds[i], &s->log, on_client, s);
        if (s->listeners[i] == NULL) {
            close(s->fds[i]);
            return false;
        }
        log_info(&s->log, "listening address=%s", address_text(&address, text));
    }
    return true;
}

static void stop_listening(struct single *s)
{
    for (size_t i = 0; i < s->listen_count; i++) {
        listener_free(s->listeners[i]);
        close(s->fds[i]);
    }
    s->listen_count = 0;
}

static void drained(void *ctx)
{
    struct single *s = ctx;
    loop_stop(s->loop);
}

static void stop(struct single *s, int exit_code)
{
    if (s->stopping) {
        return;
    }
    s->stopping = true;
    s->exit_code = exit_code;
    stop_listening(s);
    if (!s->building) {
        gate_drain(s->gate, drained, s);
    }
}

static void adopted(void *ctx, bool good)
{
    struct single *s = ctx;
    s->building = false;
    if (s->stopping) {
        gate_drain(s->gate, drained, s);
    } else if (s->ready && !good) {
        log_errorx(&s->log, "reload_refused reason=memory");
    } else if (!s->ready && (!good || !start_listening(s))) {
        stop(s, 2);
    } else {
        log_info(&s->log, s->ready ? "reloaded" : "ready workers=1");
        s->ready = true;
    }
}

static void build(void *ctx)
{
    struct single *s = ctx;
    int bundle = bundle_build(s->config_path, s->diags, NULL);
    s->next = bundle < 0 ? NULL : snapshot_open(bundle, s->diags);
    if (bundle >= 0) {
        close(bundle);
    }
    if (s->next != NULL && !snapshot_can_follow(s->start, s->next, s->diags)) {
        snapshot_unref(s->next);
        s->next = NULL;
    }
}

static void built(void *ctx)
{
    struct single *s = ctx;
    struct snapshot *next = s->next;
    diags_print(s->diags, stderr, isatty(STDERR_FILENO) == 1);
    diags_free(s->diags);
    s->diags = NULL;
    s->next = NULL;
    if (next != NULL && gate_adopt(s->gate, next, adopted, s)) {
        return;
    }
    log_errorx(&s->log, "%s", s->ready ? "reload_refused" : "start_refused");
    s->building = false;
    if (s->stopping) {
        gate_drain(s->gate, drained, s);
    } else if (!s->ready) {
        stop(s, 2);
    }
}

static void begin_build(struct single *s)
{
    if (s->building || s->stopping) {
        log_warnx(&s->log, "reload_refused reason=busy");
        return;
    }
    s->diags = diags_new();
    s->building = s->diags != NULL && loop_offload(s->loop, build, built, s);
    if (!s->building) {
        log_errorx(&s->log, "reload_refused reason=memory");
        diags_free(s->diags);
        s->diags = NULL;
    }
}

static void on_hangup(void *ctx, int signo)
{
    (void)signo;
    begin_build(ctx);
}

static void on_stop(void *ctx, int signo)
{
    (void)signo;
    stop(ctx, 0);
}

static bool open_all(struct single *s)
{
    const struct config *c = &s->start->config;
    s->writer = writer_open(c->audit_directory.p);
    if (s->writer == NULL) {
        fprintf(stderr, "%s: cannot write records: %s\n", c->audit_directory.p, strerror(errno));
        return false;
    }
    s->fds = calloc(c->listen_count + 1, sizeof(int));
    s->listeners = calloc(c->listen_count + 1, sizeof(struct listener *));
    s->loop = loop_new();
    if (s->fds == NULL || s->listeners == NULL || s->loop == NULL) {
        return false;
    }
    struct gate_options options = {.loop = s->loop, .log = s->log, .sink = {s, submit, may_begin}};
    if (!digest_random(options.mask_key, sizeof(options.mask_key))) {
        return false;
    }
    s->gate = gate_new(&options);
    s->signals[0] = watch_signal(s->loop, SIGHUP, on_hangup, s);
    s->signals[1] = watch_signal(s->loop, SIGTERM, on_stop, s);
    s->signals[2] = watch_signal(s->loop, SIGINT, on_stop, s);
    return s->gate != NULL && s->signals[0] != NULL && s->signals[1] != NULL &&
           s->signals[2] != NULL;
}

int single_run(const char *config_path, const struct log *log)
{
    struct single s = {.log = *log, .config_path = config_path, .exit_code = 2};
    struct diags *d = diags_new();
    s.start = d == NULL ? NULL : snapshot_read(config_path, d);
    if (d != NULL && s.start == NULL) {
        diags_print(d, stderr, isatty(STDERR_FILENO) == 1);
    }
    diags_free(d);
    if (s.start == NULL) {
        return 2;
    }
    s.log.level = (enum log_level)s.start->config.log_level;
    if (open_all(&s)) {
        begin_build(&s);
        if (!s.building || !loop_run(s.loop)) {
            s.exit_code = 2;
        }
    }
    gate_free(s.gate);
    for (size_t i = 0; i < SG_COUNT(s.signals); i++) {
        watch_free(s.signals[i]);
    }
    stop_listening(&s);
    if (s.loop != NULL) {
        loop_free(s.loop);
    }
    writer_close(s.writer);
    snapshot_unref(s.start);
    free(s.fds);
    free(s.listeners);
    return s.exit_code;
}
