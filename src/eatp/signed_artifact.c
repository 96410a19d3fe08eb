/* src/eatp/signed_artifact.c - SignedArtifact: any bytes with a signature, a key's name and a time. */
#include "artifact.h"
#include "encode.h"
#include "wire.h"
#include "kailash/json.h"
#include "kailash/time.h"

typedef struct signed_artifact {
    kl_object object;
    kl_value wire; /* the six members and the signature */
    int64_t version;
    kl_value alg_id, key_id, payload, signature, timestamp;
} signed_artifact;

enum { VERSION = 1 };

static const kl_member members[] = {
    {.name = "version", .kind = KL_KIND_COUNT},
    {.name = "alg_id", .kind = KL_KIND_STRING},
    {.name = "key_id", .kind = KL_KIND_STRING, .flags = KL_MEMBER_FILLED},
    {.name = "payload", .kind = KL_KIND_STRING},
    {.name = "signature", .kind = KL_KIND_STRING, .flags = KL_MEMBER_HEX_64 | KL_MEMBER_UNSIGNED},
    {.name = "timestamp", .kind = KL_KIND_STRING, .flags = KL_MEMBER_TIME_KEPT},
};
static const kl_shape shape = {.name = "signed artifact", KL_SHAPE_MEMBERS(members), .closed = true};

static kl_status set_text(kl_value *map, const char *name, kl_text text, kl_error *error)
{
    kl_value value;
    KL_TRY(kl_string_new(&value, text, error));
    return kl_map_set(map, kl_text_from(name), value, error);
}

static kl_status payload_hex(kl_value *out, kl_text bytes, kl_error *error)
{
    kl_buffer hex = KL_BUFFER_INIT;
    kl_hex_encode(&hex, bytes);
    return kl_buffer_finish(out, &hex, error);
}

static kl_status sign_map(kl_value *map, const kl_key_pair *pair, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    kl_value signature;
    kl_status status = kl_shape_pre_image(&text, &shape, *map, error);
    if (status == KL_OK)
        status = kl_sign_hex(&signature, pair, kl_buffer_text(&text), error);
    kl_buffer_free(&text);
    return status == KL_OK ? kl_map_set(map, KL_TEXT("signature"), signature, error) : status;
}

static kl_status make_map(kl_value *map, const kl_value *args, kl_error *error)
{
    char time[KL_TIME_TEXT];
    size_t len = kl_time_print(time, kl_time_now(), 9, KL_TIME_Z);
    const kl_algorithm_id *algorithm = kl_as_object(args[2], &kl_algorithm_id_type);
    kl_value payload;
    KL_TRY(kl_map_new(map, KL_COUNT(members), error));
    KL_TRY(kl_map_set(map, KL_TEXT("version"), kl_int(VERSION), error));
    KL_TRY(kl_map_set(map, KL_TEXT("alg_id"), kl_value_retain(algorithm->token), error));
    KL_TRY(kl_map_set(map, KL_TEXT("key_id"), kl_value_retain(args[3]), error));
    KL_TRY(payload_hex(&payload, kl_as_text(args[0]), error));
    KL_TRY(kl_map_set(map, KL_TEXT("payload"), payload, error));
    KL_TRY(set_text(map, "timestamp", (kl_text){time, len}, error));
    return sign_map(map, kl_as_object(args[1], &kl_key_pair_type), error);
}

/* The object around a checked map, which is taken. */
static kl_status artifact_of(kl_value *out, kl_value map, kl_error *error)
{
    kl_object *object;
    KL_TRY(kl_wire_record_new(out, &kl_signed_artifact_type, &shape, map, error));
    object = out->as.object;
    kl_status status = kl_object_make(&((signed_artifact *)object)->alg_id, &kl_algorithm_id_type,
                                      (kl_value[]){kl_map_get(map, KL_TEXT("alg_id"))}, error);
    if (status != KL_OK)
        kl_value_release(*out);
    return status;
}

static kl_status sign(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_value map = kl_null();
    (void)self;
    if (kl_value_len(args[3]) == 0)
        return kl_error_set(error, KL_INVALID, "key_id: must not be empty");
    kl_status status = make_map(&map, args, error);
    if (status == KL_OK)
        return artifact_of(out, map, error);
    kl_value_release(map);
    return status;
}

static kl_status check_payload(kl_value map, kl_error *error)
{
    kl_buffer bytes = KL_BUFFER_INIT;
    kl_status status = kl_hex_decode(&bytes, kl_as_text(kl_map_get(map, KL_TEXT("payload"))), NULL);
    kl_buffer_free(&bytes);
    return status == KL_OK ? KL_OK
                           : kl_error_set(error, KL_INVALID,
                                          "signed artifact: payload: expected hexadecimal text");
}

static kl_status from_json(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_value map;
    (void)self;
    KL_TRY(kl_signed_json_parse(&map, kl_as_text(args[0]), error));
    kl_status status = kl_shape_check(&shape, map, error);
    if (status == KL_OK)
        status = kl_alg_id_check(map, error);
    if (status == KL_OK)
        status = check_payload(map, error);
    if (status == KL_OK)
        return artifact_of(out, map, error);
    kl_value_release(map);
    return status;
}

/* ---- verifying -------------------------------------------------------------------------------------- */

static kl_status check_signature(const signed_artifact *a, const kl_verifier *verifier,
                                 kl_error *error)
{
    unsigned char signature[KL_ED25519_SIGNATURE];
    kl_buffer text = KL_BUFFER_INIT;
    bool valid = false;
    kl_status status = kl_hex_read(signature, sizeof signature, kl_as_text(a->signature), "signature",
                                   error);
    if (status == KL_OK)
        status = kl_shape_pre_image(&text, &shape, a->wire, error);
    if (status == KL_OK)
        status = kl_verify(&valid, verifier, kl_buffer_text(&text), signature, error);
    kl_buffer_free(&text);
    if (status == KL_OK && !valid)
        return kl_error_set(error, KL_INVALID,
                            "signature verification failed: the key did not sign this artifact");
    return status;
}

