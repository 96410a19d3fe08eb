/* src/ml/composition/voting.c - VotingClassifier, VotingRegressor: what most say, or what they say on average. */
#include "committee.h"

#include "ml/estimator_parts.h"

typedef struct voting {
    kl_estimator base;
    kl_value estimators, weights;
    kl_value voting, n_jobs;
    bool flatten_transform, verbose;
    kl_value estimators_, named_estimators_;
    kl_value weights_in_use; /* float64, one for each of estimators_; or null */
} voting;

extern const kl_type kl_voting_classifier_type, kl_voting_regressor_type;

static bool is_classifier(const kl_estimator *self) { return self->object.type == &kl_voting_classifier_type; }
static bool is_soft(const voting *self) { return kl_word_is(self->voting, "soft"); }

static kl_status check_classifier(kl_object *object, kl_error *error)
{
    return kl_committee_check(&((voting *)object)->estimators, true, error);
}
static kl_status check_regressor(kl_object *object, kl_error *error)
{
    return kl_committee_check(&((voting *)object)->estimators, false, error);
}

/* ---- fit --------------------------------------------------------------------------------------------------- */

static kl_status keep_weights(voting *self, const kl_committee *of, kl_task *task, kl_error *error)
{
    const double *given;
    double *kept, sum = 0;
    size_t count;
    kl_value weights;
    if (kl_is_null(self->weights))
        return KL_OK;
    KL_TRY(kl_numbers_read(&given, &count, self->weights, "weights", task, error));
    if (count != kl_array_len(of->list))
        return kl_bad_dimension(error, "weights, one for each estimator", kl_array_len(of->list), count);
    KL_TRY(kl_vector_new(&weights, &kept, of->count, error));
    kl_learn(&self->weights_in_use, weights);
    for (size_t i = 0; i < of->count; i++) {
        kept[i] = given[of->place[i]];
        sum += kept[i];
        if (!(kept[i] >= 0))
            return kl_bad_input(error, "weights must be >= 0, got %g", kept[i]);
    }
    return sum > 0 ? KL_OK : kl_bad_input(error, "all weights are 0");
}

static kl_status keep_models(voting *self, const kl_committee *of, const kl_value *fitted, kl_error *error)
{
    kl_value list, named;
    KL_TRY(kl_held_list(&list, fitted, of->count, error));
    kl_learn(&self->estimators_, list);
    KL_TRY(kl_committee_named(&named, of, fitted, error));
    kl_learn(&self->named_estimators_, named);
    return KL_OK;
}

static kl_status fit_members(voting *self, const kl_committee *of, const kl_fit *in, kl_value y, kl_task *task,
                             kl_error *error)
{
    kl_value *fitted;
    KL_TAKE(fitted, task, of->count, error);
    KL_TRY(kl_held_clones(fitted, of->models, of->count, false, error));
    kl_status status = kl_held_fit(fitted, of->count, in->raw_x, y, in->raw_weights, error);
    if (status == KL_OK)
        status = keep_models(self, of, fitted, error);
    kl_held_release(fitted, of->count);
    return status;
}

/* What members learn: codes of labels, or the numbers as they are. Given. */
static kl_status targets(kl_value *out, kl_estimator *model, const kl_fit *in, kl_task *task, kl_error *error)
{
    int64_t *codes;
    size_t n;
    KL_TRY(kl_held_note(model, in->raw_x, error));
    if (is_classifier(model)) {
        KL_TRY(kl_held_labels(&codes, model, in->raw_x, in->raw_y, 0, task, error));
        KL_TRY(kl_data_rows(&n, in->raw_x, "x", error));
        return kl_held_codes(out, codes, n, error);
    }
    if (kl_is_null(in->raw_y))
        return kl_bad_input(error, "%s needs y", model->object.type->name);
    KL_TRY(kl_held_rows(&n, in->raw_x, in->raw_y, error));
    model->outputs = 1;
    *out = kl_value_retain(in->raw_y);
    return KL_OK;
}

static kl_status fit(kl_estimator *model, const kl_fit *in, kl_task *task, kl_error *error)
{
    voting *self = (voting *)model;
    kl_committee of = {.list = kl_null()};
    kl_value y = kl_null();
    kl_status status;
    KL_TRY_OUT(targets(&y, model, in, task, error));
    KL_TRY_OUT(kl_committee_read(&of, self->estimators, 3, is_classifier(model), task, error));
    KL_TRY_OUT(keep_weights(self, &of, task, error));
    KL_TRY_OUT(fit_members(self, &of, in, y, task, error));
out:
    kl_value_release(y);
    kl_committee_end(&of);
    return status;
}

