/* src/nodes/signature.c - SignatureVerificationNode: messages signed, and signatures verified. */
#include "crypto/key.h"
#include "mode.h"
#include "octets.h"

enum { OPERATION, DATA, KEY, SIGNATURE, ALGORITHM, PASSPHRASE, ENCODING };

static const char *const algorithms[] = {"ed25519", "hmac-sha256", "rsa-pss", "ecdsa", NULL};

/* Of a key pair; HMAC has its own way. */
static kl_signature_kind kind_of(kl_text algorithm)
{
    if (kl_text_is(algorithm, "rsa-pss"))
        return (kl_signature_kind){KL_SIGN_RSA_PSS, KL_HASH_SHA256, false, true};
    if (kl_text_is(algorithm, "ecdsa"))
        return (kl_signature_kind){KL_SIGN_ECDSA, KL_HASH_SHA256, false, false};
    return (kl_signature_kind){.scheme = KL_SIGN_ED25519};
}

/* The hash goes with the size of the curve. */
static void fit_hash(kl_signature_kind *kind, const kl_key *key)
{
    kl_key_kind curve = kl_key_facts_of(key).kind;
    if (kind->scheme == KL_SIGN_ECDSA && curve == KL_KEY_P384)
        kind->hash = KL_HASH_SHA384;
    if (kind->scheme == KL_SIGN_ECDSA && curve == KL_KEY_P521)
        kind->hash = KL_HASH_SHA512;
}

/* ---- keys ---------------------------------------------------------------------------------------- */

static bool is_pem(kl_text text)
{
    static const char mark[] = "-----BEGIN ";
    return text.len && memmem(text.data, text.len, mark, sizeof mark - 1);
}

static kl_status raw_ed25519(kl_key **out, kl_value key, kl_text encoding, bool signs,
                             kl_error *error)
{
    kl_buffer bytes;
    KL_TRY(kl_octets_read(&bytes, "key", key, encoding, error));
    kl_status status;
    if (bytes.len != KL_ED25519_KEY)
        status = kl_node_bad(error, "key", "expected 32-byte Ed25519 %s key, got %zu bytes",
                             signs ? "secret" : "public", bytes.len);
    else {
        status = kl_key_from_ed25519(out, kl_buffer_text(&bytes), signs, error);
        if (status == KL_INVALID)
            status = kl_node_failed(error, "invalid Ed25519 public key: no point of the curve");
    }
    kl_octets_forget(&bytes);
    return status;
}

static kl_status read_pair(kl_key **out, const kl_value *args, kl_error *error)
{
    kl_buffer bytes;
    kl_error why = KL_ERROR_INIT;
    kl_text encoding = is_pem(kl_as_text(args[KEY])) ? KL_TEXT("raw") : kl_as_text(args[ENCODING]);
    KL_TRY(kl_octets_read(&bytes, "key", args[KEY], encoding, error));
    kl_status status =
        kl_key_read(out, kl_buffer_text(&bytes), kl_as_text(args[PASSPHRASE]), &why);
    if (status == KL_INVALID)
        status = kl_node_bad(error, "key", "expected key in PEM or DER (or the right passphrase), "
                                           "got something unreadable");
    else if (status != KL_OK)
        kl_error_move(error, &why);
    kl_error_clear(&why);
    kl_octets_forget(&bytes);
    return status;
}

static kl_status key_of(kl_key **out, const kl_value *args, bool signs, kl_error *error)
{
    KL_TRY(kl_node_octets("key", args[KEY], error));
    if (kl_text_is(kl_as_text(args[ALGORITHM]), "ed25519") && !is_pem(kl_as_text(args[KEY])))
        return raw_ed25519(out, args[KEY], kl_as_text(args[ENCODING]), signs, error);
    return read_pair(out, args, error);
}

/* A key of another kind is the caller's mistake, not a bad signature. */
static kl_status as_bad_key(kl_status status, kl_error *why, kl_error *error)
{
    if (status == KL_INVALID)
        status = kl_node_bad(error, "key", "%s", kl_error_message(why));
    else if (status != KL_OK)
        kl_error_move(error, why);
    kl_error_clear(why);
    return status;
}

/* ---- signing ------------------------------------------------------------------------------------- */

static kl_status hmac(kl_value *out, const kl_value *args, kl_error *error)
{
    kl_buffer key;
    KL_TRY(kl_octets_read(&key, "key", args[KEY], kl_as_text(args[ENCODING]), error));
    kl_status status = key.len ? kl_hmac(out, KL_HASH_SHA256, kl_buffer_text(&key),
                                         kl_as_text(args[DATA]), error)
                               : kl_node_bad(error, "key", "expected non-empty key, got none");
    kl_octets_forget(&key);
    return status;
}

static kl_status sign_with_pair(kl_value *out, const kl_value *args, kl_error *error)
{
    kl_key *key;
    kl_error why = KL_ERROR_INIT;
    kl_signature_kind kind = kind_of(kl_as_text(args[ALGORITHM]));
    KL_TRY(key_of(&key, args, true, error));
    fit_hash(&kind, key);
    kl_status status = kl_key_sign(out, key, &kind, kl_as_text(args[DATA]), &why);
    kl_key_free(key);
    return as_bad_key(status, &why, error);
}

