#include "http/message.h"

const struct http_header *http_find(const struct http_head *head, struct str name)
{
    for (size_t i = 0; i < head->header_count; i++) {
        if (str_eq_nocase(head->headers[i].name, name)) {
            return &head->headers[i];
        }
    }
    return NULL;
}

size_t http_count(const struct http_head *head, struct str name)
{
    size_t count = 0;

    for (size_t i = 0; i < head->header_count; i++) {
        count += str_eq_nocase(head->headers[i].name, name);
    }
    return count;
}

static bool list_has(struct str list, struct str token)
{
    struct str element;

    while (str_next(&list, ',', &element)) {
        if (str_eq_nocase(str_trim(element), token)) {
            return true;
        }
    }
    return false;
}

bool http_has_token(const struct http_head *head, struct str name, struct str token)
{
    for (size_t i = 0; i < head->header_count; i++) {
        if (str_eq_nocase(head->headers[i].name, name) && list_has(head->headers[i].value, token)) {
            return true;
        }
    }
    return false;
}

bool http_hop_by_hop(const struct http_head *head, const struct http_header *h)
{
    static const struct str names[] = {
        STR("Connection"),
        STR("Proxy-Connection"),
        STR("Keep-Alive"),
        STR("TE"),
        STR("Transfer-Encoding"),
        STR("Upgrade"),
        STR("Trailer"),
        STR("Proxy-Authenticate"),
        STR("Proxy-Authorization"),
        STR("Content-Length"),
    };

    for (size_t i = 0; i < SG_COUNT(names); i++) {
        if (str_eq_nocase(h->name, names[i])) {
            return true;
        }
    }
    return http_has_token(head, STR("Connection"), h->name);
}
