/*
 * The master: binds, starts the other processes and keeps them up, carries reloads through, answers
 * the operator. It parses no traffic and holds no rules.
 *
 *   start   read stopgate.yaml → listen → control socket → auditor → builder → workers → `ready`
 *   reload  (SIGHUP or the control socket) a builder makes a bundle; every worker prepares it; only
 *           when all have, all commit; any failure before that leaves everything as it was
 *   SIGUSR1 reopens the record file after rotation
 *   SIGTERM, SIGINT  workers drain within `timeouts.shutdown`, then the auditor ends
 *
 * A worker or auditor that dies is replaced at once, after a second if it had only just started.
 */
#ifndef SG_PROC_MASTER_H
#define SG_PROC_MASTER_H

#include "base/attr.h"
#include "base/log.h"

/* Runs until stopped; returns the exit code: 0, or 2 where it could not start (told on stderr). */
SG_MUST_CHECK int master_run(const char *config_path, const struct log *log) SG_NONNULL;

#endif
