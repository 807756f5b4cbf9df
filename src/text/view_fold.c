/*
 * The fold runs over every text that is scanned, so the common characters take short ways: ASCII by
 * eight bytes, ideographs (which fold to themselves) by their lead byte, full-width forms by
 * arithmetic, and any character that its properties say folds to itself by one table look-up. Only
 * the rest is decomposed (fold_char.c).
 */
#include "text/fold.h"
#include "text/utf8.h"
#include "text/view.h"

#define WORD_OF(byte) (UINT64_C(0x0101010101010101) * (byte))
#define WORD_HIGH WORD_OF(0x80)
#define IDEOGRAPH_BYTES 3
#define MADE_MAX (FOLD_MAX * (size_t)4) /* bytes that one character folds to at most */

struct folder {
    struct arena *a;
    struct str in;
    size_t at;    /* in `in` */
    size_t exact; /* bytes written byte for byte that the map does not have yet */
    char *out;
    size_t n, cap;
    struct offmap map;
};

/* 0x80 in each byte of `w` (all < 0x80) that is A..Z. */
static uint64_t upper_mask(uint64_t w)
{
    return (w + WORD_OF(0x80 - 'A')) & ~(w + WORD_OF(0x80 - 'Z' - 1)) & WORD_HIGH;
}

static bool ascii_dropped(unsigned char c)
{
    return (c < ' ' && (c < '\t' || c > '\r')) || c == 0x7F;
}

/* 0x80 in each byte of `w` (all < 0x80) that is below space or DEL: to be looked at one by one. */
static uint64_t control_mask(uint64_t w)
{
    return (~(w + WORD_OF(0x80 - ' ')) | (w + WORD_OF(1))) & WORD_HIGH;
}

/* U+4000..U+9FFF: ideographs and hexagrams. The text is valid, so the lead byte tells all. */
static bool is_ideograph_lead(unsigned char c)
{
    return c >= 0xE4 && c <= 0xE9;
}

/* Bytes (1 or 8) of ASCII at `p` that the fold leaves as they are; 0 if it does not. */
static size_t ascii_unchanged(const char *p, size_t n)
{
    unsigned char c = (unsigned char)p[0];
    uint64_t w;

    if (n >= sizeof(w)) {
        memcpy(&w, p, sizeof(w));
        if ((w & WORD_HIGH) == 0 && (upper_mask(w) | control_mask(w)) == 0) {
            return sizeof(w);
        }
    }
    return (c >= 'A' && c <= 'Z') || ascii_dropped(c) ? 0 : 1;
}

/* Bytes at the start of `p` that the fold leaves as they are. */
static size_t unchanged(const char *p, size_t n)
{
    size_t i = 0, length;

    while (i < n) {
        unsigned char c = (unsigned char)p[i];

        if (is_ideograph_lead(c)) {
            length = IDEOGRAPH_BYTES;
        } else if (c < 0x80) {
            length = ascii_unchanged(p + i, n - i);
        } else if (!fold_is_itself(utf8_decode(p + i, n - i, &length))) {
            length = 0;
        }
        if (length == 0) {
            break;
        }
        i += length;
    }
    return i < n ? i : n;
}

static bool room(struct folder *f, size_t n)
{
    while (f->cap - f->n < n) {
        char *p = arena_grow(f->a, f->out, f->cap, &f->cap, 1);

        if (p == NULL) {
            return false;
        }
        f->out = p;
    }
    return true;
}

static bool flush_exact(struct folder *f)
{
    size_t n = f->exact;

    f->exact = 0;
    return n == 0 || offmap_add(&f->map, f->a, n, n, true);
}

static bool copy(struct folder *f, size_t n)
{
    if (!room(f, n)) {
        return false;
    }
    memcpy(f->out + f->n, f->in.p + f->at, n);
    f->n += n;
    f->at += n;
    f->exact += n;
    return true;
}

/* Whole words of ASCII in lower case to `out`; returns the bytes done. */
static size_t fold_words(const char *p, size_t n, char *out)
{
    size_t i = 0;
    uint64_t w;

    for (; i + sizeof(w) <= n; i += sizeof(w)) {
        memcpy(&w, p + i, sizeof(w));
        if ((w & WORD_HIGH) != 0 || control_mask(w) != 0) {
            break;
        }
        w |= upper_mask(w) >> 2;
        memcpy(out + i, &w, sizeof(w));
    }
    return i;
}

/* ASCII up to the next byte that is not, or is dropped: byte for byte, in lower case. */
static bool fold_ascii(struct folder *f)
{
    const char *p = f->in.p + f->at;
    size_t n = f->in.n - f->at, i = 0;
    char *out;

    if (!room(f, n)) {
        return false;
    }
    out = f->out + f->n;
    while (i < n) {
        size_t word_end;

        i += fold_words(p + i, n - i, out + i);
        word_end = i + sizeof(uint64_t) < n ? i + sizeof(uint64_t) : n;
        while (i < word_end && (unsigned char)p[i] < 0x80 && !ascii_dropped((unsigned char)p[i])) {
            out[i] = (char)(p[i] >= 'A' && p[i] <= 'Z' ? p[i] | 0x20 : p[i]);
            i++;
        }
        if (i < word_end) {
            break;
        }
    }
    f->n += i;
    f->at += i;
    f->exact += i;
    return true;
}

/* One character (or control) that does not fold to itself. */
static bool fold_one(struct folder *f)
{
    uint32_t made[FOLD_MAX];
    size_t length, count, before = f->n;
    uint32_t cp = utf8_decode(f->in.p + f->at, f->in.n - f->at, &length);

    count = fold_char(cp, made);
    if (!room(f, MADE_MAX)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        f->n += utf8_encode(made[i], f->out + f->n);
    }
    f->at += length;
    if (count == 1 && f->n - before == length) {
        f->exact += length; /* one character for another of the same size */
        return true;
    }
    return flush_exact(f) && offmap_add(&f->map, f->a, f->n - before, length, false);
}

static bool fold_rest(struct folder *f)
{
    while (f->at < f->in.n) {
        unsigned char c = (unsigned char)f->in.p[f->at];
        bool ok;

        if (c < 0x80 && !ascii_dropped(c)) {
            ok = fold_ascii(f);
        } else {
            size_t same = c < 0x80 ? 0 : unchanged(f->in.p + f->at, f->in.n - f->at);

            ok = same > 0 ? copy(f, same) : fold_one(f);
        }
        if (!ok) {
            return false;
        }
    }
    return f->map.source_end == 0 || flush_exact(f); /* all exact: no map is needed */
}

enum reason view_fold(struct arena *a, struct str text, struct view_text *out)
{
    struct folder f = {.a = a, .in = text, .map = offmap_identity(0, 0)};
    size_t same = unchanged(text.p, text.n);

    if (same == text.n) {
        *out = (struct view_text){.text = text, .map = offmap_identity(0, text.n)};
        return REASON_OK;
    }
    /* Most texts fold to their own size or less; what grows makes the array grow. */
    f.cap = text.n + MADE_MAX;
    f.out = arena_alloc(a, f.cap);
    if (f.out == NULL || !copy(&f, same) || !fold_rest(&f)) {
        return REASON_SPAN_LIMIT;
    }
    if (f.map.source_end == 0) {
        f.map = offmap_identity(0, f.n);
    }
    *out = (struct view_text){.text = {f.out, f.n}, .map = f.map};
    return REASON_OK;
}
