#include "rules/pattern.h"

#include <hs.h>
#include <limits.h>

/* Escapes that mean ASCII alone: classes of ASCII, control characters, anchors, and references. */
static bool escape_is_ascii(char c)
{
    bool alnum = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

    return !alnum || strchr("0123456789dwsbAzZtnrfeaEQ", c) != NULL;
}

/* \xHH below 0x80. */
static bool hex_is_ascii(struct str s, size_t at)
{
    return at + 1 < s.n && s.p[at] >= '0' && s.p[at] <= '7' && s.p[at + 1] != '}';
}

bool pattern_needs_utf8(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if ((unsigned char)s.p[i] >= 0x80 || s.p[i] == '.') {
            return true;
        }
        if (s.p[i] == '[' && i + 1 < s.n && (s.p[i + 1] == '^' || s.p[i + 1] == ':')) {
            return true;
        }
        if (s.p[i] != '\\') {
            continue;
        }
        if (++i == s.n) {
            return true;
        }
        if (s.p[i] == 'x' ? !hex_is_ascii(s, i + 1) : !escape_is_ascii(s.p[i])) {
            return true;
        }
        if (s.p[i] >= '0' && s.p[i] <= '9' && i + 1 < s.n && s.p[i + 1] >= '0' &&
            s.p[i + 1] <= '9') {
            return true; /* maybe octal */
        }
    }
    return false;
}

/* Widths of the pattern under `flags`; NULL with the reason in `why`. */
static hs_expr_info_t *ask_hyperscan(const struct rule *rule, unsigned flags,
                                     hs_compile_error_t **why)
{
    hs_expr_info_t *info = NULL;

    *why = NULL;
    return hs_expression_info(rule->pattern.p, flags, &info, why) == HS_SUCCESS ? info : NULL;
}

static bool take_widths(const struct rule *rule, struct rule_code *code, struct diags *d,
                        const hs_expr_info_t *info)
{
    bool prefilter = (code->hs_flags & HS_FLAG_PREFILTER) != 0;

    if (info->min_width == 0) {
        diag_error(d, rule->pattern_at, "the pattern matches the empty text");
        return false;
    }
    code->max_width = info->max_width < RULE_MAX_WIDTH ? info->max_width : RULE_MAX_WIDTH;
    code->local = !prefilter && info->max_width <= RULE_MAX_WIDTH;
    return true;
}

/* Lookaround and back-references are PCRE2's; Hyperscan then looks for a wider pattern. */
static bool choose_flags(const struct rule *rule, struct rule_code *code, struct diags *d)
{
    hs_compile_error_t *why, *why_prefilter = NULL;
    hs_expr_info_t *info = ask_hyperscan(rule, code->hs_flags, &why);

    if (info == NULL) {
        code->hs_flags |= HS_FLAG_PREFILTER;
        info = ask_hyperscan(rule, code->hs_flags, &why_prefilter);
    }
    bool ok = info != NULL;
    if (!ok) {
        diag_error(d, rule->pattern_at, "the pattern cannot be compiled: %s",
                   why_prefilter == NULL ? "out of memory" : why_prefilter->message);
    } else {
        ok = take_widths(rule, code, d, info);
    }
    hs_free_compile_error(why);
    hs_free_compile_error(why_prefilter);
    free(info);
    return ok;
}

bool pattern_prepare(struct rule *rule, enum rule_form form, struct diags *d)
{
    struct rule_code *code = &rule->code[form];
    struct rule_code made = {.hs_flags = HS_FLAG_DOTALL};

    if (code->confirm != NULL) {
        return true;
    }
    if (str_starts(rule->pattern, STR("(*"))) {
        diag_error(d, rule->pattern_at,
                   "a pattern does not begin with a verb such as (*UTF8): Stopgate sets the mode");
        return false;
    }
    if (rule->caseless || form == FORM_FOLDED) {
        made.hs_flags |= HS_FLAG_CASELESS;
    }
    if (pattern_needs_utf8(rule->pattern)) {
        made.hs_flags |= HS_FLAG_UTF8;
    }
    if (!choose_flags(rule, &made, d) || !pattern_confirm(rule, &made, d)) {
        return false;
    }
    *code = made;
    if (made.max_width > rule->max_width) {
        rule->max_width = made.max_width;
    }
    return true;
}
