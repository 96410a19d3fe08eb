/* src/ml/tree/measure.c - what a node is: sums over its rows, impurity, answer. */
#include "grow_parts.h"

#include <float.h>

static double weight_of(const kl_grower *g, uint32_t row)
{
    return g->target->weights ? g->target->weights[row] : 1;
}

/* ---- classes ------------------------------------------------------------------------------------------- */

static void add_classes(const kl_grower *g, kl_node_stats *stats, const uint32_t *rows, size_t count)
{
    const uint32_t *codes = g->target->codes;
    for (size_t i = 0; i < count; i++) {
        double weight = weight_of(g, rows[i]);
        stats->sums[codes[rows[i]]] += weight;
        stats->weight += weight;
    }
}

static double gini(const kl_node_stats *stats, size_t width)
{
    double squares = 0;
    for (size_t k = 0; k < width; k++)
        squares += stats->sums[k] * stats->sums[k];
    return 1 - squares / (stats->weight * stats->weight);
}

static double entropy(const kl_node_stats *stats, size_t width)
{
    double sum = 0;
    for (size_t k = 0; k < width; k++) {
        double share = stats->sums[k] / stats->weight;
        sum -= share > 0 ? share * log2(share) : 0;
    }
    return sum;
}

/* ---- numbers ------------------------------------------------------------------------------------------- */

static void add_numbers(const kl_grower *g, kl_node_stats *stats, const uint32_t *rows, size_t count)
{
    size_t width = g->target->width;
    for (size_t i = 0; i < count; i++) {
        const double *y = g->target->y + (size_t)rows[i] * width;
        double weight = weight_of(g, rows[i]);
        for (size_t k = 0; k < width; k++) {
            stats->sums[k] += weight * y[k];
            stats->squares += weight * y[k] * y[k];
        }
        stats->weight += weight;
    }
}

static double variance(const kl_node_stats *stats, size_t width)
{
    double sum = stats->squares / stats->weight;
    for (size_t k = 0; k < width; k++)
        sum -= stats->sums[k] / stats->weight * (stats->sums[k] / stats->weight);
    return sum / (double)width;
}

static double deviance(const kl_grower *g, const kl_node_stats *stats, const uint32_t *rows,
                       size_t count)
{
    size_t width = g->target->width;
    double sum = 0;
    for (size_t k = 0; k < width; k++) {
        double mean = stats->sums[k] / stats->weight;
        if (stats->sums[k] <= DBL_EPSILON)
            return INFINITY;
        for (size_t i = 0; i < count; i++) {
            double y = g->target->y[(size_t)rows[i] * width + k];
            sum += y > 0 ? weight_of(g, rows[i]) * y * log(y / mean) : 0;
        }
    }
    return sum / (stats->weight * (double)width);
}

/* Sums of differences that are nothing but rounding: a node whose rows all tell the same is pure. */
static bool is_pure(const kl_grower *g, const uint32_t *rows, size_t count)
{
    size_t width = g->target->width;
    const double *y = g->target->y, *first = y + (size_t)rows[0] * width;
    for (size_t i = 1; i < count; i++)
        if (memcmp(y + (size_t)rows[i] * width, first, width * sizeof *y) != 0)
            return false;
    return true;
}

/* ---- medians ------------------------------------------------------------------------------------------- */

/* y of rows in ascending order, and the weights in the same order. */
static void sort_numbers(kl_grower *g, double *sorted, double *weights, const uint32_t *rows,
                         size_t count, size_t output)
{
    kl_lane *lane = &g->lanes[0];
    const uint32_t *place = g->values.place + output * g->data->n;
    const uint32_t *order = g->values.order + output * g->data->n;
    for (size_t i = 0; i < count; i++)
        lane->places[i] = place[rows[i]];
    kl_sort_places(lane->places, count, lane);
    for (size_t i = 0; i < count; i++) {
        uint32_t row = order[lane->places[i]];
        sorted[i] = g->target->y[(size_t)row * g->target->width + output];
        weights[i] = weight_of(g, row);
    }
}

static void add_medians(kl_grower *g, kl_node_stats *stats, const uint32_t *rows, size_t count)
{
    double *sorted = g->lanes[0].medians.before, *weights = g->lanes[0].medians.after;
    for (size_t k = 0; k < g->target->width; k++) {
        double distance;
        sort_numbers(g, sorted, weights, rows, count, k);
        kl_median_of(&stats->sums[k], &distance, sorted, weights, count);
        stats->squares += distance;
    }
    for (size_t i = 0; i < count; i++)
        stats->weight += weight_of(g, rows[i]);
}

void kl_prepare_medians(kl_grower *g)
{
    kl_lane *lane = &g->lanes[0];
    size_t n = g->data->n, count = g->end - g->begin;
    for (size_t k = 0; k < g->target->width; k++) {
        const uint32_t *order = g->values.order + k * n;
        sort_numbers(g, g->medians.sorted + k * n, lane->medians.after, g->rows + g->begin, count,
                     k);
        for (size_t i = 0; i < count; i++)
            g->medians.rank[k * n + order[lane->places[i]]] = (uint32_t)i;
    }
}

/* ---- all ----------------------------------------------------------------------------------------------- */

void kl_measure(kl_grower *g, kl_node_stats *stats, const uint32_t *rows, size_t count)
{
    size_t width = g->target->width;
    stats->weight = stats->squares = 0;
    memset(stats->sums, 0, width * sizeof *stats->sums);
    switch (g->rules->criterion) {
    case KL_CRITERION_GINI:
    case KL_CRITERION_ENTROPY:
        add_classes(g, stats, rows, count);
        stats->impurity = g->rules->criterion == KL_CRITERION_GINI ? gini(stats, width)
                                                                   : entropy(stats, width);
        return;
    case KL_CRITERION_ABSOLUTE:
        add_medians(g, stats, rows, count);
        stats->impurity = stats->squares / (stats->weight * (double)width);
        return;
    case KL_CRITERION_SQUARED:
        add_numbers(g, stats, rows, count);
        stats->impurity = variance(stats, width);
        break;
    case KL_CRITERION_POISSON:
        add_numbers(g, stats, rows, count);
        stats->impurity = deviance(g, stats, rows, count);
        break;
    }
    if (stats->impurity != 0 && count && is_pure(g, rows, count))
        stats->impurity = 0;
}

void kl_node_value(const kl_grower *g, double *out, const kl_node_stats *stats)
{
    bool is_median = g->rules->criterion == KL_CRITERION_ABSOLUTE;
    for (size_t k = 0; k < g->target->width; k++)
        out[k] = is_median ? stats->sums[k] : stats->sums[k] / stats->weight;
    if (!g->rules->monotonic)
        return;
    out[0] = KL_MIN(KL_MAX(out[0], g->lower), g->upper);
    if (g->target->codes && g->target->width == 2)
        out[1] = 1 - out[0];
}

double kl_decrease(const kl_grower *g, const kl_node_stats *node, const kl_node_stats *left,
                   const kl_node_stats *right)
{
    return node->weight / g->weight *
           (node->impurity - right->weight / node->weight * right->impurity -
            left->weight / node->weight * left->impurity);
}
