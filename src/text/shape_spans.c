/*
 * Walks a JSON body beside the pointers of its shape. Nothing is decided about what is scanned:
 * every text becomes a span; the pointers only say what it is.
 *
 * Each open container has a level, which knows where its current child stands among the pointers,
 * and the child's path once somebody needed it. Paths are chains that share their parents, so a
 * span costs one link and no string.
 */
#include "text/shape_parts.h"

#define DIGITS_MIN 6 /* a shorter number is nobody's number */

/* Where a value stands: among the pointers, and in which role. */
struct place {
    const struct shape_node *node; /* NULL: no pointer leads here */
    enum span_role role;
};

struct level {
    struct place place;
    bool is_object;
    struct str key; /* the current child: of an object */
    size_t index;   /* of an array: the next one's index */
    struct place child;
    const struct path *child_path; /* NULL until it is needed */
};

/*
 * The list of turns that is open, if one is. Who speaks in a turn may be told after the text, so
 * roles are given when the turn ends; what is history is known when the list ends.
 */
struct turns {
    const struct shape_turns *shape; /* NULL: no list is open */
    size_t depth;                    /* number of levels, the list's own included */
    size_t first;                    /* span where the list begins */
    size_t assistant_end;            /* span after the latest turn of the assistant */
    size_t history_end;              /* span after the latest such turn that another follows */

    size_t turn_first; /* the turn: the span where it begins */
    size_t key_rank;   /* which of the role's keys was seen; the lower wins */
    enum span_role role;
};

struct walk {
    struct place root;
    struct arena *arena;
    struct span_list *out;
    struct level *levels;
    size_t depth, cap;
    struct turns turns;
};

/* The innermost open container; there must be one. */
static struct level *top(const struct walk *w)
{
    return &w->levels[w->depth - 1];
}

static struct place descend(struct place from, const struct shape_node *node)
{
    return (struct place){node, node != NULL && node->has_role ? node->role : from.role};
}

static bool in_turns(const struct walk *w)
{
    return w->turns.shape != NULL && w->depth == w->turns.depth;
}

/* --- turns --- */

static void turns_begin(struct walk *w, const struct shape_turns *shape)
{
    size_t first = w->out->count;

    w->turns = (struct turns){.shape = shape,
                              .depth = w->depth,
                              .first = first,
                              .assistant_end = first,
                              .history_end = first};
}

/*
 * The newest turn is what stands after the last turn of the assistant that is not the last element:
 * an answer that is begun for the model to go on (a prefill) is as new as the question before it.
 */
static void turns_end(struct walk *w)
{
    for (size_t i = w->turns.first; i < w->turns.history_end; i++) {
        w->out->items[i].history = true;
    }
    w->turns.shape = NULL;
}

/* What no pointer gives a role waits for the turn's own, which is its place's until it tells one.
 */
static void turn_begin(struct walk *w, struct place *place)
{
    struct turns *t = &w->turns;

    t->history_end = t->assistant_end;
    t->turn_first = w->out->count;
    t->key_rank = t->shape->keys.count;
    t->role = place->role;
    place->role = SPAN_UNKNOWN;
}

static void turn_end(struct walk *w)
{
    struct turns *t = &w->turns;

    for (size_t i = t->turn_first; i < w->out->count; i++) {
        struct span *span = &w->out->items[i];

        if (span->role == SPAN_UNKNOWN) {
            span->role = t->role;
        }
    }
    if (t->role == SPAN_ASSISTANT) {
        t->assistant_end = w->out->count;
    }
}

static enum span_role find_role(const struct shape_turns *turns, struct str name)
{
    for (size_t i = 0; i < turns->role_count; i++) {
        if (str_eq(turns->roles[i].name, name)) {
            return turns->roles[i].role;
        }
    }
    return SPAN_UNKNOWN;
}

/* A string that is a member of a turn: does it tell the turn's role? */
static void note_role(struct walk *w, struct str text)
{
    struct turns *t = &w->turns;

    if (t->shape == NULL || w->depth != t->depth + 1 || !top(w)->is_object) {
        return;
    }
    for (size_t i = 0; i < t->key_rank; i++) {
        if (str_eq(t->shape->keys.items[i], top(w)->key)) {
            t->key_rank = i;
            t->role = find_role(t->shape, text);
        }
    }
}

/* --- values --- */

/* A value begins: an array's child gets its index here, an object's got its key before. */
static struct place value_begin(struct walk *w)
{
    struct level *level;
    struct place place;

    if (w->depth == 0) {
        return w->root;
    }
    level = top(w);
    if (!level->is_object) {
        level->child = descend(level->place, shape_node_element(level->place.node, level->index));
        level->child_path = NULL;
        level->index++;
    }
    place = level->child;
    if (in_turns(w)) {
        turn_begin(w, &place);
    }
    return place;
}

static void value_end(struct walk *w)
{
    if (in_turns(w)) {
        turn_end(w);
    }
}

