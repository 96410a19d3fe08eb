/* src/store/pgvector_filter.c - filters in SQL. See pgvector.h.
 *
 * A path becomes an SQL/JSON path in lax mode, which looks into the items of lists as filters do. Paths
 * and values go in as parameters.
 */
#include "document_filter_tree.h"
#include "kailash/json.h"
#include "pgvector.h"

#include <math.h>

typedef struct writer {
    kl_buffer *sql;
    kl_value *params;
    const char *name; /* of the filter, in messages */
} writer;

static kl_status write_filter(writer *w, const kl_filter *filter, kl_error *error);

static kl_status refuse(const writer *w, const kl_filter *leaf, const char *what, kl_error *error)
{
    return kl_error_form(error, KL_INVALID,
                         "invalid input '%s.%.*s': expected no %s with backend pgvector", w->name,
                         KL_TEXT_ARG(kl_as_text(leaf->path)), what);
}

/* One more parameter; `*number` is what it is called. `item` is taken, also on failure. */
static kl_status add_param(size_t *number, writer *w, kl_value item, kl_error *error)
{
    KL_TRY(kl_array_push(w->params, item, error));
    *number = kl_array_len(*w->params);
    return KL_OK;
}

/* ---- paths -------------------------------------------------------------------------------------- */

static bool is_index(kl_text part)
{
    for (size_t i = 0; i < part.len; i++)
        if (part.data[i] < '0' || part.data[i] > '9')
            return false;
    return part.len > 0;
}

static kl_status write_part(kl_buffer *path, kl_text part, kl_error *error)
{
    kl_value text, quoted = kl_null();
    KL_TRY(kl_string_from_valid(&text, part, error));
    kl_status status = kl_json_print(&quoted, text, &kl_json_plain, error);
    if (status == KL_OK)
        kl_buffer_format(path, ".%.*s", KL_TEXT_ARG(kl_as_text(quoted)));
    kl_value_release(quoted);
    kl_value_release(text);
    return status;
}

/* $."a"."b" and what follows it, as a parameter. */
static kl_status add_path(size_t *number, writer *w, const kl_filter *leaf, const char *rest,
                          kl_error *error)
{
    kl_buffer path = KL_BUFFER_INIT;
    kl_value text;
    kl_status status = KL_OK;
    kl_text left = kl_as_text(leaf->path);
    kl_buffer_byte(&path, '$');
    for (bool more = true; more && status == KL_OK;) {
        const char *dot = memchr(left.data, '.', left.len);
        kl_text part = {left.data, dot ? (size_t)(dot - left.data) : left.len};
        status = is_index(part) ? refuse(w, leaf, "index of a list in a path", error)
                                : write_part(&path, part, error);
        more = dot != NULL;
        if (more)
            left = (kl_text){dot + 1, left.len - part.len - 1};
    }
    kl_buffer_string(&path, rest);
    if (status != KL_OK) {
        kl_buffer_free(&path);
        return status;
    }
    KL_TRY(kl_buffer_finish(&text, &path, error));
    return add_param(number, w, text, error);
}

/* ---- conditions of a path ----------------------------------------------------------------------- */

/* The path with `rest` leads somewhere; in it, $v is `operand` (NULL = not used). */
static kl_status write_exists(writer *w, const kl_filter *leaf, const char *rest,
                              const kl_value *operand, kl_error *error)
{
    size_t path, value;
    kl_value variables;
    KL_TRY(add_path(&path, w, leaf, rest, error));
    kl_buffer_format(w->sql, "COALESCE(jsonb_path_exists(metadata, $%zu::text::jsonpath", path);
    if (operand) {
        KL_TRY(kl_map_new(&variables, 1, error));
        kl_status status = kl_map_set(&variables, KL_TEXT("v"), kl_value_retain(*operand), error);
        if (status != KL_OK) {
            kl_value_release(variables);
            return status;
        }
        KL_TRY(add_param(&value, w, variables, error));
        kl_buffer_format(w->sql, ", $%zu::jsonb, true", value);
    }
    kl_buffer_string(w->sql, "), FALSE)");
    return KL_OK;
}

/* An item of a list within a list is none of the outer list's. */
#define THAT_IS(condition) " ? (@.type() != \"array\" && @ " condition ")"

/* Lists and maps: the value at the path, or an item of it, is the same. */
static kl_status write_same(writer *w, const kl_filter *leaf, kl_value operand, kl_error *error)
{
    size_t whole, items, value;
    kl_value text;
    KL_TRY(add_path(&whole, w, leaf, "", error));
    KL_TRY(add_path(&items, w, leaf, "[*]", error));
    KL_TRY(kl_json_print(&text, operand, &kl_json_plain, error));
    KL_TRY(add_param(&value, w, text, error));
    kl_buffer_format(w->sql,
                     "(EXISTS (SELECT 1 FROM jsonb_path_query(metadata, $%zu::text::jsonpath) AS it "
                     "WHERE it = $%zu::text::jsonb) OR EXISTS (SELECT 1 FROM "
                     "jsonb_path_query(metadata, $%zu::text::jsonpath) AS it WHERE it = "
                     "$%zu::text::jsonb))", whole, value, items, value);
    return KL_OK;
}

/* A missing field equals null. */
static kl_status write_null(writer *w, const kl_filter *leaf, kl_error *error)
{
    kl_buffer_string(w->sql, "(NOT ");
    KL_TRY(write_exists(w, leaf, "", NULL, error));
    kl_buffer_string(w->sql, " OR ");
    KL_TRY(write_exists(w, leaf, THAT_IS("== null"), NULL, error));
    kl_buffer_byte(w->sql, ')');
    return KL_OK;
}

