/* src/trust_plane/project_shadow.c - the trial of a candidate envelope: begun, promoted, ended.
 *
 * A candidate comes to be in .shadow.tmp, which gets the name shadow/ once its anchor is there; it goes
 * by way of .shadow.old. Promoting stages the envelope and its signature, anchors, and names both.
 */
#include "project_shadow.h"
#include "canonical.h"
#include "eatp/fault.h"

#define NEW ".shadow.tmp"
#define OLD ".shadow.old"

void kl_project_shadow_release(kl_project_shadow *shadow)
{
    if (!shadow || __atomic_fetch_sub(&shadow->refs, 1, __ATOMIC_ACQ_REL) != 1)
        return;
    kl_session_enforcer_free(shadow->enforcer);
    kl_shadow_log_free(shadow->log);
    kl_shadow_file_free(shadow->file);
    kl_free(shadow);
}

kl_project_shadow *kl_project_shadow_of(kl_trust_project *project)
{
    pthread_mutex_lock(&project->lock);
    kl_project_shadow *shadow = project->shadow;
    if (shadow)
        __atomic_fetch_add(&shadow->refs, 1, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&project->lock);
    return shadow;
}

/* `shadow` is taken; NULL = none. */
static void set_shadow(kl_trust_project *project, kl_project_shadow *shadow)
{
    pthread_mutex_lock(&project->lock);
    kl_project_shadow *old = project->shadow;
    project->shadow = shadow;
    pthread_mutex_unlock(&project->lock);
    kl_project_shadow_release(old);
}

void kl_project_end_shadow(kl_trust_project *project)
{
    kl_project_shadow_release(project->shadow);
    project->shadow = NULL;
}

/* ---- loading --------------------------------------------------------------------------------------------- */

static kl_status read_config(kl_value *out, const kl_trust_folder *folder, kl_error *error)
{
    kl_value map = kl_null();
    KL_TRY(kl_trust_read_json(&map, folder, "shadow", CONFIG, error));
    kl_status status = kl_object_from_map(out, &kl_shadow_config_type, map, error);
    kl_value_release(map);
    return status;
}

static kl_status add_line(void *data, kl_text file, size_t line, kl_value record,
                          const char *problem, kl_error *error)
{
    (void)file, (void)line, (void)problem; /* verify() tells */
    return kl_is_null(record) ? KL_OK : kl_shadow_log_add(data, record, error);
}

static kl_status fill_shadow(kl_project_shadow *shadow, kl_trust_project *project,
                             const kl_session_envelope *envelope, kl_error *error)
{
    kl_value config = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_trust_stat(&shadow->facts, project->folder, "shadow", CANDIDATE, error));
    KL_TRY_OUT(read_config(&config, project->folder, error));
    const kl_shadow_config *settings = (const kl_shadow_config *)config.as.object;
    KL_TRY_OUT(kl_session_enforcer_new(&shadow->enforcer, envelope, false, error));
    KL_TRY_OUT(kl_shadow_log_new(&shadow->log, settings, error));
    KL_TRY_OUT(kl_shadow_file_read(project->folder, add_line, shadow->log, error));
    if (settings->persist_records)
        KL_TRY_OUT(kl_shadow_file_new(&shadow->file, project->folder, (size_t)settings->max_records,
                                      error));
out:
    kl_value_release(config);
    return status;
}

static kl_status damaged(kl_status status, kl_error *error)
{
    if (status != KL_SYNTAX && status != KL_INVALID && status != KL_TYPE && status != KL_OVERFLOW)
        return status;
    kl_value text = kl_null();
    if (kl_string_repair(&text, kl_text_from(error ? kl_error_message(error) : ""), error) != KL_OK)
        return KL_NO_MEMORY;
    status = kl_fault(error, KL_FAILED, NULL, "serialization_error",
                      "serialization error: shadow/config.json: %s", kl_as_text(text).data);
    kl_value_release(text);
    return status;
}

