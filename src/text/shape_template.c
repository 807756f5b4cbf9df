/* Templates: from a text with {{fields}} to pieces, with each error at its place in the file. */
#include "text/shape_parts.h"

#include <stdio.h>

#define CHECK_MAX ((size_t)1 << 20) /* a filled template, and what checking it takes */

/* --- places --- */

static size_t find_line(struct str content, unsigned line)
{
    size_t at = 0;

    while (line > 1 && at < content.n) {
        size_t end = str_find(content, STR("\n"), at);

        at = end < content.n ? end + 1 : content.n;
        line--;
    }
    return at;
}

static bool continues_character(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

/*
 * The place of the `{{` that has `before` others before it in `node`. Braces stand in the file as
 * they are, whatever the style of the scalar, unless somebody escaped them: then the node's place.
 */
static struct where place_of_field(const struct yaml_node *node, struct str content, size_t before)
{
    struct where at = node->at;
    size_t line = find_line(content, at.line);
    size_t found = line;

    for (size_t i = 0; i <= before; i++) {
        found = str_find(content, STR("{{"), i == 0 ? line : found + 2);
        if (found == SIZE_MAX) {
            return node->at;
        }
    }
    for (size_t end; (end = str_find(content, STR("\n"), line)) < found; line = end + 1) {
        at.line++;
    }
    at.column = 1;
    for (size_t i = line; i < found; i++) {
        at.column += !continues_character(content.p[i]);
    }
    return at;
}

/* --- pieces --- */

struct pieces {
    struct template_piece *items;
    size_t count, cap;
};

static bool add_piece(struct schema_context *cx, const struct yaml_node *node, struct pieces *p,
                      struct str literal, enum template_field field)
{
    struct template_piece *items =
        arena_grow(cx->arena, p->items, p->count, &p->cap, sizeof(*items));

    if (items == NULL) {
        diag_error(cx->diags, node->at, "out of memory");
        return false;
    }
    p->items = items;
    items[p->count++] = (struct template_piece){literal, field};
    return true;
}

static bool find_field(struct str name, enum template_field *out)
{
    for (int i = 0; i < TEMPLATE_FIELD_COUNT; i++) {
        if (str_eq(name, str_of(template_field_names[i]))) {
            *out = (enum template_field)i;
            return true;
        }
    }
    return false;
}

static void tell_unknown_field(struct schema_context *cx, struct where at, struct str name)
{
    const char *near = diag_suggest(name, template_field_names);
    char quoted[DIAG_QUOTE_SIZE], expected[DIAG_NAMES_SIZE];

    diag_quote(quoted, name);
    if (near != NULL) {
        diag_error(cx->diags, at, "unknown template field %s; did you mean `%s`?", quoted, near);
    } else {
        diag_error(cx->diags, at, "unknown template field %s; expected %s", quoted,
                   diag_names(expected, sizeof(expected), template_field_names));
    }
}

/* Tells every field that is unknown, not only the first. */
static bool split(struct schema_context *cx, const struct yaml_node *node, struct str content,
                  struct str text, struct pieces *p)
{
    size_t at = 0;
    bool ok = true;

    for (size_t before = 0;; before++) {
        size_t open = str_find(text, STR("{{"), at), close;
        enum template_field field = TEMPLATE_FIELD_COUNT;

        if (open == SIZE_MAX) {
            return add_piece(cx, node, p, str_sub(text, at, text.n), field) && ok;
        }
        close = str_find(text, STR("}}"), open + 2);
        if (close == SIZE_MAX) {
            diag_error(cx->diags, place_of_field(node, content, before),
                       "a template field begins with `{{` but does not end in `}}`");
            return false;
        }
        if (!find_field(str_sub(text, open + 2, close), &field)) {
            tell_unknown_field(cx, place_of_field(node, content, before),
                               str_sub(text, open + 2, close));
            ok = false;
        }
        if (!add_piece(cx, node, p, str_sub(text, at, open), field)) {
            return false;
        }
        at = close + 2;
    }
}

/* --- the check --- */

static size_t lines_before(struct str text, size_t at)
{
    size_t lines = 0;

    for (size_t i = 0; i < at && i < text.n; i++) {
        lines += text.p[i] == '\n';
    }
    return lines;
}

/*
 * All texts are the same one, which needs escapes: so a field that stands inside a string shows,
 * and so do two fields that are keys of one object.
 */
static bool check_json(struct schema_context *cx, const struct yaml_node *node,
                       const struct shape_template *t)
{
    static const struct json_events nothing = {.key = NULL};
    struct template_values sample = {.numbers = {1700000000, 400}};
    struct arena *a = arena_new(CHECK_MAX);
    struct buf out = BUF_INIT(CHECK_MAX);
    enum reason r = REASON_MEMORY;
    size_t at = 0;

    for (size_t i = 0; i < SG_COUNT(sample.texts); i++) {
        sample.texts[i] = STR("a \"quoted\" \\ text\nof \xE4\xB8\xA4 lines");
    }
    if (a != NULL && template_fill(t, &sample, &out)) {
        r = json_scan(buf_str(&out), NULL, a, &nothing, NULL, &at);
    }
    if (r == REASON_MEMORY || r == REASON_SPAN_LIMIT) {
        diag_error(cx->diags, node->at, "the template is too large: expected at most 1 MiB");
    } else if (r != REASON_OK) {
        diag_error(
            cx->diags, node->at,
            "the template is not valid JSON once it is filled (line %zu of the template): %s",
            lines_before(buf_str(&out), at) + 1, reason_sentence(r));
    }
    buf_free(&out);
    arena_free(a);
    return r == REASON_OK;
}

bool template_read(struct schema_context *cx, const struct yaml_node *node, struct str content,
                   struct shape_template *t)
{
    struct pieces pieces = {.count = 0};
    struct str text;

    if (!schema_str(cx, node, &text)) {
        return false;
    }
    while (text.n > 0 && text.p[text.n - 1] == '\n') {
        text.n--; /* a block scalar ends in one */
    }
    if (!split(cx, node, content, text, &pieces)) {
        return false;
    }
    *t = (struct shape_template){pieces.items, pieces.count};
    return check_json(cx, node, t);
}
