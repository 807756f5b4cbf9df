/* stopgate reload: new configuration, policy and rules, or none of them. */
#include "cmd/ask.h"
#include "cmd/command.h"

#include <stdio.h>
#include <stdlib.h>

#define TIMEOUT_S 400 /* longer than the gateway's own limit for a build */

static const char *text_of(const json_t *answer, const char *key)
{
    const char *text = json_string_value(json_object_get(answer, key));
    return text == NULL ? "" : text;
}

static int tell(const json_t *answer, bool json)
{
    bool good = json_is_true(json_object_get(answer, "ok"));
    if (json) {
        json_dumpf(answer, stdout, JSON_COMPACT);
        putchar('\n');
    } else if (good) {
        fprintf(stderr, "%s", text_of(answer, "warnings"));
        printf("reloaded: %lld rules, %lld examples, %lld workers, snapshot %.16s\n",
               json_integer_value(json_object_get(answer, "rules")),
               json_integer_value(json_object_get(answer, "examples")),
               json_integer_value(json_object_get(answer, "workers")), text_of(answer, "snapshot"));
    } else {
        fprintf(stderr, "%sstopgate reload: %s\n", text_of(answer, "errors"),
                text_of(answer, "error"));
    }
    return good ? EXIT_CLEAN : EXIT_CANNOT;
}

int command_reload(int argc, char **argv)
{
    struct ask_options options;
    int code;
    if (!ask_parse(argc, argv, "New configuration, policy and rules, or none of them.", &options,
                   &code)) {
        return code;
    }
    json_t *answer = ask_gateway(options.control, "reload", TIMEOUT_S);
    code = answer == NULL ? EXIT_CANNOT : tell(answer, options.json);
    json_decref(answer);
    free(options.control);
    return code;
}
