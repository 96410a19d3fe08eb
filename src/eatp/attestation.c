/* src/eatp/attestation.c - EatpCapabilityAttestation: what an agent may do, until when. */
#include "attestation.h"
#include "fault.h"

static const kl_member members[] = {
    {.name = "alg_id", .kind = KL_KIND_STRING},
    {.name = "agent_id", .kind = KL_KIND_STRING, .flags = KL_MEMBER_FILLED},
    {.name = "capabilities", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING},
    {.name = "constraints", .kind = KL_KIND_MAP},
    {.name = "issuer", .kind = KL_KIND_STRING},
    {.name = "valid_from", .kind = KL_KIND_STRING, .flags = KL_MEMBER_TIME_OFFSET},
    {.name = "valid_until", .kind = KL_KIND_STRING, .flags = KL_MEMBER_TIME_OFFSET},
    {.name = "signer_public_key", .kind = KL_KIND_STRING, .flags = KL_MEMBER_HEX_32},
    {.name = "signature", .kind = KL_KIND_STRING, .flags = KL_MEMBER_HEX_64 | KL_MEMBER_UNSIGNED},
};
static const kl_shape shape = {.name = "capability attestation", KL_SHAPE_MEMBERS(members)};

typedef struct attestation {
    kl_object object;
    kl_value wire; /* map */
    kl_value alg_id, agent_id, issuer, valid_from, valid_until, signer_public_key, signature;
    kl_value capabilities; /* array of tokens */
    kl_value constraints;  /* map */
} attestation;

/* ---- making ------------------------------------------------------------------------------------- */

/* Names of the constraints of an attestation, in their order; each is one of the maps of a level. */
static const char *const constraint_names[] = {
    "allow_code_execution", "allow_delegation", "allow_filesystem",   "allow_network",
    "allow_state_mutation", "max_context_tokens", "max_llm_calls",    "max_tool_calls",
    "max_total_tokens",     "reasoning_required",
};

static kl_status constraints_of(kl_value *out, kl_trust_level level, kl_error *error)
{
    kl_value constraints = kl_null(), limits = kl_null(), map = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_level_constraints(&constraints, level, error));
    KL_TRY_OUT(kl_level_limits(&limits, level, error));
    KL_TRY_OUT(kl_map_new(&map, KL_COUNT(constraint_names), error));
    for (size_t i = 0; i < KL_COUNT(constraint_names); i++) {
        kl_text name = kl_text_from(constraint_names[i]);
        const kl_value *value = kl_map_find(constraints, name);
        value = value ? value : kl_map_find(limits, name);
        KL_TRY_OUT(kl_map_set(&map, name, kl_value_retain(*value), error));
    }
    *out = kl_value_take(&map);
out:
    kl_value_release(map);
    kl_value_release(limits);
    kl_value_release(constraints);
    return status;
}

kl_status kl_attestation_level(int *level, kl_value map, kl_error *error)
{
    kl_value stated = kl_map_get(map, KL_TEXT("constraints"));
    *level = -1;
    for (int i = 0; i < kl_ladder_size(KL_LADDER_TRUST) && *level < 0; i++) {
        kl_value expected;
        bool same;
        KL_TRY(constraints_of(&expected, (kl_trust_level)i, error));
        kl_status status = kl_value_equal(&same, stated, expected, error);
        kl_value_release(expected);
        KL_TRY(status);
        *level = same ? i : -1;
    }
    return KL_OK;
}

/* valid_from and valid_until, so many days apart. */
static kl_status set_validity(kl_value *map, int64_t days, kl_error *error)
{
    kl_instant now = kl_instant_of(kl_time_now()), end = now;
    kl_value text;
    bool fits = days > 0 && days <= INT64_MAX / 86400 &&
                kl_instant_add(&end, now, (uint64_t)days * 86400, NULL) == KL_OK;
    if (!fits)
        return kl_fault(error, KL_INVALID, NULL, "invalid_valid_days",
                        "valid_days: expected at least 1 and an end before the year 10000, got %lld",
                        (long long)days);
    KL_TRY(kl_instant_text(&text, now, KL_TIME_Z, error));
    KL_TRY(kl_map_set(map, KL_TEXT("valid_from"), text, error));
    KL_TRY(kl_instant_text(&text, end, KL_TIME_Z, error));
    return kl_map_set(map, KL_TEXT("valid_until"), text, error);
}

