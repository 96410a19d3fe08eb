/* src/net/bolt.c - pools of connections, queries and transactions; see bolt.h. */
#include "bolt_connection.h"
#include "kailash/crypto.h"

struct kl_bolt_pool {
    kl_bolt_address address;
    char *user, *password, *ca_file; /* or NULL */
    bool insecure;
    kl_stream_pool connections;
};

enum { PULL_ROWS = 1000 };
/* How long a server is waited for that is told goodbye. */
#define GOODBYE_TIME (20 * KL_MILLISECOND)

/* ---- pools --------------------------------------------------------------------------------------- */

static void free_pool(kl_bolt_pool *pool)
{
    kl_bolt_address_clear(&pool->address);
    if (pool->password)
        kl_wipe(pool->password, strlen(pool->password));
    kl_free(pool->user);
    kl_free(pool->password);
    kl_free(pool->ca_file);
    kl_free(pool);
}

static kl_status copy_text(char **to, kl_text from, kl_error *error)
{
    if (from.len == 0)
        return KL_OK;
    *to = kl_strdup(from);
    return *to ? KL_OK : kl_error_no_memory(error);
}

static kl_status set_up(kl_bolt_pool *pool, const kl_bolt_settings *settings, kl_error *error)
{
    KL_TRY(kl_bolt_address_read(&pool->address, settings->url, error));
    pool->insecure = settings->insecure || pool->address.insecure;
    KL_TRY(copy_text(&pool->user, settings->user, error));
    KL_TRY(copy_text(&pool->password, settings->password, error));
    return copy_text(&pool->ca_file, settings->ca_file, error);
}

/* A server that cannot be told will see the connection end. */
static void say_goodbye(kl_bolt *bolt)
{
    kl_stream_watch watch = {kl_clock_after(GOODBYE_TIME), NULL, NULL};
    if (!bolt->link.spoilt && kl_bolt_ask(bolt, KL_BOLT_GOODBYE, NULL, 0, NULL) == KL_OK)
        (void)kl_bolt_flush(bolt, &watch, NULL);
}

static void end_connection(kl_pooled *link)
{
    kl_bolt *bolt = (kl_bolt *)link;
    if (kl_stream_pool_owns(&bolt->pool->connections, link))
        say_goodbye(bolt);
    kl_stream_pool_close(&bolt->pool->connections, link);
    kl_buffer_free(&bolt->out);
    kl_buffer_free(&bolt->message);
    kl_free(bolt);
}

kl_status kl_bolt_pool_new(kl_bolt_pool **out, const kl_bolt_settings *settings, kl_error *error)
{
    kl_bolt_pool *pool = kl_alloc_zero(1, sizeof *pool);
    if (!pool)
        return kl_error_no_memory(error);
    kl_status status = set_up(pool, settings, error);
    if (status != KL_OK) {
        free_pool(pool);
        return status;
    }
    kl_stream_pool_begin(&pool->connections, end_connection);
    *out = pool;
    return KL_OK;
}

void kl_bolt_pool_free(kl_bolt_pool *pool)
{
    if (!pool)
        return;
    kl_stream_pool_finish(&pool->connections);
    free_pool(pool);
}

/* ---- the greeting -------------------------------------------------------------------------------- */

static kl_status add_login(kl_value *map, const kl_bolt_pool *pool, kl_error *error)
{
    if (!pool->user)
        return kl_map_set_text(map, KL_TEXT("scheme"), KL_TEXT("none"), error);
    KL_TRY(kl_map_set_text(map, KL_TEXT("scheme"), KL_TEXT("basic"), error));
    KL_TRY(kl_map_set_text(map, KL_TEXT("principal"), kl_text_from(pool->user), error));
    return kl_map_set_text(map, KL_TEXT("credentials"), kl_text_from(pool->password), error);
}

