/* src/nodes/sso.c - SSONode: sign in with an identity provider, by OAuth 2.0, OpenID Connect or SAML. */
#include "jwks.h"
#include "jwt.h"
#include "kailash/time.h"
#include "mode.h"
#include "oauth_token.h"
#include "oauth_url.h"
#include "saml.h"
#include "tokens.h"

enum {
    PROVIDER, MODE, CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, SCOPES, TENANT, DISCOVERY_URL, STATE,
    NONCE, CODE, CODE_VERIFIER, ID_TOKEN, ACCESS_TOKEN, PARAMS, SSO_URL,
    IDP_ENTITY_ID, IDP_CERTIFICATES, SAML_RESPONSE, REQUEST_ID, DECRYPTION_KEY, DECRYPTION_KEY_PASSWORD,
    CLIENT_AUTH, ALGORITHM, LEEWAY, ALLOW_CBC,
    SETTINGS
};

/* ---- providers ----------------------------------------------------------------------------------- */

/* In URLs "%" stands for the tenant. */
typedef struct provider {
    const char *name, *auth_url, *token_url, *userinfo_url;
    const char *issuer, *jwks_url; /* NULL: has no id_token */
    const char *scopes;
} provider;

static const provider providers[] = {
    {"github", "https://github.com/login/oauth/authorize",
     "https://github.com/login/oauth/access_token", "https://api.github.com/user", NULL, NULL,
     "read:user user:email"},
    {"google", "https://accounts.google.com/o/oauth2/v2/auth", "https://oauth2.googleapis.com/token",
     "https://www.googleapis.com/oauth2/v3/userinfo", "https://accounts.google.com",
     "https://www.googleapis.com/oauth2/v3/certs", "openid profile email"},
    {"azure_ad", "https://login.microsoftonline.com/%/oauth2/v2.0/authorize",
     "https://login.microsoftonline.com/%/oauth2/v2.0/token", "https://graph.microsoft.com/v1.0/me",
     "https://login.microsoftonline.com/%/v2.0",
     "https://login.microsoftonline.com/%/discovery/v2.0/keys", "openid profile email"},
};
static const char *const provider_names[] = {"github", "google", "azure_ad", "oidc", "saml", NULL};

/* Where to go; owned strings, null for what the provider has not. */
typedef struct endpoints {
    kl_value auth_url, token_url, userinfo_url, issuer, jwks_url;
    const char *scopes;
    bool any_tenant; /* the issuer has the tenant of the token */
} endpoints;

static void end_endpoints(endpoints *of)
{
    kl_value_release(of->auth_url);
    kl_value_release(of->token_url);
    kl_value_release(of->userinfo_url);
    kl_value_release(of->issuer);
    kl_value_release(of->jwks_url);
}

/* Letters, digits, '-' and '.': an id or a domain, and nothing that could lead elsewhere. */
static bool is_tenant(kl_text text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (!((c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '-' ||
              (c == '.' && i > 0)))
            return false;
    }
    return text.len > 0;
}

static kl_status fill_in(kl_value *out, const char *pattern, kl_text tenant, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    for (; pattern && *pattern; pattern++) {
        if (*pattern == '%')
            kl_buffer_add(&text, tenant);
        else
            kl_buffer_byte(&text, *pattern);
    }
    if (text.len || text.status != KL_OK)
        return kl_buffer_finish(out, &text, error);
    *out = kl_null();
    return KL_OK;
}

static kl_status known_endpoints(endpoints *out, const provider *of, kl_value tenant,
                                 kl_error *error)
{
    kl_text name = kl_as_text(tenant);
    if (!is_tenant(name))
        return kl_node_bad_value(error, "tenant", "tenant id or domain", tenant);
    out->scopes = of->scopes;
    out->any_tenant = strchr(of->auth_url, '%') &&
                      (kl_text_is(name, "common") || kl_text_is(name, "organizations") ||
                       kl_text_is(name, "consumers"));
    KL_TRY(fill_in(&out->auth_url, of->auth_url, name, error));
    KL_TRY(fill_in(&out->token_url, of->token_url, name, error));
    KL_TRY(fill_in(&out->userinfo_url, of->userinfo_url, name, error));
    KL_TRY(fill_in(&out->issuer, of->issuer, name, error));
    return fill_in(&out->jwks_url, of->jwks_url, name, error);
}

