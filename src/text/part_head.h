/*
 * The head of one part of a multipart/form-data body (RFC 7578 4, RFC 2046 5.1). As strict as the
 * gate can be: what two readers could read in two ways is refused.
 */
#ifndef SG_TEXT_PART_HEAD_H
#define SG_TEXT_PART_HEAD_H

#include "base/arena.h"
#include "base/attr.h"
#include "base/reason.h"
#include "base/str.h"
#include "text/span.h"

#include <stdbool.h>
#include <stddef.h>

/* Bytes without the blank line. Each known header may stand once, which bounds their number. */
#define PART_HEAD_MAX (8u << 10)

struct part_head {
    const struct path *path; /* the field's name */
    struct str name;         /* the same; not NULL */
    struct str type;         /* Content-Type; p == NULL: there is none */
    bool encoded;            /* the content is not there as it is meant */
    size_t end;              /* in the body: where the content begins */
};

/*
 * Reads the head that begins at `at` of `body` and adds to `out`: the field's name, file names
 * (both forms), and the values of all other headers. REASON_OK, REASON_MULTIPART_SYNTAX,
 * REASON_TEXT_UTF8 or REASON_SPAN_LIMIT.
 */
SG_MUST_CHECK enum reason part_head_read(struct str body, size_t at, struct arena *a,
                                         struct span_list *out, struct part_head *head)
    SG_NONNULL_ARGS(3, 4, 5);

#endif
