/* src/dataflow/rows_aggregate.c - values computed of many rows, in groups. */
#include "aggregate.h"
#include "row.h"
#include "where.h"

/* What a column of the result is, so that all databases give the same: -1 = a plain number. */
typedef struct result_column {
    kl_value name;  /* owned */
    size_t column;  /* of the table, whose type the value has; KL_NO_COLUMN = none */
    bool is_float;
} result_column;

typedef struct aggregation {
    kl_statement statement;
    result_column *columns;
    size_t count;
} aggregation;

/* ---- the text ------------------------------------------------------------------------------------ */

static kl_status add_column(aggregation *a, kl_value name, size_t column, bool is_float,
                            kl_error *error)
{
    for (size_t i = 0; i < a->count; i++)
        if (kl_text_equal(kl_as_text(a->columns[i].name), kl_as_text(name))) {
            kl_status status = kl_data_refuse(a->statement.session, error,
                                              "two columns of the result have the same name; give "
                                              "one of them an alias");
            kl_value_release(name);
            return status;
        }
    a->columns[a->count++] = (result_column){name, column, is_float};
    return KL_OK;
}

static kl_status find_column(size_t *out, const aggregation *a, const char *what, kl_text name,
                             kl_error *error)
{
    const kl_statement *s = &a->statement;
    *out = kl_table_find(s->table, name);
    if (*out == KL_NO_COLUMN)
        return kl_refuse_column(s->session, what, name, error);
    return kl_check_reference(s->session, s->table, *out, error);
}

static const char *const sql_names[] = {"COUNT", "SUM", "AVG", "MIN", "MAX"};

/* PostgreSQL neither adds booleans nor compares booleans, UUIDs and JSON. */
static const char *operand_cast(const kl_table *table, kl_column_kind kind, kl_aggregate_kind op)
{
    if (table->dialect != KL_SQL_POSTGRES || op == KL_AGGREGATE_COUNT)
        return "";
    if (kind == KL_COLUMN_BOOLEAN)
        return "::int";
    bool is_own = kind == KL_COLUMN_UUID || kind == KL_COLUMN_JSON;
    return table->native && is_own ? "::text" : "";
}

static void put_call(kl_statement *s, kl_aggregate_kind op, size_t column)
{
    bool is_float = column != KL_NO_COLUMN && s->table->columns[column]->kind == KL_COLUMN_FLOAT;
    bool sums = op == KL_AGGREGATE_SUM, means = op == KL_AGGREGATE_AVG;
    bool casts = s->table->dialect == KL_SQL_MYSQL && ((sums && !is_float) || means);
    kl_put(s, casts ? "CAST(" : "");
    kl_put(s, sql_names[op]);
    kl_put(s, "(");
    if (column == KL_NO_COLUMN)
        kl_put(s, "*");
    else
        kl_put_name(s, column);
    if (column != KL_NO_COLUMN)
        kl_put(s, operand_cast(s->table, s->table->columns[column]->kind, op));
    kl_put(s, ")");
    if (casts)
        kl_put(s, means ? " AS DOUBLE)" : " AS SIGNED)");
    else if (s->table->dialect == KL_SQL_POSTGRES && (sums || means))
        kl_put(s, means || is_float ? "::float8" : "::bigint");
}

static kl_status check_operand(const kl_statement *s, kl_aggregate_kind op, size_t column,
                               kl_error *error)
{
    kl_column_kind kind = s->table->columns[column]->kind;
    bool adds = op == KL_AGGREGATE_SUM || op == KL_AGGREGATE_AVG;
    if (!adds || kind == KL_COLUMN_INTEGER || kind == KL_COLUMN_FLOAT || kind == KL_COLUMN_BOOLEAN)
        return KL_OK;
    return kl_data_refuse(s->session, error, "%s needs a column of numbers, and '%.*s' is none",
                          sql_names[op], KL_TEXT_ARG(kl_as_text(s->table->columns[column]->name)));
}

static kl_status put_alias(kl_statement *s, kl_value name, kl_error *error)
{
    if (!kl_is_sql_identifier(kl_as_text(name)))
        return kl_error_set(error, KL_INVALID,
                            "the alias of an aggregate must be an identifier of at most %d bytes",
                            KL_IDENTIFIER_MAX);
    kl_put(s, " AS ");
    kl_put_identifier(&s->text, kl_as_text(name), s->table->dialect);
    return KL_OK;
}

static kl_status put_aggregate(aggregation *a, const kl_aggregate *spec, kl_error *error)
{
    kl_statement *s = &a->statement;
    kl_aggregate_kind op = kl_aggregate_kind_of(spec);
    size_t column = KL_NO_COLUMN;
    kl_value name;
    bool star = op == KL_AGGREGATE_COUNT && kl_text_is(kl_as_text(spec->field), "*");
    if (!star) {
        KL_TRY(find_column(&column, a, sql_names[op], kl_as_text(spec->field), error));
        KL_TRY(check_operand(s, op, column, error));
    }
    KL_TRY(kl_aggregate_column(&name, spec, error));
    kl_put(s, a->count ? ", " : "");
    put_call(s, op, column);
    kl_status status = put_alias(s, name, error);
    if (status != KL_OK) {
        kl_value_release(name);
        return status;
    }
    bool keeps_type = op == KL_AGGREGATE_MIN || op == KL_AGGREGATE_MAX;
    bool is_float = op == KL_AGGREGATE_AVG || (op == KL_AGGREGATE_SUM &&
                                               s->table->columns[column]->kind == KL_COLUMN_FLOAT);
    return add_column(a, name, keeps_type ? column : KL_NO_COLUMN, is_float, error);
}