/* ---- discovery (OpenID Connect Discovery 1.0) ---------------------------------------------------- */

static const char well_known[] = "/.well-known/openid-configuration";

static bool ends_with(kl_text text, const char *end)
{
    size_t len = strlen(end);
    return text.len >= len && memcmp(text.data + text.len - len, end, len) == 0;
}

/* The URL of the document, also from the issuer alone; and the issuer that it must name. */
static kl_status discovery_url(kl_value *out, kl_text *issuer, kl_text given, kl_error *error)
{
    kl_buffer url = KL_BUFFER_INIT;
    *issuer = given;
    if (ends_with(given, well_known))
        issuer->len -= sizeof well_known - 1;
    while (issuer->len && issuer->data[issuer->len - 1] == '/')
        issuer->len--;
    kl_buffer_add(&url, *issuer);
    kl_buffer_string(&url, well_known);
    return kl_buffer_finish(out, &url, error);
}

static kl_status take_endpoint(kl_value *out, kl_value document, const char *key, bool required,
                               kl_error *error)
{
    kl_value value = kl_map_get(document, kl_text_from(key));
    if (kl_is(value, KL_KIND_STRING))
        *out = kl_value_retain(value);
    else if (required)
        return kl_node_failed(error, "discovery failed: the document has no %s", key);
    return KL_OK;
}

static bool is_issuer(kl_value said, kl_text wanted)
{
    kl_text text = kl_as_text(said);
    while (text.len && text.data[text.len - 1] == '/')
        text.len--;
    return kl_is(said, KL_KIND_STRING) && kl_text_equal(text, wanted);
}

static kl_status read_document(endpoints *out, kl_value document, kl_text issuer, kl_error *error)
{
    kl_value said = kl_map_get(document, KL_TEXT("issuer"));
    if (!is_issuer(said, issuer)) /* who answers for another issuer is not to be believed */
        return kl_node_failed(error, "discovery failed: the document is of another issuer than "
                                     "'%.*s'",
                              KL_TEXT_ARG(issuer));
    out->issuer = kl_value_retain(said);
    out->scopes = "openid profile email";
    KL_TRY(take_endpoint(&out->auth_url, document, "authorization_endpoint", true, error));
    KL_TRY(take_endpoint(&out->token_url, document, "token_endpoint", true, error));
    KL_TRY(take_endpoint(&out->jwks_url, document, "jwks_uri", true, error));
    return take_endpoint(&out->userinfo_url, document, "userinfo_endpoint", false, error);
}

static kl_oauth_http http_of(const kl_node_call *call, const char *what)
{
    return (kl_oauth_http){call, call->args + SETTINGS, what};
}

static kl_status discover(endpoints *out, const kl_node_call *call, kl_error *error)
{
    kl_value url = kl_null(), document = kl_null();
    kl_buffer checked = KL_BUFFER_INIT;
    kl_oauth_http http = http_of(call, "discovery");
    kl_text given = kl_as_text(call->args[DISCOVERY_URL]), issuer;
    kl_status status;
    KL_TRY(kl_node_needs(call, "discovery_url", error));
    KL_TRY_OUT(kl_oauth_url_begin(&checked, "discovery_url", given, error));
    KL_TRY_OUT(discovery_url(&url, &issuer, given, error));
    KL_TRY_OUT(kl_jwks_document(&document, &http, kl_as_text(url), error));
    status = read_document(out, document, issuer, error);
out:
    kl_buffer_free(&checked);
    kl_value_release(document);
    kl_value_release(url);
    return status;
}

/* `*out` is to be ended also after a failure. */
static kl_status endpoints_of(endpoints *out, const kl_node_call *call, kl_error *error)
{
    kl_text name = kl_as_text(call->args[PROVIDER]);
    for (size_t i = 0; i < KL_COUNT(providers); i++)
        if (kl_text_is(name, providers[i].name))
            return known_endpoints(out, &providers[i], call->args[TENANT], error);
    return discover(out, call, error);
}

