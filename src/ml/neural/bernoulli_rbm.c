/* src/ml/neural/bernoulli_rbm.c - BernoulliRBM: hidden units that explain visible ones.
 *
 * A restricted Boltzmann machine with binary units, learned by persistent contrastive divergence (Tieleman 2008): the
 * chain of the model goes on from batch to batch.
 */
#include "../estimator_parts.h"
#include "../kernels.h"
#include "../linalg.h"

#include <math.h>

typedef struct rbm {
    kl_estimator base;
    int64_t n_components, batch_size, n_iter;
    double learning_rate;
    bool verbose;
    kl_value random_state;
    kl_value components_, intercept_hidden_, intercept_visible_, h_samples_;
    int64_t n_features_out_, seed, draws; /* the two: where the random numbers stand */
} rbm;

enum { STREAM_BEGIN = 0x21, STREAM_CHAIN = 0x22, STREAM_SCORE = 0x23, STREAM_GIBBS = 0x24 };

/* ---- units --------------------------------------------------------------------------------------- */

/* Probability that each hidden unit is on: rows x components. */
static void mean_hiddens(double *out, const rbm *self, const double *v, size_t rows)
{
    size_t k = (size_t)self->n_components, d = (size_t)self->base.features;
    for (size_t i = 0; i < rows; i++)
        memcpy(out + i * k, kl_doubles(self->intercept_hidden_), k * sizeof *out);
    kl_gemm(false, true, rows, k, d, 1, v, d, kl_doubles(self->components_), d, 1, out, k);
    kl_kernels()->sigmoid(out, out, rows * k);
}

static void sample(double *p, size_t n, kl_random *random)
{
    for (size_t i = 0; i < n; i++)
        p[i] = kl_random_double(random) < p[i];
}

/* Visible units drawn for hidden ones: rows x columns. */
static void sample_visibles(double *out, const rbm *self, const double *h, size_t rows, kl_random *random)
{
    size_t k = (size_t)self->n_components, d = (size_t)self->base.features;
    for (size_t i = 0; i < rows; i++)
        memcpy(out + i * d, kl_doubles(self->intercept_visible_), d * sizeof *out);
    kl_gemm(false, false, rows, d, k, 1, h, k, kl_doubles(self->components_), d, 1, out, d);
    kl_kernels()->sigmoid(out, out, rows * d);
    sample(out, rows * d, random);
}

/* ---- learning ------------------------------------------------------------------------------------ */

typedef struct room {
    double *h_positive, *h_negative, *v_negative;
} room;

static void add_column_sums(double *to, double factor, const double *x, size_t rows, size_t cols)
{
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < cols; j++)
            to[j] += factor * x[i * cols + j];
}

/* One step on `rows` rows, the chain having as many or more. */
static void learn_batch(rbm *self, const double *v, size_t rows, size_t chain, const room *r)
{
    size_t k = (size_t)self->n_components, d = (size_t)self->base.features;
    double rate = self->learning_rate / (double)rows, *w = kl_doubles(self->components_);
    double *h = kl_doubles(self->h_samples_);
    kl_random random;
    kl_random_open(&random, (uint64_t)self->seed, STREAM_CHAIN, (uint64_t)self->draws++);
    mean_hiddens(r->h_positive, self, v, rows);
    sample_visibles(r->v_negative, self, h, chain, &random);
    mean_hiddens(r->h_negative, self, r->v_negative, chain);
    kl_gemm(true, false, k, d, rows, rate, r->h_positive, k, v, d, 1, w, d);
    kl_gemm(true, false, k, d, chain, -rate, r->h_negative, k, r->v_negative, d, 1, w, d);
    add_column_sums(kl_doubles(self->intercept_hidden_), rate, r->h_positive, rows, k);
    add_column_sums(kl_doubles(self->intercept_hidden_), -rate, r->h_negative, chain, k);
    add_column_sums(kl_doubles(self->intercept_visible_), rate, v, rows, d);
    add_column_sums(kl_doubles(self->intercept_visible_), -rate, r->v_negative, chain, d);
    sample(r->h_negative, chain * k, &random);
    memcpy(h, r->h_negative, chain * k * sizeof *h);
}

static kl_status begin(rbm *self, size_t chain, kl_error *error)
{
    size_t k = (size_t)self->n_components, d = (size_t)self->base.features;
    kl_value value;
    double *w;
    uint64_t seed;
    kl_random random;
    KL_TRY(kl_estimator_seed(&seed, &self->base, error));
    self->seed = (int64_t)(seed & INT64_MAX);
    KL_TRY(kl_table_new(&value, &w, k, d, error));
    kl_learn(&self->components_, value);
    kl_random_open(&random, (uint64_t)self->seed, STREAM_BEGIN, 0);
    kl_random_normals(&random, w, k * d);
    kl_scale(w, 0.01, k * d);
    KL_TRY(kl_vector_new(&value, NULL, k, error));
    kl_learn(&self->intercept_hidden_, value);
    KL_TRY(kl_vector_new(&value, NULL, d, error));
    kl_learn(&self->intercept_visible_, value);
    KL_TRY(kl_table_new(&value, NULL, chain, k, error));
    kl_learn(&self->h_samples_, value);
    self->n_features_out_ = (int64_t)k;
    return KL_OK;
}

