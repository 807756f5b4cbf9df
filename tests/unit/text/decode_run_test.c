/* Runs of base64 and hex digits: what they say, and where it stood. */
#include "unit/text/view_testing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define SECRET                                                                                     \
    "\xE7\xBB\x9D\xE5\xAF\x86\xE6\x96\x87\xE4\xBB\xB6\xE4\xB8\x8D\xE5\xBE\x97\xE5\xA4\x96\xE4\xBC" \
    "\xA0"
#define SECRET_BASE64 "57ud5a+G5paH5Lu25LiN5b6X5aSW5Lyg"
#define SECRET_HEX "e7bb9de5af86e69687e4bbb6e4b88de5be97e5a496e4bca0"

static void test_base64(void **state)
{
    (void)state;
    assert_decodes(SECRET_BASE64, SECRET, SECRET_BASE64);
    assert_decodes("read (" SECRET_BASE64 ").", SECRET, SECRET_BASE64);
    assert_decodes("57ud5a-G5paH5Lu25LiN5b6X5aSW5Lyg", SECRET, "57ud5a-G5paH5Lu25LiN5b6X5aSW5Lyg");
    assert_decodes("data:text/plain;base64," SECRET_BASE64, SECRET, SECRET_BASE64);
    assert_decodes("57ud5a+G5paH\r\n5Lu25LiN5b6X\r\n5aSW5Lyg", SECRET,
                   "57ud5a+G5paH\r\n5Lu25LiN5b6X\r\n5aSW5Lyg");
    assert_decodes("57ud5a+G\n5paH5Lu2\n5LiN5b6X5aSW5Lyg", SECRET,
                   "57ud5a+G\n5paH5Lu2\n5LiN5b6X5aSW5Lyg");
}

static void test_padding(void **state)
{
    (void)state;
    assert_decodes("x aGVsbG8gd29ybGQ= y", "hello world", "aGVsbG8gd29ybGQ=");
    assert_decodes("x aGVsbG8gd29ybA== y", "hello worl", "aGVsbG8gd29ybA==");
    assert_decodes("x aGVsbG8gd29ybGQh y", "hello world!", "aGVsbG8gd29ybGQh");
    assert_decodes("x aGVsbG8gd29ybGQhIQ y", "hello world!!", "aGVsbG8gd29ybGQhIQ");
}

/* A match inside a piece leads back to the groups that hold it. */
static void test_parts(void **state)
{
    (void)state;
    assert_decodes("aGVsbG8gd29ybGQh", "hel", "aGVs");
    assert_decodes("aGVsbG8gd29ybGQh", "o", "bG8g");
    assert_decodes("aGVsbG8gd29ybGQh", "lo wo", "bG8gd29y");
    assert_decodes(SECRET_HEX, "\xE5\xAF\x86", "e5af86");
}

/* Letters that touch a run shift its groups and do not hide it. */
static void test_shifted(void **state)
{
    static const char *const before[] = {"a", "ab", "abc", "abcd", "key/", "x+y/z"};
    char text[128];

    (void)state;
    for (size_t i = 0; i < SG_COUNT(before); i++) {
        (void)snprintf(text, sizeof(text), "%s%s", before[i], SECRET_BASE64);
        assert_decodes(text, SECRET, SECRET_BASE64);
        (void)snprintf(text, sizeof(text), "%s%s%s", before[i], SECRET_BASE64, before[i]);
        assert_decodes(text, SECRET, SECRET_BASE64);
    }
    assert_decodes("a" SECRET_HEX, SECRET, SECRET_HEX);
    assert_decodes("abc" SECRET_HEX "f", SECRET, SECRET_HEX);
}

static void test_hex(void **state)
{
    (void)state;
    assert_decodes(SECRET_HEX, SECRET, SECRET_HEX);
    assert_decodes("E7BB9DE5AF86E69687E4BBB6", "\xE7\xBB\x9D\xE5\xAF\x86\xE6\x96\x87\xE4\xBB\xB6",
                   "E7BB9DE5AF86E69687E4BBB6");
    assert_decodes("0x68656c6c6f20776f726c64", "hello world", "68656c6c6f20776f726c64");
    assert_decodes("68 65 6c 6c 6f 20 77 6f", "hello wo", "68 65 6c 6c 6f 20 77 6f");
    assert_decodes("68:65:6c:6c:6f:20:77:6f", "hello wo", "68:65:6c:6c:6f:20:77:6f");
    assert_decodes("68-65-6C-6C-6F-20-77-6F", "lo", "6C-6F");
    assert_decodes("68656c6c\n6f20776f", "hello wo", "68656c6c\n6f20776f");
}

static void test_nothing(void **state)
{
    static const char *const rows[] = {
        "aGVsbG8gd29ybG",                   /* 14 digits */
        "68656c6c6f2077",                   /* 14 digits */
        "YUJBQkFCQUJBQg\xC0",               /* 14 digits */
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", /* NUL bytes */
        "////////////////////////////////", /* 0xFF */
        "d41d8cd98f00b204e9800998ecf8427e", /* a digest */
        "================",
        "\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n",
    };

    (void)state;
    for (size_t i = 0; i < SG_COUNT(rows); i++) {
        assert_decodes_nothing(rows[i]);
    }
}

/* Text among other bytes: a NUL, "hidden secret text", a NUL. */
static void test_inside_binary(void **state)
{
    (void)state;
    assert_decodes("AGhpZGRlbiBzZWNyZXQgdGV4dAA=", "secret", "biBzZWNyZXQg");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_base64),        cmocka_unit_test(test_padding),
        cmocka_unit_test(test_parts),         cmocka_unit_test(test_shifted),
        cmocka_unit_test(test_hex),           cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_inside_binary),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
