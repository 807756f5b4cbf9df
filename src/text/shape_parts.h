/*
 * What an API shape is made of, for the files that read, walk and fill it (shape_*.c). Not for
 * others: text/shape.h is the way in. All of it lives in the arena that shape_read() was given.
 */
#ifndef SG_TEXT_SHAPE_PARTS_H
#define SG_TEXT_SHAPE_PARTS_H

#include "conf/schema.h"
#include "text/shape.h"

/* A field whose reader gets the struct itself, as it fills several of its members. */
#define FIELD_WHOLE(key, read, flags)                   \
    {                                                   \
        key, FIELD_T_CUSTOM, flags, 0, 0, 0, NULL, read \
    }

/* --- pointers (shape_pointer.c) --- */

#define SHAPE_FACT_MODEL 1u
#define SHAPE_FACT_USER 2u
#define SHAPE_FACT_STREAM 4u

struct shape_role {
    struct str name;
    enum span_role role;
};

/* How a list of turns tells who speaks in each. */
struct shape_turns {
    struct str_list keys; /* members of a turn that may name its role; the first that is there */
    struct shape_role *roles;
    size_t role_count;
};

/* A step of the compiled pointers of one body: the place that the steps from the root lead to. */
struct shape_node {
    struct str key;
    bool is_index; /* the key is an array index too */
    size_t index;
    struct shape_node *children; /* exact steps from here */
    struct shape_node *next;     /* the next among its parent's children */
    struct shape_node *any;      /* the step `*` from here, for what no child names */

    unsigned facts; /* SHAPE_FACT_… of the value here */
    bool has_role;  /* of all texts here and below */
    enum span_role role;
    const struct shape_turns *turns; /* the array here is a list of turns */
};

/*
 * The place `pointer` (RFC 6901, with `*` for any one step) leads to, made where it is not there.
 * NULL with `*why` set: a text for people, static.
 */
SG_MUST_CHECK struct shape_node *shape_node_make(struct arena *a, struct shape_node *root,
                                                 struct str pointer, const char **why) SG_NONNULL;

/*
 * To be called once, when all pointers are in: gives each exact step what `*` beside it says, as
 * far as it says nothing itself, so that a walk needs no way back. False: no memory, or the
 * pointers multiply past reason.
 */
SG_MUST_CHECK bool shape_node_close(struct arena *a, struct shape_node *root) SG_NONNULL;

/* One step of a walk; NULL where no pointer leads. `node` may be NULL. */
const struct shape_node *shape_node_member(const struct shape_node *node, struct str key);
const struct shape_node *shape_node_element(const struct shape_node *node, size_t index);

/* Readers for schema tables: `out` is the root of the body's pointers. (shape_body.c) */
schema_reader shape_read_request, shape_read_response;

/* --- templates (shape_template.c reads them, shape_fill.c fills them) --- */

enum template_field {
    TEMPLATE_ID,
    TEMPLATE_MESSAGE,
    TEMPLATE_TEXT,
    TEMPLATE_CODE,
    TEMPLATE_TYPE,
    TEMPLATE_MODEL,
    TEMPLATE_REASON,
    TEMPLATE_CREATED, /* from here on numbers */
    TEMPLATE_STATUS,
    TEMPLATE_FIELD_COUNT
};

/* Literal bytes, then a field (or none: TEMPLATE_FIELD_COUNT). */
struct template_piece {
    struct str literal;
    enum template_field field;
};

struct shape_template {
    const struct template_piece *pieces;
    size_t count; /* 0: no template */
};

/* What a template is filled with: texts in the order of the fields, then the numbers. */
struct template_values {
    struct str texts[TEMPLATE_CREATED];
    uint64_t numbers[TEMPLATE_FIELD_COUNT - TEMPLATE_CREATED];
};

/* "id", "message", ..., NULL-terminated. */
extern const char *const template_field_names[TEMPLATE_FIELD_COUNT + 1];

/* Appends all of it or nothing. False: bound, memory. */
SG_MUST_CHECK bool template_fill(const struct shape_template *t, const struct template_values *v,
                                 struct buf *out) SG_NONNULL;

/* Does the template use `field`? */
bool template_has(const struct shape_template *t, enum template_field field) SG_NONNULL;

/*
 * Reads a template from a YAML text, and checks that it is JSON once filled. An error stands at its
 * very place: `content` is the whole file, where the text is looked up again. `t` keeps pointers
 * into cx->arena.
 */
SG_MUST_CHECK bool template_read(struct schema_context *cx, const struct yaml_node *node,
                                 struct str content, struct shape_template *t) SG_NONNULL;

/* --- the shape itself --- */

struct shape_type {
    int status; /* 0: default */
    struct str name;
};

struct operation {
    const struct shape *shape;
    struct str name;
    struct str_list paths;
    struct shape_node request, response; /* roots */
    struct shape_template blocked, answer;
};

struct shape {
    struct str name;
    struct operation *operations;
    size_t operation_count;
    struct shape_template error;
    struct shape_type *types;
    size_t type_count;
};

#endif
