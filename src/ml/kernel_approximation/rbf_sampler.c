/* src/ml/kernel_approximation/rbf_sampler.c - RBFSampler: random Fourier features. */
#include "../estimator.h"
#include "../kernels.h"
#include "../linalg.h"
#include "parallel.h"

#include <math.h>

typedef struct rbf_sampler {
    kl_estimator base;
    kl_value gamma, random_state;
    int64_t n_components;
    kl_value random_weights_, random_offset_;
} rbf_sampler;

static kl_status read_gamma(double *out, const rbf_sampler *self, const kl_fit *in, kl_error *error)
{
    const kl_kernel_table *k = kl_kernels();
    *out = kl_as_double(self->gamma);
    if (kl_word_is(self->gamma, "scale")) {
        double count = (double)in->n * (double)in->d, squares = 0;
        double mean = k->sum(in->x->data, in->n * in->d) / count;
        for (size_t i = 0; i < in->n * in->d; i++)
            squares += (in->x->data[i] - mean) * (in->x->data[i] - mean);
        *out = squares > 0 ? 1 / ((double)in->d * (squares / count)) : 1;
        return KL_OK;
    }
    if (!kl_is_number(self->gamma) || !isfinite(*out))
        return kl_bad_parameter(error, "gamma", "a number >= 0 or 'scale'", self->gamma);
    return KL_OK;
}

static kl_status fit(kl_estimator *estimator, const kl_fit *in, kl_task *task, kl_error *error)
{
    rbf_sampler *self = (rbf_sampler *)estimator;
    size_t m = (size_t)self->n_components, d = in->d;
    double gamma, *weights, *offset;
    uint64_t seed;
    kl_random random;
    (void)task;
    KL_TRY(read_gamma(&gamma, self, in, error));
    KL_TRY(kl_estimator_seed(&seed, estimator, error));
    KL_TRY(kl_table_new(&self->random_weights_, &weights, d, m, error));
    KL_TRY(kl_vector_new(&self->random_offset_, &offset, m, error));
    kl_random_open(&random, seed, 0, 0);
    kl_random_normals(&random, weights, d * m);
    kl_scale(weights, sqrt(2 * gamma), d * m);
    kl_random_doubles(&random, offset, m);
    kl_scale(offset, 2 * M_PI, m);
    return KL_OK;
}

typedef struct transforming {
    const rbf_sampler *self;
    const kl_matrix *x;
    double *out;
    size_t m;
} transforming;

static kl_status transform_block(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    const transforming *t = data;
    double *out = t->out + begin * t->m;
    size_t count = (end - begin) * t->m;
    (void)block, (void)error;
    for (size_t i = begin; i < end; i++)
        memcpy(t->out + i * t->m, kl_doubles(t->self->random_offset_), t->m * sizeof *out);
    kl_gemm(false, false, end - begin, t->m, t->x->cols, 1, kl_row(t->x, begin), t->x->cols,
            kl_doubles(t->self->random_weights_), t->m, 1, out, t->m);
    kl_kernels()->cos(out, out, count);
    kl_scale(out, sqrt(2 / (double)t->m), count);
    return KL_OK;
}

static kl_status transform(kl_value *out, const kl_estimator *estimator, const kl_matrix *x,
                           kl_task *task, kl_error *error)
{
    const rbf_sampler *self = (const rbf_sampler *)estimator;
    transforming t = {.self = self, .x = x, .m = kl_array_axis(self->random_offset_, 0)};
    kl_value made;
    (void)task;
    KL_TRY(kl_table_new(&made, &t.out, x->rows, t.m, error));
    size_t grain = ((size_t)1 << 18) / (t.m * (x->cols + 16)) + 16;
    kl_status status = kl_parallel_for(x->rows, grain, transform_block, &t, error);
    if (status == KL_OK)
        *out = made;
    else
        kl_value_release(made);
    return status;
}

static size_t width(const kl_estimator *self)
{
    return kl_array_axis(((const rbf_sampler *)self)->random_offset_, 0);
}

static const kl_field fields[] = {
    KL_VALUE(rbf_sampler, gamma, .kind = KL_KIND_ANY, .fallback = "1.0",
             .doc = "of the kernel exp(-gamma |x - y|^2): a number >= 0; 'scale' = 1 / (features * variance "
                    "of x)"),
    KL_INT(rbf_sampler, n_components, 100, .doc = "columns of transform(); >= 1"),
    KL_RANDOM_STATE(rbf_sampler, ),
    KL_LEARNED_ARRAY(rbf_sampler, random_weights_, .doc = "random frequencies: features x components"),
    KL_LEARNED_ARRAY(rbf_sampler, random_offset_, .doc = "random phases, in [0, 2 pi)"),
};
static const kl_limit limits[] = {{"gamma", KL_AT_LEAST(0)}, {"n_components", KL_AT_LEAST(1)}};
static const kl_method methods[] = {KL_EST_TRANSFORMS, KL_EST_NAMES_OUT};
static const kl_estimator_table table = {
    .kind = KL_EST_TRANSFORMER, .flags = KL_EST_Y_OPTIONAL | KL_EST_NOT_DETERMINISTIC,
    .limits = KL_TABLE(limits), .fit = fit, .transform = transform, .width = width,
    .shapes = "random_weights_ = features k; random_offset_ = k",
};
static const kl_type kl_rbf_sampler_type = {
    .name = "RBFSampler", KL_ESTIMATOR(rbf_sampler),
    .doc = "Features whose products are about those of the kernel exp(-gamma |x - y|^2): sqrt(2 / m) cos(x'w + b) "
           "with random w and b (Rahimi, Recht: Random features for large-scale kernel machines, NIPS 2007). x: "
           "rows x features.",
    .fields = KL_TABLE(fields), .methods = KL_TABLE(methods), .extension = &table};
KL_PUBLISH(kl_rbf_sampler_type);
