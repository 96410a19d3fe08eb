/* src/dataflow/where.c - see where.h. Both forms lead to put_condition(), which alone writes SQL. */
#include "where.h"
#include "access.h"
#include "filter.h"
#include "table.h"

typedef struct compiler {
    kl_statement *statement;
    kl_where_found *found;
    int depth;
} compiler;

/* ---- refusing ------------------------------------------------------------------------------------ */

static kl_status refuse(const compiler *c, kl_error *error, const char *what, kl_text name)
{
    kl_value print;
    KL_TRY(kl_fingerprint(&print, name, error));
    kl_status status = kl_refuse_filter(c->statement->session, error, "%s (%s)", what,
                                        kl_as_text(print).data);
    kl_value_release(print);
    return status;
}

static kl_status refuse_value(const compiler *c, kl_error *error, kl_text column, const char *op,
                              const char *why)
{
    kl_value print;
    KL_TRY(kl_fingerprint(&print, column, error));
    kl_status status =
        kl_refuse_filter(c->statement->session, error,
                         "filter condition on column (%s) uses operator %s %s",
                         kl_as_text(print).data, op, why);
    kl_value_release(print);
    return status;
}

static kl_status enter(compiler *c, kl_error *error)
{
    if (++c->depth <= KL_FILTER_DEPTH_MAX)
        return KL_OK;
    return kl_refuse_filter(c->statement->session, error, "conditions nest deeper than %d levels",
                            KL_FILTER_DEPTH_MAX);
}

/* ---- columns ------------------------------------------------------------------------------------- */

/* A hidden column may not be asked about: the answer would give its value away. The key may, by
 * value alone: who knows it may read the row anyway. */
static kl_status find_column(size_t *out, const compiler *c, kl_text name, kl_filter_op op,
                             kl_error *error)
{
    const kl_table *table = c->statement->table;
    size_t column = kl_table_find(table, name);
    if (column == KL_NO_COLUMN)
        return refuse(c, error, "unknown column", name);
    if (column != table->key || op != KL_FILTER_EQ)
        KL_TRY(kl_check_reference(c->statement->session, table, column, error));
    *out = column;
    return KL_OK;
}

/* A condition on the tenant column does not narrow what the tenant's own predicate says. */
static kl_status count(compiler *c, size_t column, const kl_filter_operator *op, kl_value value,
                       kl_error *error)
{
    const kl_table *table = c->statement->table;
    if (!c->found)
        return KL_OK;
    if (column != table->tenant) {
        c->found->conditions++;
        return KL_OK;
    }
    bool same = false;
    if (op->op == KL_FILTER_EQ)
        KL_TRY(kl_value_equal(&same, value, c->statement->session->caller.tenant, error));
    if (!same && c->depth == 0 && op->op == KL_FILTER_EQ)
        c->found->foreign_tenant = true;
    return KL_OK;
}

/* ---- one condition -------------------------------------------------------------------------------- */

/* How operators on texts are written: # is the column, $ the value. SQLite, PostgreSQL, MySQL. */
static const char *const templates[][3] = {
    [KL_FILTER_LIKE] = {"# LIKE $", "# LIKE $", "LOWER(#) LIKE LOWER($)"},
    [KL_FILTER_ILIKE] = {"# LIKE $", "# ILIKE $", "LOWER(#) LIKE LOWER($)"},
    [KL_FILTER_STARTSWITH] = {"substr(#, 1, length($)) = $", "starts_with(#, $::text)",
                              "BINARY LEFT(#, CHAR_LENGTH($)) = BINARY $"},
    [KL_FILTER_ENDSWITH] = {"substr(#, length(#) - length($) + 1) = $",
                            "right(#, length($::text)) = $",
                            "BINARY RIGHT(#, CHAR_LENGTH($)) = BINARY $"},
    [KL_FILTER_CONTAINS] = {"instr(#, $) > 0", "strpos(#, $::text) > 0",
                            "LOCATE(BINARY $, BINARY #) > 0"},
    [KL_FILTER_REGEX] = {"# REGEXP $", "# ~ $", "# REGEXP CONCAT('(?-i)', $)"},
};

static kl_status put_template(compiler *c, const char *at, size_t column, kl_value value,
                              kl_error *error)
{
    kl_statement *s = c->statement;
    for (; *at; at++) {
        if (*at == '#') {
            kl_put_name(s, column);
        } else if (*at == '$') {
            kl_buffer_byte(&s->text, '?');
            KL_TRY(kl_put_bound(s, kl_value_retain(value), error));
        } else {
            kl_buffer_byte(&s->text, *at);
        }
    }
    return KL_OK;
}

static kl_status put_list(compiler *c, size_t column, kl_value list, kl_error *error)
{
    kl_put(c->statement, "(");
    for (size_t i = 0; i < kl_array_len(list); i++) {
        kl_put(c->statement, i ? ", " : "");
        KL_TRY(kl_put_value(c->statement, column, kl_array_at(list, i), error));
    }
    kl_put(c->statement, ")");
    return KL_OK;
}

