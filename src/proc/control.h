/*
 * The control socket: a Unix stream socket (mode 0600) on which the operator's tool sends one JSON
 * object a line (`{"command":"reload"}`) and gets one JSON object back.
 */
#ifndef SG_PROC_CONTROL_H
#define SG_PROC_CONTROL_H

#include "base/attr.h"
#include "base/log.h"
#include "base/str.h"
#include "net/loop.h"

#include <stdbool.h>
#include <stdint.h>

#define CONTROL_CLIENTS_MAX 32
#define CONTROL_LINE_MAX 4096 /* bytes of a request */

struct control;

/* A request. `client` names who asked, for control_reply(), as long as the connection stands. */
typedef void control_fn(void *ctx, uint64_t client, struct str command);

/*
 * Listens on `path`. A socket file left by a gateway that is gone is replaced; one that answers is
 * EADDRINUSE: another gateway runs. NULL with errno set.
 */
SG_MUST_CHECK struct control *control_open(struct loop *loop, const struct log *log,
                                           const char *path, control_fn *fn, void *ctx)
    SG_NONNULL_ARGS(1, 2, 3, 4);

/* Removes the socket file; clients that still wait are cut. */
void control_close(struct control *c);

/* Sends one line (JSON without line ends) and closes. Nothing happens if the client is gone. */
void control_reply(struct control *c, uint64_t client, struct str json) SG_NONNULL;

#endif
