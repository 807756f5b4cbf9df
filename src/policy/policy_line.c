/* The lines of a policy. */
#include "policy/policy_read.h"

const char *const action_names[] = {
    [ACTION_ALLOW] = "allow",     [ACTION_FLAG] = "flag",   [ACTION_REDACT] = "redact",
    [ACTION_REPLACE] = "replace", [ACTION_BLOCK] = "block", [ACTION_COUNT] = NULL,
};

enum turns { TURNS_ALL, TURNS_NEWEST };
static const char *const turns_names[] = {"all", "newest", NULL};

bool read_bilingual(struct schema_context *cx, const struct yaml_node *node, void *out)
{
    static const struct field fields[] = {FIELD_STR("en", struct bilingual, en, FIELD_REQUIRED),
                                          FIELD_STR("zh", struct bilingual, zh, FIELD_REQUIRED),
                                          FIELD_END};
    struct bilingual *text = out;
    if (node->kind == YAML_MAPPING) {
        return schema_read(cx, node, fields, text);
    }
    if (!schema_str(cx, node, &text->en)) {
        return false;
    }
    text->zh = text->en;
    return true;
}

static bool read_except(struct schema_context *cx, const struct yaml_node *node, void *out)
{
    static const struct field fields[] = {
        FIELD_CUSTOM("rules", struct policy_except, rules, read_rule_names, 0),
        FIELD_CUSTOM("categories", struct policy_except, categories, read_category_names, 0),
        FIELD_CUSTOM("tenants", struct policy_except, tenants, read_tenant_names, 0),
        FIELD_CUSTOM("roles", struct policy_except, roles, read_roles, 0), FIELD_END};
    return schema_read(cx, node, fields, out);
}

/* A line as the schema reads it: choices as int. */
struct line_draft {
    struct policy_line line;
    int action, turns;
};

static const struct field line_fields[] = {
    FIELD_CUSTOM("category", struct line_draft, line.category, read_category, 0),
    FIELD_CUSTOM("rule", struct line_draft, line.rules, read_rule_names, 0),
    FIELD_CUSTOM("rules", struct line_draft, line.rules, read_rule_names, 0),
    FIELD_ENUM("severity", struct line_draft, line.severity, 0, severity_names),
    FIELD_CUSTOM("role", struct line_draft, line.roles, read_roles, 0),
    FIELD_CUSTOM("roles", struct line_draft, line.roles, read_roles, 0),
    FIELD_ENUM("turns", struct line_draft, turns, 0, turns_names),
    FIELD_ENUM("action", struct line_draft, action, FIELD_REQUIRED, action_names),
    FIELD_ENUM("mask", struct line_draft, line.mask, 0, mask_names),
    FIELD_CUSTOM("answer", struct line_draft, line.answer, read_bilingual, 0),
    FIELD_CUSTOM("except", struct line_draft, line.except, read_except, 0),
    FIELD_END};

static bool has(const struct yaml_node *node, const char *key)
{
    return yaml_get(node, key) != NULL;
}

static bool not_both(struct schema_context *cx, const struct yaml_node *node, const char *one,
                     const char *many)
{
    if (has(node, one) && has(node, many)) {
        diag_error(cx->diags, schema_where(node, one), "expected `%s` or `%s`, not both", one,
                   many);
        return false;
    }
    return true;
}

/* `key` belongs to `action`. */
static bool belongs_to(struct schema_context *cx, const struct yaml_node *node, const char *key,
                       enum action got, enum action action)
{
    if (has(node, key) && got != action) {
        diag_error(cx->diags, schema_where(node, key), "`%s` belongs to the action `%s` only", key,
                   action_names[action]);
        return false;
    }
    return true;
}

/* What a line takes. */
static bool check_selectors(struct schema_context *cx, const struct yaml_node *node)
{
    const struct policy_context *pc = cx->user;
    bool good = not_both(cx, node, "rule", "rules");
    good &= not_both(cx, node, "role", "roles");
    if (!has(node, "category") && !has(node, "rule") && !has(node, "rules") &&
        !has(node, "severity")) {
        diag_error(cx->diags, node->at,
                   "the line names no `category`, `rule` or `severity`; expected "
                   "`category: any` where every match is meant");
        good = false;
    }
    if (has(node, "turns") && pc->dir != DIRECTION_PROMPT) {
        diag_error(cx->diags, schema_where(node, "turns"),
                   "`turns` belongs to lines under `prompt` only");
        good = false;
    }
    return good;
}

/* What it does with it. */
static bool check_action(struct schema_context *cx, const struct yaml_node *node,
                         enum action action)
{
    bool good = belongs_to(cx, node, "mask", action, ACTION_REDACT);
    good &= belongs_to(cx, node, "answer", action, ACTION_REPLACE);
    if (action == ACTION_REPLACE && !has(node, "answer")) {
        diag_error(cx->diags, schema_where(node, "action"),
                   "the action `replace` needs the key `answer`: expected text or {en, zh}");
        good = false;
    }
    return good;
}

static bool read_line(struct schema_context *cx, const struct yaml_node *node, void *out)
{
    struct line_draft draft = {
        .line = {.at = node->at, .severity = SEVERITY_LOW, .mask = -1},
        .action = -1,
        .turns = TURNS_ALL,
    };
    bool good = schema_read(cx, node, line_fields, &draft);
    if (node->kind == YAML_MAPPING) {
        good &= check_selectors(cx, node);
    }
    if (draft.action >= 0) { /* else told already */
        good &= check_action(cx, node, (enum action)draft.action);
        draft.line.action = (enum action)draft.action;
    }
    draft.line.newest_only = draft.turns == TURNS_NEWEST;
    *(struct policy_line *)out = draft.line;
    return good;
}

bool read_lines(struct schema_context *cx, const struct yaml_node *node, void *out)
{
    if (node->kind == YAML_SEQUENCE && node->count == 0) {
        return true; /* `prompt: []`: nothing is looked for */
    }
    return read_list(cx, node, sizeof(struct policy_line), read_line, out);
}
