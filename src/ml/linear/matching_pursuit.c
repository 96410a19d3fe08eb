/* src/ml/linear/matching_pursuit.c - see matching_pursuit.h. */
#include "matching_pursuit.h"

#include "growing_factor.h"
#include "ml/kernels.h"

#include <float.h>
#include <math.h>

size_t kl_pursuit_room(size_t k, size_t count) { return 3 * k + count + count * count; }

/* The place of the atom of largest product, and its size. */
static size_t largest(const kl_growing_factor *f, const double *products, double *size)
{
    size_t best = 0;
    *size = -1;
    for (size_t i = 0; i < f->k; i++)
        if (fabs(products[f->order[i]]) > *size) {
            *size = fabs(products[f->order[i]]);
            best = i;
        }
    return best;
}

/* What is left of the products when the active atoms have these weights. */
static void remainder_of(double *products, const kl_growing_factor *f, const double *xy, const double *weights)
{
    memcpy(products, xy, f->k * sizeof *products);
    for (size_t i = 0; i < f->active; i++)
        kl_kernels()->axpy(-weights[i], f->gram + f->order[i] * f->k, products, f->k);
}

bool kl_pursue(double *w, const double *gram, size_t k, size_t count, const double *xy, double *room)
{
    kl_growing_factor f;
    double *kept = room, *products = room + k, *weights = room + 3 * k, size;
    bool complete = true;
    memcpy(kept, xy, k * sizeof *kept);
    memcpy(products, xy, k * sizeof *products);
    kl_factor_begin(&f, gram, k, weights + count, count, (size_t *)(void *)(room + 2 * k));
    while (complete && f.active < count) {
        size_t at = largest(&f, products, &size);
        double distance = 0;
        complete = at >= f.active && size * size >= DBL_EPSILON;
        if (complete) {
            distance = kl_factor_look(&f, at);
            complete = f.active == 0 ? distance > 0 : distance > DBL_EPSILON;
        }
        if (!complete)
            break;
        kl_factor_append(&f, at, sqrt(distance));
        for (size_t i = 0; i < f.active; i++)
            weights[i] = kept[f.order[i]];
        kl_factor_solve(&f, 0, weights);
        if (f.active < count)
            remainder_of(products, &f, kept, weights);
    }
    memset(w, 0, k * sizeof *w);
    for (size_t i = 0; i < f.active; i++)
        w[f.order[i]] = weights[i];
    return complete;
}
