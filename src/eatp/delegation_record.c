/* src/eatp/delegation_record.c - EatpDelegationRecord: its wire form, making and verifying; the class is
 * in delegation_type.c. */
#include "delegation_record.h"
#include "delegation_scope.h"
#include "delegation_shape.h"
#include "fault.h"

static const kl_member policy_members[] = {
    {.name = "threshold", .kind = KL_KIND_COUNT},
    {.name = "authorized_signers", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
     .flags = KL_MEMBER_HEX_32},
};
static const kl_shape policy_shape = {.name = "multi_sig_policy", KL_SHAPE_MEMBERS(policy_members)};

#define LEFT_OUT (KL_MEMBER_OPTIONAL | KL_MEMBER_NULL | KL_MEMBER_UNSIGNED)
#define NULL_WHEN_MISSING (KL_MEMBER_OPTIONAL | KL_MEMBER_NULL | KL_MEMBER_SIGNED_NULL)

/* reasoning_trace_hash and the policy are signed too, but in another form: see kl_delegation_payload(). */
static const kl_member members[] = {
    {.name = "delegation_id", .kind = KL_KIND_STRING, .flags = KL_MEMBER_UUID},
    {.name = "delegator", .kind = KL_KIND_STRING, .flags = KL_MEMBER_FILLED},
    {.name = "delegate", .kind = KL_KIND_STRING, .flags = KL_MEMBER_FILLED},
    {.name = "capabilities", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
     .flags = KL_MEMBER_WORDS, .ladder = KL_LADDER_CAPABILITY, .spelling = KL_PASCAL,
     .property = KL_SNAKE},
    {.name = "constraints", .kind = KL_KIND_MAP, .shape = &kl_constraints_shape},
    {.name = "resource_limits", .kind = KL_KIND_MAP, .shape = &kl_limits_shape},
    {.name = "scope", .kind = KL_KIND_MAP, .shape = &kl_scope_shape},
    {.name = "created_at", .kind = KL_KIND_STRING, .flags = KL_MEMBER_TIME_OFFSET},
    {.name = "expires_at", .kind = KL_KIND_STRING,
     .flags = KL_MEMBER_TIME_OFFSET | NULL_WHEN_MISSING},
    {.name = "revoked", .kind = KL_KIND_BOOL, .flags = KL_MEMBER_UNSIGNED},
    {.name = "signature", .kind = KL_KIND_STRING, .flags = KL_MEMBER_HEX_64 | KL_MEMBER_UNSIGNED},
    {.name = "parent_delegation_id", .kind = KL_KIND_STRING,
     .flags = KL_MEMBER_UUID | NULL_WHEN_MISSING},
    {.name = "delegator_public_key", .kind = KL_KIND_ARRAY, .item = KL_KIND_COUNT, .flags = LEFT_OUT},
    {.name = "signing_payload_version", .kind = KL_KIND_STRING, .flags = KL_MEMBER_OPTIONAL},
    {.name = "dimension_scope", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
     .flags = KL_MEMBER_OPTIONAL | KL_MEMBER_NULL | KL_MEMBER_OMIT_NULL},
    {.name = "reasoning_trace", .kind = KL_KIND_MAP, .flags = LEFT_OUT},
    {.name = "reasoning_trace_hash", .kind = KL_KIND_ARRAY, .item = KL_KIND_COUNT, .flags = LEFT_OUT},
    {.name = "reasoning_signature", .kind = KL_KIND_STRING, .flags = KL_MEMBER_HEX_64 | LEFT_OUT},
    {.name = "multi_sig_policy", .kind = KL_KIND_MAP, .shape = &policy_shape, .flags = LEFT_OUT},
    {.name = "multi_sig_bundle", .kind = KL_KIND_MAP, .flags = LEFT_OUT},
};
const kl_shape kl_delegation_shape = {.name = "delegation record", KL_SHAPE_MEMBERS(members)};

/* Left out of the wire form when null. */
static const char *const left_out[] = {
    "delegator_public_key", "dimension_scope",  "reasoning_trace", "reasoning_trace_hash",
    "reasoning_signature",  "multi_sig_policy", "multi_sig_bundle",
};

static kl_value member(kl_value map, const char *name) { return kl_map_get(map, kl_text_from(name)); }

