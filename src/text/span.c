#include "text/span.h"

#include <stdio.h>

#define KEY_MAX 32
#define ELLIPSIS "\xE2\x80\xA6"
#define ELLIPSIS_N (sizeof(ELLIPSIS) - 1)

enum reason span_add(struct span_list *list, struct arena *a, const struct span *s)
{
    struct span *items = arena_grow(a, list->items, list->count, &list->cap, sizeof(*items));

    if (items == NULL) {
        return REASON_SPAN_LIMIT;
    }
    list->items = items;
    items[list->count++] = *s;
    list->text_bytes += s->text.n;
    return REASON_OK;
}

/* As the APIs name their members. Digits and dashes are left out: numbers and tokens have them. */
static bool key_is_name(struct str key)
{
    if (key.n > KEY_MAX) {
        return false;
    }
    for (size_t i = 0; i < key.n; i++) {
        char c = key.p[i];

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_')) {
            return false;
        }
    }
    return true;
}

#define INDEX_SIZE 24

/* What stands after the slash for one step; `digits` holds an index. */
static struct str step_text(const struct path *step, char digits[INDEX_SIZE])
{
    if (step->key.p == NULL) {
        int n = snprintf(digits, INDEX_SIZE, "%zu", step->index);

        return (struct str){digits, n > 0 ? (size_t)n : 0};
    }
    return key_is_name(step->key) ? step->key : STR("*");
}

/* Puts `s` at out[at], leaving out what would stand at `limit` or after. */
static void put_clipped(char *out, size_t limit, size_t at, struct str s)
{
    if (at < limit && s.n > 0) {
        memcpy(out + at, s.p, s.n < limit - at ? s.n : limit - at);
    }
}

/*
 * Names have no `~` and no `/`, so RFC 6901's escapes never come up. The chain leads from the
 * leaf to the root, so the text is written from its end; its length has to be known first.
 */
const char *path_text(const struct path *path, char *out, size_t size)
{
    char digits[INDEX_SIZE];
    size_t total = 0, limit, at;

    if (size == 0) {
        return "";
    }
    for (const struct path *step = path; step != NULL; step = step->parent) {
        total += 1 + step_text(step, digits).n;
    }
    limit = total < size ? total : size - 1 < ELLIPSIS_N ? 0 : size - 1 - ELLIPSIS_N;
    at = total;
    for (const struct path *step = path; step != NULL; step = step->parent) {
        struct str text = step_text(step, digits);

        at -= text.n;
        put_clipped(out, limit, at, text);
        at--;
        put_clipped(out, limit, at, STR("/"));
    }
    if (total >= size && size - 1 >= ELLIPSIS_N) {
        memcpy(out + limit, ELLIPSIS, ELLIPSIS_N);
        limit += ELLIPSIS_N;
    }
    out[limit] = '\0';
    return out;
}

static const char *const role_names[SPAN_ROLE_COUNT] = {[SPAN_UNKNOWN] = "unknown",
                                                        [SPAN_SYSTEM] = "system",
                                                        [SPAN_USER] = "user",
                                                        [SPAN_ASSISTANT] = "assistant",
                                                        [SPAN_TOOL] = "tool"};

const char *span_role_name(enum span_role role)
{
    return (unsigned)role < SPAN_ROLE_COUNT ? role_names[role] : "?";
}

bool span_role_parse(struct str s, enum span_role *out)
{
    for (size_t i = 0; i < SPAN_ROLE_COUNT; i++) {
        if (str_eq(s, str_of(role_names[i]))) {
            *out = (enum span_role)i;
            return true;
        }
    }
    return false;
}
