/* src/nodes/build_map.c - see build_map.h. */
#include "build_map.h"

#include <stdarg.h>
#include <stdio.h>

kl_build kl_build_of(kl_value map, kl_error *error)
{
    return (kl_build){.map = map, .status = KL_OK, .error = error};
}

kl_build kl_build_begin(size_t capacity, kl_error *error)
{
    kl_build build = kl_build_of(kl_null(), error);
    build.status = kl_map_new(&build.map, capacity ? capacity : 8, error);
    return build;
}

static void settle(kl_build *build, kl_status status)
{
    build->status = status;
    if (status != KL_OK)
        kl_value_release(kl_value_take(&build->map));
}

void kl_build_put(kl_build *build, const char *key, kl_value item)
{
    if (build->status == KL_OK)
        settle(build, kl_map_set(&build->map, kl_text_from(key), item, build->error));
    else
        kl_value_release(item);
}

void kl_build_share(kl_build *build, const char *key, kl_value item)
{
    kl_build_put(build, key, kl_value_retain(item));
}

void kl_build_given(kl_build *build, const char *key, kl_status status, kl_value item)
{
    if (status == KL_OK)
        kl_build_put(build, key, item);
    else if (build->status == KL_OK)
        settle(build, status);
}

void kl_build_text(kl_build *build, const char *key, kl_text text)
{
    kl_value item = kl_null();
    if (build->status == KL_OK)
        kl_build_given(build, key, kl_string_new(&item, text, build->error), item);
}

void kl_build_string(kl_build *build, const char *key, const char *text)
{
    kl_build_text(build, key, kl_text_from(text));
}

void kl_build_int(kl_build *build, const char *key, int64_t integer)
{
    kl_build_put(build, key, kl_int(integer));
}

void kl_build_double(kl_build *build, const char *key, double real)
{
    kl_build_put(build, key, kl_double(real));
}

void kl_build_bool(kl_build *build, const char *key, bool boolean)
{
    kl_build_put(build, key, kl_bool(boolean));
}

void kl_build_null(kl_build *build, const char *key) { kl_build_put(build, key, kl_null()); }

static kl_status format_text(kl_value *out, const char *format, va_list arguments, kl_error *error)
{
    va_list again;
    va_copy(again, arguments);
    int len = vsnprintf(NULL, 0, format, again);
    va_end(again);
    char *text = len < 0 ? NULL : kl_alloc((size_t)len + 1);
    if (!text)
        return kl_error_no_memory(error);
    vsnprintf(text, (size_t)len + 1, format, arguments);
    kl_status status = kl_string_repair(out, (kl_text){text, (size_t)len}, error);
    kl_free(text);
    return status;
}

void kl_build_format(kl_build *build, const char *key, const char *format, ...)
{
    kl_value text = kl_null();
    va_list arguments;
    if (build->status != KL_OK)
        return;
    va_start(arguments, format);
    kl_status status = format_text(&text, format, arguments, build->error);
    va_end(arguments);
    kl_build_given(build, key, status, text);
}

void kl_build_list(kl_build *build, const char *key)
{
    kl_value list = kl_null();
    if (build->status == KL_OK)
        kl_build_given(build, key, kl_array_new(&list, 0, build->error), list);
}

void kl_build_merge(kl_build *build, kl_value map)
{
    if (build->status == KL_OK)
        settle(build, kl_map_merge(&build->map, map, build->error));
}

kl_status kl_build_end(kl_value *out, kl_build *build)
{
    if (build->status == KL_OK)
        *out = kl_value_take(&build->map);
    kl_value_release(kl_value_take(&build->map)); /* of a failure that the caller has noted itself */
    return build->status;
}

kl_status kl_list_format(kl_value *list, kl_error *error, const char *format, ...)
{
    kl_value text;
    va_list arguments;
    va_start(arguments, format);
    kl_status status = format_text(&text, format, arguments, error);
    va_end(arguments);
    return status == KL_OK ? kl_array_push(list, text, error) : status;
}
