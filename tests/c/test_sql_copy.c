/* COPY on PostgreSQL: what ends it in the middle leaves no row and a connection that can be used. */
#include "service_test.h"
#include "store/sql.h"
#include "test.h"

enum { ROWS = 5000 };

static kl_sql *connect_to(kl_sql_pool **pool)
{
    kl_sql *sql;
    const char *url = service_url("KAILASH_TEST_POSTGRES_URL");
    assert_int_equal(kl_sql_pool_new(pool, kl_text_from(url), NULL, NULL), KL_OK);
    assert_int_equal(kl_sql_take(&sql, *pool, NULL, NULL), KL_OK);
    assert_true(kl_sql_can_copy(sql));
    assert_int_equal(kl_sql_execute(NULL, sql, KL_TEXT("DROP TABLE IF EXISTS kl_copy"), kl_null(), NULL), KL_OK);
    assert_int_equal(kl_sql_execute(NULL, sql, KL_TEXT("CREATE TABLE kl_copy (n BIGINT, t TEXT)"), kl_null(), NULL),
                     KL_OK);
    return sql;
}

static void leave(kl_sql *sql, kl_sql_pool *pool)
{
    assert_int_equal(kl_sql_execute(NULL, sql, KL_TEXT("DROP TABLE kl_copy"), kl_null(), NULL), KL_OK);
    kl_sql_give_back(sql);
    kl_sql_pool_release(pool);
}

static int64_t count(kl_sql *sql)
{
    kl_sql_request request = KL_SQL_REQUEST_INIT;
    kl_sql_result result;
    request.text = KL_TEXT("SELECT count(*) AS n FROM kl_copy");
    assert_int_equal(kl_sql_query(&result, sql, &request, NULL), KL_OK);
    int64_t n = kl_as_int(kl_map_get(kl_array_at(result.rows, 0), KL_TEXT("n")));
    kl_sql_result_clear(&result);
    return n;
}

/* `values` get rows of a number and a text; those are borrowed from `text`. */
static void fill(kl_value *values, kl_value text)
{
    for (size_t i = 0; i < ROWS; i++) {
        values[2 * i] = kl_int(INT64_MIN + (int64_t)i);
        values[2 * i + 1] = text;
    }
}

static kl_status copy(kl_sql *sql, const kl_value *values, const kl_sql_watch *watch, kl_error *error)
{
    const kl_sql_rows rows = {.values = values, .count = ROWS, .columns = 2};
    return kl_sql_copy(sql, KL_TEXT("COPY kl_copy (n, t) FROM STDIN (FORMAT binary)"), &rows, watch, error);
}

static bool always(void *data)
{
    (void)data;
    return true;
}

KL_TEST(rows_arrive_as_they_are)
{
    KL_UNUSED_STATE;
    static kl_value values[2 * ROWS];
    kl_sql_pool *pool;
    kl_sql *sql = connect_to(&pool);
    kl_value text = kl_null();
    kl_sql_request request = KL_SQL_REQUEST_INIT;
    kl_sql_result result;
    assert_int_equal(kl_string_new(&text, KL_TEXT("a\tb\\N\nc\r\\.\n\xc3\xa9"), NULL), KL_OK);
    fill(values, text);
    values[3] = kl_null();
    assert_int_equal(copy(sql, values, NULL, NULL), KL_OK);
    assert_int_equal(count(sql), ROWS);
    request.text = KL_TEXT("SELECT n, t FROM kl_copy ORDER BY n LIMIT 2");
    assert_int_equal(kl_sql_query(&result, sql, &request, NULL), KL_OK);
    assert_true(kl_as_int(kl_map_get(kl_array_at(result.rows, 0), KL_TEXT("n"))) == INT64_MIN);
    assert_true(kl_text_equal(kl_as_text(kl_map_get(kl_array_at(result.rows, 0), KL_TEXT("t"))), kl_as_text(text)));
    assert_true(kl_is_null(kl_map_get(kl_array_at(result.rows, 1), KL_TEXT("t"))));
    kl_sql_result_clear(&result);
    kl_value_release(text);
    leave(sql, pool);
}

