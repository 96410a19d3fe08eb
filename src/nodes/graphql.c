/* src/nodes/graphql.c - GraphQLNode: a query or a mutation over HTTP. */
#include "graphql.h"
#include "build_map.h"
#include "kailash/crypto.h"
#include "kailash/json.h"
#include "net/url.h"

#include <stdio.h>
#include <stdlib.h>

static const kl_param inputs[] = {
    {.name = "query", .kind = KL_KIND_STRING,
     .doc = "GraphQL document with a query, a mutation, or a subscription, which goes over a WebSocket "
            "(graphql-transport-ws)"},
    {.name = "variables", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL, .doc = "name -> value"},
    {.name = "operation_name", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "which operation of the document to run, when there are several"},
    {.name = "headers", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL, .doc = "name -> text"},
    {.name = "files", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "files to upload: path of the variable, such as \"variables.file\" or "
            "\"variables.files.0\" -> text, bytes or {content, filename, content_type}"},
    {.name = "auth", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL | KL_SECRET,
     .doc = "as that of HTTPRequestNode"},
};
static const kl_param config[] = {
    {.name = "endpoint", .kind = KL_KIND_STRING, .doc = "http or https URL of the server"},
    {.name = "timeout_ms", .kind = KL_KIND_COUNT, .fallback = "30000",
     .range = KL_RANGE(1, 86400000), .doc = "time for each request, in milliseconds"},
    {.name = "raise_on_errors", .kind = KL_KIND_BOOL, .flags = KL_OPTIONAL,
     .doc = "fail when the response has errors: true, whenever there are any; false, never; default: "
            "when there is no data beside them"},
    {.name = "persisted_queries", .kind = KL_KIND_BOOL, .fallback = "false",
     .doc = "send the hash of the query first, and the query only when the server does not know it "
            "(automatic persisted queries); not for subscriptions"},
    {.name = "subscription_url", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "ws or wss URL for subscriptions; default: the endpoint"},
    {.name = "connection_params", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL | KL_SECRET,
     .doc = "what a subscription tells the server when it connects, such as a token"},
    {.name = "max_events", .kind = KL_KIND_COUNT, .fallback = "1", .range = KL_RANGE(1, 1000000),
     .doc = "events after which a subscription ends; default: with the first"},
    {.name = "listen_ms", .kind = KL_KIND_COUNT, .flags = KL_OPTIONAL, .range = KL_RANGE(1, 604800000),
     .doc = "milliseconds after which a subscription ends with what has come; default: timeout_ms bounds "
            "the wait for each event, and its end is a failure"},
    KL_HTTP_SETTINGS,
};
static const kl_param outputs[] = {
    {.name = "data", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL, .doc = "what the query gave"},
    {.name = "errors", .kind = KL_KIND_ARRAY, .flags = KL_OPTIONAL,
     .doc = "errors of the server, null when there are none"},
    {.name = "extensions", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "what else the server tells, or null"},
    {.name = "events", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "of a subscription: {data, errors, extensions} in the order they came; the outputs above are "
            "those of the last"},
    {.name = "completed", .kind = KL_KIND_BOOL, .flags = KL_OPTIONAL,
     .doc = "of a subscription: whether the server ended it"},
};

/* ---- the request --------------------------------------------------------------------------------- */

typedef enum persistence { WHOLE, HASH_ONLY, WITH_HASH } persistence;

static kl_status put_hash(kl_value *operation, kl_value query, kl_error *error)
{
    kl_value extensions = kl_null(), persisted = kl_null(), hash;
    kl_status status;
    KL_TRY_OUT(kl_map_new(&extensions, 1, error));
    KL_TRY_OUT(kl_map_new(&persisted, 2, error));
    KL_TRY_OUT(kl_map_set(&persisted, KL_TEXT("version"), kl_int(1), error));
    KL_TRY_OUT(kl_hash_hex(&hash, KL_HASH_SHA256, kl_as_text(query), error));
    KL_TRY_OUT(kl_map_set(&persisted, KL_TEXT("sha256Hash"), hash, error));
    KL_TRY_OUT(kl_map_set(&extensions, KL_TEXT("persistedQuery"), kl_value_take(&persisted), error));
    KL_TRY_OUT(kl_map_set(operation, KL_TEXT("extensions"), kl_value_take(&extensions), error));
out:
    kl_value_release(extensions);
    kl_value_release(persisted);
    return status;
}

kl_status kl_graphql_operation(kl_value *out, const kl_value *args, kl_value variables, kl_error *error)
{
    kl_build m = kl_build_begin(4, error);
    kl_build_share(&m, "query", args[KL_GRAPHQL_QUERY]);
    kl_build_share(&m, "variables", variables);
    if (!kl_is_null(args[KL_GRAPHQL_OPERATION_NAME]))
        kl_build_share(&m, "operationName", args[KL_GRAPHQL_OPERATION_NAME]);
    return kl_build_end(out, &m);
}

