/* The auditor: the only process that writes records. Workers send them, the master introduces the
 * workers. It ends when the master and all workers are gone, so that no record is left behind. */
#ifndef SG_PROC_AUDITOR_H
#define SG_PROC_AUDITOR_H

#include "base/attr.h"
#include "base/log.h"

#include <sys/types.h>

/* `*channel` takes MESSAGE_WORKER and MESSAGE_REOPEN. -1 with errno set. */
SG_MUST_CHECK pid_t auditor_start(const struct log *log, const char *directory,
                                  int *channel) SG_NONNULL;

#endif
