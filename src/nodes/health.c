/* src/nodes/health.c - HealthCheckNode: checks services side by side. */
#include "health.h"
#include "deadline.h"
#include "host.h"
#include "net/url.h"
#include "pool.h"

#include <stdio.h>

enum { TARGETS, TIMEOUT_MS, CONCURRENCY, SETTINGS };

static const kl_param inputs[] = {
    {.name = "targets", .kind = KL_KIND_ARRAY,
     .doc = "list of {url, method, headers} or, with `type`, of tcp {host, port}, dns {host}, tls "
            "{host, port: 443}, sql {url} and redis {url}; each also with timeout_ms and expect "
            "{max_latency_ms; http: status, body_contains; tls: min_days; dns: addresses}. What is "
            "no dict is skipped"},
};
static const kl_param config[] = {
    {.name = "timeout_ms", .kind = KL_KIND_COUNT, .fallback = "10000",
     .range = KL_RANGE(1, 86400000), .doc = "time for each check, in milliseconds"},
    {.name = "concurrency", .kind = KL_KIND_COUNT, .fallback = "16", .range = KL_RANGE(1, 64),
     .doc = "checks under way at a time"},
    KL_HTTP_SETTINGS,
};
static const kl_param outputs[] = {
    {.name = "results", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP,
     .doc = "in the order of the targets: {url, status, latency_ms, message}, of tls and dns also "
            "details"},
    {.name = "overall_status", .kind = KL_KIND_STRING,
     .doc = "the worst of all: healthy, degraded or unhealthy"},
    {.name = "healthy_count", .kind = KL_KIND_INT, .doc = "targets that are healthy"},
    {.name = "unhealthy_count", .kind = KL_KIND_INT, .doc = "targets that are unhealthy"},
};

static const char *const words[] = {
    [KL_HEALTHY] = "healthy", [KL_DEGRADED] = "degraded", [KL_UNHEALTHY] = "unhealthy"};

/* ---- reading targets ----------------------------------------------------------------------------- */

/* "targets[2].url" */
typedef struct place {
    char name[80];
} place;

static place place_of(size_t index, const char *key)
{
    place at;
    snprintf(at.name, sizeof at.name, "targets[%zu]%s%.40s", index, *key ? "." : "", key);
    return at;
}

static kl_status find_kind(const kl_health_kind **out, kl_value target, size_t index,
                           kl_error *error)
{
    kl_value type = kl_map_get(target, KL_TEXT("type"));
    kl_text name = kl_is_null(type) ? KL_TEXT("http") : kl_as_text(type);
    for (size_t i = 0; i < kl_health_kind_count; i++) {
        if (kl_text_is(name, kl_health_kinds[i].name)) {
            *out = &kl_health_kinds[i];
            return KL_OK;
        }
    }
    return kl_node_bad_value(error, place_of(index, "type").name,
                             "one of: http, tcp, dns, tls, sql, redis", type);
}

static bool is_among(kl_text key, const char *const *keys)
{
    for (; *keys; keys++)
        if (kl_text_is(key, *keys))
            return true;
    return false;
}

static kl_status check_keys(kl_value map, const char *const *keys, const char *const *common,
                            const char *where, kl_error *error)
{
    for (size_t i = 0; i < kl_map_len(map); i++) {
        kl_text key = kl_map_key_at(map, i);
        if (!is_among(key, keys) && !is_among(key, common))
            return kl_node_bad(error, where, "unknown key '%.*s'", (int)KL_MIN(key.len, 80),
                               key.data);
    }
    return KL_OK;
}

/* Every key that any kind takes. */
static const kl_param target_params[] = {
    {.name = "url", .kind = KL_KIND_STRING, .doc = "of http, sql and redis"},
    {.name = "method", .kind = KL_KIND_STRING, .doc = "of the request"},
    {.name = "headers", .kind = KL_KIND_MAP, .doc = "of the request"},
    {.name = "host", .kind = KL_KIND_STRING, .doc = "name or address"},
    {.name = "port", .kind = KL_KIND_INT, .range = KL_RANGE(1, 65535), .doc = "TCP port"},
    {.name = "timeout_ms", .kind = KL_KIND_COUNT, .range = KL_RANGE(1, 86400000), .doc = "time"},
    {.name = "expect", .kind = KL_KIND_MAP, .doc = "what is expected"},
};
static const kl_param expect_params[] = {
    {.name = "max_latency_ms", .kind = KL_KIND_NUMBER, .range = KL_RANGE(0, 1e12), .doc = "time"},
    {.name = "body_contains", .kind = KL_KIND_STRING, .doc = "part of the body"},
    {.name = "min_days", .kind = KL_KIND_COUNT, .doc = "days until the certificate ends"},
    {.name = "addresses", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING, .doc = "IP addresses"},
};

