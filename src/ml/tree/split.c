/* src/ml/tree/split.c - the best cut of a node. */
#include "grow_parts.h"

#include "parallel.h"

/* ---- order --------------------------------------------------------------------------------------------- */

static void insertion_sort(uint32_t *x, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        uint32_t item = x[i];
        size_t k = i;
        for (; k && x[k - 1] > item; k--)
            x[k] = x[k - 1];
        x[k] = item;
    }
}

/* By bytes, the lowest first. */
static void radix_sort(uint32_t *x, size_t count, uint32_t largest, uint32_t *spare)
{
    uint32_t *from = x, *to = spare;
    for (unsigned shift = 0; shift < 32 && largest >> shift; shift += 8) {
        uint32_t starts[257] = {0};
        for (size_t i = 0; i < count; i++)
            starts[((from[i] >> shift) & 255) + 1]++;
        for (size_t b = 0; b < 256; b++)
            starts[b + 1] += starts[b];
        for (size_t i = 0; i < count; i++)
            to[starts[(from[i] >> shift) & 255]++] = from[i];
        uint32_t *swap = from;
        from = to;
        to = swap;
    }
    if (from != x)
        memcpy(x, from, count * sizeof *x);
}

/* Set a bit for each number, then read the bits of the stretch they lie in. */
static void bitmap_sort(uint32_t *x, size_t count, uint32_t first_word, uint32_t last_word,
                        uint64_t *bits)
{
    for (size_t i = 0; i < count; i++)
        bits[x[i] >> 6] |= (uint64_t)1 << (x[i] & 63);
    size_t at = 0;
    for (uint32_t w = first_word; w <= last_word; w++) {
        uint64_t word = bits[w];
        bits[w] = 0;
        for (; word; word &= word - 1)
            x[at++] = w << 6 | (uint32_t)__builtin_ctzll(word);
    }
}

void kl_sort_places(uint32_t *places, size_t count, kl_lane *lane)
{
    uint32_t low = UINT32_MAX, high = 0;
    for (size_t i = 0; i < count; i++) {
        low = KL_MIN(low, places[i]);
        high = KL_MAX(high, places[i]);
    }
    if (count < 2)
        return;
    size_t words = (high >> 6) - (low >> 6) + 1;
    if (count > 8 && words <= 4 * count)
        bitmap_sort(places, count, low >> 6, high >> 6, lane->bits);
    else if (count <= 48)
        insertion_sort(places, count);
    else
        radix_sort(places, count, high, lane->spare);
}

/* ---- one feature --------------------------------------------------------------------------------------- */

static kl_sweep sweep_of(const kl_grower *g, kl_lane *lane, size_t feature)
{
    const kl_tree_rules *rules = g->rules;
    int monotonic = rules->monotonic ? rules->monotonic[feature] : 0;
    return (kl_sweep){.feature = (uint32_t)feature,
                      .values = g->data->columns + feature * g->data->n,
                      .codes = g->target->codes,
                      .y = g->target->y,
                      .weights = g->target->weights,
                      .width = g->target->width,
                      .node = &g->node,
                      .min_leaf = rules->min_leaf,
                      .min_weight = rules->min_weight_leaf,
                      .monotonic = monotonic,
                      .lower = g->lower,
                      .upper = g->upper,
                      .is_checked = monotonic || rules->min_weight_leaf > 0,
                      .left = lane->left,
                      .xlog = g->xlog,
                      .median_node = &g->medians,
                      .medians = &lane->medians};
}

/* The places of the node's rows in a column, in order, NaN last; how many are numbers. */
static size_t read_places(const kl_grower *g, kl_lane *lane, size_t feature)
{
    const uint32_t *place = g->data->place + feature * g->data->n;
    const uint32_t *rows = g->rows + g->begin;
    uint32_t present = g->data->present[feature];
    size_t count = g->end - g->begin, numbers = 0;
    if (count == g->data->n) { /* all rows: all places */
        for (size_t i = 0; i < count; i++)
            lane->places[i] = (uint32_t)i;
        return present;
    }
    for (size_t i = 0; i < count; i++)
        lane->places[i] = place[rows[i]];
    kl_sort_places(lane->places, count, lane);
    if (present == g->data->n)
        return count;
    for (numbers = count; numbers && lane->places[numbers - 1] >= present;)
        numbers--;
    return numbers;
}

