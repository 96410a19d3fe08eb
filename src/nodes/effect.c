/* src/nodes/effect.c - see effect.h. */
#include "effect.h"
#include "stopping.h"
#include "action.h"
#include "kailash/json.h"
#include "kailash/workflow.h"
#include "build_map.h"
#include "net/http.h"

#include <stdio.h>

/* ---- what it is ---------------------------------------------------------------------------------- */

static bool is_registered(kl_value name, kl_registry *registry)
{
    if (!kl_is(name, KL_KIND_STRING))
        return false;
    return registry ? kl_registry_has(registry, kl_as_text(name))
                    : kl_node_type_find(kl_as_text(name)) != NULL;
}

/* The name that a dict gives; `*must` when it can mean nothing but a node. */
static kl_value name_of(bool *must, kl_value definition)
{
    static const char *const words[] = {"node", "callback", "type"};
    *must = false;
    if (kl_is(definition, KL_KIND_STRING))
        return definition;
    for (size_t i = 0; i < KL_COUNT(words); i++) {
        const kl_value *found = kl_map_find(definition, kl_text_from(words[i]));
        if (!found)
            continue;
        *must = i < 2;
        return *found;
    }
    return kl_null();
}

static bool is_endpoint(kl_value definition)
{
    return kl_is(kl_map_get(definition, KL_TEXT("endpoint")), KL_KIND_STRING);
}

/* The definition as action.h wants it; given. `node` may itself be a dict {type, config}. */
static kl_status action_definition(kl_value *out, kl_value definition, kl_error *error)
{
    bool must;
    kl_value name = name_of(&must, definition);
    kl_value config = kl_map_get(definition, KL_TEXT("config"));
    if (!kl_is(name, KL_KIND_STRING)) {
        *out = kl_value_retain(name);
        return KL_OK;
    }
    kl_build m = kl_build_begin(0, error);
    kl_build_share(&m, "type", name);
    kl_build_share(&m, "config", config);
    return kl_build_end(out, &m);
}

static kl_status make_action(kl_action **out, kl_value definition, kl_registry *registry,
                             const char *where, kl_error *error)
{
    kl_value plain;
    KL_TRY(action_definition(&plain, definition, error));
    kl_status status = kl_action_new(out, plain, registry, where, error);
    kl_value_release(plain);
    return status;
}

kl_status kl_effect_check(bool *out, kl_value definition, kl_registry *registry, const char *where,
                          kl_error *error)
{
    bool must;
    kl_action *action;
    kl_error why = KL_ERROR_INIT;
    kl_value name = name_of(&must, definition);
    *out = is_endpoint(definition);
    if (*out || !(must || is_registered(name, registry)))
        return KL_OK;
    *out = true;
    kl_status status = make_action(&action, definition, registry, where, &why);
    if (status == KL_OK)
        kl_action_free(action);
    else if (status != KL_NO_MEMORY)
        status = kl_node_failed(error, "%s", kl_error_message(&why));
    else
        kl_error_move(error, &why);
    kl_error_clear(&why);
    return status;
}

/* The coordinator's inputs with those of the definition over them; given. */
static kl_status merge_inputs(kl_value *out, kl_value definition, kl_value inputs, kl_error *error)
{
    static const char *const words[] = {"params", "inputs"};
    kl_value merged;
    kl_status status;
    KL_TRY(kl_map_new(&merged, 8, error));
    KL_TRY_OUT(kl_map_merge(&merged, inputs, error));
    for (size_t i = 0; i < KL_COUNT(words); i++) {
        kl_value own = kl_map_get(definition, kl_text_from(words[i]));
        if (kl_is(own, KL_KIND_MAP))
            KL_TRY_OUT(kl_map_merge(&merged, own, error));
    }
    *out = merged;
    return KL_OK;
out:
    kl_value_release(merged);
    return status;
}

/* ---- an endpoint --------------------------------------------------------------------------------- */

enum { HEADERS_MAX = 64 };

