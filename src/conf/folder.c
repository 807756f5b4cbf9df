#include "conf/folder.h"

#include "conf/path.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

static int visible(const struct dirent *e)
{
    return e->d_name[0] != '.';
}

/* strcmp(3) orders by bytes; alphasort(3) would ask the locale. */
static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

/* Appends one path if it is to be listed; counts it in `*count`. False with `*why`. */
static bool add_one(struct str dir, struct str name, size_t max, struct buf *out, size_t *count,
                    const char **why)
{
    struct path path;
    struct stat st;

    if (!path_resolve(&path, dir, name)) {
        *why = "a file in it has a name that is too long";
        return false;
    }
    if (stat(path.text, &st) == 0 && !S_ISREG(st.st_mode)) {
        return true;
    }
    if (memchr(path.text, '\n', path.n) != NULL) {
        *why = "a file in it has a line break in its name";
        return false;
    }
    if (*count == max) {
        *why = "it holds too many files";
        return false;
    }
    if ((*count > 0 && !buf_add_char(out, '\n')) || !buf_add_str(out, path_str(&path))) {
        *why = strerror(ENOMEM);
        return false;
    }
    ++*count;
    return true;
}

bool folder_list(const char *dir, struct str suffix, size_t max, struct buf *out, const char **why)
{
    struct dirent **found = NULL;
    struct stat st;
    size_t count = 0;

    if (stat(dir, &st) == 0 && S_ISREG(st.st_mode)) {
        return add_one(STR(""), str_of(dir), max, out, &count, why);
    }
    int n = scandir(dir, &found, visible, by_bytes);
    if (n < 0) {
        *why = errno == ENOTDIR ? "it is neither a folder nor a regular file" : strerror(errno);
        return false;
    }
    bool ok = true;
    for (int i = 0; i < n; i++) {
        struct str name = str_of(found[i]->d_name);

        if (ok && str_ends(name, suffix)) {
            ok = add_one(str_of(dir), name, max, out, &count, why);
        }
        free(found[i]);
    }
    free(found);
    return ok;
}