kl_status kl_project_load_shadow(kl_trust_project *project, kl_error *error)
{
    kl_session_envelope *envelope = NULL;
    bool plain; /* verify() tells */
    if (!kl_trust_exists(project->folder, "shadow", CANDIDATE)) {
        set_shadow(project, NULL);
        return KL_OK;
    }
    KL_TRY(kl_project_read_envelope(&envelope, &plain, project, "shadow", CANDIDATE,
                                    CANDIDATE_SIGNATURE, error));
    kl_project_shadow *shadow = kl_alloc_zero(1, sizeof *shadow);
    kl_status status = shadow ? KL_OK : kl_error_no_memory(error);
    if (shadow) {
        shadow->refs = 1;
        status = damaged(fill_shadow(shadow, project, envelope, error), error);
    }
    kl_session_envelope_release(envelope);
    if (status != KL_OK) {
        kl_project_shadow_release(shadow);
        return status;
    }
    set_shadow(project, shadow);
    return KL_OK;
}

kl_status kl_project_follow_shadow(kl_trust_project *project, kl_error *error)
{
    kl_trust_facts facts;
    kl_project_shadow *shadow = kl_project_shadow_of(project);
    bool there = kl_trust_stat(&facts, project->folder, "shadow", CANDIDATE, NULL) == KL_OK;
    bool same = shadow ? there && kl_trust_same_facts(&facts, &shadow->facts) : !there;
    kl_project_shadow_release(shadow);
    if (same)
        return KL_OK;
    KL_TRY(kl_trust_project_begin(project, error));
    kl_status status = kl_project_load_shadow(project, error);
    kl_trust_project_end(project);
    return status;
}

/* ---- what a killed process left -------------------------------------------------------------------------- */

/* The last anchor of shadow mode; null when there is none. */
static kl_value last_anchor(const kl_trust_project *project)
{
    for (size_t i = project->chain.count; i > 0; i--) {
        kl_value anchor = project->chain.links[i - 1].anchor;
        kl_text type = kl_as_text(kl_map_get(anchor, KL_TEXT("anchor_type")));
        if (kl_text_is(type, "shadow_enabled") || kl_text_is(type, "shadow_promoted"))
            return anchor;
    }
    return kl_null();
}

kl_status kl_project_shadow_id(kl_value *out, const char *action,
                               const kl_session_envelope *envelope, kl_error *error)
{
    kl_value hash = kl_null();
    KL_TRY(kl_session_envelope_hash(&hash, envelope, error));
    kl_status status = kl_string_format(out, error, "shadow-%s-%.12s", action, kl_as_text(hash).data);
    kl_value_release(hash);
    return status;
}

/* Whether the last anchor of shadow mode is `action` of the envelope that lies under `name`. */
static kl_status is_anchored(bool *out, const kl_trust_project *project, const char *action,
                             const char *sub, kl_text name, kl_error *error)
{
    kl_value map = kl_null(), id = kl_null();
    kl_session_envelope *envelope = NULL;
    kl_value anchored = kl_map_get(last_anchor(project), KL_TEXT("record_id"));
    *out = false;
    kl_status status = kl_trust_read_json(&map, project->folder, sub, name, NULL);
    if (status == KL_OK)
        status = kl_session_envelope_read(&envelope, map, NULL);
    if (status == KL_OK)
        status = kl_project_shadow_id(&id, action, envelope, NULL);
    if (status == KL_OK)
        *out = kl_text_equal(kl_as_text(id), kl_as_text(anchored));
    kl_value_release(map);
    kl_value_release(id);
    if (envelope)
        kl_session_envelope_release(envelope);
    return status == KL_NO_MEMORY ? kl_error_no_memory(error) : KL_OK;
}

/* Give the new trial its name; the one before goes. */
static kl_status install(kl_trust_project *project, kl_error *error)
{
    if (kl_trust_exists(project->folder, "", KL_TEXT("shadow")))
        KL_TRY(kl_trust_rename(project->folder, "shadow", OLD, error));
    return kl_trust_rename(project->folder, NEW, "shadow", error);
}

/* The candidate's envelope is written last, so that where it is, all is. When the trial that is under
 * way is of the same candidate, the last anchor may be its own: then it stays, with its records. */
