/* src/dataflow/fabric_database.c - register_database_source(): rows of another database, which is only read. */
#include "data_error.h"
#include "dataflow.h"
#include "fabric_source.h"
#include "store/sql_url.h"

#include <math.h>

enum { NAME, URL, QUERY, TIMEOUT, MAX_ROWS };

typedef struct database {
    kl_sql_pool *pool;
    kl_sql_dialect dialect;
    kl_value query;      /* string: what is asked when the caller asks nothing; or null */
    kl_duration timeout; /* of a statement */
    size_t rows_max;
} database;

static void end(void *state)
{
    database *d = state;
    kl_sql_pool_release(d->pool);
    kl_value_release(d->query);
    kl_free(d);
}

/* ---- making ------------------------------------------------------------------------------------ */

/* A file that is missing is not made by reading it. */
static kl_status reading_url(kl_value *out, kl_text url, kl_sql_dialect dialect, kl_error *error)
{
    bool says = memmem(url.data, url.len, "mode=", 5) || memmem(url.data, url.len, ":memory:", 8);
    if (dialect != KL_SQL_SQLITE || says)
        return kl_string_new(out, url, error);
    return kl_string_format(out, error, "%.*s%cmode=rw", KL_TEXT_ARG(url),
                            memchr(url.data, '?', url.len) ? '&' : '?');
}

static kl_status open_pool(database *d, kl_text url, kl_error *error)
{
    kl_sql_address address;
    kl_value reading;
    KL_TRY(kl_sql_address_read(&address, url, error));
    d->dialect = address.dialect;
    kl_sql_address_clear(&address);
    const kl_sql_pool_options options = {
        .acquire_timeout = d->timeout,
        .idle_timeout = 5 * KL_MINUTE,
        .session = kl_reading_text(d->dialect),
    };
    KL_TRY(reading_url(&reading, url, d->dialect, error));
    kl_status status = kl_sql_pool_new(&d->pool, kl_as_text(reading), &options, error);
    kl_value_release(reading);
    return status;
}

static kl_status fetch(kl_value *out, void *state, kl_value query, const kl_sql_watch *watch,
                       kl_fabric_outcome *outcome, kl_error *error);
static const kl_fabric_kind database_kind = {"database", fetch, end};

kl_status kl_fabric_database_new(kl_value *out, const kl_value *args, kl_duration reset_after,
                                 kl_error *error)
{
    database *d = kl_alloc_zero(1, sizeof *d);
    if (!d)
        return kl_error_no_memory(error);
    d->query = kl_value_retain(args[QUERY]);
    d->timeout = KL_MAX((kl_duration)(kl_as_double(args[TIMEOUT]) * 1e9), KL_MILLISECOND);
    d->rows_max = (size_t)kl_as_int(args[MAX_ROWS]);
    kl_status status = open_pool(d, kl_as_text(args[URL]), error);
    if (status == KL_OK)
        return kl_fabric_source_new(out, args[NAME], &database_kind, d, reset_after, error);
    end(d);
    return kl_fabric_failure(status, "register_database_source", error);
}

/* ---- fetching ---------------------------------------------------------------------------------- */

/* A text, or {"sql", "params"}; both borrowed. */
static kl_status read_query(kl_value *sql, kl_value *params, const database *d, kl_value query,
                            kl_error *error)
{
    *sql = kl_is_null(query) ? d->query : query;
    *params = kl_null();
    if (kl_is(*sql, KL_KIND_MAP)) {
        *params = kl_map_get(query, KL_TEXT("params"));
        *sql = kl_map_get(query, KL_TEXT("sql"));
        if (kl_map_len(query) != 1 + (size_t)kl_map_has(query, KL_TEXT("params")))
            return kl_error_set(error, KL_INVALID, "query: expected the keys sql and params");
    }
    if (kl_is_null(*sql) && kl_is_null(query))
        return kl_error_set(error, KL_INVALID, "query: the source has no query of its own; give one");
    if (!kl_is(*sql, KL_KIND_STRING))
        return kl_error_set(error, KL_TYPE, "query: expected SQL, or a dict of sql and params, got %s",
                            kl_value_kind_name(query));
    if (!kl_is_null(*params) && !kl_is(*params, KL_KIND_ARRAY))
        return kl_error_set(error, KL_TYPE, "query: params: expected a list, got %s",
                            kl_value_kind_name(*params));
    return KL_OK;
}

