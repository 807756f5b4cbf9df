/*
 * Collects a section made of lines (a head, the trailers) until its empty line, however it is cut
 * into pieces, and holds the one rule that llhttp does not: a line ends in CR LF and neither byte
 * stands anywhere else. Room-internal.
 */
#ifndef SG_HTTP_HTTP1_LINES_H
#define SG_HTTP_HTTP1_LINES_H

#include "base/attr.h"
#include "base/buf.h"
#include "base/reason.h"

struct http1_lines {
    struct buf bytes; /* the section so far, with its line ends */
    size_t begin;     /* where the line being collected begins */
    size_t count;     /* complete lines */
};

/* An empty section of at most `max` bytes; the memory of an earlier one is freed. */
void http1_lines_reset(struct http1_lines *l, size_t max) SG_NONNULL;

/*
 * Takes bytes up to and with the next line end, but never lets the section grow past `bound` bytes
 * (≤ the max it was reset with): then it answers `too_long`. A complete line comes back in `*line`
 * without its CR LF, valid until the next call; else line->p is NULL. REASON_OK, BARE_LF, BARE_CR,
 * MEMORY, or `too_long`. What it answers depends on the bytes alone, not on how they were cut.
 */
SG_MUST_CHECK enum reason http1_lines_take(struct http1_lines *l, struct str in, size_t bound,
                                           enum reason too_long, size_t *used,
                                           struct str *line) SG_NONNULL;

#endif
