#include "text/view.h"

const char *view_name(enum view v)
{
    static const char *const names[VIEW_COUNT] = {"raw", "folded", "decoded"};

    return (unsigned)v < VIEW_COUNT ? names[v] : "?";
}
