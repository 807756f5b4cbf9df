/*
 * What a shape says about a body, read from YAML: pointers to facts, to texts with roles and to the
 * list of turns, all in one tree. The root of the tree is what every reader here gets.
 */
#include "text/shape_parts.h"

static bool tell_memory(struct schema_context *cx, const struct yaml_node *node)
{
    diag_error(cx->diags, node->at, "out of memory");
    return false;
}

/* --- pointers --- */

/* The place among the pointers that the text of `node` leads to; NULL after telling why. */
static struct shape_node *read_pointer(struct schema_context *cx, const struct yaml_node *node,
                                       struct shape_node *root)
{
    char quoted[DIAG_QUOTE_SIZE];
    const char *why = "";
    struct shape_node *place;
    struct str pointer;

    if (!schema_str(cx, node, &pointer)) {
        return NULL;
    }
    place = shape_node_make(cx->arena, root, pointer, &why);
    if (place == NULL) {
        diag_error(cx->diags, node->at, "%s: %s", diag_quote(quoted, pointer), why);
    }
    return place;
}

/* One pointer or a list of them, each to a value that is `fact`. */
static bool read_fact(struct schema_context *cx, const struct yaml_node *node,
                      struct shape_node *root, unsigned fact)
{
    bool is_list = node->kind == YAML_SEQUENCE, ok = true;

    for (size_t i = 0; i < (is_list ? node->count : 1); i++) {
        struct shape_node *place = read_pointer(cx, is_list ? node->items[i] : node, root);

        if (place == NULL) {
            ok = false;
        } else {
            place->facts |= fact;
        }
    }
    return ok;
}

static bool read_model(struct schema_context *cx, const struct yaml_node *node, void *out)
{
    return read_fact(cx, node, out, SHAPE_FACT_MODEL);
}

static bool read_user(struct schema_context *cx, const struct yaml_node *node, void *out)
{
    return read_fact(cx, node, out, SHAPE_FACT_USER);
}

static bool read_stream(struct schema_context *cx, const struct yaml_node *node, void *out)
{
    return read_fact(cx, node, out, SHAPE_FACT_STREAM);
}

/* --- roles --- */

static bool read_role(struct schema_context *cx, const struct yaml_node *node, void *out)
{
    static const char *const names[] = {"system", "user", "assistant", "tool", "unknown", NULL};
    int found = 0;

    return schema_enum(cx, node, names, &found) && span_role_parse(str_of(names[found]), out);
}

struct text_place {
    struct shape_node *root, *place;
    enum span_role role;
};

static bool read_text_at(struct schema_context *cx, const struct yaml_node *node, void *out)
{
    struct text_place *text = out;

    text->place = read_pointer(cx, node, text->root);
    if (text->place != NULL && text->place->has_role) {
        diag_error(cx->diags, node->at, "this place has a role already");
        text->place = NULL;
    }
    return text->place != NULL;
}

static bool read_texts(struct schema_context *cx, const struct yaml_node *node, void *out)
{
    static const struct field fields[] = {
        FIELD_WHOLE("at", read_text_at, FIELD_REQUIRED),
        FIELD_CUSTOM("role", struct text_place, role, read_role, FIELD_REQUIRED), FIELD_END};
    bool ok = true;

    if (!schema_expect(cx, node, YAML_SEQUENCE, "a list of places")) {
        return false;
    }
    for (size_t i = 0; i < node->count; i++) {
        struct text_place text = {.root = out};

        if (schema_read(cx, node->items[i], fields, &text)) {
            text.place->has_role = true;
            text.place->role = text.role;
        } else {
            ok = false;
        }
    }
    return ok;
}

/* --- turns --- */

static bool read_roles(struct schema_context *cx, const struct yaml_node *node, void *out)
{
    struct shape_turns *turns = out;
    bool ok = true;

    if (!schema_expect(cx, node, YAML_MAPPING, "a mapping of names to roles")) {
        return false;
    }
    turns->roles = arena_array(cx->arena, node->count, sizeof(*turns->roles));
    if (turns->roles == NULL) {
        return tell_memory(cx, node);
    }
    for (size_t i = 0; i < node->count; i++) {
        turns->roles[i].name = node->keys[i]->text;
        ok = read_role(cx, node->items[i], &turns->roles[i].role) && ok;
    }
    turns->role_count = node->count;
    return ok;
}

struct turns_place {
    struct shape_turns turns; /* first: read_roles() gets its address */
    struct shape_node *root, *list;
};

static bool read_turns_list(struct schema_context *cx, const struct yaml_node *node, void *out)
{
    struct turns_place *place = out;

    place->list = read_pointer(cx, node, place->root);
    return place->list != NULL;
}

static bool read_turns(struct schema_context *cx, const struct yaml_node *node, void *out)
{
    static const struct field fields[] = {
        FIELD_WHOLE("list", read_turns_list, FIELD_REQUIRED),
        FIELD_STRS("role", struct turns_place, turns.keys, FIELD_REQUIRED),
        FIELD_CUSTOM("roles", struct turns_place, turns, read_roles, FIELD_REQUIRED), FIELD_END};
    struct turns_place *place = arena_alloc(cx->arena, sizeof(*place));

    if (place == NULL) {
        return tell_memory(cx, node);
    }
    place->root = out;
    if (!schema_read(cx, node, fields, place)) {
        return false;
    }
    place->list->turns = &place->turns;
    return true;
}

/* --- bodies --- */

static bool close_body(struct schema_context *cx, const struct yaml_node *node,
                       struct shape_node *root)
{
    if (!shape_node_close(cx->arena, root)) {
        diag_error(cx->diags, node->at, "these pointers need too much memory");
        return false;
    }
    return true;
}

bool shape_read_request(struct schema_context *cx, const struct yaml_node *node, void *out)
{
    static const struct field fields[] = {
        FIELD_WHOLE("model", read_model, 0),   FIELD_WHOLE("user", read_user, 0),
        FIELD_WHOLE("stream", read_stream, 0), FIELD_WHOLE("turns", read_turns, 0),
        FIELD_WHOLE("texts", read_texts, 0),   FIELD_END};

    return schema_read(cx, node, fields, out) && close_body(cx, node, out);
}

bool shape_read_response(struct schema_context *cx, const struct yaml_node *node, void *out)
{
    static const struct field fields[] = {FIELD_WHOLE("model", read_model, 0),
                                          FIELD_WHOLE("texts", read_texts, 0), FIELD_END};

    return schema_read(cx, node, fields, out) && close_body(cx, node, out);
}
