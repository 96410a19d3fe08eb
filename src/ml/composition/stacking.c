/* src/ml/composition/stacking.c - StackingClassifier, StackingRegressor: an estimator that learns from what others
 * predict of rows they have not seen (Wolpert 1992). */
#include "committee.h"

#include "ml/estimator_parts.h"
#include "ml/model_selection/splitter.h"

#include <math.h>

typedef struct stacking {
    kl_estimator base;
    kl_value estimators, final_estimator, cv, stack_method, n_jobs;
    bool passthrough;
    int64_t verbose;
    kl_value estimators_, named_estimators_, final_estimator_, stack_method_;
    kl_value operations; /* array of ints: what each is asked */
} stacking;

extern const kl_type kl_stacking_classifier_type, kl_stacking_regressor_type;

static bool is_classifier(const kl_estimator *self) { return self->object.type == &kl_stacking_classifier_type; }

static kl_status check(stacking *self, bool classify, kl_error *error)
{
    kl_value last, made = self->final_estimator;
    KL_TRY(kl_committee_check(&self->estimators, classify, error));
    if (kl_is_null(made))
        return KL_OK;
    if (kl_array_len(made) == 2)
        KL_TRY(kl_committee_tree(&last, kl_array_at(made, 0), kl_array_at(made, 1), classify, error));
    else
        KL_TRY(kl_model_resolve(&last, made, "final_estimator", error));
    kl_value_replace(&self->final_estimator, last);
    return KL_OK;
}
static kl_status check_classifier(kl_object *object, kl_error *error)
{
    return check((stacking *)object, true, error);
}
static kl_status check_regressor(kl_object *object, kl_error *error)
{
    return check((stacking *)object, false, error);
}

/* ---- what the others predict ------------------------------------------------------------------------------- */

static const struct {
    const char *word;
    kl_operation operation;
} methods_asked[] = {{"predict_proba", KL_OP_PROBA}, {"decision_function", KL_OP_DECISION}, {"predict", KL_OP_PREDICT}};

/* What a member is asked: the first of the list that it can, or what stack_method says. */
static kl_status operation_of(size_t *out, const stacking *self, kl_value model, bool classify, kl_error *error)
{
    for (size_t i = classify ? 0 : 2; i < KL_COUNT(methods_asked); i++) {
        bool wanted = !classify || kl_word_is(self->stack_method, "auto") ||
                      kl_word_is(self->stack_method, methods_asked[i].word);
        if (wanted && kl_model_has(model, methods_asked[i].operation)) {
            *out = i;
            return KL_OK;
        }
    }
    return kl_bad_input(error, "an estimator has no %.*s()", KL_TEXT_ARG(kl_as_text(self->stack_method)));
}

/* The columns that a member adds: one, or one for each class; of two classes the second alone. */
typedef struct column_block {
    size_t first, width; /* in the table for the final estimator */
    kl_operation operation;
} column_block;

typedef struct stack_run {
    const kl_committee *of;
    const column_block *blocks;
    const kl_folds *folds;
    size_t classes, cols;
    kl_value x, y, weights;
    double *table; /* n x cols */
} stack_run;

/* Numbers of an answer about `rows` into the table. `known`: the classes (codes) that the member has learned. */
static kl_status put(const stack_run *run, const column_block *block, const int64_t *rows, size_t count,
                     kl_value answer, kl_value known, kl_task *task, kl_error *error)
{
    const double *numbers, *codes = kl_doubles(known);
    size_t cols;
    KL_TRY(kl_held_numbers(&numbers, count, &cols, answer, task, error));
    for (size_t r = 0; r < count; r++) {
        double *to = run->table + (size_t)(rows ? rows[r] : (int64_t)r) * run->cols + block->first;
        const double *row = numbers + r * cols;
        if (cols == 1) {
            to[0] = row[0];
            continue;
        }
        for (size_t c = 0; c < cols; c++) {
            bool is_known = codes && kl_labels_count(known) == cols && codes[c] >= 0 && codes[c] < (double)cols;
            size_t code = is_known ? (size_t)codes[c] : c;
            if (block->width == 1 && code == 1)
                to[0] = row[c];
            else if (block->width > 1 && code < block->width)
                to[code] = row[c];
        }
    }
    return KL_OK;
}

