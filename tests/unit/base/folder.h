/*
 * For the tests of files: a working directory of their own, what to put in it, and what to look
 * for. Include it after cmocka.h. Static functions, so that each test program stays one source
 * file.
 */
#ifndef SG_TESTS_UNIT_BASE_FOLDER_H
#define SG_TESTS_UNIT_BASE_FOLDER_H

#include "base/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define BIG ((size_t)1024 * 1024)

static char folder[] = "/tmp/stopgate-file-XXXXXX"; /* the working directory */
static char big[BIG];                               /* what fill_big() made */

static int enter_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL ? -1 : chdir(folder);
}

static int leave_folder(void **state)
{
    (void)state;
    char command[sizeof(folder) + 16];
    (void)snprintf(command, sizeof(command), "rm -rf '%s'", folder);
    return chdir("/") | system(command);
}

static void fill_big(void)
{
    for (size_t i = 0; i < BIG; i++) {
        big[i] = (char)(i * 7 / 3);
    }
}

/* Puts a file there without the functions under test. */
static void put(const char *path, struct str content)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(content.p, 1, content.n, f), content.n);
    assert_int_equal(fclose(f), 0);
}

static void assert_content(const char *path, struct str want)
{
    struct buf b = BUF_INIT(2 * BIG);
    assert_true(file_read(path, &b));
    assert_int_equal(b.n, want.n);
    assert_true(str_eq(buf_str(&b), want));
    buf_free(&b);
}

/* Lowest free descriptor: tells of a leak. */
static int next_descriptor(void)
{
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    close(fd);
    return fd;
}

#endif
