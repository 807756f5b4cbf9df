#include "conf/fileset.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/file.h"
#include "conf/folder.h"
#include "conf/path.h"

#include <errno.h>
#include <stdlib.h>

_Static_assert(FILESET_MAX_NAME == PATH_TEXT_SIZE - 1, "a name fits a path");

#define NAMES_MAX ((size_t)64 << 20) /* bytes for all names and lists */

struct entry {
    char kind;          /* as in struct fileset_entry */
    struct str name;    /* NUL-terminated */
    struct str joined;  /* 'l': the names, joined by '\n' */
    const char **names; /* 'l' */
    size_t count;       /* 'l' */
    struct buf content; /* 'f' */
};

/* Entries are held in order of kind and name: found by halving, listed in a stable order. */
struct fileset {
    struct arena *arena; /* all but the contents */
    struct entry **entries;
    size_t count, cap;
    size_t files, lists; /* how many of each kind */
    size_t total;        /* bytes of content */
    bool sealed;
};

struct fileset *fileset_new(void)
{
    struct fileset *fs = calloc(1, sizeof(*fs));

    if (fs == NULL) {
        return NULL;
    }
    fs->arena = arena_new(NAMES_MAX);
    if (fs->arena == NULL) {
        free(fs);
        return NULL;
    }
    return fs;
}

void fileset_free(struct fileset *fs)
{
    if (fs == NULL) {
        return;
    }
    for (size_t i = 0; i < fs->count; i++) {
        buf_free(&fs->entries[i]->content);
    }
    arena_free(fs->arena);
    free(fs);
}

void fileset_seal(struct fileset *fs)
{
    fs->sealed = true;
}

/* --- entries ----------------------------------------------------------------------------- */

