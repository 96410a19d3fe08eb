/* src/trust_plane/project_files.c - what the authority signed: genesis and envelopes, read and written. */
#include "project_parts.h"
#include "canonical.h"
#include "eatp/fault.h"
#include "scan.h"

/* ---- hexadecimal files ----------------------------------------------------------------------------------- */

static bool is_lower_hex(kl_text text, size_t digits)
{
    for (size_t i = 0; i < text.len; i++)
        if (!text.data[i] || !strchr("0123456789abcdef", text.data[i]))
            return false;
    return text.len == digits;
}

kl_status kl_project_read_hex(kl_value *out, const kl_trust_folder *folder, const char *sub,
                              kl_text name, size_t digits, kl_error *error)
{
    kl_value bytes = kl_null();
    KL_TRY(kl_trust_read(&bytes, NULL, folder, sub, name, error));
    kl_text text = kl_as_text(bytes);
    kl_status status = is_lower_hex(text, digits)
                           ? kl_string_from_valid(out, text, error)
                           : kl_fault(error, KL_FAILED, NULL, "serialization_error",
                                      "serialization error: %.*s: expected %zu lower-case "
                                      "hexadecimal characters and nothing else",
                                      KL_TEXT_ARG(name), digits);
    kl_value_release(bytes);
    return status;
}

/* ---- genesis --------------------------------------------------------------------------------------------- */

static kl_status check_genesis_signature(const kl_trust_folder *folder, kl_value genesis,
                                         kl_value signature, const kl_verifier *authority,
                                         kl_error *error)
{
    kl_buffer bytes = KL_BUFFER_INIT;
    unsigned char raw[KL_ED25519_SIGNATURE];
    bool valid = false;
    kl_status status;
    KL_TRY_OUT(kl_trust_canonical_add(&bytes, genesis, error));
    KL_TRY_OUT(kl_hex_read(raw, sizeof raw, kl_as_text(signature), "signature", error));
    KL_TRY_OUT(kl_verify(&valid, authority, kl_buffer_text(&bytes), raw, error));
    if (!valid)
        status = kl_fault(error, KL_FAILED, NULL, "tamper_detected",
                          "genesis authority signature verification failed: %s/genesis.json is not "
                          "as the authority signed it, or another key signed it",
                          kl_as_text(kl_trust_folder_path(folder)).data);
out:
    kl_buffer_free(&bytes);
    return status;
}

/* Faults of the form become "serialization error: ...", a RuntimeError. */
static kl_status as_damage(kl_error *error, kl_status status, kl_text name)
{
    if (status != KL_SYNTAX && status != KL_INVALID && status != KL_TYPE)
        return status;
    kl_value text = kl_null();
    const char *why = error ? kl_error_message(error) : "";
    const char *known = "serialization error: ";
    if (strncmp(why, known, strlen(known)) == 0)
        why += strlen(known);
    if (kl_string_repair(&text, kl_text_from(why), error) != KL_OK)
        return KL_NO_MEMORY;
    status = kl_fault(error, KL_FAILED, NULL, "serialization_error", "serialization error: %.*s: %s",
                      KL_TEXT_ARG(name), kl_as_text(text).data);
    kl_value_release(text);
    return status;
}

kl_status kl_project_read_genesis(kl_value *genesis, kl_value *signature,
                                  const kl_trust_folder *folder, const kl_verifier *authority,
                                  kl_error *error)
{
    kl_value map = kl_null(), hex = kl_null();
    bool plain;
    kl_status status = kl_trust_read_plain(&map, &plain, NULL, folder, "", GENESIS, error);
    if (status == KL_OK)
        status = kl_shape_check(&kl_trust_genesis_shape, map, error);
    status = as_damage(error, status, GENESIS);
    if (status == KL_OK)
        status = kl_project_read_hex(&hex, folder, "", GENESIS_SIGNATURE, 2 * KL_ED25519_SIGNATURE,
                                     error);
    if (status == KL_OK)
        status = check_genesis_signature(folder, map, hex, authority, error);
    if (status != KL_OK) {
        kl_value_release(map);
        kl_value_release(hex);
        return status;
    }
    *genesis = map;
    *signature = hex;
    return KL_OK;
}

/* ---- envelopes ------------------------------------------------------------------------------------------- */

