/* The SQL layer and its SQLite driver. */
#include "test.h"
#include "store/sql.h"
#include "store/sql_text.h"
#include "store/sql_url.h"

#include <math.h>
#include <pthread.h>
#include <unistd.h>

/* ---- URLs ---------------------------------------------------------------------------------------- */

KL_TEST(sqlite_urls_name_a_file_or_memory)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *url, *path; /* NULL = in memory */
        kl_sql_mode mode;
    } rows[] = {
        {"sqlite::memory:", NULL, KL_SQL_CREATE},
        {":memory:", NULL, KL_SQL_CREATE},
        {"sqlite://:memory:", NULL, KL_SQL_CREATE},
        {"sqlite:///:memory:", NULL, KL_SQL_CREATE},
        {"sqlite:x.db?mode=memory", NULL, KL_SQL_CREATE},
        {"sqlite:x.db", "x.db", KL_SQL_CREATE},
        {"sqlite://rel/x.db", "rel/x.db", KL_SQL_CREATE},
        {"sqlite:///tmp/x.db", "/tmp/x.db", KL_SQL_CREATE},
        {"sqlite:///tmp/x.db?mode=ro", "/tmp/x.db", KL_SQL_READ_ONLY},
        {"sqlite:///tmp/x.db?mode=rw", "/tmp/x.db", KL_SQL_READ_WRITE},
        {"sqlite:///tmp/x.db?mode=rwc", "/tmp/x.db", KL_SQL_CREATE},
        {"sqlite:///tmp/a%20b%2fc%.db", "/tmp/a b/c%.db", KL_SQL_CREATE},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_sql_address address;
        assert_int_equal(kl_sql_address_read(&address, kl_text_from(rows[i].url), NULL), KL_OK);
        assert_int_equal(address.memory, rows[i].path == NULL);
        assert_int_equal(address.mode, rows[i].mode);
        assert_string_equal(kl_as_text(address.path).data, rows[i].path ? rows[i].path : "");
        assert_string_equal(address.driver, "sqlite");
        kl_sql_address_clear(&address);
    }
}

KL_TEST(server_urls_name_their_driver)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *url, *driver;
        kl_sql_dialect dialect;
    } rows[] = {
        {"postgres://h/d", "postgres", KL_SQL_POSTGRES},
        {"postgresql://h/d", "postgres", KL_SQL_POSTGRES},
        {"mysql://h/d", "mariadb", KL_SQL_MYSQL},
        {"mariadb://h/d", "mariadb", KL_SQL_MYSQL},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_sql_address address;
        assert_int_equal(kl_sql_address_read(&address, kl_text_from(rows[i].url), NULL), KL_OK);
        assert_string_equal(address.driver, rows[i].driver);
        assert_int_equal(address.dialect, rows[i].dialect);
        kl_sql_address_clear(&address);
    }
}

KL_TEST(bad_urls_say_what_would_be_right)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *url, *message;
    } rows[] = {
        {"oracle://scott:tiger@h",
         "database URL with the scheme 'oracle': expected one of: sqlite, postgres, postgresql, "
         "mysql, mariadb"},
        {"", "database URL with the scheme '': expected one of: sqlite, postgres, postgresql, "
             "mysql, mariadb"},
        {"sqlite:", "the database URL names no file; give sqlite:PATH or sqlite::memory:"},
        {"sqlite://", "the database URL names no file; give sqlite:PATH or sqlite::memory:"},
        {"sqlite:a%00b", "the path in the database URL holds a NUL byte"},
        {"sqlite:x?mode=no",
         "mode 'no' in the database URL: expected one of: ro, rw, rwc, memory"},
        {"sqlite:x?key=secret", "parameter 'key' in the database URL is unknown; SQLite URLs "
                              "take mode=ro|rw|rwc|memory"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_sql_address address;
        kl_error error = KL_ERROR_INIT;
        assert_int_equal(kl_sql_address_read(&address, kl_text_from(rows[i].url), &error),
                         KL_INVALID);
        assert_string_equal(kl_error_message(&error), rows[i].message);
        kl_error_clear(&error);
    }
}

KL_TEST(redacted_urls_hold_no_secret)
{
    KL_UNUSED_STATE;
    static const char *const rows[][2] = {
        {"postgres://u:p@host:5/db?password=x", "postgres://***@host:5/db"},
        {"postgres://u:p@ss@host/db", "postgres://***@host/db"},
        {"postgres://host/a@b", "postgres://host/a@b"},
        {"mysql://u@h", "mysql://***@h"},
        {"sqlite:///x.db?mode=ro", "sqlite:///x.db?mode=ro"},
        {"sqlite::memory:", "sqlite::memory:"},
        {"no url", "no url"},
        {"", ""},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_value shown;
        assert_int_equal(kl_sql_url_redact(&shown, kl_text_from(rows[i][0]), NULL), KL_OK);
        assert_string_equal(kl_as_text(shown).data, rows[i][1]);
        kl_value_release(shown);
    }
}

/* ---- placeholders -------------------------------------------------------------------------------- */

static void becomes(kl_sql_dialect dialect, const char *sql, const char *expected, size_t count)
{
    kl_sql_text text;
    kl_error error = KL_ERROR_INIT;
    kl_status status = kl_sql_text_read(&text, kl_text_from(sql), dialect, true, &error);
    if (status != KL_OK)
        print_error("%s: %s\n", sql, kl_error_message(&error));
    kl_error_clear(&error);
    assert_int_equal(status, KL_OK);
    assert_string_equal(kl_as_text(text.text).data, expected);
    assert_int_equal(text.count, count);
    kl_sql_text_clear(&text);
}

