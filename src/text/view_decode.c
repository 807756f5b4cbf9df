#include "text/decode.h"
#include "text/view.h"

/* Builds a map in which pieces that share source bytes become one. */
struct weave {
    struct offmap *out;
    struct arena *a;
    size_t text_n;   /* of the piece that is being gathered */
    size_t from, to; /* its source */
};

static bool weave_flush(struct weave *w)
{
    size_t at = w->out->base + w->out->source_end;
    bool ok = true;

    if (w->text_n > 0) {
        size_t n = w->to - w->from;

        ok = offmap_add(w->out, w->a, 0, w->from - at, false) &&
             offmap_add(w->out, w->a, w->text_n, n, w->text_n == 1 && n == 1);
        w->text_n = 0;
    }
    return ok;
}

static bool weave_byte(struct weave *w, size_t from, size_t to)
{
    if (w->text_n > 0 && from < w->to) {
        w->text_n++;
        w->to = to > w->to ? to : w->to;
        return true;
    }
    if (!weave_flush(w)) {
        return false;
    }
    w->text_n = 1;
    w->from = from;
    w->to = to;
    return true;
}

/* Where text byte `at` of a map comes from: run by run, from front to back. */
struct walk {
    const struct offmap *map;
    size_t run;
    size_t from, to; /* the piece that `at` belongs to, in the source */
    size_t exact;    /* bytes from `at` on that are mapped byte for byte */
};

static void walk_to(struct walk *w, size_t at)
{
    const struct offmap *m = w->map;
    const struct offmap_run *run;

    offmap_piece(m, at, &w->run, &w->from, &w->to);
    if (m->count == 0) {
        w->exact = m->text_end - at;
        return;
    }
    run = &m->runs[w->run];
    w->exact = 0;
    if (run->text_unit == 1 && run->source_unit == 1) {
        w->exact = (w->run + 1 < m->count ? run[1].text : m->text_end) - at;
    }
}

static bool weave_exact(struct weave *w, size_t from, size_t n)
{
    return weave_flush(w) &&
           offmap_add(w->out, w->a, 0, from - w->out->base - w->out->source_end, false) &&
           offmap_add(w->out, w->a, n, n, true);
}

/*
 * The map of a text that was found by way of `step` in a reading whose map is `map`: in one go what
 * both map byte for byte, the rest byte by byte.
 */
static bool compose(struct arena *a, const struct offmap *map, const struct offmap *step,
                    struct offmap *out)
{
    struct weave w = {.out = out, .a = a};
    struct walk inner = {.map = step}, first = {.map = map}, last = {.map = map};

    *out = offmap_identity(0, 0);
    for (size_t i = 0, n; i < step->text_end; i += n) {
        walk_to(&inner, i);
        walk_to(&first, inner.from);
        walk_to(&last, inner.to - 1);
        if (i == 0) {
            out->base = first.from;
        }
        n = inner.exact < first.exact ? inner.exact : first.exact;
        if (n > 0 ? !weave_exact(&w, first.from, n) : !weave_byte(&w, first.from, last.to)) {
            return false;
        }
        n = n > 0 ? n : 1;
    }
    return weave_flush(&w);
}

static enum reason search(struct decoding *d, const struct reading *r)
{
    enum reason reason = decode_escapes(d, r);

    if (reason == REASON_OK) {
        reason = decode_base64(d, r);
    }
    if (reason == REASON_OK) {
        reason = decode_hex(d, r);
    }
    return reason;
}

enum reason decode_deliver(struct decoding *d, const struct reading *r, struct str text,
                           const struct offmap *step, bool by_escapes)
{
    struct view_text piece = {.text = text, .map = *step};
    struct reading next = {
        .text = text, .map = &piece.map, .step = by_escapes ? step : NULL, .depth = r->depth + 1};
    enum reason reason;

    if (d->pieces++ >= DECODE_PIECES) {
        return REASON_SPAN_LIMIT;
    }
    if (r->map != NULL && !compose(d->a, r->map, step, &piece.map)) {
        return REASON_SPAN_LIMIT;
    }
    reason = d->found(d->ctx, &piece);
    if (reason != REASON_OK || next.depth == DECODE_DEPTH) {
        return reason;
    }
    return search(d, &next);
}

enum reason view_decode(struct arena *a, struct str text, view_found *found, void *ctx)
{
    struct decoding d = {.a = a, .found = found, .ctx = ctx};
    struct reading first = {.text = text};

    return search(&d, &first);
}
