/* src/eatp/claims.c - EatpJwtClaims: claims of a JSON Web Token (RFC 7519), signed with EdDSA. */
#include "keys.h"

#include "crypto/jwt.h"
#include "kailash/id.h"
#include "kailash/json.h"
#include "kailash/time.h"

typedef struct claims {
    kl_object object;
    kl_value iss, sub, jti;
    kl_value iat, nbf, exp; /* seconds; exp is null until it is set */
    kl_value custom; /* map */
} claims;

extern const kl_type kl_claims_type;

static kl_status init(kl_object *self, const kl_value *args, kl_error *error)
{
    claims *c = (claims *)self;
    char id[37];
    KL_TRY(kl_uuid_new(id, error));
    c->iss = kl_value_retain(args[0]);
    c->sub = kl_value_retain(args[1]);
    c->iat = c->nbf = kl_int(kl_time_now() / KL_SECOND);
    c->custom = kl_map_empty();
    return kl_string_from_valid(&c->jti, (kl_text){id, 36}, error);
}

/* A copy to change; given. */
static kl_status copy_of(claims **out, const claims *from, kl_error *error)
{
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, &kl_claims_type, error));
    claims *c = (claims *)object;
    c->iss = kl_value_retain(from->iss);
    c->sub = kl_value_retain(from->sub);
    c->jti = kl_value_retain(from->jti);
    c->iat = from->iat;
    c->nbf = from->nbf;
    c->exp = from->exp;
    c->custom = kl_value_retain(from->custom);
    *out = c;
    return KL_OK;
}

/* ---- as a map ---------------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    size_t offset;
} registered[] = {
    {"iss", offsetof(claims, iss)}, {"sub", offsetof(claims, sub)}, {"exp", offsetof(claims, exp)},
    {"nbf", offsetof(claims, nbf)}, {"iat", offsetof(claims, iat)}, {"jti", offsetof(claims, jti)},
};

static kl_value *claim_at(claims *c, size_t index)
{
    return (kl_value *)((char *)c + registered[index].offset);
}

static bool is_registered(kl_text name)
{
    for (size_t i = 0; i < KL_COUNT(registered); i++)
        if (kl_text_is(name, registered[i].name))
            return true;
    return kl_text_is(name, "aud");
}

static kl_status to_map(kl_value *out, claims *c, kl_error *error)
{
    kl_value map;
    KL_TRY(kl_map_new(&map, KL_COUNT(registered) + kl_map_len(c->custom), error));
    kl_status status = KL_OK;
    for (size_t i = 0; i < KL_COUNT(registered) && status == KL_OK; i++)
        if (!kl_is_null(*claim_at(c, i)))
            status = kl_map_set(&map, kl_text_from(registered[i].name),
                                kl_value_retain(*claim_at(c, i)), error);
    for (size_t i = 0; i < kl_map_len(c->custom) && status == KL_OK; i++)
        status = kl_map_set(&map, kl_map_key_at(c->custom, i),
                            kl_value_retain(kl_map_value_at(c->custom, i)), error);
    if (status == KL_OK)
        *out = map;
    else
        kl_value_release(map);
    return status;
}

static kl_status to_dict(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    return to_map(out, (claims *)self, error);
}

static kl_status to_json(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_value map;
    (void)args;
    KL_TRY(to_map(&map, (claims *)self, error));
    kl_status status = kl_json_print(out, map, &kl_json_plain, error);
    kl_value_release(map);
    return status;
}

/* ---- more claims ---------------------------------------------------------------------------------------- */

static kl_status with_expiry(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    int64_t seconds = kl_as_int(args[0]), from = kl_as_int(((claims *)self)->iat);
    claims *c;
    if (seconds < 0)
        return kl_error_set(error, KL_INVALID,
                            "seconds_from_now: expected a number that is not negative, got %lld",
                            (long long)seconds);
    if (seconds > INT64_MAX - from)
        return kl_error_set(error, KL_OVERFLOW, "seconds_from_now: too large");
    KL_TRY(copy_of(&c, (claims *)self, error));
    c->exp = kl_int(kl_time_now() / KL_SECOND + seconds);
    *out = kl_value_of(&c->object);
    return KL_OK;
}

