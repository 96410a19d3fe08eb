/* src/workflow/registry.c - NodeRegistry: built-in types and callbacks. */
#include "engine.h"
#include "run.h"

static void custom_dispose(kl_object *object)
{
    custom_type *custom = (custom_type *)object;
    kl_value_release(custom->name);
    kl_value_release(custom->callable);
    kl_object_release(custom->owner);
    kl_value_release(custom->ports);
    kl_free(custom->params);
}

static void custom_traverse(kl_object *object, kl_visit *visit, void *data)
{
    custom_type *custom = (custom_type *)object;
    visit(custom->callable, data);
    if (custom->owner)
        visit(kl_value_of(custom->owner), data);
}

static void custom_clear(kl_object *object)
{
    kl_value_replace(&((custom_type *)object)->callable, kl_null());
}

const kl_type kl_custom_type_type = {
    .name = "CustomNodeType",
    .module = "kailash._kailash",
    .doc = "A node type made of a callback.",
    .size = sizeof(custom_type),
    .flags = KL_TYPE_NO_INIT,
    .dispose = custom_dispose,
    .traverse = custom_traverse,
    .clear = custom_clear,
};

static kl_status custom_run(kl_value *out, kl_node_call *call, kl_error *error)
{
    const custom_type *custom =
        (const custom_type *)((const char *)call->type - offsetof(custom_type, row));
    kl_value args[2] = {call->inputs, kl_null()};
    if (!((const kl_callable *)custom->callable.as.object)->wants_context)
        return kl_call_value(out, custom->callable, args, 1, error);
    KL_TRY(kl_context_new(&args[1], call, error));
    kl_status status = kl_call_value(out, custom->callable, args, 2, error);
    kl_value_release(args[1]);
    return status;
}

/* Append the ports named in `names` to the parameters; their texts live in custom->ports. */
static kl_status add_ports(custom_type *custom, size_t at, kl_value names, const char *which,
                           kl_error *error)
{
    for (size_t i = 0; i < kl_array_len(names); i++) {
        kl_value name = kl_array_at(names, i), copy;
        if (!kl_is(name, KL_KIND_STRING))
            return kl_error_set(error, KL_TYPE, "%s[%zu]: expected string, got %s", which, i,
                                kl_value_kind_name(name));
        KL_TRY(kl_string_from_valid(&copy, kl_as_text(name), error)); /* ends in NUL */
        const char *text = kl_as_text(copy).data;
        KL_TRY(kl_array_push(&custom->ports, copy, error));
        custom->params[at + i] = (kl_param){.name = text, .kind = KL_KIND_ANY,
                                            .flags = KL_OPTIONAL, .doc = "port of a callback"};
    }
    return KL_OK;
}

static kl_status custom_new(custom_type **out, kl_text name, kl_value callable, kl_value inputs,
                            kl_value outputs, kl_error *error)
{
    kl_object *object;
    kl_status status;
    KL_TRY(kl_object_alloc(&object, &kl_custom_type_type, error));
    custom_type *custom = (custom_type *)object;
    size_t in = kl_array_len(inputs), all = in + kl_array_len(outputs);
    custom->callable = kl_value_retain(callable);
    custom->params = kl_alloc_zero(all, sizeof *custom->params);
    if (!custom->params) {
        status = kl_error_no_memory(error);
        goto out;
    }
    KL_TRY_OUT(kl_string_new(&custom->name, name, error));
    KL_TRY_OUT(kl_array_new(&custom->ports, all, error));
    KL_TRY_OUT(add_ports(custom, 0, inputs, "inputs", error));
    KL_TRY_OUT(add_ports(custom, in, outputs, "outputs", error));
    custom->row = (kl_node_type){
        .name = kl_as_text(custom->name).data,
        .category = "Callback",
        .doc = "A callback.",
        .inputs = custom->params,
        .input_count = in,
        .outputs = custom->params + in,
        .output_count = all - in,
        .run = custom_run,
    };
    *out = custom;
    return KL_OK;
out:
    kl_object_release(object);
    return status;
}

/* ---- C interface ------------------------------------------------------------------------------ */

