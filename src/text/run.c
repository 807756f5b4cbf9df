#include "text/run.h"

static const unsigned char base64_values[256] = {
    ['A'] = 1,  ['B'] = 2,          ['C'] = 3,           ['D'] = 4,           ['E'] = 5,
    ['F'] = 6,  ['G'] = 7,          ['H'] = 8,           ['I'] = 9,           ['J'] = 10,
    ['K'] = 11, ['L'] = 12,         ['M'] = 13,          ['N'] = 14,          ['O'] = 15,
    ['P'] = 16, ['Q'] = 17,         ['R'] = 18,          ['S'] = 19,          ['T'] = 20,
    ['U'] = 21, ['V'] = 22,         ['W'] = 23,          ['X'] = 24,          ['Y'] = 25,
    ['Z'] = 26, ['a'] = 27,         ['b'] = 28,          ['c'] = 29,          ['d'] = 30,
    ['e'] = 31, ['f'] = 32,         ['g'] = 33,          ['h'] = 34,          ['i'] = 35,
    ['j'] = 36, ['k'] = 37,         ['l'] = 38,          ['m'] = 39,          ['n'] = 40,
    ['o'] = 41, ['p'] = 42,         ['q'] = 43,          ['r'] = 44,          ['s'] = 45,
    ['t'] = 46, ['u'] = 47,         ['v'] = 48,          ['w'] = 49,          ['x'] = 50,
    ['y'] = 51, ['z'] = 52,         ['0'] = 53,          ['1'] = 54,          ['2'] = 55,
    ['3'] = 56, ['4'] = 57,         ['5'] = 58,          ['6'] = 59,          ['7'] = 60,
    ['8'] = 61, ['9'] = 62,         ['+'] = 63,          ['/'] = 64,          ['-'] = 63,
    ['_'] = 64, ['='] = RUN_FILLER, ['\r'] = RUN_FILLER, ['\n'] = RUN_FILLER,
};
static const unsigned char hex_values[256] = {
    ['0'] = 1,          ['1'] = 2,          ['2'] = 3,           ['3'] = 4,
    ['4'] = 5,          ['5'] = 6,          ['6'] = 7,           ['7'] = 8,
    ['8'] = 9,          ['9'] = 10,         ['a'] = 11,          ['b'] = 12,
    ['c'] = 13,         ['d'] = 14,         ['e'] = 15,          ['f'] = 16,
    ['A'] = 11,         ['B'] = 12,         ['C'] = 13,          ['D'] = 14,
    ['E'] = 15,         ['F'] = 16,         [' '] = RUN_FILLER,  [':'] = RUN_FILLER,
    ['-'] = RUN_FILLER, [','] = RUN_FILLER, ['\r'] = RUN_FILLER, ['\n'] = RUN_FILLER,
};

static bool is_digit(const struct encoding *e, struct str s, size_t at)
{
    return at < s.n && run_is_digit(e->values[(unsigned char)s.p[at]]);
}

/* Length of the line break at `at`, 0 if there is none. */
static size_t line_break(struct str s, size_t at)
{
    if (at < s.n && s.p[at] == '\n') {
        return 1;
    }
    return at + 1 < s.n && s.p[at] == '\r' && s.p[at + 1] == '\n' ? 2 : 0;
}

/* The row of digits at `at`, single line breaks within it included. */
static void take_row(const struct encoding *e, struct str s, size_t at, struct run *out)
{
    *out = (struct run){.begin = at, .end = at};
    while (at < s.n) {
        size_t gap;

        if (is_digit(e, s, at)) {
            out->count++;
            out->end = ++at;
            continue;
        }
        gap = line_break(s, at);
        if (gap == 0 || !is_digit(e, s, at + gap)) {
            break;
        }
        at += gap;
    }
}

/*
 * A run has at least RUN_DIGITS_MIN bytes, all of them digits or fillers. Goes to the next place
 * that does; again from the end of the window. `*clean`: everything from `*at` to it is known to
 * fit.
 */
static bool next_window(const struct encoding *e, struct str s, size_t *at, size_t *clean)
{
    while (*at <= s.n && s.n - *at >= RUN_DIGITS_MIN) {
        size_t end = *at + RUN_DIGITS_MIN, i = end;
        size_t floor = *clean > *at ? *clean : *at;

        while (i > floor && e->values[(unsigned char)s.p[i - 1]] != 0) {
            i--;
        }
        *clean = floor > end ? floor : end;
        if (i <= floor) {
            return true;
        }
        *at = i;
    }
    return false;
}

static bool find_base64(struct str s, size_t at, struct run *out)
{
    size_t clean = 0;

    while (next_window(&run_base64, s, &at, &clean)) {
        if (!is_digit(&run_base64, s, at)) {
            at++;
            continue;
        }
        take_row(&run_base64, s, at, out);
        while (out->padding < 2 && out->end + out->padding < s.n &&
               s.p[out->end + out->padding] == '=') {
            out->padding++;
        }
        if (out->count + out->padding >= RUN_DIGITS_MIN) {
            return true;
        }
        at = out->end;
    }
    return false;
}

/* Two digits at `at`, and no third. */
static bool is_pair(struct str s, size_t at)
{
    return is_digit(&run_hex, s, at) && is_digit(&run_hex, s, at + 1) &&
           !is_digit(&run_hex, s, at + 2);
}

/* Pairs with one separator between each, as in a dump: `e7 a7 98` or `e7:a7:98`. */
static void take_pairs(struct str s, size_t at, struct run *out)
{
    char separator = '\0';

    *out = (struct run){.begin = at, .end = at + 2, .count = 2};
    while (out->end < s.n && strchr(" :-,", s.p[out->end]) != NULL && s.p[out->end] != '\0' &&
           is_pair(s, out->end + 1) && (out->count == 2 || s.p[out->end] == separator)) {
        separator = s.p[out->end];
        out->end += 3;
        out->count += 2;
    }
}

static bool find_hex(struct str s, size_t at, struct run *out)
{
    size_t clean = 0;

    while (next_window(&run_hex, s, &at, &clean)) {
        if (!is_digit(&run_hex, s, at)) {
            at++;
            continue;
        }
        if (is_pair(s, at)) {
            take_pairs(s, at, out);
        } else {
            take_row(&run_hex, s, at, out);
        }
        if (out->count >= RUN_DIGITS_MIN) {
            return true;
        }
        at = out->end;
    }
    return false;
}

const struct encoding run_base64 = {
    .values = base64_values, .digits = 4, .bytes = 3, .bits = 6, .find = find_base64};
const struct encoding run_hex = {
    .values = hex_values, .digits = 2, .bytes = 1, .bits = 4, .find = find_hex};
