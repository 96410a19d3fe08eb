/* src/nodes/rest.c - see rest.h. */
#include "rest.h"

#include <string.h>

kl_value kl_rest_arg(const kl_node_call *node, const char *name)
{
    const kl_node_type *type = node->type;
    for (size_t i = 0; i < type->input_count; i++)
        if (strcmp(type->inputs[i].name, name) == 0)
            return node->args[i];
    for (size_t i = 0; i < type->config_count; i++)
        if (strcmp(type->config[i].name, name) == 0)
            return node->args[type->input_count + i];
    return kl_null();
}

/* ---- templates ----------------------------------------------------------------------------------- */

static bool is_unreserved(unsigned char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || strchr("-._~", byte);
}

/* RFC 3986: all but unreserved characters. */
static void add_encoded(kl_buffer *to, kl_text text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        kl_buffer_format(to, byte && is_unreserved(byte) ? "%c" : "%%%02X", byte);
    }
}

/* Steps of a path, which servers take also when they are encoded. */
static bool is_step(kl_value value)
{
    return kl_is(value, KL_KIND_STRING) &&
           (kl_text_is(kl_as_text(value), ".") || kl_text_is(kl_as_text(value), ".."));
}

static kl_status add_arg(kl_buffer *to, const char *name, bool encode, const kl_node_call *node,
                         kl_error *error)
{
    kl_value value = kl_rest_arg(node, name);
    if (kl_is_null(value) || (kl_is(value, KL_KIND_STRING) && kl_as_text(value).len == 0))
        return kl_node_missing(error, name);
    if (encode && is_step(value))
        return kl_node_bad_value(error, name, "a name", value);
    if (kl_is(value, KL_KIND_INT))
        kl_buffer_format(to, "%lld", (long long)kl_as_int(value));
    else if (kl_is(value, KL_KIND_BOOL))
        kl_buffer_string(to, kl_as_bool(value) ? "true" : "false");
    else if (encode)
        add_encoded(to, kl_as_text(value));
    else
        kl_buffer_add(to, kl_as_text(value));
    return KL_OK;
}

kl_status kl_rest_fill(kl_value *out, const char *template, bool encode, const kl_node_call *node,
                       kl_error *error)
{
    kl_buffer buffer = KL_BUFFER_INIT;
    char name[32];
    for (const char *at = template; *at; at++) {
        if (*at != '{') {
            kl_buffer_byte(&buffer, *at);
            continue;
        }
        size_t len = strcspn(at + 1, "}");
        memcpy(name, at + 1, len);
        name[len] = '\0';
        kl_status status = add_arg(&buffer, name, encode, node, error);
        if (status != KL_OK) {
            kl_buffer_free(&buffer);
            return status;
        }
        at += len + 1;
    }
    return kl_buffer_finish(out, &buffer, error);
}

/* ---- sending ------------------------------------------------------------------------------------- */

static kl_status set_url(kl_http_call *call, const kl_rest_operation *operation, kl_text base,
                         const kl_node_call *node, kl_error *error)
{
    kl_buffer url = KL_BUFFER_INIT;
    kl_value path, whole;
    KL_TRY(kl_rest_fill(&path, operation->path, true, node, error));
    while (base.len && base.data[base.len - 1] == '/')
        base.len--;
    kl_buffer_add(&url, base);
    kl_buffer_add(&url, kl_as_text(path));
    kl_value_release(path);
    KL_TRY(kl_buffer_finish(&whole, &url, error));
    KL_TRY(kl_http_call_keep(call, whole, error));
    return kl_http_call_url(call, "base_url", whole, "", kl_null(), error);
}

static kl_status set_body(kl_http_call *call, const kl_rest_operation *operation,
                          const kl_node_call *node, kl_error *error)
{
    kl_value body;
    if (!operation->body)
        return KL_OK;
    KL_TRY(operation->body(&body, node, error));
    kl_status status = kl_is_null(body) ? KL_OK : kl_http_call_json(call, body, error);
    kl_value_release(body);
    return status;
}

/* What the server said, in one line of at most 200 bytes. */
static kl_status refuse(const kl_rest_operation *operation, const kl_http_response *response,
                        kl_error *error)
{
    kl_value body = kl_null(), message = kl_null();
    if (kl_rest_result(&body, response, error) != KL_OK)
        kl_error_clear(error);
    message = kl_is(body, KL_KIND_MAP) ? kl_map_get(body, KL_TEXT("message")) : body;
    kl_text said = kl_is(message, KL_KIND_STRING) ? kl_as_text(message) : KL_TEXT("");
    size_t len = KL_MIN(said.len, (size_t)200);
    while (len > 0 && len < said.len && ((unsigned char)said.data[len] & 0xc0) == 0x80)
        len--;
    kl_node_failed(error, "%s failed: HTTP %d%s%.*s", operation->name, response->status_code,
                   len ? ": " : "", (int)len, said.data);
    kl_value_release(body);
    return KL_FAILED;
}

kl_status kl_rest_send(kl_http_response *response, kl_http_call *call,
                       const kl_rest_operation *operation, kl_text base, const kl_node_call *node,
                       kl_error *error)
{
    kl_http_watch watch = kl_http_node_watch(node);
    kl_error why = KL_ERROR_INIT;
    KL_TRY(set_url(call, operation, base, node, error));
    KL_TRY(set_body(call, operation, node, error));
    call->request.method = kl_text_from(operation->method);
    kl_status status = kl_http_send(response, &call->request, &watch, &why);
    if (status != KL_OK) {
        kl_error_prefix(&why, "%s request failed: ", operation->name);
        return kl_http_call_failed(error, call, &why);
    }
    return response->status_code >= 400 ? refuse(operation, response, error) : KL_OK;
}

/* ---- answers ------------------------------------------------------------------------------------- */

kl_status kl_rest_result(kl_value *out, const kl_http_response *response, kl_error *error)
{
    *out = kl_null();
    if (kl_as_text(response->body).len == 0)
        return KL_OK;
    kl_error why = KL_ERROR_INIT;
    kl_status status = kl_http_decode_body(out, response, KL_TEXT("json"), &why);
    if (status == KL_OK)
        return KL_OK;
    if (status == KL_NO_MEMORY) {
        kl_error_move(error, &why);
        return status;
    }
    kl_error_clear(&why);
    return kl_http_decode_text(out, response, error);
}

kl_status kl_rest_outputs(kl_value *out, const kl_rest_operation *operation,
                          const kl_http_response *response, kl_value result,
                          const kl_node_call *node, kl_error *error)
{
    kl_buffer code = KL_BUFFER_INIT;
    kl_value map = kl_null(), text;
    kl_status status;
    KL_TRY_OUT(kl_map_new(&map, 4, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("result"), kl_value_take(&result), error));
    kl_buffer_format(&code, "%d", response->status_code);
    KL_TRY_OUT(kl_buffer_finish(&text, &code, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("status"), text, error));
    KL_TRY_OUT(kl_rest_fill(&text, operation->message, false, node, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("message"), text, error));
    *out = kl_value_take(&map);
out:
    kl_value_release(result);
    kl_value_release(map);
    return status;
}
