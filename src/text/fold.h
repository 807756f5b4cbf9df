/* The fold of one character; view_fold.c folds texts with it. */
#ifndef SG_TEXT_FOLD_H
#define SG_TEXT_FOLD_H

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Code points that one code point folds to at most: 18, U+FDFA. */
#define FOLD_MAX 18

/* Writes what `cp` (a scalar value) folds to into `out`; returns how many, 0 if it is dropped. */
size_t fold_char(uint32_t cp, uint32_t out[FOLD_MAX]) SG_NONNULL;

/* Does `cp` fold to itself? May say no of a code point that does, never yes of one that does not.
 */
bool fold_is_itself(uint32_t cp);

#endif
