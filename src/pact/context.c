/* src/pact/context.c - see context.h. It never changes, and nothing reads one back: it cannot be forged. */
#include "context.h"
#include "engine_parts.h"
#include "judge.h"

typedef struct context {
    kl_object object;
    kl_value org_id, role_address, posture; /* strings */
    int clearance;          /* the smaller of the role's and the posture's; -1 = none */
    kl_value compartments;  /* array of strings */
    kl_pact_effective *effective; /* or NULL */
    kl_value never_delegated;
} context;

static void context_dispose(kl_object *self)
{
    context *own = (context *)self;
    kl_value_release(own->org_id);
    kl_value_release(own->role_address);
    kl_value_release(own->posture);
    kl_value_release(own->compartments);
    kl_value_release(own->never_delegated);
    kl_pact_effective_release(own->effective);
}

/* With the read side. A role without envelopes has a context in which no action is allowed. */
static kl_status fill(context *own, kl_pact_engine *engine, uint32_t node, kl_posture posture, kl_time now,
                      kl_error *error)
{
    const kl_pact_clearance *clearance = (const kl_pact_clearance *)engine->roles[node].clearance;
    bool counts = clearance && clearance->vetting == KL_PACT_ACTIVE;
    own->clearance = counts ? (int)KL_MIN(clearance->level, (int64_t)posture) : -1;
    own->compartments = counts ? kl_value_retain(clearance->compartments) : kl_null();
    own->org_id = kl_value_retain(engine->org->id);
    own->role_address = kl_value_retain(engine->org->nodes[node].address);
    own->never_delegated = kl_value_retain(engine->never_delegated);
    if (kl_pact_role_standing(engine, node, now) != KL_PACT_PRESENT)
        return KL_OK;
    kl_error why = KL_ERROR_INIT;
    kl_status status = kl_pact_effective_get(&own->effective, engine, node, KL_TEXT(""), now, &why);
    if (status == KL_NO_MEMORY) {
        kl_error_move(error, &why);
        return status;
    }
    kl_error_clear(&why);
    return KL_OK;
}

kl_status kl_pact_context_new(kl_value *out, kl_pact_engine *engine, kl_text address, kl_posture posture,
                              kl_error *error)
{
    kl_object *object;
    uint32_t node;
    kl_time now;
    KL_TRY(kl_pact_engine_now(&now, engine, error));
    KL_TRY(kl_pact_find_address(&node, engine, address, error));
    KL_TRY(kl_object_alloc(&object, &kl_pact_context_type, error));
    context *own = (context *)object;
    kl_pact_read_begin(engine);
    kl_status status = fill(own, engine, node, posture, now, error);
    kl_pact_lock_end(engine);
    if (status == KL_OK)
        status = kl_string_new(&own->posture, kl_text_from(kl_pact_posture_name(posture)), error);
    if (status != KL_OK) {
        kl_object_release(object);
        return status;
    }
    *out = kl_value_of(object);
    return KL_OK;
}

/* ---- the class ------------------------------------------------------------------------------- */

static kl_status get_org(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_value_retain(((context *)self)->org_id);
    return KL_OK;
}

static kl_status get_role(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_value_retain(((context *)self)->role_address);
    return KL_OK;
}

static kl_status get_posture(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_value_retain(((context *)self)->posture);
    return KL_OK;
}

static kl_status has_clearance(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_confidentiality level;
    KL_TRY(kl_pact_level_read(&level, kl_as_text(args[0]), error));
    *out = kl_bool(((context *)self)->clearance >= (int)level);
    return KL_OK;
}

static kl_status has_compartment(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_value list = ((context *)self)->compartments;
    bool found = false;
    (void)error;
    for (size_t i = 0; i < kl_array_len(list) && !found; i++)
        found = kl_text_equal(kl_as_text(kl_array_at(list, i)), kl_as_text(args[0]));
    *out = kl_bool(found);
    return KL_OK;
}

/* Whether the operational dimension lets it pass at once. */
static kl_status is_allowed(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    const context *own = (const context *)self;
    kl_text action = kl_as_text(args[0]);
    kl_judgement judgement;
    *out = kl_bool(false);
    if (!own->effective || own->effective->is_expired || action.len == 0 ||
        kl_pact_is_listed(own->never_delegated, action))
        return KL_OK;
    const kl_judge_input input = {.action = action, .context = kl_null(), .now = kl_time_now()};
    KL_TRY(kl_judge(&judgement, own->effective->envelope, &input, error));
    *out = kl_bool(judgement.zones[KL_ON_OPERATIONAL] <= KL_ZONE_FLAGGED);
    kl_judgement_end(&judgement);
    return KL_OK;
}

static kl_status context_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const context *own = (const context *)self;
    return kl_string_format(out, error, "PactGovernanceContext(role='%.*s', org='%.*s', posture='%.*s')",
                            KL_TEXT_ARG(kl_as_text(own->role_address)), KL_TEXT_ARG(kl_as_text(own->org_id)),
                            KL_TEXT_ARG(kl_as_text(own->posture)));
}

static const kl_param level_param[] = {
    {.name = "level", .kind = KL_KIND_STRING, .doc = "name of a classification level"},
};
static const kl_param compartment_param[] = {
    {.name = "compartment", .kind = KL_KIND_STRING, .doc = "name of a compartment"},
};
static const kl_param action_param[] = {
    {.name = "action", .kind = KL_KIND_STRING, .doc = "name of an action"},
};

static const kl_method methods[] = {
    {.name = "org_id", .call = get_org, .flags = KL_PROPERTY, .returns = KL_KIND_STRING,
     .doc = "Id of the organisation."},
    {.name = "role_address", .call = get_role, .flags = KL_PROPERTY, .returns = KL_KIND_STRING,
     .doc = "Address of the role."},
    {.name = "posture", .call = get_posture, .flags = KL_PROPERTY, .returns = KL_KIND_STRING,
     .doc = "The posture it was made for, in snake case."},
    {.name = "has_clearance_for", .call = has_clearance, .params = KL_TABLE(level_param),
     .returns = KL_KIND_BOOL, .raises = "ValueError",
     .doc = "Whether the role was cleared for a level, in this posture."},
    {.name = "has_compartment", .call = has_compartment, .params = KL_TABLE(compartment_param),
     .returns = KL_KIND_BOOL, .doc = "Whether the role was cleared for a compartment."},
    {.name = "is_action_allowed", .call = is_allowed, .params = KL_TABLE(action_param),
     .returns = KL_KIND_BOOL,
     .doc = "Whether the operations of its envelope let an action pass without a human. What it costs, when "
            "it is done and what it uses are not looked at: PactGovernanceEngine.verify_action() does."},
};

const kl_type kl_pact_context_type = {
    .name = "PactGovernanceContext",
    .module = "kailash.pact",
    .doc = "What a role may in a posture, as it was when the context was made. Never changes and cannot be made "
           "from data, so code that was handed one cannot widen it.",
    .size = sizeof(context),
    .flags = KL_TYPE_NO_INIT | KL_TYPE_AT_ROOT,
    .methods = KL_TABLE(methods),
    .dispose = context_dispose,
    .repr = context_repr,
};
KL_PUBLISH(kl_pact_context_type);
