/* Whole files: read with a cap; written beside and renamed, so that nobody sees half a file. */
#ifndef SG_BASE_FILE_H
#define SG_BASE_FILE_H

#include "base/attr.h"
#include "base/buf.h"

#include <stdbool.h>
#include <sys/types.h>

/*
 * Appends the whole regular file to `out`, whose bound is the cap. False with errno set: EFBIG past
 * the cap, EISDIR or EINVAL for what is no regular file, ENOMEM, or what open(2) and read(2) say;
 * then nothing was added.
 */
SG_MUST_CHECK bool file_read(const char *path, struct buf *out) SG_NONNULL;

/*
 * Writes `path` beside itself, with exactly `mode` whatever the umask, fsyncs, renames, fsyncs the
 * directory. False with errno set; the old file is then still whole, or, where only the last step
 * failed, the new one.
 */
SG_MUST_CHECK bool file_replace(const char *path, mode_t mode, struct str content) SG_NONNULL;

/* All bytes in spite of EINTR and short writes. False with errno set. */
SG_MUST_CHECK bool file_write_all(int fd, const void *p, size_t n);

#endif
