#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static void mono_never_goes_back(void **state)
{
    (void)state;
    uint64_t last = clock_mono_ns();
    for (int i = 0; i < 10000; i++) {
        uint64_t now = clock_mono_ns();
        assert_true(now >= last);
        last = now;
    }
    const struct timespec pause = {0, 20 * 1000 * 1000};
    nanosleep(&pause, NULL);
    uint64_t slept = clock_mono_ns() - last;
    assert_true(slept >= UINT64_C(20000000));
    assert_true(slept < UINT64_C(20000000000)); /* a wrong unit, not a busy machine */
}

static void wall_is_the_time_of_day(void **state)
{
    (void)state;
    uint64_t before = (uint64_t)time(NULL);
    uint64_t us = clock_wall_us();
    uint64_t after = (uint64_t)time(NULL);
    assert_true(us / 1000000 + 1 >= before); /* time(2) may lag a tick behind or run ahead */
    assert_true(us / 1000000 <= after + 1);
}

static void rfc3339(void **state)
{
    (void)state;
    static const struct {
        uint64_t us;
        const char *text;
    } cases[] = {
        {0, "1970-01-01T00:00:00.000000Z"},
        {1, "1970-01-01T00:00:00.000001Z"},
        {999999, "1970-01-01T00:00:00.999999Z"},
        {UINT64_C(951782400000000), "2000-02-29T00:00:00.000000Z"},
        {UINT64_C(1738324800000042), "2025-01-31T12:00:00.000042Z"},
        {UINT64_C(2147483648000000), "2038-01-19T03:14:08.000000Z"},
        {UINT64_C(253402300799999999), "9999-12-31T23:59:59.999999Z"},
        {UINT64_C(253402300800000000), "9999-12-31T23:59:59.999999Z"},
        {UINT64_MAX, "9999-12-31T23:59:59.999999Z"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char out[CLOCK_RFC3339_SIZE];
        memset(out, 'x', sizeof(out));
        assert_ptr_equal(clock_rfc3339(out, cases[i].us), out);
        assert_string_equal(out, cases[i].text);
    }
}

static void rfc3339_is_utc_in_any_zone(void **state)
{
    (void)state;
    char out[CLOCK_RFC3339_SIZE];
    assert_int_equal(setenv("TZ", "Asia/Shanghai", 1), 0);
    tzset();
    assert_string_equal(clock_rfc3339(out, 0), "1970-01-01T00:00:00.000000Z");
    assert_int_equal(setenv("TZ", "XYZ+7", 1), 0);
    tzset();
    assert_string_equal(clock_rfc3339(out, 0), "1970-01-01T00:00:00.000000Z");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(mono_never_goes_back),
        cmocka_unit_test(wall_is_the_time_of_day),
        cmocka_unit_test(rfc3339),
        cmocka_unit_test(rfc3339_is_utc_in_any_zone),
    };
    return cmocka_run_group_tests_name("base/clock", tests, NULL, NULL);
}
