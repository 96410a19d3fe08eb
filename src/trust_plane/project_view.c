/* src/trust_plane/project_view.c - the view that a project object has of its directory: finishing what a
 * killed writer left, reading what others wrote.
 *
 * A writer stages record, anchor and manifest under their temporary names, then names the anchor: that
 * is the commit. So a staged manifest tells of a writer that was killed, and whether its anchor has
 * its name tells whether the rest is to be named, or removed.
 */
#include "project_parts.h"
#include "anchor.h"
#include "eatp/fault.h"
#include "each.h"
#include "scan.h"

/* Folders whose files come to be with an anchor. */
static const char *const record_folders[] = {"decisions", "milestones", "holds"};

static kl_value text_of(kl_value map, const char *name)
{
    return kl_map_get(map, kl_text_from(name));
}

static kl_status file_of(kl_value *out, kl_value id, kl_error *error)
{
    return kl_string_format(out, error, "%s.json", kl_as_text(id).data);
}

/* ---- what a killed writer left --------------------------------------------------------------------------- */

/* Read a staged file, or one that has its name; null when there is none or it is no such map. */
static kl_status peek(kl_value *out, const kl_trust_folder *folder, const char *sub, kl_text name,
                      bool staged, const kl_shape *shape, kl_error *error)
{
    kl_value hidden = kl_null();
    *out = kl_null();
    if (staged && kl_trust_staged_name(&hidden, name, NULL) != KL_OK)
        return KL_OK;
    kl_status status =
        kl_trust_read_json(out, folder, sub, staged ? kl_as_text(hidden) : name, NULL);
    kl_value_release(hidden);
    if (status == KL_OK && kl_shape_check(shape, *out, NULL) != KL_OK)
        kl_value_replace(out, kl_null());
    return status == KL_NO_MEMORY ? kl_error_no_memory(error) : KL_OK;
}

static bool is_staged(const kl_trust_folder *folder, const char *sub, kl_text name)
{
    kl_value hidden = kl_null();
    bool is = kl_trust_staged_name(&hidden, name, NULL) == KL_OK &&
              kl_trust_exists(folder, sub, kl_as_text(hidden));
    kl_value_release(hidden);
    return is;
}

static kl_status remove_staged(kl_trust_folder *folder, const char *sub, kl_text name,
                               kl_error *error)
{
    kl_value hidden = kl_null();
    KL_TRY(kl_trust_staged_name(&hidden, name, error));
    kl_status status = kl_trust_remove(folder, sub, kl_as_text(hidden), error);
    kl_value_release(hidden);
    return status;
}

/* Name, or remove, the record of an anchor where it waits. */
static kl_status settle_record(kl_trust_project *project, kl_value anchor, bool committed,
                               kl_error *error)
{
    kl_value name = kl_null();
    kl_status status = KL_OK;
    KL_TRY(file_of(&name, text_of(anchor, "record_id"), error));
    for (size_t i = 0; i < KL_COUNT(record_folders) && status == KL_OK; i++) {
        const char *sub = record_folders[i];
        if (!is_staged(project->folder, sub, kl_as_text(name)))
            continue;
        status = committed ? kl_trust_publish(project->folder, sub, kl_as_text(name), error)
                           : remove_staged(project->folder, sub, kl_as_text(name), error);
        if (status == KL_OK && committed)
            status = kl_trust_sync(project->folder, sub, error);
    }
    kl_value_release(name);
    return status;
}

/* The staged manifest of a commit is the next one, unless another writer came between. */
static kl_status settle_manifest(kl_trust_project *project, kl_value anchor, kl_error *error)
{
    kl_value now = kl_null();
    bool next;
    KL_TRY(peek(&now, project->folder, "", MANIFEST, false, &kl_trust_manifest_shape, error));
    kl_status status = kl_value_equal(&next, text_of(now, "last_anchor_id"),
                                      text_of(anchor, "parent_anchor_id"), error);
    kl_value_release(now);
    if (status != KL_OK)
        return status;
    if (!next)
        return remove_staged(project->folder, "", MANIFEST, error);
    KL_TRY(kl_trust_publish(project->folder, "", MANIFEST, error));
    return kl_trust_sync(project->folder, "", error);
}

