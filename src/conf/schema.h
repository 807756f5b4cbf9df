/*
 * Mappings into structs, by one declarative table each: type, place, default, range, required.
 * An unknown key is an error with a suggestion; every error is told, not only the first.
 *
 *   static const struct field fields[] = {
 *       FIELD_STR("name", struct tenant, name, FIELD_REQUIRED),
 *       FIELD_DURATION("timeout", struct tenant, timeout_ms, 0, 1000, 3600000),
 *       FIELD_CUSTOM("rules", struct tenant, rules, read_rules, 0),
 *       FIELD_END};
 *   if (!schema_read(&cx, node, fields, &tenant)) ...
 *
 * Defaults: the caller fills the struct before schema_read(); absent keys leave it alone. A key
 * with nothing behind it is an error, not a default: what is meant must be written.
 */
#ifndef SG_CONF_SCHEMA_H
#define SG_CONF_SCHEMA_H

#include "base/arena.h"
#include "base/attr.h"
#include "conf/diag.h"
#include "conf/fileset.h"
#include "conf/yaml.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What readers share. `user` is the loader's own. */
struct schema_context {
    struct arena *arena;
    struct diags *diags;
    struct fileset *files; /* may be NULL where no reader follows file names */
    void *user;
};

enum field_type {
    FIELD_T_END,
    FIELD_T_STR,      /* struct str; not empty */
    FIELD_T_BOOL,     /* bool: true or false, nothing else */
    FIELD_T_INT,      /* int64_t in [min, max]; decimal, no leading zero */
    FIELD_T_SIZE,     /* uint64_t bytes: 4096, 64KiB, 8MiB, 1GiB (powers of 1024) */
    FIELD_T_DURATION, /* uint64_t milliseconds: 500ms, 30s, 5m, 24h, 180d; the unit is needed */
    FIELD_T_NUMBER,   /* double in [min, max]: 3, 0.75; no exponent */
    FIELD_T_ENUM,     /* int: position in `names` */
    FIELD_T_STRS,     /* struct str_list: a list of texts, or one text */
    FIELD_T_CUSTOM    /* `read` decides */
};

#define FIELD_REQUIRED 1u

struct str_list {
    struct str *items;
    size_t count;
};

/* Reads `node` into `out` (the field's address). False after telling why in cx->diags. */
typedef bool schema_reader(struct schema_context *cx, const struct yaml_node *node, void *out);

struct field {
    const char *key;
    enum field_type type;
    unsigned flags;
    size_t offset;
    double min, max;          /* bytes for FIELD_T_SIZE, milliseconds for FIELD_T_DURATION */
    const char *const *names; /* FIELD_T_ENUM: NULL-terminated */
    schema_reader *read;      /* FIELD_T_CUSTOM */
};

/* clang-format off */
#define FIELD_STR(k, s, m, f) {k, FIELD_T_STR, f, offsetof(s, m), 0, 0, NULL, NULL}
#define FIELD_BOOL(k, s, m, f) {k, FIELD_T_BOOL, f, offsetof(s, m), 0, 0, NULL, NULL}
#define FIELD_INT(k, s, m, f, lo, hi) {k, FIELD_T_INT, f, offsetof(s, m), lo, hi, NULL, NULL}
#define FIELD_SIZE(k, s, m, f, lo, hi) {k, FIELD_T_SIZE, f, offsetof(s, m), lo, hi, NULL, NULL}
#define FIELD_DURATION(k, s, m, f, lo, hi) {k, FIELD_T_DURATION, f, offsetof(s, m), lo, hi, NULL, NULL}
#define FIELD_NUMBER(k, s, m, f, lo, hi) {k, FIELD_T_NUMBER, f, offsetof(s, m), lo, hi, NULL, NULL}
#define FIELD_ENUM(k, s, m, f, n) {k, FIELD_T_ENUM, f, offsetof(s, m), 0, 0, n, NULL}
#define FIELD_STRS(k, s, m, f) {k, FIELD_T_STRS, f, offsetof(s, m), 0, 0, NULL, NULL}
#define FIELD_CUSTOM(k, s, m, r, f) {k, FIELD_T_CUSTOM, f, offsetof(s, m), 0, 0, NULL, r}
#define FIELD_END {NULL, FIELD_T_END, 0, 0, 0, 0, NULL, NULL}
/* clang-format on */

/* Reads a mapping by a table ended by FIELD_END. False when anything was told. */
SG_MUST_CHECK bool schema_read(struct schema_context *cx, const struct yaml_node *map,
                               const struct field *fields, void *out) SG_NONNULL;

/*
 * Reads a list of mappings into an arena array of `size`-byte elements, each first set to
 * `*defaults` (zeroes when NULL). False when anything was told; the array then holds what was good.
 */
SG_MUST_CHECK bool schema_read_list(struct schema_context *cx, const struct yaml_node *list,
                                    const struct field *fields, size_t size, const void *defaults,
                                    void **items, size_t *count) SG_NONNULL_ARGS(1, 2, 3, 6, 7);

/*
 * Single values, for custom readers; each tells what was expected. False after telling. Bounds are
 * inclusive, in bytes and milliseconds. Numbers, `true` and `false` stand without quotes. Texts are
 * copied into cx->arena and NUL-terminated; they may hold NULs, as YAML's double quotes can.
 */
SG_MUST_CHECK bool schema_str(struct schema_context *cx, const struct yaml_node *n,
                              struct str *out) SG_NONNULL;
SG_MUST_CHECK bool schema_strs(struct schema_context *cx, const struct yaml_node *n,
                               struct str_list *out) SG_NONNULL;
SG_MUST_CHECK bool schema_enum(struct schema_context *cx, const struct yaml_node *n,
                               const char *const *names, int *out) SG_NONNULL;
SG_MUST_CHECK bool schema_bool(struct schema_context *cx, const struct yaml_node *n,
                               bool *out) SG_NONNULL;
SG_MUST_CHECK bool schema_int(struct schema_context *cx, const struct yaml_node *n, double min,
                              double max, int64_t *out) SG_NONNULL;
SG_MUST_CHECK bool schema_size(struct schema_context *cx, const struct yaml_node *n, double min,
                               double max, uint64_t *out) SG_NONNULL;
SG_MUST_CHECK bool schema_duration(struct schema_context *cx, const struct yaml_node *n, double min,
                                   double max, uint64_t *out) SG_NONNULL;
SG_MUST_CHECK bool schema_number(struct schema_context *cx, const struct yaml_node *n, double min,
                                 double max, double *out) SG_NONNULL;

/* True when `n` is of that kind; else tells "expected WHAT, found ...". */
SG_MUST_CHECK bool schema_expect(struct schema_context *cx, const struct yaml_node *n,
                                 enum yaml_kind kind, const char *what) SG_NONNULL;

/* The place of `key`'s value in `map`, or of the map itself: for messages after reading. */
struct where schema_where(const struct yaml_node *map, const char *key) SG_NONNULL;

#endif
