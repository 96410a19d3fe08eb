/* src/ml/estimator.h - what an estimator is: a table, an object, functions that see checked numbers.
 *
 *     typedef struct ridge {
 *         kl_estimator base;
 *         double alpha;                  // parameters
 *         bool fit_intercept;
 *         kl_value coef_, intercept_;    // learned
 *     } ridge;
 *
 *     static kl_status ridge_fit(kl_estimator *self, const kl_fit *in, kl_task *task, kl_error *error)
 *     {
 *         ridge *model = (ridge *)self;  // fresh: parameters as they were given, nothing learned
 *         ...                            // fill model->coef_ by kl_table_new()
 *     }
 *     static const kl_field fields[] = {
 *         KL_DOUBLE(ridge, alpha, 1.0, .doc = "strength of the penalty; >= 0"),
 *         KL_BOOL(ridge, fit_intercept, true, .flags = KL_KEYWORD_ONLY, .doc = "..."),
 *         KL_LEARNED_ARRAY(ridge, coef_, .doc = "weights of the features: d, or outputs x d"),
 *     };
 *     static const kl_limit limits[] = {{"alpha", KL_AT_LEAST(0)}};
 *     static const kl_method methods[] = {KL_EST_SUPERVISED_WEIGHTED};
 *     static const kl_estimator_table table = {
 *         .kind = KL_EST_REGRESSOR, .flags = KL_EST_MULTI_OUTPUT, .limits = KL_TABLE(limits),
 *         .fit = ridge_fit, .predict = ridge_predict,
 *         .shapes = "coef_ = features | outputs features"}; // what a file may hold: shapes.h
 *     const kl_type kl_ridge_type = {
 *         .name = "Ridge", KL_ESTIMATOR(ridge), .doc = "...", .fields = KL_TABLE(fields),
 *         .methods = KL_TABLE(methods), .extension = &table};
 *     KL_PUBLISH(kl_ridge_type);
 *
 * The way of fit(x, y): the parameters are copied into a fresh object of the type, the *model*; limits are checked;
 * x, y and weights are read and checked; table.fit() fills the model; only then the model takes the place of the
 * former one in the object that the user has. A failure leaves that object as it was. The way of predict(x): the
 * model is held, x is read and its columns compared, table.predict() answers from the model, which nobody
 * changes: it may run on any number of threads. So a function never sees an unchecked number, never locks, and
 * frees nothing but what it kept (values).
 */
#ifndef KL_ML_ESTIMATOR_H
#define KL_ML_ESTIMATOR_H

#include "input.h"
#include "random.h"

/* Every estimator begins with it. */
typedef struct kl_estimator {
    kl_object object;
    struct kl_estimator *model;  /* what was learned; NULL = not fitted; of a model itself NULL too */
    bool is_model;
    /* of a model, kept by the frame */
    int64_t features;            /* columns of x in fit() */
    int64_t outputs;             /* columns of y */
    bool is_column;              /* y was a matrix, if only of one column */
    kl_value names;              /* of the columns: array of strings, or null */
    kl_value classes;            /* of a classifier: array of float64, or of strings, sorted; else null */
} kl_estimator;

/* Estimator: the base class of all. get_params, set_params, clone, save, load, n_features_in_ ... */
extern KL_API const kl_type kl_estimator_type;

/* ---- the table -------------------------------------------------------------------------------------- */

typedef enum kl_estimator_kind {
    KL_EST_CLASSIFIER,
    KL_EST_REGRESSOR,
    KL_EST_CLUSTER,
    KL_EST_OUTLIER,
    KL_EST_TRANSFORMER,
    KL_EST_DENSITY,   /* covariances, mixtures that are no clusterers */
    KL_EST_META       /* pipelines and searches: what they are is what they hold */
} kl_estimator_kind;

