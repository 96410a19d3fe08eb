/* SQLQueryNode, DatabaseConnectionNode, SQLTransactionNode on SQLite. */
#include "node_test.h"
#include "host.h"
#include "kailash/time.h"

#include <pthread.h>
#include <unistd.h>

/* Outputs without what differs from run to run. */
static void sql_gives_in(const char *type, const char *config, const char *inputs,
                         const char *expected, const char *file, int line)
{
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    kl_status status = run_node(&out, type, config, inputs, &error);
    if (status != KL_OK)
        print_error("%s:%d: %s\n", file, line, kl_error_message(&error));
    kl_error_clear(&error);
    assert_int_equal(status, KL_OK);
    kl_value elapsed = kl_map_get(out, KL_TEXT("elapsed_ms"));
    kl_value latency = kl_map_get(out, KL_TEXT("latency_ms"));
    assert_true(kl_as_double(elapsed) >= 0 && kl_as_double(latency) >= 0);
    assert_int_equal(kl_map_remove(&out, KL_TEXT("elapsed_ms"), NULL), KL_OK);
    assert_int_equal(kl_map_remove(&out, KL_TEXT("latency_ms"), NULL), KL_OK);
    assert_json_in(out, expected, file, line);
}
#define sql_gives(type, config, inputs, expected)                                                  \
    sql_gives_in(type, config, inputs, expected, __FILE__, __LINE__)

static void does_in(const char *pool, const char *sql, const char *params, const char *rows,
                    const char *file, int line)
{
    char inputs[1024];
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    snprintf(inputs, sizeof inputs, "{\"pool\":\"%s\",\"query\":\"%s\",\"params\":%s}", pool, sql,
             params ? params : "null");
    kl_status status = run_node(&out, "SQLQueryNode", NULL, inputs, &error);
    if (status != KL_OK)
        print_error("%s:%d: %s\n", file, line, kl_error_message(&error));
    kl_error_clear(&error);
    assert_int_equal(status, KL_OK);
    kl_value found = kl_value_retain(kl_map_get(out, KL_TEXT("rows")));
    kl_value_release(out);
    assert_json_in(found, rows, file, line);
}
#define does(pool, sql, params, rows) does_in(pool, sql, params, rows, __FILE__, __LINE__)

/* A pool of its own for each test: a database in memory under the test's key. */
static void connect_to(const char *key)
{
    char config[128], expected[256];
    snprintf(config, sizeof config,
             "{\"connection_string\":\"sqlite::memory:\",\"pool_key\":\"%s\"}", key);
    snprintf(expected, sizeof expected,
             "{\"connected\":true,\"driver\":\"sqlite\",\"pool_key\":\"%s\",\"pool_size\":1,"
             "\"idle_connections\":1}",
             key);
    sql_gives("DatabaseConnectionNode", config, "{\"action\":\"connect\"}", expected);
}

/* ---- SQLQueryNode -------------------------------------------------------------------------------- */

KL_TEST(queries_give_columns_rows_and_counts)
{
    KL_UNUSED_STATE;
    connect_to("q");
    sql_gives("SQLQueryNode", "{\"query\":\"CREATE TABLE t(id INTEGER PRIMARY KEY, a, b)\"}",
              "{\"pool\":\"q\"}",
              "{\"columns\":[],\"rows\":[],\"row_count\":0,\"rows_affected\":0,"
              "\"last_insert_id\":null,\"truncated\":false}");
    sql_gives("SQLQueryNode", "{\"pool\":\"q\"}",
              "{\"query\":\"INSERT INTO t(a,b) VALUES($1,$2),(?3,?4)\",\"params\":[1,2,3,4]}",
              "{\"columns\":[],\"rows\":[],\"row_count\":0,\"rows_affected\":2,"
              "\"last_insert_id\":2,\"truncated\":false}");
}

