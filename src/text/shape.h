/*
 * API shapes: data that says which string of a body is what (role, model, newest turn or history),
 * and how this API tells an error or a filtered answer. A shape never decides what is scanned:
 * every string is. Shapes are YAML files (etc/apis/NAME.yaml); this module reads and applies them.
 *
 *   api: openai
 *   operations:
 *     - name: chat.completions
 *       paths: [/chat/completions]           # ends of the request path, longest match wins
 *       request:
 *         model: /model                      # JSON pointers (RFC 6901); `*` is any index or key
 *         user: [/user, /safety_identifier]  # one or several; the first in the body counts
 *         stream: /stream
 *         turns: {list: /messages, role: role, roles: {system: system, developer: system,
 *                 user: user, assistant: assistant, tool: tool, function: tool}}
 *         texts:                             # role of what stands outside the turns
 *           - {at: /instructions, role: system}
 *       response:
 *         model: /model
 *         texts: [{at: /choices/0/message, role: assistant}]
 *       blocked: |                           # template: a well-formed answer that was filtered
 *         {"id":{{id}}, … "finish_reason":"content_filter" … {{text}} …}
 *       answer: |                            # the same for `replace`; both or neither
 *         {"id":{{id}}, … "finish_reason":"stop" … {{text}} …}
 *   error:                                   # template for every refusal; status is separate
 *     body: '{"error":{"message":{{message}},"type":{{type}},"param":null,"code":{{code}}}}'
 *     types: {400: invalid_request_error, 401: authentication_error, …, default: server_error}
 *
 * A place has what all pointers that lead to it say; where two say different things, at each step
 * an exact member wins over `*`. A role holds for everything below its place, until a pointer that
 * leads deeper gives another.
 *
 * Each element of `turns.list` is a turn. Its role is what `roles` makes of the text of its member
 * `role`, wherever in the turn that stands (several members may be listed: the first listed that
 * the turn has counts); a text that `roles` does not know makes it unknown; without such a member
 * it is the role of its place. `texts` inside a turn win over the turn's role.
 *
 * History is every turn up to the last one of the assistant that is not the last element. So the
 * newest turn is all that stands after it: the question, results of tools, and an answer that was
 * begun for the model to go on (a prefill).
 *
 * Template fields are written as JSON strings with their quotes ({{id}}, {{message}}, {{text}},
 * {{code}}, {{type}}, {{model}}, {{reason}}) or as numbers ({{created}}, {{status}}). A template
 * must be valid JSON once filled; that is checked when the file is read.
 */
#ifndef SG_TEXT_SHAPE_H
#define SG_TEXT_SHAPE_H

#include "base/arena.h"
#include "base/attr.h"
#include "base/buf.h"
#include "base/reason.h"
#include "base/str.h"
#include "conf/fileset.h"
#include "text/json.h"
#include "text/span.h"

struct shape;     /* one API */
struct operation; /* one kind of request of it */

/* Reads one shape file into `a`; NULL after telling every error in `d`. */
SG_MUST_CHECK struct shape *shape_read(struct arena *a, struct fileset *fs, const char *file,
                                       struct where at, struct diags *d)
    SG_NONNULL_ARGS(1, 2, 3, 5);

struct str shape_name(const struct shape *s) SG_NONNULL;

/* The operation for a request path (without query); NULL if none: bodies are then read without
 * roles, and answers use the shape's error template. */
const struct operation *shape_operation(const struct shape *s, struct str path) SG_NONNULL_ARGS(1);
struct str operation_name(const struct operation *op); /* "" for NULL */

enum direction { DIRECTION_PROMPT, DIRECTION_OUTPUT };

/*
 * Reads a JSON body into spans: every string value, every key, every number of six digits or more
 * (all digits of the token counted), with roles, history and facts by the shape (`op` may be NULL).
 * Adds to `out`. The result and `*error_at` (may be NULL) are json_scan()'s.
 */
SG_MUST_CHECK enum reason shape_spans(const struct operation *op, enum direction dir,
                                      struct str body, const struct json_limits *limits,
                                      struct arena *a, struct span_list *out, size_t *error_at)
    SG_NONNULL_ARGS(5, 6);

/* What fills a template. */
struct shape_fields {
    struct str id;      /* exchange id */
    struct str message; /* for people */
    struct str text;    /* the answer text (replacement or notice) */
    struct str code;    /* "content_filter", or the reason code */
    struct str reason;  /* reason code */
    struct str model;
    uint64_t created; /* seconds since 1970 */
    int status;
};

/* The API's error object. Falls back to a plain one for `s` NULL. False: bound, memory. */
SG_MUST_CHECK bool shape_error(const struct shape *s, const struct shape_fields *f, struct buf *out)
    SG_NONNULL_ARGS(2, 3);

/* May a filtered answer be told by this operation (has it a `blocked` template)? */
bool operation_can_answer(const struct operation *op);
/* False for an operation that cannot, too. */
SG_MUST_CHECK bool operation_blocked(const struct operation *op, const struct shape_fields *f,
                                     struct buf *out) SG_NONNULL;
/* The same with finish_reason "stop" semantics, for `replace`: template `answer`. */
SG_MUST_CHECK bool operation_answer(const struct operation *op, const struct shape_fields *f,
                                    struct buf *out) SG_NONNULL;

#endif
