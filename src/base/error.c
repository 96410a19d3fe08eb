/* src/base/error.c - errors as data. */
#include "kailash/value.h"

#include <stdarg.h>
#include <stdio.h>

static char out_of_memory[] = "out of memory";

static const char *const status_names[KL_STATUS_COUNT] = {
    [KL_OK] = "ok",
    [KL_NO_MEMORY] = "no_memory",
    [KL_TYPE] = "type",
    [KL_INVALID] = "invalid",
    [KL_SYNTAX] = "syntax",
    [KL_OVERFLOW] = "overflow",
    [KL_DEPTH] = "depth",
    [KL_KEY] = "key",
    [KL_NOT_FOUND] = "not_found",
    [KL_STATE] = "state",
    [KL_FAILED] = "failed",
    [KL_UNAVAILABLE] = "unavailable",
    [KL_IO] = "io",
    [KL_LIMIT] = "limit",
    [KL_TIMEOUT] = "timeout",
    [KL_CANCELLED] = "cancelled",
    [KL_DENIED] = "denied",
    [KL_ATTRIBUTE] = "attribute",
    [KL_INTERRUPTED] = "interrupted",
    [KL_STOP] = "stop",
};

const char *kl_status_name(kl_status status)
{
    return (unsigned)status < KL_STATUS_COUNT ? status_names[status] : "unknown";
}

int kl_text_compare(kl_text a, kl_text b)
{
    size_t common = KL_MIN(a.len, b.len);
    int order = common ? memcmp(a.data, b.data, common) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

/* printf into new memory, or NULL. The text is cut to whole UTF-8 only where callers cut it. */
static char *format_text(const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    int len = vsnprintf(NULL, 0, format, again);
    va_end(again);
    char *text = len < 0 ? NULL : kl_alloc((size_t)len + 1);
    if (text)
        vsnprintf(text, (size_t)len + 1, format, arguments);
    return text;
}

static void free_message(kl_error *error)
{
    if (error->message != out_of_memory)
        kl_free(error->message);
    error->message = NULL;
}

static kl_status set(kl_error *error, kl_status code, const char *format, va_list arguments)
{
    if (!error)
        return code;
    char *message = format_text(format, arguments); /* before clearing: arguments may lie in it */
    kl_error_clear(error);
    error->code = code;
    error->message = message ? message : out_of_memory;
    return code;
}

kl_status kl_error_set(kl_error *error, kl_status code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    set(error, code, format, arguments);
    va_end(arguments);
    return code;
}

kl_status kl_error_form(kl_error *error, kl_status code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    set(error, code, format, arguments);
    va_end(arguments);
    if (error)
        error->formed = true;
    return code;
}

kl_status kl_error_set_at(kl_error *error, kl_status code, const char *start, const char *at,
                          const char *format, ...)
{
    if (!error)
        return code;
    va_list arguments;
    va_start(arguments, format);
    set(error, code, format, arguments);
    va_end(arguments);
    error->position = (size_t)(at - start);
    error->line = 1;
    error->column = 1;
    for (const char *scan = start; scan < at; scan++) {
        if (*scan == '\n') {
            error->line++;
            error->column = 1;
        } else if (((unsigned char)*scan & 0xC0) != 0x80) { /* columns are characters */
            error->column++;
        }
    }
    return code;
}

kl_status kl_error_no_memory(kl_error *error)
{
    if (error) {
        kl_error_clear(error);
        error->code = KL_NO_MEMORY;
        error->message = out_of_memory;
    }
    return KL_NO_MEMORY;
}

static void put_before(kl_error *error, const char *format, va_list arguments)
{
    char *prefix = format_text(format, arguments);
    const char *message = kl_error_message(error);
    size_t head = prefix ? strlen(prefix) : 0, tail = strlen(message);
    char *whole = prefix ? kl_alloc(head + tail + 1) : NULL;
    if (whole) {
        memcpy(whole, prefix, head);
        memcpy(whole + head, message, tail + 1);
        free_message(error);
        error->message = whole;
    }
    kl_free(prefix); /* without memory the message stays as it was, which is the better half */
}

kl_status kl_error_prefix(kl_error *error, const char *format, ...)
{
    if (!error)
        return KL_FAILED;
    va_list arguments;
    va_start(arguments, format);
    put_before(error, format, arguments);
    va_end(arguments);
    error->formed = false;
    return error->code;
}

void kl_error_form_before(kl_error *error, const char *format, ...)
{
    if (!error || error->formed)
        return;
    va_list arguments;
    va_start(arguments, format);
    put_before(error, format, arguments);
    va_end(arguments);
    error->formed = true;
}

const char *kl_error_message(const kl_error *error)
{
    return error && error->message ? error->message : "";
}

void kl_error_move(kl_error *to, kl_error *from)
{
    if (to == from)
        return;
    if (!to) {
        kl_error_clear(from);
        return;
    }
    kl_error_clear(to);
    *to = *from;
    *from = (kl_error)KL_ERROR_INIT;
}

void kl_error_clear(kl_error *error)
{
    if (!error)
        return;
    free_message(error);
    if (error->details) {
        kl_value_release(*(kl_value *)error->details);
        kl_free(error->details);
    }
    if (error->cause)
        error->cause->release(error->cause);
    *error = (kl_error)KL_ERROR_INIT;
}
