/*
 * A worker's way to the auditor: records go out as messages; while the auditor is busy or being
 * replaced they wait in a bounded queue, and when that fills, new exchanges are refused.
 */
#ifndef SG_PROC_RECORDS_H
#define SG_PROC_RECORDS_H

#include "audit/sink.h"
#include "base/attr.h"
#include "base/log.h"
#include "net/loop.h"

#include <stdbool.h>

#define RECORDS_QUEUE_MAX (16u << 20) /* bytes; at half of it no new exchange begins */

struct records;

/* No channel yet: records wait. NULL: no memory. */
SG_MUST_CHECK struct records *records_new(struct loop *loop, const struct log *log) SG_NONNULL;

/* Gives what is queued to the auditor if it takes it; what it does not is logged as lost. */
void records_free(struct records *r);

/* A new auditor; the channel is taken over. */
void records_channel(struct records *r, int channel) SG_NONNULL;

/* For the gate. */
struct sink records_sink(struct records *r) SG_NONNULL;

/* Is anything still waiting? */
bool records_waiting(const struct records *r) SG_NONNULL;

#endif
