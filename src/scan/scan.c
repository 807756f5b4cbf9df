#include "scan/scan.h"

#include "scan/confirm.h"
#include "scan/hits.h"
#include "scan/reading.h"

#include <stdlib.h>

const struct scan_limits scan_default_limits = {
    .hits = 100000, .matches = 10000, .confirm_steps = 100000, .confirm_ms = 2000};

struct scanner {
    hs_scratch_t *scratch;
    struct hits hits;
    struct confirmer confirmer;
};

/* One text on its way through its readings. */
struct job {
    struct scanner *scanner;
    const struct database *db;
    struct str text;
    struct sink sink;
};

struct scanner *scanner_new(const struct scan_limits *limits)
{
    struct scanner *s = calloc(1, sizeof(*s));

    if (limits == NULL) {
        limits = &scan_default_limits;
    }
    if (s == NULL || !confirmer_init(&s->confirmer, limits)) {
        scanner_free(s);
        return NULL;
    }
    s->hits.max = limits->hits;
    return s;
}

void scanner_free(struct scanner *s)
{
    if (s == NULL) {
        return;
    }
    (void)hs_free_scratch(s->scratch);
    hits_free(&s->hits);
    confirmer_free(&s->confirmer);
    free(s);
}

bool scanner_prepare(struct scanner *s, const struct database *db)
{
    for (int v = 0; v < VIEW_COUNT; v++) {
        if (db->hs[v] == NULL) {
            continue;
        }
        if (hs_alloc_scratch(db->hs[v], &s->scratch) != HS_SUCCESS ||
            !hits_prepare(&s->hits, db->regex_count[v])) {
            return false;
        }
        for (size_t i = 0; i < db->regex_count[v]; i++) {
            if (!confirmer_prepare(&s->confirmer, db->patterns[v][i].rule->capture_group)) {
                return false;
            }
        }
    }
    return true;
}

static enum reason scan_reading(struct job *job, const struct reading *r, unsigned needed)
{
    struct hits *hits = &job->scanner->hits;
    enum view v = r->database;

    if (job->db->hs[v] == NULL || r->text.n == 0) {
        return REASON_OK;
    }
    if (job->scanner->scratch == NULL) {
        return REASON_SCAN_FAILED; /* was not prepared */
    }
    enum reason reason = hits_scan(hits, job->db, v, r->text, needed, job->scanner->scratch);
    for (size_t i = 0; i < hits->count && reason == REASON_OK; i++) {
        const struct hit *hit = &hits->items[i];

        reason = confirm_hit(&job->scanner->confirmer, r, &job->db->patterns[v][hit->pattern], hit,
                             &job->sink);
    }
    return reason;
}

static enum reason scan_raw(struct job *job)
{
    struct reading r = {
        .text = job->text, .database = VIEW_RAW, .seen = VIEW_RAW, .source = job->text};

    return scan_reading(job, &r, 1u << VIEW_RAW);
}

static enum reason scan_folded(struct job *job)
{
    struct view_text folded;

    if (job->db->hs[VIEW_FOLDED] == NULL) {
        return REASON_OK;
    }
    enum reason reason = view_fold(job->sink.arena, job->text, &folded);
    if (reason != REASON_OK) {
        return reason;
    }
    struct reading r = {.text = folded.text,
                        .database = VIEW_FOLDED,
                        .seen = VIEW_FOLDED,
                        .maps = {&folded.map},
                        .source = job->text};
    return scan_reading(job, &r, 1u << VIEW_FOLDED);
}

static enum reason scan_piece_folded(struct job *job, const struct view_text *piece)
{
    struct view_text folded;

    if (!job->db->decodes_folded || job->db->hs[VIEW_FOLDED] == NULL) {
        return REASON_OK;
    }
    enum reason reason = view_fold(job->sink.arena, piece->text, &folded);
    if (reason != REASON_OK) {
        return reason;
    }
    struct reading r = {.text = folded.text,
                        .database = VIEW_FOLDED,
                        .seen = VIEW_DECODED,
                        .maps = {&folded.map, &piece->map},
                        .source = job->text};
    return scan_reading(job, &r, 1u << VIEW_DECODED);
}

/* view_decode()'s callback. */
static enum reason scan_piece(void *ctx, const struct view_text *piece)
{
    struct job *job = ctx;
    struct reading r = {.text = piece->text,
                        .database = VIEW_DECODED,
                        .seen = VIEW_DECODED,
                        .maps = {&piece->map},
                        .source = job->text};
    enum reason reason = scan_reading(job, &r, 1u << VIEW_DECODED);

    return reason == REASON_OK ? scan_piece_folded(job, piece) : reason;
}

static enum reason scan_decoded(struct job *job)
{
    if (job->db->hs[VIEW_DECODED] == NULL && !job->db->decodes_folded) {
        return REASON_OK;
    }
    return view_decode(job->sink.arena, job->text, scan_piece, job);
}

static int compare_rule_begin(const void *a, const void *b)
{
    const struct match *x = a, *y = b;

    if (x->rule != y->rule) {
        return str_cmp(x->rule->id, y->rule->id);
    }
    return (x->begin > y->begin) - (x->begin < y->begin);
}

static int compare_begin(const void *a, const void *b)
{
    const struct match *x = a, *y = b;

    if (x->begin != y->begin) {
        return x->begin < y->begin ? -1 : 1;
    }
    if (x->end != y->end) {
        return x->end < y->end ? -1 : 1;
    }
    return str_cmp(x->rule->id, y->rule->id);
}

static void widen(struct match *m, const struct match *other)
{
    m->end = other->end > m->end ? other->end : m->end;
    m->outer_begin = other->outer_begin < m->outer_begin ? other->outer_begin : m->outer_begin;
    m->outer_end = other->outer_end > m->outer_end ? other->outer_end : m->outer_end;
    m->view = other->view < m->view ? other->view : m->view;
}

/* One match a rule and place, in the order of the text. */
static void merge_matches(struct match_list *list, size_t first)
{
    size_t count = list->count - first, kept = 1;

    if (count < 2) {
        return;
    }
    struct match *items = list->items + first;
    qsort(items, count, sizeof(*items), compare_rule_begin);
    for (size_t i = 1; i < count; i++) {
        struct match *last = &items[kept - 1];

        if (last->rule == items[i].rule && items[i].begin < last->end) {
            widen(last, &items[i]);
        } else {
            items[kept++] = items[i];
        }
    }
    qsort(items, kept, sizeof(*items), compare_begin);
    list->count = first + kept;
}

enum reason scanner_scan(struct scanner *s, const struct database *db, struct str text, size_t span,
                         struct arena *a, struct match_list *out)
{
    struct job job = {s, db, text, {a, out, out->count, span}};

    if (text.n == 0) {
        return REASON_OK;
    }
    s->confirmer.deadline = 0;
    enum reason reason = scan_raw(&job);
    if (reason == REASON_OK) {
        reason = scan_folded(&job);
    }
    if (reason == REASON_OK) {
        reason = scan_decoded(&job);
    }
    if (reason == REASON_OK) {
        merge_matches(out, job.sink.first);
    } else {
        out->count = job.sink.first;
    }
    return reason;
}
