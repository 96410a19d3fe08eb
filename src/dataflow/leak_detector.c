/* src/dataflow/leak_detector.c - LeakDetector, LeakRecord, CheckoutGuard. */
#include "leak_detector.h"
#include "fork.h"
#include "kailash/time.h"

#include <pthread.h>

/* ---- LeakRecord -------------------------------------------------------------------------------- */

typedef struct record {
    kl_object object;
    int64_t id;
    kl_value location; /* string */
    double age_secs;
} record;

static kl_status record_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const record *r = (const record *)self;
    kl_text location = kl_as_text(r->location);
    return kl_string_format(out, error, "LeakRecord(id=%lld, location=\"%.*s\", age_secs=%.3f)",
                            (long long)r->id, KL_TEXT_ARG(location), r->age_secs);
}

static const kl_field record_fields[] = {
    KL_COUNT_FIELD(record, id, 0, .doc = "number of the checkout"),
    KL_VALUE(record, location, .kind = KL_KIND_STRING, .doc = "where it was taken"),
    KL_DOUBLE(record, age_secs, 0, .doc = "seconds since then"),
};

static const kl_type record_type = {
    .name = "LeakRecord",
    .module = "kailash.dataflow",
    .doc = "Something that has not been given back for longer than a detector allows.",
    .size = sizeof(record),
    .flags = KL_TYPE_RECORD | KL_TYPE_NO_INIT | KL_TYPE_AT_ROOT,
    .fields = KL_TABLE(record_fields),
    .repr = record_repr,
};
KL_PUBLISH(record_type);

/* ---- LeakDetector ------------------------------------------------------------------------------ */

typedef struct checkout {
    int64_t id;
    kl_value location; /* owned */
    kl_time since;     /* of the monotonic clock */
} checkout;

typedef struct detector {
    kl_object object;
    kl_fork_watch fork_watch;
    double threshold_secs;
    pthread_mutex_t lock; /* guards what follows */
    int64_t next_id;
    checkout *active; /* by number, and so by age */
    size_t count, size;
} detector;

static void detector_start(detector *d, double threshold_secs)
{
    d->threshold_secs = threshold_secs;
    d->next_id = 1;
    pthread_mutex_init(&d->lock, NULL);
    d->fork_watch.lock = &d->lock;
    kl_fork_watch_begin(&d->fork_watch);
}

static kl_status detector_init(kl_object *self, const kl_value *args, kl_error *error)
{
    (void)error;
    detector_start((detector *)self, kl_as_double(args[0]));
    return KL_OK;
}

kl_status kl_leak_detector_new(kl_object **out, double threshold_secs, kl_error *error)
{
    KL_TRY(kl_object_alloc(out, &kl_leak_detector_type, error));
    detector_start((detector *)*out, threshold_secs);
    return KL_OK;
}

static void detector_dispose(kl_object *self)
{
    detector *d = (detector *)self;
    kl_fork_watch_end(&d->fork_watch);
    for (size_t i = 0; i < d->count; i++)
        kl_value_release(d->active[i].location);
    kl_free(d->active);
    pthread_mutex_destroy(&d->lock);
}

/* `location` is taken, also on failure. */
static kl_status add(int64_t *out, detector *d, kl_value location, kl_error *error)
{
    kl_status status = KL_OK;
    pthread_mutex_lock(&d->lock);
    if (d->count == d->size) {
        size_t size = d->size ? 2 * d->size : 16;
        checkout *grown = kl_realloc(d->active, size * sizeof *grown);
        if (grown) {
            d->active = grown;
            d->size = size;
        } else {
            status = kl_error_no_memory(error);
        }
    }
    if (status == KL_OK) {
        *out = d->next_id++;
        d->active[d->count++] = (checkout){*out, location, kl_clock_now()};
    }
    pthread_mutex_unlock(&d->lock);
    if (status != KL_OK)
        kl_value_release(location);
    return status;
}

kl_status kl_leak_checkout(int64_t *out, kl_object *self, kl_text location, kl_error *error)
{
    kl_value text;
    KL_TRY(kl_string_new(&text, location, error));
    return add(out, (detector *)self, text, error);
}

