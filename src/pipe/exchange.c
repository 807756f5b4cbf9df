/* The exchange's first half: from the request's first byte to the call of the model endpoint. */
#include "pipe/exchange.h"

#include "base/clock.h"
#include "pipe/exchange_output.h"
#include "pipe/exchange_private.h"
#include "pipe/forward.h"

#include <stdlib.h>

#define CALL_HEAD_MAX (256u << 10)

struct exchange *exchange_new(struct gate *g, const struct exchange_client *client, void *ctx,
                              const struct address *peer)
{
    struct exchange *ex = calloc(1, sizeof(*ex));
    if (ex == NULL) {
        return NULL;
    }
    const struct config *config = &g->current->snapshot->config;
    ex->wall_us = clock_wall_us();
    ex->started_ns = clock_mono_ns();
    ex->arena = arena_new(config->limits.exchange_memory);
    if (ex->arena == NULL || !digest_ulid(ex->wall_us, ex->id)) {
        arena_free(ex->arena);
        free(ex);
        return NULL;
    }
    ex->gate = g;
    ex->epoch = epoch_ref(g->current);
    ex->client = client;
    ex->client_ctx = ctx;
    ex->outcome.direction = "";
    ex->request_body = BUF_INIT(config->limits.request_body);
    ex->answer_body = BUF_INIT(config->limits.response_body);
    ex->call_head = BUF_INIT(CALL_HEAD_MAX);
    address_host_text(peer, ex->peer);
    g->figures.exchanges++;
    g->figures.running++;
    return ex;
}

struct arena *exchange_arena(struct exchange *ex)
{
    return ex->arena;
}

const struct config *exchange_config(const struct exchange *ex)
{
    return &ex->epoch->snapshot->config;
}

/* The key that a header shows, if it is one of those where the APIs put it. */
static struct str key_in(const struct http_header *h)
{
    static const char *const names[] = {"x-api-key", "api-key", "x-goog-api-key"};
    if (str_eq_nocase(h->name, STR("authorization"))) {
        bool bearer = h->value.n > 7 && str_eq_nocase(str_sub(h->value, 0, 7), STR("bearer "));
        return bearer ? str_trim(str_sub(h->value, 7, h->value.n)) : (struct str){NULL, 0};
    }
    for (size_t i = 0; i < SG_COUNT(names); i++) {
        if (str_eq_nocase(h->name, str_of(names[i]))) {
            return h->value;
        }
    }
    return (struct str){NULL, 0};
}

/*
 * Every key that is shown counts, since nobody knows which one the endpoint looks at: a key beside
 * it does not hide a tenant, and the keys of two tenants are those of none.
 */
static enum reason find_tenant(struct exchange *ex)
{
    const struct config *config = exchange_config(ex);
    for (size_t i = 0; config->tenant_count > 0 && i < ex->head->header_count; i++) {
        struct str key = key_in(&ex->head->headers[i]);
        uint8_t digest[DIGEST_SHA256_SIZE];
        if (key.n == 0) {
            continue;
        }
        if (!digest_sha256(key, digest)) {
            return REASON_MEMORY;
        }
        const struct config_tenant *tenant = config_tenant(config, digest);
        if (tenant != NULL && ex->tenant != NULL && tenant != ex->tenant) {
            ex->tenant = NULL;
            return REASON_TENANT_UNKNOWN;
        }
        ex->tenant = tenant != NULL ? tenant : ex->tenant;
    }
    return ex->tenant == NULL && config->tenants_only ? REASON_TENANT_UNKNOWN : REASON_OK;
}

static enum reason find_route(struct exchange *ex)
{
    size_t mark = str_find(ex->head->target, STR("?"), 0);
    struct str path = str_sub(ex->head->target, 0, mark);
    ex->route = config_route(exchange_config(ex), path);
    if (ex->route == NULL) {
        return REASON_NO_ROUTE;
    }
    ex->operation = shape_operation(ex->route->shape, path);
    enum reason r = find_tenant(ex);
    bool own = ex->tenant != NULL && ex->tenant->policy != NULL;
    ex->policy = own ? ex->tenant->policy : ex->route->policy;
    return r;
}

enum reason exchange_request_head(struct exchange *ex, const struct http_head *head)
{
    ex->head = head;
    if (!ex->gate->sink.ready(ex->gate->sink.ctx)) {
        return REASON_AUDIT;
    }
    ex->refusal = find_route(ex);
    if (head->framing == HTTP_BODY_LENGTH && head->length > ex->request_body.max) {
        return REASON_BODY_SIZE;
    }
    if (head->expect_continue && head->framing != HTTP_BODY_NONE) {
        /* Refused before the client sends what would be thrown away. */
        if (ex->refusal != REASON_OK) {
            return ex->refusal;
        }
        return ex->client->go_on(ex->client_ctx) ? REASON_OK : REASON_MEMORY;
    }
    return REASON_OK;
}

