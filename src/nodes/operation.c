/* src/nodes/operation.c - see operation.h. */
#include "operation.h"
#include "stopping.h"
#include "array.h"
#include "host.h"

#include <stdio.h>

/* ---- parameters ------------------------------------------------------------------------------ */

static bool is_of_kind(const kl_param *param, kl_value value)
{
    kl_param bare = {
        .name = param->name, .kind = param->kind, .flags = param->flags, .type = param->type};
    if (param->kind == KL_KIND_COUNT)
        bare.kind = KL_KIND_INT;
    return kl_param_fits(&bare, value);
}

/* The right kind, but out of range: say the range and the value. */
static kl_status refuse_range(const kl_param *param, kl_value value, kl_error *error)
{
    kl_value words;
    KL_TRY(kl_param_expectation(&words, param, error));
    kl_node_bad_value(error, param->name, kl_as_text(words).data, value);
    kl_value_release(words);
    return KL_FAILED;
}

static kl_status check_items(const kl_param *param, kl_value array, kl_error *error)
{
    kl_param item = {.name = param->name, .kind = param->item};
    bool numbers = param->item == KL_KIND_NUMBER;
    if (numbers && kl_array_known(array))
        return KL_OK;
    for (size_t i = 0, count = kl_array_len(array); i < count; i++) {
        kl_value each = kl_array_at(array, i);
        if ((numbers && kl_is_number(each)) || kl_param_fits(&item, each))
            continue;
        char place[128];
        snprintf(place, sizeof place, "%s[%zu]", param->name, i);
        return kl_node_bad(error, place, "expected %s, got %s", kl_kind_name(param->item),
                           kl_value_kind_name(each));
    }
    return KL_OK;
}

kl_status kl_operation_check(const kl_param *param, kl_value value, kl_error *error)
{
    bool is_enum = param->kind == KL_KIND_ENUM;
    if (!is_enum && !is_of_kind(param, value))
        return kl_node_bad(error, param->name, "expected %s, got %s",
                           kl_kind_name(param->kind == KL_KIND_COUNT ? KL_KIND_INT : param->kind),
                           kl_value_kind_name(value));
    if (param->kind == KL_KIND_ARRAY && param->item != KL_KIND_NULL)
        return check_items(param, value, error);
    return kl_param_fits(param, value) ? KL_OK : refuse_range(param, value, error);
}

static kl_status read_args(kl_value *args, const kl_operation *operation, kl_value inputs,
                           kl_error *error)
{
    for (size_t i = 0; i < operation->param_count; i++) {
        const kl_param *param = &operation->params[i];
        const kl_value *given = kl_map_find(inputs, kl_text_from(param->name));
        if (!given && kl_param_required(param))
            return kl_node_missing(error, param->name);
        args[i] = given ? *given : kl_param_default(param);
        if (given)
            KL_TRY(kl_operation_check(param, *given, error));
    }
    return KL_OK;
}

/* ---- running --------------------------------------------------------------------------------- */

/* Items and pieces of text that the operation looks at. */
static size_t size_of_work(const kl_value *args, size_t count)
{
    size_t size = 0;
    for (size_t i = 0; i < count; i++)
        size += kl_is(args[i], KL_KIND_STRING) ? kl_value_len(args[i]) / 16 : kl_value_len(args[i]);
    return size;
}

static const kl_operation *find(const kl_operation *operations, size_t count, kl_text name)
{
    for (size_t i = 0; i < count; i++)
        if (kl_text_is(name, operations[i].name))
            return &operations[i];
    return NULL;
}

kl_status kl_operation_run(kl_value *out, const kl_operation *operations, size_t count,
                           kl_node_call *call, kl_error *error)
{
    kl_value args[KL_OPERATION_PARAMS_MAX], result = kl_null();
    const kl_operation *operation = find(operations, count, kl_as_text(call->args[0]));
    if (!operation || operation->param_count > KL_OPERATION_PARAMS_MAX)
        return kl_node_bad_value(error, "operation", "operation of this node", call->args[0]);
    void *token =
        kl_node_long_begin(size_of_work(kl_map_values(call->inputs), kl_map_len(call->inputs)));
    kl_status status = read_args(args, operation, call->inputs, error);
    if (status == KL_OK)
        status = operation->run(&result, args, call, error);
    kl_node_long_end(token);
    return status == KL_OK ? kl_node_result(out, "result", result, error) : status;
}

/* ---- long work ------------------------------------------------------------------------------- */

/* Shared lists within lists can make small inputs endless work; nothing honest takes as many. */
#define STEPS_MAX ((uint64_t)2000000000)

kl_work kl_node_work(const kl_node_call *call)
{
    return (kl_work){.is_stopped = kl_node_is_stopped, .data = call->run, .limit = STEPS_MAX};
}

/* About a millisecond of work; letting the lock go and taking it back costs a thousandth of that.
 */
enum { LONG_FROM = 20000 };

void *kl_node_long_begin(size_t size) { return size >= LONG_FROM ? kl_blocking_begin() : NULL; }

void kl_node_long_end(void *token)
{
    if (token)
        kl_blocking_end(token);
}

kl_status kl_node_list_push(kl_value *list, kl_value item, kl_error *error)
{
    if (kl_array_len(*list) < KL_NODE_LIST_MAX)
        return kl_array_push(list, item, error);
    kl_value_release(item);
    return kl_node_limit(error, "list_size", KL_NODE_LIST_MAX, "items");
}