/* The path of the current child; makes what is missing from the deepest link that is there. */
static bool child_path(struct walk *w, const struct path **out)
{
    size_t made = w->depth;

    while (made > 0 && w->levels[made - 1].child_path == NULL) {
        made--;
    }
    for (size_t i = made; i < w->depth; i++) {
        struct level *level = &w->levels[i];
        struct path *path = arena_alloc(w->arena, sizeof(*path));

        if (path == NULL) {
            return false;
        }
        path->parent = i > 0 ? w->levels[i - 1].child_path : NULL;
        if (level->is_object) {
            path->key = level->key;
        } else {
            path->index = level->index - 1;
        }
        level->child_path = path;
    }
    *out = w->depth == 0 ? NULL : w->levels[w->depth - 1].child_path;
    return true;
}

static enum reason add(struct walk *w, struct str text, struct offmap map, enum span_form form,
                       enum span_role role)
{
    struct span span = {.text = text, .map = map, .form = form, .role = role};

    if (!child_path(w, &span.path)) {
        return REASON_SPAN_LIMIT;
    }
    return span_add(w->out, w->arena, &span);
}

static enum reason container_begin(struct walk *w, bool is_object)
{
    struct place place = value_begin(w);
    struct level *levels = arena_grow(w->arena, w->levels, w->depth, &w->cap, sizeof(*levels));

    if (levels == NULL) {
        return REASON_SPAN_LIMIT;
    }
    w->levels = levels;
    levels[w->depth++] = (struct level){.place = place, .is_object = is_object};
    if (!is_object && place.node != NULL && place.node->turns != NULL && w->turns.shape == NULL) {
        turns_begin(w, place.node->turns);
    }
    return REASON_OK;
}

static enum reason on_object_begin(void *ctx)
{
    return container_begin(ctx, true);
}

static enum reason on_array_begin(void *ctx)
{
    return container_begin(ctx, false);
}

static enum reason on_object_end(void *ctx)
{
    struct walk *w = ctx;

    w->depth--;
    value_end(w);
    return REASON_OK;
}

static enum reason on_array_end(void *ctx)
{
    struct walk *w = ctx;

    if (in_turns(w)) {
        turns_end(w);
    }
    w->depth--;
    value_end(w);
    return REASON_OK;
}

static enum reason on_key(void *ctx, const struct json_string *s)
{
    struct walk *w = ctx;
    struct level *level = top(w);

    level->key = s->text;
    level->child = descend(level->place, shape_node_member(level->place.node, s->text));
    level->child_path = NULL;
    return add(w, s->text, s->map, SPAN_JSON_KEY, level->child.role);
}

static enum reason on_string(void *ctx, const struct json_string *s)
{
    struct walk *w = ctx;
    struct place place = value_begin(w);
    unsigned facts = place.node == NULL ? 0 : place.node->facts;
    struct body_facts *found = &w->out->facts;
    enum reason r;

    if ((facts & SHAPE_FACT_MODEL) != 0 && found->model.p == NULL) {
        found->model = s->text;
    }
    if ((facts & SHAPE_FACT_USER) != 0 && found->user.p == NULL) {
        found->user = s->text;
    }
    note_role(w, s->text);
    r = add(w, s->text, s->map, SPAN_JSON_STRING, place.role);
    value_end(w);
    return r;
}

static size_t count_digits(struct str token)
{
    size_t count = 0;

    for (size_t i = 0; i < token.n; i++) {
        count += token.p[i] >= '0' && token.p[i] <= '9';
    }
    return count;
}

static enum reason on_number(void *ctx, struct str raw, size_t at)
{
    struct walk *w = ctx;
    struct place place = value_begin(w);
    enum reason r = REASON_OK;

    if (count_digits(raw) >= DIGITS_MIN) {
        r = add(w, raw, offmap_identity(at, raw.n), SPAN_JSON_NUMBER, place.role);
    }
    value_end(w);
    return r;
}

static enum reason on_literal(void *ctx, struct str raw, size_t at)
{
    struct walk *w = ctx;
    struct place place = value_begin(w);

    (void)at;
    if (place.node != NULL && (place.node->facts & SHAPE_FACT_STREAM) != 0 && raw.p[0] == 't') {
        w->out->facts.stream = true;
    }
    value_end(w);
    return REASON_OK;
}

enum reason shape_spans(const struct operation *op, enum direction dir, struct str body,
                        const struct json_limits *limits, struct arena *a, struct span_list *out,
                        size_t *error_at)
{
    static const struct json_events events = {on_object_begin, on_object_end, on_array_begin,
                                              on_array_end,    on_key,        on_string,
                                              on_number,       on_literal};
    struct walk w = {.arena = a, .out = out};

    if (op != NULL) {
        w.root.node = dir == DIRECTION_PROMPT ? &op->request : &op->response;
    }
    return json_scan(body, limits, a, &events, &w, error_at);
}