static kl_status operation_of(kl_value *out, const kl_value *args, kl_value variables,
                              persistence how, kl_error *error)
{
    kl_value map;
    kl_status status = KL_OK;
    KL_TRY(kl_graphql_operation(&map, args, variables, error));
    if (how == HASH_ONLY)
        status = kl_map_remove(&map, KL_TEXT("query"), error);
    if (how != WHOLE && status == KL_OK)
        status = put_hash(&map, args[KL_GRAPHQL_QUERY], error);
    if (status == KL_OK)
        *out = map;
    else
        kl_value_release(map);
    return status;
}

static kl_status begin_call(kl_http_call *call, const kl_value *args, kl_error *error)
{
    kl_http_call_settings(call, &args[KL_GRAPHQL_SETTINGS]);
    call->request.timeout = kl_as_int(args[KL_GRAPHQL_TIMEOUT_MS]) * KL_MILLISECOND;
    KL_TRY(kl_http_call_url(call, "endpoint", args[KL_GRAPHQL_ENDPOINT], "", kl_null(), error));
    call->request.method = KL_TEXT("POST");
    KL_TRY(kl_http_call_headers(call, "headers", args[KL_GRAPHQL_HEADERS], error));
    return kl_http_call_auth(call, "auth", args[KL_GRAPHQL_AUTH], error);
}

/* ---- uploads: https://github.com/jaydenseric/graphql-multipart-request-spec --------------------------- */

enum { PATH_DEPTH_MAX = 32 };

/* Put null where the path leads, making maps on the way; `*value` is replaced. */
static kl_status set_null(kl_value *value, kl_text path, unsigned depth, kl_error *error)
{
    const char *dot = memchr(path.data, '.', path.len);
    kl_text key = {path.data, dot ? (size_t)(dot - path.data) : path.len};
    kl_value inner = kl_null();
    bool in_list = kl_is(*value, KL_KIND_ARRAY);
    size_t index = in_list ? (size_t)strtoul(key.data, NULL, 10) : 0;
    if (depth == PATH_DEPTH_MAX || key.len == 0)
        return kl_node_bad(error, "files", "expected paths such as \"variables.file\" as keys");
    if (kl_is_null(*value))
        KL_TRY(kl_map_new(value, 1, error));
    if ((in_list && index >= kl_array_len(*value)) || (!in_list && !kl_is(*value, KL_KIND_MAP)))
        return kl_node_bad(error, "files", "there is no variable for '%.*s'", KL_TEXT_ARG(path));
    if (dot) {
        kl_value there = in_list ? kl_array_at(*value, index) : kl_map_get(*value, key);
        inner = kl_value_retain(there);
        kl_status status = set_null(&inner, (kl_text){dot + 1, path.len - key.len - 1}, depth + 1,
                                    error);
        if (status != KL_OK) {
            kl_value_release(inner);
            return status;
        }
    }
    return in_list ? kl_array_set(value, index, inner, error) : kl_map_set(value, key, inner, error);
}

static kl_status variables_without_files(kl_value *out, const kl_value *args, kl_error *error)
{
    static const char head[] = "variables.";
    kl_value variables = kl_value_retain(args[KL_GRAPHQL_VARIABLES]);
    for (size_t i = 0; i < kl_map_len(args[KL_GRAPHQL_FILES]); i++) {
        kl_text path = kl_map_key_at(args[KL_GRAPHQL_FILES], i);
        kl_status status;
        if (path.len <= sizeof head - 1 || memcmp(path.data, head, sizeof head - 1) != 0)
            status = kl_node_bad(error, "files", "expected paths such as \"variables.file\" as keys, "
                                 "got '%.*s'", (int)KL_MIN(path.len, 80), path.data);
        else
            status = set_null(&variables, (kl_text){path.data + sizeof head - 1,
                                                    path.len - sizeof head + 1}, 0, error);
        if (status != KL_OK) {
            kl_value_release(variables);
            return status;
        }
    }
    *out = variables;
    return KL_OK;
}

static kl_status add_json_part(kl_http_call *call, const char *name, kl_value value, kl_error *error)
{
    kl_value text;
    KL_TRY(kl_json_print(&text, value, &kl_json_plain, error));
    kl_http_part part = {.name = kl_text_from(name), .data = kl_as_text(text)};
    KL_TRY(kl_http_call_keep(call, text, error));
    return kl_http_call_part(call, part, error);
}

