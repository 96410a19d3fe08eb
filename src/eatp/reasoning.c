/* src/eatp/reasoning.c - EatpReasoningTrace: why a decision was taken (eatp 3.6, 4.5); and
 * EatpReasoningVerificationLevel.
 *
 * A trace is the map that is hashed. There are two schemas of it: that of the protocol, with a confidence in
 * basis points, and that of the open SDK ("open-sdk"), with a float and all eight members always there;
 * each is signed in a way of its own.
 */
#include "fault.h"
#include "keys.h"
#include "signature.h"
#include "wire.h"

#include "kailash/json.h"
#include "kailash/time.h"

#include <math.h>

enum { BPS = 10000, SIZE_MAX_BYTES = 10240, HASH_LEN = 32 };
static const char redacted_word[] = "[REDACTED]";
static const char domain[] = "EATP-REASONING-v1:";

typedef struct reasoning {
    kl_object object;
    kl_value wire; /* map: what is hashed */
    kl_value decision, rationale, confidentiality; /* strings */
    kl_value confidence;     /* double; null in the open SDK's schema when it was not assessed */
    kl_value confidence_bps; /* int, or null likewise */
    kl_value alternatives_considered, evidence; /* arrays */
    kl_value methodology;    /* string or null */
    kl_value timestamp;      /* string */
    bool is_open_sdk;
} reasoning;

static const kl_type kl_reasoning_type;

static kl_status invalid(kl_error *error, const char *why)
{
    return kl_fault(error, KL_INVALID, NULL, "invalid_reasoning_trace",
                    "invalid reasoning trace: %s", why);
}

/* ---- the two wire forms ----------------------------------------------------------------------- */

static const kl_member own_members[] = {
    {.name = "decision", .kind = KL_KIND_STRING, .flags = KL_MEMBER_FILLED},
    {.name = "rationale", .kind = KL_KIND_STRING, .flags = KL_MEMBER_FILLED},
    {.name = "alternatives_considered", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
     .flags = KL_MEMBER_OPTIONAL | KL_MEMBER_NULL},
    {.name = "evidence", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP,
     .flags = KL_MEMBER_OPTIONAL | KL_MEMBER_NULL},
    {.name = "methodology", .kind = KL_KIND_STRING, .flags = KL_MEMBER_OPTIONAL | KL_MEMBER_NULL},
    {.name = "confidence_bps", .kind = KL_KIND_COUNT},
    {.name = "confidentiality", .kind = KL_KIND_STRING, .flags = KL_MEMBER_WORDS,
     .ladder = KL_LADDER_CONFIDENTIALITY, .spelling = KL_PASCAL},
    {.name = "timestamp", .kind = KL_KIND_STRING, .flags = KL_MEMBER_TIME},
};
static const kl_shape own_shape = {
    .name = "reasoning trace", KL_SHAPE_MEMBERS(own_members), .closed = true};

static const kl_member open_members[] = {
    {.name = "decision", .kind = KL_KIND_STRING},
    {.name = "rationale", .kind = KL_KIND_STRING},
    {.name = "confidentiality", .kind = KL_KIND_STRING, .flags = KL_MEMBER_WORDS,
     .ladder = KL_LADDER_CONFIDENTIALITY, .spelling = KL_SNAKE},
    {.name = "timestamp", .kind = KL_KIND_STRING},
    {.name = "alternatives_considered", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
     .flags = KL_MEMBER_OPTIONAL | KL_MEMBER_NULL},
    {.name = "evidence", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP,
     .flags = KL_MEMBER_OPTIONAL | KL_MEMBER_NULL},
    {.name = "methodology", .kind = KL_KIND_STRING, .flags = KL_MEMBER_OPTIONAL | KL_MEMBER_NULL},
    {.name = "confidence", .kind = KL_KIND_DOUBLE, .flags = KL_MEMBER_OPTIONAL | KL_MEMBER_NULL},
};
static const kl_shape open_shape = {
    .name = "reasoning trace", KL_SHAPE_MEMBERS(open_members), .closed = true};

/* In the schema of the protocol what is empty is not there at all. */
static kl_status drop_empty(kl_value *map, kl_error *error)
{
    static const char *const optional[] = {"alternatives_considered", "evidence", "methodology"};
    for (size_t i = 0; i < KL_COUNT(optional); i++) {
        const kl_value *value = kl_map_find(*map, kl_text_from(optional[i]));
        bool empty = value && (kl_is_null(*value) ||
                               (kl_is(*value, KL_KIND_ARRAY) && !kl_array_len(*value)));
        if (empty)
            KL_TRY(kl_map_remove(map, kl_text_from(optional[i]), error));
    }
    return KL_OK;
}

