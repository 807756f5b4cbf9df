/* The bundle's header and table as they stand in memory: for the writer and the reader alone. */
#ifndef SG_POLICY_BUNDLE_FORMAT_H
#define SG_POLICY_BUNDLE_FORMAT_H

#include "base/digest.h"

#include <stdint.h>

#define BUNDLE_MAGIC "SGBUNDLE"
#define BUNDLE_FORMAT 1
#define BUNDLE_MAX_ROWS 10000 /* files and lists (FILESET_MAX_FILES each), databases, the path */

#define BUNDLE_FILE 'f'
#define BUNDLE_LIST 'l'
#define BUNDLE_CONFIG 'c'   /* content: path of stopgate.yaml */
#define BUNDLE_DATABASE 'd' /* name: the view's */

struct bundle_header {
    char magic[8];
    uint32_t format;
    uint32_t count;
    uint64_t size;
    uint8_t version[DIGEST_SHA256_SIZE];
};

struct bundle_row {
    uint64_t kind;
    uint64_t name_at, name_size; /* bytes from the start of the file */
    uint64_t content_at, content_size;
};

#endif
