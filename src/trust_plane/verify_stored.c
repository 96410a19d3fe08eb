/* src/trust_plane/verify_stored.c - verifying what is sealed: delegates, holds, mirror records. */
#include "canonical.h"
#include "delegates.h"
#include "holds.h"
#include "mirror.h"
#include "seal.h"
#include "verify.h"

const kl_stored_kind *const kl_stored_kinds[KL_TRUST_STORED] = {
    &kl_delegates_kind, &kl_holds_kind, &kl_mirror_files[KL_MIRROR_EXECUTION],
    &kl_mirror_files[KL_MIRROR_ESCALATION], &kl_mirror_files[KL_MIRROR_INTERVENTION],
};

/* ---- one file -------------------------------------------------------------------------------------- */

static kl_status check_seal(kl_audit *audit, const kl_scan *scan, kl_scan_item *item, kl_error *error)
{
    const char *kind = scan->shape->name;
    if (item->faults & KL_SEAL_BROKEN)
        return KL_AUDIT_ITEM(audit, scan, item, KL_SEVERITY_CRITICAL, "seal_invalid", error,
                             "%s %.*s is not what its seal says", kind, KL_TEXT_ARG(item->id));
    if (item->faults & KL_SEAL_FORGED)
        return KL_AUDIT_ITEM(audit, scan, item, KL_SEVERITY_CRITICAL, "seal_invalid", error,
                             "the seal of %s %.*s is not signed by the operational key", kind,
                             KL_TEXT_ARG(item->id));
    if (item->faults & KL_SEAL_MISSING && audit->project->needs_seals)
        return KL_AUDIT_ITEM(audit, scan, item, KL_SEVERITY_LOW, "unsealed", error,
                             "%s %.*s has no seal: it was removed, or another implementation wrote "
                             "the file",
                             kind, KL_TEXT_ARG(item->id));
    return KL_OK;
}

/* Members that the shape does not name; those of the seal were looked at with it. */
static kl_status check_form(kl_audit *audit, const kl_scan *scan, kl_scan_item *item, kl_error *error)
{
    kl_value bare = kl_value_retain(item->map);
    kl_status status = KL_OK;
    if (kl_map_has(bare, KL_TEXT(KL_SEAL)))
        status = kl_map_remove(&bare, KL_TEXT(KL_SEAL), error);
    if (status == KL_OK)
        status = kl_audit_form(audit, scan->sub, item->name, scan->shape, bare, item->plain,
                               &item->flagged, error);
    kl_value_release(bare);
    return status;
}

static kl_status check_item(kl_audit *audit, const kl_scan *scan, kl_scan_item *item, kl_error *error)
{
    if (kl_is_null(item->map))
        return KL_AUDIT_ITEM(audit, scan, item, KL_SEVERITY_HIGH, "parse_error", error,
                             "cannot parse %s file: %s", scan->shape->name,
                             kl_as_text(item->problem).data);
    kl_text id = kl_stored_text(item->map, scan->stored->id_member);
    if (!kl_text_equal(id, item->id))
        KL_TRY(KL_AUDIT_ITEM(audit, scan, item, KL_SEVERITY_HIGH, "duplicate_record", error,
                             "%s file %.*s holds the record %.*s", scan->shape->name,
                             KL_TEXT_ARG(item->name), KL_TEXT_ARG(id)));
    KL_TRY(check_seal(audit, scan, item, error));
    return check_form(audit, scan, item, error);
}

static kl_status audit_kind(kl_audit *audit, size_t which, kl_error *error)
{
    const kl_stored_kind *kind = kl_stored_kinds[which];
    kl_scan *scan = &audit->stored[which];
    *scan = (kl_scan){.folder = audit->project->folder, .sub = kind->sub, .shape = kind->shape,
                      .stored = kind, .data = audit,
                      .key = {audit->project->key,
                              (const kl_key_pair *)kl_as_object(audit->pair, &kl_key_pair_type)},
                      .is_known = audit->full ? NULL : kl_audit_is_known};
    KL_TRY(kl_scan_list(scan, error));
    for (size_t i = 0; i < scan->count; i++)
        if (!scan->items[i].known)
            KL_TRY(check_item(audit, scan, &scan->items[i], error));
    return KL_OK;
}

