/* src/dataflow/schema_cache.c - SchemaCache: what the inspector told, kept for a while. */
#include "fork.h"
#include "inspector.h"

#include <math.h>
#include <pthread.h>

/* Answers kept at most; with one more all are forgotten. */
enum { ENTRIES_MAX = 10000 };

typedef struct cache {
    kl_object object;
    kl_fork_watch fork_watch;
    double ttl_secs; /* negative = for ever */
    pthread_mutex_t lock; /* guards what follows */
    kl_value entries;     /* map "<id> <question> <table>" -> [time, answer] */
} cache;

static kl_status init(kl_object *self, const kl_value *args, kl_error *error)
{
    cache *c = (cache *)self;
    pthread_mutex_init(&c->lock, NULL);
    c->fork_watch.lock = &c->lock;
    kl_fork_watch_begin(&c->fork_watch);
    c->ttl_secs = kl_is_null(args[0]) ? -1 : kl_as_double(args[0]);
    return kl_map_new(&c->entries, 8, error);
}

static void dispose(kl_object *self)
{
    cache *c = (cache *)self;
    kl_fork_watch_end(&c->fork_watch);
    kl_value_release(c->entries);
    pthread_mutex_destroy(&c->lock);
}

static kl_status repr(kl_value *out, kl_object *self, kl_error *error)
{
    double ttl = ((const cache *)self)->ttl_secs;
    if (ttl < 0)
        return kl_string_from_valid(out, KL_TEXT("SchemaCache(ttl=None)"), error);
    return kl_string_format(out, error,
                            ttl == floor(ttl) && ttl < 1e15 ? "SchemaCache(ttl=Some(%.1f))"
                                                            : "SchemaCache(ttl=Some(%.15g))",
                            ttl);
}

/* ---- entries ------------------------------------------------------------------------------------- */

/* What is asked; a database is told apart by its DataFlow, so two of them never mix. */
typedef struct question {
    const char *name;
    kl_dataflow *dataflow;
    kl_text table;
} question;

static kl_status key_of(kl_value *out, const question *q, kl_error *error)
{
    return kl_string_format(out, error, "%llu %s %.*s",
                            (unsigned long long)kl_dataflow_id(q->dataflow), q->name,
                            KL_TEXT_ARG(q->table));
}

static bool find(kl_value *out, cache *c, kl_text key)
{
    bool found = false;
    pthread_mutex_lock(&c->lock);
    kl_value entry = kl_map_get(c->entries, key);
    double age = (double)(kl_clock_now() - kl_as_int(kl_array_at(entry, 0))) / 1e9;
    if (!kl_is_null(entry) && (c->ttl_secs < 0 || age < c->ttl_secs)) {
        *out = kl_value_retain(kl_array_at(entry, 1));
        found = true;
    }
    pthread_mutex_unlock(&c->lock);
    return found;
}

static kl_status keep(cache *c, kl_value key, kl_value answer, kl_error *error)
{
    kl_value entry, old = kl_null();
    KL_TRY(kl_array_new(&entry, 2, error));
    kl_status status = kl_array_push(&entry, kl_int(kl_clock_now()), error);
    if (status == KL_OK)
        status = kl_array_push(&entry, kl_value_retain(answer), error);
    if (status != KL_OK) {
        kl_value_release(entry);
        return status;
    }
    pthread_mutex_lock(&c->lock);
    if (kl_map_len(c->entries) >= ENTRIES_MAX) {
        old = c->entries;
        c->entries = kl_map_empty();
    }
    status = kl_map_set_key(&c->entries, key, entry, error);
    pthread_mutex_unlock(&c->lock);
    kl_value_release(old);
    return status;
}

static kl_status ask(kl_value *out, const question *q, kl_error *error)
{
    static const char who[] = "schema cache";
    if (strcmp(q->name, "tables") == 0)
        return kl_inspect_tables(out, q->dataflow, who, error);
    if (strcmp(q->name, "columns") == 0)
        return kl_inspect_columns(out, q->dataflow, q->table, who, error);
    return kl_inspect_indexes(out, q->dataflow, q->table, who, error);
}

/* Asked outside of the lock: two who ask at once both ask the database. */
static kl_status get(kl_value *out, kl_object *self, const question *q, kl_error *error)
{
    kl_value key, answer;
    KL_TRY(key_of(&key, q, error));
    kl_status status = KL_OK;
    if (!find(&answer, (cache *)self, kl_as_text(key))) {
        status = ask(&answer, q, error);
        if (status == KL_OK && (status = keep((cache *)self, key, answer, error)) != KL_OK)
            kl_value_release(answer);
    }
    kl_value_release(key);
    if (status == KL_OK)
        *out = answer;
    return status;
}

/* ---- methods ------------------------------------------------------------------------------------- */

static kl_status call_tables(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    question q = {"tables", (kl_dataflow *)args[0].as.object, {"", 0}};
    return get(out, self, &q, error);
}