KL_TEST(placeholders_are_written_as_the_database_wants_them)
{
    KL_UNUSED_STATE;
    becomes(KL_SQL_SQLITE, "", "", 0);
    becomes(KL_SQL_SQLITE, "a=? and b=?", "a=?1 and b=?2", 2);
    becomes(KL_SQL_SQLITE, "a=$2 or b=$1 or c=?2", "a=?2 or b=?1 or c=?2", 2);
    becomes(KL_SQL_SQLITE, "a=:x and b=@y and c=:x and d=$z", "a=?1 and b=?2 and c=?1 and d=?3", 3);
    becomes(KL_SQL_POSTGRES, "a=? and b=?::int", "a=$1 and b=$2::int", 2);
    becomes(KL_SQL_POSTGRES, "a=$1", "a=$1", 1);
    becomes(KL_SQL_POSTGRES, "a=:id::text", "a=$1::text", 1);
    becomes(KL_SQL_POSTGRES, "a[1:n] = ?", "a[1:n] = $1", 1);
    becomes(KL_SQL_MYSQL, "a=:x and b=:y and c=:x", "a=? and b=? and c=?", 2);
    becomes(KL_SQL_MYSQL, "@v := ?", "@v := ?", 1);
}

KL_TEST(strings_names_and_comments_hold_no_placeholders)
{
    KL_UNUSED_STATE;
    becomes(KL_SQL_SQLITE, "'?' '''?' \"?\"\"?\" `?` [?] ?", "'?' '''?' \"?\"\"?\" `?` [?] ?1", 1);
    becomes(KL_SQL_SQLITE, "-- ? $1\n?/* ? /* ? */?", "-- ? $1\n?1/* ? /* ? */?2", 2);
    becomes(KL_SQL_SQLITE, "'\\' ?", "'\\' ?1", 1);
    becomes(KL_SQL_SQLITE, "a$1 t.x2?", "a$1 t.x2?1", 1);
    becomes(KL_SQL_POSTGRES, "/* /* ? */ ? */?", "/* /* ? */ ? */$1", 1);
    becomes(KL_SQL_POSTGRES, "$$?$$ $a$ ? $$ $a$ ?", "$$?$$ $a$ ? $$ $a$ $1", 1);
    becomes(KL_SQL_POSTGRES, "E'\\' ?' '\\' ?", "E'\\' ?' '\\' $1", 1);
    becomes(KL_SQL_MYSQL, "'\\' ?' \"\\\" ?\" # ?\n--? -- ?\n", "'\\' ?' \"\\\" ?\" # ?\n--? -- ?\n",
            1);
    becomes(KL_SQL_SQLITE, "'open ?", "'open ?", 0);
    becomes(KL_SQL_SQLITE, "/* open ?", "/* open ?", 0);
}

KL_TEST(without_values_a_question_mark_is_an_operator_in_postgres)
{
    KL_UNUSED_STATE;
    kl_sql_text text;
    assert_int_equal(kl_sql_text_read(&text, KL_TEXT("a ? 'k' and b ?| c"), KL_SQL_POSTGRES, false,
                                      NULL),
                     KL_OK);
    assert_string_equal(kl_as_text(text.text).data, "a ? 'k' and b ?| c");
    kl_sql_text_clear(&text);
}

KL_TEST(statements_are_told_apart)
{
    KL_UNUSED_STATE;
    static const struct {
        kl_sql_dialect dialect;
        const char *text, *first;
    } rows[] = {
        {KL_SQL_POSTGRES, "SELECT 1", "SELECT 1"},
        {KL_SQL_POSTGRES, "SELECT ';' ; SELECT 2", "SELECT ';' ;"},
        {KL_SQL_POSTGRES, "SELECT $a$ ; $a$; x", "SELECT $a$ ; $a$;"},
        {KL_SQL_POSTGRES, "SELECT E'\\'; ' ; x", "SELECT E'\\'; ' ;"},
        {KL_SQL_POSTGRES, "SELECT '\\'; x", "SELECT '\\';"},
        {KL_SQL_POSTGRES, "/* /* ; */ ; */ a; b", "/* /* ; */ ; */ a;"},
        {KL_SQL_MYSQL, "SELECT '\\'; ' ; x", "SELECT '\\'; ' ;"},
        {KL_SQL_MYSQL, "SELECT `;` # ;\n ; x", "SELECT `;` # ;\n ;"},
        {KL_SQL_MYSQL, "SELECT 1--;2", "SELECT 1--;"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++)
        assert_int_equal(kl_sql_text_first(kl_text_from(rows[i].text), rows[i].dialect),
                         strlen(rows[i].first));
    assert_true(kl_sql_text_is_blank(KL_TEXT(" ; -- x\n /* y */ ;"), KL_SQL_POSTGRES));
    assert_true(kl_sql_text_is_blank(KL_TEXT("# x"), KL_SQL_MYSQL));
    assert_false(kl_sql_text_is_blank(KL_TEXT(" ; 'x'"), KL_SQL_POSTGRES));
}

KL_TEST(reading_is_told_by_words)
{
    KL_UNUSED_STATE;
    static const char *const reading[] = {"SELECT 1", " /* x */ with a as (select 1) table a",
                                          "VALUES (1)", "EXPLAIN SELECT 1", "(SELECT 'delete')",
                                          "SELECT \"update\", replace(a, 'b', 'c') FROM t"};
    static const char *const writing[] = {"", "DELETE FROM t", "WITH x AS (DELETE FROM t RETURNING a) SELECT 1",
                                          "SELECT 1 INTO t", "SELECT a FROM t FOR UPDATE",
                                          "EXPLAIN ANALYZE DELETE FROM t", "CALL p()", "SET x = 1"};
    for (size_t i = 0; i < KL_COUNT(reading); i++)
        assert_true(kl_sql_text_only_reads(kl_text_from(reading[i]), KL_SQL_POSTGRES));
    for (size_t i = 0; i < KL_COUNT(writing); i++)
        assert_false(kl_sql_text_only_reads(kl_text_from(writing[i]), KL_SQL_POSTGRES));
}

KL_TEST(bad_placeholders_are_shown)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *sql, *message;
        size_t position;
    } rows[] = {
        {"a=? b=$1", "placeholders of two kinds (? and $1) in one text; use one kind", 6},
        {"a=:x b=?", "placeholders of two kinds (:name and ?) in one text; use one kind", 7},
        {"a=$0", "placeholder number out of range; give 1 to 32766", 2},
        {"a=?99999999999999999999", "placeholder number out of range; give 1 to 32766", 2},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_sql_text text;
        kl_error error = KL_ERROR_INIT;
        assert_int_equal(
            kl_sql_text_read(&text, kl_text_from(rows[i].sql), KL_SQL_SQLITE, true, &error),
            KL_SYNTAX);
        assert_string_equal(kl_error_message(&error), rows[i].message);
        assert_int_equal(error.position, rows[i].position);
        kl_error_clear(&error);
    }
    kl_text with_nul = {"select 1\0; drop table t", 23};
    kl_sql_text text;
    assert_int_equal(kl_sql_text_read(&text, with_nul, KL_SQL_SQLITE, true, NULL), KL_SYNTAX);
}

