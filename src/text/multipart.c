/*
 * multipart/form-data. A line that begins with the delimiter is a delimiter or an error, and lines
 * are taken to begin after any CR and any LF: so no reader, however lenient about line ends, finds
 * parts in here that the gate did not.
 */
#include "text/form.h"
#include "text/media_type.h"
#include "text/part_head.h"
#include "text/shape.h"
#include "text/utf8.h"

#define PARTS_MAX 1000
#define DELIMITER_MAX 72 /* "--" and a boundary of 70 bytes, RFC 2046 5.1.1 */

struct multipart {
    struct str body;
    struct str delimiter; /* "--" boundary */
    const struct json_limits *limits;
    struct arena *a;
    struct span_list *out;
    uint64_t *binary_bytes;
};

static bool delimiter_at(const struct multipart *m, size_t at)
{
    return m->body.n - at >= m->delimiter.n &&
           memcmp(m->body.p + at, m->delimiter.p, m->delimiter.n) == 0;
}

/* Is the delimiter at `at` the last one, and what follows nothing or a line end? */
static bool is_last(const struct multipart *m, size_t at)
{
    struct str rest = str_sub(m->body, at + m->delimiter.n, m->body.n);

    return str_eq(rest, STR("--")) || str_eq(rest, STR("--\r\n"));
}

static bool is_next(const struct multipart *m, size_t at)
{
    return str_starts(str_sub(m->body, at + m->delimiter.n, m->body.n), STR("\r\n"));
}

/*
 * Where the delimiter after the content that begins at `from` (> 1) begins. SIZE_MAX: there is
 * none, or the first one does not stand after CR LF, or that CR LF is the one that ends the head.
 */
static size_t find_delimiter(const struct multipart *m, size_t from)
{
    const char *p = m->body.p;

    for (size_t i = from - 1; i < m->body.n; i++) {
        if ((p[i] == '\n' || p[i] == '\r') && delimiter_at(m, i + 1)) {
            return i > from && p[i] == '\n' && p[i - 1] == '\r' ? i + 1 : SIZE_MAX;
        }
    }
    return SIZE_MAX;
}

/* --- one part --- */

static enum reason read_text(struct multipart *m, const struct part_head *head, struct str content)
{
    struct span span = {.text = content,
                        .map = offmap_identity(head->end, content.n),
                        .form = SPAN_PLAIN,
                        .path = head->path};

    if (!utf8_valid(content, NULL)) {
        return REASON_TEXT_UTF8;
    }
    if (!form_note_fact(&m->out->facts, head->name, content)) {
        return REASON_MULTIPART_SYNTAX;
    }
    return content.n == 0 ? REASON_OK : span_add(m->out, m->a, &span);
}

static enum reason read_json(struct multipart *m, const struct part_head *head, struct str content)
{
    size_t first = m->out->count;
    enum reason r = shape_spans(NULL, DIRECTION_PROMPT, content, m->limits, m->a, m->out, NULL);

    for (size_t i = first; i < m->out->count; i++) {
        m->out->items[i].map.base += head->end;
    }
    return r;
}

/* Without a Content-Type a part is text/plain (RFC 7578 4.4). */
static enum reason content_kind(const struct part_head *head, enum body_kind *kind)
{
    struct media_type type;
    enum reason r;

    *kind = BODY_TEXT;
    if (head->type.p != NULL) {
        r = media_type_parse(head->type, &type);
        if (r == REASON_TYPE_INVALID) {
            return REASON_MULTIPART_SYNTAX;
        }
        *kind = r == REASON_OK ? type.kind : BODY_OTHER;
    }
    if (head->encoded) {
        *kind = BODY_OTHER;
    }
    return REASON_OK;
}

/* `_charset_` (RFC 7578 4.6) says how the text parts are to be read: other than UTF-8? */
static bool changes_charset(const struct part_head *head, struct str content)
{
    return str_eq(head->name, STR("_charset_")) && !str_eq_nocase(content, STR("utf-8")) &&
           !str_eq_nocase(content, STR("us-ascii"));
}

static enum reason read_content(struct multipart *m, const struct part_head *head,
                                struct str content)
{
    enum body_kind kind;
    enum reason r = content_kind(head, &kind);

    if (r != REASON_OK) {
        return r;
    }
    if (changes_charset(head, content)) {
        *m->binary_bytes += content.n;
    }
    switch (kind) {
    case BODY_JSON:
        return read_json(m, head, content);
    case BODY_TEXT:
    case BODY_SSE:
    case BODY_NDJSON:
        return read_text(m, head, content);
    case BODY_FORM:
    case BODY_MULTIPART:
    case BODY_OTHER:
        break;
    }
    *m->binary_bytes += content.n;
    return REASON_OK;
}

/* --- the parts --- */

static enum reason read_parts(struct multipart *m)
{
    size_t at = 0;

    if (!delimiter_at(m, 0)) {
        return REASON_MULTIPART_SYNTAX;
    }
    for (size_t count = 0; count < PARTS_MAX; count++) {
        struct part_head head;
        size_t next;
        enum reason r;

        if (!is_next(m, at)) {
            return REASON_MULTIPART_SYNTAX;
        }
        r = part_head_read(m->body, at + m->delimiter.n + 2, m->a, m->out, &head);
        if (r != REASON_OK) {
            return r;
        }
        next = find_delimiter(m, head.end);
        if (next == SIZE_MAX) {
            return REASON_MULTIPART_SYNTAX;
        }
        r = read_content(m, &head, str_sub(m->body, head.end, next - 2));
        if (r != REASON_OK || is_last(m, next)) {
            return r;
        }
        at = next;
    }
    return REASON_MULTIPART_SYNTAX;
}

enum reason multipart_spans(struct str body, struct str boundary, const struct json_limits *limits,
                            struct arena *a, struct span_list *out, uint64_t *binary_bytes)
{
    char delimiter[DELIMITER_MAX] = "--";
    struct multipart m = {.body = body,
                          .delimiter = {delimiter, boundary.n + 2},
                          .limits = limits,
                          .a = a,
                          .out = out,
                          .binary_bytes = binary_bytes};

    *binary_bytes = 0;
    if (!media_boundary_valid(boundary)) {
        return REASON_MULTIPART_SYNTAX;
    }
    memcpy(delimiter + 2, boundary.p, boundary.n);
    return read_parts(&m);
}
