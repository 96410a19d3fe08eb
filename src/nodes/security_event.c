/* src/nodes/security_event.c - SecurityEventNode: what happened, kept, counted and alerted on. */
#include "build_map.h"
#include "kailash/id.h"
#include "kailash/json.h"
#include "kailash/node.h"
#include "operation.h"
#include "node_database.h"

#include <stdio.h>

static const char *const operations[] = {"record", "query", NULL};
static const char *const event_types[] = {
    "login_attempt",     "login_success",   "login_failure", "logout",        "permission_denied",
    "suspicious_activity", "account_locked", "password_change", "mfa_failure", "token_revoked",
    "brute_force_detected", NULL};
static const char *const severities[] = {"info", "warning", "error", "critical", NULL};

enum { OPERATION, EVENT, SEVERITY, USER, SOURCE_IP, DETAILS, SINCE, UNTIL, LIMIT, THRESHOLDS, DATABASE,
       SCOPE };

static const kl_param inputs[] = {
    {.name = "operation", .kind = KL_KIND_ENUM, .names = operations, .fallback = "\"record\"",
     .doc = "record: keep an event and alert; query: tell the events that were kept"},
    {.name = "event_type", .kind = KL_KIND_ENUM, .names = event_types, .flags = KL_OPTIONAL,
     .doc = "what happened; required to record"},
    {.name = "severity", .kind = KL_KIND_ENUM, .names = severities, .flags = KL_OPTIONAL,
     .doc = "how bad; required to record. error and critical alert by themselves"},
    {.name = "user_id", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "who"},
    {.name = "source_ip", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "from where"},
    {.name = "details", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL, .doc = "more, kept as it is"},
    {.name = "since", .kind = KL_KIND_INT, .flags = KL_OPTIONAL,
     .doc = "of query: only events from then on, in seconds since 1970"},
    {.name = "until", .kind = KL_KIND_INT, .flags = KL_OPTIONAL,
     .doc = "of query: only events before then, in seconds since 1970"},
    {.name = "limit", .kind = KL_KIND_COUNT, .fallback = "100", .range = KL_RANGE(1, 10000),
     .doc = "of query: events told at most, the latest ones"},
};
static const kl_param config[] = {
    {.name = "thresholds", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP,
     .fallback = "[{\"event_type\":\"login_failure\",\"by\":\"user_id\",\"count\":5,"
                 "\"window_seconds\":300},{\"event_type\":\"login_failure\",\"by\":\"source_ip\","
                 "\"count\":5,\"window_seconds\":300}]",
     .doc = "list of {event_type, by: \"user_id\" or \"source_ip\", count, window_seconds}: so many "
            "events of one user or address within that time alert, whatever their severity"},
    KL_DATABASE_PARAMS("process"),
};
static const kl_param outputs[] = {
    {.name = "event_id", .kind = KL_KIND_STRING, .doc = "of record: a UUID"},
    {.name = "timestamp", .kind = KL_KIND_INT, .doc = "of record: seconds since 1970"},
    {.name = "alert_triggered", .kind = KL_KIND_BOOL,
     .doc = "of record: severity error or critical, or a threshold was reached"},
    {.name = "propagated", .kind = KL_KIND_BOOL, .doc = "of record: true, the event is kept"},
    {.name = "alerts", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP,
     .doc = "of record: the thresholds reached: {event_type, by, value, count, window_seconds}, count "
            "being the number of events"},
    {.name = "events", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP,
     .doc = "of query: {event_id, event_type, severity, user_id, source_ip, details, timestamp}, the "
            "latest first"},
    {.name = "count", .kind = KL_KIND_INT, .doc = "of query: how many are told"},
};

static const char *const schema[] = {
    "CREATE TABLE IF NOT EXISTS kailash_security_events (event_id VARCHAR(36) PRIMARY KEY, "
    "event_type VARCHAR(64) NOT NULL, severity VARCHAR(16) NOT NULL, user_id VARCHAR(191), "
    "source_ip VARCHAR(191), details TEXT, recorded_at BIGINT NOT NULL, place BIGINT NOT NULL)",
};
KL_DATABASE(event_records, schema);

typedef struct event {
    const kl_value *args;
    kl_sql *sql;
    int64_t now;
    kl_value id;     /* string */
    kl_value alerts; /* array */
    kl_value found;  /* array: of query */
    kl_error *error;
} event;

/* ---- thresholds ---------------------------------------------------------------------------------- */

static kl_status bad_threshold(kl_error *error, size_t index, const char *key, const char *expected,
                               kl_value got)
{
    char name[64];
    snprintf(name, sizeof name, "thresholds[%zu].%s", index, key);
    return kl_is_null(got) ? kl_node_missing(error, name)
                           : kl_node_bad_value(error, name, expected, got);
}

static bool is_one_of(kl_value word, const char *const *words)
{
    while (*words && !kl_text_is(kl_as_text(word), *words))
        words++;
    return *words && kl_is(word, KL_KIND_STRING);
}