/* ---- connections --------------------------------------------------------------------------------- */

static char folder[] = "/tmp/kailash-sql-XXXXXX";

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

static kl_sql_pool *new_pool(const char *url)
{
    kl_sql_pool *pool = NULL;
    kl_error error = KL_ERROR_INIT;
    if (kl_sql_pool_new(&pool, kl_text_from(url), NULL, &error) != KL_OK)
        fail_msg("%s: %s", url, kl_error_message(&error));
    return pool;
}

static kl_sql_pool *file_pool(const char *name)
{
    char url[128];
    snprintf(url, sizeof url, "sqlite://%s/%s", folder, name);
    return new_pool(url);
}

static kl_sql *take(kl_sql_pool *pool)
{
    kl_sql *sql = NULL;
    kl_error error = KL_ERROR_INIT;
    if (kl_sql_take(&sql, pool, NULL, &error) != KL_OK)
        fail_msg("%s", kl_error_message(&error));
    return sql;
}

static kl_status query(kl_value *rows, kl_sql *sql, const char *text, const char *params,
                       kl_error *error)
{
    kl_sql_result result;
    kl_value values = params ? json(params) : kl_null();
    kl_sql_request request = KL_SQL_REQUEST_INIT;
    request.text = kl_text_from(text);
    request.params = values;
    kl_status status = kl_sql_query(&result, sql, &request, error);
    kl_value_release(values);
    if (status == KL_OK) {
        *rows = kl_value_retain(result.rows);
        kl_sql_result_clear(&result);
    }
    return status;
}

static void rows_are(kl_sql *sql, const char *text, const char *params, const char *expected)
{
    kl_value rows = kl_null();
    kl_error error = KL_ERROR_INIT;
    kl_status status = query(&rows, sql, text, params, &error);
    if (status != KL_OK)
        print_error("%s: %s\n", text, kl_error_message(&error));
    kl_error_clear(&error);
    assert_int_equal(status, KL_OK);
    assert_json(rows, expected);
}

static void refused(kl_sql *sql, const char *text, const char *params, kl_status expected,
                    const char *message)
{
    kl_value rows = kl_null();
    kl_error error = KL_ERROR_INIT;
    kl_status status = query(&rows, sql, text, params, &error);
    if (status != expected || strcmp(kl_error_message(&error), message) != 0)
        print_error("%s: got %s \"%s\"\n", text, kl_status_name(status), kl_error_message(&error));
    assert_int_equal(status, expected);
    assert_string_equal(kl_error_message(&error), message);
    kl_error_clear(&error);
}

KL_TEST(values_come_back_as_they_went_in)
{
    KL_UNUSED_STATE;
    kl_sql_pool *pool = new_pool("sqlite::memory:");
    kl_sql *sql = take(pool);
    rows_are(sql, "CREATE TABLE t(a, b, c, d)", NULL, "[]");
    rows_are(sql, "INSERT INTO t VALUES(?,?,?,?)", "[9223372036854775807,-0.1,\"h\u00e9\",null]",
             "[]");
    rows_are(sql, "INSERT INTO t VALUES($1,$2,$3,$4)", "[-9223372036854775808,1e308,\"\",true]",
             "[]");
    rows_are(sql, "INSERT INTO t VALUES(:a,:b,:c,:a)", "{\"a\":[1,{\"k\":2}],\"b\":{},\"c\":false}",
             "[]");
    rows_are(sql, "SELECT * FROM t", NULL,
             "[{\"a\":9223372036854775807,\"b\":-0.1,\"c\":\"h\u00e9\",\"d\":null},"
             "{\"a\":-9223372036854775808,\"b\":1e+308,\"c\":\"\",\"d\":1},"
             "{\"a\":\"[1,{\\\"k\\\":2}]\",\"b\":\"{}\",\"c\":0,\"d\":\"[1,{\\\"k\\\":2}]\"}]");
    kl_sql_give_back(sql);
    kl_sql_pool_release(pool);
}

KL_TEST(bytes_and_text_with_nul_are_exact)
{
    KL_UNUSED_STATE;
    kl_sql_pool *pool = new_pool("sqlite::memory:");
    kl_sql *sql = take(pool);
    kl_sql_result result;
    kl_value params, item;
    assert_int_equal(kl_array_new(&params, 3, NULL), KL_OK);
    kl_bytes_new(&item, (kl_text){"\xff\x00\x01", 3}, NULL);
    kl_array_push(&params, item, NULL);
    kl_string_new(&item, (kl_text){"a\0b", 3}, NULL);
    kl_array_push(&params, item, NULL);
    kl_bytes_new(&item, KL_TEXT(""), NULL);
    kl_array_push(&params, item, NULL);
    kl_sql_request request = KL_SQL_REQUEST_INIT;
    request.text = KL_TEXT("SELECT ? AS b, ? AS t, ? AS e, CAST(X'ff' AS TEXT) AS broken");
    request.params = params;
    assert_int_equal(kl_sql_query(&result, sql, &request, NULL), KL_OK);
    kl_value row = kl_array_at(result.rows, 0);
    assert_true(kl_is(kl_map_get(row, KL_TEXT("b")), KL_KIND_BYTES));
    assert_true(kl_text_equal(kl_as_text(kl_map_get(row, KL_TEXT("b"))),
                              (kl_text){"\xff\x00\x01", 3}));
    assert_true(kl_is(kl_map_get(row, KL_TEXT("t")), KL_KIND_STRING));
    assert_int_equal(kl_value_len(kl_map_get(row, KL_TEXT("t"))), 3);
    assert_true(kl_is(kl_map_get(row, KL_TEXT("e")), KL_KIND_BYTES));
    assert_int_equal(kl_value_len(kl_map_get(row, KL_TEXT("e"))), 0);
    assert_true(kl_is(kl_map_get(row, KL_TEXT("broken")), KL_KIND_BYTES));
    kl_value_release(params);
    kl_sql_result_clear(&result);
    kl_sql_give_back(sql);
    kl_sql_pool_release(pool);
}

