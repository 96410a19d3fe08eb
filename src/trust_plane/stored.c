/* src/trust_plane/stored.c - see stored.h. */
#include "stored.h"
#include "eatp/fault.h"
#include "seal.h"

#include <stdio.h>

kl_status kl_stored_damage(kl_error *error, kl_status status, const char *where)
{
    static const char begin[] = "serialization error: ";
    char told[400] = "";
    if (status != KL_SYNTAX && status != KL_INVALID && status != KL_TYPE && status != KL_DEPTH &&
        status != KL_OVERFLOW)
        return status;
    if (error) {
        const char *message = kl_error_message(error);
        if (strncmp(message, begin, sizeof begin - 1) == 0)
            message += sizeof begin - 1;
        snprintf(told, sizeof told, "%s", message);
    }
    return kl_fault(error, KL_FAILED, NULL, "serialization_error", "%s%s: %s", begin, where, told);
}

kl_status kl_stored_blame(kl_error *error, kl_status status, const char *name, kl_text what)
{
    kl_value text;
    if (status != KL_FAILED && status != KL_NOT_FOUND && status != KL_STATE)
        return status;
    if (kl_string_repair(&text, (kl_text){what.data, KL_MIN(what.len, (size_t)KL_TRUST_ID_MAX)}, NULL) == KL_OK) {
        kl_fault_detail(error, name, text);
        kl_value_release(text);
    }
    return status;
}

kl_status kl_stored_now(kl_value *out, kl_error *error)
{
    return kl_trust_time_text(out, kl_time_now(), error);
}

kl_status kl_stored_set(kl_value *map, const char *name, kl_value value, kl_error *error)
{
    return kl_map_set(map, kl_text_from(name), kl_value_retain(value), error);
}

kl_status kl_stored_set_text(kl_value *map, const char *name, const char *text, kl_error *error)
{
    return kl_map_set_text(map, kl_text_from(name), kl_text_from(text), error);
}

kl_status kl_stored_name(kl_value *out, kl_text id, kl_error *error)
{
    return kl_string_format(out, error, "%.*s.json", KL_TEXT_ARG(id));
}

/* ---- reading ------------------------------------------------------------------------------------- */

static kl_status check(const kl_stored_kind *kind, kl_value record, kl_text name, kl_error *error)
{
    KL_TRY(kl_shape_check(kind->shape, record, error));
    kl_text id = kl_stored_text(record, kind->id_member);
    if (name.len != id.len + 5 || memcmp(name.data, id.data, id.len) != 0)
        return kl_error_set(error, KL_INVALID, "it holds %s '%.*s'", kind->id_member,
                            KL_TEXT_ARG(id));
    return KL_OK;
}

static kl_status read_one(kl_value *out, const kl_trust_folder *folder, const kl_stored_kind *kind,
                          kl_text name, kl_error *error)
{
    char where[256];
    kl_value record = kl_null();
    kl_status status = kl_trust_read_json(&record, folder, kind->sub, name, error);
    if (status == KL_OK)
        status = check(kind, record, name, error);
    if (status == KL_OK)
        status = kl_seal_open(&record, kind->sub, name, error);
    if (status == KL_OK) {
        *out = record;
        return KL_OK;
    }
    kl_value_release(record);
    snprintf(where, sizeof where, "%s/%.*s", kind->sub, (int)KL_MIN(name.len, 200), name.data);
    return kl_stored_damage(error, status, where);
}

kl_status kl_stored_get(kl_value *out, const kl_trust_folder *folder, const kl_stored_kind *kind,
                        kl_text id, kl_error *error)
{
    kl_value name, record = kl_null();
    *out = kl_null();
    if (kl_trust_id_check(id, kind->prefix, NULL) != KL_OK)
        return KL_OK;
    KL_TRY(kl_stored_name(&name, id, error));
    kl_error local = KL_ERROR_INIT;
    kl_status status = read_one(&record, folder, kind, kl_as_text(name), &local);
    kl_value_release(name);
    if (status == KL_NOT_FOUND) {
        kl_error_clear(&local);
        return KL_OK;
    }
    kl_error_move(error, &local);
    *out = record;
    return status;
}