static kl_status make_room(room *r, const rbm *self, size_t rows, kl_task *task, kl_error *error)
{
    size_t k = (size_t)self->n_components, d = (size_t)self->base.features;
    KL_TAKE_RAW(r->h_positive, task, rows * k, error);
    KL_TAKE_RAW(r->h_negative, task, rows * k, error);
    KL_TAKE_RAW(r->v_negative, task, rows * d, error);
    return KL_OK;
}

static kl_status check_range(const kl_fit *in, kl_error *error)
{
    for (size_t i = 0; i < in->n * in->d; i++)
        if (in->x->data[i] < 0 || in->x->data[i] > 1)
            return kl_warn(error, "BernoulliRBM expects numbers from 0 to 1; row %zu, column %zu is %.15g", i / in->d,
                           i % in->d, in->x->data[i]);
    return KL_OK;
}

static kl_status rbm_fit(kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error)
{
    rbm *self = (rbm *)base;
    room r;
    size_t chain = (size_t)self->batch_size, batches = (in->n + chain - 1) / chain;
    KL_TRY(check_range(in, error));
    KL_TRY(begin(self, chain, error));
    KL_TRY(make_room(&r, self, chain, task, error));
    for (int64_t epoch = 0; epoch < self->n_iter; epoch++) {
        for (size_t b = 0; b < batches; b++) {
            size_t at = b * chain;
            learn_batch(self, kl_row(in->x, at), KL_MIN(chain, in->n - at), chain, &r);
        }
        KL_TRY(kl_task_step(task, (size_t)epoch + 1, (size_t)self->n_iter, error));
    }
    return KL_OK;
}

static kl_status rbm_more(kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error)
{
    rbm *self = (rbm *)base;
    room r;
    if (kl_is_null(self->components_))
        KL_TRY(begin(self, in->n, error));
    KL_TRY(kl_learn_own(&self->components_, error));
    KL_TRY(kl_learn_own(&self->intercept_hidden_, error));
    KL_TRY(kl_learn_own(&self->intercept_visible_, error));
    KL_TRY(kl_learn_own(&self->h_samples_, error));
    size_t chain = kl_array_axis(self->h_samples_, 0);
    KL_TRY(make_room(&r, self, KL_MAX(chain, in->n), task, error));
    learn_batch(self, in->x->data, in->n, chain, &r);
    return KL_OK;
}

/* ---- answering ----------------------------------------------------------------------------------- */

static kl_status rbm_transform(kl_value *out, const kl_estimator *base, const kl_matrix *x, kl_task *task,
                               kl_error *error)
{
    const rbm *self = (const rbm *)base;
    double *h;
    (void)task;
    KL_TRY(kl_table_new(out, &h, x->rows, (size_t)self->n_components, error));
    mean_hiddens(h, self, x->data, x->rows);
    return KL_OK;
}

/* Minus the free energy of each row: v.b + sum of ln(1 + e^(W v + c)). */
static kl_status free_energy(double *out, const rbm *self, const double *v, size_t rows, kl_task *task,
                             kl_error *error)
{
    size_t k = (size_t)self->n_components, d = (size_t)self->base.features;
    double *h;
    KL_TAKE_RAW(h, task, rows * k + 1, error);
    for (size_t i = 0; i < rows; i++)
        memcpy(h + i * k, kl_doubles(self->intercept_hidden_), k * sizeof *h);
    kl_gemm(false, true, rows, k, d, 1, v, d, kl_doubles(self->components_), d, 1, h, k);
    kl_kernels()->log1pexp(h, h, rows * k);
    for (size_t i = 0; i < rows; i++)
        out[i] = -kl_dot(v + i * d, kl_doubles(self->intercept_visible_), d) -
                 kl_kernels()->sum(h + i * k, k);
    return KL_OK;
}

