/* src/trust_plane/verify.c - verifying a project: anchors and the records that they stand for. */
#include "verify.h"
#include "eatp/fault.h"

#include <stdarg.h>
#include <stdio.h>

/* ---- issues ---------------------------------------------------------------------------------------------- */

static kl_status format_text(kl_value *out, kl_error *error, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, again);
    va_end(again);
    char *text = len < 0 ? NULL : kl_alloc((size_t)len + 1);
    if (!text)
        return kl_error_no_memory(error);
    vsnprintf(text, (size_t)len + 1, format, args);
    kl_status status = kl_string_repair(out, (kl_text){text, (size_t)len}, error);
    kl_free(text);
    return status;
}

kl_status kl_audit_say(kl_audit *audit, kl_severity severity, const char *type, const char *sub,
                       kl_text name, kl_error *error, const char *format, ...)
{
    kl_value file = kl_null(), text = kl_null(), issue = kl_null();
    kl_status status = KL_OK;
    va_list args;
    va_start(args, format);
    status = format_text(&text, error, format, args);
    va_end(args);
    if (status == KL_OK && sub)
        status = kl_trust_path(&file, audit->project->folder, sub, name, error);
    if (status == KL_OK)
        status = kl_verification_issue_new(&issue, severity, type, file, text, error);
    kl_value_release(file);
    kl_value_release(text);
    return status == KL_OK ? kl_array_push(&audit->issues, issue, error) : status;
}

kl_status kl_audit_reformatted(kl_audit *audit, const char *sub, kl_text name, kl_error *error)
{
    return kl_audit_say(audit, KL_SEVERITY_LOW, "reformatted", sub, name, error,
                        "%.*s says what it should, but not in the text that is written",
                        KL_TEXT_ARG(name));
}

kl_status kl_audit_form(kl_audit *audit, const char *sub, kl_text name, const kl_shape *shape,
                        kl_value map, bool plain, bool *flagged, kl_error *error)
{
    kl_text unknown = kl_trust_unknown_member(shape, map);
    if (unknown.data) {
        *flagged = true;
        KL_TRY(kl_audit_say(audit, KL_SEVERITY_LOW, "unknown_member", sub, name, error,
                            "%.*s has a member that no signature covers: %.*s", KL_TEXT_ARG(name),
                            KL_TEXT_ARG(unknown)));
    }
    if (plain)
        return KL_OK;
    *flagged = true;
    return kl_audit_reformatted(audit, sub, name, error);
}

static kl_value text_of(kl_value map, const char *name)
{
    return kl_map_get(map, kl_text_from(name));
}

/* ---- what was verified before ---------------------------------------------------------------------------- */

/* What is remembered of a file in which nothing was found. */
typedef struct kept {
    kl_trust_facts facts;
    char hash[64]; /* of a record */
} kept;

static kl_status kept_name(kl_value *out, const kl_scan *scan, kl_text name, kl_error *error)
{
    return kl_string_format(out, error, "%s/%.*s", scan->sub, KL_TEXT_ARG(name));
}

static bool find_kept(kept *out, const kl_audit *audit, const kl_scan *scan, kl_text name)
{
    kl_value key = kl_null();
    if (kept_name(&key, scan, name, NULL) != KL_OK)
        return false;
    kl_text bytes = kl_as_text(kl_map_get(audit->project->checked, kl_as_text(key)));
    kl_value_release(key);
    if (bytes.len != sizeof *out)
        return false;
    memcpy(out, bytes.data, sizeof *out);
    return true;
}

static bool is_known_anchor(const kl_scan *scan, kl_scan_item *item)
{
    const kl_audit *audit = scan->data;
    const kl_chain_link *link = kl_chain_find(&audit->project->chain, item->id);
    kept before;
    if (!link || !link->verified || !kl_trust_same_facts(&link->facts, &item->facts) ||
        !find_kept(&before, audit, scan, item->name) ||
        !kl_trust_same_facts(&before.facts, &item->facts))
        return false;
    item->map = kl_value_retain(link->anchor);
    return true;
}

bool kl_audit_is_known(const kl_scan *scan, kl_scan_item *item)
{
    kept before;
    return find_kept(&before, scan->data, scan, item->name) &&
           kl_trust_same_facts(&before.facts, &item->facts) &&
           kl_string_from_valid(&item->hash, (kl_text){before.hash, sizeof before.hash}, NULL) ==
               KL_OK;
}

