/* The exchange's second half: the model endpoint's answer. Private to this folder. */
#ifndef SG_PIPE_EXCHANGE_OUTPUT_H
#define SG_PIPE_EXCHANGE_OUTPUT_H

#include "pipe/exchange_private.h"

extern const struct back_events exchange_back_events;

/* Notes an inspection's verdict in the outcome if it is severer than what stands there. */
void exchange_take_verdict(struct exchange *ex, const struct inspection *i) SG_NONNULL;

/* Applies on_unscannable and on_error to `reason`; true: go on. Notes the result in the outcome. */
SG_MUST_CHECK bool exchange_may_pass(struct exchange *ex, enum reason reason,
                                     const char *direction) SG_NONNULL;

/* The same for an inspection's result, of which nothing may go on if a redaction failed. */
SG_MUST_CHECK bool exchange_may_send(struct exchange *ex, const struct inspection *i) SG_NONNULL;

const char *exchange_direction(const struct inspection *i) SG_NONNULL;

#endif
