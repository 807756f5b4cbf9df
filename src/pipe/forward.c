#include "pipe/forward.h"

#include "http/http1.h"

/* Headers about bytes that are no longer the ones sent. */
static bool describes_bytes(struct str name)
{
    static const char *const names[] = {"content-md5",   "digest",    "content-digest",
                                        "repr-digest",   "etag",      "accept-ranges",
                                        "content-range", "signature", "signature-input"};
    for (size_t i = 0; i < SG_COUNT(names); i++) {
        if (str_eq_nocase(name, str_of(names[i]))) {
            return true;
        }
    }
    return false;
}

static bool is_ours(struct str name)
{
    return name.n >= 11 && str_eq_nocase(str_sub(name, 0, 11), STR("x-stopgate-"));
}

/* Request headers that the gate writes itself, or that would make an answer unreadable. */
static bool replaced_in_request(struct str name)
{
    static const char *const names[] = {"host", "expect", "accept-encoding", "range", "if-range"};
    for (size_t i = 0; i < SG_COUNT(names); i++) {
        if (str_eq_nocase(name, str_of(names[i]))) {
            return true;
        }
    }
    return false;
}

static bool is_coding(struct str name)
{
    return str_eq_nocase(name, STR("content-encoding"));
}

/* True only of the bytes that came, and those do not go on. */
static bool is_stale(struct str name, bool decoded, bool edited)
{
    return (decoded && is_coding(name)) || ((decoded || edited) && describes_bytes(name));
}

bool forward_request_head(const struct forward_request *r, struct buf *out)
{
    if (!http1_write_request_line(out, r->head->method, r->target) ||
        !http1_write_header(out, STR("Host"), r->host)) {
        return false;
    }
    for (size_t i = 0; i < r->head->header_count; i++) {
        const struct http_header *h = &r->head->headers[i];
        if (is_stale(h->name, r->decoded, r->edited) || http_hop_by_hop(r->head, h) ||
            is_ours(h->name) || replaced_in_request(h->name)) {
            continue;
        }
        if (!http1_write_header(out, h->name, h->value)) {
            return false;
        }
    }
    if (r->has_body && !http1_write_length(out, r->length)) {
        return false;
    }
    return http1_write_header(out, STR("Accept-Encoding"), STR("identity")) &&
           http1_write_header(out, STR(FORWARD_ID_HEADER), r->id) && buf_add_str(out, STR("\r\n"));
}

bool forward_response_headers(const struct forward_response *r, struct buf *out)
{
    for (size_t i = 0; i < r->head->header_count; i++) {
        const struct http_header *h = &r->head->headers[i];
        if (is_stale(h->name, r->decoded, r->edited) || http_hop_by_hop(r->head, h) ||
            is_ours(h->name)) {
            continue;
        }
        if (!http1_write_header(out, h->name, h->value)) {
            return false;
        }
    }
    return http1_write_header(out, STR(FORWARD_ID_HEADER), r->id) &&
           (r->action.n == 0 || http1_write_header(out, STR(FORWARD_ACTION_HEADER), r->action));
}
