/* src/nodes/jwt.c - JWTAuthNode: JSON Web Tokens, signed and validated. */
#include "jwt.h"
#include "jwks.h"
#include "fork.h"
#include "kailash/log.h"
#include "kailash/time.h"
#include "mode.h"
#include "oauth_url.h"

#include <math.h>
#include <pthread.h>

enum {
    MODE, SECRET, ALGORITHM, TOKEN, PAYLOAD, EXPIRY, KID, ISSUER, AUDIENCE, LEEWAY, REQUIRED, JWKS,
    JWKS_URL, ALLOW, RATE, SETTINGS
};

/* ---- the algorithm ------------------------------------------------------------------------------- */

/* In any case, as "hs256". */
static kl_status algorithm_of(const kl_jws_algorithm **out, kl_text name, kl_error *error)
{
    char upper[8];
    size_t len = KL_MIN(name.len, sizeof upper);
    for (size_t i = 0; i < len; i++)
        upper[i] = (char)(name.data[i] >= 'a' && name.data[i] <= 'z' ? name.data[i] - 32
                                                                     : name.data[i]);
    kl_text folded = {upper, len};
    *out = kl_jws_algorithm_find(kl_text_is(folded, "EDDSA") ? KL_TEXT("EdDSA") : folded);
    if (*out && name.len <= sizeof upper)
        return KL_OK;
    return kl_node_bad(error, "algorithm",
                       "expected one of: HS256, HS384, HS512, RS256, RS384, RS512, ES256, ES384, "
                       "ES512, PS256, PS384, PS512, EdDSA, got %.*s",
                       KL_TEXT_ARG(folded));
}

/* ---- how often asymmetric keys sign -------------------------------------------------------------- */

enum { RATE_MAX = 10000 };

/* When the last signatures were made: at most `size` within a minute. */
typedef struct limiter {
    pthread_mutex_t lock; /* guards times, size and next */
    kl_fork_watch watch;
    kl_time *times;       /* a ring of `size` */
    size_t size, next;
} limiter;

static kl_status begin_limiter(limiter *limits, size_t size, kl_error *error)
{
    kl_time *times = kl_alloc(size * sizeof *times);
    if (!times)
        return kl_error_no_memory(error);
    for (size_t i = 0; i < size; i++)
        times[i] = INT64_MIN;
    kl_free(limits->times);
    limits->times = times;
    limits->size = size;
    limits->next = 0;
    return KL_OK;
}

static kl_status count_signature(limiter *limits, size_t size, kl_error *error)
{
    kl_status status = KL_OK;
    kl_time now = kl_clock_now();
    pthread_mutex_lock(&limits->lock);
    if (limits->size != size)
        status = begin_limiter(limits, size, error);
    if (status == KL_OK) {
        kl_time *oldest = &limits->times[limits->next];
        if (*oldest != INT64_MIN && now - *oldest < KL_MINUTE)
            status = kl_node_failed(error, "rate limit exceeded: at most %zu asymmetric signatures "
                                           "per minute",
                                    size);
        else {
            *oldest = now;
            limits->next = (limits->next + 1) % size;
        }
    }
    pthread_mutex_unlock(&limits->lock);
    return status;
}

static kl_status prepare(void **state, kl_value config, kl_error *error)
{
    bool allowed = kl_as_bool(kl_map_get(config, KL_TEXT("allow_asymmetric_signing")));
    kl_value rate = kl_map_get(config, KL_TEXT("max_asymmetric_signs_per_minute"));
    if (allowed && kl_is_null(rate))
        return kl_error_set(error, KL_INVALID, "allow_asymmetric_signing: needs "
                                               "max_asymmetric_signs_per_minute");
    if (!allowed && !kl_is_null(rate))
        return kl_error_set(error, KL_INVALID, "max_asymmetric_signs_per_minute: needs "
                                               "allow_asymmetric_signing = true");
    limiter *limits = kl_alloc_zero(1, sizeof *limits);
    if (!limits)
        return kl_error_no_memory(error);
    pthread_mutex_init(&limits->lock, NULL);
    limits->watch.lock = &limits->lock;
    kl_fork_watch_begin(&limits->watch);
    *state = limits;
    return KL_OK;
}

