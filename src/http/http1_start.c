#include "http/http1_head.h"
#include "http/http1_syntax.h"

#define VERSION_SIZE 8 /* HTTP/1.1 */

/* The only methods the gateway forwards; CONNECT and TRACE least of all. */
static const struct str methods[] = {
    STR("GET"), STR("HEAD"), STR("POST"), STR("PUT"), STR("DELETE"), STR("PATCH"), STR("OPTIONS"),
};
#define METHOD_SIZE_MAX 7

size_t http1_request_line_max(const struct http1_limits *limits)
{
    return METHOD_SIZE_MAX + 1 + limits->target_bytes + 1 + VERSION_SIZE;
}

static bool is_known_method(struct str s)
{
    for (size_t i = 0; i < SG_COUNT(methods); i++) {
        if (str_eq(s, methods[i])) {
            return true;
        }
    }
    return false;
}

/* HTTP-version, RFC 9112 2.3; the name counts with its case. `malformed` is for what is none. */
static enum reason read_version(struct str s, enum reason malformed, unsigned *minor)
{
    if (s.n != VERSION_SIZE || !str_starts(s, STR("HTTP/")) ||
        !http1_is_digit((unsigned char)s.p[5]) || s.p[6] != '.' ||
        !http1_is_digit((unsigned char)s.p[7])) {
        return malformed;
    }
    if (s.p[5] != '1' || s.p[7] > '1') {
        return REASON_HTTP_VERSION;
    }
    *minor = (unsigned)(s.p[7] - '0');
    return REASON_OK;
}

/* Cuts `*rest` at its first space, which is dropped; false where there is none. */
static bool cut_at_space(struct str *rest, struct str *piece)
{
    size_t at = str_find(*rest, STR(" "), 0);

    if (at == SIZE_MAX) {
        return false;
    }
    *piece = str_sub(*rest, 0, at);
    *rest = str_sub(*rest, at + 1, rest->n);
    return true;
}

/* METHOD SP target SP HTTP/1.x: exactly two spaces, nothing left over (RFC 9112 3). */
static enum reason read_request_line(const struct http1_expect *expect, struct str line,
                                     struct http_head *head)
{
    struct str rest = line;
    enum reason r;

    if (!cut_at_space(&rest, &head->method) || !http1_is_token(head->method) ||
        !cut_at_space(&rest, &head->target) || head->target.n == 0) {
        return REASON_REQUEST_LINE;
    }
    r = read_version(rest, REASON_REQUEST_LINE, &head->minor);
    if (r != REASON_OK) {
        return r;
    }
    if (!is_known_method(head->method)) {
        return REASON_METHOD;
    }
    if (head->target.n > expect->limits->target_bytes) {
        return REASON_TARGET_TOO_LONG;
    }
    return http1_target_check(head);
}

/* HTTP/1.x SP NNN SP [phrase], RFC 9112 4; the second space may not be left out. */
static enum reason read_status_line(struct str line, struct http_head *head)
{
    struct str rest = line, version, code;
    uint64_t status;
    enum reason r;

    if (!cut_at_space(&rest, &version) || !cut_at_space(&rest, &code)) {
        return REASON_STATUS_LINE;
    }
    r = read_version(version, REASON_STATUS_LINE, &head->minor);
    if (r != REASON_OK) {
        return r;
    }
    if (code.n != 3 || !str_to_u64(code, 599, &status) || status < 100 || !http1_is_value(rest)) {
        return REASON_STATUS_LINE;
    }
    head->status = (unsigned)status;
    head->phrase = rest;
    return REASON_OK;
}

enum reason http1_start_read(const struct http1_expect *expect, struct str line,
                             struct http_head *head)
{
    return expect->kind == HTTP1_REQUEST ? read_request_line(expect, line, head)
                                         : read_status_line(line, head);
}