/* Whether the database, and not the statement, is at fault. */
static bool is_outage(kl_status status, const kl_error *why)
{
    const kl_value *details = why->details;
    kl_text state = details ? kl_as_text(kl_map_get(*details, KL_TEXT("sqlstate"))) : (kl_text){"", 0};
    bool unreachable = state.len >= 2 && (memcmp(state.data, "08", 2) == 0 ||
                                          memcmp(state.data, "57", 2) == 0 ||
                                          memcmp(state.data, "53", 2) == 0);
    return unreachable || status == KL_IO || status == KL_TIMEOUT || status == KL_UNAVAILABLE;
}

static kl_status run(kl_value *out, const database *d, kl_sql *sql, kl_value text, kl_value params,
                     const kl_sql_watch *watch, kl_error *error)
{
    kl_sql_result result;
    const kl_sql_request request = {
        .text = kl_as_text(text), .params = params, .read_only = true, .rows_max = d->rows_max,
        .watch = {kl_clock_after(d->timeout), watch->is_stopped, watch->data}};
    KL_TRY(kl_sql_query(&result, sql, &request, error));
    bool cut = result.truncated;
    if (!cut)
        *out = kl_value_take(&result.rows);
    kl_sql_result_clear(&result);
    if (!cut)
        return KL_OK;
    return kl_error_set(error, KL_LIMIT, "the source gives more than %zu rows; ask for fewer, or "
                        "register it with greater max_rows", d->rows_max);
}

static kl_status ask(kl_value *out, const database *d, kl_value text, kl_value params,
                     const kl_sql_watch *watch, kl_fabric_outcome *outcome, kl_error *error)
{
    kl_sql *sql;
    kl_value bound;
    KL_TRY(kl_data_raw_params(&bound, params, error));
    *outcome = KL_FABRIC_OUTAGE;
    kl_status status = kl_sql_take(&sql, d->pool, watch, error);
    if (status == KL_OK) {
        kl_error why = KL_ERROR_INIT;
        status = run(out, d, sql, text, bound, watch, &why);
        if (!is_outage(status, &why))
            *outcome = KL_FABRIC_ANSWERED;
        kl_error_move(error, &why);
        kl_sql_give_back(sql);
    }
    kl_value_release(bound);
    return status;
}

static kl_status fetch(kl_value *out, void *state, kl_value query, const kl_sql_watch *watch,
                       kl_fabric_outcome *outcome, kl_error *error)
{
    const database *d = state;
    kl_value text, params;
    KL_TRY(read_query(&text, &params, d, query, error));
    kl_status status = ask(out, d, text, params, watch, outcome, error);
    if (status == KL_OK || status == KL_LIMIT || status == KL_CANCELLED)
        return kl_fabric_failure(status, "fetch_source", error);
    return kl_data_error(error, status, "fetch_source", d->dialect);
}

const kl_param kl_fabric_database_params[5] = {
    [NAME] = {.name = "name", .kind = KL_KIND_STRING, .range = KL_RANGE(1, 255),
              .doc = "what the source is called here"},
    [URL] = {.name = "url", .kind = KL_KIND_STRING, .flags = KL_SECRET,
             .doc = "which database: sqlite:PATH, postgresql://..., mysql://..."},
    [QUERY] = {.name = "query", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
               .doc = "what fetch_source() asks when it is told nothing"},
    [TIMEOUT] = {.name = "timeout_secs", .kind = KL_KIND_NUMBER, .fallback = "30",
                 .range = KL_RANGE(0, 86400), .doc = "seconds to wait for a connection, and that a "
                                                     "statement may take"},
    [MAX_ROWS] = {.name = "max_rows", .kind = KL_KIND_COUNT, .fallback = "100000",
                  .range = KL_RANGE(1, 10000000), .doc = "a result of more rows is an error"},
};