static kl_status registry_init(kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    kl_registry *registry = (kl_registry *)self;
    pthread_mutex_init(&registry->lock, NULL);
    registry->fork_watch.lock = &registry->lock;
    kl_fork_watch_begin(&registry->fork_watch);
    return kl_map_new(&registry->custom, 0, error);
}

static void registry_dispose(kl_object *self)
{
    kl_registry *registry = (kl_registry *)self;
    kl_value_release(registry->custom);
    kl_shared_free(registry->shared);
    kl_fork_watch_end(&registry->fork_watch);
    pthread_mutex_destroy(&registry->lock);
}

kl_status kl_registry_new(kl_registry **out, kl_error *error)
{
    kl_value made;
    KL_TRY(kl_object_make(&made, &kl_registry_type, NULL, error));
    *out = (kl_registry *)made.as.object;
    return KL_OK;
}

const kl_node_type *kl_registry_find(custom_type **custom, kl_registry *registry, kl_text name)
{
    const kl_node_type *type = kl_node_type_find(name);
    *custom = NULL;
    if (type)
        return type;
    pthread_mutex_lock(&registry->lock);
    kl_value found = kl_map_get(registry->custom, name);
    *custom = kl_as_object(kl_value_retain(found), &kl_custom_type_type);
    pthread_mutex_unlock(&registry->lock);
    return *custom ? &(*custom)->row : NULL;
}

bool kl_registry_has(kl_registry *registry, kl_text name)
{
    custom_type *custom;
    bool found = kl_registry_find(&custom, registry, name) != NULL;
    if (custom)
        kl_object_release(&custom->object);
    return found;
}

kl_status kl_registry_add_custom(kl_registry *registry, custom_type *custom, const char *what,
                                 kl_error *error)
{
    kl_text name = kl_as_text(custom->name);
    kl_status status = KL_OK;
    if (__atomic_load_n(&registry->runtimes, __ATOMIC_ACQUIRE) > 0)
        return kl_error_set(error, KL_STATE,
                            "cannot %s: registry is already shared with a Runtime; "
                            "register callbacks before creating a Runtime",
                            what);
    bool is_builtin = kl_node_type_find(name) != NULL;
    pthread_mutex_lock(&registry->lock);
    if (is_builtin || kl_map_has(registry->custom, name))
        status = kl_error_set(error, KL_INVALID,
                              "cannot %s: node type '%.*s' is already registered and stays as it is; "
                              "choose a name that is not in list_types()",
                              what, KL_TEXT_ARG(name));
    else
        status = kl_map_set_key(&registry->custom, custom->name,
                                kl_value_of(kl_object_retain(&custom->object)), error);
    pthread_mutex_unlock(&registry->lock);
    return status;
}

kl_status kl_registry_add_callback(kl_registry *registry, kl_text name, kl_value callable,
                                   kl_value inputs, kl_value outputs, kl_error *error)
{
    custom_type *custom;
    KL_TRY(custom_new(&custom, name, callable, inputs, outputs, error));
    kl_status status = kl_registry_add_custom(registry, custom, "register callback", error);
    kl_object_release(&custom->object);
    return status;
}

kl_status kl_registry_names(kl_value *out, kl_registry *registry, kl_error *error)
{
    kl_value names;
    kl_status status = KL_OK;
    KL_TRY(kl_array_new(&names, kl_node_type_count() + 8, error));
    for (size_t i = 0; i < kl_node_type_count() && status == KL_OK; i++)
        status = kl_array_push_text(&names, kl_text_from(kl_node_type_at(i)->name), error);
    pthread_mutex_lock(&registry->lock);
    for (size_t i = 0; i < kl_map_len(registry->custom) && status == KL_OK; i++)
        status = kl_array_push(&names, kl_value_retain(kl_map_key_value_at(registry->custom, i)),
                               error);
    pthread_mutex_unlock(&registry->lock);
    if (status == KL_OK)
        status = kl_array_sort(&names, error);
    if (status != KL_OK) {
        kl_value_release(names);
        return status;
    }
    *out = names;
    return KL_OK;
}

