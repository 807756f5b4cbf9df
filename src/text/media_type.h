/* Content-Type (RFC 9110 8.3.1): type, subtype and the parameters that matter here. */
#ifndef SG_TEXT_MEDIA_TYPE_H
#define SG_TEXT_MEDIA_TYPE_H

#include "base/attr.h"
#include "base/reason.h"
#include "base/str.h"

#include <stdbool.h>

enum body_kind {
    BODY_JSON,      /* application/json, +json, text/json */
    BODY_TEXT,      /* text/ (but event-stream), application/xml, +xml, javascript, yaml, ... */
    BODY_FORM,      /* application/x-www-form-urlencoded */
    BODY_MULTIPART, /* multipart/form-data */
    BODY_SSE,       /* text/event-stream */
    BODY_NDJSON,    /* application/x-ndjson, application/jsonl, +json-seq is other */
    BODY_OTHER      /* anything else: not readable here */
};

struct media_type {
    enum body_kind kind;
    struct str essence;  /* `type/subtype` as sent */
    struct str boundary; /* multipart; unquoted, points into the value (no escapes allowed) */
};

/*
 * REASON_OK; REASON_TYPE_INVALID for bad syntax or a repeated parameter; REASON_CHARSET_UNKNOWN for
 * a charset other than utf-8 or us-ascii on something that would be read.
 */
SG_MUST_CHECK enum reason media_type_parse(struct str value, struct media_type *out) SG_NONNULL;

/* 1 to 70 bchars, the last of them not a space (RFC 2046 5.1.1). */
SG_MUST_CHECK bool media_boundary_valid(struct str boundary);

#endif
