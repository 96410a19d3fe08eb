/* src/nodes/oauth.c - OAuth2Node: the grants of OAuth 2.0 (RFC 6749, 7636, 8628), and what becomes of
 * tokens (RFC 7009, 7662). */
#include "kailash/time.h"
#include "mode.h"
#include "oauth_http.h"
#include "oauth_token.h"
#include "oauth_url.h"

enum {
    MODE, CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, AUTH_URL, TOKEN_URL, DEVICE_URL, REVOKE_URL,
    INTROSPECT_URL, SCOPES, STATE, CODE, CODE_VERIFIER, REFRESH_TOKEN, DEVICE_CODE, INTERVAL, TOKEN,
    TOKEN_TYPE_HINT, PARAMS, CLIENT_AUTH, POLL_SECONDS, SETTINGS
};

static kl_oauth_client client_of(const kl_node_call *call, const char *what)
{
    const kl_value *args = call->args;
    return (kl_oauth_client){
        .http = {call, args + SETTINGS, what},
        .id = args[CLIENT_ID],
        .secret = args[CLIENT_SECRET],
        .basic = kl_text_is(kl_as_text(args[CLIENT_AUTH]), "basic"),
    };
}

/* ---- the user says yes --------------------------------------------------------------------------- */

static kl_status auth_url(kl_value *out, const kl_node_call *call, const kl_oauth_proof *proof,
                          kl_error *error)
{
    const kl_value *args = call->args;
    kl_buffer url = KL_BUFFER_INIT;
    kl_value scopes;
    KL_TRY(kl_oauth_scopes(&scopes, args[SCOPES], error));
    kl_status status = kl_oauth_url_begin(&url, "auth_url", kl_as_text(args[AUTH_URL]), error);
    if (status == KL_OK) {
        kl_oauth_url_add(&url, "response_type", KL_TEXT("code"));
        kl_oauth_url_add(&url, "client_id", kl_as_text(args[CLIENT_ID]));
        kl_oauth_url_add(&url, "redirect_uri", kl_as_text(args[REDIRECT_URI]));
        kl_oauth_url_add(&url, "state", kl_as_text(proof->state));
        kl_oauth_url_add(&url, "code_challenge", kl_as_text(proof->challenge));
        kl_oauth_url_add(&url, "code_challenge_method", KL_TEXT("S256"));
        kl_oauth_url_add(&url, "scope", kl_as_text(scopes));
        status = kl_oauth_url_add_all(&url, "params", args[PARAMS], error);
    }
    kl_value_release(scopes);
    if (status == KL_OK)
        return kl_buffer_finish(out, &url, error);
    kl_buffer_free(&url);
    return status;
}

static kl_status authorize(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_oauth_proof proof;
    kl_value url = kl_null(), map = kl_null();
    kl_status status;
    KL_TRY(kl_oauth_proof_new(&proof, call->args[STATE], error));
    KL_TRY_OUT(auth_url(&url, call, &proof, error));
    KL_TRY_OUT(kl_map_new(&map, 3, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("auth_url"), kl_value_take(&url), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("state"), kl_value_take(&proof.state), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("code_verifier"), kl_value_take(&proof.verifier), error));
    *out = kl_value_take(&map);
out:
    kl_value_release(map);
    kl_value_release(url);
    kl_oauth_proof_end(&proof);
    return status;
}

/* ---- tokens -------------------------------------------------------------------------------------- */

/* One field of a form: name of the field, argument it comes from. */
typedef struct field {
    const char *name;
    int arg;
} field;

