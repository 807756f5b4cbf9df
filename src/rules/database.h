/*
 * Compiled rules: one Hyperscan database a view, position-independent bytes in a memory file that
 * the builder writes and seals and every worker maps read-only (one copy, whatever their number).
 *
 * Patterns get their Hyperscan ids in an order that follows from the ruleset alone, so builder and
 * worker agree without a table between them.
 */
#ifndef SG_RULES_DATABASE_H
#define SG_RULES_DATABASE_H

#include "base/attr.h"
#include "base/str.h"
#include "conf/diag.h"
#include "rules/rule.h"

#include <stddef.h>
#include <stdint.h>

/* What Hyperscan id `i` of a view stands for. */
struct pattern {
    const struct rule *rule;
    struct str text; /* the term, or the rule's pattern */
    uint32_t
        literal; /* length in bytes when the pattern is a term: its start is known. 0: a regex */
};

struct database {
    const struct hs_database *hs[VIEW_COUNT]; /* NULL where no rule reads that view */
    struct pattern *patterns[VIEW_COUNT];     /* in the arena; regexes first */
    size_t pattern_count[VIEW_COUNT];
    size_t regex_count[VIEW_COUNT];
    bool decodes_folded; /* some rule of the folded database also reads decoded pieces */
};

/*
 * Fills patterns, confirm codes and widths of the rules: needed before compiling and attaching.
 * Tells, with the rule's place, what Hyperscan or PCRE2 cannot take. False when anything was told.
 */
SG_MUST_CHECK bool database_prepare(struct ruleset *rs, struct arena *a, struct diags *d,
                                    struct database *out) SG_NONNULL;

/*
 * Compiles one view (slow: seconds for 100,000 terms; run it in the builder). On success `*bytes`
 * is an image of `*size` bytes that database_attach() takes, 64-byte aligned, to free(); NULL and 0
 * where no rule reads the view.
 */
SG_MUST_CHECK bool database_compile(const struct database *db, enum view v, struct diags *d,
                                    void **bytes, size_t *size) SG_NONNULL;

/*
 * Uses an image in place: `bytes` must be 64-byte aligned and stay mapped as long as `db` is used.
 * False: it is damaged, or made from other rules, by another version or for another CPU. The digest
 * in it finds damage, not malice: take images only from a builder that is trusted.
 */
SG_MUST_CHECK bool database_attach(struct database *db, enum view v, const void *bytes,
                                   size_t size) SG_NONNULL;

#endif
