/* src/pact/engine_class.c - the class PactGovernanceEngine. */
#include "actions.h"
#include "engine_methods.h"

static kl_status engine_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const kl_pact_engine *engine = (const kl_pact_engine *)self;
    return kl_string_format(out, error, "PactGovernanceEngine(org_id='%.*s', roles=%u)",
                            KL_TEXT_ARG(kl_as_text(engine->org->id)), engine->org->count);
}

static const kl_param params[] = {
    {.name = "org_def_json", .kind = KL_KIND_STRING,
     .doc = "the organisation: JSON or YAML, with org_id, name and departments; or a document with it below "
            "`org`, and lists of envelopes, clearances, bridges and ksps beside it"},
};

static const kl_method methods[] = {
    KL_PACT_ORG_METHODS,
    KL_PACT_ENVELOPE_METHODS,
    KL_PACT_PEOPLE_METHODS,
    KL_PACT_KNOWLEDGE_METHODS,
    KL_PACT_BRIDGE_METHODS,
    KL_PACT_PLAN_METHODS,
    KL_PACT_ACTION_METHODS,
};

const kl_type kl_pact_engine_type = {
    .name = "PactGovernanceEngine",
    .module = "kailash.pact",
    .doc = "Decides for the roles of an organisation what they may do and read, and leaves proof of it. Doubt is "
           "a denial.",
    .size = sizeof(kl_pact_engine),
    .flags = KL_TYPE_AT_ROOT,
    .params = KL_TABLE(params),
    .init = kl_pact_engine_init,
    .methods = KL_TABLE(methods),
    .dispose = kl_pact_engine_dispose,
    .traverse = kl_pact_engine_traverse,
    .clear = kl_pact_engine_clear,
    .repr = engine_repr,
};
KL_PUBLISH(kl_pact_engine_type);
