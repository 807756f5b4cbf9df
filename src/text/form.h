/*
 * Form bodies into spans: application/x-www-form-urlencoded (WHATWG URL, strict: bad %-escapes are
 * refused) and multipart/form-data (RFC 7578, RFC 2046 5.1, strict boundaries and part heads).
 */
#ifndef SG_TEXT_FORM_H
#define SG_TEXT_FORM_H

#include "base/arena.h"
#include "base/attr.h"
#include "base/buf.h"
#include "base/reason.h"
#include "base/str.h"
#include "text/json.h"
#include "text/span.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Names and values are spans (role unknown, path = field name). Names may repeat. The fields
 * `model`, `user` and `stream` give the facts; `model` and `user` may stand once, since readers of
 * a form differ in which of two they take. REASON_OK, REASON_FORM_SYNTAX, REASON_TEXT_UTF8 or
 * REASON_SPAN_LIMIT (the arena is full).
 */
SG_MUST_CHECK enum reason form_spans(struct str body, struct arena *a,
                                     struct span_list *out) SG_NONNULL;

/*
 * Field names, file names, header values and the content of text parts are spans; parts that are
 * JSON by their Content-Type are read as JSON. The fields `model`, `user` and `stream` give the
 * facts, as above. `*binary_bytes` is set to the size of all parts that are neither: where it is
 * not 0, the caller treats the body as REASON_PART_BINARY. Parts with Content-Transfer-Encoding
 * (other than 7bit, 8bit, binary), a Content-Encoding or a foreign charset count as binary, as does
 * the value of a field `_charset_` that announces one. From 1 to 1,000 parts. `limits` NULL: the
 * default ones.
 *
 * REASON_OK, REASON_MULTIPART_SYNTAX, REASON_TEXT_UTF8, REASON_SPAN_LIMIT, or what json_scan() says
 * about a part.
 */
SG_MUST_CHECK enum reason multipart_spans(struct str body, struct str boundary,
                                          const struct json_limits *limits, struct arena *a,
                                          struct span_list *out, uint64_t *binary_bytes)
    SG_NONNULL_ARGS(4, 5, 6);

/*
 * Takes the fact that a field tells, if it tells one. False: `model` or `user` was told before.
 * `stream` is true if any field of the name says so.
 */
SG_MUST_CHECK bool form_note_fact(struct body_facts *facts, struct str name, struct str value)
    SG_NONNULL_ARGS(1);

/* Appends `text` percent-encoded (a space too). False: bound, memory; then nothing was added. */
SG_MUST_CHECK bool form_escape(struct buf *out, struct str text) SG_NONNULL;

#endif
