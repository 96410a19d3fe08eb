/* src/nodes/edge_warming.c - EdgeWarmingNode: requests to endpoints so that they are awake. */
#include "mode.h"
#include "stopping.h"
#include "kailash/time.h"
#include "build_map.h"
#include "net/http.h"

enum { OPERATION, URL, URLS, REQUESTS, TIMEOUT };

static const char *const words[] = {"warm", "check", "batch", NULL};

/* What became of the requests to one endpoint. */
typedef struct warmth {
    int64_t requests, reached, failed;
    kl_duration latency; /* summed */
    kl_duration took;
    int status_code;     /* of the last response; 0 = none */
} warmth;

/* A request that gets no response is counted; one that cannot be made fails the node. */
static kl_status send_one(warmth *w, kl_text url, kl_node_call *call, kl_error *error)
{
    static const kl_guard guard = {.policy = KL_GUARD_ALLOW_INTERNAL_AND_LOOPBACK};
    kl_http_watch watch = {.check = kl_node_check_run, .data = call->run};
    kl_http_response response;
    kl_error why = KL_ERROR_INIT;
    kl_duration timeout = kl_as_int(call->args[TIMEOUT]) * KL_MILLISECOND;
    kl_http_request request = {.url = url, .guard = &guard, .redirects = KL_HTTP_REDIRECTS_STRICT,
                               .timeout = timeout,
                               .connect_timeout = KL_MIN(timeout, KL_HTTP_CONNECT_TIMEOUT)};
    kl_time begin = kl_clock_now();
    kl_status status = kl_http_send(&response, &request, &watch, &why);
    w->latency += kl_clock_now() - begin;
    bool ours = response.failure == KL_HTTP_STOPPED || response.failure == KL_HTTP_NO_RESULT;
    bool bad = response.failure == KL_HTTP_BAD_REQUEST || response.failure == KL_HTTP_BLOCKED;
    w->requests++;
    w->reached += status == KL_OK;
    w->failed += status != KL_OK;
    if (status == KL_OK)
        w->status_code = response.status_code;
    kl_http_response_clear(&response);
    if (status != KL_OK && ours)
        kl_error_move(error, &why);
    else if (status != KL_OK && bad)
        status = kl_node_bad(error, "url", "expected an http or https URL: %s",
                             kl_error_message(&why));
    else
        status = KL_OK;
    kl_error_clear(&why);
    return status;
}

static kl_status warm_up(warmth *w, kl_text url, int64_t requests, kl_node_call *call,
                         kl_error *error)
{
    *w = (warmth){0};
    kl_time begin = kl_clock_now();
    for (int64_t i = 0; i < requests; i++)
        KL_TRY(send_one(w, url, call, error));
    w->took = kl_clock_now() - begin;
    return KL_OK;
}

static double ms(kl_duration duration) { return (double)duration / KL_MILLISECOND; }

static kl_status push_warmth(kl_value *list, const warmth *w, kl_value url, kl_error *error)
{
    kl_value entry = kl_null();
    kl_build m = kl_build_begin(0, error);
    kl_build_double(&m, "avg_latency_ms",
                      w->requests ? ms(w->latency) / (double)w->requests : 0);
    kl_build_int(&m, "failure_count", w->failed);
    kl_build_int(&m, "requests", w->requests);
    kl_build_bool(&m, "success", w->failed == 0);
    kl_build_int(&m, "success_count", w->reached);
    kl_build_put(&m, "status_code", w->status_code ? kl_int(w->status_code) : kl_null());
    kl_build_double(&m, "total_time_ms", ms(w->took));
    kl_build_share(&m, "url", url);
    KL_TRY(kl_build_end(&entry, &m));
    return kl_array_push(list, entry, error);
}

/* Warm one endpoint and append what became of it. */
static kl_status warm_one(kl_value *list, warmth *sum, kl_value url, int64_t requests,
                          kl_node_call *call, kl_error *error)
{
    warmth w;
    KL_TRY(warm_up(&w, kl_as_text(url), requests, call, error));
    sum->reached += w.reached;
    sum->failed += w.failed;
    sum->took += w.took;
    return push_warmth(list, &w, url, error);
}

/* `results` is taken. */
static void set_results(kl_build *m, const warmth *sum, kl_value results)
{
    kl_build_int(m, "failure_count", sum->failed);
    kl_build_put(m, "results", results);
    kl_build_int(m, "success_count", sum->reached);
}