/* Place of the first checkout whose number is at least `id`. */
static size_t place_of(const detector *d, int64_t id)
{
    size_t low = 0, high = d->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (d->active[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void kl_leak_checkin(kl_object *self, int64_t id)
{
    detector *d = (detector *)self;
    kl_value location = kl_null();
    pthread_mutex_lock(&d->lock);
    size_t at = place_of(d, id);
    if (at < d->count && d->active[at].id == id) {
        location = d->active[at].location;
        memmove(&d->active[at], &d->active[at + 1], (d->count - at - 1) * sizeof *d->active);
        d->count--;
    }
    pthread_mutex_unlock(&d->lock);
    kl_value_release(location);
}

/* Those held longer than the threshold, their locations retained; given. */
static kl_status take_leaks(checkout **out, size_t *count, detector *d, kl_time now,
                            kl_error *error)
{
    pthread_mutex_lock(&d->lock);
    checkout *leaks = kl_alloc((d->count + 1) * sizeof *leaks);
    size_t found = 0;
    for (size_t i = 0; leaks && i < d->count; i++)
        if ((double)(now - d->active[i].since) / 1e9 > d->threshold_secs) {
            leaks[found] = d->active[i];
            kl_value_retain(leaks[found++].location);
        }
    pthread_mutex_unlock(&d->lock);
    if (!leaks)
        return kl_error_no_memory(error);
    *out = leaks;
    *count = found;
    return KL_OK;
}

static kl_status add_record(kl_value *list, const checkout *leak, kl_time now, kl_error *error)
{
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, &record_type, error));
    record *made = (record *)object;
    made->id = leak->id;
    made->location = kl_value_retain(leak->location);
    made->age_secs = (double)(now - leak->since) / 1e9;
    return kl_array_push(list, kl_value_of(object), error);
}

static kl_status check_leaks(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    checkout *leaks;
    size_t count;
    kl_value list = kl_null();
    kl_time now = kl_clock_now();
    kl_status status;
    (void)args;
    KL_TRY(take_leaks(&leaks, &count, (detector *)self, now, error));
    KL_TRY_OUT(kl_array_new(&list, count, error));
    for (size_t i = 0; i < count; i++)
        KL_TRY_OUT(add_record(&list, &leaks[i], now, error));
    *out = kl_value_take(&list);
out:
    kl_value_release(list);
    for (size_t i = 0; i < count; i++)
        kl_value_release(leaks[i].location);
    kl_free(leaks);
    return status;
}

static kl_status call_checkout(kl_value *out, kl_object *self, const kl_value *args,
                               kl_error *error)
{
    int64_t id;
    KL_TRY(add(&id, (detector *)self, kl_value_retain(args[0]), error));
    *out = kl_int(id);
    return KL_OK;
}

static kl_status call_checkin(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)out, (void)error;
    kl_leak_checkin(self, kl_as_int(args[0]));
    return KL_OK;
}

static kl_status active_count(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    detector *d = (detector *)self;
    (void)args, (void)error;
    pthread_mutex_lock(&d->lock);
    *out = kl_int((int64_t)d->count);
    pthread_mutex_unlock(&d->lock);
    return KL_OK;
}

static const kl_param detector_params[] = {
    {.name = "threshold_secs", .kind = KL_KIND_DURATION,
     .doc = "seconds for which something may be held"},
};
static const kl_param location_params[] = {
    {.name = "location", .kind = KL_KIND_STRING, .doc = "where it is taken; any text"},
};
static const kl_param id_params[] = {
    {.name = "id", .kind = KL_KIND_COUNT, .doc = "what checkout() gave"},
};

