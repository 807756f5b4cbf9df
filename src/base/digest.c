#include "base/digest.h"

#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#define ULID_TIME_MAX ((UINT64_C(1) << 48) - 1) /* milliseconds; the year 10889 */
#define ULID_TIME_DIGITS 10
#define ULID_RANDOM_BYTES 10
#define ULID_GROUP_BYTES 5 /* 40 bits are 8 digits exactly */
#define ULID_GROUP_DIGITS 8

bool digest_sha256(struct str data, uint8_t out[DIGEST_SHA256_SIZE])
{
    return EVP_Digest(data.n == 0 ? "" : data.p, data.n, out, NULL, EVP_sha256(), NULL) == 1;
}

bool digest_hmac_sha256(struct str key, struct str data, uint8_t out[DIGEST_SHA256_SIZE])
{
    if (key.n > INT_MAX) {
        return false;
    }
    const char *bytes = data.n == 0 ? "" : data.p;
    return HMAC(EVP_sha256(), key.n == 0 ? "" : key.p, (int)key.n, (const unsigned char *)bytes,
                data.n, out, NULL) != NULL;
}

void digest_hex(const uint8_t *bytes, size_t n, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < n; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
    out[2 * n] = '\0';
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool digest_unhex(struct str hex, uint8_t *out, size_t n)
{
    if (hex.n % 2 != 0 || hex.n / 2 != n) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        int high = hex_value(hex.p[2 * i]);
        int low = hex_value(hex.p[2 * i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

bool digest_random(void *out, size_t n)
{
    return n == 0 || RAND_bytes_ex(NULL, out, n, 0) == 1;
}

/* Crockford's base 32, most significant digit first: no I, L, O or U. */
static char *put_base32(char *out, uint64_t value, unsigned digits)
{
    static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    for (unsigned i = digits; i-- > 0; value >>= 5) {
        out[i] = alphabet[value & 31];
    }
    return out + digits;
}

bool digest_ulid(uint64_t wall_us, char out[DIGEST_ID_SIZE])
{
    uint8_t random[ULID_RANDOM_BYTES];
    if (!digest_random(random, sizeof(random))) {
        return false;
    }
    uint64_t ms = wall_us / 1000;
    out = put_base32(out, ms < ULID_TIME_MAX ? ms : ULID_TIME_MAX, ULID_TIME_DIGITS);
    for (size_t i = 0; i < sizeof(random); i += ULID_GROUP_BYTES) {
        uint64_t group = 0;
        for (size_t k = 0; k < ULID_GROUP_BYTES; k++) {
            group = group << 8 | random[i + k];
        }
        out = put_base32(out, group, ULID_GROUP_DIGITS);
    }
    *out = '\0';
    return true;
}

bool digest_equal(const uint8_t *a, const uint8_t *b, size_t n)
{
    return CRYPTO_memcmp(a, b, n) == 0;
}
