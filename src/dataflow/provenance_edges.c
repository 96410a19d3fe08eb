/* src/dataflow/provenance_edges.c - DerivesFromEdge: what was derived from what. */
#include "operations.h"
#include "provenance.h"

typedef struct edge {
    kl_object object;
    kl_value id, artifact, endpoint; /* strings */
    kl_value emitted_by;             /* string, or null */
} edge;

/* Columns of an edge; those before the last are its fields. */
static const char *const fields_of_edge[] = {"id", "artifact", "endpoint", "emitted_by", "tenant_id"};
static const char *const read_columns[] = {"id", "artifact", "endpoint", "emitted_by", NULL};
static const char *const row_order[] = {"created_at", "id", NULL};

/* ---- the type ------------------------------------------------------------------------------------ */

static kl_status repr(kl_value *out, kl_object *self, kl_error *error)
{
    const edge *e = (const edge *)self;
    return kl_string_format(out, error,
                            "DerivesFromEdge(id=\"%.*s\", artifact=\"%.*s\", endpoint=\"%.*s\")",
                            KL_TEXT_ARG(kl_as_text(e->id)), KL_TEXT_ARG(kl_as_text(e->artifact)),
                            KL_TEXT_ARG(kl_as_text(e->endpoint)));
}

static const kl_field fields[] = {
    KL_VALUE(edge, id, .kind = KL_KIND_STRING, .doc = "its key, the same whenever it is told again"),
    KL_VALUE(edge, artifact, .kind = KL_KIND_STRING, .doc = "anchor of what was derived"),
    KL_VALUE(edge, endpoint, .kind = KL_KIND_STRING, .doc = "anchor of one source of it"),
    KL_VALUE(edge, emitted_by, .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
             .doc = "who told it; None = not recorded"),
};

const kl_type kl_derives_from_edge_type = {
    .name = "DerivesFromEdge",
    .module = KL_PROVENANCE_MODULE,
    .doc = "One artifact derives from one source. Several sources are several edges.",
    .size = sizeof(edge),
    .flags = KL_TYPE_RECORD,
    .fields = KL_TABLE(fields),
    .repr = repr,
};
KL_PUBLISH(kl_derives_from_edge_type);

/* ---- writing ------------------------------------------------------------------------------------- */

static kl_status check_anchor(const char *what, kl_value anchor, kl_error *error)
{
    kl_error reason = KL_ERROR_INIT;
    kl_status status = kl_provenance_anchor_check(kl_as_text(anchor), &reason);
    if (status != KL_OK)
        kl_error_set(error, status, "persist_derives_from_edge failed: %s: %s", what,
                     kl_error_message(&reason));
    kl_error_clear(&reason);
    return status;
}

static kl_status edge_data(kl_value *out, const edge *e, kl_error *error)
{
    const kl_value values[] = {e->id, e->artifact, e->endpoint, e->emitted_by};
    kl_value data;
    kl_status status = kl_map_new(&data, KL_COUNT(values), error);
    if (status != KL_OK)
        return status;
    for (size_t i = 0; i < KL_COUNT(values); i++)
        KL_TRY_OUT(kl_map_set(&data, kl_text_from(fields_of_edge[i]), kl_value_retain(values[i]),
                              error));
    *out = data;
    return KL_OK;
out:
    kl_value_release(data);
    return status;
}

static kl_status create_row(kl_data_session *session, kl_value data, kl_error *error)
{
    kl_table *table;
    kl_value row;
    KL_TRY(kl_dataflow_table(&table, session->dataflow, KL_TEXT("DerivesFromEdge"), session->method,
                             error));
    kl_status status = kl_row_create(&row, session, table, data, error);
    if (status == KL_OK)
        kl_value_release(row);
    kl_table_release(table);
    return status;
}

static kl_status call_persist(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    const edge *e = (const edge *)args[1].as.object;
    kl_data_session session;
    kl_value data;
    (void)out, (void)self;
    KL_TRY(check_anchor("artifact", e->artifact, error));
    KL_TRY(check_anchor("endpoint", e->endpoint, error));
    KL_TRY(kl_provenance_begin(&session, args[0], args[2], "persist_derives_from_edge",
                               "DerivesFromEdge", error));
    kl_status status = edge_data(&data, e, error);
    if (status == KL_OK) {
        status = create_row(&session, data, error);
        kl_value_release(data);
    }
    kl_data_session_end(&session);
    return status;
}

/* ---- asking -------------------------------------------------------------------------------------- */

static kl_status push_edge(kl_value *edges, kl_reading *reading, kl_error *error)
{
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, &kl_derives_from_edge_type, error));
    edge *e = (edge *)object;
    e->id = kl_value_take(&reading->values[0]);
    e->artifact = kl_value_take(&reading->values[1]);
    e->endpoint = kl_value_take(&reading->values[2]);
    e->emitted_by = kl_value_take(&reading->values[3]);
    return kl_array_push(edges, kl_value_of(object), error);
}

