/* src/drivers/mongodb.c - the mongodb driver: collections of a MongoDB server, through libmongoc. */
#include "driver.h"
#include "drivers/mongodb.h"
#include "mongodb_value.h"

#include <mongoc/mongoc.h>
#include <pthread.h>

/* Documents that an answer may have, and after how many who may stop it is asked. */
enum { LIST_MAX = 10000000, PACE = 256 };

typedef struct server {
    mongoc_client_pool_t *pool;
    char *database;
    int64_t timeout_ms;
} server;

/* ---- failing --------------------------------------------------------------------------------------- */

static kl_status code_of(const bson_error_t *why)
{
    if (why->domain == MONGOC_ERROR_SERVER_SELECTION || why->domain == MONGOC_ERROR_STREAM)
        return KL_IO;
    switch (why->code) {
    case 11000: /* DuplicateKey */
        return KL_STATE;
    case 26: /* NamespaceNotFound */
    case 27: /* IndexNotFound */
        return KL_NOT_FOUND;
    case 11: /* UserNotFound */
    case 13: /* Unauthorized */
    case 18: /* AuthenticationFailed */
        return KL_DENIED;
    case 50: /* MaxTimeMSExpired */
        return KL_TIMEOUT;
    default:
        return why->domain == MONGOC_ERROR_CLIENT && why->code == MONGOC_ERROR_CLIENT_AUTHENTICATE
                   ? KL_DENIED
                   : KL_FAILED;
    }
}

static kl_status fail(kl_error *error, const bson_error_t *why)
{
    return kl_error_set(error, code_of(why), "MongoDB: %s", why->message);
}

/* ---- servers --------------------------------------------------------------------------------------- */

static pthread_once_t once = PTHREAD_ONCE_INIT;

/* What it would write to the error stream comes as errors too. */
static void begin(void)
{
    mongoc_log_set_handler(NULL, NULL);
    mongoc_init();
}

static void limit_time(mongoc_uri_t *uri, const char *option, int64_t timeout_ms)
{
    if (!mongoc_uri_has_option(uri, option))
        mongoc_uri_set_option_as_int32(uri, option, (int32_t)KL_MIN(timeout_ms, INT32_MAX));
}

static kl_status parse(mongoc_uri_t **out, const kl_mongodb_options *options, kl_error *error)
{
    bson_error_t why;
    mongoc_uri_t *uri = mongoc_uri_new_with_error(options->url, &why);
    if (!uri) /* its message may quote what is wrong, such as a password */
        return kl_error_set(error, KL_INVALID, "expected a URL such as "
                                               "mongodb://user:password@host:27017/database, got a "
                                               "malformed one");
    const char *database = mongoc_uri_get_database(uri);
    if (!database || !*database) {
        mongoc_uri_destroy(uri);
        return kl_error_set(error, KL_INVALID, "expected a URL with a database, such as "
                                               "mongodb://localhost:27017/database");
    }
    limit_time(uri, MONGOC_URI_SERVERSELECTIONTIMEOUTMS, options->timeout_ms);
    limit_time(uri, MONGOC_URI_CONNECTTIMEOUTMS, KL_MIN(options->timeout_ms, 10000));
    limit_time(uri, MONGOC_URI_SOCKETTIMEOUTMS, options->timeout_ms);
    limit_time(uri, MONGOC_URI_WAITQUEUETIMEOUTMS, options->timeout_ms);
    *out = uri;
    return KL_OK;
}

static void close_server(void *data)
{
    server *s = data;
    mongoc_client_pool_destroy(s->pool);
    bson_free(s->database);
    kl_free(s);
}

static kl_status open_server(void **out, const kl_mongodb_options *options, kl_error *error)
{
    mongoc_uri_t *uri;
    bson_error_t why;
    pthread_once(&once, begin);
    KL_TRY(parse(&uri, options, error));
    server *s = kl_alloc_zero(1, sizeof *s);
    kl_status status = s ? KL_OK : kl_error_no_memory(error);
    if (status == KL_OK && !(s->pool = mongoc_client_pool_new_with_error(uri, &why)))
        status = kl_error_set(error, KL_INVALID, "MongoDB: %s", why.message);
    if (status == KL_OK) {
        mongoc_client_pool_set_error_api(s->pool, MONGOC_ERROR_API_VERSION_2);
        mongoc_client_pool_set_appname(s->pool, "kailash");
        s->database = bson_strdup(mongoc_uri_get_database(uri));
        s->timeout_ms = options->timeout_ms;
        *out = s;
    } else {
        kl_free(s);
    }
    mongoc_uri_destroy(uri);
    return status;
}

/* A connection and a collection in use. */
typedef struct session {
    server *server;
    mongoc_client_t *client;
    mongoc_collection_t *collection;
} session;