static kl_status verify(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    const signed_artifact *a = (signed_artifact *)self;
    const kl_algorithm_id *expected = kl_as_object(args[1], &kl_algorithm_id_type);
    kl_verifier *verifier;
    (void)out;
    if (a->version != VERSION)
        return kl_error_set(error, KL_INVALID, "version: expected %d, got %lld", VERSION,
                            (long long)a->version);
    KL_TRY(kl_alg_id_check(a->wire, error));
    kl_text token = kl_as_text(((kl_algorithm_id *)a->alg_id.as.object)->token);
    if (expected && !kl_text_equal(token, kl_as_text(expected->token)))
        return kl_error_set(error, KL_INVALID, "alg_id: expected %.*s, got %.*s",
                            KL_TEXT_ARG(kl_as_text(expected->token)), KL_TEXT_ARG(token));
    kl_text key = kl_as_text(args[0]);
    if (key.len != 2 * KL_ED25519_KEY)
        return kl_error_set(error, KL_INVALID, "public key hex must be 64 chars, got %zu", key.len);
    KL_TRY(kl_verifier_new(&verifier, key, error));
    kl_status status = check_signature(a, verifier, error);
    kl_verifier_free(verifier);
    return status;
}

static kl_status repr(kl_value *out, kl_object *self, kl_error *error)
{
    const signed_artifact *a = (signed_artifact *)self;
    return kl_string_format(out, error,
                            "SignedArtifact(version=%lld, alg_id=\"%.*s\", key_id=\"%.*s\")",
                            (long long)a->version,
                            KL_TEXT_ARG(kl_as_text(((kl_algorithm_id *)a->alg_id.as.object)->token)),
                            KL_TEXT_ARG(kl_as_text(a->key_id)));
}

/* ---- the table ----------------------------------------------------------------------------------------- */

static const kl_param sign_params[] = {
    {.name = "payload", .kind = KL_KIND_BYTES, .flags = KL_OCTETS, .doc = "what is signed; may be empty"},
    {.name = "keypair", .kind = KL_KIND_OBJECT, .type = &kl_key_pair_type, .doc = "who signs"},
    {.name = "alg_id", .kind = KL_KIND_OBJECT, .type = &kl_algorithm_id_type, .doc = "the algorithm"},
    {.name = "key_id", .kind = KL_KIND_STRING, .doc = "name of the key, not empty"},
};
static const kl_param json_param[] = {
    {.name = "json_str", .kind = KL_KIND_STRING, .doc = "what to_json() gave"},
};
static const kl_param verify_params[] = {
    {.name = "public_key_hex", .kind = KL_KIND_STRING,
     .doc = "the signer's public key: 64 hexadecimal characters"},
    {.name = "expected_alg_id", .kind = KL_KIND_OBJECT, .type = &kl_algorithm_id_type,
     .flags = KL_OPTIONAL, .doc = "the algorithm it must have; None = any active one"},
};

#define PROPERTY(member, of_kind, text)                                                            \
    {.name = #member, .kind = (of_kind), .flags = KL_READ_ONLY,                                    \
     .offset = offsetof(signed_artifact, member), .doc = (text)}
static const kl_field fields[] = {
    KL_WIRE_FIELD(signed_artifact),
    PROPERTY(version, KL_KIND_INT, "version of the format: 1"),
    {.name = "alg_id", .kind = KL_KIND_OBJECT, .flags = KL_READ_ONLY, .type = &kl_algorithm_id_type,
     .offset = offsetof(signed_artifact, alg_id), .doc = "the algorithm"},
    PROPERTY(key_id, KL_KIND_STRING, "name of the key"),
    PROPERTY(payload, KL_KIND_STRING, "what is signed, in hexadecimal text"),
    PROPERTY(signature, KL_KIND_STRING, "128 hexadecimal characters"),
    PROPERTY(timestamp, KL_KIND_STRING, "when it was signed: UTC, RFC 3339"),
};

static const kl_method methods[] = {
    {.name = "sign", .call = sign, .params = KL_TABLE(sign_params), .flags = KL_STATIC,
     .returns = KL_KIND_OBJECT, .returns_type = &kl_signed_artifact_type, .raises = "ValueError",
     .doc = "Signs bytes: plain Ed25519 over the canonical JSON of alg_id, key_id, payload, timestamp "
            "and version."},
    {.name = "verify", .call = verify, .params = KL_TABLE(verify_params), .returns = KL_KIND_NONE,
     .raises = "ValueError",
     .doc = "Returns when version, algorithm and signature are right; ValueError says what is not."},
    {.name = "to_json", .call = kl_wire_to_json, .returns = KL_KIND_STRING,
     .doc = "The artifact as JSON text."},
    {.name = "from_json", .call = from_json, .params = KL_TABLE(json_param), .flags = KL_STATIC,
     .returns = KL_KIND_OBJECT, .returns_type = &kl_signed_artifact_type, .raises = "ValueError",
     .doc = "The artifact of such a text; verify() it."},
};

const kl_type kl_signed_artifact_type = {
    .name = "SignedArtifact",
    .module = "kailash",
    .doc = "Bytes with a signature, the name of the key and the time of signing.",
    .size = sizeof(signed_artifact),
    .flags = KL_TYPE_NO_INIT,
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .repr = repr,
};
KL_PUBLISH(kl_signed_artifact_type);
