/* src/workflow/invoke.c - checks a node's inputs against its row and calls it. */
#include "invoke.h"

static kl_status refuse(const kl_param *param, kl_value value, kl_error *error)
{
    kl_value words;
    KL_TRY(kl_param_expectation(&words, param, error));
    kl_text text = kl_as_text(words);
    char expected[1024];
    size_t len = KL_MIN(text.len, sizeof expected - 1);
    memcpy(expected, text.data, len);
    expected[len] = '\0';
    kl_value_release(words);
    if (param->flags & KL_SECRET)
        return kl_node_bad(error, param->name, "expected %s, got %s", expected,
                           kl_value_kind_name(value));
    return kl_node_bad_value(error, param->name, expected, value);
}

static kl_status check_one(kl_value *arg, const kl_param *param, kl_value inputs, kl_error *error)
{
    const kl_value *given = kl_map_find(inputs, kl_text_from(param->name));
    if (!given)
        return kl_param_required(param) ? kl_node_missing(error, param->name)
                                        : kl_param_read_default(arg, param, error);
    *arg = *given;
    return kl_param_fits(param, *given) ? KL_OK : refuse(param, *given, error);
}

kl_status kl_node_check(kl_value *args, const kl_node_call *call, kl_error *error)
{
    const kl_node_type *type = call->type;
    for (size_t i = 0; i < type->input_count; i++)
        KL_TRY(check_one(args++, &type->inputs[i], call->inputs, error));
    for (size_t i = 0; i < type->config_count; i++)
        KL_TRY(check_one(args++, &type->config[i], call->inputs, error));
    return KL_OK;
}

static const kl_param *find_param(const kl_node_type *type, kl_text name)
{
    for (size_t i = 0; i < type->input_count; i++)
        if (kl_text_is(name, type->inputs[i].name))
            return &type->inputs[i];
    for (size_t i = 0; i < type->config_count; i++)
        if (kl_text_is(name, type->config[i].name))
            return &type->config[i];
    return NULL;
}

static kl_status check_setting(const kl_node_type *type, kl_text name, kl_value value,
                               kl_error *error)
{
    const kl_param *param = find_param(type, name);
    if (!param && (type->flags & KL_NODE_STRICT))
        return kl_error_set(error, KL_INVALID, "unknown key '%.*s'", KL_TEXT_ARG(name));
    bool is_config = type->config_count && param >= type->config &&
                     param < type->config + type->config_count;
    if (!param || !is_config || kl_param_fits(param, value))
        return KL_OK; /* inputs that stand in the config are checked when the node runs */
    kl_error why = KL_ERROR_INIT;
    refuse(param, value, &why);
    const char *message = kl_error_message(&why);
    const char *expected = strstr(message, "expected ");
    kl_status status = kl_error_set(error, KL_INVALID, "%s: %s", param->name,
                                    expected ? expected : message);
    kl_error_clear(&why);
    return status;
}

kl_status kl_node_check_config(const kl_node_type *type, kl_value config, kl_error *error)
{
    for (size_t i = 0, len = kl_map_len(config); i < len; i++)
        KL_TRY(check_setting(type, kl_map_key_at(config, i), kl_map_value_at(config, i), error));
    return KL_OK;
}

kl_status kl_node_prepare(void **state, const kl_node_type *type, kl_value config,
                          kl_registry *registry, kl_error *error)
{
    KL_TRY(kl_node_check_config(type, config, error));
    if (type->prepare_with)
        return type->prepare_with(state, config, registry, error);
    return type->prepare ? type->prepare(state, config, error) : KL_OK;
}

/* Rows that were registered, with the ports of a callback or the fields of a model, may be wide. */
kl_status kl_node_invoke(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_value few[KL_NODE_ARGS_MAX], *args = few;
    size_t count = call->type->input_count + call->type->config_count;
    kl_status status = KL_OK;
    if (count > KL_NODE_ARGS_MAX && !(args = kl_alloc(count * sizeof *args)))
        return kl_error_no_memory(error);
    if (count)
        status = kl_node_check(args, call, error);
    call->args = args;
    *out = kl_null();
    if (status == KL_OK)
        status = call->type->run(out, call, error);
    call->args = NULL;
    if (args != few)
        kl_free(args);
    return status;
}

kl_status kl_node_run_alone(kl_value *out, const kl_node_type *type, kl_value config,
                            kl_value inputs, kl_error *error)
{
    kl_value merged;
    void *state = NULL;
    kl_status status;
    KL_TRY(kl_map_new(&merged, 8, error));
    KL_TRY_OUT(kl_map_merge(&merged, config, error));
    KL_TRY_OUT(kl_map_merge(&merged, inputs, error));
    KL_TRY_OUT(kl_node_prepare(&state, type, config, NULL, error));
    kl_node_call call = {.type = type, .inputs = merged, .state = state, .node_id = type->name};
    status = kl_node_invoke(out, &call, error);
    if (state && type->dispose)
        type->dispose(state);
out:
    kl_value_release(merged);
    return status;
}
