/* src/nodes/health_checks.c - what HealthCheckNode can check, a row per kind. */
#include "health.h"
#include "net/lookup.h"
#include "net/url.h"
#include "store/sql.h"
#include "store/sql_url.h"

#include <stdarg.h>
#include <stdio.h>

/* ---- telling ------------------------------------------------------------------------------------- */

kl_status kl_health_say(kl_health_check *check, kl_health_status status, kl_error *error,
                        const char *format, ...)
{
    char text[1024];
    va_list arguments;
    kl_value message;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    KL_TRY(kl_string_repair(&message, kl_text_from(text), error));
    kl_value_replace(&check->message, message);
    check->status = status;
    return KL_OK;
}

kl_status kl_health_failed(kl_health_check *check, kl_error *why, kl_error *error)
{
    char limit[32];
    kl_status status = why->code;
    if (status == KL_CANCELLED || status == KL_INTERRUPTED || status == KL_NO_MEMORY) {
        kl_error_move(error, why);
        return status;
    }
    kl_duration_print(limit, check->timeout);
    if (status == KL_TIMEOUT)
        status = kl_health_say(check, KL_UNHEALTHY, error, "timed out after %s", limit);
    else
        status = kl_health_say(check, KL_UNHEALTHY, error, "%s", kl_error_message(why));
    kl_error_clear(why);
    return status;
}

kl_status kl_health_detail(kl_health_check *check, const char *key, kl_value item, kl_error *error)
{
    kl_status status = KL_OK;
    if (kl_is_null(check->details))
        status = kl_map_new(&check->details, 2, error);
    if (status == KL_OK)
        return kl_map_set(&check->details, kl_text_from(key), item, error);
    kl_value_release(item);
    return status;
}

static kl_text text_of(const kl_health_check *check, const char *key)
{
    return kl_as_text(kl_map_get(check->target, kl_text_from(key)));
}

static kl_value expected(const kl_health_check *check, const char *key)
{
    return kl_map_get(check->expect, kl_text_from(key));
}

/* ---- http ---------------------------------------------------------------------------------------- */

static bool is_expected_status(kl_value wanted, int code)
{
    if (!kl_is(wanted, KL_KIND_ARRAY))
        return kl_as_int(wanted) == code;
    for (size_t i = 0; i < kl_array_len(wanted); i++)
        if (kl_as_int(kl_array_at(wanted, i)) == code)
            return true;
    return false;
}

static kl_health_status status_of(kl_value wanted, int code)
{
    if (!kl_is_null(wanted))
        return is_expected_status(wanted, code) ? KL_HEALTHY : KL_UNHEALTHY;
    return code < 400 ? KL_HEALTHY : code < 500 ? KL_DEGRADED : KL_UNHEALTHY;
}

static kl_status judge_response(kl_health_check *check, const kl_http_response *response,
                                kl_error *error)
{
    kl_value wanted = expected(check, "status"), part = expected(check, "body_contains"), body;
    kl_health_status status = status_of(wanted, response->status_code);
    kl_text needle = kl_as_text(part);
    if (!kl_is_null(wanted) && status != KL_HEALTHY)
        return kl_health_say(check, status, error, "HTTP %d is not the status expected",
                             response->status_code);
    if (kl_is_null(part))
        return kl_health_say(check, status, error, "HTTP %d", response->status_code);
    KL_TRY(kl_http_decode_text(&body, response, error));
    kl_text text = kl_as_text(body);
    bool found = needle.len == 0 || memmem(text.data, text.len, needle.data, needle.len);
    kl_value_release(body);
    if (found)
        return kl_health_say(check, status, error, "HTTP %d", response->status_code);
    return kl_health_say(check, KL_UNHEALTHY, error, "HTTP %d, but the body does not contain '%.*s'",
                         response->status_code, (int)KL_MIN(needle.len, 80), needle.data);
}

static kl_status check_http(kl_health_check *check, kl_error *error)
{
    kl_http_call call = {0};
    kl_http_response response = {0};
    kl_error why = KL_ERROR_INIT;
    kl_status status;
    kl_http_call_settings(&call, check->settings);
    call.request.timeout = check->timeout;
    call.request.url = text_of(check, "url");
    KL_TRY_OUT(kl_http_call_method(&call, "method", kl_map_get(check->target, KL_TEXT("method")),
                                   error));
    KL_TRY_OUT(kl_http_call_headers(&call, "headers",
                                    kl_map_get(check->target, KL_TEXT("headers")), error));
    status = kl_http_send(&response, &call.request, &check->watch, &why);
    check->latency = response.elapsed;
    status = status == KL_OK ? judge_response(check, &response, error)
                             : kl_health_failed(check, &why, error);
out:
    kl_http_response_clear(&response);
    kl_http_call_end(&call);
    return status;
}