/* A JSON body as what it says, another one as text under `body`; given. */
static kl_status result_of(kl_value *out, const kl_http_response *response, kl_error *error)
{
    kl_value text = kl_null();
    kl_error why = KL_ERROR_INIT;
    kl_status status = kl_json_parse(out, kl_as_text(response->body), &why);
    kl_error_clear(&why);
    if (status == KL_OK || status == KL_NO_MEMORY)
        return status == KL_OK ? KL_OK : kl_error_no_memory(error);
    KL_TRY(kl_string_repair(&text, kl_as_text(response->body), error));
    kl_build m = kl_build_begin(0, error);
    kl_build_int(&m, "status_code", response->status_code);
    kl_build_put(&m, "body", text);
    return kl_build_end(out, &m);
}

static size_t headers_of(kl_http_header *headers, kl_value definition, kl_value inputs)
{
    kl_value own = kl_map_get(definition, KL_TEXT("headers"));
    kl_value key = kl_map_get(inputs, KL_TEXT("idempotency_key"));
    size_t count = 0;
    headers[count++] = (kl_http_header){KL_TEXT("content-type"), KL_TEXT("application/json"), false};
    if (kl_is(key, KL_KIND_STRING))
        headers[count++] = (kl_http_header){KL_TEXT("idempotency-key"), kl_as_text(key), false};
    for (size_t i = 0; i < kl_map_len(own) && count < HEADERS_MAX; i++)
        headers[count++] =
            (kl_http_header){kl_map_key_at(own, i), kl_as_text(kl_map_value_at(own, i)), true};
    return count;
}

static kl_status send(kl_value *out, kl_value definition, kl_value inputs, kl_duration timeout,
                      const kl_node_call *call, kl_error *error)
{
    static const kl_guard guard = {.policy = KL_GUARD_ALLOW_INTERNAL_AND_LOOPBACK};
    kl_http_header headers[HEADERS_MAX];
    kl_http_watch watch = {.check = kl_node_check_run, .data = call->run};
    kl_http_response response;
    kl_value method = kl_map_get(definition, KL_TEXT("method")), body;
    KL_TRY(kl_json_print(&body, inputs, &kl_json_plain, error));
    kl_http_request request = {
        .method = kl_is(method, KL_KIND_STRING) ? kl_as_text(method) : KL_TEXT("POST"),
        .url = kl_as_text(kl_map_get(definition, KL_TEXT("endpoint"))),
        .headers = headers,
        .header_count = headers_of(headers, definition, inputs),
        .body = kl_as_text(body),
        .guard = &guard,
        .redirects = KL_HTTP_REDIRECTS_STRICT,
        .timeout = timeout,
        .connect_timeout = timeout ? KL_MIN(timeout, KL_HTTP_CONNECT_TIMEOUT) : 0,
    };
    kl_status status = kl_http_send(&response, &request, &watch, error);
    if (status == KL_OK && response.status_code / 100 != 2)
        status = kl_error_set(error, KL_FAILED, "the endpoint answered with status %d",
                              response.status_code);
    if (status == KL_OK)
        status = result_of(out, &response, error);
    kl_http_response_clear(&response);
    kl_value_release(body);
    return status;
}

/* ---- trying -------------------------------------------------------------------------------------- */

static kl_status try_once(kl_value *out, kl_action *action, kl_value definition, kl_value inputs,
                          kl_duration timeout, const kl_node_call *call, kl_error *error)
{
    return action ? kl_action_run_within(out, action, call, inputs, timeout, error)
                  : send(out, definition, inputs, timeout, call, error);
}

/* Whether a failure is not the effect's own: then there is nothing to try again. */
static bool is_end(kl_status status, const kl_node_call *call)
{
    return status == KL_NO_MEMORY || status == KL_INTERRUPTED || kl_run_is_cancelled(call->run);
}

/* min(delay * 2^(attempt - 1), half a minute), in seconds. */
static double pause_of(const kl_effect_policy *policy, int64_t attempt)
{
    double delay = (double)policy->delay / KL_SECOND;
    for (int64_t i = 1; i < attempt && delay < 30; i++)
        delay *= 2;
    return delay < 30 ? delay : 30;
}

