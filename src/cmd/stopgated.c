/* stopgated(8): the gateway. */
#include "config.h"

#include "base/log.h"
#include "conf/diag.h"
#include "policy/snapshot.h"
#include "proc/master.h"
#include "proc/single.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define EXIT_CANNOT 2

static const char usage[] =
    "usage: stopgated [-c FILE] [-t] [--single]\n"
    "  -c, --config FILE  configuration (default " SG_SYSCONFDIR "/stopgate.yaml)\n"
    "  -t, --test         check configuration, policy, rules and their examples, then exit\n"
    "      --single       one process, for debugging\n"
    "  -V, --version      print the version\n"
    "  -h, --help         print this\n"
    "Signals: HUP reloads, USR1 reopens the record file, TERM and INT stop. See stopgated(8).\n";

/* Everything that a start would do short of listening: 0, or 2 with all errors told. */
static int check(const char *config)
{
    struct examples_result result = {0, 0, 0};
    struct diags *d = diags_new();
    if (d == NULL) {
        fprintf(stderr, "stopgated: out of memory\n");
        return EXIT_CANNOT;
    }
    int bundle = bundle_build(config, d, &result);
    struct snapshot *s = bundle < 0 ? NULL : snapshot_open(bundle, d);
    diags_print(d, stderr, isatty(STDERR_FILENO) == 1);
    if (s != NULL) {
        printf("%s: good; %zu rules, %zu examples, %zu terms, %zu policies, snapshot %.16s\n",
               config, result.rules, result.examples, s->rules->term_count, s->policy_count,
               s->version);
    } else {
        fprintf(stderr, "%s: %zu errors\n", config, diags_errors(d));
    }
    if (bundle >= 0) {
        close(bundle);
    }
    int code = s != NULL ? 0 : EXIT_CANNOT;
    snapshot_unref(s);
    diags_free(d);
    return code;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'}, {"test", no_argument, NULL, 't'},
        {"single", no_argument, NULL, 's'},       {"version", no_argument, NULL, 'V'},
        {"help", no_argument, NULL, 'h'},         {NULL, 0, NULL, 0}};
    const char *config = SG_SYSCONFDIR "/stopgate.yaml";
    bool test = false, single = false;
    int option;
    while ((option = getopt_long(argc, argv, "c:tVh", options, NULL)) != -1) {
        switch (option) {
        case 'c':
            config = optarg;
            break;
        case 't':
            test = true;
            break;
        case 's':
            single = true;
            break;
        case 'V':
            puts(PACKAGE_STRING);
            return 0;
        case 'h':
            fputs(usage, stdout);
            return 0;
        default:
            fputs(usage, stderr);
            return EXIT_CANNOT;
        }
    }
    if (optind < argc) {
        fprintf(stderr, "stopgated: unexpected argument `%s`\n%s", argv[optind], usage);
        return EXIT_CANNOT;
    }
    struct log log = {.fd = STDERR_FILENO, .level = LOG_INFO_LEVEL, .process = "master"};
    signal(SIGPIPE, SIG_IGN);
    if (test) {
        return check(config);
    }
    if (single) {
        log.process = "single";
        return single_run(config, &log);
    }
    return master_run(config, &log);
}
