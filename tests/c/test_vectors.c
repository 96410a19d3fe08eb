/* Kernels, the graph against looking at all, collections under change. */
#include "store/vector.h"
#include "store/vector_hnsw.h"
#include "sweep.h"

#include <math.h>

/* Numbers that are always the same (xorshift), from -1 to 1. */
static uint64_t seed = 88172645463325252ull;
static float next_number(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (float)((double)(seed >> 11) * 0x1p-52 - 1);
}

static float *numbers(size_t count)
{
    float *made = malloc(count * sizeof *made);
    for (size_t i = 0; i < count; i++)
        made[i] = next_number();
    return made;
}

KL_TEST(all_kernels_agree)
{
    KL_UNUSED_STATE;
    float *a = numbers(300), *b = numbers(300);
    assert_non_null(kl_vector_kernel_best());
    for (size_t k = 0; kl_vector_kernel_at(k); k++) {
        const kl_vector_kernel *kernel = kl_vector_kernel_at(k);
        for (size_t count = 0; count <= 299; count++) {
            double dot = kl_vector_dot_exact(a + 1, b, count);
            double distance = kl_vector_distance_squared_exact(a + 1, b, count);
            assert_true(fabs(kernel->dot(a + 1, b, count) - dot) < 1e-4);
            assert_true(fabs(kernel->distance_squared(a + 1, b, count) - distance) < 1e-4);
        }
    }
    assert_string_equal(kl_vector_kernel_at(0)->name, kl_vector_kernel_best()->name);
    free(a);
    free(b);
}

/* Ids of results as JSON. */
static kl_value ids_of(kl_value results)
{
    kl_value ids;
    assert_int_equal(kl_array_new(&ids, 0, NULL), KL_OK);
    for (size_t i = 0; i < kl_array_len(results); i++)
        assert_int_equal(kl_array_push(&ids, kl_value_retain(kl_map_get(kl_array_at(results, i),
                                                                        KL_TEXT("id"))), NULL),
                         KL_OK);
    return ids;
}

static kl_vectors *filled(const float *data, size_t count, size_t dimension)
{
    kl_vectors *vectors;
    kl_value ids = kl_null();
    size_t at;
    kl_vector_entry *entries = calloc(count, sizeof *entries);
    assert_int_equal(kl_vectors_new(&vectors, KL_TEXT("v"), KL_TEXT(""), NULL), KL_OK);
    for (size_t i = 0; i < count; i++)
        entries[i] = (kl_vector_entry){.vector = data + i * dimension, .dimension = dimension};
    kl_latch_waiter nobody = {0};
    assert_int_equal(kl_vectors_upsert(&ids, &at, vectors, entries, count, false, nobody, NULL),
                     KL_OK);
    kl_value_release(ids);
    free(entries);
    return vectors;
}

static size_t shared_ids(kl_value a, kl_value b)
{
    size_t shared = 0;
    for (size_t i = 0; i < kl_array_len(a); i++)
        for (size_t k = 0; k < kl_array_len(b); k++)
            shared += kl_text_equal(kl_as_text(kl_array_at(a, i)), kl_as_text(kl_array_at(b, k)));
    return shared;
}

/* How much of what looking at all finds the graph finds too, over many queries. */
static double recall(kl_vectors *vectors, size_t dimension, kl_vector_metric metric)
{
    kl_latch_waiter nobody = {0};
    size_t found = 0;
    enum { QUERIES = 100, TOP = 10 };
    for (int i = 0; i < QUERIES; i++) {
        float *query = numbers(dimension);
        kl_vector_query q = KL_VECTOR_QUERY_INIT;
        q.vector = query;
        q.dimension = dimension;
        q.top_k = TOP;
        q.metric = metric;
        kl_value near = kl_null(), all = kl_null();
        assert_int_equal(kl_vectors_query(&near, vectors, &q, nobody, NULL), KL_OK);
        q.exact = true;
        assert_int_equal(kl_vectors_query(&all, vectors, &q, nobody, NULL), KL_OK);
        kl_value near_ids = ids_of(near), all_ids = ids_of(all);
        found += shared_ids(near_ids, all_ids);
        kl_value_release(near_ids);
        kl_value_release(all_ids);
        kl_value_release(near);
        kl_value_release(all);
        free(query);
    }
    return (double)found / (QUERIES * TOP);
}

/* Sanitizers and unoptimised code make it slow. */
#if defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
enum { COUNT = 50000 };
#else
enum { COUNT = 10500 };
#endif