/* Put [time, id, record] into the list that is to be sorted. */
static kl_status add_sortable(kl_value *list, const kl_stored_kind *kind, kl_value record,
                              kl_error *error)
{
    kl_value item = kl_null();
    kl_time time = 0;
    kl_status status;
    /* The shape was checked; a time beyond what a clock can show sorts as the oldest. */
    if (kl_time_parse(&time, kl_stored_text(record, "created_at"), NULL) != KL_OK)
        time = 0;
    KL_TRY_OUT(kl_array_new(&item, 3, error));
    KL_TRY_OUT(kl_array_push(&item, kl_int(time), error));
    KL_TRY_OUT(kl_array_push(&item, kl_value_retain(kl_stored_member(record, kind->id_member)), error));
    KL_TRY_OUT(kl_array_push(&item, kl_value_retain(record), error));
    return kl_array_push(list, item, error);
out:
    kl_value_release(item);
    return status;
}

static kl_status read_names(kl_value *list, const kl_trust_folder *folder, const kl_stored_kind *kind,
                            kl_value names, kl_error *error)
{
    if (kl_array_len(names) > KL_STORED_MAX)
        return kl_error_set(error, KL_LIMIT, "%s: more than %d files", kind->sub, KL_STORED_MAX);
    for (size_t i = 0; i < kl_array_len(names); i++) {
        kl_value record;
        kl_status status = read_one(&record, folder, kind, kl_as_text(kl_array_at(names, i)), error);
        if (status != KL_OK)
            return status;
        status = add_sortable(list, kind, record, error);
        kl_value_release(record);
        KL_TRY(status);
    }
    return kl_array_sort(list, error);
}

kl_status kl_stored_list(kl_value *out, const kl_trust_folder *folder, const kl_stored_kind *kind,
                         kl_error *error)
{
    kl_value names = kl_null(), sorted = kl_null(), list = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_trust_list(&names, folder, kind->sub, ".json", error));
    KL_TRY_OUT(kl_array_new(&sorted, kl_array_len(names), error));
    KL_TRY_OUT(kl_array_new(&list, kl_array_len(names), error));
    KL_TRY_OUT(read_names(&sorted, folder, kind, names, error));
    for (size_t i = 0; i < kl_array_len(sorted); i++)
        KL_TRY_OUT(kl_array_push(&list, kl_value_retain(kl_array_at(kl_array_at(sorted, i), 2)),
                                 error));
    *out = kl_value_take(&list);
out:
    kl_value_release(list);
    kl_value_release(sorted);
    kl_value_release(names);
    return status;
}

/* ---- writing ------------------------------------------------------------------------------------- */

/* Folders above it, then the folder itself. */
static kl_status make_folders(kl_trust_folder *folder, const char *sub, kl_error *error)
{
    char outer[64];
    const char *slash = strchr(sub, '/');
    if (slash) {
        snprintf(outer, sizeof outer, "%.*s", (int)(slash - sub), sub);
        KL_TRY(kl_trust_make_folder(folder, outer, 0700, error));
    }
    return kl_trust_make_folder(folder, sub, 0700, error);
}

kl_status kl_stored_seal(kl_value *record, const kl_trust_folder *folder, const kl_stored_kind *kind,
                         kl_error *error)
{
    kl_value pair;
    KL_TRY(kl_seal_pair(&pair, folder, error));
    kl_status status = kl_seal_set(
        record, kind->sub, (const kl_key_pair *)kl_as_object(pair, &kl_key_pair_type), error);
    kl_value_release(pair);
    return status;
}

kl_status kl_stored_put(kl_trust_folder *folder, const kl_stored_kind *kind, kl_value record,
                        kl_error *error)
{
    kl_value name = kl_null(), sealed = kl_value_retain(record);
    kl_status status;
    KL_TRY_OUT(kl_stored_seal(&sealed, folder, kind, error));
    KL_TRY_OUT(make_folders(folder, kind->sub, error));
    KL_TRY_OUT(kl_stored_name(&name, kl_stored_text(record, kind->id_member), error));
    KL_TRY_OUT(kl_trust_write_json(folder, kind->sub, kl_as_text(name), sealed, error));
out:
    kl_value_release(sealed);
    kl_value_release(name);
    return status;
}