static kl_value classes_of(kl_value model)
{
    kl_error ignored = KL_ERROR_INIT;
    kl_value classes;
    if (kl_model_attribute(&classes, model, "classes_", &ignored) == KL_OK)
        return classes;
    kl_error_clear(&ignored);
    return kl_null();
}

static kl_status ask(const stack_run *run, size_t member, kl_value model, kl_value x, const int64_t *rows,
                     size_t count, kl_error *error)
{
    kl_task task = KL_TASK_INIT;
    kl_value answer, known = classes_of(model);
    kl_status status = kl_model_apply(&answer, model, run->blocks[member].operation, x, error);
    if (status == KL_OK) {
        status = put(run, &run->blocks[member], rows, count, answer, known, &task, error);
        kl_value_release(answer);
    }
    kl_value_release(known);
    kl_task_end(&task);
    return status;
}

/* ---- out of fold ------------------------------------------------------------------------------------------- */

typedef struct fold_data {
    kl_value x, y, weights, test;
} fold_data;

static kl_status learn_fold(const stack_run *run, const kl_fold *fold, const fold_data *data, kl_error *error)
{
    kl_value model;
    for (size_t m = 0; m < run->of->count; m++) {
        KL_TRY(kl_model_clone(&model, run->of->models[m], error));
        kl_status status = kl_model_fit(model, data->x, data->y, data->weights, error);
        if (status == KL_OK)
            status = ask(run, m, model, data->test, fold->test, fold->test_count, error);
        kl_value_release(model);
        if (status != KL_OK)
            return status;
    }
    return KL_OK;
}

static kl_status run_fold(const stack_run *run, size_t number, kl_error *error)
{
    const kl_fold *fold = &run->folds->fold[number];
    fold_data data = {.x = kl_null()};
    kl_status status;
    KL_TRY_OUT(kl_data_take(&data.x, run->x, fold->train, fold->train_count, error));
    KL_TRY_OUT(kl_data_take(&data.y, run->y, fold->train, fold->train_count, error));
    KL_TRY_OUT(kl_data_take(&data.weights, run->weights, fold->train, fold->train_count, error));
    KL_TRY_OUT(kl_data_take(&data.test, run->x, fold->test, fold->test_count, error));
    KL_TRY_OUT(learn_fold(run, fold, &data, error));
out:
    kl_value_release(data.x);
    kl_value_release(data.y);
    kl_value_release(data.weights);
    kl_value_release(data.test);
    return status;
}

static kl_status fold_block(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    (void)block;
    for (size_t f = begin; f < end; f++)
        KL_TRY(run_fold(data, f, error));
    return KL_OK;
}

static kl_status out_of_fold(stack_run *run, kl_error *error)
{
    if (kl_models_are_own(run->of->models, run->of->count))
        return kl_parallel_for(run->folds->count, 1, fold_block, run, error);
    return fold_block(run, 0, 0, run->folds->count, error);
}

/* ---- the table for the final estimator --------------------------------------------------------------------- */

/* Behind the predictions x itself, where it is passed through. Given. */
static kl_status meta_x(kl_value *out, const double *table, size_t n, size_t cols, kl_value x, bool passthrough,
                        kl_error *error)
{
    kl_value parts[2] = {kl_null(), x};
    KL_TRY(kl_table_from(&parts[0], table, n, cols, error));
    if (!passthrough) {
        *out = parts[0];
        return KL_OK;
    }
    kl_status status = kl_held_stack(out, parts, 2, n, 1, error);
    kl_value_release(parts[0]);
    return status;
}

/* Columns of what a member says: of two classes the second alone. */
static size_t width_of(kl_operation operation, size_t classes)
{
    return operation == KL_OP_PREDICT || classes <= 2 ? 1 : classes;
}

/* Blocks of columns of all members; sets the width of the table. */
static kl_status lay_out(column_block *blocks, size_t *cols, kl_value operations, size_t classes)
{
    *cols = 0;
    for (size_t m = 0; m < kl_array_len(operations); m++) {
        kl_operation operation = methods_asked[kl_as_int(kl_array_at(operations, m))].operation;
        size_t width = width_of(operation, classes);
        blocks[m] = (column_block){*cols, width, operation};
        *cols += width;
    }
    return KL_OK;
}

