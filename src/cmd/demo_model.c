#include "cmd/demo_model.h"

#include "base/buf.h"
#include "base/file.h"
#include "http/http1.h"
#include "net/address.h"
#include "net/conn.h"
#include "net/listener.h"
#include "proc/child.h"
#include "text/utf8.h"

#include <arpa/inet.h>
#include <errno.h>
#include <jansson.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#define BODY_MAX (1u << 20)
#define DELTA_CHARACTERS 6
#define LINGER_MS 1000

/* What it says when the prompt holds the word. The identifiers are synthetic. */
static const struct {
    const char *word, *answer;
} script[] = {
    {"access key",
     "Put this into ~/.aws/credentials: aws_access_key_id = AKIAQ4T7ZK2M5X3LB6WD, and restart."},
    {"会议材料", "材料首页标注为:机密★1年,内容如下:……"},
    {"阅读", "中国的四大名著是《红楼梦》《西游记》《水浒传》《三国演义》。"},
    {"capital", "The capital of France is Paris."},
};
static const char otherwise[] = "Noted. (This is the demo model; it only repeats a script.)";

struct model {
    struct log log;
    struct loop *loop;
    int fd;
    const char *journal;
};

struct visitor {
    struct model *model;
    struct conn *conn;
    struct http1 *parser;
    struct arena *arena;
    const struct http_head *head;
    struct buf body;
    bool done;
};

static const char *answer_to(const char *prompt)
{
    for (size_t i = 0; i < SG_COUNT(script); i++) {
        if (strstr(prompt, script[i].word) != NULL) {
            return script[i].answer;
        }
    }
    return otherwise;
}

static json_t *completion(const char *answer)
{
    return json_pack("{s:s, s:s, s:i, s:s, s:[{s:i, s:{s:s, s:s}, s:s}], s:{s:i, s:i, s:i}}", "id",
                     "chatcmpl-demo", "object", "chat.completion", "created", 1700000000, "model",
                     DEMO_MODEL_NAME, "choices", "index", 0, "message", "role", "assistant",
                     "content", answer, "finish_reason", "stop", "usage", "prompt_tokens", 1,
                     "completion_tokens", 1, "total_tokens", 2);
}

static bool put_json(struct buf *out, const char *before, json_t *json, const char *after)
{
    char *text = json == NULL ? NULL : json_dumps(json, JSON_COMPACT);
    bool good = text != NULL && buf_add_str(out, str_of(before)) &&
                buf_add_str(out, str_of(text)) && buf_add_str(out, str_of(after));
    free(text);
    json_decref(json);
    return good;
}

static bool put_event(struct buf *out, json_t *delta, const char *finish)
{
    json_t *end = finish == NULL ? json_null() : json_string(finish);
    return put_json(out, "data: ",
                    json_pack("{s:s, s:s, s:i, s:s, s:[{s:i, s:o, s:o}]}", "id", "chatcmpl-demo",
                              "object", "chat.completion.chunk", "created", 1700000000, "model",
                              DEMO_MODEL_NAME, "choices", "index", 0, "delta", delta,
                              "finish_reason", end),
                    "\n\n");
}

static bool put_stream(struct buf *out, const char *answer)
{
    struct str rest = str_of(answer);
    bool good = true;
    for (size_t at = 0; good && at < rest.n;) {
        size_t end = utf8_forward(rest, at, DELTA_CHARACTERS);
        good = put_event(out, json_pack("{s:s%}", "content", rest.p + at, end - at), NULL);
        at = end;
    }
    return good && put_event(out, json_object(), "stop") &&
           buf_add_str(out, STR("data: [DONE]\n\n"));
}

static bool put_answer(struct visitor *v, struct buf *out, const char **type)
{
    json_t *request = json_loadb(v->body.p == NULL ? "" : v->body.p, v->body.n, 0, NULL);
    json_t *messages = json_object_get(request, "messages");
    json_t *last = json_array_get(messages, json_array_size(messages) - 1);
    const char *prompt = json_string_value(json_object_get(last, "content"));
    bool good;
    *type = "application/json";
    if (str_ends(v->head->target, STR("/models"))) {
        good = put_json(out, "",
                        json_pack("{s:s, s:[{s:s, s:s, s:s}]}", "object", "list", "data", "id",
                                  DEMO_MODEL_NAME, "object", "model", "owned_by", "stopgate-demo"),
                        "");
    } else if (json_is_true(json_object_get(request, "stream"))) {
        *type = "text/event-stream";
        good = put_stream(out, answer_to(prompt == NULL ? "" : prompt));
    } else {
        good = put_json(out, "", completion(answer_to(prompt == NULL ? "" : prompt)), "");
    }
    json_decref(request);
    return good;
}

