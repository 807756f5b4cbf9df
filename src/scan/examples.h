/* The examples every rule carries: texts that it must match and texts that it must leave alone. */
#ifndef SG_SCAN_EXAMPLES_H
#define SG_SCAN_EXAMPLES_H

#include "conf/diag.h"
#include "rules/database.h"
#include "scan/scan.h"

struct examples_result {
    size_t rules, examples, failed;
};

/*
 * Runs all of them against an attached database. Each failure is an error at the example's place
 * that says what was expected and which other rules matched instead. False when anything was told.
 */
SG_MUST_CHECK bool examples_check(const struct ruleset *rs, const struct database *db,
                                  struct diags *d, struct examples_result *out) SG_NONNULL;

#endif
