/* src/trust_plane/strict_enforcer.c - StrictEnforcer: an envelope that judges; VerdictDetail: what it
 * says, with the reason. */
#include "enforcer.h"

/* ---- VerdictDetail --------------------------------------------------------------------------- */

typedef struct verdict_detail {
    kl_object object;
    kl_value verdict, reason; /* string; string or null */
} verdict_detail;

static kl_status detail_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const verdict_detail *detail = (const verdict_detail *)self;
    kl_text verdict = kl_as_text(detail->verdict), reason = kl_as_text(detail->reason);
    if (kl_is_null(detail->reason))
        return kl_string_format(out, error, "VerdictDetail(verdict='%.*s', reason=None)",
                                KL_TEXT_ARG(verdict));
    return kl_string_format(out, error, "VerdictDetail(verdict='%.*s', reason=Some(\"%.*s\"))",
                            KL_TEXT_ARG(verdict), KL_TEXT_ARG(reason));
}

static const kl_field detail_fields[] = {
    KL_VALUE(verdict_detail, verdict, .kind = KL_KIND_STRING,
             .doc = "auto_approved, flagged, held or blocked"),
    KL_VALUE(verdict_detail, reason, .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
             .doc = "why, in one sentence; None when approved"),
};

const kl_type kl_verdict_detail_type = {
    .name = "VerdictDetail",
    .module = "kailash",
    .doc = "A verdict on an action, with the reason for it.",
    .size = sizeof(verdict_detail),
    .flags = KL_TYPE_RECORD | KL_TYPE_NO_INIT,
    .fields = KL_TABLE(detail_fields),
    .repr = detail_repr,
};
KL_PUBLISH(kl_verdict_detail_type);

kl_status kl_verdict_detail_new(kl_value *out, kl_value verdict, kl_value reason, kl_error *error)
{
    kl_object *made;
    KL_TRY(kl_object_alloc(&made, &kl_verdict_detail_type, error));
    verdict_detail *detail = (verdict_detail *)made;
    detail->verdict = kl_value_retain(verdict);
    detail->reason = kl_value_retain(reason);
    *out = kl_value_of(made);
    return KL_OK;
}

/* ---- arguments of what judges ---------------------------------------------------------------- */

const kl_param kl_session_params[4] = {
    {.name = "action", .kind = KL_KIND_STRING, .doc = "what is to be done; not empty"},
    {.name = "resource_path", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "the path it concerns; None = no path is judged"},
    {.name = "channel", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "the channel of communication it uses; None = none"},
    {.name = "estimated_cost", .kind = KL_KIND_NUMBER, .flags = KL_OPTIONAL,
     .doc = "what it will cost, in USD; None = nothing is counted"},
};

kl_status kl_session_action_of(kl_session_action *out, const kl_value *args, kl_error *error)
{
    *out = (kl_session_action){.action = kl_as_text(args[0]), .has_cost = !kl_is_null(args[3]),
                               .cost = kl_as_double(args[3])};
    if (!kl_is_null(args[1]))
        out->resource_path = kl_as_text(args[1]);
    if (!kl_is_null(args[2]))
        out->channel = kl_as_text(args[2]);
    return kl_session_action_check(out, error);
}

/* ---- StrictEnforcer -------------------------------------------------------------------------- */

typedef struct strict_enforcer {
    kl_object object;
    kl_session_enforcer *enforcer; /* owned */
} strict_enforcer;

static kl_session_enforcer *enforcer_of(kl_object *self)
{
    return ((strict_enforcer *)self)->enforcer;
}

static kl_status enforcer_init(kl_object *self, const kl_value *args, kl_error *error)
{
    kl_session_envelope *envelope = kl_constraint_envelope_of(args[0].as.object);
    kl_status status = kl_session_enforcer_new(&((strict_enforcer *)self)->enforcer, envelope,
                                               kl_as_bool(args[1]), error);
    kl_session_envelope_release(envelope);
    return status;
}

static void enforcer_dispose(kl_object *self) { kl_session_enforcer_free(enforcer_of(self)); }

