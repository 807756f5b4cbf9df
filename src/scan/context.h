/* What a match must have around it, and what it must not be. */
#ifndef SG_SCAN_CONTEXT_H
#define SG_SCAN_CONTEXT_H

#include "base/arena.h"
#include "base/reason.h"
#include "rules/rule.h"
#include "scan/reading.h"

/* Does a term's match at [begin, end) keep the boundary? Regexes have theirs in the PCRE2 code. */
bool context_boundary(enum boundary boundary, struct str text, size_t begin, size_t end);

/*
 * Is one of the context terms near [begin, end) of the reading, or, if that was decoded, near the
 * encoded run it came from? `scratch` is reset. REASON_OK, or why it could not be told.
 */
SG_MUST_CHECK enum reason context_near(const struct rule_near *near, const struct reading *r,
                                       size_t begin, size_t end, struct arena *scratch,
                                       bool *found) SG_NONNULL;

/* Is `value` one of the excepted ones? Case, spaces and dashes make no difference. */
SG_MUST_CHECK enum reason context_excepted(const struct str_list *except, struct str value,
                                           struct arena *scratch, bool *found) SG_NONNULL;

#endif
