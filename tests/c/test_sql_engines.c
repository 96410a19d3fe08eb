/* The SQL layer on its three engines: what holds for one holds for all, with equal JSON. */
#include "service_test.h"
#include "store/sql.h"
#include "sweep.h"

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct engine {
    const char *name, *variable; /* without a variable it is there always */
    const char *serial, *bytes, *json, *timestamp, *pid;
    const char *sleep; /* a statement that takes very long */
    const char *numbers; /* a row per number up to ? */
} engine;

static const engine engines[] = {
    {"sqlite", NULL, "INTEGER PRIMARY KEY AUTOINCREMENT", "BLOB", "JSON", "TIMESTAMP", NULL,
     "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT max(x) FROM c",
     "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < ?) SELECT n FROM c"},
    {"postgres", "KAILASH_TEST_POSTGRES_URL", "BIGSERIAL PRIMARY KEY", "BYTEA", "JSONB",
     "TIMESTAMP(6)", "KAILASH_TEST_POSTGRES_PID", "SELECT pg_sleep(600)",
     "SELECT n FROM generate_series(1, ?::bigint) AS g(n)"},
    {"mariadb", "KAILASH_TEST_MARIADB_URL", "BIGINT AUTO_INCREMENT PRIMARY KEY", "LONGBLOB", "JSON",
     "DATETIME(6)", "KAILASH_TEST_MARIADB_PID", "SELECT 1 FROM DUAL WHERE SLEEP(600)",
     "SELECT seq AS n FROM seq_1_to_1000000 WHERE seq <= ?"},
};

static const engine *engine_of(void **state) { return *state; }

/* A database in memory lasts as long as its pool. */
static kl_sql_pool *new_pool(const engine *e, size_t connections)
{
    kl_sql_pool *pool = NULL;
    kl_error error = KL_ERROR_INIT;
    kl_sql_pool_options options = {.connections_max = connections};
    const char *url = e->variable ? service_url(e->variable) : "sqlite::memory:";
    if (kl_sql_pool_new(&pool, kl_text_from(url), &options, &error) != KL_OK)
        fail_msg("%s: %s", e->name, kl_error_message(&error));
    return pool;
}

static kl_sql *take(kl_sql_pool *pool)
{
    kl_sql *sql = NULL;
    kl_error error = KL_ERROR_INIT;
    if (kl_sql_take(&sql, pool, NULL, &error) != KL_OK)
        fail_msg("%s", kl_error_message(&error));
    return sql;
}

static kl_status query(kl_sql_result *out, kl_sql *sql, const char *text, const char *params,
                       kl_error *error)
{
    kl_sql_request request = KL_SQL_REQUEST_INIT;
    kl_value values = params ? json(params) : kl_null();
    request.text = kl_text_from(text);
    request.params = values;
    kl_status status = kl_sql_query(out, sql, &request, error);
    kl_value_release(values);
    return status;
}

static void runs_in(kl_sql *sql, const char *text, const char *params, const char *rows, int line)
{
    kl_sql_result result;
    kl_error error = KL_ERROR_INIT;
    kl_status status = query(&result, sql, text, params, &error);
    if (status != KL_OK)
        print_error("line %d: %s: %s\n", line, text, kl_error_message(&error));
    kl_error_clear(&error);
    assert_int_equal(status, KL_OK);
    kl_value found = kl_value_retain(result.rows);
    kl_sql_result_clear(&result);
    if (rows)
        assert_json_in(found, rows, __FILE__, line);
    else
        kl_value_release(found);
}
#define runs(sql, text, params, rows) runs_in(sql, text, params, rows, __LINE__)

static void refuses_in(kl_sql *sql, const char *text, const char *params, kl_status expected,
                       const char *kind, int line)
{
    kl_sql_result result;
    kl_error error = KL_ERROR_INIT;
    kl_status status = query(&result, sql, text, params, &error);
    if (status != expected)
        print_error("line %d: %s: %s %s\n", line, text, kl_status_name(status),
                    kl_error_message(&error));
    assert_int_equal(status, expected);
    if (kind) {
        assert_non_null(error.details);
        kl_value found = kl_map_get(*(kl_value *)error.details, KL_TEXT("kind"));
        if (!kl_text_is(kl_as_text(found), kind))
            print_error("line %d: %s\n", line, kl_error_message(&error));
        assert_string_equal(kl_as_text(found).data, kind);
    }
    kl_error_clear(&error);
}
#define refuses(sql, text, params, status, kind) refuses_in(sql, text, params, status, kind, __LINE__)

/* "CREATE TABLE t(...)" anew, the engine's words for {serial} {bytes} {json} {timestamp} put in. */
static void table_in(const engine *e, kl_sql *sql, const char *name, const char *columns, int line)
{
    char text[1024];
    size_t len = (size_t)snprintf(text, sizeof text, "CREATE TABLE %s(", name);
    const struct {
        const char *mark, *word;
    } words[] = {{"{serial}", e->serial}, {"{bytes}", e->bytes}, {"{json}", e->json},
                 {"{timestamp}", e->timestamp}};
    char drop[128];
    snprintf(drop, sizeof drop, "DROP TABLE IF EXISTS %s", name);
    runs_in(sql, drop, NULL, "[]", line);
    while (*columns) {
        size_t row = 0;
        while (row < KL_COUNT(words) && strncmp(columns, words[row].mark, strlen(words[row].mark)))
            row++;
        if (row < KL_COUNT(words)) {
            len += (size_t)snprintf(text + len, sizeof text - len, "%s", words[row].word);
            columns += strlen(words[row].mark);
        } else {
            text[len++] = *columns++;
        }
    }
    snprintf(text + len, sizeof text - len, ")");
    runs_in(sql, text, NULL, "[]", line);
}
#define table(e, sql, name, columns) table_in(e, sql, name, columns, __LINE__)

/* ---- values -------------------------------------------------------------------------------------- */

