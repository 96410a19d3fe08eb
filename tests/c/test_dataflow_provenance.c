/* Provenance: anchors and events; without memory an error and no leak; a big source in little memory. */
#include "dataflow_test.h"
#include "folder.h"
#include "dataflow/operations.h"
#include "dataflow/provenance_activation.h"
#include "dataflow/provenance_coverage.h"
#include "dataflow/provenance_event.h"
#include "dataflow/provenance_lines.h"

#include <sys/resource.h>

/* ---- calling ------------------------------------------------------------------------------------ */

static kl_status call(kl_value *out, const char *name, const kl_value *args, size_t count,
                      kl_error *error)
{
    for (size_t i = 0; i < kl_function_count(); i++) {
        const kl_method *method = &kl_function_at(i)->method;
        if (strcmp(method->name, name) == 0 && method->param_count == count)
            return method->call(out, NULL, args, error);
    }
    return kl_error_set(error, KL_NOT_FOUND, "no function %s", name);
}

static kl_status text(kl_value *out, const char *string, kl_error *error)
{
    return kl_string_new(out, kl_text_from(string), error);
}

/* Call a function with a database, a tenant "t" and a further text or value; the result is dropped. */
static kl_status ask(kl_dataflow *dataflow, const char *name, kl_value third, kl_value fourth,
                     size_t count, kl_value *out, kl_error *error)
{
    kl_value tenant, result = kl_null();
    KL_TRY(text(&tenant, "t", error));
    const kl_value args[] = {kl_value_of((kl_object *)dataflow), tenant, third, fourth};
    kl_status status = call(&result, name, args, count, error);
    kl_value_release(tenant);
    if (out)
        *out = result;
    else
        kl_value_release(result);
    return status;
}

static kl_status register_models(kl_dataflow *dataflow, kl_error *error)
{
    kl_value none = kl_null();
    const kl_value args[] = {kl_value_of((kl_object *)dataflow)};
    return call(&none, "register_rag_provenance_models", args, 1, error);
}

static kl_status run(kl_dataflow *dataflow, const char *sql, kl_error *error)
{
    kl_data_session session;
    KL_TRY(kl_data_session_begin(&session, dataflow, "test", error));
    kl_status status = kl_data_session_raw(NULL, NULL, &session, kl_text_from(sql), kl_null(), false,
                                           error);
    kl_data_session_end(&session);
    return status;
}

static kl_status open_with_models(kl_dataflow **out, const char *url, kl_error *error)
{
    kl_dataflow *dataflow;
    KL_TRY(open_dataflow(&dataflow, url, error));
    kl_status status = register_models(dataflow, error);
    if (status == KL_OK)
        status = kl_dataflow_create_tables(dataflow, error);
    if (status == KL_OK)
        *out = dataflow;
    else
        end_dataflow(dataflow);
    return status;
}

#define CHUNK(id, ref, key)                                                                        \
    "INSERT INTO rag_chunks VALUES ('" id "', 'x', '" ref "', '" key                               \
    "', '[]', 's', NULL, 't', '2024-01-01T00:00:00Z', '2024-01-01T00:00:00Z')"
#define ENTRY(id, status)                                                                          \
    "INSERT INTO rag_index_entries VALUES ('" id "', 'd', '[\"c\"]', '[]', NULL, '" status         \
    "', 'c', 'o', 'g', 's', NULL, 't', '2024-01-01T00:00:00Z', '2024-01-01T00:00:00Z')"
#define ANCHOR(id, refs)                                                                           \
    "INSERT INTO rag_accountability_anchors VALUES ('" id "', 'a', '" refs                         \
    "', 'distilled', 't', '2024-01-01T00:00:00Z', '2024-01-01T00:00:00Z')"
#define RETRIEVAL(id, key, agent)                                                                  \
    "INSERT INTO rag_index_activation_events VALUES ('" id "', '" key "', '" agent                 \
    "', 's', '2024-01-01T00:00:00Z', NULL, 't', '2024-01-01T00:00:00Z', '2024-01-01T00:00:00Z')"