/* ---- authorize ----------------------------------------------------------------------------------- */

static kl_status auth_url(kl_value *out, const kl_node_call *call, const endpoints *to,
                          const kl_oauth_proof *proof, kl_value nonce, kl_error *error)
{
    const kl_value *args = call->args;
    kl_buffer url = KL_BUFFER_INIT;
    kl_value scopes;
    KL_TRY(kl_oauth_scopes(&scopes, args[SCOPES], error));
    kl_text wanted = kl_value_len(scopes) ? kl_as_text(scopes) : kl_text_from(to->scopes);
    kl_status status = kl_oauth_url_begin(&url, "auth_url", kl_as_text(to->auth_url), error);
    if (status == KL_OK) {
        kl_oauth_url_add(&url, "response_type", KL_TEXT("code"));
        kl_oauth_url_add(&url, "client_id", kl_as_text(args[CLIENT_ID]));
        kl_oauth_url_add(&url, "redirect_uri", kl_as_text(args[REDIRECT_URI]));
        kl_oauth_url_add(&url, "state", kl_as_text(proof->state));
        kl_oauth_url_add(&url, "scope", wanted);
        kl_oauth_url_add(&url, "code_challenge", kl_as_text(proof->challenge));
        kl_oauth_url_add(&url, "code_challenge_method", KL_TEXT("S256"));
        kl_oauth_url_add(&url, "nonce", kl_as_text(nonce));
        status = kl_oauth_url_add_all(&url, "params", args[PARAMS], error);
    }
    kl_value_release(scopes);
    if (status == KL_OK)
        return kl_buffer_finish(out, &url, error);
    kl_buffer_free(&url);
    return status;
}

/* Of oidc a random one, so that an id_token belongs to this sign-in; else that of the caller. */
static kl_status nonce_of(kl_value *out, const kl_node_call *call, kl_error *error)
{
    *out = kl_value_retain(call->args[NONCE]);
    if (kl_is_null(*out) && kl_text_is(kl_as_text(call->args[PROVIDER]), "oidc"))
        return kl_token_new(out, 16, error);
    return KL_OK;
}

static kl_status authorize(kl_value *out, kl_node_call *call, kl_error *error)
{
    endpoints to = {0};
    kl_oauth_proof proof = {kl_null(), kl_null(), kl_null()};
    kl_value url = kl_null(), map = kl_null(), nonce = kl_null();
    kl_status status;
    KL_TRY_OUT(endpoints_of(&to, call, error));
    KL_TRY_OUT(kl_oauth_proof_new(&proof, call->args[STATE], error));
    KL_TRY_OUT(nonce_of(&nonce, call, error));
    KL_TRY_OUT(auth_url(&url, call, &to, &proof, nonce, error));
    KL_TRY_OUT(kl_map_new(&map, 7, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("provider"), kl_value_retain(call->args[PROVIDER]), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("auth_url"), kl_value_take(&url), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("token_url"), kl_value_retain(to.token_url), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("userinfo_url"), kl_value_retain(to.userinfo_url), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("state"), kl_value_take(&proof.state), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("code_verifier"), kl_value_take(&proof.verifier), error));
    if (!kl_is_null(nonce))
        KL_TRY_OUT(kl_map_set(&map, KL_TEXT("nonce"), kl_value_take(&nonce), error));
    *out = kl_value_take(&map);
out:
    kl_value_release(map);
    kl_value_release(url);
    kl_value_release(nonce);
    kl_oauth_proof_end(&proof);
    end_endpoints(&to);
    return status;
}

/* ---- id_token (OpenID Connect Core 1.0, 3.1.3.7) ------------------------------------------------- */

/* Who the token was given to, if that is not the only audience. */
static bool is_for_us(kl_value claims, kl_text client_id)
{
    kl_value azp = kl_map_get(claims, KL_TEXT("azp")), aud = kl_map_get(claims, KL_TEXT("aud"));
    if (kl_is_null(azp))
        return kl_array_len(aud) <= 1;
    return kl_is(azp, KL_KIND_STRING) && kl_text_equal(kl_as_text(azp), client_id);
}

