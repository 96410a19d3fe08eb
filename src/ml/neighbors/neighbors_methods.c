/* src/ml/neighbors/neighbors_methods.c - kneighbors(), radius_neighbors() and their graphs: see neighbors.h. */
#include "ml/estimator_parts.h"
#include "neighbors.h"

#include <math.h>

#define X_PARAM                                                                                    \
    {.name = "x", .kind = KL_KIND_ANY, .flags = KL_DATA | KL_OPTIONAL, .alias = "X",               \
     .doc = "rows x columns of numbers; None = the rows of fit(), none of which is its own neighbour"}
#define K_PARAM                                                                                    \
    {.name = "n_neighbors", .kind = KL_KIND_COUNT, .flags = KL_OPTIONAL,                           \
     .doc = "how many for each row; None = as the estimator's"}
#define RADIUS_PARAM                                                                               \
    {.name = "radius", .kind = KL_KIND_DOUBLE, .flags = KL_OPTIONAL,                               \
     .doc = "largest distance, itself included; None = as the estimator's"}
#define DISTANCE_PARAM                                                                             \
    {.name = "return_distance", .kind = KL_KIND_BOOL, .fallback = "true",                          \
     .doc = "whether distances are given, too"}
#define SORT_PARAM                                                                                 \
    {.name = "sort_results", .kind = KL_KIND_BOOL, .fallback = "false",                            \
     .doc = "whether the nearest comes first; else the rows stand by number"}
static const char *const modes[] = {"connectivity", "distance", NULL};
#define MODE_PARAM                                                                                 \
    {.name = "mode", .kind = KL_KIND_ENUM, .names = modes, .fallback = "\"connectivity\"",         \
     .doc = "what the matrix holds: 1 for each neighbour, or its distance"}

const kl_param kl_neighbors_k_params[3] = {X_PARAM, K_PARAM, DISTANCE_PARAM};
const kl_param kl_neighbors_k_graph_params[3] = {X_PARAM, K_PARAM, MODE_PARAM};
const kl_param kl_neighbors_radius_params[4] = {X_PARAM, RADIUS_PARAM, DISTANCE_PARAM, SORT_PARAM};
const kl_param kl_neighbors_radius_graph_params[4] = {X_PARAM, RADIUS_PARAM, MODE_PARAM, SORT_PARAM};

/* ---- a question ---------------------------------------------------------------------------------- */

typedef struct question {
    const kl_neighbors_model *model;
    kl_task task;
    kl_neighbor_index index;
    kl_matrix x;
    bool own;
} question;

static kl_status begin(question *q, const kl_object *self, kl_value x, kl_error *error)
{
    kl_estimator *model;
    *q = (question){.task = KL_TASK_INIT, .own = kl_is_null(x)};
    KL_TRY(kl_estimator_need(&model, (const kl_estimator *)self, error));
    q->model = (const kl_neighbors_model *)model;
    kl_neighbors_open(&q->index, q->model);
    q->x = (kl_matrix){.rows = q->index.n, .cols = q->index.d, .data = q->index.x};
    if (q->own)
        return KL_OK;
    KL_TRY(kl_matrix_read(&q->x, x, "x", KL_EST_EMPTY_OK, &q->task, error));
    if (q->x.cols != q->index.d)
        return kl_bad_dimension(error, "features", q->index.d, q->x.cols);
    return kl_estimator_same_names(model, q->x.names, error);
}

static void end(question *q)
{
    kl_task_end(&q->task);
    if (q->model)
        kl_object_release((kl_object *)(uintptr_t)q->model);
}

static kl_status pair(kl_value *out, kl_value first, kl_value second, kl_error *error)
{
    kl_status status = kl_array_new(out, 2, error);
    if (status != KL_OK) {
        kl_value_release(first);
        kl_value_release(second);
        return status;
    }
    kl_array_push(out, first, NULL); /* has room */
    kl_array_push(out, second, NULL);
    return KL_OK;
}

static kl_status graph(kl_value *out, const question *q, const size_t *starts, const int64_t *items,
                       const double *distances, kl_error *error)
{
    size_t m = q->x.rows, all = starts[m];
    kl_sparse_parts to;
    KL_TRY(kl_sparse_parts_new(&to, m, all, error));
    for (size_t i = 0; i <= m; i++)
        to.starts[i] = (int64_t)starts[i];
    for (size_t i = 0; i < all; i++) {
        to.columns[i] = items[i];
        to.numbers[i] = distances ? distances[i] : 1;
    }
    return kl_sparse_parts_matrix(out, &to, q->index.n, error);
}

/* ---- the nearest --------------------------------------------------------------------------------- */

static kl_status count_of(size_t *out, const question *q, kl_value asked, kl_error *error)
{
    size_t most = q->index.n - q->own;
    int64_t k = kl_is_null(asked) ? q->model->n_neighbors : kl_as_int(asked);
    if (k < 1 || (uint64_t)k > most)
        return kl_bad_input(error, "expected 1 <= n_neighbors <= %zu (rows of fit()%s), got n_neighbors = %lld", most,
                            q->own ? " without the row itself" : "", (long long)k);
    *out = (size_t)k;
    return KL_OK;
}

