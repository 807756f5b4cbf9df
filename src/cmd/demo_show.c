#include "cmd/demo_show.h"

#include "base/str.h"
#include "text/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define LABEL_WIDTH 14
#define WIDTH_DEFAULT 100
#define WIDTH_MIN 50

struct demo_view demo_view_of(bool colour, bool json)
{
    struct winsize size;
    struct demo_view view = {WIDTH_DEFAULT, false, json};
    bool terminal = isatty(STDOUT_FILENO) == 1;
    if (terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= WIDTH_MIN) {
        view.width = size.ws_col;
    }
    view.colour = colour && terminal && getenv("NO_COLOR") == NULL;
    return view;
}

static const char *paint(const struct demo_view *view, const char *code)
{
    return view->colour ? code : "";
}

static unsigned columns(const char *p, size_t n, size_t *length)
{
    uint32_t cp = utf8_decode(p, n, length);
    return cp == '\n' ? 1 : utf8_columns(cp);
}

static unsigned text_width(struct str s)
{
    unsigned width = 0;
    for (size_t at = 0, length; at < s.n; at += length) {
        width += columns(s.p + at, s.n - at, &length);
    }
    return width;
}

/* The part of `s` that is not in `other`: between what both begin and end with. */
static void changed_part(struct str s, struct str other, size_t *from, size_t *to)
{
    size_t head = 0, tail = 0, most = s.n < other.n ? s.n : other.n;
    while (head < most && s.p[head] == other.p[head]) {
        head++;
    }
    while (tail < most - head && s.p[s.n - 1 - tail] == other.p[other.n - 1 - tail]) {
        tail++;
    }
    *from = utf8_align(s, head);
    *to = s.n - tail;
    while (*to < s.n && ((unsigned char)s.p[*to] & 0xC0) == 0x80) {
        (*to)++;
    }
}

/* Columns of what must stay together from `at` on: a word, or one wide character. */
static unsigned word_width(struct str s, size_t at, unsigned most)
{
    unsigned width = 0;
    for (size_t length; at < s.n && width <= most; at += length) {
        unsigned w = columns(s.p + at, s.n - at, &length);
        if (s.p[at] == ' ' || (w > 1 && width > 0)) {
            break;
        }
        width += w;
        if (w > 1) {
            break;
        }
    }
    return width <= most ? width : 1; /* longer than a line: broken anywhere */
}

/* Prints a labelled row, wrapped between words, with [from, to) in `mark`. */
static void print_row(const struct demo_view *view, const char *label, struct str text, size_t from,
                      size_t to, const char *mark)
{
    unsigned room = view->width - LABEL_WIDTH - 4, used = 0;
    printf("    %s%-*s%s", paint(view, "\x1b[2m"), LABEL_WIDTH, label, paint(view, "\x1b[0m"));
    for (size_t at = 0, length; at < text.n; at += length) {
        unsigned width = columns(text.p + at, text.n - at, &length);
        bool starts_word = at == 0 || text.p[at - 1] == ' ' || width > 1;
        unsigned need = starts_word ? word_width(text, at, room) : width;
        if (used > 0 && used + need > room) {
            printf("\n    %-*s", LABEL_WIDTH, "");
            used = 0;
        }
        if (at == from && from < to) {
            fputs(paint(view, mark), stdout);
        }
        if (text.p[at] == '\n') {
            putchar(' ');
        } else {
            fwrite(text.p + at, 1, length, stdout);
        }
        used += width;
        if (at < to && at + length >= to) {
            fputs(paint(view, "\x1b[0m"), stdout);
        }
    }
    putchar('\n');
}

static void print_plain(const struct demo_view *view, const char *label, const char *text)
{
    print_row(view, label, str_of(text), 0, 0, "");
}

static const char *text_of(const json_t *o, const char *key)
{
    const char *text = json_string_value(json_object_get(o, key));
    return text == NULL ? "" : text;
}

