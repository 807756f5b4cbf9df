#include "scan/confirm.h"

#include "base/clock.h"
#include "scan/context.h"
#include "scan/verify.h"
#include "text/utf8.h"

/* Steps between two looks at the clock, if each start reads as far as its rule lets it: some 20 ms.
 */
#define CONFIRM_SLICE (16u << 20)

#define CONFIRM_STACK (1u << 20)   /* bytes JIT code may use for backtracking */
#define CONFIRM_SCRATCH (4u << 20) /* bytes; NEAR_MAX_WITHIN characters on both sides, folded */

/* A candidate in a reading: the whole match and the value in it. */
struct candidate {
    size_t begin, end, value_begin, value_end;
};

bool confirmer_init(struct confirmer *c, const struct scan_limits *limits)
{
    *c = (struct confirmer){.limits = *limits};
    c->context = pcre2_match_context_create(NULL);
    c->stack = pcre2_jit_stack_create(32u << 10, CONFIRM_STACK, NULL);
    c->scratch = arena_new(CONFIRM_SCRATCH);
    if (c->context == NULL || c->stack == NULL || c->scratch == NULL) {
        confirmer_free(c);
        return false;
    }
    pcre2_jit_stack_assign(c->context, NULL, c->stack);
    (void)pcre2_set_match_limit(c->context, limits->confirm_steps);
    return confirmer_prepare(c, 0);
}

void confirmer_free(struct confirmer *c)
{
    pcre2_match_data_free(c->data);
    pcre2_match_context_free(c->context);
    pcre2_jit_stack_free(c->stack);
    arena_free(c->scratch);
    *c = (struct confirmer){0};
}

bool confirmer_prepare(struct confirmer *c, uint32_t group)
{
    if (c->data != NULL && pcre2_get_ovector_count(c->data) > group) {
        return true;
    }
    pcre2_match_data *data = pcre2_match_data_create(group + 1, NULL);
    if (data == NULL) {
        return false;
    }
    pcre2_match_data_free(c->data);
    c->data = data;
    return true;
}

static bool in_time(struct confirmer *c)
{
    uint64_t now = clock_mono_ns();

    if (c->deadline == 0) {
        c->deadline = now + (uint64_t)c->limits.confirm_ms * 1000000;
    }
    return now <= c->deadline;
}

static bool verified(const struct rule *rule, struct str value)
{
    for (int v = 0; v < VERIFY_COUNT; v++) {
        if ((rule->verifiers & (1u << v)) != 0 && !verify_value((enum verifier)v, value)) {
            return false;
        }
    }
    return rule->entropy <= 0 || verify_entropy(value) >= rule->entropy;
}

/* The rule's conditions, cheapest first. */
static enum reason conditions_hold(struct confirmer *c, const struct reading *r,
                                   const struct rule *rule, const struct candidate *m, bool *hold)
{
    struct str value = str_sub(r->text, m->value_begin, m->value_end);
    bool found = false;

    *hold = verified(rule, value);
    if (*hold && rule->except.count > 0) {
        enum reason reason = context_excepted(&rule->except, value, c->scratch, &found);

        if (reason != REASON_OK) {
            return reason;
        }
        *hold = !found;
    }
    if (*hold && rule->near.terms.count > 0) {
        return context_near(&rule->near, r, m->begin, m->end, c->scratch, hold);
    }
    return REASON_OK;
}

static enum reason add_match(struct confirmer *c, const struct reading *r, const struct rule *rule,
                             const struct candidate *m, struct sink *sink)
{
    struct match_list *list = sink->list;

    if (list->count - sink->first >= c->limits.matches) {
        return REASON_SCAN_LIMIT;
    }
    struct match *grown =
        arena_grow(sink->arena, list->items, list->count, &list->cap, sizeof(*grown));
    if (grown == NULL) {
        return REASON_SPAN_LIMIT;
    }
    list->items = grown;
    struct match *match = &list->items[list->count++];
    *match = (struct match){.rule = rule, .view = r->seen, .span = sink->span};
    reading_source(r, m->value_begin, m->value_end, &match->begin, &match->end);
    reading_source(r, m->begin, m->end, &match->outer_begin, &match->outer_end);
    return REASON_OK;
}