static kl_status make_final(kl_value *out, const stacking *self, kl_error *error)
{
    if (!kl_is_null(self->final_estimator))
        return kl_model_clone(out, self->final_estimator, error);
    kl_value name;
    KL_TRY(kl_string_new(&name, is_classifier(&self->base) ? KL_TEXT("LogisticRegression") : KL_TEXT("RidgeCV"),
                         error));
    kl_status status = kl_model_resolve(out, name, "final_estimator", error);
    kl_value_release(name);
    return status;
}

static kl_status keep_operations(stacking *self, const kl_committee *of, kl_error *error)
{
    kl_value operations, words;
    size_t which;
    KL_TRY(kl_array_new(&operations, of->count, error));
    kl_learn(&self->operations, operations);
    KL_TRY(kl_array_new(&words, of->count, error));
    kl_learn(&self->stack_method_, words);
    for (size_t m = 0; m < of->count; m++) {
        KL_TRY(operation_of(&which, self, of->models[m], is_classifier(&self->base), error));
        KL_TRY(kl_array_push(&self->operations, kl_int((int64_t)which), error));
        KL_TRY(kl_array_push_text(&self->stack_method_, kl_text_from(methods_asked[which].word), error));
    }
    return KL_OK;
}

/* ---- fit --------------------------------------------------------------------------------------------------- */

static bool is_prefit(const stacking *self) { return kl_word_is(self->cv, "prefit"); }

static kl_status fit_members(stacking *self, const kl_committee *of, const stack_run *run, kl_task *task,
                             kl_error *error)
{
    kl_value *fitted, list = kl_null(), named = kl_null();
    KL_TAKE(fitted, task, of->count, error);
    kl_status status = KL_OK;
    if (is_prefit(self))
        for (size_t m = 0; m < of->count; m++)
            fitted[m] = kl_value_retain(of->models[m]);
    else
        KL_TRY(kl_held_clones(fitted, of->models, of->count, false, error));
    if (!is_prefit(self))
        status = kl_held_fit(fitted, of->count, run->x, run->y, run->weights, error);
    if (status == KL_OK)
        status = kl_held_list(&list, fitted, of->count, error);
    if (status == KL_OK)
        status = kl_committee_named(&named, of, fitted, error);
    kl_learn(&self->estimators_, list);
    kl_learn(&self->named_estimators_, named);
    kl_held_release(fitted, of->count);
    return status;
}

/* The members' predictions for the rows that they are fitted to. */
static kl_status predict_known(stack_run *run, const stacking *self, kl_error *error)
{
    for (size_t m = 0; m < run->of->count; m++)
        KL_TRY(ask(run, m, kl_array_at(self->estimators_, m), run->x, NULL, kl_array_axis(run->y, 0), error));
    return KL_OK;
}

static kl_status fit_final(stacking *self, const stack_run *run, size_t n, kl_error *error)
{
    kl_value x = kl_null(), model = kl_null();
    kl_status status;
    KL_TRY_OUT(meta_x(&x, run->table, n, run->cols, run->x, self->passthrough, error));
    KL_TRY_OUT(make_final(&model, self, error));
    KL_TRY_OUT(kl_model_fit(model, x, run->y, run->weights, error));
    kl_learn(&self->final_estimator_, kl_value_take(&model));
out:
    kl_value_release(model);
    kl_value_release(x);
    return status;
}

static kl_status targets(kl_value *out, size_t *n, kl_estimator *model, const kl_fit *in, kl_task *task,
                         kl_error *error)
{
    int64_t *codes;
    const double *numbers;
    KL_TRY(kl_held_note(model, in->raw_x, error));
    if (is_classifier(model)) {
        KL_TRY(kl_held_labels(&codes, model, in->raw_x, in->raw_y, 0, task, error));
        KL_TRY(kl_data_rows(n, in->raw_x, "x", error));
        return kl_held_codes(out, codes, *n, error);
    }
    if (kl_is_null(in->raw_y))
        return kl_bad_input(error, "%s needs y", model->object.type->name);
    KL_TRY(kl_held_rows(n, in->raw_x, in->raw_y, error));
    KL_TRY(kl_numbers_read(&numbers, n, in->raw_y, "y", task, error));
    model->outputs = 1;
    return kl_vector_from(out, numbers, *n, error);
}