static kl_status check_thresholds(kl_value list, kl_error *error)
{
    static const char *const keys[] = {"user_id", "source_ip", NULL};
    for (size_t i = 0; i < kl_array_len(list); i++) {
        kl_value row = kl_array_at(list, i);
        kl_value count = kl_map_get(row, KL_TEXT("count"));
        kl_value window = kl_map_get(row, KL_TEXT("window_seconds"));
        if (!is_one_of(kl_map_get(row, KL_TEXT("event_type")), event_types))
            return bad_threshold(error, i, "event_type", "type of a security event",
                                 kl_map_get(row, KL_TEXT("event_type")));
        if (!is_one_of(kl_map_get(row, KL_TEXT("by")), keys))
            return bad_threshold(error, i, "by", "one of: user_id, source_ip",
                                 kl_map_get(row, KL_TEXT("by")));
        if (!kl_is(count, KL_KIND_INT) || kl_as_int(count) < 1)
            return bad_threshold(error, i, "count", "positive integer", count);
        if (!kl_is(window, KL_KIND_INT) || kl_as_int(window) < 1 || kl_as_int(window) > INT32_MAX)
            return bad_threshold(error, i, "window_seconds", "positive number of seconds", window);
    }
    return KL_OK;
}

static kl_status alert(event *e, kl_value row, kl_value value, int64_t count)
{
    kl_value made;
    kl_build build = kl_build_begin(5, e->error);
    kl_build_share(&build, "event_type", e->args[EVENT]);
    kl_build_share(&build, "by", kl_map_get(row, KL_TEXT("by")));
    kl_build_share(&build, "value", value);
    kl_build_put(&build, "count", kl_int(count));
    kl_build_share(&build, "window_seconds", kl_map_get(row, KL_TEXT("window_seconds")));
    KL_TRY(kl_build_end(&made, &build));
    return kl_array_push(&e->alerts, made, e->error);
}

static kl_status try_threshold(event *e, kl_value row)
{
    bool by_user = kl_text_is(kl_as_text(kl_map_get(row, KL_TEXT("by"))), "user_id");
    kl_value value = e->args[by_user ? USER : SOURCE_IP], rows;
    int64_t from = e->now - kl_as_int(kl_map_get(row, KL_TEXT("window_seconds")));
    kl_text type = kl_as_text(kl_map_get(row, KL_TEXT("event_type")));
    if (kl_is_null(value) || !kl_text_equal(type, kl_as_text(e->args[EVENT])))
        return KL_OK;
    KL_TRY(KL_ROWS(&rows, e->sql, e->error,
                   by_user ? "SELECT COUNT(*) AS n FROM kailash_security_events WHERE event_type = ? "
                             "AND user_id = ? AND recorded_at > ?"
                           : "SELECT COUNT(*) AS n FROM kailash_security_events WHERE event_type = ? "
                             "AND source_ip = ? AND recorded_at > ?",
                   e->args[EVENT], value, kl_int(from)));
    int64_t count = kl_rows_number(rows);
    kl_value_release(rows);
    bool reached = count >= kl_as_int(kl_map_get(row, KL_TEXT("count")));
    return reached ? alert(e, row, value, count) : KL_OK;
}

/* ---- record -------------------------------------------------------------------------------------- */

static kl_status insert(event *e, kl_value details)
{
    int64_t place;
    KL_TRY(kl_database_next(&place, e->sql, "SELECT MAX(place) AS n FROM kailash_security_events",
                           e->error));
    return KL_CHANGE(NULL, e->sql, e->error,
                     "INSERT INTO kailash_security_events (event_id, event_type, severity, user_id, "
                     "source_ip, details, recorded_at, place) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                     e->id, e->args[EVENT], e->args[SEVERITY], e->args[USER], e->args[SOURCE_IP],
                     details, kl_int(e->now), kl_int(place));
}

static kl_status record(event *e)
{
    char uuid[37];
    kl_value details = kl_null();
    KL_TRY(kl_uuid_new(uuid, e->error));
    KL_TRY(kl_string_from_valid(&e->id, kl_text_from(uuid), e->error));
    if (!kl_is_null(e->args[DETAILS]))
        KL_TRY(kl_json_print(&details, e->args[DETAILS], &kl_json_plain, e->error));
    kl_status status = insert(e, details);
    kl_value_release(details);
    for (size_t i = 0; i < kl_array_len(e->args[THRESHOLDS]) && status == KL_OK; i++)
        status = try_threshold(e, kl_array_at(e->args[THRESHOLDS], i));
    return status;
}

