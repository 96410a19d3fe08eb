/* src/nodes/auth_flow.c - AuthFlowNode: checks one after the other, until the first that fails. */
#include "crypto/password.h"
#include "kailash/crypto.h"
#include "kailash/time.h"
#include "jwt.h"
#include "mfa.h"
#include "mode.h"
#include "net/address.h"
#include "tokens.h"

#include <stdio.h>

enum { STEPS };
enum { STEPS_MAX = 100 };

/* One step at work. */
typedef struct flow_step {
    kl_value definition;      /* the map of the step */
    const kl_node_call *call; /* what the step does not say comes from its inputs */
    char where[32];           /* "steps[0]", for messages */
    const char *fault;        /* why it failed; NULL = passed */
    char fault_text[64];      /* room for one that is made */
    kl_value facts;           /* owned: what the result says beside success */
} flow_step;

static kl_value value_of(const flow_step *step, const char *key)
{
    const kl_value *own = kl_map_find(step->definition, kl_text_from(key));
    return own ? *own : kl_map_get(step->call->inputs, kl_text_from(key));
}

/* A text that the step cannot do without; `fault` is what its absence is called. */
static bool text_of(kl_text *out, flow_step *step, const char *key, const char *fault)
{
    kl_value value = value_of(step, key);
    *out = kl_as_text(value);
    if (kl_is(value, KL_KIND_STRING) && out->len)
        return true;
    step->fault = fault;
    return false;
}

static kl_status refuse(const flow_step *step, const char *key, const char *expected, kl_value got,
                        kl_error *error)
{
    char name[96];
    snprintf(name, sizeof name, "%s.%s", step->where, key);
    return kl_node_bad(error, name, "expected %s, got %s", expected, kl_value_kind_name(got));
}

static kl_status set_fact(flow_step *step, const char *key, kl_value value, kl_error *error)
{
    return kl_map_set(&step->facts, kl_text_from(key), kl_value_retain(value), error);
}

/* ---- credential_check ---------------------------------------------------------------------------- */

/* An unknown name is checked against somebody's hash, so that time does not tell it is unknown. */
static kl_status check_password(bool *valid, const flow_step *step, kl_value users, kl_text name,
                                kl_text password, kl_error *error)
{
    const kl_value *own = kl_map_find(users, name);
    kl_value hash = own ? *own : kl_map_value_at(users, 0);
    *valid = false;
    if (kl_map_len(users) == 0)
        return KL_OK;
    if (!kl_is(hash, KL_KIND_STRING))
        return refuse(step, "users", "object of hashes as strings", hash, error);
    KL_TRY(kl_token_matches(valid, password, kl_as_text(hash), "users", error));
    *valid = *valid && own;
    return KL_OK;
}

static kl_status credential_check(flow_step *step, kl_error *error)
{
    kl_text name, password;
    kl_value users = value_of(step, "users");
    bool valid;
    if (!text_of(&name, step, "username", "username is required") ||
        !text_of(&password, step, "password", "password is required"))
        return KL_OK;
    if (!kl_is(users, KL_KIND_MAP))
        return refuse(step, "users", "object of names and hashes", users, error);
    KL_TRY(check_password(&valid, step, users, name, password, error));
    if (valid)
        return set_fact(step, "username", value_of(step, "username"), error);
    step->fault = "invalid username or password";
    return KL_OK;
}

/* ---- mfa_check ----------------------------------------------------------------------------------- */

enum { PERIOD = 30, WINDOW = 1, DIGITS = 6 };

static kl_status mfa_check(flow_step *step, kl_error *error)
{
    kl_text code, text;
    kl_value secret = value_of(step, "secret");
    kl_buffer bytes;
    bool valid = false;
    uint64_t now = (uint64_t)(kl_time_now() / KL_SECOND) / PERIOD, matched;
    if (!text_of(&code, step, "code", "MFA code is required"))
        return KL_OK;
    text = kl_as_text(secret);
    if (!kl_is(secret, KL_KIND_STRING))
        return refuse(step, "secret", "base32 text", secret, error);
    KL_TRY(kl_otp_secret(&bytes, text, error));
    kl_otp otp = {KL_HASH_SHA1, kl_buffer_text(&bytes), DIGITS};
    kl_status status =
        kl_otp_matches(&valid, &matched, &otp, now - WINDOW, now + WINDOW, code, error);
    kl_wipe(bytes.data, bytes.cap);
    kl_buffer_free(&bytes);
    if (!valid)
        step->fault = "invalid MFA code";
    return status;
}

