/* src/ml/boost/fit.c - histogram gradient boosting: rounds of trees, each fitted to the gradients of the loss at what the
 * former ones add up to. */
#include "hist_boost.h"

#include "ml/class_weight.h"

#include <math.h>

enum { STREAM_FEATURES = 0x51, STREAM_SPLIT = 0x52 };
enum { AUTO_ROWS = 10000 }; /* early_stopping='auto': with more rows than these */

/* Rows apart: to learn from, and to see when to stop. */
typedef struct part {
    kl_matrix x;
    kl_hist_target target;
    double *raw; /* columns x n; NULL = not needed */
} part;

typedef struct boosting {
    kl_hist_boost *self;
    const kl_hist_boost *before; /* to go on from; NULL = none */
    const kl_fit *in;
    kl_task *task;
    kl_hist_loss loss;
    kl_hist_rules rules;
    const bool *category;
    part train, check;           /* check.target.n = 0: there is none */
    kl_bins bins;
    kl_hist_grower *grower;
    kl_hist_trees trees;
    float *gradient, *hessian;
    double *baseline, *train_scores, *check_scores, *scratch;
    size_t rounds, scores;
    uint64_t seed;
} boosting;

static const struct {
    const char *name;
    kl_hist_loss_kind kind;
} kinds[] = {{"squared_error", KL_HIST_SQUARED}, {"absolute_error", KL_HIST_ABSOLUTE}, {"gamma", KL_HIST_GAMMA},
             {"poisson", KL_HIST_POISSON},       {"quantile", KL_HIST_QUANTILE}};

kl_hist_loss kl_hist_loss_of(const kl_hist_boost *self)
{
    kl_hist_loss loss = {.kind = KL_HIST_BINARY, .columns = 1, .quantile = 0.5};
    if (!kl_is_null(self->base.classes)) {
        size_t classes = kl_labels_count(self->base.classes);
        if (classes > 2)
            loss = (kl_hist_loss){.kind = KL_HIST_MULTINOMIAL, .columns = classes};
        return loss;
    }
    for (size_t i = 0; i < KL_COUNT(kinds); i++)
        if (kl_word_is(self->loss, kinds[i].name))
            loss.kind = kinds[i].kind;
    if (loss.kind == KL_HIST_QUANTILE)
        loss.quantile = kl_as_double(self->quantile);
    return loss;
}

/* ---- rows ------------------------------------------------------------------------------------------------ */

/* What each row should give: y, or codes as numbers. */
static kl_status make_target(part *to, const boosting *b, kl_error *error)
{
    const kl_fit *in = b->in;
    double *y;
    to->x = *in->x;
    to->target = (kl_hist_target){.n = in->n, .y = in->y, .weights = in->weights};
    if (!in->codes)
        return KL_OK;
    KL_TAKE_RAW(y, b->task, in->n, error);
    for (size_t i = 0; i < in->n; i++)
        y[i] = (double)in->codes[i];
    to->target.y = y;
    return kl_class_weighted(&to->target.weights, b->self->class_weight, b->self->base.classes, in->codes, in->n,
                             in->weights, false, b->task, error);
}

/* How many rows are set aside; 0 = none. */
static kl_status count_check(size_t *out, const boosting *b, kl_error *error)
{
    kl_value fraction = b->self->validation_fraction;
    size_t n = b->in->n, classes = b->in->codes ? b->in->classes : 1;
    *out = 0;
    if (!b->self->do_early_stopping_ || kl_is_null(fraction))
        return KL_OK;
    if (kl_is(fraction, KL_KIND_INT) && kl_as_int(fraction) >= 1)
        *out = (size_t)kl_as_int(fraction);
    else if (kl_is(fraction, KL_KIND_DOUBLE) && kl_as_double(fraction) > 0 && kl_as_double(fraction) < 1)
        *out = (size_t)ceil(kl_as_double(fraction) * (double)n);
    else
        return kl_bad_parameter(error, "validation_fraction", "a number in (0, 1), an int >= 1 or None", fraction);
    if (*out + classes > n || *out < classes)
        return kl_bad_input(error, "%zu rows are too few to set %zu of them aside for early stopping", n, *out);
    return KL_OK;
}

