/* The checks themselves, over letters and digits as verify.c lays them out: ASCII, upper case. */
#ifndef SG_SCAN_VERIFY_IDS_H
#define SG_SCAN_VERIFY_IDS_H

#include <stdbool.h>
#include <stddef.h>

bool ids_luhn(const char *s, size_t n);
bool ids_gb11643(const char *s, size_t n);
bool ids_gb32100(const char *s, size_t n);
bool ids_gb11714(const char *s, size_t n);
bool ids_iban(const char *s, size_t n);
bool ids_hkid(const char *s, size_t n);
bool ids_twid(const char *s, size_t n);
bool ids_vin(const char *s, size_t n);
bool ids_mrz(const char *s, size_t n);
bool ids_date(const char *s, size_t n);

#endif
