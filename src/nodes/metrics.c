/* src/nodes/metrics.c - MetricsCollectorNode: measurements collected, and the text of them that
 * Prometheus reads, as an output and at an address of its own. */
#include "fork.h"
#include "build_map.h"
#include "metric_book.h"
#include "metric_scrape.h"
#include "outside.h"
#include "workflow/shared.h"

#include <stdio.h>

enum { METRICS, REGISTRY, RESET, FORMAT, SCOPE, SERVE, SERVE_PATH, SERVE_TOKEN };

static const char *const formats[] = {"prometheus", "openmetrics", NULL};

/* A book that is kept between calls. */
typedef struct kept_book {
    pthread_mutex_t lock; /* guards what follows */
    kl_fork_watch watch;
    kl_metric_book *book;
    kl_scrape *scrape; /* NULL = nobody fetches it */
    bool starting;     /* somebody is about to begin that, without the lock */
} kept_book;

static void forked(void *data) { ((kept_book *)data)->starting = false; }

static kl_status make_book(void **out, kl_text name, kl_error *error)
{
    (void)name;
    kept_book *kept = kl_alloc_zero(1, sizeof *kept);
    if (!kept)
        return kl_error_no_memory(error);
    kl_status status = kl_metric_book_new(&kept->book, error);
    if (status != KL_OK) {
        kl_free(kept);
        return status;
    }
    pthread_mutex_init(&kept->lock, NULL);
    kept->watch = (kl_fork_watch){.lock = &kept->lock, .forked = forked, .data = kept};
    kl_fork_watch_begin(&kept->watch);
    *out = kept;
    return KL_OK;
}

static void dispose_book(void *state)
{
    kept_book *kept = state;
    kl_scrape_stop(kept->scrape);
    kl_fork_watch_end(&kept->watch);
    kl_metric_book_free(kept->book);
    pthread_mutex_destroy(&kept->lock);
    kl_free(kept);
}

static const kl_shared_kind books = {make_book, dispose_book};

/* ---- reading ------------------------------------------------------------------------------------- */

static kl_metric_kind kind_of(kl_value word)
{
    kl_text text = kl_as_text(word);
    return kl_text_is(text, "counter")     ? KL_METRIC_COUNTER
           : kl_text_is(text, "histogram") ? KL_METRIC_HISTOGRAM
                                           : KL_METRIC_GAUGE;
}

static kl_status bad_member(size_t at, const char *member, const char *expected, kl_value got,
                            kl_error *error)
{
    char place[64];
    snprintf(place, sizeof place, "metrics[%zu]%s", at, member);
    return kl_node_bad_value(error, place, expected, got);
}

/* What a member that may be missing must be. */
static kl_status optional_member(kl_value *out, kl_value entry, size_t at, const char *member,
                                 kl_kind kind, kl_error *error)
{
    *out = kl_map_get(entry, kl_text_from(member + 1));
    if (kl_is_null(*out) || kl_is(*out, kind))
        return KL_OK;
    return bad_member(at, member, kl_kind_name(kind), *out, error);
}

/* "name: expected ..." of the book becomes "invalid input 'metrics[2].name': expected ...". */
static kl_status refuse(size_t at, kl_status status, kl_error *why, kl_error *error)
{
    const char *message = kl_error_message(why), *colon = strchr(message, ':');
    char place[96];
    if (status == KL_INVALID && colon) {
        snprintf(place, sizeof place, "metrics[%zu].%.*s", at, (int)KL_MIN(colon - message, 60),
                 message);
        status = kl_node_bad(error, place, "%s", colon + 2);
    } else {
        kl_error_move(error, why);
    }
    kl_error_clear(why);
    return status;
}

