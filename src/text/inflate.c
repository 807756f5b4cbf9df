/*
 * The compressed body is fed to the decoder in blocks that lie at fixed offsets of the body, and
 * the ratio is counted in whole blocks: so the verdict on a body does not depend on how the network
 * cut it into pieces.
 */
#include "text/inflate.h"

#include <brotli/decode.h>
#include <stdlib.h>
#include <zlib.h>

#define INPUT_BLOCK 512
#define OUTPUT_STEP ((size_t)16 * 1024)
#define ZLIB_WINDOW 15    /* the largest window: every stream may be read */
#define ZLIB_GZIP_FORM 16 /* added to it: gzip only; nothing added: zlib only */

const struct inflate_limits inflate_default_limits = {.ratio = 100, .grace = (size_t)64 * 1024};

struct inflate {
    enum coding coding;
    struct inflate_limits limits;
    uint64_t in_total, out_total;
    bool ended;         /* at the end of a complete body, or of a gzip member */
    enum reason failed; /* REASON_OK until an error; then it stays */
    union {
        z_stream zlib;
        BrotliDecoderState *brotli;
    } u;
};

/* One call of a decoder: what is left of the input, and where its output goes. */
struct step {
    const unsigned char *in;
    size_t in_n;
    unsigned char *out;
    size_t out_n; /* room before, bytes written after */
};

enum reason coding_parse(struct str value, enum coding *out)
{
    static const struct {
        struct str name;
        enum coding coding;
    } names[] = {
        {{"", 0}, CODING_IDENTITY},       {{"identity", 8}, CODING_IDENTITY},
        {{"gzip", 4}, CODING_GZIP},       {{"x-gzip", 6}, CODING_GZIP},
        {{"deflate", 7}, CODING_DEFLATE}, {{"br", 2}, CODING_BR},
    };

    value = str_trim(value);
    for (size_t i = 0; i < SG_COUNT(names); i++) {
        if (str_eq_nocase(value, names[i].name)) {
            *out = names[i].coding;
            return REASON_OK;
        }
    }
    return REASON_CODING_UNKNOWN;
}

static bool decoder_new(struct inflate *z)
{
    switch (z->coding) {
    case CODING_GZIP:
        return inflateInit2(&z->u.zlib, ZLIB_WINDOW + ZLIB_GZIP_FORM) == Z_OK;
    case CODING_DEFLATE:
        return inflateInit2(&z->u.zlib, ZLIB_WINDOW) == Z_OK;
    case CODING_BR:
        z->u.brotli = BrotliDecoderCreateInstance(NULL, NULL, NULL);
        return z->u.brotli != NULL;
    case CODING_IDENTITY:
    default:
        return false;
    }
}

struct inflate *inflate_new(enum coding coding, const struct inflate_limits *limits)
{
    struct inflate *z = calloc(1, sizeof(*z));

    if (z == NULL) {
        return NULL;
    }
    z->coding = coding;
    z->limits = limits != NULL ? *limits : inflate_default_limits;
    if (!decoder_new(z)) {
        free(z);
        return NULL;
    }
    return z;
}

void inflate_free(struct inflate *z)
{
    if (z == NULL) {
        return;
    }
    if (z->coding == CODING_BR) {
        BrotliDecoderDestroyInstance(z->u.brotli);
    } else {
        (void)inflateEnd(&z->u.zlib);
    }
    free(z);
}

static enum reason step_zlib(struct inflate *z, struct step *s)
{
    z_stream *stream = &z->u.zlib;
    size_t room = s->out_n;
    int rc;

    if (z->ended && (z->coding != CODING_GZIP || inflateReset(stream) != Z_OK)) {
        return REASON_CODING_SYNTAX;
    }
    z->ended = false;
    /* zlib reads through next_in, but its type has no const unless ZLIB_CONST is defined. */
    stream->next_in = (unsigned char *)(uintptr_t)s->in;
    stream->avail_in = (uInt)s->in_n;
    stream->next_out = s->out;
    stream->avail_out = (uInt)room;
    rc = inflate(stream, Z_NO_FLUSH);
    s->in += s->in_n - stream->avail_in;
    s->in_n = stream->avail_in;
    s->out_n = room - stream->avail_out;
    z->ended = rc == Z_STREAM_END;
    if (rc == Z_MEM_ERROR) {
        return REASON_MEMORY;
    }
    /* Z_BUF_ERROR: nothing to do without more input. A preset dictionary is not for HTTP. */
    return rc == Z_OK || rc == Z_STREAM_END || rc == Z_BUF_ERROR ? REASON_OK : REASON_CODING_SYNTAX;
}

