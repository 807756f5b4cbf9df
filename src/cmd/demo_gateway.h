/* The demo's own gateway: a private folder, a configuration in it, and a real stopgated. */
#ifndef SG_CMD_DEMO_GATEWAY_H
#define SG_CMD_DEMO_GATEWAY_H

#include "base/attr.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct demo_gateway {
    char folder[128]; /* private, removed by demo_gateway_stop() */
    char journal[160], records[192];
    pid_t model, gateway;
    uint16_t port;
    int log_fd;    /* the gateway's log */
    int signal_fd; /* SIGINT and SIGTERM */
};

/*
 * Starts model and gateway; `port` 0 lets the kernel pick. False after telling why on stderr; then
 * too demo_gateway_stop() cleans up.
 */
SG_MUST_CHECK bool demo_gateway_start(struct demo_gateway *g, uint16_t port) SG_NONNULL;

/* Copies the gateway's log to stderr until a signal says stop or the gateway ends. */
void demo_gateway_watch(struct demo_gateway *g) SG_NONNULL;

/* Ends both processes and removes the folder. */
void demo_gateway_stop(struct demo_gateway *g) SG_NONNULL;

#endif
