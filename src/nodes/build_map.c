/* src/nodes/build_map.c - see build_map.h. */
#include "build_map.h"
#include "buffer.h"

#include <stdarg.h>
#include <stdio.h>

kl_build kl_build_begin(size_t capacity, kl_error *error)
{
    kl_build build = {.map = kl_null(), .error = error};
    build.status = kl_map_new(&build.map, capacity, error);
    return build;
}

void kl_build_put(kl_build *build, const char *key, kl_value item)
{
    if (build->status == KL_OK)
        build->status = kl_map_set(&build->map, kl_text_from(key), item, build->error);
    else
        kl_value_release(item);
}

void kl_build_share(kl_build *build, const char *key, kl_value item)
{
    kl_build_put(build, key, kl_value_retain(item));
}

void kl_build_text(kl_build *build, const char *key, kl_text text)
{
    if (build->status == KL_OK)
        build->status = kl_map_set_text(&build->map, kl_text_from(key), text, build->error);
}

static kl_status format_text(kl_value *out, const char *format, va_list arguments, kl_error *error)
{
    va_list again;
    kl_buffer text = KL_BUFFER_INIT;
    va_copy(again, arguments);
    int len = vsnprintf(NULL, 0, format, again);
    va_end(again);
    char *room = kl_buffer_room(&text, (size_t)len + 1);
    if (room) {
        vsnprintf(room, (size_t)len + 1, format, arguments);
        text.len = (size_t)len;
    }
    return kl_buffer_finish(out, &text, error);
}

void kl_build_format(kl_build *build, const char *key, const char *format, ...)
{
    kl_value text;
    va_list arguments;
    if (build->status != KL_OK)
        return;
    va_start(arguments, format);
    build->status = format_text(&text, format, arguments, build->error);
    va_end(arguments);
    if (build->status == KL_OK)
        kl_build_put(build, key, text);
}

void kl_build_list(kl_build *build, const char *key)
{
    kl_value list;
    if (build->status == KL_OK)
        build->status = kl_array_new(&list, 0, build->error);
    if (build->status == KL_OK)
        kl_build_put(build, key, list);
}

void kl_build_merge(kl_build *build, kl_value map)
{
    if (build->status == KL_OK)
        build->status = kl_map_merge(&build->map, map, build->error);
}

kl_status kl_build_end(kl_value *out, kl_build *build)
{
    if (build->status == KL_OK)
        *out = build->map;
    else
        kl_value_release(build->map);
    build->map = kl_null();
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
