/*
 * A string is gone over once to find its end and to check all of it, sixteen bytes at a time where
 * the machine can. Only one that has escapes is gone over again, to write its text and its map.
 */
#include "text/json_string.h"

#include "text/utf8.h"

#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

static bool is_plain(unsigned char c)
{
    return c >= 0x20 && c != '"' && c != '\\';
}

/* Bytes from `p` on that are neither a quote, nor a backslash, nor a control character. */
static size_t plain_run(const unsigned char *p, size_t n, bool *ascii)
{
    unsigned high = 0;
    size_t i = 0;

#ifdef __SSE2__
    const __m128i quote = _mm_set1_epi8('"');
    const __m128i backslash = _mm_set1_epi8('\\');
    const __m128i control = _mm_set1_epi8(0x1F);

    for (; n - i >= 16; i += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(p + i));
        __m128i ends = _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash));
        unsigned stops, highs;

        ends = _mm_or_si128(ends, _mm_cmpeq_epi8(_mm_min_epu8(bytes, control), bytes));
        stops = (unsigned)_mm_movemask_epi8(ends);
        highs = (unsigned)_mm_movemask_epi8(bytes);
        if (stops != 0) {
            unsigned before = (unsigned)__builtin_ctz(stops);

            high |= highs & ((1u << before) - 1);
            *ascii = high == 0;
            return i + before;
        }
        high |= highs;
    }
#endif
    for (; i < n && is_plain(p[i]); i++) {
        high |= p[i] & 0x80u;
    }
    *ascii = high == 0;
    return i;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Four hex digits at `*at`, which moves past them or to the first byte that is none. */
static bool read_hex(struct str body, size_t *at, uint32_t *value)
{
    *value = 0;
    for (int i = 0; i < 4; i++, (*at)++) {
        int digit = *at < body.n ? hex_digit(body.p[*at]) : -1;

        if (digit < 0) {
            return false;
        }
        *value = *value << 4 | (uint32_t)digit;
    }
    return true;
}

/* `\uXXXX`, or two of them for one character past U+FFFF; `*at` is at the `u`. */
static enum reason read_unicode(struct str body, size_t *at, uint32_t *cp)
{
    size_t backslash = *at - 1;
    uint32_t low = 0;

    (*at)++;
    if (!read_hex(body, at, cp)) {
        return REASON_JSON_SYNTAX;
    }
    if (*cp < 0xD800 || *cp > 0xDFFF) {
        return REASON_OK;
    }
    if (*cp < 0xDC00 && body.n - *at >= 6 && body.p[*at] == '\\' && body.p[*at + 1] == 'u') {
        *at += 2;
        if (read_hex(body, at, &low) && low >= 0xDC00 && low <= 0xDFFF) {
            *cp = 0x10000 + ((*cp - 0xD800) << 10) + (low - 0xDC00);
            return REASON_OK;
        }
    }
    *at = backslash;
    return REASON_JSON_SURROGATE;
}

/* The escape whose backslash is at `*at`, which moves past it or to the error. */
static enum reason read_escape(struct str body, size_t *at, uint32_t *cp)
{
    static const char names[] = "\"\\/bfnrt", means[] = "\"\\/\b\f\n\r\t";
    const char *name;

    (*at)++;
    if (*at == body.n) {
        return REASON_JSON_SYNTAX;
    }
    if (body.p[*at] == 'u') {
        return read_unicode(body, at, cp);
    }
    name = memchr(names, body.p[*at], sizeof(names) - 1);
    if (name == NULL) {
        return REASON_JSON_SYNTAX;
    }
    *cp = (unsigned char)means[name - names];
    (*at)++;
    return REASON_OK;
}

/* From the first byte of the content to the closing quote; `*text_n`: length once unescaped. */
static enum reason find_end(struct str body, size_t *at, size_t *text_n)
{
    const unsigned char *p = (const unsigned char *)body.p;

    *text_n = 0;
    for (;;) {
        bool ascii;
        size_t bad, run = plain_run(p + *at, body.n - *at, &ascii);
        uint32_t cp;
        char encoded[4];
        enum reason r;

        if (!ascii && !utf8_valid((struct str){body.p + *at, run}, &bad)) {
            *at += bad;
            return REASON_TEXT_UTF8;
        }
        *at += run;
        *text_n += run;
        if (*at == body.n || p[*at] < 0x20) {
            return REASON_JSON_SYNTAX;
        }
        if (p[*at] == '"') {
            return REASON_OK;
        }
        r = read_escape(body, at, &cp);
        if (r != REASON_OK) {
            return r;
        }
        *text_n += utf8_encode(cp, encoded);
    }
}

/* Writes the text of a string that find_end() has checked. False: the arena is full. */
static bool unescape(struct str body, struct arena *a, size_t text_n, struct json_string *s)
{
    char *text = arena_alloc(a, text_n);
    size_t at = (size_t)(s->raw.p - body.p), end = at + s->raw.n, used = 0;

    if (text == NULL) {
        return false;
    }
    s->map = offmap_identity(at, 0);
    while (at < end) {
        const char *backslash = memchr(body.p + at, '\\', end - at);
        size_t run = backslash == NULL ? end - at : (size_t)(backslash - (body.p + at));
        size_t begin = at + run, length;
        char encoded[4];
        uint32_t cp;

        memcpy(text + used, body.p + at, run);
        used += run;
        at = begin;
        if (!offmap_add(&s->map, a, run, run, true)) {
            return false;
        }
        if (at == end || read_escape(body, &at, &cp) != REASON_OK) {
            break;
        }
        length = utf8_encode(cp, encoded);
        memcpy(text + used, encoded, length);
        used += length;
        if (!offmap_add(&s->map, a, length, at - begin, false)) {
            return false;
        }
    }
    s->text = (struct str){text, used};
    return true;
}

enum reason json_string_read(struct str body, size_t *at, struct arena *a, struct json_string *out)
{
    size_t quote = *at, text_n;
    enum reason r;

    (*at)++;
    r = find_end(body, at, &text_n);
    if (r != REASON_OK) {
        return r;
    }
    out->raw = out->text = (struct str){body.p + quote + 1, *at - quote - 1};
    out->map = offmap_identity(quote + 1, out->raw.n);
    /* Every escape is longer than what it stands for. */
    if (text_n != out->raw.n && !unescape(body, a, text_n, out)) {
        *at = quote;
        return REASON_SPAN_LIMIT;
    }
    (*at)++;
    return REASON_OK;
}

static bool escape_byte(struct buf *out, unsigned char c)
{
    static const char means[] = "\"\\\b\f\n\r\t", names[] = "\"\\bfnrt";
    const char *found = memchr(means, c, sizeof(means) - 1);

    return found != NULL ? buf_printf(out, "\\%c", names[found - means])
                         : buf_printf(out, "\\u%04x", c);
}

bool json_escape(struct buf *out, struct str text)
{
    const unsigned char *p = (const unsigned char *)text.p;
    size_t before = out->n, at = 0;

    while (at < text.n) {
        bool ascii;
        size_t run = plain_run(p + at, text.n - at, &ascii);

        if (!buf_add(out, p + at, run) || (at + run < text.n && !escape_byte(out, p[at + run]))) {
            buf_cut(out, before);
            return false;
        }
        at += run + 1;
    }
    return true;
}
