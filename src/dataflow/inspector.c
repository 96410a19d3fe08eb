/* src/dataflow/inspector.c - DataFlowInspector: tables, columns, indexes and rows of a live database. */
#include "inspector.h"
#include "access.h"
#include "schema.h"

#include <stdio.h>

/* ---- one call ------------------------------------------------------------------------------------ */

typedef struct look {
    kl_data_session session;
    char method[64];
} look;

static kl_status refuse_name(const char *method, kl_text table, kl_error *error)
{
    kl_value shown;
    KL_TRY(kl_fingerprint(&shown, table, error));
    kl_error_set(error, KL_FAILED,
                 "%s failed: configuration error: invalid table name for inspection (%s)", method,
                 kl_as_text(shown).data);
    kl_value_release(shown);
    return KL_FAILED;
}

/* `table` may be empty: then none is asked for. */
static kl_status begin(look *l, kl_dataflow *dataflow, const char *who, const char *what,
                       const kl_text *table, kl_error *error)
{
    snprintf(l->method, sizeof l->method, "%s %s", who, what);
    if (table && !kl_is_sql_identifier(*table))
        return refuse_name(l->method, *table, error);
    return kl_data_session_begin(&l->session, dataflow, l->method, error);
}

static kl_status end(look *l, kl_status status, kl_error *error)
{
    if (status != KL_OK)
        status = kl_data_session_error(&l->session, status, error);
    kl_data_session_end(&l->session);
    return status;
}

/* ---- maps ---------------------------------------------------------------------------------------- */

/* Some of the keys of each map, and the name of the table where it is asked for; given. */
static kl_status select_keys(kl_value *out, kl_value list, const char *const *keys,
                             kl_text table, kl_error *error)
{
    kl_value made, map = kl_null();
    kl_status status;
    KL_TRY(kl_array_new(&made, kl_array_len(list), error));
    for (size_t i = 0; i < kl_array_len(list); i++) {
        kl_value from = kl_array_at(list, i);
        KL_TRY_OUT(kl_map_new(&map, 5, error));
        for (size_t k = 0; keys[k]; k++) {
            kl_text key = kl_text_from(keys[k]);
            if (table.len && kl_text_is(key, "table"))
                KL_TRY_OUT(kl_map_set_text(&map, key, table, error));
            else
                KL_TRY_OUT(kl_map_set(&map, key, kl_value_retain(kl_map_get(from, key)), error));
        }
        KL_TRY_OUT(kl_array_push(&made, kl_value_take(&map), error));
    }
    *out = made;
    return KL_OK;
out:
    kl_value_release(map);
    kl_value_release(made);
    return status;
}

static const char *const column_keys[] = {"name", "data_type", "is_nullable", "is_primary_key",
                                          "default_value", NULL};
static const char *const index_keys[] = {"name", "table", "columns", "is_unique", NULL};
static const char *const reference_keys[] = {"columns", "table", "references", NULL};

/* ---- tables, columns, indexes -------------------------------------------------------------------- */

kl_status kl_inspect_tables(kl_value *out, kl_dataflow *dataflow, const char *who, kl_error *error)
{
    look l;
    KL_TRY(begin(&l, dataflow, who, who[0] == 's' ? "get_tables" : "tables", NULL, error));
    return end(&l, kl_schema_tables(out, l.session.sql, error), error);
}

static kl_status refuse_missing(const char *method, kl_text table, kl_error *error)
{
    return kl_error_set(error, KL_FAILED,
                        "%s failed: not found: table \"%.*s\" does not exist or has no columns",
                        method, KL_TEXT_ARG(table));
}

static kl_status told_columns(kl_value *out, kl_value columns, const char *method, kl_text table,
                              kl_error *error)
{
    if (!kl_array_len(columns))
        return refuse_missing(method, table, error);
    return select_keys(out, columns, column_keys, (kl_text){"", 0}, error);
}

kl_status kl_inspect_columns(kl_value *out, kl_dataflow *dataflow, kl_text table, const char *who,
                             kl_error *error)
{
    look l;
    kl_value columns;
    KL_TRY(begin(&l, dataflow, who, "get_columns", &table, error));
    KL_TRY(end(&l, kl_schema_columns(&columns, l.session.sql, table, error), error));
    kl_status status = told_columns(out, columns, l.method, table, error);
    kl_value_release(columns);
    return status;
}

kl_status kl_inspect_indexes(kl_value *out, kl_dataflow *dataflow, kl_text table, const char *who,
                             kl_error *error)
{
    look l;
    kl_value list;
    KL_TRY(begin(&l, dataflow, who, who[0] == 's' ? "get_indexes" : "indexes", &table, error));
    KL_TRY(end(&l, kl_schema_indexes(&list, l.session.sql, table, error), error));
    kl_status status = select_keys(out, list, index_keys, table, error);
    kl_value_release(list);
    return status;
}

kl_status kl_inspect_foreign_keys(kl_value *out, kl_dataflow *dataflow, kl_text table,
                                  const char *who, kl_error *error)
{
    look l;
    kl_value list;
    KL_TRY(begin(&l, dataflow, who, "foreign_keys", &table, error));
    KL_TRY(end(&l, kl_schema_foreign_keys(&list, l.session.sql, table, error), error));
    kl_status status = select_keys(out, list, reference_keys, (kl_text){"", 0}, error);
    kl_value_release(list);
    return status;
}

