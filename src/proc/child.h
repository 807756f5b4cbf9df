/* Starting the processes: a fork that keeps only what it is told to keep. */
#ifndef SG_PROC_CHILD_H
#define SG_PROC_CHILD_H

#include "base/attr.h"
#include "base/log.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * Forks. The child gets default signal handlers, no descriptors but 0, 1, 2, the log's and `keep`,
 * no new privileges and no core dumps; it is named `name`, runs main(ctx), and exits with what that
 * returns. Returns its process id, or -1 with errno set.
 */
typedef int child_main(void *ctx);
SG_MUST_CHECK pid_t child_start(const char *name, const struct log *log, const int *keep,
                                size_t keep_count, child_main *fn, void *ctx)
    SG_NONNULL_ARGS(1, 2, 5);

/* `signal 9` or `status 1`, into out[32]. */
const char *child_end_text(int wait_status, char out[32]);

#endif
