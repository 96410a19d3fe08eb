/* src/dataflow/query_engine.c - QueryEngine and QueryStats: which statements are frequent or slow. */
#include "query_engine.h"
#include "fork.h"
#include "kailash/time.h"

#include <pthread.h>
#include <stdlib.h>

/* ---- QueryStats -------------------------------------------------------------------------------- */

typedef struct stats {
    kl_object object;
    int64_t execution_count;
    double total_duration_ms, avg_duration_ms;
    kl_value last_executed; /* string */
} stats;

static kl_status stats_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const stats *s = (const stats *)self;
    return kl_string_format(out, error, "QueryStats(count=%lld, avg=%.2fms)",
                            (long long)s->execution_count, s->avg_duration_ms);
}

static const kl_field stats_fields[] = {
    KL_COUNT_FIELD(stats, execution_count, 0, .doc = "how often the statement ran"),
    KL_DOUBLE(stats, total_duration_ms, 0, .doc = "milliseconds that all runs took"),
    KL_DOUBLE(stats, avg_duration_ms, 0, .doc = "milliseconds that a run took on average"),
    KL_VALUE(stats, last_executed, .kind = KL_KIND_STRING,
             .doc = "when the last run was recorded: UTC, RFC 3339"),
};

static const kl_type stats_type = {
    .name = "QueryStats",
    .module = "kailash.dataflow",
    .doc = "What is known of a statement. A snapshot.",
    .size = sizeof(stats),
    .flags = KL_TYPE_RECORD | KL_TYPE_NO_INIT,
    .fields = KL_TABLE(stats_fields),
    .repr = stats_repr,
};
KL_PUBLISH(stats_type);

/* ---- entries ----------------------------------------------------------------------------------- */

/* What is counted of one statement; changed under the lock of its engine. */
typedef struct entry {
    kl_object object;
    int64_t count;
    double total_ms;
    kl_time last;
} entry;

static const kl_type entry_type = {
    .name = "QueryEntry",
    .module = "kailash._kailash",
    .doc = "What an engine counts of a statement.",
    .size = sizeof(entry),
    .flags = KL_TYPE_NO_INIT,
};

typedef struct engine {
    kl_object object;
    kl_fork_watch fork_watch;
    double threshold_ms;
    pthread_mutex_t lock; /* guards what follows */
    kl_value queries;     /* map of text -> entry */
} engine;

static kl_status engine_init(kl_object *self, const kl_value *args, kl_error *error)
{
    engine *e = (engine *)self;
    e->threshold_ms = kl_as_double(args[0]);
    pthread_mutex_init(&e->lock, NULL);
    e->fork_watch.lock = &e->lock;
    kl_fork_watch_begin(&e->fork_watch);
    return kl_map_new(&e->queries, 0, error);
}

static void engine_dispose(kl_object *self)
{
    engine *e = (engine *)self;
    kl_fork_watch_end(&e->fork_watch);
    kl_value_release(e->queries);
    pthread_mutex_destroy(&e->lock);
}

static entry *entry_at(kl_value queries, size_t index)
{
    return (entry *)kl_map_value_at(queries, index).as.object;
}

static int compare_times(const void *a, const void *b)
{
    kl_time x = *(const kl_time *)a, y = *(const kl_time *)b;
    return (x > y) - (x < y);
}

/* The time before which the oldest quarter ran last; false without memory. */
static bool quarter_of(kl_time *out, kl_value queries)
{
    size_t count = kl_map_len(queries);
    kl_time *times = kl_alloc(count * sizeof *times);
    if (!times)
        return false;
    for (size_t i = 0; i < count; i++)
        times[i] = entry_at(queries, i)->last;
    qsort(times, count, sizeof *times, compare_times);
    *out = times[count / 4];
    kl_free(times);
    return true;
}

/* Forget at least a quarter of the statements: those that ran last longest ago. */
static kl_status make_room(kl_value *queries, kl_error *error)
{
    kl_time bound;
    kl_value kept;
    if (!quarter_of(&bound, *queries))
        return kl_error_no_memory(error);
    KL_TRY(kl_map_new(&kept, kl_map_len(*queries), error));
    for (size_t i = 0; i < kl_map_len(*queries); i++) {
        if (entry_at(*queries, i)->last <= bound)
            continue;
        kl_status status = kl_map_set_key(&kept, kl_map_key_value_at(*queries, i),
                                          kl_value_retain(kl_map_value_at(*queries, i)), error);
        if (status != KL_OK) {
            kl_value_release(kept);
            return status;
        }
    }
    kl_value_replace(queries, kept);
    return KL_OK;
}

