/* src/trust_plane/seal.c - see seal.h. */
#include "seal.h"
#include "canonical.h"
#include "eatp/fault.h"
#include "project_parts.h"

/* ---- hash and signature ---------------------------------------------------------------------------- */

static kl_status hash_of(kl_value *out, kl_value record, kl_error *error)
{
    kl_value bare = kl_value_retain(record);
    kl_status status = KL_OK;
    if (kl_map_has(bare, KL_TEXT(KL_SEAL)))
        status = kl_map_remove(&bare, KL_TEXT(KL_SEAL), error);
    if (status == KL_OK)
        status = kl_trust_canonical_hash(out, bare, error);
    kl_value_release(bare);
    return status;
}

/* What is signed begins with words that nothing else begins with, and names the folder: a signature is
 * good for no other file, and for no anchor. */
static kl_status signed_text(kl_value *out, const char *sub, kl_text hash, kl_error *error)
{
    return kl_string_format(out, error, "kailash trust record seal v1:%s:%.*s", sub, KL_TEXT_ARG(hash));
}

static kl_status sign(kl_value *seal, const char *sub, kl_text hash, const kl_key_pair *pair,
                      kl_error *error)
{
    kl_value text = kl_null(), signature = kl_null();
    KL_TRY(signed_text(&text, sub, hash, error));
    kl_status status = kl_sign_hex(&signature, pair, kl_as_text(text), error);
    kl_value_release(text);
    return status == KL_OK ? kl_map_set(seal, KL_TEXT("signature"), signature, error) : status;
}

kl_status kl_seal_set(kl_value *record, const char *sub, const kl_key_pair *pair, kl_error *error)
{
    kl_value hash = kl_null(), seal = kl_null();
    kl_status status;
    if (kl_map_has(*record, KL_TEXT(KL_SEAL)))
        KL_TRY(kl_map_remove(record, KL_TEXT(KL_SEAL), error));
    KL_TRY(kl_trust_canonical_hash(&hash, *record, error));
    KL_TRY_OUT(kl_map_new(&seal, 2, error));
    KL_TRY_OUT(kl_map_set(&seal, KL_TEXT("sha256"), kl_value_retain(hash), error));
    if (pair)
        KL_TRY_OUT(sign(&seal, sub, kl_as_text(hash), pair, error));
    status = kl_map_set(record, KL_TEXT(KL_SEAL), kl_value_take(&seal), error);
out:
    kl_value_release(seal);
    kl_value_release(hash);
    return status;
}

/* ---- judging --------------------------------------------------------------------------------------- */

/* Members of a seal, each at most once by the rules of JSON here. */
static bool is_seal(kl_value seal, kl_text hash)
{
    size_t known = 1 + kl_map_has(seal, KL_TEXT("signature"));
    return kl_is(seal, KL_KIND_MAP) && kl_map_len(seal) == known &&
           kl_text_equal(kl_as_text(kl_map_get(seal, KL_TEXT("sha256"))), hash);
}

static kl_status judge_signature(bool *valid, kl_value signature, const char *sub, kl_text hash,
                                 const kl_anchor_key *key, kl_error *error)
{
    kl_value text = kl_null();
    KL_TRY(signed_text(&text, sub, hash, error));
    kl_status status = kl_trust_signature_judge(valid, key, kl_as_text(text), signature, error);
    kl_value_release(text);
    return status;
}

kl_status kl_seal_judge(unsigned *faults, kl_value record, const char *sub, const kl_anchor_key *key,
                        kl_error *error)
{
    const kl_value *seal = kl_map_find(record, KL_TEXT(KL_SEAL));
    kl_value hash = kl_null();
    bool valid = true;
    *faults = seal ? 0 : KL_SEAL_MISSING;
    if (!seal)
        return KL_OK;
    KL_TRY(hash_of(&hash, record, error));
    kl_status status = KL_OK;
    if (!is_seal(*seal, kl_as_text(hash)))
        *faults = KL_SEAL_BROKEN;
    else if (key->verifier && kl_map_has(*seal, KL_TEXT("signature")))
        status = judge_signature(&valid, kl_map_get(*seal, KL_TEXT("signature")), sub,
                                 kl_as_text(hash), key, error);
    kl_value_release(hash);
    if (!valid)
        *faults = KL_SEAL_FORGED;
    return status;
}

kl_status kl_seal_open(kl_value *record, const char *sub, kl_text name, kl_error *error)
{
    unsigned faults;
    KL_TRY(kl_seal_judge(&faults, *record, sub, &(kl_anchor_key){NULL, NULL}, error));
    if (faults & KL_SEAL_MISSING)
        return KL_OK;
    if (faults)
        return kl_fault(error, KL_FAILED, NULL, "tamper_detected",
                        "tamper detected: %s/%.*s is not what its seal says", sub, KL_TEXT_ARG(name));
    return kl_map_remove(record, KL_TEXT(KL_SEAL), error);
}

/* ---- who signs ------------------------------------------------------------------------------------- */

kl_status kl_seal_by(kl_trust_folder *folder, kl_value project, kl_error *error)
{
    if (kl_is_null(project))
        return KL_OK;
    const kl_trust_folder *other = kl_trust_project_folder((kl_trust_project *)project.as.object);
    kl_text mine = kl_as_text(kl_trust_folder_real_path(folder));
    kl_text theirs = kl_as_text(kl_trust_folder_real_path(other));
    if (!kl_text_equal(mine, theirs))
        return kl_fault(error, KL_FAILED, NULL, "foreign_project",
                        "the project belongs to '%.*s', the directory is '%.*s'", KL_TEXT_ARG(theirs),
                        KL_TEXT_ARG(mine));
    kl_trust_folder_set_signer(folder, project);
    return KL_OK;
}

kl_status kl_seal_pair(kl_value *out, const kl_trust_folder *folder, kl_error *error)
{
    kl_value project = kl_trust_folder_signer(folder);
    if (!kl_is_null(project)) {
        *out = kl_project_pair((kl_trust_project *)project.as.object);
        if (!kl_is_null(*out))
            return KL_OK;
    }
    return kl_project_environment_pair(out, folder, error);
}
