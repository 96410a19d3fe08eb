/* src/ml/svm/svc_fit.c - fits of SVC and NuSVC: one problem for each pair of classes. */
#include "svc.h"

#include "../classes.h"
#include "../linalg.h"
#include "parallel.h"
#include "platt.h"

/* All pairs of a fit. Samples stand class by class: `order` leads to their rows. */
typedef struct pairs {
    svm *self;
    svm_data data;
    bool is_nu;
    size_t rows, n, classes, count; /* rows: of x; n: of these the ones that weigh */
    size_t *order, *starts;   /* starts: classes + 1 */
    double *cost;             /* of each sample: C times its weights, or its weight */
    double *duals;            /* (classes - 1) x n; see svc.h */
    double *rho, *a, *b;      /* of each pair */
    int64_t *steps;
    bool *converged;
    uint64_t seed;
    kl_task *task;            /* NULL when pairs run in parallel */
} pairs;

/* Samples of two classes, the first ones positive. */
typedef struct sample_set {
    size_t n;
    size_t *at;
    bool *positive;
    double *cost, *b;
} sample_set;

/* ---- one problem -------------------------------------------------------------------------------------- */

/* C: what a sample of the first class counts is in [0, cost], of the second in [-cost, 0]. */
static void set_bounds(kl_smo *smo, const sample_set *s, double *low, double *high, double *linear)
{
    for (size_t i = 0; i < s->n; i++) {
        *(s->positive[i] ? &high[i] : &low[i]) = s->positive[i] ? s->cost[i] : -s->cost[i];
        linear[i] = s->positive[i] ? -1 : 1;
    }
    smo->low = low, smo->high = high, smo->linear = linear;
}

/* nu: two sides, whose sums both are nu / 2 of all costs, filled from the first sample on. */
static kl_status set_sides(kl_smo *smo, const sample_set *s, double nu, double *low, double *high,
                           double *b, kl_error *error)
{
    double share = 0;
    for (size_t i = 0; i < s->n; i++)
        share += nu * s->cost[i] / 2;
    double left[] = {share, share};
    for (size_t i = 0; i < s->n; i++) {
        size_t side = s->positive[i] ? 0 : s->n;
        double part = KL_MIN(left[!s->positive[i]], s->cost[i]);
        left[!s->positive[i]] -= part;
        *(side ? &low[side + i] : &high[i]) = side ? -s->cost[i] : s->cost[i];
        b[side + i] = side ? -part : part;
    }
    smo->sides = 2;
    smo->low = low, smo->high = high;
    if (left[0] > share * 1e-12 || left[1] > share * 1e-12)
        return kl_bad_parameter(error, "nu", "at most twice the share of the smaller class of each pair "
                                             "of classes",
                                kl_double(nu));
    return KL_OK;
}

/* Duals into s->b. */
static kl_status solve(kl_smo *smo, const pairs *p, const sample_set *s, kl_error *error)
{
    size_t n = s->n;
    kl_status status;
    double *memory = kl_alloc_zero(n + 1, 7 * sizeof *memory);
    *smo = kl_svm_problem(&p->data, n);
    smo->source.at = s->at;
    KL_TRY_OUT(memory ? KL_OK : kl_error_no_memory(error));
    smo->b = memory;
    if (p->is_nu)
        KL_TRY_OUT(set_sides(smo, s, p->self->nu, memory + 2 * n, memory + 4 * n, memory, error));
    else
        set_bounds(smo, s, memory + 2 * n, memory + 4 * n, memory + 6 * n);
    KL_TRY_OUT(kl_smo_solve(smo, p->task, error));
    for (size_t i = 0; i < n; i++)
        s->b[i] = p->is_nu ? (memory[i] + memory[n + i]) / smo->radius : memory[i];
    if (p->is_nu)
        smo->rho /= smo->radius;
out:
    kl_free(memory);
    return status;
}

/* ---- probabilities -------------------------------------------------------------------------------------- */

enum { FOLDS = 5 };

