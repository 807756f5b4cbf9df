#include "conf/path.h"

/* Drops the last component. False where there is none to drop: at "/", or after nothing but "..".
 */
static bool path_pop(struct path *p)
{
    struct str folder = path_folder(path_str(p));
    size_t last = folder.n == 0 || str_eq(folder, STR("/")) ? folder.n : folder.n + 1;

    if (last == p->n || strcmp(p->text + last, "..") == 0) {
        return false;
    }
    p->n = folder.n;
    p->text[p->n] = '\0';
    return true;
}

static bool path_push(struct path *p, struct str piece)
{
    bool rooted = p->n > 0 && p->text[0] == '/';

    if (piece.n == 0 || str_eq(piece, STR("."))) {
        return true;
    }
    if (str_eq(piece, STR("..")) && (path_pop(p) || rooted)) {
        return true; /* the folder above "/" is "/" */
    }
    size_t slash = p->n > 0 && p->text[p->n - 1] != '/' ? 1 : 0;
    if (piece.n + slash >= PATH_TEXT_SIZE - p->n) {
        return false;
    }
    if (slash != 0) {
        p->text[p->n++] = '/';
    }
    memcpy(p->text + p->n, piece.p, piece.n);
    p->n += piece.n;
    p->text[p->n] = '\0';
    return true;
}

static bool path_push_all(struct path *p, struct str name)
{
    struct str piece;

    while (str_next(&name, '/', &piece)) {
        if (!path_push(p, piece)) {
            return false;
        }
    }
    return true;
}

bool path_resolve(struct path *out, struct str dir, struct str name)
{
    if (name.n == 0 || memchr(name.p, '\0', name.n) != NULL) {
        return false;
    }
    bool absolute = name.p[0] == '/';
    bool rooted = absolute || (dir.n > 0 && dir.p[0] == '/');

    out->n = rooted ? 1 : 0;
    memcpy(out->text, rooted ? "/" : "", (size_t)out->n + 1);
    if ((!absolute && !path_push_all(out, dir)) || !path_push_all(out, name)) {
        return false;
    }
    if (out->n == 0) {
        memcpy(out->text, ".", 2);
        out->n = 1;
    }
    return true;
}

struct str path_folder(struct str file)
{
    size_t n = file.n;

    while (n > 0 && file.p[n - 1] != '/') {
        n--;
    }
    return str_sub(file, 0, n > 1 ? n - 1 : n);
}
