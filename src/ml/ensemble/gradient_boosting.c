/* src/ml/ensemble/gradient_boosting.c - fitting GradientBoostingClassifier and GradientBoostingRegressor: Friedman:
 * Greedy function approximation (2001), Stochastic gradient boosting (2002). */
#include "gradient_boosting.h"

#include "ml/model.h"
#include "parallel.h"

#include <math.h>

/* Streams of random numbers of a stage (or of its tree number stage * columns + column). */
enum { GROW_STREAM = 2, SUBSAMPLE_STREAM = 5, SPLIT_STREAM = 6 };

/* A fit under way. Rows for validation, and those that a stage leaves out, weigh 0. */
typedef struct course {
    kl_boosting *self;
    const kl_fit *in;
    kl_boost_loss loss;
    kl_tree_data data;
    kl_tree_rules rules;
    uint64_t seed;
    size_t n, train_count;
    const double *y;           /* numbers, or codes */
    const double *weights;     /* of rows to learn from, or NULL */
    const double *validation;  /* weights of rows to validate with, or NULL */
    double *inside, *outside;  /* weights of the rows that a stage sees, and does not; NULL = all are seen */
    double *raw;               /* n x columns */
    double *gradient;          /* columns x n */
    double *scratch;           /* n x columns */
    uint32_t *leaves;          /* columns x n */
    size_t first, stage, stages;
    kl_tree_buffer *trees;     /* of stages from `first` on: columns each */
    double *train_score, *improvement, *outside_score; /* by stage */
} course;

static double weight_of(const double *weights, size_t i) { return weights ? weights[i] : 1; }

/* ---- loss ------------------------------------------------------------------------------------------------ */

kl_status kl_boosting_loss(kl_boost_loss *out, const kl_boosting *self, size_t classes,
                           kl_error *error)
{
    static const struct {
        const char *name;
        kl_boost_kind kind;
    } kinds[] = {{"squared_error", KL_BOOST_SQUARED}, {"absolute_error", KL_BOOST_ABSOLUTE},
                 {"huber", KL_BOOST_HUBER},           {"quantile", KL_BOOST_QUANTILE},
                 {"log_loss", KL_BOOST_LOGISTIC},     {"exponential", KL_BOOST_EXPONENTIAL}};
    kl_boost_loss loss = {.columns = 1, .alpha = self->alpha};
    for (size_t i = 0; i < KL_COUNT(kinds); i++)
        if (kl_word_is(self->loss, kinds[i].name))
            loss.kind = kinds[i].kind;
    if (loss.kind == KL_BOOST_EXPONENTIAL && classes != 2)
        return kl_bad_input(error, "the exponential loss is for 2 classes, y has %zu", classes);
    if (loss.kind == KL_BOOST_LOGISTIC && classes > 2) {
        loss.kind = KL_BOOST_MULTINOMIAL;
        loss.columns = classes;
    }
    *out = loss;
    return KL_OK;
}

/* ---- rows to validate with --------------------------------------------------------------------------------- */

/* How many of each class: rounded down, what is left to those that lost most. */
static void share_out(size_t *take, const size_t *count, size_t classes, size_t all, size_t wanted)
{
    size_t given = 0;
    for (size_t k = 0; k < classes; k++)
        given += take[k] = count[k] * wanted / all;
    while (given < wanted) {
        size_t best = 0;
        double most = -1;
        for (size_t k = 0; k < classes; k++) {
            double lost = (double)count[k] * (double)wanted / (double)all - (double)take[k];
            if (take[k] < count[k] && lost > most) {
                most = lost;
                best = k;
            }
        }
        take[best]++;
        given++;
    }
}