typedef struct trial {
    const pairs *pairs;
    const sample_set *all;
    kl_smo_rows rows;  /* of all samples */
    int64_t *shuffled;
    size_t *part, *held; /* numbers within the pair: learned from, held out */
    double *b, *values;  /* n each */
    sample_set some;
} trial;

/* What libsvm says where one of the classes is missing: that it is the other one. */
static kl_status judge_fold(const trial *t, size_t held, kl_error *error)
{
    const sample_set *s = &t->some;
    bool has_first = false, has_second = false;
    for (size_t i = 0; i < s->n; i++)
        *(s->positive[i] ? &has_first : &has_second) = true;
    double *g = t->b + t->all->n;
    kl_smo smo = {.rho = has_first ? -1 : has_second ? 1 : 0};
    memset(t->b, 0, t->all->n * sizeof *t->b);
    if (has_first && has_second) {
        KL_TRY(solve(&smo, t->pairs, s, error));
        for (size_t i = 0; i < s->n; i++)
            t->b[t->part[i]] = s->b[i];
    }
    for (size_t i = 0; i < held; i++)
        g[i] = -smo.rho;
    KL_TRY(kl_smo_rows_add(g, &t->rows, t->held, held, t->b, error));
    for (size_t i = 0; i < held; i++)
        t->values[t->held[i]] = g[i];
    return KL_OK;
}

static kl_status try_fold(trial *t, size_t fold, kl_error *error)
{
    const sample_set *all = t->all;
    size_t begin = fold * all->n / FOLDS, end = (fold + 1) * all->n / FOLDS, held = 0;
    t->some.n = 0;
    for (size_t k = 0; k < all->n; k++) {
        size_t i = (size_t)t->shuffled[k];
        if (k >= begin && k < end) {
            t->held[held++] = i;
            continue;
        }
        size_t to = t->some.n++;
        t->part[to] = i;
        t->some.at[to] = all->at[i];
        t->some.positive[to] = all->positive[i];
        t->some.cost[to] = all->cost[i];
    }
    return judge_fold(t, held, error);
}

/* Decision values of samples by machines that have not seen them, and a sigmoid of these. */
static kl_status fit_sigmoid(pairs *p, const sample_set *all, size_t pair, kl_error *error)
{
    trial t = {.pairs = p, .all = all};
    kl_smo_source source = p->data.source;
    kl_random random;
    kl_status status;
    size_t n = all->n;
    double *numbers = kl_alloc_zero(n + 1, 5 * sizeof *numbers);
    size_t *sizes = kl_alloc_zero(n + 1, 3 * sizeof *sizes);
    source.kernel = &p->data.kernel;
    source.at = all->at;
    t.shuffled = kl_alloc_zero(n + 1, sizeof *t.shuffled);
    t.some.positive = kl_alloc_zero(n + 1, sizeof *t.some.positive);
    KL_TRY_OUT(kl_smo_rows_open(&t.rows, &source, n, 0, error));
    KL_TRY_OUT(numbers && sizes && t.shuffled && t.some.positive ? KL_OK
                                                                 : kl_error_no_memory(error));
    t.b = numbers, t.values = numbers + 2 * n, t.some.cost = numbers + 3 * n;
    t.some.b = numbers + 4 * n;
    t.part = sizes, t.held = sizes + n, t.some.at = sizes + 2 * n;
    kl_random_open(&random, p->seed, 1, pair);
    for (size_t i = 0; i < n; i++)
        t.shuffled[i] = (int64_t)i;
    kl_random_shuffle(&random, t.shuffled, n);
    for (size_t fold = 0; fold < FOLDS; fold++)
        KL_TRY_OUT(try_fold(&t, fold, error));
    kl_platt_fit(&p->a[pair], &p->b[pair], t.values, all->positive, NULL, n, numbers);
out:
    kl_smo_rows_end(&t.rows);
    kl_free(t.shuffled);
    kl_free(t.some.positive);
    kl_free(numbers);
    kl_free(sizes);
    return status;
}

/* ---- a pair ------------------------------------------------------------------------------------------- */

static void gather(sample_set *s, const pairs *p, size_t class, bool positive)
{
    for (size_t k = p->starts[class]; k < p->starts[class + 1]; k++) {
        s->at[s->n] = p->order[k];
        s->positive[s->n] = positive;
        s->cost[s->n++] = p->cost[k];
    }
}

