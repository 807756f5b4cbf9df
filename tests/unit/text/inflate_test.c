/* Content codings: round trips in every cut, damage, bombs. */
#include "text/inflate.h"

#include <brotli/encode.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <zlib.h>

#include <cmocka.h>

#define MIB ((size_t)1 << 20)

static struct buf pack_zlib(struct str text, int window)
{
    struct buf out = BUF_INIT(16 * MIB);
    z_stream z = {.next_in = NULL};
    size_t most;
    char *room;

    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY), Z_OK);
    most = deflateBound(&z, text.n);
    room = buf_room(&out, most);
    assert_non_null(room);
    z.next_in = (unsigned char *)(uintptr_t)text.p;
    z.avail_in = (uInt)text.n;
    z.next_out = (unsigned char *)room;
    z.avail_out = (uInt)most;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    buf_took(&out, most - z.avail_out);
    (void)deflateEnd(&z);
    return out;
}

static struct buf pack(enum coding coding, struct str text)
{
    struct buf out = BUF_INIT(16 * MIB);
    size_t n;
    char *room;

    if (coding != CODING_BR) {
        return pack_zlib(text, coding == CODING_GZIP ? 31 : 15);
    }
    n = BrotliEncoderMaxCompressedSize(text.n);
    room = buf_room(&out, n);
    assert_non_null(room);
    assert_true(BrotliEncoderCompress(5, 22, BROTLI_MODE_GENERIC, text.n, (const uint8_t *)text.p,
                                      &n, (uint8_t *)room));
    buf_took(&out, n);
    return out;
}

/* Unpacks in pieces of `step` bytes. */
static enum reason unpack(enum coding coding, struct str in, size_t step,
                          const struct inflate_limits *limits, struct buf *out)
{
    struct inflate *z = inflate_new(coding, limits);
    enum reason r = REASON_OK;

    assert_non_null(z);
    for (size_t at = 0; at < in.n && r == REASON_OK; at += step) {
        r = inflate_push(z, str_sub(in, at, at + step), out);
    }
    if (r == REASON_OK) {
        r = inflate_end(z);
    } else {
        assert_int_equal(inflate_push(z, in, out), r); /* an error stays */
        assert_int_equal(inflate_end(z), r);
    }
    inflate_free(z);
    return r;
}

static const enum coding codings[] = {CODING_GZIP, CODING_DEFLATE, CODING_BR};

/* Text that packs about three to one. */
static struct buf sample(size_t n)
{
    struct buf text = BUF_INIT(16 * MIB);
    uint32_t x = 1;

    while (text.n < n) {
        x = x * 1664525u + 1013904223u;
        assert_true(buf_printf(&text, "%u words, ", (unsigned)(x >> 12)));
    }
    return text;
}

static void test_round_trip(void **state)
{
    static const size_t sizes[] = {0, 1, 511, 5000, 200000};
    static const size_t steps[] = {1, 7, 512, SIZE_MAX / 2};

    (void)state;
    for (size_t c = 0; c < SG_COUNT(codings); c++) {
        for (size_t i = 0; i < SG_COUNT(sizes); i++) {
            struct buf text = sample(sizes[i]), packed = pack(codings[c], buf_str(&text));

            for (size_t s = 0; s < SG_COUNT(steps); s++) {
                struct buf out = BUF_INIT(MIB);

                assert_int_equal(unpack(codings[c], buf_str(&packed), steps[s], NULL, &out),
                                 REASON_OK);
                assert_true(str_eq(buf_str(&out), buf_str(&text)));
                buf_free(&out);
            }
            buf_free(&text);
            buf_free(&packed);
        }
    }
}

static void test_members(void **state)
{
    struct buf one = pack(CODING_GZIP, STR("one ")), two = pack(CODING_GZIP, STR("two"));
    struct buf out = BUF_INIT(MIB);

    (void)state;
    one.max = two.max = MIB;
    assert_true(buf_add_str(&one, buf_str(&two)));
    for (size_t step = 1; step < 60; step++) {
        buf_clear(&out);
        assert_int_equal(unpack(CODING_GZIP, buf_str(&one), step, NULL, &out), REASON_OK);
        assert_true(str_eq(buf_str(&out), STR("one two")));
    }
    buf_free(&one);
    buf_free(&two);
    buf_free(&out);
}

/* Cut off anywhere, and bytes after the end. */
static void test_incomplete(void **state)
{
    struct buf out = BUF_INIT(MIB);

    (void)state;
    for (size_t c = 0; c < SG_COUNT(codings); c++) {
        struct buf packed = pack(codings[c], STR("some text that is packed, some text"));

        for (size_t n = 0; n < packed.n; n++) {
            buf_clear(&out);
            assert_int_equal(unpack(codings[c], str_sub(buf_str(&packed), 0, n), 5, NULL, &out),
                             REASON_CODING_SYNTAX);
        }
        for (size_t step = 1; step < 64; step++) {
            buf_clear(&out);
            assert_true(buf_add_char(&packed, 'x'));
            assert_int_equal(unpack(codings[c], buf_str(&packed), step, NULL, &out),
                             REASON_CODING_SYNTAX);
            buf_cut(&packed, packed.n - 1);
        }
        buf_free(&packed);
    }
    buf_free(&out);
}

