/* The exchange's inside, shared by its three files; private to this folder. */
#ifndef SG_PIPE_EXCHANGE_PRIVATE_H
#define SG_PIPE_EXCHANGE_PRIVATE_H

#include "base/digest.h"
#include "pipe/answer.h"
#include "pipe/back.h"
#include "pipe/exchange.h"
#include "pipe/inspect.h"

/* How it came out; what the record tells. */
struct outcome {
    enum action action;
    enum reason reason;
    const char *direction;       /* that decided: "prompt", "output" or "" */
    const struct inspection *by; /* whose verdict decided; NULL for everything else */
    unsigned status, upstream_status;
};

struct exchange {
    struct gate *gate;
    struct epoch *epoch;
    struct arena *arena;
    const struct exchange_client *client; /* NULL once the client is gone */
    void *client_ctx;
    char id[DIGEST_ID_SIZE];
    char peer[ADDRESS_TEXT_SIZE];
    uint64_t wall_us, started_ns, called_ns, answered_ns;

    const struct http_head *head;
    const struct config_route *route;
    const struct config_tenant *tenant;
    const struct policy *policy;
    const struct operation *operation;
    enum reason refusal; /* known since the head, told when the body is over */
    struct buf request_body;
    uint64_t received; /* bytes of the request's body, kept or not */
    struct inspection prompt;

    struct back *back;
    struct buf call_head;
    const struct http_head *answer_head;
    struct buf answer_body;
    uint64_t passed; /* bytes of an answer that went through unread */
    struct inspection output;

    bool whole;   /* the request was read to its end */
    bool started; /* the answer's head went out */
    bool passing; /* the answer goes through piece by piece, unread */
    bool job;     /* an inspection runs on the helper thread */
    bool over;    /* finished while a job was running: freed when that is done */
    struct outcome outcome;
};

/* exchange_inspect.c: runs an inspection here or on the helper thread, then next(ex). */
typedef void exchange_step(struct exchange *ex);
void exchange_inspect(struct exchange *ex, struct inspection *i, exchange_step *next) SG_NONNULL;

/* exchange_answer.c: ways to end. Each may free the exchange. */
void exchange_say_refusal(struct exchange *ex, enum reason reason, int status) SG_NONNULL;
void exchange_say_verdict(struct exchange *ex, const struct inspection *i) SG_NONNULL;
void exchange_finish(struct exchange *ex, bool intact) SG_NONNULL;

/* exchange_record.c */
void exchange_record(struct exchange *ex) SG_NONNULL;

#endif
