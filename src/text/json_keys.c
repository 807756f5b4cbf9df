#include "text/json_keys.h"

#include "base/digest.h"

#define KEYS_FEW 16
#define SLOTS_FIRST 64 /* a power of two */

struct json_object json_keys_open(const struct json_keys *keys)
{
    return (struct json_object){.first = keys->count};
}

void json_keys_close(struct json_keys *keys, const struct json_object *object)
{
    keys->count = object->first;
}

static enum reason find_among_few(const struct json_keys *keys, const struct json_object *object,
                                  struct str text)
{
    for (size_t i = object->first; i < keys->count; i++) {
        if (str_eq(keys->stack[i].text, text)) {
            return REASON_JSON_DUPLICATE_KEY;
        }
    }
    return REASON_OK;
}

/* Where the key with `hash` and `text` stands, or the free slot where it belongs. */
static uint32_t *find_slot(const struct json_keys *keys, const struct json_object *object,
                           uint64_t hash, struct str text)
{
    size_t mask = object->slot_count - 1;
    size_t at = (size_t)hash & mask;

    while (object->slots[at] != 0) {
        const struct json_key *key = &keys->stack[object->first + object->slots[at] - 1];

        if (key->hash == hash && str_eq(key->text, text)) {
            break;
        }
        at = (at + 1) & mask;
    }
    return &object->slots[at];
}

static bool build_table(const struct json_keys *keys, struct json_object *object, struct arena *a,
                        size_t slot_count)
{
    uint32_t *slots = arena_array(a, slot_count, sizeof(*slots));

    if (slots == NULL) {
        return false;
    }
    object->slots = slots;
    object->slot_count = slot_count;
    for (size_t i = object->first; i < keys->count; i++) {
        const struct json_key *key = &keys->stack[i];

        *find_slot(keys, object, key->hash, key->text) = (uint32_t)(i - object->first + 1);
    }
    return true;
}

/* The object has just come to have many keys. */
static enum reason begin_table(struct json_keys *keys, struct json_object *object, struct arena *a)
{
    if (!keys->seeded && !digest_random(keys->seed, sizeof(keys->seed))) {
        return REASON_MEMORY;
    }
    keys->seeded = true;
    for (size_t i = object->first; i < keys->count; i++) {
        keys->stack[i].hash = siphash(keys->seed, keys->stack[i].text);
    }
    return build_table(keys, object, a, SLOTS_FIRST) ? REASON_OK : REASON_SPAN_LIMIT;
}

/* Tables are at most half full. */
static enum reason make_room(const struct json_keys *keys, struct json_object *object,
                             struct arena *a, size_t count)
{
    if (count < object->slot_count / 2) {
        return REASON_OK;
    }
    if (count >= UINT32_MAX / 4) {
        return REASON_SPAN_LIMIT;
    }
    return build_table(keys, object, a, object->slot_count * 4) ? REASON_OK : REASON_SPAN_LIMIT;
}

enum reason json_keys_add(struct json_keys *keys, struct json_object *object, struct arena *a,
                          struct str text)
{
    struct json_key *stack = arena_grow(a, keys->stack, keys->count, &keys->cap, sizeof(*stack));
    size_t count = keys->count - object->first;
    enum reason r = REASON_OK;
    uint64_t hash = 0;

    if (stack == NULL) {
        return REASON_SPAN_LIMIT;
    }
    keys->stack = stack;
    if (count < KEYS_FEW) {
        r = find_among_few(keys, object, text);
    } else {
        r = object->slots == NULL ? begin_table(keys, object, a)
                                  : make_room(keys, object, a, count);
        if (r == REASON_OK) {
            uint32_t *slot;

            hash = siphash(keys->seed, text);
            slot = find_slot(keys, object, hash, text);
            if (*slot != 0) {
                return REASON_JSON_DUPLICATE_KEY;
            }
            *slot = (uint32_t)(count + 1);
        }
    }
    if (r == REASON_OK) {
        stack[keys->count++] = (struct json_key){.text = text, .hash = hash};
    }
    return r;
}
