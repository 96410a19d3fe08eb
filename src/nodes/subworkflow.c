/* src/nodes/subworkflow.c - SubworkflowNode: a whole workflow as one node.
 *
 * The definition in the config is built once, with the workflow it is part of. A run of it is an
 * inner run: it ends with the outer one and shares its limits.
 */
#include "inner.h"
#include "workflow/engine.h"

/* Workflows that may lie in one another. */
enum { NESTING_MAX = 16 };

static const kl_param config[] = {
    {.name = "workflow", .kind = KL_KIND_ANY,
     .doc = "definition of the inner workflow: a dict {version, nodes, connections, enable_cycles} "
            "or the same as JSON text; built with the workflow it is part of"},
    {.name = "inputs", .kind = KL_KIND_MAP, .item = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "input of this node -> where it goes: NODE.PORT of the inner workflow, or the name of an "
            "input of all its root nodes. Without it all inputs go to the root nodes"},
    {.name = "outputs", .kind = KL_KIND_MAP, .item = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "output of this node -> where it comes from: NODE.PORT of the inner workflow, or "
            "NODE for all outputs of a node"},
};
static const kl_param outputs[] = {
    {.name = "results", .kind = KL_KIND_MAP, .doc = "node id -> outputs, of the inner workflow"},
};

/* ---- NODE.PORT ----------------------------------------------------------------------------------- */

/* The node that `place` begins with, as its id or up to a dot; -1 when there is none. */
static ptrdiff_t find_node(kl_text *port, const kl_workflow *workflow, kl_text place)
{
    for (size_t len = 1; len <= place.len; len++) {
        if (len < place.len && place.data[len] != '.')
            continue;
        ptrdiff_t found = kl_keys_find(workflow->ids, (kl_text){place.data, len});
        if (found >= 0) {
            size_t start = KL_MIN(len + 1, place.len);
            *port = (kl_text){place.data + start, place.len - start};
            return found;
        }
    }
    return -1;
}

static kl_status check_places(const kl_workflow *workflow, kl_value map, const char *which,
                              bool bare_names, kl_error *error)
{
    for (size_t i = 0; i < kl_map_len(map); i++) {
        kl_text place = kl_as_text(kl_map_value_at(map, i)), port;
        bool bare = bare_names && place.len && !memchr(place.data, '.', place.len);
        if (!bare && find_node(&port, workflow, place) < 0)
            return kl_error_set(error, KL_INVALID,
                                "%s.%.*s: '%.*s' names no node of the inner workflow; give NODE.PORT",
                                which, KL_TEXT_ARG(kl_map_key_at(map, i)), KL_TEXT_ARG(place));
    }
    return KL_OK;
}

/* ---- building ------------------------------------------------------------------------------------ */

/* Subworkflows this thread is building, one in the other. */
static _Thread_local int nesting;

static kl_status read_definition(kl_builder **out, kl_value definition, kl_error *error)
{
    if (kl_is(definition, KL_KIND_STRING))
        return kl_builder_from_json(out, kl_as_text(definition), error);
    if (!kl_is(definition, KL_KIND_MAP))
        return kl_error_set(error, KL_INVALID,
                            "workflow: expected definition as object or JSON text, got %s",
                            kl_value_kind_name(definition));
    kl_builder *builder;
    KL_TRY(kl_builder_new(&builder, error));
    kl_status status = kl_definition_read(builder, definition, KL_TEXT(""), NULL, error);
    if (status != KL_OK) {
        kl_object_release(&builder->object);
        kl_error_prefix(error, "workflow: ");
        return status;
    }
    *out = builder;
    return KL_OK;
}

static kl_status build(kl_workflow **out, kl_value definition, kl_registry *registry,
                       kl_error *error)
{
    kl_builder *builder;
    if (nesting == NESTING_MAX)
        return kl_error_set(error, KL_DEPTH, "subworkflows nest deeper than %d levels", NESTING_MAX);
    KL_TRY(read_definition(&builder, definition, error));
    nesting++;
    kl_status status = kl_builder_build(out, builder, registry, error);
    nesting--;
    kl_object_release(&builder->object);
    return status;
}

/* With a registry of its own when there is none. */
static kl_status build_with(kl_workflow **out, kl_value definition, kl_registry *registry,
                            kl_error *error)
{
    if (registry)
        return build(out, definition, registry, error);
    KL_TRY(kl_registry_new(&registry, error));
    kl_status status = build(out, definition, registry, error);
    kl_object_release(&registry->object);
    return status;
}

static kl_status prepare(void **state, kl_value settings, kl_registry *registry, kl_error *error)
{
    const kl_value *definition = kl_map_find(settings, KL_TEXT("workflow"));
    kl_workflow *workflow;
    if (!definition)
        return kl_error_set(error, KL_INVALID, "workflow: a definition is required");
    KL_TRY(build_with(&workflow, *definition, registry, error));
    kl_status status = check_places(workflow, kl_map_get(settings, KL_TEXT("inputs")), "inputs",
                                    true, error);
    if (status == KL_OK)
        status = check_places(workflow, kl_map_get(settings, KL_TEXT("outputs")), "outputs", false,
                              error);
    if (status != KL_OK) {
        kl_object_release(&workflow->object);
        return status;
    }
    *state = workflow;
    return KL_OK;
}

