/* src/dataflow/provenance_models.c - the models in which provenance is kept. */
#include "classification.h"
#include "express.h"
#include "field_type.h"
#include "provenance.h"

/* What a field is beside its kind; what is not OPTIONAL must be given. */
enum { OPTIONAL = 1, INDEXED = 2 };

typedef struct field_row {
    const char *name;
    kl_column_kind kind;
    unsigned flags;
} field_row;

typedef struct model_row {
    const char *name, *table;
    kl_column_kind key; /* of the field "id", the primary key */
    const field_row *fields;
    size_t count;
} model_row;

static const field_row index_entry[] = {
    {"description", KL_COLUMN_TEXT, 0},
    {"chunk_refs", KL_COLUMN_JSON, 0},
    {"accountability_anchors", KL_COLUMN_JSON, 0},
    {"embedding_ref", KL_COLUMN_TEXT, OPTIONAL},
    {"coverage_status", KL_COLUMN_TEXT, 0},
    {"classification", KL_COLUMN_TEXT, 0},
    {"owning_level", KL_COLUMN_TEXT, 0},
    {"cascade_scope", KL_COLUMN_TEXT, 0},
    {"distill_session", KL_COLUMN_TEXT, 0},
    {"framework_tag", KL_COLUMN_TEXT, OPTIONAL},
};
static const field_row chunk[] = {
    {"content", KL_COLUMN_TEXT, 0},
    {"source_ref", KL_COLUMN_JSON, 0},
    {"index_key", KL_COLUMN_TEXT, INDEXED},
    {"accountability_anchors", KL_COLUMN_JSON, 0},
    {"sensitivity", KL_COLUMN_TEXT, 0},
    {"embedding_ref", KL_COLUMN_TEXT, OPTIONAL},
};
static const field_row embedding[] = {
    {"vector", KL_COLUMN_VECTOR, 0},
    {"target_kind", KL_COLUMN_TEXT, 0},
    {"target_id", KL_COLUMN_TEXT, INDEXED},
    {"model", KL_COLUMN_TEXT, 0},
    {"space", KL_COLUMN_TEXT, 0},
};
static const field_row anchor[] = {
    {"anchor", KL_COLUMN_TEXT, INDEXED},
    {"chunk_refs", KL_COLUMN_JSON, 0},
    {"origin", KL_COLUMN_TEXT, 0},
};
static const field_row index_event[] = {
    {"index_key", KL_COLUMN_TEXT, INDEXED},
    {"agent_id", KL_COLUMN_TEXT, 0},
    {"session_id", KL_COLUMN_TEXT, INDEXED},
    {"timestamp", KL_COLUMN_TIMESTAMP, 0},
    {"incorporated", KL_COLUMN_BOOLEAN, OPTIONAL},
};
static const field_row artifact_event[] = {
    {"artifact_type", KL_COLUMN_TEXT, 0},
    {"artifact_id", KL_COLUMN_TEXT, 0},
    {"agent_id", KL_COLUMN_TEXT, OPTIONAL},
    {"session_id", KL_COLUMN_TEXT, INDEXED},
    {"timestamp", KL_COLUMN_TIMESTAMP, 0},
    {"activation_schema_version", KL_COLUMN_INTEGER, 0},
    {"event_type", KL_COLUMN_TEXT, 0},
    {"lifecycle_moment", KL_COLUMN_TEXT, 0},
    {"observation_tier", KL_COLUMN_TEXT, 0},
    {"producer", KL_COLUMN_TEXT, 0},
    {"source_file", KL_COLUMN_TEXT, INDEXED},
    {"source_line", KL_COLUMN_INTEGER, 0},
};
static const field_row derives_from[] = {
    {"artifact", KL_COLUMN_TEXT, INDEXED},
    {"endpoint", KL_COLUMN_TEXT, INDEXED},
    {"emitted_by", KL_COLUMN_TEXT, OPTIONAL},
};

static const field_row tenant_field = {"tenant_id", KL_COLUMN_TEXT, INDEXED};

static const model_row models[] = {
    {"IndexEntry", "rag_index_entries", KL_COLUMN_TEXT, KL_TABLE(index_entry)},
    {"Chunk", "rag_chunks", KL_COLUMN_TEXT, KL_TABLE(chunk)},
    {"Embedding", "rag_embeddings", KL_COLUMN_TEXT, KL_TABLE(embedding)},
    {"AccountabilityAnchor", "rag_accountability_anchors", KL_COLUMN_TEXT, KL_TABLE(anchor)},
    {"RagIndexActivationEvent", "rag_index_activation_events", KL_COLUMN_UUID,
     KL_TABLE(index_event)},
    {"ArtifactActivationEvent", "rag_artifact_activation_events", KL_COLUMN_UUID,
     KL_TABLE(artifact_event)},
    {"DerivesFromEdge", "rag_derives_from_edges", KL_COLUMN_TEXT, KL_TABLE(derives_from)},
};
/* Those that are told by name: edges stand beside the models of the index. */
enum { NAMED = KL_COUNT(models) - 1 };

/* ---- making models ------------------------------------------------------------------------------- */

/* Call a method of a model; what it gives is the model itself. */
static kl_status tell(kl_value model, const char *method, const kl_value *args, size_t count,
                      kl_error *error)
{
    kl_value same;
    KL_TRY(kl_object_call(&same, model.as.object, kl_text_from(method), args, count, error));
    kl_value_release(same);
    return KL_OK;
}

