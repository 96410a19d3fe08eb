/* src/nodes/http_request.c - HTTPRequestNode and HTTPBatchNode. */
#include "http_call.h"

/* ---- the keys of one request --------------------------------------------------------------------- */

enum {
    URL, METHOD, HEADERS, QUERY_PARAMS, PARAMS, BODY, JSON, FORM, FILES, AUTH, COOKIES,
    TIMEOUT_MS, CONNECT_TIMEOUT_MS, MAX_RETRIES, RETRY_DELAY_MS, RESPONSE_FORMAT, SETTINGS,
};

static const kl_param inputs[] = {
    {.name = "url", .kind = KL_KIND_STRING, .doc = "http or https URL"},
    {.name = "method", .kind = KL_KIND_STRING, .fallback = "\"GET\"",
     .doc = "GET, POST, PUT, PATCH, DELETE, HEAD or OPTIONS, in any case"},
    {.name = "headers", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "name -> text, or list of texts for a header that stands more than once"},
    {.name = "query_params", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "added to the URL, percent-encoded; a list stands for a parameter that is repeated"},
    {.name = "params", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "another name of query_params"},
    {.name = "body", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = "text or bytes are sent as they are, anything else as JSON"},
    {.name = "json", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL, .doc = "any value, sent as JSON"},
    {.name = "form", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "fields of a form: sent percent-encoded, or as parts when there are files"},
    {.name = "files", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "name -> text, bytes, {content, filename, content_type} or a list of those; sent as "
            "multipart/form-data"},
    {.name = "auth", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL | KL_SECRET,
     .doc = "{type: basic|digest, username, password}, {type: bearer, token} or {type: api_key, "
            "key, name: \"X-API-Key\", in: header|query}"},
    {.name = "cookies", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL | KL_SECRET,
     .doc = "name -> text; those that the server sets are kept for its redirects"},
};
static const kl_param config[] = {
    {.name = "timeout_ms", .kind = KL_KIND_COUNT, .fallback = "30000",
     .range = KL_RANGE(1, 86400000), .doc = "time for each try as a whole, in milliseconds"},
    {.name = "connect_timeout_ms", .kind = KL_KIND_COUNT, .fallback = "10000",
     .range = KL_RANGE(1, 86400000), .doc = "time to connect, in milliseconds"},
    {.name = "max_retries", .kind = KL_KIND_COUNT, .fallback = "3", .range = KL_RANGE(0, 1000),
     .doc = "tries after the first, when no connection was made, time ran out, or the answer was "
            "429 or 5xx; POST and PATCH only when nothing reached the server, or after 429"},
    {.name = "retry_delay_ms", .kind = KL_KIND_COUNT, .fallback = "1000",
     .range = KL_RANGE(0, 3600000),
     .doc = "delay before the first retry, which doubles with each; Retry-After counts if longer"},
    {.name = "response_format", .kind = KL_KIND_ENUM, .names = kl_http_formats,
     .fallback = "\"auto\"",
     .doc = "what the body becomes: a parsed value, text, bytes; auto goes by its type"},
    KL_HTTP_SETTINGS,
};
static const kl_param outputs[] = {
    {.name = "status_code", .kind = KL_KIND_INT, .doc = "of the last response"},
    {.name = "headers", .kind = KL_KIND_MAP, .item = KL_KIND_STRING,
     .doc = "names in lower case -> the last value"},
    {.name = "body", .kind = KL_KIND_ANY, .doc = "see response_format"},
    {.name = "elapsed_ms", .kind = KL_KIND_INT, .doc = "time it took, tries and redirects included"},
    {.name = "url", .kind = KL_KIND_STRING, .doc = "that answered, after redirects"},
    {.name = "ok", .kind = KL_KIND_BOOL, .doc = "whether the status is 2xx"},
};

/* ---- one ----------------------------------------------------------------------------------------- */

static kl_duration milliseconds(kl_value count) { return kl_as_int(count) * KL_MILLISECOND; }

static void read_limits(kl_http_request *request, const kl_value *args)
{
    request->timeout = milliseconds(args[TIMEOUT_MS]);
    request->connect_timeout = milliseconds(args[CONNECT_TIMEOUT_MS]);
    request->retry = (kl_http_retry){
        .max = (uint32_t)kl_as_int(args[MAX_RETRIES]),
        .on = KL_HTTP_RETRY_CONNECT | KL_HTTP_RETRY_TIMEOUT | KL_HTTP_RETRY_BROKEN |
              KL_HTTP_RETRY_SERVER | KL_HTTP_RETRY_RATE,
        .delay = KL_MAX(milliseconds(args[RETRY_DELAY_MS]), 1),
    };
}

