/*
 * A growing byte buffer with an upper bound. The struct is public so that it can stand inside
 * others; only these functions change it. Zero-initialise with BUF_INIT(max).
 */
#ifndef SG_BASE_BUF_H
#define SG_BASE_BUF_H

#include "base/attr.h"
#include "base/str.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct buf {
    char *p;    /* owned; NULL while nothing was ever written */
    size_t n;   /* bytes in use */
    size_t cap; /* bytes allocated */
    size_t max; /* bytes allowed: a write past it fails and changes nothing */
};

#define BUF_INIT(limit) ((struct buf){NULL, 0, 0, (limit)})

/* Frees the bytes and leaves an empty buffer with the same bound. */
void buf_free(struct buf *b) SG_NONNULL;

/* Forgets the content, keeps the memory. */
void buf_clear(struct buf *b) SG_NONNULL;

/* Forgets all but the first `n` bytes; shorter content stays as it is. */
void buf_cut(struct buf *b, size_t n) SG_NONNULL;

/*
 * All appends: false when the bound or memory is reached; then nothing was added. What is added
 * must not stand in the buffer itself: the bytes may move.
 */
SG_MUST_CHECK bool buf_add(struct buf *b, const void *p, size_t n) SG_NONNULL_ARGS(1);
SG_MUST_CHECK bool buf_add_str(struct buf *b, struct str s) SG_NONNULL;
SG_MUST_CHECK bool buf_add_char(struct buf *b, char c) SG_NONNULL;
SG_MUST_CHECK bool buf_printf(struct buf *b, const char *fmt, ...) SG_NONNULL_ARGS(1, 2)
    SG_PRINTF(2, 3);

/*
 * Makes room for `n` more bytes and returns where they go, NULL when the bound or memory is
 * reached; call buf_took() with what was written.
 */
SG_MUST_CHECK char *buf_room(struct buf *b, size_t n) SG_NONNULL;
void buf_took(struct buf *b, size_t n) SG_NONNULL;

/* Drops the first `n` bytes (n ≤ b->n); moves what stays, so drop rarely and much. */
void buf_drop(struct buf *b, size_t n) SG_NONNULL;

static inline struct str buf_str(const struct buf *b)
{
    return (struct str){b->p, b->n};
}

#endif