static kl_status enforcer_repr(kl_value *out, kl_object *self, kl_error *error)
{
    return kl_string_format(out, error, "StrictEnforcer(session_cost=%.2f)",
                            kl_session_cost(enforcer_of(self)));
}

static kl_status check(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_session_action action;
    KL_TRY(kl_session_action_of(&action, args, error));
    kl_session_verdict verdict = kl_session_judge(enforcer_of(self), &action);
    *out = kl_session_word(enforcer_of(self), verdict.zone);
    return KL_OK;
}

static kl_status check_detailed(kl_value *out, kl_object *self, const kl_value *args,
                                kl_error *error)
{
    kl_session_action action;
    kl_value reason;
    KL_TRY(kl_session_action_of(&action, args, error));
    kl_session_verdict verdict = kl_session_judge(enforcer_of(self), &action);
    KL_TRY(kl_session_reason(&reason, enforcer_of(self), &verdict, &action, error));
    kl_value word = kl_session_word(enforcer_of(self), verdict.zone);
    kl_status status = kl_verdict_detail_new(out, word, reason, error);
    kl_value_release(word);
    kl_value_release(reason);
    return status;
}

static kl_status reset_session(kl_value *out, kl_object *self, const kl_value *args,
                               kl_error *error)
{
    (void)out, (void)args, (void)error;
    kl_session_reset(enforcer_of(self));
    return KL_OK;
}

static kl_status session_cost(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_double(kl_session_cost(enforcer_of(self)));
    return KL_OK;
}

static kl_status session_start(kl_value *out, kl_object *self, const kl_value *args,
                               kl_error *error)
{
    char text[KL_TIME_TEXT];
    kl_time start = kl_session_start(enforcer_of(self));
    (void)args;
    *out = kl_null();
    if (start == KL_TIME_NONE)
        return KL_OK;
    size_t len = kl_time_print(text, start, KL_TIME_SHORTEST, KL_TIME_OFFSET);
    return kl_string_new(out, (kl_text){text, len}, error);
}

static const kl_param enforcer_params[] = {
    {.name = "envelope", .kind = KL_KIND_OBJECT, .type = &kl_constraint_envelope_type,
     .doc = "what is allowed, as it stands now: later changes do not count"},
    {.name = "resolve", .kind = KL_KIND_BOOL, .fallback = "false",
     .doc = "whether paths are followed through symbolic links on this machine: blocked by what they "
            "say or where they lead, allowed by where they lead"},
};

static const kl_method enforcer_methods[] = {
    {.name = "check", .call = check, .params = KL_TABLE(kl_session_params),
     .returns = KL_KIND_STRING, .raises = "ValueError",
     .doc = "The verdict on an action: auto_approved, flagged, held or blocked. What is approved or "
            "flagged is booked: its cost, and its time for the cooldown."},
    {.name = "check_detailed", .call = check_detailed, .params = KL_TABLE(kl_session_params),
     .returns = KL_KIND_OBJECT, .returns_type = &kl_verdict_detail_type, .raises = "ValueError",
     .doc = "As check(), with the reason."},
    {.name = "reset_session", .call = reset_session, .returns = KL_KIND_NONE,
     .doc = "Begin a new session: no cost, no start, no cooldown."},
    {.name = "session_cost", .call = session_cost, .flags = KL_PROPERTY, .returns = KL_KIND_DOUBLE,
     .doc = "What the actions of this session cost so far, in USD."},
    {.name = "session_start", .call = session_start, .flags = KL_PROPERTY,
     .returns = KL_KIND_STRING, .returns_optional = true,
     .doc = "Time of the first action that took place, RFC 3339; None before."},
};

static const kl_type strict_enforcer_type = {
    .name = "StrictEnforcer",
    .module = "kailash",
    .doc = "Judges actions by a ConstraintEnvelope. All five dimensions are looked at, and the most "
           "severe verdict counts. Threads may share one: what is left of a budget is spent once.",
    .size = sizeof(strict_enforcer),
    .params = KL_TABLE(enforcer_params),
    .init = enforcer_init,
    .dispose = enforcer_dispose,
    .repr = enforcer_repr,
    .methods = KL_TABLE(enforcer_methods),
};
KL_PUBLISH(strict_enforcer_type);
