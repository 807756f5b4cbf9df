/* What the rooms of the pipeline share about the gate; private to this folder. */
#ifndef SG_PIPE_GATE_PRIVATE_H
#define SG_PIPE_GATE_PRIVATE_H

#include "net/pool.h"
#include "pipe/gate.h"
#include "scan/scan.h"

/* A snapshot with the pools that belong to it. Exchanges pin it; the gate holds the current one. */
struct epoch {
    unsigned refs;
    struct snapshot *snapshot;
    struct pool **pools; /* parallel to snapshot->config.upstreams */
};

SG_MUST_CHECK struct epoch *epoch_new(struct loop *loop, struct snapshot *s) SG_NONNULL;
struct epoch *epoch_ref(struct epoch *e) SG_NONNULL;
void epoch_unref(struct epoch *e);
struct pool *epoch_pool(const struct epoch *e, const struct config_upstream *u) SG_NONNULL;

struct front;

struct gate {
    struct loop *loop;
    struct log log;
    struct sink sink;
    uint8_t mask_key[INSPECT_KEY_SIZE];
    struct epoch *current;
    struct scanner *scanner;     /* of the loop's thread */
    struct scanner *off_scanner; /* of the helper thread: touched only by offloaded work */
    struct front *fronts;        /* all open client connections, newest first */
    uint64_t jobs;               /* inspections on the helper thread */
    bool adopting;
    bool draining;
    struct timer *drain_timer;
    gate_drained_fn *drained;
    void *drained_ctx;
    struct gate_figures figures;
};

/* Called when a front is gone, a job or an adoption is done: a drain may be over by that. */
void gate_settle(struct gate *g) SG_NONNULL;

#endif
