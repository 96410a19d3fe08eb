/* bench/claims/fixtures.c - rows and workflows to measure with. */
#include "bench.h"
#include "kailash/json.h"

#include <stdio.h>
#include <stdlib.h>

void bench_check(kl_status status, const kl_error *error)
{
    if (status == KL_OK)
        return;
    fprintf(stderr, "a benchmark failed: %s\n",
            error ? kl_error_message(error) : kl_status_name(status));
    exit(1);
}

static kl_value row_of(kl_keys *keys, size_t id)
{
    kl_value row, *cells;
    bench_check(kl_map_of_shape(&row, &cells, keys, NULL), NULL);
    cells[0] = kl_int((int64_t)id);
    bench_check(kl_string_format(&cells[1], NULL, "name %zu", id), NULL);
    cells[2] = kl_double((double)id * 0.25);
    cells[3] = kl_bool(id % 2 == 0);
    return row; /* the note stays null */
}

kl_value bench_rows(size_t count)
{
    static const char *const names[] = {"id", "name", "score", "active", "note"};
    kl_value titles[KL_COUNT(names)], rows;
    kl_keys *keys;
    for (size_t i = 0; i < KL_COUNT(names); i++)
        bench_check(kl_string_new(&titles[i], kl_text_from(names[i]), NULL), NULL);
    bench_check(kl_keys_new(&keys, titles, KL_COUNT(names), NULL), NULL);
    bench_check(kl_array_new(&rows, count, NULL), NULL);
    for (size_t id = 0; id < count; id++)
        bench_check(kl_array_push(&rows, row_of(keys, id), NULL), NULL);
    kl_keys_release(keys);
    for (size_t i = 0; i < KL_COUNT(names); i++)
        kl_value_release(titles[i]);
    return rows;
}

kl_value bench_records(size_t count)
{
    kl_value records, record;
    char text[512];
    bench_check(kl_array_new(&records, count, NULL), NULL);
    for (size_t id = 0; id < count; id++) {
        snprintf(text, sizeof text,
                 "{\"agent_id\":\"agent-%zu\",\"action\":\"read the quarterly report\",\"timestamp\":"
                 "\"2026-01-02T03:04:05.123456+00:00\",\"cost\":%zu,\"metadata\":{\"role\":\"operator\","
                 "\"purpose\":\"a longer text that says why it was done, and for whom\"},\"hash\":"
                 "\"03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8\"}",
                 id, id);
        bench_check(kl_json_parse(&record, kl_text_from(text), NULL), NULL);
        bench_check(kl_array_push(&records, record, NULL), NULL);
    }
    return records;
}

static void add_link(kl_builder *builder, size_t index)
{
    char id[32], before[32];
    snprintf(id, sizeof id, "n%zu", index);
    bench_check(kl_builder_add_node(builder, KL_TEXT("NoOpNode"), kl_text_from(id), kl_null(), NULL),
                NULL);
    if (index == 0)
        return;
    snprintf(before, sizeof before, "n%zu", index - 1);
    bench_check(kl_builder_connect(builder, kl_text_from(before), KL_TEXT("rows"), kl_text_from(id),
                                   KL_TEXT("rows"), NULL),
                NULL);
}

bench_chain bench_chain_of(size_t length)
{
    bench_chain chain;
    kl_builder *builder;
    kl_error error = KL_ERROR_INIT;
    bench_check(kl_registry_new(&chain.registry, &error), &error);
    bench_check(kl_builder_new(&builder, &error), &error);
    for (size_t i = 0; i < length; i++)
        add_link(builder, i);
    bench_check(kl_builder_build(&chain.workflow, builder, chain.registry, &error), &error);
    bench_check(kl_runtime_new(&chain.runtime, chain.registry, kl_null(), &error), &error);
    kl_object_release((kl_object *)builder);
    return chain;
}

void bench_chain_free(bench_chain *chain)
{
    kl_object_release((kl_object *)chain->runtime);
    kl_object_release((kl_object *)chain->workflow);
    kl_object_release((kl_object *)chain->registry);
}