/* In that of the open SDK everything is. */
static kl_status add_missing(kl_value *map, kl_error *error)
{
    for (size_t i = 0; i < KL_COUNT(open_members); i++) {
        kl_text name = kl_text_from(open_members[i].name);
        kl_value missing = kl_null();
        bool is_list = open_members[i].kind == KL_KIND_ARRAY;
        if (is_list ? kl_is(kl_map_get(*map, name), KL_KIND_ARRAY) : kl_map_has(*map, name))
            continue;
        if (is_list)
            KL_TRY(kl_array_new(&missing, 0, error));
        KL_TRY(kl_map_set(map, name, missing, error));
    }
    return KL_OK;
}

static kl_status check_confidence(double confidence, kl_error *error)
{
    char number[32];
    if (confidence >= 0 && confidence <= 1)
        return KL_OK;
    kl_double_print(number, confidence);
    return kl_fault(error, KL_INVALID, NULL, "invalid_reasoning_trace",
                    "invalid reasoning trace: confidence %s out of range; must be in [0.0, 1.0]",
                    isnan(confidence) ? "NaN" : number);
}

static kl_status check_size(kl_value map, kl_error *error)
{
    kl_value text;
    const kl_json_style style = {.order = KL_JSON_INSERTION, .nan = KL_JSON_NAN_ERROR,
                                 .bytes_error = true};
    KL_TRY(kl_json_print(&text, map, &style, error));
    size_t len = kl_as_text(text).len;
    kl_value_release(text);
    if (len > SIZE_MAX_BYTES)
        return kl_fault(error, KL_INVALID, NULL, "invalid_reasoning_trace",
                        "invalid reasoning trace: serialized size %zu bytes exceeds 10KB limit",
                        len);
    return KL_OK;
}

static kl_status check(kl_value map, bool is_open_sdk, kl_error *error)
{
    kl_value confidence = kl_map_get(map, KL_TEXT("confidence"));
    KL_TRY(kl_shape_check(is_open_sdk ? &open_shape : &own_shape, map, error));
    if (is_open_sdk && kl_is_number(confidence))
        KL_TRY(check_confidence(kl_as_double(confidence), error));
    if (!is_open_sdk && kl_as_int(kl_map_get(map, KL_TEXT("confidence_bps"))) > BPS)
        return invalid(error, "confidence_bps must be 0 to 10000");
    return check_size(map, error);
}

/* ---- making ----------------------------------------------------------------------------------- */

static kl_status fill_list(kl_value *out, kl_value map, const char *name, kl_error *error)
{
    kl_value list = kl_map_get(map, kl_text_from(name));
    if (kl_is_null(list))
        return kl_array_new(out, 0, error);
    *out = kl_value_retain(list);
    return KL_OK;
}

static kl_status fill_confidentiality(reasoning *r, kl_error *error)
{
    kl_text word = kl_as_text(kl_map_get(r->wire, KL_TEXT("confidentiality")));
    int rung = kl_rung_find(KL_LADDER_CONFIDENTIALITY, word, KL_SNAKE | KL_PASCAL);
    return kl_string_new(&r->confidentiality,
                         kl_text_from(kl_rung_name(KL_LADDER_CONFIDENTIALITY, rung, KL_SNAKE)),
                         error);
}

static void fill_confidence(reasoning *r)
{
    kl_value bps = kl_map_get(r->wire, KL_TEXT("confidence_bps"));
    kl_value confidence = kl_map_get(r->wire, KL_TEXT("confidence"));
    if (!r->is_open_sdk) {
        r->confidence_bps = bps;
        r->confidence = kl_double((double)kl_as_int(bps) / BPS);
    } else if (!kl_is_null(confidence)) {
        r->confidence = kl_double(kl_as_double(confidence));
        r->confidence_bps = kl_int(llround(kl_as_double(confidence) * BPS));
    }
}

/* Times show +00:00, but those of the open SDK as they stand. */
static kl_status fill_timestamp(reasoning *r, kl_error *error)
{
    kl_text time = kl_as_text(kl_map_get(r->wire, KL_TEXT("timestamp")));
    bool ends_in_z = time.len && (time.data[time.len - 1] == 'Z' || time.data[time.len - 1] == 'z');
    if (r->is_open_sdk || !ends_in_z)
        return kl_string_new(&r->timestamp, time, error);
    return kl_string_format(&r->timestamp, error, "%.*s+00:00", (int)time.len - 1, time.data);
}

