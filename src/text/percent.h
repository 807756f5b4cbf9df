/* Percent escapes (RFC 3986 2.1), undone strictly, with a map back to where they stood. */
#ifndef SG_TEXT_PERCENT_H
#define SG_TEXT_PERCENT_H

#include "base/arena.h"
#include "base/attr.h"
#include "base/reason.h"
#include "base/str.h"
#include "text/offmap.h"

#include <stdbool.h>

/*
 * Undoes the escapes of `raw`, which stands `base` bytes into its body; with `plus`, `+` is a
 * space.
 * `*text` is `raw` itself where there is nothing to undo, else it stands in `a`; in `*map` each
 * escape is one byte made of three. REASON_OK, REASON_FORM_SYNTAX (a `%` without two hex digits),
 * REASON_TEXT_UTF8 (of what is undone) or REASON_SPAN_LIMIT (the arena is full).
 */
SG_MUST_CHECK enum reason percent_decode(struct str raw, size_t base, bool plus, struct arena *a,
                                         struct str *text, struct offmap *map)
    SG_NONNULL_ARGS(4, 5, 6);

#endif