/* The entry of a statement, made if it is new; borrowed from the map. With the lock held. */
static kl_status entry_of(entry **out, kl_value *queries, kl_text query, kl_error *error)
{
    kl_object *made;
    entry *known = kl_as_object(kl_map_get(*queries, query), &entry_type);
    if (!known) {
        if (kl_map_len(*queries) >= KL_QUERIES_MAX)
            KL_TRY(make_room(queries, error));
        KL_TRY(kl_object_alloc(&made, &entry_type, error));
        KL_TRY(kl_map_set(queries, query, kl_value_of(made), error));
        known = (entry *)made;
    }
    *out = known;
    return KL_OK;
}

kl_status kl_query_engine_record(kl_object *self, kl_text query, double duration_ms,
                                 kl_error *error)
{
    engine *e = (engine *)self;
    entry *found;
    pthread_mutex_lock(&e->lock);
    kl_status status = entry_of(&found, &e->queries, query, error);
    if (status == KL_OK) {
        found->count++;
        found->total_ms += duration_ms;
        found->last = kl_time_now();
    }
    pthread_mutex_unlock(&e->lock);
    return status;
}

/* ---- snapshots --------------------------------------------------------------------------------- */

/* A statement as it was at one moment. */
typedef struct snapshot {
    kl_value query; /* owned */
    int64_t count;
    double total_ms, average_ms;
    kl_time last;
    size_t place;
} snapshot;

static int by_count(const void *a, const void *b)
{
    const snapshot *x = a, *y = b;
    if (x->count != y->count)
        return x->count < y->count ? 1 : -1;
    return (x->place > y->place) - (x->place < y->place);
}

static int by_average(const void *a, const void *b)
{
    const snapshot *x = a, *y = b;
    if (x->average_ms != y->average_ms)
        return x->average_ms < y->average_ms ? 1 : -1;
    return (x->place > y->place) - (x->place < y->place);
}

/* Those whose average exceeds `above_ms`; given, end it with free_snapshots(). */
static kl_status take_snapshots(snapshot **out, size_t *count, engine *e, double above_ms,
                                kl_error *error)
{
    pthread_mutex_lock(&e->lock);
    size_t len = kl_map_len(e->queries), taken = 0;
    snapshot *list = kl_alloc((len + 1) * sizeof *list);
    for (size_t i = 0; list && i < len; i++) {
        const entry *at = entry_at(e->queries, i);
        double average = at->total_ms / (double)at->count;
        if (average > above_ms)
            list[taken++] =
                (snapshot){kl_value_retain(kl_map_key_value_at(e->queries, i)), at->count,
                           at->total_ms, average, at->last, i};
    }
    pthread_mutex_unlock(&e->lock);
    if (!list)
        return kl_error_no_memory(error);
    *out = list;
    *count = taken;
    return KL_OK;
}

static void free_snapshots(snapshot *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        kl_value_release(list[i].query);
    kl_free(list);
}

static kl_status stats_of(kl_value *out, const snapshot *from, kl_error *error)
{
    char text[KL_TIME_TEXT];
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, &stats_type, error));
    stats *made = (stats *)object;
    made->execution_count = from->count;
    made->total_duration_ms = from->total_ms;
    made->avg_duration_ms = from->average_ms;
    size_t len = kl_time_print(text, from->last, 9, KL_TIME_OFFSET);
    kl_status status = kl_string_new(&made->last_executed, (kl_text){text, len}, error);
    if (status == KL_OK)
        *out = kl_value_of(object);
    else
        kl_object_release(object);
    return status;
}

/* (text, QueryStats), at the end of a list. */
static kl_status add_pair(kl_value *list, const snapshot *from, kl_error *error)
{
    kl_value pair, made;
    kl_status status;
    KL_TRY(kl_array_new(&pair, 2, error));
    KL_TRY_OUT(kl_array_push(&pair, kl_value_retain(from->query), error));
    KL_TRY_OUT(stats_of(&made, from, error));
    KL_TRY_OUT(kl_array_push(&pair, made, error));
    return kl_array_push(list, pair, error);
out:
    kl_value_release(pair);
    return status;
}

