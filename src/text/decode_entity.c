#include "text/decode.h"

/* Names of HTML 13.5 that stand for ASCII characters or blanks. */
static const struct {
    const char *name;
    uint32_t cp;
    bool bare; /* HTML reads it without its semicolon too */
} entities[] = {
    {"amp", '&', true},
    {"AMP", '&', true},
    {"lt", '<', true},
    {"LT", '<', true},
    {"gt", '>', true},
    {"GT", '>', true},
    {"quot", '"', true},
    {"QUOT", '"', true},
    {"nbsp", 0xA0, true},
    {"apos", '\'', false},
    {"Tab", '\t', false},
    {"NewLine", '\n', false},
    {"excl", '!', false},
    {"num", '#', false},
    {"dollar", '$', false},
    {"percnt", '%', false},
    {"lpar", '(', false},
    {"rpar", ')', false},
    {"ast", '*', false},
    {"midast", '*', false},
    {"plus", '+', false},
    {"comma", ',', false},
    {"period", '.', false},
    {"sol", '/', false},
    {"colon", ':', false},
    {"semi", ';', false},
    {"equals", '=', false},
    {"quest", '?', false},
    {"commat", '@', false},
    {"lsqb", '[', false},
    {"lbrack", '[', false},
    {"bsol", '\\', false},
    {"rsqb", ']', false},
    {"rbrack", ']', false},
    {"Hat", '^', false},
    {"lowbar", '_', false},
    {"UnderBar", '_', false},
    {"grave", '`', false},
    {"lcub", '{', false},
    {"lbrace", '{', false},
    {"verbar", '|', false},
    {"vert", '|', false},
    {"VerticalLine", '|', false},
    {"rcub", '}', false},
    {"rbrace", '}', false},
    {"ensp", 0x2002, false},
    {"emsp", 0x2003, false},
    {"thinsp", 0x2009, false},
    {"zwnj", 0x200C, false},
    {"zwj", 0x200D, false},
    {"shy", 0xAD, true},
    {"ZeroWidthSpace", 0x200B, false},
    {"NoBreak", 0x2060, false},
    {"hyphen", 0x2010, false},
    {"dash", 0x2010, false},
    {"ndash", 0x2013, false},
    {"mdash", 0x2014, false},
};

uint32_t decode_entity(struct str s, size_t *length)
{
    char first = s.n > 0 ? s.p[0] : '\0';

    if ((first | 0x20) < 'a' || (first | 0x20) > 'z') {
        return 0;
    }
    for (size_t i = 0; i < SG_COUNT(entities); i++) {
        struct str name;

        if (entities[i].name[0] != first) {
            continue;
        }
        name = str_of(entities[i].name);
        if (!str_starts(s, name)) {
            continue;
        }
        if (name.n < s.n && s.p[name.n] == ';') {
            *length = name.n + 1;
            return entities[i].cp;
        }
        if (entities[i].bare) {
            *length = name.n;
            return entities[i].cp;
        }
    }
    return 0;
}
