/* src/pact/methods_people.c - methods of PactGovernanceEngine: clearances, vacancies, contexts. */
#include "engine_methods.h"

static kl_pact_engine *engine_of(kl_object *self) { return (kl_pact_engine *)self; }

/* ---- clearances ------------------------------------------------------------------------------ */

static kl_status change_clearance(kl_pact_engine *engine, uint32_t node, const char *action,
                                  const kl_pact_clearance_parts *parts, kl_error *error)
{
    kl_value clearance;
    KL_TRY(kl_pact_clearance_new(&clearance, parts, error));
    kl_status status = kl_pact_put_clearance(engine, node, action, clearance, error);
    kl_value_release(clearance);
    return status;
}

kl_status kl_pact_call_grant(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_pact_engine *engine = engine_of(self);
    kl_confidentiality level;
    uint32_t node;
    (void)out;
    KL_TRY(kl_pact_level_read(&level, kl_as_text(args[1]), error));
    KL_TRY(kl_pact_find_role(&node, engine, kl_as_text(args[0]), error));
    const kl_pact_clearance_parts parts = {
        .role_id = engine->org->nodes[node].id, .role_address = engine->org->nodes[node].address,
        .level = level, .compartments = args[2], .vetting = KL_PACT_ACTIVE, .granted_by = kl_null(),
        .review_at = kl_null(), .nda_signed = true};
    KL_PACT_CHANGE(engine, change_clearance(engine, node, "clearance_granted", &parts, error));
}

/* With the write side: the clearance with another vetting. */
static kl_status change_vetting(kl_pact_engine *engine, uint32_t node, const char *action,
                                kl_pact_vetting vetting, kl_error *error)
{
    const kl_pact_clearance *own = (const kl_pact_clearance *)engine->roles[node].clearance;
    const kl_pact_clearance_parts parts = {
        .role_id = own->role_id, .role_address = own->role_address, .level = (kl_confidentiality)own->level,
        .compartments = own->compartments, .vetting = vetting, .granted_by = own->granted_by,
        .review_at = own->review_at, .nda_signed = own->nda_signed};
    return change_clearance(engine, node, action, &parts, error);
}

static kl_status revoke(kl_pact_engine *engine, uint32_t node, kl_error *error)
{
    const kl_pact_clearance *own = (const kl_pact_clearance *)engine->roles[node].clearance;
    if (!own || own->vetting == KL_PACT_REVOKED)
        return KL_OK;
    return change_vetting(engine, node, "clearance_revoked", KL_PACT_REVOKED, error);
}

kl_status kl_pact_call_revoke(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    uint32_t node;
    (void)out;
    KL_TRY(kl_pact_find_role(&node, engine_of(self), kl_as_text(args[0]), error));
    KL_PACT_CHANGE(engine_of(self), revoke(engine_of(self), node, error));
}

static kl_status transition(kl_pact_engine *engine, uint32_t node, kl_pact_vetting to, kl_error *error)
{
    const kl_pact_clearance *own = (const kl_pact_clearance *)engine->roles[node].clearance;
    if (!own)
        return kl_error_set(error, KL_STATE, "role '%.*s' has no clearance",
                            KL_TEXT_ARG(kl_as_text(engine->org->nodes[node].id)));
    if (!kl_pact_vetting_may((kl_pact_vetting)own->vetting, to))
        return kl_error_set(error, KL_STATE, "a clearance that is %s cannot become %s",
                            kl_pact_vetting_name((kl_pact_vetting)own->vetting), kl_pact_vetting_name(to));
    return change_vetting(engine, node, "clearance_transitioned", to, error);
}

kl_status kl_pact_call_transition(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_pact_vetting to;
    uint32_t node;
    (void)out;
    KL_TRY(kl_pact_vetting_read(&to, kl_as_text(args[1]), error));
    KL_TRY(kl_pact_find_role(&node, engine_of(self), kl_as_text(args[0]), error));
    KL_PACT_CHANGE(engine_of(self), transition(engine_of(self), node, to, error));
}