static kl_status choose_validation(bool *chosen, const course *c, size_t wanted, kl_task *task,
                                   kl_error *error)
{
    size_t classes = c->in->codes ? c->in->classes : 1, *take, *count;
    int64_t *order;
    kl_random random;
    KL_TAKE(take, task, classes, error);
    KL_TAKE(count, task, classes, error);
    KL_TAKE_RAW(order, task, c->n, error);
    for (size_t i = 0; i < c->n; i++) {
        order[i] = (int64_t)i;
        count[c->in->codes ? (size_t)c->in->codes[i] : 0]++;
    }
    share_out(take, count, classes, c->n, wanted);
    for (size_t k = 0; k < classes; k++)
        if (take[k] == count[k])
            return kl_bad_input(error, "no row of a class is left to learn from beside those to validate "
                                       "with; lower validation_fraction");
    kl_random_open(&random, c->seed, SPLIT_STREAM, 0);
    kl_random_shuffle(&random, order, c->n);
    for (size_t i = 0; i < c->n; i++) {
        size_t class = c->in->codes ? (size_t)c->in->codes[order[i]] : 0;
        chosen[order[i]] = take[class] > 0;
        take[class] -= take[class] > 0;
    }
    return KL_OK;
}

static kl_status split_rows(course *c, kl_task *task, kl_error *error)
{
    double *weights, *validation;
    bool *chosen;
    c->train_count = c->n;
    c->weights = c->in->weights;
    if (kl_is_null(c->self->n_iter_no_change))
        return KL_OK;
    size_t wanted = (size_t)ceil(c->self->validation_fraction * (double)c->n);
    if (wanted >= c->n)
        return kl_bad_input(error, "of %zu rows none is left to learn from beside those to validate with",
                            c->n);
    KL_TAKE(chosen, task, c->n, error);
    KL_TAKE(weights, task, c->n, error);
    KL_TAKE(validation, task, c->n, error);
    KL_TRY(choose_validation(chosen, c, wanted, task, error));
    for (size_t i = 0; i < c->n; i++)
        *(chosen[i] ? &validation[i] : &weights[i]) = weight_of(c->in->weights, i);
    c->weights = weights;
    c->validation = validation;
    c->train_count = c->n - wanted;
    return KL_OK;
}

/* ---- before the first stage ----------------------------------------------------------------------------------- */

static kl_status read_y(course *c, kl_task *task, kl_error *error)
{
    double *y;
    c->y = c->in->y;
    if (!c->in->codes)
        return KL_OK;
    KL_TAKE_RAW(y, task, c->n, error);
    for (size_t i = 0; i < c->n; i++)
        y[i] = (double)c->in->codes[i];
    c->y = y;
    return KL_OK;
}

/* y and weights of the rows to learn from alone: without weights of their own they have none. */
static kl_status start_constant(course *c, kl_task *task, kl_error *error)
{
    double *start, *y, *weights = NULL;
    size_t count = 0;
    KL_TRY(kl_vector_new(&c->self->start, &start, c->loss.columns, error));
    KL_TAKE_RAW(y, task, c->n, error);
    if (c->in->weights)
        KL_TAKE_RAW(weights, task, c->n, error);
    for (size_t i = 0; i < c->n; i++) {
        if (c->validation && c->weights[i] == 0)
            continue;
        if (weights)
            weights[count] = c->in->weights[i];
        y[count++] = c->y[i];
    }
    return kl_boost_start(start, &c->loss, y, weights, count, task, error);
}

/* The rows that init learns from, as values. */
static kl_status fit_init(course *c, kl_value model, kl_task *task, kl_error *error)
{
    kl_value x = kl_null(), y = kl_null(), weights = kl_null();
    int64_t *rows;
    size_t count = 0;
    kl_status status;
    if (!c->validation)
        return kl_model_fit(model, c->in->raw_x, c->in->raw_y, c->in->raw_weights, error);
    KL_TAKE_RAW(rows, task, c->n, error);
    for (size_t i = 0; i < c->n; i++)
        if (c->weights[i] > 0)
            rows[count++] = (int64_t)i;
    KL_TRY_OUT(kl_data_take(&x, c->in->raw_x, rows, count, error));
    KL_TRY_OUT(kl_data_take(&y, c->in->raw_y, rows, count, error));
    if (!kl_is_null(c->in->raw_weights))
        KL_TRY_OUT(kl_data_take(&weights, c->in->raw_weights, rows, count, error));
    status = kl_model_fit(model, x, y, weights, error);
out:
    kl_value_release(x);
    kl_value_release(y);
    kl_value_release(weights);
    return status;
}

