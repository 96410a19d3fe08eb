/* src/ml/covariance/min_cov_det.c - MinCovDet: mean and covariance of the rows that are most alike.
 *
 * Rousseeuw and Van Driessen, A fast algorithm for the minimum covariance determinant estimator (1999): of h rows, those
 * are sought whose covariance has the smallest determinant. A concentration step takes the h rows that are nearest by
 * the covariance so far, which never raises the determinant.
 */
#include "covariance.h"

#include "../decomposition/parts.h"
#include "../kernels.h"
#include "../linalg.h"
#include "../numeric.h"
#include "parallel.h"

#include <math.h>

typedef struct min_cov_det {
    KL_COVARIANCE_MODEL;
    kl_value support_fraction, random_state;
    kl_value raw_location_, raw_covariance_, raw_support_, support_, dist_;
} min_cov_det;

/* What is known of a set of h rows. */
typedef struct candidate {
    double *mean, *covariance;
    double log_determinant;
} candidate;

/* Rows that are concentrated on, and room for one thread. */
typedef struct room {
    const double *rows;
    size_t n, d, h;
    double *centered, *products, *distance, *sorted; /* n x d twice, n twice */
    double *inverse, *factor;                        /* d x d */
    int64_t *chosen;                                 /* h */
} room;

/* ---- concentration ---------------------------------------------------------------------------------------------- */

static kl_status make_room(room *r, const double *rows, size_t n, size_t d, size_t h, kl_task *task, kl_error *error)
{
    *r = (room){.rows = rows, .n = n, .d = d, .h = h};
    KL_TAKE_RAW(r->centered, task, n * d, error);
    KL_TAKE_RAW(r->products, task, n * d, error);
    KL_TAKE_RAW(r->distance, task, n, error);
    KL_TAKE_RAW(r->sorted, task, n, error);
    KL_TAKE_RAW(r->inverse, task, d * d, error);
    KL_TAKE_RAW(r->factor, task, d * d, error);
    KL_TAKE_RAW(r->chosen, task, n, error);
    return KL_OK;
}

/* Mean, covariance and ln of its determinant (-inf = singular) of the chosen rows. */
static void describe(candidate *c, const room *r)
{
    size_t d = r->d;
    memset(c->mean, 0, d * sizeof *c->mean);
    for (size_t i = 0; i < r->h; i++)
        kl_axpy(1 / (double)r->h, r->rows + (size_t)r->chosen[i] * d, c->mean, d);
    for (size_t i = 0; i < r->h; i++)
        for (size_t j = 0; j < d; j++)
            r->centered[i * d + j] = r->rows[(size_t)r->chosen[i] * d + j] - c->mean[j];
    kl_gram(c->covariance, r->centered, r->h, d, NULL);
    kl_scale(c->covariance, 1 / (double)r->h, d * d);
    memcpy(r->factor, c->covariance, d * d * sizeof *r->factor);
    c->log_determinant = -INFINITY;
    if (kl_cholesky(r->factor, d, NULL) != KL_OK)
        return;
    c->log_determinant = 0;
    for (size_t j = 0; j < d; j++)
        c->log_determinant += 2 * log(r->factor[j * d + j]);
}

/* Distances of all rows by a covariance whose factor lies in the room. */
static kl_status measure(const candidate *c, const room *r, kl_error *error)
{
    size_t d = r->d;
    kl_task task = KL_TASK_INIT;
    kl_status status = isinf(c->log_determinant) ? kl_pinvh(r->inverse, NULL, NULL, c->covariance, d, &task, error)
                                                 : kl_cholesky_inverse(r->inverse, r->factor, d, error);
    kl_task_end(&task);
    KL_TRY(status);
    kl_kernels()->center_scale(r->centered, r->rows, c->mean, NULL, r->n, d);
    kl_gemm(false, false, r->n, d, d, 1, r->centered, d, r->inverse, d, 0, r->products, d);
    for (size_t i = 0; i < r->n; i++)
        r->distance[i] = kl_kernels()->dot(r->centered + i * d, r->products + i * d, d);
    return KL_OK;
}

