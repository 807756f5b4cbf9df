/*
 * The demo model: a small OpenAI-shaped model endpoint that answers, or streams, from a script. For
 * demonstration only: it understands nothing, and says so in its name.
 */
#ifndef SG_CMD_DEMO_MODEL_H
#define SG_CMD_DEMO_MODEL_H

#include "base/attr.h"
#include "base/log.h"

#include <stdint.h>
#include <sys/types.h>

#define DEMO_MODEL_NAME "demo-model"

/*
 * Starts it in a process of its own on a port that the kernel picks. It keeps the body of the last
 * request in the file `journal`. It ends by SIGTERM. -1 with errno set.
 */
SG_MUST_CHECK pid_t demo_model_start(const struct log *log, const char *journal,
                                     uint16_t *port) SG_NONNULL;

#endif
