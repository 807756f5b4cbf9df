#include "conf/yaml_node.h"

#include <stdlib.h>

const char *yaml_kind_name(enum yaml_kind kind)
{
    switch (kind) {
    case YAML_SCALAR:
        return "text";
    case YAML_SEQUENCE:
        return "list";
    case YAML_MAPPING:
        return "mapping";
    }
    return "?";
}

bool yaml_is_absent(const struct yaml_node *node)
{
    return node->kind == YAML_SCALAR && !node->quoted && node->text.n == 0;
}

const struct yaml_node *yaml_get(const struct yaml_node *map, const char *key)
{
    if (map == NULL || map->kind != YAML_MAPPING) {
        return NULL;
    }
    size_t low = 0, high = map->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = str_cmp(map->sorted[middle].key->text, str_of(key));

        if (order == 0) {
            return map->sorted[middle].value;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

static int pair_cmp(const void *a, const void *b)
{
    const struct yaml_node *x = ((const struct yaml_pair *)a)->key;
    const struct yaml_node *y = ((const struct yaml_pair *)b)->key;
    int order = str_cmp(x->text, y->text);

    if (order != 0) {
        return order;
    }
    if (x->at.line != y->at.line) {
        return x->at.line < y->at.line ? -1 : 1;
    }
    return x->at.column < y->at.column ? -1 : x->at.column > y->at.column;
}

/* Sorting, not hashing: no choice of keys makes it slow. Equal keys then stand side by side. */
bool yaml_sort(struct arena *a, struct yaml_node *map, struct diags *d)
{
    map->sorted = arena_array(a, map->count, sizeof(*map->sorted));
    if (map->sorted == NULL) {
        return false;
    }
    for (size_t i = 0; i < map->count; i++) {
        map->sorted[i] = (struct yaml_pair){map->keys[i], map->items[i]};
    }
    qsort(map->sorted, map->count, sizeof(*map->sorted), pair_cmp);

    const struct yaml_node *first = NULL;
    for (size_t i = 0; i < map->count; i++) {
        const struct yaml_node *key = map->sorted[i].key;
        char quoted[DIAG_QUOTE_SIZE];

        if (first == NULL || !str_eq(first->text, key->text)) {
            first = key;
            continue;
        }
        diag_error(d, key->at, "the key %s stands twice; it is set at line %u already",
                   diag_quote(quoted, key->text), first->at.line);
    }
    return true;
}
