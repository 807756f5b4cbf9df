/*
 * One HTTP message's head, and what the head says about the body. Version-neutral: HTTP/1 fills it
 * today, HTTP/2 will. All views point into the exchange's arena.
 */
#ifndef SG_HTTP_MESSAGE_H
#define SG_HTTP_MESSAGE_H

#include "base/arena.h"
#include "base/attr.h"
#include "base/buf.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HTTP_LENGTH_UNKNOWN UINT64_MAX

struct http_header {
    struct str name; /* as sent */
    struct str value;
};

enum http_framing {
    HTTP_BODY_NONE,    /* no body */
    HTTP_BODY_LENGTH,  /* Content-Length */
    HTTP_BODY_CHUNKED, /* Transfer-Encoding: chunked */
    HTTP_BODY_CLOSE    /* responses only: until the peer closes */
};

struct http_head {
    struct str method; /* requests */
    struct str target; /* requests: origin-form, `*` (OPTIONS); absolute-form is already reduced */
    unsigned status;   /* responses */
    struct str phrase; /* responses */
    unsigned minor;    /* HTTP/1.minor: 0 or 1 */
    struct http_header *headers;
    size_t header_count;
    struct str host; /* requests: Host, or the absolute-form's authority (they are equal) */
    enum http_framing framing;
    uint64_t length; /* HTTP_BODY_LENGTH: how much; else HTTP_LENGTH_UNKNOWN */
    bool keep_alive; /* the peer wants the connection to stay (RFC 9112 9.3) */
    bool expect_continue;
};

/* The first header of that name, NULL where there is none. Names compare without case. */
const struct http_header *http_find(const struct http_head *head, struct str name);

/* How many headers have that name. */
size_t http_count(const struct http_head *head, struct str name);

/* Is `token` an element of the comma-separated lists of all headers `name`? Without case. */
bool http_has_token(const struct http_head *head, struct str name, struct str token);

/*
 * Is this header hop-by-hop in this message: one of RFC 9110 7.6.1 and 7.6.2's fixed names
 * (Connection, Proxy-Connection, Keep-Alive, TE, Transfer-Encoding, Upgrade, Trailer,
 * Proxy-Authenticate, Proxy-Authorization) or named by Connection? Content-Length counts as well,
 * since framing is always written anew.
 */
bool http_hop_by_hop(const struct http_head *head, const struct http_header *h);

#endif
