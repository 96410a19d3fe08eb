/* src/dataflow/debug_agent.c - DebugAgent: what an operation would do, what is wrong with an error, and
 * whether the tables are what the models say. */
#include "diagnosis.h"
#include "face.h"
#include "record_rules.h"
#include "row.h"
#include "schema_report.h"
#include "sql_literal.h"

#include <stdarg.h>
#include <stdio.h>

typedef struct agent {
    kl_object object;
    kl_dataflow *dataflow;
} agent;

/* ---- operations -------------------------------------------------------------------------------- */

static const struct {
    const char *word, *other;
    kl_plan_kind kind;
} operations[] = {
    {"insert", "create", KL_PLAN_INSERT},
    {"select", "read", KL_PLAN_READ},
    {"update", NULL, KL_PLAN_UPDATE},
    {"delete", NULL, KL_PLAN_DELETE},
};

static kl_status find_operation(kl_plan_kind *out, const kl_data_session *session, kl_text word,
                                kl_error *error)
{
    for (size_t i = 0; i < KL_COUNT(operations); i++)
        if (kl_text_is(word, operations[i].word) ||
            (operations[i].other && kl_text_is(word, operations[i].other))) {
            *out = operations[i].kind;
            return KL_OK;
        }
    return kl_error_set(error, KL_FAILED,
                        "%s failed: configuration error: unknown operation '%.*s': valid operations "
                        "are 'insert', 'select', 'update', 'delete'",
                        session->method, (int)KL_MIN(word.len, (size_t)60), word.data);
}

/* What is asked: an operation on one row of a model, for somebody. */
typedef struct question {
    kl_data_session session; /* begun: the plan of an insert depends on what the server can */
    kl_table *table;
    kl_plan_kind kind;
    kl_value data; /* owned; of an update without the key */
    kl_value key;  /* borrowed from the caller's data, or null */
    bool has_key;
} question;

static kl_status find_model(question *q, kl_dataflow *dataflow, kl_text model, const char *method,
                            kl_error *error)
{
    kl_error why = KL_ERROR_INIT;
    kl_status status = kl_dataflow_table(&q->table, dataflow, model, method, &why);
    if (status == KL_FAILED)
        kl_error_set(&why, KL_FAILED,
                     "%s failed: configuration error: model '%.*s' is not registered with this "
                     "DataFlow instance",
                     method, (int)KL_MIN(model.len, (size_t)60), model.data);
    kl_error_move(error, &why);
    return status;
}

static kl_status split_key(question *q, kl_value data, kl_error *error)
{
    kl_value name = q->table->columns[q->table->key]->name;
    const kl_value *key = kl_map_find(data, kl_as_text(name));
    q->has_key = key != NULL;
    q->key = key ? *key : kl_null();
    q->data = kl_value_retain(data);
    if (q->kind != KL_PLAN_UPDATE || !key)
        return KL_OK;
    return kl_map_remove(&q->data, kl_as_text(name), error);
}

/* args: model, operation, data, tenant. End it with end_question(), after a success. */
static kl_status begin_question(question *q, agent *a, const kl_value *args, const char *method,
                                kl_error *error)
{
    *q = (question){0};
    KL_TRY(find_model(q, a->dataflow, kl_as_text(args[0]), method, error));
    kl_status status = kl_data_session_begin(&q->session, a->dataflow, method, error);
    if (status != KL_OK)
        kl_table_release(q->table);
    else
        q->session.caller.tenant = kl_tenant_of(args[3]);
    return status;
}

static void end_question(question *q)
{
    kl_data_session_end(&q->session);
    kl_table_release(q->table);
    kl_value_release(q->data);
}

/* ---- the statement ----------------------------------------------------------------------------- */

static kl_status put_params(kl_value *out, const kl_plan_values *values, kl_error *error)
{
    kl_value list, text;
    kl_status status = KL_OK;
    KL_TRY(kl_array_new(&list, values->count, error));
    for (size_t i = 0; i < values->count && status == KL_OK; i++) {
        status = kl_sql_literal(&text, values->all[i], error);
        if (status == KL_OK)
            status = kl_array_push(&list, text, error);
    }
    if (status == KL_OK)
        *out = list;
    else
        kl_value_release(list);
    return status;
}

