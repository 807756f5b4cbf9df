/*
 * What a pattern becomes: options that Hyperscan and PCRE2 share, so that both read it alike, and
 * the PCRE2 code that confirms what Hyperscan found.
 */
#ifndef SG_RULES_PATTERN_H
#define SG_RULES_PATTERN_H

#include "rules/rule.h"

/*
 * Must the pattern be read in characters instead of bytes? Byte patterns are smaller and faster,
 * and mean the same where every construct stands for ASCII characters alone. Anything not known to
 * do so counts as a yes, which is always right.
 */
bool pattern_needs_utf8(struct str pattern);

/*
 * Fills rule->code[form] (and rule->capture_group): asks Hyperscan, as it stands and then as a
 * prefilter, and compiles the PCRE2 code. False after telling at rule->pattern_at what is wrong.
 * A form that is filled already is left alone.
 */
SG_MUST_CHECK bool pattern_prepare(struct rule *rule, enum rule_form form,
                                   struct diags *d) SG_NONNULL;

/* The PCRE2 half: `code->hs_flags` is set. */
SG_MUST_CHECK bool pattern_confirm(struct rule *rule, struct rule_code *code,
                                   struct diags *d) SG_NONNULL;

#endif
