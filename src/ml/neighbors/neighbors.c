/* src/ml/neighbors/neighbors.c - see neighbors.h. */
#include "ml/shapes.h"
#include "neighbors.h"

#include "ml/kernels.h"

#include <math.h>

const char *const kl_neighbor_algorithms[] = {"auto", "ball_tree", "kd_tree", "brute", NULL};

/* ---- parameters ---------------------------------------------------------------------------------- */

static kl_status read_power(double *p, kl_value metric_params, kl_error *error)
{
    static const char expected[] = "None, {}, or {'p': a number > 0}";
    if (kl_is_null(metric_params))
        return KL_OK;
    if (!kl_is(metric_params, KL_KIND_MAP))
        return kl_bad_parameter(error, "metric_params", expected, metric_params);
    kl_value power = kl_map_get(metric_params, KL_TEXT("p"));
    if (kl_map_len(metric_params) > (kl_is_number(power) ? 1 : 0))
        return kl_bad_parameter(error, "metric_params", expected, metric_params);
    if (kl_is_number(power))
        *p = kl_as_double(power);
    return *p > 0 ? KL_OK : kl_bad_parameter(error, "metric_params", expected, metric_params);
}

kl_status kl_neighbor_metric(kl_metric *out, double *power, kl_value metric, double p, kl_value metric_params,
                             kl_error *error)
{
    static const struct {
        const char *name;
        kl_metric metric;
    } names[] = {
        {"euclidean", KL_METRIC_EUCLIDEAN}, {"l2", KL_METRIC_EUCLIDEAN},       {"manhattan", KL_METRIC_MANHATTAN},
        {"l1", KL_METRIC_MANHATTAN},        {"cityblock", KL_METRIC_MANHATTAN}, {"chebyshev", KL_METRIC_CHEBYSHEV},
        {"infinity", KL_METRIC_CHEBYSHEV},  {"cosine", KL_METRIC_COSINE},      {"minkowski", KL_METRIC_MINKOWSKI},
        {"p", KL_METRIC_MINKOWSKI},
    };
    size_t at = 0;
    while (at < KL_COUNT(names) && !kl_word_is(metric, names[at].name))
        at++;
    if (at == KL_COUNT(names))
        return kl_bad_parameter(error, "metric", KL_NEIGHBORS_METRIC_NAMES, metric);
    *out = names[at].metric;
    *power = p;
    KL_TRY(read_power(power, metric_params, error));
    if (*out != KL_METRIC_MINKOWSKI)
        return KL_OK;
    *out = *power == 1 ? KL_METRIC_MANHATTAN : *power == 2 ? KL_METRIC_EUCLIDEAN
         : isinf(*power) ? KL_METRIC_CHEBYSHEV : KL_METRIC_MINKOWSKI;
    return KL_OK;
}

kl_status kl_neighbor_algorithm(kl_neighbor_way *way, kl_value algorithm, kl_value metric_name, kl_metric metric, size_t d,
                                kl_error *error)
{
    bool balls = kl_word_is(algorithm, "ball_tree"), asked = balls || kl_word_is(algorithm, "kd_tree");
    bool wanted = asked || (kl_word_is(algorithm, "auto") && kl_neighbor_wants_tree(d, metric));
    if (asked && metric == KL_METRIC_COSINE)
        return kl_bad_parameter(error, "metric", "one that a tree can search (not 'cosine'); or algorithm='brute'",
                                metric_name);
    *way = d == 0 || !wanted ? KL_NEAR_BRUTE : balls ? KL_NEAR_BALLS : KL_NEAR_BOXES;
    return KL_OK;
}

kl_status kl_neighbor_check_weights(kl_value weights, kl_error *error)
{
    if (kl_is_null(weights) || kl_word_is(weights, "uniform") || kl_word_is(weights, "distance") ||
        kl_as_object(weights, &kl_callable_type))
        return KL_OK;
    return kl_bad_parameter(error, "weights", "'uniform', 'distance', None or a function of distances", weights);
}

