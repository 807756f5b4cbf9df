/*
 * SipHash-2-4 (Aumasson, Bernstein: "SipHash: a fast short-input PRF", 2012): a keyed hash for
 * tables whose keys come from outside. With a secret random key nobody can choose keys that
 * collide.
 */
#ifndef SG_TEXT_SIPHASH_H
#define SG_TEXT_SIPHASH_H

#include "base/attr.h"
#include "base/str.h"

#include <stdint.h>

#define SIPHASH_KEY_SIZE 16

uint64_t siphash(const uint8_t key[SIPHASH_KEY_SIZE], struct str data) SG_NONNULL;

#endif
