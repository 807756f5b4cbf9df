#include "base/log.h"

#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

static int ends[2]; /* a pipe: what is logged into [1] is read back from [0] */
static char got[8192];

static int open_pipe(void **state)
{
    (void)state;
    return pipe(ends) == 0 ? fcntl(ends[0], F_SETFL, O_NONBLOCK) : -1;
}

static int close_pipe(void **state)
{
    (void)state;
    return close(ends[0]) | close(ends[1]);
}

static struct log to_pipe(enum log_level level)
{
    return (struct log){ends[1], level, "worker-0"};
}

/* All that is in the pipe; "" when nothing was logged. */
static const char *logged(void)
{
    ssize_t n = read(ends[0], got, sizeof(got) - 1);
    got[n < 0 ? 0 : n] = '\0';
    return got;
}

/* What follows `TIME LEVEL PROCESS[PID] `, after checking that beginning. */
static const char *event(const char *line, const char *level)
{
    char want[64];
    (void)snprintf(want, sizeof(want), "Z %s worker-0[%ld] ", level, (long)getpid());
    char now[CLOCK_RFC3339_SIZE];
    size_t time_n = strlen(clock_rfc3339(now, clock_wall_us())) - 1;
    assert_true(strlen(line) > time_n + strlen(want));
    assert_int_equal(line[10], 'T');
    assert_true(strncmp(line, now, time_n) <= 0); /* it was logged before `now` */
    assert_memory_equal(line + time_n, want, strlen(want));
    return line + time_n + strlen(want);
}

static void each_level_has_its_word(void **state)
{
    (void)state;
    struct log log = to_pipe(LOG_DEBUG_LEVEL);
    log_debug(&log, "start n=%d", 1);
    assert_string_equal(event(logged(), "debug"), "start n=1\n");
    log_info(&log, "start n=%d", 2);
    assert_string_equal(event(logged(), "info"), "start n=2\n");
    log_warnx(&log, "start n=%d", 3);
    assert_string_equal(event(logged(), "warn"), "start n=3\n");
    log_errorx(&log, "start n=%d", 4);
    assert_string_equal(event(logged(), "error"), "start n=4\n");
}

static void warn_and_error_tell_errno(void **state)
{
    (void)state;
    struct log log = to_pipe(LOG_DEBUG_LEVEL);
    errno = ENOENT;
    log_warn(&log, "open");
    assert_string_equal(event(logged(), "warn"), "open error=\"No such file or directory\"\n");
    errno = EACCES;
    log_error(&log, "open");
    assert_string_equal(event(logged(), "error"), "open error=\"Permission denied\"\n");
}

static void errno_stays(void **state)
{
    (void)state;
    static void (*const functions[])(const struct log *, const char *, ...) = {
        log_debug, log_info, log_warn, log_warnx, log_error, log_errorx};
    struct log bad = {ends[0], LOG_DEBUG_LEVEL, "worker-0"}; /* not open for writing */
    for (size_t i = 0; i < SG_COUNT(functions); i++) {
        errno = EXDEV;
        functions[i](&bad, "x");
        assert_int_equal(errno, EXDEV);
    }
}

static void lines_below_the_level_are_dropped(void **state)
{
    (void)state;
    struct log log = to_pipe(LOG_WARN_LEVEL);
    log_debug(&log, "x");
    log_info(&log, "x");
    assert_string_equal(logged(), "");
    log_warnx(&log, "x");
    assert_string_equal(event(logged(), "warn"), "x\n");

    log.level = LOG_ERROR_LEVEL;
    log_warn(&log, "x");
    log_warnx(&log, "x");
    assert_string_equal(logged(), "");
    log_error(&log, "x");
    assert_string_not_equal(logged(), "");
}

static void no_descriptor_drops_lines(void **state)
{
    (void)state;
    struct log log = {-1, LOG_DEBUG_LEVEL, "worker-0"};
    errno = 0;
    log_error(&log, "x");
    log_errorx(&log, "x");
    assert_int_equal(errno, 0);
}

static void long_lines_are_cut_but_whole(void **state)
{
    (void)state;
    struct log log = to_pipe(LOG_DEBUG_LEVEL);
    log_info(&log, "long %05000d", 1);
    const char *line = logged();
    assert_int_equal(strlen(line), 2048);
    assert_int_equal(line[2047], '\n');
    assert_ptr_equal(strchr(line, '\n'), line + 2047);

    static const char tail[] = "0 error=\"No such file or directory\"\n";
    errno = ENOENT;
    log_warn(&log, "long %05000d", 1);
    line = logged();
    assert_int_equal(strlen(line), 2048);
    assert_string_equal(line + 2048 - strlen(tail), tail);
}

