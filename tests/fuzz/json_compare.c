#include "tests/fuzz/json_compare.h"

#include "text/json.h"
#include "text/utf8.h"

#include <ctype.h>
#include <jansson.h>
#include <stdlib.h>

#define ARENA_MAX ((size_t)1 << 30)

/* A jansson value that is built from our events. */
struct build {
    struct str body;
    json_t *stack[160]; /* the open containers */
    size_t depth;
    json_t *root;
    char *key;
    const char *wrong;
};

static enum reason put(struct build *b, json_t *value)
{
    json_t *parent = b->depth > 0 ? b->stack[b->depth - 1] : NULL;
    int failed = 0;

    if (value == NULL) {
        return REASON_MEMORY;
    }
    if (parent == NULL) {
        b->root = value;
    } else if (json_is_array(parent)) {
        failed = json_array_append_new(parent, value);
    } else {
        failed = json_object_set_new_nocheck(parent, b->key, value);
    }
    return failed != 0 ? REASON_MEMORY : REASON_OK;
}

static enum reason begin(struct build *b, json_t *container)
{
    enum reason r = put(b, container);

    if (r == REASON_OK) {
        b->stack[b->depth++] = container;
    }
    return r;
}

static enum reason on_object_begin(void *ctx)
{
    return begin(ctx, json_object());
}

static enum reason on_array_begin(void *ctx)
{
    return begin(ctx, json_array());
}

static enum reason on_end(void *ctx)
{
    struct build *b = ctx;

    b->depth--;
    return REASON_OK;
}

/* What must hold for every string, whatever jansson says. */
static void check_string(struct build *b, const struct json_string *s)
{
    size_t from, to;

    if (!utf8_valid(s->text, NULL)) {
        b->wrong = "a text is not UTF-8";
    }
    offmap_range(&s->map, 0, s->text.n, &from, &to);
    if (b->body.p + from != s->raw.p || to - from != s->raw.n) {
        b->wrong = "a map does not cover its string";
    }
}

static enum reason on_key(void *ctx, const struct json_string *s)
{
    struct build *b = ctx;

    check_string(b, s);
    free(b->key);
    b->key = strndup(s->text.n > 0 ? s->text.p : "", s->text.n);
    return b->key == NULL ? REASON_MEMORY : REASON_OK;
}

static enum reason on_string(void *ctx, const struct json_string *s)
{
    check_string(ctx, s);
    return put(ctx, json_stringn_nocheck(s->text.n > 0 ? s->text.p : "", s->text.n));
}

static enum reason on_number(void *ctx, struct str raw, size_t at)
{
    bool real = memchr(raw.p, '.', raw.n) != NULL || memchr(raw.p, 'e', raw.n) != NULL ||
                memchr(raw.p, 'E', raw.n) != NULL;
    char *text = strndup(raw.p, raw.n);
    enum reason r = REASON_MEMORY;

    (void)at;
    if (text != NULL) {
        r = put(ctx, real ? json_real(strtod(text, NULL)) : json_integer(strtoll(text, NULL, 10)));
    }
    free(text);
    return r;
}

static enum reason on_literal(void *ctx, struct str raw, size_t at)
{
    (void)at;
    return put(ctx, raw.p[0] == 'n' ? json_null() : json_boolean(raw.p[0] == 't'));
}

static const struct json_events nothing;
static const struct json_events building = {on_object_begin, on_end,    on_array_begin, on_end,
                                            on_key,          on_string, on_number,      on_literal};

/* What jansson refuses though RFC 8259 allows it. */
static bool is_jansson_limit(const json_error_t *e)
{
    return json_error_code(e) == json_error_numeric_overflow || /* numbers have no bound there */
           json_error_code(e) == json_error_null_byte_in_key;   /* its keys end in NUL */
}

/* jansson passes over a NUL that stands right after a number or a literal, inside the document. */
static bool is_jansson_nul(struct str body, enum reason r, size_t at)
{
    return r == REASON_JSON_SYNTAX && at > 0 && at < body.n && body.p[at] == '\0' &&
           isalnum((unsigned char)body.p[at - 1]);
}

static const char *compare_values(struct str body, struct arena *a, json_t *theirs)
{
    struct build b = {.body = body};
    enum reason r = json_scan(body, NULL, a, &building, &b, NULL);
    const char *wrong = b.wrong;

    if (wrong == NULL && r == REASON_OK && !json_equal(b.root, theirs)) {
        wrong = "both accept, but read different values";
    }
    if (wrong == NULL && r != REASON_OK && r != REASON_MEMORY) {
        wrong = "accepted without events, refused with them";
    }
    json_decref(b.root);
    free(b.key);
    return wrong;
}

const char *json_compare(struct str body, bool *same)
{
    struct arena *a = arena_new(ARENA_MAX);
    json_error_t error;
    json_t *theirs = json_loadb(body.n > 0 ? body.p : "", body.n,
                                JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL | JSON_DECODE_ANY, &error);
    size_t at = SIZE_MAX;
    enum reason r = a == NULL ? REASON_MEMORY : json_scan(body, NULL, a, &nothing, NULL, &at);
    const char *wrong = NULL;

    if (r == REASON_OK && theirs == NULL) {
        wrong = is_jansson_limit(&error) ? NULL : "jansson refuses what json_scan accepts";
    } else if (r == REASON_OK) {
        wrong = compare_values(body, a, theirs);
    } else if (r == REASON_JSON_DEPTH || r == REASON_JSON_NODES || r == REASON_MEMORY) {
        wrong = NULL; /* our limits are lower than jansson's */
    } else if (theirs != NULL && !is_jansson_nul(body, r, at)) {
        wrong = "json_scan refuses what jansson accepts";
    } else if (at > body.n) {
        wrong = "the error stands past the end";
    }
    if (same != NULL) {
        *same = r == REASON_OK && theirs != NULL;
    }
    json_decref(theirs);
    arena_free(a);
    return wrong;
}