KL_TEST(placeholders_take_their_values)
{
    KL_UNUSED_STATE;
    connect_to("p");
    does("p", "CREATE TABLE t(a, b)", NULL, "[]");
    sql_gives("SQLQueryNode", NULL,
              "{\"pool\":\"p\",\"query\":\"INSERT INTO t VALUES(?,?)\",\"params\":[1,\"x'; --\"]}",
              "{\"columns\":[],\"rows\":[],\"row_count\":0,\"rows_affected\":1,"
              "\"last_insert_id\":1,\"truncated\":false}");
    does("p", "INSERT INTO t VALUES($2,$1)", "[true,null]", "[]");
    does("p", "INSERT INTO t VALUES(:a,:b)", "{\"b\":[1,{\"k\":null}],\"a\":1.5}", "[]");
    sql_gives("SQLQueryNode", NULL, "{\"pool\":\"p\",\"query\":\"SELECT a, b FROM t\"}",
              "{\"columns\":[\"a\",\"b\"],\"rows\":[{\"a\":1,\"b\":\"x'; --\"},"
              "{\"a\":null,\"b\":1},{\"a\":1.5,\"b\":\"[1,{\\\"k\\\":null}]\"}],\"row_count\":3,"
              "\"rows_affected\":0,\"last_insert_id\":null,\"truncated\":false}");
    sql_gives("SQLQueryNode", NULL, "{\"pool\":\"p\",\"query\":\"SELECT a, b FROM t WHERE 0\"}",
              "{\"columns\":[\"a\",\"b\"],\"rows\":[],\"row_count\":0,\"rows_affected\":0,"
              "\"last_insert_id\":null,\"truncated\":false}");
}

KL_TEST(a_url_serves_as_pool)
{
    KL_UNUSED_STATE;
    does("sqlite:here?mode=memory", "CREATE TABLE t(a)", NULL, "[]");
    does("sqlite:here?mode=memory", "SELECT * FROM t", NULL, "[]");
    sql_gives("SQLQueryNode", "{\"connection_string\":\"sqlite:here?mode=memory\"}",
              "{\"query\":\"SELECT count(*) AS n FROM t\"}",
              "{\"columns\":[\"n\"],\"rows\":[{\"n\":0}],\"row_count\":1,\"rows_affected\":0,"
              "\"last_insert_id\":null,\"truncated\":false}");
}

KL_TEST(bad_queries_are_refused)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *config, *inputs, *message;
    } rows[] = {
        {NULL, "{\"pool\":\"r\"}", "missing required input: query"},
        {NULL, "{\"query\":\"SELECT 1\"}", "missing required input: pool"},
        {NULL, "{\"pool\":\"zz\",\"query\":\"SELECT 1\"}",
         "node execution failed: no pool registered under key 'zz'"},
        {NULL, "{\"pool\":\"postgress://me:secret@h/d\",\"query\":\"SELECT 1\"}",
         "node execution failed: no pool registered under key 'postgress://***@h/d'"},
        {NULL, "{\"pool\":\"sqlite:x?mode=q\",\"query\":\"SELECT 1\"}",
         "invalid input 'pool': mode 'q' in the database URL: expected one of: ro, rw, rwc, "
         "memory"},
        {NULL, "{\"pool\":\"r\",\"query\":\"SELEC\"}",
         "node execution failed: query execution failed: error returned from database: (code: 1) "
         "near \"SELEC\": syntax error"},
        {NULL, "{\"pool\":\"r\",\"query\":\"INSERT INTO t VALUES('a'),('a')\"}",
         "node execution failed: query execution failed: error returned from database: (code: "
         "1555) UNIQUE constraint failed: t.id"},
        {NULL, "{\"pool\":\"r\",\"query\":\"SELECT ?, ?\",\"params\":[1]}",
         "invalid input 'params': expected 2 values, one for each placeholder, got 1"},
        {NULL, "{\"pool\":\"r\",\"query\":\"SELECT ?\",\"params\":5}",
         "invalid input 'params': expected array or object, got integer"},
        {NULL, "{\"pool\":\"r\",\"query\":\"SELECT 1; SELECT 2\"}",
         "invalid input 'query': expected one statement, got several"},
        {NULL, "{\"pool\":\"r\",\"query\":\"\"}",
         "invalid input 'query': expected one statement, got none"},
        {"{\"operation\":\"select\"}", "{\"pool\":\"r\",\"query\":\"DELETE FROM t\"}",
         "invalid input 'query': expected a statement that only reads"},
        {"{\"operation\":\"drop\"}", "{\"pool\":\"r\",\"query\":\"SELECT 1\"}",
         "operation: expected one of: select, execute, execute_many, got \"drop\""},
        {"{\"tables\":1}", "{\"pool\":\"r\",\"query\":\"SELECT 1\"}", "unknown key 'tables'"},
        {"{\"max_rows\":-1}", "{\"pool\":\"r\",\"query\":\"SELECT 1\"}",
         "max_rows: expected non-negative integer from 1 to 10000000, got -1"},
        {"{\"transaction_id\":\"txn_1\"}", "{\"query\":\"SELECT 1\"}",
         "node execution failed: no transaction 'txn_1': it is unknown, over or was idle too long"},
    };
    connect_to("r");
    does("r", "CREATE TABLE t(id TEXT PRIMARY KEY)", NULL, "[]");
    for (size_t i = 0; i < KL_COUNT(rows); i++)
        fails("SQLQueryNode", rows[i].config, rows[i].inputs, rows[i].message);
    does("r", "SELECT * FROM t", NULL, "[]");
}

