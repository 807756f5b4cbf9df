#include "base/digest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <openssl/types.h>

#include <cmocka.h>

#define RANDOM_REAL NULL

/* What stands in for the random bytes: RANDOM_REAL, `no_random` or ten bytes. */
static const uint8_t *random_bytes = RANDOM_REAL;
static const uint8_t no_random[1];

int __real_RAND_bytes_ex(OSSL_LIB_CTX *ctx, unsigned char *out, size_t n, unsigned strength);
int __wrap_RAND_bytes_ex(OSSL_LIB_CTX *ctx, unsigned char *out, size_t n, unsigned strength);

int __wrap_RAND_bytes_ex(OSSL_LIB_CTX *ctx, unsigned char *out, size_t n, unsigned strength)
{
    if (random_bytes == RANDOM_REAL) {
        return __real_RAND_bytes_ex(ctx, out, n, strength);
    }
    if (random_bytes == no_random) {
        return 0;
    }
    assert_int_equal(n, 10);
    memcpy(out, random_bytes, n);
    return 1;
}

static void assert_hex(const uint8_t digest[DIGEST_SHA256_SIZE], const char *want)
{
    char hex[DIGEST_SHA256_HEX];
    digest_hex(digest, DIGEST_SHA256_SIZE, hex);
    assert_string_equal(hex, want);
}

