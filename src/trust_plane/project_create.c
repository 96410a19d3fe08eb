/* src/trust_plane/project_create.c - a new project: its two keys, its genesis, its folders. */
#include "project_parts.h"
#include "canonical.h"
#include "eatp/fault.h"

static kl_status set_text(kl_value *map, const char *name, const char *text, kl_error *error)
{
    return kl_map_set_text(map, kl_text_from(name), kl_text_from(text), error);
}

static kl_status set_new(kl_value *map, const char *name, kl_status made, kl_value value,
                         kl_error *error)
{
    return made == KL_OK ? kl_map_set(map, kl_text_from(name), value, error) : made;
}

static kl_status set_time(kl_value *map, const char *name, kl_time time, kl_error *error)
{
    kl_value text = kl_null();
    return set_new(map, name, kl_trust_time_text(&text, time, error), text, error);
}


/* ---- genesis --------------------------------------------------------------------------------------------- */

/* What the level brings that every project begins at. */
static kl_status fill_constraints(kl_value *map, kl_error *error)
{
    const kl_level *level = kl_level_of(KL_TRUST_SUPERVISED);
    const struct {
        const char *name;
        bool allowed;
    } rows[] = {
        {"allow_network", level->allow_network},
        {"allow_filesystem", level->allow_filesystem},
        {"allow_code_execution", level->allow_code_execution},
        {"allow_state_mutation", level->allow_state_mutation},
        {"allow_delegation", level->allow_delegation},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++)
        KL_TRY(kl_map_set(map, kl_text_from(rows[i].name), kl_bool(rows[i].allowed), error));
    KL_TRY(kl_map_set(map, KL_TEXT("max_context_tokens"), kl_int((int64_t)level->max_context_tokens),
                      error));
    KL_TRY(kl_map_set(map, KL_TEXT("allowed_tools"), kl_null(), error));
    return kl_map_set(map, KL_TEXT("reasoning_required"), kl_bool(false), error);
}

static kl_status fill_metadata(kl_value *map, kl_text author, bool has_envelope, kl_error *error)
{
    KL_TRY(kl_map_set_text(map, KL_TEXT(AUTHOR_MARK), author, error));
    KL_TRY(set_text(map, CHAIN_MARK, "1", error));
    KL_TRY(set_text(map, SEAL_MARK, "1", error));
    return has_envelope ? set_text(map, ENVELOPE_MARK, "1", error) : KL_OK;
}

static kl_status add_filled(kl_value *map, const char *name, kl_value inner, kl_status filled,
                            kl_error *error)
{
    if (filled == KL_OK)
        return kl_map_set(map, kl_text_from(name), inner, error);
    kl_value_release(inner);
    return filled;
}

static kl_status fill_genesis(kl_value *map, const kl_trust_project *project, kl_text name,
                              kl_text author, bool has_envelope, kl_time now, kl_error *error)
{
    const kl_key_pair *pair = (const kl_key_pair *)project->pair.as.object;
    kl_value inner = kl_null();
    KL_TRY(kl_map_set_text(map, KL_TEXT("org_id"), name, error));
    KL_TRY(kl_map_set(map, KL_TEXT("public_key_hex"), kl_value_retain(kl_key_pair_public_hex(pair)),
                      error));
    KL_TRY(set_time(map, "created_at", now, error));
    KL_TRY(kl_array_new(&inner, 0, error));
    KL_TRY(kl_map_set(map, KL_TEXT("capabilities"), inner, error));
    KL_TRY(kl_map_new(&inner, 8, error));
    KL_TRY(add_filled(map, "constraints", inner, fill_constraints(&inner, error), error));
    KL_TRY(kl_map_new(&inner, 4, error));
    return add_filled(map, "metadata", inner, fill_metadata(&inner, author, has_envelope, error),
                      error);
}

static kl_status write_genesis(kl_trust_project *project, kl_value genesis, kl_error *error)
{
    kl_buffer bytes = KL_BUFFER_INIT;
    const kl_key_pair *authority = (const kl_key_pair *)project->authority_pair.as.object;
    kl_status status;
    KL_TRY_OUT(kl_trust_canonical_add(&bytes, genesis, error));
    KL_TRY_OUT(kl_sign_hex(&project->genesis_signature, authority, kl_buffer_text(&bytes), error));
    KL_TRY_OUT(kl_trust_write_json(project->folder, "", GENESIS, genesis, error));
    KL_TRY_OUT(kl_trust_write(project->folder, "", GENESIS_SIGNATURE,
                              kl_as_text(project->genesis_signature), error));
out:
    kl_buffer_free(&bytes);
    return status;
}

static kl_status make_genesis(kl_trust_project *project, kl_text name, kl_text author,
                              bool has_envelope, kl_time now, kl_error *error)
{
    kl_value genesis = kl_null();
    kl_status status;
    KL_TRY(kl_map_new(&genesis, 6, error));
    KL_TRY_OUT(fill_genesis(&genesis, project, name, author, has_envelope, now, error));
    KL_TRY_OUT(write_genesis(project, genesis, error));
    KL_TRY_OUT(kl_project_take_genesis(project, genesis, error));
out:
    kl_value_release(genesis);
    return status;
}

/* ---- the rest -------------------------------------------------------------------------------------------- */