static bool has_nonce(kl_value claims, kl_value nonce)
{
    kl_value said = kl_map_get(claims, KL_TEXT("nonce"));
    return kl_is_null(nonce) || (kl_is(said, KL_KIND_STRING) &&
                                 kl_equal_secret(kl_as_text(said), kl_as_text(nonce)));
}

/* Tokens of any tenant name their tenant twice: in iss and in tid. */
static bool has_tenant_issuer(kl_value claims)
{
    static const char head[] = "https://login.microsoftonline.com/", tail[] = "/v2.0";
    kl_value iss = kl_map_get(claims, KL_TEXT("iss")), tid = kl_map_get(claims, KL_TEXT("tid"));
    kl_text text = kl_as_text(iss), tenant = kl_as_text(tid);
    return kl_is(iss, KL_KIND_STRING) && kl_is(tid, KL_KIND_STRING) && tenant.len &&
           text.len == sizeof head - 1 + tenant.len + sizeof tail - 1 &&
           memcmp(text.data, head, sizeof head - 1) == 0 &&
           memcmp(text.data + sizeof head - 1, tenant.data, tenant.len) == 0 &&
           ends_with(text, tail);
}

static kl_status check_id_token(kl_value *claims, kl_jwt_fault *fault, const char **reason,
                                const kl_node_call *call, const endpoints *to, kl_value id_token,
                                kl_error *error)
{
    const kl_value *args = call->args;
    kl_oauth_http http = http_of(call, "fetching the provider's keys");
    kl_jwt_rules rules = {
        .algorithm = kl_jws_algorithm_find(kl_as_text(args[ALGORITHM])),
        .issuer = to->any_tenant ? kl_null() : to->issuer,
        .audience = args[CLIENT_ID],
        .leeway = kl_as_int(args[LEEWAY]),
        .now = kl_time_now() / KL_SECOND,
    };
    if (kl_is_null(to->jwks_url))
        return kl_node_failed(error, "the provider gives no id_token");
    KL_TRY(kl_jwks_verify(claims, fault, kl_as_text(id_token), &rules, &http,
                          kl_as_text(to->jwks_url), error));
    *reason = kl_jwt_fault_name(*fault);
    if (*fault != KL_JWT_VALID)
        return KL_OK;
    if (to->any_tenant && !has_tenant_issuer(*claims))
        *reason = kl_jwt_fault_name(*fault = KL_JWT_ISSUER);
    else if (!is_for_us(*claims, kl_as_text(args[CLIENT_ID])))
        *reason = kl_jwt_fault_name(*fault = KL_JWT_AUDIENCE);
    else if (!has_nonce(*claims, args[NONCE])) {
        *fault = KL_JWT_MISSING_CLAIM;
        *reason = "nonce";
    }
    return KL_OK;
}

static kl_status validate(kl_value *out, kl_node_call *call, kl_error *error)
{
    endpoints to = {0};
    kl_value claims = kl_null(), answer = kl_null();
    kl_jwt_fault fault = KL_JWT_MALFORMED;
    const char *reason = NULL;
    kl_status status;
    KL_TRY_OUT(endpoints_of(&to, call, error));
    KL_TRY_OUT(check_id_token(&claims, &fault, &reason, call, &to, call->args[ID_TOKEN], error));
    KL_TRY_OUT(kl_jwt_answer(&answer, claims, fault, error));
    if (reason)
        KL_TRY_OUT(kl_map_set_text(&answer, KL_TEXT("reason"), kl_text_from(reason), error));
    *out = kl_value_take(&answer);
out:
    kl_value_release(answer);
    kl_value_release(claims);
    end_endpoints(&to);
    return status;
}

/* ---- exchange ------------------------------------------------------------------------------------ */

