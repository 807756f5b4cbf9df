#include "scan/verify.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

struct sample {
    enum verifier v;
    const char *text;
};

static const struct sample good[] = {
    {VERIFY_GB11643, "110101199003070011"},
    {VERIFY_GB11643, "44030419880808018X"},
    {VERIFY_GB11643, "44030419880808018x"},
    {VERIFY_GB11643, "810000199001010019"},
    {VERIFY_GB11643, "830000199001010012"},
    {VERIFY_GB11643, "911084198801010014"},
    {VERIFY_GB11643, "931840199206150026"},
    {VERIFY_GB32100, "91110101MA00000A9B"},
    {VERIFY_GB32100, "12440300000000019G"},
    {VERIFY_GB32100, "91110101ma00000a9b"},
    {VERIFY_GB11714, "MA00000A-9"},
    {VERIFY_GB11714, "00000001-9"},
    {VERIFY_LUHN, "6217000010000000003"},
    {VERIFY_LUHN, "6228480402564890018"},
    {VERIFY_LUHN, "356938035643809"},
    {VERIFY_LUHN, "4111 1111 1111 1111"},
    {VERIFY_IBAN, "DE89370400440532013000"},
    {VERIFY_IBAN, "GB82WEST12345698765432"},
    {VERIFY_IBAN, "gb82 west 1234 5698 7654 32"},
    {VERIFY_HKID, "A123456(3)"},
    {VERIFY_HKID, "AB987654(3)"},
    {VERIFY_HKID, "A1234563"},
    {VERIFY_TWID, "A123456789"},
    {VERIFY_TWID, "F210123456"},
    {VERIFY_VIN, "LSVAA418XE2100001"},
    {VERIFY_VIN, "lsvaa418xe2100001"},
    {VERIFY_MRZ, "E123456782"},
    {VERIFY_MRZ, "L898902C36UTO7408122F1204159ZE184226B<<<<<10"},
    {VERIFY_MRZ, "D231458907UTO7408122F1204159<<<<<<<6"},
    {VERIFY_DATE, "20240229"},
    {VERIFY_DATE, "2024-02-29"},
    {VERIFY_DATE, "20000229"},
    {VERIFY_DATE, "id 19900307 end"},
};

static const struct sample bad[] = {
    {VERIFY_GB11643, "110101199002300010"}, /* 30 February */
    {VERIFY_GB11643, "11010119900307001"},
    {VERIFY_GB11643, "1101011990030700111"},
    {VERIFY_GB11643, "1101011990030700A1"},
    {VERIFY_GB11643, "110101,19900307,0011"},
    {VERIFY_GB11643, ""},
    {VERIFY_GB32100, "91110101MI00000A9B"},
    {VERIFY_GB32100, "91110101MA00000A9"},
    {VERIFY_GB32100, "91110101MA00000A9BB"},
    {VERIFY_GB11714, "MA00000A-X"},
    {VERIFY_GB11714, "MA00000A"},
    {VERIFY_LUHN, "18"}, /* too short to prove anything */
    {VERIFY_LUHN, "00000000000"},
    {VERIFY_LUHN, "00000000000000000000"},
    {VERIFY_LUHN, "411111111111111A"},
    {VERIFY_IBAN, "DE8937040044053201300"},  /* a digit short for Germany */
    {VERIFY_IBAN, "ZZ89370400440532013000"}, /* no such country */
    {VERIFY_IBAN, "DEAA370400440532013000"},
    {VERIFY_IBAN, "DE"},
    {VERIFY_HKID, "1123456(3)"},
    {VERIFY_HKID, "A12345(3)"},
    {VERIFY_HKID, "ABC123456(3)"},
    {VERIFY_HKID, "A123456[3]"},
    {VERIFY_TWID, "1123456789"},
    {VERIFY_TWID, "A323456783"}, /* the sum is right, the second digit is none */
    {VERIFY_TWID, "A12345678"},
    {VERIFY_VIN, "LSVIA418XE2100001"},
    {VERIFY_VIN, "LSVAA418XE210000"},
    {VERIFY_MRZ, "E"},
    {VERIFY_MRZ, "E12345678<"},
    {VERIFY_DATE, "20230229"},
    {VERIFY_DATE, "19000229"},
    {VERIFY_DATE, "20240431"},
    {VERIFY_DATE, "20241301"},
    {VERIFY_DATE, "20240100"},
    {VERIFY_DATE, "17991231"},
    {VERIFY_DATE, "2024022"},
};

static void test_good(void **state)
{
    (void)state;
    for (size_t i = 0; i < SG_COUNT(good); i++) {
        if (!verify_value(good[i].v, str_of(good[i].text))) {
            fail_msg("%s: %s is right", verifier_names[good[i].v], good[i].text);
        }
    }
}

static void test_bad(void **state)
{
    (void)state;
    for (size_t i = 0; i < SG_COUNT(bad); i++) {
        if (verify_value(bad[i].v, str_of(bad[i].text))) {
            fail_msg("%s: %s is wrong", verifier_names[bad[i].v], bad[i].text);
        }
    }
}

/* Every verifier has an example of both kinds. */
static void test_all_covered(void **state)
{
    (void)state;
    for (int v = 0; v < VERIFY_COUNT; v++) {
        bool found = false, found_bad = false;

        for (size_t i = 0; i < SG_COUNT(good); i++) {
            found = found || (int)good[i].v == v;
        }
        for (size_t i = 0; i < SG_COUNT(bad); i++) {
            found_bad = found_bad || (int)bad[i].v == v;
        }
        assert_true(found && found_bad);
    }
}