/* FIPS 180-4's examples. */
static void sha256(void **state)
{
    (void)state;
    uint8_t out[DIGEST_SHA256_SIZE];
    assert_true(digest_sha256(STR("abc"), out));
    assert_hex(out, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_true(digest_sha256((struct str){NULL, 0}, out));
    assert_hex(out, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_true(
        digest_sha256(STR("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"), out));
    assert_hex(out, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

/* RFC 4231, test cases 1, 2 and 6; and an empty key with empty data. */
static void hmac_sha256(void **state)
{
    (void)state;
    uint8_t out[DIGEST_SHA256_SIZE];
    char key[131];
    memset(key, 0x0b, 20);
    assert_true(digest_hmac_sha256((struct str){key, 20}, STR("Hi There"), out));
    assert_hex(out, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    assert_true(digest_hmac_sha256(STR("Jefe"), STR("what do ya want for nothing?"), out));
    assert_hex(out, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    memset(key, 0xaa, sizeof(key));
    assert_true(digest_hmac_sha256((struct str){key, sizeof(key)},
                                   STR("Test Using Larger Than Block-Size Key - Hash Key First"),
                                   out));
    assert_hex(out, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    assert_true(digest_hmac_sha256((struct str){NULL, 0}, (struct str){NULL, 0}, out));
    assert_hex(out, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
    /* a length that OpenSSL's int cannot hold: refused before a byte of it is read */
    assert_false(digest_hmac_sha256((struct str){key, (size_t)INT32_MAX + 1}, STR(""), out));
}

static void hex_round_trip(void **state)
{
    (void)state;
    uint8_t bytes[256];
    uint8_t back[256];
    char hex[513];
    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (uint8_t)i;
    }
    digest_hex(bytes, sizeof(bytes), hex);
    assert_int_equal(strlen(hex), 512);
    assert_int_equal(strspn(hex, "0123456789abcdef"), 512);
    assert_memory_equal(hex + 2 * 0xa5, "a5", 2);
    assert_true(digest_unhex(str_of(hex), back, sizeof(back)));
    assert_memory_equal(bytes, back, sizeof(bytes));
    digest_hex(bytes, 0, hex);
    assert_string_equal(hex, "");
}

static void unhex_is_strict(void **state)
{
    (void)state;
    uint8_t out[4];
    assert_true(digest_unhex(STR("DeadBEEF"), out, 4));
    assert_memory_equal(out, "\xde\xad\xbe\xef", 4);
    assert_true(digest_unhex(STR(""), out, 0));
    static const char *const bad[] = {"",         "deadbee",  "deadbeef0", "deadbeef00",
                                      "deadbeeg", "deadbee/", "deadbee:",  "deadbee@",
                                      "deadbee`", "deadbe f", "0xdeadbe",  "+eadbeef"};
    for (size_t i = 0; i < SG_COUNT(bad); i++) {
        assert_false(digest_unhex(str_of(bad[i]), out, 4));
    }
    assert_false(digest_unhex(STR("dead\0eef"), out, 4));
    assert_false(digest_unhex((struct str){"", SIZE_MAX}, out, 4));
}

static void random_differs(void **state)
{
    (void)state;
    uint8_t a[32] = {0};
    uint8_t b[32] = {0};
    assert_true(digest_random(a, 0));
    assert_memory_equal(a, b, sizeof(a));
    assert_true(digest_random(a, sizeof(a)));
    assert_true(digest_random(b, sizeof(b)));
    assert_memory_not_equal(a, b, sizeof(a));
    random_bytes = no_random;
    bool ok = digest_random(a, sizeof(a));
    random_bytes = RANDOM_REAL;
    assert_false(ok);
}

static void ulid_text(void **state)
{
    (void)state;
    static const struct {
        uint64_t us;
        uint8_t random[10];
        const char *text;
    } cases[] = {
        {0, {0}, "00000000000000000000000000"},
        {999, {0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, "00000000000000000000000001"},
        {UINT64_C(1469918176385999),
         {0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0x01, 0x23},
         "01ARYZ6S41"
         "04HMASW9NF6YY093"},
        {UINT64_C(281474976710655000),
         {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
         "7ZZZZZZZZZZZZZZZZZZZZZZZZZ"},
        /* past 48 bits: still 26 characters, still the last in order */
        {UINT64_MAX, {0}, "7ZZZZZZZZZ0000000000000000"},
    };
    for (size_t i = 0; i < SG_COUNT(cases); i++) {
        char id[DIGEST_ID_SIZE];
        random_bytes = cases[i].random;
        bool ok = digest_ulid(cases[i].us, id);
        random_bytes = RANDOM_REAL;
        assert_true(ok);
        assert_string_equal(id, cases[i].text);
    }
}

static void ulid_needs_random(void **state)
{
    (void)state;
    char id[DIGEST_ID_SIZE];
    random_bytes = no_random;
    bool ok = digest_ulid(0, id);
    random_bytes = RANDOM_REAL;
    assert_false(ok);
}

static int compare_ids(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void ulid_is_unique_and_sorts_by_time(void **state)
{
    (void)state;
    static char ids[1000][DIGEST_ID_SIZE];
    for (size_t i = 0; i < SG_COUNT(ids); i++) {
        assert_true(digest_ulid(UINT64_C(1700000000000000), ids[i]));
        assert_int_equal(strspn(ids[i], "0123456789ABCDEFGHJKMNPQRSTVWXYZ"), 26);
    }
    qsort(ids, SG_COUNT(ids), sizeof(ids[0]), compare_ids);
    for (size_t i = 1; i < SG_COUNT(ids); i++) {
        assert_string_not_equal(ids[i - 1], ids[i]);
    }
    char last[DIGEST_ID_SIZE] = "";
    for (uint64_t us = 0; us < UINT64_C(1) << 58; us = us * 3 + 1000) {
        char id[DIGEST_ID_SIZE];
        assert_true(digest_ulid(us, id));
        assert_true(strcmp(last, id) < 0);
        memcpy(last, id, sizeof(last));
    }
}

static void equal(void **state)
{
    (void)state;
    const uint8_t a[4] = {1, 2, 3, 4};
    const uint8_t b[4] = {1, 2, 3, 5};
    const uint8_t c[4] = {0, 2, 3, 4};
    assert_true(digest_equal(a, a, 4));
    assert_false(digest_equal(a, b, 4));
    assert_false(digest_equal(a, c, 4));
    assert_true(digest_equal(a, b, 3));
    assert_true(digest_equal(a, c, 0));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(sha256),
        cmocka_unit_test(hmac_sha256),
        cmocka_unit_test(hex_round_trip),
        cmocka_unit_test(unhex_is_strict),
        cmocka_unit_test(random_differs),
        cmocka_unit_test(ulid_text),
        cmocka_unit_test(ulid_needs_random),
        cmocka_unit_test(ulid_is_unique_and_sorts_by_time),
        cmocka_unit_test(equal),
    };
    return cmocka_run_group_tests_name("base/digest", tests, NULL, NULL);
}
