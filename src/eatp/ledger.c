/* src/eatp/ledger.c - EatpInMemoryLedger: records that are only ever added, each hashed with the hash of
 * the one before it. */
#include "ledger.h"
#include "audit_anchor.h"
#include "fault.h"
#include "fork.h"
#include "keys.h"
#include "kailash/json.h"

#include <pthread.h>

/* ---- LedgerIntegrity -------------------------------------------------------------------------- */

typedef struct integrity {
    kl_object object;
    kl_value status;          /* string */
    kl_value entries_checked; /* int, or null when nothing was walked */
} integrity;

kl_status kl_ledger_integrity_new(kl_value *out, size_t entries, kl_error *error)
{
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, &kl_ledger_integrity_type, error));
    integrity *made = (integrity *)object;
    kl_status status = kl_string_new(
        &made->status, entries ? KL_TEXT("verified") : KL_TEXT("not_determined"), error);
    if (status != KL_OK) {
        kl_object_release(object);
        return status;
    }
    if (entries)
        made->entries_checked = kl_int((int64_t)entries);
    *out = kl_value_of(object);
    return KL_OK;
}

static bool is_verified(const kl_object *self)
{
    return !kl_is_null(((const integrity *)self)->entries_checked);
}

static kl_status get_is_verified(kl_value *out, kl_object *self, const kl_value *args,
                                 kl_error *error)
{
    (void)args, (void)error;
    *out = kl_bool(is_verified(self));
    return KL_OK;
}

static kl_status get_is_not_determined(kl_value *out, kl_object *self, const kl_value *args,
                                       kl_error *error)
{
    (void)args, (void)error;
    *out = kl_bool(!is_verified(self));
    return KL_OK;
}

static kl_status integrity_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const integrity *it = (const integrity *)self;
    kl_text status = kl_as_text(it->status);
    if (!is_verified(self))
        return kl_string_format(out, error, "LedgerIntegrity(status=%.*s)", KL_TEXT_ARG(status));
    return kl_string_format(out, error, "LedgerIntegrity(status=%.*s, entries_checked=%lld)",
                            KL_TEXT_ARG(status), (long long)kl_as_int(it->entries_checked));
}

static const kl_field integrity_fields[] = {
    KL_VALUE(integrity, status, .kind = KL_KIND_STRING, .flags = KL_READ_ONLY,
             .doc = "verified, or not_determined when there was nothing to walk"),
    KL_VALUE(integrity, entries_checked, .kind = KL_KIND_INT, .flags = KL_READ_ONLY | KL_OPTIONAL,
             .doc = "entries that were walked; None when there was none"),
};
static const kl_method integrity_methods[] = {
    {.name = "is_verified", .call = get_is_verified, .flags = KL_PROPERTY, .returns = KL_KIND_BOOL,
     .doc = "whether at least one entry was walked, and every link held"},
    {.name = "is_not_determined", .call = get_is_not_determined, .flags = KL_PROPERTY,
     .returns = KL_KIND_BOOL, .doc = "whether nothing was walked, and so nothing verified"},
    {.name = "__bool__", .call = get_is_verified, .returns = KL_KIND_BOOL,
     .doc = "is_verified: an empty chain is no verified one."},
};

const kl_type kl_ledger_integrity_type = {
    .name = "LedgerIntegrity",
    .module = "kailash",
    .doc = "How far a walk over a hash chain came. A chain that was tampered with has none: walking "
           "it is an error.",
    .size = sizeof(integrity),
    .flags = KL_TYPE_RECORD | KL_TYPE_NO_INIT,
    .fields = KL_TABLE(integrity_fields),
    .methods = KL_TABLE(integrity_methods),
    .repr = integrity_repr,
};
KL_PUBLISH(kl_ledger_integrity_type);

/* ---- EatpInMemoryLedger ----------------------------------------------------------------------- */

typedef struct ledger {
    kl_object object;
    kl_fork_watch fork_watch;
    pthread_mutex_t lock; /* guards what follows */
    kl_value entries;     /* array of maps: sequence, previous_hash, record, hash */
} ledger;

static const kl_type kl_ledger_type;

static kl_status ledger_init(kl_object *self, const kl_value *args, kl_error *error)
{
    ledger *l = (ledger *)self;
    (void)args;
    pthread_mutex_init(&l->lock, NULL);
    l->fork_watch.lock = &l->lock;
    kl_fork_watch_begin(&l->fork_watch);
    return kl_array_new(&l->entries, 0, error);
}