static kl_status settle_enabled(kl_trust_project *project, kl_error *error)
{
    bool anchored, under_way;
    if (!kl_trust_exists(project->folder, "", KL_TEXT(NEW)))
        return KL_OK;
    KL_TRY(is_anchored(&anchored, project, "enable", NEW, CANDIDATE, error));
    KL_TRY(is_anchored(&under_way, project, "enable", "shadow", CANDIDATE, error));
    return anchored && !under_way ? install(project, error)
                                  : kl_trust_remove_tree(project->folder, NEW, error);
}

static kl_status publish_envelope(kl_trust_folder *folder, kl_error *error)
{
    const kl_text names[] = {ENVELOPE_SIGNATURE, ENVELOPE};
    for (size_t i = 0; i < KL_COUNT(names); i++) {
        kl_value hidden = kl_null();
        KL_TRY(kl_trust_staged_name(&hidden, names[i], error));
        bool waits = kl_trust_exists(folder, "", kl_as_text(hidden));
        kl_value_release(hidden);
        if (waits)
            KL_TRY(kl_trust_publish(folder, "", names[i], error));
    }
    KL_TRY(kl_trust_sync(folder, "", error));
    if (!kl_trust_exists(folder, "", KL_TEXT("shadow")))
        return KL_OK;
    return kl_trust_rename(folder, "shadow", OLD, error);
}

static kl_status unstage_envelope(kl_trust_folder *folder, kl_error *error)
{
    const kl_text names[] = {ENVELOPE, ENVELOPE_SIGNATURE};
    for (size_t i = 0; i < KL_COUNT(names); i++) {
        kl_value hidden = kl_null();
        KL_TRY(kl_trust_staged_name(&hidden, names[i], error));
        kl_status status = kl_trust_remove(folder, "", kl_as_text(hidden), error);
        kl_value_release(hidden);
        KL_TRY(status);
    }
    return KL_OK;
}

/* The envelope is named last, so that one that waits tells of it all. */
static kl_status settle_promoted(kl_trust_project *project, kl_error *error)
{
    bool anchored;
    kl_value hidden = kl_null();
    KL_TRY(kl_trust_staged_name(&hidden, ENVELOPE, error));
    bool waits = kl_trust_exists(project->folder, "", kl_as_text(hidden));
    kl_status status = KL_OK;
    if (waits)
        status = is_anchored(&anchored, project, "promote", "", kl_as_text(hidden), error);
    kl_value_release(hidden);
    if (status != KL_OK || !waits)
        return status;
    return anchored ? publish_envelope(project->folder, error)
                    : unstage_envelope(project->folder, error);
}

static kl_status settle(kl_trust_project *project, kl_error *error)
{
    KL_TRY(settle_promoted(project, error));
    KL_TRY(settle_enabled(project, error));
    return kl_trust_exists(project->folder, "", KL_TEXT(OLD))
               ? kl_trust_remove_tree(project->folder, OLD, error)
               : KL_OK;
}

/* Who may only read leaves it to others. */
kl_status kl_project_settle_shadow(kl_trust_project *project, kl_error *error)
{
    kl_error why = KL_ERROR_INIT;
    kl_status status = settle(project, &why);
    if (status != KL_OK && status != KL_IO)
        kl_error_move(error, &why);
    kl_error_clear(&why);
    return status == KL_IO ? KL_OK : status;
}

/* ---- enabling -------------------------------------------------------------------------------------------- */

static kl_status violation(kl_error *error, const char *text)
{
    return kl_fault(error, KL_STATE, NULL, "constraint_violation", "constraint violation: %s", text);
}

static kl_status need_authority(const kl_trust_project *project, kl_error *error)
{
    if (!kl_is_null(project->authority_pair))
        return KL_OK;
    return kl_fault(error, KL_STATE, NULL, "key_not_available",
                    "key not found: cannot enable shadow mode: the authority's signing key is not "
                    "available in this loaded project; only the object that created the project "
                    "holds it");
}