/* Times of files move in steps: what was just written may be written again without a trace. */
#define SETTLED (100 * KL_MILLISECOND)

/* An artifact lies elsewhere and is looked at every time. */
static bool may_keep(const kl_audit *audit, const kl_scan_item *item)
{
    return !item->known && !item->flagged && !kl_is_null(item->map) &&
           item->facts.changed < audit->begun - SETTLED &&
           kl_is_null(text_of(item->map, "file_path"));
}

static kl_status keep_all(kl_audit *audit, const kl_scan *scan, kl_error *error)
{
    kl_value *checked = &audit->project->checked;
    if (kl_is_null(*checked))
        KL_TRY(kl_map_new(checked, scan->count, error));
    for (size_t i = 0; i < scan->count; i++) {
        const kl_scan_item *item = &scan->items[i];
        kl_value key = kl_null(), bytes = kl_null();
        kept now = {.facts = item->facts};
        if (!may_keep(audit, item))
            continue;
        kl_text hash = kl_as_text(item->hash);
        memcpy(now.hash, hash.data, KL_MIN(hash.len, sizeof now.hash));
        KL_TRY(kl_bytes_new(&bytes, (kl_text){(const char *)&now, sizeof now}, error));
        kl_status status = kept_name(&key, scan, item->name, error);
        if (status == KL_OK)
            status = kl_map_set_key(checked, key, bytes, error);
        else
            kl_value_release(bytes);
        kl_value_release(key);
        KL_TRY(status);
    }
    return KL_OK;
}

/* ---- anchors --------------------------------------------------------------------------------------------- */

static kl_status check_signatures(kl_audit *audit, kl_scan_item *item, kl_error *error)
{
    const kl_scan *scan = &audit->anchors;
    if (item->faults & KL_ANCHOR_UNSIGNED)
        KL_TRY(KL_AUDIT_ITEM(audit, scan, item, KL_SEVERITY_CRITICAL, "signature_invalid", error,
                             "anchor %.*s has invalid signature", KL_TEXT_ARG(item->id)));
    if (item->faults & KL_ANCHOR_UNCHAINED)
        KL_TRY(KL_AUDIT_ITEM(audit, scan, item, KL_SEVERITY_CRITICAL, "chain_signature_invalid",
                             error,
                             "anchor %.*s has invalid chain signature: its type, parent, record or "
                             "time was changed",
                             KL_TEXT_ARG(item->id)));
    if (item->faults & KL_ANCHOR_NO_CHAIN && audit->project->needs_chain)
        KL_TRY(KL_AUDIT_ITEM(audit, scan, item, KL_SEVERITY_HIGH, "chain_signature_invalid", error,
                             "anchor %.*s has no chain signature, which every anchor of this project "
                             "must have: it was removed, or another implementation wrote the anchor",
                             KL_TEXT_ARG(item->id)));
    return KL_OK;
}

static bool is_known_type(kl_text type)
{
    static const char *const types[] = {"decision", "milestone", "posture_transition",
                                        "shadow_enabled", "shadow_promoted", "hold_resolved"};
    for (size_t i = 0; i < KL_COUNT(types); i++)
        if (kl_text_is(type, types[i]))
            return true;
    return false;
}

static kl_status check_anchor(kl_audit *audit, kl_scan_item *item, kl_error *error)
{
    const kl_scan *scan = &audit->anchors;
    if (kl_is_null(item->map))
        return KL_AUDIT_ITEM(audit, scan, item, KL_SEVERITY_HIGH, "parse_error", error,
                             "cannot parse anchor file: %s", kl_as_text(item->problem).data);
    kl_text type = kl_as_text(text_of(item->map, "anchor_type"));
    KL_TRY(check_signatures(audit, item, error));
    if (!kl_text_equal(kl_as_text(text_of(item->map, "anchor_id")), item->id))
        KL_TRY(KL_AUDIT_ITEM(audit, scan, item, KL_SEVERITY_HIGH, "duplicate_record", error,
                             "anchor file %.*s holds the anchor %s", KL_TEXT_ARG(item->name),
                             kl_as_text(text_of(item->map, "anchor_id")).data));
    if (!is_known_type(type) && !kl_map_has(item->map, KL_TEXT("chain_signature")))
        KL_TRY(KL_AUDIT_ITEM(audit, scan, item, KL_SEVERITY_HIGH, "anchor_mismatch", error,
                             "anchor %.*s is of an unknown type: %.*s", KL_TEXT_ARG(item->id),
                             KL_TEXT_ARG(type)));
    return kl_audit_form(audit, scan->sub, item->name, scan->shape, item->map, item->plain,
                         &item->flagged, error);
}

