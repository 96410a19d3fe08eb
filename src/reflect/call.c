/* src/reflect/call.c - calling methods by name, with their arguments checked by the table. */
#include "kailash/type.h"

const kl_method *kl_type_method(const kl_type *type, kl_text name)
{
    for (; type; type = type->base)
        for (size_t i = 0; i < type->method_count; i++)
            if (kl_text_is(name, type->methods[i].name))
                return &type->methods[i];
    return NULL;
}

bool kl_object_has(const kl_object *object, const kl_method *method)
{
    const kl_type *level = object->type;
    while (level->base && !level->lacks)
        level = level->base;
    return !level->lacks || !level->lacks(object, method);
}

/* Argument `index`, converted; given. */
static kl_status argument(kl_value *out, const kl_method *method, size_t index,
                          const kl_value *args, size_t count, kl_error *error)
{
    const kl_param *param = &method->params[index];
    if (index < count)
        return kl_param_convert(out, param, args[index], error);
    if (kl_param_required(param))
        return kl_error_set(error, KL_TYPE, "%s() misses the argument '%s'", method->name,
                            param->name);
    KL_TRY(kl_param_read_default(out, param, error));
    kl_value_retain(*out);
    return KL_OK;
}

static kl_status call(kl_value *out, const kl_method *method, kl_object *self, const kl_value *args,
                      size_t count, kl_error *error)
{
    kl_value checked[KL_PARAMS_MAX], result = kl_null();
    kl_status status = KL_OK;
    size_t made = 0;
    if (count > method->param_count)
        return kl_error_set(error, KL_TYPE, "%s() takes at most %zu arguments, got %zu",
                            method->name, method->param_count, count);
    for (; made < method->param_count; made++)
        KL_TRY_OUT(argument(&checked[made], method, made, args, count, error));
    status = method->gives ? kl_item_at(&result, method->returns_type,
                                        (size_t)(method->gives - method->returns_type->items), error)
                           : method->call(&result, self, checked, error);
    if (status == KL_OK)
        *out = result;
out:
    while (made)
        kl_value_release(checked[--made]);
    return status;
}

/* By name: of the table, or of an item, made in `room`. */
static const kl_method *find(kl_method *room, const kl_type *type, kl_text name)
{
    const kl_method *method = kl_type_method(type, name);
    for (size_t i = 0; !method && i < type->item_count; i++)
        if (kl_item_method(room, type, i) && kl_text_is(name, room->name))
            method = room;
    return method;
}

kl_status kl_object_call(kl_value *out, kl_object *self, kl_text name, const kl_value *args,
                         size_t count, kl_error *error)
{
    kl_method room;
    const kl_method *method = find(&room, self->type, name);
    if (!method)
        return kl_error_set(error, KL_ATTRIBUTE, "%s has no method '%.*s'", self->type->name,
                            KL_TEXT_ARG(name));
    return call(out, method, method->flags & KL_STATIC ? NULL : self, args, count, error);
}

kl_status kl_type_call(kl_value *out, const kl_type *type, kl_text name, const kl_value *args,
                       size_t count, kl_error *error)
{
    kl_method room;
    const kl_method *method = find(&room, type, name);
    if (!method || !(method->flags & KL_STATIC))
        return kl_error_set(error, KL_ATTRIBUTE, "%s has no static method '%.*s'", type->name,
                            KL_TEXT_ARG(name));
    return call(out, method, NULL, args, count, error);
}

kl_status kl_function_call(kl_value *out, kl_text name, const char *module, const kl_value *args,
                           size_t count, kl_error *error)
{
    for (size_t i = 0; i < kl_function_count(); i++) {
        const kl_function *function = kl_function_at(i);
        if (kl_text_is(name, function->method.name) &&
            (!module || strcmp(module, function->module) == 0))
            return call(out, &function->method, NULL, args, count, error);
    }
    return kl_error_set(error, KL_ATTRIBUTE, "there is no function '%.*s'", KL_TEXT_ARG(name));
}
