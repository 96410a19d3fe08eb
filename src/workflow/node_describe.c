/* src/workflow/node_describe.c - node types as maps, for the reference and `kailash describe`. */
#include "kailash/node.h"
#include "reflect/describe.h"

static void describe_aliases(kl_description *to, const kl_node_type *type)
{
    kl_value list = kl_null();
    if (to->status == KL_OK)
        to->status = kl_array_new(&list, 0, to->error);
    for (size_t i = 0, count = kl_node_type_count(); i < count && to->status == KL_OK; i++) {
        const kl_node_type *other = kl_node_type_at(i);
        if (other->alias_of && strcmp(other->alias_of, type->name) == 0)
            to->status = kl_array_push_text(&list, kl_text_from(other->name), to->error);
    }
    kl_describe_value(to, "aliases", list);
}

/* An alias is described as the type it stands for. */
static const kl_node_type *resolve(const kl_node_type *type)
{
    const kl_node_type *meant =
        type->alias_of ? kl_node_type_find(kl_text_from(type->alias_of)) : NULL;
    return meant ? meant : type;
}

kl_status kl_node_describe(kl_value *out, const kl_node_type *type, kl_error *error)
{
    kl_description to = kl_description_start(12, error);
    type = resolve(type);
    kl_describe_text(&to, "name", type->name);
    kl_describe_text(&to, "kind", "node");
    kl_describe_text(&to, "category", type->category);
    describe_aliases(&to, type);
    kl_describe_text(&to, "doc", type->doc);
    kl_describe_params(&to, "inputs", type->inputs, type->input_count, 0);
    kl_describe_params(&to, "config", type->config, type->config_count, 0);
    kl_describe_params(&to, "outputs", type->outputs, type->output_count, 0);
    kl_describe_bool(&to, "blocking", type->flags & KL_NODE_BLOCKING);
    kl_describe_bool(&to, "heavy", type->flags & KL_NODE_HEAVY);
    kl_describe_bool(&to, "strict", type->flags & KL_NODE_STRICT);
    kl_describe_bool(&to, "open", type->flags & KL_NODE_OPEN);
    return kl_description_end(out, &to);
}