static kl_status form_of(kl_value *out, const kl_node_call *call, const char *grant,
                         const field *fields, size_t count, kl_error *error)
{
    kl_value form, scopes;
    kl_status status;
    KL_TRY(kl_map_new(&form, count + 6, error));
    if (grant)
        KL_TRY_OUT(kl_map_set_text(&form, KL_TEXT("grant_type"), kl_text_from(grant), error));
    for (size_t i = 0; i < count; i++) {
        if (fields[i].arg != SCOPES) {
            KL_TRY_OUT(kl_map_set(&form, kl_text_from(fields[i].name),
                                  kl_value_retain(call->args[fields[i].arg]), error));
            continue;
        }
        KL_TRY_OUT(kl_oauth_scopes(&scopes, call->args[SCOPES], error));
        if (kl_value_len(scopes))
            KL_TRY_OUT(kl_map_set(&form, KL_TEXT("scope"), scopes, error));
        else
            kl_value_release(scopes);
    }
    KL_TRY_OUT(kl_oauth_form_params(&form, "params", call->args[PARAMS], error));
    *out = form;
    return KL_OK;
out:
    kl_value_release(form);
    return status;
}

/* Ask the token endpoint with a form of these fields. */
static kl_status grant(kl_value *out, const kl_node_call *call, const char *what, const char *type,
                       const field *fields, size_t count, kl_error *error)
{
    kl_oauth_client client = client_of(call, what);
    kl_value form;
    KL_TRY(form_of(&form, call, type, fields, count, error));
    kl_status status =
        kl_oauth_token(out, &client, "token_url", kl_as_text(call->args[TOKEN_URL]), form, error);
    kl_value_release(form);
    return status;
}

static kl_status exchange(kl_value *out, kl_node_call *call, kl_error *error)
{
    static const field fields[] = {{"code", CODE}, {"redirect_uri", REDIRECT_URI},
                                   {"code_verifier", CODE_VERIFIER}};
    return grant(out, call, "token exchange", "authorization_code", fields, KL_COUNT(fields), error);
}

static kl_status refresh(kl_value *out, kl_node_call *call, kl_error *error)
{
    static const field fields[] = {{"refresh_token", REFRESH_TOKEN}, {"scope", SCOPES}};
    return grant(out, call, "token refresh", "refresh_token", fields, KL_COUNT(fields), error);
}

static kl_status client_credentials(kl_value *out, kl_node_call *call, kl_error *error)
{
    static const field fields[] = {{"scope", SCOPES}};
    return grant(out, call, "client credentials", "client_credentials", fields, KL_COUNT(fields),
                 error);
}

/* ---- devices without a browser ------------------------------------------------------------------- */

static kl_status device(kl_value *out, kl_node_call *call, kl_error *error)
{
    static const field fields[] = {{"scope", SCOPES}};
    static const char *const keys[] = {"device_code", "user_code", "verification_uri",
                                       "verification_uri_complete", "expires_in", "interval"};
    kl_oauth_client client = client_of(call, "device authorization");
    kl_oauth_answer answer = {0, kl_null()};
    kl_value form;
    KL_TRY(form_of(&form, call, NULL, fields, KL_COUNT(fields), error));
    kl_status status = kl_oauth_ask(&answer, &client, "device_url",
                                    kl_as_text(call->args[DEVICE_URL]), form, error);
    if (status == KL_OK)
        status = kl_oauth_pick(out, &client.http, &answer, keys, KL_COUNT(keys), 3, error);
    kl_value_release(answer.body);
    kl_value_release(form);
    return status;
}

static bool says(const kl_oauth_answer *answer, const char *code)
{
    return kl_text_is(kl_as_text(kl_map_get(answer->body, KL_TEXT("error"))), code);
}

/* Asks until the user has said yes or no, more slowly when told to. */
static kl_status poll(kl_value *out, const kl_node_call *call, const kl_oauth_client *client,
                      kl_value form, kl_error *error)
{
    double interval = kl_as_double(call->args[INTERVAL]);
    kl_time end = kl_clock_after((kl_duration)(kl_as_double(call->args[POLL_SECONDS]) * 1e9));
    for (;;) {
        kl_oauth_answer answer;
        KL_TRY(kl_oauth_ask(&answer, client, "token_url", kl_as_text(call->args[TOKEN_URL]), form,
                            error));
        bool pending = says(&answer, "authorization_pending"), slower = says(&answer, "slow_down");
        kl_status status = pending || slower ? KL_OK : kl_oauth_take(out, client, &answer, error);
        kl_value_release(answer.body);
        if (!pending && !slower)
            return status;
        interval += slower ? 5 : 0; /* RFC 8628, 3.5 */
        if (kl_clock_now() + (kl_time)(interval * 1e9) > end)
            return kl_node_failed(error, "device token failed: the user did not answer in time");
        KL_TRY(kl_run_wait(call->run, interval, error));
    }
}

