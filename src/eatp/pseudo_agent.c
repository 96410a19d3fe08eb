/* src/eatp/pseudo_agent.c - EatpPseudoAgent: a human who decides, with a key (eatp 4.7). */
#include "delegation_chain.h"
#include "fault.h"
#include "identity.h"
#include "signed_record.h"

/* EatpPseudoAgent and EatpPseudoAgentConfig alike. Never changes. */
typedef struct pseudo_agent {
    kl_object object;
    kl_human_origin *origin; /* owned */
    kl_key_pair *pair;       /* owned */
} pseudo_agent;

static const kl_type agent_type, config_type;

static kl_status init(kl_object *self, const kl_value *args, kl_error *error)
{
    pseudo_agent *agent = (pseudo_agent *)self;
    (void)error;
    agent->origin = (kl_human_origin *)kl_value_retain(args[0]).as.object;
    agent->pair = (kl_key_pair *)kl_value_retain(args[1]).as.object;
    return KL_OK;
}

static void dispose(kl_object *self)
{
    pseudo_agent *agent = (pseudo_agent *)self;
    if (agent->origin)
        kl_object_release(&agent->origin->object);
    kl_object_release((kl_object *)agent->pair);
}

static kl_status from_config(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    const pseudo_agent *config = (const pseudo_agent *)args[0].as.object;
    const kl_value parts[] = {kl_value_of(&config->origin->object),
                              kl_value_of((kl_object *)config->pair)};
    (void)self;
    return kl_object_make(out, &agent_type, parts, error);
}

static kl_status get_origin(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_value_of(kl_object_retain(&((pseudo_agent *)self)->origin->object));
    return KL_OK;
}

static kl_status verifying_key(kl_value *out, kl_object *self, const kl_value *args,
                               kl_error *error)
{
    (void)args, (void)error;
    *out = kl_value_retain(kl_key_pair_public_hex(((pseudo_agent *)self)->pair));
    return KL_OK;
}

static kl_status repr(kl_value *out, kl_object *self, kl_error *error)
{
    const kl_human_origin *origin = ((const pseudo_agent *)self)->origin;
    return kl_string_format(out, error, "%s(identity='%.*s', role='%.*s')", self->type->name,
                            KL_TEXT_ARG(kl_as_text(origin->identity)),
                            KL_TEXT_ARG(kl_as_text(origin->role)));
}

/* ---- what is signed ----------------------------------------------------------------------------- */

static kl_status set(kl_value *map, const char *name, kl_value value, kl_error *error)
{
    return kl_map_set(map, kl_text_from(name), kl_value_retain(value), error);
}

static kl_status sign_map(kl_value *signature, kl_value map, const kl_key_pair *pair,
                          kl_error *error)
{
    kl_buffer bytes = KL_BUFFER_INIT;
    kl_status status = kl_canonical_add(&bytes, map, error);
    if (status == KL_OK)
        status = kl_sign_hex(signature, pair, kl_buffer_text(&bytes), error);
    kl_buffer_free(&bytes);
    return status;
}