KL_TEST(values_of_every_type_come_back)
{
    kl_sql_pool *pool = new_pool(engine_of(state_), 1);
    kl_sql *sql = take(pool);
    table(engine_of(state_), sql, "kl_types",
          "id BIGINT, b BOOLEAN, i INTEGER, r DOUBLE PRECISION, n NUMERIC(20,4), s VARCHAR(200), j {json}, "
          "d DATE, t {timestamp}");
    runs(sql, "INSERT INTO kl_types VALUES(?,?,?,?,?,?,?,?,?)",
         "[1,true,-2147483648,1.5e-7,12.5,\"h\\u00e9llo '\\\"\\\\ \\ud83d\\ude00\",{\"b\":[1,null],\"a\":\"x\"},"
         "\"2024-02-29\",\"2024-02-29 12:34:56.789\"]", "[]");
    runs(sql, "INSERT INTO kl_types VALUES(?,?,?,?,?,?,?,?,?)",
         "[9223372036854775807,false,0,-0.1,\"1234567890123456.7891\",\"\",[1,2],\"0999-12-31\","
         "\"1999-12-31 23:59:59\"]", "[]");
    runs(sql, "INSERT INTO kl_types VALUES(?,?,?,?,?,?,?,?,?)",
         "[-9223372036854775808,null,null,null,null,null,null,null,null]", "[]");
    runs(sql, "SELECT id, b, i, r, s, d, t FROM kl_types ORDER BY id DESC", NULL,
         "[{\"id\":9223372036854775807,\"b\":false,\"i\":0,\"r\":-0.1,\"s\":\"\",\"d\":\"0999-12-31\","
         "\"t\":\"1999-12-31T23:59:59\"},"
         "{\"id\":1,\"b\":true,\"i\":-2147483648,\"r\":1.5e-7,\"s\":\"h\xC3\xA9llo '\\\"\\\\ \xF0\x9F\x98\x80\","
         "\"d\":\"2024-02-29\",\"t\":\"2024-02-29T12:34:56.789000\"},"
         "{\"id\":-9223372036854775808,\"b\":null,\"i\":null,\"r\":null,\"s\":null,\"d\":null,\"t\":null}]");
    runs(sql, "SELECT n FROM kl_types WHERE id = ?", "[1]", "[{\"n\":12.5}]");
    runs(sql, "DROP TABLE kl_types", NULL, "[]");
    kl_sql_give_back(sql);
    kl_sql_pool_release(pool);
}

KL_TEST(json_and_bytes_come_back)
{
    kl_sql_pool *pool = new_pool(engine_of(state_), 1);
    kl_sql *sql = take(pool);
    kl_value params, bytes;
    table(engine_of(state_), sql, "kl_bytes", "b {bytes}, j {json}");
    assert_int_equal(kl_bytes_new(&bytes, (kl_text){"\0\xFF'\\x", 5}, NULL), KL_OK);
    assert_int_equal(kl_array_new(&params, 2, NULL), KL_OK);
    assert_int_equal(kl_array_push(&params, kl_value_retain(bytes), NULL), KL_OK);
    assert_int_equal(kl_array_push(&params, json("{\"k\":[1,2.5,null,\"v\"]}"), NULL), KL_OK);
    kl_error error = KL_ERROR_INIT;
    kl_status status = kl_sql_execute(NULL, sql, KL_TEXT("INSERT INTO kl_bytes VALUES(?,?)"), params, &error);
    if (status != KL_OK)
        print_error("%s\n", kl_error_message(&error));
    assert_int_equal(status, KL_OK);
    kl_value_release(params);
    kl_sql_cursor cursor;
    kl_value row;
    assert_int_equal(kl_sql_start(&cursor, sql, KL_TEXT("SELECT b, j FROM kl_bytes"), kl_null(), NULL, NULL),
                     KL_OK);
    assert_int_equal(kl_sql_next(&row, &cursor, NULL), KL_OK);
    bool same = false;
    assert_int_equal(kl_value_equal(&same, kl_map_get(row, KL_TEXT("b")), bytes, NULL), KL_OK);
    assert_true(same);
    assert_json(kl_value_retain(kl_map_get(row, KL_TEXT("j"))), "{\"k\":[1,2.5,null,\"v\"]}");
    kl_value_release(row);
    kl_value_release(bytes);
    kl_sql_finish(NULL, &cursor);
    kl_sql_give_back(sql);
    kl_sql_pool_release(pool);
}

KL_TEST(decimals_lose_nothing)
{
    const engine *e = engine_of(state_);
    kl_sql_pool *pool = new_pool(e, 1);
    kl_sql *sql = take(pool);
    kl_sql_result result;
    kl_sql_request request = KL_SQL_REQUEST_INIT;
    table(e, sql, "kl_decimals", "n DECIMAL(30,4)");
    runs(sql, "INSERT INTO kl_decimals VALUES(?)", "[7]", "[]");
    runs(sql, "SELECT n FROM kl_decimals", NULL, "[{\"n\":7.0}]");
    if (e->variable) { /* SQLite itself keeps a float */
        runs(sql, "UPDATE kl_decimals SET n = ?", "[\"12345678901234567890.1234\"]", "[]");
        runs(sql, "SELECT n FROM kl_decimals", NULL, "[{\"n\":\"12345678901234567890.1234\"}]");
    }
    request.text = KL_TEXT("SELECT n FROM kl_decimals");
    request.numeric = KL_SQL_NUMERIC_FLOAT;
    assert_int_equal(kl_sql_query(&result, sql, &request, NULL), KL_OK);
    assert_int_equal(kl_value_kind(kl_map_value_at(kl_array_at(result.rows, 0), 0)), KL_KIND_DOUBLE);
    kl_sql_result_clear(&result);
    request.numeric = KL_SQL_NUMERIC_TEXT;
    assert_int_equal(kl_sql_query(&result, sql, &request, NULL), KL_OK);
    assert_int_equal(kl_value_kind(kl_map_value_at(kl_array_at(result.rows, 0), 0)), KL_KIND_STRING);
    kl_sql_result_clear(&result);
    kl_sql_give_back(sql);
    kl_sql_pool_release(pool);
}

/* ---- statements ---------------------------------------------------------------------------------- */