static kl_status refuse(kl_error *error, const char *code, const char *why)
{
    return kl_fault(error, KL_INVALID, NULL, code, "signature verification failed: %s", why);
}

/* ---- what is signed ----------------------------------------------------------------------------- */

/* The signers in lower case, sorted; given. */
static kl_status sorted_signers(kl_value *out, kl_value signers, kl_error *error)
{
    kl_value sorted;
    kl_status status;
    KL_TRY(kl_array_new(&sorted, kl_array_len(signers), error));
    for (size_t i = 0; i < kl_array_len(signers); i++) {
        unsigned char key[KL_ED25519_KEY];
        char hex[2 * KL_ED25519_KEY];
        KL_TRY_OUT(kl_hex_read(key, sizeof key, kl_as_text(kl_array_at(signers, i)), "signer",
                               error));
        kl_hex_write(hex, key, sizeof key);
        KL_TRY_OUT(kl_array_push_text(&sorted, (kl_text){hex, sizeof hex}, error));
    }
    KL_TRY_OUT(kl_array_sort(&sorted, error));
    *out = sorted;
    return KL_OK;
out:
    kl_value_release(sorted);
    return status;
}

static kl_status add_policy(kl_value *map, kl_value policy, kl_error *error)
{
    kl_value signers;
    KL_TRY(kl_map_set(map, KL_TEXT("multi_sig"), kl_bool(true), error));
    KL_TRY(kl_map_set(map, KL_TEXT("multi_sig_threshold"), member(policy, "threshold"), error));
    KL_TRY(sorted_signers(&signers, member(policy, "authorized_signers"), error));
    return kl_map_set(map, KL_TEXT("multi_sig_authorized_signers"), signers, error);
}

/* Array of 32 integers to bytes; false when it is none. */
static bool bytes_of(unsigned char out[32], kl_value array)
{
    if (kl_array_len(array) != 32)
        return false;
    for (size_t i = 0; i < 32; i++) {
        kl_value item = kl_array_at(array, i);
        if (!kl_is(item, KL_KIND_INT) || item.as.integer < 0 || item.as.integer > 255)
            return false;
        out[i] = (unsigned char)item.as.integer;
    }
    return true;
}

static kl_status add_reasoning(kl_value *map, kl_value hash, kl_error *error)
{
    unsigned char bytes[32];
    char text[7 + 64] = "sha256:";
    if (!bytes_of(bytes, hash))
        return kl_map_set(map, KL_TEXT("reasoning_trace_hash"), kl_null(), error);
    kl_hex_write(text + 7, bytes, sizeof bytes);
    return kl_map_set_text(map, KL_TEXT("reasoning_trace_hash"), (kl_text){text, sizeof text},
                           error);
}

kl_status kl_delegation_payload(kl_buffer *to, kl_value wire, kl_error *error)
{
    kl_value map, policy = member(wire, "multi_sig_policy");
    kl_status status;
    KL_TRY(kl_shape_signed(&map, &kl_delegation_shape, wire, error));
    KL_TRY_OUT(add_reasoning(&map, member(wire, "reasoning_trace_hash"), error));
    if (!kl_is_null(policy))
        KL_TRY_OUT(add_policy(&map, policy, error));
    status = kl_canonical_add(to, map, error);
out:
    kl_value_release(map);
    return status;
}

/* ---- order of members --------------------------------------------------------------------------- */

/* Members sorted, those of the maps within it too; given. */
static kl_status sorted(kl_value *out, kl_value map, kl_error *error)
{
    kl_value made, inner;
    kl_status status;
    KL_TRY(kl_map_sorted(&made, map, error));
    for (size_t i = 0; i < kl_map_len(made); i++) {
        kl_value value = kl_map_value_at(made, i);
        if (!kl_is(value, KL_KIND_MAP))
            continue;
        KL_TRY_OUT(kl_map_sorted(&inner, value, error));
        KL_TRY_OUT(kl_map_set_key(&made, kl_map_key_value_at(made, i), inner, error));
    }
    *out = made;
    return KL_OK;
out:
    kl_value_release(made);
    return status;
}