static void dispose(void *state)
{
    limiter *limits = state;
    kl_fork_watch_end(&limits->watch);
    pthread_mutex_destroy(&limits->lock);
    kl_free(limits->times);
    kl_free(limits);
}

static kl_status check_signing(const kl_node_call *call, const kl_jws_algorithm *algorithm,
                               kl_error *error)
{
    if (algorithm->is_hmac)
        return KL_OK;
    if (!kl_as_bool(call->args[ALLOW]) || kl_is_null(call->args[RATE]))
        return kl_node_bad(error, "algorithm",
                           "expected an HMAC algorithm (HS256/HS384/HS512); asymmetric signing "
                           "requires node config `allow_asymmetric_signing` = true with "
                           "`max_asymmetric_signs_per_minute` set, got %s with asymmetric signing "
                           "not enabled",
                           algorithm->name);
    int64_t rate = kl_as_int(call->args[RATE]);
    return count_signature(call->state, (size_t)KL_MAX(rate, 1), error);
}

/* ---- keys ---------------------------------------------------------------------------------------- */

static kl_status check_secret(kl_value secret, const kl_jws_algorithm *algorithm, kl_error *error)
{
    size_t len = kl_value_len(secret), wanted = kl_hash_len(algorithm->kind.hash);
    if (len < 32)
        return kl_node_bad(error, "secret",
                           "expected at least 32 characters for HMAC algorithms, got %zu "
                           "characters",
                           len);
    if (len < wanted)
        KL_LOG(KL_LOG_WARN, "kailash.nodes", "JWTAuthNode: the secret of %s has %zu bytes; it should "
                                             "have at least %zu",
               algorithm->name, len, wanted);
    return KL_OK;
}

/* `*pair` is given, NULL for HMAC. */
static kl_status key_of(kl_jws_key *out, kl_key **pair, kl_value secret,
                        const kl_jws_algorithm *algorithm, kl_error *error)
{
    kl_error why = KL_ERROR_INIT;
    *pair = NULL;
    *out = (kl_jws_key){kl_as_text(secret), NULL};
    KL_TRY(kl_node_octets("secret", secret, error));
    if (algorithm->is_hmac)
        return check_secret(secret, algorithm, error);
    kl_status status = kl_key_read(pair, kl_as_text(secret), KL_TEXT(""), &why);
    if (status == KL_OK) {
        *out = (kl_jws_key){{0}, *pair};
        status = kl_jws_key_check(algorithm, *out, &why);
    }
    if (status == KL_INVALID)
        status = kl_node_failed(error, "invalid key for %s: %s", algorithm->name,
                                kl_error_message(&why));
    else if (status != KL_OK)
        kl_error_move(error, &why);
    kl_error_clear(&why);
    if (status != KL_OK) {
        kl_key_free(*pair);
        *pair = NULL;
    }
    return status;
}

/* ---- sign ---------------------------------------------------------------------------------------- */

static int64_t seconds_now(void) { return kl_time_now() / KL_SECOND; }

/* A number of seconds as an integer; false when it is none. */
static bool as_seconds(int64_t *out, kl_value value)
{
    double real = kl_as_double(value);
    if (!kl_is_number(value) || !(fabs(real) < 9e15))
        return false;
    *out = kl_is(value, KL_KIND_INT) ? kl_as_int(value) : (int64_t)floor(real);
    return true;
}

