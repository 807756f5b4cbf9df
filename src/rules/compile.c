#include "rules/database.h"
#include "rules/image.h"

#include "base/buf.h"

#include <hs.h>
#include <stdlib.h>

/* How every database is made: bodies are scanned whole. */
#define DATABASE_MODE HS_MODE_BLOCK

/* The parallel arrays that Hyperscan takes. */
struct expressions {
    const char **texts;
    unsigned *flags, *ids;
    struct buf escaped; /* the terms, as patterns that mean nothing but their bytes */
};

static void expressions_free(struct expressions *e)
{
    free(e->texts);
    free(e->flags);
    free(e->ids);
    buf_free(&e->escaped);
}

static bool add_escaped(struct buf *out, struct str term)
{
    static const char digits[] = "0123456789abcdef";
    char *p = buf_room(out, term.n * 4 + 1);

    if (p == NULL) {
        return false;
    }
    for (size_t i = 0; i < term.n; i++) {
        unsigned char c = (unsigned char)term.p[i];

        p[i * 4] = '\\';
        p[i * 4 + 1] = 'x';
        p[i * 4 + 2] = digits[c >> 4];
        p[i * 4 + 3] = digits[c & 15];
    }
    p[term.n * 4] = '\0';
    buf_took(out, term.n * 4 + 1);
    return true;
}

/* Terms are bytes: without UTF8 `caseless` means ASCII letters, and a match is as long as the term.
 */
static unsigned term_flags(const struct rule *rule, enum view v)
{
    return rule->caseless && v != VIEW_FOLDED ? HS_FLAG_CASELESS : 0;
}

/* Escaped terms stand one behind the other; they are pointed to when the buffer moves no more. */
static bool expressions_make(const struct database *db, enum view v, struct expressions *e)
{
    size_t n = db->pattern_count[v], at = 0;

    *e = (struct expressions){calloc(n, sizeof(*e->texts)), calloc(n, sizeof(*e->flags)),
                              calloc(n, sizeof(*e->ids)), BUF_INIT(SIZE_MAX)};
    if (e->texts == NULL || e->flags == NULL || e->ids == NULL) {
        return false;
    }
    for (size_t i = db->regex_count[v]; i < n; i++) {
        if (!add_escaped(&e->escaped, db->patterns[v][i].text)) {
            return false;
        }
    }
    for (size_t i = 0; i < n; i++) {
        const struct pattern *p = &db->patterns[v][i];

        e->ids[i] = (unsigned)i;
        if (p->literal == 0) {
            e->texts[i] = p->text.p;
            e->flags[i] = p->rule->code[rule_form_of(v)].hs_flags;
        } else {
            e->texts[i] = e->escaped.p + at;
            e->flags[i] = term_flags(p->rule, v);
            at += p->text.n * 4 + 1;
        }
    }
    return true;
}

static void tell_failure(const struct database *db, enum view v, const hs_compile_error_t *error,
                         struct diags *d)
{
    if (error == NULL || error->expression < 0) {
        diag_error(d, (struct where){0}, "the rules for %s texts cannot be compiled: %s",
                   view_name(v), error == NULL ? "out of memory" : error->message);
        return;
    }
    const struct rule *rule = db->patterns[v][error->expression].rule;
    diag_error(d, rule->pattern_at, "the pattern cannot be compiled: %s", error->message);
}

static hs_database_t *compile(const struct database *db, enum view v, struct diags *d)
{
    struct expressions e;
    hs_compile_error_t *error = NULL;
    hs_database_t *made = NULL;

    if (!expressions_make(db, v, &e) ||
        hs_compile_multi(e.texts, e.flags, e.ids, (unsigned)db->pattern_count[v], DATABASE_MODE,
                         NULL, &made, &error) != HS_SUCCESS) {
        tell_failure(db, v, error, d);
        made = NULL;
    }
    hs_free_compile_error(error);
    expressions_free(&e);
    return made;
}

bool database_compile(const struct database *db, enum view v, struct diags *d, void **bytes,
                      size_t *size)
{
    *bytes = NULL;
    *size = 0;
    if (db->pattern_count[v] == 0) {
        return true;
    }
    hs_database_t *made = compile(db, v, d);
    if (made == NULL) {
        return false;
    }
    bool ok = image_write(db, v, made, bytes, size);
    if (!ok) {
        diag_error(d, (struct where){0}, "out of memory");
    }
    (void)hs_free_database(made);
    return ok;
}

bool database_attach(struct database *db, enum view v, const void *bytes, size_t size)
{
    const struct hs_database *hs = image_read(db, v, bytes, size);

    if (hs != NULL) {
        db->hs[v] = hs;
    }
    return hs != NULL;
}
