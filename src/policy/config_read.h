/* stopgate.yaml into structs, in two steps: reading, and looking up what it names. Private. */
#ifndef SG_POLICY_CONFIG_READ_H
#define SG_POLICY_CONFIG_READ_H

#include "base/attr.h"
#include "conf/schema.h"
#include "policy/config.h"
#include "policy/policy.h"
#include "policy/read.h"

/* What a route names, until it is looked up. */
struct route_names {
    struct placed api, upstream, policy;
};

/* All names in a configuration. Arrays are parallel to the configuration's and in the arena. */
struct config_names {
    struct route_names *routes;
    struct placed *tenants; /* policy; empty text: none */
    struct placed policy;   /* the file */
    struct where rules;     /* of the list */
};

/*
 * Reads the document of stopgate.yaml: all but shapes, upstreams of routes and policies. False when
 * anything was told; what could be read stands in `out` and `names` all the same, so that reading
 * goes on and tells more.
 */
SG_MUST_CHECK bool config_read(struct schema_context *cx, const struct yaml_node *root,
                               struct config *out, struct config_names *names) SG_NONNULL;

/* Reads the shapes that the routes name, each once. */
SG_MUST_CHECK bool config_link_shapes(struct schema_context *cx, struct config *c,
                                      const struct config_names *names) SG_NONNULL;

/* Looks up the upstream of each route. */
SG_MUST_CHECK bool config_link_upstreams(struct schema_context *cx, struct config *c,
                                         const struct config_names *names) SG_NONNULL;

/* Looks up the policies of routes and tenants. */
SG_MUST_CHECK bool config_link_policies(struct schema_context *cx, struct config *c,
                                        const struct config_names *names,
                                        const struct policy *policies, size_t count)
    SG_NONNULL_ARGS(1, 2, 3);

/* --- parts of config_read(), a file each ------------------------------------------------- */

/* `http://HOST:PORT` or `unix:/path`. False after telling at `at`. */
SG_MUST_CHECK bool upstream_server(struct schema_context *cx, struct str text, struct where at,
                                   struct pool_server *out) SG_NONNULL;

/* schema_readers for an item_list of config_upstream, route_draft and tenant_draft. */
bool read_upstreams(struct schema_context *cx, const struct yaml_node *node, void *out);
bool read_routes(struct schema_context *cx, const struct yaml_node *node, void *out);
bool read_tenants(struct schema_context *cx, const struct yaml_node *node, void *out);

struct route_draft {
    struct config_route route;
    struct route_names names;
};

struct tenant_draft {
    struct config_tenant tenant;
    struct placed policy;
};

/* schema_readers for config_limits and config_timeouts, which hold their defaults before. */
bool read_limits(struct schema_context *cx, const struct yaml_node *node, void *out);
bool read_timeouts(struct schema_context *cx, const struct yaml_node *node, void *out);
struct config_limits config_default_limits(void);
struct config_timeouts config_default_timeouts(void);

#endif