static kl_status bind_plan(kl_value *params, question *q, const kl_plan *plan, kl_error *error)
{
    kl_plan_values values;
    bool usable;
    kl_plan_input input = {.data = kl_map_values(q->data)};
    KL_TRY(kl_key_bind(&input.key, &usable, q->table, q->key, error));
    kl_status status = kl_plan_bind(&values, plan, &q->session, q->table, &input, error);
    if (status == KL_OK) {
        status = put_params(params, &values, error);
        kl_plan_unbind(&values);
    }
    kl_value_release(input.key);
    kl_value_release(input.now);
    return status;
}

static kl_status check_question(question *q, kl_text operation, kl_value data, kl_error *error)
{
    KL_TRY(find_operation(&q->kind, &q->session, operation, error));
    KL_TRY(split_key(q, data, error));
    kl_access access = q->kind == KL_PLAN_INSERT ? KL_ACCESS_INSERT : KL_ACCESS_READ;
    KL_TRY(kl_access_check(&q->session, q->table, access, error));
    if (q->kind == KL_PLAN_UPDATE && !q->has_key)
        return kl_data_refuse(&q->session, error, "missing required field: %.*s",
                              KL_TEXT_ARG(kl_as_text(q->table->columns[q->table->key]->name)));
    bool writes = q->kind == KL_PLAN_INSERT || q->kind == KL_PLAN_UPDATE;
    return writes ? kl_check_record(&q->session, q->table, access, q->data, error) : KL_OK;
}

/* The text and its values; given. What the operation itself would refuse is refused. */
static kl_status explain(kl_value *sql, kl_value *params, question *q, kl_text operation,
                         kl_value data, kl_error *error)
{
    const kl_plan *plan;
    KL_TRY(check_question(q, operation, data, error));
    KL_TRY(kl_row_plan(&plan, &q->session, q->table, q->kind, q->data, error));
    kl_status status = bind_plan(params, q, plan, error);
    if (status == KL_OK)
        *sql = kl_value_retain(plan->text);
    kl_plan_release(plan);
    return status;
}

/* A map of what was found; both values are taken, also on failure. */
static kl_status explained(kl_value *map, kl_value sql, kl_value params, kl_error *error)
{
    kl_status status = kl_map_set(map, KL_TEXT("sql"), sql, error);
    if (status != KL_OK) {
        kl_value_release(params);
        return status;
    }
    return kl_map_set(map, KL_TEXT("params"), params, error);
}

static kl_status explain_query(kl_value *out, kl_object *self, const kl_value *args,
                               kl_error *error)
{
    question q;
    kl_value sql, params, map = kl_null();
    kl_status status;
    KL_TRY(begin_question(&q, (agent *)self, args, "explain_query", error));
    KL_TRY_OUT(explain(&sql, &params, &q, kl_as_text(args[1]), args[2], error));
    status = kl_map_new(&map, 3, error);
    if (status != KL_OK) {
        kl_value_release(sql);
        kl_value_release(params);
        goto out;
    }
    KL_TRY_OUT(explained(&map, sql, params, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("estimated_rows"), kl_int(1), error));
    *out = kl_value_take(&map);
out:
    kl_value_release(map);
    end_question(&q);
    return status;
}

/* ---- dry runs ---------------------------------------------------------------------------------- */

static kl_status warn(kl_value *warnings, kl_error *error, const char *format, ...) KL_PRINTF(3, 4);
static kl_status warn(kl_value *warnings, kl_error *error, const char *format, ...)
{
    char text[512];
    kl_value made;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    KL_TRY(kl_string_repair(&made, kl_text_from(text), error)); /* it may be cut within a character */
    return kl_array_push(warnings, made, error);
}