static kl_status list_queries(kl_value *out, kl_object *self, double above_ms,
                              int (*order)(const void *, const void *), kl_error *error)
{
    snapshot *taken;
    size_t count;
    kl_value list = kl_null();
    kl_status status;
    KL_TRY(take_snapshots(&taken, &count, (engine *)self, above_ms, error));
    qsort(taken, count, sizeof *taken, order);
    KL_TRY_OUT(kl_array_new(&list, count, error));
    for (size_t i = 0; i < count; i++)
        KL_TRY_OUT(add_pair(&list, &taken[i], error));
    *out = kl_value_take(&list);
out:
    kl_value_release(list);
    free_snapshots(taken, count);
    return status;
}

/* ---- methods ----------------------------------------------------------------------------------- */

static kl_status record_query(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)out;
    return kl_query_engine_record(self, kl_as_text(args[0]), kl_as_double(args[1]), error);
}

static kl_status all_stats(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    return list_queries(out, self, -1, by_count, error);
}

static kl_status slow_queries(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    return list_queries(out, self, ((engine *)self)->threshold_ms, by_average, error);
}

static size_t count_queries(engine *e)
{
    pthread_mutex_lock(&e->lock);
    size_t count = kl_map_len(e->queries);
    pthread_mutex_unlock(&e->lock);
    return count;
}

static kl_status query_count(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_int((int64_t)count_queries((engine *)self));
    return KL_OK;
}

static kl_status clear_stats(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    engine *e = (engine *)self;
    (void)out, (void)args, (void)error;
    pthread_mutex_lock(&e->lock);
    kl_value old = e->queries;
    e->queries = kl_map_empty();
    pthread_mutex_unlock(&e->lock);
    kl_value_release(old);
    return KL_OK;
}

static kl_status engine_repr(kl_value *out, kl_object *self, kl_error *error)
{
    engine *e = (engine *)self;
    return kl_string_format(out, error, "QueryEngine(threshold=%.1fms, queries=%zu)",
                            e->threshold_ms, count_queries(e));
}

/* Finite, and more than any clock counts. */
#define MILLISECONDS KL_RANGE(0, 1e18)

static const kl_param engine_params[] = {
    {.name = "slow_threshold_ms", .kind = KL_KIND_NUMBER, .range = MILLISECONDS,
     .doc = "a statement that takes longer on average, in milliseconds, is slow"},
};
static const kl_param record_params[] = {
    {.name = "query", .kind = KL_KIND_STRING, .doc = "text of the statement"},
    {.name = "duration_ms", .kind = KL_KIND_NUMBER, .range = MILLISECONDS,
     .doc = "milliseconds it took"},
};

static const kl_method engine_methods[] = {
    {.name = "record_query", .call = record_query, .params = KL_TABLE(record_params),
     .returns = KL_KIND_NONE, .raises = "ValueError",
     .doc = "Notes a run of a statement. The 10,000 texts that ran last are remembered."},
    {.name = "stats", .call = all_stats, .returns = KL_KIND_ARRAY, .item = KL_KIND_TUPLE,
     .doc = "All statements, the most frequent first, as pairs of text and QueryStats."},
    {.name = "slow_queries", .call = slow_queries, .returns = KL_KIND_ARRAY,
     .item = KL_KIND_TUPLE,
     .doc = "Those that take longer than the threshold on average, the slowest first, likewise."},
    {.name = "query_count", .call = query_count, .returns = KL_KIND_INT,
     .doc = "How many statements are remembered."},
    {.name = "clear_stats", .call = clear_stats, .returns = KL_KIND_NONE,
     .doc = "Forgets all."},
};

const kl_type kl_query_engine_type = {
    .name = "QueryEngine",
    .module = "kailash.dataflow",
    .doc = "Counts and times statements. Threads may share one.",
    .size = sizeof(engine),
    .params = KL_TABLE(engine_params),
    .methods = KL_TABLE(engine_methods),
    .init = engine_init,
    .dispose = engine_dispose,
    .repr = engine_repr,
};
KL_PUBLISH(kl_query_engine_type);