/* Of the ways to give a body one may be chosen; a form with files is one. */
static kl_status check_bodies(const kl_value *args, kl_error *error)
{
    const struct {
        const char *name;
        bool given;
    } ways[] = {
        {"body", !kl_is_null(args[BODY])},
        {"json", !kl_is_null(args[JSON])},
        {kl_is_null(args[FORM]) ? "files" : "form", !kl_is_null(args[FORM]) || !kl_is_null(args[FILES])},
    };
    const char *first = NULL;
    for (size_t i = 0; i < KL_COUNT(ways); i++) {
        if (!ways[i].given)
            continue;
        if (first)
            return kl_node_bad(error, ways[i].name, "'%s' is given too; a request has one body",
                               first);
        first = ways[i].name;
    }
    return KL_OK;
}

static kl_status read_body(kl_http_call *call, const kl_value *args, kl_error *error)
{
    KL_TRY(check_bodies(args, error));
    if (!kl_is_null(args[JSON]))
        return kl_http_call_json(call, args[JSON], error);
    if (!kl_is_null(args[FILES]))
        return kl_http_call_files(call, "form", args[FORM], "files", args[FILES], error);
    if (!kl_is_null(args[FORM]))
        return kl_http_call_form(call, "form", args[FORM], error);
    return kl_http_call_body(call, args[BODY], error);
}

static kl_status read_request(kl_http_call *call, const kl_value *args, kl_error *error)
{
    bool alias = kl_is_null(args[QUERY_PARAMS]);
    if (!alias && !kl_is_null(args[PARAMS]))
        return kl_node_bad(error, "params", "'query_params' is given too, of which it is another "
                           "name");
    kl_http_call_settings(call, &args[SETTINGS]);
    read_limits(&call->request, args);
    KL_TRY(kl_http_call_url(call, "url", args[URL], alias ? "params" : "query_params",
                            args[alias ? PARAMS : QUERY_PARAMS], error));
    KL_TRY(kl_http_call_method(call, "method", args[METHOD], error));
    KL_TRY(kl_http_call_headers(call, "headers", args[HEADERS], error));
    KL_TRY(kl_http_call_auth(call, "auth", args[AUTH], error));
    KL_TRY(kl_http_call_cookies(call, "cookies", args[COOKIES], error));
    return read_body(call, args, error);
}

static kl_status response_outputs(kl_value *out, const kl_http_response *response, kl_value body,
                                  kl_error *error)
{
    kl_value map = kl_null(), headers;
    bool ok = response->status_code >= 200 && response->status_code < 300;
    kl_status status;
    KL_TRY_OUT(kl_map_new(&map, KL_COUNT(outputs), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("status_code"), kl_int(response->status_code), error));
    KL_TRY_OUT(kl_http_headers_map(&headers, response, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("headers"), headers, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("body"), kl_value_take(&body), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("elapsed_ms"), kl_int(kl_http_elapsed_ms(response->elapsed)), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("url"), kl_value_retain(response->url), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("ok"), kl_bool(ok), error));
    *out = kl_value_take(&map);
out:
    kl_value_release(body);
    kl_value_release(map);
    return status;
}

static kl_status answer(kl_value *out, const kl_http_call *call, const kl_http_response *response,
                        const kl_value *args, kl_error *error)
{
    kl_value body;
    kl_error why = KL_ERROR_INIT;
    kl_status status =
        kl_http_decode_body(&body, response, kl_as_text(args[RESPONSE_FORMAT]), &why);
    if (status != KL_OK)
        return kl_http_call_failed(error, call, &why);
    return response_outputs(out, response, body, error);
}

static kl_status request_run(kl_value *out, kl_node_call *node, kl_error *error)
{
    kl_http_call call = {0};
    kl_http_response response = {0};
    kl_error why = KL_ERROR_INIT;
    kl_http_watch watch = kl_http_node_watch(node);
    kl_status status = read_request(&call, node->args, error);
    if (status == KL_OK) {
        status = kl_http_send(&response, &call.request, &watch, &why);
        status = status == KL_OK ? answer(out, &call, &response, node->args, error)
                                 : kl_http_call_failed(error, &call, &why);
    }
    kl_http_response_clear(&response);
    kl_http_call_end(&call);
    return status;
}

