/* Rules from texts in memory, read, compiled and attached: what the tests of rules/ and scan/
 * share. */
#ifndef SG_TESTS_RULES_FIXTURE_H
#define SG_TESTS_RULES_FIXTURE_H

#include "base/buf.h"
#include "rules/database.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

struct fixture {
    struct arena *arena;
    struct diags *diags;
    struct fileset *files;
    struct schema_context cx;
    struct ruleset *rules;
    struct database db;
    void *images[VIEW_COUNT];
    size_t sizes[VIEW_COUNT];
    struct buf list; /* the folder's YAML files */
    char *text;      /* of the diagnostics */
};

static inline void fixture_open(struct fixture *f)
{
    *f = (struct fixture){.arena = arena_new(256u << 20),
                          .diags = diags_new(),
                          .files = fileset_new(),
                          .list = BUF_INIT(1u << 16)};
    assert_non_null(f->arena);
    assert_non_null(f->diags);
    assert_non_null(f->files);
    f->cx = (struct schema_context){f->arena, f->diags, f->files, NULL};
}

static inline void fixture_close(struct fixture *f)
{
    ruleset_free(f->rules);
    for (int v = 0; v < VIEW_COUNT; v++) {
        free(f->images[v]);
    }
    buf_free(&f->list);
    free(f->text);
    fileset_free(f->files);
    diags_free(f->diags);
    arena_free(f->arena);
}

/* Puts a file into the folder /rules. */
static inline void fixture_put(struct fixture *f, const char *name, struct str content)
{
    char path[128];

    (void)snprintf(path, sizeof(path), "/rules/%s", name);
    assert_true(fileset_put(f->files, str_of(path), content));
    if (str_ends(str_of(path), STR(".yaml"))) {
        assert_true(buf_printf(&f->list, "%s%s", f->list.n == 0 ? "" : "\n", path));
    }
}

/* Reads the folder; NULL when anything was told. */
static inline struct ruleset *fixture_read(struct fixture *f)
{
    const struct str folder = STR("/rules");

    assert_true(fileset_put_list(f->files, STR("/rules\n.yaml"), buf_str(&f->list)));
    fileset_seal(f->files);
    f->rules = ruleset_read(&f->cx, &folder, 1, (struct where){"policy.yaml", 3, 9});
    return f->rules;
}

/* All that was told so far. */
static inline const char *fixture_told(struct fixture *f)
{
    free(f->text);
    f->text = diags_text(f->diags);
    assert_non_null(f->text);
    return f->text;
}

static inline void assert_told(struct fixture *f, const char *part)
{
    if (strstr(fixture_told(f), part) == NULL) {
        print_error("expected to be told: %s\nbut was told: %s\n", part, f->text);
        fail();
    }
}

static inline void assert_nothing_told(struct fixture *f)
{
    if (diags_errors(f->diags) + diags_warnings(f->diags) > 0) {
        print_error("told: %s\n", fixture_told(f));
        fail();
    }
}

/* Reads, prepares, compiles and attaches; fails the test if anything is told. */
static inline void fixture_compile(struct fixture *f)
{
    if (f->rules == NULL) {
        (void)fixture_read(f);
    }
    assert_nothing_told(f);
    assert_non_null(f->rules);
    bool ok = database_prepare(f->rules, f->arena, f->diags, &f->db);
    for (int v = 0; ok && v < VIEW_COUNT; v++) {
        ok = database_compile(&f->db, (enum view)v, f->diags, &f->images[v], &f->sizes[v]);
        if (ok && f->images[v] != NULL) {
            assert_true(database_attach(&f->db, (enum view)v, f->images[v], f->sizes[v]));
        }
    }
    assert_nothing_told(f);
    assert_true(ok);
}

/* A folder with this one rule file, compiled. */
static inline void fixture_rules(struct fixture *f, const char *yaml)
{
    fixture_open(f);
    fixture_put(f, "a.yaml", str_of(yaml));
    fixture_compile(f);
}

#endif
