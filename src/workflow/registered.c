/* src/workflow/registered.c - see registered.h. */
#include "registered.h"
#include "engine.h"
#include "run.h"

static const custom_type *custom_of(const kl_node_type *row)
{
    return (const custom_type *)((const char *)row - offsetof(custom_type, row));
}

kl_object *kl_node_owner(const kl_node_call *call) { return custom_of(call->type)->owner; }

kl_object *kl_registry_owner(kl_registry *registry, kl_text name)
{
    custom_type *custom;
    kl_registry_find(&custom, registry, name);
    kl_object *owner = custom ? kl_object_retain(custom->owner) : NULL;
    if (custom)
        kl_object_release(&custom->object);
    return owner;
}

kl_status kl_registry_add_type(kl_registry *registry, const kl_node_type *row, kl_object *owner,
                               kl_error *error)
{
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, &kl_custom_type_type, error));
    custom_type *custom = (custom_type *)object;
    custom->owner = kl_object_retain(owner);
    custom->row = *row;
    kl_status status = kl_string_new(&custom->name, kl_text_from(row->name), error);
    if (status == KL_OK)
        status = kl_registry_add_custom(registry, custom, "register node type", error);
    kl_object_release(object);
    return status;
}

kl_value kl_run_given_inputs(const kl_run *run)
{
    while (run && run->parent)
        run = run->parent;
    return run ? run->inputs : kl_null();
}