/* With the read side. */
static kl_status list_clearances(kl_value *list, const kl_pact_engine *engine, kl_error *error)
{
    for (uint32_t i = 0; i < engine->org->count; i++) {
        kl_object *clearance = engine->roles[engine->org->sorted[i]].clearance;
        if (clearance)
            KL_TRY(kl_array_push(list, kl_value_of(kl_object_retain(clearance)), error));
    }
    return KL_OK;
}

kl_status kl_pact_call_list_clearances(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_value list;
    (void)args;
    KL_TRY(kl_array_new(&list, 0, error));
    kl_pact_read_begin(engine_of(self));
    kl_status status = list_clearances(&list, engine_of(self), error);
    kl_pact_lock_end(engine_of(self));
    if (status != KL_OK) {
        kl_value_release(list);
        return status;
    }
    *out = list;
    return KL_OK;
}

/* ---- vacancies ------------------------------------------------------------------------------- */

static kl_status designate(kl_pact_engine *engine, uint32_t node, kl_value designation, kl_error *error)
{
    const kl_pact_designation *own = (const kl_pact_designation *)designation.as.object;
    const kl_pact_node *nodes = engine->org->nodes;
    kl_text address = kl_as_text(own->role_address);
    bool may = nodes[node].is_vacant;
    for (uint32_t at = nodes[node].parent; at != KL_PACT_NO_NODE && !may; at = nodes[at].parent)
        may = nodes[at].is_vacant && nodes[at].suspends;
    if (!may)
        return kl_error_set(error, KL_STATE,
                            "governance: cannot set vacancy designation: role at '%.*s' is neither vacant nor "
                            "suspended", KL_TEXT_ARG(address));
    if (kl_pact_org_by_id(engine->org, kl_as_text(own->acting_occupant)) == KL_PACT_NO_NODE)
        return kl_error_set(error, KL_NOT_FOUND,
                            "governance: cannot set vacancy designation: acting occupant '%.*s' is not a known "
                            "role", KL_TEXT_ARG(kl_as_text(own->acting_occupant)));
    return kl_pact_put_designation(engine, node, designation, error);
}

kl_status kl_pact_call_set_designation(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_pact_engine *engine = engine_of(self);
    kl_value designation;
    uint32_t node;
    kl_time now;
    (void)out;
    KL_TRY(kl_pact_engine_now(&now, engine, error));
    KL_TRY(kl_pact_designation_new(&designation, args, kl_as_int(args[3]), now, error));
    kl_text address = kl_as_text(((const kl_pact_designation *)designation.as.object)->role_address);
    kl_status status = kl_pact_org_find(&node, engine->org, address, error);
    if (status == KL_OK && node == KL_PACT_NO_NODE) {
        status = kl_error_set(error, KL_NOT_FOUND,
                              "governance: cannot set vacancy designation: no role found at address '%.*s'",
                              KL_TEXT_ARG(address));
    } else if (status == KL_OK) {
        kl_pact_write_begin(engine);
        status = designate(engine, node, designation, error);
        kl_pact_lock_end(engine);
    }
    kl_value_release(designation);
    return status;
}

/* The node of an address, or KL_PACT_NO_NODE, also for text that is none. */
static uint32_t node_at(const kl_pact_engine *engine, kl_value address)
{
    uint32_t node;
    return kl_pact_org_find(&node, engine->org, kl_as_text(address), NULL) == KL_OK ? node : KL_PACT_NO_NODE;
}

kl_status kl_pact_call_get_designation(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_pact_engine *engine = engine_of(self);
    uint32_t node = node_at(engine, args[0]);
    (void)error;
    *out = kl_null();
    if (node == KL_PACT_NO_NODE)
        return KL_OK;
    kl_pact_read_begin(engine);
    kl_object *designation = kl_object_retain(engine->roles[node].designation);
    kl_pact_lock_end(engine);
    if (designation)
        *out = kl_value_of(designation);
    return KL_OK;
}

