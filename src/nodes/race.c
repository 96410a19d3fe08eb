/* src/nodes/race.c - RaceConditionDetectorNode: accesses that nothing orders.
 *
 * When the trace tells of synchronisation (acquire, release, fork, join), vector clocks decide: two
 * accesses race when neither happened before the other. A trace of bare accesses has no such order;
 * then any two of different threads, one of them a write, may be a race.
 */
#include "build_map.h"
#include "operation.h"

#include <math.h>
#include <stdio.h>

enum { TRACE, WINDOW, RACES_MAX };

typedef enum action { READ, WRITE, ACQUIRE, RELEASE, FORK, JOIN } action;

static const char *const action_words[] = {"read", "write", "acquire", "release", "fork", "join"};

typedef struct event {
    action action;
    size_t thread;
    size_t target;      /* number of the other thread, of the lock, or of the resource */
    kl_value resource;  /* borrowed */
    kl_value timestamp; /* borrowed; null when there is none */
    uint32_t *clock;    /* of its thread at this access; of accesses only */
    size_t next;        /* access to the same resource behind it; 0 = none */
} event;

typedef struct detector {
    event *events;
    size_t count, access_count, thread_count, lock_count;
    kl_value threads, locks, resources; /* maps: name -> number */
    uint32_t *clocks; /* a row per thread, then a row per lock, then one per access */
    bool has_sync;
    double window; /* < 0 = any distance */
    size_t races_max, race_count;
    kl_value races;
    kl_work work;
} detector;

/* ---- reading ------------------------------------------------------------------------------------- */

static kl_status need_text(kl_value *out, kl_value entry, size_t at, const char *key,
                           kl_error *error)
{
    char place[80];
    *out = kl_map_get(entry, kl_text_from(key));
    if (kl_is(*out, KL_KIND_STRING) || kl_is(*out, KL_KIND_INT))
        return KL_OK;
    snprintf(place, sizeof place, "execution_trace[%zu].%s", at, key);
    return kl_node_bad_value(error, place, "string or integer", *out);
}

/* The number of a name, which is a string or an int. */
static kl_status number_name(size_t *out, kl_value *names, kl_value name, kl_error *error)
{
    char digits[32];
    kl_text text = kl_as_text(name);
    if (kl_is(name, KL_KIND_INT)) {
        int len = snprintf(digits, sizeof digits, "%lld", (long long)name.as.integer);
        text = (kl_text){digits, (size_t)len};
    }
    const kl_value *known = kl_map_find(*names, text);
    if (known) {
        *out = (size_t)kl_as_int(*known);
        return KL_OK;
    }
    *out = kl_map_len(*names);
    return kl_map_set(names, text, kl_int((int64_t)*out), error);
}

static kl_status read_action(action *out, kl_value entry, size_t at, kl_error *error)
{
    char place[80];
    kl_value word = kl_map_get(entry, KL_TEXT("operation"));
    for (size_t i = 0; i < KL_COUNT(action_words); i++) {
        if (kl_is(word, KL_KIND_STRING) && kl_text_is(kl_as_text(word), action_words[i])) {
            *out = (action)i;
            return KL_OK;
        }
    }
    snprintf(place, sizeof place, "execution_trace[%zu].operation", at);
    return kl_node_bad_value(error, place,
                             "one of: read, write, acquire, release, fork, join", word);
}

static kl_status read_time(kl_value *out, kl_value entry, size_t at, kl_error *error)
{
    char place[80];
    *out = kl_map_get(entry, KL_TEXT("timestamp"));
    if (kl_is_null(*out) || kl_is_number(*out))
        return KL_OK;
    snprintf(place, sizeof place, "execution_trace[%zu].timestamp", at);
    return kl_node_bad_value(error, place, "number", *out);
}

static kl_status read_event(detector *d, kl_value entry, size_t at, kl_error *error)
{
    event *e = &d->events[at];
    kl_value thread, target;
    KL_TRY(need_text(&thread, entry, at, "thread_id", error));
    KL_TRY(number_name(&e->thread, &d->threads, thread, error));
    KL_TRY(read_action(&e->action, entry, at, error));
    KL_TRY(read_time(&e->timestamp, entry, at, error));
    d->has_sync = d->has_sync || e->action > WRITE;
    d->access_count += e->action <= WRITE;
    if (e->action == FORK || e->action == JOIN) {
        KL_TRY(need_text(&target, entry, at, "target", error));
        return number_name(&e->target, &d->threads, target, error);
    }
    KL_TRY(need_text(&e->resource, entry, at, "resource", error));
    if (e->action == ACQUIRE || e->action == RELEASE)
        return number_name(&e->target, &d->locks, e->resource, error);
    return number_name(&e->target, &d->resources, e->resource, error);
}

