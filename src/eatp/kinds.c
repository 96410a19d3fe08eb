/* src/eatp/kinds.c - enums of EATP: EatpConfidentialityLevel, EatpPosture, EatpActionType; and
 * EatpActionOutcome, which has a text. */
#include "kinds.h"

/* "EatpActionType.llm_call" */
static kl_status item_repr(kl_value *out, kl_object *self, kl_error *error)
{
    return kl_string_format(out, error, "%s.%s", self->type->name,
                            ((kl_item_object *)self)->item->word);
}

/* ---- EatpConfidentialityLevel ------------------------------------------------------------------- */

static const kl_item confidentialities[] = {
    [KL_PUBLIC] = {"Public", "public", "for everybody"},
    [KL_RESTRICTED] = {"Restricted", "restricted", "for the house"},
    [KL_CONFIDENTIAL] = {"Confidential", "confidential", "for those who need it"},
    [KL_SECRET_LEVEL] = {"Secret", "secret", "for few"},
    [KL_TOP_SECRET] = {"TopSecret", "top_secret", "for very few"},
};
static const char *const confidentiality_functions[] = {
    [KL_PUBLIC] = "public", [KL_RESTRICTED] = "restricted", [KL_CONFIDENTIAL] = "confidential",
    [KL_SECRET_LEVEL] = "secret", [KL_TOP_SECRET] = "top_secret"
};

const kl_type kl_confidentiality_type = {
    .name = "EatpConfidentialityLevel",
    .module = "kailash",
    .doc = "How confidential something is; a higher level is greater.",
    .flags = KL_TYPE_ENUM | KL_TYPE_ORDERED | KL_TYPE_NO_INIT,
    .items = confidentialities,
    .item_methods = confidentiality_functions,
    .item_count = KL_COUNT(confidentialities),
    .repr = item_repr,
};
KL_PUBLISH(kl_confidentiality_type);

/* ---- EatpPosture -------------------------------------------------------------------------------- */

static const kl_item postures[] = {
    [KL_POSTURE_PSEUDO_AGENT] = {"PseudoAgent", "EatpPosture.pseudo", "a human acts through it"},
    [KL_POSTURE_SUPERVISED] = {"Supervised", "EatpPosture.supervised", "a human approves what it does"},
    [KL_POSTURE_SHARED_PLANNING] = {"SharedPlanning", "EatpPosture.shared_planning",
                                    "a human plans with it"},
    [KL_POSTURE_CONTINUOUS_INSIGHT] = {"ContinuousInsight", "EatpPosture.continuous_insight",
                                       "a human watches it"},
    [KL_POSTURE_DELEGATED] = {"Delegated", "EatpPosture.delegated", "it acts on its own"},
};
static const char *const posture_functions[] = {
    [KL_POSTURE_PSEUDO_AGENT] = "pseudo_agent", [KL_POSTURE_SUPERVISED] = "supervised",
    [KL_POSTURE_SHARED_PLANNING] = "shared_planning",
    [KL_POSTURE_CONTINUOUS_INSIGHT] = "continuous_insight", [KL_POSTURE_DELEGATED] = "delegated"
};

/* TrustLevel stands in a room to the right, so it is found by name. */
static kl_status to_trust_level(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    const kl_type *type = kl_type_find(KL_TEXT("TrustLevel"), NULL);
    int rung = (int)(kl_item_in(kl_value_of(self)) - postures);
    (void)args;
    if (!type)
        return kl_error_set(error, KL_NOT_FOUND, "the type TrustLevel is not part of this library");
    return kl_item_of(out, type, kl_text_from(kl_rung_name(KL_LADDER_TRUST, rung, KL_SNAKE)), error);
}

static kl_status posture_repr(kl_value *out, kl_object *self, kl_error *error)
{
    return kl_string_new(out, kl_text_from(((kl_item_object *)self)->item->word), error);
}

static const kl_method posture_methods[] = {
    {.name = "to_trust_level", .call = to_trust_level, .returns = KL_KIND_OBJECT,
     .doc = "The TrustLevel of the same rung: untrusted, restricted, supervised, autonomous, full."},
};

const kl_type kl_eatp_posture_type = {
    .name = "EatpPosture",
    .module = "kailash",
    .doc = "How much an agent does on its own; a higher posture is greater.",
    .flags = KL_TYPE_ENUM | KL_TYPE_ORDERED | KL_TYPE_NO_INIT,
    .items = postures,
    .item_methods = posture_functions,
    .item_count = KL_COUNT(postures),
    .methods = KL_TABLE(posture_methods),
    .repr = posture_repr,
};
KL_PUBLISH(kl_eatp_posture_type);

/* ---- EatpActionType ----------------------------------------------------------------------------- */

enum { LLM_CALL, TOOL_CALL, DATA_ACCESS, SUB_AGENT_SPAWN, USER_INTERACTION, POLICY_DECISION };

