/* src/trust_plane/project.c - TrustProject: the object, and opening one that is there. */
#include "project_parts.h"
#include "eatp/fault.h"
#include "project_copy.h"
#include "scan.h"

/* ---- the object ------------------------------------------------------------------------------------------ */

kl_status kl_project_new(kl_trust_project **out, kl_trust_folder *folder, kl_error *error)
{
    kl_object *object;
    kl_status status = kl_object_alloc(&object, &kl_trust_project_type, error);
    if (status != KL_OK) {
        kl_trust_folder_release(folder);
        return status;
    }
    kl_trust_project *project = (kl_trust_project *)object;
    project->folder = folder;
    pthread_mutex_init(&project->lock, NULL);
    project->watch = (kl_fork_watch){.lock = &project->lock};
    kl_fork_watch_begin(&project->watch);
    *out = project;
    return KL_OK;
}

void kl_project_dispose(kl_object *self)
{
    kl_trust_project *project = (kl_trust_project *)self;
    kl_fork_watch_end(&project->watch);
    pthread_mutex_destroy(&project->lock);
    kl_value *const values[] = {&project->genesis,       &project->genesis_signature,
                                &project->name,          &project->author,
                                &project->public_key,    &project->authority_key,
                                &project->authority_pair, &project->pair,
                                &project->envelope,      &project->manifest,
                                &project->checked};
    for (size_t i = 0; i < KL_COUNT(values); i++)
        kl_value_release(*values[i]);
    kl_project_end_shadow(project);
    for (kl_project_enforcer *e = project->enforcer, *before; e; e = before) {
        before = e->before;
        kl_session_enforcer_free(e->enforcer);
        kl_free(e);
    }
    kl_verifier_free(project->key);
    kl_verifier_free(project->authority);
    kl_chain_clear(&project->chain);
    kl_trust_folder_release(project->folder);
}

kl_status kl_project_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const kl_trust_project *project = (const kl_trust_project *)self;
    return kl_string_format(out, error, "TrustProject(dir='%s', name='%s', author='%s')",
                            kl_as_text(kl_trust_folder_path(project->folder)).data,
                            kl_as_text(project->name).data, kl_as_text(project->author).data);
}

kl_trust_folder *kl_trust_project_folder(const kl_trust_project *project)
{
    return project->folder;
}
kl_value kl_trust_project_genesis(const kl_trust_project *project) { return project->genesis; }
kl_value kl_trust_project_genesis_signature(const kl_trust_project *project)
{
    return project->genesis_signature;
}
kl_value kl_trust_project_public_key(const kl_trust_project *project)
{
    return project->public_key;
}
kl_value kl_trust_project_authority_key(const kl_trust_project *project)
{
    return project->authority_key;
}

kl_value kl_trust_project_envelope(kl_trust_project *project)
{
    pthread_mutex_lock(&project->lock);
    kl_value envelope = kl_value_retain(project->envelope);
    pthread_mutex_unlock(&project->lock);
    return envelope;
}

/* ---- genesis and envelope -------------------------------------------------------------------------------- */

kl_text kl_project_mark(kl_value genesis, const char *mark)
{
    return kl_as_text(kl_map_get(kl_map_get(genesis, KL_TEXT("metadata")), kl_text_from(mark)));
}

kl_status kl_project_take_genesis(kl_trust_project *project, kl_value genesis, kl_error *error)
{
    project->genesis = kl_value_retain(genesis);
    project->name = kl_value_retain(kl_map_get(genesis, KL_TEXT("org_id")));
    project->public_key = kl_value_retain(kl_map_get(genesis, KL_TEXT("public_key_hex")));
    project->needs_seals = kl_text_is(kl_project_mark(genesis, SEAL_MARK), "1");
    project->needs_chain = kl_text_is(kl_project_mark(genesis, CHAIN_MARK), "1");
    kl_status status = kl_verifier_new(&project->key, kl_as_text(project->public_key), error);
    return status == KL_INVALID ? kl_fault(error, KL_FAILED, NULL, "invalid_key",
                                           "EATP error: genesis.json: public_key_hex is no Ed25519 public key")
                                : status;
}