/* From the map that is checked. */
static kl_status fill(reasoning *r, kl_value map, bool is_open_sdk, kl_error *error)
{
    r->wire = kl_value_retain(map);
    r->is_open_sdk = is_open_sdk;
    r->decision = kl_value_retain(kl_map_get(map, KL_TEXT("decision")));
    r->rationale = kl_value_retain(kl_map_get(map, KL_TEXT("rationale")));
    r->methodology = kl_value_retain(kl_map_get(map, KL_TEXT("methodology")));
    fill_confidence(r);
    KL_TRY(fill_list(&r->alternatives_considered, map, "alternatives_considered", error));
    KL_TRY(fill_list(&r->evidence, map, "evidence", error));
    KL_TRY(fill_confidentiality(r, error));
    return fill_timestamp(r, error);
}

static kl_status make(kl_value *out, kl_value map, bool is_open_sdk, kl_error *error)
{
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, &kl_reasoning_type, error));
    kl_status status = fill((reasoning *)object, map, is_open_sdk, error);
    if (status == KL_OK)
        *out = kl_value_of(object);
    else
        kl_object_release(object);
    return status;
}

/* An EatpEvidenceReference, or a dict like one, as a map; given. */
static kl_status evidence_of(kl_value *out, kl_value item, kl_error *error)
{
    kl_value map = kl_null();
    const char *type = kl_is(item, KL_KIND_OBJECT) ? item.as.object->type->name : "";
    if (strcmp(type, "EatpEvidenceReference") == 0)
        KL_TRY(kl_object_to_map(&map, item.as.object, error));
    else
        map = kl_value_retain(item);
    bool good = kl_is(map, KL_KIND_MAP) &&
                kl_is(kl_map_get(map, KL_TEXT("evidence_type")), KL_KIND_STRING) &&
                kl_is(kl_map_get(map, KL_TEXT("reference")), KL_KIND_STRING);
    kl_status status = good ? KL_OK
                            : invalid(error, "evidence must be EatpEvidenceReference objects, or "
                                             "dicts with evidence_type and reference");
    if (good && kl_map_has(map, KL_TEXT("summary")) &&
        kl_is_null(kl_map_get(map, KL_TEXT("summary"))))
        status = kl_map_remove(&map, KL_TEXT("summary"), error);
    if (status == KL_OK)
        *out = map;
    else
        kl_value_release(map);
    return status;
}

static kl_status evidence_list(kl_value *out, kl_value items, kl_error *error)
{
    kl_value list, map;
    kl_status status;
    KL_TRY(kl_array_new(&list, kl_array_len(items), error));
    for (size_t i = 0; i < kl_array_len(items); i++) {
        KL_TRY_OUT(evidence_of(&map, kl_array_at(items, i), error));
        KL_TRY_OUT(kl_array_push(&list, map, error));
    }
    *out = list;
    return KL_OK;
out:
    kl_value_release(list);
    return status;
}

static kl_status check_arguments(int *level, const kl_value *args, kl_error *error)
{
    kl_text word = kl_is_null(args[3]) ? KL_TEXT("restricted") : kl_as_text(args[3]);
    if (!kl_as_text(args[0]).len)
        return invalid(error, "decision must not be empty");
    if (!kl_as_text(args[1]).len)
        return invalid(error, "rationale must not be empty");
    KL_TRY(check_confidence(kl_as_double(args[2]), error));
    *level = kl_rung_find(KL_LADDER_CONFIDENTIALITY, word, KL_SNAKE);
    if (*level < 0)
        return kl_fault(error, KL_INVALID, NULL, "unknown_confidentiality",
                        "unknown confidentiality: '%.*s'", (int)KL_MIN(word.len, 100), word.data);
    return KL_OK;
}

static kl_status set_evidence(kl_value *map, kl_value items, kl_error *error)
{
    kl_value list;
    KL_TRY(evidence_list(&list, items, error));
    return kl_map_set(map, KL_TEXT("evidence"), list, error);
}

