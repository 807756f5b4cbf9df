#include "conf/diag.h"

#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>

#define DIAGS_KEPT 1000

struct diag {
    enum diag_level level;
    struct where at; /* at.file points behind the text, or is NULL */
    char text[];
};

/* `kept` is held in print order, so that printing needs no memory. */
struct diags {
    struct diag *kept[DIAGS_KEPT];
    size_t count;
    size_t errors;
    size_t warnings;
};

struct diags *diags_new(void)
{
    return calloc(1, sizeof(struct diags));
}

void diags_free(struct diags *d)
{
    if (d == NULL) {
        return;
    }
    for (size_t i = 0; i < d->count; i++) {
        free(d->kept[i]);
    }
    free(d);
}

size_t diags_errors(const struct diags *d)
{
    return d->errors;
}

size_t diags_warnings(const struct diags *d)
{
    return d->warnings;
}

/* --- text that is safe to show ---------------------------------------------------------------- */

/* Decodes one character (RFC 3629); its length, or 0 where `s` does not begin with a valid one. */
static size_t decode(struct str s, uint32_t *code)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *p = (const unsigned char *)s.p;
    size_t n = p[0] < 0x80 ? 1 : p[0] < 0xC0 ? 0 : p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;

    if (n == 0 || n > s.n || p[0] > 0xF4) {
        return 0;
    }
    *code = n == 1 ? p[0] : p[0] & (0x7Fu >> n);
    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xC0) != 0x80) {
            return 0;
        }
        *code = *code << 6 | (p[i] & 0x3Fu);
    }
    bool surrogate = *code >= 0xD800 && *code <= 0xDFFF;
    return *code < least[n] || *code > 0x10FFFF || surrogate ? 0 : n;
}

/* Controls, zero-width and direction-changing characters, line separators, tags. */
static bool unseen(uint32_t c)
{
    static const uint32_t ranges[][2] = {
        {0x00, 0x1F},     {0x7F, 0x9F},     {0xAD, 0xAD},     {0x61C, 0x61C},     {0x200B, 0x200F},
        {0x2028, 0x202E}, {0x2060, 0x206F}, {0xFEFF, 0xFEFF}, {0xE0000, 0xE0FFF},
    };

    for (size_t i = 0; i < SG_COUNT(ranges); i++) {
        if (c >= ranges[i][0] && c <= ranges[i][1]) {
            return true;
        }
    }
    return false;
}

/* Writes the first character of `s` as it may be shown; returns how many bytes it took of `s`. */
static size_t show_one(struct str s, char out[16])
{
    uint32_t code = 0;
    size_t n = decode(s, &code);

    if (n == 0) {
        snprintf(out, 16, "\\x%02X", (unsigned)(unsigned char)s.p[0]);
        return 1;
    }
    if (!unseen(code)) {
        memcpy(out, s.p, n);
        out[n] = '\0';
    } else if (code < 0x100) {
        snprintf(out, 16, "\\x%02X", (unsigned)code);
    } else if (code < 0x10000) {
        snprintf(out, 16, "\\u%04X", (unsigned)code);
    } else {
        snprintf(out, 16, "\\U%08X", (unsigned)code);
    }
    return n;
}

/* Writes `s` into out[size] (size > 4), ended by a NUL, cut between characters with "...". */
static size_t show(char *out, size_t size, struct str s)
{
    size_t used = 0;

    while (s.n > 0) {
        char one[16];
        size_t took = show_one(s, one);
        size_t n = strlen(one);

        if (used + n + sizeof("...") > size) {
            memcpy(out + used, "...", 3);
            used += 3;
            break;
        }
        memcpy(out + used, one, n);
        used += n;
        s = str_sub(s, took, s.n);
    }
    out[used] = '\0';
    return used;
}

const char *diag_quote(char out[DIAG_QUOTE_SIZE], struct str text)
{
    size_t n = 1 + show(out + 1, DIAG_QUOTE_SIZE - 2, text);

    out[0] = '`';
    out[n] = '`';
    out[n + 1] = '\0';
    return out;
}

const char *diag_names(char *out, size_t size, const char *const *names)
{
    size_t used = 0;

    if (size > 0) {
        out[0] = '\0';
    }
    for (size_t i = 0; names[i] != NULL; i++) {
        const char *between = i == 0 ? "" : names[i + 1] == NULL ? " or " : ", ";
        size_t reserve = names[i + 1] == NULL ? 0 : strlen("...");
        int n = snprintf(out + used, size - used, "%s`%s`", between, names[i]);

        if (n < 0 || (size_t)n + reserve >= size - used) {
            snprintf(out + used, size - used, "...");
            break;
        }
        used += (size_t)n;
    }
    return out;
}

/* --- collecting -------------------------------------------------------------------------- */

