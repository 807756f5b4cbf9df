#include "text/form.h"

#include "text/percent.h"

static const char hex_digits[] = "0123456789ABCDEF";

/* Undoes the escapes of `raw`, a piece of `body`. */
static enum reason read_text(struct str body, struct str raw, struct arena *a, struct span *out)
{
    *out = (struct span){.form = SPAN_FORM_VALUE};
    return percent_decode(raw, (size_t)(raw.p - body.p), true, a, &out->text, &out->map);
}

static enum reason add_text(struct span *span, const struct path *path, struct arena *a,
                            struct span_list *out)
{
    span->path = path;
    return span->text.n == 0 ? REASON_OK : span_add(out, a, span);
}

/* name "=" value, or a name alone. */
static enum reason read_pair(struct str body, struct str pair, struct arena *a,
                             struct span_list *out)
{
    size_t equals = str_find(pair, STR("="), 0);
    size_t name_n = equals == SIZE_MAX ? pair.n : equals;
    struct span name, value;
    struct path *path;
    enum reason r;

    r = read_text(body, str_sub(pair, 0, name_n), a, &name);
    if (r == REASON_OK) {
        r = read_text(body, str_sub(pair, name_n + (equals != SIZE_MAX), pair.n), a, &value);
    }
    if (r != REASON_OK) {
        return r;
    }
    path = arena_alloc(a, sizeof(*path));
    if (path == NULL) {
        return REASON_SPAN_LIMIT;
    }
    *path = (struct path){.key = name.text};
    r = add_text(&name, path, a, out);
    if (r == REASON_OK) {
        r = add_text(&value, path, a, out);
    }
    if (r == REASON_OK && !form_note_fact(&out->facts, name.text, value.text)) {
        r = REASON_FORM_SYNTAX;
    }
    return r;
}

enum reason form_spans(struct str body, struct arena *a, struct span_list *out)
{
    struct str rest = body, pair;

    while (str_next(&rest, '&', &pair)) {
        enum reason r = pair.n == 0 ? REASON_OK : read_pair(body, pair, a, out);

        if (r != REASON_OK) {
            return r;
        }
    }
    return REASON_OK;
}

/* A fact that was told has an address, even an empty one. */
static bool take_once(struct str *fact, struct str value)
{
    if (fact->p != NULL) {
        return false;
    }
    *fact = value.p != NULL ? value : STR("");
    return true;
}

bool form_note_fact(struct body_facts *facts, struct str name, struct str value)
{
    if (str_eq(name, STR("model"))) {
        return take_once(&facts->model, value);
    }
    if (str_eq(name, STR("user"))) {
        return take_once(&facts->user, value);
    }
    if (str_eq(name, STR("stream")) && str_eq(value, STR("true"))) {
        facts->stream = true;
    }
    return true;
}

static bool is_unreserved(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
           c == '.' || c == '_';
}

bool form_escape(struct buf *out, struct str text)
{
    size_t n = 0;
    char *to;

    for (size_t i = 0; i < text.n; i++) {
        n += is_unreserved(text.p[i]) ? 1 : 3;
    }
    if (n == 0) {
        return true;
    }
    to = buf_room(out, n);
    if (to == NULL) {
        return false;
    }
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];

        if (is_unreserved(text.p[i])) {
            *to++ = text.p[i];
        } else {
            *to++ = '%';
            *to++ = hex_digits[c >> 4];
            *to++ = hex_digits[c & 15];
        }
    }
    buf_took(out, n);
    return true;
}