static kl_status warm_url(kl_value *results, warmth *sum, int64_t requests, kl_node_call *call,
                          kl_error *error)
{
    KL_TRY(kl_array_new(results, 1, error));
    kl_status status = warm_one(results, sum, call->args[URL], requests, call, error);
    if (status != KL_OK)
        kl_value_release(*results);
    return status;
}

static kl_status warm(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_value results;
    warmth sum = {0};
    int64_t requests = kl_as_int(call->args[REQUESTS]);
    KL_TRY(warm_url(&results, &sum, requests, call, error));
    kl_build m = kl_build_begin(0, error);
    kl_build_format(&m, "message", "Warmed %.*s with %lld requests",
                      KL_TEXT_ARG(kl_as_text(call->args[URL])), (long long)requests);
    set_results(&m, &sum, results);
    kl_build_double(&m, "total_time_ms", ms(sum.took));
    return kl_build_end(out, &m);
}

static kl_status check(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_value results;
    warmth sum = {0};
    KL_TRY(warm_url(&results, &sum, 1, call, error));
    kl_build m = kl_build_begin(0, error);
    kl_build_format(&m, "message", "%.*s is %s", KL_TEXT_ARG(kl_as_text(call->args[URL])),
                      sum.failed ? "not responsive" : "responsive");
    set_results(&m, &sum, results);
    return kl_build_end(out, &m);
}

static kl_status warm_all(kl_value *results, warmth *sum, kl_node_call *call, kl_error *error)
{
    kl_value urls = call->args[URLS];
    KL_TRY(kl_array_new(results, kl_array_len(urls), error));
    kl_status status = KL_OK;
    for (size_t i = 0; i < kl_array_len(urls) && status == KL_OK; i++)
        status = warm_one(results, sum, kl_array_at(urls, i), kl_as_int(call->args[REQUESTS]), call,
                          error);
    if (status != KL_OK)
        kl_value_release(*results);
    return status;
}

static kl_status batch(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_value results;
    warmth sum = {0};
    KL_TRY(warm_all(&results, &sum, call, error));
    kl_build m = kl_build_begin(0, error);
    kl_build_format(&m, "message", "Warmed %zu endpoints", kl_array_len(call->args[URLS]));
    set_results(&m, &sum, results);
    kl_build_double(&m, "total_time_ms", ms(sum.took));
    return kl_build_end(out, &m);
}

static const kl_mode rows[] = {
    {"warm", "url", warm},
    {"check", "url", check},
    {"batch", "urls", batch},
};

static kl_status run(kl_value *out, kl_node_call *call, kl_error *error)
{
    return kl_mode_run(out, KL_TABLE(rows), call->args[OPERATION], call, error);
}

static const kl_param inputs[] = {
    {.name = "operation", .kind = KL_KIND_ENUM, .names = words,
     .doc = "warm one endpoint, check it with one request, or warm a batch of them"},
    {.name = "url", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "warm, check: an http or https URL"},
    {.name = "urls", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "batch: URLs, warmed one after the other"},
    {.name = "requests", .kind = KL_KIND_COUNT, .fallback = "3", .range = KL_RANGE(1, 1000),
     .doc = "warm, batch: GET requests to each"},
};
static const kl_param config[] = {
    {.name = "timeout_ms", .kind = KL_KIND_COUNT, .fallback = "10000", .range = KL_RANGE(1, 86400000),
     .doc = "longest time for a request, in milliseconds"},
};
static const kl_param outputs[] = {
    {.name = "results", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP,
     .doc = "{url, success, success_count, failure_count, requests, avg_latency_ms, total_time_ms, "
            "status_code (of the last response, or null)} per endpoint. Any response is a success, "
            "whatever its status"},
    {.name = "success_count", .kind = KL_KIND_INT, .doc = "requests that got a response"},
    {.name = "failure_count", .kind = KL_KIND_INT, .doc = "requests that got none"},
    {.name = "total_time_ms", .kind = KL_KIND_DOUBLE, .flags = KL_OPTIONAL,
     .doc = "warm, batch: milliseconds for all"},
    {.name = "message", .kind = KL_KIND_STRING, .doc = "the same in words"},
};

static const kl_node_type types[] = {
    {
        .name = "EdgeWarmingNode",
        .category = "Edge",
        .doc = "Sends requests to endpoints so that they are awake, and tells how fast they answer.",
        .inputs = KL_TABLE(inputs),
        .config = KL_TABLE(config),
        .outputs = KL_TABLE(outputs),
        .flags = KL_NODE_BLOCKING,
        .run = run,
    },
};

static const kl_node_family warming = {.name = "edge_warming", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(warming);
