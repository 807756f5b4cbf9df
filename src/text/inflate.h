/*
 * Undoes a Content-Encoding (RFC 9110 8.4.1): gzip (RFC 1952), deflate (zlib form, RFC 1950), br
 * (RFC 7932), bounded in size and in ratio so that no bomb unpacks. Push style, bytes in and out.
 */
#ifndef SG_TEXT_INFLATE_H
#define SG_TEXT_INFLATE_H

#include "base/attr.h"
#include "base/buf.h"
#include "base/reason.h"
#include "base/str.h"

enum coding { CODING_IDENTITY, CODING_GZIP, CODING_DEFLATE, CODING_BR };

/*
 * Reads a Content-Encoding value: "" and "identity" are identity, one known coding is that one
 * (x-gzip is gzip); REASON_CODING_UNKNOWN for any other and for lists.
 */
SG_MUST_CHECK enum reason coding_parse(struct str value, enum coding *out) SG_NONNULL;

struct inflate;

struct inflate_limits {
    size_t ratio; /* output may be this many times the input so far, after the first `grace` */
    size_t grace; /* bytes of output free of the ratio */
};
extern const struct inflate_limits inflate_default_limits; /* 100, 64 KiB */

/* NULL: no memory. Not for CODING_IDENTITY. */
SG_MUST_CHECK struct inflate *inflate_new(enum coding coding, const struct inflate_limits *limits);
void inflate_free(struct inflate *z);

/*
 * Appends what `in` unpacks to, to `out`, whose bound is the size limit: REASON_OK,
 * REASON_CODING_SYNTAX, REASON_CODING_RATIO, REASON_CODING_SIZE or REASON_MEMORY; an error stays.
 * Several gzip members in a row are one body (RFC 1952 2.2); bytes after the end are an error.
 */
SG_MUST_CHECK enum reason inflate_push(struct inflate *z, struct str in,
                                       struct buf *out) SG_NONNULL;

/* The body is over: REASON_CODING_SYNTAX if the compressed data is not complete. */
SG_MUST_CHECK enum reason inflate_end(struct inflate *z) SG_NONNULL;

#endif
