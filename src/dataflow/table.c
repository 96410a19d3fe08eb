/* src/dataflow/table.c - see table.h. */
#include "table.h"
#include "statement.h"

static void dispose(kl_object *self)
{
    kl_table *table = (kl_table *)self;
    for (size_t i = 0; table->quoted && i < table->count; i++)
        kl_value_release(table->quoted[i]);
    kl_free(table->quoted);
    kl_free(table->columns);
    kl_free(table->plain);
    kl_keys_release(table->keys);
    kl_plans_free(table->plans);
    kl_value_release(table->quoted_table);
    kl_value_release(table->select_list);
    kl_value_release(table->shape);
    if (table->model)
        kl_object_release(&table->model->object);
}

const kl_type kl_table_type = {
    .name = "Table",
    .module = "kailash._kailash",
    .doc = "A registered model, made ready for one database.",
    .size = sizeof(kl_table),
    .flags = KL_TYPE_NO_INIT,
    .dispose = dispose,
};

void kl_table_release(kl_table *table)
{
    if (table)
        kl_object_release(&table->object);
}

size_t kl_table_find(const kl_table *table, kl_text name)
{
    ptrdiff_t at = kl_keys_find(table->keys, name);
    return at < 0 ? KL_NO_COLUMN : (size_t)at;
}

size_t kl_table_find_string(const kl_table *table, kl_value name)
{
    ptrdiff_t at = kl_keys_find_string(table->keys, name);
    return at < 0 ? KL_NO_COLUMN : (size_t)at;
}

/* A model of its own: whoever declared it may go on declaring. Columns never change. */
static kl_status copy_model(kl_model **out, const kl_model *model, kl_error *error)
{
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, &kl_model_type, error));
    kl_model *copy = (kl_model *)object;
    copy->name = kl_value_retain(model->name);
    copy->table = kl_value_retain(model->table);
    copy->tenant = kl_value_retain(model->tenant);
    copy->level = kl_value_retain(model->level);
    copy->pg_mode = model->pg_mode;
    copy->has_timestamps = model->has_timestamps;
    kl_status status = kl_array_slice(&copy->columns, model->columns, 0,
                                      kl_array_len(model->columns), error);
    if (status == KL_OK)
        *out = copy;
    else
        kl_object_release(object);
    return status;
}

static kl_status quote(kl_value *out, kl_text name, kl_sql_dialect dialect, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    kl_put_identifier(&text, name, dialect);
    return kl_buffer_finish(out, &text, error);
}

/* Drivers read JSON of a JSON type; what is wanted is the text that was stored. */
static bool is_read_as_text(const kl_table *table, const kl_column *column)
{
    return column->kind == KL_COLUMN_JSON &&
           (table->dialect == KL_SQL_MYSQL || (table->dialect == KL_SQL_POSTGRES && table->native));
}

void kl_put_read_column(kl_buffer *out, const kl_table *table, size_t place)
{
    const char *name = kl_as_text(table->quoted[place]).data;
    if (!is_read_as_text(table, table->columns[place]))
        kl_buffer_string(out, name);
    else if (table->dialect == KL_SQL_MYSQL)
        kl_buffer_format(out, "CAST(%s AS CHAR) AS %s", name, name);
    else
        kl_buffer_format(out, "%s::text AS %s", name, name);
}

static kl_status make_columns(kl_table *table, kl_error *error)
{
    kl_buffer list = KL_BUFFER_INIT;
    kl_status status;
    table->columns = kl_alloc_zero(table->count, sizeof *table->columns);
    table->quoted = kl_alloc_zero(table->count, sizeof *table->quoted);
    table->plain = kl_alloc_zero(table->count, sizeof *table->plain);
    if (!table->columns || !table->quoted || !table->plain)
        return kl_error_no_memory(error);
    KL_TRY(kl_array_new(&table->shape, table->count, error));
    for (size_t i = 0; i < table->count; i++) {
        const kl_column *column = kl_model_column_at(table->model, i);
        table->columns[i] = column;
        table->plain[i] = kl_column_is_plain(table, column);
        KL_TRY_OUT(quote(&table->quoted[i], kl_as_text(column->name), table->dialect, error));
        KL_TRY_OUT(kl_array_push(&table->shape, kl_value_retain(column->name), error));
        kl_buffer_string(&list, i ? ", " : "");
        kl_put_read_column(&list, table, i);
    }
    KL_TRY_OUT(kl_keys_new(&table->keys, kl_array_items(table->shape), table->count, error));
    return kl_buffer_finish(&table->select_list, &list, error);
out:
    kl_buffer_free(&list);
    return status;
}

static size_t place_of(const kl_table *table, kl_value name)
{
    return kl_is_null(name) ? KL_NO_COLUMN : kl_table_find_string(table, name);
}

static void find_places(kl_table *table)
{
    table->key = table->deleted = table->created = table->updated = KL_NO_COLUMN;
    for (size_t i = 0; i < table->count; i++) {
        const kl_column *column = table->columns[i];
        if (column->is_primary_key)
            table->key = i;
        if (column->is_soft_delete)
            table->deleted = i;
        if (column->is_auto_managed)
            *(kl_text_is(kl_as_text(column->name), "created_at") ? &table->created
                                                                  : &table->updated) = i;
    }
    table->tenant = place_of(table, table->model->tenant);
    table->level = place_of(table, table->model->level);
}

kl_status kl_table_open(kl_table **out, const kl_model *model, const kl_table_options *options,
                        kl_error *error)
{
    kl_object *object;
    kl_status status;
    KL_TRY(kl_model_check(model, error));
    KL_TRY(kl_object_alloc(&object, &kl_table_type, error));
    kl_table *table = (kl_table *)object;
    kl_pg_mode mode = model->pg_mode == KL_PG_INHERIT ? options->pg_mode : model->pg_mode;
    table->dialect = options->dialect;
    table->native = table->dialect == KL_SQL_POSTGRES && mode == KL_PG_NATIVE;
    table->json_decoded = options->json_decoded;
    table->strict_types = options->strict_types;
    KL_TRY_OUT(copy_model(&table->model, model, error));
    table->count = kl_model_column_count(model);
    KL_TRY_OUT(quote(&table->quoted_table, kl_as_text(model->table), table->dialect, error));
    KL_TRY_OUT(make_columns(table, error));
    find_places(table);
    KL_TRY_OUT(kl_plans_new(&table->plans, error));
    *out = table;
    return KL_OK;
out:
    kl_object_release(object);
    return status;
}

kl_status kl_row_new(kl_value *row, kl_value **values, const kl_table *table, kl_row_list *list,
                     kl_error *error)
{
    enum { SHORT = 64 };
    if (!list || kl_array_len(*list->rows) < SHORT)
        return kl_map_of_shape(row, values, table->keys, error);
    return kl_slabs_map(row, values, &list->slabs, table->keys, error);
}