static enum reason step_brotli(struct inflate *z, struct step *s)
{
    size_t room = s->out_n;
    unsigned char *out = s->out;
    BrotliDecoderResult rc;

    if (z->ended) {
        return REASON_CODING_SYNTAX;
    }
    rc = BrotliDecoderDecompressStream(z->u.brotli, &s->in_n, &s->in, &s->out_n, &out, NULL);
    s->out_n = room - s->out_n;
    z->ended = rc == BROTLI_DECODER_RESULT_SUCCESS;
    if (rc != BROTLI_DECODER_RESULT_ERROR) {
        return REASON_OK;
    }
    switch (BrotliDecoderGetErrorCode(z->u.brotli)) {
    case BROTLI_DECODER_ERROR_ALLOC_CONTEXT_MODES:
    case BROTLI_DECODER_ERROR_ALLOC_TREE_GROUPS:
    case BROTLI_DECODER_ERROR_ALLOC_CONTEXT_MAP:
    case BROTLI_DECODER_ERROR_ALLOC_RING_BUFFER_1:
    case BROTLI_DECODER_ERROR_ALLOC_RING_BUFFER_2:
    case BROTLI_DECODER_ERROR_ALLOC_BLOCK_TYPE_TREES:
        return REASON_MEMORY;
    default:
        return REASON_CODING_SYNTAX;
    }
}

static bool over_ratio(const struct inflate *z)
{
    uint64_t blocks = (z->in_total + INPUT_BLOCK - 1) / INPUT_BLOCK;

    return z->out_total > z->limits.grace &&
           z->out_total / INPUT_BLOCK > blocks * (uint64_t)z->limits.ratio;
}

static enum reason take_output(struct inflate *z, const unsigned char *p, size_t n, struct buf *out)
{
    z->out_total += n;
    if (over_ratio(z)) {
        return REASON_CODING_RATIO;
    }
    if (n > out->max - out->n) {
        return REASON_CODING_SIZE;
    }
    return buf_add(out, p, n) ? REASON_OK : REASON_MEMORY;
}

/* One block of input. The decoder is asked again while it fills all the room it is given. */
static enum reason push_block(struct inflate *z, const unsigned char *in, size_t n, struct buf *out)
{
    unsigned char room[OUTPUT_STEP];
    struct step s = {.in = in, .in_n = n};
    enum reason r;

    do {
        size_t before = s.in_n;

        s.out = room;
        s.out_n = sizeof(room);
        r = z->coding == CODING_BR ? step_brotli(z, &s) : step_zlib(z, &s);
        if (r != REASON_OK) {
            return r;
        }
        z->in_total += before - s.in_n;
        r = take_output(z, room, s.out_n, out);
        if (r == REASON_OK && s.in_n > 0 && s.in_n == before && s.out_n == 0) {
            r = REASON_CODING_SYNTAX; /* no step forward: never loop on it */
        }
    } while (r == REASON_OK && (s.in_n > 0 || (s.out_n == sizeof(room) && !z->ended)));
    return r;
}

enum reason inflate_push(struct inflate *z, struct str in, struct buf *out)
{
    const unsigned char *p = (const unsigned char *)in.p;

    while (in.n > 0 && z->failed == REASON_OK) {
        size_t n = INPUT_BLOCK - (size_t)(z->in_total % INPUT_BLOCK);

        n = n < in.n ? n : in.n;
        z->failed = push_block(z, p, n, out);
        p += n;
        in.n -= n;
    }
    return z->failed;
}

enum reason inflate_end(struct inflate *z)
{
    if (z->failed == REASON_OK && !z->ended) {
        z->failed = REASON_CODING_SYNTAX;
    }
    return z->failed;
}