static kl_status read_metric(kl_metric *out, kl_value entry, size_t at, kl_error *error)
{
    kl_value type, value;
    kl_error why = KL_ERROR_INIT;
    if (!kl_is(entry, KL_KIND_MAP))
        return bad_member(at, "", "object", entry, error);
    out->name = kl_map_get(entry, KL_TEXT("name"));
    if (!kl_is(out->name, KL_KIND_STRING))
        return bad_member(at, ".name", "string", out->name, error);
    KL_TRY(optional_member(&type, entry, at, ".type", KL_KIND_STRING, error));
    KL_TRY(optional_member(&out->labels, entry, at, ".labels", KL_KIND_MAP, error));
    KL_TRY(optional_member(&out->help, entry, at, ".help", KL_KIND_STRING, error));
    KL_TRY(optional_member(&out->unit, entry, at, ".unit", KL_KIND_STRING, error));
    KL_TRY(optional_member(&out->buckets, entry, at, ".buckets", KL_KIND_ARRAY, error));
    value = kl_map_get(entry, KL_TEXT("value"));
    if (!kl_is_null(value) && !kl_is_number(value))
        return bad_member(at, ".value", "number", value, error);
    out->value = kl_is_null(value) ? 1 : kl_as_double(value);
    out->kind = kind_of(type);
    kl_status status = kl_metric_check(out, &why);
    return status == KL_OK ? KL_OK : refuse(at, status, &why, error);
}

/* ---- recording ----------------------------------------------------------------------------------- */

/* Append an observation to the list of its series. */
static kl_status keep_observation(kl_value *observed, const kl_metric *metric, kl_error *error)
{
    kl_value key, list;
    KL_TRY(kl_metric_series(&key, metric, error));
    list = kl_value_retain(kl_map_get(*observed, kl_as_text(key)));
    kl_status status = kl_is_null(list) ? kl_array_new(&list, 1, error)
                                        : kl_map_set_key(observed, key, kl_null(), error);
    if (status == KL_OK)
        status = kl_array_push(&list, kl_double(metric->value), error);
    if (status == KL_OK)
        status = kl_map_set_key(observed, key, kl_value_take(&list), error);
    kl_value_release(list);
    kl_value_release(key);
    return status;
}

static kl_status record_all(kl_metric_book *book, kl_value *observed, kl_value metrics,
                            kl_error *error)
{
    for (size_t i = 0; i < kl_array_len(metrics); i++) {
        kl_metric metric;
        kl_error why = KL_ERROR_INIT;
        KL_TRY(read_metric(&metric, kl_array_at(metrics, i), i, error));
        kl_status status = kl_metric_record(book, &metric, &why);
        if (status != KL_OK)
            return refuse(i, status, &why, error);
        if (metric.kind == KL_METRIC_HISTOGRAM)
            KL_TRY(keep_observation(observed, &metric, error));
    }
    return KL_OK;
}

/* All are checked before the first is recorded. */
static kl_status check_all(kl_value metrics, kl_error *error)
{
    kl_metric metric;
    for (size_t i = 0; i < kl_array_len(metrics); i++)
        KL_TRY(read_metric(&metric, kl_array_at(metrics, i), i, error));
    return KL_OK;
}

static kl_status snapshot(kl_value *out, const kl_metric_book *book, kl_value observed,
                          kl_error *error)
{
    kl_value counters = kl_null(), gauges = kl_null();
    kl_build m = kl_build_begin(0, error);
    kl_build_given(&m, "counters",
                     kl_metric_book_values(&counters, book, KL_METRIC_COUNTER, error), counters);
    if (m.status == KL_OK)
        kl_build_given(&m, "gauges", kl_metric_book_values(&gauges, book, KL_METRIC_GAUGE, error),
                         gauges);
    kl_build_share(&m, "histograms", observed);
    return kl_build_end(out, &m);
}

static kl_status give(kl_value *out, const kl_metric_book *book, kl_value observed,
                      const kl_value *args, kl_error *error)
{
    kl_value values = kl_null(), text = kl_null(), open = kl_null();
    kl_build m = kl_build_begin(0, error);
    kl_build_given(&m, "metrics_snapshot", snapshot(&values, book, observed, error), values);
    if (m.status == KL_OK)
        kl_build_given(&m, "prometheus_text", kl_metric_book_prometheus(&text, book, error), text);
    if (m.status == KL_OK && kl_text_is(kl_as_text(args[FORMAT]), "openmetrics"))
        kl_build_given(&m, "openmetrics_text", kl_metric_book_openmetrics(&open, book, error),
                         open);
    kl_build_int(&m, "recorded", (int64_t)kl_array_len(args[METRICS]));
    return kl_build_end(out, &m);
}

