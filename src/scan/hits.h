/*
 * Hits: what Hyperscan reports of one text, merged while it comes. A term's hit is its exact place.
 * A regex reports only ends, often one a byte in a long run; each end stands for the window in
 * which its match lies, and windows of one pattern that touch become one.
 */
#ifndef SG_SCAN_HITS_H
#define SG_SCAN_HITS_H

#include "base/reason.h"
#include "rules/database.h"

#include <hs.h>

struct hit {
    uint32_t pattern;
    size_t from, to; /* regex: its matches start at `from` or later and end at `to` or before */
};

/* Where a regex had its last hit; an old epoch means: none in this scan. */
struct hit_slot {
    uint32_t epoch;
    uint32_t hit;
};

struct hits {
    struct hit *items; /* owned */
    size_t count, cap;
    size_t max;             /* more are REASON_SCAN_LIMIT */
    struct hit_slot *slots; /* owned, one a regex */
    size_t slot_count;
    uint32_t epoch;

    /* of the scan that runs */
    const struct pattern *patterns;
    size_t regex_count;
    enum rule_form form;
    unsigned needed; /* views (1u << v) a rule must list for its hits to count */
    enum reason failure;
};

void hits_free(struct hits *h) SG_NONNULL;

/* Room for the state of `regex_count` regexes. False: no memory. */
SG_MUST_CHECK bool hits_prepare(struct hits *h, size_t regex_count) SG_NONNULL;

/* One scan of `text` by the database of view `v`; the hits then stand in h->items. */
SG_MUST_CHECK enum reason hits_scan(struct hits *h, const struct database *db, enum view v,
                                    struct str text, unsigned needed,
                                    hs_scratch_t *scratch) SG_NONNULL;

#endif