kl_status kl_delegation_in_lineage(kl_value *out, kl_value wire, kl_error *error)
{
    return kl_shape_known(out, &kl_delegation_shape, wire, error);
}

/* ---- making ------------------------------------------------------------------------------------- */

static kl_status set_key(kl_value *map, const kl_key_pair *signer, kl_error *error)
{
    const unsigned char *key = kl_key_pair_public(signer);
    kl_value bytes;
    kl_status status;
    KL_TRY(kl_array_new(&bytes, KL_ED25519_KEY, error));
    for (size_t i = 0; i < KL_ED25519_KEY; i++)
        KL_TRY_OUT(kl_array_push(&bytes, kl_int(key[i]), error));
    return kl_map_set(map, KL_TEXT("delegator_public_key"), bytes, error);
out:
    kl_value_release(bytes);
    return status;
}

static kl_status set_names(kl_value *map, const kl_delegation_input *input, kl_error *error)
{
    kl_value id;
    KL_TRY(kl_map_set_text(map, KL_TEXT("alg_id"), KL_TEXT(KL_ALG_ID), error));
    KL_TRY(kl_uuid_text(&id, error));
    KL_TRY(kl_map_set(map, KL_TEXT("delegation_id"), id, error));
    KL_TRY(kl_map_set(map, KL_TEXT("delegator"), kl_value_retain(input->delegator), error));
    KL_TRY(kl_map_set(map, KL_TEXT("delegate"), kl_value_retain(input->delegate), error));
    return kl_map_set(map, KL_TEXT("parent_delegation_id"), kl_value_retain(input->parent_id),
                      error);
}

static kl_status set_grant(kl_value *map, const kl_delegation_input *input, kl_error *error)
{
    kl_value part;
    KL_TRY(kl_map_set(map, KL_TEXT("capabilities"), kl_value_retain(input->capabilities), error));
    KL_TRY(kl_map_set(map, KL_TEXT("constraints"), kl_value_retain(input->constraints), error));
    KL_TRY(kl_map_set(map, KL_TEXT("resource_limits"), kl_value_retain(input->limits), error));
    KL_TRY(kl_map_set(map, KL_TEXT("scope"), kl_value_retain(input->scope), error));
    KL_TRY(kl_time_value(&part, kl_time_now(), KL_TIME_Z, error));
    KL_TRY(kl_map_set(map, KL_TEXT("created_at"), part, error));
    return kl_map_set(map, KL_TEXT("expires_at"), kl_value_retain(input->expires_at), error);
}

static kl_status set_signature(kl_value *map, const kl_key_pair *signer, kl_error *error)
{
    kl_buffer payload = KL_BUFFER_INIT;
    kl_value signature = kl_null();
    kl_status status = kl_delegation_payload(&payload, *map, error);
    if (status == KL_OK)
        status = kl_sign_hex(&signature, signer, kl_buffer_text(&payload), error);
    kl_buffer_free(&payload);
    if (status != KL_OK)
        return status;
    return kl_map_set(map, KL_TEXT("signature"), signature, error);
}

kl_status kl_delegation_make(kl_value *out, const kl_delegation_input *input,
                             const kl_key_pair *signer, kl_error *error)
{
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, KL_COUNT(members), error));
    KL_TRY_OUT(set_names(&map, input, error));
    KL_TRY_OUT(set_grant(&map, input, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("revoked"), kl_bool(false), error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("signing_payload_version"), KL_TEXT(KL_PAYLOAD_V2),
                               error));
    KL_TRY_OUT(set_key(&map, signer, error));
    KL_TRY_OUT(set_signature(&map, signer, error));
    status = sorted(out, map, error);
out:
    kl_value_release(map);
    return status;
}

/* ---- reading ------------------------------------------------------------------------------------ */