static kl_status warn_of_unknown(kl_value *warnings, bool *valid, const question *q, kl_value data,
                                 kl_error *error)
{
    kl_text model = kl_as_text(q->table->model->name);
    bool by_key = q->kind == KL_PLAN_READ || q->kind == KL_PLAN_DELETE;
    for (size_t i = 0; i < kl_map_len(data); i++) {
        kl_text name = kl_map_key_at(data, i);
        size_t column = kl_table_find(q->table, name);
        if (column == KL_NO_COLUMN) {
            *valid = false;
            KL_TRY(warn(warnings, error, "unknown field '%.*s' not in model '%.*s'",
                        KL_TEXT_ARG(name), KL_TEXT_ARG(model)));
        } else if (by_key && column != q->table->key) {
            KL_TRY(warn(warnings, error, "field '%.*s' is not looked at: the row is found by its "
                        "primary key alone", KL_TEXT_ARG(name)));
        }
    }
    if (by_key && !q->has_key)
        return warn(warnings, error, "no primary key is given: no row has it");
    return KL_OK;
}

static kl_status warn_of_missing(kl_value *warnings, const question *q, kl_value data,
                                 kl_error *error)
{
    for (size_t i = 0; i < q->table->count && q->kind == KL_PLAN_INSERT; i++) {
        const kl_column *column = q->table->columns[i];
        bool comes = i == q->table->tenant || i == q->table->level || column->has_initial ||
                     column->is_auto_managed || column->is_primary_key;
        if (column->is_required && !comes && !kl_map_has(data, kl_as_text(column->name)))
            KL_TRY(warn(warnings, error, "required field '%.*s' is missing",
                        KL_TEXT_ARG(kl_as_text(column->name))));
    }
    return KL_OK;
}

/* The words behind "dry_run failed: ", which say why. */
static const char *reason(const kl_error *why)
{
    const char *message = kl_error_message(why), *found = strstr(message, " failed: ");
    return found ? found + strlen(" failed: ") : message;
}

/* A refusal of the operation is an answer here, the end of memory or of the connection is none. */
static kl_status try_to_explain(kl_value *sql, kl_value *params, kl_value *warnings, bool *valid,
                                question *q, const kl_value *args, kl_error *error)
{
    kl_error why = KL_ERROR_INIT;
    kl_status status = explain(sql, params, q, kl_as_text(args[1]), args[2], &why);
    if (status == KL_OK)
        return KL_OK;
    if (status == KL_NO_MEMORY || status == KL_INTERRUPTED || status == KL_CANCELLED) {
        kl_error_move(error, &why);
        return status;
    }
    *valid = false;
    status = kl_string_new(sql, KL_TEXT(""), error);
    if (status == KL_OK)
        status = kl_array_new(params, 0, error);
    if (status == KL_OK)
        status = warn(warnings, error, "query build failed: %s", reason(&why));
    kl_error_clear(&why);
    return status;
}

static kl_status fill_dry_run(kl_value *map, question *q, const kl_value *args, kl_error *error)
{
    kl_value sql = kl_null(), params = kl_null(), warnings = kl_null(), refusals = kl_null();
    bool valid = true;
    kl_status status;
    KL_TRY_OUT(kl_array_new(&warnings, 0, error));
    KL_TRY_OUT(kl_array_new(&refusals, 0, error));
    KL_TRY_OUT(try_to_explain(&sql, &params, &refusals, &valid, q, args, error));
    KL_TRY_OUT(warn_of_unknown(&warnings, &valid, q, args[2], error));
    KL_TRY_OUT(warn_of_missing(&warnings, q, args[2], error));
    for (size_t i = 0; i < kl_array_len(refusals); i++)
        KL_TRY_OUT(kl_array_push(&warnings, kl_value_retain(kl_array_at(refusals, i)), error));
    KL_TRY_OUT(kl_map_set(map, KL_TEXT("valid"), kl_bool(valid), error));
    KL_TRY_OUT(explained(map, kl_value_take(&sql), kl_value_take(&params), error));
    status = kl_map_set(map, KL_TEXT("warnings"), kl_value_take(&warnings), error);
out:
    kl_value_release(sql);
    kl_value_release(params);
    kl_value_release(warnings);
    kl_value_release(refusals);
    return status;
}

