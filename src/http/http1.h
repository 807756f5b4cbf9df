/*
 * HTTP/1.1 in both directions, without sockets: bytes in, events out; strict, never forgiving.
 *
 * Two readers must agree on every message. A head is collected whole (bounded) and read by our own
 * strict reader, which gives each refusal its reason; then llhttp reads the same bytes and must
 * have seen the same method, target, headers and framing, else the message is refused as
 * http_syntax. Bodies are followed in the same way, and llhttp unframes them. FACTS.md lists what
 * llhttp alone lets pass. The first error ends the parser: it answers the same error for ever.
 *
 * What a parser says depends on the bytes alone, never on how they were cut into pieces.
 *
 * A parser reads message after message on one connection. After on_end() it stops consuming until
 * http1_next(): pipelined requests wait where they are.
 *
 *   requests   one empty line before the request line is dropped (RFC 9112 2.2). Only GET, HEAD,
 *              POST, PUT, DELETE, PATCH and OPTIONS. No upgrades. Targets without dot segments, not
 *              even escaped ones: /a/../b is one path to a router and another to an endpoint.
 *   responses  interim ones (1xx) are checked and swallowed; their bytes count against head_bytes,
 *              so that they cannot go on for ever. 101 is refused as `upgrade`. Bytes behind a
 *              complete response are left unconsumed: nobody asked for them.
 *   trailers   are checked and dropped, chunk extensions too.
 */
#ifndef SG_HTTP_HTTP1_H
#define SG_HTTP_HTTP1_H

#include "base/arena.h"
#include "base/attr.h"
#include "base/buf.h"
#include "base/reason.h"
#include "http/message.h"

struct http1_limits {
    size_t target_bytes; /* request target */
    size_t head_bytes;   /* request or status line and headers, with line ends */
    size_t header_count;
    size_t chunk_line;    /* a chunk-size line with its extensions */
    size_t trailer_bytes; /* all trailers, which are checked and dropped */
};

/* 8 KiB target, 32 KiB head, 100 headers, 256 bytes chunk line, 4 KiB trailers. */
extern const struct http1_limits http1_default_limits;

/*
 * Each callback returns REASON_OK to go on; anything else ends the parser with that reason. None
 * may call back into the parser: no http1_free() and no http1_next() before http1_feed() has
 * returned.
 */
struct http1_events {
    /* The head is complete; it lives, with all it points to, in the arena given to http1_next(). */
    enum reason (*on_head)(void *ctx, const struct http_head *head);
    /* A piece of the body, without chunk framing; valid during the call. */
    enum reason (*on_body)(void *ctx, const char *p, size_t n);
    /* The message is complete. */
    enum reason (*on_end)(void *ctx);
};

enum http1_kind { HTTP1_REQUEST, HTTP1_RESPONSE };

struct http1;

/* NULL when out of memory. `limits` NULL means the defaults; `events` must outlive the parser. */
SG_MUST_CHECK struct http1 *http1_new(enum http1_kind kind, const struct http1_limits *limits,
                                      const struct http1_events *events, void *ctx);
void http1_free(struct http1 *h);

/* Ready for the next message, whose head goes into `arena`. Also needed before the first one. */
void http1_next(struct http1 *h, struct arena *arena) SG_NONNULL;

/*
 * Responses: the next final response answers this request method (HEAD has no body, whatever it
 * says). Before or after http1_next(); forgotten when that response is complete.
 */
void http1_answering(struct http1 *h, struct str method) SG_NONNULL;

/*
 * Feeds bytes; `*used` is how many were taken (fewer than `n` only after on_end() or an error, and
 * then it says nothing about where the error stands). REASON_OK, or the reason of the refusal,
 * which stays. `n` may be 0.
 */
SG_MUST_CHECK enum reason http1_feed(struct http1 *h, const char *p, size_t n, size_t *used)
    SG_NONNULL_ARGS(1, 4);

/* The peer closed its side: ends an HTTP_BODY_CLOSE body (REASON_OK), else the reason it is early.
 */
SG_MUST_CHECK enum reason http1_eof(struct http1 *h) SG_NONNULL;

/*
 * Has any byte of the current message been taken? (An idle connection may close in peace; an empty
 * line before a request is not yet part of one.)
 */
bool http1_started(const struct http1 *h) SG_NONNULL;

/* --- writing ---------------------------------------------------------------------------------- */

/*
 * All of these write a whole line or nothing. False: bound, memory, or what would not be one line
 * of that kind (a method that is no token, a target with a space, a status that has not three
 * digits).
 */

/* `METHOD target HTTP/1.1` or `HTTP/1.1 NNN phrase`, with CR LF. */
SG_MUST_CHECK bool http1_write_request_line(struct buf *out, struct str method, struct str target);
SG_MUST_CHECK bool http1_write_status_line(struct buf *out, unsigned status, struct str phrase);

/* One header line. False also for a name that is no token or a value with a control byte but tab.
 */
SG_MUST_CHECK bool http1_write_header(struct buf *out, struct str name, struct str value);
SG_MUST_CHECK bool http1_write_length(struct buf *out, uint64_t length);

/*
 * `size CRLF` before, `CRLF` after a chunk's data; the last chunk ends the body. False also for
 * n == 0, which would be the last chunk.
 */
SG_MUST_CHECK bool http1_write_chunk_begin(struct buf *out, size_t n);
#define HTTP1_CHUNK_END STR("\r\n")
#define HTTP1_CHUNK_LAST STR("0\r\n\r\n")

/* The standard phrase for a status ("" for one we do not know). */
struct str http1_phrase(unsigned status);

#endif
