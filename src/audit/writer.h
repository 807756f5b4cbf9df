/*
 * The writer: the only one that touches the record file. Lives in the auditor process.
 *
 * Records are appended to DIRECTORY/records.jsonl (mode 0600), whole lines in one write(2). A torn
 * last line left by a crash is ended with a newline on opening, so that it can never glue itself to
 * the next record.
 */
#ifndef SG_AUDIT_WRITER_H
#define SG_AUDIT_WRITER_H

#include "base/attr.h"
#include "base/str.h"

#include <stdbool.h>

#define WRITER_FILE "records.jsonl"

struct writer;

/* Makes the directory (mode 0750) if it is missing. NULL with errno set. */
SG_MUST_CHECK struct writer *writer_open(const char *directory) SG_NONNULL;
void writer_close(struct writer *w);

/*
 * Appends whole lines. False with errno set: nothing counts as written. What reached the disk of it
 * is cut off again, or, where that fails, ended with a newline; until one of them works, every
 * append fails.
 */
SG_MUST_CHECK bool writer_append(struct writer *w, struct str lines) SG_NONNULL;

/* After rotation by another program: opens the file anew. False with errno set; the old one stays.
 */
SG_MUST_CHECK bool writer_reopen(struct writer *w) SG_NONNULL;

#endif
