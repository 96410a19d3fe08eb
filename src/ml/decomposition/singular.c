/* src/ml/decomposition/singular.c - a few singular vectors of x of either form. */
#include "parts.h"

#include "../linalg.h"

#include <math.h>

/* The sides of x - mean: the longer one up. */
typedef struct tall {
    const kl_matrix *x;
    const double *mean;
    size_t high, low;
    bool turned;
} tall;

static tall stand(const kl_matrix *x, const double *mean)
{
    bool turned = x->rows < x->cols;
    return (tall){x, mean, turned ? x->cols : x->rows, turned ? x->rows : x->cols, turned};
}

static void times(const tall *t, bool back, double *out, const double *q, size_t l)
{
    kl_x_times(out, t->x, t->mean, back != t->turned, q, l);
}

/* Give left (high x k) and right (low x k) vectors, by columns every `ld`, their places. */
static void place(double *u, double *vt, const tall *t, const double *high, const double *low, size_t ld, size_t k)
{
    const double *left = t->turned ? low : high, *right = t->turned ? high : low;
    for (size_t i = 0; i < t->x->rows && u; i++)
        for (size_t c = 0; c < k; c++)
            u[i * k + c] = left[i * ld + c];
    for (size_t j = 0; j < t->x->cols; j++)
        for (size_t c = 0; c < k; c++)
            vt[c * t->x->cols + j] = right[j * ld + c];
}

static kl_status find_range(const tall *t, double *q, double *narrow, size_t l, const kl_few_singular *how,
                            kl_task *task, kl_error *error)
{
    kl_random random;
    kl_random_open(&random, how->seed, 0x5d1, 0);
    kl_random_normals(&random, narrow, t->low * l);
    times(t, false, q, narrow, l);
    for (size_t i = 0; i < how->iterations; i++) {
        KL_TRY(kl_task_poll(error));
        if (!how->plain)
            KL_TRY(kl_qr(q, t->high, l, NULL, task, error));
        times(t, true, narrow, q, l);
        if (!how->plain)
            KL_TRY(kl_qr(narrow, t->low, l, NULL, task, error));
        times(t, false, q, narrow, l);
    }
    return kl_qr(q, t->high, l, NULL, task, error);
}

kl_status kl_singular_random(double *u, double *s, double *vt, const kl_matrix *x, const double *mean,
                             const kl_few_singular *how, kl_task *task, kl_error *error)
{
    tall t = stand(x, mean);
    size_t l = KL_MIN(how->k + how->oversamples, t.low);
    double *q, *b, *left, *values, *right, *back;
    KL_TAKE_RAW(q, task, t.high * l, error);
    KL_TAKE_RAW(b, task, t.low * l, error);
    KL_TAKE_RAW(left, task, t.low * l, error);
    KL_TAKE_RAW(values, task, l, error);
    KL_TAKE_RAW(right, task, l * l, error);
    KL_TAKE_RAW(back, task, t.high * l, error);
    KL_TRY(find_range(&t, q, b, l, how, task, error));
    /* b = A'q = left values right, so A is about q right' values left'. */
    times(&t, true, b, q, l);
    KL_TRY(kl_svd(left, values, right, b, t.low, l, task, error));
    kl_gemm(false, true, t.high, l, l, 1, q, l, right, l, 0, back, l);
    memcpy(s, values, how->k * sizeof *s);
    place(u, vt, &t, back, left, l, how->k);
    kl_task_free(task, q);
    kl_task_free(task, b);
    kl_task_free(task, left);
    kl_task_free(task, values);
    kl_task_free(task, right);
    kl_task_free(task, back);
    return KL_OK;
}

typedef struct squared {
    const tall *t;
    double *middle;
} squared;

static kl_status apply_squared(void *data, const double *x, double *y, kl_error *error)
{
    const squared *s = data;
    times(s->t, false, s->middle, x, 1);
    times(s->t, true, y, s->middle, 1);
    return kl_task_poll(error);
}

kl_status kl_singular_lanczos(double *u, double *s, double *vt, const kl_matrix *x, const double *mean,
                              const kl_few_singular *how, kl_task *task, kl_error *error)
{
    tall t = stand(x, mean);
    size_t k = how->k;
    squared operator = {.t = &t};
    double *vectors, *low, *high;
    KL_TAKE_RAW(operator.middle, task, t.high, error);
    KL_TAKE_RAW(vectors, task, k * t.low, error);
    KL_TAKE_RAW(low, task, k * t.low, error);
    KL_TAKE_RAW(high, task, k * t.high, error);
    KL_TRY(kl_lanczos(s, vectors, t.low, k, true, how->tolerance, apply_squared, &operator, how->seed, task,
                      error));
    kl_transpose(low, vectors, k, t.low);
    times(&t, false, high, low, k);
    for (size_t c = 0; c < k; c++) {
        double square = 0;
        for (size_t i = 0; i < t.high; i++)
            square += high[i * k + c] * high[i * k + c];
        s[c] = sqrt(square);
        for (size_t i = 0; i < t.high && s[c] > 0; i++)
            high[i * k + c] /= s[c];
    }
    place(u, vt, &t, high, low, k, k);
    kl_task_free(task, operator.middle);
    kl_task_free(task, vectors);
    kl_task_free(task, low);
    kl_task_free(task, high);
    return KL_OK;
}