static const kl_method detector_methods[] = {
    {.name = "checkout", .call = call_checkout, .params = KL_TABLE(location_params),
     .returns = KL_KIND_INT, .doc = "Something is taken; its number, counted from 1."},
    {.name = "checkin", .call = call_checkin, .params = KL_TABLE(id_params),
     .returns = KL_KIND_NONE, .raises = "OverflowError",
     .doc = "It is back. Numbers that are not known are ignored."},
    {.name = "active_count", .call = active_count, .returns = KL_KIND_INT,
     .doc = "How much is held."},
    {.name = "check_leaks", .call = check_leaks, .returns = KL_KIND_ARRAY, .item = KL_KIND_OBJECT,
     .returns_type = &record_type,
     .doc = "What has been held for longer than the threshold, the oldest first."},
};

const kl_type kl_leak_detector_type = {
    .name = "LeakDetector",
    .module = "kailash.dataflow",
    .doc = "Watches what is taken and not given back, such as connections. Threads may share one.",
    .size = sizeof(detector),
    .flags = KL_TYPE_AT_ROOT,
    .params = KL_TABLE(detector_params),
    .methods = KL_TABLE(detector_methods),
    .init = detector_init,
    .dispose = detector_dispose,
};
KL_PUBLISH(kl_leak_detector_type);

/* ---- CheckoutGuard ----------------------------------------------------------------------------- */

typedef struct guard {
    kl_object object;
    kl_value detector, location;
    int64_t id;  /* of the checkout, while in use */
    bool in_use; /* atomic */
} guard;

static kl_status guard_init(kl_object *self, const kl_value *args, kl_error *error)
{
    (void)error;
    ((guard *)self)->detector = kl_value_retain(args[0]);
    ((guard *)self)->location = kl_value_retain(args[1]);
    return KL_OK;
}

static kl_status guard_enter(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    guard *g = (guard *)self;
    (void)args;
    if (__atomic_exchange_n(&g->in_use, true, __ATOMIC_ACQ_REL))
        return kl_error_set(error, KL_STATE,
                            "this checkout is open already; every with-block needs a "
                            "CheckoutGuard of its own");
    kl_status status = kl_leak_checkout(&g->id, g->detector.as.object, kl_as_text(g->location),
                                        error);
    if (status == KL_OK)
        *out = kl_value_of(kl_object_retain(self));
    else
        __atomic_store_n(&g->in_use, false, __ATOMIC_RELEASE);
    return status;
}

static void give_back(guard *g)
{
    if (!__atomic_load_n(&g->in_use, __ATOMIC_ACQUIRE))
        return;
    kl_leak_checkin(g->detector.as.object, g->id);
    __atomic_store_n(&g->in_use, false, __ATOMIC_RELEASE);
}

static kl_status guard_exit(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)out, (void)args, (void)error;
    give_back((guard *)self);
    return KL_OK;
}

static void guard_dispose(kl_object *self) { give_back((guard *)self); }

static const kl_field guard_fields[] = {
    KL_VALUE(guard, detector, .kind = KL_KIND_OBJECT, .flags = KL_HIDDEN | KL_OPTIONAL),
    KL_VALUE(guard, location, .kind = KL_KIND_STRING, .flags = KL_HIDDEN | KL_OPTIONAL),
};
static const kl_param guard_params[] = {
    {.name = "detector", .kind = KL_KIND_OBJECT, .type = &kl_leak_detector_type,
     .doc = "who watches"},
    {.name = "location", .kind = KL_KIND_STRING, .doc = "where it is taken; any text"},
};

static const kl_method guard_methods[] = {
    {.name = "__enter__", .call = guard_enter, .returns = KL_KIND_OBJECT, .raises = "RuntimeError",
     .doc = "Something is taken."},
    {.name = "__exit__", .call = guard_exit, .returns = KL_KIND_NONE, .doc = "It is back."},
};

static const kl_type guard_type = {
    .name = "CheckoutGuard",
    .module = "kailash.dataflow",
    .doc = "A checkout for the length of a with-block.",
    .size = sizeof(guard),
    .flags = KL_TYPE_AT_ROOT,
    .fields = KL_TABLE(guard_fields),
    .params = KL_TABLE(guard_params),
    .methods = KL_TABLE(guard_methods),
    .init = guard_init,
    .dispose = guard_dispose,
};
KL_PUBLISH(guard_type);
