#include "http/http1_head.h"
#include "http/http1_syntax.h"

#include <arpa/inet.h>

#define HOST_SIZE_MAX 255 /* a name in DNS, RFC 1035 2.3.4 */
#define PORT_MAX 65535

/* --- authority -------------------------------------------------------------------------------- */

static bool is_ipv6(struct str s)
{
    char text[INET6_ADDRSTRLEN];
    unsigned char address[16];

    if (s.n >= sizeof(text)) {
        return false;
    }
    memcpy(text, s.p, s.n);
    text[s.n] = '\0';
    return strlen(text) == s.n && inet_pton(AF_INET6, text, address) == 1;
}

/* Narrower than RFC 3986's reg-name: no %-escapes and no sub-delims, which no name in DNS has. */
static bool is_name(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        unsigned char small = c | 0x20;

        if (!http1_is_digit(c) && !(small >= 'a' && small <= 'z') && c != '.' && c != '-' &&
            c != '_') {
            return false;
        }
    }
    return s.n > 0 && s.n <= HOST_SIZE_MAX;
}

/* uri-host [":" port] without user information; an empty host or port is none (RFC 9110 4.2). */
static bool is_authority(struct str s)
{
    size_t end;
    uint64_t port;

    if (s.n > 0 && s.p[0] == '[') {
        end = str_find(s, STR("]"), 1);
        if (end == SIZE_MAX || !is_ipv6(str_sub(s, 1, end))) {
            return false;
        }
        end++;
    } else {
        end = str_find(s, STR(":"), 0);
        end = end == SIZE_MAX ? s.n : end;
        if (!is_name(str_sub(s, 0, end))) {
            return false;
        }
    }
    if (end == s.n) {
        return true;
    }
    return s.p[end] == ':' && s.n - end - 1 <= 5 &&
           str_to_u64(str_sub(s, end + 1, s.n), PORT_MAX, &port) && port > 0;
}

/* --- target ----------------------------------------------------------------------------------- */

/* An absolute-form target in its parts; `path` is what follows the authority, and may be empty. */
static bool split_absolute(struct str target, struct str *authority, struct str *path)
{
    size_t begin, end;

    if (str_eq_nocase(str_sub(target, 0, 7), STR("http://"))) {
        begin = 7;
    } else if (str_eq_nocase(str_sub(target, 0, 8), STR("https://"))) {
        begin = 8;
    } else {
        return false;
    }
    for (end = begin; end < target.n && target.p[end] != '/' && target.p[end] != '?'; end++) {
    }
    *authority = str_sub(target, begin, end);
    *path = str_sub(target, end, target.n);
    return true;
}

/* Visible ASCII only, no fragment, whole %-escapes. */
static bool has_target_bytes(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];

        if (c < 0x21 || c > 0x7e || c == '#') {
            return false;
        }
        if (c == '%' && (s.n - i < 3 || http1_hex((unsigned char)s.p[i + 1]) < 0 ||
                         http1_hex((unsigned char)s.p[i + 2]) < 0)) {
            return false;
        }
    }
    return true;
}

/* The byte at `*i`, unescaped; `*i` moves to its last character. The escapes are known to be whole.
 */
static unsigned char unescaped(struct str s, size_t *i)
{
    if (s.p[*i] != '%') {
        return (unsigned char)s.p[*i];
    }
    *i += 2;
    return (unsigned char)(http1_hex((unsigned char)s.p[*i - 1]) << 4 |
                           http1_hex((unsigned char)s.p[*i]));
}

/*
 * Dot segments (RFC 3986 5.2.4) are the client's to remove. One that is left, in any disguise an
 * endpoint may see through (%2e, %2f, \), would let a path be routed as one thing and served as
 * another.
 */
static bool has_dot_segment(struct str target)
{
    size_t dots = 0, others = 0, end = str_find(target, STR("?"), 0);

    end = end == SIZE_MAX ? target.n : end;
    for (size_t i = 0; i < end; i++) {
        unsigned char c = unescaped(target, &i);

        if (c == '/' || c == '\\') {
            if (others == 0 && (dots == 1 || dots == 2)) {
                return true;
            }
            dots = others = 0;
        } else if (c == '.') {
            dots++;
        } else {
            others++;
        }
    }
    return others == 0 && (dots == 1 || dots == 2);
}

static bool is_path(struct str s)
{
    size_t slash = str_find(s, STR("\\"), 0), query = str_find(s, STR("?"), 0);

    return slash >= query && !has_dot_segment(s); /* SIZE_MAX stands for "nowhere" in both */
}

enum reason http1_target_check(const struct http_head *head)
{
    struct str authority, path;

    if (!has_target_bytes(head->target)) {
        return REASON_TARGET;
    }
    if (str_eq(head->target, STR("*"))) {
        return str_eq(head->method, STR("OPTIONS")) ? REASON_OK : REASON_TARGET;
    }
    if (head->target.p[0] == '/') {
        return is_path(head->target) ? REASON_OK : REASON_TARGET;
    }
    if (!split_absolute(head->target, &authority, &path) || !is_authority(authority) ||
        !is_path(path)) {
        return REASON_TARGET;
    }
    return REASON_OK;
}

/* --- with the headers -------------------------------------------------------------------- */

static enum reason read_host(struct http_head *head)
{
    const struct http_header *host = http_find(head, STR("Host"));

    if (host == NULL) {
        return head->minor > 0 ? REASON_HOST_MISSING : REASON_OK;
    }
    if (http_count(head, STR("Host")) > 1) {
        return REASON_HOST_DUPLICATE;
    }
    if (!is_authority(host->value)) {
        return REASON_HOST_INVALID;
    }
    head->host = host->value;
    return REASON_OK;
}

/* RFC 9112 3.2.1 and 3.2.4: an empty path is `/`, and for OPTIONS without query `*`. */
static bool reduce(struct http_head *head, struct str path, struct arena *arena)
{
    char *p;

    if (path.n == 0) {
        head->target = str_eq(head->method, STR("OPTIONS")) ? STR("*") : STR("/");
        return true;
    }
    if (path.p[0] == '/') {
        head->target = path;
        return true;
    }
    p = arena_printf(arena, "/%.*s", STR_ARG(path));
    head->target = str_of(p);
    return p != NULL;
}

enum reason http1_target_resolve(struct http_head *head, struct arena *arena)
{
    struct str authority, path;
    enum reason r = read_host(head);

    if (r != REASON_OK || !split_absolute(head->target, &authority, &path)) {
        return r;
    }
    if (head->host.n == 0) {
        head->host = authority; /* HTTP/1.0 without Host */
    } else if (!str_eq_nocase(head->host, authority)) {
        return REASON_TARGET_AUTHORITY;
    }
    return reduce(head, path, arena) ? REASON_OK : REASON_MEMORY;
}
