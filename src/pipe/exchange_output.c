#include "pipe/exchange_output.h"

#include "base/clock.h"
#include "pipe/forward.h"

#define HEADER_LINES_MAX (256u << 10)
#define BAD_GATEWAY 502

/* Has this answer bytes to read at all? */
static bool has_body(const struct http_head *head)
{
    return head->framing != HTTP_BODY_NONE &&
           !(head->framing == HTTP_BODY_LENGTH && head->length == 0);
}

/* Sends the head of the model endpoint's answer on. False: no memory. */
static bool send_head(struct exchange *ex, enum exchange_body body, uint64_t length)
{
    const struct inspection *o = &ex->output;
    bool edited = o->edited || ex->prompt.edited || ex->prompt.target_edited;
    const char *action = ex->outcome.action == ACTION_ALLOW ? "" : action_names[ex->outcome.action];
    struct forward_response response = {.head = ex->answer_head,
                                        .id = str_of(ex->id),
                                        .action = str_of(action),
                                        .decoded = o->decoded,
                                        .edited = edited};
    struct buf lines = BUF_INIT(HEADER_LINES_MAX);
    struct exchange_answer answer = {.status = ex->answer_head->status,
                                     .phrase = ex->answer_head->phrase,
                                     .body = body,
                                     .length = length};
    bool good = forward_response_headers(&response, &lines);
    answer.header_lines = buf_str(&lines);
    good = good && ex->client->head(ex->client_ctx, &answer);
    buf_free(&lines);
    ex->started = good;
    ex->outcome.status = answer.status;
    return good;
}

/* An answer without a body: 204, 304, to HEAD, or of length 0. */
static void send_empty(struct exchange *ex)
{
    /* To HEAD, and in 304, no length is told: what a GET gets may be redacted. */
    bool none = ex->answer_head->framing == HTTP_BODY_NONE;
    bool good = send_head(ex, none ? EXCHANGE_BODY_NONE : EXCHANGE_BODY_LENGTH, 0);
    exchange_finish(ex, good);
}

static enum reason on_head(void *ctx, const struct http_head *head)
{
    struct exchange *ex = ctx;
    ex->answer_head = head;
    ex->outcome.upstream_status = head->status;
    ex->answered_ns = clock_mono_ns();
    if (!has_body(head)) {
        return REASON_OK;
    }
    enum reason r = inspect_readable(head, DIRECTION_OUTPUT);
    if (r != REASON_OK) {
        if (!exchange_may_pass(ex, r, "output")) {
            return r;
        }
        bool sized = head->framing == HTTP_BODY_LENGTH;
        ex->passing = true;
        ex->output.reason = r;
        return send_head(ex, sized ? EXCHANGE_BODY_LENGTH : EXCHANGE_BODY_STREAM, head->length)
                   ? REASON_OK
                   : REASON_MEMORY;
    }
    if (head->framing == HTTP_BODY_LENGTH && head->length > ex->answer_body.max) {
        return REASON_UPSTREAM_TOO_LARGE;
    }
    return REASON_OK;
}

static enum reason on_body(void *ctx, const char *p, size_t n)
{
    struct exchange *ex = ctx;
    if (!ex->passing) {
        if (n > ex->answer_body.max - ex->answer_body.n) {
            return REASON_UPSTREAM_TOO_LARGE;
        }
        return buf_add(&ex->answer_body, p, n) ? REASON_OK : REASON_MEMORY;
    }
    ex->passed += n;
    if (!ex->client->body(ex->client_ctx, (struct str){p, n})) {
        return REASON_MEMORY;
    }
    if (ex->client->unsent(ex->client_ctx) > EXCHANGE_OUTPUT_HIGH) {
        back_pause(ex->back);
    }
    return REASON_OK;
}

/* The inspected answer goes out: edited, decoded, or as it came. */
static void send_inspected(struct exchange *ex)
{
    struct inspection *o = &ex->output;
    struct buf *from =
        o->edited ? &o->new_body : (o->decoded ? &o->decoded_bytes : &ex->answer_body);
    size_t n = from->n;
    char *p = from->p;
    if (!send_head(ex, EXCHANGE_BODY_LENGTH, n)) {
        exchange_finish(ex, false);
        return;
    }
    *from = BUF_INIT(0); /* its bytes are the connection's now, also if the call fails */
    exchange_finish(ex, ex->client->body_owned(ex->client_ctx, p, n));
}

static void output_inspected(struct exchange *ex)
{
    struct inspection *o = &ex->output;
    exchange_take_verdict(ex, o);
    if (o->verdict.action >= ACTION_REPLACE) {
        exchange_say_verdict(ex, o);
    } else if (!exchange_may_send(ex, o)) {
        exchange_say_refusal(ex, o->reason, BAD_GATEWAY);
    } else {
        send_inspected(ex);
    }
}

static void on_end(void *ctx)
{
    struct exchange *ex = ctx;
    back_free(ex->back);
    ex->back = NULL;
    if (ex->passing) {
        exchange_finish(ex, true);
    } else if (!has_body(ex->answer_head) || ex->answer_body.n == 0) {
        send_empty(ex);
    } else {
        ex->output.direction = DIRECTION_OUTPUT;
        ex->output.head = ex->answer_head;
        ex->output.body = buf_str(&ex->answer_body);
        exchange_inspect(ex, &ex->output, output_inspected);
    }
}

static void on_fail(void *ctx, enum reason reason)
{
    struct exchange *ex = ctx;
    back_free(ex->back);
    ex->back = NULL;
    ex->outcome.reason = reason;
    if (ex->started) {
        exchange_finish(ex, false);
        return;
    }
    /* What the model endpoint did wrong is a bad gateway, whatever status the reason has in
     * requests. */
    bool theirs = reason_class(reason) == REASON_CLASS_MALFORMED ||
                  reason_class(reason) == REASON_CLASS_UNSCANNABLE;
    exchange_say_refusal(ex, reason, theirs ? BAD_GATEWAY : 0);
}

const struct back_events exchange_back_events = {on_head, on_body, on_end, on_fail};
