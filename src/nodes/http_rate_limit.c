/* src/nodes/http_rate_limit.c - RateLimitedAPINode: requests no faster than an API allows. */
#include "http_call.h"
#include "token_bucket.h"
#include "workflow/shared.h"

static const char *const modes[] = {"wait", "reject", NULL};

enum {
    URL, METHOD, HEADERS, QUERY_PARAMS, BODY, AUTH,
    RATE, BURST, MODE, LIMITER_KEY, SCOPE, TIMEOUT_MS, SETTINGS,
};

static const kl_param inputs[] = {
    {.name = "url", .kind = KL_KIND_STRING, .doc = "http or https URL"},
    {.name = "method", .kind = KL_KIND_STRING, .fallback = "\"GET\"",
     .doc = "GET, POST, PUT, PATCH, DELETE, HEAD or OPTIONS, in any case"},
    {.name = "headers", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL, .doc = "name -> text"},
    {.name = "query_params", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "added to the URL, percent-encoded"},
    {.name = "body", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = "text or bytes are sent as they are, anything else as JSON"},
    {.name = "auth", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL | KL_SECRET,
     .doc = "as that of HTTPRequestNode"},
};
static const kl_param config[] = {
    {.name = "requests_per_second", .kind = KL_KIND_NUMBER, .fallback = "10",
     .range = KL_RANGE(1e-6, 1e6), .doc = "how often a request may be sent"},
    {.name = "burst", .kind = KL_KIND_NUMBER, .flags = KL_OPTIONAL, .range = KL_RANGE(1, 1e6),
     .doc = "requests that may be sent at once after a pause; default: requests_per_second, 1 at "
            "least"},
    {.name = "mode", .kind = KL_KIND_ENUM, .names = modes, .fallback = "\"wait\"",
     .doc = "what to do when it is too early: wait, or fail"},
    {.name = "limiter_key", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "name of a limit that nodes share; default: the node has its own"},
    KL_SCOPE_PARAM("registry"),
    {.name = "timeout_ms", .kind = KL_KIND_COUNT, .fallback = "30000",
     .range = KL_RANGE(1, 86400000), .doc = "time for the request, the wait not counted"},
    KL_HTTP_SETTINGS,
};
static const kl_param outputs[] = {
    {.name = "status_code", .kind = KL_KIND_INT, .doc = "of the response"},
    {.name = "headers", .kind = KL_KIND_MAP, .item = KL_KIND_STRING,
     .doc = "names in lower case -> the last value"},
    {.name = "body", .kind = KL_KIND_STRING, .doc = "the body as text"},
    {.name = "rate_limited", .kind = KL_KIND_BOOL, .doc = "whether the request had to wait"},
    {.name = "wait_time_ms", .kind = KL_KIND_INT, .doc = "how long, in milliseconds"},
};

/* ---- limits -------------------------------------------------------------------------------------- */

static kl_status make_bucket(void **out, kl_text name, kl_error *error)
{
    (void)name;
    kl_token_bucket *bucket = kl_alloc(sizeof *bucket);
    if (!bucket)
        return kl_error_no_memory(error);
    kl_token_bucket_begin(bucket);
    *out = bucket;
    return KL_OK;
}

static void free_bucket(void *state)
{
    if (state)
        kl_token_bucket_end(state);
    kl_free(state);
}

static const kl_shared_kind limits = {.make = make_bucket, .dispose = free_bucket};

/* The limit of a node that shares none. */
static kl_status prepare(void **state, kl_value settings, kl_error *error)
{
    (void)settings;
    return make_bucket(state, KL_TEXT(""), error);
}

static kl_status find_bucket(kl_token_bucket **out, kl_node_call *node, kl_error *error)
{
    void *state = node->state;
    kl_value key = node->args[LIMITER_KEY];
    if (!kl_is_null(key))
        KL_TRY(kl_node_shared(&state, &limits, kl_as_text(key), node, node->args[SCOPE], error));
    *out = state;
    return KL_OK;
}

