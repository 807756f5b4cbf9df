/*
 * The few character classes of HTTP/1.1's grammar (RFC 9110 5.5 and 5.6, RFC 3986 2.1), shared by
 * reading and writing. Room-internal.
 */
#ifndef SG_HTTP_HTTP1_SYNTAX_H
#define SG_HTTP_HTTP1_SYNTAX_H

#include "base/str.h"

#include <stdbool.h>

/* tchar, RFC 9110 5.6.2. */
static inline bool http1_is_tchar(unsigned char c)
{
    switch (c) {
    case '0' ... '9':
    case 'A' ... 'Z':
    case '^' ... 'z': /* ^ _ ` and the small letters */
    case '!':
    case '#' ... '\'': /* # $ % & ' */
    case '*':
    case '+':
    case '-':
    case '.':
    case '|':
    case '~':
        return true;
    default:
        return false;
    }
}

/* field-vchar, obs-text, space and tab: everything but the control bytes (RFC 9110 5.5). */
static inline bool http1_is_text(unsigned char c)
{
    return (c >= 0x20 && c != 0x7f) || c == '\t';
}

static inline bool http1_is_digit(unsigned char c)
{
    return c >= '0' && c <= '9';
}

/* The value of a hexadecimal digit, -1 for any other byte. */
static inline int http1_hex(unsigned char c)
{
    if (http1_is_digit(c)) {
        return c - '0';
    }
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* One tchar at least, and nothing else. */
static inline bool http1_is_token(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (!http1_is_tchar((unsigned char)s.p[i])) {
            return false;
        }
    }
    return s.n > 0;
}

/* No control byte but tab; may be empty. */
static inline bool http1_is_value(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (!http1_is_text((unsigned char)s.p[i])) {
            return false;
        }
    }
    return true;
}

#endif
