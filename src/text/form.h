/*
 * Form bodies into spans: application/x-www-form-urlencoded (WHATWG URL, strict: bad %-escapes are
 * refused) and multipart/form-data (RFC 7578, RFC 2046 5.1, strict boundaries and part heads).
 */
#ifndef SG_TEXT_FORM_H
#define SG_TEXT_FORM_H

#include "base/arena.h"
#include "base/attr.h"
#include "base/reason.h"
#include "base/str.h"
#include "text/json.h"
#include "text/span.h"

/*
 * Names and values are spans (role unknown, path = field name). Names may repeat. A field `model`
 * or `user` gives the facts.
 */
SG_MUST_CHECK enum reason form_spans(struct str body, struct arena *a, struct span_list *out)
    SG_NONNULL;

/*
 * Field names, file names and the content of text parts are spans; `application/json` parts are read
 * as JSON. A part with any other content sets *binary_bytes to the sum of such parts' sizes: the
 * caller treats the body as REASON_PART_BINARY. Parts with Content-Transfer-Encoding (other than
 * 7bit, 8bit, binary) or a Content-Encoding count as binary. At most 1,000 parts.
 */
SG_MUST_CHECK enum reason multipart_spans(struct str body, struct str boundary,
                                          const struct json_limits *limits, struct arena *a,
                                          struct span_list *out, uint64_t *binary_bytes)
    SG_NONNULL_ARGS(4, 5, 6);

/* Appends `text` percent-encoded for a form value. False: bound, memory. */
SG_MUST_CHECK bool form_escape(struct buf *out, struct str text) SG_NONNULL;

#endif
