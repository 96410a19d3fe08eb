/* src/eatp/tsa.c - EatpTsaConfig: timestamps from an authority (RFC 3161), asked for over HTTP. */
#include "fault.h"
#include "keys.h"

#include "crypto/timestamp.h"
#include "net/http.h"
#include "kailash/id.h"
#include "kailash/time.h"
#include "kailash/wide.h"

#include <stdio.h>
#include <strings.h>

typedef struct tsa_config {
    kl_object object;
    kl_value url;              /* string: http or https */
    kl_duration tolerance;
    kl_certificates *pinned;   /* or NULL */
    kl_guard guard;
} tsa_config;

enum { TOLERANCE_SECONDS = 300, RESPONSE_MAX = 1 << 20 };

/* ---- making ----------------------------------------------------------------------------------- */

static kl_status check_url(kl_text url, kl_error *error)
{
    bool is_http = url.len > 7 && strncasecmp(url.data, "http://", 7) == 0;
    bool is_https = url.len > 8 && strncasecmp(url.data, "https://", 8) == 0;
    if ((!is_http && !is_https) || memchr(url.data, '\0', url.len))
        return kl_fault(error, KL_INVALID, NULL, "invalid_url",
                        "url: expected http://... or https://...");
    return KL_OK;
}

static kl_status read_pinned(tsa_config *config, kl_text bytes, kl_error *error)
{
    kl_status status = kl_certificates_read(&config->pinned, NULL, bytes, KL_TEXT(""), error);
    if (status == KL_SYNTAX || status == KL_INVALID)
        return kl_fault(error, KL_INVALID, NULL, "invalid_certificate",
                        "pinned_cert: expected a certificate in PEM or DER");
    return status;
}

static kl_status config_init(kl_object *self, const kl_value *args, kl_error *error)
{
    tsa_config *config = (tsa_config *)self;
    uint64_t seconds = kl_is_null(args[1]) ? TOLERANCE_SECONDS : kl_as_unsigned(args[1]);
    KL_TRY(check_url(kl_as_text(args[0]), error));
    config->url = kl_value_retain(args[0]);
    config->tolerance = seconds > INT64_MAX / KL_SECOND ? INT64_MAX
                                                        : (kl_duration)seconds * KL_SECOND;
    if (!kl_is_null(args[2]))
        KL_TRY(read_pinned(config, kl_as_text(args[2]), error));
    return kl_guard_init(&config->guard, kl_as_text(args[3]), kl_null(), kl_null(), error);
}

static void config_dispose(kl_object *self)
{
    tsa_config *config = (tsa_config *)self;
    kl_value_release(config->url);
    kl_certificates_free(config->pinned);
    kl_guard_clear(&config->guard);
}

static kl_status config_repr(kl_value *out, kl_object *self, kl_error *error)
{
    (void)self;
    return kl_string_new(out, KL_TEXT("EatpTsaConfig()"), error); /* the URL may hold a password */
}

/* ---- arguments -------------------------------------------------------------------------------- */

static kl_status check_hash(kl_value hash, kl_error *error)
{
    size_t len = kl_as_text(hash).len;
    if (len == KL_TIMESTAMP_HASH)
        return KL_OK;
    return kl_fault(error, KL_INVALID, NULL, "invalid_hash",
                    "payload_hash must be exactly %d bytes (SHA-256), got %zu", KL_TIMESTAMP_HASH,
                    len);
}

static kl_status read_issued_at(kl_time *out, kl_value text, kl_error *error)
{
    kl_error why = KL_ERROR_INIT;
    kl_status status = kl_time_parse(out, kl_as_text(text), &why);
    if (status != KL_OK)
        kl_fault(error, KL_INVALID, NULL, "invalid_time", "issued_at is not RFC 3339: %s",
                 kl_error_message(&why));
    kl_error_clear(&why);
    return status == KL_OK ? KL_OK : KL_INVALID;
}

static const unsigned char *hash_of(kl_value hash)
{
    return (const unsigned char *)kl_as_text(hash).data;
}

/* ---- requests --------------------------------------------------------------------------------- */

static kl_status build(kl_value *der, uint64_t *nonce, kl_value hash, kl_error *error)
{
    KL_TRY(check_hash(hash, error));
    KL_TRY(kl_random(nonce, sizeof *nonce, error));
    return kl_timestamp_request(der, hash_of(hash), *nonce, error);
}

