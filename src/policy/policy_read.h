/* policy.yaml into structs. Private to policy/. */
#ifndef SG_POLICY_POLICY_READ_H
#define SG_POLICY_POLICY_READ_H

#include "base/attr.h"
#include "conf/schema.h"
#include "policy/config.h"
#include "policy/policy.h"
#include "policy/read.h"
#include "rules/rule.h"

/* What policy lines may name; the `user` of the schema context in this module's readers. */
struct policy_context {
    const struct ruleset
        *rules; /* NULL: the rules are broken, so names of theirs are not checked */
    const struct config *config;                                                 /* for tenants */
    const char *const *rule_names, *const *category_names, *const *tenant_names; /* made on need */
    enum direction dir; /* of the lines being read */
};

/*
 * Reads the document of policy.yaml into an arena array. False when anything was told; the policies
 * then stand there all the same, for those who look up their names.
 */
SG_MUST_CHECK bool policies_read(struct schema_context *cx, const struct yaml_node *root,
                                 struct policy **policies, size_t *count) SG_NONNULL;

/* --- a file each ------------------------------------------------------------------------- */

/* schema_reader for an item_list of policy_line; cx->user is a policy_context with `dir` set. */
bool read_lines(struct schema_context *cx, const struct yaml_node *node, void *out);

/* schema_reader for a bilingual: one text, or {en, zh}. */
bool read_bilingual(struct schema_context *cx, const struct yaml_node *node, void *out);

/* schema_readers for str_lists, each name looked up in what cx->user knows. */
bool read_rule_names(struct schema_context *cx, const struct yaml_node *node, void *out);
bool read_category_names(struct schema_context *cx, const struct yaml_node *node, void *out);
bool read_tenant_names(struct schema_context *cx, const struct yaml_node *node, void *out);

/* schema_reader for one category (struct str), or `any`, which is the empty text. */
bool read_category(struct schema_context *cx, const struct yaml_node *node, void *out);

/* schema_reader for a set of roles (unsigned, 1u << enum span_role). */
bool read_roles(struct schema_context *cx, const struct yaml_node *node, void *out);

#endif
