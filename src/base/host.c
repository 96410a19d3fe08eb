/* src/base/host.c - see host.h. */
#include "host.h"
#include "kailash/log.h"
#include "kailash/time.h"

#include <time.h>

static const kl_host *host;

void kl_host_set(const kl_host *given) { host = given; }

void *kl_blocking_begin(void) { return host && host->let_go ? host->let_go() : NULL; }

void kl_blocking_end(void *token)
{
    if (token)
        host->take_back(token);
}

kl_status kl_host_poll(kl_error *error) { return host ? host->poll(error) : KL_OK; }

#define ASK_EVERY (5 * KL_MILLISECOND)
static _Thread_local kl_time asked; /* when the host was; 0: this thread begins something new */

kl_status kl_host_poll_paced(kl_error *error)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    kl_time at = now.tv_sec * KL_SECOND + now.tv_nsec;
    if (asked && at - asked < ASK_EVERY)
        return KL_OK;
    asked = at;
    return kl_host_poll(error);
}

void kl_host_poll_anew(void) { asked = 0; }

kl_foreign *kl_host_context(void) { return host && host->context ? host->context() : NULL; }

void kl_host_prepare(kl_value list, size_t count)
{
    if (host && host->prepare)
        host->prepare(list, count);
}

bool kl_host_room(kl_value *out, kl_kind kind, char **room, size_t len)
{
    return host && host->room && host->room(out, kind, room, len);
}

kl_status kl_host_warn(const char *text, kl_error *error)
{
    if (host && host->warn)
        return host->warn(text, error);
    KL_LOG(KL_LOG_WARN, "kailash", "%s", text);
    return KL_OK;
}

kl_status kl_host_warn_as(const char *category, const char *text, kl_error *error)
{
    return host && host->warn_as ? host->warn_as(category, text, error) : kl_host_warn(text, error);
}

const char *kl_host_interpreter(void)
{
    return host && host->interpreter ? host->interpreter() : NULL;
}

kl_status kl_host_run_python(kl_value *out, const char *script, kl_value request,
                             bool (*stop)(void *data), void *data, kl_error *error)
{
    if (!host || !host->run_python)
        return kl_error_set(error, KL_UNAVAILABLE, "this program runs no Python interpreter");
    return host->run_python(out, script, request, stop, data, error);
}

bool kl_host_get_slot(kl_slot slot, bool *is_filled, int64_t *number)
{
    return host && host->get_slot && host->get_slot(slot, is_filled, number);
}

kl_status kl_host_set_slot(kl_slot slot, const int64_t *number, kl_foreign **before,
                           kl_error *error)
{
    return host->set_slot(slot, number, before, error);
}

kl_status kl_host_restore_slot(kl_slot slot, kl_foreign *before, kl_error *error)
{
    return host->restore_slot(slot, before, error);
}

static kl_status no_objects(kl_error *error)
{
    return kl_error_set(error, KL_UNAVAILABLE, "this program has no objects of its own");
}

kl_status kl_host_call_method(kl_value *out, kl_foreign *object, const char *method,
                              const kl_value *args, size_t count, kl_value named, kl_error *error)
{
    return host && host->call_method
               ? host->call_method(out, object, method, args, count, named, error)
               : no_objects(error);
}

kl_status kl_host_get_attribute(kl_value *out, kl_foreign *object, const char *name,
                                kl_error *error)
{
    return host && host->get_attribute ? host->get_attribute(out, object, name, error)
                                       : no_objects(error);
}

bool kl_host_has_method(kl_foreign *object, const char *name)
{
    return host && host->has_method && host->has_method(object, name);
}

kl_status kl_host_class_name(kl_value *out, kl_foreign *object, kl_error *error)
{
    return host && host->class_name ? host->class_name(out, object, error) : no_objects(error);
}

kl_status kl_host_as_data(kl_value *out, kl_foreign *object, const char *name, kl_error *error)
{
    return host && host->as_data ? host->as_data(out, object, name, error) : no_objects(error);
}

bool kl_host_is_same(kl_foreign *a, kl_foreign *b)
{
    return host && host->is_same && host->is_same(a, b);
}

int64_t kl_host_identity(kl_foreign *object)
{
    return host && host->identity ? host->identity(object) : 0;
}

const char *kl_host_class_of(const kl_error *error)
{
    const char *class = error->cause && host && host->class_of ? host->class_of(error->cause) : NULL;
    if (class)
        return class;
    return error->type ? error->type : kl_status_name(error->code);
}
