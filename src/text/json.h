/*
 * Strict JSON (RFC 8259) over a whole body in memory, in one pass, without a tree.
 *
 * Bodies are held whole until their verdict anyway, so the scanner runs over contiguous bytes and
 * need not be resumable. Refused besides bad syntax: duplicate keys in one object (compared after
 * unescaping), invalid UTF-8, lone surrogates, depth and value counts over the limits, anything
 * after the value but white space, a byte order mark.
 */
#ifndef SG_TEXT_JSON_H
#define SG_TEXT_JSON_H

#include "base/arena.h"
#include "base/attr.h"
#include "base/buf.h"
#include "base/reason.h"
#include "base/str.h"
#include "text/offmap.h"

#include <stdbool.h>
#include <stddef.h>

struct json_limits {
    size_t depth; /* default 128 */
    size_t nodes; /* values and keys; default 1,000,000 */
};
extern const struct json_limits json_default_limits;

/* A string or key as it stands: `raw` between the quotes, `text` unescaped (== raw if no escape).
 */
struct json_string {
    struct str raw;
    struct str text;
    struct offmap map; /* text offsets to body offsets */
};

/*
 * Called in document order; any of them may be NULL. Each returns REASON_OK to go on; anything else
 * ends the scan with that reason. A value's key or index came right before it.
 */
struct json_events {
    enum reason (*object_begin)(void *ctx);
    enum reason (*object_end)(void *ctx);
    enum reason (*array_begin)(void *ctx);
    enum reason (*array_end)(void *ctx);
    enum reason (*key)(void *ctx, const struct json_string *s);
    enum reason (*string)(void *ctx, const struct json_string *s);
    /* `raw` is the token: a number, or true, false, null. `at`: its offset in the body. */
    enum reason (*number)(void *ctx, struct str raw, size_t at);
    enum reason (*literal)(void *ctx, struct str raw, size_t at);
};

/*
 * Scans `body`. Unescaped texts and maps go into `a`; text without escapes is not copied. `limits`
 * NULL: json_default_limits.
 *
 * REASON_OK, or what is wrong first: REASON_JSON_SYNTAX, REASON_JSON_DUPLICATE_KEY,
 * REASON_JSON_SURROGATE, REASON_TEXT_UTF8 (in a string; elsewhere such bytes are bad syntax),
 * REASON_JSON_DEPTH, REASON_JSON_NODES, REASON_SPAN_LIMIT (`a` is full), REASON_MEMORY (no random
 * seed to be had), or what an event answered.
 *
 * On failure `*error_at` (may be NULL) gets its offset: for bad syntax the first byte that cannot
 * go on from what stands before it (body.n if the body ends too early); for bad UTF-8 the first
 * byte that is not part of a character; for half a surrogate pair the backslash of its escape; for
 * everything else the first byte of the token (a key's opening quote, the bracket that is too
 * deep).
 */
SG_MUST_CHECK enum reason json_scan(struct str body, const struct json_limits *limits,
                                    struct arena *a, const struct json_events *events, void *ctx,
                                    size_t *error_at) SG_NONNULL_ARGS(3, 4);

/*
 * Appends `text` (valid UTF-8) escaped as the content of a JSON string (no quotes). False: bound,
 * memory; then nothing was added.
 */
SG_MUST_CHECK bool json_escape(struct buf *out, struct str text) SG_NONNULL;

#endif
