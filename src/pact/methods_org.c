/* src/pact/methods_org.c - methods of PactGovernanceEngine: the organisation, and the engine's settings. */
#include "engine_methods.h"

static kl_pact_engine *engine_of(kl_object *self) { return (kl_pact_engine *)self; }

/* ---- the organisation: it never changes, so no lock is needed -------------------------------- */

kl_status kl_pact_call_list_roles(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    const kl_pact_org *org = engine_of(self)->org;
    kl_value list, role;
    kl_status status;
    (void)args;
    KL_TRY(kl_array_new(&list, org->count, error));
    for (uint32_t i = 0; i < org->count; i++) {
        KL_TRY_OUT(kl_pact_role_summary_new(&role, org, org->sorted[i], error));
        KL_TRY_OUT(kl_array_push(&list, role, error));
    }
    *out = list;
    return KL_OK;
out:
    kl_value_release(list);
    return status;
}

static kl_status node_or_none(kl_value *out, const kl_pact_org *org, uint32_t node, kl_error *error)
{
    *out = kl_null();
    return node == KL_PACT_NO_NODE ? KL_OK : kl_pact_org_node_new(out, org, node, error);
}

/* Text that is no address has no node: the one query that does not mind. */
kl_status kl_pact_call_get_node(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    const kl_pact_org *org = engine_of(self)->org;
    uint32_t node;
    if (kl_pact_org_find(&node, org, kl_as_text(args[0]), NULL) != KL_OK)
        node = KL_PACT_NO_NODE;
    return node_or_none(out, org, node, error);
}

kl_status kl_pact_call_get_node_by_id(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    const kl_pact_org *org = engine_of(self)->org;
    return node_or_none(out, org, kl_pact_org_by_id(org, kl_as_text(args[0])), error);
}

kl_status kl_pact_call_resolve(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    const kl_pact_org *org = engine_of(self)->org;
    uint32_t node = kl_pact_org_resolve(org, kl_as_text(args[0]));
    (void)error;
    *out = node == KL_PACT_NO_NODE ? kl_null() : kl_value_retain(org->nodes[node].id);
    return KL_OK;
}

kl_status kl_pact_call_describe(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_error why = KL_ERROR_INIT;
    kl_status status = kl_pact_org_describe(out, engine_of(self)->org, kl_as_text(args[0]), &why);
    if (status == KL_OK)
        return KL_OK;
    if (status == KL_INVALID)
        why.code = status = KL_FAILED;
    kl_error_move(error, &why);
    return status;
}

kl_status kl_pact_call_compiled_org(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_value_of(kl_object_retain(&engine_of(self)->org->object));
    return KL_OK;
}

kl_status kl_pact_call_warnings(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_value_retain(engine_of(self)->org->warnings);
    return KL_OK;
}

/* ---- settings -------------------------------------------------------------------------------- */

kl_status kl_pact_call_set_mode(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_pact_mode mode;
    (void)out;
    KL_TRY(kl_pact_mode_read(&mode, kl_as_text(args[0]), error));
    KL_PACT_CHANGE(engine_of(self), kl_pact_put_mode(engine_of(self), mode, error));
}

kl_status kl_pact_call_get_mode(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    kl_pact_read_begin(engine_of(self));
    kl_pact_mode mode = engine_of(self)->mode;
    kl_pact_lock_end(engine_of(self));
    return kl_string_new(out, kl_text_from(kl_pact_mode_name(mode)), error);
}

kl_status kl_pact_call_add_never_delegated(kl_value *out, kl_object *self, const kl_value *args,
                                           kl_error *error)
{
    (void)out;
    KL_PACT_CHANGE(engine_of(self), kl_pact_put_never_delegated(engine_of(self), args[0], error));
}

kl_status kl_pact_call_never_delegated(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    kl_pact_read_begin(engine_of(self));
    *out = kl_value_retain(engine_of(self)->never_delegated);
    kl_pact_lock_end(engine_of(self));
    return KL_OK;
}

/* What was decided by another clock is forgotten. */
kl_status kl_pact_call_set_clock(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_pact_engine *engine = engine_of(self);
    (void)out, (void)error;
    kl_pact_write_begin(engine);
    kl_value before = engine->clock;
    engine->clock = kl_value_retain(args[0]);
    __atomic_store_n(&engine->has_clock, !kl_is_null(args[0]), __ATOMIC_RELEASE);
    kl_pact_cache_clear(engine->cache);
    kl_pact_lock_end(engine);
    kl_value_release(before);
    return KL_OK;
}

const kl_param kl_pact_address_param[1] = {
    {.name = "address", .kind = KL_KIND_STRING, .doc = "address of a role, such as D1-R1"},
};
const kl_param kl_pact_id_param[1] = {
    {.name = "role_id", .kind = KL_KIND_STRING, .doc = "id of a role in the organisation's document"},
};
const kl_param kl_pact_identifier_param[1] = {
    {.name = "identifier", .kind = KL_KIND_STRING, .doc = "address of a role, or else its id"},
};
const kl_param kl_pact_mode_param[1] = {
    {.name = "mode", .kind = KL_KIND_ENUM, .type = NULL, .names = (const char *const[]){"enforce", "audit",
                                                                                       "disabled", NULL},
     .doc = "enforce, audit or disabled, as text or as a PactEnforcementMode"},
};
const kl_param kl_pact_actions_param[1] = {
    {.name = "actions", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
     .doc = "names of actions; case and blanks around them do not matter"},
};
const kl_param kl_pact_clock_param[1] = {
    {.name = "clock", .kind = KL_KIND_CALLABLE, .flags = KL_OPTIONAL,
     .doc = "called without arguments, gives seconds since 1970 or RFC 3339 text; None = the wall clock"},
};