/* ---- answers ----------------------------------------------------------------------------------------------- */

/* What all members say: their numbers, `cols` for each row. End the values. */
typedef struct said {
    kl_value *answers;
    const double **numbers;
    size_t count, n, cols;
} said;

static kl_status ask_all(said *out, const voting *self, kl_operation operation, kl_value x, kl_task *task,
                         kl_error *error)
{
    out->count = 0;
    size_t count = kl_array_len(self->estimators_), cols;
    KL_TRY(kl_data_rows(&out->n, x, "x", error));
    KL_TAKE(out->answers, task, count, error);
    KL_TAKE(out->numbers, task, count, error);
    KL_TRY(kl_held_ask(out->answers, kl_array_items(self->estimators_), count, operation, x, error));
    out->count = count;
    for (size_t i = 0; i < count; i++) {
        KL_TRY(kl_held_numbers(&out->numbers[i], out->n, &cols, out->answers[i], task, error));
        if (i > 0 && cols != out->cols)
            return kl_bad_input(error, "the estimators answer in %zu and in %zu columns", out->cols, cols);
        out->cols = cols;
    }
    return KL_OK;
}

static void end_said(said *of) { kl_held_release(of->answers, of->count); }

static double weight_at(const voting *self, size_t i)
{
    const double *weights = kl_doubles(self->weights_in_use);
    return weights ? weights[i] : 1;
}

/* Weighted mean of all, n x cols. */
static void average(double *out, const voting *self, const said *of)
{
    double total = 0;
    size_t size = of->n * of->cols;
    for (size_t i = 0; i < of->count; i++)
        total += weight_at(self, i);
    for (size_t j = 0; j < size; j++)
        out[j] = 0;
    for (size_t i = 0; i < of->count; i++)
        for (size_t j = 0; j < size; j++)
            out[j] += weight_at(self, i) / total * of->numbers[i][j];
}

static size_t largest(const double *row, size_t count)
{
    size_t best = 0;
    for (size_t c = 1; c < count; c++)
        if (row[c] > row[best])
            best = c;
    return best;
}

/* The class that most say, the first of equals. */
static kl_status count_votes(int64_t *codes, const voting *self, const said *of, kl_task *task, kl_error *error)
{
    size_t classes = kl_labels_count(self->base.classes);
    double *votes;
    KL_TAKE(votes, task, classes, error);
    for (size_t r = 0; r < of->n; r++) {
        memset(votes, 0, classes * sizeof *votes);
        for (size_t i = 0; i < of->count; i++) {
            double code = of->numbers[i][r * of->cols];
            if (!(code >= 0 && code < (double)classes))
                return kl_bad_input(error, "an estimator answered %g, which is none of the classes it learned", code);
            votes[(size_t)code] += weight_at(self, i);
        }
        codes[r] = (int64_t)largest(votes, classes);
    }
    return KL_OK;
}

static kl_status proba(kl_value *out, const voting *self, kl_value x, kl_task *task, kl_error *error)
{
    said of = {0};
    double *p;
    kl_status status;
    KL_TRY_OUT(ask_all(&of, self, KL_OP_PROBA, x, task, error));
    KL_TRY_OUT(kl_table_new(out, &p, of.n, of.cols, error));
    average(p, self, &of);
out:
    end_said(&of);
    return status;
}

static kl_status classify(kl_value *out, const voting *self, kl_value x, kl_task *task, kl_error *error)
{
    said of = {0};
    int64_t *codes;
    double *p;
    kl_status status;
    KL_TRY_OUT(ask_all(&of, self, is_soft(self) ? KL_OP_PROBA : KL_OP_PREDICT, x, task, error));
    codes = kl_task_alloc(task, of.n + 1, sizeof *codes);
    p = kl_task_alloc(task, of.n * of.cols + 1, sizeof *p);
    KL_TRY_OUT(codes && p ? KL_OK : kl_error_no_memory(error));
    if (is_soft(self)) {
        average(p, self, &of);
        for (size_t r = 0; r < of.n; r++)
            codes[r] = (int64_t)largest(p + r * of.cols, of.cols);
    } else {
        KL_TRY_OUT(count_votes(codes, self, &of, task, error));
    }
    KL_TRY_OUT(kl_labels_decode(out, self->base.classes, codes, of.n, error));
out:
    end_said(&of);
    return status;
}

