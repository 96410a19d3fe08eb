/* src/base/host.c - see host.h. */
#include "host.h"
#include "kailash/log.h"

static const kl_host *host;

void kl_host_set(const kl_host *given) { host = given; }

void *kl_blocking_begin(void) { return host && host->let_go ? host->let_go() : NULL; }

void kl_blocking_end(void *token)
{
    if (token)
        host->take_back(token);
}

kl_status kl_host_poll(kl_error *error) { return host ? host->poll(error) : KL_OK; }

kl_foreign *kl_host_context(void) { return host && host->context ? host->context() : NULL; }

kl_status kl_host_warn(const char *text, kl_error *error)
{
    if (host && host->warn)
        return host->warn(text, error);
    KL_LOG(KL_LOG_WARN, "kailash", "%s", text);
    return KL_OK;
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

const char *kl_host_class_of(const kl_error *error)
{
    const char *class = error->cause && host && host->class_of ? host->class_of(error->cause) : NULL;
    if (class)
        return class;
    return error->type ? error->type : kl_status_name(error->code);
}
