#include "policy/snapshot.h"

#include "policy/snapshot_private.h"

#include <stdlib.h>

static struct where whole_file(const char *file)
{
    return (struct where){file, 0, 0};
}

/* --- life -------------------------------------------------------------------------------- */

struct snapshot *snapshot_new(struct fileset *files, struct diags *d)
{
    struct snapshot *s = calloc(1, sizeof(*s));
    struct snapshot_private *p = calloc(1, sizeof(*p));
    struct arena *arena = arena_new(SNAPSHOT_ARENA_MAX);
    if (s == NULL || p == NULL || arena == NULL) {
        free(s);
        free(p);
        arena_free(arena);
        fileset_free(files);
        diag_error(d, whole_file(NULL), "out of memory");
        return NULL;
    }
    atomic_init(&p->refs, 1);
    p->arena = arena;
    p->files = files;
    s->priv = p;
    return s;
}

struct snapshot *snapshot_ref(struct snapshot *s)
{
    atomic_fetch_add_explicit(&s->priv->refs, 1, memory_order_relaxed);
    return s;
}

/* Release and acquire: whoever frees must see what the others did with it before. */
void snapshot_unref(struct snapshot *s)
{
    if (s == NULL || atomic_fetch_sub_explicit(&s->priv->refs, 1, memory_order_acq_rel) != 1) {
        return;
    }
    ruleset_free(s->rules);
    bundle_unmap(&s->priv->bundle);
    arena_free(s->priv->arena);
    fileset_free(s->priv->files);
    free(s->priv);
    free(s);
}

/* --- from files -------------------------------------------------------------------------- */

struct snapshot *snapshot_read_files(struct fileset *fs, const char *config_path, struct diags *d)
{
    struct snapshot *s = snapshot_new(fs, d);
    if (s != NULL && !snapshot_load(s, config_path, d)) {
        snapshot_unref(s);
        return NULL;
    }
    return s;
}

struct snapshot *snapshot_read(const char *config_path, struct diags *d)
{
    struct fileset *fs = fileset_new();
    if (fs == NULL) {
        diag_error(d, whole_file(config_path), "out of memory");
        return NULL;
    }
    return snapshot_read_files(fs, config_path, d);
}

/* --- from a bundle ----------------------------------------------------------------------- */

bool snapshot_attach(struct snapshot *s, struct bundle *b, struct diags *d)
{
    s->priv->bundle = *b;
    b->map = NULL;
    for (int v = 0; v < VIEW_COUNT; v++) {
        struct str image = s->priv->bundle.database[v];
        bool needed = s->database.pattern_count[v] > 0;
        if (needed != (image.n > 0) ||
            (needed && !database_attach(&s->database, (enum view)v, image.p, image.n))) {
            diag_error(d, whole_file(NULL),
                       "the compiled rules for the %s view were made by another version or for "
                       "another CPU",
                       view_name((enum view)v));
            return false;
        }
    }
    return true;
}

/* Reads the bundle's files into `s`, the same way as from disk. */
static bool load_bundle(struct snapshot *s, const struct bundle *b, struct diags *d)
{
    if (!bundle_files(b, s->priv->files)) {
        diag_error(d, whole_file(NULL), "the bundle's files do not fit, or there is no memory");
        return false;
    }
    fileset_seal(s->priv->files);
    const char *path = arena_strdup(s->priv->arena, b->config_path);
    if (path == NULL) {
        diag_error(d, whole_file(NULL), "out of memory");
        return false;
    }
    char version[DIGEST_SHA256_HEX];
    digest_hex(b->version, DIGEST_SHA256_SIZE, version);
    if (!snapshot_load(s, path, d)) {
        return false;
    }
    if (strcmp(version, s->version) != 0) {
        diag_error(d, whole_file(path), "the bundle's files are not those it was made from");
        return false;
    }
    return database_prepare(s->rules, s->priv->arena, d, &s->database);
}

struct snapshot *snapshot_open(int bundle_fd, struct diags *d)
{
    struct bundle b;
    const char *why;
    if (!bundle_map(bundle_fd, &b, &why)) {
        diag_error(d, whole_file(NULL), "cannot use the bundle: %s", why);
        return NULL;
    }
    struct fileset *fs = fileset_new();
    struct snapshot *s = fs == NULL ? NULL : snapshot_new(fs, d);
    if (fs == NULL) {
        diag_error(d, whole_file(NULL), "out of memory");
    }
    if (s != NULL && !(load_bundle(s, &b, d) && snapshot_attach(s, &b, d))) {
        snapshot_unref(s);
        s = NULL;
    }
    bundle_unmap(&b); /* where it was not taken over */
    return s;
}
