/* stopgate status: what runs, on which rules. */
#include "cmd/ask.h"
#include "cmd/command.h"

#include <stdio.h>
#include <stdlib.h>

#define TIMEOUT_S 10

static long long number_of(const json_t *o, const char *key)
{
    return json_integer_value(json_object_get(o, key));
}

static const char *text_of(const json_t *o, const char *key)
{
    const char *text = json_string_value(json_object_get(o, key));
    return text == NULL ? "" : text;
}

static void print_worker(const json_t *w)
{
    const json_t *actions = json_object_get(w, "actions");
    const char *state = !json_is_true(json_object_get(w, "ready"))      ? "starting"
                        : !json_is_true(json_object_get(w, "answered")) ? "silent"
                                                                        : "ready";
    printf("%-10s %7lld  %-8s  %.16s  %11lld  %9lld  %7lld  %8lld  %7lld  %6lld\n",
           text_of(w, "name"), number_of(w, "pid"), state, text_of(w, "snapshot"),
           number_of(w, "connections"), number_of(w, "exchanges"), number_of(actions, "block"),
           number_of(actions, "replace"), number_of(actions, "redact"), number_of(w, "errors"));
}

/* Not ready, or a worker that does not answer or runs other rules: found something. */
static int tell(const json_t *answer, bool json)
{
    const json_t *workers = json_object_get(answer, "workers"), *w;
    bool good = json_is_true(json_object_get(answer, "ready"));
    size_t i;
    if (json) {
        json_dumpf(answer, stdout, JSON_COMPACT);
        putchar('\n');
    } else if (json_is_true(json_object_get(answer, "ok"))) {
        printf("%s  pid %lld  up %lld s  rules %lld  snapshot %.16s  auditor %lld\n",
               good ? "ready" : "NOT READY", number_of(answer, "pid"),
               number_of(answer, "uptime_s"), number_of(answer, "rules"),
               text_of(answer, "snapshot"), number_of(answer, "auditor_pid"));
        printf("%-10s %7s  %-8s  %-16s  %11s  %9s  %7s  %8s  %7s  %6s\n", "worker", "pid", "state",
               "snapshot", "connections", "exchanges", "blocked", "replaced", "redacted", "errors");
    } else {
        fprintf(stderr, "stopgate status: %s\n", text_of(answer, "error"));
        return EXIT_CANNOT;
    }
    json_array_foreach(workers, i, w)
    {
        good = good && json_is_true(json_object_get(w, "answered")) &&
               json_equal(json_object_get(w, "snapshot"), json_object_get(answer, "snapshot"));
        if (!json) {
            print_worker(w);
        }
    }
    return good ? EXIT_CLEAN : EXIT_FOUND;
}

int command_status(int argc, char **argv)
{
    struct ask_options options;
    int code;
    if (!ask_parse(argc, argv,
                   "What runs, on which rules. Exit 1 where a worker is missing or differs.",
                   &options, &code)) {
        return code;
    }
    json_t *answer = ask_gateway(options.control, "status", TIMEOUT_S);
    code = answer == NULL ? EXIT_CANNOT : tell(answer, options.json);
    json_decref(answer);
    free(options.control);
    return code;
}
