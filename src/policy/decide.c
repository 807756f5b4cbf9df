#include "policy/policy.h"

#include <stdint.h>

/* What a line looks at, besides the rule itself. */
struct subject {
    const struct rule *rule;
    enum span_role role;
    bool history;
    struct str tenant;
};

static bool list_has(const struct str_list *list, struct str item)
{
    for (size_t i = 0; i < list->count; i++) {
        if (str_eq(list->items[i], item)) {
            return true;
        }
    }
    return false;
}

static bool list_covers(const struct str_list *categories, struct str category)
{
    for (size_t i = 0; i < categories->count; i++) {
        if (category_covers(categories->items[i], category)) {
            return true;
        }
    }
    return false;
}

static bool excepted(const struct policy_except *e, const struct subject *s)
{
    return list_has(&e->rules, s->rule->id) || list_covers(&e->categories, s->rule->category) ||
           (s->tenant.n > 0 && list_has(&e->tenants, s->tenant)) || (e->roles >> s->role & 1u);
}

static bool line_takes(const struct policy_line *line, const struct subject *s)
{
    if (line->category.n > 0 && !category_covers(line->category, s->rule->category)) {
        return false;
    }
    if (line->rules.count > 0 && !list_has(&line->rules, s->rule->id)) {
        return false;
    }
    if ((int)s->rule->severity < line->severity || (line->newest_only && s->history)) {
        return false;
    }
    if (line->roles != 0 && !(line->roles >> s->role & 1u)) {
        return false;
    }
    return !excepted(&line->except, s);
}

/* The severest of the lines that take it; of equals, the first. */
static struct decision decide_one(const struct policy *p, enum direction dir,
                                  const struct subject *s)
{
    struct decision d = {ACTION_ALLOW, NULL, s->rule->mask};
    for (size_t i = 0; i < p->line_count[dir]; i++) {
        const struct policy_line *line = &p->lines[dir][i];
        bool severer = d.line == NULL || line->action > d.action;
        if (severer && line_takes(line, s)) {
            d.action = line->action;
            d.line = line;
            d.mask = line->mask < 0 ? s->rule->mask : (enum mask)line->mask;
        }
    }
    return d;
}

bool policy_decide(const struct policy *p, enum direction dir, struct str tenant,
                   const struct span_list *spans, const struct match_list *matches, struct arena *a,
                   struct verdict *out)
{
    *out = (struct verdict){ACTION_ALLOW, SIZE_MAX, NULL};
    out->decisions = arena_array(a, matches->count, sizeof(*out->decisions));
    if (out->decisions == NULL) {
        return false;
    }
    for (size_t i = 0; i < matches->count; i++) {
        const struct match *m = &matches->items[i];
        const struct span *span = &spans->items[m->span];
        struct subject s = {m->rule, span->role, span->history, tenant};
        out->decisions[i] = decide_one(p, dir, &s);
        if (out->decisions[i].action > out->action) {
            out->action = out->decisions[i].action;
            out->decisive = i;
        }
    }
    return true;
}
