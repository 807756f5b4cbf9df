/* stopgate(1): the operator's tool. */
#include "config.h"

#include "cmd/command.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    command_fn *fn;
    const char *summary;
} commands[] = {
    {"demo", command_demo, "a self-contained run: demo model, gateway, sample exchanges"},
    {"reload", command_reload, "new configuration, policy and rules, or none of them"},
    {"status", command_status, "what runs, on which rules"},
};

static void print_usage(FILE *out)
{
    fputs("usage: stopgate COMMAND [OPTION...]\n\n", out);
    for (size_t i = 0; i < SG_COUNT(commands); i++) {
        fprintf(out, "  %-8s %s\n", commands[i].name, commands[i].summary);
    }
    fputs("\n`stopgate COMMAND --help` tells a command's options. See stopgate(1).\n", out);
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    if (argc < 2) {
        print_usage(stderr);
        return EXIT_CANNOT;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_usage(stdout);
        return EXIT_CLEAN;
    }
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
        puts(PACKAGE_STRING);
        return EXIT_CLEAN;
    }
    for (size_t i = 0; i < SG_COUNT(commands); i++) {
        if (strcmp(argv[1], commands[i].name) == 0) {
            return commands[i].fn(argc - 1, argv + 1);
        }
    }
    fprintf(stderr, "stopgate: unknown command `%s`\n", argv[1]);
    print_usage(stderr);
    return EXIT_CANNOT;
}
