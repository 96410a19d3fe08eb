/* cli/ml.c - see ml.h: estimators by name. */
#include "ml.h"
#include "terminal.h"
#include "kailash/host.h"

#include <signal.h>

static const char module[] = "kailash.ml";

static const kl_type *base_type(void) { return kl_type_find(KL_TEXT("Estimator"), module); }

bool ml_is_estimator(const kl_type *type)
{
    const kl_type *base = base_type();
    return base && type != base && kl_type_is(type, base) && !(type->flags & KL_TYPE_NO_INIT) &&
           strcmp(type->module, module) == 0;
}

/* Name `index` of all estimators; NULL at the end. */
static const char *estimator_at(const void *list, size_t index)
{
    (void)list;
    for (size_t i = 0; i < kl_type_count(); i++)
        if (ml_is_estimator(kl_type_at(i)) && index-- == 0)
            return kl_type_at(i)->name;
    return NULL;
}

const kl_type *ml_find(const char *name, bool json)
{
    char hint[120];
    kl_error error = KL_ERROR_INIT;
    const kl_type *type = kl_type_find(kl_text_from(name), module);
    if (type && ml_is_estimator(type))
        return type;
    kl_error_set(&error, KL_NOT_FOUND, "no estimator '%s'", name);
    report_error_as(&error,
                    did_you_mean(hint, sizeof hint, most_like(name, estimator_at, NULL),
                                 "kailash ml list shows them"),
                    json);
    return NULL;
}

kl_status ml_tags(kl_value *out, const kl_type *type, kl_error *error)
{
    kl_value estimator, kind;
    kl_error refused = KL_ERROR_INIT;
    kl_status status = kl_object_from_map(&estimator, type, kl_null(), &refused);
    kl_error_clear(&refused);
    if (status == KL_OK) {
        status = ml_call(out, estimator, "_tags", NULL, 0, error);
        kl_value_release(estimator);
        return status;
    }
    if (status == KL_NO_MEMORY)
        return kl_error_no_memory(error);
    KL_TRY(kl_string_new(&kind, KL_TEXT("meta"), error));
    return kl_map_of_one(out, KL_TEXT("kind"), kind, error);
}

kl_status ml_call(kl_value *out, kl_value estimator, const char *method, const kl_value *args,
                  size_t count, kl_error *error)
{
    return kl_object_call(out, estimator.as.object, kl_text_from(method), args, count, error);
}

bool ml_has(kl_value estimator, const char *method)
{
    return kl_type_method(estimator.as.object->type, kl_text_from(method)) != NULL;
}

kl_value ml_attribute(kl_value estimator, const char *name)
{
    kl_value value = kl_null();
    kl_object *object = estimator.as.object;
    const kl_field *field = kl_type_field(object->type, kl_text_from(name));
    kl_status status = KL_NOT_FOUND;
    if (field)
        status = kl_field_get(&value, object, field, NULL);
    else if (ml_has(estimator, name))
        status = ml_call(&value, estimator, name, NULL, 0, NULL);
    return status == KL_OK ? value : kl_null();
}

/* ---- while it learns --------------------------------------------------------------------------- */

static volatile sig_atomic_t interrupted;

/* The first asks the fit to end; the second finds the signal's own way. */
static void on_signal(int number)
{
    interrupted = 1;
    signal(number, SIG_DFL);
}

static kl_status poll_interrupt(kl_error *error)
{
    return interrupted ? kl_error_set(error, KL_INTERRUPTED, "interrupted") : KL_OK;
}

static kl_status warn(const char *text, kl_error *error)
{
    (void)error;
    print_error(NULL, "warning: %s", text);
    return KL_OK;
}

void ml_listen(void)
{
    static const kl_host host = {.poll = poll_interrupt, .warn = warn};
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGINT, &action, NULL);
    kl_host_set(&host);
}
