/* What stopgate.yaml becomes: every key, and what stands where a key is left out. What is wrong
 * with one is in tests/conf/bad/. */
#include "fixture.h"

#include "policy/config_read.h"

#include <limits.h>
#include <stdlib.h>

#define KEY "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae" /* of `foo` */

static void test_defaults(void **state)
{
    struct fixture f;
    (void)state;
    fixture_open(&f);
    assert_true(fixture_read(&f));
    const struct config *c = &f.snapshot->config;
    assert_true(str_eq(c->policy_file, STR("policy.yaml")));
    assert_true(str_eq(c->apis, STR("apis")));
    assert_true(str_eq(c->control, STR("state/control.sock")));
    assert_int_equal(c->workers, 0);
    assert_int_equal(c->log_level, LOG_INFO_LEVEL);
    assert_false(c->tenants_only);

    const struct config_limits *l = &c->limits;
    assert_int_equal(l->http.head_bytes, 32 * 1024);
    assert_int_equal(l->http.header_count, 100);
    assert_int_equal(l->http.target_bytes, 8 * 1024);
    assert_int_equal(l->json.depth, 128);
    assert_int_equal(l->json.nodes, 1000000);
    assert_int_equal(l->request_body, 16 << 20);
    assert_int_equal(l->response_body, 16 << 20);
    assert_int_equal(l->exchange_memory, 64 << 20);
    assert_int_equal(l->inflate_ratio, 100);
    assert_int_equal(l->connections, 4096);
    assert_int_equal(l->offload_bytes, 64 << 10);

    const struct config_timeouts *t = &c->timeouts;
    assert_int_equal(t->head_ms, 10000);
    assert_int_equal(t->body_ms, 30000);
    assert_int_equal(t->idle_ms, 75000);
    assert_int_equal(t->send_ms, 30000);
    assert_int_equal(t->shutdown_ms, 10000);

    const struct config_upstream *u = &c->upstreams[0];
    assert_int_equal(u->connect_timeout_ms, 5000);
    assert_int_equal(u->timeout_ms, 120000);
    assert_int_equal(u->body_timeout_ms, 60000);
    assert_int_equal(u->idle_timeout_ms, 60000);
    assert_int_equal(u->wait_timeout_ms, 5000);
    assert_int_equal(u->max_connections, 512);
    assert_int_equal(u->max_waiting, 1024);
    fixture_close(&f);
}

#define WRITTEN                                                                                   \
    "listen: [{address: '127.0.0.1:80'}, {address: 'unix:/run/s.sock'}]\n"                        \
    "upstreams:\n"                                                                                \
    "  qwen: {servers: ['http://Model.internal:8000', 'http://[::1]:1', 'unix:/m.sock'],\n"       \
    "    connect_timeout: 1ms, timeout: 2s, body_timeout: 3m, idle_timeout: 1h,\n"                \
    "    wait_timeout: 5ms, max_connections: 6, max_waiting: 7}\n"                                \
    "  two: {servers: ['http://10.0.0.1:65535']}\n"                                               \
    "routes:\n"                                                                                   \
    "  - {path: /a, api: openai, upstream: two, policy: strict}\n"                                \
    "  - {path: /b/, api: openai, upstream: qwen, policy: office}\n"                              \
    "tenants:\n"                                                                                  \
    "  - {name: civil-affairs, key_sha256: " KEY ", policy: strict}\n"                            \
    "  - {name: Other_1, key_sha256: '0000000000000000000000000000000000000000000000000000000000" \
    "000001'}\n"                                                                                  \
    "tenants_only: true\n"                                                                        \
    "policy: ./x/../policy.yaml\nrules: [rules, rules/test.yaml]\napis: apis\n"                   \
    "audit: {directory: /var/log/s}\nstate: /var/lib/s\ncontrol: c.sock\n"                        \
    "workers: 8\nlog_level: error\n"                                                              \
    "limits: {head_bytes: 2KiB, target: 1024, headers: 1, json_depth: 2, json_values: 3,\n"       \
    "  request_body: 4KiB, response_body: 5KiB, exchange_memory: 6MiB, inflate_ratio: 7,\n"       \
    "  connections: 8, offload_bytes: 9KiB}\n"                                                    \
    "timeouts: {head: 10ms, body: 11ms, idle: 12ms, send: 13ms, shutdown: 14ms}\n"

static void check_upstreams(const struct config *c)
{
    const struct config_upstream *u = &c->upstreams[0];
    assert_int_equal(c->upstream_count, 2);
    assert_true(str_eq(u->name, STR("qwen")));
    assert_int_equal(u->server_count, 3);
    assert_true(str_eq(u->servers[0].host, STR("Model.internal")));
    assert_int_equal(u->servers[0].port, 8000);
    assert_true(str_eq(u->servers[1].host, STR("::1")));
    assert_int_equal(u->servers[1].port, 1);
    assert_true(str_eq(u->servers[2].host, STR("unix:/m.sock")));
    assert_int_equal(u->servers[2].port, 0);
    assert_int_equal(u->connect_timeout_ms, 1);
    assert_int_equal(u->timeout_ms, 2000);
    assert_int_equal(u->body_timeout_ms, 180000);
    assert_int_equal(u->idle_timeout_ms, 3600000);
    assert_int_equal(u->wait_timeout_ms, 5);
    assert_int_equal(u->max_connections, 6);
    assert_int_equal(u->max_waiting, 7);
}

