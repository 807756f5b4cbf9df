#include "cmd/ask.h"

#include "base/buf.h"
#include "base/file.h"
#include "cmd/command.h"
#include "policy/snapshot.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define ANSWER_MAX (4u << 20)

static char *control_from_config(const char *config)
{
    struct diags *d = diags_new();
    struct snapshot *s = d == NULL ? NULL : snapshot_read(config, d);
    char *path = NULL;
    if (s != NULL) {
        path = strndup(s->config.control.p, s->config.control.n);
    } else if (d != NULL) {
        diags_print(d, stderr, isatty(STDERR_FILENO) == 1);
    }
    snapshot_unref(s);
    diags_free(d);
    return path;
}

static void print_usage(FILE *out, const char *name, const char *summary)
{
    fprintf(out,
            "usage: stopgate %s [-c FILE | --control PATH] [--json]\n%s\n"
            "  -c, --config FILE   the gateway's configuration (default %s/stopgate.yaml)\n"
            "      --control PATH  its control socket\n"
            "      --json          print the answer as one JSON object\n",
            name, summary, SG_SYSCONFDIR);
}

bool ask_parse(int argc, char **argv, const char *summary, struct ask_options *out, int *code)
{
    static const struct option options[] = {{"config", required_argument, NULL, 'c'},
                                            {"control", required_argument, NULL, 'C'},
                                            {"json", no_argument, NULL, 'j'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    const char *config = SG_SYSCONFDIR "/stopgate.yaml", *control = NULL;
    int option;
    *out = (struct ask_options){NULL, false};
    *code = EXIT_CANNOT;
    while ((option = getopt_long(argc, argv, "c:h", options, NULL)) != -1) {
        if (option == 'c') {
            config = optarg;
        } else if (option == 'C') {
            control = optarg;
        } else if (option == 'j') {
            out->json = true;
        } else {
            print_usage(option == 'h' ? stdout : stderr, argv[0], summary);
            *code = option == 'h' ? EXIT_CLEAN : EXIT_CANNOT;
            return false;
        }
    }
    if (optind < argc) {
        fprintf(stderr, "stopgate %s: unexpected argument `%s`\n", argv[0], argv[optind]);
        return false;
    }
    out->control = control != NULL ? strdup(control) : control_from_config(config);
    return out->control != NULL;
}

static int connect_to(const char *path)
{
    struct sockaddr_un sa = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof(sa.sun_path)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(sa.sun_path, path, strlen(path) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&sa, sizeof(sa)) < 0) {
        int saved = errno;
        close(fd);
        errno = saved;
        fd = -1;
    }
    return fd;
}

static bool read_answer(int fd, struct buf *out)
{
    for (;;) {
        char *room = buf_room(out, 4096);
        ssize_t n = room == NULL ? -1 : read(fd, room, 4096);
        if (n == 0) {
            return out->n > 0;
        }
        if (n > 0) {
            buf_took(out, (size_t)n);
        } else if (room == NULL || errno != EINTR) {
            return false;
        }
    }
}

json_t *ask_gateway(const char *control, const char *command, unsigned timeout_s)
{
    struct buf answer = BUF_INIT(ANSWER_MAX);
    struct timeval timeout = {.tv_sec = timeout_s};
    char request[128];
    int n = snprintf(request, sizeof(request), "{\"command\":\"%s\"}\n", command);
    int fd = connect_to(control);
    if (fd < 0) {
        fprintf(stderr, "stopgate: %s: no gateway answers there: %s\n", control, strerror(errno));
        return NULL;
    }
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
    json_t *json = NULL;
    if (file_write_all(fd, request, (size_t)n) && read_answer(fd, &answer)) {
        json = json_loadb(answer.p, answer.n, 0, NULL);
    }
    if (json == NULL) {
        fprintf(stderr, "stopgate: %s: the gateway did not answer within %u s\n", control,
                timeout_s);
    }
    close(fd);
    buf_free(&answer);
    return json;
}
