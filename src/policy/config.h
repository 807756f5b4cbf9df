/*
 * stopgate.yaml: what network operations write, read into structs. Everything is in the arena of
 * the snapshot it belongs to and immutable. See stopgate.yaml(5) for the meaning of each key.
 */
#ifndef SG_POLICY_CONFIG_H
#define SG_POLICY_CONFIG_H

#include "base/attr.h"
#include "base/digest.h"
#include "base/log.h"
#include "base/str.h"
#include "conf/schema.h"
#include "http/http1.h"
#include "net/address.h"
#include "net/pool.h"
#include "text/json.h"
#include "text/shape.h"

#include <stdbool.h>
#include <stdint.h>

struct policy;

struct config_listen {
    struct address address;
    struct str text; /* as written */
    struct where at;
};

struct config_upstream {
    struct str name;
    struct where at;
    struct pool_server *servers;
    size_t server_count;
    uint64_t connect_timeout_ms; /* default 5s */
    uint64_t timeout_ms;         /* from the request sent to the answer's head; default 120s */
    uint64_t body_timeout_ms;    /* between two pieces of the answer; default 60s */
    uint64_t idle_timeout_ms;    /* default 60s */
    uint64_t wait_timeout_ms;    /* default 5s */
    int64_t max_connections;     /* a worker; default 512 */
    int64_t max_waiting;         /* a worker; default 1024 */
};

struct config_route {
    struct str path; /* prefix; ends at a `/` or at the end of the path */
    struct where at;
    const struct shape *shape;
    const struct config_upstream *upstream;
    const struct policy *policy; /* for tenants without one of their own */
    struct str policy_name;
};

struct config_tenant {
    struct str name;
    struct where at;
    uint8_t key_sha256[DIGEST_SHA256_SIZE];
    const struct policy *policy; /* NULL: the route's */
};

struct config_limits {
    struct http1_limits http; /* head_bytes 32KiB, headers 100, target 8KiB */
    struct json_limits json;  /* json_depth 128, json_values 1,000,000 */
    uint64_t request_body;    /* bytes as sent and after decoding; default 16MiB */
    uint64_t response_body;   /* the same for answers that are held; default 16MiB */
    uint64_t exchange_memory; /* arena of one exchange; default 64MiB */
    uint64_t inflate_ratio;   /* default 100 */
    int64_t connections;      /* client connections a worker; default 4096 */
    uint64_t offload_bytes;   /* bodies larger than this are read off the loop; default 64KiB */
};

struct config_timeouts {
    uint64_t head_ms;     /* first byte to end of head; default 10s */
    uint64_t body_ms;     /* between two pieces of a request body; default 30s */
    uint64_t idle_ms;     /* keep-alive; default 75s */
    uint64_t send_ms;     /* no progress sending to the client; default 30s */
    uint64_t shutdown_ms; /* running exchanges may end within; default 10s */
};

/* Places of what a reload cannot change; of the document where a key is left out. */
struct config_places {
    struct where listen, workers, audit, state, control;
};

struct config {
    struct config_places at;
    struct config_listen *listen;
    size_t listen_count;
    struct config_upstream *upstreams;
    size_t upstream_count;
    struct config_route *routes;
    size_t route_count;
    struct config_tenant *tenants;
    size_t tenant_count;
    bool tenants_only; /* refuse keys of no tenant (tenant_unknown); default false */
    struct str policy_file;
    struct str_list rules; /* folders or files */
    struct str apis;       /* folder; default: `apis` beside stopgate.yaml */
    struct str audit_directory;
    struct str state;   /* folder */
    struct str control; /* path of the control socket; default STATE/control.sock */
    int64_t workers;    /* 0: one a core */
    int log_level;      /* enum log_level */
    struct config_limits limits;
    struct config_timeouts timeouts;
};

/* Route for a request path (without query): the longest prefix; NULL if none. */
const struct config_route *config_route(const struct config *c, struct str path) SG_NONNULL;

/* Tenant whose key digest is this; constant time a tenant. NULL if none. */
const struct config_tenant *config_tenant(const struct config *c,
                                          const uint8_t key_sha256[DIGEST_SHA256_SIZE]) SG_NONNULL;

#endif
