/*
 * How the decoded view is made. A `reading` is a text to search: the one that view_decode() was
 * given, or a piece found in another reading. Each decoder searches a reading once, from front to
 * back, and hands what it finds to decode_deliver(), which tells the caller of view_decode() and
 * then searches the piece in turn.
 *
 *   view_decode.c     the start, delivery, depth and piece limits, maps back to the first text
 *   decode_run.c      runs of base64 and hex digits (found by run.c): text in what they decode to
 *   decode_escape.c   percent escapes, character references, \u escapes: whole lines
 *   decode_entity.c   the names of character references
 */
#ifndef SG_TEXT_DECODE_H
#define SG_TEXT_DECODE_H

#include "base/arena.h"
#include "base/attr.h"
#include "base/reason.h"
#include "base/str.h"
#include "text/offmap.h"
#include "text/view.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DECODE_DEPTH 3
#define DECODE_PIECES 4096

struct decoding {
    struct arena *a;
    view_found *found;
    void *ctx;
    size_t pieces; /* delivered so far, of all levels */
};

struct reading {
    struct str text;
    const struct offmap *map; /* to the first text; NULL: it is the first text */
    const struct offmap
        *step;      /* to the reading it was found in, where escapes were undone; or NULL */
    unsigned depth; /* 0: the first text */
};

/*
 * Delivers `text`, found in `r` at what `step` maps it to. REASON_OK, what the caller's function
 * returned, or REASON_SPAN_LIMIT.
 */
SG_MUST_CHECK enum reason decode_deliver(struct decoding *d, const struct reading *r,
                                         struct str text, const struct offmap *step,
                                         bool by_escapes) SG_NONNULL;

SG_MUST_CHECK enum reason decode_base64(struct decoding *d, const struct reading *r) SG_NONNULL;
SG_MUST_CHECK enum reason decode_hex(struct decoding *d, const struct reading *r) SG_NONNULL;
SG_MUST_CHECK enum reason decode_escapes(struct decoding *d, const struct reading *r) SG_NONNULL;

/*
 * The character reference (HTML 13.5, the names that stand for ASCII and blanks) whose name starts
 * at `s`: the code point and in `*length` the bytes of the name; 0 if there is none.
 */
uint32_t decode_entity(struct str s, size_t *length) SG_NONNULL;

/* Is `cp` a control character that text does not have (all of Cc but tab, CR and LF)? */
static inline bool decode_is_control(uint32_t cp)
{
    return (cp < ' ' && cp != '\t' && cp != '\n' && cp != '\r') || (cp >= 0x7F && cp < 0xA0);
}

#endif
