/*
 * Writes down what a parser says, in one form however its input was cut: heads, bodies (in one
 * piece), ends, and the reason at the end. Shared by the HTTP tests and the fuzzer.
 */
#ifndef SG_TESTS_HTTP_RECORDER_H
#define SG_TESTS_HTTP_RECORDER_H

#include "http/http1.h"

/* How many bytes of the `left` ones to feed next; may be 0, but not for ever. */
typedef size_t (*cut_fn)(void *ctx, size_t left);

struct recorder {
    enum http1_kind kind;
    struct str answering; /* responses: the request's method */
    struct buf text;
    bool in_body;
    enum reason reason; /* of the feed that ended it, or of the end of input */
    size_t used;        /* bytes the parser took */
    bool stayed;        /* the parser gave the same reason again, and no event with it */
};

#define RECORDER_INIT(k) ((struct recorder){.kind = (k), .text = BUF_INIT(1 << 20)})

/* Events that write into a recorder, which is their context. */
extern const struct http1_events recorder_events;

/* Reads all of `input`, message after message, then the peer closes. False: out of memory. */
SG_MUST_CHECK bool recorder_run(struct recorder *rec, const struct http1_limits *limits,
                                struct str input, cut_fn cut, void *cut_ctx);
void recorder_free(struct recorder *rec);

/* The whole input at once; byte by byte. */
size_t cut_none(void *ctx, size_t left);
size_t cut_bytes(void *ctx, size_t left);

#endif