static void test_damaged(void **state)
{
    struct buf out = BUF_INIT(MIB), packed;

    (void)state;
    packed = pack(CODING_GZIP, STR("some text that is packed"));
    packed.p[packed.n - 6] ^= 1; /* its CRC */
    assert_int_equal(unpack(CODING_GZIP, buf_str(&packed), 100, NULL, &out), REASON_CODING_SYNTAX);
    buf_free(&packed);
    packed = pack_zlib(STR("raw deflate"), -15);
    assert_int_equal(unpack(CODING_DEFLATE, buf_str(&packed), 100, NULL, &out),
                     REASON_CODING_SYNTAX);
    buf_free(&packed);
    packed = pack(CODING_DEFLATE, STR("zlib form"));
    assert_int_equal(unpack(CODING_GZIP, buf_str(&packed), 100, NULL, &out), REASON_CODING_SYNTAX);
    buf_free(&packed);
    for (size_t c = 0; c < SG_COUNT(codings); c++) {
        assert_int_equal(unpack(codings[c], STR("\xFF\xFF\xFF\xFFplain"), 100, NULL, &out),
                         REASON_CODING_SYNTAX);
    }
    buf_free(&out);
}

/* A bomb ends with the ratio, long before it is unpacked, in whatever pieces it comes. */
static void test_ratio(void **state)
{
    struct buf zeros = BUF_INIT(16 * MIB);
    struct inflate_limits wide = {.ratio = 1000000, .grace = 0};
    char *room = buf_room(&zeros, 8 * MIB);

    (void)state;
    assert_non_null(room);
    memset(room, 0, 8 * MIB);
    buf_took(&zeros, 8 * MIB);
    for (size_t c = 0; c < SG_COUNT(codings); c++) {
        struct buf packed = pack(codings[c], buf_str(&zeros));

        for (size_t step = 1; step < 1000; step += 111) {
            struct buf out = BUF_INIT(16 * MIB);

            assert_int_equal(unpack(codings[c], buf_str(&packed), step, NULL, &out),
                             REASON_CODING_RATIO);
            assert_true(out.n <= MIB);
            buf_free(&out);
        }
        struct buf all = BUF_INIT(16 * MIB);
        assert_int_equal(unpack(codings[c], buf_str(&packed), MIB, &wide, &all), REASON_OK);
        assert_int_equal(all.n, 8 * MIB);
        buf_free(&all);
        buf_free(&packed);
    }
    buf_free(&zeros);
}

/* What is small may pack as well as it likes. */
static void test_grace(void **state)
{
    static char zeros[65536 + 1];

    (void)state;
    for (size_t c = 0; c < SG_COUNT(codings); c++) {
        struct inflate_limits tight = {.ratio = 1, .grace = 65536};
        struct buf fits = pack(codings[c], (struct str){zeros, 65536}), out = BUF_INIT(MIB);
        struct buf over = pack(codings[c], (struct str){zeros, 65537});

        assert_int_equal(unpack(codings[c], buf_str(&fits), 64, &tight, &out), REASON_OK);
        buf_clear(&out);
        assert_int_equal(unpack(codings[c], buf_str(&over), 64, &tight, &out), REASON_CODING_RATIO);
        buf_free(&fits);
        buf_free(&over);
        buf_free(&out);
    }
}

static void test_size(void **state)
{
    (void)state;
    for (size_t c = 0; c < SG_COUNT(codings); c++) {
        struct buf text = sample(20000), packed = pack(codings[c], buf_str(&text));
        struct buf fits = BUF_INIT(text.n), over = BUF_INIT(text.n - 1);

        assert_int_equal(unpack(codings[c], buf_str(&packed), 64, NULL, &fits), REASON_OK);
        assert_int_equal(unpack(codings[c], buf_str(&packed), 64, NULL, &over), REASON_CODING_SIZE);
        buf_free(&text);
        buf_free(&packed);
        buf_free(&fits);
        buf_free(&over);
    }
}

static void test_parse(void **state)
{
    static const struct {
        const char *value;
        enum reason reason;
        enum coding coding;
    } rows[] = {
        {"", REASON_OK, CODING_IDENTITY},       {"identity", REASON_OK, CODING_IDENTITY},
        {"gzip", REASON_OK, CODING_GZIP},       {"GZip", REASON_OK, CODING_GZIP},
        {"x-gzip", REASON_OK, CODING_GZIP},     {"deflate", REASON_OK, CODING_DEFLATE},
        {" br\t", REASON_OK, CODING_BR},        {"zstd", REASON_CODING_UNKNOWN, 0},
        {"gzip, br", REASON_CODING_UNKNOWN, 0}, {"gzip,", REASON_CODING_UNKNOWN, 0},
        {"gzi", REASON_CODING_UNKNOWN, 0},      {"compress", REASON_CODING_UNKNOWN, 0},
    };

    (void)state;
    for (size_t i = 0; i < SG_COUNT(rows); i++) {
        enum coding coding = CODING_IDENTITY;

        assert_int_equal(coding_parse(str_of(rows[i].value), &coding), rows[i].reason);
        assert_int_equal(coding, rows[i].coding);
    }
    assert_null(inflate_new(CODING_IDENTITY, NULL));
    inflate_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip), cmocka_unit_test(test_members),
        cmocka_unit_test(test_incomplete), cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_ratio),      cmocka_unit_test(test_grace),
        cmocka_unit_test(test_size),       cmocka_unit_test(test_parse),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
