/* src/eatp/delegation_type.c - EatpDelegationRecord: the class, and a grant as a constraint envelope. */
#include "delegation_record.h"
#include "delegation_shape.h"
#include "envelope.h"

typedef struct delegation_record {
    kl_object object;
    kl_value wire; /* map */
    kl_value delegation_id, delegator, delegate, created_at, signature, signing_payload_version;
    kl_value parent_delegation_id, expires_at; /* string or null */
    kl_value capabilities;                     /* array of tokens */
    bool revoked;
} delegation_record;

/* ---- as an envelope ----------------------------------------------------------------------------- */

static kl_value member(kl_value map, const char *name) { return kl_map_get(map, kl_text_from(name)); }

static kl_status copy(kl_value *envelope, const char *name, kl_value wire, const char *from,
                      kl_error *error)
{
    return kl_map_set(envelope, kl_text_from(name), kl_value_retain(member(wire, from)), error);
}

/* The same envelope at each call: it has the id and the times of the grant. */
kl_status kl_delegation_envelope(kl_value *out, kl_value wire, kl_error *error)
{
    kl_value map;
    kl_status status;
    KL_TRY(kl_governance_of_grant(&map, member(wire, "constraints"), member(wire, "resource_limits"),
                                  kl_as_text(member(wire, "delegator")),
                                  kl_as_text(member(wire, "delegate")), error));
    KL_TRY_OUT(copy(&map, "envelope_id", wire, "delegation_id", error));
    KL_TRY_OUT(copy(&map, "issued_at", wire, "created_at", error));
    KL_TRY_OUT(copy(&map, "expires_at", wire, "expires_at", error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

/* ---- methods ------------------------------------------------------------------------------------ */

kl_status kl_delegation_record_new(kl_value *out, kl_value wire, kl_error *error)
{
    return kl_wire_record_new(out, &kl_delegation_record_type, &kl_delegation_shape,
                              kl_value_retain(wire), error);
}

static kl_status from_dict(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_value wire;
    (void)self;
    KL_TRY(kl_delegation_verify(&wire, args[0], false, error));
    kl_status status = kl_delegation_record_new(out, wire, error);
    kl_value_release(wire);
    return status;
}

static kl_status constraints(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_value map;
    (void)args;
    KL_TRY(kl_delegation_envelope(&map, ((delegation_record *)self)->wire, error));
    return kl_eatp_envelope_new(out, map, error);
}

static kl_status signing_payload(kl_value *out, kl_object *self, const kl_value *args,
                                 kl_error *error)
{
    kl_buffer payload = KL_BUFFER_INIT;
    (void)args;
    kl_status status = kl_delegation_payload(&payload, ((delegation_record *)self)->wire, error);
    if (status == KL_OK)
        return kl_buffer_finish_bytes(out, &payload, error);
    kl_buffer_free(&payload);
    return status;
}

static kl_status repr(kl_value *out, kl_object *self, kl_error *error)
{
    const delegation_record *r = (const delegation_record *)self;
    return kl_string_format(out, error,
                            "EatpDelegationRecord(delegation_id='%.*s', delegator='%.*s', "
                            "delegate='%.*s', revoked=%s)",
                            KL_TEXT_ARG(kl_as_text(r->delegation_id)),
                            KL_TEXT_ARG(kl_as_text(r->delegator)),
                            KL_TEXT_ARG(kl_as_text(r->delegate)), r->revoked ? "true" : "false");
}

/* ---- tables ------------------------------------------------------------------------------------- */

#define FIELD(name, of_kind, more, text)                                                           \
    KL_VALUE(delegation_record, name, .kind = (of_kind), .flags = KL_READ_ONLY | (more), .doc = (text))

static const kl_field fields[] = {
    KL_WIRE_FIELD(delegation_record),
    FIELD(delegation_id, KL_KIND_STRING, 0, "UUID of the grant"),
    FIELD(delegator, KL_KIND_STRING, 0, "who grants"),
    FIELD(delegate, KL_KIND_STRING, 0, "who may act"),
    FIELD(capabilities, KL_KIND_ARRAY, 0, "tokens of what is granted"),
    FIELD(created_at, KL_KIND_STRING, 0, "when it was granted: UTC, RFC 3339"),
    FIELD(expires_at, KL_KIND_STRING, KL_OPTIONAL, "when it ends: UTC, RFC 3339; None = never"),
    FIELD(parent_delegation_id, KL_KIND_STRING, KL_OPTIONAL,
          "UUID of the grant it was made from; None = a grant of its own"),
    {.name = "revoked", .kind = KL_KIND_BOOL, .flags = KL_READ_ONLY, .fallback = "false",
     .offset = offsetof(delegation_record, revoked),
     .doc = "whether it was revoked when this record was made; not signed"},
    FIELD(signature, KL_KIND_STRING, 0, "Ed25519 signature, 128 hexadecimal characters"),
    FIELD(signing_payload_version, KL_KIND_STRING, 0,
          "what is signed: v2-complete, or v3-complete for several signers"),
};

static const kl_method methods[] = {
    {.name = "constraints", .call = constraints, .flags = KL_PROPERTY, .returns = KL_KIND_OBJECT,
     .returns_type = &kl_eatp_envelope_type,
     .doc = "What the grant's flags and limits allow, as an EatpConstraintEnvelope."},
    {.name = "signing_payload", .call = signing_payload, .returns = KL_KIND_BYTES,
     .doc = "The bytes that are signed, for MultiSigPolicy.validate() and for other verifiers."},
    {.name = "from_dict", .call = from_dict, .flags = KL_STATIC, .params = KL_TABLE(kl_wire_data_param),
     .returns = KL_KIND_OBJECT, .returns_type = &kl_delegation_record_type, .raises = "ValueError",
     .doc = "The record of a wire form, whose signature is verified under its own "
            "delegator_public_key. Whether that key may grant is for the caller to know. `revoked` is "
            "not signed: ask the chain, or its revocation ledger."},
    KL_WIRE_METHODS,
};

const kl_type kl_delegation_record_type = {
    .name = "EatpDelegationRecord",
    .module = "kailash",
    .doc = "A signed grant from a delegator to a delegate: EatpDelegationChain.delegate_record() or "
           "from_dict(). A snapshot: it does not change when the grant is revoked.",
    .size = sizeof(delegation_record),
    .flags = KL_TYPE_RECORD | KL_TYPE_NO_INIT,
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .repr = repr,
};
KL_PUBLISH(kl_delegation_record_type);
