/* siphash: the worked example of the paper's appendix A, and that key, length and tail all count.
 */
#include "text/siphash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const uint8_t key[SIPHASH_KEY_SIZE] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
static const char data[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14};

static void test_paper(void **state)
{
    (void)state;
    assert_true(siphash(key, (struct str){data, 15}) == UINT64_C(0xa129ca6149be45e5));
}

static void test_all_different(void **state)
{
    uint64_t seen[64];
    size_t count = 0;

    (void)state;
    for (size_t n = 0; n <= 15; n++) {
        for (unsigned variant = 0; variant < 3; variant++) {
            uint8_t other_key[SIPHASH_KEY_SIZE];
            char other[15];
            uint64_t hash;

            if (variant == 2 && n == 0) {
                continue;
            }
            memcpy(other_key, key, sizeof(key));
            memcpy(other, data, sizeof(data));
            other_key[15] ^= variant == 1;
            other[n > 0 ? n - 1 : 0] = (char)(other[n > 0 ? n - 1 : 0] ^ (variant == 2 ? 0x40 : 0));
            hash = siphash(other_key, (struct str){other, n});
            for (size_t i = 0; i < count; i++) {
                assert_true(seen[i] != hash);
            }
            seen[count++] = hash;
        }
    }
    assert_true(siphash(key, (struct str){NULL, 0}) == siphash(key, STR("")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_paper),
        cmocka_unit_test(test_all_different),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