static kl_status build_timestamp_request(kl_value *out, kl_object *self, const kl_value *args,
                                         kl_error *error)
{
    (void)self;
    uint64_t nonce;
    kl_value der = kl_null(), number, pair = kl_null();
    kl_status status;
    KL_TRY_OUT(build(&der, &nonce, args[0], error));
    KL_TRY_OUT(kl_array_new(&pair, 2, error));
    KL_TRY_OUT(kl_array_push(&pair, kl_value_take(&der), error));
    KL_TRY_OUT(kl_unsigned_new(&number, nonce, error));
    KL_TRY_OUT(kl_array_push(&pair, number, error));
    *out = kl_value_take(&pair);
out:
    kl_value_release(der);
    kl_value_release(pair);
    return status;
}

/* ---- verifying -------------------------------------------------------------------------------- */

static kl_status verify(bool *valid, kl_value *reason, const tsa_config *config, kl_text token,
                        kl_value hash, kl_time issued_at, const uint64_t *nonce, kl_error *error)
{
    kl_timestamp_rules rules = {.hash = hash_of(hash), .nonce = nonce, .time = issued_at,
                                .tolerance = config->tolerance, .pinned = config->pinned};
    return kl_timestamp_verify(valid, reason, token, &rules, error);
}

static kl_status verify_timestamp_token(kl_value *out, kl_object *self, const kl_value *args,
                                        kl_error *error)
{
    kl_time issued_at;
    bool valid;
    kl_value reason;
    uint64_t nonce = kl_as_unsigned(args[3]);
    KL_TRY(check_hash(args[1], error));
    KL_TRY(read_issued_at(&issued_at, args[2], error));
    KL_TRY(verify(&valid, &reason, (tsa_config *)self, kl_as_text(args[0]), args[1], issued_at,
                  kl_is_null(args[3]) ? NULL : &nonce, error));
    kl_value_release(reason);
    *out = kl_bool(valid);
    return KL_OK;
}

/* ---- the exchange ----------------------------------------------------------------------------- */

static kl_status exchange_failed(kl_error *error, const char *code, const char *why)
{
    return kl_fault(error, KL_IO, KL_EATP_ERROR, code, "timestamp authority: %s", why);
}

/* The body of the answer to `der`, as bytes; given. */
static kl_status ask(kl_value *out, const tsa_config *config, kl_text der, kl_error *error)
{
    const kl_http_header headers[] = {
        {KL_TEXT("content-type"), KL_TEXT("application/timestamp-query"), false},
        {KL_TEXT("accept"), KL_TEXT("application/timestamp-reply"), false},
    };
    kl_http_request request = {
        .method = KL_TEXT("POST"), .url = kl_as_text(config->url), .headers = headers,
        .header_count = KL_COUNT(headers), .body = der, .guard = &config->guard,
        .redirects = KL_HTTP_REDIRECTS_NEVER, .response_max = RESPONSE_MAX,
    };
    kl_http_response response;
    kl_error why = KL_ERROR_INIT;
    char answer[64];
    kl_status status = kl_http_send(&response, &request, NULL, &why);
    if (status == KL_NO_MEMORY || status == KL_INTERRUPTED)
        kl_error_move(error, &why);
    else if (status != KL_OK)
        status = exchange_failed(error, "exchange_failed", kl_error_message(&why));
    else if (response.status_code != 200) {
        snprintf(answer, sizeof answer, "it answered with HTTP status %d", response.status_code);
        status = exchange_failed(error, "exchange_failed", answer);
    } else {
        *out = kl_value_retain(response.body);
    }
    kl_error_clear(&why);
    kl_http_response_clear(&response);
    return status;
}

static kl_status ask_and_verify(kl_value *token, const tsa_config *config, kl_value hash,
                                kl_time issued_at, kl_error *error)
{
    kl_value der, reason = kl_null();
    uint64_t nonce;
    bool valid;
    KL_TRY(build(&der, &nonce, hash, error));
    kl_status status = ask(token, config, kl_as_text(der), error);
    kl_value_release(der);
    KL_TRY(status);
    status = verify(&valid, &reason, config, kl_as_text(*token), hash, issued_at, &nonce, error);
    if (status == KL_OK && !valid)
        status = exchange_failed(error, "verification_failed", kl_as_text(reason).data);
    kl_value_release(reason);
    if (status != KL_OK)
        kl_value_release(kl_value_take(token));
    return status;
}