/* The h nearest rows; of equals the first. */
static void choose_nearest(room *r)
{
    size_t count = 0;
    memcpy(r->sorted, r->distance, r->n * sizeof *r->sorted);
    double limit = kl_select(r->sorted, r->n, r->h - 1);
    for (size_t i = 0; i < r->n; i++)
        if (r->distance[i] < limit)
            r->chosen[count++] = (int64_t)i;
    for (size_t i = 0; i < r->n && count < r->h; i++)
        if (r->distance[i] == limit)
            r->chosen[count++] = (int64_t)i;
}

/* From the chosen rows: at most `steps` steps, while the determinant falls. `c` is described already. */
static kl_status concentrate(candidate *c, room *r, int steps, kl_error *error)
{
    double former = INFINITY;
    while (steps-- > 0 && c->log_determinant < former && !isinf(c->log_determinant)) {
        former = c->log_determinant;
        KL_TRY(measure(c, r, error));
        choose_nearest(r);
        describe(c, r);
    }
    return KL_OK;
}

/* The chosen rows, the factor and the distances of a candidate, in other rows than it was found in. */
static kl_status choose_by(candidate *c, room *r, kl_error *error)
{
    size_t d = r->d;
    memcpy(r->factor, c->covariance, d * d * sizeof *r->factor);
    if (kl_cholesky(r->factor, d, NULL) != KL_OK)
        c->log_determinant = -INFINITY;
    KL_TRY(measure(c, r, error));
    choose_nearest(r);
    describe(c, r);
    return KL_OK;
}

/* ---- many beginnings -------------------------------------------------------------------------------------------- */

typedef struct trials {
    const double *rows;
    size_t n, d, h;
    candidate *candidates;
    int steps;
    bool fresh;      /* from h rows by chance, else from what candidates know */
    uint64_t seed;
    uint32_t stream;
} trials;

static kl_status try_one(const trials *t, size_t i, room *r, kl_error *error)
{
    candidate *c = &t->candidates[i];
    kl_random random;
    if (t->fresh) {
        kl_random_open(&random, t->seed, t->stream, i);
        KL_TRY(kl_random_sample(&random, r->chosen, t->h, t->n, error));
        describe(c, r);
    } else {
        KL_TRY(choose_by(c, r, error));
    }
    return concentrate(c, r, t->steps, error);
}

static kl_status try_some(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    const trials *t = data;
    kl_task task = KL_TASK_INIT;
    room r;
    (void)block;
    kl_status status = make_room(&r, t->rows, t->n, t->d, t->h, &task, error);
    for (size_t i = begin; i < end && status == KL_OK; i++)
        status = try_one(t, i, &r, error);
    kl_task_end(&task);
    return status;
}

static kl_status make_candidates(candidate **out, size_t count, size_t d, kl_task *task, kl_error *error)
{
    candidate *made;
    double *numbers;
    KL_TAKE(made, task, count, error);
    KL_TAKE(numbers, task, count * d * (d + 1), error);
    for (size_t i = 0; i < count; i++)
        made[i] = (candidate){numbers + i * d * (d + 1), numbers + i * d * (d + 1) + d, 0};
    *out = made;
    return KL_OK;
}

/* The `best` of least determinant come first, in order. */
static void put_best_first(candidate *c, size_t count, size_t best)
{
    for (size_t i = 0; i < best && i < count; i++) {
        size_t least = i;
        for (size_t j = i + 1; j < count; j++)
            if (c[j].log_determinant < c[least].log_determinant)
                least = j;
        candidate kept = c[i];
        c[i] = c[least];
        c[least] = kept;
    }
}

static kl_status run(trials *t, size_t count, size_t best, kl_error *error)
{
    KL_TRY(kl_parallel_for(count, t->fresh ? 4 : 1, try_some, t, error));
    put_best_first(t->candidates, count, best);
    return KL_OK;
}

static void gather(double *out, const double *rows, const int64_t *order, size_t n, size_t d)
{
    for (size_t i = 0; i < n; i++)
        memcpy(out + i * d, rows + (size_t)order[i] * d, d * sizeof *out);
}

