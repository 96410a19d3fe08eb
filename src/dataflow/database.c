/* src/dataflow/database.c - DataFlow: connecting, models, tables. Its methods: database_methods.c. */
#include "data_error.h"
#include "dataflow.h"
#include "host.h"
#include "query_cache.h"
#include "store/cache.h"
#include "store/sql_url.h"

/* Connections of the pool that cannot write. */
enum { READING_MAX = 2 };

const kl_dataflow_config *kl_dataflow_config_of(const kl_dataflow *dataflow)
{
    return (const kl_dataflow_config *)dataflow->config.as.object;
}

kl_sql_dialect kl_dataflow_dialect(const kl_dataflow *dataflow) { return dataflow->dialect; }
kl_sql_pool *kl_dataflow_pool(const kl_dataflow *dataflow) { return dataflow->pool; }
kl_value kl_dataflow_shown_url(const kl_dataflow *dataflow) { return dataflow->shown_url; }
uint64_t kl_dataflow_id(const kl_dataflow *dataflow) { return dataflow->id; }

bool kl_dataflow_is_open(kl_dataflow *dataflow)
{
    return !__atomic_load_n(&dataflow->closed, __ATOMIC_ACQUIRE);
}

/* ---- credentials ------------------------------------------------------------------------------- */

static void set_refresh(kl_dataflow *dataflow)
{
    int64_t seconds = kl_dataflow_config_of(dataflow)->credential_refresh_interval_secs;
    __atomic_store_n(&dataflow->refresh_at, kl_clock_after(seconds * KL_SECOND), __ATOMIC_RELEASE);
}

/* The URL that the provider gives; given. Its own exception stays the cause. */
static kl_status ask_provider(kl_value *url, const kl_dataflow_config *config, kl_error *error)
{
    kl_value answer;
    kl_status status = kl_call_value(&answer, config->credential_provider, NULL, 0, error);
    if (status == KL_INTERRUPTED || status == KL_NO_MEMORY)
        return status;
    if (status != KL_OK) /* its words may hold the secret it was to give */
        return kl_error_set(error, KL_FAILED, "credential_provider raised an exception");
    if (!kl_is(answer, KL_KIND_STRING)) {
        kl_value_release(answer);
        return kl_error_set(error, KL_FAILED, "credential_provider: expected a text, a database URL");
    }
    *url = answer;
    return KL_OK;
}

kl_status kl_dataflow_refresh_credentials(kl_dataflow *dataflow, kl_error *error)
{
    const kl_dataflow_config *config = kl_dataflow_config_of(dataflow);
    kl_value url;
    if (kl_is_null(config->credential_provider))
        return KL_OK;
    if (kl_clock_now() < __atomic_load_n(&dataflow->refresh_at, __ATOMIC_ACQUIRE))
        return KL_OK;
    KL_TRY(ask_provider(&url, config, error));
    kl_status status = kl_sql_pool_move(dataflow->pool, kl_as_text(url), error);
    if (status == KL_OK && dataflow->reading)
        status = kl_sql_pool_move(dataflow->reading, kl_as_text(url), error);
    kl_value_release(url);
    if (status == KL_OK)
        set_refresh(dataflow);
    return status;
}

/* ---- pools ------------------------------------------------------------------------------------- */

static size_t most_connections(const kl_dataflow_config *config)
{
    const kl_pool_size *size = (const kl_pool_size *)config->pool_size.as.object;
    return size->kind == KL_POOL_AUTO ? 0 : (size_t)size->count;
}

/* What each new connection is told: tests do not wait for disks. */
static const char *session_text(const kl_sql_address *address, bool test_mode)
{
    if (!test_mode || address->dialect == KL_SQL_MYSQL)
        return NULL;
    return address->dialect == KL_SQL_SQLITE ? "PRAGMA synchronous=OFF"
                                             : "SET synchronous_commit TO off";
}

const char *kl_reading_text(kl_sql_dialect dialect)
{
    static const char *const texts[] = {
        [KL_SQL_SQLITE] = "PRAGMA query_only=ON",
        [KL_SQL_POSTGRES] = "SET default_transaction_read_only TO on",
        [KL_SQL_MYSQL] = "SET SESSION TRANSACTION READ ONLY",
    };
    return texts[dialect];
}

static kl_status open_pools(kl_dataflow *dataflow, kl_text url, kl_error *error)
{
    const kl_dataflow_config *config = kl_dataflow_config_of(dataflow);
    kl_sql_address address;
    KL_TRY(kl_sql_address_read(&address, url, error));
    dataflow->dialect = address.dialect;
    kl_sql_pool_options options = {
        .connections_max = most_connections(config),
        .connections_min = (size_t)config->min_connections,
        .acquire_timeout = KL_MAX(config->connect_timeout_secs * KL_SECOND, KL_MILLISECOND),
        .idle_timeout = kl_as_int(config->idle_timeout_secs) * KL_SECOND,
        .lifetime_max = config->max_lifetime_secs * KL_SECOND,
        .session = session_text(&address, config->test_mode),
        .shares_memory = true,
    };
    kl_sql_address_clear(&address);
    KL_TRY(kl_sql_pool_new(&dataflow->pool, url, &options, error));
    if (!config->enable_lightweight_pool)
        return KL_OK;
    options.connections_max = READING_MAX;
    options.connections_min = 0;
    options.session = kl_reading_text(dataflow->dialect);
    options.same_memory = dataflow->pool;
    return kl_sql_pool_new(&dataflow->reading, url, &options, error);
}

