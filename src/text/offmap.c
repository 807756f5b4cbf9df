#include "text/offmap.h"

struct offmap offmap_identity(size_t base, size_t n)
{
    return (struct offmap){.base = base, .text_end = n, .source_end = n};
}

static bool push(struct offmap *m, struct arena *a, size_t text, size_t source, size_t text_unit,
                 size_t source_unit)
{
    struct offmap_run *runs = arena_grow(a, m->runs, m->count, &m->cap, sizeof(*runs));

    if (runs == NULL) {
        return false;
    }
    m->runs = runs;
    runs[m->count++] = (struct offmap_run){.text = (uint32_t)text,
                                           .source = (uint32_t)source,
                                           .text_unit = (uint16_t)text_unit,
                                           .source_unit = (uint16_t)source_unit};
    return true;
}

/* Can a piece of these units be added to the last run, or to the identity that has none? */
static bool fits_last(const struct offmap *m, size_t text_n, size_t text_unit, size_t source_unit)
{
    const struct offmap_run *last;

    if (m->count == 0) {
        return text_unit == 1 && source_unit == 1;
    }
    last = &m->runs[m->count - 1];
    if (text_n == 0) {
        return last->text == m->text_end; /* one dropped piece after another */
    }
    return text_unit != 0 && last->text != m->text_end && last->text_unit == text_unit &&
           last->source_unit == source_unit;
}

bool offmap_add(struct offmap *m, struct arena *a, size_t text_n, size_t source_n, bool exact)
{
    size_t text_unit = text_n, source_unit = source_n;

    if (text_n == 0 && source_n == 0) {
        return true;
    }
    if (text_n > UINT32_MAX - m->text_end || source_n > UINT32_MAX - m->source_end) {
        return false;
    }
    if (exact && text_n == source_n) {
        text_unit = source_unit = 1;
    } else if (text_n == 0 || text_n > UINT16_MAX || source_n > UINT16_MAX) {
        text_unit = source_unit = 0;
    }
    if (!fits_last(m, text_n, text_unit, source_unit)) {
        bool was_identity = m->count == 0 && m->text_end > 0;

        if (was_identity && !push(m, a, 0, 0, 1, 1)) {
            return false;
        }
        if (!push(m, a, m->text_end, m->source_end, text_unit, source_unit)) {
            m->count = was_identity ? 0 : m->count;
            return false;
        }
    }
    m->text_end += text_n;
    m->source_end += source_n;
    return true;
}

/* The last run that begins at or before `at`: of several there, the one that has text. */
static size_t find_run(const struct offmap *m, size_t at)
{
    size_t low = 0, high = m->count;

    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;

        if (m->runs[middle].text <= at) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Source range, without the base, of the piece that text byte `at` of a run belongs to. */
static void run_piece(const struct offmap *m, size_t index, size_t at, size_t *from, size_t *to)
{
    const struct offmap_run *run;

    if (m->count == 0) {
        *from = at;
        *to = at + 1;
        return;
    }
    run = &m->runs[index];
    if (run->text_unit == 0) {
        *from = run->source;
        *to = index + 1 < m->count ? m->runs[index + 1].source : m->source_end;
    } else {
        *from = run->source + (at - run->text) / run->text_unit * (size_t)run->source_unit;
        *to = *from + run->source_unit;
    }
}

static void piece_range(const struct offmap *m, size_t at, size_t *from, size_t *to)
{
    run_piece(m, find_run(m, at), at, from, to);
}

void offmap_piece(const struct offmap *m, size_t at, size_t *run, size_t *from, size_t *to)
{
    while (*run + 1 < m->count && m->runs[*run + 1].text <= at) {
        ++*run;
    }
    run_piece(m, *run, at, from, to);
    *from += m->base;
    *to += m->base;
}

void offmap_range(const struct offmap *m, size_t begin, size_t end, size_t *from, size_t *to)
{
    size_t ignored;

    end = end < m->text_end ? end : m->text_end;
    if (begin >= end) {
        if (begin < m->text_end) {
            piece_range(m, begin, from, &ignored);
        } else if (m->text_end > 0) {
            piece_range(m, m->text_end - 1, &ignored, from);
        } else {
            *from = 0;
        }
        *to = *from;
    } else {
        piece_range(m, begin, from, &ignored);
        piece_range(m, end - 1, &ignored, to);
    }
    *from += m->base;
    *to += m->base;
}
