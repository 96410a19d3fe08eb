/* src/trust_plane/verify_project.c - verifying what is not a record: genesis, keys, envelope, manifest. */
#include "verify.h"
#include "eatp/fault.h"

static kl_value text_of(kl_value map, const char *name)
{
    return kl_map_get(map, kl_text_from(name));
}

/* ---- genesis and keys ------------------------------------------------------------------------------------ */

/* A failure of reading becomes an issue; one of the machine stays. */
static kl_status issue_of(kl_audit *audit, kl_status status, kl_error *why, const char *type,
                          const char *sub, kl_text name, kl_error *error)
{
    if (status == KL_NO_MEMORY || status == KL_UNAVAILABLE) {
        kl_error_move(error, why);
        return status;
    }
    bool unreadable = strcmp(type, "parse_error") == 0;
    status = kl_audit_say(audit, unreadable ? KL_SEVERITY_HIGH : KL_SEVERITY_CRITICAL, type, sub,
                          name, error, "%s", kl_error_message(why));
    kl_error_clear(why);
    return status;
}

static kl_status check_form(kl_audit *audit, const char *sub, kl_text name, const kl_shape *shape,
                            kl_error *error)
{
    kl_value map = kl_null();
    bool plain, flagged;
    if (kl_trust_read_plain(&map, &plain, NULL, audit->project->folder, sub, name, NULL) != KL_OK)
        return KL_OK; /* told of by whoever reads it for what it says */
    kl_status status = kl_audit_form(audit, sub, name, shape, map, plain, &flagged, error);
    kl_value_release(map);
    return status;
}

static kl_status audit_genesis(kl_audit *audit, kl_error *error)
{
    kl_trust_project *project = audit->project;
    kl_value genesis = kl_null(), signature = kl_null();
    kl_error why = KL_ERROR_INIT;
    bool same;
    kl_status status = kl_project_read_genesis(&genesis, &signature, project->folder,
                                               project->authority, &why);
    if (status != KL_OK)
        return issue_of(audit, status, &why, "signature_invalid", "", GENESIS, error);
    status = kl_value_equal(&same, genesis, project->genesis, error);
    if (status == KL_OK && !same)
        status = kl_audit_say(audit, KL_SEVERITY_CRITICAL, "key_mismatch", "", GENESIS, error,
                              "the genesis is not the one that this project was opened with");
    kl_value_release(genesis);
    kl_value_release(signature);
    return status == KL_OK ? check_form(audit, "", GENESIS, &kl_trust_genesis_shape, error) : status;
}

static kl_status audit_key(kl_audit *audit, kl_text name, kl_value expected, const char *of,
                           kl_error *error)
{
    kl_value hex = kl_null();
    kl_error why = KL_ERROR_INIT;
    kl_status status = kl_project_read_hex(&hex, audit->project->folder, "keys", name,
                                           2 * KL_ED25519_KEY, &why);
    if (status != KL_OK)
        return issue_of(audit, status, &why, "key_mismatch", "keys", name, error);
    bool same = kl_text_equal(kl_as_text(hex), kl_as_text(expected));
    kl_value_release(hex);
    return same ? KL_OK
                : kl_audit_say(audit, KL_SEVERITY_CRITICAL, "key_mismatch", "keys", name, error,
                               "keys/%.*s is not the key of %s", KL_TEXT_ARG(name), of);
}

/* ---- the envelope ---------------------------------------------------------------------------------------- */

static kl_status check_claims(kl_audit *audit, const kl_session_envelope *envelope, kl_error *error)
{
    if (kl_is_null(envelope->signed_by) && kl_is_null(envelope->signed_at))
        return KL_OK;
    return kl_audit_say(audit, KL_SEVERITY_LOW, "unknown_member", "", ENVELOPE, error,
                        "signed_by and signed_at are not covered by the signature");
}

