#include "rules/known_answers.h"

#include <hs.h>
#include <string.h>

#define GAP_MAX 4100 /* past every vector width and unrolled loop, with odd remainders */

/* Each pattern finds `q`, a gap of `fill` up to `most` bytes, `z`; and nothing without its `z`. */
static const struct {
    const char *pattern;
    char fill;
    size_t least, most;
} questions[] = {
    {"q.*z", 'x', 0, GAP_MAX},     {"q[^z]*z", 'x', 0, GAP_MAX},  {"qx*z", 'x', 0, GAP_MAX},
    {"q[^zw]*z", 'x', 0, GAP_MAX}, {"q[a-y]*z", 'x', 0, GAP_MAX}, {"q[^a]+z", 'x', 1, GAP_MAX},
    {"q\\s*z", ' ', 0, GAP_MAX},   {"q[0-9]{0,40}z", '7', 0, 40}, {"q.{0,80}z", 'x', 0, 80},
};

static const size_t gaps[] = {0,  1,  2,  15,  16,  17,  31,   32,  33,
                              63, 64, 65, 100, 127, 255, 1000, 4099};

static int on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
                    void *ctx)
{
    (void)id;
    (void)from;
    (void)to;
    (void)flags;
    *(bool *)ctx = true;
    return 1; /* one is enough */
}

bool known_answers_ask(void *ctx, const struct hs_database *db, struct str text)
{
    hs_scratch_t *scratch = NULL;
    bool found = false;
    (void)ctx;
    if (hs_alloc_scratch(db, &scratch) == HS_SUCCESS) {
        (void)hs_scan(db, text.p, (unsigned)text.n, 0, scratch, on_match, &found);
    }
    hs_free_scratch(scratch);
    return found;
}

static bool ask_one(known_answers_fn *ask, void *ctx, const hs_database_t *db, size_t question,
                    size_t gap)
{
    char text[GAP_MAX + 64];
    size_t lead = 5, end = lead + 1 + gap;
    memset(text, '-', sizeof(text));
    memset(text + lead + 1, questions[question].fill, gap);
    text[lead] = 'q';
    text[end] = 'z';
    bool expected = gap >= questions[question].least && gap <= questions[question].most;
    bool found = ask(ctx, db, (struct str){text, end + 9});
    text[end] = '-';
    return found == expected && !ask(ctx, db, (struct str){text, end + 9});
}

/* The first gap that is answered wrong; GAP_MAX + 1 if none is. */
static size_t first_wrong(known_answers_fn *ask, void *ctx, size_t question)
{
    hs_database_t *db = NULL;
    hs_compile_error_t *error = NULL;
    size_t wrong = GAP_MAX + 1;
    if (hs_compile(questions[question].pattern, HS_FLAG_DOTALL, HS_MODE_BLOCK, NULL, &db, &error) !=
        HS_SUCCESS) {
        hs_free_compile_error(error);
        return 0;
    }
    for (size_t g = 0; g < SG_COUNT(gaps) && wrong > GAP_MAX; g++) {
        if (!ask_one(ask, ctx, db, question, gaps[g])) {
            wrong = gaps[g];
        }
    }
    hs_free_database(db);
    return wrong;
}

bool known_answers_good(known_answers_fn *ask, void *ctx, struct where at, struct diags *d)
{
    for (size_t q = 0; q < SG_COUNT(questions); q++) {
        size_t wrong = first_wrong(ask, ctx, q);
        if (wrong <= GAP_MAX) {
            diag_error(d, at,
                       "the pattern library (version %s) gives wrong answers: `%s` over a gap of "
                       "%zu bytes; matches would be missed, so no rule is trusted to it; install "
                       "another (libhyperscan5, or a newer libvectorscan5)",
                       hs_version(), questions[q].pattern, wrong);
            return false;
        }
    }
    return true;
}
