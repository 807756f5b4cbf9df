/*
 * A record: one JSON object, one line, for one exchange. It says who asked which model, what was
 * found, what was decided by which rule and policy line, and how much was read; it holds no text of
 * a prompt, an output, a key or a header. stopgate.yaml(5), section RECORDS, lists the members.
 */
#ifndef SG_AUDIT_RECORD_H
#define SG_AUDIT_RECORD_H

#include "base/attr.h"
#include "base/buf.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

#define RECORD_SCHEMA "stopgate.record/1"
#define RECORD_MAX (64u << 10) /* bytes; matches past it are counted, not listed */

/* One match and what was done about it. Views live as long as the exchange. */
struct record_match {
    const char *direction; /* "prompt", "output" */
    struct str rule, category;
    const char *severity, *view, *role, *action;
    bool history;
    const char *path;    /* where in the body, without payload (path_text) */
    uint64_t begin, end; /* bytes of the body (after its Content-Encoding was undone) */
    const char *line;    /* `policy.yaml:12`, or "" when no policy line took it */
};

/* What was read of one direction's body. */
struct record_body {
    uint64_t bytes;       /* as received, framing undone */
    uint64_t scanned;     /* bytes of text that went through the rules */
    uint64_t unscannable; /* bytes that could not be read */
    uint64_t spans;
    const char *reason; /* why it could not be read; "" if it could */
    uint64_t inspect_ns;
};

struct record {
    char id[32];
    uint64_t wall_us;   /* start */
    const char *client; /* address without port */
    struct str tenant, user, route, upstream, api, operation, policy;
    struct str method;
    struct str model, model_answered;
    bool stream;
    unsigned status; /* what the client got; 0: nothing */
    unsigned upstream_status;
    const char *action;    /* of the verdict */
    const char *direction; /* that decided: "prompt", "output", "" */
    const char *reason;    /* reason code; "ok" if nothing was wrong */
    struct str rule;       /* that decided; empty if none */
    const char *line;      /* policy line that decided; "" if none */
    const char *snapshot;  /* version */
    struct record_body prompt, output;
    const struct record_match *matches;
    uint64_t match_listed;          /* that stand in `matches` */
    uint64_t match_count;           /* all there were */
    uint64_t total_ns, upstream_ns; /* from the request's first byte; waiting for the model */
};

/* Appends the line with its '\n'. Names from outside are escaped; model and user are cut at 128
 * bytes. False: bound, memory. */
SG_MUST_CHECK bool record_write(const struct record *r, struct buf *out) SG_NONNULL;

#endif
