/*
 * Confirming: from what Hyperscan hit to matches. PCRE2 finds exact starts and captures in the
 * window of a hit; a term is where it is. Then the rule's conditions are asked, and what passes is
 * mapped back to the scanned text.
 *
 * Work is bounded whatever the text: the match limit bounds one start, starts are tried in slices,
 * and between slices the clock is asked.
 */
#ifndef SG_SCAN_CONFIRM_H
#define SG_SCAN_CONFIRM_H

#include "scan/hits.h"
#include "scan/reading.h"
#include "scan/scan.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

struct confirmer {
    pcre2_match_data *data;
    pcre2_match_context *context;
    pcre2_jit_stack *stack;
    struct arena *scratch; /* folded context of one match at a time */
    struct scan_limits limits;
    uint64_t deadline; /* of the text that is scanned, CLOCK_MONOTONIC; 0: no hit yet */
};

SG_MUST_CHECK bool confirmer_init(struct confirmer *c, const struct scan_limits *limits) SG_NONNULL;
void confirmer_free(struct confirmer *c) SG_NONNULL;

/* Room for captures up to this group. False: no memory. */
SG_MUST_CHECK bool confirmer_prepare(struct confirmer *c, uint32_t group) SG_NONNULL;

/* Where the matches of one text go. */
struct sink {
    struct arena *arena;
    struct match_list *list;
    size_t first; /* of this text, in the list */
    size_t span;
};

/* Adds the matches of one hit in `r`. */
SG_MUST_CHECK enum reason confirm_hit(struct confirmer *c, const struct reading *r,
                                      const struct pattern *p, const struct hit *hit,
                                      struct sink *sink) SG_NONNULL;

#endif