/* ---- the file of a revocation ---------------------------------------------------------------------- */

static kl_status audit_wal(kl_audit *audit, kl_error *error)
{
    const kl_trust_folder *folder = audit->project->folder;
    kl_error why = KL_ERROR_INIT;
    kl_value wal = kl_null();
    bool plain = true;
    if (!kl_trust_exists(folder, "delegates", KL_DELEGATES_WAL))
        return KL_OK;
    kl_status status = kl_trust_read_plain(&wal, &plain, NULL, folder, "delegates", KL_DELEGATES_WAL, &why);
    if (status == KL_OK)
        status = kl_delegates_wal_check(wal, &why);
    if (status == KL_NO_MEMORY)
        kl_error_move(error, &why);
    else if (status != KL_OK)
        status = kl_audit_say(audit, KL_SEVERITY_CRITICAL, "seal_invalid", "delegates",
                              KL_DELEGATES_WAL, error, "%s", kl_error_message(&why));
    else if (!plain)
        status = kl_audit_reformatted(audit, "delegates", KL_DELEGATES_WAL, error);
    kl_error_clear(&why);
    kl_value_release(wal);
    return status;
}

kl_status kl_audit_stored(kl_audit *audit, kl_error *error)
{
    for (size_t i = 0; i < KL_TRUST_STORED; i++)
        KL_TRY(audit_kind(audit, i, error));
    return audit_wal(audit, error);
}

/* ---- resolved holds -------------------------------------------------------------------------------- */

/* Names of a scan are sorted. */
static const kl_scan_item *find_item(const kl_scan *scan, kl_text name)
{
    size_t from = 0, to = scan->count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        int order = kl_text_compare(scan->items[middle].name, name);
        if (order == 0)
            return &scan->items[middle];
        if (order < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return NULL;
}

/* The hash of a file that still waits for its name, which a scan does not list; given. */
static kl_status hash_waiting(kl_value *hash, kl_audit *audit, kl_text file, kl_error *error)
{
    kl_error why = KL_ERROR_INIT;
    kl_value record = kl_null();
    bool plain;
    kl_status status =
        kl_trust_read_plain(&record, &plain, NULL, audit->project->folder, "holds", file, &why);
    if (status == KL_OK)
        status = kl_trust_canonical_hash(hash, record, &why);
    if (status == KL_NO_MEMORY)
        kl_error_move(error, &why);
    else if (status != KL_OK)
        status = kl_audit_say(audit, KL_SEVERITY_HIGH, "parse_error", "holds", file, error,
                              "cannot parse hold file: %s", kl_error_message(&why));
    kl_error_clear(&why);
    kl_value_release(record);
    return status;
}

/* A resolved hold is hashed as it is stored, by its whole content. One that cannot be read was told of
 * already. */
kl_status kl_audit_hold(kl_audit *audit, kl_value anchor, kl_text file, kl_error *error)
{
    const kl_scan_item *item = find_item(&audit->stored[KL_TRUST_STORED_HOLDS], file);
    kl_value hash = kl_value_retain(item ? item->hash : kl_null());
    kl_status status = item ? KL_OK : hash_waiting(&hash, audit, file, error);
    if (status == KL_OK && !kl_is_null(hash) &&
        !kl_text_equal(kl_as_text(hash), kl_stored_text(anchor, "record_hash")))
        status = kl_audit_say(audit, KL_SEVERITY_CRITICAL, "anchor_mismatch", "holds", file, error,
                              "hold %s is not what its anchor %s signed",
                              kl_stored_text(anchor, "record_id").data,
                              kl_stored_text(anchor, "anchor_id").data);
    kl_value_release(hash);
    return status;
}
