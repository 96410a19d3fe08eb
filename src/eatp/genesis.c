/* src/eatp/genesis.c - EatpGenesisRecord: an organisation roots a chain. */
#include "genesis.h"
#include "fault.h"

static const kl_member members[] = {
    {.name = "alg_id", .kind = KL_KIND_STRING},
    {.name = "org_id", .kind = KL_KIND_STRING, .flags = KL_MEMBER_FILLED},
    {.name = "public_key_hex", .kind = KL_KIND_STRING, .flags = KL_MEMBER_HEX_32},
    {.name = "created_at", .kind = KL_KIND_STRING, .flags = KL_MEMBER_TIME_OFFSET},
    {.name = "capabilities", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
     .flags = KL_MEMBER_WORDS, .ladder = KL_LADDER_CAPABILITY, .spelling = KL_PASCAL,
     .property = KL_SNAKE},
    {.name = "constraints", .kind = KL_KIND_MAP, .shape = &kl_constraints_shape},
    {.name = "metadata", .kind = KL_KIND_MAP, .item = KL_KIND_STRING},
    {.name = "signer_public_key", .kind = KL_KIND_STRING, .flags = KL_MEMBER_HEX_32},
    {.name = "signature", .kind = KL_KIND_STRING, .flags = KL_MEMBER_HEX_64 | KL_MEMBER_UNSIGNED},
};
const kl_shape kl_genesis_shape = {.name = "genesis record", KL_SHAPE_MEMBERS(members)};

typedef struct genesis_record {
    kl_object object;
    kl_value wire; /* map */
    kl_value alg_id, org_id, public_key_hex, created_at, signer_public_key, signature; /* strings */
    kl_value capabilities; /* array of tokens */
} genesis_record;

/* ---- making ------------------------------------------------------------------------------------- */

kl_status kl_genesis_make(kl_value *out, kl_value org_id, const kl_key_pair *pair, kl_error *error)
{
    kl_value map = kl_null(), part = kl_null();
    kl_value key = kl_key_pair_public_hex(pair);
    kl_status status;
    KL_TRY_OUT(kl_map_new(&map, KL_COUNT(members), error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("alg_id"), KL_TEXT(KL_ALG_ID), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("org_id"), kl_value_retain(org_id), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("public_key_hex"), kl_value_retain(key), error));
    KL_TRY_OUT(kl_time_value(&part, kl_time_now(), KL_TIME_Z, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("created_at"), kl_value_take(&part), error));
    KL_TRY_OUT(kl_level_capabilities(&part, KL_TRUST_SUPERVISED, KL_PASCAL, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("capabilities"), kl_value_take(&part), error));
    KL_TRY_OUT(kl_level_constraints(&part, KL_TRUST_SUPERVISED, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("constraints"), kl_value_take(&part), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("metadata"), kl_map_empty(), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("signer_public_key"), kl_value_retain(key), error));
    *out = kl_value_take(&map);
out:
    kl_value_release(part);
    kl_value_release(map);
    return status;
}

/* ---- reading ------------------------------------------------------------------------------------ */

kl_status kl_genesis_verify(kl_value map, kl_error *error)
{
    kl_value signer = kl_map_get(map, KL_TEXT("signer_public_key"));
    KL_TRY(kl_record_check(map, &kl_genesis_shape, error));
    if (!kl_text_equal(kl_as_text(signer), kl_as_text(kl_map_get(map, KL_TEXT("public_key_hex")))))
        return kl_fault(error, KL_INVALID, NULL, "foreign_signer",
                        "signature re-verification failed: signature verification failed: genesis "
                        "signer public key does not match the public key of the chain's owner");
    return kl_record_verify(map, &kl_genesis_shape, kl_as_text(signer), error);
}

kl_status kl_genesis_record_new(kl_value *out, kl_value map, kl_error *error)
{
    kl_value known;
    KL_TRY(kl_shape_known(&known, &kl_genesis_shape, map, error));
    return kl_wire_record_new(out, &kl_genesis_record_type, &kl_genesis_shape, known, error);
}

kl_status kl_genesis_read(kl_value *out, kl_value map, kl_error *error)
{
    KL_TRY(kl_genesis_verify(map, error));
    return kl_genesis_record_new(out, map, error);
}

static kl_status from_dict(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)self;
    return kl_genesis_read(out, args[0], error);
}

static kl_status repr(kl_value *out, kl_object *self, kl_error *error)
{
    const genesis_record *r = (const genesis_record *)self;
    return kl_string_format(out, error, "EatpGenesisRecord(org_id='%.*s', alg_id='%.*s')",
                            KL_TEXT_ARG(kl_as_text(r->org_id)), KL_TEXT_ARG(kl_as_text(r->alg_id)));
}

#define FIELD(member, of_kind, text)                                                               \
    KL_VALUE(genesis_record, member, .kind = (of_kind), .flags = KL_READ_ONLY, .doc = (text))

static const kl_field fields[] = {
    KL_WIRE_FIELD(genesis_record),
    FIELD(alg_id, KL_KIND_STRING, "algorithms of signature and hash: eatp-v1"),
    FIELD(org_id, KL_KIND_STRING, "the organisation"),
    FIELD(public_key_hex, KL_KIND_STRING, "its Ed25519 public key, 64 hexadecimal characters"),
    FIELD(created_at, KL_KIND_STRING, "when the chain began: UTC, RFC 3339"),
    FIELD(capabilities, KL_KIND_ARRAY, "tokens of what the organisation grants at the root"),
    FIELD(signer_public_key, KL_KIND_STRING, "who signed: the same key as public_key_hex"),
    FIELD(signature, KL_KIND_STRING, "Ed25519 signature, 128 hexadecimal characters"),
};

static const kl_method methods[] = {
    {.name = "from_dict", .call = from_dict, .flags = KL_STATIC, .params = KL_TABLE(kl_wire_data_param),
     .returns = KL_KIND_OBJECT, .returns_type = &kl_genesis_record_type, .raises = "ValueError",
     .doc = "The record of a wire form, whose signature is verified. Success proves that who holds "
            "the key signed it, not that the key may be trusted: compare public_key_hex with the "
            "one you know."},
    KL_WIRE_METHODS,
};

const kl_type kl_genesis_record_type = {
    .name = "EatpGenesisRecord",
    .module = "kailash",
    .doc = "The signed root of a chain: EatpCareChain.genesis_record() or from_dict().",
    .size = sizeof(genesis_record),
    .flags = KL_TYPE_RECORD | KL_TYPE_NO_INIT,
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .repr = repr,
};
KL_PUBLISH(kl_genesis_record_type);
