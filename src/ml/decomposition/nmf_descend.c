/* src/ml/decomposition/nmf_descend.c - a beginning for w and h; coordinate descent. */
#include "nmf.h"

#include "../kernels.h"
#include "../linalg.h"
#include "parallel.h"

#include <math.h>

double kl_nmf_mean(const kl_matrix *x)
{
    bool sparse = kl_is_sparse(x);
    double sum = kl_kernels()->sum(sparse ? x->values : x->data,
                                   sparse ? (size_t)x->indptr[x->rows] : x->rows * x->cols);
    return sum / ((double)x->rows * (double)x->cols);
}

/* ---- a beginning ------------------------------------------------------------------------------------------------ */

/* Length of the positive part of numbers, or of the negative part. */
static double part_length(const double *x, size_t n, size_t stride, double sign)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += sign * x[i * stride] > 0 ? x[i * stride] * x[i * stride] : 0;
    return sqrt(sum);
}

static void take_part(double *x, size_t n, size_t stride, double sign, double factor)
{
    for (size_t i = 0; i < n; i++) {
        double part = sign * x[i * stride];
        x[i * stride] = part > 0 && part * factor >= 1e-6 ? part * factor : 0;
    }
}

/* Of each pair of singular vectors the signs that weigh more. */
static void keep_signs(kl_nmf *f, const double *s)
{
    size_t n = f->x->rows, d = f->x->cols, k = f->k;
    for (size_t c = 0; c < k; c++) {
        double *u = f->w + c, *v = f->h + c * d;
        double up = part_length(u, n, k, 1), vp = part_length(v, d, 1, 1);
        double un = part_length(u, n, k, -1), vn = part_length(v, d, 1, -1);
        if (c == 0) {
            for (size_t i = 0; i < n; i++)
                u[i * k] = fabs(u[i * k]);
            for (size_t j = 0; j < d; j++)
                v[j] = fabs(v[j]);
            take_part(u, n, k, 1, sqrt(s[0]));
            take_part(v, d, 1, 1, sqrt(s[0]));
            continue;
        }
        bool positive = up * vp > un * vn;
        double a = positive ? up : un, b = positive ? vp : vn, length = sqrt(s[c] * a * b);
        take_part(u, n, k, positive ? 1 : -1, a > 0 ? length / a : 0);
        take_part(v, d, 1, positive ? 1 : -1, b > 0 ? length / b : 0);
    }
}

static void fill_zeros(double *numbers, size_t count, const char *name, double mean, kl_random *random)
{
    for (size_t i = 0; i < count; i++)
        if (numbers[i] == 0)
            numbers[i] = strcmp(name, "nndsvda") == 0 ? mean : fabs(mean * kl_random_normal(random) / 100);
}

kl_status kl_nmf_begin(kl_nmf *f, const char *name, uint64_t seed, kl_task *task, kl_error *error)
{
    size_t w_count = f->x->rows * f->k, h_count = f->k * f->x->cols;
    double mean = kl_nmf_mean(f->x), root = sqrt(mean / (double)f->k), *s;
    kl_random random;
    kl_random_open(&random, seed, 0x4f, 0);
    if (strcmp(name, "random") == 0) {
        for (size_t i = 0; i < h_count; i++)
            f->h[i] = fabs(root * kl_random_normal(&random));
        for (size_t i = 0; i < w_count; i++)
            f->w[i] = fabs(root * kl_random_normal(&random));
        return KL_OK;
    }
    kl_few_singular how = {.k = f->k, .oversamples = 10, .seed = seed,
                           .iterations = (double)f->k < 0.1 * (double)KL_MIN(f->x->rows, f->x->cols) ? 7 : 4};
    KL_TAKE_RAW(s, task, f->k, error);
    KL_TRY(kl_singular_random(f->w, s, f->h, f->x, NULL, &how, task, error));
    keep_signs(f, s);
    if (strcmp(name, "nndsvd") != 0) {
        fill_zeros(f->w, w_count, name, mean, &random);
        fill_zeros(f->h, h_count, name, mean, &random);
    }
    return KL_OK;
}

