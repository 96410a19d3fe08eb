/* src/nodes/oauth_token.c - see oauth_token.h. */
#include "oauth_token.h"
#include "oauth_url.h"

#include <stdio.h>

const char *const kl_oauth_client_auths[] = {"post", "basic", NULL};

kl_status kl_oauth_form_params(kl_value *form, const char *name, kl_value params, kl_error *error)
{
    char place[128];
    for (size_t i = 0; i < kl_map_len(params); i++) {
        kl_value value = kl_map_value_at(params, i);
        kl_text key = kl_map_key_at(params, i);
        snprintf(place, sizeof place, "%s.%.*s", name, KL_TEXT_ARG(key));
        if (!kl_is(value, KL_KIND_STRING))
            return kl_node_bad_value(error, place, "string", value);
        if (kl_map_has(*form, key))
            return kl_node_bad(error, place, "expected parameter that the node does not set itself, "
                                             "got that one");
        KL_TRY(kl_map_set(form, key, kl_value_retain(value), error));
    }
    return KL_OK;
}

/* With the secret in the form, or the id alone; with basic authentication neither. */
static kl_status with_client(kl_value *out, const kl_oauth_client *client, kl_value form,
                             kl_error *error)
{
    kl_value all = kl_value_retain(form);
    bool has_secret = !kl_is_null(client->secret);
    kl_status status = KL_OK;
    if (!has_secret || !client->basic)
        status = kl_map_set(&all, KL_TEXT("client_id"), kl_value_retain(client->id), error);
    if (status == KL_OK && has_secret && !client->basic)
        status = kl_map_set(&all, KL_TEXT("client_secret"), kl_value_retain(client->secret), error);
    if (status == KL_OK)
        *out = all;
    else
        kl_value_release(all);
    return status;
}

/* Id and secret are written as forms write them before they become basic authentication (RFC 6749,
 * 2.3.1). The buffers are to be freed also after a failure. */
static kl_status login_of(kl_oauth_login *out, kl_buffer *user, kl_buffer *password,
                          const kl_oauth_client *client, kl_error *error)
{
    if (!client->basic || kl_is_null(client->secret))
        return KL_OK;
    kl_oauth_url_escape(user, kl_as_text(client->id));
    kl_oauth_url_escape(password, kl_as_text(client->secret));
    if (user->status != KL_OK || password->status != KL_OK)
        return kl_error_no_memory(error);
    out->user = kl_buffer_text(user);
    out->password = kl_buffer_text(password);
    return KL_OK;
}

kl_status kl_oauth_ask(kl_oauth_answer *out, const kl_oauth_client *client, const char *url_name,
                       kl_text url, kl_value form, kl_error *error)
{
    kl_buffer user = KL_BUFFER_INIT, password = KL_BUFFER_INIT, checked = KL_BUFFER_INIT;
    kl_oauth_login login = {{0}, {0}, {0}};
    kl_value all = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_oauth_url_begin(&checked, url_name, url, error));
    KL_TRY_OUT(with_client(&all, client, form, error));
    KL_TRY_OUT(login_of(&login, &user, &password, client, error));
    status = kl_oauth_post(out, &client->http, url, all, &login, error);
out:
    kl_value_release(all);
    kl_buffer_free(&checked);
    kl_buffer_free(&user);
    kl_buffer_free(&password);
    return status;
}

/* ---- answers ------------------------------------------------------------------------------------- */

kl_status kl_oauth_pick(kl_value *out, const kl_oauth_http *http, const kl_oauth_answer *answer,
                        const char *const *keys, size_t count, size_t required, kl_error *error)
{
    kl_value map;
    kl_status status;
    if (answer->status_code < 200 || answer->status_code > 299 ||
        kl_map_has(answer->body, KL_TEXT("error")))
        return kl_oauth_refused(http, answer, error);
    KL_TRY(kl_map_new(&map, count, error));
    for (size_t i = 0; i < count; i++) {
        kl_text key = kl_text_from(keys[i]);
        kl_value value = kl_map_get(answer->body, key);
        if (i < required && !kl_is(value, KL_KIND_STRING)) {
            status = kl_node_failed(error, "%s failed: the answer has no %s", http->what, keys[i]);
            goto out;
        }
        if (!kl_is_null(value))
            KL_TRY_OUT(kl_map_set(&map, key, kl_value_retain(value), error));
    }
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

/* Some servers write the number as text. */
static kl_value seconds_of(kl_value value)
{
    kl_text text = kl_as_text(value);
    int64_t number = 0;
    if (kl_is(value, KL_KIND_INT))
        return value;
    if (kl_is(value, KL_KIND_DOUBLE) && value.as.real >= 0 && value.as.real < 9e15)
        return kl_int((int64_t)value.as.real);
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9' || i > 15)
            return kl_null();
        number = number * 10 + (text.data[i] - '0');
    }
    return text.len && kl_is(value, KL_KIND_STRING) ? kl_int(number) : kl_null();
}

kl_status kl_oauth_take(kl_value *out, const kl_oauth_client *client, const kl_oauth_answer *answer,
                        kl_error *error)
{
    static const char *const keys[] = {"access_token", "token_type", "expires_in",
                                       "refresh_token", "id_token", "scope"};
    kl_value map;
    KL_TRY(kl_oauth_pick(&map, &client->http, answer, keys, KL_COUNT(keys), 1, error));
    kl_status status = KL_OK;
    if (!kl_map_has(map, KL_TEXT("token_type")))
        status = kl_map_set_text(&map, KL_TEXT("token_type"), KL_TEXT("Bearer"), error);
    if (status == KL_OK)
        status = kl_map_set(&map, KL_TEXT("expires_in"),
                            seconds_of(kl_map_get(map, KL_TEXT("expires_in"))), error);
    if (status == KL_OK)
        *out = map;
    else
        kl_value_release(map);
    return status;
}

kl_status kl_oauth_token(kl_value *out, const kl_oauth_client *client, const char *url_name,
                         kl_text url, kl_value form, kl_error *error)
{
    kl_oauth_answer answer;
    KL_TRY(kl_oauth_ask(&answer, client, url_name, url, form, error));
    kl_status status = kl_oauth_take(out, client, &answer, error);
    kl_value_release(answer.body);
    return status;
}
