/*
 * Views: the readings of a text that rules are matched against.
 *
 *   raw      the text as it is
 *   folded   evasion undone; rules' terms go through the same fold, so both meet
 *   decoded  what encoded runs inside the text say: base64 (both alphabets), hex, percent
 *            escapes, HTML entities, \u escapes; nested to a depth of 3
 *
 * What the fold does to each character, in this order, until nothing changes:
 *   decomposes      NFKD: full-width, circled and mathematical letters, compatibility ideographs,
 *                   ligatures, fractions; Hangul to letters
 *   drops           marks that take no place (Mn, Me), what is ignored by default (zero width, soft
 *                   hyphen, variation selectors, fillers), format characters (Cf: bidi controls and
 *                   more), controls but TAB to CR and NEL
 *   lumps           dashes and minus to `-`, curly quotes and primes to ' or ", blanks (Zs and the
 *                   braille one) to a space, line and paragraph separators to LF
 *   folds the case  in full: U+00DF is `ss`
 * Tag characters (U+E0020..E007E) become the ASCII that they stand for. The fold of a fold is the
 * fold. A folded text is for matching only: without their marks Hebrew and Arabic lose points,
 * Thai and Indic scripts lose vowel signs, so words that differ in those alone become one word,
 * in terms and in texts alike. A rule that must tell them apart uses the raw view.
 *
 * A view maps every one of its bytes back to the text it was made from. Bounded: folding expands at
 * most 18 times per character by Unicode's own data, and is cut off by the arena's bound; decoding
 * makes at each level no more than the escapes' lines and three quarters (base64) and a half (hex)
 * of what it was given.
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
 * Finds what is encoded in `text` and calls `found` with each piece of text that it decodes to:
 *
 *   runs     of 16 digits or more, base64 with padding and line breaks, hex with line breaks or one
 *            separator between bytes. A piece is all the run decodes to, if that is text, else each
 *            stretch of text in it, from 12 bytes on (24 in a run of 4,096 digits or more, where
 *            chance makes shorter ones): junk around an encoded text does not hide it.
 *   escapes  a piece is the lines with escapes, undone; lines near each other are one piece. An
 *            escape that gives no text is left as it stands.
 *
 * Text is valid UTF-8 without control characters but tab, CR and LF. Maps lead back to `text`, also
 * from nested levels, exact to the escape and to the group of digits (4 of base64, 2 of hex); where
 * an escape lies across groups, to their sum. `found` returning anything but REASON_OK ends the
 * search with that reason.
 *
 * At most 4,096 pieces a text, of all levels; then REASON_SPAN_LIMIT: the text is refused, since a
 * piece that was left out would be the place to hide. REASON_SPAN_LIMIT as well for a full arena.
 */
typedef enum reason view_found(void *ctx, const struct view_text *piece);
SG_MUST_CHECK enum reason view_decode(struct arena *a, struct str text, view_found *found,
                                      void *ctx) SG_NONNULL_ARGS(1, 3);

#endif
