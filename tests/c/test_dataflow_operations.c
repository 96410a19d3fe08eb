/* Operations on rows, by the methods of Express and of transactions, from C; and without memory. */
#include "dataflow_test.h"
#include "dataflow/express.h"
#include "dataflow/filter.h"
#include "dataflow/model_nodes.h"
#include "dataflow/operations.h"
#include "dataflow/transaction.h"
#include "kailash/workflow.h"

/* ---- where the tests run ------------------------------------------------------------------------ */

static const char *url_of(size_t engine)
{
    static const char *const variables[] = {"KAILASH_TEST_POSTGRES_URL", "KAILASH_TEST_MARIADB_URL"};
    if (engine == 0)
        return "sqlite::memory:";
    const char *url = getenv(variables[engine - 1]);
    if (!url || !*url)
        print_message("skipped one engine: %s is not set\n", variables[engine - 1]);
    return url && *url ? url : NULL;
}

static kl_status make_person(kl_model **out, kl_error *error)
{
    kl_model *model;
    KL_TRY(new_model(&model, "Person", "kl_operations", error));
    kl_status status = declare(model, "id", KL_COLUMN_INTEGER, KEY, kl_null(), error);
    if (status == KL_OK)
        status = declare(model, "name", KL_COLUMN_TEXT, REQUIRED, kl_null(), error);
    if (status == KL_OK)
        status = declare(model, "age", KL_COLUMN_INTEGER, NULLABLE, kl_null(), error);
    if (status == KL_OK)
        status = declare(model, "data", KL_COLUMN_JSON, NULLABLE, kl_null(), error);
    if (status == KL_OK)
        *out = model;
    else
        kl_object_release(&model->object);
    return status;
}

static kl_status execute(kl_dataflow *dataflow, const char *text)
{
    kl_data_session session;
    KL_TRY(kl_data_session_begin(&session, dataflow, "test", NULL));
    kl_status status =
        kl_data_session_query(NULL, NULL, &session, kl_text_from(text), NULL, 0, NULL);
    kl_data_session_end(&session);
    return status;
}

static kl_dataflow *open_with_person(const char *url)
{
    kl_dataflow *dataflow;
    kl_model *model;
    works(open_dataflow(&dataflow, url, error));
    assert_int_equal(execute(dataflow, "DROP TABLE IF EXISTS kl_operations"), KL_OK);
    works(make_person(&model, error));
    works(kl_dataflow_register(dataflow, model, error));
    works(kl_dataflow_create_tables(dataflow, error));
    kl_object_release(&model->object);
    return dataflow;
}

/* ---- calling methods by name ---------------------------------------------------------------------- */

/* `arguments` is a JSON array; given. */
static kl_status call(kl_value *out, kl_value object, const char *method, const char *arguments,
                      kl_error *error)
{
    kl_value list;
    KL_TRY(kl_json_parse(&list, kl_text_from(arguments), error));
    kl_status status = kl_object_call(out, object.as.object, kl_text_from(method),
                                      kl_array_items(list), kl_array_len(list), error);
    kl_value_release(list);
    return status;
}

/* The method gives this, as JSON; or fails with this message. */
typedef struct expected {
    const char *method, *arguments, *result, *message;
} expected;

static void check(kl_value object, const expected *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        kl_error error = KL_ERROR_INIT;
        kl_value result = kl_null();
        kl_status status = call(&result, object, rows[i].method, rows[i].arguments, &error);
        if ((status == KL_OK) != (rows[i].message == NULL))
            print_error("%s(%s): %s\n", rows[i].method, rows[i].arguments, kl_error_message(&error));
        if (rows[i].message) {
            assert_int_not_equal(status, KL_OK);
            assert_string_equal(kl_error_message(&error), rows[i].message);
        } else {
            assert_int_equal(status, KL_OK);
            assert_json(result, rows[i].result);
        }
        kl_error_clear(&error);
    }
}

#define ANN "{\"id\":1,\"name\":\"Ann\",\"age\":30,\"data\":\"{\\\"a\\\": [1]}\"}"
#define BOB "{\"id\":2,\"name\":\"Bob\",\"age\":null,\"data\":null}"

