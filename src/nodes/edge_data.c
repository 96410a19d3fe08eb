/* src/nodes/edge_data.c - EdgeDataNode: values under keys, with versions and hashes, compared and
 * copied from one key or place to another. */
#include "buffer.h"
#include "mode.h"
#include "effect.h"
#include "kailash/crypto.h"
#include "kailash/json.h"
#include "build_map.h"
#include "records.h"
#include "same.h"
#include "workflow/shared.h"

#include <stdio.h>

enum { OPERATION, KEY, DATA, SOURCE, TARGET, PREFIX, PEERS, DATABASE, SCOPE };

static const char *const words[] = {"store", "retrieve", "delete", "sync",
                                    "validate", "diff",  "list",   NULL};

/* ---- entries: {data, hash, version} -------------------------------------------------------------- */

static kl_status entries_at(kl_records **out, const kl_node_call *call, kl_value place,
                            kl_error *error)
{
    return kl_records_of(out, "edge", call, call->args[SCOPE], place, error);
}

static kl_status entries_of(kl_records **out, const kl_node_call *call, kl_error *error)
{
    return entries_at(out, call, call->args[DATABASE], error);
}

/* SHA-256 of the canonical JSON text. */
static kl_status hash_of(kl_value *out, kl_value data, kl_error *error)
{
    kl_value text;
    kl_error why = KL_ERROR_INIT;
    kl_status status = kl_json_print(&text, data, &kl_json_canonical_a, &why);
    if (status == KL_INVALID || status == KL_DEPTH) {
        status = kl_node_bad(error, "data", "%s", kl_error_message(&why));
        kl_error_clear(&why);
        return status;
    }
    kl_error_move(error, &why);
    KL_TRY(status);
    status = kl_hash_hex(out, KL_HASH_SHA256, kl_as_text(text), error);
    kl_value_release(text);
    return status;
}

static kl_status find_entry(kl_value *out, kl_records *records, kl_value key, const char *what,
                            kl_error *error)
{
    int64_t version;
    KL_TRY(kl_record_read(out, &version, records, kl_as_text(key), error));
    return version ? KL_OK
                   : kl_node_failed(error, "%s '%.*s' not found", what,
                                    KL_TEXT_ARG(kl_as_text(key)));
}

typedef struct stored {
    kl_value data, hash; /* borrowed */
    int64_t version;     /* of the entry, once it is stored */
} stored;

static kl_status change_stored(kl_value *successor, bool *finished, kl_value record, void *data,
                               kl_error *error)
{
    stored *it = data;
    (void)finished;
    it->version = kl_as_int(kl_map_get(record, KL_TEXT("version"))) + 1;
    kl_build m = kl_build_begin(0, error);
    kl_build_share(&m, "data", it->data);
    kl_build_share(&m, "hash", it->hash);
    kl_build_int(&m, "version", it->version);
    return kl_build_end(successor, &m);
}

static kl_status store(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_value key = call->args[KEY], hash;
    kl_records *records;
    KL_TRY(entries_of(&records, call, error));
    KL_TRY(hash_of(&hash, call->args[DATA], error));
    stored it = {call->args[DATA], hash, 0};
    kl_status status = kl_record_update(records, kl_as_text(key), change_stored, &it, error);
    if (status != KL_OK) {
        kl_value_release(hash);
        return status;
    }
    kl_build m = kl_build_begin(0, error);
    kl_build_put(&m, "hash", hash);
    kl_build_share(&m, "key", key);
    kl_build_string(&m, "message", "Data stored successfully");
    kl_build_bool(&m, "success", true);
    kl_build_int(&m, "version", it.version);
    return kl_build_end(out, &m);
}

static kl_status retrieve(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_records *records;
    kl_value entry;
    KL_TRY(entries_of(&records, call, error));
    KL_TRY(find_entry(&entry, records, call->args[KEY], "key", error));
    kl_build m = kl_build_begin(0, error);
    kl_build_share(&m, "data", kl_map_get(entry, KL_TEXT("data")));
    kl_build_share(&m, "hash", kl_map_get(entry, KL_TEXT("hash")));
    kl_build_format(&m, "message", "Retrieved data for key '%.*s'",
                      KL_TEXT_ARG(kl_as_text(call->args[KEY])));
    kl_build_bool(&m, "success", true);
    kl_build_share(&m, "version", kl_map_get(entry, KL_TEXT("version")));
    kl_value_release(entry);
    return kl_build_end(out, &m);
}