static kl_status tell_record(kl_value *out, event *e)
{
    kl_text severity = kl_as_text(e->args[SEVERITY]);
    bool bad = kl_text_is(severity, "error") || kl_text_is(severity, "critical");
    kl_build build = kl_build_begin(5, e->error);
    kl_build_share(&build, "event_id", e->id);
    kl_build_put(&build, "timestamp", kl_int(e->now));
    kl_build_put(&build, "alert_triggered", kl_bool(bad || kl_array_len(e->alerts) > 0));
    kl_build_put(&build, "propagated", kl_bool(true));
    kl_build_share(&build, "alerts", e->alerts);
    return kl_build_end(out, &build);
}

/* ---- query --------------------------------------------------------------------------------------- */

/* A filter that is not given matches everything. */
static kl_status query(event *e)
{
    kl_value since = kl_is_null(e->args[SINCE]) ? kl_int(INT64_MIN) : e->args[SINCE];
    kl_value until = kl_is_null(e->args[UNTIL]) ? kl_int(INT64_MAX) : e->args[UNTIL];
    const kl_value filters[] = {e->args[EVENT], e->args[SEVERITY], e->args[USER], e->args[SOURCE_IP]};
    static const char *const columns[] = {"event_type", "severity", "user_id", "source_ip"};
    char text[512] = "SELECT event_id, event_type, severity, user_id, source_ip, details, "
                     "recorded_at AS timestamp FROM kailash_security_events "
                     "WHERE recorded_at >= ? AND recorded_at < ?";
    kl_value values[8] = {since, until};
    size_t count = 2;
    for (size_t i = 0; i < KL_COUNT(filters); i++) {
        if (kl_is_null(filters[i]))
            continue;
        snprintf(text + strlen(text), sizeof text - strlen(text), " AND %s = ?", columns[i]);
        values[count++] = filters[i];
    }
    strcat(text, " ORDER BY place DESC LIMIT ?");
    values[count++] = e->args[LIMIT];
    return kl_database_run(&e->found, NULL, e->sql, text, values, count, e->error);
}

/* Details are kept as JSON. */
static kl_status with_details(kl_value *list, kl_value rows, kl_error *error)
{
    for (size_t i = 0; i < kl_array_len(rows); i++) {
        kl_value row = kl_value_retain(kl_array_at(rows, i)), details = kl_null();
        kl_value text = kl_map_get(row, KL_TEXT("details"));
        kl_status status = KL_OK;
        if (!kl_is_null(text))
            status = kl_json_parse(&details, kl_as_text(text), error);
        if (status == KL_OK)
            status = kl_map_set(&row, KL_TEXT("details"), details, error);
        if (status == KL_OK)
            status = kl_array_push(list, row, error);
        else
            kl_value_release(row);
        KL_TRY(status);
    }
    return KL_OK;
}

static kl_status tell_query(kl_value *out, event *e)
{
    kl_value list;
    KL_TRY(kl_array_new(&list, kl_array_len(e->found), e->error));
    kl_status status = with_details(&list, e->found, e->error);
    if (status != KL_OK) {
        kl_value_release(list);
        return status;
    }
    kl_build build = kl_build_begin(2, e->error);
    kl_build_share(&build, "events", list);
    kl_build_put(&build, "count", kl_int((int64_t)kl_array_len(list)));
    kl_value_release(list);
    return kl_build_end(out, &build);
}

/* ---- the node ------------------------------------------------------------------------------------ */

static kl_status check(const kl_value *args, bool is_query, kl_error *error)
{
    if (!is_query && kl_is_null(args[EVENT]))
        return kl_node_missing(error, "event_type");
    if (!is_query && kl_is_null(args[SEVERITY]))
        return kl_node_missing(error, "severity");
    return check_thresholds(args[THRESHOLDS], error);
}

static kl_status run(kl_value *out, kl_node_call *call, kl_error *error)
{
    event e = {.args = call->args, .now = kl_epoch_seconds(), .error = error};
    bool is_query = kl_text_is(kl_as_text(call->args[OPERATION]), "query");
    kl_status status;
    KL_TRY(check(call->args, is_query, error));
    KL_TRY(kl_array_new(&e.alerts, 0, error));
    KL_TRY_OUT(kl_database_begin(&e.sql, &event_records, call->args[DATABASE], call->args[SCOPE], call,
                                error));
    KL_TRY_OUT(kl_database_end(e.sql, is_query ? query(&e) : record(&e), error));
    status = is_query ? tell_query(out, &e) : tell_record(out, &e);
out:
    kl_value_release(e.id);
    kl_value_release(e.alerts);
    kl_value_release(e.found);
    return status;
}

static const kl_node_type types[] = {
    {
        .name = "SecurityEventNode",
        .category = "Security",
        .doc = "Keeps security events, tells them again, and alerts when they are bad or many.",
        .inputs = KL_TABLE(inputs),
        .config = KL_TABLE(config),
        .outputs = KL_TABLE(outputs),
        .flags = KL_NODE_BLOCKING,
        .run = run,
    },
};

static const kl_node_family event_nodes = {.name = "security_event", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(event_nodes);