KL_TEST(express_by_its_methods_on_each_engine)
{
    KL_UNUSED_STATE;
    static const expected rows[] = {
        {"create", "[\"Person\",{\"name\":\"Ann\",\"age\":30,\"data\":{\"a\":[1]}}]", ANN, NULL},
        {"create", "[\"Person\",{\"name\":\"Bob\"}]", BOB, NULL},
        {"create", "[\"Person\",{}]", NULL,
         "create failed: query build error: missing required field: name"},
        {"read", "[\"Person\",1]", ANN, NULL},
        {"read", "[\"Person\",\"2\"]", BOB, NULL},
        {"read", "[\"Person\",\"x\"]", "null", NULL},
        {"list", "[\"Person\",null,\"-id\"]", "[" BOB "," ANN "]", NULL},
        {"list", "[\"Person\",null,\"id\",null,1,1]", "[" BOB "]", NULL},
        {"count", "[\"Person\"]", "2", NULL},
        {"update", "[\"Person\",2,{\"name\":\"Bea\"}]",
         "{\"id\":2,\"name\":\"Bea\",\"age\":null,\"data\":null}", NULL},
        {"update", "[\"Person\",9,{\"name\":\"x\"}]", NULL,
         "update failed: not found: record not found after update in model Person"},
        {"upsert", "[\"Person\",{\"id\":2,\"name\":\"Bob\"}]", BOB, NULL},
        {"bulk_upsert", "[\"Person\",[{\"id\":2,\"name\":\"Bob\"},{\"id\":3,\"name\":\"C\"}]]",
         "{\"operation\":\"bulk_upsert\",\"model\":\"Person\",\"attempted\":2,\"succeeded\":2,"
         "\"failed\":0,\"first_error\":null}",
         NULL},
        {"delete", "[\"Person\",3]", "true", NULL},
        {"delete", "[\"Person\",3]", "false", NULL},
        {"count_by", "[\"Person\",\"age\"]",
         "[{\"age\":null,\"count\":1},{\"age\":30,\"count\":1}]", NULL},
        {"sum_by", "[\"Person\",\"age\",\"name\"]",
         "[{\"name\":\"Ann\",\"sum\":30},{\"name\":\"Bob\",\"sum\":null}]", NULL},
        {"bulk_update", "[\"Person\",null,{\"age\":5}]",
         "{\"operation\":\"bulk_update\",\"model\":\"Person\",\"attempted\":2,\"succeeded\":2,"
         "\"failed\":0,\"first_error\":null}",
         NULL},
        {"bulk_update", "[\"Person\"]", NULL, "bulk_update requires an updates dict"},
        {"restore", "[\"Person\",1]", NULL,
         "restore failed: query build error: restore requires a soft-delete column; model has none"},
    };
    for (size_t i = 0; i < 3; i++) {
        if (!url_of(i))
            continue;
        kl_dataflow *dataflow = open_with_person(url_of(i));
        kl_value express;
        works(kl_express_new(&express, &kl_express_type, dataflow, error));
        check(express, rows, KL_COUNT(rows));
        kl_value_release(express);
        end_dataflow(dataflow);
    }
}

KL_TEST(a_transaction_by_its_methods_on_each_engine)
{
    KL_UNUSED_STATE;
    static const expected rows[] = {
        {"create", "[\"Person\",{\"name\":\"Ann\",\"age\":30,\"data\":{\"a\":[1]}}]", ANN, NULL},
        {"update", "[\"Person\",1,{\"age\":31}]",
         "{\"outcome\":\"applied\",\"rows_affected\":1}", NULL},
        {"update", "[\"Person\",7,{\"age\":31}]",
         "{\"outcome\":\"no_match\",\"rows_affected\":0}", NULL},
        {"delete", "[\"Person\",7]", "{\"outcome\":\"no_match\",\"rows_affected\":0}", NULL},
        {"count", "[\"Person\"]", "1", NULL},
        {"commit", "[]", "null", NULL},
        {"count", "[\"Person\"]", NULL, "transaction already committed or rolled back"},
        {"rollback", "[]", NULL, "transaction already committed or rolled back"},
    };
    for (size_t i = 0; i < 3; i++) {
        if (!url_of(i))
            continue;
        kl_dataflow *dataflow = open_with_person(url_of(i));
        kl_value transaction;
        works(kl_transaction_begin(&transaction, &kl_transaction_type, dataflow, kl_null(), error));
        check(transaction, rows, KL_COUNT(rows));
        kl_value_release(transaction);
        end_dataflow(dataflow);
    }
}

/* ---- without memory ------------------------------------------------------------------------------- */

static kl_status condition(kl_value *out, kl_filter_op op, const char *column, kl_value value,
                           kl_error *error)
{
    kl_value name;
    KL_TRY(kl_string_new(&name, kl_text_from(column), error));
    kl_status status = kl_condition_new(out, op, name, value, error);
    kl_value_release(name);
    return status;
}

static kl_value pair; /* [2, 3], made before memory ends */

