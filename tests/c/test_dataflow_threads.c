/* Threads that share one DataFlow, in memory and on a file; runs under ThreadSanitizer. */
#include "dataflow_test.h"
#include "folder.h"

#include <pthread.h>

enum { THREADS = 6, ROUNDS = 40 };

/* What each thread is told: how often somebody wrote a row that lasts is counted in `made`. */
typedef struct shared {
    kl_dataflow *dataflow;
    int made; /* atomic */
} shared;

/* ---- calls ------------------------------------------------------------------------------------- */

/* A method of an object with up to three arguments; `out` (may be NULL) is given. */
static kl_status call(kl_value *out, kl_object *object, const char *method, const kl_value *args,
                      size_t count, kl_error *error)
{
    kl_value result = kl_null();
    kl_status status = kl_object_call(&result, object, kl_text_from(method), args, count, error);
    if (out && status == KL_OK)
        *out = result;
    else
        kl_value_release(result);
    return status;
}

static kl_value text_of(const char *text)
{
    kl_value made;
    works(kl_string_new(&made, kl_text_from(text), error));
    return made;
}

/* A row {"name": ...}; given. */
static kl_value row_named(const char *name)
{
    kl_value row;
    works(kl_map_new(&row, 1, error));
    works(kl_map_set(&row, KL_TEXT("name"), text_of(name), error));
    return row;
}

static kl_status create(kl_object *on, const char *name, kl_error *error)
{
    kl_value args[] = {text_of("Person"), row_named(name)};
    kl_status status = call(NULL, on, "create", args, 2, error);
    kl_value_release(args[0]);
    kl_value_release(args[1]);
    return status;
}

/* How many rows `list` gives. */
static size_t list(kl_object *on)
{
    kl_value args[] = {text_of("Person")}, rows = kl_null();
    works(call(&rows, on, "list", args, 1, error));
    size_t count = kl_array_len(rows);
    kl_value_release(args[0]);
    kl_value_release(rows);
    return count;
}

/* An object that a method of the DataFlow gives: its express, a transaction; given. */
static kl_object *object_of(kl_dataflow *dataflow, const char *method)
{
    kl_value made = kl_null();
    works(call(&made, (kl_object *)dataflow, method, NULL, 0, error));
    return made.as.object;
}

/* ---- what the threads do ------------------------------------------------------------------------- */

static void *create_and_list(void *data)
{
    shared *s = data;
    kl_object *express = object_of(s->dataflow, "express");
    for (int i = 0; i < ROUNDS; i++) {
        works(create(express, "created", error));
        __atomic_add_fetch(&s->made, 1, __ATOMIC_RELAXED);
        if (i % 8 == 0)
            assert_true(list(express) > 0);
    }
    kl_object_release(express);
    return NULL;
}

/* Every third one is committed, the others are rolled back or dropped. */
static void *begin_and_end(void *data)
{
    shared *s = data;
    for (int i = 0; i < ROUNDS / 2; i++) {
        kl_object *transaction = object_of(s->dataflow, "transaction");
        works(create(transaction, "within", error));
        if (i % 3 == 0) {
            works(call(NULL, transaction, "commit", NULL, 0, error));
            __atomic_add_fetch(&s->made, 1, __ATOMIC_RELAXED);
        } else if (i % 3 == 1) {
            works(call(NULL, transaction, "rollback", NULL, 0, error));
        }
        kl_object_release(transaction);
    }
    return NULL;
}

static void *stream_and_look(void *data)
{
    shared *s = data;
    kl_value args[] = {text_of("SELECT * FROM people")};
    for (int i = 0; i < ROUNDS; i++) {
        kl_value stream = kl_null();
        works(call(&stream, (kl_object *)s->dataflow, "stream", args, 1, error));
        works(call(NULL, stream.as.object, "next_batch", NULL, 0, error));
        kl_value_release(stream);
        works(call(NULL, (kl_object *)s->dataflow, "pool_metrics", NULL, 0, error));
    }
    kl_value_release(args[0]);
    return NULL;
}

static void people_in(kl_dataflow *dataflow)
{
    kl_model *person;
    works(new_model(&person, "Person", "people", error));
    works(declare(person, "id", KL_COLUMN_INTEGER, KEY, kl_null(), error));
    works(declare(person, "name", KL_COLUMN_TEXT, NULLABLE, kl_null(), error));
    works(kl_dataflow_register(dataflow, person, error));
    works(kl_dataflow_create_tables(dataflow, error));
    kl_object_release(&person->object);
}

static void share(const char *url)
{
    static void *(*const works_of[])(void *) = {create_and_list, begin_and_end, stream_and_look};
    pthread_t threads[THREADS];
    shared s = {0};
    works(open_dataflow(&s.dataflow, url, error));
    people_in(s.dataflow);
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, works_of[i % KL_COUNT(works_of)], &s), 0);
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    kl_object *express = object_of(s.dataflow, "express");
    assert_int_equal(list(express), s.made);
    kl_object_release(express);
    end_dataflow(s.dataflow);
}

KL_TEST(threads_share_a_database_in_memory) { KL_UNUSED_STATE; share("sqlite::memory:"); }

KL_TEST(threads_share_a_file)
{
    char url[512];
    KL_UNUSED_STATE;
    snprintf(url, sizeof url, "sqlite:%s/threads.db", test_folder);
    share(url);
}

/* ---- one transaction that all of them use ---------------------------------------------------------- */

typedef struct in_one {
    kl_object *transaction;
} in_one;

static void *create_within(void *data)
{
    in_one *one = data;
    kl_value finished = kl_null();
    for (int i = 0; i < ROUNDS; i++) {
        works(create(one->transaction, "within", error));
        works(call(&finished, one->transaction, "is_finished", NULL, 0, error));
        assert_false(kl_as_bool(finished));
    }
    return NULL;
}

KL_TEST(threads_share_a_transaction)
{
    KL_UNUSED_STATE;
    kl_dataflow *dataflow;
    pthread_t threads[THREADS];
    works(open_dataflow(&dataflow, "sqlite::memory:", error));
    people_in(dataflow);
    in_one one = {object_of(dataflow, "transaction")};
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, create_within, &one), 0);
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    works(call(NULL, one.transaction, "commit", NULL, 0, error));
    kl_object_release(one.transaction);
    kl_object *express = object_of(dataflow, "express");
    assert_int_equal(list(express), THREADS * ROUNDS);
    kl_object_release(express);
    end_dataflow(dataflow);
}

/* ---- closing while others work --------------------------------------------------------------------- */

/* Until it is closed, which is an error like any other. */
static void *work_until_closed(void *data)
{
    kl_object *express = object_of(data, "express");
    while (create(express, "x", NULL) == KL_OK)
        ;
    kl_object_release(express);
    return NULL;
}

KL_TEST(a_dataflow_may_be_closed_while_threads_work)
{
    KL_UNUSED_STATE;
    kl_dataflow *dataflow;
    pthread_t threads[THREADS];
    works(open_dataflow(&dataflow, "sqlite::memory:", error));
    people_in(dataflow);
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, work_until_closed, dataflow), 0);
    nanosleep(&(struct timespec){0, 50000000}, NULL);
    kl_dataflow_close(dataflow);
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    end_dataflow(dataflow);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_share_a_database_in_memory),
        cmocka_unit_test(threads_share_a_file),
        cmocka_unit_test(threads_share_a_transaction),
        cmocka_unit_test(a_dataflow_may_be_closed_while_threads_work),
    };
    return cmocka_run_group_tests(tests, make_test_folder, remove_test_folder);
}
