/* src/eatp/signed_record.c - what the signed records of a lineage do alike. */
#include "signed_record.h"
#include "fault.h"
#include "kailash/id.h"
#include "kailash/wide.h"

/* ---- levels on the wire ------------------------------------------------------------------------- */

static const kl_member constraints_members[] = {
    {.name = "allow_network", .kind = KL_KIND_BOOL},
    {.name = "allow_filesystem", .kind = KL_KIND_BOOL},
    {.name = "allow_code_execution", .kind = KL_KIND_BOOL},
    {.name = "allow_state_mutation", .kind = KL_KIND_BOOL},
    {.name = "allow_delegation", .kind = KL_KIND_BOOL},
    {.name = "max_context_tokens", .kind = KL_KIND_COUNT, .flags = KL_MEMBER_WIDE},
    {.name = "allowed_tools", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
     .flags = KL_MEMBER_NULL | KL_MEMBER_OPTIONAL | KL_MEMBER_SIGNED_NULL},
    {.name = "reasoning_required", .kind = KL_KIND_BOOL},
};
const kl_shape kl_constraints_shape = {.name = "constraints", KL_SHAPE_MEMBERS(constraints_members)};

static const kl_member limits_members[] = {
    {.name = "max_llm_calls", .kind = KL_KIND_COUNT, .flags = KL_MEMBER_WIDE},
    {.name = "max_tool_calls", .kind = KL_KIND_COUNT, .flags = KL_MEMBER_WIDE},
    {.name = "max_total_tokens", .kind = KL_KIND_COUNT, .flags = KL_MEMBER_WIDE},
    {.name = "max_execution_secs", .kind = KL_KIND_COUNT, .flags = KL_MEMBER_WIDE},
};
const kl_shape kl_limits_shape = {.name = "resource_limits", KL_SHAPE_MEMBERS(limits_members)};

static kl_status set_unsigned(kl_value *map, const char *name, uint64_t number, kl_error *error)
{
    kl_value value;
    KL_TRY(kl_unsigned_new(&value, number, error));
    return kl_map_set(map, kl_text_from(name), value, error);
}

static kl_status set_tools(kl_value *map, bool any, kl_error *error)
{
    kl_value tools = kl_null();
    if (!any)
        KL_TRY(kl_array_new(&tools, 0, error));
    return kl_map_set(map, KL_TEXT("allowed_tools"), tools, error);
}

