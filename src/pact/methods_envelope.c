/* src/pact/methods_envelope.c - methods of PactGovernanceEngine: envelopes. */
#include "engine_methods.h"
#include "kailash/json.h"

static kl_pact_engine *engine_of(kl_object *self) { return (kl_pact_engine *)self; }

/* ---- setting and getting --------------------------------------------------------------------- */

kl_status kl_pact_call_set_role_envelope(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_value envelope;
    (void)out;
    kl_status status = kl_role_envelope_parse(&envelope, kl_as_text(args[0]), error);
    if (status != KL_OK) {
        kl_error_prefix(error, "invalid role envelope JSON: ");
        return status;
    }
    kl_pact_write_begin(engine_of(self));
    status = kl_pact_put_role_envelope(engine_of(self), envelope, error);
    kl_pact_lock_end(engine_of(self));
    kl_value_release(envelope);
    return status;
}

kl_status kl_pact_call_set_task_envelope(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_value envelope;
    (void)out;
    kl_status status = kl_task_envelope_parse(&envelope, kl_as_text(args[0]), error);
    if (status != KL_OK) {
        kl_error_prefix(error, "invalid task envelope JSON: ");
        return status;
    }
    kl_pact_write_begin(engine_of(self));
    status = kl_pact_put_task_envelope(engine_of(self), envelope, error);
    kl_pact_lock_end(engine_of(self));
    kl_value_release(envelope);
    return status;
}

kl_status kl_pact_call_delete_task_envelope(kl_value *out, kl_object *self, const kl_value *args,
                                            kl_error *error)
{
    (void)out;
    KL_PACT_CHANGE(engine_of(self), kl_pact_drop_task_envelope(engine_of(self), kl_as_text(args[0]), error));
}

/* Text that is no address is a failed query; an unknown address has no envelope. */
kl_status kl_pact_call_get_role_envelope(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_pact_engine *engine = engine_of(self);
    kl_error why = KL_ERROR_INIT;
    uint32_t node;
    kl_status status = kl_pact_find_address(&node, engine, kl_as_text(args[0]), &why);
    *out = kl_null();
    if (status == KL_NOT_FOUND) {
        kl_error_clear(&why);
        return KL_OK;
    }
    if (status != KL_OK) {
        kl_error_move(error, &why);
        return status;
    }
    kl_pact_read_begin(engine);
    kl_object *envelope = kl_object_retain(engine->roles[node].envelope);
    kl_pact_lock_end(engine);
    if (envelope)
        *out = kl_value_of(envelope);
    return KL_OK;
}

/* ---- computing ------------------------------------------------------------------------------- */

kl_status kl_pact_call_compute_envelope(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_pact_engine *engine = engine_of(self);
    kl_pact_effective *effective;
    uint32_t node;
    kl_time now;
    KL_TRY(kl_pact_engine_now(&now, engine, error));
    KL_TRY(kl_pact_find_address(&node, engine, kl_as_text(args[0]), error));
    kl_pact_read_begin(engine);
    kl_status status = kl_pact_effective_get(&effective, engine, node, kl_as_text(args[1]), now, error);
    kl_pact_lock_end(engine);
    KL_TRY(status);
    status = kl_pact_effective_object(out, effective, error);
    kl_pact_effective_release(effective);
    return status;
}

kl_status kl_pact_call_explain_envelope(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_pact_engine *engine = engine_of(self);
    uint32_t node;
    kl_time now;
    KL_TRY(kl_pact_engine_now(&now, engine, error));
    KL_TRY(kl_pact_find_address(&node, engine, kl_as_text(args[0]), error));
    kl_pact_read_begin(engine);
    kl_status status = kl_pact_effective_explain(out, engine, node, now, error);
    kl_pact_lock_end(engine);
    return status;
}

/* ---- advice: nothing of the engine is asked -------------------------------------------------- */

kl_status kl_pact_call_default_envelope(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_posture posture;
    kl_value map;
    (void)self;
    KL_TRY(kl_pact_posture_read(&posture, kl_as_text(args[0]), error));
    KL_TRY(kl_posture_envelope(&map, posture, error));
    kl_status status = kl_json_print(out, map, &kl_json_plain, error);
    kl_value_release(map);
    return status;
}

typedef kl_status advise(kl_value *out, const kl_governance *envelope, kl_error *error);

static kl_status advise_of(kl_value *out, advise *about, kl_value json, kl_error *error)
{
    kl_governance *envelope;
    KL_TRY(kl_governance_parse(&envelope, kl_as_text(json), error));
    kl_status status = about(out, envelope, error);
    kl_governance_release(envelope);
    return status;
}

kl_status kl_pact_call_degenerate(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)self;
    return advise_of(out, kl_advise_degenerate, args[0], error);
}

kl_status kl_pact_call_passthrough(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)self;
    return advise_of(out, kl_advise_passthrough, args[0], error);
}

kl_status kl_pact_call_health(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)self;
    return advise_of(out, kl_advise_health, args[0], error);
}

kl_status kl_pact_call_gradient(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)self;
    return kl_advise_gradient(out, args[0], args[1], error);
}

const kl_param kl_pact_envelope_param[1] = {
    {.name = "envelope_json", .kind = KL_KIND_STRING, .doc = "an envelope as a JSON object"},
};
const kl_param kl_pact_role_address_param[1] = {
    {.name = "role_address", .kind = KL_KIND_STRING, .doc = "address of the role"},
};
const kl_param kl_pact_task_param[1] = {
    {.name = "task_id", .kind = KL_KIND_STRING, .doc = "id of the task"},
};
const kl_param kl_pact_compute_params[2] = {
    {.name = "role_address", .kind = KL_KIND_STRING, .doc = "address of the role"},
    {.name = "task_id", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "the task it works for; one that has no envelope narrows nothing"},
};
const kl_param kl_pact_posture_param[1] = {
    {.name = "posture", .kind = KL_KIND_STRING,
     .doc = "pseudo_agent, supervised, shared_planning, continuous_insight or delegated"},
};
const kl_param kl_pact_gradient_params[2] = {
    {.name = "action_zones", .kind = KL_KIND_ARRAY, .item = KL_KIND_TUPLE,
     .doc = "tuples of an action and the zone it has"},
    {.name = "never_delegated", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
     .doc = "actions that should wait for a human"},
};
