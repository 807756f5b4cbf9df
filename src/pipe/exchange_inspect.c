/* Inspections: small ones where we stand, large ones on the helper thread. */
#include "pipe/exchange_output.h"
#include "pipe/exchange_private.h"

#include <stdlib.h>

struct job {
    struct exchange *ex;
    struct inspection *inspection;
    exchange_step *next;
};

static void work(void *ctx)
{
    struct job *job = ctx;
    inspect_run(job->inspection, job->ex->gate->off_scanner);
}

static void done(void *ctx)
{
    struct job *job = ctx;
    struct exchange *ex = job->ex;
    const struct inspection *inspection = job->inspection;
    exchange_step *next = job->next;
    free(job);
    struct gate *g = ex->gate;
    ex->job = false;
    g->jobs--;
    if (ex->over) {
        exchange_take_verdict(ex, inspection); /* nobody waits for it, but the record tells it */
        exchange_finish(ex, false);
        gate_settle(g);
        return;
    }
    next(ex);
}

static bool offload(struct exchange *ex, struct inspection *i, exchange_step *next)
{
    struct job *job = malloc(sizeof(*job));
    if (job == NULL) {
        return false;
    }
    *job = (struct job){ex, i, next};
    if (!loop_offload(ex->gate->loop, work, done, job)) {
        free(job);
        return false;
    }
    ex->job = true;
    ex->gate->jobs++;
    return true;
}

void exchange_inspect(struct exchange *ex, struct inspection *i, exchange_step *next)
{
    i->snapshot = ex->epoch->snapshot;
    i->policy = ex->policy;
    i->operation = ex->operation;
    i->tenant = ex->tenant != NULL ? ex->tenant->name : (struct str){NULL, 0};
    i->arena = ex->arena;
    i->mask_key = ex->gate->mask_key;
    if (i->body.n <= ex->epoch->snapshot->config.limits.offload_bytes) {
        inspect_run(i, ex->gate->scanner);
        next(ex);
    } else if (!offload(ex, i, next)) {
        exchange_say_refusal(ex, REASON_MEMORY, 0);
    }
}