static kl_status check_envelope(const kl_trust_project *project, const kl_session_envelope *envelope,
                                kl_value signature, kl_text name, kl_error *error)
{
    kl_value hash = kl_null();
    unsigned char raw[KL_ED25519_SIGNATURE];
    bool valid = false;
    kl_status status;
    KL_TRY_OUT(kl_session_envelope_hash(&hash, envelope, error));
    KL_TRY_OUT(kl_hex_read(raw, sizeof raw, kl_as_text(signature), "signature", error));
    KL_TRY_OUT(kl_verify(&valid, project->authority, kl_as_text(hash), raw, error));
    if (!valid)
        status = kl_fault(error, KL_FAILED, NULL, "tamper_detected",
                          "constraint envelope signature verification failed: %.*s is not as the "
                          "authority signed it",
                          KL_TEXT_ARG(name));
out:
    kl_value_release(hash);
    return status;
}

/* Members that are not known are ignored, so the text is compared with that of what was understood. */
static kl_status is_plain(bool *plain, const kl_session_envelope *envelope, kl_value bytes,
                          kl_error *error)
{
    kl_value text = kl_null();
    KL_TRY(kl_session_envelope_print(&text, envelope, error));
    *plain = kl_text_equal(kl_as_text(text), kl_as_text(bytes));
    kl_value_release(text);
    return KL_OK;
}

static kl_status parse_envelope(kl_session_envelope **out, bool *plain, kl_value bytes,
                                kl_error *error)
{
    kl_value map = kl_null();
    kl_session_envelope *envelope = NULL;
    KL_TRY(kl_trust_parse(&map, kl_as_text(bytes), error));
    kl_status status = kl_session_envelope_read(&envelope, map, error);
    kl_value_release(map);
    KL_TRY(status);
    status = is_plain(plain, envelope, bytes, error);
    if (status != KL_OK) {
        kl_session_envelope_release(envelope);
        return status;
    }
    *out = envelope;
    return KL_OK;
}

kl_status kl_project_read_envelope(kl_session_envelope **out, bool *plain,
                                   const kl_trust_project *project, const char *sub, kl_text name,
                                   kl_text signature_name, kl_error *error)
{
    kl_value bytes = kl_null(), hex = kl_null();
    kl_session_envelope *envelope = NULL;
    kl_status status = kl_trust_read(&bytes, NULL, project->folder, sub, name, error);
    if (status == KL_OK)
        status = parse_envelope(&envelope, plain, bytes, error);
    status = as_damage(error, status, name);
    if (status == KL_OK)
        status = kl_project_read_hex(&hex, project->folder, sub, signature_name,
                                     2 * KL_ED25519_SIGNATURE, error);
    if (status == KL_OK)
        status = check_envelope(project, envelope, hex, name, error);
    kl_value_release(bytes);
    kl_value_release(hex);
    if (status != KL_OK) {
        if (envelope)
            kl_session_envelope_release(envelope);
        return status;
    }
    *out = envelope;
    return KL_OK;
}

/* signed_by and signed_at are no part of what is signed, so nothing could vouch for them here. */
static kl_status without_claims(kl_session_envelope **out, const kl_session_envelope *envelope,
                                kl_error *error)
{
    kl_session_envelope *half = NULL;
    KL_TRY(kl_session_envelope_with(&half, envelope, NULL, "signed_by", kl_null(), error));
    kl_status status = kl_session_envelope_with(out, half, NULL, "signed_at", kl_null(), error);
    kl_session_envelope_release(half);
    return status;
}

kl_status kl_project_write_envelope(kl_trust_project *project, const char *sub, kl_text name,
                                    kl_text signature_name, const kl_session_envelope *envelope,
                                    kl_error *error)
{
    kl_session_envelope *bare = NULL;
    kl_value hash = kl_null(), signature = kl_null(), text = kl_null();
    const kl_key_pair *authority = (const kl_key_pair *)project->authority_pair.as.object;
    kl_status status;
    KL_TRY_OUT(without_claims(&bare, envelope, error));
    KL_TRY_OUT(kl_session_envelope_hash(&hash, bare, error));
    KL_TRY_OUT(kl_sign_hex(&signature, authority, kl_as_text(hash), error));
    KL_TRY_OUT(kl_session_envelope_print(&text, bare, error));
    KL_TRY_OUT(kl_trust_write(project->folder, sub, signature_name, kl_as_text(signature), error));
    /* The envelope comes last, so that where it is, its signature is: see project_shadow.c. */
    KL_TRY_OUT(kl_trust_write(project->folder, sub, name, kl_as_text(text), error));
out:
    if (bare)
        kl_session_envelope_release(bare);
    kl_value_release(hash);
    kl_value_release(signature);
    kl_value_release(text);
    return status;
}
