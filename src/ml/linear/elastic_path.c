/* src/ml/linear/elastic_path.c - ElasticNet.path(): the weights for one penalty after the other, the strongest first, each from
 * those before (Friedman, Hastie, Tibshirani 2010). */
#include "elastic_net.h"

#include "ml/estimator.h"
#include "ml/kernels.h"
#include "ml/linalg.h"
#include "ml/numeric.h"

#include <math.h>

/* Of `args`. */
enum {
    X, Y, L1_RATIO, EPS, N_ALPHAS, ALPHAS, PRECOMPUTE, XY, COPY_X, COEF_INIT, VERBOSE, RETURN_N_ITER, POSITIVE, CHECK_INPUT,
    TOL, MAX_ITER, RANDOM_STATE, SELECTION, DO_SCREENING, COUNT
};

/* Where no product is above it, all weights are 0 whatever the penalty. */
#define RESOLUTION 1e-15

typedef struct path {
    const kl_value *args;
    kl_matrix x;
    kl_centered c;              /* as it is: nothing is taken from x and y */
    const double *gram, *xy;    /* X'X and X'y, or NULL */
    double *columns;            /* d x n, or NULL */
    kl_sparse_columns sparse;
    double l1_ratio;
    const double *alphas;
    size_t count;
    double *coefs, *gaps, *rounds; /* d x count, count, count */
    size_t unconverged;
} path;

/* ---- reading ------------------------------------------------------------------------------------- */

static kl_status read_data(path *p, kl_task *task, kl_error *error)
{
    const double *y;
    size_t n, outputs;
    KL_TRY(kl_matrix_read(&p->x, p->args[X], "x", KL_EST_SPARSE, task, error));
    KL_TRY(kl_targets_read(&y, &n, &outputs, p->args[Y], "y", task, error));
    if (n != p->x.rows)
        return kl_bad_dimension(error, "samples", p->x.rows, n);
    if (outputs != 1)
        return kl_bad_input(error, "y: expected one number for each row, got %zu columns; call path() for each of them", outputs);
    return kl_center(&p->c, &p->x, y, 1, NULL, false, task, error);
}

static kl_status read_square(path *p, kl_task *task, kl_error *error)
{
    kl_matrix given;
    KL_TRY(kl_matrix_read(&given, p->args[PRECOMPUTE], "precompute", 0, task, error));
    if (given.rows != p->x.cols || given.cols != p->x.cols)
        return kl_bad_input(error, "precompute: expected X'X, a matrix of %zu x %zu, got %zu x %zu", p->x.cols, p->x.cols,
                            given.rows, given.cols);
    p->gram = given.data;
    return KL_OK;
}

static kl_status read_products(path *p, kl_task *task, kl_error *error)
{
    size_t count;
    if (kl_is_null(p->args[XY]))
        return KL_OK;
    KL_TRY(kl_numbers_read(&p->xy, &count, p->args[XY], "Xy", task, error));
    return count == p->x.cols ? KL_OK : kl_bad_dimension(error, "features in Xy", p->x.cols, count);
}

/* The form of the data that is descended on: sums, columns, or sparse columns. */
static kl_status prepare(path *p, kl_task *task, kl_error *error)
{
    kl_value how = p->args[PRECOMPUTE];
    bool is_bool = kl_is(how, KL_KIND_BOOL), automatic = kl_word_is(how, "auto");
    bool wanted = is_bool ? kl_as_bool(how) : automatic && p->c.n > p->c.d;
    double *gram = NULL, *xy;
    if (!is_bool && !automatic && kl_is(how, KL_KIND_STRING))
        return kl_bad_parameter(error, "precompute", "True, False, 'auto' or the matrix X'X", how);
    KL_TRY(read_products(p, task, error));
    if (kl_is_sparse(&p->x))
        return kl_elastic_columns(&p->sparse, &p->c, task, error);
    if (is_bool || automatic ? wanted : true) {
        KL_TAKE_RAW(gram, task, p->c.d * p->c.d, error);
        KL_TAKE_RAW(xy, task, p->c.d, error);
        KL_TRY(kl_centered_gram(gram, xy, &p->c, task, error));
        p->xy = p->xy ? p->xy : xy;
        p->gram = gram;
        return is_bool || automatic ? KL_OK : read_square(p, task, error);
    }
    KL_TRY(kl_centered_dense(&p->c, task, error));
    KL_TAKE_RAW(p->columns, task, p->c.n * p->c.d, error);
    kl_transpose(p->columns, p->c.dense, p->c.n, p->c.d);
    return KL_OK;
}

