/* `limits` and `timeouts` of stopgate.yaml. */
#include "policy/config_read.h"

#define KIB ((uint64_t)1024)
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)
#define SECOND ((uint64_t)1000)
#define HOUR (3600 * SECOND)

/* Fields that the parsers below keep as size_t: the schema reads 64-bit numbers. */
struct limits_text {
    struct config_limits limits;
    uint64_t head_bytes, target;
    int64_t headers, json_depth, json_values, inflate_ratio;
};

static const struct field limit_fields[] = {
    FIELD_SIZE("head_bytes", struct limits_text, head_bytes, 0, KIB, MIB),
    FIELD_INT("headers", struct limits_text, headers, 0, 1, 1000),
    FIELD_SIZE("target", struct limits_text, target, 0, 64, MIB),
    FIELD_INT("json_depth", struct limits_text, json_depth, 0, 1, 1000),
    FIELD_INT("json_values", struct limits_text, json_values, 0, 1, 100000000),
    FIELD_SIZE("request_body", struct limits_text, limits.request_body, 0, KIB, GIB),
    FIELD_SIZE("response_body", struct limits_text, limits.response_body, 0, KIB, GIB),
    FIELD_SIZE("exchange_memory", struct limits_text, limits.exchange_memory, 0, MIB, 16 * GIB),
    FIELD_INT("inflate_ratio", struct limits_text, inflate_ratio, 0, 1, 10000),
    FIELD_INT("connections", struct limits_text, limits.connections, 0, 1, 1000000),
    FIELD_SIZE("offload_bytes", struct limits_text, limits.offload_bytes, 0, KIB, GIB),
    FIELD_END};

struct config_limits config_default_limits(void)
{
    return (struct config_limits){
        .http = http1_default_limits,
        .json = json_default_limits,
        .request_body = 16 * MIB,
        .response_body = 16 * MIB,
        .exchange_memory = 64 * MIB,
        .inflate_ratio = 100,
        .connections = 4096,
        .offload_bytes = 64 * KIB,
    };
}

static struct limits_text limits_to_text(const struct config_limits *l)
{
    return (struct limits_text){
        .limits = *l,
        .head_bytes = l->http.head_bytes,
        .target = l->http.target_bytes,
        .headers = (int64_t)l->http.header_count,
        .json_depth = (int64_t)l->json.depth,
        .json_values = (int64_t)l->json.nodes,
        .inflate_ratio = (int64_t)l->inflate_ratio,
    };
}

static struct config_limits limits_from_text(const struct limits_text *t)
{
    struct config_limits l = t->limits;
    l.http.head_bytes = (size_t)t->head_bytes;
    l.http.target_bytes = (size_t)t->target;
    l.http.header_count = (size_t)t->headers;
    l.json.depth = (size_t)t->json_depth;
    l.json.nodes = (size_t)t->json_values;
    l.inflate_ratio = (uint64_t)t->inflate_ratio;
    return l;
}

/* Limits that cannot both hold are told: one of them would never be reached. */
static bool limits_agree(struct schema_context *cx, const struct yaml_node *node,
                         const struct config_limits *l)
{
    uint64_t body = l->request_body > l->response_body ? l->request_body : l->response_body;
    bool good = true;
    if (l->exchange_memory < body) {
        diag_error(cx->diags, schema_where(node, "exchange_memory"),
                   "`exchange_memory` is smaller than a body may be: expected at least "
                   "`request_body` and `response_body`");
        good = false;
    }
    if (l->http.target_bytes > l->http.head_bytes) {
        diag_error(cx->diags, schema_where(node, "target"),
                   "`target` is larger than `head_bytes`, which counts it");
        good = false;
    }
    return good;
}

bool read_limits(struct schema_context *cx, const struct yaml_node *node, void *out)
{
    struct config_limits *limits = out;
    struct limits_text text = limits_to_text(limits);
    if (!schema_read(cx, node, limit_fields, &text)) {
        return false;
    }
    *limits = limits_from_text(&text);
    return limits_agree(cx, node, limits);
}

static const struct field timeout_fields[] = {
    FIELD_DURATION("head", struct config_timeouts, head_ms, 0, 10, HOUR),
    FIELD_DURATION("body", struct config_timeouts, body_ms, 0, 10, HOUR),
    FIELD_DURATION("idle", struct config_timeouts, idle_ms, 0, 10, 24 * HOUR),
    FIELD_DURATION("send", struct config_timeouts, send_ms, 0, 10, HOUR),
    FIELD_DURATION("shutdown", struct config_timeouts, shutdown_ms, 0, 0, 24 * HOUR),
    FIELD_END};

struct config_timeouts config_default_timeouts(void)
{
    return (struct config_timeouts){
        .head_ms = 10 * SECOND,
        .body_ms = 30 * SECOND,
        .idle_ms = 75 * SECOND,
        .send_ms = 30 * SECOND,
        .shutdown_ms = 10 * SECOND,
    };
}

bool read_timeouts(struct schema_context *cx, const struct yaml_node *node, void *out)
{
    return schema_read(cx, node, timeout_fields, out);
}
