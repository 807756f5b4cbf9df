#include "rules/image.h"

#include "base/buf.h"
#include "base/digest.h"

#include <hs.h>
#include <stdalign.h>
#include <stdlib.h>

#define IMAGE_MAGIC "SGRULES1"

struct image_header {
    alignas(IMAGE_ALIGN) char magic[8];
    uint32_t view;
    uint32_t tune; /* of the CPU, as Hyperscan sees it */
    uint64_t cpu_features;
    uint64_t payload;                     /* bytes behind the header */
    char version[64];                     /* hs_version() */
    uint8_t patterns[DIGEST_SHA256_SIZE]; /* what was compiled */
    uint8_t digest[DIGEST_SHA256_SIZE];   /* of the payload */
};

_Static_assert(sizeof(struct image_header) % IMAGE_ALIGN == 0, "the database behind it is aligned");

/* Everything that Hyperscan was given, in order, each part with its length. */
static bool patterns_digest(const struct database *db, enum view v, uint8_t *out)
{
    struct buf all = BUF_INIT(SIZE_MAX);
    bool ok = true;

    for (size_t i = 0; i < db->pattern_count[v] && ok; i++) {
        const struct pattern *p = &db->patterns[v][i];
        uint32_t head[] = {p->literal != 0, p->rule->caseless,
                           p->rule->code[rule_form_of(v)].hs_flags, (uint32_t)p->text.n};

        ok = buf_add(&all, head, sizeof(head)) && buf_add_str(&all, p->text);
    }
    ok = ok && digest_sha256(buf_str(&all), out);
    buf_free(&all);
    return ok;
}

/* The header that fits these patterns, this library and this machine, but for the payload. */
static bool expected_header(const struct database *db, enum view v, struct image_header *h)
{
    hs_platform_info_t platform;

    memset(h, 0, sizeof(*h));
    memcpy(h->magic, IMAGE_MAGIC, sizeof(h->magic));
    h->view = (uint32_t)v;
    if (hs_populate_platform(&platform) != HS_SUCCESS) {
        return false;
    }
    h->tune = platform.tune;
    h->cpu_features = platform.cpu_features;
    strncpy(h->version, hs_version(), sizeof(h->version) - 1);
    return patterns_digest(db, v, h->patterns);
}

static bool payload_digest(const char *payload, size_t n, uint8_t *out)
{
    return digest_sha256((struct str){payload, n}, out);
}

/* Serialised and laid out again: only then the bytes know nothing of where they stood before. */
static bool write_payload(const struct hs_database *made, char *payload, size_t n)
{
    char *serial = NULL;
    size_t length = 0;
    hs_error_t error = hs_serialize_database(made, &serial, &length);

    if (error == HS_SUCCESS) {
        memset(payload, 0, n);
        error = hs_deserialize_database_at(serial, length, (hs_database_t *)(void *)payload);
    }
    free(serial);
    return error == HS_SUCCESS;
}

bool image_write(const struct database *db, enum view v, const struct hs_database *made,
                 void **bytes, size_t *size)
{
    struct image_header header;
    size_t payload = 0;

    if (!expected_header(db, v, &header) || hs_database_size(made, &payload) != HS_SUCCESS) {
        return false;
    }
    size_t total = sizeof(header) + payload;
    total += (IMAGE_ALIGN - total % IMAGE_ALIGN) % IMAGE_ALIGN;
    char *image = aligned_alloc(IMAGE_ALIGN, total);
    if (image == NULL) {
        return false;
    }
    header.payload = total - sizeof(header);
    char *body = image + sizeof(header);
    if (!write_payload(made, body, header.payload) ||
        !payload_digest(body, header.payload, header.digest)) {
        free(image);
        return false;
    }
    memcpy(image, &header, sizeof(header));
    *bytes = image;
    *size = total;
    return true;
}

const struct hs_database *image_read(const struct database *db, enum view v, const void *bytes,
                                     size_t size)
{
    struct image_header wanted;
    size_t needed = 0;

    if (size < sizeof(wanted) + IMAGE_ALIGN || (uintptr_t)bytes % IMAGE_ALIGN != 0 ||
        !expected_header(db, v, &wanted)) {
        return NULL;
    }
    const char *body = (const char *)bytes + sizeof(wanted);
    size_t payload = size - sizeof(wanted);
    const struct hs_database *hs = (const void *)body;

    wanted.payload = payload;
    if (memcmp(bytes, &wanted, offsetof(struct image_header, digest)) != 0 ||
        !payload_digest(body, payload, wanted.digest) ||
        memcmp(bytes, &wanted, sizeof(wanted)) != 0) {
        return NULL;
    }
    return hs_database_size(hs, &needed) == HS_SUCCESS && needed <= payload ? hs : NULL;
}
