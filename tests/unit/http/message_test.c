#include "http/message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static struct http_header headers[] = {
    {STR("Host"), STR("h")},
    {STR("X-A"), STR("1")},
    {STR("x-a"), STR("2, two ,\tTWO-B")},
    {STR("Connection"), STR("close, X-Hop")},
    {STR("connection"), STR("x-other")},
    {STR("X-Hop"), STR("3")},
    {STR("Empty"), STR("")},
};

static const struct http_head head = {.headers = headers, .header_count = SG_COUNT(headers)};

static void test_find(void **state)
{
    const struct http_head none = {0};

    (void)state;
    assert_ptr_equal(http_find(&head, STR("HOST")), &headers[0]);
    assert_ptr_equal(http_find(&head, STR("X-a")), &headers[1]);
    assert_null(http_find(&head, STR("X")));
    assert_null(http_find(&head, STR("")));
    assert_null(http_find(&none, STR("Host")));
    assert_int_equal(http_count(&head, STR("x-A")), 2);
    assert_int_equal(http_count(&head, STR("host")), 1);
    assert_int_equal(http_count(&head, STR("hos")), 0);
    assert_int_equal(http_count(&none, STR("host")), 0);
}

static void test_tokens(void **state)
{
    (void)state;
    assert_true(http_has_token(&head, STR("X-A"), STR("1")));
    assert_true(http_has_token(&head, STR("X-A"), STR("TWO")));
    assert_true(http_has_token(&head, STR("X-A"), STR("two-b")));
    assert_false(http_has_token(&head, STR("X-A"), STR("tw")));
    assert_false(http_has_token(&head, STR("X-A"), STR("close")));
    assert_true(http_has_token(&head, STR("Connection"), STR("x-other")));
    assert_false(http_has_token(&head, STR("Empty"), STR("")));
    assert_false(http_has_token(&head, STR("None"), STR("x")));
}

static void test_hop_by_hop(void **state)
{
    static const struct str fixed[] = {
        STR("connection"),
        STR("PROXY-CONNECTION"),
        STR("Keep-Alive"),
        STR("te"),
        STR("Transfer-Encoding"),
        STR("Upgrade"),
        STR("Trailer"),
        STR("Proxy-Authenticate"),
        STR("Proxy-Authorization"),
        STR("x-hop"),
        STR("X-OTHER"),
        STR("content-length"),
    };
    static const struct str others[] = {
        STR("Host"), STR("X-A"), STR("Content-Type"), STR("T"), STR("Trailers"), STR("Upgrade-X"),
    };

    (void)state;
    for (size_t i = 0; i < SG_COUNT(fixed); i++) {
        struct http_header h = {fixed[i], STR("x")};

        assert_true(http_hop_by_hop(&head, &h));
    }
    for (size_t i = 0; i < SG_COUNT(others); i++) {
        struct http_header h = {others[i], STR("x")};

        assert_false(http_hop_by_hop(&head, &h));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_tokens),
        cmocka_unit_test(test_hop_by_hop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
