#include "http/http1_chunk.h"

#include "http/http1_syntax.h"

#define SIZE_DIGITS_MAX 16 /* 64 bits */

enum state {
    SIZE,
    NAME_FIRST,
    NAME,
    VALUE_FIRST,
    VALUE,
    QUOTED,
    QUOTED_PAIR,
    QUOTED_END,
    LINE_LF,
    DATA,
    DATA_CR,
    DATA_LF,
    DONE
};

void http1_chunk_init(struct http1_chunk *c, size_t line_max)
{
    *c = (struct http1_chunk){.state = SIZE, .line_max = line_max};
}

bool http1_chunk_done(const struct http1_chunk *c)
{
    return c->state == DONE;
}

static enum reason to(struct http1_chunk *c, enum state state)
{
    c->state = state;
    return REASON_OK;
}

static enum reason take_size(struct http1_chunk *c, unsigned char b)
{
    int digit = http1_hex(b);

    if (digit >= 0) {
        if (c->digits == SIZE_DIGITS_MAX) {
            return REASON_CHUNK_SIZE;
        }
        c->digits++;
        c->left = (c->left << 4) | (uint64_t)digit;
        return REASON_OK;
    }
    if (c->digits == 0) {
        return REASON_CHUNK_SIZE;
    }
    switch (b) {
    case ';':
        return to(c, NAME_FIRST);
    case '\r':
        return to(c, LINE_LF);
    case '\n':
        return REASON_BARE_LF;
    default:
        return REASON_CHUNK_SIZE;
    }
}

/* What may follow a complete name or value: another extension or the line's end. */
static enum reason take_delimiter(struct http1_chunk *c, unsigned char b)
{
    switch (b) {
    case ';':
        return to(c, NAME_FIRST);
    case '\r':
        return to(c, LINE_LF);
    case '\n':
        return REASON_BARE_LF;
    default:
        return REASON_CHUNK_EXTENSION;
    }
}

/* Inside a quoted string a CR can never be half of a line end. */
static enum reason take_quoted(struct http1_chunk *c, unsigned char b)
{
    if (b == '\r') {
        return REASON_BARE_CR;
    }
    if (b == '\n') {
        return REASON_BARE_LF;
    }
    if (!http1_is_text(b)) {
        return REASON_CHUNK_EXTENSION;
    }
    if (c->state == QUOTED_PAIR) {
        return to(c, QUOTED);
    }
    if (b == '"') {
        return to(c, QUOTED_END);
    }
    return b == '\\' ? to(c, QUOTED_PAIR) : REASON_OK;
}

static enum reason take_extension(struct http1_chunk *c, unsigned char b)
{
    bool tchar = http1_is_tchar(b);

    switch (c->state) {
    case NAME_FIRST:
        return tchar ? to(c, NAME) : b == '\n' ? REASON_BARE_LF : REASON_CHUNK_EXTENSION;
    case NAME:
        if (b == '=') {
            return to(c, VALUE_FIRST);
        }
        return tchar ? REASON_OK : take_delimiter(c, b);
    case VALUE_FIRST:
        if (b == '"') {
            return to(c, QUOTED);
        }
        return tchar ? to(c, VALUE) : b == '\n' ? REASON_BARE_LF : REASON_CHUNK_EXTENSION;
    case VALUE:
        return tchar ? REASON_OK : take_delimiter(c, b);
    case QUOTED_END:
        return take_delimiter(c, b);
    default:
        return take_quoted(c, b);
    }
}

static enum reason take_line_byte(struct http1_chunk *c, unsigned char b)
{
    if (c->state == LINE_LF) {
        return b == '\n' ? to(c, c->left == 0 ? DONE : DATA) : REASON_BARE_CR;
    }
    if (b != '\r' && b != '\n' && c->line++ == c->line_max) {
        return REASON_CHUNK_EXTENSION;
    }
    return c->state == SIZE ? take_size(c, b) : take_extension(c, b);
}

/* The CR LF after a chunk's data, then a fresh chunk-size line. */
static enum reason take_data_end(struct http1_chunk *c, unsigned char b)
{
    if (c->state == DATA_CR) {
        return b == '\r' ? to(c, DATA_LF) : REASON_CHUNK_END;
    }
    if (b != '\n') {
        return REASON_CHUNK_END;
    }
    http1_chunk_init(c, c->line_max);
    return REASON_OK;
}

/* Does the next byte belong to an extension? The CR that ends the line does not. */
static bool in_extension(const struct http1_chunk *c, char b)
{
    return (c->state == SIZE && b == ';') ||
           (c->state >= NAME_FIRST && c->state <= QUOTED_END && b != '\r');
}

static size_t take_data(struct http1_chunk *c, size_t n)
{
    n = n < c->left ? n : (size_t)c->left;
    c->left -= n;
    if (c->left == 0) {
        c->state = DATA_CR;
    }
    return n;
}

static enum reason take_byte(struct http1_chunk *c, unsigned char b)
{
    return c->state == DATA_CR || c->state == DATA_LF ? take_data_end(c, b) : take_line_byte(c, b);
}

size_t http1_chunk_take(struct http1_chunk *c, struct str in, bool *extension, enum reason *r)
{
    size_t i = 0;

    *r = REASON_OK;
    *extension = in.n > 0 && in_extension(c, in.p[0]);
    while (i < in.n && c->state != DONE && in_extension(c, in.p[i]) == *extension) {
        if (c->state == DATA) {
            i += take_data(c, in.n - i);
            continue;
        }
        *r = take_byte(c, (unsigned char)in.p[i]);
        if (*r != REASON_OK) {
            break;
        }
        i++;
    }
    return i;
}