/* [(age > 1 & name contains "n") | ~(age between 2 and 3)] */
static kl_status make_filters(kl_value *out, kl_error *error)
{
    kl_value parts[3] = {kl_null(), kl_null(), kl_null()}, text = kl_null(), made = kl_null();
    kl_value list = kl_null();
    kl_status status = kl_string_new(&text, KL_TEXT("n"), error);
    if (status == KL_OK)
        status = condition(&parts[0], KL_FILTER_GT, "age", kl_int(1), error);
    if (status == KL_OK)
        status = condition(&parts[1], KL_FILTER_CONTAINS, "name", text, error);
    if (status == KL_OK)
        status = condition(&parts[2], KL_FILTER_BETWEEN, "age", pair, error);
    if (status == KL_OK)
        status = kl_object_call(&made, parts[0].as.object, KL_TEXT("__and__"), &parts[1], 1, error);
    kl_value inverse = kl_null(), either = kl_null();
    if (status == KL_OK)
        status = kl_object_call(&inverse, parts[2].as.object, KL_TEXT("__invert__"), NULL, 0, error);
    if (status == KL_OK)
        status = kl_object_call(&either, made.as.object, KL_TEXT("__or__"), &inverse, 1, error);
    if (status == KL_OK)
        status = kl_array_new(&list, 1, error);
    if (status == KL_OK)
        status = kl_array_push(&list, kl_value_retain(either), error);
    for (size_t i = 0; i < 3; i++)
        kl_value_release(parts[i]);
    kl_value_release(text);
    kl_value_release(made);
    kl_value_release(inverse);
    kl_value_release(either);
    if (status == KL_OK)
        *out = list;
    else
        kl_value_release(list);
    return status;
}

static kl_status list_filtered(kl_value express, kl_error *error)
{
    kl_value args[2] = {kl_null(), kl_null()}, rows = kl_null();
    KL_TRY(kl_string_new(&args[0], KL_TEXT("Person"), error));
    kl_status status = make_filters(&args[1], error);
    if (status == KL_OK)
        status = kl_object_call(&rows, express.as.object, KL_TEXT("list"), args, 2, error);
    kl_value_release(rows);
    kl_value_release(args[0]);
    kl_value_release(args[1]);
    return status;
}

static kl_status call_all(kl_value express, const char *const (*calls)[2], size_t count,
                          kl_error *error)
{
    for (size_t i = 0; i < count; i++) {
        kl_value result = kl_null();
        kl_status status = call(&result, express, calls[i][0], calls[i][1], error);
        kl_value_release(result);
        KL_TRY(status);
    }
    return KL_OK;
}

/* What the first error was is told; an error that is no want of memory fails the sweep. */
static kl_status told(kl_status status, kl_error *error)
{
    if (status != KL_OK && status != KL_NO_MEMORY)
        print_error("%s\n", kl_error_message(error));
    kl_error_clear(error);
    return status;
}

static kl_status use_express(void *data)
{
    static const char *const calls[][2] = {
        {"execute_raw", "[\"DELETE FROM kl_operations\"]"},
        {"create", "[\"Person\",{\"name\":\"Ann\",\"age\":2,\"data\":{\"a\":[1]}}]"},
        {"bulk_create", "[\"Person\",[{\"name\":\"n\"},{\"name\":\"m\",\"age\":1}]]"},
        {"upsert", "[\"Person\",{\"id\":1,\"name\":\"Bob\"}]"},
        {"bulk_upsert", "[\"Person\",[{\"id\":1,\"name\":\"Bob\"},{\"name\":\"C\"}]]"},
        {"update", "[\"Person\",1,{\"age\":3}]"},
        {"read", "[\"Person\",1]"},
        {"count_by", "[\"Person\",\"age\"]"},
        {"bulk_update", "[\"Person\",null,{\"age\":4}]"},
    };
    kl_error error = KL_ERROR_INIT;
    kl_dataflow *dataflow = data;
    kl_value express;
    kl_status status = kl_express_new(&express, &kl_express_type, dataflow, &error);
    if (status != KL_OK)
        return told(status, &error);
    status = call_all(express, calls, KL_COUNT(calls), &error);
    if (status == KL_OK)
        status = list_filtered(express, &error);
    kl_value_release(express);
    return told(status, &error);
}

static kl_status use_transaction(void *data)
{
    static const char *const calls[][2] = {
        {"create", "[\"Person\",{\"name\":\"Ann\",\"age\":2}]"},
        {"update", "[\"Person\",1,{\"age\":3}]"},
        {"list", "[\"Person\"]"},
        {"delete", "[\"Person\",999]"},
        {"commit", "[]"},
    };
    kl_error error = KL_ERROR_INIT;
    kl_value transaction;
    kl_status status =
        kl_transaction_begin(&transaction, &kl_transaction_type, data, kl_null(), &error);
    if (status != KL_OK)
        return told(status, &error);
    status = call_all(transaction, calls, KL_COUNT(calls), &error);
    kl_value_release(transaction);
    return told(status, &error);
}