/* {"0": ["variables.file"], ...} and the files under the names "0", "1" ... */
static kl_status map_files(kl_value *map, kl_value *files, kl_value given, kl_error *error)
{
    char name[24];
    for (size_t i = 0; i < kl_map_len(given); i++) {
        kl_value paths;
        kl_text key = {name, (size_t)snprintf(name, sizeof name, "%zu", i)};
        KL_TRY(kl_array_new(&paths, 1, error));
        kl_status status = kl_array_push(&paths, kl_value_retain(kl_map_key_value_at(given, i)),
                                         error);
        if (status != KL_OK) {
            kl_value_release(paths);
            return status;
        }
        KL_TRY(kl_map_set(map, key, paths, error));
        KL_TRY(kl_map_set(files, key, kl_value_retain(kl_map_value_at(given, i)), error));
    }
    return KL_OK;
}

static kl_status add_upload(kl_http_call *call, const kl_value *args, kl_error *error)
{
    kl_value variables = kl_null(), operation = kl_null(), map = kl_null(), files = kl_null();
    kl_status status;
    KL_TRY_OUT(variables_without_files(&variables, args, error));
    KL_TRY_OUT(operation_of(&operation, args, variables, WHOLE, error));
    KL_TRY_OUT(kl_map_new(&map, 0, error));
    KL_TRY_OUT(kl_map_new(&files, 0, error));
    KL_TRY_OUT(map_files(&map, &files, args[KL_GRAPHQL_FILES], error));
    KL_TRY_OUT(kl_http_call_keep(call, kl_value_retain(files), error)); /* its keys are names */
    KL_TRY_OUT(add_json_part(call, "operations", operation, error));
    KL_TRY_OUT(add_json_part(call, "map", map, error));
    KL_TRY_OUT(kl_http_call_files(call, "", kl_null(), "files", files, error));
    /* Servers refuse forms that a page of another site could send. */
    KL_TRY_OUT(kl_http_call_header(call, KL_TEXT("apollo-require-preflight"), KL_TEXT("true"), false,
                                   error));
out:
    kl_value_release(variables);
    kl_value_release(operation);
    kl_value_release(map);
    kl_value_release(files);
    return status;
}

static kl_status add_operation(kl_http_call *call, const kl_value *args, persistence how,
                               kl_error *error)
{
    kl_value operation;
    if (kl_map_len(args[KL_GRAPHQL_FILES]))
        return add_upload(call, args, error);
    KL_TRY(operation_of(&operation, args, args[KL_GRAPHQL_VARIABLES], how, error));
    kl_status status = kl_http_call_json(call, operation, error);
    kl_value_release(operation);
    return status;
}

/* ---- the response -------------------------------------------------------------------------------- */

kl_status kl_graphql_failed(kl_value endpoint, kl_error *why, kl_error *error)
{
    kl_value url;
    kl_status status = why->code;
    if (status == KL_CANCELLED || status == KL_INTERRUPTED || status == KL_NO_MEMORY ||
        status == KL_UNAVAILABLE) {
        kl_error_move(error, why);
        return status;
    }
    status = kl_url_redact(&url, kl_as_text(endpoint), error);
    if (status == KL_OK) {
        status = kl_node_failed(error, "GraphQL request to %.*s failed: %s",
                                KL_TEXT_ARG(kl_as_text(url)), kl_error_message(why));
        kl_value_release(url);
    }
    kl_error_clear(why);
    return status;
}

static kl_status read_answer(kl_value *out, const kl_http_response *response, kl_error *error)
{
    kl_error why = KL_ERROR_INIT;
    kl_status status = kl_json_parse(out, kl_as_text(response->body), &why);
    if (status == KL_NO_MEMORY)
        kl_error_move(error, &why);
    else if (status != KL_OK)
        status = kl_node_failed(error, "GraphQL response is not valid JSON (status %d): %s",
                                response->status_code, kl_error_message(&why));
    kl_error_clear(&why);
    KL_TRY(status);
    bool told = kl_map_find(*out, KL_TEXT("data")) || kl_map_find(*out, KL_TEXT("errors"));
    if (told)
        return KL_OK;
    kl_value_release(kl_value_take(out));
    return kl_node_failed(error, "GraphQL response has neither data nor errors (status %d)",
                          response->status_code);
}

static kl_status send(kl_value *out, kl_node_call *node, persistence how, kl_error *error)
{
    kl_http_call call = {0};
    kl_http_response response = {0};
    kl_http_watch watch = kl_http_node_watch(node);
    kl_error why = KL_ERROR_INIT;
    kl_status status;
    KL_TRY_OUT(begin_call(&call, node->args, error));
    KL_TRY_OUT(add_operation(&call, node->args, how, error));
    status = kl_http_send(&response, &call.request, &watch, &why);
    status = status == KL_OK ? read_answer(out, &response, error)
                             : kl_graphql_failed(node->args[KL_GRAPHQL_ENDPOINT], &why, error);
out:
    kl_http_response_clear(&response);
    kl_http_call_end(&call);
    return status;
}

