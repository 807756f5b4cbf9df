#include "proc/control.h"

#include "net/address.h"
#include "net/conn.h"
#include "net/listener.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define REQUEST_TIMEOUT_MS 5000
#define LINGER_MS 1000

struct client {
    struct control *control;
    struct client *next;
    uint64_t id;
    struct conn *conn;
    bool asked;
};

struct control {
    struct loop *loop;
    struct log log;
    char *path;
    int fd;
    struct listener *listener;
    control_fn *fn;
    void *ctx;
    struct client *clients;
    size_t count;
    uint64_t last_id;
};

static void forget(struct client *cl)
{
    struct client **link = &cl->control->clients;
    while (*link != cl) {
        link = &(*link)->next;
    }
    *link = cl->next;
    cl->control->count--;
    free(cl);
}

static void drop(struct client *cl)
{
    conn_free(cl->conn);
    forget(cl);
}

static void reply_to(struct client *cl, struct str json)
{
    if (conn_send(cl->conn, json) && conn_send(cl->conn, STR("\n"))) {
        conn_finish(cl->conn, LINGER_MS);
        forget(cl);
    } else {
        drop(cl);
    }
}

static void ask(struct client *cl, struct str line)
{
    json_t *request = json_loadb(line.p, line.n, JSON_REJECT_DUPLICATES, NULL);
    const char *command = json_string_value(json_object_get(request, "command"));
    cl->asked = true;
    conn_deadline(cl->conn, 0);
    if (command == NULL) {
        reply_to(cl, STR("{\"ok\":false,\"error\":\"expected {\\\"command\\\":\\\"...\\\"}\"}"));
    } else {
        cl->control->fn(cl->control->ctx, cl->id, str_of(command));
    }
    json_decref(request);
}

static size_t on_data(void *ctx, const char *p, size_t n)
{
    struct client *cl = ctx;
    struct str all = {p, n};
    size_t end = str_find(all, STR("\n"), 0);
    if (cl->asked) {
        return n;
    }
    if (end == SIZE_MAX && n <= CONTROL_LINE_MAX) {
        return 0;
    }
    if (end == SIZE_MAX || end > CONTROL_LINE_MAX) {
        reply_to(cl, STR("{\"ok\":false,\"error\":\"the request is too long\"}"));
        return n;
    }
    ask(cl, str_sub(all, 0, end));
    return n;
}

/* Who has asked may close its side and still wait for the answer. */
static void on_eof(void *ctx)
{
    struct client *cl = ctx;
    if (!cl->asked) {
        drop(cl);
    }
}

static void on_timeout(void *ctx)
{
    drop(ctx);
}

static void on_error(void *ctx, int err)
{
    (void)err;
    drop(ctx);
}

static const struct conn_events events = {on_data, on_eof, on_error, on_timeout, NULL};

static void on_client(void *ctx, int fd, const struct address *peer)
{
    struct control *c = ctx;
    (void)peer;
    struct client *cl = c->count < CONTROL_CLIENTS_MAX ? calloc(1, sizeof(*cl)) : NULL;
    if (cl == NULL) {
        close(fd);
        return;
    }
    cl->control = c;
    cl->id = ++c->last_id;
    cl->conn = conn_new(c->loop, fd, &events, cl);
    if (cl->conn == NULL) {
        free(cl);
        return;
    }
    cl->next = c->clients;
    c->clients = cl;
    c->count++;
    conn_deadline(cl->conn, REQUEST_TIMEOUT_MS);
    conn_resume(cl->conn);
}

/* Does somebody listen there? */
static bool is_alive(const struct address *a)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    /* EAGAIN: its queue is full. */
    bool alive =
        fd >= 0 && (connect(fd, (const struct sockaddr *)&a->sa, a->len) == 0 || errno == EAGAIN);
    if (fd >= 0) {
        close(fd);
    }
    return alive;
}

static int listen_at(const char *path)
{
    char text[ADDRESS_TEXT_SIZE];
    struct address a;
    if (snprintf(text, sizeof(text), "unix:%s", path) >= (int)sizeof(text) ||
        !address_parse(str_of(text), &a)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    struct stat st;
    if (lstat(path, &st) == 0) {
        if (!S_ISSOCK(st.st_mode) || is_alive(&a)) {
            errno = S_ISSOCK(st.st_mode) ? EADDRINUSE : EEXIST;
            return -1;
        }
        if (unlink(path) < 0) {
            return -1;
        }
    }
    mode_t before = umask(0177);
    int fd = address_listen(&a, false);
    umask(before);
    return fd;
}

struct control *control_open(struct loop *loop, const struct log *log, const char *path,
                             control_fn *fn, void *ctx)
{
    struct control *c = calloc(1, sizeof(*c));
    if (c == NULL) {
        return NULL;
    }
    *c = (struct control){.loop = loop, .log = *log, .fd = -1, .fn = fn, .ctx = ctx};
    c->path = strdup(path);
    c->fd = c->path == NULL ? -1 : listen_at(path);
    if (c->fd >= 0) {
        c->listener = listener_new(loop, c->fd, log, on_client, c);
    }
    if (c->listener == NULL) {
        int saved = errno;
        if (c->fd >= 0) {
            close(c->fd);
            unlink(path);
        }
        free(c->path);
        free(c);
        errno = saved;
        return NULL;
    }
    return c;
}

void control_close(struct control *c)
{
    if (c == NULL) {
        return;
    }
    while (c->clients != NULL) {
        drop(c->clients);
    }
    listener_free(c->listener);
    close(c->fd);
    unlink(c->path);
    free(c->path);
    free(c);
}

void control_reply(struct control *c, uint64_t client, struct str json)
{
    for (struct client *cl = c->clients; cl != NULL; cl = cl->next) {
        if (cl->id == client) {
            reply_to(cl, json);
            return;
        }
    }
}
