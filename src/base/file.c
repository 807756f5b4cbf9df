#include "config.h" /* mkostemp(3) */

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_PIECE ((size_t)16 * 1024) /* bytes a read(2) */

/* Closes without losing the errno of what failed before. */
static void close_quietly(int fd)
{
    int saved = errno;
    (void)close(fd);
    errno = saved;
}

/* O_NONBLOCK: opening a FIFO must not wait for a writer; regular files do not care. */
static int open_regular(const char *path, struct stat *st)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        return -1;
    }
    if (fstat(fd, st) == 0) {
        if (S_ISREG(st->st_mode)) {
            return fd;
        }
        errno = S_ISDIR(st->st_mode) ? EISDIR : EINVAL;
    }
    close_quietly(fd);
    return -1;
}

/* Why a buffer would not take `n` more bytes. */
static int full_errno(const struct buf *out, uintmax_t n)
{
    return n > out->max - out->n ? EFBIG : ENOMEM;
}

/* Reads to the end, not to the size that fstat() told: the file may be growing, or be in /proc. */
static bool read_to_end(int fd, struct buf *out)
{
    char piece[FILE_PIECE];
    for (;;) {
        ssize_t n = read(fd, piece, sizeof(piece));
        if (n == 0) {
            return true;
        }
        if (n < 0) {
            if (errno == EINTR) {
                continue;
            }
            return false;
        }
        if (!buf_add(out, piece, (size_t)n)) {
            errno = full_errno(out, (uintmax_t)n);
            return false;
        }
    }
}

bool file_read(const char *path, struct buf *out)
{
    struct stat st;
    size_t before = out->n;
    int fd = open_regular(path, &st);
    if (fd < 0) {
        return false;
    }
    bool ok = false;
    uintmax_t size = (uintmax_t)st.st_size;
    if (size > out->max - out->n || buf_room(out, (size_t)size) == NULL) {
        errno = full_errno(out, size);
    } else {
        ok = read_to_end(fd, out);
    }
    close_quietly(fd);
    if (!ok) {
        buf_cut(out, before);
    }
    return ok;
}

bool file_write_all(int fd, const void *p, size_t n)
{
    const char *at = p;
    while (n > 0) {
        ssize_t wrote = write(fd, at, n);
        if (wrote < 0 && errno == EINTR) {
            continue;
        }
        if (wrote <= 0) {
            errno = wrote < 0 ? errno : EIO;
            return false;
        }
        at += wrote;
        n -= (size_t)wrote;
    }
    return true;
}

/* Opens the folder that `path` stands in. */
static int open_parent(const char *path)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    if (slash == NULL) {
        return open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    }
    size_t n = slash == path ? 1 : (size_t)(slash - path);
    if (n >= sizeof(folder)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(folder, path, n);
    folder[n] = '\0';
    return open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* Writes a new file whose name is made from the template `name`; leaves nothing behind if it fails.
 */
static bool write_new(char *name, mode_t mode, struct str content)
{
    int fd = mkostemp(name, O_CLOEXEC);
    if (fd < 0) {
        return false;
    }
    bool ok = file_write_all(fd, content.p, content.n) && fchmod(fd, mode) == 0 && fsync(fd) == 0;
    if (!ok) {
        close_quietly(fd);
    } else {
        ok = close(fd) == 0;
    }
    if (!ok) {
        int saved = errno;
        (void)unlink(name);
        errno = saved;
    }
    return ok;
}

static bool write_and_rename(const char *path, mode_t mode, struct str content)
{
    char beside[PATH_MAX];
    int n = snprintf(beside, sizeof(beside), "%s.XXXXXX", path);
    if (n < 0 || (size_t)n >= sizeof(beside)) {
        errno = ENAMETOOLONG;
        return false;
    }
    if (!write_new(beside, mode, content)) {
        return false;
    }
    if (rename(beside, path) != 0) {
        int saved = errno;
        (void)unlink(beside);
        errno = saved;
        return false;
    }
    return true;
}

bool file_replace(const char *path, mode_t mode, struct str content)
{
    int folder = open_parent(path); /* first, so that its failure changes nothing */
    if (folder < 0) {
        return false;
    }
    bool ok = write_and_rename(path, mode, content) && fsync(folder) == 0;
    close_quietly(folder);
    return ok;
}