static kl_status regress(kl_value *out, const voting *self, kl_value x, kl_task *task, kl_error *error)
{
    said of = {0};
    double *p;
    kl_status status;
    KL_TRY_OUT(ask_all(&of, self, KL_OP_PREDICT, x, task, error));
    KL_TRY_OUT(of.cols > 1 ? kl_table_new(out, &p, of.n, of.cols, error) : kl_vector_new(out, &p, of.n, error));
    average(p, self, &of);
out:
    end_said(&of);
    return status;
}

/* What each member says: n x members; of probabilities n x (members * classes), or members x n x classes. */
static kl_status transform(kl_value *out, const voting *self, kl_value x, kl_task *task, kl_error *error)
{
    said of = {0};
    double *to;
    void *memory;
    kl_status status;
    bool soft = is_classifier(&self->base) && is_soft(self);
    KL_TRY_OUT(ask_all(&of, self, soft ? KL_OP_PROBA : KL_OP_PREDICT, x, task, error));
    if (soft && !self->flatten_transform) {
        const size_t shape[] = {of.count, of.n, of.cols};
        KL_TRY_OUT(kl_tensor_new(out, &memory, 'd', 3, shape, error));
        to = memory;
        for (size_t i = 0; i < of.count; i++)
            memcpy(to + i * of.n * of.cols, of.numbers[i], of.n * of.cols * sizeof *to);
        goto out;
    }
    KL_TRY_OUT(kl_table_new(out, &to, of.n, of.count * of.cols, error));
    for (size_t r = 0; r < of.n; r++)
        for (size_t i = 0; i < of.count; i++, to += of.cols)
            memcpy(to, of.numbers[i] + r * of.cols, of.cols * sizeof *to);
out:
    end_said(&of);
    return status;
}

static kl_status forward(kl_value *out, const kl_estimator *model, kl_operation operation, kl_value x, kl_task *task,
                         kl_error *error)
{
    const voting *self = (const voting *)model;
    if (operation == KL_OP_TRANSFORM)
        return transform(out, self, x, task, error);
    if (operation == KL_OP_PROBA)
        return proba(out, self, x, task, error);
    return is_classifier(model) ? classify(out, self, x, task, error) : regress(out, self, x, task, error);
}

