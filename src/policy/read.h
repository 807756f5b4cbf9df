/* What the readers of stopgate.yaml and policy.yaml share. Private to policy/. */
#ifndef SG_POLICY_READ_H
#define SG_POLICY_READ_H

#include "base/attr.h"
#include "base/str.h"
#include "conf/diag.h"
#include "conf/schema.h"
#include "conf/yaml.h"

#include <stdbool.h>
#include <stddef.h>

#define NAME_MAX_BYTES 64

/* A text and where it stands: for names that are looked up after reading. */
struct placed {
    struct str text; /* empty: absent */
    struct where at;
};

/* schema_reader for a `struct placed`. */
bool read_placed(struct schema_context *cx, const struct yaml_node *node, void *out);

/*
 * A list or mapping that holds nothing could mean "none" or "any": neither is guessed. False after
 * telling; `what` is "list" or "mapping".
 */
SG_MUST_CHECK bool read_not_empty(struct schema_context *cx, const struct yaml_node *node,
                                  const char *what) SG_NONNULL;

/* schema_reader for a `struct str_list` that is not empty: a list, or one text. */
bool read_strs(struct schema_context *cx, const struct yaml_node *node, void *out);

/*
 * An arena array with one element a list item or mapping entry, in file order. Elements that were
 * not good are kept all the same, so that what names them does not cause errors of its own.
 */
struct item_list {
    void *items;
    size_t count;
};

/* Reads a list with at least one item; each goes through `one` into a zeroed element. */
SG_MUST_CHECK bool read_list(struct schema_context *cx, const struct yaml_node *node, size_t size,
                             schema_reader *one, struct item_list *out) SG_NONNULL;

/* The same for a mapping whose keys are names (see name_check()). */
typedef bool named_reader(struct schema_context *cx, const struct placed *name,
                          const struct yaml_node *node, void *out);
SG_MUST_CHECK bool read_named(struct schema_context *cx, const struct yaml_node *node, size_t size,
                              named_reader *one, struct item_list *out) SG_NONNULL;

/*
 * Names go into logs, records and commands as they are: 1 to 64 of A-Z a-z 0-9 . _ -, the first a
 * letter or digit. False after telling.
 */
SG_MUST_CHECK bool name_check(struct schema_context *cx, const struct placed *name) SG_NONNULL;

/* The strs at `offset` in each of `count` elements, as a NULL-terminated list in the arena. NULL:
 * no memory. */
SG_MUST_CHECK const char *const *names_of(struct arena *a, const void *items, size_t count,
                                          size_t size, size_t offset) SG_NONNULL_ARGS(1);

/* "no WHAT is named `got`", with a suggestion or the known names (NULL: could not be listed). */
void tell_unknown(struct schema_context *cx, const char *what, const struct placed *got,
                  const char *const *known) SG_NONNULL_ARGS(1, 2, 3);

/*
 * Tells each text that stands more than once, at its later places: "line N has WHAT already". Empty
 * texts are left out. Sorts `all`.
 */
SG_MUST_CHECK bool placed_unique(struct schema_context *cx, struct placed *all, size_t count,
                                 const char *what) SG_NONNULL_ARGS(1, 4);

void tell_memory(struct schema_context *cx, struct where at) SG_NONNULL;

#endif