/* ---- many ---------------------------------------------------------------------------------------- */

enum {
    REQUESTS,
    CONCURRENCY, BATCH_TIMEOUT_MS, BATCH_CONNECT_TIMEOUT_MS, BATCH_MAX_RETRIES, BATCH_RETRY_DELAY_MS,
    BATCH_RESPONSE_FORMAT, BATCH_SETTINGS,
};

static const kl_param batch_inputs[] = {
    {.name = "requests", .kind = KL_KIND_ARRAY,
     .doc = "list of {url, id, method, headers, query_params, body, json, form, files, auth, "
            "cookies}, of which only url must be there"},
};
static const kl_param batch_config[] = {
    {.name = "concurrency", .kind = KL_KIND_COUNT, .fallback = "10", .range = KL_RANGE(1, 1000),
     .doc = "requests under way at a time"},
    {.name = "timeout_ms", .kind = KL_KIND_COUNT, .fallback = "30000",
     .range = KL_RANGE(1, 86400000), .doc = "time for each try of each request, in milliseconds"},
    {.name = "connect_timeout_ms", .kind = KL_KIND_COUNT, .fallback = "10000",
     .range = KL_RANGE(1, 86400000), .doc = "time to connect, in milliseconds"},
    {.name = "max_retries", .kind = KL_KIND_COUNT, .fallback = "0", .range = KL_RANGE(0, 1000),
     .doc = "tries after the first, as those of HTTPRequestNode"},
    {.name = "retry_delay_ms", .kind = KL_KIND_COUNT, .fallback = "1000",
     .range = KL_RANGE(0, 3600000), .doc = "delay before the first retry, which doubles with each"},
    {.name = "response_format", .kind = KL_KIND_ENUM, .names = kl_http_formats,
     .fallback = "\"auto\"",
     .doc = "what the bodies become: parsed values, text, bytes; auto goes by their types"},
    KL_HTTP_SETTINGS,
};
static const kl_param batch_outputs[] = {
    {.name = "results", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP,
     .doc = "in the order of the requests: {id, status_code, body, elapsed_ms} or {id, error, "
            "elapsed_ms}"},
    {.name = "success_count", .kind = KL_KIND_INT, .doc = "requests that were answered, however"},
    {.name = "error_count", .kind = KL_KIND_INT, .doc = "requests that were not"},
    {.name = "total_elapsed_ms", .kind = KL_KIND_INT, .doc = "time for all, in milliseconds"},
};

/* A batch; what stands at an index belongs together. */
typedef struct batch {
    const kl_value *args;
    kl_value list;
    size_t count;
    kl_http_call *calls;
    kl_http_request *requests; /* those of the calls that are good, one behind the other */
    size_t *places;            /* in `list`, of each of them */
    size_t request_count;
    kl_http_result *results;   /* of each of them */
    kl_value *entries;         /* what each item of `list` gives */
    int64_t success_count;
} batch;

/* The arguments of one request, checked by the rows of HTTPRequestNode; absent ones are null. */
static kl_status check_item(kl_value *args, kl_value item, kl_error *error)
{
    for (size_t i = 0; i < kl_map_len(item); i++) {
        kl_text key = kl_map_key_at(item, i);
        bool known = kl_text_is(key, "id");
        for (size_t k = 0; k < KL_COUNT(inputs); k++)
            known |= kl_text_is(key, inputs[k].name);
        if (!known)
            return kl_error_set(error, KL_INVALID, "unknown key '%.*s'",
                                (int)KL_MIN(key.len, 80), key.data);
    }
    for (size_t i = 0; i < KL_COUNT(inputs); i++) {
        const kl_value *given = kl_map_find(item, kl_text_from(inputs[i].name));
        args[i] = given ? *given : kl_null();
        if (given && !kl_is_null(*given) && !kl_param_fits(&inputs[i], *given))
            return kl_node_bad(error, inputs[i].name, "expected %s, got %s",
                               kl_kind_name(inputs[i].kind), kl_value_kind_name(*given));
    }
    return kl_is_null(args[URL]) ? kl_error_set(error, KL_INVALID, "missing url") : KL_OK;
}

