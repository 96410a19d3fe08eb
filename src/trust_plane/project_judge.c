/* src/trust_plane/project_judge.c - judging by the envelope in force, and by a candidate beside it. */
#include "project_shadow.h"
#include "kailash/log.h"

/* ---- judging --------------------------------------------------------------------------------------------- */

static kl_session_enforcer *enforcer_of(const kl_trust_project *project)
{
    return __atomic_load_n(&project->enforcer, __ATOMIC_ACQUIRE)->enforcer;
}

kl_status kl_project_check(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_session_enforcer *enforcer = enforcer_of((const kl_trust_project *)self);
    kl_session_action action;
    KL_TRY(kl_session_action_of(&action, args, error));
    *out = kl_session_word(enforcer, kl_session_judge(enforcer, &action).zone);
    return KL_OK;
}

/* The verdict stands whether or not its record could be written. */
static void persist(const kl_project_shadow *shadow, kl_value record)
{
    kl_error why = KL_ERROR_INIT;
    if (shadow->file && kl_shadow_file_add(shadow->file, record, &why) != KL_OK)
        KL_LOG(KL_LOG_WARN, "kailash.trust_plane", "a shadow record could not be written: %s",
               kl_error_message(&why));
    kl_error_clear(&why);
}

static kl_status try_candidate(kl_project_shadow *shadow, const kl_session_action *action,
                               kl_zone production, kl_error *error)
{
    kl_value record = kl_null();
    kl_zone candidate = kl_session_judge(shadow->enforcer, action).zone;
    KL_TRY(kl_shadow_record_new(&record, action->action, production, candidate, error));
    kl_status status = kl_shadow_log_add(shadow->log, record, error);
    if (status == KL_OK)
        persist(shadow, record);
    kl_value_release(record);
    return status;
}

kl_status kl_project_shadow_check(kl_value *out, kl_object *self, const kl_value *args,
                                  kl_error *error)
{
    kl_trust_project *project = (kl_trust_project *)self;
    kl_session_action action;
    KL_TRY(kl_session_action_of(&action, args, error));
    KL_TRY(kl_trust_text_check(args[0], "action", true, error));
    KL_TRY(kl_project_follow_shadow(project, error));
    kl_session_enforcer *enforcer = enforcer_of(project);
    kl_project_shadow *shadow = kl_project_shadow_of(project);
    kl_zone production = kl_session_judge(enforcer, &action).zone;
    kl_status status = shadow ? try_candidate(shadow, &action, production, error) : KL_OK;
    kl_project_shadow_release(shadow);
    if (status == KL_OK)
        *out = kl_session_word(enforcer, production);
    return status;
}

/* ---- what the trial shows -------------------------------------------------------------------------------- */

kl_status kl_project_is_shadow_active(kl_value *out, kl_object *self, const kl_value *args,
                                      kl_error *error)
{
    (void)args;
    kl_trust_project *project = (kl_trust_project *)self;
    KL_TRY(kl_project_follow_shadow(project, error));
    kl_project_shadow *shadow = kl_project_shadow_of(project);
    *out = kl_bool(shadow != NULL);
    kl_project_shadow_release(shadow);
    return KL_OK;
}

kl_status kl_project_shadow_report(kl_value *out, kl_object *self, const kl_value *args,
                                   kl_error *error)
{
    (void)args;
    kl_trust_project *project = (kl_trust_project *)self;
    KL_TRY(kl_project_follow_shadow(project, error));
    kl_project_shadow *shadow = kl_project_shadow_of(project);
    kl_status status = shadow ? kl_shadow_log_report(out, shadow->log, error) : KL_OK;
    kl_project_shadow_release(shadow);
    return status;
}

kl_status kl_project_shadow_records(kl_value *out, kl_object *self, const kl_value *args,
                                    kl_error *error)
{
    (void)args;
    kl_trust_project *project = (kl_trust_project *)self;
    KL_TRY(kl_project_follow_shadow(project, error));
    kl_project_shadow *shadow = kl_project_shadow_of(project);
    kl_status status = shadow ? kl_shadow_log_records(out, shadow->log, error)
                              : kl_array_new(out, 0, error);
    kl_project_shadow_release(shadow);
    return status;
}
