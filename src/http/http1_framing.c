#include "http/http1_head.h"
#include "http/http1_syntax.h"

#define LENGTH_DIGITS_MAX 19 /* the most that fit 63 bits whatever the digits */

bool http1_never_has_body(const struct http1_expect *expect, unsigned status)
{
    return expect->kind == HTTP1_RESPONSE &&
           (expect->answers_head || status < 200 || status == 204 || status == 304);
}

/* --- Content-Length and Transfer-Encoding ------------------------------------------------ */

/* Digits and nothing else: no sign, no list, not even one of equal numbers (RFC 9112 6.3, item 5).
 */
static enum reason read_length(struct str value, uint64_t *length)
{
    if (value.n > LENGTH_DIGITS_MAX || !str_to_u64(value, INT64_MAX, length)) {
        return REASON_LENGTH_INVALID;
    }
    return REASON_OK;
}

static enum reason read_coding(const struct http_head *head, struct str value)
{
    if (head->minor == 0) {
        return REASON_TRANSFER_VERSION; /* RFC 9112 6.1 */
    }
    return str_eq_nocase(value, STR("chunked")) ? REASON_OK : REASON_TRANSFER_CODING;
}

/* What the two headers say, before the status has its say. */
static enum reason read_declared(struct http_head *head)
{
    const struct http_header *length = http_find(head, STR("Content-Length"));
    const struct http_header *coding = http_find(head, STR("Transfer-Encoding"));

    head->framing = HTTP_BODY_NONE;
    head->length = HTTP_LENGTH_UNKNOWN;
    if (http_count(head, STR("Transfer-Encoding")) > 1) {
        return REASON_TRANSFER_DUPLICATE;
    }
    if (http_count(head, STR("Content-Length")) > 1) {
        return REASON_LENGTH_DUPLICATE;
    }
    if (length != NULL && coding != NULL) {
        return REASON_LENGTH_AND_CODING;
    }
    if (coding != NULL) {
        head->framing = HTTP_BODY_CHUNKED;
        return read_coding(head, coding->value);
    }
    if (length != NULL) {
        head->framing = HTTP_BODY_LENGTH;
        return read_length(length->value, &head->length);
    }
    return REASON_OK;
}

/*
 * A response whose status or question rules a body out. 1xx and 204 must not even announce one
 * (RFC 9112 6.1, RFC 9110 8.6; a length of 0 does no harm); 304 and answers to HEAD may.
 */
static enum reason apply_status(const struct http1_expect *expect, struct http_head *head)
{
    bool announced = head->framing == HTTP_BODY_CHUNKED ||
                     (head->framing == HTTP_BODY_LENGTH && head->length > 0);

    if (announced && (head->status < 200 || head->status == 204)) {
        return REASON_RESPONSE_BODY;
    }
    if (head->status == 205 && head->framing == HTTP_BODY_LENGTH && announced &&
        !expect->answers_head) {
        return REASON_RESPONSE_BODY; /* RFC 9110 15.3.6 */
    }
    if (http1_never_has_body(expect, head->status)) {
        head->framing = HTTP_BODY_NONE;
        head->length = HTTP_LENGTH_UNKNOWN;
    } else if (head->framing == HTTP_BODY_NONE) {
        head->framing = HTTP_BODY_CLOSE;
    }
    return REASON_OK;
}

/* --- Connection, Upgrade, Expect --------------------------------------------------------- */

/* End-to-end fields: named in Connection they would be judged here and be missing further on. */
static bool is_end_to_end(struct str option)
{
    static const struct str names[] = {
        STR("Accept"),        STR("Accept-Encoding"),
        STR("Authorization"), STR("Cache-Control"),
        STR("Cookie"),        STR("Date"),
        STR("Expect"),        STR("Host"),
        STR("Location"),      STR("Set-Cookie"),
        STR("Vary"),          STR("WWW-Authenticate"),
    };

    if (str_eq_nocase(str_sub(option, 0, 8), STR("Content-"))) {
        return true;
    }
    for (size_t i = 0; i < SG_COUNT(names); i++) {
        if (str_eq_nocase(option, names[i])) {
            return true;
        }
    }
    return false;
}

/* No more options than there may be headers, so that asking for each header stays cheap. */
static enum reason check_connection(const struct http_head *head, size_t max)
{
    size_t count = 0;

    for (size_t i = 0; i < head->header_count; i++) {
        struct str rest = head->headers[i].value, option;

        if (!str_eq_nocase(head->headers[i].name, STR("Connection"))) {
            continue;
        }
        while (str_next(&rest, ',', &option)) {
            option = str_trim(option);
            if (++count > max || (option.n > 0 && !http1_is_token(option)) ||
                is_end_to_end(option)) {
                return REASON_CONNECTION_OPTION;
            }
        }
    }
    return REASON_OK;
}

/* RFC 9112 9.3. */
static bool read_keep_alive(const struct http_head *head)
{
    if (head->framing == HTTP_BODY_CLOSE || http_has_token(head, STR("Connection"), STR("close"))) {
        return false;
    }
    return head->minor > 0 || http_has_token(head, STR("Connection"), STR("keep-alive"));
}

/* A request's Upgrade takes Connection: upgrade to mean anything (RFC 9110 7.8), h2c included. */
static enum reason check_upgrade(const struct http_head *head)
{
    if (http_find(head, STR("Upgrade")) != NULL &&
        http_has_token(head, STR("Connection"), STR("upgrade"))) {
        return REASON_UPGRADE;
    }
    return REASON_OK;
}

/* RFC 9110 10.1.1: nothing but 100-continue, which HTTP/1.0 and requests without body may not use.
 */
static enum reason read_expect(struct http_head *head)
{
    const struct http_header *expect = http_find(head, STR("Expect"));

    if (expect == NULL) {
        return REASON_OK;
    }
    if (http_count(head, STR("Expect")) > 1 || !str_eq_nocase(expect->value, STR("100-continue"))) {
        return REASON_EXPECT;
    }
    head->expect_continue = head->minor > 0 && head->framing != HTTP_BODY_NONE && head->length != 0;
    return REASON_OK;
}

enum reason http1_framing_read(const struct http1_expect *expect, struct http_head *head)
{
    enum reason r = read_declared(head);

    if (r == REASON_OK && expect->kind == HTTP1_RESPONSE) {
        r = head->status == 101 ? REASON_UPGRADE : apply_status(expect, head);
    }
    if (r == REASON_OK) {
        r = check_connection(head, expect->limits->header_count);
    }
    if (r == REASON_OK && expect->kind == HTTP1_REQUEST) {
        r = check_upgrade(head);
    }
    if (r == REASON_OK && expect->kind == HTTP1_REQUEST) {
        r = read_expect(head);
    }
    head->keep_alive = read_keep_alive(head);
    return r;
}
