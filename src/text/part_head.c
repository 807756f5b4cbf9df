#include "text/part_head.h"

#include "text/percent.h"
#include "text/token.h"
#include "text/utf8.h"

enum part_header { DISPOSITION, TYPE, TRANSFER_ENCODING, CODING, OTHER };

/*
 * The headers that a part may have: what RFC 7578 knows, and what clients send beside that. Any
 * other name is refused: it could carry text that nobody looks at.
 */
static const struct {
    const char *name;
    enum part_header kind;
} known_headers[] = {
    {"Content-Disposition", DISPOSITION},
    {"Content-Type", TYPE},
    {"Content-Transfer-Encoding", TRANSFER_ENCODING},
    {"Content-Encoding", CODING},
    {"Content-Length", OTHER},
    {"Content-ID", OTHER},
    {"Content-Description", OTHER},
    {"Content-Language", OTHER},
    {"Content-Location", OTHER},
    {"Content-MD5", OTHER},
    {"MIME-Version", OTHER},
};

struct reader {
    struct str body;
    struct arena *a;
    struct span_list *out;
    struct part_head *head;
    unsigned seen; /* bits by row of known_headers */
};

static size_t offset_in(const struct reader *r, struct str piece)
{
    return (size_t)(piece.p - r->body.p);
}

static enum reason add_plain(const struct reader *r, struct str text)
{
    struct span span = {.text = text,
                        .map = offmap_identity(offset_in(r, text), text.n),
                        .form = SPAN_PLAIN,
                        .path = r->head->path};

    return text.n == 0 ? REASON_OK : span_add(r->out, r->a, &span);
}

/* --- Content-Disposition --- */

struct disposition {
    struct str name, filename, filename_ext; /* p == NULL: not there */
};

/*
 * Sets the parameter once. The values of `name` and `filename` are quoted, so that an edit of them
 * stays within the grammar; that of `filename*` is not (RFC 8187 3.2.1).
 */
static bool set_parameter(struct disposition *d, struct str name, struct str value)
{
    bool quoted = value.p[-1] == '"';
    struct str *slot = str_eq_nocase(name, STR("name"))        ? &d->name
                       : str_eq_nocase(name, STR("filename"))  ? &d->filename
                       : str_eq_nocase(name, STR("filename*")) ? &d->filename_ext
                                                               : NULL;

    if (slot == NULL || slot->p != NULL || quoted == (slot == &d->filename_ext)) {
        return false;
    }
    *slot = value;
    return true;
}

/* "form-data" 1*( OWS ";" OWS parameter ) */
static bool disposition_parse(struct str value, struct disposition *out)
{
    struct str type, name, text;
    size_t at = 0;

    *out = (struct disposition){.name = {NULL, 0}};
    if (!token_read(value, &at, &type) || !str_eq_nocase(type, STR("form-data"))) {
        return false;
    }
    while (at < value.n) {
        token_skip_ows(value, &at);
        if (at == value.n || value.p[at] != ';') {
            return false;
        }
        at++;
        token_skip_ows(value, &at);
        if (!token_parameter(value, &at, &name, &text) || !set_parameter(out, name, text)) {
            return false;
        }
    }
    return out->name.p != NULL;
}

/* UTF-8'language'escaped (RFC 8187 3.2); the language is a token of letters, digits and `-`. */
static enum reason add_filename_ext(const struct reader *r, struct str value)
{
    struct span span = {.form = SPAN_FORM_VALUE, .path = r->head->path};
    size_t charset_end = str_find(value, STR("'"), 0);
    size_t language_end;
    struct str raw;
    enum reason reason;