static kl_status keep_metric(kl_neighbors_model *model, kl_metric metric, double p, kl_error *error)
{
    static const char *const names[] = {"euclidean", "manhattan", "chebyshev", "minkowski"};
    kl_value name = kl_null(), params;
    if (kl_word_is(model->metric, "minkowski") || kl_word_is(model->metric, "p"))
        KL_TRY(kl_string_new(&name, kl_text_from(names[metric]), error));
    else
        name = kl_value_retain(model->metric);
    kl_learn(&model->effective_metric_, name);
    KL_TRY(kl_map_new(&params, 1, error));
    kl_status status = KL_OK;
    if (metric == KL_METRIC_MINKOWSKI)
        status = kl_map_set(&params, KL_TEXT("p"), kl_double(p), error);
    kl_learn(&model->effective_metric_params_, params);
    return status;
}

/* ---- what is kept -------------------------------------------------------------------------------- */

static kl_status keep_tree(kl_neighbors_model *model, kl_neighbor_index *index, kl_task *task, kl_error *error)
{
    kl_value made;
    int64_t *order;
    double *points, *boxes;
    size_t levels = kl_neighbor_levels(index->n, (size_t)model->leaf_size);
    KL_TRY(kl_indices_new(&made, &order, index->n, error));
    kl_learn(&model->tree_order, made);
    KL_TRY(kl_table_new(&made, &points, index->n, index->d, error));
    kl_learn(&model->tree_points, made);
    KL_TRY(kl_table_new(&made, &boxes, ((size_t)2 << levels) - 1, 2 * index->d, error));
    kl_learn(&model->tree_boxes, made);
    return kl_neighbor_tree_fill(order, points, boxes, index, levels, task, error);
}

kl_status kl_neighbors_keep(kl_neighbors_model *model, const kl_fit *in, kl_task *task, kl_error *error)
{
    kl_neighbor_index index = {.n = in->n, .d = in->d};
    kl_value made;
    kl_neighbor_way way;
    KL_TRY(kl_neighbor_check_weights(model->weights, error));
    KL_TRY(kl_neighbor_metric(&index.metric, &index.p, model->metric, model->p, model->metric_params, error));
    KL_TRY(kl_neighbor_algorithm(&way, model->algorithm, model->metric, index.metric, in->d, error));
    KL_TRY(keep_metric(model, index.metric, index.p, error));
    model->n_samples_fit_ = (int64_t)in->n;
    model->outputs_2d_ = in->outputs > 1;
    KL_TRY(kl_table_from(&made, in->x->data, in->n, in->d, error));
    kl_learn(&model->rows, made);
    index.x = kl_doubles(made);
    index.is_balls = kl_neighbor_has_balls(way, index.metric, index.p);
    model->balls = index.is_balls;
    if (way != KL_NEAR_BRUTE)
        return keep_tree(model, &index, task, error);
    double *squares;
    KL_TRY(kl_vector_new(&made, &squares, in->n, error));
    kl_learn(&model->squares, made);
    kl_kernels()->row_square_sums(squares, index.x, in->n, in->d);
    return KL_OK;
}

void kl_neighbors_open(kl_neighbor_index *out, const kl_neighbors_model *model)
{
    *out = (kl_neighbor_index){
        .x = kl_doubles(model->rows), .n = (size_t)model->n_samples_fit_, .d = (size_t)model->base.features,
        .squares = kl_doubles(model->squares), .order = kl_indices(model->tree_order),
        .points = kl_doubles(model->tree_points), .boxes = kl_doubles(model->tree_boxes),
        .is_balls = model->balls != 0};
    /* both were read in fit(), so they are right */
    kl_neighbor_metric(&out->metric, &out->p, model->metric, model->p, model->metric_params, NULL);
    for (size_t nodes = kl_array_axis(model->tree_boxes, 0); nodes > 1; nodes /= 2)
        out->levels++;
}

kl_status kl_neighbors_restored(kl_estimator *self, kl_error *error)
{
    const kl_neighbors_model *model = (const kl_neighbors_model *)self;
    size_t n = (size_t)model->n_samples_fit_;
    kl_error why = KL_ERROR_INIT;
    kl_metric metric;
    double p;
    bool is_sound = n >= 1 && kl_neighbor_metric(&metric, &p, model->metric, model->p, model->metric_params, &why) == KL_OK;
    kl_error_clear(&why);
    if (is_sound && !kl_is_null(model->tree_order))
        is_sound = kl_as_array_view(model->tree_points) &&
                   kl_is_table(model->tree_boxes, 'd', ((size_t)2 << kl_neighbor_levels(n, (size_t)model->leaf_size)) - 1,
                               2 * (size_t)self->features);
    else
        is_sound = is_sound && kl_as_array_view(model->squares) && kl_is_null(model->tree_boxes);
    is_sound = is_sound && model->outlier >= -1 && model->outlier < KL_MAX((int64_t)kl_labels_count(self->classes), 1);
    return kl_shapes_are(is_sound, self, "rows and tree", error);
}