static kl_status with_custom(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_text name = kl_as_text(args[0]);
    kl_value text;
    claims *c;
    if (is_registered(name))
        return kl_error_set(error, KL_INVALID, "key: '%.*s' is a registered claim, not a custom one",
                            KL_TEXT_ARG(name));
    kl_json_style strict = kl_json_plain;
    strict.nan = KL_JSON_NAN_ERROR;
    KL_TRY(kl_json_print(&text, args[1], &strict, error)); /* that it has a JSON form */
    kl_value_release(text);
    KL_TRY(copy_of(&c, (claims *)self, error));
    kl_status status = kl_map_set(&c->custom, name, kl_value_retain(args[1]), error);
    if (status == KL_OK)
        *out = kl_value_of(&c->object);
    else
        kl_object_release(&c->object);
    return status;
}

/* ---- tokens ------------------------------------------------------------------------------------------------ */

static kl_status sign(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    const kl_key_pair *pair = kl_as_object(args[0], &kl_key_pair_type);
    kl_jws_key key = {.key = kl_key_pair_key(pair)};
    kl_value map;
    KL_TRY(to_map(&map, (claims *)self, error));
    kl_status status =
        kl_jwt_sign(out, map, kl_null(), kl_jws_algorithm_find(KL_TEXT("EdDSA")), key, error);
    kl_value_release(map);
    return status;
}

static kl_status of_map(kl_value *out, kl_value map, kl_error *error)
{
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, &kl_claims_type, error));
    claims *c = (claims *)object;
    c->custom = kl_map_empty();
    kl_status status = KL_OK;
    for (size_t i = 0; i < KL_COUNT(registered); i++)
        *claim_at(c, i) = kl_value_retain(kl_map_get(map, kl_text_from(registered[i].name)));
    for (size_t i = 0; i < kl_map_len(map) && status == KL_OK; i++)
        if (!is_registered(kl_map_key_at(map, i)))
            status = kl_map_set(&c->custom, kl_map_key_at(map, i),
                                kl_value_retain(kl_map_value_at(map, i)), error);
    if (status == KL_OK)
        *out = kl_value_of(object);
    else
        kl_object_release(object);
    return status;
}

static kl_status verify(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    enum { LEEWAY = 60 };
    kl_jwt_rules rules = {.algorithm = kl_jws_algorithm_find(KL_TEXT("EdDSA")), .leeway = LEEWAY,
                          .now = kl_time_now() / KL_SECOND};
    kl_verifier *verifier;
    kl_jwt_fault fault;
    kl_value map = kl_null();
    (void)self;
    KL_TRY(kl_verifier_new(&verifier, kl_as_text(args[1]), error));
    kl_jws_key key = {.key = kl_verifier_key(verifier)};
    kl_status status = kl_jwt_verify(&map, &fault, kl_as_text(args[0]), &rules, key, error);
    kl_verifier_free(verifier);
    if (status == KL_OK && fault != KL_JWT_VALID)
        status = kl_error_set(error, KL_INVALID, "token: not valid: %s", kl_jwt_fault_name(fault));
    if (status == KL_OK)
        status = of_map(out, map, error);
    kl_value_release(map);
    return status;
}

static kl_status repr(kl_value *out, kl_object *self, kl_error *error)
{
    const claims *c = (claims *)self;
    kl_text iss = kl_as_text(c->iss), sub = kl_as_text(c->sub), jti = kl_as_text(c->jti);
    return kl_string_format(out, error, "EatpJwtClaims(iss='%.*s', sub='%.*s', jti='%.*s')",
                            KL_TEXT_ARG(iss), KL_TEXT_ARG(sub), KL_TEXT_ARG(jti));
}

/* ---- the table ----------------------------------------------------------------------------------------------- */

