#include "net/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/un.h>
#include <unistd.h>

/* Longer than any numeric address. */
#define HOST_SIZE 64

static bool parse_unix(struct str path, struct address *out)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};

    if (path.n == 0 || path.n >= sizeof(un.sun_path) || memchr(path.p, '\0', path.n) != NULL) {
        return false;
    }
    memcpy(un.sun_path, path.p, path.n);
    memset(out, 0, sizeof(*out));
    memcpy(&out->sa, &un, sizeof(un));
    out->len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + path.n + 1);
    return true;
}

bool address_numeric(struct str host, uint16_t port, struct address *out)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    char text[HOST_SIZE];

    if (host.n == 0 || host.n >= sizeof(text) || memchr(host.p, '\0', host.n) != NULL) {
        return false;
    }
    memcpy(text, host.p, host.n);
    text[host.n] = '\0';
    if (inet_pton(AF_INET, text, &in.sin_addr) == 1) {
        memset(out, 0, sizeof(*out));
        memcpy(&out->sa, &in, sizeof(in));
        out->len = sizeof(in);
        return true;
    }
    if (inet_pton(AF_INET6, text, &in6.sin6_addr) == 1) {
        memset(out, 0, sizeof(*out));
        memcpy(&out->sa, &in6, sizeof(in6));
        out->len = sizeof(in6);
        return true;
    }
    return false;
}

bool address_parse(struct str text, struct address *out)
{
    const struct str unix_prefix = STR("unix:");
    struct str host = text;
    uint64_t port;
    bool bracketed;

    if (str_starts(text, unix_prefix)) {
        return parse_unix(str_sub(text, unix_prefix.n, text.n), out);
    }
    while (host.n > 0 && host.p[host.n - 1] != ':') {
        host.n--;
    }
    if (host.n == 0 || !str_to_u64(str_sub(text, host.n, text.n), UINT16_MAX, &port)) {
        return false;
    }
    host.n--;
    bracketed = host.n >= 2 && host.p[0] == '[' && host.p[host.n - 1] == ']';
    if (bracketed) {
        host = str_sub(host, 1, host.n - 1);
    }
    /* Brackets around an IPv6 address, and only there: `::1:80` could be read in two ways. */
    return address_numeric(host, (uint16_t)port, out) &&
           bracketed == (out->sa.ss_family == AF_INET6);
}

/* A peer may bind its Unix socket to any bytes: only what can stand in a log line is shown. */
static void unix_text(const struct address *a, char out[ADDRESS_TEXT_SIZE])
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    size_t head = offsetof(struct sockaddr_un, sun_path);
    size_t len = a->len < sizeof(un) ? a->len : sizeof(un);
    size_t n;

    memcpy(&un, &a->sa, len);
    n = len > head ? strnlen(un.sun_path, len - head) : 0;
    for (size_t i = 0; i < n; i++) {
        if (un.sun_path[i] < '!' || un.sun_path[i] > '~') {
            un.sun_path[i] = '?';
        }
    }
    snprintf(out, ADDRESS_TEXT_SIZE, "unix:%.*s", (int)n, un.sun_path);
}

static void ip_text(const struct address *a, bool with_port, char out[ADDRESS_TEXT_SIZE])
{
    char host[INET6_ADDRSTRLEN] = "";
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
    bool is_v6 = a->sa.ss_family == AF_INET6;
    unsigned port;

    if (!is_v6) {
        memcpy(&in, &a->sa, sizeof(in));
        inet_ntop(AF_INET, &in.sin_addr, host, sizeof(host));
        port = ntohs(in.sin_port);
    } else {
        memcpy(&in6, &a->sa, sizeof(in6));
        inet_ntop(AF_INET6, &in6.sin6_addr, host, sizeof(host));
        port = ntohs(in6.sin6_port);
    }
    if (!with_port) {
        snprintf(out, ADDRESS_TEXT_SIZE, "%s", host);
    } else {
        snprintf(out, ADDRESS_TEXT_SIZE, is_v6 ? "[%s]:%u" : "%s:%u", host, port);
    }
}

static const char *text_of(const struct address *a, bool with_port, char out[ADDRESS_TEXT_SIZE])
{
    switch (a->sa.ss_family) {
    case AF_UNIX:
        unix_text(a, out);
        break;
    case AF_INET:
    case AF_INET6:
        ip_text(a, with_port, out);
        break;
    default:
        snprintf(out, ADDRESS_TEXT_SIZE, "unknown");
        break;
    }
    return out;
}

const char *address_text(const struct address *a, char out[ADDRESS_TEXT_SIZE])
{
    return text_of(a, true, out);
}

const char *address_host_text(const struct address *a, char out[ADDRESS_TEXT_SIZE])
{
    return text_of(a, false, out);
}

static bool prepare_listener(int fd, const struct address *a, bool reuse_port)
{
    const int on = 1;

    if (a->sa.ss_family == AF_UNIX) {
        return true;
    }
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0) {
        return false;
    }
    if (reuse_port && setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) != 0) {
        return false;
    }
    return a->sa.ss_family != AF_INET6 ||
           setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) == 0;
}

int address_listen(const struct address *a, bool reuse_port)
{
    int fd = socket(a->sa.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0) {
        return -1;
    }
    if (!prepare_listener(fd, a, reuse_port) ||
        bind(fd, (const struct sockaddr *)&a->sa, a->len) != 0 || listen(fd, SOMAXCONN) != 0) {
        int saved = errno;

        close(fd);
        errno = saved;
        return -1;
    }
    return fd;
}

bool address_of_socket(int fd, struct address *out)
{
    memset(out, 0, sizeof(*out));
    out->len = sizeof(out->sa);
    return getsockname(fd, (struct sockaddr *)&out->sa, &out->len) == 0;
}
