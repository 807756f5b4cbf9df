/*
 * An arena: many small allocations that live and die together, with an upper bound.
 *
 * One exchange owns one arena; one snapshot owns one. Nothing in it is freed singly. Every call may
 * return NULL when the bound is reached or the system has no memory: callers follow the fail
 * policy. Not thread-safe: one owner at a time.
 */
#ifndef SG_BASE_ARENA_H
#define SG_BASE_ARENA_H

#include "base/attr.h"
#include "base/str.h"

#include <stdarg.h>
#include <stddef.h>

struct arena;

/*
 * `max`: bytes the arena's blocks may take from the system in all, their headers included. An arena
 * that small that nothing fits is no error here: its allocations fail. NULL when out of memory.
 */
SG_MUST_CHECK struct arena *arena_new(size_t max);

/* Frees everything at once; NULL is fine. */
void arena_free(struct arena *a);

/*
 * Forgets everything but keeps one small block, for the next exchange on the same connection.
 * Pointers from before are dead (AddressSanitizer reports their use).
 */
void arena_reset(struct arena *a) SG_NONNULL;

/* `n` zeroed bytes aligned for any type; n == 0 gives a valid pointer. */
SG_MUST_CHECK void *arena_alloc(struct arena *a, size_t n) SG_NONNULL;

/* Like arena_alloc(a, count * size), with the product checked for overflow. */
SG_MUST_CHECK void *arena_array(struct arena *a, size_t count, size_t size) SG_NONNULL;

/* A NUL-terminated copy (the NUL is not counted in the view). */
SG_MUST_CHECK char *arena_strdup(struct arena *a, struct str s) SG_NONNULL;
SG_MUST_CHECK char *arena_printf(struct arena *a, const char *fmt, ...) SG_NONNULL_ARGS(1, 2)
    SG_PRINTF(2, 3);
SG_MUST_CHECK char *arena_vprintf(struct arena *a, const char *fmt, va_list ap)
    SG_NONNULL_ARGS(1, 2) SG_PRINTF(2, 0);

/*
 * Doubles an arena array that is full: returns `old` while `count < *cap`, else a copy with a
 * larger `*cap`; NULL (with `*cap` unchanged) when out of memory. The old copy stays until the
 * arena goes. Start with `old` NULL and `*cap` 0.
 */
SG_MUST_CHECK void *arena_grow(struct arena *a, void *old, size_t count, size_t *cap, size_t size)
    SG_NONNULL_ARGS(1, 4);

/* Bytes that the arena's blocks hold now: what `max` bounds. */
size_t arena_used(const struct arena *a) SG_NONNULL;

#endif