kl_status kl_project_shadow_hash(kl_value *out, const char *action, kl_value envelope_hash,
                                 kl_value config, kl_error *error)
{
    kl_value map = kl_null();
    kl_status status;
    KL_TRY(kl_map_new(&map, 3, error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("action"), kl_text_from(action), error));
    if (!kl_is_null(config))
        KL_TRY_OUT(kl_map_set(&map, KL_TEXT("config"), kl_value_retain(config), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("envelope_hash"), kl_value_retain(envelope_hash), error));
    KL_TRY_OUT(kl_trust_canonical_hash(out, map, error));
out:
    kl_value_release(map);
    return status;
}

static kl_status append_anchor(kl_trust_project *project, const char *type, const char *action,
                               const kl_session_envelope *envelope, kl_value config,
                               const char *what, kl_error *error)
{
    kl_value hash = kl_null(), signed_hash = kl_null(), id = kl_null(), anchor = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_session_envelope_hash(&hash, envelope, error));
    KL_TRY_OUT(kl_project_shadow_id(&id, action, envelope, error));
    KL_TRY_OUT(kl_project_shadow_hash(&signed_hash, type, hash, config, error));
    KL_TRY_OUT(kl_trust_project_append(&anchor, project,
                                       &(kl_trust_entry){.type = type,
                                                         .record_id = kl_as_text(id),
                                                         .record_hash = kl_as_text(signed_hash),
                                                         .what = what},
                                       error));
out:
    kl_value_release(hash);
    kl_value_release(signed_hash);
    kl_value_release(id);
    kl_value_release(anchor);
    return status;
}

static kl_status default_config(kl_value *out, kl_error *error)
{
    kl_value config = kl_null();
    KL_TRY(kl_object_from_map(&config, &kl_shadow_config_type, kl_null(), error));
    kl_status status = kl_object_to_map(out, config.as.object, error);
    kl_value_release(config);
    return status;
}

static kl_status write_candidate(kl_trust_project *project, const kl_session_envelope *candidate,
                                 kl_value config, kl_error *error)
{
    KL_TRY(kl_trust_remove_tree(project->folder, NEW, error));
    KL_TRY(kl_trust_make_folder(project->folder, NEW, 0755, error));
    KL_TRY(kl_trust_make_folder(project->folder, NEW "/records", 0755, error));
    KL_TRY(kl_trust_write_json(project->folder, NEW, CONFIG, config, error));
    return kl_project_write_envelope(project, NEW, CANDIDATE, CANDIDATE_SIGNATURE, candidate, error);
}

static kl_status check_candidate(kl_trust_project *project, const kl_session_envelope *candidate,
                                 kl_error *error)
{
    kl_value in_force = kl_trust_project_envelope(project);
    if (kl_is_null(in_force))
        return violation(error, "cannot enable shadow mode: no production constraint envelope "
                                "configured");
    bool tighter = false;
    kl_session_envelope *production = kl_constraint_envelope_of(in_force.as.object);
    kl_status status = kl_session_envelope_is_tighter(&tighter, candidate, production, error);
    kl_session_envelope_release(production);
    kl_value_release(in_force);
    KL_TRY(status);
    return tighter ? KL_OK
                   : violation(error, "candidate envelope must be tighter than or equal to production "
                                      "envelope");
}

static kl_status enable(kl_trust_project *project, const kl_session_envelope *candidate,
                        kl_error *error)
{
    kl_value config = kl_null();
    kl_status status;
    KL_TRY(check_candidate(project, candidate, error));
    KL_TRY(default_config(&config, error));
    KL_TRY_OUT(write_candidate(project, candidate, config, error));
    KL_TRY_OUT(append_anchor(project, "shadow_enabled", "enable", candidate, config,
                             "enable shadow mode", error));
    KL_TRY_OUT(install(project, error));
    KL_TRY_OUT(kl_project_settle_shadow(project, error));
    KL_TRY_OUT(kl_project_load_shadow(project, error));
out:
    kl_value_release(config);
    return status;
}

