/*
 * The second opinion: llhttp, strict, over the very bytes that our own reading let pass. It must
 * see the same message, or the message is refused; it also unframes the body. Room-internal, the
 * only place that knows llhttp.
 */
#ifndef SG_HTTP_HTTP1_LLHTTP_H
#define SG_HTTP_HTTP1_LLHTTP_H

#include "base/attr.h"
#include "base/reason.h"
#include "http/http1_head.h"

#include <llhttp.h>

typedef enum reason (*http1_body_fn)(void *ctx, const char *p, size_t n);

struct http1_llhttp {
    llhttp_t parser;
    llhttp_settings_t settings;
    http1_body_fn on_body;
    void *ctx;
    enum reason refused; /* by on_body */
    bool no_body;        /* told to llhttp, which cannot know (HEAD, 304) */
    size_t target_bytes; /* seen by llhttp, as are the two below */
    size_t header_count;
    bool headers;
    bool complete;
    uint64_t length;
    unsigned flags;
};

/* Ready for a message; forgets the one before. */
void http1_llhttp_init(struct http1_llhttp *l, enum http1_kind kind, http1_body_fn on_body,
                       void *ctx) SG_NONNULL_ARGS(1, 3);

/* Reads the head and compares: REASON_OK or HTTP_SYNTAX. `no_body`: whatever the head announces. */
SG_MUST_CHECK enum reason http1_llhttp_head(struct http1_llhttp *l, const struct http1_raw *raw,
                                            const struct http_head *head, bool no_body) SG_NONNULL;

/* A piece of the framed body: REASON_OK, HTTP_SYNTAX, or what on_body answered. */
SG_MUST_CHECK enum reason http1_llhttp_body(struct http1_llhttp *l, struct str piece) SG_NONNULL;

/* The peer closed after a body without other end; the same answers. */
SG_MUST_CHECK enum reason http1_llhttp_close(struct http1_llhttp *l) SG_NONNULL;

/* Does llhttp hold the message to be complete? */
bool http1_llhttp_complete(const struct http1_llhttp *l) SG_NONNULL;

#endif
