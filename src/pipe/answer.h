/* What the gate says itself: refusals, blocked and replaced answers, in the API's own shape. */
#ifndef SG_PIPE_ANSWER_H
#define SG_PIPE_ANSWER_H

#include "base/attr.h"
#include "base/buf.h"
#include "base/reason.h"
#include "policy/policy.h"
#include "text/shape.h"

#include <stdbool.h>

struct answer {
    const struct shape *shape;         /* NULL: no route was found; a plain error object */
    const struct operation *operation; /* may be NULL */
    struct str id;
    struct str model;
    uint64_t wall_us;
    bool chinese; /* the language people are spoken to */
};

/* A refusal. `status` 0: the reason's own. Returns the status; 0: bound, memory. */
SG_MUST_CHECK int answer_refusal(const struct answer *a, enum reason reason, int status,
                                 struct buf *body) SG_NONNULL;

/* A blocked prompt: an error object with code `content_filter` and the policy's message. */
SG_MUST_CHECK int answer_blocked_prompt(const struct answer *a, const struct policy *p,
                                        struct buf *body) SG_NONNULL;

/*
 * A blocked answer: a well-formed answer that says it was filtered, where the operation has one,
 * with status 200; else the error object with the policy's status.
 */
SG_MUST_CHECK int answer_blocked_output(const struct answer *a, const struct policy *p,
                                        struct buf *body) SG_NONNULL;

/* The canned answer of a `replace` line: well formed and ended normally. */
SG_MUST_CHECK int answer_replaced(const struct answer *a, const struct policy *p,
                                  const struct policy_line *line, struct buf *body) SG_NONNULL;

/* `Content-Type`, date, id, action (unless "") and reason as header lines. False: bound, memory. */
SG_MUST_CHECK bool answer_headers(const struct answer *a, const char *action, enum reason reason,
                                  struct buf *out) SG_NONNULL;

#endif
