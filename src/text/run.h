/* Where runs of base64 and hex digits stand in a text; decode_run.c decodes them. */
#ifndef SG_TEXT_RUN_H
#define SG_TEXT_RUN_H

#include "base/attr.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

#define RUN_DIGITS_MIN 16 /* with padding */

/* What runs are made of: a digit's value + 1, or FILLER for what may stand between or after digits.
 */
#define RUN_FILLER 0x80

struct run {
    size_t begin, end; /* in the text, without padding */
    size_t padding;    /* `=` after it */
    size_t count;      /* digits between begin and end */
};

/* A group of `digits` digits of `bits` bits makes `bytes` bytes. */
struct encoding {
    const unsigned char *values; /* 256 of them; 0: no part of a run */
    size_t digits, bytes;
    unsigned bits;
    /* The first run at or after `at`. */
    bool (*find)(struct str text, size_t at, struct run *out);
};

/* RFC 4648 4 and 5 (both alphabets at once), single line breaks within, padding. */
extern const struct encoding run_base64;
/* A row of digits with single line breaks within, or pairs with one separator: `e7 a7 98`. */
extern const struct encoding run_hex;

static inline bool run_is_digit(unsigned char value)
{
    return (value & ~RUN_FILLER) != 0;
}

#endif
