#include "text/media_type.h"

#include "text/token.h"

#define PARAMETERS_MAX 16
#define BOUNDARY_MAX 70 /* RFC 2046 5.1.1 */

struct parameter {
    struct str name;
    struct str value; /* unquoted */
};

struct parameters {
    struct parameter items[PARAMETERS_MAX];
    size_t count;
};

/* Of the types a body can be read as. The first row that fits counts. */
enum match { EXACT, TYPE_PREFIX, SUFFIX };

static const struct {
    const char *text;
    enum match match;
    enum body_kind kind;
} kinds[] = {
    {"application/json", EXACT, BODY_JSON},
    {"text/json", EXACT, BODY_JSON},
    {"application/x-www-form-urlencoded", EXACT, BODY_FORM},
    {"multipart/form-data", EXACT, BODY_MULTIPART},
    {"text/event-stream", EXACT, BODY_SSE},
    {"application/x-ndjson", EXACT, BODY_NDJSON},
    {"application/ndjson", EXACT, BODY_NDJSON},
    {"application/jsonl", EXACT, BODY_NDJSON},
    {"application/jsonlines", EXACT, BODY_NDJSON},
    {"application/x-jsonlines", EXACT, BODY_NDJSON},
    {"text/x-ndjson", EXACT, BODY_NDJSON},
    {"text/jsonl", EXACT, BODY_NDJSON},
    {"text/rtf", EXACT, BODY_OTHER}, /* writes its text in escapes of its own */
    {"text/richtext", EXACT, BODY_OTHER},
    {"text/", TYPE_PREFIX, BODY_TEXT},
    {"application/xml", EXACT, BODY_TEXT},
    {"application/xml-dtd", EXACT, BODY_TEXT},
    {"application/javascript", EXACT, BODY_TEXT},
    {"application/x-javascript", EXACT, BODY_TEXT},
    {"application/ecmascript", EXACT, BODY_TEXT},
    {"application/yaml", EXACT, BODY_TEXT},
    {"application/x-yaml", EXACT, BODY_TEXT},
    {"application/toml", EXACT, BODY_TEXT},
    {"application/sql", EXACT, BODY_TEXT},
    {"application/graphql", EXACT, BODY_TEXT},
    {"application/x-sh", EXACT, BODY_TEXT},
    {"+json", SUFFIX, BODY_JSON},
    {"+xml", SUFFIX, BODY_TEXT},
    {"+yaml", SUFFIX, BODY_TEXT},
};

static bool ends_nocase(struct str s, struct str end)
{
    return s.n > end.n && str_eq_nocase(str_sub(s, s.n - end.n, s.n), end);
}

static enum body_kind kind_of(struct str essence)
{
    for (size_t i = 0; i < SG_COUNT(kinds); i++) {
        struct str text = str_of(kinds[i].text);
        bool fits = kinds[i].match == EXACT    ? str_eq_nocase(essence, text)
                    : kinds[i].match == SUFFIX ? ends_nocase(essence, text)
                                               : str_eq_nocase(str_sub(essence, 0, text.n), text);

        if (fits) {
            return kinds[i].kind;
        }
    }
    return BODY_OTHER;
}

/* type "/" subtype; `*at` goes past it. */
static bool read_essence(struct str value, size_t *at, struct str *out)
{
    struct str type, subtype;

    if (!token_read(value, at, &type) || *at >= value.n || value.p[*at] != '/') {
        return false;
    }
    ++*at;
    if (!token_read(value, at, &subtype)) {
        return false;
    }
    *out = str_sub(value, (size_t)(type.p - value.p), *at);
    return true;
}

/* parameters = *( OWS ";" OWS [ parameter ] ), RFC 9110 5.6.6. */
static bool read_parameters(struct str value, size_t at, struct parameters *out)
{
    while (at < value.n) {
        struct parameter p;

        token_skip_ows(value, &at);
        if (at == value.n || value.p[at] != ';') {
            return at == value.n;
        }
        at++;
        token_skip_ows(value, &at);
        if (at == value.n || value.p[at] == ';') {
            continue;
        }
        if (out->count == PARAMETERS_MAX || !token_parameter(value, &at, &p.name, &p.value)) {
            return false;
        }
        for (size_t i = 0; i < out->count; i++) {
            if (str_eq_nocase(out->items[i].name, p.name)) {
                return false;
            }
        }
        out->items[out->count++] = p;
    }
    return true;
}

static bool find_parameter(const struct parameters *list, struct str name, struct str *value)
{
    for (size_t i = 0; i < list->count; i++) {
        if (str_eq_nocase(list->items[i].name, name)) {
            *value = list->items[i].value;
            return true;
        }
    }
    return false;
}

bool media_boundary_valid(struct str b)
{
    if (b.n == 0 || b.n > BOUNDARY_MAX || b.p[b.n - 1] == ' ') {
        return false;
    }
    for (size_t i = 0; i < b.n; i++) {
        char c = b.p[i];
        bool alnum = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');

        if (!alnum && (c == '\0' || strchr("'()+_,-./:=? ", c) == NULL)) {
            return false;
        }
    }
    return true;
}

/* `utf8` is no registered name, but everyone who knows it reads UTF-8 by it. */
static bool charset_readable(struct str charset)
{
    return str_eq_nocase(charset, STR("utf-8")) || str_eq_nocase(charset, STR("utf8")) ||
           str_eq_nocase(charset, STR("us-ascii"));
}

enum reason media_type_parse(struct str value, struct media_type *out)
{
    struct parameters list = {.count = 0};
    struct str charset;
    size_t at = 0;

    *out = (struct media_type){.kind = BODY_OTHER};
    value = str_trim(value);
    if (!read_essence(value, &at, &out->essence) || !read_parameters(value, at, &list)) {
        return REASON_TYPE_INVALID;
    }
    out->kind = kind_of(out->essence);
    if (out->kind == BODY_MULTIPART && (!find_parameter(&list, STR("boundary"), &out->boundary) ||
                                        !media_boundary_valid(out->boundary))) {
        return REASON_TYPE_INVALID;
    }
    if (out->kind != BODY_OTHER && find_parameter(&list, STR("charset"), &charset) &&
        !charset_readable(charset)) {
        return REASON_CHARSET_UNKNOWN;
    }
    return REASON_OK;
}