static kl_status check_parents(kl_audit *audit, size_t *missing, kl_error *error)
{
    kl_value ids = kl_null();
    kl_status status;
    KL_TRY(kl_map_new(&ids, kl_array_len(audit->found), error));
    for (size_t i = 0; i < kl_array_len(audit->found); i++)
        KL_TRY_OUT(kl_map_set_key(&ids, text_of(kl_array_at(audit->found, i), "anchor_id"),
                                  kl_null(), error));
    for (size_t i = 0; i < kl_array_len(audit->found); i++) {
        kl_value anchor = kl_array_at(audit->found, i);
        kl_value parent = text_of(anchor, "parent_anchor_id");
        if (kl_is_null(parent) || kl_map_has(ids, kl_as_text(parent)))
            continue;
        ++*missing;
        KL_TRY_OUT(kl_audit_say(audit, KL_SEVERITY_HIGH, "broken_parent_chain", NULL, KL_TEXT(""), error,
                                "anchor %s references missing parent anchor %s",
                                kl_as_text(text_of(anchor, "anchor_id")).data,
                                kl_as_text(parent).data));
    }
    status = KL_OK;
out:
    kl_value_release(ids);
    return status;
}

static kl_status order_chain(kl_audit *audit, kl_error *error)
{
    kl_value where = kl_null();
    kl_error why = KL_ERROR_INIT;
    size_t missing = 0;
    KL_TRY(check_parents(audit, &missing, error));
    KL_TRY(kl_trust_path(&where, audit->project->folder, "anchors", KL_TEXT(""), error));
    kl_status status =
        kl_trust_chain_order(&audit->ordered, audit->found, kl_as_text(where).data, &why);
    kl_value_release(where);
    if (status == KL_FAILED)
        status = missing ? KL_OK
                         : kl_audit_say(audit, KL_SEVERITY_CRITICAL, "anchor_chain_underivable",
                                        "anchors", KL_TEXT(""), error,
                                        "cannot derive the audit chain tip: %s",
                                        kl_error_message(&why));
    else if (status != KL_OK)
        kl_error_move(error, &why);
    kl_error_clear(&why);
    return status;
}

static kl_status gather(kl_audit *audit, kl_error *error)
{
    KL_TRY(kl_array_new(&audit->found, audit->anchors.count, error));
    KL_TRY(kl_map_new(&audit->by_record, audit->anchors.count, error));
    for (size_t i = 0; i < audit->anchors.count; i++) {
        kl_value anchor = audit->anchors.items[i].map;
        if (kl_is_null(anchor))
            continue;
        KL_TRY(kl_array_push(&audit->found, kl_value_retain(anchor), error));
        KL_TRY(kl_map_set_key(&audit->by_record, text_of(anchor, "record_id"),
                              kl_value_retain(anchor), error));
    }
    return KL_OK;
}

static kl_status audit_anchors(kl_audit *audit, kl_error *error)
{
    kl_scan *scan = &audit->anchors;
    *scan = (kl_scan){.folder = audit->project->folder, .sub = "anchors",
                      .shape = &kl_trust_anchor_shape,
                      .key = {audit->project->key, (const kl_key_pair *)kl_as_object(audit->pair, &kl_key_pair_type)},
                      .is_known = audit->full ? NULL : is_known_anchor, .data = audit};
    KL_TRY(kl_scan_list(scan, error));
    for (size_t i = 0; i < scan->count; i++)
        if (!scan->items[i].known)
            KL_TRY(check_anchor(audit, &scan->items[i], error));
    KL_TRY(gather(audit, error));
    return order_chain(audit, error);
}

/* ---- records --------------------------------------------------------------------------------------------- */

