/*
 * Blocks start small and double, so that a short exchange costs one small block and a long one few
 * calls of malloc. A large request gets a block of its own, so that the current block is not given
 * up half empty. Under AddressSanitizer every byte that is not allocated right now is poisoned.
 */
#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_ASAN 1
#endif
#endif

#ifdef ARENA_ASAN
#include <sanitizer/asan_interface.h>
#define ARENA_POISON(p, n) ASAN_POISON_MEMORY_REGION((p), (n))
#define ARENA_UNPOISON(p, n) ASAN_UNPOISON_MEMORY_REGION((p), (n))
/* Poisoned bytes after each allocation: an overrun by one is found, not just an overrun by many. */
#define ARENA_GAP ARENA_ALIGN
#else
#define ARENA_POISON(p, n) ((void)(p), (void)(n))
#define ARENA_UNPOISON(p, n) ((void)(p), (void)(n))
#define ARENA_GAP 0
#endif

#define ARENA_ALIGN _Alignof(max_align_t)
#define ARENA_BLOCK_FIRST ((size_t)4 * 1024)
#define ARENA_BLOCK_LAST ((size_t)256 * 1024)
#define ARENA_BIG (ARENA_BLOCK_LAST / 4) /* larger requests get a block of their own */
#define ARENA_GROW_FIRST 8               /* elements in an array that grows from nothing */

struct block {
    struct block *next;
    size_t size; /* bytes taken from the system, this header included */
    _Alignas(max_align_t) unsigned char data[];
};

struct arena {
    struct block *blocks; /* newest first; allocations come from the newest */
    struct block *big;    /* blocks that hold one large allocation each */
    size_t at;            /* bytes in use in the newest block's data */
    size_t next_size;     /* of the next block */
    size_t used;          /* sum of the sizes of all blocks */
    size_t max;
};

static size_t block_room(const struct block *b)
{
    return b->size - sizeof(struct block);
}

/* Takes a block of `size` bytes, or of at least `least` where the bound leaves no more. */
static struct block *block_new(struct arena *a, size_t size, size_t least)
{
    size_t left = a->max - a->used;
    if (least > left) {
        return NULL;
    }
    if (size > left) {
        size = left;
    }
    struct block *b = malloc(size);
    if (b == NULL) {
        return NULL;
    }
    b->next = NULL;
    b->size = size;
    a->used += size;
    ARENA_POISON(b->data, block_room(b));
    return b;
}

static void blocks_free(struct arena *a, struct block *b)
{
    while (b != NULL) {
        struct block *next = b->next;
        a->used -= b->size;
        free(b);
        b = next;
    }
}

struct arena *arena_new(size_t max)
{
    struct arena *a = calloc(1, sizeof(*a));
    if (a != NULL) {
        a->max = max < PTRDIFF_MAX ? max : PTRDIFF_MAX;
        a->next_size = ARENA_BLOCK_FIRST;
    }
    return a;
}

void arena_free(struct arena *a)
{
    if (a != NULL) {
        blocks_free(a, a->blocks);
        blocks_free(a, a->big);
        free(a);
    }
}

/* Keeps the oldest block, which is the smallest: idle connections are many. */
void arena_reset(struct arena *a)
{
    blocks_free(a, a->big);
    a->big = NULL;
    while (a->blocks != NULL && a->blocks->next != NULL) {
        struct block *newest = a->blocks;
        a->blocks = newest->next;
        newest->next = NULL;
        blocks_free(a, newest);
    }
    a->at = 0;
    a->next_size = ARENA_BLOCK_FIRST;
    if (a->blocks != NULL) {
        ARENA_POISON(a->blocks->data, block_room(a->blocks));
        a->next_size *= 2;
    }
}

/* Makes a new current block with room for `bytes`. */
static bool add_block(struct arena *a, size_t bytes)
{
    size_t least = sizeof(struct block) + bytes;
    while (a->next_size < least) {
        a->next_size *= 2;
    }
    struct block *b = block_new(a, a->next_size, least);
    if (b == NULL) {
        return false;
    }
    b->next = a->blocks;
    a->blocks = b;
    a->at = 0;
    if (a->next_size < ARENA_BLOCK_LAST) {
        a->next_size *= 2;
    }
    return true;
}

static void *take_big(struct arena *a, size_t bytes)
{
    struct block *b = block_new(a, sizeof(*b) + bytes, sizeof(*b) + bytes);
    if (b == NULL) {
        return NULL;
    }
    b->next = a->big;
    a->big = b;
    return b->data;
}

static void *take(struct arena *a, size_t bytes)
{
    if (a->blocks == NULL || bytes > block_room(a->blocks) - a->at) {
        if (bytes > ARENA_BIG) {
            return take_big(a, bytes);
        }
        if (!add_block(a, bytes)) {
            return NULL;
        }
    }
    void *p = a->blocks->data + a->at;
    a->at += bytes;
    return p;
}

void *arena_alloc(struct arena *a, size_t n)
{
    if (n > a->max) {
        return NULL; /* and `max` is far enough from SIZE_MAX for the sums below */
    }
    size_t bytes = (n == 0 ? ARENA_ALIGN : (n + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN);
    void *p = take(a, bytes + ARENA_GAP);
    if (p == NULL) {
        return NULL;
    }
    ARENA_UNPOISON(p, n);
    return memset(p, 0, n);
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        return NULL;
    }
    return arena_alloc(a, bytes);
}

char *arena_strdup(struct arena *a, struct str s)
{
    if (s.n == SIZE_MAX) {
        return NULL;
    }
    char *copy = arena_alloc(a, s.n + 1);
    if (copy != NULL && s.n > 0) {
        memcpy(copy, s.p, s.n);
    }
    return copy;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    char *text = arena_vprintf(a, fmt, ap);
    va_end(ap);
    return text;
}

char *arena_vprintf(struct arena *a, const char *fmt, va_list ap)
{
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    char *text = n < 0 ? NULL : arena_alloc(a, (size_t)n + 1);
    if (text != NULL) {
        (void)vsnprintf(text, (size_t)n + 1, fmt, again);
    }
    va_end(again);
    return text;
}

void *arena_grow(struct arena *a, void *old, size_t count, size_t *cap, size_t size)
{
    if (count < *cap) {
        return old;
    }
    size_t larger = ARENA_GROW_FIRST;
    if (*cap > 0 && __builtin_mul_overflow(*cap, (size_t)2, &larger)) {
        return NULL;
    }
    void *array = arena_array(a, larger, size);
    if (array == NULL) {
        return NULL;
    }
    if (old != NULL && *cap > 0) {
        memcpy(array, old, *cap * size);
    }
    *cap = larger;
    return array;
}

size_t arena_used(const struct arena *a)
{
    return a->used;
}
