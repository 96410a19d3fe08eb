/* src/ml/fault.c - what is said when data or parameters cannot be learned from. */
#include "input.h"

#include "base/buffer.h"
#include "base/host.h"

#include <stdarg.h>
#include <stdio.h>

static kl_status ml_error(kl_error *error, const char *type)
{
    if (error)
        error->type = type;
    return KL_FAILED;
}

static kl_status say(kl_error *error, const char *before, const char *format, va_list list)
{
    char message[768];
    vsnprintf(message, sizeof message, format, list);
    kl_error_set(error, KL_FAILED, "%s%s", before, message);
    return ml_error(error, "MlError");
}

kl_status kl_bad_input(kl_error *error, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    kl_status status = say(error, "invalid input: ", format, list);
    va_end(list);
    return status;
}

/* A value in a few words. */
static void describe(char *to, size_t size, kl_value value)
{
    switch (kl_value_kind(value)) {
    case KL_KIND_STRING:
        snprintf(to, size, "'%.60s'", kl_as_text(value).data);
        break;
    case KL_KIND_DOUBLE:
        snprintf(to, size, "%.15g", kl_as_double(value));
        break;
    case KL_KIND_INT:
        snprintf(to, size, "%lld", (long long)kl_as_int(value));
        break;
    case KL_KIND_BOOL:
        snprintf(to, size, "%s", kl_as_bool(value) ? "True" : "False");
        break;
    case KL_KIND_NULL:
        snprintf(to, size, "None");
        break;
    default:
        snprintf(to, size, "%s", kl_is(value, KL_KIND_OBJECT) ? value.as.object->type->name
                                                              : kl_value_kind_name(value));
    }
}

kl_status kl_bad_parameter(kl_error *error, const char *name, const char *expected, kl_value got)
{
    char words[96];
    describe(words, sizeof words, got);
    kl_error_set(error, KL_FAILED, "invalid parameter `%s`: expected %s, got %s", name, expected,
                 words);
    return ml_error(error, "MlError");
}

kl_status kl_bad_dimension(kl_error *error, const char *what, size_t expected, size_t got)
{
    kl_error_set(error, KL_FAILED, "dimension mismatch: expected %zu %s, got %zu %s", expected, what,
                 got, what);
    return ml_error(error, "MlError");
}

kl_status kl_not_fitted(kl_error *error, const char *name)
{
    kl_error_set(error, KL_STATE, "%s is not fitted yet -- call fit() first", name);
    ml_error(error, "NotFittedError");
    return KL_STATE;
}

kl_status kl_warn_convergence(kl_error *error, const char *format, ...)
{
    char message[512];
    va_list list;
    va_start(list, format);
    vsnprintf(message, sizeof message, format, list);
    va_end(list);
    return kl_host_warn_as("ConvergenceWarning", message, error);
}

kl_status kl_warn(kl_error *error, const char *format, ...)
{
    char message[512];
    va_list list;
    va_start(list, format);
    vsnprintf(message, sizeof message, format, list);
    va_end(list);
    return kl_host_warn(message, error);
}