/* ---- answers ------------------------------------------------------------------------------------- */

static kl_status check_count(size_t k, size_t most, size_t rows, kl_error *error)
{
    if (k >= 1 && k <= most)
        return KL_OK;
    return kl_bad_input(error, "expected 1 <= n_neighbors <= %zu (rows of fit()%s), got n_neighbors = %zu", most,
                        most < rows ? " but the row itself" : "", k);
}

kl_status kl_neighbors_ask(int64_t **rows, double **distances, const kl_neighbors_model *model, const kl_matrix *x,
                           kl_task *task, kl_error *error)
{
    kl_neighbor_index index;
    size_t k = (size_t)model->n_neighbors;
    kl_neighbors_open(&index, model);
    KL_TRY(check_count(k, index.n, index.n, error));
    KL_TAKE_RAW(*rows, task, x->rows * k + 1, error);
    KL_TAKE_RAW(*distances, task, x->rows * k + 1, error);
    return kl_neighbors_nearest(*rows, *distances, &index, x->data, x->rows, k, false, task, error);
}

kl_status kl_neighbors_even(size_t **starts, size_t rows, size_t k, kl_task *task, kl_error *error)
{
    KL_TAKE_RAW(*starts, task, rows + 1, error);
    for (size_t i = 0; i <= rows; i++)
        (*starts)[i] = i * k;
    return KL_OK;
}

static void invert(double *distances, size_t count)
{
    bool meets = false;
    for (size_t j = 0; j < count; j++)
        meets |= distances[j] == 0;
    for (size_t j = 0; j < count; j++)
        distances[j] = meets ? distances[j] == 0 : 1 / distances[j];
}

/* The user's function sees all distances at once when rows are equally long, else row by row. */
static kl_status call_weights(double *distances, size_t rows, size_t cols, kl_value function, kl_task *task,
                              kl_error *error)
{
    kl_value given, answer;
    const double *weights = NULL;
    size_t count = rows * cols;
    KL_TRY(rows == 1 ? kl_vector_from(&given, distances, count, error)
                     : kl_table_from(&given, distances, rows, cols, error));
    kl_status status = kl_call_value(&answer, function, &given, 1, error);
    kl_value_release(given);
    KL_TRY(status);
    const kl_array_view *view = kl_as_array_view(answer);
    if (!view || kl_array_view_count(view) != count)
        status = kl_bad_input(error, "weights(distances) must give one number for each of %zu distances", count);
    else
        status = kl_doubles_read(&weights, answer, task, error);
    if (status == KL_OK)
        memcpy(distances, weights, count * sizeof *weights);
    kl_value_release(answer);
    return status;
}

kl_status kl_neighbors_weigh(double **out, kl_value weights, double *distances, size_t rows, const size_t *starts,
                             kl_task *task, kl_error *error)
{
    *out = NULL;
    if (kl_is_null(weights) || kl_word_is(weights, "uniform") || rows == 0)
        return KL_OK;
    *out = distances;
    if (kl_word_is(weights, "distance")) {
        for (size_t i = 0; i < rows; i++)
            invert(distances + starts[i], starts[i + 1] - starts[i]);
        return KL_OK;
    }
    bool even = true;
    for (size_t i = 0; i < rows; i++)
        even &= starts[i + 1] - starts[i] == starts[1];
    if (even)
        return starts[1] ? call_weights(distances, rows, starts[1], weights, task, error) : KL_OK;
    for (size_t i = 0; i < rows; i++)
        if (starts[i + 1] > starts[i])
            KL_TRY(call_weights(distances + starts[i], 1, starts[i + 1] - starts[i], weights, task, error));
    return KL_OK;
}
