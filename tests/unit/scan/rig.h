/* Compiled rules with a scanner and somewhere for its matches. */
#ifndef SG_TESTS_SCAN_RIG_H
#define SG_TESTS_SCAN_RIG_H

#include "../rules/fixture.h"
#include "scan/scan.h"

#define RIG_SPAN 7 /* what the matches of rig_scan() say */

struct rig {
    struct fixture f;
    struct scanner *scanner;
    struct arena *arena;
    struct match_list list;
};

static inline void rig_open(struct rig *r, const char *yaml, const struct scan_limits *limits)
{
    *r = (struct rig){0};
    fixture_rules(&r->f, yaml);
    r->scanner = scanner_new(limits);
    r->arena = arena_new(256u << 20);
    assert_non_null(r->scanner);
    assert_non_null(r->arena);
    assert_true(scanner_prepare(r->scanner, &r->f.db));
}

static inline void rig_close(struct rig *r)
{
    scanner_free(r->scanner);
    arena_free(r->arena);
    fixture_close(&r->f);
}

static inline enum reason rig_scan(struct rig *r, struct str text)
{
    arena_reset(r->arena);
    r->list = (struct match_list){0};
    return scanner_scan(r->scanner, &r->f.db, text, RIG_SPAN, r->arena, &r->list);
}

#endif
