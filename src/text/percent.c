#include "text/percent.h"

#include "text/utf8.h"

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte that the escape at `at` stands for; -1: none is there. */
static int escape_value(struct str raw, size_t at)
{
    int high, low;

    if (raw.n - at < 3) {
        return -1;
    }
    high = hex_value(raw.p[at + 1]);
    low = hex_value(raw.p[at + 2]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

static bool is_plain(struct str raw, bool plus)
{
    return raw.n == 0 ||
           (memchr(raw.p, '%', raw.n) == NULL && !(plus && memchr(raw.p, '+', raw.n) != NULL));
}

/* Where the plain bytes from `at` on end. */
static size_t plain_end(struct str raw, size_t at)
{
    const char *escape = memchr(raw.p + at, '%', raw.n - at);

    return escape == NULL ? raw.n : (size_t)(escape - raw.p);
}

static void copy_plain(char *out, struct str piece, bool plus)
{
    for (size_t i = 0; i < piece.n; i++) {
        out[i] = plus && piece.p[i] == '+' ? ' ' : piece.p[i];
    }
}

static enum reason undo(struct str raw, bool plus, struct arena *a, struct str *text,
                        struct offmap *map)
{
    char *out = arena_alloc(a, raw.n);
    size_t at = 0, n = 0;

    if (out == NULL) {
        return REASON_SPAN_LIMIT;
    }
    while (at < raw.n) {
        size_t end = plain_end(raw, at);
        int byte;

        copy_plain(out + n, str_sub(raw, at, end), plus);
        n += end - at;
        if (!offmap_add(map, a, end - at, end - at, true)) {
            return REASON_SPAN_LIMIT;
        }
        at = end;
        if (at == raw.n) {
            break;
        }
        byte = escape_value(raw, at);
        if (byte < 0) {
            return REASON_FORM_SYNTAX;
        }
        out[n++] = (char)(unsigned char)byte;
        if (!offmap_add(map, a, 1, 3, false)) {
            return REASON_SPAN_LIMIT;
        }
        at += 3;
    }
    *text = (struct str){out, n};
    return REASON_OK;
}

enum reason percent_decode(struct str raw, size_t base, bool plus, struct arena *a,
                           struct str *text, struct offmap *map)
{
    enum reason r;

    if (is_plain(raw, plus)) {
        *text = raw;
        *map = offmap_identity(base, raw.n);
    } else {
        *map = offmap_identity(base, 0);
        r = undo(raw, plus, a, text, map);
        if (r != REASON_OK) {
            return r;
        }
    }
    return utf8_valid(*text, NULL) ? REASON_OK : REASON_TEXT_UTF8;
}
