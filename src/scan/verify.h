/* Named checks of a matched value. Spaces, dashes and full-width digits in it are looked through. */
#ifndef SG_SCAN_VERIFY_H
#define SG_SCAN_VERIFY_H

#include "base/attr.h"
#include "base/str.h"
#include "rules/rule.h"

#include <stdbool.h>

/* Values over 128 bytes are never valid. */
bool verify_value(enum verifier v, struct str value);

/* Shannon entropy in bits per byte; 0 for an empty value. */
double verify_entropy(struct str value);

#endif