/* Set `take` rows aside, of each class its share: those of the largest remainders make it whole. */
static void share_out(size_t *takes, const size_t *sizes, size_t groups, size_t take, size_t n)
{
    size_t sum = 0;
    for (size_t g = 0; g < groups; g++)
        sum += takes[g] = (size_t)((double)take * (double)sizes[g] / (double)n);
    for (; sum < take; sum++) {
        size_t best = SIZE_MAX;
        double most = -INFINITY;
        for (size_t g = 0; g < groups; g++) {
            double rest = (double)take * (double)sizes[g] / (double)n - (double)takes[g];
            if (takes[g] < sizes[g] && rest > most) {
                most = rest;
                best = g;
            }
        }
        takes[best]++;
    }
}

/* Whether each row is set aside. */
static kl_status draw_check(bool *aside, const boosting *b, const part *all, size_t take, kl_error *error)
{
    size_t groups = b->in->codes ? b->in->classes : 1, n = all->target.n, *sizes, *takes;
    kl_random random;
    int64_t *order;
    KL_TAKE(sizes, b->task, groups, error);
    KL_TAKE(takes, b->task, groups, error);
    KL_TAKE_RAW(order, b->task, n, error);
    for (size_t i = 0; i < n; i++) {
        order[i] = (int64_t)i;
        sizes[b->in->codes ? (size_t)b->in->codes[i] : 0]++;
    }
    share_out(takes, sizes, groups, take, n);
    kl_random_open(&random, b->seed, STREAM_SPLIT, 0);
    kl_random_shuffle(&random, order, n);
    for (size_t i = 0; i < n; i++) {
        size_t *left = takes + (b->in->codes ? (size_t)b->in->codes[order[i]] : 0);
        aside[order[i]] = *left > 0;
        *left -= *left > 0;
    }
    return KL_OK;
}

/* The rows that are, or are not, set aside. */
static kl_status copy_part(part *to, const boosting *b, const part *all, const bool *aside, bool which, size_t count,
                           kl_error *error)
{
    size_t d = all->x.cols, at = 0;
    double *x, *y, *weights = NULL;
    KL_TAKE_RAW(x, b->task, count * d, error);
    KL_TAKE_RAW(y, b->task, count, error);
    if (all->target.weights)
        KL_TAKE_RAW(weights, b->task, count, error);
    for (size_t i = 0; i < all->target.n; i++) {
        if (aside[i] != which)
            continue;
        memcpy(x + at * d, kl_row(&all->x, i), d * sizeof *x);
        y[at] = all->target.y[i];
        if (weights)
            weights[at] = all->target.weights[i];
        at++;
    }
    to->x = (kl_matrix){.rows = count, .cols = d, .data = x, .value = kl_null(), .names = kl_null()};
    to->target = (kl_hist_target){.n = count, .y = y, .weights = weights};
    return KL_OK;
}

static bool has_weight(const kl_hist_target *target)
{
    for (size_t i = 0; target->weights && i < target->n; i++)
        if (target->weights[i] > 0)
            return true;
    return !target->weights;
}

static kl_status make_parts(boosting *b, kl_error *error)
{
    part all = {0};
    size_t take;
    bool *aside;
    KL_TRY(make_target(&all, b, error));
    KL_TRY(kl_hist_check(&b->loss, &all.target, error));
    KL_TRY(count_check(&take, b, error));
    if (!take) {
        b->train = all;
        return KL_OK;
    }
    KL_TAKE_RAW(aside, b->task, all.target.n, error);
    KL_TRY(draw_check(aside, b, &all, take, error));
    KL_TRY(copy_part(&b->train, b, &all, aside, false, all.target.n - take, error));
    KL_TRY(copy_part(&b->check, b, &all, aside, true, take, error));
    if (!has_weight(&b->train.target) || !has_weight(&b->check.target))
        return kl_bad_input(error, "the weights of all rows that are kept, or set aside for early stopping, are 0");
    return KL_OK;
}

/* ---- where to begin -------------------------------------------------------------------------------------- */

static bool same_classes(kl_value a, kl_value b)
{
    size_t n = kl_labels_count(a);
    if (kl_is_null(a) || kl_is_null(b) || n != kl_labels_count(b))
        return kl_is_null(a) && kl_is_null(b);
    if (kl_doubles(a) || kl_doubles(b))
        return kl_doubles(a) && kl_doubles(b) && memcmp(kl_doubles(a), kl_doubles(b), n * sizeof(double)) == 0;
    for (size_t i = 0; i < n; i++)
        if (!kl_text_equal(kl_as_text(kl_array_at(a, i)), kl_as_text(kl_array_at(b, i))))
            return false;
    return true;
}