/* Versions from 5.3 on want to know the client, and those from 5.1 on want the login apart. */
static kl_status add_hello(kl_value *map, const kl_bolt *bolt, kl_error *error)
{
    kl_value agent, product;
    KL_TRY(kl_string_format(&product, error, "kailash/%s", kl_version()));
    KL_TRY(kl_map_set(map, KL_TEXT("user_agent"), product, error));
    if (bolt->version < 0x0503)
        return KL_OK;
    KL_TRY(kl_map_new(&agent, 1, error));
    kl_status status = kl_map_set(&agent, KL_TEXT("product"),
                                  kl_value_retain(kl_map_get(*map, KL_TEXT("user_agent"))), error);
    if (status == KL_OK)
        return kl_map_set(map, KL_TEXT("bolt_agent"), agent, error);
    kl_value_release(agent);
    return status;
}

/* Ask with one map. */
static kl_status ask_map(kl_bolt *bolt, uint8_t tag, kl_value map, const kl_stream_watch *watch,
                         kl_error *error)
{
    KL_TRY(kl_bolt_ask(bolt, tag, &map, 1, error));
    KL_TRY(kl_bolt_flush(bolt, watch, error));
    return kl_bolt_expect(NULL, bolt, watch, error);
}

/* The password stood in the map, whose memory others get next. */
static void release_login(kl_value map)
{
    kl_text secret = kl_as_text(kl_map_get(map, KL_TEXT("credentials")));
    if (secret.len)
        kl_wipe((char *)secret.data, secret.len);
    kl_value_release(map);
}

static kl_status greet(kl_bolt *bolt, const kl_stream_watch *watch, kl_error *error)
{
    bool apart = bolt->version >= 0x0501;
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, 5, error));
    KL_TRY_OUT(add_hello(&map, bolt, error));
    if (apart) {
        KL_TRY_OUT(ask_map(bolt, KL_BOLT_HELLO, map, watch, error));
        kl_value_release(map);
        KL_TRY(kl_map_new(&map, 3, error));
    }
    KL_TRY_OUT(add_login(&map, bolt->pool, error));
    KL_TRY_OUT(ask_map(bolt, apart ? KL_BOLT_LOGON : KL_BOLT_HELLO, map, watch, error));
out:
    release_login(map);
    return status;
}

/* ---- taking and giving back ---------------------------------------------------------------------- */

static kl_status prepare(kl_bolt *bolt, const kl_stream_watch *watch, kl_error *error)
{
    const kl_bolt_pool *pool = bolt->pool;
    kl_stream_address to = {.host = pool->address.host, .port = pool->address.port};
    kl_tls_options tls = {.host = pool->address.host, .ca_file = pool->ca_file,
                          .insecure = pool->insecure};
    KL_TRY(kl_stream_open(&bolt->link.stream, &to, watch, error));
    if (pool->address.tls)
        KL_TRY(kl_stream_start_tls(bolt->link.stream, &tls, watch, error));
    KL_TRY(kl_bolt_shake(bolt, watch, error));
    return greet(bolt, watch, error);
}

static kl_status connect_one(kl_bolt **out, kl_bolt_pool *pool, const kl_stream_watch *watch,
                             kl_error *error)
{
    kl_bolt *bolt = kl_alloc_zero(1, sizeof *bolt);
    if (!bolt)
        return kl_error_no_memory(error);
    bolt->pool = pool;
    kl_stream_pool_join(&pool->connections, &bolt->link);
    kl_status status = prepare(bolt, watch, error);
    if (status != KL_OK) {
        bolt->link.spoilt = true;
        end_connection(&bolt->link);
        return status;
    }
    *out = bolt;
    return KL_OK;
}

kl_status kl_bolt_take(kl_bolt **out, kl_bolt_pool *pool, const kl_stream_watch *watch,
                       kl_error *error)
{
    kl_pooled *idle = kl_stream_pool_take(&pool->connections);
    if (!idle)
        return connect_one(out, pool, watch, error);
    *out = (kl_bolt *)idle;
    return KL_OK;
}

void kl_bolt_give_back(kl_bolt *bolt)
{
    if (!bolt)
        return;
    bolt->link.spoilt = bolt->link.spoilt || bolt->unanswered > 0 || bolt->in_transaction ||
                   bolt->start < bolt->end;
    kl_stream_pool_give_back(&bolt->pool->connections, &bolt->link);
}

unsigned kl_bolt_version(const kl_bolt *bolt) { return bolt->version; }

