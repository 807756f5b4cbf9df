/*
 * A span: a piece of text taken from a body, with what the API says it is, and where its bytes
 * stand in the body. Readers (json_spans, form_spans, …) fill a span list; scanning reads it;
 * redaction uses `form` to write a replacement that fits the place.
 */
#ifndef SG_TEXT_SPAN_H
#define SG_TEXT_SPAN_H

#include "base/arena.h"
#include "base/attr.h"
#include "base/buf.h"
#include "base/reason.h"
#include "base/str.h"
#include "text/offmap.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Who speaks. UNKNOWN: the API shape does not say; scanned like every other. */
enum span_role { SPAN_UNKNOWN, SPAN_SYSTEM, SPAN_USER, SPAN_ASSISTANT, SPAN_TOOL, SPAN_ROLE_COUNT };

/* How the bytes are written in the body, so that an edit can be written alike. */
enum span_form {
    SPAN_PLAIN,       /* as they are (text bodies, multipart text parts) */
    SPAN_JSON_STRING, /* between the quotes of a JSON string value */
    SPAN_JSON_KEY,    /* between the quotes of an object key */
    SPAN_JSON_NUMBER, /* a JSON number: an edit replaces the whole token by a JSON string */
    SPAN_FORM_VALUE   /* application/x-www-form-urlencoded, names and values */
};

struct span {
    struct str text;   /* UTF-8, unescaped; points into the body or into the arena */
    struct offmap map; /* text offsets to body offsets */
    enum span_form form;
    enum span_role role;
    bool history; /* replayed: stands before the last turn of the assistant */
    const struct path *path;
};

/* Where in the body: a chain from the leaf to the root. */
struct path {
    const struct path *parent; /* NULL at the root */
    struct str key;            /* object member, form field; p == NULL for an array element */
    size_t index;              /* array element */
};

/* What the shape found out about the body as a whole. Empty views where it says nothing. */
struct body_facts {
    struct str model; /* `model` of the request or the answer */
    struct str user;  /* end user, where the API names one */
    bool stream;      /* the request asks for a streamed answer */
};

struct span_list {
    struct span *items; /* in the arena */
    size_t count, cap;
    uint64_t text_bytes; /* sum of text lengths */
    struct body_facts facts;
};

/* Appends; REASON_SPAN_LIMIT when the arena is full. */
SG_MUST_CHECK enum reason span_add(struct span_list *list, struct arena *a,
                                   const struct span *s) SG_NONNULL;

/*
 * `/messages/0/content` (RFC 6901), cut with `…` to fit `size`. For records, which must not hold
 * payload, and a key can be one: a key that is over 32 bytes or not [A-Za-z_] is written as `*`.
 */
const char *path_text(const struct path *path, char *out, size_t size) SG_NONNULL_ARGS(2);

const char *span_role_name(enum span_role role);
SG_MUST_CHECK bool span_role_parse(struct str s, enum span_role *out) SG_NONNULL;

#endif