static bool is_container(kl_value value)
{
    return kl_is(value, KL_KIND_ARRAY) || kl_is(value, KL_KIND_MAP);
}

/* JSON has neither bytes nor NaN. `depth` is that of JSON text. */
static bool has_json(kl_value value, int depth)
{
    bool good = depth < KL_JSON_DEPTH_IN;
    for (size_t i = 0; good && i < kl_array_len(value); i++)
        good = has_json(kl_array_at(value, i), depth + 1);
    for (size_t i = 0; good && i < kl_map_len(value); i++)
        good = has_json(kl_map_value_at(value, i), depth + 1);
    if (kl_is(value, KL_KIND_DOUBLE))
        return isfinite(kl_as_double(value));
    return good && (is_container(value) || kl_is_number(value) || kl_is_null(value) ||
                    kl_is(value, KL_KIND_BOOL) || kl_is(value, KL_KIND_STRING));
}

static kl_status write_equal(writer *w, const kl_filter *leaf, kl_value operand, kl_error *error)
{
    if (kl_is_null(operand))
        return write_null(w, leaf, error);
    if (is_container(operand))
        return write_same(w, leaf, operand, error);
    return write_exists(w, leaf, THAT_IS("== $v"), &operand, error);
}

/* The scalars of a list at once, whatever else it holds one by one. */
static kl_status write_in(writer *w, const kl_filter *leaf, kl_error *error)
{
    kl_value scalars;
    kl_status status = KL_OK;
    KL_TRY(kl_array_new(&scalars, kl_array_len(leaf->operand), error));
    kl_buffer_byte(w->sql, '(');
    for (size_t i = 0; i < kl_array_len(leaf->operand) && status == KL_OK; i++) {
        kl_value item = kl_array_at(leaf->operand, i);
        if (!kl_is_null(item) && !is_container(item)) {
            status = kl_array_push(&scalars, kl_value_retain(item), error);
            continue;
        }
        status = write_equal(w, leaf, item, error);
        kl_buffer_string(w->sql, " OR ");
    }
    if (status == KL_OK)
        status = write_exists(w, leaf, THAT_IS("== $v[*]"), &scalars, error);
    kl_value_release(scalars);
    kl_buffer_byte(w->sql, ')');
    return status;
}

static kl_status write_order(writer *w, const kl_filter *leaf, const char *rest, kl_error *error)
{
    if (is_container(leaf->operand))
        return refuse(w, leaf, "order among lists or objects", error);
    return write_exists(w, leaf, rest, &leaf->operand, error);
}

static kl_status write_leaf(writer *w, const kl_filter *leaf, kl_error *error)
{
    if (leaf->kind != KL_FILTER_REGEX && !has_json(leaf->operand, 1))
        return refuse(w, leaf, "value without JSON, such as bytes or NaN,", error);
    switch (leaf->kind) {
    case KL_FILTER_EQ:
        return write_equal(w, leaf, leaf->operand, error);
    case KL_FILTER_IN:
        return write_in(w, leaf, error);
    case KL_FILTER_GT:
        return write_order(w, leaf, THAT_IS("> $v"), error);
    case KL_FILTER_GTE:
        return write_order(w, leaf, THAT_IS(">= $v"), error);
    case KL_FILTER_LT:
        return write_order(w, leaf, THAT_IS("< $v"), error);
    case KL_FILTER_LTE:
        return write_order(w, leaf, THAT_IS("<= $v"), error);
    case KL_FILTER_EXISTS:
        kl_buffer_string(w->sql, kl_as_bool(leaf->operand) ? "" : "NOT ");
        return write_exists(w, leaf, "", NULL, error);
    case KL_FILTER_REGEX:
        return refuse(w, leaf, "$regex", error);
    case KL_FILTER_SIZE:
        return refuse(w, leaf, "$size", error);
    case KL_FILTER_ELEM_MATCH:
        return refuse(w, leaf, "$elemMatch", error);
    case KL_FILTER_TYPE:
        return refuse(w, leaf, "$type", error);
    default:
        return refuse(w, leaf, "$mod", error);
    }
}

/* Recursion is as deep as compiling allowed. */
static kl_status write_filter(writer *w, const kl_filter *filter, kl_error *error)
{
    bool any = filter->kind == KL_FILTER_OR;
    if (filter->kind > KL_FILTER_NOT)
        return write_leaf(w, filter, error);
    kl_buffer_string(w->sql, filter->kind == KL_FILTER_NOT ? "(NOT " : "(");
    if (filter->count == 0)
        kl_buffer_string(w->sql, any ? "FALSE" : "TRUE");
    for (size_t i = 0; i < filter->count; i++) {
        if (i > 0)
            kl_buffer_string(w->sql, any ? " OR " : " AND ");
        KL_TRY(write_filter(w, filter->parts[i], error));
    }
    kl_buffer_byte(w->sql, ')');
    return KL_OK;
}

kl_status kl_pgvector_condition_new(kl_pgvector_condition *out, const kl_filter *filter,
                                    const char *name, kl_error *error)
{
    kl_pgvector_condition made = {KL_BUFFER_INIT, kl_null()};
    KL_TRY(kl_array_new(&made.params, 0, error));
    writer w = {&made.sql, &made.params, name};
    kl_status status = KL_OK;
    if (filter)
        status = write_filter(&w, filter, error);
    else
        kl_buffer_string(&made.sql, "TRUE");
    if (status == KL_OK && made.sql.status != KL_OK)
        status = kl_error_no_memory(error);
    if (status == KL_OK)
        *out = made;
    else
        kl_pgvector_condition_clear(&made);
    return status;
}

void kl_pgvector_condition_clear(kl_pgvector_condition *condition)
{
    kl_buffer_free(&condition->sql);
    kl_value_release(kl_value_take(&condition->params));
}
