/* src/eatp/multi_signature.c - MultiSigPolicy, MultiSigBundle, MultiSigResult: m of n signatures under
 * one payload (trust_plane 3.10).
 *
 * What is signed is "EATP-MULTISIG-v1", a NUL and the SHA-256 of the payload, so that no signature of
 * a bundle is one of anything else.
 */
#include "fault.h"
#include "fork.h"
#include "keys.h"
#include "wire.h"

#include "kailash/crypto.h"
#include "kailash/json.h"

#include <pthread.h>

enum { SIGNERS_MAX = 1000, DOMAIN_LEN = 17, HASH_LEN = 32 };
static const char domain[DOMAIN_LEN] = "EATP-MULTISIG-v1"; /* its NUL belongs to it */

static kl_status misuse(kl_error *error, const char *code, const char *message)
{
    return kl_fault(error, KL_INVALID, NULL, code, "multi-sig error: %s", message);
}

/* A public key in lower case, as a string; given. KL_INVALID when it is none. */
static kl_status public_key(kl_value *out, kl_text hex, kl_error *error)
{
    kl_verifier *verifier;
    char lower[64];
    KL_TRY(kl_verifier_new(&verifier, hex, error));
    kl_verifier_free(verifier);
    for (size_t i = 0; i < sizeof lower; i++)
        lower[i] = (char)(hex.data[i] >= 'A' && hex.data[i] <= 'F' ? hex.data[i] | 0x20
                                                                    : hex.data[i]);
    return kl_string_new(out, (kl_text){lower, sizeof lower}, error);
}

/* ---- MultiSigPolicy --------------------------------------------------------------------------- */

typedef struct policy {
    kl_object object;
    int64_t threshold;
    kl_value authorized_signers; /* array of strings: public keys in lower case, distinct */
} policy;

/* The signers in lower case, distinct; given. */
static kl_status read_signers(kl_value *out, kl_value signers, kl_error *error)
{
    kl_value seen = kl_null(), list = kl_null(), key;
    kl_status status;
    KL_TRY_OUT(kl_map_new(&seen, 0, error));
    KL_TRY_OUT(kl_array_new(&list, kl_array_len(signers), error));
    for (size_t i = 0; i < kl_array_len(signers); i++) {
        KL_TRY_OUT(public_key(&key, kl_as_text(kl_array_at(signers, i)), error));
        bool known = kl_map_has(seen, kl_as_text(key));
        status = kl_array_push(&list, key, error);
        if (status == KL_OK && known)
            status = misuse(error, "duplicate_signer", "duplicate signer in policy");
        if (status == KL_OK)
            status = kl_map_set(&seen, kl_as_text(kl_array_at(list, i)), kl_null(), error);
        KL_TRY_OUT(status);
    }
    *out = kl_value_take(&list);
    status = KL_OK;
out:
    kl_value_release(seen);
    kl_value_release(list);
    return status;
}

static kl_status policy_check(kl_object *self, kl_error *error)
{
    policy *p = (policy *)self;
    size_t count = kl_array_len(p->authorized_signers);
    kl_value signers;
    if (count > SIGNERS_MAX)
        return misuse(error, "too_many_signers", "more than 1000 signers");
    KL_TRY(read_signers(&signers, p->authorized_signers, error));
    kl_value_replace(&p->authorized_signers, signers);
    if (p->threshold < 1)
        return misuse(error, "bad_threshold", "threshold must be at least 1");
    if ((uint64_t)p->threshold > count)
        return kl_fault(error, KL_INVALID, NULL, "bad_threshold",
                        "multi-sig error: threshold %lld exceeds number of signers %zu",
                        (long long)p->threshold, count);
    return KL_OK;
}

static kl_status policy_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const policy *p = (const policy *)self;
    return kl_string_format(out, error, "MultiSigPolicy(threshold=%lld, signers=%zu)",
                            (long long)p->threshold, kl_array_len(p->authorized_signers));
}

/* ---- MultiSigResult --------------------------------------------------------------------------- */

typedef struct result {
    kl_object object;
    bool threshold_met;
    int64_t valid_signatures, missing_count;
    kl_value missing_signers; /* array of strings */
} result;

