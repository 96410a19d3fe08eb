/* src/ml/tree/criterion_numbers.c - impurity of numbers by sums: variance and Poisson deviance. */
#include "sweep.h"

#include <float.h>

/* ---- one output ---------------------------------------------------------------------------------------- */

static inline void take(kl_sweep *s, uint32_t row)
{
    double weight = kl_weight_of(s, row);
    s->sum += weight * s->y[row];
    s->weight += weight;
}

static inline double judge_squared(const kl_sweep *s)
{
    double left = s->sum, right = s->node->sums[0] - s->sum;
    return left * left / s->weight + right * right / (s->node->weight - s->weight);
}

/* Sides without any count have an infinite deviance. */
static inline double judge_poisson(const kl_sweep *s)
{
    double left = s->sum, right = s->node->sums[0] - s->sum;
    if (left <= DBL_EPSILON || right <= DBL_EPSILON)
        return -INFINITY;
    return left * log(left / s->weight) + right * log(right / (s->node->weight - s->weight));
}

static inline void sides(const kl_sweep *s, double *left, double *right)
{
    *left = s->sum / s->weight;
    *right = (s->node->sums[0] - s->sum) / (s->node->weight - s->weight);
}

static void squared_sweep(kl_sweep *s, kl_cut *best, bool missing_left)
{
    kl_sweep_pass(s, best, missing_left, take, judge_squared, sides);
}

static void squared_draw(kl_sweep *s, kl_cut *best, const kl_cut *cut)
{
    kl_sweep_draw(s, best, cut, take, judge_squared, sides);
}

static void poisson_sweep(kl_sweep *s, kl_cut *best, bool missing_left)
{
    kl_sweep_pass(s, best, missing_left, take, judge_poisson, sides);
}

static void poisson_draw(kl_sweep *s, kl_cut *best, const kl_cut *cut)
{
    kl_sweep_draw(s, best, cut, take, judge_poisson, sides);
}

/* ---- several ------------------------------------------------------------------------------------------- */

static inline void take_all(kl_sweep *s, uint32_t row)
{
    double weight = kl_weight_of(s, row);
    const double *y = s->y + (size_t)row * s->width;
    for (size_t k = 0; k < s->width; k++)
        s->left[k] += weight * y[k];
    s->weight += weight;
}

static inline double judge_all_squared(const kl_sweep *s)
{
    double left = 0, right = 0;
    for (size_t k = 0; k < s->width; k++) {
        double other = s->node->sums[k] - s->left[k];
        left += s->left[k] * s->left[k];
        right += other * other;
    }
    return left / s->weight + right / (s->node->weight - s->weight);
}

static inline double judge_all_poisson(const kl_sweep *s)
{
    double right_weight = s->node->weight - s->weight, sum = 0;
    for (size_t k = 0; k < s->width; k++) {
        double left = s->left[k], right = s->node->sums[k] - left;
        if (left <= DBL_EPSILON || right <= DBL_EPSILON)
            return -INFINITY;
        sum += left * log(left / s->weight) + right * log(right / right_weight);
    }
    return sum;
}

static void begin(kl_sweep *s) { memset(s->left, 0, s->width * sizeof *s->left); }

static void all_squared_sweep(kl_sweep *s, kl_cut *best, bool missing_left)
{
    begin(s);
    kl_sweep_pass(s, best, missing_left, take_all, judge_all_squared, sides);
}

static void all_squared_draw(kl_sweep *s, kl_cut *best, const kl_cut *cut)
{
    begin(s);
    kl_sweep_draw(s, best, cut, take_all, judge_all_squared, sides);
}

static void all_poisson_sweep(kl_sweep *s, kl_cut *best, bool missing_left)
{
    begin(s);
    kl_sweep_pass(s, best, missing_left, take_all, judge_all_poisson, sides);
}

static void all_poisson_draw(kl_sweep *s, kl_cut *best, const kl_cut *cut)
{
    begin(s);
    kl_sweep_draw(s, best, cut, take_all, judge_all_poisson, sides);
}

const kl_criterion_table *kl_criterion_of_numbers(kl_criterion criterion, size_t outputs)
{
    static const kl_criterion_table tables[2][2] = {
        {{squared_sweep, squared_draw}, {all_squared_sweep, all_squared_draw}},
        {{poisson_sweep, poisson_draw}, {all_poisson_sweep, all_poisson_draw}}};
    return &tables[criterion == KL_CRITERION_POISSON][outputs > 1];
}
