/* src/trust_plane/scan.c - see scan.h. */
#include "scan.h"
#include "canonical.h"
#include "each.h"
#include "folder_parts.h"
#include "seal.h"

#include <unistd.h>

#define ENDING KL_TEXT(".json")

/* ---- one file ---------------------------------------------------------------------------------------- */

static kl_status is_plain(bool *plain, kl_value map, kl_text text, kl_error *error)
{
    kl_value printed = kl_null();
    KL_TRY(kl_json_print(&printed, map, &kl_json_pretty, error));
    *plain = kl_text_equal(kl_as_text(printed), text);
    kl_value_release(printed);
    return KL_OK;
}

/* The bytes of a file, or of what waits for its name. */
static kl_status read_bytes(kl_value *out, kl_trust_facts *facts, const kl_trust_folder *folder,
                            int at, const char *sub, kl_text name, kl_error *error)
{
    kl_value staged = kl_null();
    kl_error why = KL_ERROR_INIT;
    kl_status status = kl_trust_read_at(out, facts, folder, at, sub, name, &why);
    if (status == KL_NOT_FOUND && kl_trust_staged_name(&staged, name, NULL) == KL_OK) {
        if (kl_trust_read_at(out, facts, folder, at, sub, kl_as_text(staged), NULL) == KL_OK) {
            kl_error_clear(&why);
            status = KL_OK;
        }
        kl_value_release(staged);
    }
    kl_error_move(error, &why);
    return status;
}

static kl_status read_plain(kl_value *out, bool *plain, kl_trust_facts *facts,
                            const kl_trust_folder *folder, int at, const char *sub, kl_text name,
                            kl_error *error)
{
    kl_value bytes = kl_null(), map = kl_null();
    KL_TRY(read_bytes(&bytes, facts, folder, at, sub, name, error));
    kl_status status = kl_trust_parse(&map, kl_as_text(bytes), error);
    if (status == KL_OK)
        status = is_plain(plain, map, kl_as_text(bytes), error);
    kl_value_release(bytes);
    if (status != KL_OK) {
        kl_value_release(map);
        return status;
    }
    *out = map;
    return KL_OK;
}

kl_status kl_trust_read_plain(kl_value *out, bool *plain, kl_trust_facts *facts,
                              const kl_trust_folder *folder, const char *sub, kl_text name,
                              kl_error *error)
{
    int at;
    KL_TRY(kl_trust_open_sub(&at, folder, sub, error));
    kl_status status = read_plain(out, plain, facts, folder, at, sub, name, error);
    close(at);
    return status;
}

static kl_status read_item(const kl_scan *scan, kl_scan_item *item, kl_error *error)
{
    KL_TRY(read_plain(&item->map, &item->plain, &item->facts, scan->folder, scan->at, scan->sub,
                      item->name, error));
    KL_TRY(kl_shape_check(scan->shape, item->map, error));
    if (scan->stored) {
        KL_TRY(kl_trust_canonical_hash(&item->hash, item->map, error));
        return kl_seal_judge(&item->faults, item->map, scan->sub, &scan->key, error);
    }
    if (scan->kind)
        return kl_trust_record_hash(&item->hash, scan->kind->name, item->map, error);
    return scan->key.verifier
               ? kl_trust_anchor_judge(&item->faults, item->map, &scan->key, error)
               : KL_OK;
}

static bool was_verified(const kl_scan *scan, kl_scan_item *item)
{
    return scan->is_known &&
           kl_trust_stat_at(&item->facts, scan->at, item->name) &&
           scan->is_known(scan, item);
}

/* What is wrong with the file becomes its problem. */
static void scan_one(void *data, size_t index)
{
    kl_scan *scan = data;
    kl_scan_item *item = &scan->items[index];
    kl_error why = KL_ERROR_INIT;
    item->known = was_verified(scan, item);
    if (item->known)
        return;
    kl_status status = read_item(scan, item, &why);
    if (status == KL_NO_MEMORY || status == KL_UNAVAILABLE) {
        item->status = status;
    } else if (status != KL_OK) {
        item->gone = status == KL_NOT_FOUND;
        item->status = kl_string_repair(&item->problem, kl_text_from(kl_error_message(&why)), NULL);
        kl_value_replace(&item->map, kl_null());
    }
    kl_error_clear(&why);
}

/* ---- all of them --------------------------------------------------------------------------------------- */

static kl_status outcome(const kl_scan *scan, kl_error *error)
{
    for (size_t i = 0; i < scan->count; i++) {
        if (scan->items[i].status == KL_NO_MEMORY)
            return kl_error_no_memory(error);
        if (scan->items[i].status != KL_OK)
            return kl_error_set(error, scan->items[i].status,
                                "signatures cannot be checked: OpenSSL is not available");
    }
    return KL_OK;
}

kl_status kl_scan_names(kl_scan *scan, kl_value names, kl_error *error)
{
    size_t count = kl_array_len(names);
    scan->names = names;
    scan->items = kl_alloc_zero(KL_MAX(count, 1), sizeof *scan->items);
    if (!scan->items)
        return kl_error_no_memory(error);
    scan->count = count;
    for (size_t i = 0; i < count; i++) {
        kl_text name = kl_as_text(kl_array_at(names, i));
        scan->items[i].name = name;
        scan->items[i].id = (kl_text){name.data, name.len - KL_MIN(ENDING.len, name.len)};
    }
    if (!count)
        return KL_OK;
    KL_TRY(kl_trust_open_sub(&scan->at, scan->folder, scan->sub, error));
    kl_trust_each(count, scan_one, scan);
    close(scan->at);
    return outcome(scan, error);
}

kl_status kl_scan_list(kl_scan *scan, kl_error *error)
{
    kl_value names = kl_null();
    KL_TRY(kl_trust_list(&names, scan->folder, scan->sub, ENDING.data, error));
    return kl_scan_names(scan, names, error);
}

void kl_scan_end(kl_scan *scan)
{
    for (size_t i = 0; i < scan->count; i++) {
        kl_value_release(scan->items[i].map);
        kl_value_release(scan->items[i].problem);
        kl_value_release(scan->items[i].hash);
    }
    kl_free(scan->items);
    scan->items = NULL;
    scan->count = 0;
    kl_value_replace(&scan->names, kl_null());
}