/* The edges whose `column` is `anchor`. */
static kl_status read_edges(kl_value *edges, kl_data_session *session, const char *column,
                            kl_value anchor, kl_error *error)
{
    kl_reading reading;
    kl_status status;
    bool has_row;
    KL_TRY_OUT(kl_reading_select(&reading, session, "DerivesFromEdge", read_columns, error));
    KL_TRY_OUT(kl_reading_where(&reading, column, anchor, error));
    KL_TRY_OUT(kl_reading_scope(&reading, error));
    KL_TRY_OUT(kl_reading_order(&reading, row_order, error));
    for (;;) {
        KL_TRY_OUT(kl_reading_next(&has_row, &reading, error));
        if (!has_row)
            break;
        KL_TRY_OUT(push_edge(edges, &reading, error));
    }
out:
    kl_reading_end(&reading);
    return status;
}

static kl_status query(kl_value *out, const kl_value *args, const char *method, const char *column,
                       kl_error *error)
{
    kl_data_session session;
    kl_value edges = kl_null();
    KL_TRY(kl_provenance_begin(&session, args[0], args[2], method, "DerivesFromEdge", error));
    kl_status status = kl_array_new(&edges, 4, error);
    if (status == KL_OK)
        status = read_edges(&edges, &session, column, args[1], error);
    kl_data_session_end(&session);
    if (status == KL_OK)
        *out = edges;
    else
        kl_value_release(edges);
    return status;
}

static kl_status call_provenance_of(kl_value *out, kl_object *self, const kl_value *args,
                                    kl_error *error)
{
    (void)self;
    return query(out, args, "provenance_of", "artifact", error);
}

static kl_status call_derived_from(kl_value *out, kl_object *self, const kl_value *args,
                                   kl_error *error)
{
    (void)self;
    return query(out, args, "derived_from_endpoint", "endpoint", error);
}

static kl_status call_fields(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_value names;
    (void)self, (void)args;
    KL_TRY(kl_array_new(&names, KL_COUNT(fields_of_edge), error));
    kl_status status = KL_OK;
    for (size_t i = 0; i < KL_COUNT(fields_of_edge) && status == KL_OK; i++)
        status = kl_array_push_text(&names, kl_text_from(fields_of_edge[i]), error);
    if (status == KL_OK)
        *out = names;
    else
        kl_value_release(names);
    return status;
}

/* ---- tables -------------------------------------------------------------------------------------- */

static const kl_param persist_params[] = {
    KL_P_EXPRESS,
    {.name = "edge", .kind = KL_KIND_OBJECT, .type = &kl_derives_from_edge_type,
     .doc = "what is kept"},
    KL_P_TENANT,
};
static const kl_param of_params[] = {
    KL_P_EXPRESS,
    {.name = "artifact", .kind = KL_KIND_STRING, .doc = "anchor of what was derived"},
    KL_P_TENANT,
};
static const kl_param from_params[] = {
    KL_P_EXPRESS,
    {.name = "endpoint", .kind = KL_KIND_STRING, .doc = "anchor of a source"},
    KL_P_TENANT,
};

static const kl_function persist_function = {
    .module = KL_PROVENANCE_MODULE,
    .method = {.name = "persist_derives_from_edge", .call = call_persist,
               .params = KL_TABLE(persist_params), .flags = KL_BLOCKING, .returns = KL_KIND_NONE,
               .raises = "ValueError, UniqueViolationError, " KL_PROVENANCE_RAISES,
               .doc = "Keeps an edge. ValueError when one of its anchors does not stay good, "
                      "UniqueViolationError when its id is taken."}};
KL_PUBLISH_FUNCTION(persist_function);

static const kl_function of_function = {
    .module = KL_PROVENANCE_MODULE,
    .method = {.name = "provenance_of", .call = call_provenance_of, .params = KL_TABLE(of_params),
               .flags = KL_BLOCKING, .returns = KL_KIND_ARRAY, .item = KL_KIND_OBJECT,
               .returns_type = &kl_derives_from_edge_type, .raises = KL_PROVENANCE_RAISES,
               .doc = "Where an artifact came from: its edges, the oldest first."}};
KL_PUBLISH_FUNCTION(of_function);

static const kl_function from_function = {
    .module = KL_PROVENANCE_MODULE,
    .method = {.name = "derived_from_endpoint", .call = call_derived_from,
               .params = KL_TABLE(from_params), .flags = KL_BLOCKING, .returns = KL_KIND_ARRAY,
               .item = KL_KIND_OBJECT, .returns_type = &kl_derives_from_edge_type, .raises = KL_PROVENANCE_RAISES,
               .doc = "What derives from a source: the edges that lead to it, the oldest first."}};
KL_PUBLISH_FUNCTION(from_function);

static const kl_function fields_function = {
    .module = KL_PROVENANCE_MODULE,
    .method = {.name = "derives_from_edge_fields", .call = call_fields, .returns = KL_KIND_ARRAY,
               .item = KL_KIND_STRING,
               .doc = "Names of the fields of an edge as it is stored, which do not change."}};
KL_PUBLISH_FUNCTION(fields_function);