KL_TEST(values_without_a_form_are_refused)
{
    KL_UNUSED_STATE;
    kl_sql_pool *pool = new_pool("sqlite::memory:");
    kl_sql *sql = take(pool);
    kl_value params;
    kl_error error = KL_ERROR_INIT;
    kl_sql_effect effect;
    assert_int_equal(kl_array_new(&params, 1, NULL), KL_OK);
    kl_array_push(&params, kl_double(NAN), NULL);
    assert_int_equal(kl_sql_execute(&effect, sql, KL_TEXT("SELECT ?"), params, &error), KL_INVALID);
    assert_string_equal(kl_error_message(&error),
                        "value 1: NaN cannot be stored; give null instead");
    kl_error_clear(&error);
    kl_value_release(params);
    rows_are(sql, "SELECT ? AS x", "[1]", "[{\"x\":1}]"); /* the statement is usable afterwards */
    kl_sql_give_back(sql);
    kl_sql_pool_release(pool);
}

KL_TEST(values_must_match_the_placeholders)
{
    KL_UNUSED_STATE;
    kl_sql_pool *pool = new_pool("sqlite::memory:");
    kl_sql *sql = take(pool);
    refused(sql, "SELECT ?, ?", "[1]", KL_INVALID,
            "expected 2 values, one for each placeholder, got 1");
    refused(sql, "SELECT ?", NULL, KL_INVALID, "expected 1 value, one for each placeholder, got 0");
    refused(sql, "SELECT 1", "[1]", KL_INVALID,
            "expected 0 values, one for each placeholder, got 1");
    refused(sql, "SELECT :a, :b", "{\"a\":1,\"c\":2}", KL_INVALID,
            "no value for the placeholder :b");
    refused(sql, "SELECT :a", "[1]", KL_INVALID,
            "expected object with a value for each :name, got array");
    refused(sql, "SELECT ?", "{\"a\":1}", KL_INVALID,
            "expected array, got object: the text has no :name placeholders");
    kl_sql_give_back(sql);
    kl_sql_pool_release(pool);
}

KL_TEST(errors_carry_code_and_kind)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *sql, *message, *kind;
    } rows[] = {
        {"SELEC", "(code: 1) near \"SELEC\": syntax error", "syntax"},
        {"SELECT * FROM nowhere", "(code: 1) no such table: nowhere", "syntax"},
        {"INSERT INTO t VALUES(1, 1)", "(code: 1555) UNIQUE constraint failed: t.id", "unique"},
        {"INSERT INTO t VALUES(2, NULL)", "(code: 1299) NOT NULL constraint failed: t.a",
         "not_null"},
        {"INSERT INTO t VALUES(2, -1)", "(code: 275) CHECK constraint failed: a > 0", "check"},
        {"INSERT INTO u VALUES(9)", "(code: 787) FOREIGN KEY constraint failed", "foreign_key"},
    };
    kl_sql_pool *pool = new_pool("sqlite::memory:");
    kl_sql *sql = take(pool);
    rows_are(sql, "CREATE TABLE t(id TEXT PRIMARY KEY, a NOT NULL CHECK(a > 0))", NULL, "[]");
    rows_are(sql, "CREATE TABLE u(t REFERENCES t(id))", NULL, "[]");
    rows_are(sql, "INSERT INTO t VALUES(1, 1)", NULL, "[]");
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_value out;
        kl_error error = KL_ERROR_INIT;
        assert_int_equal(query(&out, sql, rows[i].sql, NULL, &error), KL_FAILED);
        assert_string_equal(kl_error_message(&error), rows[i].message);
        assert_non_null(error.details);
        kl_value kind = kl_map_get(*(kl_value *)error.details, KL_TEXT("kind"));
        assert_string_equal(kl_as_text(kind).data, rows[i].kind);
        kl_error_clear(&error);
    }
    kl_sql_give_back(sql);
    kl_sql_pool_release(pool);
}

KL_TEST(rows_share_one_shape_and_columns_keep_their_order)
{
    KL_UNUSED_STATE;
    kl_sql_pool *pool = new_pool("sqlite::memory:");
    kl_sql *sql = take(pool);
    kl_value rows = kl_null();
    assert_int_equal(query(&rows, sql, "SELECT 2 AS z, 1 AS a UNION ALL SELECT 3, 4", NULL, NULL),
                     KL_OK);
    assert_ptr_equal(kl_map_keys(kl_array_at(rows, 0)), kl_map_keys(kl_array_at(rows, 1)));
    assert_json(rows, "[{\"z\":2,\"a\":1},{\"z\":3,\"a\":4}]");
    /* Of two columns with one name the later is in the row; both are listed. */
    kl_sql_result result;
    kl_sql_request request = KL_SQL_REQUEST_INIT;
    request.text = KL_TEXT("SELECT 1 AS x, 2 AS y, 3 AS x");
    assert_int_equal(kl_sql_query(&result, sql, &request, NULL), KL_OK);
    assert_json(kl_value_retain(result.columns), "[\"x\",\"y\",\"x\"]");
    assert_json(kl_value_retain(result.rows), "[{\"x\":3,\"y\":2}]");
    kl_sql_result_clear(&result);
    kl_sql_give_back(sql);
    kl_sql_pool_release(pool);
}