/* ---- penalties ----------------------------------------------------------------------------------- */

/* From the least one for which all weights are 0, down to `eps` of it. */
static kl_status make_alphas(path *p, size_t count, kl_task *task, kl_error *error)
{
    double *alphas, *products, most, eps = kl_as_double(p->args[EPS]);
    const double *xy = p->xy;
    if (p->l1_ratio == 0)
        return kl_bad_input(error, "l1_ratio: with 0 there is no penalty for which all weights are 0; give alphas");
    if (!xy) {
        KL_TAKE(products, task, p->c.d, error);
        kl_centered_back(products, &p->c, p->c.y);
        xy = products;
    }
    KL_TAKE_RAW(alphas, task, count, error);
    most = kl_kernels()->max(xy, p->c.d);
    most = kl_as_bool(p->args[POSITIVE]) ? KL_MAX(most, 0.0) : KL_MAX(most, -kl_kernels()->min(xy, p->c.d));
    most /= (double)p->c.n * p->l1_ratio;
    for (size_t i = 0; i < count; i++)
        alphas[i] = most <= RESOLUTION ? RESOLUTION
                                       : most * pow(eps, count > 1 ? (double)i / (double)(count - 1) : 0.0);
    p->alphas = alphas;
    p->count = count;
    return KL_OK;
}

static kl_status read_alphas(path *p, kl_task *task, kl_error *error)
{
    kl_value given = p->args[ALPHAS];
    const double *numbers;
    double *sorted;
    if (!kl_is_null(p->args[N_ALPHAS]))
        given = p->args[N_ALPHAS];
    if (kl_is_null(given))
        given = kl_int(100);
    if (kl_is(given, KL_KIND_INT)) {
        if (kl_as_int(given) < 1)
            return kl_bad_parameter(error, "alphas", "an int >= 1 or an array of numbers >= 0", given);
        return make_alphas(p, (size_t)kl_as_int(given), task, error);
    }
    KL_TRY(kl_numbers_read(&numbers, &p->count, given, "alphas", task, error));
    if (p->count == 0 || !(kl_kernels()->min(numbers, p->count) >= 0))
        return kl_bad_input(error, "alphas: expected an int >= 1 or an array of numbers >= 0");
    KL_TAKE_RAW(sorted, task, p->count, error);
    memcpy(sorted, numbers, p->count * sizeof *sorted);
    KL_TRY(kl_sort_doubles(sorted, p->count, task, error));
    for (size_t i = 0; i < p->count / 2; i++) {
        double low = sorted[i];
        sorted[i] = sorted[p->count - 1 - i];
        sorted[p->count - 1 - i] = low;
    }
    p->alphas = sorted;
    return KL_OK;
}

/* ---- walking ------------------------------------------------------------------------------------- */

static kl_status descend(double *w, kl_descent *how, const path *p, kl_task *task, kl_error *error)
{
    const kl_centered *c = &p->c;
    if (p->columns)
        return kl_descend_columns(w, how, p->columns, c->n, c->d, c->y, task, error);
    if (!p->gram)
        return kl_descend_sparse(w, how, &p->sparse, c->y, task, error);
    return kl_descend_gram(w, how, p->gram, c->d, p->xy, kl_kernels()->sum_squares(c->y, c->n), c->d, task, error);
}

static kl_status begin(double **out, const path *p, kl_task *task, kl_error *error)
{
    const double *given;
    size_t count;
    KL_TAKE(*out, task, p->c.d, error);
    if (kl_is_null(p->args[COEF_INIT]))
        return KL_OK;
    KL_TRY(kl_numbers_read(&given, &count, p->args[COEF_INIT], "coef_init", task, error));
    if (count != p->c.d)
        return kl_bad_dimension(error, "features in coef_init", p->c.d, count);
    memcpy(*out, given, count * sizeof *given);
    return KL_OK;
}

