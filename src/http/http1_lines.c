#include "http/http1_lines.h"

void http1_lines_reset(struct http1_lines *l, size_t max)
{
    buf_free(&l->bytes);
    l->bytes = BUF_INIT(max);
    l->begin = 0;
    l->count = 0;
}

/* Does the line collected so far end in a CR that waits for its LF? */
static bool after_cr(const struct http1_lines *l)
{
    return l->bytes.n > l->begin && l->bytes.p[l->bytes.n - 1] == '\r';
}

/* `part` holds at most one LF, as its last byte. The first offence in byte order is the answer. */
static enum reason check_line_end(const struct http1_lines *l, struct str part)
{
    const char *cr;

    if (after_cr(l)) {
        return part.p[0] == '\n' ? REASON_OK : REASON_BARE_CR;
    }
    cr = memchr(part.p, '\r', part.n);
    if (cr == NULL) {
        return part.p[part.n - 1] == '\n' ? REASON_BARE_LF : REASON_OK;
    }
    if (cr == part.p + part.n - 1) {
        return REASON_OK; /* its LF may still come */
    }
    return cr[1] == '\n' ? REASON_OK : REASON_BARE_CR;
}

enum reason http1_lines_take(struct http1_lines *l, struct str in, size_t bound,
                             enum reason too_long, size_t *used, struct str *line)
{
    size_t room = bound > l->bytes.n ? bound - l->bytes.n : 0;
    struct str part = str_sub(in, 0, room);
    const char *lf;
    enum reason r;

    *used = 0;
    *line = (struct str){NULL, 0};
    if (in.n == 0) {
        return REASON_OK;
    }
    if (part.n == 0) {
        return too_long;
    }
    lf = memchr(part.p, '\n', part.n);
    if (lf != NULL) {
        part.n = (size_t)(lf - part.p) + 1;
    }
    r = check_line_end(l, part);
    if (r != REASON_OK) {
        return r;
    }
    if (!buf_add_str(&l->bytes, part)) {
        return REASON_MEMORY;
    }
    *used = part.n;
    if (lf != NULL) {
        *line = str_sub(buf_str(&l->bytes), l->begin, l->bytes.n - 2);
        l->begin = l->bytes.n;
        l->count++;
        return REASON_OK;
    }
    return part.n < in.n ? too_long : REASON_OK;
}
