/*
 * A configuration in memory: the files of tests/conf/base/, some of which a test replaces. Names in
 * messages are seen from that folder: `policy.yaml:3:5: ...`.
 */
#ifndef SG_TESTS_POLICY_FIXTURE_H
#define SG_TESTS_POLICY_FIXTURE_H

#include "base/buf.h"
#include "base/file.h"
#include "policy/snapshot.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

struct fixture {
    struct diags *diags;
    struct fileset *files; /* NULL once handed over */
    struct snapshot *snapshot;
    char *text; /* of the diagnostics */
};

static const char *const fixture_files[] = {"stopgate.yaml",    "policy.yaml",
                                            "apis/openai.yaml", "rules/taxonomy.yaml",
                                            "rules/test.yaml",  NULL};

static inline void fixture_open(struct fixture *f)
{
    *f = (struct fixture){.diags = diags_new(), .files = fileset_new()};
    assert_non_null(f->diags);
    assert_non_null(f->files);
}

static inline void fixture_close(struct fixture *f)
{
    snapshot_unref(f->snapshot);
    fileset_free(f->files);
    diags_free(f->diags);
    free(f->text);
}

/* A file of the source tree, to buf_free(). */
static inline struct buf fixture_load(const char *folder, const char *name)
{
    char path[4096];
    struct buf content = BUF_INIT(1u << 20);
    (void)snprintf(path, sizeof(path), "%s/%s/%s", SOURCE_TREE, folder, name);
    if (!file_read(path, &content)) {
        fail_msg("cannot read %s", path);
    }
    return content;
}

static inline void fixture_put(struct fixture *f, const char *name, const char *content)
{
    assert_true(fileset_put(f->files, str_of(name), str_of(content)));
}

/* Adds what no test has put there, and seals the set: the disk is not asked. */
static inline struct fileset *fixture_seal(struct fixture *f)
{
    struct fileset *files = f->files;
    for (size_t i = 0; fixture_files[i] != NULL; i++) {
        struct buf content = fixture_load("tests/conf/base", fixture_files[i]);
        (void)!fileset_put(files, str_of(fixture_files[i]), buf_str(&content));
        buf_free(&content);
    }
    assert_true(
        fileset_put_list(files, STR("rules\n.yaml"), STR("rules/taxonomy.yaml\nrules/test.yaml")));
    fileset_seal(files);
    f->files = NULL;
    return files;
}

/* All that was told so far, a line each. */
static inline const char *fixture_told(struct fixture *f)
{
    free(f->text);
    f->text = diags_text(f->diags);
    assert_non_null(f->text);
    return f->text;
}

static inline void assert_told(struct fixture *f, const char *all)
{
    if (strcmp(fixture_told(f), all) != 0) {
        print_error("expected to be told:\n%s\nbut was told:\n%s\n", all, f->text);
        fail();
    }
}

static inline bool fixture_read(struct fixture *f)
{
    f->snapshot = snapshot_read_files(fixture_seal(f), "stopgate.yaml", f->diags);
    return f->snapshot != NULL;
}

/* A descriptor of the bundle, or -1. */
static inline int fixture_build(struct fixture *f)
{
    return bundle_build_files(fixture_seal(f), "stopgate.yaml", f->diags, NULL);
}

/* A snapshot of the base with `name` replaced; what was told is `told`, and nothing when "". */
static inline struct snapshot *fixture_with(struct fixture *f, const char *name,
                                            const char *content, const char *told)
{
    fixture_open(f);
    fixture_put(f, name, content);
    (void)fixture_read(f);
    assert_told(f, told);
    return f->snapshot;
}

#endif
