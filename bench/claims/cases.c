/* bench/claims/cases.c - the claims. */
#include "bench.h"
#include "kailash/json.h"

static kl_value run_chain(bench_chain *chain, kl_value inputs)
{
    kl_value result;
    kl_error error = KL_ERROR_INIT;
    bench_check(kl_runtime_execute(&result, chain->runtime, chain->workflow, inputs, NULL, &error),
                &error);
    return result;
}

/* Rows pass ten nodes uncopied, so time must not grow with their number. */
static void rows_through_ten_nodes(kl_bench *bench)
{
    bench_chain chain = bench_chain_of(10);
    kl_value inputs;
    bench_check(kl_map_new(&inputs, 1, NULL), NULL);
    bench_check(kl_map_set(&inputs, KL_TEXT("rows"), bench_rows(bench->size), NULL), NULL);
    while (kl_bench_next(bench))
        kl_bench_keep(bench, run_chain(&chain, inputs));
    kl_value_release(inputs);
    bench_chain_free(&chain);
}

/* A cheap node runs where its input arrived: a chain costs the same per node, however long. */
static void nodes_in_a_chain(kl_bench *bench)
{
    bench_chain chain = bench_chain_of(bench->size);
    while (kl_bench_next(bench))
        kl_bench_keep(bench, run_chain(&chain, kl_null()));
    bench_chain_free(&chain);
}

/* Rows of equal keys share one shape, so reading them costs a constant time per row. */
static void rows_from_json(kl_bench *bench)
{
    kl_value rows = bench_rows(bench->size), text, value;
    kl_error error = KL_ERROR_INIT;
    bench_check(kl_json_print(&text, rows, &kl_json_plain, &error), &error);
    while (kl_bench_next(bench)) {
        bench_check(kl_json_parse(&value, kl_as_text(text), &error), &error);
        kl_bench_keep(bench, value);
    }
    kl_value_release(text);
    kl_value_release(rows);
}

/* Printing is linear in the rows. */
static void rows_to_json(kl_bench *bench)
{
    kl_value rows = bench_rows(bench->size), text;
    kl_error error = KL_ERROR_INIT;
    while (kl_bench_next(bench)) {
        bench_check(kl_json_print(&text, rows, &kl_json_plain, &error), &error);
        kl_bench_keep(bench, text);
    }
    kl_value_release(rows);
}

/* What is signed and hashed: as quick as the memory it goes through, at least 500 MB a second (a record
 * has 300 bytes). */
static void records_to_canonical_json(kl_bench *bench)
{
    kl_value records = bench_records(bench->size), text;
    kl_error error = KL_ERROR_INIT;
    while (kl_bench_next(bench)) {
        bench_check(kl_json_print(&text, records, &kl_json_canonical_b, &error), &error);
        kl_bench_keep(bench, text);
    }
    kl_value_release(records);
}

const bench_case bench_cases[] = {
    {"rows_through_ten_nodes", rows_through_ten_nodes, {1, 100, 10000}, "rows"},
    {"nodes_in_a_chain", nodes_in_a_chain, {1, 10, 100, 0}, "nodes"},
    {"rows_from_json", rows_from_json, {1, 100, 10000}, "rows"},
    {"rows_to_json", rows_to_json, {1, 100, 10000}, "rows"},
    {"records_to_canonical_json", records_to_canonical_json, {1, 100, 10000}, "records"},
};
const size_t bench_case_count = KL_COUNT(bench_cases);
