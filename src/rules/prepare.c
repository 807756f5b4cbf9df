#include "rules/database.h"
#include "rules/pattern.h"

/* Codes and widths of one rule, in the forms that somebody reads. */
static bool prepare_rule(struct rule *rule, struct diags *d)
{
    bool ok = true;

    if (rule->pattern.n == 0) {
        for (int form = 0; form < FORM_COUNT; form++) {
            for (size_t i = 0; i < rule->terms[form].count; i++) {
                size_t n = rule->terms[form].items[i].n;

                rule->max_width = n > rule->max_width ? n : rule->max_width;
            }
        }
        return true;
    }
    if (rule_reads(rule, VIEW_RAW) || rule_reads(rule, VIEW_DECODED)) {
        ok = pattern_prepare(rule, FORM_PLAIN, d);
    }
    if (ok && rule_reads(rule, VIEW_FOLDED)) {
        ok = pattern_prepare(rule, FORM_FOLDED, d);
    }
    return ok;
}

static void count_patterns(const struct ruleset *rs, enum view v, struct database *db)
{
    for (size_t i = 0; i < rs->count; i++) {
        const struct rule *rule = rs->rules[i];

        if (!rule_reads(rule, v)) {
            continue;
        }
        if (rule->pattern.n > 0) {
            db->regex_count[v]++;
            db->pattern_count[v]++;
        } else {
            db->pattern_count[v] += rule->terms[rule_form_of(v)].count;
        }
    }
}

/* Regexes get the first ids: a scan keeps state for each of them, but none for terms. */
static void number_patterns(const struct ruleset *rs, enum view v, struct database *db)
{
    struct pattern *regex = db->patterns[v], *term = db->patterns[v] + db->regex_count[v];

    for (size_t i = 0; i < rs->count; i++) {
        const struct rule *rule = rs->rules[i];

        if (!rule_reads(rule, v)) {
            continue;
        }
        if (rule->pattern.n > 0) {
            *regex++ = (struct pattern){rule, rule->pattern, 0};
            continue;
        }
        const struct str_list *terms = &rule->terms[rule_form_of(v)];
        for (size_t k = 0; k < terms->count; k++) {
            *term++ = (struct pattern){rule, terms->items[k], (uint32_t)terms->items[k].n};
        }
    }
}

static bool list_patterns(const struct ruleset *rs, struct arena *a, enum view v,
                          struct database *db)
{
    count_patterns(rs, v, db);
    db->patterns[v] = arena_array(a, db->pattern_count[v], sizeof(struct pattern));
    if (db->patterns[v] == NULL) {
        return false;
    }
    number_patterns(rs, v, db);
    return true;
}

bool database_prepare(struct ruleset *rs, struct arena *a, struct diags *d, struct database *out)
{
    bool ok = true;

    *out = (struct database){0};
    for (size_t i = 0; i < rs->count; i++) {
        struct rule *rule = rs->rules[i];

        ok = prepare_rule(rule, d) && ok;
        out->decodes_folded |=
            rule_reads(rule, VIEW_FOLDED) && (rule->views & (1u << VIEW_DECODED)) != 0;
    }
    for (int v = 0; ok && v < VIEW_COUNT; v++) {
        if (!list_patterns(rs, a, (enum view)v, out)) {
            diag_error(d, (struct where){0}, "out of memory");
            return false;
        }
    }
    return ok;
}
