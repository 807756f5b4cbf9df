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
    bool torn;   /* half a line may stand behind `whole` */
    off_t whole; /* bytes in the file before that */
};

/* Opens the file for appending and ends a torn last line. -1 with errno set. */
static int open_file(const char *path)
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
    }
    if (!good) {
        int saved = errno;
        close(fd);
        errno = saved;
        return -1;
    }
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
    w->fd = open_file(w->path);
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

/*
 * Takes back half a line, or ends it where it cannot be taken back. The size is asked for and not
 * remembered: a program that rotates logs may have cut the file in the meantime.
 */
static bool mend(struct writer *w)
{
    struct stat st;
    if (fstat(w->fd, &st) != 0) {
        return false;
    }
    if (st.st_size > w->whole && ftruncate(w->fd, w->whole) != 0 &&
        !file_write_all(w->fd, "\n", 1)) {
        return false;
    }
    w->torn = false;
    return true;
}

bool writer_append(struct writer *w, struct str lines)
{
    struct stat st;
    if ((w->torn && !mend(w)) || fstat(w->fd, &st) != 0) {
        return false;
    }
    if (file_write_all(w->fd, lines.p, lines.n)) {
        return true;
    }
    int saved = errno;
    w->torn = true;
    w->whole = st.st_size;
    (void)mend(w); /* else before the next line */
    errno = saved;
    return false;
}

bool writer_reopen(struct writer *w)
{
    int fd = open_file(w->path);
    if (fd < 0) {
        return false;
    }
    close(w->fd);
    w->fd = fd;
    w->torn = false; /* open_file() has seen to the last line */
    return true;
}