static kl_status fit_all(stacking *self, stack_run *run, size_t n, kl_task *task, kl_error *error)
{
    kl_folds folds = {0};
    column_block *blocks;
    kl_split_data data = {.n = n, .x = run->x, .y = run->y, .groups = kl_null()};
    KL_TRY(keep_operations(self, run->of, error));
    KL_TAKE(blocks, task, run->of->count, error);
    lay_out(blocks, &run->cols, self->operations, run->classes);
    run->blocks = blocks;
    KL_TAKE(run->table, task, n * run->cols, error);
    if (!is_prefit(self))
        KL_TRY(kl_folds_of(&folds, self->cv, is_classifier(&self->base), &data, task, error));
    run->folds = &folds;
    KL_TRY(kl_task_step(task, 0, 3, error));
    KL_TRY(fit_members(self, run->of, run, task, error));
    KL_TRY(kl_task_step(task, 1, 3, error));
    KL_TRY(is_prefit(self) ? predict_known(run, self, error) : out_of_fold(run, error));
    KL_TRY(kl_task_step(task, 2, 3, error));
    return fit_final(self, run, n, error);
}

static kl_status fit(kl_estimator *model, const kl_fit *in, kl_task *task, kl_error *error)
{
    stacking *self = (stacking *)model;
    kl_committee of = {.list = kl_null()};
    stack_run run = {.of = &of, .x = in->raw_x, .y = kl_null(), .weights = in->raw_weights};
    size_t n;
    kl_status status;
    KL_TRY_OUT(targets(&run.y, &n, model, in, task, error));
    run.classes = is_classifier(model) ? kl_labels_count(model->classes) : 1;
    KL_TRY_OUT(kl_committee_read(&of, self->estimators, 2, is_classifier(model), task, error));
    KL_TRY_OUT(fit_all(self, &run, n, task, error));
out:
    kl_value_release(run.y);
    kl_committee_end(&of);
    return status;
}

/* ---- answers ----------------------------------------------------------------------------------------------- */

/* What the final estimator gets of x; given. */
static kl_status stacked(kl_value *out, const stacking *self, kl_value x, bool passthrough, kl_task *task,
                         kl_error *error)
{
    size_t count = kl_array_len(self->estimators_), n;
    stack_run run = {.classes = is_classifier(&self->base) ? kl_labels_count(self->base.classes) : 1};
    column_block *blocks;
    KL_TRY(kl_data_rows(&n, x, "x", error));
    KL_TAKE(blocks, task, count, error);
    lay_out(blocks, &run.cols, self->operations, run.classes);
    run.blocks = blocks;
    KL_TAKE(run.table, task, n * run.cols + 1, error);
    for (size_t m = 0; m < count; m++)
        KL_TRY(ask(&run, m, kl_array_at(self->estimators_, m), x, NULL, n, error));
    return meta_x(out, run.table, n, run.cols, x, passthrough, error);
}

/* Labels of the codes that the final estimator answers. */
static kl_status to_labels(kl_value *answer, const stacking *self, kl_task *task, kl_error *error)
{
    const double *numbers;
    int64_t *codes;
    size_t n = kl_array_axis(*answer, 0), cols;
    kl_value labels;
    KL_TRY(kl_held_numbers(&numbers, n, &cols, *answer, task, error));
    KL_TAKE(codes, task, n + 1, error);
    for (size_t i = 0; i < n; i++)
        codes[i] = fabs(numbers[i * cols]) < INT32_MAX ? (int64_t)numbers[i * cols] : -1;
    KL_TRY(kl_labels_decode(&labels, self->base.classes, codes, n, error));
    kl_value_replace(answer, labels);
    return KL_OK;
}

static kl_status forward(kl_value *out, const kl_estimator *model, kl_operation operation, kl_value x, kl_task *task,
                         kl_error *error)
{
    const stacking *self = (const stacking *)model;
    kl_value table, answer;
    KL_TRY(stacked(&table, self, x, self->passthrough, task, error));
    if (operation == KL_OP_TRANSFORM) {
        *out = table;
        return KL_OK;
    }
    kl_status status = kl_model_apply(&answer, self->final_estimator_, operation, table, error);
    kl_value_release(table);
    if (status != KL_OK)
        return status;
    if (operation == KL_OP_PREDICT && is_classifier(model))
        status = to_labels(&answer, self, task, error);
    if (status == KL_OK)
        *out = answer;
    else
        kl_value_release(answer);
    return status;
}

