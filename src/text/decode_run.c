/*
 * Runs of base64 (RFC 4648 4 and 5, both alphabets, line breaks as in MIME) and hex digits.
 *
 * A run is its digits, without the line breaks and separators between them. They are decoded, and
 * what counts are the stretches of text in the result, not whether all of it is text: so neither
 * junk around an encoded text nor a damaged byte in it hides it. What gives no text is decoded
 * again from the next digit on, since a letter, a path or a key name that touches an encoded text
 * shifts it. Stretches never overlap, so a run never makes more text than it has digits.
 */
#include "text/decode.h"
#include "text/run.h"
#include "text/utf8.h"

#define SCRATCH_MAX SIZE_MAX /* no bound of its own: a fixed multiple of the run's size */

/*
 * Bytes of text that count inside other bytes. Random bytes are text for so long now and then; the
 * more there are of them (an image), the longer a stretch must be to say something.
 */
#define STRETCH_MIN 12
#define STRETCH_MIN_LONG 24
#define LONG_RUN 4096 /* digits */

/* A run on its way through the decoder. `scratch` holds what is needed until the run is done. */
struct work {
    struct decoding *d;
    const struct reading *r;
    const struct encoding *encoding;
    struct arena *scratch;
    const struct run *run;
    struct str digits;
    struct offmap map;          /* of the digits to the reading, once one is needed */
    size_t first_run, last_run; /* where in it a group begins and ends: texts come in order */
    size_t least;               /* bytes of text inside other bytes */
};

/* What the first whole groups of base64 decode to; returns the digits that were read. */
static size_t decode_groups(struct str digits, unsigned char *out)
{
    const unsigned char *values = run_base64.values;
    const unsigned char *p = (const unsigned char *)digits.p;
    size_t i = 0;

    for (; i + 4 <= digits.n; i += 4) {
        uint32_t bits = (uint32_t)(values[p[i]] - 1) << 18 |
                        (uint32_t)(values[p[i + 1]] - 1) << 12 |
                        (uint32_t)(values[p[i + 2]] - 1) << 6 | (uint32_t)(values[p[i + 3]] - 1);

        *out++ = (unsigned char)(bits >> 16);
        *out++ = (unsigned char)(bits >> 8);
        *out++ = (unsigned char)bits;
    }
    return i;
}

/* Decodes the digits; of a last group that is cut short, what its bits make in full. */
static size_t decode_digits(const struct encoding *e, struct str digits, unsigned char *out)
{
    size_t i = e == &run_base64 ? decode_groups(digits, out) : 0, n = i / e->digits * e->bytes;
    uint32_t bits = 0;
    unsigned have = 0;

    for (; i < digits.n; i++) {
        bits = bits << e->bits | (uint32_t)(e->values[(unsigned char)digits.p[i]] - 1);
        have += e->bits;
        if (have >= 8) {
            have -= 8;
            out[n++] = (unsigned char)(bits >> have);
        }
    }
    return n;
}

static size_t text_length(const unsigned char *p, size_t n)
{
    size_t i = 0;

    while (i < n) {
        size_t length = 1;

        if (p[i] >= 0x80) {
            length = utf8_sequence((const char *)p + i, n - i);
            if (length == 0 || (p[i] == 0xC2 && p[i + 1] < 0xA0)) {
                break;
            }
        } else if (decode_is_control(p[i])) {
            break;
        }
        i += length;
    }
    return i;
}

/* Bytes that are in no text: controls, and what UTF-8 never has. */
static const bool never_text[256] = {
    [0x00 ... 0x08] = true, [0x0B ... 0x0C] = true, [0x0E ... 0x1F] = true,
    [0x7F] = true,          [0xC0 ... 0xC1] = true, [0xF5 ... 0xFF] = true,
};

/*
 * The next stretch of text at or after `*end`. A window of its least length is looked at from its
 * end: the last byte that is in no text tells where to go on, most often far ahead.
 */
static bool next_stretch(const unsigned char *p, size_t n, size_t least, size_t *begin, size_t *end)
{
    size_t at = *end;

    while (n - at >= least) {
        size_t length, i = at + least;

        while (i > at && !never_text[p[i - 1]]) {
            i--;
        }
        if (i > at) {
            at = i;
            continue;
        }
        length = text_length(p + at, n - at);
        if (length >= least) {
            *begin = at;
            *end = at + length;
            return true;
        }
        at += length + 1;
    }
    return false;
}

/* Rows of digits, what stands between them dropped. */
static bool map_rows(struct work *w)
{
    const struct run *run = w->run;
    const char *p = w->r->text.p;

    for (size_t at = run->begin, next; at < run->end; at = next) {
        bool digit = run_is_digit(w->encoding->values[(unsigned char)p[at]]);

        next = at + 1;
        while (next < run->end &&
               run_is_digit(w->encoding->values[(unsigned char)p[next]]) == digit) {
            next++;
        }
        if (!offmap_add(&w->map, w->scratch, digit ? next - at : 0, next - at, digit)) {
            return false;
        }
    }
    return true;
}

/* Maps the digits to the reading. Not before a text is found: most runs have none. */
static bool map_digits(struct work *w)
{
    const struct run *run = w->run;

    if (w->map.text_end == run->count) {
        return true;
    }
    if (run->count == run->end - run->begin) {
        w->map = offmap_identity(run->begin, run->count);
        return true;
    }
    w->map = offmap_identity(run->begin, 0);
    return map_rows(w);
}

