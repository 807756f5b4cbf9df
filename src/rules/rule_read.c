#include "rules/read.h"

/* A rule while it is read: what needs a look at other keys stays a node. */
struct draft {
    struct rule rule;
    int severity, boundary, mask;
    const struct yaml_node *terms, *match, *clean;
};

static bool keep_node(struct schema_context *cx, const struct yaml_node *node, void *out)
{
    (void)cx;
    *(const struct yaml_node **)out = node;
    return true;
}

/* A text for both languages, or one for each. `out`: title_en, with title_zh behind it. */
static bool read_title(struct schema_context *cx, const struct yaml_node *node, void *out)
{
    static const struct field fields[] = {
        {"en", FIELD_T_STR, FIELD_REQUIRED, 0, 0, 0, NULL, NULL},
        {"zh", FIELD_T_STR, FIELD_REQUIRED, sizeof(struct str), 0, 0, NULL, NULL},
        FIELD_END};
    struct str *titles = out;

    if (node->kind == YAML_MAPPING) {
        return schema_read(cx, node, fields, out);
    }
    if (!schema_str(cx, node, &titles[0])) {
        return false;
    }
    titles[1] = titles[0];
    return true;
}

/* One name or a list of them, as bits: 1u << position in `names`. */
static bool read_set(struct schema_context *cx, const struct yaml_node *node,
                     const char *const *names, unsigned *out)
{
    unsigned set = 0;
    bool list = node->kind == YAML_SEQUENCE, ok = true;

    for (size_t i = 0; i < (list ? node->count : 1); i++) {
        int position;

        if (schema_enum(cx, list ? node->items[i] : node, names, &position)) {
            set |= 1u << position;
        } else {
            ok = false;
        }
    }
    if (ok && set == 0) {
        diag_error(cx->diags, node->at, "expected at least one name");
        return false;
    }
    *out = set;
    return ok;
}

static bool read_views(struct schema_context *cx, const struct yaml_node *node, void *out)
{
    const char *names[VIEW_COUNT + 1] = {0};

    for (int v = 0; v < VIEW_COUNT; v++) {
        names[v] = view_name((enum view)v);
    }
    return read_set(cx, node, names, out);
}

static bool read_verifiers(struct schema_context *cx, const struct yaml_node *node, void *out)
{
    return read_set(cx, node, verifier_names, out);
}

#define NEAR_DEFAULT_WITHIN 40
#define NEAR_MAX_WITHIN 1000

static bool read_near(struct schema_context *cx, const struct yaml_node *node, void *out)
{
    struct near_draft {
        struct str_list terms;
        int64_t within;
    } draft = {.within = NEAR_DEFAULT_WITHIN};
    static const struct field fields[] = {
        FIELD_STRS("terms", struct near_draft, terms, FIELD_REQUIRED),
        FIELD_INT("within", struct near_draft, within, 0, 1, NEAR_MAX_WITHIN), FIELD_END};
    struct rule_near *near = out;
    bool ok = node->kind == YAML_MAPPING ? schema_read(cx, node, fields, &draft)
                                         : schema_strs(cx, node, &draft.terms);

    if (!ok) {
        return false;
    }
    if (draft.terms.count == 0) {
        diag_error(cx->diags, node->at, "expected at least one term");
        return false;
    }
    *near = (struct rule_near){draft.terms, (size_t)draft.within};
    return terms_fold(cx, node->at, &near->terms);
}

static bool read_except(struct schema_context *cx, const struct yaml_node *node, void *out)
{
    return schema_strs(cx, node, out) && terms_fold(cx, node->at, out);
}

static const struct field rule_fields[] = {
    FIELD_STR("id", struct draft, rule.id, FIELD_REQUIRED),
    FIELD_CUSTOM("title", struct draft, rule.title_en, read_title, 0),
    FIELD_STR("description", struct draft, rule.description, 0),
    FIELD_STR("category", struct draft, rule.category, FIELD_REQUIRED),
    FIELD_ENUM("severity", struct draft, severity, 0, severity_names),
    FIELD_STR("pattern", struct draft, rule.pattern, 0),
    FIELD_CUSTOM("terms", struct draft, terms, keep_node, 0),
    FIELD_CUSTOM("view", struct draft, rule.views, read_views, 0),
    FIELD_BOOL("caseless", struct draft, rule.caseless, 0),
    FIELD_STR("capture", struct draft, rule.capture, 0),
    FIELD_ENUM("boundary", struct draft, boundary, 0, boundary_names),
    FIELD_CUSTOM("verify", struct draft, rule.verifiers, read_verifiers, 0),
    FIELD_NUMBER("entropy", struct draft, rule.entropy, 0, 0, 8),
    FIELD_CUSTOM("near", struct draft, rule.near, read_near, 0),
    FIELD_CUSTOM("except", struct draft, rule.except, read_except, 0),
    FIELD_ENUM("redact", struct draft, mask, 0, mask_names),
    FIELD_CUSTOM("match", struct draft, match, keep_node, 0),
    FIELD_CUSTOM("clean", struct draft, clean, keep_node, 0),
    FIELD_STRS("references", struct draft, rule.references, 0),
    FIELD_END};