/* More than 500 rows: ten candidates of each of many parts, tried on up to 1500 rows; the ten best of them. */
static kl_status nested(candidate **out, const double *rows, size_t n, size_t d, size_t h, uint64_t seed, kl_task *task,
                        kl_error *error)
{
    size_t parts = n / 300, size = n / parts, per_part = KL_MAX((size_t)10, 500 / parts), kept = parts * 10;
    size_t merged = KL_MIN((size_t)1500, n);
    double share = (double)h / (double)n, *some;
    candidate *pool, *found;
    int64_t *order;
    kl_random random;
    KL_TRY(make_candidates(&pool, kept, d, task, error));
    KL_TRY(make_candidates(&found, per_part, d, task, error));
    KL_TAKE_RAW(some, task, KL_MAX(size, merged) * d, error);
    KL_TAKE_RAW(order, task, n, error);
    kl_random_open(&random, seed, 1, 0);
    KL_TRY(kl_random_sample(&random, order, n, n, error));
    for (size_t p = 0; p < parts; p++) {
        trials t = {.rows = some, .n = size, .d = d, .h = (size_t)ceil((double)size * share), .candidates = found,
                    .steps = 2, .fresh = true, .seed = seed, .stream = (uint32_t)(2 + p)};
        gather(some, rows, order + p * size, size, d);
        KL_TRY(run(&t, per_part, 10, error));
        for (size_t i = 0; i < 10; i++) {
            memcpy(pool[p * 10 + i].mean, found[i].mean, d * (d + 1) * sizeof(double));
            pool[p * 10 + i].log_determinant = found[i].log_determinant;
        }
        KL_TRY(kl_task_step(task, p + 1, parts, error));
    }
    KL_TRY(kl_random_sample(&random, order, merged, n, error));
    gather(some, rows, order, merged, d);
    trials t = {.rows = some, .n = merged, .d = d, .h = (size_t)ceil((double)merged * share), .candidates = pool,
                .steps = 30};
    KL_TRY(run(&t, kept, 10, error));
    *out = pool;
    return KL_OK;
}

/* The best candidate, on all rows; `r` has its chosen rows. */
static kl_status search(candidate *best, room *r, uint64_t seed, kl_task *task, kl_error *error)
{
    candidate *pool;
    if (r->n > 500) {
        KL_TRY(nested(&pool, r->rows, r->n, r->d, r->h, seed, task, error));
    } else {
        trials first = {.rows = r->rows, .n = r->n, .d = r->d, .h = r->h, .steps = 2, .fresh = true, .seed = seed};
        KL_TRY(make_candidates(&pool, 30, r->d, task, error));
        first.candidates = pool;
        KL_TRY(run(&first, 30, 10, error));
    }
    trials last = {.rows = r->rows, .n = r->n, .d = r->d, .h = r->h, .candidates = pool, .steps = 30};
    KL_TRY(run(&last, 10, 1, error));
    *best = pool[0];
    return choose_by(best, r, error);
}

/* Of one column: the middle of the shortest interval with h numbers. */
static kl_status search_one_column(double *out, room *r, kl_task *task, kl_error *error)
{
    size_t n = r->n, h = r->h, equal = 0;
    double shortest = INFINITY, middle = 0;
    memcpy(r->sorted, r->rows, n * sizeof *r->sorted);
    KL_TRY(kl_sort_doubles(r->sorted, n, task, error));
    for (size_t i = 0; i + h < n; i++) {
        double length = r->sorted[i + h] - r->sorted[i];
        if (length > shortest)
            continue;
        middle = length < shortest ? 0 : middle;
        equal = length < shortest ? 0 : equal;
        shortest = length;
        middle += (r->sorted[i + h] + r->sorted[i]) / 2;
        equal++;
    }
    middle = equal ? middle / (double)equal : kl_kernels()->sum(r->rows, n) / (double)n;
    for (size_t i = 0; i < n; i++)
        r->distance[i] = fabs(r->rows[i] - middle);
    choose_nearest(r);
    *out = middle;
    return KL_OK;
}

/* ---- learning --------------------------------------------------------------------------------------------------- */

/* What makes the covariance of the nearest share of normal rows that of all (Croux and Haesbroeck 1999). */
static double consistency(size_t d, double share)
{
    if (share >= 1)
        return 1;
    double q = kl_chi2_quantile(share, (double)d);
    return share / (1 - kl_chi2_tail(q, (double)d + 2));
}

