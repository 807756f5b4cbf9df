/* How the demo's exchanges are shown: rows for people, one JSON object a line for machines. */
#ifndef SG_CMD_DEMO_SHOW_H
#define SG_CMD_DEMO_SHOW_H

#include "base/attr.h"

#include <jansson.h>
#include <stdbool.h>

struct demo_result {
    const char *title_en, *title_zh;
    const char *sent;
    const char *seen;   /* by the model; NULL: it was not asked */
    const char *got;    /* text or error message that came back */
    const char *finish; /* finish_reason, or the error's code */
    unsigned status;
    const char *action;
    const json_t *record; /* NULL: none was found */
    bool as_expected;
};

struct demo_view {
    unsigned width; /* columns */
    bool colour, json;
};

/* Asks the terminal; `colour` and `json` are wishes. */
struct demo_view demo_view_of(bool colour, bool json);

void demo_show(const struct demo_view *view, unsigned number,
               const struct demo_result *r) SG_NONNULL;

#endif