static const kl_item action_types[] = {
    [LLM_CALL] = {"LlmCall", "llm_call", "a language model was asked"},
    [TOOL_CALL] = {"ToolCall", "tool_call", "a tool was used"},
    [DATA_ACCESS] = {"DataAccess", "data_access", "data was read or written"},
    [SUB_AGENT_SPAWN] = {"SubAgentSpawn", "sub_agent_spawn", "another agent was started"},
    [USER_INTERACTION] = {"UserInteraction", "user_interaction", "a human was talked to"},
    [POLICY_DECISION] = {"PolicyDecision", "policy_decision", "a policy was applied"},
};
static const char *const action_type_functions[] = {
    [LLM_CALL] = "llm_call", [TOOL_CALL] = "tool_call", [DATA_ACCESS] = "data_access",
    [SUB_AGENT_SPAWN] = "sub_agent_spawn", [USER_INTERACTION] = "user_interaction",
    [POLICY_DECISION] = "policy_decision"
};

const kl_type kl_action_type_type = {
    .name = "EatpActionType",
    .module = "kailash",
    .doc = "What kind of action an agent took.",
    .flags = KL_TYPE_ENUM | KL_TYPE_NO_INIT,
    .items = action_types,
    .item_methods = action_type_functions,
    .item_count = KL_COUNT(action_types),
    .repr = item_repr,
};
KL_PUBLISH(kl_action_type_type);

/* ---- EatpActionOutcome -------------------------------------------------------------------------- */

static kl_status make_outcome(kl_value *out, const char *status, kl_value detail, kl_error *error)
{
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, &kl_action_outcome_type, error));
    kl_action_outcome *o = (kl_action_outcome *)object;
    o->detail = kl_value_retain(detail);
    kl_status made = kl_string_from_valid(&o->status, kl_text_from(status), error);
    if (made != KL_OK) {
        kl_object_release(object);
        return made;
    }
    *out = kl_value_of(object);
    return KL_OK;
}

static kl_status outcome_success(kl_value *out, kl_object *self, const kl_value *args,
                                 kl_error *error)
{
    (void)self, (void)args;
    return make_outcome(out, "success", kl_null(), error);
}

static kl_status outcome_failure(kl_value *out, kl_object *self, const kl_value *args,
                                 kl_error *error)
{
    (void)self;
    return make_outcome(out, "failure", args[0], error);
}

static kl_status outcome_partial(kl_value *out, kl_object *self, const kl_value *args,
                                 kl_error *error)
{
    (void)self;
    return make_outcome(out, "partial", args[0], error);
}

kl_status kl_action_outcome_text(kl_value *out, const kl_action_outcome *outcome, kl_error *error)
{
    kl_text status = kl_as_text(outcome->status), detail = kl_as_text(outcome->detail);
    if (kl_is_null(outcome->detail)) {
        *out = kl_value_retain(outcome->status);
        return KL_OK;
    }
    return kl_string_format(out, error, "%.*s: %.*s", KL_TEXT_ARG(status), KL_TEXT_ARG(detail));
}

static kl_status outcome_str(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    return kl_action_outcome_text(out, (const kl_action_outcome *)self, error);
}

static kl_status outcome_repr(kl_value *out, kl_object *self, kl_error *error)
{
    kl_value text;
    KL_TRY(kl_action_outcome_text(&text, (const kl_action_outcome *)self, error));
    kl_status status = kl_string_format(out, error, "EatpActionOutcome(%.*s)",
                                        KL_TEXT_ARG(kl_as_text(text)));
    kl_value_release(text);
    return status;
}

static const kl_param reason_params[] = {
    {.name = "reason", .kind = KL_KIND_STRING, .doc = "why it failed"},
};
static const kl_param detail_params[] = {
    {.name = "detail", .kind = KL_KIND_STRING, .doc = "what was done and what was not"},
};

static const kl_method outcome_methods[] = {
    {.name = "success", .call = outcome_success, .flags = KL_STATIC, .returns = KL_KIND_OBJECT,
     .returns_type = &kl_action_outcome_type, .doc = "It was done."},
    {.name = "failure", .call = outcome_failure, .params = KL_TABLE(reason_params),
     .flags = KL_STATIC, .returns = KL_KIND_OBJECT, .returns_type = &kl_action_outcome_type,
     .doc = "It was not done."},
    {.name = "partial", .call = outcome_partial, .params = KL_TABLE(detail_params),
     .flags = KL_STATIC, .returns = KL_KIND_OBJECT, .returns_type = &kl_action_outcome_type,
     .doc = "Some of it was done."},
    {.name = "__str__", .call = outcome_str, .returns = KL_KIND_STRING,
     .doc = "success, failure: REASON or partial: DETAIL."},
};

static const kl_field outcome_fields[] = {
    KL_VALUE(kl_action_outcome, status, .kind = KL_KIND_STRING, .flags = KL_READ_ONLY,
             .doc = "success, failure or partial"),
    KL_VALUE(kl_action_outcome, detail, .kind = KL_KIND_STRING, .flags = KL_READ_ONLY | KL_OPTIONAL,
             .doc = "reason of a failure, detail of a partial success; None after a success"),
};

const kl_type kl_action_outcome_type = {
    .name = "EatpActionOutcome",
    .module = "kailash",
    .doc = "How an action ended.",
    .size = sizeof(kl_action_outcome),
    .flags = KL_TYPE_RECORD | KL_TYPE_NO_INIT,
    .fields = KL_TABLE(outcome_fields),
    .methods = KL_TABLE(outcome_methods),
    .repr = outcome_repr,
};
KL_PUBLISH(kl_action_outcome_type);
