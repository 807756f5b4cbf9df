#include "rules/read.h"

#include <stdlib.h>

/* A list of rule files as it grows; the names are the fileset's own. */
struct files {
    const char **names;
    size_t count, cap;
};

struct reading {
    struct schema_context *cx;
    struct ruleset *rs;
    size_t cap;                  /* of rs->rules */
    const char **category_names; /* NULL-terminated, for suggestions */
};

static bool is_taxonomy(const char *name)
{
    const char *slash = strrchr(name, '/');

    return strcmp(slash == NULL ? name : slash + 1, "taxonomy.yaml") == 0;
}

static bool out_of_memory(struct schema_context *cx, struct where at)
{
    diag_error(cx->diags, at, "out of memory");
    return false;
}

/* A file that is named twice, by its folder and by itself, counts once. */
static bool add_file(struct files *files, struct arena *a, const char *name)
{
    for (size_t i = 0; i < files->count; i++) {
        if (strcmp(files->names[i], name) == 0) {
            return true;
        }
    }
    const char **grown = arena_grow(a, files->names, files->count, &files->cap, sizeof(*grown));
    if (grown == NULL) {
        return false;
    }
    files->names = grown;
    files->names[files->count++] = name;
    return true;
}

static bool list_files(struct schema_context *cx, const struct str *paths, size_t path_count,
                       struct where at, struct files *files)
{
    bool ok = true;

    for (size_t i = 0; i < path_count; i++) {
        const char *const *names;
        size_t count;

        if (!fileset_list(cx->files, paths[i], STR(".yaml"), at, cx->diags, &names, &count)) {
            ok = false;
            continue;
        }
        if (count == 0) {
            diag_error(cx->diags, at, "%.*s holds no rule files (*.yaml)", STR_ARG(paths[i]));
            ok = false;
        }
        for (size_t k = 0; k < count; k++) {
            if (!add_file(files, cx->arena, names[k])) {
                return out_of_memory(cx, at);
            }
        }
    }
    return ok;
}

static const struct yaml_node *read_document(struct schema_context *cx, const char *name,
                                             struct where at)
{
    struct str content;
    const char *canonical;

    if (!fileset_get(cx->files, str_of(name), at, cx->diags, &content, &canonical)) {
        return NULL;
    }
    return yaml_read(cx->arena, canonical, content, cx->diags);
}

static bool read_taxonomies(struct schema_context *cx, const struct files *files, struct where at,
                            struct ruleset *rs)
{
    bool ok = true;

    for (size_t i = 0; i < files->count; i++) {
        if (is_taxonomy(files->names[i])) {
            const struct yaml_node *document = read_document(cx, files->names[i], at);

            ok = document != NULL && taxonomy_read(cx, document, rs) && ok;
        }
    }
    return ok;
}

static bool name_categories(struct reading *r)
{
    const struct ruleset *rs = r->rs;

    r->category_names =
        arena_array(r->cx->arena, rs->category_count + 1, sizeof(*r->category_names));
    if (r->category_names == NULL) {
        return false;
    }
    for (size_t i = 0; i < rs->category_count; i++) {
        r->category_names[i] = rs->categories[i].name.p; /* YAML scalars end in NUL */
    }
    return true;
}

static bool check_category(struct reading *r, const struct rule *rule, struct where at)
{
    const struct ruleset *rs = r->rs;
    bool known = rs->category_count == 0;

    for (size_t i = 0; i < rs->category_count && !known; i++) {
        known = str_eq(rs->categories[i].name, rule->category);
    }
    if (known) {
        return true;
    }
    const char *near = diag_suggest(rule->category, r->category_names);
    diag_error(r->cx->diags, at, "the taxonomy has no category %.*s%s%s%s", STR_ARG(rule->category),
               near == NULL ? "" : "; did you mean `", near == NULL ? "" : near,
               near == NULL ? "" : "`?");
    return false;
}