KL_TEST(placeholders_of_every_kind)
{
    kl_sql_pool *pool = new_pool(engine_of(state_), 1);
    kl_sql *sql = take(pool);
    table(engine_of(state_), sql, "kl_places", "a INTEGER, b VARCHAR(100)");
    runs(sql, "INSERT INTO kl_places(a, b) VALUES(?, ?)", "[1,\"one ? -- /* $1\"]", "[]");
    runs(sql, "INSERT INTO kl_places(b, a) VALUES(:word, :number)", "{\"number\":2,\"word\":\"two\"}", "[]");
    runs(sql, "SELECT a FROM kl_places WHERE b = 'two' /* ? $9 :x */ AND a = :n OR a = :n -- ?\n", "{\"n\":2}",
         "[{\"a\":2}]");
    runs(sql, "SELECT b FROM kl_places WHERE a = ?", "[1]", "[{\"b\":\"one ? -- /* $1\"}]");
    refuses(sql, "SELECT ?", "[1,2]", KL_INVALID, NULL);
    refuses(sql, "SELECT 1; DROP TABLE kl_places", NULL, KL_SYNTAX, NULL);
    runs(sql, "SELECT 1 AS one; -- done", NULL, "[{\"one\":1}]");
    kl_sql_give_back(sql);
    kl_sql_pool_release(pool);
}

KL_TEST(numbered_placeholders)
{
    const engine *e = engine_of(state_);
    kl_sql_pool *pool = new_pool(e, 1);
    kl_sql *sql = take(pool);
    table(e, sql, "kl_numbers", "a INTEGER, b VARCHAR(100)");
    runs(sql, "INSERT INTO kl_numbers(b, a) VALUES(?2, ?1)", "[3,\"three\"]", "[]");
    runs(sql, "INSERT INTO kl_numbers(b, a) VALUES($2, $1)", "[4,\"four\"]", "[]");
    runs(sql, "SELECT a, b FROM kl_numbers ORDER BY a", NULL,
         "[{\"a\":3,\"b\":\"three\"},{\"a\":4,\"b\":\"four\"}]");
    kl_sql_give_back(sql);
    kl_sql_pool_release(pool);
}

KL_TEST(values_never_become_text)
{
    static const char *const evil[] = {
        "\"x'; DROP TABLE kl_evil; --\"", "\"\\\\'; DROP TABLE kl_evil; --\"", "\"$1 ? :a %s\"",
        "\"\\u00bf' OR 1=1 -- \"", "\"$$; DROP TABLE kl_evil; $$\"", "\"*/ OR 1=1 /*\""};
    kl_sql_pool *pool = new_pool(engine_of(state_), 1);
    kl_sql *sql = take(pool);
    table(engine_of(state_), sql, "kl_evil", "s VARCHAR(100)");
    for (size_t i = 0; i < KL_COUNT(evil); i++) {
        char params[128], rows[160];
        snprintf(params, sizeof params, "[%s]", evil[i]);
        runs(sql, "SELECT s FROM kl_evil WHERE s = ?", params, "[]");
        runs(sql, "INSERT INTO kl_evil VALUES(?)", params, "[]");
        snprintf(rows, sizeof rows, "[{\"n\":1}]");
        runs(sql, "SELECT count(*) AS n FROM kl_evil WHERE s = ?", params, rows);
    }
    runs(sql, "SELECT count(*) AS n FROM kl_evil", NULL, "[{\"n\":6}]");
    kl_sql_give_back(sql);
    kl_sql_pool_release(pool);
}

KL_TEST(changes_are_counted)
{
    const engine *e = engine_of(state_);
    kl_sql_pool *pool = new_pool(e, 1);
    kl_sql *sql = take(pool);
    kl_sql_result result;
    table(e, sql, "kl_changes", "id {serial}, a INTEGER");
    assert_int_equal(query(&result, sql, "INSERT INTO kl_changes(a) VALUES(1),(2),(3)", NULL, NULL), KL_OK);
    assert_int_equal(result.effect.affected, 3);
    kl_sql_result_clear(&result);
    assert_int_equal(query(&result, sql, "UPDATE kl_changes SET a = 2 WHERE a >= 2", NULL, NULL), KL_OK);
    assert_int_equal(result.effect.affected, 2); /* also the one that was 2 already */
    kl_sql_result_clear(&result);
    assert_int_equal(query(&result, sql, "SELECT * FROM kl_changes", NULL, NULL), KL_OK);
    assert_int_equal(result.effect.affected, 0);
    kl_sql_result_clear(&result);
    assert_int_equal(query(&result, sql, "INSERT INTO kl_changes(a) VALUES(?) RETURNING id, a", "[9]", NULL),
                     KL_OK);
    assert_int_equal(result.effect.affected, 1);
    kl_value rows = kl_value_retain(result.rows);
    kl_sql_result_clear(&result);
    assert_json(rows, "[{\"id\":4,\"a\":9}]");
    kl_sql_give_back(sql);
    kl_sql_pool_release(pool);
}

KL_TEST(errors_are_of_a_kind)
{
    kl_sql_pool *pool = new_pool(engine_of(state_), 1);
    kl_sql *sql = take(pool);
    runs(sql, "DROP TABLE IF EXISTS kl_child", NULL, "[]");
    table(engine_of(state_), sql, "kl_faults", "id INTEGER PRIMARY KEY, a INTEGER NOT NULL CHECK(a > 0)");
    table(engine_of(state_), sql, "kl_child", "p INTEGER, FOREIGN KEY(p) REFERENCES kl_faults(id)");
    runs(sql, "INSERT INTO kl_faults VALUES(1, 1)", NULL, "[]");
    refuses(sql, "INSERT INTO kl_faults VALUES(1, 1)", NULL, KL_FAILED, "unique");
    refuses(sql, "INSERT INTO kl_faults VALUES(2, ?)", "[null]", KL_FAILED, "not_null");
    refuses(sql, "INSERT INTO kl_faults VALUES(2, 0)", NULL, KL_FAILED, "check");
    refuses(sql, "INSERT INTO kl_child VALUES(7)", NULL, KL_FAILED, "foreign_key");
    refuses(sql, "SELEC", NULL, KL_FAILED, "syntax");
    refuses(sql, "SELECT * FROM kl_nowhere", NULL, KL_FAILED, "syntax");
    runs(sql, "DROP TABLE kl_child", NULL, "[]");
    kl_sql_give_back(sql);
    kl_sql_pool_release(pool);
}

