/* The builder's work: from files to a sealed bundle whose rules keep their word. */
#include "policy/snapshot_private.h"
#include "rules/known_answers.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

struct images {
    void *bytes[VIEW_COUNT];
    struct str views[VIEW_COUNT];
};

static void images_free(struct images *images)
{
    for (int v = 0; v < VIEW_COUNT; v++) {
        free(images->bytes[v]);
    }
}

/* Compiles every view even if one fails: what cannot be compiled is told for all of them. */
static bool compile(struct snapshot *s, struct diags *d, struct images *out)
{
    if (!database_prepare(s->rules, s->priv->arena, d, &s->database)) {
        return false;
    }
    bool good = true;
    for (int v = 0; v < VIEW_COUNT; v++) {
        size_t size = 0;
        if (!database_compile(&s->database, (enum view)v, d, &out->bytes[v], &size)) {
            good = false;
        }
        out->views[v] = (struct str){out->bytes[v], size};
    }
    return good;
}

/* The bundle as everybody else will use it: what is tested is what is handed over. */
static bool try_out(struct snapshot *s, int fd, const char *config_path, struct diags *d,
                    struct examples_result *result)
{
    struct bundle b;
    const char *why;
    if (!bundle_map(fd, &b, &why)) {
        diag_error(d, (struct where){config_path, 0, 0}, "cannot use the bundle just made: %s",
                   why);
        return false;
    }
    return snapshot_attach(s, &b, d) && examples_check(s->rules, &s->database, d, result);
}

static int build(struct snapshot *s, const char *config_path, struct diags *d,
                 struct examples_result *result)
{
    struct images images = {{NULL}, {{NULL, 0}}};
    if (!known_answers_good(known_answers_ask, NULL, (struct where){config_path, 0, 0}, d)) {
        return -1;
    }
    if (!compile(s, d, &images)) {
        images_free(&images);
        return -1;
    }
    int fd = bundle_write(s->priv->files, config_path, images.views);
    int error = errno;
    images_free(&images); /* before the examples: a copy less in memory */
    if (fd < 0) {
        diag_error(d, (struct where){config_path, 0, 0}, "cannot write the bundle: %s",
                   strerror(error));
        return -1;
    }
    if (!try_out(s, fd, config_path, d, result)) {
        (void)close(fd);
        return -1;
    }
    return fd;
}

int bundle_build_files(struct fileset *fs, const char *config_path, struct diags *d,
                       struct examples_result *result)
{
    struct examples_result ignored;
    struct snapshot *s = snapshot_read_files(fs, config_path, d);
    if (s == NULL) {
        return -1;
    }
    int fd = build(s, config_path, d, result == NULL ? &ignored : result);
    snapshot_unref(s);
    return fd;
}

int bundle_build(const char *config_path, struct diags *d, struct examples_result *result)
{
    struct fileset *fs = fileset_new();
    if (fs == NULL) {
        diag_error(d, (struct where){config_path, 0, 0}, "out of memory");
        return -1;
    }
    return bundle_build_files(fs, config_path, d, result);
}
