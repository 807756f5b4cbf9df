#include "audit/writer.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct writer {
    char *path;
    int fd;
    off_t good; /* bytes of whole lines in the file */
};

/* Opens the file for appending and ends a torn last line. -1 with errno set. */
static int open_file(const char *path, off_t *size)
{
    int fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        return -1;
    }
    struct stat st;
    char last = '\n';
    bool good = fstat(fd, &st) == 0;
    if (good && !S_ISREG(st.st_mode)) {
        errno = EINVAL;
        good = false;
    }
    if (good && st.st_size > 0) {
        good = pread(fd, &last, 1, st.st_size - 1) == 1;
    }
    if (good && last != '\n') {
        good = file_write_all(fd, "\n", 1);
        st.st_size++;
    }
    if (!good) {
        int saved = errno;
        close(fd);
        errno = saved;
        return -1;
    }
    *size = st.st_size;
    return fd;
}

struct writer *writer_open(const char *directory)
{
    if (mkdir(directory, 0750) < 0 && errno != EEXIST) {
        return NULL;
    }
    struct writer *w = calloc(1, sizeof(*w));
    if (w == NULL) {
        return NULL;
    }
    if (asprintf(&w->path, "%s/%s", directory, WRITER_FILE) < 0) {
        free(w);
        errno = ENOMEM;
        return NULL;
    }
    w->fd = open_file(w->path, &w->good);
    if (w->fd < 0) {
        int saved = errno;
        free(w->path);
        free(w);
        errno = saved;
        return NULL;
    }
    return w;
}

void writer_close(struct writer *w)
{
    if (w == NULL) {
        return;
    }
    close(w->fd);
    free(w->path);
    free(w);
}

bool writer_append(struct writer *w, struct str lines)
{
    if (file_write_all(w->fd, lines.p, lines.n)) {
        w->good += (off_t)lines.n;
        return true;
    }
    int saved = errno;
    /* Half a line on a full disk must not glue itself to the next record. */
    if (ftruncate(w->fd, w->good) < 0) {
        struct stat st;
        if (fstat(w->fd, &st) == 0) {
            w->good = st.st_size;
        }
    }
    errno = saved;
    return false;
}

bool writer_reopen(struct writer *w)
{
    off_t size = 0;
    int fd = open_file(w->path, &size);
    if (fd < 0) {
        return false;
    }
    close(w->fd);
    w->fd = fd;
    w->good = size;
    return true;
}
