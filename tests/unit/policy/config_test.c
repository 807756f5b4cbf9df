/* Finding the route of a path and the tenant of a key. */
#include "fixture.h"

#define ROUTE(text)                         \
    {                                       \
        .path = {(text), sizeof(text) - 1 } \
    }

static struct config_route routes[] = {ROUTE("/v1/"), ROUTE("/v1/chat"),
                                       ROUTE("/v1/chat/completions"), ROUTE("/qwen")};
static const struct config routed = {.routes = routes,
                                     .route_count = sizeof(routes) / sizeof(routes[0])};

static void expect_route(const struct config *c, const char *path, const char *route)
{
    const struct config_route *r = config_route(c, str_of(path));
    if (route == NULL) {
        assert_null(r);
        return;
    }
    assert_non_null(r);
    assert_true(str_eq(r->path, str_of(route)));
}

static void test_longest(void **state)
{
    (void)state;
    expect_route(&routed, "/v1/models", "/v1/");
    expect_route(&routed, "/v1/chat", "/v1/chat");
    expect_route(&routed, "/v1/chat/x", "/v1/chat");
    expect_route(&routed, "/v1/chat/completions", "/v1/chat/completions");
    expect_route(&routed, "/v1/chat/completions/7", "/v1/chat/completions");
}

/* `/qwen` must not cover `/qwen-internal`. */
static void test_ends_at_a_slash(void **state)
{
    (void)state;
    expect_route(&routed, "/v1/chats", "/v1/");
    expect_route(&routed, "/qwen", "/qwen");
    expect_route(&routed, "/qwen/", "/qwen");
    expect_route(&routed, "/qwen-internal", NULL);
    expect_route(&routed, "/v1/", "/v1/");
    expect_route(&routed, "/v1", NULL);
    expect_route(&routed, "/V1/", NULL);
    expect_route(&routed, "", NULL);
    expect_route(&routed, "*", NULL);
}

static void test_root(void **state)
{
    struct config_route root[] = {ROUTE("/")};
    const struct config c = {.routes = root, .route_count = 1};
    (void)state;
    expect_route(&c, "/", "/");
    expect_route(&c, "/anything", "/");
    expect_route(&c, "*", NULL);
    expect_route(&(struct config){.route_count = 0}, "/", NULL);
}

static void test_tenant(void **state)
{
    struct config_tenant tenants[2] = {{.name = STR("one")}, {.name = STR("two")}};
    const struct config c = {.tenants = tenants, .tenant_count = 2};
    uint8_t key[DIGEST_SHA256_SIZE];
    (void)state;
    assert_true(digest_sha256(STR("key-one"), tenants[0].key_sha256));
    assert_true(digest_sha256(STR("key-two"), tenants[1].key_sha256));
    assert_true(digest_sha256(STR("key-two"), key));
    assert_ptr_equal(config_tenant(&c, key), &tenants[1]);
    assert_true(digest_sha256(STR("key-one"), key));
    assert_ptr_equal(config_tenant(&c, key), &tenants[0]);
    key[DIGEST_SHA256_SIZE - 1] ^= 1;
    assert_null(config_tenant(&c, key));
    assert_null(config_tenant(&(struct config){.tenant_count = 0}, key));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_longest),
        cmocka_unit_test(test_ends_at_a_slash),
        cmocka_unit_test(test_root),
        cmocka_unit_test(test_tenant),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
