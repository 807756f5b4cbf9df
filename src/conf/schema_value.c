/* Single values of the schema: text from a file to what the program holds. */
#include "conf/schema.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#define AMOUNT_SIZE 32   /* bytes for a size or a duration as people write it */
#define NUMBER_DIGITS 32 /* bytes in a number: more than a double can tell apart */

/* A size or duration is a whole number and a unit. Units from small to large, ended by NULL. */
struct unit {
    const char *name;
    uint64_t worth;
};

static const struct unit size_units[] = {{"", 1},
                                         {"KiB", UINT64_C(1) << 10},
                                         {"MiB", UINT64_C(1) << 20},
                                         {"GiB", UINT64_C(1) << 30},
                                         {NULL, 0}};

static const struct unit duration_units[] = {{"ms", 1},      {"s", 1000},     {"m", 60000},
                                             {"h", 3600000}, {"d", 86400000}, {NULL, 0}};

/* --- messages ---------------------------------------------------------------------------- */

static const char *found_words(const struct yaml_node *n)
{
    if (yaml_is_absent(n)) {
        return "nothing";
    }
    switch (n->kind) {
    case YAML_SCALAR:
        return "text";
    case YAML_SEQUENCE:
        return "a list";
    case YAML_MAPPING:
        return "a mapping";
    }
    return "?";
}

bool schema_expect(struct schema_context *cx, const struct yaml_node *n, enum yaml_kind kind,
                   const char *what)
{
    if (n->kind == kind && !yaml_is_absent(n)) {
        return true;
    }
    diag_error(cx->diags, n->at, "expected %s, found %s", what, found_words(n));
    return false;
}

/* The value is text, but not the text that was expected. Always false. */
static bool tell_text(struct schema_context *cx, const struct yaml_node *n, const char *what)
{
    char quoted[DIAG_QUOTE_SIZE];

    diag_error(cx->diags, n->at, "expected %s, found %s%s", what, diag_quote(quoted, n->text),
               n->quoted ? " in quotes" : "");
    return false;
}

static bool tell_memory(struct schema_context *cx, const struct yaml_node *n)
{
    diag_error(cx->diags, n->at, "out of memory");
    return false;
}

/* --- texts ------------------------------------------------------------------------------- */

bool schema_str(struct schema_context *cx, const struct yaml_node *n, struct str *out)
{
    if (!schema_expect(cx, n, YAML_SCALAR, "text")) {
        return false;
    }
    if (n->text.n == 0) {
        diag_error(cx->diags, n->at, "expected text, found an empty text");
        return false;
    }
    const char *copy = arena_strdup(cx->arena, n->text);
    if (copy == NULL) {
        return tell_memory(cx, n);
    }
    *out = (struct str){copy, n->text.n};
    return true;
}

bool schema_strs(struct schema_context *cx, const struct yaml_node *n, struct str_list *out)
{
    bool is_list = n->kind == YAML_SEQUENCE;
    size_t count = is_list ? n->count : 1;
    bool ok = true;

    if (!is_list && !schema_expect(cx, n, YAML_SCALAR, "text or a list of texts")) {
        return false;
    }
    struct str *items = arena_array(cx->arena, count, sizeof(*items));
    if (items == NULL) {
        return tell_memory(cx, n);
    }
    for (size_t i = 0; i < count; i++) {
        ok = schema_str(cx, is_list ? n->items[i] : n, &items[i]) && ok;
    }
    if (ok) {
        *out = (struct str_list){items, count};
    }
    return ok;
}

bool schema_enum(struct schema_context *cx, const struct yaml_node *n, const char *const *names,
                 int *out)
{
    char quoted[DIAG_QUOTE_SIZE], expected[DIAG_NAMES_SIZE];

    diag_names(expected, sizeof(expected), names);
    if (!schema_expect(cx, n, YAML_SCALAR, expected)) {
        return false;
    }
    for (int i = 0; names[i] != NULL; i++) {
        if (str_eq(str_of(names[i]), n->text)) {
            *out = i;
            return true;
        }
    }
    const char *near = diag_suggest(n->text, names);
    if (near == NULL) {
        return tell_text(cx, n, expected);
    }
    diag_error(cx->diags, n->at, "unknown value %s; did you mean `%s`?",
               diag_quote(quoted, n->text), near);
    return false;
}

bool schema_bool(struct schema_context *cx, const struct yaml_node *n, bool *out)
{
    if (!schema_expect(cx, n, YAML_SCALAR, "true or false")) {
        return false;
    }
    bool yes = str_eq(n->text, STR("true")), no = str_eq(n->text, STR("false"));

    if (n->quoted || (!yes && !no)) {
        return tell_text(cx, n, "true or false");
    }
    *out = yes;
    return true;
}

/* --- numbers ----------------------------------------------------------------------------- */

/* Digits that can mean one thing only: a leading zero would be octal to YAML 1.1. */
static bool parse_digits(struct str s, uint64_t max, uint64_t *out)
{
    bool leading_zero = s.n > 1 && s.p[0] == '0';

    return !leading_zero && str_to_u64(s, max, out);
}

