/* src/workflow/builder.c - WorkflowBuilder: collects nodes and connections. */
#include "engine.h"
#include "buffer.h"
#include "predicate.h"
#include "kailash/json.h"

#include <ctype.h>

static kl_status refuse_consumed(const kl_builder *builder, kl_error *error)
{
    if (!builder->consumed)
        return KL_OK;
    return kl_error_set(error, KL_STATE,
                        "WorkflowBuilder was already consumed by build(); make a new one");
}

static kl_status grow(void **items, size_t *cap, size_t count, size_t size, kl_error *error)
{
    if (count < *cap)
        return KL_OK;
    size_t wanted = 2 * *cap + 16;
    void *grown = kl_realloc(*items, wanted * size);
    if (!grown)
        return kl_error_no_memory(error);
    *items = grown;
    *cap = wanted;
    return KL_OK;
}

static void release_node(draft_node *node)
{
    kl_value_release(node->type);
    kl_value_release(node->id);
    kl_value_release(node->config);
}

static void release_edge(draft_edge *edge)
{
    kl_value_release(edge->source);
    kl_value_release(edge->source_output);
    kl_value_release(edge->target);
    kl_value_release(edge->target_input);
}

/* ---- C interface ------------------------------------------------------------------------------- */

kl_status kl_builder_new(kl_builder **out, kl_error *error)
{
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, &kl_builder_type, error));
    *out = (kl_builder *)object;
    return KL_OK;
}

kl_status kl_builder_add_values(kl_builder *builder, kl_value type, kl_value id, kl_value config,
                                kl_error *error)
{
    draft_node node = {kl_null(), kl_null(), kl_null()};
    KL_TRY(refuse_consumed(builder, error));
    KL_TRY(grow((void **)&builder->draft.nodes, &builder->draft.node_cap, builder->draft.node_count,
                sizeof *builder->draft.nodes, error));
    node.config = kl_is_null(config) ? kl_map_empty() : kl_value_retain(config);
    node.type = kl_value_retain(type);
    node.id = kl_value_retain(id);
    builder->draft.nodes[builder->draft.node_count++] = node;
    return KL_OK;
}

kl_status kl_builder_add_node(kl_builder *builder, kl_text type, kl_text id, kl_value config,
                              kl_error *error)
{
    kl_value type_name, name;
    if (!kl_is_null(config) && !kl_is(config, KL_KIND_MAP))
        return kl_error_set(error, KL_TYPE, "config: expected object, got %s",
                            kl_value_kind_name(config));
    KL_TRY(kl_string_new(&type_name, type, error));
    kl_status status = kl_string_new(&name, id, error);
    if (status == KL_OK) {
        status = kl_builder_add_values(builder, type_name, name, config, error);
        kl_value_release(name);
    }
    kl_value_release(type_name);
    return status;
}

kl_status kl_builder_connect_values(kl_builder *builder, const kl_value ends[4], kl_error *error)
{
    KL_TRY(refuse_consumed(builder, error));
    KL_TRY(grow((void **)&builder->draft.edges, &builder->draft.edge_cap, builder->draft.edge_count,
                sizeof *builder->draft.edges, error));
    builder->draft.edges[builder->draft.edge_count++] =
        (draft_edge){kl_value_retain(ends[0]), kl_value_retain(ends[1]), kl_value_retain(ends[2]),
                     kl_value_retain(ends[3])};
    return KL_OK;
}

static kl_status make_ends(kl_value ends[4], const kl_text texts[4], kl_error *error)
{
    for (int i = 0; i < 4; i++)
        ends[i] = kl_null();
    for (int i = 0; i < 4; i++)
        KL_TRY(kl_string_new(&ends[i], texts[i], error));
    return KL_OK;
}

static void release_ends(kl_value ends[4])
{
    for (int i = 0; i < 4; i++)
        kl_value_release(ends[i]);
}