/* All fields are public: the reports are for whoever may call them, and say what they hold. */
static kl_status add_field(kl_value model, const field_row *field, bool is_key, kl_error *error)
{
    kl_value name = kl_null(), type = kl_null(), everybody = kl_null();
    bool optional = field->flags & OPTIONAL;
    kl_status status;
    KL_TRY_OUT(kl_string_from_valid(&name, kl_text_from(field->name), error));
    KL_TRY_OUT(kl_field_type_of(&type, field->kind, error));
    KL_TRY_OUT(kl_item_at(&everybody, &kl_data_classification_type, 0, error));
    const kl_value args[] = {
        name, type, kl_bool(is_key), kl_bool(optional), kl_bool(!optional), kl_bool(false), kl_null(),
        kl_bool(false), kl_bool(field->flags & INDEXED), kl_null(), everybody};
    KL_TRY_OUT(tell(model, "field", args, KL_COUNT(args), error));
out:
    kl_value_release(name);
    kl_value_release(type);
    kl_value_release(everybody);
    return status;
}

static kl_status new_model(kl_value *out, const model_row *row, kl_error *error)
{
    kl_value names[2] = {kl_null(), kl_null()};
    kl_status status = kl_string_from_valid(&names[0], kl_text_from(row->name), error);
    if (status == KL_OK)
        status = kl_string_from_valid(&names[1], kl_text_from(row->table), error);
    if (status == KL_OK)
        status = kl_object_make(out, &kl_model_type, names, error);
    kl_value_release(names[0]);
    kl_value_release(names[1]);
    return status;
}

static kl_status make_model(kl_value *out, const model_row *row, kl_error *error)
{
    const field_row key = {"id", row->key, 0};
    kl_value model;
    kl_status status;
    KL_TRY(new_model(&model, row, error));
    KL_TRY_OUT(add_field(model, &key, true, error));
    for (size_t i = 0; i < row->count; i++)
        KL_TRY_OUT(add_field(model, &row->fields[i], false, error));
    KL_TRY_OUT(add_field(model, &tenant_field, false, error));
    KL_TRY_OUT(tell(model, "auto_timestamps", NULL, 0, error));
    KL_TRY_OUT(tell(model, "multi_tenant", NULL, 0, error));
    *out = model;
    return KL_OK;
out:
    kl_value_release(model);
    return status;
}

/* ---- registering --------------------------------------------------------------------------------- */

/* The same models again change nothing. */
static kl_status register_models(kl_dataflow *dataflow, kl_error *error)
{
    kl_value model;
    for (size_t i = 0; i < KL_COUNT(models); i++) {
        KL_TRY(make_model(&model, &models[i], error));
        kl_status status = kl_dataflow_register(dataflow, (const kl_model *)model.as.object, error);
        kl_value_release(model);
        KL_TRY(status);
    }
    return KL_OK;
}

static kl_status call_register(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)out, (void)self;
    return register_models((kl_dataflow *)args[0].as.object, error);
}

static kl_status call_register_express(kl_value *out, kl_object *self, const kl_value *args,
                                       kl_error *error)
{
    kl_dataflow *dataflow = kl_express_dataflow(args[0]);
    (void)out, (void)self;
    if (!dataflow)
        return kl_error_set(error, KL_TYPE, "express: expected DataFlowExpress, got %s",
                            args[0].as.object->type->name);
    return register_models(dataflow, error);
}

static kl_status call_names(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_value names;
    (void)self, (void)args;
    KL_TRY(kl_array_new(&names, NAMED, error));
    kl_status status = KL_OK;
    for (size_t i = 0; i < NAMED && status == KL_OK; i++)
        status = kl_array_push_text(&names, kl_text_from(models[i].name), error);
    if (status == KL_OK)
        *out = names;
    else
        kl_value_release(names);
    return status;
}

/* ---- tables -------------------------------------------------------------------------------------- */

static const kl_param dataflow_param[] = {
    {.name = "df", .kind = KL_KIND_OBJECT, .type = &kl_dataflow_type, .doc = "where they are registered"},
};
static const kl_param express_param[] = {
    {.name = "express", .kind = KL_KIND_OBJECT,
     .doc = "where they are registered: a DataFlowExpress or a DataFlow"},
};

static const kl_function register_function = {
    .module = KL_PROVENANCE_MODULE,
    .method = {.name = "register_rag_provenance_models", .call = call_register,
               .params = KL_TABLE(dataflow_param), .flags = KL_BLOCKING, .returns = KL_KIND_NONE,
               .raises = "RuntimeError, ValueError, DataFlowDatabaseError",
               .doc = "Registers the models of provenance: those of rag_provenance_model_names() and "
                      "DerivesFromEdge. With auto_migrate their tables are made unless they are "
                      "there. A second time changes nothing."}};
KL_PUBLISH_FUNCTION(register_function);

static const kl_function register_express_function = {
    .module = KL_PROVENANCE_MODULE,
    .method = {.name = "register_rag_provenance_models_express", .call = call_register_express,
               .params = KL_TABLE(express_param), .flags = KL_BLOCKING, .returns = KL_KIND_NONE,
               .raises = "TypeError, RuntimeError, ValueError, DataFlowDatabaseError",
               .doc = "The same for the DataFlow of an Express."}};
KL_PUBLISH_FUNCTION(register_express_function);

static const kl_function names_function = {
    .module = KL_PROVENANCE_MODULE,
    .method = {.name = "rag_provenance_model_names", .call = call_names, .returns = KL_KIND_ARRAY,
               .item = KL_KIND_STRING,
               .doc = "Names of the models of an index and of its use, in the order of their "
                      "tables."}};
KL_PUBLISH_FUNCTION(names_function);
