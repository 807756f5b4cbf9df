/*
 * libyaml's events become a tree. libyaml composes trees of its own, but those resolve aliases and
 * keep no word of duplicate keys: what must be refused is seen only in the events.
 */
#include "conf/yaml.h"

#include "conf/yaml_node.h"
#include "conf/yaml_text.h"

#include <yaml.h>

/* An open list or mapping. In a mapping, `key` is set while its value is awaited. */
struct frame {
    struct yaml_node *node;
    struct yaml_node *key;
    size_t items_cap, keys_cap;
};

struct reader {
    struct arena *arena;
    struct diags *diags;
    const char *file;
    struct str text;
    struct yaml_node *root;
    size_t nodes;
    size_t depth;
    struct frame stack[YAML_MAX_DEPTH];
};

/* --- errors ------------------------------------------------------------------------------ */

static struct where place(const struct reader *r, yaml_mark_t mark)
{
    return (struct where){r->file, (unsigned)mark.line + 1, (unsigned)mark.column + 1};
}

static bool tell_memory(struct reader *r, struct where at)
{
    diag_error(r->diags, at, "out of memory while reading the file");
    return false;
}

/* What most often stands behind a problem that libyaml names in its own terms. */
static const char *hint(const char *problem)
{
    static const struct {
        const char *problem, *hint;
    } hints[] = {
        {"mapping values are not allowed in this context",
         "quote a text that holds `: `, and indent the keys of one mapping alike"},
        {"found character that cannot start any token",
         "indent with spaces, not tabs, and quote a text that begins with %, @ or `"},
        {"did not find expected key",
         "indent the keys of one mapping alike; a quoted text ends with its quote"},
        {"did not find expected '-' indicator", "indent the items of one list alike"},
        {"could not find expected ':'", "a key is followed by `: ` on its own line"},
        {"did not find expected ',' or ']'", "close the list with ]"},
        {"did not find expected ',' or '}'", "close the mapping with }"},
        {"did not find expected node content", "a value is missing here"},
        {"did not find expected <document start>", "a file holds one list or one mapping"},
        {"found unexpected end of stream", "a quote is not closed"},
        {"found unknown escape character", "patterns go into single quotes, which know no escapes"},
    };

    for (size_t i = 0; i < SG_COUNT(hints); i++) {
        if (strcmp(hints[i].problem, problem) == 0) {
            return hints[i].hint;
        }
    }
    return NULL;
}

/* What libyaml found wrong in the bytes. The place is the character's, not that of a byte in it. */
static void tell_bytes(struct reader *r, const yaml_parser_t *p)
{
    size_t offset = p->problem_offset;

    if (strcmp(p->problem, "invalid trailing UTF-8 octet") == 0) {
        do {
            offset--;
        } while (offset > 0 && (r->text.p[offset] & 0xC0) == 0x80);
    }
    struct where at = yaml_text_where(r->file, r->text, offset);

    if (strcmp(p->problem, "control characters are not allowed") == 0) {
        diag_error(
            r->diags, at,
            "the character U+%04X may not stand in a file; expected an escape in double quotes",
            (unsigned)p->problem_value);
    } else {
        diag_error(r->diags, at,
                   "the file is not valid UTF-8 (%s); expected UTF-8: save it as UTF-8",
                   p->problem);
    }
}

static void tell_syntax(struct reader *r, const yaml_parser_t *p)
{
    char context[160] = "";
    const char *problem = p->problem == NULL ? "not valid YAML" : p->problem;
    const char *advice = hint(problem);

    if (p->error == YAML_MEMORY_ERROR) {
        (void)tell_memory(r, place(r, p->mark));
        return;
    }
    if (p->error == YAML_READER_ERROR) {
        tell_bytes(r, p);
        return;
    }
    if (p->context != NULL) {
        snprintf(context, sizeof(context), " %s that begins at line %zu, column %zu", p->context,
                 p->context_mark.line + 1, p->context_mark.column + 1);
    }
    diag_error(r->diags, place(r, p->problem_mark), "%s%s%s%s", problem, context,
               advice == NULL ? "" : ": ", advice == NULL ? "" : advice);
}

