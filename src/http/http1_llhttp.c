#include "http/http1_llhttp.h"

static int on_url(llhttp_t *parser, const char *p, size_t n)
{
    struct http1_llhttp *l = parser->data;

    (void)p;
    l->target_bytes += n;
    return 0;
}

static int on_header_value_complete(llhttp_t *parser)
{
    struct http1_llhttp *l = parser->data;

    l->header_count += !l->headers; /* trailers are counted by nobody */
    return 0;
}

/* Answering 1 tells llhttp that there is no body. */
static int on_headers_complete(llhttp_t *parser)
{
    struct http1_llhttp *l = parser->data;

    l->headers = true;
    l->length = parser->content_length;
    l->flags = parser->flags;
    return l->no_body;
}

static int on_body(llhttp_t *parser, const char *p, size_t n)
{
    struct http1_llhttp *l = parser->data;

    l->refused = l->on_body(l->ctx, p, n);
    return l->refused == REASON_OK ? 0 : -1;
}

static int on_message_complete(llhttp_t *parser)
{
    struct http1_llhttp *l = parser->data;

    l->complete = true;
    return 0;
}

void http1_llhttp_init(struct http1_llhttp *l, enum http1_kind kind, http1_body_fn body, void *ctx)
{
    *l = (struct http1_llhttp){.on_body = body, .ctx = ctx};
    llhttp_settings_init(&l->settings);
    l->settings.on_url = on_url;
    l->settings.on_header_value_complete = on_header_value_complete;
    l->settings.on_headers_complete = on_headers_complete;
    l->settings.on_body = on_body;
    l->settings.on_message_complete = on_message_complete;
    llhttp_init(&l->parser, kind == HTTP1_REQUEST ? HTTP_REQUEST : HTTP_RESPONSE, &l->settings);
    l->parser.data = l;
}

static bool agrees_on_start(const struct http1_llhttp *l, const struct http1_raw *raw,
                            const struct http_head *head)
{
    if (l->parser.http_major != 1 || l->parser.http_minor != head->minor) {
        return false;
    }
    if (head->status != 0) {
        return l->parser.status_code == head->status;
    }
    return l->target_bytes == raw->target.n &&
           str_eq(str_of(llhttp_method_name((llhttp_method_t)l->parser.method)), head->method);
}

static bool agrees_on_framing(const struct http1_llhttp *l, const struct http_head *head)
{
    bool chunked = (l->flags & F_CHUNKED) != 0, sized = (l->flags & F_CONTENT_LENGTH) != 0;

    switch (head->framing) {
    case HTTP_BODY_CHUNKED:
        return chunked && !sized && !l->complete;
    case HTTP_BODY_LENGTH:
        return sized && !chunked && l->length == head->length && l->complete == (head->length == 0);
    case HTTP_BODY_CLOSE:
        return !sized && !chunked && !l->complete;
    case HTTP_BODY_NONE:
        break;
    }
    return l->complete && (l->no_body || (!sized && !chunked));
}

enum reason http1_llhttp_head(struct http1_llhttp *l, const struct http1_raw *raw,
                              const struct http_head *head, bool no_body)
{
    l->no_body = no_body;
    if (llhttp_execute(&l->parser, raw->bytes.p, raw->bytes.n) != HPE_OK || !l->headers ||
        l->header_count != head->header_count || !agrees_on_start(l, raw, head) ||
        !agrees_on_framing(l, head)) {
        return REASON_HTTP_SYNTAX;
    }
    return REASON_OK;
}

enum reason http1_llhttp_body(struct http1_llhttp *l, struct str piece)
{
    if (piece.n == 0 || llhttp_execute(&l->parser, piece.p, piece.n) == HPE_OK) {
        return REASON_OK;
    }
    return l->refused != REASON_OK ? l->refused : REASON_HTTP_SYNTAX;
}

enum reason http1_llhttp_close(struct http1_llhttp *l)
{
    return llhttp_finish(&l->parser) == HPE_OK && l->complete ? REASON_OK : REASON_HTTP_SYNTAX;
}

bool http1_llhttp_complete(const struct http1_llhttp *l)
{
    return l->complete;
}