static kl_status audit_envelope(kl_audit *audit, kl_error *error)
{
    kl_trust_project *project = audit->project;
    kl_value in_force = kl_trust_project_envelope(project);
    kl_session_envelope *envelope = NULL;
    kl_error why = KL_ERROR_INIT;
    bool plain = true, expected = !kl_is_null(in_force) ||
                                  kl_trust_exists(project->folder, "", ENVELOPE) ||
                                  kl_trust_exists(project->folder, "", ENVELOPE_SIGNATURE);
    kl_value_release(in_force);
    if (!expected)
        return KL_OK;
    kl_status status = kl_project_read_envelope(&envelope, &plain, project, "", ENVELOPE,
                                                ENVELOPE_SIGNATURE, &why);
    if (status != KL_OK)
        return issue_of(audit, status, &why, "envelope_invalid", "", ENVELOPE, error);
    status = check_claims(audit, envelope, error);
    kl_session_envelope_release(envelope);
    KL_TRY(status);
    return plain ? KL_OK : kl_audit_reformatted(audit, "", ENVELOPE, error);
}

kl_status kl_audit_authority(kl_audit *audit, kl_error *error)
{
    const kl_trust_project *project = audit->project;
    KL_TRY(audit_genesis(audit, error));
    KL_TRY(audit_key(audit, KL_TEXT("public.key"), project->public_key, "the genesis", error));
    KL_TRY(audit_key(audit, KL_TEXT("authority.pub"), project->authority_key, "the authority",
                     error));
    return audit_envelope(audit, error);
}

/* ---- the manifest ---------------------------------------------------------------------------------------- */

static kl_status mismatch(kl_audit *audit, kl_severity severity, const char *member, kl_value says,
                          kl_text should, kl_error *error)
{
    return kl_audit_say(audit, severity, "manifest_mismatch", "", MANIFEST, error,
                        "manifest.%s is '%s', but should be '%.*s'", member, kl_as_text(says).data,
                        KL_TEXT_ARG(should));
}

static kl_status check_member(kl_audit *audit, kl_severity severity, const char *member,
                              kl_text should, kl_error *error)
{
    kl_value says = text_of(audit->project->manifest, member);
    return kl_text_equal(kl_as_text(says), should)
               ? KL_OK
               : mismatch(audit, severity, member, says, should, error);
}

/* What never changes; genesis.json of other implementations says less. */
static kl_status check_fixed(kl_audit *audit, kl_error *error)
{
    const kl_trust_project *project = audit->project;
    kl_text author = kl_project_mark(project->genesis, AUTHOR_MARK);
    KL_TRY(check_member(audit, KL_SEVERITY_HIGH, "project_name", kl_as_text(project->name), error));
    KL_TRY(check_member(audit, KL_SEVERITY_HIGH, "version", KL_TEXT(FORMAT_VERSION), error));
    if (!author.len)
        return KL_OK;
    KL_TRY(check_member(audit, KL_SEVERITY_HIGH, "author", author, error));
    return check_member(audit, KL_SEVERITY_HIGH, "created_at",
                        kl_as_text(text_of(project->genesis, "created_at")), error);
}

static kl_status check_metadata(kl_audit *audit, kl_error *error)
{
    const kl_trust_project *project = audit->project;
    kl_value metadata = text_of(project->manifest, "metadata");
    kl_value mark = text_of(metadata, CHAIN_MARK);
    bool marked = kl_text_is(kl_as_text(mark), "1");
    if (marked != project->needs_chain)
        KL_TRY(kl_audit_say(audit, KL_SEVERITY_HIGH, "manifest_mismatch", "", MANIFEST, error,
                            "manifest.metadata." CHAIN_MARK " is not what the genesis says"));
    for (size_t i = 0; i < kl_map_len(metadata); i++)
        if (!kl_text_is(kl_map_key_at(metadata, i), CHAIN_MARK))
            KL_TRY(kl_audit_say(audit, KL_SEVERITY_LOW, "unknown_member", "", MANIFEST, error,
                                "manifest.metadata has a member that no signature covers: %.*s",
                                KL_TEXT_ARG(kl_map_key_at(metadata, i))));
    return KL_OK;
}