static kl_status delete_entry(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_records *records;
    bool removed;
    KL_TRY(entries_of(&records, call, error));
    KL_TRY(kl_record_remove(&removed, records, kl_as_text(call->args[KEY]), error));
    kl_build m = kl_build_begin(0, error);
    kl_build_format(&m, "message", removed ? "Deleted key '%.*s'" : "Key '%.*s' not found",
                      KL_TEXT_ARG(kl_as_text(call->args[KEY])));
    kl_build_bool(&m, "success", removed);
    return kl_build_end(out, &m);
}

static kl_status validate_entry(kl_value *out, kl_value entry, kl_error *error)
{
    kl_value computed, kept = kl_map_get(entry, KL_TEXT("hash"));
    KL_TRY(hash_of(&computed, kl_map_get(entry, KL_TEXT("data")), error));
    bool valid = kl_text_equal(kl_as_text(computed), kl_as_text(kept));
    kl_build m = kl_build_begin(0, error);
    kl_build_put(&m, "computed_hash", computed);
    kl_build_string(&m, "message", valid ? "Data integrity verified" : "Data integrity check failed");
    kl_build_share(&m, "stored_hash", kept);
    kl_build_bool(&m, "success", true);
    kl_build_bool(&m, "valid", valid);
    return kl_build_end(out, &m);
}

static kl_status validate(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_records *records;
    kl_value entry;
    KL_TRY(entries_of(&records, call, error));
    KL_TRY(find_entry(&entry, records, call->args[KEY], "key", error));
    kl_status status = validate_entry(out, entry, error);
    kl_value_release(entry);
    return status;
}

/* ---- differences --------------------------------------------------------------------------------- */

/* Differences at most, and levels of dicts that are entered; below them values differ as a whole. */
enum { DIFFERENCES_MAX = 1000, DIFF_DEPTH_MAX = 64 };

typedef struct differ {
    kl_value list;
    kl_work work;
    kl_error *error;
} differ;

static kl_status record_difference(differ *d, kl_text path, const char *change, const kl_value *from,
                                   const kl_value *to)
{
    kl_value entry = kl_null(), place = kl_null();
    if (kl_array_len(d->list) >= DIFFERENCES_MAX)
        return KL_OK;
    kl_build m = kl_build_begin(0, d->error);
    if (m.status == KL_OK)
        kl_build_given(&m, "path", kl_string_new(&place, path, d->error), place);
    kl_build_string(&m, "change", change);
    if (from)
        kl_build_share(&m, "source", *from);
    if (to)
        kl_build_share(&m, "target", *to);
    KL_TRY(kl_build_end(&entry, &m));
    return kl_array_push(&d->list, entry, d->error);
}

static kl_status compare(differ *d, kl_buffer *path, const kl_value *from, const kl_value *to,
                         size_t depth);

/* Compare what both have under `key`, with the path made longer by it. */
static kl_status compare_key(differ *d, kl_buffer *path, kl_text key, const kl_value *from,
                             const kl_value *to, size_t depth)
{
    size_t len = path->len;
    if (len)
        kl_buffer_byte(path, '.');
    kl_buffer_add(path, key);
    kl_status status = path->status == KL_OK ? compare(d, path, from, to, depth)
                                             : kl_error_no_memory(d->error);
    path->len = len;
    return status;
}

static kl_status compare_maps(differ *d, kl_buffer *path, kl_value from, kl_value to, size_t depth)
{
    for (size_t i = 0; i < kl_map_len(from); i++) {
        kl_text key = kl_map_key_at(from, i);
        kl_value own = kl_map_value_at(from, i);
        KL_TRY(compare_key(d, path, key, &own, kl_map_find(to, key), depth + 1));
    }
    for (size_t i = 0; i < kl_map_len(to); i++) {
        kl_value own = kl_map_value_at(to, i);
        if (!kl_map_has(from, kl_map_key_at(to, i)))
            KL_TRY(compare_key(d, path, kl_map_key_at(to, i), NULL, &own, depth + 1));
    }
    return KL_OK;
}

