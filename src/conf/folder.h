/* What stands in a folder, in an order that does not depend on the file system. */
#ifndef SG_CONF_FOLDER_H
#define SG_CONF_FOLDER_H

#include "base/attr.h"
#include "base/buf.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Appends the paths of the regular files in `dir` that end in `suffix`, sorted by bytes and joined
 * by '\n'; at most `max` of them, hidden files left out. If `dir` is itself a regular file, the
 * list is that file. A link counts as what it leads to; one that leads nowhere is listed, so that
 * reading it tells why. False with `*why` set (until the next call): then `out` is of no use.
 */
SG_MUST_CHECK bool folder_list(const char *dir, struct str suffix, size_t max, struct buf *out,
                               const char **why) SG_NONNULL_ARGS(1, 4, 5);

#endif
