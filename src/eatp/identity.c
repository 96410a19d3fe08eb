/* src/eatp/identity.c - EatpOrgId, EatpAgentId, EatpHumanOrigin, EatpEvidenceReference, EatpSubjectType:
 * who acts, for whom, and what speaks for it. */
#include "identity.h"
#include "fault.h"

/* ---- ids --------------------------------------------------------------------------------------- */

static kl_status check_filled(kl_value id, const char *what, kl_error *error)
{
    if (kl_as_text(id).len)
        return KL_OK;
    return kl_fault(error, KL_INVALID, NULL, "empty_id", "%s ID must not be empty", what);
}

kl_status kl_agent_id_check(kl_value id, kl_error *error) { return check_filled(id, "agent", error); }
kl_status kl_org_id_check(kl_value id, kl_error *error)
{
    return check_filled(id, "organization", error);
}

static kl_status agent_check(kl_object *self, kl_error *error)
{
    return kl_agent_id_check(((kl_eatp_id *)self)->id, error);
}

static kl_status org_check(kl_object *self, kl_error *error)
{
    return kl_org_id_check(((kl_eatp_id *)self)->id, error);
}

static kl_status id_text(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_value_retain(((kl_eatp_id *)self)->id);
    return KL_OK;
}

static kl_status id_repr(kl_value *out, kl_object *self, kl_error *error)
{
    return kl_string_format(out, error, "%s('%.*s')", self->type->name,
                            KL_TEXT_ARG(kl_as_text(((kl_eatp_id *)self)->id)));
}

static const kl_field id_fields[] = {
    KL_VALUE(kl_eatp_id, id, .kind = KL_KIND_STRING, .doc = "any text that is not empty"),
};

static const kl_method id_methods[] = {
    {.name = "as_str", .call = id_text, .returns = KL_KIND_STRING, .doc = "The text."},
    {.name = "__str__", .call = id_text, .returns = KL_KIND_STRING, .doc = "The text."},
};

#define ID_TYPE(variable, word, check_function, text)                                              \
    const kl_type variable = {                                                                     \
        .name = (word), .module = "kailash", .doc = (text), .size = sizeof(kl_eatp_id),            \
        .flags = KL_TYPE_RECORD, .fields = KL_TABLE(id_fields), .methods = KL_TABLE(id_methods),   \
        .check = (check_function), .repr = id_repr};                                               \
    KL_PUBLISH(variable)

ID_TYPE(kl_org_id_type, "EatpOrgId", org_check,
        "Name of an organisation. Equal to another one of the same text, never to a plain text.");
ID_TYPE(kl_agent_id_type, "EatpAgentId", agent_check,
        "Name of an agent. Equal to another one of the same text, never to a plain text.");

/* ---- EatpHumanOrigin --------------------------------------------------------------------------- */

static kl_status origin_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const kl_human_origin *o = (const kl_human_origin *)self;
    return kl_string_format(out, error, "EatpHumanOrigin(identity='%.*s', role='%.*s')",
                            KL_TEXT_ARG(kl_as_text(o->identity)), KL_TEXT_ARG(kl_as_text(o->role)));
}

static const kl_field origin_fields[] = {
    KL_VALUE(kl_human_origin, identity, .kind = KL_KIND_STRING, .doc = "who it is"),
    KL_VALUE(kl_human_origin, role, .kind = KL_KIND_STRING, .doc = "in what role"),
    KL_VALUE(kl_human_origin, attestation, .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
             .doc = "what proves it, or None"),
};

const kl_type kl_human_origin_type = {
    .name = "EatpHumanOrigin",
    .module = "kailash",
    .doc = "The human whom an agent's authority goes back to.",
    .size = sizeof(kl_human_origin),
    .flags = KL_TYPE_RECORD,
    .fields = KL_TABLE(origin_fields),
    .repr = origin_repr,
};
KL_PUBLISH(kl_human_origin_type);

/* ---- EatpEvidenceReference --------------------------------------------------------------------- */

typedef struct evidence {
    kl_object object;
    kl_value evidence_type, reference; /* strings */
    kl_value summary;                  /* string or null */
} evidence;

static kl_status evidence_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const evidence *e = (const evidence *)self;
    return kl_string_format(out, error, "EatpEvidenceReference(type='%.*s', ref='%.*s')",
                            KL_TEXT_ARG(kl_as_text(e->evidence_type)),
                            KL_TEXT_ARG(kl_as_text(e->reference)));
}

static const kl_field evidence_fields[] = {
    KL_VALUE(evidence, evidence_type, .kind = KL_KIND_STRING, .doc = "kind of evidence: log, document ..."),
    KL_VALUE(evidence, reference, .kind = KL_KIND_STRING, .doc = "where it is found"),
    KL_VALUE(evidence, summary, .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
             .doc = "what it says, in short, or None"),
};

static const kl_type evidence_type = {
    .name = "EatpEvidenceReference",
    .module = "kailash",
    .doc = "Points to evidence that lies elsewhere.",
    .size = sizeof(evidence),
    .flags = KL_TYPE_RECORD,
    .fields = KL_TABLE(evidence_fields),
    .repr = evidence_repr,
};
KL_PUBLISH(evidence_type);

/* ---- EatpSubjectType --------------------------------------------------------------------------- */

static const kl_item subjects[] = {
    {"Agent", "EatpSubjectType.Agent", "an agent"},
    {"Delegation", "EatpSubjectType.Delegation", "a grant"},
    {"Operation", "EatpSubjectType.Operation", "a single action"},
    {"Workflow", "EatpSubjectType.Workflow", "a workflow"},
};
static const char *const subject_functions[] = {"agent", "delegation", "operation", "workflow"};

static const kl_type subject_type = {
    .name = "EatpSubjectType",
    .module = "kailash",
    .doc = "What a constraint envelope is about.",
    .flags = KL_TYPE_ENUM | KL_TYPE_NO_INIT,
    .items = subjects,
    .item_methods = subject_functions,
    .item_count = KL_COUNT(subjects),
};
KL_PUBLISH(subject_type);
