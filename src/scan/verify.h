/*
 * Named checks of a matched value. Spaces and dashes in it (ASCII, U+00A0, U+2000-200A, U+3000;
 * U+2010-2015, U+2212, U+FF0D) are looked through, full-width letters and digits read as ASCII, and
 * letters without case. Any other character makes the value invalid, but `<` in an MRZ, and the
 * parentheses of a HKID.
 */
#ifndef SG_SCAN_VERIFY_H
#define SG_SCAN_VERIFY_H

#include "base/attr.h"
#include "base/str.h"
#include "rules/rule.h"

#include <stdbool.h>

/* Values over 128 bytes are never valid. */
SG_MUST_CHECK bool verify_value(enum verifier v, struct str value);

/* Shannon entropy in bits per byte; 0 for an empty value. */
double verify_entropy(struct str value);

#endif
