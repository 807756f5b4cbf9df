#include "rules/read.h"

#include "text/utf8.h"

#include <stdlib.h>

/* A term with its place, while the list is read and made free of duplicates. */
struct term {
    struct str text;
    struct where at;
    size_t index; /* in the list, from 0 */
};

struct term_array {
    struct term *items;
    size_t count, cap;
};

static bool out_of_memory(struct schema_context *cx, struct where at)
{
    diag_error(cx->diags, at, "out of memory");
    return false;
}

/* Anything but a diagnostic here would let a mistyped list stop every text there is. */
static bool term_valid(struct schema_context *cx, struct str text, struct where at)
{
    if (text.n > RULE_MAX_TERM) {
        diag_error(cx->diags, at, "the term has %zu bytes; at most %d are allowed", text.n,
                   RULE_MAX_TERM);
        return false;
    }
    if (text.n == 0 || utf8_forward(text, 0, 1) >= text.n) {
        diag_error(cx->diags, at, "a term needs at least 2 characters");
        return false;
    }
    for (size_t i = 0; i < text.n; i++) {
        if ((unsigned char)text.p[i] < 0x20 || text.p[i] == 0x7f) {
            diag_error(cx->diags, at, "the term holds a control character");
            return false;
        }
    }
    return true;
}

static bool add_term(struct schema_context *cx, struct term_array *terms, struct str text,
                     struct where at)
{
    struct term *grown =
        arena_grow(cx->arena, terms->items, terms->count, &terms->cap, sizeof(*grown));

    if (grown == NULL) {
        return out_of_memory(cx, at);
    }
    terms->items = grown;
    terms->items[terms->count] = (struct term){text, at, terms->count};
    terms->count++;
    return true;
}

static bool read_inline(struct schema_context *cx, const struct yaml_node *node,
                        struct term_array *terms)
{
    bool ok = true;

    for (size_t i = 0; i < node->count; i++) {
        struct str text;

        if (!schema_str(cx, node->items[i], &text) || !term_valid(cx, text, node->items[i]->at)) {
            ok = false;
        } else if (!add_term(cx, terms, text, node->items[i]->at)) {
            return false;
        }
    }
    return ok;
}

static unsigned line_at(struct str content, size_t offset)
{
    unsigned line = 1;

    for (size_t i = 0; i < offset; i++) {
        line += content.p[i] == '\n';
    }
    return line;
}

static bool file_encoding_valid(struct schema_context *cx, const char *name, struct str content)
{
    struct where at = {name, 1, 1};
    size_t bad;

    if (str_starts(content, STR("\xEF\xBB\xBF"))) {
        diag_error(cx->diags, at, "the file begins with a byte order mark; save it without one");
        return false;
    }
    if (!utf8_valid(content, &bad)) {
        at.line = line_at(content, bad);
        diag_error(cx->diags, at, "the line is not valid UTF-8");
        return false;
    }
    return true;
}

/* One line, without its end: a comment, nothing, or a term. */
static bool read_line(struct schema_context *cx, struct str line, struct where at,
                      struct term_array *terms)
{
    if (str_ends(line, STR("\r"))) {
        line.n--;
    }
    struct str text = str_trim(line);
    if (text.n == 0 || text.p[0] == '#') {
        return true;
    }
    at.column = 1 + (unsigned)(text.p - line.p);
    return term_valid(cx, text, at) && add_term(cx, terms, text, at);
}

static bool read_file(struct schema_context *cx, const struct yaml_node *node,
                      struct term_array *terms)
{
    struct str content, line;
    bool ok = true;

    if (!schema_expect(cx, node, YAML_SCALAR, "a file name or a list of terms")) {
        return false;
    }
    const char *name = fileset_beside(cx->files, node->at.file, node->text);
    if (name == NULL) {
        diag_error(cx->diags, node->at, "the name of a term list is empty or too long");
        return false;
    }
    if (!fileset_get(cx->files, str_of(name), node->at, cx->diags, &content, &name) ||
        !file_encoding_valid(cx, name, content)) {
        return false;
    }
    struct where at = {name, 0, 1};
    while (str_next(&content, '\n', &line)) {
        at.line++;
        ok = read_line(cx, line, at, terms) && ok;
    }
    if (ok && terms->count == 0) {
        diag_error(cx->diags, (struct where){name, 0, 0}, "the file holds no terms");
        return false;
    }
    return ok;
}

