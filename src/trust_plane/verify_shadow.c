/* src/trust_plane/verify_shadow.c - verifying the trial of a candidate envelope. */
#include "project_shadow.h"
#include "verify.h"

static kl_status say_line(void *data, kl_text file, size_t line, kl_value record,
                          const char *problem, kl_error *error)
{
    (void)record;
    if (!problem)
        return KL_OK;
    return kl_audit_say(data, KL_SEVERITY_LOW, "shadow_record_invalid", "shadow/records", file,
                        error, "line %zu %s", line, problem);
}

static kl_status say_config(kl_audit *audit, kl_severity severity, const char *text,
                            kl_error *error)
{
    return kl_audit_say(audit, severity, "envelope_invalid", "shadow", CONFIG, error, "%s", text);
}

/* What our anchor signed; that of another implementation cannot be made again. */
static kl_status check_anchored(kl_audit *audit, const kl_session_envelope *candidate,
                                kl_value config, kl_error *error)
{
    kl_value id = kl_null(), envelope_hash = kl_null(), hash = kl_null(), anchor = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_project_shadow_id(&id, "enable", candidate, error));
    KL_TRY_OUT(kl_session_envelope_hash(&envelope_hash, candidate, error));
    KL_TRY_OUT(kl_project_shadow_hash(&hash, "shadow_enabled", envelope_hash, config, error));
    for (size_t i = kl_array_len(audit->ordered); i > 0 && kl_is_null(anchor); i--) {
        kl_value found = kl_array_at(audit->ordered, i - 1);
        kl_value type = kl_map_get(found, KL_TEXT("anchor_type"));
        if (kl_text_is(kl_as_text(type), "shadow_enabled"))
            anchor = found; /* borrowed */
    }
    bool is_ours = kl_map_has(anchor, KL_TEXT("chain_signature"));
    kl_text says = kl_as_text(kl_map_get(anchor, KL_TEXT("record_id")));
    kl_text covers = kl_as_text(kl_map_get(anchor, KL_TEXT("record_hash")));
    if (!kl_text_equal(says, kl_as_text(id)) || (is_ours && !kl_text_equal(covers, kl_as_text(hash))))
        status = say_config(audit, KL_SEVERITY_CRITICAL,
                            "the candidate, or how it is tried, is not what the last shadow_enabled "
                            "anchor signed",
                            error);
out:
    kl_value_release(id);
    kl_value_release(envelope_hash);
    kl_value_release(hash);
    return status;
}

static kl_status check_config(kl_audit *audit, const kl_session_envelope *candidate, kl_error *error)
{
    kl_value map = kl_null(), config = kl_null();
    kl_error why = KL_ERROR_INIT;
    bool plain = true;
    kl_status status = kl_trust_read_plain(&map, &plain, NULL, audit->project->folder, "shadow",
                                           CONFIG, &why);
    if (status == KL_OK)
        status = kl_object_from_map(&config, &kl_shadow_config_type, map, &why);
    kl_value_release(config);
    if (status == KL_OK)
        status = check_anchored(audit, candidate, map, error);
    else if (status != KL_NO_MEMORY)
        status = say_config(audit, KL_SEVERITY_CRITICAL, kl_error_message(&why), error);
    kl_error_clear(&why);
    kl_value_release(map);
    return status == KL_OK && !plain ? kl_audit_reformatted(audit, "shadow", CONFIG, error) : status;
}

kl_status kl_audit_shadow(kl_audit *audit, kl_error *error)
{
    kl_trust_project *project = audit->project;
    kl_session_envelope *candidate = NULL;
    kl_error why = KL_ERROR_INIT;
    bool plain = true;
    if (!kl_trust_exists(project->folder, "", KL_TEXT("shadow")))
        return KL_OK;
    kl_status status = kl_project_read_envelope(&candidate, &plain, project, "shadow", CANDIDATE,
                                                CANDIDATE_SIGNATURE, &why);
    if (status == KL_OK)
        status = check_config(audit, candidate, error);
    else if (status != KL_NO_MEMORY && status != KL_UNAVAILABLE)
        status = kl_audit_say(audit, KL_SEVERITY_CRITICAL, "envelope_invalid", "shadow", CANDIDATE,
                              error, "%s", kl_error_message(&why));
    kl_error_clear(&why);
    if (candidate)
        kl_session_envelope_release(candidate);
    KL_TRY(status);
    if (!plain)
        KL_TRY(kl_audit_reformatted(audit, "shadow", CANDIDATE, error));
    return kl_shadow_file_read(project->folder, say_line, audit, error);
}
