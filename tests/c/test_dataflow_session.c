/* Sessions: statements, transactions and savepoints, on each engine; a database in memory. */
#include "dataflow_test.h"
#include "folder.h"
#include "dataflow/data_error.h"
#include "dataflow/dataflow.h"

#include <pthread.h>

/* ---- where the tests run ------------------------------------------------------------------------ */

enum { ENGINES = 4 };

/* The address of an engine, or NULL when its server is not there. */
static const char *url_of(size_t engine, char room[512])
{
    static const char *const variables[] = {"KAILASH_TEST_POSTGRES_URL", "KAILASH_TEST_MARIADB_URL"};
    if (engine == 0)
        return "sqlite::memory:";
    if (engine == 1) {
        snprintf(room, 512, "sqlite:%s/t.db", test_folder);
        return room;
    }
    const char *url = getenv(variables[engine - 2]);
    if (!url || !*url)
        print_message("skipped one engine: %s is not set\n", variables[engine - 2]);
    return url && *url ? url : NULL;
}

static kl_status execute(kl_data_session *session, const char *text, kl_error *error)
{
    return kl_data_session_query(NULL, NULL, session, kl_text_from(text), NULL, 0, error);
}

static int64_t count_rows(kl_data_session *session)
{
    kl_value rows = kl_null();
    works(kl_data_session_query(&rows, NULL, session, KL_TEXT("SELECT count(*) AS n FROM kl_session"),
                                NULL, 0, error));
    int64_t count = kl_as_int(kl_map_value_at(kl_array_at(rows, 0), 0));
    kl_value_release(rows);
    return count;
}

typedef void on_engine(kl_dataflow *dataflow, kl_data_session *session);

/* With a fresh table kl_session (a integer, unique), on each engine. */
static void on_each_engine(on_engine *test)
{
    char room[512];
    for (size_t i = 0; i < ENGINES; i++) {
        const char *url = url_of(i, room);
        kl_dataflow *dataflow;
        kl_data_session session;
        if (!url)
            continue;
        works(open_dataflow(&dataflow, url, error));
        works(kl_data_session_begin(&session, dataflow, "test", error));
        works(execute(&session, "DROP TABLE IF EXISTS kl_session", error));
        works(execute(&session, "CREATE TABLE kl_session(a INTEGER NOT NULL UNIQUE)", error));
        test(dataflow, &session);
        works(execute(&session, "DROP TABLE kl_session", error));
        kl_data_session_end(&session);
        end_dataflow(dataflow);
    }
}

/* ---- statements -------------------------------------------------------------------------------- */

static void values_and_rows(kl_dataflow *dataflow, kl_data_session *session)
{
    (void)dataflow;
    kl_value values[] = {kl_int(7)}, rows = kl_null();
    kl_sql_effect effect;
    works(kl_data_session_query(NULL, &effect, session, KL_TEXT("INSERT INTO kl_session VALUES (?)"),
                                values, 1, error));
    assert_int_equal(effect.affected, 1);
    works(kl_data_session_query(&rows, NULL, session,
                                KL_TEXT("SELECT a FROM kl_session WHERE a = ?"), values, 1, error));
    assert_json(rows, "[{\"a\":7}]");
    fails(kl_data_session_query(NULL, NULL, session, KL_TEXT("SELECT ?"), values, 0, error),
          session->dataflow->dialect == KL_SQL_POSTGRES ? KL_FAILED : KL_INVALID,
          session->dataflow->dialect == KL_SQL_POSTGRES
              ? "test failed: database error: error returned from database: (code: 42601) syntax "
                "error at end of input"
              : "expected 1 values, one for each placeholder, got 0");
}

KL_TEST(values_go_in_and_rows_come_out) { KL_UNUSED_STATE; on_each_engine(values_and_rows); }

/* ---- atomic work ------------------------------------------------------------------------------- */

static kl_status insert(kl_data_session *session, void *data, kl_error *error)
{
    kl_value values[] = {kl_int(*(const int *)data)};
    return kl_data_session_query(NULL, NULL, session, KL_TEXT("INSERT INTO kl_session VALUES (?)"),
                                 values, 1, error);
}

/* Two rows, the second of which is there already when `data` is 1. */
static kl_status insert_two(kl_data_session *session, void *data, kl_error *error)
{
    int first = 100 + *(const int *)data, second = *(const int *)data;
    KL_TRY(insert(session, &first, error));
    return insert(session, &second, error);
}

static void all_or_nothing(kl_dataflow *dataflow, kl_data_session *session)
{
    (void)dataflow;
    int one = 1, two = 2;
    works(kl_data_session_atomic(session, insert, &one, error));
    assert_int_equal(kl_data_session_atomic(session, insert_two, &one, NULL), KL_FAILED);
    assert_int_equal(count_rows(session), 1);
    works(kl_data_session_atomic(session, insert_two, &two, error));
    assert_int_equal(count_rows(session), 3);
    assert_false(kl_sql_in_transaction(session->sql));
}

KL_TEST(atomic_work_happens_as_a_whole) { KL_UNUSED_STATE; on_each_engine(all_or_nothing); }

