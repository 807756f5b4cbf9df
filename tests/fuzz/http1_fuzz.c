/*
 * Fuzzes the HTTP/1.1 parser with hostile bytes in hostile pieces.
 *
 * Input: one byte of options (bit 0 response, bit 1 answer to HEAD, bit 2 small limits), one that
 * seeds the cuts, then the bytes of the peer. They are read whole, in pieces as the seed says, and
 * byte by byte: all three must tell the same events and end with the same reason, and a refused
 * parser must stay refused.
 */
#include "unit/http/recorder.h"

#include <stdlib.h>

#define INPUT_MAX 65536

static const struct http1_limits small = {
    .target_bytes = 16,
    .head_bytes = 256,
    .header_count = 4,
    .chunk_line = 16,
    .trailer_bytes = 32,
};

/* Pieces of 0 to 15 bytes; the state moves on at each cut, so they are never empty for ever. */
static size_t cut_seeded(void *ctx, size_t left)
{
    uint32_t *x = ctx;
    size_t n;

    *x = *x * 1664525u + 1013904223u;
    n = *x >> 28;
    return n < left ? n : left;
}

static struct recorder read_input(uint8_t options, struct str input, cut_fn cut, void *cut_ctx)
{
    struct recorder rec = RECORDER_INIT(options & 1 ? HTTP1_RESPONSE : HTTP1_REQUEST);

    rec.answering = options & 2 ? STR("HEAD") : STR("GET");
    rec.text.max = 1 << 24; /* reading must not fail for want of room in the record */
    if (!recorder_run(&rec, options & 4 ? &small : NULL, input, cut, cut_ctx) || !rec.stayed) {
        abort();
    }
    return rec;
}

static void check_same(const struct recorder *a, struct recorder *b)
{
    if (a->reason != b->reason || !str_eq(buf_str(&a->text), buf_str(&b->text)) ||
        (a->reason == REASON_OK && a->used != b->used)) {
        abort();
    }
    recorder_free(b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct recorder whole, pieces;
    struct str input;
    uint32_t seed;

    if (size < 2 || size > INPUT_MAX) {
        return 0;
    }
    input = (struct str){(const char *)data + 2, size - 2};
    seed = data[1];
    whole = read_input(data[0], input, cut_none, NULL);
    pieces = read_input(data[0], input, cut_seeded, &seed);
    check_same(&whole, &pieces);
    pieces = read_input(data[0], input, cut_bytes, NULL);
    check_same(&whole, &pieces);
    recorder_free(&whole);
    return 0;
}
