#include "text/json.h"
#include "text/json_keys.h"
#include "text/json_string.h"

const struct json_limits json_default_limits = {.depth = 128, .nodes = 1000000};

enum expect {
    EXPECT_VALUE,
    EXPECT_FIRST_VALUE, /* or `]` */
    EXPECT_FIRST_KEY,   /* or `}` */
    EXPECT_KEY,
    EXPECT_COLON,
    EXPECT_NEXT, /* `,` or the end of the container */
    EXPECT_END
};

struct frame {
    bool is_object;
    struct json_object object;
};

struct scan {
    struct str body;
    size_t at; /* next byte; on an error, where it is */
    enum expect expect;
    struct frame *frames;
    size_t depth, cap;
    size_t nodes;
    struct json_keys keys;
    const struct json_limits *limits;
    struct arena *arena;
    const struct json_events *events;
    void *ctx;
};

static void skip_space(struct scan *s)
{
    while (s->at < s->body.n) {
        char c = s->body.p[s->at];

        if (c != ' ' && c != '\n' && c != '\t' && c != '\r') {
            break;
        }
        s->at++;
    }
}

static enum reason fail(struct scan *s, enum reason r, size_t at)
{
    s->at = at;
    return r;
}

/* What an event answered; a refusal stands at the token that it was about. */
static enum reason answer(struct scan *s, enum reason r, size_t token)
{
    return r == REASON_OK ? r : fail(s, r, token);
}

static enum reason count_node(struct scan *s)
{
    return s->nodes++ < s->limits->nodes ? REASON_OK : REASON_JSON_NODES;
}

static void expect_after_value(struct scan *s)
{
    s->expect = s->depth == 0 ? EXPECT_END : EXPECT_NEXT;
}

static enum reason container_begin(struct scan *s, bool is_object)
{
    enum reason (*event)(void *) = is_object ? s->events->object_begin : s->events->array_begin;
    struct frame *frames;

    if (s->depth >= s->limits->depth) {
        return REASON_JSON_DEPTH;
    }
    frames = arena_grow(s->arena, s->frames, s->depth, &s->cap, sizeof(*frames));
    if (frames == NULL) {
        return REASON_SPAN_LIMIT;
    }
    s->frames = frames;
    frames[s->depth++] = (struct frame){is_object, json_keys_open(&s->keys)};
    s->expect = is_object ? EXPECT_FIRST_KEY : EXPECT_FIRST_VALUE;
    s->at++;
    return event == NULL ? REASON_OK : answer(s, event(s->ctx), s->at - 1);
}

static enum reason container_end(struct scan *s)
{
    struct frame *frame = &s->frames[--s->depth];
    enum reason (*event)(void *) = frame->is_object ? s->events->object_end : s->events->array_end;

    json_keys_close(&s->keys, &frame->object);
    expect_after_value(s);
    s->at++;
    return event == NULL ? REASON_OK : answer(s, event(s->ctx), s->at - 1);
}

static enum reason string_value(struct scan *s)
{
    size_t token = s->at;
    struct json_string string;
    enum reason r = json_string_read(s->body, &s->at, s->arena, &string);

    if (r != REASON_OK) {
        return r;
    }
    expect_after_value(s);
    return s->events->string == NULL ? REASON_OK
                                     : answer(s, s->events->string(s->ctx, &string), token);
}

static enum reason key(struct scan *s)
{
    size_t token = s->at;
    struct json_string string;
    enum reason r;

    if (s->body.p[token] != '"') {
        return REASON_JSON_SYNTAX;
    }
    r = count_node(s);
    if (r == REASON_OK) {
        r = json_string_read(s->body, &s->at, s->arena, &string);
    }
    if (r != REASON_OK) {
        return r;
    }
    r = json_keys_add(&s->keys, &s->frames[s->depth - 1].object, s->arena, string.text);
    s->expect = EXPECT_COLON;
    if (r == REASON_OK && s->events->key != NULL) {
        r = s->events->key(s->ctx, &string);
    }
    return answer(s, r, token);
}

/* One digit or more at `*at`, which moves past them. */
static bool digits(struct str body, size_t *at)
{
    size_t begin = *at;

    while (*at < body.n && body.p[*at] >= '0' && body.p[*at] <= '9') {
        (*at)++;
    }
    return *at > begin;
}

