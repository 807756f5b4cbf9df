/* Asking the gateway over its control socket; shared by the commands that do. */
#ifndef SG_CMD_ASK_H
#define SG_CMD_ASK_H

#include "base/attr.h"

#include <jansson.h>
#include <stdbool.h>

struct ask_options {
    char *control; /* path of the socket; free() */
    bool json;     /* print the answer as it came */
};

/*
 * Reads `[-c FILE | --control PATH] [--json] [--help]`. Without --control the path comes from the
 * configuration. True: go on; false: return *code (help was printed, or a usage error told).
 */
SG_MUST_CHECK bool ask_parse(int argc, char **argv, const char *summary, struct ask_options *out,
                             int *code) SG_NONNULL;

/* Sends one command; the answer, or NULL after telling why on stderr. */
SG_MUST_CHECK json_t *ask_gateway(const char *control, const char *command,
                                  unsigned timeout_s) SG_NONNULL;

#endif
