/* src/trust_plane/repair.c - TrustProject.repair(): a manifest that does not fit its files, anchors that
 * are not signed as a whole, records without a seal. */
#include "project_parts.h"
#include "anchor.h"
#include "report.h"
#include "seal.h"
#include "stored_kinds.h"

/* One repair, under the lock. */
typedef struct repair {
    kl_trust_project *project;
    bool dry;
    kl_value manifest; /* as it should be */
    kl_value details;
    int64_t fixed;
    bool rewritten; /* files of anchors are not what the chain in memory says */
} repair;

static kl_value text_of(kl_value map, const char *name)
{
    return kl_map_get(map, kl_text_from(name));
}

static const char *shown(kl_value text)
{
    return kl_is_null(text) ? "none" : kl_as_text(text).data;
}

/* What is found and can be mended: `value` (taken) is what the member should be. */
static kl_status mend(repair *r, const char *member, kl_value value, kl_value text, kl_error *error)
{
    kl_value detail = kl_null();
    kl_status status = kl_string_format(&detail, error, "%s%s", kl_as_text(text).data,
                                        r->dry ? "" : " -- fixed");
    kl_value_release(text);
    if (status != KL_OK) {
        kl_value_release(value);
        return status;
    }
    status = kl_array_push(&r->details, detail, error);
    if (status != KL_OK || r->dry) {
        kl_value_release(value);
        return status;
    }
    r->fixed++;
    return kl_map_set(&r->manifest, kl_text_from(member), value, error);
}

static kl_status check_count(repair *r, const char *member, size_t actual, kl_error *error)
{
    kl_value text = kl_null();
    int64_t says = kl_as_int(text_of(r->manifest, member));
    if (says == (int64_t)actual)
        return KL_OK;
    KL_TRY(kl_string_format(&text, error, "%s mismatch: manifest says %lld, actual files %zu", member,
                            (long long)says, actual));
    return mend(r, member, kl_int((int64_t)actual), text, error);
}

static kl_status check_text(repair *r, const char *member, kl_value should, kl_error *error)
{
    kl_value text = kl_null(), says = text_of(r->manifest, member);
    bool same;
    KL_TRY(kl_value_equal(&same, says, should, error));
    if (same)
        return KL_OK;
    KL_TRY(kl_string_format(&text, error, "%s mismatch: manifest says %s, the chain %s", member,
                            shown(says), shown(should)));
    return mend(r, member, kl_value_retain(should), text, error);
}

static kl_status check_counts(repair *r, kl_error *error)
{
    for (size_t i = 0; i < KL_TRUST_KINDS; i++) {
        kl_value names = kl_null();
        KL_TRY(kl_trust_list(&names, r->project->folder, kl_trust_kinds[i].sub, ".json", error));
        size_t count = kl_array_len(names);
        kl_value_release(names);
        KL_TRY(check_count(r, kl_trust_kinds[i].counter, count, error));
    }
    return check_count(r, "anchor_count", r->project->chain.count, error);
}

static kl_status check_chain(repair *r, kl_error *error)
{
    int level = kl_project_level(r->project);
    kl_value posture = kl_null();
    KL_TRY(check_text(r, "last_anchor_id", kl_chain_tip(&r->project->chain), error));
    if (level >= 0)
        KL_TRY(kl_string_from_valid(
            &posture, kl_text_from(kl_rung_name(KL_LADDER_TRUST, level, KL_PASCAL)), error));
    kl_status status = check_text(r, "trust_posture", posture, error);
    kl_value_release(posture);
    return status;
}

/* Only told: what is gone cannot be made again. */
static kl_status check_orphans(repair *r, kl_error *error)
{
    const kl_chain *chain = &r->project->chain;
    for (size_t i = 0; i < chain->count; i++) {
        kl_value anchor = chain->links[i].anchor, file = kl_null(), text = kl_null();
        const kl_trust_kind_facts *kind =
            kl_trust_kind_of(kl_as_text(text_of(anchor, "anchor_type")));
        const char *id = kl_as_text(text_of(anchor, "record_id")).data;
        if (!kind)
            continue;
        KL_TRY(kl_string_format(&file, error, "%s.json", id));
        bool there = kl_trust_exists(r->project->folder, kind->sub, kl_as_text(file));
        kl_value_release(file);
        if (there)
            continue;
        KL_TRY(kl_string_format(&text, error, "orphaned anchor: %s references missing %s record %s",
                                kl_as_text(text_of(anchor, "anchor_id")).data, kind->name, id));
        KL_TRY(kl_array_push(&r->details, text, error));
    }
    return KL_OK;
}

/* ---- anchors of other implementations -------------------------------------------------------------------- */

static kl_status countersign(repair *r, kl_value anchor, const kl_key_pair *key, kl_error *error)
{
    kl_value with = kl_value_retain(anchor), file = kl_null();
    kl_status status = kl_trust_anchor_chain(&with, key, error);
    if (status == KL_OK)
        status = kl_string_format(&file, error, "%s.json",
                                  kl_as_text(text_of(anchor, "anchor_id")).data);
    if (status == KL_OK)
        status = kl_trust_write_json(r->project->folder, "anchors", kl_as_text(file), with, error);
    kl_value_release(with);
    kl_value_release(file);
    return status;
}