static kl_status fit_pair(pairs *p, size_t pair, kl_error *error)
{
    size_t i, j;
    svc_pair(&i, &j, pair, p->classes);
    size_t first = p->starts[i + 1] - p->starts[i];
    size_t n = first + p->starts[j + 1] - p->starts[j];
    double *numbers = kl_alloc_zero(n + 1, 2 * sizeof *numbers);
    sample_set s = {.at = kl_alloc_zero(n + 1, sizeof *s.at),
                    .positive = kl_alloc_zero(n + 1, sizeof *s.positive)};
    kl_smo smo;
    kl_status status;
    KL_TRY_OUT(numbers && s.at && s.positive ? KL_OK : kl_error_no_memory(error));
    s.cost = numbers, s.b = numbers + n;
    gather(&s, p, i, true);
    gather(&s, p, j, false);
    KL_TRY_OUT(solve(&smo, p, &s, error));
    p->rho[pair] = smo.rho;
    p->steps[pair] = smo.iterations;
    p->converged[pair] = smo.converged;
    memcpy(p->duals + (j - 1) * p->n + p->starts[i], s.b, first * sizeof *s.b);
    memcpy(p->duals + i * p->n + p->starts[j], s.b + first, (n - first) * sizeof *s.b);
    if (p->self->probability)
        KL_TRY_OUT(fit_sigmoid(p, &s, pair, error));
out:
    kl_free(numbers);
    kl_free(s.at);
    kl_free(s.positive);
    return status;
}

static kl_status fit_block(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    (void)block;
    for (size_t pair = begin; pair < end; pair++)
        KL_TRY(fit_pair(data, pair, error));
    return KL_OK;
}

static kl_status fit_all(pairs *p, kl_task *task, kl_error *error)
{
    p->task = task;
    if (p->count == 1)
        return fit_pair(p, 0, error);
    KL_TRY(kl_svm_fill_table(&p->data, p->rows, task, error));
    p->task = NULL;
    p->data.room /= kl_parallel_threads();
    size_t each = p->n / p->classes * p->n / p->classes + 1;
    return kl_parallel_for(p->count, KL_MAX(((size_t)1 << 14) / each, 1), fit_block, p, error);
}

/* ---- what is kept ------------------------------------------------------------------------------------- */

static kl_status keep_coefficients(svm *self, const pairs *p, size_t d, kl_error *error)
{
    const double *duals = kl_doubles(self->dual_coef_), *x = kl_doubles(self->support_vectors_);
    const int64_t *counts = kl_indices(self->n_support_);
    size_t vectors = kl_array_axis(self->dual_coef_, 1);
    double *out;
    KL_TRY(kl_table_new(&self->coef_, &out, p->count, d, error));
    for (size_t pair = 0; pair < p->count; pair++) {
        size_t i, j, at = 0;
        svc_pair(&i, &j, pair, p->classes);
        for (size_t c = 0; c < p->classes; at += (size_t)counts[c++])
            for (size_t v = at; v < at + (size_t)counts[c] && (c == i || c == j); v++)
                kl_axpy(duals[(c == i ? j - 1 : i) * vectors + v], x + v * d, out + pair * d, d);
    }
    return KL_OK;
}

static kl_status keep_support(svm *self, const pairs *p, const kl_fit *in, kl_task *task,
                              kl_error *error)
{
    int64_t *support, *counts;
    size_t *used, count = 0;
    double *duals;
    KL_TAKE_RAW(support, task, p->n, error);
    KL_TAKE_RAW(used, task, p->n, error);
    KL_TRY(kl_indices_new(&self->n_support_, &counts, p->classes, error));
    for (size_t c = 0; c < p->classes; c++)
        for (size_t k = p->starts[c]; k < p->starts[c + 1]; k++) {
            bool is_used = false;
            for (size_t r = 0; r + 1 < p->classes; r++)
                is_used |= p->duals[r * p->n + k] != 0;
            if (!is_used)
                continue;
            counts[c]++;
            used[count] = k;
            support[count++] = (int64_t)p->order[k];
        }
    KL_TRY(kl_svm_keep(self, in, support, count, error));
    KL_TRY(kl_table_new(&self->dual_coef_, &duals, p->classes - 1, count, error));
    double sign = p->classes == 2 ? -1 : 1;
    for (size_t r = 0; r + 1 < p->classes; r++)
        for (size_t v = 0; v < count; v++)
            duals[r * count + v] = sign * p->duals[r * p->n + used[v]];
    return KL_OK;
}

