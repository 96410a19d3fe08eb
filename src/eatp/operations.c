/* src/eatp/operations.c - EatpTrustOperations: establish, delegate, verify, audit, in one place. */
#include "action_anchor.h"
#include "authority.h"
#include "care_chain.h"
#include "delegation_chain.h"
#include "delegation_record.h"
#include "delegation_scope.h"
#include "fault.h"
#include "genesis.h"
#include "kailash/wide.h"
#include "signature.h"

typedef struct operations {
    kl_object object;
    kl_value max_delegation_depth; /* unsigned, or null */
} operations;

static kl_value member(kl_value map, const char *name) { return kl_map_get(map, kl_text_from(name)); }

static kl_delegation_chain *chain_of(kl_value value)
{
    return (kl_delegation_chain *)value.as.object;
}

/* ---- verify, establish -------------------------------------------------------------------------- */

static kl_status verify(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)self;
    return kl_object_call(out, args[2].as.object, KL_TEXT("verify"), args, 2, error);
}

static kl_status establish(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)self;
    return kl_authority_of_chain(out, (kl_care_chain *)args[0].as.object, error);
}

static kl_status establish_record(kl_value *out, kl_object *self, const kl_value *args,
                                  kl_error *error)
{
    kl_value map;
    (void)self;
    KL_TRY(kl_care_chain_genesis(&map, (kl_care_chain *)args[0].as.object, error));
    kl_status status = kl_genesis_record_new(out, map, error);
    kl_value_release(map);
    return status;
}

/* ---- delegate ----------------------------------------------------------------------------------- */

/* The wire map of a new grant: chain, delegator, delegate, capabilities, level, scope; given. */
static kl_status add(kl_value *out, kl_object *self, const kl_value *args, kl_value parent_id,
                     const kl_value *more, kl_error *error)
{
    const operations *o = (const operations *)self;
    const kl_delegation_request request = {
        .delegator = args[1],
        .delegate = args[2],
        .capabilities = args[3],
        .level = args[4],
        .scope = args[5],
        .parent_id = parent_id,
        .delegator_pair = more[0],
        .expires_at = more[1],
        .has_max_depth = !kl_is_null(o->max_delegation_depth),
        .max_depth = kl_as_unsigned(o->max_delegation_depth),
    };
    return kl_delegation_chain_add(out, chain_of(args[0]), &request, error);
}

static kl_status id_of(kl_value *out, kl_value wire)
{
    *out = kl_value_retain(member(wire, "delegation_id"));
    kl_value_release(wire);
    return KL_OK;
}

static kl_status delegate(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_value wire;
    KL_TRY(add(&wire, self, args, kl_null(), args + 6, error));
    return id_of(out, wire);
}

static kl_status delegate_sub(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_value wire;
    KL_TRY(add(&wire, self, args, args[6], args + 7, error));
    return id_of(out, wire);
}

static kl_status delegate_record(kl_value *out, kl_object *self, const kl_value *args,
                                 kl_error *error)
{
    kl_value wire;
    KL_TRY(add(&wire, self, args, kl_null(), args + 6, error));
    kl_status status = kl_delegation_record_new(out, wire, error);
    kl_value_release(wire);
    return status;
}

static kl_status validate_chain(kl_value *out, kl_object *self, const kl_value *args,
                                kl_error *error)
{
    const operations *o = (const operations *)self;
    kl_error detail = KL_ERROR_INIT;
    (void)out;
    kl_status status = kl_delegation_chain_verify(chain_of(args[0]), &detail);
    if (status == KL_INVALID || status == KL_SYNTAX)
        status = kl_fault(error, KL_INVALID, KL_EATP_DELEGATION, "tamper_detected", "%s",
                          kl_error_message(&detail));
    else
        kl_error_move(error, &detail);
    kl_error_clear(&detail);
    if (status != KL_OK || kl_is_null(o->max_delegation_depth))
        return status;
    return kl_delegation_chain_check_depth(chain_of(args[0]),
                                           kl_as_unsigned(o->max_delegation_depth), error);
}

