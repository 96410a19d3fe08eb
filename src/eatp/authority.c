/* src/eatp/authority.c - EatpOrganizationalAuthority: an organisation's key and what it may grant. */
#include "authority.h"
#include "authority_parts.h"
#include "fault.h"
#include "identity.h"

/* ---- checks ------------------------------------------------------------------------------------- */

/* A key that is no point verifies nothing, so it does no harm; one of small order would verify too much. */
static kl_status check_key(kl_text hex, kl_error *error)
{
    unsigned char key[KL_ED25519_KEY];
    kl_error detail = KL_ERROR_INIT;
    kl_status status = kl_hex_read(key, sizeof key, hex, "public_key_hex", &detail);
    kl_error_clear(&detail);
    if (hex.len != 2 * KL_ED25519_KEY)
        return kl_fault(error, KL_INVALID, KL_EATP_VALIDATION, "invalid_key",
                        "public_key_hex must be 64 hex chars (32 bytes), got %zu", hex.len);
    if (status != KL_OK)
        return kl_fault(error, KL_INVALID, KL_EATP_VALIDATION, "invalid_key",
                        "public_key_hex must be 64 hex chars (32 bytes): it has others");
    if (kl_key_is_weak(key))
        return kl_fault(error, KL_INVALID, KL_EATP_VALIDATION, "weak_key",
                        "public_key_hex: a point of small order is no key");
    return KL_OK;
}

static kl_status check_capabilities(kl_value tokens, kl_error *error)
{
    int rung;
    for (size_t i = 0; i < kl_array_len(tokens); i++)
        KL_TRY(kl_rung_read(&rung, KL_LADDER_CAPABILITY, kl_as_text(kl_array_at(tokens, i)),
                            KL_SNAKE, "capability", error));
    return KL_OK;
}

/* ---- making ------------------------------------------------------------------------------------- */

static kl_status init(kl_object *self, const kl_value *args, kl_error *error)
{
    kl_authority *authority = (kl_authority *)self;
    KL_TRY(check_key(kl_as_text(args[1]), error));
    KL_TRY(check_capabilities(args[2], error));
    authority->org_id = kl_value_retain(((kl_eatp_id *)args[0].as.object)->id);
    authority->public_key_hex = kl_value_retain(args[1]);
    if (kl_is_null(args[2]))
        return kl_array_new(&authority->capabilities, 0, error);
    authority->capabilities = kl_value_retain(args[2]);
    return KL_OK;
}

static kl_status of_genesis(kl_value *out, kl_value genesis, kl_error *error)
{
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, &kl_authority_type, error));
    kl_authority *authority = (kl_authority *)object;
    authority->org_id = kl_value_retain(kl_map_get(genesis, KL_TEXT("org_id")));
    authority->public_key_hex = kl_value_retain(kl_map_get(genesis, KL_TEXT("public_key_hex")));
    kl_status status = kl_capabilities_respell(&authority->capabilities,
                                               kl_map_get(genesis, KL_TEXT("capabilities")),
                                               KL_PASCAL, KL_SNAKE, error);
    if (status == KL_OK)
        *out = kl_value_of(object);
    else
        kl_object_release(object);
    return status;
}

kl_status kl_authority_of_chain(kl_value *out, kl_care_chain *chain, kl_error *error)
{
    kl_value genesis;
    kl_error detail = KL_ERROR_INIT;
    kl_status status = kl_care_chain_genesis(&genesis, chain, &detail);
    if (status == KL_OK) {
        status = of_genesis(out, genesis, error);
        kl_value_release(genesis);
    } else if (status == KL_INVALID) {
        status = kl_fault(error, KL_INVALID, KL_EATP_AUTHORITY, "empty_chain",
                          "chain has no genesis block: no authority follows from it");
    } else {
        kl_error_move(error, &detail);
    }
    kl_error_clear(&detail);
    return status;
}

static kl_status from_chain(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)self;
    return kl_authority_of_chain(out, (kl_care_chain *)args[0].as.object, error);
}

/* ---- asking ------------------------------------------------------------------------------------- */

static kl_status has_capability(kl_value *out, kl_object *self, const kl_value *args,
                                kl_error *error)
{
    kl_value tokens = ((kl_authority *)self)->capabilities;
    kl_text wanted = kl_as_text(args[0]);
    bool found = false;
    int rung;
    KL_TRY(kl_rung_read(&rung, KL_LADDER_CAPABILITY, wanted, KL_SNAKE, "capability", error));
    for (size_t i = 0; i < kl_array_len(tokens) && !found; i++)
        found = kl_text_equal(kl_as_text(kl_array_at(tokens, i)), wanted);
    *out = kl_bool(found);
    return KL_OK;
}

static kl_status repr(kl_value *out, kl_object *self, kl_error *error)
{
    const kl_authority *a = (const kl_authority *)self;
    const char *key = kl_as_text(a->public_key_hex).data;
    return kl_string_format(out, error,
                            "EatpOrganizationalAuthority(org_id='%.*s', public_key=%.8s...%.8s, "
                            "capabilities=%zu)",
                            KL_TEXT_ARG(kl_as_text(a->org_id)), key, key + 56,
                            kl_array_len(a->capabilities));
}

/* ---- tables ------------------------------------------------------------------------------------- */

static const kl_param params[] = {
    {.name = "org_id", .kind = KL_KIND_OBJECT, .type = &kl_org_id_type, .doc = "the organisation"},
    {.name = "public_key_hex", .kind = KL_KIND_STRING,
     .doc = "its Ed25519 key, 64 hexadecimal characters, not of small order"},
    {.name = "capabilities", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
     .flags = KL_OPTIONAL | KL_TUPLE, .doc = "tokens of what it may grant; None = none"},
};

static const kl_field fields[] = {
    KL_VALUE(kl_authority, org_id, .kind = KL_KIND_STRING, .flags = KL_READ_ONLY,
             .doc = "name of the organisation"),
    KL_VALUE(kl_authority, public_key_hex, .kind = KL_KIND_STRING, .flags = KL_READ_ONLY,
             .doc = "its key, 64 hexadecimal characters as they were given"),
    KL_VALUE(kl_authority, capabilities, .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
             .flags = KL_READ_ONLY, .doc = "tokens of what it may grant"),
};

static const kl_param chain_param[] = {
    {.name = "chain", .kind = KL_KIND_OBJECT, .type = &kl_care_chain_type,
     .doc = "a chain whose genesis is signed"},
};
static const kl_param capability_param[] = {
    {.name = "capability", .kind = KL_KIND_STRING, .doc = "a token such as tool_call"},
};

static const kl_method methods[] = {
    {.name = "from_chain", .call = from_chain, .flags = KL_STATIC, .params = KL_TABLE(chain_param),
     .returns = KL_KIND_OBJECT, .returns_type = &kl_authority_type, .raises = "EatpAuthorityError",
     .doc = "What the genesis of a chain says."},
    {.name = "has_capability", .call = has_capability, .params = KL_TABLE(capability_param),
     .returns = KL_KIND_BOOL, .raises = "ValueError", .doc = "Whether it may grant a capability."},
};

const kl_type kl_authority_type = {
    .name = "EatpOrganizationalAuthority",
    .module = "kailash",
    .doc = "An organisation's key, and what it may grant.",
    .size = sizeof(kl_authority),
    .flags = KL_TYPE_RECORD,
    .params = KL_TABLE(params),
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .init = init,
    .repr = repr,
};
KL_PUBLISH(kl_authority_type);