enum reason exchange_request_body(struct exchange *ex, const char *p, size_t n)
{
    if (n > ex->request_body.max - ex->received) {
        return REASON_BODY_SIZE;
    }
    ex->received += n;
    if (ex->refusal != REASON_OK) {
        return REASON_OK; /* nobody will read it: it takes no memory */
    }
    return buf_add(&ex->request_body, p, n) ? REASON_OK : REASON_MEMORY;
}

/* --- the prompt's verdict ---------------------------------------------------------------- */

static struct str host_of(struct exchange *ex)
{
    const struct pool_server *s = &ex->route->upstream->servers[0];
    if (str_starts(s->host, STR("unix:"))) {
        return STR("localhost");
    }
    bool v6 = str_find(s->host, STR(":"), 0) != SIZE_MAX;
    const char *text =
        arena_printf(ex->arena, v6 ? "[%.*s]:%u" : "%.*s:%u", STR_ARG(s->host), s->port);
    return str_of(text);
}

/* Sends what was inspected: the edited bytes, the decoded bytes, or the bytes as they came. */
static void call_model(struct exchange *ex)
{
    const struct inspection *i = &ex->prompt;
    struct str body = i->edited ? buf_str(&i->new_body) : i->text_body;
    struct str host = host_of(ex);
    struct forward_request request = {.head = ex->head,
                                      .target = i->target_edited ? buf_str(&i->new_target)
                                                                 : ex->head->target,
                                      .host = host,
                                      .id = str_of(ex->id),
                                      .length = body.n,
                                      .has_body = ex->head->framing != HTTP_BODY_NONE,
                                      .decoded = i->decoded,
                                      .edited = i->edited};
    if (host.n == 0 || !forward_request_head(&request, &ex->call_head)) {
        exchange_say_refusal(ex, REASON_MEMORY, 0);
        return;
    }
    struct back_call call = {.pool = epoch_pool(ex->epoch, ex->route->upstream),
                             .upstream = ex->route->upstream,
                             .limits = &exchange_config(ex)->limits.http,
                             .arena = ex->arena,
                             .method = ex->head->method,
                             .head = buf_str(&ex->call_head),
                             .body = body};
    ex->called_ns = clock_mono_ns();
    ex->back = back_new(&call, &exchange_back_events, ex);
    if (ex->back == NULL) {
        exchange_say_refusal(ex, REASON_MEMORY, 0);
    }
}

const char *exchange_direction(const struct inspection *i)
{
    return i->direction == DIRECTION_PROMPT ? "prompt" : "output";
}

void exchange_take_verdict(struct exchange *ex, const struct inspection *i)
{
    if (i->verdict.action > ex->outcome.action) {
        ex->outcome.action = i->verdict.action;
        ex->outcome.by = i;
        ex->outcome.direction = exchange_direction(i);
    }
}

bool exchange_may_pass(struct exchange *ex, enum reason reason, const char *direction)
{
    enum fallback fallback = FALLBACK_BLOCK;
    if (reason == REASON_OK) {
        return true;
    }
    if (reason_class(reason) == REASON_CLASS_UNSCANNABLE) {
        fallback = ex->policy->on_unscannable;
    } else if (reason == REASON_SCAN_FAILED) {
        fallback = ex->policy->on_error;
    }
    ex->outcome.reason = reason;
    if (fallback == FALLBACK_BLOCK) {
        ex->outcome.direction = direction;
        return false;
    }
    if (fallback == FALLBACK_FLAG && ex->outcome.action < ACTION_FLAG) {
        ex->outcome.action = ACTION_FLAG;
        ex->outcome.direction = direction;
    }
    return true;
}

bool exchange_may_send(struct exchange *ex, const struct inspection *i)
{
    if (i->unclean) {
        ex->outcome.direction = exchange_direction(i);
        return false;
    }
    return exchange_may_pass(ex, i->reason, exchange_direction(i));
}

static void prompt_inspected(struct exchange *ex)
{
    struct inspection *i = &ex->prompt;
    exchange_take_verdict(ex, i);
    if (i->verdict.action >= ACTION_REPLACE) {
        exchange_say_verdict(ex, i);
    } else if (!exchange_may_send(ex, i)) {
        exchange_say_refusal(ex, i->reason, 0);
    } else {
        call_model(ex);
    }
}

void exchange_request_end(struct exchange *ex)
{
    ex->whole = true;
    if (ex->refusal != REASON_OK) {
        exchange_say_refusal(ex, ex->refusal, 0);
        return;
    }
    ex->prompt.direction = DIRECTION_PROMPT;
    ex->prompt.head = ex->head;
    ex->prompt.target = ex->head->target;
    ex->prompt.body = buf_str(&ex->request_body);
    exchange_inspect(ex, &ex->prompt, prompt_inspected);
}

void exchange_refuse(struct exchange *ex, enum reason reason)
{
    exchange_say_refusal(ex, reason, 0);
}

void exchange_drained(struct exchange *ex)
{
    if (ex->passing && ex->back != NULL) {
        back_resume(ex->back);
    }
}

void exchange_client_gone(struct exchange *ex, enum reason reason)
{
    ex->client = NULL;
    ex->outcome.reason = reason; /* what was let through unread stands with its body */
    exchange_finish(ex, false);
}
