/* Bundles as written, and every way in which one can be damaged or foreign. */
#include <config.h> /* memfd_create(2) */

#include "fixture.h"

#include "policy/bundle.h"
#include "policy/bundle_format.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL)

static struct fixture shared; /* for its diagnostics */
static unsigned char *image;  /* a good bundle's bytes */
static size_t image_size;

static int make_image(void **state)
{
    struct stat st;
    (void)state;
    fixture_open(&shared);
    int fd = fixture_build(&shared);
    if (fd < 0 || fstat(fd, &st) != 0) {
        return -1;
    }
    image_size = (size_t)st.st_size;
    image = malloc(image_size);
    bool good = image != NULL && pread(fd, image, image_size, 0) == st.st_size;
    (void)close(fd);
    return good ? 0 : -1;
}

static int drop_image(void **state)
{
    (void)state;
    free(image);
    fixture_close(&shared);
    return 0;
}

/* A memory file of these bytes. */
static int file_of(const void *bytes, size_t n, int seals)
{
    int fd = memfd_create("bundle-test", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    assert_true(fd >= 0);
    assert_true(file_write_all(fd, bytes, n));
    assert_return_code(fcntl(fd, F_ADD_SEALS, seals), errno);
    return fd;
}

static void expect_refused(int fd, const char *why)
{
    struct bundle b;
    const char *said = NULL;
    assert_false(bundle_map(fd, &b, &said));
    assert_null(b.map);
    assert_string_equal(said, why);
    (void)close(fd);
}

/* --- as written -------------------------------------------------------------------------- */

static void test_round_trip(void **state)
{
    struct bundle b;
    const char *why = "";
    struct fileset *files = fileset_new();
    struct fileset_entry e;
    size_t entries = 0;
    (void)state;
    int fd = file_of(image, image_size, SEALS);
    if (!bundle_map(fd, &b, &why)) {
        fail_msg("%s", why);
    }
    (void)close(fd); /* not needed any more */
    assert_true(str_eq(b.config_path, STR("stopgate.yaml")));
    assert_true(b.database[VIEW_RAW].n > 0);
    assert_true(b.database[VIEW_FOLDED].n > 0);
    for (int v = 0; v < VIEW_COUNT; v++) {
        assert_int_equal((uintptr_t)b.database[v].p % 64, 0);
    }
    assert_non_null(files);
    assert_true(bundle_files(&b, files));
    fileset_seal(files);
    while (fileset_at(files, entries, &e)) {
        entries++;
    }
    assert_int_equal(entries, 6); /* five files and a list */

    uint8_t version[DIGEST_SHA256_SIZE];
    assert_true(bundle_digest(files, "stopgate.yaml", version));
    assert_memory_equal(version, b.version, sizeof(version));
    fileset_free(files);
    bundle_unmap(&b);
    assert_null(b.map);
    bundle_unmap(&b); /* again is fine */
}

static void test_is_sealed(void **state)
{
    struct fixture f;
    (void)state;
    fixture_open(&f);
    int fd = fixture_build(&f);
    assert_true(fd >= 0);
    assert_int_equal(fcntl(fd, F_GET_SEALS) & SEALS, SEALS);
    assert_int_equal(pwrite(fd, "x", 1, 0), -1);
    assert_int_equal(ftruncate(fd, 0), -1);
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    (void)close(fd);
    fixture_close(&f);
}

/* --- foreign ----------------------------------------------------------------------------- */

static void test_not_sealed(void **state)
{
    const char *why = "it is not a sealed memory file";
    (void)state;
    expect_refused(file_of(image, image_size, 0), why);
    expect_refused(file_of(image, image_size, F_SEAL_WRITE), why);
    expect_refused(file_of(image, image_size, F_SEAL_SHRINK | F_SEAL_GROW), why);
    expect_refused(open("/dev/null", O_RDONLY | O_CLOEXEC), why);
}

static void test_other_files(void **state)
{
    unsigned char zeros[256] = {0};
    (void)state;
    expect_refused(file_of("", 0, SEALS), "its size is out of bounds");
    expect_refused(file_of(image, sizeof(struct bundle_header) - 1, SEALS),
                   "its size is out of bounds");
    expect_refused(file_of(zeros, sizeof(zeros), SEALS),
                   "it is no bundle, or made by another version");
}

/* --- damaged ----------------------------------------------------------------------------- */

static void test_truncated(void **state)
{
    (void)state;
    for (size_t n = sizeof(struct bundle_header); n < image_size; n += 1 + n / 7) {
        expect_refused(file_of(image, n, SEALS), "its header is damaged");
    }
}

/* A good image with `value` at `at`. */
static int changed(size_t at, const void *value, size_t n)
{
    unsigned char *copy = malloc(image_size);
    assert_non_null(copy);
    memcpy(copy, image, image_size);
    memcpy(copy + at, value, n);
    int fd = file_of(copy, image_size, SEALS);
    free(copy);
    return fd;
}

static void test_header(void **state)
{
    uint32_t format = BUNDLE_FORMAT + 1, many = BUNDLE_MAX_ROWS + 1, beyond = BUNDLE_MAX_ROWS,
             none = 0;
    uint64_t size = image_size + 1;
    (void)state;
    expect_refused(changed(0, "X", 1), "it is no bundle, or made by another version");
    expect_refused(changed(offsetof(struct bundle_header, format), &format, sizeof(format)),
                   "it is no bundle, or made by another version");
    expect_refused(changed(offsetof(struct bundle_header, count), &many, sizeof(many)),
                   "its header is damaged");
    expect_refused(changed(offsetof(struct bundle_header, size), &size, sizeof(size)),
                   "its header is damaged");
    expect_refused(changed(offsetof(struct bundle_header, count), &beyond, sizeof(beyond)),
                   "its table is damaged");
    expect_refused(changed(offsetof(struct bundle_header, count), &none, sizeof(none)),
                   "it names no configuration");
}

static size_t row_at(size_t row, size_t member)
{
    return sizeof(struct bundle_header) + row * sizeof(struct bundle_row) + member;
}

static size_t row_count(void)
{
    struct bundle_header h;
    memcpy(&h, image, sizeof(h));
    return h.count;
}

/* Every number of every row, past the end in each way. */
static void test_table(void **state)
{
    const uint64_t bad[] = {image_size + 1, UINT64_MAX, UINT64_MAX - 8, (uint64_t)1 << 63};
    (void)state;
    for (size_t row = 0; row < row_count(); row++) {
        for (size_t member = 8; member < sizeof(struct bundle_row); member += 8) {
            for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
                expect_refused(changed(row_at(row, member), &bad[i], 8), "its table is damaged");
            }
        }
    }
}