static kl_status start_model(course *c, kl_task *task, kl_error *error)
{
    kl_boosting *self = c->self;
    if (kl_word_is(self->init, "zero"))
        return kl_vector_new(&self->start, NULL, c->loss.columns, error);
    if (kl_is_null(self->init))
        return start_constant(c, task, error);
    if (!kl_is_model(self->init))
        return kl_bad_parameter(error, "init", "None, 'zero' or an estimator", self->init);
    KL_TRY(kl_model_clone(&self->init_, self->init, error));
    return fit_init(c, self->init_, task, error);
}

/* Predictions of init_ as numbers: rows, or rows x classes. */
static kl_status ask_init(double *raw, const kl_boosting *self, const kl_boost_loss *loss,
                          size_t rows, kl_value x, kl_task *task, kl_error *error)
{
    bool is_classifier = loss->kind >= KL_BOOST_LOGISTIC;
    kl_value answer;
    kl_matrix numbers;
    KL_TRY(kl_model_apply(&answer, self->init_, is_classifier ? KL_OP_PROBA : KL_OP_PREDICT, x,
                          error));
    size_t cols = is_classifier ? KL_MAX(loss->columns, 2) : 1;
    kl_status status;
    const double *data = NULL;
    size_t n = 0;
    if (is_classifier) {
        status = kl_matrix_read(&numbers, answer, "init", KL_EST_EMPTY_OK, task, error);
        if (status == KL_OK && (numbers.rows != rows || numbers.cols != cols))
            status = kl_bad_dimension(error, "classes of init", cols, numbers.cols);
        data = numbers.data;
    } else {
        status = kl_numbers_read(&data, &n, answer, "init", task, error);
        if (status == KL_OK && n != rows)
            status = kl_bad_dimension(error, "answers of init", rows, n);
    }
    if (status == KL_OK)
        kl_boost_link(raw, loss, data, rows);
    kl_value_release(answer);
    return status;
}

kl_status kl_boosting_begin(double *raw, const kl_boosting *self, const kl_boost_loss *loss,
                            size_t rows, kl_value value, kl_error *error)
{
    const double *start = kl_doubles(self->start);
    if (start) {
        for (size_t i = 0; i < rows; i++)
            memcpy(raw + i * loss->columns, start, loss->columns * sizeof *raw);
        return KL_OK;
    }
    kl_task task = KL_TASK_INIT;
    kl_status status = ask_init(raw, self, loss, rows, value, &task, error);
    kl_task_end(&task);
    return status;
}

/* ---- one tree -------------------------------------------------------------------------------------------- */

/* Leaves of the rows that the tree did not see, and of all after pruning; they count as seen by their weights. */
static void add_tree(const course *c, const kl_tree_buffer *tree, const uint32_t *leaves,
                     size_t column)
{
    double rate = c->self->learning_rate, *raw = c->raw + column;
    for (size_t i = 0; i < c->n; i++) {
        uint32_t leaf = leaves[i] == UINT32_MAX ? kl_tree_data_leaf(&c->data, tree, i) : leaves[i];
        raw[i * c->loss.columns] += rate * tree->values[leaf];
    }
}

static kl_status prune(kl_tree_buffer *tree, const course *c, uint32_t *leaves, kl_error *error)
{
    KL_TRY(kl_tree_prune(tree, c->self->ccp_alpha, error));
    for (size_t i = 0; i < c->n; i++)
        if (leaves[i] != UINT32_MAX)
            leaves[i] = kl_tree_data_leaf(&c->data, tree, i);
    return KL_OK;
}

