/*
 * libFuzzer target: form bodies. The first byte chooses: 'u' an urlencoded body, anything else a
 * multipart body with the boundary `b`. Whatever is read must be valid text that leads back into
 * the body, in order; and what is urlencoded must read the same once it is written anew.
 */
#include "text/form.h"
#include "text/utf8.h"

#include <stdlib.h>

#define ARENA_MAX ((size_t)64 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool good)
{
    if (!good) {
        abort();
    }
}

static void check_span(const struct span *s, struct str body)
{
    size_t from, to, before = 0;

    check(utf8_valid(s->text, NULL));
    check(s->map.text_end == s->text.n);
    for (size_t at = 0; at < s->text.n; at++) {
        offmap_range(&s->map, at, at + 1, &from, &to);
        check(from >= before && from < to && to <= body.n);
        before = from;
    }
    if (s->form == SPAN_PLAIN) {
        offmap_range(&s->map, 0, s->text.n, &from, &to);
        check(str_eq(str_sub(body, from, to), s->text));
    }
}

static void check_rewritten(const struct span_list *spans, struct arena *a)
{
    for (size_t i = 0; i < spans->count; i++) {
        struct buf body = BUF_INIT(ARENA_MAX);
        struct span_list again = {.count = 0};

        check(form_escape(&body, spans->items[i].text));
        check(form_spans(buf_str(&body), a, &again) == REASON_OK && again.count == 1);
        check(str_eq(again.items[0].text, spans->items[i].text));
        buf_free(&body);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str body = {(const char *)data, size};
    struct span_list spans = {.count = 0};
    struct arena *a = arena_new(ARENA_MAX);
    bool urlencoded = size > 0 && data[0] == 'u';
    uint64_t binary = 0;
    enum reason r;

    check(a != NULL);
    body = str_sub(body, 1, size);
    r = urlencoded ? form_spans(body, a, &spans)
                   : multipart_spans(body, STR("b"), NULL, a, &spans, &binary);
    check(binary <= 2 * body.n);
    for (size_t i = 0; i < spans.count; i++) {
        check_span(&spans.items[i], body);
    }
    if (urlencoded && r == REASON_OK) {
        check_rewritten(&spans, a);
    }
    arena_free(a);
    return 0;
}