/* ---- audit -------------------------------------------------------------------------------------- */

/* The tracker checks what it is given. */
static kl_status audit(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    const kl_type *tracker = kl_type_find(KL_TEXT("EatpTracker"), "kailash");
    (void)self;
    if (!tracker || !kl_as_object(args[0], tracker))
        return kl_error_set(error, KL_TYPE, "tracker: expected EatpTracker");
    return kl_object_call(out, args[0].as.object, KL_TEXT("record_action"), args + 1, 4, error);
}

static kl_status audit_record(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    const kl_action_event event = {
        .event_id = kl_is_null(args[5]) ? (kl_text){NULL, 0} : kl_as_text(args[5]),
        .actor = kl_as_text(args[1]),
        .action = kl_as_text(args[2]),
        .resource = kl_as_text(args[3]),
        .outcome = kl_as_text(args[4]),
    };
    (void)self;
    return kl_action_anchor_new(out, (const kl_key_pair *)args[0].as.object, &event, error);
}

/* ---- revoke ------------------------------------------------------------------------------------- */

static kl_status revoke(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)self;
    return kl_delegation_chain_revoke(out, chain_of(args[0]), args[1], error);
}

static kl_status revoke_by_human(kl_value *out, kl_object *self, const kl_value *args,
                                 kl_error *error)
{
    (void)self;
    return kl_delegation_chain_revoke_by(out, chain_of(args[0]), args[1], error);
}

/* ---- ask ---------------------------------------------------------------------------------------- */

static kl_status set_state(kl_value *row, kl_value wire, bool active, kl_error *error)
{
    kl_value tokens, time;
    kl_instant created;
    KL_TRY(kl_capabilities_respell(&tokens, member(wire, "capabilities"), KL_PASCAL, KL_SNAKE,
                                   error));
    KL_TRY(kl_map_set(row, KL_TEXT("capabilities"), tokens, error));
    KL_TRY(kl_map_set(row, KL_TEXT("active"), kl_bool(active), error));
    KL_TRY(kl_map_set(row, KL_TEXT("revoked"), member(wire, "revoked"), error));
    KL_TRY(kl_instant_read(&created, member(wire, "created_at"), "created_at", error));
    KL_TRY(kl_instant_text(&time, created, KL_TIME_OFFSET, error));
    KL_TRY(kl_map_set(row, KL_TEXT("created_at"), time, error));
    return kl_map_set(row, KL_TEXT("parent_delegation_id"),
                      kl_value_retain(member(wire, "parent_delegation_id")), error);
}

static kl_status is_active(bool *out, kl_value wire, kl_error *error)
{
    kl_value expires_at = member(wire, "expires_at");
    kl_instant end;
    *out = !kl_as_bool(member(wire, "revoked"));
    if (!*out || kl_is_null(expires_at))
        return KL_OK;
    KL_TRY(kl_instant_read(&end, expires_at, "expires_at", error));
    *out = kl_instant_compare(end, kl_instant_of(kl_time_now())) > 0;
    return KL_OK;
}

/* A grant as it is listed; given. */
static kl_status row_of(kl_value *out, kl_value wire, kl_error *error)
{
    static const char *const names[] = {"delegation_id", "delegator", "delegate"};
    bool active;
    kl_value row;
    kl_status status;
    KL_TRY(is_active(&active, wire, error));
    KL_TRY(kl_map_new(&row, 8, error));
    for (size_t i = 0; i < KL_COUNT(names); i++)
        KL_TRY_OUT(kl_map_set(&row, kl_text_from(names[i]), kl_value_retain(member(wire, names[i])),
                              error));
    KL_TRY_OUT(set_state(&row, wire, active, error));
    *out = row;
    return KL_OK;
out:
    kl_value_release(row);
    return status;
}

