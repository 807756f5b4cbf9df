#include "config.h" /* the GNU form of strerror_r(3) */

#include "base/log.h"

#include "base/clock.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#define LOG_LINE_MAX 2048 /* with the newline; below PIPE_BUF, so a pipe does not split it */
#define LOG_SUFFIX_MAX 160

static const char *const level_names[] = {"debug", "info", "warn", "error"};

/* What vsnprintf() really wrote into `room` bytes, its NUL not counted. */
static size_t written(int n, size_t room)
{
    if (n < 0 || room == 0) {
        return 0;
    }
    return (size_t)n < room ? (size_t)n : room - 1;
}

/* One event is one line whatever the arguments held. */
static void one_line(char *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if ((unsigned char)p[i] < 0x20 || p[i] == 0x7f) {
            p[i] = '?';
        }
    }
}

/* The whole line is cut at the event's text, so that its error is always told. */
static void write_line(const struct log *log, enum log_level level, const char *suffix,
                       const char *fmt, va_list ap) SG_PRINTF(4, 0);

static void write_line(const struct log *log, enum log_level level, const char *suffix,
                       const char *fmt, va_list ap)
{
    char line[LOG_LINE_MAX];
    char now[CLOCK_RFC3339_SIZE];
    size_t suffix_n = strlen(suffix);
    size_t room = sizeof(line) - suffix_n; /* the NUL's place is the newline's in the end */
    size_t n = written(snprintf(line, room, "%s %s %s[%ld] ", clock_rfc3339(now, clock_wall_us()),
                                level_names[level], log->process, (long)getpid()),
                       room);
    n += written(vsnprintf(line + n, room - n, fmt, ap), room - n);
    memcpy(line + n, suffix, suffix_n);
    n += suffix_n;
    one_line(line, n);
    line[n++] = '\n';
    ssize_t done;
    do {
        done = write(log->fd, line, n);
    } while (done < 0 && errno == EINTR);
}

static bool wanted(const struct log *log, enum log_level level)
{
    return log->fd >= 0 && level >= log->level;
}

static void log_plain(const struct log *log, enum log_level level, const char *fmt, va_list ap)
    SG_PRINTF(3, 0);

static void log_plain(const struct log *log, enum log_level level, const char *fmt, va_list ap)
{
    int saved = errno;
    if (wanted(log, level)) {
        write_line(log, level, "", fmt, ap);
    }
    errno = saved;
}

static void log_with_errno(const struct log *log, enum log_level level, const char *fmt, va_list ap)
    SG_PRINTF(3, 0);

static void log_with_errno(const struct log *log, enum log_level level, const char *fmt, va_list ap)
{
    int saved = errno;
    if (wanted(log, level)) {
        char text[LOG_SUFFIX_MAX / 2];
        char suffix[LOG_SUFFIX_MAX];
        (void)snprintf(suffix, sizeof(suffix), " error=\"%s\"",
                       strerror_r(saved, text, sizeof(text)));
        write_line(log, level, suffix, fmt, ap);
    }
    errno = saved;
}

#define LOG_FUNCTION(name, how, level)                     \
    void name(const struct log *log, const char *fmt, ...) \
    {                                                      \
        va_list ap;                                        \
        va_start(ap, fmt);                                 \
        how(log, level, fmt, ap);                          \
        va_end(ap);                                        \
    }

LOG_FUNCTION(log_debug, log_plain, LOG_DEBUG_LEVEL)
LOG_FUNCTION(log_info, log_plain, LOG_INFO_LEVEL)
LOG_FUNCTION(log_warn, log_with_errno, LOG_WARN_LEVEL)
LOG_FUNCTION(log_warnx, log_plain, LOG_WARN_LEVEL)
LOG_FUNCTION(log_error, log_with_errno, LOG_ERROR_LEVEL)
LOG_FUNCTION(log_errorx, log_plain, LOG_ERROR_LEVEL)

/* Writes how `c` stands in a quoted value; returns the bytes written, at most 4. */
static size_t quote_byte(char out[5], unsigned char c)
{
    if (c == '"' || c == '\\') {
        out[0] = '\\';
        out[1] = (char)c;
        return 2;
    }
    if (c < 0x20 || c >= 0x7f) {
        return (size_t)snprintf(out, 5, "\\x%02x", c);
    }
    out[0] = (char)c;
    return 1;
}

/* True when `s` needs no more than `room` bytes between its quotes. */
static bool quote_fits(struct str s, size_t room)
{
    char piece[5];
    for (size_t i = 0; i < s.n; i++) {
        size_t n = quote_byte(piece, (unsigned char)s.p[i]);
        if (n > room) {
            return false;
        }
        room -= n;
    }
    return true;
}

/* Where not even `"..."` has room. */
static const char *quote_nothing(char *out, size_t size)
{
    if (size == 0) {
        return "";
    }
    size_t dots = size - 1 < 3 ? size - 1 : 3;
    memset(out, '.', dots);
    out[dots] = '\0';
    return out;
}

const char *log_quote(char *out, size_t size, struct str s)
{
    static const size_t whole = sizeof("\"\"");
    static const size_t cut = sizeof("\"...\"");
    if (size < cut) {
        return quote_nothing(out, size);
    }
    bool fits = quote_fits(s, size - whole);
    size_t room = size - (fits ? whole : cut);
    size_t n = 0;
    out[n++] = '"';
    for (size_t i = 0; i < s.n; i++) {
        char piece[5];
        size_t k = quote_byte(piece, (unsigned char)s.p[i]);
        if (k > room) {
            break;
        }
        memcpy(out + n, piece, k);
        n += k;
        room -= k;
    }
    if (!fits) {
        memcpy(out + n, "...", 3);
        n += 3;
    }
    out[n++] = '"';
    out[n] = '\0';
    return out;
}

bool log_level_parse(struct str s, enum log_level *out)
{
    for (size_t i = 0; i < SG_COUNT(level_names); i++) {
        if (str_eq(s, str_of(level_names[i]))) {
            *out = (enum log_level)i;
            return true;
        }
    }
    return false;
}
