/* src/store/mongo.c - see mongo.h. */
#include "mongo.h"
#include "document_filter.h"
#include "document_update.h"
#include "driver.h"
#include "kailash/id.h"
#include "kailash/json.h"
#include "buffer.h"

struct kl_mongo {
    const kl_mongodb_driver *driver;
    void *handle;
};

bool kl_mongo_is_url(kl_text url)
{
    return (url.len >= 10 && memcmp(url.data, "mongodb://", 10) == 0) ||
           (url.len >= 14 && memcmp(url.data, "mongodb+srv://", 14) == 0);
}

kl_status kl_mongo_new(kl_mongo **out, kl_text url, int64_t timeout_ms, kl_error *error)
{
    const void *functions;
    kl_value text;
    KL_TRY(kl_driver_load(&functions, "mongodb", error));
    kl_mongo *server = kl_alloc_zero(1, sizeof *server);
    if (!server)
        return kl_error_no_memory(error);
    server->driver = functions;
    kl_status status = kl_string_new(&text, url, error);
    if (status == KL_OK) {
        kl_mongodb_options options = {kl_as_text(text).data, timeout_ms};
        status = server->driver->open(&server->handle, &options, error);
        kl_value_release(text);
    }
    if (status == KL_OK)
        *out = server;
    else
        kl_free(server);
    return status;
}

void kl_mongo_free(kl_mongo *server)
{
    if (!server)
        return;
    server->driver->close(server->handle);
    kl_free(server);
}

static kl_value map_or_empty(kl_value map) { return kl_is_null(map) ? kl_map_empty() : map; }

/* ---- inserting ------------------------------------------------------------------------------------- */

/* The documents with ids, and the ids; given. */
static kl_status identify(kl_value *documents, kl_value *ids, kl_value list, kl_error *error)
{
    kl_value made = kl_null(), names = kl_null(), one;
    kl_status status;
    KL_TRY_OUT(kl_array_new(&made, kl_array_len(list), error));
    KL_TRY_OUT(kl_array_new(&names, kl_array_len(list), error));
    for (size_t i = 0; i < kl_array_len(list); i++) {
        KL_TRY_OUT(kl_document_identify(&one, kl_array_at(list, i), error));
        kl_value id = kl_value_retain(kl_map_get(one, KL_TEXT("_id")));
        status = kl_array_push(&made, one, error);
        if (status == KL_OK)
            status = kl_array_push(&names, id, error);
        else
            kl_value_release(id);
        KL_TRY_OUT(status);
    }
    *documents = made;
    *ids = names;
    return KL_OK;
out:
    kl_value_release(made);
    kl_value_release(names);
    return status;
}

/* Remove the first `count` of those that were inserted. */
static kl_status take_back(const kl_mongo_collection *c, kl_value ids, size_t count, kl_error *error)
{
    kl_value some, among, filter;
    size_t removed;
    if (count == 0)
        return KL_OK;
    KL_TRY(kl_array_slice(&some, ids, 0, count, error));
    KL_TRY(kl_map_of_one(&among, KL_TEXT("$in"), some, error));
    KL_TRY(kl_map_of_one(&filter, KL_TEXT("_id"), among, error));
    kl_status status = c->server->driver->remove(&removed, c->server->handle, c->name, filter, false,
                                                 error);
    kl_value_release(filter);
    return status;
}

/* The path of the index that a server's complaint about a duplicate names, if it is called as ours are. */
static kl_text twice_path(const char *message)
{
    const char *name = strstr(message, " index: "), *end = name ? strstr(name, " dup key") : NULL;
    if (!end)
        return (kl_text){NULL, 0};
    kl_text index = {name + 8, (size_t)(end - name - 8)};
    if (kl_text_is(index, "_id_"))
        return KL_TEXT("_id");
    bool ours = index.len > 2 && memcmp(index.data + index.len - 2, "_1", 2) == 0;
    return ours ? (kl_text){index.data, index.len - 2} : (kl_text){NULL, 0};
}

