/* src/reflect/view_numbers.c - see view_numbers.h. */
#include "view_numbers.h"

static bool is_real(char format) { return format == 'f' || format == 'd'; }

static int64_t integer_at(const void *at, char format)
{
    switch (format) {
    case 'b':
        return *(const int8_t *)at;
    case 'h':
        return *(const int16_t *)at;
    case 'i':
        return *(const int32_t *)at;
    case 'q':
        return *(const int64_t *)at;
    case 'B':
    case '?':
        return *(const uint8_t *)at;
    case 'H':
        return *(const uint16_t *)at;
    case 'I':
        return *(const uint32_t *)at;
    default: /* 'Q' */
        return (int64_t)*(const uint64_t *)at;
    }
}

static double real_at(const void *at, char format)
{
    if (format == 'd')
        return *(const double *)at;
    if (format == 'f')
        return (double)*(const float *)at;
    return format == 'Q' ? (double)*(const uint64_t *)at : (double)integer_at(at, format);
}

static kl_status check(const kl_array_view *view, kl_value given, const char *name, char format,
                       kl_error *error)
{
    if (!view)
        return kl_error_set(error, KL_TYPE, "%s: expected an array of numbers, got %s", name,
                            kl_value_kind_name(given));
    KL_TRY(kl_array_view_require(view, name, NULL, 1, error));
    if (format == 'q' && is_real(view->layout.format) && view->shape[0] > 0) /* an empty list has no kind */
        return kl_error_set(error, KL_TYPE, "%s: expected integers, got %s", name,
                            kl_format_name(view->layout.format));
    return KL_OK;
}

kl_status kl_view_convert(kl_value *out, kl_value given, const char *name, char format,
                          kl_error *error)
{
    const kl_array_view *view = kl_as_array_view(given);
    kl_value made;
    KL_TRY(check(view, given, name, format, error));
    if (view->layout.format == format && kl_array_view_is_contiguous(view)) {
        *out = kl_value_retain(given);
        return KL_OK;
    }
    KL_TRY(kl_array_view_new(&made, format, 1, view->shape, error));
    void *to = kl_as_array_view(made)->layout.data;
    for (int64_t i = 0; i < view->shape[0]; i++) {
        const void *at = kl_array_view_at(view, &i);
        if (format == 'd')
            ((double *)to)[i] = real_at(at, view->layout.format);
        else
            ((int64_t *)to)[i] = integer_at(at, view->layout.format);
    }
    *out = made;
    return KL_OK;
}
