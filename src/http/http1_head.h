/*
 * The strict reading of a complete head, before llhttp sees a byte of it. Room-internal; split by
 * part of the head: http1_start.c (request and status lines), http1_target.c (target and
 * authority), http1_fields.c (header lines), http1_framing.c (what the headers say about the body
 * and the connection), http1_head.c (all of it in order).
 *
 * Every function returns REASON_OK or the reason of the refusal, and fills views into `bytes`.
 */
#ifndef SG_HTTP_HTTP1_HEAD_H
#define SG_HTTP_HTTP1_HEAD_H

#include "base/arena.h"
#include "base/attr.h"
#include "base/reason.h"
#include "http/http1.h"
#include "http/message.h"

/* What the parser knows of the message before it reads it. */
struct http1_expect {
    enum http1_kind kind;
    const struct http1_limits *limits;
    bool answers_head; /* a response to HEAD */
};

/* A head as it was sent, for the second opinion. */
struct http1_raw {
    struct str bytes;  /* the whole head with its empty line */
    struct str target; /* requests: before an absolute-form was reduced */
};

/*
 * Reads raw->bytes, a head of `lines` lines each ending in CR LF, the last one empty, into `*head`;
 * what it allocates lives in `arena`.
 */
SG_MUST_CHECK enum reason http1_head_read(const struct http1_expect *expect, struct http1_raw *raw,
                                          size_t lines, struct arena *arena,
                                          struct http_head *head) SG_NONNULL;

/*
 * The first line alone, without its line end. Also called as soon as that line is there, so that a
 * peer which speaks something else is told at once.
 */
SG_MUST_CHECK enum reason http1_start_read(const struct http1_expect *expect, struct str line,
                                           struct http_head *head) SG_NONNULL;

/* The longest request line that can be within the limits, without its line end. */
size_t http1_request_line_max(const struct http1_limits *limits) SG_NONNULL;

/* Syntax of the request target head->target, for head->method; changes nothing. */
SG_MUST_CHECK enum reason http1_target_check(const struct http_head *head) SG_NONNULL;

/*
 * With the headers read: checks Host, sets head->host, compares an absolute-form target with it and
 * reduces the target to origin-form.
 */
SG_MUST_CHECK enum reason http1_target_resolve(struct http_head *head,
                                               struct arena *arena) SG_NONNULL;

/* One header or trailer line, without its line end. */
SG_MUST_CHECK enum reason http1_field_read(struct str line, struct http_header *out) SG_NONNULL;

/* One trailer line: the same syntax, and a field that may stand in trailers (RFC 9110 6.5.1). */
SG_MUST_CHECK enum reason http1_trailer_check(struct str line) SG_NONNULL;

/* With start line and headers read: framing, length, keep_alive, expect_continue. */
SG_MUST_CHECK enum reason http1_framing_read(const struct http1_expect *expect,
                                             struct http_head *head) SG_NONNULL;

/* 1xx, 204, 304 and answers to HEAD (RFC 9112 6.3, items 1 and 2). */
bool http1_never_has_body(const struct http1_expect *expect, unsigned status) SG_NONNULL;

#endif
