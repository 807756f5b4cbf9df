/* Snapshots: from files, from a bundle, their life, and the databases in place. */
#include "fixture.h"

#include "scan/scan.h"

#include <pthread.h>

static void test_read(void **state)
{
    struct fixture f;
    (void)state;
    fixture_open(&f);
    assert_true(fixture_read(&f));
    assert_told(&f, "");
    assert_int_equal(f.snapshot->policy_count, 2);
    assert_int_equal(f.snapshot->rules->count, 3);
    assert_int_equal(strlen(f.snapshot->version), DIGEST_SHA256_HEX - 1);
    for (int v = 0; v < VIEW_COUNT; v++) {
        assert_null(f.snapshot->database.hs[v]); /* not compiled */
    }
    fixture_close(&f);
}

static void test_missing_file(void **state)
{
    struct fixture f;
    (void)state;
    fixture_open(&f);
    assert_null(snapshot_read("/nonexistent/stopgate.yaml", f.diags));
    assert_non_null(strstr(fixture_told(&f), "/nonexistent/stopgate.yaml: cannot read"));
    assert_int_equal(bundle_build("/nonexistent/stopgate.yaml", f.diags, NULL), -1);
    assert_int_equal(diags_errors(f.diags), 2);
    fixture_close(&f);
}

/* From the disk as from memory. */
static void test_from_disk(void **state)
{
    struct fixture f, g;
    const char *path = SOURCE_TREE "/tests/conf/base/stopgate.yaml";
    struct examples_result result;
    (void)state;
    fixture_open(&f);
    f.snapshot = snapshot_read(path, f.diags);
    assert_told(&f, "");
    assert_non_null(f.snapshot);
    fixture_open(&g);
    int fd = bundle_build(path, g.diags, &result);
    assert_told(&g, "");
    g.snapshot = snapshot_open(fd, g.diags);
    (void)close(fd);
    assert_non_null(g.snapshot);
    assert_int_equal(result.rules, 3);
    assert_int_equal(result.examples, 7);
    assert_int_equal(result.failed, 0);
    assert_string_equal(f.snapshot->version, g.snapshot->version);
    fixture_close(&f);

    fixture_open(&f);
    assert_true(fixture_read(&f));
    assert_string_equal(f.snapshot->version, g.snapshot->version); /* wherever it stands */
    fixture_close(&f);
    fixture_close(&g);
}

static void expect_match(struct snapshot *s, const char *text, const char *rule)
{
    struct scanner *scanner = scanner_new(&scan_default_limits);
    struct arena *a = arena_new(1u << 20);
    struct match_list matches = {NULL, 0, 0};
    assert_non_null(scanner);
    assert_non_null(a);
    assert_true(scanner_prepare(scanner, &s->database));
    assert_int_equal(scanner_scan(scanner, &s->database, str_of(text), 0, a, &matches), REASON_OK);
    assert_int_equal(matches.count, rule != NULL);
    if (rule != NULL) {
        assert_true(str_eq(matches.items[0].rule->id, str_of(rule)));
    }
    scanner_free(scanner);
    arena_free(a);
}

static void test_open(void **state)
{
    struct fixture f;
    (void)state;
    fixture_open(&f);
    int fd = fixture_build(&f);
    f.snapshot = snapshot_open(fd, f.diags);
    struct snapshot *second = snapshot_open(fd, f.diags);
    (void)close(fd);
    assert_told(&f, "");
    assert_non_null(f.snapshot);
    assert_non_null(second);
    assert_string_equal(f.snapshot->version, second->version);
    snapshot_unref(second);
    expect_match(f.snapshot, "a TEST-654321 here", "test-number");
    expect_match(f.snapshot, "ＴＯＰ marking", "test-marking");
    expect_match(f.snapshot, "nothing of that", NULL);
    const struct config_route *r = config_route(&f.snapshot->config, STR("/v1/chat/completions"));
    assert_non_null(r);
    assert_ptr_equal(r->upstream, &f.snapshot->config.upstreams[0]);
    assert_ptr_equal(r->policy, &f.snapshot->policies[0]);
    fixture_close(&f);
}

/* No rule at all reads the folded view: there is no database for it, and that is fine. */
static void test_view_without_rules(void **state)
{
    struct fixture f;
    (void)state;
    fixture_open(&f);
    fixture_put(&f, "rules/test.yaml",
                "rules:\n"
                "  - {id: test-number, category: data-leak.personal, pattern: 'N-\\d{6}',\n"
                "     view: raw, match: N-123456, clean: x}\n");
    int fd = fixture_build(&f);
    assert_told(&f, "");
    f.snapshot = snapshot_open(fd, f.diags);
    (void)close(fd);
    assert_told(&f, "");
    assert_null(f.snapshot->database.hs[VIEW_FOLDED]);
    expect_match(f.snapshot, "N-123456", "test-number");
    fixture_close(&f);
}

static void test_not_a_bundle(void **state)
{
    struct fixture f;
    (void)state;
    fixture_open(&f);
    assert_null(snapshot_open(-1, f.diags));
    assert_non_null(
        strstr(fixture_told(&f), "cannot use the bundle: it is not a sealed memory file"));
    fixture_close(&f);
}

/* --- references -------------------------------------------------------------------------- */

#define THREADS 4
#define ROUNDS 20000

static void *pin_and_unpin(void *snapshot)
{
    for (int i = 0; i < ROUNDS; i++) {
        snapshot_unref(snapshot_ref(snapshot));
    }
    snapshot_unref(snapshot); /* the thread's own */
    return NULL;
}

/* Whoever is last frees: lost updates would free too early or never (AddressSanitizer tells). */
static void test_references(void **state)
{
    struct fixture f;
    pthread_t threads[THREADS];
    (void)state;
    fixture_open(&f);
    assert_true(fixture_read(&f));
    assert_ptr_equal(snapshot_ref(f.snapshot), f.snapshot);
    snapshot_unref(f.snapshot);
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, pin_and_unpin, snapshot_ref(f.snapshot)),
                         0);
    }
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    assert_int_equal(f.snapshot->policy_count, 2); /* still there */
    fixture_close(&f);
    snapshot_unref(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read),
        cmocka_unit_test(test_missing_file),
        cmocka_unit_test(test_from_disk),
        cmocka_unit_test(test_open),
        cmocka_unit_test(test_view_without_rules),
        cmocka_unit_test(test_not_a_bundle),
        cmocka_unit_test(test_references),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
