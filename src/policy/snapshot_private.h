/* What snapshot.c, snapshot_load.c and snapshot_build.c share. */
#ifndef SG_POLICY_SNAPSHOT_PRIVATE_H
#define SG_POLICY_SNAPSHOT_PRIVATE_H

#include "base/arena.h"
#include "conf/fileset.h"
#include "policy/bundle.h"
#include "policy/snapshot.h"

#include <stdatomic.h>

#define SNAPSHOT_ARENA_MAX                                                \
    ((size_t)2 << 30) /* YAML trees, rules and terms of one configuration \
                       */

struct snapshot_private {
    atomic_uint refs;
    struct arena *arena;
    struct fileset *files;
    struct bundle bundle; /* holds the databases in use */
};

/* An empty snapshot with one reference that owns `files`, also when it fails. NULL after telling.
 */
SG_MUST_CHECK struct snapshot *snapshot_new(struct fileset *files, struct diags *d) SG_NONNULL;

/* Reads everything from `config_path` on, and the version. False after telling every error. */
SG_MUST_CHECK bool snapshot_load(struct snapshot *s, const char *config_path,
                                 struct diags *d) SG_NONNULL;

/* Takes the bundle over and uses its databases; the rules must be prepared. False after telling. */
SG_MUST_CHECK bool snapshot_attach(struct snapshot *s, struct bundle *b,
                                   struct diags *d) SG_NONNULL;

#endif