static const kl_param params[] = {
    {.name = "issuer", .kind = KL_KIND_STRING, .doc = "who says it"},
    {.name = "subject", .kind = KL_KIND_STRING, .doc = "of whom it is said"},
};
static const kl_param expiry_param[] = {
    {.name = "seconds_from_now", .kind = KL_KIND_INT, .doc = "how long the claims hold, 0 or more"},
};
static const kl_param custom_params[] = {
    {.name = "key", .kind = KL_KIND_STRING, .doc = "name of the claim; none of the registered ones"},
    {.name = "value", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = "its value: anything that has a JSON form"},
};
static const kl_param sign_param[] = {
    {.name = "keypair", .kind = KL_KIND_OBJECT, .type = &kl_key_pair_type, .doc = "the issuer's keys"},
};
static const kl_param verify_params[] = {
    {.name = "token", .kind = KL_KIND_STRING, .doc = "a compact JWS"},
    {.name = "public_key_hex", .kind = KL_KIND_STRING,
     .doc = "the issuer's public key: 64 hexadecimal characters"},
};

#define CLAIM(member, of_kind, more, text)                                                         \
    {.name = #member, .kind = (of_kind), .flags = KL_READ_ONLY | (more),                           \
     .offset = offsetof(claims, member), .doc = (text)}
static const kl_field fields[] = {
    CLAIM(iss, KL_KIND_STRING, 0, "who says it"),
    CLAIM(sub, KL_KIND_STRING, 0, "of whom it is said"),
    CLAIM(jti, KL_KIND_STRING, 0, "id of the token: a random UUID"),
    CLAIM(iat, KL_KIND_INT, KL_OPTIONAL, "when it was issued: seconds since 1970"),
    CLAIM(nbf, KL_KIND_INT, KL_OPTIONAL, "from when on it holds: seconds since 1970"),
    CLAIM(exp, KL_KIND_INT, KL_OPTIONAL, "until when it holds: seconds since 1970; None = not said"),
    CLAIM(custom, KL_KIND_MAP, KL_HIDDEN, "the other claims"),
};

static const kl_method methods[] = {
    {.name = "with_expiry", .call = with_expiry, .params = KL_TABLE(expiry_param),
     .returns = KL_KIND_OBJECT, .returns_type = &kl_claims_type, .raises = "ValueError",
     .doc = "The same claims that end after some seconds."},
    {.name = "with_custom", .call = with_custom, .params = KL_TABLE(custom_params),
     .returns = KL_KIND_OBJECT, .returns_type = &kl_claims_type, .raises = "ValueError, TypeError",
     .doc = "The same claims and one more."},
    {.name = "to_dict", .call = to_dict, .returns = KL_KIND_MAP,
     .doc = "iss, sub, exp (when it is set), nbf, iat, jti, then the custom ones."},
    {.name = "to_json", .call = to_json, .returns = KL_KIND_STRING,
     .doc = "The same as compact JSON text."},
    {.name = "sign", .call = sign, .params = KL_TABLE(sign_param), .returns = KL_KIND_STRING,
     .doc = "A compact JWS of the claims, signed with EdDSA (RFC 8037)."},
    {.name = "verify", .call = verify, .params = KL_TABLE(verify_params), .flags = KL_STATIC,
     .returns = KL_KIND_OBJECT, .returns_type = &kl_claims_type, .raises = "ValueError",
     .doc = "The claims of a token: signed with EdDSA by that key, with an exp that lies ahead and an "
            "nbf that does not (60 seconds of leeway), without an aud. ValueError says what is wrong."},
};

const kl_type kl_claims_type = {
    .name = "EatpJwtClaims",
    .module = "kailash",
    .doc = "Claims of a JSON Web Token (RFC 7519). They never change; with_expiry() and with_custom() "
           "give new ones.",
    .size = sizeof(claims),
    .fields = KL_TABLE(fields),
    .params = KL_TABLE(params),
    .init = init,
    .methods = KL_TABLE(methods),
    .repr = repr,
};
KL_PUBLISH(kl_claims_type);