/* NULL stands for what is not there. */
static kl_status compare(differ *d, kl_buffer *path, const kl_value *from, const kl_value *to,
                         size_t depth)
{
    bool same;
    KL_TRY(kl_work_step(&d->work, d->error));
    if (!from || !to)
        return record_difference(d, kl_buffer_text(path), from ? "removed" : "added", from, to);
    if (kl_is(*from, KL_KIND_MAP) && kl_is(*to, KL_KIND_MAP) && depth < DIFF_DEPTH_MAX)
        return compare_maps(d, path, *from, *to, depth);
    KL_TRY(kl_value_same(&same, *from, *to, &d->work, d->error));
    return same ? KL_OK : record_difference(d, kl_buffer_text(path), "changed", from, to);
}

static kl_status changes_of(kl_value *out, kl_value source, kl_value target, kl_error *error)
{
    differ d = {.error = error};
    kl_buffer path = KL_BUFFER_INIT;
    kl_value from = kl_map_get(source, KL_TEXT("data")), to = kl_map_get(target, KL_TEXT("data"));
    KL_TRY(kl_array_new(&d.list, 0, error));
    kl_status status = compare(&d, &path, &from, &to, 0);
    kl_buffer_free(&path);
    if (status == KL_OK)
        *out = d.list;
    else
        kl_value_release(d.list);
    return status;
}

static kl_status diff_of(kl_value *out, kl_value source, kl_value target, const kl_value *args,
                         bool identical, kl_error *error)
{
    kl_value changes = kl_null();
    kl_build m = kl_build_begin(0, error);
    kl_build_bool(&m, "identical", identical);
    kl_build_share(&m, "source_hash", kl_map_get(source, KL_TEXT("hash")));
    kl_build_share(&m, "source_key", args[SOURCE]);
    kl_build_share(&m, "source_version", kl_map_get(source, KL_TEXT("version")));
    kl_build_share(&m, "target_hash", kl_map_get(target, KL_TEXT("hash")));
    kl_build_share(&m, "target_key", args[TARGET]);
    kl_build_share(&m, "target_version", kl_map_get(target, KL_TEXT("version")));
    if (m.status == KL_OK && !identical)
        kl_build_given(&m, "changes", changes_of(&changes, source, target, error), changes);
    return kl_build_end(out, &m);
}

static kl_status give_diff(kl_value *out, kl_value source, kl_value target, const kl_value *args,
                           kl_error *error)
{
    kl_value details = kl_null();
    bool identical = kl_text_equal(kl_as_text(kl_map_get(source, KL_TEXT("hash"))),
                                   kl_as_text(kl_map_get(target, KL_TEXT("hash"))));
    KL_TRY(diff_of(&details, source, target, args, identical, error));
    kl_build m = kl_build_begin(0, error);
    kl_build_put(&m, "diff", details);
    kl_build_bool(&m, "identical", identical);
    kl_build_string(&m, "message",
                    identical ? "Data entries are identical" : "Data entries differ");
    kl_build_bool(&m, "success", true);
    return kl_build_end(out, &m);
}

static kl_status diff(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_records *records;
    kl_value source, target;
    KL_TRY(entries_of(&records, call, error));
    KL_TRY(find_entry(&source, records, call->args[SOURCE], "source key", error));
    kl_status status = find_entry(&target, records, call->args[TARGET], "target key", error);
    if (status == KL_OK) {
        status = give_diff(out, source, target, call->args, error);
        kl_value_release(target);
    }
    kl_value_release(source);
    return status;
}

/* ---- copying ------------------------------------------------------------------------------------- */

static kl_status put_entry(kl_records *records, kl_text key, kl_value entry, kl_error *error)
{
    stored it = {kl_map_get(entry, KL_TEXT("data")), kl_map_get(entry, KL_TEXT("hash")), 0};
    return kl_record_update(records, key, change_stored, &it, error);
}