static bool check_id(struct schema_context *cx, const struct yaml_node *node, struct str id)
{
    bool ok = id.n <= 64;

    for (size_t i = 0; i < id.n && ok; i++) {
        char c = id.p[i];

        ok = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c == '-' && i > 0);
    }
    if (!ok) {
        diag_error(cx->diags, schema_where(node, "id"),
                   "an id is 1 to 64 lower-case letters, digits and dashes, no dash first");
    }
    return ok;
}

static bool check_category(struct schema_context *cx, const struct yaml_node *node,
                           struct str category)
{
    if (category_valid(category)) {
        return true;
    }
    diag_error(cx->diags, schema_where(node, "category"),
               "a category is lower-case words joined by dots, such as data-leak.personal");
    return false;
}

static bool check_pattern(struct schema_context *cx, const struct yaml_node *node,
                          const struct rule *rule)
{
    if (rule->pattern.n > RULE_MAX_PATTERN) {
        diag_error(cx->diags, schema_where(node, "pattern"),
                   "the pattern has %zu bytes; at most %d are allowed", rule->pattern.n,
                   RULE_MAX_PATTERN);
        return false;
    }
    if (memchr(rule->pattern.p, '\0', rule->pattern.n) != NULL) {
        diag_error(cx->diags, schema_where(node, "pattern"),
                   "the pattern holds a NUL; write it as \\x00");
        return false;
    }
    return true;
}

/* What a rule looks for: a pattern or terms, and only the keys that go with it. */
static bool check_subject(struct schema_context *cx, const struct yaml_node *node,
                          const struct draft *draft)
{
    bool pattern = draft->rule.pattern.n > 0, terms = draft->terms != NULL;

    if (yaml_get(node, "pattern") != NULL && !pattern) {
        return false; /* told already */
    }
    if (pattern == terms) {
        diag_error(cx->diags, node->at, "a rule needs either `pattern` or `terms`%s",
                   pattern ? ", not both" : "");
        return false;
    }
    if (terms && draft->rule.capture.n > 0) {
        diag_error(cx->diags, schema_where(node, "capture"), "`capture` needs a `pattern`");
        return false;
    }
    return terms || check_pattern(cx, node, &draft->rule);
}

static bool read_examples(struct schema_context *cx, const struct yaml_node *node,
                          struct str_list *texts, struct where **places)
{
    if (!schema_strs(cx, node, texts)) {
        return false;
    }
    *places = arena_array(cx->arena, texts->count, sizeof(**places));
    if (*places == NULL) {
        diag_error(cx->diags, node->at, "out of memory");
        return false;
    }
    for (size_t i = 0; i < texts->count; i++) {
        (*places)[i] = node->kind == YAML_SEQUENCE ? node->items[i]->at : node->at;
    }
    return true;
}

/* Examples are no decoration: without them nobody knows whether a rule works. */
static bool check_examples(struct schema_context *cx, const struct yaml_node *node,
                           struct draft *draft)
{
    struct rule *rule = &draft->rule;
    bool ok = true;

    if (draft->match != NULL) {
        ok = read_examples(cx, draft->match, &rule->match, &rule->match_at);
    }
    if (draft->clean != NULL) {
        ok = read_examples(cx, draft->clean, &rule->clean, &rule->clean_at) && ok;
    }
    if (ok && rule->match.count == 0) {
        diag_error(cx->diags, node->at, "a rule needs `match`: texts that it must match");
        ok = false;
    }
    if (ok && rule->clean.count == 0 && draft->terms == NULL) {
        diag_error(cx->diags, node->at,
                   "a rule with a pattern needs `clean`: texts that it must leave alone");
        ok = false;
    }
    return ok;
}

bool rule_read(struct schema_context *cx, const struct yaml_node *node, struct ruleset *rs,
               struct rule *rule)
{
    struct draft draft = {
        .rule = {.at = node->at, .views = 1u << VIEW_RAW | 1u << VIEW_DECODED},
        .severity = SEVERITY_MEDIUM,
        .boundary = BOUNDARY_NONE,
        .mask = MASK_LABEL,
    };
    bool ok = schema_read(cx, node, rule_fields, &draft);

    if (node->kind != YAML_MAPPING) {
        return false;
    }
    if (draft.rule.id.n > 0) {
        ok = check_id(cx, node, draft.rule.id) && ok;
    }
    if (draft.rule.category.n > 0) {
        ok = check_category(cx, node, draft.rule.category) && ok;
    }
    ok = check_subject(cx, node, &draft) && ok;
    ok = check_examples(cx, node, &draft) && ok;
    if (draft.terms != NULL) {
        ok = terms_read(cx, draft.terms, rs, &draft.rule) && ok;
    }
    if (draft.rule.title_en.n == 0) {
        draft.rule.title_en = draft.rule.title_zh = draft.rule.id;
    }
    draft.rule.pattern_at = schema_where(node, "pattern");
    draft.rule.severity = (enum severity)draft.severity;
    draft.rule.boundary = (enum boundary)draft.boundary;
    draft.rule.mask = (enum mask)draft.mask;
    *rule = draft.rule;
    return ok;
}
