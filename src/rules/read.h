/*
 * The steps of ruleset_read(), one file each: which categories there are (taxonomy.c), one rule
 * (rule_read.c), its terms (terms.c). Each tells everything that is wrong and returns false then.
 */
#ifndef SG_RULES_READ_H
#define SG_RULES_READ_H

#include "rules/rule.h"

/* Adds the categories of a taxonomy file to the ruleset. */
SG_MUST_CHECK bool taxonomy_read(struct schema_context *cx, const struct yaml_node *document,
                                 struct ruleset *rs) SG_NONNULL;

/* May `s` name a category? Lower-case words joined by dots: `data-leak.personal`. */
bool category_valid(struct str s);

/* Reads one item of `rules:`. */
SG_MUST_CHECK bool rule_read(struct schema_context *cx, const struct yaml_node *node,
                             struct ruleset *rs, struct rule *rule) SG_NONNULL;

/*
 * Reads a rule's terms: `node` names a file beside the one it stands in, or lists the terms. Needs
 * the rule's views: fills terms[FORM_PLAIN], terms[FORM_FOLDED], or both.
 */
SG_MUST_CHECK bool terms_read(struct schema_context *cx, const struct yaml_node *node,
                              struct ruleset *rs, struct rule *rule) SG_NONNULL;

/* Replaces each item by its folded form; one of which nothing is left is an error at `at`. */
SG_MUST_CHECK bool terms_fold(struct schema_context *cx, struct where at, struct str_list *list)
    SG_NONNULL_ARGS(1, 3);

#endif
