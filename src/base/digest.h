/* Digests and random bytes, by OpenSSL. The only file besides net/tls that knows OpenSSL. */
#ifndef SG_BASE_DIGEST_H
#define SG_BASE_DIGEST_H

#include "base/attr.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

#define DIGEST_SHA256_SIZE 32
#define DIGEST_SHA256_HEX 65 /* with the NUL */
#define DIGEST_ID_SIZE 27    /* 26 characters and the NUL */

/* False only when OpenSSL fails (out of memory): treat as an error, never as "no match". */
SG_MUST_CHECK bool digest_sha256(struct str data, uint8_t out[DIGEST_SHA256_SIZE]);

/* HMAC-SHA-256 (RFC 2104). */
SG_MUST_CHECK bool digest_hmac_sha256(struct str key, struct str data,
                                      uint8_t out[DIGEST_SHA256_SIZE]);

/* Lower-case hex of `n` bytes into out[2n + 1]. */
void digest_hex(const uint8_t *bytes, size_t n, char *out) SG_NONNULL;

/* Hex of either case, exactly 2n digits, to bytes. */
SG_MUST_CHECK bool digest_unhex(struct str hex, uint8_t *out, size_t n) SG_NONNULL;

/* Cryptographically strong random bytes. */
SG_MUST_CHECK bool digest_random(void *out, size_t n) SG_NONNULL;

/* An id that sorts by time: ULID text form (48 bits of milliseconds, 80 random bits, Crockford). */
SG_MUST_CHECK bool digest_ulid(uint64_t wall_us, char out[DIGEST_ID_SIZE]);

/* Constant-time comparison for secrets and their digests. */
bool digest_equal(const uint8_t *a, const uint8_t *b, size_t n) SG_NONNULL;

#endif