static kl_status refuse(const kl_param *param, const char *where, kl_value value, kl_error *error)
{
    kl_value expectation;
    KL_TRY(kl_param_expectation(&expectation, param, error));
    kl_status status = kl_node_bad_value(error, where, kl_as_text(expectation).data, value);
    kl_value_release(expectation);
    return status;
}

static kl_status check_values(kl_value map, const kl_param *params, size_t count, size_t index,
                              const char *prefix, kl_error *error)
{
    for (size_t i = 0; i < count; i++) {
        char key[64];
        const kl_value *value = kl_map_find(map, kl_text_from(params[i].name));
        snprintf(key, sizeof key, "%s%s", prefix, params[i].name);
        if (value && !kl_is_null(*value) && !kl_param_fits(&params[i], *value))
            return refuse(&params[i], place_of(index, key).name, *value, error);
    }
    return KL_OK;
}

/* A status, or a list of them. */
static kl_status check_expected_status(kl_value expect, size_t index, kl_error *error)
{
    kl_value wanted = kl_map_get(expect, KL_TEXT("status"));
    bool good = kl_is_null(wanted) || kl_is(wanted, KL_KIND_INT) || kl_is(wanted, KL_KIND_ARRAY);
    for (size_t i = 0; i < kl_array_len(wanted); i++)
        good &= kl_is(kl_array_at(wanted, i), KL_KIND_INT);
    return good ? KL_OK
                : kl_node_bad_value(error, place_of(index, "expect.status").name,
                                    "integer or list of integers", wanted);
}

static kl_status check_url(const kl_health_kind *kind, kl_value url, size_t index, kl_error *error)
{
    kl_http_call call = {0};
    if (strcmp(kind->name, "http") != 0)
        return KL_OK;
    kl_status status = kl_http_call_url(&call, place_of(index, "url").name, url, "", kl_null(), error);
    kl_http_call_end(&call);
    return status;
}

/* It ends up in the resolver, for which a NUL is its end. */
static kl_status check_host(kl_value host, size_t index, kl_error *error)
{
    kl_text text = kl_as_text(host);
    if (kl_is_null(host) || (text.len && !memchr(text.data, '\0', text.len)))
        return KL_OK;
    return kl_node_bad_value(error, place_of(index, "host").name, "name or address of a host", host);
}

static kl_status check_request(kl_value target, size_t index, kl_error *error)
{
    kl_http_call call = {0};
    kl_status status;
    KL_TRY_OUT(kl_http_call_method(&call, place_of(index, "method").name,
                                   kl_map_get(target, KL_TEXT("method")), error));
    KL_TRY_OUT(kl_http_call_headers(&call, place_of(index, "headers").name,
                                    kl_map_get(target, KL_TEXT("headers")), error));
out:
    kl_http_call_end(&call);
    return status;
}

static kl_status check_target(const kl_health_kind **out, kl_value target, size_t index,
                              kl_error *error)
{
    static const char *const common[] = {"type", "timeout_ms", "expect", NULL};
    static const char *const latency[] = {"max_latency_ms", NULL};
    const kl_health_kind *kind;
    kl_value expect = kl_map_get(target, KL_TEXT("expect"));
    KL_TRY(find_kind(&kind, target, index, error));
    KL_TRY(check_keys(target, kind->keys, common, place_of(index, "").name, error));
    KL_TRY(check_values(target, target_params, KL_COUNT(target_params), index, "", error));
    KL_TRY(check_keys(expect, kind->expects, latency, place_of(index, "expect").name, error));
    KL_TRY(check_values(expect, expect_params, KL_COUNT(expect_params), index, "expect.", error));
    KL_TRY(check_expected_status(expect, index, error));
    if (kl_is_null(kl_map_get(target, kl_text_from(kind->keys[0]))))
        return kl_node_missing(error, place_of(index, kind->keys[0]).name);
    if (strcmp(kind->name, "tcp") == 0 && kl_is_null(kl_map_get(target, KL_TEXT("port"))))
        return kl_node_missing(error, place_of(index, "port").name);
    KL_TRY(check_url(kind, kl_map_get(target, KL_TEXT("url")), index, error));
    KL_TRY(check_host(kl_map_get(target, KL_TEXT("host")), index, error));
    KL_TRY(check_request(target, index, error));
    *out = kind;
    return KL_OK;
}