static kl_status check_method(kl_value method, kl_error *error)
{
    kl_http_call call = {0};
    kl_text text = kl_as_text(method);
    if (kl_http_call_method(&call, "method", method, NULL) == KL_OK)
        return KL_OK;
    return kl_error_set(error, KL_INVALID, "unsupported method: %.*s", (int)KL_MIN(text.len, 80),
                        text.data);
}

static kl_status read_item(kl_http_call *call, const batch *b, kl_value item, kl_error *error)
{
    kl_value args[SETTINGS + KL_HTTP_SETTING_COUNT];
    if (!kl_is(item, KL_KIND_MAP))
        return kl_error_set(error, KL_INVALID, "expected object, got %s", kl_value_kind_name(item));
    memcpy(&args[TIMEOUT_MS], &b->args[BATCH_TIMEOUT_MS],
           (KL_COUNT(args) - TIMEOUT_MS) * sizeof *args);
    KL_TRY(check_item(args, item, error));
    KL_TRY(check_method(args[METHOD], error));
    return read_request(call, args, error);
}

static kl_value id_of(kl_value item)
{
    const kl_value *id = kl_map_find(item, KL_TEXT("id"));
    return id ? kl_value_retain(*id) : kl_null();
}

/* {id, ...}; `id` is "" when none was given, as it always was. */
static kl_status begin_entry(kl_value *out, kl_value item, kl_error *error)
{
    kl_value map, id = id_of(item);
    kl_status status = KL_OK;
    if (kl_is_null(id))
        status = kl_string_new(&id, KL_TEXT(""), error);
    if (status == KL_OK)
        status = kl_map_new(&map, 4, error);
    if (status != KL_OK) {
        kl_value_release(id);
        return status;
    }
    status = kl_map_set(&map, KL_TEXT("id"), id, error);
    if (status == KL_OK)
        *out = map;
    else
        kl_value_release(map);
    return status;
}

