/*
 * Chunk framing (RFC 9112 7.1), followed byte by byte beside llhttp: sizes of 1 to 16 plain hex
 * digits, extensions of tokens and quoted strings without white space, CR LF and nothing like it.
 * Room-internal.
 */
#ifndef SG_HTTP_HTTP1_CHUNK_H
#define SG_HTTP_HTTP1_CHUNK_H

#include "base/attr.h"
#include "base/reason.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

struct http1_chunk {
    int state;
    unsigned digits; /* of the size */
    size_t line;     /* bytes of the chunk-size line so far */
    size_t line_max;
    uint64_t left; /* data bytes still to come */
};

/* `line_max`: bytes of a chunk-size line without its line end. */
void http1_chunk_init(struct http1_chunk *c, size_t line_max) SG_NONNULL;

/*
 * Follows the body through `in` and returns how many bytes are good: fewer than all of them where
 * an extension begins or ends, after the last chunk's line (see http1_chunk_done()), or with `*r`
 * set to CHUNK_SIZE, CHUNK_EXTENSION, CHUNK_END, BARE_CR or BARE_LF for the byte after them.
 *
 * `*extension` tells whether the good bytes belong to an extension. Those are checked here and
 * shown to nobody: they mean nothing to us, and llhttp 8.1 reads what follows `;a=b;` as a chunk
 * size.
 */
SG_MUST_CHECK size_t http1_chunk_take(struct http1_chunk *c, struct str in, bool *extension,
                                      enum reason *r) SG_NONNULL;

/* Has the last chunk's line been taken? What follows are trailers. */
bool http1_chunk_done(const struct http1_chunk *c) SG_NONNULL;

#endif