kl_status kl_project_enable_shadow(kl_value *out, kl_object *self, const kl_value *args,
                                   kl_error *error)
{
    (void)out;
    kl_trust_project *project = (kl_trust_project *)self;
    kl_value pair = kl_null();
    KL_TRY(kl_project_need_pair(&pair, project, "enable shadow mode", error));
    kl_value_release(pair);
    KL_TRY(need_authority(project, error));
    kl_session_envelope *candidate = kl_constraint_envelope_of(args[0].as.object);
    kl_status status = kl_trust_project_begin(project, error);
    if (status == KL_OK) {
        status = enable(project, candidate, error);
        kl_trust_project_end(project);
    }
    kl_session_envelope_release(candidate);
    return status;
}

/* ---- disabling and promoting ----------------------------------------------------------------------------- */

static kl_status disable(kl_trust_project *project, kl_error *error)
{
    if (kl_trust_exists(project->folder, "", KL_TEXT("shadow")))
        KL_TRY(kl_trust_rename(project->folder, "shadow", OLD, error));
    set_shadow(project, NULL);
    return kl_trust_remove_tree(project->folder, OLD, error);
}

kl_status kl_project_disable_shadow(kl_value *out, kl_object *self, const kl_value *args,
                                    kl_error *error)
{
    (void)out, (void)args;
    kl_trust_project *project = (kl_trust_project *)self;
    kl_value pair = kl_null();
    KL_TRY(kl_project_follow_shadow(project, error));
    kl_project_shadow *shadow = kl_project_shadow_of(project);
    kl_project_shadow_release(shadow);
    if (!shadow)
        return KL_OK;
    KL_TRY(kl_project_need_pair(&pair, project, "disable shadow mode", error));
    kl_value_release(pair);
    KL_TRY(kl_trust_project_begin(project, error));
    kl_status status = disable(project, error);
    kl_trust_project_end(project);
    return status;
}

static kl_status stage_copy(kl_trust_folder *folder, kl_text from, kl_text to, kl_error *error)
{
    kl_value bytes = kl_null();
    KL_TRY(kl_trust_read(&bytes, NULL, folder, "shadow", from, error));
    kl_status status = kl_trust_stage(folder, &(kl_trust_file){"", to, kl_as_text(bytes)}, 1, error);
    kl_value_release(bytes);
    return status;
}

/* The signature is staged first and named first: see settle_promoted(). */
static kl_status promote(kl_trust_project *project, kl_error *error)
{
    kl_session_envelope *candidate = NULL;
    bool plain;
    KL_TRY(kl_project_read_envelope(&candidate, &plain, project, "shadow", CANDIDATE,
                                    CANDIDATE_SIGNATURE, error));
    kl_status status;
    KL_TRY_OUT(check_candidate(project, candidate, error));
    KL_TRY_OUT(stage_copy(project->folder, CANDIDATE_SIGNATURE, ENVELOPE_SIGNATURE, error));
    KL_TRY_OUT(stage_copy(project->folder, CANDIDATE, ENVELOPE, error));
    KL_TRY_OUT(append_anchor(project, "shadow_promoted", "promote", candidate, kl_null(),
                             "promote the candidate envelope", error));
    KL_TRY_OUT(publish_envelope(project->folder, error));
    set_shadow(project, NULL);
    KL_TRY_OUT(kl_project_set_envelope(project, candidate, error));
    KL_TRY_OUT(kl_project_settle_shadow(project, error));
out:
    if (status != KL_OK)
        (void)kl_project_settle_shadow(project, NULL); /* what remains, the next to begin does */
    kl_session_envelope_release(candidate);
    return status;
}

kl_status kl_project_shadow_promote(kl_value *out, kl_object *self, const kl_value *args,
                                    kl_error *error)
{
    (void)out, (void)args;
    kl_trust_project *project = (kl_trust_project *)self;
    kl_value pair = kl_null();
    KL_TRY(kl_project_follow_shadow(project, error));
    kl_project_shadow *shadow = kl_project_shadow_of(project);
    kl_project_shadow_release(shadow);
    if (!shadow)
        return violation(error, "cannot promote: shadow mode is not active");
    KL_TRY(kl_project_need_pair(&pair, project, "promote the candidate envelope", error));
    kl_value_release(pair);
    KL_TRY(kl_trust_project_begin(project, error));
    kl_status status = promote(project, error);
    kl_trust_project_end(project);
    return status;
}