static kl_status result_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const result *r = (const result *)self;
    return kl_string_format(out, error,
                            "MultiSigResult(valid=%lld, threshold_met=%s, missing=%lld)",
                            (long long)r->valid_signatures, r->threshold_met ? "true" : "false",
                            (long long)r->missing_count);
}

static const kl_field result_fields[] = {
    KL_BOOL(result, threshold_met, false, .flags = KL_READ_ONLY,
            .doc = "whether there are enough valid signatures"),
    KL_COUNT_FIELD(result, valid_signatures, 0, .flags = KL_READ_ONLY,
                   .doc = "authorized signers whose signature is valid"),
    KL_COUNT_FIELD(result, missing_count, 0, .flags = KL_READ_ONLY,
                   .doc = "authorized signers without a valid signature"),
    KL_VALUE(result, missing_signers, .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
             .flags = KL_READ_ONLY, .doc = "their public keys, in the order of the policy"),
};

static const kl_type kl_multi_sig_result_type = {
    .name = "MultiSigResult",
    .module = "kailash",
    .doc = "Whose signatures a bundle has, and whether they are enough.",
    .size = sizeof(result),
    .flags = KL_TYPE_RECORD | KL_TYPE_NO_INIT,
    .fields = KL_TABLE(result_fields),
    .repr = result_repr,
};
KL_PUBLISH(kl_multi_sig_result_type);

/* ---- MultiSigBundle --------------------------------------------------------------------------- */

typedef struct bundle {
    kl_object object;
    unsigned char signed_bytes[DOMAIN_LEN + HASH_LEN];
    kl_value payload_hash; /* string: 64 digits */
    kl_fork_watch fork_watch;
    pthread_mutex_t lock; /* guards what follows */
    kl_value signatures;  /* map public key -> signature, both in hexadecimal digits */
} bundle;

static const kl_type kl_multi_sig_bundle_type;

static kl_text signed_text(const bundle *b)
{
    return (kl_text){(const char *)b->signed_bytes, sizeof b->signed_bytes};
}

/* The payload is its hash, known already. */
static kl_status set_hash(bundle *b, kl_text hex, kl_error *error)
{
    memcpy(b->signed_bytes, domain, DOMAIN_LEN);
    KL_TRY(kl_hex_read(b->signed_bytes + DOMAIN_LEN, HASH_LEN, hex, "payload_hash", error));
    return kl_string_new(&b->payload_hash, hex, error);
}

static void begin(bundle *b)
{
    pthread_mutex_init(&b->lock, NULL);
    b->fork_watch.lock = &b->lock;
    kl_fork_watch_begin(&b->fork_watch);
}

static kl_status bundle_init(kl_object *self, const kl_value *args, kl_error *error)
{
    bundle *b = (bundle *)self;
    char hex[65];
    begin(b);
    KL_TRY(kl_sha256_hex(hex, kl_as_text(args[0]), error));
    KL_TRY(set_hash(b, (kl_text){hex, 64}, error));
    return kl_map_new(&b->signatures, 0, error);
}

static void bundle_dispose(kl_object *self)
{
    bundle *b = (bundle *)self;
    kl_fork_watch_end(&b->fork_watch);
    kl_value_release(b->payload_hash);
    kl_value_release(b->signatures);
    pthread_mutex_destroy(&b->lock);
}

static kl_status check_payload(const bundle *b, kl_text payload, kl_error *error)
{
    char hex[65];
    KL_TRY(kl_sha256_hex(hex, payload, error));
    if (!kl_text_is(kl_as_text(b->payload_hash), hex))
        return misuse(error, "other_payload", "payload hash does not match expected value");
    return KL_OK;
}

static kl_status add(bundle *b, kl_value key, kl_value signature, kl_error *error)
{
    kl_status status;
    pthread_mutex_lock(&b->lock);
    if (kl_map_has(b->signatures, kl_as_text(key)))
        status = misuse(error, "duplicate_signer", "duplicate signature from same signer");
    else if (kl_map_len(b->signatures) >= SIGNERS_MAX)
        status = misuse(error, "too_many_signers", "more than 1000 signatures");
    else
        status = kl_map_set_key(&b->signatures, key, kl_value_retain(signature), error);
    pthread_mutex_unlock(&b->lock);
    return status;
}

