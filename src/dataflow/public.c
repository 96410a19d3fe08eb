/* src/dataflow/public.c - what kailash/dataflow.h has beside migrations. */
#include "inspector.h"
#include "model_json.h"
#include "kailash/dataflow.h"
#include "store/sql_text.h"

kl_status kl_dataflow_open(kl_dataflow **out, kl_text url, kl_error *error)
{
    kl_dataflow_config *config;
    KL_TRY(kl_dataflow_config_new(&config, url, error));
    kl_status status = kl_dataflow_new(out, config, error);
    kl_object_release(&config->object);
    return status;
}

void kl_dataflow_release(kl_dataflow *dataflow)
{
    if (dataflow)
        kl_object_release((kl_object *)dataflow);
}

kl_status kl_dataflow_add_models(kl_dataflow *dataflow, kl_value models, kl_error *error)
{
    kl_value list;
    KL_TRY(kl_models_from_value(&list, models, error));
    kl_status status = KL_OK;
    for (size_t i = 0; i < kl_array_len(list) && status == KL_OK; i++)
        status = kl_dataflow_register(dataflow,
                                      (const kl_model *)kl_array_at(list, i).as.object, error);
    kl_value_release(list);
    return status;
}

/* ---- statements -------------------------------------------------------------------------------- */

struct kl_dataflow_connection {
    kl_data_session session;
};

kl_status kl_dataflow_connect(kl_dataflow_connection **out, kl_dataflow *dataflow, kl_error *error)
{
    kl_dataflow_connection *made = kl_alloc_zero(1, sizeof *made);
    if (!made)
        return kl_error_no_memory(error);
    kl_status status = kl_data_session_begin(&made->session, dataflow, "statement", error);
    if (status == KL_OK)
        *out = made;
    else
        kl_free(made);
    return status;
}

void kl_dataflow_disconnect(kl_dataflow_connection *connection)
{
    if (!connection)
        return;
    kl_data_session_end(&connection->session);
    kl_free(connection);
}

bool kl_dataflow_in_transaction(const kl_dataflow_connection *connection)
{
    return kl_sql_in_transaction(connection->session.sql);
}

void kl_dataflow_result_clear(kl_dataflow_result *result)
{
    kl_value_release(result->columns);
    kl_value_release(result->rows);
    *result = (kl_dataflow_result){.columns = kl_null(), .rows = kl_null()};
}

kl_status kl_dataflow_run(kl_dataflow_result *out, kl_dataflow_connection *connection,
                          kl_text statement, size_t rows_max, kl_error *error)
{
    kl_data_session *session = &connection->session;
    kl_sql_request request = {.text = statement, .watch = session->watch, .rows_max = rows_max};
    kl_sql_result result;
    kl_status status = kl_sql_query(&result, session->sql, &request, error);
    if (status != KL_OK)
        return kl_data_session_error(session, status, error);
    *out = (kl_dataflow_result){kl_value_take(&result.columns), kl_value_take(&result.rows),
                                result.effect.affected, result.truncated};
    kl_sql_result_clear(&result);
    return KL_OK;
}

/* ---- where statements end ---------------------------------------------------------------------- */

static kl_sql_dialect dialect_of(const kl_dataflow_connection *connection)
{
    return kl_sql_dialect_of(connection->session.sql);
}

static bool begins_with(kl_text *text, const char *word)
{
    size_t len = strlen(word), blanks = strspn(text->data, " \t\r\n");
    if (text->len < blanks + len || strncasecmp(text->data + blanks, word, len) != 0)
        return false;
    *text = (kl_text){text->data + blanks + len, text->len - blanks - len};
    return true;
}

/* Semicolons stand within the text of an SQLite trigger, up to its END. */
static bool is_open_trigger(kl_text statement)
{
    kl_text rest = statement;
    if (!begins_with(&rest, "create"))
        return false;
    if (!begins_with(&rest, "temporary"))
        begins_with(&rest, "temp");
    if (!begins_with(&rest, "trigger"))
        return false;
    size_t len = statement.len;
    while (len && strchr("; \t\r\n", statement.data[len - 1]))
        len--;
    return len < 4 || strncasecmp(statement.data + len - 3, "end", 3) != 0;
}

/* `text` ends in something behind it, so that a statement that is not ended reaches to there. */
static size_t first_statement(kl_text text, size_t len, kl_sql_dialect dialect)
{
    size_t used = 0;
    do {
        kl_text rest = {text.data + used, text.len - used};
        used += kl_sql_text_first(rest, dialect);
    } while (used <= len && dialect == KL_SQL_SQLITE &&
             is_open_trigger((kl_text){text.data, used}));
    return used <= len ? used : 0;
}

kl_status kl_dataflow_first_statement(size_t *out, const kl_dataflow_connection *connection,
                                      kl_text text, kl_error *error)
{
    kl_value marked;
    KL_TRY(kl_string_format(&marked, error, "%.*s\nx", KL_TEXT_ARG(text)));
    *out = first_statement(kl_as_text(marked), text.len, dialect_of(connection));
    kl_value_release(marked);
    return KL_OK;
}

bool kl_dataflow_is_blank(const kl_dataflow_connection *connection, kl_text text)
{
    return kl_sql_text_is_blank(text, dialect_of(connection));
}

/* ---- the live schema --------------------------------------------------------------------------- */

kl_status kl_dataflow_table_names(kl_value *out, kl_dataflow *dataflow, kl_error *error)
{
    return kl_inspect_tables(out, dataflow, "inspector", error);
}

kl_status kl_dataflow_describe_table(kl_value *out, kl_dataflow *dataflow, kl_text table,
                                     kl_error *error)
{
    kl_value map, list;
    kl_status status;
    KL_TRY(kl_inspect_table(&map, dataflow, table, error));
    KL_TRY_OUT(kl_inspect_indexes(&list, dataflow, table, "inspector", error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("indexes"), list, error));
    KL_TRY_OUT(kl_inspect_foreign_keys(&list, dataflow, table, "inspector", error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("foreign_keys"), list, error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}