static void dispose(void *state) { kl_object_release(&((kl_workflow *)state)->object); }

/* ---- inputs -------------------------------------------------------------------------------------- */

static bool is_setting(kl_text key)
{
    return kl_text_is(key, "workflow") || kl_text_is(key, "inputs") || kl_text_is(key, "outputs");
}

/* Without a map of inputs: all but the settings. */
static kl_status pass_all(kl_value *shared, kl_value inputs, kl_error *error)
{
    for (size_t i = 0; i < kl_map_len(inputs); i++)
        if (!is_setting(kl_map_key_at(inputs, i)))
            KL_TRY(kl_map_set_key(shared, kl_map_key_value_at(inputs, i),
                                  kl_value_retain(kl_map_value_at(inputs, i)), error));
    return KL_OK;
}

/* Set own[node][port]. */
static kl_status set_own(kl_value *own, kl_value node, kl_text port, kl_value value,
                         kl_error *error)
{
    kl_value ports = kl_value_retain(kl_map_get(*own, kl_as_text(node)));
    if (kl_is_null(ports))
        KL_TRY(kl_map_new(&ports, 2, error));
    kl_status status = kl_map_set(&ports, port, kl_value_retain(value), error);
    if (status != KL_OK) {
        kl_value_release(ports);
        return status;
    }
    return kl_map_set_key(own, node, ports, error);
}

/* `shared` goes to all roots, `own` maps a node to what it alone gets. */
static kl_status pass_mapped(kl_value *shared, kl_value *own, const kl_workflow *workflow,
                             kl_value map, kl_value inputs, kl_error *error)
{
    for (size_t i = 0; i < kl_map_len(map); i++) {
        kl_text place = kl_as_text(kl_map_value_at(map, i)), port;
        const kl_value *value = kl_map_find(inputs, kl_map_key_at(map, i));
        if (!value)
            continue; /* what did not arrive is not passed on */
        ptrdiff_t node = find_node(&port, workflow, place);
        if (node < 0 || port.len == 0)
            KL_TRY(kl_map_set(shared, place, kl_value_retain(*value), error));
        else
            KL_TRY(set_own(own, kl_keys_at(workflow->ids, (size_t)node), port, *value, error));
    }
    return KL_OK;
}

/* ---- outputs ------------------------------------------------------------------------------------- */

/* One output from its place; left out when the inner node gave none. */
static kl_status take_output(kl_value *out, kl_text name, kl_text place, const kl_workflow *workflow,
                             kl_value results, kl_error *error)
{
    kl_text port;
    ptrdiff_t node = find_node(&port, workflow, place);
    if (node < 0)
        return kl_node_bad(error, "outputs", "'%.*s' names no node of the inner workflow",
                           KL_TEXT_ARG(place));
    const kl_value *given = kl_map_find(results, kl_as_text(kl_keys_at(workflow->ids, (size_t)node)));
    if (given && port.len)
        given = kl_map_find(*given, port);
    return given ? kl_map_set(out, name, kl_value_retain(*given), error) : KL_OK;
}

static kl_status take_outputs(kl_value *out, const kl_workflow *workflow, kl_value map,
                              kl_value results, kl_error *error)
{
    kl_value made;
    kl_status status;
    KL_TRY(kl_map_new(&made, 1 + kl_map_len(map), error));
    for (size_t i = 0; i < kl_map_len(map); i++)
        KL_TRY_OUT(take_output(&made, kl_map_key_at(map, i), kl_as_text(kl_map_value_at(map, i)),
                               workflow, results, error));
    KL_TRY_OUT(kl_map_set(&made, KL_TEXT("results"), kl_value_retain(results), error));
    *out = made;
    return KL_OK;
out:
    kl_value_release(made);
    return status;
}

/* ---- running ------------------------------------------------------------------------------------- */

enum { WORKFLOW, INPUTS, OUTPUTS };

static kl_status run(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_workflow *workflow = call->state;
    kl_value shared = kl_null(), own = kl_null(), results = kl_null();
    kl_value map = call->args[INPUTS];
    kl_status status;
    KL_TRY_OUT(kl_map_new(&shared, 8, error));
    KL_TRY_OUT(kl_map_new(&own, 0, error));
    if (kl_is_null(map))
        KL_TRY_OUT(pass_all(&shared, call->inputs, error));
    else
        KL_TRY_OUT(pass_mapped(&shared, &own, workflow, map, call->inputs, error));
    KL_TRY_OUT(kl_inner_run(&results, call, workflow, shared, own, error));
    status = take_outputs(out, workflow, call->args[OUTPUTS], results, error);
out:
    kl_value_release(shared);
    kl_value_release(own);
    kl_value_release(results);
    return status;
}

static const kl_node_type types[] = {
    {
        .name = "SubworkflowNode",
        .category = "Control",
        .doc = "Runs a whole workflow as one node.",
        .config = KL_TABLE(config),
        .outputs = KL_TABLE(outputs),
        .flags = KL_NODE_OPEN | KL_NODE_BLOCKING,
        .run = run,
        .prepare_with = prepare,
        .dispose = dispose,
    },
};

static const kl_node_family subworkflows = {.name = "subworkflow", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(subworkflows);
