/* src/reflect/callable.c - callables as values. */
#include "kailash/type.h"

static void callable_dispose(kl_object *object)
{
    kl_callable *callable = (kl_callable *)object;
    if (callable->end)
        callable->end(callable);
}

const kl_type kl_callable_type = {
    .name = "Callable",
    .module = "kailash._kailash",
    .doc = "A function of C or Python held by the library.",
    .size = sizeof(kl_callable),
    .flags = KL_TYPE_NO_INIT,
    .dispose = callable_dispose,
};

kl_status kl_callable_new(kl_value *out,
                          kl_status (*call)(kl_value *out, kl_callable *self, const kl_value *args,
                                            size_t count, kl_error *error),
                          void (*end)(kl_callable *self), void *data, kl_error *error)
{
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, &kl_callable_type, error));
    kl_callable *callable = (kl_callable *)object;
    callable->call = call;
    callable->end = end;
    callable->data = data;
    *out = kl_value_of(object);
    return KL_OK;
}

kl_status kl_call_value(kl_value *out, kl_value callable, const kl_value *args, size_t count,
                        kl_error *error)
{
    kl_callable *target = kl_as_object(callable, &kl_callable_type);
    if (!target)
        return kl_error_set(error, KL_TYPE, "expected callable, got %s",
                            kl_value_kind_name(callable));
    *out = kl_null();
    return target->call(out, target, args, count, error);
}

kl_status kl_call_named(kl_value *out, kl_value callable, const kl_value *args, size_t count,
                        kl_value named, kl_error *error)
{
    kl_callable *target = kl_as_object(callable, &kl_callable_type);
    if (!target || kl_map_len(named) == 0)
        return kl_call_value(out, callable, args, count, error);
    if (!target->call_named)
        return kl_error_set(error, KL_TYPE, "the callable takes no arguments by name");
    *out = kl_null();
    return target->call_named(out, target, args, count, named, error);
}
