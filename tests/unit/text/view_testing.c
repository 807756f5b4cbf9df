#include "unit/text/view_testing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static enum reason keep(void *ctx, const struct view_text *piece)
{
    struct pieces *p = ctx;
    struct view_text *items = arena_grow(p->arena, p->items, p->count, &p->cap, sizeof(*items));

    assert_non_null(items);
    p->items = items;
    items[p->count++] = *piece;
    return REASON_OK;
}

struct pieces pieces_of(struct str text)
{
    struct pieces p = {.arena = arena_new((size_t)256 << 20), .text = text};

    assert_non_null(p.arena);
    p.result = view_decode(p.arena, text, keep, &p);
    return p;
}

void pieces_free(struct pieces *p)
{
    arena_free(p->arena);
}

const struct view_text *pieces_find(const struct pieces *p, const char *want)
{
    for (size_t i = 0; i < p->count; i++) {
        if (str_eq(p->items[i].text, str_of(want))) {
            return &p->items[i];
        }
    }
    return NULL;
}

struct str pieces_source(const struct pieces *p, const struct view_text *piece, const char *part)
{
    size_t at = str_find(piece->text, str_of(part), 0), from, to;

    assert_int_not_equal(at, SIZE_MAX);
    offmap_range(&piece->map, at, at + strlen(part), &from, &to);
    assert_true(from <= to && to <= p->text.n);
    return str_sub(p->text, from, to);
}

void assert_decodes(const char *text, const char *part, const char *source)
{
    struct pieces p = pieces_of(str_of(text));

    assert_int_equal(p.result, REASON_OK);
    for (size_t i = 0; i < p.count; i++) {
        if (str_find(p.items[i].text, str_of(part), 0) != SIZE_MAX &&
            str_eq(pieces_source(&p, &p.items[i], part), str_of(source))) {
            pieces_free(&p);
            return;
        }
    }
    fail_msg("of %zu pieces none has \"%s\" from \"%s\"", p.count, part, source);
}

void assert_decodes_nothing(const char *text)
{
    struct pieces p = pieces_of(str_of(text));

    assert_int_equal(p.result, REASON_OK);
    if (p.count > 0) {
        fail_msg("\"%s\" gives \"%.*s\"", text, STR_ARG(p.items[0].text));
    }
    pieces_free(&p);
}
