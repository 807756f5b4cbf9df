/* One reading of a scanned text: the text itself, its fold, or a piece that was decoded from it. */
#ifndef SG_SCAN_READING_H
#define SG_SCAN_READING_H

#include "base/str.h"
#include "text/offmap.h"
#include "text/view.h"

struct reading {
    struct str text;
    enum view database;           /* which one reads it */
    enum view seen;               /* what matches tell about it */
    const struct offmap *maps[2]; /* back to the scanned text, one after the other; NULL: none */
    struct str source;            /* the scanned text */
};

/* Bytes of the scanned text that bytes [begin, end) of the reading come from. */
void reading_source(const struct reading *r, size_t begin, size_t end, size_t *from, size_t *to);

#endif
