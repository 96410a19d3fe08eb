/* src/ml/callable.c - see callable.h. */
#include "callable.h"

#include "kailash/data.h"

bool kl_is_callable(kl_value value)
{
    return kl_as_object(value, &kl_callable_type) || (kl_as_foreign(value) && kl_foreign_has(value, "__call__"));
}

kl_status kl_call_given(kl_value *out, kl_value callable, const kl_value *args, size_t count, kl_value named,
                        kl_error *error)
{
    if (kl_as_foreign(callable))
        return kl_foreign_call(out, callable, "__call__", args, count, named, error);
    return kl_call_named(out, callable, args, count, named, error);
}