/* The members of an override that both of its signatures cover; given. */
static kl_status override_payload(kl_value *out, kl_value decision, kl_error *error)
{
    static const char *const names[] = {"authorized_at", "authorized_by", "capability",
                                        "justification", "override_id"};
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, KL_COUNT(names) + 2, error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("action"), KL_TEXT("override_block"), error));
    for (size_t i = 0; i < KL_COUNT(names); i++)
        KL_TRY_OUT(set(&map, names[i], kl_map_get(decision, kl_text_from(names[i])), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status sign_override(kl_value *decision, const kl_key_pair *pair, kl_error *error)
{
    kl_value payload, signature, expires_at = kl_map_get(*decision, KL_TEXT("expires_at"));
    kl_status status;
    KL_TRY(override_payload(&payload, *decision, error));
    KL_TRY_OUT(sign_map(&signature, payload, pair, error));
    KL_TRY_OUT(kl_map_set(decision, KL_TEXT("signature"), signature, error));
    if (!kl_is_null(expires_at)) {
        KL_TRY_OUT(set(&payload, "expires_at", expires_at, error));
        KL_TRY_OUT(sign_map(&signature, payload, pair, error));
        KL_TRY_OUT(kl_map_set(decision, KL_TEXT("signature_v2"), signature, error));
    }
    status = KL_OK;
out:
    kl_value_release(payload);
    return status;
}

/* ---- override ----------------------------------------------------------------------------------- */

static kl_status set_id(kl_value *map, const char *name, kl_error *error)
{
    kl_value id;
    KL_TRY(kl_uuid_text(&id, error));
    return kl_map_set(map, kl_text_from(name), id, error);
}

/* Who decides under `by_name`, now under `at_name`. */
static kl_status set_decision(kl_value *map, const char *by_name, const char *at_name,
                              const pseudo_agent *agent, kl_error *error)
{
    kl_value time;
    KL_TRY(set(map, by_name, agent->origin->identity, error));
    KL_TRY(kl_time_value(&time, kl_time_now(), KL_TIME_OFFSET, error));
    return kl_map_set(map, kl_text_from(at_name), time, error);
}

static kl_status read_expiry(kl_value *out, kl_value text, kl_error *error)
{
    kl_instant end;
    *out = kl_null();
    if (kl_is_null(text))
        return KL_OK;
    KL_TRY(kl_instant_read(&end, text, "expires_at", error));
    return kl_instant_text(out, end, KL_TIME_OFFSET, error);
}

static kl_status fill_override(kl_value *map, const pseudo_agent *agent, const kl_value *args,
                               kl_error *error)
{
    kl_value expires_at;
    KL_TRY(set_id(map, "override_id", error));
    KL_TRY(set(map, "capability", args[0], error));
    KL_TRY(set_decision(map, "authorized_by", "authorized_at", agent, error));
    KL_TRY(set(map, "justification", args[1], error));
    KL_TRY(read_expiry(&expires_at, args[2], error));
    KL_TRY(kl_map_set(map, KL_TEXT("expires_at"), expires_at, error));
    return sign_override(map, agent->pair, error);
}

static kl_status override_block(kl_value *out, kl_object *self, const kl_value *args,
                                kl_error *error)
{
    kl_value map;
    int capability;
    KL_TRY(kl_rung_read(&capability, KL_LADDER_CAPABILITY, kl_as_text(args[0]), KL_SNAKE,
                        "capability", error));
    KL_TRY(kl_map_new(&map, 8, error));
    kl_status status = fill_override(&map, (const pseudo_agent *)self, args, error);
    if (status == KL_OK)
        *out = map;
    else
        kl_value_release(map);
    return status;
}

/* `signature_v2` decides when there is an expiry; without it, nobody signed when the override ends. */
static kl_status check_override(bool *valid, kl_value decision, kl_text key, bool accepts_unsigned,
                                kl_error *error)
{
    kl_buffer bytes = KL_BUFFER_INIT;
    kl_value payload, expires_at = kl_map_get(decision, KL_TEXT("expires_at"));
    kl_value signature = kl_map_get(decision, KL_TEXT("signature_v2"));
    bool ends = !kl_is_null(expires_at), covers_end = ends && !kl_is_null(signature);
    kl_status status;
    *valid = false;
    if (ends && !covers_end && !accepts_unsigned)
        return KL_OK;
    if (!covers_end)
        signature = kl_map_get(decision, KL_TEXT("signature"));
    KL_TRY(override_payload(&payload, decision, error));
    if (covers_end)
        KL_TRY_OUT(set(&payload, "expires_at", expires_at, error));
    KL_TRY_OUT(kl_canonical_add(&bytes, payload, error));
    status = kl_verify_hex(valid, key, kl_buffer_text(&bytes), kl_as_text(signature), error);
out:
    kl_buffer_free(&bytes);
    kl_value_release(payload);
    return status;
}

static kl_status verify_override(kl_value *out, kl_object *self, const kl_value *args,
                                 kl_error *error)
{
    bool valid;
    (void)self;
    KL_TRY(check_override(&valid, args[0], kl_as_text(args[1]), kl_as_bool(args[2]), error));
    *out = kl_bool(valid);
    return KL_OK;
}

/* ---- escalation --------------------------------------------------------------------------------- */

static kl_status escalation_payload(kl_value *out, kl_value decision, kl_value agent_id,
                                    kl_error *error)
{
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, 5, error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("action"), KL_TEXT("approve_escalation"), error));
    KL_TRY_OUT(set(&map, "agent_id", agent_id, error));
    KL_TRY_OUT(set(&map, "approved_at", kl_map_get(decision, KL_TEXT("approved_at")), error));
    KL_TRY_OUT(set(&map, "approved_by", kl_map_get(decision, KL_TEXT("approved_by")), error));
    KL_TRY_OUT(set(&map, "justification", kl_map_get(decision, KL_TEXT("conditions")), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status fill_escalation(kl_value *map, const pseudo_agent *agent, const kl_value *args,
                                 kl_error *error)
{
    kl_value payload, signature;
    KL_TRY(set_id(map, "hold_id", error));
    KL_TRY(set_decision(map, "approved_by", "approved_at", agent, error));
    KL_TRY(set(map, "conditions", args[1], error));
    KL_TRY(escalation_payload(&payload, *map, args[0], error));
    kl_status status = sign_map(&signature, payload, agent->pair, error);
    kl_value_release(payload);
    if (status != KL_OK)
        return status;
    return kl_map_set(map, KL_TEXT("signature"), signature, error);
}

static kl_status approve_escalation(kl_value *out, kl_object *self, const kl_value *args,
                                    kl_error *error)
{
    kl_value map;
    KL_TRY(kl_agent_id_check(args[0], error));
    KL_TRY(kl_map_new(&map, 5, error));
    kl_status status = fill_escalation(&map, (const pseudo_agent *)self, args, error);
    if (status == KL_OK)
        *out = map;
    else
        kl_value_release(map);
    return status;
}

static kl_status revoke_all(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    return kl_delegation_chain_revoke_by(out, (kl_delegation_chain *)args[0].as.object,
                                         ((pseudo_agent *)self)->origin->identity, error);
}

/* ---- tables ------------------------------------------------------------------------------------- */

static const kl_param params[] = {
    {.name = "origin", .kind = KL_KIND_OBJECT, .type = &kl_human_origin_type, .doc = "the human"},
    {.name = "keypair", .kind = KL_KIND_OBJECT, .type = &kl_key_pair_type, .doc = "the human's key"},
};
static const kl_param config_param[] = {
    {.name = "config", .kind = KL_KIND_OBJECT, .type = &config_type, .doc = "origin and key"},
};
static const kl_param override_params[] = {
    {.name = "capability", .kind = KL_KIND_STRING, .doc = "token of what is let through"},
    {.name = "justification", .kind = KL_KIND_STRING, .doc = "why"},
    {.name = "expires_at", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "when it ends, RFC 3339 with an offset; None = never"},
};
static const kl_param verify_params[] = {
    {.name = "decision", .kind = KL_KIND_MAP, .doc = "what override_block() gave"},
    {.name = "public_key_hex", .kind = KL_KIND_STRING, .doc = "the human's key"},
    {.name = "accept_unsigned_expiry", .kind = KL_KIND_BOOL, .fallback = "false",
     .flags = KL_KEYWORD_ONLY,
     .doc = "whether `signature` will do for an override that ends, as other implementations make "
            "it: it does not cover expires_at"},
};
static const kl_param escalation_params[] = {
    {.name = "agent_id", .kind = KL_KIND_STRING, .doc = "the agent that waits"},
    {.name = "justification", .kind = KL_KIND_STRING, .doc = "why, and under what conditions"},
};
static const kl_param chain_param[] = {
    {.name = "chain", .kind = KL_KIND_OBJECT, .type = &kl_delegation_chain_type,
     .doc = "the chain of grants"},
};

static const kl_method agent_methods[] = {
    {.name = "from_config", .call = from_config, .flags = KL_STATIC,
     .params = KL_TABLE(config_param), .returns = KL_KIND_OBJECT, .returns_type = &agent_type,
     .doc = "The one of a config."},
    {.name = "origin", .call = get_origin, .returns = KL_KIND_OBJECT,
     .returns_type = &kl_human_origin_type, .doc = "The human."},
    {.name = "verifying_key_hex", .call = verifying_key, .returns = KL_KIND_STRING,
     .doc = "The public key, 64 hexadecimal characters."},
    {.name = "override_block", .call = override_block, .params = KL_TABLE(override_params),
     .returns = KL_KIND_MAP, .raises = "ValueError",
     .doc = "Lets a blocked capability through: a signed dict of override_id, capability, "
            "authorized_by, authorized_at, justification, expires_at and signature; of one that ends "
            "also signature_v2, which covers expires_at too."},
    {.name = "verify_override", .call = verify_override, .flags = KL_STATIC,
     .params = KL_TABLE(verify_params), .returns = KL_KIND_BOOL, .raises = "ValueError",
     .doc = "Whether a key signed such a dict. Whether it has expired is for the caller to see."},
    {.name = "approve_escalation", .call = approve_escalation,
     .params = KL_TABLE(escalation_params), .returns = KL_KIND_MAP, .raises = "ValueError",
     .doc = "Lets an agent go on: a signed dict of hold_id, approved_by, approved_at, conditions and "
            "signature."},
    {.name = "revoke_all_delegations", .call = revoke_all, .params = KL_TABLE(chain_param),
     .returns = KL_KIND_ARRAY, .item = KL_KIND_STRING, .flags = KL_BLOCKING,
     .doc = "Revokes every grant that the human made and all that came of them; the ids, each before "
            "its descendants."},
};

static const kl_type agent_type = {
    .name = "EatpPseudoAgent",
    .module = "kailash",
    .doc = "A human who decides as one of the agents, with a key.",
    .size = sizeof(pseudo_agent),
    .params = KL_TABLE(params),
    .methods = KL_TABLE(agent_methods),
    .init = init,
    .dispose = dispose,
    .repr = repr,
};
KL_PUBLISH(agent_type);

static const kl_method config_methods[] = {
    {.name = "origin", .call = get_origin, .flags = KL_PROPERTY, .returns = KL_KIND_OBJECT,
     .returns_type = &kl_human_origin_type, .doc = "The human."},
    {.name = "verifying_key_hex", .call = verifying_key, .returns = KL_KIND_STRING,
     .doc = "The public key, 64 hexadecimal characters."},
};

static const kl_type config_type = {
    .name = "EatpPseudoAgentConfig",
    .module = "kailash",
    .doc = "What an EatpPseudoAgent is made of.",
    .size = sizeof(pseudo_agent),
    .params = KL_TABLE(params),
    .methods = KL_TABLE(config_methods),
    .init = init,
    .dispose = dispose,
    .repr = repr,
};
KL_PUBLISH(config_type);
