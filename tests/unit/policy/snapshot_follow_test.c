/* What a reload can change, and what needs a restart. */
#include "fixture.h"

#define REST                                                               \
    "upstreams: {qwen: {servers: ['http://127.0.0.1:8000']}}\n"            \
    "routes: [{path: /, api: openai, upstream: qwen, policy: office}]\n"   \
    "tenants: [{name: civil-affairs, key_sha256: "                         \
    "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae}]\n" \
    "policy: policy.yaml\n"                                                \
    "rules: rules\n"
#define BASE "listen: [{address: '127.0.0.1:80'}, {address: '127.0.0.1:81'}]\n" REST
#define PLACES "audit: {directory: log}\nstate: state\n"

/* From BASE PLACES to `next`. */
static void expect(const char *next, const char *told)
{
    struct fixture a, b;
    const struct snapshot *now = fixture_with(&a, "stopgate.yaml", BASE PLACES, "");
    const struct snapshot *then = fixture_with(&b, "stopgate.yaml", next, "");
    assert_int_equal(snapshot_can_follow(now, then, b.diags), *told == '\0');
    assert_told(&b, told);
    fixture_close(&a);
    fixture_close(&b);
}

static void test_same(void **state)
{
    (void)state;
    expect(BASE PLACES, "");
    expect("listen: [{address: '127.0.0.1:81'}, {address: '127.0.0.1:80'}]\n" REST PLACES, "");
    /* the default, written out */
    expect(BASE PLACES "control: state/control.sock\nworkers: 0\n", "");
}

static void test_other_keys(void **state)
{
    (void)state;
    expect(BASE PLACES "log_level: debug\ntenants_only: true\nlimits: {connections: 9}\n"
                       "timeouts: {idle: 1s}\n",
           "");
}

static void test_listeners(void **state)
{
    (void)state;
    expect("listen: [{address: '127.0.0.1:80'}, {address: '127.0.0.1:82'}]\n" REST PLACES,
           "stopgate.yaml:1:9: the listener `127.0.0.1:81` is gone: needs a restart\n"
           "stopgate.yaml:1:47: the listener `127.0.0.1:82` is new: needs a restart\n");
    expect("listen: [{address: '127.0.0.1:80'}]\n" REST PLACES,
           "stopgate.yaml:1:9: the listener `127.0.0.1:81` is gone: needs a restart\n");
}

static void test_picked_ports(void **state)
{
    struct fixture a, b;
    const char *one = "listen: [{address: '127.0.0.1:0'}]\n" REST PLACES;
    const char *two = "listen: [{address: '127.0.0.1:0'}, {address: '127.0.0.1:0'}]\n" REST PLACES;
    (void)state;
    const struct snapshot *now = fixture_with(&a, "stopgate.yaml", one, "");
    const struct snapshot *next = fixture_with(&b, "stopgate.yaml", two, "");
    assert_false(snapshot_can_follow(now, next, b.diags));
    assert_told(&b, "stopgate.yaml:1:9: the number of listeners changes: needs a restart\n");
    fixture_close(&a);
    fixture_close(&b);
}

/* Everything at once, each at its place in the new file. */
static void test_places(void **state)
{
    (void)state;
    expect(BASE "audit: {directory: /var/log}\nstate: /var/lib\nworkers: 2\n",
           "stopgate.yaml:7:8: `audit` changes from `log` to `/var/log`: needs a restart\n"
           "stopgate.yaml:8:8: `state` changes from `state` to `/var/lib`: needs a restart\n"
           "stopgate.yaml:8:8: `control` changes from `state/control.sock` to "
           "`/var/lib/control.sock`: needs a restart\n"
           "stopgate.yaml:9:10: `workers` changes from 0 to 2: needs a restart\n");
    expect(BASE PLACES "control: other.sock\n",
           "stopgate.yaml:9:10: `control` changes from `state/control.sock` to `other.sock`: "
           "needs a restart\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same),      cmocka_unit_test(test_other_keys),
        cmocka_unit_test(test_listeners), cmocka_unit_test(test_picked_ports),
        cmocka_unit_test(test_places),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
