/*
 * A string view: bytes somebody else owns. Not NUL-terminated; `p` may be NULL when `n` is 0.
 * Everything that is read from outside is handled as a view, so no length is ever guessed.
 */
#ifndef SG_BASE_STR_H
#define SG_BASE_STR_H

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
    const char *p;
    size_t n;
};

/* A view of a string literal. */
#define STR(literal) ((struct str){(literal), sizeof(literal) - 1})

/* printf("%.*s", STR_ARG(s)): only for lengths known to fit an int. */
#define STR_ARG(s) (int)(s).n, (s).p

static inline struct str str_of(const char *cstr)
{
    return (struct str){cstr, cstr == NULL ? 0 : strlen(cstr)};
}

static inline bool str_eq(struct str a, struct str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* ASCII case only; every other byte is compared as it is. */
bool str_eq_nocase(struct str a, struct str b);
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);

/* `s` without leading and trailing space and tab (HTTP's OWS, RFC 9110 5.6.3). */
struct str str_trim(struct str s);

/* The bytes [from, to) of `s`, both clamped to its length. */
struct str str_sub(struct str s, size_t from, size_t to);

/* Offset of the first `needle` at or after `from`; SIZE_MAX where there is none. */
size_t str_find(struct str s, struct str needle, size_t from);

/*
 * Takes the next piece of `*rest` up to `separator` (which is dropped); false when nothing is left.
 * "a,,b" gives "a", "", "b"; an empty `*rest` gives nothing.
 */
bool str_next(struct str *rest, char separator, struct str *piece);

/* Decimal digits only: no sign, no space, no overflow past `max`. False leaves `*out` alone. */
SG_MUST_CHECK bool str_to_u64(struct str s, uint64_t max, uint64_t *out);

/* Levenshtein distance, for "did you mean"; strings over 64 bytes give SIZE_MAX. */
size_t str_distance(struct str a, struct str b);

/* Orders by bytes, the shorter first where one is the other's beginning: -1, 0, 1. */
int str_cmp(struct str a, struct str b);

#endif
