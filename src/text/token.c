#include "text/token.h"

static bool is_token_char(char c)
{
    if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')) {
        return true;
    }
    return c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL;
}

void token_skip_ows(struct str s, size_t *at)
{
    while (*at < s.n && (s.p[*at] == ' ' || s.p[*at] == '\t')) {
        ++*at;
    }
}

bool token_read(struct str s, size_t *at, struct str *out)
{
    size_t from = *at;

    while (*at < s.n && is_token_char(s.p[*at])) {
        ++*at;
    }
    *out = str_sub(s, from, *at);
    return out->n > 0;
}

static bool read_quoted(struct str s, size_t *at, struct str *out)
{
    size_t from = ++*at;

    while (*at < s.n && s.p[*at] != '"') {
        unsigned char c = (unsigned char)s.p[*at];

        if (c == '\\' || c == 0x7F || (c < ' ' && c != '\t')) {
            return false;
        }
        ++*at;
    }
    if (*at == s.n) {
        return false;
    }
    *out = str_sub(s, from, *at);
    ++*at;
    return true;
}

bool token_parameter(struct str s, size_t *at, struct str *name, struct str *value)
{
    if (!token_read(s, at, name) || *at >= s.n || s.p[*at] != '=') {
        return false;
    }
    ++*at;
    if (*at < s.n && s.p[*at] == '"') {
        return read_quoted(s, at, value);
    }
    return token_read(s, at, value);
}
