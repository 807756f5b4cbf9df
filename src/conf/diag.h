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

/*
 * Texts and file names are copied. A text is cut at DIAG_TEXT_SIZE; control characters, invisible
 * characters and bytes that are not UTF-8 are shown as \xNN, \uNNNN or \UNNNNNNNN, so a file
 * cannot play tricks with a terminal. Out of memory counts as an error that could not be kept:
 * diags_errors() > 0.
 */
#define DIAG_TEXT_SIZE 1024
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

/* The same lines in a malloc'd string, for another process; NULL when out of memory. */
SG_MUST_CHECK char *diags_text(const struct diags *d) SG_NONNULL;

/*
 * Finds the name nearest to `got` among `names` (NULL-terminated) for "did you mean"; NULL when
 * none is near (distance over 2, or over a third of its length). A difference in case alone is
 * near.
 */
const char *diag_suggest(struct str got, const char *const *names) SG_NONNULL;

/*
 * For quoting what a file says inside a message: `text` in backquotes, escaped as above, cut with
 * "...". Safe for texts of any length and with NULs. Returns `out`.
 */
#define DIAG_QUOTE_SIZE 96
const char *diag_quote(char out[DIAG_QUOTE_SIZE], struct str text) SG_NONNULL;

/* "`a`, `b` or `c`" for "expected ..."; cut with "..." to fit out[size]. Returns `out`. */
#define DIAG_NAMES_SIZE 512 /* enough for most lists, and leaves room in a message */
const char *diag_names(char *out, size_t size, const char *const *names) SG_NONNULL;

#endif