/* ---- checking side by side ----------------------------------------------------------------------- */

typedef struct task {
    kl_health_check check;
    const kl_health_kind *kind;
    kl_status status;
    kl_error error;
} task;

typedef struct round {
    task *tasks;
    size_t count;
    size_t next;     /* atomic: the first task that nobody has begun */
    kl_run *run;
    pthread_t owner;    /* the thread of the run, which alone sees that the user interrupts */
    kl_error interrupt; /* ... and keeps it here */
    bool stopped;       /* atomic */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    size_t helpers;  /* threads of the pool that are at work; guarded by lock */
} round;

static void poll_user(round *r)
{
    if (r->interrupt.code == KL_OK && kl_host_poll(&r->interrupt) != KL_OK)
        __atomic_store_n(&r->stopped, true, __ATOMIC_RELEASE);
}

/* Asked on any thread. */
static kl_status check_stop(void *data, kl_error *error)
{
    round *r = data;
    if (pthread_equal(pthread_self(), r->owner))
        poll_user(r);
    if (__atomic_load_n(&r->stopped, __ATOMIC_ACQUIRE) || kl_run_is_cancelled(r->run))
        return kl_error_set(error, KL_CANCELLED, "workflow execution was cancelled");
    return KL_OK;
}

static kl_status judge_latency(kl_health_check *check, kl_error *error)
{
    kl_value most = kl_map_get(check->expect, KL_TEXT("max_latency_ms"));
    double took = (double)check->latency / 1e6;
    if (kl_is_null(most) || check->status != KL_HEALTHY || took <= kl_as_double(most))
        return KL_OK;
    return kl_health_say(check, KL_DEGRADED, error, "%s, but it took %.0f ms",
                         kl_as_text(check->message).data, took);
}

static void run_task(task *t)
{
    kl_time begin = kl_clock_now();
    t->status = t->kind->run(&t->check, &t->error);
    t->check.latency = kl_clock_now() - begin;
    if (t->status == KL_OK)
        t->status = judge_latency(&t->check, &t->error);
}

static void work(round *r)
{
    for (;;) {
        size_t index = __atomic_fetch_add(&r->next, 1, __ATOMIC_RELAXED);
        if (index >= r->count)
            return;
        run_task(&r->tasks[index]);
    }
}

static void help(void *data)
{
    round *r = data;
    work(r);
    pthread_mutex_lock(&r->lock);
    r->helpers--;
    pthread_cond_broadcast(&r->changed);
    pthread_mutex_unlock(&r->lock);
}

/* As many as can be had: the caller works too. */
static void call_helpers(round *r, size_t wanted)
{
    for (size_t i = 0; i < wanted; i++) {
        pthread_mutex_lock(&r->lock);
        bool called = kl_pool_submit(kl_pool_shared(), help, r, NULL) == KL_OK;
        r->helpers += called;
        pthread_mutex_unlock(&r->lock);
        if (!called)
            return;
    }
}

/* The helpers use what lies on this thread's stack, so they are waited for, whatever happens. */
static void wait_for_helpers(round *r)
{
    pthread_mutex_lock(&r->lock);
    while (r->helpers) {
        kl_wait_until(&r->changed, &r->lock, kl_clock_after(KL_HTTP_PACE));
        pthread_mutex_unlock(&r->lock);
        poll_user(r);
        pthread_mutex_lock(&r->lock);
    }
    pthread_mutex_unlock(&r->lock);
}

/* The interrupt, or the first failure. */
static kl_status outcome(round *r, kl_error *error)
{
    kl_status status = r->interrupt.code;
    if (status != KL_OK)
        kl_error_move(error, &r->interrupt);
    for (size_t i = 0; i < r->count && status == KL_OK; i++) {
        status = r->tasks[i].status;
        if (status != KL_OK)
            kl_error_move(error, &r->tasks[i].error);
    }
    return status;
}

static kl_status run_all(round *r, size_t concurrency, kl_error *error)
{
    if (r->count == 0)
        return KL_OK;
    r->owner = pthread_self();
    pthread_mutex_init(&r->lock, NULL);
    pthread_cond_init(&r->changed, NULL);
    call_helpers(r, KL_MIN(concurrency, r->count) - 1);
    work(r);
    wait_for_helpers(r);
    pthread_cond_destroy(&r->changed);
    pthread_mutex_destroy(&r->lock);
    return outcome(r, error);
}