static kl_status request_timestamp(kl_value *out, kl_object *self, const kl_value *args,
                                   kl_error *error)
{
    const tsa_config *config = (const tsa_config *)self;
    kl_time issued_at;
    kl_value token = kl_null(), map = kl_null();
    kl_status status;
    KL_TRY(check_hash(args[0], error));
    KL_TRY(read_issued_at(&issued_at, args[1], error));
    KL_TRY_OUT(ask_and_verify(&token, config, args[0], issued_at, error));
    KL_TRY_OUT(kl_map_new(&map, 3, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("tsa_response"), kl_value_take(&token), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("tsa_url"), kl_value_retain(config->url), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("verified"), kl_bool(true), error));
    *out = kl_value_take(&map);
out:
    kl_value_release(token);
    kl_value_release(map);
    return status;
}

/* ---- the table -------------------------------------------------------------------------------- */

static const char *const policies[] = {"refuse_private", "allow_loopback", "allow_internal_unicast",
                                       "allow_internal_unicast_and_loopback", NULL};

#define HASH_PARAM                                                                                 \
    {.name = "payload_hash", .kind = KL_KIND_BYTES, .flags = KL_OCTETS,                            \
     .doc = "SHA-256 of what is stamped: 32 bytes"}
#define ISSUED_AT_PARAM                                                                            \
    {.name = "issued_at", .kind = KL_KIND_STRING,                                                  \
     .doc = "RFC 3339: around when it must be stamped"}

static const kl_param init_params[] = {
    {.name = "url", .kind = KL_KIND_STRING, .doc = "address of the authority: http or https"},
    {.name = "gen_time_tolerance_secs", .kind = KL_KIND_COUNT, .flags = KL_OPTIONAL | KL_WIDE,
     .doc = "seconds that the time of a stamp may differ from the one expected; None = 300"},
    {.name = "pinned_cert", .kind = KL_KIND_BYTES, .flags = KL_OPTIONAL | KL_OCTETS,
     .doc = "certificate in PEM or DER that must be the signer's or lead to it; None = whoever has "
            "a certificate for timestamps may sign"},
    {.name = "address_policy", .kind = KL_KIND_ENUM, .flags = KL_KEYWORD_ONLY, .names = policies,
     .fallback = "\"refuse_private\"",
     .doc = "which addresses may be asked beside public ones"},
};
static const kl_param build_params[] = {HASH_PARAM};
static const kl_param request_params[] = {HASH_PARAM, ISSUED_AT_PARAM};
static const kl_param verify_params[] = {
    {.name = "token_der", .kind = KL_KIND_BYTES, .flags = KL_OCTETS,
     .doc = "the response of the authority, or the token in it, in DER"},
    HASH_PARAM,
    ISSUED_AT_PARAM,
    {.name = "nonce", .kind = KL_KIND_COUNT, .flags = KL_OPTIONAL | KL_WIDE,
     .doc = "that of the request; None = any"},
};

static const kl_method methods[] = {
    {.name = "build_timestamp_request", .call = build_timestamp_request,
     .params = KL_TABLE(build_params), .returns = KL_KIND_TUPLE, .raises = "ValueError",
     .doc = "The request for a stamp in DER, and its random nonce of 64 bits. Nothing is sent."},
    {.name = "request_timestamp", .call = request_timestamp, .params = KL_TABLE(request_params),
     .flags = KL_BLOCKING, .returns = KL_KIND_MAP, .raises = "ValueError, EatpError",
     .doc = "Ask the authority for a stamp and verify it: a dict of tsa_response (DER), tsa_url and "
            "verified, which is True. EatpError when there is no answer, or it does not verify."},
    {.name = "verify_timestamp_token", .call = verify_timestamp_token,
     .params = KL_TABLE(verify_params), .returns = KL_KIND_BOOL, .raises = "ValueError",
     .doc = "Whether a stamp is about that hash, near that time, with that nonce, and signed by an "
            "authority that may."},
};

static const kl_type kl_tsa_config_type = {
    .name = "EatpTsaConfig",
    .module = "kailash",
    .doc = "An authority that stamps hashes with the time (RFC 3161), so that others can see what "
           "was there when.",
    .size = sizeof(tsa_config),
    .params = KL_TABLE(init_params),
    .init = config_init,
    .dispose = config_dispose,
    .methods = KL_TABLE(methods),
    .repr = config_repr,
};
KL_PUBLISH(kl_tsa_config_type);