static kl_status nearest(kl_value *out, question *q, kl_value asked, bool with_distances, kl_error *error)
{
    kl_value rows = kl_null(), distances = kl_null();
    int64_t *items;
    double *numbers;
    size_t k;
    kl_status status;
    KL_TRY(count_of(&k, q, asked, error));
    KL_TRY_OUT(kl_index_table_new(&rows, &items, q->x.rows, k, error));
    KL_TRY_OUT(kl_table_new(&distances, &numbers, q->x.rows, k, error));
    KL_TRY_OUT(kl_neighbors_nearest(items, numbers, &q->index, q->x.data, q->x.rows, k, q->own, &q->task, error));
    if (with_distances)
        return pair(out, distances, rows, error);
    *out = rows;
    kl_value_release(distances);
    return KL_OK;
out:
    kl_value_release(rows);
    kl_value_release(distances);
    return status;
}

kl_status kl_neighbors_k_method(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    question q;
    kl_status status = begin(&q, self, args[0], error);
    if (status == KL_OK)
        status = nearest(out, &q, args[1], kl_as_bool(args[2]), error);
    end(&q);
    return status;
}

/* A sparse matrix has its columns in order. */
static void sort_columns(int64_t *rows, double *distances, size_t k)
{
    for (size_t i = 1; i < k; i++) {
        int64_t row = rows[i];
        double distance = distances[i];
        size_t at = i;
        for (; at > 0 && rows[at - 1] > row; at--) {
            rows[at] = rows[at - 1];
            distances[at] = distances[at - 1];
        }
        rows[at] = row;
        distances[at] = distance;
    }
}

static kl_status nearest_graph(kl_value *out, question *q, kl_value asked, bool with_distances, kl_error *error)
{
    int64_t *items;
    double *distances;
    size_t *starts, k;
    KL_TRY(count_of(&k, q, asked, error));
    KL_TAKE_RAW(items, &q->task, q->x.rows * k + 1, error);
    KL_TAKE_RAW(distances, &q->task, q->x.rows * k + 1, error);
    /* a graph of the rows themselves counts each as its own neighbour only when x is told */
    KL_TRY(kl_neighbors_nearest(items, distances, &q->index, q->x.data, q->x.rows, k, q->own, &q->task, error));
    KL_TRY(kl_neighbors_even(&starts, q->x.rows, k, &q->task, error));
    for (size_t i = 0; i < q->x.rows; i++)
        sort_columns(items + i * k, distances + i * k, k);
    return graph(out, q, starts, items, with_distances ? distances : NULL, error);
}

kl_status kl_neighbors_k_graph(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    question q;
    kl_status status = begin(&q, self, args[0], error);
    if (status == KL_OK)
        status = nearest_graph(out, &q, args[1], kl_word_is(args[2], "distance"), error);
    end(&q);
    return status;
}

/* ---- within a radius ----------------------------------------------------------------------------- */

static kl_status within(kl_neighbor_lists *lists, question *q, kl_value asked, bool sorted, kl_error *error)
{
    double radius = kl_is_null(asked) ? q->model->radius : kl_as_double(asked);
    if (!(radius >= 0))
        return kl_bad_parameter(error, "radius", "a number >= 0", asked);
    uint32_t flags = (q->own ? KL_NEIGHBORS_OWN : 0U) | (sorted ? KL_NEIGHBORS_BY_DISTANCE : 0U);
    return kl_neighbors_within(lists, &q->index, q->x.data, q->x.rows, radius, flags, &q->task, error);
}

static kl_status push_lists(kl_value *distances, kl_value *rows, const kl_neighbor_lists *lists, size_t m,
                            kl_error *error)
{
    for (size_t i = 0; i < m; i++) {
        size_t from = lists->starts[i], count = lists->starts[i + 1] - from;
        kl_value made;
        KL_TRY(kl_vector_from(&made, lists->distances + from, count, error));
        KL_TRY(kl_array_push(distances, made, error));
        KL_TRY(kl_indices_from(&made, lists->items + from, count, error));
        KL_TRY(kl_array_push(rows, made, error));
    }
    return KL_OK;
}

static kl_status radius_lists(kl_value *out, question *q, const kl_value *args, kl_error *error)
{
    kl_neighbor_lists lists;
    kl_value rows = kl_null(), distances = kl_null();
    bool with_distances = kl_as_bool(args[2]), sorted = kl_as_bool(args[3]);
    kl_status status;
    if (sorted && !with_distances)
        return kl_bad_input(error, "sort_results=True needs return_distance=True");
    KL_TRY(within(&lists, q, args[1], sorted, error));
    KL_TRY_OUT(kl_array_new(&rows, q->x.rows, error));
    KL_TRY_OUT(kl_array_new(&distances, q->x.rows, error));
    KL_TRY_OUT(push_lists(&distances, &rows, &lists, q->x.rows, error));
    if (with_distances)
        return pair(out, distances, rows, error);
    *out = rows;
    kl_value_release(distances);
    return KL_OK;
out:
    kl_value_release(rows);
    kl_value_release(distances);
    return status;
}

kl_status kl_neighbors_radius_method(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    question q;
    kl_status status = begin(&q, self, args[0], error);
    if (status == KL_OK)
        status = radius_lists(out, &q, args, error);
    end(&q);
    return status;
}

kl_status kl_neighbors_radius_graph(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    question q;
    kl_neighbor_lists lists;
    kl_status status = begin(&q, self, args[0], error);
    if (status == KL_OK)
        status = within(&lists, &q, args[1], false, error);
    if (status == KL_OK)
        status = graph(out, &q, lists.starts, lists.items,
                       kl_word_is(args[2], "distance") ? lists.distances : NULL, error);
    end(&q);
    return status;
}