static kl_status grow_column(const course *c, size_t column, kl_task *task, kl_error *error)
{
    size_t number = c->stage * c->loss.columns + column;
    kl_tree_buffer *tree = &c->trees[number - c->first * c->loss.columns];
    uint32_t *leaves = c->leaves + column * c->n;
    const double *weights = c->inside ? c->inside : c->weights;
    kl_tree_target target = {.y = c->gradient + column * c->n, .width = 1, .weights = weights};
    kl_boost_stage stage = {.y = c->y, .raw = c->raw + column, .gradient = target.y,
                            .weights = weights, .leaves = leaves, .n = c->n, .column = column};
    kl_random random;
    kl_random_open(&random, c->seed, GROW_STREAM, number);
    memset(leaves, 0xff, c->n * sizeof *leaves);
    KL_TRY(kl_tree_grow(tree, &c->data, &target, &c->rules, &random, leaves, task, error));
    if (c->self->ccp_alpha > 0)
        KL_TRY(prune(tree, c, leaves, error));
    KL_TRY(kl_boost_leaves(tree, &c->loss, &stage, error));
    add_tree(c, tree, leaves, column);
    return KL_OK;
}

static kl_status grow_block(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    (void)block;
    for (size_t k = begin; k < end; k++)
        KL_TRY(grow_column(data, k, NULL, error));
    return KL_OK;
}

/* ---- one stage ------------------------------------------------------------------------------------------- */

/* Draw the rows of a stage among those to learn from. */
static kl_status draw_rows(course *c, kl_task *task, kl_error *error)
{
    size_t count = 0, wanted = KL_MAX((size_t)(c->self->subsample * (double)c->train_count), 1);
    int64_t *rows;
    kl_random random;
    double total = 0;
    if (!c->inside)
        return KL_OK;
    KL_TAKE_RAW(rows, task, c->n, error);
    for (size_t i = 0; i < c->n; i++) {
        c->inside[i] = c->outside[i] = 0;
        if (!c->validation || c->weights[i] > 0 || c->validation[i] == 0)
            rows[count++] = (int64_t)i;
    }
    kl_random_open(&random, c->seed, SUBSAMPLE_STREAM, c->stage);
    kl_random_shuffle(&random, rows, count);
    for (size_t i = 0; i < count; i++) {
        size_t row = (size_t)rows[i];
        double *to = i < wanted ? c->inside : c->outside;
        to[row] = weight_of(c->weights, row);
        total += c->inside[row];
    }
    if (!(total > 0)) /* only rows without weight were drawn: all are seen */
        for (size_t i = 0; i < c->n; i++)
            c->inside[i] = weight_of(c->weights, i);
    kl_task_free(task, rows);
    return KL_OK;
}

static double sum_of(const double *weights, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += weight_of(weights, i);
    return sum;
}

static kl_status run_stage(course *c, kl_task *task, kl_error *error)
{
    const kl_boost_loss *loss = &c->loss;
    double before = 0;
    KL_TRY(draw_rows(c, task, error));
    if (c->inside && c->stage == 0)
        before = kl_boost_mean(loss, c->y, c->raw, c->outside, c->n, c->scratch);
    KL_TRY(kl_boost_gradient(c->gradient, &c->loss, c->y, c->raw, c->weights, c->n, c->scratch, task,
                             error));
    const double *seen = c->inside ? c->inside : c->weights;
    c->rules.min_weight_leaf = c->self->min_weight_fraction_leaf * sum_of(seen, c->n);
    if (loss->columns == 1)
        KL_TRY(grow_column(c, 0, NULL, error));
    else
        KL_TRY(kl_parallel_for(loss->columns, 1, grow_block, c, error));
    c->train_score[c->stage] = kl_boost_mean(loss, c->y, c->raw, seen, c->n, c->scratch);
    if (!c->inside)
        return KL_OK;
    c->outside_score[c->stage] = kl_boost_mean(loss, c->y, c->raw, c->outside, c->n, c->scratch);
    if (c->stage)
        before = c->outside_score[c->stage - 1];
    c->improvement[c->stage] = before - c->outside_score[c->stage];
    return KL_OK;
}

