/* libFuzzer target: json_scan() against jansson, on anything. Any difference is a crash. */
#include "tests/fuzz/json_compare.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *wrong = json_compare((struct str){(const char *)data, size}, NULL);

    if (wrong != NULL) {
        (void)fprintf(stderr, "%s\n", wrong);
        abort();
    }
    return 0;
}
