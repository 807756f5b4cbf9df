/*
 * policy.yaml: what the security team decides, and how matches become a verdict.
 *
 * A policy has lines for prompts and lines for outputs. A line takes a match if everything it names
 * agrees (category with its children, rule ids, severity at least, roles, turns) and nothing under
 * its `except` does. Each match gets the severest action of the lines that take it (the first such
 * line is the one that is told); the verdict is the severest over all matches. Order of lines does
 * not matter otherwise. A match that no line takes is recorded with `allow`.
 */
#ifndef SG_POLICY_POLICY_H
#define SG_POLICY_POLICY_H

#include "base/arena.h"
#include "base/attr.h"
#include "base/str.h"
#include "conf/schema.h"
#include "rules/rule.h"
#include "scan/scan.h"
#include "text/shape.h"
#include "text/span.h"

#include <stdbool.h>
#include <stddef.h>

/* In rising severity. `pseudonymise` and `halt` come with the stages that carry them out. */
enum action {
    ACTION_ALLOW,
    ACTION_FLAG,
    ACTION_REDACT,
    ACTION_REPLACE,
    ACTION_BLOCK,
    ACTION_COUNT
};
extern const char *const action_names[]; /* "allow" … "block", NULL */

/* What to do with what could not be read. `flag` passes it and says so in the record. */
enum fallback { FALLBACK_BLOCK, FALLBACK_ALLOW, FALLBACK_FLAG };

struct bilingual {
    struct str en, zh; /* equal where the file gave one text */
};

/* What a line leaves alone although it would take it. Empty lists and 0: nothing. */
struct policy_except {
    struct str_list rules, categories, tenants;
    unsigned roles; /* 1u << enum span_role */
};

struct policy_line {
    struct where at;
    struct str category;   /* empty: any */
    struct str_list rules; /* empty: any */
    int severity;          /* at least; SEVERITY_LOW: any */
    unsigned roles;        /* 1u << enum span_role; 0: any */
    bool newest_only;      /* `turns: newest`: leaves replayed history alone */
    enum action action;
    int mask;                /* enum mask, or -1: the rule's own */
    struct bilingual answer; /* `replace`: the canned answer */
    struct policy_except except;
};

struct policy {
    struct str name;
    struct where at;
    enum fallback on_unscannable, on_error; /* default block */
    int status;                             /* HTTP status of a blocked prompt; default 400 */
    struct bilingual message;               /* to the user when blocked; has a default */
    struct policy_line *lines[2];           /* by enum direction */
    size_t line_count[2];
};

/* One match, decided. Parallel to the match list. */
struct decision {
    enum action action;
    const struct policy_line *line; /* NULL: none took it */
    enum mask mask;
};

struct verdict {
    enum action action;
    size_t decisive; /* index of the first match with that action; SIZE_MAX for `allow` */
    struct decision *decisions;
};

/* `tenant` may be empty. Each match's `span` is an index into `spans`. False: the arena is full. */
SG_MUST_CHECK bool policy_decide(const struct policy *p, enum direction dir, struct str tenant,
                                 const struct span_list *spans, const struct match_list *matches,
                                 struct arena *a, struct verdict *out)
    SG_NONNULL_ARGS(1, 4, 5, 6, 7);

#endif
