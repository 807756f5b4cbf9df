/*
 * A compiled database as bytes: a header that tells what it was made from, by what and for which
 * CPU, and Hyperscan's database behind it, ready for use in place.
 *
 * Hyperscan lays its bytecode out relative to the address of the database, modulo 64; all images
 * are 64-byte aligned, so the same bytes work wherever they are mapped.
 */
#ifndef SG_RULES_IMAGE_H
#define SG_RULES_IMAGE_H

#include "rules/database.h"

struct hs_database;

#define IMAGE_ALIGN 64

/*
 * Lays out `made` (not taken over) as an image of `*size` bytes to free(). False: no memory, or
 * Hyperscan failed.
 */
SG_MUST_CHECK bool image_write(const struct database *db, enum view v,
                               const struct hs_database *made, void **bytes,
                               size_t *size) SG_NONNULL;

/* The database in an image that fits `db`'s patterns of this view; NULL where anything is wrong. */
SG_MUST_CHECK const struct hs_database *image_read(const struct database *db, enum view v,
                                                   const void *bytes, size_t size) SG_NONNULL;

#endif
