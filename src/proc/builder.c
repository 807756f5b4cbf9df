#include "proc/builder.h"

#include "proc/child.h"
#include "proc/message.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define REPORT_TEXT_MAX (60u << 10)

struct builder {
    const char *config_path;
    const struct snapshot *now;
    int channel;
};

/* The end of a very long report is cut at a line; what is first is told. */
static struct str cut_text(const char *text)
{
    struct str s = str_of(text);
    if (s.n <= REPORT_TEXT_MAX) {
        return s;
    }
    size_t n = REPORT_TEXT_MAX;
    while (n > 0 && s.p[n - 1] != '\n') {
        n--;
    }
    return (struct str){s.p, n};
}

static int report_failure(const struct builder *b, const struct diags *d)
{
    char *text = diags_text(d);
    struct str report = text != NULL ? cut_text(text) : STR("out of memory\n");
    enum message_status sent = message_send(b->channel, MESSAGE_NOT_BUILT, report, -1);
    free(text);
    return sent == MESSAGE_OK ? 0 : 1;
}

static int report_bundle(const struct builder *b, int bundle, const struct snapshot *s,
                         const struct examples_result *result, const struct diags *d)
{
    struct message_built built = {.rules = result->rules, .examples = result->examples};
    struct buf data = BUF_INIT(MESSAGE_DATA_MAX);
    char *text = diags_text(d);
    snprintf(built.version, sizeof(built.version), "%s", s->version);
    bool good = buf_add(&data, &built, sizeof(built)) &&
                (text == NULL || buf_add_str(&data, cut_text(text))) &&
                message_send(b->channel, MESSAGE_BUILT, buf_str(&data), bundle) == MESSAGE_OK;
    free(text);
    buf_free(&data);
    return good ? 0 : 1;
}

static int builder_main(void *ctx)
{
    const struct builder *b = ctx;
    struct examples_result result = {0, 0, 0};
    struct diags *d = diags_new();
    if (d == NULL) {
        return 1;
    }
    int bundle = bundle_build(b->config_path, d, &result);
    struct snapshot *s = bundle < 0 ? NULL : snapshot_open(bundle, d);
    bool good = s != NULL && (b->now == NULL || snapshot_can_follow(b->now, s, d));
    int status = good ? report_bundle(b, bundle, s, &result, d) : report_failure(b, d);
    snapshot_unref(s);
    if (bundle >= 0) {
        close(bundle);
    }
    diags_free(d);
    return status;
}

pid_t builder_start(const struct log *log, const char *config_path, const struct snapshot *now,
                    int *channel)
{
    int ends[2];
    if (!message_pair(ends)) {
        return -1;
    }
    struct builder b = {config_path, now, ends[1]};
    pid_t pid = child_start("sg-builder", log, &ends[1], 1, builder_main, &b);
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        return -1;
    }
    *channel = ends[0];
    return pid;
}
