/* policy.yaml: the document and each policy in it. */
#include "policy/policy_read.h"

static const char *const fallback_names[] = {
    [FALLBACK_BLOCK] = "block",
    [FALLBACK_ALLOW] = "allow",
    [FALLBACK_FLAG] = "flag",
    NULL,
};

/* A policy as the schema reads it: choices as int, numbers as int64_t. */
struct policy_draft {
    struct policy policy;
    int on_unscannable, on_error;
    int64_t status;
    struct item_list prompt, output;
};

static bool read_prompt(struct schema_context *cx, const struct yaml_node *node, void *out)
{
    struct policy_context *pc = cx->user;
    pc->dir = DIRECTION_PROMPT;
    return read_lines(cx, node, out);
}

static bool read_output(struct schema_context *cx, const struct yaml_node *node, void *out)
{
    struct policy_context *pc = cx->user;
    pc->dir = DIRECTION_OUTPUT;
    return read_lines(cx, node, out);
}

static const struct field policy_fields[] = {
    FIELD_ENUM("on_unscannable", struct policy_draft, on_unscannable, 0, fallback_names),
    FIELD_ENUM("on_error", struct policy_draft, on_error, 0, fallback_names),
    FIELD_INT("status", struct policy_draft, status, 0, 400, 599),
    FIELD_CUSTOM("message", struct policy_draft, policy.message, read_bilingual, 0),
    FIELD_CUSTOM("prompt", struct policy_draft, prompt, read_prompt, 0),
    FIELD_CUSTOM("output", struct policy_draft, output, read_output, 0),
    FIELD_END};

static void take_lines(struct policy *p, enum direction dir, const struct item_list *lines)
{
    p->lines[dir] = lines->items;
    p->line_count[dir] = lines->count;
}

static bool read_policy(struct schema_context *cx, const struct placed *name,
                        const struct yaml_node *node, void *out)
{
    struct policy_draft draft = {
        .policy = {.name = name->text,
                   .at = name->at,
                   .message = {STR("Blocked by the security policy."),
                               STR("内容被安全策略拦截。")}},
        .on_unscannable = FALLBACK_BLOCK,
        .on_error = FALLBACK_BLOCK,
        .status = 400,
    };
    struct policy *p = out;
    bool good = schema_read(cx, node, policy_fields, &draft);
    *p = draft.policy;
    p->on_unscannable = (enum fallback)draft.on_unscannable;
    p->on_error = (enum fallback)draft.on_error;
    p->status = (int)draft.status;
    take_lines(p, DIRECTION_PROMPT, &draft.prompt);
    take_lines(p, DIRECTION_OUTPUT, &draft.output);
    if (good && p->line_count[DIRECTION_PROMPT] + p->line_count[DIRECTION_OUTPUT] == 0) {
        diag_warn(cx->diags, p->at, "the policy has no lines: it lets every text through");
    }
    return good;
}

static bool read_policies(struct schema_context *cx, const struct yaml_node *node, void *out)
{
    return read_named(cx, node, sizeof(struct policy), read_policy, out);
}

bool policies_read(struct schema_context *cx, const struct yaml_node *root,
                   struct policy **policies, size_t *count)
{
    static const struct field fields[] = {
        {"policies", FIELD_T_CUSTOM, FIELD_REQUIRED, 0, 0, 0, NULL, read_policies}, FIELD_END};
    struct item_list list = {NULL, 0};
    bool good = schema_read(cx, root, fields, &list);
    *policies = list.items;
    *count = list.count;
    return good;
}