KL_TEST(a_schema_may_change_between_runs)
{
    kl_sql_pool *pool = new_pool(engine_of(state_), 1);
    kl_sql *sql = take(pool);
    table(engine_of(state_), sql, "kl_schema", "a INTEGER");
    runs(sql, "INSERT INTO kl_schema VALUES(1)", NULL, "[]");
    runs(sql, "SELECT * FROM kl_schema", NULL, "[{\"a\":1}]");
    runs(sql, "ALTER TABLE kl_schema ADD COLUMN b VARCHAR(10)", NULL, "[]");
    runs(sql, "SELECT * FROM kl_schema", NULL, "[{\"a\":1,\"b\":null}]");
    kl_sql_give_back(sql);
    kl_sql_pool_release(pool);
}

KL_TEST(more_statements_than_are_kept)
{
    kl_sql_pool *pool = new_pool(engine_of(state_), 1);
    kl_sql *sql = take(pool);
    for (int i = 0; i < 150; i++) {
        char text[64], rows[64];
        snprintf(text, sizeof text, "SELECT %d AS n", i);
        snprintf(rows, sizeof rows, "[{\"n\":%d}]", i);
        runs(sql, text, NULL, rows);
        runs(sql, text, NULL, rows);
    }
    kl_sql_give_back(sql);
    kl_sql_pool_release(pool);
}

KL_TEST(several_statements_run_when_asked_for)
{
    kl_sql_pool *pool = new_pool(engine_of(state_), 1);
    kl_sql *sql = take(pool);
    kl_sql_result result;
    kl_sql_request request = KL_SQL_REQUEST_INIT;
    table(engine_of(state_), sql, "kl_many", "a VARCHAR(20)");
    request.many = true;
    request.text = KL_TEXT("INSERT INTO kl_many VALUES(';'); -- ;\nINSERT INTO kl_many VALUES('b');"
                           "SELECT a FROM kl_many ORDER BY a;");
    kl_error error = KL_ERROR_INIT;
    if (kl_sql_query(&result, sql, &request, &error) != KL_OK)
        fail_msg("%s", kl_error_message(&error));
    assert_int_equal(result.effect.affected, 2);
    kl_value rows = kl_value_retain(result.rows);
    kl_sql_result_clear(&result);
    assert_json(rows, "[{\"a\":\";\"},{\"a\":\"b\"}]");
    kl_sql_give_back(sql);
    kl_sql_pool_release(pool);
}

KL_TEST(reading_requests_cannot_write)
{
    static const char *const writing[] = {"DELETE FROM kl_guarded", "INSERT INTO kl_guarded VALUES(2)",
                                          "DROP TABLE kl_guarded"};
    kl_sql_pool *pool = new_pool(engine_of(state_), 1);
    kl_sql *sql = take(pool);
    kl_sql_result result;
    kl_sql_request request = KL_SQL_REQUEST_INIT;
    table(engine_of(state_), sql, "kl_guarded", "a INTEGER");
    runs(sql, "INSERT INTO kl_guarded VALUES(1)", NULL, "[]");
    request.read_only = true;
    for (size_t i = 0; i < KL_COUNT(writing); i++) {
        request.text = kl_text_from(writing[i]);
        assert_int_equal(kl_sql_query(&result, sql, &request, NULL), KL_SYNTAX);
        assert_false(kl_sql_in_transaction(sql));
    }
    request.text = KL_TEXT("SELECT a FROM kl_guarded");
    assert_int_equal(kl_sql_query(&result, sql, &request, NULL), KL_OK);
    assert_int_equal(kl_array_len(result.rows), 1);
    kl_sql_result_clear(&result);
    assert_false(kl_sql_in_transaction(sql));
    kl_sql_give_back(sql);
    kl_sql_pool_release(pool);
}

/* ---- many rows ----------------------------------------------------------------------------------- */

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif

/* Resident memory of this process, in KiB. */
static long resident(void)
{
    long size = 0, pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file || fscanf(file, "%ld %ld", &size, &pages) != 2)
        pages = 0;
    if (file)
        fclose(file);
    return pages * 4;
}

KL_TEST(a_million_rows_pass_through_little_memory)
{
    const engine *e = engine_of(state_);
    kl_sql_pool *pool = new_pool(e, 1);
    kl_sql *sql = take(pool);
    kl_sql_cursor cursor;
    kl_error error = KL_ERROR_INIT;
    kl_value row = kl_null(), params = json("[1000000]");
    int64_t sum = 0, count = 0;
    runs(sql, "SELECT 1 AS warm", NULL, NULL);
    long before = resident();
    if (kl_sql_start(&cursor, sql, kl_text_from(e->numbers), params, NULL, &error) != KL_OK)
        fail_msg("%s", kl_error_message(&error));
    while (kl_sql_next(&row, &cursor, NULL) == KL_OK && !kl_is_null(row)) {
        sum += kl_as_int(kl_map_value_at(row, 0));
        count++;
        kl_value_release(row);
    }
    kl_sql_finish(NULL, &cursor);
    assert_int_equal(count, 1000000);
    assert_int_equal(sum, 500000500000);
    /* Sanitizers keep what was freed for a while. */
    if (!SANITIZED && resident() - before > 16 * 1024) /* all of them would be some 100 MiB */
        fail_msg("%ld KiB more than before", resident() - before);
    kl_value_release(params);
    kl_sql_give_back(sql);
    kl_sql_pool_release(pool);
}

KL_TEST(rows_left_unread_do_not_stand_in_the_way)
{
    const engine *e = engine_of(state_);
    kl_sql_pool *pool = new_pool(e, 1);
    kl_value params = json("[1000000]"), row;
    static const int read[] = {0, 1, 3};
    for (size_t i = 0; i < KL_COUNT(read); i++) {
        kl_sql *sql = take(pool);
        kl_sql_cursor cursor;
        assert_int_equal(kl_sql_start(&cursor, sql, kl_text_from(e->numbers), params, NULL, NULL), KL_OK);
        for (int n = 0; n < read[i]; n++) {
            assert_int_equal(kl_sql_next(&row, &cursor, NULL), KL_OK);
            kl_value_release(row);
        }
        kl_sql_finish(NULL, &cursor);
        runs(sql, "SELECT 5 AS n", NULL, "[{\"n\":5}]");
        kl_sql_give_back(sql);
    }
    kl_value_release(params);
    kl_sql_pool_release(pool);
}