/* ---- the node ------------------------------------------------------------------------------------ */

static kl_status result_of(kl_value *out, const task *t, kl_error *error)
{
    kl_value map, item;
    kl_status status;
    KL_TRY(kl_map_new(&map, 5, error));
    KL_TRY_OUT(kl_health_shown(&item, t->kind, t->check.target, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("url"), item, error));
    KL_TRY_OUT(kl_string_new(&item, kl_text_from(words[t->check.status]), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("status"), item, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("latency_ms"), kl_int(kl_http_elapsed_ms(t->check.latency)), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("message"), kl_value_retain(t->check.message), error));
    if (!kl_is_null(t->check.details))
        KL_TRY_OUT(kl_map_set(&map, KL_TEXT("details"), kl_value_retain(t->check.details), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status outputs_of(kl_value *out, const round *r, kl_error *error)
{
    kl_value map = kl_null(), list, item;
    int64_t counts[3] = {0};
    kl_health_status worst = KL_HEALTHY;
    kl_status status;
    KL_TRY(kl_array_new(&list, r->count, error));
    for (size_t i = 0; i < r->count; i++) {
        KL_TRY_OUT(result_of(&item, &r->tasks[i], error));
        KL_TRY_OUT(kl_array_push(&list, item, error));
        counts[r->tasks[i].check.status]++;
        worst = KL_MAX(worst, r->tasks[i].check.status);
    }
    KL_TRY_OUT(kl_map_new(&map, KL_COUNT(outputs), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("results"), kl_value_take(&list), error));
    KL_TRY_OUT(kl_string_new(&item, kl_text_from(words[worst]), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("overall_status"), item, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("healthy_count"), kl_int(counts[KL_HEALTHY]), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("unhealthy_count"), kl_int(counts[KL_UNHEALTHY]), error));
    *out = kl_value_take(&map);
out:
    kl_value_release(map);
    kl_value_release(list);
    return status;
}

static kl_status read_targets(round *r, const kl_node_call *node, kl_error *error)
{
    kl_value list = node->args[TARGETS];
    for (size_t i = 0; i < kl_array_len(list); i++) {
        kl_value target = kl_array_at(list, i);
        task *t = &r->tasks[r->count];
        if (!kl_is(target, KL_KIND_MAP))
            continue;
        kl_value timeout = kl_map_get(target, KL_TEXT("timeout_ms"));
        KL_TRY(check_target(&t->kind, target, i, error));
        if (kl_is_null(timeout))
            timeout = node->args[TIMEOUT_MS];
        t->check = (kl_health_check){
            .target = target, .expect = kl_map_get(target, KL_TEXT("expect")),
            .settings = &node->args[SETTINGS], .watch = {.check = check_stop, .data = r},
            .timeout = kl_as_int(timeout) * KL_MILLISECOND,
        };
        r->count++;
    }
    return KL_OK;
}

static kl_status run(kl_value *out, kl_node_call *node, kl_error *error)
{
    round r = {.run = node->run};
    kl_status status;
    r.tasks = kl_alloc_zero(kl_array_len(node->args[TARGETS]), sizeof *r.tasks);
    if (!r.tasks)
        return kl_error_no_memory(error);
    KL_TRY_OUT(read_targets(&r, node, error));
    KL_TRY_OUT(run_all(&r, (size_t)kl_as_int(node->args[CONCURRENCY]), error));
    KL_TRY_OUT(outputs_of(out, &r, error));
out:
    for (size_t i = 0; i < r.count; i++) {
        kl_value_release(r.tasks[i].check.message);
        kl_value_release(r.tasks[i].check.details);
        kl_error_clear(&r.tasks[i].error);
    }
    kl_free(r.tasks);
    return status;
}

static const kl_node_type types[] = {
    {
        .name = "HealthCheckNode",
        .category = "Monitoring",
        .doc = "Checks services side by side: HTTP, TCP, DNS, TLS certificates, databases, Redis.",
        .inputs = KL_TABLE(inputs),
        .config = KL_TABLE(config),
        .outputs = KL_TABLE(outputs),
        .flags = KL_NODE_BLOCKING,
        .run = run,
    },
};

static const kl_node_family health_nodes = {.name = "health", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(health_nodes);