static kl_status sign_and_add(bundle *b, const kl_key_pair *pair, kl_error *error)
{
    kl_value signature;
    KL_TRY(kl_sign_hex(&signature, pair, signed_text(b), error));
    kl_status status = add(b, kl_key_pair_public_hex(pair), signature, error);
    kl_value_release(signature);
    return status;
}

static kl_status add_signature(kl_value *out, kl_object *self, const kl_value *args,
                               kl_error *error)
{
    (void)out;
    bundle *b = (bundle *)self;
    unsigned char seed[KL_ED25519_KEY];
    kl_value pair;
    kl_status status = check_payload(b, kl_as_text(args[1]), error);
    if (status == KL_OK)
        status = kl_hex_read(seed, sizeof seed, kl_as_text(args[0]), "private key", error);
    if (status == KL_OK)
        status = kl_key_pair_from_seed(&pair, (kl_text){(char *)seed, sizeof seed}, error);
    kl_wipe(seed, sizeof seed);
    if (status != KL_OK)
        return status;
    status = sign_and_add(b, (const kl_key_pair *)pair.as.object, error);
    kl_value_release(pair);
    return status;
}

static kl_status add_signature_bytes(kl_value *out, kl_object *self, const kl_value *args,
                                     kl_error *error)
{
    (void)out;
    bundle *b = (bundle *)self;
    kl_text bytes = kl_as_text(args[1]);
    char hex[2 * KL_ED25519_SIGNATURE];
    kl_value key = kl_null(), signature = kl_null();
    bool valid;
    kl_status status;
    if (bytes.len != KL_ED25519_SIGNATURE)
        return misuse(error, "bad_signature", "signature: expected 64 bytes");
    KL_TRY_OUT(public_key(&key, kl_as_text(args[0]), error));
    kl_hex_write(hex, (const unsigned char *)bytes.data, KL_ED25519_SIGNATURE);
    KL_TRY_OUT(kl_string_new(&signature, (kl_text){hex, sizeof hex}, error));
    KL_TRY_OUT(kl_verify_hex(&valid, kl_as_text(key), signed_text(b), kl_as_text(signature),
                             error));
    status = valid ? add(b, key, signature, error)
                   : misuse(error, "bad_signature", "the signature is not one of this payload");
out:
    kl_value_release(signature);
    kl_value_release(key);
    return status;
}

static kl_value snapshot(bundle *b)
{
    pthread_mutex_lock(&b->lock);
    kl_value signatures = kl_value_retain(b->signatures); /* whoever adds copies it first */
    pthread_mutex_unlock(&b->lock);
    return signatures;
}

static kl_status get_count(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    kl_value signatures = snapshot((bundle *)self);
    *out = kl_int((int64_t)kl_map_len(signatures));
    kl_value_release(signatures);
    return KL_OK;
}

static kl_status signing_bytes(kl_value *out, kl_object *self, const kl_value *args,
                               kl_error *error)
{
    (void)args;
    return kl_bytes_new(out, signed_text((bundle *)self), error);
}

static kl_status bundle_repr(kl_value *out, kl_object *self, kl_error *error)
{
    bundle *b = (bundle *)self;
    kl_value signatures = snapshot(b);
    kl_status status = kl_string_format(
        out, error, "MultiSigBundle(signatures=%zu, payload_hash=%.*s)", kl_map_len(signatures),
        KL_TEXT_ARG(kl_as_text(b->payload_hash)));
    kl_value_release(signatures);
    return status;
}

/* ---- as JSON ---------------------------------------------------------------------------------- */

static kl_status to_json(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    bundle *b = (bundle *)self;
    kl_value map = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_map_new(&map, 2, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("payload_hash"), kl_value_retain(b->payload_hash), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("signatures"), snapshot(b), error));
    status = kl_json_print(out, map, &kl_json_plain, error);