static kl_status read_trace(detector *d, kl_value trace, kl_error *error)
{
    d->count = kl_array_len(trace);
    d->events = kl_alloc_zero(d->count + 1, sizeof *d->events);
    if (!d->events)
        return kl_error_no_memory(error);
    KL_TRY(kl_map_new(&d->threads, 8, error));
    KL_TRY(kl_map_new(&d->locks, 8, error));
    KL_TRY(kl_map_new(&d->resources, 8, error));
    KL_TRY(kl_array_new(&d->races, 0, error));
    for (size_t i = 0; i < d->count; i++)
        KL_TRY(read_event(d, kl_array_at(trace, i), i, error));
    d->thread_count = kl_map_len(d->threads);
    d->lock_count = kl_map_len(d->locks);
    return KL_OK;
}

/* ---- vector clocks ------------------------------------------------------------------------------- */

#define CLOCKS_MAX ((size_t)64 << 20) /* cells: threads times (threads, locks and accesses) */

static kl_status make_clocks(detector *d, kl_error *error)
{
    size_t rows = d->thread_count + d->lock_count + d->access_count, cells;
    if (__builtin_mul_overflow(rows, d->thread_count, &cells) || cells > CLOCKS_MAX)
        return kl_node_limit(error, "vector_clocks", CLOCKS_MAX, "cells");
    d->clocks = kl_alloc_zero(cells + 1, sizeof *d->clocks);
    if (!d->clocks)
        return kl_error_no_memory(error);
    for (size_t i = 0; i < d->thread_count; i++)
        d->clocks[i * d->thread_count + i] = 1;
    return KL_OK;
}

static uint32_t *row(detector *d, size_t index) { return d->clocks + index * d->thread_count; }

static void join_clock(detector *d, uint32_t *to, const uint32_t *from)
{
    for (size_t i = 0; i < d->thread_count; i++)
        to[i] = KL_MAX(to[i], from[i]);
}

/* What an event of synchronisation does to the clocks. */
static void synchronise(detector *d, const event *e)
{
    uint32_t *own = row(d, e->thread);
    if (e->action == ACQUIRE) {
        join_clock(d, own, row(d, d->thread_count + e->target));
    } else if (e->action == RELEASE) {
        memcpy(row(d, d->thread_count + e->target), own, d->thread_count * sizeof *own);
        own[e->thread]++;
    } else if (e->action == FORK) {
        join_clock(d, row(d, e->target), own);
        own[e->thread]++;
    } else {
        join_clock(d, own, row(d, e->target));
        row(d, e->target)[e->target]++;
    }
}

/* ---- races --------------------------------------------------------------------------------------- */

static bool are_close(const detector *d, const event *a, const event *b)
{
    if (d->window < 0)
        return true;
    return fabs(kl_as_double(a->timestamp) - kl_as_double(b->timestamp)) <= d->window;
}

/* Whether the earlier access `a` happened before `b`: then b's thread has heard of it. */
static bool is_ordered(const event *a, const event *b)
{
    return a->clock && b->clock && a->clock[a->thread] <= b->clock[a->thread];
}

static kl_status record(detector *d, const event *a, const event *b, kl_error *error)
{
    kl_value race = kl_null();
    if (d->race_count++ >= d->races_max)
        return KL_OK;
    kl_build m = kl_build_begin(0, error);
    kl_build_share(&m, "resource", b->resource);
    kl_build_share(&m, "thread1", kl_map_key_value_at(d->threads, a->thread));
    kl_build_share(&m, "thread2", kl_map_key_value_at(d->threads, b->thread));
    kl_build_share(&m, "timestamp1", a->timestamp);
    kl_build_share(&m, "timestamp2", b->timestamp);
    KL_TRY(kl_build_end(&race, &m));
    return kl_array_push(&d->races, race, error);
}

/* Chain the accesses to each resource, and keep the clock of each when there is an order. */
static kl_status order_accesses(detector *d, kl_error *error)
{
    size_t *latest = kl_alloc_zero(d->count + 1, sizeof *latest), done = 0;
    kl_status status = latest ? KL_OK : kl_error_no_memory(error);
    for (size_t i = 0; i < d->count && status == KL_OK; i++) {
        event *e = &d->events[i];
        if (e->action > WRITE) {
            synchronise(d, e);
            continue;
        }
        if (latest[e->target])
            d->events[latest[e->target] - 1].next = i;
        latest[e->target] = i + 1;
        if (d->has_sync) {
            e->clock = row(d, d->thread_count + d->lock_count + done++);
            memcpy(e->clock, row(d, e->thread), d->thread_count * sizeof *e->clock);
        }
        status = kl_work_step(&d->work, error);
    }
    kl_free(latest);
    return status;
}

