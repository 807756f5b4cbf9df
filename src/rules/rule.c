#include "rules/rule.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

const char *const severity_names[] = {"low", "medium", "high", "critical", NULL};
const char *const boundary_names[] = {"none", "digit", "alnum", "word", NULL};
const char *const mask_names[] = {"full", "keep-last-4", "label", "hash", NULL};
const char *const verifier_names[] = {"luhn", "gb11643", "gb32100", "gb11714", "iban", "hkid",
                                      "twid", "vin",     "mrz",     "date",    NULL};

_Static_assert(SG_COUNT(severity_names) == SEVERITY_COUNT + 1, "one name a severity");
_Static_assert(SG_COUNT(verifier_names) == VERIFY_COUNT + 1, "one name a verifier");

void ruleset_free(struct ruleset *rs)
{
    if (rs == NULL) {
        return;
    }
    for (size_t i = 0; i < rs->count; i++) {
        for (int form = 0; form < FORM_COUNT; form++) {
            pcre2_code_free(rs->rules[i]->code[form].confirm);
            rs->rules[i]->code[form].confirm = NULL;
        }
    }
}

const struct rule *ruleset_find(const struct ruleset *rs, struct str id)
{
    size_t low = 0, high = rs->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = str_cmp(rs->by_id[middle]->id, id);

        if (order == 0) {
            return rs->by_id[middle];
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

bool rule_reads(const struct rule *rule, enum view v)
{
    bool folded_only =
        (rule->views & (1u << VIEW_FOLDED)) != 0 && (rule->views & (1u << VIEW_RAW)) == 0;

    return (rule->views & (1u << v)) != 0 && !(v == VIEW_DECODED && folded_only);
}

bool category_covers(struct str prefix, struct str category)
{
    return str_starts(category, prefix) && (category.n == prefix.n || category.p[prefix.n] == '.');
}

bool ruleset_has_category(const struct ruleset *rs, struct str category)
{
    for (size_t i = 0; i < rs->category_count; i++) {
        if (category_covers(category, rs->categories[i].name)) {
            return true;
        }
    }
    return false;
}
