/* `upstreams` of stopgate.yaml: model endpoints and the servers behind each. */
#include "policy/config_read.h"

#include <sys/un.h>

#define SECOND ((uint64_t)1000)
#define HOUR (3600 * SECOND)
#define HOST_MAX 253 /* a name in DNS, RFC 1035 2.3.4 in text form */

/* --- one server -------------------------------------------------------------------------- */

static bool unix_server(struct schema_context *cx, struct str text, struct where at,
                        struct pool_server *out)
{
    struct address address;
    if (text.n <= 5 || text.p[5] != '/' || !address_parse(text, &address)) {
        diag_error(cx->diags, at, "expected `unix:` and an absolute path of at most %zu bytes",
                   sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1);
        return false;
    }
    *out = (struct pool_server){text, 0};
    return true;
}

/* A name's characters (RFC 1123 2.1, and `_`, which is in use inside). */
static bool host_name_valid(struct str host)
{
    if (host.n == 0 || host.n > HOST_MAX || host.p[0] == '-' || host.p[0] == '.') {
        return false;
    }
    for (size_t i = 0; i < host.n; i++) {
        char c = host.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!plain && c != '-' && c != '_' && c != '.') {
            return false;
        }
    }
    return true;
}

/* `HOST:PORT`, `[IPv6]:PORT`. */
static bool authority_split(struct str text, struct str *host, uint16_t *port)
{
    size_t colon = text.n;
    while (colon > 0 && text.p[colon - 1] != ':') {
        colon--;
    }
    uint64_t number;
    if (colon == 0 || !str_to_u64(str_sub(text, colon, text.n), UINT16_MAX, &number) ||
        number == 0) {
        return false;
    }
    *port = (uint16_t)number;
    *host = str_sub(text, 0, colon - 1);
    if (str_starts(*host, STR("[")) && str_ends(*host, STR("]"))) {
        struct address address;
        *host = str_sub(*host, 1, host->n - 1);
        return str_find(*host, STR(":"), 0) != SIZE_MAX && address_numeric(*host, *port, &address);
    }
    return host_name_valid(*host);
}

bool upstream_server(struct schema_context *cx, struct str text, struct where at,
                     struct pool_server *out)
{
    const struct str http = STR("http://");
    if (str_starts(text, STR("unix:"))) {
        return unix_server(cx, text, at, out);
    }
    if (str_starts(text, STR("https://"))) {
        diag_error(cx->diags, at,
                   "this version does not speak TLS to servers: expected "
                   "`http://HOST:PORT`, with TLS done by a proxy beside it");
        return false;
    }
    struct str authority = str_sub(text, http.n, text.n);
    if (str_starts(text, http) && authority_split(authority, &out->host, &out->port)) {
        return true;
    }
    char quoted[DIAG_QUOTE_SIZE];
    diag_error(cx->diags, at,
               "%s is no server; expected `http://HOST:PORT` without path, or "
               "`unix:/path`",
               diag_quote(quoted, text));
    return false;
}

/* --- one upstream ------------------------------------------------------------------------ */

static bool read_server(struct schema_context *cx, const struct yaml_node *node, void *out)
{
    struct str text;
    return schema_str(cx, node, &text) && upstream_server(cx, text, node->at, out);
}

static bool read_servers(struct schema_context *cx, const struct yaml_node *node, void *out)
{
    return read_list(cx, node, sizeof(struct pool_server), read_server, out);
}

struct upstream_draft {
    struct config_upstream upstream;
    struct item_list servers;
};

#define WAIT(key, member, least) \
    FIELD_DURATION(key, struct upstream_draft, upstream.member, 0, least, HOUR)
static const struct field upstream_fields[] = {
    FIELD_CUSTOM("servers", struct upstream_draft, servers, read_servers, FIELD_REQUIRED),
    WAIT("connect_timeout", connect_timeout_ms, 1),
    WAIT("timeout", timeout_ms, 1),
    WAIT("body_timeout", body_timeout_ms, 1),
    WAIT("idle_timeout", idle_timeout_ms, 0),
    WAIT("wait_timeout", wait_timeout_ms, 0),
    FIELD_INT("max_connections", struct upstream_draft, upstream.max_connections, 0, 1, 100000),
    FIELD_INT("max_waiting", struct upstream_draft, upstream.max_waiting, 0, 0, 1000000),
    FIELD_END};
#undef WAIT

static bool read_upstream(struct schema_context *cx, const struct placed *name,
                          const struct yaml_node *node, void *out)
{
    struct upstream_draft draft = {.upstream = {
                                       .name = name->text,
                                       .at = name->at,
                                       .connect_timeout_ms = 5 * SECOND,
                                       .timeout_ms = 120 * SECOND,
                                       .body_timeout_ms = 60 * SECOND,
                                       .idle_timeout_ms = 60 * SECOND,
                                       .wait_timeout_ms = 5 * SECOND,
                                       .max_connections = 512,
                                       .max_waiting = 1024,
                                   }};
    bool good = schema_read(cx, node, upstream_fields, &draft);
    draft.upstream.servers = draft.servers.items;
    draft.upstream.server_count = draft.servers.count;
    *(struct config_upstream *)out = draft.upstream;
    return good;
}

bool read_upstreams(struct schema_context *cx, const struct yaml_node *node, void *out)
{
    return read_named(cx, node, sizeof(struct config_upstream), read_upstream, out);
}