static kl_status dry_run(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    question q;
    kl_value map;
    KL_TRY(begin_question(&q, (agent *)self, args, "dry_run", error));
    kl_status status = kl_map_new(&map, 4, error);
    if (status == KL_OK) {
        status = fill_dry_run(&map, &q, args, error);
        if (status == KL_OK)
            *out = map;
        else
            kl_value_release(map);
    }
    end_question(&q);
    return status;
}

/* ---- the rest ---------------------------------------------------------------------------------- */

static kl_status diagnose(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)self;
    return kl_error_diagnose(out, kl_as_text(args[0]), error);
}

static kl_status health_check(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    return kl_schema_report(out, ((agent *)self)->dataflow, error);
}

static kl_status init(kl_object *self, const kl_value *args, kl_error *error)
{
    (void)error;
    ((agent *)self)->dataflow = (kl_dataflow *)kl_object_retain(args[0].as.object);
    return KL_OK;
}

static void dispose(kl_object *self) { kl_object_release((kl_object *)((agent *)self)->dataflow); }

static kl_status repr(kl_value *out, kl_object *self, kl_error *error)
{
    (void)self;
    return kl_string_new(out, KL_TEXT("DebugAgent()"), error);
}

static const kl_param params[] = {
    {.name = "dataflow", .kind = KL_KIND_OBJECT, .type = &kl_dataflow_type,
     .doc = "the database that is looked at"},
};
static const kl_param operation_params[] = {
    {.name = "model_name", .kind = KL_KIND_STRING, .doc = "name of a registered model"},
    {.name = "operation", .kind = KL_KIND_STRING,
     .doc = "insert (or create), select (or read), update, delete"},
    {.name = "data", .kind = KL_KIND_MAP,
     .doc = "the values of a new row; the primary key and the new values; or the primary key"},
    {.name = "tenant_id", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "for which tenant; a multi-tenant model needs it"},
};
static const kl_param message_params[] = {
    {.name = "error_message", .kind = KL_KIND_STRING, .doc = "text of an error"},
};

static const kl_method methods[] = {
    {.name = "explain_query", .call = explain_query, .params = KL_TABLE(operation_params),
     .returns = KL_KIND_MAP, .flags = KL_BLOCKING,
     .raises = "RuntimeError, TenantRequiredError, RowClassificationRequiredError, "
               "DataFlowValidationError, TypeError, ValueError",
     .doc = "What an operation on one row would run, with the predicates of tenant, level and soft "
            "deletion, but without what reads the row back: {\"sql\", \"params\": its values as SQL "
            "literals, \"estimated_rows\": 1, as all go by the primary key}. Nothing is run; what "
            "the operation refuses is refused."},
    {.name = "dry_run", .call = dry_run, .params = KL_TABLE(operation_params),
     .returns = KL_KIND_MAP, .flags = KL_BLOCKING, .raises = "RuntimeError",
     .doc = "The same without raising: {\"valid\", \"sql\", \"params\", \"warnings\"}. Only a model "
            "that is not registered is a RuntimeError."},
    {.name = "diagnose", .call = diagnose, .params = KL_TABLE(message_params),
     .returns = KL_KIND_MAP,
     .doc = "What an error means: {\"root_cause\", \"details\", \"suggested_fix\"}."},
    {.name = "health_check", .call = health_check, .returns = KL_KIND_MAP, .flags = KL_BLOCKING,
     .doc = "Whether the database answers, and its tables are what the models say: {\"connected\", "
            "\"tables\": [{\"name\", \"exists\", \"row_count\", \"issues\"}], \"issues\": those of "
            "all tables}."},
};

static const kl_type agent_type = {
    .name = "DebugAgent",
    .module = "kailash.dataflow",
    .doc = "Explains operations and errors of a DataFlow, without changing anything.",
    .size = sizeof(agent),
    .params = KL_TABLE(params),
    .methods = KL_TABLE(methods),
    .init = init,
    .dispose = dispose,
    .repr = repr,
};
KL_PUBLISH(agent_type);
