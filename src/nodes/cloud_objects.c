/* src/nodes/cloud_objects.c - objects listed, read, written and removed, as rows of a table. */
#include "cloud_objects.h"

#include <stdlib.h>

typedef struct object_operation {
    kl_rest_operation rest; /* its path only tells whether there is a key */
    /* Add headers and body; NULL: there are none. */
    kl_status (*prepare)(kl_cloud_request *request, kl_error *error);
    kl_status (*result)(kl_value *out, const kl_http_response *response, const kl_node_call *node,
                        kl_error *error);
} object_operation;

static bool is_printable(kl_text text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] < ' ' || text.data[i] > '~')
            return false;
    return true;
}

/* ---- put_object ---------------------------------------------------------------------------------- */

static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

/* x-amz-meta-NAME, in lower case as S3 keeps it; given. */
static kl_status metadata_header(kl_value *out, kl_text name, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    bool good = name.len > 0;
    kl_buffer_string(&text, "x-amz-meta-");
    for (size_t i = 0; i < name.len; i++) {
        char c = name.data[i] >= 'A' && name.data[i] <= 'Z' ? (char)(name.data[i] | 0x20) : name.data[i];
        good &= is_name_char(c);
        kl_buffer_byte(&text, c);
    }
    if (good)
        return kl_buffer_finish(out, &text, error);
    kl_buffer_free(&text);
    return kl_node_bad(error, "metadata", "expected names of letters, digits, hyphens, dots and "
                       "underscores, got '%.*s'", (int)KL_MIN(name.len, 80), name.data);
}

static kl_status put_metadata(kl_value *headers, kl_value metadata, kl_error *error)
{
    for (size_t i = 0; i < kl_map_len(metadata); i++) {
        kl_value name, value = kl_map_value_at(metadata, i);
        KL_TRY(metadata_header(&name, kl_map_key_at(metadata, i), error));
        kl_status status;
        if (!is_printable(kl_as_text(value)))
            status = kl_node_bad(error, "metadata", "'%.*s': expected printable ASCII characters "
                                 "only", KL_TEXT_ARG(kl_map_key_at(metadata, i)));
        else if (kl_map_has(*headers, kl_as_text(name)))
            status = kl_node_bad(error, "metadata", "'%.*s': expected names that differ in more than "
                                 "case", KL_TEXT_ARG(kl_map_key_at(metadata, i)));
        else
            status = kl_map_set_key(headers, name, kl_value_retain(value), error);
        kl_value_release(name);
        KL_TRY(status);
    }
    return KL_OK;
}

static kl_status prepare_put(kl_cloud_request *request, kl_error *error)
{
    kl_value content = kl_rest_arg(request->node, "content");
    kl_value type = kl_rest_arg(request->node, "content_type");
    bool text = kl_is(content, KL_KIND_STRING);
    if (kl_is_null(content))
        return kl_node_missing(error, "content");
    if (!text && !kl_is(content, KL_KIND_BYTES))
        return kl_node_bad(error, "content", "expected string or bytes, got %s",
                           kl_value_kind_name(content));
    if (!is_printable(kl_as_text(type)))
        return kl_node_bad_value(error, "content_type", "a media type", type);
    request->body = kl_as_text(content);
    kl_text said = !kl_is_null(type) ? kl_as_text(type)
                   : text            ? KL_TEXT("text/plain; charset=utf-8")
                                     : KL_TEXT("application/octet-stream");
    KL_TRY(kl_map_set_text(&request->headers, KL_TEXT("content-type"), said, error));
    return put_metadata(&request->headers, kl_rest_arg(request->node, "metadata"), error);
}

/* ---- get_object ---------------------------------------------------------------------------------- */

/* The digits at the start; false when there are more than a size may have. */
static bool skip_number(int64_t *out, kl_text *rest)
{
    size_t len = 0;
    *out = -1;
    while (len < rest->len && rest->data[len] >= '0' && rest->data[len] <= '9')
        len++;
    if (len > 18)
        return false;
    if (len)
        *out = strtoll(rest->data, NULL, 10);
    *rest = (kl_text){rest->data + len, rest->len - len};
    return true;
}

/* "first-last", "first-" or "-count" */
static bool is_range(kl_text text)
{
    int64_t first, last;
    if (!skip_number(&first, &text) || text.len == 0 || text.data[0] != '-')
        return false;
    text = (kl_text){text.data + 1, text.len - 1};
    if (!skip_number(&last, &text) || text.len)
        return false;
    return first >= 0 ? last < 0 || first <= last : last > 0;
}

