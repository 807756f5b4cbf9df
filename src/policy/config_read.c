/* stopgate.yaml: the document as a whole, and listeners. */
#include "policy/config_read.h"

#include <sys/un.h>

/* --- listeners --------------------------------------------------------------------------- */

/* In the table so that the key has a message of its own. */
static bool read_listen_tls(struct schema_context *cx, const struct yaml_node *node, void *out)
{
    (void)out;
    diag_error(cx->diags, node->at,
               "this version does not speak TLS: expected a listener without `tls`, reached "
               "through a proxy that does TLS");
    return false;
}

static bool read_address(struct schema_context *cx, const struct yaml_node *node, void *out)
{
    struct config_listen *listen = out;
    if (!schema_str(cx, node, &listen->text)) {
        return false;
    }
    bool relative =
        str_starts(listen->text, STR("unix:")) && !str_starts(listen->text, STR("unix:/"));
    if (relative || !address_parse(listen->text, &listen->address)) {
        char quoted[DIAG_QUOTE_SIZE];
        diag_error(cx->diags, node->at,
                   "%s is no address; expected a numeric one with a port (`127.0.0.1:8080`, "
                   "`[::1]:8080`) or `unix:/path`",
                   diag_quote(quoted, listen->text));
        return false;
    }
    return true;
}

static bool read_listener(struct schema_context *cx, const struct yaml_node *node, void *out)
{
    static const struct field fields[] = {
        {"address", FIELD_T_CUSTOM, FIELD_REQUIRED, 0, 0, 0, NULL, read_address},
        {"tls", FIELD_T_CUSTOM, 0, 0, 0, 0, NULL, read_listen_tls},
        FIELD_END};
    struct config_listen *listen = out;
    bool good = schema_read(cx, node, fields, listen);
    listen->at = schema_where(node, "address");
    return good;
}

static bool read_listeners(struct schema_context *cx, const struct yaml_node *node, void *out)
{
    struct item_list *list = out;
    bool good = read_list(cx, node, sizeof(struct config_listen), read_listener, list);
    const struct config_listen *all = list->items;
    struct placed *texts = arena_array(cx->arena, list->count, sizeof(*texts));
    if (texts == NULL) {
        tell_memory(cx, node->at);
        return false;
    }
    for (size_t i = 0; i < list->count; i++) {
        /* Port 0 lets the kernel pick: two of them are two. */
        bool picked = str_ends(all[i].text, STR(":0"));
        texts[i] = (struct placed){picked ? STR("") : all[i].text, all[i].at};
    }
    return placed_unique(cx, texts, list->count, "a listener with this address") && good;
}

/* --- paths ------------------------------------------------------------------------------- */

/* A path as seen from the file it stands in. False after telling. */
static bool path_beside(struct schema_context *cx, struct str *path, struct where at)
{
    const char *beside = fileset_beside(cx->files, at.file, *path);
    if (beside == NULL) {
        char quoted[DIAG_QUOTE_SIZE];
        diag_error(cx->diags, at, "%s cannot name a file or folder", diag_quote(quoted, *path));
        return false;
    }
    *path = str_of(beside);
    return true;
}

static bool read_path(struct schema_context *cx, const struct yaml_node *node, void *out)
{
    struct str *path = out;
    return schema_str(cx, node, path) && path_beside(cx, path, node->at);
}

static bool read_placed_path(struct schema_context *cx, const struct yaml_node *node, void *out)
{
    struct placed *path = out;
    path->at = node->at;
    return read_path(cx, node, &path->text);
}

static bool read_rules(struct schema_context *cx, const struct yaml_node *node, void *out)
{
    struct str_list *paths = out;
    bool good = read_strs(cx, node, paths);
    for (size_t i = 0; i < paths->count; i++) {
        bool listed = node->kind == YAML_SEQUENCE && paths->count == node->count;
        good &= path_beside(cx, &paths->items[i], listed ? node->items[i]->at : node->at);
    }
    return good;
}

static bool read_audit(struct schema_context *cx, const struct yaml_node *node, void *out)
{
    static const struct field fields[] = {
        {"directory", FIELD_T_CUSTOM, FIELD_REQUIRED, 0, 0, 0, NULL, read_path}, FIELD_END};
    return schema_read(cx, node, fields, out);
}

/* --- the document ------------------------------------------------------------------------ */

struct config_draft {
    struct config config;
    struct item_list listen, upstreams, routes, tenants;
    struct placed policy;
};

static const char *const log_level_names[] = {
    [LOG_DEBUG_LEVEL] = "debug",
    [LOG_INFO_LEVEL] = "info",
    [LOG_WARN_LEVEL] = "warn",
    [LOG_ERROR_LEVEL] = "error",
    NULL,
};

