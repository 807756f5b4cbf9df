#include "rules/pattern.h"

#include "base/buf.h"

#include <hs.h>
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

/*
 * The boundary goes around the pattern instead of being checked after a match, so that PCRE2 looks
 * for a match that keeps it, and walks through a long run of digits in one go.
 */
static const char *const boundary_class[] = {
    [BOUNDARY_NONE] = NULL,
    [BOUNDARY_DIGIT] = "[0-9]",
    [BOUNDARY_ALNUM] = "[0-9A-Za-z]",
    [BOUNDARY_WORD] = "[0-9A-Za-z_]",
};

static bool with_boundary(struct buf *out, const struct rule *rule, size_t *prefix)
{
    const char *class = boundary_class[rule->boundary];

    if (class == NULL) {
        *prefix = 0;
        return buf_add_str(out, rule->pattern);
    }
    if (!buf_printf(out, "(?<!%s)(?:", class)) {
        return false;
    }
    *prefix = out->n;
    return buf_add_str(out, rule->pattern) && buf_printf(out, ")(?!%s)", class);
}

static uint32_t options_for(unsigned hs_flags)
{
    uint32_t options =
        PCRE2_DOTALL | PCRE2_NEVER_UCP | PCRE2_NEVER_BACKSLASH_C | PCRE2_USE_OFFSET_LIMIT;

    if (hs_flags & HS_FLAG_CASELESS) {
        options |= PCRE2_CASELESS;
    }
    return options | (hs_flags & HS_FLAG_UTF8 ? PCRE2_UTF : 0);
}

/* NULL after telling. Hyperscan knows just LF as the end of a line, so neither does PCRE2. */
static pcre2_code *compile(const struct rule *rule, unsigned hs_flags, struct diags *d)
{
    struct buf text = BUF_INIT(RULE_MAX_PATTERN + 128);
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    pcre2_code *code = NULL;
    size_t prefix, offset = 0;
    int error = PCRE2_ERROR_NOMEMORY;

    if (context != NULL && with_boundary(&text, rule, &prefix)) {
        PCRE2_UCHAR message[128];

        (void)pcre2_set_newline(context, PCRE2_NEWLINE_LF);
        code = pcre2_compile((PCRE2_SPTR)text.p, text.n, options_for(hs_flags), &error, &offset,
                             context);
        if (code == NULL) {
            (void)pcre2_get_error_message(error, message, sizeof(message));
            diag_error(d, rule->pattern_at, "the pattern cannot be compiled: %s at index %zu",
                       (const char *)message, offset > prefix ? offset - prefix : 0);
        }
    } else {
        diag_error(d, rule->pattern_at, "out of memory");
    }
    pcre2_compile_context_free(context);
    buf_free(&text);
    return code;
}

/* Number of the group that `capture` names; false after telling. */
static bool find_capture(struct rule *rule, const pcre2_code *code, struct diags *d)
{
    uint32_t groups = 0;
    uint64_t number;

    if (rule->capture.n == 0) {
        rule->capture_group = 0;
        return true;
    }
    (void)pcre2_pattern_info(code, PCRE2_INFO_CAPTURECOUNT, &groups);
    if (str_to_u64(rule->capture, groups, &number)) {
        rule->capture_group = (uint32_t)number;
        return true;
    }
    int named = pcre2_substring_number_from_name(code, (PCRE2_SPTR)rule->capture.p);
    if (named > 0) {
        rule->capture_group = (uint32_t)named;
        return true;
    }
    diag_error(d, rule->pattern_at, "the pattern has no single group %.*s, which `capture` names",
               STR_ARG(rule->capture));
    return false;
}

bool pattern_confirm(struct rule *rule, struct rule_code *code, struct diags *d)
{
    pcre2_code *made = compile(rule, code->hs_flags, d);

    if (made == NULL) {
        return false;
    }
    if (!find_capture(rule, made, d)) {
        pcre2_code_free(made);
        return false;
    }
    /* Where the system lets nobody make code, the interpreter does the same, slower. */
    (void)pcre2_jit_compile(made, PCRE2_JIT_COMPLETE);
    code->confirm = made;
    return true;
}
