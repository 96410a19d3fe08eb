/* src/ml/metrics/score.h - what the measures share: reading what they compare, and the measures as C functions. */
#ifndef KL_ML_METRICS_SCORE_H
#define KL_ML_METRICS_SCORE_H

#include "ml/estimator.h"

/* A measure as a function of the face: its arguments, and a task whose memory goes when it returns. */
typedef kl_status kl_measure(kl_value *out, const kl_value *args, kl_task *task, kl_error *error);
/* Defines `name`_call, the kl_call of the measure `name`. */
#define KL_MEASURE(name)                                                                           \
    static kl_status name##_call(kl_value *out, kl_object *self, const kl_value *args,             \
                                 kl_error *error)                                                  \
    {                                                                                              \
        (void)self;                                                                                \
        kl_task task = KL_TASK_INIT;                                                               \
        kl_status status = name(out, args, &task, error);                                          \
        kl_task_end(&task);                                                                        \
        return status;                                                                             \
    }

#define KL_MEASURE_RAISES "TypeError, MlError"
/* Parameters that many measures have. */
#define KL_MEASURE_PAIR                                                                            \
    {.name = "y_true", .kind = KL_KIND_ANY, .flags = KL_DATA, .doc = "true answers: n of them"},   \
    {.name = "y_pred", .kind = KL_KIND_ANY, .flags = KL_DATA, .doc = "predicted answers: n of them"}
#define KL_MEASURE_WEIGHT                                                                          \
    {.name = "sample_weight", .kind = KL_KIND_ANY,                                                 \
     .flags = KL_DATA | KL_OPTIONAL | KL_KEYWORD_ONLY,                                             \
     .doc = "a weight >= 0 for each row; None = all 1"}
#define KL_MEASURE_LABELS                                                                          \
    {.name = "labels", .kind = KL_KIND_ANY, .flags = KL_DATA | KL_OPTIONAL | KL_KEYWORD_ONLY,      \
     .doc = "the labels that count, in this order; None = all that occur, sorted"}

/* ---- labels ------------------------------------------------------------------------------------------------ */

/* Two rows of labels, as codes of the labels that occur in either; or two tables of 0 and 1, a column a label. */
typedef struct kl_label_pair {
    size_t n, k;                     /* rows, labels */
    bool is_multilabel;
    kl_value classes;                /* the labels, sorted: float64 array or array of strings; null when multilabel */
    const int64_t *truth, *answer;   /* n codes; NULL when multilabel */
    const double *truth_bits, *answer_bits; /* n x k; NULL unless multilabel */
    const double *weights;           /* n, or NULL */
} kl_label_pair;

/* Whether a value is a table of several columns, such as indicators of several labels. */
size_t kl_score_columns(kl_value value);
/* Read a pair. MlError: empty, of two lengths, of two kinds. End it also after a failure. */
kl_status kl_label_pair_read(kl_label_pair *out, kl_value truth, kl_value answer, kl_value weights,
                             kl_task *task, kl_error *error);
void kl_label_pair_end(kl_label_pair *pair);
static inline double kl_pair_weight(const double *weights, size_t i)
{
    return weights ? weights[i] : 1;
}
/* Position of a label (a number, bool or text) among classes; -1 when it is none of them. */
int64_t kl_label_find(kl_value classes, kl_value label);
/* Indices of the labels given in `labels` (null = all of them) into the pair's: -1 = occurs nowhere. */
kl_status kl_label_choice(int64_t **out, size_t *count, const kl_label_pair *pair, kl_value labels,
                          kl_task *task, kl_error *error);
/* The sorted union of two arrays of classes; given. `into_a`, `into_b`: where each went. */
kl_status kl_classes_union(kl_value *out, kl_value a, kl_value b, int64_t **into_a,
                           int64_t **into_b, kl_task *task, kl_error *error);
/* Weighted counts, k x k, rows = true. */
kl_status kl_confusion(double **out, const kl_label_pair *pair, kl_task *task, kl_error *error);

/* What many measures need of that table alone: its diagonal, its sums of rows and of columns, for each label. */
typedef struct kl_margins {
    double *hit, *truth, *answer;
    double total;
} kl_margins;
kl_status kl_margins_count(kl_margins *out, const kl_label_pair *pair, kl_task *task,
                           kl_error *error);

/* ---- numbers ----------------------------------------------------------------------------------------------- */

/* Two tables of numbers of the same shape. */
typedef struct kl_number_pair {
    size_t n, m;
    const double *truth, *answer; /* n x m */
    const double *weights;
    double total;                 /* of the weights */
} kl_number_pair;

kl_status kl_number_pair_read(kl_number_pair *out, kl_value truth, kl_value answer,
                              kl_value weights, const char *answer_name, kl_task *task,
                              kl_error *error);

/* Labels of one row, and what a model says of each of them: probabilities or decisions. */
typedef struct kl_response_pair {
    size_t n, k;            /* rows; classes */
    size_t columns;         /* of the response: 1 (of the greater of two classes), or k */
    kl_value classes;       /* sorted */
    const int64_t *truth;   /* n codes */
    const double *response; /* n x columns */
    const double *weights;
    double total;           /* of the weights */
} kl_response_pair;

/* Read one. `known` (null = the labels of y_true): all classes; MlError for a label that is none of them, and when the
 * columns are neither 1 nor as many as the classes. End it also after a failure. */
kl_status kl_response_read(kl_response_pair *out, kl_value truth, kl_value response, kl_value known,
                           kl_value weights, const char *name, kl_task *task, kl_error *error);
void kl_response_end(kl_response_pair *pair);

/* Averages of one number per label: those that are NaN are left out; weights may be NULL or all 0. */
double kl_nan_average(const double *values, const double *weights, size_t n);
/* Refuse NaN and infinities in scores. */
kl_status kl_scores_finite(const double *scores, size_t n, const char *name, kl_error *error);

/* ---- measures as scorers call them ------------------------------------------------------------------------- */

/* What a scorer hands over. */
typedef struct kl_score_call {
    kl_value truth, answer, weights; /* y, what the model said, weights or null */
    kl_value classes;                /* of the model: the columns of `answer`; or null */
    const char *average;             /* "macro" ..., where the measure takes one */
    const char *mode;                /* "ovr", "ovo" */
} kl_score_call;
typedef kl_status kl_score_function(double *out, const kl_score_call *call, kl_task *task,
                                    kl_error *error);

kl_score_function kl_score_accuracy, kl_score_balanced_accuracy, kl_score_matthews,
    kl_score_precision, kl_score_recall, kl_score_f1, kl_score_jaccard,
    kl_score_positive_likelihood_ratio, kl_score_negative_likelihood_ratio;
kl_score_function kl_score_log_loss, kl_score_brier, kl_score_d2_log_loss, kl_score_d2_brier;
kl_score_function kl_score_roc_auc, kl_score_average_precision, kl_score_top_k;
kl_score_function kl_score_r2, kl_score_explained_variance, kl_score_max_error,
    kl_score_squared_error, kl_score_absolute_error, kl_score_median_absolute_error,
    kl_score_percentage_error, kl_score_squared_log_error, kl_score_root_squared_error,
    kl_score_root_squared_log_error, kl_score_poisson_deviance, kl_score_gamma_deviance,
    kl_score_d2_absolute_error;
kl_score_function kl_score_rand, kl_score_adjusted_rand, kl_score_mutual_info,
    kl_score_normalized_mutual_info, kl_score_adjusted_mutual_info, kl_score_homogeneity,
    kl_score_completeness, kl_score_v_measure, kl_score_fowlkes_mallows;

#endif
