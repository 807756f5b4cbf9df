#include "pipe/inspect.h"

#include "base/clock.h"
#include "pipe/edit.h"
#include "text/form.h"
#include "text/inflate.h"
#include "text/media_type.h"
#include "text/percent.h"
#include "text/utf8.h"

#include <string.h>

/* The one value of a header that must not stand twice; empty where it is absent. */
static enum reason single_header(const struct http_head *head, struct str name, struct str *value)
{
    *value = (struct str){NULL, 0};
    const struct http_header *h = http_find(head, name);
    if (h == NULL) {
        return REASON_OK;
    }
    *value = str_trim(h->value);
    return http_count(head, name) == 1 ? REASON_OK : REASON_TYPE_INVALID;
}

/* Content-Type of a message, or the reason why its body is not one that is read. */
static enum reason body_type(const struct http_head *head, enum direction direction,
                             struct media_type *type)
{
    struct str value;
    enum reason r = single_header(head, STR("content-type"), &value);
    if (r == REASON_OK) {
        r = value.n == 0 ? REASON_TYPE_MISSING : media_type_parse(value, type);
    }
    if (r == REASON_OK && (type->kind == BODY_SSE || type->kind == BODY_NDJSON)) {
        r = direction == DIRECTION_OUTPUT ? REASON_STREAMED : REASON_TYPE_UNKNOWN;
    }
    if (r == REASON_OK && type->kind == BODY_OTHER) {
        r = REASON_TYPE_UNKNOWN;
    }
    return r;
}

static enum reason body_coding(const struct http_head *head, enum coding *coding)
{
    struct str value;
    enum reason r = single_header(head, STR("content-encoding"), &value);
    return r == REASON_OK ? coding_parse(value, coding) : REASON_CODING_UNKNOWN;
}

enum reason inspect_readable(const struct http_head *head, enum direction direction)
{
    struct media_type type;
    enum coding coding;
    enum reason r = body_type(head, direction, &type);
    return r == REASON_OK ? body_coding(head, &coding) : r;
}

static enum reason undo_coding(struct inspection *i)
{
    enum coding coding = CODING_IDENTITY;
    enum reason r = body_coding(i->head, &coding);
    if (r != REASON_OK || coding == CODING_IDENTITY) {
        return r;
    }
    const struct config_limits *limits = &i->snapshot->config.limits;
    struct inflate_limits bounds = inflate_default_limits;
    bounds.ratio = limits->inflate_ratio;
    uint64_t most = i->direction == DIRECTION_PROMPT ? limits->request_body : limits->response_body;
    i->decoded_bytes = BUF_INIT(most);
    struct inflate *z = inflate_new(coding, &bounds);
    if (z == NULL) {
        return REASON_MEMORY;
    }
    r = inflate_push(z, i->body, &i->decoded_bytes);
    if (r == REASON_OK) {
        r = inflate_end(z);
    }
    inflate_free(z);
    if (r == REASON_OK) {
        i->text_body = buf_str(&i->decoded_bytes);
        i->decoded = true;
    }
    return r;
}

static enum reason plain_span(struct inspection *i)
{
    if (!utf8_valid(i->text_body, &i->error_at)) {
        return REASON_TEXT_UTF8;
    }
    struct span span = {
        .text = i->text_body, .map = offmap_identity(0, i->text_body.n), .form = SPAN_PLAIN};
    return span_add(&i->spans, i->arena, &span);
}

static enum reason multipart(struct inspection *i, struct str boundary)
{
    uint64_t binary = 0;
    enum reason r = multipart_spans(i->text_body, boundary, &i->snapshot->config.limits.json,
                                    i->arena, &i->spans, &binary);
    i->unscannable = binary;
    return r == REASON_OK && binary > 0 ? REASON_PART_BINARY : r;
}

static enum reason read_body(struct inspection *i)
{
    struct media_type type;
    enum reason r = body_type(i->head, i->direction, &type);
    if (r != REASON_OK) {
        return r;
    }
    switch (type.kind) {
    case BODY_JSON:
        return shape_spans(i->operation, i->direction, i->text_body,
                           &i->snapshot->config.limits.json, i->arena, &i->spans, &i->error_at);
    case BODY_FORM:
        return form_spans(i->text_body, i->arena, &i->spans);
    case BODY_MULTIPART:
        return multipart(i, type.boundary);
    case BODY_TEXT:
    case BODY_SSE:
    case BODY_NDJSON:
    case BODY_OTHER:
        break;
    }
    return plain_span(i);
}

/* Moves the source positions of spans that were read from a piece of the target to the target. */
static void shift_spans(struct inspection *i, size_t first, size_t by)
{
    for (size_t s = first; s < i->spans.count; s++) {
        i->spans.items[s].map.base += by;
    }
}

/* The path, and the query's names and values: a prompt fits into a URL as well. */
static enum reason read_target(struct inspection *i)
{
    size_t mark = str_find(i->target, STR("?"), 0);
    struct str path = str_sub(i->target, 0, mark);
    struct span span = {.form = SPAN_FORM_VALUE};
    enum reason r = percent_decode(path, 0, false, i->arena, &span.text, &span.map);
    if (r == REASON_OK) {
        r = span_add(&i->spans, i->arena, &span);
    }
    if (r != REASON_OK || mark == SIZE_MAX) {
        return r;
    }
    struct body_facts facts = i->spans.facts;
    size_t first = i->spans.count;
    r = form_spans(str_sub(i->target, mark + 1, i->target.n), i->arena, &i->spans);
    i->spans.facts = facts;
    shift_spans(i, first, mark + 1);
    return r;
}