static kl_status finish(kl_trust_project *project, kl_value anchor, kl_error *error)
{
    KL_TRY(settle_record(project, anchor, true, error));
    return settle_manifest(project, anchor, error);
}

static kl_status undo(kl_trust_project *project, kl_text anchor_file, kl_error *error)
{
    kl_value anchor = kl_null();
    KL_TRY(peek(&anchor, project->folder, "anchors", anchor_file, true, &kl_trust_anchor_shape,
                error));
    kl_status status = kl_is_null(anchor) ? KL_OK : settle_record(project, anchor, false, error);
    kl_value_release(anchor);
    KL_TRY(status);
    KL_TRY(remove_staged(project->folder, "anchors", anchor_file, error));
    return remove_staged(project->folder, "", MANIFEST, error);
}

static kl_status recover(kl_trust_project *project, kl_value staged, kl_error *error)
{
    kl_value last = text_of(staged, "last_anchor_id"), name = kl_null(), anchor = kl_null();
    if (!kl_is(last, KL_KIND_STRING))
        return remove_staged(project->folder, "", MANIFEST, error);
    KL_TRY(file_of(&name, last, error));
    kl_status status = peek(&anchor, project->folder, "anchors", kl_as_text(name), false,
                            &kl_trust_anchor_shape, error);
    if (status == KL_OK)
        status = kl_is_null(anchor) ? undo(project, kl_as_text(name), error)
                                    : finish(project, anchor, error);
    kl_value_release(name);
    kl_value_release(anchor);
    return status;
}

kl_status kl_project_recover(kl_trust_project *project, kl_error *error)
{
    kl_value staged = kl_null();
    kl_error why = KL_ERROR_INIT;
    if (!is_staged(project->folder, "", MANIFEST))
        return KL_OK;
    KL_TRY(peek(&staged, project->folder, "", MANIFEST, true, &kl_trust_manifest_shape, error));
    kl_status status = recover(project, staged, &why); /* null has no last_anchor_id */
    kl_value_release(staged);
    project->view.fresh = false;
    if (status == KL_IO) /* who may only read sees through it; see kl_project_read_manifest() */
        status = KL_OK;
    if (status != KL_OK)
        kl_error_move(error, &why);
    kl_error_clear(&why);
    return status;
}

/* ---- the manifest ---------------------------------------------------------------------------------------- */

/* The staged manifest when it is that of a commit which nobody could finish; else null. */
static kl_status pending_manifest(kl_value *out, kl_trust_project *project, kl_value now,
                                  kl_error *error)
{
    kl_value staged = kl_null(), name = kl_null(), anchor = kl_null();
    bool next = false;
    kl_status status;
    *out = kl_null();
    KL_TRY(peek(&staged, project->folder, "", MANIFEST, true, &kl_trust_manifest_shape, error));
    kl_value last = text_of(staged, "last_anchor_id");
    if (!kl_is(last, KL_KIND_STRING)) {
        kl_value_release(staged);
        return KL_OK;
    }
    KL_TRY_OUT(file_of(&name, last, error));
    KL_TRY_OUT(peek(&anchor, project->folder, "anchors", kl_as_text(name), false,
                    &kl_trust_anchor_shape, error));
    if (!kl_is_null(anchor))
        KL_TRY_OUT(kl_value_equal(&next, text_of(now, "last_anchor_id"),
                                  text_of(anchor, "parent_anchor_id"), error));
    if (next)
        *out = kl_value_take(&staged);
out:
    kl_value_release(staged);
    kl_value_release(name);
    kl_value_release(anchor);
    return status;
}

static kl_status manifest_damage(kl_status status, kl_error *error)
{
    if (status != KL_SYNTAX && status != KL_INVALID)
        return status;
    kl_value text = kl_null();
    const char *why = error ? kl_error_message(error) : "";
    const char *known = "serialization error: ";
    if (strncmp(why, known, strlen(known)) == 0)
        why += strlen(known);
    if (kl_string_repair(&text, kl_text_from(why), error) != KL_OK)
        return KL_NO_MEMORY;
    status = kl_fault(error, KL_FAILED, NULL, "serialization_error",
                      "serialization error: manifest.json: %s", kl_as_text(text).data);
    kl_value_release(text);
    return status;
}