static kl_status wire_of_arguments(kl_value *out, const kl_value *args, kl_error *error)
{
    char now[KL_TIME_TEXT];
    int level;
    kl_value map;
    kl_status status;
    KL_TRY(check_arguments(&level, args, error));
    size_t len = kl_time_print(now, kl_time_now(), KL_TIME_SHORTEST, KL_TIME_Z);
    KL_TRY(kl_map_new(&map, KL_COUNT(own_members), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("decision"), kl_value_retain(args[0]), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("rationale"), kl_value_retain(args[1]), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("alternatives_considered"), kl_value_retain(args[4]),
                          error));
    KL_TRY_OUT(set_evidence(&map, args[6], error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("methodology"), kl_value_retain(args[5]), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("confidence_bps"),
                          kl_int(llround(kl_as_double(args[2]) * BPS)), error));
    KL_TRY_OUT(kl_map_set_text(
        &map, KL_TEXT("confidentiality"),
        kl_text_from(kl_rung_name(KL_LADDER_CONFIDENTIALITY, level, KL_PASCAL)), error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("timestamp"), (kl_text){now, len}, error));
    KL_TRY_OUT(drop_empty(&map, error));
    KL_TRY_OUT(check_size(map, error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status reasoning_init(kl_object *self, const kl_value *args, kl_error *error)
{
    kl_value map;
    KL_TRY(wire_of_arguments(&map, args, error));
    kl_status status = fill((reasoning *)self, map, false, error);
    kl_value_release(map);
    return status;
}

/* ---- reading ---------------------------------------------------------------------------------- */

/* A confidence in basis points tells the schema of the protocol. */
static bool looks_open_sdk(kl_value map)
{
    kl_text word = kl_as_text(kl_map_get(map, KL_TEXT("confidentiality")));
    bool is_lower = kl_rung_find(KL_LADDER_CONFIDENTIALITY, word, KL_SNAKE) >= 0;
    return !kl_map_has(map, KL_TEXT("confidence_bps")) &&
           (is_lower || kl_map_has(map, KL_TEXT("confidence")));
}

static kl_status from_dict(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)self;
    bool is_open_sdk = looks_open_sdk(args[0]);
    kl_value map = kl_value_retain(args[0]);
    kl_status status = check(map, is_open_sdk, error);
    if (status == KL_OK)
        status = is_open_sdk ? add_missing(&map, error) : drop_empty(&map, error);
    if (status == KL_OK)
        status = make(out, map, is_open_sdk, error);
    kl_value_release(map);
    return status;
}

/* ---- hash and signature ----------------------------------------------------------------------- */

static kl_status pre_image(kl_buffer *to, const reasoning *r, kl_error *error)
{
    KL_TRY(kl_canonical_add(to, r->wire, error));
    return to->status == KL_OK ? KL_OK : kl_error_no_memory(error);
}

static kl_status hash_of(unsigned char out[KL_HASH_MAX], const reasoning *r, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    kl_status status = pre_image(&text, r, error);
    if (status == KL_OK)
        status = kl_hash_once(out, KL_HASH_SHA256, kl_buffer_text(&text), error);
    kl_buffer_free(&text);
    return status;
}

/* What is signed. */
static kl_status signed_bytes(kl_buffer *to, const reasoning *r, kl_error *error)
{
    unsigned char hash[KL_HASH_MAX];
    if (r->is_open_sdk)
        return pre_image(to, r, error);
    KL_TRY(hash_of(hash, r, error));
    kl_buffer_string(to, domain);
    kl_buffer_add(to, (kl_text){(const char *)hash, HASH_LEN});
    return to->status == KL_OK ? KL_OK : kl_error_no_memory(error);
}

static kl_status content_hash(kl_value *out, kl_object *self, const kl_value *args,
                              kl_error *error)
{
    (void)args;
    unsigned char hash[KL_HASH_MAX];
    KL_TRY(hash_of(hash, (reasoning *)self, error));
    return kl_bytes_new(out, (kl_text){(const char *)hash, HASH_LEN}, error);
}

static kl_status sign(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    unsigned char signature[KL_ED25519_SIGNATURE];
    kl_buffer bytes = KL_BUFFER_INIT;
    kl_status status = signed_bytes(&bytes, (reasoning *)self, error);
    if (status == KL_OK)
        status = kl_sign(signature, (const kl_key_pair *)args[0].as.object, kl_buffer_text(&bytes),
                         error);
    kl_buffer_free(&bytes);
    return status == KL_OK ? kl_signature_new(out, signature, error) : status;
}

static kl_status verify(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_buffer bytes = KL_BUFFER_INIT;
    kl_verifier *verifier;
    bool valid;
    KL_TRY(kl_verifier_new(&verifier, kl_as_text(args[0]), error));
    kl_status status = signed_bytes(&bytes, (reasoning *)self, error);
    if (status == KL_OK)
        status = kl_verify(&valid, verifier, kl_buffer_text(&bytes),
                           kl_signature_bytes(args[1].as.object), error);
    kl_verifier_free(verifier);
    kl_buffer_free(&bytes);
    if (status == KL_OK)
        *out = kl_bool(valid);
    return status;
}

/* ---- the rest --------------------------------------------------------------------------------- */

static kl_status is_redacted(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_bool(kl_text_is(kl_as_text(((reasoning *)self)->decision), redacted_word));
    return KL_OK;
}

/* Decision and reasons gone, and all that could tell them. */
static kl_status redact_map(kl_value *map, bool is_open_sdk, kl_error *error)
{
    static const char *const gone[] = {"alternatives_considered", "evidence", "methodology"};
    KL_TRY(kl_map_set_text(map, KL_TEXT("decision"), kl_text_from(redacted_word), error));
    KL_TRY(kl_map_set_text(map, KL_TEXT("rationale"), kl_text_from(redacted_word), error));
    for (size_t i = 0; i < KL_COUNT(gone); i++)
        KL_TRY(kl_map_set(map, kl_text_from(gone[i]), kl_null(), error));
    return is_open_sdk ? add_missing(map, error) : drop_empty(map, error);
}

static kl_status redact(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    const reasoning *r = (const reasoning *)self;
    kl_value map = kl_value_retain(r->wire);
    kl_status status = redact_map(&map, r->is_open_sdk, error);
    if (status == KL_OK)
        status = make(out, map, r->is_open_sdk, error);
    kl_value_release(map);
    return status;
}

static kl_status get_schema(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    return kl_string_new(out, ((reasoning *)self)->is_open_sdk ? KL_TEXT("open-sdk")
                                                               : KL_TEXT("eatp"),
                         error);
}

static kl_status reasoning_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const reasoning *r = (const reasoning *)self;
    kl_text decision = kl_as_text(r->decision);
    if (kl_is_null(r->confidence))
        return kl_string_format(out, error, "EatpReasoningTrace(decision='%.*s', confidence=None)",
                                KL_TEXT_ARG(decision));
    return kl_string_format(out, error, "EatpReasoningTrace(decision='%.*s', confidence=%.2f)",
                            KL_TEXT_ARG(decision), kl_as_double(r->confidence));
}

/* ---- the table -------------------------------------------------------------------------------- */

#define PART(member, of_kind, more, text)                                                          \
    KL_VALUE(reasoning, member, .kind = (of_kind), .flags = KL_READ_ONLY | (more), .doc = (text))

static const kl_field fields[] = {
    KL_WIRE_FIELD(reasoning),
    PART(decision, KL_KIND_STRING, 0, "what was decided"),
    PART(rationale, KL_KIND_STRING, 0, "why"),
    PART(confidentiality, KL_KIND_STRING, 0,
         "who may see it: public, restricted, confidential, secret or top_secret"),
    PART(confidence, KL_KIND_DOUBLE, KL_OPTIONAL,
         "how sure, from 0 to 1; None in a trace of the open SDK that does not say"),
    PART(confidence_bps, KL_KIND_INT, KL_OPTIONAL, "the same in basis points, from 0 to 10000"),
    {.name = "alternatives_considered", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
     .flags = KL_READ_ONLY, .offset = offsetof(reasoning, alternatives_considered),
     .doc = "what else might have been decided"},
    {.name = "evidence", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP, .flags = KL_READ_ONLY,
     .offset = offsetof(reasoning, evidence), .doc = "what speaks for it, as dicts"},
    PART(methodology, KL_KIND_STRING, KL_OPTIONAL, "how it was decided, or None"),
    PART(timestamp, KL_KIND_STRING, 0, "when: RFC 3339"),
};

static const kl_param init_params[] = {
    {.name = "decision", .kind = KL_KIND_STRING, .doc = "what was decided; not empty"},
    {.name = "rationale", .kind = KL_KIND_STRING, .doc = "why; not empty"},
    {.name = "confidence", .kind = KL_KIND_NUMBER, .fallback = "0.5",
     .doc = "how sure, from 0 to 1; kept in basis points"},
    {.name = "confidentiality", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "public, restricted, confidential, secret or top_secret; None = restricted"},
    {.name = "alternatives", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "what else might have been decided"},
    {.name = "methodology", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "how it was decided"},
    {.name = "evidence", .kind = KL_KIND_ARRAY, .flags = KL_OPTIONAL | KL_OBJECTS | KL_WIDE,
     .doc = "what speaks for it: EatpEvidenceReference objects, or dicts like them"},
};
static const kl_param sign_params[] = {
    {.name = "keypair", .kind = KL_KIND_OBJECT, .type = &kl_key_pair_type,
     .doc = "what it is signed with"},
};
static const kl_param verify_params[] = {
    {.name = "public_key_hex", .kind = KL_KIND_STRING,
     .doc = "public key of the signer: 64 hexadecimal digits"},
    {.name = "signature", .kind = KL_KIND_OBJECT, .type = &kl_signature_type,
     .doc = "what sign() gave"},
};
static const kl_param data_param[] = {
    {.name = "data", .kind = KL_KIND_MAP, .flags = KL_WIDE,
     .doc = "what to_dict() gave, here or in the open SDK"},
};

static const kl_method methods[] = {
    {.name = "content_hash", .call = content_hash, .returns = KL_KIND_BYTES,
     .doc = "SHA-256 of to_dict() as canonical JSON: 32 bytes."},
    {.name = "sign", .call = sign, .params = KL_TABLE(sign_params), .returns = KL_KIND_OBJECT,
     .returns_type = &kl_signature_type,
     .doc = "A protocol signature of \"EATP-REASONING-v1:\" and the content hash; of the canonical "
            "JSON itself for a trace of the open SDK."},
    {.name = "verify", .call = verify, .params = KL_TABLE(verify_params), .returns = KL_KIND_BOOL,
     .raises = "ValueError", .doc = "Whether a signature is one of this trace by that key."},
    {.name = "is_redacted", .call = is_redacted, .returns = KL_KIND_BOOL,
     .doc = "Whether the decision is [REDACTED]."},
    {.name = "redact", .call = redact, .returns = KL_KIND_OBJECT,
     .returns_type = &kl_reasoning_type,
     .doc = "The same trace without decision, reasons, alternatives, evidence and methodology. Its "
            "hash is another one."},
    {.name = "schema", .call = get_schema, .flags = KL_PROPERTY, .returns = KL_KIND_STRING,
     .doc = "whose form the trace has: eatp, or open-sdk"},
    {.name = "from_dict", .call = from_dict, .params = KL_TABLE(data_param), .flags = KL_STATIC,
     .returns = KL_KIND_OBJECT, .returns_type = &kl_reasoning_type, .raises = "ValueError",
     .doc = "The trace of a dict."},
    KL_WIRE_METHODS,
};

static const kl_type kl_reasoning_type = {
    .name = "EatpReasoningTrace",
    .module = "kailash",
    .doc = "Why a decision was taken, so that others can see it, and can tell that it was not changed. "
           "At most 10240 bytes as JSON.",
    .size = sizeof(reasoning),
    .flags = KL_TYPE_RECORD,
    .fields = KL_TABLE(fields),
    .params = KL_TABLE(init_params),
    .init = reasoning_init,
    .methods = KL_TABLE(methods),
    .repr = reasoning_repr,
};
KL_PUBLISH(kl_reasoning_type);

/* ---- EatpReasoningVerificationLevel ----------------------------------------------------------- */

#define LEVEL_NAME "EatpReasoningVerificationLevel."

static const kl_item levels[] = {
    {"Quick", LEVEL_NAME "quick", "nothing is looked at"},
    {"Standard", LEVEL_NAME "standard", "a trace must be there"},
    {"Full", LEVEL_NAME "full", "its hash and its signature must hold"},
};
static const char *const level_functions[] = {"quick", "standard", "full"};

static kl_status level_repr(kl_value *out, kl_object *self, kl_error *error)
{
    return kl_string_new(out, kl_text_from(((kl_item_object *)self)->item->word), error);
}

static const kl_type kl_reasoning_level_type = {
    .name = "EatpReasoningVerificationLevel",
    .module = "kailash",
    .doc = "How closely the reasoning behind an action is looked at.",
    .flags = KL_TYPE_ENUM,
    .items = levels,
    .item_methods = level_functions,
    .item_count = KL_COUNT(levels),
    .repr = level_repr,
};
KL_PUBLISH(kl_reasoning_level_type);