KL_TEST(database_errors_keep_their_details)
{
    KL_UNUSED_STATE;
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(run_node(&out, "SQLQueryNode", NULL,
                              "{\"pool\":\"sqlite::memory:\",\"query\":\"SELEC\"}", &error),
                     KL_FAILED);
    assert_non_null(error.details);
    kl_value details = kl_value_retain(*(kl_value *)error.details);
    kl_error_clear(&error);
    assert_json(details, "{\"driver\":\"sqlite\",\"code\":1,\"kind\":\"syntax\"}");
}

KL_TEST(limits_hold)
{
    KL_UNUSED_STATE;
    connect_to("l");
    sql_gives("SQLQueryNode", "{\"max_rows\":2}",
              "{\"pool\":\"l\",\"query\":\"VALUES(1),(2),(3)\"}",
              "{\"columns\":[\"column1\"],\"rows\":[{\"column1\":1},{\"column1\":2}],"
              "\"row_count\":2,\"rows_affected\":0,\"last_insert_id\":null,\"truncated\":true}");
    kl_time start = kl_clock_now();
    fails("SQLQueryNode", "{\"timeout_ms\":50}",
          "{\"pool\":\"l\",\"query\":\"WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c)"
          " SELECT max(x) FROM c\"}",
          "node execution timed out after 50ms");
    assert_true(kl_clock_now() - start < 5 * KL_SECOND);
    does("l", "SELECT 1 AS x", NULL, "[{\"x\":1}]");
}

KL_TEST(several_statements_run_when_multi_says_so)
{
    KL_UNUSED_STATE;
    connect_to("m");
    sql_gives("SQLQueryNode", "{\"multi\":true}",
              "{\"pool\":\"m\",\"query\":\"CREATE TABLE t(a); INSERT INTO t VALUES(?),(?); "
              "SELECT a FROM t; SELECT 9 AS z\",\"params\":[1,2]}",
              "{\"columns\":[\"a\"],\"rows\":[{\"a\":1},{\"a\":2},{\"z\":9}],\"row_count\":3,"
              "\"rows_affected\":2,\"last_insert_id\":2,\"truncated\":false}");
}