kl_status kl_project_read_manifest(kl_trust_project *project, kl_error *error)
{
    kl_value manifest = kl_null(), pending = kl_null();
    kl_status status = kl_trust_read_json(&manifest, project->folder, "", MANIFEST, error);
    if (status == KL_OK)
        status = kl_shape_check(&kl_trust_manifest_shape, manifest, error);
    status = manifest_damage(status, error);
    if (status == KL_OK && is_staged(project->folder, "", MANIFEST))
        status = pending_manifest(&pending, project, manifest, error);
    if (status != KL_OK) {
        kl_value_release(manifest);
        return status;
    }
    if (!kl_is_null(pending))
        kl_value_replace(&manifest, pending);
    kl_value_replace(&project->manifest, manifest);
    return KL_OK;
}

/* ---- the chain ------------------------------------------------------------------------------------------- */

static kl_status tampered(const kl_trust_project *project, const char *what, kl_text about,
                          kl_error *error)
{
    return kl_fault(error, KL_FAILED, NULL, "tamper_detected", "tamper detected: %s in %s/anchors: %.*s",
                    what, kl_as_text(kl_trust_folder_path(project->folder)).data,
                    KL_TEXT_ARG(about));
}

static kl_status check_item(const kl_trust_project *project, const kl_scan_item *item, bool verify,
                            kl_error *error)
{
    if (kl_is_null(item->map))
        return tampered(project, "an anchor cannot be read", kl_as_text(item->problem), error);
    if (!kl_text_equal(kl_as_text(text_of(item->map, "anchor_id")), item->id))
        return tampered(project, "an anchor has the name of another one", item->name, error);
    if (verify && item->faults & (KL_ANCHOR_UNSIGNED | KL_ANCHOR_UNCHAINED))
        return tampered(project, "an anchor is not signed by the operational key", item->id, error);
    return KL_OK;
}

/* Names of `all` that are not in the chain; how many are. */
static kl_status split_names(kl_value *fresh, size_t *known, const kl_trust_project *project,
                             kl_value all, kl_error *error)
{
    kl_value names = kl_null();
    kl_status status;
    KL_TRY(kl_array_new(&names, 0, error));
    *known = 0;
    for (size_t i = 0; i < kl_array_len(all); i++) {
        kl_value name = kl_array_at(all, i);
        kl_text id = kl_as_text(name);
        id.len -= strlen(".json");
        if (kl_chain_find(&project->chain, id))
            ++*known;
        else
            KL_TRY_OUT(kl_array_push(&names, kl_value_retain(name), error));
    }
    *fresh = kl_value_take(&names);
    status = KL_OK;
out:
    kl_value_release(names);
    return status;
}

/* All anchors, those of the chain first. */
static kl_status gather(kl_value *out, const kl_trust_project *project, const kl_scan *scan,
                        kl_error *error)
{
    kl_value all = kl_null();
    kl_status status;
    KL_TRY(kl_array_new(&all, project->chain.count + scan->count, error));
    for (size_t i = 0; i < project->chain.count; i++)
        KL_TRY_OUT(kl_array_push(&all, kl_value_retain(project->chain.links[i].anchor), error));
    for (size_t i = 0; i < scan->count; i++)
        KL_TRY_OUT(kl_array_push(&all, kl_value_retain(scan->items[i].map), error));
    *out = kl_value_take(&all);
    status = KL_OK;
out:
    kl_value_release(all);
    return status;
}

static kl_status append_ordered(kl_trust_project *project, const kl_scan *scan, kl_value ordered,
                                bool verified, kl_error *error)
{
    kl_value at = kl_null();
    kl_status status = KL_OK;
    KL_TRY(kl_map_new(&at, scan->count, error));
    for (size_t i = 0; i < scan->count && status == KL_OK; i++)
        status = kl_map_set(&at, scan->items[i].id, kl_int((int64_t)i), error);
    for (size_t i = project->chain.count; i < kl_array_len(ordered) && status == KL_OK; i++) {
        kl_value anchor = kl_array_at(ordered, i);
        const kl_value *item = kl_map_find(at, kl_as_text(text_of(anchor, "anchor_id")));
        status = item ? kl_chain_push(&project->chain, anchor,
                                      &scan->items[kl_as_int(*item)].facts, verified, error)
                      : tampered(project, "an anchor stands before the known ones", KL_TEXT(""),
                                 error);
    }
    kl_value_release(at);
    return status;
}

