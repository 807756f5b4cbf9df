/* `routes` and `tenants` of stopgate.yaml. */
#include "policy/config_read.h"

/* --- routes ------------------------------------------------------------------------------ */

/*
 * Requests are matched by their bytes, so a route is written as clients write it: no query, no
 * escapes that could be spelled in two ways, no segment that a server might resolve.
 */
static bool path_valid(struct str path)
{
    if (!str_starts(path, STR("/"))) {
        return false;
    }
    for (size_t i = 0; i < path.n; i++) {
        char c = path.p[i];
        if (c <= ' ' || c > '~' || memchr("?#%\\\"<>^`{|}", c, 12) != NULL) {
            return false;
        }
    }
    struct str rest = str_sub(path, 1, path.n), segment;
    while (str_next(&rest, '/', &segment)) {
        if (segment.n == 0 || str_eq(segment, STR(".")) || str_eq(segment, STR(".."))) {
            return false;
        }
    }
    return true;
}

static const struct field route_fields[] = {
    FIELD_STR("path", struct route_draft, route.path, FIELD_REQUIRED),
    FIELD_CUSTOM("api", struct route_draft, names.api, read_placed, FIELD_REQUIRED),
    FIELD_CUSTOM("upstream", struct route_draft, names.upstream, read_placed, FIELD_REQUIRED),
    FIELD_CUSTOM("policy", struct route_draft, names.policy, read_placed, FIELD_REQUIRED),
    FIELD_END};

static bool read_route(struct schema_context *cx, const struct yaml_node *node, void *out)
{
    struct route_draft *draft = out;
    bool good = schema_read(cx, node, route_fields, draft);
    struct str path = draft->route.path;
    draft->route.at = schema_where(node, "path");
    draft->route.policy_name = draft->names.policy.text;
    if (path.n > 0 && !path_valid(path)) {
        char quoted[DIAG_QUOTE_SIZE];
        diag_error(cx->diags, draft->route.at,
                   "%s is no path for a route; expected `/`, and names of plain characters with "
                   "single `/` between them",
                   diag_quote(quoted, path));
        good = false;
    }
    /* A file name is made of it: what is no name is not looked up. */
    if (draft->names.api.text.n > 0 && !name_check(cx, &draft->names.api)) {
        draft->names.api.text = STR("");
        good = false;
    }
    return good;
}

static bool routes_unique(struct schema_context *cx, const struct item_list *routes,
                          struct where at)
{
    const struct route_draft *all = routes->items;
    struct placed *paths = arena_array(cx->arena, routes->count, sizeof(*paths));
    if (paths == NULL) {
        tell_memory(cx, at);
        return false;
    }
    for (size_t i = 0; i < routes->count; i++) {
        paths[i] = (struct placed){all[i].route.path, all[i].route.at};
    }
    return placed_unique(cx, paths, routes->count, "a route with this path");
}

bool read_routes(struct schema_context *cx, const struct yaml_node *node, void *out)
{
    bool good = read_list(cx, node, sizeof(struct route_draft), read_route, out);
    return routes_unique(cx, out, node->at) && good;
}

/* --- tenants ----------------------------------------------------------------------------- */

static bool read_key(struct schema_context *cx, const struct yaml_node *node, void *out)
{
    struct str text;
    if (!schema_str(cx, node, &text)) {
        return false;
    }
    if (!digest_unhex(text, out, DIGEST_SHA256_SIZE)) {
        /* The text is not shown: it may be the key itself, put here by mistake. */
        diag_error(cx->diags, node->at,
                   "expected 64 hex digits, the SHA-256 of the key (printf %%s KEY | sha256sum)");
        return false;
    }
    return true;
}

static const struct field tenant_fields[] = {
    FIELD_STR("name", struct tenant_draft, tenant.name, FIELD_REQUIRED),
    FIELD_CUSTOM("key_sha256", struct tenant_draft, tenant.key_sha256, read_key, FIELD_REQUIRED),
    FIELD_CUSTOM("policy", struct tenant_draft, policy, read_placed, 0), FIELD_END};

static bool read_tenant(struct schema_context *cx, const struct yaml_node *node, void *out)
{
    struct tenant_draft *draft = out;
    bool good = schema_read(cx, node, tenant_fields, draft);
    draft->tenant.at = schema_where(node, "name");
    struct placed name = {draft->tenant.name, draft->tenant.at};
    return (name.text.n == 0 || name_check(cx, &name)) && good;
}

static bool tenants_unique(struct schema_context *cx, const struct item_list *tenants,
                           struct where at)
{
    static const uint8_t none[DIGEST_SHA256_SIZE]; /* where no digest could be read */
    const struct tenant_draft *all = tenants->items;
    struct placed *names = arena_array(cx->arena, tenants->count, sizeof(*names));
    struct placed *keys = arena_array(cx->arena, tenants->count, sizeof(*keys));
    if (names == NULL || keys == NULL) {
        tell_memory(cx, at);
        return false;
    }
    for (size_t i = 0; i < tenants->count; i++) {
        const struct config_tenant *t = &all[i].tenant;
        bool read = !digest_equal(t->key_sha256, none, sizeof(none));
        names[i] = (struct placed){t->name, t->at};
        keys[i] = (struct placed){{(const char *)t->key_sha256, read ? sizeof(none) : 0}, t->at};
    }
    bool good = placed_unique(cx, names, tenants->count, "a tenant with this name");
    return placed_unique(cx, keys, tenants->count, "a tenant with this `key_sha256`") && good;
}

bool read_tenants(struct schema_context *cx, const struct yaml_node *node, void *out)
{
    bool good = read_list(cx, node, sizeof(struct tenant_draft), read_tenant, out);
    return tenants_unique(cx, out, node->at) && good;
}