static kl_status compare_accesses(detector *d, kl_error *error)
{
    for (size_t i = 0; i < d->count; i++) {
        const event *a = &d->events[i];
        for (size_t j = a->action <= WRITE ? a->next : 0; j; j = d->events[j].next) {
            const event *b = &d->events[j];
            KL_TRY(kl_work_step(&d->work, error));
            if (a->thread == b->thread || (a->action == READ && b->action == READ))
                continue;
            if (!is_ordered(a, b) && are_close(d, a, b))
                KL_TRY(record(d, a, b, error));
        }
    }
    return KL_OK;
}

static kl_status detect(detector *d, kl_value trace, kl_error *error)
{
    KL_TRY(read_trace(d, trace, error));
    if (d->has_sync)
        KL_TRY(make_clocks(d, error));
    KL_TRY(order_accesses(d, error));
    return compare_accesses(d, error);
}

/* ---- the node ------------------------------------------------------------------------------------ */

/* Certain where an order is known; otherwise the more races in a trace, the surer. */
static double confidence(const detector *d)
{
    double races = (double)d->race_count, count = (double)d->count;
    if (!d->race_count)
        return d->has_sync ? 0 : fmin(count / 100, 0.8);
    return d->has_sync ? 1 : fmin(0.5 + 0.5 * races / count, 1);
}

static kl_status give(kl_value *out, detector *d, kl_error *error)
{
    kl_build m = kl_build_begin(0, error);
    kl_build_double(&m, "confidence_score", confidence(d));
    kl_build_put(&m, "race_conditions", kl_value_take(&d->races));
    kl_build_int(&m, "race_count", (int64_t)d->race_count);
    kl_build_bool(&m, "races_detected", d->race_count > 0);
    return kl_build_end(out, &m);
}

static kl_status run(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_value window = call->args[WINDOW];
    detector d = {.work = kl_node_work(call),
                  .window = kl_is_null(window) ? -1 : kl_as_double(window),
                  .races_max = (size_t)kl_as_int(call->args[RACES_MAX])};
    kl_status status = detect(&d, call->args[TRACE], error);
    if (status == KL_OK)
        status = give(out, &d, error);
    kl_value_release(d.threads);
    kl_value_release(d.locks);
    kl_value_release(d.resources);
    kl_value_release(d.races);
    kl_free(d.events);
    kl_free(d.clocks);
    return status;
}

static const kl_param inputs[] = {
    {.name = "execution_trace", .kind = KL_KIND_ARRAY,
     .doc = "what happened, in its order: {thread_id, resource, operation, timestamp}; operation is "
            "read or write, or synchronises: acquire and release (of the lock `resource`), fork and "
            "join (of the thread `target`)"},
};
static const kl_param config[] = {
    {.name = "window", .kind = KL_KIND_NUMBER, .flags = KL_OPTIONAL, .range = KL_RANGE(0, 1e300),
     .doc = "accesses further apart are no race, in the unit of the timestamps; absent: any distance"},
    {.name = "max_races", .kind = KL_KIND_COUNT, .fallback = "1000", .range = KL_RANGE(1, 1000000),
     .doc = "races listed at most; race_count counts them all"},
};
static const kl_param outputs[] = {
    {.name = "races_detected", .kind = KL_KIND_BOOL, .doc = "whether there is any"},
    {.name = "race_conditions", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP,
     .doc = "{resource, thread1, thread2, timestamp1, timestamp2} for two accesses to a resource by "
            "different threads, at least one a write, that nothing orders"},
    {.name = "race_count", .kind = KL_KIND_INT, .doc = "number of such pairs"},
    {.name = "confidence_score", .kind = KL_KIND_DOUBLE,
     .doc = "0 to 1: 1 for races that the synchronisation in the trace leaves open, less when the "
            "trace tells of none"},
};

static const kl_node_type types[] = {
    {
        .name = "RaceConditionDetectorNode",
        .category = "Monitoring",
        .doc = "Finds accesses to a resource that nothing orders, by vector clocks where the trace "
               "tells of synchronisation.",
        .inputs = KL_TABLE(inputs),
        .config = KL_TABLE(config),
        .outputs = KL_TABLE(outputs),
        .flags = KL_NODE_HEAVY,
        .run = run,
    },
};

static const kl_node_family races = {.name = "race", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(races);