static kl_status put_between(compiler *c, size_t column, kl_value pair, kl_error *error)
{
    kl_put_name(c->statement, column);
    kl_put(c->statement, " BETWEEN ");
    KL_TRY(kl_put_value(c->statement, column, kl_array_at(pair, 0), error));
    kl_put(c->statement, " AND ");
    return kl_put_value(c->statement, column, kl_array_at(pair, 1), error);
}

static kl_status put_simple(compiler *c, size_t column, const kl_filter_operator *op, kl_value value,
                            kl_error *error)
{
    kl_put_name(c->statement, column);
    kl_put(c->statement, op->sql);
    if (op->takes == KL_TAKES_NOTHING)
        return KL_OK;
    if (op->takes == KL_TAKES_LIST)
        return put_list(c, column, value, error);
    return kl_put_value(c->statement, column, value, error);
}

static kl_status check_list(const compiler *c, kl_text column, const kl_filter_operator *op,
                            kl_value value, kl_error *error)
{
    if (!kl_is(value, KL_KIND_ARRAY))
        return refuse_value(c, error, column, op->name, "which needs a list of values");
    if (!kl_array_len(value))
        return refuse_value(c, error, column, op->name,
                            "but carries no value; a value-less condition would be silently "
                            "dropped from the query");
    if (op->takes == KL_TAKES_PAIR && kl_array_len(value) != 2)
        return refuse_value(c, error, column, op->name, "which needs exactly two values");
    for (size_t i = 0; i < kl_array_len(value); i++)
        if (kl_is_null(kl_array_at(value, i)))
            return refuse_value(c, error, column, op->name,
                                "against a null; no comparison with NULL is ever true in SQL");
    return KL_OK;
}

static kl_status check_value(const compiler *c, kl_text column, const kl_filter_operator *op,
                             kl_value value, kl_error *error)
{
    if (op->takes == KL_TAKES_NOTHING)
        return KL_OK;
    if (op->takes == KL_TAKES_LIST || op->takes == KL_TAKES_PAIR)
        return check_list(c, column, op, value, error);
    if (kl_is_null(value))
        return refuse_value(c, error, column, op->name,
                            "against a bare null; a bare comparison against NULL is never true in "
                            "SQL, so the condition would match no rows. Use is_null or is_not_null");
    if (op->takes == KL_TAKES_TEXT && !kl_is(value, KL_KIND_STRING))
        return refuse_value(c, error, column, op->name, "which needs a text");
    return KL_OK;
}

static kl_status put_condition(compiler *c, kl_text name, const kl_filter_operator *op,
                               kl_value value, kl_error *error)
{
    size_t column;
    KL_TRY(find_column(&column, c, name, op->op, error));
    KL_TRY(check_value(c, name, op, value, error));
    KL_TRY(count(c, column, op, value, error));
    if (op->op == KL_FILTER_BETWEEN)
        return put_between(c, column, value, error);
    const char *text = op->takes == KL_TAKES_TEXT ? templates[op->op][c->statement->table->dialect]
                                                  : NULL;
    return text ? put_template(c, text, column, value, error)
                : put_simple(c, column, op, value, error);
}

/* ---- FilterCondition ------------------------------------------------------------------------------- */

static kl_status put_object(compiler *c, const kl_condition *condition, kl_error *error)
{
    if (!kl_is_null(condition->column))
        return put_condition(c, kl_as_text(condition->column), condition->op, condition->value,
                             error);
    bool is_not = condition->op->op == KL_FILTER_NOT;
    KL_TRY(enter(c, error));
    kl_put(c->statement, is_not ? "NOT (" : "(");
    for (size_t i = 0; i < kl_array_len(condition->value); i++) {
        kl_put(c->statement, i == 0 ? "" : condition->op->op == KL_FILTER_OR ? " OR " : " AND ");
        KL_TRY(put_object(c, (const kl_condition *)kl_array_at(condition->value, i).as.object,
                          error));
    }
    kl_put(c->statement, ")");
    c->depth--;
    return KL_OK;
}

static kl_status put_objects(compiler *c, kl_value list, kl_error *error)
{
    for (size_t i = 0; i < kl_array_len(list); i++) {
        const kl_condition *condition = kl_as_object(kl_array_at(list, i), &kl_condition_type);
        if (!condition)
            return kl_error_set(error, KL_TYPE, "filters[%zu]: expected a FilterCondition, got %s",
                                i, kl_value_kind_name(kl_array_at(list, i)));
        kl_put_and(c->statement);
        KL_TRY(put_object(c, condition, error));
    }
    return KL_OK;
}

/* ---- filter objects -------------------------------------------------------------------------------- */

static kl_status put_map(compiler *c, kl_value map, kl_error *error);