/* The pseudo-likelihood: of one column of each row, drawn at random, given the others, times the columns. */
static kl_status rbm_score_samples(kl_value *out, const kl_estimator *base, const kl_matrix *x,
                                   kl_task *task, kl_error *error)
{
    const rbm *self = (const rbm *)base;
    double *score, *turned, *energy;
    kl_random random;
    KL_TAKE_RAW(turned, task, x->rows * x->cols + 1, error);
    KL_TAKE_RAW(energy, task, 2 * x->rows + 1, error);
    kl_random_open(&random, (uint64_t)self->seed, STREAM_SCORE, 0);
    for (size_t i = 0; i < x->rows * x->cols; i++)
        turned[i] = x->data[i];
    for (size_t i = 0; i < x->rows; i++) {
        double *flip = &turned[i * x->cols + kl_random_below(&random, x->cols)];
        *flip = 1 - *flip;
    }
    KL_TRY(free_energy(energy, self, x->data, x->rows, task, error));
    KL_TRY(free_energy(energy + x->rows, self, turned, x->rows, task, error));
    KL_TRY(kl_vector_new(out, &score, x->rows, error));
    for (size_t i = 0; i < x->rows; i++) {
        double gap = energy[x->rows + i] - energy[i];
        score[i] = -(double)x->cols * (gap > 0 ? log1p(exp(-gap)) : -gap + log1p(exp(gap)));
    }
    return KL_OK;
}

static kl_status gibbs_step(kl_value *out, const kl_estimator *base, const kl_matrix *x, kl_task *task,
                            kl_error *error)
{
    const rbm *self = (const rbm *)base;
    double *h, *v;
    kl_random random;
    KL_TAKE_RAW(h, task, x->rows * (size_t)self->n_components + 1, error);
    KL_TRY(kl_table_new(out, &v, x->rows, x->cols, error));
    kl_random_open(&random, (uint64_t)self->seed, STREAM_GIBBS, 0);
    mean_hiddens(h, self, x->data, x->rows);
    sample(h, x->rows * (size_t)self->n_components, &random);
    sample_visibles(v, self, h, x->rows, &random);
    return KL_OK;
}

static kl_status gibbs(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    return kl_estimator_ask(out, (const kl_estimator *)self, args[0], gibbs_step, error);
}

static size_t rbm_width(const kl_estimator *self) { return (size_t)((const rbm *)self)->n_components; }

/* ---- the type ------------------------------------------------------------------------------------ */

static const kl_field fields[] = {
    KL_INT(rbm, n_components, 256, .doc = "hidden units; >= 1"),
    KL_DOUBLE(rbm, learning_rate, 0.1, .doc = "length of a step; > 0"),
    KL_INT(rbm, batch_size, 10, .doc = "rows of a batch; >= 1"),
    KL_INT(rbm, n_iter, 10, .doc = "passes over the rows; >= 0"),
    KL_RANDOM_STATE(rbm, ),
    KL_BOOL(rbm, verbose, false, .flags = KL_KEYWORD_ONLY, .doc = "whether progress is printed"),
    KL_LEARNED_ARRAY(rbm, components_, .doc = "weights between hidden and visible units: n_components x columns"),
    KL_LEARNED_ARRAY(rbm, intercept_hidden_, .doc = "offsets of the hidden units"),
    KL_LEARNED_ARRAY(rbm, intercept_visible_, .doc = "offsets of the visible units"),
    KL_LEARNED_ARRAY(rbm, h_samples_, .doc = "hidden units of the chain: rows of a batch x n_components"),
    KL_KEPT_INT(rbm, n_features_out_, .doc = "hidden units"),
    KL_KEPT_INT(rbm, seed, .doc = "of its random numbers"),
    KL_KEPT_INT(rbm, draws, .doc = "batches learned from"),
};

static const kl_limit limits[] = {{"n_components", KL_AT_LEAST(1)}, {"learning_rate", KL_ABOVE(0)},
                                  {"batch_size", KL_AT_LEAST(1)}, {"n_iter", KL_AT_LEAST(0)}};

static const kl_method methods[] = {
    KL_EST_TRANSFORMS, KL_EST_PARTIAL_FIT_X, KL_EST_SCORE_SAMPLES, KL_EST_NAMES_OUT,
    KL_EST_ROW("gibbs", gibbs, kl_est_x, KL_KIND_BUFFER,
               "Visible units after one step of the chain from the rows of x."),
};

static const kl_estimator_table table = {
    .kind = KL_EST_TRANSFORMER,
    .limits = KL_TABLE(limits),
    .fit = rbm_fit,
    .partial_fit = rbm_more,
    .transform = rbm_transform,
    .score_samples = rbm_score_samples,
    .width = rbm_width,
    .shapes = "n_features_out_ = equal n_components; components_ = n_components features; "
              "intercept_hidden_ = n_components; intercept_visible_ = features; h_samples_ = * n_components",
};

const kl_type kl_bernoulli_rbm_type = {
    .name = "BernoulliRBM",
    KL_ESTIMATOR(rbm),
    .doc = "A restricted Boltzmann machine: binary hidden units that explain visible ones, numbers from 0 to 1. Learned by "
           "persistent contrastive divergence (Tieleman 2008); transform() gives the probability that each hidden unit is on.",
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .extension = &table,
};
KL_PUBLISH(kl_bernoulli_rbm_type);
