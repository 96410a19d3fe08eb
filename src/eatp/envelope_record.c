/* src/eatp/envelope_record.c - EatpConstraintEnvelope: an envelope that is shown, signed and checked. */
#include "envelope_parts.h"
#include "fault.h"

/* ---- signature -------------------------------------------------------------------------------------- */

/* Family B of all members but the two that are not signed; added to `to`. */
static kl_status add_pre_image(kl_buffer *to, kl_value map, kl_error *error)
{
    kl_value bare = kl_value_retain(map);
    kl_status status;
    KL_TRY_OUT(kl_map_remove(&bare, KL_TEXT("alg_id"), error));
    KL_TRY_OUT(kl_map_remove(&bare, KL_TEXT("signature"), error));
    status = kl_canonical_add(to, bare, error);
out:
    kl_value_release(bare);
    return status;
}

kl_status kl_governance_sign(kl_value *map, const kl_key_pair *pair, kl_error *error)
{
    kl_buffer image = KL_BUFFER_INIT;
    kl_value signature;
    kl_status status;
    KL_TRY(kl_map_set(map, KL_TEXT("signer_public_key"),
                      kl_value_retain(kl_key_pair_public_hex(pair)), error));
    KL_TRY_OUT(add_pre_image(&image, *map, error));
    KL_TRY_OUT(kl_sign_hex(&signature, pair, kl_buffer_text(&image), error));
    status = kl_map_set(map, KL_TEXT("signature"), signature, error);
out:
    kl_buffer_free(&image);
    return status;
}

/* PACT has a list of bytes in `signature`, under keys that are not in the envelope: not for us to judge. */
kl_status kl_governance_signature_check(kl_value map, kl_error *error)
{
    kl_value key = kl_map_get(map, KL_TEXT("signer_public_key"));
    kl_value signature = kl_map_get(map, KL_TEXT("signature"));
    kl_buffer image = KL_BUFFER_INIT;
    bool valid = false;
    kl_status status;
    if (kl_is_null(key) && !kl_is(signature, KL_KIND_STRING))
        return KL_OK;
    if (kl_is_null(key) || !kl_is(signature, KL_KIND_STRING))
        return kl_fault(error, KL_INVALID, NULL, "signature_missing",
                        "constraint envelope: signer_public_key and signature belong together");
    KL_TRY_OUT(add_pre_image(&image, map, error));
    KL_TRY_OUT(kl_verify_hex(&valid, kl_as_text(key), kl_buffer_text(&image),
                             kl_as_text(signature), error));
    if (!valid)
        status = kl_fault(error, KL_INVALID, NULL, "tamper_detected",
                          "constraint envelope: signature verification failed: it was changed, or "
                          "signed with another key");
out:
    kl_buffer_free(&image);
    return status;
}

/* ---- EatpConstraintEnvelope ------------------------------------------------------------------------- */

typedef struct envelope_record {
    kl_object object;
    kl_value wire; /* map as it stands alone: sorted, with alg_id */
    kl_value envelope_id, version, issuer, subject_id, context;
    kl_governance *envelope;
} envelope_record;

const kl_governance *kl_eatp_envelope_of(const kl_object *record)
{
    return ((const envelope_record *)record)->envelope;
}

/* Maps sorted at all levels, with alg_id; given. */
static kl_status standing_alone(kl_value *out, kl_value map, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    kl_value whole = kl_value_retain(map);
    kl_status status = KL_OK;
    if (!kl_map_has(map, KL_TEXT("alg_id")))
        KL_TRY_OUT(kl_map_set_text(&whole, KL_TEXT("alg_id"), KL_TEXT(KL_ALG_ID), error));
    KL_TRY_OUT(kl_canonical_add(&text, whole, error));
    status = kl_signed_json_parse(out, kl_buffer_text(&text), error);
out:
    kl_buffer_free(&text);
    kl_value_release(whole);
    return status;
}

