#include "text/shape_parts.h"

/* A handful of pointers makes a few dozen nodes; only many `*` beside exact steps multiply. */
#define NODES_MAX 10000

/* The digits of an array index: no sign, no leading zero (RFC 6901, 4). */
static bool is_index(struct str key, size_t *index)
{
    uint64_t value;

    if (key.n > 1 && key.p[0] == '0') {
        return false;
    }
    if (!str_to_u64(key, SIZE_MAX, &value)) {
        return false;
    }
    *index = (size_t)value;
    return true;
}

static struct shape_node *find_child(const struct shape_node *node, struct str key)
{
    for (struct shape_node *child = node->children; child != NULL; child = child->next) {
        if (str_eq(child->key, key)) {
            return child;
        }
    }
    return NULL;
}

static struct shape_node *child_make(struct arena *a, struct shape_node *node, struct str key)
{
    struct shape_node *child = find_child(node, key);

    if (child == NULL) {
        child = arena_alloc(a, sizeof(*child));
        if (child != NULL) {
            child->key = key;
            child->is_index = is_index(key, &child->index);
            child->next = node->children;
            node->children = child;
        }
    }
    return child;
}

static struct shape_node *any_make(struct arena *a, struct shape_node *node)
{
    if (node->any == NULL) {
        node->any = arena_alloc(a, sizeof(*node->any));
    }
    return node->any;
}

/* Undoes ~1 and ~0 (RFC 6901, 4). */
static bool unescape(struct arena *a, struct str step, struct str *key, const char **why)
{
    char *out = arena_strdup(a, step);
    size_t n = 0;

    if (out == NULL) {
        *why = "out of memory";
        return false;
    }
    for (size_t i = 0; i < step.n; i++) {
        out[n] = step.p[i];
        if (step.p[i] == '~') {
            i++;
            if (i == step.n || (step.p[i] != '0' && step.p[i] != '1')) {
                *why = "`~` stands without 0 or 1 in a JSON pointer";
                return false;
            }
            out[n] = step.p[i] == '0' ? '~' : '/';
        }
        n++;
    }
    *key = (struct str){out, n};
    return true;
}

struct shape_node *shape_node_make(struct arena *a, struct shape_node *root, struct str pointer,
                                   const char **why)
{
    struct shape_node *node = root;
    size_t at = 1;

    if (pointer.n == 0 || pointer.p[0] != '/') {
        *why = "a JSON pointer begins with `/`";
        return NULL;
    }
    while (node != NULL && at <= pointer.n) {
        size_t slash = str_find(pointer, STR("/"), at);
        size_t end = slash < pointer.n ? slash : pointer.n;
        struct str step = str_sub(pointer, at, end), key;

        if (str_eq(step, STR("*"))) {
            node = any_make(a, node);
        } else if (unescape(a, step, &key, why)) {
            node = child_make(a, node, key);
        } else {
            return NULL;
        }
        at = end + 1;
    }
    if (node == NULL) {
        *why = "out of memory";
    }
    return node;
}

/* Puts into `to`, and below it, what `from` says and `to` does not. */
static bool merge(struct arena *a, struct shape_node *to, const struct shape_node *from,
                  size_t *budget)
{
    if (to == NULL || (*budget)-- == 0) {
        return false;
    }
    to->facts |= from->facts;
    if (!to->has_role) {
        to->has_role = from->has_role;
        to->role = from->role;
    }
    if (to->turns == NULL) {
        to->turns = from->turns;
    }
    for (const struct shape_node *child = from->children; child != NULL; child = child->next) {
        if (!merge(a, child_make(a, to, child->key), child, budget)) {
            return false;
        }
    }
    return from->any == NULL || merge(a, any_make(a, to), from->any, budget);
}

static bool close_node(struct arena *a, struct shape_node *node, size_t *budget)
{
    for (struct shape_node *child = node->children; child != NULL; child = child->next) {
        if ((node->any != NULL && !merge(a, child, node->any, budget)) ||
            !close_node(a, child, budget)) {
            return false;
        }
    }
    return node->any == NULL || close_node(a, node->any, budget);
}

bool shape_node_close(struct arena *a, struct shape_node *root)
{
    size_t budget = NODES_MAX;

    return close_node(a, root, &budget);
}

const struct shape_node *shape_node_member(const struct shape_node *node, struct str key)
{
    const struct shape_node *child;

    if (node == NULL) {
        return NULL;
    }
    child = find_child(node, key);
    return child != NULL ? child : node->any;
}

const struct shape_node *shape_node_element(const struct shape_node *node, size_t index)
{
    if (node == NULL) {
        return NULL;
    }
    for (const struct shape_node *child = node->children; child != NULL; child = child->next) {
        if (child->is_index && child->index == index) {
            return child;
        }
    }
    return node->any;
}
