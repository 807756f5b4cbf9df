#include "scan/verify_ids.h"

#include "base/attr.h"

#include <stdint.h>
#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool all_digits(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!is_digit(s[i])) {
            return false;
        }
    }
    return true;
}

/* 0-9, then A = 10 … Z = 35; `<` of an MRZ counts 0. */
static unsigned value_of(char c)
{
    if (is_digit(c)) {
        return (unsigned)(c - '0');
    }
    return c == '<' ? 0 : (unsigned)(c - 'A') + 10;
}

static unsigned number(const char *s, size_t n)
{
    unsigned value = 0;

    for (size_t i = 0; i < n; i++) {
        value = value * 10 + (unsigned)(s[i] - '0');
    }
    return value;
}

/* Is YYYYMMDD a day of the Gregorian calendar, of a century that papers of today can name? */
static bool is_day(const char *s)
{
    static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    if (!all_digits(s, 8)) {
        return false;
    }
    unsigned year = number(s, 4), month = number(s + 4, 2), day = number(s + 6, 2);
    if (year < 1800 || year > 2199 || month < 1 || month > 12 || day < 1) {
        return false;
    }
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return day <= days[month - 1] + (month == 2 && leap ? 1u : 0u);
}

bool ids_date(const char *s, size_t n)
{
    for (size_t i = 0; i + 8 <= n; i++) {
        if (is_day(s + i)) {
            return true;
        }
    }
    return false;
}

/* ISO/IEC 7812-1 annex B. Card numbers have at most 19 digits; fewer than 12 prove nothing. */
bool ids_luhn(const char *s, size_t n)
{
    unsigned sum = 0;

    if (n < 12 || n > 19 || !all_digits(s, n)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        unsigned digit = value_of(s[n - 1 - i]) << (i % 2);

        sum += digit > 9 ? digit - 9 : digit;
    }
    return sum % 10 == 0;
}

/* GB 11643-1999: ISO 7064 MOD 11-2 over 17 digits, and the birth date at 7 to 14. */
bool ids_gb11643(const char *s, size_t n)
{
    static const unsigned char weights[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    unsigned sum = 0;

    if (n != 18 || !all_digits(s, 17) || !is_day(s + 6)) {
        return false;
    }
    for (size_t i = 0; i < 17; i++) {
        sum += value_of(s[i]) * weights[i];
    }
    return s[17] == "10X98765432"[sum % 11];
}

/* GB 32100-2015: 31 characters (no I, O, S, V, Z), weights 3^i mod 31. */
bool ids_gb32100(const char *s, size_t n)
{
    static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    unsigned sum = 0, weight = 1;

    if (n != 18) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        const char *at = memchr(alphabet, s[i], sizeof(alphabet) - 1);

        if (at == NULL) {
            return false;
        }
        if (i == 17) {
            return (unsigned)(at - alphabet) == (31 - sum % 31) % 31;
        }
        sum += (unsigned)(at - alphabet) * weight;
        weight = weight * 3 % 31;
    }
    return false;
}

/* GB 11714-1997: eight characters and a check digit, MOD 11 with X for 10. */
bool ids_gb11714(const char *s, size_t n)
{
    static const unsigned char weights[] = {3, 7, 9, 10, 5, 8, 4, 2};
    unsigned sum = 0;

    if (n != 9) {
        return false;
    }
    for (size_t i = 0; i < 8; i++) {
        sum += value_of(s[i]) * weights[i];
    }
    return s[8] == "0X987654321"[sum % 11];
}

/* Lengths by country, from the IBAN registry of ISO 13616. */
static size_t iban_length(const char *country)
{
    static const struct {
        char country[3];
        unsigned char length;
    } lengths[] = {
        {"AD", 24}, {"AE", 23}, {"AL", 28}, {"AT", 20}, {"AZ", 28}, {"BA", 20}, {"BE", 16},
        {"BG", 22}, {"BH", 22}, {"BI", 27}, {"BR", 29}, {"BY", 28}, {"CH", 21}, {"CR", 22},
        {"CY", 28}, {"CZ", 24}, {"DE", 22}, {"DJ", 27}, {"DK", 18}, {"DO", 28}, {"EE", 20},
        {"EG", 29}, {"ES", 24}, {"FI", 18}, {"FK", 18}, {"FO", 18}, {"FR", 27}, {"GB", 22},
        {"GE", 22}, {"GI", 23}, {"GL", 18}, {"GR", 27}, {"GT", 28}, {"HR", 21}, {"HU", 28},
        {"IE", 22}, {"IL", 23}, {"IQ", 23}, {"IS", 26}, {"IT", 27}, {"JO", 30}, {"KW", 30},
        {"KZ", 20}, {"LB", 28}, {"LC", 32}, {"LI", 21}, {"LT", 20}, {"LU", 20}, {"LV", 21},
        {"LY", 25}, {"MC", 27}, {"MD", 24}, {"ME", 22}, {"MK", 19}, {"MN", 20}, {"MR", 27},
        {"MT", 31}, {"MU", 30}, {"NI", 28}, {"NL", 18}, {"NO", 15}, {"OM", 23}, {"PK", 24},
        {"PL", 28}, {"PS", 29}, {"PT", 25}, {"QA", 29}, {"RO", 24}, {"RS", 22}, {"RU", 33},
        {"SA", 24}, {"SC", 31}, {"SD", 18}, {"SE", 24}, {"SI", 19}, {"SK", 24}, {"SM", 27},
        {"SO", 23}, {"ST", 25}, {"SV", 28}, {"TL", 23}, {"TN", 24}, {"TR", 26}, {"UA", 29},
        {"VA", 22}, {"VG", 24}, {"XK", 20}, {"YE", 30},
    };

    for (size_t i = 0; i < SG_COUNT(lengths); i++) {
        if (memcmp(lengths[i].country, country, 2) == 0) {
            return lengths[i].length;
        }
    }
    return 0;
}