static kl_status add_claims(kl_value *tokens, const kl_node_call *call, const endpoints *to,
                            kl_error *error)
{
    kl_value id_token = kl_map_get(*tokens, KL_TEXT("id_token")), claims = kl_null();
    kl_jwt_fault fault = KL_JWT_MALFORMED;
    const char *reason = NULL;
    if (kl_is_null(id_token) && kl_is_null(call->args[NONCE]))
        return KL_OK;
    if (kl_is_null(id_token) || kl_is_null(to->jwks_url))
        return kl_node_failed(error, "sign-in failed: the provider gave no id_token");
    KL_TRY(check_id_token(&claims, &fault, &reason, call, to, id_token, error));
    if (fault == KL_JWT_VALID)
        return kl_map_set(tokens, KL_TEXT("claims"), claims, error);
    kl_value_release(claims);
    return kl_node_failed(error, "sign-in failed: the id_token is not valid: %s", reason);
}

static kl_status exchange(kl_value *out, kl_node_call *call, kl_error *error)
{
    const kl_value *args = call->args;
    endpoints to = {0};
    kl_oauth_client client = {http_of(call, "token exchange"), args[CLIENT_ID],
                              args[CLIENT_SECRET],
                              kl_text_is(kl_as_text(args[CLIENT_AUTH]), "basic")};
    kl_value form = kl_null(), tokens = kl_null();
    kl_status status;
    KL_TRY_OUT(endpoints_of(&to, call, error));
    KL_TRY_OUT(kl_map_new(&form, 6, error));
    KL_TRY_OUT(kl_map_set_text(&form, KL_TEXT("grant_type"), KL_TEXT("authorization_code"), error));
    KL_TRY_OUT(kl_map_set(&form, KL_TEXT("code"), kl_value_retain(args[CODE]), error));
    KL_TRY_OUT(kl_map_set(&form, KL_TEXT("redirect_uri"), kl_value_retain(args[REDIRECT_URI]),
                          error));
    KL_TRY_OUT(kl_map_set(&form, KL_TEXT("code_verifier"), kl_value_retain(args[CODE_VERIFIER]),
                          error));
    KL_TRY_OUT(kl_oauth_form_params(&form, "params", args[PARAMS], error));
    KL_TRY_OUT(kl_oauth_token(&tokens, &client, "token_url", kl_as_text(to.token_url), form, error));
    KL_TRY_OUT(add_claims(&tokens, call, &to, error));
    KL_TRY_OUT(kl_map_set(&tokens, KL_TEXT("provider"), kl_value_retain(args[PROVIDER]), error));
    *out = kl_value_take(&tokens);
out:
    kl_value_release(tokens);
    kl_value_release(form);
    end_endpoints(&to);
    return status;
}

static kl_status userinfo(kl_value *out, kl_node_call *call, kl_error *error)
{
    endpoints to = {0};
    kl_oauth_http http = http_of(call, "userinfo");
    kl_value body;
    kl_status status = endpoints_of(&to, call, error);
    if (status == KL_OK && kl_is_null(to.userinfo_url))
        status = kl_node_failed(error, "the provider has no userinfo endpoint");
    if (status == KL_OK)
        status = kl_oauth_get(&body, &http, kl_as_text(to.userinfo_url),
                              kl_as_text(call->args[ACCESS_TOKEN]), error);
    end_endpoints(&to);
    return status == KL_OK ? kl_node_result(out, "userinfo", body, error) : status;
}

/* ---- SAML ---------------------------------------------------------------------------------------- */

static kl_saml saml_of(const kl_node_call *call)
{
    const kl_value *args = call->args;
    return (kl_saml){
        .entity_id = kl_as_text(args[CLIENT_ID]),
        .acs_url = kl_as_text(args[REDIRECT_URI]),
        .idp_entity_id = kl_as_text(args[IDP_ENTITY_ID]),
        .sso_url = kl_as_text(args[SSO_URL]),
        .certificates = args[IDP_CERTIFICATES],
        .keys = args[DECRYPTION_KEY],
        .key_password = kl_as_text(args[DECRYPTION_KEY_PASSWORD]),
        .allows_cbc = kl_as_bool(args[ALLOW_CBC]),
        .request_id = kl_as_text(args[REQUEST_ID]),
        .leeway = kl_as_int(args[LEEWAY]),
        .now = kl_time_now() / KL_SECOND,
    };
}

