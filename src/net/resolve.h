/*
 * Names to addresses through libevent's resolver: /etc/hosts, then the name servers of
 * /etc/resolv.conf, both read at the first name a loop is asked for.
 */
#ifndef SG_NET_RESOLVE_H
#define SG_NET_RESOLVE_H

#include "base/attr.h"
#include "base/str.h"
#include "net/address.h"
#include "net/loop.h"

#include <stddef.h>
#include <stdint.h>

/* More addresses of one name are not looked at. */
#define RESOLVE_MAX 8

struct resolve;

/* The addresses are the callee's only inside the call; `n` is 0 when the name did not resolve. */
typedef void resolve_fn(void *ctx, const struct address *addresses, size_t n);

/*
 * Calls `fn` from the loop, never inside this call. There is no limit of time but the resolver's
 * own (some 15 s): callers set theirs. NULL: no memory, or no name (empty, over 253 bytes, a NUL in
 * it).
 */
SG_MUST_CHECK struct resolve *resolve_start(struct loop *loop, struct str host, uint16_t port,
                                            resolve_fn *fn, void *ctx) SG_NONNULL_ARGS(1, 4);
/* `fn` will not be called. Not after it was. */
void resolve_cancel(struct resolve *r) SG_NONNULL;

/*
 * Reads other files than those of /etc; before the loop's first name only. A file that is missing
 * leaves what every host has: `localhost`, and a name server on it. False: no memory, or too late.
 */
SG_MUST_CHECK bool resolve_files(struct loop *loop, const char *resolv_conf,
                                 const char *hosts) SG_NONNULL;

#endif
