/* What a reload cannot change. */
#include "policy/snapshot.h"

static bool same_text(struct diags *d, struct where at, const char *key, struct str now,
                      struct str next)
{
    if (str_eq(now, next)) {
        return true;
    }
    char a[DIAG_QUOTE_SIZE], b[DIAG_QUOTE_SIZE];
    diag_error(d, at, "`%s` changes from %s to %s: needs a restart", key, diag_quote(a, now),
               diag_quote(b, next));
    return false;
}

static bool listens(const struct config *c, struct str text)
{
    for (size_t i = 0; i < c->listen_count; i++) {
        if (str_eq(c->listen[i].text, text)) {
            return true;
        }
    }
    return false;
}

/* Their order means nothing. */
static bool same_listeners(struct diags *d, const struct config *now, const struct config *next)
{
    char quoted[DIAG_QUOTE_SIZE];
    bool same = true;
    for (size_t i = 0; i < next->listen_count; i++) {
        if (!listens(now, next->listen[i].text)) {
            diag_error(d, next->listen[i].at, "the listener %s is new: needs a restart",
                       diag_quote(quoted, next->listen[i].text));
            same = false;
        }
    }
    for (size_t i = 0; i < now->listen_count; i++) {
        if (!listens(next, now->listen[i].text)) {
            diag_error(d, next->at.listen, "the listener %s is gone: needs a restart",
                       diag_quote(quoted, now->listen[i].text));
            same = false;
        }
    }
    if (same && now->listen_count != next->listen_count) { /* several with port 0 */
        diag_error(d, next->at.listen, "the number of listeners changes: needs a restart");
        same = false;
    }
    return same;
}

bool snapshot_can_follow(const struct snapshot *now, const struct snapshot *next, struct diags *d)
{
    const struct config *a = &now->config, *b = &next->config;
    bool can = same_listeners(d, a, b);
    if (a->workers != b->workers) {
        diag_error(d, b->at.workers, "`workers` changes from %lld to %lld: needs a restart",
                   (long long)a->workers, (long long)b->workers);
        can = false;
    }
    can &= same_text(d, b->at.audit, "audit", a->audit_directory, b->audit_directory);
    can &= same_text(d, b->at.state, "state", a->state, b->state);
    can &= same_text(d, b->at.control, "control", a->control, b->control);
    return can;
}