static kl_status check_artifact(kl_audit *audit, const kl_scan *scan, kl_scan_item *item,
                                kl_error *error)
{
    kl_value path = text_of(item->map, "file_path"), hash = kl_null();
    if (!kl_is(path, KL_KIND_STRING) || kl_trust_file_hash(&hash, kl_as_text(path), NULL) != KL_OK)
        return KL_OK; /* an artifact that is not at hand was not changed */
    bool same = kl_text_equal(kl_as_text(hash), kl_as_text(text_of(item->map, "file_hash")));
    kl_value_release(hash);
    if (same)
        return KL_OK;
    return KL_AUDIT_ITEM(audit, scan, item, KL_SEVERITY_LOW, "artifact_changed", error,
                         "the artifact of milestone %.*s is not what it was when it was recorded: %s",
                         KL_TEXT_ARG(item->id), kl_as_text(path).data);
}

/* The record against itself: its name, its id, its hash. */
static kl_status check_identity(kl_audit *audit, const kl_scan *scan, kl_scan_item *item,
                                kl_error *error)
{
    const kl_trust_kind_facts *kind = scan->kind;
    kl_text id = kl_as_text(text_of(item->map, "id")), hash = kl_as_text(item->hash);
    if (!kl_text_equal(id, item->id))
        KL_TRY(KL_AUDIT_ITEM(audit, scan, item, KL_SEVERITY_HIGH, "duplicate_record", error,
                             "%s file %.*s holds the record %.*s", kind->name,
                             KL_TEXT_ARG(item->name), KL_TEXT_ARG(id)));
    if (!kl_trust_id_fits(id, kind->prefix, hash))
        KL_TRY(KL_AUDIT_ITEM(audit, scan, item, KL_SEVERITY_HIGH, "content_hash_mismatch", error,
                             "%s %.*s has ID that doesn't match content hash (expected %s%.12s)",
                             kind->name, KL_TEXT_ARG(id), kind->prefix, hash.data));
    return kl_audit_form(audit, scan->sub, item->name, scan->shape, item->map, item->plain,
                         &item->flagged, error);
}

static kl_status check_against_anchor(kl_audit *audit, const kl_scan *scan, kl_scan_item *item,
                                      kl_error *error)
{
    const kl_trust_kind_facts *kind = scan->kind;
    kl_value anchor = kl_map_get(audit->by_record, item->id);
    kl_text hash = kl_as_text(item->hash);
    if (kl_is_null(anchor))
        return KL_AUDIT_ITEM(audit, scan, item, KL_SEVERITY_MEDIUM, "missing_anchor", error,
                             "%s %.*s has no corresponding anchor", kind->name,
                             KL_TEXT_ARG(item->id));
    if (!kl_text_is(kl_as_text(text_of(anchor, "anchor_type")), kind->name))
        KL_TRY(KL_AUDIT_ITEM(audit, scan, item, KL_SEVERITY_CRITICAL, "anchor_mismatch", error,
                             "%s %.*s is anchored as %s", kind->name, KL_TEXT_ARG(item->id),
                             kl_as_text(text_of(anchor, "anchor_type")).data));
    /* A changed record was told of already: its id no longer fits. */
    if (kl_text_equal(kl_as_text(text_of(anchor, "record_hash")), hash) ||
        !kl_trust_id_fits(item->id, kind->prefix, hash))
        return KL_OK;
    return KL_AUDIT_ITEM(audit, scan, item, KL_SEVERITY_CRITICAL, "anchor_mismatch", error,
                         "%s %.*s is not what its anchor %s signed", kind->name,
                         KL_TEXT_ARG(item->id), kl_as_text(text_of(anchor, "anchor_id")).data);
}

static kl_status audit_records(kl_audit *audit, kl_trust_kind which, kl_error *error)
{
    const kl_trust_kind_facts *kind = &kl_trust_kinds[which];
    kl_scan *scan = &audit->records[which];
    *scan = (kl_scan){.folder = audit->project->folder, .sub = kind->sub, .shape = kind->shape,
                      .kind = kind, .data = audit,
                      .is_known = audit->full ? NULL : kl_audit_is_known};
    KL_TRY(kl_scan_list(scan, error));
    for (size_t i = 0; i < scan->count; i++) {
        kl_scan_item *item = &scan->items[i];
        if (!item->known && kl_is_null(item->map)) {
            KL_TRY(KL_AUDIT_ITEM(audit, scan, item, KL_SEVERITY_HIGH, "parse_error", error,
                                 "cannot parse %s file: %s", kind->name,
                                 kl_as_text(item->problem).data));
            continue;
        }
        if (!item->known)
            KL_TRY(check_identity(audit, scan, item, error));
        KL_TRY(check_against_anchor(audit, scan, item, error));
        if (!item->known)
            KL_TRY(check_artifact(audit, scan, item, error));
    }
    return KL_OK;
}

