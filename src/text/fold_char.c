/*
 * One character at a time: decompose (NFKD), drop what is not seen, lump what looks alike, fold the
 * case; then the same over what came out, until nothing changes. Marks are dropped before the case
 * is folded: U+1F80 and its decomposition differ under case folding alone (the iota subscript turns
 * into a letter), and would be two ways to write one word.
 */
#include "text/fold.h"

#include <string.h>
#include <utf8proc.h>

#define DECOMPOSE (UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE)
#define TAG_FIRST 0xE0020u /* tag characters stand for ASCII, at a fixed distance */
#define TAG_LAST 0xE007Eu
#define TAG_OFFSET 0xE0000u
#define WIDE_FIRST 0xFF01u /* full-width ASCII */
#define WIDE_LAST 0xFF5Eu
#define WIDE_OFFSET 0xFEE0u
#define HANGUL_FIRST 0xAC00u
#define HANGUL_LAST 0xD7A3u
#define HANGUL_VOWELS 21
#define HANGUL_TRAILING 28
#define STEPS_MAX 4 /* folding a fold: no character of Unicode needs more than two rounds */

static uint32_t ascii_lower(uint32_t cp)
{
    return cp >= 'A' && cp <= 'Z' ? cp + ('a' - 'A') : cp;
}

/* Quotation marks, primes, the minus sign, blanks: written for one another in ordinary text. */
static uint32_t lump_mark(uint32_t cp)
{
    switch (cp) {
    case 0x2018: /* single quotation marks, modifier apostrophe, prime */
    case 0x2019:
    case 0x201A:
    case 0x201B:
    case 0x02BC:
    case 0x2032:
        return '\'';
    case 0x201C: /* double quotation marks */
    case 0x201D:
    case 0x201E:
    case 0x201F:
        return '"';
    case 0x2212: /* minus */
    case 0x2043: /* hyphen bullet */
        return '-';
    case 0x2044: /* fraction slash, division slash */
    case 0x2215:
        return '/';
    case 0x2800: /* braille blank: looks like a space, is none */
        return ' ';
    case 0x0085: /* next line */
        return '\n';
    default:
        return cp;
    }
}

static uint32_t lump(uint32_t cp, const utf8proc_property_t *property)
{
    switch (property->category) {
    case UTF8PROC_CATEGORY_PD:
        return '-';
    case UTF8PROC_CATEGORY_ZS:
        return ' ';
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
        return '\n';
    default:
        return lump_mark(cp);
    }
}

/* Marks that stand on a letter, what is not seen, and controls but those that are white space. */
static bool is_dropped(uint32_t cp, const utf8proc_property_t *property)
{
    switch (property->category) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_CF:
        return true;
    case UTF8PROC_CATEGORY_CC:
        return (cp < '\t' || cp > '\r') && cp != 0x85;
    default:
        return property->ignorable;
    }
}

/* One round over one code point, into out[room]; the number of code points, or SIZE_MAX for `full`.
 */
static size_t round_of(uint32_t cp, uint32_t *out, size_t room)
{
    utf8proc_int32_t parts[FOLD_MAX], folded[FOLD_MAX];
    utf8proc_ssize_t count, n;
    size_t made = 0;
    int boundary = 0;

    count = utf8proc_decompose_char((utf8proc_int32_t)cp, parts, FOLD_MAX, DECOMPOSE, &boundary);
    if (count < 0 || count > FOLD_MAX) {
        return SIZE_MAX;
    }
    for (utf8proc_ssize_t i = 0; i < count; i++) {
        const utf8proc_property_t *property = utf8proc_get_property(parts[i]);

        if (is_dropped((uint32_t)parts[i], property)) {
            continue;
        }
        n = utf8proc_decompose_char((utf8proc_int32_t)lump((uint32_t)parts[i], property), folded,
                                    FOLD_MAX, DECOMPOSE | UTF8PROC_CASEFOLD, &boundary);
        if (n < 0 || (size_t)n > room - made) {
            return SIZE_MAX;
        }
        for (utf8proc_ssize_t k = 0; k < n; k++) {
            out[made++] = (uint32_t)folded[k];
        }
    }
    return made;
}

static bool all_themselves(const uint32_t *cps, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!fold_is_itself(cps[i])) {
            return false;
        }
    }
    return true;
}

/* The slow way: rounds until one changes nothing. */
static size_t fold_fully(uint32_t cp, uint32_t out[FOLD_MAX])
{
    uint32_t now[FOLD_MAX] = {cp}, next[FOLD_MAX];
    size_t count = 1;

    for (int step = 0; step < STEPS_MAX; step++) {
        size_t made = 0;

        for (size_t i = 0; i < count; i++) {
            size_t n = round_of(now[i], next + made, FOLD_MAX - made);

            if (n == SIZE_MAX) {
                out[0] = cp; /* cannot be, by Unicode's stability rules: leave it as it is */
                return 1;
            }
            made += n;
        }
        memcpy(now, next, made * sizeof(now[0]));
        count = made;
        if (all_themselves(now, count)) {
            break;
        }
    }
    memcpy(out, now, count * sizeof(now[0]));
    return count;
}

/* Unicode 3.12: a syllable is a leading consonant, a vowel and maybe a trailing consonant. */
static size_t fold_hangul(uint32_t cp, uint32_t out[FOLD_MAX])
{
    uint32_t index = cp - HANGUL_FIRST, trailing = index % HANGUL_TRAILING;

    out[0] = 0x1100 + index / (HANGUL_VOWELS * HANGUL_TRAILING);
    out[1] = 0x1161 + index / HANGUL_TRAILING % HANGUL_VOWELS;
    out[2] = 0x11A7 + trailing;
    return trailing == 0 ? 2 : 3;
}

size_t fold_char(uint32_t cp, uint32_t out[FOLD_MAX])
{
    if (cp >= HANGUL_FIRST && cp <= HANGUL_LAST) {
        return fold_hangul(cp, out);
    }
    if (cp >= TAG_FIRST && cp <= TAG_LAST) {
        out[0] = ascii_lower(cp - TAG_OFFSET);
        return 1;
    }
    if (cp >= WIDE_FIRST && cp <= WIDE_LAST) {
        out[0] = ascii_lower(cp - WIDE_OFFSET);
        return 1;
    }
    if (cp == 0x3000) {
        out[0] = ' ';
        return 1;
    }
    return fold_fully(cp, out);
}

bool fold_is_itself(uint32_t cp)
{
    const utf8proc_property_t *property;

    if (cp >= HANGUL_FIRST && cp <= HANGUL_LAST) {
        return false; /* decomposed by arithmetic, not by the tables */
    }
    property = utf8proc_get_property((utf8proc_int32_t)cp);
    return property->decomp_seqindex == UINT16_MAX && property->casefold_seqindex == UINT16_MAX &&
           !is_dropped(cp, property) && lump(cp, property) == cp;
}
