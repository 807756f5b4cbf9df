/*
 * Reason codes: one word for each way something can fail or be refused, used alike in answers to
 * clients, in records, in logs and in tests. The table below is the whole vocabulary.
 *
 *   code          stable name, as in records and in the `x-stopgate-reason` response header
 *   status        HTTP status that a client gets (0: depends on the place)
 *   class         MALFORMED    the peer broke a standard: always refused, no policy can allow it
 *                 UNSCANNABLE  well formed, but the gate cannot read it: `on_unscannable` decides
 *                 LIMIT        over a configured limit: refused
 *                 UPSTREAM     the model endpoint failed
 *                 GATE         the gate itself: policy, authentication, resources
 *   sentence      for people: what is wrong and what was expected; no payload
 */
#ifndef SG_BASE_REASON_H
#define SG_BASE_REASON_H

#include "base/attr.h"
#include "base/str.h"

enum reason_class {
    REASON_CLASS_NONE,
    REASON_CLASS_MALFORMED,
    REASON_CLASS_UNSCANNABLE,
    REASON_CLASS_LIMIT,
    REASON_CLASS_UPSTREAM,
    REASON_CLASS_GATE
};

/* clang-format off */
#define REASON_TABLE(X) \
    X(OK, "ok", 0, NONE, "no error") \
    /* HTTP framing (RFC 9112 unless said) */ \
    X(HTTP_SYNTAX, "http_syntax", 400, MALFORMED, "the message is not valid HTTP/1.1") \
    X(BARE_LF, "bare_lf", 400, MALFORMED, "a line ends in LF alone; CR LF is required") \
    X(BARE_CR, "bare_cr", 400, MALFORMED, "a CR stands without LF") \
    X(REQUEST_LINE, "request_line", 400, MALFORMED, "the request line is not `METHOD target HTTP/1.1`") \
    X(STATUS_LINE, "status_line", 0, MALFORMED, "the status line is not `HTTP/1.1 NNN reason`") \
    X(METHOD, "method", 501, MALFORMED, "the method is not one the gateway forwards") \
    X(TARGET, "target", 400, MALFORMED, "the request target is not a valid origin-form path") \
    X(TARGET_AUTHORITY, "target_authority", 400, MALFORMED, "the absolute-form target names another host than Host") \
    X(TARGET_TOO_LONG, "target_too_long", 414, LIMIT, "the request target is longer than the limit") \
    X(HTTP_VERSION, "http_version", 505, MALFORMED, "the version is not HTTP/1.0 or HTTP/1.1") \
    X(HEADER_NAME, "header_name", 400, MALFORMED, "a header name is empty or has a byte that is not a token character") \
    X(HEADER_SPACE, "header_space", 400, MALFORMED, "white space stands before the colon of a header") \
    X(HEADER_FOLD, "header_fold", 400, MALFORMED, "a header continues on the next line (obs-fold)") \
    X(HEADER_VALUE, "header_value", 400, MALFORMED, "a header value has a control byte") \
    X(HEADER_COUNT, "header_count", 431, LIMIT, "more headers than the limit") \
    X(HEAD_SIZE, "head_size", 431, LIMIT, "the head is larger than the limit") \
    X(HOST_MISSING, "host_missing", 400, MALFORMED, "HTTP/1.1 needs a Host header") \
    X(HOST_DUPLICATE, "host_duplicate", 400, MALFORMED, "more than one Host header") \
    X(HOST_INVALID, "host_invalid", 400, MALFORMED, "Host is not a host with an optional port") \
    X(LENGTH_DUPLICATE, "length_duplicate", 400, MALFORMED, "Content-Length stands more than once") \
    X(LENGTH_INVALID, "length_invalid", 400, MALFORMED, "Content-Length is not a decimal number") \
    X(LENGTH_AND_CODING, "length_and_coding", 400, MALFORMED, "both Content-Length and Transfer-Encoding") \
    X(TRANSFER_CODING, "transfer_coding", 501, MALFORMED, "a transfer coding other than a single `chunked`") \
    X(TRANSFER_DUPLICATE, "transfer_duplicate", 400, MALFORMED, "Transfer-Encoding stands more than once") \
    X(TRANSFER_VERSION, "transfer_version", 400, MALFORMED, "Transfer-Encoding in HTTP/1.0") \
    X(CHUNK_SIZE, "chunk_size", 400, MALFORMED, "a chunk size is not plain hexadecimal") \
    X(CHUNK_EXTENSION, "chunk_extension", 400, MALFORMED, "a chunk extension is malformed or too long") \
    X(CHUNK_END, "chunk_end", 400, MALFORMED, "chunk data does not end in CR LF") \
    X(TRAILER, "trailer", 400, MALFORMED, "a trailer field is malformed or not allowed there") \
    X(TRAILER_SIZE, "trailer_size", 431, LIMIT, "the trailers are larger than the limit") \
    X(CONNECTION_OPTION, "connection_option", 400, MALFORMED, "Connection is malformed or names a header that is not hop-by-hop") \
    X(EXPECT, "expect", 417, MALFORMED, "Expect holds something else than 100-continue") \
    X(UPGRADE, "upgrade", 501, MALFORMED, "protocol upgrades are not forwarded") \
    X(RESPONSE_BODY, "response_body", 0, MALFORMED, "a body stands where the response must not have one") \
    /* the connection */ \
    X(TIMEOUT_HEAD, "timeout_head", 408, LIMIT, "the head did not arrive in time") \
    X(TIMEOUT_BODY, "timeout_body", 408, LIMIT, "the body did not arrive in time") \
    X(TIMEOUT_SEND, "timeout_send", 0, LIMIT, "the peer did not take the answer in time") \
    X(CLIENT_GONE, "client_gone", 0, LIMIT, "the client closed the connection before the answer was complete") \
    X(BODY_SIZE, "body_size", 413, LIMIT, "the body is larger than the limit") \
    X(CONNECTION_LIMIT, "connection_limit", 503, LIMIT, "more connections than the limit") \
    /* bodies: malformed whatever the policy */ \
    X(TEXT_UTF8, "text_utf8", 400, MALFORMED, "the text is not valid UTF-8") \
    X(JSON_SYNTAX, "json_syntax", 400, MALFORMED, "the body is not valid JSON (RFC 8259)") \
    X(JSON_DUPLICATE_KEY, "json_duplicate_key", 400, MALFORMED, "an object has the same key twice") \
    X(JSON_SURROGATE, "json_surrogate", 400, MALFORMED, "a \\u escape is half of a surrogate pair") \
    X(JSON_DEPTH, "json_depth", 400, LIMIT, "the JSON is nested deeper than the limit") \
    X(JSON_NODES, "json_nodes", 400, LIMIT, "the JSON has more values than the limit") \
    X(FORM_SYNTAX, "form_syntax", 400, MALFORMED, "the form body is malformed") \
    X(MULTIPART_SYNTAX, "multipart_syntax", 400, MALFORMED, "the multipart body is malformed") \
    X(CODING_SYNTAX, "coding_syntax", 400, MALFORMED, "the compressed body is damaged") \
    X(CODING_RATIO, "coding_ratio", 413, LIMIT, "the body expands more than the allowed ratio") \
    X(CODING_SIZE, "coding_size", 413, LIMIT, "the body expands past the size limit") \
    X(SCAN_LIMIT, "scan_limit", 413, LIMIT, "the text has more matches, or takes more time to scan, than the limit") \
    X(SPAN_LIMIT, "span_limit", 413, LIMIT, "the texts in the body need more memory than the limit") \
    /* bodies: well formed, not readable here */ \
    X(TYPE_MISSING, "type_missing", 415, UNSCANNABLE, "the body has no Content-Type") \
    X(TYPE_UNKNOWN, "type_unknown", 415, UNSCANNABLE, "the gate cannot read this Content-Type") \
    X(TYPE_INVALID, "type_invalid", 400, MALFORMED, "Content-Type is malformed or stands twice") \
    X(CHARSET_UNKNOWN, "charset_unknown", 415, UNSCANNABLE, "the charset is not UTF-8") \
    X(CODING_UNKNOWN, "coding_unknown", 415, UNSCANNABLE, "the Content-Encoding is not a single gzip, deflate or br") \
    X(PART_BINARY, "part_binary", 415, UNSCANNABLE, "a part of the form is not text") \
    X(STREAMED, "streamed", 0, UNSCANNABLE, "a streamed answer that the gate cannot read") \
    /* the model endpoint */ \
    X(UPSTREAM_CONNECT, "upstream_connect", 502, UPSTREAM, "the model endpoint refused the connection") \
    X(UPSTREAM_RESOLVE, "upstream_resolve", 502, UPSTREAM, "the model endpoint's name did not resolve") \
    X(UPSTREAM_CONNECT_TIMEOUT, "upstream_connect_timeout", 504, UPSTREAM, "the model endpoint did not accept in time") \
    X(UPSTREAM_TIMEOUT, "upstream_timeout", 504, UPSTREAM, "the model endpoint did not answer in time") \
    X(UPSTREAM_RESET, "upstream_reset", 502, UPSTREAM, "the model endpoint closed before its answer was complete") \
    X(UPSTREAM_PROTOCOL, "upstream_protocol", 502, UPSTREAM, "the model endpoint's answer is not valid HTTP/1.1") \
    X(UPSTREAM_TOO_LARGE, "upstream_too_large", 502, UPSTREAM, "the model endpoint's answer is larger than the limit") \
    X(UPSTREAM_BUSY, "upstream_busy", 503, UPSTREAM, "no connection to the model endpoint is free") \
    /* the gate */ \
    X(NO_ROUTE, "no_route", 404, GATE, "no route takes this path") \
    X(TENANT_UNKNOWN, "tenant_unknown", 401, GATE, "the API key belongs to no tenant") \
    X(POLICY, "content_filter", 0, GATE, "the policy does not let this text through") \
    X(SCAN_FAILED, "scan_failed", 500, GATE, "the text could not be scanned") \
    X(MEMORY, "memory", 503, GATE, "out of memory") \
    X(AUDIT, "audit_unavailable", 503, GATE, "records cannot be written") \
    X(SHUTTING_DOWN, "shutting_down", 503, GATE, "the gateway is shutting down")
/* clang-format on */

#define REASON_ENUM(symbol, code, status, class, sentence) REASON_##symbol,
enum reason { REASON_TABLE(REASON_ENUM) REASON_COUNT };
#undef REASON_ENUM

/* All four take any value; one out of range gives "?", "?", 500 and REASON_CLASS_GATE. */
const char *reason_code(enum reason r);
const char *reason_sentence(enum reason r);
int reason_status(enum reason r);
enum reason_class reason_class(enum reason r);

#endif