/* ---- ip_check ------------------------------------------------------------------------------------ */

static kl_status check_networks(bool *allowed, const flow_step *step, kl_value list,
                                const kl_address *address, kl_error *error)
{
    char name[64];
    *allowed = false;
    for (size_t i = 0; i < kl_array_len(list); i++) {
        kl_network network;
        kl_value item = kl_array_at(list, i);
        bool read = kl_is(item, KL_KIND_STRING) &&
                    kl_network_read(&network, kl_as_text(item), NULL) == KL_OK;
        snprintf(name, sizeof name, "%s.allowed[%zu]", step->where, i);
        if (!read)
            return kl_node_bad_value(error, name, "address or network such as 10.0.0.0/8", item);
        *allowed = *allowed || kl_network_has(&network, address);
    }
    return KL_OK;
}

static kl_status ip_check(flow_step *step, kl_error *error)
{
    kl_text text;
    kl_network one;
    kl_value list = value_of(step, "allowed");
    bool allowed;
    const char *key = kl_is_null(value_of(step, "ip_address")) ? "ip" : "ip_address";
    if (!text_of(&text, step, key, "IP address is required"))
        return KL_OK;
    if (!kl_is(list, KL_KIND_ARRAY))
        return refuse(step, "allowed", "array of networks", list, error);
    if (memchr(text.data, '/', text.len) || kl_network_read(&one, text, NULL) != KL_OK) {
        step->fault = "malformed IP address";
        return KL_OK;
    }
    KL_TRY(check_networks(&allowed, step, list, &one.base, error));
    if (allowed)
        return set_fact(step, "ip_address", value_of(step, key), error);
    step->fault = "IP address is not allowed";
    return KL_OK;
}

/* ---- jwt_check ----------------------------------------------------------------------------------- */