/* The claims with iat and exp, unless they have their own; given. */
static kl_status claims_of(kl_value *out, int64_t *expires_at, const kl_node_call *call,
                           kl_error *error)
{
    kl_value claims = kl_value_retain(call->args[PAYLOAD]);
    int64_t now = seconds_now();
    kl_status status = KL_OK;
    if (!kl_map_has(claims, KL_TEXT("iat")))
        KL_TRY_OUT(kl_map_set(&claims, KL_TEXT("iat"), kl_int(now), error));
    if (!kl_map_has(claims, KL_TEXT("exp")))
        KL_TRY_OUT(kl_map_set(&claims, KL_TEXT("exp"), kl_int(now + kl_as_int(call->args[EXPIRY])),
                              error));
    kl_value end = kl_map_get(claims, KL_TEXT("exp"));
    if (!as_seconds(expires_at, end))
        status = kl_node_bad_value(error, "payload.exp", "number of seconds", end);
out:
    if (status == KL_OK)
        *out = claims;
    else
        kl_value_release(claims);
    return status;
}

static kl_status sign_claims(kl_value *token, const kl_node_call *call, kl_value claims,
                             const kl_jws_algorithm *algorithm, kl_jws_key key, kl_error *error)
{
    kl_error why = KL_ERROR_INIT;
    kl_status status = kl_jwt_sign(token, claims, call->args[KID], algorithm, key, &why);
    if (status == KL_INVALID || status == KL_DEPTH)
        status = kl_node_failed(error, "cannot sign the payload: %s", kl_error_message(&why));
    else if (status != KL_OK)
        kl_error_move(error, &why);
    kl_error_clear(&why);
    return status;
}

static kl_status run_sign(kl_value *out, kl_node_call *call, kl_error *error)
{
    const kl_jws_algorithm *algorithm;
    kl_jws_key key;
    kl_key *pair = NULL;
    kl_value claims = kl_null(), token = kl_null(), map = kl_null();
    int64_t expires_at = 0;
    kl_status status;
    KL_TRY(algorithm_of(&algorithm, kl_as_text(call->args[ALGORITHM]), error));
    KL_TRY(check_signing(call, algorithm, error));
    KL_TRY_OUT(key_of(&key, &pair, call->args[SECRET], algorithm, error));
    KL_TRY_OUT(claims_of(&claims, &expires_at, call, error));
    KL_TRY_OUT(sign_claims(&token, call, claims, algorithm, key, error));
    KL_TRY_OUT(kl_map_new(&map, 3, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("token"), kl_value_take(&token), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("expires_at"), kl_int(expires_at), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("valid"), kl_bool(true), error));
    *out = kl_value_take(&map);
out:
    kl_value_release(map);
    kl_value_release(token);
    kl_value_release(claims);
    kl_key_free(pair);
    return status;
}

/* ---- validate ------------------------------------------------------------------------------------ */

