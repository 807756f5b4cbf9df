/* The small grammar that header values share: tokens, quoted strings, parameters (RFC 9110 5.6). */
#ifndef SG_TEXT_TOKEN_H
#define SG_TEXT_TOKEN_H

#include "base/attr.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

/* Goes over optional white space (space, tab). */
void token_skip_ows(struct str s, size_t *at) SG_NONNULL;

/* A token of at least one character at `*at`, which goes past it. False: none there. */
SG_MUST_CHECK bool token_read(struct str s, size_t *at, struct str *out) SG_NONNULL;

/*
 * `name=value` or `name="value"`, without white space around the `=`. The value is a view without
 * its quotes. A backslash in it is refused: some readers undo such an escape and others keep it, so
 * the gate could not tell which text they see. Control bytes other than tab are refused.
 */
SG_MUST_CHECK bool token_parameter(struct str s, size_t *at, struct str *name,
                                   struct str *value) SG_NONNULL;

#endif