static kl_status choose_before(boosting *b, kl_error *error)
{
    const kl_hist_boost *before = (const kl_hist_boost *)b->in->before;
    if (!b->self->warm_start || !before || !same_classes(before->base.classes, b->self->base.classes) ||
        before->base.features != (int64_t)b->in->d)
        return KL_OK;
    if (before->n_iter_ > b->self->max_iter)
        return kl_bad_input(error, "max_iter=%lld must be at least n_iter_=%lld to go on from there (warm_start)",
                            (long long)b->self->max_iter, (long long)before->n_iter_);
    b->before = before;
    return KL_OK;
}

/* Copy the trees so far. */
static kl_status copy_trees(boosting *b, kl_error *error)
{
    const kl_hist_boost *from = b->before;
    size_t nodes = kl_array_axis(from->nodes, 0), trees = kl_array_axis(from->starts, 0);
    size_t sets = kl_array_axis(from->sets, 0);
    kl_hist_trees *to = &b->trees;
    to->nodes = kl_alloc(KL_MAX(nodes, 1) * sizeof *to->nodes);
    to->starts = kl_alloc(KL_MAX(trees, 1) * sizeof *to->starts);
    to->sets = kl_alloc(KL_MAX(sets, 1) * sizeof *to->sets);
    if (!to->nodes || !to->starts || !to->sets)
        return kl_error_no_memory(error);
    to->count = to->capacity = nodes;
    to->trees = to->tree_capacity = trees;
    to->set_count = to->set_capacity = sets;
    memcpy(to->nodes, kl_indices(from->nodes), nodes * sizeof *to->nodes);
    memcpy(to->starts, kl_indices(from->starts), trees * sizeof *to->starts);
    if (sets)
        memcpy(to->sets, kl_indices(from->sets), sets * sizeof *to->sets);
    return KL_OK;
}

/* Raw predictions of what was learned so far. */
static kl_status make_raw(part *to, boosting *b, kl_error *error)
{
    size_t n = to->target.n;
    KL_TAKE_RAW(to->raw, b->task, n * b->loss.columns, error);
    for (size_t k = 0; k < b->loss.columns; k++) {
        for (size_t i = 0; i < n; i++)
            to->raw[k * n + i] = b->baseline[k];
        if (b->before) {
            kl_hist_walk walk = kl_hist_walk_of(b->before);
            kl_hist_add(to->raw + k * n, 1, &walk, k, b->trees.trees, b->loss.columns, &to->x);
        }
    }
    return KL_OK;
}

static kl_status begin(boosting *b, kl_error *error)
{
    size_t columns = b->loss.columns, n;
    KL_TAKE_RAW(b->baseline, b->task, columns, error);
    if (b->before) {
        memcpy(b->baseline, kl_doubles(b->before->baseline), columns * sizeof *b->baseline);
        KL_TRY(copy_trees(b, error));
        b->rounds = (size_t)b->before->n_iter_;
    } else {
        KL_TRY(kl_hist_baseline(b->baseline, &b->loss, &b->train.target, b->task, error));
    }
    KL_TRY(make_raw(&b->train, b, error));
    if (b->check.target.n)
        KL_TRY(make_raw(&b->check, b, error));
    n = b->train.target.n;
    KL_TRY(kl_hist_bins_make(&b->bins, &b->train.x, b->train.target.weights, (size_t)b->self->max_bins, b->category,
                             b->seed, b->task, error));
    KL_TRY(kl_hist_grower_new(&b->grower, &b->bins, &b->rules, b->task, error));
    KL_TAKE_RAW(b->gradient, b->task, n * columns, error);
    if (!kl_hist_plain(&b->loss, &b->train.target))
        KL_TAKE_RAW(b->hessian, b->task, n * columns, error);
    if (kl_hist_has_best_leaf(&b->loss))
        KL_TAKE_RAW(b->scratch, b->task, 2 * n, error);
    return KL_OK;
}

/* ---- when to stop ---------------------------------------------------------------------------------------- */

static kl_status begin_scores(boosting *b, kl_error *error)
{
    size_t most = (size_t)b->self->max_iter + 1;
    KL_TAKE_RAW(b->train_scores, b->task, most + 1, error);
    KL_TAKE_RAW(b->check_scores, b->task, most + 1, error);
    if (!b->before)
        return KL_OK;
    b->scores = KL_MIN(kl_array_axis(b->before->train_score_, 0), most);
    memcpy(b->train_scores, kl_doubles(b->before->train_score_), b->scores * sizeof(double));
    if (kl_array_axis(b->before->validation_score_, 0) == b->scores)
        memcpy(b->check_scores, kl_doubles(b->before->validation_score_), b->scores * sizeof(double));
    else
        b->scores = 0;
    return KL_OK;
}

