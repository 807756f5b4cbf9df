/* UTF-8 by Unicode 15 table 3-7: no overlong forms, no surrogates, nothing past U+10FFFF. */
#ifndef SG_TEXT_UTF8_H
#define SG_TEXT_UTF8_H

#include "base/attr.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Is all of `s` valid? `*bad` (may be NULL) gets the offset of the first byte that is not. */
SG_MUST_CHECK bool utf8_valid(struct str s, size_t *bad);

/* Length of the well-formed sequence at `p` (n > 0 bytes are there); 0: none is. */
size_t utf8_sequence(const char *p, size_t n) SG_NONNULL;

/* The code point at `p` (n > 0, valid UTF-8) and its length in bytes. */
uint32_t utf8_decode(const char *p, size_t n, size_t *length) SG_NONNULL;

/* Encodes a scalar value; returns the bytes written, 0 for a surrogate or what is > U+10FFFF. */
size_t utf8_encode(uint32_t cp, char out[4]) SG_NONNULL;

/*
 * Steps in valid UTF-8; `at` past the end means the end. The start of the character that byte `at`
 * belongs to, and the start of the character `count` characters before or after that one.
 */
size_t utf8_align(struct str s, size_t at);
size_t utf8_back(struct str s, size_t at, size_t count);
size_t utf8_forward(struct str s, size_t at, size_t count);

/* Columns of a terminal that a character takes (East Asian wide: 2; combining and control: 0). */
unsigned utf8_columns(uint32_t cp);

#endif