/* ---- tcp and tls --------------------------------------------------------------------------------- */

kl_stream_watch kl_health_watch(const kl_health_check *check)
{
    return (kl_stream_watch){.deadline = kl_clock_after(check->timeout), .check = check->watch.check,
                             .data = check->watch.data};
}

static kl_status admit(void *guard, const void *sockaddr, size_t size, kl_error *error)
{
    kl_address address;
    (void)size;
    if (!kl_address_of_socket(&address, sockaddr))
        return kl_error_set(error, KL_DENIED, "SSRF blocked: no internet address");
    return kl_guard_check_address(guard, &address, error);
}

kl_status kl_health_connect(kl_stream **out, const kl_health_check *check, kl_text host,
                            uint16_t port, bool tls, kl_error *error)
{
    kl_http_call call = {0};
    kl_stream *stream;
    kl_stream_watch watch = kl_health_watch(check);
    kl_http_call_settings(&call, check->settings);
    kl_guard guard = *call.request.guard;
    const char *ca_file = kl_as_text(check->settings[KL_HTTP_CA_FILE]).data;
    kl_tls_options options = {.host = host.data, .ca_file = *ca_file ? ca_file : NULL,
                              .insecure = call.request.trusts_all};
    kl_stream_address address = {.host = host.data, .port = port, .admit = admit, .data = &guard};
    kl_http_call_end(&call);
    KL_TRY(kl_guard_check_host(&guard, host, error));
    KL_TRY(kl_stream_open(&stream, &address, &watch, error));
    kl_status status = tls ? kl_stream_start_tls(stream, &options, &watch, error) : KL_OK;
    if (status == KL_OK)
        *out = stream;
    else
        kl_stream_close(stream);
    return status;
}

static kl_status connect_to(kl_stream **out, const kl_health_check *check, bool tls, int64_t port,
                            kl_error *error)
{
    kl_value given = kl_map_get(check->target, KL_TEXT("port"));
    port = kl_is_null(given) ? port : kl_as_int(given);
    return kl_health_connect(out, check, text_of(check, "host"), (uint16_t)port, tls, error);
}

static kl_status check_tcp(kl_health_check *check, kl_error *error)
{
    kl_stream *stream;
    kl_error why = KL_ERROR_INIT;
    if (connect_to(&stream, check, false, 0, &why) != KL_OK)
        return kl_health_failed(check, &why, error);
    kl_stream_close(stream);
    return kl_health_say(check, KL_HEALTHY, error, "connected");
}

/* Days below which a certificate that ends is worth a warning. */
enum { MIN_DAYS = 14 };

static kl_status judge_certificate(kl_health_check *check, kl_time end, kl_error *error)
{
    char text[KL_TIME_TEXT];
    kl_value item, wanted = expected(check, "min_days");
    int64_t least = kl_is_null(wanted) ? MIN_DAYS : kl_as_int(wanted);
    int64_t days = (end - kl_time_now()) / KL_DAY;
    kl_time_print(text, end, 0, KL_TIME_Z);
    KL_TRY(kl_string_new(&item, kl_text_from(text), error));
    KL_TRY(kl_health_detail(check, "expires_at", item, error));
    KL_TRY(kl_health_detail(check, "days_left", kl_int(days), error));
    if (end <= kl_time_now())
        return kl_health_say(check, KL_UNHEALTHY, error, "the certificate ended at %s", text);
    return kl_health_say(check, days < least ? KL_DEGRADED : KL_HEALTHY, error,
                         "the certificate ends in %lld days", (long long)days);
}

static kl_status check_tls(kl_health_check *check, kl_error *error)
{
    kl_stream *stream;
    kl_error why = KL_ERROR_INIT;
    if (connect_to(&stream, check, true, 443, &why) != KL_OK)
        return kl_health_failed(check, &why, error);
    kl_time end = kl_stream_peer_end(stream);
    kl_stream_close(stream);
    return judge_certificate(check, end, error);
}

/* ---- dns ----------------------------------------------------------------------------------------- */

static bool has_text(kl_value list, kl_text text)
{
    for (size_t i = 0; i < kl_array_len(list); i++)
        if (kl_text_equal(kl_as_text(kl_array_at(list, i)), text))
            return true;
    return false;
}

static kl_status list_addresses(kl_value *out, const struct addrinfo *found, kl_error *error)
{
    kl_value list;
    KL_TRY(kl_array_new(&list, 4, error));
    for (; found; found = found->ai_next) {
        kl_address address;
        char text[KL_ADDRESS_TEXT];
        if (!kl_address_of_socket(&address, found->ai_addr))
            continue;
        kl_address_print(text, &address);
        kl_status status = has_text(list, kl_text_from(text))
                               ? KL_OK
                               : kl_array_push_text(&list, kl_text_from(text), error);
        if (status != KL_OK) {
            kl_value_release(list);
            return status;
        }
    }
    *out = list;
    return KL_OK;
}