KL_TEST(a_kept_statement_follows_the_schema)
{
    KL_UNUSED_STATE;
    kl_sql_pool *pool = new_pool("sqlite::memory:");
    kl_sql *sql = take(pool);
    rows_are(sql, "CREATE TABLE t(a)", NULL, "[]");
    rows_are(sql, "INSERT INTO t VALUES(1)", NULL, "[]");
    rows_are(sql, "SELECT * FROM t", NULL, "[{\"a\":1}]");
    rows_are(sql, "ALTER TABLE t ADD COLUMN b DEFAULT 2", NULL, "[]");
    rows_are(sql, "SELECT * FROM t", NULL, "[{\"a\":1,\"b\":2}]");
    rows_are(sql, "ALTER TABLE t RENAME COLUMN a TO c", NULL, "[]");
    rows_are(sql, "SELECT * FROM t", NULL, "[{\"c\":1,\"b\":2}]");
    kl_sql_give_back(sql);
    kl_sql_pool_release(pool);
}

KL_TEST(more_statements_than_are_kept)
{
    KL_UNUSED_STATE;
    kl_sql_pool *pool = new_pool("sqlite::memory:");
    kl_sql *sql = take(pool);
    for (int pass = 0; pass < 3; pass++)
        for (int i = 0; i < 50; i++) {
            char text[64], expected[64];
            snprintf(text, sizeof text, "SELECT %d AS x", i);
            snprintf(expected, sizeof expected, "[{\"x\":%d}]", i);
            rows_are(sql, text, NULL, expected);
        }
    kl_sql_give_back(sql);
    kl_sql_pool_release(pool);
}

KL_TEST(effects_are_counted)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *sql;
        int64_t affected, id;
    } rows[] = {
        {"CREATE TABLE t(id INTEGER PRIMARY KEY, a)", 0, 0},
        {"INSERT INTO t(a) VALUES(1),(2),(3)", 3, 3},
        {"UPDATE t SET a = 9 WHERE id > 1", 2, 0},
        {"SELECT * FROM t", 0, 0},
        {"UPDATE t SET a = 9 WHERE id > 99", 0, 0},
        {"INSERT INTO t(id, a) VALUES(77, 1) RETURNING id", 1, 77},
        {"DELETE FROM t", 4, 0},
        {"CREATE TABLE u(x)", 0, 0},
    };
    kl_sql_pool *pool = new_pool("sqlite::memory:");
    kl_sql *sql = take(pool);
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_sql_effect effect = {-1, -1};
        assert_int_equal(
            kl_sql_execute(&effect, sql, kl_text_from(rows[i].sql), kl_null(), NULL), KL_OK);
        assert_int_equal(effect.affected, rows[i].affected);
        assert_int_equal(effect.last_insert_id, rows[i].id);
    }
    kl_sql_give_back(sql);
    kl_sql_pool_release(pool);
}

KL_TEST(stacked_statements_run_only_when_asked_for)
{
    KL_UNUSED_STATE;
    kl_sql_pool *pool = new_pool("sqlite::memory:");
    kl_sql *sql = take(pool);
    refused(sql, "SELECT 1; DROP TABLE t", NULL, KL_SYNTAX, "expected one statement, got several");
    refused(sql, " -- nothing\n", NULL, KL_SYNTAX, "expected one statement, got none");
    rows_are(sql, "SELECT 1 AS x; -- done\n ;", NULL, "[{\"x\":1}]");
    kl_sql_result result;
    kl_value params = json("[5,6]");
    kl_sql_request request = KL_SQL_REQUEST_INIT;
    request.text = KL_TEXT("CREATE TABLE t(a); INSERT INTO t VALUES(?),(1); "
                           "SELECT a FROM t WHERE a <> ?; SELECT 'x' AS b;");
    request.params = params;
    request.many = true;
    assert_int_equal(kl_sql_query(&result, sql, &request, NULL), KL_OK);
    assert_json(kl_value_retain(result.rows), "[{\"a\":5},{\"a\":1},{\"b\":\"x\"}]");
    assert_json(kl_value_retain(result.columns), "[\"a\"]");
    assert_int_equal(result.effect.affected, 2);
    kl_sql_result_clear(&result);
    kl_value_release(params);
    kl_sql_give_back(sql);
    kl_sql_pool_release(pool);
}

KL_TEST(rows_max_leaves_the_rest_unread)
{
    KL_UNUSED_STATE;
    kl_sql_pool *pool = new_pool("sqlite::memory:");
    kl_sql *sql = take(pool);
    kl_sql_result result;
    kl_sql_request request = KL_SQL_REQUEST_INIT;
    rows_are(sql, "CREATE TABLE t(a)", NULL, "[]");
    request.text = KL_TEXT("INSERT INTO t VALUES(1),(2),(3) RETURNING a");
    request.rows_max = 2;
    assert_int_equal(kl_sql_query(&result, sql, &request, NULL), KL_OK);
    assert_true(result.truncated);
    assert_int_equal(result.effect.affected, 3);
    assert_json(kl_value_retain(result.rows), "[{\"a\":1},{\"a\":2}]");
    kl_sql_result_clear(&result);
    request.text = KL_TEXT("SELECT a FROM t");
    request.rows_max = 3;
    assert_int_equal(kl_sql_query(&result, sql, &request, NULL), KL_OK);
    assert_false(result.truncated);
    kl_sql_result_clear(&result);
    kl_sql_give_back(sql);
    kl_sql_pool_release(pool);
}

