/*
 * Escapes that stand for one character each: percent escapes (RFC 3986 2.1) and %uXXXX, character
 * references (HTML 13.5), \uXXXX, \u{X}, \UXXXXXXXX and \xHH. An escape that stands for no
 * character of text (half of UTF-8, a surrogate, a control) stays as it is: it must not hide its
 * neighbours.
 */
#include "text/decode.h"
#include "text/utf8.h"

#include <string.h>

/*
 * Lines with escapes that have at most this many bytes between them are read as one piece, so that
 * their number is bounded by the size of the text and not by the number of its lines.
 */
#define LINES_APART 4096
#define CODE_POINT_MAX 0x10FFFFu

struct escape {
    size_t at, length; /* in the reading */
    char text[4];
    size_t text_n;
};

static int hex_digit(struct str s, size_t at)
{
    char c = at < s.n ? s.p[at] : '\0';

    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Exactly `count` hex digits at `at`. */
static bool read_hex(struct str s, size_t at, size_t count, uint32_t *out)
{
    uint32_t value = 0;

    for (size_t i = 0; i < count; i++) {
        int digit = hex_digit(s, at + i);

        if (digit < 0) {
            return false;
        }
        value = value << 4 | (uint32_t)digit;
    }
    *out = value;
    return true;
}

/* Digits of `base` 10 or 16 from `*at` on, which goes past them; leading zeros do not count. */
static bool read_number(struct str s, size_t *at, int base, uint32_t *out)
{
    size_t from = *at;
    uint32_t value = 0;

    for (;; ++*at) {
        int digit = hex_digit(s, *at);

        if (digit < 0 || digit >= base) {
            break;
        }
        if (value <= CODE_POINT_MAX) {
            value = value * (uint32_t)base + (uint32_t)digit;
        }
    }
    *out = value;
    return *at > from;
}

static bool set_code_point(struct escape *e, uint32_t cp, size_t length)
{
    e->length = length;
    e->text_n = decode_is_control(cp) ? 0 : utf8_encode(cp, e->text);
    return e->text_n > 0;
}

/* Bytes that are each written as `mark` and two hex digits: as many as make one character. */
static bool read_bytes(struct str s, struct str mark, struct escape *e)
{
    char bytes[4];
    size_t at = e->at, n = 0, cp_length, want = 0;
    uint32_t value;

    while (n < sizeof(bytes) && want == 0) {
        if (!str_starts(str_sub(s, at, s.n), mark) || !read_hex(s, at + mark.n, 2, &value)) {
            return false;
        }
        bytes[n++] = (char)value;
        at += mark.n + 2;
        want = utf8_sequence(bytes, n);
    }
    return want == n && set_code_point(e, utf8_decode(bytes, n, &cp_length), at - e->at);
}

/* `mark` and four hex digits, twice for a surrogate pair. */
static bool read_utf16(struct str s, struct str mark, struct escape *e)
{
    size_t at = e->at, unit = mark.n + 4;
    uint32_t high, low;

    if (!read_hex(s, at + mark.n, 4, &high)) {
        return false;
    }
    if (high < 0xD800 || high > 0xDBFF) {
        return set_code_point(e, high, unit);
    }
    if (!str_starts(str_sub(s, at + unit, s.n), mark) ||
        !read_hex(s, at + unit + mark.n, 4, &low) || low < 0xDC00 || low > 0xDFFF) {
        return false;
    }
    return set_code_point(e, 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00), 2 * unit);
}

static bool read_percent(struct str s, struct escape *e)
{
    if (e->at + 1 < s.n && (s.p[e->at + 1] | 0x20) == 'u') {
        return read_utf16(s, str_sub(s, e->at, e->at + 2), e);
    }
    return read_bytes(s, STR("%"), e);
}