static bool parse_int(struct str s, int64_t *out)
{
    bool minus = str_starts(s, STR("-"));
    uint64_t magnitude = 0;

    if (!parse_digits(str_sub(s, minus ? 1 : 0, s.n), INT64_MAX, &magnitude)) {
        return false;
    }
    *out = minus ? -(int64_t)magnitude : (int64_t)magnitude;
    return true;
}

bool schema_int(struct schema_context *cx, const struct yaml_node *n, double min, double max,
                int64_t *out)
{
    char what[128];
    int64_t value = 0;

    snprintf(what, sizeof(what), "a whole number from %.0f to %.0f", min, max);
    if (!schema_expect(cx, n, YAML_SCALAR, what)) {
        return false;
    }
    if (n->quoted || !parse_int(n->text, &value) || (double)value < min || (double)value > max) {
        return tell_text(cx, n, what);
    }
    *out = value;
    return true;
}

/* -?digits[.digits] and nothing else, so that strtod() meets no hex, no exponent, no "nan". */
static bool parse_number(struct str s, double *out)
{
    char text[NUMBER_DIGITS + 1];
    size_t start = str_starts(s, STR("-")) ? 1 : 0;
    size_t point = str_find(s, STR("."), 0);
    uint64_t ignored = 0;

    if (s.n > NUMBER_DIGITS || s.n == 0) {
        return false;
    }
    if (point != SIZE_MAX && !str_to_u64(str_sub(s, point + 1, s.n), UINT64_MAX, &ignored)) {
        return false;
    }
    if (!parse_digits(str_sub(s, start, point), UINT64_MAX, &ignored)) {
        return false;
    }
    memcpy(text, s.p, s.n);
    text[s.n] = '\0';
    char *end = NULL;
    *out = strtod(text, &end);
    return *end == '\0' && isfinite(*out);
}

bool schema_number(struct schema_context *cx, const struct yaml_node *n, double min, double max,
                   double *out)
{
    char what[128];
    double value = 0;

    snprintf(what, sizeof(what), "a number from %.10g to %.10g", min, max);
    if (!schema_expect(cx, n, YAML_SCALAR, what)) {
        return false;
    }
    if (n->quoted || !parse_number(n->text, &value) || value < min || value > max) {
        return tell_text(cx, n, what);
    }
    *out = value;
    return true;
}

/* --- sizes and durations ----------------------------------------------------------------- */

static bool parse_amount(struct str s, const struct unit *units, uint64_t *out)
{
    size_t digits = 0;
    uint64_t n = 0;

    while (digits < s.n && s.p[digits] >= '0' && s.p[digits] <= '9') {
        digits++;
    }
    for (const struct unit *u = units; u->name != NULL; u++) {
        if (!str_eq(str_sub(s, digits, s.n), str_of(u->name))) {
            continue;
        }
        if (!parse_digits(str_sub(s, 0, digits), UINT64_MAX / u->worth, &n)) {
            return false;
        }
        *out = n * u->worth;
        return true;
    }
    return false;
}

/* A bound in the largest unit that holds it without a remainder. */
static const char *amount_words(char out[AMOUNT_SIZE], double bound, const struct unit *units)
{
    uint64_t n = bound <= 0 ? 0 : bound < (double)UINT64_MAX ? (uint64_t)bound : UINT64_MAX;
    const struct unit *best = units;

    for (const struct unit *u = units; u->name != NULL && n != 0; u++) {
        if (n % u->worth == 0) {
            best = u;
        }
    }
    snprintf(out, AMOUNT_SIZE, "%" PRIu64 "%s", n / best->worth, best->name);
    return out;
}

static bool read_amount(struct schema_context *cx, const struct yaml_node *n, const char *noun,
                        const struct unit *units, double min, double max, uint64_t *out)
{
    char what[160], low[AMOUNT_SIZE], high[AMOUNT_SIZE];
    uint64_t value = 0;

    snprintf(what, sizeof(what), "%s from %s to %s", noun, amount_words(low, min, units),
             amount_words(high, max, units));
    if (!schema_expect(cx, n, YAML_SCALAR, what)) {
        return false;
    }
    if (n->quoted || !parse_amount(n->text, units, &value) || (double)value < min ||
        (double)value > max) {
        return tell_text(cx, n, what);
    }
    *out = value;
    return true;
}

bool schema_size(struct schema_context *cx, const struct yaml_node *n, double min, double max,
                 uint64_t *out)
{
    return read_amount(cx, n, "a size (a whole number of bytes, KiB, MiB or GiB)", size_units, min,
                       max, out);
}

bool schema_duration(struct schema_context *cx, const struct yaml_node *n, double min, double max,
                     uint64_t *out)
{
    return read_amount(cx, n, "a duration (a whole number and ms, s, m, h or d)", duration_units,
                       min, max, out);
}