kl_status kl_builder_connect(kl_builder *builder, kl_text source, kl_text source_output,
                             kl_text target, kl_text target_input, kl_error *error)
{
    kl_value ends[4];
    const kl_text texts[4] = {source, source_output, target, target_input};
    kl_status status = make_ends(ends, texts, error);
    if (status == KL_OK)
        status = kl_builder_connect_values(builder, ends, error);
    release_ends(ends);
    return status;
}

static kl_status check_when(const kl_value ends[4], kl_value when, kl_error *error)
{
    kl_status status = kl_predicate_check(when, error);
    if (status != KL_OK)
        kl_error_prefix(error, "invalid `when` predicate for the %s.%s -> %s.%s connection: ",
                        kl_as_text(ends[0]).data, kl_as_text(ends[1]).data,
                        kl_as_text(ends[2]).data, kl_as_text(ends[3]).data);
    return status;
}

/* The gate between the two ends: source.port -> gate.port -> target.port. */
static kl_status connect_gated(kl_builder *builder, const kl_value ends[4], kl_value when,
                               kl_error *error)
{
    kl_value id = kl_null(), config = kl_null(), type = kl_null();
    kl_status status;
    KL_TRY(refuse_consumed(builder, error));
    KL_TRY(check_when(ends, when, error));
    KL_TRY_OUT(kl_string_format(&id, error, "__gate__%s__%s__%s__%s", kl_as_text(ends[0]).data,
                                kl_as_text(ends[1]).data, kl_as_text(ends[2]).data,
                                kl_as_text(ends[3]).data));
    KL_TRY_OUT(kl_map_new(&config, 1, error));
    KL_TRY_OUT(kl_map_set(&config, KL_TEXT("when"), kl_value_retain(when), error));
    KL_TRY_OUT(kl_string_from_valid(&type, KL_TEXT("GateNode"), error));
    const kl_value into[4] = {ends[0], ends[1], id, ends[1]};
    const kl_value from[4] = {id, ends[1], ends[2], ends[3]};
    KL_TRY_OUT(kl_builder_add_values(builder, type, id, config, error));
    KL_TRY_OUT(kl_builder_connect_values(builder, into, error));
    KL_TRY_OUT(kl_builder_connect_values(builder, from, error));
out:
    kl_value_release(id);
    kl_value_release(config);
    kl_value_release(type);
    return status;
}

kl_status kl_builder_connect_when(kl_builder *builder, kl_text source, kl_text source_output,
                                  kl_text target, kl_text target_input, kl_value when,
                                  kl_error *error)
{
    kl_value ends[4];
    const kl_text texts[4] = {source, source_output, target, target_input};
    kl_status status = make_ends(ends, texts, error);
    if (status == KL_OK)
        status = connect_gated(builder, ends, when, error);
    release_ends(ends);
    return status;
}

kl_status kl_builder_enable_cycles(kl_builder *builder, bool enabled, kl_error *error)
{
    KL_TRY(refuse_consumed(builder, error));
    builder->draft.enable_cycles = enabled;
    return KL_OK;
}

kl_status kl_builder_set_retry(kl_builder *builder, kl_text node, kl_value policy, kl_error *error)
{
    kl_value *retries = &builder->draft.retries;
    KL_TRY(refuse_consumed(builder, error));
    if (!kl_as_object(policy, &kl_retry_policy_type))
        return kl_error_set(error, KL_TYPE, "policy: expected RetryPolicy, got %s",
                            kl_value_kind_name(policy));
    if (kl_is_null(*retries))
        KL_TRY(kl_map_new(retries, 1, error));
    return kl_map_set(retries, node, kl_value_retain(policy), error);
}