static kl_status error_entry(kl_value *out, kl_value item, const char *message, int64_t elapsed_ms,
                             kl_error *error)
{
    kl_value map, text;
    kl_status status;
    KL_TRY(begin_entry(&map, item, error));
    KL_TRY_OUT(kl_string_repair(&text, kl_text_from(message), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("error"), text, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("elapsed_ms"), kl_int(elapsed_ms), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status answer_entry(kl_value *out, kl_value item, const kl_http_response *response,
                              kl_text format, kl_error *error)
{
    kl_value map = kl_null(), body;
    kl_error why = KL_ERROR_INIT;
    kl_status status = kl_http_decode_body(&body, response, format, &why);
    if (status == KL_INVALID) {
        status = error_entry(out, item, kl_error_message(&why),
                             kl_http_elapsed_ms(response->elapsed), error);
        kl_error_clear(&why);
        return status;
    }
    if (status != KL_OK) {
        kl_error_move(error, &why);
        return status;
    }
    KL_TRY_OUT(begin_entry(&map, item, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("status_code"), kl_int(response->status_code), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("body"), kl_value_take(&body), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("elapsed_ms"), kl_int(kl_http_elapsed_ms(response->elapsed)), error));
    *out = kl_value_take(&map);
out:
    kl_value_release(body);
    kl_value_release(map);
    return status;
}

/* What cannot be sent is an entry already. */
static kl_status read_items(batch *b, kl_error *error)
{
    for (size_t i = 0; i < b->count; i++) {
        kl_value item = kl_array_at(b->list, i);
        kl_error why = KL_ERROR_INIT;
        kl_status status = read_item(&b->calls[i], b, item, &why);
        if (status == KL_OK) {
            b->requests[b->request_count] = b->calls[i].request;
            b->places[b->request_count++] = i;
            continue;
        }
        if (status == KL_NO_MEMORY)
            kl_error_move(error, &why);
        else
            status = error_entry(&b->entries[i], item, kl_error_message(&why), 0, error);
        kl_error_clear(&why);
        KL_TRY(status);
    }
    return KL_OK;
}

/* An answer becomes an entry as it comes, so that its body is kept once. */
static kl_status on_result(void *data, size_t index, kl_error *error)
{
    batch *b = data;
    kl_http_result *result = &b->results[index];
    size_t place = b->places[index];
    kl_value item = kl_array_at(b->list, place);
    kl_text format = kl_as_text(b->args[BATCH_RESPONSE_FORMAT]);
    kl_value *entry = &b->entries[place];
    kl_status status;
    if (result->status == KL_NO_MEMORY || result->status == KL_UNAVAILABLE) {
        status = result->status;
        kl_error_move(error, &result->error);
    } else if (result->status == KL_OK) {
        b->success_count++;
        status = answer_entry(entry, item, &result->response, format, error);
    } else {
        kl_error_prefix(&result->error, "request failed: ");
        status = error_entry(entry, item, kl_error_message(&result->error),
                             kl_http_elapsed_ms(result->response.elapsed), error);
    }
    kl_http_response_clear(&result->response);
    return status;
}

static kl_status batch_outputs_of(kl_value *out, batch *b, kl_duration elapsed, kl_error *error)
{
    kl_value map = kl_null(), list = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_array_new(&list, b->count, error));
    for (size_t i = 0; i < b->count; i++)
        KL_TRY_OUT(kl_array_push(&list, kl_value_take(&b->entries[i]), error));
    KL_TRY_OUT(kl_map_new(&map, KL_COUNT(batch_outputs), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("results"), kl_value_take(&list), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("success_count"), kl_int(b->success_count), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("error_count"), kl_int((int64_t)b->count - b->success_count), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("total_elapsed_ms"), kl_int(kl_http_elapsed_ms(elapsed)), error));
    *out = kl_value_take(&map);
out:
    kl_value_release(map);
    kl_value_release(list);
    return status;
}

static void batch_end(batch *b)
{
    for (size_t i = 0; i < b->count; i++) {
        if (b->calls)
            kl_http_call_end(&b->calls[i]);
        if (b->results)
            kl_http_result_clear(&b->results[i]);
        if (b->entries)
            kl_value_release(b->entries[i]);
    }
    kl_free(b->calls);
    kl_free(b->requests);
    kl_free(b->places);
    kl_free(b->results);
    kl_free(b->entries);
}

static kl_status batch_begin(batch *b, const kl_node_call *node, kl_error *error)
{
    *b = (batch){.args = node->args, .list = node->args[REQUESTS],
                 .count = kl_array_len(node->args[REQUESTS])};
    b->calls = kl_alloc_zero(b->count, sizeof *b->calls);
    b->requests = kl_alloc_zero(b->count, sizeof *b->requests);
    b->places = kl_alloc_zero(b->count, sizeof *b->places);
    b->results = kl_alloc_zero(b->count, sizeof *b->results);
    b->entries = kl_alloc_zero(b->count, sizeof *b->entries);
    bool all = b->calls && b->requests && b->places && b->results && b->entries;
    return all ? KL_OK : kl_error_no_memory(error);
}

static kl_status batch_run(kl_value *out, kl_node_call *node, kl_error *error)
{
    batch b;
    kl_time begin = kl_clock_now();
    kl_http_watch watch = kl_http_node_watch(node);
    kl_status status;
    KL_TRY_OUT(batch_begin(&b, node, error));
    KL_TRY_OUT(read_items(&b, error));
    KL_TRY_OUT(kl_http_send_many(b.results, b.requests, b.request_count,
                                 (size_t)kl_as_int(node->args[CONCURRENCY]), &watch, on_result, &b,
                                 error));
    KL_TRY_OUT(batch_outputs_of(out, &b, kl_clock_now() - begin, error));
out:
    batch_end(&b);
    return status;
}

/* ---- the nodes ----------------------------------------------------------------------------------- */

static const kl_node_type types[] = {
    {
        .name = "HTTPRequestNode",
        .category = "HTTP",
        .doc = "Sends a request and gives its response, whatever its status.",
        .inputs = KL_TABLE(inputs),
        .config = KL_TABLE(config),
        .outputs = KL_TABLE(outputs),
        .flags = KL_NODE_BLOCKING | KL_NODE_STRICT,
        .run = request_run,
    },
    {
        .name = "HTTPBatchNode",
        .category = "HTTP",
        .doc = "Sends many requests, several at a time, and gives what came of each.",
        .inputs = KL_TABLE(batch_inputs),
        .config = KL_TABLE(batch_config),
        .outputs = KL_TABLE(batch_outputs),
        .flags = KL_NODE_BLOCKING,
        .run = batch_run,
    },
};

static const kl_node_family http_nodes = {.name = "http", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(http_nodes);