#define USE(id, artifact, tier)                                                                    \
    "INSERT INTO rag_artifact_activation_events VALUES ('" id "', 'skill', '" artifact             \
    "', 'ann', 's', '2024-01-01T00:00:00Z', 0, 'e', 'session-start', '" tier                       \
    "', 'p', 'f', 1, 't', '2024-01-01T00:00:00Z', '2024-01-01T00:00:00Z')"

static const char *const rows[] = {
    ENTRY("k", "distilled"),
    CHUNK("c1", "{\"source_id\": \"s\", \"locator\": \"l\", \"span\": 1}", "k"),
    CHUNK("c2", "{\"source_id\": \"s\", \"locator\": \"l\", \"span\": {\"b\": 1}}", "?"),
    CHUNK("c3", "{\"source_id\": \"r\", \"locator\": \"l\", \"span\": 1}", "k"),
    ANCHOR("a1", "[\"c1\"]"),
    ANCHOR("a2", "[]"),
    RETRIEVAL("1", "k", "ann"),
    RETRIEVAL("2", "k", "bob"),
    RETRIEVAL("3", "?", " "),
    USE("1", "a", "self-reported"),
    USE("2", "a", "observed"),
    USE("3", "b", "availability"),
};

static kl_status open_filled(kl_dataflow **out, kl_error *error)
{
    kl_dataflow *dataflow;
    KL_TRY(open_with_models(&dataflow, "sqlite::memory:", error));
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_status status = run(dataflow, rows[i], error);
        if (status != KL_OK) {
            end_dataflow(dataflow);
            return status;
        }
    }
    *out = dataflow;
    return KL_OK;
}

/* ---- anchors ------------------------------------------------------------------------------------- */

KL_TEST(an_anchor_is_read_within_its_bytes)
{
    KL_UNUSED_STATE;
    static const char whole[] = "a.py:12-20#L30-L40::x()";
    for (size_t from = 0; from <= sizeof whole - 1; from++)
        for (size_t to = from; to <= sizeof whole - 1; to++) {
            size_t len = to - from; /* in a block of its own, so that the sanitizer sees both ends */
            char *copy = kl_alloc(len);
            memcpy(copy, whole + from, len);
            kl_status status = kl_provenance_anchor_check((kl_text){copy, len}, NULL);
            assert_true(status == KL_OK || status == KL_INVALID);
            kl_free(copy);
        }
    assert_int_equal(kl_provenance_anchor_check((kl_text){"a::b\0", 5}, NULL), KL_OK);
    assert_int_equal(kl_provenance_anchor_check((kl_text){"\0", 1}, NULL), KL_INVALID);
}

/* ---- events -------------------------------------------------------------------------------------- */

static const char good_event[] =
    "{\"artifact_type\": \"hook\", \"artifact_id\": \"h\", \"session_id\": \"s\", \"timestamp\": "
    "\"2024-01-01T00:00:00Z\", \"lifecycle_moment\": \"session-end\", \"observation_tier\": "
    "\"availability\"}";

KL_TEST(the_key_of_an_event_is_that_of_its_place)
{
    KL_UNUSED_STATE;
    kl_value row, ids[3], tenant, file;
    works(text(&tenant, "t", error));
    works(text(&file, "f", error));
    for (size_t i = 0; i < 3; i++) {
        const kl_event_place place = {tenant, file, i == 2 ? 12 : 1};
        works(kl_artifact_event_read(&row, kl_text_from(good_event), &place, error));
        ids[i] = kl_value_retain(kl_map_get(row, KL_TEXT("id")));
        kl_value_release(row);
    }
    assert_int_equal(kl_value_len(ids[0]), 36);
    assert_true(kl_text_equal(kl_as_text(ids[0]), kl_as_text(ids[1])));
    assert_false(kl_text_equal(kl_as_text(ids[0]), kl_as_text(ids[2])));
    for (size_t i = 0; i < 3; i++)
        kl_value_release(ids[i]);
    kl_value_release(tenant);
    kl_value_release(file);
}

