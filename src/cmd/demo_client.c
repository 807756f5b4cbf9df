#include "cmd/demo_client.h"

#include "base/arena.h"
#include "base/file.h"
#include "http/http1.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define ANSWER_MAX (4u << 20)
#define TIMEOUT_S 30

struct reading {
    struct demo_answer *answer;
    bool done;
};

static void copy_header(const struct http_head *head, struct str name, char *out, size_t size)
{
    const struct http_header *h = http_find(head, name);
    int n = h == NULL ? 0 : (int)(h->value.n < size ? h->value.n : size - 1);
    snprintf(out, size, "%.*s", n, h == NULL ? "" : h->value.p);
}

static enum reason on_head(void *ctx, const struct http_head *head)
{
    struct reading *r = ctx;
    r->answer->status = head->status;
    copy_header(head, STR("x-stopgate-id"), r->answer->id, sizeof(r->answer->id));
    copy_header(head, STR("x-stopgate-action"), r->answer->action, sizeof(r->answer->action));
    copy_header(head, STR("x-stopgate-reason"), r->answer->reason, sizeof(r->answer->reason));
    return REASON_OK;
}

static enum reason on_body(void *ctx, const char *p, size_t n)
{
    struct reading *r = ctx;
    return buf_add(&r->answer->body, p, n) ? REASON_OK : REASON_MEMORY;
}

static enum reason on_end(void *ctx)
{
    struct reading *r = ctx;
    r->done = true;
    return REASON_OK;
}

static const struct http1_events events = {on_head, on_body, on_end};

static int connect_to(uint16_t port)
{
    struct sockaddr_in sa = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct timeval timeout = {.tv_sec = TIMEOUT_S};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&sa, sizeof(sa)) < 0) {
        close(fd);
        return -1;
    }
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
    return fd;
}

static bool send_request(int fd, uint16_t port, const char *path, struct str json)
{
    char head[512];
    int n = snprintf(head, sizeof(head),
                     "POST %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nContent-Type: application/json\r\n"
                     "Content-Length: %zu\r\nConnection: close\r\n\r\n",
                     path, port, json.n);
    return n > 0 && (size_t)n < sizeof(head) && file_write_all(fd, head, (size_t)n) &&
           file_write_all(fd, json.p, json.n);
}

static bool read_answer(int fd, struct http1 *parser, const struct reading *r)
{
    char piece[8192];
    while (!r->done) {
        size_t used;
        ssize_t n = read(fd, piece, sizeof(piece));
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0 || http1_feed(parser, piece, (size_t)n, &used) != REASON_OK) {
            return false;
        }
    }
    return true;
}

bool demo_post(uint16_t port, const char *path, struct str json, struct demo_answer *out)
{
    *out = (struct demo_answer){.body = BUF_INIT(ANSWER_MAX)};
    struct reading r = {out, false};
    struct arena *arena = arena_new(1u << 20);
    struct http1 *parser = http1_new(HTTP1_RESPONSE, NULL, &events, &r);
    int fd = connect_to(port);
    bool good = arena != NULL && parser != NULL && fd >= 0;
    if (good) {
        http1_next(parser, arena);
        good = send_request(fd, port, path, json) && read_answer(fd, parser, &r);
    }
    if (!good) {
        fprintf(stderr, "stopgate demo: the gateway gave no answer\n");
    }
    if (fd >= 0) {
        close(fd);
    }
    http1_free(parser);
    arena_free(arena);
    return good;
}
