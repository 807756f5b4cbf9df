/*
 * The push machine. One message goes HEAD → BODY → (TRAILERS) → DONE; each step takes bytes, has
 * them judged by our own reading first, and only then shows them to llhttp, which unframes them.
 * Nothing here depends on how the bytes are cut: a refusal stands at a certain byte, and all body
 * bytes before it have been delivered.
 */
#include "http/http1.h"

#include "http/http1_chunk.h"
#include "http/http1_head.h"
#include "http/http1_lines.h"
#include "http/http1_llhttp.h"

#include <stdlib.h>

const struct http1_limits http1_default_limits = {
    .target_bytes = 8 * 1024,
    .head_bytes = 32 * 1024,
    .header_count = 100,
    .chunk_line = 256,
    .trailer_bytes = 4 * 1024,
};

enum state { HEAD, SIZED, CHUNKED, TRAILERS, UNTIL_CLOSE, DONE, FAILED };

struct http1 {
    struct http1_limits limits;
    struct http1_expect expect;
    const struct http1_events *events;
    void *ctx;
    enum state state;
    enum reason failed;
    struct arena *arena;        /* the exchange's */
    struct http1_lines lines;   /* the head, later the trailers */
    bool empty_line;            /* one stood before the request line */
    size_t interim_bytes;       /* heads of swallowed 1xx responses */
    struct http_head *head;     /* in the arena */
    uint64_t left;              /* SIZED */
    struct http1_chunk chunk;   /* CHUNKED */
    struct http1_llhttp second; /* knows its own address: a parser never moves */
};

struct http1 *http1_new(enum http1_kind kind, const struct http1_limits *limits,
                        const struct http1_events *events, void *ctx)
{
    struct http1 *h = calloc(1, sizeof(*h));

    if (h == NULL) {
        return NULL;
    }
    h->limits = limits == NULL ? http1_default_limits : *limits;
    h->expect = (struct http1_expect){.kind = kind, .limits = &h->limits};
    h->events = events;
    h->ctx = ctx;
    h->state = DONE; /* until http1_next() */
    return h;
}

void http1_free(struct http1 *h)
{
    if (h != NULL) {
        buf_free(&h->lines.bytes);
        free(h);
    }
}

/* The body passes from llhttp to the caller. */
static enum reason deliver(void *ctx, const char *p, size_t n)
{
    struct http1 *h = ctx;

    if (h->expect.kind == HTTP1_RESPONSE && h->head->status == 205) {
        return REASON_RESPONSE_BODY; /* RFC 9110 15.3.6 */
    }
    return h->events->on_body(h->ctx, p, n);
}

static void begin_head(struct http1 *h)
{
    http1_lines_reset(&h->lines, h->limits.head_bytes);
    http1_llhttp_init(&h->second, h->expect.kind, deliver, h);
    h->state = HEAD;
}

void http1_next(struct http1 *h, struct arena *arena)
{
    if (h->state == FAILED) {
        return;
    }
    h->arena = arena;
    h->empty_line = false;
    h->interim_bytes = 0;
    begin_head(h);
}

void http1_answering(struct http1 *h, struct str method)
{
    h->expect.answers_head = str_eq(method, STR("HEAD"));
}

static enum reason finish(struct http1 *h)
{
    if (!http1_llhttp_complete(&h->second)) {
        return REASON_HTTP_SYNTAX;
    }
    h->state = DONE;
    h->expect.answers_head = false;
    return h->events->on_end(h->ctx);
}

/* --- head -------------------------------------------------------------------------------- */

static enum reason begin_body(struct http1 *h)
{
    switch (h->head->framing) {
    case HTTP_BODY_LENGTH:
        h->left = h->head->length;
        h->state = SIZED;
        return h->left == 0 ? finish(h) : REASON_OK;
    case HTTP_BODY_CHUNKED:
        http1_chunk_init(&h->chunk, h->limits.chunk_line);
        h->state = CHUNKED;
        return REASON_OK;
    case HTTP_BODY_CLOSE:
        h->state = UNTIL_CLOSE;
        return REASON_OK;
    case HTTP_BODY_NONE:
        break;
    }
    return finish(h);
}

/* Interim responses are checked like any other and then dropped: the final one follows. */
static enum reason swallow_interim(struct http1 *h, size_t bytes)
{
    h->interim_bytes += bytes;
    begin_head(h);
    return REASON_OK;
}

static enum reason head_complete(struct http1 *h)
{
    struct str bytes = buf_str(&h->lines.bytes);
    struct http1_raw raw = {.bytes = {arena_strdup(h->arena, bytes), bytes.n}};
    enum reason r;

    h->head = arena_alloc(h->arena, sizeof(*h->head));
    if (raw.bytes.p == NULL || h->head == NULL) {
        return REASON_MEMORY;
    }
    r = http1_head_read(&h->expect, &raw, h->lines.count, h->arena, h->head);
    if (r == REASON_OK) {
        r = http1_llhttp_head(&h->second, &raw, h->head,
                              http1_never_has_body(&h->expect, h->head->status));
    }
    if (r != REASON_OK) {
        return r;
    }
    if (h->expect.kind == HTTP1_RESPONSE && h->head->status < 200) {
        return swallow_interim(h, raw.bytes.n);
    }
    http1_lines_reset(&h->lines, h->limits.trailer_bytes);
    r = h->events->on_head(h->ctx, h->head);
    return r == REASON_OK ? begin_body(h) : r;
}

