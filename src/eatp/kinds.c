/* src/eatp/kinds.c - enums of EATP: EatpConfidentialityLevel, EatpPosture, EatpActionType; and
 * EatpActionOutcome, which has a text. */
#include "kinds.h"
#include "reflect/item_method.h"

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

ITEM_METHOD(level_public, kl_confidentiality_type, KL_PUBLIC)
ITEM_METHOD(level_restricted, kl_confidentiality_type, KL_RESTRICTED)
ITEM_METHOD(level_confidential, kl_confidentiality_type, KL_CONFIDENTIAL)
ITEM_METHOD(level_secret, kl_confidentiality_type, KL_SECRET_LEVEL)
ITEM_METHOD(level_top_secret, kl_confidentiality_type, KL_TOP_SECRET)

static const kl_method confidentiality_methods[] = {
    ITEM_ROW("public", level_public, kl_confidentiality_type, "The lowest level."),
    ITEM_ROW("restricted", level_restricted, kl_confidentiality_type, "Above public."),
    ITEM_ROW("confidential", level_confidential, kl_confidentiality_type, "Above restricted."),
    ITEM_ROW("secret", level_secret, kl_confidentiality_type, "Above confidential."),
    ITEM_ROW("top_secret", level_top_secret, kl_confidentiality_type, "The highest level."),
};

const kl_type kl_confidentiality_type = {
    .name = "EatpConfidentialityLevel",
    .module = "kailash",
    .doc = "How confidential something is; a higher level is greater.",
    .flags = KL_TYPE_ENUM | KL_TYPE_ORDERED | KL_TYPE_NO_INIT,
    .items = confidentialities,
    .item_count = KL_COUNT(confidentialities),
    .methods = KL_TABLE(confidentiality_methods),
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

ITEM_METHOD(posture_pseudo_agent, kl_eatp_posture_type, KL_POSTURE_PSEUDO_AGENT)
ITEM_METHOD(posture_supervised, kl_eatp_posture_type, KL_POSTURE_SUPERVISED)
ITEM_METHOD(posture_shared_planning, kl_eatp_posture_type, KL_POSTURE_SHARED_PLANNING)
ITEM_METHOD(posture_continuous_insight, kl_eatp_posture_type, KL_POSTURE_CONTINUOUS_INSIGHT)
ITEM_METHOD(posture_delegated, kl_eatp_posture_type, KL_POSTURE_DELEGATED)

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
    ITEM_ROW("pseudo_agent", posture_pseudo_agent, kl_eatp_posture_type, "The lowest posture."),
    ITEM_ROW("supervised", posture_supervised, kl_eatp_posture_type, "Above pseudo_agent."),
    ITEM_ROW("shared_planning", posture_shared_planning, kl_eatp_posture_type, "Above supervised."),
    ITEM_ROW("continuous_insight", posture_continuous_insight, kl_eatp_posture_type,
             "Above shared_planning."),
    ITEM_ROW("delegated", posture_delegated, kl_eatp_posture_type, "The highest posture."),
    {.name = "to_trust_level", .call = to_trust_level, .returns = KL_KIND_OBJECT,
     .doc = "The TrustLevel of the same rung: untrusted, restricted, supervised, autonomous, full."},
};

const kl_type kl_eatp_posture_type = {
    .name = "EatpPosture",
    .module = "kailash",
    .doc = "How much an agent does on its own; a higher posture is greater.",
    .flags = KL_TYPE_ENUM | KL_TYPE_ORDERED | KL_TYPE_NO_INIT,
    .items = postures,
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

ITEM_METHOD(type_llm_call, kl_action_type_type, LLM_CALL)
ITEM_METHOD(type_tool_call, kl_action_type_type, TOOL_CALL)
ITEM_METHOD(type_data_access, kl_action_type_type, DATA_ACCESS)
ITEM_METHOD(type_sub_agent_spawn, kl_action_type_type, SUB_AGENT_SPAWN)
ITEM_METHOD(type_user_interaction, kl_action_type_type, USER_INTERACTION)
ITEM_METHOD(type_policy_decision, kl_action_type_type, POLICY_DECISION)

static const kl_method action_type_methods[] = {
    ITEM_ROW("llm_call", type_llm_call, kl_action_type_type, "A language model was asked."),
    ITEM_ROW("tool_call", type_tool_call, kl_action_type_type, "A tool was used."),
    ITEM_ROW("data_access", type_data_access, kl_action_type_type, "Data was read or written."),
    ITEM_ROW("sub_agent_spawn", type_sub_agent_spawn, kl_action_type_type,
             "Another agent was started."),
    ITEM_ROW("user_interaction", type_user_interaction, kl_action_type_type,
             "A human was talked to."),
    ITEM_ROW("policy_decision", type_policy_decision, kl_action_type_type, "A policy was applied."),
};

const kl_type kl_action_type_type = {
    .name = "EatpActionType",
    .module = "kailash",
    .doc = "What kind of action an agent took.",
    .flags = KL_TYPE_ENUM | KL_TYPE_NO_INIT,
    .items = action_types,
    .item_count = KL_COUNT(action_types),
    .methods = KL_TABLE(action_type_methods),
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