KL_TEST(a_set_of_lines_knows_no_line_beyond_the_file)
{
    KL_UNUSED_STATE;
    kl_dataflow *dataflow;
    kl_data_session session;
    kl_line_set set;
    kl_value tenant, file;
    works(open_filled(&dataflow, error));
    works(run(dataflow, "UPDATE rag_artifact_activation_events SET source_line = 9 WHERE id = '2'", error));
    works(run(dataflow, "UPDATE rag_artifact_activation_events SET source_line = 9223372036854775807 "
                        "WHERE id = '3'", error));
    works(text(&tenant, "t", error));
    works(text(&file, "f", error));
    works(kl_provenance_begin(&session, kl_value_of((kl_object *)dataflow), tenant, "test", "x", error));
    works(kl_line_set_read(&set, &session, file, 9, error));
    for (int64_t line = 0; line < 5000; line++)
        assert_int_equal(kl_line_set_has(&set, line), line == 1 || line == 9);
    assert_false(kl_line_set_has(&set, INT64_MAX));
    assert_true(set.room < 1000);
    kl_line_set_end(&set);
    kl_data_session_end(&session);
    kl_value_release(tenant);
    kl_value_release(file);
    end_dataflow(dataflow);
}

/* ---- the resolver -------------------------------------------------------------------------------- */

KL_TEST(what_cannot_be_called_is_a_wrong_value)
{
    KL_UNUSED_STATE;
    static const kl_param resolver = {.name = "resolver", .kind = KL_KIND_CALLABLE,
                                      .flags = KL_VALUE_ERROR, .doc = "x"};
    fails(kl_param_check(&resolver, kl_int(3), error), KL_INVALID,
          "resolver: expected callable, got 3");
}

/* ---- without memory ------------------------------------------------------------------------------ */

static kl_status say_no(kl_value *out, kl_callable *self, const kl_value *args, size_t count,
                        kl_error *error)
{
    (void)self, (void)args, (void)count, (void)error;
    *out = kl_bool(false);
    return KL_OK;
}

typedef struct question {
    kl_dataflow *dataflow;
    const char *name;
    kl_value third, fourth;
    size_t count;
} question;

static kl_status put_question(void *data)
{
    question *q = data;
    return ask(q->dataflow, q->name, q->third, q->fourth, q->count, NULL, NULL);
}

KL_TEST(every_question_survives_the_lack_of_memory)
{
    KL_UNUSED_STATE;
    kl_dataflow *dataflow;
    kl_value resolver, label;
    works(open_filled(&dataflow, error));
    works(kl_callable_new(&resolver, say_no, NULL, NULL, error));
    works(text(&label, "s", error));
    question questions[] = {
        {dataflow, "compute_source_coverage", label, label, 4},
        {dataflow, "compute_corpus_coverage", label, resolver, 4},
        {dataflow, "render_corpus_coverage", label, resolver, 4},
        {dataflow, "sweep_orphaned_chunks", resolver, kl_null(), 3},
        {dataflow, "sweep_unbacked_anchors", kl_null(), kl_null(), 2},
        {dataflow, "aggregate_index_activation_overlap", kl_int(2), kl_null(), 3},
        {dataflow, "aggregate_artifact_activation_overlap", kl_int(2), kl_null(), 3},
        {dataflow, "render_activation_report", label, kl_int(2), 4},
    };
    for (size_t i = 0; i < KL_COUNT(questions); i++)
        assert_true(sweep(put_question, &questions[i]) > 10);
    kl_value_release(resolver);
    kl_value_release(label);
    end_dataflow(dataflow);
}

static kl_status make_database(void *data)
{
    kl_dataflow *dataflow;
    (void)data;
    KL_TRY(open_with_models(&dataflow, "sqlite::memory:", NULL));
    end_dataflow(dataflow);
    return KL_OK;
}

KL_TEST(the_models_survive_the_lack_of_memory)
{
    KL_UNUSED_STATE;
    assert_true(sweep(make_database, NULL) > 100);
}