static kl_status keep(svm *self, const pairs *p, const kl_fit *in, kl_task *task, kl_error *error)
{
    double *intercept;
    bool converged = true;
    KL_TRY(keep_support(self, p, in, task, error));
    KL_TRY(kl_vector_new(&self->intercept_, &intercept, p->count, error));
    for (size_t pair = 0; pair < p->count; pair++) {
        intercept[pair] = p->classes == 2 ? p->rho[pair] : -p->rho[pair];
        converged &= p->converged[pair];
    }
    KL_TRY(kl_indices_from(&self->n_iter_, p->steps, p->count, error));
    KL_TRY(kl_vector_from(&self->probA_, p->a, self->probability ? p->count : 0, error));
    KL_TRY(kl_vector_from(&self->probB_, p->b, self->probability ? p->count : 0, error));
    if (kl_word_is(self->kernel, "linear"))
        KL_TRY(keep_coefficients(self, p, in->d, error));
    return kl_svm_finish(self, converged, error);
}

/* ---- the whole ---------------------------------------------------------------------------------------- */

/* Rows that weigh more than 0, class by class. */
static kl_status take_samples(pairs *p, const kl_fit *in, const double *class_weights, kl_task *task,
                              kl_error *error)
{
    size_t to = 0;
    KL_TAKE_RAW(p->order, task, in->n, error);
    KL_TAKE_RAW(p->starts, task, in->classes + 1, error);
    KL_TAKE_RAW(p->cost, task, in->n, error);
    kl_class_order(p->order, p->starts, in->codes, in->n, in->classes);
    for (size_t c = 0; c < in->classes; c++) {
        size_t begin = p->starts[c], end = p->starts[c + 1];
        p->starts[c] = to;
        for (size_t k = begin; k < end; k++) {
            size_t row = p->order[k];
            double weight = in->weights ? in->weights[row] : 1;
            double cost = p->is_nu ? weight : p->self->c * class_weights[c] * weight;
            if (cost > 0) {
                p->cost[to] = cost;
                p->order[to++] = row;
            }
        }
        if (p->starts[c] == to)
            return kl_bad_input(error, "sample_weight: class %zu of %zu has no row that weighs more "
                                       "than 0",
                                c + 1, in->classes);
    }
    p->starts[in->classes] = p->n = to;
    return KL_OK;
}

kl_status kl_svc_fit(svm *self, const kl_fit *in, bool is_nu, kl_task *task, kl_error *error)
{
    double *class_weights;
    pairs p = {.self = self, .is_nu = is_nu, .rows = in->n, .classes = in->classes,
               .count = in->classes * (in->classes - 1) / 2};
    KL_TRY(kl_svm_begin(&p.data, self, in, task, error));
    KL_TRY(kl_class_weights(&class_weights, self->class_weight, self->base.classes, in, NULL, task,
                            error));
    KL_TRY(kl_vector_from(&self->class_weight_, class_weights, in->classes, error));
    KL_TRY(take_samples(&p, in, class_weights, task, error));
    if (self->probability)
        KL_TRY(kl_estimator_seed(&p.seed, &self->base, error));
    KL_TAKE(p.duals, task, (p.classes - 1) * p.n, error);
    KL_TAKE(p.rho, task, 3 * p.count, error);
    p.a = p.rho + p.count, p.b = p.rho + 2 * p.count;
    KL_TAKE(p.steps, task, p.count, error);
    KL_TAKE(p.converged, task, p.count, error);
    KL_TRY(fit_all(&p, task, error));
    return keep(self, &p, in, task, error);
}
