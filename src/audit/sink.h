/*
 * Where an exchange hands its record over. The pipeline sees only this; the process model decides
 * whether a message goes to the auditor or a line to a file.
 */
#ifndef SG_AUDIT_SINK_H
#define SG_AUDIT_SINK_H

#include "base/attr.h"
#include "base/str.h"

#include <stdbool.h>

struct sink {
    void *ctx;
    /* Takes one record line. False: it cannot be kept; the caller logs the loss with the id. */
    bool (*submit)(void *ctx, struct str line);
    /* May new exchanges begin? False while records would be lost. */
    bool (*ready)(void *ctx);
};

#endif