void kl_draft_free(draft *draft)
{
    for (size_t i = 0; i < draft->node_count; i++)
        release_node(&draft->nodes[i]);
    for (size_t i = 0; i < draft->edge_count; i++)
        release_edge(&draft->edges[i]);
    kl_free(draft->nodes);
    kl_free(draft->edges);
    kl_value_release(draft->cycle.until);
    kl_value_release(draft->cycle.node);
    kl_value_release(draft->retries);
    memset(draft, 0, sizeof *draft);
}

kl_status kl_builder_build(kl_workflow **out, kl_builder *builder, kl_registry *registry,
                           kl_error *error)
{
    kl_status status = refuse_consumed(builder, error);
    if (status == KL_OK)
        status = kl_workflow_compile(out, &builder->draft, registry, error);
    if (status != KL_OK) {
        kl_error_prefix(error, "workflow build failed: ");
        if (error && status != KL_NO_MEMORY)
            error->code = status = KL_STATE;
        return status;
    }
    builder->consumed = true;
    return KL_OK;
}

/* ---- methods ----------------------------------------------------------------------------------- */

static void builder_dispose(kl_object *self) { kl_draft_free(&((kl_builder *)self)->draft); }

static kl_status builder_init(kl_object *self, const kl_value *args, kl_error *error)
{
    (void)self;
    (void)args;
    (void)error;
    return KL_OK;
}

static kl_status call_add_node(kl_value *out, kl_object *self, const kl_value *args,
                               kl_error *error)
{
    (void)out;
    return kl_builder_add_values((kl_builder *)self, args[0], args[1], args[2], error);
}

/* HTTPRequestNode -> h_t_t_p_request_node: "_" before each capital but the first character. */
static void snake(kl_buffer *to, kl_text type)
{
    for (size_t i = 0; i < type.len; i++) {
        unsigned char byte = (unsigned char)type.data[i];
        if (i > 0 && isupper(byte))
            kl_buffer_byte(to, '_');
        kl_buffer_byte(to, (char)(byte < 0x80 ? tolower(byte) : byte));
    }
}

static bool id_is_taken(const kl_builder *builder, kl_value id)
{
    for (size_t i = 0; i < builder->draft.node_count; i++)
        if (kl_text_equal(kl_as_text(builder->draft.nodes[i].id), kl_as_text(id)))
            return true;
    return false;
}

static kl_status next_id(kl_value *out, kl_builder *builder, kl_text type, kl_error *error)
{
    kl_value id = kl_null();
    do {
        kl_buffer text = KL_BUFFER_INIT;
        snake(&text, type);
        kl_buffer_format(&text, "_%zu", builder->auto_ids++);
        kl_value_release(id);
        id = kl_null();
        KL_TRY(kl_buffer_finish(&id, &text, error));
    } while (id_is_taken(builder, id));
    *out = id;
    return KL_OK;
}

static kl_status call_add_node_auto_id(kl_value *out, kl_object *self, const kl_value *args,
                                       kl_error *error)
{
    kl_builder *builder = (kl_builder *)self;
    kl_value id;
    KL_TRY(refuse_consumed(builder, error));
    KL_TRY(next_id(&id, builder, kl_as_text(args[0]), error));
    kl_status status = kl_builder_add_values(builder, args[0], id, args[1], error);
    if (status == KL_OK)
        *out = kl_value_retain(id);
    kl_value_release(id);
    return status;
}

static kl_status call_connect(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)out;
    return kl_builder_connect_values((kl_builder *)self, args, error);
}

static kl_status call_connect_when(kl_value *out, kl_object *self, const kl_value *args,
                                   kl_error *error)
{
    (void)out;
    return connect_gated((kl_builder *)self, args, args[4], error);
}

static kl_status call_enable_cycles(kl_value *out, kl_object *self, const kl_value *args,
                                    kl_error *error)
{
    (void)out;
    return kl_builder_enable_cycles((kl_builder *)self, kl_as_bool(args[0]), error);
}

static kl_status call_set_retry(kl_value *out, kl_object *self, const kl_value *args,
                                kl_error *error)
{
    (void)out;
    return kl_builder_set_retry((kl_builder *)self, kl_as_text(args[0]), args[1], error);
}