static kl_status fill_manifest(kl_value *map, kl_text name, kl_text author, kl_time now,
                               kl_error *error)
{
    kl_value metadata = kl_null();
    KL_TRY(kl_map_set_text(map, KL_TEXT("project_name"), name, error));
    KL_TRY(kl_map_set_text(map, KL_TEXT("author"), author, error));
    KL_TRY(set_time(map, "created_at", now, error));
    KL_TRY(set_time(map, "updated_at", now, error));
    KL_TRY(set_text(map, "version", FORMAT_VERSION, error));
    KL_TRY(kl_map_set(map, KL_TEXT("decision_count"), kl_int(0), error));
    KL_TRY(kl_map_set(map, KL_TEXT("milestone_count"), kl_int(0), error));
    KL_TRY(kl_map_set(map, KL_TEXT("anchor_count"), kl_int(0), error));
    KL_TRY(kl_map_set(map, KL_TEXT("last_anchor_id"), kl_null(), error));
    KL_TRY(kl_map_set(map, KL_TEXT("trust_posture"), kl_null(), error));
    KL_TRY(kl_map_new(&metadata, 1, error));
    return add_filled(map, "metadata", metadata, set_text(&metadata, CHAIN_MARK, "1", error), error);
}

static kl_status make_manifest(kl_trust_project *project, kl_text name, kl_text author, kl_time now,
                               kl_error *error)
{
    KL_TRY(kl_map_new(&project->manifest, 11, error));
    KL_TRY(fill_manifest(&project->manifest, name, author, now, error));
    return kl_trust_write_json(project->folder, "", MANIFEST, project->manifest, error);
}

static kl_status make_folders(kl_trust_project *project, kl_error *error)
{
    static const char *const folders[] = {
        "decisions", "milestones", "anchors", "delegates", "holds", "chains", "mirror",
        "mirror/execution", "mirror/escalation", "mirror/intervention",
    };
    for (size_t i = 0; i < KL_COUNT(folders); i++)
        KL_TRY(kl_trust_make_folder(project->folder, folders[i], 0755, error));
    return kl_trust_make_folder(project->folder, "keys", 0700, error);
}

static kl_status make_keys(kl_trust_project *project, kl_error *error)
{
    KL_TRY(kl_key_pair_generate(&project->authority_pair, error));
    KL_TRY(kl_key_pair_generate(&project->pair, error));
    const kl_key_pair *authority = (const kl_key_pair *)project->authority_pair.as.object;
    const kl_key_pair *pair = (const kl_key_pair *)project->pair.as.object;
    project->authority_key = kl_value_retain(kl_key_pair_public_hex(authority));
    KL_TRY(kl_verifier_new(&project->authority, kl_as_text(project->authority_key), error));
    KL_TRY(kl_trust_write(project->folder, "keys", KL_TEXT("public.key"),
                          kl_as_text(kl_key_pair_public_hex(pair)), error));
    return kl_trust_write(project->folder, "keys", KL_TEXT("authority.pub"),
                          kl_as_text(project->authority_key), error);
}

static kl_status fill(kl_trust_project *project, kl_text name, kl_text author, kl_value envelope,
                      kl_error *error)
{
    kl_time now = kl_time_now();
    bool has_envelope = !kl_is_null(envelope);
    project->is_maker = project->is_pinned = true;
    KL_TRY(make_folders(project, error));
    KL_TRY(make_keys(project, error));
    KL_TRY(make_genesis(project, name, author, has_envelope, now, error));
    KL_TRY(make_manifest(project, name, author, now, error));
    project->author = kl_value_retain(kl_map_get(project->manifest, KL_TEXT("author")));
    kl_session_envelope *says = has_envelope ? kl_constraint_envelope_of(envelope.as.object) : NULL;
    kl_status status = KL_OK;
    if (has_envelope)
        status = kl_project_write_envelope(project, "", ENVELOPE, ENVELOPE_SIGNATURE, says, error);
    if (status == KL_OK)
        status = kl_project_set_envelope(project, says, error);
    if (says)
        kl_session_envelope_release(says);
    return status == KL_OK ? kl_trust_folder_settle(project->folder, error) : status;
}

static kl_status check_texts(kl_text name, kl_text author, kl_error *error)
{
    const struct {
        const char *what;
        kl_text text;
    } rows[] = {{"project name", name}, {"author", author}};
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        if (!rows[i].text.len)
            return kl_fault(error, KL_FAILED, NULL, "invalid_input", "EATP error: %s must not be empty",
                            i ? "author" : "organization ID (the project name)");
        if (rows[i].text.len > KL_TRUST_TEXT_MAX)
            return kl_fault(error, KL_FAILED, NULL, "invalid_input",
                            "EATP error: %s is %zu bytes long; at most %d are recorded", rows[i].what,
                            rows[i].text.len, KL_TRUST_TEXT_MAX);
    }
    return KL_OK;
}

kl_status kl_trust_project_create(kl_value *out, kl_text path, kl_text name, kl_text author,
                                  kl_value envelope, kl_error *error)
{
    kl_trust_folder *folder = NULL;
    kl_trust_project *project = NULL;
    KL_TRY(check_texts(name, author, error));
    KL_TRY(kl_trust_folder_create(&folder, path, error));
    KL_TRY(kl_project_new(&project, folder, error));
    kl_status status = fill(project, name, author, envelope, error);
    if (status != KL_OK) {
        kl_object_release(&project->object);
        return status;
    }
    *out = kl_value_of(&project->object);
    return KL_OK;
}
