/* src/ml/boost/split.c - the best split of a node in one feature, by gradients and hessians (Chen and Guestrin, XGBoost: a
 * scalable tree boosting system, 2016): a node whose gradients sum to G and hessians to H answers -G / (H + l2), and
 * a split gains what the losses of both sides, G times the answer, are lower than the node's. */
#include "hist.h"

#include <math.h>
#include <stdlib.h>

#define MIN_HESSIAN 1e-3
#define MIN_SUPPORT 10.0 /* of a category; and what its mean is smoothed by */

/* A sweep over the bins of a feature. */
typedef struct sweep {
    const kl_hist_sums *node;
    const kl_hist_rules *rules;
    kl_hist_split *best;
    size_t feature;
    int8_t direction; /* of the monotonic constraint */
    double loss;      /* of the node */
} sweep;

double kl_hist_value(double gradient, double hessian, double lower, double upper, double l2)
{
    double value = -gradient / (hessian + l2 + 1e-15);
    return value < lower ? lower : value > upper ? upper : value;
}

/* What one side has. */
typedef struct side {
    double gradient, hessian;
    size_t count;
} side;

static inline void take(side *to, const kl_hist_bin *bin, bool plain)
{
    to->gradient += bin->gradient;
    to->hessian += plain ? (double)bin->count : bin->hessian;
    to->count += bin->count;
}

static inline side rest_of(const sweep *s, const side *one)
{
    return (side){s->node->gradient - one->gradient, s->node->hessian - one->hessian, s->node->count - one->count};
}

static inline bool is_small(const sweep *s, const side *one)
{
    return one->count < s->rules->min_leaf || one->hessian < MIN_HESSIAN;
}

static inline double gain_of(const sweep *s, const side *left, const side *right)
{
    double l2 = s->rules->l2, lower = s->node->lower, upper = s->node->upper;
    double a = kl_hist_value(left->gradient, left->hessian, lower, upper, l2);
    double b = kl_hist_value(right->gradient, right->hessian, lower, upper, l2);
    if ((s->direction > 0 && a > b) || (s->direction < 0 && a < b))
        return -1;
    return s->loss - left->gradient * a - right->gradient * b;
}

static void keep(const sweep *s, double gain, const side *left, size_t bin, bool missing_left, bool category)
{
    side right = rest_of(s, left);
    double l2 = s->rules->l2, lower = s->node->lower, upper = s->node->upper;
    *s->best = (kl_hist_split){.gain = gain, .feature = s->feature, .bin = bin, .missing_left = missing_left,
                               .is_category = category, .gradient = left->gradient, .hessian = left->hessian,
                               .count = left->count,
                               .left_value = kl_hist_value(left->gradient, left->hessian, lower, upper, l2),
                               .right_value = kl_hist_value(right.gradient, right.hessian, lower, upper, l2)};
}

/* Missing values are on the right; the last split leaves only them there. */
static void from_left(const sweep *s, const kl_hist_bin *bins, size_t end, bool plain)
{
    side left = {0}, best = {0};
    double gain, most = KL_MAX(s->best->gain, 0);
    size_t at = SIZE_MAX;
    for (size_t b = 0; b < end; b++) {
        take(&left, bins + b, plain);
        side right = rest_of(s, &left);
        if (is_small(s, &left))
            continue;
        if (is_small(s, &right))
            break;
        if ((gain = gain_of(s, &left, &right)) > most) {
            most = gain;
            at = b;
            best = left;
        }
    }
    if (at != SIZE_MAX)
        keep(s, most, &best, at, false, false);
}

/* Missing values are on the left. */
static void from_right(const sweep *s, const kl_hist_bin *bins, size_t used, bool plain)
{
    side right = {0}, best = {0};
    double gain, most = KL_MAX(s->best->gain, 0);
    size_t at = SIZE_MAX;
    for (size_t b = used - 1; b-- > 0;) {
        take(&right, bins + b + 1, plain);
        side left = rest_of(s, &right);
        if (is_small(s, &right))
            continue;
        if (is_small(s, &left))
            break;
        if ((gain = gain_of(s, &left, &right)) > most) {
            most = gain;
            at = b;
            best = left;
        }
    }
    if (at != SIZE_MAX)
        keep(s, most, &best, at, true, false);
}

/* ---- categories ------------------------------------------------------------------------------------------ */

typedef struct category {
    double mean;
    size_t bin;
} category;

static int by_mean(const void *a, const void *b)
{
    const category *x = a, *y = b;
    return x->mean != y->mean ? (x->mean < y->mean ? -1 : 1) : (x->bin > y->bin) - (x->bin < y->bin);
}

/* Bins with enough rows, in the order of their mean gradients; how many. */
static size_t order_categories(category *out, const sweep *s, const kl_hist_bin *bins, const kl_bins *data,
                               bool plain)
{
    size_t used = data->used[s->feature], count = 0;
    double support = (double)s->node->count / s->node->hessian;
    for (size_t i = 0; i < used + data->has_missing[s->feature]; i++) {
        size_t bin = i < used ? i : data->missing;
        double hessian = plain ? (double)bins[bin].count : bins[bin].hessian;
        if (hessian * support >= MIN_SUPPORT)
            out[count++] = (category){.mean = bins[bin].gradient / (hessian + MIN_SUPPORT), .bin = bin};
    }
    qsort(out, count, sizeof *out, by_mean);
    return count;
}

/* Categories in the order of their means, cut as if they were numbers (Fisher 1958): the smaller group goes left, from
 * either end, so that rare categories, and unknown ones, go right. */
static void by_category(const sweep *s, const kl_hist_bin *bins, const kl_bins *data, bool plain)
{
    category order[UINT8_MAX + 1];
    size_t count = order_categories(order, s, bins, data, plain), cut = 0;
    bool is_backward = false;
    side best = {0};
    double gain, most = KL_MAX(s->best->gain, 0);
    if (count < 2)
        return;
    for (int backward = 0; backward < 2; backward++) {
        side left = {0};
        for (size_t i = 0; i < (count + 1) / 2 - (size_t)backward; i++) {
            take(&left, bins + order[backward ? count - 1 - i : i].bin, plain);
            side right = rest_of(s, &left);
            if (is_small(s, &left))
                continue;
            if (is_small(s, &right))
                break;
            if ((gain = gain_of(s, &left, &right)) > most) {
                most = gain;
                cut = i + 1;
                best = left;
                is_backward = backward;
            }
        }
    }
    if (!cut)
        return;
    keep(s, most, &best, 0, false, true);
    for (size_t i = 0; i < cut; i++) {
        size_t bin = order[is_backward ? count - 1 - i : i].bin;
        s->best->set.bits[bin / 64] |= 1ull << (bin % 64);
        s->best->missing_left |= bin == data->missing;
    }
}

void kl_hist_find(kl_hist_split *best, const kl_hist_bin *bins, size_t feature, const kl_hist_sums *node,
                  const kl_bins *data, const kl_hist_rules *rules, bool plain_hessian)
{
    sweep s = {.node = node, .rules = rules, .best = best, .feature = feature, .loss = node->gradient * node->value,
               .direction = rules->monotonic ? rules->monotonic[feature] : 0};
    size_t used = data->used[feature];
    bool has_missing = data->has_missing[feature];
    if (data->category && data->category[feature]) {
        by_category(&s, bins, data, plain_hessian);
        return;
    }
    from_left(&s, bins, used - 1 + has_missing, plain_hessian);
    if (has_missing)
        from_right(&s, bins, used, plain_hessian);
}
