/* Writing a bundle. */
#include <config.h> /* memfd_create(2); in angles, as this folder has a config.h too */

#include "base/file.h"
#include "policy/bundle.h"
#include "policy/bundle_format.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE ((uint64_t)4096)

struct piece {
    char kind;
    struct str name, content;
    struct bundle_row row;
};

struct pieces {
    struct piece *items;
    size_t count;
    uint64_t size; /* of the whole file */
};

/* --- laying out -------------------------------------------------------------------------- */

static void add(struct pieces *all, char kind, struct str name, struct str content)
{
    all->items[all->count++] = (struct piece){.kind = kind, .name = name, .content = content};
}

static bool collect(struct pieces *all, const struct fileset *fs, const char *config_path,
                    const struct str database[VIEW_COUNT])
{
    struct fileset_entry e;
    size_t entries = 0;
    while (fileset_at(fs, entries, &e)) {
        entries++;
    }
    all->items = calloc(entries + VIEW_COUNT + 1, sizeof(*all->items));
    if (all->items == NULL) {
        return false;
    }
    add(all, BUNDLE_CONFIG, STR(""), str_of(config_path));
    for (size_t i = 0; i < entries && fileset_at(fs, i, &e); i++) {
        add(all, e.kind, e.name, e.content);
    }
    for (int v = 0; v < VIEW_COUNT; v++) {
        if (database[v].n > 0) {
            add(all, BUNDLE_DATABASE, str_of(view_name((enum view)v)), database[v]);
        }
    }
    return true;
}

/* The fileset bounds what is added up here; databases are of this process. No sum overflows. */
static void lay_out(struct pieces *all)
{
    uint64_t at = sizeof(struct bundle_header) + all->count * sizeof(struct bundle_row);
    for (size_t i = 0; i < all->count; i++) {
        struct piece *p = &all->items[i];
        p->row = (struct bundle_row){(uint64_t)p->kind, at, p->name.n, 0, p->content.n};
        at += p->name.n;
        if (p->kind == BUNDLE_DATABASE) {
            at = (at + PAGE - 1) / PAGE * PAGE;
        }
        p->row.content_at = at;
        at += p->content.n;
    }
    all->size = at;
}

/* --- writing ----------------------------------------------------------------------------- */

struct writer {
    int fd;
    uint64_t at;
};

static bool put(struct writer *w, const void *p, size_t n)
{
    w->at += n;
    return file_write_all(w->fd, p, n);
}

static bool pad_to(struct writer *w, uint64_t at)
{
    static const char zeros[4096];
    while (w->at < at) {
        uint64_t left = at - w->at;
        if (!put(w, zeros, left < sizeof(zeros) ? (size_t)left : sizeof(zeros))) {
            return false;
        }
    }
    return true;
}

static bool write_all(int fd, const struct pieces *all, const uint8_t version[DIGEST_SHA256_SIZE])
{
    struct writer w = {fd, 0};
    struct bundle_header h = {
        .format = BUNDLE_FORMAT, .count = (uint32_t)all->count, .size = all->size};
    memcpy(h.magic, BUNDLE_MAGIC, sizeof(h.magic));
    memcpy(h.version, version, sizeof(h.version));
    bool good = put(&w, &h, sizeof(h));
    for (size_t i = 0; good && i < all->count; i++) {
        good = put(&w, &all->items[i].row, sizeof(struct bundle_row));
    }
    for (size_t i = 0; good && i < all->count; i++) {
        const struct piece *p = &all->items[i];
        good = put(&w, p->name.p, p->name.n) && pad_to(&w, p->row.content_at) &&
               put(&w, p->content.p, p->content.n);
    }
    return good;
}

static int write_sealed(const struct pieces *all, const uint8_t version[DIGEST_SHA256_SIZE])
{
    const int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL;
    int fd = memfd_create("stopgate-bundle", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0) {
        return -1;
    }
    if (write_all(fd, all, version) && fcntl(fd, F_ADD_SEALS, seals) == 0) {
        return fd;
    }
    int saved = errno;
    (void)close(fd);
    errno = saved;
    return -1;
}

int bundle_write(const struct fileset *fs, const char *config_path,
                 const struct str database[VIEW_COUNT])
{
    struct pieces all = {NULL, 0, 0};
    uint8_t version[DIGEST_SHA256_SIZE];
    int fd = -1;

    if (!bundle_digest(fs, config_path, version) || !collect(&all, fs, config_path, database)) {
        errno = ENOMEM;
        return -1;
    }
    lay_out(&all);
    if (all.count > BUNDLE_MAX_ROWS || all.size > BUNDLE_MAX_SIZE) {
        errno = EFBIG;
    } else {
        fd = write_sealed(&all, version);
    }
    int saved = errno;
    free(all.items);
    errno = saved;
    return fd;
}