out:
    kl_value_release(map);
    return status;
}

static const kl_member bundle_members[] = {
    {.name = "payload_hash", .kind = KL_KIND_STRING, .flags = KL_MEMBER_HEX_32},
    {.name = "signatures", .kind = KL_KIND_MAP, .item = KL_KIND_STRING},
};
static const kl_shape bundle_shape = {
    .name = "multi-signature bundle", KL_SHAPE_MEMBERS(bundle_members), .closed = true};

/* Whether the signatures are valid is for validate() to say, but they must be some. */
static kl_status read_signatures(bundle *b, kl_value signatures, kl_error *error)
{
    KL_TRY(kl_map_new(&b->signatures, 0, error));
    for (size_t i = 0; i < kl_map_len(signatures); i++) {
        kl_value key, signature = kl_map_value_at(signatures, i);
        kl_text hex = kl_as_text(signature);
        if (hex.len != 128 || strspn(hex.data, "0123456789abcdef") != 128)
            return misuse(error, "bad_signature",
                          "signature: expected 128 lower-case hexadecimal digits");
        KL_TRY(public_key(&key, kl_map_key_at(signatures, i), error));
        kl_status status = add(b, key, signature, error);
        kl_value_release(key);
        KL_TRY(status);
    }
    return KL_OK;
}

static kl_status read_bundle(kl_value *out, kl_value map, kl_error *error)
{
    kl_object *object;
    KL_TRY(kl_shape_check(&bundle_shape, map, error));
    KL_TRY(kl_object_alloc(&object, &kl_multi_sig_bundle_type, error));
    bundle *b = (bundle *)object;
    begin(b);
    kl_status status = set_hash(b, kl_as_text(kl_map_get(map, KL_TEXT("payload_hash"))), error);
    if (status == KL_OK)
        status = read_signatures(b, kl_map_get(map, KL_TEXT("signatures")), error);
    if (status == KL_OK)
        *out = kl_value_of(object);
    else
        kl_object_release(object);
    return status;
}

static kl_status from_json(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)self;
    kl_value map;
    KL_TRY(kl_signed_json_parse(&map, kl_as_text(args[0]), error));
    kl_status status = read_bundle(out, map, error);
    kl_value_release(map);
    return status;
}

static const kl_param payload_param[] = {
    {.name = "payload", .kind = KL_KIND_BYTES, .doc = "what is signed"},
};
static const kl_param add_params[] = {
    {.name = "private_key_hex", .kind = KL_KIND_STRING, .flags = KL_SECRET,
     .doc = "the signer's secret seed: 64 hexadecimal digits"},
    {.name = "payload", .kind = KL_KIND_BYTES, .doc = "the payload of the bundle, once more"},
};
static const kl_param add_bytes_params[] = {
    {.name = "public_key_hex", .kind = KL_KIND_STRING,
     .doc = "the signer's public key: 64 hexadecimal digits"},
    {.name = "signature", .kind = KL_KIND_BYTES,
     .doc = "64 bytes: the signature of signing_bytes() in the protocol domain"},
};
static const kl_param json_param[] = {
    {.name = "json_str", .kind = KL_KIND_STRING, .doc = "what to_json() gave"},
};

static const kl_method bundle_methods[] = {
    {.name = "add_signature", .call = add_signature, .params = KL_TABLE(add_params),
     .returns = KL_KIND_NONE, .raises = "ValueError",
     .doc = "Sign the payload and keep the signature. ValueError for another payload, a signer who "
            "signed already, a key that is none."},
    {.name = "add_signature_bytes", .call = add_signature_bytes,
     .params = KL_TABLE(add_bytes_params), .returns = KL_KIND_NONE, .raises = "ValueError",
     .doc = "Keep a signature that was made elsewhere, so that no secret key must be handed over. "
            "ValueError when it is none of the payload, or its signer signed already."},
    {.name = "signing_bytes", .call = signing_bytes, .returns = KL_KIND_BYTES,
     .doc = "What every signer signs: \"EATP-MULTISIG-v1\", a NUL and the SHA-256 of the payload."},
    {.name = "signature_count", .call = get_count, .flags = KL_PROPERTY, .returns = KL_KIND_INT,
     .doc = "signatures so far, of whomever"},
    {.name = "to_json", .call = to_json, .returns = KL_KIND_STRING,
     .doc = "The hash of the payload and all signatures as JSON text."},
    {.name = "from_json", .call = from_json, .params = KL_TABLE(json_param), .flags = KL_STATIC,
     .returns = KL_KIND_OBJECT, .returns_type = &kl_multi_sig_bundle_type, .raises = "ValueError",
     .doc = "The bundle of such a text. Its signatures are not verified: a policy does."},
};

