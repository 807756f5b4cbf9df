/* What of a YAML file is checked before and beside libyaml: its bytes, and where they stand. */
#ifndef SG_CONF_YAML_TEXT_H
#define SG_CONF_YAML_TEXT_H

#include "base/str.h"
#include "conf/diag.h"

#include <stdbool.h>

/*
 * Drops a UTF-8 byte order mark from `*text`; tells what is no UTF-8 at first sight, and line ends
 * that an editor does not show. False when anything was told.
 */
SG_MUST_CHECK bool yaml_text_check(const char *file, struct str *text, struct diags *d) SG_NONNULL;

/* The place of byte `offset`, lines ended by LF. */
struct where yaml_text_where(const char *file, struct str text, size_t offset);

#endif
