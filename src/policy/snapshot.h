/*
 * The snapshot: configuration, policies, rules, databases and API shapes as one immutable,
 * reference-counted whole. An exchange pins the one it began with; a reload puts another in its
 * place; the old one goes with its last exchange.
 *
 * The builder makes a *bundle*: one sealed memory file (memfd_create, F_SEAL_*) that holds every
 * file that was read, byte for byte, and the compiled databases. Everybody else makes the snapshot
 * from the bundle alone: same bytes, same loaders, no file system, databases used in place (one
 * copy in memory for all workers). The version is the SHA-256 of the bundle's files.
 */
#ifndef SG_POLICY_SNAPSHOT_H
#define SG_POLICY_SNAPSHOT_H

#include "base/attr.h"
#include "base/digest.h"
#include "conf/diag.h"
#include "conf/fileset.h"
#include "policy/config.h"
#include "policy/policy.h"
#include "rules/database.h"
#include "rules/rule.h"
#include "scan/examples.h"

#include <stdint.h>

struct snapshot {
    struct config config;
    struct policy *policies;
    size_t policy_count;
    struct ruleset *rules;
    struct database database;
    char version[DIGEST_SHA256_HEX];
    /* the rest is private to snapshot.c */
    struct snapshot_private *priv;
};

/*
 * Reads and checks everything that starts at `config_path`, compiles, runs every rule's examples,
 * and writes the bundle. Returns a sealed memory file's descriptor (the caller closes it), or -1
 * after telling all errors in `d`. Slow. `result` (may be NULL) gets the examples' figures.
 */
SG_MUST_CHECK int bundle_build(const char *config_path, struct diags *d,
                               struct examples_result *result) SG_NONNULL_ARGS(1, 2);

/*
 * The same from files that are in `fs` already (those that are not are read from disk unless it is
 * sealed): for tests and tools. Takes `fs` over, whatever happens.
 */
SG_MUST_CHECK int bundle_build_files(struct fileset *fs, const char *config_path, struct diags *d,
                                     struct examples_result *result) SG_NONNULL_ARGS(1, 2, 3);

/* Only reads and checks stopgate.yaml and what it names, without compiling: quick. NULL after
 * telling. For the master, which needs listeners and folders before anything is built, and tools.
 */
SG_MUST_CHECK struct snapshot *snapshot_read(const char *config_path, struct diags *d) SG_NONNULL;

/* The same from files that are in `fs` already; takes `fs` over, whatever happens. */
SG_MUST_CHECK struct snapshot *snapshot_read_files(struct fileset *fs, const char *config_path,
                                                   struct diags *d) SG_NONNULL;

/* A snapshot from a bundle (mapped; the descriptor may be closed after). One reference. */
SG_MUST_CHECK struct snapshot *snapshot_open(int bundle_fd, struct diags *d) SG_NONNULL;

struct snapshot *snapshot_ref(struct snapshot *s) SG_NONNULL;
void snapshot_unref(struct snapshot *s);

/* References are atomic: a snapshot may be opened and freed on the helper thread. */

/*
 * What a reload cannot change (listen, workers, audit, state, control): tells each difference in
 * `d` at its place in `next` ("needs a restart"). False when there is one.
 */
SG_MUST_CHECK bool snapshot_can_follow(const struct snapshot *now, const struct snapshot *next,
                                       struct diags *d) SG_NONNULL;

#endif
