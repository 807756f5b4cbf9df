#include "conf/schema.h"

#include <stdlib.h>

/* What a field expects, for "is missing". */
static const char *type_words(enum field_type type)
{
    switch (type) {
    case FIELD_T_STR:
        return ": expected text";
    case FIELD_T_BOOL:
        return ": expected true or false";
    case FIELD_T_INT:
        return ": expected a whole number";
    case FIELD_T_SIZE:
        return ": expected a size such as 64KiB";
    case FIELD_T_DURATION:
        return ": expected a duration such as 30s";
    case FIELD_T_NUMBER:
        return ": expected a number";
    case FIELD_T_ENUM:
        return ": expected one of "; /* the names follow */
    case FIELD_T_STRS:
        return ": expected text or a list of texts";
    case FIELD_T_CUSTOM:
    case FIELD_T_END:
        break;
    }
    return "";
}

static bool read_value(struct schema_context *cx, const struct field *f,
                       const struct yaml_node *node, void *out)
{
    switch (f->type) {
    case FIELD_T_STR:
        return schema_str(cx, node, out);
    case FIELD_T_BOOL:
        return schema_bool(cx, node, out);
    case FIELD_T_INT:
        return schema_int(cx, node, f->min, f->max, out);
    case FIELD_T_SIZE:
        return schema_size(cx, node, f->min, f->max, out);
    case FIELD_T_DURATION:
        return schema_duration(cx, node, f->min, f->max, out);
    case FIELD_T_NUMBER:
        return schema_number(cx, node, f->min, f->max, out);
    case FIELD_T_ENUM:
        return schema_enum(cx, node, f->names, out);
    case FIELD_T_STRS:
        return schema_strs(cx, node, out);
    case FIELD_T_CUSTOM:
        return f->read(cx, node, out);
    case FIELD_T_END:
        break;
    }
    return false;
}

static const struct field *find_field(const struct field *fields, struct str key)
{
    for (const struct field *f = fields; f->type != FIELD_T_END; f++) {
        if (str_eq(str_of(f->key), key)) {
            return f;
        }
    }
    return NULL;
}

/* The table's keys as a NULL-terminated array to free(); NULL when out of memory. */
static const char **field_names(const struct field *fields)
{
    size_t n = 0;

    while (fields[n].type != FIELD_T_END) {
        n++;
    }
    const char **names = calloc(n + 1, sizeof(*names));
    for (size_t i = 0; names != NULL && i < n; i++) {
        names[i] = fields[i].key;
    }
    return names;
}

static void tell_unknown_key(struct schema_context *cx, const struct yaml_node *key,
                             const struct field *fields)
{
    const char **names = field_names(fields);
    const char *near = names == NULL ? NULL : diag_suggest(key->text, names);
    char quoted[DIAG_QUOTE_SIZE], expected[DIAG_NAMES_SIZE];

    diag_quote(quoted, key->text);
    if (near != NULL) {
        diag_error(cx->diags, key->at, "unknown key %s; did you mean `%s`?", quoted, near);
    } else if (names != NULL && names[0] != NULL) {
        diag_error(cx->diags, key->at, "unknown key %s; expected %s", quoted,
                   diag_names(expected, sizeof(expected), names));
    } else {
        diag_error(cx->diags, key->at, "unknown key %s", quoted);
    }
    free(names);
}

static bool check_required(struct schema_context *cx, const struct yaml_node *map,
                           const struct field *fields)
{
    bool ok = true;

    for (const struct field *f = fields; f->type != FIELD_T_END; f++) {
        char names[DIAG_NAMES_SIZE] = "";

        if ((f->flags & FIELD_REQUIRED) == 0 || yaml_get(map, f->key) != NULL) {
            continue;
        }
        if (f->type == FIELD_T_ENUM) {
            diag_names(names, sizeof(names), f->names);
        }
        diag_error(cx->diags, map->at, "the key `%s` is missing%s%s", f->key, type_words(f->type),
                   names);
        ok = false;
    }
    return ok;
}

bool schema_read(struct schema_context *cx, const struct yaml_node *map, const struct field *fields,
                 void *out)
{
    if (!schema_expect(cx, map, YAML_MAPPING, "a mapping")) {
        return false;
    }
    bool ok = check_required(cx, map, fields);

    for (size_t i = 0; i < map->count; i++) {
        const struct field *f = find_field(fields, map->keys[i]->text);

        if (f == NULL) {
            tell_unknown_key(cx, map->keys[i], fields);
            ok = false;
        } else if (!read_value(cx, f, map->items[i], (char *)out + f->offset)) {
            ok = false;
        }
    }
    return ok;
}

bool schema_read_list(struct schema_context *cx, const struct yaml_node *list,
                      const struct field *fields, size_t size, const void *defaults, void **items,
                      size_t *count)
{
    *items = NULL;
    *count = 0;
    if (!schema_expect(cx, list, YAML_SEQUENCE, "a list")) {
        return false;
    }
    char *array = arena_array(cx->arena, list->count, size);
    if (array == NULL) {
        diag_error(cx->diags, list->at, "out of memory");
        return false;
    }
    bool ok = true;
    size_t good = 0;

    for (size_t i = 0; i < list->count; i++) {
        char *item = array + good * size;

        if (defaults != NULL) {
            memcpy(item, defaults, size);
        } else {
            memset(item, 0, size);
        }
        if (schema_read(cx, list->items[i], fields, item)) {
            good++;
        } else {
            ok = false;
        }
    }
    *items = array;
    *count = good;
    return ok;
}

struct where schema_where(const struct yaml_node *map, const char *key)
{
    const struct yaml_node *value = yaml_get(map, key);

    return value != NULL ? value->at : map->at;
}