KL_TEST(rows_left_unread_in_a_transaction_do_not_end_it)
{
    const engine *e = engine_of(state_);
    kl_sql_pool *pool = new_pool(e, 1);
    kl_value params = json("[100000]"), row;
    kl_sql *sql = take(pool);
    kl_sql_cursor cursor;
    table(e, sql, "kl_unread", "a INTEGER");
    assert_int_equal(kl_sql_begin(sql, KL_SQL_ISOLATION_DEFAULT, NULL), KL_OK);
    runs(sql, "INSERT INTO kl_unread VALUES(1)", NULL, "[]");
    assert_int_equal(kl_sql_start(&cursor, sql, kl_text_from(e->numbers), params, NULL, NULL), KL_OK);
    assert_int_equal(kl_sql_next(&row, &cursor, NULL), KL_OK);
    kl_value_release(row);
    kl_sql_finish(NULL, &cursor);
    assert_int_equal(kl_sql_commit(sql, NULL), KL_OK);
    runs(sql, "SELECT a FROM kl_unread", NULL, "[{\"a\":1}]");
    kl_value_release(params);
    kl_sql_give_back(sql);
    kl_sql_pool_release(pool);
}

/* ---- stopping ------------------------------------------------------------------------------------ */

static bool is_set(void *flag) { return __atomic_load_n((int *)flag, __ATOMIC_RELAXED); }

static void *set_soon(void *flag)
{
    usleep(100000);
    __atomic_store_n((int *)flag, 1, __ATOMIC_RELAXED);
    return NULL;
}

KL_TEST(a_long_query_can_be_stopped)
{
    const engine *e = engine_of(state_);
    kl_sql_pool *pool = new_pool(e, 1);
    kl_sql *sql = take(pool);
    kl_sql_result result;
    kl_sql_request request = KL_SQL_REQUEST_INIT;
    int flag = 0;
    pthread_t thread;
    request.text = kl_text_from(e->sleep);
    request.watch = (kl_sql_watch){KL_TIME_NONE, is_set, &flag};
    kl_time begin = kl_clock_now();
    assert_int_equal(pthread_create(&thread, NULL, set_soon, &flag), 0);
    assert_int_equal(kl_sql_query(&result, sql, &request, NULL), KL_CANCELLED);
    pthread_join(thread, NULL);
    assert_true(kl_clock_now() - begin < 5 * KL_SECOND);
    runs(sql, "SELECT 1 AS x", NULL, "[{\"x\":1}]"); /* the connection is still of use */
    request.watch = (kl_sql_watch){kl_clock_after(100 * KL_MILLISECOND), NULL, NULL};
    assert_int_equal(kl_sql_query(&result, sql, &request, NULL), KL_TIMEOUT);
    runs(sql, "SELECT 1 AS x", NULL, "[{\"x\":1}]");
    assert_true(kl_clock_now() - begin < 8 * KL_SECOND);
    kl_sql_give_back(sql);
    kl_sql_pool_release(pool);
}

/* ---- transactions -------------------------------------------------------------------------------- */

KL_TEST(transactions_have_levels_and_savepoints)
{
    static const kl_sql_isolation levels[] = {KL_SQL_ISOLATION_DEFAULT, KL_SQL_READ_UNCOMMITTED,
                                              KL_SQL_READ_COMMITTED, KL_SQL_REPEATABLE_READ,
                                              KL_SQL_SERIALIZABLE};
    kl_sql_pool *pool = new_pool(engine_of(state_), 1);
    kl_sql *sql = take(pool);
    table(engine_of(state_), sql, "kl_levels", "a INTEGER");
    for (size_t i = 0; i < KL_COUNT(levels); i++) {
        assert_int_equal(kl_sql_begin(sql, levels[i], NULL), KL_OK);
        assert_true(kl_sql_in_transaction(sql));
        runs(sql, "INSERT INTO kl_levels VALUES(?)", "[1]", "[]");
        runs(sql, "SAVEPOINT one", NULL, "[]");
        runs(sql, "INSERT INTO kl_levels VALUES(?)", "[2]", "[]");
        runs(sql, "ROLLBACK TO SAVEPOINT one", NULL, "[]");
        runs(sql, "RELEASE SAVEPOINT one", NULL, "[]");
        assert_int_equal(kl_sql_commit(sql, NULL), KL_OK);
        assert_false(kl_sql_in_transaction(sql));
    }
    assert_int_equal(kl_sql_begin(sql, KL_SQL_ISOLATION_DEFAULT, NULL), KL_OK);
    runs(sql, "INSERT INTO kl_levels VALUES(?)", "[3]", "[]");
    kl_sql_give_back(sql); /* rolls back */
    sql = take(pool);
    runs(sql, "SELECT a, count(*) AS n FROM kl_levels GROUP BY a", NULL, "[{\"a\":1,\"n\":5}]");
    kl_sql_give_back(sql);
    kl_sql_pool_release(pool);
}

KL_TEST(a_commit_that_rolls_back_is_an_error)
{
    const engine *e = engine_of(state_);
    if (strcmp(e->name, "postgres") != 0)
        skip(); /* only PostgreSQL ends a transaction with its first error */
    kl_sql_pool *pool = new_pool(e, 1);
    kl_sql *sql = take(pool);
    assert_int_equal(kl_sql_begin(sql, KL_SQL_ISOLATION_DEFAULT, NULL), KL_OK);
    refuses(sql, "SELECT * FROM kl_nowhere", NULL, KL_FAILED, "syntax");
    refuses(sql, "SELECT 1", NULL, KL_FAILED, "other");
    assert_int_equal(kl_sql_commit(sql, NULL), KL_FAILED);
    assert_false(kl_sql_in_transaction(sql));
    kl_sql_give_back(sql);
    kl_sql_pool_release(pool);
}

/* ---- servers that go ----------------------------------------------------------------------------- */

static pid_t server_pid(const engine *e)
{
    long pid = 0;
    FILE *file = fopen(service_url(e->pid), "r");
    if (file && fscanf(file, "%ld", &pid) != 1)
        pid = 0;
    if (file)
        fclose(file);
    return (pid_t)pid;
}

