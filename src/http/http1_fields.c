#include "http/http1_head.h"
#include "http/http1_syntax.h"

enum reason http1_field_read(struct str line, struct http_header *out)
{
    size_t colon = str_find(line, STR(":"), 0);
    struct str name = str_sub(line, 0, colon), trimmed = str_trim(name);

    if (line.n > 0 && (line.p[0] == ' ' || line.p[0] == '\t')) {
        return REASON_HEADER_FOLD; /* RFC 9112 5.2 and, right after the start line, 2.2 */
    }
    if (colon == SIZE_MAX || !http1_is_token(trimmed)) {
        return REASON_HEADER_NAME;
    }
    if (trimmed.n != name.n) {
        return REASON_HEADER_SPACE; /* RFC 9112 5.1 */
    }
    out->name = name;
    out->value = str_trim(str_sub(line, colon + 1, line.n));
    return http1_is_value(out->value) ? REASON_OK : REASON_HEADER_VALUE;
}

/*
 * What RFC 9110 6.5.1 keeps out of trailers: framing, routing, request modifiers, authentication,
 * control data, and what says how the content is to be read. A recipient that merged one of these
 * into the head would see another message than the one that was judged.
 */
static const struct str never_in_trailers[] = {
    STR("Accept-Ranges"),
    STR("Age"),
    STR("Allow"),
    STR("Authentication-Info"),
    STR("Authorization"),
    STR("Cache-Control"),
    STR("Connection"),
    STR("Content-Disposition"),
    STR("Content-Encoding"),
    STR("Content-Language"),
    STR("Content-Length"),
    STR("Content-Location"),
    STR("Content-Range"),
    STR("Content-Type"),
    STR("Cookie"),
    STR("Date"),
    STR("Expect"),
    STR("Expires"),
    STR("Forwarded"),
    STR("Host"),
    STR("If-Match"),
    STR("If-Modified-Since"),
    STR("If-None-Match"),
    STR("If-Range"),
    STR("If-Unmodified-Since"),
    STR("Keep-Alive"),
    STR("Location"),
    STR("Max-Forwards"),
    STR("Pragma"),
    STR("Proxy-Authenticate"),
    STR("Proxy-Authentication-Info"),
    STR("Proxy-Authorization"),
    STR("Proxy-Connection"),
    STR("Range"),
    STR("Retry-After"),
    STR("Set-Cookie"),
    STR("TE"),
    STR("Trailer"),
    STR("Transfer-Encoding"),
    STR("Upgrade"),
    STR("Vary"),
    STR("Via"),
    STR("WWW-Authenticate"),
};

enum reason http1_trailer_check(struct str line)
{
    struct http_header field;

    if (http1_field_read(line, &field) != REASON_OK) {
        return REASON_TRAILER;
    }
    for (size_t i = 0; i < SG_COUNT(never_in_trailers); i++) {
        if (str_eq_nocase(field.name, never_in_trailers[i])) {
            return REASON_TRAILER;
        }
    }
    return REASON_OK;
}
