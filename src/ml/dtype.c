/* src/ml/dtype.c - see dtype.h. */
#include "dtype.h"

#include "kailash/data.h"

#include <math.h>
#include <stdio.h>

static const struct {
    const char *word;
    char format;
} words[] = {
    {"float64", 'd'}, {"float32", 'f'}, {"int64", 'q'}, /* as they are called in messages */
    {"float", 'd'},   {"double", 'd'},  {"f8", 'd'},    {"d", 'd'},  {"single", 'f'},
    {"f4", 'f'},      {"f", 'f'},       {"int", 'q'},   {"i8", 'q'}, {"longlong", 'q'},
};

static const char *name_of(char format)
{
    size_t i = 0;
    while (words[i].format != format)
        i++;
    return words[i].word;
}

static kl_status refuse(kl_value given, const char *allowed, kl_error *error)
{
    char expected[64];
    size_t len = 0;
    for (const char *at = allowed; *at; at++)
        len += (size_t)snprintf(expected + len, sizeof expected - len, "%s'%s'",
                                at == allowed ? "" : at[1] ? ", " : " or ", name_of(*at));
    return kl_bad_parameter(error, "dtype", expected, given);
}

/* The name of numpy.float32 or of numpy.dtype("float32"); of others null. Given. */
static kl_value name_of_class(kl_value dtype)
{
    static const char *const attributes[] = {"__name__", "name"};
    kl_error ignored = KL_ERROR_INIT;
    kl_value name = kl_null();
    for (size_t i = 0; i < KL_COUNT(attributes) && kl_as_foreign(dtype); i++) {
        if (kl_foreign_get(&name, dtype, attributes[i], &ignored) == KL_OK && kl_is(name, KL_KIND_STRING))
            return name;
        kl_value_release(kl_value_take(&name));
        kl_error_clear(&ignored);
    }
    return kl_value_retain(dtype);
}

char kl_dtype_format(kl_value name)
{
    for (size_t i = 0; i < KL_COUNT(words); i++)
        if (kl_is(name, KL_KIND_STRING) && kl_text_is(kl_as_text(name), words[i].word))
            return words[i].format;
    return '\0';
}

kl_status kl_dtype_check(kl_value *dtype, const char *allowed, kl_error *error)
{
    kl_value name = name_of_class(*dtype);
    char format = kl_dtype_format(name);
    kl_value_release(name);
    if (format == '\0' || !strchr(allowed, format))
        return refuse(*dtype, allowed, error);
    if (kl_is(*dtype, KL_KIND_STRING))
        return KL_OK;
    KL_TRY(kl_string_new(&name, kl_text_from(name_of(format)), error));
    kl_value_replace(dtype, name);
    return KL_OK;
}

static kl_status fill(void *to, char format, const double *from, size_t count, kl_error *error)
{
    for (size_t i = 0; i < count && format == KL_DTYPE_FLOAT; i++)
        ((float *)to)[i] = (float)from[i];
    for (size_t i = 0; i < count && format == KL_DTYPE_INT; i++) {
        if (!(fabs(from[i]) < 0x1p63))
            return kl_bad_input(error, "dtype: %.15g is no int64; ask for 'float64'", from[i]);
        ((int64_t *)to)[i] = (int64_t)from[i];
    }
    return KL_OK;
}

kl_status kl_dtype_apply(kl_value *array, char format, kl_error *error)
{
    const kl_array_view *view = kl_as_array_view(*array);
    kl_value made;
    if (format == KL_DTYPE_DOUBLE)
        return KL_OK;
    if (!view)
        return kl_bad_input(error, "dtype: a sparse matrix has numbers of float64; ask for '%s' with dense output",
                            name_of(format));
    KL_TRY(kl_array_view_new(&made, format, view->layout.ndim, view->shape, error));
    kl_status status = fill(kl_as_array_view(made)->layout.data, format, kl_doubles(*array), kl_array_view_count(view), error);
    if (status == KL_OK)
        kl_value_replace(array, made);
    else
        kl_value_release(made);
    return status;
}
