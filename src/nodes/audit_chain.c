/* src/nodes/audit_chain.c - signing and checking entries; see audit_log.h. */
#include "audit_log.h"
#include "build_map.h"
#include "encode.h"
#include "kailash/crypto.h"
#include "kailash/json.h"

static const char zeros[] = "0000000000000000000000000000000000000000000000000000000000000000";

enum { FAULTS_MAX = 1000 };

static kl_status sign_text(kl_value *out, kl_text text, kl_value key, kl_error *error)
{
    kl_value bytes;
    kl_buffer hex = KL_BUFFER_INIT;
    if (kl_is_null(key))
        return kl_hash_hex(out, KL_HASH_SHA256, text, error);
    KL_TRY(kl_hmac(&bytes, KL_HASH_SHA256, kl_as_text(key), text, error));
    kl_hex_encode(&hex, kl_as_text(bytes));
    kl_value_release(bytes);
    return kl_buffer_finish(out, &hex, error);
}

kl_status kl_audit_sign(kl_value *text, kl_value *signature, kl_value entry, kl_value key,
                        kl_error *error)
{
    kl_value canonical;
    KL_TRY(kl_json_print(&canonical, entry, &kl_json_canonical_b, error));
    kl_status status = sign_text(signature, kl_as_text(canonical), key, error);
    if (status == KL_OK)
        *text = canonical;
    else
        kl_value_release(canonical);
    return status;
}

kl_status kl_audit_check_begin(kl_audit_check *check, kl_value key, kl_error *error)
{
    *check = (kl_audit_check){.key = key};
    memcpy(check->previous, zeros, sizeof zeros);
    return kl_array_new(&check->faults, 0, error);
}

kl_status kl_audit_fault(kl_audit_check *check, kl_value entry, const char *reason, kl_error *error)
{
    kl_value fault;
    if (kl_array_len(check->faults) >= FAULTS_MAX)
        return KL_OK;
    kl_build build = kl_build_begin(3, error);
    kl_build_put(&build, "sequence", kl_int(check->number));
    kl_build_share(&build, "audit_id", kl_map_get(entry, KL_TEXT("audit_id")));
    kl_build_text(&build, "reason", kl_text_from(reason));
    KL_TRY(kl_build_end(&fault, &build));
    return kl_array_push(&check->faults, fault, error);
}

static kl_status check_entry(kl_audit_check *check, kl_value entry, kl_text signature, bool signed_so,
                             kl_error *error)
{
    kl_text previous = kl_as_text(kl_map_get(entry, KL_TEXT("previous_hash")));
    int64_t number = kl_as_int(kl_map_get(entry, KL_TEXT("sequence")));
    bool follows = kl_text_is(previous, check->previous);
    if (!signed_so)
        KL_TRY(kl_audit_fault(check, entry, "the signature does not fit the entry: it was changed, or "
                                            "signed with another key", error));
    if (number != check->number)
        KL_TRY(kl_audit_fault(check, entry, "the number is out of order: entries are missing, moved or "
                                            "added", error));
    if (!follows)
        KL_TRY(kl_audit_fault(check, entry, "it does not follow the entry before it", error));
    if (signature.len == KL_AUDIT_SIGNATURE_LEN)
        memcpy(check->previous, signature.data, KL_AUDIT_SIGNATURE_LEN);
    if (number > 0 && number < INT64_MAX)
        check->number = number; /* one gap is one fault */
    return KL_OK;
}

kl_status kl_audit_check_next(void *data, kl_text text, kl_text signature, kl_error *error)
{
    kl_audit_check *check = data;
    kl_value entry = kl_null(), expected;
    kl_error why = KL_ERROR_INIT;
    check->number++;
    KL_TRY(sign_text(&expected, text, check->key, error));
    bool signed_so = kl_equal_secret(kl_as_text(expected), signature);
    kl_value_release(expected);
    kl_status status = kl_json_parse_with(&entry, text, KL_JSON_UNIQUE_KEYS, &why);
    if (status == KL_NO_MEMORY)
        kl_error_move(error, &why);
    else if (status != KL_OK || !kl_is(entry, KL_KIND_MAP))
        status = kl_audit_fault(check, kl_null(), "it is no JSON object", error);
    else
        status = check_entry(check, entry, signature, signed_so, error);
    kl_error_clear(&why);
    kl_value_release(entry);
    return status;
}
