/*
 * Rules as the security team wrote them, read and checked: the model that compiling and scanning
 * share. A ruleset is immutable once read and lives in its arena.
 */
#ifndef SG_RULES_RULE_H
#define SG_RULES_RULE_H

#include "base/arena.h"
#include "base/attr.h"
#include "base/str.h"
#include "conf/diag.h"
#include "conf/fileset.h"
#include "conf/schema.h"
#include "text/view.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RULE_MAX_COUNT 20000
#define RULE_MAX_TERMS 1000000 /* over all rules */
#define RULE_MAX_TERM 1024     /* bytes */
#define RULE_MAX_PATTERN 8192  /* bytes */
#define RULE_MAX_WIDTH 65536   /* longest text one match of an unbounded pattern may cover, bytes */

enum severity { SEVERITY_LOW, SEVERITY_MEDIUM, SEVERITY_HIGH, SEVERITY_CRITICAL, SEVERITY_COUNT };
extern const char *const severity_names[]; /* "low" … "critical", NULL */

/* What may not stand next to a match (the whole match, not only what `capture` names). */
enum boundary {
    BOUNDARY_NONE,
    BOUNDARY_DIGIT, /* a digit */
    BOUNDARY_ALNUM, /* an ASCII letter or digit */
    BOUNDARY_WORD /* an ASCII letter, digit or `_`; for terms: only where the term itself has one */
};
extern const char *const boundary_names[];

/* How `redact` writes a value unless the policy line says otherwise. */
enum mask { MASK_FULL, MASK_KEEP_LAST_4, MASK_LABEL, MASK_HASH };
extern const char *const mask_names[]; /* "full", "keep-last-4", "label", "hash" */

/* Named checks of a value (scan/verify.h runs them). */
enum verifier {
    VERIFY_LUHN,    /* ISO/IEC 7812-1: bank cards, IMEI */
    VERIFY_GB11643, /* PRC resident identity number, also residence permits */
    VERIFY_GB32100, /* unified social credit code */
    VERIFY_GB11714, /* organisation code */
    VERIFY_IBAN,    /* ISO 13616 */
    VERIFY_HKID,
    VERIFY_TWID,
    VERIFY_VIN,  /* ISO 3779, check digit by 49 CFR 565 */
    VERIFY_MRZ,  /* ICAO 9303 */
    VERIFY_DATE, /* YYYYMMDD inside is a day of the calendar */
    VERIFY_COUNT
};
extern const char *const verifier_names[];

struct rule_near {
    struct str_list terms; /* folded (view_fold) when read */
    size_t within;         /* characters before or behind the match that hold a whole term */
};

/*
 * A rule is compiled once for each text it meets: as it is written (raw texts and decoded pieces),
 * and for folded texts, where letter case is gone.
 */
enum rule_form { FORM_PLAIN, FORM_FOLDED, FORM_COUNT };

/* What database_prepare() makes of a pattern; all zero for term lists and for forms nobody reads.
 */
struct rule_code {
    void *confirm;     /* pcre2_code, owned by the ruleset; the boundary is part of it */
    unsigned hs_flags; /* for Hyperscan */
    size_t max_width;  /* bytes one match covers at most; RULE_MAX_WIDTH where there is no bound */
    bool local;        /* nothing farther away than max_width has a say in a match */
};

struct rule {
    struct str id; /* [a-z0-9][a-z0-9-]{0,63}, unique */
    struct str title_en, title_zh;
    struct str category; /* dotted path, in the taxonomy */
    enum severity severity;
    struct where at;

    struct str description;

    struct str pattern; /* Hyperscan/PCRE syntax; empty for term lists */
    struct where pattern_at;
    struct str_list
        terms[FORM_COUNT]; /* each at least 2 characters; empty for forms nobody reads */
    unsigned views;        /* 1u << enum view */
    bool caseless;
    struct str capture; /* PCRE2 group, name or number, that is the value; empty: the whole match */
    enum boundary boundary;
    unsigned verifiers;     /* 1u << enum verifier: all must agree */
    double entropy;         /* bits a character that the value must reach; 0: not asked */
    struct rule_near near;  /* terms.count 0: not asked */
    struct str_list except; /* values (folded) that are never matches: EXAMPLE keys, test cards */
    enum mask mask;

    struct str_list match, clean;      /* examples */
    struct where *match_at, *clean_at; /* their places */
    struct str_list references;

    /* filled by database_prepare() */
    struct rule_code code[FORM_COUNT];
    uint32_t capture_group; /* 0: the whole match */
    size_t max_width;       /* bytes one match covers at most, in whichever view */
};

struct category {
    struct str name; /* dotted */
    struct str title_en, title_zh;
    struct str_list risks; /* tags of risk catalogues, as GB/T 45654 numbers them: "A.4.6" */
    struct str_list owasp; /* OWASP Top 10 for LLM applications: "LLM01" */
    struct where at;
};

struct ruleset {
    struct rule **rules; /* in file order */
    struct rule **by_id; /* the same, ordered by id */
    size_t count;
    struct category *categories;
    size_t category_count;
    size_t term_count; /* lines and list items, whatever number of forms they have */
};

/*
 * Reads taxonomy.yaml (if the folder has one) and all other *.yaml files of the folders or files in
 * `paths`, with their term lists. `at`: where the paths were asked for. NULL after telling every
 * error; on success lives in cx->arena, but for the PCRE2 codes: ruleset_free() first.
 */
SG_MUST_CHECK struct ruleset *ruleset_read(struct schema_context *cx, const struct str *paths,
                                           size_t path_count, struct where at)
    SG_NONNULL_ARGS(1, 2);
void ruleset_free(struct ruleset *rs);

/* NULL where there is none. */
const struct rule *ruleset_find(const struct ruleset *rs, struct str id) SG_NONNULL;

/*
 * Does the database of view `v` hold this rule? Decoded pieces are read in the forms that the rule
 * asks for: one that lists `folded` but not `raw` meets them folded, in the folded database.
 */
bool rule_reads(const struct rule *rule, enum view v) SG_NONNULL;

static inline enum rule_form rule_form_of(enum view v)
{
    return v == VIEW_FOLDED ? FORM_FOLDED : FORM_PLAIN;
}

/* Is `category` equal to `prefix` or below it? "data-leak" covers "data-leak.personal". */
bool category_covers(struct str prefix, struct str category);

/* Does the taxonomy know it (or something below it)? */
bool ruleset_has_category(const struct ruleset *rs, struct str category) SG_NONNULL;

#endif