static kl_status mark(kl_value *member, const int64_t *chosen, size_t h, size_t n, kl_error *error)
{
    kl_value flags;
    bool *data;
    KL_TRY(kl_flags_new(&flags, &data, n, error));
    for (size_t i = 0; i < h; i++)
        data[chosen[i]] = true;
    kl_learn(member, flags);
    return KL_OK;
}

static kl_status keep_raw(min_cov_det *self, room *r, const double *middle, kl_error *error)
{
    size_t d = r->d;
    candidate c;
    KL_TRY(kl_learn_vector(&self->raw_location_, &c.mean, d, error));
    KL_TRY(kl_learn_table(&self->raw_covariance_, &c.covariance, d, d, error));
    KL_TRY(mark(&self->raw_support_, r->chosen, r->h, r->n, error));
    describe(&c, r);
    if (middle)
        c.mean[0] = middle[0];
    if (self->assume_centered) {
        memset(c.mean, 0, d * sizeof *c.mean);
        gather(r->centered, r->rows, r->chosen, r->h, d);
        kl_gram(c.covariance, r->centered, r->h, d, NULL);
        kl_scale(c.covariance, 1 / (double)r->h, d * d);
        c.log_determinant = -INFINITY; /* there is no factor of it */
    }
    if (r->h < r->n && kl_kernels()->sum_abs(c.covariance, d * d) <= 1e-8 * (double)(d * d))
        return kl_bad_input(error, "the covariance of the rows that are most alike is 0: more than %zu rows are equal; give "
                                   "a greater support_fraction",
                            r->h);
    return measure(&c, r, error);
}

/* All rows within the 97.5 % quantile of the distances give mean and covariance. */
static kl_status reweigh(min_cov_det *self, room *r, const kl_matrix *x, kl_task *task, kl_error *error)
{
    size_t d = r->d, n = r->n, count = 0;
    double limit = kl_chi2_quantile(1 - 0.025, (double)d) * consistency(d, (double)r->h / (double)n);
    double *covariance, *distance;
    const double *precision;
    for (size_t i = 0; i < n; i++)
        if (r->distance[i] < limit)
            r->chosen[count++] = (int64_t)i;
    if (count == 0)
        return kl_bad_input(error, "no row is near the others; give a greater support_fraction");
    gather(r->products, r->rows, r->chosen, count, d);
    kl_matrix near = {.rows = count, .cols = d, .data = r->products};
    KL_TRY(mark(&self->support_, r->chosen, count, n, error));
    KL_TRY(kl_covariance_locate((kl_covariance *)self, &near, error));
    KL_TRY(kl_covariance_empirical(&covariance, (kl_covariance *)self, &near, task, error));
    kl_scale(covariance, consistency(d, 1 - 0.025), d * d);
    KL_TRY(kl_covariance_invert((kl_covariance *)self, task, error));
    KL_TRY(kl_covariance_precision(&precision, (kl_covariance *)self, task, error));
    KL_TRY(kl_learn_vector(&self->dist_, &distance, n, error));
    return kl_covariance_distances(distance, x, kl_doubles(self->location_), precision, task, error);
}

static kl_status warn_of_rank(const kl_matrix *x, kl_task *task, kl_error *error)
{
    double *square, *values;
    KL_TAKE_RAW(square, task, x->cols * x->cols, error);
    KL_TAKE_RAW(values, task, x->cols, error);
    KL_TRY(kl_scatter(square, x, NULL, task, error));
    KL_TRY(kl_eigh(values, NULL, square, x->cols, task, error));
    return values[0] > 1e-8 ? KL_OK
                            : kl_warn(error, "The covariance matrix associated to your dataset is not full rank");
}

static kl_status robust_fit(kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error)
{
    min_cov_det *self = (min_cov_det *)base;
    size_t n = in->n, d = in->d, h = KL_MIN((n + d + 2) / 2, n);
    candidate best = {0};
    double middle = 0;
    uint64_t seed;
    room r;
    if (n < 2)
        return kl_bad_input(error, "MinCovDet needs at least two rows; x has %zu", n);
    if (!kl_is_null(self->support_fraction))
        h = (size_t)(kl_as_double(self->support_fraction) * (double)n);
    if (h < 1)
        return kl_bad_parameter(error, "support_fraction", "a share of the rows that is at least one of them",
                                self->support_fraction);
    KL_TRY(warn_of_rank(in->x, task, error));
    KL_TRY(kl_estimator_seed(&seed, base, error));
    KL_TRY(make_room(&r, in->x->data, n, d, h, task, error));
    KL_TRY(d == 1 ? search_one_column(&middle, &r, task, error) : search(&best, &r, seed, task, error));
    KL_TRY(keep_raw(self, &r, d == 1 ? &middle : NULL, error));
    return reweigh(self, &r, in->x, task, error);
}