static const kl_type kl_multi_sig_bundle_type = {
    .name = "MultiSigBundle",
    .module = "kailash",
    .doc = "Signatures of several signers under one payload. Threads may share one.",
    .size = sizeof(bundle),
    .params = KL_TABLE(payload_param),
    .init = bundle_init,
    .dispose = bundle_dispose,
    .methods = KL_TABLE(bundle_methods),
    .repr = bundle_repr,
};
KL_PUBLISH(kl_multi_sig_bundle_type);

/* ---- validating ------------------------------------------------------------------------------- */

static kl_status judge(result *r, const policy *p, const bundle *b, kl_value signatures,
                       kl_error *error)
{
    KL_TRY(kl_array_new(&r->missing_signers, 0, error));
    for (size_t i = 0; i < kl_array_len(p->authorized_signers); i++) {
        kl_value signer = kl_array_at(p->authorized_signers, i);
        const kl_value *signature = kl_map_find(signatures, kl_as_text(signer));
        bool valid = false;
        if (signature)
            KL_TRY(kl_verify_hex(&valid, kl_as_text(signer), signed_text(b),
                                 kl_as_text(*signature), error));
        if (valid)
            r->valid_signatures++;
        else
            KL_TRY(kl_array_push(&r->missing_signers, kl_value_retain(signer), error));
    }
    r->missing_count = (int64_t)kl_array_len(r->missing_signers);
    r->threshold_met = r->valid_signatures >= p->threshold;
    return KL_OK;
}

static kl_status validate(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    bundle *b = (bundle *)args[0].as.object;
    kl_object *object;
    KL_TRY(check_payload(b, kl_as_text(args[1]), error));
    KL_TRY(kl_object_alloc(&object, &kl_multi_sig_result_type, error));
    kl_value signatures = snapshot(b);
    kl_status status = judge((result *)object, (policy *)self, b, signatures, error);
    kl_value_release(signatures);
    if (status == KL_OK)
        *out = kl_value_of(object);
    else
        kl_object_release(object);
    return status;
}

static const kl_field policy_fields[] = {
    {.name = "threshold", .kind = KL_KIND_COUNT, .offset = offsetof(policy, threshold),
     .doc = "valid signatures that are enough, at least 1"},
    KL_VALUE(policy, authorized_signers, .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
             .doc = "public keys that count: 64 hexadecimal digits each, no two alike"),
};
static const kl_param validate_params[] = {
    {.name = "bundle", .kind = KL_KIND_OBJECT, .type = &kl_multi_sig_bundle_type,
     .doc = "the signatures"},
    {.name = "payload", .kind = KL_KIND_BYTES, .doc = "what they must be under"},
};
static const kl_method policy_methods[] = {
    {.name = "validate", .call = validate, .params = KL_TABLE(validate_params),
     .returns = KL_KIND_OBJECT, .returns_type = &kl_multi_sig_result_type, .raises = "ValueError",
     .doc = "Count the authorized signers whose signature is valid. ValueError when the bundle is "
            "of another payload."},
};

static const kl_type kl_multi_sig_policy_type = {
    .name = "MultiSigPolicy",
    .module = "kailash",
    .doc = "Who must sign, and how many of them are enough.",
    .size = sizeof(policy),
    .flags = KL_TYPE_RECORD,
    .fields = KL_TABLE(policy_fields),
    .check = policy_check,
    .methods = KL_TABLE(policy_methods),
    .repr = policy_repr,
};
KL_PUBLISH(kl_multi_sig_policy_type);