/* Where the policy line stands, without the folders before it. */
static const char *short_line(const char *line)
{
    const char *slash = strrchr(line, '/');
    return slash == NULL ? line : slash + 1;
}

static void print_why(const struct demo_view *view, const json_t *record)
{
    const json_t *m;
    size_t i;
    bool any = false;
    json_array_foreach(json_object_get(record, "matches"), i, m)
    {
        char why[512];
        snprintf(why, sizeof(why), "%s: rule %s (%s, %s), %s view, %s; line %s",
                 text_of(m, "action"), text_of(m, "rule"), text_of(m, "category"),
                 text_of(m, "severity"), text_of(m, "view"), text_of(m, "path"),
                 short_line(text_of(m, "policy_line")));
        print_plain(view, any ? "" : "why", why);
        any = true;
    }
    if (!any) {
        print_plain(view, "why", record == NULL ? "no record was found" : "no rule matched");
    }
}

static const char *verdict_colour(const char *action)
{
    if (strcmp(action, "block") == 0) {
        return "\x1b[1;31m";
    }
    return strcmp(action, "allow") == 0 ? "\x1b[1;32m" : "\x1b[1;33m";
}

static void print_title(const struct demo_view *view, unsigned number, const struct demo_result *r)
{
    char title[256], verdict[64];
    snprintf(title, sizeof(title), "%2u  %s · %s", number, r->title_en, r->title_zh);
    snprintf(verdict, sizeof(verdict), "%s%s", r->action, r->as_expected ? "" : " (NOT EXPECTED)");
    unsigned taken = text_width(str_of(title)) + (unsigned)strlen(verdict);
    int gap = taken + 2 < view->width ? (int)(view->width - taken) : 2;
    printf("%s%s%s%*s%s%s%s\n", paint(view, "\x1b[1m"), title, paint(view, "\x1b[0m"), gap, "",
           paint(view, verdict_colour(r->action)), verdict, paint(view, "\x1b[0m"));
}

static void show_people(const struct demo_view *view, unsigned number, const struct demo_result *r)
{
    struct str sent = str_of(r->sent), seen = str_of(r->seen);
    size_t from = 0, to = 0;
    char got[1024];
    print_title(view, number, r);
    if (r->seen != NULL) {
        changed_part(sent, seen, &from, &to);
    }
    print_row(view, "sent", sent, from, to, "\x1b[31m");
    if (r->seen == NULL) {
        print_plain(view, "model saw", "(nothing: it was not asked)");
    } else if (str_eq(sent, seen)) {
        print_plain(view, "model saw", "(the same)");
    } else {
        changed_part(seen, sent, &from, &to);
        print_row(view, "model saw", seen, from, to, "\x1b[33m");
    }
    snprintf(got, sizeof(got), "%u %s%s%s", r->status, r->got, r->finish[0] != '\0' ? "  · " : "",
             r->finish);
    print_plain(view, "came back", got);
    print_why(view, r->record);
    putchar('\n');
}

static void show_json(unsigned number, const struct demo_result *r)
{
    json_t *o = json_pack("{s:i, s:s, s:s, s:s, s:s?, s:s, s:s, s:i, s:s, s:b, s:O?}", "number",
                          (int)number, "title_en", r->title_en, "title_zh", r->title_zh, "sent",
                          r->sent, "model_saw", r->seen, "came_back", r->got, "finish", r->finish,
                          "status", (int)r->status, "action", r->action, "as_expected",
                          r->as_expected, "record", r->record);
    if (o != NULL) {
        json_dumpf(o, stdout, JSON_COMPACT);
        putchar('\n');
    }
    json_decref(o);
}

void demo_show(const struct demo_view *view, unsigned number, const struct demo_result *r)
{
    if (view->json) {
        show_json(number, r);
    } else {
        show_people(view, number, r);
    }
    fflush(stdout);
}