static kl_status call_set_cycle(kl_value *out, kl_object *self, const kl_value *args,
                                kl_error *error)
{
    (void)out;
    kl_builder *builder = (kl_builder *)self;
    KL_TRY(refuse_consumed(builder, error));
    if (!kl_is_null(args[1]))
        KL_TRY(kl_predicate_check(args[1], error));
    if (kl_is_null(args[1]) != kl_is_null(args[2]))
        return kl_error_set(error, KL_INVALID,
                            "until and node: give both (what holds, for which node) or neither");
    builder->draft.cycle.max_iterations = kl_as_int(args[0]);
    kl_value_replace(&builder->draft.cycle.until, kl_value_retain(args[1]));
    kl_value_replace(&builder->draft.cycle.node, kl_value_retain(args[2]));
    builder->draft.enable_cycles = true;
    return KL_OK;
}

static kl_status call_node_ids(kl_value *out, kl_object *self, const kl_value *args,
                               kl_error *error)
{
    (void)args;
    kl_builder *builder = (kl_builder *)self;
    kl_value ids;
    KL_TRY(refuse_consumed(builder, error));
    KL_TRY(kl_array_new(&ids, builder->draft.node_count, error));
    for (size_t i = 0; i < builder->draft.node_count; i++) {
        kl_status status = kl_array_push(&ids, kl_value_retain(builder->draft.nodes[i].id), error);
        if (status != KL_OK) {
            kl_value_release(ids);
            return status;
        }
    }
    *out = ids;
    return KL_OK;
}