static bool has(const kl_estimator *any, kl_operation operation)
{
    kl_estimator *model = kl_held_model(any);
    const stacking *self = (const stacking *)(model ? model : any);
    kl_value last = kl_is_null(self->final_estimator_) ? self->final_estimator : self->final_estimator_;
    bool can = operation == KL_OP_PREDICT || operation == KL_OP_TRANSFORM;
    if (!can && kl_is_null(last)) /* LogisticRegression, RidgeCV */
        can = is_classifier(any) && (operation == KL_OP_PROBA || operation == KL_OP_DECISION);
    else if (!can)
        can = kl_model_has(last, operation);
    kl_object_release((kl_object *)model);
    return can;
}

static kl_status score(double *out, const kl_estimator *model, const kl_fit *in, kl_task *task, kl_error *error)
{
    kl_value answer;
    KL_TRY(forward(&answer, model, KL_OP_PREDICT, in->raw_x, task, error));
    kl_status status = kl_held_score(out, is_classifier(model), in->raw_y, answer, in->raw_weights, task, error);
    kl_value_release(answer);
    return status;
}

/* ---- within ------------------------------------------------------------------------------------------------ */

static kl_status parts(kl_value *out, const kl_estimator *model, kl_error *error)
{
    const stacking *self = (const stacking *)model;
    KL_TRY(kl_held_parts(out, self->estimators, error));
    if (!kl_is_model(self->final_estimator))
        return KL_OK;
    kl_status status =
        kl_map_set(out, KL_TEXT("final_estimator"), kl_value_retain(self->final_estimator), error);
    if (status != KL_OK)
        kl_value_release(*out);
    return status;
}

/* stackingclassifier_a, of several columns with their number behind; then the names of x that is passed through. */
static kl_status push_names(kl_value *list, const stacking *self, size_t member, size_t width, kl_error *error)
{
    const char *prefix = is_classifier(&self->base) ? "stackingclassifier" : "stackingregressor";
    kl_text name = kl_map_key_at(self->named_estimators_, member);
    kl_value text;
    for (size_t c = 0; c < width; c++) {
        KL_TRY(width > 1 ? kl_string_format(&text, error, "%s_%.*s%zu", prefix, KL_TEXT_ARG(name), c)
                         : kl_string_format(&text, error, "%s_%.*s", prefix, KL_TEXT_ARG(name)));
        KL_TRY(kl_array_push(list, text, error));
    }
    return KL_OK;
}

static kl_status names_out(kl_value *out, const kl_estimator *model, kl_value names, kl_error *error)
{
    const stacking *self = (const stacking *)model;
    size_t classes = is_classifier(model) ? kl_labels_count(model->classes) : 0;
    kl_value list;
    kl_status status;
    KL_TRY(kl_array_new(&list, 8, error));
    for (size_t m = 0; m < kl_array_len(self->operations); m++) {
        size_t width = width_of(methods_asked[kl_as_int(kl_array_at(self->operations, m))].operation, classes);
        KL_TRY_OUT(push_names(&list, self, m, width, error));
    }
    for (size_t j = 0; self->passthrough && j < kl_array_len(names); j++)
        KL_TRY_OUT(kl_array_push(&list, kl_value_retain(kl_array_at(names, j)), error));
    *out = list;
    return KL_OK;
out:
    kl_value_release(list);
    return status;
}

KL_EST_METHOD(named_estimators)
{
    const stacking *stack = (const stacking *)self;
    (void)args;
    return kl_held_map(out, stack->estimators, NULL, error);
}

static kl_status replace(kl_estimator *self, kl_text name, kl_value part, kl_error *error)
{
    kl_value *list = &((stacking *)self)->estimators;
    KL_TRY(kl_held_replace(list, name, part, error));
    return kl_committee_check(list, is_classifier(self), error);
}

static const kl_method classifier_methods[] = {KL_EST_SUPERVISED_WEIGHTED, KL_EST_PROBA, KL_EST_DECISION,
                                               KL_EST_CLASSES, KL_COMMITTEE_METHODS};
static const kl_method regressor_methods[] = {KL_EST_SUPERVISED_WEIGHTED, KL_COMMITTEE_METHODS};