static kl_status put_table(kl_value *out, kl_text table, kl_value columns, int64_t rows,
                           kl_error *error)
{
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, 3, error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("name"), table, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("columns"), kl_value_retain(columns), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("row_count"), kl_int(rows), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

kl_status kl_inspect_table(kl_value *out, kl_dataflow *dataflow, kl_text table, kl_error *error)
{
    look l;
    kl_value columns, told;
    int64_t rows = 0;
    KL_TRY(begin(&l, dataflow, "inspector", "table_info", &table, error));
    kl_status status = kl_schema_columns(&columns, l.session.sql, table, error);
    bool there = status == KL_OK && kl_array_len(columns);
    if (there)
        status = kl_schema_row_count(&rows, l.session.sql, table, error);
    if (status != KL_OK && there)
        kl_value_release(columns);
    KL_TRY(end(&l, status, error));
    status = told_columns(&told, columns, l.method, table, error);
    kl_value_release(columns);
    KL_TRY(status);
    status = put_table(out, table, told, rows, error);
    kl_value_release(told);
    return status;
}

static kl_status count_rows(int64_t *out, kl_dataflow *dataflow, kl_text table, kl_error *error)
{
    look l;
    KL_TRY(begin(&l, dataflow, "inspector", "row_count", &table, error));
    return end(&l, kl_schema_row_count(out, l.session.sql, table, error), error);
}

/* ---- rows ---------------------------------------------------------------------------------------- */

/* The columns of a model that the caller may not see, masked in a row that came as it is stored. */
static kl_status mask_by(kl_value *row, const kl_data_session *session, const kl_table *table,
                         kl_error *error)
{
    for (size_t i = 0; i < table->count; i++) {
        kl_text name = kl_as_text(table->columns[i]->name);
        const kl_value *found = kl_map_find(*row, name);
        kl_value masked;
        if (!found || !kl_column_is_hidden(session, table, i))
            continue;
        KL_TRY(kl_column_mask(&masked, table, i, kl_value_retain(*found), error));
        KL_TRY(kl_map_set(row, name, masked, error));
    }
    return KL_OK;
}

/* The registered models of this table; more than one may have it. Given. */
static kl_status models_of(kl_value *out, kl_dataflow *dataflow, kl_text name, kl_error *error)
{
    kl_value tables, list;
    KL_TRY(kl_dataflow_tables(&tables, dataflow, error));
    kl_status status = kl_array_new(&list, 1, error);
    if (status != KL_OK) {
        kl_value_release(tables);
        return status;
    }
    for (size_t i = 0; i < kl_array_len(tables) && status == KL_OK; i++) {
        kl_value table = kl_array_at(tables, i);
        const kl_model *model = ((const kl_table *)table.as.object)->model;
        if (kl_text_equal(kl_as_text(model->table), name))
            status = kl_array_push(&list, kl_value_retain(table), error);
    }
    kl_value_release(tables);
    if (status == KL_OK)
        *out = list;
    else
        kl_value_release(list);
    return status;
}

/* Rows above the caller's clearance are not shown. */
static void put_level(kl_buffer *text, const kl_data_session *session, kl_value models)
{
    const char *word = " WHERE ";
    for (size_t i = 0; i < kl_array_len(models); i++) {
        const kl_table *table = (const kl_table *)kl_array_at(models, i).as.object;
        if (table->level == KL_NO_COLUMN)
            continue;
        kl_buffer_format(text, "%s%s <= %lld", word,
                         kl_as_text(table->quoted[table->level]).data,
                         (long long)session->caller.clearance);
        word = " AND ";
    }
}

static kl_status read_rows(kl_value *rows, kl_data_session *session, kl_text table, int64_t limit,
                           kl_value models, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    kl_value statement;
    kl_buffer_string(&text, "SELECT * FROM ");
    kl_put_identifier(&text, table, kl_sql_dialect_of(session->sql));
    put_level(&text, session, models);
    kl_buffer_format(&text, " LIMIT %lld", (long long)limit);
    KL_TRY(kl_buffer_finish(&statement, &text, error));
    kl_status status =
        kl_data_session_query(rows, NULL, session, kl_as_text(statement), NULL, 0, error);
    kl_value_release(statement);
    return status;
}

static kl_status mask_rows(kl_value *rows, const kl_data_session *session, kl_value models,
                           kl_error *error)
{
    kl_value *items = kl_array_edit(rows, error);
    if (!items)
        return KL_NO_MEMORY;
    for (size_t i = 0; i < kl_array_len(*rows); i++)
        for (size_t k = 0; k < kl_array_len(models); k++)
            KL_TRY(mask_by(&items[i], session, (const kl_table *)kl_array_at(models, k).as.object,
                           error));
    return KL_OK;
}

kl_status kl_inspect_sample(kl_value *out, kl_dataflow *dataflow, kl_text table, int64_t limit,
                            kl_error *error)
{
    look l;
    kl_value models, rows = kl_null();
    KL_TRY(models_of(&models, dataflow, table, error));
    kl_status status = begin(&l, dataflow, "inspector", "sample", &table, error);
    if (status == KL_OK) {
        status = read_rows(&rows, &l.session, table, limit, models, error);
        if (status == KL_OK && kl_array_len(rows))
            status = mask_rows(&rows, &l.session, models, error);
        kl_data_session_end(&l.session);
    }
    kl_value_release(models);
    if (status == KL_OK)
        *out = rows;
    else
        kl_value_release(rows);
    return status;
}

/* ---- the type ------------------------------------------------------------------------------------ */

static kl_dataflow *dataflow_of(const kl_value *args) { return (kl_dataflow *)args[0].as.object; }

static kl_status call_tables(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)self;
    return kl_inspect_tables(out, dataflow_of(args), "inspector", error);
}

