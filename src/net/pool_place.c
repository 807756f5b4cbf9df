#include "net/pool_private.h"

#include <stdlib.h>

static void leave_idle(struct place *place)
{
    if (place->idle) {
        place->idle = false;
        TAILQ_REMOVE(&place->pool->servers[place->server].idle, place, link);
        place->pool->idle--;
    }
}

void pool_close_place(struct place *place)
{
    struct pool *p = place->pool;

    leave_idle(place);
    conn_free(place->conn);
    free(place);
    p->open--;
    pool_call_round(p);
}

/* While idle nothing may come: bytes, an end and an error alike mean that the server is done. */
static size_t on_idle_data(void *ctx, const char *bytes, size_t n)
{
    struct place *place = ctx;

    (void)bytes;
    if (place->idle) {
        pool_close_place(place);
    }
    return n;
}

static void on_idle_over(void *ctx)
{
    struct place *place = ctx;

    if (place->idle) {
        pool_close_place(place);
    }
}

static void on_idle_error(void *ctx, int err)
{
    (void)err;
    on_idle_over(ctx);
}

const struct conn_events pool_idle_events = {
    .on_data = on_idle_data,
    .on_eof = on_idle_over,
    .on_error = on_idle_error,
    .on_timeout = on_idle_over,
};

struct place *pool_take_idle(struct pool *p, size_t server)
{
    struct place *place;

    while ((place = TAILQ_FIRST(&p->servers[server].idle)) != NULL) {
        if (conn_reusable(place->conn)) {
            leave_idle(place);
            conn_pause(place->conn);
            conn_deadline(place->conn, 0);
            return place;
        }
        pool_close_place(place);
    }
    return NULL;
}

struct place *pool_take_any_idle(struct pool *p)
{
    struct place *place = NULL;

    for (size_t i = 0; i < p->server_count && place == NULL && p->idle > 0; i++) {
        place = pool_take_idle(p, (p->turn_of + i) % p->server_count);
    }
    return place;
}