static void test_kinds(void **state)
{
    const uint64_t kinds[] = {0, 'x', 'f' + 256, (uint64_t)'f' << 32};
    (void)state;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        expect_refused(changed(row_at(1, 0), &kinds[i], 8), "its table is damaged");
    }
    const uint64_t config = BUNDLE_CONFIG, file = BUNDLE_FILE;
    expect_refused(changed(row_at(1, 0), &config, 8), "its table is damaged"); /* a second one */
    expect_refused(changed(row_at(0, 0), &file, 8), "it names no configuration");
}

/* A database must stand where it can be used in place, and once. */
static void test_databases(void **state)
{
    struct bundle_row row;
    size_t last = row_count() - 1;
    (void)state;
    memcpy(&row, image + row_at(last, 0), sizeof(row));
    assert_int_equal(row.kind, BUNDLE_DATABASE);
    uint64_t moved = row.content_at - 8, empty = 0;
    expect_refused(changed(row_at(last, offsetof(struct bundle_row, content_at)), &moved, 8),
                   "its table is damaged");
    expect_refused(changed(row_at(last, offsetof(struct bundle_row, content_size)), &empty, 8),
                   "its table is damaged");
    expect_refused(changed((size_t)row.name_at, "?", 1), "its table is damaged");
    expect_refused(changed(row_at(last - 1, 0), &row, sizeof(row)), "its table is damaged");
}

/*
 * Whatever bit is flipped: the bundle is refused, or the snapshot is the very same (the flip hit
 * padding between pieces). Never a crash, never another configuration.
 */