static kl_status look_up(kl_value *out, const kl_health_check *check, kl_error *error)
{
    struct addrinfo *found;
    kl_stream_watch watch = kl_health_watch(check);
    KL_TRY(kl_lookup(&found, text_of(check, "host").data, 0, &watch, error));
    kl_status status = list_addresses(out, found, error);
    freeaddrinfo(found);
    return status;
}

static kl_status check_dns(kl_health_check *check, kl_error *error)
{
    kl_value addresses, wanted = expected(check, "addresses");
    kl_error why = KL_ERROR_INIT;
    if (look_up(&addresses, check, &why) != KL_OK)
        return kl_health_failed(check, &why, error);
    KL_TRY(kl_health_detail(check, "addresses", addresses, error));
    for (size_t i = 0; i < kl_array_len(wanted); i++) {
        kl_text address = kl_as_text(kl_array_at(wanted, i));
        if (!has_text(addresses, address))
            return kl_health_say(check, KL_UNHEALTHY, error, "%.*s is not among the addresses",
                                 (int)KL_MIN(address.len, 80), address.data);
    }
    size_t count = kl_array_len(addresses);
    return kl_health_say(check, KL_HEALTHY, error, "%zu address%s", count, count == 1 ? "" : "es");
}

/* ---- sql ----------------------------------------------------------------------------------------- */

static bool is_stopped(void *data)
{
    const kl_health_check *check = data;
    return check->watch.check && check->watch.check(check->watch.data, NULL) != KL_OK;
}

static kl_status ask_database(kl_health_check *check, kl_error *error)
{
    kl_sql_pool *pool;
    kl_sql *sql = NULL;
    kl_sql_watch watch = KL_SQL_WATCH_NONE;
    kl_sql_effect effect;
    kl_status status;
    watch.is_stopped = is_stopped;
    watch.data = check;
    watch.deadline = kl_clock_after(check->timeout);
    KL_TRY(kl_sql_pool_new(&pool, text_of(check, "url"), NULL, error));
    KL_TRY_OUT(kl_sql_take(&sql, pool, &watch, error));
    KL_TRY_OUT(kl_sql_execute(&effect, sql, KL_TEXT("SELECT 1"), kl_null(), error));
out:
    kl_sql_give_back(sql);
    kl_sql_pool_release(pool);
    return status;
}

static kl_status check_sql(kl_health_check *check, kl_error *error)
{
    kl_error why = KL_ERROR_INIT;
    if (ask_database(check, &why) == KL_OK)
        return kl_health_say(check, KL_HEALTHY, error, "the database answers");
    if (check->watch.check)
        KL_TRY(check->watch.check(check->watch.data, error));
    return kl_health_failed(check, &why, error);
}

/* ---- all ----------------------------------------------------------------------------------------- */

static const char *const nothing[] = {NULL};
static const char *const http_keys[] = {"url", "method", "headers", NULL};
static const char *const http_expects[] = {"status", "body_contains", NULL};
static const char *const host_keys[] = {"host", "port", NULL};
static const char *const name_keys[] = {"host", NULL};
static const char *const url_keys[] = {"url", NULL};
static const char *const tls_expects[] = {"min_days", NULL};
static const char *const dns_expects[] = {"addresses", NULL};

const kl_health_kind kl_health_kinds[] = {
    {"http", http_keys, http_expects, check_http}, {"tcp", host_keys, nothing, check_tcp},
    {"dns", name_keys, dns_expects, check_dns},    {"tls", host_keys, tls_expects, check_tls},
    {"sql", url_keys, nothing, check_sql},         {"redis", url_keys, nothing, kl_health_redis},
};
const size_t kl_health_kind_count = KL_COUNT(kl_health_kinds);

kl_status kl_health_shown(kl_value *out, const kl_health_kind *kind, kl_value target,
                          kl_error *error)
{
    kl_value url = kl_map_get(target, KL_TEXT("url")), port = kl_map_get(target, KL_TEXT("port"));
    kl_text host = kl_as_text(kl_map_get(target, KL_TEXT("host")));
    if (kind->run == check_sql)
        return kl_sql_url_redact(out, kl_as_text(url), error);
    if (!kl_is_null(url))
        return kl_url_redact(out, kl_as_text(url), error);
    if (kl_is_null(port))
        return kl_string_format(out, error, "%s://%.*s", kind->name, KL_TEXT_ARG(host));
    return kl_string_format(out, error, "%s://%.*s:%lld", kind->name, KL_TEXT_ARG(host),
                            (long long)kl_as_int(port));
}