/* A duplicate in the words of the collections in memory. */
static void explain_twice(const kl_mongo_collection *c, kl_value document, kl_error *error)
{
    kl_error said = KL_ERROR_INIT;
    kl_value shown;
    if (!error)
        return;
    kl_text path = twice_path(kl_error_message(error));
    const kl_value *value = path.len ? kl_value_path(&document, path) : NULL;
    if (!path.len || kl_json_print(&shown, value ? *value : kl_null(), &kl_json_plain, NULL) != KL_OK)
        return;
    kl_error_set(&said, KL_STATE, "collection '%.*s' has a document with %.*s %.*s already",
                 KL_TEXT_ARG(c->name), KL_TEXT_ARG(path), KL_TEXT_ARG(kl_as_text(shown)));
    kl_value_release(shown);
    kl_error_move(error, &said);
}

kl_status kl_mongo_insert(kl_value *ids, const kl_mongo_collection *c, kl_value list,
                          kl_error *error)
{
    kl_value documents, made;
    size_t inserted = 0;
    kl_error why = KL_ERROR_INIT;
    KL_TRY(identify(&documents, &made, list, error));
    kl_status status = c->server->driver->insert(&inserted, c->server->handle, c->name, documents, error);
    if (status == KL_STATE)
        explain_twice(c, kl_array_at(documents, inserted), error);
    if (status != KL_OK && take_back(c, made, inserted, &why) != KL_OK)
        kl_error_prefix(error, "%zu documents were inserted and could not be removed again (%s): ",
                        inserted, kl_error_message(&why));
    kl_error_clear(&why);
    kl_value_release(documents);
    if (status == KL_OK)
        *ids = made;
    else
        kl_value_release(made);
    return status;
}

/* ---- finding --------------------------------------------------------------------------------------- */

