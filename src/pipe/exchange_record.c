/* What the record of an exchange says. */
#include "audit/record.h"
#include "base/clock.h"
#include "pipe/exchange_private.h"

#include <stdio.h>
#include <stdlib.h>

#define PATH_SIZE 256
#define LISTED_MAX 512 /* matches: more than a record has room for */

static const char *policy_line_text(struct arena *a, const struct policy_line *line)
{
    if (line == NULL) {
        return "";
    }
    const char *text = arena_printf(a, "%s:%u", line->at.file, line->at.line);
    return text == NULL ? "" : text;
}

static struct record_match match_of(struct exchange *ex, const struct inspection *i, size_t m)
{
    const struct match *match = &i->matches.items[m];
    const struct span *span = &i->spans.items[match->span];
    size_t from = 0, to = 0;
    char path[PATH_SIZE];
    offmap_range(&span->map, match->begin, match->end, &from, &to);
    const char *where = "target";
    if (match->span < i->body_spans) {
        where = arena_strdup(ex->arena, str_of(path_text(span->path, path, sizeof(path))));
    }
    return (struct record_match){.direction =
                                     i->direction == DIRECTION_PROMPT ? "prompt" : "output",
                                 .rule = match->rule->id,
                                 .category = match->rule->category,
                                 .severity = severity_names[match->rule->severity],
                                 .view = view_name(match->view),
                                 .role = span_role_name(span->role),
                                 .action = action_names[i->verdict.decisions[m].action],
                                 .history = span->history,
                                 .path = where == NULL ? "" : where,
                                 .begin = from,
                                 .end = to,
                                 .line = policy_line_text(ex->arena, i->verdict.decisions[m].line)};
}

/*
 * Both directions' matches in one list, as many as can be told; all of them are counted. Not in the
 * arena, which a hostile body may have filled. To free().
 */
static struct record_match *list_matches(struct exchange *ex, struct record *r)
{
    const struct inspection *both[] = {&ex->prompt, &ex->output};
    struct record_match *list = calloc(LISTED_MAX, sizeof(*list));
    for (size_t i = 0; i < SG_COUNT(both); i++) {
        size_t count = both[i]->verdict.decisions != NULL ? both[i]->matches.count : 0;
        r->match_count += count;
        for (size_t m = 0; list != NULL && m < count && r->match_listed < LISTED_MAX; m++) {
            list[r->match_listed++] = match_of(ex, both[i], m);
        }
    }
    r->matches = list;
    return list;
}

/* `bytes` came, of which `unread` were never looked at. */
static struct record_body body_of(const struct inspection *i, uint64_t bytes, uint64_t unread)
{
    return (struct record_body){.bytes = bytes,
                                .scanned = i->scanned,
                                .unscannable = i->unscannable + unread,
                                .spans = i->spans.count,
                                .reason = i->reason == REASON_OK ? "" : reason_code(i->reason),
                                .inspect_ns = i->spent_ns};
}

/*
 * A name that a body brought, for the record; `*` where a rule matched in it, since then it is
 * payload. Facts are the texts of their spans.
 */
static struct str fact_of(const struct inspection *i, struct str fact)
{
    for (size_t m = 0; m < i->matches.count; m++) {
        struct str text = i->spans.items[i->matches.items[m].span].text;
        if (text.p == fact.p && text.n == fact.n) {
            return STR("*");
        }
    }
    return fact;
}

static void fill_facts(struct record *r, const struct exchange *ex)
{
    const struct body_facts *asked = &ex->prompt.spans.facts;
    r->model = fact_of(&ex->prompt, asked->model);
    r->user = fact_of(&ex->prompt, asked->user);
    r->stream = asked->stream;
    r->model_answered = fact_of(&ex->output, ex->output.spans.facts.model);
}

static void fill_route(struct record *r, const struct exchange *ex)
{
    if (ex->head != NULL) {
        r->method = ex->head->method;
    }
    if (ex->tenant != NULL) {
        r->tenant = ex->tenant->name;
    }
    if (ex->route != NULL) {
        r->route = ex->route->path;
        r->upstream = ex->route->upstream->name;
        r->api = shape_name(ex->route->shape);
        r->operation = operation_name(ex->operation);
    }
    if (ex->policy != NULL) {
        r->policy = ex->policy->name;
    }
}

static void fill_outcome(struct record *r, struct exchange *ex)
{
    const struct outcome *o = &ex->outcome;
    r->action = action_names[o->action];
    r->direction = o->direction;
    r->reason = reason_code(o->reason);
    r->status = o->status;
    r->upstream_status = o->upstream_status;
    r->line = "";
    if (o->by != NULL && o->by->verdict.decisive != SIZE_MAX) {
        size_t m = o->by->verdict.decisive;
        r->rule = o->by->matches.items[m].rule->id;
        r->line = policy_line_text(ex->arena, o->by->verdict.decisions[m].line);
    }
}

static void count(struct exchange *ex)
{
    ex->gate->figures.by_action[ex->outcome.action]++;
    if (ex->outcome.reason != REASON_OK && ex->outcome.reason != REASON_POLICY) {
        ex->gate->figures.errors++;
    }
}

void exchange_record(struct exchange *ex)
{
    uint64_t now = clock_mono_ns();
    uint64_t answered = ex->answered_ns != 0 ? ex->answered_ns : now;
    struct record r = {.wall_us = ex->wall_us,
                       .client = ex->peer,
                       .snapshot = ex->epoch->snapshot->version,
                       .prompt = body_of(&ex->prompt, ex->received, 0),
                       .output = body_of(&ex->output, ex->output.body.n + ex->passed, ex->passed),
                       .total_ns = now - ex->started_ns,
                       .upstream_ns = ex->called_ns != 0 ? answered - ex->called_ns : 0};
    snprintf(r.id, sizeof(r.id), "%s", ex->id);
    fill_route(&r, ex);
    fill_facts(&r, ex);
    fill_outcome(&r, ex);
    struct record_match *list = list_matches(ex, &r);
    struct buf line = BUF_INIT(2 * RECORD_MAX);
    if (!record_write(&r, &line) || !ex->gate->sink.submit(ex->gate->sink.ctx, buf_str(&line))) {
        log_errorx(&ex->gate->log, "record_lost id=%s", ex->id);
    }
    buf_free(&line);
    free(list);
    count(ex);
    if (ex->outcome.reason != REASON_OK) {
        log_info(&ex->gate->log, "exchange id=%s client=%s action=%s reason=%s status=%u", ex->id,
                 ex->peer, r.action, r.reason, r.status);
    }
}