/* ---- its steps by themselves ------------------------------------------------------------------------------------ */

/* The rows that a step is about: as many as were fitted. */
static kl_status read_rows(kl_matrix *x, const min_cov_det *self, kl_value data, kl_task *task, kl_error *error)
{
    size_t n = kl_array_axis(self->dist_, 0);
    KL_TRY(kl_matrix_read(x, data, "data", 0, task, error));
    if (x->cols != (size_t)self->base.features)
        return kl_bad_dimension(error, "features", (size_t)self->base.features, x->cols);
    return x->rows == n ? KL_OK : kl_bad_dimension(error, "samples", n, x->rows);
}

static double support_share(const min_cov_det *self)
{
    size_t n = kl_array_axis(self->support_, 0), count = 0;
    for (size_t i = 0; i < n; i++)
        count += kl_flags(self->support_)[i];
    return (double)count / (double)n;
}

static kl_status correct(kl_value *out, min_cov_det *self, const kl_matrix *x, kl_task *task, kl_error *error)
{
    size_t n = x->rows, d = x->cols;
    double by = consistency(d, support_share(self)), *covariance, *distance;
    const double *raw = kl_doubles(self->raw_covariance_);
    (void)task;
    if (support_share(self) < 1 && kl_kernels()->sum_abs(raw, d * d) <= 1e-8 * (double)(d * d))
        return kl_bad_input(error, "the covariance of the rows that are most alike is 0; give a greater support_fraction");
    kl_value before = kl_value_retain(self->dist_);
    kl_status status = kl_learn_vector(&self->dist_, &distance, n, error);
    for (size_t i = 0; i < n && status == KL_OK; i++)
        distance[i] = kl_doubles(before)[i] / by;
    kl_value_release(before);
    KL_TRY(status);
    KL_TRY(kl_table_from(out, raw, d, d, error));
    covariance = kl_doubles(*out);
    kl_scale(covariance, by, d * d);
    return KL_OK;
}

static kl_status list_three(kl_value *out, kl_value location, kl_value covariance, kl_value support, kl_error *error)
{
    kl_value items[3] = {kl_value_retain(location), covariance, kl_value_retain(support)}, made = kl_null();
    kl_status status = kl_array_new(&made, 3, error);
    for (size_t i = 0; i < KL_COUNT(items); i++) {
        if (status == KL_OK)
            status = kl_array_push(&made, items[i], error);
        else
            kl_value_release(items[i]);
    }
    if (status == KL_OK)
        *out = made;
    else
        kl_value_release(made);
    return status;
}

/* The covariance that it answers with is that of the rows before it is made consistent, as scikit-learn's. */
static kl_status reweighted(kl_value *out, min_cov_det *self, const kl_matrix *x, kl_task *task, kl_error *error)
{
    size_t n = x->rows, d = x->cols;
    room r;
    kl_value plain;
    KL_TRY(make_room(&r, x->data, n, d, n, task, error));
    memcpy(r.distance, kl_doubles(self->dist_), n * sizeof *r.distance);
    KL_TRY(reweigh(self, &r, x, task, error)); /* h = n: distances are what the limit is for */
    KL_TRY(kl_table_from(&plain, kl_doubles(self->covariance_), d, d, error));
    kl_scale(kl_doubles(plain), 1 / consistency(d, 1 - 0.025), d * d);
    return list_three(out, self->location_, plain, self->support_, error);
}

typedef kl_status own_step(kl_value *out, min_cov_det *self, const kl_matrix *x, kl_task *task, kl_error *error);

