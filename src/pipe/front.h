/*
 * One client connection: reads HTTP/1.1 requests, hands each to an exchange, carries the answers
 * back, in order. Pipelined requests wait in the connection until the one before is answered.
 */
#ifndef SG_PIPE_FRONT_H
#define SG_PIPE_FRONT_H

#include "base/attr.h"
#include "net/address.h"
#include "pipe/gate_private.h"

/* Takes `fd` over; the front frees itself when the connection ends. False: no memory. */
SG_MUST_CHECK bool front_open(struct gate *g, int fd, const struct address *peer) SG_NONNULL;

/* Closes it if no exchange is running; one that is running ends and then the connection closes. */
void front_drain(struct front *f) SG_NONNULL;

/* Cuts it now, with its exchange. */
void front_cut(struct front *f) SG_NONNULL;

/* The next in the gate's list. */
struct front *front_next(const struct front *f) SG_NONNULL;

#endif