static void fill(envelope_record *record)
{
    kl_value map = record->wire, subject = kl_map_get(map, KL_TEXT("subject"));
    record->envelope_id = kl_value_retain(kl_map_get(map, KL_TEXT("envelope_id")));
    record->version = kl_value_retain(kl_map_get(map, KL_TEXT("version")));
    record->issuer = kl_value_retain(kl_map_get(map, KL_TEXT("issuer")));
    record->subject_id = kl_value_retain(kl_map_get(subject, KL_TEXT("id")));
    record->context = kl_value_retain(kl_map_get(map, KL_TEXT("context")));
}

kl_status kl_eatp_envelope_new(kl_value *out, kl_value map, kl_error *error)
{
    kl_object *object = NULL;
    kl_status status;
    KL_TRY_OUT(kl_object_alloc(&object, &kl_eatp_envelope_type, error));
    envelope_record *record = (envelope_record *)object;
    KL_TRY_OUT(kl_governance_check(map, error));
    KL_TRY_OUT(kl_governance_signature_check(map, error));
    KL_TRY_OUT(standing_alone(&record->wire, map, error));
    KL_TRY_OUT(kl_governance_read(&record->envelope, record->wire, error));
    fill(record);
    *out = kl_value_of(kl_object_retain(object));
out:
    kl_object_release(object);
    kl_value_release(map);
    return status;
}

static void dispose(kl_object *self) { kl_governance_release(((envelope_record *)self)->envelope); }

static kl_status from_dict(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)self;
    KL_TRY(kl_alg_id_check(args[0], error));
    return kl_eatp_envelope_new(out, kl_value_retain(args[0]), error);
}

static kl_status repr(kl_value *out, kl_object *self, kl_error *error)
{
    const envelope_record *r = (const envelope_record *)self;
    kl_text id = kl_as_text(r->envelope_id), version = kl_as_text(r->version);
    kl_text issuer = kl_as_text(r->issuer);
    return kl_string_format(out, error,
                            "EatpConstraintEnvelope(envelope_id='%.*s', version='%.*s', "
                            "issuer='%.*s')",
                            KL_TEXT_ARG(id), KL_TEXT_ARG(version), KL_TEXT_ARG(issuer));
}

static const kl_param dict_params[] = {
    {.name = "data", .kind = KL_KIND_MAP, .flags = KL_WIDE, .doc = "what to_dict() gave"},
};

static const kl_method methods[] = {
    {.name = "from_dict", .call = from_dict, .params = KL_TABLE(dict_params), .flags = KL_STATIC,
     .returns = KL_KIND_OBJECT, .returns_type = &kl_eatp_envelope_type, .raises = "ValueError",
     .doc = "The envelope of a dict: alg_id, all members and, if it has one, its signature are "
            "checked. ValueError says which is wrong."},
    KL_WIRE_METHODS,
};

#define PROPERTY(member, text)                                                                     \
    KL_VALUE(envelope_record, member, .kind = KL_KIND_STRING, .flags = KL_READ_ONLY, .doc = (text))

static const kl_field fields[] = {
    KL_WIRE_FIELD(envelope_record),
    PROPERTY(envelope_id, "UUID"),
    PROPERTY(version, "version of the document"),
    PROPERTY(issuer, "who issued it"),
    PROPERTY(subject_id, "whom it is about"),
    KL_VALUE(envelope_record, context, .kind = KL_KIND_STRING, .flags = KL_READ_ONLY | KL_OPTIONAL,
             .doc = "where it comes from, or None"),
};

const kl_type kl_eatp_envelope_type = {
    .name = "EatpConstraintEnvelope",
    .module = "kailash",
    .doc = "What a subject may do, in five dimensions: financial, operational, temporal, data access "
           "and communication.",
    .size = sizeof(envelope_record),
    .flags = KL_TYPE_RECORD | KL_TYPE_NO_INIT,
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .dispose = dispose,
    .repr = repr,
};
KL_PUBLISH(kl_eatp_envelope_type);