#define PART(key, member, read, flags) FIELD_CUSTOM(key, struct config_draft, member, read, flags)
static const struct field config_fields[] = {
    PART("listen", listen, read_listeners, FIELD_REQUIRED),
    PART("upstreams", upstreams, read_upstreams, FIELD_REQUIRED),
    PART("routes", routes, read_routes, FIELD_REQUIRED),
    PART("tenants", tenants, read_tenants, 0),
    FIELD_BOOL("tenants_only", struct config_draft, config.tenants_only, 0),
    PART("policy", policy, read_placed_path, FIELD_REQUIRED),
    PART("rules", config.rules, read_rules, FIELD_REQUIRED),
    PART("apis", config.apis, read_path, 0),
    PART("audit", config.audit_directory, read_audit, FIELD_REQUIRED),
    PART("state", config.state, read_path, FIELD_REQUIRED),
    PART("control", config.control, read_path, 0),
    FIELD_INT("workers", struct config_draft, config.workers, 0, 0, 1024),
    FIELD_ENUM("log_level", struct config_draft, config.log_level, 0, log_level_names),
    PART("limits", config.limits, read_limits, 0),
    PART("timeouts", config.timeouts, read_timeouts, 0),
    FIELD_END};
#undef PART

/* What is left out and depends on the file's place or on other keys. */
static bool fill_defaults(struct schema_context *cx, const struct yaml_node *root, struct config *c)
{
    bool good = true;
    if (c->apis.n == 0) {
        c->apis = STR("apis");
        good = path_beside(cx, &c->apis, root->at);
    }
    if (c->control.n == 0 && c->state.n > 0) {
        char *path = arena_printf(cx->arena, "%s/control.sock", c->state.p);
        if (path == NULL) {
            tell_memory(cx, root->at);
            return false;
        }
        c->control = str_of(path);
    }
    return good;
}

static bool check_whole(struct schema_context *cx, const struct yaml_node *root,
                        const struct config *c)
{
    const size_t longest = sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1;
    bool good = true;
    if (c->control.n > longest) {
        diag_error(cx->diags, c->at.control,
                   "the path of the control socket, `%s`, is longer than %zu bytes", c->control.p,
                   longest);
        good = false;
    }
    if (c->tenants_only && yaml_get(root, "tenants") == NULL) {
        diag_error(cx->diags, schema_where(root, "tenants_only"),
                   "`tenants_only` without `tenants` refuses everybody");
        good = false;
    }
    return good;
}

static struct config_places places_of(const struct yaml_node *root)
{
    return (struct config_places){
        .listen = schema_where(root, "listen"),
        .workers = schema_where(root, "workers"),
        .audit = schema_where(root, "audit"),
        .state = schema_where(root, "state"),
        .control = schema_where(root, yaml_get(root, "control") != NULL ? "control" : "state"),
    };
}

/* Splits what was read together: the configuration, and the names that are looked up later. */
static bool split_draft(struct schema_context *cx, struct config_draft *d, struct config *c,
                        struct config_names *names)
{
    const struct route_draft *routes = d->routes.items;
    const struct tenant_draft *tenants = d->tenants.items;
    c->listen = d->listen.items;
    c->listen_count = d->listen.count;
    c->upstreams = d->upstreams.items;
    c->upstream_count = d->upstreams.count;
    c->routes = arena_array(cx->arena, d->routes.count, sizeof(*c->routes));
    c->tenants = arena_array(cx->arena, d->tenants.count, sizeof(*c->tenants));
    names->routes = arena_array(cx->arena, d->routes.count, sizeof(*names->routes));
    names->tenants = arena_array(cx->arena, d->tenants.count, sizeof(*names->tenants));
    if (c->routes == NULL || c->tenants == NULL || names->routes == NULL ||
        names->tenants == NULL) {
        return false;
    }
    for (; c->route_count < d->routes.count; c->route_count++) {
        c->routes[c->route_count] = routes[c->route_count].route;
        names->routes[c->route_count] = routes[c->route_count].names;
    }
    for (; c->tenant_count < d->tenants.count; c->tenant_count++) {
        c->tenants[c->tenant_count] = tenants[c->tenant_count].tenant;
        names->tenants[c->tenant_count] = tenants[c->tenant_count].policy;
    }
    return true;
}

bool config_read(struct schema_context *cx, const struct yaml_node *root, struct config *out,
                 struct config_names *names)
{
    struct config_draft draft = {.config = {
                                     .log_level = LOG_INFO_LEVEL,
                                     .limits = config_default_limits(),
                                     .timeouts = config_default_timeouts(),
                                 }};
    bool good = schema_read(cx, root, config_fields, &draft);
    good &= fill_defaults(cx, root, &draft.config);
    draft.config.policy_file = draft.policy.text;
    draft.config.at = places_of(root);
    *out = draft.config;
    *names = (struct config_names){.policy = draft.policy, .rules = schema_where(root, "rules")};
    if (!split_draft(cx, &draft, out, names)) {
        tell_memory(cx, root->at);
        return false;
    }
    return check_whole(cx, root, out) && good;
}
