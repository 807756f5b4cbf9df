#include "scan/context.h"

#include "text/utf8.h"

/* Longer values are no example keys or test cards. */
#define EXCEPT_MAX_VALUE 1024

void reading_source(const struct reading *r, size_t begin, size_t end, size_t *from, size_t *to)
{
    *from = begin;
    *to = end;
    for (size_t i = 0; i < SG_COUNT(r->maps) && r->maps[i] != NULL; i++) {
        offmap_range(r->maps[i], *from, *to, from, to);
    }
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool in_class(enum boundary boundary, char c)
{
    switch (boundary) {
    case BOUNDARY_NONE:
        return false;
    case BOUNDARY_DIGIT:
        return is_digit(c);
    case BOUNDARY_ALNUM:
        return is_digit(c) || is_letter(c);
    case BOUNDARY_WORD:
        return is_digit(c) || is_letter(c) || c == '_';
    }
    return false;
}

/* May `outer` stand beside `inner`, the character at that edge of the term? */
static bool edge_ok(enum boundary boundary, char inner, char outer)
{
    return !in_class(boundary, outer) || (boundary == BOUNDARY_WORD && !in_class(boundary, inner));
}

bool context_boundary(enum boundary boundary, struct str text, size_t begin, size_t end)
{
    return (begin == 0 || edge_ok(boundary, text.p[begin], text.p[begin - 1])) &&
           (end == text.n || edge_ok(boundary, text.p[end - 1], text.p[end]));
}

/* A context term counts as a word: "tel" is not in "hotel". Letters alone decide, so `tel1` counts.
 */
static bool whole_word(struct str text, size_t at, struct str term)
{
    size_t end = at + term.n;

    return !(at > 0 && is_letter(text.p[at - 1]) && is_letter(text.p[at])) &&
           !(end < text.n && is_letter(text.p[end]) && is_letter(text.p[end - 1]));
}

static bool holds_term(const struct str_list *terms, struct str text)
{
    for (size_t i = 0; i < terms->count; i++) {
        size_t at = str_find(text, terms->items[i], 0);

        while (at != SIZE_MAX) {
            if (whole_word(text, at, terms->items[i])) {
                return true;
            }
            at = str_find(text, terms->items[i], at + 1);
        }
    }
    return false;
}

static enum reason search_slice(const struct rule_near *near, struct str slice, bool folded,
                                struct arena *scratch, bool *found)
{
    struct view_text view = {.text = slice};

    if (!folded) {
        enum reason r = view_fold(scratch, slice, &view);

        if (r != REASON_OK) {
            return r;
        }
    }
    *found = holds_term(&near->terms, view.text);
    return REASON_OK;
}

static enum reason search_around(const struct rule_near *near, struct str text, bool folded,
                                 size_t begin, size_t end, struct arena *scratch, bool *found)
{
    struct str before = str_sub(text, utf8_back(text, begin, near->within), begin);
    struct str behind = str_sub(text, end, utf8_forward(text, end, near->within));

    arena_reset(scratch);
    enum reason r = search_slice(near, before, folded, scratch, found);
    if (r == REASON_OK && !*found) {
        r = search_slice(near, behind, folded, scratch, found);
    }
    return r;
}

enum reason context_near(const struct rule_near *near, const struct reading *r, size_t begin,
                         size_t end, struct arena *scratch, bool *found)
{
    enum reason reason =
        search_around(near, r->text, r->database == VIEW_FOLDED, begin, end, scratch, found);

    if (reason == REASON_OK && !*found && r->seen == VIEW_DECODED) {
        size_t from, to;

        reading_source(r, begin, end, &from, &to);
        reason = search_around(near, r->source, false, from, to, scratch, found);
    }
    return reason;
}

/* Characters that only group a value; folding has left few kinds of them. */
static bool is_separator(uint32_t cp)
{
    return cp == ' ' || cp == '\t' || cp == '-' || (cp >= 0x2010 && cp <= 0x2015) || cp == 0x2212;
}

static bool next_character(struct str s, size_t *at, uint32_t *cp)
{
    while (*at < s.n) {
        size_t length;

        *cp = utf8_decode(s.p + *at, s.n - *at, &length);
        *at += length;
        if (!is_separator(*cp)) {
            return true;
        }
    }
    return false;
}

static bool equal_but_separators(struct str a, struct str b)
{
    size_t i = 0, k = 0;
    uint32_t x = 0, y = 0;
    bool more_a, more_b;

    do {
        more_a = next_character(a, &i, &x);
        more_b = next_character(b, &k, &y);
    } while (more_a && more_b && x == y);
    return !more_a && !more_b;
}

enum reason context_excepted(const struct str_list *except, struct str value, struct arena *scratch,
                             bool *found)
{
    struct view_text folded;

    *found = false;
    if (value.n > EXCEPT_MAX_VALUE) {
        return REASON_OK;
    }
    arena_reset(scratch);
    enum reason r = view_fold(scratch, value, &folded);
    for (size_t i = 0; r == REASON_OK && i < except->count && !*found; i++) {
        *found = equal_but_separators(except->items[i], folded.text);
    }
    return r;
}