static void test_flipped(void **state)
{
    struct fixture f;
    char version[DIGEST_SHA256_HEX];
    struct bundle_header h;
    size_t refused = 0, same = 0;
    (void)state;
    memcpy(&h, image, sizeof(h));
    digest_hex(h.version, DIGEST_SHA256_SIZE, version);
    for (size_t at = 0; at < image_size; at += 1 + image_size / 499) {
        unsigned char flipped = image[at] ^ (unsigned char)(1u << at % 8);
        fixture_open(&f);
        int fd = changed(at, &flipped, 1);
        f.snapshot = snapshot_open(fd, f.diags);
        (void)close(fd);
        if (f.snapshot == NULL) {
            assert_true(diags_errors(f.diags) > 0);
            refused++;
        } else {
            assert_string_equal(f.snapshot->version, version);
            same++;
        }
        fixture_close(&f);
    }
    assert_true(refused > same);
}

/* Databases of other rules do not go with these files. */
static void test_other_databases(void **state)
{
    struct fixture f;
    struct bundle b;
    const char *why;
    (void)state;
    int fd = file_of(image, image_size, SEALS);
    assert_true(bundle_map(fd, &b, &why));
    (void)close(fd);
    fixture_open(&f);
    fixture_put(&f, "rules/test.yaml",
                "rules:\n"
                "  - {id: test-number, category: data-leak.personal, pattern: 'OTHER-\\d{6}',\n"
                "     match: OTHER-123456, clean: x}\n"
                "  - {id: f, category: data-leak.personal, terms: [abc], view: folded,\n"
                "     match: abc}\n");
    struct fileset *files = fixture_seal(&f);
    fd = bundle_write(files, "stopgate.yaml", b.database);
    assert_true(fd >= 0);
    f.snapshot = snapshot_open(fd, f.diags);
    assert_null(f.snapshot);
    assert_non_null(strstr(fixture_told(&f), "were made by another version or for another CPU"));
    (void)close(fd);
    fileset_free(files);
    bundle_unmap(&b);
    fixture_close(&f);
}

/* --- the version ------------------------------------------------------------------------- */

static void version_of(const char *config, const char *rule, const char *content, char *out)
{
    uint8_t digest[DIGEST_SHA256_SIZE];
    struct fileset *fs = fileset_new();
    assert_non_null(fs);
    assert_true(fileset_put(fs, str_of(config), STR("config")));
    assert_true(fileset_put(fs, str_of(rule), str_of(content)));
    assert_true(bundle_digest(fs, config, digest));
    digest_hex(digest, sizeof(digest), out);
    fileset_free(fs);
}

static void test_version(void **state)
{
    char one[DIGEST_SHA256_HEX], other[DIGEST_SHA256_HEX];
    (void)state;
    version_of("/etc/a/stopgate.yaml", "/etc/a/rules/r.yaml", "x", one);
    version_of("/srv/stopgate.yaml", "/srv/rules/r.yaml", "x", other);
    assert_string_equal(one, other); /* moved */
    version_of("stopgate.yaml", "rules/r.yaml", "x", other);
    assert_string_equal(one, other);
    version_of("/etc/b/../a/./stopgate.yaml", "/etc/a/rules/r.yaml", "x", other);
    assert_string_equal(one, other); /* asked for in another way */
    version_of("/etc/a/stopgate.yaml", "/etc/a/rules/r.yaml", "y", other);
    assert_string_not_equal(one, other);
    version_of("/etc/a/stopgate.yaml", "/etc/a/rules/s.yaml", "x", other);
    assert_string_not_equal(one, other);
    version_of("/etc/a/stopgate.yaml", "/etc/ab/rules/r.yaml", "x", other);
    assert_string_not_equal(one, other); /* not below the folder */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),      cmocka_unit_test(test_is_sealed),
        cmocka_unit_test(test_not_sealed),      cmocka_unit_test(test_other_files),
        cmocka_unit_test(test_truncated),       cmocka_unit_test(test_header),
        cmocka_unit_test(test_table),           cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_databases),       cmocka_unit_test(test_flipped),
        cmocka_unit_test(test_other_databases), cmocka_unit_test(test_version),
    };
    return cmocka_run_group_tests(tests, make_image, drop_image);
}