/* The best cut of a feature; false: it is constant here. */
static bool search(const kl_grower *g, kl_lane *lane, size_t feature, kl_cut *best)
{
    kl_sweep s = sweep_of(g, lane, feature);
    size_t count = g->end - g->begin;
    s.present = read_places(g, lane, feature);
    s.missing = count - s.present;
    s.places = lane->places;
    s.order = g->data->order + feature * g->data->n;
    if (!s.present || (!s.missing && s.values[s.places[count - 1]] <=
                                         s.values[s.places[0]] + KL_TREE_TIE))
        return false;
    g->criterion->sweep(&s, best, false);
    if (s.missing)
        g->criterion->sweep(&s, best, true);
    return true;
}

/* Numbers of the node's rows in a column, and between which they lie; how many are missing. */
static size_t read_numbers(const kl_grower *g, float *restrict numbers, size_t feature, float *low,
                           float *high)
{
    const float *column = g->data->columns + feature * g->data->n;
    const uint32_t *rows = g->rows + g->begin;
    size_t count = g->end - g->begin, missing = 0;
    float least = INFINITY, most = -INFINITY;
    for (size_t i = 0; i < count; i++) {
        float x = column[rows[i]];
        numbers[i] = x;
        least = x < least ? x : least;
        most = x > most ? x : most;
        missing += x != x;
    }
    *low = least;
    *high = most;
    return missing;
}

/* The rows that go left, then the others; how many go left. No branch depends on x, which is unpredictable. */
static size_t list_sides(uint32_t *restrict out, const float *numbers, const uint32_t *rows,
                         size_t count, float threshold, bool missing_left)
{
    size_t left = 0, right = count;
    for (size_t i = 0; i < count; i++) {
        float x = numbers[i];
        bool goes_left = (x <= threshold) | (missing_left & (x != x));
        right -= !goes_left;
        out[goes_left ? left : right] = rows[i];
        left += goes_left;
    }
    return left;
}

/* A random cut of a feature. */
static bool draw(const kl_grower *g, kl_lane *lane, size_t feature, kl_cut *best)
{
    size_t count = g->end - g->begin;
    float low, high;
    size_t missing = read_numbers(g, lane->numbers, feature, &low, &high);
    if (missing == count || (!missing && high <= low + KL_TREE_TIE))
        return false;
    float threshold = (float)kl_random_between(g->random, low, high);
    kl_cut cut = {.feature = (uint32_t)feature, .found = true,
                  .missing_left = missing && kl_random_below(g->random, 2)};
    cut.threshold = threshold >= high ? low : threshold;
    cut.left = list_sides(lane->places, lane->numbers, g->rows + g->begin, count, (float)cut.threshold,
                          cut.missing_left);
    if (cut.left < g->rules->min_leaf || count - cut.left < g->rules->min_leaf)
        return true;
    if (!missing)
        cut.missing_left = cut.left > count - cut.left;
    kl_sweep s = sweep_of(g, lane, feature);
    s.places = lane->places;
    s.present = count - missing;
    s.missing = missing;
    g->criterion->draw(&s, best, &cut);
    return true;
}

/* ---- all features -------------------------------------------------------------------------------------- */

static bool is_known_constant(const kl_grower *g, size_t feature)
{
    return g->constant_begin[feature] <= g->begin && g->end <= g->constant_end[feature];
}

static bool visit(kl_grower *g, kl_lane *lane, size_t feature, kl_cut *best)
{
    if (is_known_constant(g, feature))
        return false;
    bool varies = g->rules->random_splits ? draw(g, lane, feature, best)
                                          : search(g, lane, feature, best);
    if (!varies) {
        g->constant_begin[feature] = (uint32_t)g->begin;
        g->constant_end[feature] = (uint32_t)g->end;
    }
    return varies;
}