static void ledger_dispose(kl_object *self)
{
    ledger *l = (ledger *)self;
    kl_fork_watch_end(&l->fork_watch);
    kl_value_release(l->entries);
    pthread_mutex_destroy(&l->lock);
}

static kl_value snapshot(ledger *l)
{
    pthread_mutex_lock(&l->lock);
    kl_value entries = kl_value_retain(l->entries); /* whoever adds copies it first */
    pthread_mutex_unlock(&l->lock);
    return entries;
}

/* SHA-256 of the hash before it and the record in family B. */
static kl_status entry_hash(char out[65], kl_text previous, kl_value record, kl_error *error)
{
    kl_buffer bytes = KL_BUFFER_INIT;
    kl_buffer_add(&bytes, previous);
    kl_status status = kl_canonical_add(&bytes, record, error);
    if (status == KL_OK && bytes.status != KL_OK)
        status = kl_error_no_memory(error);
    if (status == KL_OK)
        status = kl_sha256_hex(out, kl_buffer_text(&bytes), error);
    kl_buffer_free(&bytes);
    return status;
}

static kl_text last_hash(kl_value entries)
{
    size_t len = kl_array_len(entries);
    if (!len)
        return KL_TEXT(KL_ANCHOR_GENESIS);
    return kl_as_text(kl_map_get(kl_array_at(entries, len - 1), KL_TEXT("hash")));
}