static kl_status check_version(kl_value map, kl_error *error)
{
    kl_text version = kl_as_text(member(map, "signing_payload_version"));
    bool has_policy = !kl_is_null(member(map, "multi_sig_policy"));
    if (version.len == 0 || kl_text_is(version, "v1-legacy"))
        return refuse(error, "legacy_payload",
                      "legacy signing-payload version refused: it leaves constraints, resource_limits "
                      "and scope unsigned; sign the record anew as " KL_PAYLOAD_V2);
    if (!kl_text_is(version, KL_PAYLOAD_V2) && !kl_text_is(version, KL_PAYLOAD_V3))
        return kl_fault(error, KL_INVALID, NULL, "unknown_payload",
                        "cannot deserialize delegation record: signing_payload_version: unknown; "
                        "expected " KL_PAYLOAD_V2 " or " KL_PAYLOAD_V3);
    if (kl_text_is(version, KL_PAYLOAD_V3) && !has_policy)
        return refuse(error, "missing_policy", "a " KL_PAYLOAD_V3 " record needs a multi_sig_policy");
    if (kl_text_is(version, KL_PAYLOAD_V2) && has_policy)
        return refuse(error, "unsigned_policy",
                      "a " KL_PAYLOAD_V2 " record does not sign its multi_sig_policy");
    return KL_OK;
}

static kl_status check_policy(kl_value policy, kl_error *error)
{
    kl_value signers;
    const char *wrong = NULL;
    int64_t threshold = kl_as_int(member(policy, "threshold"));
    if (kl_is_null(policy))
        return KL_OK;
    KL_TRY(sorted_signers(&signers, member(policy, "authorized_signers"), error));
    size_t count = kl_array_len(signers);
    if (threshold < 1)
        wrong = "threshold must be at least 1";
    else if ((uint64_t)threshold > count)
        wrong = "threshold exceeds the number of signers";
    for (size_t i = 1; i < count && !wrong; i++)
        if (kl_text_equal(kl_as_text(kl_array_at(signers, i - 1)),
                          kl_as_text(kl_array_at(signers, i))))
            wrong = "duplicate signer in policy";
    kl_value_release(signers);
    if (!wrong)
        return KL_OK;
    return kl_fault(error, KL_INVALID, NULL, "invalid_policy",
                    "cannot deserialize delegation record: multi-sig error: %s", wrong);
}

/* Trace, hash and signature of the reasons stand together and fit each other. */
static kl_status check_reasoning(kl_value map, kl_text signer_hex, kl_error *error)
{
    kl_value trace = member(map, "reasoning_trace"), hash = member(map, "reasoning_trace_hash");
    kl_value signature = member(map, "reasoning_signature");
    static const char domain[] = "EATP-REASONING-v1:";
    unsigned char bytes[32], message[sizeof domain - 1 + 32];
    char hex[65];
    bool has_hash = !kl_is_null(hash), same, valid = false;
    if (kl_is_null(trace) != !has_hash || kl_is_null(signature) != !has_hash)
        return refuse(error, "incomplete_reasoning",
                      "incomplete reasoning binding (trace, hash and signature must be all present "
                      "or all absent)");
    if (!has_hash)
        return KL_OK;
    if (!bytes_of(bytes, hash))
        return refuse(error, "invalid_reasoning", "reasoning_trace_hash: expected 32 bytes");
    kl_value found;
    kl_hex_write(hex, bytes, sizeof bytes);
    KL_TRY(kl_canonical_hash(&found, trace, error));
    same = kl_text_equal(kl_as_text(found), (kl_text){hex, 64});
    kl_value_release(found);
    if (!same)
        return refuse(error, "changed_reasoning",
                      "reasoning trace content does not match its signed hash");
    memcpy(message, domain, sizeof domain - 1);
    memcpy(message + sizeof domain - 1, bytes, sizeof bytes);
    KL_TRY(kl_verify_hex(&valid, signer_hex, (kl_text){(const char *)message, sizeof message},
                         kl_as_text(signature), error));
    return valid ? KL_OK : refuse(error, "bad_reasoning_signature", "reasoning signature invalid");
}

/* Sorted, each word once, all known; given. Null for null. */
static kl_status read_dimensions(kl_value *out, kl_value words, kl_error *error)
{
    static const char *const known[] = {"communication", "data_access", "financial", "operational",
                                        "temporal"};
    kl_value array;
    kl_status status;
    size_t found = 0;
    KL_TRY(kl_array_new(&array, KL_COUNT(known), error));
    for (size_t k = 0; k < KL_COUNT(known); k++) {
        size_t before = found;
        for (size_t i = 0; i < kl_array_len(words); i++)
            found += kl_text_is(kl_as_text(kl_array_at(words, i)), known[k]);
        if (found > before)
            KL_TRY_OUT(kl_array_push_text(&array, kl_text_from(known[k]), error));
    }
    if (found == kl_array_len(words)) {
        *out = array;
        return KL_OK;
    }
    status = kl_fault(error, KL_INVALID, NULL, "unknown_dimension",
                      "cannot deserialize delegation record: dimension_scope: unknown dimension; "
                      "expected financial, operational, temporal, data_access or communication");
out:
    kl_value_release(array);
    return status;
}

