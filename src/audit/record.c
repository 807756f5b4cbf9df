#include "audit/record.h"

#include "base/clock.h"

#include <inttypes.h>

#define NAME_MAX_BYTES 128
#define MATCH_MAX 8192u /* one match: nine texts, each byte of which may take six */

/* Bytes of the character at the begin of `s`; 0 where it is no UTF-8 (RFC 3629 4) or cut. */
static size_t character_length(struct str s)
{
    unsigned char lead = (unsigned char)s.p[0];
    unsigned char next = s.n > 1 ? (unsigned char)s.p[1] : 0;
    size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    /* overlong forms, surrogates, and what lies past U+10FFFF */
    unsigned char low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    unsigned char high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (lead < 0x80) {
        return 1;
    }
    if (lead < 0xC2 || lead > 0xF4 || s.n < length || next < low || next > high) {
        return 0;
    }
    for (size_t i = 2; i < length; i++) {
        if (((unsigned char)s.p[i] & 0xC0) != 0x80) {
            return 0;
        }
    }
    return length;
}

static bool put_character(struct buf *out, const char *p, size_t length)
{
    unsigned char c = (unsigned char)p[0];
    if (length == 0 || c == '\0') { /* many readers of JSON refuse a NUL */
        return buf_add_char(out, '?');
    }
    if (c == '"' || c == '\\') {
        return buf_add_char(out, '\\') && buf_add_char(out, (char)c);
    }
    if (c < 0x20 || c == 0x7F) {
        return buf_printf(out, "\\u%04x", c);
    }
    return buf_add(out, p, length);
}

/* A JSON string with quotes. Values may come from outside: control bytes are escaped, NULs and
 * bytes that are no UTF-8 become '?', and the length is bounded so that no record can be blown up.
 */
static bool put_string(struct buf *out, struct str s)
{
    bool good = buf_add_char(out, '"');
    for (size_t i = 0; good && i < s.n && i < NAME_MAX_BYTES;) {
        size_t length = character_length(str_sub(s, i, s.n));
        if (i + length > NAME_MAX_BYTES) {
            break; /* no part of a character */
        }
        good = put_character(out, s.p + i, length);
        i += length > 0 ? length : 1;
    }
    return good && buf_add_char(out, '"');
}

static bool put_member(struct buf *out, const char *name, struct str value)
{
    return buf_printf(out, ",\"%s\":", name) && put_string(out, value);
}

static bool put_text(struct buf *out, const char *name, const char *value)
{
    return put_member(out, name, str_of(value));
}

static bool put_number(struct buf *out, const char *name, uint64_t value)
{
    return buf_printf(out, ",\"%s\":%" PRIu64, name, value);
}

static bool put_bool(struct buf *out, const char *name, bool value)
{
    return buf_printf(out, ",\"%s\":%s", name, value ? "true" : "false");
}

static bool put_body(struct buf *out, const char *name, const struct record_body *b)
{
    return buf_printf(out, ",\"%s\":{\"bytes\":%" PRIu64, name, b->bytes) &&
           put_number(out, "scanned", b->scanned) &&
           put_number(out, "unscannable", b->unscannable) && put_number(out, "spans", b->spans) &&
           put_text(out, "reason", b->reason) && put_number(out, "inspect_ns", b->inspect_ns) &&
           buf_add_char(out, '}');
}

static bool put_match(struct buf *out, const struct record_match *m)
{
    return buf_add_str(out, STR("{\"rule\":")) && put_string(out, m->rule) &&
           put_member(out, "category", m->category) && put_text(out, "severity", m->severity) &&
           put_text(out, "direction", m->direction) && put_text(out, "view", m->view) &&
           put_text(out, "role", m->role) && put_bool(out, "history", m->history) &&
           put_text(out, "path", m->path) && put_number(out, "begin", m->begin) &&
           put_number(out, "end", m->end) && put_text(out, "action", m->action) &&
           put_text(out, "policy_line", m->line) && buf_add_char(out, '}');
}

/* Lists matches while there is room; the count of all stands beside the list. */
static bool put_matches(struct buf *out, const struct record *r, size_t begin)
{
    if (!put_number(out, "match_count", r->match_count) ||
        !buf_add_str(out, STR(",\"matches\":["))) {
        return false;
    }
    for (uint64_t i = 0; i < r->match_listed && out->n - begin < RECORD_MAX - MATCH_MAX; i++) {
        if ((i > 0 && !buf_add_char(out, ',')) || !put_match(out, &r->matches[i])) {
            return false;
        }
    }
    return buf_add_char(out, ']');
}

static bool put_who(struct buf *out, const struct record *r)
{
    char when[CLOCK_RFC3339_SIZE];
    return buf_printf(out, "{\"schema\":\"%s\",\"id\":\"%s\",\"time\":\"%s\"", RECORD_SCHEMA, r->id,
                      clock_rfc3339(when, r->wall_us)) &&
           put_text(out, "client", r->client) && put_member(out, "tenant", r->tenant) &&
           put_member(out, "user", r->user) && put_member(out, "route", r->route) &&
           put_member(out, "upstream", r->upstream) && put_member(out, "api", r->api) &&
           put_member(out, "operation", r->operation) && put_member(out, "method", r->method) &&
           put_member(out, "model", r->model) &&
           put_member(out, "model_answered", r->model_answered) &&
           put_bool(out, "stream", r->stream);
}

static bool put_verdict(struct buf *out, const struct record *r)
{
    return put_text(out, "action", r->action) && put_text(out, "direction", r->direction) &&
           put_text(out, "reason", r->reason) && put_member(out, "rule", r->rule) &&
           put_text(out, "policy_line", r->line) && put_member(out, "policy", r->policy) &&
           put_text(out, "snapshot", r->snapshot) && put_number(out, "status", r->status) &&
           put_number(out, "upstream_status", r->upstream_status);
}

bool record_write(const struct record *r, struct buf *out)
{
    size_t begin = out->n;
    bool good = put_who(out, r) && put_verdict(out, r) && put_body(out, "prompt", &r->prompt) &&
                put_body(out, "output", &r->output) && put_number(out, "total_ns", r->total_ns) &&
                put_number(out, "upstream_ns", r->upstream_ns) && put_matches(out, r, begin) &&
                buf_add_str(out, STR("}\n"));
    if (!good) {
        out->n = begin;
    }
    return good;
}
