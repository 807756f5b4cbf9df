#include "policy/config.h"

/* Does the route's path, taken as a prefix that ends at a `/` or at the end, cover `path`? */
static bool route_covers(struct str route, struct str path)
{
    if (!str_starts(path, route)) {
        return false;
    }
    return path.n == route.n || str_ends(route, STR("/")) || path.p[route.n] == '/';
}

const struct config_route *config_route(const struct config *c, struct str path)
{
    const struct config_route *best = NULL;
    for (size_t i = 0; i < c->route_count; i++) {
        const struct config_route *r = &c->routes[i];
        if (route_covers(r->path, path) && (best == NULL || r->path.n > best->path.n)) {
            best = r;
        }
    }
    return best;
}

/* Looks at every tenant, so that the time taken does not tell which one it was. */
const struct config_tenant *config_tenant(const struct config *c,
                                          const uint8_t key_sha256[DIGEST_SHA256_SIZE])
{
    const struct config_tenant *found = NULL;
    for (size_t i = 0; i < c->tenant_count; i++) {
        if (digest_equal(c->tenants[i].key_sha256, key_sha256, DIGEST_SHA256_SIZE)) {
            found = &c->tenants[i];
        }
    }
    return found;
}
