/*
 * The builder: a short-lived process that reads, checks and compiles everything, so that neither a
 * slow pattern nor a crash in a compiler can touch traffic. It reports once, by MESSAGE_BUILT or
 * MESSAGE_NOT_BUILT, and is gone.
 */
#ifndef SG_PROC_BUILDER_H
#define SG_PROC_BUILDER_H

#include "base/attr.h"
#include "base/log.h"
#include "policy/snapshot.h"

#include <sys/types.h>

/*
 * Starts one. `now` (NULL at the first start) is what a reload has to be able to follow. `*channel`
 * is where its report comes. -1 with errno set.
 */
SG_MUST_CHECK pid_t builder_start(const struct log *log, const char *config_path,
                                  const struct snapshot *now, int *channel)
    SG_NONNULL_ARGS(1, 2, 4);

#endif