static kl_status check_counts(kl_audit *audit, kl_error *error)
{
    const struct {
        const char *name;
        size_t files;
    } rows[] = {{"decision_count", audit->records[KL_TRUST_DECISION].count},
                {"milestone_count", audit->records[KL_TRUST_MILESTONE].count},
                {"anchor_count", audit->anchors.count}};
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        int64_t says = kl_as_int(text_of(audit->project->manifest, rows[i].name));
        if (says != (int64_t)rows[i].files)
            KL_TRY(kl_audit_say(audit, KL_SEVERITY_MEDIUM, "count_mismatch", "", MANIFEST, error,
                                "%s mismatch: manifest says %lld, actual files %zu", rows[i].name,
                                (long long)says, rows[i].files));
    }
    return KL_OK;
}

static const char *shown(kl_value text)
{
    return kl_is_null(text) ? "none" : kl_as_text(text).data;
}

/* What follows from the chain: its end, the time of that, the posture. */
static kl_status check_tip(kl_audit *audit, kl_value tip, kl_error *error)
{
    kl_value says = text_of(audit->project->manifest, "last_anchor_id");
    kl_value id = text_of(tip, "anchor_id");
    bool same;
    KL_TRY(kl_value_equal(&same, says, id, error));
    if (!same)
        return kl_audit_say(audit, KL_SEVERITY_HIGH, "manifest_tip_mismatch", "", MANIFEST, error,
                            "manifest.last_anchor_id (%s) does not match the tip derived from the "
                            "signed anchor set (%s); the derived tip counts",
                            shown(says), shown(id));
    if (!audit->project->needs_chain ||
        (!kl_is_null(tip) && !kl_map_has(tip, KL_TEXT("chain_signature"))))
        return KL_OK; /* others write another time */
    kl_value time = kl_is_null(tip) ? text_of(audit->project->manifest, "created_at")
                                    : text_of(tip, "created_at");
    return check_member(audit, KL_SEVERITY_MEDIUM, "updated_at", kl_as_text(time), error);
}

static kl_status check_posture(kl_audit *audit, kl_error *error)
{
    kl_value says = text_of(audit->project->manifest, "trust_posture");
    const char *should = "none";
    for (size_t i = 0; i < kl_array_len(audit->ordered); i++) {
        int from, to;
        kl_value anchor = kl_array_at(audit->ordered, i);
        if (kl_text_is(kl_as_text(text_of(anchor, "anchor_type")), "posture_transition") &&
            kl_project_read_transition(&from, &to, kl_as_text(text_of(anchor, "record_id"))))
            should = kl_rung_name(KL_LADDER_TRUST, to, KL_PASCAL);
    }
    return strcmp(shown(says), should) == 0
               ? KL_OK
               : kl_audit_say(audit, KL_SEVERITY_HIGH, "posture_mismatch", "", MANIFEST, error,
                              "manifest.trust_posture (%s) is not that of the last transition (%s)",
                              shown(says), should);
}

kl_status kl_audit_manifest(kl_audit *audit, kl_error *error)
{
    kl_error why = KL_ERROR_INIT;
    kl_value map = kl_null();
    bool plain, flagged;
    kl_status status = kl_project_read_manifest(audit->project, &why);
    if (status != KL_OK)
        return issue_of(audit, status, &why, "parse_error", "", MANIFEST, error);
    KL_TRY(check_fixed(audit, error));
    KL_TRY(check_metadata(audit, error));
    KL_TRY(check_counts(audit, error));
    if (!kl_is_null(audit->ordered)) {
        size_t count = kl_array_len(audit->ordered);
        kl_value tip = count ? kl_array_at(audit->ordered, count - 1) : kl_null();
        KL_TRY(check_tip(audit, tip, error));
        KL_TRY(check_posture(audit, error));
    }
    if (kl_trust_read_plain(&map, &plain, NULL, audit->project->folder, "", MANIFEST, NULL) != KL_OK)
        return KL_OK;
    status = kl_audit_form(audit, "", MANIFEST, &kl_trust_manifest_shape, map, plain, &flagged, error);
    kl_value_release(map);
    return status;
}
