/* Accepting connections from a listening socket. */
#ifndef SG_NET_LISTENER_H
#define SG_NET_LISTENER_H

#include "base/attr.h"
#include "base/log.h"
#include "net/address.h"
#include "net/loop.h"

struct listener;

/* A new connection: the callee owns `fd` (non-blocking, close-on-exec, TCP_NODELAY). */
typedef void listener_fn(void *ctx, int fd, const struct address *peer);

/*
 * Accepts on `fd` (kept by the caller) in the loop. When the process is out of descriptors or
 * memory it logs once, rests 100 ms and tries again: it never spins and never dies. NULL: no
 * memory.
 */
SG_MUST_CHECK struct listener *listener_new(struct loop *loop, int fd, const struct log *log,
                                            listener_fn *fn, void *ctx) SG_NONNULL_ARGS(1, 3, 4);
void listener_free(struct listener *l);

/* Stops and starts accepting (connections wait in the kernel's queue meanwhile). */
void listener_pause(struct listener *l) SG_NONNULL;
void listener_resume(struct listener *l) SG_NONNULL;

#endif