/* --- the tree ---------------------------------------------------------------------------- */

/* What stands where a key is expected. A key that is refused leaves its pair out of the tree. */
static void check_key(struct reader *r, const struct yaml_node *key)
{
    if (key->kind != YAML_SCALAR) {
        diag_error(r->diags, key->at, "a key is a %s; expected text%s", yaml_kind_name(key->kind),
                   key->kind == YAML_MAPPING ? " (quote a text that begins with {)"
                                             : " (quote a text that begins with [)");
    } else if (yaml_is_absent(key)) {
        diag_error(r->diags, key->at, "a key is missing; expected text before `:`");
    } else if (!key->quoted && str_eq(key->text, STR("<<"))) {
        diag_error(r->diags, key->at, "merge keys (`<<`) are not allowed: write the keys out");
    }
}

static bool usable_key(const struct yaml_node *key)
{
    return key->kind == YAML_SCALAR && !yaml_is_absent(key);
}

static bool add_item(struct reader *r, struct frame *f, struct yaml_node *item)
{
    struct yaml_node *node = f->node;
    void *items =
        arena_grow(r->arena, node->items, node->count, &f->items_cap, sizeof(*node->items));

    if (items == NULL) {
        return tell_memory(r, item->at);
    }
    node->items = items;
    node->items[node->count] = item;
    if (node->kind == YAML_MAPPING) {
        void *keys =
            arena_grow(r->arena, node->keys, node->count, &f->keys_cap, sizeof(*node->keys));

        if (keys == NULL) {
            return tell_memory(r, item->at);
        }
        node->keys = keys;
        node->keys[node->count] = f->key;
    }
    node->count++;
    return true;
}

/* Hands a new node to whatever is open: as a key, a value, an item, or the root. */
static bool attach(struct reader *r, struct yaml_node *node)
{
    struct frame *f = r->depth == 0 ? NULL : &r->stack[r->depth - 1];

    if (f == NULL) {
        r->root = node;
        return true;
    }
    if (f->node->kind == YAML_MAPPING && f->key == NULL) {
        check_key(r, node);
        f->key = node;
        return true;
    }
    bool kept = f->node->kind == YAML_SEQUENCE || usable_key(f->key);
    if (kept && !add_item(r, f, node)) {
        return false;
    }
    f->key = NULL;
    return true;
}

static struct yaml_node *node_new(struct reader *r, enum yaml_kind kind, yaml_mark_t mark)
{
    if (r->nodes == YAML_MAX_NODES) {
        diag_error(r->diags, place(r, mark), "the file holds more than %d values", YAML_MAX_NODES);
        return NULL;
    }
    struct yaml_node *node = arena_alloc(r->arena, sizeof(*node));
    if (node == NULL) {
        (void)tell_memory(r, place(r, mark));
        return NULL;
    }
    r->nodes++;
    node->kind = kind;
    node->at = place(r, mark);
    return node;
}

static bool add_scalar(struct reader *r, const yaml_event_t *e, struct str text, bool quoted)
{
    struct yaml_node *node = node_new(r, YAML_SCALAR, e->start_mark);

    if (node == NULL) {
        return false;
    }
    node->quoted = quoted;
    node->text = (struct str){arena_strdup(r->arena, text), text.n};
    return node->text.p != NULL ? attach(r, node) : tell_memory(r, node->at);
}

static bool open_node(struct reader *r, const yaml_event_t *e, enum yaml_kind kind)
{
    if (r->depth == YAML_MAX_DEPTH) {
        diag_error(r->diags, place(r, e->start_mark), "nested deeper than %d levels",
                   YAML_MAX_DEPTH);
        return false;
    }
    struct yaml_node *node = node_new(r, kind, e->start_mark);
    if (node == NULL || !attach(r, node)) {
        return false;
    }
    r->stack[r->depth++] = (struct frame){.node = node};
    return true;
}