/* A text that could not be scanned does not keep the others from it: what they hold still counts.
 */
static enum reason scan_spans(struct inspection *i, struct scanner *scanner)
{
    enum reason worst = REASON_OK;
    for (size_t s = 0; s < i->spans.count; s++) {
        struct str text = i->spans.items[s].text;
        enum reason r =
            scanner_scan(scanner, &i->snapshot->database, text, s, i->arena, &i->matches);
        if (r == REASON_OK) {
            i->scanned += text.n;
        } else if (r == REASON_SCAN_FAILED) {
            i->unscannable += text.n;
            worst = r;
        } else {
            return r;
        }
    }
    return worst;
}

/* Reads, scans and decides. What could not be read does not keep the rest from being scanned. */
static enum reason judge(struct inspection *i, struct scanner *scanner)
{
    i->text_body = i->body;
    enum reason body = i->body.n == 0 ? REASON_OK : undo_coding(i);
    if (body == REASON_OK && i->text_body.n > 0) {
        body = read_body(i);
    }
    i->body_spans = i->spans.count;
    if (reason_class(body) == REASON_CLASS_UNSCANNABLE && i->unscannable == 0) {
        i->unscannable = i->text_body.n;
    }
    if (body != REASON_OK && reason_class(body) != REASON_CLASS_UNSCANNABLE) {
        return body;
    }
    enum reason r = i->target.n == 0 ? REASON_OK : read_target(i);
    if (r == REASON_OK) {
        r = scan_spans(i, scanner);
    }
    if ((r == REASON_OK || r == REASON_SCAN_FAILED) &&
        !policy_decide(i->policy, i->direction, i->tenant, &i->spans, &i->matches, i->arena,
                       &i->verdict)) {
        r = REASON_SPAN_LIMIT;
    }
    /* Where both went wrong, both on_error and on_unscannable have to let it pass. */
    bool other_decides =
        r == REASON_SCAN_FAILED && body != REASON_OK && i->policy->on_error != FALLBACK_BLOCK;
    return r == REASON_OK || other_decides ? body : r;
}

/* The rewritten text must be clean by the same rules; a mask that makes a new match is no mask. */
static enum reason check_edited(const struct inspection *i, struct scanner *scanner)
{
    struct http_header type = {STR("content-type"), {NULL, 0}};
    enum reason r = single_header(i->head, type.name, &type.value);
    if (r != REASON_OK) {
        return r;
    }
    struct http_head head = {.headers = &type, .header_count = type.value.n > 0 ? 1 : 0};
    struct inspection again = {.snapshot = i->snapshot,
                               .policy = i->policy,
                               .operation = i->operation,
                               .direction = i->direction,
                               .tenant = i->tenant,
                               .head = &head,
                               .target = i->target_edited ? buf_str(&i->new_target) : i->target,
                               .body = i->edited ? buf_str(&i->new_body) : i->text_body,
                               .arena = i->arena,
                               .mask_key = i->mask_key};
    again.verdict.decisive = SIZE_MAX;
    r = judge(&again, scanner);
    bool clean = (r == REASON_OK || r == i->reason) && again.verdict.action < ACTION_REDACT;
    inspect_clear(&again);
    return clean ? REASON_OK : REASON_SCAN_FAILED;
}

void inspect_run(struct inspection *i, struct scanner *scanner)
{
    uint64_t start = clock_mono_ns();
    i->error_at = SIZE_MAX;
    i->verdict.decisive = SIZE_MAX;
    i->reason = judge(i, scanner);
    bool may_pass = i->reason == REASON_OK || i->reason == REASON_SCAN_FAILED ||
                    reason_class(i->reason) == REASON_CLASS_UNSCANNABLE;
    if (may_pass && i->verdict.action == ACTION_REDACT) {
        enum reason r = edit_apply(i);
        if (r == REASON_OK) {
            r = check_edited(i, scanner);
        }
        if (r != REASON_OK) {
            i->reason = r;
            i->unclean = true;
        }
    }
    i->spent_ns = clock_mono_ns() - start;
}

void inspect_clear(struct inspection *i)
{
    buf_free(&i->decoded_bytes);
    buf_free(&i->new_body);
    buf_free(&i->new_target);
}

/* CJK unified ideographs and their first extension: enough to tell which language people write. */
static bool has_han(struct str s)
{
    for (size_t at = 0; at < s.n;) {
        size_t length = 1;
        uint32_t cp = utf8_decode(s.p + at, s.n - at, &length);
        if (cp >= 0x3400 && cp <= 0x9FFF) {
            return true;
        }
        at += length;
    }
    return false;
}

bool inspect_speaks_chinese(const struct inspection *i)
{
    for (size_t s = 0; s < i->body_spans; s++) {
        const struct span *span = &i->spans.items[s];
        bool by_people = span->role == SPAN_USER || span->role == SPAN_UNKNOWN;
        if (by_people && !span->history && span->form != SPAN_JSON_KEY && has_han(span->text)) {
            return true;
        }
    }
    return false;
}