/* ---- methods ----------------------------------------------------------------------------------- */

static size_t registry_size(kl_registry *registry)
{
    pthread_mutex_lock(&registry->lock);
    size_t custom = kl_map_len(registry->custom);
    pthread_mutex_unlock(&registry->lock);
    return kl_node_type_count() + custom;
}

static kl_status list_types(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    return kl_registry_names(out, (kl_registry *)self, error);
}

static kl_status has_type(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)error;
    *out = kl_bool(kl_registry_has((kl_registry *)self, kl_as_text(args[0])));
    return KL_OK;
}

/* A registered callback has no row of its own to tell of but its ports. */
static kl_status describe(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    custom_type *custom;
    kl_text name = kl_as_text(args[0]);
    const kl_node_type *type = kl_registry_find(&custom, (kl_registry *)self, name);
    if (!type)
        return kl_error_set(error, KL_INVALID,
                            "unknown node type '%.*s'; list_types() shows what there is",
                            KL_TEXT_ARG(name));
    kl_status status = kl_node_describe(out, type, error);
    if (custom)
        kl_object_release(&custom->object);
    return status;
}

static kl_status register_callback(kl_value *out, kl_object *self, const kl_value *args,
                                   kl_error *error)
{
    (void)out;
    return kl_registry_add_callback((kl_registry *)self, kl_as_text(args[0]), args[1], args[2],
                                    args[3], error);
}

static kl_status length(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    (void)error;
    *out = kl_int((int64_t)registry_size((kl_registry *)self));
    return KL_OK;
}

static kl_status registry_repr(kl_value *out, kl_object *self, kl_error *error)
{
    return kl_string_format(out, error, "NodeRegistry(types=%zu)",
                            registry_size((kl_registry *)self));
}

static const kl_param name_param[] = {
    {.name = "type_name", .kind = KL_KIND_STRING, .doc = "name of a node type"},
};
static const kl_param callback_params[] = {
    {.name = "name", .kind = KL_KIND_STRING, .doc = "name of the new type"},
    {.name = "callback", .kind = KL_KIND_CALLABLE,
     .doc = "f(inputs) or f(inputs, context); returns a dict of outputs, or awaits to one"},
    {.name = "inputs", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING, .doc = "names of its inputs"},
    {.name = "outputs", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING, .doc = "names of its outputs"},
};

static const kl_method methods[] = {
    {.name = "list_types", .call = list_types, .returns = KL_KIND_ARRAY, .item = KL_KIND_STRING,
     .doc = "Names of all node types, sorted."},
    {.name = "has_type", .call = has_type, .params = KL_TABLE(name_param), .returns = KL_KIND_BOOL,
     .doc = "Whether a node type of that name exists."},
    {.name = "describe", .call = describe, .params = KL_TABLE(name_param), .returns = KL_KIND_MAP,
     .raises = "ValueError",
     .doc = "What a node type takes, does and gives: name, category, doc, inputs, config, outputs."},
    {.name = "register_callback", .call = register_callback, .params = KL_TABLE(callback_params),
     .returns = KL_KIND_NONE, .raises = "ValueError, RuntimeError",
     .doc = "Adds a node type that calls a function. The first of a name wins. Not possible while "
            "a Runtime made from this registry lives."},
    {.name = "__len__", .call = length, .returns = KL_KIND_INT, .doc = "Number of node types."},
};

static void registry_traverse(kl_object *self, kl_visit *visit, void *data)
{
    visit(((kl_registry *)self)->custom, data);
}

static void registry_clear(kl_object *self)
{
    kl_value_replace(&((kl_registry *)self)->custom, kl_map_empty());
}

const kl_type kl_registry_type = {
    .name = "NodeRegistry",
    .module = "kailash",
    .doc = "The node types that workflows may use: all built-in ones and registered callbacks.",
    .size = sizeof(kl_registry),
    .methods = KL_TABLE(methods),
    .init = registry_init,
    .dispose = registry_dispose,
    .repr = registry_repr,
    .traverse = registry_traverse,
    .clear = registry_clear,
};
KL_PUBLISH(kl_registry_type);
