#include "conf/yaml_text.h"

struct where yaml_text_where(const char *file, struct str text, size_t offset)
{
    struct where at = {file, 1, 1};

    for (size_t i = 0; i < offset && i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];

        if (c == '\n') {
            at.line++;
            at.column = 1;
        } else if ((c & 0xC0) != 0x80) {
            at.column++;
        }
    }
    return at;
}

/* UTF-16 and UTF-32 show themselves by their mark, or by a NUL beside the first ASCII character. */
static bool is_wide(struct str text)
{
    struct str start = str_sub(text, 0, 4);

    return str_starts(text, STR("\xFF\xFE")) || str_starts(text, STR("\xFE\xFF")) ||
           (start.n > 0 && memchr(start.p, '\0', start.n) != NULL);
}

/* What the line end at `i` is called if it is none to an editor; NULL where there is no such. */
static const char *odd_line_end(struct str text, size_t i)
{
    struct str rest = str_sub(text, i, text.n);

    switch (rest.p[0]) {
    case '\r':
        return str_starts(rest, STR("\r\n")) ? NULL
                                             : "a carriage return (U+000D) without a line feed";
    case '\xC2':
        return str_starts(rest, STR("\xC2\x85")) ? "a next-line character (U+0085)" : NULL;
    case '\xE2':
        if (str_starts(rest, STR("\xE2\x80\xA8"))) {
            return "a line separator (U+2028)";
        }
        return str_starts(rest, STR("\xE2\x80\xA9")) ? "a paragraph separator (U+2029)" : NULL;
    default:
        return NULL;
    }
}

bool yaml_text_check(const char *file, struct str *text, struct diags *d)
{
    if (str_starts(*text, STR("\xEF\xBB\xBF"))) {
        *text = str_sub(*text, 3, text->n);
    }
    if (is_wide(*text)) {
        diag_error(d, (struct where){file, 1, 1},
                   "the file is in UTF-16 or UTF-32; expected UTF-8: save it as UTF-8");
        return false;
    }
    for (size_t i = 0; i < text->n; i++) {
        const char *odd = odd_line_end(*text, i);

        if (odd != NULL) {
            diag_error(d, yaml_text_where(file, *text, i),
                       "%s ends a line where an editor may show none; expected LF or CR LF, or an "
                       "escape in double quotes",
                       odd);
            return false;
        }
    }
    return true;
}
