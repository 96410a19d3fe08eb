/* src/eatp/signature.c - EatpSignature: 64 bytes of Ed25519. */
#include "signature.h"

typedef struct signature {
    kl_object object;
    kl_value bytes;
} signature;

static const char *data_of(const kl_object *self)
{
    return kl_as_text(((const signature *)self)->bytes).data;
}

const unsigned char *kl_signature_bytes(const kl_object *self)
{
    return (const unsigned char *)data_of(self);
}

kl_status kl_signature_new(kl_value *out, const unsigned char bytes[KL_ED25519_SIGNATURE],
                           kl_error *error)
{
    kl_object *object;
    kl_text text = {(const char *)bytes, KL_ED25519_SIGNATURE};
    KL_TRY(kl_object_alloc(&object, &kl_signature_type, error));
    kl_status status = kl_bytes_new(&((signature *)object)->bytes, text, error);
    if (status == KL_OK)
        *out = kl_value_of(object);
    else
        kl_object_release(object);
    return status;
}

static kl_status from_bytes(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)self;
    kl_text bytes = kl_as_text(args[0]);
    if (bytes.len != KL_ED25519_SIGNATURE)
        return kl_error_set(error, KL_INVALID, "signature: expected %d bytes, got %zu",
                            KL_ED25519_SIGNATURE, bytes.len);
    return kl_signature_new(out, (const unsigned char *)bytes.data, error);
}

static kl_status from_hex(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)self;
    unsigned char bytes[KL_ED25519_SIGNATURE];
    KL_TRY(kl_hex_read(bytes, sizeof bytes, kl_as_text(args[0]), "signature", error));
    return kl_signature_new(out, bytes, error);
}

static kl_status as_bytes(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_value_retain(((signature *)self)->bytes);
    return KL_OK;
}

static kl_status as_hex(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    char hex[2 * KL_ED25519_SIGNATURE];
    kl_hex_write(hex, kl_signature_bytes(self), KL_ED25519_SIGNATURE);
    return kl_string_from_valid(out, (kl_text){hex, sizeof hex}, error);
}

static kl_status check(kl_value *out, kl_object *self, kl_text key, kl_text message,
                       kl_error *error)
{
    kl_verifier *verifier;
    bool valid;
    KL_TRY(kl_verifier_new(&verifier, key, error));
    kl_status status = kl_verify(&valid, verifier, message, kl_signature_bytes(self), error);
    kl_verifier_free(verifier);
    if (status == KL_OK)
        *out = kl_bool(valid);
    return status;
}

static kl_status verify(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_buffer message = KL_BUFFER_INIT;
    kl_status status = kl_generic_message(&message, kl_as_text(args[1]), error);
    if (status == KL_OK)
        status = check(out, self, kl_as_text(args[0]), kl_buffer_text(&message), error);
    kl_buffer_free(&message);
    return status;
}

static kl_status verify_protocol(kl_value *out, kl_object *self, const kl_value *args,
                                 kl_error *error)
{
    return check(out, self, kl_as_text(args[0]), kl_as_text(args[1]), error);
}

static kl_status repr(kl_value *out, kl_object *self, kl_error *error)
{
    char hex[2 * KL_ED25519_SIGNATURE];
    kl_hex_write(hex, kl_signature_bytes(self), KL_ED25519_SIGNATURE);
    return kl_string_format(out, error, "EatpSignature(%.8s...%.8s)", hex, hex + sizeof hex - 8);
}

static const kl_param bytes_param[] = {
    {.name = "bytes", .kind = KL_KIND_BYTES, .flags = KL_OCTETS, .doc = "64 bytes"},
};
static const kl_param hex_param[] = {
    {.name = "hex", .kind = KL_KIND_STRING, .doc = "128 hexadecimal characters"},
};
static const kl_param verify_params[] = {
    {.name = "public_key_hex", .kind = KL_KIND_STRING,
     .doc = "the signer's public key: 64 hexadecimal characters"},
    {.name = "message", .kind = KL_KIND_BYTES, .flags = KL_OCTETS, .doc = "what was signed"},
};

static const kl_method methods[] = {
    {.name = "from_bytes", .call = from_bytes, .params = KL_TABLE(bytes_param), .flags = KL_STATIC,
     .returns = KL_KIND_OBJECT, .returns_type = &kl_signature_type, .raises = "ValueError",
     .doc = "The signature of 64 bytes."},
    {.name = "from_hex", .call = from_hex, .params = KL_TABLE(hex_param), .flags = KL_STATIC,
     .returns = KL_KIND_OBJECT, .returns_type = &kl_signature_type, .raises = "ValueError",
     .doc = "The signature of 128 hexadecimal characters."},
    {.name = "as_bytes", .call = as_bytes, .returns = KL_KIND_BYTES, .doc = "Its 64 bytes."},
    {.name = "as_hex", .call = as_hex, .returns = KL_KIND_STRING,
     .doc = "128 lower-case hexadecimal characters."},
    {.name = "verify", .call = verify, .params = KL_TABLE(verify_params), .returns = KL_KIND_BOOL,
     .raises = "ValueError",
     .doc = "Whether EatpKeyPair.sign() of that key made it of that message. ValueError when no "
            "verdict is possible: the key is no hexadecimal text of 32 bytes, no point of the curve, "
            "or one of small order."},
    {.name = "verify_protocol_message", .call = verify_protocol, .params = KL_TABLE(verify_params),
     .returns = KL_KIND_BOOL, .raises = "ValueError",
     .doc = "Whether it is the plain Ed25519 signature of the message (RFC 8032, S below the order "
            "of the group, no points of small order); errors as of verify()."},
};

static const kl_field fields[] = {
    {.name = "bytes", .kind = KL_KIND_BYTES, .flags = KL_HIDDEN,
     .offset = offsetof(signature, bytes), .doc = "the signature"},
};

const kl_type kl_signature_type = {
    .name = "EatpSignature",
    .module = "kailash",
    .doc = "An Ed25519 signature.",
    .size = sizeof(signature),
    .flags = KL_TYPE_NO_INIT | KL_TYPE_RECORD,
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .repr = repr,
};
KL_PUBLISH(kl_signature_type);
