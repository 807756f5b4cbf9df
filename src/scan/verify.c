#include "scan/verify.h"

#include "scan/verify_ids.h"
#include "text/utf8.h"

#include <math.h>

#define VERIFY_MAX_VALUE 128

struct check {
    bool (*run)(const char *s, size_t n);
    const char *marks; /* characters besides letters and digits that stay, or are dropped */
    bool keep;
};

static const struct check checks[] = {
    [VERIFY_LUHN] = {ids_luhn, "", false},       [VERIFY_GB11643] = {ids_gb11643, "", false},
    [VERIFY_GB32100] = {ids_gb32100, "", false}, [VERIFY_GB11714] = {ids_gb11714, "", false},
    [VERIFY_IBAN] = {ids_iban, "", false},       [VERIFY_HKID] = {ids_hkid, "()", false},
    [VERIFY_TWID] = {ids_twid, "", false},       [VERIFY_VIN] = {ids_vin, "", false},
    [VERIFY_MRZ] = {ids_mrz, "<", true},         [VERIFY_DATE] = {ids_date, "", false},
};

_Static_assert(SG_COUNT(checks) == VERIFY_COUNT, "a check for each verifier");

static bool is_separator(uint32_t cp)
{
    return cp == ' ' || cp == '\t' || cp == 0xA0 || (cp >= 0x2000 && cp <= 0x200A) ||
           cp == 0x3000 || cp == '-' || (cp >= 0x2010 && cp <= 0x2015) || cp == 0x2212 ||
           cp == 0xFF0D;
}

/* Full-width forms U+FF01 to U+FF5E stand in the order of ASCII; letters become upper case. */
static uint32_t plain(uint32_t cp)
{
    if (cp >= 0xFF01 && cp <= 0xFF5E) {
        cp -= 0xFF01 - '!';
    }
    return cp >= 'a' && cp <= 'z' ? cp - ('a' - 'A') : cp;
}

/* Lays the value out as letters and digits; false for a character that has no place in it. */
static bool lay_out(const struct check *check, struct str value, char *out, size_t *n)
{
    *n = 0;
    for (size_t at = 0; at < value.n;) {
        size_t length;
        uint32_t cp = utf8_decode(value.p + at, value.n - at, &length);

        at += length;
        if (is_separator(cp)) {
            continue;
        }
        cp = plain(cp);
        if ((cp >= '0' && cp <= '9') || (cp >= 'A' && cp <= 'Z')) {
            out[(*n)++] = (char)cp;
        } else if (cp == 0 || cp >= 0x80 || strchr(check->marks, (int)cp) == NULL) {
            return false;
        } else if (check->keep) {
            out[(*n)++] = (char)cp;
        }
    }
    return true;
}

bool verify_value(enum verifier v, struct str value)
{
    char plain_value[VERIFY_MAX_VALUE];
    size_t n;

    if ((size_t)v >= SG_COUNT(checks) || value.n > VERIFY_MAX_VALUE) {
        return false;
    }
    return lay_out(&checks[v], value, plain_value, &n) && checks[v].run(plain_value, n);
}

double verify_entropy(struct str value)
{
    size_t seen[256] = {0};
    double bits = 0;

    for (size_t i = 0; i < value.n; i++) {
        seen[(unsigned char)value.p[i]]++;
    }
    for (size_t i = 0; i < SG_COUNT(seen); i++) {
        if (seen[i] > 0) {
            double share = (double)seen[i] / (double)value.n;

            bits -= share * log2(share);
        }
    }
    return bits;
}