static kl_status prepare_get(kl_cloud_request *request, kl_error *error)
{
    kl_value range = kl_rest_arg(request->node, "byte_range"), text;
    if (kl_is_null(range))
        return KL_OK;
    if (!is_range(kl_as_text(range)))
        return kl_node_bad_value(error, "byte_range",
                                 "'first-last', 'first-' or '-count' in bytes", range);
    KL_TRY(kl_string_format(&text, error, "bytes=%.*s", KL_TEXT_ARG(kl_as_text(range))));
    return kl_map_set(&request->headers, KL_TEXT("range"), text, error);
}

/* ---- results ------------------------------------------------------------------------------------- */

static kl_status put_header(kl_value *map, const char *key, const kl_http_response *response,
                            const char *header, kl_error *error)
{
    kl_text text = kl_http_header_of(response, header);
    if (kl_text_is(kl_text_from(header), "etag"))
        text = kl_cloud_bare_etag(text);
    return text.len ? kl_map_set_text(map, kl_text_from(key), text, error)
                    : kl_map_set(map, kl_text_from(key), kl_null(), error);
}

static kl_status metadata_of(kl_value *out, const kl_http_response *response, kl_error *error)
{
    const kl_text begin = KL_TEXT("x-amz-meta-");
    kl_value map;
    KL_TRY(kl_map_new(&map, 4, error));
    for (size_t i = 0; i + 1 < kl_array_len(response->headers); i += 2) {
        kl_text name = kl_as_text(kl_array_at(response->headers, i));
        if (name.len <= begin.len || memcmp(name.data, begin.data, begin.len) != 0)
            continue;
        kl_status status = kl_map_set(&map, (kl_text){name.data + begin.len, name.len - begin.len},
                                      kl_value_retain(kl_array_at(response->headers, i + 1)), error);
        if (status != KL_OK) {
            kl_value_release(map);
            return status;
        }
    }
    *out = map;
    return KL_OK;
}

/* What the headers tell of an object. */
static kl_status put_facts(kl_value *map, const kl_http_response *response, kl_error *error)
{
    kl_value metadata;
    KL_TRY(put_header(map, "content_type", response, "content-type", error));
    KL_TRY(put_header(map, "content_encoding", response, "content-encoding", error));
    KL_TRY(put_header(map, "content_range", response, "content-range", error));
    KL_TRY(put_header(map, "etag", response, "etag", error));
    KL_TRY(put_header(map, "last_modified", response, "last-modified", error));
    KL_TRY(put_header(map, "storage_class", response, "x-amz-storage-class", error));
    KL_TRY(put_header(map, "version_id", response, "x-amz-version-id", error));
    KL_TRY(metadata_of(&metadata, response, error));
    return kl_map_set(map, KL_TEXT("metadata"), metadata, error);
}

static kl_status head_result(kl_value *out, const kl_http_response *response,
                             const kl_node_call *node, kl_error *error)
{
    (void)node;
    int64_t len;
    kl_text text = kl_http_header_of(response, "content-length");
    bool known = skip_number(&len, &text) && text.len == 0 && len >= 0;
    KL_TRY(kl_map_new(out, 9, error));
    kl_status status = kl_map_set(out, KL_TEXT("content_length"), known ? kl_int(len) : kl_null(), error);
    if (status == KL_OK)
        status = put_facts(out, response, error);
    if (status != KL_OK)
        kl_value_replace(out, kl_null());
    return status;
}

static kl_status read_content(kl_value *out, const kl_http_response *response,
                              const kl_node_call *node, kl_error *error)
{
    kl_error why = KL_ERROR_INIT;
    kl_status status =
        kl_http_decode_body(out, response, kl_as_text(kl_rest_arg(node, "response_format")), &why);
    if (status == KL_INVALID)
        status = kl_node_failed(error, "get_object failed: %s", kl_error_message(&why));
    else
        kl_error_move(error, &why);
    kl_error_clear(&why);
    return status;
}

static kl_status get_result(kl_value *out, const kl_http_response *response,
                            const kl_node_call *node, kl_error *error)
{
    kl_value content, map = kl_null();
    kl_status status;
    if (!kl_is_null(kl_rest_arg(node, "byte_range")) && response->status_code != 206)
        return kl_node_failed(error, "get_object failed: HTTP %d: the server does not send byte "
                              "ranges", response->status_code);
    KL_TRY(read_content(&content, response, node, error));
    KL_TRY_OUT(kl_map_new(&map, 10, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("content"), kl_value_take(&content), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("content_length"), kl_int((int64_t)kl_value_len(response->body)),
                           error));
    KL_TRY_OUT(put_facts(&map, response, error));
    *out = kl_value_take(&map);
out:
    kl_value_release(content);
    kl_value_release(map);
    return status;
}