/* Work within work: each level has a savepoint of its own. */
static kl_status nested(kl_data_session *session, void *data, kl_error *error)
{
    int one = 1, two = 2, three = 3;
    (void)data;
    KL_TRY(insert(session, &one, error));
    assert_int_equal(kl_data_session_atomic(session, insert_two, &one, NULL), KL_FAILED);
    KL_TRY(kl_data_session_atomic(session, insert_two, &two, error));
    return insert(session, &three, error);
}

static void savepoints(kl_dataflow *dataflow, kl_data_session *session)
{
    (void)dataflow;
    works(kl_data_session_open(session, error));
    works(kl_data_session_atomic(session, nested, NULL, error));
    assert_int_equal(count_rows(session), 4); /* 1, 102, 2, 3 */
    works(kl_data_session_rollback(session, error));
    assert_int_equal(count_rows(session), 0);
    works(kl_data_session_open(session, error));
    works(kl_data_session_atomic(session, nested, NULL, error));
    works(kl_data_session_commit(session, error));
    assert_int_equal(count_rows(session), 4);
}

KL_TEST(a_failure_within_a_transaction_undoes_its_part) { KL_UNUSED_STATE; on_each_engine(savepoints); }

static void aborted(kl_dataflow *dataflow, kl_data_session *session)
{
    int one = 1;
    works(kl_data_session_open(session, error));
    works(insert(session, &one, error));
    assert_int_equal(insert(session, &one, NULL), KL_FAILED);
    if (dataflow->dialect == KL_SQL_POSTGRES) {
        fails(kl_data_session_commit(session, error), KL_FAILED,
              "test failed: database error: a statement of the transaction failed, so it was "
              "rolled back");
        assert_int_equal(count_rows(session), 0);
    } else {
        works(kl_data_session_commit(session, error));
        assert_int_equal(count_rows(session), 1);
    }
}

KL_TEST(a_commit_that_would_roll_back_says_so) { KL_UNUSED_STATE; on_each_engine(aborted); }

static void dropped(kl_dataflow *dataflow, kl_data_session *session)
{
    kl_data_session other;
    int one = 1;
    works(kl_data_session_begin(&other, dataflow, "other", error));
    works(kl_data_session_open(&other, error));
    works(insert(&other, &one, error));
    kl_data_session_end(&other);
    assert_int_equal(count_rows(session), 0);
}

KL_TEST(a_session_that_ends_rolls_back) { KL_UNUSED_STATE; on_each_engine(dropped); }

/* ---- memory ------------------------------------------------------------------------------------ */

static void *insert_elsewhere(void *data)
{
    kl_data_session session;
    int two = 2;
    if (kl_data_session_begin(&session, data, "elsewhere", NULL) != KL_OK)
        return (void *)1;
    kl_status status = insert(&session, &two, NULL);
    kl_data_session_end(&session);
    return status == KL_OK ? NULL : (void *)1;
}

/* While a transaction is open on this thread, readers see what was committed, a writer of this thread
 * fails at once, and one of another thread waits for its turn. */
KL_TEST(memory_is_shared_beside_a_transaction)
{
    KL_UNUSED_STATE;
    kl_dataflow *dataflow;
    kl_data_session holder, other;
    pthread_t thread;
    void *failed;
    int one = 1, two = 2;
    works(open_dataflow(&dataflow, "sqlite::memory:", error));
    works(kl_data_session_begin(&holder, dataflow, "holder", error));
    works(execute(&holder, "CREATE TABLE kl_session(a INTEGER NOT NULL UNIQUE)", error));
    works(kl_data_session_open(&holder, error));
    works(insert(&holder, &one, error));
    works(kl_data_session_begin(&other, dataflow, "other", error));
    assert_int_equal(count_rows(&other), 0);
    kl_time before = kl_clock_now();
    fails(insert(&other, &two, error), KL_FAILED,
          "other failed: database error: error returned from database: (code: 5) database is locked");
    assert_true(kl_clock_now() - before < KL_SECOND);
    kl_data_session_end(&other);
    assert_int_equal(pthread_create(&thread, NULL, insert_elsewhere, dataflow), 0);
    works(kl_data_session_commit(&holder, error));
    pthread_join(thread, &failed);
    assert_null(failed);
    assert_int_equal(count_rows(&holder), 2);
    kl_data_session_end(&holder);
    assert_int_equal(kl_sql_pool_look(dataflow->pool).connections_max, 1);
    end_dataflow(dataflow);
}

KL_TEST(databases_in_memory_are_apart)
{
    KL_UNUSED_STATE;
    kl_dataflow *a, *b;
    kl_data_session session;
    works(open_dataflow(&a, "sqlite::memory:", error));
    works(open_dataflow(&b, ":memory:", error));
    works(kl_data_session_begin(&session, a, "test", error));
    works(execute(&session, "CREATE TABLE kl_session(a INTEGER)", error));
    kl_data_session_end(&session);
    works(kl_data_session_begin(&session, b, "test", error));
    assert_int_equal(execute(&session, "SELECT * FROM kl_session", NULL), KL_FAILED);
    kl_data_session_end(&session);
    end_dataflow(b);
    works(kl_data_session_begin_reading(&session, a, "test", error));
    works(execute(&session, "SELECT * FROM kl_session", error));
    fails(execute(&session, "INSERT INTO kl_session VALUES (1)", error), KL_FAILED,
          "test failed: database error: error returned from database: (code: 8) attempt to write a "
          "readonly database");
    kl_data_session_end(&session);
    end_dataflow(a);
}