static kl_status entry_map(kl_value *out, kl_value entries, kl_value record, kl_error *error)
{
    char hash[65];
    kl_text previous = last_hash(entries);
    kl_value map;
    kl_status status;
    KL_TRY(entry_hash(hash, previous, record, error));
    KL_TRY(kl_map_new(&map, 4, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("sequence"), kl_int((int64_t)kl_array_len(entries)),
                          error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("previous_hash"), previous, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("record"), kl_value_retain(record), error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("hash"), (kl_text){hash, 64}, error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status append(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    ledger *l = (ledger *)self;
    kl_value entry = kl_null(), hash;
    pthread_mutex_lock(&l->lock);
    kl_status status = entry_map(&entry, l->entries, args[0], error);
    if (status == KL_OK)
        status = kl_array_push(&l->entries, kl_value_retain(entry), error);
    pthread_mutex_unlock(&l->lock);
    hash = kl_value_retain(kl_map_get(entry, KL_TEXT("hash")));
    kl_value_release(entry);
    if (status == KL_OK)
        *out = hash;
    else
        kl_value_release(hash);
    return status;
}

/* ---- walking ---------------------------------------------------------------------------------- */

static kl_status broken(size_t at, const char *what, kl_error *error)
{
    kl_fault(error, KL_FAILED, KL_EATP_AUTHORITY, "tamper_detected",
             "the ledger was tampered with: entry %zu has %s", at, what);
    kl_fault_detail(error, "entry", kl_int((int64_t)at));
    return KL_FAILED;
}

static kl_status check_entry(size_t at, kl_value entry, kl_text previous, kl_error *error)
{
    char hash[65];
    if (kl_as_int(kl_map_get(entry, KL_TEXT("sequence"))) != (int64_t)at)
        return broken(at, "another sequence number", error);
    if (!kl_text_equal(kl_as_text(kl_map_get(entry, KL_TEXT("previous_hash"))), previous))
        return broken(at, "another previous_hash than the entry before it", error);
    KL_TRY(entry_hash(hash, previous, kl_map_get(entry, KL_TEXT("record")), error));
    if (!kl_text_is(kl_as_text(kl_map_get(entry, KL_TEXT("hash"))), hash))
        return broken(at, "another hash than its record", error);
    return KL_OK;
}

static kl_status verify_integrity(kl_value *out, kl_object *self, const kl_value *args,
                                  kl_error *error)
{
    (void)args;
    kl_value entries = snapshot((ledger *)self);
    kl_text previous = KL_TEXT(KL_ANCHOR_GENESIS);
    kl_status status = KL_OK;
    size_t len = kl_array_len(entries);
    for (size_t i = 0; i < len && status == KL_OK; i++) {
        status = check_entry(i, kl_array_at(entries, i), previous, error);
        previous = kl_as_text(kl_map_get(kl_array_at(entries, i), KL_TEXT("hash")));
    }
    kl_value_release(entries);
    return status == KL_OK ? kl_ledger_integrity_new(out, len, error) : status;
}

/* ---- in and out ------------------------------------------------------------------------------- */

static kl_status export_entries(kl_value *out, kl_object *self, const kl_value *args,
                                kl_error *error)
{
    (void)args;
    kl_value entries = snapshot((ledger *)self), text;
    kl_status status = kl_json_print(&text, entries, &kl_json_plain, error);
    kl_value_release(entries);
    if (status != KL_OK)
        return status;
    status = kl_bytes_new(out, kl_as_text(text), error);
    kl_value_release(text);
    return status;
}

static kl_status check_shape(kl_value entries, kl_error *error)
{
    if (!kl_is(entries, KL_KIND_ARRAY))
        return kl_error_set(error, KL_INVALID, "expected an array of entries, got %s",
                            kl_value_kind_name(entries));
    for (size_t i = 0; i < kl_array_len(entries); i++) {
        kl_value entry = kl_array_at(entries, i);
        if (!kl_is(entry, KL_KIND_MAP) || kl_map_len(entry) != 4 ||
            !kl_is(kl_map_get(entry, KL_TEXT("sequence")), KL_KIND_INT) ||
            !kl_is(kl_map_get(entry, KL_TEXT("previous_hash")), KL_KIND_STRING) ||
            !kl_is(kl_map_get(entry, KL_TEXT("record")), KL_KIND_MAP) ||
            !kl_is(kl_map_get(entry, KL_TEXT("hash")), KL_KIND_STRING))
            return kl_error_set(error, KL_INVALID,
                                "entry %zu: expected sequence, previous_hash, record and hash", i);
    }
    return KL_OK;
}

static kl_status load(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)self;
    kl_value entries = kl_null(), made;
    kl_status status = kl_signed_json_parse(&entries, kl_as_text(args[0]), error);
    if (status == KL_OK)
        status = check_shape(entries, error);
    if (status == KL_INVALID || status == KL_SYNTAX)
        kl_error_prefix(error, "invalid ledger: ");
    if (status == KL_OK)
        status = kl_object_make(&made, &kl_ledger_type, NULL, error);
    if (status == KL_OK) {
        kl_value_replace(&((ledger *)made.as.object)->entries, kl_value_take(&entries));
        *out = made;
    }
    kl_value_release(entries);
    return status;
}

static kl_status length(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    ledger *l = (ledger *)self;
    (void)args, (void)error;
    pthread_mutex_lock(&l->lock);
    *out = kl_int((int64_t)kl_array_len(l->entries));
    pthread_mutex_unlock(&l->lock);
    return KL_OK;
}

static kl_status ledger_repr(kl_value *out, kl_object *self, kl_error *error)
{
    (void)self;
    return kl_string_new(out, KL_TEXT("EatpInMemoryLedger()"), error);
}

static const kl_param record_param[] = {
    {.name = "record", .kind = KL_KIND_MAP, .flags = KL_WIDE, .doc = "what is recorded, as JSON"},
};
static const kl_param data_param[] = {
    {.name = "data", .kind = KL_KIND_BYTES, .doc = "what export() gave"},
};

static const kl_method ledger_methods[] = {
    {.name = "append", .call = append, .params = KL_TABLE(record_param),
     .returns = KL_KIND_STRING, .raises = "ValueError",
     .doc = "Add a record; its hash: SHA-256, in hexadecimal digits, of those of the hash before it "
            "(64 zeros for the first) and the record as canonical JSON."},
    {.name = "export", .call = export_entries, .returns = KL_KIND_BYTES,
     .doc = "All entries as JSON: an array of objects of sequence, previous_hash, record and hash."},
    {.name = "load", .call = load, .params = KL_TABLE(data_param), .flags = KL_STATIC,
     .returns = KL_KIND_OBJECT, .returns_type = &kl_ledger_type, .raises = "ValueError",
     .doc = "The ledger of an export. Its links are not checked: verify_integrity() does."},
    {.name = "verify_integrity", .call = verify_integrity, .returns = KL_KIND_OBJECT,
     .returns_type = &kl_ledger_integrity_type, .raises = "EatpAuthorityError",
     .doc = "Walk over all entries. EatpAuthorityError names the first whose link does not hold."},
    {.name = "__len__", .call = length, .returns = KL_KIND_INT, .doc = "Number of entries."},
};

static const kl_type kl_ledger_type = {
    .name = "EatpInMemoryLedger",
    .module = "kailash",
    .doc = "Records that are only ever added, each hashed together with the hash before it. Threads "
           "may share one.",
    .size = sizeof(ledger),
    .init = ledger_init,
    .dispose = ledger_dispose,
    .methods = KL_TABLE(ledger_methods),
    .repr = ledger_repr,
};
KL_PUBLISH(kl_ledger_type);