static kl_status put_result(kl_value *out, const kl_http_response *response,
                            const kl_node_call *node, kl_error *error)
{
    kl_value map;
    kl_status status;
    kl_value size = kl_int((int64_t)kl_value_len(kl_rest_arg(node, "content")));
    KL_TRY(kl_map_new(&map, 3, error));
    KL_TRY_OUT(put_header(&map, "etag", response, "etag", error));
    KL_TRY_OUT(put_header(&map, "version_id", response, "x-amz-version-id", error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("content_length"), size, error));
    *out = kl_value_take(&map);
out:
    kl_value_release(map);
    return status;
}

static kl_status delete_result(kl_value *out, const kl_http_response *response,
                               const kl_node_call *node, kl_error *error)
{
    (void)node;
    kl_value map;
    kl_status status;
    kl_value marker =
        kl_bool(kl_text_is(kl_http_header_of(response, "x-amz-delete-marker"), "true"));
    KL_TRY(kl_map_new(&map, 2, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("delete_marker"), marker, error));
    KL_TRY_OUT(put_header(&map, "version_id", response, "x-amz-version-id", error));
    *out = kl_value_take(&map);
out:
    kl_value_release(map);
    return status;
}

/* ---- operations ---------------------------------------------------------------------------------- */

#define OF_KEY "/{bucket}/{key}"

static const object_operation operations[] = {
    {{"list_objects", "GET", "/{bucket}", "listed objects of {bucket}", NULL}, NULL, NULL},
    {{"get_object", "GET", OF_KEY, "retrieved object {key} of {bucket}", NULL}, prepare_get, get_result},
    {{"put_object", "PUT", OF_KEY, "stored object {key} in {bucket}", NULL}, prepare_put, put_result},
    {{"head_object", "HEAD", OF_KEY, "inspected object {key} of {bucket}", NULL}, NULL, head_result},
    {{"delete_object", "DELETE", OF_KEY, "deleted object {key} of {bucket}", NULL}, NULL, delete_result},
};

/* Its method is that of the request which the URL is for. */
static const kl_rest_operation presign = {"presign_url", NULL, OF_KEY,
                                          "signed a URL of object {key} of {bucket}", NULL};

static const object_operation *find_operation(kl_text name)
{
    for (size_t i = 0; i < KL_COUNT(operations); i++)
        if (kl_text_is(name, operations[i].rest.name))
            return &operations[i];
    return NULL;
}

bool kl_cloud_is_of_objects(kl_text operation)
{
    return find_operation(operation) || kl_text_is(operation, presign.name);
}

/* {url, method, expires_seconds}; nothing is sent. */
static kl_status sign_url(kl_value *out, kl_cloud_request *request, kl_error *error)
{
    kl_value map, url;
    kl_value method = kl_rest_arg(request->node, "method");
    kl_value seconds = kl_rest_arg(request->node, "expires_seconds");
    kl_status status;
    KL_TRY(kl_map_new(&map, 3, error));
    KL_TRY_OUT(kl_cloud_request_presign(&url, request, kl_as_int(seconds), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("url"), url, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("method"), kl_value_retain(method), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("expires_seconds"), seconds, error));
    *out = kl_value_take(&map);
out:
    kl_value_release(map);
    return status;
}

/* What the operation gives; `*response` is to be cleared in any case. */
static kl_status perform(kl_value *out, kl_http_response *response, const object_operation *operation,
                         kl_cloud_request *request, kl_error *error)
{
    if (!operation)
        return sign_url(out, request, error);
    if (!operation->result)
        return kl_cloud_list(out, response, request, error);
    if (operation->prepare)
        KL_TRY(operation->prepare(request, error));
    KL_TRY(kl_cloud_request_send(response, request, error));
    return operation->result(out, response, request->node, error);
}

kl_status kl_cloud_objects_run(kl_value *out, kl_node_call *node, const kl_value *settings,
                               kl_error *error)
{
    const object_operation *operation = find_operation(kl_as_text(node->args[0]));
    kl_rest_operation row = operation ? operation->rest : presign;
    kl_http_response response = {0};
    kl_cloud_request request;
    kl_value result;
    kl_status status;
    if (!operation)
        row.method = kl_as_text(kl_rest_arg(node, "method")).data;
    KL_TRY_OUT(kl_cloud_request_begin(&request, &row, node, settings, error));
    KL_TRY_OUT(perform(&result, &response, operation, &request, error));
    status = kl_rest_outputs(out, &row, &response, result, node, error);
out:
    kl_cloud_request_end(&request);
    kl_http_response_clear(&response);
    return status;
}