/* ---- rows ---------------------------------------------------------------------------------------- */

/* A result that is being read. */
typedef struct intake {
    kl_bolt *bolt;
    const kl_stream_watch *watch;
    kl_bolt_result result;
    size_t rows_max, bytes;
} intake;

/* One row (taken) as a map of the columns. */
static kl_status add_row(intake *in, kl_value row, kl_error *error)
{
    kl_value map;
    size_t count = kl_array_len(in->result.columns);
    kl_status status = kl_array_len(row) == count
                           ? kl_map_new(&map, count, error)
                           : kl_error_set(error, KL_SYNTAX, "the server sent a row of %zu values for "
                                                            "%zu columns",
                                          kl_array_len(row), count);
    bool made = status == KL_OK;
    for (size_t i = 0; i < count && status == KL_OK; i++)
        status = kl_map_set_key(&map, kl_array_at(in->result.columns, i),
                                kl_value_retain(kl_array_at(row, i)), error);
    kl_value_release(row);
    if (status == KL_OK)
        return kl_array_push(&in->result.rows, map, error);
    if (made)
        kl_value_release(map);
    return status;
}

static kl_status check_size(const intake *in, kl_error *error)
{
    if (kl_array_len(in->result.rows) >= in->rows_max)
        return kl_error_set(error, KL_LIMIT, "resource limit exceeded: result (limit: %zu rows)",
                            in->rows_max);
    if (in->bytes > KL_BOLT_RESULT_MAX)
        return kl_error_set(error, KL_LIMIT, "resource limit exceeded: result (limit: %zu bytes)",
                            KL_BOLT_RESULT_MAX);
    return KL_OK;
}

/* The rows of one request; `*more` when there are others. */
static kl_status read_batch(bool *more, intake *in, kl_error *error)
{
    kl_bolt_answer answer;
    kl_value end;
    for (;;) {
        KL_TRY(kl_bolt_answer_read(&answer, in->bolt, in->watch, error));
        if (answer.tag != KL_BOLT_RECORD)
            break;
        in->bytes += answer.bytes;
        kl_status status = check_size(in, error);
        if (status != KL_OK) {
            kl_value_release(answer.content);
            return status;
        }
        KL_TRY(add_row(in, answer.content, error));
    }
    KL_TRY(kl_bolt_settle(&end, in->bolt, answer, in->watch, error));
    *more = kl_as_bool(kl_map_get(end, KL_TEXT("has_more")));
    kl_value_replace(&in->result.stats, kl_value_retain(kl_map_get(end, KL_TEXT("stats"))));
    kl_value_release(end);
    return KL_OK;
}

static kl_status ask_pull(kl_bolt *bolt, kl_error *error)
{
    kl_value map;
    KL_TRY(kl_map_new(&map, 1, error));
    kl_status status = kl_map_set(&map, KL_TEXT("n"), kl_int(PULL_ROWS), error);
    if (status == KL_OK)
        status = kl_bolt_ask(bolt, KL_BOLT_PULL, &map, 1, error);
    kl_value_release(map);
    return status;
}

static kl_status take_columns(intake *in, kl_error *error)
{
    kl_value head;
    KL_TRY(kl_bolt_expect(&head, in->bolt, in->watch, error));
    kl_value fields = kl_map_get(head, KL_TEXT("fields"));
    bool good = kl_is(fields, KL_KIND_ARRAY);
    for (size_t i = 0; i < kl_array_len(fields); i++)
        good = good && kl_is(kl_array_at(fields, i), KL_KIND_STRING);
    if (good)
        in->result.columns = kl_value_retain(fields);
    kl_value_release(head);
    return good ? KL_OK
                : kl_error_set(error, KL_SYNTAX, "the server did not name the columns of a result");
}

static kl_status take_rows(intake *in, kl_error *error)
{
    bool more = true;
    KL_TRY(take_columns(in, error));
    KL_TRY(kl_array_new(&in->result.rows, 0, error));
    KL_TRY(read_batch(&more, in, error));
    while (more) {
        KL_TRY(ask_pull(in->bolt, error));
        KL_TRY(kl_bolt_flush(in->bolt, in->watch, error));
        KL_TRY(read_batch(&more, in, error));
    }
    return KL_OK;
}

