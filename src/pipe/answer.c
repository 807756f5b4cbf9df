#include "pipe/answer.h"

#include "http/http1.h"
#include "pipe/forward.h"

#include <time.h>

#define FALLBACK_STATUS 500

static struct shape_fields fields_of(const struct answer *a, enum reason reason, int status)
{
    return (struct shape_fields){.id = a->id,
                                 .code = str_of(reason_code(reason)),
                                 .reason = str_of(reason_code(reason)),
                                 .model = a->model,
                                 .created = a->wall_us / 1000000,
                                 .status = status};
}

static struct str pick(const struct answer *a, struct bilingual b)
{
    return a->chinese ? b.zh : b.en;
}

int answer_refusal(const struct answer *a, enum reason reason, int status, struct buf *body)
{
    int own = reason_status(reason);
    int code = status != 0 ? status : (own != 0 ? own : FALLBACK_STATUS);
    struct shape_fields f = fields_of(a, reason, code);
    f.message = str_of(reason_sentence(reason));
    return shape_error(a->shape, &f, body) ? code : 0;
}

int answer_blocked_prompt(const struct answer *a, const struct policy *p, struct buf *body)
{
    struct shape_fields f = fields_of(a, REASON_POLICY, p->status);
    f.message = pick(a, p->message);
    return shape_error(a->shape, &f, body) ? p->status : 0;
}

int answer_blocked_output(const struct answer *a, const struct policy *p, struct buf *body)
{
    if (!operation_can_answer(a->operation)) {
        return answer_blocked_prompt(a, p, body);
    }
    struct shape_fields f = fields_of(a, REASON_POLICY, 200);
    f.message = pick(a, p->message);
    f.text = f.message;
    return operation_blocked(a->operation, &f, body) ? 200 : 0;
}

int answer_replaced(const struct answer *a, const struct policy *p, const struct policy_line *line,
                    struct buf *body)
{
    if (!operation_can_answer(a->operation)) {
        return answer_blocked_prompt(a, p, body);
    }
    struct shape_fields f = fields_of(a, REASON_OK, 200);
    f.text = pick(a, line->answer);
    f.message = f.text;
    return operation_answer(a->operation, &f, body) ? 200 : 0;
}

/* `Date` (RFC 9110 6.6.1): who makes an answer says when. */
static bool put_date(struct buf *out, uint64_t wall_us)
{
    char text[64];
    struct tm tm;
    time_t seconds = (time_t)(wall_us / 1000000);
    if (gmtime_r(&seconds, &tm) == NULL ||
        strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &tm) == 0) {
        return false;
    }
    return http1_write_header(out, STR("Date"), str_of(text));
}

bool answer_headers(const struct answer *a, const char *action, enum reason reason, struct buf *out)
{
    return http1_write_header(out, STR("Content-Type"), STR("application/json")) &&
           put_date(out, a->wall_us) && http1_write_header(out, STR(FORWARD_ID_HEADER), a->id) &&
           (action[0] == '\0' ||
            http1_write_header(out, STR(FORWARD_ACTION_HEADER), str_of(action))) &&
           (reason == REASON_OK ||
            http1_write_header(out, STR(FORWARD_REASON_HEADER), str_of(reason_code(reason))));
}
