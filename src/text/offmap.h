/*
 * An offset map: from positions in a text that was made (unescaped, folded, decoded) back to the
 * bytes it was made from.
 *
 * It is a list of runs in rising order. A run is a row of equal pieces: each `text_unit` bytes of
 * text were made, as a whole, from `source_unit` bytes of source. So
 *   1 and 1   is byte for byte: text offset t stands at source offset run.source + (t - run.text)
 *   3 and 6   is a row of Chinese characters written as \uXXXX, each mapped to its own escape
 *   0 and 0   is one piece: every text byte of the run comes from the whole source range of the run
 * A run ends where the next begins (or at the two `end` values). The identity has no run at all.
 */
#ifndef SG_TEXT_OFFMAP_H
#define SG_TEXT_OFFMAP_H

#include "base/arena.h"
#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct offmap_run {
    uint32_t text;
    uint32_t source; /* relative to offmap.base */
    uint16_t text_unit;
    uint16_t source_unit;
};

struct offmap {
    size_t base;       /* added to every source offset */
    size_t text_end;   /* length of the text */
    size_t source_end; /* length of the source */
    struct offmap_run *runs;
    size_t count; /* 0: identity */
    size_t cap;
};

/* A map of `n` bytes onto source bytes base .. base + n. */
struct offmap offmap_identity(size_t base, size_t n);

/*
 * Building: start with offmap_identity(base, 0), call once per piece in order; adjacent pieces that
 * are alike share a run. `text_n` bytes of text came from `source_n` bytes of source, byte for byte
 * if `exact` (then both are equal), else as a whole. `text_n` 0: source that was dropped;
 * `source_n` 0: text that was put in. False: no memory, over 4 GiB; the map is then as it was.
 */
SG_MUST_CHECK bool offmap_add(struct offmap *m, struct arena *a, size_t text_n, size_t source_n,
                              bool exact) SG_NONNULL;

/*
 * The smallest source range [*from, *to) (base added) that covers text range [begin, end), both
 * clamped to the text. An empty text range gives an empty source range: the place where `begin`
 * stands.
 */
void offmap_range(const struct offmap *m, size_t begin, size_t end, size_t *from,
                  size_t *to) SG_NONNULL;

/*
 * The source range, base added, of the piece that text byte `at` (< text_end) belongs to, for those
 * who go through a map from front to back: `*run` is 0 at first, and `at` never goes back.
 */
void offmap_piece(const struct offmap *m, size_t at, size_t *run, size_t *from,
                  size_t *to) SG_NONNULL;

#endif