/* {signature?, algorithm_used, valid}; `signature` (or null) is taken. */
static kl_status answer(kl_value *out, kl_value signature, bool valid, const kl_value *args,
                        kl_error *error)
{
    kl_value map = kl_null(), shown = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_map_new(&map, 3, error));
    if (!kl_is_null(signature)) {
        KL_TRY_OUT(kl_octets_write(&shown, kl_as_text(signature), kl_as_text(args[ENCODING]),
                                   error));
        KL_TRY_OUT(kl_map_set(&map, KL_TEXT("signature"), kl_value_take(&shown), error));
    }
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("algorithm_used"), kl_value_retain(args[ALGORITHM]), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("valid"), kl_bool(valid), error));
    *out = kl_value_take(&map);
out:
    kl_value_release(shown);
    kl_value_release(map);
    kl_value_release(signature);
    return status;
}

static bool is_hmac(const kl_value *args)
{
    return kl_text_is(kl_as_text(args[ALGORITHM]), "hmac-sha256");
}

static kl_status sign(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_value signature;
    KL_TRY(kl_node_octets("data", call->args[DATA], error));
    if (is_hmac(call->args))
        KL_TRY(hmac(&signature, call->args, error));
    else
        KL_TRY(sign_with_pair(&signature, call->args, error));
    return answer(out, signature, true, call->args, error);
}

/* ---- verifying ----------------------------------------------------------------------------------- */

static kl_status verify_hmac(bool *valid, const kl_value *args, kl_text signature, kl_error *error)
{
    kl_value right;
    KL_TRY(hmac(&right, args, error));
    *valid = kl_equal_secret(kl_as_text(right), signature);
    kl_value_release(right);
    return KL_OK;
}

static kl_status verify_with_pair(bool *valid, const kl_value *args, kl_text signature,
                                  kl_error *error)
{
    kl_key *key;
    kl_error why = KL_ERROR_INIT;
    kl_signature_kind kind = kind_of(kl_as_text(args[ALGORITHM]));
    if (kind.scheme == KL_SIGN_ED25519 && signature.len != KL_ED25519_SIGNATURE)
        return kl_node_bad(error, "signature", "expected 64-byte Ed25519 signature, got %zu bytes",
                           signature.len);
    KL_TRY(key_of(&key, args, false, error));
    fit_hash(&kind, key);
    kl_status status =
        kl_key_verify(valid, key, &kind, kl_as_text(args[DATA]), signature, &why);
    kl_key_free(key);
    return as_bad_key(status, &why, error);
}

static kl_status verify(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_buffer signature;
    const kl_value *args = call->args;
    bool valid = false;
    KL_TRY(kl_node_octets("data", args[DATA], error));
    KL_TRY(kl_octets_read(&signature, "signature", args[SIGNATURE], kl_as_text(args[ENCODING]),
                          error));
    kl_status status = is_hmac(args)
                           ? verify_hmac(&valid, args, kl_buffer_text(&signature), error)
                           : verify_with_pair(&valid, args, kl_buffer_text(&signature), error);
    kl_buffer_free(&signature);
    return status == KL_OK ? answer(out, kl_null(), valid, args, error) : status;
}

/* ---- the node ------------------------------------------------------------------------------------ */

#define MODES(ROW) ROW("sign", "data key", sign) ROW("verify", "data key signature", verify)

static const kl_mode modes[] = {MODES(KL_MODE_ROW)};
static const char *const mode_names[] = {MODES(KL_MODE_NAME) NULL};

static kl_status run(kl_value *out, kl_node_call *call, kl_error *error)
{
    return kl_mode_run(out, modes, KL_COUNT(modes), call->args[OPERATION], call, error);
}

static const kl_param inputs[] = {
    {.name = "operation", .kind = KL_KIND_ENUM, .names = mode_names, .doc = "what to do"},
    {.name = "data", .kind = KL_KIND_ANY, .doc = "the message: text (as UTF-8) or bytes"},
    {.name = "key", .kind = KL_KIND_ANY, .flags = KL_SECRET,
     .doc = "ed25519: the 32 bytes of the secret seed to sign, of the public key to verify, or PEM; "
            "hmac-sha256: the shared secret; rsa-pss and ecdsa: PEM text or DER, private to sign, "
            "public (or a certificate in PEM) to verify"},
    {.name = "signature", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = "verify: the signature, as bytes or as text by `encoding`"},
    {.name = "algorithm", .kind = KL_KIND_ENUM, .names = algorithms, .fallback = "\"ed25519\"",
     .doc = "rsa-pss with SHA-256; ecdsa in DER with the hash of its curve: P-256, P-384 or P-521"},
    {.name = "passphrase", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL | KL_SECRET,
     .doc = "opens an encrypted private key"},
    {.name = "encoding", .kind = KL_KIND_ENUM, .names = kl_octets_encodings, .fallback = "\"raw\"",
     .doc = "of key and signature given as text, and of the signature that is made: raw gives bytes"},
};
static const kl_param outputs[] = {
    {.name = "signature", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = "sign: 64 bytes of ed25519, 32 of hmac-sha256, as many as the key has of rsa-pss"},
    {.name = "algorithm_used", .kind = KL_KIND_STRING, .doc = "the algorithm"},
    {.name = "valid", .kind = KL_KIND_BOOL,
     .doc = "verify: whether the signature is one of the message; true when signed"},
};

static const kl_node_type types[] = {
    {
        .name = "SignatureVerificationNode",
        .category = "Security",
        .doc = "Signs messages and verifies signatures.",
        .inputs = KL_TABLE(inputs),
        .outputs = KL_TABLE(outputs),
        .flags = KL_NODE_HEAVY,
        .run = run,
    },
};

static const kl_node_family signature = {.name = "signature", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(signature);