static kl_status device_token(kl_value *out, kl_node_call *call, kl_error *error)
{
    static const field fields[] = {{"device_code", DEVICE_CODE}};
    kl_oauth_client client = client_of(call, "device token");
    kl_value form;
    KL_TRY(form_of(&form, call, "urn:ietf:params:oauth:grant-type:device_code", fields,
                   KL_COUNT(fields), error));
    kl_status status = poll(out, call, &client, form, error);
    kl_value_release(form);
    return status;
}

/* ---- what becomes of tokens ---------------------------------------------------------------------- */

static const field token_fields[] = {{"token", TOKEN}, {"token_type_hint", TOKEN_TYPE_HINT}};

static kl_status revoke(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_oauth_client client = client_of(call, "token revocation");
    kl_oauth_answer answer = {0, kl_null()};
    kl_value form;
    KL_TRY(form_of(&form, call, NULL, token_fields, KL_COUNT(token_fields), error));
    kl_status status = kl_oauth_ask(&answer, &client, "revoke_url",
                                    kl_as_text(call->args[REVOKE_URL]), form, error);
    if (status == KL_OK && answer.status_code != 200 && answer.status_code != 204)
        status = kl_oauth_refused(&client.http, &answer, error);
    kl_value_release(answer.body);
    kl_value_release(form);
    return status == KL_OK ? kl_node_result(out, "revoked", kl_bool(true), error) : status;
}

static kl_status introspect(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_oauth_client client = client_of(call, "token introspection");
    kl_oauth_answer answer = {0, kl_null()};
    kl_value form, map = kl_null();
    kl_status status;
    KL_TRY(form_of(&form, call, NULL, token_fields, KL_COUNT(token_fields), error));
    KL_TRY_OUT(kl_oauth_ask(&answer, &client, "introspect_url",
                            kl_as_text(call->args[INTROSPECT_URL]), form, error));
    kl_value active = kl_map_get(answer.body, KL_TEXT("active"));
    if (answer.status_code != 200 || !kl_is(active, KL_KIND_BOOL)) {
        status = kl_oauth_refused(&client.http, &answer, error);
        goto out;
    }
    KL_TRY_OUT(kl_node_result(&map, "active", active, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("claims"), kl_value_take(&answer.body), error));
    *out = kl_value_take(&map);
out:
    kl_value_release(map);
    kl_value_release(answer.body);
    kl_value_release(form);
    return status;
}

/* ---- the node ------------------------------------------------------------------------------------ */

#define MODES(ROW)                                                                                 \
    ROW("authorize", "client_id redirect_uri auth_url", authorize)                                 \
    ROW("exchange", "client_id redirect_uri token_url code code_verifier", exchange)               \
    ROW("refresh", "client_id token_url refresh_token", refresh)                                   \
    ROW("client_credentials", "client_id client_secret token_url", client_credentials)             \
    ROW("device", "client_id device_url", device)                                                  \
    ROW("device_token", "client_id token_url device_code", device_token)                           \
    ROW("revoke", "client_id revoke_url token", revoke)                                            \
    ROW("introspect", "client_id introspect_url token", introspect)

static const kl_mode modes[] = {MODES(KL_MODE_ROW)};
static const char *const mode_names[] = {MODES(KL_MODE_NAME) NULL};

static kl_status run(kl_value *out, kl_node_call *call, kl_error *error)
{
    return kl_mode_run(out, modes, KL_COUNT(modes), call->args[MODE], call, error);
}