kl_status kl_jwt_answer(kl_value *out, kl_value claims, kl_jwt_fault fault, kl_error *error)
{
    kl_value map, subject = kl_map_get(claims, KL_TEXT("sub"));
    bool valid = fault == KL_JWT_VALID;
    int64_t expires_at;
    kl_status status;
    KL_TRY(kl_map_new(&map, 4, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("valid"), kl_bool(valid), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("claims"),
                          valid ? kl_value_retain(claims) : kl_map_empty(), error));
    if (!valid)
        KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("reason"), kl_text_from(kl_jwt_fault_name(fault)),
                                   error));
    if (valid && as_seconds(&expires_at, kl_map_get(claims, KL_TEXT("exp"))))
        KL_TRY_OUT(kl_map_set(&map, KL_TEXT("expires_at"), kl_int(expires_at), error));
    if (valid && kl_is(subject, KL_KIND_STRING))
        KL_TRY_OUT(kl_map_set(&map, KL_TEXT("subject"), kl_value_retain(subject), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static bool has_set(const kl_node_call *call)
{
    return !kl_is_null(call->args[JWKS]) || !kl_is_null(call->args[JWKS_URL]);
}

static kl_status rules_of(kl_jwt_rules *out, const kl_node_call *call, kl_error *error)
{
    const kl_value *args = call->args;
    *out = (kl_jwt_rules){.issuer = args[ISSUER],
                          .audience = args[AUDIENCE],
                          .required = args[REQUIRED],
                          .leeway = kl_as_int(args[LEEWAY]),
                          .now = seconds_now()};
    KL_TRY(kl_node_words("issuer", args[ISSUER], error));
    KL_TRY(kl_node_words("audience", args[AUDIENCE], error));
    /* With a set of keys and no algorithm of the caller, that of the key counts. */
    if (!has_set(call) || kl_node_given(call, ALGORITHM))
        return algorithm_of(&out->algorithm, kl_as_text(args[ALGORITHM]), error);
    return KL_OK;
}

static kl_status validate_with_url(kl_value *claims, kl_jwt_fault *fault, const kl_node_call *call,
                                   const kl_jwt_rules *rules, kl_error *error)
{
    kl_oauth_http http = {call, call->args + SETTINGS, "fetching the keys"};
    kl_buffer checked = KL_BUFFER_INIT;
    kl_text url = kl_as_text(call->args[JWKS_URL]);
    KL_TRY(kl_oauth_url_begin(&checked, "jwks_url", url, error));
    kl_buffer_free(&checked);
    return kl_jwks_verify(claims, fault, kl_as_text(call->args[TOKEN]), rules, &http, url, error);
}

static kl_status validate_with_set(kl_value *claims, kl_jwt_fault *fault, const kl_node_call *call,
                                   const kl_jwt_rules *rules, kl_error *error)
{
    kl_jwk_set set;
    kl_error why = KL_ERROR_INIT;
    if (kl_is_null(call->args[JWKS]))
        return validate_with_url(claims, fault, call, rules, error);
    kl_status status = kl_jwk_set_read(&set, call->args[JWKS], &why);
    if (status == KL_INVALID || status == KL_LIMIT || status == KL_NOT_FOUND)
        status = kl_node_bad(error, "jwks", "%s", kl_error_message(&why));
    else if (status != KL_OK)
        kl_error_move(error, &why);
    kl_error_clear(&why);
    KL_TRY(status);
    status = kl_jwt_verify_with(claims, fault, kl_as_text(call->args[TOKEN]), rules, &set, error);
    kl_jwk_set_end(&set);
    return status;
}

static kl_status validate_with_secret(kl_value *claims, kl_jwt_fault *fault,
                                      const kl_node_call *call, const kl_jwt_rules *rules,
                                      kl_error *error)
{
    kl_jws_key key;
    kl_key *pair;
    KL_TRY(key_of(&key, &pair, call->args[SECRET], rules->algorithm, error));
    kl_status status =
        kl_jwt_verify(claims, fault, kl_as_text(call->args[TOKEN]), rules, key, error);
    kl_key_free(pair);
    return status;
}

/* What the secret lacks is told before what the token does. */
static kl_status check_before_token(const kl_node_call *call, kl_error *error)
{
    if (!has_set(call)) {
        const kl_jws_algorithm *algorithm;
        KL_TRY(kl_node_needs(call, "secret", error));
        KL_TRY(algorithm_of(&algorithm, kl_as_text(call->args[ALGORITHM]), error));
        KL_TRY(kl_node_octets("secret", call->args[SECRET], error));
        if (algorithm->is_hmac)
            KL_TRY(check_secret(call->args[SECRET], algorithm, error));
    }
    return kl_node_needs(call, "token", error);
}

static kl_status run_validate(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_jwt_rules rules;
    kl_jwt_fault fault;
    kl_value claims = kl_null();
    KL_TRY(check_before_token(call, error));
    KL_TRY(rules_of(&rules, call, error));
    if (!has_set(call))
        KL_TRY(validate_with_secret(&claims, &fault, call, &rules, error));
    else
        KL_TRY(validate_with_set(&claims, &fault, call, &rules, error));
    kl_status status = kl_jwt_answer(out, claims, fault, error);
    kl_value_release(claims);
    return status;
}

/* ---- the node ------------------------------------------------------------------------------------ */

#define MODES(ROW) ROW("validate", "", run_validate) ROW("sign", "secret payload", run_sign)

static const kl_mode modes[] = {MODES(KL_MODE_ROW)};
static const char *const mode_names[] = {MODES(KL_MODE_NAME) NULL};

static kl_status run(kl_value *out, kl_node_call *call, kl_error *error)
{
    return kl_mode_run(out, modes, KL_COUNT(modes), call->args[MODE], call, error);
}

static const kl_param inputs[] = {
    {.name = "mode", .kind = KL_KIND_ENUM, .names = mode_names, .fallback = "\"validate\"",
     .doc = "validate: check `token`; sign: make a token of `payload`"},
    {.name = "secret", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL | KL_SECRET,
     .doc = "of HS algorithms: at least 32 bytes, as text or bytes; of all others: a key in PEM, "
            "private to sign, public (or a certificate) to validate"},
    {.name = "algorithm", .kind = KL_KIND_STRING, .fallback = "\"HS256\"",
     .doc = "the one algorithm that counts, in any case: HS256, HS384, HS512, RS256, RS384, RS512, "
            "PS256, PS384, PS512, ES256, ES384, ES512, EdDSA; with `jwks` and without an "
            "algorithm, that which the key names in its alg"},
    {.name = "token", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL | KL_SECRET,
     .doc = "validate: the token"},
    {.name = "payload", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "sign: the claims; iat and exp are added unless they are there"},
    {.name = "expiry_seconds", .kind = KL_KIND_INT, .fallback = "3600",
     .range = KL_RANGE(-3153600000, 3153600000),
     .doc = "sign: seconds from now to exp, where the payload has none"},
    {.name = "kid", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "sign: the name of the key, for the header"},
    {.name = "issuer", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = "validate: the issuer, or a list of which iss must be one"},
    {.name = "audience", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = "validate: the audience, or a list of which aud must hold one; without it tokens with "
            "an aud are refused"},
    {.name = "leeway_seconds", .kind = KL_KIND_COUNT, .fallback = "60", .range = KL_RANGE(0, 86400),
     .doc = "validate: seconds that clocks may differ, for exp and nbf"},
    {.name = "required_claims", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "validate: claims that must be there beside exp"},
    {.name = "jwks", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL | KL_SECRET,
     .doc = "validate: keys as a JWK set ({\"keys\": [...]}), a list of JWKs or one JWK, instead of "
            "`secret`; the kid of the token chooses"},
    {.name = "jwks_url", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "validate: where such a set is; kept for five minutes, and fetched anew for a kid that "
            "it lacks"},
};
static const kl_param config[] = {
    {.name = "allow_asymmetric_signing", .kind = KL_KIND_BOOL, .fallback = "false",
     .doc = "whether the node may sign with a private key; goes with "
            "max_asymmetric_signs_per_minute"},
    {.name = "max_asymmetric_signs_per_minute", .kind = KL_KIND_COUNT, .flags = KL_OPTIONAL,
     .range = KL_RANGE(1, RATE_MAX),
     .doc = "signatures with a private key in any minute, for all runs of the workflow"},
    KL_OAUTH_HTTP_SETTINGS("whether `jwks_url` may have private and loopback addresses", "false"),
};
static const kl_param outputs[] = {
    {.name = "valid", .kind = KL_KIND_BOOL, .doc = "whether the token is good; true when signed"},
    {.name = "claims", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "validate: the claims of a good token, else empty"},
    {.name = "reason", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "validate: what is wrong: malformed, algorithm, key (no key has the kid), signature, "
            "expired, not_yet_valid, issuer, audience, missing_claim"},
    {.name = "expires_at", .kind = KL_KIND_INT, .flags = KL_OPTIONAL,
     .doc = "when it expires, epoch seconds"},
    {.name = "subject", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "validate: its sub"},
    {.name = "token", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "sign: the token"},
};

static const kl_node_type types[] = {
    {
        .name = "JWTAuthNode",
        .category = "Auth",
        .doc = "Signs and validates JSON Web Tokens.",
        .inputs = KL_TABLE(inputs),
        .config = KL_TABLE(config),
        .outputs = KL_TABLE(outputs),
        .flags = KL_NODE_STRICT,
        .run = run,
        .prepare = prepare,
        .dispose = dispose,
    },
};

static const kl_node_family jwt = {.name = "jwt", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(jwt);
