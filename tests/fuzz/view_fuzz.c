/*
 * libFuzzer target: the folded and the decoded view of any valid UTF-8. Views must be valid text
 * that leads back into their source, in order; a folded text must fold to itself; no decoded piece
 * may be longer than the text.
 */
#include "text/utf8.h"
#include "text/view.h"

#include <stdlib.h>

#define ARENA_MAX ((size_t)256 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool good)
{
    if (!good) {
        abort();
    }
}

static void check_view(const struct view_text *v, struct str source)
{
    size_t from, to, before = 0;

    check(utf8_valid(v->text, NULL));
    check(v->map.text_end == v->text.n);
    for (size_t at = 0; at < v->text.n; at++) {
        offmap_range(&v->map, at, at + 1, &from, &to);
        check(from >= before && from < to && to <= source.n);
        before = from;
    }
}

static enum reason found(void *ctx, const struct view_text *piece)
{
    const struct str *source = ctx;

    check(piece->text.n > 0 && piece->text.n <= source->n);
    check_view(piece, *source);
    return REASON_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = {(const char *)data, size};
    struct view_text folded, again;
    struct arena *a;
    enum reason r;

    if (!utf8_valid(text, NULL)) {
        return -1;
    }
    a = arena_new(ARENA_MAX);
    check(a != NULL);
    check(view_fold(a, text, &folded) == REASON_OK);
    check_view(&folded, text);
    check(view_fold(a, folded.text, &again) == REASON_OK);
    check(str_eq(again.text, folded.text));
    r = view_decode(a, text, found, &text);
    check(r == REASON_OK || r == REASON_SPAN_LIMIT);
    arena_free(a);
    return 0;
}
