/* The version of a configuration. */
#include "base/buf.h"
#include "conf/path.h"
#include "policy/bundle.h"

#define DIGEST_INPUT_MAX                                                     \
    ((size_t)512 << 20) /* names and lists of all entries, and their digests \
                         */

/* Adds one path as seen from `folder`, ended by '\n'. */
static bool add_path(struct buf *out, struct str folder, struct str path)
{
    if (str_eq(path, folder)) {
        path = STR(".");
    } else if (folder.n > 0 && str_starts(path, folder) &&
               (path.p[folder.n] == '/' || str_ends(folder, STR("/")))) {
        path = str_sub(path, folder.n + !str_ends(folder, STR("/")), path.n);
    }
    return buf_add_str(out, path) && buf_add_char(out, '\n');
}

/* Adds each line as a path: names of lists and lists are several. */
static bool add_paths(struct buf *out, struct str folder, struct str paths)
{
    struct str one;
    while (str_next(&paths, '\n', &one)) {
        if (!add_path(out, folder, one)) {
            return false;
        }
    }
    return true;
}

static bool add_entry(struct buf *out, struct str folder, const struct fileset_entry *e)
{
    uint8_t digest[DIGEST_SHA256_SIZE];
    struct buf list = BUF_INIT(DIGEST_INPUT_MAX);
    bool good = e->kind != 'l' || add_paths(&list, folder, e->content);
    struct str content = e->kind == 'l' ? buf_str(&list) : e->content;
    uint64_t length = content.n;

    good = good && digest_sha256(content, digest) && buf_add_char(out, e->kind) &&
           add_paths(out, folder, e->name) && buf_add_char(out, '\0') &&
           buf_add(out, &length, sizeof(length)) && buf_add(out, digest, sizeof(digest));
    buf_free(&list);
    return good;
}

bool bundle_digest(const struct fileset *fs, const char *config_path,
                   uint8_t out[DIGEST_SHA256_SIZE])
{
    struct path path; /* as the fileset has it: one configuration, however it was asked for */
    struct buf input = BUF_INIT(DIGEST_INPUT_MAX);
    struct fileset_entry e;
    if (!path_resolve(&path, STR(""), str_of(config_path))) {
        return false;
    }
    struct str folder = path_folder(path_str(&path));
    bool good = add_path(&input, folder, path_str(&path));

    for (size_t i = 0; good && fileset_at(fs, i, &e); i++) {
        good = add_entry(&input, folder, &e);
    }
    good = good && digest_sha256(buf_str(&input), out);
    buf_free(&input);
    return good;
}