static kl_status call_table_info(kl_value *out, kl_object *self, const kl_value *args,
                                 kl_error *error)
{
    (void)self;
    return kl_inspect_table(out, dataflow_of(args), kl_as_text(args[1]), error);
}

static kl_status call_indexes(kl_value *out, kl_object *self, const kl_value *args,
                              kl_error *error)
{
    (void)self;
    return kl_inspect_indexes(out, dataflow_of(args), kl_as_text(args[1]), "inspector", error);
}

static kl_status call_foreign_keys(kl_value *out, kl_object *self, const kl_value *args,
                                   kl_error *error)
{
    (void)self;
    return kl_inspect_foreign_keys(out, dataflow_of(args), kl_as_text(args[1]), "inspector",
                                   error);
}

static kl_status call_row_count(kl_value *out, kl_object *self, const kl_value *args,
                                kl_error *error)
{
    int64_t count;
    (void)self;
    KL_TRY(count_rows(&count, dataflow_of(args), kl_as_text(args[1]), error));
    *out = kl_int(count);
    return KL_OK;
}

static kl_status call_sample(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)self;
    return kl_inspect_sample(out, dataflow_of(args), kl_as_text(args[1]), kl_as_int(args[2]),
                             error);
}

#define DATAFLOW                                                                                   \
    {.name = "dataflow", .kind = KL_KIND_OBJECT, .type = &kl_dataflow_type,                        \
     .doc = "the database"}
#define TABLE {.name = "table", .kind = KL_KIND_STRING, .doc = "name of a table"}

static const kl_param dataflow_param[] = {DATAFLOW};
static const kl_param table_params[] = {DATAFLOW, TABLE};
static const kl_param sample_params[] = {
    DATAFLOW, TABLE,
    {.name = "limit", .kind = KL_KIND_COUNT, .fallback = "10", .doc = "rows at most"},
};

#define WAITS .flags = KL_BLOCKING | KL_STATIC, .raises = "RuntimeError, DataFlowDatabaseError"

static const kl_method methods[] = {
    {.name = "tables", .call = call_tables, .params = KL_TABLE(dataflow_param),
     .returns = KL_KIND_ARRAY, .item = KL_KIND_STRING, WAITS,
     .doc = "Names of the tables, sorted; in PostgreSQL those of the current schema."},
    {.name = "table_info", .call = call_table_info, .params = KL_TABLE(table_params),
     .returns = KL_KIND_MAP, WAITS,
     .doc = "{\"name\", \"columns\": [{\"name\", \"data_type\", \"is_nullable\", \"is_primary_key\", "
            "\"default_value\"}], \"row_count\"} as the database tells it. RuntimeError when there is "
            "no such table."},
    {.name = "indexes", .call = call_indexes, .params = KL_TABLE(table_params),
     .returns = KL_KIND_ARRAY, .item = KL_KIND_MAP, WAITS,
     .doc = "[{\"name\", \"table\", \"columns\", \"is_unique\"}] by name, without that of the primary "
            "key; a column is None where an expression is indexed. [] when there is no such table."},
    {.name = "foreign_keys", .call = call_foreign_keys, .params = KL_TABLE(table_params),
     .returns = KL_KIND_ARRAY, .item = KL_KIND_MAP, WAITS,
     .doc = "[{\"columns\", \"table\", \"references\"}]: which columns lead to which of another table."},
    {.name = "row_count", .call = call_row_count, .params = KL_TABLE(table_params),
     .returns = KL_KIND_INT, WAITS, .doc = "How many rows a table has, deleted ones included."},
    {.name = "sample", .call = call_sample, .params = KL_TABLE(sample_params),
     .returns = KL_KIND_ARRAY, .item = KL_KIND_MAP, WAITS,
     .doc = "Some rows as they are stored, of all tenants. For a table of a registered model what the "
            "caller may not see is masked, and rows above the clearance are left out."},
};

static const kl_type inspector_type = {
    .name = "DataFlowInspector",
    .module = "kailash.dataflow",
    .doc = "What a live database holds. All methods are static.",
    .size = sizeof(kl_object),
    .flags = KL_TYPE_NO_INIT | KL_TYPE_AT_ROOT,
    .methods = KL_TABLE(methods),
};
KL_PUBLISH(inspector_type);