/* Whether the loss of the validation rows still falls: below the worst of the last `patience` stages by tol. */
static bool goes_on(const course *c, double *history, size_t patience)
{
    double loss = kl_boost_mean(&c->loss, c->y, c->raw, c->validation, c->n, c->scratch);
    bool better = false;
    for (size_t k = 0; k < patience; k++)
        better = better || loss + c->self->tol < history[k];
    if (better)
        history[c->stage % patience] = loss;
    return better;
}

static kl_status run_stages(course *c, kl_task *task, kl_error *error)
{
    size_t patience = kl_is_null(c->self->n_iter_no_change)
                          ? 0
                          : (size_t)kl_as_int(c->self->n_iter_no_change);
    double *history = NULL;
    if (patience) {
        patience = KL_MIN(patience, c->stages);
        KL_TAKE_RAW(history, task, patience, error);
        for (size_t k = 0; k < patience; k++)
            history[k] = INFINITY;
    }
    for (c->stage = c->first; c->stage < c->stages; c->stage++) {
        KL_TRY(kl_task_step(task, c->stage, c->stages, error));
        KL_TRY(run_stage(c, task, error));
        if (patience && !goes_on(c, history, patience)) {
            c->stage++;
            break;
        }
    }
    return KL_OK;
}

/* ---- all ------------------------------------------------------------------------------------------------- */

static kl_status read_before(const kl_boosting **out, const kl_boosting *self, const kl_fit *in,
                             kl_error *error)
{
    const kl_boosting *before = self->warm_start ? (const kl_boosting *)in->before : NULL;
    *out = before;
    if (!before)
        return KL_OK;
    if ((size_t)before->base.features != in->d)
        return kl_bad_dimension(error, "features", (size_t)before->base.features, in->d);
    if (in->codes && (size_t)before->n_classes_ != in->classes)
        return kl_bad_dimension(error, "classes", (size_t)before->n_classes_, in->classes);
    if (before->n_estimators_ > self->n_estimators)
        return kl_bad_input(error, "n_estimators is %lld, but there are %lld stages to go on with "
                                   "(warm_start)",
                            (long long)self->n_estimators, (long long)before->n_estimators_);
    return KL_OK;
}

static kl_status take_memory(course *c, kl_task *task, kl_error *error)
{
    size_t cells = c->n * c->loss.columns;
    KL_TAKE_RAW(c->raw, task, cells, error);
    KL_TAKE_RAW(c->gradient, task, cells, error);
    KL_TAKE_RAW(c->scratch, task, cells, error);
    KL_TAKE_RAW(c->leaves, task, cells, error);
    KL_TAKE(c->train_score, task, c->stages, error);
    if (c->self->subsample < 1) {
        KL_TAKE(c->inside, task, c->n, error);
        KL_TAKE(c->outside, task, c->n, error);
        KL_TAKE(c->improvement, task, c->stages, error);
        KL_TAKE(c->outside_score, task, c->stages, error);
    }
    KL_TAKE(c->trees, task, (c->stages - c->first) * c->loss.columns + 1, error);
    return KL_OK;
}

static void copy_scores(double *to, kl_value from)
{
    if (to && kl_doubles(from))
        memcpy(to, kl_doubles(from), kl_array_axis(from, 0) * sizeof *to);
}

static kl_status go_on_from(course *c, const kl_boosting *before, kl_task *task, kl_error *error)
{
    kl_boosting *self = c->self;
    const kl_tree_pack *pack;
    (void)task;
    kl_learn(&self->start, kl_value_retain(before->start));
    kl_learn(&self->init_, kl_value_retain(before->init_));
    copy_scores(c->train_score, before->train_score_);
    copy_scores(c->improvement, before->oob_improvement_);
    copy_scores(c->outside_score, before->oob_scores_);
    KL_TRY(kl_boosting_begin(c->raw, self, &c->loss, c->n, c->in->raw_x, error));
    KL_TRY(kl_boosting_pack(&pack, before, error));
    return kl_trees_boost(c->raw, c->loss.columns, pack, 0, pack->trees, self->learning_rate,
                          c->in->x, error);
}