KL_TEST(decimal_numbers_come_as_asked)
{
    KL_UNUSED_STATE;
    connect_to("d");
    does("d", "CREATE TABLE t(n NUMERIC)", NULL, "[]");
    does("d", "INSERT INTO t VALUES(7),(1.25)", NULL, "[]");
    static const char *const rows[][2] = {
        {"exact", "[{\"n\":7.0},{\"n\":1.25}]"},
        {"float", "[{\"n\":7.0},{\"n\":1.25}]"},
        {"string", "[{\"n\":\"7\"},{\"n\":\"1.25\"}]"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        char config[64], expected[256];
        snprintf(config, sizeof config, "{\"numeric\":\"%s\"}", rows[i][0]);
        snprintf(expected, sizeof expected,
                 "{\"columns\":[\"n\"],\"rows\":%s,\"row_count\":2,\"rows_affected\":0,"
                 "\"last_insert_id\":null,\"truncated\":false}", rows[i][1]);
        sql_gives("SQLQueryNode", config, "{\"pool\":\"d\",\"query\":\"SELECT n FROM t\"}", expected);
    }
    fails("SQLQueryNode", "{\"numeric\":\"decimal\"}", "{\"pool\":\"d\",\"query\":\"SELECT n FROM t\"}",
          "numeric: expected one of: exact, string, float, got \"decimal\"");
}

#define SEVEN "\"query\":\"VALUES(1),(2),(3),(4),(5),(6),(7)\""

KL_TEST(rows_come_in_batches)
{
    KL_UNUSED_STATE;
    connect_to("b");
    sql_gives("SQLQueryNode", "{\"batch_size\":3,\"on_batch\":\"NoOpNode\"}", "{\"pool\":\"b\"," SEVEN "}",
              "{\"columns\":[\"column1\"],\"rows\":[],\"row_count\":7,\"rows_affected\":0,"
              "\"last_insert_id\":null,\"truncated\":false,\"batch_count\":3}");
    sql_gives("SQLQueryNode", "{\"batch_size\":3,\"on_batch\":\"NoOpNode\",\"max_rows\":4}",
              "{\"pool\":\"b\"," SEVEN "}",
              "{\"columns\":[\"column1\"],\"rows\":[],\"row_count\":4,\"rows_affected\":0,"
              "\"last_insert_id\":null,\"truncated\":true,\"batch_count\":2}");
    sql_gives("SQLQueryNode", "{\"batch_size\":3,\"on_batch\":\"NoOpNode\",\"operation\":\"select\"}",
              "{\"pool\":\"b\",\"query\":\"SELECT 1 AS a WHERE 0\"}",
              "{\"columns\":[\"a\"],\"rows\":[],\"row_count\":0,\"rows_affected\":0,"
              "\"last_insert_id\":null,\"truncated\":false,\"batch_count\":0}");
}

KL_TEST(bad_batches_are_refused)
{
    KL_UNUSED_STATE;
    static const char *const rows[][2] = {
        {"{\"batch_size\":3}", "missing required input: on_batch"},
        {"{\"on_batch\":\"NoOpNode\"}", "missing required input: batch_size"},
        {"{\"batch_size\":0,\"on_batch\":\"NoOpNode\"}",
         "batch_size: expected non-negative integer from 1 to 1000000, got 0"},
        {"{\"batch_size\":3,\"on_batch\":\"NoOpNode\",\"multi\":true}",
         "invalid input 'batch_size': expected one statement that runs once, got multi"},
        {"{\"batch_size\":3,\"on_batch\":\"NoOpNode\",\"operation\":\"execute_many\"}",
         "invalid input 'batch_size': expected one statement that runs once, got execute_many"},
    };
    connect_to("bb");
    for (size_t i = 0; i < KL_COUNT(rows); i++)
        fails("SQLQueryNode", rows[i][0], "{\"pool\":\"bb\"," SEVEN "}", rows[i][1]);
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    assert_int_not_equal(run_node(&out, "SQLQueryNode", "{\"batch_size\":3,\"on_batch\":\"GraphQLQuery\"}",
                                  "{\"pool\":\"bb\"," SEVEN "}", &error), KL_OK);
    assert_non_null(strstr(kl_error_message(&error), "node execution failed: on_batch: "));
    kl_error_clear(&error);
    /* What on_batch fails with is told as it is, and the connection is free again. */
    assert_int_not_equal(run_node(&out, "SQLQueryNode",
                                  "{\"batch_size\":3,\"on_batch\":{\"type\":\"SQLQueryNode\","
                                  "\"config\":{\"query\":\"SELECT 1\",\"pool\":\"nowhere\"}}}",
                                  "{\"pool\":\"bb\"," SEVEN "}", &error), KL_OK);
    assert_non_null(strstr(kl_error_message(&error), "no pool registered under key 'nowhere'"));
    assert_null(strstr(kl_error_message(&error), "query execution failed"));
    kl_error_clear(&error);
    does("bb", "SELECT 1 AS x", NULL, "[{\"x\":1}]");
}

KL_TEST(a_registry_may_have_pools_of_its_own)
{
    KL_UNUSED_STATE; /* run alone there is no registry but the process */
    connect_to("s");
    sql_gives("DatabaseConnectionNode", "{\"pool_key\":\"s\",\"scope\":\"registry\"}",
              "{\"action\":\"disconnect\"}",
              "{\"connected\":false,\"driver\":\"none\",\"pool_key\":\"s\",\"pool_size\":0,"
              "\"idle_connections\":0}");
    does("s", "SELECT 1 AS x", NULL, "[{\"x\":1}]");
    sql_gives("DatabaseConnectionNode",
              "{\"pool_key\":\"own\",\"scope\":\"registry\",\"connection_string\":\"sqlite::memory:\"}",
              "{\"action\":\"connect\"}",
              "{\"connected\":true,\"driver\":\"sqlite\",\"pool_key\":\"own\",\"pool_size\":1,"
              "\"idle_connections\":1}");
    fails("SQLQueryNode", NULL, "{\"pool\":\"own\",\"query\":\"SELECT 1\"}",
          "node execution failed: no pool registered under key 'own'");
    fails("SQLQueryNode", "{\"scope\":\"world\"}", "{\"pool\":\"own\",\"query\":\"SELECT 1\"}",
          "scope: expected one of: process, registry, got \"world\"");
}

KL_TEST(execute_many_is_all_or_none)
{
    KL_UNUSED_STATE;
    const char *config = "{\"operation\":\"execute_many\",\"pool\":\"n\","
                         "\"query\":\"INSERT INTO t VALUES(?)\"}";
    connect_to("n");
    does("n", "CREATE TABLE t(a PRIMARY KEY)", NULL, "[]");
    sql_gives("SQLQueryNode", config, "{\"params\":[[1],[2],[3]]}",
              "{\"columns\":[],\"rows\":[],\"row_count\":0,\"rows_affected\":3,"
              "\"last_insert_id\":3,\"truncated\":false}");
    fails("SQLQueryNode", config, "{\"params\":[[4],[1],[5]]}",
          "node execution failed: query execution failed: error returned from database: (code: "
          "1555) UNIQUE constraint failed: t.a");
    fails("SQLQueryNode", config, "{\"params\":[[4],[5,6]]}",
          "invalid input 'params': entry 1: expected 1 value, one for each placeholder, got 2");
    fails("SQLQueryNode", config, "{\"params\":[[4],5]}",
          "invalid input 'params': entry 1: expected array or object, got integer");
    fails("SQLQueryNode", config, NULL,
          "invalid input 'params': expected array with an entry for each run, got null");
    does("n", "SELECT count(*) AS n FROM t", NULL, "[{\"n\":3}]");
    sql_gives("SQLQueryNode", "{\"operation\":\"execute_many\",\"max_rows\":3}",
              "{\"pool\":\"n\",\"query\":\"SELECT a FROM t WHERE a >= :a ORDER BY a\","
              "\"params\":[{\"a\":2},{\"a\":1}]}",
              "{\"columns\":[\"a\"],\"rows\":[{\"a\":2},{\"a\":3},{\"a\":1}],\"row_count\":3,"
              "\"rows_affected\":0,\"last_insert_id\":null,\"truncated\":true}");
}

/* ---- DatabaseConnectionNode ---------------------------------------------------------------------- */

KL_TEST(connections_are_made_asked_and_closed)
{
    KL_UNUSED_STATE;
    connect_to("c");
    does("c", "CREATE TABLE t(a)", NULL, "[]");
    sql_gives("DatabaseConnectionNode", "{\"pool_key\":\"c\"}", "{\"action\":\"ping\"}",
              "{\"connected\":true,\"driver\":\"sqlite\",\"pool_key\":\"c\",\"pool_size\":1,"
              "\"idle_connections\":1}");
    sql_gives("DatabaseConnectionNode", "{\"pool_key\":\"c\"}", "{\"action\":\"pool_status\"}",
              "{\"connected\":true,\"driver\":\"sqlite\",\"pool_key\":\"c\",\"pool_size\":1,"
              "\"idle_connections\":1}");
    connect_to("c"); /* replaces: another database */
    does("c", "SELECT count(*) AS n FROM sqlite_schema", NULL, "[{\"n\":0}]");
    for (int i = 0; i < 2; i++) /* disconnecting nothing is fine */
        sql_gives("DatabaseConnectionNode", "{\"pool_key\":\"c\"}", "{\"action\":\"disconnect\"}",
                  "{\"connected\":false,\"driver\":\"none\",\"pool_key\":\"c\",\"pool_size\":0,"
                  "\"idle_connections\":0}");
    fails("DatabaseConnectionNode", "{\"pool_key\":\"c\"}", "{\"action\":\"ping\"}",
          "node execution failed: no pool registered under key 'c'");
}

KL_TEST(bad_connections_are_refused)
{
    KL_UNUSED_STATE;
    unsetenv("DATABASE_URL");
    fails("DatabaseConnectionNode", NULL, "{\"action\":\"connect\"}",
          "node execution failed: no database to connect to: give connection_string or set the "
          "environment variable DATABASE_URL");
    fails("DatabaseConnectionNode", "{\"connection_string\":\"oracle://h\"}",
          "{\"action\":\"connect\"}",
          "invalid input 'connection_string': database URL with the scheme 'oracle': expected one "
          "of: sqlite, postgres, postgresql, mysql, mariadb");
    fails("DatabaseConnectionNode", "{\"connection_string\":\"sqlite:/no/such/folder/x.db\"}",
          "{\"action\":\"connect\"}",
          "node execution failed: query execution failed: error returned from database: cannot open "
          "the database '/no/such/folder/x.db': (code: 14) unable to open database file");
    fails("DatabaseConnectionNode", NULL, "{\"action\":\"stop\"}",
          "invalid input 'action': expected one of: connect, ping, disconnect, pool_status, got "
          "\"stop\"");
    setenv("DATABASE_URL", "sqlite::memory:", 1);
    sql_gives("DatabaseConnectionNode", NULL, "{\"action\":\"connect\"}",
              "{\"connected\":true,\"driver\":\"sqlite\",\"pool_key\":\"default\",\"pool_size\":1,"
              "\"idle_connections\":1}");
    unsetenv("DATABASE_URL");
}

/* ---- SQLTransactionNode -------------------------------------------------------------------------- */

static char folder[] = "/tmp/kailash-sql-nodes-XXXXXX";

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    char command[128];
    (void)state;
    snprintf(command, sizeof command, "rm -r '%s'", folder);
    return system(command);
}

