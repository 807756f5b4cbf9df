/*
 * tests/conf/good/ and tests/conf/bad/. Each file takes the place of one of tests/conf/base/, told
 * by the begin of its name, and the whole is built. Lines at its head that begin with `#> ` are all
 * that must be told, in this order, and no more: `LINE:COLUMN: message`, with `FILE:` before it
 * where it is told of another file.
 */
#include "fixture.h"

#include <dirent.h>
#include <sys/stat.h>

#define MARK "#> "

static const struct {
    const char *prefix, *replaces;
} places[] = {
    {"stopgate-", "stopgate.yaml"},       {"policy-", "policy.yaml"},
    {"rules-", "rules/test.yaml"},        {"shape-", "apis/openai.yaml"},
    {"taxonomy-", "rules/taxonomy.yaml"},
};

static const char *place_of(const char *name)
{
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        if (str_starts(str_of(name), str_of(places[i].prefix))) {
            return places[i].replaces;
        }
    }
    fail_msg("%s replaces no file of base/", name);
    return NULL;
}

/* What the file says must be told. */
static struct buf expected(struct str content, const char *replaces)
{
    struct buf out = BUF_INIT(1u << 20);
    struct str line;
    while (str_next(&content, '\n', &line) && str_starts(line, STR(MARK))) {
        line = str_sub(line, strlen(MARK), line.n);
        bool here = line.n > 0 && line.p[0] >= '0' && line.p[0] <= '9';
        assert_true((!here || buf_printf(&out, "%s:", replaces)) && buf_add_str(&out, line) &&
                    buf_add_char(&out, '\n'));
    }
    assert_true(buf_add_char(&out, '\0'));
    return out;
}

/* True when exactly what the file says was told. */
static bool check_file(const char *folder, const char *name, bool good)
{
    struct fixture f;
    const char *replaces = place_of(name);
    struct buf content = fixture_load(folder, name);
    struct buf told = expected(buf_str(&content), replaces);

    fixture_open(&f);
    assert_true(fileset_put(f.files, str_of(replaces), buf_str(&content)));
    int fd = fixture_build(&f);
    bool as_said = strcmp(fixture_told(&f), told.p) == 0 && (fd >= 0) == good;
    if (!as_said) {
        (void)fprintf(stderr, "%s/%s: %s; expected to be told:\n%sbut was told:\n%s", folder, name,
                      fd >= 0 ? "built" : "refused", told.p, f.text);
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    buf_free(&told);
    buf_free(&content);
    fixture_close(&f);
    return as_said;
}

/* How many files were checked. */
static size_t check_folder(const char *folder, bool good)
{
    char path[4096];
    size_t count = 0, failed = 0;
    (void)snprintf(path, sizeof(path), "%s/%s", SOURCE_TREE, folder);
    DIR *dir = opendir(path);
    assert_non_null(dir);
    for (struct dirent *e = readdir(dir); e != NULL; e = readdir(dir)) {
        if (str_ends(str_of(e->d_name), STR(".yaml"))) {
            failed += !check_file(folder, e->d_name, good);
            count++;
        }
    }
    assert_int_equal(closedir(dir), 0);
    assert_int_equal(failed, 0);
    return count;
}

static void test_good(void **state)
{
    (void)state;
    assert_true(check_folder("tests/conf/good", true) >= 5);
}

static void test_bad(void **state)
{
    (void)state;
    assert_true(check_folder("tests/conf/bad", false) >= 40);
}

/* A mistake in each file: all of them are told in one go. */
static void test_all_files_at_once(void **state)
{
    struct fixture f;
    (void)state;
    fixture_open(&f);
    fixture_put(&f, "policy.yaml", "policies:\n  office: {on_error: stop}\n");
    fixture_put(&f, "apis/openai.yaml", "apo: openai\n");
    fixture_put(&f, "rules/taxonomy.yaml", "categories: [{name: A}]\n");
    fixture_put(&f, "rules/test.yaml", "rules: [{id: X}]\n");
    assert_int_equal(fixture_build(&f), -1);
    for (size_t i = 1; fixture_files[i] != NULL; i++) {
        if (strstr(fixture_told(&f), fixture_files[i]) == NULL) {
            fail_msg("nothing told of %s:\n%s", fixture_files[i], f.text);
        }
    }
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_all_files_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