/* {"$null": true}, {"$exists": true}: whether there is a value. */
static kl_status put_presence(compiler *c, kl_text column, kl_text key, kl_value value,
                              kl_error *error)
{
    if (!kl_is(value, KL_KIND_BOOL))
        return refuse_value(c, error, column, kl_text_is(key, "$null") ? "$null" : "$exists",
                            "which needs true or false");
    bool is_null = kl_text_is(key, "$null") == kl_as_bool(value);
    return put_condition(c, column,
                         kl_filter_of(is_null ? KL_FILTER_IS_NULL : KL_FILTER_IS_NOT_NULL), kl_null(),
                         error);
}

static kl_status put_operator(compiler *c, kl_text column, kl_text key, kl_value value,
                              kl_error *error)
{
    if (kl_text_is(key, "$null") || kl_text_is(key, "$exists"))
        return put_presence(c, column, key, value, error);
    const kl_filter_operator *op = kl_filter_by_key(key);
    if (op)
        return put_condition(c, column, op, value, error);
    return refuse(c, error,
                  "unknown operator in a filter; expected $eq, $ne, $gt, $gte, $lt, $lte, $in, $nin, "
                  "$like, $ilike, $between, $regex, $null, $exists or $not",
                  key);
}

/* {"$gt": 1, "$lt": 5}; all of them hold. */
static kl_status put_operators(compiler *c, kl_text column, kl_value map, kl_error *error)
{
    if (!kl_map_len(map))
        return refuse(c, error, "a filter without operators on column", column);
    KL_TRY(enter(c, error));
    for (size_t i = 0; i < kl_map_len(map); i++) {
        kl_text key = kl_map_key_at(map, i);
        kl_value value = kl_map_value_at(map, i);
        kl_put(c->statement, i ? " AND " : "");
        if (!kl_text_is(key, "$not")) {
            KL_TRY(put_operator(c, column, key, value, error));
            continue;
        }
        if (!kl_is(value, KL_KIND_MAP))
            return refuse_value(c, error, column, "$not", "which needs an object of operators");
        kl_put(c->statement, "NOT (");
        KL_TRY(put_operators(c, column, value, error));
        kl_put(c->statement, ")");
    }
    c->depth--;
    return KL_OK;
}

/* The members of $and or $or, each of them an object. */
static kl_status put_group(compiler *c, kl_value list, const char *between, kl_error *error)
{
    if (!kl_is(list, KL_KIND_ARRAY) || !kl_array_len(list))
        return kl_refuse_filter(c->statement->session, error,
                                "$and and $or need a list of at least one filter object");
    kl_put(c->statement, "(");
    for (size_t i = 0; i < kl_array_len(list); i++) {
        kl_put(c->statement, i ? between : "");
        KL_TRY(put_map(c, kl_array_at(list, i), error));
    }
    kl_put(c->statement, ")");
    return KL_OK;
}

static kl_status put_pair(compiler *c, kl_text key, kl_value value, kl_error *error)
{
    if (kl_text_is(key, "$and"))
        return put_group(c, value, " AND ", error);
    if (kl_text_is(key, "$or"))
        return put_group(c, value, " OR ", error);
    if (kl_text_is(key, "$not")) {
        kl_put(c->statement, "NOT ");
        return put_map(c, value, error);
    }
    if (kl_is(value, KL_KIND_MAP))
        return put_operators(c, key, value, error);
    if (kl_is(value, KL_KIND_ARRAY))
        return refuse_value(c, error, key, "$eq", "against a list; use $in");
    return put_condition(c, key, kl_filter_of(KL_FILTER_EQ), value, error);
}

static kl_status put_map(compiler *c, kl_value map, kl_error *error)
{
    if (!kl_is(map, KL_KIND_MAP))
        return kl_refuse_filter(c->statement->session, error, "expected a filter object, got %s",
                                kl_value_kind_name(map));
    if (!kl_map_len(map))
        return kl_refuse_filter(c->statement->session, error,
                                "a filter object within another one is empty");
    KL_TRY(enter(c, error));
    kl_put(c->statement, "(");
    for (size_t i = 0; i < kl_map_len(map); i++) {
        kl_put(c->statement, i ? " AND " : "");
        KL_TRY(put_pair(c, kl_map_key_at(map, i), kl_map_value_at(map, i), error));
    }
    kl_put(c->statement, ")");
    c->depth--;
    return KL_OK;
}

kl_status kl_put_filters(kl_statement *statement, kl_value filters, kl_where_found *found,
                         kl_error *error)
{
    compiler c = {.statement = statement, .found = found};
    if (kl_is(filters, KL_KIND_ARRAY))
        return put_objects(&c, filters, error);
    if (!kl_is(filters, KL_KIND_MAP) && !kl_is_null(filters))
        return kl_refuse_filter(statement->session, error, "expected a filter object, got %s",
                                kl_value_kind_name(filters));
    for (size_t i = 0; i < kl_map_len(filters); i++) {
        kl_put_and(statement);
        KL_TRY(put_pair(&c, kl_map_key_at(filters, i), kl_map_value_at(filters, i), error));
    }
    return KL_OK;
}