/* {"id": 1, "name": "n"} and so on, as many as SQLite takes at once. */
enum { AT_ONCE = 64 };

static kl_value items_at_once(void)
{
    kl_value items;
    works(kl_array_new(&items, AT_ONCE, error));
    for (int i = 1; i <= AT_ONCE; i++) {
        char text[64];
        snprintf(text, sizeof text, "{\"id\":%d,\"name\":\"n\"}", i);
        works(kl_array_push(&items, json(text), error));
    }
    return items;
}

typedef struct upserting {
    kl_dataflow *dataflow;
    kl_value items;
} upserting;

/* All are new, then all are there. */
static kl_status use_bulk_upsert(void *data)
{
    const upserting *u = data;
    kl_error error = KL_ERROR_INIT;
    kl_data_session session = {0};
    kl_table *table;
    kl_status status = kl_dataflow_table(&table, u->dataflow, KL_TEXT("Person"), "bulk_upsert", &error);
    if (status != KL_OK)
        return told(status, &error);
    status = kl_data_session_begin(&session, u->dataflow, "bulk_upsert", &error);
    if (status == KL_OK)
        status = kl_data_session_query(NULL, NULL, &session, KL_TEXT("DELETE FROM kl_operations"), NULL, 0, &error);
    for (int i = 0; i < 2 && status == KL_OK; i++) {
        kl_value rows;
        int64_t created = -1, updated = -1;
        status = kl_rows_upsert(&rows, &created, &updated, &session, table, u->items, kl_null(), &error);
        if (status != KL_OK)
            break;
        assert_int_equal(created, i == 0 ? AT_ONCE : 0);
        assert_int_equal(updated, AT_ONCE - created);
        assert_int_equal(kl_array_len(rows), AT_ONCE);
        kl_value_release(rows);
    }
    if (session.dataflow)
        kl_data_session_end(&session);
    kl_table_release(table);
    return told(status, &error);
}

KL_TEST(a_bulk_upsert_survives_every_failed_allocation)
{
    KL_UNUSED_STATE;
    for (size_t i = 0; i < 3; i++) {
        if (!url_of(i))
            continue;
        upserting u = {open_with_person(url_of(i)), items_at_once()};
        assert_int_equal(use_bulk_upsert(&u), KL_OK);
        if (i == 0)
            assert_true(sweep(use_bulk_upsert, &u) > 50);
        kl_value_release(u.items);
        end_dataflow(u.dataflow);
    }
}

static kl_status call_later(void *data)
{
    kl_error error = KL_ERROR_INIT;
    kl_value express = kl_null(), future = kl_null(), result = kl_null();
    kl_status status = kl_express_new(&express, &kl_express_type, data, &error);
    if (status == KL_OK)
        status = call(&future, express, "count_async", "[\"Person\"]", &error);
    if (status == KL_OK)
        status = call(&result, future, "result", "[]", &error);
    kl_value_release(result);
    kl_value_release(future);
    kl_value_release(express);
    if (status == KL_UNAVAILABLE) { /* no thread could be started */
        kl_error_clear(&error);
        return KL_NO_MEMORY;
    }
    return told(status, &error);
}

static kl_status register_nodes(void *data)
{
    kl_error error = KL_ERROR_INIT;
    kl_registry *registry;
    kl_status status = kl_registry_new(&registry, &error);
    if (status == KL_OK) {
        status = kl_dataflow_register_nodes(data, registry, &error);
        kl_object_release((kl_object *)registry);
    }
    return told(status, &error);
}

KL_TEST(want_of_memory_is_told_and_nothing_leaks)
{
    KL_UNUSED_STATE;
    kl_dataflow *dataflow = open_with_person("sqlite::memory:");
    pair = json("[2,3]");
    assert_int_equal(use_express(dataflow), KL_OK);
    assert_true(sweep(use_express, dataflow) > 100);
    assert_true(sweep(use_transaction, dataflow) > 20);
    assert_true(sweep(register_nodes, dataflow) > 50);
    assert_true(sweep(call_later, dataflow) > 5);
    assert_int_equal(use_express(dataflow), KL_OK);
    kl_value_release(pair);
    end_dataflow(dataflow);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(express_by_its_methods_on_each_engine),
        cmocka_unit_test(a_transaction_by_its_methods_on_each_engine),
        cmocka_unit_test(want_of_memory_is_told_and_nothing_leaks),
        cmocka_unit_test(a_bulk_upsert_survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