/* The known part must still be the beginning: whoever changed it did so behind our back. */
static kl_status extend(kl_trust_project *project, const kl_scan *scan, bool verified,
                        kl_error *error)
{
    kl_value all = kl_null(), ordered = kl_null(), where = kl_null();
    kl_status status;
    KL_TRY(gather(&all, project, scan, error));
    KL_TRY_OUT(kl_trust_path(&where, project->folder, "anchors", KL_TEXT(""), error));
    KL_TRY_OUT(kl_trust_chain_order(&ordered, all, kl_as_text(where).data, error));
    KL_TRY_OUT(append_ordered(project, scan, ordered, verified, error));
out:
    kl_value_release(all);
    kl_value_release(ordered);
    kl_value_release(where);
    return status;
}

static kl_status read_new(kl_trust_project *project, kl_value names, bool verify, kl_error *error)
{
    kl_scan scan = {.folder = project->folder, .sub = "anchors", .shape = &kl_trust_anchor_shape,
                    .key = {verify ? project->key : NULL, NULL}};
    kl_status status = kl_scan_names(&scan, names, error);
    for (size_t i = 0; i < scan.count && status == KL_OK; i++)
        status = check_item(project, &scan.items[i], verify, error);
    if (status == KL_OK && scan.count)
        status = extend(project, &scan, verify, error);
    kl_scan_end(&scan);
    return status;
}

/* ---- signatures of what load() only read ----------------------------------------------------------------- */

static void verify_link(void *data, size_t index)
{
    kl_trust_project *project = data;
    kl_chain_link *link = &project->chain.links[index];
    unsigned faults;
    if (!link->verified &&
        kl_trust_anchor_judge(&faults, link->anchor, &(kl_anchor_key){project->key, NULL}, NULL) ==
            KL_OK)
        link->verified = !(faults & (KL_ANCHOR_UNSIGNED | KL_ANCHOR_UNCHAINED));
}

static kl_status verify_links(kl_trust_project *project, kl_error *error)
{
    if (!project->chain.unverified)
        return KL_OK;
    kl_trust_each(project->chain.count, verify_link, project);
    project->chain.unverified = 0;
    kl_status status = KL_OK;
    for (size_t i = 0; i < project->chain.count; i++) {
        const kl_chain_link *link = &project->chain.links[i];
        project->chain.unverified += !link->verified;
        if (!link->verified && status == KL_OK)
            status = tampered(project, "an anchor is not signed by the operational key",
                              kl_as_text(text_of(link->anchor, "anchor_id")), error);
    }
    return status;
}

/* ---- whether anybody wrote ------------------------------------------------------------------------------- */

static bool view_of(kl_project_view *view, const kl_trust_project *project)
{
    kl_value tip = kl_chain_tip(&project->chain), name = kl_null();
    bool seen = kl_trust_stat(&view->manifest, project->folder, "", MANIFEST, NULL) == KL_OK &&
                kl_trust_stat(&view->anchors, project->folder, "", KL_TEXT("anchors"), NULL) == KL_OK;
    if (seen && !kl_is_null(tip)) {
        seen = file_of(&name, tip, NULL) == KL_OK &&
               kl_trust_stat(&view->tip, project->folder, "anchors", kl_as_text(name), NULL) == KL_OK;
        kl_value_release(name);
    }
    if (seen) /* a project without an envelope has none to look at */
        (void)kl_trust_stat(&view->envelope, project->folder, "", ENVELOPE, NULL);
    return seen;
}

void kl_project_note_view(kl_trust_project *project)
{
    project->view = (kl_project_view){.fresh = false};
    project->view.fresh = view_of(&project->view, project);
}

static bool is_unchanged(const kl_trust_project *project)
{
    kl_project_view now = {.fresh = true};
    const kl_project_view *then = &project->view;
    return then->fresh && view_of(&now, project) &&
           kl_trust_same_facts(&now.manifest, &then->manifest) &&
           kl_trust_same_facts(&now.anchors, &then->anchors) &&
           kl_trust_same_facts(&now.tip, &then->tip) &&
           kl_trust_same_facts(&now.envelope, &then->envelope);
}

