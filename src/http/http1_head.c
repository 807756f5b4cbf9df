#include "http/http1_head.h"

/* The next line of a head whose every line is known to end in CR LF. */
static struct str next_line(struct str *rest)
{
    size_t end = str_find(*rest, STR("\r\n"), 0);
    struct str line = str_sub(*rest, 0, end);

    *rest = str_sub(*rest, end + 2, rest->n);
    return line;
}

static enum reason read_fields(struct str rest, size_t count, struct http_head *head)
{
    for (size_t i = 0; i < count; i++) {
        enum reason r = http1_field_read(next_line(&rest), &head->headers[i]);

        if (r != REASON_OK) {
            return r;
        }
        head->header_count++;
    }
    return REASON_OK;
}

enum reason http1_head_read(const struct http1_expect *expect, struct http1_raw *raw, size_t lines,
                            struct arena *arena, struct http_head *head)
{
    struct str rest = raw->bytes;
    size_t count = lines - 2; /* but the start line and the empty line */
    enum reason r;

    *head = (struct http_head){.length = HTTP_LENGTH_UNKNOWN};
    r = http1_start_read(expect, next_line(&rest), head);
    if (r != REASON_OK) {
        return r;
    }
    raw->target = head->target;
    head->headers = arena_array(arena, count, sizeof(*head->headers));
    if (head->headers == NULL) {
        return REASON_MEMORY;
    }
    r = read_fields(rest, count, head);
    if (r == REASON_OK && expect->kind == HTTP1_REQUEST) {
        r = http1_target_resolve(head, arena);
    }
    return r == REASON_OK ? http1_framing_read(expect, head) : r;
}