static kl_status enter(session *out, void *data, kl_text collection, kl_error *error)
{
    server *s = data;
    if (collection.len == 0 || memchr(collection.data, '\0', collection.len))
        return kl_error_form(error, KL_INVALID, "invalid input 'collection': expected a name without "
                                                "NUL");
    *out = (session){.server = s, .client = mongoc_client_pool_pop(s->pool)};
    if (!out->client)
        return kl_error_set(error, KL_TIMEOUT, "MongoDB: no connection of the pool became free");
    out->collection = mongoc_client_get_collection(out->client, s->database, collection.data);
    return KL_OK;
}

static void leave(session *s)
{
    mongoc_collection_destroy(s->collection);
    mongoc_client_pool_push(s->server->pool, s->client);
}

/* ---- reading --------------------------------------------------------------------------------------- */

static kl_status check(const kl_mongodb_watch *watch, size_t count, kl_error *error)
{
    if (count >= LIST_MAX)
        return kl_error_set(error, KL_LIMIT, "resource limit exceeded: documents (limit: %d)", LIST_MAX);
    return count % PACE == 0 && watch->check ? watch->check(watch->data, error) : KL_OK;
}

/* All documents of a cursor, which is ended, as an array; given. */
static kl_status drain(kl_value *out, mongoc_cursor_t *cursor, const kl_mongodb_watch *watch,
                       kl_error *error)
{
    kl_value list, one;
    const bson_t *document;
    bson_error_t why;
    kl_status status = kl_array_new(&list, 0, error);
    if (status != KL_OK) {
        mongoc_cursor_destroy(cursor);
        return status;
    }
    while (status == KL_OK && mongoc_cursor_next(cursor, &document)) {
        status = check(watch, kl_array_len(list), error);
        if (status == KL_OK)
            status = kl_bson_value(&one, document, false, error);
        if (status == KL_OK)
            status = kl_array_push(&list, one, error);
    }
    if (status == KL_OK && mongoc_cursor_error(cursor, &why))
        status = fail(error, &why);
    mongoc_cursor_destroy(cursor);
    if (status == KL_OK)
        *out = list;
    else
        kl_value_release(list);
    return status;
}

static kl_status find(kl_value *out, void *data, kl_text collection, kl_value filter,
                      kl_value options, const kl_mongodb_watch *watch, kl_error *error)
{
    bson_t what = BSON_INITIALIZER, how = BSON_INITIALIZER;
    session s;
    kl_status status = kl_bson_add(&what, filter, error);
    if (status == KL_OK)
        status = kl_bson_add(&how, options, error);
    if (status == KL_OK)
        status = enter(&s, data, collection, error);
    if (status == KL_OK) {
        BSON_APPEND_INT64(&how, "maxTimeMS", s.server->timeout_ms);
        status = drain(out, mongoc_collection_find_with_opts(s.collection, &what, &how, NULL), watch,
                       error);
        leave(&s);
    }
    bson_destroy(&what);
    bson_destroy(&how);
    return status;
}

static kl_status aggregate(kl_value *out, void *data, kl_text collection, kl_value pipeline,
                           const kl_mongodb_watch *watch, kl_error *error)
{
    bson_t stages = BSON_INITIALIZER, what = BSON_INITIALIZER, how = BSON_INITIALIZER;
    session s;
    kl_status status = kl_bson_add(&stages, pipeline, error);
    BSON_APPEND_ARRAY(&what, "pipeline", &stages);
    if (status == KL_OK)
        status = enter(&s, data, collection, error);
    if (status == KL_OK) {
        BSON_APPEND_INT64(&how, "maxTimeMS", s.server->timeout_ms);
        status = drain(out, mongoc_collection_aggregate(s.collection, MONGOC_QUERY_NONE, &what, &how, NULL),
                       watch, error);
        leave(&s);
    }
    bson_destroy(&stages);
    bson_destroy(&what);
    bson_destroy(&how);
    return status;
}

static kl_status list_indexes(kl_value *out, void *data, kl_text collection, kl_error *error)
{
    static const kl_mongodb_watch nobody = {0};
    session s;
    KL_TRY(enter(&s, data, collection, error));
    kl_status status = drain(out, mongoc_collection_find_indexes_with_opts(s.collection, NULL), &nobody,
                             error);
    leave(&s);
    return status;
}

/* ---- changing -------------------------------------------------------------------------------------- */

/* A count in a reply; 0 when it is not there. */
static size_t count_in(const bson_t *reply, const char *key)
{
    bson_iter_t at;
    return bson_iter_init_find(&at, reply, key) ? (size_t)bson_iter_as_int64(&at) : 0;
}

static void free_all(bson_t **all, size_t count)
{
    for (size_t i = 0; i < count; i++)
        bson_destroy(all[i]);
    kl_free(all);
}

/* Documents as BSON; given, end them with free_all(). */
static kl_status all_of(bson_t ***out, kl_value list, kl_error *error)
{
    size_t count = kl_array_len(list);
    bson_t **all = kl_alloc(count * sizeof(bson_t *));
    if (!all)
        return kl_error_no_memory(error);
    for (size_t i = 0; i < count; i++) {
        all[i] = bson_new();
        kl_status status = kl_bson_add(all[i], kl_array_at(list, i), error);
        if (status != KL_OK) {
            free_all(all, i + 1);
            return status;
        }
    }
    *out = all;
    return KL_OK;
}

