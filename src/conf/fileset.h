/*
 * The set of files a configuration consists of: each is read once, and what was read is what is
 * checked, compiled, handed to the workers and digested.
 *
 * A fileset is either *open* (reads the disk on demand; in the builder and the tools) or *sealed*
 * (holds only what a bundle brought; in the workers, which never touch the file system). Loaders do
 * not see the difference. It owns all names and contents, which live until fileset_free().
 */
#ifndef SG_CONF_FILESET_H
#define SG_CONF_FILESET_H

#include "base/attr.h"
#include "base/str.h"
#include "conf/diag.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FILESET_MAX_FILES 4096
#define FILESET_MAX_FILE (64u << 20)   /* bytes in one file */
#define FILESET_MAX_TOTAL (256u << 20) /* bytes in all */
#define FILESET_MAX_NAME 4095          /* bytes in a file name */

struct fileset;

/* An open fileset; NULL when out of memory. */
SG_MUST_CHECK struct fileset *fileset_new(void);
void fileset_free(struct fileset *fs);

/* From here on nothing is read from disk. */
void fileset_seal(struct fileset *fs) SG_NONNULL;

/*
 * Adds a file with given content (copied): from a bundle or from a test. False: no memory, limits,
 * a name that is none, or a file that is there already (its content may be in use).
 */
SG_MUST_CHECK bool fileset_put(struct fileset *fs, struct str name, struct str content) SG_NONNULL;

/*
 * The content of `name`, read on first use. On failure tells `d` at `at` why (with errno's words)
 * and returns false. `*canonical` (may be NULL) gets the name as the fileset keeps it, to be used
 * in every `struct where`.
 */
SG_MUST_CHECK bool fileset_get(struct fileset *fs, struct str name, struct where at,
                               struct diags *d, struct str *content, const char **canonical)
    SG_NONNULL_ARGS(1, 4, 5);

/*
 * Names of the regular files in folder `dir` (not below it) that end in `suffix`, sorted by bytes,
 * hidden files left out; remembered like contents are, so a sealed set answers as the open one did.
 * Each name has the folder before it, ready for fileset_get().
 * If `dir` names a regular file, the list is that file. False with a diagnostic on failure.
 * `*names` is owned by the fileset.
 */
SG_MUST_CHECK bool fileset_list(struct fileset *fs, struct str dir, struct str suffix,
                                struct where at, struct diags *d, const char *const **names,
                                size_t *count) SG_NONNULL_ARGS(1, 5, 6, 7);

/*
 * `name` as seen from the file `base`: absolute names stay; others stand beside `base`. `.` and
 * `..` are resolved by text. Owned by the fileset; NULL when out of memory, or when `name` cannot
 * name a file: empty, too long, or with a NUL in it.
 */
SG_MUST_CHECK const char *fileset_beside(struct fileset *fs, const char *base,
                                         struct str name) SG_NONNULL;

/* All that was read or listed, in a stable order, for bundling: kind 'f' (content) or 'l' (a list,
 * its names joined by '\n'; its name is `dir` '\n' `suffix`). Returns false at the end. */
struct fileset_entry {
    char kind;
    struct str name;
    struct str content;
};
bool fileset_at(const struct fileset *fs, size_t index, struct fileset_entry *out) SG_NONNULL;

/* Puts back a list entry into a set that is being filled from a bundle. False as fileset_put(). */
SG_MUST_CHECK bool fileset_put_list(struct fileset *fs, struct str name,
                                    struct str content) SG_NONNULL;

#endif