static kl_status refuse(kl_duration wait, double rate, kl_error *error)
{
    char text[32];
    kl_duration_print(text, wait);
    return kl_node_failed(error, "rate limit of %g requests per second exceeded; try again in %s",
                          rate, text);
}

/* Wait for a token; `*waited` says how long. */
static kl_status take_turn(kl_duration *waited, kl_token_bucket *bucket, kl_node_call *node,
                           kl_error *error)
{
    double rate = kl_as_double(node->args[RATE]);
    double burst = kl_is_null(node->args[BURST]) ? KL_MAX(rate, 1.0) : kl_as_double(node->args[BURST]);
    bool rejects = kl_text_is(kl_as_text(node->args[MODE]), "reject");
    kl_duration wait = kl_token_bucket_take(bucket, rate, burst, rejects ? 0 : KL_TIME_NONE);
    *waited = KL_MAX(wait, 0);
    if (wait <= 0)
        return KL_OK;
    if (rejects)
        return refuse(wait, rate, error);
    kl_status status = kl_run_wait(node->run, (double)wait / 1e9, error);
    if (status != KL_OK)
        kl_token_bucket_put_back(bucket);
    return status;
}

/* ---- the node ------------------------------------------------------------------------------------ */

static kl_status read_request(kl_http_call *call, const kl_value *args, kl_error *error)
{
    kl_http_call_settings(call, &args[SETTINGS]);
    call->request.timeout = kl_as_int(args[TIMEOUT_MS]) * KL_MILLISECOND;
    KL_TRY(kl_http_call_url(call, "url", args[URL], "query_params", args[QUERY_PARAMS], error));
    KL_TRY(kl_http_call_method(call, "method", args[METHOD], error));
    KL_TRY(kl_http_call_headers(call, "headers", args[HEADERS], error));
    KL_TRY(kl_http_call_auth(call, "auth", args[AUTH], error));
    return kl_http_call_body(call, args[BODY], error);
}

static kl_status outputs_of(kl_value *out, const kl_http_response *response, kl_duration waited,
                            kl_error *error)
{
    kl_value map, item;
    kl_status status;
    KL_TRY(kl_map_new(&map, KL_COUNT(outputs), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("status_code"), kl_int(response->status_code), error));
    KL_TRY_OUT(kl_http_headers_map(&item, response, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("headers"), item, error));
    KL_TRY_OUT(kl_http_decode_text(&item, response, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("body"), item, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("rate_limited"), kl_bool(waited > 0), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("wait_time_ms"), kl_int(kl_http_elapsed_ms(waited)), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status run(kl_value *out, kl_node_call *node, kl_error *error)
{
    kl_http_call call = {0};
    kl_http_response response = {0};
    kl_http_watch watch = kl_http_node_watch(node);
    kl_token_bucket *bucket;
    kl_duration waited;
    kl_error why = KL_ERROR_INIT;
    kl_status status;
    KL_TRY_OUT(read_request(&call, node->args, error));
    KL_TRY_OUT(find_bucket(&bucket, node, error));
    KL_TRY_OUT(take_turn(&waited, bucket, node, error));
    status = kl_http_send(&response, &call.request, &watch, &why);
    if (status == KL_OK && response.status_code == 429)
        kl_token_bucket_close(bucket, response.retry_after);
    status = status == KL_OK ? outputs_of(out, &response, waited, error)
                             : kl_http_call_failed(error, &call, &why);
out:
    kl_http_response_clear(&response);
    kl_http_call_end(&call);
    return status;
}

static const kl_node_type types[] = {
    {
        .name = "RateLimitedAPINode",
        .category = "HTTP",
        .doc = "Sends a request when its turn has come: no more than so many a second.",
        .inputs = KL_TABLE(inputs),
        .config = KL_TABLE(config),
        .outputs = KL_TABLE(outputs),
        .flags = KL_NODE_BLOCKING,
        .run = run,
        .prepare = prepare,
        .dispose = free_bucket,
    },
};

static const kl_node_family limited_nodes = {.name = "http_rate_limit", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(limited_nodes);