static kl_status options_of(kl_value *out, const kl_documents_find *find, kl_error *error)
{
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, 4, error));
    if (!kl_is_null(find->projection))
        KL_TRY_OUT(kl_map_set(&map, KL_TEXT("projection"), kl_value_retain(find->projection), error));
    if (!kl_is_null(find->order))
        KL_TRY_OUT(kl_map_set(&map, KL_TEXT("sort"), kl_value_retain(find->order), error));
    if (find->skip)
        KL_TRY_OUT(kl_map_set(&map, KL_TEXT("skip"), kl_int((int64_t)find->skip), error));
    if (find->limit)
        KL_TRY_OUT(kl_map_set(&map, KL_TEXT("limit"), kl_int((int64_t)find->limit), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

kl_status kl_mongo_query(kl_value *out, const kl_mongo_collection *c, const kl_documents_find *find,
                         kl_error *error)
{
    kl_value options;
    KL_TRY(options_of(&options, find, error));
    kl_status status = c->server->driver->find(out, c->server->handle, c->name,
                                               map_or_empty(find->filter), options, &c->watch, error);
    kl_value_release(options);
    return status;
}

static kl_status aggregate(kl_value *out, const kl_mongo_collection *c, kl_value pipeline,
                           kl_error *error)
{
    return c->server->driver->aggregate(out, c->server->handle, c->name, pipeline, &c->watch, error);
}

/* A $group of nothing but `_id` counts too, as the collections in memory have it. In place, also in the
 * pipelines of $facet. */
static kl_status count_groups(kl_value *pipeline, unsigned depth, kl_error *error);

static kl_status count_group(kl_value *stage, kl_error *error)
{
    kl_value group = kl_map_get(*stage, KL_TEXT("$group")), sum, made;
    if (kl_map_len(group) != 1 || !kl_map_has(group, KL_TEXT("_id")))
        return KL_OK;
    KL_TRY(kl_map_of_one(&sum, KL_TEXT("$sum"), kl_int(1), error));
    made = kl_value_retain(group);
    kl_status status = kl_map_set(&made, KL_TEXT("count"), sum, error);
    if (status == KL_OK)
        return kl_map_set(stage, KL_TEXT("$group"), made, error);
    kl_value_release(made);
    return status;
}

static kl_status count_facet(kl_value *stage, unsigned depth, kl_error *error)
{
    kl_value facets = kl_value_retain(kl_map_get(*stage, KL_TEXT("$facet")));
    kl_status status = KL_OK;
    for (size_t i = 0; i < kl_map_len(facets) && status == KL_OK; i++) {
        kl_value inner = kl_value_retain(kl_map_value_at(facets, i));
        status = count_groups(&inner, depth + 1, error);
        if (status == KL_OK)
            status = kl_map_set(&facets, kl_map_key_at(facets, i), inner, error);
        else
            kl_value_release(inner);
    }
    if (status == KL_OK && kl_map_len(facets))
        return kl_map_set(stage, KL_TEXT("$facet"), facets, error);
    kl_value_release(facets);
    return status;
}

static kl_status count_groups(kl_value *pipeline, unsigned depth, kl_error *error)
{
    for (size_t i = 0; i < kl_array_len(*pipeline) && depth < KL_FILTER_DEPTH_MAX; i++) {
        kl_value stage = kl_value_retain(kl_array_at(*pipeline, i));
        kl_status status = count_group(&stage, error);
        if (status == KL_OK)
            status = count_facet(&stage, depth, error);
        if (status == KL_OK)
            status = kl_array_set(pipeline, i, stage, error);
        else
            kl_value_release(stage);
        KL_TRY(status);
    }
    return KL_OK;
}

kl_status kl_mongo_aggregate(kl_value *out, const kl_mongo_collection *c, kl_value pipeline,
                             kl_error *error)
{
    kl_value made = kl_value_retain(pipeline);
    kl_status status = count_groups(&made, 0, error);
    if (status == KL_OK)
        status = aggregate(out, c, made, error);
    kl_value_release(made);
    return status;
}

/* As all drivers count: the command "count" may count what a cluster is just moving. */
kl_status kl_mongo_count(size_t *out, const kl_mongo_collection *c, kl_value filter, kl_error *error)
{
    kl_value pipeline, stage, found = kl_null(), group = kl_null();
    kl_status status;
    KL_TRY(kl_array_new(&pipeline, 2, error));
    KL_TRY_OUT(kl_map_of_one(&stage, KL_TEXT("$match"), kl_value_retain(map_or_empty(filter)), error));
    KL_TRY_OUT(kl_array_push(&pipeline, stage, error));
    KL_TRY_OUT(kl_json_parse(&group, KL_TEXT("{\"$group\":{\"_id\":null,\"n\":{\"$sum\":1}}}"), error));
    KL_TRY_OUT(kl_array_push(&pipeline, kl_value_take(&group), error));
    KL_TRY_OUT(aggregate(&found, c, pipeline, error));
    *out = (size_t)kl_as_int(kl_map_get(kl_array_at(found, 0), KL_TEXT("n")));
out:
    kl_value_release(pipeline);
    kl_value_release(found);
    return status;
}

/* ---- changing -------------------------------------------------------------------------------------- */

/* Whether a filter may demand an `_id`, of which an upsert then is made. */
static bool speaks_of_id(kl_value filter, unsigned depth)
{
    for (size_t i = 0; i < kl_map_len(filter); i++) {
        kl_value item = kl_map_value_at(filter, i);
        kl_text key = kl_map_key_at(filter, i);
        if (kl_text_is(key, "_id") || (key.len > 4 && memcmp(key.data, "_id.", 4) == 0))
            return true;
        for (size_t k = 0; k < kl_array_len(item) && depth < KL_FILTER_DEPTH_MAX; k++)
            if (speaks_of_id(kl_array_at(item, k), depth + 1))
                return true;
    }
    return false;
}

static bool sets_id(kl_value update)
{
    for (size_t i = 0; i < kl_map_len(update); i++)
        if (kl_map_has(kl_map_value_at(update, i), KL_TEXT("_id")))
            return true;
    return false;
}

/* The document that an upsert may insert gets a UUID, as all others do. */
static kl_status set_new_id(kl_value *update, kl_error *error)
{
    char uuid[37];
    kl_value fresh = kl_value_retain(map_or_empty(kl_map_get(*update, KL_TEXT("$setOnInsert"))));
    kl_status status = kl_uuid_new(uuid, error);
    if (status == KL_OK)
        status = kl_map_set_text(&fresh, KL_TEXT("_id"), kl_text_from(uuid), error);
    if (status == KL_OK)
        return kl_map_set(update, KL_TEXT("$setOnInsert"), fresh, error);
    kl_value_release(fresh);
    return status;
}

/* {"$set": fields}, but for `_id`, which never changes; given. A server would take a dot for a path. */
static kl_status set_fields(kl_value *out, kl_value fields, kl_error *error)
{
    kl_value others = kl_value_retain(fields);
    for (size_t i = 0; i < kl_map_len(fields); i++) {
        kl_text name = kl_map_key_at(fields, i);
        if (memchr(name.data, '.', name.len)) {
            kl_value_release(others);
            return kl_error_form(error, KL_INVALID, "invalid input 'update.%.*s': expected a field without "
                                 "dots with backend mongodb, or $set with a path", KL_TEXT_ARG(name));
        }
    }
    kl_status status = kl_map_remove(&others, KL_TEXT("_id"), error);
    if (status == KL_OK && kl_map_len(others))
        return kl_map_of_one(out, KL_TEXT("$set"), others, error);
    kl_value_release(others);
    if (status == KL_OK)
        *out = kl_map_empty();
    return status;
}

/* An update with operators; given. */
static kl_status operators_of(kl_value *out, const kl_documents_update *update, kl_error *error)
{
    kl_value made = kl_null(), given = update->update;
    kl_status status = KL_OK;
    if (kl_map_len(given) && kl_map_key_at(given, 0).data[0] != '$')
        KL_TRY(set_fields(&made, given, error));
    else
        made = kl_value_retain(given);
    if (update->upsert && !speaks_of_id(update->filter, 0) && !sets_id(made))
        status = set_new_id(&made, error);
    if (status == KL_OK)
        *out = made;
    else
        kl_value_release(made);
    return status;
}

/* A server takes no update that changes nothing: then what matches is counted. */
static kl_status change_nothing(const kl_mongo_collection *c, kl_documents_update *update,
                                kl_error *error)
{
    KL_TRY(kl_mongo_count(&update->matched, c, update->filter, error));
    if (update->one)
        update->matched = KL_MIN(update->matched, 1);
    return KL_OK;
}

kl_status kl_mongo_change(const kl_mongo_collection *c, kl_documents_update *update, kl_error *error)
{
    kl_value operators;
    update->matched = update->modified = 0;
    update->upserted_id = kl_null();
    KL_TRY(kl_update_check_mixture(update->update, error));
    KL_TRY(operators_of(&operators, update, error));
    kl_mongodb_update asked = {.filter = map_or_empty(update->filter), .update = operators,
                               .one = update->one, .upsert = update->upsert};
    kl_status status = kl_map_len(operators)
                           ? c->server->driver->update(c->server->handle, c->name, &asked, error)
                           : change_nothing(c, update, error);
    if (status == KL_OK && kl_map_len(operators)) {
        update->matched = asked.matched;
        update->modified = asked.modified;
        update->upserted_id = asked.upserted_id;
    }
    kl_value_release(operators);
    return status;
}

kl_status kl_mongo_delete(size_t *deleted, const kl_mongo_collection *c, kl_value filter, bool one,
                          kl_error *error)
{
    return c->server->driver->remove(deleted, c->server->handle, c->name, map_or_empty(filter), one,
                                     error);
}

/* ---- indexes: one on path "a.b" is called "a.b_1", as MongoDB's tools call it ------------------------ */

/* {"key": {path: 1}, "name": path_1, "unique": unique}; given. */
static kl_status index_of(kl_value *out, kl_text path, bool unique, kl_error *error)
{
    kl_value index, key = kl_map_empty(), name;
    kl_status status = kl_map_set(&key, path, kl_int(1), error);
    if (status != KL_OK) {
        kl_value_release(key);
        return status;
    }
    KL_TRY(kl_map_of_one(&index, KL_TEXT("key"), key, error));
    KL_TRY_OUT(kl_string_format(&name, error, "%.*s_1", KL_TEXT_ARG(path)));
    KL_TRY_OUT(kl_map_set(&index, KL_TEXT("name"), name, error));
    KL_TRY_OUT(kl_map_set(&index, KL_TEXT("unique"), kl_bool(unique), error));
    *out = index;
    return KL_OK;
out:
    kl_value_release(index);
    return status;
}

static kl_status create_command(kl_value *out, const kl_mongo_collection *c, kl_text path, bool unique,
                                kl_error *error)
{
    kl_value map = kl_null(), indexes = kl_null(), index;
    kl_status status;
    KL_TRY_OUT(kl_map_new(&map, 2, error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("createIndexes"), c->name, error));
    KL_TRY_OUT(index_of(&index, path, unique, error));
    status = kl_array_new(&indexes, 1, error);
    if (status == KL_OK)
        status = kl_array_push(&indexes, index, error);
    else
        kl_value_release(index);
    KL_TRY_OUT(status);
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("indexes"), kl_value_take(&indexes), error));
    *out = kl_value_take(&map);
out:
    kl_value_release(map);
    kl_value_release(indexes);
    return status;
}