/* ISO 13616-1: the first four characters moved behind the rest, MOD 97-10 gives 1. */
bool ids_iban(const char *s, size_t n)
{
    unsigned rest = 0;

    if (n < 15 || iban_length(s) != n || !all_digits(s + 2, 2)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        unsigned v = value_of(s[(i + 4) % n]);

        rest = (rest * (v > 9 ? 100 : 10) + v) % 97;
    }
    return rest == 1;
}

/*
 * Hong Kong identity card: one or two letters, six digits, a check digit or A for 10. Weights 9 to
 * 2 from the left; a missing first letter is a blank, which counts 36.
 */
bool ids_hkid(const char *s, size_t n)
{
    unsigned sum = n == 8 ? 36 * 9 : 0;

    if ((n != 8 && n != 9) || is_digit(s[0]) || (n == 9 && is_digit(s[1])) ||
        !all_digits(s + n - 7, 6)) {
        return false;
    }
    for (size_t i = 0; i < n - 1; i++) {
        sum += value_of(s[i]) * (unsigned)(n - i);
    }
    return s[n - 1] == "0A987654321"[sum % 11];
}

/*
 * Taiwan: a letter for the county, then 1 or 2 (8 or 9 for residents without household
 * registration), seven digits and a check digit.
 */
bool ids_twid(const char *s, size_t n)
{
    static const unsigned char letters[] = {10, 11, 12, 13, 14, 15, 16, 17, 34, 18, 19, 20, 21,
                                            22, 35, 23, 24, 25, 26, 27, 28, 29, 32, 30, 31, 33};

    if (n != 10 || is_digit(s[0]) || !all_digits(s + 1, 9) || strchr("1289", s[1]) == NULL) {
        return false;
    }
    unsigned county = letters[s[0] - 'A'];
    unsigned sum = county / 10 + county % 10 * 9 + value_of(s[9]);
    for (size_t i = 1; i < 9; i++) {
        sum += value_of(s[i]) * (unsigned)(9 - i);
    }
    return sum % 10 == 0;
}

/* ISO 3779 characters (no I, O, Q); check digit at position 9 by 49 CFR 565.15. */
bool ids_vin(const char *s, size_t n)
{
    static const unsigned char weights[] = {8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2};
    static const unsigned char letters[] = {1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 2, 3, 4,
                                            5, 0, 7, 0, 9, 2, 3, 4, 5, 6, 7, 8, 9};
    unsigned sum = 0;

    if (n != 17) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        if (!is_digit(s[i]) && letters[s[i] - 'A'] == 0) {
            return false;
        }
        sum += weights[i] * (is_digit(s[i]) ? value_of(s[i]) : letters[s[i] - 'A']);
    }
    return s[8] == "0123456789X"[sum % 11];
}

/* ICAO 9303-3 clause 4.9: weights 7, 3, 1 over the field(s), modulo 10. */
static unsigned mrz_sum(const char *s, size_t n, unsigned *position)
{
    static const unsigned char weights[] = {7, 3, 1};
    unsigned sum = 0;

    for (size_t i = 0; i < n; i++) {
        sum += value_of(s[i]) * weights[(*position)++ % 3];
    }
    return sum;
}

/* The character behind a field is its check digit. */
static bool mrz_field(const char *s, size_t n)
{
    unsigned position = 0;

    return is_digit(s[n]) && mrz_sum(s, n, &position) % 10 == value_of(s[n]);
}

/* The second line of a passport (44, ICAO 9303-4) or of a TD2 card (36, 9303-6). */
static bool mrz_line(const char *s, size_t n)
{
    unsigned position = 0, sum;

    if (!mrz_field(s, 9) || !mrz_field(s + 13, 6) || !mrz_field(s + 21, 6)) {
        return false;
    }
    if (n == 44 && !(s[42] == '<' && s[28] == '<') && !mrz_field(s + 28, 14)) {
        return false;
    }
    sum = mrz_sum(s, 10, &position) + mrz_sum(s + 13, 7, &position);
    sum += mrz_sum(s + 21, n - 22, &position);
    return is_digit(s[n - 1]) && sum % 10 == value_of(s[n - 1]);
}

bool ids_mrz(const char *s, size_t n)
{
    if (n == 44 || n == 36) {
        return mrz_line(s, n);
    }
    return n >= 2 && n < 36 && mrz_field(s, n - 1);
}
