#include "scan/examples.h"

/* Memory for one example's folded and decoded texts. */
#define EXAMPLE_ARENA (64u << 20)

/* Names told in one message. */
#define EXAMPLE_NAMES 3

struct checker {
    const struct database *db;
    struct scanner *scanner;
    struct arena *arena;
    struct diags *diags;
    struct examples_result *result;
};

static const struct match *find_match(const struct match_list *list, const struct rule *rule)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].rule == rule) {
            return &list->items[i];
        }
    }
    return NULL;
}

/* "; matched instead: a, b" in the arena; empty where nothing else matched. */
static const char *told_others(struct checker *c, const struct match_list *list)
{
    const char *told = "";
    size_t names = 0;

    for (size_t i = 0; i < list->count && names < EXAMPLE_NAMES; i++) {
        struct str id = list->items[i].rule->id;
        const struct match_list before = {list->items, i, i};

        if (find_match(&before, list->items[i].rule) != NULL) {
            continue;
        }
        const char *longer = arena_printf(c->arena, "%s%s%.*s", told,
                                          names == 0 ? "; matched instead: " : ", ", STR_ARG(id));
        told = longer == NULL ? told : longer;
        names++;
    }
    return told;
}

static void check_one(struct checker *c, const struct rule *rule, struct str text, struct where at,
                      bool expected)
{
    struct match_list list = {0};

    arena_reset(c->arena);
    c->result->examples++;
    enum reason reason = scanner_scan(c->scanner, c->db, text, 0, c->arena, &list);
    if (reason != REASON_OK) {
        diag_error(c->diags, at, "the example of rule %.*s cannot be scanned: %s",
                   STR_ARG(rule->id), reason_sentence(reason));
        c->result->failed++;
        return;
    }
    const struct match *m = find_match(&list, rule);
    if ((m != NULL) == expected) {
        return;
    }
    c->result->failed++;
    if (expected) {
        diag_error(c->diags, at, "rule %.*s must match this text, but does not%s",
                   STR_ARG(rule->id), told_others(c, &list));
    } else {
        diag_error(c->diags, at,
                   "rule %.*s must leave this text alone, but matches bytes %zu to %zu (%s)",
                   STR_ARG(rule->id), m->begin, m->end, view_name(m->view));
    }
}

static void check_rule(struct checker *c, const struct rule *rule)
{
    c->result->rules++;
    for (size_t i = 0; i < rule->match.count; i++) {
        check_one(c, rule, rule->match.items[i], rule->match_at[i], true);
    }
    for (size_t i = 0; i < rule->clean.count; i++) {
        check_one(c, rule, rule->clean.items[i], rule->clean_at[i], false);
    }
}

bool examples_check(const struct ruleset *rs, const struct database *db, struct diags *d,
                    struct examples_result *out)
{
    struct checker c = {.db = db,
                        .scanner = scanner_new(&scan_default_limits),
                        .arena = arena_new(EXAMPLE_ARENA),
                        .diags = d,
                        .result = out};
    bool ready = c.scanner != NULL && c.arena != NULL && scanner_prepare(c.scanner, db);

    *out = (struct examples_result){0};
    if (ready) {
        for (size_t i = 0; i < rs->count; i++) {
            check_rule(&c, rs->rules[i]);
        }
    } else {
        diag_error(d, (struct where){0}, "out of memory");
    }
    scanner_free(c.scanner);
    arena_free(c.arena);
    return ready && out->failed == 0;
}
