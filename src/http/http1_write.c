#include "http/http1.h"

#include "http/http1_syntax.h"

#include <inttypes.h>
#include <stdio.h>

/* All pieces or none, so that a full buffer never holds half a line. */
static bool add_pieces(struct buf *out, const struct str *pieces, size_t count)
{
    size_t total = 0;
    char *to;

    for (size_t i = 0; i < count; i++) {
        total += pieces[i].n;
    }
    to = buf_room(out, total);
    if (to == NULL) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (pieces[i].n > 0) {
            memcpy(to, pieces[i].p, pieces[i].n);
            to += pieces[i].n;
        }
    }
    buf_took(out, total);
    return true;
}

static bool is_target(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] <= ' ' || s.p[i] > '~') {
            return false;
        }
    }
    return s.n > 0;
}

bool http1_write_request_line(struct buf *out, struct str method, struct str target)
{
    const struct str pieces[] = {method, STR(" "), target, STR(" HTTP/1.1\r\n")};

    return http1_is_token(method) && is_target(target) && add_pieces(out, pieces, SG_COUNT(pieces));
}

bool http1_write_status_line(struct buf *out, unsigned status, struct str phrase)
{
    char code[16];
    int n = snprintf(code, sizeof(code), "%u", status);
    const struct str pieces[] = {
        STR("HTTP/1.1 "), {code, (size_t)n}, STR(" "), phrase, STR("\r\n")};

    return n == 3 && http1_is_value(phrase) && add_pieces(out, pieces, SG_COUNT(pieces));
}

bool http1_write_header(struct buf *out, struct str name, struct str value)
{
    const struct str pieces[] = {name, STR(": "), value, STR("\r\n")};

    return http1_is_token(name) && http1_is_value(value) &&
           add_pieces(out, pieces, SG_COUNT(pieces));
}

bool http1_write_length(struct buf *out, uint64_t length)
{
    return buf_printf(out, "Content-Length: %" PRIu64 "\r\n", length);
}

bool http1_write_chunk_begin(struct buf *out, size_t n)
{
    return n > 0 && buf_printf(out, "%zx\r\n", n);
}