static kl_status copy_entry(kl_node_call *call, kl_error *error)
{
    kl_records *records;
    kl_value entry;
    KL_TRY(entries_of(&records, call, error));
    KL_TRY(find_entry(&entry, records, call->args[SOURCE], "source key", error));
    kl_status status = put_entry(records, kl_as_text(call->args[TARGET]), entry, error);
    kl_value_release(entry);
    return status;
}

static bool has_prefix(kl_text key, kl_value prefix)
{
    kl_text text = kl_as_text(prefix);
    return key.len >= text.len && memcmp(key.data, text.data, text.len) == 0;
}

/* Copy what a peer lacks or has in an older version; of equal versions ours stays ours. */
static kl_status push_to_peer(int64_t *copied, kl_records *peer, kl_value entries, kl_value prefix,
                              kl_error *error)
{
    for (size_t i = 0; i < kl_map_len(entries); i++) {
        kl_value there, entry = kl_map_value_at(entries, i);
        int64_t version;
        if (!has_prefix(kl_map_key_at(entries, i), prefix))
            continue;
        KL_TRY(kl_record_read(&there, &version, peer, kl_map_key_at(entries, i), error));
        bool newer = kl_as_int(kl_map_get(entry, KL_TEXT("version"))) >
                     kl_as_int(kl_map_get(there, KL_TEXT("version")));
        kl_value_release(there);
        if (!newer)
            continue;
        KL_TRY(kl_record_write(peer, kl_map_key_at(entries, i), version, entry, false, error));
        *copied += 1;
    }
    return KL_OK;
}

/* Both ways with each peer, which is another database of entries. */
static kl_status sync_peers(kl_value *out, kl_node_call *call, kl_error *error)
{
    int64_t sent = 0, received = 0;
    kl_records *own;
    KL_TRY(entries_of(&own, call, error));
    for (size_t i = 0; i < kl_array_len(call->args[PEERS]); i++) {
        kl_records *peer;
        kl_value here, there;
        KL_TRY(entries_at(&peer, call, kl_array_at(call->args[PEERS], i), error));
        KL_TRY(kl_record_list(&there, peer, false, error));
        kl_status status = push_to_peer(&received, own, there, call->args[PREFIX], error);
        kl_value_release(there);
        KL_TRY(status);
        KL_TRY(kl_record_list(&here, own, false, error));
        status = push_to_peer(&sent, peer, here, call->args[PREFIX], error);
        kl_value_release(here);
        KL_TRY(status);
    }
    kl_build m = kl_build_begin(0, error);
    kl_build_string(&m, "message", "Data synchronized successfully");
    kl_build_int(&m, "received", received);
    kl_build_int(&m, "sent", sent);
    kl_build_bool(&m, "success", true);
    return kl_build_end(out, &m);
}

static kl_status sync_entries(kl_value *out, kl_node_call *call, kl_error *error)
{
    const kl_value *args = call->args;
    if (!kl_is_null(args[PEERS]))
        return sync_peers(out, call, error);
    if (kl_is_null(args[SOURCE]))
        return kl_node_missing(error, "source_key");
    if (kl_is_null(args[TARGET]))
        return kl_node_missing(error, "target_key");
    KL_TRY(copy_entry(call, error));
    kl_build m = kl_build_begin(0, error);
    kl_build_string(&m, "message", "Data synchronized successfully");
    kl_build_share(&m, "source_key", args[SOURCE]);
    kl_build_bool(&m, "success", true);
    kl_build_share(&m, "target_key", args[TARGET]);
    return kl_build_end(out, &m);
}

static kl_status list_keys(kl_value *out, kl_records *records, kl_value prefix, kl_error *error)
{
    kl_value all, keys = kl_null();
    KL_TRY(kl_record_list(&all, records, false, error));
    kl_status status = kl_array_new(&keys, kl_map_len(all), error);
    for (size_t i = 0; i < kl_map_len(all) && status == KL_OK; i++)
        if (has_prefix(kl_map_key_at(all, i), prefix))
            status = kl_array_push(&keys, kl_value_retain(kl_map_key_value_at(all, i)), error);
    if (status == KL_OK)
        status = kl_array_sort(&keys, error);
    kl_value_release(all);
    if (status == KL_OK)
        *out = keys;
    else
        kl_value_release(keys);
    return status;
}

