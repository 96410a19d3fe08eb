/* src/dataflow/pool_monitor.c - PoolMonitorHandle: looks at a pool now and then, and tells the log. */
#include "deadline.h"
#include "dataflow.h"
#include "pool_metrics.h"
#include "kailash/log.h"

#include <math.h>

/* From here on a pool is about to run out of connections. */
enum { HIGH_UTILIZATION_PCT = 80 };

/* What the thread works with: it may outlive the handle for a moment. */
typedef struct watcher {
    uint32_t refs; /* atomic: the handle's and the thread's */
    kl_sql_pool *pool;
    int64_t connections_min;
    kl_duration interval;
    pthread_mutex_t lock; /* guards `stopped` */
    pthread_cond_t stopping;
    bool stopped;
} watcher;

typedef struct pool_monitor {
    kl_object object;
    watcher *watcher;
} pool_monitor;

extern KL_API const kl_type kl_pool_monitor_type;

static void release(watcher *w)
{
    if (__atomic_fetch_sub(&w->refs, 1, __ATOMIC_ACQ_REL) != 1)
        return;
    kl_sql_pool_release(w->pool);
    pthread_mutex_destroy(&w->lock);
    pthread_cond_destroy(&w->stopping);
    kl_free(w);
}

/* ---- the thread -------------------------------------------------------------------------------- */

static void tell(watcher *w)
{
    kl_sql_pool_status now = kl_sql_pool_look(w->pool);
    size_t active = now.connections - now.idle;
    bool high = active * 100 >= now.connections_max * HIGH_UTILIZATION_PCT;
    KL_LOG(high ? KL_LOG_WARN : KL_LOG_DEBUG, "kailash.dataflow",
           "pool: %zu of %zu connections are in use, %zu idle", active, now.connections_max, now.idle);
}

static void *watch(void *data)
{
    watcher *w = data;
    kl_time next = kl_clock_after(w->interval);
    pthread_mutex_lock(&w->lock);
    while (!w->stopped) {
        if (kl_wait_until(&w->stopping, &w->lock, next) || w->stopped)
            continue;
        pthread_mutex_unlock(&w->lock);
        tell(w);
        next = kl_clock_after(w->interval);
        pthread_mutex_lock(&w->lock);
    }
    pthread_mutex_unlock(&w->lock);
    release(w);
    return NULL;
}

static kl_status start(watcher *w, kl_error *error)
{
    pthread_t thread;
    w->refs++;
    if (pthread_create(&thread, NULL, watch, w) != 0) {
        w->refs--;
        return kl_error_set(error, KL_UNAVAILABLE, "no thread could be started for the monitor");
    }
    pthread_detach(thread);
    return KL_OK;
}

/* True for the first call. */
static bool stop(watcher *w)
{
    pthread_mutex_lock(&w->lock);
    bool first = !w->stopped;
    w->stopped = true;
    pthread_cond_signal(&w->stopping);
    pthread_mutex_unlock(&w->lock);
    return first;
}

/* ---- methods ----------------------------------------------------------------------------------- */

static kl_status new_watcher(watcher **out, kl_dataflow *dataflow, double seconds, kl_error *error)
{
    watcher *w = kl_alloc_zero(1, sizeof *w);
    if (!w)
        return kl_error_no_memory(error);
    w->refs = 1;
    w->pool = kl_sql_pool_retain(dataflow->pool);
    w->connections_min = kl_dataflow_config_of(dataflow)->min_connections;
    w->interval = seconds < 1e9 ? KL_MAX((kl_duration)(seconds * 1e9), 1) : (kl_duration)1e18;
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->stopping, NULL);
    *out = w;
    return KL_OK;
}

static kl_status call_spawn(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    double seconds = kl_as_double(args[1]);
    kl_object *object;
    (void)self;
    if (!(seconds > 0) || isinf(seconds))
        return kl_error_set(error, KL_INVALID, "interval_secs: expected a number above 0");
    KL_TRY(kl_object_alloc(&object, &kl_pool_monitor_type, error));
    pool_monitor *monitor = (pool_monitor *)object;
    kl_status status = new_watcher(&monitor->watcher, (kl_dataflow *)args[0].as.object, seconds,
                                   error);
    if (status == KL_OK)
        status = start(monitor->watcher, error);
    if (status == KL_OK)
        *out = kl_value_of(object);
    else
        kl_object_release(object);
    return status;
}

static kl_status call_metrics(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    watcher *w = ((pool_monitor *)self)->watcher;
    (void)args;
    pthread_mutex_lock(&w->lock);
    bool stopped = w->stopped;
    pthread_mutex_unlock(&w->lock);
    if (stopped)
        return kl_error_set(error, KL_STATE, "monitor has been shut down");
    return kl_pool_metrics_of(out, w->pool, w->connections_min, error);
}

static kl_status call_shutdown(kl_value *out, kl_object *self, const kl_value *args,
                               kl_error *error)
{
    (void)out;
    (void)args;
    (void)error;
    stop(((pool_monitor *)self)->watcher);
    return KL_OK;
}

static void dispose(kl_object *self)
{
    pool_monitor *monitor = (pool_monitor *)self;
    if (!monitor->watcher)
        return;
    stop(monitor->watcher);
    release(monitor->watcher);
}

static const kl_param spawn_params[] = {
    {.name = "dataflow", .kind = KL_KIND_OBJECT, .type = &kl_dataflow_type, .doc = "whose pool"},
    {.name = "interval_secs", .kind = KL_KIND_DOUBLE, .doc = "seconds between two looks, above 0"},
};

static const kl_method methods[] = {
    {.name = "spawn", .call = call_spawn, .params = KL_TABLE(spawn_params),
     .returns = KL_KIND_OBJECT, .returns_type = &kl_pool_monitor_type, .flags = KL_STATIC,
     .raises = "ValueError, RuntimeError",
     .doc = "Begins to watch. It ends with shutdown(), or when the handle is dropped."},
    {.name = "metrics", .call = call_metrics, .returns = KL_KIND_OBJECT,
     .returns_type = &kl_pool_metrics_type, .raises = "RuntimeError",
     .doc = "The connections of now; RuntimeError after shutdown()."},
    {.name = "shutdown", .call = call_shutdown, .returns = KL_KIND_NONE,
     .doc = "Ends it. May be called again."},
};

const kl_type kl_pool_monitor_type = {
    .name = "PoolMonitorHandle",
    .module = "kailash.dataflow",
    .doc = "Watches a DataFlow's pool in the background: the log kailash.dataflow is told how many "
           "connections are in use, as a warning from four fifths on.",
    .size = sizeof(pool_monitor),
    .flags = KL_TYPE_AT_ROOT | KL_TYPE_NO_INIT,
    .methods = KL_TABLE(methods),
    .dispose = dispose,
};
KL_PUBLISH(kl_pool_monitor_type);