static kl_status collect(kl_value *out, kl_metric_book *book, const kl_value *args, kl_error *error)
{
    kl_value observed;
    KL_TRY(check_all(args[METRICS], error));
    KL_TRY(kl_map_new(&observed, 2, error));
    if (kl_as_bool(args[RESET]))
        kl_metric_book_clear(book);
    kl_status status = record_all(book, &observed, args[METRICS], error);
    if (status == KL_OK)
        status = give(out, book, observed, args, error);
    kl_value_release(observed);
    return status;
}

static kl_status collect_once(kl_value *out, const kl_value *args, kl_error *error)
{
    kl_metric_book *book;
    KL_TRY(kl_metric_book_new(&book, error));
    kl_status status = collect(out, book, args, error);
    kl_metric_book_free(book);
    return status;
}

/* ---- being fetched ------------------------------------------------------------------------------- */

static kl_status print_kept(kl_value *out, void *data, bool openmetrics, kl_error *error)
{
    kept_book *kept = data;
    pthread_mutex_lock(&kept->lock);
    kl_status status = openmetrics ? kl_metric_book_openmetrics(out, kept->book, error)
                                   : kl_metric_book_prometheus(out, kept->book, error);
    pthread_mutex_unlock(&kept->lock);
    return status;
}

/* What serves now; `*starts` tells that it is for the caller to begin. */
static kl_scrape *look(bool *starts, kept_book *kept)
{
    pthread_mutex_lock(&kept->lock);
    kl_scrape *scrape = kept->starting ? NULL : kept->scrape;
    bool gone = scrape && !kl_scrape_is_here(scrape); /* it stayed with the parent of this process */
    *starts = !kept->starting && (!scrape || gone);
    if (*starts)
        kept->starting = true;
    pthread_mutex_unlock(&kept->lock);
    return *starts ? NULL : scrape;
}

static kl_status begin(kept_book *kept, const kl_scrape_settings *settings, const char *host,
                       uint16_t port, kl_error *error)
{
    kl_scrape *made = NULL;
    kl_error why = KL_ERROR_INIT;
    kl_scrape_stop(kept->scrape);
    kl_status status = kl_scrape_start(&made, settings, host, port, print_kept, kept, &why);
    pthread_mutex_lock(&kept->lock);
    kept->scrape = made;
    kept->starting = false;
    pthread_mutex_unlock(&kept->lock);
    return status == KL_OK ? KL_OK : kl_outside_error(error, &why, "serve");
}

static kl_status check_serve(const kl_value *args, kl_error *error)
{
    kl_text path = kl_as_text(args[SERVE_PATH]);
    bool good = path.len > 0 && path.data[0] == '/';
    for (size_t i = 0; i < path.len; i++)
        good = good && path.data[i] > ' ' && (unsigned char)path.data[i] < 127 && !strchr("?#", path.data[i]);
    if (!good)
        return kl_node_bad_value(error, "serve_path", "a path that begins with / and is percent-encoded, "
                                 "without a query", args[SERVE_PATH]);
    if (kl_is_null(args[REGISTRY]))
        return kl_node_bad(error, "serve", "expected a registry too: nothing else is kept to be fetched");
    if (!kl_is_null(args[SERVE_TOKEN]) && kl_value_len(args[SERVE_TOKEN]) == 0)
        return kl_node_bad(error, "serve_token", "expected a text that is not empty");
    return KL_OK;
}

/* Begin to serve, unless that is done. What serves a book does so until the book goes. */
static kl_status serve(kl_value *url, kept_book *kept, const kl_node_call *call, kl_error *error)
{
    const kl_value *args = call->args;
    kl_scrape_settings settings = {args[SERVE], args[SERVE_PATH], args[SERVE_TOKEN]};
    char host[256];
    uint16_t port = 0;
    bool starts = false;
    kl_scrape *scrape;
    KL_TRY(kl_outside_listen(host, sizeof host, &port, "serve", args[SERVE], error));
    while (!(scrape = look(&starts, kept))) {
        if (starts)
            KL_TRY(begin(kept, &settings, host, port, error));
        else
            KL_TRY(kl_run_wait(call->run, 0.005, error));
    }
    if (!kl_scrape_is(scrape, &settings))
        return kl_node_failed(error, "registry '%.*s' is served already, at another address, path or token",
                              KL_TEXT_ARG(kl_as_text(args[REGISTRY])));
    return kl_scrape_url(url, scrape, error);
}

