/* src/nodes/action.c - see action.h. An action is a workflow of one node, whose id is its type. */
#include "action.h"
#include "inner.h"

struct kl_action {
    kl_workflow *workflow;
    kl_value type; /* string */
};

/* The name under which a map tells its type. */
static kl_value type_of(kl_value definition)
{
    static const char *const words[] = {"type", "node", "type_name"};
    if (kl_is(definition, KL_KIND_STRING))
        return definition;
    for (size_t i = 0; i < KL_COUNT(words); i++) {
        const kl_value *found = kl_map_find(definition, kl_text_from(words[i]));
        if (found)
            return *found;
    }
    return kl_null();
}

static kl_status check(kl_value definition, kl_value type, kl_value config, kl_error *error)
{
    if (!kl_is(definition, KL_KIND_STRING) && !kl_is(definition, KL_KIND_MAP))
        return kl_error_set(error, KL_INVALID, "expected " KL_ACTION_DOC ", got %s",
                            kl_value_kind_name(definition));
    if (!kl_is(type, KL_KIND_STRING))
        return kl_error_set(error, KL_INVALID, "type: expected the name of a node type, got %s",
                            kl_value_kind_name(type));
    if (!kl_is_null(config) && !kl_is(config, KL_KIND_MAP))
        return kl_error_set(error, KL_INVALID, "config: expected object, got %s",
                            kl_value_kind_name(config));
    return KL_OK;
}

static kl_status build(kl_workflow **out, kl_value type, kl_value config, kl_registry *registry,
                       kl_error *error)
{
    kl_builder *builder;
    KL_TRY(kl_builder_new(&builder, error));
    kl_status status = kl_builder_add_node(builder, kl_as_text(type), kl_as_text(type), config, error);
    if (status == KL_OK)
        status = kl_builder_build(out, builder, registry, error);
    kl_object_release((kl_object *)builder);
    return status;
}

/* With a registry of its own when there is none. */
static kl_status build_with(kl_workflow **out, kl_value definition, kl_registry *registry,
                            kl_error *error)
{
    kl_value type = type_of(definition);
    kl_value config = kl_map_get(definition, KL_TEXT("config"));
    KL_TRY(check(definition, type, config, error));
    if (registry)
        return build(out, type, config, registry, error);
    KL_TRY(kl_registry_new(&registry, error));
    kl_status status = build(out, type, config, registry, error);
    kl_object_release((kl_object *)registry);
    return status;
}

kl_status kl_action_new(kl_action **out, kl_value definition, kl_registry *registry,
                        const char *where, kl_error *error)
{
    kl_action *action = kl_alloc_zero(1, sizeof *action);
    if (!action)
        return kl_error_no_memory(error);
    kl_status status = build_with(&action->workflow, definition, registry, error);
    if (status != KL_OK) {
        kl_free(action);
        kl_error_prefix(error, "%s: ", where);
        return status;
    }
    action->type = kl_value_retain(type_of(definition));
    *out = action;
    return KL_OK;
}

kl_status kl_action_new_for(kl_action **out, kl_value definition, const kl_node_call *call,
                            const char *where, kl_error *error)
{
    kl_error why = KL_ERROR_INIT;
    kl_status status = kl_action_new(out, definition, call->registry, where, &why);
    if (status == KL_OK || status == KL_NO_MEMORY)
        kl_error_move(error, &why);
    else
        status = kl_node_failed(error, "%s", kl_error_message(&why));
    kl_error_clear(&why);
    return status;
}

void kl_action_free(kl_action *action)
{
    if (!action)
        return;
    kl_object_release((kl_object *)action->workflow);
    kl_value_release(action->type);
    kl_free(action);
}

kl_status kl_action_run_within(kl_value *out, kl_action *action, const kl_node_call *call,
                               kl_value inputs, kl_duration limit, kl_error *error)
{
    kl_value results;
    KL_TRY(kl_inner_run_within(&results, call, action->workflow, inputs, kl_null(), limit, error));
    *out = kl_value_retain(kl_map_get(results, kl_as_text(action->type)));
    kl_value_release(results);
    return KL_OK;
}

kl_status kl_action_run(kl_value *out, kl_action *action, const kl_node_call *call, kl_value inputs,
                        kl_error *error)
{
    return kl_action_run_within(out, action, call, inputs, 0, error);
}
