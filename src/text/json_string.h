/* The strings of JSON (RFC 8259, 7): the part of json_scan() that reads one. Not for others. */
#ifndef SG_TEXT_JSON_STRING_H
#define SG_TEXT_JSON_STRING_H

#include "text/json.h"

/*
 * Reads the string whose opening quote is at body.p[*at]; moves `*at` past its closing quote. On an
 * error `*at` is where it is: REASON_JSON_SYNTAX, REASON_TEXT_UTF8, REASON_JSON_SURROGATE (the
 * backslash of the half) or REASON_SPAN_LIMIT (the opening quote).
 */
SG_MUST_CHECK enum reason json_string_read(struct str body, size_t *at, struct arena *a,
                                           struct json_string *out) SG_NONNULL_ARGS(2, 3, 4);

#endif