    if (charset_end == SIZE_MAX || !str_eq_nocase(str_sub(value, 0, charset_end), STR("UTF-8"))) {
        return REASON_MULTIPART_SYNTAX;
    }
    language_end = str_find(value, STR("'"), charset_end + 1);
    if (language_end == SIZE_MAX) {
        return REASON_MULTIPART_SYNTAX;
    }
    for (size_t i = charset_end + 1; i < language_end; i++) {
        char c = value.p[i];

        if (!((c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '-')) {
            return REASON_MULTIPART_SYNTAX;
        }
    }
    raw = str_sub(value, language_end + 1, value.n);
    if (str_find(raw, STR("'"), 0) != SIZE_MAX || str_find(raw, STR("*"), 0) != SIZE_MAX) {
        return REASON_MULTIPART_SYNTAX;
    }
    reason = percent_decode(raw, offset_in(r, raw), false, r->a, &span.text, &span.map);
    if (reason == REASON_FORM_SYNTAX) {
        return REASON_MULTIPART_SYNTAX;
    }
    if (reason != REASON_OK || span.text.n == 0) {
        return reason;
    }
    return span_add(r->out, r->a, &span);
}

static enum reason read_disposition(struct reader *r, struct str value)
{
    struct disposition d;
    struct path *path;
    enum reason reason;

    if (!disposition_parse(value, &d)) {
        return REASON_MULTIPART_SYNTAX;
    }
    path = arena_alloc(r->a, sizeof(*path));
    if (path == NULL) {
        return REASON_SPAN_LIMIT;
    }
    *path = (struct path){.key = d.name};
    r->head->path = path;
    r->head->name = d.name;
    reason = add_plain(r, d.name);
    if (reason == REASON_OK && d.filename.p != NULL) {
        reason = add_plain(r, d.filename);
    }
    if (reason == REASON_OK && d.filename_ext.p != NULL) {
        reason = add_filename_ext(r, d.filename_ext);
    }
    return reason;
}

/* --- the lines --- */

static bool is_as_it_is(struct str encoding)
{
    return str_eq_nocase(encoding, STR("7bit")) || str_eq_nocase(encoding, STR("8bit")) ||
           str_eq_nocase(encoding, STR("binary"));
}

/* The row of a header's name, which must not have come before. */
static bool find_header(struct reader *r, struct str name, enum part_header *kind)
{
    for (size_t i = 0; i < SG_COUNT(known_headers); i++) {
        if (str_eq_nocase(name, str_of(known_headers[i].name))) {
            *kind = known_headers[i].kind;
            if ((r->seen >> i & 1) != 0) {
                return false;
            }
            r->seen |= 1u << i;
            return true;
        }
    }
    return false;
}

static bool has_control(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];

        if ((c < ' ' && c != '\t') || c == 0x7F) {
            return true;
        }
    }
    return false;
}

static enum reason read_line(struct reader *r, struct str line)
{
    struct str name, value;
    enum part_header kind;
    size_t at = 0;

    if (!token_read(line, &at, &name) || at == line.n || line.p[at] != ':' || has_control(line) ||
        !find_header(r, name, &kind)) {
        return REASON_MULTIPART_SYNTAX;
    }
    if (!utf8_valid(line, NULL)) {
        return REASON_TEXT_UTF8;
    }
    value = str_trim(str_sub(line, at + 1, line.n));
    if (kind == DISPOSITION) {
        return read_disposition(r, value);
    }
    if (kind == TYPE) {
        r->head->type = value;
    } else if (kind == CODING || (kind == TRANSFER_ENCODING && !is_as_it_is(value))) {
        r->head->encoded = true;
    }
    return add_plain(r, value);
}

/* Where the line that begins at `at` ends; SIZE_MAX: nowhere within what a head may have. */
static size_t line_end(struct str body, size_t at, size_t limit)
{
    return str_find(str_sub(body, 0, limit), STR("\r\n"), at);
}

enum reason part_head_read(struct str body, size_t at, struct arena *a, struct span_list *out,
                           struct part_head *head)
{
    struct reader r = {.body = body, .a = a, .out = out, .head = head};
    size_t limit = body.n - at > PART_HEAD_MAX + 4 ? at + PART_HEAD_MAX + 4 : body.n;

    *head = (struct part_head){.path = NULL};
    for (;;) {
        size_t end = line_end(body, at, limit);
        enum reason reason;

        if (end == SIZE_MAX) {
            return REASON_MULTIPART_SYNTAX;
        }
        if (end == at) {
            head->end = at + 2;
            return head->name.p == NULL ? REASON_MULTIPART_SYNTAX : REASON_OK;
        }
        reason = read_line(&r, str_sub(body, at, end));
        if (reason != REASON_OK) {
            return reason;
        }
        at = end + 2;
    }
}