/* ---- DataFlow ---------------------------------------------------------------------------------- */

KL_TEST(a_closed_dataflow_refuses)
{
    KL_UNUSED_STATE;
    kl_dataflow *dataflow;
    kl_data_session session;
    works(open_dataflow(&dataflow, "sqlite::memory:", error));
    assert_true(kl_dataflow_is_open(dataflow));
    kl_dataflow_close(dataflow);
    kl_dataflow_close(dataflow);
    assert_false(kl_dataflow_is_open(dataflow));
    fails(kl_data_session_begin(&session, dataflow, "read", error), KL_FAILED,
          "read failed: database error: the DataFlow is closed");
    end_dataflow(dataflow);
}

KL_TEST(what_cannot_be_opened_is_told_without_secrets)
{
    KL_UNUSED_STATE;
    static const char *const urls[] = {"foo://u:secret@h/d", "sqlite:", "sqlite:x.db?password=secret",
                                       "sqlite:/no/such/folder/x.db",
                                       "postgresql://u:secret@127.0.0.1:1/d",
                                       "mysql://u:secret@127.0.0.1:1/d"};
    for (size_t i = 0; i < KL_COUNT(urls); i++) {
        kl_dataflow *dataflow;
        kl_error error = KL_ERROR_INIT;
        assert_int_equal(open_dataflow(&dataflow, urls[i], &error), KL_FAILED);
        assert_null(strstr(kl_error_message(&error), "secret"));
        assert_int_equal(strncmp(kl_error_message(&error), "connect failed: ", 16), 0);
        kl_error_clear(&error);
    }
}

KL_TEST(an_unknown_model_is_named_by_its_fingerprint)
{
    KL_UNUSED_STATE;
    kl_dataflow *dataflow;
    kl_table *table;
    works(open_dataflow(&dataflow, "sqlite::memory:", error));
    fails(kl_dataflow_table(&table, dataflow, KL_TEXT("abc"), "read", error), KL_FAILED,
          "read failed: query build error: model not registered (len=3+h=ba7816bf)");
    end_dataflow(dataflow);
}

/* ---- memory that fails ------------------------------------------------------------------------- */

static kl_status use_all(void *data)
{
    kl_dataflow *dataflow;
    kl_model *model;
    kl_data_session session;
    kl_value rows = kl_null(), params;
    (void)data;
    KL_TRY(open_dataflow(&dataflow, "sqlite::memory:", NULL));
    kl_status status = new_model(&model, "M", "m", NULL);
    if (status == KL_OK) {
        status = declare(model, "id", KL_COLUMN_INTEGER, KEY, kl_null(), NULL);
        if (status == KL_OK)
            status = kl_dataflow_register(dataflow, model, NULL);
        kl_object_release(&model->object);
    }
    if (status == KL_OK)
        status = kl_dataflow_create_tables(dataflow, NULL);
    if (status == KL_OK)
        status = kl_data_session_begin(&session, dataflow, "test", NULL);
    if (status == KL_OK) {
        status = kl_json_parse(&params, KL_TEXT("[1, [2]]"), NULL);
        if (status == KL_OK) {
            status = kl_data_session_raw(&rows, NULL, &session, KL_TEXT("SELECT ? AS a, ? AS b"),
                                         params, false, NULL);
            kl_value_release(params);
        }
        kl_data_session_end(&session);
    }
    kl_value_release(rows);
    end_dataflow(dataflow);
    return status == KL_FAILED ? KL_NO_MEMORY : status; /* SQLite itself tells a want of memory */
}

KL_TEST(every_failed_allocation_is_survived)
{
    KL_UNUSED_STATE;
    assert_int_equal(use_all(NULL), KL_OK);
    assert_true(sweep(use_all, NULL) > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_go_in_and_rows_come_out),
        cmocka_unit_test(atomic_work_happens_as_a_whole),
        cmocka_unit_test(a_failure_within_a_transaction_undoes_its_part),
        cmocka_unit_test(a_commit_that_would_roll_back_says_so),
        cmocka_unit_test(a_session_that_ends_rolls_back),
        cmocka_unit_test(memory_is_shared_beside_a_transaction),
        cmocka_unit_test(databases_in_memory_are_apart),
        cmocka_unit_test(a_closed_dataflow_refuses),
        cmocka_unit_test(what_cannot_be_opened_is_told_without_secrets),
        cmocka_unit_test(an_unknown_model_is_named_by_its_fingerprint),
        cmocka_unit_test(every_failed_allocation_is_survived),
    };
    return cmocka_run_group_tests(tests, make_test_folder, remove_test_folder);
}
