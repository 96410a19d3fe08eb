/* src/eatp/care_block.c - one grant of trust in a care chain. */
#include "care_block.h"
#include "fault.h"

static const kl_member members[] = {
    {.name = "alg_id", .kind = KL_KIND_STRING},
    {.name = "block_id", .kind = KL_KIND_STRING, .flags = KL_MEMBER_UUID},
    {.name = "sequence", .kind = KL_KIND_COUNT},
    {.name = "previous_hash", .kind = KL_KIND_STRING, .flags = KL_MEMBER_HEX_32},
    {.name = "agent_id", .kind = KL_KIND_STRING, .flags = KL_MEMBER_FILLED},
    {.name = "trust_level", .kind = KL_KIND_COUNT},
    {.name = "issued_by", .kind = KL_KIND_STRING, .flags = KL_MEMBER_FILLED},
    {.name = "issued_at", .kind = KL_KIND_STRING, .flags = KL_MEMBER_TIME_OFFSET},
    {.name = "expires_at", .kind = KL_KIND_STRING, .flags = KL_MEMBER_TIME_OFFSET | KL_MEMBER_NULL},
    {.name = "signer_public_key", .kind = KL_KIND_STRING, .flags = KL_MEMBER_HEX_32},
    {.name = "signature", .kind = KL_KIND_STRING, .flags = KL_MEMBER_HEX_64 | KL_MEMBER_UNSIGNED},
};
static const kl_shape shape = {.name = "trust block", KL_SHAPE_MEMBERS(members), .closed = true};

/* ---- making ------------------------------------------------------------------------------------- */

static kl_status set_place(kl_value *map, const kl_block_place *place, kl_error *error)
{
    kl_value id;
    KL_TRY(kl_map_set_text(map, KL_TEXT("alg_id"), KL_TEXT(KL_ALG_ID), error));
    KL_TRY(kl_uuid_text(&id, error));
    KL_TRY(kl_map_set(map, KL_TEXT("block_id"), id, error));
    KL_TRY(kl_map_set(map, KL_TEXT("sequence"), kl_int((int64_t)place->sequence), error));
    return kl_map_set_text(map, KL_TEXT("previous_hash"), place->previous_hash, error);
}

static kl_status set_grant(kl_value *map, const kl_grant_of_trust *grant, kl_error *error)
{
    kl_value time = kl_null();
    KL_TRY(kl_map_set(map, KL_TEXT("agent_id"), kl_value_retain(grant->agent_id), error));
    KL_TRY(kl_map_set(map, KL_TEXT("trust_level"), kl_int(grant->level), error));
    KL_TRY(kl_map_set(map, KL_TEXT("issued_by"), kl_value_retain(grant->issued_by), error));
    KL_TRY(kl_time_value(&time, kl_time_now(), KL_TIME_OFFSET, error));
    KL_TRY(kl_map_set(map, KL_TEXT("issued_at"), time, error));
    time = kl_null();
    if (grant->expires)
        KL_TRY(kl_instant_text(&time, grant->expires_at, KL_TIME_OFFSET, error));
    return kl_map_set(map, KL_TEXT("expires_at"), time, error);
}

kl_status kl_care_block_make(kl_value *out, const kl_grant_of_trust *grant,
                             const kl_block_place *place, const kl_key_pair *pair, kl_error *error)
{
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, KL_COUNT(members), error));
    KL_TRY_OUT(set_place(&map, place, error));
    KL_TRY_OUT(set_grant(&map, grant, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("signer_public_key"),
                          kl_value_retain(kl_key_pair_public_hex(pair)), error));
    KL_TRY_OUT(kl_record_sign(&map, &shape, pair, error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

kl_status kl_care_block_hash(char out[65], kl_value block, kl_error *error)
{
    kl_buffer bytes = KL_BUFFER_INIT;
    kl_status status = kl_canonical_add(&bytes, block, error);
    if (status == KL_OK)
        status = kl_sha256_hex(out, kl_buffer_text(&bytes), error);
    kl_buffer_free(&bytes);
    return status;
}

/* ---- reading ------------------------------------------------------------------------------------ */

kl_status kl_care_block_read(kl_grant_of_trust *out, kl_value block, kl_error *error)
{
    KL_TRY(kl_record_check(block, &shape, error));
    int64_t level = kl_as_int(kl_map_get(block, KL_TEXT("trust_level")));
    kl_value expires_at = kl_map_get(block, KL_TEXT("expires_at"));
    kl_grant_of_trust grant = {
        .agent_id = kl_map_get(block, KL_TEXT("agent_id")),
        .issued_by = kl_map_get(block, KL_TEXT("issued_by")),
        .level = (kl_trust_level)level,
        .expires = !kl_is_null(expires_at),
    };
    if (level >= KL_TRUST_LEVELS)
        return kl_fault(error, KL_INVALID, NULL, "invalid_level",
                        "cannot deserialize trust block: trust_level: must be 0-4");
    if (grant.expires)
        KL_TRY(kl_instant_read(&grant.expires_at, expires_at, "expires_at", error));
    *out = grant;
    return KL_OK;
}

static bool text_is(kl_value block, kl_text name, kl_text expected)
{
    return kl_text_equal(kl_as_text(kl_map_get(block, name)), expected);
}

kl_status kl_care_block_verify(kl_value block, const kl_block_place *place, kl_text issuer,
                               kl_text signer_hex, kl_error *error)
{
    const char *wrong = NULL;
    if (kl_as_int(kl_map_get(block, KL_TEXT("sequence"))) != (int64_t)place->sequence)
        wrong = "its sequence is not that of its place";
    else if (!text_is(block, KL_TEXT("previous_hash"), place->previous_hash))
        wrong = "its previous_hash is not that of the block before it";
    else if (!text_is(block, KL_TEXT("issued_by"), issuer))
        wrong = "it was issued by another organisation";
    else if (!text_is(block, KL_TEXT("signer_public_key"), signer_hex))
        wrong = "it was signed with another key than that of the chain";
    if (wrong)
        return kl_fault(error, KL_INVALID, NULL, "broken_link",
                        "chain integrity violation: block %zu: %s", place->sequence, wrong);
    if (kl_record_verify(block, &shape, signer_hex, error) == KL_OK)
        return KL_OK;
    return kl_error_prefix(error, "chain integrity violation: block %zu: ", place->sequence);
}
