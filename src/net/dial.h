/* Connecting to one server: its name resolved, its addresses tried one after another, in time. */
#ifndef SG_NET_DIAL_H
#define SG_NET_DIAL_H

#include "base/attr.h"
#include "base/reason.h"
#include "base/str.h"
#include "net/loop.h"

#include <stdbool.h>
#include <stdint.h>

/* The answer for a name serves further connections for this long. */
#define DIAL_NAME_FRESH_MS 5000

/* A server, with what is known of its addresses. */
struct dial_target;

/* `host` is copied: a name, a numeric address, or `unix:/path`. NULL: no memory. */
SG_MUST_CHECK struct dial_target *dial_target_new(struct str host, uint16_t port);
void dial_target_free(struct dial_target *t);

struct dial;

/*
 * REASON_OK and a connected descriptor (non-blocking, close-on-exec, TCP_NODELAY) that the callee
 * owns; or -1 and UPSTREAM_CONNECT, UPSTREAM_RESOLVE, UPSTREAM_CONNECT_TIMEOUT or MEMORY.
 */
typedef void dial_fn(void *ctx, int fd, enum reason reason);

/*
 * Calls `fn` from the loop, never inside this call. `timeout_ms` is for all of it; each address
 * gets its share of what is left, so that a silent one does not keep the next from being tried. The
 * target must stay until then. NULL: no memory.
 */
SG_MUST_CHECK struct dial *dial_start(struct loop *loop, struct dial_target *target,
                                      uint64_t timeout_ms, dial_fn *fn, void *ctx)
    SG_NONNULL_ARGS(1, 2, 4);
/* `fn` will not be called. Not after it was. */
void dial_cancel(struct dial *d) SG_NONNULL;

#endif
