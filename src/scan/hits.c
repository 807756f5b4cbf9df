#include "scan/hits.h"

#include <limits.h>
#include <stdlib.h>

void hits_free(struct hits *h)
{
    free(h->items);
    free(h->slots);
    *h = (struct hits){0};
}

bool hits_prepare(struct hits *h, size_t regex_count)
{
    if (regex_count <= h->slot_count) {
        return true;
    }
    struct hit_slot *slots = calloc(regex_count, sizeof(*slots));
    if (slots == NULL) {
        return false;
    }
    free(h->slots);
    h->slots = slots;
    h->slot_count = regex_count;
    h->epoch = 0;
    return true;
}

static bool add_hit(struct hits *h, struct hit hit)
{
    if (h->count == h->max) {
        h->failure = REASON_SCAN_LIMIT;
        return false;
    }
    if (h->count == h->cap) {
        size_t cap = h->cap == 0 ? 256 : h->cap * 2;
        struct hit *grown = realloc(h->items, cap * sizeof(*grown));

        if (grown == NULL) {
            h->failure = REASON_MEMORY;
            return false;
        }
        h->items = grown;
        h->cap = cap;
    }
    h->items[h->count++] = hit;
    return true;
}

/* Ends come in almost any order where assertions are in play, so a window may grow on both sides.
 */
static bool add_end(struct hits *h, uint32_t id, size_t end)
{
    size_t width = h->patterns[id].rule->code[h->form].max_width;
    size_t from = end > width ? end - width : 0;
    struct hit_slot *slot = &h->slots[id];

    if (slot->epoch == h->epoch) {
        struct hit *last = &h->items[slot->hit];

        if (from <= last->to && end >= last->from) {
            last->to = end > last->to ? end : last->to;
            last->from = from < last->from ? from : last->from;
            return true;
        }
    }
    *slot = (struct hit_slot){h->epoch, (uint32_t)h->count};
    return add_hit(h, (struct hit){id, from, end});
}

/* Hyperscan's callback: not 0 ends the scan. */
static int on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
                    void *ctx)
{
    struct hits *h = ctx;
    const struct pattern *p = &h->patterns[id];
    size_t end = (size_t)to;

    (void)from;
    (void)flags;
    if ((p->rule->views & h->needed) != h->needed) {
        return 0;
    }
    if (p->literal == 0) {
        return !add_end(h, id, end);
    }
    return !add_hit(h, (struct hit){id, end - p->literal, end});
}

static int compare_hits(const void *a, const void *b)
{
    const struct hit *x = a, *y = b;

    if (x->pattern != y->pattern) {
        return x->pattern < y->pattern ? -1 : 1;
    }
    return (x->from > y->from) - (x->from < y->from);
}

/* Windows that ends out of order left apart, but that touch. */
static void merge_windows(struct hits *h)
{
    size_t kept = 0;

    if (h->count < 2) {
        return;
    }
    qsort(h->items, h->count, sizeof(*h->items), compare_hits);
    for (size_t i = 0; i < h->count; i++) {
        struct hit *last = kept == 0 ? NULL : &h->items[kept - 1], now = h->items[i];

        if (last != NULL && last->pattern == now.pattern && now.pattern < h->regex_count &&
            now.from <= last->to) {
            last->to = now.to > last->to ? now.to : last->to;
        } else {
            h->items[kept++] = now;
        }
    }
    h->count = kept;
}

static void next_epoch(struct hits *h)
{
    if (++h->epoch == 0) {
        memset(h->slots, 0, h->slot_count * sizeof(*h->slots));
        h->epoch = 1;
    }
}

enum reason hits_scan(struct hits *h, const struct database *db, enum view v, struct str text,
                      unsigned needed, hs_scratch_t *scratch)
{
    h->count = 0;
    h->patterns = db->patterns[v];
    h->regex_count = db->regex_count[v];
    h->form = rule_form_of(v);
    h->needed = needed;
    h->failure = REASON_SCAN_FAILED;
    if (text.n > UINT_MAX || h->regex_count > h->slot_count) {
        return REASON_SCAN_FAILED;
    }
    next_epoch(h);
    hs_error_t error = hs_scan(db->hs[v], text.p, (unsigned)text.n, 0, scratch, on_match, h);
    if (error != HS_SUCCESS) {
        return h->failure;
    }
    merge_windows(h);
    return REASON_OK;
}