typedef enum kl_estimator_flags {
    KL_EST_NAN_OK = 1,        /* NaN in x has a meaning */
    KL_EST_SPARSE = 2,        /* functions read sparse matrices, too */
    KL_EST_MULTI_OUTPUT = 4,  /* y may have several columns */
    KL_EST_Y_OPTIONAL = 8,    /* fit() without y is possible (transformers, clusterers, outlier detectors) */
    KL_EST_RAW = 16,          /* fit() and forward() get values as they were given, unchecked */
    KL_EST_ONE_CLASS_OK = 32, /* a classifier that can learn from one class */
    KL_EST_EMPTY_OK = 64,     /* of kl_matrix_read(): 0 rows are no fault */
    KL_EST_STATELESS = 128,   /* transform() needs no fit() */
    KL_EST_LABELS_Y = 256,    /* y of a transformer or other kind is labels: `codes` are given. Else they do
                                 not see y but in raw_y */
    KL_EST_POSITIVE = 512,    /* tags: x must not be negative */
    KL_EST_NOT_DETERMINISTIC = 1024, /* tags */
    KL_EST_SPARSE_OUT = 2048, /* tags: may give sparse matrices */
    KL_EST_INF_OK = 16384,    /* of kl_matrix_read(): infinities are no fault, nor is NaN */
    KL_EST_ANY_X = 4096,      /* encoders and text: x is no matrix of numbers; in->x is NULL, in->raw_x is
                                 what was given; transform() gets x->value alone */
    KL_EST_VECTOR_OK = 8192,  /* x may be a vector, which is a matrix of one column */
    KL_EST_POSITIVE_Y = 32768, /* tags: y must not be negative */
    KL_EST_NO_TABLE = 65536,  /* tags: x is no matrix of several columns, but texts, labels, one column */
    KL_EST_POOR_SCORE = 131072 /* tags: it answers well for data of one kind only */
} kl_estimator_flags;

/* Bounds of a parameter, checked at fit(); null and texts pass. The message tells the interval. */
typedef struct kl_limit {
    const char *name;
    double low, high;
    bool open_low, open_high;
} kl_limit;
#define KL_AT_LEAST(bound) (bound), __builtin_inf(), false, false
#define KL_ABOVE(bound) (bound), __builtin_inf(), true, false
#define KL_BETWEEN(low, high) (low), (high), false, false
#define KL_BETWEEN_OPEN(low, high) (low), (high), true, true
#define KL_ABOVE_UP_TO(low, high) (low), (high), true, false
#define KL_FROM_BELOW(low, high) (low), (high), false, true

typedef enum kl_operation {
    KL_OP_PREDICT,
    KL_OP_PROBA,
    KL_OP_LOG_PROBA,
    KL_OP_DECISION,
    KL_OP_TRANSFORM,
    KL_OP_INVERSE,
    KL_OP_SCORE_SAMPLES
} kl_operation;

/* An answer for x as a value, which is given. */
typedef kl_status kl_answer(kl_value *out, const kl_estimator *self, const kl_matrix *x,
                            kl_task *task, kl_error *error);