static kl_status saml_authorize(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_saml saml = saml_of(call);
    kl_value map;
    KL_TRY(kl_saml_request(&map, &saml, call->args[STATE], error));
    kl_status status =
        kl_map_set(&map, KL_TEXT("provider"), kl_value_retain(call->args[PROVIDER]), error);
    if (status == KL_OK)
        *out = map;
    else
        kl_value_release(map);
    return status;
}

static kl_status saml_validate(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_saml saml = saml_of(call);
    return kl_saml_response(out, &saml, kl_as_text(call->args[SAML_RESPONSE]), error);
}

static const kl_mode saml_modes[] = {
    {"authorize", "client_id redirect_uri sso_url", saml_authorize},
    {"validate", "client_id redirect_uri saml_response idp_entity_id idp_certificates", saml_validate},
};

static kl_status run_saml(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_text mode = kl_as_text(call->args[MODE]);
    if (!kl_text_is(mode, "authorize") && !kl_text_is(mode, "validate"))
        return kl_node_bad(error, "mode", "expected authorize or validate for saml, got %.*s",
                           KL_TEXT_ARG(mode));
    return kl_mode_run(out, saml_modes, KL_COUNT(saml_modes), call->args[MODE], call, error);
}

/* ---- the node ------------------------------------------------------------------------------------ */

#define MODES(ROW)                                                                                 \
    ROW("authorize", "client_id redirect_uri", authorize)                                          \
    ROW("exchange", "client_id redirect_uri code code_verifier", exchange)                         \
    ROW("validate", "client_id id_token", validate)                                                \
    ROW("userinfo", "access_token", userinfo)

static const kl_mode modes[] = {MODES(KL_MODE_ROW)};
static const char *const mode_names[] = {MODES(KL_MODE_NAME) NULL};
static const char *const algorithms[] = {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512",
                                         "ES256", "ES384", "ES512", "EdDSA", NULL};

static kl_status run(kl_value *out, kl_node_call *call, kl_error *error)
{
    if (kl_text_is(kl_as_text(call->args[PROVIDER]), "saml"))
        return run_saml(out, call, error);
    return kl_mode_run(out, modes, KL_COUNT(modes), call->args[MODE], call, error);
}

#define TEXT KL_OAUTH_TEXT

