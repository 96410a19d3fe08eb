/* src/crypto/jwt.c - see jwt.h. */
#include "jwt.h"
#include "kailash/json.h"

#include <math.h>

const char *kl_jwt_fault_name(kl_jwt_fault fault)
{
    static const char *const names[] = {
        [KL_JWT_VALID] = NULL,
        [KL_JWT_MALFORMED] = "malformed",
        [KL_JWT_ALGORITHM] = "algorithm",
        [KL_JWT_KEY] = "key",
        [KL_JWT_SIGNATURE] = "signature",
        [KL_JWT_EXPIRED] = "expired",
        [KL_JWT_NOT_YET_VALID] = "not_yet_valid",
        [KL_JWT_ISSUER] = "issuer",
        [KL_JWT_AUDIENCE] = "audience",
        [KL_JWT_MISSING_CLAIM] = "missing_claim",
    };
    return names[fault];
}

/* ---- claims ---------------------------------------------------------------------------------- */

static bool is_one_of(kl_value text, kl_value wanted)
{
    if (!kl_is(text, KL_KIND_STRING))
        return false;
    if (kl_is(wanted, KL_KIND_STRING))
        return kl_text_equal(kl_as_text(text), kl_as_text(wanted));
    for (size_t i = 0; i < kl_array_len(wanted); i++)
        if (kl_is(kl_array_at(wanted, i), KL_KIND_STRING) &&
            kl_text_equal(kl_as_text(text), kl_as_text(kl_array_at(wanted, i))))
            return true;
    return false;
}

static kl_jwt_fault check_audience(kl_value claims, kl_value wanted)
{
    kl_value audience = kl_map_get(claims, KL_TEXT("aud"));
    if (kl_is_null(wanted))
        return kl_is_null(audience) ? KL_JWT_VALID : KL_JWT_AUDIENCE;
    if (is_one_of(audience, wanted))
        return KL_JWT_VALID;
    for (size_t i = 0; i < kl_array_len(audience); i++)
        if (is_one_of(kl_array_at(audience, i), wanted))
            return KL_JWT_VALID;
    return KL_JWT_AUDIENCE;
}

/* A time beyond what a double tells exactly is beyond any clock too. */
static bool is_time(kl_value value)
{
    return kl_is_number(value) && isfinite(kl_as_double(value));
}

static kl_jwt_fault check_times(kl_value claims, const kl_jwt_rules *rules)
{
    kl_value end = kl_map_get(claims, KL_TEXT("exp")), begin = kl_map_get(claims, KL_TEXT("nbf"));
    double now = (double)rules->now, leeway = (double)rules->leeway;
    if (kl_is_null(end) && !rules->exp_optional)
        return KL_JWT_MISSING_CLAIM;
    if ((!kl_is_null(end) && !is_time(end)) || (!kl_is_null(begin) && !is_time(begin)))
        return KL_JWT_MALFORMED;
    if (!kl_is_null(end) && now >= kl_as_double(end) + leeway)
        return KL_JWT_EXPIRED;
    if (!kl_is_null(begin) && now < kl_as_double(begin) - leeway)
        return KL_JWT_NOT_YET_VALID;
    return KL_JWT_VALID;
}

static kl_jwt_fault check_claims(kl_value claims, const kl_jwt_rules *rules)
{
    kl_jwt_fault fault = check_times(claims, rules);
    if (fault != KL_JWT_VALID)
        return fault;
    if (!kl_is_null(rules->issuer) &&
        !is_one_of(kl_map_get(claims, KL_TEXT("iss")), rules->issuer))
        return KL_JWT_ISSUER;
    fault = check_audience(claims, rules->audience);
    for (size_t i = 0; fault == KL_JWT_VALID && i < kl_array_len(rules->required); i++)
        if (kl_is_null(kl_map_get(claims, kl_as_text(kl_array_at(rules->required, i)))))
            fault = KL_JWT_MISSING_CLAIM;
    return fault;
}

/* KL_SYNTAX of a token is its fault; all else is one of the call. */
static kl_status as_fault(kl_status status, kl_jwt_fault *fault, kl_error *why, kl_error *error)
{
    bool is_fault = status == KL_SYNTAX || status == KL_DEPTH || status == KL_OVERFLOW;
    if (is_fault)
        *fault = KL_JWT_MALFORMED;
    else
        kl_error_move(error, why);
    kl_error_clear(why);
    return is_fault ? KL_OK : status;
}

static kl_status judge_claims(kl_value *claims, kl_jwt_fault *fault, const kl_jws *token,
                              const kl_jwt_rules *rules, kl_error *error)
{
    kl_value parsed;
    kl_error why = KL_ERROR_INIT;
    kl_status status =
        kl_json_parse_with(&parsed, kl_buffer_text(&token->payload), KL_JSON_UNIQUE_KEYS, &why);
    if (status != KL_OK)
        return as_fault(status, fault, &why, error);
    *fault = kl_is(parsed, KL_KIND_MAP) ? check_claims(parsed, rules) : KL_JWT_MALFORMED;
    if (*fault == KL_JWT_VALID)
        *claims = parsed;
    else
        kl_value_release(parsed);
    return KL_OK;
}