/* Files, so that others can read while a transaction is open. */
static void connect_file(const char *key)
{
    char config[256];
    kl_value out = kl_null();
    snprintf(config, sizeof config, "{\"connection_string\":\"sqlite://%s/%s\",\"pool_key\":\"%s\"}",
             folder, key, key);
    assert_int_equal(
        run_node(&out, "DatabaseConnectionNode", config, "{\"action\":\"connect\"}", NULL), KL_OK);
    kl_value_release(out);
}

static void begin(char *id, const char *key, const char *config)
{
    char inputs[128];
    kl_value out = kl_null();
    snprintf(inputs, sizeof inputs, "{\"action\":\"begin\",\"pool\":\"%s\"}", key);
    assert_int_equal(run_node(&out, "SQLTransactionNode", config, inputs, NULL), KL_OK);
    assert_string_equal(kl_as_text(kl_map_get(out, KL_TEXT("status"))).data, "begun");
    strcpy(id, kl_as_text(kl_map_get(out, KL_TEXT("transaction_id"))).data);
    assert_memory_equal(id, "txn_", 4);
    assert_int_equal(strlen(id), 40);
    kl_value_release(out);
}

static void step(const char *id, const char *action, const char *savepoint, const char *status)
{
    char inputs[256], expected[256];
    snprintf(inputs, sizeof inputs,
             "{\"action\":\"%s\",\"transaction_id\":\"%s\",\"savepoint_name\":%s}", action, id,
             savepoint);
    snprintf(expected, sizeof expected,
             "{\"transaction_id\":\"%s\",\"status\":\"%s\",\"rows_affected\":0,\"results\":[]}", id,
             status);
    gives("SQLTransactionNode", NULL, inputs, expected);
}