typedef struct kl_estimator_table {
    kl_estimator_kind kind;
    uint32_t flags;
    const kl_limit *limits;
    size_t limit_count;

    kl_status (*fit)(kl_estimator *self, const kl_fit *in, kl_task *task, kl_error *error);
    /* Learn more: `self` is a copy of the model so far (arrays shared: replace them, do not write to them unless
     * kl_learn_own() made them own), or fresh the first time. */
    kl_status (*partial_fit)(kl_estimator *self, const kl_fit *in, kl_task *task, kl_error *error);

    /* Numbers for the rows of x: out has rows x self->outputs. Regressors; clusterers give labels. */
    kl_status (*predict)(double *out, const kl_estimator *self, const kl_matrix *x, kl_task *task,
                         kl_error *error);
    /* Classifiers: index into classes for each row. NULL: the largest of decide (of two classes: its sign), or
     * of proba, whichever is there; the first of equals. */
    kl_status (*classify)(int64_t *out, const kl_estimator *self, const kl_matrix *x, kl_task *task,
                          kl_error *error);
    kl_answer *proba;      /* rows x classes */
    kl_answer *log_proba;  /* NULL: ln of proba */
    kl_answer *decide;     /* rows, or rows x classes */
    kl_answer *transform;
    kl_answer *inverse;    /* x has as many columns as transform() gives */
    kl_answer *score_samples; /* rows */
    /* fit_transform() and fit_predict(), where the result is not transform() or labels_ after fit(). */
    kl_status (*fit_transform)(kl_value *out, kl_estimator *self, const kl_fit *in, kl_task *task,
                               kl_error *error);
    /* get_feature_names_out: names of the columns of transform(), array of strings; `names` are those of x. NULL:
     * the names of x when `names_kept`, else class name in lower case and number (pca0, pca1). */
    kl_status (*names_out)(kl_value *out, const kl_estimator *self, kl_value names, kl_error *error);
    bool names_kept;
    size_t (*width)(const kl_estimator *self); /* columns of transform(), for those names */
    /* score(x, y); NULL: accuracy of classifiers, R2 of regressors, mean of score_samples of others. */
    kl_status (*score)(double *out, const kl_estimator *self, const kl_fit *in, kl_task *task,
                       kl_error *error);

    /* KL_EST_RAW: every operation. `has` (NULL = all that are not NULL here): whether it is possible now. */
    kl_status (*forward)(kl_value *out, const kl_estimator *self, kl_operation operation, kl_value x,
                         kl_task *task, kl_error *error);
    bool (*has)(const kl_estimator *self, kl_operation operation);
    /* KL_EST_META: the estimator within whose kind it has; borrowed. */
    kl_value (*inner)(const kl_estimator *self);
    /* Parameters within parameters (`step__alpha`): the estimators that `self` holds, by name: a map; given. NULL:
     * fields whose values are estimators. `replace` puts another one (borrowed) in the place of one. */
    kl_status (*parts)(kl_value *out, const kl_estimator *self, kl_error *error);
    kl_status (*replace)(kl_estimator *self, kl_text name, kl_value part, kl_error *error);
    /* The flags that hold with the parameters of now, for tags. NULL: `flags`; of a type with KL_EST_RAW, sparse and NaN
     * as all its parts have them, those of `flags` being for when it has none. */
    uint32_t (*flags_now)(const kl_estimator *self);
    /* What the fields that answers are read from may hold, for models of files: see shapes.h. */
    const char *shapes;
    /* Before persistence and after it: see persist.h. NULL: the fields are all there is. */
    kl_status (*restored)(kl_estimator *self, kl_error *error);
} kl_estimator_table;

/* The constant members of the kl_type of an estimator whose struct is `owner`. */
#define KL_ESTIMATOR(owner)                                                                        \
    .module = "kailash.ml", .size = sizeof(owner), .base = &kl_estimator_type,                     \
    .repr = kl_estimator_repr, .flags = KL_TYPE_FIELDS | KL_TYPE_ARRAYS | KL_TYPE_BASE

static inline const kl_estimator_table *kl_table_of(const kl_estimator *self)
{
    return self->object.type->extension;
}
/* "Name(unfitted)", "Name(fitted)", with the fields of repr_fields before it. */
KL_API kl_status kl_estimator_repr(kl_value *out, kl_object *self, kl_error *error);
/* The estimator a value is; NULL when it is none of the library's. */
KL_API kl_estimator *kl_as_estimator(kl_value value);

/* ---- fields: parameters are those of kailash/type.h ----------------------------------------------- */

/* What fit() learns; names end in "_". All are kept when saved. */
#define KL_LEARNED_FLAGS (KL_LEARNED | KL_READ_ONLY)
/* An array (array.h), or null = there is no such attribute. */
#define KL_LEARNED_ARRAY(owner, member, ...)                                                       \
    {.kind = KL_KIND_BUFFER, .flags = KL_LEARNED_FLAGS | KL_OPTIONAL,                              \
     KL_FIELD_AT(owner, member, kl_value), __VA_ARGS__}
/* Any other value: lists, maps, estimators. */
#define KL_LEARNED_VALUE(owner, member, ...)                                                       \
    {.kind = KL_KIND_ANY, .flags = KL_LEARNED_FLAGS | KL_OPTIONAL,                                 \
     KL_FIELD_AT(owner, member, kl_value), __VA_ARGS__}
#define KL_LEARNED_INT(owner, member, ...)                                                         \
    {.kind = KL_KIND_INT, .flags = KL_LEARNED_FLAGS, .fallback = "0",                              \
     KL_FIELD_AT(owner, member, int64_t), __VA_ARGS__}
