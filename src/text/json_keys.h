/*
 * The keys of all objects that are open during a scan, to find a key that stands twice in one
 * object. Few keys are compared one by one; from the 17th on, an object gets a table of keyed
 * hashes, so that no choice of keys makes the check slow.
 */
#ifndef SG_TEXT_JSON_KEYS_H
#define SG_TEXT_JSON_KEYS_H

#include "base/arena.h"
#include "base/attr.h"
#include "base/reason.h"
#include "base/str.h"
#include "text/siphash.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_key {
    struct str text;
    uint64_t hash; /* only where the object has a table */
};

struct json_keys {
    struct json_key *stack; /* the keys of the outermost object first; in the arena */
    size_t count, cap;
    uint8_t seed[SIPHASH_KEY_SIZE]; /* drawn when the first table is made */
    bool seeded;
};

/* One open object: a range at the end of the stack. */
struct json_object {
    size_t first;
    uint32_t *slots; /* position in the object, from 1; 0 is free. NULL while keys are few */
    size_t slot_count;
};

struct json_object json_keys_open(const struct json_keys *keys) SG_NONNULL;

/* Gives the object's keys back; objects are closed innermost first. */
void json_keys_close(struct json_keys *keys, const struct json_object *object) SG_NONNULL;

/* REASON_OK, REASON_JSON_DUPLICATE_KEY, REASON_SPAN_LIMIT (arena full), REASON_MEMORY (no seed). */
SG_MUST_CHECK enum reason json_keys_add(struct json_keys *keys, struct json_object *object,
                                        struct arena *a, struct str text) SG_NONNULL;

#endif
