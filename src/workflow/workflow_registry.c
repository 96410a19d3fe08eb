/* src/workflow/workflow_registry.c - WorkflowRegistry: built workflows by name. */
#include "engine.h"
#include "stamp.h"

typedef struct workflow_registry {
    kl_object object;
    kl_fork_watch fork_watch;
    pthread_mutex_t lock; /* guards what follows */
    kl_value entries;     /* map name -> registered */
} workflow_registry;

/* A workflow and what is told about it. Immutable. */
typedef struct registered {
    kl_object object;
    kl_value workflow; /* of kl_workflow_type */
    kl_value facts;    /* map: name, description, registered_at, node_count */
} registered;

static const kl_field registered_fields[] = {
    KL_VALUE(registered, workflow, .kind = KL_KIND_OBJECT, .flags = KL_HIDDEN),
    KL_VALUE(registered, facts, .kind = KL_KIND_MAP, .flags = KL_HIDDEN),
};

static const kl_type registered_type = {
    .name = "RegisteredWorkflow",
    .module = "kailash._kailash",
    .doc = "A workflow and what is told about it.",
    .size = sizeof(registered),
    .flags = KL_TYPE_NO_INIT,
    .fields = KL_TABLE(registered_fields),
};

/* ---- entries --------------------------------------------------------------------------------- */

static kl_status fact_map(kl_value *out, kl_value name, kl_value workflow, kl_value description,
                          kl_error *error)
{
    kl_value facts, stamp;
    kl_status status;
    size_t nodes = kl_workflow_node_count((const kl_workflow *)workflow.as.object);
    KL_TRY(kl_map_new(&facts, 4, error));
    KL_TRY_OUT(kl_map_set(&facts, KL_TEXT("name"), kl_value_retain(name), error));
    KL_TRY_OUT(kl_map_set(&facts, KL_TEXT("description"), kl_value_retain(description), error));
    KL_TRY_OUT(kl_stamp_now(&stamp, error));
    KL_TRY_OUT(kl_map_set(&facts, KL_TEXT("registered_at"), stamp, error));
    KL_TRY_OUT(kl_map_set(&facts, KL_TEXT("node_count"), kl_int((int64_t)nodes), error));
    *out = facts;
    return KL_OK;
out:
    kl_value_release(facts);
    return status;
}

static kl_status new_entry(kl_value *out, const kl_value *args, kl_error *error)
{
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, &registered_type, error));
    registered *entry = (registered *)object;
    entry->workflow = kl_value_retain(args[1]);
    kl_status status = fact_map(&entry->facts, args[0], args[1], args[2], error);
    if (status != KL_OK) {
        kl_object_release(object);
        return status;
    }
    *out = kl_value_of(object);
    return KL_OK;
}

static kl_status unknown(kl_text name, kl_error *error)
{
    return kl_error_set(error, KL_NOT_FOUND, "workflow '%.*s' is not registered",
                        KL_TEXT_ARG(name));
}

/* The entry of `name`, retained, or null. */
static kl_value find(workflow_registry *registry, kl_text name)
{
    pthread_mutex_lock(&registry->lock);
    kl_value entry = kl_value_retain(kl_map_get(registry->entries, name));
    pthread_mutex_unlock(&registry->lock);
    return entry;
}

/* ---- methods --------------------------------------------------------------------------------- */

static kl_status registry_init(kl_object *self, const kl_value *args, kl_error *error)
{
    workflow_registry *registry = (workflow_registry *)self;
    (void)args;
    pthread_mutex_init(&registry->lock, NULL);
    registry->fork_watch.lock = &registry->lock;
    kl_fork_watch_begin(&registry->fork_watch);
    return kl_map_new(&registry->entries, 0, error);
}

static void registry_dispose(kl_object *self)
{
    workflow_registry *registry = (workflow_registry *)self;
    kl_fork_watch_end(&registry->fork_watch);
    kl_value_release(registry->entries);
    pthread_mutex_destroy(&registry->lock);
}

static kl_status call_register(kl_value *out, kl_object *self, const kl_value *args,
                               kl_error *error)
{
    workflow_registry *registry = (workflow_registry *)self;
    kl_text name = kl_as_text(args[0]);
    kl_value entry;
    kl_status status;
    (void)out;
    KL_TRY(new_entry(&entry, args, error));
    pthread_mutex_lock(&registry->lock);
    if (kl_map_has(registry->entries, name))
        status = kl_error_set(error, KL_STATE,
                              "workflow '%.*s' is already registered; remove it first, or choose "
                              "another name",
                              KL_TEXT_ARG(name));
    else
        status = kl_map_set_key(&registry->entries, args[0], kl_value_retain(entry), error);
    pthread_mutex_unlock(&registry->lock);
    kl_value_release(entry);
    return status;
}

static kl_status call_get(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_value entry = find((workflow_registry *)self, kl_as_text(args[0]));
    (void)error;
    if (!kl_is_null(entry))
        *out = kl_value_retain(((registered *)entry.as.object)->facts);
    kl_value_release(entry);
    return KL_OK;
}

