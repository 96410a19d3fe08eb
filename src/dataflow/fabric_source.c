/* src/dataflow/fabric_source.c - see fabric_source.h. */
#include "fabric_source.h"

static void dispose(kl_object *self)
{
    kl_fabric_source *source = (kl_fabric_source *)self;
    kl_fork_watch_end(&source->fork_watch);
    if (source->kind)
        source->kind->end(source->state);
    kl_value_release(source->name);
    pthread_mutex_destroy(&source->lock);
}

const kl_type kl_fabric_source_type = {
    .name = "FabricSource",
    .module = "kailash._kailash",
    .doc = "A source of a DataFabricEngine.",
    .size = sizeof(kl_fabric_source),
    .flags = KL_TYPE_NO_INIT,
    .dispose = dispose,
};

kl_status kl_fabric_source_new(kl_value *out, kl_value name, const kl_fabric_kind *kind, void *state,
                               kl_duration reset_after, kl_error *error)
{
    kl_object *object;
    kl_status status = kl_object_alloc(&object, &kl_fabric_source_type, error);
    if (status != KL_OK) {
        kind->end(state);
        return status;
    }
    kl_fabric_source *source = (kl_fabric_source *)object;
    source->kind = kind;
    source->state = state;
    source->name = kl_value_retain(name);
    source->reset_after = reset_after;
    pthread_mutex_init(&source->lock, NULL);
    source->fork_watch.lock = &source->lock;
    kl_fork_watch_begin(&source->fork_watch);
    *out = kl_value_of(object);
    return KL_OK;
}

/* Not of the source's making. */
static bool is_our_own(kl_status status)
{
    return status == KL_NO_MEMORY || status == KL_INTERRUPTED || status == KL_CANCELLED;
}

kl_status kl_fabric_failure(kl_status status, const char *where, kl_error *error)
{
    if (status == KL_OK || is_our_own(status))
        return status;
    kl_error_prefix(error, "%s failed: ", where);
    if (error)
        error->code = KL_FAILED;
    return KL_FAILED;
}

/* ---- the breaker ------------------------------------------------------------------------------- */

/* With the lock held: how long nobody may ask; 0 = it may be asked. */
static kl_duration left(const kl_fabric_source *source)
{
    if (source->failures < KL_FABRIC_FAILURES)
        return 0;
    kl_duration wait = source->closed_until - kl_clock_now();
    return KL_MAX(wait, source->probing ? KL_MILLISECOND : 0);
}

static kl_status admit(kl_fabric_source *source, kl_error *error)
{
    pthread_mutex_lock(&source->lock);
    kl_duration wait = left(source);
    unsigned failures = source->failures;
    if (wait == 0 && failures >= KL_FABRIC_FAILURES)
        source->probing = true;
    pthread_mutex_unlock(&source->lock);
    if (wait == 0)
        return KL_OK;
    return kl_error_set(error, KL_FAILED,
                        "fetch_source failed: the circuit breaker of source '%.*s' is open after %u "
                        "failures in a row; it is tried again in %.1f s",
                        KL_TEXT_ARG(kl_as_text(source->name)), failures, (double)wait / 1e9);
}

static void settle(kl_fabric_source *source, kl_fabric_outcome outcome)
{
    pthread_mutex_lock(&source->lock);
    source->probing = false;
    if (outcome == KL_FABRIC_ANSWERED)
        source->failures = 0;
    if (outcome == KL_FABRIC_OUTAGE && source->failures < UINT32_MAX)
        source->failures++;
    if (outcome == KL_FABRIC_OUTAGE)
        source->closed_until = kl_clock_after(source->reset_after);
    pthread_mutex_unlock(&source->lock);
}

kl_status kl_fabric_fetch(kl_value *out, kl_fabric_source *source, kl_value query,
                          const kl_sql_watch *watch, kl_error *error)
{
    kl_fabric_outcome outcome = KL_FABRIC_NOT_ASKED;
    KL_TRY(admit(source, error));
    kl_status status = source->kind->fetch(out, source->state, query, watch, &outcome, error);
    settle(source, is_our_own(status) ? KL_FABRIC_NOT_ASKED : outcome);
    return status;
}

/* ---- status ------------------------------------------------------------------------------------ */

kl_status kl_fabric_status(kl_value *out, kl_fabric_source *source, kl_error *error)
{
    kl_value map;
    pthread_mutex_lock(&source->lock);
    unsigned failures = source->failures;
    kl_duration wait = failures < KL_FABRIC_FAILURES ? 0 : source->closed_until - kl_clock_now();
    pthread_mutex_unlock(&source->lock);
    const char *state = failures < KL_FABRIC_FAILURES ? "closed" : wait > 0 ? "open" : "half_open";
    double seconds = wait > 0 ? (double)wait / 1e9 : 0;
    KL_TRY(kl_map_new(&map, 4, error));
    kl_status status = kl_map_set_text(&map, KL_TEXT("kind"), kl_text_from(source->kind->name), error);
    if (status == KL_OK)
        status = kl_map_set_text(&map, KL_TEXT("breaker"), kl_text_from(state), error);
    if (status == KL_OK)
        status = kl_map_set(&map, KL_TEXT("failures"), kl_int(failures), error);
    if (status == KL_OK)
        status = kl_map_set(&map, KL_TEXT("retry_after_secs"), kl_double(seconds), error);
    if (status == KL_OK)
        *out = map;
    else
        kl_value_release(map);
    return status;
}
