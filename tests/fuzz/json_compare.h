/* One document through json_scan() and through jansson: do both say the same? */
#ifndef SG_TESTS_JSON_COMPARE_H
#define SG_TESTS_JSON_COMPARE_H

#include "base/str.h"

/*
 * NULL if they agree (both refuse, or both read the same value), or differ in a way that is known
 * and meant; else what differs. `*same` (may be NULL) is true if both accepted.
 */
const char *json_compare(struct str body, bool *same);

#endif