kl_status kl_level_constraints(kl_value *out, kl_trust_level level, kl_error *error)
{
    const kl_level *row = kl_level_of(level);
    const bool flags[] = {row->allow_network, row->allow_filesystem, row->allow_code_execution,
                          row->allow_state_mutation, row->allow_delegation};
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, KL_COUNT(constraints_members), error));
    for (size_t i = 0; i < KL_COUNT(flags); i++)
        KL_TRY_OUT(kl_map_set(&map, kl_text_from(constraints_members[i].name), kl_bool(flags[i]),
                              error));
    KL_TRY_OUT(set_unsigned(&map, "max_context_tokens", row->max_context_tokens, error));
    KL_TRY_OUT(set_tools(&map, row->any_tool, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("reasoning_required"), kl_bool(false), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

kl_status kl_level_limits(kl_value *out, kl_trust_level level, kl_error *error)
{
    const kl_level *row = kl_level_of(level);
    const uint64_t limits[] = {row->max_llm_calls, row->max_tool_calls, row->max_total_tokens,
                               row->max_execution_secs};
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, KL_COUNT(limits), error));
    for (size_t i = 0; i < KL_COUNT(limits); i++)
        KL_TRY_OUT(set_unsigned(&map, limits_members[i].name, limits[i], error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

kl_status kl_trust_level_read(kl_trust_level *out, kl_value level, kl_error *error)
{
    int64_t number = kl_as_int(level);
    if (number < 0 || number > UINT8_MAX || !kl_is(level, KL_KIND_INT))
        return kl_error_set(error, KL_OVERFLOW, "level: expected an integer from 0 to 4");
    if (number >= KL_TRUST_LEVELS)
        return kl_fault(error, KL_INVALID, NULL, "invalid_level",
                        "trust level must be 0-4, got %d", (int)number);
    *out = (kl_trust_level)number;
    return KL_OK;
}

/* ---- what is known ------------------------------------------------------------------------------ */

static kl_status known_member(kl_value *out, const kl_member *member, kl_value value,
                              kl_error *error)
{
    if (member->shape && kl_is(value, KL_KIND_MAP))
        return kl_shape_known(out, member->shape, value, error);
    *out = kl_value_retain(value);
    return KL_OK;
}

/* Shapes are static and end, so the recursion does. */
kl_status kl_shape_known(kl_value *out, const kl_shape *shape, kl_value map, kl_error *error)
{
    kl_value known;
    kl_status status;
    KL_TRY(kl_map_new(&known, shape->count, error));
    for (size_t i = 0; i < shape->count; i++) {
        const kl_member *member = &shape->members[i];
        const kl_value *value = kl_map_find(map, kl_text_from(member->name));
        kl_value kept;
        if (!value)
            continue;
        KL_TRY_OUT(known_member(&kept, member, *value, error));
        KL_TRY_OUT(kl_map_set(&known, kl_text_from(member->name), kept, error));
    }
    *out = known;
    return KL_OK;
out:
    kl_value_release(known);
    return status;
}

/* ---- signing and verifying ---------------------------------------------------------------------- */

kl_status kl_record_sign(kl_value *map, const kl_shape *shape, const kl_key_pair *pair,
                         kl_error *error)
{
    kl_buffer bytes = KL_BUFFER_INIT;
    kl_value signature = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_shape_pre_image(&bytes, shape, *map, error));
    KL_TRY_OUT(kl_sign_hex(&signature, pair, kl_buffer_text(&bytes), error));
    status = kl_map_set(map, KL_TEXT("signature"), signature, error);
out:
    kl_buffer_free(&bytes);
    return status;
}

kl_status kl_record_verify_bytes(kl_text bytes, kl_text signature_hex, kl_text signer_hex,
                                 const char *what, kl_error *error)
{
    bool valid = false;
    kl_status status = kl_verify_hex(&valid, signer_hex, bytes, signature_hex, error);
    if (status == KL_INVALID || status == KL_SYNTAX)
        return kl_error_prefix(error, "signature re-verification failed: ");
    if (status == KL_OK && !valid)
        return kl_fault(error, KL_INVALID, NULL, "bad_signature",
                        "signature re-verification failed: signature verification failed: the "
                        "signature of the %s does not fit its content",
                        what);
    return status;
}

kl_status kl_record_verify(kl_value map, const kl_shape *shape, kl_text signer_hex,
                           kl_error *error)
{
    kl_buffer bytes = KL_BUFFER_INIT;
    kl_status status;
    KL_TRY_OUT(kl_shape_pre_image(&bytes, shape, map, error));
    status = kl_record_verify_bytes(kl_buffer_text(&bytes),
                                    kl_as_text(kl_map_get(map, KL_TEXT("signature"))), signer_hex,
                                    shape->name, error);
out:
    kl_buffer_free(&bytes);
    return status;
}

kl_status kl_record_check(kl_value map, const kl_shape *shape, kl_error *error)
{
    KL_TRY(kl_alg_id_check(map, error));
    kl_status status = kl_shape_check(shape, map, error);
    if (status == KL_INVALID || status == KL_SYNTAX || status == KL_TYPE)
        return kl_error_prefix(error, "cannot deserialize ");
    return status;
}

/* ---- texts -------------------------------------------------------------------------------------- */

kl_status kl_uuid_text(kl_value *out, kl_error *error)
{
    char id[37];
    KL_TRY(kl_uuid_new(id, error));
    return kl_string_from_valid(out, (kl_text){id, 36}, error);
}

kl_status kl_time_value(kl_value *out, kl_time time, kl_time_zone zone, kl_error *error)
{
    char text[KL_TIME_TEXT];
    size_t len = kl_time_print(text, time, KL_TIME_SHORTEST, zone);
    return kl_string_from_valid(out, (kl_text){text, len}, error);
}

kl_status kl_instant_read(kl_instant *out, kl_value text, const char *name, kl_error *error)
{
    kl_error detail = KL_ERROR_INIT;
    kl_status status = kl_instant_parse(out, kl_as_text(text), &detail);
    if (status == KL_INVALID || status == KL_SYNTAX)
        status = kl_fault(error, KL_INVALID, NULL, "invalid_time",
                          "invalid %s (RFC-3339 expected): %s", name, kl_error_message(&detail));
    else if (status != KL_OK)
        kl_error_move(error, &detail);
    kl_error_clear(&detail);
    return status;
}

kl_status kl_uuid_read(kl_value *out, kl_value text, const char *what, kl_error *error)
{
    kl_text given = kl_as_text(text);
    char lower[36];
    if (!kl_uuid_is_valid(given))
        return kl_fault(error, KL_INVALID, NULL, "invalid_uuid",
                        "invalid %s: expected 8-4-4-4-12 hexadecimal digits, got a text of %zu bytes",
                        what, given.len);
    for (size_t i = 0; i < sizeof lower; i++)
        lower[i] = given.data[i] >= 'A' && given.data[i] <= 'F' ? (char)(given.data[i] | 0x20)
                                                                 : given.data[i];
    return kl_string_from_valid(out, (kl_text){lower, sizeof lower}, error);
}