/* Until another process has taken the place of `before` and answers. */
static void wait_for_restart(const engine *e, kl_sql_pool *pool, pid_t before)
{
    for (int tries = 0; tries < 600; tries++) {
        kl_sql *sql;
        pid_t now = server_pid(e);
        if (now > 0 && now != before && kl_sql_take(&sql, pool, NULL, NULL) == KL_OK) {
            kl_sql_give_back(sql);
            return;
        }
        usleep(50000);
    }
    fail_msg("%s did not come back", e->name);
}

KL_TEST(a_pool_survives_the_restart_of_its_server)
{
    const engine *e = engine_of(state_);
    if (!e->variable)
        skip();
    kl_sql_pool *pool = new_pool(e, 3), *other = new_pool(e, 1);
    kl_sql *first = take(pool), *second = take(pool);
    pid_t pid = server_pid(e);
    runs(first, "SELECT 1 AS x", NULL, "[{\"x\":1}]");
    runs(second, "SELECT 1 AS x", NULL, "[{\"x\":1}]");
    kl_sql_give_back(first);
    assert_int_equal(kill(pid, strcmp(e->name, "postgres") == 0 ? SIGINT : SIGTERM), 0);
    wait_for_restart(e, other, pid);
    kl_sql_result result;
    kl_error error = KL_ERROR_INIT; /* the one that was in use: a typed error */
    assert_int_equal(query(&result, second, "SELECT 1 AS x", NULL, &error), KL_UNAVAILABLE);
    assert_non_null(error.details);
    assert_string_equal(kl_as_text(kl_map_get(*(kl_value *)error.details, KL_TEXT("kind"))).data,
                        "connection");
    kl_error_clear(&error);
    kl_sql_give_back(second);
    assert_int_equal(kl_sql_pool_look(pool).connections, 1);
    kl_sql *third = take(pool); /* the idle one is replaced without a word */
    runs(third, "SELECT 1 AS x", NULL, "[{\"x\":1}]");
    kl_sql_give_back(third);
    kl_sql_pool_release(pool);
    kl_sql_pool_release(other);
}

KL_TEST(a_killed_connection_is_a_typed_error)
{
    const engine *e = engine_of(state_);
    if (!e->variable)
        skip();
    bool postgres = strcmp(e->name, "postgres") == 0;
    kl_sql_pool *pool = new_pool(e, 2);
    kl_sql *victim = take(pool), *killer = take(pool);
    kl_sql_result result;
    char order[64];
    assert_int_equal(query(&result, victim, postgres ? "SELECT pg_backend_pid() AS id" : "SELECT connection_id() AS id",
                           NULL, NULL), KL_OK);
    snprintf(order, sizeof order, postgres ? "SELECT pg_terminate_backend(%ld)" : "KILL %ld",
             (long)kl_as_int(kl_map_value_at(kl_array_at(result.rows, 0), 0)));
    kl_sql_result_clear(&result);
    assert_int_equal(kl_sql_begin(victim, KL_SQL_ISOLATION_DEFAULT, NULL), KL_OK);
    runs(killer, order, NULL, NULL);
    usleep(100000);
    refuses(victim, "SELECT 1", NULL, KL_UNAVAILABLE, "connection");
    assert_false(kl_sql_in_transaction(victim));
    kl_sql_give_back(victim);
    kl_sql_give_back(killer);
    kl_sql *fresh = take(pool);
    runs(fresh, "SELECT 1 AS x", NULL, "[{\"x\":1}]");
    kl_sql_give_back(fresh);
    kl_sql_pool_release(pool);
}

KL_TEST(a_forked_child_has_connections_of_its_own)
{
    const engine *e = engine_of(state_);
    if (!e->variable)
        skip();
    kl_sql_pool *pool = new_pool(e, 2);
    kl_sql *sql = take(pool);
    runs(sql, "SELECT 1 AS x", NULL, "[{\"x\":1}]");
    kl_sql_give_back(sql);
    pid_t child = fork();
    if (child == 0) {
        kl_sql_result result;
        sql = NULL;
        bool fine = kl_sql_take(&sql, pool, NULL, NULL) == KL_OK &&
                    query(&result, sql, "SELECT 2 AS x", NULL, NULL) == KL_OK;
        _exit(fine ? 0 : 1);
    }
    int status = 1;
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
    sql = take(pool);
    runs(sql, "SELECT 3 AS x", NULL, "[{\"x\":3}]");
    kl_sql_give_back(sql);
    kl_sql_pool_release(pool);
}

/* ---- threads ------------------------------------------------------------------------------------- */

enum { THREADS = 8, ROUNDS = 40 };

static void *work(void *data)
{
    kl_sql_pool *pool = data;
    for (int i = 0; i < ROUNDS; i++) {
        kl_sql *sql;
        kl_sql_result result;
        if (kl_sql_take(&sql, pool, NULL, NULL) != KL_OK)
            return data;
        bool fine = kl_sql_begin(sql, KL_SQL_ISOLATION_DEFAULT, NULL) == KL_OK &&
                    query(&result, sql, "INSERT INTO kl_threads VALUES(?)", "[1]", NULL) == KL_OK;
        if (fine)
            kl_sql_result_clear(&result);
        fine = fine && (i % 4 ? kl_sql_commit(sql, NULL) : kl_sql_rollback(sql, NULL)) == KL_OK;
        kl_sql_give_back(sql);
        if (!fine)
            return data;
    }
    return NULL;
}

KL_TEST(many_threads_share_a_pool)
{
    kl_sql_pool *pool = new_pool(engine_of(state_), 3);
    pthread_t threads[THREADS];
    kl_sql *sql = take(pool);
    table(engine_of(state_), sql, "kl_threads", "a INTEGER");
    kl_sql_give_back(sql);
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, work, pool), 0);
    for (size_t i = 0; i < THREADS; i++) {
        void *failed;
        pthread_join(threads[i], &failed);
        assert_null(failed);
    }
    sql = take(pool);
    runs(sql, "SELECT count(*) AS n FROM kl_threads", NULL, "[{\"n\":240}]");
    kl_sql_give_back(sql);
    kl_sql_pool_status look = kl_sql_pool_look(pool);
    assert_int_equal(look.idle, look.connections);
    kl_sql_pool_release(pool);
}

