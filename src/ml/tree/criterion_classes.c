/* src/ml/tree/criterion_classes.c - impurity of classes: Gini and entropy. */
#include "sweep.h"

/* The squares of the weights of the classes are kept up to date row by row: exact as long as weights are whole. */
static inline void take_whole(kl_sweep *s, uint32_t row)
{
    uint32_t code = s->codes[row];
    double weight = kl_weight_of(s, row), left = s->left[code];
    double right = s->node->sums[code] - left;
    s->square_left += weight * (2 * left + weight);
    s->square_right += weight * (weight - 2 * right);
    s->left[code] = left + weight;
    s->weight += weight;
}

static inline void take(kl_sweep *s, uint32_t row)
{
    double weight = kl_weight_of(s, row);
    s->left[s->codes[row]] += weight;
    s->weight += weight;
}

static inline double gini(double square_left, double square_right, double left, double right)
{
    return -right * (1 - square_right / (right * right)) - left * (1 - square_left / (left * left));
}

static inline double judge_gini_whole(const kl_sweep *s)
{
    return gini(s->square_left, s->square_right, s->weight, s->node->weight - s->weight);
}

static inline double judge_gini(const kl_sweep *s)
{
    double left = 0, right = 0;
    for (size_t k = 0; k < s->width; k++) {
        double other = s->node->sums[k] - s->left[k];
        left += s->left[k] * s->left[k];
        right += other * other;
    }
    return gini(left, right, s->weight, s->node->weight - s->weight);
}

/* -(left weight * its entropy + right weight * its entropy), from a table of k log2 k. */
static inline double judge_entropy_whole(const kl_sweep *s)
{
    double right = s->node->weight - s->weight, sum = 0;
    for (size_t k = 0; k < s->width; k++)
        sum += s->xlog[(size_t)s->left[k]] + s->xlog[(size_t)(s->node->sums[k] - s->left[k])];
    return sum - s->xlog[(size_t)s->weight] - s->xlog[(size_t)right];
}

static inline double share_log(double part, double of)
{
    return part > 0 ? part * log2(part / of) : 0;
}

static inline double judge_entropy(const kl_sweep *s)
{
    double right = s->node->weight - s->weight, sum = 0;
    for (size_t k = 0; k < s->width; k++)
        sum += share_log(s->left[k], s->weight) + share_log(s->node->sums[k] - s->left[k], right);
    return sum;
}

static inline void sides(const kl_sweep *s, double *left, double *right)
{
    *left = s->left[0] / s->weight;
    *right = (s->node->sums[0] - s->left[0]) / (s->node->weight - s->weight);
}

static void begin(kl_sweep *s)
{
    memset(s->left, 0, s->width * sizeof *s->left);
    s->square_left = s->square_right = 0;
    for (size_t k = 0; k < s->width; k++)
        s->square_right += s->node->sums[k] * s->node->sums[k];
}

static void gini_whole_sweep(kl_sweep *s, kl_cut *best, bool missing_left)
{
    begin(s);
    kl_sweep_pass(s, best, missing_left, take_whole, judge_gini_whole, sides);
}

static void gini_sweep(kl_sweep *s, kl_cut *best, bool missing_left)
{
    begin(s);
    kl_sweep_pass(s, best, missing_left, take, judge_gini, sides);
}

static void entropy_whole_sweep(kl_sweep *s, kl_cut *best, bool missing_left)
{
    begin(s);
    kl_sweep_pass(s, best, missing_left, take, judge_entropy_whole, sides);
}

static void entropy_sweep(kl_sweep *s, kl_cut *best, bool missing_left)
{
    begin(s);
    kl_sweep_pass(s, best, missing_left, take, judge_entropy, sides);
}

static void gini_draw(kl_sweep *s, kl_cut *best, const kl_cut *cut)
{
    begin(s);
    kl_sweep_draw(s, best, cut, take, judge_gini, sides);
}

static void entropy_draw(kl_sweep *s, kl_cut *best, const kl_cut *cut)
{
    begin(s);
    kl_sweep_draw(s, best, cut, take, judge_entropy, sides);
}

const kl_criterion_table *kl_criterion_of_classes(kl_criterion criterion, bool is_whole)
{
    static const kl_criterion_table tables[2][2] = {
        {{gini_sweep, gini_draw}, {gini_whole_sweep, gini_draw}},
        {{entropy_sweep, entropy_draw}, {entropy_whole_sweep, entropy_draw}}};
    return &tables[criterion == KL_CRITERION_ENTROPY][is_whole];
}
