#include "pipe/edit.h"

#include "base/digest.h"
#include "text/form.h"
#include "text/json.h"
#include "text/utf8.h"

#include <stdlib.h>
#include <string.h>

#define FULL_MASK_MAX 64 /* characters: a mask tells no more of the length than this */

struct edit {
    size_t from, to; /* bytes of the document */
    const struct span *span;
    const struct match *match;
    enum mask mask;
};

struct edits {
    struct edit *items;
    size_t count;
};

static int compare_edits(const void *a, const void *b)
{
    const struct edit *x = a, *y = b;
    if (x->from != y->from) {
        return x->from < y->from ? -1 : 1;
    }
    /* The longer first, so that merging keeps the mask of the wider match. */
    return x->to == y->to ? 0 : (x->to > y->to ? -1 : 1);
}

/* A JSON number is replaced as a whole token: half a number and half a label is no JSON. */
static void place_edit(struct edit *e)
{
    if (e->span->form == SPAN_JSON_NUMBER) {
        offmap_range(&e->span->map, 0, e->span->text.n, &e->from, &e->to);
    } else {
        offmap_range(&e->span->map, e->match->begin, e->match->end, &e->from, &e->to);
    }
}

/* Would both be masked alike, over the same bytes of the same value? */
static bool same_edit(const struct edit *a, const struct edit *b)
{
    return a->from == b->from && a->to == b->to && a->mask == b->mask &&
           a->match->begin == b->match->begin && a->match->end == b->match->end;
}

/*
 * Overlapping values become one edit; what touches stays two. A mask that tells a part of its own
 * value could tell all of the other, so the label takes its place.
 */
static void merge_edits(struct edits *list)
{
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++) {
        struct edit *last = kept > 0 ? &list->items[kept - 1] : NULL;
        if (last != NULL && list->items[i].from < last->to) {
            if (!same_edit(last, &list->items[i])) {
                last->mask = MASK_LABEL;
            }
            if (list->items[i].to > last->to) {
                last->to = list->items[i].to;
            }
        } else {
            list->items[kept++] = list->items[i];
        }
    }
    list->count = kept;
}

/* Edits of the spans [first, end), sorted and apart from each other. */
static bool collect_edits(struct inspection *i, size_t first, size_t end, struct edits *out)
{
    out->count = 0;
    out->items = arena_array(i->arena, i->matches.count, sizeof(*out->items));
    if (out->items == NULL) {
        return false;
    }
    for (size_t m = 0; m < i->matches.count; m++) {
        const struct match *match = &i->matches.items[m];
        if (i->verdict.decisions[m].action != ACTION_REDACT || match->span < first ||
            match->span >= end) {
            continue;
        }
        struct edit e = {.span = &i->spans.items[match->span],
                         .match = match,
                         .mask = i->verdict.decisions[m].mask};
        place_edit(&e);
        out->items[out->count++] = e;
    }
    if (out->count > 1) {
        qsort(out->items, out->count, sizeof(*out->items), compare_edits);
    }
    merge_edits(out);
    return true;
}

/* `*` for each character before the last `keep`, which stay. */
static bool put_stars(struct buf *out, struct str value, size_t keep)
{
    size_t tail = utf8_back(value, value.n, keep);
    size_t stars = 0;
    for (size_t at = 0; at < tail && stars < FULL_MASK_MAX; stars++) {
        at = utf8_forward(value, at, 1);
    }
    for (size_t s = 0; s < stars; s++) {
        if (!buf_add_char(out, '*')) {
            return false;
        }
    }
    return buf_add_str(out, str_sub(value, tail, value.n));
}

static bool put_hash(struct buf *out, const struct inspection *i, const struct edit *e,
                     struct str value)
{
    uint8_t mac[DIGEST_SHA256_SIZE];
    char hex[9];
    struct str key = {(const char *)i->mask_key, INSPECT_KEY_SIZE};
    if (!digest_hmac_sha256(key, value, mac)) {
        return false;
    }
    digest_hex(mac, 4, hex);
    return buf_printf(out, "[%.*s:%s]", STR_ARG(e->match->rule->id), hex);
}

/* The mask as text, before it is escaped for its place. */
static bool put_mask(struct buf *out, const struct inspection *i, const struct edit *e,
                     size_t number)
{
    struct str value = str_sub(e->span->text, e->match->begin, e->match->end);
    enum mask mask = e->mask;
    /* A short value would be told whole by its last four characters. */
    if (mask == MASK_KEEP_LAST_4 && utf8_back(value, value.n, 8) == 0) {
        mask = MASK_FULL;
    }
    if (e->span->form == SPAN_JSON_KEY) {
        return buf_printf(out, "[%.*s#%zu]", STR_ARG(e->match->rule->id), number);
    }
    switch (mask) {
    case MASK_FULL:
        return put_stars(out, value, 0);
    case MASK_KEEP_LAST_4:
        return put_stars(out, value, 4);
    case MASK_HASH:
        return put_hash(out, i, e, value);
    case MASK_LABEL:
        break;
    }
    return buf_printf(out, "[%.*s]", STR_ARG(e->match->rule->id));
}

static bool put_escaped(struct buf *out, enum span_form form, struct str text)
{
    switch (form) {
    case SPAN_JSON_STRING:
    case SPAN_JSON_KEY:
        return json_escape(out, text);
    case SPAN_JSON_NUMBER:
        return buf_add_char(out, '"') && json_escape(out, text) && buf_add_char(out, '"');
    case SPAN_FORM_VALUE:
        return form_escape(out, text);
    case SPAN_PLAIN:
        break;
    }
    return buf_add_str(out, text);
}

/* Copies `document` with the edits made. */
static bool rewrite(const struct inspection *i, struct str document, const struct edits *list,
                    struct buf *out)
{
    struct buf mask = BUF_INIT(64u << 10);
    size_t at = 0;
    bool good = true;
    for (size_t n = 0; good && n < list->count; n++) {
        const struct edit *e = &list->items[n];
        buf_clear(&mask);
        good = buf_add_str(out, str_sub(document, at, e->from)) && put_mask(&mask, i, e, n + 1) &&
               put_escaped(out, e->span->form, buf_str(&mask));
        at = e->to;
    }
    good = good && buf_add_str(out, str_sub(document, at, document.n));
    buf_free(&mask);
    return good;
}

static enum reason edit_document(struct inspection *i, struct str document, size_t first,
                                 size_t end, struct buf *out, bool *edited)
{
    struct edits list;
    if (!collect_edits(i, first, end, &list)) {
        return REASON_SPAN_LIMIT;
    }
    if (list.count == 0) {
        return REASON_OK;
    }
    /* A mask is at most a label and its escapes long; the bound only stops the absurd. */
    *out = BUF_INIT(document.n * 4 + list.count * 512 + 4096);
    if (!rewrite(i, document, &list, out)) {
        return REASON_MEMORY;
    }
    *edited = true;
    return REASON_OK;
}

enum reason edit_apply(struct inspection *i)
{
    enum reason r = edit_document(i, i->text_body, 0, i->body_spans, &i->new_body, &i->edited);
    if (r == REASON_OK) {
        r = edit_document(i, i->target, i->body_spans, i->spans.count, &i->new_target,
                          &i->target_edited);
    }
    return r;
}
