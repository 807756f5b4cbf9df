/*
 * Which headers go on, in both directions. Framing is never copied, it is written anew; hop-by-hop
 * headers end here (RFC 9110 7.6.1); `x-stopgate-*` is the gate's own name space, so nobody can
 * speak in its name or switch it off.
 */
#ifndef SG_PIPE_FORWARD_H
#define SG_PIPE_FORWARD_H

#include "base/attr.h"
#include "base/buf.h"
#include "http/message.h"

#include <stdbool.h>

#define FORWARD_ID_HEADER "x-stopgate-id"
#define FORWARD_ACTION_HEADER "x-stopgate-action"
#define FORWARD_REASON_HEADER "x-stopgate-reason"

struct forward_request {
    const struct http_head *head;
    struct str target; /* as inspected (and edited) */
    struct str host;   /* the model endpoint's */
    struct str id;
    uint64_t length; /* of the body that will be sent */
    bool has_body;   /* write a length even if it is 0 */
    bool decoded;    /* the body goes on without its Content-Encoding */
    bool edited;     /* digests of the old bytes are dropped */
};

/* A whole request head, ended by the empty line. False: bound, memory. */
SG_MUST_CHECK bool forward_request_head(const struct forward_request *r,
                                        struct buf *out) SG_NONNULL;

struct forward_response {
    const struct http_head *head; /* the model endpoint's */
    struct str id;
    struct str action; /* empty: not told */
    bool decoded;      /* as above */
    bool edited;       /* digests and ETags of the old bytes are dropped */
};

/*
 * The end-to-end header lines of a response, and the gate's own; no status line, no framing, no
 * Connection: those are the client connection's. False: bound, memory.
 */
SG_MUST_CHECK bool forward_response_headers(const struct forward_response *r,
                                            struct buf *out) SG_NONNULL;

#endif