/* ---- anchors against what they stand for ----------------------------------------------------------------- */

/* Whether a file has its name, or waits for it. */
static bool is_there(const kl_audit *audit, const char *sub, kl_text file)
{
    const kl_trust_folder *folder = audit->project->folder;
    kl_value staged = kl_null();
    bool there = kl_trust_exists(folder, sub, file) ||
                 (kl_trust_staged_name(&staged, file, NULL) == KL_OK &&
                  kl_trust_exists(folder, sub, kl_as_text(staged)));
    kl_value_release(staged);
    return there;
}

static kl_status check_record_is_there(kl_audit *audit, kl_value anchor, kl_error *error)
{
    kl_value file = kl_null();
    kl_text type = kl_as_text(text_of(anchor, "anchor_type"));
    const kl_trust_kind_facts *kind = kl_trust_kind_of(type);
    bool is_hold = kl_text_is(type, "hold_resolved");
    const char *sub = kind ? kind->sub : "holds";
    kl_status status = KL_OK;
    if (!kind && !is_hold)
        return KL_OK;
    KL_TRY(kl_string_format(&file, error, "%s.json", kl_as_text(text_of(anchor, "record_id")).data));
    if (!is_there(audit, sub, kl_as_text(file)))
        status = kl_audit_say(audit, KL_SEVERITY_CRITICAL, "missing_record", sub, kl_as_text(file),
                              error, "anchor %s references missing %.*s record %s",
                              kl_as_text(text_of(anchor, "anchor_id")).data, KL_TEXT_ARG(type),
                              kl_as_text(text_of(anchor, "record_id")).data);
    else if (is_hold)
        status = kl_audit_hold(audit, anchor, kl_as_text(file), error);
    kl_value_release(file);
    return status;
}

static kl_status check_transition(kl_audit *audit, kl_value anchor, int *level, kl_error *error)
{
    kl_value reason = text_of(anchor, "reason"), hash = kl_null(), name = kl_null();
    kl_text id = kl_as_text(text_of(anchor, "record_id"));
    int from = -1, to = -1;
    bool legal = kl_project_read_transition(&from, &to, id) && from == *level && to != from &&
                 to <= from + 1;
    KL_TRY(kl_string_format(&name, error, "%s.json", kl_as_text(text_of(anchor, "anchor_id")).data));
    kl_status status = KL_OK;
    if (!legal)
        status = kl_audit_say(audit, KL_SEVERITY_HIGH, "posture_mismatch", "anchors",
                              kl_as_text(name), error, "no posture transition was possible here: %.*s",
                              KL_TEXT_ARG(id));
    *level = to >= 0 ? to : *level;
    if (status == KL_OK && legal && kl_is(reason, KL_KIND_STRING))
        status = kl_project_transition_hash(&hash, kl_rung_name(KL_LADDER_TRUST, from, KL_PASCAL),
                                            kl_rung_name(KL_LADDER_TRUST, to, KL_PASCAL), reason,
                                            error);
    if (status == KL_OK && !kl_is_null(hash) &&
        !kl_text_equal(kl_as_text(hash), kl_as_text(text_of(anchor, "record_hash"))))
        status = kl_audit_say(audit, KL_SEVERITY_CRITICAL, "anchor_mismatch", "anchors",
                              kl_as_text(name), error, "the reason of %.*s is not what was signed",
                              KL_TEXT_ARG(id));
    kl_value_release(hash);
    kl_value_release(name);
    return status;
}

static kl_status check_stand_for(kl_audit *audit, kl_error *error)
{
    int level = KL_TRUST_SUPERVISED;
    kl_value anchors = kl_is_null(audit->ordered) ? audit->found : audit->ordered;
    for (size_t i = 0; i < kl_array_len(anchors); i++) {
        kl_value anchor = kl_array_at(anchors, i);
        KL_TRY(check_record_is_there(audit, anchor, error));
        if (!kl_is_null(audit->ordered) &&
            kl_text_is(kl_as_text(text_of(anchor, "anchor_type")), "posture_transition"))
            KL_TRY(check_transition(audit, anchor, &level, error));
    }
    return KL_OK;
}

/* ---- the whole ------------------------------------------------------------------------------------------- */