kl_status kl_attestation_make(kl_value *out, const kl_attestation_request *request,
                              const kl_key_pair *pair, kl_error *error)
{
    kl_value map = kl_null(), part = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_map_new(&map, KL_COUNT(members), error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("alg_id"), KL_TEXT(KL_ALG_ID), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("agent_id"), kl_value_retain(request->agent_id), error));
    KL_TRY_OUT(kl_level_capabilities(&part, request->level, KL_SNAKE, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("capabilities"), kl_value_take(&part), error));
    KL_TRY_OUT(constraints_of(&part, request->level, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("constraints"), kl_value_take(&part), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("issuer"), kl_value_retain(request->issuer), error));
    KL_TRY_OUT(set_validity(&map, kl_as_int(request->valid_days), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("signer_public_key"),
                          kl_value_retain(kl_key_pair_public_hex(pair)), error));
    KL_TRY_OUT(kl_record_sign(&map, &shape, pair, error));
    *out = kl_value_take(&map);
out:
    kl_value_release(part);
    kl_value_release(map);
    return status;
}

/* ---- reading ------------------------------------------------------------------------------------ */

kl_status kl_attestation_verify(kl_value map, kl_error *error)
{
    KL_TRY(kl_record_check(map, &shape, error));
    return kl_record_verify(map, &shape,
                            kl_as_text(kl_map_get(map, KL_TEXT("signer_public_key"))), error);
}

kl_status kl_attestation_new(kl_value *out, kl_value map, kl_error *error)
{
    kl_value known;
    KL_TRY(kl_shape_known(&known, &shape, map, error));
    return kl_wire_record_new(out, &kl_attestation_type, &shape, known, error);
}

kl_status kl_attestation_read(kl_value *out, kl_value map, kl_error *error)
{
    KL_TRY(kl_attestation_verify(map, error));
    return kl_attestation_new(out, map, error);
}

static kl_status from_dict(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)self;
    return kl_attestation_read(out, args[0], error);
}

static kl_status repr(kl_value *out, kl_object *self, kl_error *error)
{
    const attestation *a = (const attestation *)self;
    return kl_string_format(
        out, error, "EatpCapabilityAttestation(agent_id='%.*s', capabilities=%zu, alg_id='%.*s')",
        KL_TEXT_ARG(kl_as_text(a->agent_id)), kl_array_len(a->capabilities),
        KL_TEXT_ARG(kl_as_text(a->alg_id)));
}

#define FIELD(member, of_kind, text)                                                               \
    KL_VALUE(attestation, member, .kind = (of_kind), .flags = KL_READ_ONLY, .doc = (text))

static const kl_field fields[] = {
    KL_WIRE_FIELD(attestation),
    FIELD(alg_id, KL_KIND_STRING, "algorithms of signature and hash: eatp-v1"),
    FIELD(agent_id, KL_KIND_STRING, "the agent"),
    FIELD(capabilities, KL_KIND_ARRAY, "tokens of what the agent may do"),
    FIELD(constraints, KL_KIND_MAP, "flags and limits by name"),
    FIELD(issuer, KL_KIND_STRING, "the organisation that attests"),
    FIELD(valid_from, KL_KIND_STRING, "from when it holds: UTC, RFC 3339"),
    FIELD(valid_until, KL_KIND_STRING, "until when it holds: UTC, RFC 3339"),
    FIELD(signer_public_key, KL_KIND_STRING, "who signed, 64 hexadecimal characters"),
    FIELD(signature, KL_KIND_STRING, "Ed25519 signature, 128 hexadecimal characters"),
};

static const kl_method methods[] = {
    {.name = "from_dict", .call = from_dict, .flags = KL_STATIC, .params = KL_TABLE(kl_wire_data_param),
     .returns = KL_KIND_OBJECT, .returns_type = &kl_attestation_type, .raises = "ValueError",
     .doc = "The record of a wire form, whose signature is verified. Whether it still holds is told "
            "by valid_until, whether its signer may be trusted by signer_public_key."},
    KL_WIRE_METHODS,
};

const kl_type kl_attestation_type = {
    .name = "EatpCapabilityAttestation",
    .module = "kailash",
    .doc = "What an agent may do, and until when, signed by its organisation: "
           "EatpCareChain.capability_attestation() or from_dict().",
    .size = sizeof(attestation),
    .flags = KL_TYPE_RECORD | KL_TYPE_NO_INIT,
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .repr = repr,
};
KL_PUBLISH(kl_attestation_type);