static kl_status walk(path *p, kl_task *task, kl_error *error)
{
    double *w, n = (double)p->c.n;
    uint64_t seed = 0;
    kl_random random;
    bool by_chance = kl_word_is(p->args[SELECTION], "random");
    if (by_chance)
        KL_TRY(kl_random_seed(&seed, p->args[RANDOM_STATE], error));
    kl_random_open(&random, seed, 1, 0);
    KL_TRY(begin(&w, p, task, error));
    for (size_t i = 0; i < p->count; i++) {
        kl_descent how = {.l1 = p->alphas[i] * p->l1_ratio * n, .l2 = p->alphas[i] * (1 - p->l1_ratio) * n,
                          .tol = kl_as_double(p->args[TOL]), .iterations_max = (size_t)kl_as_int(p->args[MAX_ITER]),
                          .positive = kl_as_bool(p->args[POSITIVE]), .random = by_chance ? &random : NULL,
                          .no_screening = !kl_as_bool(p->args[DO_SCREENING])};
        KL_TRY(descend(w, &how, p, task, error));
        for (size_t j = 0; j < p->c.d; j++)
            p->coefs[j * p->count + i] = w[j];
        p->gaps[i] = how.gap / n;
        p->rounds[i] = (double)how.iterations;
        p->unconverged += !how.converged;
    }
    if (!kl_kernels()->all_finite(p->coefs, p->c.d * p->count, NULL))
        return kl_bad_input(error, "coordinate descent led to weights that are not finite: x has numbers so large that it "
                                   "should be scaled");
    return p->unconverged == 0
               ? KL_OK
               : kl_warn_convergence(error, "coordinate descent did not converge for %zu of %zu penalties; take more max_iter, "
                                            "a larger tol or scaled features", p->unconverged, p->count);
}

/* ---- the answer ---------------------------------------------------------------------------------- */

static kl_status check(path *p, kl_error *error)
{
    static const struct {
        int at;
        const char *name, *expected;
        double low, high;
        bool open;
    } limits[] = {{L1_RATIO, "l1_ratio", "a number from 0 to 1", 0, 1, false},
                  {EPS, "eps", "a number > 0", 0, INFINITY, true},
                  {TOL, "tol", "a number >= 0", 0, INFINITY, false},
                  {MAX_ITER, "max_iter", "an int >= 1", 1, INFINITY, false}};
    for (size_t i = 0; i < KL_COUNT(limits); i++) {
        double value = kl_as_double(p->args[limits[i].at]);
        if (!(limits[i].open ? value > limits[i].low : value >= limits[i].low) || !(value <= limits[i].high))
            return kl_bad_parameter(error, limits[i].name, limits[i].expected, p->args[limits[i].at]);
    }
    p->l1_ratio = kl_as_double(p->args[L1_RATIO]);
    return KL_OK;
}

static kl_status list_rounds(kl_value *out, const path *p, kl_error *error)
{
    KL_TRY(kl_array_new(out, p->count, error));
    for (size_t i = 0; i < p->count; i++)
        KL_TRY(kl_array_push(out, kl_int((int64_t)p->rounds[i]), error));
    return KL_OK;
}

static kl_status answer(kl_value *out, const path *p, kl_value coefs, kl_value gaps, kl_error *error)
{
    kl_value items[4] = {kl_null(), kl_value_retain(coefs), kl_value_retain(gaps), kl_null()}, made = kl_null();
    bool with_rounds = kl_as_bool(p->args[RETURN_N_ITER]);
    kl_status status = kl_vector_from(&items[0], p->alphas, p->count, error);
    if (status == KL_OK && with_rounds)
        status = list_rounds(&items[3], p, error);
    if (status == KL_OK)
        status = kl_array_new(&made, 4, error);
    for (size_t i = 0; i < (with_rounds ? 4 : 3) && status == KL_OK; i++) {
        status = kl_array_push(&made, items[i], error);
        items[i] = kl_null();
    }
    for (size_t i = 0; i < KL_COUNT(items); i++)
        kl_value_release(items[i]);
    if (status == KL_OK)
        *out = made;
    else
        kl_value_release(made);
    return status;
}

kl_status kl_elastic_path(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    path p = {.args = args};
    kl_task task = KL_TASK_INIT;
    kl_value coefs = kl_null(), gaps = kl_null();
    kl_status status;
    (void)self;
    task.name = "path";
    task.verbose = kl_value_truthy(args[VERBOSE]);
    KL_TRY(kl_linalg_begin(error));
    KL_TRY_OUT(check(&p, error));
    KL_TRY_OUT(read_data(&p, &task, error));
    KL_TRY_OUT(prepare(&p, &task, error));
    KL_TRY_OUT(read_alphas(&p, &task, error));
    KL_TRY_OUT(kl_table_new(&coefs, &p.coefs, p.c.d, p.count, error));
    KL_TRY_OUT(kl_vector_new(&gaps, &p.gaps, p.count, error));
    p.rounds = kl_task_alloc(&task, p.count, sizeof *p.rounds);
    KL_TRY_OUT(p.rounds ? KL_OK : kl_error_no_memory(error));
    KL_TRY_OUT(walk(&p, &task, error));
    status = answer(out, &p, coefs, gaps, error);
out:
    kl_task_end(&task);
    kl_value_release(coefs);
    kl_value_release(gaps);
    return status;
}

