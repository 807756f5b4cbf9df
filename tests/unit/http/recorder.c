#include "recorder.h"

#include <inttypes.h>

#define ARENA_MAX (256 * 1024)

static enum reason add(struct recorder *rec, struct str s)
{
    return buf_add_str(&rec->text, s) ? REASON_OK : REASON_MEMORY;
}

static bool add_framing(struct recorder *rec, const struct http_head *head)
{
    switch (head->framing) {
    case HTTP_BODY_LENGTH:
        return buf_printf(&rec->text, " length=%" PRIu64, head->length);
    case HTTP_BODY_CHUNKED:
        return add(rec, STR(" chunked")) == REASON_OK;
    case HTTP_BODY_CLOSE:
        return add(rec, STR(" until-close")) == REASON_OK;
    case HTTP_BODY_NONE:
        break;
    }
    return head->length == HTTP_LENGTH_UNKNOWN;
}

static bool add_start(struct recorder *rec, const struct http_head *head)
{
    if (rec->kind == HTTP1_RESPONSE) {
        return buf_printf(&rec->text, "%u [%.*s] 1.%u", head->status, STR_ARG(head->phrase),
                          head->minor);
    }
    return buf_printf(&rec->text, "%.*s %.*s 1.%u host=%.*s", STR_ARG(head->method),
                      STR_ARG(head->target), head->minor, STR_ARG(head->host));
}

static enum reason on_head(void *ctx, const struct http_head *head)
{
    struct recorder *rec = ctx;
    bool ok = add_start(rec, head) && add_framing(rec, head) &&
              buf_printf(&rec->text, "%s%s\n", head->keep_alive ? " keep" : " close",
                         head->expect_continue ? " expect" : "");

    for (size_t i = 0; ok && i < head->header_count; i++) {
        ok = buf_add_str(&rec->text, head->headers[i].name) && buf_add_str(&rec->text, STR("=")) &&
             buf_add_str(&rec->text, head->headers[i].value) && buf_add_char(&rec->text, '\n');
    }
    return ok ? REASON_OK : REASON_MEMORY;
}

static enum reason on_body(void *ctx, const char *p, size_t n)
{
    struct recorder *rec = ctx;

    if (!rec->in_body) {
        rec->in_body = true;
        if (!buf_add_str(&rec->text, STR("<"))) {
            return REASON_MEMORY;
        }
    }
    return add(rec, (struct str){p, n});
}

static enum reason on_end(void *ctx)
{
    struct recorder *rec = ctx;
    struct str end = rec->in_body ? STR(">\nend\n") : STR("end\n");

    rec->in_body = false;
    return add(rec, end);
}

const struct http1_events recorder_events = {on_head, on_body, on_end};

/* Once refused, always refused, whatever comes. */
static bool stays(struct http1 *h, struct recorder *rec)
{
    static const char more[] = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
    size_t used = 1, text = rec->text.n;
    enum reason again = http1_feed(h, more, sizeof(more) - 1, &used);

    return again == rec->reason && used == 0 && http1_eof(h) == rec->reason && rec->text.n == text;
}

static void run(struct http1 *h, struct recorder *rec, struct arena *arena, struct str input,
                cut_fn cut, void *cut_ctx)
{
    struct str rest = input;

    http1_answering(h, rec->answering);
    http1_next(h, arena);
    while (rest.n > 0) {
        size_t n = cut(cut_ctx, rest.n), used;

        rec->reason = http1_feed(h, rest.p, n, &used);
        rest = str_sub(rest, used, rest.n);
        rec->used += used;
        if (rec->reason != REASON_OK) {
            rec->stayed = stays(h, rec);
            return;
        }
        if (used < n) {
            arena_reset(arena);
            http1_next(h, arena);
        }
    }
    rec->reason = http1_eof(h);
    rec->stayed = rec->reason == REASON_OK || stays(h, rec);
}

bool recorder_run(struct recorder *rec, const struct http1_limits *limits, struct str input,
                  cut_fn cut, void *cut_ctx)
{
    struct arena *arena = arena_new(ARENA_MAX);
    struct http1 *h = http1_new(rec->kind, limits, &recorder_events, rec);
    bool ok = arena != NULL && h != NULL;

    if (ok) {
        run(h, rec, arena, input, cut, cut_ctx);
    }
    http1_free(h);
    arena_free(arena);
    return ok;
}

void recorder_free(struct recorder *rec)
{
    buf_free(&rec->text);
}

size_t cut_none(void *ctx, size_t left)
{
    (void)ctx;
    return left;
}

size_t cut_bytes(void *ctx, size_t left)
{
    (void)ctx;
    return left > 0;
}
