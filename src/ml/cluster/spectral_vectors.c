/* src/ml/cluster/spectral_vectors.c - eigenvectors by blocks: see spectral.h.
 *
 * Each step takes the best vectors of the span of the present ones, their residuals, and how they moved last; its basis is
 * made orthonormal anew, so that nothing is lost where residuals are short.
 */
#include "spectral.h"

#include "../kernels.h"
#include "../linalg.h"

#include <math.h>

typedef struct blocks {
    const double *a;
    size_t n, k, width; /* columns of the basis */
    double *basis;      /* n x width: present vectors, residuals, former moves */
    double *image;      /* a times it */
    double *inner, *values, *turns; /* of the basis: width x width, width, width x width */
    double *vectors, *images, *moves; /* n x k */
} blocks;

static kl_status take(blocks *b, size_t n, size_t k, kl_task *task, kl_error *error)
{
    size_t most = 3 * k;
    KL_TAKE_RAW(b->basis, task, n * most, error);
    KL_TAKE_RAW(b->image, task, n * most, error);
    KL_TAKE_RAW(b->inner, task, most * most, error);
    KL_TAKE_RAW(b->values, task, most, error);
    KL_TAKE_RAW(b->turns, task, most * most, error);
    KL_TAKE_RAW(b->vectors, task, n * k, error);
    KL_TAKE_RAW(b->images, task, n * k, error);
    KL_TAKE(b->moves, task, n * k, error);
    return KL_OK;
}

/* The best k vectors of the span of the basis, what a makes of them, and what they have of the columns from k on. */
static kl_status choose(blocks *b, kl_task *task, kl_error *error)
{
    size_t n = b->n, k = b->k, w = b->width;
    KL_TRY(kl_qr(b->basis, n, w, NULL, task, error));
    kl_gemm(false, false, n, w, n, 1, b->a, n, b->basis, w, 0, b->image, w);
    kl_gemm(true, false, w, w, n, 1, b->basis, w, b->image, w, 0, b->inner, w);
    KL_TRY(kl_eigh(b->values, b->turns, b->inner, w, task, error));
    for (size_t c = 0; c < k; c++) { /* descending, as columns */
        b->inner[c] = b->values[w - 1 - c];
        for (size_t r = 0; r < w; r++)
            b->inner[k + r * k + c] = b->turns[(w - 1 - c) * w + r];
    }
    memcpy(b->values, b->inner, k * sizeof *b->values);
    const double *columns = b->inner + k;
    kl_gemm(false, false, n, k, w, 1, b->basis, w, columns, k, 0, b->vectors, k);
    kl_gemm(false, false, n, k, w, 1, b->image, w, columns, k, 0, b->images, k);
    if (w > k)
        kl_gemm(false, false, n, k, w - k, 1, b->basis + k, w, columns + k * k, k, 0, b->moves, k);
    return KL_OK;
}

/* The next basis; the length of the longest residual of those wanted. */
static double extend(blocks *b, size_t wanted, bool moved)
{
    size_t n = b->n, k = b->k;
    double longest = 0;
    b->width = moved ? 3 * k : 2 * k;
    for (size_t c = 0; c < k; c++) {
        double square = 0;
        for (size_t i = 0; i < n; i++) {
            double left = b->images[i * k + c] - b->values[c] * b->vectors[i * k + c];
            square += left * left;
            b->basis[i * b->width + c] = b->vectors[i * k + c];
            b->basis[i * b->width + k + c] = left;
            if (moved)
                b->basis[i * b->width + 2 * k + c] = b->moves[i * k + c];
        }
        longest = c < wanted ? KL_MAX(longest, sqrt(square)) : longest;
    }
    return longest;
}

kl_status kl_block_eigenvectors(double *vectors, bool *converged, const double *a, size_t n, size_t k, size_t wanted,
                                double tol, size_t steps_max, kl_task *task, kl_error *error)
{
    blocks b = {.a = a, .n = n, .k = k, .width = k};
    KL_TRY(take(&b, n, k, task, error));
    kl_transpose(b.basis, vectors, k, n);
    *converged = false;
    for (size_t step = 0; step < steps_max && !*converged; step++) {
        KL_TRY(kl_task_poll(error));
        KL_TRY(choose(&b, task, error));
        *converged = extend(&b, wanted, step > 0) <= tol;
    }
    kl_transpose(vectors, b.vectors, n, k);
    return KL_OK;
}
