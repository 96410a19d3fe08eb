/* src/nodes/schema.c - values checked against a JSON Schema. */
#include "schema.h"
#include "kailash/node.h"

enum { DATA, SCHEMA, ASSERT_FORMATS, DOCUMENTS };

/* The schema of the config, compiled when the workflow was built. */
typedef struct prepared {
    kl_schema *schema;
    kl_value source, documents;
    bool assert_formats;
} prepared;

static void validator_dispose(void *state)
{
    prepared *ready = state;
    kl_schema_free(ready->schema);
    kl_value_release(ready->source);
    kl_value_release(ready->documents);
    kl_free(ready);
}

static kl_status compile(kl_schema **out, kl_value schema, bool assert_formats, kl_value documents,
                         kl_error *error)
{
    const kl_schema_options options = {.assert_formats = assert_formats, .documents = documents};
    return kl_schema_new(out, schema, &options, error);
}

static kl_status validator_prepare(void **state, kl_value config, kl_error *error)
{
    const kl_value *source = kl_map_find(config, KL_TEXT("schema"));
    if (!source)
        return KL_OK;
    prepared *ready = kl_alloc_zero(1, sizeof *ready);
    if (!ready)
        return kl_error_no_memory(error);
    ready->source = kl_value_retain(*source);
    ready->documents = kl_value_retain(kl_map_get(config, KL_TEXT("documents")));
    ready->assert_formats = kl_as_bool(kl_map_get(config, KL_TEXT("assert_formats")));
    kl_status status = compile(&ready->schema, ready->source, ready->assert_formats,
                               ready->documents, error);
    if (status != KL_OK) {
        validator_dispose(ready);
        if (status != KL_NO_MEMORY)
            kl_error_prefix(error, "schema: ");
        return status;
    }
    *state = ready;
    return KL_OK;
}

static bool is_same(kl_value a, kl_value b)
{
    return a.kind == b.kind && a.as.integer == b.as.integer;
}

/* Whether what was prepared is what this run asks for: inputs may replace any of the config. */
static bool fits(const prepared *ready, const kl_value *args)
{
    return ready && is_same(ready->source, args[SCHEMA]) &&
           is_same(ready->documents, args[DOCUMENTS]) &&
           ready->assert_formats == kl_as_bool(args[ASSERT_FORMATS]);
}

/* {pointer, keyword, message}: a fault without its text. */
static kl_status add_detail(kl_value *details, kl_value fault, kl_error *error)
{
    static const char *const names[] = {"pointer", "keyword", "message"};
    kl_value map;
    KL_TRY(kl_map_new(&map, KL_COUNT(names), error));
    for (size_t i = 0; i < KL_COUNT(names); i++) {
        kl_text name = kl_text_from(names[i]);
        kl_status status = kl_map_set(&map, name, kl_value_retain(kl_map_get(fault, name)), error);
        if (status != KL_OK) {
            kl_value_release(map);
            return status;
        }
    }
    return kl_array_push(details, map, error);
}

static kl_status make_result(kl_value *out, kl_value faults, kl_error *error)
{
    size_t len = kl_array_len(faults);
    kl_value map = kl_null(), texts = kl_null(), details = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_array_new(&texts, len, error));
    KL_TRY_OUT(kl_array_new(&details, len, error));
    for (size_t i = 0; i < len; i++) {
        kl_value fault = kl_array_at(faults, i);
        kl_value text = kl_value_retain(kl_map_get(fault, KL_TEXT("text")));
        KL_TRY_OUT(kl_array_push(&texts, text, error));
        KL_TRY_OUT(add_detail(&details, fault, error));
    }
    KL_TRY_OUT(kl_map_new(&map, 3, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("valid"), kl_bool(len == 0), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("errors"), kl_value_take(&texts), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("error_details"), kl_value_take(&details), error));
    *out = kl_value_take(&map);
out:
    kl_value_release(texts);
    kl_value_release(details);
    kl_value_release(map);
    return status;
}

static kl_status validate(kl_value *out, const kl_schema *schema, kl_value data, kl_error *error)
{
    kl_value faults;
    KL_TRY(kl_schema_validate(&faults, schema, data, error));
    kl_status status = make_result(out, faults, error);
    kl_value_release(faults);
    return status;
}

/* Schema and value are the caller's: what is wrong with them is a bad value. */
static kl_status explain(kl_status status, kl_error *why, kl_error *error)
{
    if (status == KL_INVALID)
        status = kl_node_bad(error, "schema", "%s", kl_error_message(why));
    else if (status == KL_DEPTH)
        status = kl_node_bad(error, "data", "%s", kl_error_message(why));
    else
        kl_error_move(error, why);
    kl_error_clear(why);
    return status;
}

static kl_status validator_run(kl_value *out, kl_node_call *call, kl_error *error)
{
    const prepared *ready = call->state;
    const kl_value *args = call->args;
    kl_schema *own = NULL;
    kl_error why = KL_ERROR_INIT;
    kl_status status = KL_OK;
    if (!fits(ready, args))
        status = compile(&own, args[SCHEMA], kl_as_bool(args[ASSERT_FORMATS]), args[DOCUMENTS],
                         &why);
    if (status == KL_OK)
        status = validate(out, own ? own : ready->schema, args[DATA], &why);
    kl_schema_free(own);
    return explain(status, &why, error);
}

static const kl_param inputs[] = {
    {.name = "data", .kind = KL_KIND_ANY, .doc = "the value to check"},
    {.name = "schema", .kind = KL_KIND_ANY,
     .doc = "JSON Schema (a dict, or true or false) of draft 2020-12, or of draft-07 where $schema "
            "says so; 1.0 is an integer to it"},
};

static const kl_param config[] = {
    {.name = "assert_formats", .kind = KL_KIND_BOOL, .fallback = "false",
     .doc = "check the keyword format too, which else is a mere remark"},
    {.name = "documents", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "schemas by URI that $ref may lead to; nothing is ever fetched"},
};

static const kl_param outputs[] = {
    {.name = "valid", .kind = KL_KIND_BOOL, .doc = "whether the data fit the schema"},
    {.name = "errors", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
     .doc = "what does not fit, each with its place"},
    {.name = "error_details", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP,
     .doc = "the same as dicts: pointer (JSON pointer into the data), keyword, message"},
};

static const kl_node_type types[] = {
    {
        .name = "SchemaValidatorNode",
        .category = "Transform",
        .inputs = KL_TABLE(inputs),
        .config = KL_TABLE(config),
        .outputs = KL_TABLE(outputs),
        .flags = KL_NODE_HEAVY,
        .run = validator_run,
        .prepare = validator_prepare,
        .dispose = validator_dispose,
        .doc = "Checks data against a JSON Schema and tells all that is wrong.",
    },
};

static const kl_node_family schema_nodes = {.name = "schema", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(schema_nodes);