#define TEXT KL_OAUTH_TEXT

static const kl_param inputs[] = {
    {.name = "mode", .kind = KL_KIND_ENUM, .names = mode_names, .fallback = "\"authorize\"",
     .doc = "authorize: where to send the user; exchange: the code that came back for tokens; refresh; "
            "client_credentials: tokens for the client itself; device and device_token: for devices "
            "without a browser; revoke; introspect"},
    TEXT("client_id", 0, "who asks"),
    TEXT("client_secret", KL_SECRET, "its secret; public clients have none"),
    TEXT("redirect_uri", 0, "authorize, exchange: where the user comes back"),
    TEXT("auth_url", 0, "authorize: the authorization endpoint"),
    TEXT("token_url", 0, "exchange, refresh, client_credentials, device_token: the token endpoint"),
    TEXT("device_url", 0, "device: the device authorization endpoint"),
    TEXT("revoke_url", 0, "revoke: the revocation endpoint"),
    TEXT("introspect_url", 0, "introspect: the introspection endpoint"),
    {.name = "scopes", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = "what is asked for: a list of texts, or one text"},
    TEXT("state", 0, "authorize: text that comes back with the code; a random one if absent"),
    TEXT("code", KL_SECRET, "exchange: the code"),
    TEXT("code_verifier", KL_SECRET, "exchange: the one that authorize gave"),
    TEXT("refresh_token", KL_SECRET, "refresh: the refresh token"),
    TEXT("device_code", KL_SECRET, "device_token: the one that device gave"),
    {.name = "interval", .kind = KL_KIND_NUMBER, .fallback = "5", .range = KL_RANGE(0.01, 600),
     .doc = "device_token: seconds between two questions, as device gave them"},
    TEXT("token", KL_SECRET, "revoke, introspect: the token"),
    TEXT("token_type_hint", 0, "revoke, introspect: access_token or refresh_token"),
    {.name = "params", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "more parameters, texts by name, such as audience or prompt; none of those above"},
};
static const kl_param config[] = {
    KL_OAUTH_CLIENT_AUTH,
    {.name = "poll_seconds", .kind = KL_KIND_NUMBER, .fallback = "600", .range = KL_RANGE(0, 3600),
     .doc = "device_token: how long to wait for the user"},
    KL_OAUTH_HTTP_SETTINGS("whether endpoints may have private and loopback addresses", "true"),
};
static const kl_param outputs[] = {
    KL_OAUTH_AUTHORIZE_OUTPUTS,
    KL_OAUTH_TOKEN_OUTPUTS("", "of OpenID Connect; SSONode validates it"),
    TEXT("device_code", 0, "device: for device_token"),
    TEXT("user_code", 0, "device: what the user enters"),
    TEXT("verification_uri", 0, "device: where the user enters it"),
    TEXT("verification_uri_complete", 0, "device: the same with the code in it"),
    {.name = "interval", .kind = KL_KIND_INT, .flags = KL_OPTIONAL,
     .doc = "device: seconds between two questions"},
    {.name = "revoked", .kind = KL_KIND_BOOL, .flags = KL_OPTIONAL,
     .doc = "revoke: true; unknown tokens count as revoked too"},
    {.name = "active", .kind = KL_KIND_BOOL, .flags = KL_OPTIONAL,
     .doc = "introspect: whether the token is good"},
    {.name = "claims", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "introspect: all that the server says"},
};

static const kl_node_type types[] = {
    {
        .name = "OAuth2Node",
        .category = "Auth",
        .doc = "Gets, refreshes, revokes and examines tokens of OAuth 2.0, always with PKCE.",
        .inputs = KL_TABLE(inputs),
        .config = KL_TABLE(config),
        .outputs = KL_TABLE(outputs),
        .flags = KL_NODE_BLOCKING,
        .run = run,
    },
};

static const kl_node_family oauth = {.name = "oauth", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(oauth);
