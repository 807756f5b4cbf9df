/*
 * Scanning: texts in, verified matches out.
 *
 * One text at a time: its raw view, its folded view, and what is decoded from it (each decoded
 * piece raw and folded again) go through their databases. Hyperscan says where rules end; each hit
 * is then confirmed (exact start and captures by PCRE2 inside a bounded window, or by the term's
 * length), checked (boundary, verifiers, entropy, context, exceptions) and mapped back to the text.
 * The same rule over the same bytes is one match, whatever number of views saw it: matches of one
 * rule whose values overlap are merged.
 */
#ifndef SG_SCAN_SCAN_H
#define SG_SCAN_SCAN_H

#include "base/arena.h"
#include "base/attr.h"
#include "base/reason.h"
#include "base/str.h"
#include "rules/database.h"
#include "rules/rule.h"

#include <stddef.h>

/* Bounds of the work that one text can cause; over one of them is REASON_SCAN_LIMIT:
 * whoever sends the text can reach them, so no policy lets it pass. */
struct scan_limits {
    size_t hits;            /* Hyperscan callbacks that survive merging; default 100,000 */
    size_t matches;         /* confirmed matches; default 10,000 */
    uint32_t confirm_steps; /* pcre2 match limit for one start; default 100,000 */
    uint32_t confirm_ms;    /* time for confirming all hits of one text; default 2,000 */
};
extern const struct scan_limits scan_default_limits;

struct match {
    const struct rule *rule;
    enum view view;    /* where it was seen first; DECODED also for a decoded piece read folded */
    size_t begin, end; /* of the value (the capture), in bytes of the scanned text */
    size_t outer_begin, outer_end; /* of the whole match */
    size_t span;                   /* the caller's: which span of the body */
};

struct match_list {
    struct match *items; /* in the arena, ordered by begin */
    size_t count, cap;
};

/* Scratch and buffers of one thread. NULL: no memory. */
struct scanner;
SG_MUST_CHECK struct scanner *scanner_new(const struct scan_limits *limits);
void scanner_free(struct scanner *s);

/* Makes the scratch fit this database; once per snapshot and scanner. False: no memory. */
SG_MUST_CHECK bool scanner_prepare(struct scanner *s, const struct database *db) SG_NONNULL;

/*
 * Scans valid UTF-8 and appends its matches (span = `span`) to `out`. REASON_OK,
 * REASON_SCAN_LIMIT, REASON_SPAN_LIMIT, REASON_MEMORY, or REASON_SCAN_FAILED where the engine
 * itself failed: anything but OK means the text counts as not scanned.
 */
SG_MUST_CHECK enum reason scanner_scan(struct scanner *s, const struct database *db,
                                       struct str text, size_t span, struct arena *a,
                                       struct match_list *out) SG_NONNULL_ARGS(1, 2, 5, 6);

#endif