kl_status kl_project_set_envelope(kl_trust_project *project, const kl_session_envelope *envelope,
                                  kl_error *error)
{
    kl_value object = kl_null();
    kl_session_envelope *none = NULL;
    kl_project_enforcer *made = kl_alloc_zero(1, sizeof *made);
    kl_status status = made ? KL_OK : kl_error_no_memory(error);
    if (status == KL_OK && envelope)
        status = kl_constraint_envelope_new(&object, envelope, error);
    if (status == KL_OK && !envelope)
        status = kl_session_envelope_empty(&none, error);
    if (status == KL_OK)
        status = kl_session_enforcer_new(&made->enforcer, envelope ? envelope : none, false, error);
    if (status == KL_OK && project->enforcer)
        status = kl_session_take_over(made->enforcer, project->enforcer->enforcer, error);
    if (none)
        kl_session_envelope_release(none);
    if (status != KL_OK) {
        kl_value_release(object);
        if (made)
            kl_session_enforcer_free(made->enforcer);
        kl_free(made);
        return status;
    }
    pthread_mutex_lock(&project->lock);
    made->before = project->enforcer;
    __atomic_store_n(&project->enforcer, made, __ATOMIC_RELEASE);
    kl_value old = project->envelope;
    project->envelope = object;
    pthread_mutex_unlock(&project->lock);
    kl_value_release(old);
    return KL_OK;
}

/* ---- loading --------------------------------------------------------------------------------------------- */

/* The key that the genesis is checked under: the pinned one, else the one that lies beside it. */
static kl_status find_authority(kl_trust_project *project, kl_error *error)
{
    if (kl_is_null(project->authority_key)) { /* a copy has that of its original */
        KL_TRY(kl_project_pin(&project->authority_key, error));
        project->is_pinned = !kl_is_null(project->authority_key);
    }
    if (kl_is_null(project->authority_key))
        KL_TRY(kl_project_read_hex(&project->authority_key, project->folder, "keys",
                                   KL_TEXT("authority.pub"), 2 * KL_ED25519_KEY, error));
    kl_status status = kl_verifier_new(&project->authority, kl_as_text(project->authority_key), error);
    return status == KL_INVALID
               ? kl_fault(error, KL_FAILED, NULL, "invalid_key",
                          "EATP error: the authority's public key is no Ed25519 public key")
               : status;
}

static kl_status load_genesis(kl_trust_project *project, kl_error *error)
{
    kl_value genesis = kl_null();
    KL_TRY(find_authority(project, error));
    KL_TRY(kl_project_read_genesis(&genesis, &project->genesis_signature, project->folder,
                                   project->authority, error));
    kl_status status = kl_project_take_genesis(project, genesis, error);
    kl_value_release(genesis);
    return status;
}

static kl_status load_envelope(kl_trust_project *project, kl_error *error)
{
    kl_session_envelope *envelope = NULL;
    bool plain; /* verify() tells */
    bool expected = kl_text_is(kl_project_mark(project->genesis, ENVELOPE_MARK), "1") ||
                    kl_trust_exists(project->folder, "", ENVELOPE) ||
                    kl_trust_exists(project->folder, "", ENVELOPE_SIGNATURE);
    if (!expected)
        return kl_project_set_envelope(project, NULL, error);
    if (!project->is_pinned)
        return kl_fault(error, KL_STATE, NULL, "key_not_available",
                        "key not found: authority verifying key not resolved out-of-band: set "
                        "TRUST_PLANE_AUTHORITY_PUBKEY to the authority's public key; a constraint "
                        "envelope is not enforced on the word of a key that lies beside it");
    KL_TRY(kl_project_read_envelope(&envelope, &plain, project, "", ENVELOPE, ENVELOPE_SIGNATURE, error));
    kl_status status = kl_project_set_envelope(project, envelope, error);
    kl_session_envelope_release(envelope);
    return status;
}

