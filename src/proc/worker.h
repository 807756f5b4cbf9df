/* A worker: one loop, one gate, its own listening sockets. Opens no file and knows no other worker.
 */
#ifndef SG_PROC_WORKER_H
#define SG_PROC_WORKER_H

#include "base/attr.h"
#include "base/log.h"
#include "pipe/gate.h"

#include <sys/types.h>

struct worker_options {
    struct log log; /* process: "worker-N" */
    const int *listen_fds;
    size_t listen_count;
    uint8_t mask_key[INSPECT_KEY_SIZE];
};

/*
 * Starts one; it accepts once the first snapshot was committed. `*channel` takes the messages of
 * proc/message.h; when it closes, the worker drains and ends. -1 with errno set.
 */
SG_MUST_CHECK pid_t worker_start(const struct worker_options *options, int *channel) SG_NONNULL;

#endif
