#include "base/reason.h"

struct reason_row {
    const char *code;
    const char *sentence;
    int status;
    enum reason_class class;
};

#define REASON_ROW(symbol, code, status, class, sentence) \
    [REASON_##symbol] = {code, sentence, status, REASON_CLASS_##class},
static const struct reason_row rows[] = {REASON_TABLE(REASON_ROW)};
#undef REASON_ROW

static const struct reason_row unknown = {"?", "?", 500, REASON_CLASS_GATE};

static const struct reason_row *row(enum reason r)
{
    return (unsigned)r < REASON_COUNT ? &rows[r] : &unknown;
}

const char *reason_code(enum reason r)
{
    return row(r)->code;
}

const char *reason_sentence(enum reason r)
{
    return row(r)->sentence;
}

int reason_status(enum reason r)
{
    return row(r)->status;
}

enum reason_class reason_class(enum reason r)
{
    return row(r)->class;
}
