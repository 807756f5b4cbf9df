#include "policy/read.h"

#include <stdlib.h>

bool read_placed(struct schema_context *cx, const struct yaml_node *node, void *out)
{
    struct placed *placed = out;
    placed->at = node->at;
    return schema_str(cx, node, &placed->text);
}

void tell_memory(struct schema_context *cx, struct where at)
{
    diag_error(cx->diags, at, "out of memory");
}

bool read_not_empty(struct schema_context *cx, const struct yaml_node *node, const char *what)
{
    if (node->kind != YAML_SCALAR && node->count == 0) {
        diag_error(cx->diags, node->at, "expected a %s with at least one entry, found an empty one",
                   what);
        return false;
    }
    return true;
}

bool read_strs(struct schema_context *cx, const struct yaml_node *node, void *out)
{
    return read_not_empty(cx, node, "list") && schema_strs(cx, node, out);
}

static void *items_new(struct schema_context *cx, const struct yaml_node *node, size_t size)
{
    void *items = arena_array(cx->arena, node->count, size);
    if (items == NULL) {
        tell_memory(cx, node->at);
    }
    return items;
}

bool read_list(struct schema_context *cx, const struct yaml_node *node, size_t size,
               schema_reader *one, struct item_list *out)
{
    if (!schema_expect(cx, node, YAML_SEQUENCE, "a list") || !read_not_empty(cx, node, "list")) {
        return false;
    }
    char *items = items_new(cx, node, size);
    if (items == NULL) {
        return false;
    }
    bool good = true;
    for (size_t i = 0; i < node->count; i++) {
        good &= one(cx, node->items[i], items + i * size);
    }
    out->items = items;
    out->count = node->count;
    return good;
}

bool read_named(struct schema_context *cx, const struct yaml_node *node, size_t size,
                named_reader *one, struct item_list *out)
{
    if (!schema_expect(cx, node, YAML_MAPPING, "a mapping") ||
        !read_not_empty(cx, node, "mapping")) {
        return false;
    }
    char *items = items_new(cx, node, size);
    if (items == NULL) {
        return false;
    }
    bool good = true;
    for (size_t i = 0; i < node->count; i++) {
        struct placed name = {node->keys[i]->text, node->keys[i]->at};
        good &= name_check(cx, &name);
        good &= one(cx, &name, node->items[i], items + i * size);
    }
    out->items = items;
    out->count = node->count;
    return good;
}

static bool is_alnum(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool name_valid(struct str name)
{
    if (name.n == 0 || name.n > NAME_MAX_BYTES || !is_alnum(name.p[0])) {
        return false;
    }
    for (size_t i = 1; i < name.n; i++) {
        char c = name.p[i];
        if (!is_alnum(c) && c != '.' && c != '_' && c != '-') {
            return false;
        }
    }
    return true;
}

bool name_check(struct schema_context *cx, const struct placed *name)
{
    if (name_valid(name->text)) {
        return true;
    }
    char quoted[DIAG_QUOTE_SIZE];
    diag_error(cx->diags, name->at,
               "%s is no name; expected 1 to %d of A-Z a-z 0-9 . _ -, the first a letter or digit",
               diag_quote(quoted, name->text), NAME_MAX_BYTES);
    return false;
}

const char *const *names_of(struct arena *a, const void *items, size_t count, size_t size,
                            size_t offset)
{
    const char **names = arena_array(a, count + 1, sizeof(*names));
    for (size_t i = 0; names != NULL && i < count; i++) {
        struct str name;
        memcpy(&name, (const char *)items + i * size + offset, sizeof(name));
        names[i] = arena_strdup(a, name);
        if (names[i] == NULL) {
            return NULL;
        }
    }
    return names;
}

void tell_unknown(struct schema_context *cx, const char *what, const struct placed *got,
                  const char *const *known)
{
    char quoted[DIAG_QUOTE_SIZE], list[DIAG_NAMES_SIZE];
    const char *near = known == NULL ? NULL : diag_suggest(got->text, known);
    diag_quote(quoted, got->text);
    if (near != NULL) {
        diag_error(cx->diags, got->at, "no %s is named %s; did you mean `%s`?", what, quoted, near);
    } else if (known != NULL && known[0] != NULL) {
        diag_error(cx->diags, got->at, "no %s is named %s; expected %s", what, quoted,
                   diag_names(list, sizeof(list), known));
    } else {
        diag_error(cx->diags, got->at, "no %s is named %s", what, quoted);
    }
}

/* By text, then as they stand in the file. */
static int placed_cmp(const void *left, const void *right)
{
    const struct placed *a = left, *b = right;
    int order = str_cmp(a->text, b->text);
    if (order != 0) {
        return order;
    }
    if (a->at.line != b->at.line) {
        return a->at.line < b->at.line ? -1 : 1;
    }
    return (a->at.column > b->at.column) - (a->at.column < b->at.column);
}

bool placed_unique(struct schema_context *cx, struct placed *all, size_t count, const char *what)
{
    size_t first = 0;
    bool good = true;
    if (count > 1) {
        qsort(all, count, sizeof(*all), placed_cmp);
    }
    for (size_t i = 1; i < count; i++) {
        if (!str_eq(all[first].text, all[i].text)) {
            first = i;
        } else if (all[i].text.n > 0) {
            diag_error(cx->diags, all[i].at, "line %u has %s already", all[first].at.line, what);
            good = false;
        }
    }
    return good;
}