static kl_status rows_of(kl_value *out, const kl_value *args, kl_delegation_side side,
                         bool only_active, kl_error *error)
{
    kl_value wires, rows, row;
    kl_status status;
    KL_TRY(kl_delegation_chain_list(&wires, chain_of(args[0]), side, args[1], only_active, error));
    KL_TRY_OUT(kl_array_new(&rows, kl_array_len(wires), error));
    for (size_t i = 0; i < kl_array_len(wires) && status == KL_OK; i++) {
        status = row_of(&row, kl_array_at(wires, i), error);
        if (status == KL_OK)
            status = kl_array_push(&rows, row, error);
    }
    if (status == KL_OK)
        *out = rows;
    else
        kl_value_release(rows);
out:
    kl_value_release(wires);
    return status;
}

static kl_status get_chain(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)self;
    return rows_of(out, args, KL_GRANTS_TO, true, error);
}

static kl_status find_by_human(kl_value *out, kl_object *self, const kl_value *args,
                               kl_error *error)
{
    (void)self;
    return rows_of(out, args, KL_GRANTS_BY, false, error);
}

/* Capabilities are few, so a bit each tells which were met. */
static kl_status add_new(kl_value *tokens, unsigned *met, kl_value names, kl_error *error)
{
    for (size_t i = 0; i < kl_array_len(names); i++) {
        int rung = kl_rung_find(KL_LADDER_CAPABILITY, kl_as_text(kl_array_at(names, i)), KL_PASCAL);
        if (rung < 0 || *met & 1u << rung)
            continue;
        *met |= 1u << rung;
        const char *token = kl_rung_name(KL_LADDER_CAPABILITY, rung, KL_SNAKE);
        KL_TRY(kl_array_push_text(tokens, kl_text_from(token), error));
    }
    return KL_OK;
}

static kl_status get_capabilities(kl_value *out, kl_object *self, const kl_value *args,
                                  kl_error *error)
{
    kl_value wires, tokens = kl_null();
    kl_status status;
    unsigned met = 0;
    (void)self;
    KL_TRY(kl_delegation_chain_list(&wires, chain_of(args[0]), KL_GRANTS_TO, args[1], true, error));
    KL_TRY_OUT(kl_array_new(&tokens, 0, error));
    for (size_t i = 0; i < kl_array_len(wires); i++)
        KL_TRY_OUT(add_new(&tokens, &met, member(kl_array_at(wires, i), "capabilities"), error));
    *out = kl_value_take(&tokens);
out:
    kl_value_release(tokens);
    kl_value_release(wires);
    return status;
}

static kl_status get_constraints(kl_value *out, kl_object *self, const kl_value *args,
                                 kl_error *error)
{
    kl_value id;
    (void)self;
    KL_TRY(kl_uuid_read(&id, args[1], "UUID", error));
    kl_value wire = kl_delegation_chain_find(chain_of(args[0]), kl_as_text(id));
    kl_value_release(id);
    kl_status status = KL_OK;
    if (kl_is_null(wire))
        *out = kl_null();
    else
        status = kl_shape_known(out, &kl_constraints_shape, member(wire, "constraints"), error);
    kl_value_release(wire);
    return status;
}

/* ---- the class ---------------------------------------------------------------------------------- */

static kl_status repr(kl_value *out, kl_object *self, kl_error *error)
{
    kl_value depth = ((const operations *)self)->max_delegation_depth;
    if (kl_is_null(depth))
        return kl_string_new(out, KL_TEXT("EatpTrustOperations()"), error);
    return kl_string_format(out, error, "EatpTrustOperations(max_delegation_depth=%llu)",
                            (unsigned long long)kl_as_unsigned(depth));
}

static const kl_field fields[] = {
    KL_VALUE(operations, max_delegation_depth, .kind = KL_KIND_COUNT, .flags = KL_OPTIONAL | KL_WIDE,
             .doc = "ancestors that a grant may have; None = any number"),
};

#define CARE_CHAIN                                                                                 \
    {.name = "chain", .kind = KL_KIND_OBJECT, .type = &kl_care_chain_type, .doc = "the chain"}
#define CHAIN                                                                                      \
    {.name = "chain", .kind = KL_KIND_OBJECT, .type = &kl_delegation_chain_type,                   \
     .doc = "the chain of grants"}
