#include "text/shape_parts.h"

#include <inttypes.h>

const char *const template_field_names[TEMPLATE_FIELD_COUNT + 1] = {
    [TEMPLATE_ID] = "id",          [TEMPLATE_MESSAGE] = "message", [TEMPLATE_TEXT] = "text",
    [TEMPLATE_CODE] = "code",      [TEMPLATE_TYPE] = "type",       [TEMPLATE_MODEL] = "model",
    [TEMPLATE_REASON] = "reason",  [TEMPLATE_CREATED] = "created", [TEMPLATE_STATUS] = "status",
    [TEMPLATE_FIELD_COUNT] = NULL,
};

static bool fill_field(enum template_field field, const struct template_values *v, struct buf *out)
{
    if (field == TEMPLATE_FIELD_COUNT) {
        return true;
    }
    if (field >= TEMPLATE_CREATED) {
        return buf_printf(out, "%" PRIu64, v->numbers[field - TEMPLATE_CREATED]);
    }
    return buf_add_char(out, '"') && json_escape(out, v->texts[field]) && buf_add_char(out, '"');
}

bool template_fill(const struct shape_template *t, const struct template_values *v, struct buf *out)
{
    size_t before = out->n;

    for (size_t i = 0; i < t->count; i++) {
        if (!buf_add_str(out, t->pieces[i].literal) || !fill_field(t->pieces[i].field, v, out)) {
            buf_cut(out, before);
            return false;
        }
    }
    return true;
}

bool template_has(const struct shape_template *t, enum template_field field)
{
    for (size_t i = 0; i < t->count; i++) {
        if (t->pieces[i].field == field) {
            return true;
        }
    }
    return false;
}

/* --- answers --- */

static struct str error_type(const struct shape *s, int status)
{
    struct str fallback = STR("");

    for (size_t i = 0; s != NULL && i < s->type_count; i++) {
        if (s->types[i].status == status) {
            return s->types[i].name;
        }
        if (s->types[i].status == 0) {
            fallback = s->types[i].name;
        }
    }
    return fallback;
}

static struct template_values values_of(const struct shape *s, const struct shape_fields *f)
{
    return (struct template_values){
        .texts = {[TEMPLATE_ID] = f->id,
                  [TEMPLATE_MESSAGE] = f->message,
                  [TEMPLATE_TEXT] = f->text,
                  [TEMPLATE_CODE] = f->code,
                  [TEMPLATE_TYPE] = error_type(s, f->status),
                  [TEMPLATE_MODEL] = f->model,
                  [TEMPLATE_REASON] = f->reason},
        .numbers = {f->created, f->status > 0 ? (uint64_t)f->status : 0}};
}

bool shape_error(const struct shape *s, const struct shape_fields *f, struct buf *out)
{
    static const struct template_piece plain_pieces[] = {
        {{"{\"error\":{\"message\":", 20}, TEMPLATE_MESSAGE},
        {{",\"code\":", 8}, TEMPLATE_CODE},
        {{"}}", 2}, TEMPLATE_FIELD_COUNT}};
    static const struct shape_template plain = {plain_pieces, SG_COUNT(plain_pieces)};
    struct template_values v = values_of(s, f);

    return template_fill(s == NULL ? &plain : &s->error, &v, out);
}

bool operation_can_answer(const struct operation *op)
{
    return op != NULL && op->blocked.count > 0;
}

bool operation_blocked(const struct operation *op, const struct shape_fields *f, struct buf *out)
{
    struct template_values v = values_of(op->shape, f);

    return op->blocked.count > 0 && template_fill(&op->blocked, &v, out);
}

bool operation_answer(const struct operation *op, const struct shape_fields *f, struct buf *out)
{
    struct template_values v = values_of(op->shape, f);

    return op->answer.count > 0 && template_fill(&op->answer, &v, out);
}

/* --- names --- */

struct str shape_name(const struct shape *s)
{
    return s->name;
}

struct str operation_name(const struct operation *op)
{
    return op == NULL ? STR("") : op->name;
}

const struct operation *shape_operation(const struct shape *s, struct str path)
{
    const struct operation *best = NULL;
    size_t length = 0;

    for (size_t i = 0; i < s->operation_count; i++) {
        const struct operation *op = &s->operations[i];

        for (size_t k = 0; k < op->paths.count; k++) {
            if (op->paths.items[k].n > length && str_ends(path, op->paths.items[k])) {
                best = op;
                length = op->paths.items[k].n;
            }
        }
    }
    return best;
}
