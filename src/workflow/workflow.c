/* src/workflow/workflow.c - Workflow: what a built one tells about itself. */
#include "engine.h"
#include "kailash/json.h"

size_t kl_workflow_node_count(const kl_workflow *workflow) { return workflow->node_count; }
size_t kl_workflow_connection_count(const kl_workflow *workflow) { return workflow->edge_count; }
size_t kl_workflow_level_count(const kl_workflow *workflow) { return workflow->level_count; }
bool kl_workflow_has_cycles(const kl_workflow *workflow) { return workflow->cyclic; }

size_t kl_workflow_level(const kl_workflow *workflow, size_t index)
{
    return index < workflow->node_count ? workflow->nodes[index].level : 0;
}

kl_status kl_workflow_definition(kl_value *out, const kl_workflow *workflow, kl_error *error)
{
    return kl_definition_of(out, &workflow->draft, error);
}

static void workflow_dispose(kl_object *self)
{
    kl_workflow *w = (kl_workflow *)self;
    for (uint32_t i = 0; i < w->node_count; i++) {
        graph_node *node = &w->nodes[i];
        if (node->state && node->type->dispose)
            node->type->dispose(node->state);
        if (node->custom)
            kl_object_release(&node->custom->object);
        kl_keys_release(node->shape);
    }
    kl_free(w->nodes);
    kl_free(w->edges);
    kl_free(w->out);
    kl_free(w->order);
    kl_free(w->component_size);
    kl_keys_release(w->ids);
    kl_draft_free(&w->draft);
}

static kl_status node_count(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    (void)error;
    *out = kl_int(((kl_workflow *)self)->node_count);
    return KL_OK;
}

static kl_status connection_count(kl_value *out, kl_object *self, const kl_value *args,
                                  kl_error *error)
{
    (void)args;
    (void)error;
    *out = kl_int(((kl_workflow *)self)->edge_count);
    return KL_OK;
}

static kl_status level_count(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    (void)error;
    *out = kl_int(((kl_workflow *)self)->level_count);
    return KL_OK;
}

static kl_status has_cycles(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    (void)error;
    *out = kl_bool(((kl_workflow *)self)->cyclic);
    return KL_OK;
}

static kl_status to_definition(kl_value *out, kl_object *self, const kl_value *args,
                               kl_error *error)
{
    (void)args;
    return kl_workflow_definition(out, (kl_workflow *)self, error);
}

static kl_status to_json(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_value map;
    kl_json_style style = {.nan = kl_as_bool(args[0]) ? KL_JSON_NAN_ERROR : KL_JSON_NAN_NULL,
                           .bytes_error = kl_as_bool(args[0])};
    KL_TRY(kl_workflow_definition(&map, (kl_workflow *)self, error));
    kl_status status = kl_json_print(out, map, &style, error);
    kl_value_release(map);
    return status;
}

static kl_status workflow_hash(kl_value *out, kl_object *self, const kl_value *args,
                               kl_error *error)
{
    kl_value map;
    (void)args;
    KL_TRY(kl_workflow_definition(&map, (kl_workflow *)self, error));
    kl_status status = kl_definition_hash(out, map, error);
    kl_value_release(map);
    return status;
}

static kl_status workflow_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const kl_workflow *w = (kl_workflow *)self;
    return kl_string_format(out, error, "Workflow(nodes=%u, connections=%u, levels=%u)",
                            w->node_count, w->edge_count, w->level_count);
}

static const kl_param strict_params[] = {
    {.name = "strict", .kind = KL_KIND_BOOL, .fallback = "false", .flags = KL_KEYWORD_ONLY,
     .doc = "refuse what JSON would lose (bytes, NaN, infinities) instead of converting it"},
};

static const kl_method methods[] = {
    {.name = "node_count", .call = node_count, .returns = KL_KIND_INT, .doc = "Number of nodes."},
    {.name = "connection_count", .call = connection_count, .returns = KL_KIND_INT,
     .doc = "Number of connections."},
    {.name = "level_count", .call = level_count, .returns = KL_KIND_INT,
     .doc = "Number of levels: the longest way from a root, counted in nodes."},
    {.name = "has_cycles", .call = has_cycles, .returns = KL_KIND_BOOL,
     .doc = "Whether the graph has a cycle."},
    {.name = "to_definition", .call = to_definition, .returns = KL_KIND_MAP,
     .doc = "The definition as a dict."},
    {.name = "to_json", .call = to_json, .params = KL_TABLE(strict_params),
     .returns = KL_KIND_STRING, .raises = "ValueError", .doc = "The definition as JSON text."},
    {.name = "workflow_hash", .call = workflow_hash, .returns = KL_KIND_STRING,
     .doc = "16 hexadecimal digits: FNV-1a 64 over the canonical definition."},
};

const kl_type kl_workflow_type = {
    .name = "Workflow",
    .module = "kailash",
    .doc = "A checked graph of nodes. Immutable; any number of threads may run it at once.",
    .size = sizeof(kl_workflow),
    .flags = KL_TYPE_NO_INIT,
    .methods = KL_TABLE(methods),
    .dispose = workflow_dispose,
    .repr = workflow_repr,
};
KL_PUBLISH(kl_workflow_type);
