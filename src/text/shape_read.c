/* Shape files: YAML to operations and templates. Every error is told, with its place. */
#include "text/shape_parts.h"

#define STATUS_MIN 400
#define STATUS_MAX 599

static bool tell_memory(struct schema_context *cx, const struct yaml_node *node)
{
    diag_error(cx->diags, node->at, "out of memory");
    return false;
}

/* The content of the file is what the readers share, as schema_context.user. */
static bool read_template(struct schema_context *cx, const struct yaml_node *node, void *out)
{
    const struct str *content = cx->user;

    return template_read(cx, node, *content, out);
}

/* --- operations --- */

static bool check_path(struct schema_context *cx, const struct yaml_node *node)
{
    char quoted[DIAG_QUOTE_SIZE];

    if (node->text.n < 2 || (node->text.p[0] != '/' && node->text.p[0] != ':')) {
        diag_error(cx->diags, node->at,
                   "%s is not the end of a path: expected `/` (or `:`) and a name",
                   diag_quote(quoted, node->text));
        return false;
    }
    return true;
}

static bool read_paths(struct schema_context *cx, const struct yaml_node *node, void *out)
{
    bool ok = schema_strs(cx, node, out), good = true;

    if (ok && node->kind == YAML_SCALAR) {
        return check_path(cx, node);
    }
    for (size_t i = 0; ok && i < node->count; i++) {
        good = check_path(cx, node->items[i]) && good;
    }
    return ok && good;
}

static bool has_path(const struct operation *op, struct str path)
{
    for (size_t i = 0; i < op->paths.count; i++) {
        if (str_eq(op->paths.items[i], path)) {
            return true;
        }
    }
    return false;
}

/* What no single operation shows: names and paths that two of them claim. */
static bool check_operation(struct schema_context *cx, const struct yaml_node *node,
                            const struct shape *shape, size_t index)
{
    const struct operation *op = &shape->operations[index];
    char quoted[DIAG_QUOTE_SIZE];
    size_t before = diags_errors(cx->diags);

    for (size_t i = 0; i < index; i++) {
        const struct operation *other = &shape->operations[i];

        if (str_eq(op->name, other->name)) {
            diag_error(cx->diags, schema_where(node, "name"), "there is an operation %s already",
                       diag_quote(quoted, op->name));
        }
        for (size_t k = 0; k < op->paths.count; k++) {
            if (has_path(other, op->paths.items[k])) {
                diag_error(cx->diags, schema_where(node, "paths"),
                           "%s belongs to another operation already",
                           diag_quote(quoted, op->paths.items[k]));
            }
        }
    }
    if ((op->blocked.count > 0) != (op->answer.count > 0)) {
        diag_error(cx->diags, node->at, "`blocked` and `answer` stand together or not at all");
    }
    return diags_errors(cx->diags) == before;
}

static bool read_operation(struct schema_context *cx, const struct yaml_node *node,
                           struct operation *op)
{
    static const struct field fields[] = {
        FIELD_STR("name", struct operation, name, FIELD_REQUIRED),
        FIELD_CUSTOM("paths", struct operation, paths, read_paths, FIELD_REQUIRED),
        FIELD_CUSTOM("request", struct operation, request, shape_read_request, 0),
        FIELD_CUSTOM("response", struct operation, response, shape_read_response, 0),
        FIELD_CUSTOM("blocked", struct operation, blocked, read_template, 0),
        FIELD_CUSTOM("answer", struct operation, answer, read_template, 0),
        FIELD_END};

    return schema_read(cx, node, fields, op);
}

static bool read_operations(struct schema_context *cx, const struct yaml_node *node, void *out)
{
    struct shape *shape = out;
    bool ok = true;

    if (!schema_expect(cx, node, YAML_SEQUENCE, "a list of operations")) {
        return false;
    }
    shape->operations = arena_array(cx->arena, node->count, sizeof(*shape->operations));
    if (shape->operations == NULL) {
        return tell_memory(cx, node);
    }
    for (size_t i = 0; i < node->count; i++) {
        struct operation *op = &shape->operations[i];

        op->shape = shape;
        shape->operation_count = i + 1;
        ok = read_operation(cx, node->items[i], op) &&
             check_operation(cx, node->items[i], shape, i) && ok;
    }
    return ok;
}

/* --- errors --- */

/* A status or `default`, which is kept as 0. */
static bool read_status(struct schema_context *cx, const struct yaml_node *key, int *status)
{
    char quoted[DIAG_QUOTE_SIZE];
    uint64_t number = 0;

    if (!str_eq(key->text, STR("default")) &&
        (!str_to_u64(key->text, STATUS_MAX, &number) || number < STATUS_MIN)) {
        diag_error(cx->diags, key->at, "expected a status from %d to %d or `default`, found %s",
                   STATUS_MIN, STATUS_MAX, diag_quote(quoted, key->text));
        return false;
    }
    *status = (int)number;
    return true;
}

static bool read_types(struct schema_context *cx, const struct yaml_node *node, void *out)
{
    struct shape *shape = out;
    bool ok = true;

    if (!schema_expect(cx, node, YAML_MAPPING, "a mapping of statuses to types")) {
        return false;
    }
    shape->types = arena_array(cx->arena, node->count, sizeof(*shape->types));
    if (shape->types == NULL) {
        return tell_memory(cx, node);
    }
    for (size_t i = 0; i < node->count; i++) {
        ok = read_status(cx, node->keys[i], &shape->types[i].status) && ok;
        ok = schema_str(cx, node->items[i], &shape->types[i].name) && ok;
    }
    shape->type_count = node->count;
    if (ok && yaml_get(node, "default") == NULL) {
        diag_error(cx->diags, node->at, "the key `default` is missing: the type of other statuses");
        ok = false;
    }
    return ok;
}

static bool read_error(struct schema_context *cx, const struct yaml_node *node, void *out)
{
    static const struct field fields[] = {
        FIELD_CUSTOM("body", struct shape, error, read_template, FIELD_REQUIRED),
        FIELD_WHOLE("types", read_types, 0), FIELD_END};
    struct shape *shape = out;

    if (!schema_read(cx, node, fields, shape)) {
        return false;
    }
    if (template_has(&shape->error, TEMPLATE_TYPE) && shape->type_count == 0) {
        diag_error(cx->diags, node->at, "the key `types` is missing: `body` uses {{type}}");
        return false;
    }
    return true;
}

struct shape *shape_read(struct arena *a, struct fileset *fs, const char *file, struct where at,
                         struct diags *d)
{
    static const struct field fields[] = {FIELD_STR("api", struct shape, name, FIELD_REQUIRED),
                                          FIELD_WHOLE("operations", read_operations, 0),
                                          FIELD_WHOLE("error", read_error, FIELD_REQUIRED),
                                          FIELD_END};
    struct shape *shape = arena_alloc(a, sizeof(*shape));
    struct str content;
    struct schema_context cx = {.arena = a, .diags = d, .files = fs, .user = &content};
    const struct yaml_node *root;
    const char *name;

    if (shape == NULL) {
        diag_error(d, at, "out of memory");
        return NULL;
    }
    if (!fileset_get(fs, str_of(file), at, d, &content, &name)) {
        return NULL;
    }
    root = yaml_read(a, name, content, d);
    if (root == NULL || !schema_read(&cx, root, fields, shape)) {
        return NULL;
    }
    return shape;
}