KL_TEST(read_only_requests_cannot_write)
{
    KL_UNUSED_STATE;
    kl_sql_pool *pool = new_pool("sqlite::memory:");
    kl_sql *sql = take(pool);
    kl_sql_result result;
    kl_error error = KL_ERROR_INIT;
    kl_sql_request request = KL_SQL_REQUEST_INIT;
    request.read_only = true;
    request.text = KL_TEXT("CREATE TABLE t(a)");
    assert_int_equal(kl_sql_query(&result, sql, &request, &error), KL_SYNTAX);
    assert_string_equal(kl_error_message(&error), "expected a statement that only reads");
    kl_error_clear(&error);
    rows_are(sql, "SELECT count(*) AS n FROM sqlite_schema", NULL, "[{\"n\":0}]");
    kl_sql_give_back(sql);
    kl_sql_pool_release(pool);
}

/* ---- limits -------------------------------------------------------------------------------------- */

#define ENDLESS "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c) SELECT max(x) FROM c"

KL_TEST(a_deadline_ends_an_endless_statement)
{
    KL_UNUSED_STATE;
    kl_sql_pool *pool = new_pool("sqlite::memory:");
    kl_sql *sql = take(pool);
    kl_sql_result result;
    kl_error error = KL_ERROR_INIT;
    kl_sql_request request = KL_SQL_REQUEST_INIT;
    request.text = KL_TEXT(ENDLESS);
    request.watch.deadline = kl_clock_after(50 * KL_MILLISECOND);
    kl_time start = kl_clock_now();
    assert_int_equal(kl_sql_query(&result, sql, &request, &error), KL_TIMEOUT);
    assert_true(kl_clock_now() - start < 5 * KL_SECOND);
    kl_error_clear(&error);
    rows_are(sql, "SELECT 1 AS x", NULL, "[{\"x\":1}]");
    kl_sql_give_back(sql);
    kl_sql_pool_release(pool);
}

static bool is_stopped(void *data) { return __atomic_load_n((bool *)data, __ATOMIC_ACQUIRE); }

static void *stop_soon(void *data)
{
    usleep(30000);
    __atomic_store_n((bool *)data, true, __ATOMIC_RELEASE);
    return NULL;
}

KL_TEST(another_thread_can_stop_a_statement)
{
    KL_UNUSED_STATE;
    kl_sql_pool *pool = new_pool("sqlite::memory:");
    kl_sql *sql = take(pool);
    kl_sql_result result;
    bool stop = false;
    pthread_t thread;
    kl_sql_request request = KL_SQL_REQUEST_INIT;
    request.text = KL_TEXT(ENDLESS);
    request.watch.is_stopped = is_stopped;
    request.watch.data = &stop;
    pthread_create(&thread, NULL, stop_soon, &stop);
    assert_int_equal(kl_sql_query(&result, sql, &request, NULL), KL_CANCELLED);
    pthread_join(thread, NULL);
    kl_sql_give_back(sql);
    kl_sql_pool_release(pool);
}

KL_TEST(a_lock_is_waited_for_until_the_deadline)
{
    KL_UNUSED_STATE;
    kl_sql_pool *pool = file_pool("locked.db");
    kl_sql *one = take(pool), *two = take(pool);
    kl_sql_result result;
    kl_sql_request request = KL_SQL_REQUEST_INIT;
    rows_are(one, "CREATE TABLE t(a)", NULL, "[]");
    assert_int_equal(kl_sql_begin(one, KL_SQL_ISOLATION_DEFAULT, NULL), KL_OK);
    request.text = KL_TEXT("INSERT INTO t VALUES(1)");
    request.watch.deadline = kl_clock_after(60 * KL_MILLISECOND);
    assert_int_equal(kl_sql_query(&result, two, &request, NULL), KL_TIMEOUT);
    assert_int_equal(kl_sql_rollback(one, NULL), KL_OK);
    rows_are(two, "INSERT INTO t VALUES(1)", NULL, "[]");
    kl_sql_give_back(one);
    kl_sql_give_back(two);
    kl_sql_pool_release(pool);
}

/* ---- transactions -------------------------------------------------------------------------------- */

KL_TEST(transactions_commit_and_roll_back)
{
    KL_UNUSED_STATE;
    kl_sql_pool *pool = new_pool("sqlite::memory:");
    kl_sql *sql = take(pool);
    rows_are(sql, "CREATE TABLE t(a)", NULL, "[]");
    assert_int_equal(kl_sql_begin(sql, KL_SQL_SERIALIZABLE, NULL), KL_OK);
    assert_true(kl_sql_in_transaction(sql));
    rows_are(sql, "INSERT INTO t VALUES(1)", NULL, "[]");
    assert_int_equal(kl_sql_commit(sql, NULL), KL_OK);
    assert_int_equal(kl_sql_begin(sql, KL_SQL_ISOLATION_DEFAULT, NULL), KL_OK);
    rows_are(sql, "INSERT INTO t VALUES(2)", NULL, "[]");
    assert_int_equal(kl_sql_rollback(sql, NULL), KL_OK);
    assert_int_equal(kl_sql_commit(sql, NULL), KL_FAILED);
    /* One that is given back open is rolled back. */
    assert_int_equal(kl_sql_begin(sql, KL_SQL_ISOLATION_DEFAULT, NULL), KL_OK);
    rows_are(sql, "INSERT INTO t VALUES(3)", NULL, "[]");
    kl_sql_give_back(sql);
    sql = take(pool);
    assert_false(kl_sql_in_transaction(sql));
    rows_are(sql, "SELECT a FROM t", NULL, "[{\"a\":1}]");
    kl_sql_give_back(sql);
    kl_sql_pool_release(pool);
}

/* ---- files --------------------------------------------------------------------------------------- */