/* The known members of a checked map in the form in which they are signed and kept; given. */
static kl_status tidy(kl_value *out, kl_value map, kl_error *error)
{
    kl_value known, words;
    kl_status status;
    KL_TRY(kl_shape_known(&known, &kl_delegation_shape, map, error));
    for (size_t i = 0; i < KL_COUNT(left_out); i++)
        if (kl_is_null(member(known, left_out[i])))
            KL_TRY_OUT(kl_map_remove(&known, kl_text_from(left_out[i]), error));
    if (kl_map_has(known, KL_TEXT("dimension_scope"))) {
        KL_TRY_OUT(read_dimensions(&words, member(known, "dimension_scope"), error));
        KL_TRY_OUT(kl_map_set(&known, KL_TEXT("dimension_scope"), words, error));
    }
    KL_TRY_OUT(kl_map_set_text(&known, KL_TEXT("alg_id"), KL_TEXT(KL_ALG_ID), error));
    status = sorted(out, known, error);
out:
    kl_value_release(known);
    return status;
}

static kl_status check_shape(kl_value map, bool in_lineage, kl_error *error)
{
    if (!in_lineage || kl_map_has(map, KL_TEXT("alg_id")))
        KL_TRY(kl_alg_id_check(map, error));
    kl_status status = kl_shape_check(&kl_delegation_shape, map, error);
    if (status == KL_INVALID || status == KL_SYNTAX || status == KL_TYPE)
        return kl_error_prefix(error, "cannot deserialize ");
    return status;
}

void kl_delegation_signer(char out[65], kl_value wire)
{
    unsigned char key[KL_ED25519_KEY];
    memset(out, 0, 65);
    if (bytes_of(key, member(wire, "delegator_public_key")))
        kl_hex_write(out, key, sizeof key);
}

/* Signature and reasons of a tidy map. */
static kl_status check_signature(kl_value wire, kl_error *error)
{
    char signer[65];
    kl_buffer payload = KL_BUFFER_INIT;
    kl_value key = member(wire, "delegator_public_key");
    kl_delegation_signer(signer, wire);
    if (kl_is_null(key))
        return refuse(error, "missing_key",
                      "record carries no delegator_public_key; cannot re-verify standalone");
    if (!signer[0])
        return kl_fault(error, KL_INVALID, NULL, "invalid_key",
                        "cannot deserialize delegation record: delegator_public_key: expected 32 "
                        "integers from 0 to 255");
    kl_status status = kl_delegation_payload(&payload, wire, error);
    if (status == KL_OK)
        status = kl_record_verify_bytes(kl_buffer_text(&payload), kl_as_text(member(wire, "signature")),
                                        (kl_text){signer, 64}, "delegation record", error);
    kl_buffer_free(&payload);
    return status == KL_OK ? check_reasoning(wire, (kl_text){signer, 64}, error) : status;
}

static kl_status check_form(kl_value map, bool in_lineage, kl_error *error)
{
    KL_TRY(check_shape(map, in_lineage, error));
    KL_TRY(check_version(map, error));
    return check_policy(member(map, "multi_sig_policy"), error);
}

kl_status kl_delegation_check(kl_value wire, kl_error *error)
{
    KL_TRY(check_form(wire, false, error));
    return check_signature(wire, error);
}

kl_status kl_delegation_verify(kl_value *out, kl_value map, bool in_lineage, kl_error *error)
{
    kl_value wire;
    KL_TRY(check_form(map, in_lineage, error));
    KL_TRY(tidy(&wire, map, error));
    kl_status status = check_signature(wire, error);
    if (status == KL_OK)
        *out = wire;
    else
        kl_value_release(wire);
    return status;
}