/* What the algorithms promise: any one digit that is another one is noticed. */
static void test_single_digit_errors(void **state)
{
    /* TWID weighs by even numbers modulo 10 and DATE has no check digit: neither promises it */
    static const bool promised[VERIFY_COUNT] = {
        [VERIFY_LUHN] = true,    [VERIFY_GB11643] = true, [VERIFY_GB32100] = true,
        [VERIFY_GB11714] = true, [VERIFY_IBAN] = true,    [VERIFY_HKID] = true,
        [VERIFY_VIN] = true,     [VERIFY_MRZ] = true};
    char text[64];

    (void)state;
    for (size_t i = 0; i < SG_COUNT(good); i++) {
        size_t n = strlen(good[i].text);

        /* whole MRZ lines also hold fields without a check digit */
        if (!promised[good[i].v] || (good[i].v == VERIFY_MRZ && n > 30)) {
            continue;
        }
        for (size_t at = 0; at < n; at++) {
            memcpy(text, good[i].text, n + 1);
            for (char c = '0'; c <= '9' && text[at] >= '0' && text[at] <= '9'; c++) {
                text[at] = c;
                if (c != good[i].text[at] && verify_value(good[i].v, (struct str){text, n})) {
                    fail_msg("%s: %s was taken for right", verifier_names[good[i].v], text);
                }
            }
        }
    }
}

/* Each checked field of a whole passport line, and the composite digit. */
static void test_mrz_line_fields(void **state)
{
    static const char line[] = "L898902C36UTO7408122F1204159ZE184226B<<<<<10";
    static const size_t checked[] = {1, 9, 13, 19, 21, 27, 30, 42, 43};
    char text[sizeof(line)];

    (void)state;
    for (size_t i = 0; i < SG_COUNT(checked); i++) {
        memcpy(text, line, sizeof(line));
        text[checked[i]] = text[checked[i]] == '9' ? '8' : (char)(text[checked[i]] + 1);
        if (verify_value(VERIFY_MRZ, str_of(text))) {
            fail_msg("%s was taken for right", text);
        }
    }
    /* without a personal number its check digit may be left out */
    assert_true(verify_value(VERIFY_MRZ, STR("L898902C36UTO7408122F1204159<<<<<<<<<<<<<<<8")));
    assert_true(verify_value(VERIFY_MRZ, STR("L898902C36UTO7408122F1204159<<<<<<<<<<<<<<08")));
}

static void test_looks_through(void **state)
{
    static const char *const ids[] = {
        "110101 19900307 0011",
        "110101-19900307-0011",
        "110101\tt",
        "１１０１０１１９９００３０７００１１",
        "110101\xC2\xA0"
        "19900307\xE3\x80\x80"
        "0011",
        "110101\xE2\x80\x90"
        "19900307\xE2\x80\x95"
        "0011",
        "110101\xEF\xBC\x8D"
        "19900307\xE2\x88\x92"
        "0011",
        "110101\xE2\x80\x80"
        "19900307\xE2\x80\x8A"
        "0011",
    };

    (void)state;
    for (size_t i = 0; i < SG_COUNT(ids); i++) {
        assert_int_equal(verify_value(VERIFY_GB11643, str_of(ids[i])), i != 2);
    }
    assert_true(verify_value(VERIFY_HKID, STR("Ａ１２３４５６（３）")));
    assert_true(verify_value(VERIFY_GB11643, STR("44030419880808018ｘ")));
    assert_true(verify_value(VERIFY_MRZ, STR("Ｅ１２３４５６７８２")));
    assert_false(verify_value(VERIFY_GB11643, STR("110101/19900307/0011")));
    assert_false(verify_value(VERIFY_GB11643, STR("110101１9900307001一")));
    assert_false(verify_value(VERIFY_GB11643, STR("110101199003070011\0")));
}

static void test_length_bound(void **state)
{
    char text[200];

    (void)state;
    memset(text, ' ', sizeof(text));
    memcpy(text, "110101199003070011", 18);
    assert_true(verify_value(VERIFY_GB11643, (struct str){text, 128}));
    assert_false(verify_value(VERIFY_GB11643, (struct str){text, 129}));
    assert_false(verify_value(VERIFY_COUNT, STR("110101199003070011")));
}

static void test_entropy(void **state)
{
    char all[256];

    (void)state;
    for (size_t i = 0; i < sizeof(all); i++) {
        all[i] = (char)i;
    }
    assert_true(verify_entropy(STR("")) == 0);
    assert_true(verify_entropy(STR("aaaa")) == 0);
    assert_true(verify_entropy(STR("abab")) == 1);
    assert_true(verify_entropy(STR("abcd")) == 2);
    assert_true(verify_entropy((struct str){all, sizeof(all)}) == 8);
    assert_true(verify_entropy(STR("aab")) > 0.918 && verify_entropy(STR("aab")) < 0.919);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_all_covered),
        cmocka_unit_test(test_single_digit_errors),
        cmocka_unit_test(test_mrz_line_fields),
        cmocka_unit_test(test_looks_through),
        cmocka_unit_test(test_length_bound),
        cmocka_unit_test(test_entropy),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
