/*
 * Everything in one process, without forks, control socket or replacement: for debuggers and
 * valgrind. SIGHUP reloads (rules are compiled on the helper thread), SIGTERM and SIGINT drain.
 */
#ifndef SG_PROC_SINGLE_H
#define SG_PROC_SINGLE_H

#include "base/attr.h"
#include "base/log.h"

/* Runs until stopped; 0, or 2 where it could not start (told on stderr). */
SG_MUST_CHECK int single_run(const char *config_path, const struct log *log) SG_NONNULL;

#endif
