/*
 * Known answers: does the pattern library that is installed find what it must?
 *
 * A library that misses matches makes a gate that lets things through without a word. Vectorscan
 * 5.4.9, as Debian 12 has it, loses matches of `a.*b` on x86 once the gap is longer than a vector.
 * So the library is asked before rules are trusted to it.
 */
#ifndef SG_RULES_KNOWN_ANSWERS_H
#define SG_RULES_KNOWN_ANSWERS_H

#include "base/attr.h"
#include "base/str.h"
#include "conf/diag.h"

#include <stdbool.h>

struct hs_database;

/* The library under test: does the compiled pattern match somewhere in `text`? */
typedef bool known_answers_fn(void *ctx, const struct hs_database *db, struct str text);

/* Scans with the installed library; `ctx` is not used. */
known_answers_fn known_answers_ask;

/*
 * Asks about skips over classes, their negations and anything at all, with gaps from nothing to
 * thousands of bytes, and about what must not match. False after telling in `d` which answer was
 * wrong, and what to install. Some milliseconds.
 */
SG_MUST_CHECK bool known_answers_good(known_answers_fn *ask, void *ctx, struct where at,
                                      struct diags *d) SG_NONNULL_ARGS(1, 4);

#endif