/* Position of the entry, or where it would go. */
static size_t entry_position(const struct fileset *fs, char kind, struct str name)
{
    size_t low = 0, high = fs->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct entry *e = fs->entries[middle];

        if (e->kind < kind || (e->kind == kind && str_cmp(e->name, name) < 0)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static struct entry *entry_find(const struct fileset *fs, char kind, struct str name)
{
    size_t i = entry_position(fs, kind, name);
    struct entry *e = i < fs->count ? fs->entries[i] : NULL;

    return e != NULL && e->kind == kind && str_eq(e->name, name) ? e : NULL;
}

/* A new entry in its place; NULL when out of memory or past FILESET_MAX_FILES of its kind. */
static struct entry *entry_add(struct fileset *fs, char kind, struct str name)
{
    size_t *kinds = kind == 'f' ? &fs->files : &fs->lists;

    if (*kinds == FILESET_MAX_FILES) {
        return NULL;
    }
    struct entry **grown =
        arena_grow(fs->arena, fs->entries, fs->count, &fs->cap, sizeof(struct entry *));
    if (grown == NULL) {
        return NULL;
    }
    fs->entries = grown;
    struct entry *e = arena_alloc(fs->arena, sizeof(*e));
    const char *copy = arena_strdup(fs->arena, name);
    if (e == NULL || copy == NULL) {
        return NULL;
    }
    e->kind = kind;
    e->name = (struct str){copy, name.n};
    size_t i = entry_position(fs, kind, name);
    memmove(&grown[i + 1], &grown[i], (fs->count - i) * sizeof(struct entry *));
    grown[i] = e;
    fs->count++;
    (*kinds)++;
    return e;
}

bool fileset_at(const struct fileset *fs, size_t index, struct fileset_entry *out)
{
    if (index >= fs->count) {
        return false;
    }
    const struct entry *e = fs->entries[index];

    out->kind = e->kind;
    out->name = e->name;
    out->content = e->kind == 'f' ? buf_str(&e->content) : e->joined;
    return true;
}

/* --- messages ---------------------------------------------------------------------------- */

static void tell(struct diags *d, struct where at, struct str name, const char *why)
{
    char quoted[DIAG_QUOTE_SIZE];

    diag_error(d, at, "cannot read %s: %s", diag_quote(quoted, name), why);
}

static void tell_bad_name(struct diags *d, struct where at, struct str name)
{
    char quoted[DIAG_QUOTE_SIZE];

    diag_error(d, at, "%s is no file name; expected 1 to %d bytes without a NUL",
               diag_quote(quoted, name), FILESET_MAX_NAME);
}

static void tell_sealed(struct diags *d, struct where at, struct str name)
{
    tell(d, at, name, "it is not among the files this configuration was read from");
}

static void tell_errno(struct diags *d, struct where at, struct str name, int error)
{
    bool no_file = error == EISDIR || error == EINVAL;

    tell(d, at, name, no_file ? "it is not a regular file" : strerror(error));
}

/* --- contents ---------------------------------------------------------------------------- */

/* How large the next file may be. */
static size_t room_left(const struct fileset *fs)
{
    size_t left = FILESET_MAX_TOTAL - fs->total;

    return left < FILESET_MAX_FILE ? left : FILESET_MAX_FILE;
}

bool fileset_put(struct fileset *fs, struct str name, struct str content)
{
    struct path path;

    if (content.n > room_left(fs) || !path_resolve(&path, STR(""), name) ||
        entry_find(fs, 'f', path_str(&path)) != NULL) {
        return false;
    }
    struct buf copy = BUF_INIT(content.n);
    if (!buf_add_str(&copy, content)) {
        return false;
    }
    struct entry *e = entry_add(fs, 'f', path_str(&path));
    if (e == NULL) {
        buf_free(&copy);
        return false;
    }
    e->content = copy;
    fs->total += copy.n;
    return true;
}

static struct entry *file_load(struct fileset *fs, struct str name, struct where at,
                               struct diags *d)
{
    struct buf content = BUF_INIT(room_left(fs));

    if (fs->sealed) {
        tell_sealed(d, at, name);
        return NULL;
    }
    if (!file_read(name.p, &content)) {
        int error = errno;

        buf_free(&content);
        if (error != EFBIG) {
            tell_errno(d, at, name, error);
        } else if (content.max < FILESET_MAX_FILE) {
            tell(d, at, name, "the files together are larger than 256 MiB");
        } else {
            tell(d, at, name, "it is larger than 64 MiB");
        }
        return NULL;
    }
    struct entry *e = entry_add(fs, 'f', name);
    if (e == NULL) {
        buf_free(&content);
        tell(d, at, name,
             fs->files == FILESET_MAX_FILES ? "more than 4,096 files" : strerror(ENOMEM));
        return NULL;
    }
    e->content = content;
    fs->total += content.n;
    return e;
}

bool fileset_get(struct fileset *fs, struct str name, struct where at, struct diags *d,
                 struct str *content, const char **canonical)
{
    struct path path;

    if (!path_resolve(&path, STR(""), name)) {
        tell_bad_name(d, at, name);
        return false;
    }
    struct entry *e = entry_find(fs, 'f', path_str(&path));
    if (e == NULL) {
        e = file_load(fs, path_str(&path), at, d);
    }
    if (e == NULL) {
        return false;
    }
    *content = buf_str(&e->content);
    if (canonical != NULL) {
        *canonical = e->name.p;
    }
    return true;
}

const char *fileset_beside(struct fileset *fs, const char *base, struct str name)
{
    struct path path;

    if (!path_resolve(&path, path_folder(str_of(base)), name)) {
        return NULL;
    }
    struct entry *known = entry_find(fs, 'f', path_str(&path));
    return known != NULL ? known->name.p : arena_strdup(fs->arena, path_str(&path));
}

/* --- lists ------------------------------------------------------------------------------- */

/* A list's name: the folder and the suffix, which neither holds a line break. */
static const char *list_key(struct fileset *fs, struct str dir, struct str suffix)
{
    return arena_printf(fs->arena, "%.*s\n%.*s", STR_ARG(dir), STR_ARG(suffix));
}

static bool list_split(struct fileset *fs, struct entry *e)
{
    struct str rest = e->joined, piece;
    size_t n = 0;

    while (str_next(&rest, '\n', &piece)) {
        n++;
    }
    e->names = arena_array(fs->arena, n, sizeof(*e->names));
    if (n > FILESET_MAX_FILES || e->names == NULL) {
        return false;
    }
    for (rest = e->joined; str_next(&rest, '\n', &piece); e->count++) {
        e->names[e->count] = arena_strdup(fs->arena, piece);
        if (e->names[e->count] == NULL) {
            return false;
        }
    }
    return true;
}

bool fileset_put_list(struct fileset *fs, struct str name, struct str content)
{
    bool clean = memchr(name.n == 0 ? "" : name.p, '\0', name.n) == NULL &&
                 memchr(content.n == 0 ? "" : content.p, '\0', content.n) == NULL;

    if (!clean || str_find(name, STR("\n"), 0) == SIZE_MAX || entry_find(fs, 'l', name) != NULL) {
        return false;
    }
    struct entry draft = {.joined = {arena_strdup(fs->arena, content), content.n}};
    if (draft.joined.p == NULL || !list_split(fs, &draft)) {
        return false;
    }
    struct entry *e = entry_add(fs, 'l', name);
    if (e == NULL) {
        return false;
    }
    e->joined = draft.joined;
    e->names = draft.names;
    e->count = draft.count;
    return true;
}

/* Reads a folder into a new list entry; tells why not. */
static struct entry *list_load(struct fileset *fs, struct str dir, struct str suffix,
                               struct str key, struct where at, struct diags *d)
{
    struct buf joined = BUF_INIT(NAMES_MAX);
    struct entry *e = NULL;
    const char *why = strerror(ENOMEM);

    if (fs->sealed) {
        tell_sealed(d, at, dir);
        return NULL;
    }
    if (folder_list(dir.p, suffix, FILESET_MAX_FILES, &joined, &why) &&
        fileset_put_list(fs, key, buf_str(&joined))) {
        e = entry_find(fs, 'l', key);
    } else {
        tell(d, at, dir, why);
    }
    buf_free(&joined);
    return e;
}

bool fileset_list(struct fileset *fs, struct str dir, struct str suffix, struct where at,
                  struct diags *d, const char *const **names, size_t *count)
{
    struct path path;

    if (!path_resolve(&path, STR(""), dir) || memchr(path.text, '\n', path.n) != NULL) {
        tell_bad_name(d, at, dir);
        return false;
    }
    const char *key = list_key(fs, path_str(&path), suffix);
    if (key == NULL) {
        tell(d, at, dir, strerror(ENOMEM));
        return false;
    }
    struct entry *e = entry_find(fs, 'l', str_of(key));
    if (e == NULL) {
        e = list_load(fs, path_str(&path), suffix, str_of(key), at, d);
    }
    if (e == NULL) {
        return false;
    }
    *names = (const char *const *)e->names;
    *count = e->count;
    return true;
}