static kl_status drain_here(void *data)
{
    kl_value folder, tenant, result = kl_null();
    KL_TRY(text(&folder, test_folder, NULL));
    kl_status status = text(&tenant, "t", NULL);
    if (status != KL_OK) {
        kl_value_release(folder);
        return status;
    }
    const kl_value args[] = {kl_value_of((kl_object *)data), tenant, folder};
    status = call(&result, "drain_artifact_activation_events", args, 3, NULL);
    kl_value_release(result);
    kl_value_release(folder);
    kl_value_release(tenant);
    return status;
}

KL_TEST(a_drain_survives_the_lack_of_memory)
{
    KL_UNUSED_STATE;
    kl_dataflow *dataflow;
    kl_value count = kl_null(), rows_found = kl_null();
    kl_data_session session;
    char path[512];
    works(open_with_models(&dataflow, "sqlite::memory:", error));
    snprintf(path, sizeof path, "%s/e.jsonl", test_folder);
    kl_buffer lines = KL_BUFFER_INIT;
    kl_buffer_format(&lines, "%s\n\nno json\n%s", good_event, good_event);
    works(kl_file_write(kl_text_from(path), kl_buffer_text(&lines), NULL, error));
    kl_buffer_free(&lines);
    assert_true(sweep(drain_here, dataflow) > 10);
    works(kl_data_session_begin(&session, dataflow, "test", error));
    works(kl_data_session_query(&rows_found, NULL, &session,
                                KL_TEXT("SELECT COUNT(*) FROM rag_artifact_activation_events"), NULL, 0,
                                error));
    count = kl_map_value_at(kl_array_at(rows_found, 0), 0);
    assert_int_equal(kl_as_int(count), 2);
    kl_value_release(rows_found);
    kl_data_session_end(&session);
    end_dataflow(dataflow);
}

/* ---- big sources --------------------------------------------------------------------------------- */

static long peak_kilobytes(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

KL_TEST(a_source_of_many_chunks_takes_the_memory_of_its_answer)
{
    KL_UNUSED_STATE;
    kl_dataflow *dataflow;
    kl_value source, report = kl_null();
    char url[600];
    snprintf(url, sizeof url, "sqlite:%s/big.db", test_folder);
    works(open_with_models(&dataflow, url, error));
    works(run(dataflow, rows[0], error));
    works(run(dataflow,
              "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) "
              "INSERT INTO rag_chunks SELECT 'c' || i, printf('%0600d', i), "
              "'{\"source_id\": \"s\", \"locator\": \"line ' || i || '\", \"span\": [1, 2]}', "
              "CASE i WHEN 7 THEN '?' ELSE 'k' END, '[]', 's', NULL, 't', printf('%020d', i), 'u' FROM n",
              error));
    works(text(&source, "s", error));
    long before = peak_kilobytes();
    works(ask(dataflow, "compute_source_coverage", source, source, 4, &report, error));
    long grown = peak_kilobytes() - before;
    assert_int_equal(kl_as_int(kl_map_get(report, KL_TEXT("covered_span_count"))), 99999);
    assert_int_equal(kl_array_len(kl_map_get(report, KL_TEXT("uncovered_spans"))), 1);
    if (grown > 40000)
        print_error("grew by %ld KB\n", grown);
#ifndef __SANITIZE_ADDRESS__
    assert_true(grown < 40000);
#endif
    kl_value_release(report);
    kl_value_release(source);
    end_dataflow(dataflow);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_anchor_is_read_within_its_bytes),
        cmocka_unit_test(the_key_of_an_event_is_that_of_its_place),
        cmocka_unit_test(a_set_of_lines_knows_no_line_beyond_the_file),
        cmocka_unit_test(what_cannot_be_called_is_a_wrong_value),
        cmocka_unit_test(every_question_survives_the_lack_of_memory),
        cmocka_unit_test(the_models_survive_the_lack_of_memory),
        cmocka_unit_test(a_drain_survives_the_lack_of_memory),
        cmocka_unit_test(a_source_of_many_chunks_takes_the_memory_of_its_answer),
    };
    return cmocka_run_group_tests(tests, make_test_folder, remove_test_folder);
}
