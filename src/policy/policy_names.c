/* What policy lines name: rules, categories, tenants and roles, each looked up as it is read. */
#include "policy/policy_read.h"

/* --- what is known ----------------------------------------------------------------------- */

/* A NULL-terminated list as it grows. */
struct name_list {
    const char **items;
    size_t count, cap;
};

static bool has_name(const struct name_list *list, struct str name)
{
    for (size_t i = 0; i < list->count; i++) {
        if (str_eq(str_of(list->items[i]), name)) {
            return true;
        }
    }
    return false;
}

/* Adds `name` where it is new. */
static bool add_name(struct arena *a, struct name_list *list, struct str name)
{
    if (has_name(list, name)) {
        return true;
    }
    const char **grown = arena_grow(a, list->items, list->count + 1, &list->cap, sizeof(*grown));
    const char *copy = arena_strdup(a, name);
    if (grown == NULL || copy == NULL) {
        return false;
    }
    list->items = grown;
    grown[list->count++] = copy; /* arena memory is zeroed: a NULL follows */
    return true;
}

/* A category and those above it: `a.b` may be named where the taxonomy has just `a.b.c`. */
static bool add_category(struct arena *a, struct name_list *list, struct str category)
{
    for (size_t end = 1; end <= category.n; end++) {
        bool whole = end == category.n || category.p[end] == '.';
        if (whole && !add_name(a, list, str_sub(category, 0, end))) {
            return false;
        }
    }
    return true;
}

/* All categories of the taxonomy and of rules; NULL: no memory. */
static const char *const *list_categories(struct arena *a, const struct ruleset *rs)
{
    struct name_list list = {NULL, 0, 0};
    bool good = true;
    for (size_t i = 0; good && i < rs->category_count; i++) {
        good = add_category(a, &list, rs->categories[i].name);
    }
    for (size_t i = 0; good && i < rs->count && rs->category_count == 0; i++) {
        good = add_category(a, &list, rs->rules[i]->category);
    }
    return good ? list.items : NULL;
}

static const char *const *list_rules(struct arena *a, const struct ruleset *rs)
{
    const char **names = arena_array(a, rs->count + 1, sizeof(*names));
    for (size_t i = 0; names != NULL && i < rs->count; i++) {
        names[i] = arena_strdup(a, rs->rules[i]->id);
        if (names[i] == NULL) {
            return NULL;
        }
    }
    return names;
}

/* --- one name ---------------------------------------------------------------------------- */

typedef bool name_checker(struct schema_context *cx, const struct placed *name);

static bool check_rule(struct schema_context *cx, const struct placed *name)
{
    struct policy_context *pc = cx->user;
    if (pc->rules == NULL || ruleset_find(pc->rules, name->text) != NULL) {
        return true;
    }
    if (pc->rule_names == NULL) {
        pc->rule_names = list_rules(cx->arena, pc->rules);
    }
    tell_unknown(cx, "rule", name, pc->rule_names);
    return false;
}

/* Without a taxonomy, the categories are those that rules name. */
static bool category_known(const struct ruleset *rs, struct str category)
{
    if (rs->category_count > 0) {
        return ruleset_has_category(rs, category);
    }
    for (size_t i = 0; i < rs->count; i++) {
        if (category_covers(category, rs->rules[i]->category)) {
            return true;
        }
    }
    return false;
}

static bool check_category(struct schema_context *cx, const struct placed *name)
{
    struct policy_context *pc = cx->user;
    if (pc->rules == NULL || category_known(pc->rules, name->text)) {
        return true;
    }
    if (pc->category_names == NULL) {
        pc->category_names = list_categories(cx->arena, pc->rules);
    }
    tell_unknown(cx, "category", name, pc->category_names);
    return false;
}

static bool check_tenant(struct schema_context *cx, const struct placed *name)
{
    struct policy_context *pc = cx->user;
    const struct config *c = pc->config;
    for (size_t i = 0; i < c->tenant_count; i++) {
        if (str_eq(c->tenants[i].name, name->text)) {
            return true;
        }
    }
    if (pc->tenant_names == NULL) {
        pc->tenant_names = names_of(cx->arena, c->tenants, c->tenant_count, sizeof(*c->tenants),
                                    offsetof(struct config_tenant, name));
    }
    tell_unknown(cx, "tenant", name, pc->tenant_names);
    return false;
}

/* --- readers ----------------------------------------------------------------------------- */

static bool read_names(struct schema_context *cx, const struct yaml_node *node, name_checker *check,
                       struct str_list *out)
{
    if (!read_strs(cx, node, out)) {
        return false;
    }
    bool good = true;
    for (size_t i = 0; i < out->count; i++) {
        const struct yaml_node *item = node->kind == YAML_SEQUENCE ? node->items[i] : node;
        struct placed name = {out->items[i], item->at};
        good &= check(cx, &name);
    }
    return good;
}

bool read_rule_names(struct schema_context *cx, const struct yaml_node *node, void *out)
{
    return read_names(cx, node, check_rule, out);
}

bool read_category_names(struct schema_context *cx, const struct yaml_node *node, void *out)
{
    return read_names(cx, node, check_category, out);
}

bool read_tenant_names(struct schema_context *cx, const struct yaml_node *node, void *out)
{
    return read_names(cx, node, check_tenant, out);
}

bool read_category(struct schema_context *cx, const struct yaml_node *node, void *out)
{
    struct placed name;
    if (!read_placed(cx, node, &name)) {
        return false;
    }
    if (str_eq(name.text, STR("any"))) {
        *(struct str *)out = STR("");
        return true;
    }
    *(struct str *)out = name.text;
    return check_category(cx, &name);
}

static bool add_role(struct schema_context *cx, const struct yaml_node *node, unsigned *roles)
{
    const char *names[SPAN_ROLE_COUNT + 1] = {NULL};
    int role;
    for (int i = 0; i < SPAN_ROLE_COUNT; i++) {
        names[i] = span_role_name((enum span_role)i);
    }
    if (!schema_enum(cx, node, names, &role)) {
        return false;
    }
    *roles |= 1u << role;
    return true;
}

bool read_roles(struct schema_context *cx, const struct yaml_node *node, void *out)
{
    unsigned *roles = out;
    if (node->kind != YAML_SEQUENCE) {
        return add_role(cx, node, roles);
    }
    if (!read_not_empty(cx, node, "list")) {
        return false;
    }
    bool good = true;
    for (size_t i = 0; i < node->count; i++) {
        good &= add_role(cx, node->items[i], roles);
    }
    return good;
}
