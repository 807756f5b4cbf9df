#include "net/resolve.h"
#include "net/loop_private.h"

#include <event2/dns.h>
#include <event2/util.h>
#include <netinet/in.h>
#include <stdlib.h>

/* RFC 1035, 2.3.4: 255 octets on the wire are 253 characters. */
#define NAME_MAX_LENGTH 253

struct resolve {
    struct resolver *resolver;
    TAILQ_ENTRY(resolve) link;
    struct evdns_getaddrinfo_request *request; /* NULL before and after libevent works on it */
    bool answered;
    bool cancelled;
    resolve_fn *fn;
    void *ctx;
    uint16_t port;
    struct address addresses[RESOLVE_MAX];
    size_t n;
    struct loop_task turn;
};

struct resolver {
    struct loop *loop;
    struct evdns_base *dns;
    TAILQ_HEAD(, resolve) open;
};

bool resolve_files(struct loop *loop, const char *resolv_conf, const char *hosts)
{
    struct resolver *r;

    if (loop->resolver != NULL) {
        return false;
    }
    r = calloc(1, sizeof(*r));
    if (r == NULL) {
        return false;
    }
    r->loop = loop;
    TAILQ_INIT(&r->open);
    /* An idle resolver must not keep the loop running. */
    r->dns = evdns_base_new(loop->base, EVDNS_BASE_DISABLE_WHEN_INACTIVE);
    if (r->dns == NULL) {
        free(r);
        return false;
    }
    /* Both fall back to what every host has when they cannot read the file. */
    (void)evdns_base_resolv_conf_parse(r->dns, DNS_OPTIONS_ALL & ~DNS_OPTION_HOSTSFILE,
                                       resolv_conf);
    (void)evdns_base_load_hosts(r->dns, hosts);
    loop->resolver = r;
    return true;
}

static void release(void *ctx)
{
    free(ctx);
}

static void forget(struct resolve *r)
{
    TAILQ_REMOVE(&r->resolver->open, r, link);
    loop_bury(r->resolver->loop, &r->turn, release);
}

/* Runs what was asked to be told, outside of libevent's own call. */
static void tell(void *ctx)
{
    struct resolve *r = ctx;

    forget(r);
    r->fn(r->ctx, r->addresses, r->n);
}

static void take(struct resolve *r, const struct evutil_addrinfo *ai)
{
    struct address *a = &r->addresses[r->n];

    if ((ai->ai_family != AF_INET && ai->ai_family != AF_INET6) || ai->ai_addrlen > sizeof(a->sa)) {
        return;
    }
    memset(a, 0, sizeof(*a));
    memcpy(&a->sa, ai->ai_addr, ai->ai_addrlen);
    a->len = (socklen_t)ai->ai_addrlen;
    if (ai->ai_family == AF_INET) {
        ((struct sockaddr_in *)&a->sa)->sin_port = htons(r->port);
    } else {
        ((struct sockaddr_in6 *)&a->sa)->sin6_port = htons(r->port);
    }
    r->n++;
}

/* libevent may call this inside evdns_getaddrinfo(), and calls it after a cancellation too. */
static void on_answer(int err, struct evutil_addrinfo *all, void *arg)
{
    struct resolve *r = arg;

    r->request = NULL;
    r->answered = true;
    for (struct evutil_addrinfo *ai = all; err == 0 && ai != NULL && r->n < RESOLVE_MAX;
         ai = ai->ai_next) {
        take(r, ai);
    }
    if (all != NULL) {
        evutil_freeaddrinfo(all);
    }
    if (r->cancelled) {
        forget(r);
    } else {
        loop_defer(r->resolver->loop, &r->turn);
    }
}

struct resolve *resolve_start(struct loop *loop, struct str host, uint16_t port, resolve_fn *fn,
                              void *ctx)
{
    struct evutil_addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct evdns_getaddrinfo_request *request;
    char name[NAME_MAX_LENGTH + 1];
    struct resolve *r;

    if (host.n == 0 || host.n > NAME_MAX_LENGTH || memchr(host.p, '\0', host.n) != NULL) {
        return NULL;
    }
    if (loop->resolver == NULL && !resolve_files(loop, "/etc/resolv.conf", "/etc/hosts")) {
        return NULL;
    }
    r = calloc(1, sizeof(*r));
    if (r == NULL) {
        return NULL;
    }
    memcpy(name, host.p, host.n);
    name[host.n] = '\0';
    r->resolver = loop->resolver;
    r->fn = fn;
    r->ctx = ctx;
    r->port = port;
    loop_task_init(&r->turn, tell, r);
    TAILQ_INSERT_TAIL(&loop->resolver->open, r, link);
    request = evdns_getaddrinfo(loop->resolver->dns, name, NULL, &hints, on_answer, r);
    if (!r->answered) {
        r->request = request;
    }
    return r;
}

void resolve_cancel(struct resolve *r)
{
    if (r->answered) {
        forget(r);
        return;
    }
    r->cancelled = true;
    if (r->request != NULL) {
        evdns_getaddrinfo_cancel(r->request);
    }
}

/*
 * Failing what is open makes libevent queue callbacks: they run in one more turn, so that libevent
 * frees its part. What then remains is ours. Nobody is told: the owners have gone before the loop.
 */
void resolver_free(struct resolver *r)
{
    struct resolve *open;

    if (r == NULL) {
        return;
    }
    TAILQ_FOREACH(open, &r->open, link)
    {
        open->cancelled = true;
    }
    evdns_base_free(r->dns, 1);
    if (!TAILQ_EMPTY(&r->open)) {
        (void)event_base_loop(r->loop->base, EVLOOP_NONBLOCK);
    }
    while ((open = TAILQ_FIRST(&r->open)) != NULL) {
        forget(open);
    }
    r->loop->resolver = NULL;
    free(r);
}

/* The sockets to the name servers are the parent's too: answers must not be mixed up. */
void resolver_after_fork(struct resolver *r)
{
    if (TAILQ_EMPTY(&r->open)) {
        resolver_free(r);
    }
}
