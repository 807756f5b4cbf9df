/* What the tests of the decoded view share: all pieces of a text, and where they came from. */
#ifndef SG_TESTS_VIEW_TESTING_H
#define SG_TESTS_VIEW_TESTING_H

#include "text/view.h"

struct pieces {
    struct arena *arena;
    struct str text; /* that was searched */
    struct view_text *items;
    size_t count, cap;
    enum reason result;
};

struct pieces pieces_of(struct str text);
void pieces_free(struct pieces *p);

/* The piece that is `want` and nothing else; NULL: none is. */
const struct view_text *pieces_find(const struct pieces *p, const char *want);

/* What the part of a piece that reads `part` came from. */
struct str pieces_source(const struct pieces *p, const struct view_text *piece, const char *part);

/* `text` has a piece that holds `part`, made from exactly `source`. Fails the test if not. */
void assert_decodes(const char *text, const char *part, const char *source);

/* `text` gives no piece at all. */
void assert_decodes_nothing(const char *text);

#endif