#define GRANT                                                                                      \
    CHAIN, {.name = "delegator", .kind = KL_KIND_STRING, .doc = "who grants"},                     \
        {.name = "delegate", .kind = KL_KIND_STRING, .doc = "who may act then"},                   \
        {.name = "capabilities", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING, .flags = KL_TUPLE, \
         .doc = "tokens such as tool_call: at least one, none above the level"},                   \
        KL_LEVEL_PARAM("whose flags and limits the grant has:"),                                   \
        {.name = "scope", .kind = KL_KIND_OBJECT, .type = &kl_delegation_scope_type,               \
         .doc = "where it holds, and for how much money"}
#define KEY_AND_END                                                                                \
    {.name = "delegator_keypair", .kind = KL_KIND_OBJECT, .type = &kl_key_pair_type,               \
     .flags = KL_OPTIONAL | KL_KEYWORD_ONLY, .doc = "as of EatpDelegationChain.delegate()"},       \
    {.name = "expires_at", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,         \
     .doc = "as of EatpDelegationChain.delegate()"}

static const kl_param verify_params[] = {
    {.name = "public_key_hex", .kind = KL_KIND_STRING, .doc = "the signer's public key"},
    {.name = "message", .kind = KL_KIND_BYTES, .flags = KL_OCTETS, .doc = "what was signed"},
    {.name = "signature", .kind = KL_KIND_OBJECT, .type = &kl_signature_type,
     .doc = "of EatpKeyPair.sign()"},
};
static const kl_param care_param[] = {CARE_CHAIN};
static const kl_param chain_param[] = {CHAIN};
static const kl_param grant_params[] = {GRANT, KEY_AND_END};
static const kl_param sub_params[] = {
    GRANT,
    {.name = "parent_delegation_id", .kind = KL_KIND_STRING, .doc = "the grant that is passed on"},
    KEY_AND_END,
};
static const kl_param audit_params[] = {
    {.name = "tracker", .kind = KL_KIND_OBJECT, .doc = "an EatpTracker"},
    {.name = "action_type", .kind = KL_KIND_ANY, .doc = "an EatpActionType"},
    {.name = "details", .kind = KL_KIND_ANY, .doc = "a dict of what JSON has"},
    {.name = "outcome", .kind = KL_KIND_ANY, .doc = "an EatpActionOutcome"},
    {.name = "resources", .kind = KL_KIND_ANY, .doc = "an EatpResourceConsumption"},
};
static const kl_param audit_record_params[] = {
    {.name = "keypair", .kind = KL_KIND_OBJECT, .type = &kl_key_pair_type, .doc = "who signs"},
    {.name = "actor", .kind = KL_KIND_STRING, .doc = "who acted"},
    {.name = "action", .kind = KL_KIND_STRING, .doc = "what was done"},
    {.name = "resource", .kind = KL_KIND_STRING, .doc = "to what"},
    {.name = "outcome", .kind = KL_KIND_STRING,
     .doc = "success, failure, held, blocked or unknown"},
    {.name = "event_id", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "id of the event; None = a new UUID"},
};
static const kl_param id_params[] = {
    CHAIN, {.name = "delegation_id", .kind = KL_KIND_STRING, .doc = "UUID of the grant"}};
static const kl_param delegator_params[] = {
    CHAIN, {.name = "delegator_id", .kind = KL_KIND_STRING, .doc = "who granted"}};
static const kl_param delegate_params[] = {
    CHAIN, {.name = "delegate", .kind = KL_KIND_STRING, .doc = "who may act"}};

#define LIST(method_name, function, parameters, item_kind, text)                                   \
    {.name = (method_name), .call = (function), .params = KL_TABLE(parameters),                    \
     .returns = KL_KIND_ARRAY, .item = (item_kind), .doc = (text)}
#define REVOKE(method_name, function, parameters, text)                                            \
    {.name = (method_name), .call = (function), .params = KL_TABLE(parameters),                    \
     .returns = KL_KIND_ARRAY, .item = KL_KIND_STRING, .flags = KL_BLOCKING,                       \
     .raises = "ValueError", .doc = (text)}
