/*
 * YAML documents as trees whose every node knows its place. libyaml (YAML 1.1 syntax) reads; this
 * module is the only one that knows it.
 *
 * Strict on purpose, because these files decide what is stopped: UTF-8 only; one document; a
 * duplicate key is an error; anchors, aliases, merge keys and tags are refused (with the place);
 * line ends are LF or CR LF, because YAML 1.1 takes CR, U+0085, U+2028 and U+2029 for line ends
 * where an editor shows none; depth and node count are bounded. Keys are scalars. Scalars keep
 * their text and whether they were quoted: typing is the schema's business (conf/schema.h), so `no`
 * is never silently false.
 */
#ifndef SG_CONF_YAML_H
#define SG_CONF_YAML_H

#include "base/arena.h"
#include "base/attr.h"
#include "base/str.h"
#include "conf/diag.h"

#include <stdbool.h>
#include <stddef.h>

#define YAML_MAX_DEPTH 32
#define YAML_MAX_NODES 1000000

enum yaml_kind { YAML_SCALAR, YAML_SEQUENCE, YAML_MAPPING };

struct yaml_node {
    enum yaml_kind kind;
    struct where at; /* of the node's first character */
    bool quoted;     /* scalar: '…', "…" or a block scalar; a plain empty scalar is "absent" */
    struct str text; /* scalar; NUL-terminated, but may hold NULs */
    size_t count;    /* sequence: items; mapping: pairs */
    struct yaml_node **items; /* sequence: values; mapping: values in file order */
    struct yaml_node **keys;  /* mapping: keys (scalars), parallel to items */
    struct yaml_pair *sorted; /* mapping: the pairs in order of their keys, for yaml_get() */
};

struct yaml_pair {
    const struct yaml_node *key, *value;
};

/* "text", "list", "mapping" for messages. */
const char *yaml_kind_name(enum yaml_kind kind);

/*
 * Reads one document. NULL with at least one error in `d` when anything is wrong; an empty document
 * is an error too. Errors in what is written are told all; after an error of syntax (or a bound)
 * reading stops. All memory of the tree is from `a`; `file` (kept by pointer) names it in messages.
 */
SG_MUST_CHECK struct yaml_node *yaml_read(struct arena *a, const char *file, struct str text,
                                          struct diags *d) SG_NONNULL;

/* True for `key:` with nothing behind it. */
bool yaml_is_absent(const struct yaml_node *node) SG_NONNULL;

/* Value of `key`, found by halving; NULL where it is absent (or `map` is NULL or no mapping). */
const struct yaml_node *yaml_get(const struct yaml_node *map, const char *key);

#endif