static kl_status edge_map(kl_value *out, const draft_edge *edge, kl_error *error)
{
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, 4, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("source"), kl_value_retain(edge->source), error));
    KL_TRY_OUT(
        kl_map_set(&map, KL_TEXT("source_output"), kl_value_retain(edge->source_output), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("target"), kl_value_retain(edge->target), error));
    KL_TRY_OUT(
        kl_map_set(&map, KL_TEXT("target_input"), kl_value_retain(edge->target_input), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status call_connections(kl_value *out, kl_object *self, const kl_value *args,
                                  kl_error *error)
{
    (void)args;
    kl_builder *builder = (kl_builder *)self;
    kl_value list;
    KL_TRY(refuse_consumed(builder, error));
    KL_TRY(kl_array_new(&list, builder->draft.edge_count, error));
    for (size_t i = 0; i < builder->draft.edge_count; i++) {
        kl_value map;
        kl_status status = edge_map(&map, &builder->draft.edges[i], error);
        if (status == KL_OK)
            status = kl_array_push(&list, map, error);
        if (status != KL_OK) {
            kl_value_release(list);
            return status;
        }
    }
    *out = list;
    return KL_OK;
}

kl_status kl_builder_to_json(kl_value *out, kl_builder *builder, bool strict, kl_error *error)
{
    kl_value map;
    kl_json_style style = {.nan = strict ? KL_JSON_NAN_ERROR : KL_JSON_NAN_NULL,
                           .bytes_error = strict};
    KL_TRY(refuse_consumed(builder, error));
    KL_TRY(kl_definition_of(&map, &builder->draft, error));
    kl_status status = kl_json_print(out, map, &style, error);
    kl_value_release(map);
    return status;
}

static kl_status call_to_json(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    return kl_builder_to_json(out, (kl_builder *)self, kl_as_bool(args[0]), error);
}

kl_status kl_builder_from_json(kl_builder **out, kl_text json, kl_error *error)
{
    kl_value map = kl_null();
    kl_builder *builder;
    KL_TRY(kl_builder_new(&builder, error));
    kl_error why = KL_ERROR_INIT;
    kl_status status = kl_json_parse_with(&map, json, KL_JSON_UNIQUE_TOP, &why);
    if (status == KL_OK)
        status = kl_definition_read(builder, map, json, NULL, &why);
    kl_value_release(map);
    if (status == KL_OK) {
        *out = builder;
        return KL_OK;
    }
    kl_object_release(&builder->object);
    if (status != KL_NO_MEMORY)
        status = kl_error_set(error, KL_STATE, "deserialization failed: %s at line %u column %u",
                              kl_error_message(&why), why.line, why.column);
    else
        kl_error_no_memory(error);
    if (error) {
        error->position = why.position;
        error->line = why.line;
        error->column = why.column;
    }
    kl_error_clear(&why);
    return status;
}

static kl_status call_from_json(kl_value *out, kl_object *self, const kl_value *args,
                                kl_error *error)
{
    (void)self;
    kl_builder *builder;
    KL_TRY(kl_builder_from_json(&builder, kl_as_text(args[0]), error));
    *out = kl_value_of(&builder->object);
    return KL_OK;
}

static kl_status call_build(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_workflow *workflow;
    KL_TRY(kl_builder_build(&workflow, (kl_builder *)self, (kl_registry *)args[0].as.object,
                            error));
    *out = kl_value_of((kl_object *)workflow);
    return KL_OK;
}

static kl_status builder_repr(kl_value *out, kl_object *self, kl_error *error)
{
    return kl_string_format(out, error, "WorkflowBuilder(%s)",
                            ((kl_builder *)self)->consumed ? "consumed" : "active");
}

#define END_PARAMS                                                                                 \
    {.name = "source", .kind = KL_KIND_STRING, .doc = "id of the node that gives"},                \
        {.name = "source_output", .kind = KL_KIND_STRING, .doc = "its output"},                    \
        {.name = "target", .kind = KL_KIND_STRING, .doc = "id of the node that takes"},            \
    {                                                                                              \
        .name = "target_input", .kind = KL_KIND_STRING, .doc = "its input"                         \
    }

#define CONFIG_PARAM                                                                               \
    {                                                                                              \
        .name = "config", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL, .doc = "settings of the node" \
    }

static const kl_param add_node_params[] = {
    {.name = "type_name", .kind = KL_KIND_STRING, .doc = "name of a node type"},
    {.name = "node_id", .kind = KL_KIND_STRING, .doc = "id, unique in the workflow"},
    CONFIG_PARAM,
};
static const kl_param auto_id_params[] = {
    {.name = "type_name", .kind = KL_KIND_STRING, .doc = "name of a node type"},
    CONFIG_PARAM,
};
static const kl_param connect_params[] = {END_PARAMS};
static const kl_param when_params[] = {
    END_PARAMS,
    {.name = "when", .kind = KL_KIND_MAP, .doc = "predicate over source_output that opens it"},
};
static const kl_param enabled_params[] = {
    {.name = "enabled", .kind = KL_KIND_BOOL, .doc = "whether the graph may have cycles"},
};
static const kl_param cycle_params[] = {
    {.name = "max_iterations", .kind = KL_KIND_INT, .range = KL_RANGE(1, 1000000000),
     .doc = "most passes through a cycle"},
    {.name = "until", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "predicate over the outputs of `node` that ends the iteration"},
    {.name = "node", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "id of a node in the cycle"},
};
static const kl_param retry_params[] = {
    {.name = "node_id", .kind = KL_KIND_STRING, .doc = "id of the node to try again"},
    {.name = "policy", .kind = KL_KIND_OBJECT, .type = &kl_retry_policy_type,
     .doc = "how often, and after which waits"},
};
static const kl_param json_params[] = {
    {.name = "json_str", .kind = KL_KIND_STRING, .doc = "definition as JSON text"},
};
static const kl_param strict_params[] = {
    {.name = "strict", .kind = KL_KIND_BOOL, .fallback = "false", .flags = KL_KEYWORD_ONLY,
     .doc = "refuse what JSON would lose (bytes, NaN, infinities) instead of converting it"},
};
static const kl_param build_params[] = {
    {.name = "registry", .kind = KL_KIND_OBJECT, .type = &kl_registry_type,
     .doc = "where the node types are"},
};

static const kl_method methods[] = {
    {.name = "add_node", .call = call_add_node, .params = KL_TABLE(add_node_params),
     .returns = KL_KIND_NONE, .raises = "RuntimeError", .doc = "Adds a node."},
    {.name = "add_node_auto_id", .call = call_add_node_auto_id, .params = KL_TABLE(auto_id_params),
     .returns = KL_KIND_STRING, .raises = "RuntimeError",
     .doc = "Adds a node with an id made of its type and a number; returns the id."},
    {.name = "connect", .call = call_connect, .params = KL_TABLE(connect_params),
     .returns = KL_KIND_NONE, .raises = "RuntimeError",
     .doc = "Connects an output of one node to an input of another."},
    {.name = "add_connection", .call = call_connect, .params = KL_TABLE(connect_params),
     .returns = KL_KIND_NONE, .raises = "RuntimeError", .doc = "The same as connect()."},
    {.name = "connect_when", .call = call_connect_when, .params = KL_TABLE(when_params),
     .returns = KL_KIND_NONE, .raises = "ValueError, RuntimeError",
     .doc = "Connects through a gate that lets values pass when the predicate holds."},
    {.name = "enable_cycles", .call = call_enable_cycles, .params = KL_TABLE(enabled_params),
     .returns = KL_KIND_NONE, .raises = "RuntimeError", .doc = "Allows cycles in the graph."},
    {.name = "set_cycle", .call = call_set_cycle, .params = KL_TABLE(cycle_params),
     .returns = KL_KIND_NONE, .raises = "ValueError, RuntimeError",
     .doc = "Makes cycles iterate: each pass gets the values the last one sent back, until the "
            "predicate holds or max_iterations is reached. Allows cycles."},
    {.name = "set_retry", .call = call_set_retry, .params = KL_TABLE(retry_params),
     .returns = KL_KIND_NONE, .raises = "RuntimeError",
     .doc = "Tries a node again when it fails. Its time limit holds for all tries together; what "
            "was cancelled or interrupted is not tried again."},
    {.name = "get_node_ids", .call = call_node_ids, .returns = KL_KIND_ARRAY,
     .item = KL_KIND_STRING, .raises = "RuntimeError", .doc = "Ids in the order of adding."},
    {.name = "get_connections", .call = call_connections, .returns = KL_KIND_ARRAY,
     .item = KL_KIND_MAP, .raises = "RuntimeError",
     .doc = "Connections as dicts of source, source_output, target, target_input."},
    {.name = "to_json", .call = call_to_json, .params = KL_TABLE(strict_params),
     .returns = KL_KIND_STRING, .raises = "ValueError, RuntimeError",
     .doc = "The definition as JSON text."},
    {.name = "from_json", .call = call_from_json, .params = KL_TABLE(json_params),
     .returns = KL_KIND_OBJECT, .returns_type = &kl_builder_type, .flags = KL_STATIC,
     .raises = "RuntimeError", .doc = "A builder from a definition in JSON."},
    {.name = "build", .call = call_build, .params = KL_TABLE(build_params),
     .returns = KL_KIND_OBJECT, .returns_type = &kl_workflow_type, .raises = "RuntimeError",
     .doc = "Checks everything and returns the workflow. Uses up the builder, unless it fails."},
};

const kl_type kl_builder_type = {
    .name = "WorkflowBuilder",
    .module = "kailash",
    .doc = "Collects nodes and connections and builds a workflow of them.",
    .size = sizeof(kl_builder),
    .methods = KL_TABLE(methods),
    .init = builder_init,
    .dispose = builder_dispose,
    .repr = builder_repr,
};
KL_PUBLISH(kl_builder_type);