#define DELEGATES "ValueError, EatpDelegationError"

static const kl_method methods[] = {
    {.name = "verify", .call = verify, .params = KL_TABLE(verify_params), .returns = KL_KIND_BOOL,
     .raises = "ValueError", .doc = "The same as EatpSignature.verify()."},
    {.name = "establish", .call = establish, .params = KL_TABLE(care_param),
     .returns = KL_KIND_OBJECT, .returns_type = &kl_authority_type, .raises = "EatpAuthorityError",
     .doc = "The authority that a signed chain gives its organisation."},
    {.name = "establish_record", .call = establish_record, .params = KL_TABLE(care_param),
     .returns = KL_KIND_OBJECT, .returns_type = &kl_genesis_record_type, .raises = "ValueError",
     .doc = "Its genesis record."},
    {.name = "delegate", .call = delegate, .params = KL_TABLE(grant_params),
     .returns = KL_KIND_STRING, .raises = DELEGATES,
     .doc = "The same as EatpDelegationChain.delegate(), within max_delegation_depth. Ancestors of a "
            "grant without a parent are counted through the newest active grant to its delegator."},
    {.name = "delegate_record", .call = delegate_record, .params = KL_TABLE(grant_params),
     .returns = KL_KIND_OBJECT, .returns_type = &kl_delegation_record_type, .raises = DELEGATES,
     .doc = "The same; the record."},
    {.name = "delegate_sub", .call = delegate_sub, .params = KL_TABLE(sub_params),
     .returns = KL_KIND_STRING, .raises = DELEGATES,
     .doc = "The same as EatpDelegationChain.delegate_sub(), within max_delegation_depth."},
    {.name = "validate_delegation_chain", .call = validate_chain, .params = KL_TABLE(chain_param),
     .returns = KL_KIND_NONE, .flags = KL_BLOCKING, .raises = "EatpDelegationError",
     .doc = "Checks every signature, and that no grant has more ancestors than allowed."},
    {.name = "audit", .call = audit, .params = KL_TABLE(audit_params), .returns = KL_KIND_MAP,
     .raises = "ValueError, TypeError", .doc = "The same as EatpTracker.record_action()."},
    {.name = "audit_record", .call = audit_record, .params = KL_TABLE(audit_record_params),
     .returns = KL_KIND_OBJECT, .returns_type = &kl_action_anchor_type, .raises = "ValueError",
     .doc = "A signed record of an action."},
    REVOKE("revoke_delegation", revoke, id_params,
           "Revokes a grant and all that came of it; the ids, each before its descendants."),
    REVOKE("revoke_cascade", revoke, id_params, "The same."),
    REVOKE("revoke_by_human", revoke_by_human, delegator_params,
           "The same for every grant of a delegator, in the order of creation."),
    LIST("get_delegation_chain", get_chain, delegate_params, KL_KIND_MAP,
         "The active grants to somebody, in the order of creation: dicts of delegation_id, delegator, "
         "delegate, capabilities, active, revoked, created_at, parent_delegation_id."),
    LIST("get_agent_capabilities", get_capabilities, delegate_params, KL_KIND_STRING,
         "Tokens of what the active grants to somebody allow, each once."),
    {.name = "get_agent_constraints", .call = get_constraints, .params = KL_TABLE(id_params),
     .returns = KL_KIND_MAP, .returns_optional = true, .raises = "ValueError",
     .doc = "The eight constraints of a grant, or None when it is unknown."},
    LIST("find_delegations_by_human_origin", find_by_human, delegator_params, KL_KIND_MAP,
         "All grants of a delegator, also those that ended; dicts as of get_delegation_chain()."),
};

static const kl_type operations_type = {
    .name = "EatpTrustOperations",
    .module = "kailash",
    .doc = "The four operations of EATP - establish, delegate, verify, audit - over chains that are "
           "given to them.",
    .size = sizeof(operations),
    .flags = KL_TYPE_RECORD,
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .repr = repr,
};
KL_PUBLISH(operations_type);