/* ---- queries ------------------------------------------------------------------------------------- */

/* What a transaction is told at its begin; given. */
static kl_status extra_of(kl_value *out, const kl_bolt_options *options, kl_error *error)
{
    kl_value map;
    kl_status status = KL_OK;
    KL_TRY(kl_map_new(&map, 2, error));
    if (options && options->database.len)
        KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("db"), options->database, error));
    if (options && options->timeout_ms)
        KL_TRY_OUT(kl_map_set(&map, KL_TEXT("tx_timeout"), kl_int(options->timeout_ms), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status ask_run(kl_bolt *bolt, kl_text query, kl_value params,
                         const kl_bolt_options *options, kl_error *error)
{
    kl_value fields[3] = {kl_null(), kl_is_null(params) ? kl_map_empty() : kl_value_retain(params),
                          kl_null()};
    kl_status status = kl_string_new(&fields[0], query, error);
    if (status == KL_OK)
        status = extra_of(&fields[2], bolt->in_transaction ? NULL : options, error);
    if (status == KL_OK)
        status = kl_bolt_ask(bolt, KL_BOLT_RUN, fields, KL_COUNT(fields), error);
    for (size_t i = 0; i < KL_COUNT(fields); i++)
        kl_value_release(fields[i]);
    return status;
}

/* The query and the wish for its first rows go together. */
static kl_status exchange(intake *in, kl_text query, kl_value params,
                          const kl_bolt_options *options, kl_error *error)
{
    KL_TRY(ask_run(in->bolt, query, params, options, error));
    KL_TRY(ask_pull(in->bolt, error));
    KL_TRY(kl_bolt_flush(in->bolt, in->watch, error));
    return take_rows(in, error);
}

/* Requests left without an answer (or unsent) make the connection unfit: give_back() sees them. */
kl_status kl_bolt_run(kl_bolt_result *out, kl_bolt *bolt, kl_text query, kl_value params,
                      const kl_bolt_options *options, const kl_stream_watch *watch,
                      kl_error *error)
{
    intake in = {.bolt = bolt, .watch = watch,
                 .rows_max = options && options->rows_max ? options->rows_max
                                                          : KL_PACKSTREAM_ITEMS_MAX};
    kl_status status = exchange(&in, query, params, options, error);
    if (status == KL_OK)
        *out = in.result;
    else
        kl_bolt_result_clear(&in.result);
    return status;
}

void kl_bolt_result_clear(kl_bolt_result *result)
{
    kl_value_release(result->columns);
    kl_value_release(result->rows);
    kl_value_release(result->stats);
    *result = (kl_bolt_result){0};
}

/* ---- transactions -------------------------------------------------------------------------------- */

kl_status kl_bolt_begin(kl_bolt *bolt, const kl_bolt_options *options,
                        const kl_stream_watch *watch, kl_error *error)
{
    kl_value extra;
    KL_TRY(extra_of(&extra, options, error));
    kl_status status = ask_map(bolt, KL_BOLT_BEGIN, extra, watch, error);
    kl_value_release(extra);
    bolt->in_transaction = status == KL_OK;
    return status;
}

static kl_status end_transaction(kl_bolt *bolt, uint8_t tag, const kl_stream_watch *watch,
                                 kl_error *error)
{
    KL_TRY(kl_bolt_ask(bolt, tag, NULL, 0, error));
    KL_TRY(kl_bolt_flush(bolt, watch, error));
    KL_TRY(kl_bolt_expect(NULL, bolt, watch, error));
    bolt->in_transaction = false;
    return KL_OK;
}

kl_status kl_bolt_commit(kl_bolt *bolt, const kl_stream_watch *watch, kl_error *error)
{
    return end_transaction(bolt, KL_BOLT_COMMIT, watch, error);
}

kl_status kl_bolt_rollback(kl_bolt *bolt, const kl_stream_watch *watch, kl_error *error)
{
    return bolt->in_transaction ? end_transaction(bolt, KL_BOLT_ROLLBACK, watch, error) : KL_OK;
}
