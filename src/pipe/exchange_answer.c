/* The ways in which an exchange ends. */
#include "base/clock.h"
#include "pipe/exchange_private.h"

#include <stdlib.h>

#define HEADER_LINES_MAX 8192
#define ANSWER_MAX (1u << 20)

static struct answer answer_of(const struct exchange *ex)
{
    return (struct answer){.shape = ex->route != NULL ? ex->route->shape : NULL,
                           .operation = ex->operation,
                           .id = str_of(ex->id),
                           .model = ex->prompt.spans.facts.model,
                           .wall_us = ex->wall_us,
                           .chinese = inspect_speaks_chinese(&ex->prompt)};
}

/* Sends an answer of the gate's own and ends. `body` is taken over. */
static void say(struct exchange *ex, const struct answer *a, int status, struct buf *body)
{
    struct buf lines = BUF_INIT(HEADER_LINES_MAX);
    const char *action = ex->outcome.action == ACTION_ALLOW ? "" : action_names[ex->outcome.action];
    bool good = status != 0 && answer_headers(a, action, ex->outcome.reason, &lines);
    if (good) {
        struct exchange_answer head = {.status = (unsigned)status,
                                       .header_lines = buf_str(&lines),
                                       .body = EXCHANGE_BODY_LENGTH,
                                       .length = body->n,
                                       .close = !ex->whole};
        ex->outcome.status = head.status;
        good = ex->client->head(ex->client_ctx, &head);
        ex->started = good;
    }
    if (good) {
        good = ex->client->body_owned(ex->client_ctx, body->p, body->n);
        *body = BUF_INIT(0);
    }
    buf_free(&lines);
    buf_free(body);
    exchange_finish(ex, good);
}

void exchange_say_refusal(struct exchange *ex, enum reason reason, int status)
{
    struct buf body = BUF_INIT(ANSWER_MAX);
    struct answer a = answer_of(ex);
    ex->outcome.reason = reason;
    if (reason_class(reason) != REASON_CLASS_UPSTREAM) {
        ex->outcome.action = ACTION_BLOCK;
        ex->outcome.by = NULL; /* no rule did it */
    }
    int code = answer_refusal(&a, reason, status, &body);
    say(ex, &a, code, &body);
}

void exchange_say_verdict(struct exchange *ex, const struct inspection *i)
{
    struct buf body = BUF_INIT(ANSWER_MAX);
    struct answer a = answer_of(ex);
    const struct policy_line *line = i->verdict.decisions[i->verdict.decisive].line;
    int code;
    if (i->verdict.action == ACTION_REPLACE) {
        /* An operation that has no place for an answer tells that it was refused. */
        ex->outcome.reason = operation_can_answer(ex->operation) ? REASON_OK : REASON_POLICY;
        code = answer_replaced(&a, ex->policy, line, &body);
    } else {
        ex->outcome.reason = REASON_POLICY;
        code = i->direction == DIRECTION_PROMPT ? answer_blocked_prompt(&a, ex->policy, &body)
                                                : answer_blocked_output(&a, ex->policy, &body);
    }
    say(ex, &a, code, &body);
}

static void release(struct exchange *ex)
{
    back_free(ex->back);
    inspect_clear(&ex->prompt);
    inspect_clear(&ex->output);
    buf_free(&ex->request_body);
    buf_free(&ex->answer_body);
    buf_free(&ex->call_head);
    epoch_unref(ex->epoch);
    ex->gate->figures.running--;
    arena_free(ex->arena);
    free(ex);
}

void exchange_finish(struct exchange *ex, bool intact)
{
    if (ex->job) {
        /* The helper thread still reads our memory: end when it is done. The call is given up now.
         */
        ex->over = true;
        back_free(ex->back);
        ex->back = NULL;
        return;
    }
    exchange_record(ex);
    if (ex->client != NULL) {
        ex->client->end(ex->client_ctx, intact);
    }
    release(ex);
}