static kl_status visit_block(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    kl_grower *g = data;
    (void)block, (void)error;
    for (size_t i = begin; i < end; i++) {
        g->cuts[i] = (kl_cut){.proxy = -INFINITY};
        visit(g, &g->lanes[kl_parallel_me()], g->features[i], &g->cuts[i]);
    }
    return KL_OK;
}

/* Cells of a node from which on its features are worth several threads. */
enum { PARALLEL_CELLS = 1 << 16 };

static kl_status visit_all(kl_cut *best, kl_grower *g, kl_error *error)
{
    size_t d = g->feature_count;
    bool is_large = g->lane_count > 1 && !g->rules->random_splits &&
                    (g->end - g->begin) * d >= PARALLEL_CELLS;
    if (!is_large) {
        for (size_t i = 0; i < d; i++)
            visit(g, &g->lanes[0], g->features[i], best);
        return KL_OK;
    }
    KL_TRY(kl_parallel_for(d, 1, visit_block, g, error));
    for (size_t i = 0; i < d; i++)
        if (g->cuts[i].proxy > best->proxy)
            *best = g->cuts[i];
    return KL_OK;
}

/* Put another feature of those not yet drawn behind them. */
static uint32_t draw_feature(kl_grower *g, size_t drawn)
{
    size_t other = drawn + (size_t)kl_random_below(g->random, g->feature_count - drawn);
    uint32_t feature = g->features[other];
    g->features[other] = g->features[drawn];
    g->features[drawn] = feature;
    return feature;
}

kl_status kl_find_cut(kl_cut *out, kl_grower *g, kl_error *error)
{
    size_t d = g->feature_count, some = 0;
    *out = (kl_cut){.proxy = -INFINITY};
    if (g->rules->criterion == KL_CRITERION_ABSOLUTE)
        kl_prepare_medians(g);
    if (g->rules->max_features >= d) {
        for (size_t i = 0; g->rules->shuffle && i < d; i++)
            draw_feature(g, i);
        return visit_all(out, g, error);
    }
    /* Constant ones count, too, but at least one must be none. */
    for (size_t i = 0; i < d && (i < g->rules->max_features || !some); i++)
        some += visit(g, &g->lanes[0], draw_feature(g, i), out);
    return KL_OK;
}

/* ---- the cut is made ------------------------------------------------------------------------------------ */

/* Both sides keep the order of their rows, so that reading a column goes forward in memory. */
static size_t partition_by_place(kl_grower *g, const kl_cut *cut)
{
    const uint32_t *place = g->data->place + cut->feature * g->data->n;
    uint32_t *rows = g->rows + g->begin, present = g->data->present[cut->feature];
    size_t count = g->end - g->begin, left = 0, right = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t row = rows[i], at = place[row];
        bool goes_left = at < present ? at < cut->place : cut->missing_left;
        rows[left] = row;
        g->spare[right] = row;
        left += goes_left;
        right += !goes_left;
    }
    memcpy(rows + left, g->spare, right * sizeof *rows);
    return left;
}

static size_t partition_by_value(kl_grower *g, const kl_cut *cut)
{
    const float *values = g->data->columns + cut->feature * g->data->n;
    uint32_t *rows = g->rows + g->begin;
    size_t count = g->end - g->begin, left = 0, right = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t row = rows[i];
        float x = values[row];
        bool goes_left = isnan(x) ? cut->missing_left : x <= cut->threshold;
        rows[left] = row;
        g->spare[right] = row;
        left += goes_left;
        right += !goes_left;
    }
    memcpy(rows + left, g->spare, right * sizeof *rows);
    return left;
}

size_t kl_partition(kl_grower *g, const kl_cut *cut)
{
    return g->rules->random_splits ? partition_by_value(g, cut) : partition_by_place(g, cut);
}