static kl_status check_chained(repair *r, kl_value anchor, kl_value pair, kl_error *error)
{
    kl_value text = kl_null();
    bool mends = !r->dry && !kl_is_null(pair);
    if (kl_map_has(anchor, KL_TEXT("chain_signature")))
        return KL_OK;
    KL_TRY(kl_string_format(&text, error, "unchained anchor: %s has no chain_signature%s",
                            kl_as_text(text_of(anchor, "anchor_id")).data, mends ? " -- fixed" : ""));
    KL_TRY(kl_array_push(&r->details, text, error));
    if (!mends)
        return KL_OK;
    r->fixed++;
    r->rewritten = true;
    return countersign(r, anchor, (const kl_key_pair *)pair.as.object, error);
}

/* Other implementations do not sign type, parent, record and time. Who holds the key may stand for what
 * they wrote into this project. */
static kl_status check_all_chained(repair *r, kl_error *error)
{
    kl_value pair = kl_project_pair(r->project);
    kl_status status = KL_OK;
    if (r->project->needs_chain)
        for (size_t i = 0; i < r->project->chain.count && status == KL_OK; i++)
            status = check_chained(r, r->project->chain.links[i].anchor, pair, error);
    kl_value_release(pair);
    return status;
}

/* ---- records of other implementations -------------------------------------------------------------------- */

/* A record in the words of a detail. */
static kl_status tell(repair *r, const char *what, const kl_stored_kind *kind, kl_text name,
                      const char *how, kl_error *error)
{
    kl_value text = kl_null();
    KL_TRY(kl_string_format(&text, error, "%s %s: %s/%.*s%s", what, kind->shape->name, kind->sub,
                            KL_TEXT_ARG(name), how));
    return kl_array_push(&r->details, text, error);
}

static kl_status seal_one(repair *r, const kl_stored_kind *kind, kl_text name, kl_error *error)
{
    kl_trust_folder *folder = r->project->folder;
    kl_value record = kl_null(), pair = kl_null();
    unsigned faults = 0;
    kl_status status = kl_trust_read_json(&record, folder, kind->sub, name, NULL);
    if (status == KL_NO_MEMORY)
        return kl_error_no_memory(error);
    if (status != KL_OK)
        return KL_OK; /* verify() tells what is wrong with it */
    pair = kl_project_pair(r->project);
    KL_TRY_OUT(kl_seal_judge(&faults, record, kind->sub, &(kl_anchor_key){r->project->key, NULL}, error));
    if (faults & (KL_SEAL_BROKEN | KL_SEAL_FORGED))
        KL_TRY_OUT(tell(r, "broken seal of", kind, name, "", error));
    if (!(faults & KL_SEAL_MISSING) || kl_shape_check(kind->shape, record, NULL) != KL_OK)
        goto out;
    KL_TRY_OUT(tell(r, "unsealed", kind, name, r->dry ? "" : " -- fixed", error));
    if (r->dry)
        goto out;
    KL_TRY_OUT(kl_seal_set(&record, kind->sub,
                           (const kl_key_pair *)kl_as_object(pair, &kl_key_pair_type), error));
    KL_TRY_OUT(kl_trust_write_json(folder, kind->sub, name, record, error));
    r->fixed++;
out:
    kl_value_release(pair);
    kl_value_release(record);
    return status;
}

/* A seal that does not fit is only told of: what it was made of is gone. */
static kl_status check_all_sealed(repair *r, kl_error *error)
{
    kl_status status = KL_OK;
    for (size_t k = 0; r->project->needs_seals && k < KL_TRUST_STORED && status == KL_OK; k++) {
        kl_value names = kl_null();
        KL_TRY(kl_trust_list(&names, r->project->folder, kl_stored_kinds[k]->sub, ".json", error));
        for (size_t i = 0; i < kl_array_len(names) && status == KL_OK; i++)
            status = seal_one(r, kl_stored_kinds[k], kl_as_text(kl_array_at(names, i)), error);
        kl_value_release(names);
    }
    return status;
}

/* ---- the whole ------------------------------------------------------------------------------------------- */

static kl_status run(repair *r, kl_error *error)
{
    KL_TRY(kl_array_new(&r->details, 0, error));
    r->manifest = kl_value_retain(r->project->manifest);
    KL_TRY(check_counts(r, error));
    KL_TRY(check_chain(r, error));
    KL_TRY(check_orphans(r, error));
    KL_TRY(check_all_chained(r, error));
    int64_t before = r->fixed;
    KL_TRY(check_all_sealed(r, error));
    if (!before) /* seals are none of the manifest's business */
        return KL_OK;
    const kl_chain *chain = &r->project->chain;
    kl_value last = chain->count ? chain->links[chain->count - 1].anchor : r->manifest;
    KL_TRY(kl_map_set(&r->manifest, KL_TEXT("updated_at"),
                      kl_value_retain(text_of(last, "created_at")), error));
    r->project->view.fresh = false;
    return kl_trust_write_json(r->project->folder, "", MANIFEST, r->manifest, error);
}

kl_status kl_project_repair(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    repair r = {.project = (kl_trust_project *)self, .dry = kl_as_bool(args[0])};
    KL_TRY(kl_trust_project_begin(r.project, error));
    kl_status status = run(&r, error);
    if (r.rewritten)
        kl_chain_clear(&r.project->chain); /* read again by the next to begin */
    kl_trust_project_end(r.project);
    if (status == KL_OK)
        status = kl_repair_report_new(out, r.details, r.fixed, error);
    kl_value_release(r.manifest);
    kl_value_release(r.details);
    return status;
}
