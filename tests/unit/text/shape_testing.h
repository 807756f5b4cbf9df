/* What the tests of shapes share: a shape from a text, or one of those that ship. */
#ifndef SG_TESTS_SHAPE_TESTING_H
#define SG_TESTS_SHAPE_TESTING_H

#include "text/shape.h"

struct testing {
    struct arena *arena;
    struct fileset *files;
    struct diags *diags;
};

void testing_begin(struct testing *t);
void testing_end(struct testing *t);

/* Reads `yaml` as `api.yaml`; NULL with t->diags. */
const struct shape *testing_shape(struct testing *t, const char *yaml);

/* Reads etc/apis/NAME; fails the test if it is not good. */
const struct shape *testing_shipped(struct testing *t, const char *name);

/* For test groups that share one `struct testing` as their state. */
int testing_setup(void **state);
int testing_teardown(void **state);

/* The operation for `path` of the shipped openai.yaml. */
const struct operation *testing_openai(struct testing *t, const char *path);

/* Reads a body that must be good. */
struct span_list testing_spans(struct testing *t, const struct operation *op, enum direction dir,
                               const char *body);

/*
 * One line a value: `/path role text`, with `<` before the role of what is history. Keys are left
 * out. A span whose map is the identity must stand in the body as it is.
 */
const char *testing_describe(struct testing *t, const char *body, const struct span_list *list);

/* Reads `body`; its description must be `want`. */
void testing_assert_spans(struct testing *t, const struct operation *op, enum direction dir,
                          const char *body, const char *want);

#endif