static kl_status put_groups(aggregation *a, kl_value group_by, kl_error *error)
{
    for (size_t i = 0; i < kl_array_len(group_by); i++) {
        size_t column;
        kl_value name = kl_array_at(group_by, i);
        if (!kl_is(name, KL_KIND_STRING))
            return kl_error_set(error, KL_TYPE, "group_by[%zu]: expected a name, got %s", i,
                                kl_value_kind_name(name));
        KL_TRY(find_column(&column, a, "GROUP BY", kl_as_text(name), error));
        kl_put(&a->statement, a->count ? ", " : "");
        kl_put_read_column(&a->statement.text, a->statement.table, column);
        KL_TRY(add_column(a, kl_value_retain(name), column, false, error));
    }
    return KL_OK;
}

/* "GROUP BY a, b ORDER BY a, b": in the same order wherever it runs. */
static void put_group_list(aggregation *a, size_t groups, const char *word)
{
    kl_statement *s = &a->statement;
    for (size_t i = 0; i < groups; i++) {
        kl_put(s, i ? ", " : word);
        kl_put_name(s, a->columns[i].column);
        bool may_lack = s->table->columns[a->columns[i].column]->is_nullable;
        if (s->table->dialect == KL_SQL_POSTGRES && may_lack && word[1] == 'O')
            kl_put(s, " NULLS FIRST");
    }
}

static kl_status put_all(aggregation *a, kl_value specs, kl_value group_by,
                         const kl_selection *selection, kl_error *error)
{
    kl_statement *s = &a->statement;
    kl_put(s, "SELECT ");
    KL_TRY(put_groups(a, group_by, error));
    for (size_t i = 0; i < kl_array_len(specs); i++) {
        const kl_aggregate *spec = kl_as_object(kl_array_at(specs, i), &kl_aggregate_type);
        if (!spec)
            return kl_error_set(error, KL_TYPE, "specs[%zu]: expected an AggregateSpec, got %s", i,
                                kl_value_kind_name(kl_array_at(specs, i)));
        KL_TRY(put_aggregate(a, spec, error));
    }
    kl_put(s, " FROM ");
    kl_put_table(s);
    KL_TRY(kl_put_filters(s, selection->filters, NULL, error));
    KL_TRY(kl_put_scope(s, selection->include_deleted ? 0 : KL_SCOPE_LIVE, error));
    put_group_list(a, kl_array_len(group_by), " GROUP BY ");
    put_group_list(a, kl_array_len(group_by), " ORDER BY ");
    return KL_OK;
}

/* ---- the rows ------------------------------------------------------------------------------------ */

static kl_status read_value(kl_value *out, const aggregation *a, const result_column *column,
                            kl_value value, kl_error *error)
{
    const kl_table *table = a->statement.table;
    if (column->column != KL_NO_COLUMN)
        return kl_column_read(out, table, table->columns[column->column], kl_value_retain(value),
                              error);
    bool as_float = column->is_float && kl_is(value, KL_KIND_INT);
    *out = as_float ? kl_double((double)kl_as_int(value)) : kl_value_retain(value);
    return KL_OK;
}

static kl_status read_result(kl_value *out, const aggregation *a, kl_value rows, kl_error *error)
{
    kl_value list, row;
    kl_status status;
    KL_TRY(kl_array_new(&list, kl_array_len(rows), error));
    for (size_t i = 0; i < kl_array_len(rows); i++) {
        KL_TRY_OUT(kl_map_new(&row, a->count, error));
        for (size_t j = 0; j < a->count && status == KL_OK; j++) {
            kl_value value = kl_null(), name = a->columns[j].name;
            status = read_value(&value, a, &a->columns[j],
                                kl_map_get(kl_array_at(rows, i), kl_as_text(name)), error);
            if (status == KL_OK)
                status = kl_map_set_key(&row, name, value, error);
        }
        if (status != KL_OK) {
            kl_value_release(row);
            goto out;
        }
        KL_TRY_OUT(kl_array_push(&list, row, error));
    }
    *out = list;
    return KL_OK;
out:
    kl_value_release(list);
    return status;
}

kl_status kl_rows_aggregate(kl_value *rows, kl_data_session *session, const kl_table *table,
                            kl_value specs, kl_value group_by, const kl_selection *selection,
                            kl_error *error)
{
    aggregation a = {0};
    kl_value found = kl_null();
    kl_status status;
    if (!kl_array_len(specs))
        return kl_error_set(error, KL_INVALID, "%s requires at least one AggregateSpec",
                            session->method);
    KL_TRY(kl_access_check(session, table, KL_ACCESS_AGGREGATE, error));
    KL_TRY(kl_statement_begin(&a.statement, session, table, error));
    a.columns = kl_alloc_zero(kl_array_len(specs) + kl_array_len(group_by), sizeof *a.columns);
    if (!a.columns)
        KL_TRY_OUT(kl_error_no_memory(error));
    KL_TRY_OUT(put_all(&a, specs, group_by, selection, error));
    KL_TRY_OUT(kl_statement_select(&found, session, &a.statement, error));
    KL_TRY_OUT(read_result(rows, &a, found, error));
out:
    for (size_t i = 0; i < a.count; i++)
        kl_value_release(a.columns[i].name);
    kl_free(a.columns);
    kl_value_release(found);
    kl_statement_end(&a.statement);
    return status;
}
