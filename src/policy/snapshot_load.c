/* From stopgate.yaml to everything it names. */
#include "policy/config_read.h"
#include "policy/policy_read.h"
#include "policy/snapshot_private.h"

/* One YAML file as a tree; NULL after telling. */
static struct yaml_node *read_document(struct schema_context *cx, struct str file, struct where at)
{
    struct str content;
    const char *canonical;
    if (!fileset_get(cx->files, file, at, cx->diags, &content, &canonical)) {
        return NULL;
    }
    return yaml_read(cx->arena, canonical, content, cx->diags);
}

static bool load_rules(struct schema_context *cx, struct snapshot *s, struct where at)
{
    const struct str_list *paths = &s->config.rules;
    if (paths->count == 0) {
        return false; /* told when it was read */
    }
    s->rules = ruleset_read(cx, paths->items, paths->count, at);
    return s->rules != NULL;
}

static bool load_policies(struct schema_context *cx, struct snapshot *s, struct placed file)
{
    if (file.text.n == 0) {
        return false; /* told when it was read */
    }
    struct yaml_node *root = read_document(cx, file.text, file.at);
    if (root == NULL) {
        return false;
    }
    struct policy_context pc = {.rules = s->rules, .config = &s->config};
    struct schema_context with_names = {cx->arena, cx->diags, cx->files, &pc};
    return policies_read(&with_names, root, &s->policies, &s->policy_count);
}

/* Goes on after errors: people want all of them at once. */
static bool load_all(struct schema_context *cx, struct snapshot *s, const char *config_path)
{
    struct config_names names;
    struct yaml_node *root =
        read_document(cx, str_of(config_path), (struct where){config_path, 0, 0});
    if (root == NULL) {
        return false;
    }
    bool good = config_read(cx, root, &s->config, &names);
    good &= config_link_shapes(cx, &s->config, &names);
    good &= config_link_upstreams(cx, &s->config, &names);
    good &= load_rules(cx, s, names.rules);
    good &= load_policies(cx, s, names.policy);
    if (s->policy_count > 0) {
        good &= config_link_policies(cx, &s->config, &names, s->policies, s->policy_count);
    }
    return good;
}

bool snapshot_load(struct snapshot *s, const char *config_path, struct diags *d)
{
    struct schema_context cx = {s->priv->arena, d, s->priv->files, NULL};
    uint8_t digest[DIGEST_SHA256_SIZE];
    if (!load_all(&cx, s, config_path)) {
        return false;
    }
    if (!bundle_digest(s->priv->files, config_path, digest)) {
        tell_memory(&cx, (struct where){config_path, 0, 0});
        return false;
    }
    digest_hex(digest, sizeof(digest), s->version);
    return true;
}
