#include "tests/unit/text/shape_testing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

void testing_begin(struct testing *t)
{
    t->arena = arena_new(64 << 20);
    t->files = fileset_new();
    t->diags = diags_new();
    assert_non_null(t->arena);
    assert_non_null(t->files);
    assert_non_null(t->diags);
}

void testing_end(struct testing *t)
{
    diags_free(t->diags);
    fileset_free(t->files);
    arena_free(t->arena);
}

const struct shape *testing_shape(struct testing *t, const char *yaml)
{
    struct where at = {.file = "stopgate.yaml", .line = 1, .column = 1};

    assert_true(fileset_put(t->files, STR("api.yaml"), str_of(yaml)));
    return shape_read(t->arena, t->files, "api.yaml", at, t->diags);
}

const struct shape *testing_shipped(struct testing *t, const char *name)
{
    struct where at = {.file = "stopgate.yaml", .line = 1, .column = 1};
    char file[4096];
    const struct shape *s;

    (void)snprintf(file, sizeof(file), "%s/etc/apis/%s", SG_TOP_SRCDIR, name);
    s = shape_read(t->arena, t->files, file, at, t->diags);
    if (s == NULL) {
        diags_print(t->diags, stderr, false);
        fail_msg("%s is not good", name);
    }
    return s;
}

int testing_setup(void **state)
{
    struct testing *t = calloc(1, sizeof(*t));

    if (t == NULL) {
        return -1;
    }
    testing_begin(t);
    *state = t;
    return 0;
}

int testing_teardown(void **state)
{
    testing_end(*state);
    free(*state);
    return 0;
}

const struct operation *testing_openai(struct testing *t, const char *path)
{
    const struct operation *op = shape_operation(testing_shipped(t, "openai.yaml"), str_of(path));

    assert_non_null(op);
    return op;
}

struct span_list testing_spans(struct testing *t, const struct operation *op, enum direction dir,
                               const char *body)
{
    struct span_list list = {0};
    size_t at = 0;
    enum reason r = shape_spans(op, dir, str_of(body), NULL, t->arena, &list, &at);

    if (r != REASON_OK) {
        fail_msg("%s at %zu", reason_code(r), at);
    }
    return list;
}

const char *testing_describe(struct testing *t, const char *body, const struct span_list *list)
{
    char *out = arena_printf(t->arena, "%s", "");

    for (size_t i = 0; i < list->count; i++) {
        const struct span *s = &list->items[i];
        char path[256];
        size_t from, to;

        offmap_range(&s->map, 0, s->text.n, &from, &to);
        if (s->map.count == 0) {
            assert_int_equal(to - from, s->text.n);
            assert_memory_equal(body + from, s->text.p, s->text.n);
        }
        if (s->form != SPAN_JSON_KEY) {
            out = arena_printf(t->arena, "%s%s %s%s %.*s\n", out,
                               path_text(s->path, path, sizeof(path)), s->history ? "<" : "",
                               span_role_name(s->role), STR_ARG(s->text));
        }
        assert_non_null(out);
    }
    return out;
}

void testing_assert_spans(struct testing *t, const struct operation *op, enum direction dir,
                          const char *body, const char *want)
{
    struct span_list list = testing_spans(t, op, dir, body);

    assert_string_equal(testing_describe(t, body, &list), want);
}