#define KL_LEARNED_DOUBLE(owner, member, ...)                                                      \
    {.kind = KL_KIND_DOUBLE, .flags = KL_LEARNED_FLAGS, .fallback = "0.0",                         \
     KL_FIELD_AT(owner, member, double), __VA_ARGS__}
#define KL_LEARNED_BOOL(owner, member, ...)                                                        \
    {.kind = KL_KIND_BOOL, .flags = KL_LEARNED_FLAGS, .fallback = "false",                         \
     KL_FIELD_AT(owner, member, bool), __VA_ARGS__}
/* Learned, saved, but no attribute: what predict() needs beside. */
#define KL_KEPT_ARRAY(owner, member, ...)                                                          \
    {.kind = KL_KIND_BUFFER, .flags = KL_LEARNED | KL_HIDDEN | KL_OPTIONAL,                        \
     KL_FIELD_AT(owner, member, kl_value), __VA_ARGS__}
#define KL_KEPT_VALUE(owner, member, ...)                                                          \
    {.kind = KL_KIND_ANY, .flags = KL_LEARNED | KL_HIDDEN | KL_OPTIONAL,                           \
     KL_FIELD_AT(owner, member, kl_value), __VA_ARGS__}
#define KL_KEPT_INT(owner, member, ...)                                                            \
    {.kind = KL_KIND_INT, .flags = KL_LEARNED | KL_HIDDEN, .fallback = "0",                        \
     KL_FIELD_AT(owner, member, int64_t), __VA_ARGS__}
#define KL_KEPT_DOUBLE(owner, member, ...)                                                         \
    {.kind = KL_KIND_DOUBLE, .flags = KL_LEARNED | KL_HIDDEN, .fallback = "0.0",                   \
     KL_FIELD_AT(owner, member, double), __VA_ARGS__}

/* random_state, which every random estimator has, as a value member `random_state`. */
#define KL_RANDOM_STATE(owner, ...)                                                                \
    KL_VALUE(owner, random_state, .kind = KL_KIND_INT, .flags = KL_OPTIONAL __VA_ARGS__,           \
             .doc = "seed of the random numbers: an int >= 0 makes results repeatable on any "     \
                    "machine and number of threads; None = a fresh one")

/* ---- helpers for functions ------------------------------------------------------------------------- */

/* The seed for this fit, from the field `random_state`. */
KL_API kl_status kl_estimator_seed(uint64_t *out, const kl_estimator *self, kl_error *error);
/* The word of a parameter of KL_KIND_ENUM, or of one that may be text. */
static inline bool kl_word_is(kl_value value, const char *word)
{
    return kl_is(value, KL_KIND_STRING) && kl_text_is(kl_as_text(value), word);
}
/* Refuse columns whose names differ from those of fit(); for those who read x themselves. */
KL_API kl_status kl_estimator_same_names(const kl_estimator *model, kl_value names, kl_error *error);
/* In a partial_fit(): make the array in a member this model's own, so that it may be written to. */
KL_API kl_status kl_learn_own(kl_value *member, kl_error *error);
/* A fresh model of a type with default parameters, for estimators that are made of others: set its members, call
 * kl_estimator_train(). Given. */
KL_API kl_status kl_estimator_new(kl_estimator **out, const kl_type *type, kl_error *error);
/* table.fit() on such a model with checked numbers: sets features, outputs, classes (borrowed) as the frame would. */
KL_API kl_status kl_estimator_train(kl_estimator *model, const kl_fit *in, kl_value classes,
                                    kl_task *task, kl_error *error);
/* A method of its own on x, such as apply(): holds the model, reads and checks x as predict() does. */
KL_API kl_status kl_estimator_ask(kl_value *out, const kl_estimator *self, kl_value x,
                                  kl_answer *function, kl_error *error);
/* predict/classify/proba/... of a model, results as the table's functions give them. */
KL_API kl_status kl_estimator_classify(int64_t *out, const kl_estimator *model, const kl_matrix *x,
                                       kl_task *task, kl_error *error);

#include "estimator_methods.h"

#endif
