/* Reading a bundle. */
#include <config.h> /* F_GET_SEALS; in angles, as this folder has a config.h too */

#include "policy/bundle.h"

#include "policy/bundle_format.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define ALIGNMENT 64 /* of a database, for database_attach() */

/* --- mapping ----------------------------------------------------------------------------- */

/*
 * Only a file that can neither shrink nor change is safe to map: a page that goes away later would
 * be a SIGBUS, and what was checked must be what is used.
 */
static bool is_sealed(int fd)
{
    const int needed = F_SEAL_SHRINK | F_SEAL_WRITE;
    int seals = fcntl(fd, F_GET_SEALS);
    return seals >= 0 && (seals & needed) == needed;
}

/*
 * MAP_PRIVATE without PROT_WRITE: the pages are the file's own, one copy for all. Linux before 6.7
 * refuses MAP_SHARED of a write-sealed file through a descriptor that is open for writing.
 */
static bool map_file(int fd, struct bundle *out, const char **why)
{
    struct stat st;
    if (!is_sealed(fd)) {
        *why = "it is not a sealed memory file";
        return false;
    }
    if (fstat(fd, &st) != 0) {
        *why = strerror(errno);
        return false;
    }
    if ((uint64_t)st.st_size < sizeof(struct bundle_header) ||
        (uint64_t)st.st_size > BUNDLE_MAX_SIZE) {
        *why = "its size is out of bounds";
        return false;
    }
    void *map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (map == MAP_FAILED) {
        *why = strerror(errno);
        return false;
    }
    out->map = map;
    out->size = (size_t)st.st_size;
    return true;
}

void bundle_unmap(struct bundle *b)
{
    if (b->map != NULL) {
        (void)munmap((void *)(uintptr_t)b->map, b->size);
    }
    *b = (struct bundle){.map = NULL};
}

/* --- checking ---------------------------------------------------------------------------- */

/* The bytes [at, at + size) of the file; false where it does not have them. */
static bool piece(const struct bundle *b, uint64_t at, uint64_t size, struct str *out)
{
    if (at > b->size || size > b->size - at) {
        return false;
    }
    *out = (struct str){(const char *)b->map + at, (size_t)size};
    return true;
}

static bool read_row(const struct bundle *b, size_t i, struct fileset_entry *out)
{
    struct bundle_row row;
    struct str bytes;
    if (!piece(b, sizeof(struct bundle_header) + i * sizeof(row), sizeof(row), &bytes)) {
        return false;
    }
    memcpy(&row, bytes.p, sizeof(row));
    out->kind = row.kind < 128 ? (char)row.kind : '\0';
    return piece(b, row.name_at, row.name_size, &out->name) &&
           piece(b, row.content_at, row.content_size, &out->content);
}

static bool take_database(struct bundle *b, const struct fileset_entry *e)
{
    if (e->content.n == 0 || (uintptr_t)e->content.p % ALIGNMENT != 0) {
        return false;
    }
    for (int v = 0; v < VIEW_COUNT; v++) {
        if (str_eq(e->name, str_of(view_name((enum view)v))) && b->database[v].n == 0) {
            b->database[v] = e->content;
            return true;
        }
    }
    return false;
}

static bool take_config(struct bundle *b, const struct fileset_entry *e)
{
    bool clean = e->content.n > 0 && memchr(e->content.p, '\0', e->content.n) == NULL;
    if (!clean || b->config_path.n > 0 || e->content.n > FILESET_MAX_NAME) {
        return false;
    }
    b->config_path = e->content;
    return true;
}

static bool take_row(struct bundle *b, size_t i)
{
    struct fileset_entry e;
    if (!read_row(b, i, &e)) {
        return false;
    }
    switch (e.kind) {
    case BUNDLE_FILE:
    case BUNDLE_LIST:
        return true;
    case BUNDLE_CONFIG:
        return take_config(b, &e);
    case BUNDLE_DATABASE:
        return take_database(b, &e);
    default:
        return false;
    }
}

static bool check(struct bundle *b, const char **why)
{
    struct bundle_header h;
    memcpy(&h, b->map, sizeof(h));
    if (memcmp(h.magic, BUNDLE_MAGIC, sizeof(h.magic)) != 0 || h.format != BUNDLE_FORMAT) {
        *why = "it is no bundle, or made by another version";
        return false;
    }
    if (h.size != b->size || h.count > BUNDLE_MAX_ROWS) {
        *why = "its header is damaged";
        return false;
    }
    b->count = h.count;
    memcpy(b->version, h.version, sizeof(h.version));
    for (size_t i = 0; i < b->count; i++) {
        if (!take_row(b, i)) {
            *why = "its table is damaged";
            return false;
        }
    }
    if (b->config_path.n == 0) {
        *why = "it names no configuration";
        return false;
    }
    return true;
}

bool bundle_map(int fd, struct bundle *out, const char **why)
{
    *out = (struct bundle){.map = NULL};
    if (!map_file(fd, out, why)) {
        return false;
    }
    if (!check(out, why)) {
        bundle_unmap(out);
        return false;
    }
    return true;
}

bool bundle_files(const struct bundle *b, struct fileset *fs)
{
    for (size_t i = 0; i < b->count; i++) {
        struct fileset_entry e;
        if (!read_row(b, i, &e) || (e.kind == BUNDLE_FILE && !fileset_put(fs, e.name, e.content)) ||
            (e.kind == BUNDLE_LIST && !fileset_put_list(fs, e.name, e.content))) {
            return false;
        }
    }
    return true;
}