static kl_status keep_reason(kl_effect_outcome *out, kl_status status, kl_error *why,
                             kl_error *error)
{
    out->uncertain = status == KL_TIMEOUT;
    kl_value reason;
    status = kl_string_repair(&reason, kl_text_from(kl_error_message(why)), error);
    kl_error_clear(why);
    if (status == KL_OK)
        kl_value_replace(&out->reason, reason);
    return status;
}

static kl_status try_often(kl_effect_outcome *out, kl_action *action, kl_value definition,
                           kl_value inputs, const kl_effect_policy *policy,
                           const kl_node_call *call, kl_error *error)
{
    bool was_uncertain = false;
    for (out->attempts = 1;; out->attempts++) {
        kl_error why = KL_ERROR_INIT;
        kl_status status =
            try_once(&out->result, action, definition, inputs, policy->timeout, call, &why);
        if (status == KL_OK) {
            kl_error_clear(&why);
            out->done = true;
            out->uncertain = false;
            return KL_OK;
        }
        if (is_end(status, call)) {
            kl_error_move(error, &why);
            return status;
        }
        KL_TRY(keep_reason(out, status, &why, error));
        was_uncertain = out->uncertain = was_uncertain || out->uncertain;
        if (out->attempts > policy->max_retries)
            return KL_OK;
        KL_TRY(kl_run_wait(call->run, pause_of(policy, out->attempts), error));
    }
}

kl_status kl_effect_run(kl_effect_outcome *out, kl_value definition, kl_value inputs,
                        const kl_effect_policy *policy, const kl_node_call *call,
                        const char *where, kl_error *error)
{
    kl_action *action = NULL;
    kl_value merged;
    *out = (kl_effect_outcome){.result = kl_null(), .reason = kl_null()};
    if (!is_endpoint(definition))
        KL_TRY(make_action(&action, definition, call->registry, where, error));
    kl_status status = merge_inputs(&merged, definition, inputs, error);
    if (status == KL_OK) {
        status = try_often(out, action, definition, merged, policy, call, error);
        kl_value_release(merged);
    }
    kl_action_free(action);
    if (status != KL_OK)
        kl_effect_outcome_clear(out);
    return status;
}

void kl_effect_outcome_clear(kl_effect_outcome *outcome)
{
    kl_value_release(kl_value_take(&outcome->result));
    kl_value_release(kl_value_take(&outcome->reason));
}

/* ---- for nodes ----------------------------------------------------------------------------------- */

kl_status kl_effect_policy_map(kl_value *out, const kl_value *args, kl_error *error)
{
    kl_build m = kl_build_begin(0, error);
    kl_build_share(&m, "max_retries", args[0]);
    kl_build_share(&m, "retry_delay_ms", args[1]);
    kl_build_share(&m, "timeout_ms", args[2]);
    return kl_build_end(out, &m);
}

static int64_t setting(kl_value own, kl_value map, const char *name)
{
    kl_value said = kl_map_get(own, kl_text_from(name));
    return kl_as_int(kl_is_null(said) ? kl_map_get(map, kl_text_from(name)) : said);
}

kl_effect_policy kl_effect_policy_of(kl_value own, kl_value map)
{
    return (kl_effect_policy){
        .max_retries = setting(own, map, "max_retries"),
        .delay = setting(own, map, "retry_delay_ms") * KL_MILLISECOND,
        .timeout = setting(own, map, "timeout_ms") * KL_MILLISECOND,
    };
}

kl_status kl_engine_failed(kl_status status, kl_error *error)
{
    static const kl_status own[] = {KL_STATE, KL_INVALID, KL_IO, KL_DEPTH, KL_UNAVAILABLE, KL_SYNTAX};
    for (size_t i = 0; i < KL_COUNT(own); i++) {
        if (status != own[i])
            continue;
        kl_node_form(error);
        error->code = KL_FAILED;
        return KL_FAILED;
    }
    return status;
}