KL_TEST(files_are_made_unless_the_mode_forbids_it)
{
    KL_UNUSED_STATE;
    char url[128];
    kl_sql *sql = NULL;
    kl_error error = KL_ERROR_INIT;
    snprintf(url, sizeof url, "sqlite://%s/new.db?mode=rw", folder);
    kl_sql_pool *pool = new_pool(url);
    assert_int_equal(kl_sql_take(&sql, pool, NULL, &error), KL_IO);
    assert_non_null(strstr(kl_error_message(&error), "cannot open the database '"));
    kl_error_clear(&error);
    assert_int_equal(kl_sql_pool_look(pool).connections, 0);
    kl_sql_pool_release(pool);

    pool = file_pool("new.db");
    sql = take(pool);
    rows_are(sql, "PRAGMA journal_mode", NULL, "[{\"journal_mode\":\"wal\"}]");
    rows_are(sql, "PRAGMA foreign_keys", NULL, "[{\"foreign_keys\":1}]");
    rows_are(sql, "CREATE TABLE t(a)", NULL, "[]");
    kl_sql_give_back(sql);
    kl_sql_pool_release(pool);

    snprintf(url, sizeof url, "sqlite://%s/new.db?mode=ro", folder);
    pool = new_pool(url);
    sql = take(pool);
    refused(sql, "INSERT INTO t VALUES(1)", NULL, KL_FAILED,
            "(code: 8) attempt to write a readonly database");
    kl_sql_give_back(sql);
    kl_sql_pool_release(pool);
}

KL_TEST(a_file_that_is_no_database_is_refused)
{
    KL_UNUSED_STATE;
    char path[128];
    kl_sql *sql = NULL;
    snprintf(path, sizeof path, "%s/text.db", folder);
    FILE *file = fopen(path, "w");
    for (int i = 0; i < 100; i++)
        fputs("this is no database at all\n", file);
    fclose(file);
    kl_sql_pool *pool = file_pool("text.db");
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(kl_sql_take(&sql, pool, NULL, &error), KL_IO);
    assert_non_null(strstr(kl_error_message(&error), "(code: 26) file is not a database"));
    kl_error_clear(&error);
    kl_sql_pool_release(pool);
}

/* ---- pools --------------------------------------------------------------------------------------- */

KL_TEST(a_pool_has_a_bound)
{
    KL_UNUSED_STATE;
    char url[128];
    kl_sql_pool *pool;
    kl_sql *one, *two, *three = NULL;
    kl_error error = KL_ERROR_INIT;
    kl_sql_pool_options options = {.connections_max = 2, .acquire_timeout = 40 * KL_MILLISECOND};
    snprintf(url, sizeof url, "sqlite://%s/bound.db", folder);
    assert_int_equal(kl_sql_pool_new(&pool, kl_text_from(url), &options, NULL), KL_OK);
    one = take(pool);
    two = take(pool);
    assert_int_equal(kl_sql_take(&three, pool, NULL, &error), KL_TIMEOUT);
    assert_string_equal(kl_error_message(&error), "no connection to the database became free in "
                                                  "0.04 s: all 2 are in use");
    kl_error_clear(&error);
    kl_sql_give_back(one);
    three = take(pool);
    assert_ptr_equal(three, one);
    kl_sql_give_back(two);
    kl_sql_pool_status status = kl_sql_pool_look(pool);
    assert_int_equal(status.connections, 2);
    assert_int_equal(status.idle, 1);
    kl_sql_pool_close(pool);
    assert_int_equal(kl_sql_take(&one, pool, NULL, NULL), KL_STATE);
    assert_int_equal(kl_sql_pool_look(pool).connections, 1);
    kl_sql_give_back(three);
    assert_int_equal(kl_sql_pool_look(pool).connections, 0);
    kl_sql_pool_release(pool);
}

KL_TEST(a_url_has_one_shared_pool)
{
    KL_UNUSED_STATE;
    kl_sql_pool *one, *two;
    assert_int_equal(kl_sql_pool_shared(&one, KL_TEXT("sqlite:shared?mode=memory"), NULL), KL_OK);
    assert_int_equal(kl_sql_pool_shared(&two, KL_TEXT("sqlite:shared?mode=memory"), NULL), KL_OK);
    assert_ptr_equal(one, two);
    kl_sql *sql = take(one);
    rows_are(sql, "CREATE TABLE t(a)", NULL, "[]");
    kl_sql_give_back(sql);
    sql = take(two);
    rows_are(sql, "SELECT * FROM t", NULL, "[]");
    kl_sql_give_back(sql);
    kl_sql_pool_release(one);
    kl_sql_pool_release(two);
}

enum { WRITERS = 8, WRITES = 40 };

static void *write_rows(void *data)
{
    kl_sql_pool *pool = data;
    size_t failures = 0;
    for (int i = 0; i < WRITES; i++) {
        kl_sql *sql;
        kl_sql_effect effect;
        if (kl_sql_take(&sql, pool, NULL, NULL) != KL_OK) {
            failures++;
            continue;
        }
        bool ok = kl_sql_begin(sql, KL_SQL_ISOLATION_DEFAULT, NULL) == KL_OK;
        ok = ok && kl_sql_execute(&effect, sql, KL_TEXT("UPDATE n SET x = x + 1"), kl_null(),
                                  NULL) == KL_OK;
        ok = ok && kl_sql_commit(sql, NULL) == KL_OK;
        failures += !ok;
        kl_sql_give_back(sql);
    }
    return (void *)(uintptr_t)failures;
}

static void count_with_threads(kl_sql_pool *pool)
{
    pthread_t threads[WRITERS];
    kl_sql *sql = take(pool);
    rows_are(sql, "CREATE TABLE n(x)", NULL, "[]");
    rows_are(sql, "INSERT INTO n VALUES(0)", NULL, "[]");
    kl_sql_give_back(sql);
    for (size_t i = 0; i < WRITERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, write_rows, pool), 0);
    for (size_t i = 0; i < WRITERS; i++) {
        void *failures;
        pthread_join(threads[i], &failures);
        assert_null(failures);
    }
    sql = take(pool);
    rows_are(sql, "SELECT x FROM n", NULL, "[{\"x\":320}]");
    kl_sql_give_back(sql);
    assert_true(kl_sql_pool_look(pool).connections <= kl_sql_pool_look(pool).connections_max);
    kl_sql_pool_release(pool);
}

KL_TEST(many_threads_share_a_file)
{
    KL_UNUSED_STATE;
    count_with_threads(file_pool("threads.db"));
}