/* Whether none of the last n_iter_no_change scores is better than the one before them. */
static bool is_over(const boosting *b)
{
    const double *scores = b->check.target.n ? b->check_scores : b->train_scores;
    size_t look = (size_t)b->self->n_iter_no_change;
    if (b->scores < look + 1)
        return false;
    double least = scores[b->scores - look - 1] + b->self->tol;
    for (size_t i = b->scores - look; i < b->scores; i++)
        if (scores[i] > least)
            return false;
    return true;
}

static kl_status take_scores(boosting *b, bool *stop, kl_error *error)
{
    *stop = false;
    if (!b->self->do_early_stopping_)
        return KL_OK;
    KL_TRY(kl_hist_score(b->train_scores + b->scores, b->self, &b->train.target, b->train.raw, b->task, error));
    if (b->check.target.n)
        KL_TRY(kl_hist_score(b->check_scores + b->scores, b->self, &b->check.target, b->check.raw, b->task, error));
    b->scores++;
    *stop = is_over(b);
    return KL_OK;
}

/* ---- rounds ---------------------------------------------------------------------------------------------- */

static kl_status grow_tree(boosting *b, size_t column, kl_error *error)
{
    size_t n = b->train.target.n, count;
    double *raw = b->train.raw + column * n;
    kl_random random;
    kl_random_open(&random, b->seed, STREAM_FEATURES, b->trees.trees);
    KL_TRY(kl_hist_grow(b->grower, &b->trees, b->gradient + column * n, b->hessian ? b->hessian + column * n : NULL,
                        &random, b->task, error));
    kl_hist_leaf *leaves = kl_hist_leaves(b->grower, &count);
    for (size_t i = 0; kl_hist_has_best_leaf(&b->loss) && i < count; i++)
        KL_TRY(kl_hist_best_leaf(&leaves[i].value, &b->loss, &b->train.target, raw, leaves + i, b->scratch, error));
    kl_hist_settle(b->grower, &b->trees, raw);
    return KL_OK;
}

/* Add the trees of the last round to the raw predictions of the rows that are set aside. */
static void follow(boosting *b, const kl_hist_walk *categories)
{
    kl_hist_walk walk = *categories;
    walk.nodes = b->trees.nodes;
    walk.starts = b->trees.starts;
    walk.sets = b->trees.sets;
    for (size_t k = 0; k < b->loss.columns; k++) {
        size_t tree = b->trees.trees - b->loss.columns + k;
        kl_hist_add(b->check.raw + k * b->check.target.n, 1, &walk, tree, tree + 1, 1, &b->check.x);
    }
}

static kl_status run(boosting *b, kl_error *error)
{
    kl_hist_walk walk = kl_hist_walk_of(b->self);
    bool stop = false;
    if (!b->before)
        KL_TRY(take_scores(b, &stop, error));
    while (b->rounds < (size_t)b->self->max_iter && !stop) {
        kl_hist_gradients(b->gradient, b->hessian, &b->loss, &b->train.target, b->train.raw);
        for (size_t k = 0; k < b->loss.columns; k++)
            KL_TRY(grow_tree(b, k, error));
        b->rounds++;
        if (b->check.target.n)
            follow(b, &walk);
        KL_TRY(take_scores(b, &stop, error));
        KL_TRY(kl_task_step(b->task, b->rounds, (size_t)b->self->max_iter, error));
    }
    return KL_OK;
}

/* ---- keeping --------------------------------------------------------------------------------------------- */

static bool same_numbers(kl_value a, kl_value b)
{
    size_t n = kl_array_axis(a, 0);
    return n == kl_array_axis(b, 0) &&
           (n == 0 || memcmp(kl_as_array_view(a)->layout.data, kl_as_array_view(b)->layout.data, 8 * n) == 0);
}

/* The sets of the trees so far count categories by their places. */
static kl_status check_categories(const boosting *b, kl_error *error)
{
    const kl_hist_boost *self = b->self, *before = b->before;
    if (!before || (same_numbers(self->category_starts, before->category_starts) &&
                    same_numbers(self->categories, before->categories)))
        return KL_OK;
    return kl_bad_input(error, "x has other categories than the model to go on from (warm_start)");
}