/* Orders by file, line, column; places without a file come first. */
static int where_cmp(const struct where *a, const struct where *b)
{
    int files = strcmp(a->file == NULL ? "" : a->file, b->file == NULL ? "" : b->file);

    if (files != 0) {
        return files;
    }
    if (a->line != b->line) {
        return a->line < b->line ? -1 : 1;
    }
    return a->column < b->column ? -1 : a->column > b->column;
}

static struct diag *diag_new(enum diag_level level, struct where at, const char *text, size_t n)
{
    size_t file_size = at.file == NULL ? 0 : strlen(at.file) + 1;
    struct diag *one = malloc(sizeof(*one) + n + 1 + file_size);

    if (one == NULL) {
        return NULL;
    }
    one->level = level;
    one->at = at;
    memcpy(one->text, text, n + 1);
    if (at.file != NULL) {
        one->at.file = memcpy(one->text + n + 1, at.file, file_size);
    }
    return one;
}

/* Puts it behind all that are not after it: what was told first at one place stays first. */
static void keep(struct diags *d, struct diag *one)
{
    size_t low = 0, high = d->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (where_cmp(&d->kept[middle]->at, &one->at) <= 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    memmove(&d->kept[low + 1], &d->kept[low], (d->count - low) * sizeof(struct diag *));
    d->kept[low] = one;
    d->count++;
}

static void tell(struct diags *d, enum diag_level level, struct where at, const char *fmt,
                 va_list ap) SG_PRINTF(4, 0);

static void tell(struct diags *d, enum diag_level level, struct where at, const char *fmt,
                 va_list ap)
{
    /* A little longer than the text may be: a cut then falls to show(), between characters. */
    char raw[DIAG_TEXT_SIZE + 8], text[DIAG_TEXT_SIZE];

    if (level == DIAG_ERROR) {
        d->errors++;
    } else {
        d->warnings++;
    }
    if (d->count == DIAGS_KEPT || vsnprintf(raw, sizeof(raw), fmt, ap) < 0) {
        return;
    }
    struct diag *one = diag_new(level, at, text, show(text, sizeof(text), str_of(raw)));

    if (one != NULL) {
        keep(d, one);
    }
}

void diag_error(struct diags *d, struct where at, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    tell(d, DIAG_ERROR, at, fmt, ap);
    va_end(ap);
}

void diag_warn(struct diags *d, struct where at, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    tell(d, DIAG_WARNING, at, fmt, ap);
    va_end(ap);
}

/* --- printing ---------------------------------------------------------------------------- */

static void print_place(const struct where *at, FILE *out)
{
    char name[PATH_MAX];

    if (at->file == NULL) {
        return;
    }
    show(name, sizeof(name), str_of(at->file));
    fputs(name, out);
    if (at->line > 0) {
        fprintf(out, ":%u", at->line);
    }
    if (at->line > 0 && at->column > 0) {
        fprintf(out, ":%u", at->column);
    }
    fputs(": ", out);
}

void diags_print(const struct diags *d, FILE *out, bool colour)
{
    size_t told = d->errors + d->warnings;
    const char *bold = colour ? "\033[1m" : "", *red = colour ? "\033[1;31m" : "";
    const char *yellow = colour ? "\033[33m" : "", *plain = colour ? "\033[0m" : "";

    for (size_t i = 0; i < d->count; i++) {
        const struct diag *one = d->kept[i];

        fputs(one->level == DIAG_ERROR ? red : bold, out);
        print_place(&one->at, out);
        fputs(plain, out);
        if (one->level == DIAG_WARNING) {
            fprintf(out, "%swarning: %s", yellow, plain);
        }
        fprintf(out, "%s\n", one->text);
    }
    if (told > d->count) {
        fprintf(out, "%zu more could not be kept\n", told - d->count);
    }
}

char *diags_text(const struct diags *d)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    if (out == NULL) {
        return NULL;
    }
    diags_print(d, out, false);
    bool failed = ferror(out) != 0;
    if (fclose(out) != 0 || failed) {
        free(text);
        return NULL;
    }
    return text;
}

/* --- suggestions ------------------------------------------------------------------------- */

const char *diag_suggest(struct str got, const char *const *names)
{
    const char *best = NULL;
    size_t best_distance = SIZE_MAX;

    for (size_t i = 0; names[i] != NULL; i++) {
        struct str name = str_of(names[i]);
        size_t apart = name.n > got.n ? name.n - got.n : got.n - name.n;

        if (str_eq_nocase(name, got)) {
            return names[i];
        }
        if (apart > 2) {
            continue;
        }
        size_t distance = str_distance(got, name);
        if (distance <= 2 && distance <= name.n / 3 && distance < best_distance) {
            best = names[i];
            best_distance = distance;
        }
    }
    return best;
}
