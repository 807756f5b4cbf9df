/*
 * Views: the readings of a text that rules are matched against.
 *
 *   raw      the text as it is
 *   folded   evasion undone: NFKD, case folded, default-ignorable and format characters and
 *            combining marks dropped; rules' terms go through the same fold, so both meet
 *   decoded  what encoded runs inside the text say: base64 (both alphabets), hex, percent
 *            escapes, HTML entities, \u escapes; nested to a depth of 3
 *
 * A view maps every one of its bytes back to the text it was made from. Bounded: folding expands at
 * most 18 times per character by Unicode's own data, and is cut off by the arena's bound; decoding
 * never makes more text than it was given, per level.
 */
#ifndef SG_TEXT_VIEW_H
#define SG_TEXT_VIEW_H

#include "base/arena.h"
#include "base/attr.h"
#include "base/reason.h"
#include "base/str.h"
#include "text/offmap.h"

enum view { VIEW_RAW, VIEW_FOLDED, VIEW_DECODED, VIEW_COUNT };

const char *view_name(enum view v);

struct view_text {
    struct str text;
    struct offmap map; /* view offsets to offsets of the text it was made from */
};

/*
 * Folds valid UTF-8. If the fold changes nothing, `out->text` is `text` itself. REASON_OK or
 * REASON_SPAN_LIMIT (the arena is full).
 */
SG_MUST_CHECK enum reason view_fold(struct arena *a, struct str text,
                                    struct view_text *out) SG_NONNULL;

/*
 * Finds encoded runs in `text` (at least 16 encoded characters for base64 and hex; at least one
 * escape for the others, read over the whole line they stand in) and calls `found` with what each
 * decodes to, if that is valid UTF-8 text without control characters but tab, CR and LF. Maps lead
 * back to `text`, also from nested levels. `found` returning anything but REASON_OK ends the search
 * with that reason. At most 4,096 pieces a text; more are REASON_SPAN_LIMIT.
 */
typedef enum reason view_found(void *ctx, const struct view_text *piece);
SG_MUST_CHECK enum reason view_decode(struct arena *a, struct str text, view_found *found,
                                      void *ctx) SG_NONNULL_ARGS(1, 3);

#endif
