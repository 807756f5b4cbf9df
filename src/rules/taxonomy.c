#include "rules/read.h"

#include <stddef.h>

struct category_draft {
    struct str name;
    struct {
        struct str en, zh;
    } title;
    struct str_list risks, owasp;
};

bool category_valid(struct str s)
{
    char before = '.';

    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');

        if (!word && (before == '.' || before == '-' || (c != '.' && c != '-'))) {
            return false;
        }
        before = c;
    }
    return s.n > 0 && before != '.' && before != '-';
}

static bool read_title(struct schema_context *cx, const struct yaml_node *node, void *out)
{
    static const struct field fields[] = {
        {"en", FIELD_T_STR, FIELD_REQUIRED, 0, 0, 0, NULL, NULL},
        {"zh", FIELD_T_STR, FIELD_REQUIRED, sizeof(struct str), 0, 0, NULL, NULL},
        FIELD_END};

    return schema_read(cx, node, fields, out);
}

static const struct category *find_category(const struct ruleset *rs, struct str name)
{
    for (size_t i = 0; i < rs->category_count; i++) {
        if (str_eq(rs->categories[i].name, name)) {
            return &rs->categories[i];
        }
    }
    return NULL;
}

static bool read_category(struct schema_context *cx, const struct yaml_node *node,
                          struct ruleset *rs)
{
    static const struct field fields[] = {
        FIELD_STR("name", struct category_draft, name, FIELD_REQUIRED),
        FIELD_CUSTOM("title", struct category_draft, title, read_title, FIELD_REQUIRED),
        FIELD_STRS("risks", struct category_draft, risks, 0),
        FIELD_STRS("owasp", struct category_draft, owasp, 0), FIELD_END};
    struct category_draft draft = {0};

    if (!schema_read(cx, node, fields, &draft)) {
        return false;
    }
    struct where at = schema_where(node, "name");
    if (!category_valid(draft.name)) {
        diag_error(cx->diags, at,
                   "a category is lower-case words joined by dots, such as data-leak.personal");
        return false;
    }
    const struct category *known = find_category(rs, draft.name);
    if (known != NULL) {
        diag_error(cx->diags, at, "the category stands already at %s:%u", known->at.file,
                   known->at.line);
        return false;
    }
    rs->categories[rs->category_count++] = (struct category){
        draft.name, draft.title.en, draft.title.zh, draft.risks, draft.owasp, node->at};
    return true;
}

/* `out` is no field but the ruleset: the table has just this one key, at offset 0. */
static bool read_categories(struct schema_context *cx, const struct yaml_node *node, void *out)
{
    struct ruleset *rs = out;

    if (!schema_expect(cx, node, YAML_SEQUENCE, "a list of categories")) {
        return false;
    }
    if (node->count == 0) {
        diag_error(cx->diags, node->at, "expected a list of categories, found an empty list");
        return false;
    }
    struct category *all =
        arena_array(cx->arena, rs->category_count + node->count, sizeof(*rs->categories));
    if (all == NULL) {
        diag_error(cx->diags, node->at, "out of memory");
        return false;
    }
    if (rs->category_count > 0) {
        memcpy(all, rs->categories, rs->category_count * sizeof(*all));
    }
    rs->categories = all;

    bool ok = true;
    for (size_t i = 0; i < node->count; i++) {
        ok = read_category(cx, node->items[i], rs) && ok;
    }
    return ok;
}

bool taxonomy_read(struct schema_context *cx, const struct yaml_node *document, struct ruleset *rs)
{
    static const struct field fields[] = {
        {"categories", FIELD_T_CUSTOM, FIELD_REQUIRED, 0, 0, 0, NULL, read_categories}, FIELD_END};

    return schema_read(cx, document, fields, rs);
}
