/* src/ml/linear/growing_factor.c - see growing_factor.h. */
#include "growing_factor.h"

#include "ml/kernels.h"

#include <math.h>

void kl_factor_begin(kl_growing_factor *f, const double *gram, size_t k, double *l, size_t ld, size_t *order)
{
    *f = (kl_growing_factor){.gram = gram, .k = k, .l = l, .ld = ld, .order = order};
    for (size_t i = 0; i < k; i++)
        order[i] = i;
}

double kl_factor_look(kl_growing_factor *f, size_t at)
{
    const kl_kernel_table *kernels = kl_kernels();
    size_t atom = f->order[at];
    const double *products = f->gram + atom * f->k;
    double *row = f->l + f->active * f->ld;
    for (size_t i = 0; i < f->active; i++) {
        const double *l = f->l + i * f->ld;
        row[i] = (products[f->order[i]] - kernels->dot(l, row, i)) / l[i];
    }
    return products[atom] - kernels->sum_squares(row, f->active);
}

void kl_factor_append(kl_growing_factor *f, size_t at, double diagonal)
{
    size_t atom = f->order[at];
    f->order[at] = f->order[f->active];
    f->order[f->active] = atom;
    f->l[f->active * f->ld + f->active] = diagonal;
    f->active++;
}

/* Turn columns j and j + 1 of the rows from j on so that number (j, j + 1) is 0. */
static void turn(kl_growing_factor *f, size_t j, size_t rows)
{
    double *first = f->l + j * f->ld + j, length = hypot(first[0], first[1]);
    double c = length > 0 ? first[0] / length : 1, s = length > 0 ? first[1] / length : 0;
    for (size_t i = j; i < rows; i++) {
        double *pair = f->l + i * f->ld + j, left = pair[0];
        pair[0] = c * left + s * pair[1];
        pair[1] = c * pair[1] - s * left;
    }
}

void kl_factor_remove(kl_growing_factor *f, size_t at)
{
    size_t atom = f->order[at];
    f->active--;
    for (size_t i = at; i < f->active; i++) {
        memcpy(f->l + i * f->ld, f->l + (i + 1) * f->ld, (i + 2) * sizeof *f->l);
        f->order[i] = f->order[i + 1];
    }
    f->order[f->active] = atom;
    for (size_t j = at; j < f->active; j++)
        turn(f, j, f->active);
}

void kl_factor_solve(const kl_growing_factor *f, double ridge, double *b)
{
    const kl_kernel_table *kernels = kl_kernels();
    for (size_t i = 0; i < f->active; i++) {
        const double *row = f->l + i * f->ld;
        b[i] = (b[i] - kernels->dot(row, b, i)) / (row[i] + ridge);
    }
    for (size_t i = f->active; i-- > 0;) {
        const double *row = f->l + i * f->ld;
        b[i] /= row[i] + ridge;
        kernels->axpy(-b[i], row, b, i);
    }
}