/* The values of all categories, for predictions. */
static kl_status keep_categories(boosting *b, kl_error *error)
{
    kl_value value;
    double *values;
    int64_t *starts;
    bool *flags;
    size_t count = 0, d = b->in->d;
    if (!b->category)
        return check_categories(b, error);
    KL_TRY(kl_flags_new(&value, &flags, d, error));
    kl_learn(&b->self->is_categorical_, value);
    memcpy(flags, b->category, d);
    KL_TRY(kl_indices_new(&value, &starts, d + 1, error));
    kl_learn(&b->self->category_starts, value);
    for (size_t f = 0; f < d; f++) {
        starts[f] = (int64_t)count;
        count += b->category[f] ? b->bins.used[f] : 0;
    }
    starts[d] = (int64_t)count;
    KL_TRY(kl_vector_new(&value, &values, count, error));
    kl_learn(&b->self->categories, value);
    for (size_t f = 0; f < d; f++)
        if (b->category[f])
            memcpy(values + starts[f], b->bins.edges + f * b->bins.missing, b->bins.used[f] * sizeof *values);
    return check_categories(b, error);
}

static kl_status keep_trees(kl_hist_boost *self, const kl_hist_trees *trees, kl_error *error)
{
    kl_value value;
    int64_t *to;
    KL_TRY(kl_index_table_new(&value, &to, trees->count, 2, error));
    kl_learn(&self->nodes, value);
    memcpy(to, trees->nodes, trees->count * sizeof *trees->nodes);
    KL_TRY(kl_indices_from(&value, trees->starts, trees->trees, error));
    kl_learn(&self->starts, value);
    KL_TRY(kl_index_table_new(&value, &to, trees->set_count, 4, error));
    kl_learn(&self->sets, value);
    if (trees->set_count)
        memcpy(to, trees->sets, trees->set_count * sizeof *trees->sets);
    return KL_OK;
}

static kl_status keep(boosting *b, kl_error *error)
{
    kl_hist_boost *self = b->self;
    kl_value value;
    KL_TRY(keep_trees(self, &b->trees, error));
    KL_TRY(kl_vector_from(&value, b->baseline, b->loss.columns, error));
    kl_learn(&self->baseline, value);
    KL_TRY(kl_vector_from(&value, b->train_scores, b->scores, error));
    kl_learn(&self->train_score_, value);
    KL_TRY(kl_vector_from(&value, b->check_scores, b->check.target.n ? b->scores : 0, error));
    kl_learn(&self->validation_score_, value);
    self->n_iter_ = (int64_t)b->rounds;
    self->n_trees_per_iteration_ = (int64_t)b->loss.columns;
    self->seed = (int64_t)b->seed;
    return KL_OK;
}

static kl_status read_early_stopping(bool *out, const kl_hist_boost *self, size_t n, kl_error *error)
{
    *out = kl_as_bool(self->early_stopping);
    if (kl_is(self->early_stopping, KL_KIND_BOOL))
        return KL_OK;
    *out = n > AUTO_ROWS;
    return kl_word_is(self->early_stopping, "auto")
               ? KL_OK
               : kl_bad_parameter(error, "early_stopping", "'auto', True or False", self->early_stopping);
}

static kl_status check_parameters(const kl_hist_boost *self, kl_error *error)
{
    double q = kl_as_double(self->quantile);
    if (kl_word_is(self->loss, "quantile") && !(q > 0 && q < 1))
        return kl_bad_parameter(error, "quantile", "a number in (0, 1) for loss='quantile'", self->quantile);
    return kl_hist_check_scoring(self, error);
}

static kl_status prepare(boosting *b, kl_error *error)
{
    KL_TRY(check_parameters(b->self, error));
    KL_TRY(choose_before(b, error));
    KL_TRY(kl_estimator_seed(&b->seed, &b->self->base, error));
    b->seed = b->before ? (uint64_t)b->before->seed : b->seed & INT64_MAX;
    KL_TRY(read_early_stopping(&b->self->do_early_stopping_, b->self, b->in->n, error));
    KL_TRY(kl_hist_categories(&b->category, b->self, b->in, b->task, error));
    KL_TRY(kl_hist_rules_make(&b->rules, b->self, b->in, b->category, b->task, error));
    KL_TRY(make_parts(b, error));
    KL_TRY(begin(b, error));
    KL_TRY(begin_scores(b, error));
    return keep_categories(b, error);
}

kl_status kl_hist_fit(kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error)
{
    boosting b = {.self = (kl_hist_boost *)base, .in = in, .task = task};
    kl_status status;
    b.loss = kl_hist_loss_of(b.self);
    status = prepare(&b, error);
    if (status == KL_OK)
        status = run(&b, error);
    if (status == KL_OK)
        status = keep(&b, error);
    kl_hist_trees_end(&b.trees);
    return status;
}