static bool has(const kl_estimator *any, kl_operation operation)
{
    return operation == KL_OP_PREDICT || operation == KL_OP_TRANSFORM ||
           (operation == KL_OP_PROBA && is_classifier(any) && is_soft((const voting *)any));
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

static kl_status parts(kl_value *out, const kl_estimator *self, kl_error *error)
{
    return kl_held_parts(out, ((const voting *)self)->estimators, error);
}

KL_EST_METHOD(named_estimators)
{
    const voting *votes = (const voting *)self;
    (void)args;
    return kl_held_map(out, votes->estimators, NULL, error);
}

static kl_status replace(kl_estimator *self, kl_text name, kl_value part, kl_error *error)
{
    kl_value *list = &((voting *)self)->estimators;
    KL_TRY(kl_held_replace(list, name, part, error));
    return kl_committee_check(list, is_classifier(self), error);
}

/* votingclassifier_a, of probabilities with the number of the class behind. */
static kl_status names_out(kl_value *out, const kl_estimator *model, kl_value names, kl_error *error)
{
    const voting *self = (const voting *)model;
    const char *prefix = is_classifier(model) ? "votingclassifier" : "votingregressor";
    size_t classes = is_classifier(model) && is_soft(self) ? kl_labels_count(model->classes) : 0;
    kl_value list, text;
    (void)names;
    if (classes && !self->flatten_transform)
        return kl_error_set(error, KL_INVALID, "columns have names with flatten_transform=True only");
    KL_TRY(kl_array_new(&list, 8, error));
    for (size_t i = 0; i < kl_map_len(self->named_estimators_); i++) {
        kl_text name = kl_map_key_at(self->named_estimators_, i);
        for (size_t c = 0; c < KL_MAX(classes, 1); c++) {
            kl_status status = classes ? kl_string_format(&text, error, "%s_%.*s%zu", prefix, KL_TEXT_ARG(name), c)
                                       : kl_string_format(&text, error, "%s_%.*s", prefix, KL_TEXT_ARG(name));
            if (status == KL_OK)
                status = kl_array_push(&list, text, error);
            if (status != KL_OK) {
                kl_value_release(list);
                return status;
            }
        }
    }
    *out = list;
    return KL_OK;
}

/* ---- the types --------------------------------------------------------------------------------------------- */

static const kl_method classifier_methods[] = {KL_EST_SUPERVISED_WEIGHTED, KL_EST_PROBA, KL_EST_CLASSES,
                                               KL_COMMITTEE_METHODS};
static const kl_method regressor_methods[] = {KL_EST_SUPERVISED_WEIGHTED, KL_COMMITTEE_METHODS};

#define ESTIMATORS(what)                                                                           \
    KL_VALUE(voting, estimators, .kind = KL_KIND_ANY, .flags = KL_FOREIGN | KL_OPTIONAL,           \
             .doc = "list of (name, estimator): any objects with fit() and predict(), names of " what ", or \"drop\"; or " \
                    "of (max_depth or None, min_samples_split) for decision trees; None = three trees, of depth 3, 5 and " \
                    "without bound"),                                                              \
    KL_VALUE(voting, weights, .kind = KL_KIND_ANY, .flags = KL_DATA | KL_OPTIONAL,                 \
             .doc = "a weight >= 0 for each estimator; None = all the same")
#define N_JOBS                                                                                     \
    KL_VALUE(voting, n_jobs, .kind = KL_KIND_INT, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,          \
             .doc = "threads at most; None = all. Estimators of Python run one after the other"),  \
    KL_BOOL(voting, verbose, false, .flags = KL_KEYWORD_ONLY, .doc = "tell of progress on standard error")
#define LEARNED                                                                                    \
    KL_LEARNED_VALUE(voting, estimators_, .doc = "the fitted estimators"),                         \
    KL_LEARNED_VALUE(voting, named_estimators_, .doc = "the same by name"),                        \
    KL_KEPT_ARRAY(voting, weights_in_use, .doc = "their weights")

static const char *const votings[] = {"hard", "soft", NULL};
static const kl_field classifier_fields[] = {
    ESTIMATORS("classifiers"),
    KL_ENUM(voting, voting, "hard", .names = votings, .flags = KL_KEYWORD_ONLY,
            .doc = "hard: the class that most predict, the first of equals; soft: that of the highest mean probability"),
    N_JOBS,
    KL_BOOL(voting, flatten_transform, true, .flags = KL_KEYWORD_ONLY,
            .doc = "transform() of probabilities: n x (estimators * classes); false: estimators x n x classes"),
    LEARNED,
};
static const kl_field regressor_fields[] = {ESTIMATORS("regressors"), N_JOBS, LEARNED};

static const kl_estimator_table classifier_table = {
    .kind = KL_EST_CLASSIFIER, .flags = KL_EST_RAW | KL_EST_ANY_X | KL_TREES_OK, .fit = fit, .forward = forward, .has = has,
    .score = score, .parts = parts, .replace = replace, .names_out = names_out};
static const kl_estimator_table regressor_table = {
    .kind = KL_EST_REGRESSOR, .flags = KL_EST_RAW | KL_EST_ANY_X | KL_TREES_OK, .fit = fit, .forward = forward, .has = has,
    .score = score, .parts = parts, .replace = replace, .names_out = names_out};

const kl_type kl_voting_classifier_type = {
    .name = "VotingClassifier", KL_ESTIMATOR(voting), .check = check_classifier,
    .fields = KL_TABLE(classifier_fields), .methods = KL_TABLE(classifier_methods), .extension = &classifier_table,
    .doc = "Several classifiers that vote. They learn the numbers of the classes (their places in classes_) as copies; those "
           "of the library at once."};
KL_PUBLISH(kl_voting_classifier_type);
const kl_type kl_voting_regressor_type = {
    .name = "VotingRegressor", KL_ESTIMATOR(voting), .check = check_regressor,
    .fields = KL_TABLE(regressor_fields), .methods = KL_TABLE(regressor_methods), .extension = &regressor_table,
    .doc = "The weighted mean of what several regressors predict. They learn as copies; those of the library at once."};
KL_PUBLISH(kl_voting_regressor_type);
