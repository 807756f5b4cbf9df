#include "rules/image.h"

#include "fixture.h"

#include <hs.h>
#include <sys/mman.h>

static const char rules[] =
    "rules:\n"
    "  - {id: r, category: c, pattern: 'ab+c', view: raw, match: abc, clean: ac}\n"
    "  - {id: s, category: c, pattern: '(?i)key[0-9]{4,12}', view: raw, match: x, clean: y}\n"
    "  - {id: t, category: c, terms: [国家秘密, forbidden words], view: raw, match: x}\n";

struct seen {
    unsigned hits;
    unsigned long long last;
};

static int on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
                    void *ctx)
{
    struct seen *seen = ctx;

    (void)id;
    (void)from;
    (void)flags;
    seen->hits++;
    seen->last = to;
    return 0;
}

static void expect_scan_works(const struct hs_database *hs)
{
    static const char text[] = "xx abbbc KEY1234 forbidden words 国家秘密";
    hs_scratch_t *scratch = NULL;
    struct seen seen = {0};

    assert_int_equal(hs_alloc_scratch(hs, &scratch), HS_SUCCESS);
    assert_int_equal(hs_scan(hs, text, sizeof(text) - 1, 0, scratch, on_match, &seen), HS_SUCCESS);
    assert_int_equal(seen.hits, 4);
    assert_int_equal(seen.last, sizeof(text) - 1);
    (void)hs_free_scratch(scratch);
}

/* The bytes work wherever they are, read-only too: nothing in them knows an address. */
static void test_moves(void **state)
{
    struct fixture f;

    (void)state;
    fixture_rules(&f, rules);
    size_t size = f.sizes[VIEW_RAW];
    expect_scan_works(f.db.hs[VIEW_RAW]);

    for (size_t shift = 0; shift < 4096; shift += 1024 + IMAGE_ALIGN) {
        char *page =
            mmap(NULL, size + 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        struct database db = f.db;

        assert_true(page != MAP_FAILED);
        memcpy(page + shift, f.images[VIEW_RAW], size);
        assert_int_equal(mprotect(page, size + 4096, PROT_READ), 0);
        assert_true(database_attach(&db, VIEW_RAW, page + shift, size));
        assert_true((const char *)db.hs[VIEW_RAW] > page + shift);
        expect_scan_works(db.hs[VIEW_RAW]);
        assert_int_equal(munmap(page, size + 4096), 0);
    }
    fixture_close(&f);
}

/* The same rules give the same bytes: what can be compared can be cached and audited. */
static void test_repeatable(void **state)
{
    struct fixture f;
    void *again;
    size_t size;

    (void)state;
    fixture_rules(&f, rules);
    assert_true(database_compile(&f.db, VIEW_RAW, f.diags, &again, &size));
    assert_int_equal(size, f.sizes[VIEW_RAW]);
    assert_int_equal((uintptr_t)again % IMAGE_ALIGN, 0);
    assert_memory_equal(again, f.images[VIEW_RAW], size);
    free(again);
    fixture_close(&f);
}

static void *copy_of(const struct fixture *f, size_t size)
{
    void *copy = aligned_alloc(IMAGE_ALIGN, size);

    assert_non_null(copy);
    memcpy(copy, f->images[VIEW_RAW], size);
    return copy;
}

static void test_damage(void **state)
{
    struct fixture f;

    (void)state;
    fixture_rules(&f, rules);
    size_t size = f.sizes[VIEW_RAW];
    for (size_t i = 0; i < size; i += i < 512 ? 1 : 97) {
        char *copy = copy_of(&f, size);
        struct database db = f.db;

        db.hs[VIEW_RAW] = NULL;
        copy[i] ^= 0x10;
        bool taken = database_attach(&db, VIEW_RAW, copy, size);
        free(copy);
        if (taken) {
            fail_msg("a changed byte %zu was not noticed", i);
        }
        assert_null(db.hs[VIEW_RAW]);
    }
    fixture_close(&f);
}

static void test_wrong_size_or_place(void **state)
{
    struct fixture f;

    (void)state;
    fixture_rules(&f, rules);
    size_t size = f.sizes[VIEW_RAW];
    char *copy = aligned_alloc(IMAGE_ALIGN, size + IMAGE_ALIGN);
    assert_non_null(copy);
    memcpy(copy, f.images[VIEW_RAW], size);
    memset(copy + size, 0, IMAGE_ALIGN);
    for (size_t n = 0; n < size; n += n < 600 ? 1 : IMAGE_ALIGN) {
        assert_null(image_read(&f.db, VIEW_RAW, copy, n));
    }
    assert_null(image_read(&f.db, VIEW_RAW, copy, size + IMAGE_ALIGN));
    assert_non_null(image_read(&f.db, VIEW_RAW, copy, size));
    memmove(copy + 8, copy, size);
    assert_null(image_read(&f.db, VIEW_RAW, copy + 8, size));
    free(copy);
    fixture_close(&f);
}

/* An image of other rules, of another view, or of the same rules with another mind about case. */
static void test_foreign(void **state)
{
    static const char *const others[] = {
        "rules:\n  - {id: t, category: c, terms: [Alpha, beta], view: raw, match: x}\n",
        "rules:\n  - {id: t, category: c, terms: [beta, Alpha], view: raw, match: x}\n",
        "rules:\n  - {id: t, category: c, terms: [Alpha, beta], caseless: true, match: x}\n",
        "rules:\n  - {id: t, category: c, terms: [Alpha], view: raw, match: x}\n",
        "rules:\n  - {id: t, category: c, pattern: Alpha, view: raw, match: x, clean: y}\n",
        "rules:\n  - {id: t, category: c, pattern: '(?:Alpha)', view: raw, match: x, clean: y}\n"};
    struct fixture f[SG_COUNT(others)];

    (void)state;
    for (size_t i = 0; i < SG_COUNT(others); i++) {
        fixture_rules(&f[i], others[i]);
    }
    for (size_t i = 0; i < SG_COUNT(others); i++) {
        for (size_t k = 0; k < SG_COUNT(others); k++) {
            bool taken =
                image_read(&f[i].db, VIEW_RAW, f[k].images[VIEW_RAW], f[k].sizes[VIEW_RAW]) != NULL;

            assert_int_equal(taken, i == k);
        }
        assert_null(image_read(&f[i].db, VIEW_FOLDED, f[i].images[VIEW_RAW], f[i].sizes[VIEW_RAW]));
    }
    for (size_t i = 0; i < SG_COUNT(others); i++) {
        fixture_close(&f[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_moves),   cmocka_unit_test(test_repeatable),
        cmocka_unit_test(test_damage),  cmocka_unit_test(test_wrong_size_or_place),
        cmocka_unit_test(test_foreign),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
