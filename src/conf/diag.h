/*
 * Diagnostics: everything that is wrong with the files people write, collected and told at once as
 * `file:line:column: what is wrong, what was expected`.
 */
#ifndef SG_CONF_DIAG_H
#define SG_CONF_DIAG_H

#include "base/attr.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdio.h>

/* A place in a file. `line` and `column` count from 1; line 0 means the file as a whole. */
struct where {
    const char *file; /* lives as long as whatever it points into: the fileset */
    unsigned line;
    unsigned column; /* in characters, as editors count */
};

enum diag_level { DIAG_WARNING, DIAG_ERROR };

struct diags;

/* NULL when out of memory. At most 1,000 are kept; more are counted. */
SG_MUST_CHECK struct diags *diags_new(void);
void diags_free(struct diags *d);

/* Texts are copied. Out of memory counts as an error that could not be kept: diags_errors() > 0. */
void diag_error(struct diags *d, struct where at, const char *fmt, ...) SG_PRINTF(3, 4);
void diag_warn(struct diags *d, struct where at, const char *fmt, ...) SG_PRINTF(3, 4);

/* How many were told of each level, also those not kept. */
size_t diags_errors(const struct diags *d) SG_NONNULL;
size_t diags_warnings(const struct diags *d) SG_NONNULL;

/*
 * One line each, in file, line, column order, `warning: ` before the text of a warning; a last line
 * tells how many more there were. `colour`: the caller asks isatty().
 */
void diags_print(const struct diags *d, FILE *out, bool colour) SG_NONNULL;

/* The same lines, each ended by '\n', into a malloc'd string for another process; NULL: no memory. */
SG_MUST_CHECK char *diags_text(const struct diags *d) SG_NONNULL;

/*
 * Finds the name nearest to `got` among `names` (NULL-terminated) for "did you mean"; NULL when none
 * is near (distance over 2, or over a third of its length).
 */
const char *diag_suggest(struct str got, const char *const *names);

#endif
