/* src/nodes/oauth_http.c - see oauth_http.h. */
#include "oauth_http.h"
#include "stopping.h"
#include "format.h"
#include "host.h"
#include "kailash/json.h"
#include "net/http.h"

enum { ANSWER_MAX = 1 << 20 };

static const kl_guard anywhere = {.policy = KL_GUARD_ALLOW_INTERNAL_AND_LOOPBACK};

static void set_up(kl_http_request *request, const kl_oauth_http *http)
{
    const kl_value *settings = http->settings;
    if (kl_as_bool(settings[KL_OAUTH_ALLOW_PRIVATE]))
        request->guard = &anywhere;
    request->ca_file = kl_as_text(settings[KL_OAUTH_CA_FILE]);
    request->timeout = (kl_duration)(kl_as_double(settings[KL_OAUTH_TIMEOUT]) * 1e9);
    request->connect_timeout = KL_MIN(request->timeout, KL_HTTP_CONNECT_TIMEOUT);
    request->response_max = ANSWER_MAX;
}

/* What ends the run passes unchanged; `why` is taken. */
static kl_status failed(const kl_oauth_http *http, kl_error *why, kl_error *error)
{
    kl_status status = why->code;
    if (status == KL_CANCELLED || status == KL_INTERRUPTED || status == KL_NO_MEMORY ||
        status == KL_UNAVAILABLE)
        kl_error_move(error, why);
    else
        status = kl_node_failed(error, "%s request failed: %s", http->what, kl_error_message(why));
    kl_error_clear(why);
    return status;
}

static kl_status parse(kl_value *out, const kl_http_response *response, kl_error *error)
{
    kl_value body;
    if (kl_value_len(response->body) == 0) {
        *out = kl_map_empty();
        return KL_OK;
    }
    kl_error why = KL_ERROR_INIT;
    kl_status status = kl_json_parse(&body, kl_as_text(response->body), &why);
    if (status == KL_NO_MEMORY)
        kl_error_move(error, &why);
    kl_error_clear(&why);
    if (status == KL_OK && !kl_is(body, KL_KIND_MAP)) {
        kl_value_release(body);
        status = KL_SYNTAX;
    }
    if (status == KL_OK)
        *out = body;
    else if (status != KL_NO_MEMORY) /* the text itself may hold secrets */
        status = kl_error_set(error, KL_SYNTAX, "the answer (status %d) is no JSON object",
                              response->status_code);
    return status;
}

static kl_status send(kl_oauth_answer *out, const kl_oauth_http *http,
                      const kl_http_request *request, kl_error *error)
{
    kl_http_response response = {0};
    kl_http_watch watch = {.check = kl_node_check_run, .data = http->call->run};
    kl_error why = KL_ERROR_INIT;
    kl_status status = kl_http_send(&response, request, &watch, &why);
    if (status == KL_OK)
        status = parse(&out->body, &response, &why);
    if (status == KL_OK)
        out->status_code = response.status_code;
    else
        status = failed(http, &why, error);
    kl_http_response_clear(&response);
    return status;
}

/* ---- forms --------------------------------------------------------------------------------------- */

static kl_status without_nulls(kl_value *out, kl_value form, kl_error *error)
{
    kl_value kept;
    kl_status status;
    KL_TRY(kl_map_new(&kept, kl_map_len(form), error));
    for (size_t i = 0; i < kl_map_len(form); i++) {
        kl_value item = kl_map_value_at(form, i);
        if (!kl_is_null(item))
            KL_TRY_OUT(kl_map_set_key(&kept, kl_map_key_value_at(form, i), kl_value_retain(item),
                                      error));
    }
    *out = kept;
    return KL_OK;
out:
    kl_value_release(kept);
    return status;
}

kl_status kl_oauth_post(kl_oauth_answer *out, const kl_oauth_http *http, kl_text url, kl_value form,
                        const kl_oauth_login *login, kl_error *error)
{
    const kl_http_header headers[] = {
        {KL_TEXT("accept"), KL_TEXT("application/json"), false},
        {KL_TEXT("content-type"), KL_TEXT("application/x-www-form-urlencoded"), false}};
    kl_value kept, body = kl_null();
    kl_status status;
    KL_TRY(without_nulls(&kept, form, error));
    KL_TRY_OUT(kl_format_write(&body, KL_TEXT("query"), kept, NULL, error));
    kl_http_request request = {.method = KL_TEXT("POST"),
                               .url = url,
                               .headers = headers,
                               .header_count = KL_COUNT(headers),
                               .body = kl_as_text(body),
                               .redirects = KL_HTTP_REDIRECTS_NEVER};
    set_up(&request, http);
    if (login->user.len) {
        request.auth = KL_HTTP_BASIC;
        request.user = login->user;
        request.password = login->password;
    }
    status = send(out, http, &request, error);
out:
    kl_value_release(body);
    kl_value_release(kept);
    return status;
}

kl_status kl_oauth_get(kl_value *out, const kl_oauth_http *http, kl_text url, kl_text bearer,
                       kl_error *error)
{
    const kl_http_header headers[] = {
        {KL_TEXT("accept"), KL_TEXT("application/json"), false}};
    kl_http_request request = {.url = url, .headers = headers, .header_count = KL_COUNT(headers)};
    kl_oauth_answer answer;
    set_up(&request, http);
    if (bearer.len) {
        request.auth = KL_HTTP_BEARER;
        request.password = bearer;
        request.redirects = KL_HTTP_REDIRECTS_NEVER;
    }
    KL_TRY(send(&answer, http, &request, error));
    if (answer.status_code == 200) {
        *out = answer.body;
        return KL_OK;
    }
    kl_status status = kl_oauth_refused(http, &answer, error);
    kl_value_release(answer.body);
    return status;
}

kl_status kl_oauth_refused(const kl_oauth_http *http, const kl_oauth_answer *answer, kl_error *error)
{
    kl_value code = kl_map_get(answer->body, KL_TEXT("error"));
    kl_value words = kl_map_get(answer->body, KL_TEXT("error_description"));
    if (!kl_is(code, KL_KIND_STRING))
        return kl_node_failed(error, "%s failed: the server answered with status %d", http->what,
                              answer->status_code);
    kl_text description = kl_as_text(words);
    return kl_node_failed(error, "%s failed: %.100s%s%.*s (status %d)", http->what,
                          kl_as_text(code).data, description.len ? ": " : "",
                          (int)KL_MIN(description.len, (size_t)300), description.data,
                          answer->status_code);
}