/* ---- without memory ------------------------------------------------------------------------------ */

/* ---- many runs ----------------------------------------------------------------------------------- */

static kl_status query_many(kl_sql_result *out, size_t *at, kl_sql *sql, const char *text, kl_value params,
                            kl_error *error)
{
    kl_sql_request request = KL_SQL_REQUEST_INIT;
    request.text = kl_text_from(text);
    request.params = params;
    KL_TRY(kl_sql_begin(sql, KL_SQL_ISOLATION_DEFAULT, error));
    kl_status status = kl_sql_query_many(out, at, sql, &request, error);
    if (status == KL_OK)
        return kl_sql_commit(sql, error);
    assert_int_equal(kl_sql_rollback(sql, NULL), KL_OK);
    return status;
}

KL_TEST(of_many_runs_the_one_that_fails_is_named)
{
    static const struct {
        const char *text, *params;
        kl_status expected;
        size_t at;
    } rows[] = {
        {"INSERT INTO kl_many VALUES(?)", "[[1],[2],[3]]", KL_OK, 3},
        {"INSERT INTO kl_many VALUES(?)", "[[4],[5],[1],[6]]", KL_FAILED, 2},
        {"INSERT INTO kl_many VALUES(?)", "[[4],[4]]", KL_FAILED, 1},
        {"INSERT INTO kl_many VALUES(?)", "[[1],[4]]", KL_FAILED, 0},
        {"INSERT INTO kl_many VALUES(?)", "[[4],[5],[6,7]]", KL_INVALID, 2},
        {"INSERT INTO kl_many VALUES(:a)", "[{\"a\":4},{\"b\":5}]", KL_INVALID, 1},
        {"INSERT INTO kl_nowhere VALUES(?)", "[[4],[5]]", KL_FAILED, 0},
        {"SELECT a FROM kl_many WHERE a = ?", "[[3],[9],[1]]", KL_OK, 3},
        {"INSERT INTO kl_many VALUES(9)", "[{},{}]", KL_FAILED, 1},
        {"INSERT INTO kl_many VALUES(?)", "[]", KL_OK, 0},
    };
    const engine *e = engine_of(state_);
    kl_sql_pool *pool = new_pool(e, 1);
    kl_sql *sql = take(pool);
    table(e, sql, "kl_many", "a INTEGER PRIMARY KEY");
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_sql_result result = {0};
        size_t at = 99;
        kl_value params = json(rows[i].params);
        if (rows[i].expected == KL_FAILED && strstr(rows[i].text, "nowhere") == NULL)
            runs(sql, "SELECT count(*) AS n FROM kl_many", NULL, "[{\"n\":3}]");
        assert_int_equal(query_many(&result, &at, sql, rows[i].text, params, NULL), rows[i].expected);
        assert_int_equal(at, rows[i].at);
        kl_value_release(params);
        kl_sql_result_clear(&result);
    }
    runs(sql, "SELECT a FROM kl_many ORDER BY a", NULL, "[{\"a\":1},{\"a\":2},{\"a\":3}]");
    kl_sql_give_back(sql);
    kl_sql_pool_release(pool);
}

KL_TEST(many_runs_can_be_stopped)
{
    const engine *e = engine_of(state_);
    kl_sql_pool *pool = new_pool(e, 1);
    kl_sql *sql = take(pool);
    kl_sql_result result;
    size_t at;
    kl_value params = json("[[1],[2],[3]]");
    char text[256];
    snprintf(text, sizeof text, "SELECT ? AS a FROM (%s) AS t", e->sleep);
    if (strcmp(e->name, "postgres") == 0) /* a placeholder without a type is text there */
        snprintf(text, sizeof text, "SELECT pg_sleep(600 + ?::int)");
    kl_sql_request request = KL_SQL_REQUEST_INIT;
    request.text = kl_text_from(text);
    request.params = params;
    request.watch.deadline = kl_clock_after(200 * KL_MILLISECOND);
    assert_int_equal(kl_sql_query_many(&result, &at, sql, &request, NULL), KL_TIMEOUT);
    assert_int_equal(at, 0);
    runs(sql, "SELECT 7 AS a", NULL, "[{\"a\":7}]");
    kl_value_release(params);
    kl_sql_give_back(sql);
    kl_sql_pool_release(pool);
}

typedef struct sweeping {
    const engine *engine;
    const char *text;
    kl_value params;
    kl_status expected;
} sweeping;

/* From the URL on: a pool, a connection, a statement, its rows. */
static kl_status query_once(void *data)
{
    const sweeping *s = data;
    kl_sql_pool *pool;
    kl_sql *sql = NULL;
    kl_sql_result result;
    kl_error error = KL_ERROR_INIT;
    const char *url = s->engine->variable ? getenv(s->engine->variable) : "sqlite::memory:";
    kl_sql_request request = KL_SQL_REQUEST_INIT;
    request.text = kl_text_from(s->text);
    request.params = s->params;
    KL_TRY(kl_sql_pool_new(&pool, kl_text_from(url), NULL, NULL));
    kl_status status = kl_sql_take(&sql, pool, NULL, &error);
    if (status == KL_OK) {
        status = kl_sql_query(&result, sql, &request, &error);
        if (status == KL_OK)
            kl_sql_result_clear(&result);
        status = status == s->expected ? KL_OK : status;
    }
    kl_sql_give_back(sql);
    kl_sql_pool_release(pool);
    kl_error_clear(&error);
    return status;
}

KL_TEST(every_failed_allocation_is_survived)
{
    static const struct {
        const char *text, *params;
        kl_status expected;
    } rows[] = {
        {"SELECT CAST(? AS CHAR(20)) AS a, 1.5 AS b, 'x' AS c, CAST('2024-05-01' AS DATE) AS d, ? AS e",
         "[\"text\",{\"k\":[1,true,\"v\"]}]", KL_OK},
        {"SELECT :b AS x, :a AS y", "{\"a\":\"1\",\"b\":[1,2]}", KL_OK},
        {"SELECT * FROM kl_nowhere WHERE a = ?", "[1]", KL_FAILED},
    };
    const engine *e = engine_of(state_);
    kl_sql_pool_release(new_pool(e, 1)); /* the driver is loaded, or the test skipped */
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        sweeping s = {e, rows[i].text, json(rows[i].params), rows[i].expected};
        assert_int_equal(query_once(&s), KL_OK);
        assert_true(sweep(query_once, &s) > 10);
        kl_value_release(s.params);
    }
}

