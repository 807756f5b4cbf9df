/* A small blocking HTTP client for the demo's own exchanges; it speaks to loopback only. */
#ifndef SG_CMD_DEMO_CLIENT_H
#define SG_CMD_DEMO_CLIENT_H

#include "base/attr.h"
#include "base/buf.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

struct demo_answer {
    unsigned status;
    char id[32], action[32], reason[48];
    struct buf body; /* buf_free() */
};

/* POSTs JSON to 127.0.0.1:port. False after telling why on stderr. */
SG_MUST_CHECK bool demo_post(uint16_t port, const char *path, struct str json,
                             struct demo_answer *out) SG_NONNULL;

#endif