/* Whether an error has this code, or the message that older servers send. */
static bool has_error(kl_value answer, const char *code, const char *message)
{
    kl_value errors = kl_map_get(answer, KL_TEXT("errors"));
    for (size_t i = 0; i < kl_array_len(errors); i++) {
        kl_value one = kl_array_at(errors, i);
        kl_value found = kl_map_get(kl_map_get(one, KL_TEXT("extensions")), KL_TEXT("code"));
        if (kl_text_is(kl_as_text(found), code) ||
            kl_text_is(kl_as_text(kl_map_get(one, KL_TEXT("message"))), message))
            return true;
    }
    return false;
}

static kl_status ask(kl_value *out, kl_node_call *node, kl_error *error)
{
    bool persisted = kl_as_bool(node->args[KL_GRAPHQL_PERSISTED_QUERIES]) && !kl_map_len(node->args[KL_GRAPHQL_FILES]);
    KL_TRY(send(out, node, persisted ? HASH_ONLY : WHOLE, error));
    if (!persisted)
        return KL_OK;
    bool unknown = has_error(*out, "PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound");
    bool unable = has_error(*out, "PERSISTED_QUERY_NOT_SUPPORTED", "PersistedQueryNotSupported");
    if (!unknown && !unable)
        return KL_OK;
    kl_value_release(kl_value_take(out));
    return send(out, node, unknown ? WITH_HASH : WHOLE, error);
}

/* ---- the node ------------------------------------------------------------------------------------ */

enum { ERRORS_SHOWN_MAX = 512 };

/* Errors as they came, up to a length that a message may have. */
static kl_status told_errors(kl_value errors, kl_error *error)
{
    kl_value text;
    KL_TRY(kl_json_print(&text, errors, &kl_json_plain, error));
    kl_text shown = kl_as_text(text);
    bool cut = shown.len > ERRORS_SHOWN_MAX;
    shown.len = KL_MIN(shown.len, ERRORS_SHOWN_MAX);
    while (cut && (shown.data[shown.len] & 0xC0) == 0x80) /* not within a character */
        shown.len--;
    kl_status status = kl_node_failed(error, "GraphQL errors: %.*s%s", KL_TEXT_ARG(shown),
                                      cut ? "..." : "");
    kl_value_release(text);
    return status;
}

kl_value kl_graphql_errors(kl_value answer)
{
    kl_value errors = kl_map_get(answer, KL_TEXT("errors"));
    return kl_value_truthy(errors) ? errors : kl_null();
}

kl_status kl_graphql_judge(kl_value answer, kl_value raise_on_errors, kl_error *error)
{
    kl_value errors = kl_graphql_errors(answer);
    bool no_data = kl_is_null(kl_map_get(answer, KL_TEXT("data")));
    bool fails = kl_is_null(raise_on_errors) ? no_data : kl_as_bool(raise_on_errors);
    return !kl_is_null(errors) && fails ? told_errors(errors, error) : KL_OK;
}

static kl_status outputs_of(kl_value *out, kl_value answer, kl_error *error)
{
    kl_build m = kl_build_begin(3, error);
    kl_build_share(&m, "data", kl_map_get(answer, KL_TEXT("data")));
    kl_build_share(&m, "errors", kl_graphql_errors(answer));
    kl_build_share(&m, "extensions", kl_map_get(answer, KL_TEXT("extensions")));
    return kl_build_end(out, &m);
}

static kl_status run(kl_value *out, kl_node_call *node, kl_error *error)
{
    const kl_value *args = node->args;
    kl_value answer = kl_null();
    if (kl_graphql_is_subscription(kl_as_text(args[KL_GRAPHQL_QUERY]),
                                   kl_as_text(args[KL_GRAPHQL_OPERATION_NAME])))
        return kl_graphql_subscribe(out, node, error);
    KL_TRY(ask(&answer, node, error));
    kl_status status = kl_graphql_judge(answer, args[KL_GRAPHQL_RAISE_ON_ERRORS], error);
    if (status == KL_OK)
        status = outputs_of(out, answer, error);
    kl_value_release(answer);
    return status;
}

static const kl_node_type types[] = {
    {
        .name = "GraphQLNode",
        .category = "HTTP",
        .doc = "Runs a GraphQL query or mutation, with files to upload if need be, or follows a "
               "subscription.",
        .inputs = KL_TABLE(inputs),
        .config = KL_TABLE(config),
        .outputs = KL_TABLE(outputs),
        .flags = KL_NODE_BLOCKING | KL_NODE_STRICT,
        .run = run,
    },
};

static const kl_node_family graphql_nodes = {.name = "graphql", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(graphql_nodes);