static void insert_in(const char *id, int value)
{
    char inputs[256];
    kl_value out = kl_null();
    snprintf(inputs, sizeof inputs,
             "{\"query\":\"INSERT INTO t VALUES(?)\",\"params\":[%d],\"transaction_id\":\"%s\"}",
             value, id);
    assert_int_equal(run_node(&out, "SQLQueryNode", NULL, inputs, NULL), KL_OK);
    kl_value_release(out);
}

KL_TEST(a_transaction_holds_its_connection)
{
    KL_UNUSED_STATE;
    char id[64];
    connect_file("tx");
    does("tx", "CREATE TABLE t(a)", NULL, "[]");
    begin(id, "tx", "{\"isolation_level\":\"serializable\"}");
    insert_in(id, 1);
    does("tx", "SELECT * FROM t", NULL, "[]"); /* others do not see it yet */
    step(id, "savepoint", "\"s1\"", "savepoint_created");
    insert_in(id, 2);
    step(id, "rollback_to_savepoint", "\"s1\"", "rolled_back_to_savepoint");
    step(id, "release_savepoint", "\"s1\"", "savepoint_released");
    step(id, "commit", "null", "committed");
    does("tx", "SELECT a FROM t", NULL, "[{\"a\":1}]");
    begin(id, "tx", NULL);
    insert_in(id, 3);
    step(id, "rollback", "null", "rolled_back");
    does("tx", "SELECT a FROM t", NULL, "[{\"a\":1}]");
}

KL_TEST(bad_transactions_are_refused)
{
    KL_UNUSED_STATE;
    fails("SQLTransactionNode", NULL, "{\"action\":\"begin\"}", "missing required input: pool");
    fails("SQLTransactionNode", NULL, "{\"action\":\"commit\"}",
          "missing required input: transaction_id");
    fails("SQLTransactionNode", NULL, "{\"action\":\"commit\",\"transaction_id\":\"txn_0\"}",
          "node execution failed: no transaction 'txn_0': it is unknown, over or was idle too long");
    fails("SQLTransactionNode", NULL, "{\"action\":\"savepoint\",\"transaction_id\":\"txn_0\"}",
          "missing required input: savepoint_name");
    fails("SQLTransactionNode", NULL,
          "{\"action\":\"savepoint\",\"transaction_id\":\"t\",\"savepoint_name\":\"a\\\"; DROP\"}",
          "invalid input 'savepoint_name': expected 1 to 63 letters, digits and underscores, got "
          "\"a\\\"; DROP\"");
    fails("SQLTransactionNode", NULL, "{\"action\":\"begin_and_execute\",\"pool\":\"zz\"}",
          "missing required input: queries");
    fails("SQLTransactionNode", NULL,
          "{\"action\":\"begin_and_execute\",\"pool\":\"zz\",\"queries\":[{\"query\":5}]}",
          "invalid input 'queries[0].query': expected string, got 5");
    fails("SQLTransactionNode", NULL, "{\"action\":\"begin\",\"pool\":\"zz\"}",
          "node execution failed: no pool registered under key 'zz'");
}