/* What was found sound becomes the view of the project, so that nothing is read twice. */
static kl_status take_view(kl_audit *audit, kl_error *error)
{
    kl_trust_project *project = audit->project;
    kl_value at = kl_null();
    kl_chain chain = {.links = NULL};
    kl_status status;
    KL_TRY(kl_map_new(&at, audit->anchors.count, error));
    for (size_t i = 0; i < audit->anchors.count; i++)
        KL_TRY_OUT(kl_map_set(&at, audit->anchors.items[i].id, kl_int((int64_t)i), error));
    for (size_t i = 0; i < kl_array_len(audit->ordered); i++) {
        kl_value anchor = kl_array_at(audit->ordered, i);
        kl_value index = kl_map_get(at, kl_as_text(text_of(anchor, "anchor_id")));
        const kl_scan_item *item = &audit->anchors.items[kl_as_int(index)];
        bool sound = !(item->faults & (KL_ANCHOR_UNSIGNED | KL_ANCHOR_UNCHAINED));
        KL_TRY_OUT(kl_chain_push(&chain, anchor, &item->facts, sound, error));
    }
    kl_chain_clear(&project->chain);
    project->chain = chain;
    chain = (kl_chain){.links = NULL};
    KL_TRY_OUT(keep_all(audit, &audit->anchors, error));
    for (size_t i = 0; i < KL_TRUST_KINDS; i++)
        KL_TRY_OUT(keep_all(audit, &audit->records[i], error));
    for (size_t i = 0; i < KL_TRUST_STORED; i++)
        KL_TRY_OUT(keep_all(audit, &audit->stored[i], error));
out:
    kl_chain_clear(&chain);
    kl_value_release(at);
    return status;
}

static bool is_valid(const kl_audit *audit)
{
    for (size_t i = 0; i < kl_array_len(audit->issues); i++)
        if (kl_verification_issue_severity(kl_array_at(audit->issues, i)) >= KL_SEVERITY_HIGH)
            return false;
    return true;
}

static kl_status run(kl_audit *audit, kl_error *error)
{
    KL_TRY(kl_array_new(&audit->issues, 0, error));
    KL_TRY(kl_project_recover(audit->project, error));
    KL_TRY(kl_audit_authority(audit, error));
    KL_TRY(audit_anchors(audit, error));
    for (size_t i = 0; i < KL_TRUST_KINDS; i++)
        KL_TRY(audit_records(audit, (kl_trust_kind)i, error));
    KL_TRY(kl_audit_stored(audit, error));
    KL_TRY(check_stand_for(audit, error));
    KL_TRY(kl_audit_shadow(audit, error));
    KL_TRY(kl_audit_manifest(audit, error));
    if (!is_valid(audit))
        return KL_OK;
    audit->project->view.fresh = false;
    return take_view(audit, error);
}

static void end(kl_audit *audit)
{
    kl_scan_end(&audit->anchors);
    for (size_t i = 0; i < KL_TRUST_KINDS; i++)
        kl_scan_end(&audit->records[i]);
    for (size_t i = 0; i < KL_TRUST_STORED; i++)
        kl_scan_end(&audit->stored[i]);
    kl_value_release(audit->pair);
    kl_value_release(audit->issues);
    kl_value_release(audit->found);
    kl_value_release(audit->ordered);
    kl_value_release(audit->by_record);
}

static kl_status report(kl_value *out, const kl_audit *audit, kl_error *error)
{
    const kl_verification_counts counts = {
        (int64_t)audit->records[KL_TRUST_DECISION].count,
        (int64_t)audit->records[KL_TRUST_MILESTONE].count, (int64_t)audit->anchors.count};
    return kl_verification_report_new(out, audit->issues, &counts, error);
}

kl_status kl_trust_project_verify(kl_value *out, kl_trust_project *project, bool full,
                                  kl_error *error)
{
    kl_audit audit = {.project = project, .full = full, .begun = kl_time_now()};
    KL_TRY(kl_trust_lock(project->folder, error));
    audit.pair = kl_project_pair(project);
    kl_project_mend_torn(project);
    kl_status status = run(&audit, error);
    if (status == KL_OK)
        status = report(out, &audit, error);
    kl_trust_unlock(project->folder);
    end(&audit);
    return status;
}

kl_status kl_project_verify(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    return kl_trust_project_verify(out, (kl_trust_project *)self, kl_as_bool(args[0]), error);
}