/* Delivers bytes [begin, end) of what the digits from `from` on decode to. */
static enum reason deliver(struct work *w, size_t from, const unsigned char *bytes, size_t begin,
                           size_t end)
{
    const struct encoding *e = w->encoding;
    char *text = arena_alloc(w->d->a, end - begin);
    struct offmap map = {.count = 0};

    if (text == NULL || !map_digits(w)) {
        return REASON_SPAN_LIMIT;
    }
    memcpy(text, bytes + begin, end - begin);
    for (size_t at = begin; at < end;) {
        size_t group = at / e->bytes, next = (group + 1) * e->bytes;
        size_t first = from + group * e->digits, last = first + e->digits;
        size_t source, source_end, ignored;

        next = next < end ? next : end;
        last = last < w->digits.n ? last : w->digits.n;
        offmap_piece(&w->map, first, &w->first_run, &source, &ignored);
        offmap_piece(&w->map, last - 1, &w->last_run, &ignored, &source_end);
        source_end += last == w->digits.n ? w->run->padding : 0;
        if (at == begin) {
            map = offmap_identity(source, 0);
        }
        if (!offmap_add(&map, w->d->a, 0, source - map.base - map.source_end, false) ||
            !offmap_add(&map, w->d->a, next - at, source_end - source, false)) {
            return REASON_SPAN_LIMIT;
        }
        at = next;
    }
    return decode_deliver(w->d, w->r, (struct str){text, end - begin}, &map, false);
}

/* Digits [from, to): finds text, and tries what is between the texts `shifts` digits further on. */
static enum reason decode_range(struct work *w, size_t from, size_t to, size_t shifts)
{
    const struct encoding *e = w->encoding;
    size_t begin = 0, end = 0, done = from, n;
    enum reason reason = REASON_OK;
    unsigned char *bytes;

    if (from >= to || to - from < e->digits) {
        return REASON_OK;
    }
    bytes = arena_alloc(w->scratch, (to - from) / e->digits * e->bytes + e->bytes);
    if (bytes == NULL) {
        return REASON_SPAN_LIMIT;
    }
    n = decode_digits(e, str_sub(w->digits, from, to), bytes);
    if (text_length(bytes, n) == n) {
        return deliver(w, from, bytes, 0, n); /* a text and nothing else may be short */
    }
    while (reason == REASON_OK && next_stretch(bytes, n, w->least, &begin, &end)) {
        size_t text_from = from + begin / e->bytes * e->digits;

        if (shifts > 0 && text_from - done >= RUN_DIGITS_MIN) {
            reason = decode_range(w, done + 1, text_from, shifts - 1);
        }
        if (reason == REASON_OK) {
            reason = deliver(w, from, bytes, begin, end);
        }
        done = from + (end + e->bytes - 1) / e->bytes * e->digits;
    }
    if (reason == REASON_OK && shifts > 0 && done < to && to - done > RUN_DIGITS_MIN) {
        reason = decode_range(w, done + 1, to, shifts - 1);
    }
    return reason;
}

/* The digits without what stands between them: a view of the reading if nothing does. */
static bool take_digits(struct work *w)
{
    const struct run *run = w->run;
    const char *p = w->r->text.p;
    char *digits;

    w->digits = (struct str){p + run->begin, run->count};
    if (run->count == run->end - run->begin) {
        return true;
    }
    digits = arena_alloc(w->scratch, run->count);
    if (digits == NULL) {
        return false;
    }
    w->digits = (struct str){digits, run->count};
    for (size_t i = run->begin; i < run->end; i++) {
        if (run_is_digit(w->encoding->values[(unsigned char)p[i]])) {
            *digits++ = p[i];
        }
    }
    return true;
}

/* Undoing escapes left this run as it was: it was read on the level above. */
static bool known(const struct reading *r, const struct run *run)
{
    size_t from, to;

    if (r->step == NULL) {
        return false;
    }
    offmap_range(r->step, run->begin, run->end, &from, &to);
    return to - from == run->end - run->begin;
}

static enum reason decode_runs(struct decoding *d, const struct reading *r,
                               const struct encoding *e)
{
    struct run run = {.end = 0};
    enum reason reason = REASON_OK;
    struct arena *scratch = NULL;

    while (reason == REASON_OK && e->find(r->text, run.end + run.padding, &run)) {
        struct work w = {.d = d, .r = r, .encoding = e, .run = &run};

        if (known(r, &run)) {
            continue;
        }
        if (scratch == NULL) {
            scratch = arena_new(SCRATCH_MAX);
        }
        w.scratch = scratch;
        w.least = run.count < LONG_RUN ? STRETCH_MIN : STRETCH_MIN_LONG;
        if (scratch == NULL || !take_digits(&w)) {
            reason = REASON_SPAN_LIMIT;
            break;
        }
        reason = decode_range(&w, 0, w.digits.n, e->digits - 1);
        arena_reset(scratch);
    }
    arena_free(scratch);
    return reason;
}

enum reason decode_base64(struct decoding *d, const struct reading *r)
{
    return decode_runs(d, r, &run_base64);
}

enum reason decode_hex(struct decoding *d, const struct reading *r)
{
    return decode_runs(d, r, &run_hex);
}