/* So many connections as are to stay open; at least one, which shows that the database is there. */
static kl_status connect_first(kl_dataflow *dataflow, kl_error *error)
{
    size_t most = kl_sql_pool_look(dataflow->pool).connections_max;
    size_t wanted = (size_t)kl_dataflow_config_of(dataflow)->min_connections, count = 0;
    kl_status status = KL_OK;
    wanted = KL_MIN(KL_MAX(wanted, 1), most);
    kl_sql **taken = kl_alloc(wanted * sizeof *taken);
    if (!taken)
        return kl_error_no_memory(error);
    while (count < wanted && status == KL_OK)
        if ((status = kl_sql_take(&taken[count], dataflow->pool, NULL, error)) == KL_OK)
            count++;
    while (count)
        kl_sql_give_back(taken[--count]);
    kl_free(taken);
    return status == KL_OK ? KL_OK : kl_data_error(error, status, "connect", dataflow->dialect);
}

/* The errors of a URL are RuntimeErrors here. */
static kl_status start(kl_dataflow *dataflow, kl_text url, kl_error *error)
{
    kl_status status = open_pools(dataflow, url, error);
    if (status == KL_INVALID || status == KL_SYNTAX) {
        kl_error_prefix(error, "connect failed: ");
        if (error)
            error->code = KL_FAILED;
        return KL_FAILED;
    }
    KL_TRY(status);
    void *token = kl_blocking_begin();
    status = connect_first(dataflow, error);
    kl_blocking_end(token);
    return status;
}

kl_status kl_dataflow_start(kl_dataflow *dataflow, const kl_dataflow_config *config,
                            kl_error *error)
{
    static uint64_t ids; /* atomic */
    kl_value url = kl_null();
    dataflow->id = __atomic_add_fetch(&ids, 1, __ATOMIC_RELAXED);
    pthread_mutex_init(&dataflow->lock, NULL);
    dataflow->fork_watch.lock = &dataflow->lock;
    kl_fork_watch_begin(&dataflow->fork_watch);
    dataflow->config = kl_value_of(kl_object_retain((kl_object *)(uintptr_t)&config->object));
    KL_TRY(kl_map_new(&dataflow->tables, 0, error));
    KL_TRY(kl_array_new(&dataflow->models, 0, error));
    KL_TRY(kl_query_cache_new(&dataflow->query_cache, config, error));
    if (kl_is_null(config->credential_provider))
        url = kl_value_retain(config->database_url);
    else
        KL_TRY(ask_provider(&url, config, error));
    set_refresh(dataflow);
    kl_status status = kl_sql_url_redact(&dataflow->shown_url, kl_as_text(url), error);
    if (status == KL_OK)
        status = start(dataflow, kl_as_text(url), error);
    kl_value_release(url);
    return status;
}

kl_status kl_dataflow_new(kl_dataflow **out, const kl_dataflow_config *config, kl_error *error)
{
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, &kl_dataflow_type, error));
    kl_status status = kl_dataflow_start((kl_dataflow *)object, config, error);
    if (status == KL_OK)
        *out = (kl_dataflow *)object;
    else
        kl_object_release(object);
    return status;
}

void kl_dataflow_close(kl_dataflow *dataflow)
{
    if (__atomic_exchange_n(&dataflow->closed, true, __ATOMIC_ACQ_REL))
        return;
    kl_sql_pool_close(dataflow->pool);
    if (dataflow->reading)
        kl_sql_pool_close(dataflow->reading);
}

void kl_dataflow_dispose(kl_object *self)
{
    kl_dataflow *dataflow = (kl_dataflow *)self;
    bool began = dataflow->fork_watch.lock != NULL;
    kl_fork_watch_end(&dataflow->fork_watch);
    kl_sql_pool_release(dataflow->reading);
    kl_sql_pool_release(dataflow->pool);
    kl_value_release(dataflow->tables);
    kl_value_release(dataflow->models);
    kl_value_release(dataflow->holds);
    kl_value_release(dataflow->shown_url);
    kl_cache_free(dataflow->query_cache);
    kl_value_release(dataflow->watch.validation);
    kl_value_release(dataflow->watch.query_engine);
    if (began)
        pthread_mutex_destroy(&dataflow->lock);
}

/* ---- models ------------------------------------------------------------------------------------ */

static kl_table_options table_options(const kl_dataflow *dataflow)
{
    const kl_dataflow_config *config = kl_dataflow_config_of(dataflow);
    kl_table_options options = {
        .dialect = dataflow->dialect,
        .json_decoded = kl_text_is(kl_as_text(config->json_mode), "decode"),
        .strict_types = config->strict_types,
    };
    kl_pg_mode_of(&options.pg_mode, kl_as_text(config->pg_type_mode), NULL);
    return options;
}