KL_TEST(many_threads_share_one_database_in_memory)
{
    KL_UNUSED_STATE;
    kl_sql_pool *pool = new_pool("sqlite::memory:");
    assert_int_equal(kl_sql_pool_look(pool).connections_max, 1);
    count_with_threads(pool);
}

/* Each thread opens a new file at the same time: the switch to the log must not fail. */
static void *open_file(void *data)
{
    kl_sql_pool *pool = NULL;
    kl_sql *sql = NULL;
    if (kl_sql_pool_new(&pool, kl_text_from(data), NULL, NULL) != KL_OK)
        return data;
    kl_status status = kl_sql_take(&sql, pool, NULL, NULL);
    kl_sql_give_back(sql);
    kl_sql_pool_release(pool);
    return status == KL_OK ? NULL : data;
}

KL_TEST(many_threads_open_a_new_file_at_once)
{
    KL_UNUSED_STATE;
    char url[128];
    pthread_t threads[WRITERS];
    snprintf(url, sizeof url, "sqlite://%s/race.db", folder);
    for (size_t i = 0; i < WRITERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, open_file, url), 0);
    for (size_t i = 0; i < WRITERS; i++) {
        void *failed;
        pthread_join(threads[i], &failed);
        assert_null(failed);
    }
}

/* ---- without memory ------------------------------------------------------------------------------ */

static kl_status whole_way(kl_value params)
{
    kl_sql_pool *pool = NULL;
    kl_sql *sql = NULL;
    kl_sql_result result = {0};
    kl_error error = KL_ERROR_INIT;
    kl_sql_request request = KL_SQL_REQUEST_INIT;
    request.text = KL_TEXT("SELECT :a AS x, :b AS y, :a AS x; -- one");
    request.params = params;
    kl_status status = kl_sql_pool_new(&pool, KL_TEXT("sqlite:///:memory:"), NULL, &error);
    if (status == KL_OK)
        status = kl_sql_take(&sql, pool, NULL, &error);
    for (int i = 0; i < 2 && status == KL_OK; i++) {
        status = kl_sql_query(&result, sql, &request, &error);
        kl_sql_result_clear(&result);
        request.many = true;
    }
    kl_sql_give_back(sql);
    kl_sql_pool_release(pool);
    kl_error_clear(&error);
    return status;
}

KL_TEST(queries_survive_every_failed_allocation)
{
    KL_UNUSED_STATE;
    kl_value params = json("{\"a\":[1],\"b\":\"text\"}");
    size_t failed = 1;
    for (size_t n = 1; failed > 0; n++) {
        kl_test_fail_allocation(n);
        kl_status status = whole_way(params);
        failed = kl_test_failed_allocations();
        assert_int_equal(status, failed ? KL_NO_MEMORY : KL_OK);
    }
    kl_test_fail_allocation(0);
    kl_value_release(params);
}

KL_TEST(errors_survive_every_failed_allocation)
{
    KL_UNUSED_STATE;
    kl_sql_pool *pool = new_pool("sqlite::memory:");
    kl_sql *sql = take(pool);
    size_t failed = 1;
    for (size_t n = 1; failed > 0; n++) {
        kl_error error = KL_ERROR_INIT;
        kl_sql_effect effect;
        kl_test_fail_allocation(n);
        kl_status status = kl_sql_execute(&effect, sql, KL_TEXT("SELEC"), kl_null(), &error);
        failed = kl_test_failed_allocations();
        assert_true(status == KL_FAILED || (failed && status == KL_NO_MEMORY));
        kl_error_clear(&error);
    }
    kl_test_fail_allocation(0);
    kl_sql_give_back(sql);
    kl_sql_pool_release(pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sqlite_urls_name_a_file_or_memory),
        cmocka_unit_test(server_urls_name_their_driver),
        cmocka_unit_test(bad_urls_say_what_would_be_right),
        cmocka_unit_test(redacted_urls_hold_no_secret),
        cmocka_unit_test(placeholders_are_written_as_the_database_wants_them),
        cmocka_unit_test(strings_names_and_comments_hold_no_placeholders),
        cmocka_unit_test(without_values_a_question_mark_is_an_operator_in_postgres),
        cmocka_unit_test(statements_are_told_apart),
        cmocka_unit_test(reading_is_told_by_words),
        cmocka_unit_test(bad_placeholders_are_shown),
        cmocka_unit_test(values_come_back_as_they_went_in),
        cmocka_unit_test(bytes_and_text_with_nul_are_exact),
        cmocka_unit_test(values_without_a_form_are_refused),
        cmocka_unit_test(values_must_match_the_placeholders),
        cmocka_unit_test(errors_carry_code_and_kind),
        cmocka_unit_test(rows_share_one_shape_and_columns_keep_their_order),
        cmocka_unit_test(a_kept_statement_follows_the_schema),
        cmocka_unit_test(more_statements_than_are_kept),
        cmocka_unit_test(effects_are_counted),
        cmocka_unit_test(stacked_statements_run_only_when_asked_for),
        cmocka_unit_test(rows_max_leaves_the_rest_unread),
        cmocka_unit_test(read_only_requests_cannot_write),
        cmocka_unit_test(a_deadline_ends_an_endless_statement),
        cmocka_unit_test(another_thread_can_stop_a_statement),
        cmocka_unit_test(a_lock_is_waited_for_until_the_deadline),
        cmocka_unit_test(transactions_commit_and_roll_back),
        cmocka_unit_test(files_are_made_unless_the_mode_forbids_it),
        cmocka_unit_test(a_file_that_is_no_database_is_refused),
        cmocka_unit_test(a_pool_has_a_bound),
        cmocka_unit_test(a_url_has_one_shared_pool),
        cmocka_unit_test(many_threads_share_a_file),
        cmocka_unit_test(many_threads_share_one_database_in_memory),
        cmocka_unit_test(many_threads_open_a_new_file_at_once),
        cmocka_unit_test(queries_survive_every_failed_allocation),
        cmocka_unit_test(errors_survive_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