/* JWTAuthNode itself does the work: its keys are those of the step, its secret is `jwt_secret`. */
static kl_status token_inputs(kl_value *out, const flow_step *step, kl_error *error)
{
    static const char *const keys[] = {"token",    "algorithm",      "jwks",           "issuer",
                                       "audience", "leeway_seconds", "required_claims"};
    kl_value map, secret = value_of(step, "jwt_secret");
    kl_status status;
    if (kl_is_null(secret))
        secret = kl_map_get(step->definition, KL_TEXT("secret"));
    KL_TRY(kl_map_new(&map, 8, error));
    for (size_t i = 0; i < KL_COUNT(keys); i++) {
        kl_value value = value_of(step, keys[i]);
        if (!kl_is_null(value))
            KL_TRY_OUT(kl_map_set(&map, kl_text_from(keys[i]), kl_value_retain(value), error));
    }
    if (!kl_is_null(secret))
        KL_TRY_OUT(kl_map_set(&map, KL_TEXT("secret"), kl_value_retain(secret), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status jwt_check(flow_step *step, kl_error *error)
{
    kl_text token;
    kl_value inputs, answer;
    if (!text_of(&token, step, "token", "token is required"))
        return KL_OK;
    KL_TRY(token_inputs(&inputs, step, error));
    kl_status status = kl_node_run_alone(&answer, kl_node_type_find(KL_TEXT("JWTAuthNode")),
                                         kl_null(), inputs, error);
    kl_value_release(inputs);
    KL_TRY(status);
    if (kl_as_bool(kl_map_get(answer, KL_TEXT("valid"))))
        status = set_fact(step, "claims", kl_map_get(answer, KL_TEXT("claims")), error);
    else {
        kl_text reason = kl_as_text(kl_map_get(answer, KL_TEXT("reason")));
        snprintf(step->fault_text, sizeof step->fault_text, "invalid token: %.*s",
                 KL_TEXT_ARG(reason));
        step->fault = step->fault_text;
    }
    kl_value_release(answer);
    return status;
}

/* ---- api_key_check ------------------------------------------------------------------------------- */

static kl_status api_key_check(flow_step *step, kl_error *error)
{
    kl_text key;
    kl_value hash = value_of(step, "expected_hash"), right = value_of(step, "expected_key");
    bool valid = false;
    if (!text_of(&key, step, "api_key", "API key is required"))
        return KL_OK;
    if (kl_is(hash, KL_KIND_STRING))
        KL_TRY(kl_token_matches(&valid, key, kl_as_text(hash), "expected_hash", error));
    else if (kl_is(right, KL_KIND_STRING))
        valid = kl_equal_secret(key, kl_as_text(right));
    else
        return refuse(step, "expected_hash", "string (or expected_key)", hash, error);
    if (!valid)
        step->fault = "invalid API key";
    return KL_OK;
}

/* ---- the flow ------------------------------------------------------------------------------------ */

static const struct {
    const char *type;
    kl_status (*check)(flow_step *step, kl_error *error);
} checks[] = {
    {"credential_check", credential_check}, {"mfa_check", mfa_check}, {"ip_check", ip_check},
    {"jwt_check", jwt_check},               {"api_key_check", api_key_check},
};

static kl_status unknown_type(flow_step *step, kl_text type, kl_value *result, kl_error *error)
{
    kl_value text;
    KL_TRY(kl_string_format(&text, error, "unknown auth step type: %.*s", KL_TEXT_ARG(type)));
    step->fault = "unknown auth step type";
    return kl_node_result(result, "error", text, error);
}

/* {success: true, ...} or {error}; given. */
static kl_status result_of(kl_value *out, flow_step *step, kl_error *error)
{
    kl_value text;
    if (step->fault) {
        KL_TRY(kl_string_new(&text, kl_text_from(step->fault), error));
        return kl_node_result(out, "error", text, error);
    }
    *out = kl_value_take(&step->facts);
    return KL_OK;
}

static kl_status run_step(kl_value *out, flow_step *step, kl_error *error)
{
    kl_text type = kl_as_text(kl_map_get(step->definition, KL_TEXT("type")));
    size_t row = 0;
    while (row < KL_COUNT(checks) && !kl_text_is(type, checks[row].type))
        row++;
    if (row == KL_COUNT(checks))
        return unknown_type(step, type, out, error);
    KL_TRY(kl_node_result(&step->facts, "success", kl_bool(true), error));
    kl_status status = checks[row].check(step, error);
    if (status == KL_OK)
        status = result_of(out, step, error);
    kl_value_release(kl_value_take(&step->facts));
    return status;
}

/* All steps are looked at before the first is run. */
static kl_status check_steps(kl_value steps, kl_error *error)
{
    char name[48];
    if (kl_array_len(steps) == 0)
        return kl_node_bad(error, "steps",
                           "expected non-empty array of step objects, got empty array (an "
                           "authentication flow must declare at least one step)");
    if (kl_array_len(steps) > STEPS_MAX)
        return kl_node_limit(error, "steps", STEPS_MAX, "steps");
    for (size_t i = 0; i < kl_array_len(steps); i++) {
        kl_value step = kl_array_at(steps, i), type = kl_map_get(step, KL_TEXT("type"));
        snprintf(name, sizeof name, "steps[%zu]", i);
        if (!kl_is(step, KL_KIND_MAP))
            return kl_node_bad(error, name, "expected object with 'name' and 'type' fields, got %s",
                               kl_value_kind_name(step));
        snprintf(name, sizeof name, "steps[%zu].type", i);
        if (!kl_is(type, KL_KIND_STRING))
            return kl_node_bad(error, name, "expected string step type, got %s",
                               kl_is_null(type) ? "missing" : kl_value_kind_name(type));
    }
    return KL_OK;
}

static kl_status name_of(kl_value *out, kl_value step, size_t index, kl_error *error)
{
    kl_value name = kl_map_get(step, KL_TEXT("name"));
    if (!kl_is(name, KL_KIND_STRING))
        return kl_string_format(out, error, "step_%zu", index);
    *out = kl_value_retain(name);
    return KL_OK;
}

/* How far the flow has come. */
typedef struct flow {
    kl_value completed, failed, results; /* owned */
} flow;

static bool is_required(kl_value step)
{
    const kl_value *required = kl_map_find(step, KL_TEXT("required"));
    return !required || !kl_is(*required, KL_KIND_BOOL) || kl_as_bool(*required);
}

static kl_status take_step(flow *so_far, const kl_node_call *call, size_t index, kl_error *error)
{
    flow_step step = {.definition = kl_array_at(call->args[STEPS], index), .call = call};
    kl_value name, result;
    snprintf(step.where, sizeof step.where, "steps[%zu]", index);
    KL_TRY(name_of(&name, step.definition, index, error));
    kl_status status = run_step(&result, &step, error);
    if (status == KL_OK)
        status = kl_map_set_key(&so_far->results, name, result, error);
    if (status == KL_OK && !step.fault)
        status = kl_array_push(&so_far->completed, kl_value_retain(name), error);
    else if (status == KL_OK && is_required(step.definition))
        kl_value_replace(&so_far->failed, kl_value_retain(name));
    kl_value_release(name);
    return status;
}

static kl_status answer(kl_value *out, flow *so_far, kl_error *error)
{
    kl_value map;
    kl_status status;
    bool all = kl_is_null(so_far->failed) && kl_array_len(so_far->completed) > 0;
    KL_TRY(kl_node_result(&map, "authenticated", kl_bool(all), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("completed_steps"), kl_value_take(&so_far->completed),
                          error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("failed_step"), kl_value_take(&so_far->failed), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("results"), kl_value_take(&so_far->results), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status run(kl_value *out, kl_node_call *call, kl_error *error)
{
    flow so_far = {kl_null(), kl_null(), kl_null()};
    size_t count = kl_array_len(call->args[STEPS]);
    kl_status status;
    KL_TRY(check_steps(call->args[STEPS], error));
    KL_TRY_OUT(kl_array_new(&so_far.completed, count, error));
    KL_TRY_OUT(kl_map_new(&so_far.results, count, error));
    for (size_t i = 0; i < count && kl_is_null(so_far.failed); i++)
        KL_TRY_OUT(take_step(&so_far, call, i, error));
    status = answer(out, &so_far, error);
out:
    kl_value_release(so_far.completed);
    kl_value_release(so_far.failed);
    kl_value_release(so_far.results);
    return status;
}

#define INPUT(key, text) {.name = key, .kind = KL_KIND_ANY, .flags = KL_OPTIONAL, .doc = text}
#define SECRET_INPUT(key, text)                                                                    \
    {.name = key, .kind = KL_KIND_ANY, .flags = KL_OPTIONAL | KL_SECRET, .doc = text}

static const kl_param inputs[] = {
    {.name = "steps", .kind = KL_KIND_ARRAY,
     .doc = "list of {name, type, ...}: credential_check, mfa_check, ip_check, jwt_check or "
            "api_key_check with the keys below, of which those the step does not hold come from the "
            "node's inputs; one with \"required\": false may fail"},
    INPUT("username", "credential_check: who wants in"),
    SECRET_INPUT("password", "credential_check: the password"),
    INPUT("users", "credential_check: names and the hashes of their passwords ($argon2id$..., or "
                   "BLAKE3 in hexadecimal)"),
    SECRET_INPUT("code", "mfa_check: the one-time password"),
    SECRET_INPUT("secret", "mfa_check: its secret in base32 (6 digits, 30 seconds, SHA-1)"),
    INPUT("ip_address", "ip_check: the address of the client"),
    INPUT("ip", "another name of `ip_address`"),
    INPUT("allowed", "ip_check: networks it may lie in, such as \"10.0.0.0/8\""),
    SECRET_INPUT("token", "jwt_check: the token"),
    SECRET_INPUT("jwt_secret", "jwt_check: secret or public key, as of JWTAuthNode; in a step also "
                               "`secret`"),
    INPUT("algorithm", "jwt_check: as of JWTAuthNode"),
    INPUT("jwks", "jwt_check: as of JWTAuthNode"),
    INPUT("issuer", "jwt_check: as of JWTAuthNode"),
    INPUT("audience", "jwt_check: as of JWTAuthNode"),
    INPUT("leeway_seconds", "jwt_check: as of JWTAuthNode"),
    INPUT("required_claims", "jwt_check: as of JWTAuthNode"),
    SECRET_INPUT("api_key", "api_key_check: the key that was sent"),
    SECRET_INPUT("expected_key", "api_key_check: the right key"),
    SECRET_INPUT("expected_hash", "api_key_check: its hash, as of APIKeyAuthNode"),
};
static const kl_param outputs[] = {
    {.name = "authenticated", .kind = KL_KIND_BOOL,
     .doc = "whether at least one step passed and none failed that was required"},
    {.name = "completed_steps", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
     .doc = "names of the steps that passed"},
    {.name = "failed_step", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "name of the required step that failed; those behind it were not run"},
    {.name = "results", .kind = KL_KIND_MAP,
     .doc = "by the name of the step {success: true, ...} or {error}"},
};

static const kl_node_type types[] = {
    {
        .name = "AuthFlowNode",
        .category = "Auth",
        .doc = "Runs steps of authentication until the first required one that fails.",
        .inputs = KL_TABLE(inputs),
        .outputs = KL_TABLE(outputs),
        .flags = KL_NODE_HEAVY,
        .run = run,
    },
};

static const kl_node_family auth_flow = {.name = "auth_flow", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(auth_flow);