/* What is registered under a name: NULL, or a table, retained. */
static kl_table *find_table(kl_dataflow *dataflow, kl_text name)
{
    pthread_mutex_lock(&dataflow->lock);
    kl_table *table = kl_as_object(kl_map_get(dataflow->tables, name), &kl_table_type);
    if (table)
        kl_object_retain(&table->object);
    pthread_mutex_unlock(&dataflow->lock);
    return table;
}

/* Make the table in the database. In a transaction where one may hold DDL, so that a failure leaves
 * nothing behind. */
static kl_status make_table(kl_data_session *session, void *data, kl_error *error)
{
    kl_value statements;
    kl_status status = KL_OK;
    KL_TRY(kl_table_ddl(&statements, data, error));
    for (size_t i = 0; i < kl_array_len(statements) && status == KL_OK; i++)
        status = kl_data_session_query(NULL, NULL, session,
                                       kl_as_text(kl_array_at(statements, i)), NULL, 0, error);
    kl_value_release(statements);
    return status;
}

static kl_status create_table(kl_dataflow *dataflow, kl_table *table, const char *method,
                              kl_error *error)
{
    kl_data_session session;
    KL_TRY(kl_data_session_begin(&session, dataflow, method, error));
    kl_status status = kl_data_session_atomic(&session, make_table, table, error);
    kl_data_session_end(&session);
    return status;
}

static kl_status refuse_other(const kl_model *model, kl_error *error)
{
    return kl_error_set(error, KL_INVALID,
                        "register_model: model '%.*s' is registered already, with another "
                        "definition",
                        KL_TEXT_ARG(kl_as_text(model->name)));
}

/* Another thread may have been quicker. */
static kl_status add_table(kl_dataflow *dataflow, kl_table *table, const kl_model *model,
                           kl_error *error)
{
    kl_object *given = (kl_object *)(uintptr_t)&model->object;
    kl_status status = KL_OK;
    pthread_mutex_lock(&dataflow->lock);
    const kl_table *known = kl_as_object(kl_map_get(dataflow->tables, kl_as_text(model->name)),
                                         &kl_table_type);
    if (known && !kl_model_same(known->model, model))
        status = refuse_other(model, error);
    if (!known)
        status = kl_map_set_key(&dataflow->tables, model->name,
                                kl_value_of(kl_object_retain(&table->object)), error);
    if (!known && status == KL_OK)
        status = kl_array_push(&dataflow->models, kl_value_of(kl_object_retain(given)), error);
    pthread_mutex_unlock(&dataflow->lock);
    return status;
}

kl_status kl_dataflow_register(kl_dataflow *dataflow, const kl_model *model, kl_error *error)
{
    kl_table_options options = table_options(dataflow);
    kl_table *table = find_table(dataflow, kl_as_text(model->name));
    if (table) {
        bool same = kl_model_same(table->model, model);
        kl_table_release(table);
        return same ? KL_OK : refuse_other(model, error);
    }
    if (!kl_dataflow_is_open(dataflow))
        return kl_data_unreachable(error, "register_model", "the DataFlow is closed");
    KL_TRY(kl_table_open(&table, model, &options, error));
    kl_status status = KL_OK;
    if (kl_dataflow_config_of(dataflow)->auto_migrate)
        status = create_table(dataflow, table, "register_model", error);
    if (status == KL_OK)
        status = add_table(dataflow, table, model, error);
    kl_table_release(table);
    return status;
}

kl_status kl_dataflow_tables(kl_value *out, kl_dataflow *dataflow, kl_error *error)
{
    kl_value list;
    KL_TRY(kl_array_new(&list, 0, error));
    kl_status status = KL_OK;
    pthread_mutex_lock(&dataflow->lock);
    for (size_t i = 0; i < kl_map_len(dataflow->tables) && status == KL_OK; i++)
        status = kl_array_push(&list, kl_value_retain(kl_map_value_at(dataflow->tables, i)), error);
    pthread_mutex_unlock(&dataflow->lock);
    if (status == KL_OK)
        *out = list;
    else
        kl_value_release(list);
    return status;
}

kl_status kl_dataflow_create_tables(kl_dataflow *dataflow, kl_error *error)
{
    kl_value tables;
    KL_TRY(kl_dataflow_tables(&tables, dataflow, error));
    kl_status status = KL_OK;
    for (size_t i = 0; i < kl_array_len(tables) && status == KL_OK; i++)
        status = create_table(dataflow, (kl_table *)kl_array_at(tables, i).as.object,
                              "create_tables", error);
    kl_value_release(tables);
    return status;
}

kl_status kl_dataflow_table(kl_table **out, kl_dataflow *dataflow, kl_text model,
                            const char *method, kl_error *error)
{
    kl_value shown;
    kl_table *table = find_table(dataflow, model);
    if (table) {
        *out = table;
        return KL_OK;
    }
    KL_TRY(kl_fingerprint(&shown, model, error));
    kl_error_set(error, KL_FAILED, "%s failed: query build error: model not registered (%s)", method,
                 kl_as_text(shown).data);
    kl_value_release(shown);
    return KL_FAILED;
}