static void one_event_is_one_line(void **state)
{
    (void)state;
    struct log log = to_pipe(LOG_DEBUG_LEVEL);
    log_info(&log, "name=%s", "a\nb\rc\x1b[1m\x7f\t\xe5\xb1\x80");
    assert_string_equal(event(logged(), "info"), "name=a?b?c?[1m??\xe5\xb1\x80\n");
}

static void quote(void **state)
{
    (void)state;
    char out[64];
    assert_string_equal(log_quote(out, sizeof(out), STR("abc")), "\"abc\"");
    assert_ptr_equal(log_quote(out, sizeof(out), STR("abc")), out);
    assert_string_equal(log_quote(out, sizeof(out), (struct str){NULL, 0}), "\"\"");
    assert_string_equal(log_quote(out, sizeof(out), STR("a\"b\\c")), "\"a\\\"b\\\\c\"");
    assert_string_equal(log_quote(out, sizeof(out), STR("\0\n\x1b\x7f\xff ~")),
                        "\"\\x00\\x0a\\x1b\\x7f\\xff ~\"");
}

static void quote_cuts(void **state)
{
    (void)state;
    char out[16];
    assert_string_equal(log_quote(out, 9, STR("abcdef")), "\"abcdef\"");
    assert_string_equal(log_quote(out, 9, STR("abcdefg")), "\"abc...\"");
    assert_string_equal(log_quote(out, 6, STR("abc")), "\"abc\"");
    assert_string_equal(log_quote(out, 6, STR("abcd")), "\"...\"");
    assert_string_equal(log_quote(out, 5, STR("abcd")), "...");
    /* an escape is never cut in its middle */
    assert_string_equal(log_quote(out, 10, STR("a\nb\nc")), "\"a...\"");
    assert_string_equal(log_quote(out, 11, STR("a\nb\nc")), "\"a\\x0a...\"");
}

static void quote_stays_in_its_room(void **state)
{
    (void)state;
    for (size_t size = 0; size <= 40; size++) {
        char out[41];
        memset(out, '#', sizeof(out));
        const char *text = log_quote(out, size, STR("q\"w\\e\nr\x80t yuiopasdfghjkl"));
        for (size_t i = size; i < sizeof(out); i++) {
            assert_int_equal(out[i], '#');
        }
        assert_true(strlen(text) < (size == 0 ? 1 : size));
        if (size >= 6) {
            assert_int_equal(text[0], '"');
            assert_int_equal(text[strlen(text) - 1], '"');
        }
    }
}

static void level_parse(void **state)
{
    (void)state;
    enum log_level level = LOG_ERROR_LEVEL;
    assert_true(log_level_parse(STR("debug"), &level));
    assert_int_equal(level, LOG_DEBUG_LEVEL);
    assert_true(log_level_parse(STR("info"), &level));
    assert_int_equal(level, LOG_INFO_LEVEL);
    assert_true(log_level_parse(STR("warn"), &level));
    assert_int_equal(level, LOG_WARN_LEVEL);
    assert_true(log_level_parse(STR("error"), &level));
    assert_int_equal(level, LOG_ERROR_LEVEL);
    static const char *const bad[] = {"", "Debug", "warning", "err", "info ", "notice"};
    for (size_t i = 0; i < SG_COUNT(bad); i++) {
        assert_false(log_level_parse(str_of(bad[i]), &level));
        assert_int_equal(level, LOG_ERROR_LEVEL);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_level_has_its_word),
        cmocka_unit_test(warn_and_error_tell_errno),
        cmocka_unit_test(errno_stays),
        cmocka_unit_test(lines_below_the_level_are_dropped),
        cmocka_unit_test(no_descriptor_drops_lines),
        cmocka_unit_test(long_lines_are_cut_but_whole),
        cmocka_unit_test(one_event_is_one_line),
        cmocka_unit_test(quote),
        cmocka_unit_test(quote_cuts),
        cmocka_unit_test(quote_stays_in_its_room),
        cmocka_unit_test(level_parse),
    };
    return cmocka_run_group_tests_name("base/log", tests, open_pipe, close_pipe);
}
