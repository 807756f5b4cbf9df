/*
 * File names resolved by text, so that one file has one name whichever way it was written. The disk
 * is not asked: what a name means must not depend on who looks.
 */
#ifndef SG_CONF_PATH_H
#define SG_CONF_PATH_H

#include "base/attr.h"
#include "base/str.h"

#include <stdbool.h>

#define PATH_TEXT_SIZE 4096 /* as the kernel's PATH_MAX: 4,095 bytes and the NUL */

struct path {
    char text[PATH_TEXT_SIZE]; /* NUL-terminated; "." where nothing is left */
    size_t n;
};

/*
 * `name` as seen from folder `dir`: an absolute name stays, others stand in `dir` (which may be
 * empty: the working directory). False when `name` is empty, holds a NUL, or the result is too
 * long.
 */
SG_MUST_CHECK bool path_resolve(struct path *out, struct str dir, struct str name)
    SG_NONNULL_ARGS(1);

/* The folder part of `file`: "/a/b" gives "/a", "/a" gives "/", "a" gives "". */
struct str path_folder(struct str file);

static inline struct str path_str(const struct path *p)
{
    return (struct str){p->text, p->n};
}

#endif