static kl_status serve_and_collect(kl_value *out, kept_book *kept, kl_node_call *call, kl_error *error)
{
    kl_value url = kl_null();
    if (!kl_is_null(call->args[SERVE]))
        KL_TRY(serve(&url, kept, call, error));
    pthread_mutex_lock(&kept->lock);
    kl_status status = collect(out, kept->book, call->args, error);
    pthread_mutex_unlock(&kept->lock);
    if (status != KL_OK || kl_is_null(url)) {
        kl_value_release(url);
        return status;
    }
    kl_build m = kl_build_of(kl_value_take(out), error);
    kl_build_put(&m, "scrape_url", url);
    return kl_build_end(out, &m);
}

/* ---- the node ------------------------------------------------------------------------------------ */

static kl_status run(kl_value *out, kl_node_call *call, kl_error *error)
{
    const kl_value *args = call->args;
    void *state;
    if (!kl_is_null(args[SERVE]))
        KL_TRY(check_serve(args, error));
    if (kl_is_null(args[REGISTRY]))
        return collect_once(out, args, error);
    KL_TRY(kl_node_shared(&state, &books, kl_as_text(args[REGISTRY]), call, args[SCOPE], error));
    return serve_and_collect(out, state, call, error);
}

static const kl_param inputs[] = {
    {.name = "metrics", .kind = KL_KIND_ARRAY,
     .doc = "{name, value, type, labels, help, unit, buckets}: type is counter (value is added), "
            "histogram (value is observed) or gauge (any other word: value is set); value is 1 when "
            "absent; labels is a dict; unit is what the name ends in; buckets are the rising upper "
            "bounds of a histogram, from 0.005 to 10 when absent"},
};
static const kl_param config[] = {
    {.name = "registry", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "name under which the metrics are kept between calls; absent: each call begins anew"},
    {.name = "reset", .kind = KL_KIND_BOOL, .fallback = "false",
     .doc = "forget what was kept before recording"},
    {.name = "format", .kind = KL_KIND_ENUM, .names = formats, .fallback = "\"prometheus\"",
     .doc = "openmetrics gives openmetrics_text besides"},
    KL_SCOPE_PARAM("process"),
    {.name = "serve", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "HOST:PORT at which scrapers fetch what the registry keeps, from the first call on until the "
            "registry goes; port 0 = any free one. In the format that they ask for"},
    {.name = "serve_path", .kind = KL_KIND_STRING, .fallback = "\"/metrics\"",
     .doc = "path at which it is served"},
    {.name = "serve_token", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL | KL_SECRET,
     .doc = "bearer token that scrapers must show; absent: whoever reaches the address may read"},
};
static const kl_param outputs[] = {
    {.name = "metrics_snapshot", .kind = KL_KIND_MAP,
     .doc = "{counters, gauges, histograms}: values by series, such as c or c{a=\"1\"}; of a "
            "histogram the values that this call observed"},
    {.name = "prometheus_text", .kind = KL_KIND_STRING,
     .doc = "text of all metrics in the exposition format 0.0.4 of Prometheus"},
    {.name = "openmetrics_text", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "the same in the format OpenMetrics 1.0.0"},
    {.name = "recorded", .kind = KL_KIND_INT, .doc = "number of measurements"},
    {.name = "scrape_url", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "with serve: where it is fetched"},
};

static const kl_node_type types[] = {
    {
        .name = "MetricsCollectorNode",
        .category = "Monitoring",
        .doc = "Collects counters, gauges and histograms, and prints them for Prometheus.",
        .inputs = KL_TABLE(inputs),
        .config = KL_TABLE(config),
        .outputs = KL_TABLE(outputs),
        .flags = KL_NODE_BLOCKING,
        .run = run,
    },
};

static const kl_node_family metrics = {.name = "metrics", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(metrics);