static kl_status call_list(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    workflow_registry *registry = (workflow_registry *)self;
    kl_value names;
    (void)args;
    KL_TRY(kl_array_new(&names, 8, error));
    kl_status status = KL_OK;
    pthread_mutex_lock(&registry->lock);
    for (size_t i = 0; i < kl_map_len(registry->entries) && status == KL_OK; i++)
        status = kl_array_push(&names, kl_value_retain(kl_map_key_value_at(registry->entries, i)),
                               error);
    pthread_mutex_unlock(&registry->lock);
    if (status == KL_OK)
        status = kl_array_sort(&names, error);
    if (status == KL_OK)
        *out = names;
    else
        kl_value_release(names);
    return status;
}

static kl_status call_contains(kl_value *out, kl_object *self, const kl_value *args,
                               kl_error *error)
{
    kl_value entry = find((workflow_registry *)self, kl_as_text(args[0]));
    (void)error;
    *out = kl_bool(!kl_is_null(entry));
    kl_value_release(entry);
    return KL_OK;
}

static size_t entry_count(workflow_registry *registry)
{
    pthread_mutex_lock(&registry->lock);
    size_t count = kl_map_len(registry->entries);
    pthread_mutex_unlock(&registry->lock);
    return count;
}

static kl_status call_count(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    (void)error;
    *out = kl_int((int64_t)entry_count((workflow_registry *)self));
    return KL_OK;
}

static kl_status call_remove(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    workflow_registry *registry = (workflow_registry *)self;
    kl_text name = kl_as_text(args[0]);
    (void)out;
    pthread_mutex_lock(&registry->lock);
    /* Kept until the lock is open again: ending a workflow may call back into a face. */
    kl_value entry = kl_value_retain(kl_map_get(registry->entries, name));
    kl_status status = kl_is_null(entry) ? unknown(name, error)
                                         : kl_map_remove(&registry->entries, name, error);
    pthread_mutex_unlock(&registry->lock);
    kl_value_release(entry);
    return status;
}

/* Runs outside of the lock, so that a node may use the registry, too. */
static kl_status call_execute(kl_value *out, kl_object *self, const kl_value *args,
                              kl_error *error)
{
    kl_text name = kl_as_text(args[0]);
    kl_value entry = find((workflow_registry *)self, name);
    if (kl_is_null(entry))
        return unknown(name, error);
    kl_workflow *workflow = (kl_workflow *)((registered *)entry.as.object)->workflow.as.object;
    kl_status status = kl_runtime_execute(out, (kl_runtime *)args[1].as.object, workflow, args[2],
                                          NULL, error);
    kl_value_release(entry);
    return status;
}

static kl_status registry_repr(kl_value *out, kl_object *self, kl_error *error)
{
    return kl_string_format(out, error, "WorkflowRegistry(workflows=%zu)",
                            entry_count((workflow_registry *)self));
}

/* ---- tables ---------------------------------------------------------------------------------- */

#define NAME_PARAM {.name = "name", .kind = KL_KIND_STRING, .doc = "name of the workflow"}

static const kl_param register_params[] = {
    NAME_PARAM,
    {.name = "workflow", .kind = KL_KIND_OBJECT, .type = &kl_workflow_type,
     .doc = "a built workflow"},
    {.name = "description", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "what it is for; None = nothing is said"},
};
static const kl_param name_params[] = {NAME_PARAM};
static const kl_param execute_params[] = {
    NAME_PARAM,
    {.name = "runtime", .kind = KL_KIND_OBJECT, .type = &kl_runtime_type,
     .doc = "the runtime that executes it"},
    {.name = "inputs", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "workflow inputs; None = none"},
};

static const kl_method methods[] = {
    {.name = "register", .call = call_register, .params = KL_TABLE(register_params),
     .returns = KL_KIND_NONE, .raises = "RuntimeError",
     .doc = "Adds a workflow. RuntimeError when the name is taken."},
    {.name = "get", .call = call_get, .params = KL_TABLE(name_params), .returns = KL_KIND_MAP,
     .returns_optional = true,
     .doc = "What is known of a workflow, or None: name, description, registered_at (UTC, RFC "
            "3339), node_count."},
    {.name = "list", .call = call_list, .returns = KL_KIND_ARRAY, .item = KL_KIND_STRING,
     .doc = "Names of all workflows, sorted."},
    {.name = "contains", .call = call_contains, .params = KL_TABLE(name_params),
     .returns = KL_KIND_BOOL, .doc = "Whether a workflow of that name is registered."},
    {.name = "count", .call = call_count, .returns = KL_KIND_INT, .doc = "Number of workflows."},
    {.name = "__len__", .call = call_count, .returns = KL_KIND_INT, .doc = "Number of workflows."},
    {.name = "remove", .call = call_remove, .params = KL_TABLE(name_params),
     .returns = KL_KIND_NONE, .raises = "RuntimeError",
     .doc = "Takes a workflow out; runs under way go on. RuntimeError when there is none of that "
            "name."},
    {.name = "execute", .call = call_execute, .params = KL_TABLE(execute_params),
     .returns = KL_KIND_MAP, .flags = KL_BLOCKING, .raises = "RuntimeError",
     .doc = "Runs a workflow on a runtime and gives its result dict. RuntimeError when there is "
            "none of that name, or the run fails."},
};

const kl_type kl_workflow_registry_type = {
    .name = "WorkflowRegistry",
    .module = "kailash",
    .doc = "Built workflows by name. Threads may share it.",
    .size = sizeof(workflow_registry),
    .methods = KL_TABLE(methods),
    .init = registry_init,
    .dispose = registry_dispose,
    .repr = registry_repr,
};
KL_PUBLISH(kl_workflow_registry_type);