static void leave(struct visitor *v)
{
    http1_free(v->parser);
    arena_free(v->arena);
    buf_free(&v->body);
    free(v);
}

static void respond(struct visitor *v)
{
    struct buf out = BUF_INIT(BODY_MAX), head = BUF_INIT(4096);
    const char *type;
    if (!file_replace(v->model->journal, 0600, buf_str(&v->body))) {
        log_warn(&v->model->log, "journal_not_written");
    }
    bool good = put_answer(v, &out, &type) &&
                http1_write_status_line(&head, 200, http1_phrase(200)) &&
                http1_write_header(&head, STR("Content-Type"), str_of(type)) &&
                http1_write_header(&head, STR("X-Demo-Model"), STR("for demonstration only")) &&
                http1_write_length(&head, out.n) &&
                http1_write_header(&head, STR("Connection"), STR("close")) &&
                buf_add_str(&head, STR("\r\n")) && conn_send(v->conn, buf_str(&head)) &&
                conn_send(v->conn, buf_str(&out));
    buf_free(&out);
    buf_free(&head);
    if (good) {
        conn_finish(v->conn, LINGER_MS);
    } else {
        conn_free(v->conn);
    }
    leave(v);
}

static enum reason on_head(void *ctx, const struct http_head *head)
{
    struct visitor *v = ctx;
    v->head = head;
    return REASON_OK;
}

static enum reason on_body(void *ctx, const char *p, size_t n)
{
    struct visitor *v = ctx;
    return buf_add(&v->body, p, n) ? REASON_OK : REASON_BODY_SIZE;
}

static enum reason on_end(void *ctx)
{
    struct visitor *v = ctx;
    v->done = true;
    return REASON_OK;
}

static const struct http1_events parser_events = {on_head, on_body, on_end};

static void on_gone(void *ctx)
{
    struct visitor *v = ctx;
    conn_free(v->conn);
    leave(v);
}

static size_t on_data(void *ctx, const char *p, size_t n)
{
    struct visitor *v = ctx;
    size_t used = 0;
    if (http1_feed(v->parser, p, n, &used) != REASON_OK) {
        on_gone(v);
    } else if (v->done) {
        respond(v);
    }
    return n;
}

static void on_error(void *ctx, int err)
{
    (void)err;
    on_gone(ctx);
}

static const struct conn_events socket_events = {on_data, on_gone, on_error, on_gone, NULL};

static void on_client(void *ctx, int fd, const struct address *peer)
{
    struct visitor *v = calloc(1, sizeof(*v));
    (void)peer;
    if (v == NULL) {
        close(fd);
        return;
    }
    v->model = ctx;
    v->body = BUF_INIT(BODY_MAX);
    v->arena = arena_new(BODY_MAX);
    v->parser = http1_new(HTTP1_REQUEST, NULL, &parser_events, v);
    v->conn = conn_new(v->model->loop, fd, &socket_events, v);
    if (v->arena == NULL || v->parser == NULL || v->conn == NULL) {
        conn_free(v->conn);
        leave(v);
        return;
    }
    http1_next(v->parser, v->arena);
    conn_resume(v->conn);
}

static int model_main(void *ctx)
{
    struct model *m = ctx;
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    signal(SIGINT, SIG_IGN); /* the demo ends it */
    m->loop = loop_new();
    if (m->loop == NULL || listener_new(m->loop, m->fd, &m->log, on_client, m) == NULL) {
        return 1;
    }
    return loop_run(m->loop) ? 0 : 1;
}

pid_t demo_model_start(const struct log *log, const char *journal, uint16_t *port)
{
    struct model m = {.log = *log, .journal = journal};
    struct address a;
    m.log.process = DEMO_MODEL_NAME;
    if (!address_parse(STR("127.0.0.1:0"), &a)) {
        errno = EINVAL;
        return -1;
    }
    m.fd = address_listen(&a, false);
    if (m.fd < 0 || !address_of_socket(m.fd, &a)) {
        return -1;
    }
    *port = ntohs(((struct sockaddr_in *)(void *)&a.sa)->sin_port);
    pid_t pid = child_start("sg-demo-model", &m.log, &m.fd, 1, model_main, &m);
    close(m.fd);
    return pid;
}
