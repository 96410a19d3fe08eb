/* src/trust_plane/shadow_enforcer.c - ShadowEnforcer: two envelopes judge, one counts. */
#include "shadow.h"

typedef struct shadow_enforcer {
    kl_object object;
    kl_session_enforcer *production, *candidate; /* owned; each counts its own session */
    kl_shadow_log *log;                          /* owned */
} shadow_enforcer;

static kl_status compile(kl_session_enforcer **out, kl_value envelope, const char *which,
                         kl_error *error)
{
    kl_session_envelope *now = kl_constraint_envelope_of(envelope.as.object);
    kl_status status = kl_session_enforcer_new(out, now, false, error);
    kl_session_envelope_release(now);
    if (status != KL_OK)
        kl_error_prefix(error, "%s: ", which);
    return status;
}

static kl_status shadow_init(kl_object *self, const kl_value *args, kl_error *error)
{
    shadow_enforcer *shadow = (shadow_enforcer *)self;
    const kl_shadow_config *config = kl_as_object(args[2], &kl_shadow_config_type);
    KL_TRY(kl_shadow_log_new(&shadow->log, config, error));
    KL_TRY(compile(&shadow->production, args[0], "production_envelope", error));
    return compile(&shadow->candidate, args[1], "candidate_envelope", error);
}

static void shadow_dispose(kl_object *self)
{
    shadow_enforcer *shadow = (shadow_enforcer *)self;
    kl_session_enforcer_free(shadow->production);
    kl_session_enforcer_free(shadow->candidate);
    kl_shadow_log_free(shadow->log);
}

static kl_status evaluate(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    shadow_enforcer *shadow = (shadow_enforcer *)self;
    kl_session_action action;
    kl_value record;
    KL_TRY(kl_session_action_of(&action, args, error));
    kl_zone production = kl_session_judge(shadow->production, &action).zone;
    kl_zone candidate = kl_session_judge(shadow->candidate, &action).zone;
    KL_TRY(kl_shadow_record_new(&record, action.action, production, candidate, error));
    kl_status status = kl_shadow_log_add(shadow->log, record, error);
    kl_value_release(record);
    if (status == KL_OK)
        *out = kl_session_word(shadow->production, production);
    return status;
}

static kl_status records(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    return kl_shadow_log_records(out, ((shadow_enforcer *)self)->log, error);
}

static kl_status report(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    return kl_shadow_log_report(out, ((shadow_enforcer *)self)->log, error);
}

static kl_status clear_records(kl_value *out, kl_object *self, const kl_value *args,
                               kl_error *error)
{
    (void)out, (void)args, (void)error;
    kl_shadow_log_clear(((shadow_enforcer *)self)->log);
    return KL_OK;
}

static kl_status shadow_repr(kl_value *out, kl_object *self, kl_error *error)
{
    size_t total, divergent;
    kl_shadow_log_counts(&total, &divergent, ((shadow_enforcer *)self)->log);
    return kl_string_format(out, error, "ShadowEnforcer(records=%zu, divergence_rate=%.4f)", total,
                            total ? (double)divergent / (double)total : 0);
}

static const kl_param params[] = {
    {.name = "production_envelope", .kind = KL_KIND_OBJECT, .type = &kl_constraint_envelope_type,
     .doc = "the envelope in force, as it stands now"},
    {.name = "candidate_envelope", .kind = KL_KIND_OBJECT, .type = &kl_constraint_envelope_type,
     .doc = "the one that is tried"},
    {.name = "config", .kind = KL_KIND_OBJECT, .type = &kl_shadow_config_type,
     .flags = KL_OPTIONAL, .doc = "what is kept and recommended; None = the defaults"},
};

static const kl_method methods[] = {
    {.name = "evaluate", .call = evaluate, .params = KL_TABLE(kl_session_params),
     .returns = KL_KIND_STRING, .raises = "ValueError",
     .doc = "Judge by both, record both verdicts, and give that of the envelope in force. Each counts "
            "a session of its own."},
    {.name = "records", .call = records, .returns = KL_KIND_ARRAY, .item = KL_KIND_OBJECT,
     .returns_type = &kl_shadow_record_type, .doc = "The records that are kept, oldest first."},
    {.name = "report", .call = report, .returns = KL_KIND_OBJECT,
     .returns_type = &kl_shadow_report_type, .doc = "What the records say."},
    {.name = "clear_records", .call = clear_records, .returns = KL_KIND_NONE,
     .doc = "Forget the records; the lifetime counts stay."},
};

static const kl_type shadow_enforcer_type = {
    .name = "ShadowEnforcer",
    .module = "kailash.trust_plane",
    .doc = "Tries a candidate envelope beside the one in force, whose verdicts alone count.",
    .size = sizeof(shadow_enforcer),
    .flags = KL_TYPE_AT_ROOT,
    .params = KL_TABLE(params),
    .init = shadow_init,
    .dispose = shadow_dispose,
    .repr = shadow_repr,
    .methods = KL_TABLE(methods),
};
KL_PUBLISH(shadow_enforcer_type);