/* Those before the first that failed, which is told by its place: some servers count wrongly. */
static size_t inserted_in(const bson_t *reply)
{
    bson_iter_t at, place;
    size_t count = count_in(reply, "insertedCount");
    if (bson_iter_init(&at, reply) && bson_iter_find_descendant(&at, "writeErrors.0.index", &place))
        return KL_MIN(count, (size_t)bson_iter_as_int64(&place));
    return count;
}

static kl_status insert_all(size_t *inserted, session *s, bson_t **all, size_t count, kl_error *error)
{
    bson_error_t why;
    bson_t reply;
    bool good = mongoc_collection_insert_many(s->collection, (const bson_t **)all, count, NULL, &reply,
                                              &why);
    kl_status status = good ? KL_OK : fail(error, &why);
    *inserted = inserted_in(&reply);
    bson_destroy(&reply);
    return status;
}

static kl_status insert(size_t *inserted, void *data, kl_text collection, kl_value list,
                        kl_error *error)
{
    size_t count = kl_array_len(list);
    bson_t **all;
    session s;
    *inserted = 0;
    if (count == 0)
        return KL_OK;
    KL_TRY(all_of(&all, list, error));
    kl_status status = enter(&s, data, collection, error);
    if (status == KL_OK) {
        status = insert_all(inserted, &s, all, count, error);
        leave(&s);
    }
    free_all(all, count);
    return status;
}

static kl_status read_update(kl_mongodb_update *update, const bson_t *reply, kl_error *error)
{
    bson_iter_t at;
    update->matched = count_in(reply, "matchedCount");
    update->modified = count_in(reply, "modifiedCount");
    if (bson_iter_init_find(&at, reply, "upsertedId"))
        return kl_bson_iter_value(&update->upserted_id, &at, error);
    return KL_OK;
}

static kl_status run_update(session *s, const bson_t *filter, const bson_t *change,
                            kl_mongodb_update *update, kl_error *error)
{
    bson_t how = BSON_INITIALIZER, reply;
    bson_error_t why;
    BSON_APPEND_BOOL(&how, "upsert", update->upsert);
    bool good = update->one
                    ? mongoc_collection_update_one(s->collection, filter, change, &how, &reply, &why)
                    : mongoc_collection_update_many(s->collection, filter, change, &how, &reply, &why);
    kl_status status = good ? read_update(update, &reply, error) : fail(error, &why);
    bson_destroy(&reply);
    bson_destroy(&how);
    return status;
}

static kl_status change(void *data, kl_text collection, kl_mongodb_update *update, kl_error *error)
{
    bson_t filter = BSON_INITIALIZER, changes = BSON_INITIALIZER;
    session s;
    update->upserted_id = kl_null();
    kl_status status = kl_bson_add(&filter, update->filter, error);
    if (status == KL_OK)
        status = kl_bson_add(&changes, update->update, error);
    if (status == KL_OK)
        status = enter(&s, data, collection, error);
    if (status == KL_OK) {
        status = run_update(&s, &filter, &changes, update, error);
        leave(&s);
    }
    bson_destroy(&filter);
    bson_destroy(&changes);
    return status;
}

static kl_status remove_some(size_t *removed, void *data, kl_text collection, kl_value filter,
                             bool one, kl_error *error)
{
    bson_t what = BSON_INITIALIZER, reply;
    bson_error_t why;
    session s;
    kl_status status = kl_bson_add(&what, filter, error);
    if (status == KL_OK)
        status = enter(&s, data, collection, error);
    if (status == KL_OK) {
        bool good = one ? mongoc_collection_delete_one(s.collection, &what, NULL, &reply, &why)
                        : mongoc_collection_delete_many(s.collection, &what, NULL, &reply, &why);
        *removed = count_in(&reply, "deletedCount");
        status = good ? KL_OK : fail(error, &why);
        bson_destroy(&reply);
        leave(&s);
    }
    bson_destroy(&what);
    return status;
}

static kl_status command(void *data, kl_value command, kl_error *error)
{
    bson_t what = BSON_INITIALIZER, reply;
    bson_error_t why;
    server *s = data;
    kl_status status = kl_bson_add(&what, command, error);
    mongoc_client_t *client = status == KL_OK ? mongoc_client_pool_pop(s->pool) : NULL;
    if (client) {
        if (!mongoc_client_write_command_with_opts(client, s->database, &what, NULL, &reply, &why))
            status = fail(error, &why);
        bson_destroy(&reply);
        mongoc_client_pool_push(s->pool, client);
    } else if (status == KL_OK) {
        status = kl_error_set(error, KL_TIMEOUT, "MongoDB: no connection of the pool became free");
    }
    bson_destroy(&what);
    return status;
}

static const kl_mongodb_driver functions = {open_server, close_server, find,    aggregate,   insert,
                                            change,      remove_some,  command, list_indexes};

__attribute__((visibility("default"))) const kl_driver kl_driver_entry = {
    .abi = KL_DRIVER_ABI, .name = "mongodb", .functions = &functions,
};
