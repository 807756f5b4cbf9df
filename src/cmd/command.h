/* The subcommands of stopgate(1), one file each. */
#ifndef SG_CMD_COMMAND_H
#define SG_CMD_COMMAND_H

#include "base/attr.h"

/* Exit codes of both programs. */
enum { EXIT_CLEAN = 0, EXIT_FOUND = 1, EXIT_CANNOT = 2 };

/* Gets its own arguments, argv[0] being its name; returns the exit code. */
typedef int command_fn(int argc, char **argv);

command_fn command_demo, command_reload, command_status;

#endif
