/* src/nodes/choice.c - see choice.h. */
#include "choice.h"

const char *kl_node_arg_name(const kl_node_type *type, size_t index)
{
    return index < type->input_count ? type->inputs[index].name
                                     : type->config[index - type->input_count].name;
}

static kl_status check_needs(const kl_choice *row, const kl_node_call *call, kl_error *error)
{
    size_t count = call->type->input_count + call->type->config_count;
    for (size_t i = 0; i < count; i++)
        if ((row->needs >> i & 1) && kl_is_null(call->args[i]))
            return kl_node_missing(error, kl_node_arg_name(call->type, i));
    return KL_OK;
}

kl_status kl_choice_run(kl_value *out, const kl_choice *rows, size_t count, kl_value word,
                        kl_node_call *call, kl_error *error)
{
    for (size_t i = 0; i < count; i++) {
        if (!kl_text_is(kl_as_text(word), rows[i].word))
            continue;
        KL_TRY(check_needs(&rows[i], call, error));
        return rows[i].run(out, call, error);
    }
    return kl_node_bad_value(error, "operation", "operation of this node", word);
}