static int compare_texts(const void *a, const void *b)
{
    const struct term *x = a, *y = b;
    int order = str_cmp(x->text, y->text);

    return order != 0 ? order : (x->index > y->index) - (x->index < y->index);
}

static int compare_index(const void *a, const void *b)
{
    const struct term *x = a, *y = b;

    return (x->index > y->index) - (x->index < y->index);
}

/* Drops all but the first of equal terms; the order of what stays is kept. `warn` tells each. */
static void drop_duplicates(struct schema_context *cx, struct term_array *terms, bool warn)
{
    size_t kept = 0;

    if (terms->count == 0) {
        return;
    }
    qsort(terms->items, terms->count, sizeof(*terms->items), compare_texts);
    for (size_t i = 0; i < terms->count; i++) {
        const struct term *t = &terms->items[i];

        if (kept == 0 || !str_eq(terms->items[kept - 1].text, t->text)) {
            terms->items[kept++] = *t;
        } else if (warn) {
            diag_warn(cx->diags, t->at, "the term stands already at %s:%u",
                      terms->items[kept - 1].at.file, terms->items[kept - 1].at.line);
        }
    }
    terms->count = kept;
    qsort(terms->items, terms->count, sizeof(*terms->items), compare_index);
}

static bool keep_texts(struct schema_context *cx, struct where at, const struct term_array *terms,
                       struct str_list *out)
{
    out->items = arena_array(cx->arena, terms->count, sizeof(*out->items));
    if (out->items == NULL) {
        return out_of_memory(cx, at);
    }
    for (size_t i = 0; i < terms->count; i++) {
        out->items[i] = terms->items[i].text;
    }
    out->count = terms->count;
    return true;
}

static bool fold(struct schema_context *cx, struct where at, struct str *text)
{
    struct view_text folded;

    if (view_fold(cx->arena, *text, &folded) != REASON_OK) {
        return out_of_memory(cx, at);
    }
    *text = folded.text;
    return true;
}

static bool fold_all(struct schema_context *cx, struct term_array *terms)
{
    bool ok = true;

    for (size_t i = 0; i < terms->count; i++) {
        struct term *t = &terms->items[i];

        if (!fold(cx, t->at, &t->text)) {
            return false;
        }
        if (t->text.n == 0 || utf8_forward(t->text, 0, 1) >= t->text.n) {
            diag_error(cx->diags, t->at, "folding leaves less than 2 characters of the term");
            ok = false;
        }
    }
    return ok;
}

bool terms_read(struct schema_context *cx, const struct yaml_node *node, struct ruleset *rs,
                struct rule *rule)
{
    struct term_array terms = {0};
    bool ok =
        node->kind == YAML_SEQUENCE ? read_inline(cx, node, &terms) : read_file(cx, node, &terms);

    if (!ok) {
        return false;
    }
    if (terms.count > RULE_MAX_TERMS - rs->term_count) {
        diag_error(cx->diags, node->at, "more than %d terms in all rules", RULE_MAX_TERMS);
        return false;
    }
    drop_duplicates(cx, &terms, true);
    rs->term_count += terms.count;
    if ((rule_reads(rule, VIEW_RAW) || rule_reads(rule, VIEW_DECODED)) &&
        !keep_texts(cx, node->at, &terms, &rule->terms[FORM_PLAIN])) {
        return false;
    }
    if (!rule_reads(rule, VIEW_FOLDED)) {
        return true;
    }
    if (!fold_all(cx, &terms)) {
        return false;
    }
    drop_duplicates(cx, &terms, false);
    return keep_texts(cx, node->at, &terms, &rule->terms[FORM_FOLDED]);
}

bool terms_fold(struct schema_context *cx, struct where at, struct str_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        if (!fold(cx, at, &list->items[i])) {
            return false;
        }
        if (list->items[i].n == 0) {
            diag_error(cx->diags, at, "folding leaves nothing of item %zu", i + 1);
            return false;
        }
    }
    return true;
}