#define STACKED(trees, last)                                                                       \
    KL_VALUE(stacking, estimators, .kind = KL_KIND_ANY, .flags = KL_FOREIGN | KL_OPTIONAL,         \
             .doc = "list of (name, estimator): any objects with fit() and predict(), names of them, or \"drop\"; or of " \
                    "(max_depth or None, min_samples_split) for decision trees; None = " trees),   \
    KL_VALUE(stacking, final_estimator, .kind = KL_KIND_ANY, .flags = KL_FOREIGN | KL_OPTIONAL,    \
             .doc = "what learns from their predictions: an estimator, or (max_depth or None, min_samples_split) for a " \
                    "decision tree; None = " last),                                                \
    KL_VALUE(stacking, cv, .kind = KL_KIND_ANY, .fallback = "5", .flags = KL_FOREIGN | KL_OPTIONAL,\
             .doc = "folds for predictions of rows that were not learned from: their number, at least 2, a splitter, pairs " \
                    "of train and test rows; None = 5; \"prefit\": the estimators are fitted already and used as they are"), \
    KL_BOOL(stacking, passthrough, false, .doc = "the final estimator gets x, too, behind the predictions")
#define STACKED_MORE                                                                               \
    KL_VALUE(stacking, n_jobs, .kind = KL_KIND_INT, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,        \
             .doc = "threads at most; None = all. Estimators of Python run one after the other"),  \
    KL_INT(stacking, verbose, 0, .flags = KL_KEYWORD_ONLY, .doc = "above 0: tell of progress on standard error"), \
    KL_LEARNED_VALUE(stacking, estimators_, .doc = "the estimators, fitted to all data"),          \
    KL_LEARNED_VALUE(stacking, named_estimators_, .doc = "the same by name"),                      \
    KL_LEARNED_VALUE(stacking, final_estimator_, .doc = "the one that has learned from their predictions"), \
    KL_LEARNED_VALUE(stacking, stack_method_, .doc = "what each of them is asked: names of methods"), \
    KL_KEPT_VALUE(stacking, operations, .doc = "the same as numbers")

static const char *const stack_methods[] = {"auto", "predict_proba", "decision_function", "predict", NULL};
static const kl_field classifier_fields[] = {
    STACKED("two trees, of depth 3 and without bound", "LogisticRegression()"),
    KL_ENUM(stacking, stack_method, "auto", .names = stack_methods, .flags = KL_KEYWORD_ONLY,
            .doc = "what the estimators are asked; auto: the first of predict_proba, decision_function and predict that they "
                   "have"),
    STACKED_MORE,
};
static const kl_field regressor_fields[] = {STACKED("two trees, of depth 3 and without bound", "RidgeCV()"),
                                            STACKED_MORE};

static const kl_estimator_table classifier_table = {
    .kind = KL_EST_CLASSIFIER, .flags = KL_EST_RAW | KL_EST_ANY_X | KL_TREES_OK, .fit = fit, .forward = forward, .has = has,
    .score = score, .parts = parts, .replace = replace, .names_out = names_out};
static const kl_estimator_table regressor_table = {
    .kind = KL_EST_REGRESSOR, .flags = KL_EST_RAW | KL_EST_ANY_X | KL_TREES_OK, .fit = fit, .forward = forward, .has = has,
    .score = score, .parts = parts, .replace = replace, .names_out = names_out};

const kl_type kl_stacking_classifier_type = {
    .name = "StackingClassifier", KL_ESTIMATOR(stacking), .check = check_classifier,
    .fields = KL_TABLE(classifier_fields), .methods = KL_TABLE(classifier_methods), .extension = &classifier_table,
    .doc = "A classifier that learns from what several others say of rows they have not seen (Wolpert 1992). All learn the "
           "numbers of the classes, their places in classes_."};
KL_PUBLISH(kl_stacking_classifier_type);
const kl_type kl_stacking_regressor_type = {
    .name = "StackingRegressor", KL_ESTIMATOR(stacking), .check = check_regressor,
    .fields = KL_TABLE(regressor_fields), .methods = KL_TABLE(regressor_methods), .extension = &regressor_table,
    .doc = "A regressor that learns from what several others predict of rows they have not seen (Wolpert 1992)."};
KL_PUBLISH(kl_stacking_regressor_type);