KL_TEST(the_graph_finds_what_looking_at_all_finds)
{
    KL_UNUSED_STATE;
    enum { DIMENSION = 64 };
    size_t count = COUNT;
    float *data = numbers(count * DIMENSION);
    kl_vectors *vectors = filled(data, count, DIMENSION);
    double share = recall(vectors, DIMENSION, KL_VECTOR_COSINE);
    print_message("recall@10 of %zu x %d: %.3f\n", count, DIMENSION, share);
    assert_true(share >= 0.95);
    kl_vectors_free(vectors);
    free(data);
}

KL_TEST(what_is_removed_is_not_found)
{
    KL_UNUSED_STATE;
    enum { DIMENSION = 8 };
    size_t count = 12000;
    kl_latch_waiter nobody = {0};
    float *data = numbers(count * DIMENSION);
    kl_vectors *vectors = filled(data, count, DIMENSION);
    assert_true(recall(vectors, DIMENSION, KL_VECTOR_EUCLIDEAN) >= 0.95);
    kl_value ids = json("[]");
    for (int i = 0; i < 1900; i++) {
        kl_value id;
        assert_int_equal(kl_string_format(&id, NULL, "v_%d", i), KL_OK);
        assert_int_equal(kl_array_push(&ids, id, NULL), KL_OK);
    }
    size_t deleted = 0, left = 0, dimension = 0;
    assert_int_equal(kl_vectors_delete(&deleted, vectors, &ids, NULL, nobody, NULL), KL_OK);
    assert_int_equal(deleted, 1900);
    kl_vector_query q = KL_VECTOR_QUERY_INIT;
    q.vector = data; /* that of v_0 */
    q.dimension = DIMENSION;
    q.top_k = 20;
    q.metric = KL_VECTOR_EUCLIDEAN;
    kl_value results = kl_null();
    assert_int_equal(kl_vectors_query(&results, vectors, &q, nobody, NULL), KL_OK);
    kl_value found = ids_of(results);
    assert_int_equal(kl_array_len(found), 20);
    assert_int_equal(shared_ids(found, ids), 0);
    kl_value_release(found);
    kl_value_release(results);
    /* So many that the collection is packed. */
    for (int i = 1900; i < 6000; i++) {
        kl_value id;
        assert_int_equal(kl_string_format(&id, NULL, "v_%d", i), KL_OK);
        assert_int_equal(kl_array_push(&ids, id, NULL), KL_OK);
    }
    assert_int_equal(kl_vectors_delete(&deleted, vectors, &ids, NULL, nobody, NULL), KL_OK);
    assert_int_equal(deleted, 4100);
    assert_int_equal(kl_vectors_size(&left, &dimension, vectors, nobody, NULL), KL_OK);
    assert_int_equal(left, 6000);
    assert_int_equal(dimension, DIMENSION);
    q.vector = data + 11999 * DIMENSION;
    q.top_k = 1;
    assert_int_equal(kl_vectors_query(&results, vectors, &q, nobody, NULL), KL_OK);
    assert_json(ids_of(results), "[\"v_11999\"]");
    kl_value_release(results);
    kl_value_release(ids);
    kl_vectors_free(vectors);
    free(data);
}

static kl_status build_graph(void *data)
{
    kl_vector_set set = {.dimension = 4};
    kl_hnsw *graph = NULL;
    kl_error error = KL_ERROR_INIT;
    kl_vector_near near[3];
    size_t found = 0;
    const float *numbers = data;
    kl_status status = kl_hnsw_new(&graph, KL_VECTOR_DOT, &error);
    for (size_t i = 0; i < 60 && status == KL_OK; i++) {
        status = kl_vector_set_reserve(&set, 1, &error);
        if (status == KL_OK)
            kl_vector_set_append(&set, numbers + 4 * i);
        if (status == KL_OK)
            status = kl_hnsw_add(graph, &set, &error);
    }
    if (status == KL_OK)
        status = kl_hnsw_search(near, &found, 3, graph, &set, numbers, 10, &error);
    if (status == KL_OK)
        assert_int_equal(found, 3);
    kl_hnsw_free(graph);
    kl_vector_set_clear(&set);
    kl_error_clear(&error);
    return status;
}

KL_TEST(failed_allocations_are_survived)
{
    KL_UNUSED_STATE;
    float *data = numbers(240);
    assert_true(sweep(build_graph, data) > 10);
    free(data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_kernels_agree),
        cmocka_unit_test(the_graph_finds_what_looking_at_all_finds),
        cmocka_unit_test(what_is_removed_is_not_found),
        cmocka_unit_test(failed_allocations_are_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
