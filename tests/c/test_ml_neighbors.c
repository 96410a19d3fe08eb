/* Near rows: a tree beside comparing all, and fits in which every allocation fails in turn. */
#include "kailash/type.h"
#include "ml/array.h"
#include "ml/linalg.h"
#include "ml/neighbors/index.h"
#include "ml_sweep.h"

#include <math.h>

enum { ROWS = 300, COLS = 3, SMALL = 24 };

static void fill(double *x, size_t rows)
{
    for (size_t i = 0; i < rows * COLS; i++)
        x[i] = floor(8 * sin((double)(i * i % 977))) / 2; /* many equal distances */
}

KL_TEST(trees_and_comparing_all_find_the_same)
{
    KL_UNUSED_STATE;
    static double x[ROWS * COLS];
    static const kl_metric metrics[] = {KL_METRIC_EUCLIDEAN, KL_METRIC_MANHATTAN, KL_METRIC_CHEBYSHEV,
                                        KL_METRIC_MINKOWSKI};
    assert_int_equal(kl_linalg_begin(NULL), KL_OK);
    fill(x, ROWS);
    for (size_t c = 0; c < KL_COUNT(metrics); c++) {
        enum { K = 7 };
        enum { WAYS = KL_NEAR_BALLS + 1 };
        static int64_t rows[WAYS][ROWS * K];
        kl_neighbor_lists lists[WAYS];
        kl_task task = KL_TASK_INIT;
        for (int way = KL_NEAR_BRUTE; way < WAYS; way++) {
            kl_neighbor_index index;
            assert_int_equal(kl_neighbor_index_begin(&index, x, ROWS, COLS, metrics[c], 3, (kl_neighbor_way)way, 8,
                                                     &task, NULL),
                             KL_OK);
            assert_true((way != KL_NEAR_BRUTE) == (index.order != NULL));
            assert_true((way == KL_NEAR_BALLS) == index.is_balls);
            assert_int_equal(kl_neighbors_nearest(rows[way], NULL, &index, x, ROWS, K, true, &task, NULL), KL_OK);
            assert_int_equal(kl_neighbors_within(&lists[way], &index, x, ROWS, 1.25, 0, &task, NULL), KL_OK);
        }
        for (int way = KL_NEAR_BOXES; way < WAYS; way++) {
            assert_memory_equal(rows[0], rows[way], sizeof rows[0]);
            assert_memory_equal(lists[0].starts, lists[way].starts, (ROWS + 1) * sizeof(size_t));
            assert_memory_equal(lists[0].items, lists[way].items, lists[0].starts[ROWS] * sizeof(int64_t));
        }
        assert_true(lists[0].starts[ROWS] > ROWS);
        for (size_t i = 0; i < ROWS; i++)
            assert_true(rows[1][i * K] != (int64_t)i);
        kl_task_end(&task);
    }
}

/* ---- every allocation fails in turn ---------------------------------------------------------------------------- */

static kl_status new_data(kl_value *x, kl_value *y, kl_error *error)
{
    double *numbers, *targets;
    KL_TRY(kl_table_new(x, &numbers, SMALL, COLS, error));
    KL_TRY(kl_vector_new(y, &targets, SMALL, error));
    fill(numbers, SMALL);
    for (size_t i = 0; i < SMALL; i++)
        targets[i] = (double)(i % 2);
    return KL_OK;
}

KL_TEST(fits_survive_every_failed_allocation)
{
    static const ml_case cases[] = {
        {"KNeighborsClassifier", "{\"weights\": \"distance\"}", "predict_proba", new_data},
        {"KNeighborsRegressor", "{\"algorithm\": \"brute\"}", "predict", new_data},
        {"KNeighborsRegressor", "{\"algorithm\": \"ball_tree\"}", "predict", new_data},
        {"KNeighborsClassifier", "{}", "kneighbors_graph", new_data},
        {"RadiusNeighborsClassifier", "{\"radius\": 2, \"outlier_label\": \"most_frequent\"}", "predict", new_data},
        {"RadiusNeighborsRegressor", "{\"radius\": 99}", "radius_neighbors", new_data},
        {"NearestCentroid", "{\"shrink_threshold\": 0.1}", "predict_proba", new_data},
        {"KNNImputer", "{\"add_indicator\": true}", "transform", new_data},
        {"LabelPropagation", "{\"max_iter\": 500}", "predict", new_data},
        {"LabelSpreading", "{\"kernel\": \"knn\", \"max_iter\": 500}", "predict", new_data},
        {"DBSCAN", "{\"eps\": 2}", NULL, new_data},
        {"MeanShift", "{}", "predict", new_data},
        {"HDBSCAN", "{\"store_centers\": \"both\"}", NULL, new_data},
        {"OPTICS", "{}", NULL, new_data},
    };
    KL_UNUSED_STATE;
    ml_sweep(cases, KL_COUNT(cases));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trees_and_comparing_all_find_the_same),
        cmocka_unit_test(fits_survive_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
