/* What routes and tenants name, looked up. */
#include "policy/config_read.h"

/* --- API shapes -------------------------------------------------------------------------- */

/* The shape that an earlier route of the same API got. */
static const struct route_names *same_api_before(const struct config_names *names, size_t i)
{
    for (size_t j = 0; j < i; j++) {
        if (str_eq(names->routes[j].api.text, names->routes[i].api.text)) {
            return &names->routes[j];
        }
    }
    return NULL;
}

static bool shape_file(struct schema_context *cx, const struct config *c, const struct placed *api,
                       const char **file)
{
    *file = arena_printf(cx->arena, "%.*s/%.*s.yaml", STR_ARG(c->apis), STR_ARG(api->text));
    if (*file == NULL) {
        tell_memory(cx, api->at);
    }
    return *file != NULL;
}

bool config_link_shapes(struct schema_context *cx, struct config *c,
                        const struct config_names *names)
{
    bool good = true;
    for (size_t i = 0; i < c->route_count; i++) {
        const struct placed *api = &names->routes[i].api;
        const struct route_names *same = same_api_before(names, i);
        const char *file;
        if (api->text.n == 0) {
            continue; /* told when it was read */
        }
        if (same != NULL) {
            c->routes[i].shape = c->routes[same - names->routes].shape;
        } else if (shape_file(cx, c, api, &file)) {
            c->routes[i].shape = shape_read(cx->arena, cx->files, file, api->at, cx->diags);
        }
        good &= c->routes[i].shape != NULL;
    }
    return good;
}

/* --- upstreams --------------------------------------------------------------------------- */

static const struct config_upstream *upstream_find(const struct config *c, struct str name)
{
    for (size_t i = 0; i < c->upstream_count; i++) {
        if (str_eq(c->upstreams[i].name, name)) {
            return &c->upstreams[i];
        }
    }
    return NULL;
}

bool config_link_upstreams(struct schema_context *cx, struct config *c,
                           const struct config_names *names)
{
    bool good = true;
    for (size_t i = 0; i < c->route_count && c->upstream_count > 0; i++) {
        const struct placed *name = &names->routes[i].upstream;
        c->routes[i].upstream = upstream_find(c, name->text);
        if (c->routes[i].upstream == NULL && name->text.n > 0) {
            tell_unknown(cx, "upstream", name,
                         names_of(cx->arena, c->upstreams, c->upstream_count, sizeof(*c->upstreams),
                                  offsetof(struct config_upstream, name)));
            good = false;
        }
    }
    return good;
}

/* --- policies ---------------------------------------------------------------------------- */

struct policy_table {
    const struct policy *all;
    size_t count;
};

/* NULL for an empty name, and after telling for an unknown one. */
static const struct policy *policy_find(struct schema_context *cx, const struct policy_table *t,
                                        const struct placed *name)
{
    for (size_t i = 0; i < t->count; i++) {
        if (str_eq(t->all[i].name, name->text)) {
            return &t->all[i];
        }
    }
    if (name->text.n > 0) {
        tell_unknown(
            cx, "policy", name,
            names_of(cx->arena, t->all, t->count, sizeof(*t->all), offsetof(struct policy, name)));
    }
    return NULL;
}

bool config_link_policies(struct schema_context *cx, struct config *c,
                          const struct config_names *names, const struct policy *policies,
                          size_t count)
{
    const struct policy_table table = {policies, count};
    bool good = true;
    for (size_t i = 0; i < c->route_count; i++) {
        c->routes[i].policy = policy_find(cx, &table, &names->routes[i].policy);
        good &= c->routes[i].policy != NULL;
    }
    for (size_t i = 0; i < c->tenant_count; i++) {
        c->tenants[i].policy = policy_find(cx, &table, &names->tenants[i]);
        good &= c->tenants[i].policy != NULL || names->tenants[i].text.n == 0;
    }
    return good;
}
