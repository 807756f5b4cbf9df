/*
 * The gate: the heart of a worker. It takes accepted connections and carries every exchange from
 * door to door; everything else in this folder is a part of that walk:
 *
 *   front     one client connection: HTTP/1.1 in, answers out, one exchange after another
 *   exchange  one request and its response: the states, the verdicts, the record
 *   inspect   bytes to verdict (edit: taking values out)
 *   back      the call to the model endpoint
 *   forward   which headers go on, and what is added
 *   answer    what the gate says itself, in the API's own shape
 *
 * 1  front reads a head; the exchange pins the epoch (snapshot and upstream pools) and takes an
 * arena 2  route, tenant, operation; the body is collected up to its bound 3  the prompt is
 * inspected; block, replace and refusals are answered here 4  back sends what was inspected,
 * canonically framed, and collects the answer up to its bound; what cannot be read passes piece by
 * piece only if the policy says so 5  the output is inspected; the answer goes out 6  one record
 * goes to the sink; arena and epoch are given back
 *
 * One gate a thread; all calls on the loop's thread.
 */
#ifndef SG_PIPE_GATE_H
#define SG_PIPE_GATE_H

#include "audit/sink.h"
#include "base/attr.h"
#include "base/log.h"
#include "net/address.h"
#include "net/loop.h"
#include "pipe/inspect.h"
#include "policy/snapshot.h"

#include <stdbool.h>
#include <stdint.h>

struct gate;

struct gate_options {
    struct loop *loop;
    struct log log;
    struct sink sink;
    uint8_t mask_key[INSPECT_KEY_SIZE];
};

/* What the gate did so far; counters only grow. */
struct gate_figures {
    uint64_t accepted, refused; /* connections */
    uint64_t exchanges;
    uint64_t by_action[ACTION_COUNT];
    uint64_t errors;               /* exchanges that ended with a reason that is not OK */
    uint64_t connections, running; /* now */
    char snapshot[DIGEST_SHA256_HEX];
};

/* NULL: no memory. Takes no connections before a snapshot is adopted. */
SG_MUST_CHECK struct gate *gate_new(const struct gate_options *options) SG_NONNULL;

/* Cuts what is still open. Not while an adoption or an offloaded inspection is under way: drain
 * first. */
void gate_free(struct gate *g);

/*
 * Takes over the caller's reference and makes it the current snapshot, off the loop where it is
 * slow; done(ctx, false) when there was no memory, the old one then stays. One adoption at a time:
 * false if one is under way (the reference is then given back too).
 */
typedef void gate_adopted_fn(void *ctx, bool adopted);
SG_MUST_CHECK bool gate_adopt(struct gate *g, struct snapshot *s, gate_adopted_fn *done, void *ctx)
    SG_NONNULL_ARGS(1, 2, 3);

/* A new client; the descriptor is taken over in any case. */
void gate_accept(struct gate *g, int fd, const struct address *peer) SG_NONNULL;

/*
 * Shutting down: idle connections are closed, running exchanges may end within the configured time,
 * then they are cut; done(ctx) when nothing is left.
 */
typedef void gate_drained_fn(void *ctx);
void gate_drain(struct gate *g, gate_drained_fn *done, void *ctx) SG_NONNULL_ARGS(1, 2);

void gate_figures(const struct gate *g, struct gate_figures *out) SG_NONNULL;

#endif
