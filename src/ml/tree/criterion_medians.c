/* src/ml/tree/criterion_medians.c - impurity of numbers by distances to the median.
 *
 * Rows come to a side one at a time, and the median of what has come is found in a Fenwick tree over the ranks of y
 * (Fenwick: A new data structure for cumulative frequency tables; 1994), which keeps sums of weights and of
 * weights times y: logarithmic time a row. One pass from each end gives both sides of all cuts.
 */
#include "sweep.h"

/* ---- the Fenwick tree ----------------------------------------------------------------------------------- */

static void tree_begin(kl_median_lane *lane, size_t size)
{
    memset(lane->weight_tree, 0, (size + 1) * sizeof *lane->weight_tree);
    memset(lane->sum_tree, 0, (size + 1) * sizeof *lane->sum_tree);
    lane->size = size;
    lane->weight = lane->sum = 0;
}

static void tree_add(kl_median_lane *lane, size_t rank, double y, double weight)
{
    for (size_t i = rank + 1; i <= lane->size; i += i & -i) {
        lane->weight_tree[i] += weight;
        lane->sum_tree[i] += weight * y;
    }
    lane->weight += weight;
    lane->sum += weight * y;
}

/* How many ranks have together a weight below `half` (or up to it, `closed`); and that weight and their sum. */
static size_t tree_search(const kl_median_lane *lane, double half, bool closed, double *weight,
                          double *sum)
{
    size_t at = 0, bit = 1;
    *weight = *sum = 0;
    while (bit <= lane->size / 2)
        bit *= 2;
    for (; bit; bit /= 2) {
        size_t next = at + bit;
        if (next > lane->size)
            continue;
        double part = lane->weight_tree[next];
        if (closed ? half >= part : half > part) {
            half -= part;
            at = next;
            *weight += part;
            *sum += lane->sum_tree[next];
        }
    }
    return at;
}

/* The median of what was added, and the sum of distances to it. Where half of the weight lies below a rank, it is the
 * middle of both neighbours. */
static void tree_median(const kl_median_lane *lane, const double *sorted, double *median,
                        double *distance)
{
    double half = lane->weight / 2, weight, sum;
    size_t first = tree_search(lane, half, false, &weight, &sum);
    size_t second = tree_search(lane, half, true, &weight, &sum);
    first = KL_MIN(first, lane->size - 1); /* beyond only by rounding */
    second = KL_MIN(second, lane->size - 1);
    *median = second == first ? sorted[first] : (sorted[first] + sorted[second]) / 2;
    *distance = (lane->sum - sum) - *median * (lane->weight - weight) + *median * weight - sum;
}

void kl_median_of(double *median, double *distance, const double *sorted, const double *weights,
                  size_t n)
{
    double total = 0, below = 0;
    size_t i = 0;
    for (size_t k = 0; k < n; k++)
        total += weights ? weights[k] : 1;
    for (; i + 1 < n; i++) {
        below += weights ? weights[i] : 1;
        if (below >= total / 2)
            break;
    }
    *median = i + 1 < n && below == total / 2 ? (sorted[i] + sorted[i + 1]) / 2 : sorted[i];
    *distance = 0;
    for (size_t k = 0; k < n; k++)
        *distance += (weights ? weights[k] : 1) * fabs(sorted[k] - *median);
}

/* ---- a feature ------------------------------------------------------------------------------------------ */

static void fill_output(const kl_sweep *s, size_t output, size_t total)
{
    kl_median_lane *lane = s->medians;
    const uint32_t *rank = s->median_node->rank + output * s->median_node->n;
    const double *sorted = s->median_node->sorted + output * s->median_node->n;
    double distance;
    tree_begin(lane, total);
    for (size_t i = 0; i < total; i++) {
        uint32_t row = lane->sequence[i];
        tree_add(lane, rank[row], sorted[rank[row]], kl_weight_of(s, row));
        tree_median(lane, sorted, &lane->low[i], &distance);
        lane->before[i] += distance;
    }
    tree_begin(lane, total);
    for (size_t i = total; i-- > 0;) {
        uint32_t row = lane->sequence[i];
        tree_add(lane, rank[row], sorted[rank[row]], kl_weight_of(s, row));
        tree_median(lane, sorted, &lane->high[i], &distance);
        lane->after[i] += distance;
    }
}

static void fill(const kl_sweep *s)
{
    size_t total = s->present + s->missing;
    memset(s->medians->before, 0, total * sizeof(double));
    memset(s->medians->after, 0, total * sizeof(double));
    for (size_t k = 0; k < s->width; k++)
        fill_output(s, k, total);
}

static inline void take(kl_sweep *s, uint32_t row) { s->weight += kl_weight_of(s, row); }

static inline double judge(const kl_sweep *s)
{
    return -s->medians->before[s->count - 1] - s->medians->after[s->count];
}

static inline void sides(const kl_sweep *s, double *left, double *right)
{
    *left = s->medians->low[s->count - 1];
    *right = s->medians->high[s->count];
}

static void sweep(kl_sweep *s, kl_cut *best, bool missing_left)
{
    size_t first = missing_left ? s->missing : 0;
    uint32_t *sequence = s->medians->sequence;
    for (size_t i = 0; i < s->present; i++)
        sequence[first + i] = s->order[s->places[i]];
    for (size_t i = 0; i < s->missing; i++)
        sequence[(missing_left ? 0 : s->present) + i] = s->order[s->places[s->present + i]];
    fill(s);
    kl_sweep_pass(s, best, missing_left, take, judge, sides);
}

static void draw(kl_sweep *s, kl_cut *best, const kl_cut *cut)
{
    memcpy(s->medians->sequence, s->places, (s->present + s->missing) * sizeof *s->places);
    fill(s);
    kl_sweep_draw(s, best, cut, take, judge, sides);
}

const kl_criterion_table kl_criterion_of_medians = {sweep, draw};