static bool take(struct str body, size_t *at, char one, char other)
{
    if (*at < body.n && (body.p[*at] == one || body.p[*at] == other)) {
        (*at)++;
        return true;
    }
    return false;
}

/* RFC 8259, 6: [ "-" ] int [ frac ] [ exp ]; `*at` moves past it or to the error. */
static bool read_number(struct str body, size_t *at)
{
    (void)take(body, at, '-', '-');
    if (!take(body, at, '0', '0') && !digits(body, at)) {
        return false;
    }
    if (take(body, at, '.', '.') && !digits(body, at)) {
        return false;
    }
    if (take(body, at, 'e', 'E')) {
        (void)take(body, at, '+', '-');
        return digits(body, at);
    }
    return true;
}

static enum reason number(struct scan *s)
{
    size_t token = s->at;

    if (!read_number(s->body, &s->at)) {
        return REASON_JSON_SYNTAX;
    }
    expect_after_value(s);
    if (s->events->number == NULL) {
        return REASON_OK;
    }
    return answer(s, s->events->number(s->ctx, str_sub(s->body, token, s->at), token), token);
}

static enum reason literal(struct scan *s, struct str want)
{
    size_t token = s->at;

    for (size_t i = 0; i < want.n; i++, s->at++) {
        if (s->at == s->body.n || s->body.p[s->at] != want.p[i]) {
            return REASON_JSON_SYNTAX;
        }
    }
    expect_after_value(s);
    if (s->events->literal == NULL) {
        return REASON_OK;
    }
    return answer(s, s->events->literal(s->ctx, str_sub(s->body, token, s->at), token), token);
}

static enum reason value(struct scan *s)
{
    char c = s->body.p[s->at];
    enum reason r = count_node(s);

    if (r != REASON_OK) {
        return r;
    }
    switch (c) {
    case '{':
    case '[':
        return container_begin(s, c == '{');
    case '"':
        return string_value(s);
    case 't':
        return literal(s, STR("true"));
    case 'f':
        return literal(s, STR("false"));
    case 'n':
        return literal(s, STR("null"));
    default:
        /* What is no number either fails at its first byte. */
        return number(s);
    }
}

static enum reason next(struct scan *s, char c)
{
    bool is_object = s->frames[s->depth - 1].is_object;

    if (c == ',') {
        s->at++;
        s->expect = is_object ? EXPECT_KEY : EXPECT_VALUE;
        return REASON_OK;
    }
    return c == (is_object ? '}' : ']') ? container_end(s) : REASON_JSON_SYNTAX;
}

/* The token at s->at, which is no white space and not the end of the body. */
static enum reason step(struct scan *s)
{
    char c = s->body.p[s->at];

    switch (s->expect) {
    case EXPECT_FIRST_VALUE:
        return c == ']' ? container_end(s) : value(s);
    case EXPECT_VALUE:
        return value(s);
    case EXPECT_FIRST_KEY:
        return c == '}' ? container_end(s) : key(s);
    case EXPECT_KEY:
        return key(s);
    case EXPECT_COLON:
        if (c != ':') {
            return REASON_JSON_SYNTAX;
        }
        s->at++;
        s->expect = EXPECT_VALUE;
        return REASON_OK;
    case EXPECT_NEXT:
        return next(s, c);
    case EXPECT_END:
        break;
    }
    return REASON_JSON_SYNTAX;
}

enum reason json_scan(struct str body, const struct json_limits *limits, struct arena *a,
                      const struct json_events *events, void *ctx, size_t *error_at)
{
    struct scan s = {.body = body,
                     .expect = EXPECT_VALUE,
                     .limits = limits == NULL ? &json_default_limits : limits,
                     .arena = a,
                     .events = events,
                     .ctx = ctx};
    enum reason r = REASON_OK;

    skip_space(&s);
    while (r == REASON_OK && s.at < s.body.n) {
        r = step(&s);
        if (r == REASON_OK) {
            skip_space(&s);
        }
    }
    if (r == REASON_OK && s.expect != EXPECT_END) {
        r = REASON_JSON_SYNTAX; /* the body ends too early */
    }
    if (r != REASON_OK && error_at != NULL) {
        *error_at = s.at;
    }
    return r;
}