static bool add_rule(struct reading *r, const struct yaml_node *node)
{
    struct schema_context *cx = r->cx;
    struct ruleset *rs = r->rs;

    if (rs->count == RULE_MAX_COUNT) {
        diag_error(cx->diags, node->at, "more than %d rules", RULE_MAX_COUNT);
        return false;
    }
    struct rule **grown = arena_grow(cx->arena, rs->rules, rs->count, &r->cap, sizeof(*grown));
    struct rule *rule = arena_alloc(cx->arena, sizeof(*rule));
    if (grown == NULL || rule == NULL) {
        return out_of_memory(cx, node->at);
    }
    rs->rules = grown;
    bool ok = rule_read(cx, node, rs, rule);
    if (rule->category.n > 0) {
        ok = check_category(r, rule, schema_where(node, "category")) && ok;
    }
    if (ok) {
        rs->rules[rs->count++] = rule;
    }
    return ok;
}

/* `out` is the struct reading: the table of a rule file has just this one key, at offset 0. */
static bool read_rules(struct schema_context *cx, const struct yaml_node *node, void *out)
{
    bool ok = true;

    if (!schema_expect(cx, node, YAML_SEQUENCE, "a list of rules")) {
        return false;
    }
    if (node->count == 0) {
        diag_error(cx->diags, node->at, "expected a list of rules, found an empty list");
        return false;
    }
    for (size_t i = 0; i < node->count; i++) {
        ok = add_rule(out, node->items[i]) && ok;
    }
    return ok;
}

static bool read_rule_files(struct reading *r, const struct files *files, struct where at)
{
    static const struct field fields[] = {
        {"rules", FIELD_T_CUSTOM, FIELD_REQUIRED, 0, 0, 0, NULL, read_rules}, FIELD_END};
    bool ok = true;

    for (size_t i = 0; i < files->count; i++) {
        if (!is_taxonomy(files->names[i])) {
            const struct yaml_node *document = read_document(r->cx, files->names[i], at);

            ok = document != NULL && schema_read(r->cx, document, fields, r) && ok;
        }
    }
    return ok;
}

static int compare_ids(const void *a, const void *b)
{
    struct rule *const *x = a, *const *y = b;

    return str_cmp((*x)->id, (*y)->id);
}

static bool index_rules(struct schema_context *cx, struct ruleset *rs, struct where at)
{
    bool ok = true;

    rs->by_id = arena_array(cx->arena, rs->count, sizeof(*rs->by_id));
    if (rs->by_id == NULL) {
        return out_of_memory(cx, at);
    }
    if (rs->count == 0) {
        return true;
    }
    memcpy(rs->by_id, rs->rules, rs->count * sizeof(*rs->by_id));
    qsort(rs->by_id, rs->count, sizeof(*rs->by_id), compare_ids);
    for (size_t i = 1; i < rs->count; i++) {
        const struct rule *first = rs->by_id[i - 1], *second = rs->by_id[i];

        if (str_eq(first->id, second->id)) {
            diag_error(cx->diags, second->at, "the id %.*s stands already at %s:%u",
                       STR_ARG(second->id), first->at.file, first->at.line);
            ok = false;
        }
    }
    return ok;
}

struct ruleset *ruleset_read(struct schema_context *cx, const struct str *paths, size_t path_count,
                             struct where at)
{
    struct files files = {0};
    struct ruleset *rs = arena_alloc(cx->arena, sizeof(*rs));
    struct reading reading = {.cx = cx, .rs = rs};

    if (rs == NULL) {
        (void)out_of_memory(cx, at);
        return NULL;
    }
    bool ok = list_files(cx, paths, path_count, at, &files);
    ok = read_taxonomies(cx, &files, at, rs) && ok;
    if (!name_categories(&reading)) {
        (void)out_of_memory(cx, at);
        return NULL;
    }
    ok = read_rule_files(&reading, &files, at) && ok;
    ok = index_rules(cx, rs, at) && ok;
    return ok ? rs : NULL;
}