static kl_status keep(course *c, const kl_boosting *before, kl_error *error)
{
    kl_boosting *self = c->self;
    size_t done = c->stage, count = (done - c->first) * c->loss.columns;
    KL_TRY(kl_tree_set_join(&self->trees, before ? &before->trees : NULL, c->trees, count, 1, error));
    KL_TRY(kl_vector_from(&self->train_score_, c->train_score, done, error));
    self->n_estimators_ = (int64_t)done;
    self->n_trees_per_iteration_ = (int64_t)c->loss.columns;
    self->n_classes_ = c->in->codes ? (int64_t)c->in->classes : 0;
    self->seed = (int64_t)c->seed;
    if (!c->inside)
        return KL_OK;
    KL_TRY(kl_vector_from(&self->oob_improvement_, c->improvement, done, error));
    KL_TRY(kl_vector_from(&self->oob_scores_, c->outside_score, done, error));
    kl_learn(&self->oob_score_, kl_double(c->outside_score[done - 1]));
    return KL_OK;
}

static kl_status read_rules(course *c, kl_task *task, kl_error *error)
{
    kl_boosting *self = c->self;
    kl_tree_settings settings = KL_TREE_SETTINGS(self, false);
    kl_fit shares = *c->in;
    shares.n = c->train_count;
    settings.criterion = "squared_error";
    settings.monotonic_cst = kl_null();
    KL_TRY(kl_tree_rules_make(&c->rules, &settings, &shares, 0, task, error));
    c->rules.shuffle = c->rules.max_features < c->in->d;
    self->max_features_ = (int64_t)c->rules.max_features;
    return KL_OK;
}

static kl_status prepare(course *c, const kl_boosting *before, kl_task *task, kl_error *error)
{
    kl_boosting *self = c->self;
    KL_TRY(kl_estimator_seed(&c->seed, &self->base, error));
    if (before && kl_is_null(self->random_state))
        c->seed = (uint64_t)before->seed; /* the same rows to validate with */
    c->first = before ? (size_t)before->n_estimators_ : 0;
    c->stages = (size_t)self->n_estimators;
    KL_TRY(kl_boosting_loss(&c->loss, self, c->in->classes, error));
    KL_TRY(read_y(c, task, error));
    KL_TRY(split_rows(c, task, error));
    KL_TRY(read_rules(c, task, error));
    KL_TRY(take_memory(c, task, error));
    KL_TRY(kl_tree_data_make(&c->data, c->in->x, true, task, error));
    if (before)
        return go_on_from(c, before, task, error);
    KL_TRY(start_model(c, task, error));
    return kl_boosting_begin(c->raw, self, &c->loss, c->n, c->in->raw_x, error);
}

kl_status kl_boosting_fit(kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error)
{
    course c = {.self = (kl_boosting *)base, .in = in, .n = in->n};
    const kl_boosting *before;
    KL_TRY(read_before(&before, c.self, in, error));
    KL_TRY(prepare(&c, before, task, error));
    kl_status status = run_stages(&c, task, error);
    if (status == KL_OK)
        status = keep(&c, before, error);
    for (size_t i = 0; i < (c.stages - c.first) * c.loss.columns; i++)
        kl_tree_buffer_end(&c.trees[i]);
    return status;
}

kl_status kl_boosting_pack(const kl_tree_pack **out, const kl_boosting *self, kl_error *error)
{
    kl_boosting *own = (kl_boosting *)(uintptr_t)self;
    return kl_tree_pack_get(out, &own->pack, &own->trees, (size_t)self->base.features, error);
}
