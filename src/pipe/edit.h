/*
 * Redaction: replaces just the bytes of the values a verdict takes out, written as their place asks
 * (JSON string, key, number, form value, plain), and leaves everything else byte for byte.
 *
 * Masks: `full` one `*` a character; `keep-last-4` the same but for the last four; `label`
 * `[rule-id]`; `hash` `[rule-id:HHHHHHHH]`, keyed, so that equal values can be told to be equal and
 * nothing else. An object key gets a number behind its label, so that two keys never become one.
 */
#ifndef SG_PIPE_EDIT_H
#define SG_PIPE_EDIT_H

#include "pipe/inspect.h"

/*
 * Writes the redacted body and target of `i` from its verdict, and sets `edited`/`target_edited`.
 * REASON_OK, REASON_SPAN_LIMIT or REASON_MEMORY (nothing may be sent then).
 */
SG_MUST_CHECK enum reason edit_apply(struct inspection *i) SG_NONNULL;

#endif