/* ---- signatures ------------------------------------------------------------------------------ */

static bool says_algorithm(const kl_jws *token, const kl_jws_algorithm *algorithm)
{
    kl_value said = kl_map_get(token->header, KL_TEXT("alg"));
    return algorithm && kl_is(said, KL_KIND_STRING) &&
           kl_text_is(kl_as_text(said), algorithm->name);
}

static kl_status check_signature(kl_jwt_fault *fault, const kl_jws *token,
                                 const kl_jws_algorithm *algorithm, kl_jws_key key, kl_error *error)
{
    bool valid = false;
    if (!says_algorithm(token, algorithm)) {
        *fault = KL_JWT_ALGORITHM;
        return KL_OK;
    }
    KL_TRY(kl_jws_verify(&valid, token, algorithm, key, error));
    *fault = valid ? KL_JWT_VALID : KL_JWT_SIGNATURE;
    return KL_OK;
}

static bool has_id(const kl_jwk *key, kl_value id)
{
    return kl_is_null(id) || (kl_is(key->id, KL_KIND_STRING) && kl_is(id, KL_KIND_STRING) &&
                              kl_text_equal(kl_as_text(key->id), kl_as_text(id)));
}

/* Of the keys that the token may mean, one must have signed it. */
static kl_status check_with_set(kl_jwt_fault *fault, const kl_jws *token, const kl_jwt_rules *rules,
                                const kl_jwk_set *keys, kl_error *error)
{
    kl_value id = kl_map_get(token->header, KL_TEXT("kid"));
    *fault = KL_JWT_KEY;
    for (size_t i = 0; i < keys->count && *fault != KL_JWT_VALID; i++) {
        const kl_jwk *key = &keys->keys[i];
        const kl_jws_algorithm *algorithm = rules->algorithm ? rules->algorithm : key->algorithm;
        if (!key->signs || !has_id(key, id))
            continue;
        bool fits = algorithm && (!key->algorithm || key->algorithm == algorithm) &&
                    kl_jws_key_check(algorithm, kl_jwk_key(key), NULL) == KL_OK;
        if (fits)
            KL_TRY(check_signature(fault, token, algorithm, kl_jwk_key(key), error));
        else if (*fault == KL_JWT_KEY)
            *fault = KL_JWT_ALGORITHM;
    }
    return KL_OK;
}

typedef struct keys_to_try {
    kl_jws_key one;
    const kl_jwk_set *set; /* NULL: that one */
} keys_to_try;

static kl_status verify(kl_value *claims, kl_jwt_fault *fault, kl_text text,
                        const kl_jwt_rules *rules, const keys_to_try *keys, kl_error *error)
{
    kl_jws token;
    kl_error why = KL_ERROR_INIT;
    *claims = kl_null();
    kl_status status = kl_jws_read(&token, text, &why);
    if (status != KL_OK)
        return as_fault(status, fault, &why, error);
    if (keys->set)
        status = check_with_set(fault, &token, rules, keys->set, error);
    else
        status = check_signature(fault, &token, rules->algorithm, keys->one, error);
    if (status == KL_OK && *fault == KL_JWT_VALID)
        status = judge_claims(claims, fault, &token, rules, error);
    kl_jws_end(&token);
    return status;
}

kl_status kl_jwt_verify(kl_value *claims, kl_jwt_fault *fault, kl_text token,
                        const kl_jwt_rules *rules, kl_jws_key key, kl_error *error)
{
    return verify(claims, fault, token, rules, &(keys_to_try){key, NULL}, error);
}

kl_status kl_jwt_verify_with(kl_value *claims, kl_jwt_fault *fault, kl_text token,
                             const kl_jwt_rules *rules, const kl_jwk_set *keys, kl_error *error)
{
    return verify(claims, fault, token, rules, &(keys_to_try){.set = keys}, error);
}

/* ---- signing --------------------------------------------------------------------------------- */

kl_status kl_jwt_sign(kl_value *out, kl_value claims, kl_value kid,
                      const kl_jws_algorithm *algorithm, kl_jws_key key, kl_error *error)
{
    kl_value header, payload = kl_null();
    kl_status status;
    KL_TRY(kl_map_new(&header, 3, error));
    KL_TRY_OUT(kl_map_set_text(&header, KL_TEXT("typ"), KL_TEXT("JWT"), error));
    KL_TRY_OUT(kl_map_set_text(&header, KL_TEXT("alg"), kl_text_from(algorithm->name), error));
    if (!kl_is_null(kid))
        KL_TRY_OUT(kl_map_set(&header, KL_TEXT("kid"), kl_value_retain(kid), error));
    KL_TRY_OUT(kl_json_print(&payload, claims, &kl_json_canonical_a, error));
    status = kl_jws_sign(out, header, kl_as_text(payload), algorithm, key, error);
out:
    kl_value_release(payload);
    kl_value_release(header);
    return status;
}
