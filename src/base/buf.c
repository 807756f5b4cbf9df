#include "base/buf.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUF_FIRST 64 /* bytes of the first allocation, where the bound allows it */

/*
 * Makes room for `n` more bytes. One byte past `cap` is always allocated: vsnprintf() needs it for
 * its NUL, and so an empty buffer with a bound of 0 still has an address.
 */
static bool reserve(struct buf *b, size_t n)
{
    if (n > b->max - b->n || b->n + n >= PTRDIFF_MAX) {
        return false;
    }
    if (b->p != NULL && n <= b->cap - b->n) {
        return true;
    }
    size_t cap = b->cap == 0 ? BUF_FIRST : b->cap * 2;
    if (cap < b->n + n) {
        cap = b->n + n;
    }
    if (cap > b->max) {
        cap = b->max;
    }
    char *p = realloc(b->p, cap + 1);
    if (p == NULL) {
        return false;
    }
    b->p = p;
    b->cap = cap;
    return true;
}

void buf_free(struct buf *b)
{
    free(b->p);
    *b = BUF_INIT(b->max);
}

void buf_clear(struct buf *b)
{
    b->n = 0;
}

void buf_cut(struct buf *b, size_t n)
{
    if (n < b->n) {
        b->n = n;
    }
}

bool buf_add(struct buf *b, const void *p, size_t n)
{
    if (n == 0) {
        return true;
    }
    if (!reserve(b, n)) {
        return false;
    }
    memcpy(b->p + b->n, p, n);
    b->n += n;
    return true;
}

bool buf_add_str(struct buf *b, struct str s)
{
    return buf_add(b, s.p, s.n);
}

bool buf_add_char(struct buf *b, char c)
{
    return buf_add(b, &c, 1);
}

bool buf_printf(struct buf *b, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    bool ok = n >= 0 && reserve(b, (size_t)n);
    if (ok) {
        (void)vsnprintf(b->p + b->n, (size_t)n + 1, fmt, again);
        b->n += (size_t)n;
    }
    va_end(again);
    va_end(ap);
    return ok;
}

char *buf_room(struct buf *b, size_t n)
{
    return reserve(b, n) ? b->p + b->n : NULL;
}

void buf_took(struct buf *b, size_t n)
{
    size_t room = b->cap - b->n;
    b->n += n < room ? n : room;
}

void buf_drop(struct buf *b, size_t n)
{
    if (n >= b->n) {
        b->n = 0;
        return;
    }
    memmove(b->p, b->p + n, b->n - n);
    b->n -= n;
}