static bool read_backslash(struct str s, struct escape *e)
{
    size_t at = e->at + 2;
    uint32_t cp;

    switch (e->at + 1 < s.n ? s.p[e->at + 1] : '\0') {
    case 'u':
        if (at < s.n && s.p[at] == '{') {
            at++;
            return read_number(s, &at, 16, &cp) && at < s.n && s.p[at] == '}' &&
                   set_code_point(e, cp, at + 1 - e->at);
        }
        return read_utf16(s, STR("\\u"), e);
    case 'U':
        return read_hex(s, at, 8, &cp) && set_code_point(e, cp, 10);
    case 'x':
        return read_bytes(s, STR("\\x"), e);
    default:
        return false;
    }
}

/* The semicolon of a numeric reference may be missing: HTML reads it all the same. */
static bool read_reference(struct str s, struct escape *e)
{
    size_t at = e->at + 1, length;
    uint32_t cp;

    if (at < s.n && s.p[at] == '#') {
        bool hex = at + 1 < s.n && (s.p[at + 1] | 0x20) == 'x';

        at += hex ? 2 : 1;
        return read_number(s, &at, hex ? 16 : 10, &cp) &&
               set_code_point(e, cp, at + (at < s.n && s.p[at] == ';') - e->at);
    }
    cp = decode_entity(str_sub(s, at, s.n), &length);
    return cp != 0 && set_code_point(e, cp, 1 + length);
}

/* The first escape that starts in [from, to). */
static bool next_escape(struct str s, size_t from, size_t to, struct escape *e)
{
    to = to < s.n ? to : s.n;
    for (size_t at = from; at < to; at++) {
        char c = s.p[at];

        if (c != '%' && c != '&' && c != '\\') {
            continue;
        }
        e->at = at;
        if (c == '%'   ? read_percent(s, e)
            : c == '&' ? read_reference(s, e)
                       : read_backslash(s, e)) {
            return true;
        }
    }
    return false;
}

static size_t line_end(struct str s, size_t at)
{
    const char *p = at < s.n ? memchr(s.p + at, '\n', s.n - at) : NULL;

    return p == NULL ? s.n : (size_t)(p - s.p);
}

/* Start of the line that `at` stands in, no further back than `floor`. */
static size_t line_begin(struct str s, size_t floor, size_t at)
{
    const char *p = memrchr(s.p + floor, '\n', at - floor);

    return p == NULL ? floor : (size_t)(p - s.p) + 1;
}

/* Bytes [begin, end) of the reading with their escapes undone. */
static enum reason deliver(struct decoding *d, const struct reading *r, size_t begin, size_t end)
{
    struct str in = str_sub(r->text, 0, end);
    struct offmap map = offmap_identity(begin, 0);
    char *out = arena_alloc(d->a, end - begin); /* no escape is shorter than its character */
    size_t n = 0, at = begin;
    struct escape e;

    if (out == NULL) {
        return REASON_SPAN_LIMIT;
    }
    while (at < end) {
        bool more = next_escape(in, at, end, &e);
        size_t plain = (more ? e.at : end) - at;

        memcpy(out + n, in.p + at, plain);
        n += plain;
        at += plain;
        if (!offmap_add(&map, d->a, plain, plain, true)) {
            return REASON_SPAN_LIMIT;
        }
        if (more) {
            memcpy(out + n, e.text, e.text_n);
            n += e.text_n;
            at += e.length;
            if (!offmap_add(&map, d->a, e.text_n, e.length, false)) {
                return REASON_SPAN_LIMIT;
            }
        }
    }
    return decode_deliver(d, r, (struct str){out, n}, &map, true);
}

enum reason decode_escapes(struct decoding *d, const struct reading *r)
{
    struct str s = r->text;
    size_t floor = 0;
    struct escape e;

    while (next_escape(s, floor, s.n, &e)) {
        size_t begin = line_begin(s, floor, e.at), end = line_end(s, e.at + e.length);
        enum reason reason;

        while (next_escape(s, e.at + e.length, end + LINES_APART, &e)) {
            if (e.at + e.length > end) {
                end = line_end(s, e.at + e.length);
            }
        }
        reason = deliver(d, r, begin, end);
        if (reason != REASON_OK) {
            return reason;
        }
        floor = end;
    }
    return REASON_OK;
}