static bool close_node(struct reader *r)
{
    struct yaml_node *node = r->stack[--r->depth].node;

    if (node->kind == YAML_MAPPING && !yaml_sort(r->arena, node, r->diags)) {
        return tell_memory(r, node->at);
    }
    return true;
}

/* --- events ------------------------------------------------------------------------------ */

static void check_properties(struct reader *r, const yaml_event_t *e, const yaml_char_t *anchor,
                             const yaml_char_t *tag)
{
    if (anchor != NULL) {
        diag_error(r->diags, place(r, e->start_mark),
                   "anchors (`&name`) are not allowed: write the value out; quote a text that "
                   "begins with &");
    }
    if (tag != NULL) {
        diag_error(r->diags, place(r, e->start_mark),
                   "tags (`!name`) are not allowed; quote a text that begins with !");
    }
}

static bool on_document(struct reader *r, const yaml_event_t *e)
{
    if (r->root != NULL) {
        diag_error(r->diags, place(r, e->start_mark),
                   "a second document begins here; expected one document a file");
        return false;
    }
    if (e->data.document_start.tag_directives.start != e->data.document_start.tag_directives.end) {
        diag_error(r->diags, place(r, e->start_mark), "%%TAG is not allowed: there are no tags");
    }
    return true;
}

static bool on_scalar(struct reader *r, const yaml_event_t *e)
{
    struct str text = {(const char *)e->data.scalar.value, e->data.scalar.length};

    check_properties(r, e, e->data.scalar.anchor, e->data.scalar.tag);
    return add_scalar(r, e, text, e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE);
}

/* An alias leaves a text in its place, so that keys and values stay paired and reading goes on. */
static bool on_alias(struct reader *r, const yaml_event_t *e)
{
    diag_error(r->diags, place(r, e->start_mark),
               "aliases (`*name`) are not allowed: write the value out; quote a text that begins "
               "with *");
    return add_scalar(r, e, str_of((const char *)e->data.alias.anchor), true);
}

static bool on_event(struct reader *r, const yaml_event_t *e)
{
    switch (e->type) {
    case YAML_DOCUMENT_START_EVENT:
        return on_document(r, e);
    case YAML_ALIAS_EVENT:
        return on_alias(r, e);
    case YAML_SCALAR_EVENT:
        return on_scalar(r, e);
    case YAML_SEQUENCE_START_EVENT:
        check_properties(r, e, e->data.sequence_start.anchor, e->data.sequence_start.tag);
        return open_node(r, e, YAML_SEQUENCE);
    case YAML_MAPPING_START_EVENT:
        check_properties(r, e, e->data.mapping_start.anchor, e->data.mapping_start.tag);
        return open_node(r, e, YAML_MAPPING);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        return close_node(r);
    default:
        return true; /* the stream's and the document's ends hold nothing */
    }
}

static void read_events(struct reader *r, yaml_parser_t *parser)
{
    for (bool more = true; more;) {
        yaml_event_t event;

        if (!yaml_parser_parse(parser, &event)) {
            tell_syntax(r, parser);
            return;
        }
        more = on_event(r, &event) && event.type != YAML_STREAM_END_EVENT;
        yaml_event_delete(&event);
    }
}

struct yaml_node *yaml_read(struct arena *a, const char *file, struct str text, struct diags *d)
{
    struct reader r = {.arena = a, .diags = d, .file = file};
    size_t before = diags_errors(d);
    yaml_parser_t parser;

    if (!yaml_text_check(file, &text, d)) {
        return NULL;
    }
    r.text = text;
    if (!yaml_parser_initialize(&parser)) {
        (void)tell_memory(&r, (struct where){file, 0, 0});
        return NULL;
    }
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)(text.n == 0 ? "" : text.p),
                                 text.n);
    read_events(&r, &parser);
    yaml_parser_delete(&parser);

    if (diags_errors(d) == before && (r.root == NULL || yaml_is_absent(r.root))) {
        diag_error(d, (struct where){file, 0, 0}, "the file is empty");
    }
    return diags_errors(d) == before ? r.root : NULL;
}