static const char *const selections[] = {"cyclic", "random", NULL};

const kl_param kl_elastic_path_params[COUNT] = {
    [X] = {.name = "x", .alias = "X", .kind = KL_KIND_ANY, .flags = KL_DATA,
           .doc = "rows x columns of numbers, as they are: nothing is taken from them"},
    [Y] = {.name = "y", .kind = KL_KIND_ANY, .flags = KL_DATA, .doc = "a number for each row"},
    [L1_RATIO] = {.name = "l1_ratio", .kind = KL_KIND_DOUBLE, .fallback = "0.5", .flags = KL_KEYWORD_ONLY,
                  .doc = "share of the penalty of absolute values, from 0 to 1; 1 for a lasso"},
    [EPS] = {.name = "eps", .kind = KL_KIND_DOUBLE, .fallback = "0.001", .flags = KL_KEYWORD_ONLY,
             .doc = "the last penalty over the first one; > 0"},
    [N_ALPHAS] = {.name = "n_alphas", .kind = KL_KIND_INT, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
                  .doc = "how many penalties; the same as an int for alphas"},
    [ALPHAS] = {.name = "alphas", .kind = KL_KIND_ANY, .fallback = "100", .flags = KL_DATA | KL_OPTIONAL | KL_KEYWORD_ONLY,
                .doc = "how many penalties, from the least for which all weights are 0; or the penalties, >= 0"},
    [PRECOMPUTE] = {.name = "precompute", .kind = KL_KIND_ANY, .fallback = "\"auto\"", .flags = KL_DATA | KL_KEYWORD_ONLY,
                    .doc = "True: descend on X'X; 'auto': when there are more rows than columns; or X'X itself"},
    [XY] = {.name = "Xy", .kind = KL_KIND_ANY, .flags = KL_DATA | KL_OPTIONAL | KL_KEYWORD_ONLY,
            .doc = "X'y, where it is known: used with X'X, and for the first penalty"},
    [COPY_X] = {.name = "copy_X", .kind = KL_KIND_BOOL, .fallback = "true", .flags = KL_KEYWORD_ONLY,
                .doc = "has no effect: what is given is never changed"},
    [COEF_INIT] = {.name = "coef_init", .kind = KL_KIND_ANY, .flags = KL_DATA | KL_OPTIONAL | KL_KEYWORD_ONLY,
                   .doc = "weights to begin with: d numbers; None = 0"},
    [VERBOSE] = {.name = "verbose", .kind = KL_KIND_INT, .fallback = "0", .flags = KL_KEYWORD_ONLY, .doc = "1 = tell progress"},
    [RETURN_N_ITER] = {.name = "return_n_iter", .kind = KL_KIND_BOOL, .fallback = "false", .flags = KL_KEYWORD_ONLY,
                       .doc = "whether rounds are told, too"},
    [POSITIVE] = {.name = "positive", .kind = KL_KIND_BOOL, .fallback = "false", .flags = KL_KEYWORD_ONLY,
                  .doc = "whether no weight may be below 0"},
    [CHECK_INPUT] = {.name = "check_input", .kind = KL_KIND_BOOL, .fallback = "true", .flags = KL_KEYWORD_ONLY,
                     .doc = "has no effect: what is given is always checked"},
    [TOL] = {.name = "tol", .kind = KL_KIND_DOUBLE, .fallback = "0.0001", .flags = KL_KEYWORD_ONLY,
             .doc = "stop when the duality gap is at most tol times the squares of y; >= 0"},
    [MAX_ITER] = {.name = "max_iter", .kind = KL_KIND_INT, .fallback = "1000", .flags = KL_KEYWORD_ONLY,
                  .doc = "most rounds through all weights for each penalty; >= 1"},
    [RANDOM_STATE] = {.name = "random_state", .kind = KL_KIND_INT, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
                      .doc = "seed of the random selection: an int >= 0; None = a fresh one"},
    [SELECTION] = {.name = "selection", .kind = KL_KIND_ENUM, .names = selections, .fallback = "\"cyclic\"",
                   .flags = KL_KEYWORD_ONLY, .doc = "the weight of each step: the next one, or one by chance"},
    [DO_SCREENING] = {.name = "do_screening", .kind = KL_KIND_BOOL, .fallback = "true", .flags = KL_KEYWORD_ONLY,
                      .doc = "whether weights that are surely 0 are passed over"},
};