/* RFC 9112 2.2 lets a server ignore an empty line before a request line; one is enough. */
static enum reason first_line(struct http1 *h, struct str line)
{
    struct http_head scratch = {0};

    if (line.n > 0) {
        return http1_start_read(&h->expect, line, &scratch);
    }
    if (h->expect.kind == HTTP1_RESPONSE) {
        return REASON_STATUS_LINE;
    }
    if (h->empty_line) {
        return REASON_REQUEST_LINE;
    }
    h->empty_line = true;
    http1_lines_reset(&h->lines, h->limits.head_bytes);
    return REASON_OK;
}

/* The head's bound, and the tighter one of a request line, which has its own reason. */
static size_t head_bound(const struct http1 *h, enum reason *too_long)
{
    size_t bound = h->limits.head_bytes - h->interim_bytes;
    size_t line = http1_request_line_max(&h->limits) + 2;

    *too_long = REASON_HEAD_SIZE;
    if (h->expect.kind == HTTP1_REQUEST && h->lines.count == 0 && line < bound) {
        *too_long = REASON_TARGET_TOO_LONG;
        return line;
    }
    return bound;
}

static enum reason take_head(struct http1 *h, struct str in, size_t *used)
{
    struct str line;
    enum reason too_long;
    size_t bound = head_bound(h, &too_long);
    enum reason r = http1_lines_take(&h->lines, in, bound, too_long, used, &line);

    if (r != REASON_OK || line.p == NULL) {
        return r;
    }
    if (h->lines.count == 1) {
        return first_line(h, line);
    }
    if (line.n == 0) {
        return head_complete(h);
    }
    return h->lines.count - 1 > h->limits.header_count ? REASON_HEADER_COUNT : REASON_OK;
}

/* --- body -------------------------------------------------------------------------------- */

static enum reason take_sized(struct http1 *h, struct str in, size_t *used)
{
    size_t n = in.n < h->left ? in.n : (size_t)h->left;
    enum reason r = http1_llhttp_body(&h->second, str_sub(in, 0, n));

    *used = n;
    h->left -= n;
    return r == REASON_OK && h->left == 0 ? finish(h) : r;
}

static enum reason take_chunked(struct http1 *h, struct str in, size_t *used)
{
    bool extension;
    enum reason refused, r = REASON_OK;

    *used = http1_chunk_take(&h->chunk, in, &extension, &refused);
    if (!extension) {
        r = http1_llhttp_body(&h->second, str_sub(in, 0, *used));
    }
    if (r == REASON_OK && http1_chunk_done(&h->chunk)) {
        h->state = TRAILERS;
    }
    return r == REASON_OK ? refused : r;
}

/* Trailers are checked and dropped; llhttp sees them when all are there, so that ours is the word.
 */
static enum reason take_trailers(struct http1 *h, struct str in, size_t *used)
{
    struct str line;
    enum reason r =
        http1_lines_take(&h->lines, in, h->limits.trailer_bytes, REASON_TRAILER_SIZE, used, &line);

    if (r != REASON_OK || line.p == NULL) {
        return r;
    }
    if (line.n > 0) {
        return http1_trailer_check(line);
    }
    r = http1_llhttp_body(&h->second, buf_str(&h->lines.bytes));
    return r == REASON_OK ? finish(h) : r;
}

static enum reason take_until_close(struct http1 *h, struct str in, size_t *used)
{
    *used = in.n;
    return http1_llhttp_body(&h->second, in);
}

/* --- feeding ----------------------------------------------------------------------------- */

static enum reason fail(struct http1 *h, enum reason r)
{
    h->state = FAILED;
    h->failed = r;
    return r;
}

static enum reason take(struct http1 *h, struct str in, size_t *used)
{
    switch (h->state) {
    case HEAD:
        return take_head(h, in, used);
    case SIZED:
        return take_sized(h, in, used);
    case CHUNKED:
        return take_chunked(h, in, used);
    case TRAILERS:
        return take_trailers(h, in, used);
    case UNTIL_CLOSE:
        return take_until_close(h, in, used);
    case DONE:
    case FAILED:
        break;
    }
    return h->failed;
}

enum reason http1_feed(struct http1 *h, const char *p, size_t n, size_t *used)
{
    struct str in = {p, n};

    *used = 0;
    while (*used < n && h->state != DONE && h->state != FAILED) {
        size_t taken = 0;
        enum reason r = take(h, str_sub(in, *used, n), &taken);

        *used += taken;
        if (r != REASON_OK) {
            return fail(h, r);
        }
    }
    return h->failed;
}

enum reason http1_eof(struct http1 *h)
{
    enum reason r;

    if (h->state == UNTIL_CLOSE) {
        r = http1_llhttp_close(&h->second);
        if (r == REASON_OK) {
            r = finish(h);
        }
        return r == REASON_OK ? r : fail(h, r);
    }
    if (h->state == DONE || h->state == FAILED ||
        (h->expect.kind == HTTP1_REQUEST && !http1_started(h))) {
        return h->failed;
    }
    return fail(h, h->expect.kind == HTTP1_REQUEST ? REASON_CLIENT_GONE : REASON_UPSTREAM_RESET);
}

bool http1_started(const struct http1 *h)
{
    return h->state != HEAD || h->lines.bytes.n > 0 || h->interim_bytes > 0;
}
