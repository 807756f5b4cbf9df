/*
 * One exchange: a request and its response, from the first byte of the head to the record. It knows
 * neither sockets nor HTTP versions: a client side (pipe/front.c for HTTP/1.1) brings the request
 * and carries the answer away, pipe/back.c asks the model endpoint.
 */
#ifndef SG_PIPE_EXCHANGE_H
#define SG_PIPE_EXCHANGE_H

#include "base/arena.h"
#include "base/attr.h"
#include "base/buf.h"
#include "base/reason.h"
#include "http/message.h"
#include "net/address.h"
#include "pipe/gate_private.h"

/* Bytes unsent toward the client above which the model endpoint is paused. */
#define EXCHANGE_OUTPUT_HIGH (256u << 10)

enum exchange_body {
    EXCHANGE_BODY_NONE,   /* no body and no length (204, 304, HEAD without one) */
    EXCHANGE_BODY_LENGTH, /* `length` bytes follow (none after HEAD) */
    EXCHANGE_BODY_STREAM  /* unknown length */
};

struct exchange_answer {
    unsigned status;
    struct str phrase;       /* empty: the standard one */
    struct str header_lines; /* end-to-end headers, each with CR LF */
    enum exchange_body body;
    uint64_t length;
    bool close; /* the connection must not be used again */
};

/* The client side. False from the senders: no memory; the exchange then ends with end(false). */
struct exchange_client {
    bool (*go_on)(void *ctx); /* 100 Continue */
    bool (*head)(void *ctx, const struct exchange_answer *a);
    bool (*body)(void *ctx, struct str bytes);        /* copied */
    bool (*body_owned)(void *ctx, char *p, size_t n); /* taken over, given to free() */
    size_t (*unsent)(void *ctx);
    /* The last call. Not intact: the answer could not be completed, the connection is to be cut. */
    void (*end)(void *ctx, bool intact);
};

struct exchange;

/* Pins the gate's current epoch. NULL: no memory. */
SG_MUST_CHECK struct exchange *exchange_new(struct gate *g, const struct exchange_client *client,
                                            void *ctx, const struct address *peer) SG_NONNULL;

/* Where the request's head is to be made. */
struct arena *exchange_arena(struct exchange *ex) SG_NONNULL;

/* The configuration that this exchange runs under. */
const struct config *exchange_config(const struct exchange *ex) SG_NONNULL;

/*
 * The request, in order. A reason other than OK means: stop reading and call exchange_refuse().
 * After exchange_request_end() the answer may come before that returns.
 */
SG_MUST_CHECK enum reason exchange_request_head(struct exchange *ex,
                                                const struct http_head *head) SG_NONNULL;
SG_MUST_CHECK enum reason exchange_request_body(struct exchange *ex, const char *p,
                                                size_t n) SG_NONNULL;
void exchange_request_end(struct exchange *ex) SG_NONNULL;

/* The request cannot be taken: answers with the reason and ends; the connection is closed after. */
void exchange_refuse(struct exchange *ex, enum reason reason) SG_NONNULL;

/* The client took most of what was sent to it. */
void exchange_drained(struct exchange *ex) SG_NONNULL;

/* The client is gone (CLIENT_GONE, TIMEOUT_SEND): ends without a word; end() is not called. */
void exchange_client_gone(struct exchange *ex, enum reason reason) SG_NONNULL;

#endif