static kl_status list_entries(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_records *records;
    kl_value keys;
    KL_TRY(entries_of(&records, call, error));
    KL_TRY(list_keys(&keys, records, call->args[PREFIX], error));
    kl_build m = kl_build_begin(0, error);
    kl_build_put(&m, "keys", keys);
    kl_build_string(&m, "message", "Listed all keys");
    kl_build_bool(&m, "success", true);
    return kl_build_end(out, &m);
}

/* ---- the node ------------------------------------------------------------------------------------ */

static const kl_mode rows[] = {
    {"store", "key", store},
    {"retrieve", "key", retrieve},
    {"delete", "key", delete_entry},
    {"sync", "", sync_entries},
    {"validate", "key", validate},
    {"diff", "source_key target_key", diff},
    {"list", "", list_entries},
};

static kl_status run(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_error own = KL_ERROR_INIT;
    kl_status status = kl_mode_run(out, KL_TABLE(rows), call->args[OPERATION], call, &own);
    status = kl_engine_failed(status, &own);
    kl_error_move(error, &own);
    return status;
}

static const kl_param inputs[] = {
    {.name = "operation", .kind = KL_KIND_ENUM, .names = words,
     .doc = "store data under a key, retrieve it, delete it, validate its hash, diff two keys, sync "
            "one key to another or all keys with peers, list keys"},
    {.name = "key", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "of the entry"},
    {.name = "data", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = "store: any value that has a JSON form"},
    {.name = "source_key", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "diff, sync: from"},
    {.name = "target_key", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "diff, sync: to"},
    {.name = "prefix", .kind = KL_KIND_STRING, .fallback = "\"\"",
     .doc = "list, sync with peers: only keys that begin so"},
    {.name = "peers", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "sync: database URLs (or paths of SQLite files) of other places. Entries go both ways, "
            "the higher version winning"},
};
static const kl_param config[] = {
    KL_RECORDS_PARAM("database"),
    KL_SCOPE_PARAM("process"),
};
static const kl_param outputs[] = {
    {.name = "success", .kind = KL_KIND_BOOL, .doc = "false when there was nothing to delete"},
    {.name = "message", .kind = KL_KIND_STRING, .doc = "what happened, in words"},
    {.name = "key", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "store: as given"},
    {.name = "data", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL, .doc = "retrieve: what is stored"},
    {.name = "hash", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "store, retrieve: SHA-256 of its canonical JSON text (sorted, compact), in hexadecimal"},
    {.name = "version", .kind = KL_KIND_INT, .flags = KL_OPTIONAL,
     .doc = "store, retrieve: 1 for the first, one more with each store"},
    {.name = "computed_hash", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "validate"},
    {.name = "stored_hash", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "validate"},
    {.name = "valid", .kind = KL_KIND_BOOL, .flags = KL_OPTIONAL,
     .doc = "validate: whether both are equal"},
    {.name = "identical", .kind = KL_KIND_BOOL, .flags = KL_OPTIONAL, .doc = "diff"},
    {.name = "diff", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "diff: keys, hashes and versions of both; changes: up to 1000 {path, change, source, "
            "target} with change added, removed or changed"},
    {.name = "source_key", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "sync: as given"},
    {.name = "target_key", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "sync: as given"},
    {.name = "sent", .kind = KL_KIND_INT, .flags = KL_OPTIONAL,
     .doc = "sync with peers: entries written to them"},
    {.name = "received", .kind = KL_KIND_INT, .flags = KL_OPTIONAL,
     .doc = "sync with peers: entries taken from them"},
    {.name = "keys", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "list: sorted"},
};

static const kl_node_type types[] = {
    {
        .name = "EdgeDataNode",
        .category = "Edge",
        .doc = "Keeps values under keys with versions and hashes; compares and copies them.",
        .inputs = KL_TABLE(inputs),
        .config = KL_TABLE(config),
        .outputs = KL_TABLE(outputs),
        .flags = KL_NODE_BLOCKING,
        .run = run,
    },
};

static const kl_node_family edge_data = {.name = "edge_data", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(edge_data);