KL_TEST(what_ends_it_in_the_middle_leaves_no_row)
{
    KL_UNUSED_STATE;
    static kl_value values[2 * ROWS];
    kl_sql_pool *pool;
    kl_sql *sql = connect_to(&pool);
    kl_value bytes = kl_null(), nul = kl_null();
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(kl_bytes_new(&bytes, KL_TEXT("x"), NULL), KL_OK);
    assert_int_equal(kl_string_new(&nul, (kl_text){"a\0b", 3}, NULL), KL_OK);
    fill(values, kl_null());
    const kl_value bad[] = {bytes, nul};
    for (size_t i = 0; i < KL_COUNT(bad); i++) {
        values[2 * ROWS - 1] = bad[i]; /* the last row: the others were sent by then */
        assert_int_not_equal(copy(sql, values, NULL, &error), KL_OK);
        assert_non_null(error.message);
        kl_error_clear(&error);
        assert_int_equal(count(sql), 0);
    }
    values[2 * ROWS - 1] = kl_null();
    const kl_sql_watch stopped = {KL_TIME_NONE, always, NULL};
    assert_int_equal(copy(sql, values, &stopped, &error), KL_CANCELLED);
    kl_error_clear(&error);
    assert_int_equal(count(sql), 0);
    kl_value_release(bytes);
    kl_value_release(nul);
    leave(sql, pool);
}

/* `data`: how many rows it was told of last. */
static kl_status note_sent(void *data, size_t sent, kl_error *error)
{
    size_t *before = data;
    (void)error;
    assert_true(sent > *before);
    *before = sent;
    return KL_OK;
}

static kl_status refuse_rows(void *data, size_t sent, kl_error *error)
{
    (void)data;
    return sent == ROWS ? kl_error_set(error, KL_FAILED, "no more") : KL_OK;
}

KL_TEST(work_besides_is_told_of_all_rows_and_may_refuse_them)
{
    KL_UNUSED_STATE;
    static kl_value values[2 * ROWS];
    kl_sql_pool *pool;
    kl_sql *sql = connect_to(&pool);
    kl_error error = KL_ERROR_INIT;
    size_t sent = 0;
    kl_sql_rows rows = {.values = values, .count = ROWS, .columns = 2, .meanwhile = note_sent, .data = &sent};
    const kl_text text = KL_TEXT("COPY kl_copy (n, t) FROM STDIN (FORMAT binary)");
    fill(values, kl_null());
    assert_int_equal(kl_sql_copy(sql, text, &rows, NULL, NULL), KL_OK);
    assert_int_equal(sent, ROWS);
    assert_int_equal(count(sql), ROWS);
    rows.meanwhile = refuse_rows;
    assert_int_equal(kl_sql_copy(sql, text, &rows, NULL, &error), KL_FAILED);
    assert_string_equal(error.message, "no more");
    kl_error_clear(&error);
    assert_int_equal(count(sql), ROWS);
    leave(sql, pool);
}

KL_TEST(without_memory_nothing_is_copied)
{
    KL_UNUSED_STATE;
    static kl_value values[2 * ROWS];
    kl_sql_pool *pool;
    kl_sql *sql = connect_to(&pool);
    bool failed = true;
    fill(values, kl_null());
    for (int64_t n = 1; failed; n++) {
        kl_test_fail_allocation(n);
        kl_status status = copy(sql, values, NULL, NULL);
        failed = kl_test_failed_allocations() > 0;
        kl_test_fail_allocation(0);
        assert_int_equal(status, failed ? KL_NO_MEMORY : KL_OK);
        assert_int_equal(count(sql), failed ? 0 : ROWS);
    }
    leave(sql, pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_arrive_as_they_are),
        cmocka_unit_test(what_ends_it_in_the_middle_leaves_no_row),
        cmocka_unit_test(work_besides_is_told_of_all_rows_and_may_refuse_them),
        cmocka_unit_test(without_memory_nothing_is_copied),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