kl_status kl_project_refresh(kl_trust_project *project, bool verify, kl_error *error)
{
    kl_value all = kl_null(), fresh = kl_null();
    size_t known;
    if (verify)
        KL_TRY(verify_links(project, error));
    KL_TRY(kl_trust_list(&all, project->folder, "anchors", ".json", error));
    kl_status status = split_names(&fresh, &known, project, all, error);
    kl_value_release(all);
    KL_TRY(status);
    if (known < project->chain.count) {
        kl_value_release(fresh);
        return tampered(project, "anchors that were there are gone", KL_TEXT("restore them"), error);
    }
    KL_TRY(read_new(project, fresh, verify, error));
    kl_project_note_view(project);
    return KL_OK;
}

/* ---- the envelope ---------------------------------------------------------------------------------------- */

/* Another process may have promoted a candidate; whatever else changed the file is found out, too. */
static kl_status refresh_envelope(kl_trust_project *project, const kl_trust_facts *before,
                                  kl_error *error)
{
    kl_trust_facts now = {0};
    kl_session_envelope *envelope = NULL;
    bool plain; /* verify() tells */
    (void)kl_trust_stat(&now, project->folder, "", ENVELOPE, NULL);
    if (kl_trust_same_facts(&now, before))
        return KL_OK;
    KL_TRY(kl_project_read_envelope(&envelope, &plain, project, "", ENVELOPE, ENVELOPE_SIGNATURE, error));
    kl_status status = kl_project_set_envelope(project, envelope, error);
    kl_session_envelope_release(envelope);
    return status;
}

/* ---- begin and end --------------------------------------------------------------------------------------- */

void kl_project_mend_torn(kl_trust_project *project)
{
    if (!kl_trust_was_torn(project->folder))
        return;
    project->chain = (kl_chain){.links = NULL}; /* leaked: it may be half written */
    project->manifest = project->checked = kl_null();
    project->view.fresh = false;
}

static kl_status bring_up_to_date(kl_trust_project *project, kl_error *error)
{
    kl_project_mend_torn(project);
    KL_TRY(kl_project_recover(project, error));
    if (is_unchanged(project))
        return verify_links(project, error);
    const kl_trust_facts envelope = project->view.envelope;
    project->view.fresh = false;
    KL_TRY(kl_project_read_manifest(project, error));
    KL_TRY(kl_project_refresh(project, true, error));
    kl_status status = kl_project_settle_shadow(project, error);
    if (status == KL_OK)
        status = refresh_envelope(project, &envelope, error);
    project->view.fresh = status == KL_OK && project->view.fresh;
    return status;
}

kl_status kl_trust_project_begin(kl_trust_project *project, kl_error *error)
{
    KL_TRY(kl_trust_lock(project->folder, error));
    kl_status status = bring_up_to_date(project, error);
    if (status != KL_OK)
        kl_trust_unlock(project->folder);
    return status;
}

void kl_trust_project_end(kl_trust_project *project) { kl_trust_unlock(project->folder); }

/* ---- posture --------------------------------------------------------------------------------------------- */

bool kl_project_read_transition(int *from, int *to, kl_text record_id)
{
    static const char head[] = "posture-", middle[] = "-to-";
    size_t start = strlen(head);
    if (record_id.len < start || memcmp(record_id.data, head, start) != 0)
        return false;
    for (size_t i = start; i + strlen(middle) <= record_id.len; i++) {
        if (memcmp(record_id.data + i, middle, strlen(middle)) != 0)
            continue;
        kl_text left = {record_id.data + start, i - start};
        kl_text right = {record_id.data + i + strlen(middle), record_id.len - i - strlen(middle)};
        *from = kl_rung_find(KL_LADDER_TRUST, left, KL_PASCAL);
        *to = kl_rung_find(KL_LADDER_TRUST, right, KL_PASCAL);
        return *from >= 0 && *to >= 0;
    }
    return false;
}

int kl_project_level(const kl_trust_project *project)
{
    int from, to;
    for (size_t i = project->chain.count; i > 0; i--) {
        kl_value anchor = project->chain.links[i - 1].anchor;
        if (kl_text_is(kl_as_text(text_of(anchor, "anchor_type")), "posture_transition") &&
            kl_project_read_transition(&from, &to, kl_as_text(text_of(anchor, "record_id"))))
            return to;
    }
    return -1;
}
