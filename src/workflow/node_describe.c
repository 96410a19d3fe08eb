/* src/workflow/node_describe.c - node types as maps, for `kailash nodes` and the reference. */
#include "kailash/node.h"
#include "reflect/describe.h"

static void describe_flags(kl_description *to, const kl_node_type *type)
{
    kl_describe_bool(to, "blocking", type->flags & KL_NODE_BLOCKING);
    kl_describe_bool(to, "heavy", type->flags & KL_NODE_HEAVY);
    kl_describe_bool(to, "strict", type->flags & KL_NODE_STRICT);
    kl_describe_bool(to, "open", type->flags & KL_NODE_OPEN);
}

kl_status kl_node_type_describe(kl_value *out, const kl_node_type *type, kl_error *error)
{
    const kl_node_type *row = type->alias_of ? kl_node_type_find(kl_text_from(type->alias_of)) : type;
    if (!row)
        return kl_error_set(error, KL_NOT_FOUND, "node type %s stands for %s, which does not exist",
                            type->name, type->alias_of);
    kl_description to = kl_description_start(12, error);
    kl_describe_text(&to, "name", type->name);
    kl_describe_text(&to, "alias_of", type->alias_of);
    kl_describe_text(&to, "category", row->category);
    kl_describe_text(&to, "doc", row->doc);
    kl_describe_params(&to, "inputs", row->inputs, row->input_count, 0);
    kl_describe_params(&to, "config", row->config, row->config_count, 0);
    kl_describe_params(&to, "outputs", row->outputs, row->output_count, 0);
    describe_flags(&to, row);
    return kl_description_end(out, &to);
}
