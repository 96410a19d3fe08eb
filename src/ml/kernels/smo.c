/* src/ml/kernels/smo.c - the passes of sequential minimal optimisation over its samples; see ../svm/smo.c.
 *
 * Each lane keeps the best it has met and its number; in the end the best of the lanes is taken, of equals the first.
 */
#include "kernel.h"

typedef int64_t kl_mask __attribute__((vector_size(KL_LANES * sizeof(int64_t))));
typedef float kl_floats_at __attribute__((vector_size(KL_LANES * sizeof(float)), aligned(4), may_alias));

static inline kl_register pick(kl_mask mask, kl_register yes, kl_register no)
{
    return (kl_register)((mask & (kl_mask)yes) | (~mask & (kl_mask)no));
}

static inline kl_mask pick_number(kl_mask mask, kl_mask yes, kl_mask no)
{
    return (mask & yes) | (~mask & no);
}

static inline kl_register all(double x)
{
    return (kl_register){0} + x;
}

static inline kl_mask counting(void)
{
    kl_mask mask;
    for (int i = 0; i < KL_LANES; i++)
        mask[i] = i;
    return mask;
}

/* The least of those with a number >= 0, and its number; SIZE_MAX when there is none. */
static inline size_t least_of(double *least, kl_register values, kl_mask numbers)
{
    size_t found = SIZE_MAX;
    for (int i = 0; i < KL_LANES; i++) {
        bool is_less = values[i] < *least || (values[i] == *least && (size_t)numbers[i] < found);
        if (numbers[i] >= 0 && is_less)
            *least = values[i], found = (size_t)numbers[i];
    }
    return found;
}

static inline double up_slope(double b, double g, double width) { return b >= 0 ? g + width : g - width; }
static inline double down_slope(double b, double g, double width) { return b <= 0 ? g - width : g + width; }

static inline kl_register up_slopes(kl_register b, kl_register g, double width)
{
    return g + pick((kl_mask)(b >= all(0)), all(width), all(-width));
}

static inline kl_register down_slopes(kl_register b, kl_register g, double width)
{
    return g + pick((kl_mask)(b <= all(0)), all(-width), all(width));
}

size_t KERNEL(smo_look)(double *up, double *down, const double *b, const double *low,
                        const double *high, const double *g, double width, size_t n)
{
    kl_register least = all(INFINITY), most = all(-INFINITY);
    kl_mask number = counting(), best = (kl_mask){0} - 1;
    size_t i = 0;
    for (; i + KL_LANES <= n; i += KL_LANES, number += KL_LANES) {
        kl_register at = lanes_at(b + i), slope = lanes_at(g + i);
        kl_register grow = pick((kl_mask)(at < lanes_at(high + i)), up_slopes(at, slope, width),
                                all(INFINITY));
        kl_register fall = pick((kl_mask)(at > lanes_at(low + i)), down_slopes(at, slope, width),
                                all(-INFINITY));
        kl_mask better = (kl_mask)(grow < least);
        least = pick(better, grow, least);
        best = pick_number(better, number, best);
        most = pick((kl_mask)(fall > most), fall, most);
    }
    *up = INFINITY;
    size_t found = least_of(up, least, best);
    *down = -INFINITY;
    for (int k = 0; k < KL_LANES; k++)
        *down = most[k] > *down ? most[k] : *down;
    for (; i < n; i++) {
        double grow = b[i] < high[i] ? up_slope(b[i], g[i], width) : INFINITY;
        double fall = b[i] > low[i] ? down_slope(b[i], g[i], width) : -INFINITY;
        if (grow < *up)
            *up = grow, found = i;
        *down = fall > *down ? fall : *down;
    }
    return found;
}

static inline kl_register row_at(const float *row)
{
    return __builtin_convertvector(*(const kl_floats_at *)row, kl_register);
}

size_t KERNEL(smo_partner)(double *gain, const double *b, const double *low, const double *g,
                           const double *diagonal, const float *row, double width, double up,
                           double up_diagonal, size_t n)
{
    static const double flat = 1e-12; /* the curvature of a pair that has none */
    kl_register most = all(-*gain);   /* minus the gain: see least_of() */
    kl_mask number = counting(), best = (kl_mask){0} - 1;
    size_t i = 0;
    for (; i + KL_LANES <= n; i += KL_LANES, number += KL_LANES) {
        kl_register at = lanes_at(b + i);
        kl_register off = down_slopes(at, lanes_at(g + i), width) - up;
        kl_register curvature = lanes_at(diagonal + i) + up_diagonal - 2 * row_at(row + i);
        curvature = pick((kl_mask)(curvature > all(0)), curvature, all(flat));
        kl_mask fits = (kl_mask)(at > lanes_at(low + i)) & (kl_mask)(off > all(0));
        kl_register each = pick(fits, -(off * off / curvature), all(0));
        kl_mask better = (kl_mask)(each < most);
        most = pick(better, each, most);
        best = pick_number(better, number, best);
    }
    double least = -*gain;
    size_t found = least_of(&least, most, best);
    for (; i < n; i++) {
        double off = down_slope(b[i], g[i], width) - up;
        double curvature = up_diagonal + diagonal[i] - 2 * (double)row[i];
        double each = b[i] > low[i] && off > 0 ? off * off / (curvature > 0 ? curvature : flat) : 0;
        if (-each < least)
            least = -each, found = i;
    }
    *gain = -least;
    return found;
}

void KERNEL(smo_step)(double *g, const float *up, const float *down, double grown, double fallen,
                      size_t n)
{
    KL_SIMD for (size_t k = 0; k < n; k++) g[k] += grown * (double)up[k] + fallen * (double)down[k];
}