/* Adds the candidate if the conditions hold; `*taken` tells. */
static enum reason try_candidate(struct confirmer *c, const struct reading *r,
                                 const struct rule *rule, const struct candidate *m,
                                 struct sink *sink, bool *taken)
{
    enum reason reason = conditions_hold(c, r, rule, m, taken);

    if (reason == REASON_OK && *taken) {
        reason = add_match(c, r, rule, m, sink);
    }
    return reason;
}

static enum reason confirm_term(struct confirmer *c, const struct reading *r,
                                const struct rule *rule, const struct hit *hit, struct sink *sink)
{
    struct candidate m = {hit->from, hit->to, hit->from, hit->to};
    bool taken;

    if (!context_boundary(rule->boundary, r->text, m.begin, m.end)) {
        return REASON_OK;
    }
    return try_candidate(c, r, rule, &m, sink, &taken);
}

/* PCRE2's match as a candidate. A group that took no part leaves the whole match as the value. */
static struct candidate candidate_of(const struct confirmer *c, const struct rule *rule)
{
    const PCRE2_SIZE *o = pcre2_get_ovector_pointer(c->data);
    const PCRE2_SIZE *value = o + 2 * (size_t)rule->capture_group;

    if (value[0] == PCRE2_UNSET || value[0] >= value[1]) {
        value = o;
    }
    return (struct candidate){o[0], o[1], value[0], value[1]};
}

/* How many starts to try before the clock is asked again: few where each may read far. */
static size_t slice_length(const struct rule_code *code, struct str text)
{
    size_t reach = code->local && code->max_width < text.n ? code->max_width : text.n;

    return reach == 0 || CONFIRM_SLICE / reach == 0 ? 1 : CONFIRM_SLICE / reach;
}

/* A bound that the text ran into is the sender's doing; anything else is the engine's. */
static enum reason failure_of(int rc)
{
    switch (rc) {
    case PCRE2_ERROR_MATCHLIMIT:
    case PCRE2_ERROR_DEPTHLIMIT:
    case PCRE2_ERROR_HEAPLIMIT:
    case PCRE2_ERROR_JIT_STACKLIMIT:
        return REASON_SCAN_LIMIT;
    case PCRE2_ERROR_NOMEMORY:
        return REASON_MEMORY;
    default:
        return REASON_SCAN_FAILED;
    }
}

static enum reason confirm_regex(struct confirmer *c, const struct reading *r,
                                 const struct rule *rule, const struct hit *hit, struct sink *sink)
{
    const struct rule_code *code = &rule->code[rule_form_of(r->database)];
    size_t slice = slice_length(code, r->text);
    size_t at = utf8_align(r->text, hit->from);

    while (at < hit->to) {
        size_t last = hit->to - at <= slice ? hit->to : utf8_align(r->text, at + slice);
        bool taken = false;

        last = last <= at ? at : last;
        if (!in_time(c)) {
            return REASON_SCAN_LIMIT;
        }
        (void)pcre2_set_offset_limit(c->context, last);
        int rc = pcre2_match(code->confirm, (PCRE2_SPTR)r->text.p, r->text.n, at,
                             PCRE2_NO_UTF_CHECK, c->data, c->context);
        if (rc == PCRE2_ERROR_NOMATCH) {
            at = utf8_forward(r->text, last, 1);
            continue;
        }
        if (rc < 0) {
            return failure_of(rc);
        }
        struct candidate m = candidate_of(c, rule);
        enum reason reason = try_candidate(c, r, rule, &m, sink, &taken);
        if (reason != REASON_OK) {
            return reason;
        }
        at = taken && m.end > m.begin ? m.end : utf8_forward(r->text, m.begin, 1);
    }
    return REASON_OK;
}

enum reason confirm_hit(struct confirmer *c, const struct reading *r, const struct pattern *p,
                        const struct hit *hit, struct sink *sink)
{
    return p->literal > 0 ? confirm_term(c, r, p->rule, hit, sink)
                          : confirm_regex(c, r, p->rule, hit, sink);
}
