/*
 * The log: one line an event, `TIME LEVEL PROCESS[PID] event key=value ...`, to standard error.
 *
 * No payload, key or token goes into it: callers log reason codes, ids, sizes and names from the
 * configuration. Values from outside (a header name, a file name) go through log_quote(). There is
 * no global logger: whoever logs holds a `struct log`, which is a plain value and may be copied.
 */
#ifndef SG_BASE_LOG_H
#define SG_BASE_LOG_H

#include "base/attr.h"
#include "base/str.h"

enum log_level { LOG_DEBUG_LEVEL, LOG_INFO_LEVEL, LOG_WARN_LEVEL, LOG_ERROR_LEVEL };

struct log {
    int fd;               /* where lines go; -1 drops them */
    enum log_level level; /* lines below it are dropped */
    const char *process;  /* "master", "worker-0", "builder", "auditor", "stopgate"; static */
};

/*
 * `fmt` is `event key=value ...`. A line is cut at 2 KiB and written in one write(2); control bytes
 * in it become `?`, so that an event never makes two lines. errno stays as it was.
 */
void log_debug(const struct log *log, const char *fmt, ...) SG_PRINTF(2, 3);
void log_info(const struct log *log, const char *fmt, ...) SG_PRINTF(2, 3);
/* log_warn and log_error add ` error="strerror(errno)"`; the x forms do not (as in err(3)). */
void log_warn(const struct log *log, const char *fmt, ...) SG_PRINTF(2, 3);
void log_warnx(const struct log *log, const char *fmt, ...) SG_PRINTF(2, 3);
void log_error(const struct log *log, const char *fmt, ...) SG_PRINTF(2, 3);
void log_errorx(const struct log *log, const char *fmt, ...) SG_PRINTF(2, 3);

/*
 * Writes `s` into out[size] in double quotes, with control and non-ASCII bytes as \xNN, quotes and
 * backslashes escaped. What is too long ends in `..."`. Returns `out`, always
 * NUL-terminated ("" when size is 0); 6 bytes are the least that is of use.
 */
const char *log_quote(char *out, size_t size, struct str s) SG_NONNULL;

/* "debug", "info", "warn", "error"; false for anything else. */
SG_MUST_CHECK bool log_level_parse(struct str s, enum log_level *out) SG_NONNULL;

#endif
