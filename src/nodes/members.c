/* src/nodes/members.c - see members.h. */
#include "members.h"

#include <stdarg.h>
#include <stdio.h>

kl_members kl_members_of(kl_value map, kl_error *error)
{
    return (kl_members){.map = map, .status = KL_OK, .error = error};
}

kl_members kl_members_begin(kl_error *error)
{
    kl_members members = {.map = kl_null(), .error = error};
    members.status = kl_map_new(&members.map, 8, error);
    return members;
}

static void fail(kl_members *members, kl_status status)
{
    members->status = status;
    kl_value_release(kl_value_take(&members->map));
}

void kl_members_set(kl_members *members, const char *name, kl_value item)
{
    if (members->status != KL_OK) {
        kl_value_release(item);
        return;
    }
    kl_status status = kl_map_set(&members->map, kl_text_from(name), item, members->error);
    if (status != KL_OK)
        fail(members, status);
}

void kl_members_share(kl_members *members, const char *name, kl_value item)
{
    kl_members_set(members, name, kl_value_retain(item));
}

void kl_members_given(kl_members *members, const char *name, kl_status status, kl_value item)
{
    if (status == KL_OK)
        kl_members_set(members, name, item);
    else if (members->status == KL_OK)
        fail(members, status);
}

void kl_members_text(kl_members *members, const char *name, const char *text)
{
    kl_value item = kl_null();
    if (members->status == KL_OK)
        kl_members_given(members, name, kl_string_new(&item, kl_text_from(text), members->error),
                         item);
}

void kl_members_int(kl_members *members, const char *name, int64_t integer)
{
    kl_members_set(members, name, kl_int(integer));
}

void kl_members_double(kl_members *members, const char *name, double real)
{
    kl_members_set(members, name, kl_double(real));
}

void kl_members_bool(kl_members *members, const char *name, bool boolean)
{
    kl_members_set(members, name, kl_bool(boolean));
}

void kl_members_null(kl_members *members, const char *name)
{
    kl_members_set(members, name, kl_null());
}

static kl_status print_text(kl_value *out, kl_error *error, const char *format, va_list arguments)
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

void kl_members_format(kl_members *members, const char *name, const char *format, ...)
{
    kl_value item = kl_null();
    if (members->status != KL_OK)
        return;
    va_list arguments;
    va_start(arguments, format);
    kl_status status = print_text(&item, members->error, format, arguments);
    va_end(arguments);
    kl_members_given(members, name, status, item);
}

kl_status kl_members_end(kl_value *out, kl_members *members)
{
    if (members->status == KL_OK)
        *out = kl_value_take(&members->map);
    return members->status;
}