kl_status kl_pact_call_remove_designation(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_pact_engine *engine = engine_of(self);
    uint32_t node = node_at(engine, args[0]);
    kl_status status = KL_OK;
    (void)out;
    if (node == KL_PACT_NO_NODE)
        return KL_OK;
    kl_pact_write_begin(engine);
    if (engine->roles[node].designation)
        status = kl_pact_put_designation(engine, node, kl_null(), error);
    kl_pact_lock_end(engine);
    return status;
}

kl_status kl_pact_call_vacancy_status(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    return kl_pact_vacancy_status_new(out, engine_of(self)->org, error);
}

kl_status kl_pact_call_is_vacant(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_pact_engine *engine = engine_of(self);
    uint32_t node = node_at(engine, args[0]);
    kl_time now;
    *out = kl_null();
    if (node == KL_PACT_NO_NODE)
        return KL_OK;
    KL_TRY(kl_pact_engine_now(&now, engine, error));
    kl_pact_read_begin(engine);
    *out = kl_bool(kl_pact_role_standing(engine, node, now) == KL_PACT_VACANT);
    kl_pact_lock_end(engine);
    return KL_OK;
}

kl_status kl_pact_call_is_suspended(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_pact_engine *engine = engine_of(self);
    uint32_t node = node_at(engine, args[0]);
    kl_time now;
    *out = kl_null();
    if (node == KL_PACT_NO_NODE)
        return KL_OK;
    KL_TRY(kl_pact_engine_now(&now, engine, error));
    kl_pact_read_begin(engine);
    *out = kl_bool(kl_pact_role_is_suspended(engine, node, now));
    kl_pact_lock_end(engine);
    return KL_OK;
}

kl_status kl_pact_call_context(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_posture posture;
    KL_TRY(kl_pact_posture_read(&posture, kl_as_text(args[1]), error));
    return kl_pact_context_new(out, engine_of(self), kl_as_text(args[0]), posture, error);
}

const kl_param kl_pact_grant_params[3] = {
    {.name = "role_id", .kind = KL_KIND_STRING, .doc = "address of the role, or its id"},
    {.name = "max_clearance", .kind = KL_KIND_STRING, .doc = "name of the highest level it may read"},
    {.name = "compartments", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "compartments it is cleared for; None = none"},
};
const kl_param kl_pact_role_param[1] = {
    {.name = "role_id", .kind = KL_KIND_STRING, .doc = "address of the role, or its id"},
};
const kl_param kl_pact_transition_params[2] = {
    {.name = "role_id", .kind = KL_KIND_STRING, .doc = "address of the role, or its id"},
    /* A PactVettingStatus prints itself in upper case. */
    {.name = "status", .kind = KL_KIND_ENUM,
     .names = (const char *const[]){"pending", "active", "suspended", "expired", "revoked", "PENDING", "ACTIVE",
                                    "SUSPENDED", "EXPIRED", "REVOKED", NULL},
     .doc = "what the vetting becomes, as text or as a PactVettingStatus"},
};
const kl_param kl_pact_designation_params[4] = {
    {.name = "role_address", .kind = KL_KIND_STRING, .doc = "address of the role that nobody holds"},
    {.name = "acting_occupant", .kind = KL_KIND_STRING, .doc = "id of the role whose holder acts"},
    {.name = "designated_by", .kind = KL_KIND_STRING, .doc = "who says so"},
    {.name = "expiry_hours", .kind = KL_KIND_INT, .fallback = "24",
     .doc = "hours until it ends, at most 876000; 0 and less: it has ended already"},
};
const kl_param kl_pact_context_params[2] = {
    {.name = "role_address", .kind = KL_KIND_STRING, .doc = "address of the role"},
    {.name = "posture", .kind = KL_KIND_STRING,
     .doc = "pseudo_agent, supervised, shared_planning, continuous_insight or delegated"},
};
