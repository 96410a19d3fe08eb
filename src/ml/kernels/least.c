/* src/ml/kernels/least.c - the two least numbers of each row. */
#include "kernel.h"

enum { WIDE = 16 }; /* at a time, each with two least ones of its own */

/* A number is looked at; what was least is next, if it is no longer. */
static inline void look(double *least, double *next, double x)
{
    *next = smaller(larger(x, *least), *next);
    *least = smaller(x, *least);
}

/* Few numbers one after the other. */
static void look_at_few(kl_two_least *out, const double *x, const double *add, size_t n, size_t from)
{
    kl_two_least now = *out;
    for (size_t j = 0; j < n; j++) {
        double at = x[j] + add[j];
        now.at = at < now.least ? from + j : now.at;
        look(&now.least, &now.next, at);
    }
    *out = now;
}

/* Where the least is, is asked only of those rows where it has become less. */
static void look_at_many(kl_two_least *out, double *x, const double *add, size_t n, size_t from)
{
    double least[WIDE], next[WIDE];
    kl_two_least now = *out;
    size_t j = 0;
    for (size_t l = 0; l < WIDE; l++)
        least[l] = next[l] = INFINITY;
    for (; j + WIDE <= n; j += WIDE)
        KL_SIMD for (size_t l = 0; l < WIDE; l++)
        {
            double at = x[j + l] += add[j + l], before = least[l];
            double above = at > before ? at : before;
            next[l] = above < next[l] ? above : next[l];
            least[l] = at < before ? at : before;
        }
    for (size_t l = 0; l < WIDE; l++) {
        look(&now.least, &now.next, least[l]);
        now.next = smaller(next[l], now.next);
    }
    for (; j < n; j++)
        look(&now.least, &now.next, x[j] += add[j]);
    for (j = 0; now.least < out->least && x[j] != now.least; j++) {}
    now.at = now.least < out->least ? from + j : out->at;
    *out = now;
}

void KERNEL(two_least)(kl_two_least *out, double *x, const double *add, size_t rows, size_t cols, size_t from)
{
    for (size_t i = 0; i < rows; i++)
        if (cols < 2 * WIDE)
            look_at_few(out + i, x + i * cols, add, cols, from);
        else
            look_at_many(out + i, x + i * cols, add, cols, from);
}