KL_TEST(begin_and_execute_is_all_or_none)
{
    KL_UNUSED_STATE;
    kl_value out = kl_null();
    connect_file("be");
    does("be", "CREATE TABLE t(a PRIMARY KEY)", NULL, "[]");
    assert_int_equal(
        run_node(&out, "SQLTransactionNode", NULL,
                 "{\"action\":\"begin_and_execute\",\"pool\":\"be\",\"queries\":["
                 "{\"query\":\"INSERT INTO t VALUES(?),(?)\",\"params\":[1,2]},"
                 "{\"query\":\"UPDATE t SET a = 5 WHERE a = 2\"}]}",
                 NULL),
        KL_OK);
    assert_int_equal(kl_map_remove(&out, KL_TEXT("transaction_id"), NULL), KL_OK);
    assert_json(out, "{\"status\":\"committed\",\"rows_affected\":3,\"results\":["
                     "{\"query_index\":0,\"rows_affected\":2,\"status\":\"ok\"},"
                     "{\"query_index\":1,\"rows_affected\":1,\"status\":\"ok\"}]}");
    fails("SQLTransactionNode", NULL,
          "{\"action\":\"begin_and_execute\",\"pool\":\"be\",\"queries\":["
          "{\"query\":\"INSERT INTO t VALUES(9)\"},{\"query\":\"SELEC\"}]}",
          "node execution failed: transaction query 1 failed (rolled back): error returned from "
          "database: (code: 1) near \"SELEC\": syntax error");
    does("be", "SELECT a FROM t ORDER BY a", NULL, "[{\"a\":1},{\"a\":5}]");
}

KL_TEST(an_idle_transaction_is_rolled_back)
{
    KL_UNUSED_STATE;
    char id[64], inputs[128];
    kl_value out = kl_null();
    connect_file("idle");
    does("idle", "CREATE TABLE t(a)", NULL, "[]");
    begin(id, "idle", "{\"idle_timeout_ms\":40}");
    insert_in(id, 1);
    usleep(300000);
    snprintf(inputs, sizeof inputs, "{\"action\":\"commit\",\"transaction_id\":\"%s\"}", id);
    assert_int_equal(run_node(&out, "SQLTransactionNode", NULL, inputs, NULL), KL_FAILED);
    does("idle", "INSERT INTO t VALUES(2)", NULL, "[]"); /* the write lock is free */
    does("idle", "SELECT a FROM t", NULL, "[{\"a\":2}]");
}

/* ---- the user ------------------------------------------------------------------------------------ */

static int polls;

static void *let_go(void) { return NULL; }
static void take_back(void *token) { (void)token; }
static kl_foreign *no_context(void) { return NULL; }
static kl_status poll_twice(kl_error *error)
{
    return ++polls < 2 ? KL_OK : kl_error_set(error, KL_INTERRUPTED, "interrupted by hand");
}

#define ENDLESS                                                                                    \
    "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c) SELECT max(x) FROM c"

KL_TEST(an_interrupt_ends_a_query)
{
    KL_UNUSED_STATE;
    static const kl_host host = {.let_go = let_go, .take_back = take_back, .poll = poll_twice,
                                 .context = no_context};
    static const char *const rows[][2] = {
        {"SQLQueryNode", "{\"pool\":\"i\",\"query\":\"" ENDLESS "\"}"},
        {"SQLTransactionNode", "{\"pool\":\"i\",\"action\":\"begin_and_execute\",\"queries\":["
                               "{\"query\":\"" ENDLESS "\"}]}"},
    };
    connect_to("i");
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_value out = kl_null();
        kl_error error = KL_ERROR_INIT;
        polls = 0;
        kl_host_set(&host);
        kl_status status = run_node(&out, rows[i][0], NULL, rows[i][1], &error);
        kl_host_set(NULL);
        assert_int_equal(status, KL_INTERRUPTED);
        assert_string_equal(kl_error_message(&error), "interrupted by hand");
        kl_error_clear(&error);
    }
    does("i", "SELECT 1 AS x", NULL, "[{\"x\":1}]");
}

/* ---- threads ------------------------------------------------------------------------------------- */

