#include "proc/records.h"

#include "base/buf.h"
#include "proc/message.h"

#include <stdlib.h>
#include <unistd.h>

#define RETRY_MS 5 /* the channel was full: the auditor is a few writes behind */

struct records {
    struct log log;
    int channel; /* -1: none */
    struct timer *retry;
    struct buf queue; /* lines, oldest first */
};

static void flush(void *ctx)
{
    struct records *r = ctx;
    size_t done = 0;
    while (r->channel >= 0 && done < r->queue.n) {
        struct str rest = {r->queue.p + done, r->queue.n - done};
        size_t end = str_find(rest, STR("\n"), 0);
        struct str line = str_sub(rest, 0, end == SIZE_MAX ? rest.n : end + 1);
        enum message_status sent = message_send(r->channel, MESSAGE_RECORD, line, -1);
        if (sent == MESSAGE_OK) {
            done += line.n;
        } else if (sent == MESSAGE_AGAIN) {
            break;
        } else {
            log_warnx(&r->log, "auditor_gone waiting_bytes=%zu", r->queue.n - done);
            close(r->channel);
            r->channel = -1; /* the master sends another */
        }
    }
    buf_drop(&r->queue, done);
    if (r->queue.n > 0 && r->channel >= 0) {
        timer_set(r->retry, RETRY_MS);
    }
}

struct records *records_new(struct loop *loop, const struct log *log)
{
    struct records *r = calloc(1, sizeof(*r));
    if (r == NULL) {
        return NULL;
    }
    r->log = *log;
    r->channel = -1;
    r->queue = BUF_INIT(RECORDS_QUEUE_MAX);
    r->retry = timer_new(loop, flush, r);
    if (r->retry == NULL) {
        free(r);
        return NULL;
    }
    return r;
}

void records_free(struct records *r)
{
    if (r == NULL) {
        return;
    }
    flush(r);
    if (r->queue.n > 0) {
        log_errorx(&r->log, "records_lost bytes=%zu", r->queue.n);
    }
    if (r->channel >= 0) {
        close(r->channel);
    }
    timer_free(r->retry);
    buf_free(&r->queue);
    free(r);
}

void records_channel(struct records *r, int channel)
{
    if (r->channel >= 0) {
        close(r->channel);
    }
    r->channel = channel;
    flush(r);
}

bool records_waiting(const struct records *r)
{
    return r->queue.n > 0;
}

static bool submit(void *ctx, struct str line)
{
    struct records *r = ctx;
    if (line.n > MESSAGE_DATA_MAX || !buf_add_str(&r->queue, line)) {
        return false;
    }
    flush(r);
    return true;
}

static bool ready(void *ctx)
{
    const struct records *r = ctx;
    return r->queue.n < RECORDS_QUEUE_MAX / 2;
}

struct sink records_sink(struct records *r)
{
    return (struct sink){r, submit, ready};
}