static void check_routes(const struct snapshot *s)
{
    const struct config *c = &s->config;
    assert_int_equal(c->route_count, 2);
    assert_ptr_equal(c->routes[0].upstream, &c->upstreams[1]);
    assert_ptr_equal(c->routes[0].policy, &s->policies[1]);
    assert_true(str_eq(c->routes[0].policy_name, STR("strict")));
    assert_ptr_equal(c->routes[1].upstream, &c->upstreams[0]);
    assert_ptr_equal(c->routes[1].policy, &s->policies[0]);
    assert_non_null(c->routes[0].shape);
    assert_ptr_equal(c->routes[0].shape, c->routes[1].shape); /* read once */
    assert_int_equal(c->tenant_count, 2);
    assert_ptr_equal(c->tenants[0].policy, &s->policies[1]);
    assert_null(c->tenants[1].policy);
    uint8_t key[DIGEST_SHA256_SIZE];
    assert_true(digest_sha256(STR("foo"), key));
    assert_ptr_equal(config_tenant(c, key), &c->tenants[0]);
}

static void check_limits(const struct config_limits *l, const struct config_timeouts *t)
{
    assert_int_equal(l->http.head_bytes, 2048);
    assert_int_equal(l->http.target_bytes, 1024);
    assert_int_equal(l->http.header_count, 1);
    assert_int_equal(l->json.depth, 2);
    assert_int_equal(l->json.nodes, 3);
    assert_int_equal(l->request_body, 4096);
    assert_int_equal(l->response_body, 5 * 1024);
    assert_int_equal(l->exchange_memory, 6 << 20);
    assert_int_equal(l->inflate_ratio, 7);
    assert_int_equal(l->connections, 8);
    assert_int_equal(l->offload_bytes, 9 * 1024);
    assert_int_equal(t->head_ms, 10);
    assert_int_equal(t->body_ms, 11);
    assert_int_equal(t->idle_ms, 12);
    assert_int_equal(t->send_ms, 13);
    assert_int_equal(t->shutdown_ms, 14);
}

static void test_written(void **state)
{
    struct fixture f;
    (void)state;
    fixture_open(&f);
    fixture_put(&f, "stopgate.yaml", WRITTEN);
    assert_true(fileset_put_list(f.files, STR("rules/test.yaml\n.yaml"), STR("rules/none.yaml")));
    fixture_put(&f, "rules/none.yaml",
                "rules: [{id: extra, category: injection.jailbreak, "
                "terms: [abc], match: abc}]\n");
    (void)fixture_read(&f);
    assert_told(&f, "");
    const struct config *c = &f.snapshot->config;
    assert_int_equal(c->listen_count, 2);
    assert_true(str_eq(c->listen[1].text, STR("unix:/run/s.sock")));
    assert_int_equal(c->listen[1].at.line, 1);
    assert_int_equal(c->listen[1].at.column, 47);
    assert_int_equal(c->rules.count, 2);
    assert_int_equal(f.snapshot->rules->count, 4);
    assert_true(str_eq(c->audit_directory, STR("/var/log/s")));
    assert_true(str_eq(c->state, STR("/var/lib/s")));
    assert_true(str_eq(c->control, STR("c.sock")));
    assert_true(c->tenants_only);
    assert_int_equal(c->workers, 8);
    assert_int_equal(c->log_level, LOG_ERROR_LEVEL);
    check_upstreams(c);
    check_routes(f.snapshot);
    check_limits(&c->limits, &c->timeouts);
    fixture_close(&f);
}

/* The source tree's own name may be roundabout: `make distcheck` calls it /DIST/_build/sub/../.. */
static void assert_in_base(struct str path, const char *name)
{
    char base[PATH_MAX];
    assert_non_null(realpath(SOURCE_TREE "/tests/conf/base", base));
    struct str folder = str_of(base);
    assert_true(str_starts(path, folder));
    assert_int_equal(path.p[folder.n], '/');
    assert_true(str_eq(str_sub(path, folder.n + 1, path.n), str_of(name)));
}

/* Paths stand beside the file that names them. */
static void test_paths(void **state)
{
    struct fixture f;
    (void)state;
    fixture_open(&f);
    f.snapshot = snapshot_read(SOURCE_TREE "/tests/../tests/conf/base/stopgate.yaml", f.diags);
    assert_told(&f, "");
    const struct config *c = &f.snapshot->config;
    assert_in_base(c->state, "state");
    assert_in_base(c->audit_directory, "log");
    assert_in_base(c->apis, "apis");
    assert_in_base(c->rules.items[0], "rules");
    fixture_close(&f);
}

/* An arena too small for the whole is told, not crashed into, wherever it ends. */
static void test_no_memory(void **state)
{
    struct fixture f;
    bool read = false;
    (void)state;
    fixture_open(&f);
    struct str content;
    const char *name;
    fixture_put(&f, "stopgate.yaml", WRITTEN);
    struct fileset *files = fixture_seal(&f);
    for (size_t max = 256; !read; max += 256) {
        struct diags *d = diags_new();
        struct arena *a = arena_new(max);
        struct schema_context cx = {a, d, files, NULL};
        struct config c;
        struct config_names names;
        assert_non_null(d);
        assert_non_null(a);
        assert_true(
            fileset_get(files, STR("stopgate.yaml"), (struct where){"", 0, 0}, d, &content, &name));
        struct yaml_node *root = yaml_read(a, name, content, d);
        read = root != NULL && config_read(&cx, root, &c, &names);
        assert_int_equal(diags_errors(d) == 0, read);
        assert_true(max < 1u << 20);
        arena_free(a);
        diags_free(d);
    }
    fileset_free(files);
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_written),
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