enum { THREADS = 8, TURNS = 30 };

static void *add_ones(void *failures)
{
    for (int i = 0; i < TURNS; i++) {
        kl_value out = kl_null();
        if (run_node(&out, "SQLQueryNode", NULL,
                     "{\"pool\":\"many\",\"query\":\"UPDATE n SET x = x + ?\",\"params\":[1]}",
                     NULL) == KL_OK)
            kl_value_release(out);
        else
            __atomic_fetch_add((int *)failures, 1, __ATOMIC_RELAXED);
    }
    return NULL;
}

KL_TEST(many_threads_query_one_pool)
{
    KL_UNUSED_STATE;
    pthread_t threads[THREADS];
    int failures = 0;
    connect_file("many");
    does("many", "CREATE TABLE n(x)", NULL, "[]");
    does("many", "INSERT INTO n VALUES(0)", NULL, "[]");
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, add_ones, &failures), 0);
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(failures, 0);
    does("many", "SELECT x FROM n", NULL, "[{\"x\":240}]");
}

/* ---- without memory ------------------------------------------------------------------------------ */

static void survives(const char *type, const char *inputs)
{
    const kl_node_type *row = kl_node_type_find(kl_text_from(type));
    kl_value given = json(inputs);
    size_t failed = 1;
    for (size_t n = 1; failed > 0; n++) {
        kl_value out = kl_null();
        kl_error error = KL_ERROR_INIT;
        kl_test_fail_allocation(n);
        kl_status status = kl_node_run_alone(&out, row, kl_null(), given, &error);
        failed = kl_test_failed_allocations();
        assert_true(status == KL_OK || failed);
        if (status == KL_OK)
            kl_value_release(out);
        kl_error_clear(&error);
    }
    kl_test_fail_allocation(0);
    kl_value_release(given);
}

KL_TEST(sql_nodes_survive_every_failed_allocation)
{
    KL_UNUSED_STATE;
    connect_to("mem");
    does("mem", "CREATE TABLE t(a)", NULL, "[]");
    survives("SQLQueryNode",
             "{\"pool\":\"mem\",\"query\":\"SELECT :a AS x, :b AS y\",\"params\":{\"a\":[1],"
             "\"b\":\"text\"}}");
    survives("SQLQueryNode", "{\"pool\":\"mem\",\"query\":\"INSERT INTO t VALUES(?)\",\"params\":"
                             "[[1],[2]],\"operation\":\"execute_many\"}");
    survives("SQLQueryNode", "{\"pool\":\"mem\",\"query\":\"VALUES(1.5),(2),(3)\",\"batch_size\":2,"
                             "\"on_batch\":\"NoOpNode\"}");
    survives("SQLQueryNode", "{\"pool\":\"mem\",\"query\":\"VALUES(1)\",\"scope\":\"process\"}");
    survives("SQLTransactionNode",
             "{\"action\":\"begin_and_execute\",\"pool\":\"mem\",\"queries\":["
             "{\"query\":\"DELETE FROM t\"}]}");
    survives("DatabaseConnectionNode",
             "{\"action\":\"connect\",\"connection_string\":\"sqlite::memory:\","
             "\"pool_key\":\"mem2\"}");
    survives("DatabaseConnectionNode", "{\"action\":\"ping\",\"pool_key\":\"mem\"}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(queries_give_columns_rows_and_counts),
        cmocka_unit_test(placeholders_take_their_values),
        cmocka_unit_test(a_url_serves_as_pool),
        cmocka_unit_test(bad_queries_are_refused),
        cmocka_unit_test(database_errors_keep_their_details),
        cmocka_unit_test(limits_hold),
        cmocka_unit_test(several_statements_run_when_multi_says_so),
        cmocka_unit_test(decimal_numbers_come_as_asked),
        cmocka_unit_test(rows_come_in_batches),
        cmocka_unit_test(bad_batches_are_refused),
        cmocka_unit_test(a_registry_may_have_pools_of_its_own),
        cmocka_unit_test(execute_many_is_all_or_none),
        cmocka_unit_test(connections_are_made_asked_and_closed),
        cmocka_unit_test(bad_connections_are_refused),
        cmocka_unit_test(a_transaction_holds_its_connection),
        cmocka_unit_test(bad_transactions_are_refused),
        cmocka_unit_test(begin_and_execute_is_all_or_none),
        cmocka_unit_test(an_idle_transaction_is_rolled_back),
        cmocka_unit_test(an_interrupt_ends_a_query),
        cmocka_unit_test(many_threads_query_one_pool),
        cmocka_unit_test(sql_nodes_survive_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