static kl_status run_command(const kl_mongo_collection *c, kl_value command, kl_error *error)
{
    kl_status status = c->server->driver->command(c->server->handle, command, error);
    kl_value_release(command);
    return status;
}

static kl_status drop_command(kl_value *out, const kl_mongo_collection *c, kl_text path,
                              kl_error *error)
{
    kl_value map, name;
    kl_status status;
    KL_TRY(kl_map_new(&map, 2, error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("dropIndexes"), c->name, error));
    KL_TRY_OUT(kl_string_format(&name, error, "%.*s_1", KL_TEXT_ARG(path)));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("index"), name, error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

kl_status kl_mongo_drop_index(bool *dropped, const kl_mongo_collection *c, kl_text path,
                              kl_error *error)
{
    kl_value command;
    kl_error why = KL_ERROR_INIT;
    KL_TRY(drop_command(&command, c, path, error));
    kl_status status = run_command(c, command, &why);
    *dropped = status == KL_OK;
    if (status != KL_OK && status != KL_NOT_FOUND)
        kl_error_move(error, &why);
    kl_error_clear(&why);
    return status == KL_NOT_FOUND ? KL_OK : status;
}

/* {"path": "a", "unique": false}, of several paths "a, b"; the one on _id is not told. */
static kl_status describe(kl_value *list, kl_value index, kl_error *error)
{
    kl_value key = kl_map_get(index, KL_TEXT("key")), map, path;
    kl_buffer paths = KL_BUFFER_INIT;
    if (kl_text_is(kl_as_text(kl_map_get(index, KL_TEXT("name"))), "_id_"))
        return KL_OK;
    for (size_t i = 0; i < kl_map_len(key); i++) {
        kl_buffer_string(&paths, i ? ", " : "");
        kl_buffer_add(&paths, kl_map_key_at(key, i));
    }
    KL_TRY(kl_buffer_finish(&path, &paths, error));
    KL_TRY(kl_map_of_one(&map, KL_TEXT("path"), path, error));
    bool unique = kl_as_bool(kl_map_get(index, KL_TEXT("unique")));
    kl_status status = kl_map_set(&map, KL_TEXT("unique"), kl_bool(unique), error);
    if (status == KL_OK)
        return kl_array_push(list, map, error);
    kl_value_release(map);
    return status;
}

static kl_status read_indexes(kl_value *out, const kl_mongo_collection *c, kl_error *error)
{
    kl_error why = KL_ERROR_INIT;
    kl_status status = c->server->driver->indexes(out, c->server->handle, c->name, &why);
    if (status == KL_NOT_FOUND)
        status = kl_array_new(out, 0, error);
    else if (status != KL_OK)
        kl_error_move(error, &why);
    kl_error_clear(&why);
    return status;
}

kl_status kl_mongo_indexes(kl_value *out, const kl_mongo_collection *c, kl_error *error)
{
    kl_value found, list = kl_null();
    KL_TRY(read_indexes(&found, c, error));
    kl_status status = kl_array_new(&list, 0, error);
    for (size_t i = 0; i < kl_array_len(found) && status == KL_OK; i++)
        status = describe(&list, kl_array_at(found, i), error);
    kl_value_release(found);
    if (status == KL_OK)
        *out = list;
    else
        kl_value_release(list);
    return status;
}

/* Whether there is one on the path alone, and whether it is unique. */
static kl_status look(bool *found, bool *unique, const kl_mongo_collection *c, kl_text path,
                      kl_error *error)
{
    kl_value list;
    *found = false;
    KL_TRY(kl_mongo_indexes(&list, c, error));
    for (size_t i = 0; i < kl_array_len(list) && !*found; i++) {
        *found = kl_text_equal(kl_as_text(kl_map_get(kl_array_at(list, i), KL_TEXT("path"))), path);
        *unique = kl_as_bool(kl_map_get(kl_array_at(list, i), KL_TEXT("unique")));
    }
    kl_value_release(list);
    return KL_OK;
}

kl_status kl_mongo_create_index(const kl_mongo_collection *c, kl_text path, bool unique,
                                kl_error *error)
{
    kl_value command;
    bool found, is_unique = false, dropped;
    KL_TRY(look(&found, &is_unique, c, path, error));
    if (found && is_unique == unique)
        return KL_OK;
    if (found)
        KL_TRY(kl_mongo_drop_index(&dropped, c, path, error));
    KL_TRY(create_command(&command, c, path, unique, error));
    return run_command(c, command, error);
}