/* ---- coordinate descent ----------------------------------------------------------------------------------------- */

enum { ROWS = 256 };

typedef struct side {
    double *w;                  /* rows x k: what is changed */
    const double *gram, *cross; /* k x k, rows x k */
    const int64_t *order;
    size_t k;
    double *violation; /* one a block */
} side;

static kl_status descend_rows(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    const side *s = data;
    double violation = 0;
    (void)error;
    for (size_t i = begin; i < end; i++) {
        double *w = s->w + i * s->k;
        for (size_t c = 0; c < s->k; c++) {
            size_t t = (size_t)s->order[c];
            const double *row = s->gram + t * s->k;
            double gradient = -s->cross[i * s->k + t];
            for (size_t r = 0; r < s->k; r++)
                gradient += row[r] * w[r];
            violation += fabs(w[t] == 0 ? KL_MIN(0.0, gradient) : gradient);
            if (row[t] != 0)
                w[t] = KL_MAX(w[t] - gradient / row[t], 0.0);
        }
    }
    s->violation[block] = violation;
    return KL_OK;
}

typedef struct rooms {
    double *gram, *cross, *h_columns, *violation;
    int64_t *order;
} rooms;

/* One pass over w (rows x k) against `other` (depth x k) of x or its transpose. */
static void pass(double *sum, const kl_nmf *f, double *w, const double *other, bool transposed, rooms *r)
{
    size_t rows = transposed ? f->x->cols : f->x->rows, depth = transposed ? f->x->rows : f->x->cols, k = f->k;
    double l1 = transposed ? f->l1_h : f->l1_w, l2 = transposed ? f->l2_h : f->l2_w;
    side s = {.w = w, .gram = r->gram, .cross = r->cross, .order = r->order, .k = k, .violation = r->violation};
    kl_gram(r->gram, other, depth, k, NULL);
    kl_x_times(r->cross, f->x, NULL, transposed, other, k);
    for (size_t c = 0; c < k; c++)
        r->gram[c * k + c] += l2;
    for (size_t i = 0; i < rows * k && l1 != 0; i++)
        r->cross[i] -= l1;
    for (size_t c = 0; c < k; c++)
        r->order[c] = (int64_t)c;
    if (f->shuffle)
        kl_random_shuffle(f->shuffle, r->order, k);
    kl_parallel_all(rows, ROWS, descend_rows, &s);
    for (size_t b = 0; b < kl_parallel_blocks(rows, ROWS); b++)
        *sum += r->violation[b];
}

kl_status kl_nmf_descend(kl_nmf *f, kl_task *task, kl_error *error)
{
    size_t d = f->x->cols, longer = KL_MAX(f->x->rows, d), k = f->k;
    double first = 0;
    rooms r;
    KL_TAKE_RAW(r.gram, task, k * k, error);
    KL_TAKE_RAW(r.cross, task, longer * k, error);
    KL_TAKE_RAW(r.h_columns, task, d * k, error);
    KL_TAKE_RAW(r.order, task, k, error);
    KL_TAKE_RAW(r.violation, task, kl_parallel_blocks(longer, ROWS) + 1, error);
    kl_transpose(r.h_columns, f->h, k, d);
    for (f->iterations = 1; f->iterations <= f->iterations_max; f->iterations++) {
        double violation = 0;
        pass(&violation, f, f->w, r.h_columns, false, &r);
        if (!f->fixed)
            pass(&violation, f, r.h_columns, f->w, true, &r);
        first = f->iterations == 1 ? violation : first;
        if (first == 0 || violation / first <= f->tol)
            break;
        KL_TRY(kl_task_step(task, f->iterations, f->iterations_max, error));
    }
    f->iterations = KL_MIN(f->iterations, f->iterations_max);
    if (!f->fixed)
        kl_transpose(f->h, r.h_columns, d, k);
    return KL_OK;
}