static kl_status call_columns(kl_value *out, kl_object *self, const kl_value *args,
                              kl_error *error)
{
    question q = {"columns", (kl_dataflow *)args[0].as.object, kl_as_text(args[1])};
    return get(out, self, &q, error);
}

static kl_status call_indexes(kl_value *out, kl_object *self, const kl_value *args,
                              kl_error *error)
{
    question q = {"indexes", (kl_dataflow *)args[0].as.object, kl_as_text(args[1])};
    return get(out, self, &q, error);
}

static kl_status call_invalidate(kl_value *out, kl_object *self, const kl_value *args,
                                 kl_error *error)
{
    cache *c = (cache *)self;
    (void)out;
    (void)args;
    (void)error;
    pthread_mutex_lock(&c->lock);
    kl_value old = c->entries;
    c->entries = kl_map_empty();
    pthread_mutex_unlock(&c->lock);
    kl_value_release(old);
    return KL_OK;
}

/* Behind the second blank of a key: its table. */
static kl_text table_of(kl_text key)
{
    const char *at = memchr(key.data, ' ', key.len);
    at = strchr(at + 1, ' ') + 1;
    return (kl_text){at, key.len - (size_t)(at - key.data)};
}

/* The list of tables goes too: the table may be new or gone. */
static kl_status call_invalidate_table(kl_value *out, kl_object *self, const kl_value *args,
                                       kl_error *error)
{
    cache *c = (cache *)self;
    kl_value kept;
    (void)out;
    KL_TRY(kl_map_new(&kept, 8, error));
    kl_status status = KL_OK;
    pthread_mutex_lock(&c->lock);
    for (size_t i = 0; i < kl_map_len(c->entries) && status == KL_OK; i++) {
        kl_text table = table_of(kl_map_key_at(c->entries, i));
        if (table.len && !kl_text_equal(table, kl_as_text(args[0])))
            status = kl_map_set_key(&kept, kl_map_key_value_at(c->entries, i),
                                    kl_value_retain(kl_map_value_at(c->entries, i)), error);
    }
    if (status == KL_OK) {
        kl_value old = c->entries;
        c->entries = kept;
        kept = old;
    }
    pthread_mutex_unlock(&c->lock);
    kl_value_release(kept);
    return status;
}

#define DATAFLOW                                                                                   \
    {.name = "dataflow", .kind = KL_KIND_OBJECT, .type = &kl_dataflow_type,                        \
     .doc = "the database"}

static const kl_param params[] = {
    {.name = "ttl_secs", .kind = KL_KIND_DOUBLE, .flags = KL_OPTIONAL,
     .range = KL_RANGE(0, 1e15),
     .doc = "seconds for which an answer counts; None = until it is invalidated"},
};
static const kl_param dataflow_param[] = {DATAFLOW};
static const kl_param table_params[] = {
    DATAFLOW, {.name = "table", .kind = KL_KIND_STRING, .doc = "name of a table"}};
static const kl_param name_param[] = {
    {.name = "table", .kind = KL_KIND_STRING, .doc = "name of a table"}};

#define WAITS .flags = KL_BLOCKING, .raises = "RuntimeError, DataFlowDatabaseError"

static const kl_method methods[] = {
    {.name = "get_tables", .call = call_tables, .params = KL_TABLE(dataflow_param),
     .returns = KL_KIND_ARRAY, .item = KL_KIND_STRING, WAITS,
     .doc = "Names of the tables, as DataFlowInspector.tables() tells them."},
    {.name = "get_columns", .call = call_columns, .params = KL_TABLE(table_params),
     .returns = KL_KIND_ARRAY, .item = KL_KIND_MAP, WAITS,
     .doc = "The columns that DataFlowInspector.table_info() tells. RuntimeError when there is no "
            "such table."},
    {.name = "get_indexes", .call = call_indexes, .params = KL_TABLE(table_params),
     .returns = KL_KIND_ARRAY, .item = KL_KIND_MAP, WAITS,
     .doc = "As DataFlowInspector.indexes()."},
    {.name = "invalidate", .call = call_invalidate, .returns = KL_KIND_NONE,
     .doc = "Forgets all."},
    {.name = "invalidate_table", .call = call_invalidate_table, .params = KL_TABLE(name_param),
     .returns = KL_KIND_NONE,
     .doc = "Forgets a table, of all databases, and the lists of tables."},
};

static const kl_type schema_cache_type = {
    .name = "SchemaCache",
    .module = "kailash.dataflow",
    .doc = "Keeps what DataFlowInspector tells, apart for each DataFlow. Threads may share one.",
    .size = sizeof(cache),
    .methods = KL_TABLE(methods),
    .params = KL_TABLE(params),
    .init = init,
    .dispose = dispose,
    .repr = repr,
};
KL_PUBLISH(schema_cache_type);