/* Directories of the open Python SDK look alike, but every file in them differs. */
static kl_status refuse_other_format(const kl_trust_folder *folder, kl_error *error)
{
    kl_value manifest = kl_null();
    if (kl_trust_read_json(&manifest, folder, "", MANIFEST, NULL) != KL_OK)
        return KL_OK; /* whoever reads it next tells what is wrong */
    bool other = kl_map_has(manifest, KL_TEXT("genesis_id"));
    kl_value_release(manifest);
    return other ? kl_fault(error, KL_STATE, NULL, "other_format",
                            "%s was written by the open SDK, whose format differs; "
                            "migrate_project() makes a project of it in a new directory",
                            kl_as_text(kl_trust_folder_path(folder)).data)
                 : KL_OK;
}

/* What writers left that were killed before they came to anything. Who may not write leaves it. */
static void sweep(kl_trust_project *project)
{
    static const char *const folders[] = {
        "", "anchors", "decisions", "milestones", "holds", "delegates",
        "mirror/execution", "mirror/escalation", "mirror/intervention",
    };
    for (size_t i = 0; i < KL_COUNT(folders); i++)
        (void)kl_trust_sweep(project->folder, folders[i], NULL);
}

static kl_status read_all(kl_trust_project *project, kl_error *error)
{
    KL_TRY(kl_project_recover(project, error));
    KL_TRY(kl_project_read_manifest(project, error));
    KL_TRY(load_genesis(project, error));
    project->author = kl_value_retain(kl_map_get(project->manifest, KL_TEXT("author")));
    KL_TRY(kl_project_refresh(project, false, error));
    KL_TRY(kl_project_settle_shadow(project, error));
    KL_TRY(load_envelope(project, error));
    KL_TRY(kl_project_load_shadow(project, error));
    sweep(project);
    return KL_OK;
}

static kl_status load(kl_trust_project *project, kl_error *error)
{
    KL_TRY(kl_project_check_root(project->folder, false, error));
    KL_TRY(refuse_other_format(project->folder, error));
    if (!kl_trust_exists(project->folder, "", MANIFEST))
        return kl_trust_stat(&project->view.manifest, project->folder, "", MANIFEST, error);
    KL_TRY(kl_trust_lock(project->folder, error));
    kl_status status = read_all(project, error);
    kl_trust_unlock(project->folder);
    return status;
}

kl_status kl_trust_project_load(kl_value *out, kl_text path, kl_error *error)
{
    kl_trust_folder *folder = NULL;
    kl_trust_project *project = NULL;
    KL_TRY(kl_trust_folder_open(&folder, path, error));
    KL_TRY(kl_project_new(&project, folder, error));
    kl_status status = load(project, error);
    if (status != KL_OK) {
        kl_object_release(&project->object);
        return status;
    }
    *out = kl_value_of(&project->object);
    return KL_OK;
}

kl_status kl_trust_project_open_copy(kl_value *out, kl_trust_project *project, kl_text path,
                                     kl_error *error)
{
    kl_trust_folder *folder = NULL;
    kl_trust_project *copy = NULL;
    KL_TRY(kl_trust_folder_open(&folder, path, error));
    KL_TRY(kl_project_new(&copy, folder, error));
    copy->authority_key = kl_value_retain(project->authority_key);
    copy->is_pinned = project->is_pinned;
    copy->pair = kl_project_pair(project);
    kl_status status = kl_trust_lock(folder, error);
    if (status == KL_OK) {
        status = read_all(copy, error);
        kl_trust_unlock(folder);
    }
    if (status == KL_OK)
        *out = kl_value_of(&copy->object);
    else
        kl_object_release(&copy->object);
    return status;
}
