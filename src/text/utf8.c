#include "text/utf8.h"

#include <utf8proc.h>

#define ASCII_WORD UINT64_C(0x8080808080808080)

static size_t ascii_run(const unsigned char *p, size_t n)
{
    size_t i = 0;

    for (; i + 8 <= n; i += 8) {
        uint64_t word;

        memcpy(&word, p + i, sizeof(word));
        if ((word & ASCII_WORD) != 0) {
            break;
        }
    }
    while (i < n && p[i] < 0x80) {
        i++;
    }
    return i;
}

/* One case a row of table 3-7. */
size_t utf8_sequence(const char *bytes, size_t n)
{
    const unsigned char *p = (const unsigned char *)bytes;
    unsigned char low = 0x80, high = 0xBF;
    size_t length;

    if (p[0] < 0x80) {
        return 1;
    }
    if (p[0] >= 0xC2 && p[0] <= 0xDF) {
        length = 2;
    } else if ((p[0] & 0xF0) == 0xE0) {
        length = 3;
        low = p[0] == 0xE0 ? 0xA0 : 0x80;  /* no overlong form */
        high = p[0] == 0xED ? 0x9F : 0xBF; /* no surrogate */
    } else if (p[0] >= 0xF0 && p[0] <= 0xF4) {
        length = 4;
        low = p[0] == 0xF0 ? 0x90 : 0x80;  /* no overlong form */
        high = p[0] == 0xF4 ? 0x8F : 0xBF; /* nothing past U+10FFFF */
    } else {
        return 0;
    }
    if (n < length || p[1] < low || p[1] > high) {
        return 0;
    }
    for (size_t i = 2; i < length; i++) {
        if ((p[i] & 0xC0) != 0x80) {
            return 0;
        }
    }
    return length;
}

bool utf8_valid(struct str s, size_t *bad)
{
    const unsigned char *p = (const unsigned char *)s.p;
    size_t i = 0;

    while (i < s.n) {
        size_t length;

        i += ascii_run(p + i, s.n - i);
        /* Scripts other than Latin come in long runs: stay here until ASCII comes back. */
        while (i < s.n && p[i] >= 0x80) {
            length = utf8_sequence(s.p + i, s.n - i);
            if (length == 0) {
                if (bad != NULL) {
                    *bad = i;
                }
                return false;
            }
            i += length;
        }
    }
    return true;
}

uint32_t utf8_decode(const char *p, size_t n, size_t *length)
{
    static const unsigned char first_bits[5] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    const unsigned char *u = (const unsigned char *)p;
    size_t want = u[0] < 0x80 ? 1 : u[0] < 0xE0 ? 2 : u[0] < 0xF0 ? 3 : 4;
    uint32_t cp;

    if (want > n) {
        want = n; /* not valid UTF-8, but never read past the end */
    }
    cp = u[0] & first_bits[want];
    for (size_t i = 1; i < want; i++) {
        cp = cp << 6 | (u[i] & 0x3Fu);
    }
    *length = want;
    return cp;
}

size_t utf8_encode(uint32_t cp, char out[4])
{
    if (cp < 0x80) {
        out[0] = (char)cp;
        return 1;
    }
    if (cp < 0x800) {
        out[0] = (char)(0xC0 | cp >> 6);
        out[1] = (char)(0x80 | (cp & 0x3F));
        return 2;
    }
    if (cp < 0x10000) {
        if (cp >= 0xD800 && cp <= 0xDFFF) {
            return 0;
        }
        out[0] = (char)(0xE0 | cp >> 12);
        out[1] = (char)(0x80 | (cp >> 6 & 0x3F));
        out[2] = (char)(0x80 | (cp & 0x3F));
        return 3;
    }
    if (cp > 0x10FFFF) {
        return 0;
    }
    out[0] = (char)(0xF0 | cp >> 18);
    out[1] = (char)(0x80 | (cp >> 12 & 0x3F));
    out[2] = (char)(0x80 | (cp >> 6 & 0x3F));
    out[3] = (char)(0x80 | (cp & 0x3F));
    return 4;
}

static bool continues(struct str s, size_t at)
{
    return ((unsigned char)s.p[at] & 0xC0) == 0x80;
}

size_t utf8_align(struct str s, size_t at)
{
    if (at >= s.n) {
        return s.n;
    }
    while (at > 0 && continues(s, at)) {
        at--;
    }
    return at;
}

size_t utf8_back(struct str s, size_t at, size_t count)
{
    at = utf8_align(s, at);
    while (at > 0 && count > 0) {
        at = utf8_align(s, at - 1);
        count--;
    }
    return at;
}

size_t utf8_forward(struct str s, size_t at, size_t count)
{
    at = utf8_align(s, at);
    while (at < s.n && count > 0) {
        do {
            at++;
        } while (at < s.n && continues(s, at));
        count--;
    }
    return at;
}

unsigned utf8_columns(uint32_t cp)
{
    int width = cp <= 0x10FFFF ? utf8proc_charwidth((utf8proc_int32_t)cp) : 0;
    return width < 0 ? 0 : (unsigned)width;
}
