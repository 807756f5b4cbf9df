/*
 * The bundle's format: a memory file with a header, a table of pieces, and the pieces. Made and
 * read by the same build on the same machine, so numbers are in the machine's own order. Still
 * nothing in it is trusted: every offset and length is checked before it is used. Private to
 * policy/.
 *
 *   header   magic, format, count, size of the whole, version of the files
 *   table    `count` rows: kind, place and length of name and content
 *   pieces   names and contents; databases begin at a page of their own
 */
#ifndef SG_POLICY_BUNDLE_H
#define SG_POLICY_BUNDLE_H

#include "base/attr.h"
#include "base/digest.h"
#include "base/str.h"
#include "conf/fileset.h"
#include "text/view.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BUNDLE_MAX_SIZE ((uint64_t)4 << 30)

struct bundle {
    const unsigned char *map; /* NULL: none */
    size_t size;
    size_t count;                    /* rows in the table */
    struct str config_path;          /* all views point into the map */
    struct str database[VIEW_COUNT]; /* empty where no rule reads the view */
    uint8_t version[DIGEST_SHA256_SIZE];
};

/*
 * Digest of all files: for each entry its kind, its name (seen from the folder of `config_path`
 * where it stands below it, so that a moved configuration stays the same), the length of its
 * content and the digest of its content. False: no memory.
 */
SG_MUST_CHECK bool bundle_digest(const struct fileset *fs, const char *config_path,
                                 uint8_t out[DIGEST_SHA256_SIZE]) SG_NONNULL;

/* A sealed memory file of all files and the databases' images. -1 with errno set. */
SG_MUST_CHECK int bundle_write(const struct fileset *fs, const char *config_path,
                               const struct str database[VIEW_COUNT]) SG_NONNULL;

/*
 * Maps and checks a bundle; the descriptor may be closed after. False with `*why` set to what is
 * wrong with it.
 */
SG_MUST_CHECK bool bundle_map(int fd, struct bundle *out, const char **why) SG_NONNULL;
void bundle_unmap(struct bundle *b) SG_NONNULL;

/* Puts the files and lists back into an empty set. False: no memory, or not acceptable to it. */
SG_MUST_CHECK bool bundle_files(const struct bundle *b, struct fileset *fs) SG_NONNULL;

#endif