static const kl_param inputs[] = {
    {.name = "provider", .kind = KL_KIND_ENUM, .names = provider_names,
     .doc = "oidc is any provider of OpenID Connect, found by its `discovery_url`; saml one of SAML 2.0, "
            "with the modes authorize and validate"},
    {.name = "mode", .kind = KL_KIND_ENUM, .names = mode_names, .fallback = "\"authorize\"",
     .doc = "authorize: where to send the user; exchange: the code that came back for tokens, the "
            "id_token among them validated; validate: an id_token, or a SAML response; userinfo: who "
            "the user is"},
    TEXT("client_id", 0, "who asks; saml: our entity id, which the audience must name"),
    TEXT("client_secret", KL_SECRET, "exchange: its secret; public clients have none"),
    TEXT("redirect_uri", 0, "authorize, exchange: where the user comes back; saml: our assertion "
                            "consumer service, which must be recipient and destination"),
    {.name = "scopes", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = "what is asked for: a list of texts, or one text; by default read:user user:email of "
            "github, openid profile email of all others"},
    {.name = "tenant", .kind = KL_KIND_STRING, .fallback = "\"common\"",
     .doc = "azure_ad: id or domain of the tenant, or common, organizations, consumers"},
    TEXT("discovery_url", 0, "oidc: the issuer, or its .well-known/openid-configuration"),
    TEXT("state", 0, "authorize: text that comes back with the code; a random one if absent"),
    TEXT("nonce", KL_SECRET, "text that the id_token must hold; authorize: of oidc a random one if "
                             "absent"),
    TEXT("code", KL_SECRET, "exchange: the code"),
    TEXT("code_verifier", KL_SECRET, "exchange: the one that authorize gave"),
    TEXT("id_token", KL_SECRET, "validate: the token"),
    TEXT("access_token", KL_SECRET, "userinfo: the token"),
    {.name = "params", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "more parameters, texts by name, such as prompt or login_hint"},
    TEXT("sso_url", 0, "saml, authorize: where the provider takes requests (redirect binding)"),
    TEXT("idp_entity_id", 0, "saml, validate: the name of the provider, which the issuer must be"),
    {.name = "idp_certificates", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = "saml, validate: certificates by which the provider signs, a text in PEM or a list of "
            "them; those in the response do not count"},
    TEXT("saml_response", KL_SECRET, "saml, validate: the form field SAMLResponse, in base64. Who wants to "
                                     "refuse a response that comes twice remembers claims.assertion_id "
                                     "until claims.not_on_or_after"),
    TEXT("request_id", 0, "saml, validate: the one that authorize gave; without it any request may be "
                          "the one that was answered, and none"),
    {.name = "decryption_key", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL | KL_SECRET,
     .doc = "saml, validate: the RSA private key for assertions that the provider encrypts, a text in PEM "
            "or a list of them"},
    TEXT("decryption_key_password", KL_SECRET, "saml, validate: password of these keys"),
};
static const kl_param config[] = {
    KL_OAUTH_CLIENT_AUTH,
    {.name = "algorithm", .kind = KL_KIND_ENUM, .names = algorithms, .fallback = "\"RS256\"",
     .doc = "the one algorithm by which the id_token may be signed"},
    {.name = "leeway_seconds", .kind = KL_KIND_COUNT, .fallback = "60", .range = KL_RANGE(0, 86400),
     .doc = "seconds that clocks may differ"},
    {.name = "allow_cbc", .kind = KL_KIND_BOOL, .fallback = "false",
     .doc = "saml: whether an assertion may be encrypted with AES-CBC in a response that is not signed "
            "as a whole; who can post responses can then read, with patience, what is encrypted for "
            "others. AES-GCM is always taken"},
    KL_OAUTH_HTTP_SETTINGS("whether the provider may have private and loopback addresses", "false"),
};
static const kl_param outputs[] = {
    TEXT("provider", 0, "as given"),
    KL_OAUTH_AUTHORIZE_OUTPUTS,
    TEXT("token_url", 0, "authorize: the token endpoint"),
    TEXT("userinfo_url", 0, "authorize: who the user is, for the access token"),
    TEXT("nonce", 0, "authorize: to keep for exchange or validate"),
    TEXT("request_id", 0, "authorize of saml: to keep for validate"),
    KL_OAUTH_TOKEN_OUTPUTS("exchange: ", "exchange: when the provider gives one; it was validated"),
    {.name = "claims", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "exchange, validate: what a valid id_token says; of saml {name_id, attributes, "
            "session_index, assertion_id, encrypted, ...}"},
    {.name = "valid", .kind = KL_KIND_BOOL, .flags = KL_OPTIONAL,
     .doc = "validate: whether the id_token is good"},
    TEXT("reason", 0, "validate: what is wrong, as of JWTAuthNode; also nonce; of saml malformed, "
                      "signature, encrypted (there is no decryption_key), decryption, status, issuer, "
                      "audience, recipient, in_response_to, confirmation, expired, not_yet_valid"),
    {.name = "expires_at", .kind = KL_KIND_INT, .flags = KL_OPTIONAL,
     .doc = "validate: when it expires, epoch seconds"},
    TEXT("subject", 0, "validate: its sub; of saml the name_id"),
    {.name = "userinfo", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "userinfo: all that the provider says"},
};

static const kl_node_type types[] = {
    {
        .name = "SSONode",
        .category = "Auth",
        .doc = "Signs users in with GitHub, Google, Azure AD, or any provider of OpenID Connect or SAML.",
        .inputs = KL_TABLE(inputs),
        .config = KL_TABLE(config),
        .outputs = KL_TABLE(outputs),
        .flags = KL_NODE_BLOCKING,
        .run = run,
    },
};

static const kl_node_family sso = {.name = "sso", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(sso);
