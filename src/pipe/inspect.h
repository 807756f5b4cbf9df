/*
 * Inspecting one direction of an exchange: bytes in, a verdict and, where something is to be taken
 * out, rewritten bytes out. Pure work without sockets, so it runs on the loop for small bodies and
 * on the helper thread for large ones.
 *
 *   Content-Encoding undone → media type → spans (JSON, form, multipart, text; the request target
 *   too) → scan → policy → edits → and, when something was edited, the same once more over the
 *   result: what still matches a rule that should have been taken out is never sent.
 */
#ifndef SG_PIPE_INSPECT_H
#define SG_PIPE_INSPECT_H

#include "base/arena.h"
#include "base/attr.h"
#include "base/buf.h"
#include "base/reason.h"
#include "http/message.h"
#include "policy/snapshot.h"
#include "scan/scan.h"
#include "text/span.h"

#include <stdint.h>

#define INSPECT_KEY_SIZE 32

struct inspection {
    /* --- given by the exchange; everything outlives the inspection --- */
    const struct snapshot *snapshot;
    const struct policy *policy;
    const struct operation *operation; /* NULL: the shape does not know this path */
    enum direction direction;
    struct str tenant;
    const struct http_head *head; /* for Content-Type and Content-Encoding */
    struct str target;            /* prompts: the request target; else empty */
    struct str body;
    struct arena *arena;
    const uint8_t *mask_key; /* INSPECT_KEY_SIZE bytes: keys the `hash` mask */

    /* --- found --- */
    enum reason reason;     /* OK, or why the body was not read */
    size_t error_at;        /* offset in the decoded body for JSON errors */
    struct str text_body;   /* the body without Content-Encoding; what offsets below refer to */
    bool decoded;           /* text_body differs from body: forward it without Content-Encoding */
    struct span_list spans; /* of the body, then of the target */
    size_t body_spans;      /* spans[body_spans...] are of the target */
    struct match_list matches; /* match.span indexes spans */
    struct verdict verdict;
    bool edited, target_edited;
    bool unclean; /* something had to be taken out and could not be: nothing may be sent */
    struct buf new_body, new_target;
    uint64_t scanned, unscannable; /* bytes */
    uint64_t spent_ns;
    struct buf decoded_bytes; /* owner of text_body where `decoded` */
};

/*
 * Runs it. The result is in `reason` and the fields above; the caller applies the policy's
 * `on_unscannable` and `on_error` to a reason that is not OK.
 */
void inspect_run(struct inspection *i, struct scanner *scanner) SG_NONNULL;

/*
 * Could a body with this head be read at all? REASON_OK, or why not: what cannot be read need not
 * be collected before the policy is asked.
 */
SG_MUST_CHECK enum reason inspect_readable(const struct http_head *head,
                                           enum direction direction) SG_NONNULL;

/* Frees what is not in the arena. */
void inspect_clear(struct inspection *i) SG_NONNULL;

/* Has the newest text Han characters? Then people are answered in Chinese. */
bool inspect_speaks_chinese(const struct inspection *i) SG_NONNULL;

#endif
