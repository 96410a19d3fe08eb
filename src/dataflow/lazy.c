/* src/dataflow/lazy.c - LazyDataFlow: a DataFlow that connects when it is first asked for. */
#include "database.h"
#include "fork.h"
#include "host.h"

#include <pthread.h>

typedef struct lazy {
    kl_object object;
    kl_value database_url;
    kl_fork_watch fork_watch;
    pthread_mutex_t lock; /* guards what follows */
    kl_value dataflow;    /* of kl_dataflow_type, or null */
} lazy;

static kl_status init(kl_object *self, const kl_value *args, kl_error *error)
{
    lazy *l = (lazy *)self;
    (void)error;
    l->database_url = kl_value_retain(args[0]);
    pthread_mutex_init(&l->lock, NULL);
    l->fork_watch.lock = &l->lock;
    kl_fork_watch_begin(&l->fork_watch);
    return KL_OK;
}

static void dispose(kl_object *self)
{
    lazy *l = (lazy *)self;
    kl_fork_watch_end(&l->fork_watch);
    kl_value_release(l->dataflow);
    kl_value_release(l->database_url);
    pthread_mutex_destroy(&l->lock);
}

/* What is there, retained, or null. */
static kl_value look(lazy *l)
{
    pthread_mutex_lock(&l->lock);
    kl_value found = kl_value_retain(l->dataflow);
    pthread_mutex_unlock(&l->lock);
    return found;
}

/* Connecting waits for nobody: of two threads that do so, the first one's DataFlow counts. */
static kl_status connect(kl_value *out, lazy *l, kl_error *error)
{
    kl_dataflow_config *config;
    kl_dataflow *made;
    KL_TRY(kl_dataflow_config_new(&config, kl_as_text(l->database_url), error));
    kl_status status = kl_dataflow_new(&made, config, error);
    kl_object_release(&config->object);
    KL_TRY(status);
    kl_value fresh = kl_value_of((kl_object *)made);
    pthread_mutex_lock(&l->lock);
    if (kl_is_null(l->dataflow))
        l->dataflow = kl_value_retain(fresh);
    *out = kl_value_retain(l->dataflow);
    pthread_mutex_unlock(&l->lock);
    kl_value_release(fresh);
    return KL_OK;
}

static kl_status call_get(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    *out = look((lazy *)self);
    return kl_is_null(*out) ? connect(out, (lazy *)self, error) : KL_OK;
}

static bool is_initialized(kl_object *self)
{
    kl_value found = look((lazy *)self);
    bool there = !kl_is_null(found);
    kl_value_release(found);
    return there;
}

static kl_status get_is_initialized(kl_value *out, kl_object *self, const kl_value *args,
                                    kl_error *error)
{
    (void)args;
    (void)error;
    *out = kl_bool(is_initialized(self));
    return KL_OK;
}

static kl_status repr(kl_value *out, kl_object *self, kl_error *error)
{
    return kl_string_format(out, error, "LazyDataFlow(initialized=%s)",
                            is_initialized(self) ? "True" : "False");
}

static const kl_param params[] = {
    {.name = "database_url", .kind = KL_KIND_STRING, .flags = KL_SECRET, .doc = "which database"},
};

static const kl_method methods[] = {
    {.name = "get", .call = call_get, .returns = KL_KIND_OBJECT, .returns_type = &kl_dataflow_type,
     .flags = KL_BLOCKING, .raises = "RuntimeError, DataFlowDatabaseError",
     .doc = "The DataFlow, always the same; the first call connects. RuntimeError when it cannot."},
    {.name = "is_initialized", .call = get_is_initialized, .returns = KL_KIND_BOOL,
     .flags = KL_PROPERTY, .doc = "whether it has connected"},
};

const kl_type kl_lazy_dataflow_type = {
    .name = "LazyDataFlow",
    .module = "kailash.dataflow",
    .doc = "A DataFlow that connects when it is first asked for. Threads may share it.",
    .size = sizeof(lazy),
    .methods = KL_TABLE(methods),
    .params = KL_TABLE(params),
    .init = init,
    .dispose = dispose,
    .repr = repr,
};
KL_PUBLISH(kl_lazy_dataflow_type);