static kl_status many_times(void *data)
{
    const sweeping *s = data;
    kl_sql_pool *pool;
    kl_sql *sql = NULL;
    kl_sql_result result;
    size_t at;
    kl_sql_request request = KL_SQL_REQUEST_INIT;
    const char *url = s->engine->variable ? getenv(s->engine->variable) : "sqlite::memory:";
    request.text = kl_text_from(s->text);
    request.params = s->params;
    KL_TRY(kl_sql_pool_new(&pool, kl_text_from(url), NULL, NULL));
    kl_status status = kl_sql_take(&sql, pool, NULL, NULL);
    if (status == KL_OK)
        status = kl_sql_query_many(&result, &at, sql, &request, NULL);
    if (status == KL_OK)
        kl_sql_result_clear(&result);
    kl_sql_give_back(sql);
    kl_sql_pool_release(pool);
    return status;
}

KL_TEST(many_runs_survive_every_failed_allocation)
{
    const engine *e = engine_of(state_);
    kl_sql_pool_release(new_pool(e, 1));
    sweeping s = {e, "SELECT CAST(? AS CHAR(20)) AS a", json("[[\"1\"],[\"2\"],[{\"a\":3}]]"), KL_OK};
    assert_int_equal(many_times(&s), KL_OK);
    assert_true(sweep(many_times, &s) > 10);
    kl_value_release(s.params);
}

static kl_status many_inserts(void *data)
{
    const sweeping *s = data;
    kl_sql_pool *pool;
    kl_sql *sql = NULL;
    kl_sql_result result;
    size_t at;
    kl_sql_request request = KL_SQL_REQUEST_INIT;
    request.text = kl_text_from(s->text);
    request.params = s->params;
    KL_TRY(kl_sql_pool_new(&pool, kl_text_from(getenv(s->engine->variable)), NULL, NULL));
    kl_status status = kl_sql_take(&sql, pool, NULL, NULL);
    if (status == KL_OK)
        status = kl_sql_begin(sql, KL_SQL_ISOLATION_DEFAULT, NULL);
    if (status == KL_OK)
        status = kl_sql_query_many(&result, &at, sql, &request, NULL);
    if (status == KL_OK) {
        assert_int_equal(result.effect.affected, 3);
        kl_sql_result_clear(&result);
    }
    kl_sql_give_back(sql); /* which takes all back */
    kl_sql_pool_release(pool);
    return status;
}

/* MariaDB is sent those of a type as one, and the last alone. */
KL_TEST(runs_that_go_as_one_survive_every_failed_allocation)
{
    const engine *e = engine_of(state_);
    if (strcmp(e->name, "mariadb") != 0)
        skip(); /* the others have no such way */
    kl_sql_pool *pool = new_pool(e, 1);
    kl_sql *sql = take(pool);
    table(e, sql, "kl_bulk", "a INTEGER PRIMARY KEY, b TEXT");
    kl_sql_give_back(sql);
    sweeping s = {e, "INSERT INTO kl_bulk VALUES(?, ?)", json("[[1,\"a\"],[2,null],[3,4]]"), KL_OK};
    assert_int_equal(many_inserts(&s), KL_OK);
    assert_true(sweep(many_inserts, &s) > 10);
    kl_value_release(s.params);
    kl_sql_pool_release(pool);
}

KL_TEST(arrays_survive_every_failed_allocation)
{
    const engine *e = engine_of(state_);
    if (strcmp(e->name, "postgres") != 0)
        skip(); /* only PostgreSQL has them */
    kl_sql_pool_release(new_pool(e, 1));
    sweeping s = {e, "SELECT ?::int[] AS a, ?::text[] AS b, ?::bytea AS c, ARRAY['\\x01'::bytea] AS d",
                  json("[[[1,2],[3,null]],[\"a\",\"q\\\"\"],\"raw\"]"), KL_OK};
    assert_int_equal(query_once(&s), KL_OK);
    assert_true(sweep(query_once, &s) > 10);
    kl_value_release(s.params);
}

/* ---- all ----------------------------------------------------------------------------------------- */

#define ON(index, test) {#test, test, NULL, NULL, (void *)(uintptr_t)&engines[index]}
#define ON_ALL(test) ON(0, test), ON(1, test), ON(2, test)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_ALL(values_of_every_type_come_back),
        ON_ALL(json_and_bytes_come_back),
        ON_ALL(decimals_lose_nothing),
        ON_ALL(placeholders_of_every_kind),
        ON_ALL(numbered_placeholders),
        ON_ALL(values_never_become_text),
        ON_ALL(changes_are_counted),
        ON_ALL(errors_are_of_a_kind),
        ON_ALL(a_schema_may_change_between_runs),
        ON_ALL(more_statements_than_are_kept),
        ON_ALL(several_statements_run_when_asked_for),
        ON_ALL(reading_requests_cannot_write),
        ON_ALL(a_million_rows_pass_through_little_memory),
        ON_ALL(rows_left_unread_do_not_stand_in_the_way),
        ON_ALL(rows_left_unread_in_a_transaction_do_not_end_it),
        ON_ALL(a_long_query_can_be_stopped),
        ON_ALL(transactions_have_levels_and_savepoints),
        ON_ALL(a_commit_that_rolls_back_is_an_error),
        ON_ALL(a_pool_survives_the_restart_of_its_server),
        ON_ALL(a_killed_connection_is_a_typed_error),
        ON_ALL(a_forked_child_has_connections_of_its_own),
        ON_ALL(many_threads_share_a_pool),
        ON_ALL(of_many_runs_the_one_that_fails_is_named),
        ON_ALL(many_runs_can_be_stopped),
        ON_ALL(many_runs_survive_every_failed_allocation),
        ON_ALL(every_failed_allocation_is_survived),
        ON_ALL(runs_that_go_as_one_survive_every_failed_allocation),
        ON_ALL(arrays_survive_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