/* A step on a copy of the model, which takes the place of the model when all went well. */
static kl_status take_step(kl_value *out, kl_estimator *self, kl_value data, own_step *step, kl_error *error)
{
    kl_estimator *before, *model;
    kl_task task = KL_TASK_INIT;
    kl_matrix x;
    KL_TRY(kl_estimator_need(&before, self, error));
    kl_status status = kl_estimator_begin(&model, self, error);
    if (status == KL_OK) {
        kl_estimator_copy_learned(model, before);
        status = kl_linalg_begin(error);
        if (status == KL_OK)
            status = read_rows(&x, (min_cov_det *)model, data, &task, error);
        if (status == KL_OK)
            status = step(out, (min_cov_det *)model, &x, &task, error);
        if (status == KL_OK)
            kl_estimator_set_model(self, model);
        else
            kl_object_release(&model->object);
    }
    kl_task_end(&task);
    kl_object_release(&before->object);
    return status;
}

KL_EST_METHOD(correct_covariance) { return take_step(out, (kl_estimator *)self, args[0], correct, error); }
KL_EST_METHOD(reweight_covariance) { return take_step(out, (kl_estimator *)self, args[0], reweighted, error); }

/* ---- the type --------------------------------------------------------------------------------------------------- */

static const kl_field fields[] = {
    KL_VALUE(min_cov_det, support_fraction, .kind = KL_KIND_DOUBLE, .flags = KL_OPTIONAL,
             .doc = "share of the rows that are sought as most alike, above 0, at most 1; None = (rows + columns + 1) / 2 of "
                    "them, which withstands the most outliers"),
    KL_RANDOM_STATE(min_cov_det, ),
    KL_COVARIANCE_CENTERED(min_cov_det, 0),
    KL_COVARIANCE_STORE(min_cov_det),
    KL_COVARIANCE_LEARNED(min_cov_det),
    KL_LEARNED_ARRAY(min_cov_det, raw_location_, .doc = "mean of the rows that are most alike"),
    KL_LEARNED_ARRAY(min_cov_det, raw_covariance_, .doc = "covariance of the rows that are most alike"),
    KL_LEARNED_ARRAY(min_cov_det, raw_support_, .doc = "which rows are most alike"),
    KL_LEARNED_ARRAY(min_cov_det, support_, .doc = "which rows gave location_ and covariance_"),
    KL_LEARNED_ARRAY(min_cov_det, dist_, .doc = "squared Mahalanobis distance of each row"),
};

static const kl_limit limits[] = {{"support_fraction", KL_ABOVE_UP_TO(0, 1)}};
static const kl_param step_params[] = {
    {.name = "data", .kind = KL_KIND_ANY, .flags = KL_DATA, .doc = "the rows that it was fitted to: rows x d"}};
static const kl_method methods[] = {
    KL_COVARIANCE_METHODS,
    KL_EST_ROW("correct_covariance", correct_covariance, step_params, KL_KIND_BUFFER,
               "raw_covariance_ made consistent for normal rows by the share of support_ (Rousseeuw and Van Driessen 1999); "
               "dist_ is divided by the same factor. fit() has done so already."),
    KL_EST_ROW("reweight_covariance", reweight_covariance, step_params, KL_KIND_TUPLE,
               "Mean, covariance and support of the rows whose dist_ is within the 97.5 % quantile. The model learns "
               "them, with a covariance that is consistent for normal rows. fit() has done so already."),
};

static const kl_estimator_table table = {
    .kind = KL_EST_DENSITY,
    .flags = KL_EST_Y_OPTIONAL,
    .limits = KL_TABLE(limits),
    .fit = robust_fit,
    .score = kl_covariance_score,
    .shapes = "location_ = features; covariance_ = features features; precision_ = features features | none; "
              "raw_location_ = features; raw_covariance_ = features features; raw_support_ = flag rows; "
              "support_ = flag rows; dist_ = rows",
};

const kl_type kl_min_cov_det_type = {
    .name = "MinCovDet",
    KL_ESTIMATOR(min_cov_det),
    .doc = "Mean and covariance that outliers do not move: of the rows whose covariance has the smallest determinant, found by "
           "FAST-MCD (Rousseeuw and Van Driessen 1999), then of all rows within 97.5 % of the normal distribution they "
           "show.",
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .extension = &table,
};
KL_PUBLISH(kl_min_cov_det_type);
